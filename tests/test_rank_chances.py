from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.altered import altered
from tests.contested import contested
from tests.drawing import decided_under, flat
from tests.examples import examples
from toolkit.evaluation import Evaluation
from toolkit.evaluation.scores import Tree
from toolkit.ground.problems import Refused
from toolkit.sensitivity import (
    GivenWeights,
    UniformWeights,
    WeightDraws,
    holistic_acceptability,
    pairwise_winning,
    rank_probabilities,
    rank_summary,
)
from toolkit.sensitivity import probabilities as rank_chances

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(phases=PHASES)
@given(contested(), st.sampled_from([None, 1, 2]))
def test_chances_count_the_official_ranks(asked: Evaluation, down_to: int | None) -> None:
    spec = WeightDraws(draws=6, spread=0.5)
    found = rank_probabilities(asked, spec, down_to=down_to)
    blocks = np.concatenate(list(spec.blocks(Tree.of(asked.scheme), asked.scheme.seed)))
    official = pd.DataFrame([decided_under(asked, one).rank for one in blocks]).astype("Int64")
    if down_to is not None:
        official = official.mask(official > down_to)
    assert found["probability"].groupby(found["member"]).sum().to_numpy() == pytest.approx(1)
    assert list(found["member"].drop_duplicates()) == list(asked.members.index)
    for row in found.itertuples():
        ranks = official[row.member]
        times = ranks.isna().sum() if pd.isna(row.rank) else (ranks == row.rank).sum()
        assert row.probability == pytest.approx(times / 6)
        assert row.error == pytest.approx(np.sqrt(times * (6 - times) / 6**3))


@settings(phases=PHASES)
@given(contested())
def test_the_summary_is_that_of_the_official_ranks(asked: Evaluation) -> None:
    spec = WeightDraws(draws=7, spread=0.5)
    found = rank_summary(asked, spec)
    blocks = np.concatenate(list(spec.blocks(Tree.of(asked.scheme), asked.scheme.seed)))
    official = pd.DataFrame([decided_under(asked, one).rank for one in blocks]).astype("Int64")
    for member, row in found.iterrows():
        ranks = official[member].dropna().to_numpy(np.float64)
        assert row["unranked"] == pytest.approx(1 - len(ranks) / 7)
        if not len(ranks):
            assert row[["mean", "q05", "q50", "q95", "best", "worst"]].isna().all()
            continue
        quantiles = np.quantile(ranks, [0.05, 0.5, 0.95, 0, 1], method="inverted_cdf")
        assert row[["q05", "q50", "q95", "best", "worst"]].tolist() == quantiles.tolist()
        assert row["mean"] == pytest.approx(ranks.mean())
        assert row["mean_error"] == pytest.approx(ranks.std() / np.sqrt(len(ranks)), abs=1e-6)


def test_acceptabilities_are_areas_of_the_triangle_of_weights() -> None:
    # m0 scores a, m1 scores b, m2 scores (1 + a) / 3, with weights (a, b, c) anywhere in the triangle: m0 is first where
    # a > 1/2, a quarter of it; the other areas are found on a grid
    asked = flat({"a": [100, 0, 200 / 3], "b": [0, 100, 100 / 3], "c": [0, 0, 100 / 3]})
    found = rank_probabilities(asked, UniformWeights(draws=20_000)).pivot_table(index="member", columns="rank", values="probability").fillna(0)
    exact = areas([lambda a, _: a, lambda _, b: b, lambda a, _: (1 + a) / 3])
    assert np.abs(found.loc[["m0", "m1", "m2"], [1, 2, 3]].to_numpy() - exact).max() < 4 * 0.5 / np.sqrt(20_000)
    assert exact[0, 0] == pytest.approx(1 / 4, abs=2e-3)


def areas(scores: list[Callable[[Any, Any], Any]]) -> np.ndarray:
    """The share of the triangle of weights on which each has each rank, by a fine grid of its cells' middles."""
    n = 1500
    i, j = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    inside = i + j < n - 1
    a, b = (i[inside] + 1 / 3) / n, (j[inside] + 1 / 3) / n
    ranks = np.argsort(np.argsort(-np.array([score(a, b) for score in scores]), axis=0), axis=0)
    return np.array([[(row == rank).mean() for rank in range(len(scores))] for row in ranks])


def test_bands_hold_the_ranks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = flat({"a": list(range(40)), "b": list(range(40, 0, -1))})
    exact = rank_summary(asked, WeightDraws(draws=600))
    monkeypatch.setattr(rank_chances, "BANDED", 40 * 10)
    coarse = rank_summary(asked, WeightDraws(draws=600))
    assert (exact.attrs["band"], coarse.attrs["band"]) == (1, 4)
    figures = ["mean", "q05", "q50", "q95", "best", "worst"]
    assert (np.abs(coarse[figures] - exact[figures]) <= 1.5).all(axis=None)
    assert not coarse[figures].equals(exact[figures])


def test_given_weights_give_exact_chances_and_no_seed() -> None:
    asked = flat({"a": [90, 80, 10], "b": [10, 80, 90]})
    found = rank_probabilities(asked, GivenWeights(pd.DataFrame({"a": [1.0, 1, 0], "b": [0.0, 1, 1]})))
    table = found.pivot_table(index="member", columns="rank", values="probability").fillna(0)
    assert table.to_numpy().tolist() == pytest.approx(np.array([[1 / 3, 1 / 3, 1 / 3], [1 / 3, 2 / 3, 0], [1 / 3, 1 / 3, 1 / 3]]))
    assert found.attrs["seed"] is None
    assert found.attrs["draws"] == 3


@settings(max_examples=examples(10), phases=PHASES)
@given(contested(), st.randoms(use_true_random=False))
def test_the_order_of_members_has_no_influence(asked: Evaluation, random: object) -> None:
    order = list(asked.members.index)
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = altered(asked, members=asked.members.loc[order], values=asked.values.loc[order])
    one, other = (rank_summary(item, WeightDraws(draws=40)) for item in (asked, shuffled))
    pd.testing.assert_frame_equal(one, other.loc[one.index], check_exact=True)


def test_a_table_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = flat({"a": [1, 2, 3], "b": [3, 2, 1]})
    monkeypatch.setattr(rank_chances, "CELLS", 8)
    with pytest.raises(Refused, match="down_to"):
        rank_probabilities(asked, WeightDraws(draws=5))
    assert set(rank_probabilities(asked, WeightDraws(draws=5), down_to=1)["rank"].dropna()) == {1}
    with pytest.raises(Refused, match="down_to"):
        rank_probabilities(asked, WeightDraws(draws=5), down_to=0)


def test_holistic_and_pairwise_indices_by_hand() -> None:
    """Weights w and 1 - w spread evenly; 1 and 0, 0 and 1, 2/5 and 2/5.

    The first is ahead of the second where w > 1/2, of the third where w > 2/5; so it is first in 1/2, second in 1/10, third in
    2/5 of all. The third is never first, and third where 2/5 < w < 3/5. Of metaweights 1, a, b the index is 1/2 + a/10 + 2b/5, or
    4a/5 + b/5; the centroid's are 11/6, 5/6 and 2/6 over 11/6.
    """
    first = (np.arange(1000) + 0.5) / 1000
    scores = np.column_stack([first, 1 - first, np.full(1000, 0.4)])
    assert pairwise_winning(scores).tolist() == [[0, 0.5, 0.6], [0.5, 0, 0.6], [0.4, 0.4, 0]]
    rank = 1 + (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    chances = np.array([(rank == place).mean(axis=0) for place in (1, 2, 3)]).T
    assert chances.tolist() == [[0.5, 0.1, 0.4], [0.5, 0.1, 0.4], [0, 0.8, 0.2]]
    for kind, a, b in (("linear", 1 / 2, 0), ("inverse", 1 / 2, 1 / 3), ("centroid", 5 / 11, 2 / 11), ([1, 0.3, 0.1], 0.3, 0.1)):
        own = 1 / 2 + a / 10 + 2 * b / 5
        assert holistic_acceptability(chances, kind) == pytest.approx([own, own, 4 * a / 5 + b / 5])
    assert holistic_acceptability([[1.0]], "linear").tolist() == [1.0]


def test_level_and_lacking_scores_win_nothing() -> None:
    assert pairwise_winning([[1, 1, np.nan], [2, 1, 3]]).tolist() == [[0, 0.5, 0], [0, 0, 0], [0.5, 0.5, 0]]


@pytest.mark.parametrize("weights", ["ordinal", [1, 0.5], [1, 0.5, 0.6]])
def test_metaweights_that_make_no_sense_are_refused(weights: Any) -> None:
    with pytest.raises(Refused, match="do not rise"):
        holistic_acceptability([[0.5, 0.5, 0]], weights)
    with pytest.raises(Refused, match="members x ranks"):
        holistic_acceptability([0.5, 0.5])
    with pytest.raises(Refused, match="draws x members"):
        pairwise_winning([1, 2])
