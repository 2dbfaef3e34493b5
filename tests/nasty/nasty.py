"""What a nasty file is: its bytes, the rows that must be read from it, and every problem that must be named."""

# ruff: noqa: DTZ001 - records hold local days
from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd
import xlsxwriter

JIA, YI = "91350100M000100Y43", "91512081MA62K0260E"
PHONE = "13800138000"  # planted: it must stand in no message
NAN = float("nan")
HEADING = ("信用代码", "活动编号", "学时", "日期", "会费", "出席率", "联系电话")
DAY, NEXT = dt.datetime(2018, 3, 5), dt.datetime(2018, 3, 6)
GOOD: tuple[tuple[object, ...], ...] = (
    (JIA, "E1", 8, "2018-03-05", 1200, "35%", PHONE),
    (YI, "E2", 4.5, "2018-03-06", "", "", ""),
)
READ: tuple[tuple[object, ...], ...] = ((JIA, "E1", 8.0, DAY, 1200.0, 0.35), (YI, "E2", 4.5, NEXT, NAN, NAN))
TABLES = """\
[table.members]
file = "records/会员.csv"
[table.members.column]
credit_code = { headings = ["信用代码"], type = "credit_code", required = true }
name = { headings = ["单位名称"], type = "text", required = true }

[table.activities]
file = "records/签到*"
%s
unique = ["credit_code", "event"]
[table.activities.column]
credit_code = { headings = ["信用代码"], type = "member", required = true }
event = { headings = ["活动编号"], type = "text", required = true }
hours = { headings = ["学时"], type = "number", unit = "学时", range = [0, 80] }
day = { headings = ["日期"], type = "date" }
fee = { headings = ["会费"], type = "money", unit = "元" }
share = { headings = ["出席率"], type = "percent" }
phone = { headings = ["联系电话"], type = "number", personal = true }
"""
Book: TypeAlias = Any  # xlsxwriter has no types
Worksheet: TypeAlias = Any
Rows = Sequence[Sequence[object]]
Error = tuple[int | None, str, str]  # row as Excel counts it, column, words of the rule or the mend


@dataclass(frozen=True)
class Nasty:
    """One file, and what must come back.

    Parameters
    ----------
    rows
        The accepted rows: code, event, hours, day, fee, share.
    errors
        Every error: its row, its column, and words of its rule or mend.
    notes
        Words of every warning and note, in their order.
    not_data
        How many rows below the heading hold no data.
    sheet
        The sheet that the data dictionary names.
    """

    content: bytes
    name: str = "签到.xlsx"
    rows: Rows = READ
    errors: tuple[Error, ...] = ()
    notes: tuple[str, ...] = ()
    not_data: int = 0
    sheet: str = ""


Maker = Callable[[], Nasty]


def refused(content: bytes, name: str, words: str) -> Nasty:
    """A file that is refused as a whole."""
    return Nasty(content, name, (), ((None, "", words),))


def xlsx(
    rows: Rows, tweak: Callable[[Book, Worksheet], object] | None = None, **options: object
) -> bytes:
    """A workbook of one sheet 签到, changed by `tweak`."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd", **options}) as book:
        sheet = book.add_worksheet("签到")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if tweak:
            tweak(book, sheet)
    return buffer.getvalue()


def csv(rows: Rows, encoding: str = "utf-8", mark: str = ",") -> bytes:
    """A text file, its cells separated by `mark`."""
    return "".join(mark.join(map(str, row)) + "\r\n" for row in rows).encode(encoding)


def parquet(**columns: Sequence[object]) -> bytes:
    """A Parquet file."""
    buffer = io.BytesIO()
    pd.DataFrame(columns).to_parquet(buffer)
    return buffer.getvalue()


def rewritten(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A zipped file with each of its parts changed."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, change(name, source.read(name)))
    return target.getvalue()


def good(*rows: Sequence[object]) -> Rows:
    """The heading and the good rows, with others behind."""
    return (HEADING, *GOOD, *rows)


def one(column: int, cell: object, code: object = JIA) -> Rows:
    """The heading and one row, with `cell` in the column at that place."""
    row: list[object] = [code, "E1", 8, "2018-03-05", 1200, "35%", ""]
    row[column] = cell
    return (HEADING, row)
