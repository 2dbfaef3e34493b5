"""A scheme written back to its file, where only what changed is touched: comments, order and spacing stay."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.scheme.paths import plain
from toolkit.toml_places import BARE_WORD, Raw

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from toolkit.scheme import Scheme

LARGE = 1e15
HEADER = re.compile(r"(?<!\n)\n\[")
CODED = re.compile(r"U_((?:[0-9a-f]+_)+)U")


def write_scheme(scheme: Scheme, path: Path) -> None:
    """Write `scheme` to `path`: into the scheme that stands there, or as a new file.

    What says the same stays as it was written, comments and all; new items go to the end of their list.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    before = path.read_text("utf-8-sig") if path.exists() else ""
    path.write_text(rewritten(before, scheme), "utf-8", newline="\n")


def rewritten(text: str, scheme: Scheme) -> str:
    r"""The text of a scheme's file, made to say what `scheme` says.

    Examples
    --------
    >>> from toolkit.scheme import Scheme
    >>> print(rewritten("decimals = 2  # 两位\n", scheme.with_(decimals=3)))  # doctest: +SKIP
    decimals = 3  # 两位
    """
    import tomlkit

    document = tomlkit.parse(BARE_WORD.sub(lambda match: match[1] or _coded(match[2]), text))
    _adopt(document, plain(scheme), topmost=True)
    written = CODED.sub(_decoded, tomlkit.dumps(document))
    return written if text else HEADER.sub(r"\n\n[", written)


def _coded(word: str) -> str:
    """A bare key in another script than Latin as one that TOML allows; nobody writes such a word."""
    return "U_" + "".join(f"{ord(letter):x}_" for letter in word) + "U"


def _decoded(match: re.Match[str]) -> str:
    return "".join(chr(int(code, 16)) for code in match[1].rstrip("_").split("_"))


def _adopt(here: MutableMapping[str, Any], wanted: Raw, *, topmost: bool = False) -> None:
    own = {CODED.sub(_decoded, key): key for key in here}
    for name in [name for name in own if name not in wanted]:
        del here[own[name]]
    for name, value in wanted.items():
        key = own.get(name, _named(name))
        if key not in here:
            here[key] = _written(value) if topmost else _in_line(value)
        elif isinstance(here[key], dict) and isinstance(value, dict) and not _another(here[key], value):
            _adopt(here[key], value)
        elif _tables(here[key]) and _tables(value):
            _adopt_items(here, key, value)
        elif _unwrapped(here[key]) != value:
            here[key] = _in_line(value)


def _named(name: str) -> str:
    return _coded(name) if BARE_WORD.fullmatch(name) else name


def _adopt_items(here: MutableMapping[str, Any], key: str, wanted: list[Raw]) -> None:
    items, ids = here[key], [item.get("id") for item in wanted]
    kept = [item for item in items if item.get("id") in ids]
    if [item.get("id") for item in kept] != [id_ for id_ in ids if any(item.get("id") == id_ for item in kept)]:
        here[key] = _written(wanted)  # put in another order: the list is written anew
        return
    for place in reversed(range(len(items))):
        if items[place].get("id") not in ids:
            del items[place]
    for place, item in enumerate(wanted):
        if place < len(items) and items[place].get("id") == item.get("id"):
            _adopt(items[place], item)
        else:
            items.insert(place, _written([item])[0])


def _another(here: MutableMapping[str, Any], wanted: Raw) -> bool:
    """Whether what stands in one line gets other keys: then the line is written anew."""
    from tomlkit.items import InlineTable

    return isinstance(here, InlineTable) and {CODED.sub(_decoded, key) for key in here} != set(wanted)


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and "id" in item for item in value)


def _unwrapped(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _written(value: Any) -> Any:
    """Plain values as TOML a person would write: lists of items as [[tables]], what stands in them in one line."""
    import tomlkit

    if _tables(value):
        listed = tomlkit.aot()
        for item in value:
            listed.append(_table(item))
        return listed
    return _table(value) if isinstance(value, dict) else _in_line(value)


def _table(value: Raw) -> Any:
    import tomlkit

    table = tomlkit.table()
    for name, held in value.items():
        table.add(_named(name), _in_line(held))
    return table


def _in_line(value: Any) -> Any:
    import tomlkit

    return tomlkit.parse(f"it = {_text(value)}")["it"]


def _text(value: Any) -> str:
    import tomlkit

    if isinstance(value, dict):
        inside = ", ".join(f"{tomlkit.key(_named(name)).as_string()} = {_text(held)}" for name, held in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    whole = isinstance(value, float) and value.is_integer() and abs(value) < LARGE
    return str(tomlkit.item(int(value) if whole else value).as_string())
