"""Relative shapes that measure from goalposts the members set: the least and greatest, the mean, the best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from toolkit.shapes.relative import Relative
from toolkit.shapes.scale import Number, Positive
from toolkit.toml_file import Decision

if TYPE_CHECKING:
    from toolkit.shapes.scale import Floats


class Ends(Decision):
    """The least and the greatest raw value found."""

    least: Number
    greatest: Number


class Spread(Decision):
    """The mean and the standard deviation of the raw values found, and the lowest value that came of them."""

    mean: Number
    deviation: Annotated[Number, Field(ge=0)]
    lowest: Number


class Best(Decision):
    """The best raw value found."""

    best: Number


class MinMax(Relative):
    """Straight from the worst to the best raw value that members have (极差法).

    (raw - least) / (greatest - least) of the range, from the other end where less is better. Where all have the same
    raw value nobody is better or worse, and each gets the middle of the range.

    Examples
    --------
    >>> MinMax(shape="min_max", to=(1, 100)).values(np.array([2.0, 4.0, 6.0]), 100)
    array([  1. ,  50.5, 100. ])
    """

    shape: Literal["min_max"]
    found: dict[str, Ends] | None = None

    def find(self, given: Floats, scale: float) -> Ends:  # noqa: ARG002 - others look at the scale
        """The least and the greatest."""
        return Ends(least=plain(given.min()), greatest=plain(given.max()))

    def through(self, entry: Ends, raw: Floats, scale: float) -> Floats:
        """Values of `raw`; beyond what was found, the end of the range."""
        low, high = entry.least, entry.greatest
        if low == high:
            share = np.where(np.isnan(raw), np.nan, (np.sign(raw - low) + 1.0) / 2.0)
            return self.spread(share if self.better == "higher" else 1.0 - share, scale)
        return self.spread((raw - low if self.better == "higher" else high - raw) / (high - low), scale)


class ZScore(Relative):
    """How many standard deviations above the mean, below where less is better; it may leave the scale.

    `mean` + `deviation` x (raw - mean of members) / (standard deviation of members). The deviation divides by their number
    less one (Excel STDEV.S), as composite indices do; by their number with ``sample = false`` (STDEV.P). Where all
    have the same raw value, or there is but one, each gets `mean`. ``missing = "worst"`` gives the lowest value a member has.

    Examples
    --------
    >>> ZScore(shape="z_score", mean=50, deviation=10, sample=False).values(np.array([1.0, 3.0]), 100)
    array([40., 60.])
    """

    shape: Literal["z_score"]
    to: None = None
    mean: Number = 0.0
    deviation: Positive = 1.0
    sample: bool = True
    found: dict[str, Spread] | None = None

    def find(self, given: Floats, scale: float) -> Spread:
        """Mean and deviation, each sum rounded once: their order changes nothing."""
        mean, deviation = mean_and_deviation(given, sample=self.sample)
        found = Spread(mean=mean, deviation=deviation, lowest=self.mean)
        return found.model_copy(update={"lowest": plain(self.through(found, given, scale).min())})

    def through(self, entry: Spread, raw: Floats, scale: float) -> Floats:  # noqa: ARG002 - others look at the scale
        """Values of `raw`, on no scale but their own."""
        if entry.deviation == 0:
            return np.where(np.isnan(raw), np.nan, self.mean)
        above = raw - entry.mean if self.better == "higher" else entry.mean - raw
        return self.mean + self.deviation * (above / entry.deviation)

    def worst(self, raw: Floats, scale: float, classes: Any = None) -> Floats:
        """The lowest value found, of the class where the shape looks at classes; `mean` where none was found."""
        lowest = np.full(np.shape(raw), self.mean)
        for _, members, entry in self._entries(raw, scale, classes):
            lowest[members] = entry.lowest
        return lowest


class ShareOfBest(Relative):
    """What part of the best raw value is reached: raw / best, or best / raw where less is better.

    For raw values that are not negative. Where the best is 0 it has all and anything worse has none; where more is
    better and nobody has more than 0, nobody gets anything.

    Examples
    --------
    >>> ShareOfBest(shape="share_of_best").values(np.array([5.0, 20.0]), 100)
    array([ 25., 100.])
    """

    shape: Literal["share_of_best"]
    found: dict[str, Best] | None = None

    def find(self, given: Floats, scale: float) -> Best:  # noqa: ARG002 - others look at the scale
        """The greatest, or the least where less is better."""
        return Best(best=plain(given.max() if self.better == "higher" else given.min()))

    def through(self, entry: Best, raw: Floats, scale: float) -> Floats:
        """Values of `raw`; full marks for one better than the best that was found."""
        best = entry.best
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # what overflows is better than the best
            if self.better == "lower":
                share = np.where(raw <= best, 1.0, best / raw)
            else:
                share = raw / best if best > 0 else np.where(raw > 0, 1.0, 0.0)
        return self.spread(np.where(np.isnan(raw), np.nan, share), scale)


def plain(number: Any) -> float:
    """A float as it is written; 0 has no sign."""
    return float(number) + 0.0


def mean_and_deviation(given: Floats, *, sample: bool = False) -> tuple[float, float]:
    """Mean and standard deviation, the same bits in whatever order; a constant has deviation 0 exactly.

    Examples
    --------
    >>> mean_and_deviation(np.array([0.1, 0.1, 0.1])), mean_and_deviation(np.array([1.0, 3.0]), sample=True)
    ((0.1, 0.0), (2.0, 1.4142135623730951))
    """
    least, count = given.min(), len(given)
    if least == given.max():
        return plain(least), 0.0
    mean = math.fsum(given.tolist()) / count
    return plain(mean), math.sqrt(math.fsum(((given - mean) ** 2).tolist()) / (count - 1 if sample else count))
