"""Standings: rounded scores as whole numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from toolkit.ranking import Floats, rounded, tolerance

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

    def scores(self, standing: Standing) -> Floats:
        """The rounded scores of standings; NaN for a score there is not."""
        return np.where(standing == 0, np.nan, (standing.astype(np.float64) - self.shift) / self.fine)

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
