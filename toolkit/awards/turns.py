"""Turns: the members of every class from the best down, put in order once for all the awards that look at them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.ranking import Floats, Integers, Mask, descents, lined_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Names = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Pools:
    """Those that compete with one another: each class by itself, or all members together.

    Parameters
    ----------
    names
        The classes, sorted; one "" when all compete together.
    codes : intp[n]
        The place of each member's class among the names.
    """

    names: tuple[str, ...]
    codes: NDArray[np.intp]

    @classmethod
    def together(cls, members: int) -> Pools:
        """All members in one pool."""
        return cls(("",), np.zeros(members, np.intp))

    @classmethod
    def by_class(cls, classes: Names) -> Pools:
        """The classes of members; who has none is in the class "".

        Examples
        --------
        >>> pools = Pools.by_class(np.array(["b", "a", None, "b"], dtype=object))
        >>> pools.names, [members.tolist() for _, members in pools]
        (('', 'a', 'b'), [[2], [1], [0, 3]])
        """
        codes, found = pd.factorize(classes)
        written = ["" if name is None else str(name) for name in [*found, *([None] if (codes < 0).any() else [])]]
        names = sorted(set(written))
        place = np.array([names.index(name) for name in written], np.intp)
        return cls(tuple(names), place[codes])

    @cached_property
    def members(self) -> list[NDArray[np.intp]]:
        """The positions of each pool's members, rising."""
        if len(self.names) == 1:
            return [np.arange(len(self.codes))]
        small = self.codes.astype(np.int16) if len(self.names) < np.iinfo(np.int16).max else self.codes
        order = np.argsort(small, kind="stable")  # sorted by radix where small
        return [order[own] for own in _between([0, *np.cumsum(self.sizes).tolist()])]

    @cached_property
    def sizes(self) -> list[int]:
        """How many members each pool has."""
        sizes: list[int] = np.bincount(self.codes, minlength=len(self.names)).tolist()
        return sizes

    def __iter__(self) -> Iterator[tuple[str, NDArray[np.intp]]]:
        return iter(zip(self.names, self.members, strict=True))

    def counted(self, chosen: Mask) -> list[int]:
        """How many of the chosen are in each pool."""
        if chosen.all():
            return self.sizes
        counts: list[int] = np.bincount(self.codes[chosen], minlength=len(self.names)).tolist()
        return counts


@dataclass(frozen=True, eq=False)
class Turns:
    """The members of every pool from the best down.

    Parameters
    ----------
    order : intp[ranked]
        The ranked members' positions, pool by pool, each from the best down.
    standings : int64[ranked]
        In the same order: equal for those of a pool who are level on all that places go by, and rising from its best down.
    """

    pools: Pools
    order: NDArray[np.intp]
    standings: Integers

    @classmethod
    def of(cls, pools: Pools, *keys: Floats, decimals: int) -> Turns:
        """The turns of members with these keys, float64[n] each, that `toolkit.ranking.competition_ranks` would compare.

        Examples
        --------
        >>> totals = np.array([70.0, 90.0, 80.5, 70.0])
        >>> turns = Turns.of(Pools.by_class(np.array(["a", "b", "a", "a"], dtype=object)), totals, decimals=1)
        >>> turns.order.tolist(), turns.standings.tolist()
        ([2, 0, 3, 1], [1, 2, 2, 3])
        """
        order, new = lined_up(pools.codes, *(descents(key, decimals) for key in keys))
        standings, unranked = np.cumsum(new, dtype=np.int64), np.isnan(keys[0])
        if unranked.any():
            ranked = ~unranked[order]
            order, standings = order[ranked], standings[ranked]
        return cls(pools, order, standings)

    @cached_property
    def ends(self) -> list[int]:
        """Where each pool begins among the ranked, and where the last one ends."""
        ends: list[int] = np.searchsorted(self.pools.codes[self.order], np.arange(len(self.pools.names) + 1)).tolist()
        return ends

    def queues(self, chosen: Mask) -> list[NDArray[np.intp]]:
        """The chosen among the ranked: their places in `order`, pool by pool, each from the best down."""
        places = np.flatnonzero(chosen[self.order])
        return [places[own] for own in _between(np.searchsorted(places, self.ends).tolist())]

    def ranks(self, chosen: Mask) -> Integers:
        """The rank of each of the chosen in its pool, 1-2-2-4; 0 for all others; int64[n].

        Examples
        --------
        >>> totals = np.array([70.0, 90.0, 80.5, 70.0])
        >>> turns = Turns.of(Pools.by_class(np.array(["a", "b", "a", "a"], dtype=object)), totals, decimals=1)
        >>> turns.ranks(np.array([True, True, True, True])).tolist()
        [2, 1, 1, 2]
        """
        places = np.flatnonzero(chosen[self.order])
        standings, ends = self.standings[places], np.searchsorted(places, self.ends)
        level = np.bincount(standings)
        ahead = (np.cumsum(level) - level)[standings] - np.repeat(ends[:-1], np.diff(ends))
        ranks = np.zeros(len(chosen), np.int64)
        ranks[self.order[places]] = ahead + 1
        return ranks


def _between(ends: list[int]) -> list[slice]:
    """From each of some places to the next."""
    return [slice(start, end) for start, end in pairwise(ends)]
