"""A cell is a value, missing, not applicable, or a problem: never a guess, and never silently 0."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Literal, NamedTuple

from toolkit.errors import nearest
from toolkit.reading import credit_code
from toolkit.reading.amounts import NUMBER, read_number, read_percent
from toolkit.reading.credit_code import normal_key
from toolkit.reading.dates import read_date
from toolkit.reading.findings import EXACT_INTEGERS, Finding, plain, shown
from toolkit.tables import Column
from toolkit.text import Phrase, phrase

State = Literal["value", "missing", "not applicable", "problem"]
Value = str | float | bool | dt.datetime
Read = Callable[[object], Value | Finding]

YES = frozenset({"是", "有", "true", "1", "√", "✓", "✔", "☑", "yes", "y"})
NO = frozenset({"否", "没有", "无", "false", "0", "×", "✗", "✘", "no", "n"})
EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#未计算"})
LISTED = 8  # more choices than this are not listed in a message
GUESSES = 50  # comparing a wrong key with all members takes time: only the first wrong ones get a guess


class Cell(NamedTuple):
    """One cell as read: its state, its value if it has one, and the rule it breaks if it is a problem.

    A value may come with a finding too: a credit code that fails its check but was accepted with a reason.
    """

    state: State
    value: Value | None = None
    finding: Finding | None = None


def read_cell(raw: object, column: Column, known: AbstractSet[str] | None = None) -> Cell:
    """One cell of `column`; see `read_cells`."""
    return read_cells([raw], column, known)[0]


def read_cells(raws: Iterable[object], column: Column, known: AbstractSet[str] | None = None) -> list[Cell]:
    """The cells of one column, in their order.

    Parameters
    ----------
    raws
        Cells as they stand in the file: text, numbers, dates, booleans; empty text for an empty cell.
    column
        What the column holds.
    known
        The keys of all members, for a column of type "member"; None where they could not be read.

    Examples
    --------
    >>> hours = Column(type="number", unit="学时", range=(0, 80))
    >>> [cell.state for cell in read_cells(["40学时", "/", "不适用", "八"], hours)]
    ['value', 'missing', 'not applicable', 'problem']
    """
    read = _reader(column, known)
    missing = {plain(mark) for mark in (*column.missing, "")} - {plain(choice) for choice in column.choices}
    not_applicable = {plain(mark) for mark in column.not_applicable}
    keyed = column.type in {"member", "credit_code"}
    seen: dict[tuple[type, object], Cell] = {}

    bare = column.type in {"number", "money"} and not any(map(NUMBER.fullmatch, missing | not_applicable))

    def cell(raw: object) -> Cell:
        if bare and type(raw) is float and math.isfinite(raw):  # most cells of most workbooks
            return _checked(raw, column)
        text = plain(raw)
        if text in missing:
            return Cell("problem", None, _empty()) if column.required else Cell("missing")
        if text in not_applicable:
            return Cell("problem", None, _empty()) if column.required and keyed else Cell("not applicable")
        finding = _damage(text)
        value = finding or read(raw)
        if isinstance(value, Finding):
            return Cell("problem", None, value)
        return _checked(value, column)

    cells = []
    for raw in raws:
        key = (type(raw), raw)
        found = seen.get(key)
        if found is None:
            found = seen[key] = cell(raw)
        cells.append(found)
    return cells


def _reader(column: Column, known: AbstractSet[str] | None) -> Read:
    readers: dict[str, Read] = {
        "text": _text,
        "number": lambda raw: read_number(raw, column.unit),
        "money": lambda raw: read_number(raw, column.unit),
        "percent": lambda raw: read_percent(raw, column.unit),
        "date": read_date,
        "boolean": _boolean,
        "choice": _choice_reader(column.choices),
        "credit_code": lambda raw: _credit_code(raw, column.accept),
        "member": _member_reader(known),
    }
    return readers[column.type]


def _empty() -> Finding:
    return Finding(Phrase("必填项为空", "a required cell is empty"), Phrase("请填写", "fill it in"))


def _damage(text: str) -> Finding | None:
    if text in EXCEL_ERRORS:
        rule = Phrase(
            "公式出错或尚未计算，没有值", "the formula failed or was never calculated: there is no value"
        )
        return Finding(
            rule,
            Phrase("请在 Excel 中改正公式，或直接填写值", "mend the formula in Excel, or write the value"),
        )
    if "\ufffd" in text or "\x00" in text:
        rule = Phrase("文字已损坏（编码转换时丢失）", "the text is damaged (lost in a change of encoding)")
        return Finding(rule, Phrase("请用原始文件重新导出", "export the original file again"))
    return None


def _checked(value: Value, column: Column) -> Cell:
    """A value within the column's range; an accepted code with its reason."""
    if column.range is not None and isinstance(value, float):
        in_unit = round(value * 100, 9) if column.type == "percent" and column.unit == "%" else value
        if not column.range[0] <= in_unit <= column.range[1]:
            return Cell("problem", None, _out_of_range(column))
    reason = column.accept.get(value) if column.accept and isinstance(value, str) else None
    if reason:
        rule = Phrase("信用代码校验不通过，已按说明接受", "the credit code fails its check and is accepted")
        return Cell(
            "value", value, Finding(rule, phrase("理由：{reason}", "reason: {reason}", reason=reason))
        )
    return Cell("value", value)


def _out_of_range(column: Column) -> Finding:
    low, high = column.range or (0.0, 0.0)
    rule = phrase(
        "超出范围 {low:g} 至 {high:g}{unit}",
        "outside {low:g} to {high:g} {unit}",
        low=low,
        high=high,
        unit=column.unit,
    )
    mend = Phrase("请核对数值和单位", "check the number and its unit")
    return Finding(Phrase(rule.zh, rule.en.strip()), mend)


def _text(raw: object) -> str | Finding:
    if isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= EXACT_INTEGERS:
        rule = Phrase(
            "Excel 只保留 15 位数字，后面的位数已丢失", "Excel keeps 15 digits only: the others are lost"
        )
        return Finding(
            rule, Phrase("请把该列设为文本格式后重填", "format the column as text and type it again")
        )
    return shown(raw)


def _boolean(raw: object) -> bool | Finding:
    text = plain(raw).casefold()
    if text in YES or text in NO:
        return text in YES
    return Finding(
        Phrase("不是“是”或“否”", "neither yes nor no"), Phrase("请填写 是 或 否", "write 是 or 否")
    )


def _choice_reader(choices: tuple[str, ...]) -> Read:
    normal = {"".join(plain(choice).split()): choice for choice in choices}

    def read(raw: object) -> str | Finding:
        text = "".join(plain(raw).split())
        return normal[text] if text in normal else _no_choice(text, choices)

    return read


def _no_choice(text: str, choices: tuple[str, ...]) -> Finding:
    rule = Phrase("不在可选值之内", "not one of the choices")
    guess = nearest(text, choices)
    listed = "、".join(choices[:LISTED]) + ("…" if len(choices) > LISTED else "")
    if guess:
        return Finding(
            rule,
            phrase(
                "是否应为“{guess}”？可选：{listed}",
                "is it {guess}? Choices: {listed}",
                guess=guess,
                listed=listed,
            ),
        )
    return Finding(rule, phrase("可选：{listed}", "choices: {listed}", listed=listed))


def _credit_code(raw: object, accept: dict[str, str]) -> str | Finding:
    code = normal_key(shown(raw))
    return code if code in accept else credit_code.problem(code) or code


def _member_reader(known: AbstractSet[str] | None) -> Read:
    guesses = iter(range(GUESSES))
    listed = sorted(known or ())

    def read(raw: object) -> str | Finding:
        text = _text(raw)
        if isinstance(text, Finding):
            return text
        key = normal_key(text)
        if known is None or key in known:
            return key
        guess = nearest(key, listed) if next(guesses, None) is not None else None
        return _unknown_member(key, guess)

    return read


def _unknown_member(key: str, guess: str | None) -> Finding:
    rule = Phrase("会员表中没有这个会员", "there is no such member in the members table")
    if guess:
        return Finding(rule, phrase("是否应为 {guess}？", "is it {guess}?", guess=guess))
    wrong = credit_code.problem(key) if len(key) == credit_code.LENGTH else None
    if wrong:
        return Finding(rule, Phrase(f"{wrong.rule.zh}；{wrong.mend.zh}", f"{wrong.rule.en}; {wrong.mend.en}"))
    return Finding(
        rule, Phrase("请核对代码，或先补入会员表", "check the code, or add the member to its table first")
    )
