"""A scheme as its file says it: plain values, places by name such as ``indicator[pledge].weight``, and the file written anew.

Where a file is there already, only what changed is touched: comments, order and spacing stay.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from toolkit.ground.problems import did_you_mean, refuse
from toolkit.ground.text import phrase
from toolkit.ground.toml_syntax import BARE_WORD, Raw, toml_key, toml_text
from toolkit.ground.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from toolkit.scheme import Scheme


HOLDERS = (dict, list, tuple)
STEP = re.compile(r"([^.\[\]]+)(?:\[([^\[\]]+)\])?(?:\.|$)")


def plain_values(value: Any, *, written: bool = True) -> Any:
    """What a scheme says, as its file would: lists and tables, keys as in the file.

    Only what was written is there; with ``written=False`` what holds by default too.

    Examples
    --------
    >>> from toolkit.scheme.outcomes import Requirement
    >>> plain_values((Requirement(node="pledge", least=100.0),))
    [{'node': 'pledge', 'least': 100.0}]
    """
    if isinstance(value, dict):
        return {key: plain_values(item, written=written) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_values(item, written=written) for item in value]
    return _in_lists(value.model_dump(by_alias=True, exclude_unset=written)) if isinstance(value, BaseModel) else value


def _in_lists(value: Any) -> Any:
    """What a model was dumped to, its tuples as lists."""
    if isinstance(value, dict):
        return {key: _in_lists(item) if isinstance(item, HOLDERS) else item for key, item in value.items()}
    return [_in_lists(item) if isinstance(item, HOLDERS) else item for item in value]


def path_steps(path: str) -> list[str | tuple[str, str]]:
    """A path as its steps: a key, or a key of a list with the id of one of its items.

    Raises
    ------
    Refused
        When it is no path.

    Examples
    --------
    >>> path_steps("indicator[pledge].value.best"), path_steps("decimals")
    ([('indicator', 'pledge'), 'value', 'best'], ['decimals'])
    """
    keys, end = [], 0
    while match := STEP.match(path, end):
        keys.append((match[1], match[2]) if match[2] else match[1])
        end = match.end()
    if not keys or end != len(path) or path.endswith("."):
        rule = phrase("“{path}”不是办法中的位置", "`{path}` is no place in a scheme", path=path)
        raise refuse(rule, phrase("请写成 indicator[编号].weight 这样", "write it like indicator[id].weight"), value=path)
    return keys


def put(raw: Raw, path: str, value: Any) -> None:
    """Put `value` where `path` leads, in place; None removes what stands there, a new id adds an item.

    Raises
    ------
    Refused
        When a step names an item that is not there.
    """
    *before, last = path_steps(path)
    table: Any = raw
    for step in before:
        table = _item(table, step, path) if isinstance(step, tuple) else table.setdefault(step, {})
    if isinstance(last, tuple):
        _put_item(table.setdefault(last[0], []), last, value, path)
    elif value is None:
        table.pop(last, None)
    else:
        table[last] = plain_values(value)


def _put_item(items: list[Raw], step: tuple[str, str], value: Any, path: str) -> None:
    places = [place for place, item in enumerate(items) if item.get("id") == step[1]]
    if value is None:
        items.remove(_item({step[0]: items}, step, path))
    elif places:
        items[places[0]] = {"id": step[1], **plain_values(value)}
    else:
        items.append({"id": step[1], **plain_values(value)})


def _item(table: Raw, step: tuple[str, str], path: str) -> Raw:
    known = {str(item.get("id")): item for item in table.get(step[0], []) if isinstance(item, dict)}
    if step[1] in known:
        return known[step[1]]
    rule = phrase("办法里没有 {key}[{id}]", "the scheme has no {key}[{id}]", key=step[0], id=step[1])
    mend = did_you_mean(step[1], known) or phrase("现有：{known}", "known: {known}", known=", ".join(known) or "—")
    raise refuse(rule, mend, column=path, value=step[1])


HEADER = re.compile(r"(?<!\n)\n\[")
CODED = re.compile(r"U_((?:[0-9a-f]+_)+)U")


def write_scheme(scheme: Scheme, path: Path) -> None:
    """Write `scheme` to `path`: into the scheme that stands there, or as a new file.

    What says the same stays as it was written, comments and all; new items go to the end of their list.

    Raises
    ------
    Refused
        When the file cannot be written; then it is as it was.
    """
    before = path.read_text("utf-8-sig") if path.exists() else ""
    write_whole(path, rewritten(before, scheme))


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
    _adopt(document, plain_values(scheme), topmost=True)
    written = CODED.sub(_decoded, tomlkit.dumps(document))
    return written if text else HEADER.sub(r"\n\n[", written)


def _coded(word: str) -> str:
    """A bare key in another script than Latin as one that TOML allows; nobody writes such a word."""
    return "U_" + "".join(f"{ord(letter):x}_" for letter in word) + "U"


def _decoded(match: re.Match[str]) -> str:
    return "".join(chr(int(code, 16)) for code in match[1].rstrip("_").split("_"))


def _adopt(table: MutableMapping[str, Any], wanted: Raw, *, topmost: bool = False) -> None:
    keys = {CODED.sub(_decoded, key): key for key in table}
    for name in [name for name in keys if name not in wanted]:
        del table[keys[name]]
    for name, value in wanted.items():
        key = keys.get(name, _named(name))
        if key not in table:
            table[key] = _written(value) if topmost else _in_line(value)
        elif isinstance(table[key], dict) and isinstance(value, dict) and not _another(table[key], value):
            _adopt(table[key], value)
        elif identified(table[key]) and identified(value):
            _adopt_items(table, key, value)
        elif _as_many_tables(table[key], value):
            for item, inner in zip(table[key], value, strict=True):
                _adopt(item, inner)
        elif _unwrapped(table[key]) != value:
            _adopt_value(table, key, value)


def _adopt_value(table: MutableMapping[str, Any], key: str, value: Any) -> None:
    """Another value in place of one; of a list over several lines the elements that stay keep their lines and comments."""
    import tomlkit
    from tomlkit.items import Array

    old = table[key]
    if not (isinstance(old, Array) and isinstance(value, list) and "\n" in old.as_string()):
        table[key] = _in_line(value)
        return
    before, after = ([toml_text(item, toml_key) for item in side] for side in (old.unwrap(), value))
    for kind, start, end, first, last in reversed(SequenceMatcher(None, before, after, autojunk=False).get_opcodes()):
        common = min(end - start, last - first) if kind == "replace" else 0
        for place in reversed(range(start + common, end)) if kind in {"replace", "delete"} else ():
            del old[place]
        for place in range(first + common, last) if kind in {"replace", "insert"} else ():
            old.insert(start + place - first, _in_line(value[place]))
        for place in range(common):
            old[start + place] = _in_line(value[first + place])
    if tomlkit.parse(f"it = {old.as_string()}").unwrap()["it"] != value:
        table[key] = _in_line(value)


def _named(name: str) -> str:
    return _coded(name) if BARE_WORD.fullmatch(name) else name


def _toml_key(name: str) -> str:
    return toml_key(_named(name))


def _adopt_items(table: MutableMapping[str, Any], key: str, wanted: list[Raw]) -> None:
    import tomlkit

    items, ids = table[key], [item.get("id") for item in wanted]
    kept = [item for item in items if item.get("id") in ids]
    if [item.get("id") for item in kept] != [id_ for id_ in ids if any(item.get("id") == id_ for item in kept)]:
        table[key] = _written(wanted)  # put in another order: the list is written anew
        return
    for place in reversed(range(len(items))):
        if items[place].get("id") not in ids:
            del items[place]
    for place, item in enumerate(wanted):
        if place < len(items) and items[place].get("id") == item.get("id"):
            _adopt(items[place], item)
        else:
            added = _table(item)
            for blank in _remarks_below(items, place) or [tomlkit.nl()]:  # else the head of another item added after it stands on its last line
                added.add(blank)
            items.insert(place, added)


def _remarks_below(items: Any, place: int) -> list[Any]:
    """The blank lines and remarks below the last item of a list, taken from it where another one comes after it: they are the head of what follows."""
    import tomlkit

    if place < len(items) or not place:
        return []
    body = items[place - 1].value.body
    first = next((n for n in reversed(range(len(body))) if body[n][0] is not None), -1) + 1
    below = [item for _, item in body[first:]]
    body[first:] = [(None, tomlkit.nl())]
    return below


def _another(line: MutableMapping[str, Any], wanted: Raw) -> bool:
    """Whether what stands in one line gets other keys: then the line is written anew."""
    from tomlkit.items import InlineTable

    return isinstance(line, InlineTable) and {CODED.sub(_decoded, key) for key in line} != set(wanted)


def identified(value: Any) -> bool:
    """Whether a value is a list of tables that each have an id."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and "id" in item for item in value)


def _as_many_tables(old: Any, value: Any) -> bool:
    """Whether [[tables]] without ids, which are told apart by their places, stay as many as they were."""
    from tomlkit.items import AoT

    return isinstance(old, AoT) and isinstance(value, list) and len(old) == len(value)


def _unwrapped(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _written(value: Any) -> Any:
    """Plain values as TOML a person would write: lists of items as [[tables]], what stands in them in one line."""
    import tomlkit

    if identified(value):
        listed = tomlkit.aot()
        for item in value:
            listed.append(_table(item))
        return listed
    return _table(value) if isinstance(value, dict) else _in_line(value)


def _table(value: Raw) -> Any:
    import tomlkit

    table = tomlkit.table()
    for name, inner in value.items():
        table.add(_named(name), _in_line(inner))
    return table


def _in_line(value: Any) -> Any:
    import tomlkit

    return tomlkit.parse(f"it = {toml_text(value, _toml_key)}")["it"]
