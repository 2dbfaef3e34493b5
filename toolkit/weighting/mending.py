"""The smallest mend of inconsistent comparisons: which one to think over, and to what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from toolkit.ranking import Floats
from toolkit.weighting.ahp import LIMIT, SAATY, consistency_index, consistency_ratio
from toolkit.weighting.comparison_matrix import STEPS, Typed, comparisons, harker, perron, scale_text
from toolkit.weighting.judgement import Names

Cell = tuple[int, int]


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
    places: Cell
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
    """

    changes: tuple[Change, ...]
    before: float
    after: float
    enough: bool


def ahp_mend(
    matrix: Typed, names: Names = None, *, limit: float = LIMIT, random_index: Sequence[float] = SAATY
) -> Mend:
    """The single comparison and value that bring CR under the limit with the least change; else the changes in turn.

    Every comparison is tried with every step of the scale; the least |ln(then / now)| wins, then the lower CR, then
    the earlier place. Where no single change is enough, the one that lowers CR most is made (each comparison at most
    once), until one more is enough. It says where to think again, not what to think: the expert decides.

    Parameters
    ----------
    matrix : float64[n, n]
        See `toolkit.weighting.comparison_matrix.comparisons`; pairs not compared are left alone.
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
    changes: list[Change] = []
    while ratio >= limit:
        cells = _cells(whole, {change.places for change in changes})
        if not cells:
            break
        change = min(_trials(whole, labels, cells, random_index), key=lambda trial: _order(trial, limit))
        if change.ratio >= ratio:
            break
        whole = _with(whole, change.places, change.then)
        ratio = change.ratio
        changes.append(change)
    return Mend(tuple(changes), before, ratio, ratio < limit)


def _order(trial: Change, limit: float) -> tuple[bool, float, float, Cell]:
    """Enough comes first, by the least change; what is not enough by the lowest CR."""
    step = round(abs(float(np.log(trial.then / trial.now))), 9)
    ratio = round(trial.ratio, 9)
    short = trial.ratio >= limit
    return (short, ratio, step, trial.places) if short else (short, step, ratio, trial.places)


def _cells(matrix: Floats, done: set[Cell]) -> list[Cell]:
    rows, columns = np.triu_indices(len(matrix), 1)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [pair for pair in pairs if pair not in done and not np.isnan(matrix[pair])]


def _trials(
    matrix: Floats, labels: tuple[str, ...], cells: list[Cell], random_index: Sequence[float]
) -> list[Change]:
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


def _with(matrix: Floats, cell: Cell, value: float) -> Floats:
    changed = matrix.copy()
    changed[cell], changed[cell[::-1]] = value, 1 / value
    return changed


def _ratio(matrix: Floats, random_index: Sequence[float]) -> float:
    return consistency_ratio(consistency_index(perron(matrix)[0], len(matrix)), len(matrix), random_index)
