"""The shape of bids: full marks at a benchmark found among the members (评标基准价), and so many points less for every per cent away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from toolkit.ground.ranking import Floats
from toolkit.ground.statistics import mean_and_deviation, means_and_deviations
from toolkit.ground.text import Phrase, figure, joined, phrase
from toolkit.ground.toml_reader import Fault
from toolkit.ground.toml_syntax import Raw
from toolkit.scheme.shapes.absolute import Number, Positive
from toolkit.scheme.shapes.relative import Best, Relative

Taken = Annotated[Number, Field(ge=0)]
FARTHEST = 1e300
"""Per cent: beyond it every value is at the lower end."""


class Benchmark(Relative):
    """Full marks at the benchmark, and `per_above` points less for each per cent above it, `per_below` for each below.

    The benchmark is `factor` x the `mean` or `median` of the raw values of those compared, after the `trim` highest and the
    `trim` lowest are left out; these stay in where fewer than `trim_from` have one (never more than leave one in), and have a
    value as everybody has. For raw values above 0; nobody falls below the lower end of the range.

    Examples
    --------
    >>> bids = np.array([90.0, 100.0, 110.0, 300.0, 20.0])
    >>> Benchmark(shape="benchmark", trim=1, per_above=1, per_below=0.5).values(bids, 100).tolist()
    [95.0, 100.0, 90.0, 0.0, 60.0]
    """

    title: ClassVar[Phrase] = Phrase("基准价", "benchmark")
    less_is_better: ClassVar[Phrase] = Phrase("", "")
    parameters: ClassVar[Mapping[str, Phrase]] = {
        "factor": Phrase("基准的系数", "factor"), "per_above": Phrase("每高一个百分点扣分", "taken for each per cent above"),
        "per_below": Phrase("每低一个百分点扣分", "taken for each per cent below"), "trim_from": Phrase("多少家起才去掉", "trimmed from so many"),
        "of": Phrase("取何平均", "benchmark of"),
    }  # fmt: skip

    shape: Literal["benchmark"]
    better: Literal["higher"] = "higher"
    of: Literal["mean", "median"] = "mean"
    trim: Annotated[int, Field(ge=0)] = 0
    trim_from: Annotated[int, Field(ge=1)] | None = None
    factor: Positive = 1.0
    per_above: Taken
    per_below: Taken
    found: dict[str, Best] | None = None

    def method(self, low: Phrase, high: Phrase) -> Phrase:  # noqa: ARG002 - who is far away gets what is left
        """The benchmark, and what is taken away from it."""
        middle = Phrase("平均数", "mean") if self.of == "mean" else Phrase("中位数", "median")
        parts = [phrase("基准为{m.zh}", "benchmark: the {m.en}", m=middle)]
        if self.trim:
            parts.append(phrase("去掉最高、最低各 {n} 个", "without the {n} highest and lowest", n=self.trim))
        if self.trim and self.trim_from:
            parts.append(phrase("满 {n} 家才去掉", "left out where there are {n} or more", n=self.trim_from))
        if self.factor != 1:
            parts.append(phrase("再乘 {f}", "times {f}", f=figure(self.factor)))
        parts.append(phrase("等于基准计{high.zh}，每高 1% 扣 {a} 分，每低 1% 扣 {b} 分", "{high.en} at it, minus {a} for each per cent above and {b} for each below",
                            high=high, a=figure(self.per_above), b=figure(self.per_below)))  # fmt: skip
        return joined(parts)

    @classmethod
    def faults(cls, written: Raw, scheme: Raw) -> Iterator[Fault]:
        """What is trimmed from so many, without anything being trimmed."""
        yield from super().faults(written, scheme)
        if "trim_from" in written and not written.get("trim"):
            rule = Phrase("没有写去掉几个，不必写满多少家才去掉", "it says from how many it is trimmed, and not by how much")
            yield Fault(("trim_from",), rule, Phrase("请写 trim，去掉最高、最低各几个", "write `trim`, how many of the highest and of the lowest"))

    def find(self, given: Floats, scale: float) -> Best:  # noqa: ARG002 - others look at the scale
        """The benchmark, the sum rounded once: the order of the members changes nothing."""
        ordered = np.sort(given)
        trim = self.trim if len(ordered) >= max(self.trim_from or 0, 2 * self.trim + 1) else 0
        kept = ordered[trim : len(ordered) - trim]
        middle = mean_and_deviation(kept)[0] if self.of == "mean" else float(np.median(kept))
        return Best(best=self.factor * middle + 0.0)

    def through(self, entry: Best, raw: Floats, scale: float) -> Floats:
        """Values of `raw`; nothing is known of how far away a raw value lies where the benchmark is not above 0."""
        return self._away(raw, entry.best, scale)

    def _away(self, raw: Floats, best: float | Floats, scale: float) -> Floats:
        """Values of `raw` by how far they are from the benchmark."""
        low, high = self.ends(scale)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # beside a benchmark of next to nothing everything is as far away as can be
            away = np.minimum(100.0 * (raw - best) / best, FARTHEST)
            values = np.clip(high - np.where(away > 0, self.per_above * away, -self.per_below * away), low, high)
        return np.where(np.asarray(best) > 0, values, np.nan)

    def in_lists(self, lists: Floats, scale: float) -> Floats:
        """Values of several lists; what is trimmed is left out of those from which the benchmark is made."""
        counts = (~np.isnan(lists)).sum(axis=1, keepdims=True)
        trim = np.where(counts >= max(self.trim_from or 0, 2 * self.trim + 1), self.trim, 0)
        ordered, places = np.sort(lists, axis=1), np.arange(lists.shape[1])
        if self.of == "mean":
            middle = means_and_deviations(np.where((places >= trim) & (places < counts - trim), ordered, np.nan))[0][:, None]
        else:
            low, high = (np.take_along_axis(ordered, np.maximum(place, 0), axis=1) for place in ((counts - 1) // 2, np.minimum(counts // 2, len(places) - 1)))
            middle = (low + high) / 2
        return self._away(lists, self.factor * middle + 0.0, scale)

    @property
    def knots(self) -> tuple[float, ...]:
        """The benchmarks that were found."""
        return tuple(entry.best for entry in (self.found or {}).values())
