"""What the cell reader passes over in an .xlsx file: failed formulas, formulas never calculated, percent formats.

Without these a failed formula would read as an empty cell, and a cell that shows 35% as the bare number 0.35.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from xml.etree import ElementTree as ET

from toolkit.reading.findings import plain

Place = tuple[int, int]

CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]+)"')
ROW = re.compile(rb'<row\b[^>]*?\br="([0-9]+)"')
COLUMN_LETTERS = re.compile(rb'\br="([A-Z]{1,3})[0-9]')
LITERAL = re.compile(r'"[^"]*"|\\.')
STYLE = re.compile(rb'\bs="([0-9]+)"')
TYPE = re.compile(rb'\bt="([a-zA-Z]+)"')
FORMULA = re.compile(rb"<f[\s/>]")
VALUE = re.compile(rb"<v[^>/]*>([^<]+)</v>")
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
PERCENT_FORMATS = {9, 10}
UNCALCULATED = "#未计算"
LARGEST = 1 << 30  # bytes, unpacked
TOO_MANY = 50_000_000  # cells that a sheet's corners span: beyond, one stray cell would fill the memory


@dataclass(frozen=True)
class Marks:
    """The XML of each sheet by its name, and the cell styles that show a number as a percentage."""

    sheets: dict[str, bytes]
    percent_styles: frozenset[int]

    def too_wide(self, sheet: str) -> bool:
        """Whether the sheet's filled cells span more than could be held."""
        xml = self.sheets.get(sheet, b"")
        last_row = ROW.search(xml, xml.rfind(b"<row")) if b"<row" in xml else None
        if not last_row:
            return False
        width = max(map(_column, set(COLUMN_LETTERS.findall(xml))), default=0) + 1
        if int(last_row[1]) * width <= TOO_MANY:  # told from empty cells too, and quickly
            return False
        places = [place for place, _, body in _cells(xml) if b"<v" in body or b"<is" in body]
        rows, columns = [row for row, _ in places], [column for _, column in places]
        return bool(places) and (max(rows) + 1) * (max(columns) + 1) > TOO_MANY

    def of(self, sheet: str, rows: Sequence[Sequence[object]]) -> dict[Place, str]:
        """What the cells of `sheet` must be read as instead, by row and place counted from 0."""
        xml = self.sheets.get(sheet, b"")
        if not self.percent_styles and b't="e"' not in xml and not FORMULA.search(xml):
            return {}
        marks: dict[Place, str] = {}
        for (row, place), head, body in _cells(xml):
            text = self._mark(head, body)
            if text and row < len(rows) and place < len(rows[row]):
                marks[row, place] = text if text != "%" else _percent(rows[row][place])
        return {place: text for place, text in marks.items() if text}

    def _mark(self, head: bytes, body: bytes) -> str:
        kind, style = TYPE.search(head), STYLE.search(head)
        value = VALUE.search(body)
        if kind and kind[1] == b"e":
            return value[1].decode() if value else "#N/A"
        if FORMULA.search(body) and not value and not kind:
            return UNCALCULATED
        return "%" if value and not kind and style and int(style[1]) in self.percent_styles else ""


def find_marks(content: bytes) -> Marks:
    """The marks of a workbook; none for one that is not an .xlsx file.

    Raises
    ------
    ValueError
        When it is made to fill the memory.
    """
    if not content.startswith(b"PK"):
        return Marks({}, frozenset())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
            message = "a workbook unpacks to more than can be held"
            raise ValueError(message)
        if "xl/workbook.xml" not in archive.namelist():
            return Marks({}, frozenset())
        sheets = {name: archive.read(path) for name, path in _sheet_paths(archive)}
        styled = "xl/styles.xml" in archive.namelist()
        return Marks(sheets, _percent_styles(archive.read("xl/styles.xml")) if styled else frozenset())


def _sheet_paths(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    relations = _parsed(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for sheet in _parsed(archive.read("xl/workbook.xml")).iterfind("{*}sheets/{*}sheet"):
        target = targets.get(sheet.get(RELATION), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in archive.namelist():
            yield sheet.get("name", ""), path


def _parsed(xml: bytes) -> ET.Element:
    if (
        b"<!DOCTYPE" in xml or b"<!ENTITY" in xml
    ):  # no workbook needs one, and entities can grow without bound
        message = "a workbook declares entities"
        raise ValueError(message)
    return ET.fromstring(xml)  # noqa: S314 - without entities


def _percent_styles(xml: bytes) -> frozenset[int]:
    styles = _parsed(xml)
    formats = styles.iterfind("{*}numFmts/{*}numFmt")
    percent = PERCENT_FORMATS | {
        int(f.get("numFmtId", 0)) for f in formats if "%" in LITERAL.sub("", f.get("formatCode", ""))
    }
    cells = styles.iterfind("{*}cellXfs/{*}xf")
    return frozenset(n for n, style in enumerate(cells) if int(style.get("numFmtId", 0)) in percent)


def _cells(xml: bytes) -> Iterator[tuple[Place, bytes, bytes]]:
    """Each cell of a sheet: its place counted from 0, its attributes and what stands in it."""
    for cell in CELL.finditer(xml):
        reference = REFERENCE.search(cell[1])
        if reference:
            yield (int(reference[2]) - 1, _column(reference[1])), cell[1], cell[2] or b""


def _column(letters: bytes) -> int:
    """A column's letters as its place from the left, counted from 0: A is 0, AA is 26."""
    return reduce(lambda place, letter: place * 26 + letter - 64, letters, 0) - 1


def _percent(raw: object) -> str:
    """A number that its cell shows as a percentage, as the text a reader sees."""
    return f"{raw * 100:.15g}%" if isinstance(raw, int | float) else plain(raw)
