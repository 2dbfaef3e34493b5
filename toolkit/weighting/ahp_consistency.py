"""Where comparisons contradict themselves, triads and plain circles; and the smallest mend: which to think over, and to what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from toolkit.ground.ranking import Floats, Integers, Mask
from toolkit.weighting.ahp import (
    LIMIT,
    SAATY,
    STEPS,
    Typed,
    comparisons,
    consistency_index,
    consistency_ratio,
    harker,
    perron,
    scale_text,
)
from toolkit.weighting.direct import OptionalNames

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


def ahp_triads(matrix: Typed, names: OptionalNames = None) -> list[Triad]:
    """All triads that were compared in full, the one that contradicts itself most first.

    Parameters
    ----------
    matrix : float64[n, n]
        See `toolkit.weighting.ahp.comparisons`.

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
    triads = [_triad(whole, labels, places) for places in triples]
    return sorted(triads, key=lambda triad: (-round(triad.error, 12), triad.places))


def ahp_circles(matrix: Typed, names: OptionalNames = None) -> list[Circle]:
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

    def judgement(a: int, b: int) -> str:
        return f"{labels[a]} : {labels[b]} = {scale_text(float(matrix[a, b]))}"

    product = float(matrix[i, j] * matrix[j, k] * matrix[k, i])
    judgements = (judgement(i, j), judgement(j, k), judgement(i, k))
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


MatrixCell = tuple[int, int]


@dataclass(frozen=True)
class Change:
    """One comparison to be thought over.

    Parameters
    ----------
    criteria, places
        The pair: names, and places from 0, in the order of the matrix.
    now, then
        The judgement of the first against the second as it is, and a value on the scale 1/9 to 9 that mends it.
    ratio
        CR after this change (and those before it).
    """

    criteria: tuple[str, str]
    places: MatrixCell
    now: float
    then: float
    ratio: float

    def __str__(self) -> str:
        """The change as a line: "A : B, 9 -> 5"."""
        return f"{self.criteria[0]} : {self.criteria[1]}, {scale_text(self.now)} -> {scale_text(self.then)}"


@dataclass(frozen=True)
class Mend:
    """What to change so that CR falls under the limit.

    Parameters
    ----------
    changes
        In turn; empty when the comparisons are consistent as they are.
    before, after
        CR before and after them.
    enough
        Whether CR is then under the limit.
    least
        Whether nothing less is enough: every change of fewer comparisons was tried, and every other change of as many.
    """

    changes: tuple[Change, ...]
    before: float
    after: float
    enough: bool
    least: bool = False


def ahp_mend(matrix: Typed, names: OptionalNames = None, *, limit: float = LIMIT, random_index: Sequence[float] = SAATY) -> Mend:
    """The comparison, or else the two, that bring CR under the limit with the least change; else the changes in turn.

    Every comparison is tried with every step of the scale; the least |ln(then / now)| wins, then the lower CR, then
    the earlier place. Where no single change is enough, every pair of changes of which one lowers CR by itself is tried
    likewise, by the sum, unless there are more than `MOST_PAIRS`. Where none of them is enough either, the change that
    lowers CR most is made (each comparison at most once), until one more is enough. It says where to think again, not
    what to think: the expert decides.

    Parameters
    ----------
    matrix : float64[n, n]
        See `toolkit.weighting.ahp.comparisons`; pairs not compared are left alone.
    limit
        CR is to be below it.

    Examples
    --------
    >>> mend = ahp_mend([[1, 3, 1 / 2], [None, 1, 4], [None, None, 1]], ["hours", "pledge", "conduct"])
    >>> print(*mend.changes, round(mend.before, 2), round(mend.after, 2), sep="; ")
    hours : pledge, 3 -> 1/3; 1.06; 0.09
    """
    whole, labels = comparisons(matrix, names)
    before = ratio = _ratio(whole, random_index)
    if ratio >= limit and (found := _least(whole, labels, limit, random_index)):
        return Mend(found, before, found[-1].ratio, enough=True, least=True)
    changes: list[Change] = []
    while ratio >= limit and (cells := _cells(whole, {change.places for change in changes})):
        change = min(_trials(whole, labels, cells, random_index), key=lambda trial: _order(trial, limit))
        if change.ratio >= ratio:
            break
        whole = _with(whole, change.places, change.then)
        ratio = change.ratio
        changes.append(change)
    return Mend(tuple(changes), before, ratio, ratio < limit)


MOST_PAIRS = 30_000
"""Pairs of changes that are looked through: what six criteria have. More would be felt at every move of a ballot."""
BLOCK = 2_000


def _least(matrix: Floats, labels: tuple[str, ...], limit: float, random_index: Sequence[float]) -> tuple[Change, ...]:
    """The one change that is enough, or else the two, with the least change; nothing where there are none."""
    trials = _trials(matrix, labels, _cells(matrix, set()), random_index)
    single = min(trials, key=lambda trial: _order(trial, limit))
    if single.ratio < limit:
        return (single,)
    first, second = np.triu_indices(len(trials), 1)
    ratio, sizes = np.array([trial.ratio for trial in trials]), np.array([_size(trial) for trial in trials])
    cell = np.array([trial.places[0] * len(matrix) + trial.places[1] for trial in trials])
    apart = (cell[first] != cell[second]) & (np.minimum(ratio[first], ratio[second]) < _ratio(matrix, random_index))
    first, second = first[apart], second[apart]
    if len(first) > MOST_PAIRS:
        return ()
    size = np.round(sizes[first] + sizes[second], 9)
    order = np.argsort(size, kind="stable")
    best: tuple[float, float, Change, Change] | None = None
    for start in range(0, len(order), BLOCK):
        block = order[start : start + BLOCK]
        if best and size[block[0]] > best[0]:
            break
        for place, after in _enough(_changed(matrix, trials, first[block], second[block]), limit, random_index):
            found = (float(size[block[place]]), round(after, 9))
            if best is None or found < best[:2]:
                one, other = sorted((trials[first[block[place]]], trials[second[block[place]]]), key=lambda trial: trial.ratio)
                best = (*found, one, replace(other, ratio=after))
    return best[2:] if best else ()


def _changed(matrix: Floats, trials: Sequence[Change], *chosen: Integers) -> Floats:
    """The matrix under one trial of each of the `chosen`, float64[choices, n, n]."""
    places, values = np.array([trial.places for trial in trials]), np.array([trial.then for trial in trials])
    stack = np.repeat(matrix[None], len(chosen[0]), axis=0)
    for one in chosen:
        at, (row, column) = np.arange(len(one)), places[one].T
        stack[at, row, column], stack[at, column, row] = values[one], 1 / values[one]
    return stack


def _enough(stack: Floats, limit: float, random_index: Sequence[float]) -> Iterator[tuple[int, float]]:
    """Which of these matrices have a CR under the limit, and which.

    For any x > 0 the eigenvalue is at least min (Ax)_i / x_i (Collatz 1942): what that alone puts over the limit is left.
    """
    whole, n = harker(stack), stack.shape[-1]
    greatest = n + limit * random_index[n - 1] * (n - 1)
    x = np.ones((len(whole), n))
    for _ in range(ROUNDS):
        product = np.einsum("aij,aj->ai", whole, x)
        least = (product / x).min(axis=1)
        x = product / product.sum(axis=1, keepdims=True)
    near = np.flatnonzero(least < greatest + 1e-9)
    for place, root in zip(near.tolist(), np.linalg.eigvals(whole[near]).real.max(axis=1).tolist() if len(near) else (), strict=True):
        after = consistency_ratio(consistency_index(root, n), n, random_index)
        if after < limit:
            yield place, after


ROUNDS = 6
"""Of multiplying out, after which the bound is near."""


def _size(trial: Change) -> float:
    return abs(float(np.log(trial.then / trial.now)))


def _order(trial: Change, limit: float) -> tuple[bool, float, float, MatrixCell]:
    """Enough comes first, by the least change; what is not enough by the lowest CR."""
    step = round(_size(trial), 9)
    ratio = round(trial.ratio, 9)
    short = trial.ratio >= limit
    return (short, ratio, step, trial.places) if short else (short, step, ratio, trial.places)


def _cells(matrix: Floats, done: set[MatrixCell]) -> list[MatrixCell]:
    rows, columns = np.triu_indices(len(matrix), 1)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [pair for pair in pairs if pair not in done and not np.isnan(matrix[pair])]


def _trials(matrix: Floats, labels: tuple[str, ...], cells: list[MatrixCell], random_index: Sequence[float]) -> list[Change]:
    """Every other value on the scale in every cell, with the CR it would give."""
    tried = [(cell, step) for cell in cells for step in STEPS if abs(np.log(step / matrix[cell])) > 1e-9]
    stack = np.repeat(matrix[None], len(tried), axis=0)
    for place, ((row, column), step) in enumerate(tried):
        stack[place, row, column], stack[place, column, row] = step, 1 / step
    roots = np.linalg.eigvals(harker(stack)).real.max(axis=1)
    n = len(matrix)
    ratios = [consistency_ratio(consistency_index(root, n), n, random_index) for root in roots.tolist()]
    return [
        Change((labels[cell[0]], labels[cell[1]]), cell, float(matrix[cell]), step, ratio)
        for (cell, step), ratio in zip(tried, ratios, strict=True)
    ]


def _with(matrix: Floats, cell: MatrixCell, value: float) -> Floats:
    changed = matrix.copy()
    changed[cell], changed[cell[::-1]] = value, 1 / value
    return changed


def _ratio(matrix: Floats, random_index: Sequence[float]) -> float:
    return consistency_ratio(consistency_index(perron(matrix)[0], len(matrix)), len(matrix), random_index)
