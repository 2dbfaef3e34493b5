"""A cell is a value, missing, not applicable, or a problem: never a guess, and never silently 0."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Literal, NamedTuple

from toolkit.ground.decimals import DIGITS, decimal_digits
from toolkit.ground.text import Phrase, phrase
from toolkit.panels.experts import RECUSED
from toolkit.records import credit_code
from toolkit.records.dictionary import NUMERIC, Column
from toolkit.records.findings import Doubtful, Finding, half_width, normal_key
from toolkit.records.members import COMPARED, Register
from toolkit.records.values import (
    BARE_ANSWERS,
    FOREVER,
    NOTHING,
    Converted,
    choice_reader,
    lost_zeros,
    read_boolean,
    read_date,
    read_id,
    read_month,
    read_number,
    read_percent,
    read_text,
)

CellState = Literal["value", "missing", "not applicable", "problem"]
Value = str | float | bool | dt.datetime
Read = Callable[[object], Value | Converted | Finding]

NO_MEMBER = Phrase("会员表中没有这个会员", "there is no such member in the members table")
EXCEL_ERRORS = re.compile(
    r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|FIELD!|BLOCKED!|未计算)|Err:\d{3}"
)
DITTO = frozenset({"同上", "同前", "同左", "〃", "″", "〞", "″″", '"', '""', "“", "”", "''"})
HASHES = re.compile(r"#{2,}")
PLAIN = frozenset({str, float, int, bool, dt.datetime, dt.date, dt.time, type(None)})
LONG = 300  # more digits may be beyond all floats
GUESSES = 50  # comparing a wrong key with all members takes time: only the first wrong ones get a guess


class Cell(NamedTuple):
    """One cell as read: its state, its value if it has one, and the rule it breaks if it is a problem.

    A value may come with a finding too: a credit code that fails its check but was accepted with a reason, or an
    amount written in another unit.
    """

    state: CellState
    value: Value | None = None
    finding: Finding | None = None


def read_cell(raw: object, column: Column, known: Register | None = None) -> Cell:
    """One cell of `column`; see `read_cells`."""
    return read_cells([raw], column, known)[0]


def read_cells(
    raws: Iterable[object], column: Column, known: Register | None = None, written_in: str = "", *, tells_apart: bool = False
) -> list[Cell]:
    """The cells of one column, in their order.

    Parameters
    ----------
    raws
        Cells as they stand in the file: text, numbers, dates, booleans; empty text for an empty cell.
    column
        What the column holds.
    known
        The members, for a column of type "member"; None where they could not be read.
    written_in
        The unit of numbers without one, where the sheet gives another than the column's own.
    tells_apart
        Whether the column's texts are ids, that make rows unique.

    Examples
    --------
    >>> hours = Column(type="number", unit="学时", range=(0, 80))
    >>> [cell.state for cell in read_cells(["40学时", "/", "不适用", "八"], hours)]
    ['value', 'missing', 'not applicable', 'problem']
    """
    raws = list(raws)
    read = read_id if tells_apart and column.type == "text" else _reader(column, known, written_in)
    missing = {half_width(mark) for mark in (*column.missing, "")} - _meant(column, raws)
    not_applicable = {half_width(mark) for mark in column.not_applicable}
    numbers, never = (marked_numbers(column, marks, written_in) for marks in (missing, not_applicable))
    keyed = column.keyed

    bare = column.type in {"number", "money"} and not written_in and not numbers | never
    wordy, marks, chosen = column.type == "text", missing | not_applicable, frozenset(map(half_width, column.choices))

    def absent(*, missing: bool) -> Cell:
        return Cell("problem", None, _empty()) if column.required and (keyed or missing) else Cell("missing" if missing else "not applicable")

    def cell(raw: object) -> Cell:
        if bare and (number := _bare_number(raw)) is not None:  # most cells of most files
            return _checked(number, column)
        if wordy and type(raw) is str and raw.isascii() and raw.isalnum() and raw not in marks:
            return Cell("value", raw)  # numbers of records and the like: nothing in them needs a closer look
        text = half_width(raw)
        if text not in marks and column.type in NUMERIC and not text.isascii():  # 回 避, as forms are filled in
            text = joined if (joined := "".join(text.split())) in marks else text
        if text in marks:
            return absent(missing=text in missing)
        doubt = raw.finding if isinstance(raw, Doubtful) and not (wordy and raw.in_words) else _damage(text, chosen)
        reading = doubt or read(raw)
        value = reading.value if isinstance(reading, Converted) else reading
        if isinstance(value, Finding):
            return Cell("problem", None, value._replace(mend=_or_recused(value.mend)) if RECUSED in column.not_applicable and not text.isascii() else value)
        if isinstance(value, float) and value in numbers | never:  # whichever way it is written
            return absent(missing=value in numbers)
        checked = _checked(value, column)
        return checked._replace(finding=reading.finding) if isinstance(reading, Converted) and checked.state == "value" else checked

    cells = _each_once(raws, cell)
    if tells_apart and column.type == "text" and (short := lost_zeros([one.value for one in cells])):
        return [_without_zeros(short[str(one.value)]) if one.value in short else one for one in cells]
    return cells


def _or_recused(mend: Phrase) -> Phrase:
    """How to mend what is no score, for an expert who meant to withdraw."""
    return phrase("{mend.zh}；回避或不评的，填“{word}”", "{mend.en}; to withdraw from it write {word}", mend=mend, word=RECUSED)


def _meant(column: Column, raws: Iterable[object]) -> set[str]:
    """Marks of a missing value that say something in this column: its choices, and 无 where the answers are 有 and 无."""
    meant = {half_width(choice) for choice in column.choices}
    if column.type == "boolean" and "missing" not in column.model_fields_set and BARE_ANSWERS.isdisjoint(map(half_width, raws)):
        meant.add(NOTHING)
    return meant


def marked_numbers(column: Column, marks: Iterable[str], written_in: str = "") -> frozenset[float]:
    """The numbers among marks of what is missing, for a column of numbers: 0 is 0.00 and 0元 too.

    Examples
    --------
    >>> marked_numbers(Column(type="percent"), ["0", "/"])
    frozenset({0.0})
    """
    read = _reader(column, None, written_in)
    readings = (read(mark) for mark in marks if mark) if column.type in NUMERIC else ()
    return frozenset(number for value in readings if isinstance(number := value.value if isinstance(value, Converted) else value, float))


def _without_zeros(meant: str) -> Cell:
    rule = Phrase("编号前面的 0 丢了（Excel 把它当成了数字）", "the zeros in front are lost: Excel took the id for a number")
    return Cell("problem", None, Finding(rule, phrase("是否应为 {meant}？请把该列设为文本格式", "is it {meant}? format the column as text", meant=meant)))


def _each_once(raws: Sequence[object], cell: Callable[[object], Cell]) -> list[Cell]:
    kinds = set(map(type, raws))
    if len(kinds) == 1 and kinds <= PLAIN:  # equal values of one type say the same: each is read once
        read_once = {raw: cell(raw) for raw in dict.fromkeys(raws)}
        return [read_once[raw] for raw in raws]
    return _each(raws, cell)


def _bare_number(raw: object) -> float | None:
    """A number that needs no closer look, as a workbook holds it or as digits with no more than a point."""
    if type(raw) is float:
        return decimal_digits(raw) if math.isfinite(raw) else None
    if not (type(raw) is str and len(raw) < LONG and raw.isascii() and raw.replace(".", "", 1).isdecimal()):
        return None
    return float(raw) if len(raw) <= DIGITS else decimal_digits(float(raw))


def _each(raws: Iterable[object], read: Callable[[object], Cell]) -> list[Cell]:
    """Cells of several types: 1, 1.0 and TRUE are equal and yet not the same."""
    seen: dict[tuple[type, object], Cell] = {}
    cells = []
    for raw in raws:
        key = (type(raw), raw if isinstance(raw, Hashable) else id(raw))
        known = seen.get(key)
        if known is None:
            known = seen[key] = read(raw)
        cells.append(known)
    return cells


def _reader(column: Column, known: Register | None, written_in: str) -> Read:
    unit = column.measure
    readers: dict[str, Read] = {
        "text": read_text,
        "number": lambda raw: read_number(raw, unit, written_in),
        "money": lambda raw: read_number(raw, unit, written_in),
        "percent": lambda raw: read_percent(raw, written_in or unit),
        "date": _date_reader(column),
        "boolean": read_boolean,
        "choice": choice_reader(column.choices),
        "credit_code": lambda raw: _credit_code(raw, column.accept),
        "member": _member_reader(known),
    }
    return readers[column.type]


def _empty() -> Finding:
    return Finding(Phrase("必填项为空", "a required cell is empty"), Phrase("请填写", "fill it in"))


def _damage(text: str, chosen: frozenset[str]) -> Finding | None:
    """What Excel or whoever typed it did to a text; what the column names as one of its choices is none."""
    if EXCEL_ERRORS.fullmatch(text):
        rule = Phrase("公式出错或尚未计算，没有值", "the formula failed or was never calculated: there is no value")
        return Finding(rule, Phrase("请在 Excel 中改正公式，或直接填写值", "mend the formula in Excel, or write the value"))
    if text in chosen:
        return None
    if "".join(text.split()) in DITTO:
        rule = Phrase("写的是“同上”一类的记号，没有写明内容", "a ditto mark: it is not said what is meant")
        return Finding(rule, Phrase("请写出上一行的内容", "write out what the row above says"))
    if HASHES.fullmatch(text):
        rule = Phrase("列太窄，Excel 只显示了 ####，内容已丢失", "the column was too narrow: Excel wrote #### and the value is lost")
        return Finding(rule, Phrase("请把列拉宽后重新导出，或直接填写值", "widen the column and export it again, or write the value"))
    if "\ufffd" in text or "\x00" in text:
        rule = Phrase("文字已损坏（编码转换时丢失）", "the text is damaged (lost in a change of encoding)")
        return Finding(rule, Phrase("请用原始文件重新导出", "export the original file again"))
    return None


def _checked(value: Value, column: Column) -> Cell:
    """A value within the column's range; an accepted code with its reason."""
    if isinstance(value, float) and (finding := out_of_range(value, column)):
        return Cell("problem", None, finding)
    reason = column.accept.get(value) if column.accept and isinstance(value, str) else None
    if reason:
        rule = Phrase("信用代码校验不通过，已按说明接受", "the credit code fails its check and is accepted")
        return Cell("value", value, Finding(rule, phrase("理由：{reason}", "reason: {reason}", reason=reason)))
    return Cell("value", value)


def out_of_range(value: float, column: Column) -> Finding | None:
    """What is wrong with a value as it is held, a percentage as a share, that is not within its column's range; None where it is."""
    if column.range is None:
        return None
    low, high = column.range
    if low <= (decimal_digits(value * 100) if column.type == "percent" and column.unit == "%" else value) <= high:
        return None
    rule = phrase("超出范围 {low:g} 至 {high:g}{unit}", "outside {low:g} to {high:g} {unit}", low=low, high=high, unit=column.unit)
    mend = Phrase("请核对数值和单位", "check the number and its unit")
    return Finding(Phrase(rule.zh, rule.en.strip()), mend)


def _date_reader(column: Column) -> Read:
    words, day = {half_width(word) for word in column.forever}, column.day_missing
    if not words and day is None:
        return read_date

    def read(raw: object) -> dt.datetime | Finding:
        if half_width(raw) in words:
            return FOREVER
        return read_date(raw) if day is None else read_month(raw, day)

    return read


def _credit_code(raw: object, accept: dict[str, str]) -> str | Finding:
    code = normal_key(raw)
    return code if code in accept else credit_code.problem(code) or code


def _member_reader(known: Register | None) -> Read:
    guesses = iter(range(min(GUESSES, COMPARED // max(1, len(known.written) if known else 1))))

    def read(raw: object) -> str | Finding:
        text = read_text(raw)
        if isinstance(text, Finding) or known is None:
            return text
        key = normal_key(text)
        if key in known.written:
            return known.written[key]
        return unknown_member(key, known.nearest(key) if next(guesses, None) is not None else None)

    return read


def unknown_member(key: str, guess: str | None) -> Finding:
    """What is wrong with a key that no member has, and whose it may be."""
    rule = NO_MEMBER
    if guess:
        return Finding(rule, phrase("是否应为 {guess}？", "is it {guess}?", guess=guess))
    wrong = credit_code.problem(key) if len(key) == credit_code.LENGTH else None
    if wrong:
        return Finding(rule, Phrase(f"{wrong.rule.zh}；{wrong.mend.zh}", f"{wrong.rule.en}; {wrong.mend.en}"))
    return Finding(rule, Phrase("请核对代码，或先补入会员表", "check the code, or add the member to its table first"))
