"""Moments: as scipy has them, on any scale, and one rule for what counts as outlying."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from toolkit.ground.statistics import deviation, has_outliers, kurtosis, mean, skewness

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
