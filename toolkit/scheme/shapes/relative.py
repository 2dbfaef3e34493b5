"""Relative shapes, whose values depend on the members themselves: on the least and greatest, the mean, the best, or the place.

What a relative shape finds among the members is kept in `found`, and values are computed through it alone. A shape
with `found` is *resolved*: a member that joins later is measured by it and moves nobody. What an earlier edition
found may be written into a scheme by hand. Of places a ladder is found: each raw value that a member has, with the
value it gives, from the worst to the best; a member that joins later gets the value of the best raw value it reaches,
below all of them the lowest.

All members count that the records hold and to whom the indicator applies, whether they applied for an award or not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from toolkit.ground.decimals import decimal_digits, decimal_digits_of
from toolkit.ground.ranking import Floats
from toolkit.ground.statistics import mean_and_deviation
from toolkit.ground.text import Phrase, figure, joined, phrase
from toolkit.ground.toml_reader import Fault, StrictModel
from toolkit.ground.toml_syntax import Raw
from toolkit.scheme.shapes.absolute import FAR, LESS_IS_BETTER, Better, Number, Positive, Ranged, is_pair

Places = NDArray[np.intp]

EVERYONE = "all"
ComparedWithin = Literal["all", "class"]


class Relative(Ranged):
    """A shape resolved among all members, or within each class; `found` is keyed by class, or by ``all``."""

    better: Better = "higher"
    within: ComparedWithin = "all"
    found: dict[str, Any] | None = None

    def words(self) -> Phrase:
        """How the members are compared, and among whom."""
        within = [Phrase("在本类会员中比较", "within the class")] * (self.within == "class")
        fixed = [Phrase("比较标准已固定", "as found, fixed")] * (self.found is not None)
        return joined([self.method(*self.end_words()), *[LESS_IS_BETTER] * (self.better == "lower"), *within, *fixed])

    def method(self, low: Phrase, high: Phrase) -> Phrase:
        """How the members are compared; what the worst and the best get."""
        raise NotImplementedError

    @classmethod
    def faults(cls, written: Raw, scheme: Raw) -> Iterator[Fault]:
        """Classes that are not there; what cannot have been found."""
        yield from super().faults(written, scheme)
        members, entries = scheme.get("members"), written.get("found")
        if written.get("within") == "class" and isinstance(members, dict) and "class" not in members:
            rule = Phrase("办法没有会员类别，不能按类别比较", "the scheme has no classes of members to compare within")
            yield Fault(("within",), rule, Phrase("请在 [members] 写 class，或删去 within", "give [members] a `class`, or remove `within`"))
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            if written.get("within", EVERYONE) == EVERYONE and name != EVERYONE:
                rule = phrase("不分类别比较时，found 只能写 all，不能写“{name}”", 'without `within = "class"` only `all` can stand in `found`, not `{name}`', name=name)
                yield Fault(("found", name), rule, Phrase('请改为 all，或写 within = "class"', 'write `all`, or within = "class"'))
            yield from (replace(fault, path=("found", name, *fault.path)) for fault in cls.entry_faults(entry, written))

    @classmethod
    def entry_faults(cls, entry: Any, written: Raw) -> Iterator[Fault]:  # noqa: ARG003 - not every entry can be wrong
        """What is wrong with one entry of `found` as it was written, by its path within it."""
        yield from ()

    def find(self, given: Floats, scale: float) -> Any:
        """What `given`, raw values without a gap and at least one, show: the entry of `found`."""
        raise NotImplementedError

    def through(self, entry: Any, raw: Floats, scale: float) -> Floats:
        """Values of `raw` by an entry of `found`."""
        raise NotImplementedError

    def read(self, entry: Any) -> Any:
        """An entry of `found` as `through` wants it."""
        return entry

    def written(self, entry: Any) -> Any:
        """What `find` gave as an entry of `found`."""
        return entry

    def values(self, raw: Floats, scale: float, classes: Any = None) -> Floats:
        """Values of `raw`, shape (members,); `classes`, shape (members,), are needed ``within = "class"``.

        NaN where raw is NaN, and in a class for which a resolved shape has found nothing.
        """
        values = np.full(np.shape(raw), np.nan)
        for _, members, entry in self._entries(raw, scale, classes):
            values[members] = self.through(entry, raw[members], scale)
        return values

    def resolved(self, raw: Floats, scale: float, classes: Any = None) -> Self:
        """The shape with what it found; itself where it has already found something."""
        if self.found is not None:
            return self
        entries = {name: self.written(entry) for name, _, entry in self._entries(raw, scale, classes)}
        return self.model_copy(update={"found": entries})

    def highest(self, scale: float, least: float = -FAR, most: float = FAR) -> float:  # noqa: ARG002 - it depends on the members
        """The upper end of the range, which the best of the members is given."""
        return self.ends(scale)[1]

    def bounds(self, scale: float, count: int) -> tuple[float, float]:  # noqa: ARG002 - some hang on how many are compared
        """Between which values the shape gives to `count` members compared among themselves lie, whatever they have."""
        return self.ends(scale)

    def worst(self, raw: Floats, scale: float, classes: Any = None) -> Floats:  # noqa: ARG002 - some must look
        """What stands in for a missing value of each member under ``missing = "worst"``."""
        return np.full(np.shape(raw), self.lowest)

    def divisions(self, classes: Any, size: int) -> Iterator[tuple[str, slice | Places]]:
        """The members that are looked at together: a class, or all; with the places of its members."""
        if self.within == EVERYONE:
            yield EVERYONE, slice(None)
        else:
            yield from class_places(np.full(size, "") if classes is None else classes)

    def _entries(self, raw: Floats, scale: float, classes: Any) -> Iterator[tuple[str, slice | Places, Any]]:
        for name, members in self.divisions(classes, len(raw)):
            if self.found is not None:
                if name in self.found:
                    yield name, members, self.read(self.found[name])
                continue
            given = raw[members][~np.isnan(raw[members])]
            if len(given):
                yield name, members, self.find(given, scale)


def class_places(classes: Any) -> Iterator[tuple[str, Places]]:
    """Each class, in the order of their names, with the places of its members; `classes` has shape (members,)."""
    import pandas as pd

    codes, names = pd.factorize(np.asarray(classes, dtype=object))
    if len(names) < np.iinfo(np.int16).max:
        codes = codes.astype(np.int16)  # sorted by radix, ten times as fast
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(names) + 1))
    for place in sorted(range(len(names)), key=lambda place: str(names[place])):
        yield str(names[place]), order[ends[place] : ends[place + 1]]


class Ends(StrictModel):
    """The least and the greatest raw value found."""

    least: Number
    greatest: Number

    @classmethod
    def faults(cls, written: Any) -> Iterator[Fault]:
        """Ends that are the wrong way round."""
        ends = [written.get(key) for key in ("least", "greatest")] if isinstance(written, dict) else []
        if is_pair(ends) and ends[0] > ends[1]:
            yield Fault(("least",), Phrase("最小值大于最大值", "the least exceeds the greatest"), Phrase("请对调", "swap them"))


class Moments(StrictModel):
    """The mean and the standard deviation of the raw values found, and the lowest value that came of them."""

    mean: Number
    deviation: Annotated[Number, Field(ge=0)]
    lowest: Number


class Best(StrictModel):
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

    title: ClassVar[Phrase] = Phrase("极差法", "min-max")

    shape: Literal["min_max"]
    found: dict[str, Ends] | None = None

    def method(self, low: Phrase, high: Phrase) -> Phrase:
        """Straight between the two."""
        return phrase("极差法：最好的计{high.zh}，最差的计{low.zh}", "the best {high.en}, the worst {low.en}, straight between", low=low, high=high)

    @classmethod
    def entry_faults(cls, entry: Any, written: Raw) -> Iterator[Fault]:  # noqa: ARG003 - every entry comes with its shape
        """Ends that are the wrong way round."""
        return Ends.faults(entry)

    def find(self, given: Floats, scale: float) -> Ends:  # noqa: ARG002 - others look at the scale
        """The least and the greatest."""
        return Ends(least=unsigned(given.min()), greatest=unsigned(given.max()))

    def through(self, entry: Ends, raw: Floats, scale: float) -> Floats:
        """Values of `raw`; beyond what was found, the end of the range."""
        low, high = decimal_digits(entry.least), decimal_digits(entry.greatest)
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

    title: ClassVar[Phrase] = Phrase("标准化", "z-score")
    parameters: ClassVar[Mapping[str, Phrase]] = {
        "mean": Phrase("平均数", "mean"), "deviation": Phrase("标准差", "deviation"), "sample": Phrase("样本标准差", "sample deviation"),
    }  # fmt: skip

    shape: Literal["z_score"]
    to: None = None
    mean: Number = 0.0
    deviation: Positive = 1.0
    sample: bool = True
    found: dict[str, Moments] | None = None

    def method(self, low: Phrase, high: Phrase) -> Phrase:  # noqa: ARG002 - it has no range
        """By deviations from the mean."""
        return phrase("标准分：平均水平计 {m} 分，每好一个标准差加 {d} 分", "z-score: {m} for the mean, {d} for each deviation better",
                      m=figure(self.mean), d=figure(self.deviation))  # fmt: skip

    def find(self, given: Floats, scale: float) -> Moments:
        """Mean and deviation, each sum rounded once: their order changes nothing."""
        mean, deviation = mean_and_deviation(given, sample=self.sample)
        spread = Moments(mean=mean, deviation=deviation, lowest=self.mean)
        return spread.model_copy(update={"lowest": unsigned(self.through(spread, given, scale).min())})

    def through(self, entry: Moments, raw: Floats, scale: float) -> Floats:  # noqa: ARG002 - others look at the scale
        """Values of `raw`, on no scale but their own."""
        if entry.deviation == 0:
            return np.where(np.isnan(raw), np.nan, self.mean)
        above = raw - entry.mean if self.better == "higher" else entry.mean - raw
        return self.mean + self.deviation * (above / entry.deviation)

    def highest(self, scale: float, least: float = -FAR, most: float = FAR) -> float:  # noqa: ARG002 - it has no bounds
        """No bound."""
        return math.inf

    def bounds(self, scale: float, count: int) -> tuple[float, float]:  # noqa: ARG002 - it has no scale
        """None stands farther from the mean of N than the root of N deviations."""
        return self.mean - self.deviation * math.sqrt(count), self.mean + self.deviation * math.sqrt(count)

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

    title: ClassVar[Phrase] = Phrase("与最好者之比", "share of the best")

    shape: Literal["share_of_best"]
    found: dict[str, Best] | None = None

    def method(self, low: Phrase, high: Phrase) -> Phrase:  # noqa: ARG002 - the worst get what they reach
        """By the best."""
        return phrase("按与最好值之比，最好的计{high.zh}", "as a share of the best, which has {high.en}", high=high)

    def find(self, given: Floats, scale: float) -> Best:  # noqa: ARG002 - others look at the scale
        """The greatest, or the least where less is better."""
        return Best(best=unsigned(given.max() if self.better == "higher" else given.min()))

    def through(self, entry: Best, raw: Floats, scale: float) -> Floats:
        """Values of `raw`; full marks for one better than the best that was found."""
        best, lower = entry.best, self.better == "lower"
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # what overflows is better than the best
            share = np.where(raw <= best, 1.0, best / raw) if lower else raw / best if best > 0 else np.where(raw > 0, 1.0, 0.0)
        return self.spread(np.where(np.isnan(raw), np.nan, share), scale)


def unsigned(number: Any) -> float:
    """A float as it is written; 0 has no sign."""
    return float(number) + 0.0


Ties = Literal["best", "average", "worst"]
Rungs = tuple[tuple[Number, Number], ...]


@dataclass(frozen=True, eq=False)
class Ladder:
    """Distinct raw values from the worst to the best, and the value of each; both float64[raw values]."""

    raw: Floats
    values: Floats


class Placed(Relative):
    """A shape of the place alone; those that tie get which of their places `ties` says, the best where it has none."""

    found: dict[str, Rungs] | None = None

    @classmethod
    def entry_faults(cls, entry: Any, written: Raw) -> Iterator[Fault]:
        """Rungs that do not lead from the worst to the best."""
        if not (isinstance(entry, list) and all(map(is_pair, entry))):
            return
        turn = -1 if written.get("better") == "lower" else 1
        if not entry or any(turn * (upper[0] - lower[0]) <= 0 or upper[1] < lower[1] for lower, upper in pairwise(entry)):
            rule = Phrase("各级必须从差到好逐级排列，分值不得下降", "rungs must lead from the worst to the best, and values never fall")
            yield Fault((), rule, Phrase("请改正 found，或删去后重新确定", "mend `found`, or remove it to have it found anew"))

    def valued(self, place: Floats, count: int, scale: float) -> Floats:
        """The value of a place, 1 for the best, among `count` members."""
        raise NotImplementedError

    def find(self, given: Floats, scale: float) -> Ladder:
        """The ladder of the raw values given."""
        raw, counts = np.unique(given + 0.0, return_counts=True)
        if self.better == "lower":
            raw, counts = raw[::-1], counts[::-1]
        total = len(given)
        worst = total - np.cumsum(counts) + counts
        best = worst - counts + 1
        place = {"best": best, "worst": worst, "average": (best + worst) / 2}[getattr(self, "ties", "best")]
        return Ladder(raw, self.valued(place.astype(np.float64), total, scale))

    def read(self, entry: Rungs) -> Ladder:
        """Rungs as a ladder."""
        raw, values = np.array(entry, dtype=np.float64).reshape(-1, 2).T
        return Ladder(decimal_digits_of(raw), values)

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

    title: ClassVar[Phrase] = Phrase("百分位", "percentile")

    shape: Literal["percentile"]
    ties: Ties = "worst"

    def method(self, low: Phrase, high: Phrase) -> Phrase:
        """By the others surpassed."""
        return phrase("按超过其余会员的比例，从{low.zh}到{high.zh}", "the share of the others surpassed, {low.en} to {high.en}", low=low, high=high)

    def valued(self, place: Floats, count: int, scale: float) -> Floats:
        """The share of the others behind."""
        return self._behind(place, count, scale)


class _Counted(Placed):
    """Points for the place: `last` for the last of all, and one more for each place before it; or spread over the range `to`."""

    counting: ClassVar[Phrase]
    last: ClassVar[float] = 0.0

    def method(self, low: Phrase, high: Phrase) -> Phrase:
        """By the place, or by even steps over the range."""
        if self.to is None:
            return self.counting
        return phrase("按名次等距：首名{high.zh}，末名{low.zh}", "by rank in even steps, {high.en} for the first, {low.en} for the last", low=low, high=high)

    def bounds(self, scale: float, count: int) -> tuple[float, float]:
        """What the last has, and one more for each of the others; or the range."""
        return self.ends(scale) if self.to else (0.0, count + self.last)

    def valued(self, place: Floats, count: int, scale: float) -> Floats:
        """N - place, and what the last has; or on the range."""
        return self._behind(place, count, scale) if self.to else count + self.last - place


class Rank(_Counted):
    """Points for the place: N for the first of N members, 1 for the last; or places spread over the range `to`.

    N + 1 - place. Those that tie share the best of their places (``ties = "best"``), the average or the worst. With
    `to` = [low, high] the first gets high, the last low and the places between them even steps.

    Examples
    --------
    >>> Rank(shape="rank").values(np.array([1.0, 2, 2, 9, 10]), 100)
    array([1., 3., 3., 4., 5.])
    """

    title: ClassVar[Phrase] = Phrase("名次", "rank")
    counting: ClassVar[Phrase] = Phrase("名次分：末名 1 分，每高一名加 1 分", "points for the rank, 1 for the last")
    last: ClassVar[float] = 1.0

    shape: Literal["rank"]
    ties: Ties = "best"


class Borda(_Counted):
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

    title: ClassVar[Phrase] = Phrase("波达计数", "Borda")
    counting: ClassVar[Phrase] = Phrase("博尔达计分：每超过一名会员得 1 分", "Borda, a point for each member surpassed")

    shape: Literal["borda"]
    ties: Ties = "average"


class ExponentialRank(Placed):
    """The member's rank among all, stretched so that the top stands out (deprivation indices, UK).

    R = (N + 1 - rank) / N with rank 1 for the best, and value = -rate ln(1 - R (1 - e^(-100 / rate))) x scale / 100.
    With N ranked members the best gets the full scale. Equal raw values share the best rank of the tie.

    References
    ----------
    Welsh Index of Multiple Deprivation 2019, Technical Report, Annex A (rate 23).
    """

    title: ClassVar[Phrase] = Phrase("名次的指数变换", "exponential of the rank")
    parameters: ClassVar[Mapping[str, Phrase]] = {"rate": Phrase("参数", "rate")}

    shape: Literal["exponential_rank"]
    to: None = None
    rate: Positive

    def method(self, low: Phrase, high: Phrase) -> Phrase:  # noqa: ARG002 - it has no range
        """By the place, stretched."""
        return phrase("名次的指数变换（参数 {r}）", "exponential of the rank (rate {r})", r=figure(self.rate))

    def valued(self, place: Floats, count: int, scale: float) -> Floats:
        """The share R of the way up, stretched."""
        share = (count + 1 - place) / count
        return np.asarray(-self.rate * np.log(1 - share * (1 - np.exp(-100 / self.rate))) * scale / 100, dtype=np.float64)


OfMembers: TypeAlias = MinMax | ZScore | Percentile | Rank | Borda | ShareOfBest | ExponentialRank  # a new shape is entered here
