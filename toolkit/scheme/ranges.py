"""What a column is asked to hold: one of some states, or a number or day within a range."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import reduce
from operator import and_, ge, gt, le, lt
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Discriminator, Tag

from toolkit.toml_file import Decision

if TYPE_CHECKING:
    import ibis.expr.types as ir

State = str | float | int | bool
Bound = float | dt.date
OVER = {"least": ge, "above": gt, "most": le, "below": lt}
LEFT, RIGHT = {"least": "≤", "above": "<"}, {"most": "≤", "below": "<"}
TURNED = {"≤": "≥", "<": ">"}


class Range(Decision):
    """Numbers or days within bounds: `least` and `most` count themselves (含), `above` and `below` do not.

    Days are compared as days, whatever the hour. An empty cell is within no range.
    """

    least: Bound | None = None
    above: Bound | None = None
    most: Bound | None = None
    below: Bound | None = None

    @property
    def bounds(self) -> dict[str, Bound]:
        """The bounds that are written, by their key."""
        written = {key: getattr(self, key) for key in OVER}
        return {key: bound for key, bound in written.items() if bound is not None}

    @property
    def of_days(self) -> bool:
        """Whether its bounds are days."""
        return any(isinstance(bound, dt.date) for bound in self.bounds.values())

    def within(self, cells: Any) -> Any:
        """Whether a cell lies within, or each of an engine's column."""
        days = cells.date() if self.of_days else cells
        return reduce(and_, (OVER[key](days, bound) for key, bound in self.bounds.items()))

    def holds(self, cell: object) -> bool:
        """Whether a cell that may be empty, or of another kind, lies within."""
        kind = dt.date if self.of_days else (int, float)
        known = isinstance(cell, kind) and not isinstance(cell, bool) and cell == cell  # noqa: PLR0124 - NaN and NaT
        return known and bool(self.within(cell))


def _form(asked: object) -> str:
    return "range" if isinstance(asked, dict | Range) else "states"


Asked = Annotated[Annotated[tuple[State, ...], Tag("states")] | Annotated[Range, Tag("range")], Discriminator(_form)]
Where = dict[str, Asked]


def holding(rows: ir.Table, where: Mapping[str, tuple[State, ...] | Range]) -> list[ir.BooleanValue]:
    """For each column that is asked about whether a row holds what is asked; unknown where its cell is empty."""
    return [asked.within(rows[column]) if isinstance(asked, Range) else rows[column].isin(asked) for column, asked in where.items()]


def asked_in_words(column: str, asked: tuple[State, ...] | Range) -> str:
    """What is asked of a column, as both languages write it.

    Examples
    --------
    >>> asked_in_words("hours", Range(least=2)), asked_in_words("hours", Range(least=2, below=10.5))
    ('hours ≥ 2', '2 ≤ hours < 10.5')
    """
    if not isinstance(asked, Range):
        return f"{column} = {'、'.join(map(str, asked))}"
    low = [(_shown(bound), LEFT[key]) for key, bound in asked.bounds.items() if key in LEFT]
    high = [f" {RIGHT[key]} {_shown(bound)}" for key, bound in asked.bounds.items() if key in RIGHT]
    if not high:
        return column + "，".join(f" {TURNED[sign]} {bound}" for bound, sign in low)
    return "".join(f"{bound} {sign} " for bound, sign in low) + column + "".join(high)


def _shown(bound: Bound) -> str:
    return str(bound) if isinstance(bound, dt.date) else f"{bound:.9f}".rstrip("0").rstrip(".")
