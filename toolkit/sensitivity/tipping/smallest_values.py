"""How many more hours, points or articles one member would need: the smallest change of one raw value at a line."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.sensitivity.tipping.contested_lines import decided
from toolkit.sensitivity.tipping.revalued import Outcomes, Revalued
from toolkit.shapes import Category

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from toolkit.awards.contests import Contest
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Mask
    from toolkit.scheme.criteria import Indicator

COLUMNS = ["award", "class", "member", "holds", "indicator", "raw", "needed", "change", "exact"]
WHOLE = {"count", "distinct"}
ROUNDS, PARTS = 4, 1 << 9
REACHES = np.concatenate(([0.0], np.geomspace(1e-7, 1e3, 161)))  # of the range of the raw values


def smallest_values(evaluation: Evaluation, near: int = 1) -> pd.DataFrame:
    """For members near a line, how much one raw value has to change, and nothing else, for the award to be won or lost.

    These are, in each pool, the `near` best who missed an award though over every bar, and the `near` lowest who hold
    it. What a relative shape or a treatment of outliers found among the members stays as it was found; other members'
    values stay as they are. An award is won by rising to the line, or past it, and lost by falling to it. Each indicator is looked at whose raw value is a number and is known.

    Returns
    -------
    DataFrame
        A row for each member and indicator: award, class (the contest's), member; holds, whether it has the award;
        indicator, raw; needed, the raw value nearest to it with the opposite outcome by the scheme's own rule (NaN where
        none within a thousand times the range of the values has it; a whole number where rows are counted, and not below 0 where
        nobody's is); change, needed - raw; exact, whether the outcome at `needed` is confirmed by the rule, and no
        bound on the places of all classes together makes a nearer one possible.
    """
    asked = _Asked.of(evaluation)
    rows = [
        row
        for contest in decided(evaluation)
        for holds, position in _near(contest, near)
        for row in asked.rows(contest, position, holds=holds)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


@dataclass(frozen=True, eq=False)
class _Asked:
    revalued: Revalued
    raw: dict[str, Floats]

    @classmethod
    def of(cls, evaluation: Evaluation) -> _Asked:
        names = [item.id for item in evaluation.scheme.indicators]
        raw = {name: pd.to_numeric(evaluation.indicators[name], errors="coerce").to_numpy(np.float64) for name in names}
        return cls(Revalued.of(evaluation), raw)

    def rows(self, contest: Contest, position: int, *, holds: bool) -> Iterator[tuple[object, ...]]:
        evaluation = self.revalued.evaluation
        member = str(evaluation.members.index[position])
        for item in evaluation.resolved.indicators:
            raw = float(self.raw[item.id][position])
            if isinstance(item.value, Category) or np.isnan(raw) or not evaluation.applicable[item.id].loc[member]:
                continue
            needed, sure = self.needed(contest, position, item, raw, holds=holds)
            yield contest.award.id, contest.class_, member, holds, item.id, raw, needed, needed - raw, sure

    def needed(self, contest: Contest, position: int, item: Indicator, raw: float, *, holds: bool) -> tuple[float, bool]:
        """The nearest raw value with the other outcome: level with the line where that is enough, else past it."""
        own, quota = contest.keys[0], contest.award.quota
        line = float(own[contest.able & ~contest.given].max() if holds else own[contest.given].min())
        alone, short, value = quota is None or quota.in_all is None, raw, raw
        for past in (False, True):
            value, short = self.nearest(contest, position, item, raw, _over(line, past=past, down=holds)), value
            if not np.isnan(value) and self.outcomes(contest, position, item, [value])[0] != holds:
                return self.settled(contest, position, item, (short, value), holds=holds), alone
            if np.isnan(value):
                break
        for end in self.ends(item, raw) if holds else ():  # the line is out of reach, a bar may not be
            if self.outcomes(contest, position, item, [end])[0] != holds:
                return self.settled(contest, position, item, (raw, end), holds=holds), alone
        found = short if np.isnan(value) and short != raw else value
        return found, bool(np.isnan(found))

    def ends(self, item: Indicator, raw: float) -> tuple[float, float]:
        """The lowest and the highest raw value one looks at."""
        column = self.raw[item.id]
        far = 1e3 * max(float(np.nanmax(column) - np.nanmin(column)), abs(raw), 1e-9)
        return (max(raw - far, 0.0) if np.nanmin(column) >= 0 else raw - far), raw + far

    def settled(self, contest: Contest, position: int, item: Indicator, between: tuple[float, float], *, holds: bool) -> float:
        """The first value between two with the other outcome: a bar, or nodes that settle ties, may decide before the line."""
        (low, high), least = between, 1.0 if item.measure.take in WHOLE else 1e-7 * max(1.0, abs(between[0]))
        before = high - np.sign(high - low) * least
        if abs(high - low) <= least or self.outcomes(contest, position, item, [before])[0] == holds:
            return high
        high = before
        while abs(high - low) > max(least / 100, 1.0 if least == 1.0 else 0.0):
            parts = np.unique(np.trunc(_parts(low, high)) if least == 1.0 else _parts(low, high))[:: 1 if high > low else -1]
            found = self.outcomes(contest, position, item, parts)
            place = bisect_left(range(1, len(parts) - 1), True, key=lambda at: found[at] != holds) + 1
            low, high = float(parts[place - 1]), float(parts[place])
        return float(high)

    def outcomes(self, contest: Contest, position: int, item: Indicator, raw: ArrayLike) -> Outcomes:
        """Whether the member would have the award for raw values, to be asked for one by one."""
        return self.revalued.outcomes(contest, position, item, np.asarray(raw, dtype=np.float64))

    def nearest(self, contest: Contest, position: int, item: Indicator, raw: float, met: Callable[[Floats], Mask]) -> float:
        """The raw value nearest to one's own whose score meets something; NaN for none."""
        column = self.raw[item.id]
        least = 0.0 if np.nanmin(column) >= 0 else -np.inf
        span = max(float(np.nanmax(column) - np.nanmin(column)), abs(raw), 1e-9)
        found = []
        for sign in (1.0, -1.0):
            tried = np.unique(np.maximum(raw + sign * span * REACHES, least))[:: int(sign)]
            if item.measure.take in WHOLE:
                tried = _whole(raw, sign, least, span)
            hit = np.flatnonzero(met(self.scores(contest, position, item, tried)))
            if hit.size and hit[0] and item.measure.take not in WHOLE:
                found.append(self.narrowed(contest, position, item, met, (tried[hit[0] - 1], tried[hit[0]])))
            elif hit.size:
                found.append(float(tried[hit[0]]))
        return min(found, key=lambda value: abs(value - raw), default=np.nan)

    def narrowed(
        self, contest: Contest, position: int, item: Indicator, met: Callable[[Floats], Mask], between: tuple[float, float]
    ) -> float:
        """The first value between two that meets what the second does; a short decimal where it does as well."""
        low, high = between
        for _ in range(ROUNDS):
            parts = _parts(low, high)
            place = int(np.argmax(np.append(met(self.scores(contest, position, item, parts[1:-1])), True)))
            low, high = float(parts[place]), float(parts[place + 1])
        short = np.array([round(high, digits) for digits in range(13)])
        good = met(self.scores(contest, position, item, short)) & (np.abs(short - high) <= 1e-6 * max(1.0, abs(high)))
        return float(short[np.argmax(good)]) if good.any() else high

    def scores(self, contest: Contest, position: int, item: Indicator, raw: Floats) -> Floats:
        """The member's rounded score, at the node the award goes by, for raw values float64[n]."""
        return self.revalued.scores(contest, position, item, raw)[contest.award.by]


def _parts(low: float, high: float) -> Floats:
    return np.linspace(low, high, PARTS + 1)


def _over(line: float, *, past: bool, down: bool) -> Callable[[Floats], Mask]:
    """Whether scores are level with a line, or past it, on the way up or down."""
    compare = {(False, False): np.greater_equal, (True, False): np.greater, (False, True): np.less_equal, (True, True): np.less}

    def met(scores: Floats) -> Mask:
        return np.asarray(compare[past, down](scores, line), dtype=np.bool_)

    return met


def _whole(raw: float, sign: float, least: float, span: float) -> Floats:
    """Whole steps from a raw value, up to ten thousand or as far as one looks."""
    steps = np.arange(0.0, min(10_000.0, np.ceil(1e3 * span)) + 1)
    tried = raw + sign * steps
    return tried[tried >= least]


def _near(contest: Contest, near: int) -> Iterator[tuple[bool, int]]:
    """The best who missed an award though over every bar, and the lowest who hold it."""
    missed = contest.able & ~contest.given
    if not contest.given.any() or not missed.any():
        return
    order = np.lexsort(tuple(-np.nan_to_num(key, nan=-np.inf) for key in reversed(contest.keys)))
    over, under = (contest.positions[order[mask[order]]] for mask in (contest.given, missed))
    yield from ((False, int(member)) for member in under[:near])
    yield from ((True, int(member)) for member in over[::-1][:near])
