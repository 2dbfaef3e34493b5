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
    from toolkit.sensitivity.rule.standing import Standing

Pairs: TypeAlias = "tuple[NDArray[np.intp], Integers, Integers]"
"""The positions of a class, and in each draw its members, int[draws, class], each beside its rank; 0 for not ranked."""

WIDEST = 62


def drawn_ranks(allocation: Allocation, lookup: Lookup) -> Iterator[Pairs]:
    """The ranks 1-2-2-4 in each class under the standings of a chunk of draws: rounded totals, then what settles ties.

    Of the members of a class, `among[draw, i]` is one, counted from its first, and `ranks[draw, i]` its rank: in no order
    that anyone may rely on.
    """
    part, scheme = allocation.taking_part(lookup), allocation.terms.scheme
    standings = [lookup(node) for node in (TOTAL, *tie_nodes(scheme))]
    width = allocation.steps.top.bit_length()
    for _, positions in allocation.terms.pools["class"]:
        own = span(positions)
        yield positions, *_ranked([standing[:, own] for standing in standings], part[:, own], width)


def _ranked(standings: Sequence[Standing], part: Mask, width: int) -> tuple[Integers, Integers]:
    """Members and their ranks, int[draws, class] each, from standings of `width` bits, the first deciding first."""
    members = max(1, (part.shape[1] - 1).bit_length())
    bits = members + width * len(standings)
    if bits > WIDEST:
        return _one_by_one(standings, part)
    whole = np.int32 if bits < 31 else np.int64
    packed: Standing = np.multiply(standings[0], part, dtype=whole)
    for standing in standings[1:]:
        packed = (packed << width) | standing.astype(whole)
    packed = np.arange(part.shape[1], dtype=whole) - (packed << members)
    packed.sort(axis=1)
    among, level = packed & ((1 << members) - 1), packed >> members
    return among, _places(level, level > -(1 << width * (len(standings) - 1)))


def _places(level: Integers, without: Mask) -> Integers:
    """The ranks of members in order: whoever is level with the one before shares its rank, who has no total has 0."""
    places = np.arange(1, level.shape[1] + 1, dtype=np.int32)
    ranks: Integers = np.broadcast_to(places, level.shape)
    first = level[:, 1:] != level[:, :-1]
    if not first.all():
        ranks = ranks.copy()
        ranks[:, 1:] *= first
        np.maximum.accumulate(ranks, axis=1, out=ranks)
    return np.where(without, 0, ranks) if without[:, -1].any() else ranks


def _one_by_one(standings: Sequence[Standing], part: Mask) -> tuple[Integers, Integers]:
    """The same where the standings are too long to be packed, draw by draw as the list itself is made."""
    draws, size = max(len(standing) for standing in standings), part.shape[1]
    keys = [np.broadcast_to(standing, (draws, size)).astype(np.float64) for standing in standings]
    keys[0] = np.where((keys[0] > 0) & part, keys[0], np.nan)
    ranks = [competition_ranks(*(key[draw] for key in keys)) for draw in range(draws)]
    return np.broadcast_to(np.arange(size), (draws, size)), np.array(ranks)
