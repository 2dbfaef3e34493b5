"""What the cell reader passes over in a workbook, whatever its kind: failed formulas, units in formats, what is hidden.

Without these a failed formula would read as an empty cell, and a cell that shows 35% as the bare number 0.35.

The marks of an .xlsx file, found in the XML of its sheets.

The marks of an OpenDocument spreadsheet, found in its content.

The marks of an old .xls file, found in the records of its workbook stream (BIFF).

The streams of an OLE2 compound file, in which old workbooks and encrypted ones are kept.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Protocol
from xml.etree import ElementTree as ET

from toolkit.records.findings import plain
from toolkit.records.headings import Merge

Place = tuple[int, int]

UNCALCULATED = "#未计算"
TOO_MANY = 50_000_000  # cells that a sheet's corners span: beyond, one stray cell would fill the memory
LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|[_*].')
SCALED = re.compile(r"[0#?]\.?[0#?]*,+(?![0#?,])|!\.")  # shows thousands, or 0!.0, for ten thousands
MULTIPLE = re.compile(r"[十百千万亿]+元?$")


class TooWide(Exception):  # noqa: N818 - named for what is true of the workbook
    """The filled cells of a sheet span more than could be held."""


@dataclass(frozen=True)
class SheetMarks:
    """The marks of one sheet; rows and columns are counted from 0.

    Parameters
    ----------
    errors
        Cells that hold no value because a formula failed or was never calculated, with what they show.
    suffixes
        Cells whose number is shown with a percent sign or a multiple such as 万元 behind it.
    hidden_rows, hidden_columns
        Which are not shown.
    merges
        Merged cells, where the cell reader does not know them.
    """

    errors: Mapping[Place, str] = field(default_factory=dict)
    suffixes: Mapping[Place, str] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merges: tuple[Merge, ...] = ()


class Marks(Protocol):
    """The marks of a workbook."""

    def too_wide(self, name: str) -> bool:
        """Whether the sheet's filled cells span more than could be held."""
        ...

    def of(self, name: str, place: int) -> SheetMarks:
        """The marks of the sheet called `name`, the one at `place` counted from 0."""
        ...


def suffix_of(code: str) -> str:
    """What a number format writes behind a number and changes its meaning: a percent sign, or 万元 and the like.

    A format that itself divides by thousands or ten thousands only shows the number smaller: its unit is not
    the number's.

    Examples
    --------
    >>> suffix_of("0.0%"), suffix_of('#,##0.00"万元"'), suffix_of('0!.0,"万元"'), suffix_of('0"%"'), suffix_of("0.00")
    ('%', '万元', '', '', '')
    """
    first = code.split(";", maxsplit=1)[0]
    bare = LITERAL.sub("", first)
    if "%" in bare:
        return "%"
    words = "".join(a or b for a, b in LITERAL.findall(first)) + re.sub(r"[^十百千万亿元]", "", bare)
    found = MULTIPLE.search(words.strip("() （）"))
    return found[0] if found and "!" not in words and not SCALED.search(bare) else ""


def with_suffix(raw: object, suffix: str) -> object:
    """A number as the text that a reader sees: 0.35 shown as a percentage is ``35%``."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return raw
    return f"{raw * 100:.15g}%" if suffix == "%" else f"{plain(f'{raw:.15g}')}{suffix}"



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



TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
CONTENT = "content.xml"
ODS_MARKS_LARGEST = 1 << 28  # bytes, unpacked
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
    if archive.getinfo(CONTENT).file_size > ODS_MARKS_LARGEST:
        message = "a spreadsheet unpacks to more than can be held"
        raise ValueError(message)
    sheets: dict[str, SheetMarks] = {}
    for table in parsed(archive.read(CONTENT)).iter(f"{TABLE}table"):
        name, found = table.get(f"{TABLE}name", ""), _found(table)
        if found.deepest * found.widest > TOO_MANY:
            raise TooWide
        sheets[name] = SheetMarks(
            found.errors, found.suffixes, frozenset(found.rows), _ods_marks_hidden_columns(table), tuple(found.merges)
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


def _ods_marks_hidden_columns(table: ET.Element) -> frozenset[int]:
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



SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LAST_REGULAR = 0xFFFFFFFA  # sector numbers from here on are marks
ENTRY = 128  # bytes of a directory entry
STREAM, ROOT = 2, 5


@dataclass(frozen=True)
class CompoundFile:
    """A compound file: its content, the size of a sector and which sector follows which."""

    content: bytes
    sector: int
    follows: tuple[int, ...]

    @staticmethod
    def of(content: bytes) -> CompoundFile:
        """The compound file whose bytes are `content`.

        Raises
        ------
        ValueError
            When it is none, or is damaged.
        """
        if not content.startswith(SIGNATURE) or len(content) < 512:
            message = "not a compound file"
            raise ValueError(message)
        size = 1 << min(struct.unpack_from("<H", content, 30)[0], 16)
        tables = list(struct.unpack_from("<109I", content, 76))
        beyond, count = struct.unpack_from("<2I", content, 68)
        for _ in range(min(count, len(content) // size)):
            more = struct.unpack(f"<{size // 4}I", _sector(content, size, beyond))
            tables, beyond = [*tables, *more[:-1]], more[-1]
        used = [number for number in tables if number < LAST_REGULAR]
        raw = b"".join(_sector(content, size, number) for number in used[: len(content) // size + 1])
        return CompoundFile(content, size, struct.unpack(f"<{len(raw) // 4}I", raw))

    def streams(self) -> dict[str, bytes]:
        """The content of every stream by its name.

        Raises
        ------
        ValueError
            When a chain of sectors leads nowhere.
        """
        first, _, cutoff, first_small = struct.unpack_from("<4I", self.content, 48)
        entries = list(_entries(self._chain(first)))
        short = struct.unpack_from("<H", self.content, 32)[0]
        root = next((start for _, kind, start, _ in entries if kind == ROOT), LAST_REGULAR)
        small = self._chain(root) if root < LAST_REGULAR else b""
        raw = self._chain(first_small) if first_small < LAST_REGULAR else b""
        small_follows = struct.unpack(f"<{len(raw) // 4}I", raw)
        found: dict[str, bytes] = {}
        for name, kind, start, length in entries:
            if kind == STREAM and length < cutoff:
                numbers = _numbers(start, small_follows)
                found[name] = b"".join(small[n << short : (n + 1) << short] for n in numbers)[:length]
            elif kind == STREAM:
                found[name] = self._chain(start)[:length]
        return found

    def _chain(self, start: int) -> bytes:
        return b"".join(_sector(self.content, self.sector, n) for n in _numbers(start, self.follows))


def _sector(content: bytes, size: int, number: int) -> bytes:
    found = content[(number + 1) * size : (number + 2) * size]
    return found.ljust(size, b"\0")


def _numbers(start: int, follows: tuple[int, ...]) -> Iterator[int]:
    steps = 0
    while start < LAST_REGULAR:
        if start >= len(follows) or steps > len(follows):
            message = "a chain of sectors leads nowhere"
            raise ValueError(message)
        yield start
        start, steps = follows[start], steps + 1


def _entries(directory: bytes) -> Iterator[tuple[str, int, int, int]]:
    """Name, kind, first sector and length of each entry."""
    for at in range(0, len(directory), ENTRY):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        name = directory[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", errors="replace")
        start, size = struct.unpack_from("<2I", directory, at + 116)
        yield name, kind, start, size



XLS_MARKS_FORMULA, END, FILE_PASSWORD, SHEET_ENTRY, XLS_MARKS_COLUMNS, CELL_STYLE = 0x06, 0x0A, 0x2F, 0x85, 0x7D, 0xE0
NUMBER, ERROR, XLS_MARKS_ROW, SHORT_NUMBER, SHORT_NUMBERS, FORMAT = 0x203, 0x205, 0x208, 0x27E, 0xBD, 0x41E
XLS_MARKS_PERCENT_FORMATS = {9: "%", 10: "%"}
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
Record = tuple[int, bytes]


class Locked(Exception):  # noqa: N818 - named for what is true of the file
    """The workbook asks for a password."""


@dataclass(frozen=True)
class XlsMarks:
    """The workbook stream, where each sheet begins in it, and the suffix of each cell style."""

    stream: bytes
    starts: Sequence[int]
    suffixes: dict[int, str]

    def too_wide(self, name: str) -> bool:  # noqa: ARG002 - such a sheet has 65,536 rows of 256 cells at most
        """Whether the sheet's filled cells span more than could be held: never here."""
        return False

    def of(self, name: str, place: int) -> SheetMarks:  # noqa: ARG002 - sheets are told by their place
        """The marks of the sheet at `place`."""
        errors: dict[Place, str] = {}
        suffixes: dict[Place, str] = {}
        rows: set[int] = set()
        columns: set[int] = set()
        for kind, body in _records(self.stream, self.starts[place]):
            if kind == ERROR and body[7]:
                errors[_place(body)] = ERRORS.get(body[6], "#N/A")
            elif kind == XLS_MARKS_FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
                errors[_place(body)] = ERRORS.get(body[8], "#N/A")
            elif kind in {NUMBER, SHORT_NUMBER, SHORT_NUMBERS, XLS_MARKS_FORMULA} and self.suffixes:
                suffixes |= self._suffixes(kind, body)
            elif kind == XLS_MARKS_ROW and body[12] & 0x20:
                rows.add(struct.unpack_from("<H", body)[0])
            elif kind == XLS_MARKS_COLUMNS and body[8] & 0x01:
                first, last = struct.unpack_from("<2H", body)
                columns.update(range(first, min(last, 255) + 1))
        return SheetMarks(errors, suffixes, frozenset(rows), frozenset(columns))

    def _suffixes(self, kind: int, body: bytes) -> dict[Place, str]:
        row, first = _place(body)
        if kind == SHORT_NUMBERS:
            styles = [struct.unpack_from("<H", body, at)[0] for at in range(4, len(body) - 2, 6)]
        else:
            styles = [struct.unpack_from("<H", body, 4)[0]]
        found = {(row, first + n): self.suffixes.get(style, "") for n, style in enumerate(styles)}
        return {place: suffix for place, suffix in found.items() if suffix}


def xls_marks(content: bytes) -> XlsMarks:
    """The marks of the workbook whose bytes are `content`.

    Raises
    ------
    ValueError
        When it is damaged.
    Locked
        When it asks for a password.
    """
    streams = CompoundFile.of(content).streams()
    if "EncryptedPackage" in streams:
        raise Locked
    stream = streams.get("Workbook") or streams.get("Book") or b""
    starts: list[int] = []
    formats: dict[int, str] = dict(XLS_MARKS_PERCENT_FORMATS)
    styles: list[int] = []
    for kind, body in _records(stream, 0):
        if kind == FILE_PASSWORD:
            raise Locked
        if kind == SHEET_ENTRY:
            starts.append(struct.unpack_from("<I", body)[0])
        elif kind == FORMAT:
            formats[struct.unpack_from("<H", body)[0]] = suffix_of(_format_code(body))
        elif kind == CELL_STYLE:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    suffixes = {n: formats[style] for n, style in enumerate(styles) if formats.get(style)}
    return XlsMarks(stream, starts, suffixes)


def _records(stream: bytes, at: int) -> Iterator[Record]:
    """The records from `at` to the end of their part."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        if kind == END:
            return
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _place(body: bytes) -> Place:
    row, column = struct.unpack_from("<2H", body)
    return row, column


def _format_code(body: bytes) -> str:
    """The text of a format: two bytes a character where a flag says so."""
    return body[5:].decode("utf-16-le", "replace") if body[4] & 1 else body[5:].decode("latin-1")
