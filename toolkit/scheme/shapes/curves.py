"""Curved shapes: the logarithm, the S-curve, and a power of the distance from a raw value that has nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal, TypeAlias

import numpy as np

from toolkit.ground.ranking import Floats
from toolkit.ground.text import Phrase, figure, phrase
from toolkit.scheme.shapes.absolute import (
    LESS_IS_BETTER,
    Better,
    Number,
    Positive,
    Ranged,
    Straight,
    ValueShape,
)


class Log(Straight):
    """As `Linear`, on the natural logarithm of the raw value and of both goalposts (all above 0).

    A raw value of 0 or less lies below any goalpost: it takes the end of the scale on that side when clamped.
    """

    title: ClassVar[Phrase] = Phrase("对数", "logarithm")
    beginning: ClassVar[Phrase] = Phrase("对数", "logarithm,")

    shape: Literal["log"]
    worst: Positive
    best: Positive

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            logged = np.where(raw <= 0, -np.inf, np.log(raw))
        low, high = np.log(self.worst), np.log(self.best)
        return self.spread((logged - low) / (high - low), scale, clamp=self.clamp)


class Logistic(Ranged):
    """An S-curve: 1 / (1 + e^(-steepness (raw - middle))) of the range, half of it at `middle`.

    `steepness` is per unit of the raw value; 4 / steepness units are about the width of the slope.

    Examples
    --------
    >>> Logistic(shape="logistic", middle=20, steepness=0.2).values(np.array([20.0]), 100)
    array([50.])
    """

    title: ClassVar[Phrase] = Phrase("S 形曲线", "logistic")
    parameters: ClassVar[Mapping[str, Phrase]] = {"middle": Phrase("中点", "middle"), "steepness": Phrase("陡度", "steepness")}

    shape: Literal["logistic"]
    middle: Number
    steepness: Positive
    better: Better = "higher"

    def words(self) -> Phrase:
        """Where half is reached, and which way is better."""
        turn = Phrase("越高越好", "more is better") if self.better == "higher" else LESS_IS_BETTER
        return phrase("S 形曲线：{m} 计一半，{turn.zh}", "S-curve, half at {m}, {turn.en}", m=figure(self.middle), turn=turn)

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,)."""
        above = raw - self.middle if self.better == "higher" else self.middle - raw
        with np.errstate(over="ignore"):
            return self.spread(1.0 / (1.0 + np.exp(-self.steepness * above)), scale)


class Power(ValueShape):
    """Points by a power: `coefficient` x (raw - `zero`)^`exponent`, or of (`zero` - raw) where less is better; in points of the scale.

    Nothing up to `zero`, and never more than the scale: raw values a rule writes in a curve of its own, as the tables of combined events do.

    References
    ----------
    World Athletics, Scoring Tables for Combined Events: a (M - b)^c in the field, a (b - T)^c on the track, decimals dropped.

    Examples
    --------
    >>> sprint = Power(shape="power", coefficient=25.4347, zero=18, exponent=1.81, better="lower")
    >>> np.floor(sprint.values(np.array([10.395, 10.55, 18.5]), 2000)).tolist()
    [1000.0, 963.0, 0.0]
    """

    title: ClassVar[Phrase] = Phrase("幂函数", "power")
    parameters: ClassVar[Mapping[str, Phrase]] = {
        "coefficient": Phrase("系数", "coefficient"), "zero": Phrase("零分的原始值", "raw value that has nothing"), "exponent": Phrase("指数", "exponent"),
    }  # fmt: skip
    ceilings: ClassVar[tuple[str, ...]] = ("coefficient",)

    shape: Literal["power"]
    coefficient: Positive
    zero: Number
    exponent: Positive
    better: Better = "higher"

    def words(self) -> Phrase:
        """The formula."""
        zero, raw = figure(self.zero), Phrase("数值", "value")
        apart = phrase("{raw.zh} − {zero}", "{raw.en} - {zero}", raw=raw, zero=zero) if self.better == "higher" else phrase("{zero} − {raw.zh}", "{zero} - {raw.en}", raw=raw, zero=zero)
        return phrase("{c} ×（{apart.zh}）的 {e} 次方，不低于 0，不超过满分", "{c} x ({apart.en})^{e}, at least 0 and at most the scale", c=figure(self.coefficient), apart=apart, e=figure(self.exponent))

    @property
    def knots(self) -> tuple[float, ...]:
        """Where it begins."""
        return (self.zero,)

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,)."""
        apart = np.maximum(raw - self.zero if self.better == "higher" else self.zero - raw, 0.0)
        with np.errstate(over="ignore"):
            return np.clip(self.coefficient * apart**self.exponent, 0.0, scale)


Curved: TypeAlias = Log | Logistic | Power  # a new shape is entered here
