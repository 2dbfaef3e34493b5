"""Where things stand in a TOML file: the line of each key, and what a reader calls a place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

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
