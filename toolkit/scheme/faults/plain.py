"""A scheme as plain values: how checks find their way in it."""

from __future__ import annotations

from collections.abc import Iterator
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


def unknown(path: KeyPath, what: Phrase, given: object, known: list[str]) -> Fault:
    """The fault of a name that leads nowhere, with the nearest right one."""
    guess = nearest(str(given), known)
    rule = phrase("{what}“{given}”不存在", "there is no {en} `{given}`", what=what.zh, en=what.en, given=given)
    mend = phrase("现有：{known}", "known: {known}", known=", ".join(known) or "—")
    if guess:
        mend = phrase("是否应为“{guess}”？", "is `{guess}` meant?", guess=guess)
    return Fault(path, rule, mend)
