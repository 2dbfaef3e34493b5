"""The marks of an OpenDocument spreadsheet, found in its content."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from toolkit.reading.headings import Merge
from toolkit.reading.marks import MULTIPLE, TOO_MANY, UNCALCULATED, Place, SheetMarks, TooWide
from toolkit.reading.xlsx_marks import parsed

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
CONTENT = "content.xml"
LARGEST = 1 << 28  # bytes, unpacked
ROWS_OF = {f"{TABLE}table-header-rows", f"{TABLE}table-row-group", f"{TABLE}table-rows"}
COLUMNS_OF = {f"{TABLE}table-header-columns", f"{TABLE}table-column-group", f"{TABLE}table-columns"}
NOT_SHOWN = {"collapse", "filter"}


@dataclass
class _Found:
    """What has been found on a sheet so far."""

    errors: dict[Place, str] = field(default_factory=dict)
    suffixes: dict[Place, str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    deepest: int = 0
    widest: int = 0


@dataclass(frozen=True)
class OdsMarks:
    """The marks of each sheet by its name."""

    sheets: Mapping[str, SheetMarks]

    def too_wide(self, name: str) -> bool:  # noqa: ARG002 - such a workbook is refused before it is opened
        """Whether the sheet's filled cells span more than could be held: never here."""
        return False

    def of(self, name: str, place: int) -> SheetMarks:  # noqa: ARG002 - a sheet is known by its name here
        """The marks of the sheet called `name`."""
        return self.sheets.get(name, SheetMarks())


def ods_marks(archive: zipfile.ZipFile) -> OdsMarks:
    """The marks of the spreadsheet in `archive`.

    Raises
    ------
    ValueError
        When it is made to fill the memory.
    TooWide
        When the filled cells of a sheet span more than could be held: the cell reader opens all sheets at once.
    """
    if archive.getinfo(CONTENT).file_size > LARGEST:
        message = "a spreadsheet unpacks to more than can be held"
        raise ValueError(message)
    sheets: dict[str, SheetMarks] = {}
    for table in parsed(archive.read(CONTENT)).iter(f"{TABLE}table"):
        name, found = table.get(f"{TABLE}name", ""), _found(table)
        if found.deepest * found.widest > TOO_MANY:
            raise TooWide
        sheets[name] = SheetMarks(
            found.errors, found.suffixes, frozenset(found.rows), _hidden_columns(table), tuple(found.merges)
        )
    return OdsMarks(sheets)


def _found(table: ET.Element) -> _Found:
    found, row = _Found(), 0
    for element in _inside(table, f"{TABLE}table-row", ROWS_OF):
        repeated = int(element.get(f"{TABLE}number-rows-repeated", 1))
        before = found.widest
        found.widest = 0
        _look_at_cells(element, row, found)
        if found.widest:
            found.deepest = row + repeated
            if element.get(f"{TABLE}visibility") in NOT_SHOWN:
                found.rows.update(range(row, row + min(repeated, TOO_MANY)))
        found.widest = max(found.widest, before)
        row += repeated
    return found


def _look_at_cells(element: ET.Element, row: int, found: _Found) -> None:
    column = 0
    for cell in element:
        repeated = int(cell.get(f"{TABLE}number-columns-repeated", 1))
        kind = cell.get(f"{OFFICE}value-type")
        if kind or cell.get(f"{TABLE}formula"):
            found.widest = column + repeated
            text = "".join(cell.itertext()).strip()
            for place in range(column, column + min(repeated, 256)):
                if cell.get(f"{CALC}value-type") == "error":
                    found.errors[row, place] = text or "#N/A"
                elif not kind and cell.get(f"{TABLE}formula"):
                    found.errors[row, place] = UNCALCULATED
                elif kind == "percentage":
                    found.suffixes[row, place] = "%"
                elif kind == "float" and (multiple := _multiple(text, cell.get(f"{OFFICE}value", ""))):
                    found.suffixes[row, place] = multiple
        down = int(cell.get(f"{TABLE}number-rows-spanned", 1))
        right = int(cell.get(f"{TABLE}number-columns-spanned", 1))
        if down > 1 or right > 1:
            found.merges.append(((row, column), (row + down - 1, column + right - 1)))
        column += repeated


def _multiple(text: str, value: str) -> str:
    """万元 or the like behind a number as shown, where what is shown is the number itself and not a part of it."""
    suffix = MULTIPLE.search(text)
    number = text[: suffix.start()].replace(",", "").strip() if suffix else ""
    try:
        return suffix[0] if suffix and abs(float(number) - float(value)) <= 0.5 else ""
    except ValueError:
        return ""


def _hidden_columns(table: ET.Element) -> frozenset[int]:
    hidden: set[int] = set()
    place = 0
    for element in _inside(table, f"{TABLE}table-column", COLUMNS_OF):
        repeated = int(element.get(f"{TABLE}number-columns-repeated", 1))
        if element.get(f"{TABLE}visibility") in NOT_SHOWN:
            hidden.update(range(place, place + min(repeated, 16_384)))
        place += repeated
    return frozenset(hidden)


def _inside(table: ET.Element, wanted: str, groups: set[str]) -> Iterator[ET.Element]:
    """The rows or columns of a table, in their order, those in groups too."""
    for element in table:
        if element.tag == wanted:
            yield element
        elif element.tag in groups:
            yield from _inside(element, wanted, groups)
