"""Levelled scores: what each expert gave, freed from its being harsh or lenient, where the scheme says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from toolkit.errors import refuse
from toolkit.panels.mixed_model import expert_effects
from toolkit.panels.score_table import admitted, exact_sum, exact_sums, quotient
from toolkit.ranking import Floats, Mask
from toolkit.text import Phrase

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.panels.score_table import Table

Method = Literal["none", "zscore", "mixed_model"]
METHODS: tuple[Method, ...] = ("none", "zscore", "mixed_model")
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
    method: Method = "zscore",
    least: int = LEAST,
    target: tuple[float, float] | None = None,
    bounds: tuple[float, float] | None = None,
) -> Levelling:
    """Scores of harsh and lenient experts made comparable.

    zscore: each expert's scores get the panel's mean (of all scores of those levelled) and deviation (theirs within
    each expert, pooled). That takes every expert's members for equally good on average, so it is fair only when all
    scored the same members, or members given out by lot. A constant added by one expert leaves the differences
    between members as they were, and with a `target` every score.
    mixed_model: each expert's leniency, as `toolkit.panels.mixed_model` finds it, is taken off; who scored whom does
    not matter, and what rests on few scores is taken off in part only.

    Either way enough scores have to exist. Whether an expert is harsh or its members are weak only those members tell
    that another expert scored too, and a mean of n scores is off by about 1 / sqrt(n) of their spread: an expert
    with fewer than `least` such members is left as written, since what was taken off could be chance. So the mixed
    model still learns from its scores of the members and of the others.

    Parameters
    ----------
    scores, recused
        As for `toolkit.panels.score_table.admitted`.
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
    found = np.where(plain, table, mean - shift + stretch * (table - mean))
    within = found if bounds is None else np.clip(found, *bounds)
    clipped = float(((within != found) & ~np.isnan(found)).sum())
    frame = frame.copy()
    frame.iloc[:, :] = within
    return Levelling(frame, experts, {**figures, "clipped": clipped})


def _asked(
    frame: pd.DataFrame, method: Method, least: int, target: tuple[float, float] | None
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
    squares = exact_sums((table - means) ** 2, axis=0)
    spread = enough & (np.nan_to_num(table, nan=-np.inf).max(axis=0, initial=-np.inf) > np.nan_to_num(table, nan=np.inf).min(axis=0, initial=np.inf))
    if target is None:
        every = table[:, enough]
        mean = float(quotient(exact_sum(every[~np.isnan(every)].tolist()), float(scored[enough].sum())))
        deviation = float(np.sqrt(quotient(exact_sum(squares[spread].tolist()), float((scored[spread] - 1).sum()))))
    else:
        mean, deviation = target
    own = np.sqrt(quotient(squares, np.where(spread, scored - 1, 0)))
    stretch = np.where(spread, quotient(np.full(len(own), deviation), np.where(spread, own, 0.0)), 1.0)
    how = np.where(spread, "levelled", np.where(enough, "constant", "too_few")).tolist()
    return np.where(enough, means - mean, 0.0), stretch, how, {"mean": mean, "deviation": deviation}


def _means(table: Floats) -> Floats:
    return quotient(exact_sums(table, axis=0), (~np.isnan(table)).sum(axis=0))


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
