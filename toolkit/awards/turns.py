"""Turns: the members of every class from the best down, put in order once for all the awards that look at them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.ranking import Integers, Mask

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    def by_class(cls, classes: pd.Series[Any]) -> Pools:
        """The classes of members; who has none is in the class "".

        Examples
        --------
        >>> pools = Pools.by_class(pd.Series(["b", "a", None, "b"]))
        >>> pools.names, [members.tolist() for _, members in pools]
        (('', 'a', 'b'), [[2], [1], [0, 3]])
        """
        codes, found = pd.factorize(classes)
        written = ["" if name is None else str(name) for name in [*found, *([None] if (codes < 0).any() else [])]]
        names = sorted(set(written))
        place = np.array([names.index(name) for name in written] or [0], np.intp)
        return cls(tuple(names), place[codes])

    @cached_property
    def members(self) -> list[NDArray[np.intp]]:
        """The positions of each pool's members, rising."""
        if len(self.names) == 1:
            return [np.arange(len(self.codes))]
        small = self.codes.astype(np.int16) if len(self.names) < np.iinfo(np.int16).max else self.codes
        return self.parted(np.argsort(small, kind="stable"))  # sorted by radix where small

    def __iter__(self) -> Iterator[tuple[str, NDArray[np.intp]]]:
        return iter(zip(self.names, self.members, strict=True))

    def counted(self, chosen: Mask) -> list[int]:
        """How many of the chosen are in each pool."""
        counts: list[int] = np.bincount(self.codes[chosen], minlength=len(self.names)).tolist()
        return counts

    def parted(self, positions: NDArray[np.intp]) -> list[NDArray[np.intp]]:
        """Members that are sorted by pool, pool by pool."""
        ends = np.cumsum(np.bincount(self.codes[positions], minlength=len(self.names)))
        return np.split(positions, ends[:-1])[: len(self.names)]


@dataclass(frozen=True, eq=False)
class Turns:
    """The members of every pool from the best down.

    Parameters
    ----------
    levels : int64[n]
        As `toolkit.ranking.levels` gives them: 0 for the best of all, -1 for who is not ranked.
    """

    pools: Pools
    levels: Integers

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The ranked members' positions, pool by pool, each from the best down."""
        order = np.argsort(self.pools.codes * (len(self.levels) + 1) + self.levels)
        return order[self.levels[order] >= 0]

    def queues(self, chosen: Mask) -> list[NDArray[np.intp]]:
        """The chosen among them: the positions in each pool, from the best down."""
        return self.pools.parted(self.order[chosen[self.order]])

    def ranks(self, chosen: Mask) -> Integers:
        """The rank of each of the chosen in its pool, 1-2-2-4; 0 for all others; int64[n].

        Examples
        --------
        >>> turns = Turns(Pools.by_class(pd.Series(["a", "b", "a", "a"])), np.array([1, 0, 0, 1]))
        >>> turns.ranks(np.array([True, True, True, True])).tolist()
        [2, 1, 1, 2]
        """
        queue = self.order[chosen[self.order]]
        codes, levels = self.pools.codes[queue], self.levels[queue]
        new = np.ones(len(queue), np.bool_)
        new[1:] = (levels[1:] != levels[:-1]) | (codes[1:] != codes[:-1])
        ahead = np.maximum.accumulate(np.where(new, np.arange(len(queue)), 0))
        ranks = np.zeros(len(self.levels), np.int64)
        ranks[queue] = ahead - np.searchsorted(codes, np.arange(len(self.pools.names)))[codes] + 1
        return ranks
