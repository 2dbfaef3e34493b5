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
    return float(np.sqrt(((x - mean(x)) ** 2).sum() / (len(x) - 1))) if len(x) > 1 else float("nan")


def skewness(x: Floats) -> float:
    """G1 = g1 sqrt(n (n - 1)) / (n - 2), as spreadsheets give it; NaN for fewer than 3 or for equal numbers.

    Examples
    --------
    >>> round(skewness(np.array([2.0, 3, 3, 4, 4, 4, 5, 5, 6, 7])), 6)
    0.359543
    """
    n = len(x)
    if n < 3 or x.min() == x.max():
        return float("nan")
    apart = _apart(x)
    square = apart * apart
    return float(np.sqrt(n * (n - 1)) / (n - 2) * (square * apart).mean() / square.mean() ** 1.5)


def kurtosis(x: Floats) -> float:
    """G2 = (n - 1) / ((n - 2)(n - 3)) ((n + 1) g2 + 6), the excess over a normal distribution; NaN for fewer than 4.

    Examples
    --------
    >>> round(kurtosis(np.array([2.0, 3, 3, 4, 4, 4, 5, 5, 6, 7])), 6)
    -0.1518
    """
    n = len(x)
    if n < 4 or x.min() == x.max():
        return float("nan")
    square = _apart(x) ** 2
    excess = (square * square).mean() / square.mean() ** 2 - 3
    return float(((n + 1) * excess + 6) * (n - 1) / ((n - 2) * (n - 3)))


def has_outliers(x: Floats, skewed: float = SKEWED, heavy: float = HEAVY) -> bool:
    """The rule of the JRC: the size of the skewness reaches 2, and the excess kurtosis 3.5, unless said otherwise.

    Fewer than four numbers have none.

    Examples
    --------
    >>> has_outliers(np.array([*range(10), 30.0, 100.0])), has_outliers(np.array([1.0, 2, 3, 1000]), heavy=5)
    (True, False)

    References
    ----------
    OECD and JRC (2008), Handbook on Constructing Composite Indicators, step 5.
    """
    return abs(skewness(x)) >= skewed and kurtosis(x) >= heavy


def _apart(x: Floats) -> Floats:
    """How far each lies from the mean, in spans of the whole: no power of it overflows."""
    apart: Floats = x / (x.max() - x.min())
    apart -= apart.mean()
    return apart
