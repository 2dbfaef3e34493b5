"""Formulas of a spreadsheet for group scores and totals, each with the number it gives as the row stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, isnan, nan, prod
from typing import NamedTuple, TypeAlias

from xlsxwriter.utility import xl_col_to_name

Case: TypeAlias = tuple[tuple[bool, ...], tuple[float, ...]]
Found: TypeAlias = tuple[str, float]
letters = cache(xl_col_to_name)
MOST_CASES, LONGEST = 60, 8000  # a spreadsheet nests 64 functions and takes 8192 characters


class Part(NamedTuple):
    """One child of a group in a member's row: its voted weight, its score (NaN where it has none), and where both stand."""

    weight: float
    score: float
    column: int
    weight_row: int
    row: int

    @property
    def weight_cell(self) -> str:
        """The cell of its weight, the row held fast."""
        return f"{letters(self.column)}${self.weight_row + 1}"

    @property
    def cell(self) -> str:
        """The cell of its score."""
        return f"{letters(self.column)}{self.row + 1}"


@dataclass(frozen=True)
class Rule:
    """How a group is gathered: see `toolkit.aggregation.Branch`.

    `cases` are those of a conditional group, in the order of its children. Of `concerned` children, which apply to
    the member, at least the share `least_present` must have a score.
    """

    aggregate: str
    cases: tuple[Case, ...] = ()
    least_present: float | None = None
    concerned: int = 0


def mean_formula(rule: Rule, parts: Sequence[Part]) -> Found | None:
    """The formula of a group's score, and the number it gives; None where no formula is written for it.

    That of a conditional group looks at the row itself: change, clear or fill a score, and the weights change with
    it. All others count the children that count as the sheet is written.
    """
    if rule.aggregate == "conditional":
        return _conditional(rule, parts)
    counted = [part for part in parts if part.weight > 0 and not isnan(part.score)]
    weight = sum(part.weight for part in counted)
    if counted and rule.aggregate == "arithmetic":
        return _weighted_sum(counted), sum(part.weight * part.score for part in counted) / weight
    if counted and rule.aggregate == "geometric" and all(part.score > 0 for part in counted):
        return _weighted_product(counted), prod(part.score ** (part.weight / weight) for part in counted)
    return None


def _conditional(rule: Rule, parts: Sequence[Part]) -> Found | None:
    """IF(these have a score, their mean under the weights of the case, ...), else the mean of what there is as voted."""
    present = tuple(not isnan(part.score) for part in parts)
    voted = tuple(part.weight for part in parts)
    weights = next((weights for observed, weights in rule.cases if observed == present), voted)
    formula = _as_voted(parts)
    for observed, given in reversed(rule.cases):
        formula = f"IF({_exactly(parts, observed)},{_by(parts, given)},{formula})"
    found = _mean(parts, weights)
    if rule.least_present is not None:
        needed = max(1, ceil(rule.least_present * max(rule.concerned, 1) - 1e-9))
        formula, found = f'IF({_count(parts)}<{needed},"",{formula})', found if sum(present) >= needed else nan
    return None if len(rule.cases) > MOST_CASES or len(formula) > LONGEST else (formula, found)


def _mean(parts: Sequence[Part], weights: Sequence[float]) -> float:
    counted = [(weight, part.score) for part, weight in zip(parts, weights, strict=True) if not isnan(part.score)]
    whole = sum(weight for weight, _ in counted)
    return sum(weight * score for weight, score in counted) / whole if whole > 0 else nan


def _exactly(parts: Sequence[Part], observed: Sequence[bool]) -> str:
    """Whether just these have a score: all of them do, and no more do than they are."""
    there = [part for part, own in zip(parts, observed, strict=True) if own]
    return f"AND({_count(there)}={len(there)},{_count(parts)}={len(there)})"


def _count(parts: Sequence[Part]) -> str:
    if len(parts) > 1 and _side_by_side(parts):
        return f"COUNT({parts[0].cell}:{parts[-1].cell})"
    return f"COUNT({','.join(part.cell for part in parts)})"


def _by(parts: Sequence[Part], weights: Sequence[float]) -> str:
    """The mean under weights that the scheme writes for a case."""
    given = [(weight, part.cell) for part, weight in zip(parts, weights, strict=True) if weight > 0]
    if len(given) == 1:
        return given[0][1]
    return f"({'+'.join(f'{weight:.15g}*{cell}' for weight, cell in given)})/({'+'.join(f'{weight:.15g}' for weight, _ in given)})"


def _as_voted(parts: Sequence[Part]) -> str:
    """The mean of the scores there are by the weights above them; nothing where there are none."""
    there = "+".join(f"{part.weight_cell}*ISNUMBER({part.cell})" for part in parts)
    sums = "+".join(f"{part.weight_cell}*N({part.cell})" for part in parts)
    return f'IF({there}=0,"",({sums})/({there}))'


def _weighted_sum(parts: Sequence[Part]) -> str:
    if len(parts) > 1 and _side_by_side(parts):
        weights, scores = f"{parts[0].weight_cell}:{parts[-1].weight_cell}", f"{parts[0].cell}:{parts[-1].cell}"
        return f"SUMPRODUCT({weights},{scores})/SUM({weights})"
    products = "+".join(f"{part.weight_cell}*{part.cell}" for part in parts)
    return f"({products})/({'+'.join(part.weight_cell for part in parts)})"


def _weighted_product(parts: Sequence[Part]) -> str:
    weight = "+".join(part.weight_cell for part in parts)
    return "*".join(f"{part.cell}^({part.weight_cell}/({weight}))" for part in parts)


def _side_by_side(parts: Sequence[Part]) -> bool:
    columns = [part.column for part in parts]
    return columns == list(range(columns[0], columns[-1] + 1))
