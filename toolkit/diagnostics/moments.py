"""Mean, deviation, skewness and kurtosis of numbers that come sorted, so that the order of members never matters."""

from __future__ import annotations

import numpy as np

from toolkit.ranking import Floats

SKEWED, HEAVY = 2.0, 3.5


def mean(x: Floats) -> float:
    """The mean, never outside the numbers themselves: exact where they are all the same."""
    return float(np.clip(x.sum() / len(x), x.min(), x.max())) if len(x) else float("nan")


def deviation(x: Floats) -> float:
    """The sample standard deviation (n - 1)."""
    return float(np.sqrt(_central(x, 2) * len(x) / (len(x) - 1))) if len(x) > 1 else float("nan")


def skewness(x: Floats) -> float:
    """G1 = g1 sqrt(n (n - 1)) / (n - 2), as spreadsheets give it; NaN for fewer than 3 or for equal numbers.

    Examples
    --------
    >>> round(skewness(np.array([3.0, 4, 5, 2, 3, 4, 5, 6, 4, 7])), 6)
    0.359543
    """
    n = len(x)
    if n < 3 or x.min() == x.max():
        return float("nan")
    return float(_central(x, 3) / _central(x, 2) ** 1.5 * np.sqrt(n * (n - 1)) / (n - 2))


def kurtosis(x: Floats) -> float:
    """G2 = (n - 1) / ((n - 2)(n - 3)) ((n + 1) g2 + 6), the excess over a normal distribution; NaN for fewer than 4.

    Examples
    --------
    >>> round(kurtosis(np.array([3.0, 4, 5, 2, 3, 4, 5, 6, 4, 7])), 6)
    -0.1518
    """
    n = len(x)
    if n < 4 or x.min() == x.max():
        return float("nan")
    excess = _central(x, 4) / _central(x, 2) ** 2 - 3
    return float((n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6))


def has_outliers(skew: float, kurt: float) -> bool:
    """The rule of the JRC: the absolute skewness exceeds 2 and the excess kurtosis 3.5.

    Examples
    --------
    >>> has_outliers(2.4, 8.0), has_outliers(2.4, 1.0), has_outliers(float("nan"), 9.0)
    (True, False, False)

    References
    ----------
    OECD and JRC (2008), Handbook on Constructing Composite Indicators, step 5.
    """
    return abs(skew) > SKEWED and kurt > HEAVY


def _central(x: Floats, order: int) -> float:
    return float(((x - mean(x)) ** order).sum() / len(x))
