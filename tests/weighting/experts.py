"""Invented experts, for the tests of groups."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from toolkit.ground.ranking import Floats


@st.composite
def groups(draw: st.DrawFn, least: int = 1, criteria: int = 1) -> Floats:
    """Shares of a few experts on a few criteria, with zeros and ties among them."""
    count, wide = draw(st.integers(least, 7)), draw(st.integers(criteria, 5))
    row = st.lists(st.integers(0, 6), min_size=wide, max_size=wide).filter(any)
    points = np.array(draw(st.lists(row, min_size=count, max_size=count)), dtype=float)
    return np.asarray(points / points.sum(axis=1, keepdims=True))


@st.composite
def alike(draw: st.DrawFn, least: int = 1) -> Floats:
    """Several experts of one opinion."""
    row = np.array(draw(st.lists(st.integers(1, 9), min_size=2, max_size=8)), dtype=float)
    return np.tile(row / row.sum(), (draw(st.integers(least, 7)), 1))
