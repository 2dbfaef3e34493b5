"""Where an expert's comparisons contradict themselves: the triads that do not multiply out, and plain circles."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from toolkit.ranking import Floats, Mask
from toolkit.weighting.comparison_matrix import Typed, comparisons, scale_text
from toolkit.weighting.judgement import Names

LEVEL = 1e-12


@dataclass(frozen=True)
class Triad:
    """Three criteria whose comparisons do not multiply out.

    Parameters
    ----------
    criteria
        Their names, i, j, k in the order of the matrix.
    places
        Their places, from 0.
    product
        a_ij a_jk a_ki: 1 when they agree.
    error
        |ln product|: 0 when they agree. exp(error) is the factor by which they miss.
    said
        The three judgements, as "A : B = 3".
    """

    criteria: tuple[str, str, str]
    places: tuple[int, int, int]
    product: float
    error: float
    said: tuple[str, str, str]


@dataclass(frozen=True)
class Circle:
    """Preferences that run in a circle: each at least as important as the next, the last as the first, one of them more.

    Parameters
    ----------
    criteria, places
        Names and places (from 0) in the order of the circle, beginning with the first in the matrix.
    """

    criteria: tuple[str, ...]
    places: tuple[int, ...]


def ahp_triads(matrix: Typed, names: Names = None) -> list[Triad]:
    """All triads that were compared in full, the one that contradicts itself most first.

    Parameters
    ----------
    matrix : float64[n, n]
        See `toolkit.weighting.comparison_matrix.comparisons`.

    Returns
    -------
    list of Triad
        By falling error, then by place.

    Examples
    --------
    >>> ahp_triads([[1, 3, 9], [None, 1, 5], [None, None, 1]], ["hours", "pledge", "conduct"])[0]
    Triad(criteria=('hours', 'pledge', 'conduct'), places=(0, 1, 2), product=1.6666..., error=0.5108...,
          said=('hours : pledge = 3', 'pledge : conduct = 5', 'hours : conduct = 9'))
    """
    whole, labels = comparisons(matrix, names)
    triples = [places for places in combinations(range(len(whole)), 3) if not np.isnan(whole[np.ix_(places, places)]).any()]
    found = [_triad(whole, labels, places) for places in triples]
    return sorted(found, key=lambda triad: (-round(triad.error, 12), triad.places))


def ahp_circles(matrix: Typed, names: Names = None) -> list[Circle]:
    """Direct contradictions: a shortest circle through every preference that stands in one, each circle once.

    "A over B, B over C, C over A" is a circle, and so is "A over B, B as C, C as A". Without a circle the
    comparisons agree on an order, however much their sizes differ.

    Returns
    -------
    list of Circle
        Shortest first, then by place; empty when there is none.

    Examples
    --------
    >>> ahp_circles([[1, 2, 1 / 2], [None, 1, 2], [None, None, 1]])
    [Circle(criteria=('C1', 'C2', 'C3'), places=(0, 1, 2))]
    """
    whole, labels = comparisons(matrix, names)
    over, least = whole > 1 + LEVEL, whole >= 1 - LEVEL
    ways = [tuple(_way(least, end, start)) for start, end in np.argwhere(over).tolist()]
    circles = sorted({_turned(way) for way in ways if way}, key=lambda way: (len(way), way))
    return [Circle(tuple(labels[place] for place in way), way) for way in circles]


def _triad(matrix: Floats, labels: tuple[str, ...], places: tuple[int, int, int]) -> Triad:
    i, j, k = places

    def said(a: int, b: int) -> str:
        return f"{labels[a]} : {labels[b]} = {scale_text(float(matrix[a, b]))}"

    product = float(matrix[i, j] * matrix[j, k] * matrix[k, i])
    judgements = (said(i, j), said(j, k), said(i, k))
    return Triad((labels[i], labels[j], labels[k]), places, product, abs(float(np.log(product))), judgements)


def _way(least: Mask, start: int, end: int) -> list[int]:
    """The first of the shortest ways from start to end along "at least as important", both included; else empty."""
    came, edge = {start: start}, [start]
    while edge and end not in came:
        fresh: list[int] = []
        for node in edge:
            for after in np.flatnonzero(least[node]).tolist():
                if after not in came:
                    came[after] = node
                    fresh.append(after)
        edge = fresh
    if end not in came:
        return []
    way = [end]
    while way[-1] != start:
        way.append(came[way[-1]])
    return way[::-1]


def _turned(way: tuple[int, ...]) -> tuple[int, ...]:
    """The circle, told from its first criterion on."""
    first = way.index(min(way))
    return (*way[first:], *way[:first])
