"""The marks of an OpenDocument spreadsheet, told by an XML parser from its content.

The cell reader opens all its sheets at once, and writes out what is repeated: all of them together must be held.
"""

from __future__ import annotations

import re
import zipfile
from xml.parsers import expat

from toolkit.records.workbook_marks import (
    MULTIPLE,
    TOO_MANY,
    UNCALCULATED,
    CellPlace,
    Runs,
    SheetMarks,
    TooWide,
)
from toolkit.records.xlsx_marks import MOST_TEXT, parts_of, refuse_entities, unpacked

CONTENT = "content.xml"
TABLE, OFFICE, STYLE, TEXT = (f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0 " for name in ("table", "office", "style", "text"))
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
CELLS = {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"}
NOT_SHOWN = {"collapse", "filter"}
WITHOUT_DAY = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*月?")
DEEPEST, WIDEST = 1_048_576, 16_384
MARKED = 256  # columns of a repeated cell whose marks are kept


def ods_marks(archive: zipfile.ZipFile) -> dict[str, SheetMarks]:
    """The marks of each sheet of the spreadsheet in `archive`.

    Raises
    ------
    ValueError, ExpatError
        When it is damaged, or made to fill the memory.
    TooWide
        When the filled cells of its sheets span more than could be held.
    """
    parts = parts_of(archive)
    reading = ContentReading()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = reading.data, refuse_entities
    parser.Parse(unpacked(archive, parts[CONTENT]), True)
    return reading.sheets


class ContentReading:
    """What the elements of a spreadsheet's content tell, one after another."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetMarks] = {}
        self.name = ""
        self.marks = SheetMarks()
        self.place: CellPlace = (0, 0)  # of the next cell
        self.struck: set[str] = set()
        self.raised: set[str] = set()
        self.style = ""
        self.cell: dict[str, str] | None = None
        self.row: dict[str, str] = {}
        self.reach = 0  # of the row's filled cells
        self.words: list[str] = []
        self.runs = Runs()
        self.apart = 0  # how deep within a comment
        self.cells = self.characters = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self.cell is not None:
            self._within(name, attributes)
        elif name in CELLS:
            self.cell, self.words, self.runs = attributes, [], Runs()
        elif name == f"{TABLE}table-row":
            self.row, self.reach, self.place = attributes, 0, (self.place[0], 0)
        elif name == f"{TABLE}table-column":
            self._hide(attributes)
        elif name == f"{TABLE}table":
            self.name, self.marks, self.place = attributes.get(f"{TABLE}name", ""), SheetMarks(), (0, 0)
        elif name.startswith(STYLE):
            self._keep_style(name, attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        if name in CELLS and self.cell is not None and not self.apart:
            self._judge(self.cell)
            self.cell = None
        elif name == f"{OFFICE}annotation":
            self.apart -= 1
        elif name == f"{TEXT}span":
            self.runs.kind = "plain"
        elif name == f"{TABLE}table-row":
            self._end_row()
        elif name == f"{TABLE}table" and self.cell is None:
            self._end_sheet()

    def data(self, text: str) -> None:
        """Characters."""
        if self.cell is not None and not self.apart:
            self.words.append(text)
            self.runs.add(text)

    def _within(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{OFFICE}annotation":
            self.apart += 1
        elif name == f"{TEXT}span":
            style = attributes.get(f"{TEXT}style-name", "")
            self.runs.kind = "struck" if style in self.struck else "raised" if style in self.raised else "plain"

    def _keep_style(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{STYLE}style":
            self.style = attributes.get(f"{STYLE}name", "")
        elif name == f"{STYLE}text-properties":
            if attributes.get(f"{STYLE}text-line-through-style", "none") != "none" or attributes.get(f"{STYLE}text-line-through-type", "none") != "none":
                self.struck.add(self.style)
            if attributes.get(f"{STYLE}text-position", "0%").split()[0] not in {"0%", "0"}:
                self.raised.add(self.style)

    def _hide(self, attributes: dict[str, str]) -> None:
        row, column = self.place
        repeated = int(attributes.get(f"{TABLE}number-columns-repeated", 1))
        if attributes.get(f"{TABLE}visibility") in NOT_SHOWN:
            self.marks.hidden_columns.update(range(column, column + min(repeated, WIDEST)))
        self.place = (row, column + repeated)

    def _judge(self, cell: dict[str, str]) -> None:
        """What the cell tells that has just ended."""
        row, column = self.place
        repeated = int(cell.get(f"{TABLE}number-columns-repeated", 1))
        if cell.get(f"{OFFICE}value-type") or cell.get(f"{TABLE}formula"):
            self.reach = column + repeated
            text = "".join(self.words).strip()
            self.characters += len(text) * repeated * int(self.row.get(f"{TABLE}number-rows-repeated", 1))
            for marked in range(column, column + min(repeated, MARKED)):
                self._mark((row, marked), cell, text)
        down, right = (int(cell.get(f"{TABLE}number-{way}-spanned", 1)) for way in ("rows", "columns"))
        if down > 1 or right > 1:
            self.marks.merges.append((self.place, (row + down - 1, column + right - 1)))
        self.place = (row, column + repeated)

    def _mark(self, place: CellPlace, cell: dict[str, str], text: str) -> None:
        kind = cell.get(f"{OFFICE}value-type")
        if cell.get(f"{CALC}value-type") == "error":
            self.marks.errors[place] = text or "#N/A"
        elif not kind:
            self.marks.errors[place] = UNCALCULATED
        elif kind == "percentage":
            self.marks.suffixes[place] = "%"
        elif kind == "float":
            self.marks.show(place, _multiple(text, cell.get(f"{OFFICE}value", "")), undated=False)
        elif kind == "date":
            self.marks.show(place, "", undated=WITHOUT_DAY.fullmatch(text) is not None)
        self.marks.look(place, "crossed" if cell.get(f"{TABLE}style-name") in self.struck else self.runs.look)

    def _end_row(self) -> None:
        row, marks = self.place[0], self.marks
        repeated = int(self.row.get(f"{TABLE}number-rows-repeated", 1))
        if self.reach:
            marks.filled, marks.bottom, marks.right = True, row + repeated, max(marks.right, self.reach)
            if self.row.get(f"{TABLE}visibility") in NOT_SHOWN:
                marks.hidden_rows.update(range(row, row + min(repeated, DEEPEST)))
        self.place = (row + repeated, 0)
        if self.cells + marks.span > TOO_MANY or self.characters > MOST_TEXT:
            raise TooWide

    def _end_sheet(self) -> None:
        self.sheets[self.name] = self.marks
        self.cells += self.marks.span


def _multiple(text: str, value: str) -> str:
    """万元 or the like behind a number as shown, where what is shown is the number itself and not a part of it."""
    suffix = MULTIPLE.search(text)
    number = text[: suffix.start()].replace(",", "").strip() if suffix else ""
    try:
        return suffix[0] if suffix and abs(float(number) - float(value)) <= 0.5 else ""
    except ValueError:
        return ""
