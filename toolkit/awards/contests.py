"""Contests: who competes with whom for the places of an award, and who wins them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from toolkit.deferred import Deferred
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


@dataclass(frozen=True, eq=False)
class Allotment:
    """One award in all its pools, decided.

    Parameters
    ----------
    given, open : bool[n]
        Of all members those given the award, and those left level at a line for the committee to settle.
    contests
        The same pool by pool, with what is known beside.
    ceiling
        What is known of the bound on all classes together; None where there is none or it holds by itself.
    """

    award: Award
    given: Mask
    open: Mask
    contests: Deferred[Sequence[Contest]] = Deferred()  # noqa: RUF009 - it has no default, and is given to each
    ceiling: Ceiling | None = None

    @classmethod
    def of(cls, award: Award, contests: Sequence[Contest], members: int) -> Allotment:
        """The award as its contests have it, among so many members."""
        given, open_ = np.zeros(members, np.bool_), np.zeros(members, np.bool_)
        for contest in contests:
            given[contest.positions[contest.given]] = True
            open_[contest.positions[contest.open]] = True
        return cls(award, given, open_, contests, contests[0].ceiling if contests else None)


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
    until = int(levels.searchsorted(line, side="right"))
    if joint or until <= count:
        return until, until
    return int(levels.searchsorted(line)), until


def tie_nodes(scheme: Scheme) -> list[str]:
    """The nodes that settle ties, in turn."""
    return [node for node in scheme.ties if node not in {"joint", "committee"}]
