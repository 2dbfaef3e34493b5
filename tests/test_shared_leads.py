"""Sharing out weight between siblings: the closed form is the linear programme."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from toolkit.sensitivity.bounds.leads import most_shared

SHARE = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)  # none so small that the solver takes it for 0


@given(st.lists(st.tuples(st.integers(-9, 9), SHARE, SHARE), min_size=1, max_size=5))
def test_the_knapsack_is_the_linear_programme(parts: list[tuple[int, float, float]]) -> None:
    leads = np.array([float(lead) for lead, _, _ in parts])
    low = np.array([min(a, b) for _, a, b in parts]) / len(parts)
    high = np.maximum(np.array([max(a, b) for _, a, b in parts]), 1 / len(parts))
    best = linprog(-leads, A_eq=np.ones((1, len(parts))), b_eq=[1.0], bounds=list(zip(low, high, strict=True)))
    assert most_shared(list(leads), (low, high)).item() == pytest.approx(-best.fun, abs=1e-7)


def test_many_pairs_at_once_are_as_each_alone_and_a_gap_makes_a_gap() -> None:
    rng = np.random.default_rng(0)
    leads, low = rng.normal(size=(4, 3, 5)), np.full(4, 0.1)
    leads[2, 1, 1] = np.nan
    found = most_shared(list(leads), (low, low + 0.4))
    for place in np.ndindex(3, 5):
        alone = most_shared([own[place] for own in leads], (low, low + 0.4)).item()
        assert found[place] == alone or (np.isnan(found[place]) and place == (1, 1))


def test_at_corners_it_is_the_best_corner() -> None:
    corners = np.array([[1.0, 0.0], [0.5, 0.5]])
    assert most_shared([np.array([4.0, -4.0]), np.array([0.0, 2.0])], corners).tolist() == [4.0, -1.0]
