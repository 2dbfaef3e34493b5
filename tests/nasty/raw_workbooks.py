"""Workbooks whose XML is written by hand, and files that would fill the memory or end the process."""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
from collections.abc import Callable

import pandas as pd
import pytest

from tests.nasty.nasty import JIA, rewritten, xlsx
from tests.nasty.old_workbooks import compound, ods, record, xls
from toolkit.records.delimited import LARGEST
from toolkit.records.workbook_marks import TOO_MANY

HEAD = ("信用代码", "活动编号", "学时", "日期", "截止", "备注")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STYLES = '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="9"/><xf numFmtId="57"/></cellXfs>'


def raw(rows: str, *, shared: str = "", book: str = "", styles: str = STYLES) -> bytes:
    """A workbook whose sheet 签到 has the heading in row 1 and then `rows`, all in XML."""
    head = "".join(f'<c r="{chr(65 + n)}1" t="inlineStr"><is><t>{text}</t></is></c>' for n, text in enumerate(HEAD))
    parts = {
        "sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{head}</row>{rows}</sheetData></worksheet>',
        "styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        "sharedStrings.xml": f'<sst xmlns="{MAIN}">{shared or "<si><t>x</t></si>"}</sst>',
    }

    def change(name: str, part: bytes) -> bytes:
        part = re.sub(b"<calcPr[^>]*>", book.encode(), part) if name == "xl/workbook.xml" else part
        own = parts.get(name.rpartition("/")[2])
        return b'<?xml version="1.0"?>' + own.encode() if own else part

    return rewritten(xlsx([("x",)]), change)


def line(cells: str, row: int = 2, more: str = "") -> str:
    return f'<row r="{row}"{more}><c r="A{row}" t="inlineStr"><is><t>{JIA}</t></is></c>{cells}</row>'


def spaces(size: int) -> Callable[[str, bytes], bytes]:
    return lambda name, part: part.replace(b"</sheetData>", b" " * size + b"</sheetData>") if "sheet1" in name else part


def packed(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return buffer.getvalue()


def lying(size: int) -> bytes:
    """A workbook whose sheet says that it unpacks to 2,000 bytes, and unpacks to `size` more."""
    content = packed(rewritten(raw(line("")), spaces(size)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = max(part.file_size for part in archive.infolist())
    return content.replace(told.to_bytes(4, "little"), (2000).to_bytes(4, "little"))


def parquet(rows: int) -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame({"学时": pd.Series(0, index=range(rows), dtype="int8")}).to_parquet(buffer)
    return buffer.getvalue()


def repeated(rows: int, columns: int, text: str) -> bytes:
    return ods(f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}"'
               f' office:value-type="string"><text:p>{text}</text:p></table:table-cell></table:table-row>')  # fmt: skip


def bombs() -> dict[str, tuple[bytes, str]]:
    """Files that would fill the memory or end the process, and what is said of each."""
    far, many = '<row><c r="XFD1048576"><v>1</v></c></row>', "".join(f'<row r="{n}"><c r="C{n}" t="s"><v>0</v></c></row>' for n in range(2, 20_002))
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet'
    damaged, stray, large = "damaged", "stray cell", "too large"
    return {
        "远1.xlsx": (raw(far), stray),
        "远2.xlsx": (raw(far.replace(' r="XFD1048576"', "") * 2 + line("", 1_048_576) + '<row r="3"><c r="AZ3"><v>1</v></c></row>'), stray),
        "远3.xls": (_far(xls([(*HEAD[:5], 8)])), stray),
        "绕.xls": (_circling(xls([HEAD])), damaged),
        "枝.xls": (_branching(), damaged),
        "叠.xls": (xls([HEAD], more=_overlapping()), damaged),
        "名.xls": (xls([HEAD, (JIA, "E1", 8)], more=_doubling()), "2 rows"),
        "深.xlsx": (raw(line("", TOO_MANY // 20) + line('<c r="Z9"><v>1</v></c>', 9)), stray),
        "多文.xlsx": (raw(many, shared=f"<si><t>{'长' * 32_000}</t></si>"), stray),
        "实体.xlsx": (rewritten(raw(line("")), lambda name, part: part.replace(b"<worksheet", laughs, 1) if "sheet1" in name else part), damaged),
        "谎报.xlsx": (lying(64 << 20), damaged),
        "申报.xlsx": (packed(rewritten(raw(line("")), spaces(300 << 20))), damaged),
        "两份.xlsx": (_twice(raw(line(""))), damaged),
        "重复.ods": (repeated(1_048_576, 1024, "1"), stray),
        "长文.ods": (repeated(100_000, 10, "长" * 1000), stray),
        "换行.csv.gz": (gzip.compress(f"信用代码,活动编号,学时\n{JIA},E1,8\n".encode() + b"\n" * (2 * LARGEST), 1), large),
        "逗号.csv": (b"," * 11_000_000, large),
        "列.parquet": (parquet(TOO_MANY + 1), large),
        "空.xlsx": (b"", "empty"),
        "坏.xlsx": (b"PK\x03\x04" + bytes(range(256)) * 9, damaged),
        "坏.xls": (xls([HEAD])[:1400], damaged),
    }


def _far(content: bytes) -> bytes:
    """An old workbook whose one number stands in its last row and column."""
    number = content.index(b"\x03\x02\x0e\x00") + 4
    return content[:number] + b"\xff\xff\xff\x00" + content[number + 4 :]


def _circling(content: bytes) -> bytes:
    """An old workbook whose stream stands in small sectors, each of which leads to the first."""
    file, last = bytearray(content + bytes(512)), len(content) // 512 - 1
    struct.pack_into("<3I", file, 56, 1 << 30, last, 1)  # what is shorter stands in small sectors, whose order the last sector tells
    struct.pack_into("<I", file, 512 + 4 * last, 0xFFFFFFFE)
    struct.pack_into("<2I", file, content.index("Root Entry".encode("utf-16-le")) + 116, 2, 512)
    return bytes(file)


def _branching() -> bytes:
    """A file whose streams each have two neighbours, of which each is the next: more ways than can be walked."""
    content = compound({f"s{n}": b"" for n in range(40)})
    for number in range(1, 40):
        entry = content.index(f"s{number - 1}\0".encode("utf-16-le")) + 68
        content = content[:entry] + struct.pack("<2I", number + 1, number + 1) + content[entry + 8 :]
    return content


def _overlapping() -> bytes:
    """Shared texts of which each says that it ends before it began."""
    texts = "长".encode("utf-16-le") * 4000
    return record(0xFC, struct.pack("<2I", 1, 1 << 30) + struct.pack("<HBi", 4000, 5, -len(texts) - 7) + texts)


def _doubling() -> bytes:
    """Names whose formulas are twice the one before: 2 to the power of 60 letters."""
    formulas = [b"\x17\x01\0A", *(struct.pack("<BH2x", 0x23, n) * 2 + b"\x08" for n in range(1, 60))]
    return b"".join(record(0x18, struct.pack("<HBBHHH4x", 0, 0, 1, len(formula), 0, 0) + b"\0n" + formula) for formula in formulas)


def _twice(content: bytes) -> bytes:
    """A workbook with two sheets under one name of its archive."""
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    return buffer.getvalue()
