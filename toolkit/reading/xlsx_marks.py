"""The marks of an .xlsx file, found in the XML of its sheets."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from xml.etree import ElementTree as ET

from toolkit.reading.marks import TOO_MANY, UNCALCULATED, Place, SheetMarks, suffix_of

CELL = re.compile(rb"<row\b([^>]*)>|<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]+)"')
ROW = re.compile(rb'<row\b[^>]*?\br="([0-9]+)"')
ROW_NUMBER = re.compile(rb'\br="([0-9]+)"')
COLUMN_LETTERS = re.compile(rb'\br="([A-Z]{1,3})[0-9]')
HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
HIDDEN_ROW = re.compile(rb'<row\b(?=[^>]*?\bhidden="(?:1|true)")[^>]*?\br="([0-9]+)"')
COLUMNS = re.compile(rb"<col\b([^>]*)>")
EXTENT = re.compile(rb'\b(min|max)="([0-9]+)"')
BEYOND_Z = re.compile(rb'r="[A-Z]{2}')
PREFIX = re.compile(rb"<([A-Za-z_][\w.-]*):worksheet\b")
UNPLACED = re.compile(rb'<c(?=[\s/>])(?![^>]*\br=")')
STYLE = re.compile(rb'\bs="([0-9]+)"')
TYPE = re.compile(rb'\bt="([a-zA-Z]+)"')
FORMULA = re.compile(rb"<f[\s/>]")
VALUE = re.compile(rb"<v[^>/]*>([^<]+)</v>")
PERCENT_FORMATS = {9: "%", 10: "%"}
LARGEST = 1 << 30  # bytes, unpacked
WIDEST = 16_384


@dataclass(frozen=True)
class XlsxMarks:
    """The XML of each sheet by its name, and the suffix that each cell style writes behind a number."""

    sheets: Mapping[str, bytes]
    suffixes: Mapping[int, str]

    def too_wide(self, name: str) -> bool:
        """Whether the sheet's filled cells span more than could be held."""
        xml = self.sheets.get(name, b"")
        last_row = ROW.search(xml, xml.rfind(b"<row")) if b"<row" in xml else None
        if not last_row:
            return False
        if int(last_row[1]) * 26 <= TOO_MANY and not BEYOND_Z.search(xml):  # most sheets, and quickly
            return False
        width = max(map(_column, set(COLUMN_LETTERS.findall(xml))), default=0) + 1
        if int(last_row[1]) * width <= TOO_MANY:  # told from empty cells too, and quickly
            return False
        places = [place for place, _, body in _cells(xml) if b"<v" in body or b"<is" in body]
        rows, columns = [row for row, _ in places], [column for _, column in places]
        return bool(places) and (max(rows) + 1) * (max(columns) + 1) > TOO_MANY

    def of(self, name: str, place: int) -> SheetMarks:  # noqa: ARG002 - a sheet is known by its name here
        """The marks of the sheet called `name`."""
        xml = self.sheets.get(name, b"")
        errors: dict[Place, str] = {}
        suffixes: dict[Place, str] = {}
        for cell, head, body in _telling_cells(xml, self.suffixes):
            kind, style = TYPE.search(head), STYLE.search(head)
            value = VALUE.search(body)
            if kind and kind[1] == b"e":
                errors[cell] = value[1].decode() if value else "#N/A"
            elif not kind and not value and FORMULA.search(body):
                errors[cell] = UNCALCULATED
            elif value and style and (not kind or kind[1] == b"n"):
                suffix = self.suffixes.get(int(style[1]))
                if suffix:
                    suffixes[cell] = suffix
        hidden = HIDDEN_ROW.findall(xml) if b'hidden="' in xml else []
        rows = frozenset(int(row) - 1 for row in hidden)
        return SheetMarks(errors, suffixes, rows, _hidden_columns(xml))


def xlsx_marks(archive: zipfile.ZipFile) -> XlsxMarks:
    """The marks of the workbook in `archive`.

    Raises
    ------
    ValueError
        When it is made to fill the memory.
    """
    if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
        message = "a workbook unpacks to more than can be held"
        raise ValueError(message)
    sheets = {name: _unprefixed(archive.read(path)) for name, path in sheet_paths(archive)}
    styled = "xl/styles.xml" in archive.namelist()
    return XlsxMarks(sheets, _suffixes(archive.read("xl/styles.xml")) if styled else {})


def parsed(xml: bytes) -> ET.Element:
    """The root of a part of a workbook.

    Raises
    ------
    ValueError
        When it declares entities: no workbook needs one, and they can grow without bound.
    """
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        message = "a workbook declares entities"
        raise ValueError(message)
    return ET.parse(io.BytesIO(xml)).getroot()  # noqa: S314 - without entities


def sheet_paths(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Each sheet's name and the part of the workbook that holds it."""
    relations = parsed(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for sheet in parsed(archive.read("xl/workbook.xml")).iterfind("{*}sheets/{*}sheet"):
        identity = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        target = targets.get(identity, "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in archive.namelist():
            yield sheet.get("name", ""), path


def _unprefixed(xml: bytes) -> bytes:
    """A sheet whose elements carry no namespace prefix, as most programs write it."""
    found = PREFIX.search(xml[:4096])
    return re.sub(rb"<(/?)" + re.escape(found[1]) + rb":", rb"<\1", xml) if found else xml


def _suffixes(xml: bytes) -> dict[int, str]:
    styles = parsed(xml)
    formats = {
        int(f.get("numFmtId", 0)): suffix_of(f.get("formatCode", ""))
        for f in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    known = PERCENT_FORMATS | formats
    cells = [int(style.get("numFmtId", 0)) for style in styles.iterfind("{*}cellXfs/{*}xf")]
    return {n: known[number] for n, number in enumerate(cells) if known.get(number)}


def _hidden_columns(xml: bytes) -> frozenset[int]:
    hidden: set[int] = set()
    for head in COLUMNS.findall(xml[: xml.find(b"<sheetData")]):
        if HIDDEN.search(head):
            extent = {key: int(value) for key, value in EXTENT.findall(head)}
            hidden.update(range(extent.get(b"min", 1) - 1, min(extent.get(b"max", 0), WIDEST)))
    return frozenset(hidden)


def _telling_cells(xml: bytes, styles: Iterable[int]) -> Iterator[tuple[Place, bytes, bytes]]:
    """The cells that hold an error or a formula or have one of these styles, as `_cells` gives them."""
    signs = [rb't="e"', *(rb's="%d"' % style for style in styles)]
    if b"<f" not in xml and not any(sign in xml for sign in signs):
        return
    if UNPLACED.search(xml):
        yield from _cells(xml)
        return
    telling = rb"<c(?=\s(?:[^>]*?\s)?(?:" + b"|".join(signs) + rb")|[^>]*[^/>]>\s*<f[\s/>])([^>]*?)(?:/>|>(.*?)</c>)"
    for found in re.finditer(telling, xml, re.DOTALL):
        reference = REFERENCE.search(found[1])
        if reference:
            yield (int(reference[2]) - 1, _column(reference[1])), found[1], found[2] or b""


def _cells(xml: bytes) -> Iterator[tuple[Place, bytes, bytes]]:
    """Each cell of a sheet: its place counted from 0, its attributes and what stands in it.

    A row or cell that does not say its place stands behind the one before.
    """
    row, column = -1, -1
    for found in CELL.finditer(xml):
        if found[1] is not None:
            number = ROW_NUMBER.search(found[1])
            row, column = int(number[1]) - 1 if number else row + 1, -1
            continue
        reference = REFERENCE.search(found[2])
        row, column = (int(reference[2]) - 1, _column(reference[1])) if reference else (row, column + 1)
        yield (row, column), found[2], found[3] or b""


def _column(letters: bytes) -> int:
    """A column's letters as its place from the left, counted from 0: A is 0, AA is 26."""
    return reduce(lambda place, letter: place * 26 + letter - 64, letters, 0) - 1
