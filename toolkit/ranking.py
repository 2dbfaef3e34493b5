"""Rounding as a committee rounds, ranks with their ties, and a tie left open as a value."""

from __future__ import annotations

from dataclasses import dataclass
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
    """

    award: str
    class_: str
    members: tuple[str, ...]
    places: int


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
    scaled = np.asarray(x, dtype=np.float64) * 10.0**decimals
    whole = np.floor(np.abs(scaled) + (0.5 + tolerance(decimals) * 10.0**decimals))
    return np.copysign(whole, scaled) / 10.0**decimals + 0.0  # adding zero turns -0.0 into 0.0


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
    first = np.asarray(keys[0], dtype=np.float64)
    table = np.array([_lowest_for_nan(key) for key in keys])
    order = np.lexsort(-table[::-1])
    new = np.ones(len(first), dtype=np.bool_)
    new[1:] = (table[:, order[1:]] != table[:, order[:-1]]).any(axis=0)
    ranks = np.empty(len(first), dtype=np.int64)
    ranks[order] = np.maximum.accumulate(np.where(new, np.arange(1, len(first) + 1), 0))
    return np.where(np.isnan(first), 0, ranks)


def level(*keys: ArrayLike) -> Mask:
    """Which members share their rank with another one (the unranked never do).

    Examples
    --------
    >>> level([90, 80, 80, 70]).tolist()
    [False, True, True, False]
    """
    ranks = competition_ranks(*keys)
    shared = np.bincount(ranks, minlength=1)
    return np.asarray((ranks > 0) & (shared[ranks] > 1), dtype=np.bool_)


def _lowest_for_nan(key: ArrayLike) -> Floats:
    numbers = np.asarray(key, dtype=np.float64)
    return np.where(np.isnan(numbers), -np.inf, numbers)
