"""Where a problem stands in its sheet: the cells to be coloured, and the column that has room for the reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from toolkit.errors import Problem
from toolkit.reading.findings import shown
from toolkit.reading.headings import Headings, find_headings, normal_heading
from toolkit.reading.remarks import OTHER_REMARKS, REMARKS, remark_places
from toolkit.reading.sheets import Sheet, Unreadable, read_sheet
from toolkit.tables import Table, Tables

JOINED = "、"  # between the columns that a problem names together


@dataclass(frozen=True)
class Layout:
    """How one sheet is laid out. Rows and columns are counted from 1, as Excel does.

    Parameters
    ----------
    heading_row
        The last row of the heading.
    columns
        The column by its normalised heading, as found and as the data dictionary has it.
    key
        The column that says whose row it is.
    remarks, remarks_heading
        The column for the reasons, and what is written above it.
    returned
        Whether that column is there already, from an earlier return.
    """

    heading_row: int
    columns: Mapping[str, int]
    key: int
    remarks: int
    remarks_heading: str
    returned: bool = False


@dataclass(frozen=True)
class Marked:
    """One problem, the sheet it stands in, and its cells as (row, column) counted from 1; none for a whole file."""

    problem: Problem
    sheet: str = ""
    cells: tuple[tuple[int, int], ...] = field(default=())


def tables_of(folder: Path, tables: Tables, file: str) -> list[Table]:
    """The tables of the edition in `folder` that are read from `file`."""
    return [
        table
        for table in tables.table.values()
        if table.file and (table.file == file or folder / file in folder.glob(table.file))
    ]


def layouts(content: bytes, file: str, tables: Sequence[Table], *, returned: bool) -> dict[str, Layout]:
    """The layout of each sheet of `file` that has a heading, by the sheet's name.

    `returned` says that the file was returned before: then its column 问题说明 is ours.
    """
    found: dict[str, Layout] = {}
    for table in tables:
        try:
            sheet = read_sheet(content, file, table.sheet)
        except Unreadable:
            continue
        headings = find_headings(sheet.rows, table.column, sheet.merges)
        if headings and sheet.name not in found:
            found[sheet.name] = _layout(sheet, headings, table, returned=returned)
    return found


def marked(problem: Problem, layouts: Mapping[str, Layout]) -> Marked:
    """The problem with its cells: those of the columns it names, or else the row's key."""
    layout = layouts.get(problem.sheet)
    if layout is None or problem.row is None:
        return Marked(problem, problem.sheet)
    names = [problem.column, *problem.column.split(JOINED)]
    columns = dict.fromkeys(layout.columns[name] for name in map(normal_heading, names) if name in layout.columns)
    instead = layout.remarks if problem.row == layout.heading_row else layout.key
    return Marked(problem, problem.sheet, tuple((problem.row, column) for column in columns or (instead,)))


def _layout(sheet: Sheet, headings: Headings, table: Table, *, returned: bool) -> Layout:
    ours = remark_places(headings.extra) if returned else frozenset()
    places = dict(_named_places(headings, table, ours))
    keys = [name for name, column in table.column.items() if column.type in {"member", "credit_code"}]
    key = next((headings.columns[name][0].place for name in (*keys, *table.unique) if name in headings.columns), None)
    place = min(ours, default=_width(sheet))
    return Layout(
        headings.first,
        {name: where + 1 for name, where in places.items()},
        min(places.values()) + 1 if key is None else key + 1,
        place + 1,
        OTHER_REMARKS if REMARKS in places else REMARKS,
        bool(ours),
    )


def _named_places(
    headings: Headings, table: Table, ours: AbstractSet[int]
) -> Iterator[tuple[str, int]]:
    """Each heading's place; headings as found go before those of the data dictionary."""
    for name, found in headings.columns.items():
        for said in (name, *table.column[name].headings):
            yield normal_heading(said), found[0].place
    for heading in headings.extra:
        if heading.place not in ours:
            yield normal_heading(heading.text), heading.place
    for found in headings.columns.values():
        for heading in reversed(found):
            yield normal_heading(heading.text), heading.place


def _width(sheet: Sheet) -> int:
    """How many columns hold something, merged titles included."""
    filled = (place for row in sheet.rows for place, cell in enumerate(row) if cell != "" and shown(cell))
    return 1 + max(max(filled, default=0), *(right for _, (_, right) in sheet.merges), 0)
