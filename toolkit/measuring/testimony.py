"""What a reader should know of the records asked for: not verified, without a date, told differently by two channels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from toolkit.errors import Problem
from toolkit.measuring.selection import PLACE, Source, words_order
from toolkit.reading.findings import shown
from toolkit.scheme.measures import Selection, Window
from toolkit.scheme.ranges import holding
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from toolkit.tables import Table

Row = dict[str, Any]


def testimony_problems(
    source: Source, spec: Table, selection: Selection, window: Window | None, column: str | None
) -> Iterator[Problem]:
    """Warnings and notes about the rows that one selection asks for.

    Parameters
    ----------
    source, spec
        The table, and what the data dictionary says of it.
    window
        The window of the selection.
    column
        The column that is measured; None where rows are counted.
    """
    yield from _undated(source, spec, selection, window)
    rows = source.table
    if source.verified and selection.unverified == "left_out":
        counts = rows[source.verified.column].isin(source.verified.counts).fill_null(False)
        yield from _unverified(rows.filter(~counts), spec, source.verified.column)
        rows = rows.filter(counts)
    if source.channel and selection.once_per:
        dates = [*(window.dates.values() if window else ()), *_happening(source, selection)]
        asked = dict.fromkeys([column, *dates, window.column if window else None, *selection.where])
        told = [name for name in asked if name and name not in {source.channel.column, *selection.once_per}]
        yield from _conflicts(rows, source, spec, selection.once_per, told)


def _undated(source: Source, spec: Table, selection: Selection, window: Window | None) -> Iterator[Problem]:
    dates = dict.fromkeys([*([window.from_] if window else []), *_happening(source, selection)])
    rows = source.table
    tests = holding(rows, selection.where)
    for date in [name for name in dates if not spec.column[name].required]:
        for row in _by_file(rows.filter(rows[date].isnull(), *tests)):
            rule = phrase("没有日期，不计入（该文件共 {n} 条，首见此行）", "without a date it does not count ({n} in this file, the first here)",
                          n=row["n"])  # fmt: skip
            yield _at(row, "warning", rule, Phrase("请补填日期", "fill in the date"), _heading(spec, date))


def _happening(source: Source, selection: Selection) -> list[str]:
    """The date of the table, where the selection asks when rows happened."""
    return [source.date] if source.date and (selection.window is None or selection.in_period) else []


def _unverified(rows: ir.Table, spec: Table, column: str) -> Iterator[Problem]:
    for row in _by_file(rows, column):
        state = row[column] or ""
        rule = phrase("未核实的记录暂不计入（该文件共 {n} 条，首见此行）", "not verified: kept, and not counted ({n} in this file, the first here)",
                      n=row["n"])  # fmt: skip
        mend = Phrase("核实后请更新状态", "update its state when it is verified")
        yield _at(row, "note", rule, mend, _heading(spec, column), state)


def _by_file(rows: ir.Table, *also: str) -> list[Row]:
    """One row for each file, sheet and state: the first row there, and how many there are.

    Rows of a database have no number: all of one source are told together.
    """
    import ibis

    sheet = ibis.ifelse(rows["_row"] == 0, "", rows["_sheet"])
    groups = rows.group_by(_file=rows["_file"], _part=sheet, **{name: rows[name] for name in also})
    found = groups.agg(_sheet=rows["_sheet"].min(), _row=rows["_row"].min(), n=rows.count()).to_pyarrow().to_pylist()
    return sorted(found, key=lambda row: [row["_file"], row["_sheet"], *(row[name] or "" for name in also)])


def _conflicts(rows: ir.Table, source: Source, spec: Table, once_per: tuple[str, ...], told: list[str]) -> Iterator[Problem]:
    """A warning for each thing that two channels say differently of one act, at the row whose word is taken."""
    act = [source.member, *once_per]
    named = rows.filter(*(rows[name].notnull() for name in act))
    days = {name: named[name].date() for name in told if spec.column[name].type == "date"}  # windows look at days
    named = named.mutate(**days) if days else named
    for name in told:
        said = named.filter(named[name].notnull())
        several = said.group_by(act).agg(_kinds=said[name].nunique())
        disputed = said.semi_join(several.filter(several["_kinds"] > 1), act)
        order = [*act, *words_order(disputed, source), *PLACE]
        columns = [*act, *PLACE, str(source.channel and source.channel.column), name]
        found = disputed.order_by(order).select(*dict.fromkeys(columns)).to_pyarrow().to_pylist()
        yield from _disputes(found, act, name, source, spec)


def _disputes(found: list[Row], act: list[str], name: str, source: Source, spec: Table) -> Iterator[Problem]:
    taken: Row = {}
    for row in found:
        if not taken or any(row[key] != taken[key] for key in act):
            taken = row
        elif row[name] != taken[name]:
            channel = str(source.channel and source.channel.column)
            where = f"{row['_file']} {row['_sheet']}".strip()
            first, second = row[channel] or "—", taken[channel] or "—"
            rule = phrase(
                "同一行为各渠道说法不一：{second}为“{kept}”，{first}为“{other}”（{where} 第 {line} 行），以{second}为准",
                "one act told differently: `{kept}` by {second}, `{other}` by {first} ({where}, row {line}); the word of {second} is taken",
                kept=_said(taken[name]), other=_said(row[name]), first=first, second=second, where=where, line=row["_row"],
            )  # fmt: skip
            yield _at(taken, "warning", rule, Phrase("请向两方核实", "ask both"), _heading(spec, name), _said(taken[name]))


def _said(value: Any) -> str:
    text = shown(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _heading(spec: Table, column: str) -> str:
    return next(iter(spec.column[column].headings), column)


def _at(row: Row, severity: Any, rule: Phrase, mend: Phrase, column: str, value: str = "") -> Problem:  # noqa: PLR0917
    return Problem(
        severity, rule, mend, file=row["_file"], sheet=row["_sheet"], row=int(row["_row"]), column=column, value=value
    )
