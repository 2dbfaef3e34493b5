"""Ranks of many draws: a member's standings packed into one whole number, the numbers sorted, and ties mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from toolkit.awards.contests import tie_nodes
from toolkit.ranking import competition_ranks
from toolkit.scoring import TOTAL
from toolkit.sensitivity.rule.offers import span
from toolkit.sensitivity.rule.queues import queued
from toolkit.sensitivity.rule.standing import Standing

if TYPE_CHECKING:
    from toolkit.ranking import Mask
    from toolkit.sensitivity.rule.allocation import Allocation, Lookup
    from toolkit.sensitivity.rule.desk import Desk

Pairs: TypeAlias = "tuple[NDArray[np.intp], Standing, Standing]"
"""The positions of a class, and in each draw its members, int[draws, class], each beside its rank; 0 for not ranked."""

NARROW, WIDEST, COARSE = 31, 62, 6


def drawn_ranks(allocation: Allocation, lookup: Lookup) -> Iterator[Pairs]:
    """The ranks 1-2-2-4 in each class under the standings of a chunk of draws: rounded totals, then what settles ties.

    Of the members of a class, `among[draw, i]` is one, counted from its first, and `ranks[draw, i]` its rank: in no order
    that anyone may rely on. Both are the caller's to write in until the next class is asked for.
    """
    part, scheme = allocation.taking_part(lookup), allocation.terms.scheme
    standings = [lookup(node) for node in (TOTAL, *tie_nodes(scheme))]
    width = allocation.steps.top.bit_length()
    for _, positions in allocation.terms.pools["class"]:
        own = span(positions)
        yield positions, *_ranked([standing[:, own] for standing in standings], part[:, own], width, allocation.drawn.desk)


def _ranked(standings: Sequence[Standing], part: Mask, width: int, desk: Desk) -> tuple[Standing, Standing]:
    """Members and their ranks, int[draws, class] each, from standings of `width` bits, the first deciding first."""
    (total, *ties), size = standings, part.shape[1]
    low, wanted = max(1, (size - 1).bit_length()), width * (len(standings) - 1)
    kind, room = _room(low + width, wanted)
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
