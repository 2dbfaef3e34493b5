"""The marks of an .xlsx file, told by an XML parser from its sheets, its shared texts and its styles.

Most cells are plain: a number or a shared text, written as every program writes them. They are taken out before the parser
sees the sheet, which costs a tenth of parsing them; where one of the other cells does not say its place, or stands far out,
the parser sees them all.
"""

from __future__ import annotations

import copy
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from xml.etree import ElementTree as ET
from xml.parsers import expat

from toolkit.records.workbook_marks import (
    SUFFIXED_FORMATS,
    UNCALCULATED,
    WITHOUT_DAY_FORMATS,
    CellPlace,
    Runs,
    SheetMarks,
    TooWide,
    Whole,
    lacks_day,
    suffix_of,
)

LARGEST = 1 << 28  # bytes of all parts, unpacked
LARGEST_TREE = 1 << 24  # bytes of a part that is held as a tree
MOST_TEXT = 1 << 29  # characters of all cells: a long shared text may stand in each of them
BOOK, RELATIONS, STYLES, TEXTS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/sharedstrings.xml"
PLAIN_ROW = rb'<row r="[0-9]{1,6}"(?: (?!hidden)[A-Za-z0-9:]+="[^"<>]*")*+(?:/>|>(?:%s)*+</row>)'  # of nothing but plain cells
REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,9})")
MERGE = re.compile(f"{REFERENCE.pattern}:{REFERENCE.pattern}")
WIDEST = 16_384
LEAST_CELL = 20  # bytes that a cell takes at least
PLAIN_COLUMNS, PLAIN_ROWS = 26, 400_000  # as many cells as can be held, whichever of them are filled
FEW = 64  # styles that are told apart while plain cells are taken out
TRUE = frozenset({"1", "true", "on"})


@dataclass(frozen=True)
class Text:
    """A shared text: how long it is, and whether a part of it or all is struck out, or a part raised."""

    length: int
    look: Whole | None


@dataclass(frozen=True)
class SharedMarks:
    """What its cells share: what each style says, each shared text in doubt, whether results of formulas are to be counted anew."""

    suffixes: Mapping[int, str] = field(default_factory=dict)
    undated: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()
    texts: Mapping[int, Text] = field(default_factory=dict)
    stale: bool = False

    @property
    def telling(self) -> frozenset[int]:
        """The styles that say something."""
        return frozenset(self.suffixes) | self.undated | self.struck


def xlsx_marks(archive: zipfile.ZipFile) -> dict[str, SheetMarks]:
    """The marks of each sheet of the workbook in `archive`, whose every part has been unpacked once.

    Raises
    ------
    ValueError
        When it is damaged, or made to fill the memory.
    TooWide
        When its texts would fill the memory.
    """
    parts = parts_of(archive)
    contents = {part.filename: unpacked(archive, part) for part in parts.values()}
    book = _book(archive, parts)
    sheets: dict[str, SheetMarks] = {}
    for name, path in sheet_paths(archive):
        if name not in sheets:  # as the cell reader finds it
            sheets[name] = sheet_marks(contents[path], book)
    return sheets


def parts_of(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The parts of a zipped workbook by their names in small letters.

    Raises
    ------
    ValueError
        When a name stands twice, or all together say that they unpack to more than can be held.
    """
    parts = {entry.filename.lower(): entry for entry in archive.infolist()}
    if len(parts) < len(archive.infolist()) or sum(entry.file_size for entry in parts.values()) > LARGEST:
        message = "a workbook has a part twice, or unpacks to more than can be held"
        raise ValueError(message)
    return parts


def unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """A part of a workbook, which must be as long as it says: other readers do not stop there.

    Raises
    ------
    ValueError
        When it is longer or shorter.
    """
    further = copy.copy(part)
    further.file_size = part.file_size + 1
    with archive.open(further) as stream:
        content = stream.read(further.file_size)
    if len(content) != part.file_size:
        message = "a part of a workbook is not as long as it says"
        raise ValueError(message)
    return content


def parsed_part(xml: bytes) -> ET.Element:
    """The root of a small part of a workbook.

    Raises
    ------
    ValueError
        When it is not small, or declares entities: no workbook needs one, and they can grow without bound.
    """
    if len(xml) > LARGEST_TREE or b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"\0" in xml:
        message = "a part of a workbook is too large, or declares entities"
        raise ValueError(message)
    return ET.parse(io.BytesIO(xml)).getroot()  # noqa: S314 - without entities


def read_xml(xml: bytes, reading: SheetReading | TextsReading) -> None:
    """Tell `reading` every element of `xml`.

    Raises
    ------
    ValueError, ExpatError
        When it declares entities, or is no XML.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reading.start, reading.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = reading.data, refuse_entities
    parser.Parse(xml, True)


def refuse_entities(*_: object) -> None:
    """Stop at a declaration of the kind of document: no workbook needs one, and its entities can grow without bound.

    Raises
    ------
    ValueError
        Always.
    """
    message = "a workbook declares entities"
    raise ValueError(message)


def sheet_paths(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Each sheet's name and the part of the workbook that holds it."""
    parts = {entry.filename.lower(): entry.filename for entry in archive.infolist()}
    relations = parsed_part(archive.read(parts[RELATIONS]))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for sheet in parsed_part(archive.read(parts[BOOK])).iterfind("{*}sheets/{*}sheet"):
        identity = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        target = targets.get(identity, "").lower()
        path = posixpath.normpath(posixpath.join("/" if target.startswith("xl/") else "/xl", target)).lstrip("/")
        if path in parts:
            yield sheet.get("name", ""), parts[path]


def _book(archive: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo]) -> SharedMarks:
    book = parsed_part(archive.read(parts[BOOK]))
    stale = any(calculation.get("fullCalcOnLoad") in TRUE for calculation in book.iterfind("{*}calcPr"))
    cells = sum(part.file_size for part in parts.values()) // LEAST_CELL
    texts = _texts(archive.read(parts[TEXTS]), cells) if TEXTS in parts else {}
    if STYLES not in parts:
        return SharedMarks(texts=texts, stale=stale)
    return SharedMarks(*_styles(parsed_part(archive.read(parts[STYLES]))), texts, stale)


def _styles(styles: ET.Element) -> tuple[dict[int, str], frozenset[int], frozenset[int]]:
    """The suffix of each cell style that has one, the styles that show no day, and those that strike out."""
    codes = {int(f.get("numFmtId", 0)): f.get("formatCode", "") for f in styles.iterfind("{*}numFmts/{*}numFmt")}
    suffixes = SUFFIXED_FORMATS | {number: suffix_of(code) for number, code in codes.items()}
    undated = WITHOUT_DAY_FORMATS - set(codes) | {number for number, code in codes.items() if lacks_day(code)}
    struck = {n for n, font in enumerate(styles.iterfind("{*}fonts/{*}font")) if any(map(_is_on, font.iterfind("{*}strike")))}
    cells = [(int(xf.get("numFmtId", 0)), int(xf.get("fontId", 0))) for xf in styles.iterfind("{*}cellXfs/{*}xf")]
    return (
        {n: suffixes[number] for n, (number, _) in enumerate(cells) if suffixes.get(number)},
        frozenset(n for n, (number, _) in enumerate(cells) if number in undated),
        frozenset(n for n, (_, font) in enumerate(cells) if font in struck),
    )


def _is_on(element: ET.Element) -> bool:
    return element.get("val", "1") in TRUE


@dataclass
class XmlRuns(Runs):
    """The runs of a text, told by the elements within it."""

    taking: bool = False
    phonetic: bool = False

    def start(self, local: str, attributes: Mapping[str, str]) -> None:
        """An element within the text begins."""
        if local == "r":
            self.kind = "plain"
        elif local == "strike" and attributes.get("val", "1") in TRUE:
            self.kind = "struck"
        elif local == "vertAlign" and attributes.get("val") in {"superscript", "subscript"} and self.kind == "plain":
            self.kind = "raised"
        elif local == "rPh":
            self.phonetic = True
        self.taking = local == "t" and not self.phonetic

    def end(self, local: str) -> None:
        """An element within the text ends."""
        self.taking = False
        self.phonetic = self.phonetic and local != "rPh"

    def data(self, text: str) -> None:
        """Characters of the text, or of what stands beside it: these only make it longer."""
        if self.taking:
            self.add(text)
        else:
            self.length += len(text)


class TextsReading:
    """What the elements of the shared texts tell, one after another."""

    def __init__(self) -> None:
        self.texts: list[Text] = []
        self.runs = XmlRuns()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        local = name.rpartition(":")[2]
        if local == "si":
            self.runs = XmlRuns()
        self.runs.start(local, attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        local = name.rpartition(":")[2]
        self.runs.end(local)
        if local == "si":
            self.texts.append(Text(self.runs.length, self.runs.look))

    def data(self, text: str) -> None:
        """Characters."""
        self.runs.data(text)


def _texts(xml: bytes, cells: int) -> dict[int, Text]:
    """The shared texts that are struck out or raised; all of them where one, in as many as `cells`, would fill the memory."""
    long = max(map(len, re.split(rb"<(?:[^\s<>/:]+:)?si\b", xml))) * cells > MOST_TEXT
    if not long and b"strike" not in xml and b"vertAlign" not in xml:
        return {}
    reading = TextsReading()
    read_xml(xml, reading)
    return {number: text for number, text in enumerate(reading.texts) if long or text.look}


class Unplaced(Exception):  # noqa: N818 - named for what is true of the cells
    """Where a cell stands is told by those before it, which have been taken out."""


class SheetReading:
    """What the elements of a sheet tell, one after another; rows and columns are counted from 0, as the cell reader counts."""

    def __init__(self, book: SharedMarks, *, whole: bool) -> None:
        self.book, self.whole = book, whole
        self.marks = SheetMarks()
        self.row = self.column = self.characters = 0
        self.full = self.formula = False
        self.cell: dict[str, str] | None = None
        self.place: CellPlace = (0, 0)
        self.value, self.taking, self.runs = "", False, XmlRuns()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        local = name.rpartition(":")[2]
        if self.cell is not None:
            self._within(local, attributes)
        elif local == "c":
            self._begin(attributes)
        elif local == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row
            if attributes.get("hidden") in TRUE:
                self.marks.hidden_rows.add(self.row)
        elif local == "col" and attributes.get("hidden") in TRUE and len(self.marks.hidden_columns) < WIDEST:
            self.marks.hidden_columns.update(range(int(attributes.get("min", 1)) - 1, min(int(attributes.get("max", 0)), WIDEST)))
        elif local == "mergeCell" and (merge := MERGE.fullmatch(attributes.get("ref", ""))):
            left, top, right, bottom = merge.groups()
            self.marks.merges.append(((int(top) - 1, column_of(left)), (int(bottom) - 1, column_of(right))))

    def end(self, name: str) -> None:
        """An element ends."""
        local = name.rpartition(":")[2]
        self.taking = False
        if self.cell is not None:
            self.runs.end(local)
            if local == "c":
                self._judge(self.cell)
                self.cell, self.column = None, self.column + 1
        elif local == "row":
            self.row, self.column = self.row + 1, 0

    def data(self, text: str) -> None:
        """Characters."""
        if self.taking:
            self.value += text
        elif self.cell is not None:
            self.runs.data(text)

    def _begin(self, attributes: dict[str, str]) -> None:
        self.cell, self.full, self.formula, self.value, self.runs = attributes, False, False, "", XmlRuns()
        reference = attributes.get("r")
        if reference is None:
            if not self.whole:
                raise Unplaced
            self.place = (self.row, self.column)
            return
        match = REFERENCE.fullmatch(reference)
        if match is None:
            message = "a cell stands nowhere"
            raise ValueError(message)
        self.column = column_of(match[1])
        self.place = (int(match[2]) - 1, self.column)

    def _within(self, local: str, attributes: dict[str, str]) -> None:
        self.full |= local in {"v", "is", "f"}
        self.formula |= local == "f"
        self.taking = local == "v"
        self.runs.start(local, attributes)

    def _judge(self, cell: dict[str, str]) -> None:
        """What the cell tells that has just ended."""
        if not self.full:
            return
        self.marks.fill(self.place)
        if not self.whole and (self.marks.right > PLAIN_COLUMNS or self.marks.bottom > PLAIN_ROWS):
            raise Unplaced
        kind, style, value = cell.get("t", "n"), int(cell.get("s", 0)), self.value.strip()
        if kind == "e":
            self.marks.errors[self.place] = value or "#N/A"
        elif self.formula and kind != "str" and (not value or (self.book.stale and kind == "n" and _is_zero(value))):
            self.marks.errors[self.place] = UNCALCULATED
        elif kind == "n" and value:
            self.marks.show(self.place, self.book.suffixes.get(style, ""), undated=style in self.book.undated)
        look = self._look(kind, value)
        self.marks.look(self.place, "crossed" if style in self.book.struck else look)

    def _look(self, kind: str, value: str) -> Whole | None:
        """How the cell's text looks; its length is counted."""
        if kind != "s":
            return self.runs.look
        text = self.book.texts.get(int(value or -1))
        self.characters += text.length if text else 0
        if self.characters > MOST_TEXT:
            raise TooWide
        return text.look if text else None


def _is_zero(value: str) -> bool:
    try:
        return float(value) == 0
    except ValueError:
        return False


def sheet_marks(xml: bytes, book: SharedMarks) -> SheetMarks:
    """The marks of the sheet in `xml`.

    Raises
    ------
    ValueError, ExpatError
        When it is damaged, or made to fill the memory.
    TooWide
        When its texts would fill the memory.
    """
    if not book.texts:
        cell, rest, rows = _plain_cell(book.telling), xml, 0
        if xml.count(b"<row") == xml.count(b'<row r="'):  # else a row's place is told by those before it
            rest, rows = re.subn(PLAIN_ROW % cell, b"", xml)
        rest, cells = re.subn(cell, b"", rest)
        reading = SheetReading(book, whole=False)
        reading.marks.filled = rows + cells > 0 and b"><v>" in xml
        try:
            read_xml(rest, reading)
        except Unplaced:
            pass
        else:
            return reading.marks
    reading = SheetReading(book, whole=True)
    read_xml(xml, reading)
    return reading.marks


def _plain_cell(telling: frozenset[int]) -> bytes:
    """The pattern of cells in columns A to Z above row 400,000: empty, or a number or shared text whose style is none of `telling`."""
    others = f'(?!(?:{"|".join(map(str, sorted(telling)))})")' if telling else ""
    style = f'(?: s="{others}(?:0|[1-9][0-9]{{0,5}})")?' if len(telling) <= FEW else ""
    place = "[A-Z](?:[0-9]{1,5}|[1-3][0-9]{5})"
    return f'<c r="{place}"(?:{style}(?: t="s")?><v>[0-9.eE+-]+</v></c>|(?: s="[0-9]{{1,6}}")?/>)'.encode()


def column_of(letters: str) -> int:
    """A column's letters as its place from the left, counted from 0.

    Examples
    --------
    >>> column_of("A"), column_of("AA")
    (0, 26)
    """
    return reduce(lambda place, letter: place * 26 + ord(letter) - 64, letters.upper(), 0) - 1
