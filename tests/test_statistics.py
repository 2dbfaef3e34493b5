"""Moments, tests of whether groups differ, correlation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from toolkit.ground.statistics import (
    NOTHING,
    cliffs_delta,
    deviation,
    difference_of_shares,
    has_outliers,
    holm,
    kruskal_wallis,
    kurtosis,
    mean,
    skewness,
)

NUMBERS = st.lists(st.integers(-50, 50), min_size=4, max_size=30)


@given(NUMBERS)
def test_they_agree_with_scipy_and_numpy(numbers: list[int]) -> None:
    x = np.sort(np.array(numbers, dtype=np.float64))
    assume(x[0] < x[-1])
    assert (mean(x), deviation(x)) == pytest.approx((np.mean(x), np.std(x, ddof=1)), abs=1e-12)
    assert skewness(x) == pytest.approx(stats.skew(x, bias=False), abs=1e-9)
    assert kurtosis(x) == pytest.approx(stats.kurtosis(x, bias=False), abs=1e-7)


@given(NUMBERS, st.sampled_from([1e-150, 1e-3, 1e9, 1e150]))
def test_the_unit_does_not_matter_however_large_or_small(numbers: list[int], unit: float) -> None:
    x = np.sort(np.array(numbers, dtype=np.float64))
    assume(x[0] < x[-1])
    assert skewness(x * unit) == pytest.approx(skewness(x), rel=1e-9, abs=1e-9)
    assert kurtosis(x * unit) == pytest.approx(kurtosis(x), rel=1e-9, abs=1e-9)


def test_nothing_is_said_of_too_few_or_of_equal_numbers() -> None:
    assert np.isnan([skewness(np.array([1.0, 2])), skewness(np.full(9, 0.1)), kurtosis(np.array([1.0, 2, 9])), kurtosis(np.full(9, 0.1))]).all()
    assert np.isnan([mean(np.array([])), deviation(np.array([3.0]))]).all()
    assert mean(np.full(9, 0.1)) == 0.1
    assert not any(has_outliers(x, 1e-9, -9) for x in (np.array([]), np.array([1.0, 2, 1000]), np.full(9, 7.0)))


def test_both_limits_have_to_be_reached_and_count_themselves() -> None:
    x = np.array([*range(1, 11), 30, 100.0])
    skewed, heavy = skewness(x), kurtosis(x)
    assert has_outliers(x)
    assert has_outliers(-x[::-1], skewed, heavy)
    assert not has_outliers(x, np.nextafter(skewed, 9), heavy)
    assert not has_outliers(x, skewed, np.nextafter(heavy, 99))


NUMBERS_OF_GROUP_TESTS = st.lists(st.integers(0, 9).map(float), min_size=1, max_size=8)
GROUPS = st.lists(NUMBERS_OF_GROUP_TESTS, min_size=2, max_size=4).map(lambda groups: [np.array(own) for own in groups])


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


@given(NUMBERS_OF_GROUP_TESTS, NUMBERS_OF_GROUP_TESTS)
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
