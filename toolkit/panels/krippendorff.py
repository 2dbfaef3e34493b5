"""Krippendorff's alpha: how far a panel agrees beyond chance, whatever the gaps, for any kind of scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from toolkit.errors import refuse
from toolkit.panels.score_table import admitted, quotient
from toolkit.ranking import Floats
from toolkit.text import Phrase

if TYPE_CHECKING:
    from toolkit.panels.score_table import Table

Metric = Literal["nominal", "ordinal", "interval", "ratio"]
METRICS: tuple[Metric, ...] = ("nominal", "ordinal", "interval", "ratio")
BLOCK = 128
AT_ONCE = 512  # values whose distances to all others are held at once


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha of a panel.

    Parameters
    ----------
    value, low, high
        1 for full agreement, 0 for agreement as by chance, below 0 for systematic disagreement. NaN where all scores
        are the same, or no member has two: agreement cannot be told from having nothing to tell apart. The limits are NaN
        without draws.
    metric
    members, left_out, scores
        Members with two scores or more, members with fewer, and the scores of the former.
    draws, undefined
        Bootstrap draws, and those of them in which all scores were the same; the interval rests on the others.
    """

    value: float
    low: float
    high: float
    metric: Metric
    members: int
    left_out: int
    scores: int
    draws: int
    undefined: int


def krippendorff_alpha(
    scores: Table, recused: Table | None = None, *, metric: Metric = "interval", draws: int = 1000, seed: int = 0, level: float = 0.95
) -> Alpha:
    """Alpha = 1 - observed / expected disagreement, on all members with two scores or more.

    The difference of two scores is, squared: nominal 1 if they differ; ordinal how many scores lie from one to the
    other, theirs by half; interval their difference; ratio their difference by their sum.

    The interval is that of the plain bootstrap of members: members are drawn with replacement and alpha is computed
    afresh, the expected disagreement and the ordinal differences included; percentiles of the draws. (Krippendorff's own
    macro draws single disagreements and keeps the expected one, which is narrower.) Members are put in order by what
    was scored before any is drawn, so that no order of the table changes a bit.

    Parameters
    ----------
    scores, recused
        As for `toolkit.panels.score_table.admitted`.
    draws, seed, level
        Of the bootstrap; 0 draws for none. Time and memory of ``ratio`` grow with the square of the distinct scores.

    Raises
    ------
    Refused
        For an unknown metric, and for scores below 0 with ``ratio``.

    Examples
    --------
    >>> gap = float("nan")
    >>> panel = [[90, 92, gap], [70, gap, 70], [80, 80, 81], [60, 64, 61], [gap, 75, gap]]
    >>> found = krippendorff_alpha(panel)
    >>> round(found.value, 3), found.members, found.left_out
    (0.986, 4, 1)

    References
    ----------
    Krippendorff, K. (2011), Computing Krippendorff's Alpha-Reliability, University of Pennsylvania; Hayes, A. F. and
    Krippendorff, K. (2007), Communication Methods and Measures 1, 77-89; Efron, B. (1979), Annals of Statistics 7, 1-26.
    """
    if metric not in METRICS:
        rule, mend = Phrase("没有这种度量", "there is no such metric"), Phrase("请用 nominal、ordinal、interval 或 ratio", "use nominal, ordinal, interval or ratio")
        raise refuse(rule, mend, column="metric", value=str(metric))
    table = admitted(scores, recused).to_numpy()
    if metric == "ratio" and (table < 0).any():
        mend = Phrase("请用 interval", "use interval")
        raise refuse(Phrase("比率度量的评分不得为负", "scores on a ratio scale are not negative"), mend, column="metric", value="ratio")
    units = _Units.of(table, metric)
    members = len(units.scores)
    value, low, high, undefined = np.nan, np.nan, np.nan, 0
    if members:
        value = float(_alphas(units, np.ones((1, members)))[0])
    if members and draws and not np.isnan(value):
        drawn = np.concatenate([_alphas(units, times) for times in _drawn(members, draws, seed)])
        undefined = int(np.isnan(drawn).sum())
        tails = [(1 - level) / 2, (1 + level) / 2]
        low, high = (float(limit) for limit in np.nanquantile(drawn, tails)) if undefined < draws else (np.nan, np.nan)
    return Alpha(value, low, high, metric, members, len(table) - members, int(units.count.sum()), draws, undefined)


@dataclass(frozen=True, eq=False)
class _Units:
    """Members with two scores or more, in an order of their own.

    `scores` is float64[members, experts], each row rising with NaN last; `count` float64[members].
    """

    scores: Floats
    count: Floats
    metric: Metric

    @classmethod
    def of(cls, table: Floats, metric: Metric) -> _Units:
        rising = np.sort(table, axis=1) + 0.0  # adding zero turns -0.0 into 0.0
        count = (~np.isnan(rising)).sum(axis=1)
        pairable = rising[count > 1]
        order = np.lexsort(np.nan_to_num(pairable, nan=np.inf).T[::-1]) if pairable.size else np.arange(0)
        return cls(pairable[order], count[count > 1][order].astype(np.float64), metric)

    @cached_property
    def values(self) -> Floats:
        """The distinct scores, rising."""
        return np.unique(self.scores[~np.isnan(self.scores)])

    @cached_property
    def occurrences(self) -> Any:
        """How often each member has each value: a sparse matrix, members x values."""
        from scipy.sparse import csr_array

        there = ~np.isnan(self.scores)
        rows, codes = there.nonzero()[0], np.searchsorted(self.values, self.scores[there])
        return csr_array((np.ones(len(rows)), (rows, codes)), shape=(len(self.scores), len(self.values)))

    @cached_property
    def within(self) -> Floats:
        """Squared differences of the ordered pairs of each member, summed: float64[members]; not for ordinal."""
        if self.metric == "nominal":
            return self.count**2 - np.asarray(self.occurrences.power(2).sum(axis=1), dtype=np.float64)
        if self.metric == "interval":
            apart = self.scores - (np.nansum(self.scores, axis=1) / self.count)[:, None]
            return 2 * self.count * np.asarray(np.nansum(apart**2, axis=1), dtype=np.float64)
        found: Floats = np.zeros(len(self.scores))
        for other in self.scores.T:
            found += np.nansum(_ratio_distance(self.scores, other[:, None]), axis=1)
        return found


def _drawn(members: int, draws: int, seed: int) -> Iterator[Floats]:
    """How often each member is drawn: float64[up to 128, members], each block from its own stream of the seed."""
    for number, start in enumerate(range(0, draws, BLOCK)):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        chosen = rng.integers(0, members, size=(BLOCK, members)) + np.arange(BLOCK)[:, None] * members
        times = np.bincount(chosen.ravel(), minlength=BLOCK * members).reshape(BLOCK, members)
        yield times[: draws - start].astype(np.float64)


def _alphas(units: _Units, times: Floats) -> Floats:
    """Alpha for each row of `times`, float64[draws, members]."""
    total = times @ units.count
    if units.metric == "ordinal":
        observed, expected = _ordinal(units, times, total)
    else:
        observed = times @ (units.within / (units.count - 1))
        expected = _expected(units, times, total)
    return 1 - (total - 1) * quotient(observed, expected)


def _expected(units: _Units, times: Floats, total: Floats) -> Floats:
    """Squared differences of all ordered pairs of scores, summed, for each row of `times`."""
    if units.metric == "interval":
        moved = units.scores - np.nanmean(units.scores)  # near 0, lest large squares cancel
        first, second = times @ np.nansum(moved, axis=1), times @ np.nansum(moved**2, axis=1)
        return np.where(_various(units, times), 2 * (total * second - first**2), 0.0)
    often = _often(units, times)
    if units.metric == "nominal":
        return total**2 - np.asarray((often**2).sum(axis=1), dtype=np.float64)
    found: Floats = np.zeros(len(times))
    for start in range(0, len(units.values), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        found += (often[:, part] * (often @ _ratio_distance(units.values[:, None], units.values[part]))).sum(axis=1)
    return found


def _ordinal(units: _Units, times: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Observed and expected: ordinal differences are differences of mid-ranks, halves and so exact."""
    often = _often(units, times)
    rank = (np.cumsum(often, axis=1) - often / 2).T
    count = units.count[:, None]
    within = 2 * (count * (units.occurrences @ rank**2) - (units.occurrences @ rank) ** 2)
    observed = (times.T * within / (count - 1)).sum(axis=0)
    rank = rank - total / 2  # their mean
    expected = 2 * total * (often.T * rank**2).sum(axis=0)
    return observed, expected


def _often(units: _Units, times: Floats) -> Floats:
    """How often each value occurs: float64[draws, values]."""
    return np.asarray((units.occurrences.T @ times.T).T, dtype=np.float64)


def _various(units: _Units, times: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Whether the members drawn have different scores, exactly."""
    low = np.nanmin(units.scores, axis=1)
    high = np.nanmax(units.scores, axis=1)
    there = times > 0
    return np.asarray(np.where(there, high, -np.inf).max(axis=1) > np.where(there, low, np.inf).min(axis=1), dtype=np.bool_)


def _ratio_distance(one: Floats, other: Floats) -> Floats:
    """((a - b) / (a + b)) squared; 0 where both are 0."""
    with np.errstate(invalid="ignore"):
        return np.where((one == 0) & (other == 0), 0.0, np.square((one - other) / (one + other)))
