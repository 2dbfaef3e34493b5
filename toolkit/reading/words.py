"""Texts, yes and no, and choices as people write them."""

from __future__ import annotations

from collections.abc import Callable

from toolkit.errors import nearest
from toolkit.reading.findings import EXACT_INTEGERS, Finding, plain, shown
from toolkit.text import Phrase, phrase

YES = frozenset({"是", "有", "true", "1", "√", "✓", "✔", "☑", "yes", "y"})
NO = frozenset({"否", "没有", "无", "false", "0", "×", "✗", "✘", "no", "n"})
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
    if isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= EXACT_INTEGERS:
        rule = Phrase(
            "Excel 只保留 15 位数字，后面的位数已丢失", "Excel keeps 15 digits only: the others are lost"
        )
        return Finding(
            rule, Phrase("请把该列设为文本格式后重填", "format the column as text and type it again")
        )
    return shown(raw)


def read_boolean(raw: object) -> bool | Finding:
    """Yes or no, in words or as a mark.

    Examples
    --------
    >>> read_boolean("√"), read_boolean("否")
    (True, False)
    """
    text = plain(raw).casefold()
    if text in YES or text in NO:
        return text in YES
    return Finding(
        Phrase("不是“是”或“否”", "neither yes nor no"), Phrase("请填写 是 或 否", "write 是 or 否")
    )


def normal_choice(text: object) -> str:
    """A choice as it is recognised: without spaces, of one width.

    Examples
    --------
    >>> normal_choice("招标 代理,") == normal_choice("招标代理，")
    True
    """
    return "".join(plain(text).split())


def choice_reader(choices: tuple[str, ...]) -> Callable[[object], str | Finding]:
    """A reader that gives one of `choices` as the dictionary writes it."""
    normal = {normal_choice(choice): choice for choice in choices}

    def read(raw: object) -> str | Finding:
        text = normal_choice(raw)
        return normal[text] if text in normal else _no_choice(text, choices)

    return read


def _no_choice(text: str, choices: tuple[str, ...]) -> Finding:
    rule = Phrase("不在可选值之内", "not one of the choices")
    guess = nearest(text, choices)
    listed = "、".join(choices[:LISTED]) + ("…" if len(choices) > LISTED else "")
    if guess:
        mend = phrase(
            "是否应为“{guess}”？可选：{listed}", "is it {guess}? Choices: {listed}", guess=guess, listed=listed
        )
        return Finding(rule, mend)
    return Finding(rule, phrase("可选：{listed}", "choices: {listed}", listed=listed))
