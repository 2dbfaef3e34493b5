"""Allotments: the places of an award given in many draws at once, pool by pool."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.ranking import Mask
from toolkit.sensitivity.rule.queues import queued
from toolkit.sensitivity.rule.standing import Key, Positions, Standing


def allot_draws(
    standing: Standing,
    least: int,
    pools: Iterable[tuple[Positions, int | None]],
    keys: Sequence[Key],
    *,
    joint: bool,
) -> Mask:
    """Who is given one award in each draw; the rule of `toolkit.awards.contests.allot`, pool by pool.

    Only the draws in which more members of a pool stand level at the line than there are places are looked at
    again, with the nodes that settle ties.

    Parameters
    ----------
    standing : int[draws, members]
        Rounded totals; 0 for those that are not offered the award.
    least
        The lowest standing that is offered the award, at least 1.
    pools
        The members of each pool, and its places; None for no limit.
    keys
        Called, when needed, for the nodes that settle ties in turn, with pairs of draw and member: int[pairs].
    joint
        As in `allot`.

    Returns
    -------
    bool[draws, members]
    """
    given = np.zeros(standing.shape, np.bool_)
    lowest, highest = standing.min(axis=0, initial=np.iinfo(standing.dtype).max), standing.max(axis=0, initial=0)
    crowds = []
    for pool, count in pools:
        own = _within_reach(pool, count, least, lowest, highest)
        offered = standing[:, own]
        if count is None or count >= offered.shape[1]:
            given[:, own] = offered >= least
        elif count > 0:
            best = np.sort(offered, axis=1)[:, -count - 1 :]
            line = np.maximum(best[:, 1], least)
            given[:, own] = offered >= line[:, None]
            draws = np.flatnonzero(best[:, 0] >= line)
            if draws.size:
                crowds.append(_crowd(offered[draws], best[draws], line[draws], draws, own))
    if crowds:
        _settle(given, crowds, keys, joint=joint)
    return given


def _within_reach(pool: Positions, count: int | None, least: int, lowest: Standing, highest: Standing) -> Positions:
    """The members of a pool up to the last who reaches a line in any draw: no line is below what so many always reach."""
    low, high = lowest[pool], highest[pool]
    if count and count < len(low):
        least = max(least, int(np.partition(low, -count)[-count]))
    reach = len(high) - int((high[::-1] >= least).argmax()) if (high >= least).any() else 0
    return slice(pool.start, pool.start + reach) if isinstance(pool, slice) else pool[:reach]


def _crowd(
    offered: Standing, best: Standing, line: Standing, draws: NDArray[np.intp], own: Positions
) -> tuple[NDArray[np.intp], ...]:
    """Everyone level at a line with too few places: draw, position among all members, and places left."""
    among = np.arange(own.start, own.stop) if isinstance(own, slice) else own
    row, column = np.divmod(np.flatnonzero(offered == line[:, None]), len(among))
    left = (best[:, 1:] == line[:, None]).sum(axis=1)
    return draws[row], among[column], left[row]


def _settle(given: Mask, crowds: Sequence[tuple[NDArray[np.intp], ...]], keys: Sequence[Key], *, joint: bool) -> None:
    """Write into `given` who of those level at a line has one of the places left, at least one in each crowd."""
    draw, member, left = (np.concatenate(part) for part in zip(*crowds, strict=True))
    pool = np.repeat(np.arange(len(crowds)), [len(crowd[0]) for crowd in crowds])
    ahead, level = queued(pool * len(given) + draw, [key(draw, member) for key in keys])
    given[draw, member] = ahead + (1 if joint else level) <= left
