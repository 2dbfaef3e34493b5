"""Relative shapes of the place alone: the share of the others that are surpassed, points for the rank, and the rank stretched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np

from toolkit.ground.decimals import decimal_digits_of
from toolkit.ground.ranking import Floats, Integers
from toolkit.ground.text import Phrase, figure, phrase
from toolkit.ground.toml_reader import Fault
from toolkit.ground.toml_syntax import Raw
from toolkit.scheme.shapes.absolute import Number, Positive, is_pair
from toolkit.scheme.shapes.relative import Relative

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

    def valued(self, place: Floats, count: int | Integers, scale: float) -> Floats:
        """The value of a place, 1 for the best, among `count` members."""
        raise NotImplementedError

    def find(self, given: Floats, scale: float) -> Ladder:
        """The ladder of the raw values given."""
        raw, counts = np.unique(given + 0.0, return_counts=True)
        if self.better == "lower":
            raw, counts = raw[::-1], counts[::-1]
        total = len(given)
        worst = total - np.cumsum(counts) + counts
        return Ladder(raw, self.valued(self._place(worst - counts + 1, worst), total, scale))

    def _place(self, best: Integers, worst: Integers) -> Floats:
        """Which of the places that some share each of them has."""
        place = {"best": best, "worst": worst, "average": (best + worst) / 2}[getattr(self, "ties", "best")]
        return place.astype(np.float64)

    def in_lists(self, lists: Floats, scale: float) -> Floats:
        """Values of several lists, without a ladder."""
        order = np.argsort(-lists if self.better == "higher" else lists, axis=1)  # who has none comes last
        ordered = np.take_along_axis(lists, order, axis=1)
        turns, places = np.ones((len(lists), lists.shape[1] + 1), np.bool_), np.arange(lists.shape[1])
        turns[:, 1:-1] = ordered[:, 1:] != ordered[:, :-1]
        best = np.maximum.accumulate(np.where(turns[:, :-1], places, 0), axis=1) + 1
        worst = np.minimum.accumulate(np.where(turns[:, :0:-1], places[::-1], lists.shape[1]), axis=1)[:, ::-1] + 1
        count = (~np.isnan(lists)).sum(axis=1, keepdims=True)
        values = np.empty(lists.shape)
        with np.errstate(invalid="ignore", divide="ignore"):
            np.put_along_axis(values, order, self.valued(self._place(best, worst), count, scale), axis=1)
        return np.where(np.isnan(lists), np.nan, values)

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

    def _behind(self, place: Floats, count: int | Integers, scale: float) -> Floats:
        """The share of the others that stand behind a place, on the range; the middle for one alone."""
        share = np.where(np.asarray(count) > 1, (count - place) / np.maximum(count - 1, 1), 0.5)
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

    def valued(self, place: Floats, count: int | Integers, scale: float) -> Floats:
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

    def valued(self, place: Floats, count: int | Integers, scale: float) -> Floats:
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

    def valued(self, place: Floats, count: int | Integers, scale: float) -> Floats:
        """The share R of the way up, stretched."""
        share = (count + 1 - place) / count
        return np.asarray(-self.rate * np.log(1 - share * (1 - np.exp(-100 / self.rate))) * scale / 100, dtype=np.float64)


OfPlaces: TypeAlias = Percentile | Rank | Borda | ExponentialRank  # a new shape is entered here
