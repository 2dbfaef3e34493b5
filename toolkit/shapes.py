"""Value shapes: how a raw value becomes a value on the scheme's scale. Each is a frozen value with its parameters.

A shape's `values` takes one-dimensional raw values and the scale, and gives values in [0, scale] (unless left
open by ``clamp = false``). NaN or None, a missing raw value, stays NaN: what happens to it is the missing policy's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from toolkit.toml_file import Decision

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Number = Annotated[float, Field(allow_inf_nan=False)]


class Graded(Decision):
    """What every shape has: the value that stands for a missing one under ``missing = "worst"``."""

    @property
    def lowest(self) -> float:
        """The lowest value the shape can give."""
        return 0.0


class Linear(Graded):
    """Straight between two goalposts: scale x (raw - worst) / (best - worst).

    `worst` may exceed `best` for a cost indicator (逆向指标). Clamped to [0, scale] unless ``clamp = false``.

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
        return _clamped(scale * ((raw - self.worst) / (self.best - self.worst)), scale, clamp=self.clamp)


class Log(Graded):
    """As `Linear`, on the natural logarithm of the raw value and of both goalposts (all above 0).

    A raw value of 0 or less lies below any goalpost: it takes the end of the scale on that side when clamped.
    """

    shape: Literal["log"]
    worst: Annotated[Number, Field(gt=0)]
    best: Annotated[Number, Field(gt=0)]
    clamp: bool = True

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            logged = np.where(raw <= 0, -np.inf, np.log(raw))
        low, high = np.log(self.worst), np.log(self.best)
        return _clamped(scale * ((logged - low) / (high - low)), scale, clamp=self.clamp)


class Points(Graded):
    """So many points for each unit, up to a cap: min(per x raw, cap), on a scale of its own points.

    Examples
    --------
    >>> Points(shape="points", per=20, cap=100).values(np.array([3.0, 9.0]), 100)
    array([ 60., 100.])
    """

    shape: Literal["points"]
    per: Number
    cap: Annotated[Number, Field(gt=0)] | None = None

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,); without a cap the scale is the cap."""
        return np.clip(self.per * raw, 0.0, scale if self.cap is None else min(self.cap, scale))


class Steps(Graded):
    """A value for each range of raw values; a lower bound counts as reached (含).

    `steps` lists [lower bound, value] with rising bounds; below the first bound the value is `below`.

    Examples
    --------
    >>> Steps(shape="steps", steps=((1, 60), (3, 100))).values(np.array([0.0, 1, 2.9, 3]), 100)
    array([  0.,  60.,  60., 100.])
    """

    shape: Literal["steps"]
    steps: Annotated[tuple[tuple[Number, Number], ...], Field(min_length=1)]
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


class Category(Graded):
    """A value for each named state; `other` for a state that is not named, which else is a problem."""

    shape: Literal["category"]
    points: Annotated[dict[str, Number], Field(min_length=1)]
    other: Number | None = None

    def values(self, raw: Iterable[object], scale: float) -> Floats:  # noqa: ARG002 - every shape takes the scale
        """Values of `raw`, any one-dimensional collection of text, numbers or booleans; unknown states give NaN."""
        unnamed = np.nan if self.other is None else self.other
        return np.array([np.nan if is_missing(state) else self.points.get(state_name(state), unnamed) for state in raw])

    @property
    def lowest(self) -> float:
        """The lowest of the points."""
        return min(self.points.values())


class ExponentialRank(Graded):
    """The member's rank among all, stretched so that the top stands out (deprivation indices, UK).

    R = (N + 1 - rank) / N with rank 1 for the best, and value = -rate ln(1 - R (1 - e^(-100 / rate))) x scale / 100.
    With N ranked members the best gets the full scale. Equal raw values share the best rank of the tie.

    References
    ----------
    Welsh Index of Multiple Deprivation 2019, Technical Report, Annex A (rate 23).
    """

    shape: Literal["exponential_rank"]
    rate: Annotated[Number, Field(gt=0)]
    better: Literal["higher", "lower"] = "higher"

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,), each relative to all the others given."""
        from scipy.stats import rankdata

        given = ~np.isnan(raw)
        count = int(given.sum())
        rank = rankdata(np.where(given, -raw if self.better == "higher" else raw, np.inf), method="min")
        share = np.where(given, (count + 1 - rank) / max(count, 1), np.nan)
        stretched = -self.rate * np.log(1 - share * (1 - np.exp(-100 / self.rate)))
        return np.asarray(stretched * scale / 100, dtype=np.float64)


Shape = Annotated[
    Linear | Log | Points | Steps | Category | ExponentialRank,
    Field(discriminator="shape"),
]
RELATIVE = (ExponentialRank,)


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


def _clamped(values: Floats, scale: float, *, clamp: bool) -> Floats:
    return np.clip(values, 0.0, scale) if clamp else values
