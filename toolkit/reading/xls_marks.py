"""The marks of an old .xls file, found in the records of its workbook stream (BIFF)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from toolkit.reading.compound_file import CompoundFile
from toolkit.reading.marks import Place, SheetMarks, suffix_of

FORMULA, END, FILE_PASSWORD, SHEET_ENTRY, COLUMNS, CELL_STYLE = 0x06, 0x0A, 0x2F, 0x85, 0x7D, 0xE0
NUMBER, ERROR, ROW, SHORT_NUMBER, SHORT_NUMBERS, FORMAT = 0x203, 0x205, 0x208, 0x27E, 0xBD, 0x41E
PERCENT_FORMATS = {9: "%", 10: "%"}
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
            elif kind == FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
                errors[_place(body)] = ERRORS.get(body[8], "#N/A")
            elif kind in {NUMBER, SHORT_NUMBER, SHORT_NUMBERS, FORMULA} and self.suffixes:
                suffixes |= self._suffixes(kind, body)
            elif kind == ROW and body[12] & 0x20:
                rows.add(struct.unpack_from("<H", body)[0])
            elif kind == COLUMNS and body[8] & 0x01:
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
    formats: dict[int, str] = dict(PERCENT_FORMATS)
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
