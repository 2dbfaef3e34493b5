"""Do other methods agree? The members ranked by other ways of making one score of many values, beside the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from toolkit.diagnostics.agreement import correlation
from toolkit.ranking import Floats, competition_ranks, rounded
from toolkit.sensitivity.methods.duels import borda, copeland, promethee
from toolkit.sensitivity.methods.scores import arithmetic, geometric, topsis, vikor, waspas
from toolkit.sensitivity.rule.patterned_scores import shared

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from toolkit.evaluation import Evaluation

Method: TypeAlias = Callable[[Floats, Floats], Floats]
Positions: TypeAlias = "NDArray[np.intp]"
LIST = "list"
SAME = 9  # decimals to which two scores count as level
METHODS: Mapping[str, Method] = MappingProxyType({
    "arithmetic": arithmetic, "geometric": geometric, "topsis": topsis, "vikor": vikor,
    "promethee": promethee, "waspas": waspas, "borda": borda, "copeland": copeland,
})  # fmt: skip
"""Asked where no others are named. SPOTIS is not among them: on the scheme's scale it ranks as the arithmetic mean does."""


def methods(evaluation: Evaluation, which: Mapping[str, Method] = METHODS) -> pd.DataFrame:
    """Each member's rank on the list, and by each method from the same values and voted shares.

    A method sees the values on the scale and each indicator's share of the total, as it falls to the member: the tree's
    own handing on of weights where an indicator does not count (not applicable, missing and excluded, conditional
    groups). Adjustments and bounds of the total it does not see. What a method finds among the members (the best, the
    worst) it finds among the ranked members of the class.

    Parameters
    ----------
    which
        Methods by name: functions of values and shares, see `toolkit.sensitivity.methods.scores`.

    Returns
    -------
    DataFrame
        Index member, those with a rank, in the order of `evaluation.members`. Columns class; list, the rank as decided;
        one for each method: Int64, 1-2-2-4 within the class, scores level to nine decimals sharing a rank; <NA> where
        the method has no score.
    """
    frame = evaluation.ranking.loc[evaluation.members.index, ["class", "rank"]].rename(columns={"rank": LIST})
    values, shares = values_and_shares(evaluation)
    for name, method in which.items():
        ranks = np.zeros(len(frame), np.int64)
        for _, own in fields(evaluation):
            ranks[own] = competition_ranks(rounded(method(values[own], shares[own]), SAME))
        frame[name] = pd.array(ranks, dtype="Int64")
        frame[name] = frame[name].mask(ranks == 0)
    return frame[frame[LIST].notna()].rename_axis("member")


def agreement_of_methods(evaluation: Evaluation, which: Mapping[str, Method] = METHODS) -> pd.DataFrame:
    """How far every two methods, and each and the list, put the members of a class in the same order.

    Returns
    -------
    DataFrame
        One row for each class and pair, in their order: class ("" where all compete together), one, other (``list`` or a
        method), n (members ranked by both), kendall (tau-b), spearman, weighted (`weighted_rank_correlation`, in which
        differences at the top count more); -1..1, NaN where fewer than two differ.
    """
    table = methods(evaluation, which)
    classes = [""] if evaluation.scheme.members.class_ is None else list(dict.fromkeys(table["class"].sort_values()))
    rows = [
        (class_, one, other, *_agreement(own[one], own[other]))
        for class_ in classes
        for own in [table if class_ == "" and evaluation.scheme.members.class_ is None else table[table["class"] == class_]]
        for one, other in combinations([LIST, *which], 2)
    ]
    return pd.DataFrame(rows, columns=["class", "one", "other", "n", "kendall", "spearman", "weighted"])


def weighted_rank_correlation(one: ArrayLike, other: ArrayLike) -> float:
    """The correlation of two rankings in which places near the top weigh more: 1 the same, -1 reversed.

    1 - 6 sum (R - Q)^2 ((n - R + 1) + (n - Q + 1)) / (n^4 + n^3 - n^2 - n); NaN for fewer than two.

    Examples
    --------
    Swapping the first two costs more than swapping the last two:

    >>> ranks = [1, 2, 3, 4]
    >>> weighted_rank_correlation(ranks, [2, 1, 3, 4]), weighted_rank_correlation(ranks, [1, 2, 4, 3])
    (0.72, 0.88)

    References
    ----------
    Pinto da Costa, J., Soares, C. (2005), A weighted rank measure of correlation, Australian and New Zealand Journal of
    Statistics 47, 515-529.
    """
    r, q = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    n = len(r)
    if n < 2:
        return float("nan")
    apart = float(np.sort((r - q) ** 2 * (2 * n - r - q + 2)).sum())
    return round(1 - 6 * apart / (n**4 + n**3 - n**2 - n), 12)


def values_and_shares(evaluation: Evaluation) -> tuple[Floats, Floats]:
    """Values, and each indicator's share of the total as it falls to each member; float64[members, indicators] both.

    The shares of a member sum to 1; all 0 for a member without a score.
    """
    tree, index = evaluation.tree, evaluation.members.index
    names = list(tree.nodes[tree.leaves])
    values = evaluation.values.loc[index, names].to_numpy(np.float64)
    applicable = evaluation.applicable.loc[index, names].to_numpy(np.bool_)
    patterns, which = np.unique(np.hstack([~np.isnan(values), applicable]), axis=0, return_inverse=True)
    found = np.zeros((len(patterns), len(names)))
    for place, pattern in enumerate(patterns):
        counts, applies = np.split(pattern, 2)
        shares = shared(tree, tree.shares[None, :], counts, applies)[0]
        for branch in reversed(tree.branches):
            shares[list(branch.children)] *= shares[branch.node]
        found[place] = shares[tree.leaves]
    own = found[which.ravel()]
    return np.where(own > 0, values, np.nan), own


def fields(evaluation: Evaluation) -> Iterator[tuple[str, Positions]]:
    """The ranked members by class, all together where the scheme names none, as positions among all members."""
    ranking = evaluation.ranking.loc[evaluation.members.index]
    ranked = ranking["rank"].notna().to_numpy(np.bool_)
    if evaluation.scheme.members.class_ is None:
        yield "", np.flatnonzero(ranked)
        return
    classes = ranking["class"].astype("str").to_numpy()
    for class_ in sorted(set(classes[ranked])):
        yield str(class_), np.flatnonzero(ranked & (classes == class_))


def _agreement(one: pd.Series[int], other: pd.Series[int]) -> tuple[int, float, float, float]:
    from scipy.stats import rankdata

    both = (one.notna() & other.notna()).to_numpy(np.bool_)
    r, q = (rankdata(column.to_numpy(np.float64, na_value=np.nan)[both]) for column in (one, other))
    return int(both.sum()), correlation(r, q, "kendall"), correlation(r, q), weighted_rank_correlation(r, q)
