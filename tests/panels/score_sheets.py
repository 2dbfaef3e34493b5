"""Invented score sheets, and the published ones that several tests share."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as numbers

GAP = np.nan
# Shrout and Fleiss (1979), Psychological Bulletin 86, table 2: six targets, four judges.
JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float)
# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C: four observers, twelve units.
OBSERVERS = np.array([
    [1, 2, 3, 3, 2, 1, 4, 1, 2, GAP, GAP, GAP],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, GAP, 3],
    [GAP, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, GAP],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, GAP],
]).T  # fmt: skip

SHAPES = st.tuples(st.integers(1, 7), st.integers(1, 7))
POINTS = st.integers(0, 1000).map(lambda tenths: tenths / 10)
WHOLE = SHAPES.flatmap(lambda shape: numbers.arrays(float, shape, elements=POINTS))
SHEETS = SHAPES.flatmap(lambda shape: numbers.arrays(float, shape, elements=POINTS | st.just(GAP)))
COARSE = SHAPES.flatmap(lambda shape: numbers.arrays(float, shape, elements=st.sampled_from([0.0, 1.0, 2.0, 5.0, GAP])))


@st.composite
def withdrawn(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, recusals, and the same scores with other numbers where someone withdrew."""
    scores = draw(SHEETS)
    mask = draw(numbers.arrays(bool, scores.shape))
    others = draw(numbers.arrays(float, scores.shape, elements=POINTS | st.just(GAP)))
    return scores, mask, np.where(mask, others, scores)


@st.composite
def shuffled(draw: st.DrawFn, sheets: st.SearchStrategy[np.ndarray] = SHEETS) -> tuple[np.ndarray, list[int], list[int]]:
    """Scores, an order of the members and one of the experts."""
    scores = draw(sheets)
    return scores, draw(st.permutations(range(scores.shape[0]))), draw(st.permutations(range(scores.shape[1])))
