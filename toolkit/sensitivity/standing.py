"""Standings of many draws: rounded scores as whole numbers, and the places of a pool given by them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from toolkit.ranking import Floats, Mask, rounded, tolerance

Standing: TypeAlias = NDArray[np.integer[Any]]


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
    def dtype(self) -> type[np.integer[Any]]:
        """The smaller type that holds every score."""
        return np.int32 if abs(self.highest) * self.fine + self.shift < 2**31 - 8 else np.int64

    def of(self, scores: Floats) -> Standing:
        """The standing of scores."""
        steps = np.rint(rounded(scores, self.decimals) * self.fine) + self.shift
        return np.nan_to_num(steps, nan=0.0).astype(self.dtype)

    def least(self, score: float) -> int:
        """The lowest standing that reaches a score."""
        step = math.ceil(score * self.fine)
        step -= (step - 1) / self.fine >= score
        step += step / self.fine < score
        return max(1, int(step + self.shift))

    def cut(self, lifted: Floats, below: NDArray[np.intp], out: Standing) -> Standing:
        """The standing of scores x that come as x `fine` + `half` + `shift`, which cutting off rounds half up.

        Parameters
        ----------
        lifted : float64[draws, members]
            Changed in place.
        below
            Members whose score can be negative: those round away from zero.
        out : int[draws, members]
            Written and given back.
        """
        if below.size:
            part = lifted[:, below]
            lifted[:, below] = np.where(part < self.half + self.shift, np.ceil(part - 2 * self.half), part)
        np.copyto(out, lifted, casting="unsafe")
        return out


def allot_draws(
    standing: Standing, least: int, keys: Sequence[Callable[[], Standing]], count: int | None, *, joint: bool
) -> Mask:
    """Who of one pool is given an award in each draw; the rule of `toolkit.contests.allot`.

    Only the draws in which more members stand level at the line than there are places are looked at again,
    with the nodes that settle ties.

    Parameters
    ----------
    standing : int[draws, n]
        Rounded totals; 0 for those that are not offered the award.
    least
        The lowest standing that is offered the award, at least 1.
    keys
        Called, when needed, for the nodes that settle ties in turn: int[draws, n].
    count, joint
        As in `allot`.

    Returns
    -------
    bool[draws, n]
    """
    members = standing.shape[1]
    if count is None or count >= members:
        return np.asarray(standing >= least)
    if count == 0:
        return np.zeros(standing.shape, np.bool_)
    ordered = np.sort(standing, axis=1)
    line = np.maximum(ordered[:, members - count], least)
    given = standing >= line[:, None]
    crowded = np.flatnonzero(ordered[:, members - count - 1] >= line)
    if crowded.size:
        at = standing[crowded] == line[crowded, None]
        over = given[crowded] & ~at
        given[crowded] = over | _settled(at, crowded, keys, count - over.sum(axis=1), joint=joint)
    return np.asarray(given)


def _settled(
    at: Mask,
    draws: NDArray[np.intp],
    keys: Sequence[Callable[[], Standing]],
    left: NDArray[np.intp],
    *,
    joint: bool,
) -> Mask:
    """Who of those level at the line in the given draws has one of the places left, at least one in each."""
    row, own = np.nonzero(at)
    told = [key()[draws[row], own] for key in keys]
    order = np.lexsort((*(-score for score in reversed(told)), row))
    sorted_ = np.array([row, *told])[:, order]
    new = np.ones(len(row), np.bool_)
    new[1:] = (sorted_[:, 1:] != sorted_[:, :-1]).any(axis=0)
    tie = np.cumsum(new) - 1
    ahead = np.flatnonzero(new)[tie] - np.searchsorted(row, row)
    given = np.zeros_like(at)
    given[row, own[order]] = ahead + (1 if joint else np.bincount(tie)[tie]) <= left[row]
    return given
