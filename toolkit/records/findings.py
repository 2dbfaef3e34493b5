"""What a reader of cells answers instead of a value: the rule that is broken, and how to mend it."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from toolkit.ground.text import Phrase, phrase

UNSEEN = (0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFE0E, 0xFE0F, 0xFEFF)
INVISIBLE = dict.fromkeys(UNSEEN)  # zero width, soft hyphens, marks of direction and of the look of a sign
ALIKE = (*range(0xFF01, 0xFF5F), *range(0xFFE0, 0xFFE7), *range(0xFE50, 0xFE6C), *range(0x2F00, 0x2FD6), *range(0xF900, 0xFADA))
WIDTHS = {sign: unicodedata.normalize("NFKC", chr(sign)) for sign in ALIKE}  # small forms and radicals of PDF files too
BLANKS = dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
FOLDED = INVISIBLE | WIDTHS | BLANKS
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


def half_width(raw: object) -> str:
    """A raw cell with full-width characters made half-width, to compare and to read numbers from.

    Superscripts, numbers in circles or brackets, Roman numeral signs and fractions stay what they are: 8¹ is an 8
    with a footnote, and not 81.

    Examples
    --------
    >>> half_width(" １，２３４％ "), half_width("8①")
    ('1,234%', '8①')
    """
    text = shown(raw)
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(FOLDED).strip()


def normal_key(raw: object) -> str:
    """A key, id, choice or name as it is compared: half-width, upper case, without blanks and what cannot be seen.

    Examples
    --------
    >>> normal_key(" ９１350100m000100y43 "), normal_key("２０１８－\u200b03")
    ('91350100M000100Y43', '2018-03')
    >>> normal_key("甲咨询（广东） 有限公司") == normal_key("甲咨询(广东)有限公司"), normal_key("招标 代理,") == normal_key("招标代理，")
    (True, True)
    """
    return "".join(half_width(raw).upper().split())


def are_normal(texts: Iterable[str]) -> bool:
    """Whether all of these are digits and capital letters, and so their own normal form."""
    together = "".join(texts)
    return together.isascii() and together.isalnum() and together == together.upper()


def normal_keys(texts: Iterable[str]) -> dict[str, str]:
    """By text its normal form; most are of digits and Latin letters, and need no closer look."""
    texts = list(texts)
    if are_normal(texts):
        return dict(zip(texts, texts, strict=True))
    return {text: text.upper() if text.isalnum() and text.isascii() else normal_key(text) for text in texts}


def normal_heading(text: str) -> str:
    """A heading as it is compared: half-width, without spaces, line breaks or the asterisk of required ones.

    Examples
    --------
    >>> normal_heading("*保证金 （元）")
    '保证金(元)'
    """
    return "".join(half_width(text).casefold().split()).strip("*")


LONGEST_NAME = 80
STRANGE: tuple[tuple[re.Pattern[str], Phrase], ...] = (
    (re.compile(r"\s*[=+\-@＝＋－＠]"), Phrase("名称以 = + - @ 开头，像电子表格的公式", "the name begins with = + - @, as a formula of a spreadsheet does")),
    (re.compile(r".*[<>＜＞]", re.DOTALL), Phrase("名称里有尖括号，像网页代码", "the name has angle brackets, as the code of a page does")),
    (re.compile(r".*[\x00-\x1f\x7f-\x9f\u2028\u2029]", re.DOTALL), Phrase("名称里有换行或控制符号", "the name has a line break or another sign of control")),
    (re.compile(r".*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]", re.DOTALL), Phrase("名称里有从右向左书写的文字，显示的次序会变", "the name has letters written from right to left, which change the order in which it is shown")),
    (re.compile(rf".{{{LONGEST_NAME + 1}}}", re.DOTALL), phrase("名称超过 {n} 字", "the name is longer than {n:sign|signs}", n=LONGEST_NAME)),
)
"""What no name of a body has, and what is said of it."""
AS_REGISTERED = Phrase(
    "请按营业执照（登记证书）上的名称核对改正；名称在公示、得分单和证书上一律按文字显示，不会被执行", "write the name as it is registered; notice, cards and certificates show it as text, and run nothing of it",
)


def strangeness(name: str) -> Finding | None:
    """What is strange about the name of a member; None where nothing is.

    Examples
    --------
    >>> strangeness("=HYPERLINK(1)").rule.en, strangeness("甲（广东）公司 No. 1-2")
    ('the name begins with = + - @, as a formula of a spreadsheet does', None)
    """
    return next((Finding(said, AS_REGISTERED) for pattern, said in STRANGE if pattern.match(name)), None)


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
