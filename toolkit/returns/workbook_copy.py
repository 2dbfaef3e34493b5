"""A copy of a workbook or text file, to be marked and mailed back: an .xlsx file as it is, the cells of any other."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import openpyxl
import python_calamine as calamine
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

from toolkit.display import display_width
from toolkit.reading.delimited import read_delimited
from toolkit.reading.findings import Finding
from toolkit.reading.sheets import DELIMITED, WORKBOOKS, Sheet, Unreadable, read_sheet
from toolkit.reading.workbook_marks import find_marks
from toolkit.returns.drop_downs import add_drop_downs

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

DATA_SHEET = "数据"
LARGEST = 100_000  # rows of a sheet whose cells are copied: nobody mends more by hand
NARROWEST, WIDEST = 8, 40  # columns, in characters
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
        find_marks(content)  # refuses what is made to fill the memory
        return _whole(content) if lower.endswith((".xlsx", ".xlsm")) else _written(_sheets(content, file))
    except Exception as error:
        raise Uncopied from error


def write_text(cell: Cell, text: str) -> None:
    """Text into a cell, as text: what begins with ``=`` is no formula, and does not become one when edited."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))


def _whole(content: bytes) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what openpyxl leaves behind: pictures of unknown kinds and the like
        try:
            workbook = openpyxl.load_workbook(io.BytesIO(content), rich_text=True)
            add_drop_downs(workbook, content)
        except Exception:  # noqa: BLE001 - it is stricter than the reader of cells, whose copy is better than none
            return _written(_sheets(content, "whole.xlsx"))
    return workbook


def _sheets(content: bytes, file: str) -> list[Sheet]:
    """The sheets that hold something, their cells as a reader sees them: 35% where a format says so."""
    with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        names = [each.name for each in workbook.sheets_metadata if each.typ == calamine.SheetTypeEnum.WorkSheet]
    sheets = []
    for name in names:
        with suppress(Unreadable):  # an empty one
            sheets.append(read_sheet(content, file, name))
    return sheets


def _written(sheets: Iterable[Sheet]) -> Workbook:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for each in sheets:
        if len(each.rows) > LARGEST:
            raise Uncopied
        sheet = workbook.create_sheet(each.name)
        sheet.sheet_state = "hidden" if each.hidden else "visible"
        for row, cells in enumerate(each.rows, start=1):
            for column, raw in enumerate(cells, start=1):
                if raw not in {"", None}:
                    _write(sheet.cell(row, column), raw)
        for (top, left), (bottom, right) in each.merges:
            sheet.merge_cells(None, top + 1, left + 1, bottom + 1, right + 1)
        _widen(sheet, each.rows[:SAMPLE])
    return workbook


def _write(cell: Cell, raw: Any) -> None:
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
        width = min(max(max(widths, default=0) + 2, NARROWEST), WIDEST)
        sheet.column_dimensions[get_column_letter(place + 1)].width = width
