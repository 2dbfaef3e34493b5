"""Places that hang on who else has one: so many of members alike in a condition, or as many as a budget pays for.

A run in which nothing stands open is decided with all others at once; one that leaves members level in every way at a limit is
gone through rank by rank, so that it is known which of them are level for how many places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from toolkit.evaluation.quotas import PoolPositions, Pools, span
from toolkit.evaluation.ranks import Places, allot
from toolkit.ground.ranking import Floats, Integers, Mask, competition_ranks

if TYPE_CHECKING:
    from toolkit.evaluation.steps import Standing
    from toolkit.evaluation.tiebreaks import RulingOn
    from toolkit.scheme.outcomes import Quota

Groups: TypeAlias = NDArray[np.object_]
NOISE = 1e-9


@dataclass(frozen=True, eq=False)
class Opening:
    """Members level in every way, and too few places for them, for the committee to settle.

    Parameters
    ----------
    members : intp[n]
        Positions among all.
    places
        How many of them are to be chosen.
    allows
        Whether these positions may be chosen: so many of each, or what the budget pays for.
    """

    members: NDArray[np.intp]
    places: int
    allows: Callable[[NDArray[np.intp]], bool]


def payable(cost: object) -> bool:
    """Whether a cost is one that can be paid: a number from 0 up.

    Examples
    --------
    >>> payable(12.5), payable(""), payable(-1.0), payable(float("nan"))
    (True, False, False, False)
    """
    return isinstance(cost, int | float | np.number) and not isinstance(cost, bool | np.bool_) and bool(cost >= 0)


@dataclass(frozen=True, eq=False)
class Limit:
    """The limit of an award's quota.

    Parameters
    ----------
    pools
        Who competes with whom.
    groups : object[members] or object[runs, members]
        Which state of the condition each member is in, where so many are allowed of each; else None.
    costs : float64[members] or float64[runs, members]
        What each costs, where a budget is spent; NaN or below 0 for who cannot be funded; else None.
    rulings
        What the committee ruled of this award's ties.
    ranked : int[runs, members]
        The standings of all that are ranked, where their places are not handed on; else None.
    """

    quota: Quota
    pools: Pools
    groups: Groups | None
    costs: Floats | None
    joint: bool
    rulings: Sequence[RulingOn]
    ranked: Standing | None = None


@dataclass(frozen=True, eq=False)
class Limited:
    """Who is given an award within its limit: bool[runs, members] each.

    Parameters
    ----------
    given, open
        As of any award.
    kept
        Who is not left out because those alike have as many places as they may, or, under a budget, whose turn came.
    openings
        Of every run with members level at a limit or a line, by run: who they are and for how many places.
    """

    given: Mask
    open: Mask
    kept: Mask
    openings: dict[int, list[Opening]] = field(default_factory=dict)


def within_limit(limit: Limit, standing: Standing, least: int, counts: Sequence[Places], ties: Sequence[Standing]) -> Limited:
    """Who is given an award in each run, within its limit.

    Parameters
    ----------
    standing : int[runs, members]
        At what places go by; 0 for those that are not offered the award.
    least
        The lowest standing that is offered it.
    counts
        The places of each pool.
    ties : int[runs or 1, members] each
        What settles ties, in turn.
    """
    first, last = (standing, []) if limit.ranked is None else (limit.ranked, [(standing >= least).astype(np.int64)])
    keys, least = [np.broadcast_to(key, standing.shape) for key in (first, *ties, *last)], least if limit.ranked is None else 1
    decide = _foremost if limit.ranked is not None else _funded if limit.costs is not None else _alike
    found, doubtful = decide(limit, first, least, counts, keys)
    for run in np.flatnonzero(doubtful).tolist():
        found.given[run] = found.open[run] = False
        openings = found.openings.setdefault(run, [])
        for place, members in enumerate(limit.pools.members):
            offered = members[first[run, members] >= least]
            ranks = competition_ranks(*(key[run, offered].astype(np.float64) for key in keys)) - 1
            openings += _one_by_one(limit, run, found, offered, ranks, _count(counts[place], run))
        for opening in openings:
            found.open[run, opening.members] = True
    return found


def _count(places: Places, run: int) -> int | None:
    return places if places is None or isinstance(places, int) else int(places[run])


def _of_run(facts: NDArray[Any], run: int) -> NDArray[Any]:
    return np.asarray(facts[run] if facts.ndim > 1 else facts)


def _one_by_one(  # noqa: PLR0917 - private
    limit: Limit, run: int, found: Limited, offered: NDArray[np.intp], ranks: Integers, count: int | None
) -> Iterator[Opening]:
    """Write who of a pool is given the award in one run; what is left open."""
    given, kept = found.given[run], found.kept[run]
    if limit.ranked is not None:
        able = offered[np.isin(offered, np.flatnonzero(kept))]
        parts: Iterator[tuple[Opening | None, NDArray[np.intp]]] = iter([(None, able)]) if count is None else _at_the_end(offered, ranks, kept, count)
        yield from _given_or_open(parts, given, limit.rulings)
        return
    if limit.costs is not None:
        yield from _spent(limit, _of_run(limit.costs, run), offered, ranks, (given, kept))
        return
    assert limit.groups is not None
    groups = _of_run(limit.groups, run)[offered]
    yield from _given_or_open(_shared_out(offered, ranks, groups, count, limit.quota, kept), given, limit.rulings)


def _given_or_open(parts: Iterator[tuple[Opening | None, NDArray[np.intp]]], given: Mask, rulings: Sequence[RulingOn]) -> Iterator[Opening]:
    """Write whom places are given to, and who was ruled to have them; what is left open."""
    for opening, chosen in parts:
        ruled = chosen if opening is None else _ruled(opening, rulings)
        if ruled is None and opening is not None:
            yield opening
        else:
            given[ruled] = True


def _ruled(opening: Opening, rulings: Sequence[RulingOn]) -> NDArray[np.intp] | None:
    """Whom the committee gave the places of this very tie; None where it has not ruled, or chose what cannot be."""
    for ruling, level, chosen in rulings:
        if ruling.tie.places == opening.places and level.sum() == len(opening.members) and level[opening.members].all():
            whom = np.flatnonzero(chosen)
            return whom if opening.allows(whom) else None
    return None


def _alike(limit: Limit, standing: Standing, least: int, counts: Sequence[Places], keys: Sequence[Standing]) -> tuple[Limited, Mask]:
    """At most, or at least, so many of those alike: the best of each group first, then all by the places of their pool."""
    per, groups = limit.quota.per, limit.groups
    assert per is not None
    assert groups is not None
    offered = np.asarray(standing >= least)
    if groups.ndim > 1:
        return Limited(offered & False, offered & False, np.array(offered)), np.ones(len(standing), np.bool_)
    cells, ties = list(_cells(limit.pools, groups)), [partial(_paired, key) for key in keys[1:]]
    served = partial(allot, least=least, keys=ties, joint=limit.joint)
    kept, unsure = served(standing, pools=[(cell, per.most) for cell in cells])
    order = np.where(kept | unsure, standing, 0).astype(np.int64)
    if per.least is not None:
        sure, unsure_too = served(order, pools=[(cell, per.least) for cell in cells])
        order += sure * (1 + order.max(initial=0))
        unsure = unsure | unsure_too
    given, open_ = served(order, pools=zip(limit.pools.spans, counts, strict=True))
    return Limited(given, open_, kept | unsure), np.asarray((unsure | open_).any(axis=1))


def _foremost(limit: Limit, ranked: Standing, least: int, counts: Sequence[Places], keys: Sequence[Standing]) -> tuple[Limited, Mask]:
    """Of all that are ranked the first, as many as there are places; of these who may be given the award."""
    given, open_ = allot(ranked, least, zip(limit.pools.spans, counts, strict=True), [partial(_paired, key) for key in keys[1:]], joint=limit.joint)
    able = keys[-1] > 0
    return Limited(given & able, open_ & able, np.asarray(able & (given | open_))), np.asarray((open_ & able).any(axis=1))


def _at_the_end(offered: NDArray[np.intp], ranks: Integers, kept: Mask, count: int) -> Iterator[tuple[Opening | None, NDArray[np.intp]]]:
    """The same of one run: those clearly among the first, and those level in every way where the places end."""
    level = [int((ranks == rank).sum()) for rank in ranks]
    clear = np.array([rank + own <= count for rank, own in zip(ranks, level, strict=True)], np.bool_)
    last = (ranks < count) & ~clear
    yield None, offered[clear & kept[offered]]
    if (last & kept[offered]).any():
        yield Opening(offered[last], count - int(clear.sum()), lambda _: True), offered[last]


def _cells(pools: Pools, groups: Groups) -> Iterator[PoolPositions]:
    """The members of each pool that are alike."""
    for members in pools.members:
        _, which = np.unique(groups[members], return_inverse=True)
        yield from (span(members[which == place]) for place in range(int(which.max(initial=-1)) + 1))


def _paired(standing: Standing, run: NDArray[np.intp], member: NDArray[np.intp]) -> Standing:
    return np.asarray(standing[run, member])


def _shared_out(  # noqa: PLR0917 - private
    offered: NDArray[np.intp], ranks: Integers, groups: Groups, count: int | None, quota: Quota, kept: Mask
) -> Iterator[tuple[Opening | None, NDArray[np.intp]]]:
    """The places of a pool in one run, rank by rank: each with whom they are given to, or left open between.

    Of members at one rank and alike none is ahead of another: how many of them have a place does not hang on how ties are settled,
    but where the places end at that rank.
    """
    cells = _counted(ranks, groups, quota)
    kept[offered] = False
    for own, _, most in cells:
        kept[offered[own]] = most > 0
    assured = sum(sure for _, sure, _ in cells)
    short = count is not None and assured > count
    left = np.inf if count is None else count - (0 if short else assured)
    for rank in sorted({int(ranks[own[0]]) for own, _, _ in cells}):
        here = [(own, sure, most) for own, sure, most in cells if ranks[own[0]] == rank]
        wanted = [sure if short else most - sure for _, sure, most in here]
        if sum(wanted) <= left:
            left -= sum(wanted)
            shares = [sure if short else most for _, sure, most in here]
        else:
            line = [cell for cell, more in zip(here, wanted, strict=True) if more]
            if left:
                bounds = [(groups[own[0]], 0 if short else sure, sure if short else most) for own, sure, most in line]
                yield _level(offered, np.concatenate([own for own, _, _ in line]), groups, int(left) + sum(low for _, low, _ in bounds), bounds)
            here = [cell for cell, more in zip(here, wanted, strict=True) if not (more and left)]
            shares, left = [0 if short else sure for _, sure, _ in here], 0
        for (own, _, _), share in zip(here, shares, strict=True):
            if share:
                yield _level(offered, own, groups, share, [(groups[own[0]], share, share)])


def _counted(ranks: Integers, groups: Groups, quota: Quota) -> list[tuple[NDArray[np.intp], int, int]]:
    """Those at one rank and alike, from the best rank down, how many of them have a place before anyone else, and how many may have one."""
    assert quota.per is not None
    cells, taken = [], dict[str, int]()
    for rank in np.unique(ranks).tolist():
        here = np.flatnonzero(ranks == rank)
        for group in sorted(set(groups[here])):
            own, before = here[groups[here] == group], taken.get(group, 0)
            most = len(own) if quota.per.most is None else min(len(own), quota.per.most - before)
            cells.append((own, min(most, max(0, (quota.per.least or 0) - before)), most))
            taken[group] = before + most
    return cells


def _level(
    offered: NDArray[np.intp], own: NDArray[np.intp], groups: Groups, places: int, bounds: Sequence[tuple[str, int, int]]
) -> tuple[Opening | None, NDArray[np.intp]]:
    """Whom places are given to, all of them, or between whom they are left open."""
    members = offered[own]
    if places == len(members):
        return None, members
    group_of = dict(zip(members.tolist(), groups[own], strict=True))

    def allows(chosen: NDArray[np.intp]) -> bool:
        names = [group_of.get(member) for member in chosen.tolist()]
        return all(low <= names.count(group) <= high for group, low, high in bounds)

    return Opening(members, places, allows), members


def _funded(limit: Limit, standing: Standing, least: int, _: Sequence[Places], keys: Sequence[Standing]) -> tuple[Limited, Mask]:
    """Who is funded, rank by rank in all runs at once; in which runs level ones do not fit together."""
    assert limit.costs is not None
    assert limit.quota.budget is not None
    costs = np.broadcast_to(limit.costs, standing.shape)
    payable = np.nan_to_num(costs, nan=-1.0) >= 0
    given, kept, doubtful = np.zeros(standing.shape, np.bool_), np.zeros(standing.shape, np.bool_), np.zeros(len(standing), np.bool_)
    rows, room = np.arange(len(standing)), limit.quota.budget + NOISE * max(1.0, limit.quota.budget)
    for members in limit.pools.members:
        own = [np.where((standing >= least) & payable, key, 0)[:, members] for key in keys]
        order = np.lexsort(tuple(-key.astype(np.float64) for key in reversed(own)), axis=-1)
        ordered = [np.take_along_axis(key, order, axis=1) for key in own]
        same = np.logical_and.reduce([key[:, 1:] == key[:, :-1] for key in ordered])
        shared = np.zeros(order.shape, np.bool_)
        shared[:, 1:] = same
        shared[:, :-1] |= same
        left, over = np.full(len(standing), room), np.zeros(len(standing), np.bool_)
        for place in range(order.shape[1]):
            member = members[order[:, place]]
            turn = (ordered[0][:, place] > 0) & ~over
            if not turn.any():
                break
            fits = turn & (costs[rows, member] <= left)
            given[rows, member], kept[rows, member] = fits, turn
            left -= np.where(fits, costs[rows, member], 0.0)
            doubtful |= turn & ~fits & shared[:, place]
            over |= turn & ~fits & (limit.quota.overrun == "stop")
    return Limited(given, given & False, kept), doubtful


def _spent(
    limit: Limit, costs: Floats, offered: NDArray[np.intp], ranks: Integers, masks: tuple[Mask, Mask]
) -> Iterator[Opening]:
    """The same of one run, where level ones do not fit together: the committee chooses whom of them it funds.

    Those too dear by themselves stand behind the others of their rank. Below an open choice nobody is funded until it is made.
    """
    assert limit.quota.budget is not None
    (given, kept), left, stops = masks, limit.quota.budget + NOISE * max(1.0, limit.quota.budget), limit.quota.overrun == "stop"
    kept[offered] = False
    payable = np.nan_to_num(costs[offered], nan=-1.0) >= 0
    for rank in np.unique(ranks[payable]).tolist():
        level = offered[payable & (ranks == rank)]
        fitting = level[costs[level] <= left]
        kept[level] = True
        if costs[fitting].sum() > left:
            opening = _to_choose(fitting, costs, left)
            chosen = _ruled(opening, limit.rulings)
            if chosen is None:
                yield opening  # where the budget ends at the first too dear, it ends here whatever is chosen
                return
        else:
            chosen = fitting
        given[chosen] = True
        left -= costs[chosen].sum()
        if stops and len(chosen) < len(level):
            return


def _to_choose(fitting: NDArray[np.intp], costs: Floats, left: float) -> Opening:
    """Level ones that do not fit together, and as many places as there are for the cheapest of them.

    Any of them may be chosen that the budget pays for, so long as it would pay for none of the others besides.
    """
    places = int((np.cumsum(np.sort(costs[fitting])) <= left).sum())

    def allows(chosen: NDArray[np.intp]) -> bool:
        rest = left - costs[chosen].sum()
        return bool(rest >= 0 and (costs[np.setdiff1d(fitting, chosen)] > rest).all())

    return Opening(fitting, places, allows)
