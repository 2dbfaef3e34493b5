"""Rows of a table that count as of a date, and what is asked of them at once, written once as Ibis expressions.

Whether a record counts on a day: when it begins, when it runs out, and what ends it before its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, TypeAlias

from toolkit.indicators.aggregates import parts
from toolkit.records.dictionary import PLACE
from toolkit.scheme.measures import POINTS, Measure, Selection, Where, Window, read_span, rows_holding

if TYPE_CHECKING:
    import datetime as dt

    import ibis.expr.types as ir
    import pandas as pd

    from toolkit.records.dictionary import Channel, Verified


BEGINS, HAPPENED, LAPSES, REPAIRED, WITHDRAWN = "begins", "happened", "lapses", "repaired", "withdrawn"
REPAIRABLE = "repairable"
"""Nothing begins or ceases to count then: from that day on repair may be asked for."""
Day: TypeAlias = Any
"""A day, or for each row its own."""


def begun(rows: ir.Table, window: Window, day: Day) -> ir.BooleanValue:
    """Whether a record was there on `day` already."""
    started: ir.BooleanValue = rows[window.from_].date() <= day
    return started


def in_force(rows: ir.Table, window: Window, day: Day) -> list[ir.BooleanValue]:
    """What must hold of a record that has begun so that it counts on `day`; see `Window`."""
    tests = [] if (ends := ends_of(rows, window)) is None else [_not_over(ends, window, day)]
    closings = [rows[column].date() for column in (window.repaired, window.withdrawn) if column]
    tests += [(closing > day).fill_null(True) for closing in closings]
    skipped = [state.fill_null(False) for state in rows_holding(rows, window.skip)]
    if skipped:
        still_to_come = [(closing > day).fill_null(False) for closing in closings]
        tests.append(reduce(or_, still_to_come, ~reduce(or_, skipped)))
    return tests


def turns(rows: ir.Table, window: Window) -> dict[str, ir.Value]:
    """By what makes a record begin or cease to count, the first day on which it does, null where it never does; and from when on it may be repaired."""
    days: dict[str, Any] = {BEGINS: rows[window.from_].date()}
    if (ends := ends_of(rows, window)) is not None:
        days[LAPSES] = _after(ends, "1 day") if window.end_day == "counts" else ends
    closings = {REPAIRED: window.repaired, WITHDRAWN: window.withdrawn}
    if window.repairable_after:
        days[REPAIRABLE] = _repairable(rows, window)
    return days | {why: rows[column].date() for why, column in closings.items() if column}


def _repairable(rows: ir.Table, window: Window) -> Any:
    """The first day on which repair may be asked for; null for a state that is not named, and where the day of repair is known."""
    import ibis

    never: Any = ibis.null("date")
    begins, column = rows[window.from_].date(), rows[str(window.column)]
    full = ibis.cases(*((column == state, _after(begins, words)) for state, words in window.repairable_after.items()), else_=never)
    first = _after(full, "1 day") if window.end_day == "counts" else full
    return ibis.ifelse(rows[str(window.repaired)].isnull(), first, never)


def _not_over(ends: ir.Value, window: Window, day: Day) -> ir.BooleanValue:
    still = (ends >= day) if window.end_day == "counts" else (ends > day)
    return still.fill_null(True)


def ends_of(rows: ir.Table, window: Window) -> Any:
    """The day a record runs out, null for one that never does; None where the window ends nothing."""
    import ibis

    begins = rows[window.from_].date()
    spans = [(rows[str(window.column)] == state, _after(begins, words)) for state, words in window.lasts.items()]
    never: Any = ibis.null("date")
    ends = never if window.otherwise is None else _after(begins, window.otherwise)
    if spans:
        ends = ibis.cases(*spans, else_=ends)
    if window.until:
        ends = ibis.coalesce(rows[window.until].date(), ends)
    if window.at_least_until:
        least = rows[window.at_least_until].date()
        ends = ibis.ifelse((least > ends).fill_null(False), least, ends)
    timed = spans or window.otherwise or window.until
    return ends if timed else None


def _after(begins: ir.Value, words: str) -> ir.Value:
    """The day that far on; where a month lacks it, the month's last day."""
    import ibis

    length, unit = read_span(words)
    return begins + ibis.interval(length, unit=unit[0].upper())


def any_state(rows: ir.Table, states: Where) -> ir.BooleanValue:
    """Whether a row is in all the states named, column by column."""
    return reduce(and_, (state.fill_null(False) for state in rows_holding(rows, states)))



MEMBER = "member"
MARKED, TURN, NUMBERED, ASKED = "_under_appeal", "_turn", "_numbered", "_as_of"


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
    channel, verified
        Whose word goes first where one act is told twice, and in which states a row counts.
    """

    table: ir.Table
    member: str
    date: str | None
    columns: tuple[str, ...]
    channel: Channel | None = None
    verified: Verified | None = None


@dataclass(frozen=True)
class Calendar:
    """When records count: as of a day, within a period, by windows of their own."""

    as_of: dt.date
    period: tuple[dt.date, dt.date] | None
    windows: Mapping[str, Window]

    def day(self, rows: ir.Table) -> Day:
        """The day as of which rows count: the same for all, or each row's own in a column `ASKED`."""
        own: Day = rows[ASKED] if ASKED in rows.columns else self.as_of
        return own


def selected(source: Source, selection: Selection, calendar: Calendar) -> ir.Table:
    """The rows that count, with a column `_under_appeal`.

    Dated rows count within the period, by their window, or by both; rows after the as-of day never do. Where channels
    tell of acts, the act is first taken from the channel whose word goes first, of the rows that were there on the
    as-of day, and then asked whether it counts: what that channel has withdrawn, no other one brings back.
    """
    import ibis

    window = calendar.windows.get(selection.window or "")
    by_channel, of_act = _parted(selection.where, source, selection)
    rows = _kept(source.table, [*rows_holding(source.table, by_channel), *_verified(source, selection)])
    dated = source.date is not None and (window is None or selection.in_period)
    if window is not None:
        rows = rows.filter(begun(rows, window, calendar.day(rows)))
    if dated:
        rows = rows.filter(_day(rows, source) <= calendar.day(rows))
    if source.channel and selection.once_per:
        rows = _first_of_each(rows, source, selection.once_per)
    rows = _kept(rows, rows_holding(rows, of_act))
    marked: Any = ibis.literal(value=False)
    if window is not None:
        rows = _kept(rows, in_force(rows, window, calendar.day(rows)))
        appeals = [any_state(rows, window.appeal)] if window.appeal else []
        if appeals and window.under_appeal == "skip":
            rows = rows.filter(~appeals[0])
        elif appeals and window.under_appeal == "count_and_mark":
            marked = appeals[0]
    if dated and calendar.period:
        rows = rows.filter(_day(rows, source).between(*calendar.period))
    rows = rows.mutate(**{MARKED: marked})
    return _first_of_each(rows, source, selection.once_per) if selection.once_per and not source.channel else rows


def together(measures: Iterable[Measure]) -> list[list[int]]:
    """The places of measures that one query takes: of the same rows, but for the states they ask for."""
    groups: dict[str, list[int]] = {}
    for place, measure in enumerate(measures):
        picked = measure.model_dump_json() if measure.picks or measure.points else "latest" if measure.take == "latest" else ""
        groups.setdefault(picked + _asked_of_all(measure).model_dump_json(), []).append(place)
    return list(groups.values())


def taken(source: Source, measures: Sequence[Measure], calendar: Calendar) -> tuple[ir.Table, list[dict[str, str]]]:
    """One row for each member that has any, and for each measure in which columns its parts stand.

    The measures go `together`. What several ask for is taken once. Sums are decimals: each number counts as it is
    written.
    """
    rows = _taken_of(selected(source, _asked_of_all(measures[0]), calendar), source, measures[0])
    column_of: dict[Any, str] = {}
    named: dict[str, ir.Value] = {}
    columns: list[dict[str, str]] = []
    for measure in measures:
        wanted = parts(rows, measure)
        names = {part: column_of.setdefault(value.op(), f"_{len(column_of)}") for part, value in wanted.items()}
        named |= {name: wanted[part] for part, name in names.items() if name not in named}
        columns.append(names)
    return rows.group_by(**{MEMBER: rows[source.member]}).agg(**named), columns


def _asked_of_all(measure: Measure) -> Selection:
    """Its selection without the states, where it makes no difference whether they are asked before or after."""
    return measure.selection if measure.alone else measure.selection.model_copy(update={"where": {}})


def _kept(rows: ir.Table, tests: list[ir.BooleanValue]) -> ir.Table:
    return rows.filter(*tests) if tests else rows


def _parted(where: Where, source: Source, selection: Selection) -> tuple[Where, Where]:
    """The states that say whose word is asked for, and those that are asked of the act."""
    if source.channel is None or not selection.once_per:
        return where, {}
    telling = {source.channel.column, *selection.once_per}
    return ({key: states for key, states in where.items() if key in telling},
            {key: states for key, states in where.items() if key not in telling})  # fmt: skip


def _verified(source: Source, selection: Selection) -> list[ir.BooleanValue]:
    if source.verified is None or selection.unverified == "counts":
        return []
    return [source.table[source.verified.column].isin(source.verified.counts)]


def turning_days(source: Source, selection: Selection, windows: Mapping[str, Window]) -> dict[str, ir.Value]:
    """By what makes a row of a selection begin or cease to count, the first day on which it does, as far as days have a say."""
    window = windows.get(selection.window or "")
    days = {} if window is None else turns(source.table, window)
    happened = source.date is not None and (window is None or selection.in_period)
    return days | ({HAPPENED: _day(source.table, source)} if happened else {})


def _day(rows: ir.Table, source: Source) -> ir.DateValue:
    """The day on which a row happened."""
    return rows[str(source.date)].date()


def _first_of_each(rows: ir.Table, source: Source, once_per: tuple[str, ...]) -> ir.Table:
    """One row for each act; a row that does not say which act it tells of stands for itself."""
    unnamed = reduce(or_, (rows[column].isnull() for column in once_per))
    keys = [rows[source.member], *(rows[column] for column in once_per)]
    order = [*words_order(rows, source), *(rows[column] for column in source.columns)]
    return _keep_first(rows, keys, order, unnamed)


def words_order(rows: ir.Table, source: Source) -> list[Any]:
    """Whose word goes first: verified rows before others, then the channels in their order."""
    import ibis

    order: list[Any] = []
    if source.verified:
        order.append(ibis.ifelse(rows[source.verified.column].isin(source.verified.counts).fill_null(False), 0, 1))
    if source.channel:
        turns = [(rows[source.channel.column] == name, turn) for turn, name in enumerate(source.channel.order)]
        order.append(ibis.cases(*turns, else_=len(turns)))
    return order


def behind(source: Source, measure: Measure, calendar: Calendar) -> ir.Table:
    """The rows that a measure rests on."""
    return _taken_of(selected(source, measure.selection, calendar), source, measure)


def _taken_of(rows: ir.Table, source: Source, measure: Measure) -> ir.Table:
    """Of the rows that count those that a measure takes, with the points it gives them."""
    if measure.take == "latest":
        return _latest(rows, source)
    rows = pointed(rows, measure)
    return _picked(rows, source, measure) if measure.picks else rows


def pointed(rows: ir.Table, measure: Measure) -> ir.Table:
    """The rows with the points that a measure gives their states, in a column of their own; none where it says nothing of them."""
    import ibis

    if not measure.points:
        return rows
    first, second = rows[str(measure.column)], measure.crossed_with
    cases: list[Any] = []
    for state, points in measure.points.items():
        inner = points.items() if isinstance(points, dict) else [(None, points)]
        cases += [((first == state) & (rows[second] == other) if second and other is not None else first == state, float(number)) for other, number in inner]
    return rows.mutate(**{POINTS: ibis.cases(*cases, else_=ibis.null("float64"))})


def _picked(rows: ir.Table, source: Source, measure: Measure) -> ir.Table:
    """One row for each act, by its number, and of those the best of each member."""
    import ibis

    others = [column for column in source.columns if column != measure.number]
    if measure.keep != "first":
        unnamed = reduce(or_, (rows[column].isnull() for column in measure.once_per))
        keys = [rows[source.member], *(rows[column] for column in measure.once_per)]
        rows = _keep_first(rows, keys, [_in_order(rows, measure, lowest=measure.keep == "lowest"), *(rows[column] for column in others)], unnamed)
    if measure.best is None and measure.discard is None:
        return rows
    order = [_in_order(rows, measure, lowest=measure.better == "lower"), *(rows[column] for column in (*others, *PLACE))]
    numbered = rows.mutate(**{TURN: ibis.row_number().over(group_by=rows[source.member], order_by=order)})
    counted = numbered.mutate(**{NUMBERED: numbered[str(measure.number)].count().over(group_by=numbered[source.member])})
    beyond = counted[NUMBERED] - measure.discard if measure.discard else measure.best
    without_number = counted[str(measure.number)].isnull()  # has no part in it, and is told as for any other measure
    return counted.filter(without_number | (counted[TURN] == 0) | (counted[TURN] < beyond)).drop(TURN, NUMBERED)


def _in_order(rows: ir.Table, measure: Measure, *, lowest: bool) -> Any:
    """The better number of rows first, and none last."""
    number: Any = rows[str(measure.number)]
    return number.asc(nulls_first=False) if lowest else number.desc(nulls_first=False)


def _latest(rows: ir.Table, source: Source) -> ir.Table:
    others = [rows[column] for column in source.columns if column != source.date]
    return _keep_first(rows, [rows[source.member]], [rows[str(source.date)].desc(), *others])


def _keep_first(rows: ir.Table, keys: list[Any], order: list[Any], always: Any = None) -> ir.Table:
    """The first row of each group, and those to keep always.

    They are put in order by what they say; where they stand decides only between rows that say the same.
    """
    import ibis

    turn = ibis.row_number().over(group_by=keys, order_by=[*order, *(rows[name] for name in PLACE)])
    first = turn == 0 if always is None else (turn == 0) | always
    numbered = rows.mutate(**{TURN: first})
    return numbered.filter(numbered[TURN]).drop(TURN)


def fetched(rows: ir.Table) -> pd.DataFrame:
    """The rows that an expression stands for, asked of the engine."""
    frame: pd.DataFrame = rows.to_pyarrow().to_pandas()
    return frame
