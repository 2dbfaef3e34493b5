"""Relative shapes that look at a member's place among the others and not at how far apart they are.

What they find is a ladder: each raw value that a member has, with the value it gives, from the worst to the best. A
member that joins later gets the value of the best raw value it reaches; below all of them, the lowest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from toolkit.shapes.relative import Relative
from toolkit.shapes.scale import Number, Positive

if TYPE_CHECKING:
    from toolkit.shapes.scale import Floats

Ties = Literal["best", "average", "worst"]
Rungs = tuple[tuple[Number, Number], ...]


@dataclass(frozen=True, eq=False)
class Ladder:
    """Distinct raw values from the worst to the best, and the value of each; both float64[raw values]."""

    raw: Floats
    values: Floats


class Placed(Relative):
    """A shape of the place alone; equal raw values share a place as `sharing` says."""

    found: dict[str, Rungs] | None = None

    def valued(self, place: Floats, count: int, scale: float) -> Floats:
        """The value of a place, 1 for the best, among `count` members."""
        raise NotImplementedError

    def sharing(self) -> Ties:
        """Which of their places those that tie get."""
        return "best"

    def find(self, given: Floats, scale: float) -> Ladder:
        """The ladder of the raw values given."""
        raw, counts = np.unique(given + 0.0, return_counts=True)
        if self.better == "lower":
            raw, counts = raw[::-1], counts[::-1]
        total = len(given)
        worst = total - np.cumsum(counts) + counts
        best = worst - counts + 1
        place = {"best": best, "worst": worst, "average": (best + worst) / 2}[self.sharing()]
        return Ladder(raw, self.valued(place.astype(np.float64), total, scale))

    def read(self, entry: Rungs) -> Ladder:
        """Rungs as a ladder."""
        raw, values = np.array(entry, dtype=np.float64).reshape(-1, 2).T
        return Ladder(raw, values)

    def written(self, entry: Ladder) -> Rungs:
        """A ladder as rungs [raw, value]."""
        return tuple(zip(entry.raw.tolist(), entry.values.tolist(), strict=True))

    def through(self, entry: Ladder, raw: Floats, scale: float) -> Floats:  # noqa: ARG002 - the ladder is on the scale
        """Values of `raw`: of the best rung each reaches."""
        sign = 1.0 if self.better == "higher" else -1.0
        values, order = np.empty(len(raw)), np.argsort(raw)  # looked up in order: five times as fast for a million
        rung = np.searchsorted(sign * entry.raw, sign * raw[order], side="right")
        values[order] = np.concatenate(([self.lowest], entry.values))[rung]
        return np.where(np.isnan(raw), np.nan, values)

    def _behind(self, place: Floats, count: int, scale: float) -> Floats:
        """The share of the others that stand behind a place, on the range; the middle for one alone."""
        share = (count - place) / (count - 1) if count > 1 else np.full(len(place), 0.5)
        return self.spread(share, scale)


class Percentile(Placed):
    """The share of the other members that a member surpasses (超过其余会员的比例), on the range.

    (N - place) / (N - 1), so that the best of N has the upper end and the worst the lower. Those that tie surpass
    only who stands behind all of them (``ties = "worst"``); one alone gets the middle.

    References
    ----------
    COINr 1.1, `n_prank`: (rank - 1) / (N - 1) with ranks from the bottom and least ranks for ties.

    Examples
    --------
    >>> Percentile(shape="percentile").values(np.array([1.0, 2, 2, 9, 10]), 100)
    array([  0.,  25.,  25.,  75., 100.])
    """

    shape: Literal["percentile"]
    ties: Ties = "worst"

    def sharing(self) -> Ties:
        """As the scheme says."""
        return self.ties

    def valued(self, place: Floats, count: int, scale: float) -> Floats:
        """The share of the others behind."""
        return self._behind(place, count, scale)


class Rank(Placed):
    """Points for the place: N for the first of N members, 1 for the last; or places spread over the range `to`.

    N + 1 - place. Those that tie share the best of their places (``ties = "best"``), the average or the worst. With
    `to` = [low, high] the first gets high, the last low and the places between them even steps.

    Examples
    --------
    >>> Rank(shape="rank").values(np.array([1.0, 2, 2, 9, 10]), 100)
    array([1., 3., 3., 4., 5.])
    """

    shape: Literal["rank"]
    ties: Ties = "best"

    def sharing(self) -> Ties:
        """As the scheme says."""
        return self.ties

    def valued(self, place: Floats, count: int, scale: float) -> Floats:
        """N + 1 - place, or on the range."""
        return self._behind(place, count, scale) if self.to else count + 1.0 - place


class Borda(Placed):
    """A point for each member that is surpassed: N - 1 for the first of N, 0 for the last; or spread over `to`.

    N - place; those that tie share the average of their places, so that all points together never change.

    References
    ----------
    Borda, J.-C. de (1781), Mémoire sur les élections au scrutin; ties as fractional ranks.

    Examples
    --------
    >>> Borda(shape="borda").values(np.array([1.0, 2, 2, 9]), 100)
    array([0. , 1.5, 1.5, 3. ])
    """

    shape: Literal["borda"]
    ties: Ties = "average"

    def sharing(self) -> Ties:
        """As the scheme says."""
        return self.ties

    def valued(self, place: Floats, count: int, scale: float) -> Floats:
        """N - place, or on the range."""
        return self._behind(place, count, scale) if self.to else count - place


class ExponentialRank(Placed):
    """The member's rank among all, stretched so that the top stands out (deprivation indices, UK).

    R = (N + 1 - rank) / N with rank 1 for the best, and value = -rate ln(1 - R (1 - e^(-100 / rate))) x scale / 100.
    With N ranked members the best gets the full scale. Equal raw values share the best rank of the tie.

    References
    ----------
    Welsh Index of Multiple Deprivation 2019, Technical Report, Annex A (rate 23).
    """

    shape: Literal["exponential_rank"]
    to: None = None
    rate: Positive

    def valued(self, place: Floats, count: int, scale: float) -> Floats:
        """The share R of the way up, stretched."""
        share = (count + 1 - place) / count
        stretched = -self.rate * np.log(1 - share * (1 - np.exp(-100 / self.rate)))
        return np.asarray(stretched * scale / 100, dtype=np.float64)
