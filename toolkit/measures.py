"""Measures: what is counted in a table of records for each member, as the scheme words it."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from toolkit.toml_file import Decision

Take = Literal["sum", "count", "any", "latest"]
State = str | float | int | bool
Where = dict[str, tuple[State, ...]]

LASTS = re.compile(r"\s*(\d+)\s*(day|month|year)s?\s*\Z")


def read_span(words: str) -> tuple[int, Literal["day", "month", "year"]]:
    """How long a record counts: "3 months" as (3, "month").

    Raises
    ------
    ValueError
        When it is not a whole number of days, months or years.

    Examples
    --------
    >>> read_span("3 months")
    (3, 'month')
    """
    match = LASTS.match(words)
    if match is None:
        message = "应写成 3 months、1 year 或 90 days / write 3 months, 1 year or 90 days"
        raise ValueError(message)
    unit: Literal["day", "month", "year"] = match[2]  # type: ignore[assignment]
    return int(match[1]), unit


def _span(words: str) -> str:
    read_span(words)
    return words


class Window(Decision):
    """How long a record counts, by the state in `column`, from the date in `from_` on.

    A record counts as of a date d when from <= d <= from + span (d < from + span when the end day does not
    count), and its state is not one of `skip`. A state without a span counts for ever. `appeal` says which
    records are under appeal; `under_appeal` whether those count, and are marked, or are left out meanwhile.
    """

    from_: Annotated[str, Field(alias="from")]
    column: str
    lasts: dict[str, Annotated[str, AfterValidator(_span)]]
    end_day: Literal["counts", "excluded"] = "counts"
    skip: Where = {}
    under_appeal: Literal["count_and_mark", "count", "skip"] = "count_and_mark"
    appeal: Where = {}


class Selection(Decision):
    """Rows of one table: those whose columns hold one of the named states, within a window, once for each act.

    `once_per` names columns that identify an act: the same act told by two channels counts once, by the row
    that stands first when rows are put in order of their columns.
    """

    table: str
    where: Where = {}
    window: str | None = None
    once_per: tuple[str, ...] = ()


class Measure(Decision):
    """One number or state for each member.

    With `take`, from the selected rows of `table`: ``sum`` of `column` (0 for a member without rows, missing for
    one whose rows all lack it), ``count`` of rows, ``any`` row at all, or ``latest``, `column` of the row with
    the latest date (missing without rows). Without `take`, `column` is "table.column" of the one row a member
    has there. Sums are taken in decimals with nine places, so that no order of rows changes them.
    """

    take: Take | None = None
    table: str | None = None
    column: str | None = None
    where: Where = {}
    window: str | None = None
    once_per: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, str | None]:
        """The table it reads and the column, None where rows are only counted."""
        if self.take is None:
            table, _, column = str(self.column).partition(".")
            return table, column
        return str(self.table), self.column

    @property
    def selection(self) -> Selection:
        """The rows it reads."""
        return Selection(table=self.place[0], where=self.where, window=self.window, once_per=self.once_per)
