"""The first change of a list along a path, searched for among computed moments or on a grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np

from toolkit.sensitivity.tipping.crossings import JUST, NOISE, Stretch
from toolkit.sensitivity.tipping.searches import Search

if TYPE_CHECKING:
    from toolkit.ranking import Floats, Mask

Found = TypeVar("Found")
Looking: TypeAlias = "Search[Mask, Found]"
"""Asks about moments of a path, and is told at which of them the list is as it stands."""

LOOKS, FEW = 64, 2
ROUNDS, PARTS = 14, 8
GRID = 1.0 - np.cos(np.linspace(0.0, np.pi / 2, 97))  # dense near the list as it stands


@dataclass(frozen=True)
class Change:
    """Where the list first becomes another one along a path.

    Parameters
    ----------
    at
        The moment beyond which it is another; None when it stays the same to the end.
    seen
        A moment beyond, at which it was looked at and is another; between the two it is the same other one.
    exact
        Whether `at` is computed; not where it was sought on a grid.
    """

    at: float | None = None
    seen: float | None = None
    exact: bool = True


def first_change(stretches: Iterable[Stretch], end: float) -> Looking[Change]:
    """The first of the moments beyond which the list is another; where it outlives the last, the rest is sought on a grid."""
    last = 0.0
    for moments, looks, last in stretches:  # noqa: B007 - the end of the last stretch is where the rest begins
        if found := (yield from _between(moments, looks)):
            return found
    if found := (yield from _between(np.array([last]), np.array([last + JUST * (end - last)]))):
        return found
    return (yield from sought(end, last)) if last < end else Change()


def sought(end: float, start: float = 0.0) -> Looking[Change]:
    """The first change found on a grid, narrowed down to 1e-12 of the way: where scores are not straight.

    A list that changes and changes back between two neighbours of the grid goes unseen.
    """
    grid = start + GRID * (end - start)
    kept = yield grid[1:]
    if kept.all():
        return Change(exact=False)
    place = int(np.argmin(kept))
    low, high = float(grid[place]), float(grid[place + 1])
    far = high
    for _ in range(ROUNDS):
        parts = np.linspace(low, high, PARTS + 1)
        kept = yield parts[1:-1]
        place = int(np.argmin(np.append(kept, False)))
        low, high = float(parts[place]), float(parts[place + 1])
    return Change(high, (yield from _just_beyond(high, far)), exact=False)


def seen_nearest(search: Looking[Change]) -> Looking[Change]:
    """The same change, looked at as near as the list is another."""
    change = yield from search
    if change.at is None or change.seen is None:
        return change
    return replace(change, seen=(yield from _just_beyond(change.at, change.seen)))


def _between(moments: Floats, looks: Floats) -> Looking[Change | None]:
    """The first of the moments after which a look shows another list."""
    start, size = 0, FEW
    while start < len(looks):
        kept = yield looks[start : start + size]
        if not kept.all():
            place = start + int(np.argmin(kept))
            return Change(float(moments[place]), float(looks[place]))
        start, size = start + size, min(2 * size, LOOKS)
    return None


def _just_beyond(at: float, seen: float) -> Looking[float]:
    """The nearest moment to `at` at which the list is another: what lies on a boundary but for the noise counts as on it."""
    nearer = np.array([at + NOISE * max(1.0, at) * step for step in (1.0, 10.0, 100.0)] + [seen])
    kept = yield nearer
    other = nearer[(nearer <= seen) & ~kept]
    return float(other[0]) if other.size else seen
