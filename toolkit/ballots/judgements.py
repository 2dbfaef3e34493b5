"""What an expert writes about one group of siblings: six ways of judging, as strict values by the ids of the nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from toolkit.scheme.criteria import Name
from toolkit.toml_file import Decision
from toolkit.toml_places import KeyPath, Raw

FRACTION = re.compile(r"\s*(\d+)\s*[/／]\s*([1-9]\d*)\s*")


def number_of(value: Any) -> Any:
    """A fraction typed as text as a number; anything else as it is.

    Examples
    --------
    >>> number_of("1/4"), number_of(3), number_of("3倍")
    (0.25, 3, '3倍')
    """
    match = FRACTION.fullmatch(value) if isinstance(value, str) else None
    return int(match[1]) / int(match[2]) if match else value


Given: TypeAlias = Annotated[float, Field(ge=0)]
Ratio: TypeAlias = Annotated[float, BeforeValidator(number_of), Field(gt=0)]
Pair: TypeAlias = tuple[Name, Name, Ratio]


class Points(Decision):
    """100 points divided among the nodes."""

    method: Literal["points"]
    points: dict[str, Given]


class Ahp(Decision):
    """How many times as important the first of each pair is as the second, 1/9 to 9."""

    method: Literal["ahp"]
    comparisons: tuple[Pair, ...]


class BestWorst(Decision):
    """The best beside all others, and all others beside the worst, 1 to 9; best and worst beside themselves are 1."""

    method: Literal["best_worst"]
    best: Name
    worst: Name
    best_to_others: dict[str, Given]
    others_to_worst: dict[str, Given]


class Swing(Decision):
    """100 for the swing from worst to best that is valued most, the others beside it."""

    method: Literal["swing"]
    swings: dict[str, Given]


class RankOrder(Decision):
    """The nodes in order of importance, the first most; those level in a list of their own."""

    method: Literal["rank_order"]
    order: tuple[Name | tuple[Name, ...], ...]
    kind: Literal["centroid", "sum", "reciprocal"] = "centroid"


class TradeOff(Decision):
    """The weight of the first of each pair over that of the second."""

    method: Literal["trade_off"]
    pairs: tuple[Pair, ...]


Judgement: TypeAlias = Annotated[
    Points | Ahp | BestWorst | Swing | RankOrder | TradeOff, Field(discriminator="method")
]


def named_nodes(raw: Raw) -> Iterator[tuple[KeyPath, str]]:
    """Every node that a judgement names, as plain values say it, with its place; what has the wrong type is passed over.

    Examples
    --------
    >>> list(named_nodes({"method": "rank_order", "order": ["hours", ["pledge", "conduct"]]}))
    [(('order', 0), 'hours'), (('order', 1, 0), 'pledge'), (('order', 1, 1), 'conduct')]
    """
    for key in ("points", "swings", "best_to_others", "others_to_worst"):
        yield from (((key, node), node) for node in _dict(raw.get(key)))
    for key in ("comparisons", "pairs"):
        for place, pair in enumerate(_list(raw.get(key))):
            yield from (((key, place, side), node) for side, node in enumerate(_list(pair)[:2]) if isinstance(node, str))
    for key in ("best", "worst"):
        if isinstance(raw.get(key), str):
            yield (key,), raw[key]
    for place, item in enumerate(_list(raw.get("order"))):
        inner = [(("order", place), item)] if isinstance(item, str) else _level(place, item)
        yield from inner


def _level(place: int, item: Any) -> list[tuple[KeyPath, str]]:
    return [(("order", place, side), node) for side, node in enumerate(_list(item)) if isinstance(node, str)]


def _dict(value: Any) -> Raw:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
