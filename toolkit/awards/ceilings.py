"""Ceilings: a bound on the places of all classes together, once each class has been served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from toolkit.awards.contests import Ceiling, Contest
from toolkit.ranking import Integers, Mask, competition_ranks


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
