"""Statistics on arrays that no order of members changes: moments, tests of whether groups differ, correlation.

Moments take numbers that come sorted; every test comes with the size of the difference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from toolkit.ground.ranking import Floats

SKEWED, HEAVY = 2.0, 3.5
PART = 26
"""Bits of a number that are summed at a time: of 2**26 of them the sum is exact."""


def mean(x: Floats) -> float:
    """The mean, never outside the numbers themselves: exact where they are all the same."""
    return float(np.clip(x.sum() / len(x), x.min(), x.max())) if len(x) else float("nan")


def deviation(x: Floats) -> float:
    """The sample standard deviation (n - 1)."""
    return float(np.sqrt(((x - mean(x)) ** 2).sum() / (len(x) - 1))) if len(x) > 1 else float("nan")


def mean_and_deviation(x: Floats, *, sample: bool = False) -> tuple[float, float]:
    """Mean and standard deviation, the same bits in whatever order; a constant has deviation 0 exactly.

    Examples
    --------
    >>> mean_and_deviation(np.array([0.1, 0.1, 0.1])), mean_and_deviation(np.array([1.0, 3.0]), sample=True)
    ((0.1, 0.0), (2.0, 1.4142135623730951))
    """
    least, count = float(x.min()), len(x)
    if least == x.max():
        return least + 0.0, 0.0
    middle = math.fsum(x.tolist()) / count
    return middle + 0.0, math.sqrt(math.fsum(((x - middle) ** 2).tolist()) / (count - 1 if sample else count))


def exact_sums(x: Floats) -> Floats:
    """The sum of each row of float64[rows, n], rounded once; NaN adds nothing.

    Each number is cut into parts of 26 bits below the greatest of its row, of which the sum of 2**26 is exact.

    Examples
    --------
    >>> exact_sums(np.array([[1e100, 1.0, -1e100], [0.1] * 3])).tolist(), exact_sums(np.array([[np.inf, 1.0]])).tolist()
    ([1.0, 0.30000000000000004], [inf])
    """
    rest = np.where(np.isnan(x), 0.0, x)
    if not np.isfinite(rest).all():
        return np.asarray(rest.sum(axis=1))
    _, top = np.frexp(np.abs(rest).max(axis=1, initial=0.0, keepdims=True))
    parts = []
    while rest.any():
        top = top - PART
        whole = np.rint(np.ldexp(rest, -top))
        parts.append(np.ldexp(whole.sum(axis=1), top[:, 0]))
        rest = rest - np.ldexp(whole, top)
    return np.array([math.fsum(row) for row in np.array(parts).T.tolist()]) if parts else np.zeros(len(x))


def means_and_deviations(x: Floats, *, sample: bool = False) -> tuple[Floats, Floats]:
    """`mean_and_deviation` of the numbers in each row of float64[rows, n]: the same bits; NaN where a row has none.

    Examples
    --------
    >>> [moment.tolist() for moment in means_and_deviations(np.array([[0.1, np.nan, 0.1], [1.0, 3.0, np.nan]]), sample=True)]
    [[0.1, 2.0], [0.0, 1.4142135623730951]]
    """
    least, most = (end.reduce(x, axis=1) + 0.0 for end in (np.fmin, np.fmax))
    count = (~np.isnan(x)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = exact_sums(x) / count + 0.0
        deviations = np.sqrt(exact_sums((x - middle[:, None]) ** 2) / (count - 1 if sample else count))
    level = least == most
    return np.where(level, least, middle), np.where(level, 0.0, deviations)


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


@dataclass(frozen=True)
class Difference:
    """What a test found.

    Parameters
    ----------
    test
        ``kruskal-wallis``, ``fisher`` or ``chi-square``.
    statistic, p
        H or chi-square (NaN for Fisher's exact test, which has none), and the chance of so great a difference were there none.
    effect
        Its size, 0..1: epsilon squared, or Cramer's V.
    least_expected
        The smallest count expected in a cell; below 5 chi-square's p is rough. NaN where nothing is counted in cells.
    """

    test: str
    statistic: float
    p: float
    effect: float
    least_expected: float = float("nan")


NOTHING = Difference("", float("nan"), float("nan"), float("nan"))


def kruskal_wallis(groups: Sequence[Floats]) -> Difference:
    """Whether numbers tend to be higher in some groups: H of the ranks, corrected for ties; epsilon squared is H / (n - 1).

    Nothing for fewer than two groups, an empty one, or where all numbers are the same.

    Examples
    --------
    >>> found = kruskal_wallis([np.array([1.0, 3, 5, 7, 9]), np.array([2.0, 4, 6, 8, 10])])
    >>> round(found.statistic, 4), round(found.p, 4), round(found.effect, 4)
    (0.2727, 0.6015, 0.0303)

    References
    ----------
    Kruskal, W. H., Wallis, W. A. (1952), Use of ranks in one-criterion variance analysis, Journal of the American
    Statistical Association 47, 583-621. Tomczak, M., Tomczak, E. (2014), The need to report effect size estimates
    revisited, Trends in Sport Sciences 21, 19-25: epsilon squared.
    """
    from scipy.stats import chi2, rankdata

    if len(groups) < 2 or any(not len(group) for group in groups):
        return NOTHING
    together = np.concatenate(groups)
    ranks, n = rankdata(together), len(together)
    ties = np.unique(together, return_counts=True)[1].astype(np.float64)
    correction = 1 - float((ties**3 - ties).sum()) / (n**3 - n)
    if correction <= 0:
        return NOTHING
    parts = np.split(ranks, np.cumsum([len(group) for group in groups])[:-1])  # sums of half ranks are exact
    squares = np.sort([float(part.sum()) ** 2 / len(part) for part in parts])
    h = max(0.0, (12 / (n * (n + 1)) * float(squares.sum()) - 3 * (n + 1)) / correction)
    return Difference("kruskal-wallis", h, float(chi2.sf(h, len(groups) - 1)), h / (n - 1))


def difference_of_shares(given: Sequence[int], of: Sequence[int]) -> Difference:
    """Whether more are given something in some groups: `given` of `of` in each; Cramer's V.

    Fisher's exact test (both sides) for two groups, Pearson's chi-square without correction for more. Nothing where all or
    none are given it.

    Examples
    --------
    The lady tasting tea, three of four cups right:

    >>> round(difference_of_shares([3, 1], [4, 4]).p, 4)
    0.4857

    References
    ----------
    Fisher, R. A. (1935), The Design of Experiments, chapter 2.
    """
    from scipy.stats import chi2, fisher_exact

    table = np.array([given, np.subtract(of, given)], dtype=np.float64)
    rows, columns, n = table.sum(axis=1), table.sum(axis=0), table.sum()
    if len(given) < 2 or (rows == 0).any() or (columns == 0).any():
        return NOTHING
    expected = rows[:, None] * columns[None, :] / n
    squared = float(np.sort(((table - expected) ** 2 / expected).ravel()).sum())
    effect, least = float(np.sqrt(squared / n)), float(expected.min())
    if len(given) == 2:
        return Difference("fisher", float("nan"), float(fisher_exact(table).pvalue), effect, least)
    return Difference("chi-square", squared, float(chi2.sf(squared, len(given) - 1)), effect, least)


def cliffs_delta(one: Floats, other: Floats) -> float:
    """Of all pairs of one from each group, the share in which the first is higher less that in which it is lower; -1..1.

    Examples
    --------
    >>> cliffs_delta(np.array([3.0, 4, 5]), np.array([1.0, 2, 4]))  # 7 pairs higher, 1 level, 1 lower
    0.6666666666666666

    References
    ----------
    Cliff, N. (1993), Dominance statistics: ordinal analyses to answer ordinal questions, Psychological Bulletin 114, 494-509.
    """
    if not len(one) or not len(other):
        return float("nan")
    ordered = np.sort(other)
    higher = int(np.searchsorted(ordered, one, "left").sum())
    lower = int((len(ordered) - np.searchsorted(ordered, one, "right")).sum())
    return (higher - lower) / (len(one) * len(other))


def holm(chances: ArrayLike) -> Floats:
    """P-values of several tests, raised so that all claims made together are wrong with no more than the chance stated.

    The k-th smallest of m is multiplied by m - k + 1, never below the one before it nor above 1. NaN, a test that could not
    be made, does not count.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03, 0.005, float("nan")]).tolist()
    [0.03, 0.06, 0.06, 0.02, nan]

    References
    ----------
    Holm, S. (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 65-70.
    """
    p = np.asarray(chances, dtype=np.float64)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    raised = p[order] * np.arange(len(order), 0, -1)
    adjusted = np.full(len(p), np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(raised), 1.0) if len(order) else raised
    return adjusted


CorrelationMethod: TypeAlias = Literal["pearson", "spearman", "kendall"]


def correlation(x: Floats, y: Floats, method: CorrelationMethod = "pearson") -> float:
    """The correlation of two columns without gaps; NaN where one is constant.

    Examples
    --------
    >>> correlation(np.array([1.0, 2, 3]), np.array([2.0, 4, 60]), "spearman")
    1.0
    """
    if len(x) < 2 or x.min() == x.max() or y.min() == y.max():
        return float("nan")
    if method == "kendall":
        from scipy.stats import kendalltau

        return float(kendalltau(x, y).statistic)
    if method == "spearman":
        from scipy.stats import rankdata

        x, y = rankdata(x), rankdata(y)
    x, y = _centred(x), _centred(y)
    return float(np.clip((x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum()), -1.0, 1.0))


def _centred(x: Floats) -> Floats:
    """Deviations from the mean, in units of the largest: no square of them over- or underflows."""
    away = x - x.sum() / len(x)
    return np.asarray(away / np.abs(away).max())
