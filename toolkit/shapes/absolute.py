"""Shapes that look at one raw value alone: nobody's value depends on anybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from toolkit.shapes.scale import Better, Graded, Number, Positive, Ranged

if TYPE_CHECKING:
    from toolkit.shapes.scale import Floats

Pairs = tuple[tuple[Number, Number], ...]


class Linear(Ranged):
    """Straight between two goalposts: scale x (raw - worst) / (best - worst).

    `worst` may exceed `best` for a cost indicator (逆向指标). Clamped to [0, scale], or to the range `to`, unless
    ``clamp = false``.

    Examples
    --------
    >>> Linear(shape="linear", worst=0, best=40).values(np.array([10.0, 50.0]), 100)
    array([ 25., 100.])
    """

    shape: Literal["linear"]
    worst: Number
    best: Number
    clamp: bool = True

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,)."""
        share = raw - self.worst
        share /= self.best - self.worst
        return self.spread(share, scale, clamp=self.clamp)


class Log(Ranged):
    """As `Linear`, on the natural logarithm of the raw value and of both goalposts (all above 0).

    A raw value of 0 or less lies below any goalpost: it takes the end of the scale on that side when clamped.
    """

    shape: Literal["log"]
    worst: Positive
    best: Positive
    clamp: bool = True

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            logged = np.where(raw <= 0, -np.inf, np.log(raw))
        low, high = np.log(self.worst), np.log(self.best)
        return self.spread((logged - low) / (high - low), scale, clamp=self.clamp)


class Points(Graded):
    """So many points for each unit: `base` + per x raw, never below 0 nor above `cap`, in points of the scale.

    With a negative `per`, points are taken off a `base`: 100 less 5 for each complaint. Without a cap the scale is
    the cap.

    Examples
    --------
    >>> Points(shape="points", per=20, cap=100).values(np.array([3.0, 9.0]), 100)
    array([ 60., 100.])
    >>> Points(shape="points", base=100, per=-5).values(np.array([0.0, 3.0, 30.0]), 100)
    array([100.,  85.,   0.])
    """

    shape: Literal["points"]
    per: Number
    cap: Positive | None = None
    base: Number = 0.0

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,)."""
        return np.clip(self.base + self.per * raw, 0.0, scale if self.cap is None else min(self.cap, scale))


class Steps(Graded):
    """A value for each range of raw values; a lower bound counts as reached (含).

    `steps` lists [lower bound, value] with rising bounds; below the first bound the value is `below`.

    Examples
    --------
    >>> Steps(shape="steps", steps=((1, 60), (3, 100))).values(np.array([0.0, 1, 2.9, 3]), 100)
    array([  0.,  60.,  60., 100.])
    """

    shape: Literal["steps"]
    steps: Annotated[Pairs, Field(min_length=1)]
    below: Number = 0.0

    def values(self, raw: Floats, scale: float) -> Floats:  # noqa: ARG002 - every shape takes the scale
        """Values of `raw`, shape (members,)."""
        bounds = np.array([bound for bound, _ in self.steps])
        given = np.array([self.below, *(value for _, value in self.steps)])
        reached = given[np.searchsorted(bounds, raw, side="right")]
        return np.where(np.isnan(raw), np.nan, reached)

    @property
    def lowest(self) -> float:
        """The lowest of the steps."""
        return min(self.below, *(value for _, value in self.steps))


class Piecewise(Graded):
    """Straight from each of some points to the next, and flat beyond the first and the last (分段线性).

    `points` lists [raw value, value] with rising raw values.

    Examples
    --------
    >>> shape = Piecewise(shape="piecewise", points=((0, 0), (10, 60), (50, 100)))
    >>> shape.values(np.array([-3.0, 5, 10, 30, 99]), 100)
    array([  0.,  30.,  60.,  80., 100.])
    """

    shape: Literal["piecewise"]
    points: Annotated[Pairs, Field(min_length=2)]

    def values(self, raw: Floats, scale: float) -> Floats:  # noqa: ARG002 - every shape takes the scale
        """Values of `raw`, shape (members,): held between the two ends of their piece, so that no rounding turns it."""
        knots, heights = np.array(self.points).T
        piece = np.clip(np.searchsorted(knots, raw, side="right") - 1, 0, len(knots) - 2)
        share = (raw - knots[piece]) / np.diff(knots)[piece]
        start, end = heights[piece], heights[piece + 1]
        between = np.clip(start + (end - start) * share, np.minimum(start, end), np.maximum(start, end))
        values: Floats = np.where(share == 1.0, end, between)
        return values

    @property
    def lowest(self) -> float:
        """The lowest of the points."""
        return min(value for _, value in self.points)


class Target(Ranged):
    """Full within the `best` range, falling straight to nothing at the ends of the `worst` range (适度指标).

    Where both ranges end at the same raw value there is no slope: full up to it, nothing beyond. A target with one
    side only is `Linear`.

    Examples
    --------
    >>> shape = Target(shape="target", best=(40, 60), worst=(20, 100))
    >>> shape.values(np.array([10.0, 30, 40, 60, 70, 100]), 100)
    array([  0.,  50., 100., 100.,  75.,   0.])
    """

    shape: Literal["target"]
    best: tuple[Number, Number]
    worst: tuple[Number, Number]

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,)."""
        rising = _climb(raw, self.worst[0], self.best[0])
        return self.spread(np.minimum(rising, _climb(-raw, -self.worst[1], -self.best[1])), scale)


class Logistic(Ranged):
    """An S-curve: 1 / (1 + e^(-steepness (raw - middle))) of the range, half of it at `middle`.

    `steepness` is per unit of the raw value; 4 / steepness units are about the width of the slope.

    Examples
    --------
    >>> Logistic(shape="logistic", middle=20, steepness=0.2).values(np.array([20.0]), 100)
    array([50.])
    """

    shape: Literal["logistic"]
    middle: Number
    steepness: Positive
    better: Better = "higher"

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,)."""
        above = raw - self.middle if self.better == "higher" else self.middle - raw
        with np.errstate(over="ignore"):
            return self.spread(1.0 / (1.0 + np.exp(-self.steepness * above)), scale)


def _climb(raw: Floats, foot: float, top: float) -> Floats:
    """The share of the way up from `foot` to `top`, in [0, 1]; a step where they coincide."""
    if foot == top:
        return np.where(np.isnan(raw), np.nan, np.where(raw >= top, 1.0, 0.0))
    return np.clip((raw - foot) / (top - foot), 0.0, 1.0)
