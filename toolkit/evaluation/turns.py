"""Turns: the score at which an award turns for a member, all else being as it is.

Of whoever a member competes with the last that it has to leave behind is looked for as if the member itself were not there: then it
makes no difference whether it holds the award or missed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from toolkit.evaluation.limits import NOISE, payable
from toolkit.ground.ranking import Floats, Integers, Mask, competition_ranks

if TYPE_CHECKING:
    from toolkit.scheme.outcomes import Per, Quota

NEVER, OTHER, OPEN, SEVERAL = "never", "other", "open", "several"
"""Why no score is told: none would do; the score is not what it is missed for; a tie for an earlier award is open; what is asked hangs on others in a way that no one score tells."""


@dataclass(frozen=True, eq=False)
class Turns:
    """Where an award turns for each member of a pool.

    Parameters
    ----------
    at : float64[n]
        The first key at which it turns: just below it is lost, above it is won (where it is a least score, at it already). -inf for who
        keeps it whatever its score; NaN where no score is told.
    by_bar : bool[n]
        Whether that is a least score asked for.
    besides : bool[n]
        Who misses it for something else too, so that this score alone would not do.
    untold : object[n]
        Why no score is told; "" where one is.
    """

    at: Floats
    by_bar: Mask
    besides: Mask
    untold: NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Bars:
    """What an award asks of the score that its places go by, from which key to which.

    Parameters
    ----------
    lows : float64[spans, n]
        Where each span of keys begins in which the same is met, rising; the first at -inf.
    met : bool[spans, n]
        Whether all that is asked is met there.
    alone : bool[spans, n]
        Whether what is asked of this score by itself is met there, whatever else is missed.
    """

    lows: Floats
    met: Mask
    alone: Mask

    def of(self, pool: NDArray[np.intp]) -> Bars:
        """Those of some members."""
        return Bars(self.lows[:, pool], self.met[:, pool], self.alone[:, pool])

    @property
    def highs(self) -> Floats:
        """Where each span ends; the end is not in it."""
        return np.vstack([self.lows[1:], np.full((1, self.lows.shape[1]), np.inf)])

    def low(self, key: Floats) -> Floats:
        """The lowest key from which on all up to this one meet what is asked."""
        low, start, before = np.full(len(key), -np.inf), np.full(len(key), np.inf), np.zeros(len(key), np.bool_)
        for own, met in zip(self.lows, self.met, strict=True):
            start = np.where(met & ~before, own, start)
            low, before = np.where(own <= key, start, low), met
        return low

    def next(self, key: Floats, rival: Floats, step: float, *, alone: bool) -> tuple[Floats, Mask]:
        """The nearest key from this one up that is over the rival and from which on what is asked is met, inf for none; and whether it is a bar."""
        at, by_bar = np.full(len(key), np.inf), np.zeros(len(key), np.bool_)
        for low, high, met in zip(self.lows[::-1], self.highs[::-1], (self.alone if alone else self.met)[::-1], strict=True):
            fits = met & (high > key) & (high > low) & ((low > rival) | (high > rival + 1.5 * step))
            at, by_bar = np.where(fits, np.maximum(low, rival), at), np.where(fits, low > rival, by_bar)
        return at, by_bar


@dataclass(frozen=True, eq=False)
class Rivals:
    """Whom the members of a pool compete with for the places of an award.

    Parameters
    ----------
    keys : float64[keys, n]
        What places go by, the higher ahead, then what settles ties.
    among : bool[n]
        Those that take a place from others, each with a first key.
    placed : bool[n]
        Those that have one, or stand open for one.
    places
        How many there are; None for no limit.
    joint
        Whether all of those level at a line get it.
    facts : object[n]
        In which state each is, or what it costs, where places hang on that.
    elsewhere : float64[m]
        The first keys of those who have a place of another class, where places are bounded in all classes together.
    """

    keys: Floats
    among: Mask
    placed: Mask
    places: int | None
    joint: bool
    facts: NDArray[np.object_] | None = None
    elsewhere: Sequence[float] | Floats = ()

    def last(self, quota: Quota | None) -> Floats:
        """The first key of the last rival that each has to leave behind, float64[n]: -inf for none, inf where no score would do."""
        key = self.keys[0]
        if quota is not None and quota.budget is not None:
            return self._paid(quota.budget, stops=quota.overrun == "stop")
        if quota is not None and quota.per is not None:
            return self._alike(quota.per)
        own = nth_best(key, self.among, self.places)
        return own if quota is None or quota.in_all is None else np.maximum(own, nth_best(key, self.among, quota.in_all, self.elsewhere))

    def _alike(self, per: Per) -> Floats:
        """Where so many at most, or first of all, are alike: who is among the first of those alike, and of all that are so."""
        facts = np.zeros(len(self.among)) if self.facts is None else self.facts
        key, last = self.keys[0], np.empty(len(self.among))
        kept, sure = (self._first_alike(facts, count) for count in (per.most, per.least or 0))
        sure &= kept
        for state in set(facts):
            own = facts == state
            mine, among, rest, first = key[own], self.among[own], key[kept & ~sure & ~own], key[sure & ~own]
            left = None if self.places is None else self.places - len(first)
            late = np.maximum(nth_best(mine, among, per.most), nth_best(mine, among, left, rest))
            early = np.maximum(nth_best(mine, among, per.least or 0), nth_best(mine, among, self.places, first))
            last[own] = np.minimum(late, early)
        return last

    def _first_alike(self, facts: NDArray[np.object_] | Floats, count: int | None) -> Mask:
        """The first so many of each that are alike; of level ones as many as there are places for, or all."""
        first = self.among.copy()
        if count is None:
            return first
        for state in set(facts):
            own = np.flatnonzero(self.among & (facts == state))
            ranks: Integers = competition_ranks(*self.keys[:, own])
            first[own] = ranks <= count if self.joint else ranks.argsort(kind="stable").argsort() < count
        return first

    def _paid(self, budget: float, *, stops: bool) -> Floats:
        """Where a budget is spent: the first from the best down after whom it is not enough for the member."""
        costs = np.array([float(cost) if payable(cost) else np.inf for cost in ([] if self.facts is None else self.facts)])
        together, last = list(self._spent(costs, self.among, budget, stops=stops)), np.full(len(costs), np.inf)
        for place, cost in enumerate(costs):
            spent = together
            if self.placed[place]:
                spent = list(self._spent(costs, self.among & (np.arange(len(costs)) != place), budget, stops=stops))
            last[place] = next((key for key, left in spent if cost > left), -np.inf)
        return last

    def _spent(self, costs: Floats, among: Mask, budget: float, *, stops: bool) -> Iterator[tuple[float, float]]:
        """What is left before the first and after each rank, with its first key; less than nothing once it ends, or hangs on a choice."""
        left, paid = budget + NOISE * max(1.0, budget), np.flatnonzero(among & np.isfinite(costs))
        yield np.inf, left
        ranks = competition_ranks(*self.keys[:, paid])
        for rank in np.unique(ranks).tolist():
            level = paid[ranks == rank]
            fitting = level[costs[level] <= left]
            over = costs[fitting].sum() > left or (stops and len(fitting) < len(level))
            left = -1.0 if over else left - costs[fitting].sum()
            yield float(self.keys[0, level[0]]), left
            if over:
                return


def nth_best(key: Floats, among: Mask, count: int | None, others: Sequence[float] | Floats = ()) -> Floats:
    """The key of the n-th best of some and of others, for each as if it were not among them itself; float64[n].

    -inf where there are not so many, or `count` is None; inf where it is 0.

    Examples
    --------
    >>> nth_best(np.array([9.0, 7.0, 5.0]), np.array([True, True, False]), 1).tolist()
    [7.0, 9.0, 9.0]
    """
    if count is None or count <= 0:
        return np.full(len(key), -np.inf if count is None else np.inf)
    best = np.sort(np.concatenate([key[among], others]))[::-1]
    here, after = (float(best[place]) if place < len(best) else -np.inf for place in (count - 1, count))
    return np.where(among & (key >= here), after, here)


def turns(key: Floats, given: Mask, barred: Mask, last: Floats, bars: Bars, *, step: float) -> Turns:
    """Where an award turns for each member of a pool.

    Parameters
    ----------
    key : float64[n]
        What its places go by, the higher ahead.
    given, barred : bool[n]
        Who holds it, and whom a veto bars from it.
    last : float64[n]
        The last rival that each has to leave behind.
    step
        Between one rounded score and the next.
    """
    low = bars.low(key)
    at, by_bar = bars.next(key, last, step, alone=False)
    alone, alone_by_bar = bars.next(key, last, step, alone=True)
    besides = ~given & (barred | (np.isposinf(at) & ~np.isposinf(alone)))
    at, by_bar = np.where(np.isposinf(at), alone, at), np.where(np.isposinf(at), alone_by_bar, by_bar)
    at, by_bar = np.where(given, np.maximum(low, last), at), np.where(given, low > last, by_bar)
    untold = np.where(~given & np.isposinf(at), NEVER, np.where(~given & np.isneginf(at), OTHER, "")).astype(object)
    return Turns(np.where(untold == "", at, np.nan), by_bar & (untold == ""), besides, untold)
