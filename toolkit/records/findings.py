"""What a reader of cells answers instead of a value: the rule that is broken, and how to mend it."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import ClassVar, NamedTuple

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


class Doubtful(str):
    """The text of a cell that cannot be taken at its word, by the look of a part of it; `finding` says why."""

    __slots__ = ()
    finding: ClassVar[Finding]

    @property
    def in_words(self) -> bool:
        """Whether it may stand in a column of text as it is."""
        return False


class Struck(Doubtful):
    """A text of which a part is struck out."""

    __slots__ = ()
    finding = Finding(
        Phrase("单元格里有一部分字划了删除线，分不清以哪部分为准", "a part of the cell is struck out: which part counts?"),
        Phrase("请删去划掉的部分", "delete what is struck out"),
    )


class Raised(Doubtful):
    """A text of which a part is raised or lowered, as a footnote is; words with a raised part stay words: 40 平方米²."""

    __slots__ = ()
    finding = Finding(
        Phrase("单元格里有一部分是上标或下标，分不清是注释还是内容", "a part of the cell is raised or lowered: is it a footnote or the content?"),
        Phrase("请删去上标、下标，注释另写在备注里", "remove that part; a footnote belongs into the remarks"),
    )

    @property
    def in_words(self) -> bool:
        """Whether it holds words."""
        return any(letter.isalpha() and not letter.isascii() for letter in self)


class WithoutDay(dt.date):
    """A date that its sheet shows without the day, and whose day is Excel's own: 2018年2月 kept as 2018-02-01."""

    def __str__(self) -> str:
        return f"{self.year}年{self.month}月"
