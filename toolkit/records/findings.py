"""What a reader of cells answers instead of a value: the rule that is broken, and how to mend it."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from toolkit.ground.text import Phrase

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
EXACT_INTEGERS = 1e15  # Excel keeps 15 digits; longer numbers have lost some


class Finding(NamedTuple):
    """The rule that a value breaks, and how to mend it."""

    rule: Phrase
    mend: Phrase


def shown(raw: object) -> str:
    """A raw cell as its reader sees it, trimmed.

    Examples
    --------
    >>> shown(40.0), shown(True), shown(dt.date(2018, 3, 5)), shown(" 甲 ")
    ('40', 'TRUE', '2018-03-05', '甲')
    """
    if isinstance(raw, str):
        return raw.strip() if raw.isascii() else raw.translate(INVISIBLE).strip()
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < EXACT_INTEGERS:
        return str(int(raw))
    if isinstance(raw, dt.datetime):
        return raw.isoformat(" ").removesuffix(" 00:00:00")
    return str(raw)


def plain(raw: object) -> str:
    """A raw cell with full-width characters made half-width, to compare and to read numbers from.

    Examples
    --------
    >>> plain(" １，２３４％ ")
    '1,234%'
    """
    text = shown(raw)
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()



def normal_heading(text: str) -> str:
    """A heading as it is compared: half-width, without spaces, line breaks or the asterisk of required ones.

    Examples
    --------
    >>> normal_heading("*保证金 （元）")
    '保证金(元)'
    """
    return "".join(plain(text).casefold().split()).strip("*")


@dataclass(frozen=True)
class Doubtful:
    """A cell whose text cannot be taken at its word: a part of it is struck out, or raised as a footnote is.

    Parameters
    ----------
    text
        All of its text, the part in doubt too.
    finding
        Why nobody can know what is meant.
    in_words
        Its text is words, and stands in a column of text as it is: 面积 40 m² is one.
    """

    text: str
    finding: Finding
    in_words: bool = False

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class WithoutDay:
    """A date that its sheet shows without the day, and whose day is Excel's own: 2018年2月 kept as 2018-02-01."""

    text: str

    def __str__(self) -> str:
        return self.text
