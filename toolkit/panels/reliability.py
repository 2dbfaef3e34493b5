"""How far a panel's scores can be relied on: intraclass correlations with their intervals, and Krippendorff's alpha.

Alpha tells how far a panel agrees beyond chance, whatever the gaps, for any kind of scale.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from toolkit.ground.problems import refuse
from toolkit.ground.ranking import Floats
from toolkit.ground.statistics import exact_sums
from toolkit.ground.text import Phrase, phrase
from toolkit.panels.scores import Table, admitted, exact_sum, quotients

if TYPE_CHECKING:
    import pandas as pd


NOISE = 1e-13  # of the largest score: what is below it is rounding, not disagreement
FORMS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")

ICC_WORDS = {0.9: Phrase("优", "excellent"), 0.75: Phrase("良", "good"), 0.5: Phrase("中", "moderate"), -math.inf: Phrase("差", "poor")}
"""From which bound up an intraclass correlation is called so, at each end of its interval: Koo, T. K. and Li, M. Y. (2016), Journal of Chiropractic Medicine 15, 155-163."""
ALPHA_WORDS = {0.8: Phrase("可靠", "reliable"), 2 / 3: Phrase("勉强", "tentative"), -math.inf: Phrase("不足", "too low")}
"""The same of alpha: Krippendorff, K. (2004), Content Analysis, 2nd edition, Sage, chapter 11: 0.800 and 0.667."""
VERDICTS = Phrase(
    "ICC 按 95% 区间的两端看：不到 0.5 差，0.5 起中，0.75 起良，0.9 起优（Koo 和 Li，2016）；α 不到 0.667 不足，0.667 起勉强（只宜作初步结论），0.8 起可靠（Krippendorff，2004）。",
    "An ICC by both ends of its 95% interval: poor below 0.5, moderate from 0.5, good from 0.75, excellent from 0.9 (Koo and Li, 2016). Alpha: too low below "
    "0.667, from there tentative, reliable from 0.8 (Krippendorff, 2004).",
)


def how_good(words: Mapping[float, Phrase], value: float) -> Phrase:
    """The word of the highest bound that a measure of agreement reaches."""
    return next(word for bound, word in words.items() if value >= bound)


@dataclass(frozen=True, eq=False)
class Intraclass:
    """Intraclass correlations of a panel.

    Parameters
    ----------
    table : DataFrame
        Index "ICC(1,1)" ... "ICC(3,k)"; columns value, low, high (all three from -1 to 1), f (of the test that it is 0),
        df1, df2, p. NaN where the scores leave it undefined, or where what comes out is no correlation.
    members, experts, left_out
        On how many members, scored by all experts, it rests; how many experts; how many members are left out because
        someone withdrew from them or has not scored them.
    beyond
        The forms that come out below -1 or above 1, and so are no figures.
    """

    table: pd.DataFrame
    members: int
    experts: int
    left_out: int
    beyond: tuple[str, ...] = ()

    @property
    def said(self) -> Phrase:
        """On what the figures rest, and why there are none where there are none."""
        return phrase(
            "依据 {experts} 位专家都已评分的 {members} 个会员，另有 {left_out} 个因回避或未评而未计入{zh}",
            "{members:member|members} scored by all {experts:expert|experts}; {left_out} left out for recusal or gaps{en}",
            members=self.members, experts=self.experts, left_out=self.left_out, zh=self._lacking.zh, en=self._lacking.en,
        )  # fmt: skip

    @property
    def _lacking(self) -> Phrase:
        """Why there are no figures, or not all; empty where there are all."""
        if self.members < 2 or self.experts < 2:
            return Phrase("，至少各需 2 个，无法计算", ": two of each are needed, there are no figures")
        undefined = [form for form, value in self.table["value"].items() if np.isnan(value) and form not in self.beyond]
        reasons = [
            phrase("{forms} 无从计算：会员之间没有差别", "{forms} undefined: nothing tells the members apart", forms="、".join(map(str, undefined))),
            phrase("{forms} 算出的值超出 -1 至 1，没有意义，不列出", "{forms} out of range: below -1 or above 1 means nothing, and is not given",
                   forms="、".join(self.beyond)),
        ]  # fmt: skip
        lacking = [reason for reason, forms in zip(reasons, (undefined, self.beyond), strict=True) if forms]
        return Phrase("".join(f"；{reason.zh}" for reason in lacking), "".join(f"; {reason.en}" for reason in lacking))


def intraclass(scores: Table, recused: Table | None = None, *, level: float = 0.95) -> Intraclass:
    """The six intraclass correlations, on the members that all experts scored.

    Of n members and k experts, with mean squares between members B, within members W, between experts J and rest E:
    ICC(1,1) = (B - W) / (B + (k - 1) W), each member scored by experts of its own; ICC(2,1) = (B - E) / (B + (k - 1) E +
    k (J - E) / n), agreement with any like experts; ICC(3,1) = (B - E) / (B + (k - 1) E), consistency of these very
    ones. ICC(., k) are those of the mean of the k: for a panel's mean score, ICC(2,k) says how far another panel
    would agree. With few members an estimate may come out below -1 or above 1: that is no correlation, and not given.

    Parameters
    ----------
    scores, recused
        As for `toolkit.panels.scores.admitted`.
    level
        Of the intervals, between 0 and 1. They are exact for (1, .) and (3, .), Satterthwaite's approximation for (2, .).

    Examples
    --------
    >>> judges = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> found = intraclass(judges)
    >>> found.table["value"].round(2).tolist()
    [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    >>> found.said.into("en")
    '6 members scored by all 4 experts; 0 left out for recusal or gaps'

    References
    ----------
    Shrout, P. E. and Fleiss, J. L. (1979), Psychological Bulletin 86, 420-428, with the table of the example;
    McGraw, K. O. and Wong, S. P. (1996), Psychological Methods 1, 30-46 (intervals of ICC(2, .)).
    """
    import pandas as pd

    table = admitted(scores, recused).to_numpy()
    whole = table[~np.isnan(table).any(axis=1)]
    members, experts = whole.shape
    rows = np.full((len(FORMS), 7), np.nan)
    if members > 1 and experts > 1:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            rows = _rows(_Squares.of(whole), level)
    beyond = np.abs(rows[:, 0]) > 1 + NOISE  # infinity among them; of NaN nothing is known
    rows[beyond | np.isnan(rows[:, 0])] = np.nan
    rows[:, :3] = rows[:, :3].clip(-1.0, 1.0)
    forms = pd.DataFrame(rows, index=list(FORMS), columns=["value", "low", "high", "f", "df1", "df2", "p"])
    return Intraclass(forms, members, experts, len(table) - members, tuple(form for form, out in zip(FORMS, beyond, strict=True) if out))


@dataclass(frozen=True)
class _Squares:
    """Mean squares of a complete table: between members, within members, between experts, rest."""

    n: int
    k: int
    between: np.float64
    within: np.float64
    experts: np.float64
    rest: np.float64

    @classmethod
    def of(cls, table: Floats) -> _Squares:
        n, k = table.shape
        member = exact_sums(table)[:, None] / k
        expert = exact_sums(table.T)[None, :] / n
        mean = exact_sum(table.ravel().tolist()) / table.size
        squares = np.array([
            k * _sum(np.square(member - mean)) / (n - 1),
            _sum(np.square(table - member)) / (n * (k - 1)),
            n * _sum(np.square(expert - mean)) / (k - 1),
            _sum(np.square(table - member - expert + mean)) / ((n - 1) * (k - 1)),
        ])  # fmt: skip
        squares[squares <= (NOISE * np.abs(table).max()) ** 2] = 0.0
        return cls(n, k, *squares)


def _rows(squares: _Squares, level: float) -> Floats:
    n, k = squares.n, squares.k
    b, w, e = squares.between, squares.within, squares.rest
    one = _single(b, w, squares, n * (k - 1), level)
    two = _agreement(squares, level)
    three = _single(b, e, squares, (n - 1) * (k - 1), level)
    singles = np.array([one, two, three])
    many = singles.copy()
    many[:, :3] = _stepped_up(singles[:, :3], k)
    many[0, 0], many[2, 0] = quotients(b - w, b), quotients(b - e, b)
    return np.vstack((singles, many))


def _single(above: np.float64, below: np.float64, squares: _Squares, freedom: int, level: float) -> list[float]:
    """ICC(1,1) or ICC(3,1), its limits and its test, from the two mean squares it compares."""
    f, k, members = above / below, squares.k, squares.n - 1
    low, high = f / _fisher(members, freedom, level), f * _fisher(freedom, members, level)
    return [float(quotients(above - below, above + (k - 1) * below)), _from_f(low, k), _from_f(high, k), *_test(f, members, freedom)]


def _agreement(squares: _Squares, level: float) -> list[float]:
    n, k, b, j, e = squares.n, squares.k, squares.between, squares.experts, squares.rest
    value = quotients(b - e, b + (k - 1) * e + k * (j - e) / n)
    a, c = k * value, n * (1 - value) + k * value * (n - 1)  # McGraw and Wong's a and b, both times n (1 - value)
    freedom = quotients((a * j + c * e) ** 2, (a * j) ** 2 / (k - 1) + (c * e) ** 2 / ((n - 1) * (k - 1)))
    freedom = np.where(np.isnan(freedom), 1.0, freedom)  # full agreement: whatever it is, it is multiplied by 0
    below, above = _fisher(n - 1, freedom, level), _fisher(freedom, n - 1, level)
    rest = k * j + (k * n - k - n) * e
    low = quotients(n * (b - below * e), below * rest + n * b)
    high = quotients(n * (above * b - e), rest + n * above * b)
    return [float(value), float(low), float(high), *_test(b / e, n - 1, (n - 1) * (k - 1))]


def _stepped_up(single: Floats, k: int) -> Floats:
    """Spearman and Brown: the correlation of the mean of k, from that of one."""
    return quotients(k * single, 1 + (k - 1) * single)


def _fisher(above: Floats | float, below: Floats | float, level: float) -> np.float64:
    from scipy.special import fdtri

    return np.float64(fdtri(above, below, 1 - (1 - level) / 2))


def _from_f(f: np.float64, k: int) -> float:
    """(f - 1) / (f + k - 1), also where f is infinite."""
    return float(1 - k / (f + k - 1))


def _test(f: np.float64, above: int, below: int) -> list[float]:
    from scipy.special import fdtrc

    return [float(f), float(above), float(below), float(fdtrc(above, below, f))]


def _sum(squares: Floats) -> float:
    return exact_sum(squares.ravel().tolist())


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
        As for `toolkit.panels.scores.admitted`.
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
        disagreement: Floats = np.zeros(len(self.scores))
        for other in self.scores.T:
            disagreement += np.nansum(_ratio_distance(self.scores, other[:, None]), axis=1)
        return disagreement


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
    return 1 - (total - 1) * quotients(observed, expected)


def _expected(units: _Units, times: Floats, total: Floats) -> Floats:
    """Squared differences of all ordered pairs of scores, summed, for each row of `times`."""
    if units.metric == "interval":
        moved = units.scores - np.nanmean(units.scores)  # near 0, lest large squares cancel
        first, second = times @ np.nansum(moved, axis=1), times @ np.nansum(moved**2, axis=1)
        return np.where(_various(units, times), 2 * (total * second - first**2), 0.0)
    often = _often(units, times)
    if units.metric == "nominal":
        return total**2 - np.asarray((often**2).sum(axis=1), dtype=np.float64)
    expected: Floats = np.zeros(len(times))
    for start in range(0, len(units.values), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        expected += (often[:, part] * (often @ _ratio_distance(units.values[:, None], units.values[part]))).sum(axis=1)
    return expected


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
