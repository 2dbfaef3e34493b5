"""Shapes that look at one raw value alone: nobody's value depends on anybody else.

What all value shapes share: numbers, the range they give, and how a share of the way becomes a value.

The shape of named states, and what a raw state is called.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from toolkit.ground.decimals import decimal_digits, decimal_digits_of
from toolkit.ground.toml_reader import Decision

if TYPE_CHECKING:
    import numpy.typing as npt
    Floats = npt.NDArray[np.float64]


Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
Better = Literal["higher", "lower"]


FAR = 1e12  # beyond any raw value


class Graded(Decision):
    """What every shape has: the value that stands for a missing one under ``missing = "worst"``, and the most it can give."""

    @property
    def lowest(self) -> float:
        """The lowest value the shape can give."""
        return 0.0

    @property
    def knots(self) -> tuple[float, ...]:
        """The raw values between which the shape only rises or only falls."""
        return ()

    def highest(self, scale: float, least: float = -FAR, most: float = FAR) -> float:
        """The most that raw values from `least` to `most` can be given.

        Examples
        --------
        >>> Points(shape="points", per=5, cap=20).highest(100), Linear(shape="linear", worst=0, best=160).highest(100, 0, 80)
        (20.0, 50.0)
        """
        raw = np.clip(np.array([least, *self.knots, most]), least, most)
        return float(self.values(raw, scale).max())

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,)."""
        raise NotImplementedError


class Ranged(Graded):
    """A shape that gives values from one end of a range to the other: of the whole scale, or `to` = [low, high]."""

    to: tuple[Number, Number] | None = None

    @property
    def lowest(self) -> float:
        """The lower end of the range."""
        return self.to[0] if self.to else 0.0

    def ends(self, scale: float) -> tuple[float, float]:
        """The lower and the upper end of the range."""
        return self.to or (0.0, scale)

    def spread(self, share: Floats, scale: float, *, clamp: bool = True) -> Floats:
        """A share of the way, 0 for the worst and 1 for the best, as a value; exactly the upper end for 1."""
        low, high = self.ends(scale)
        values: Floats = (high - low) * share
        values += low
        if low + (high - low) != high:
            values[share == 1.0] = high
        return values.clip(low, high, out=values) if clamp else values



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

    @property
    def knots(self) -> tuple[float, ...]:
        """Both goalposts."""
        return self.worst, self.best

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

    @property
    def knots(self) -> tuple[float, ...]:
        """Both goalposts."""
        return self.worst, self.best

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

    def highest(self, scale: float, least: float = 0.0, most: float = FAR) -> float:
        """The most that so many units can be given; there are none below 0."""
        return super().highest(scale, max(least, 0.0), max(most, 0.0))

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
        bounds = decimal_digits_of([bound for bound, _ in self.steps])
        given = np.array([self.below, *(value for _, value in self.steps)])
        reached = given[np.searchsorted(bounds, raw, side="right")]
        return np.where(np.isnan(raw), np.nan, reached)

    @property
    def lowest(self) -> float:
        """The lowest of the steps."""
        return min(self.below, *(value for _, value in self.steps))

    @property
    def knots(self) -> tuple[float, ...]:
        """The lower bounds."""
        return tuple(bound for bound, _ in self.steps)


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

    @property
    def knots(self) -> tuple[float, ...]:
        """The raw values of the points."""
        return tuple(raw for raw, _ in self.points)


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

    @property
    def knots(self) -> tuple[float, ...]:
        """The ends of both ranges."""
        return *self.worst, *self.best

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
        return np.where(np.isnan(raw), np.nan, np.where(raw >= decimal_digits(top), 1.0, 0.0))
    return np.clip((raw - foot) / (top - foot), 0.0, 1.0)



class Category(Graded):
    """A value for each named state; `other` for a state that is not named, which else is a problem.

    Examples
    --------
    >>> Category(shape="category", points={"已签": 100, "未签": 10}).values(["未签", None, "已签"], 100)
    array([ 10.,  nan, 100.])
    """

    shape: Literal["category"]
    points: Annotated[dict[str, Number], Field(min_length=1)]
    other: Number | None = None

    def highest(self, scale: float, least: float = -FAR, most: float = FAR) -> float:  # noqa: ARG002 - states are no numbers
        """The highest of the points, `other` included."""
        return max([*self.points.values(), *([] if self.other is None else [self.other])])

    def values(self, raw: Iterable[object], scale: float) -> Floats:  # noqa: ARG002 - every shape takes the scale
        """Values of `raw`, any one-dimensional collection of text, numbers or booleans; unknown states give NaN."""
        unnamed = np.nan if self.other is None else self.other
        codes, names = named_states(raw)
        given = np.array([*(self.points.get(name, unnamed) for name in names), np.nan])
        return given[codes]

    @property
    def lowest(self) -> float:
        """The lowest of the points, `other` included."""
        return min([*self.points.values(), *([] if self.other is None else [self.other])])


def is_missing(state: object) -> bool:
    """Whether a raw state is missing: None, NaN or pandas' NA."""
    return state is None or type(state).__name__ == "NAType" or state != state  # noqa: PLR0124 - NaN is not itself


def state_name(state: object) -> str:
    """A raw state as a scheme writes it: true and false for booleans, 3 for 3.0.

    Examples
    --------
    >>> state_name(True), state_name(3.0), state_name("已签")
    ('true', '3', '已签')
    """
    if isinstance(state, bool | np.bool_):
        return "true" if state else "false"
    if isinstance(state, float | np.floating) and float(state).is_integer():
        return str(int(state))
    return str(state)


def named_states(raw: Iterable[object]) -> tuple[npt.NDArray[np.intp], list[str]]:
    """For each raw state the place of its name in the list of names, -1 for a missing one; whole columns at once."""
    import pandas as pd

    states = pd.Series(raw, dtype=None if hasattr(raw, "dtype") else object)
    if not pd.api.types.infer_dtype(states, skipna=True).startswith("mixed"):
        codes, found = pd.factorize(states)
        return codes, [state_name(state) for state in found]
    return _mixed(states)


def _mixed(states: Any) -> tuple[npt.NDArray[np.intp], list[str]]:
    """As `named_states`, where truth and numbers may stand in one column: 1 equals True, but is another state."""
    import pandas as pd

    truth = states.map(type).isin([bool, np.bool_]).to_numpy()
    codes, found = pd.factorize(states.mask(truth))
    names = [*(state_name(state) for state in found), "true", "false"]
    told = np.where(states.eq(other=True).to_numpy(dtype=bool, na_value=False), len(found), len(found) + 1)
    return np.where(truth, told, codes), names
