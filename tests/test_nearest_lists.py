"""The nearest list: its witness is another one by the rule itself, and nothing nearer is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.invented import evaluation, indicator, members, scheme
from tests.straight import straight
from tests.test_stability import listed, two
from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.many import Lists, weights_of
from toolkit.ground.problems import Refused
from toolkit.sensitivity.tipping.all_weights import (
    Norm,
    Row,
    moved,
    nearest_lists,
    nearest_shares,
    smallest_weights,
)

QUICK = settings(max_examples=examples(8), phases=(Phase.explicit, Phase.reuse, Phase.generate))
nearest = import_module("toolkit.sensitivity.tipping.all_weights")  # the package shows the function by this name
PRIZE = {"id": "prize", "label": "prize", "quota": {"number": 1}}


def children(asked: Evaluation, group: str) -> list[int]:
    return list(next(branch.children for branch in asked.tree.branches if asked.tree.nodes[branch.node] == group))


@QUICK
@given(straight(bounded=False), st.sampled_from(["total", "g0"]), st.integers(0, 9))
def test_no_weights_nearer_than_the_least_give_another_list(asked: Evaluation, group: str, seed: int) -> None:
    rng, own, lists = np.random.default_rng(seed), children(asked, group), Lists.of(asked)
    for row in nearest_lists(asked, group).to_dict("records"):
        least = min(float(row["least"]) / 100, 2.0)
        assert row["least"] <= row["change"]
        for _ in range(60):
            shares = lists.shares.copy()
            way = rng.dirichlet(np.full(len(own), rng.choice([0.2, 1.0]))) - shares[own]
            size = moved(way, row["norm"])
            shares[own] += way * min(1.0, 0.999 * least / max(size, 1e-12))
            assert lists.same(shares[None, :])[0]


@QUICK
@given(straight(bounded=False), st.sampled_from(["total", "g0", None]))
def test_the_witness_is_another_list_as_far_away_as_it_says(asked: Evaluation, group: str | None) -> None:
    for row in nearest_lists(asked, group).to_dict("records"):
        if row["weights"] is None:
            continue
        after = rescored(asked, asked.scheme.with_weights(row["weights"]))
        assert listed(after) != listed(asked)
        gained = {member for _, member in listed(after) - listed(asked)}
        assert set(row["gained"]) <= gained
        if group is not None:
            way = (after.tree.shares - asked.tree.shares)[children(asked, group)]
            assert 100 * moved(way, row["norm"]) == pytest.approx(row["change"], abs=1e-6)


@QUICK
@given(straight(bounded=False), st.sampled_from(["total", "g0"]))
def test_no_witness_of_a_pair_is_nearer(asked: Evaluation, group: str) -> None:
    nearest = nearest_lists(asked, group).set_index("norm")
    for row in smallest_weights(asked, group).to_dict("records"):
        if not np.isnan(row["change"]) and nearest["proven"][row["norm"]] is not None:
            assert row["change"] >= nearest["least"][row["norm"]] - 1e-6


@pytest.mark.parametrize("decimals", [0, 1])
@pytest.mark.parametrize("seed", range(4))
def test_a_walk_over_all_weights_finds_nothing_nearer(decimals: int, seed: int) -> None:
    rng, who = np.random.default_rng(seed), members(5)
    values = pd.DataFrame(rng.integers(0, 101, (5, 3)).astype(float), index=who.index, columns=list("abc"))
    items = [indicator(name, weight) for name, weight in zip("abc", (50, 30, 20), strict=True)]
    asked = evaluation(scheme(indicator=items, award=[PRIZE], decimals=decimals), who, values)
    lists, steps = Lists.of(asked), np.linspace(0, 1, 201)
    walked = np.array([(one, other, 1 - one - other) for one, other in product(steps, steps) if one + other <= 1])
    shares = np.hstack([walked, np.ones((len(walked), 1))])
    other = shares[~lists.same(shares)]
    for row in nearest_lists(asked).to_dict("records"):
        sizes = [100 * moved(way, row["norm"]) for way in (other - lists.shares)[:, :3]]
        assert row["proven"]
        assert row["change"] <= min(sizes, default=np.inf) + 1e-6
        assert row["change"] >= min(sizes, default=np.inf) - 2.0  # the walk goes by half percent


def test_three_members_and_two_weights_by_hand() -> None:
    found = nearest_lists(two(decimals=3)).set_index("norm")  # 0.6 and 0.4; level at 5/9
    assert found.loc["largest", "change"] == pytest.approx(100 * (0.6 - 5 / 9), rel=1e-2)
    assert found["proven"].tolist() == [True, True]


def test_where_nothing_is_linear_nothing_is_claimed() -> None:
    asked = two()
    bounded = rescored(asked, asked.scheme.model_copy(update={"total": asked.scheme.total.model_copy(update={"cap": 70.0})}))
    assert nearest_lists(bounded)["proven"].isna().all()
    assert nearest_lists(rescored(asked, asked.scheme.model_copy(update={"awards": ()}))).empty
    with pytest.raises(Refused, match="totl"):
        nearest_lists(asked, "totl")


def test_the_witness_moves_only_what_was_asked() -> None:
    asked = two()
    for row in nearest_lists(asked).to_dict("records"):
        assert row["weights"].keys() == weights_of(asked.scheme, asked.tree, asked.tree.shares).keys()


def crowd() -> Evaluation:
    """One place, and twelve who missed it by ever more."""
    who, rng = members(13), np.random.default_rng(5)
    values = pd.DataFrame(rng.uniform(20, 60, (13, 3)) - np.arange(13)[:, None], index=who.index, columns=list("abc"))
    values.iloc[0] = [62.0, 38.0, 50.0]
    return evaluation(scheme(indicator=[indicator(name, 1) for name in "abc"], award=[PRIZE], decimals=1), who, values)


def test_no_programme_is_solved_that_cannot_be_nearer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, solved = crowd(), list[object]()

    def counted(shares: np.ndarray, norm: Norm, rows: Sequence[Row]) -> np.ndarray | None:
        solved.append(rows)
        return nearest_shares(shares, norm, rows)

    monkeypatch.setattr(nearest, "nearest_shares", counted)
    stopped, few = nearest_lists(asked), len(solved)
    events = nearest._events
    # the order of events is what stops the search: told that all could happen at once, it solves every one
    monkeypatch.setattr(nearest, "_events", lambda *told: (replace(event, least=0.0) for event in events(*told)))
    pd.testing.assert_frame_equal(nearest_lists(asked)[["norm", "change"]], stopped[["norm", "change"]])
    assert few < (len(solved) - few) / 2
    assert stopped["proven"].all()


def test_where_the_programmes_run_out_nothing_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = nearest_lists(crowd())
    monkeypatch.setattr(nearest, "MOST", -1)  # not even one
    found = nearest_lists(crowd())
    assert not found["proven"].any()
    assert found["change"].tolist() == [np.inf, np.inf]
    assert ((found["least"] > 0) & (found["least"] <= whole["change"])).all()
