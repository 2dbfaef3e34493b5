"""Standings of many draws: rounded scores as whole numbers, and the places of a pool given by them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from toolkit.ranking import Floats, Mask, rounded, tolerance

Standing: TypeAlias = NDArray[np.integer[Any]]
Positions: TypeAlias = NDArray[np.intp] | slice
Key: TypeAlias = Callable[[NDArray[np.intp], NDArray[np.intp]], Standing]


@dataclass(frozen=True, eq=False)
class Steps:
    """Rounded scores counted in steps of the last decimal, from 1 up; 0 is for a score there is not.

    Whole numbers sort and compare several times faster than floats, and mean the same.

    Parameters
    ----------
    decimals
        Of the scheme.
    lowest, highest
        Bounds of all scores.
    """

    decimals: int
    lowest: float
    highest: float

    @property
    def fine(self) -> float:
        """Steps in a point."""
        return float(10.0**self.decimals)

    @property
    def half(self) -> float:
        """Half a step, and what counts as half a step."""
        return 0.5 + tolerance(self.decimals) * self.fine

    @property
    def shift(self) -> float:
        """What is added so that the lowest score stands at 1 or more."""
        return 2.0 + math.ceil(max(0.0, -self.lowest) * self.fine)

    @property
    def top(self) -> int:
        """A standing that no score reaches."""
        return math.ceil(max(0.0, self.highest) * self.fine + self.shift) + 2

    @property
    def dtype(self) -> type[np.integer[Any]]:
        """The smallest type that holds every score: the smaller, the faster it sorts."""
        return next(kind for kind in (np.int16, np.int32, np.int64) if self.top < np.iinfo(kind).max)

    def of(self, scores: Floats) -> Standing:
        """The standing of scores."""
        steps = np.rint(rounded(scores, self.decimals) * self.fine) + self.shift
        return np.nan_to_num(steps, nan=0.0).astype(self.dtype)

    def least(self, score: float) -> int:
        """The lowest standing that reaches a score; `top` where none does."""
        step = math.ceil(score * self.fine)
        step -= (step - 1) / self.fine >= score
        step += step / self.fine < score
        return min(max(1, int(step + self.shift)), self.top)

    def cut(self, lifted: Floats, below: NDArray[np.intp], out: Standing) -> Standing:
        """The standing of scores x that come as x `fine` + `half` + `shift`, which cutting off rounds half up.

        Parameters
        ----------
        lifted : float64[draws, members]
            Changed in place.
        below
            Members whose score can be negative: those round away from zero. A score there is not stays 0.
        out : int[draws, members]
            Written and given back.
        """
        if below.size:
            part = lifted[:, below]
            lifted[:, below] = np.where((part > 0) & (part < self.half + self.shift), np.ceil(part - 2 * self.half), part)
        np.copyto(out, lifted, casting="unsafe")
        return out


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
    given = standing >= least
    crowds = []
    for own, count in pools:
        offered = standing[:, own]
        if count is None or count >= offered.shape[1]:
            continue
        if count == 0:
            given[:, own] = False
            continue
        ordered = np.sort(offered, axis=1)
        line = np.maximum(ordered[:, -count], least)
        if isinstance(own, slice):
            np.greater_equal(offered, line[:, None], out=given[:, own])
        else:
            given[:, own] = offered >= line[:, None]
        draws = np.flatnonzero(ordered[:, -count - 1] >= line)
        if draws.size:
            crowds.append(_crowd(offered, line, draws, own, count))
    if crowds:
        _settle(given, crowds, keys, joint=joint)
    return given


def _crowd(
    offered: Standing, line: Standing, draws: NDArray[np.intp], own: Positions, count: int
) -> tuple[NDArray[np.intp], ...]:
    """Everyone level at a line with too few places: draw, position among all members, and places left."""
    among = np.arange(own.start, own.stop) if isinstance(own, slice) else own
    few, at = offered[draws], line[draws, None]
    row, column = np.nonzero(few == at)
    return draws[row], among[column], (count - (few > at).sum(axis=1))[row]


def _settle(
    given: Mask,
    crowds: Sequence[tuple[NDArray[np.intp], ...]],
    keys: Sequence[Key],
    *,
    joint: bool,
) -> None:
    """Write into `given` who of those level at a line has one of the places left, at least one in each crowd."""
    draw, member, left = (np.concatenate(part) for part in zip(*crowds, strict=True))
    pool = np.repeat(np.arange(len(crowds)), [len(crowd[0]) for crowd in crowds])
    contest = pool * len(given) + draw
    told = [key(draw, member) for key in keys]
    order = np.lexsort((*(-score for score in reversed(told)), contest))
    ordered = np.array([contest, *told])[:, order]
    new = np.ones(len(draw), np.bool_)
    new[1:] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    tie = np.cumsum(new) - 1
    ahead = np.flatnonzero(new)[tie] - np.searchsorted(contest, contest)
    needed = ahead + (1 if joint else np.bincount(tie)[tie])
    given[draw[order], member[order]] = needed <= left[order]
