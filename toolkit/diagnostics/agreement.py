"""Which indicators say the same, and which contradict one another."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import pandas as pd

from toolkit.diagnostics.observations import CONSTANT, FEWEST, STATES, Of, few, observations
from toolkit.ranking import Floats
from toolkit.text import Phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.scheme.criteria import Indicator

Method: TypeAlias = Literal["pearson", "spearman", "kendall"]
COLUMNS = ["r", "n", "group", "note"]

MERGE = Phrase(
    "同组两项几乎同涨同落：只留一项，或合并，或合起来只给一项的权重",
    "within one group the two nearly move as one: keep one, merge them, or give both together the weight of one",
)
TWICE = Phrase(
    "分属两组却几乎同涨同落：同一件事计了两次，请确认是否有意",
    "in two groups, yet they nearly move as one: one thing is counted twice; make sure that is meant",
)
CANCEL = Phrase(
    "同组两项此高彼低，相互抵消：检查方向（逆向指标），或分到两组",
    "within one group one rises as the other falls, they cancel out: check the direction, or put them into two groups",
)
MIRROR = Phrase(
    "分属两组而此高彼低，近乎互为反面：检查方向，或只留一项",
    "in two groups, and nearly each other's reverse: check the direction, or keep one",
)


def correlations(
    evaluation: Evaluation, of: Of = "values", method: Method = "pearson", *, class_: str | None = None
) -> pd.DataFrame:
    """The correlation of every two indicators, over the members that have both.

    Parameters
    ----------
    of
        "values" on the scale, where higher is always better; or "raw", as recorded.
    method
        "pearson" straight-line; "spearman" of the ranks; "kendall" (tau-b) of pairs of members.
    class_
        Only the members of this class.

    Returns
    -------
    DataFrame
        Index (first, second), each pair once, in the order of the scheme. Columns r, -1..1, NaN where one of the
        two is constant or fewer than 3 have both; n, the members that have both; group, the id of the group both
        stand in ("total" for both at the top), else empty; note, why r is lacking, in the scheme's language.
    """
    table = observations(evaluation, of, class_)
    columns = {item.id: _prepared(table[item.id].to_numpy(), method) for item in evaluation.scheme.indicators}
    told = {name: of == "values" or bool(table[name].notna().any()) for name in columns}
    rows = {
        (one.id, two.id): (*_agreement(columns[one.id], columns[two.id], method), _common_group(one, two))
        for one, two in combinations(evaluation.scheme.indicators, 2)
    }
    index = pd.MultiIndex.from_tuples(rows, names=["first", "second"]) if rows else _no_pairs()
    frame = pd.DataFrame(rows.values(), index=index, columns=["r", "n", "note", "group"])
    spoken = [
        (note if told[one] and told[two] else STATES).into(evaluation.scheme.language) if note else ""
        for (one, two), note in zip(rows, frame["note"], strict=True)
    ]
    return frame.assign(note=spoken)[COLUMNS]


def redundancies(
    evaluation: Evaluation,
    at_least: float = 0.9,
    *,
    opposed: float = -0.3,
    method: Method = "pearson",
    class_: str | None = None,
) -> pd.DataFrame:
    """The pairs of indicators a committee should talk about before it weighs them.

    Parameters
    ----------
    at_least
        Pairs whose values correlate by this much or more, in whatever groups.
    opposed
        Pairs within one group that correlate by this much or less (a negative number): what one gives, the other takes.

    Returns
    -------
    DataFrame
        Index (first, second), the strongest correlation first. Columns r, n, group as in `correlations`; kind,
        "redundant" or "opposed"; advice, what to do, in the scheme's language.
    """
    pairs = correlations(evaluation, "values", method, class_=class_)
    together = pairs["group"] != ""
    alike = pairs["r"] >= at_least - 1e-12
    against = (together & (pairs["r"] <= opposed + 1e-12)) | (pairs["r"] <= -at_least + 1e-12)
    found = pairs[alike | against].drop(columns="note")
    language = evaluation.scheme.language
    advice = [
        _advice(r > 0, bool(group)).into(language)
        for r, group in zip(found["r"], found["group"], strict=True)
    ]
    found = found.assign(kind=np.where(found["r"] > 0, "redundant", "opposed"), advice=advice)
    return found.iloc[np.argsort(-found["r"].abs().round(9).to_numpy(), kind="stable")]


def correlation(x: Floats, y: Floats, method: Method = "pearson") -> float:
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


def _prepared(column: Floats, method: Method) -> Floats:
    """Ranks once for all pairs, where they will be asked for; the ranks of part of them are those of that part."""
    if method != "spearman":
        return column
    from scipy.stats import rankdata

    return np.asarray(rankdata(column, nan_policy="omit"), dtype=np.float64)


def _agreement(x: Floats, y: Floats, method: Method) -> tuple[float, int, Phrase | None]:
    both = ~(np.isnan(x) | np.isnan(y))
    n = int(both.sum())
    if n < FEWEST:
        return np.nan, n, few(n)
    ready = method == "spearman" and n == len(x)
    r = correlation(x[both], y[both], "pearson" if ready else method)
    return r, n, CONSTANT if np.isnan(r) else None


def _centred(x: Floats) -> Floats:
    """Deviations from the mean, in units of the largest: no square of them over- or underflows."""
    away = x - x.sum() / len(x)
    return np.asarray(away / np.abs(away).max())


def _common_group(one: Indicator, two: Indicator) -> str:
    return (one.group or "total") if one.group == two.group else ""


def _advice(alike: bool, together: bool) -> Phrase:  # noqa: FBT001 - two facts, four words
    if alike:
        return MERGE if together else TWICE
    return CANCEL if together else MIRROR


def _no_pairs() -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([[], []], names=["first", "second"])
