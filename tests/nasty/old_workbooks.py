"""Old .xls workbooks, encrypted ones and OpenDocument spreadsheets, byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

END, FREE = 0xFFFFFFFE, 0xFFFFFFFF
SECTOR = 512


def compound(streams: Mapping[str, bytes]) -> bytes:
    """An OLE2 compound file with these streams, each in sectors of its own; an empty one has none."""
    bodies = [content and content.ljust(-(-max(len(content), 4096) // SECTOR) * SECTOR, b"\0") for content in streams.values()]
    directory_sectors = -(-(len(streams) + 1) // 4)
    fat, entries, at = [0xFFFFFFFD], [_entry("Root Entry", 5, END, 0, 1)], 1 + directory_sectors
    fat += [*range(2, 1 + directory_sectors), END]
    for number, (name, body) in enumerate(zip(streams, bodies, strict=True), start=1):
        sectors = len(body) // SECTOR
        entries.append(_entry(name, 2, at if body else END, len(body), FREE, number + 1 if number < len(streams) else FREE))
        fat += [*range(at + 1, at + sectors), END] if body else []
        at += sectors
    assert len(fat) <= 128
    fat += [FREE] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<109I", 0, *[FREE] * 108)
    directory = b"".join(entries).ljust(directory_sectors * SECTOR, b"\0")
    return header + struct.pack("<128I", *fat) + directory + b"".join(bodies)


def _entry(name: str, kind: int, start: int, size: int, child: int, right: int = FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    head = text.ljust(64, b"\0") + struct.pack("<HBB3I", len(text), kind, 1, FREE, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def xls(
    rows: Sequence[Sequence[object]],
    *,
    merges: Sequence[tuple[int, int, int, int]] = (),
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
    password: bool = False,
    shown_as: int = 9,
    struck: bool = False,
    more: bytes = b"",
) -> bytes:
    """A workbook of Excel 97 to 2003 with one sheet 签到. A cell may be text, a number, yes or no, "#N/A", "=" (never calculated) or "35%".

    What ends in % has a style of its own, whose number format is `shown_as` and whose font may be struck out. Of a text and
    a place, as in ("12", 1), what stands before the place is struck out. `more` are records beside the styles.
    """
    name = "签到".encode("utf-16-le")
    locked = record(0x2F, bytes(54)) if password else b""
    fonts = b"".join(map(_font, (0, 0x08 * struck, 0x08, 0)))
    styles = fonts + record(0xE0, struct.pack("<2H", 0, 0) + bytes(16)) + record(0xE0, struct.pack("<2H", 1, shown_as) + bytes(16))
    before = _begin(0x05) + locked + styles + more
    start = len(before) + 4 + 8 + len(name) + 4
    entry = record(0x85, struct.pack("<IBBBB", start, 0, 0, 2, 1) + name)
    return compound({"Workbook": before + entry + record(0x0A, b"") + _sheet(rows, merges, hidden_rows, hidden_columns)})


def _sheet(
    rows: Sequence[Sequence[object]],
    merges: Sequence[tuple[int, int, int, int]],
    hidden_rows: Sequence[int],
    hidden_columns: Sequence[int],
) -> bytes:
    out = _begin(0x10)
    out += b"".join(record(0x7D, struct.pack("<6H", n, n, 2048, 0, 1, 0)) for n in hidden_columns)
    out += record(0x200, struct.pack("<2I3H", 0, len(rows), 0, max(map(len, rows)), 0))
    for number, row in enumerate(rows):
        flags = 0x20 if number in hidden_rows else 0
        out += record(0x208, struct.pack("<8H", number, 0, len(row), 255, 0, 0, flags, 0))
        out += b"".join(_cell(number, place, cell) for place, cell in enumerate(row) if cell != "")
    if merges:
        out += record(0xE5, struct.pack("<H", len(merges)) + b"".join(struct.pack("<4H", *m) for m in merges))
    return out + record(0x0A, b"")


def _cell(row: int, column: int, cell: object) -> bytes:
    place = struct.pack("<3H", row, column, 0)
    if cell == "#N/A" or isinstance(cell, bool):
        return record(0x205, place + bytes([cell, 0] if isinstance(cell, bool) else [42, 1]))
    if cell == "#DIV/0!":  # a failed formula
        return record(0x06, place + bytes([2, 0, 7, 0, 0, 0, 255, 255]) + struct.pack("<HIH", 0, 0, 0))
    if cell == "=":
        return record(0x06, place + bytes(8) + struct.pack("<HIH", 2, 0, 0))
    if isinstance(cell, str) and cell.endswith("%"):
        return record(0x203, struct.pack("<3Hd", row, column, 1, float(cell[:-1]) / 100))
    if isinstance(cell, int | float):
        return record(0x203, place + struct.pack("<d", cell))
    kind, (written, runs) = (0xD6, (cell[0], struct.pack("<5H", 2, 0, 2, cell[1], 3))) if isinstance(cell, tuple) else (0x204, (cell, b""))
    text = str(written).encode("utf-16-le")
    return record(kind, place + struct.pack("<HB", len(text) // 2, 1) + text + runs)


def _font(flags: int) -> bytes:
    return record(0x31, struct.pack("<2H", 200, flags) + bytes(10) + b"\x01\0A")


def _begin(kind: int) -> bytes:
    return record(0x809, struct.pack("<4H2I", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<2H", kind, len(body)) + body


def ods(table: str, *, locked: bool = False) -> bytes:
    """An OpenDocument spreadsheet with one sheet 签到, whose columns and rows are given in XML."""
    names = ["office", "table", "text"]
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in names)
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} {calc}><office:body><office:spreadsheet>'
        f'<table:table table:name="签到">{table}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content if not locked else b"\x8f\x02" * 200)
        archive.writestr("META-INF/manifest.xml", "<m><encryption-data/></m>" if locked else "<manifest/>")
    return buffer.getvalue()


def ods_rows(rows: Sequence[Sequence[object]], hidden: Sequence[int] = ()) -> str:
    """Rows in XML. A cell may be text, a number, "#N/A" (a failed formula) or "35%"."""
    return "".join(
        f'<table:table-row{" table:visibility=" + chr(34) + "collapse" + chr(34) if n in hidden else ""}>'
        f'{"".join(map(_ods_cell, row))}</table:table-row>'
        for n, row in enumerate(rows)
    )


def _ods_cell(cell: object) -> str:
    if cell == "":
        return "<table:table-cell/>"
    if cell == "#N/A":
        kind = 'table:formula="of:=NA()" office:value-type="string" office:string-value="" calcext:value-type="error"'
    elif isinstance(cell, str) and cell.endswith("%"):
        kind = f'office:value-type="percentage" office:value="{float(cell[:-1]) / 100}"'
    elif isinstance(cell, int | float):
        kind = f'office:value-type="float" office:value="{cell}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{cell}</text:p></table:table-cell>"
