"""Measures: what is counted in a table of records for each member, and what a column is to hold: states, or a range."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import reduce
from operator import and_, ge, gt, le, lt
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from toolkit.ground.decimals import decimal_digits
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import StrictModel, Unfit

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd


State = str | float | int | bool
Bound = float | dt.date
OVER = {"least": ge, "above": gt, "most": le, "below": lt}
LEFT, RIGHT = {"least": "≤", "above": "<"}, {"most": "≤", "below": "<"}
TURNED = {"≤": "≥", "<": ">"}


class Range(StrictModel):
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
        bounds = {key: bound if isinstance(bound, dt.date) else decimal_digits(bound) for key, bound in self.bounds.items()}
        return reduce(and_, (OVER[key](days, bound) for key, bound in bounds.items()))

    def holds(self, cell: object) -> bool:
        """Whether a cell that may be empty, or of another kind, lies within."""
        kind = dt.date if self.of_days else (int, float)
        known = isinstance(cell, kind) and not isinstance(cell, bool) and cell == cell  # noqa: PLR0124 - NaN and NaT
        return known and bool(self.within(cell))


def _form(wanted: object) -> str:
    return "range" if isinstance(wanted, dict | Range) else "states"


Wanted = Annotated[Annotated[tuple[State, ...], Tag("states")] | Annotated[Range, Tag("range")], Discriminator(_form)]
Where = dict[str, Wanted]


def rows_holding(rows: ir.Table, where: Mapping[str, tuple[State, ...] | Range]) -> list[ir.BooleanValue]:
    """For each column that is asked about whether a row holds what is asked; unknown where its cell is empty."""
    return [wanted.within(rows[column]) if isinstance(wanted, Range) else rows[column].isin(wanted) for column, wanted in where.items()]


def frame_holding(rows: pd.DataFrame, where: Mapping[str, tuple[State, ...] | Range]) -> pd.Series[bool]:
    """Which rows hold all that is asked of their columns; an empty cell holds nothing. Index that of `rows`."""
    import pandas as pd

    tests = (rows[column].map(wanted.holds) if isinstance(wanted, Range) else rows[column].isin(list(wanted)) for column, wanted in where.items())
    return reduce(and_, (test.fillna(value=False).astype(bool) for test in tests), pd.Series(data=True, index=rows.index))


def asked_in_words(column: str, wanted: tuple[State, ...] | Range, parted: str = "、") -> str:
    """What is asked of a column, as both languages write it but for what parts several states.

    Examples
    --------
    >>> asked_in_words("hours", Range(least=2)), asked_in_words("hours", Range(least=2, below=10.5))
    ('hours ≥ 2', '2 ≤ hours < 10.5')
    """
    if not isinstance(wanted, Range):
        return f"{column} = {parted.join(map(str, wanted))}"
    low = [(_shown(bound), LEFT[key]) for key, bound in wanted.bounds.items() if key in LEFT]
    high = [f" {RIGHT[key]} {_shown(bound)}" for key, bound in wanted.bounds.items() if key in RIGHT]
    if not high:
        return column + "，".join(f" {TURNED[sign]} {bound}" for bound, sign in low)
    return "".join(f"{bound} {sign} " for bound, sign in low) + column + "".join(high)


def _shown(bound: Bound) -> str:
    return str(bound) if isinstance(bound, dt.date) else f"{bound:.9f}".rstrip("0").rstrip(".")


Take = Literal["sum", "count", "distinct", "any", "latest", "mean", "weighted_mean", "max", "min", "ratio", "panel"]
Unverified = Literal["left_out", "counts"]
POINTS = "_points"
"""The column that holds the number which `Measure.points` gives a row."""

LASTS = re.compile(r"\s*(\d+)\s*(day|month|year)s?\s*\Z")
CHINESE = re.compile(r"\s*(\d+)\s*(天|日|个?月|年)\s*\Z")
UNITS = {"天": "days", "日": "days", "月": "months", "个月": "months", "年": "years"}


def read_span(words: str) -> tuple[int, Literal["day", "month", "year"]]:
    """How long a record counts: "3 months" as (3, "month").

    Raises
    ------
    ValueError
        When it is not a whole number of days, months or years, or none at all.

    Examples
    --------
    >>> read_span("3 months")
    (3, 'month')
    """
    match = LASTS.match(words)
    if match is None:
        rule, mend = Phrase("期限写法不对", "no span of time"), Phrase("请写成 3 months、1 year 或 90 days", "write 3 months, 1 year or 90 days")
        if meant := CHINESE.match(words):
            mend = phrase("请写 {n} {unit}", "write {n} {unit}", n=int(meant[1]), unit=UNITS[meant[2]])
        raise Unfit(rule, mend)
    if not int(match[1]):
        raise Unfit(Phrase("期限为 0", "a span of nothing"), Phrase("请写 1 或更大的整数", "write a whole number from 1 on"))
    unit: Literal["day", "month", "year"] = match[2]  # type: ignore[assignment]
    return int(match[1]), unit


def _span(words: str) -> str:
    read_span(words)
    return words


Span = Annotated[str, AfterValidator(_span)]


class Window(StrictModel):
    """How long a record counts, from the date in `from_` on.

    A record counts on a day d (the as-of date) when all of this holds:

    - it has begun: from <= d;
    - it has not run out: d <= end, or d < end when the end day does not count. Its end is the date in `until`; where
      that is empty, `from_` and the span in `lasts` of its state in `column`; for other states the span `otherwise`;
      without any of these it never ends. It never ends before the date in `at_least_until`, if there is one;
    - it is not repaired or withdrawn yet: d lies before the dates in `repaired` and `withdrawn`;
    - its state is none of `skip`, unless it bears one of those two dates and that is still to come on d.

    Spans of months and years end on the day of the same number, and where the month lacks it, on its last day
    (民法典第二百零二条). `repairable_after` says how long after `from_` repair may be asked for at the earliest, by the state
    in `column` (the shortest time that a record is published); nothing counts otherwise by it. `appeal` says which records are under appeal; `under_appeal` whether those count, and are
    marked, or are left out meanwhile.
    """

    from_: Annotated[str, Field(alias="from")]
    column: str | None = None
    lasts: dict[str, Span] = {}
    otherwise: Span | None = None
    until: str | None = None
    at_least_until: str | None = None
    end_day: Literal["counts", "excluded"] = "counts"
    repaired: str | None = None
    withdrawn: str | None = None
    repairable_after: dict[str, Span] = {}
    skip: Where = {}
    under_appeal: Literal["count_and_mark", "count", "skip"] = "count_and_mark"
    appeal: Where = {}

    @model_validator(mode="after")
    def _column_for_spans(self) -> Self:
        if self.lasts and self.column is None:
            mend = Phrase("请写 column：按哪一栏分别有效多久", "add `column`: whose states last so long")
            raise Unfit(Phrase("有 lasts 而没有 column", "`lasts` needs `column`"), mend)
        if self.repairable_after and (self.column is None or self.repaired is None):
            mend = Phrase("请写 column（按哪一栏）和 repaired（修复日期在哪一栏）", "add `column`, whose states they are, and `repaired`, the column of the day of repair")
            raise Unfit(Phrase("repairable_after 须与 column、repaired 同写", "`repairable_after` needs `column` and `repaired`"), mend)
        return self

    @property
    def dates(self) -> dict[str, str]:
        """The columns of dates it reads, by their key."""
        named = {"from": self.from_, "until": self.until, "at_least_until": self.at_least_until,
                 "repaired": self.repaired, "withdrawn": self.withdrawn}  # fmt: skip
        return {key: column for key, column in named.items() if column}


class Selection(StrictModel):
    """Rows of one table: those whose columns hold what `where` asks, in their time, once for each act.

    Of a column `where` names the states that count, or the `Range` that its numbers or days are to lie in.

    Without a window, rows count that happened within the period. With one, those that are in force on the as-of day
    by it, whenever they happened; with `in_period` too, those that happened within the period and are in force still.

    `once_per` names columns that identify an act: the same act told by two channels counts once. Where the table has
    a `channel`, the act is as the first of its channels tells it; otherwise by the row that stands first when rows
    are put in order of their columns. `unverified` says whether records count that nobody has verified, where the
    table has `verified`.
    """

    table: str
    where: Where = {}
    window: str | None = None
    in_period: bool = False
    once_per: tuple[str, ...] = ()
    unverified: Unverified = "left_out"


class Measure(StrictModel):
    """One number or state for each member.

    With `take`, from the selected rows of `table`:

    - ``count``, the number of rows, and ``any``, whether there is one at all;
    - ``distinct``, how many different values they have in `column`;
    - ``sum``, ``mean``, ``max``, ``min`` of `column`;
    - ``weighted_mean`` of `column`, each row weighing what `weight` says, 0 or more;
    - ``ratio`` of the sum of `column` to the sum of `over`; without `column`, of the rows that meet `among` the share
      that meet `where` too (how many of the surveys sent were answered);
    - ``latest``, `column` of the row with the latest date;
    - with `points` of ``sum``, ``mean``, ``max`` and ``min``: the number of a row is what `points` says of the state in
      `column`, of two columns with `crossed_with` that of both (``{ 国家级 = { 一等 = 8 } }``); a state of which it says nothing is an error;
    - ``panel``, what the experts' scores in `column` come to, by the scheme's [panel].

    With `once_per` the row that stands first tells of an act, or with `keep` the one with the ``highest`` or ``lowest``
    number of those that count. Of a sum or mean only the `best` rows of a member count, or all but those it is to `discard`, its
    worst, of which one row stays; the higher number is the better one, unless `better` says ``lower``.

    With `mean_on` it is taken as it stood on each of these days, by windows and days of records, and the mean is what is measured: of the days
    on which there is a number.

    Without `take`, `column` is "table.column" of the one row a member has there; with `over`, another "table.column",
    it is divided by that cell, with `times` multiplied by it (报价 × 评审系数).

    A member without rows has 0 as its sum, count and distinct; everything else is missing then. A row that lacks a
    number it is asked for has no part in the measure, and that is said; where all rows lack it, the measure is
    missing. What is divided by 0 is missing.

    Notes
    -----
    Sums are taken in decimals with nine places, so that no order of rows changes them; a mean or ratio is the
    fraction of two such sums, rounded once. A weighted mean takes values below 10^15 and
    weights below 10^12, and its products keep all eighteen places. Whatever is measured is what its digits say, as
    a cell is: see `toolkit.ground.decimals`.
    """

    take: Take | None = None
    table: str | None = None
    column: str | None = None
    weight: str | None = None
    over: str | None = None
    times: str | None = None
    where: Where = {}
    among: Where = {}
    window: str | None = None
    in_period: bool = False
    once_per: tuple[str, ...] = ()
    unverified: Unverified = "left_out"
    points: dict[str, float | dict[str, float]] = {}
    crossed_with: str | None = None
    keep: Literal["first", "highest", "lowest"] = "first"
    best: Annotated[int | None, Field(ge=1)] = None
    discard: Annotated[int | None, Field(ge=1)] = None
    better: Literal["higher", "lower"] = "higher"
    mean_on: tuple[dt.date, ...] = ()

    @property
    def place(self) -> tuple[str, str | None]:
        """The table it reads and the column, None where rows are only counted."""
        if self.take is None:
            table, _, column = str(self.column).partition(".")
            return table, column
        return str(self.table), self.column

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns each row needs to have a part in what is taken."""
        if self.take in {None, "count", "any", "latest", "panel"}:
            return ()
        return tuple(name for name in (self.column, self.crossed_with, self.weight, self.over) if name)

    @property
    def number(self) -> str | None:
        """The column of rows in which the number stands that is taken: that of `points` where the scheme gives them."""
        return POINTS if self.points else self.place[1]

    @property
    def all_points(self) -> list[float]:
        """Every number that `points` gives a row."""
        return [number for given in self.points.values() for number in (given.values() if isinstance(given, dict) else (given,))]

    @property
    def divisor(self) -> str | None:
        """The column of the second number of a row: its weight, or what the sum is divided by."""
        return self.weight or self.over

    @property
    def picks(self) -> bool:
        """Whether it picks rows by their number."""
        return self.keep != "first" or self.best is not None or self.discard is not None

    @property
    def whole(self) -> bool:
        """Whether it is a whole number, of what is counted."""
        return self.take in {"count", "distinct"} and not self.mean_on

    @property
    def alone(self) -> bool:
        """Whether states have to be asked before anything is taken of rows, so that no other measure can share them."""
        return self.take == "latest" or bool(self.once_per) or self.picks or bool(self.points)

    @property
    def terms(self) -> tuple[Measure, ...]:
        """The measures that one is the quotient or the product of; itself where it is neither."""
        if self.take is None and (other := self.over or self.times):
            alone = self.model_copy(update={"over": None, "times": None})
            return alone, alone.model_copy(update={"column": other})
        if self.take == "ratio" and self.column is None:
            counted = self.model_copy(update={"take": "count", "among": {}})
            return (counted.model_copy(update={"where": {**self.among, **self.where}}),
                    counted.model_copy(update={"where": self.among}))  # fmt: skip
        return (self,)

    @property
    def selection(self) -> Selection:
        """The rows it reads."""
        return Selection(
            table=self.place[0],
            where=self.where,
            window=self.window,
            in_period=self.in_period,
            once_per=self.once_per if self.keep == "first" else (),
            unverified=self.unverified,
        )
