"""Ranks 1-2-2-4 of any number of runs at once: standings packed into one whole number, the numbers sorted, and ties mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from toolkit.ground.ranking import Mask, competition_ranks

if TYPE_CHECKING:
    from toolkit.evaluation.many_scores import Desk
    from toolkit.evaluation.steps import Standing

NARROW, WIDEST, COARSE = 31, 62, 6


def queued(contest: NDArray[np.intp], told: Sequence[Standing]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """How many of its contest are ahead of each entry, and how many level with it, itself among them.

    Parameters
    ----------
    contest : int[n]
        Which contest each is in.
    told : int[n] each
        The standings that decide in turn, the highest first.

    Returns
    -------
    int[n], int[n]

    Examples
    --------
    >>> ahead, level = queued(np.array([4, 4, 4, 7, 7]), [np.array([5, 9, 5, 1, 2])])
    >>> ahead.tolist(), level.tolist()
    ([1, 0, 1, 1, 0], [2, 1, 2, 1, 1])
    """
    order = np.lexsort((*(-score for score in reversed(told)), contest))
    new = _begun(contest[order])
    ties = new
    for score in told:
        ties = ties | _begun(score[order])
    first = np.flatnonzero(ties)
    tie = np.cumsum(ties) - 1
    ahead, level = np.empty_like(order), np.empty_like(order)
    ahead[order] = first[tie] - np.flatnonzero(new)[np.cumsum(new) - 1]
    level[order] = np.bincount(tie)[tie]
    return ahead, level


def _begun(ordered: Standing) -> Mask:
    """Where another number begins."""
    new = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new


def ranked(standings: Sequence[Standing], part: Mask, width: int, desk: Desk, *, more: int = 0) -> tuple[Standing, Standing]:
    """Members and their ranks, int[draws, class] each, from standings of `width` bits, the first deciding first; that has `more` of them."""
    (total, *ties), size = standings, part.shape[1]
    low, wanted = max(1, (size - 1).bit_length()), width * (len(standings) - 1)
    kind, room = _room(low + width + more, wanted)
    if room < 0:
        return _one_by_one(standings, part)
    packed, ranks = (desk.part(name, total.shape, kind) for name in ("packed", "ranks"))
    _pack(packed, total if part.all() else total * part, ties, width, room)
    packed <<= low
    packed |= np.arange(size, dtype=kind)
    packed.sort(axis=1)
    np.copyto(ranks, np.arange(size, 0, -1, dtype=kind))
    level, least = _level(packed, low, desk), 1 << (low + room)
    if packed[:, 0].min(initial=least) < least:
        level &= packed >= least
        ranks[packed < least] = 0
    packed &= (1 << low) - 1
    _share(ranks, packed, np.flatnonzero(level), ties if room < wanted else ())
    return packed, ranks


def _room(taken: int, wanted: int) -> tuple[type[np.integer[Any]], int]:
    """In which numbers to pack, and how many of the bits wanted for what settles ties they have room for.

    Narrow numbers sort twice as fast. If they hold some of what settles ties, few members remain level in that.
    """
    narrow = NARROW - taken >= min(COARSE, wanted)
    return np.int32 if narrow else np.int64, min((NARROW if narrow else WIDEST) - taken, wanted)


def _pack(packed: Standing, total: Standing, ties: Sequence[Standing], width: int, room: int) -> None:
    """Write the totals and, of what settles ties, the `room` bits that decide first."""
    np.copyto(packed, total)
    for tie in ties:
        bits = min(room, width)
        packed <<= bits
        packed |= tie >> (width - bits)
        room -= bits


def _level(packed: Standing, low: int, desk: Desk) -> Mask:
    """Which of the sorted numbers differ from the next of their draw in no more than the lowest bits; bool[draws, class]."""
    level, apart = desk.part("level", packed.shape, np.bool_), desk.part("apart", packed.shape, packed.dtype.type)
    np.bitwise_xor(packed.ravel()[1:], packed.ravel()[:-1], out=apart.ravel()[:-1])
    np.less(apart, 1 << low, out=level)
    level[:, -1] = False
    return level


def _share(ranks: Standing, members: Standing, level: NDArray[np.intp], ties: Sequence[Standing]) -> None:
    """Mend the ranks of those that are level: all of them have that of the best, or stand behind whom ties are settled for.

    Parameters
    ----------
    ranks, members : int[draws, class]
        From the last up, as if nobody were level.
    level : intp[n]
        Where, draw after draw, members stand that are level with the next.
    ties
        The standings that settle ties, int[draws or 1, class]; none where whoever is level is so in these too.
    """
    if not level.size:
        return
    last = np.append(level[1:] != level[:-1] + 1, True)
    run, ends = np.cumsum(last) - last, level[last] + 1
    best = ranks.ravel()[ends]
    if not ties:
        ranks.ravel()[level] = best[run]
        return
    where, run = np.concatenate((level, ends)), np.concatenate((run, np.arange(len(ends))))
    draw, member = where // ranks.shape[1], members.ravel()[where]
    ahead, _ = queued(run, [tie[draw if len(tie) > 1 else 0, member] for tie in ties])
    ranks.ravel()[where] = best[run] + ahead


def _one_by_one(standings: Sequence[Standing], part: Mask) -> tuple[Standing, Standing]:
    """The same where the standings are too long to be packed, draw by draw as the list itself is made."""
    draws, size = standings[0].shape
    keys = [np.broadcast_to(standing, (draws, size)).astype(np.float64) for standing in standings]
    keys[0] = np.where((keys[0] > 0) & part, keys[0], np.nan)
    ranks = [competition_ranks(*(key[draw] for key in keys)) for draw in range(draws)]
    return np.tile(np.arange(size), (draws, 1)), np.array(ranks, dtype=np.int64).reshape(draws, size)

