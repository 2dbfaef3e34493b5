"""Reserves (候补): who would be given an award next, known once every award is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from toolkit.awards.contests import Allotment, Contest
from toolkit.ranking import Integers, Mask, competition_ranks


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
