"""Rows of a text file that have been cut into too many or too few cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from toolkit.errors import Problem
from toolkit.reading.findings import shown
from toolkit.reading.heading_faults import letters
from toolkit.reading.headings import Headings
from toolkit.reading.sheets import Sheet
from toolkit.text import Phrase, phrase

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
    known = max(heading.place for found in headings.columns.values() for heading in found) + 1
    width = max(
        [known, *(heading.place + 1 for heading in headings.extra), *(n + 1 for n in headings.bare)]
    )
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
            rule = phrase(
                "单元格少于表头（只有 {n} 个）", "fewer cells than headings (only {n})", n=len(row)
            )
            yield replace(place, rule=rule, mend=QUOTE, row=number + 1)
