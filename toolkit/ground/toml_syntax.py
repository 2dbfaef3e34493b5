"""Slips of the pen for which a text is no TOML: full-width signs, a comma for a point, per cent, days with strokes.

Where things stand in a TOML file: the line of each key, and what a reader calls a place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from toolkit.ground.text import Phrase, phrase

QUOTED = re.compile(r'"""(?:\\.|[^\\])*?"""|\'{3}.*?\'{3}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)
HALF_WIDTH = {"“": '"', "”": '"', "‘": "'", "’": "'", "【": "[", "】": "]", "。": ".", "、": ",", "—": "-", "－": "-"}
WIDE = re.compile(r"[“”‘’【】。、—\uff01-\uff5e]")
COMMA = re.compile(r"=\s*([+-]?\d+),(\d+)(?=\s*(?:[,}#]|$))")
CURLY = re.compile(r"[“”][^“”\"]*[“”]")
WORD = re.compile(r"=\s*([A-Za-z_][\w-]*)(?=\s*(?:[,}#]|$))", re.ASCII)
UNQUOTED = {"true", "false", "inf", "nan"}
PER_CENT = re.compile(r"[+-]?\d+(?:\.\d+)?\s*%")
DAY = re.compile(r"(?<![\d.])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d.])")

PARSER: tuple[tuple[str, str], ...] = (
    ("Expected newline", "值的后面还有多余的内容"),
    ("Expected '='", "键的后面没有等号"),
    ("Expected ']'", "表头的方括号没有成对"),
    ("Expected ']]'", "表头的双方括号没有成对"),
    ("Unclosed array", "列表的方括号没有成对，或各项之间缺逗号"),
    ("Unclosed inline table", "花括号没有成对，或各项之间缺逗号"),
    ("Invalid date", "没有这一天"),
    ("Invalid value", "等号后面的值写法不对，文字要用引号括起来"),
    ("Invalid statement", "这一行既不是键和值，也不是表头"),
    ("Invalid initial character", "键的写法不对"),
    ("Unterminated string", "引号没有成对"),
    ("Illegal character", "引号没有成对，或有不能用的字符"),
    ("Cannot declare", "同一个表头写了两次"),
    ("Cannot overwrite", "同一个键写了两次"),
    ("Duplicate inline", "同一个键写了两次"),
    ("Cannot mutate", "这个表已在别处写完，不能再添加"),
    ("Unescaped '\\'", "引号里的反斜杠要写成两个"),
)


@dataclass(frozen=True)
class Slip:
    """What was written on a line, counted from 1, that must be written otherwise."""

    line: int
    value: str
    rule: Phrase
    mend: Phrase


def slips(text: str) -> list[Slip]:
    """Every slip in a text that is meant to be TOML, outside of strings and remarks, in the order of the lines.

    Examples
    --------
    >>> [(slip.line, slip.mend.zh) for slip in slips("weight = 29,5  # 权重，占比")]
    [(1, '请写 29.5')]
    """
    bare = QUOTED.sub(lambda match: "\n" * match[0].count("\n") or match[0][0] * 2, text)
    return [slip for number, line in enumerate(bare.splitlines(), 1) for slip in _on(number, line)]


def parser_words(said: str) -> Phrase:
    """What the reader of TOML says of a text, in both languages."""
    zh = next((words for start, words in PARSER if said.startswith(start)), said)
    return phrase("不是合法的 TOML：{zh}", "not valid TOML: {en}", zh=zh, en=said)


def half_width(text: str) -> str:
    """A text with full-width letters, digits and signs as half-width ones."""
    return "".join(HALF_WIDTH.get(sign) or unicodedata.normalize("NFKC", sign) for sign in text)


def _on(number: int, line: str) -> Iterator[Slip]:
    line = CURLY.sub("“”", line)  # what stands in curly quotes is text, and may be full-width
    if wide := dict.fromkeys(WIDE.findall(line)):
        found, instead = "".join(wide), "".join(dict.fromkeys(half_width(sign) for sign in wide))
        rule = phrase("用了全角的 {found}", "full-width {found}", found=found)
        yield Slip(number, found, rule, phrase("请改为半角的 {instead}", "write half-width {instead}", instead=instead))
    for match in COMMA.finditer(line):
        thousands = len(match[2]) == 3 and len(match[1].lstrip("+-")) < 4 and match[1] != "0"
        rule = Phrase("数字里有逗号", "a comma in a number")
        yield Slip(number, f"{match[1]},{match[2]}", rule, _write(match[1] + ("" if thousands else ".") + match[2]))
    for match in WORD.finditer(line):
        word = match[1]
        if word.lower() in {"true", "false"} and word not in UNQUOTED:
            yield Slip(number, word, Phrase("是与否要小写", "yes and no are lower-case"), _write(word.lower()))
        elif word not in UNQUOTED:
            yield Slip(number, word, Phrase("文字要用引号括起来", "text is put in quotes"), _write(f'"{word}"'))
    for match in PER_CENT.finditer(line):
        rule = Phrase("数字后面不能写百分号", "no per cent sign goes with a number")
        mend = Phrase("权重 30% 写 30；比例 10% 写 0.1", "write a weight of 30 % as 30, a share of 10 % as 0.1")
        yield Slip(number, match[0], rule, mend)
    for match in DAY.finditer(line):
        day = f"{match[1]}-{int(match[3]):02}-{int(match[4]):02}"
        if match[0] != day:
            yield Slip(number, match[0], Phrase("日期写法不对", "a day is not written so"), _write(day))


def _write(said: str) -> Phrase:
    return phrase("请写 {said}", "write {said}", said=said)



KeyPath = tuple[str | int, ...]
Raw = dict[str, Any]

KEY = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[\w-]+)\s*(\.|=|\]|$)""")
STRING_OR_COMMENT = re.compile(r"""\"(?:[^"\\]|\\.)*"|'[^']*'|#.*""")
BARE_WORD = re.compile(
    r'''("""(?:\\.|[^\\])*?"""|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*)|([\w-]*[^\W\x00-\x7f][\w-]*)''', re.DOTALL
)
TRIPLE_QUOTES = ('"' * 3, "'" * 3)


def with_quoted_keys(text: str) -> str:
    """The text with quotes round bare keys in other scripts than Latin, which TOML 1.0 wants and nobody types.

    Examples
    --------
    >>> with_quoted_keys('lasts = { 轻微 = "3 months" } # 一般')
    'lasts = { "轻微" = "3 months" } # 一般'
    """
    return BARE_WORD.sub(lambda match: match[1] or f'"{match[2]}"', text)


def key_lines(text: str) -> dict[KeyPath, int]:
    r"""The line, counted from 1, on which each key of a TOML text stands.

    Keys inside an inline table or a list stand on the line of the key that holds them and are not listed.

    Examples
    --------
    >>> key_lines('[[group]]\nid = "a"\n[[group]]\nid = "b"')[("group", 1, "id")]
    4
    """
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    header: KeyPath = ()
    for number, line in _statements(text):
        names = _keys(line.lstrip("[ \t"))
        if line.startswith("["):
            header = _resolved(names, counts, opens_item=line.startswith("[["))
            lines[header] = number
        elif names:
            lines[(*header, *names)] = number
    return lines


def at(raw: Any, path: KeyPath) -> Any:
    """What stands at `path` in plain values, None where there is nothing."""
    for part in path:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def place_words(path: KeyPath, raw: Raw) -> str:
    """The path as a reader would say it: list items by their id."""
    words: list[str] = []
    for place, part in enumerate(path):
        if isinstance(part, int):
            item = at(raw, path[: place + 1])
            named = item.get("id") if isinstance(item, dict) else None
            words.append(f"[{named or part + 1}]")
        else:
            words.append(("." if words else "") + part)
    return "".join(words)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each line that begins a header or a key, with its number; lines inside a long value are passed over."""
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if quote:
            quote = "" if quote in line else quote
            continue
        if depth == 0 and line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()
        quote = next((mark for mark in TRIPLE_QUOTES if line.count(mark) == 1), "")
        bare = STRING_OR_COMMENT.sub("", line)
        if depth or not bare.lstrip().startswith("["):
            depth += bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")


def _keys(line: str) -> tuple[str, ...]:
    names, place = [], 0
    while match := KEY.match(line, place):
        names.append(match[1].strip("\"'"))
        place = match.end()
        if match[2] != ".":
            break
    return tuple(names)


def _resolved(names: tuple[str, ...], counts: dict[KeyPath, int], *, opens_item: bool) -> KeyPath:
    """A header's path with the number of the list item it stands in."""
    path: KeyPath = ()
    for place, part in enumerate(names):
        path = (*path, part)
        if opens_item and place == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
