"""TOML as text: slips of the pen for which it is none, the line of each key, what a reader calls a place, and a value written.

Slips are full-width signs, a comma for a point, per cent, days with strokes, words without quotes.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from toolkit.ground.text import TURNS, Phrase, phrase

QUOTED = re.compile(r'"""(?:\\.|[^\\])*?"""|\'{3}.*?\'{3}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)
HALF_WIDTH = {"“": '"', "”": '"', "‘": "'", "’": "'", "【": "[", "】": "]", "。": ".", "、": ",", "—": "-", "－": "-"}
WIDE = re.compile(r"[“”‘’【】。、—\uff01-\uff5e]")
COMMA = re.compile(r"=\s*([+-]?\d+),(\d+)(?=\s*(?:[,}#]|$))")
CURLY = re.compile(r"[“”][^“”\"]*[“”]")
WORD = re.compile(r"=\s*([A-Za-z_][\w-]*)(?=\s*(?:[,}#]|$))", re.ASCII)
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What TOML has nowhere and nobody sees: a terminal's commands, the NUL among them."""
UNQUOTED = {"true", "false", "inf", "nan"}
PER_CENT = re.compile(r"[+-]?\d+(?:\.\d+)?\s*%")
DAY = re.compile(r"(?<![\d.])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d.])")

LARGEST = 2**63 - 1  # TOML promises no more
LARGE = 1e15  # from here on a whole number may not be exact
DEEPEST = 32  # levels; a scheme has six
TOO_DEEP = "Nested too deeply"
TWICE = "Cannot overwrite"
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
    (TWICE, "同一个键写了两次"),
    ("Duplicate inline", "同一个键写了两次"),
    ("Cannot mutate", "这个表已在别处写完，不能再添加"),
    ("Unescaped '\\'", "引号里的反斜杠要写成两个"),
    ("Escaped character", "引号里的 \\u 后面不是一个字"),
    ("Hex", "引号里的 \\u 后面要写四位十六进制数"),
    (TOO_DEEP, f"括号或点套得太深，超过 {DEEPEST} 层"),
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
    found = [slip for number, line in enumerate(bare.splitlines(), 1) for slip in _on(number, line)]
    unseen = [(number, sign) for number, line in enumerate(text.split("\n"), 1) for sign in dict.fromkeys(UNSEEN.findall(line))]
    return sorted([*found, *(_unseen(number, f"U+{ord(sign):04X}") for number, sign in unseen)], key=lambda slip: slip.line)


def _unseen(line: int, sign: str) -> Slip:
    rule = phrase("有看不见、也不能用的字符 {sign}", "holds a character that is not seen and not allowed, {sign}", sign=sign)
    return Slip(line, sign, rule, Phrase("请删去它，或把这一行重写", "remove it, or write the line anew"))


def as_meant(text: str) -> str:
    """A text with every slip mended as its message says, so that what follows from it can be read.

    Examples
    --------
    >>> as_meant("weight = 29,5%  # 权重，占比")
    'weight = 29.5  # 权重，占比'
    """
    text = UNSEEN.sub("", text)
    return _outside(_outside(text, lambda code: CURLY.sub(lambda curly: f'"{curly[0][1:-1]}"', code)), _mended_line)


def _outside(text: str, mend: Callable[[str], str]) -> str:
    """A text with what stands outside of strings and remarks mended, line by line."""
    parts, place = [], 0
    for quoted in (*QUOTED.finditer(text), None):
        code = text[place : quoted.start() if quoted else len(text)]
        parts += ["\n".join(map(mend, code.split("\n"))), quoted[0] if quoted else ""]
        place = quoted.end() if quoted else place
    return "".join(parts)


def _mended_line(code: str) -> str:
    code = WIDE.sub(lambda sign: half_width(sign[0]), code)
    code = PER_CENT.sub(lambda share: share[0].rstrip("% \t"), code)
    code = COMMA.sub(lambda number: f"= {_number(number)}", code)
    code = WORD.sub(lambda word: word[0] if word[1] in UNQUOTED else f"= {_word(word[1])}", code)
    return DAY.sub(_day, code)


def _number(comma: re.Match[str]) -> str:
    """A number with a comma, as it is meant: three signs after it are thousands, else decimals."""
    thousands = len(comma[2]) == 3 and len(comma[1].lstrip("+-")) < 4 and comma[1] != "0"
    return comma[1] + ("" if thousands else ".") + comma[2]


def _word(word: str) -> str:
    return word.lower() if word.lower() in {"true", "false"} else f'"{word}"'


def _day(match: re.Match[str]) -> str:
    return f"{match[1]}-{int(match[3]):02}-{int(match[4]):02}"


def parser_words(message: str) -> Phrase:
    """What the reader of TOML says of a text, in both languages."""
    zh = next((words for start, words in PARSER if message.startswith(start)), "写法不对")
    return phrase("不是合法的 TOML：{zh}", "not valid TOML: {en}", zh=zh, en=message)


def half_width(text: str) -> str:
    """A text with full-width letters, digits and signs as half-width ones."""
    return "".join(HALF_WIDTH.get(sign) or unicodedata.normalize("NFKC", sign) for sign in text)


def _on(number: int, line: str) -> Iterator[Slip]:
    line = CURLY.sub("“”", line)  # what stands in curly quotes is text, and may be full-width
    if wide := dict.fromkeys(WIDE.findall(line)):
        signs, instead = "".join(wide), "".join(dict.fromkeys(half_width(sign) for sign in wide))
        rule = phrase("用了全角的 {found}", "full-width {found}", found=signs)
        yield Slip(number, signs, rule, phrase("请改为半角的 {instead}", "write half-width {instead}", instead=instead))
    for match in COMMA.finditer(line):
        yield Slip(number, f"{match[1]},{match[2]}", Phrase("数字里有逗号", "a comma in a number"), _write(_number(match)))
    for match in WORD.finditer(line):
        word = match[1]
        if word not in UNQUOTED:
            truth = word.lower() in {"true", "false"}
            rule = Phrase("是与否要小写", "yes and no are lower-case") if truth else Phrase("文字要用引号括起来", "text is put in quotes")
            yield Slip(number, word, rule, _write(_word(word)))
    for match in PER_CENT.finditer(line):
        rule = Phrase("数字后面不能写百分号", "no per cent sign goes with a number")
        mend = Phrase("权重 30% 写 30；比例 10% 写 0.1", "write a weight of 30 % as 30, a share of 10 % as 0.1")
        yield Slip(number, match[0], rule, mend)
    for match in DAY.finditer(line):
        if match[0] != _day(match):
            yield Slip(number, match[0], Phrase("日期写法不对", "a day is not written so"), _write(_day(match)))


def _write(text: str) -> Phrase:
    return phrase("请写 {said}", "write {said}", said=text)


HEADER = re.compile(r"\[|\s*\[{1,2}[^\[\]=#,]+\]{1,2}\s*(?:#.*)?$")  # a line that begins a table, or was to
AT_LINE = re.compile(r"\s*\(at (?:line (\d+)|[^)]*).*\)$")


@dataclass(frozen=True)
class Halt:
    """Where the reader of TOML could not go on: what it said, on which line of the text."""

    said: str
    line: int | None = None


def parsed(text: str) -> Raw | Halt:
    """A text as plain values, or why it is no TOML."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = AT_LINE.search(str(error))
        return Halt(AT_LINE.sub("", str(error)), int(line[1]) if line and line[1] else None)
    except RecursionError:
        return Halt(TOO_DEEP)
    return Halt(TOO_DEEP) if _deeper(raw, DEEPEST) else raw


def _deeper(value: Any, levels: int) -> bool:
    """Whether values are nested in more than so many levels; found level by level, however many there are."""
    level = [value]
    for _ in range(levels + 1):
        tables = [item for item in level if isinstance(item, dict | list)]
        level = [inner for item in tables for inner in (item.values() if isinstance(item, dict) else item)]
    return any(isinstance(item, dict | list) for item in level)


@dataclass(frozen=True)
class Readable:
    """What of a text can be read: of a block with a slip, its header and the lines that can be read by themselves.

    Parameters
    ----------
    raw
        Plain values.
    text
        What they were read from, with as many lines as there were.
    halts
        What was wrong, a block each, in the order of the lines.
    doubtful
        The lines of blocks from which something was left out, counted from 1.
    """

    raw: Raw
    text: str
    halts: tuple[Halt, ...] = ()
    doubtful: frozenset[int] = frozenset()


def readable(text: str) -> Readable:
    r"""The blocks of a text, each from a header to the next, that are TOML: one slip does not hide what follows.

    Examples
    --------
    >>> readable("[a]\nx = 1\n[b]\ny = = 2\nu = 4\n[c]\nz = 3").raw
    {'a': {'x': 1}, 'b': {'u': 4}, 'c': {'z': 3}}
    """
    first = parsed(text)
    if not isinstance(first, Halt):
        return Readable(first, text)
    lines, halts, doubtful = text.split("\n"), [], set[int]()
    for start, end in _blocks(lines):
        halt = parsed(_block_text(lines[start:end]))
        if isinstance(halt, Halt):
            last = end - start if halt.said.startswith("Unclosed") else 1  # at the end of the block, where no line is told
            halts.append(Halt(halt.said, min(start + (halt.line or last), end)))
            doubtful |= set(range(start + 1, end + 1))
            lines[start:end] = _mended(lines[start:end])
    whole = parsed("\n".join(lines))
    if isinstance(whole, Halt):  # the same table twice, and the like: then nothing more can be read
        return Readable({}, "", (*halts, whole) if halts else (first,), frozenset(range(1, len(lines) + 1)))
    return Readable(whole, "\n".join(lines), tuple(halts), frozenset(doubtful))


def _mended(block: list[str]) -> list[str]:
    """A block without what is said twice and the lines that cannot be read by themselves; its header alone where that does not do, or nothing."""
    once = _said_once(block)
    if not isinstance(parsed(_block_text(once)), Halt):
        return once
    left = ["" if isinstance(parsed(line), Halt) else line for line in once]
    lost = HEADER.match(block[0]) is not None and not left[0]
    if not lost and not isinstance(parsed("\n".join(left)), Halt):
        return left
    return [left[0] if HEADER.match(left[0]) else "", *[""] * (len(block) - 1)]


def _said_once(block: list[str]) -> list[str]:
    """A block in which every key is said once, as it was first."""
    left = list(block)
    while isinstance(halt := parsed(_block_text(left)), Halt) and halt.said.startswith(TWICE) and halt.line:
        begun = max(number for number, _ in _statements("\n".join(left)) if number <= halt.line)
        left[begun - 1 : halt.line] = [""] * (halt.line - begun + 1)
    return left


def _block_text(block: list[str]) -> str:
    """A block with the end of its last line, without which the reader tells no line of what stands there."""
    return "".join(f"{line}\n" for line in block)


def _blocks(lines: list[str]) -> Iterator[tuple[int, int]]:
    starts = [0, *(number for number, line in enumerate(lines) if number and HEADER.match(line)), len(lines)]
    yield from pairwise(starts)


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


def is_number(value: Any) -> bool:
    """Whether a value is a number, and not NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124 - NaN


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


def opened_at(text: str, line: int) -> int:
    r"""The line on which a list or table began that is not closed yet where the reader halted on `line`; that itself where none is open.

    Examples
    --------
    >>> opened_at('a = 1\nx = [1,\n  2\ny = 3', 4)
    2
    """
    begun: list[int] = []
    for number, written in enumerate(text.splitlines()[:line], 1):
        bare = STRING_OR_COMMENT.sub("", written)
        if HEADER.match(bare) and "," not in bare:
            begun.clear()
            continue
        for sign in bare:
            if sign in "[{":
                begun.append(number)
            elif sign in "]}" and begun:
                begun.pop()
    return begun[0] if begun else line


def mended_at(halt: Halt, text: str) -> tuple[int | None, Phrase]:
    """On which line of a text what halted the reader is to be mended, and how."""
    if halt.said.startswith(TWICE):
        headers = [written for number, written in _statements(text) if written.startswith("[") and number <= (halt.line or 0)]
        if not (headers and headers[-1].startswith("[[")):
            return halt.line, Phrase("请删去一个", "delete one of the two")
        name = ".".join(_keys(headers[-1].lstrip("[ \t")))
        return halt.line, phrase("请删去一个；如果从这里起是另一项，请在前面补上 [[{name}]] 一行", "delete one of the two; if another item begins here, put a line [[{name}]] before it", name=name)
    began = opened_at(text, halt.line) if halt.line and halt.said.startswith("Unclosed") else halt.line
    if began == halt.line:
        return began, Phrase("请改正这一行或上一行（引号、括号是否成对，键是否重复）", "mend this line or the one above (quotes, brackets, repeated keys)")
    return began, phrase("它从这一行开始，到第 {line} 行仍没有写完；请补上括号或逗号", "it begins on this line and is not ended on line {line}: add the bracket or a comma", line=halt.line)


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


def toml_key(name: str) -> str:
    """A key as TOML takes it: bare where it may be, else in quotes."""
    import tomlkit

    return tomlkit.key(name).as_string() if name.isascii() else f'"{name}"'


def toml_text(value: Any, key: Callable[[str], str] = toml_key) -> str:
    """A plain value as one line of TOML a person would write: whole numbers without a fraction; `key` writes the keys of tables.

    Examples
    --------
    >>> toml_text({"hours": 60.0, "学时": [0.5, True]})
    '{ hours = 60, "学时" = [0.5, true] }'
    """
    import tomlkit

    if isinstance(value, dict):
        inside = ", ".join(f"{key(name)} = {toml_text(inner, key)}" for name, inner in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(toml_text(item, key) for item in value)}]"
    whole = isinstance(value, float) and value.is_integer() and abs(value) < LARGE
    return str(tomlkit.item(int(value) if whole else value).as_string())


def exceeds(value: Any) -> bool:
    """Whether there is any such whole number as `beyond` finds the places of."""
    if isinstance(value, dict):
        return any(map(exceeds, value.values()))
    if isinstance(value, list):
        return any(map(exceeds, value))
    return isinstance(value, int) and not -LARGEST <= value <= LARGEST


def beyond(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Where a whole number stands that is larger than TOML allows for."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from beyond(inner, (*path, key))
    elif isinstance(value, int) and not -LARGEST <= value <= LARGEST:
        yield path


def bounded(value: Any) -> Any:
    """Plain values with 1 in the place of numbers that are too large: these are faults already."""
    if isinstance(value, dict):
        return {key: bounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [bounded(inner) for inner in value]
    return 1 if isinstance(value, int) and not -LARGEST <= value <= LARGEST else value


def turned(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Where a text, or the name of a key, holds a mark that turns the direction in which what follows is shown."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from ((*path, key),) if isinstance(key, str) and key.translate(TURNS) != key else turned(inner, (*path, key))
    elif isinstance(value, str) and value.translate(TURNS) != value:
        yield path
