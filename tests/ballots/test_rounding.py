"""Rounded weights sum to exactly 100 and stay within one unit of the shares."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ballots.shares import whole_weights

SHARES = st.lists(st.floats(0.001, 1000), min_size=1, max_size=12).map(lambda x: np.array(x) / np.sum(x))


@given(SHARES, st.integers(0, 6))
def test_they_sum_to_exactly_100_and_each_is_next_to_its_share(shares: np.ndarray, decimals: int) -> None:
    found = whole_weights(shares, decimals)
    unit = 10**decimals
    assert round((found * unit).sum()) == 100 * unit
    assert abs(found.sum() - 100) < 1e-9
    assert (np.abs(found - shares * 100) < 1 / unit + 1e-9).all()


def test_largest_remainders_go_up_and_of_equals_the_first() -> None:
    assert whole_weights(np.array([0.404, 0.349, 0.247]), 0).tolist() == [40, 35, 25]
    assert whole_weights(np.array([0.466, 0.466, 0.068]), 0).tolist() == [47, 46, 7]
    assert whole_weights(np.array([1, 1, 1]) / 3, 0).tolist() == [34, 33, 33]
