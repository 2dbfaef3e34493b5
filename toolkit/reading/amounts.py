"""Numbers, money and percentages as people write them, read without guessing."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from typing import NamedTuple

from toolkit.reading.findings import Finding, plain
from toolkit.reading.units import factor, is_money
from toolkit.text import Phrase, phrase

NUMBER = re.compile(r"[+-]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
LEADING = re.compile(rf"({NUMBER.pattern})\s*\(?\s*([^\d\s()+,;=]+?)\s*\)?")
CURRENCY = re.compile(r"^[¥￥]\s*|\s*人民币$|^人民币\s*")
MINUS = str.maketrans({"−": "-", "﹣": "-", "‐": "-", "–": "-"})
DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


class Converted(NamedTuple):
    """A number written in another unit, in the unit of its column, and a note that says so."""

    value: float
    finding: Finding


def read_number(raw: object, unit: str = "", written_in: str = "") -> float | Converted | Finding:
    """A number in `unit`; its unit, another that is a clear multiple, and thousands separators may be written.

    A number without a unit is in `written_in` where the heading says so, else in `unit`. Units are exchanged in
    decimals: 1,835.0534 万元 are 18,350,534 元 to the last digit.

    Examples
    --------
    >>> read_number("1,835.0534"), read_number("４０学时", "学时"), read_number("0元 人民币", "元")
    (1835.0534, 40.0, 0.0)
    >>> read_number("480万元", "元").value, read_number(1835.0534, "元", written_in="万元")
    (4800000.0, 18350534.0)
    >>> read_number("八").mend.en
    'write 8, or leave the cell empty if unknown'
    """
    if isinstance(raw, bool | dt.date | dt.time | dt.timedelta):
        return _not_a_number("")
    if isinstance(raw, int | float):
        return _in_unit(repr(raw), unit, written_in) if math.isfinite(raw) else _not_a_number("")
    written = plain(raw).translate(MINUS)
    bare = CURRENCY.sub("", written).strip() if is_money(unit) else written
    text = _without_unit(bare, unit)
    if not NUMBER.fullmatch(text):
        return _exchanged(bare, unit) or _not_a_number(text)
    return _in_unit(text, unit, written_in if text == bare else unit)


def _in_unit(text: str, unit: str, written_in: str) -> float | Finding:
    """A number written bare in `written_in`, in `unit`."""
    times = factor(written_in, unit) if written_in and written_in != unit else None
    number = float(text.replace(",", "")) if times is None else _times(text, times)
    return number if math.isfinite(number) else _not_a_number("")


def _times(text: str, times: Decimal) -> float:
    try:
        return float(Decimal(text.replace(",", "")) * times)
    except ArithmeticError:  # an exponent beyond all bounds
        return math.inf


def _exchanged(text: str, unit: str) -> Converted | Finding | None:
    """A number with another unit behind it, in `unit`; what is wrong where it is no clear multiple of it."""
    match = LEADING.fullmatch(text)
    if not match:
        return None
    times = factor(match[2], unit)
    if times is None:
        return _other_unit(match[1], match[2], unit)
    value = _times(match[1], times)
    if not math.isfinite(value):
        return _not_a_number("")
    rule = phrase(
        "写的是“{other}”，已换算为 {value}{unit}",
        "written in `{other}`, and taken as {value} {unit}",
        other=match[2], value=f"{value:.15g}", unit=unit,
    )  # fmt: skip
    return Converted(value, Finding(rule, Phrase("如不对请更正", "correct it if that is wrong")))


def read_percent(raw: object, unit: str = "") -> float | Finding:
    """A percentage as a share: ``35%`` is 0.35.

    A bare number is taken as percent only where the column's unit is "%", and never up to 1, where nobody
    can know whether 0.7 is meant as 70% or as 0.7%.

    Examples
    --------
    >>> read_percent("35%"), read_percent(35.0, unit="%")
    (0.35, 0.35)
    >>> read_percent(0.7, unit="%").mend.en
    'write 70% or 0.7%'
    """
    text = "" if isinstance(raw, bool) else plain(raw)
    number = read_number(text.removesuffix("%") if text else raw)
    if not isinstance(number, float):
        return number if isinstance(number, Finding) else _not_a_number("")
    if text.endswith("%") or number == 0:
        return number / 100
    if unit == "%" and abs(number) > 1:
        return number / 100
    return _ambiguous_percent(number)


def numeral(text: str) -> int | None:
    """The value of a Chinese numeral below a hundred; None for anything else.

    Examples
    --------
    >>> numeral("八"), numeral("二十一"), numeral("十"), numeral("甲")
    (8, 21, 10, None)
    """
    tens, ten, ones = text.partition("十")
    if not text or any(part and part not in DIGITS for part in (tens, ones)):
        return None
    return (DIGITS.get(tens, 1) * 10 if ten else DIGITS[tens]) + (DIGITS[ones] if ones else 0)


def _without_unit(text: str, unit: str) -> str:
    """`text` less its unit, bare or in brackets."""
    for written in (f"({plain(unit)})", plain(unit)):
        if unit and text.endswith(written):
            return text.removesuffix(written).strip()
    return text


def _other_unit(number: str, other: str, unit: str) -> Finding:
    if not unit:
        rule = phrase(
            "数字后有“{other}”，而该列没有写明单位",
            "`{other}` follows the number, but the column has no unit",
            other=other,
        )
        mend = phrase(
            "请只写数字 {n}，或在 tables.toml 写明单位",
            "write {n}, or name the unit in tables.toml",
            n=number,
        )
        return Finding(rule, mend)
    rule = phrase(
        "单位“{other}”不是该列的单位“{unit}”",
        "unit `{other}` is not the column's unit `{unit}`",
        other=other,
        unit=unit,
    )
    mend = phrase("请换算成{unit}后填写", "convert it to {unit}", unit=unit)
    return Finding(rule, mend)


def _not_a_number(text: str) -> Finding:
    value = numeral(text) if text else None
    empty = Phrase("不知道就留空", "leave the cell empty if unknown")
    mend = phrase("请填写数字，{zh}", "write a number, or {en}", zh=empty.zh, en=empty.en)
    if value is not None:
        mend = phrase("请填写 {n}，{zh}", "write {n}, or {en}", n=value, zh=empty.zh, en=empty.en)
    return Finding(Phrase("不是数字", "not a number"), mend)


def _ambiguous_percent(number: float) -> Finding:
    rule = Phrase("百分数写法有歧义", "ambiguous as a percentage")
    if abs(number) <= 1:
        mend = phrase(
            "请写成 {a}% 或 {b}%", "write {a}% or {b}%", a=f"{number * 100:.10g}", b=f"{number:.10g}"
        )
        return Finding(rule, mend)
    mend = phrase(
        "请写成 {n}%，或在 tables.toml 把该列的单位写为 %",
        'write {n}%, or give the column unit = "%" in tables.toml',
        n=f"{number:.10g}",
    )
    return Finding(rule, mend)
