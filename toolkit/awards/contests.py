"""Contests: who competes with whom for the places of an award, and who wins them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from toolkit.ranking import Floats, Integers, Mask, competition_ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Award

NOBODY = np.zeros(0, dtype=np.bool_)


@dataclass(frozen=True)
class Ceiling:
    """What the bound on the places of all classes together left over.

    Parameters
    ----------
    places
        Places in all classes together.
    line
        The lowest score that keeps its place or stands open at the line; None where there is no place.
    left, level
        How many places are left for how many members level at that line; both 0 when the line is clear.
    """

    places: int
    line: float | None
    left: int
    level: int


@dataclass(frozen=True, eq=False)
class Contest:
    """One award in one pool, decided.

    Parameters
    ----------
    award, class_
        The award, and the class that competes for it; "" when all classes compete together.
    positions : intp[n]
        The pool's members, by position among all.
    places
        Places there are; None for no limit.
    keys : float64[keys, n]
        The score that the places go by, then the nodes that settle ties.
    able : bool[n]
        Those over every bar whom no earlier award excludes.
    given, open : bool[n]
        Those given the award, and those left level at its line for the committee to settle.
    beyond, shared : bool[n]
        Those who won a place of their class that the bound on all classes together takes away, and those level at
        that line, for the committee to settle. Neither is among `given` or `open`.
    reserve : int64[n]
        The place among the reserves, from 1 up; 0 for those that are none.
    ceiling
        What is known of that bound; None where there is none or it holds by itself.
    """

    award: Award
    class_: str
    positions: NDArray[np.intp]
    places: int | None
    keys: Floats
    able: Mask
    given: Mask
    open: Mask
    beyond: Mask = field(default_factory=lambda: NOBODY)
    shared: Mask = field(default_factory=lambda: NOBODY)
    reserve: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    ceiling: Ceiling | None = None

    def __post_init__(self) -> None:
        """Whoever is not told of is in none of the rarer states."""
        for name in ("beyond", "shared", "reserve"):
            if not len(getattr(self, name)):
                kind = np.int64 if name == "reserve" else np.bool_
                object.__setattr__(self, name, np.zeros(len(self.positions), kind))

    @cached_property
    def order(self) -> Integers:
        """The place of each member among those able, 1-2-2-4; 0 for the others."""
        return competition_ranks(np.where(self.able, self.keys[0], np.nan), *self.keys[1:])

    @cached_property
    def line(self) -> float | None:
        """The lowest score that has a place of the class, stands open at its line, or lost it in all classes together."""
        won = self.keys[0][self.given | self.open | self.beyond | self.shared]
        return float(won.min()) if won.size else None

    @property
    def left(self) -> int:
        """How many places are left for those in an open tie."""
        return (self.places or 0) - int(self.given.sum()) if self.open.any() else 0

    @property
    def vacant(self) -> int:
        """How many places stay empty because nobody else is good enough (宁缺毋滥)."""
        taken = self.given | self.shared | self.beyond
        return max(0, (self.places or 0) - int(taken.sum()) - self.left)


def allot(levels: Integers, count: int | None, *, joint: bool) -> tuple[int, int]:
    """How many of one pool's queue are given an award, and up to where those after them stand in an open tie at its line.

    Parameters
    ----------
    levels : int64[n]
        Of those over every bar, from the best down: equal for those level on all that places go by.
    count
        Places; None for no limit.
    joint
        Whether all of those level at the line get it.

    Returns
    -------
    given, until
        The first `given` of the queue have it; those from there to `until` are left to the committee.

    Examples
    --------
    >>> allot(np.array([0, 1, 1]), 2, joint=False), allot(np.array([0, 1, 1]), 2, joint=True)
    ((1, 3), (3, 3))
    """
    if count is None or len(levels) <= count:
        return len(levels), len(levels)
    if count == 0:
        return 0, 0
    line = levels[count - 1]
    until = int(np.searchsorted(levels, line, side="right"))
    if joint or until <= count:
        return until, until
    return int(np.searchsorted(levels, line)), until


def held_together(contests: Sequence[Contest], bound: int, *, joint: bool) -> list[Contest]:
    """The contests of one award when there are no more than `bound` places in all of them together.

    Winners are put in one order, by the same keys. An open tie of a class takes as many places as it has left. Where
    the places end among members exactly level, all of those keep theirs under "joint"; otherwise none does until the
    committee decides. A place lost here is not offered to anyone else of the class.
    """
    won = [contest.given | contest.open for contest in contests]
    keys = np.concatenate([contest.keys[:, mask] for contest, mask in zip(contests, won, strict=True)], axis=1)
    ranks = competition_ranks(*keys)
    own = np.split(ranks, np.cumsum([int(mask.sum()) for mask in won])[:-1])
    taken = _taken(contests, own, won, len(ranks))
    if taken.sum() <= bound:
        return list(contests)
    line = int(np.flatnonzero(taken.cumsum() > bound)[0])
    left = bound - int(taken[:line].sum())
    kept, at = (ranks < line), (ranks == line) & (left > 0)
    last = keys[0][kept | at]
    level = 0 if joint else int(at.sum())
    ceiling = Ceiling(bound, float(last.min()) if last.size else None, left if level else 0, level)
    last_kept, shared = (line, -1) if joint and left else (line - 1, line if left else -1)
    return [
        _cut(contest, mask, mine <= last_kept, mine == shared, ceiling)
        for contest, mask, mine in zip(contests, won, own, strict=True)
    ]


def _taken(contests: Sequence[Contest], own: Sequence[Integers], won: Sequence[Mask], size: int) -> Integers:
    """How many places are taken at each rank among all winners, int64[ranks + 1]."""
    taken = np.zeros(size + 1, np.int64)
    for contest, ranks, mask in zip(contests, own, won, strict=True):
        np.add.at(taken, ranks[contest.given[mask]], 1)
        if contest.open.any():  # all of them stand at one rank
            taken[ranks[contest.open[mask]][0]] += contest.left
    return taken


def _cut(contest: Contest, won: Mask, kept: Mask, shared: Mask, ceiling: Ceiling) -> Contest:
    keeps, shares = np.zeros_like(won), np.zeros_like(won)
    keeps[won], shares[won] = kept, shared
    return replace(
        contest,
        given=contest.given & keeps,
        open=contest.open & keeps,
        beyond=won & ~keeps & ~shares,
        shared=shares,
        ceiling=ceiling,
    )


def tie_nodes(scheme: Scheme) -> list[str]:
    """The nodes that settle ties, in turn."""
    return [node for node in scheme.ties if node not in {"joint", "committee"}]
