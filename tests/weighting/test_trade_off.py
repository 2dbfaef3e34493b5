"""Trade-offs: ratios, the weights nearest to them, parts that do not hang together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground.problems import Refused
from toolkit.weighting.trade_off import (
    connected_parts,
    nearest_logarithms,
    refuse_parts,
    trade_off_judgement,
    trade_off_shares,
)

WEIGHTS = st.lists(st.floats(0.01, 1), min_size=2, max_size=8)


@given(WEIGHTS, st.data())
def test_ratios_that_agree_give_their_weights_back(weights: list[float], data: st.DataObject) -> None:
    own, count = np.array(weights), len(weights)
    tree = [(data.draw(st.integers(0, place - 1)), place) for place in range(1, count)]
    more = data.draw(st.lists(st.sampled_from([(i, j) for i in range(count) for j in range(count) if i != j]), max_size=6))
    pairs = np.array([*tree, *more])
    found = trade_off_judgement(pairs, own[pairs[:, 0]] / own[pairs[:, 1]], count)
    assert found.shares == pytest.approx(own / own.sum(), rel=1e-9)
    assert found.coherence == pytest.approx(1, abs=1e-9)
    assert found.checks == len(more)


@given(WEIGHTS, st.floats(1.1, 20))
def test_one_ratio_that_is_off_shows(weights: list[float], factor: float) -> None:
    own, count = np.array(weights), len(weights)
    if count < 3:
        return
    pairs = np.array([(i, j) for i in range(count) for j in range(i + 1, count)])
    ratios = own[pairs[:, 0]] / own[pairs[:, 1]]
    ratios[1] *= factor
    found = trade_off_judgement(pairs, ratios, count)
    # Its own residual keeps all of the error but what the weights give way: 2 of count.
    assert found.coherence == pytest.approx(factor ** (1 - 2 / count))
    assert abs(found.residuals[1]) == pytest.approx(np.abs(found.residuals).max())


def test_the_worst_pair_is_pointed_at() -> None:
    found = trade_off_judgement([(0, 1), (0, 1), (0, 2), (1, 2), (0, 1)], [2, 2, 2, 1, 9], 3)
    assert found.worst == 4


def test_a_pair_may_be_asked_either_way_round() -> None:
    assert trade_off_shares([(0, 1)], [4], 2) == pytest.approx([0.8, 0.2])
    assert trade_off_shares([(1, 0)], [0.25], 2) == pytest.approx([0.8, 0.2])


def test_faults_are_named_all_at_once() -> None:
    with pytest.raises(Refused) as refused:
        trade_off_judgement([(0, 0), (0, 1), (1, 3)], [1, -2, 1], 3, ["a", "b", "c"])
    text = refused.value.problems.text("en")
    assert "a : a: a criterion is compared with itself" in text
    assert 'a : b "-2": a ratio is above 0' in text
    assert '"1, 3": there are 3 criteria' in text


def test_criteria_left_apart_are_named() -> None:
    with pytest.raises(Refused, match="a, b; c"):
        trade_off_judgement([(0, 1)], [2], 3, ["a", "b", "c"])
    with pytest.raises(Refused, match="2 pairs but 1 ratio"):
        trade_off_judgement([(0, 1), (1, 2)], [2], 3)


def test_a_single_criterion_needs_no_pair() -> None:
    found = trade_off_judgement([], [], 1)
    assert (found.shares.tolist(), found.coherence, found.checks) == ([1.0], 1.0, 0)


@given(st.integers(2, 7), st.integers(0, 2**32 - 1))
def test_no_other_weights_come_nearer(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = np.triu(rng.integers(0, 3, (count, count)), 1) + np.diag(np.ones(count - 1), 1)
    judged = np.triu(rng.normal(size=(count, count)), 1) * counts

    def miss(y: np.ndarray) -> float:
        mean = np.divide(judged, counts, out=np.zeros_like(judged), where=counts > 0)
        return float((counts * (mean - y[:, None] + y[None, :]) ** 2).sum())

    best = nearest_logarithms(judged - judged.T, counts + counts.T)
    assert best.sum() == pytest.approx(0, abs=1e-9)
    for _ in range(5):
        assert miss(best) <= miss(best + rng.normal(size=count) * 0.1) + 1e-12


def test_a_chain_is_one_part() -> None:
    chain = np.eye(4, k=1, dtype=bool) | np.eye(4, k=-1, dtype=bool)
    assert connected_parts(chain) == [[0, 1, 2, 3]]


def test_parts_are_named_with_a_comparison_that_joins_them() -> None:
    joined = np.eye(4, dtype=bool)
    joined[0, 3] = joined[3, 0] = True
    assert connected_parts(joined) == [[0, 3], [1], [2]]
    with pytest.raises(Refused) as refused:
        refuse_parts(joined, ["a", "b", "c", "d"])
    assert "fall into 3 parts" in refused.value.problems.text("en")
    assert "a, d; b; c" in refused.value.problems.text("en")
    assert "请补上各部分之间的比较，例如“a”与“b”" in refused.value.problems.text("zh")
