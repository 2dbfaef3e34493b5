"""The marks of an OpenDocument spreadsheet, told by an XML parser from its content.

The cell reader opens all its sheets at once, and writes out what is repeated: all of them together must be held.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from toolkit.records.headings import Merge
from toolkit.records.workbook_marks import (
    MULTIPLE,
    TOO_MANY,
    UNCALCULATED,
    Look,
    Place,
    SheetMarks,
    TooWide,
)
from toolkit.records.xlsx_marks import MOST_TEXT, Runs, parts_of, refuse_entities, unpacked

CONTENT = "content.xml"
TABLE, OFFICE, STYLE, TEXT = (f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0 " for name in ("table", "office", "style", "text"))
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
CELLS = {f"{TABLE}table-cell", f"{TABLE}covered-table-cell"}
NOT_SHOWN = {"collapse", "filter"}
WITHOUT_DAY = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*月?")
DEEPEST, WIDEST = 1_048_576, 16_384
MARKED = 256  # columns of a repeated cell whose marks are kept


@dataclass(frozen=True)
class OdsMarks:
    """The marks of each sheet by its name."""

    sheets: Mapping[str, SheetMarks]

    def of(self, name: str, place: int) -> SheetMarks:  # noqa: ARG002 - a sheet is known by its name here
        """The marks of the sheet called `name`."""
        return self.sheets[name]


def ods_marks(archive: zipfile.ZipFile) -> OdsMarks:
    """The marks of the spreadsheet in `archive`.

    Raises
    ------
    ValueError, ExpatError
        When it is damaged, or made to fill the memory.
    TooWide
        When the filled cells of its sheets span more than could be held.
    """
    parts = parts_of(archive)
    reading = Reading()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = reading.data, refuse_entities
    parser.Parse(unpacked(archive, parts[CONTENT]), True)
    return OdsMarks(reading.sheets)


@dataclass
class _Sheet:
    """What has been found on a sheet so far, and where the next row and column stand."""

    name: str
    errors: dict[Place, str] = field(default_factory=dict)
    suffixes: dict[Place, str] = field(default_factory=dict)
    undated: set[Place] = field(default_factory=set)
    looks: dict[Place, Look] = field(default_factory=dict)
    crossed: set[Place] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    row: int = 0
    column: int = 0
    deepest: int = 0
    widest: int = 0

    def marks(self) -> SheetMarks:
        """All that was found."""
        return SheetMarks(
            self.errors, self.suffixes, frozenset(self.undated), self.looks, frozenset(self.crossed),
            frozenset(self.hidden_rows), frozenset(self.hidden_columns), tuple(self.merges), filled=self.deepest > 0,
        )  # fmt: skip


class Reading:
    """What the elements of a spreadsheet's content tell, one after another."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetMarks] = {}
        self.sheet = _Sheet("")
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
            self.row, self.reach, self.sheet.column = attributes, 0, 0
        elif name == f"{TABLE}table-column":
            self._hide(attributes)
        elif name == f"{TABLE}table":
            self.sheet = _Sheet(attributes.get(f"{TABLE}name", ""))
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
            self.runs.start("r", {})
        elif name == f"{TABLE}table-row":
            self._end_row()
        elif name == f"{TABLE}table" and self.cell is None:
            self._end_sheet()

    def data(self, text: str) -> None:
        """Characters."""
        if self.cell is not None and not self.apart:
            self.words.append(text)
            self.runs.start("t", {})
            self.runs.data(text)

    def _within(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{OFFICE}annotation":
            self.apart += 1
        elif name == f"{TEXT}span":
            style = attributes.get(f"{TEXT}style-name", "")
            self.runs.start("r", {})
            if style in self.struck:
                self.runs.start("strike", {})
            elif style in self.raised:
                self.runs.start("vertAlign", {"val": "superscript"})

    def _keep_style(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{STYLE}style":
            self.style = attributes.get(f"{STYLE}name", "")
        elif name == f"{STYLE}text-properties":
            if attributes.get(f"{STYLE}text-line-through-style", "none") != "none" or attributes.get(f"{STYLE}text-line-through-type", "none") != "none":
                self.struck.add(self.style)
            if attributes.get(f"{STYLE}text-position", "0%").split()[0] not in {"0%", "0"}:
                self.raised.add(self.style)

    def _hide(self, attributes: dict[str, str]) -> None:
        repeated = int(attributes.get(f"{TABLE}number-columns-repeated", 1))
        if attributes.get(f"{TABLE}visibility") in NOT_SHOWN:
            self.sheet.hidden_columns.update(range(self.sheet.column, self.sheet.column + min(repeated, WIDEST)))
        self.sheet.column += repeated

    def _judge(self, cell: dict[str, str]) -> None:
        """What the cell tells that has just ended."""
        sheet = self.sheet
        row, column, repeated = sheet.row, sheet.column, int(cell.get(f"{TABLE}number-columns-repeated", 1))
        if cell.get(f"{OFFICE}value-type") or cell.get(f"{TABLE}formula"):
            self.reach = column + repeated
            text = "".join(self.words).strip()
            self.characters += len(text) * repeated * int(self.row.get(f"{TABLE}number-rows-repeated", 1))
            for place in range(column, column + min(repeated, MARKED)):
                self._mark((row, place), cell, text)
        down, right = (int(cell.get(f"{TABLE}number-{way}-spanned", 1)) for way in ("rows", "columns"))
        if down > 1 or right > 1:
            sheet.merges.append(((row, column), (row + down - 1, column + right - 1)))
        sheet.column += repeated

    def _mark(self, place: Place, cell: dict[str, str], text: str) -> None:
        sheet, kind = self.sheet, cell.get(f"{OFFICE}value-type")
        if cell.get(f"{CALC}value-type") == "error":
            sheet.errors[place] = text or "#N/A"
        elif not kind:
            sheet.errors[place] = UNCALCULATED
        elif kind == "percentage":
            sheet.suffixes[place] = "%"
        elif kind == "float" and (multiple := _multiple(text, cell.get(f"{OFFICE}value", ""))):
            sheet.suffixes[place] = multiple
        elif kind == "date" and WITHOUT_DAY.fullmatch(text):
            sheet.undated.add(place)
        look = self.runs.look
        if cell.get(f"{TABLE}style-name") in self.struck or look == "crossed":
            sheet.crossed.add(place)
        elif look is not None:
            sheet.looks[place] = look

    def _end_row(self) -> None:
        repeated, sheet = int(self.row.get(f"{TABLE}number-rows-repeated", 1)), self.sheet
        if self.reach:
            sheet.deepest, sheet.widest = sheet.row + repeated, max(sheet.widest, self.reach)
            if self.row.get(f"{TABLE}visibility") in NOT_SHOWN:
                sheet.hidden_rows.update(range(sheet.row, sheet.row + min(repeated, DEEPEST)))
        sheet.row += repeated
        if self.cells + sheet.deepest * sheet.widest > TOO_MANY or self.characters > MOST_TEXT:
            raise TooWide

    def _end_sheet(self) -> None:
        self.sheets[self.sheet.name] = self.sheet.marks()
        self.cells += self.sheet.deepest * self.sheet.widest


def _multiple(text: str, value: str) -> str:
    """万元 or the like behind a number as shown, where what is shown is the number itself and not a part of it."""
    suffix = MULTIPLE.search(text)
    number = text[: suffix.start()].replace(",", "").strip() if suffix else ""
    try:
        return suffix[0] if suffix and abs(float(number) - float(value)) <= 0.5 else ""
    except ValueError:
        return ""
