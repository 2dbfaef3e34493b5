"""What a returned workbook carries beside its data and what is never read: the column 问题说明, the sheet 退回说明."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from toolkit.reading.headings import Heading, Headings, normal_heading

REMARKS_SHEET = "退回说明"
REMARKS = "问题说明"
OTHER_REMARKS = "退回问题说明"  # where a table has a column 问题说明 of its own


def remark_places(extra: Iterable[Heading]) -> frozenset[int]:
    """The places of the columns that hold remarks, among the headings that answer no column of the table.

    The heading itself may be followed by what is wrong with the heading of the sheet.
    """
    names = (REMARKS, OTHER_REMARKS)
    return frozenset(heading.place for heading in extra if normal_heading(heading.text).startswith(names))


def without_remarks(rows: Sequence[Sequence[object]], headings: Headings) -> Sequence[Sequence[object]]:
    """The rows with their columns of remarks emptied, so that a row with nothing else in it is blank."""
    places = remark_places(headings.extra)
    if not places:
        return rows
    return [["" if place in places else cell for place, cell in enumerate(row)] for row in rows]
