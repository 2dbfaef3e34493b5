"""Harsh and lenient scorers (偏严与偏宽): how far each expert lies from the others, shown and never dropped; and scores freed from it.

Where the scheme says so, scores are levelled by standard scores or by a mixed model, fitted by REML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from toolkit.ground.problems import refuse
from toolkit.ground.ranking import Floats, Integers, Mask
from toolkit.ground.statistics import exact_sums
from toolkit.ground.text import Phrase
from toolkit.panels.scores import Table, admitted, exact_sum, quotients

if TYPE_CHECKING:
    import pandas as pd


MARKED = ("harsh", "lenient")
NOISE = 1e-9  # points: what is nearer is rounding, not harshness


def expert_deviations(scores: Table, recused: Table | None = None, *, level: float = 0.95) -> pd.DataFrame:
    """How far each expert's scores lie above or below those of the others, on the members they share.

    On each member that another expert scored too, d = own score - mean of the others' scores. The deviation is the
    mean of d, its error s / sqrt(n). The intervals are Student's, widened (Bonferroni) so that with probability
    `level` all of them hold together: among fifty experts who are alike it seldom marks a single one.

    Parameters
    ----------
    scores, recused
        As for `toolkit.panels.scores.admitted`.
    level
        Between 0 and 1.

    Returns
    -------
    DataFrame
        Index expert, in the order given. Columns: scored (members), compared (of them, scored by another too),
        deviation (points; above 0 lenient, below 0 harsh), error, low, high (NaN of fewer than two compared), stance:
        "lenient" or "harsh" where the interval leaves out 0, "unremarkable", or "unknown" with fewer than two.

    Examples
    --------
    >>> given = np.array([[80, 82, 70], [90, 91, 80], [60, 63, 50], [75, 76, 66]])
    >>> expert_deviations(given)[["deviation", "stance"]].round(2).values.tolist()
    [[4.0, 'lenient'], [6.62, 'lenient'], [-10.62, 'harsh']]
    """
    import pandas as pd

    frame = admitted(scores, recused)
    table = frame.to_numpy()
    others = (~np.isnan(table)).sum(axis=1)[:, None] - 1
    apart = table - quotients(exact_sums(table)[:, None] - np.nan_to_num(table), np.maximum(others, 0))
    compared = (~np.isnan(apart)).sum(axis=0)
    deviation = quotients(exact_sums(apart.T), compared)
    squares = exact_sums(((apart - deviation) ** 2).T)
    error = np.sqrt(quotients(squares, np.maximum(compared - 1, 0) * compared))
    reach = error * _student(compared, level)
    columns = {
        "scored": (~np.isnan(table)).sum(axis=0),
        "compared": compared,
        "deviation": deviation,
        "error": error,
        "low": deviation - reach,
        "high": deviation + reach,
        "stance": _stances(deviation, reach),
    }
    return pd.DataFrame(columns, index=frame.columns)


def odd_experts(scores: Table, recused: Table | None = None, *, level: float = 0.95) -> list[str]:
    """Who is harsh or lenient by its own doing, the farthest first: beside one far expert, all others seem to lie on the other side.

    The farthest is put aside, and the others are held against each other alone, until nobody among them is marked. Where that
    takes half of the panel or more, nobody can say who is odd, and all who are marked are told.

    Parameters
    ----------
    scores, recused, level
        As for `expert_deviations`.

    Examples
    --------
    >>> odd_experts([[80, 81, 80, 70], [90, 89, 91, 80], [60, 61, 60, 50], [75, 75, 76, 66]])
    [3]
    """
    frame, aside = admitted(scores, recused), list[str]()
    while True:
        found = expert_deviations(frame.drop(columns=aside), level=level)
        marked = found[found["stance"].isin(MARKED)]
        if marked.empty or len(found) < 3:
            return aside
        if 2 * (len(aside) + 1) >= frame.shape[1]:
            break
        aside.append(marked.index[int(marked["deviation"].abs().to_numpy().argmax())])
    whole = expert_deviations(frame, level=level)
    return whole.index[whole["stance"].isin(MARKED)].tolist()


def _student(compared: Integers, level: float) -> Floats:
    """Student's quantile for each expert, for intervals that hold together."""
    from scipy.special import stdtrit

    together = max(int((compared > 1).sum()), 1)
    return np.asarray(stdtrit(np.maximum(compared - 1, 1), 1 - (1 - level) / (2 * together)), dtype=np.float64)


def _stances(deviation: Floats, reach: Floats) -> list[str]:
    outside = np.abs(deviation) > reach + NOISE
    marked = np.where(outside, np.where(deviation > 0, "lenient", "harsh"), "unremarkable")
    return [str(stance) for stance in np.where(np.isnan(reach), "unknown", marked)]


NOTHING = 1e-12


@dataclass(frozen=True, eq=False)
class ExpertEffects:
    """The fitted model.

    Parameters
    ----------
    effects : DataFrame
        Index expert; scored, effect (points above the panel as a whole, shrunk towards 0: lenient above 0), error (of
        its prediction, given the variances; NaN where nothing can be said).
    between, within
        Variance of the experts' leniency, and of what is left; NaN when no two experts scored the same member.
    parts
        Into how many parts the panel falls that share no member: effects compare only within a part. 1 is good.
    """

    effects: pd.DataFrame
    between: float
    within: float
    parts: int


def expert_effects(scores: Table, recused: Table | None = None) -> ExpertEffects:
    """Score = member + expert + rest, with the members fixed and the experts drawn from N(0, between).

    Who scored only weak members is not taken for harsh; who scored few is drawn towards 0. The members' effects are
    projected out, which leaves W = Z'MZ and r = Z'My of the size of the panel; with the eigenvalues w of W the REML
    criterion depends on ratio = between / within alone, (N - n) log Q + sum log(1 + ratio w), where
    Q = y'My - sum ratio r_i^2 / (1 + ratio w_i), of N scores of n members. On complete data with mean squares of
    experts J and rest E, between = (J - E) / n where that is positive.

    Parameters
    ----------
    scores, recused
        As for `toolkit.panels.scores.admitted`.

    Examples
    --------
    >>> found = expert_effects([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    >>> round(found.between, 4), round(found.within, 4), found.effects["effect"].round(2).tolist()
    (5.2444, 1.0194, [2.3, -2.7, -0.93, 1.33])

    References
    ----------
    Patterson, H. D. and Thompson, R. (1971), Biometrika 58, 545-554 (REML); Henderson, C. R. (1975), Biometrics 31,
    423-447 (prediction of random effects). The six targets and four judges: Shrout and Fleiss (1979).
    """
    import pandas as pd

    frame = admitted(scores, recused)
    order = sorted(frame.columns, key=str)
    table = frame[order].to_numpy()
    apart = table - quotients(exact_sums(table), (~np.isnan(table)).sum(axis=1))[:, None]
    crossing = _crossing(~np.isnan(table))
    effect, error, between, within = _fitted(apart, crossing)
    columns = {"scored": (~np.isnan(table)).sum(axis=0), "effect": effect, "error": error}
    effects = pd.DataFrame(columns, index=pd.Index(order)).loc[frame.columns]
    return ExpertEffects(effects, between, within, _parts(crossing))


def _crossing(there: Mask) -> Floats:
    """W = Z'MZ, float64[experts, experts]: members counted in whole numbers, so that their order changes no bit."""
    counts = there.sum(axis=1)
    crossing = np.diag(there.sum(axis=0).astype(np.float64))
    for count in np.unique(counts[counts > 0]):
        those = there[counts == count].astype(np.float64)
        crossing -= those.T @ those / count
    return crossing


def _fitted(apart: Floats, crossing: Floats) -> tuple[Floats, Floats, float, float]:
    """Effects, their errors, and both variances, from scores less their member's mean."""
    experts, known = len(crossing), ~np.isnan(apart)
    free = int(known.sum()) - int(known.any(axis=1).sum())
    unknown = np.full(experts, np.nan)
    if free == 0:
        return np.zeros(experts), unknown, np.nan, np.nan
    around = exact_sum(np.square(apart[known]).tolist())
    size, axes = np.linalg.eigh(crossing)
    usable = size > NOTHING * size.max() * experts
    size, axes = size[usable], axes[:, usable]
    along = axes.T @ exact_sums(apart.T)
    if around - (along**2 / size).sum() <= NOTHING * around:  # experts differ by constants only, or not at all
        effect = axes @ (along / size)
        return effect, np.zeros(experts), float(effect @ effect / max(len(size), 1)), 0.0
    ratio = _ratio(around, along, size, free)
    within = float(around - (ratio * along**2 / (1 + ratio * size)).sum()) / free
    shrink = ratio / (1 + ratio * size)
    error = np.sqrt(within * (axes**2 @ shrink))
    return axes @ (shrink * along), error, ratio * within, within


def _ratio(around: float, along: Floats, size: Floats, free: int) -> float:
    """Between / within at the least REML criterion, 0 or more: the best of a grid, then the root of the slope beside it."""
    from scipy.optimize import brentq

    def criterion(ratio: float) -> float:
        left = around - (ratio * along**2 / (1 + ratio * size)).sum()
        return float(free * np.log(left) + np.log1p(ratio * size).sum())

    def slope(ratio: float) -> float:
        left = around - (ratio * along**2 / (1 + ratio * size)).sum()
        return float((size / (1 + ratio * size)).sum() - free * (along**2 / (1 + ratio * size) ** 2).sum() / left)

    grid: list[float] = [0.0, *(np.geomspace(1e-6, 1e12, 145) / size.max()).tolist()]
    best = int(np.argmin([criterion(ratio) for ratio in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    if slope(low) >= 0 or slope(high) <= 0:
        return grid[best]
    return float(brentq(slope, low, high, xtol=1e-15, rtol=1e-14))


def _parts(crossing: Floats) -> int:
    from scipy.sparse.csgraph import connected_components

    count, _ = connected_components(crossing != 0, directed=False)
    return int(count)


LevellingMethod = Literal["none", "zscore", "mixed_model"]
METHODS: tuple[LevellingMethod, ...] = ("none", "zscore", "mixed_model")
LEAST = 5  # members in common: from there on the error of an expert's mean is below half the spread, 1 / sqrt(5) = 0.45


@dataclass(frozen=True, eq=False)
class Levelling:
    """Levelled scores, and what was done to whom.

    Parameters
    ----------
    scores : DataFrame
        Member x expert, as admitted and levelled; nobody is dropped.
    experts : DataFrame
        Index expert; scored, compared (of them, scored by another too), mean (its own, before), shift and stretch, and
        how: "levelled"; "constant", who gave everyone the same and is only moved; "too_few" and "as_given", left as
        written.
        A levelled score is mean - shift + stretch x (score - mean), then kept within the bounds.
    figures
        zscore: the mean and deviation levelled to. mixed_model: between, within, parts. And clipped: how many scores
        the bounds held back.
    """

    scores: pd.DataFrame
    experts: pd.DataFrame
    figures: Mapping[str, float]


def levelled(
    scores: Table,
    recused: Table | None = None,
    *,
    method: LevellingMethod = "zscore",
    least: int = LEAST,
    target: tuple[float, float] | None = None,
    bounds: tuple[float, float] | None = None,
) -> Levelling:
    """Scores of harsh and lenient experts made comparable.

    zscore: each expert's scores get the panel's mean (of all scores of those levelled) and deviation (theirs within
    each expert, pooled). That takes every expert's members for equally good on average, so it is fair only when all
    scored the same members, or members given out by lot. A constant added by one expert leaves the differences
    between members as they were, and with a `target` every score.
    mixed_model: each expert's leniency, as `toolkit.panels.severity` finds it, is taken off; who scored whom does
    not matter, and what rests on few scores is taken off in part only.

    Either way enough scores have to exist. Whether an expert is harsh or its members are weak only those members tell
    that another expert scored too, and a mean of n scores is off by about 1 / sqrt(n) of their spread: an expert
    with fewer than `least` such members is left as written, since what was taken off could be chance. So the mixed
    model still learns from its scores of the members and of the others.

    Parameters
    ----------
    scores, recused
        As for `toolkit.panels.scores.admitted`.
    method
        As the scheme's ``[panel] harshness``.
    least
        Members in common with another expert, so many at least; 2 or more.
    target
        zscore: mean and deviation to level to, instead of the panel's.
    bounds
        The scale, as (0, 100): levelled scores are kept within it.

    Raises
    ------
    Refused
        For an unknown method, `least` below 2, a target whose deviation is not above 0, bounds out of order.

    Examples
    --------
    >>> levelled([[60, 82], [70, 90], [80, 98]], least=3).scores.round(6).values.tolist()
    [[70.944615, 70.944615], [80.0, 80.0], [89.055385, 89.055385]]
    """
    _check(method, least, target, bounds)
    frame = admitted(scores, recused)
    table = frame.to_numpy()
    experts, figures = _asked(frame, method, least, target)
    mean, shift, stretch = (experts[name].to_numpy(dtype=np.float64) for name in ("mean", "shift", "stretch"))
    plain = (shift == 0) & (stretch == 1)
    levelled_scores = np.where(plain, table, mean - shift + stretch * (table - mean))
    within = levelled_scores if bounds is None else np.clip(levelled_scores, *bounds)
    clipped = float(((within != levelled_scores) & ~np.isnan(levelled_scores)).sum())
    frame = frame.copy()
    frame.iloc[:, :] = within
    return Levelling(frame, experts, {**figures, "clipped": clipped})


def _asked(
    frame: pd.DataFrame, method: LevellingMethod, least: int, target: tuple[float, float] | None
) -> tuple[pd.DataFrame, dict[str, float]]:
    """What is done to each expert, and the figures it rests on."""
    import pandas as pd

    table = frame.to_numpy()
    there = ~np.isnan(table)
    scored, compared = there.sum(axis=0), there[there.sum(axis=1) > 1].sum(axis=0)
    enough = compared >= least
    columns: dict[str, object] = {"scored": scored, "compared": compared, "mean": _means(table)}
    figures: dict[str, float] = {}
    if method == "zscore":
        shift, stretch, how, figures = _standardised(table, enough, target)
    elif method == "mixed_model":
        model = expert_effects(frame)
        shift, stretch = np.where(enough, model.effects["effect"], 0.0), np.ones(len(scored))
        how = np.where(enough, "levelled", "too_few").tolist()
        figures = {"between": model.between, "within": model.within, "parts": float(model.parts)}
    else:
        shift, stretch, how = np.zeros(len(scored)), np.ones(len(scored)), ["as_given"] * len(scored)
    columns |= {"shift": shift, "stretch": stretch, "how": how}
    return pd.DataFrame(columns, index=frame.columns), figures


def _standardised(
    table: Floats, enough: Mask, target: tuple[float, float] | None
) -> tuple[Floats, Floats, list[str], dict[str, float]]:
    scored, means = (~np.isnan(table)).sum(axis=0), _means(table)
    squares = exact_sums(((table - means) ** 2).T)
    spread = enough & (np.nan_to_num(table, nan=-np.inf).max(axis=0, initial=-np.inf) > np.nan_to_num(table, nan=np.inf).min(axis=0, initial=np.inf))
    if target is None:
        every = table[:, enough]
        mean = float(quotients(exact_sum(every[~np.isnan(every)].tolist()), float(scored[enough].sum())))
        deviation = float(np.sqrt(quotients(exact_sum(squares[spread].tolist()), float((scored[spread] - 1).sum()))))
    else:
        mean, deviation = target
    deviations = np.sqrt(quotients(squares, np.where(spread, scored - 1, 0)))
    stretch = np.where(spread, quotients(np.full(len(deviations), deviation), np.where(spread, deviations, 0.0)), 1.0)
    how = np.where(spread, "levelled", np.where(enough, "constant", "too_few")).tolist()
    return np.where(enough, means - mean, 0.0), stretch, how, {"mean": mean, "deviation": deviation}


def _means(table: Floats) -> Floats:
    return quotients(exact_sums(table.T), (~np.isnan(table)).sum(axis=0))


def _check(method: str, least: int, target: tuple[float, float] | None, bounds: tuple[float, float] | None) -> None:
    if method not in METHODS:
        mend = Phrase("请用 none、zscore 或 mixed_model", "use none, zscore or mixed_model")
        raise refuse(Phrase("没有这种校正方法", "there is no such way of levelling"), mend, column="harshness", value=method)
    if least < 2:
        mend = Phrase("请写 2 或更大的数", "write 2 or more")
        raise refuse(Phrase("至少要有两份评分才能比较", "a comparison needs two scores"), mend, column="least", value=str(least))
    if target is not None and not target[1] > 0:
        mend = Phrase("请写大于 0 的标准差", "write a deviation above 0")
        raise refuse(Phrase("目标标准差应大于 0", "the deviation levelled to is above 0"), mend, column="target", value=str(target[1]))
    if bounds is not None and not bounds[0] < bounds[1]:
        mend = Phrase("请先写下限，后写上限", "write the lower one first")
        raise refuse(Phrase("下限应小于上限", "the lower bound is below the upper one"), mend, column="bounds", value=str(bounds))
