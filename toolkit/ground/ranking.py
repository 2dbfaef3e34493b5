"""Rounding as a committee rounds, ranks with their ties, and a tie left open as a value, with what was ruled of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Tie:
    """Members that stand exactly level at the line of an award, and too few places for all of them.

    Parameters
    ----------
    award
        The award's id.
    class_
        The class they compete in; empty when all classes compete together.
    members
        The keys of those that tie, sorted.
    places
        How many places are left for them; always fewer than `members`, and at least one.
    allows
        Whether some of the members can be chosen together, where places hang on more than their number; None where all can.
    by_budget
        Whether a budget bounds them, and no number: then `places` are as many as the cheapest of them come to, and it may be fewer.
    """

    award: str
    class_: str
    members: tuple[str, ...]
    places: int
    allows: Callable[[Collection[str]], bool] | None = field(default=None, compare=False, repr=False)
    by_budget: bool = field(default=False, compare=False, repr=False)


@dataclass(frozen=True)
class Ruling:
    """What the committee decided of a tie. It holds for this very tie: the same members level for as many places, and no other.

    Parameters
    ----------
    tie
        The tie as it was when it was decided.
    given
        The keys of those given the places, sorted; as many as there are places.
    day, reason
        When and why.
    line
        The line of the minutes that says so.
    body
        Which committee, meeting or council decided; empty where the minutes name somebody else, who is named in public nowhere.
    """

    tie: Tie
    given: tuple[str, ...]
    day: dt.date
    reason: str
    line: int
    body: str = ""


@dataclass(frozen=True)
class Placing:
    """The score that the committee gave where the panel could not, and left a member's place open.

    Parameters
    ----------
    member, indicator
        Whose score of what.
    score
        In the unit of the panel's own scores.
    day, reason
        When and why.
    line
        The line of the minutes that says so.
    """

    member: str
    indicator: str
    score: float
    day: dt.date
    reason: str
    line: int


def rounded(x: ArrayLike, decimals: int) -> Floats:
    """Numbers rounded half up (四舍五入), as a person reading the decimals would.

    A number within `tolerance(decimals)` of a rounding boundary counts as lying on it, and rounds away from
    zero: so the noise of floating-point arithmetic never decides a place. NaN stays NaN.

    Parameters
    ----------
    x : float64[...]
    decimals : int
        Digits kept, 0 or more.

    Examples
    --------
    >>> rounded([84.995, 1.005, 2.5, -2.5, 0.285 * 100], 2).tolist()
    [85.0, 1.01, 2.5, -2.5, 28.5]
    """
    scaled = np.asarray(np.asarray(x, dtype=np.float64) * 10.0**decimals)
    whole = np.asarray(np.abs(scaled))
    whole += 0.5 + tolerance(decimals) * 10.0**decimals
    np.floor(whole, out=whole)
    np.copysign(whole, scaled, out=whole)
    whole /= 10.0**decimals
    whole += 0.0  # turns -0.0 into 0.0
    return np.asarray(whole)[()]


def rounded_down(x: ArrayLike, decimals: int) -> Floats:
    """Numbers whose further decimals are dropped (舍去), towards zero; within `tolerance(decimals)` of the next one it is that one.

    Examples
    --------
    >>> rounded_down([18.339, 0.29 * 100, -2.567, 61.659999999999], 2).tolist()
    [18.33, 29.0, -2.56, 61.66]
    """
    scaled = np.asarray(np.asarray(x, dtype=np.float64) * 10.0**decimals)
    whole = np.asarray(np.floor(np.abs(scaled) + tolerance(decimals) * 10.0**decimals))
    np.copysign(whole, scaled, out=whole)
    whole /= 10.0**decimals
    return np.asarray(whole + 0.0)[()]


@dataclass(frozen=True)
class Step:
    """How points are rounded before anything is added to them.

    Parameters
    ----------
    decimals, down
        Digits kept; whether the others are dropped instead of rounded half up.
    unit
        How many of what is rounded make a point: 1, or more where scores come in steps.
    """

    decimals: int
    down: bool = False
    unit: float = 1.0

    @property
    def most(self) -> float:
        """By how much it can raise or lower what it rounds, in points."""
        return float(10.0**-self.decimals)

    def rounded(self, points: Floats) -> Floats:
        """The points as they count."""
        kept = rounded_down if self.down else rounded
        return kept(points, self.decimals) if self.unit == 1 else kept(points / self.unit, self.decimals) * self.unit


def near_boundary(x: ArrayLike, decimals: int) -> Mask:
    """Which numbers lie so near a rounding boundary that the page has to say so.

    Examples
    --------
    >>> near_boundary([84.995, 84.99, 84.9949999999], 2).tolist()
    [True, False, True]
    """
    scaled = np.abs(np.asarray(x, dtype=np.float64)) * 10.0**decimals
    beyond = np.abs(scaled - np.floor(scaled) - 0.5)
    return np.asarray(beyond <= tolerance(decimals) * 10.0**decimals, dtype=np.bool_)


def tolerance(decimals: int) -> float:
    """How near a rounding boundary counts as on it: 1e-9, or less when many decimals are kept."""
    return float(min(1e-9, 10.0 ** -(decimals + 3)))


def competition_ranks(*keys: ArrayLike) -> Integers:
    """Ranks 1-2-2-4, the highest first; whoever is level on every key shares a rank.

    Parameters
    ----------
    *keys : float64[n]
        The first decides; each further one only among those level so far. NaN in the first: not ranked, 0.
        NaN in a further one stands below every number.

    Returns
    -------
    int64[n]

    Examples
    --------
    >>> competition_ranks([90, 80, 80, 70]).tolist()
    [1, 2, 2, 4]
    >>> competition_ranks([90, 80, 80, float("nan")], [1, 1, 5, 1]).tolist()
    [1, 3, 2, 0]
    """
    standings = levels(*keys)
    counts = np.bincount(standings + 1, minlength=1)
    counts[0] = 0  # who is not ranked is ahead of nobody
    ranks = np.cumsum(counts) - counts + 1
    ranks[0] = 0
    return np.asarray(ranks[standings + 1], dtype=np.int64)


def levels(*keys: ArrayLike) -> Integers:
    """How many different standings are above each member's; keys as for `competition_ranks`, -1 for who is not ranked.

    Whole numbers compare as the keys do, all of them at once: who is level has the same.

    Examples
    --------
    >>> levels([90, 80, 80, 70]).tolist()
    [0, 1, 1, 2]
    >>> levels([90, 80, 80, float("nan")], [1, 1, 5, 1]).tolist()
    [0, 2, 1, -1]
    """
    first = np.asarray(keys[0], dtype=np.float64)
    standings, most = _dense(-_lowest_for_nan(first))
    for key in keys[1:]:
        if most + 1 < len(first):
            below, more = _dense(-_lowest_for_nan(key))
            standings, most = _dense(standings * (more + 1) + below)
    standings[np.isnan(first)] = -1
    return standings


def _dense(numbers: Floats | Integers) -> tuple[Integers, int]:
    """The place of each number among the different ones, from the least up, and the last place."""
    order = np.argsort(numbers)
    ordered = numbers[order]
    steps = np.zeros(len(numbers), np.int64)
    np.cumsum(ordered[1:] != ordered[:-1], out=steps[1:])
    places = np.empty_like(steps)
    places[order] = steps
    return places, int(steps[-1]) if len(steps) else 0


def level(*keys: ArrayLike) -> Mask:
    """Which members share their rank with another one (the unranked never do).

    Examples
    --------
    >>> level([90, 80, 80, 70]).tolist()
    [False, True, True, False]
    """
    return sharing(competition_ranks(*keys))


def sharing(ranks: Integers) -> Mask:
    """The same for ranks that are known already.

    Examples
    --------
    >>> sharing(np.array([1, 2, 2, 0, 0])).tolist()
    [False, True, True, False, False]
    """
    shared = np.bincount(ranks, minlength=1)
    return np.asarray((ranks > 0) & (shared[ranks] > 1), dtype=np.bool_)


def _lowest_for_nan(key: ArrayLike) -> Floats:
    numbers = np.asarray(key, dtype=np.float64)
    return np.where(np.isnan(numbers), -np.inf, numbers)
