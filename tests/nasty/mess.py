"""Valid tables, and the ways in which people and programs make a mess of them without changing what they mean."""


from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from tests.nasty.nasty import HEADING, JIA, YI, xlsx
from tests.nasty.old_workbooks import ods, ods_rows, xls

MISSING = ("", "/", "—", "-", "无", "暂缺", "　", "／", "不适用")
NUMERALS = str.maketrans("0123456789", "〇一二三四五六七八九")
WEEKDAYS = "一二三四五六日"
TITLES = (("2018 年培训签到汇总表",), (), ("填报单位：秘书处", "", "单位：元"), ("统计期：2018 年",))
REMARKS = (("合计", "", "12"), ("小 计：", "3"), ("注：以上均为线下学时",), ("填表人：张三", "审核人："), (), ("", " ", "\u3000"))
STRANGERS = ("", "x", "合计", "注：无")  # what leads a row in a column that is not read
Row = tuple[str, str, Decimal | None, dt.date | None, Decimal | None, int | None]

decimals = st.decimals(min_value=0, max_value=80, places=2)
amounts = st.decimals(min_value=0, max_value=9_999_999, places=2)
days = st.dates(dt.date(1990, 1, 1), dt.date(2049, 12, 31))
names = st.text("甲乙丙学习讲座㙍𠮷（线上）ABxy·。", max_size=6)


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    """The rows of a valid table: code, event, hours, day, fee, share in percent; None where nothing is known."""
    known = st.tuples(
        st.sampled_from([JIA, YI]), names, st.none() | decimals, st.none() | days, st.none() | amounts,
        st.none() | st.integers(0, 100),
    )  # fmt: skip
    rows = draw(st.lists(known, min_size=1, max_size=6))
    return [(code, f"活动{name}{n}", *rest) for n, (code, name, *rest) in enumerate(rows)]


@dataclass(frozen=True)
class Messy:
    """A file, and where each row of the table stands in it, as Excel counts rows."""

    name: str
    content: bytes = field(repr=False)
    rows: tuple[int, ...]


def wide(text: str) -> str:
    """A text in full-width characters."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def date_ways(day: dt.date) -> list[object]:
    """A day in every clear way of writing."""
    year, month, number = day.year, day.month, day.day
    english = day.strftime("%B")
    return [
        day.isoformat(), f"{year}/{month}/{number}", f"{year}.{month}.{number}", f"{day:%Y%m%d}", int(f"{day:%Y%m%d}"),
        f"{year}年{month}月{number}日", f"{year} 年 {month:02} 月 {number:02} 号", wide(day.isoformat()),
        f"{year}年{month}月{number}日 星期{WEEKDAYS[day.weekday()]}", f"{english} {number}, {year}",
        f"{english[:3]} {number}, {year}", f"{number}-{english[:3]}-{year}", f"{number} {english} {year}",
        f"{day} 00:00:00", f"{day}T00:00:00", f"{year}-{month}-{number} 0:00", f"{year} {month} {number}",
        str(year).translate(NUMERALS) + f"年{_numeral(month)}月{_numeral(number)}日",
    ]  # fmt: skip


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else str(tens).translate(NUMERALS)) + ("十" if tens else "") + (str(ones).translate(NUMERALS) if ones else "")  # fmt: skip


def code_ways(code: str) -> list[object]:
    """A credit code as it may be typed."""
    return [code, code.lower(), wide(code), f" {code[:8]} {code[8:]}\u200b", f"{code[:6]}\u3000{code[6:]}"]


def hour_ways(hours: Decimal) -> list[object]:
    """Hours with and without their unit."""
    return [str(hours), float(hours), f"{hours}学时", wide(f"{hours}"), f"{hours} （学时）", f"+{hours}", f"{hours}\xa0"]


def fee_ways(fee: Decimal) -> list[object]:
    """An amount in 元 with separators, signs and units."""
    return [
        str(fee), float(fee), f"{fee:,}", f"￥{fee:,}", f"{fee}元", f"人民币{fee}元", wide(f"{fee:,}"), f"{fee}（元）",
        f"{fee / 10000:f}万元", f"{fee / 10000:,f} (万元)", f"{fee / 1000:f}千元", f"{fee / 100_000_000:f}亿元",
    ]  # fmt: skip


def share_ways(share: int) -> list[object]:
    """A percentage."""
    return [f"{share}%", f"{share}.0 %", wide(f"{share}%")]


WAYS: tuple[Callable[..., list[object]], ...] = (code_ways, lambda name: [name, f" {name}　"], hour_ways, date_ways, fee_ways, share_ways)  # fmt: skip


@st.composite
def cells(draw: st.DrawFn, row: Row) -> list[object]:
    """One row as somebody may have typed it, the telephone number behind it."""
    typed: list[object] = [
        draw(st.sampled_from(MISSING if value is None else ways(value))) for ways, value in zip(WAYS, row, strict=True)
    ]
    return [*typed, ""]


@st.composite
def messy(draw: st.DrawFn, rows: Sequence[Sequence[object]], strangers: Sequence[str] = STRANGERS) -> Messy:
    """The typed rows in a file of any kind, with titles, totals, strangers and blank rows about them."""
    kind = draw(st.sampled_from(["csv", "csv", "txt", "xlsx", "xlsx", "xls", "ods", "parquet"]))
    order = draw(st.permutations(range(len(HEADING))))
    heading = [draw(st.sampled_from(_spellings(HEADING[place]))) for place in order]
    lines: list[list[object]] = [[row[place] for place in order] for row in rows]
    if draw(st.booleans()):
        heading.insert(0, "序号或说明")
        lines = [[draw(st.sampled_from(strangers)), *line] for line in lines]
    if kind == "parquet":
        texts = {name: pa.array([str(line[n]) for line in lines]) for n, name in enumerate(heading)}
        buffer = io.BytesIO()
        pq.write_table(pa.table(texts), buffer)
        return Messy("签到.parquet", buffer.getvalue(), tuple(range(2, len(lines) + 2)))
    sheet: list[Sequence[object]] = [*draw(st.lists(st.sampled_from(TITLES), max_size=3)), heading]
    places = []
    for line in lines:
        sheet += draw(st.lists(st.sampled_from([*REMARKS, heading]), max_size=2))
        places.append(len(sheet) + 1)
        sheet.append(line)
    sheet += draw(st.lists(st.sampled_from(REMARKS), max_size=3))
    content = _text(draw, sheet, kind) if kind in {"csv", "txt"} else _workbook(sheet, kind)
    return Messy(f"签到.{kind}", content, tuple(places))


def _spellings(name: str) -> list[str]:
    unit = {"学时": "学时", "会费": "元"}.get(name, "必填")
    return [name, f" {name[0]} {name[1:]}", f"*{name}", f"{name}（{unit}）", f"{name}\n({unit})"]


def _text(draw: st.DrawFn, sheet: Sequence[Sequence[object]], kind: str) -> bytes:
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
    mark = "\t" if kind == "txt" else draw(st.sampled_from([",", ";", "\t", "|"]))
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=mark, lineterminator=draw(st.sampled_from(["\n", "\r\n"])))
    writer.writerows(sheet)
    return buffer.getvalue().encode(encoding)


def _workbook(sheet: Sequence[Sequence[object]], kind: str) -> bytes:
    if kind == "xlsx":
        return xlsx(sheet)
    return xls(sheet) if kind == "xls" else ods(ods_rows(sheet))
