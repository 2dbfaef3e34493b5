"""The checks of an entry form: what a cell lets in, what is said beside it, and what when it is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

from toolkit.forms.columns import CODE, FormColumn, allowed, asked_for, example
from toolkit.tables import NUMERIC
from toolkit.text import Language, Phrase, phrase

LARGEST = 999_999_999_999_999  # Excel keeps 15 digits
FIRST_DAY = dt.date(1900, 1, 1)
TITLE, MESSAGE = 32, 255  # what Excel shows at most

Check = dict[str, Any]


def check(column: FormColumn, cell: str, choices: str, language: Language) -> Check:
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
    said, values = asked_for(column), allowed(column)
    unit, note, shown = column.spec.measure, column.spec.note, example(column)
    zh = [said.zh, values.zh and f"可填：{values.zh}", unit and f"单位：{unit}", note.rstrip("。")]
    en = [said.en, values.en and f"allowed: {values.en}", unit and f"unit: {unit}", note.rstrip("。.")]
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


def _rule(column: FormColumn, cell: str, choices: str) -> Check:
    if choices:
        return {"validate": "list", "source": choices}
    if column.coded:
        return {"validate": "length", "criteria": "==", "value": len(CODE)}
    bounded = _bounded(column)
    if bounded is None:
        return {"validate": "any"}
    return _or_marked(column, cell, bounded) if column.words else bounded


def _bounded(column: FormColumn) -> Check | None:
    if column.spec.type == "date":
        return {"validate": "date", "criteria": ">=", "value": FIRST_DAY}
    if column.spec.type in NUMERIC:
        low, high = column.bounds or (-LARGEST, LARGEST)
        return {"validate": "decimal", "criteria": "between", "minimum": _whole(low), "maximum": _whole(high)}
    return None


def _whole(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _or_marked(column: FormColumn, cell: str, bounded: Check) -> Check:
    """The same bounds as a formula that lets 不适用 and the like pass too."""
    low, high = bounded.get("minimum", 1), bounded.get("maximum", LARGEST)
    words = ",".join('{}="{}"'.format(cell, word.replace('"', '""')) for word in column.words)
    return {"validate": "custom", "value": f"=OR(AND(ISNUMBER({cell}),{cell}>={low:.15g},{cell}<={high:.15g}),{words})"}


def _objection(column: FormColumn) -> Phrase:
    said, values = asked_for(column), allowed(column)
    if column.coded:
        return Phrase(
            "统一社会信用代码是 18 位，请照证书逐位核对，不要有空格。",
            "A unified social credit code has 18 characters: compare it with the certificate.",
        )
    if column.choices:
        return phrase("请从下拉框中选择：{zh}。", "Choose one of: {en}.", zh=values.zh, en=values.en)
    zh, en = (f"，{values.zh}", f", {values.en}") if values.zh else ("", "")
    filled = when_unknown(column)
    return phrase("请填{zh}。{z}。", "Please fill in {en}; {e}.", zh=said.zh + zh, en=said.en + en, z=filled.zh, e=filled.en)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
