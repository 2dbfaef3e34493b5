"""Notes on what a workbook does not show, and on sheets that are not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from toolkit.errors import Problem
from toolkit.reading.headings import Headings
from toolkit.reading.merged_cells import ranges
from toolkit.reading.sheets import Sheet
from toolkit.text import Phrase, phrase


def sheet_notes(
    sheet: Sheet, headings: Headings, numbers: Sequence[int], names: Mapping[str, str], place: Problem
) -> Iterator[Problem]:
    """A note for the hidden sheet, the hidden rows and the hidden columns that are read, and one for other sheets.

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
        rule = phrase(
            "第 {rows} 行被隐藏，已照常读取", "rows {rows} are hidden, and are read all the same", rows=ranges(rows)
        )
        yield replace(note, rule=rule, mend=keep)
    hidden = [
        names[key] for key, found in headings.columns.items() if found[0].place in sheet.hidden_columns
    ]
    if hidden:
        rule = phrase(
            "隐藏的列已照常读取：{zh}", "hidden columns are read all the same: {en}",
            zh="、".join(hidden), en=", ".join(hidden),
        )  # fmt: skip
        yield replace(note, rule=rule, mend=keep)
    if sheet.unread:
        rule = phrase(
            "这些工作表未读取：{zh}", "sheets not read: {en}", zh="、".join(sheet.unread), en=", ".join(sheet.unread)
        )
        mend = Phrase("如有数据请移入读取的工作表", "move what is data to the sheet that is read")
        yield replace(note, rule=rule, mend=mend, sheet="", row=None)
