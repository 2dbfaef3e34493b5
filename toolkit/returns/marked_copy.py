"""The marks in a returned workbook: faulty cells coloured, the reason in a comment and in the column 问题说明."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from toolkit.display import display_width
from toolkit.errors import Problem, Severity
from toolkit.returns.marked_cells import Layout, Marked
from toolkit.returns.workbook_copy import write_text
from toolkit.text import Language, Phrase

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.dimensions import ColumnDimension
    from openpyxl.worksheet.worksheet import Worksheet

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


def mark(
    workbook: Workbook, found: Iterable[Marked], layouts: Mapping[str, Layout], language: Language = "zh"
) -> None:
    """Colour the cells of every problem found, and write its reason beside them."""
    sheets: dict[str, list[Marked]] = defaultdict(list)
    for each in found:
        if each.cells:
            sheets[each.sheet].append(each)
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


def joined(workbook: Workbook, found: Marked, layouts: Mapping[str, Layout]) -> Marked:
    """The problem, and where it says that a row of a text file was cut at the wrong places, that row in one cell.

    Left as it was cut, it could be read as if it had been mended.
    """
    problem = found.problem
    if problem.column or not found.cells or problem.row == layouts[found.sheet].heading_row:
        return found
    sheet = workbook.worksheets[0]
    first, *others = sheet[found.cells[0][0]]
    write_text(first, SEPARATOR.join(str(cell.value) for cell in (first, *others) if cell.value is not None))
    for cell in others:
        cell.value = None
    return replace(found, problem=replace(problem, mend=SPREAD), cells=((first.row, 1),))


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


def _mark_cells(sheet: Worksheet, found: Sequence[Marked], language: Language) -> None:
    reasons: dict[Cell, list[str]] = defaultdict(list)
    for each in found:
        for place in each.cells:
            reasons[anchor(sheet, *place)].append(_said(each.problem, language))
    for cell, said in reasons.items():
        text = "\n".join(said)
        former = cell.comment
        comment = Comment(f"{former.text}{ADDED}{text}" if former else text, former.author if former else AUTHOR)
        comment.width, comment.height = 280, 30 + 18 * lines(comment.text, 38)
        cell.comment = comment


def _colour_cells(sheet: Worksheet, found: Sequence[Marked]) -> None:
    for each in sorted(found, key=lambda each: each.problem.severity == "error"):  # an error covers a warning
        for row, column in each.cells:
            sheet.row_dimensions[row].hidden = False
            cell, width = anchor(sheet, row, column), alone(sheet, column)
            width.hidden = False
            width.width = max(width.width, min(display_width(str(cell.value or "")) + 2, WIDEST))
            cell.fill = PatternFill("solid", fgColor=FILLS[each.problem.severity])


def _write_remarks(sheet: Worksheet, found: Sequence[Marked], layout: Layout, language: Language) -> None:
    rows: dict[int, list[Problem]] = defaultdict(list)
    for each in found:
        rows[each.cells[0][0]].append(each.problem)
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
    for former in [each for each in columns.values() if each.min and each.min <= column <= each.max]:
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
