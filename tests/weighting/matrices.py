"""Published comparison matrices, by their upper halves, and invented ones."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from toolkit.ground.ranking import Floats

# Saaty, T. L. (2008). Decision making with the analytic hierarchy process. Int. J. Services Sciences 1(1), 83-98:
# relative consumption of drinks in the US: coffee, wine, tea, beer, sodas, milk, water.
DRINKS = [
    [9, 5, 2, 1, 1, 1 / 2],
    [1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9],
    [1 / 3, 1 / 4, 1 / 3, 1 / 9],
    [1 / 2, 1, 1 / 3],
    [2, 1 / 2],
    [1 / 3],
]
# Saaty, T. L. (1980). The Analytic Hierarchy Process: choosing a school: learning, friends, school life, vocational
# training, college preparation, music classes.
SCHOOL = [[4, 3, 1, 3, 4], [7, 3, 1 / 5, 1], [1 / 5, 1 / 5, 1 / 6], [1, 1 / 3], [3]]
# Saaty, T. L. (1990). How to make a decision: the analytic hierarchy process. European J. of Operational Research 48(1),
# 9-26: buying a house: size, transport, neighbourhood, age, yard, modern facilities, condition, financing.
HOUSE = [
    [5, 3, 7, 6, 6, 1 / 3, 1 / 4],
    [1 / 3, 5, 3, 3, 1 / 5, 1 / 7],
    [6, 3, 4, 6, 1 / 5],
    [1 / 3, 1 / 4, 1 / 7, 1 / 8],
    [1 / 2, 1 / 5, 1 / 6],
    [1 / 5, 1 / 6],
    [1 / 2],
]
# Saaty, T. L. (1977). A scaling method for priorities in hierarchical structures. J. of Mathematical Psychology 15(3),
# 234-281: brightness of four chairs at growing distance from a light.
CHAIRS = [[5, 6, 7], [4, 6], [4]]
# There too: wealth of nations: US, USSR, China, France, UK, Japan, West Germany.
WEALTH = [[4, 9, 6, 6, 5, 5], [7, 5, 5, 3, 4], [1 / 5, 1 / 5, 1 / 7, 1 / 5], [1, 1 / 3, 1 / 3], [1 / 3, 1 / 3], [2]]
# There too: distance from Philadelphia: Cairo, Tokyo, Chicago, San Francisco, London, Montreal.
CITIES = [[1 / 3, 8, 3, 3, 7], [9, 3, 3, 9], [1 / 6, 1 / 5, 2], [1 / 3, 6], [6]]


def full(halves: list[list[float]]) -> Floats:
    """The whole reciprocal matrix of an upper half."""
    matrix = np.eye(len(halves) + 1)
    for row, values in enumerate(halves):
        for column, value in enumerate(values, start=row + 1):
            matrix[row, column], matrix[column, row] = value, 1 / value
    return matrix


def upper(matrix: Floats) -> Floats:
    """The upper half alone, the rest left empty, as a form is filled in."""
    return np.where(np.triu(np.ones_like(matrix)) > 0, matrix, np.nan)


STEP = st.sampled_from([*(1 / step for step in range(2, 10)), *range(1, 10)])


@st.composite
def judgements(draw: st.DrawFn, least: int = 1, most: int = 6) -> Floats:
    """A reciprocal matrix on the scale, as inconsistent as it comes."""
    count = draw(st.integers(least, most))
    return full([draw(st.lists(STEP, min_size=size, max_size=size)) for size in range(count - 1, 0, -1)])


@st.composite
def weights(draw: st.DrawFn, least: int = 1, most: int = 7) -> Floats:
    """Weights no more than nine times one another."""
    return np.array(draw(st.lists(st.floats(1, 9), min_size=least, max_size=most)))
