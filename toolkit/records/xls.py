"""Old .xls workbooks, read by xlrd: the cells of their sheets and the marks of these.

xlrd takes a file at its word where a made-up one could fill the memory or lead it in a circle: a chain of sectors, the
tree of streams, the shared texts and the formulas behind names. These four are held to bounds here.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import xlrd
from xlrd.biffh import XL_WORKBOOK_GLOBALS
from xlrd.book import Book
from xlrd.compdoc import CompDoc
from xlrd.sheet import Sheet

from toolkit.records.workbook_marks import (
    TOO_MANY,
    UNCALCULATED,
    WITHOUT_DAY_FORMATS,
    CellPlace,
    Locked,
    RunKind,
    Runs,
    SheetMarks,
    TooWide,
    Whole,
    Workbook,
    lacks_day,
    suffix_of,
)

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FORMULA, COUNT_ANEW = 0x06, 0x02  # a record, and its flag that the result is to be calculated when the file is opened
ENTRY = 128  # bytes of an entry in the directory of streams
FOLDERS = {1, 5}  # kinds of entries that hold others
OLDEST = 50  # Excel 5: older files know no fonts and formats as today's do
EMPTY = {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}
NUMBERS = {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}
LASTING = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)  # formats of a time that may be longer than a day
MIDNIGHT = dt.time()
VERY_HIDDEN = 2  # of a sheet that Excel does not list


class Nowhere(io.TextIOBase):
    """Where xlrd's remarks on a file go: each of its records may cause one."""

    def write(self, text: str) -> int:
        """Nothing is kept."""
        return len(text)


class Compound(CompDoc):  # type: ignore[misc]
    """A file of several streams, whose sectors and streams lead on and never back."""

    def _get_stream(self, mem: bytes, base: int, sat: list[int], sec_size: int, start_sid: int, *size: int, **named: Any) -> bytes:
        _meet_once(start_sid, lambda sector: (sat[sector],))
        stream: bytes = super()._get_stream(mem, base, sat, sec_size, start_sid, *size, **named)
        if named.get("name") == "directory":
            _meet_once(0, lambda number: _linked(stream, number * ENTRY))
        return stream


def _linked(directory: bytes, at: int) -> tuple[int, ...]:
    """The entries that the one at `at` links: its neighbours, and what a folder holds."""
    links: tuple[int, ...] = struct.unpack_from("<3i", directory, at + 68)
    return links if directory[at + 66] in FOLDERS else links[:2]


def _meet_once(start: int, links: Callable[[int], tuple[int, ...]]) -> None:
    """Stop where one of those that are linked from `start` on is met twice."""
    pending, met = [start], set()
    while pending:
        number = pending.pop()
        if number in met:
            message = "parts of a workbook lead in a circle"
            raise ValueError(message)
        if number >= 0:
            met.add(number)
            pending += links(number)


class Once(bytes):
    """Shared texts, to be read through once: one that led back to itself would be read until the memory is full."""

    taken = 0

    def __getitem__(self, place: Any) -> Any:
        part = super().__getitem__(place)
        self.taken += len(part) if isinstance(part, bytes) else 1
        if self.taken > len(self):
            message = "shared texts overlap"
            raise ValueError(message)
        return part


class XlsBook(Book):  # type: ignore[misc]
    """A workbook; of the sheet that was read last it knows the formulas that were never calculated."""

    def __init__(self) -> None:
        super().__init__()
        self.uncalculated: set[CellPlace] = set()

    def handle_filepass(self, data: bytes) -> None:  # noqa: ARG002 - what xlrd hands over
        """The workbook asks for a password."""
        raise Locked

    def handle_name(self, data: bytes) -> None:
        """Names of cells are not read: xlrd works out the formulas behind them, and these can grow without bound."""

    def handle_sst(self, data: bytes) -> None:
        """The shared texts."""
        super().handle_sst(Once(data))

    def get_record_parts_conditional(self, reqd_record: int) -> tuple[int | None, int, bytes]:
        """The next record, if the shared texts go on there."""
        kind, length, body = super().get_record_parts_conditional(reqd_record)
        return kind, length, Once(body)

    def get_record_parts(self) -> tuple[int, int, bytes]:
        """The next record."""
        kind, length, body = super().get_record_parts()
        if kind == FORMULA and body[14] & COUNT_ANEW and not any(body[6:14]):
            self.uncalculated.add(struct.unpack_from("<2H", body))
        return kind, length, body

    def style(self, number: int) -> Style:
        """The cell style of that number; a plain one where the file has none."""
        if number >= len(self.xf_list):
            return Style()
        xf = self.xf_list[number]
        code = self.format_map[xf.format_key].format_str or ""  # some that are built in, Chinese ones among them, have none
        undated = lacks_day(code) or (not code and xf.format_key in WITHOUT_DAY_FORMATS)
        suffix, lasting = suffix_of(code), LASTING.search(code) is not None
        return Style(suffix, undated, suffix != "" or undated, lasting, xf.font_index, self.kind(xf.font_index) == "struck")

    def kind(self, font: int) -> RunKind:
        """How a font shows its text."""
        shape = self.font_list[font] if font < len(self.font_list) else None
        return "struck" if shape and shape.struck_out else "raised" if shape and shape.escapement else "plain"


@dataclass(frozen=True)
class Style:
    """What a cell style says: of numbers the unit behind them, dates without their day or either, times that last; the font."""

    suffix: str = ""
    undated: bool = False
    telling: bool = False
    lasting: bool = False
    font: int = 0
    struck: bool = False


def xls_workbook(content: bytes) -> Workbook:
    """The workbook whose bytes are `content`.

    Raises
    ------
    Exception
        Of many classes, when it is damaged, or made to fill the memory.
    Locked
        When it asks for a password.
    TooWide
        When the filled cells of its sheets span more than could be held.
    """
    book = _opened(content)
    style = cache(book.style)
    marks: dict[str, SheetMarks] = {}
    rows: dict[str, list[list[object]]] = {}
    visible: list[str] = []
    buried: list[str] = []
    for number, name in enumerate(book.sheet_names()):
        book.uncalculated.clear()
        sheet = book.get_sheet(number)
        book.unload_sheet(number)
        if name not in marks:
            marks[name] = _marks(book, sheet, style)
            if sum(known.span for known in marks.values()) > TOO_MANY:
                raise TooWide
            rows[name] = [_row(book, sheet, row, marks[name].right, style) for row in range(marks[name].bottom)]
            visible += [name] if sheet.visibility == 0 else []
            buried += [name] if sheet.visibility == VERY_HIDDEN else []
    return Workbook(marks, visible, rows.__getitem__, buried)


def _opened(content: bytes) -> XlsBook:
    compound = Compound(content, logfile=Nowhere(), ignore_workbook_corruption=True)
    memory, start, length = next(stream_place for name in ("Workbook", "Book") if (stream_place := compound.locate_named_stream(name))[0])
    stream = memory[start : start + length]
    book = XlsBook()
    if not stream.startswith(SIGNATURE):  # or xlrd would look for streams within the stream
        book.biff2_8_load(file_contents=stream, logfile=Nowhere(), formatting_info=True, on_demand=True, ragged_rows=True)
        book.biff_version = book.getbof(XL_WORKBOOK_GLOBALS)
    if book.biff_version < OLDEST:
        message = "no workbook of Excel 5 to 2003"
        raise ValueError(message)
    book.parse_globals()
    book._sheet_list = [None] * len(book.sheet_names())  # noqa: SLF001 - as xlrd does when it opens a file itself
    return book


def _marks(book: XlsBook, sheet: Sheet, style: Callable[[int], Style]) -> SheetMarks:
    marks = SheetMarks(
        errors=dict.fromkeys(book.uncalculated, UNCALCULATED),
        hidden_rows={row for row, info in sheet.rowinfo_map.items() if info.hidden},
        hidden_columns={column for column, info in sheet.colinfo_map.items() if info.hidden},
        merges=[((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in sheet.merged_cells],
    )
    for row in range(sheet.nrows):
        kinds = sheet.row_types(row)
        filled = [column for column, kind in enumerate(kinds) if kind not in EMPTY]
        if filled:
            marks.fill((row, filled[-1]))
        for column in filled:
            kind, place, shape = kinds[column], (row, column), style(sheet.cell_xf_index(row, column))
            if kind == xlrd.XL_CELL_ERROR:
                marks.errors[place] = xlrd.error_text_from_code.get(sheet.cell_value(row, column), "#N/A")
            elif shape.telling and kind in NUMBERS:
                marks.show(place, shape.suffix, undated=shape.undated)
            if shape.struck and place not in sheet.rich_text_runlist_map:
                marks.crossed.add(place)
    for place, starts in sheet.rich_text_runlist_map.items():
        marks.look(place, _look(sheet.cell_value(*place), [(0, style(sheet.cell_xf_index(*place)).font), *starts], book))
    return marks


def _look(text: str, starts: Sequence[tuple[int, int]], book: XlsBook) -> Whole | None:
    """What a text looks like whose fonts begin at these places."""
    runs = Runs()
    for (start, font), (end, _) in pairwise([*starts, (len(text), 0)]):
        runs.kind = book.kind(font)
        runs.add(text[start:end])
    return runs.look


def _row(book: XlsBook, sheet: Sheet, row: int, width: int, style: Callable[[int], Style]) -> list[object]:
    """The cells of a row; of an error nothing, since its mark says it."""
    values = sheet.row_values(row)[:width]
    for column, kind in enumerate(sheet.row_types(row)[:width]):
        if kind == xlrd.XL_CELL_DATE:
            values[column] = _moment(values[column], style(sheet.cell_xf_index(row, column)), book.datemode)
        elif kind == xlrd.XL_CELL_BOOLEAN:
            values[column] = bool(values[column])
        elif kind == xlrd.XL_CELL_ERROR:
            values[column] = ""
    return [*values, *[""] * (width - len(values))]


def _moment(days: float, style: Style, datemode: int) -> object:
    """A day, a time of day, both, or how long something lasts; a number beyond all calendars stays one."""
    with suppress(OverflowError, ValueError):
        moment = xlrd.xldate_as_datetime(days, datemode)
        if style.lasting:
            return dt.timedelta(days=days)
        if days < 1:
            return moment.time()
        return moment if moment.time() != MIDNIGHT else moment.date()
    return days
