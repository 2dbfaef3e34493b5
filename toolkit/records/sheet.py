"""One sheet taken in: every row below its heading accepted, refused with reasons, or not data; with notes on what is hidden or struck out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from toolkit.ground.problems import Problem
from toolkit.ground.text import Phrase, in_words_before, phrase
from toolkit.records.cells import NO_MEMBER, Cell, read_cell, read_cells, unknown_member
from toolkit.records.credit_code import is_valid, looks_meant
from toolkit.records.dictionary import Column
from toolkit.records.files import Sheet, without_remarks
from toolkit.records.findings import UNSEEN, Finding, normal_heading, normal_key, shown
from toolkit.records.headings import (
    Headings,
    bare_columns,
    find_headings,
    heading_problems,
    letters,
    no_heading,
    written_units,
)
from toolkit.records.members import FAR, Register, within_edits
from toolkit.records.rows import (
    banners,
    data_rows,
    filled_down,
    merge_problems,
    merged_data,
    row_ranges,
    total_problems,
)
from toolkit.records.workbook_marks import Shown

ABOVE_THEM = Phrase("请把表头移到记录的上面；不是记录的，请移到别处", "put the heading above them; move elsewhere what is no record")
QUOTE = Phrase('含分隔符或换行的单元格请加引号，如 "1,234"', 'quote cells that hold a separator or a line break, as in "1,234"')


def cut_rows(sheet: Sheet, numbers: Sequence[int], headings: Headings, place: Problem) -> Iterator[Problem]:
    """An error for each data row whose cells cannot all stand under their headings.

    Parameters
    ----------
    numbers
        The data rows, counted from 0.
    place
        Where the sheet stands.
    """
    if not sheet.delimited:
        return
    known = max(heading.place for answers in headings.columns.values() for heading in answers) + 1
    width = max([known, *(heading.place + 1 for heading in headings.extra), *(n + 1 for n in headings.bare)])
    lengths = {len(sheet.rows[number]) for number in numbers}  # all equal: each row ends in an empty cell
    for number in numbers:
        row = sheet.rows[number]
        if any(map(shown, row[width:])) or (len(row) > width and len(lengths) > 1):
            rule = phrase(
                "单元格多于表头（超出 {column} 列）", "more cells than headings (beyond column {column})",
                column=letters(width - 1),
            )  # fmt: skip
            yield replace(place, rule=rule, mend=QUOTE, row=number + 1)
        elif len(row) < known:
            rule = phrase("单元格少于表头（只有 {n} 个）", "fewer cells than headings (only {n})", n=len(row))
            yield replace(place, rule=rule, mend=QUOTE, row=number + 1)


def sheet_notes(
    sheet: Sheet, headings: Headings, numbers: Sequence[int], names: Mapping[str, str], place: Problem
) -> Iterator[Problem]:
    """A note for the hidden sheet, the hidden rows and the hidden columns that are read, a warning for what is struck out.

    Parameters
    ----------
    numbers
        The data rows, counted from 0.
    names
        Column id to its heading.
    place
        Where the sheet stands.
    """
    note = replace(place, severity="note")
    keep = Phrase("如不应计入请删去", "delete what should not count")
    if sheet.hidden:
        rule = Phrase("这张工作表是隐藏的，已照常读取", "this sheet is hidden, and is read all the same")
        yield replace(note, rule=rule, mend=keep)
    rows = sheet.hidden_rows & frozenset(numbers)
    if rows:
        rule = phrase("第 {rows} 行被隐藏，已照常读取", "rows {rows} are hidden, and are read all the same", rows=row_ranges(rows))
        yield replace(note, rule=rule, mend=keep)
    hidden = [names[key] for key, answers in headings.columns.items() if answers[0].place in sheet.hidden_columns]
    if hidden:
        rule = phrase(
            "隐藏的列已照常读取：{zh}", "hidden columns are read all the same: {en}",
            zh="、".join(hidden), en=", ".join(hidden),
        )  # fmt: skip
        yield replace(note, rule=rule, mend=keep)
    crossed = _crossed(sheet, headings, numbers, names)
    if crossed:
        zh, en = ("；".join(f"{name} 第 {rows} 行" for name, rows in crossed.items()), "; ".join(f"{name} rows {rows}" for name, rows in crossed.items()))
        rule = phrase("整格划了删除线的单元格已照常读取：{zh}", "cells that are struck out are read all the same: {en}", zh=zh, en=en)
        yield replace(note, severity="warning", rule=rule, mend=keep)


def _crossed(sheet: Sheet, headings: Headings, numbers: Sequence[int], names: Mapping[str, str]) -> dict[str, str]:
    """The rows, as Excel counts them, in which the cells of a column are struck out as a whole, by the column's heading."""
    data = frozenset(numbers)
    rows = {names[key]: {row for row, place in sheet.crossed if place == answers[0].place and row in data} for key, answers in headings.columns.items()}
    return {name: row_ranges(answers) for name, answers in rows.items() if answers} if sheet.crossed else {}


NOTHING = Phrase("", "")
PERSONAL = "（个人信息）"
LONGEST_VALUE = 60


@dataclass(frozen=True)
class Intake:
    """The data rows of one sheet.

    Parameters
    ----------
    file, sheet
        Where they stand.
    rows
        Their numbers as Excel counts them.
    cells
        Column id to its cells, one for each row; columns without a heading are left out.
    refused
        For each row whether a problem of its own or of the whole sheet keeps it out.
    headings
        Column id to its heading as found.
    not_data
        How many rows below the heading are blank, totals, notes or signatures.
    unread
        Other sheets of the file that hold something, and how it shows each.
    """

    file: str
    sheet: str
    rows: tuple[int, ...]
    cells: Mapping[str, Sequence[Cell]] = field(repr=False)
    refused: tuple[bool, ...]
    headings: Mapping[str, str]
    not_data: int
    problems: tuple[Problem, ...]
    unread: tuple[tuple[str, Shown], ...] = ()


def take_in(
    sheet: Sheet,
    file: str,
    columns: Mapping[str, Column],
    keys: Sequence[str],
    known: Register | None,
    *,
    apart: Collection[str] = (),
    named: str | None = None,
) -> Intake:
    """The rows of one sheet, with every problem found.

    Parameters
    ----------
    file
        Its name in problems.
    keys
        Ids of the columns that hold a member's key: a row with a valid one is data, whatever leads it.
    known
        The members; None where they are not known.
    apart
        Ids of the columns that tell rows apart.
    named
        Id of the column that says the member's name beside its key.
    """
    place = Problem("error", NOTHING, NOTHING, file=file, sheet=sheet.name)
    headings = find_headings(sheet.rows, columns, sheet.merges)
    if headings and (rows := without_remarks(sheet.rows, headings)) is not sheet.rows:
        sheet, headings = replace(sheet, rows=rows), find_headings(rows, columns, sheet.merges)
    if headings is None:
        filled = tuple(n + 1 for n, row in enumerate(sheet.rows) if any(map(shown, row)))
        refused = (True,) * len(filled)
        rest = len(sheet.rows) - len(filled)
        return Intake(file, sheet.name, filled, {}, refused, {}, rest, (no_heading(columns, place),), sheet.unread)
    place = replace(place, row=headings.first)
    places = {key: answers[0].place for key, answers in headings.columns.items()}
    names = {key: answers[0].text for key, answers in headings.columns.items()}
    accepted = {code for key in keys for code in columns[key].accept}.union(known.written if known else ())
    numbers = data_rows(
        sheet.rows,
        headings,
        [places[key] for key in keys if key in places],
        lambda raw: (code := normal_key(raw)) in accepted or looks_meant(code),
        frozenset(row for (top, _), (bottom, _) in sheet.merges if bottom > top for row in range(top, min(bottom + 1, len(sheet.rows)))),
    )
    titles = banners(sheet, headings)
    numbers = [number for number in numbers if number not in titles]
    rows = [sheet.rows[number] for number in numbers]
    raws = {key: _column(rows, places[key]) for key in columns if key in places}
    merged = merged_data(sheet.merges, sheet, places, numbers)
    filled_down(raws, numbers, merged, sheet, places)
    units = written_units(headings, columns)
    cells = {key: read_cells(raw, columns[key], known, units.get(key, ""), tells_apart=key in apart) for key, raw in raws.items()}
    if known and named in raws:
        cells |= {key: _by_name(cells[key], raws[key], raws[str(named)], known) for key in keys if key in cells}
    above = [
        *heading_problems(headings, columns, place),
        *_rows_above(sheet, headings, {key: (columns[key], at) for key, at in places.items()}, known, place),
        *bare_columns(sheet.rows, headings, place),
        *sheet_notes(sheet, headings, numbers, names, place),
    ]
    below = [
        *_cell_problems(numbers, raws, cells, columns, names, place),
        *merge_problems(merged, columns, names, place),
        *cut_rows(sheet, numbers, headings, place),
        *total_problems(sheet, numbers, headings, cells, columns, units, place),
    ]
    wrong = {problem.row for problem in below if problem.severity == "error"}
    hopeless = any(problem.severity == "error" for problem in above)
    return Intake(
        file,
        sheet.name,
        tuple(number + 1 for number in numbers),
        cells,
        tuple(hopeless or number + 1 in wrong for number in numbers),
        names,
        len(sheet.rows) - headings.first - len(numbers),
        (*above, *sorted(below, key=lambda problem: problem.row or 0)),
        sheet.unread,
    )


def _rows_above(
    sheet: Sheet, headings: Headings, columns: Mapping[str, tuple[Column, int]], known: Register | None, place: Problem
) -> Iterator[Problem]:
    """An error where rows above the heading would be records below it: pasted there, or the heading was sorted among them.

    Such a row can be read in half of the columns, two at the least, and in one that holds no mere text; a title cannot.
    """
    lost = set[int]()
    for number, row in enumerate(sheet.rows[: headings.first]):
        read = {key for key, (column, at) in columns.items() if at < len(row) and read_cell(row[at], column, known).state == "value"}
        told_apart = any(columns[key][0].type not in ({"text"} if known else {"text", "member"}) for key in read)
        heading = tuple(normal_heading(shown(cell)) for cell in row) in headings.rows
        if told_apart and 2 * len(read) >= max(4, len(columns)) and not heading:
            lost.add(number)
    if lost:
        rule = phrase("第 {rows} 行在表头（第 {heading} 行）上面，像是记录，没有读入", "{n:row|rows} above the heading (row {heading}) read like records, and were not read in: {rows}",
                      heading=headings.first, rows=row_ranges(lost), n=len(lost))  # fmt: skip
        yield replace(place, row=min(lost) + 1, rule=rule, mend=ABOVE_THEM)


def _by_name(cells: Sequence[Cell], keys: Sequence[object], names: Sequence[object], known: Register) -> list[Cell]:
    """The cells of a key column, where a wrong key is believed to be that of the member whose name stands beside it.

    Where that one's key is another altogether, nobody's is offered.
    """
    mended = list(cells)
    for place, cell in enumerate(cells):
        owner = known.named.get(normal_key(shown(names[place]))) if cell.finding and cell.finding.rule == NO_MEMBER else None
        if owner is not None:
            key = normal_key(keys[place])
            near = not is_valid(key) and within_edits(key, normal_key(owner), FAR - 1)
            mended[place] = cell._replace(finding=unknown_member(key, owner if near else None))
    return mended


def quoted_cell(raw: object, column: Column) -> str:
    """A raw cell as a problem may show it: on one line, not too long, and nothing personal."""
    if column.personal:
        return PERSONAL if shown(raw) else ""
    text = " ".join("".join(c if c.isprintable() else " " for c in shown(raw)).split())
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _column(rows: Sequence[Sequence[object]], place: int) -> list[object]:
    try:
        return [row[place] for row in rows]
    except IndexError:  # rows of a text file may be short
        return [row[place] if place < len(row) else "" for row in rows]


HIDDEN = re.compile(f"[{''.join(map(chr, UNSEEN))}]")
LEFT_OUT = (
    "文字里有看不见的符号（零宽空格、改变书写方向的标记等），已略去，名称按略去后的显示（这一列共 {n} 格）",
    "signs that cannot be seen stand in the text (of no width, or turning its direction); they are left out wherever it is shown ({n:cell|cells} of this column)",
)
RETYPE = Phrase("请重新输入这一格，或从原文件重新粘贴为纯文本", "type the cell anew, or paste it as plain text")


def _cell_problems(  # noqa: PLR0917 - private
    numbers: Sequence[int],
    raws: Mapping[str, Sequence[object]],
    cells: Mapping[str, Sequence[Cell]],
    columns: Mapping[str, Column],
    names: Mapping[str, str],
    place: Problem,
) -> Iterator[Problem]:
    for key, column_cells in cells.items():
        if columns[key].type == "text" and not in_words_before("0.7.0") and (unseen := [place for place, raw in enumerate(raws[key]) if isinstance(raw, str) and HIDDEN.search(raw)]):
            yield replace(place, severity="warning", rule=phrase(*LEFT_OUT, n=len(unseen)), mend=RETYPE, row=numbers[unseen[0]] + 1, column=names[key], value=quoted_cell(raws[key][unseen[0]], columns[key]))
        for number, raw, cell in zip(numbers, raws[key], column_cells, strict=True):
            if cell.finding:
                finding = _discreet(cell.finding) if columns[key].personal and shown(raw) else cell.finding
                yield replace(
                    place,
                    severity="error" if cell.state == "problem" else "note",
                    rule=finding.rule,
                    mend=finding.mend,
                    row=number + 1,
                    column=names[key],
                    value=quoted_cell(raw, columns[key]),
                )


def _discreet(finding: Finding) -> Finding:  # noqa: ARG001 - rule and mend may both quote what was written
    """A finding about a personal column, without a word of what the cell says."""
    rule = Phrase("内容不合该列的要求", "the cell does not fit its column")
    return Finding(rule, Phrase("请对照原表更正", "correct it in the original"))
