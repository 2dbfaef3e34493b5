"""The rule of the awards as it stood in version 0.2.0, list by list in floats: an oracle for the one that came after it.

The terms of the awards: all that no score changes, worked out once, and the contests that scores then decide.

Turns: the members of every class from the best down, put in order once for all the awards that look at them.

Ceilings: a bound on the places of all classes together, once each class has been served.

Reserves (候补): who would be given an award next, known once every award is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from toolkit.evaluation.quotas import places
from toolkit.evaluation.requirements import Demands, asked, bars
from toolkit.evaluation.scores import TOTAL, Score
from toolkit.ground.ranking import Floats, Integers, Mask, _dense, _lowest_for_nan, competition_ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Award
    Names = NDArray[np.object_]


NOBODY = np.zeros(0, dtype=np.bool_)


STEPS = 2.0**52  # beyond these a float64 does not tell one step of the last decimal from the next
WIDEST = 63  # bits of a whole number that is not negative


def descents(key: Floats, decimals: int) -> Integers:
    """How far each number is below the greatest, or 0: in steps of the last decimal, or in places among the different numbers.

    Steps are counted where every number has no more than these decimals. NaN is below every number.

    Examples
    --------
    >>> descents(np.array([90, 89.75, np.nan, 90]), 2).tolist(), descents(np.array([90, 89.75, np.nan, 90]), 1).tolist()
    ([0, 25, 9001, 0], [0, 1, 2, 0])
    """
    steps, missing = np.rint(key * 10.0**decimals), np.isnan(key)
    top, low = np.fmax.reduce(steps, initial=0.0), np.fmin.reduce(steps, initial=0.0)
    if not (top - low < STEPS and ((steps / 10.0**decimals == key) | missing).all()):
        return _dense(-_lowest_for_nan(key))[0]
    np.subtract(top, steps, out=steps)
    steps[missing] = top - low + 1
    return steps.astype(np.int64)


def lined_up(*keys: Integers) -> tuple[Integers, Mask]:
    """The positions of members by whole numbers from 0 up, int64[n] each, and who differs from the one before.

    The first key decides, each further one only among those level so far; of those level on all, the first position
    comes first.

    Examples
    --------
    >>> order, new = lined_up(np.array([1, 0, 1, 0]), np.array([2, 5, 1, 5]))
    >>> order.tolist(), new.tolist()
    ([1, 3, 2, 0], [True, False, True, True])
    """
    new, own = np.ones(len(keys[0]), np.bool_), len(keys[0]).bit_length()
    widths = [int(key.max(initial=0)).bit_length() for key in keys]
    if sum(widths) + own > WIDEST:
        order = np.lexsort(keys[::-1])
        new[1:] = np.logical_or.reduce([np.diff(key[order]) != 0 for key in keys])
        return order, new
    packed = np.array(keys[0], dtype=np.int64)
    for key, width in zip((*keys[1:], np.arange(len(packed))), (*widths[1:], own), strict=True):
        packed <<= width
        packed |= key
    packed.sort()
    order = packed & ((1 << own) - 1)
    packed >>= own
    new[1:] = packed[1:] != packed[:-1]
    return order, new


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
    contests: Sequence[Contest]
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
        """The turns of members with these keys, float64[n] each, that `toolkit.ground.ranking.competition_ranks` would compare.

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



def with_reserves(allotments: list[Allotment]) -> list[Allotment]:
    """The awards with the reserves of those that name any."""
    return [_reserved(own, allotments) if own.award.reserve else own for own in allotments]


def _reserved(own: Allotment, all_: Sequence[Allotment]) -> Allotment:
    """Whoever holds an award that excludes this one is no reserve of it."""
    excluding = [other.given for other in all_ if other.award.id not in own.award.beside and own.award.id not in other.award.beside]
    taken = np.logical_or.reduce(excluding)
    return replace(own, contests=[replace(one, reserve=_reserve(one, taken[one.positions])) for one in own.contests])


def _reserve(contest: Contest, taken: Mask) -> Integers:
    """The place of each member among the reserves.

    Of an open tie those not chosen come first, so that the listed ones follow them. While the places of all classes
    together are open, nobody's turn is known.
    """
    waiting = contest.able & ~contest.open & ~taken
    if contest.shared.any():
        return np.zeros(len(waiting), np.int64)
    ranks = competition_ranks(np.where(waiting, contest.keys[0], np.nan), *contest.keys[1:])
    turn = ranks + (int(contest.open.sum()) - contest.left)
    return np.where((ranks > 0) & (turn <= contest.award.reserve), turn, 0)



Lined: TypeAlias = dict[tuple[str, str], Turns]
"""The members' turns, by the node that places go by and by who competes: within a class, or all."""


@dataclass(frozen=True, eq=False)
class Terms:
    """On what terms the awards of a scheme are given to these members.

    Parameters
    ----------
    members
        Index member; columns name, class, applied.
    eligibility
        What a member must meet to take part at all.
    bars
        What each award asks for, by its id.
    barred : dict of bool[n]
        By award, the members whom a veto bars from it.
    """

    scheme: Scheme
    members: pd.DataFrame
    eligibility: Demands
    bars: dict[str, Demands]
    barred: dict[str, Mask]

    @classmethod
    def of(
        cls, scheme: Scheme, members: pd.DataFrame, vetoes: pd.DataFrame, conditions: pd.DataFrame | None = None
    ) -> Terms:
        """The terms of a scheme's awards; frames as for `decide_awards`."""
        classes = members["class"]
        required = scheme.eligibility.require if scheme.eligibility else ()
        return cls(
            scheme,
            members,
            asked(required, scheme, classes, conditions),
            {award.id: asked(bars(award), scheme, classes, conditions) for award in scheme.awards},
            {award.id: barred(scheme, members.index, vetoes, award.id) for award in scheme.awards},
        )

    def under(self, scheme: Scheme) -> Terms:
        """The same terms under a scheme that differs in nothing they depend on; the classes are not looked up again."""
        found = replace(self, scheme=scheme)
        found.__dict__.update(named=self.named, classes=self.classes)
        return found

    @cached_property
    def applied(self) -> Mask:
        """Who applied; bool[n]."""
        return self.members["applied"].to_numpy(dtype=np.bool_)

    @cached_property
    def named(self) -> NDArray[np.object_]:
        """The class of each member, as it is named."""
        return self.members["class"].to_numpy(dtype=object)

    @cached_property
    def classes(self) -> Pools:
        """The members' classes, whether places go by them or not."""
        return Pools.by_class(self.named)

    @cached_property
    def pools(self) -> dict[str, Pools]:
        """Who competes with whom: within a class, and over all."""
        together = Pools.together(len(self.members))
        return {"class": self.classes if self.scheme.members.class_ else together, "all": together}

    def taking_part(self, score: Score) -> Mask:
        """Who applied and is eligible: the applicants of whom a quota takes its share; bool[n]."""
        return self.applied & self.eligibility.met(score)

    def turns(self, score: Score) -> Lined:
        """The members of each pool from the best down, for the list itself and for all that places go by."""
        ties = [score(node) for node in tie_nodes(self.scheme)]
        wanted = {(TOTAL, "class"): None} | {(award.by, _within(award)): None for award in self.scheme.awards}
        decimals = self.scheme.decimals
        return {(by, within): Turns.of(self.pools[within], score(by), *ties, decimals=decimals) for by, within in wanted}

    def allotments(self, score: Score, turns: Lined | None = None) -> list[Allotment]:
        """Every award, decided in the scheme's order; `turns` are those of the same scores, if known."""
        turns = turns or self.turns(score)
        part = self.taking_part(score)
        able = part & ~np.isnan(score(TOTAL))
        found: list[Allotment] = []
        for award in self.scheme.awards:
            taken = [earlier.given for earlier in found if earlier.award.id not in award.beside]
            free = able & ~np.logical_or.reduce([self.barred[award.id], *taken])
            found.append(self._allotted(award, part, free & self.bars[award.id].met(score), score, turns))
        return with_reserves(found)

    def contests(self, score: Score, turns: Lined | None = None) -> list[Contest]:
        """The same in every pool."""
        return [contest for found in self.allotments(score, turns) for contest in found.contests]

    def _allotted(self, award: Award, part: Mask, able: Mask, score: Score, turns: Lined) -> Allotment:
        line, quota, joint = turns[award.by, _within(award)], award.quota, self.scheme.ties[-1:] == ("joint",)
        if award.by != TOTAL:
            able = able & ~np.isnan(score(award.by))
        counts = [places(quota, count, class_) for class_, count in zip(line.pools.names, line.pools.counted(part), strict=True)]
        given, open_ = np.zeros_like(able), np.zeros_like(able)
        for queue, count in zip(line.queues(able), counts, strict=True):
            first, until = allot(line.standings[queue], count, joint=joint)
            given[line.order[queue[:first]]] = True
            if first < until:
                open_[line.order[queue[first:until]]] = True

        keys = np.array([score(node) for node in (award.by, *tie_nodes(self.scheme))])
        contests = [
            Contest(award, class_, own, count, keys[:, own], able[own], given[own], open_[own])
            for (class_, own), count in zip(line.pools, counts, strict=True)
        ]
        if quota is None or quota.in_all is None:
            return Allotment(award, given, open_, contests)
        return Allotment.of(award, held_together(contests, quota.in_all, joint=joint), len(given))


def barred(scheme: Scheme, index: pd.Index[str], vetoes: pd.DataFrame, award: str) -> Mask:
    """The members whom a veto bars from an award; bool[n]."""
    bar = [
        veto.id
        for veto in scheme.vetoes
        if veto.effect.award == "none" or (veto.effect.award is not None and award in veto.effect.award)
    ]
    struck = vetoes.loc[vetoes["veto"].isin(bar), "member"] if bar and len(vetoes) else ()
    return np.asarray(index.isin(struck), dtype=np.bool_) if len(struck) else np.zeros(len(index), np.bool_)


def _within(award: Award) -> str:
    """Who competes for an award's places."""
    return award.quota.within if award.quota else "class"
