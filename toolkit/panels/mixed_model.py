"""Each expert's leniency told apart from the members it happened to score: a mixed model, fitted by REML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from toolkit.panels.score_table import admitted, exact_sum, exact_sums, quotient
from toolkit.ranking import Floats, Mask

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.panels.score_table import Table

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
        As for `toolkit.panels.score_table.admitted`.

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
    apart = table - quotient(exact_sums(table, axis=1), (~np.isnan(table)).sum(axis=1))[:, None]
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
    along = axes.T @ exact_sums(apart, axis=0)
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
