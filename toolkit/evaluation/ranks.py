"""Ranks 1-2-2-4 of any number of runs at once: standings packed into one whole number, the numbers sorted, and ties mended.

Beside them what else is compared in every run: how many are ahead and level, the number of first places, and who has one of so many places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from toolkit.ground.ranking import Integers, Mask, competition_ranks

if TYPE_CHECKING:
    from toolkit.evaluation.quotas import PoolPositions, Pools
    from toolkit.evaluation.steps import Standing

Key: TypeAlias = "Callable[[NDArray[np.intp], NDArray[np.intp]], Standing]"
Places: TypeAlias = int | Integers | None
"""Of one pool: as many in every run, int64[runs], or no limit."""

NARROW, WIDEST, COARSE = 31, 62, 6


def ahead_and_level(contest: NDArray[np.intp], keys: Sequence[Standing]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """How many of its contest are ahead of each entry, and how many level with it, itself among them.

    Parameters
    ----------
    contest : int[n]
        Which contest each is in.
    keys : int[n] each
        The standings that decide in turn, the highest first.

    Returns
    -------
    int[n], int[n]

    Examples
    --------
    >>> ahead, level = ahead_and_level(np.array([4, 4, 4, 7, 7]), [np.array([5, 9, 5, 1, 2])])
    >>> ahead.tolist(), level.tolist()
    ([1, 0, 1, 1, 0], [2, 1, 2, 1, 1])
    """
    order = np.lexsort((*(-score for score in reversed(keys)), contest))
    new = _begun(contest[order])
    ties = new
    for score in keys:
        ties = ties | _begun(score[order])
    first = np.flatnonzero(ties)
    tie = np.cumsum(ties) - 1
    ahead, level = np.empty_like(order), np.empty_like(order)
    ahead[order] = first[tie] - np.flatnonzero(new)[np.cumsum(new) - 1]
    level[order] = np.bincount(tie)[tie]
    return ahead, level


def first_places(values: Sequence[Standing], ranked: Mask, pools: Pools) -> Integers:
    """On how many indicators nobody ranked of the same pool stands above each member; who shares the top is first too.

    Parameters
    ----------
    values : int[runs or 1, members] each
        The standings at each indicator; 0 for a value that does not count, which is no first.
    ranked : bool[runs or 1, members]

    Returns
    -------
    int64[runs or 1, members]
        One row where no run changes it.

    Examples
    --------
    >>> from toolkit.evaluation.quotas import Pools
    >>> values = [np.array([[9, 9, 5, 7]]), np.array([[0, 3, 8, 0]])]
    >>> first_places(values, np.array([[True, True, False, True]]), Pools(("A", "B"), np.array([0, 0, 0, 1]))).tolist()
    [[1, 2, 1, 1]]
    """
    ranked = ranked[:1] if (ranked == ranked[:1]).all() else ranked
    counts = np.zeros(np.broadcast_shapes(ranked.shape, *(standing.shape for standing in values)), np.int64)
    for span, standing in product(pools.spans, values):
        best = (standing[:, span] * ranked[:, span]).max(axis=1, keepdims=True, initial=1)
        counts[:, span] += standing[:, span] >= best
    return counts


def _begun(ordered: Standing) -> Mask:
    """Where another number begins."""
    new = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new


def class_ranks(standings: Sequence[Standing], part: Mask, pools: Pools, width: int) -> tuple[Standing, Standing]:
    """Members and their ranks in each class.

    All classes are packed and mended at once, and sorted one by one.

    Parameters
    ----------
    standings : int[runs or 1, members] each
        Of `width` bits, the first deciding first, and that of every run.
    part : bool[runs or 1, members]
        Who takes part.

    Returns
    -------
    int[runs, members], int[runs, members]
        Class after class, as `Pools.columns` has them: the members of the class one by one, counted from its first and in no
        order that anyone may rely on, and beside each its rank, 0 for not ranked. Both are the caller's to write in.

    Examples
    --------
    >>> from toolkit.evaluation.quotas import Pools
    >>> pools = Pools(("A", "B"), np.array([0, 1, 0, 0, 1]))
    >>> among, ranks = class_ranks([np.array([[7, 5, 9, 9, 8]])], np.ones((1, 5), bool), pools, 4)
    >>> among.tolist(), ranks.tolist()
    ([[0, 1, 2, 0, 1]], [[3, 1, 1, 2, 1]])
    """
    if not pools.sorted:
        standings, part = [standing[:, pools.order] for standing in standings], part[:, pools.order]
    (total, *ties), sizes = standings, np.array([size for size in pools.sizes if size], np.intp)
    low, wanted = max(1, int(sizes.max(initial=1) - 1).bit_length()), width * len(ties)
    kind, room = _room(low + width, wanted)
    if room < 0:
        return _one_by_one(standings, part, pools)
    position = np.arange(len(pools.codes)) - pools.starts
    packed = _packed(total if part.all() else total * part, ties, width, room, kind)
    packed <<= low
    packed |= position.astype(kind)
    for class_ in pools.columns:
        packed[:, class_].sort(axis=1)
    ranks = np.empty_like(packed)
    ranks[:] = np.repeat(sizes, sizes) - position
    last = np.cumsum(sizes) - 1
    level, least = _level(packed, low, last), 1 << (low + room)
    if packed[:, last - sizes + 1].min(initial=least) < least:
        level &= packed >= least
        ranks[packed < least] = 0
    packed &= (1 << low) - 1
    _mend(ranks, packed, np.flatnonzero(level), pools.starts, ties if room < wanted else ())
    return packed, ranks


def _room(taken: int, wanted: int) -> tuple[type[np.integer[Any]], int]:
    """In which numbers to pack, and how many of the bits wanted for what settles ties they have room for.

    Narrow numbers sort twice as fast. If they hold some of what settles ties, few members remain level in that.
    """
    narrow = NARROW - taken >= min(COARSE, wanted)
    return np.int32 if narrow else np.int64, min((NARROW if narrow else WIDEST) - taken, wanted)


def _packed(total: Standing, ties: Sequence[Standing], width: int, room: int, kind: type[np.integer[Any]]) -> Standing:
    """The totals and, of what settles ties, the `room` bits that decide first."""
    packed = total.astype(kind, order="C")
    for tie in ties:
        bits = min(room, width)
        packed <<= bits
        packed |= (tie >> (width - bits)).astype(kind)
        room -= bits
    return packed


def _level(packed: Standing, low: int, last: NDArray[np.intp]) -> Mask:
    """Which of the sorted numbers differ from the next of their class in no more than the lowest bits; bool[runs, members]."""
    level, flat = np.zeros(packed.shape, np.bool_), packed.ravel()
    np.less(flat[1:] ^ flat[:-1], 1 << low, out=level.ravel()[:-1])
    level[:, last] = False
    return level


def _mend(ranks: Standing, members: Standing, level: NDArray[np.intp], start: NDArray[np.intp], ties: Sequence[Standing]) -> None:
    """Mend the ranks of those that are level: all of them have that of the best, or stand behind whom ties are settled for.

    Parameters
    ----------
    ranks, members : int[runs, members]
        From the last up, as if nobody were level; members are counted from the first of their class.
    level
        Where, run after run, members stand that are level with the next.
    start : intp[members]
        Where the class begins that stands at a place.
    ties
        The standings that settle ties, int[runs or 1, members]; none where whoever is level is so in these too.
    """
    if not level.size:
        return
    last = np.append(level[1:] != level[:-1] + 1, True)
    tie, ends = np.cumsum(last) - last, level[last] + 1
    best = ranks.ravel()[ends]
    if not ties:
        ranks.ravel()[level] = best[tie]
        return
    where, tie = np.concatenate((level, ends)), np.concatenate((tie, np.arange(len(ends))))
    run, place = np.divmod(where, len(start))
    member = start[place] + members.ravel()[where]
    ahead, _ = ahead_and_level(tie, [standing[run if len(standing) > 1 else 0, member] for standing in ties])
    ranks.ravel()[where] = best[tie] + ahead


def _one_by_one(standings: Sequence[Standing], part: Mask, pools: Pools) -> tuple[Standing, Standing]:
    """The same where the standings are too long to be packed, run by run and class by class as the list itself is made."""
    keys = [np.broadcast_to(standing, standings[0].shape).astype(np.float64) for standing in standings]
    keys[0] = np.where((keys[0] > 0) & part, keys[0], np.nan)
    ranks = np.zeros(keys[0].shape, np.int64)
    for run, class_ in product(range(len(ranks)), pools.columns):
        ranks[run, class_] = competition_ranks(*(key[run, class_] for key in keys))
    return np.tile(np.arange(len(pools.codes)) - pools.starts, (len(ranks), 1)), ranks


def beyond_line(won: Mask, crowded: NDArray[np.intp], bound: int, standing: Standing) -> tuple[NDArray[np.intp], Mask, Standing]:
    """Of crowded runs those in which no two are level across a bound: who is beyond it there, bool[those, members], and the last standing within.

    Parameters
    ----------
    won, standing : bool and int[runs, members]
        Who has a place, and what places go by.
    crowded : intp[n]
        Runs in which more than `bound` have one.
    """
    winning = np.where(won[crowded], standing[crowded], 0)
    count = winning.shape[1]
    if not bound or not crowded.size:
        return crowded[:0], won[:0], winning[:0, 0]
    beside = np.partition(winning, (count - bound - 1, count - bound), axis=1)[:, count - bound - 1 : count - bound + 1]
    clear = beside[:, 0] < beside[:, 1]
    return crowded[clear], won[crowded[clear]] & (winning[clear] <= beside[clear, :1]), beside[clear, 1]


def allot(
    standing: Standing, least: int, pools: Iterable[tuple[PoolPositions, Places]], keys: Sequence[Key], *, joint: bool
) -> tuple[Mask, Mask]:
    """Who is given one award in each run, and who stands in an open tie at its line.

    Only the runs in which more members of a pool stand level at the line than there are places are looked at
    again, with the nodes that settle ties.

    Parameters
    ----------
    standing : int[runs, members]
        Rounded scores; 0 for those that are not offered the award.
    least
        The lowest standing that is offered the award, at least 1.
    pools
        The members of each pool, and its places.
    keys
        Called, when needed, for the nodes that settle ties in turn, with pairs of run and member: int[pairs].
    joint
        Whether all of those level at the line get it; otherwise none of them does until the committee decides.

    Returns
    -------
    given, open : bool[runs, members]

    Examples
    --------
    >>> given, open_ = allot(np.array([[9, 7, 7, 5]]), 1, [(slice(0, 4), 2)], [], joint=False)
    >>> given.tolist(), open_.tolist()
    ([[True, False, False, False]], [[False, True, True, False]])
    """
    given, open_ = np.zeros(standing.shape, np.bool_), np.zeros(standing.shape, np.bool_)
    if not len(standing):
        return given, open_
    lowest, highest = standing.min(axis=0), standing.max(axis=0)
    crowds = []
    for pool, counts in pools:
        span = pool if len(standing) == 1 else _within_reach(pool, counts if counts is None or isinstance(counts, int) else int(counts.max()), least, lowest, highest)
        for runs, count in _by_number(counts, len(standing)):
            offered = standing[:, span] if runs is None else standing[runs][:, span]
            if count is None or count >= offered.shape[1]:
                line = np.full(len(offered), least, standing.dtype)
            elif count == 0:
                continue
            else:
                best = np.sort(offered, axis=1)[:, -count - 1 :]
                line = np.maximum(best[:, 1], least)
                crowded = np.flatnonzero(best[:, 0] >= line)
                if crowded.size:
                    crowds.append(_crowd(offered[crowded], best[crowded], line[crowded], crowded if runs is None else runs[crowded], span))
            given[(slice(None), span) if runs is None else np.ix_(runs, _listed(span))] = offered >= line[:, None]
    if crowds:
        _settle(given, open_, crowds, keys, joint=joint)
    return given, open_


def _by_number(counts: Places, runs: int) -> Iterator[tuple[NDArray[np.intp] | None, int | None]]:
    """The runs in which a pool has the same number of places, and that number; None for all runs."""
    if counts is None or isinstance(counts, int):
        yield None, counts
        return
    for count in np.unique(counts).tolist():
        alike = np.flatnonzero(counts == count)
        yield None if len(alike) == runs else alike, count


def _within_reach(pool: PoolPositions, count: int | None, least: int, lowest: Standing, highest: Standing) -> PoolPositions:
    """The members of a pool up to the last who reaches a line in any run: no line is below what so many always reach."""
    low, high = lowest[pool], highest[pool]
    if count and count < len(low):
        least = max(least, int(np.partition(low, -count)[-count]))
    reach = len(high) - int((high[::-1] >= least).argmax()) if (high >= least).any() else 0
    return slice(pool.start, pool.start + reach) if isinstance(pool, slice) else pool[:reach]


def _crowd(
    offered: Standing, best: Standing, line: Standing, runs: NDArray[np.intp], span: PoolPositions
) -> tuple[NDArray[np.intp], ...]:
    """Everyone level at a line with too few places: run, position among all members, and places left."""
    among = _listed(span)
    row, column = np.divmod(np.flatnonzero(offered == line[:, None]), len(among))
    left = (best[:, 1:] == line[:, None]).sum(axis=1)
    return runs[row], among[column], left[row]


def _listed(span: PoolPositions) -> NDArray[np.intp]:
    """Positions one by one."""
    return np.arange(span.start, span.stop) if isinstance(span, slice) else span


def _settle(given: Mask, open_: Mask, crowds: Sequence[tuple[NDArray[np.intp], ...]], keys: Sequence[Key], *, joint: bool) -> None:
    """Write who of those level at a line has one of the places left, at least one in each crowd, and who stands level at it still."""
    run, member, left = (np.concatenate(part) for part in zip(*crowds, strict=True))
    pool = np.repeat(np.arange(len(crowds)), [len(crowd[0]) for crowd in crowds])
    ahead, level = ahead_and_level(pool * len(given) + run, [key(run, member) for key in keys])
    given[run, member] = ahead + (1 if joint else level) <= left
    if not joint:
        open_[run, member] = (ahead < left) & (ahead + level > left)
