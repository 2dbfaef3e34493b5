"""Text in the reader's language: every message is written in Chinese and English side by side.

No message says telephone, identity and bank card numbers or e-mail addresses in full, wherever they were typed.
"""

from __future__ import annotations

import os
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGE_TAGS: dict[Language, str] = {"zh": "zh-CN", "en": "en"}
"""How a page names its language to a browser."""
ANY = "any"
"""In ``keys.toml``, the model whose words hold for a key of every other."""
ASKED = "COMMITTEE_LANGUAGE"
"""The environment variable in which a reader asks for a language other than the scheme's."""

FORMER = "COMMITTEE_FORMER_WORDS"
"""The environment variable by which a replay lets notebooks tell a list in the words of an earlier version, which it names."""


def asked_language() -> Language | None:
    """The language that the reader asks for in the environment; None where that is not said."""
    asked = os.environ.get(ASKED)
    return None if not asked else "en" if asked == "en" else "zh"


@contextmanager
def former_words(version: str | None) -> Iterator[None]:
    """Until the end of the block a list is told as `version` told it (None: as it is told now), here and in every notebook that is run: what was sealed is compared to the letter."""
    before = os.environ.pop(FORMER, None)
    os.environ |= {FORMER: version} if version else {}
    try:
        yield
    finally:
        os.environ.pop(FORMER, None)
        os.environ |= {} if before is None else {FORMER: before}


def in_words_before(version: str) -> bool:
    """Whether a list is told as an earlier version than `version` told it."""
    told = os.environ.get(FORMER)
    return told is not None and _numbers(told) < _numbers(version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


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


def joined(parts: Iterable[Phrase], zh: str = "，", en: str = ", ") -> Phrase:
    """Phrases side by side, with the sign of each language between them.

    Examples
    --------
    >>> joined([Phrase("总分", "total"), Phrase("名次", "rank")], "、").zh
    '总分、名次'
    """
    parts = tuple(parts)
    return Phrase(zh.join(part.zh for part in parts), en.join(part.en for part in parts))


def listed(texts: Iterable[str]) -> Phrase:
    """Texts that are the same in both languages, one after another as each language parts them.

    Examples
    --------
    >>> listed(["初审", "复审"])
    Phrase(zh='初审、复审', en='初审, 复审')
    """
    return joined(map(as_phrase, texts), "、", ", ")


def as_phrase(words: Phrase | str) -> Phrase:
    """A phrase as it is; a text as one that is the same in both languages."""
    return words if isinstance(words, Phrase) else Phrase(words, words)


def figure(number: float) -> str:
    """A number as people write it, without a needless fraction.

    Examples
    --------
    >>> figure(40.0), figure(12.5), figure(1835.0534)
    ('40', '12.5', '1835.0534')
    """
    return f"{number:.4f}".rstrip("0").rstrip(".")


UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""What no line of text holds, by Unicode's categories: line breaks, a terminal's commands, turns of direction, halves of a character."""

TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD)
"""Marks that turn the direction in which what follows is shown, each with the sign that is shown in its place."""


def one_line(text: str) -> str:
    r"""The text in one line, so that it can pass for no other line where it is printed.

    Examples
    --------
    >>> one_line(" 第二次会议\n\n第 2 条\x1b[2J")
    '第二次会议 第 2 条 [2J'
    """
    return " ".join("".join(" " if unicodedata.category(sign) in UNSEEN else sign for sign in text).split())


HYPHENS = "‐‑‒–—―−－﹣﹘·・•"
FOLDED = {
    **{ord("０") + n: str(n) for n in range(10)},
    **dict.fromkeys(map(ord, HYPHENS), "-"),
    **dict.fromkeys(map(ord, "．。․"), "."),
    **dict.fromkeys(map(ord, "～〜∼"), "~"),
    **dict.fromkeys((0xA0, 0xAD, 0x2060, 0x3000, 0xFEFF, *range(0x2000, 0x2010), 0x202F, 0x205F, *range(0x202A, 0x202F)), " "),
    **dict(zip(map(ord, "（）［］【】＋＠＿／，"), "()()()+@_/,", strict=True)), ord("["): "(", ord("]"): ")",
}  # each sign stands for one, so that a place in the folded text is the same place in the text itself
FEWEST = 10  # digits of the shortest number to hide
BETWEEN = r"[\s\-./()_]{0,3}"  # what people put between the digits of a number
DIGIT = rf"{BETWEEN}\d"
ABROAD = rf"(?:(?:\+|00)?86{BETWEEN}|0)?"
MOBILE = re.compile(rf"(?<!\d)\(?{ABROAD}(1{BETWEEN}[3-9]{DIGIT})(?:{DIGIT}){{4}}((?:{DIGIT}){{4}})(?!\d)", re.ASCII)
BY_COMMAS = re.compile(r"(?<!\d)(1[3-9]\d)[,、~]\s?\d{4}[,、~]\s?(\d{4})(?!\d)", re.ASCII)  # 13,800,138,000 is an amount, and 1、3、5 are rows
EXTENSION = rf"(?:{BETWEEN}(?:转|分机|ext\.?|x|-)\s?\d{{1,6}})?"
LANDLINE = re.compile(
    rf"(?<!\d)\(?(?:(?:(?:\+|00)?86{BETWEEN})?(0(?:10|2\d|[3-9]\d\d))|(?:\+|00)86{BETWEEN}(10|2\d|[3-9]\d\d)|86[\s\-(]{BETWEEN}(10|2\d|[3-9]\d\d))"
    rf"(?:{DIGIT}){{7,8}}{EXTENSION}(?!\d)", re.ASCII | re.IGNORECASE,
)  # fmt: skip
_MONTH, _DAY = rf"(?:0{BETWEEN}[1-9]|1{BETWEEN}[0-2])", rf"(?:0{BETWEEN}[1-9]|[12]{DIGIT}|3{BETWEEN}[01])"
IDENTITY = re.compile(
    rf"(?<![0-9A-Za-z])([1-8](?:{DIGIT}){{5}}){BETWEEN}(?:(?:1{BETWEEN}[89]|2{BETWEEN}0)(?:{DIGIT}){{2}}{BETWEEN}{_MONTH}{BETWEEN}{_DAY}(?:{DIGIT}){{3}}"
    rf"{BETWEEN}[\dXx]|\d{DIGIT}{BETWEEN}{_MONTH}{BETWEEN}{_DAY}(?:{DIGIT}){{3}})(?![0-9A-Za-z])", re.ASCII,
)  # fmt: skip
CARD = re.compile(rf"(?<![0-9A-Za-z])(?<!\d[-./_])(?:[3-69]|1{BETWEEN}[1-5]|2{BETWEEN}[2-7])(?:{DIGIT}){{14,18}}(?![0-9A-Za-z])", re.ASCII)
CARD_LENGTHS = range(16, 20)
CREDIT_CODE = re.compile(r"(?:1[1239]|3[1-59]|5[1-39]|9[123])(?:[1-7][1-7]|[1-6]5|5[0-4]|8[12])\d{14}", re.ASCII)
MAIL = re.compile(r"(?:[A-Za-z0-9_.+-]{1,256}|[^\W\x00-\x7f]{1,256})@([\w-]+(?:\.[\w-]+)+)")


def discreet(text: str) -> str:
    """The text with every telephone, identity and bank card number and e-mail address masked, however it is typed.

    Digits of full width, blanks, hyphens, dots and brackets between them, a country code and an extension make no
    difference. Credit codes, document numbers, days and amounts stay. A column that is declared personal shows nothing
    at all; this is for what was typed into the wrong one, or into the name of a file.

    Examples
    --------
    >>> discreet("张工 13800138000，440101199003074515，a.b@example.com")
    '张工 138****8000，440101************，****@example.com'
    >>> discreet("91350100M000100Y43 2018-03-05 1,835.0534 粤公资联〔2017〕5号")
    '91350100M000100Y43 2018-03-05 1,835.0534 粤公资联〔2017〕5号'
    >>> discreet("电话：１３８．００１３．８０００，(020)1234 5678 转 801，卡号 6222 0212 3456 7890")
    '电话：138****8000，020-****，卡号 ****7890'
    """
    folded = text.translate(FOLDED)
    if "@" not in folded and sum(map(str.isdecimal, folded)) < FEWEST:
        return text
    for pattern, mask in MASKS:
        masked = [(match.span(), masked_text) for match in pattern.finditer(folded) if (masked_text := mask(match)) is not None]
        for (begin, end), masked_text in reversed(masked):
            text, folded = (f"{written[:begin]}{masked_text}{written[end:]}" for written in (text, folded))
    return text


def _digits(written: str) -> str:
    return "".join(filter(str.isdecimal, written))


def _is_fraction(written: str, whole: int = 0) -> bool:
    """Whether nothing but one point stands among the digits, and not behind the first `whole`: 1.6666666667."""
    before, point, after = written.partition(".")
    return bool(point) and before.isdecimal() and after.isdecimal() and len(before) != whole


def _mobile(match: re.Match[str]) -> str | None:
    return None if _is_fraction(match[0], whole=3) else f"{_digits(match[1])}****{_digits(match[2])}"


def _landline(match: re.Match[str]) -> str:
    return f"{match[1] or '0' + (match[2] or match[3])}-****"


def _identity(match: re.Match[str]) -> str | None:
    return None if _is_fraction(match[0]) else _digits(match[1]) + "*" * 12


def _card(match: re.Match[str]) -> str | None:
    digits = _digits(match[0])
    if len(digits) not in CARD_LENGTHS or _is_fraction(match[0]) or CREDIT_CODE.fullmatch(digits):
        return None
    return f"****{digits[-4:]}"


def _mail(match: re.Match[str]) -> str:
    return f"****@{match[1]}"


MASKS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    (MAIL, _mail), (IDENTITY, _identity), (CARD, _card), (MOBILE, _mobile), (BY_COMMAS, _mobile), (LANDLINE, _landline),
)  # fmt: skip
IMPERSONAL = frozenset({_mail, _landline})
"""What hides that an office may have as well as a person."""
SIDE_BY_SIDE = re.compile(r"\d{8}\D+\d{8}", re.ASCII)
"""Two local telephone numbers, which together have as many digits as a bank card."""


REACHED = {"address": Phrase("地址", "address"), "telephone": Phrase("电话", "telephone"), "email": Phrase("电子邮箱", "e-mail"), "hours": Phrase("接待时间", "office hours")}
"""How an office is reached, by the keys in which an edition says it."""
OFFICE = Phrase("秘书处", "the secretariat")
UNSAID = re.compile(
    r"[\W_]*(?:[无略空]|没有|暂[无缺未]\w*|尚[无未]\w*|未定|未确定|待[定补]\w*|待(?:确定|公布|通知)|另行\w+|不详|同上|none|no|nil|n/?a|tb[ad]|unknown)?[\W_]*", re.IGNORECASE
)
"""What is written where there is nothing to write."""
A_PLACE, HOTLINE = 4, 5
"""Signs of an address, and digits of a telephone, at least."""
SOMEWHERE = re.compile(r"[路街道巷]\S{0,12}?[号座]|大厦|大楼|邮编|street|road|avenue", re.IGNORECASE)


def whom_to_ask(office: str, reached: Mapping[str, str]) -> Phrase:
    """Which office takes objections, and how it is reached, in one line.

    Examples
    --------
    >>> whom_to_ask("联合会秘书处", {"address": "某市某路 1 号", "telephone": "020-00000000"}).zh
    '联合会秘书处；地址：某市某路 1 号；电话：020-00000000'
    >>> whom_to_ask("", {}).en
    'the secretariat'
    """
    told = [(label, reached[key]) for key, label in REACHED.items() if reached.get(key)]
    zh = "；".join([office or OFFICE.zh, *(f"{label.zh}：{value}" for label, value in told)])
    return Phrase(zh, "; ".join([office or OFFICE.en, *(f"{label.en}: {value}" for label, value in told)]))


def is_reachable(office: str, reached: Mapping[str, str]) -> bool:
    """Whether an office that takes objections can be written to, called or visited; free text may say it too.

    Examples
    --------
    >>> is_reachable("秘书处", {"hours": "工作日"}), is_reachable("秘书处（020-12345678）", {}), is_reachable("秘书处", {"email": "office@example.org"})
    (False, True, True)
    >>> is_reachable("秘书处", {"address": "（暂无）", "telephone": "无", "email": "—"}), is_reachable("秘书处", {"telephone": "12345"})
    (False, True)
    """
    told = {key: "" if is_unsaid(value) else value.translate(FOLDED) for key, value in reached.items()}
    if len(told.get("address", "")) >= A_PLACE or len(_digits(told.get("telephone", ""))) >= HOTLINE or MAIL.search(told.get("email", "")):
        return True
    folded = office.translate(FOLDED)
    return bool(MAIL.search(folded) or SOMEWHERE.search(folded) or re.search(rf"\d(?:{DIGIT}){{6,}}", folded))


def is_unsaid(text: str) -> bool:
    """Whether an answer says no more than that there is none.

    Examples
    --------
    >>> [is_unsaid(text) for text in ("", "无", "（暂无）", "—", "待定。", "N/A", "无锡市某路 1 号", "略阳县")]
    [True, True, True, True, True, True, False, False]
    """
    return UNSAID.fullmatch(text.translate(FOLDED)) is not None


def personal_numbers(text: str) -> bool:
    """Whether a mobile, identity or bank card number stands in a text, which no office telephone is, nor two of them side by side.

    Examples
    --------
    >>> personal_numbers("13800138000"), personal_numbers("020-12345678 转 801"), personal_numbers("440101199003074515"), personal_numbers("12345678 87654321")
    (True, False, True, False)
    """
    folded = text.translate(FOLDED)
    found = (mask(match) for pattern, mask in MASKS if mask not in IMPERSONAL for match in pattern.finditer(folded) if not SIDE_BY_SIDE.fullmatch(match[0]))
    return any(masked is not None for masked in found)


def key_words(model: str, key: str) -> Phrase | None:
    """What a key of a model says, for editors, documentation and messages; None where nobody has written it down.

    The words stand in ``keys.toml``, where whoever corrects them needs no Python.

    Parameters
    ----------
    model
        The name of the model's class, as its JSON Schema has it for a title.
    key
        As it is written in the file.

    Examples
    --------
    >>> key_words("Award", "by").zh, key_words("Award", "label") == key_words("Veto", "label"), key_words("Award", "bye")
    ('按哪个得分排先后；不写即 total', True, None)
    """
    return _all_words().get(model, {}).get(key) or _all_words()[ANY].get(key)


@cache
def _all_words() -> Mapping[str, Mapping[str, Phrase]]:
    written = tomllib.loads(Path(__file__).with_name("keys.toml").read_text("utf-8"))
    return {model: {key: Phrase(*both) for key, both in keys.items()} for model, keys in written.items()}
