"""Scores along a straight path: where each of them is at a level, and where its rounding steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from toolkit.ranking import Floats


@dataclass(frozen=True, eq=False)
class Straight:
    """Scores of members at one node along a path: at + slope x t for t from 0 to the end.

    Parameters
    ----------
    at, slope : float64[members]
        Unrounded, adjustments included; NaN for a member without a score.
    """

    at: Floats
    slope: Floats

    def reaching(self, level: float, end: float) -> Floats:
        """When each member's score is at a level, for those for which it is between 0 and the end."""
        with np.errstate(divide="ignore", invalid="ignore"):
            when = (level - self.at) / self.slope
        return when[(when > 0) & (when < end)]

    def steps(self, member: int, since: float, until: float, decimals: int) -> Floats:
        """When one member's rounded score changes, between two moments.

        Examples
        --------
        >>> Straight(np.array([59.0]), np.array([2.0])).steps(0, 0.0, 1.0, decimals=0)  # 59.5 and 60.5 round up
        array([0.25, 0.75])
        """
        at, slope = float(self.at[member]), float(self.slope[member])
        if slope == 0.0 or not np.isfinite(at):
            return np.empty(0)
        fine, half = 10.0**decimals, 0.5  # the tolerance of rounding left out: what meets exactly then meets here too
        low, high = sorted(((at + slope * since) * fine, (at + slope * until) * fine))
        whole = np.arange(np.floor(low + half), np.floor(high + half) + 2)
        # half up above zero, half down below it
        level = np.where(whole > 0, whole - half, whole - 1 + half) / fine
        when = (level - at) / slope
        return when[(when > since) & (when < until)]
