"""Shapes that look at one raw value alone, so that nobody's value depends on anybody else; and what all shapes share.

A value shape is one class: its parameters, its values, how it reads (`words`) and what can be wrong with it (`faults`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, TypeGuard

import numpy as np
from pydantic import Field

from toolkit.ground.decimals import decimal_digits, decimal_digits_of
from toolkit.ground.ranking import Floats
from toolkit.ground.text import Phrase, figure, joined, phrase
from toolkit.ground.toml_reader import Fault, StrictModel
from toolkit.ground.toml_syntax import Raw, is_number

Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
Better = Literal["higher", "lower"]
Pairs = tuple[tuple[Number, Number], ...]

FAR = 1e12  # beyond any raw value
COINCIDE = Phrase("最差值与最好值相同，无法换算", "worst and best coincide")
ASCEND = Phrase("请按从低到高排列", "order them from low to high")
LESS_IS_BETTER = Phrase("越低越好", "less is better")


class ValueShape(StrictModel):
    """How a raw value becomes a value on the scheme's scale: what every shape has.

    Attributes
    ----------
    title
        What a minute calls the shape.
    parameters
        What a committee calls those of its keys that nothing else in a scheme has.
    ceilings
        Its keys on which the most it can give depends, the first one that is written before the others.
    lists_values
        Whether its values are written one by one, and so may leave the scale.
    """

    title: ClassVar[Phrase]
    parameters: ClassVar[Mapping[str, Phrase]] = {}
    ceilings: ClassVar[tuple[str, ...]] = ()
    lists_values: ClassVar[bool] = False

    def words(self) -> Phrase:
        """How a raw value becomes points, as a scheme sheet tells it."""
        raise NotImplementedError

    @classmethod
    def faults(cls, written: Raw, scheme: Raw) -> Iterator[Fault]:  # noqa: ARG003 - most shapes look at one of the two
        """What no single key can see, by its path within `written`; both are plain values, of which any may be of a wrong type."""
        yield from ()

    @property
    def lowest(self) -> float:
        """The lowest value the shape can give, which stands for a missing one under ``missing = "worst"``."""
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


class Ranged(ValueShape):
    """A shape that gives values from one end of a range to the other: of the whole scale, or `to` = [low, high]."""

    ceilings: ClassVar[tuple[str, ...]] = ("to",)
    less_is_better: ClassVar[Phrase] = Phrase("；越低越好请用 better", "; for less is better, use `better`")

    to: tuple[Number, Number] | None = None

    @classmethod
    def faults(cls, written: Raw, scheme: Raw) -> Iterator[Fault]:
        """A range that falls, or leaves the scale."""
        to, scale = written.get("to"), scheme.get("scale", 100)
        if not is_pair(to) or not is_number(scale):
            return
        if to[0] >= to[1]:
            rule = Phrase("分值范围的下限必须低于上限", "the range of values must rise")
            way = cls.less_is_better
            yield Fault(("to",), rule, phrase("请写成 to = [低, 高]{way.zh}", "write to = [low, high]{way.en}", way=way))
        elif to[0] < 0 or to[1] > scale:
            rule = phrase("分值范围超出 0 到满分 {scale:g}", "the range of values leaves the scale from 0 to {scale:g}", scale=scale)
            yield Fault(("to",), rule, Phrase("请收窄 to，或改 scale", "narrow it, or change `scale`"))

    @property
    def lowest(self) -> float:
        """The lower end of the range."""
        return self.to[0] if self.to else 0.0

    def ends(self, scale: float) -> tuple[float, float]:
        """The lower and the upper end of the range."""
        return self.to or (0.0, scale)

    def end_words(self) -> tuple[Phrase, Phrase]:
        """What the worst and the best get: nothing and full marks, or so many points."""
        if self.to is None:
            return Phrase("零分", "none"), Phrase("满分", "full")
        low, high = map(figure, self.to)
        return Phrase(f" {low} 分", low), Phrase(f" {high} 分", high)

    def spread(self, share: Floats, scale: float, *, clamp: bool = True) -> Floats:
        """A share of the way, 0 for the worst and 1 for the best, as a value; exactly the upper end for 1."""
        low, high = self.ends(scale)
        values: Floats = (high - low) * share
        values += low
        if low + (high - low) != high:
            values[share == 1.0] = high
        return values.clip(low, high, out=values) if clamp else values


class Straight(Ranged):
    """A shape between two goalposts, of which `worst` may exceed `best` for a cost indicator (逆向指标)."""

    parameters: ClassVar[Mapping[str, Phrase]] = {"clamp": Phrase("超出是否截断", "clamped")}
    less_is_better: ClassVar[Phrase] = Phrase("；越低越好，请把 worst 写得比 best 大", "; for less is better, write a `worst` above the `best`")
    beginning: ClassVar[Phrase]

    shape: str
    worst: Number
    best: Number
    clamp: bool = True

    def words(self) -> Phrase:
        """Which raw values get nothing and full marks."""
        low, high = self.end_words()
        worst, best = figure(self.worst), figure(self.best)
        return Phrase(
            f"{self.beginning.zh}：{worst} 计{low.zh}，{best} 计{high.zh}", f"{self.beginning.en} {worst} ({low.en}) to {best} ({high.en})"
        )

    @classmethod
    def faults(cls, written: Raw, scheme: Raw) -> Iterator[Fault]:
        """Goalposts that coincide."""
        if is_number(written.get("worst")) and written.get("worst") == written.get("best"):
            yield Fault(("best",), COINCIDE, Phrase("请写两个不同的数", "write two different numbers"))
        yield from super().faults(written, scheme)

    @property
    def knots(self) -> tuple[float, ...]:
        """Both goalposts."""
        return self.worst, self.best


class Linear(Straight):
    """Straight between two goalposts: scale x (raw - worst) / (best - worst).

    Clamped to [0, scale], or to the range `to`, unless ``clamp = false``.

    Examples
    --------
    >>> Linear(shape="linear", worst=0, best=40).values(np.array([10.0, 50.0]), 100)
    array([ 25., 100.])
    """

    title: ClassVar[Phrase] = Phrase("线性", "linear")
    beginning: ClassVar[Phrase] = Phrase("线性", "straight from")

    shape: Literal["linear"]

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,)."""
        share = raw - self.worst
        share /= self.best - self.worst
        return self.spread(share, scale, clamp=self.clamp)


class Points(ValueShape):
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

    title: ClassVar[Phrase] = Phrase("按量计分", "points for each")
    parameters: ClassVar[Mapping[str, Phrase]] = {"base": Phrase("起始分", "base")}
    ceilings: ClassVar[tuple[str, ...]] = ("cap", "base")

    shape: Literal["points"]
    per: Number
    cap: Positive | None = None
    base: Number = 0.0

    def words(self) -> Phrase:
        """How many points from where, and at most."""
        counted = phrase("每一单位 {per} 分", "{per} for each", per=figure(self.per))
        if self.base:
            turn = Phrase("加", "more") if self.per >= 0 else Phrase("减", "less")
            start, per = figure(self.base), figure(abs(self.per))
            counted = Phrase(f"{start} 分起，每一单位{turn.zh} {per} 分", f"from {start}, {per} {turn.en} for each")
        if self.cap is None:
            return counted
        return joined([counted, phrase("最多 {cap} 分", "at most {cap}", cap=figure(self.cap))])

    def highest(self, scale: float, least: float = 0.0, most: float = FAR) -> float:
        """The most that so many units can be given; there are none below 0."""
        return super().highest(scale, max(least, 0.0), max(most, 0.0))

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,)."""
        return np.clip(self.base + self.per * raw, 0.0, scale if self.cap is None else min(self.cap, scale))


class Steps(ValueShape):
    """A value for each range of raw values; a lower bound counts as reached (含).

    `steps` lists [lower bound, value] with rising bounds; below the first bound the value is `below`.

    Examples
    --------
    >>> Steps(shape="steps", steps=((1, 60), (3, 100))).values(np.array([0.0, 1, 2.9, 3]), 100)
    array([  0.,  60.,  60., 100.])
    """

    title: ClassVar[Phrase] = Phrase("分档", "steps")
    parameters: ClassVar[Mapping[str, Phrase]] = {"steps": Phrase("分档", "steps")}
    ceilings: ClassVar[tuple[str, ...]] = ("steps",)
    lists_values: ClassVar[bool] = True

    shape: Literal["steps"]
    steps: Annotated[Pairs, Field(min_length=1)]
    below: Number = 0.0

    def words(self) -> Phrase:
        """The value from each bound on, and below the first."""
        steps = [phrase("满 {bound} 计 {value} 分", "from {bound}: {value}", bound=figure(bound), value=figure(value)) for bound, value in self.steps]
        return joined([*steps, phrase("不足计 {value} 分", "below: {value}", value=figure(self.below))])

    @classmethod
    def faults(cls, written: Raw, scheme: Raw) -> Iterator[Fault]:  # noqa: ARG003 - every shape is handed the scheme
        """Lower bounds that do not rise."""
        if _falls(written.get("steps")):
            rule = Phrase("各档下限必须逐档升高", "lower bounds must rise from step to step")
            yield Fault(("steps",), rule, Phrase("请按下限从低到高排列", "order them by lower bound"))

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


class Piecewise(ValueShape):
    """Straight from each of some points to the next, and flat beyond the first and the last (分段线性).

    `points` lists [raw value, value] with rising raw values. Where `below` or `beyond` is written, that is the value of
    raw values below the first point, or beyond the last; the points themselves are reached.

    Examples
    --------
    >>> shape = Piecewise(shape="piecewise", points=((0, 0), (10, 60), (50, 100)))
    >>> shape.values(np.array([-3.0, 5, 10, 30, 99]), 100)
    array([  0.,  30.,  60.,  80., 100.])
    """

    title: ClassVar[Phrase] = Phrase("折线", "piecewise")
    parameters: ClassVar[Mapping[str, Phrase]] = {"beyond": Phrase("超过最后一点", "beyond the last point")}
    ceilings: ClassVar[tuple[str, ...]] = ("points",)
    lists_values: ClassVar[bool] = True

    shape: Literal["piecewise"]
    points: Annotated[Pairs, Field(min_length=2)]
    below: Number | None = None
    beyond: Number | None = None

    def words(self) -> Phrase:
        """The value at each point, and where it is another beyond them."""
        points = joined(phrase("{raw} 计 {value} 分", "{raw}: {value}", raw=figure(raw), value=figure(value)) for raw, value in self.points)
        said = [Phrase(f"分段线性：{points.zh}，其间按直线", f"straight between {points.en}")]
        if self.below is not None:
            said.append(phrase("不到 {raw} 计 {value} 分", "below {raw}: {value}", raw=figure(self.points[0][0]), value=figure(self.below)))
        if self.beyond is not None:
            said.append(phrase("超过 {raw} 计 {value} 分", "beyond {raw}: {value}", raw=figure(self.points[-1][0]), value=figure(self.beyond)))
        return joined(said)

    @classmethod
    def faults(cls, written: Raw, scheme: Raw) -> Iterator[Fault]:  # noqa: ARG003 - every shape is handed the scheme
        """Raw values that do not rise."""
        if _falls(written.get("points")):
            yield Fault(("points",), Phrase("各折点的原始值必须逐点升高", "raw values must rise from point to point"), ASCEND)

    def values(self, raw: Floats, scale: float) -> Floats:  # noqa: ARG002 - every shape takes the scale
        """Values of `raw`, shape (members,): held between the two ends of their piece, so that no rounding turns it."""
        knots, heights = np.array(self.points).T
        piece = np.clip(np.searchsorted(knots, raw, side="right") - 1, 0, len(knots) - 2)
        share = (raw - knots[piece]) / np.diff(knots)[piece]
        start, end = heights[piece], heights[piece + 1]
        between = np.clip(start + (end - start) * share, np.minimum(start, end), np.maximum(start, end))
        values: Floats = np.where(share == 1.0, end, between)
        first, last = decimal_digits_of(knots[[0, -1]])
        values = values if self.below is None else np.where(raw < first, self.below, values)
        return values if self.beyond is None else np.where(raw > last, self.beyond, values)

    @property
    def lowest(self) -> float:
        """The lowest of the points, and of what lies beyond them."""
        return min(value for value in (*(value for _, value in self.points), self.below, self.beyond) if value is not None)

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

    title: ClassVar[Phrase] = Phrase("适度", "target")
    less_is_better: ClassVar[Phrase] = Phrase("", "")

    shape: Literal["target"]
    best: tuple[Number, Number]
    worst: tuple[Number, Number]

    def words(self) -> Phrase:
        """Between which raw values it is full, and where it has fallen to nothing."""
        low, high = self.end_words()
        (worst, far), (near, best) = (map(figure, ends) for ends in (self.worst, self.best))
        return Phrase(
            f"适度：{near} 至 {best} 计{high.zh}，低到 {worst} 或高到 {far} 计{low.zh}",
            f"{near} to {best} ({high.en}), falling to {worst} and {far} ({low.en})",
        )

    @classmethod
    def faults(cls, written: Raw, scheme: Raw) -> Iterator[Fault]:
        """Ranges that fall, do not lie within one another, or are one point."""
        worst, best = written.get("worst"), written.get("best")
        if is_pair(worst) and is_pair(best):
            if best[0] > best[1] or worst[0] > worst[1]:
                key = "best" if best[0] > best[1] else "worst"
                yield Fault((key,), Phrase("范围的下限高于上限", "the range ends below where it begins"), ASCEND)
            elif worst[0] > best[0] or best[1] > worst[1]:
                rule = Phrase("best 的范围必须在 worst 的范围之内", "the best range must lie within the worst")
                yield Fault(("worst",), rule, Phrase("请放宽 worst，或收窄 best", "widen `worst`, or narrow `best`"))
            elif worst == best and best[0] == best[1]:
                yield Fault(("worst",), COINCIDE, Phrase("请放宽 worst", "widen `worst`"))
        yield from super().faults(written, scheme)

    @property
    def knots(self) -> tuple[float, ...]:
        """The ends of both ranges."""
        return *self.worst, *self.best

    def values(self, raw: Floats, scale: float) -> Floats:
        """Values of `raw`, shape (members,)."""
        rising = _climb(raw, self.worst[0], self.best[0])
        return self.spread(np.minimum(rising, _climb(-raw, -self.worst[1], -self.best[1])), scale)


OfNumbers: TypeAlias = Linear | Points | Steps | Piecewise | Target  # a new shape is entered here


def _climb(raw: Floats, foot: float, top: float) -> Floats:
    """The share of the way up from `foot` to `top`, in [0, 1]; a step where they coincide."""
    if foot == top:
        return np.where(np.isnan(raw), np.nan, np.where(raw >= decimal_digits(top), 1.0, 0.0))
    return np.clip((raw - foot) / (top - foot), 0.0, 1.0)


def _falls(pairs: Any) -> bool:
    """Whether the first numbers of written pairs do not rise from one to the next."""
    rising = isinstance(pairs, list) and all(isinstance(pair, list) and pair and is_number(pair[0]) for pair in pairs)
    return rising and any(upper[0] <= lower[0] for lower, upper in pairwise(pairs))


def is_pair(value: Any) -> TypeGuard[list[Any]]:
    """Whether a plain value is a list of two numbers."""
    return isinstance(value, list) and len(value) == 2 and all(map(is_number, value))
