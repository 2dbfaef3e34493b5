"""Text in the reader's language: every message is written in Chinese and English side by side.

What no message says in full: telephone numbers, identity numbers and e-mail addresses, wherever they were typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Formatter
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Phrase:
    """One message in both languages.

    Examples
    --------
    >>> Phrase("缺少文件", "the file is missing").into("en")
    'the file is missing'
    """

    zh: str
    en: str

    def into(self, language: Language) -> str:
        """The message in `language`, "zh" or "en"."""
        return self.zh if language == "zh" else self.en


def phrase(zh: str, en: str, /, **values: object) -> Phrase:
    """A phrase with `values` filled into the `{name}` places of both languages.

    English counts by `{name:one|many}`: the number, and the word for one or for any other number.

    Examples
    --------
    >>> phrase("共 {n} 处", "{n:place|places}", n=3).into("zh")
    '共 3 处'
    >>> [phrase("共 {n} 处", "{n:place|places}", n=n).en for n in (0, 1, 2)]
    ['0 places', '1 place', '2 places']
    """
    return Phrase(zh.format(**values), (COUNTING.vformat(en, (), values) if "|" in en else en.format(**values)))


class _Counting(Formatter):
    """What fills in a sentence that counts."""

    def format_field(self, value: object, format_spec: str) -> str:
        """A value as it is written, or with the word for that many."""
        one, bar, many = format_spec.partition("|")
        if not bar:
            return format(value, format_spec)
        return f"{value} {one if value == 1 else many}"


COUNTING = _Counting()



MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)", re.ASCII)
LANDLINE = re.compile(r"(?<!\d)(0\d{2,3})[ -]\d{3,4}-?\d{4}(?!\d)", re.ASCII)
IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])([1-8]\d{5})(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])", re.ASCII
)
DIGITS = re.compile(r"\d[\d -]{9}")  # of every width: the shortest number to hide has eleven
HALF_WIDTH = {**{ord("０") + n: str(n) for n in range(10)}, ord("＠"): "@"}
MAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")


def discreet(text: str) -> str:
    """The text with every telephone number, identity number and e-mail address masked.

    A column that is declared personal shows nothing at all; this is for what was typed into the wrong one.

    Examples
    --------
    >>> discreet("张工 13800138000，440101199003074515，a.b@example.com")
    '张工 138****8000，440101************，****@example.com'
    >>> discreet("91350100M000100Y43 2018-03-05 1,835.0534")
    '91350100M000100Y43 2018-03-05 1,835.0534'
    >>> discreet("电话：１３８００１３８０００")
    '电话：138****8000'
    """
    if "@" not in text and "＠" not in text and not DIGITS.search(text):
        return text
    plain = text.translate(HALF_WIDTH)
    masked = IDENTITY.sub(r"\1************", MAIL.sub(r"****@\1", plain))
    masked = LANDLINE.sub(r"\1-****", MOBILE.sub(r"\1****\2", masked))
    return text if masked == plain else masked
