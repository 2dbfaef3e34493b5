"""The marks of an old .xls file, found in the records of its workbook stream (BIFF).

The streams of an OLE2 compound file, in which old workbooks and encrypted ones are kept.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from toolkit.records.workbook_marks import (
    PERCENT_FORMATS,
    TOO_MANY,
    UNCALCULATED,
    WITHOUT_DAY_FORMATS,
    Locked,
    Place,
    SheetMarks,
    TooWide,
    lacks_day,
    suffix_of,
)

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
            tables += more[:-1]
            beyond = more[-1]
        used = [number for number in tables if number < LAST_REGULAR]
        raw = b"".join(_sector(content, size, number) for number in used[: len(content) // size + 1])
        return CompoundFile(content, size, struct.unpack(f"<{len(raw) // 4}I", raw))

    def streams(self, wanted: AbstractSet[str]) -> dict[str, bytes]:
        """The content of those of the `wanted` streams that there are, by name.

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
            if name not in wanted or name in found:  # many may name one chain of sectors, and fill the memory
                continue
            if kind == STREAM and length < cutoff:
                numbers = _numbers(start, small_follows)
                found[name] = b"".join(small[n << short : (n + 1) << short] for n in numbers)[:length]
            elif kind == STREAM:
                found[name] = self._chain(start)[:length]
        return found

    def _chain(self, start: int) -> bytes:
        return b"".join(_sector(self.content, self.sector, n) for n in _numbers(start, self.follows))


def _sector(content: bytes, size: int, number: int) -> bytes:
    if (number + 1) * size >= len(content):
        message = "a sector stands beyond the end of the file"
        raise ValueError(message)
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


FORMULA, END, FILE_PASSWORD, FONT, SHEET_ENTRY, COLUMNS, CELL_STYLE = 0x06, 0x0A, 0x2F, 0x31, 0x85, 0x7D, 0xE0
NUMBER, ERROR, ROW, SHORT_NUMBER, SHORT_NUMBERS, FORMAT = 0x203, 0x205, 0x208, 0x27E, 0xBD, 0x41E
TEXT, SHARED_TEXT, RICH_TEXT, SHARED_TEXTS, CORNERS = 0x204, 0xFD, 0xD6, 0xFC, 0x200
NUMBERS = {NUMBER, SHORT_NUMBER, SHORT_NUMBERS, FORMULA}
FILLED = {*NUMBERS, ERROR, TEXT, SHARED_TEXT, RICH_TEXT}
COUNT_ANEW, STRUCK = 0x02, 0x08  # flags of a formula and of a font
BEGIN = 0x809
LEAST = {BEGIN: 4, SHEET_ENTRY: 8, CORNERS: 8, CELL_STYLE: 4, FORMAT: 5, ROW: 16, FORMULA: 20, NUMBER: 14, SHORT_NUMBER: 10, SHORT_NUMBERS: 6,
         ERROR: 8, TEXT: 8, SHARED_TEXT: 10, RICH_TEXT: 8, SHARED_TEXTS: 8}  # bytes; the cell reader takes them for granted  # fmt: skip
DEEPEST, WIDEST = 65_536, 256  # rows and columns of a sheet
LEAST_TEXT = 3  # bytes
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
Record = tuple[int, bytes]


@dataclass(frozen=True)
class Styles:
    """What each cell style says: its suffix, a date without its day, that it strikes out."""

    suffixes: Mapping[int, str]
    undated: frozenset[int]
    struck: frozenset[int]


@dataclass(frozen=True)
class XlsMarks:
    """The marks of each sheet, in their order."""

    sheets: Sequence[SheetMarks]

    def of(self, name: str, place: int) -> SheetMarks:  # noqa: ARG002 - sheets are told by their place
        """The marks of the sheet at `place`."""
        if place >= len(self.sheets):
            raise KeyError(place)
        return self.sheets[place]


def xls_marks(content: bytes) -> XlsMarks:
    """The marks of the workbook whose bytes are `content`.

    Raises
    ------
    ValueError
        When it is damaged.
    Locked
        When it asks for a password.
    TooWide
        When the filled cells of its sheets span more than could be held: the cell reader opens all sheets at once.
    """
    streams = CompoundFile.of(content).streams({"EncryptedPackage", "Workbook", "Book"})
    if "EncryptedPackage" in streams:
        raise Locked
    stream = streams.get("Workbook") or streams.get("Book") or b""
    said: dict[int, list[bytes]] = defaultdict(list)
    for kind, body in _records(stream, 0):
        said[kind].append(body)
    if said[FILE_PASSWORD]:
        raise Locked
    starts = [struct.unpack_from("<I", body)[0] for body in said[SHEET_ENTRY]]
    texts = sum(struct.unpack_from("<I", body, 4)[0] for body in said[SHARED_TEXTS])
    if texts * LEAST_TEXT > len(stream) or any(start >= len(stream) for start in starts):
        message = "more texts than there is room for, or a sheet beyond the end"
        raise ValueError(message)
    told = _styles(
        {struct.unpack_from("<H", body)[0]: _format_code(body) for body in said[FORMAT]},
        [struct.unpack_from("<H", body, 2)[0] for body in said[FONT]],
        [struct.unpack_from("<2H", body) for body in said[CELL_STYLE]],
    )
    areas, sheets = 0, []
    for start in starts:
        marks, area = _sheet_marks(stream, start, told)
        sheets.append(marks)
        areas += area
        if areas > TOO_MANY:
            raise TooWide
    return XlsMarks(sheets)


def _styles(codes: Mapping[int, str], fonts: Sequence[int], styles: Sequence[tuple[int, int]]) -> Styles:
    suffixes = PERCENT_FORMATS | {number: suffix_of(code) for number, code in codes.items()}
    undated = WITHOUT_DAY_FORMATS - set(codes) | {number for number, code in codes.items() if lacks_day(code)}
    struck = {n + (n > 3) for n, flags in enumerate(fonts) if flags & STRUCK}  # there is no font 4
    return Styles(
        {n: suffixes[number] for n, (_, number) in enumerate(styles) if suffixes.get(number)},
        frozenset(n for n, (_, number) in enumerate(styles) if number in undated),
        frozenset(n for n, (font, _) in enumerate(styles) if font in struck),
    )


def _sheet_marks(stream: bytes, start: int, styles: Styles) -> tuple[SheetMarks, int]:
    """The marks of the sheet that begins at `start`, and how many cells its corners span."""
    errors: dict[Place, str] = {}
    suffixes: dict[Place, str] = {}
    undated: set[Place] = set()
    crossed: set[Place] = set()
    rows: set[int] = set()
    columns: set[int] = set()
    bottom = right = 0
    for kind, body in _records(stream, start):
        if kind in FILLED:
            cells = list(_cells(kind, body))
            bottom, right = max(bottom, cells[-1][0][0] + 1), max(right, cells[-1][0][1] + 1)
            if error := _error(kind, body):
                errors[cells[0][0]] = error
            crossed.update(place for place, style in cells if style in styles.struck)
            if kind in NUMBERS:
                suffixes |= {place: styles.suffixes[style] for place, style in cells if style in styles.suffixes}
                undated.update(place for place, style in cells if style in styles.undated)
        elif kind == CORNERS:
            _hold_to_bounds(body)
        elif kind == ROW and body[12] & 0x20:
            rows.add(struct.unpack_from("<H", body)[0])
        elif kind == COLUMNS and body[8] & 0x01:
            first, last = struct.unpack_from("<2H", body)
            columns.update(range(first, min(last, WIDEST - 1) + 1))
    if right > WIDEST:
        raise TooWide
    marks = SheetMarks(errors, suffixes, frozenset(undated), {}, frozenset(crossed), frozenset(rows), frozenset(columns), filled=right > 0)
    return marks, bottom * right


def _hold_to_bounds(corners: bytes) -> None:
    """Stop where a sheet says that it is larger than any can be: the cell reader makes room for as many cells."""
    top, bottom, left, right = struct.unpack_from("<2I2H" if len(corners) >= 14 else "<4H", corners)
    if not (top <= bottom <= DEEPEST and left <= right <= WIDEST):
        message = "corners that no sheet has"
        raise ValueError(message)


def _cells(kind: int, body: bytes) -> Iterator[tuple[Place, int]]:
    """The place and the style of each cell of a record."""
    row, column = struct.unpack_from("<2H", body)
    if kind != SHORT_NUMBERS:
        yield (row, column), struct.unpack_from("<H", body, 4)[0]
        return
    for n, at in enumerate(range(4, max(len(body) - 2, 5), 6)):
        yield (row, column + n), struct.unpack_from("<H", body, at)[0]


def _error(kind: int, body: bytes) -> str:
    """What a cell shows that holds no value; empty for any other."""
    if kind == ERROR and body[7]:
        return ERRORS.get(body[6], "#N/A")
    if kind == FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
        return ERRORS.get(body[8], "#N/A")
    return UNCALCULATED if kind == FORMULA and body[14] & COUNT_ANEW and not any(body[6:14]) else ""


def _records(stream: bytes, at: int) -> Iterator[Record]:
    """The records from `at` to the end of their part."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        if kind == END:
            return
        if length < LEAST.get(kind, 0):
            message = "a record is too short"
            raise ValueError(message)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _format_code(body: bytes) -> str:
    """The text of a format: two bytes a character where a flag says so."""
    return body[5:].decode("utf-16-le", "replace") if body[4] & 1 else body[5:].decode("latin-1")
