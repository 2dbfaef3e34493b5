"""Numbers, percentages, dates, texts, yes and no, and choices as people write them, read without guessing.

A number may come with its unit, or with another of which it is a clear multiple: 1 万元 is 10,000 元. A date says day, month and year in
an order nobody can mistake, or is none.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from toolkit.ground.decimals import decimal_digits
from toolkit.ground.problems import nearest
from toolkit.ground.text import Phrase, phrase
from toolkit.records.findings import EXACT_INTEGERS, Finding, WithoutDay, half_width, normal_key, shown

YUAN = frozenset({"元", "圆", "人民币", "人民币元", "元人民币", "rmb", "cny", "yuan"})
MULTIPLES = {"十": 1, "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8}  # powers of ten
MULTIPLE = re.compile(rf"({'|'.join(sorted(MULTIPLES, key=len, reverse=True))})(.*)")


@lru_cache(maxsize=1024)
def factor(written: str, unit: str) -> Decimal | None:
    """How many of `unit` one of `written` is; None where nobody can say.

    Examples
    --------
    >>> factor("万元", "元"), factor("元", "万元"), factor("万", "元"), factor("美元", "元")
    (Decimal('10000'), Decimal('0.0001'), Decimal('10000'), None)
    """
    power, name = _parts(written)
    other, wanted = _parts(unit)
    if not wanted or (name != wanted and not (power and not name)):
        return None
    exponent = power - other
    return Decimal(10) ** exponent if exponent >= 0 else Decimal((0, (1,), exponent))


@lru_cache(maxsize=1024)
def is_money(unit: str) -> bool:
    """Whether a unit is one of Chinese money."""
    return _parts(unit)[1] == "元"


def _parts(unit: str) -> tuple[int, str]:
    """The power of ten and the name of a unit; 元 for all its names."""
    text = "".join(unicodedata.normalize("NFKC", half_width(unit)).casefold().split())  # m² and ㎡ are one unit
    if text in YUAN:
        return 0, "元"
    match = MULTIPLE.fullmatch(text)
    power, name = (MULTIPLES[match[1]], match[2]) if match else (0, text)
    return power, "元" if name in YUAN else name


NUMBER = re.compile(r"[+-]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
LEADING = re.compile(rf"({NUMBER.pattern})\s*\(?\s*([^\d\s()+,;=]+?)\s*\)?")
CURRENCY = re.compile(r"^[¥￥]\s*|\s*人民币$|^人民币\s*")
MINUS = str.maketrans({"−": "-", "﹣": "-", "‐": "-", "–": "-"})
ORNATE = frozenset(chr(sign) for sign in range(0xA0, 0x33FF) if unicodedata.category(chr(sign)) in {"No", "Nl"}) - {*"〇²³"}
ORNAMENT = re.compile(rf"[{''.join(sorted(ORNATE))}]|(?<![^\W\d_])[²³]")  # m² is a unit
DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


class Converted(NamedTuple):
    """A number written in another unit, in the unit of its column, and a note that says so."""

    value: float
    finding: Finding


def read_number(raw: object, unit: str = "", written_in: str = "") -> float | Converted | Finding:
    """A number in `unit`; its unit, another that is a clear multiple, and thousands separators may be written.

    A number is what its decimal digits say (see `toolkit.ground.decimals`), and without a unit it is in `written_in`
    where the heading says so, else in `unit`. Units are exchanged in decimals: 1,835.0534 万元 are 18,350,534 元.

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
    written = half_width(raw).translate(MINUS)
    bare = CURRENCY.sub("", written).strip() if is_money(unit) else written
    text = _without_unit(bare, unit)
    if not NUMBER.fullmatch(text):
        return ornament(bare) or _exchanged(bare, unit) or _not_a_number(text)
    return _in_unit(text, unit, written_in if text == bare else unit)


def ornament(text: str) -> Finding | None:
    """What is wrong with a number or date beside which a footnote or a number of another kind stands.

    Examples
    --------
    >>> ornament("8①").mend.en, ornament("40m²")
    ('write the number without it; a footnote belongs into the remarks', None)
    """
    sign = ORNAMENT.search(text)
    if not sign:
        return None
    rule = phrase("有“{sign}”：上标、带圈或带括号的数字、罗马数字和分数都不能当数字读",
                  "there is `{sign}`: superscripts, circled or bracketed figures, Roman numerals and fractions are no digits",
                  sign=sign[0])  # fmt: skip
    mend = Phrase("请只写数字，注释另写在备注里", "write the number without it; a footnote belongs into the remarks")
    return Finding(rule, mend)


def _in_unit(text: str, unit: str, written_in: str) -> float | Finding:
    """A number written bare in `written_in`, in `unit`."""
    times = factor(written_in, unit) if written_in and written_in != unit else None
    number = decimal_digits(float(text.replace(",", ""))) if times is None else _times(text, times)
    return number if math.isfinite(number) else _not_a_number("")


def _times(text: str, times: Decimal) -> float:
    try:
        return decimal_digits(float(Decimal(text.replace(",", "")) * times))
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
    >>> read_percent("67.8%"), read_percent(35.0, unit="%")
    (0.678, 0.35)
    >>> read_percent(0.7, unit="%").mend.en
    'write 70% or 0.7%'
    """
    text = "" if isinstance(raw, bool) else half_width(raw)
    number = read_number(text.removesuffix("%") if text else raw)
    if not isinstance(number, float):
        return number if isinstance(number, Finding) else _not_a_number("")
    if text.endswith("%") or number == 0 or (unit == "%" and abs(number) > 1):
        return decimal_digits(number / 100)
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
    units = dict.fromkeys((half_width(unit), unicodedata.normalize("NFKC", half_width(unit))))
    for written in (bracketed for name in units for bracketed in (f"({name})", name)):
        if unit and text.endswith(written):
            return text.removesuffix(written).strip()
    return text


def _other_unit(number: str, other: str, unit: str) -> Finding:
    if not unit:
        rule = phrase("数字后有“{other}”，而该列没有写明单位", "`{other}` follows the number, but the column has no unit", other=other)
        mend = phrase("请只写数字 {n}，或在 tables.toml 写明单位", "write {n}, or name the unit in tables.toml", n=number)
        return Finding(rule, mend)
    rule = phrase("单位“{other}”不是该列的单位“{unit}”", "unit `{other}` is not the column's unit `{unit}`", other=other, unit=unit)
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
        mend = phrase("请写成 {a}% 或 {b}%", "write {a}% or {b}%", a=f"{number * 100:.10g}", b=f"{number:.10g}")
        return Finding(rule, mend)
    mend = phrase(
        "请写成 {n}%，或在 tables.toml 把该列的单位写为 %",
        'write {n}%, or give the column unit = "%" in tables.toml',
        n=f"{number:.10g}",
    )
    return Finding(rule, mend)


TIME = r"(?:\s*[T-]?\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:\s*\+08:?00)?)?"
FULL = (
    re.compile(rf"(\d{{4}})\s*年\s*(\d{{1,2}})\s*月\s*(\d{{1,2}})\s*[日号]?{TIME}", re.ASCII),
    *(
        re.compile(rf"(\d{{4}}){sign}(\d{{1,2}}){sign}(\d{{1,2}}){TIME}", re.ASCII)
        for sign in (r"\.", "-", "/", " ")
    ),
    re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}}){TIME}", re.ASCII),
)
WORDED = (
    re.compile(rf"(?P<m>[a-z]{{3,9}})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? ?(?P<y>\d{{4}}){TIME}", re.ASCII),
    re.compile(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ -](?P<m>[a-z]{{3,9}})\.?,?[ -](?P<y>\d{{4}}){TIME}", re.ASCII),
)
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
WEEKDAY = re.compile(r"\s*\(?(?:星期|周|礼拜)([一二三四五六日天])\)?")
NUMERALS = re.compile(r"([零〇○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})([日号].*)")
AMBIGUOUS = re.compile(r"(\d{1,2})[-/.年](\d{1,2})[-/.月](\d{1,4})日?.*", re.ASCII)
MONTH_ONLY = re.compile(r"\d{4}\s*[-/.年]?\s*\d{1,2}\s*月?", re.ASCII)
WHOLE_MONTH = re.compile(r"(\d{4})(?:\s*[-/年]\s*(\d{1,2})\s*月?|\.?(\d{2}))", re.ASCII)  # 2018.1 may be October
SERIALS = range(20_000, 80_000)  # Excel's day numbers of 1954 to 2119
EXCEL_EPOCH = dt.date(1899, 12, 30)
FIRST_YEAR = 1900  # before it Excel has no dates: they come from a 0 formatted as a date
EXAMPLE = Phrase("请照 2018-03-05 的样子写", "write it in the form 2018-03-05")
ENDLESS = frozenset({"长期", "长期有效", "永久", "永久有效", "永久性", "无期限", "无限期", "forever", "permanent"})
FOREVER = dt.datetime(9999, 12, 31)  # noqa: DTZ001 - no moment: the end of what never ends


def read_date(raw: object) -> dt.datetime | Finding:
    """The moment a date cell or a written date stands for; midnight where no time is given.

    Examples
    --------
    >>> read_date("2018年3月5日"), read_date("20180305")
    (datetime.datetime(2018, 3, 5, 0, 0), datetime.datetime(2018, 3, 5, 0, 0))
    >>> read_date("3/5/18").rule.en
    'ambiguous date: which is the day, which the month?'
    """
    if isinstance(raw, dt.datetime) and raw.tzinfo is None:
        return _dated(raw.replace(microsecond=0))
    if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime | WithoutDay):
        return _dated(dt.datetime(raw.year, raw.month, raw.day))  # noqa: DTZ001 - records hold local days
    text = half_width(raw)
    named = WEEKDAY.search(text)
    for parts in _written_parts(_in_digits(WEEKDAY.sub("", text, count=1).strip())):
        try:
            moment = dt.datetime(*parts)  # noqa: DTZ001 - as above
        except ValueError:
            rule = phrase("没有这一天：{text}", "there is no such day: {text}", text=text)
            return Finding(rule, Phrase("请核对年月日", "check day, month and year"))
        if named and "一二三四五六日".index(named[1].replace("天", "日")) != moment.weekday():
            rule = Phrase("这一天不是所写的星期", "the day is not the weekday written behind it")
            return Finding(rule, Phrase("请核对日期", "check the date"))
        return _dated(moment)
    return ornament(text) or _not_a_date(text)


def read_month(raw: object, day: Literal["first", "last"]) -> dt.datetime | Finding:
    """A date as `read_date` reads it; of one that lacks its day, the first or last of its month.

    Examples
    --------
    >>> read_month("2018年2月", "last"), read_month("2018-02-03", "last")
    (datetime.datetime(2018, 2, 28, 0, 0), datetime.datetime(2018, 2, 3, 0, 0))
    """
    match = WHOLE_MONTH.fullmatch(half_width(raw)) if isinstance(raw, str | WithoutDay) else None
    year, month = (int(match[1]), int(match[2] or match[3])) if match else (0, 0)
    if not (year and 1 <= month <= 12):
        return read_date(raw)
    chosen = 1 if day == "first" else calendar.monthrange(year, month)[1]
    return _dated(dt.datetime(year, month, chosen))  # noqa: DTZ001 - records hold local days


def _written_parts(text: str) -> list[tuple[int, int, int, int, int, int]]:
    """Year, month, day, hour, minute and second of a fully written date; empty for anything else."""
    match = next((fit for pattern in FULL if (fit := pattern.fullmatch(text))), None)
    groups = list(match.groups(default="0")) if match else []
    worded = next((fit for pattern in WORDED if (fit := pattern.fullmatch(text.lower()))), None)
    month = next((n for n, name in enumerate(MONTHS, 1) if worded and name.startswith(worded["m"])), None)
    if worded and month:
        groups = [worded["y"], str(month), worded["d"], *worded.groups(default="0")[3:]]
    year, month_, day, hour, minute, second = map(int, groups) if groups else (0,) * 6
    return [(year, month_, day, hour, minute, second)] if groups else []


def _in_digits(text: str) -> str:
    """A date in Chinese numerals (二〇一八年三月五日) in digits; any other text as it is."""
    match = NUMERALS.fullmatch(text)
    month, day = (numeral(match[2]), numeral(match[3])) if match else (None, None)
    if match is None or month is None or day is None:
        return text
    year = "".join(str(numeral(digit.replace("○", "〇"))) for digit in match[1])
    return f"{year}年{month}月{day}{match[4]}"


def _dated(moment: dt.datetime) -> dt.datetime | Finding:
    if moment.year >= FIRST_YEAR:
        return moment
    return Finding(Phrase("年份早于 1900 年", "the year is before 1900"), Phrase("请核对年份", "check the year"))


def _not_a_date(text: str) -> Finding:
    if AMBIGUOUS.fullmatch(text):
        rule = Phrase("日期有歧义，分不清年、月、日", "ambiguous date: which is the day, which the month?")
        return Finding(rule, EXAMPLE)
    if text.isascii() and text.isdigit() and int(text) in SERIALS:
        day = EXCEL_EPOCH + dt.timedelta(days=int(text))
        rule = Phrase("这是数字，不是日期", "a number, not a date")
        mend = phrase("若指 {day}，请把单元格设为日期格式", "if {day} is meant, format the cell as a date", day=day)
        return Finding(rule, mend)
    if MONTH_ONLY.fullmatch(text):
        return Finding(Phrase("日期缺少“日”", "the date lacks its day"), EXAMPLE)
    if text in ENDLESS:
        mend = phrase('请在 tables.toml 的这一列写 forever = ["{text}"]', 'write forever = ["{text}"] for this column in tables.toml', text=text)
        return Finding(Phrase("不是日期，这一列也没有写明怎样表示没有截止日期", "not a date, and this column does not say how an end that never comes is written"), mend)
    return Finding(Phrase("不是日期", "not a date"), EXAMPLE)


NOTHING = "无"  # no where the answers are 有 and 无, and otherwise no answer
BARE_ANSWERS = frozenset({"是", "否"})
YES = frozenset({"是", "有", "true", "1", "√", "✓", "✔", "☑", "yes", "y"})
NO = frozenset({"否", "没有", "无", "false", "0", "×", "✗", "✘", "no", "n"})
SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+[0-9]{2,}")  # as Excel shows a long number, and saves it in a CSV
RETYPED = Phrase("请把该列设为文本格式后重填", "format the column as text and type it again")
LISTED = 8  # more choices than this are not listed in a message


def read_text(raw: object) -> str | Finding:
    """What stands in a cell; a number that has lost digits is none.

    Examples
    --------
    >>> read_text(5.0), read_text(9.135e17).rule.en
    ('5', 'Excel keeps 15 digits only: the others are lost')
    """
    if isinstance(raw, bytes | list | dict | tuple):  # a Parquet file may hold them
        return Finding(Phrase("不是文字", "not a text"), Phrase("请把它存为文字列", "save it as a column of text"))
    if isinstance(raw, str) and SCIENTIFIC.fullmatch(half_width(raw)):
        rule = Phrase("编号被 Excel 改成了科学记数法，位数已丢失", "Excel made a number of it, in scientific notation, and lost digits")
        return Finding(rule, RETYPED)
    if isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= EXACT_INTEGERS:
        rule = Phrase("Excel 只保留 15 位数字，后面的位数已丢失", "Excel keeps 15 digits only: the others are lost")
        return Finding(rule, RETYPED)
    return shown(raw)


def read_id(raw: object) -> str | Finding:
    """A text that tells rows apart: a day is none, for Excel made it of 2018-03 or 3-5.

    Examples
    --------
    >>> read_id(dt.date(2018, 3, 1)).rule.en
    'Excel made a date of it: what was typed is lost'
    """
    if isinstance(raw, dt.date | dt.time | dt.timedelta):
        return Finding(Phrase("编号被 Excel 改成了日期，原来的写法已丢失", "Excel made a date of it: what was typed is lost"), RETYPED)
    return read_text(raw)


def lost_zeros(ids: Sequence[object]) -> dict[str, str]:
    """Ids that lack the zeros in front that the others of the column have, and what they should be.

    Examples
    --------
    >>> lost_zeros(["001", "112", "3", "A1"]), lost_zeros(["01", "112", "3"])
    ({'3': '003'}, {})
    """
    lengths = {len(written) for written in ids if isinstance(written, str) and written[:1] == "0" and len(written) > 1 and written.isascii() and written.isdecimal()}
    if len(lengths) != 1:
        return {}
    numbers = {written for written in ids if isinstance(written, str) and written.isascii() and written.isdecimal()}
    if max(map(len, numbers)) != max(lengths):
        return {}
    return {written: written.zfill(max(lengths)) for written in numbers if len(written) < max(lengths)}


def read_boolean(raw: object) -> bool | Finding:
    """Yes or no, in words or as a mark.

    Examples
    --------
    >>> read_boolean("√"), read_boolean("否")
    (True, False)
    """
    text = half_width(raw).casefold()
    if text in YES or text in NO:
        return text in YES
    return Finding(Phrase("不是“是”或“否”", "neither yes nor no"), Phrase("请填写 是 或 否", "write 是 or 否"))


def choice_reader(choices: tuple[str, ...]) -> Callable[[object], str | Finding]:
    """A reader that gives one of `choices` as the dictionary writes it."""
    normal = {normal_key(choice): choice for choice in choices}

    def read(raw: object) -> str | Finding:
        text = normal_key(raw)
        return normal[text] if text in normal else _no_choice(text, choices)

    return read


def _no_choice(text: str, choices: tuple[str, ...]) -> Finding:
    rule = Phrase("不在可选值之内", "not one of the choices")
    guess = nearest(text, choices)
    listed = "、".join(choices[:LISTED]) + ("…" if len(choices) > LISTED else "")
    if guess:
        mend = phrase("是否应为“{guess}”？可选：{listed}", "is it {guess}? Choices: {listed}", guess=guess, listed=listed)
        return Finding(rule, mend)
    return Finding(rule, phrase("可选：{listed}", "choices: {listed}", listed=listed))
