"""The search for one raw value with which a member near a line would win its award, or lose it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np

from toolkit.sensitivity.tipping.revalued import Field, Outcomes
from toolkit.sensitivity.tipping.searches import Search

if TYPE_CHECKING:
    from toolkit.awards.contests import Contest
    from toolkit.ranking import Floats, Mask
    from toolkit.scheme.criteria import Indicator

Found = TypeVar("Found")
Asking: TypeAlias = "Search[dict[str, Floats], Found]"
"""Asks for raw values of one member, and is told its rounded scores, by node."""

WHOLE = {"count", "distinct"}
ROUNDS, PARTS = 7, 1 << 5
REACHES = np.concatenate(([0.0], np.geomspace(1e-7, 1e3, 161)))  # of the range of the raw values


@dataclass(frozen=True, eq=False)
class ValueSearch:
    """One raw value of one member near a line.

    Parameters
    ----------
    column : float64[members]
        Everyone's raw values.
    """

    contest: Contest
    position: int
    holds: bool
    item: Indicator
    column: Floats

    @cached_property
    def raw(self) -> float:
        """The raw value as it stands."""
        return float(self.column[self.position])

    @cached_property
    def least(self) -> float:
        """The least a raw value can be: not below 0 where nobody's is."""
        return 0.0 if np.nanmin(self.column) >= 0 else -np.inf

    @cached_property
    def span(self) -> float:
        """The range of the raw values."""
        return max(float(np.nanmax(self.column) - np.nanmin(self.column)), abs(self.raw), 1e-9)

    @property
    def whole(self) -> bool:
        """Whether rows are counted, and values are whole numbers."""
        return self.item.measure.take in WHOLE

    def needed(self, field: Field) -> Asking[tuple[float, bool]]:
        """The nearest raw value with the other outcome: level with the line where that is enough, else past it."""
        own, quota = self.contest.keys[0], self.contest.award.quota
        line = float(own[self.contest.able & ~self.contest.given].max() if self.holds else own[self.contest.given].min())
        alone, short, value = quota is None or quota.in_all is None, self.raw, self.raw
        for past in (False, True):
            value, short = (yield from self.nearest(_over(line, past=past, down=self.holds))), value
            if not np.isnan(value) and (yield from self.turned(field, value)):
                return (yield from self.settled(field, (short, value))), alone
            if np.isnan(value):
                break
        far = 1e3 * self.span
        for end in (max(self.raw - far, self.least), self.raw + far) if self.holds else ():  # the line is out of reach, a bar may not be
            if (yield from self.turned(field, end)):
                return (yield from self.settled(field, (self.raw, end))), alone
        found = short if np.isnan(value) and short != self.raw else value
        return found, bool(np.isnan(found))

    def turned(self, field: Field, value: float) -> Asking[bool]:
        """Whether the outcome is the other one for a raw value."""
        scores = yield np.array([value])
        return Outcomes(field, self.contest, self.position, scores)[0] != self.holds

    def settled(self, field: Field, between: tuple[float, float]) -> Asking[float]:
        """The first value between two with the other outcome: a bar, or nodes that settle ties, may decide before the line."""
        (low, high), least = between, 1.0 if self.whole else 1e-7 * max(1.0, abs(between[0]))
        before = high - np.sign(high - low) * least
        if abs(high - low) <= least or not (yield from self.turned(field, before)):
            return high
        high = before
        while abs(high - low) > max(least / 100, 1.0 if self.whole else 0.0):
            parts = np.unique(np.trunc(_parts(low, high)) if self.whole else _parts(low, high))[:: 1 if high > low else -1]
            found = Outcomes(field, self.contest, self.position, (yield parts))
            place = bisect_left(range(1, len(parts) - 1), True, key=lambda at: found[at] != self.holds) + 1
            low, high = float(parts[place - 1]), float(parts[place])
        return float(high)

    def nearest(self, met: Callable[[Floats], Mask]) -> Asking[float]:
        """The raw value nearest to one's own whose score meets something; NaN for none."""
        found = []
        for sign in (1.0, -1.0):
            tried = self.tried(sign)
            hit = yield from self.first(tried, met)
            if hit is None:
                continue
            found.append((yield from self.narrowed(met, (tried[hit - 1], tried[hit]))) if hit and not self.whole else float(tried[hit]))
        return min(found, key=lambda value: abs(value - self.raw), default=np.nan)

    def tried(self, sign: float) -> Floats:
        """Raw values one way, ever further from one's own: whole steps up to ten thousand where rows are counted."""
        if self.whole:
            tried = self.raw + sign * np.arange(0.0, min(10_000.0, np.ceil(1e3 * self.span)) + 1)
            return tried[tried >= self.least]
        return np.unique(np.maximum(self.raw + sign * self.span * REACHES, self.least))[:: int(sign)]

    def first(self, tried: Floats, met: Callable[[Floats], Mask]) -> Asking[int | None]:
        """The first of some raw values whose score meets something; None for none."""
        start, size = 0, len(REACHES)
        while start < len(tried):
            scores = yield tried[start : start + size]
            hit = np.flatnonzero(met(scores[self.contest.award.by]))
            if hit.size:
                return start + int(hit[0])
            start, size = start + size, 2 * size
        return None

    def narrowed(self, met: Callable[[Floats], Mask], between: tuple[float, float]) -> Asking[float]:
        """The first value between two that meets what the second does; a short decimal where it does as well."""
        (low, high), by = between, self.contest.award.by
        for _ in range(ROUNDS):
            parts = _parts(low, high)
            scores = yield parts[1:-1]
            place = int(np.argmax(np.append(met(scores[by]), True)))
            low, high = float(parts[place]), float(parts[place + 1])
        short = np.array([round(high, digits) for digits in range(13)])
        scores = yield short
        good = met(scores[by]) & (np.abs(short - high) <= 1e-6 * max(1.0, abs(high)))
        return float(short[np.argmax(good)]) if good.any() else high


def _parts(low: float, high: float) -> Floats:
    return np.linspace(low, high, PARTS + 1)


def _over(line: float, *, past: bool, down: bool) -> Callable[[Floats], Mask]:
    """Whether scores are level with a line, or past it, on the way up or down."""
    compare = {(False, False): np.greater_equal, (True, False): np.greater, (False, True): np.less_equal, (True, True): np.less}

    def met(scores: Floats) -> Mask:
        return np.asarray(compare[past, down](scores, line), dtype=np.bool_)

    return met
