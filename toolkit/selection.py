"""Rows of a table that count as of a date, and what is taken from them, written once as Ibis expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add, and_, or_
from typing import TYPE_CHECKING, Any

from toolkit.measures import Measure, Selection, Where, Window, read_span

if TYPE_CHECKING:
    import datetime as dt

    import ibis.expr.types as ir

MEMBER, VALUE, ROWS, GAPS = "member", "value", "rows", "gaps"
PLACE = ("_file", "_sheet", "_row")
EXACT = "decimal(38, 9)"
MARKED, TURN = "_under_appeal", "_turn"


@dataclass(frozen=True)
class Source:
    """A table as a measure sees it.

    Parameters
    ----------
    table
        Its rows, with the columns of the data dictionary and `_file`, `_sheet`, `_row`.
    member, date
        The columns that say whom a row is about and when it happened (None where it has no date).
    columns
        The columns of the data dictionary, in its order.
    """

    table: ir.Table
    member: str
    date: str | None
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Calendar:
    """When records count: as of a day, within a period, by windows of their own."""

    as_of: dt.date
    period: tuple[dt.date, dt.date] | None
    windows: Mapping[str, Window]


def selected(source: Source, selection: Selection, calendar: Calendar) -> ir.Table:
    """The rows that count, with a column `_under_appeal`.

    Dated rows count within the period, or by their window; rows after the as-of day never do.
    """
    import ibis

    rows = _holding(source.table, _in_states(source.table, selection.where))
    window = calendar.windows.get(selection.window or "")
    marked: Any = ibis.literal(value=False)
    if window is not None:
        rows = _within(rows, window, calendar.as_of)
        appeals = [_any_state(rows, window.appeal)] if window.appeal else []
        if appeals and window.under_appeal == "skip":
            rows = rows.filter(~appeals[0])
        elif appeals and window.under_appeal == "count_and_mark":
            marked = appeals[0]
    elif source.date is not None:
        begin, end = calendar.period or (None, calendar.as_of)
        happened = rows[source.date].date()
        rows = rows.filter(happened <= min(end, calendar.as_of), *([happened >= begin] if begin else []))
    rows = rows.mutate(**{MARKED: marked})
    return _first_of_each(rows, source, selection.once_per) if selection.once_per else rows


def taken(source: Source, measure: Measure, calendar: Calendar) -> ir.Table:
    """One row for each member that has any: member, value, rows (how many), gaps (rows without the value)."""
    import ibis

    rows = selected(source, measure.selection, calendar)
    column = measure.place[1]
    by_member = {MEMBER: rows[source.member]}
    if measure.take == "latest":
        rows = _latest(rows, source)
        by_member = {MEMBER: rows[source.member]}
    if column is None or measure.take in {"count", "any"}:
        return rows.group_by(**by_member).agg(**{VALUE: rows.count(), ROWS: rows.count(), GAPS: ibis.literal(0)})
    here = rows[column]
    value = here.cast(EXACT).sum().cast("float64") if measure.take == "sum" else here.arbitrary()
    return rows.group_by(**by_member).agg(**{VALUE: value, ROWS: rows.count(), GAPS: here.isnull().sum()})


def _holding(rows: ir.Table, tests: list[ir.BooleanValue]) -> ir.Table:
    return rows.filter(*tests) if tests else rows


def _in_states(table: ir.Table, where: Where) -> list[ir.BooleanValue]:
    return [table[column].isin(states) for column, states in where.items()]


def _any_state(table: ir.Table, where: Where) -> ir.BooleanValue:
    return reduce(and_, (test.fill_null(False) for test in _in_states(table, where)))


def _within(rows: ir.Table, window: Window, as_of: dt.date) -> ir.Table:
    """Rows whose time has begun and not run out on the as-of day, and which are not in a state to skip."""
    import ibis

    begins, state = rows[window.from_].date(), rows[window.column]
    tests = [begins <= as_of]
    for name, words in window.lasts.items():
        length, unit = read_span(words)
        ends = begins + ibis.interval(length, unit=unit[0].upper())
        still = (ends >= as_of) if window.end_day == "counts" else (ends > as_of)
        tests.append((state != name).fill_null(True) | still)
    tests += [~rows[column].isin(states).fill_null(False) for column, states in window.skip.items()]
    return rows.filter(*tests)


def _first_of_each(rows: ir.Table, source: Source, once_per: tuple[str, ...]) -> ir.Table:
    """One row for each act; a row that does not say which act it tells of stands for itself."""
    import ibis

    unnamed = reduce(or_, (rows[column].isnull() for column in once_per))
    itself = reduce(add, (rows[column].cast("string").fill_null("") + "|" for column in PLACE))
    keys = [rows[source.member], *(rows[column] for column in once_per), ibis.ifelse(unnamed, itself, "")]
    return _keep_first(rows, keys, [rows[column] for column in source.columns])


def _latest(rows: ir.Table, source: Source) -> ir.Table:
    others = [rows[column] for column in source.columns if column != source.date]
    return _keep_first(rows, [rows[source.member]], [rows[str(source.date)].desc(), *others])


def _keep_first(rows: ir.Table, keys: list[Any], order: list[Any]) -> ir.Table:
    """The first row of each group: put in order by what rows say, never by where they stand."""
    import ibis

    numbered = rows.mutate(**{TURN: ibis.row_number().over(group_by=keys, order_by=order)})
    return numbered.filter(numbered[TURN] == 0).drop(TURN)
