"""Ranks of many draws: a member's standings packed into one whole number, and the numbers sorted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from toolkit.awards.contests import tie_nodes
from toolkit.ranking import competition_ranks
from toolkit.scoring import TOTAL
from toolkit.sensitivity.rule.offers import span

if TYPE_CHECKING:
    from toolkit.ranking import Integers, Mask
    from toolkit.sensitivity.rule.allocation import Allocation, Lookup
    from toolkit.sensitivity.rule.desk import Desk
    from toolkit.sensitivity.rule.standing import Standing

Pairs: TypeAlias = "tuple[NDArray[np.intp], Integers, Integers]"
"""The positions of a class, and in each draw its members, int[draws, class], each beside its rank; 0 for not ranked."""

WIDEST = 62


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
        yield positions, *_ranked([standing[:, own] for standing in standings], part[:, own], width, allocation.desk)


def _ranked(standings: Sequence[Standing], part: Mask, width: int, desk: Desk) -> tuple[Integers, Integers]:
    """Members and their ranks, int[draws, class] each, from standings of `width` bits, the first deciding first."""
    draws, size = len(standings[0]), part.shape[1]
    members = max(1, (size - 1).bit_length())
    if members + width * len(standings) > WIDEST:
        return _one_by_one(standings, part)
    packed, level = (desk.part(name, (draws, size), np.int64) for name in ("packed", "level"))
    np.copyto(packed, standings[0])
    if not part.all():
        packed *= part
    for standing in standings[1:]:
        packed <<= width
        packed |= standing
    packed *= -(1 << members)
    packed += np.arange(size)
    packed.sort(axis=1)
    np.right_shift(packed, members, out=level)
    np.bitwise_and(packed, (1 << members) - 1, out=packed)
    ranks = _places(level, desk)
    if (without := level > -(1 << width * (len(standings) - 1)))[:, -1].any():
        ranks[without] = 0
    return packed, ranks


def _places(level: Integers, desk: Desk) -> Integers:
    """The ranks of members in order: whoever is level with the one before shares its rank."""
    draws, size = level.shape
    ranks = desk.part("ranks", (draws, size), np.int64)
    np.copyto(ranks, np.arange(1, size + 1))
    same = desk.part("same", (draws, size), np.bool_)
    same[:, 0] = False
    np.equal(level[:, 1:], level[:, :-1], out=same[:, 1:])
    tied = np.flatnonzero(same)
    if tied.size:
        first = np.concatenate(([True], tied[1:] != tied[:-1] + 1))
        ranks.ravel()[tied] = (tied[first] % size)[np.cumsum(first) - 1]
    return ranks


def _one_by_one(standings: Sequence[Standing], part: Mask) -> tuple[Integers, Integers]:
    """The same where the standings are too long to be packed, draw by draw as the list itself is made."""
    draws, size = max(len(standing) for standing in standings), part.shape[1]
    keys = [np.broadcast_to(standing, (draws, size)).astype(np.float64) for standing in standings]
    keys[0] = np.where((keys[0] > 0) & part, keys[0], np.nan)
    ranks = [competition_ranks(*(key[draw] for key in keys)) for draw in range(draws)]
    return np.tile(np.arange(size), (draws, 1)), np.array(ranks)
