"""Places in a scheme by name, such as ``indicator[pledge].weight``, and plain values changed there."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

from toolkit.errors import nearest, refuse
from toolkit.text import phrase
from toolkit.toml_places import Raw

STEP = re.compile(r"([^.\[\]]+)(?:\[([^\[\]]+)\])?(?:\.|$)")


def plain(value: Any, *, written: bool = True) -> Any:
    """What a scheme says, as its file would: lists and tables, keys as in the file.

    Only what was written is there; with ``written=False`` what holds by default too.

    Examples
    --------
    >>> from toolkit.scheme.outcomes import Requirement
    >>> plain((Requirement(node="pledge", least=100.0),))
    [{'node': 'pledge', 'least': 100.0}]
    """
    if isinstance(value, BaseModel):
        return plain(value.model_dump(by_alias=True, exclude_unset=written))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def steps(path: str) -> list[str | tuple[str, str]]:
    """A path as its steps: a key, or a key of a list with the id of one of its items.

    Raises
    ------
    Refused
        When it is no path.

    Examples
    --------
    >>> steps("indicator[pledge].value.best"), steps("decimals")
    ([('indicator', 'pledge'), 'value', 'best'], ['decimals'])
    """
    found, end = [], 0
    while match := STEP.match(path, end):
        found.append((match[1], match[2]) if match[2] else match[1])
        end = match.end()
    if not found or end != len(path) or path.endswith("."):
        rule = phrase("“{path}”不是办法中的位置", "`{path}` is no place in a scheme", path=path)
        raise refuse(rule, phrase("请写成 indicator[编号].weight 这样", "write it like indicator[id].weight"), value=path)
    return found


def put(raw: Raw, path: str, value: Any) -> None:
    """Put `value` where `path` leads, in place; None removes what stands there, a new id adds an item.

    Raises
    ------
    Refused
        When a step names an item that is not there.
    """
    *before, last = steps(path)
    here: Any = raw
    for step in before:
        here = _item(here, step, path) if isinstance(step, tuple) else here.setdefault(step, {})
    if isinstance(last, tuple):
        _put_item(here.setdefault(last[0], []), last, value, path)
    elif value is None:
        here.pop(last, None)
    else:
        here[last] = plain(value)


def _put_item(items: list[Raw], step: tuple[str, str], value: Any, path: str) -> None:
    places = [place for place, item in enumerate(items) if item.get("id") == step[1]]
    if value is None:
        items.remove(_item({step[0]: items}, step, path))
    elif places:
        items[places[0]] = {"id": step[1], **plain(value)}
    else:
        items.append({"id": step[1], **plain(value)})


def _item(here: Raw, step: tuple[str, str], path: str) -> Raw:
    known = {str(item.get("id")): item for item in here.get(step[0], []) if isinstance(item, dict)}
    if step[1] in known:
        return known[step[1]]
    guess = nearest(step[1], known)
    rule = phrase("办法里没有 {key}[{id}]", "the scheme has no {key}[{id}]", key=step[0], id=step[1])
    mend = phrase("现有：{known}", "known: {known}", known=", ".join(known) or "—")
    if guess:
        mend = phrase("是否应为“{guess}”？", "is `{guess}` meant?", guess=guess)
    raise refuse(rule, mend, column=path, value=step[1])
