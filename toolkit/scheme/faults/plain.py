"""A scheme as plain values: how checks find their way in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from toolkit.errors import nearest
from toolkit.text import Phrase, phrase
from toolkit.toml_faults import Fault
from toolkit.toml_places import KeyPath, Raw

BOUNDS = ("least", "above", "most", "below")
LAST_RESORTS = ("joint", "committee")
NODE_LISTS = ("group", "indicator")


def items(raw: Raw, name: str) -> Iterator[tuple[int, Raw]]:
    """The tables of a list, with their places; what is no table is passed over."""
    listed = raw.get(name)
    for place, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict):
            yield place, item


def ids(raw: Raw, *lists: str) -> list[str]:
    """The ids in some lists."""
    return [item["id"] for name in lists for _, item in items(raw, name) if isinstance(item.get("id"), str)]


def is_number(value: Any) -> bool:
    """Whether a value is a number, and not NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124 - NaN


def clash(item: Raw) -> tuple[str, str] | None:
    """The lower and the upper bound between which there is nothing; of bounds that can be compared."""
    for low in ("least", "above"):
        for high in ("most", "below"):
            if low in item and high in item:
                open_ = low == "above" or high == "below"
                if item[low] > item[high] or (open_ and item[low] == item[high]):
                    return low, high
    return None


def labelled(raw: Raw, given: object, known: Sequence[str]) -> str | None:
    """The id, of those known, of what bears the label `given`: readers know things by their labels."""
    every = (item for listed in raw.values() if isinstance(listed, list) for item in listed if isinstance(item, dict))
    word = str(given).strip()
    return next((str(item["id"]) for item in every if item.get("label") == word and item.get("id") in known), None)


def unknown(path: KeyPath, what: Phrase, given: object, known: list[str], raw: Raw | None = None) -> Fault:
    """The fault of a name that leads nowhere, with the nearest right one; of a label in `raw`, with its id."""
    rule = phrase("{what}“{given}”不存在", "there is no {en} `{given}`", what=what.zh, en=what.en, given=given)
    mend = Phrase(f"现有：{'、'.join(known) or '无'}", f"known: {', '.join(known) or '—'}")
    if guess := nearest(str(given), known):
        mend = phrase("是否应为“{guess}”？", "is `{guess}` meant?", guess=guess)
    if id_ := labelled(raw or {}, given, known):
        mend = phrase("这是名称，请写它的编号“{id}”", "that is a label: write its id `{id}`", id=id_)
    return Fault(path, rule, mend)
