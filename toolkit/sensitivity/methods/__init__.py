"""Do other methods agree? The members ranked by other ways of making one score of many values, beside the list.

Beside the ranks stands whom other methods would choose, and whether they turn others round when somebody is dropped.

The methods themselves take arrays, values float64[members, indicators] and shares, and give scores float64[members]
(`toolkit.sensitivity.methods.kernels`); `topsis_distances` gives both distances of TOPSIS, `vikor_compromise` S, R, Q,
acceptable advantage and stability, and the compromise set of VIKOR.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from toolkit.evaluation.many_scores import shared
from toolkit.evaluation.ranks import allot
from toolkit.evaluation.steps import Steps
from toolkit.ground.answers import asked_once
from toolkit.ground.ranking import Floats, Mask, competition_ranks, rounded
from toolkit.ground.statistics import correlation
from toolkit.sensitivity.methods.kernels import (
    Compromise,
    arithmetic,
    borda,
    copeland,
    geometric,
    promethee,
    spotis,
    topsis,
    topsis_distances,
    vikor,
    vikor_compromise,
    waspas,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.contests import Contest

__all__ = [
    "LIST",
    "METHODS",
    "Compromise",
    "Method",
    "agreement_of_methods",
    "arithmetic",
    "borda",
    "chosen_by_methods",
    "copeland",
    "geometric",
    "methods",
    "promethee",
    "rank_reversals",
    "ranked_by_class",
    "spotis",
    "topsis",
    "topsis_distances",
    "values_and_shares",
    "vikor",
    "vikor_compromise",
    "waspas",
    "weighted_rank_correlation",
]
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
        Methods by name: functions of values and shares, see `toolkit.sensitivity.methods.kernels`.

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
        for _, members in ranked_by_class(evaluation):
            ranks[members] = competition_ranks(_scores(method, values, shares, members))
        frame[name] = pd.array(ranks, dtype="Int64")
        frame[name] = frame[name].mask(ranks == 0)
    return frame[frame[LIST].notna()].rename_axis("member")


@asked_once
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
        (class_, one, other, *_agreement(ranks[one], ranks[other]))
        for class_ in classes
        for ranks in [table if class_ == "" and evaluation.scheme.members.class_ is None else table[table["class"] == class_]]
        for one, other in combinations([LIST, *which], 2)
    ]
    return pd.DataFrame(rows, columns=["class", "one", "other", "n", "kendall", "spearman", "weighted"])


def weighted_rank_correlation(one: ArrayLike, other: ArrayLike) -> float:
    """The correlation of two rankings in which places near the top weigh more: 1 the same, -1 reversed.

    1 - 6 sum (R - Q)^2 ((n - R + 1) + (n - Q + 1)) / (n^4 + n^3 - n^2 - n). It is made for places without ties: NaN where
    one ranking tells nobody apart, as for its unweighted twins, and where shared places carry it beyond -1 to 1.

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
    if n < 2 or r.min() == r.max() or q.min() == q.max():
        return float("nan")
    apart = float(np.sort((r - q) ** 2 * (2 * n - r - q + 2)).sum())
    weighted = round(1 - 6 * apart / (n**4 + n**3 - n**2 - n), 12)
    return weighted if -1 <= weighted <= 1 else float("nan")


def values_and_shares(evaluation: Evaluation) -> tuple[Floats, Floats]:
    """Values, and each indicator's share of the total as it falls to each member; float64[members, indicators] both.

    Larger is better: where the lower total is, what is left to full marks stands for a value.

    The shares of a member sum to 1; all 0 for a member without a score.
    """
    tree, index = evaluation.tree, evaluation.members.index
    names = list(tree.nodes[tree.leaves])
    values = evaluation.values.loc[index, names].to_numpy(np.float64)
    applicable = evaluation.applicable.loc[index, names].to_numpy(np.bool_)
    patterns, which = np.unique(np.hstack([~np.isnan(values), applicable]), axis=0, return_inverse=True)
    of_pattern = np.zeros((len(patterns), len(names)))
    for place, pattern in enumerate(patterns):
        counts, applies = np.split(pattern, 2)
        shares = shared(tree, tree.shares[None, :], counts, applies)[0]
        for branch in reversed(tree.branches):
            shares[list(branch.children)] *= shares[branch.node]
        of_pattern[place] = shares[tree.leaves]
    of_member = of_pattern[which.ravel()]
    if evaluation.scheme.total.better == "lower":
        values = max(evaluation.scheme.scale, float(np.nanmax(values, initial=0.0))) - values
    return np.where(of_member > 0, values, np.nan), of_member


def ranked_by_class(evaluation: Evaluation) -> Iterator[tuple[str, Positions]]:
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



@asked_once
def chosen_by_methods(evaluation: Evaluation, which: Mapping[str, Method] = METHODS) -> pd.DataFrame:
    """Who would be given each award by each method: which of the list every method would choose, and whom else some would.

    A method has as many places as the list gave away. They go to those the list found able: over every bar, and without
    an earlier award that excludes this one. Those level at the line by a method are all among its chosen.

    Returns
    -------
    DataFrame
        One row for each award, pool and member that the list or any method chooses, in the scheme's order of awards, by
        class, the most chosen first: award, class ("" for all), member, list (bool), one bool for each method, chosen
        (by how many of the methods), all (by the list and every method).
    """
    values, shares = values_and_shares(evaluation)
    ranked = evaluation.ranking.loc[evaluation.members.index, "rank"].notna().to_numpy(np.bool_)
    chosen = [_choices(contest, evaluation, values, shares, ranked, which=which) for contest in evaluation.decided.contests]
    filled = [frame for frame in chosen if len(frame)]
    columns = ["award", "class", "member", LIST, *which, "chosen", "all"]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)


def rank_reversals(evaluation: Evaluation, which: Mapping[str, Method] = METHODS, *, most: int = 10) -> pd.DataFrame:
    """Whether the order of the others changes when a member nobody would miss is dropped: the last, or a dominated one.

    Methods that measure against what they find among the members can turn two others round (rank reversal); the
    arithmetic and the geometric mean cannot.

    Parameters
    ----------
    most
        How many dominated members of a class are tried at most, those lowest on the list first.

    Returns
    -------
    DataFrame
        One row for each class, method and member dropped: class, method, dropped, why (``last`` by that method,
        or ``dominated``: another is as good in all and better in one), others (how many remain), turned (pairs of them
        that changed their order, one now ahead that was behind), first (whether another now stands first).
    """
    values, shares = values_and_shares(evaluation)
    index = evaluation.members.index
    standing = evaluation.ranking.loc[index, "rank"].astype("float64").to_numpy()
    rows = []
    for class_, members in ranked_by_class(evaluation):
        dominated = members[_dominated(values[members])]
        tried = dominated[np.argsort(-standing[dominated], kind="stable")][:most]
        for name, method in which.items():
            whole = _scores(method, values, shares, members)
            last = members[[int(np.nanargmin(whole))]] if not np.isnan(whole).all() else members[:0]
            for why, places in (("last", last), ("dominated", tried)):
                for place in places:
                    rest = members[members != place]
                    after = _scores(method, values, shares, rest)
                    rows.append((class_, name, index[place], why, len(rest), *_turned(whole[members != place], after)))
    return pd.DataFrame(rows, columns=["class", "method", "dropped", "why", "others", "turned", "first"])


def _choices(
    contest: Contest, evaluation: Evaluation, values: Floats, shares: Floats, ranked: Mask, *, which: Mapping[str, Method]
) -> pd.DataFrame:
    field = contest.positions[ranked[contest.positions]]
    able = contest.able[ranked[contest.positions]]
    given = contest.given[ranked[contest.positions]]
    chosen = {name: _best(_scores(method, values, shares, field), able, int(given.sum())) for name, method in which.items()}
    frame = pd.DataFrame({LIST: given, **chosen})
    frame.insert(0, "member", evaluation.members.index[field])
    frame.insert(0, "class", contest.class_)
    frame.insert(0, "award", contest.award.id)
    frame["chosen"] = frame[list(which)].sum(axis=1).astype("int64")
    frame["all"] = frame[LIST] & (frame["chosen"] == len(which))
    kept = frame[frame[LIST] | (frame["chosen"] > 0)]
    return kept.sort_values(["chosen", LIST, "member"], ascending=[False, False, True], kind="stable")


def _best(scores: Floats, able: Mask, places: int) -> Mask:
    """The best `places` of those able, by the rule of the awards: with all that stand level at the line."""
    standing = Steps.spanning(SAME, [scores]).of_rounded(np.where(able, scores, np.nan))
    given, _ = allot(standing[None, :], 1, [(slice(0, len(scores)), places)], [], joint=True)
    return np.asarray(given[0])


def _scores(method: Method, values: Floats, shares: Floats, members: Positions) -> Floats:
    return rounded(method(values[members], shares[members]), SAME)


def _dominated(values: Floats) -> Mask:
    """Those than whom another is as good in all and better in one, where the same counts for both."""
    known, there = np.nan_to_num(values), ~np.isnan(values)
    dominated = np.zeros(len(values), np.bool_)
    for place, row in enumerate(known):
        same = (there == there[place]).all(axis=1)
        dominated[place] = bool((same & (known >= row).all(axis=1) & (known > row).any(axis=1)).any())
    return dominated


def _turned(before: Floats, after: Floats) -> tuple[int, bool]:
    """How many pairs changed their order, and whether the first did."""
    turned = 0
    for place in range(len(before)):
        turned += int((np.sign(before[place] - before[place + 1 :]) * np.sign(after[place] - after[place + 1 :]) < 0).sum())
    leads = [set(np.flatnonzero(scores == np.nanmax(scores))) if not np.isnan(scores).all() else set() for scores in (before, after)]
    return turned, leads[0] != leads[1]
