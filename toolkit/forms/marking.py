"""A copy of what came in, with the marks that say what to mend: faulty cells coloured, the reason in a comment and in the column 问题说明.

An .xlsx file is copied as it is, drop-downs that openpyxl would leave behind included; of any other file the cells are.
"""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from toolkit.ground.display import display_width
from toolkit.ground.problems import Problem, Severity
from toolkit.ground.text import Language, Phrase
from toolkit.records.delimited import read_delimited
from toolkit.records.dictionary import Table, Tables
from toolkit.records.files import (
    DELIMITED,
    OTHER_REMARKS,
    REMARKS,
    WORKBOOKS,
    Sheet,
    Unreadable,
    read_sheet,
    read_workbook,
    remark_places,
)
from toolkit.records.findings import Finding, normal_heading, shown
from toolkit.records.folder import found_files
from toolkit.records.headings import Headings, find_headings
from toolkit.records.xlsx_marks import parsed_part, sheet_paths

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.dimensions import ColumnDimension
    from openpyxl.worksheet.worksheet import Worksheet


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
    return [table for table in tables.table.values() if table.file and file in found_files(folder, table)[0]]


def layouts(content: bytes, file: str, tables: Sequence[Table], *, returned: bool) -> dict[str, Layout]:
    """The layout of each sheet of `file` that has a heading, by the sheet's name.

    `returned` says that the file was returned before: then its column 问题说明 is ours.
    """
    layout_of: dict[str, Layout] = {}
    for table in tables:
        try:
            sheet = read_sheet(content, file, table.sheet)
        except Unreadable:
            continue
        headings = find_headings(sheet.rows, table.column, sheet.merges)
        if headings and sheet.name not in layout_of:
            layout_of[sheet.name] = _layout(sheet, headings, table, returned=returned)
    return layout_of


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
    keys = [name for name, column in table.column.items() if column.keyed]
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


def _named_places(headings: Headings, table: Table, ours: AbstractSet[int]) -> Iterator[tuple[str, int]]:
    """Each heading's place; headings as found go before those of the data dictionary."""
    for name, answers in headings.columns.items():
        for title in (name, *table.column[name].headings):
            yield normal_heading(title), answers[0].place
    for heading in headings.extra:
        if heading.place not in ours:
            yield normal_heading(heading.text), heading.place
    for answers in headings.columns.values():
        for heading in reversed(answers):
            yield normal_heading(heading.text), heading.place


def _width(sheet: Sheet) -> int:
    """How many columns hold something, merged titles included."""
    filled = (place for row in sheet.rows for place, cell in enumerate(row) if cell != "" and shown(cell))
    return 1 + max(max(filled, default=0), *(right for _, (_, right) in sheet.merges), 0)


EXTENSION = b"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
RULE = f".//{{{EXTENSION.decode()}}}dataValidation"


def add_drop_downs(workbook: Workbook, content: bytes) -> None:
    """The extended checks of the .xlsx file whose bytes are `content`, as plain ones, into its copy `workbook`."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name, path in sheet_paths(archive):
            xml = archive.read(path)
            if EXTENSION in xml and name in workbook.sheetnames:
                for rule in parsed_part(xml).iterfind(RULE):
                    workbook[name].add_data_validation(_plain(rule))


def _plain(rule: ET.Element) -> DataValidation:
    attributes = {key: value for key, value in rule.attrib.items() if key in DataValidation.__attrs__}
    for part in rule:
        text = "".join(part.itertext()).strip()
        attributes[part.tag.rpartition("}")[2]] = text  # formula1, formula2 and sqref
    return DataValidation(**attributes)


DATA_SHEET = "数据"
LARGEST = 100_000  # rows of a sheet whose cells are copied: nobody mends more by hand
NARROWEST_COPIED, WIDEST_COPIED = 8, 40  # columns, in characters
SAMPLE = 200  # rows that decide on a column's width


class Uncopied(Exception):  # noqa: N818 - named for what is true of the file
    """A file that cannot be opened, or is too large to be mended by hand."""


def workbook_copy(content: bytes, file: str) -> Workbook:
    """The file as a workbook. An .xlsx file keeps its sheets, styles, merged cells, drop-downs and formulas.

    Raises
    ------
    Uncopied
        When it cannot be opened or is too large.
    """
    lower = file.lower()
    if lower.endswith(DELIMITED):
        rows = read_delimited(content, zipped=lower.endswith(".gz"))
        if isinstance(rows, Finding):
            raise Uncopied
        return _written([Sheet(DATA_SHEET, rows)])
    if not lower.endswith(WORKBOOKS):
        raise Uncopied
    try:
        names = read_workbook(content).marks  # refuses what is made to fill the memory
        return _whole(content, names) if lower.endswith((".xlsx", ".xlsm")) else _written(_sheets(content, file, names))
    except Exception as error:
        raise Uncopied from error


def write_text(cell: Cell, text: str) -> None:
    """Text into a cell, as text: what begins with ``=`` is no formula, and does not become one when edited."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))


def _whole(content: bytes, names: Iterable[str]) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what openpyxl leaves behind: pictures of unknown kinds and the like
        try:
            workbook = openpyxl.load_workbook(io.BytesIO(content), rich_text=True)
            add_drop_downs(workbook, content)
        except Exception:  # noqa: BLE001 - it is stricter than the reader of cells, whose copy is better than none
            return _written(_sheets(content, "whole.xlsx", names))
    return workbook


def _sheets(content: bytes, file: str, names: Iterable[str]) -> list[Sheet]:
    """The sheets of these names that hold something, their cells as a reader sees them: 35% where a format says so."""
    sheets = []
    for name in names:
        with suppress(Unreadable):  # an empty one
            sheets.append(read_sheet(content, file, name))
    return sheets


def _written(sheets: Iterable[Sheet]) -> Workbook:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for source in sheets:
        if len(source.rows) > LARGEST:
            raise Uncopied
        sheet = workbook.create_sheet(source.name)
        sheet.sheet_state = "hidden" if source.hidden else "visible"
        for row, cells in enumerate(source.rows, start=1):
            for column, raw in enumerate(cells, start=1):
                if raw not in {"", None}:
                    _write_value(sheet.cell(row, column), raw)
        for (top, left), (bottom, right) in source.merges:
            sheet.merge_cells(None, top + 1, left + 1, bottom + 1, right + 1)
        _widen(sheet, source.rows[:SAMPLE])
    return workbook


def _write_value(cell: Cell, raw: Any) -> None:
    """A raw cell; text is formatted as text, so that a code stays a code when it is typed again."""
    if isinstance(raw, str):
        write_text(cell, raw)
        cell.number_format = "@"
    else:
        cell.value = int(raw) if isinstance(raw, float) and raw.is_integer() else raw
        if isinstance(raw, dt.date):
            whole = not isinstance(raw, dt.datetime) or raw.time() == dt.time()
            cell.number_format = "yyyy-mm-dd" if whole else "yyyy-mm-dd hh:mm:ss"


def _widen(sheet: Worksheet, rows: Sequence[Sequence[object]]) -> None:
    for place in range(max(map(len, rows), default=0)):
        widths = (display_width(str(row[place])) for row in rows if place < len(row))
        width = min(max(max(widths, default=0) + 2, NARROWEST_COPIED), WIDEST_COPIED)
        sheet.column_dimensions[get_column_letter(place + 1)].width = width


FILLS: dict[Severity, str] = {"error": "FFFFC7CF", "warning": "FFFFEB9D"}  # one off what Excel itself offers
INK = "FF9C0006"
AUTHOR = "退回说明"
ADDED = "\n【退回说明】"  # our words behind those of a comment that stood there before
MOST_COMMENTS = 2_000  # more make a workbook slow to open; the column has every reason
WIDEST = 30  # characters that a column is widened to, so that a faulty value is seen whole
WIDTH, LINE, PADDING = 46, 14.0, 5.0  # of the column in characters; of a line and a row in points
THIN = Side(style="thin", color="FFA6A6A6")
FRAME = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
A4 = 9
SEPARATOR = " | "
SPREAD = Phrase("整行原文放在第一格，请把各项填回各自的列", "the row stands in its first cell: put each item into its column")


def sheet_of(workbook: Workbook, name: str) -> Worksheet | None:
    """The sheet called `name`; the only one of a text file has none."""
    if not name:
        return workbook.worksheets[0]
    return workbook[name] if name in workbook.sheetnames else None


def mark(workbook: Workbook, faults: Iterable[Marked], layouts: Mapping[str, Layout], language: Language = "zh") -> None:
    """Colour the cells of every problem found, and write its reason beside them."""
    sheets: dict[str, list[Marked]] = defaultdict(list)
    for fault in faults:
        if fault.cells:
            sheets[fault.sheet].append(fault)
    room = MOST_COMMENTS
    for name, layout in layouts.items():
        sheet = sheet_of(workbook, name)
        if sheet is not None:
            if layout.returned:
                _clear(sheet, layout)
            if sheets[name]:
                _mark_cells(sheet, sheets[name][:room], language)
                _colour_cells(sheet, sheets[name])
                _write_remarks(sheet, sheets[name], layout, language)
                _set_page(sheet, layout)
            room = max(0, room - len(sheets[name]))


def row_in_one_cell(workbook: Workbook, fault: Marked, layouts: Mapping[str, Layout]) -> Marked:
    """The problem, and where it says that a row of a text file was cut at the wrong places, that row in one cell.

    Left as it was cut, it could be read as if it had been mended.
    """
    problem = fault.problem
    if problem.column or not fault.cells or problem.row == layouts[fault.sheet].heading_row:
        return fault
    sheet = workbook.worksheets[0]
    first, *others = sheet[fault.cells[0][0]]
    write_text(first, SEPARATOR.join(str(cell.value) for cell in (first, *others) if cell.value is not None))
    for cell in others:
        cell.value = None
    return replace(fault, problem=replace(problem, mend=SPREAD), cells=((first.row, 1),))


def _clear(sheet: Worksheet, layout: Layout) -> None:
    """Remove the marks of an earlier return."""
    for row in sheet.iter_rows(max_col=layout.remarks):
        for cell in row:
            if cell.fill.fgColor.rgb in FILLS.values():
                cell.fill = PatternFill()
            if cell.comment and cell.comment.author == AUTHOR:
                cell.comment = None
            elif cell.comment and ADDED in cell.comment.text:
                cell.comment = Comment(cell.comment.text.split(ADDED)[0], cell.comment.author)
            if cell.column == layout.remarks and not isinstance(cell, MergedCell):
                cell.value = None


def _mark_cells(sheet: Worksheet, faults: Sequence[Marked], language: Language) -> None:
    reasons: dict[Cell, list[str]] = defaultdict(list)
    for fault in faults:
        for place in fault.cells:
            reasons[anchor(sheet, *place)].append(_said(fault.problem, language))
    for cell, texts in reasons.items():
        text = "\n".join(texts)
        former = cell.comment
        comment = Comment(f"{former.text}{ADDED}{text}" if former else text, former.author if former else AUTHOR)
        comment.width, comment.height = 280, 30 + 18 * lines(comment.text, 38)
        cell.comment = comment


def _colour_cells(sheet: Worksheet, faults: Sequence[Marked]) -> None:
    for fault in sorted(faults, key=lambda fault: fault.problem.severity == "error"):  # an error covers a warning
        for row, column in fault.cells:
            sheet.row_dimensions[row].hidden = False
            cell, width = anchor(sheet, row, column), alone(sheet, column)
            width.hidden = False
            width.width = max(width.width, min(display_width(str(cell.value or "")) + 2, WIDEST))
            cell.fill = PatternFill("solid", fgColor=FILLS[fault.problem.severity])


def _write_remarks(sheet: Worksheet, faults: Sequence[Marked], layout: Layout, language: Language) -> None:
    rows: dict[int, list[Problem]] = defaultdict(list)
    for fault in faults:
        rows[fault.cells[0][0]].append(fault.problem)
    above = rows.pop(layout.heading_row, [])
    heading = sheet.cell(layout.heading_row, layout.remarks)
    _write(sheet, heading, "\n".join([layout.remarks_heading, *_remark(above, language)]))
    heading.font = Font(name="黑体", size=10, bold=True, color=INK)
    heading.fill = PatternFill("solid", fgColor="FFE7E6E6")
    for row, problems in rows.items():
        _write(sheet, sheet.cell(row, layout.remarks), "\n".join(_remark(problems, language)))
    column = alone(sheet, layout.remarks)
    column.width, column.hidden = WIDTH, False


def _write(sheet: Worksheet, cell: Cell, text: str) -> None:
    write_text(cell, text)
    cell.number_format = "@"
    cell.font = Font(name="宋体", size=10, color=INK)
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    cell.border = FRAME
    # Not every program that opens a workbook fits the rows itself.
    needed = LINE * lines(text, WIDTH) + PADDING
    sheet.row_dimensions[cell.row].height = max(needed, sheet.row_dimensions[cell.row].height or 0)


def _remark(problems: Sequence[Problem], language: Language) -> list[str]:
    said = [f"{each.column}：{_said(each, language)}" if each.column else _said(each, language) for each in problems]
    return said if len(said) < 2 else [f"{number}. {each}" for number, each in enumerate(said, start=1)]


def _said(problem: Problem, language: Language) -> str:
    rule, stop = problem.rule.into(language), {"zh": "；", "en": "; "}[language]
    return f"{rule}{stop.strip('；;') if rule.endswith(('？', '?')) else stop}{problem.mend.into(language)}"


def _set_page(sheet: Worksheet, layout: Layout) -> None:
    """Keep the heading in sight, and the reasons on the paper."""
    if not sheet.freeze_panes:
        sheet.freeze_panes = sheet.cell(layout.heading_row + 1, 1)
    sheet.print_title_rows = sheet.print_title_rows or f"{layout.heading_row}:{layout.heading_row}"
    sheet.print_area = None
    sheet.page_setup.paperSize = A4
    sheet.page_setup.orientation = "landscape"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0


def alone(sheet: Worksheet, column: int) -> ColumnDimension:
    """The width and look of one column, parted from the columns beside it: Excel refuses ranges that overlap."""
    columns = sheet.column_dimensions
    for former in [range_ for range_ in columns.values() if range_.min and range_.min <= column <= range_.max]:
        first, last = former.min, former.max
        for low, high in ((first, column - 1), (column, column), (column + 1, last)):
            if low <= high:
                part = copy(former)
                part.index, part.min, part.max = get_column_letter(low), low, high
                columns[part.index] = part
    return columns[get_column_letter(column)]


def anchor(sheet: Worksheet, row: int, column: int) -> Cell:
    """The cell at a place; within merged cells the one that holds their value."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        cell = next(
            sheet.cell(merged.min_row, merged.min_col)
            for merged in sheet.merged_cells.ranges
            if cell.coordinate in merged
        )
    return cell


def lines(text: str, width: float) -> int:
    """How many lines a text of 10 points takes in a column so many characters wide."""
    return sum(max(1, ceil(display_width(line) / (width * 1.08 - 1))) for line in text.split("\n"))
