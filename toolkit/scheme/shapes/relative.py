"""Relative shapes, whose values depend on the members themselves: on the least and greatest, the mean, the best, or the place.

What a relative shape finds among the members is kept in `found`, and values are computed through it alone. A shape
with `found` is *resolved*: a member that joins later is measured by it and moves nobody. What an earlier edition
found may be written into a scheme by hand. Of places a ladder is found: each raw value that a member has, with the
value it gives, from the worst to the best; a member that joins later gets the value of the best raw value it reaches,
below all of them the lowest.

All members count that the records hold and to whom the indicator applies, whether they applied for an award or not; with
``among = "eligible"`` of an indicator those alone that take part: to the others it does not apply.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from toolkit.ground.decimals import decimal_digits, decimal_digits_of
from toolkit.ground.ranking import Floats
from toolkit.ground.statistics import mean_and_deviation, means_and_deviations
from toolkit.ground.text import Phrase, figure, joined, phrase
from toolkit.ground.toml_reader import Fault, StrictModel
from toolkit.ground.toml_syntax import Raw
from toolkit.scheme.shapes.absolute import FAR, LESS_IS_BETTER, Better, Number, Positive, Ranged, is_pair

Places = NDArray[np.intp]
Divisions: TypeAlias = "Sequence[tuple[str, slice | Places]]"

EVERYONE = "all"
ComparedWithin = Literal["all", "class"]
ComparedAmong = Literal["all", "eligible"]
CELLS = 1 << 17  # values of several lists that are worked on at a time: they stay near the processor


class Relative(Ranged):
    """A shape resolved among all members, or within each class; `found` is keyed by class, or by ``all``."""

    better: Better = "higher"
    within: ComparedWithin = "all"
    among: ComparedAmong = "all"
    found: dict[str, Any] | None = None

    def words(self) -> Phrase:
        """How the members are compared, and among whom."""
        within = [Phrase("在本类会员中比较", "within the class")] * (self.within == "class")
        fixed = [Phrase("比较标准已固定", "as found, fixed")] * (self.found is not None)
        among = [Phrase("只比参评的会员，其余不适用", "among those that take part alone, and of no others")] * (self.among == "eligible")
        return joined([self.method(*self.end_words()), *[LESS_IS_BETTER] * (self.better == "lower"), *within, *among, *fixed])

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
        if written.get("among") == "eligible":
            yield from _circles(scheme)

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

    def values_of_lists(self, lists: Floats, scale: float, divisions: Divisions) -> Floats:
        """Values of many lists of the same members, float64[lists, members], each by what is found in it: the same bits as one by one.

        `divisions` are those that `divisions` gives for the members.
        """
        values = np.full(lists.shape, np.nan)
        size = max(1, CELLS // max(1, lists.shape[1]))
        for start in range(0, len(lists), size):
            some = slice(start, start + size)
            for name, members in divisions:
                own = lists[some] if isinstance(members, slice) else lists[some].take(members, axis=1)
                if self.found is None:
                    values[some, members] = self.in_lists(own, scale)
                elif name in self.found:
                    values[some, members] = self.through(self.read(self.found[name]), own.ravel(), scale).reshape(own.shape)
        return values

    def in_lists(self, lists: Floats, scale: float) -> Floats:
        """Values of those compared with one another in each of some lists, float64[lists, members]."""
        values = np.full(lists.shape, np.nan)
        for own, raw in zip(values, lists, strict=True):
            given = raw[~np.isnan(raw)]
            if len(given):
                own[:] = self.through(self.find(given, scale), raw, scale)
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


def _circles(scheme: Raw) -> Iterator[Fault]:
    """Who takes part cannot hang on a score, which hangs on who is compared; and somebody has to be left out."""
    eligibility, members = scheme.get("eligibility"), scheme.get("members")
    asked = list(_asked_of(eligibility.get("require") if isinstance(eligibility, dict) else None))
    if asked:
        rule = phrase("参评条件要看“{node}”的得分，而得分又要看与谁相比，成了循环", "who takes part hangs on the score of `{node}`, and scores on who is compared: a circle", node=asked[0])
        yield Fault(("among",), rule, Phrase("请把参评条件改写成 condition（可用同一数据），或删去 among", "ask for a `condition` there (of the same records, if need be), or remove `among`"))
    elif eligibility is None and not (isinstance(members, dict) and "applied" in members):
        rule = Phrase("没有写参评条件（eligibility），也没有写谁申报（applied），全体会员都参评", "there is neither [eligibility] nor `applied`: everybody takes part")
        yield Fault(("among",), rule, Phrase("请写参评条件，或删去 among", "say who takes part, or remove `among`"))


def _asked_of(required: Any) -> Iterator[str]:
    """The nodes of which something is asked in requirements as they are written."""
    for item in required if isinstance(required, list) else ():
        if isinstance(item, dict):
            yield from [str(item["node"])] if "node" in item else []
            for key in ("any_of", "all_of", "none_of"):
                yield from _asked_of(item.get(key))


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

    def in_lists(self, lists: Floats, scale: float) -> Floats:
        """Values of several lists."""
        low, high = (decimal_digits_of(end.reduce(lists, axis=1, keepdims=True) + 0.0) for end in (np.fmin, np.fmax))
        with np.errstate(divide="ignore", invalid="ignore"):
            values = self.spread((lists - low if self.better == "higher" else high - lists) / (high - low), scale)
        level = np.flatnonzero(low == high)
        values[level] = super().in_lists(lists[level], scale)
        return values


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

    def in_lists(self, lists: Floats, scale: float) -> Floats:  # noqa: ARG002 - others look at the scale
        """Values of several lists."""
        means, deviations = (moment[:, None] for moment in means_and_deviations(lists, sample=self.sample))
        above = lists - means if self.better == "higher" else means - lists
        with np.errstate(divide="ignore", invalid="ignore"):
            values = self.mean + self.deviation * (above / deviations)
        return np.where((deviations == 0) & ~np.isnan(lists), self.mean, values)

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

    def in_lists(self, lists: Floats, scale: float) -> Floats:
        """Values of several lists."""
        best = (np.fmax if self.better == "higher" else np.fmin).reduce(lists, axis=1, keepdims=True) + 0.0
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if self.better == "lower":
                share = np.where(lists <= best, 1.0, best / lists)
            else:
                share = np.where(best > 0, lists / best, np.where(lists > 0, 1.0, 0.0))
        return self.spread(np.where(np.isnan(lists), np.nan, share), scale)


def unsigned(number: Any) -> float:
    """A float as it is written; 0 has no sign."""
    return float(number) + 0.0


OfMembers: TypeAlias = MinMax | ZScore | ShareOfBest  # a new shape is entered here
