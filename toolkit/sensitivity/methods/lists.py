"""Whom other methods would choose, and whether they turn others round when somebody is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.awards.requirements import rounded_points, scores_of
from toolkit.awards.terms import Terms
from toolkit.ranking import Floats, Mask, competition_ranks, rounded
from toolkit.sensitivity.methods import LIST, METHODS, SAME, Method, Positions, fields, values_and_shares

if TYPE_CHECKING:
    from toolkit.awards.contests import Contest
    from toolkit.evaluation import Evaluation


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
    found = [_choices(contest, evaluation, values, shares, ranked, which=which) for contest in _contests(evaluation)]
    filled = [frame for frame in found if len(frame)]
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
    for class_, own in fields(evaluation):
        dominated = own[_dominated(values[own])]
        tried = dominated[np.argsort(-standing[dominated], kind="stable")][:most]
        for name, method in which.items():
            whole = _scores(method, values, shares, own)
            last = own[[int(np.nanargmin(whole))]] if not np.isnan(whole).all() else own[:0]
            for why, places in (("last", last), ("dominated", tried)):
                for place in places:
                    rest = own[own != place]
                    after = _scores(method, values, shares, rest)
                    rows.append((class_, name, index[place], why, len(rest), *_turned(whole[own != place], after)))
    return pd.DataFrame(rows, columns=["class", "method", "dropped", "why", "others", "turned", "first"])


def _contests(evaluation: Evaluation) -> list[Contest]:
    scheme, members = evaluation.scheme, evaluation.members
    terms = Terms.of(scheme, members, evaluation.vetoes, evaluation.measured.conditions)
    return terms.contests(scores_of(rounded_points(scheme, evaluation.scores.loc[members.index])))


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
    """The best `places` of those able, with all that stand level at the line."""
    offered = np.where(able, scores, np.nan)
    ranks = competition_ranks(offered)
    return np.asarray((ranks > 0) & (ranks <= places), dtype=np.bool_)


def _scores(method: Method, values: Floats, shares: Floats, own: Positions) -> Floats:
    return rounded(method(values[own], shares[own]), SAME)


def _dominated(values: Floats) -> Mask:
    """Those than whom another is as good in all and better in one, where the same counts for both."""
    known, there = np.nan_to_num(values), ~np.isnan(values)
    found = np.zeros(len(values), np.bool_)
    for place, own in enumerate(known):
        same = (there == there[place]).all(axis=1)
        found[place] = bool((same & (known >= own).all(axis=1) & (known > own).any(axis=1)).any())
    return found


def _turned(before: Floats, after: Floats) -> tuple[int, bool]:
    """How many pairs changed their order, and whether the first did."""
    turned = 0
    for place in range(len(before)):
        turned += int((np.sign(before[place] - before[place + 1 :]) * np.sign(after[place] - after[place + 1 :]) < 0).sum())
    leads = [set(np.flatnonzero(scores == np.nanmax(scores))) if not np.isnan(scores).all() else set() for scores in (before, after)]
    return turned, leads[0] != leads[1]
