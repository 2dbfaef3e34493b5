"""The columns of an entry form: heading, content, example and width, and what each cell lets in and says when it refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolkit.ground.display import display_width
from toolkit.ground.text import Language, Phrase, phrase
from toolkit.records.dictionary import NUMERIC, Column, ColumnType, Table
from toolkit.records.findings import half_width, normal_heading
from toolkit.records.headings import find_headings, unit_of

CODE = "91350100M000100Y43"  # the example of the standard itself, GB 32100-2015
YES_OR_NO = Phrase("是、否", "yes, no")
WIDTHS: dict[ColumnType, float] = {
    "text": 16, "number": 9, "money": 15, "percent": 9, "date": 12, "boolean": 8, "choice": 8,
    "credit_code": 21, "member": 21,
}  # fmt: skip
WIDEST = 26
LINE = 14  # a longer heading takes two lines
ASKED: dict[ColumnType, Phrase] = {
    "text": Phrase("文字", "text"),
    "number": Phrase("数字", "a number"),
    "money": Phrase("金额，只写数字", "an amount: the number only"),
    "percent": Phrase("百分数，写成 35%", "a percentage, such as 35%"),
    "date": Phrase("日期，写成 2018-03-05", "a date, such as 2018-03-05"),
    "boolean": Phrase("从下拉框选 是 或 否", "yes or no, from the list"),
    "choice": Phrase("从下拉框选一项", "one of the list"),
    "credit_code": Phrase("18 位统一社会信用代码", "the unified social credit code, 18 characters"),
    "member": Phrase("会员代码，与会员名册一致", "the member's key, as in the members table"),
}
ASKED_SHORT: dict[ColumnType, Phrase] = {
    "number": Phrase("数字", "a number"), "money": Phrase("数字", "a number"),
    "percent": Phrase("百分数", "a percentage"), "date": Phrase("日期", "a date"),
}  # fmt: skip
MEMBER_CODE = Phrase("会员的 18 位统一社会信用代码，与会员名册一致", "the member's credit code, as in the members table")
EXAMPLES: dict[ColumnType, str] = {"date": "2018-03-05", "credit_code": CODE}


@dataclass(frozen=True)
class FormColumn:
    """One column of an entry form.

    Parameters
    ----------
    key, spec
        As in the data dictionary.
    heading
        As printed: with its unit in brackets and, where required, an asterisk; the reader knows it again.
    coded
        Whether it holds a unified social credit code of 18 characters.
    """

    key: str
    spec: Column
    heading: str
    coded: bool

    @property
    def name(self) -> str:
        """The heading without asterisk and unit."""
        return self.spec.heading(self.key)

    @property
    def choices(self) -> tuple[Phrase, ...]:
        """What its drop-down offers; nothing where anything may be typed."""
        listed = tuple(Phrase(choice, choice) for choice in self.spec.choices)
        if self.spec.type == "boolean":
            listed = tuple(Phrase(zh, en) for zh, en in zip(YES_OR_NO.zh.split("、"), YES_OR_NO.en.split(", "), strict=True))
        mark = self.not_applicable
        return (*listed, Phrase(mark, mark)) if listed and mark and mark not in self.spec.choices else listed

    @property
    def not_applicable(self) -> str:
        """The mark for 不适用, where the dictionary says that this column may hold it."""
        marks = "not_applicable" in self.spec.model_fields_set and self.spec.not_applicable
        return marks[0] if marks and not (self.spec.required and self.spec.keyed) else ""

    @property
    def words(self) -> tuple[str, ...]:
        """Words that stand for a value, or for none: 长期 of a date, 不适用."""
        return (*self.spec.forever, *filter(None, [self.not_applicable]))

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The range as its cells hold it: a percentage as a share."""
        if self.spec.range is None or self.spec.type != "percent" or self.spec.unit != "%":
            return self.spec.range
        return self.spec.range[0] / 100, self.spec.range[1] / 100

    @property
    def heading_lines(self) -> tuple[str, ...]:
        """The heading as it is printed: a long one has its unit, or its second half, on a line of its own."""
        if display_width(self.heading) <= max(LINE, WIDTHS[self.spec.type] - 2):
            return (self.heading,)
        name, bracket, unit = self.heading.rpartition("（")
        if bracket and name and display_width(name) <= WIDEST:
            return (name, bracket + unit)
        middle = (len(self.heading) + 1) // 2
        return (self.heading[:middle], self.heading[middle:])

    @property
    def width(self) -> float:
        """How wide it is printed, in characters."""
        longest = max((display_width(choice.zh) for choice in self.choices), default=0) + 4
        heading = max(map(display_width, self.heading_lines)) + 2
        return min(max(WIDTHS[self.spec.type], longest, heading), WIDEST)


def form_columns(table: Table, *, coded: bool) -> tuple[FormColumn, ...]:
    """The columns of the form of `table`, in the order of the data dictionary.

    Parameters
    ----------
    coded
        Whether members go by their unified social credit code.
    """
    columns = table.column
    headings = [_decorated(key, column, columns) for key, column in columns.items()]
    pairs = zip(columns.items(), headings, strict=True)
    return tuple(FormColumn(key, column, heading, _is_coded(column, coded=coded)) for (key, column), heading in pairs)


def asked_for(column: FormColumn) -> Phrase:
    """What goes into the cells of a column."""
    return MEMBER_CODE if column.coded and column.spec.type == "member" else ASKED[column.spec.type]


def allowed(column: FormColumn) -> Phrase:
    """Which values a column takes; empty where anything goes."""
    if column.choices:
        return Phrase("、".join(choice.zh for choice in column.choices), ", ".join(choice.en for choice in column.choices))
    range_ = _between(column)
    zh = [*filter(None, [range_.zh]), *(f"“{word}”" for word in column.words)]
    en = [*filter(None, [range_.en]), *column.words]
    return Phrase("，或".join(zh), ", or ".join(en))


def _between(column: FormColumn) -> Phrase:
    if column.bounds is None:
        return ASKED_SHORT[column.spec.type] if column.words and column.spec.type in ASKED_SHORT else Phrase("", "")
    scale, sign = (100, "%") if column.spec.type == "percent" else (1, "")
    low, high = (f"{bound * scale:.10g}{sign}" for bound in column.bounds)
    return phrase("{low} 至 {high}", "{low} to {high}", low=low, high=high)


def example(column: FormColumn) -> Phrase:
    """A value such as the column takes; empty where nothing sensible is known."""
    spec = column.spec
    if spec.example:
        return Phrase(spec.example, spec.example)
    if column.choices:
        return column.choices[0]
    if spec.type in NUMERIC:
        low, high = column.bounds or (0, 1e15)
        number = min(max(0.35 if spec.type == "percent" else 8, low), high)
        text = f"{number * 100:.10g}%" if spec.type == "percent" else f"{number:.10g}"
        return Phrase(text, text)
    text = CODE if column.coded else EXAMPLES.get(spec.type, "")
    return Phrase(text, text)


def _is_coded(column: Column, *, coded: bool) -> bool:
    codes = {"credit_code", "member"} if coded else {"credit_code"}
    return column.type in codes and all(len(code) == len(CODE) for code in column.accept)


def _decorated(key: str, column: Column, columns: Mapping[str, Column]) -> str:
    """The heading with its unit and asterisk, as far as the reader still takes it for this column."""
    name, star = column.heading(key), "*" if column.required else ""
    united = f"{name}（{column.measure}）" if column.measure and column.type in NUMERIC else name
    if unit_of(name) != _unit(column) and unit_of(united) == _unit(column) and _known_again(united, key, columns):
        return star + united
    return star + name


def _unit(column: Column) -> str:
    return half_width(column.measure).casefold()


def _known_again(heading: str, key: str, columns: Mapping[str, Column]) -> bool:
    others = {normal_heading(n) for other, c in columns.items() if other != key for n in (other, *c.headings)}
    answered = find_headings([[heading]], columns)
    return normal_heading(heading) not in others and answered is not None and set(answered.columns) == {key}


LARGEST = 999_999_999_999_999  # Excel keeps 15 digits
FIRST_DAY = dt.date(1900, 1, 1)
TITLE, MESSAGE = 32, 255  # what Excel shows at most

CellCheck = dict[str, Any]


def cell_check(column: FormColumn, cell: str, choices: str, language: Language) -> CellCheck:
    """The validation of a column, as XlsxWriter takes it.

    Parameters
    ----------
    cell
        Its first cell, such as ``E4``.
    choices
        Where its drop-down is listed, as a formula; empty for a column without one.
    """
    return {
        **_rule(column, cell, choices),
        "ignore_blank": True,
        "input_title": _short(column.heading, TITLE),
        "input_message": _short(hint(column).into(language), MESSAGE),
        "error_title": _short(Phrase("请核对：", "Please check: ").into(language) + column.name, TITLE),
        "error_message": _short(_objection(column).into(language), MESSAGE),
        "error_type": "stop",
    }


def hint(column: FormColumn) -> Phrase:
    """What is said beside a cell while it is filled in."""
    content, values = asked_for(column), allowed(column)
    unit, note, shown = column.spec.measure, column.spec.note, example(column)
    zh = [content.zh, values.zh and f"可填：{values.zh}", unit and f"单位：{unit}", note.rstrip("。")]
    en = [content.en, values.en and f"allowed: {values.en}", unit and f"unit: {unit}", note.rstrip("。.")]
    filled = when_unknown(column)
    tail = phrase("{zh}。", "{en}.", zh=filled.zh, en=filled.en)
    if shown.zh and not column.choices:
        tail = Phrase(f"{tail.zh}\n例：{shown.zh}", f"{tail.en}\nExample: {shown.en}")
    return Phrase("。".join(filter(None, zh)) + "。\n" + tail.zh, "; ".join(filter(None, en)) + ".\n" + tail.en)


def when_unknown(column: FormColumn) -> Phrase:
    """What to do where nothing is known, or nothing applies."""
    filled = Phrase("必填", "required") if column.spec.required else Phrase("不知道就留空", "leave it empty if unknown")
    mark = column.not_applicable
    return Phrase(f"{filled.zh}；不适用写“{mark}”", f"{filled.en}; {mark} if not applicable") if mark else filled


def _rule(column: FormColumn, cell: str, choices: str) -> CellCheck:
    if choices:
        return {"validate": "list", "source": choices}
    if column.coded:
        return {"validate": "length", "criteria": "==", "value": len(CODE)}
    bounded = _bounded(column)
    if bounded is None:
        return {"validate": "any"}
    return _or_marked(column, cell, bounded) if column.words else bounded


def _bounded(column: FormColumn) -> CellCheck | None:
    if column.spec.type == "date":
        return {"validate": "date", "criteria": ">=", "value": FIRST_DAY}
    if column.spec.type in NUMERIC:
        low, high = column.bounds or (-LARGEST, LARGEST)
        return {"validate": "decimal", "criteria": "between", "minimum": _whole(low), "maximum": _whole(high)}
    return None


def _whole(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _or_marked(column: FormColumn, cell: str, bounded: CellCheck) -> CellCheck:
    """The same bounds as a formula that lets 不适用 and the like pass too."""
    low, high = bounded.get("minimum", 1), bounded.get("maximum", LARGEST)
    words = ",".join('{}="{}"'.format(cell, word.replace('"', '""')) for word in column.words)
    return {"validate": "custom", "value": f"=OR(AND(ISNUMBER({cell}),{cell}>={low:.15g},{cell}<={high:.15g}),{words})"}


def _objection(column: FormColumn) -> Phrase:
    content, values = asked_for(column), allowed(column)
    if column.coded:
        return Phrase(
            "统一社会信用代码是 18 位，请照证书逐位核对，不要有空格。",
            "A unified social credit code has 18 characters: compare it with the certificate.",
        )
    if column.choices:
        return phrase("请从下拉框中选择：{zh}。", "Choose one of: {en}.", zh=values.zh, en=values.en)
    zh, en = (f"，{values.zh}", f", {values.en}") if values.zh else ("", "")
    filled = when_unknown(column)
    return phrase("请填{zh}。{z}。", "Please fill in {en}; {e}.", zh=content.zh + zh, en=content.en + en, z=filled.zh, e=filled.en)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
