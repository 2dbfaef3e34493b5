"""Whether the days of a record follow each other, and what a reader should know of those that count by a window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.ground.problems import Problem
from toolkit.ground.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.records.dictionary import Table, Tables
    from toolkit.scheme import Scheme
    from toolkit.scheme.measures import Selection, Window

LATER = ("until", "at_least_until", "repaired", "withdrawn")  # what a window reads and can only come after it began
DAYS_AHEAD = 366  # a year, so that 2081 for 2018 is told and next spring is not
SHOWN = 8
"""Rows that are named one by one."""
RIGHT_DAY = Phrase("日期无误的，不必处理；年份写错的，请改正", "nothing to do where the dates are right; mend a year that is mistyped")
MISTYPED = Phrase("请核对年份是否写错", "check whether the year is mistyped")


def day_problems(scheme: Scheme, tables: Tables, frames: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """What a reader should know of days, each once: a record ended, repaired or withdrawn before it began; begun after the as-of date; what never ends.

    Which of two days cannot come first is said by the windows, and by `not_before` in the data dictionary.
    """
    yield from dict.fromkeys((*_day_problems(scheme, tables, frames), *_out_of_order(tables, frames), *_far_ahead(scheme, tables, frames)))


def _day_problems(scheme: Scheme, tables: Tables, frames: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    named = sorted(_windowed(scheme))
    for table, name in named:
        window, frame, spec = scheme.window[name], frames[table], tables.table[table]
        begins = dict.fromkeys(filter(None, (window.from_, spec.date)))
        ends = [column for key, column in window.dates.items() if key in LATER and column not in begins]
        for begin, end in product(begins, ends):
            if _of_days(frame, begin, end):
                for row in frame[frame[end] < frame[begin]].to_dict("records"):
                    yield _before(row, begin, end, spec)
        if _of_days(frame, window.from_):
            yield from _still_to_begin(frame, window, scheme.as_of, spec)
    for name in dict.fromkeys(name for _, name in named):
        yield from _endless(name, scheme, tables, [table for table, same in named if same == name])


def _out_of_order(tables: Tables, frames: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """A warning for each row on which a day comes before another that it follows, by the data dictionary."""
    for name, table in tables.table.items():
        frame = frames.get(name)
        for end, column in table.column.items():
            if column.not_before and frame is not None and _of_days(frame, column.not_before, end):
                for row in frame[frame[end] < frame[column.not_before]].to_dict("records"):
                    yield _before(row, column.not_before, end, table)


def _far_ahead(scheme: Scheme, tables: Tables, frames: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Each file with records dated more than a year after the as-of date: 2081 is 2018 mistyped. Of windows it is told otherwise.

    A warning where they would count by that date; else a note, for what is planned may well be due so late.
    """
    selections = _selections(scheme)
    told = {(one.table, scheme.window[one.window].from_) for one in selections if one.window in scheme.window}
    counting = {one.table for one in selections if one.window is None or one.in_period}
    for name, table in tables.table.items():
        frame = frames.get(name)
        if frame is None or table.date is None or (name, table.date) in told or not _of_days(frame, table.date):
            continue
        zh, en = ("，不计入", ": it does not count") if (counts := name in counting) else ("", "")
        later = frame[(frame[table.date] - pd.Timestamp(scheme.as_of)).dt.days > DAYS_AHEAD]
        for _, rows in later.groupby(["_file", "_sheet"], sort=True):
            first = rows.iloc[0]
            rule = phrase("比评价基准日 {day} 晚一年以上{zh}（该文件共 {n} 条，首见此行）", "more than a year after the as-of date {day}{en} ({n} in this file, the first here)", day=scheme.as_of, n=len(rows), zh=zh, en=en)
            yield Problem("warning" if counts else "note", rule, MISTYPED, file=first["_file"], sheet=first["_sheet"], row=int(first["_row"]) or None, column=table.heading(table.date), value=str(first[table.date].date()))


def outside_the_period(scheme: Scheme, tables: Tables, frames: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """A note of each file with records that no measure by the period counts, dated before it or after the as-of date: a slip of the year looks the same.

    Of those more than a year ahead `day_problems` warns. What counts by a window is told there too.
    """
    selections = _selections(scheme)
    by_period = {one.table for one in selections if one.window is None or one.in_period}
    also = {one.table for one in selections if one.window is not None and not one.in_period}
    first, last = (pd.Timestamp(day) for day in scheme.period or (dt.date(1900, 1, 1), scheme.as_of))
    last = min(last, pd.Timestamp(scheme.as_of))
    for name in (name for name in tables.table if name in by_period and name in frames):
        table, frame = tables.table[name], frames[name]
        if table.date is None or not _of_days(frame, table.date):
            continue
        days = frame[table.date]
        out = frame[(days.notna() & ~days.dt.normalize().between(first, last)) & ((days - pd.Timestamp(scheme.as_of)).dt.days <= DAYS_AHEAD)]
        for _, rows in out.groupby(["_file", "_sheet"], sort=True):
            yield _outside(rows, table, scheme, by_window=name in also)


def _outside(rows: pd.DataFrame, table: Table, scheme: Scheme, *, by_window: bool) -> Problem:
    first = rows.iloc[0]
    named = [(row, day.date()) for row, day in zip(rows["_row"].astype(int), rows[table.date], strict=True) if row]
    more = len(named) > SHOWN
    period = phrase("在评价期 {begin} 至 {end} 之外", "outside the period {begin} to {end}", begin=scheme.period[0], end=min(scheme.period[1], scheme.as_of)) if scheme.period else phrase("晚于评价基准日 {day}", "after the as-of date {day}", day=scheme.as_of)
    rule = phrase(
        "{n} 行的日期{period.zh}，{zh}：{rows_zh}", "{n:row|rows} dated {period.en}, {en}: {rows_en}", n=len(rows), period=period,
        zh="按评价期统计的各项不计入" if by_window else "不计入", en="not counted where the period counts" if by_window else "not counted",
        rows_zh="、".join(f"第 {row} 行 {day}" for row, day in named[:SHOWN]) + "……" * more, rows_en=", ".join(f"row {row} {day}" for row, day in named[:SHOWN]) + " ..." * more,
    )  # fmt: skip
    return Problem("note", rule, RIGHT_DAY, file=first["_file"], sheet=first["_sheet"], row=int(first["_row"]) or None, column=table.heading(str(table.date)))


def _of_days(frame: pd.DataFrame, *columns: str) -> bool:
    return set(columns) <= set(frame) and all(frame[column].dtype.kind == "M" for column in columns)


def _still_to_begin(frame: pd.DataFrame, window: Window, as_of: dt.date, table: Table) -> Iterator[Problem]:
    """A note of each file whose records begin after the as-of date: they do not count yet."""
    later = frame[frame[window.from_].dt.date > as_of]
    for _, rows in later.groupby(["_file", "_sheet"], sort=True):
        first = rows.iloc[0]
        rule = phrase("晚于评价基准日 {day}，本次不计入（该文件共 {n} 条，首见此行）", "after the as-of date {day}: it does not count yet ({n} in this file, the first here)", day=as_of, n=len(rows))
        mend = Phrase("如日期无误，不必处理：自该日起计入", "nothing to do if the date is right: it counts from that day on")
        yield Problem("note", rule, mend, file=first["_file"], sheet=first["_sheet"], row=int(first["_row"]) or None,
                      column=table.heading(window.from_), value=str(first[window.from_].date()))  # fmt: skip


def _endless(name: str, scheme: Scheme, tables: Tables, used: list[str]) -> Iterator[Problem]:
    """A note of a window by which records, or those in some states, count for ever: a span forgotten looks the same as one meant to have no end."""
    window = scheme.window.get(name)
    if window is None or window.otherwise or window.until or any(table not in tables.table for table in used):
        return
    states = [state for table in used if window.column in (columns := tables.table[table].column) for state in columns[str(window.column)].choices]
    lasting = [state for state in dict.fromkeys(states) if state not in window.lasts]
    if window.lasts and states and not lasting:
        return
    closed = " / ".join(filter(None, (window.repaired, window.withdrawn)))
    zh, en = (f"，只有 {closed} 才使其终止", f" until {closed} ends it") if closed else ("，永不到期", " and never runs out")
    if closed and not window.lasts:
        return  # valid until it is taken back: said by the rule itself
    told = phrase("时限“{name}”没有规定有效多久{which}：一直计入{zh}", "window `{name}` gives no span of time{of}: such a record counts{en}", name=name, zh=zh, en=en,
                  which=f"（{'、'.join(lasting)}）" if lasting else "（lasts 以外的取值）" if window.lasts else "", of=f" for {', '.join(lasting)}" if lasting else " for states that `lasts` does not name" if window.lasts else "")  # fmt: skip
    yield Problem("note", told, Phrase("如非长期有效，请写 otherwise、lasts 或 until", "unless it is meant to have no end, write `otherwise`, `lasts` or `until`"), file="scheme.toml", column=f"window.{name}")


def _windowed(scheme: Scheme) -> set[tuple[str, str]]:
    """The tables whose records count by a window, with it."""
    return {(one.table, one.window) for one in _selections(scheme) if one.window}


def _selections(scheme: Scheme) -> tuple[Selection, ...]:
    """Every choice of records by which something counts."""
    measures = [
        *(item.measure for item in scheme.indicators), *(item.measure for item in scheme.adjustments), *(item.measure for item in scheme.conditions),
    ]  # fmt: skip
    return (*(term.selection for measure in measures for term in measure.terms), *(veto.when for veto in scheme.vetoes))


def _before(row: Mapping[Any, Any], begin: str, end: str, table: Table) -> Problem:
    first, last = table.heading(begin), table.heading(end)
    rule = phrase("“{last}”早于“{first}”（{day}）", "`{last}` comes before `{first}` ({day})", last=last, first=first, day=row[begin].date())
    return Problem("warning", rule, Phrase("请核对这两个日期", "check the two dates"), file=row["_file"], sheet=row["_sheet"],
                   row=int(row["_row"]) or None, column=last, value=str(row[end].date()))  # fmt: skip
