"""Dates as people write them: day, month and year in an order nobody can mistake, or not at all."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Literal

from toolkit.reading.amounts import numeral
from toolkit.reading.findings import Finding, plain
from toolkit.text import Phrase, phrase

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
EXAMPLE = Phrase("请写成 2018-03-05", "write it as 2018-03-05")
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
    if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime):
        return _dated(dt.datetime(raw.year, raw.month, raw.day))  # noqa: DTZ001 - records hold local days
    text = plain(raw)
    named = WEEKDAY.search(text)
    for parts in _parts(_in_digits(WEEKDAY.sub("", text, count=1).strip())):
        try:
            moment = dt.datetime(*parts)  # noqa: DTZ001 - as above
        except ValueError:
            rule = phrase("没有这一天：{text}", "there is no such day: {text}", text=text)
            return Finding(rule, Phrase("请核对年月日", "check day, month and year"))
        if named and "一二三四五六日".index(named[1].replace("天", "日")) != moment.weekday():
            rule = Phrase("这一天不是所写的星期", "the day is not the weekday written behind it")
            return Finding(rule, Phrase("请核对日期", "check the date"))
        return _dated(moment)
    return _not_a_date(text)


def read_month(raw: object, day: Literal["first", "last"]) -> dt.datetime | Finding:
    """A date as `read_date` reads it; of one that lacks its day, the first or last of its month.

    Examples
    --------
    >>> read_month("2018年2月", "last"), read_month("2018-02-03", "last")
    (datetime.datetime(2018, 2, 28, 0, 0), datetime.datetime(2018, 2, 3, 0, 0))
    """
    match = WHOLE_MONTH.fullmatch(plain(raw)) if isinstance(raw, str) else None
    year, month = (int(match[1]), int(match[2] or match[3])) if match else (0, 0)
    if not (year and 1 <= month <= 12):
        return read_date(raw)
    chosen = 1 if day == "first" else calendar.monthrange(year, month)[1]
    return _dated(dt.datetime(year, month, chosen))  # noqa: DTZ001 - records hold local days


def _parts(text: str) -> list[tuple[int, int, int, int, int, int]]:
    """Year, month, day, hour, minute and second of a fully written date; empty for anything else."""
    match = next((found for pattern in FULL if (found := pattern.fullmatch(text))), None)
    groups = list(match.groups(default="0")) if match else []
    worded = next((found for pattern in WORDED if (found := pattern.fullmatch(text.lower()))), None)
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
    return Finding(
        Phrase("年份早于 1900 年", "the year is before 1900"), Phrase("请核对年份", "check the year")
    )


def _not_a_date(text: str) -> Finding:
    if AMBIGUOUS.fullmatch(text):
        rule = Phrase(
            "日期有歧义：哪个是日，哪个是月？", "ambiguous date: which is the day, which the month?"
        )
        return Finding(rule, EXAMPLE)
    if text.isascii() and text.isdigit() and int(text) in SERIALS:
        day = EXCEL_EPOCH + dt.timedelta(days=int(text))
        rule = Phrase("这是数字，不是日期", "a number, not a date")
        mend = phrase(
            "若指 {day}，请把单元格设为日期格式", "if {day} is meant, format the cell as a date", day=day
        )
        return Finding(rule, mend)
    if MONTH_ONLY.fullmatch(text):
        return Finding(Phrase("日期缺少“日”", "the date lacks its day"), EXAMPLE)
    return Finding(Phrase("不是日期", "not a date"), EXAMPLE)
