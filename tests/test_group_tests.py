"""Tests of groups: against scipy, published cases and the laws of the size of a difference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from toolkit.ground.statistics import NOTHING, cliffs_delta, difference_of_shares, holm, kruskal_wallis

NUMBERS = st.lists(st.integers(0, 9).map(float), min_size=1, max_size=8)
GROUPS = st.lists(NUMBERS, min_size=2, max_size=4).map(lambda groups: [np.array(own) for own in groups])


@given(GROUPS, st.randoms(use_true_random=False))
def test_kruskal_and_wallis_as_in_scipy_whatever_the_order(groups: list[np.ndarray], random: object) -> None:
    found = kruskal_wallis(groups)
    if len(np.unique(np.concatenate(groups))) < 2:
        assert found is NOTHING
        return
    told = stats.kruskal(*groups)
    assert (found.statistic, found.p) == pytest.approx((max(told.statistic, 0), told.pvalue), abs=1e-9)
    assert 0 <= found.effect <= 1 + 1e-12
    mixed = [own[::-1] for own in groups][::-1]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert kruskal_wallis(mixed) == found


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=2, max_size=4))
def test_shares_as_in_scipy(cells: list[tuple[int, int]]) -> None:
    given_, of = [a for a, _ in cells], [a + b for a, b in cells]
    table = np.array(cells).T
    found = difference_of_shares(given_, of)
    if (table.sum(axis=0) == 0).any() or (table.sum(axis=1) == 0).any():
        assert found is NOTHING
        return
    told = stats.chi2_contingency(table, correction=False)
    assert found.effect == pytest.approx(stats.contingency.association(table, "cramer"))
    assert found.least_expected == pytest.approx(told.expected_freq.min())
    assert found.p == pytest.approx(stats.fisher_exact(table).pvalue if len(cells) == 2 else told.pvalue)


@given(NUMBERS, NUMBERS)
def test_cliffs_delta_counts_pairs(one: list[float], other: list[float]) -> None:
    pairs = [np.sign(a - b) for a in one for b in other]
    assert cliffs_delta(np.array(one), np.array(other)) == pytest.approx(sum(pairs) / len(pairs))
    assert cliffs_delta(np.array(other), np.array(one)) == -cliffs_delta(np.array(one), np.array(other))


def test_a_whole_difference_is_one() -> None:
    assert cliffs_delta(np.array([3.0, 4]), np.array([1.0, 2])) == 1
    assert difference_of_shares([4, 0], [4, 4]).effect == 1
    assert np.isnan(cliffs_delta(np.array([]), np.array([1.0])))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_only_raises_and_keeps_the_order(chances: list[float]) -> None:
    found = holm(chances)
    assert (found >= np.array(chances)).all()
    assert (found <= 1).all()
    order = np.argsort(chances, kind="stable")
    assert (np.diff(found[order]) >= 0).all()
    assert found.min() == pytest.approx(min(1.0, min(chances) * len(chances)))
