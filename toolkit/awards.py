"""Awards: who is given which, by quota, bar, requirement and veto, with the reason for every member."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.contests import Contest, allot, bars, entitled, exempt, places, pools, tie_nodes
from toolkit.ranking import Floats, Mask, Tie, competition_ranks, level, rounded
from toolkit.reasons import Case, reasons
from toolkit.scoring import TOTAL

if TYPE_CHECKING:
    from toolkit.scheme import Award, Scheme


@dataclass(frozen=True, eq=False)
class Decided:
    """The list: every frame has the members as its index, in their order.

    Parameters
    ----------
    award : Series of str
        The award's id, empty for none.
    rank : Series of Int64
        Within the class (over all when the scheme names none), 1-2-2-4; <NA> for those that are not ranked.
    tied : Series of bool
        Whether the rank is shared, after the scheme's ties are compared.
    reason : Series of str
        In the scheme's language: what each member was given or which bar it missed, and by how much.
    ties
        Ties at the line of an award that the committee has to settle.
    """

    award: pd.Series[str]
    rank: pd.Series[int]
    tied: pd.Series[bool]
    reason: pd.Series[str]
    ties: tuple[Tie, ...]


def decide_awards(
    scheme: Scheme, members: pd.DataFrame, scores: pd.DataFrame, vetoes: pd.DataFrame
) -> Decided:
    """The awards of a scheme, in its order: whoever got one is not offered the next.

    A member is offered an award when it applied, has a total, is not barred by a veto and reaches every
    minimum and requirement. Places go by the rounded total, then by the nodes of `scheme.ties` in turn. Those
    still level at the line all get it under "joint"; otherwise none of them does, the places left stay open,
    and a `Tie` says so. They are offered the next award meanwhile: settling the tie can then only add to the
    list, never take an award back. A place nobody is good enough for stays empty (宁缺毋滥).

    Parameters
    ----------
    members : DataFrame
        Index member; columns name, class, applied (bool).
    scores : DataFrame
        Index member; one column per node, per adjustment, and "total"; rounded here. A NaN total is not ranked;
        a NaN node meets no requirement, unless the node does not apply to the member's class.
    vetoes : DataFrame
        One row per veto that strikes: member, veto, table, file, sheet, row.
    """
    points = _rounded_points(scheme, scores.loc[members.index])
    rank, tied = _ranking(scheme, members, points)
    given = np.full(len(members), "", dtype=object)
    able = entitled(scheme, members, vetoes) & points[TOTAL].notna().to_numpy()
    contests = []
    for award in scheme.awards:
        for contest in _contests(scheme, award, members, points, able & (given == "")):
            given[contest.positions[contest.given]] = award.id
            contests.append(contest)
    ties = tuple(_tie(contest, members.index) for contest in contests if contest.open.any())
    return Decided(
        pd.Series(given, index=members.index, dtype="str", name="award"),
        rank,
        tied,
        reasons(Case(scheme, members, points, vetoes, rank, contests)),
        ties,
    )


def _rounded_points(scheme: Scheme, scores: pd.DataFrame) -> pd.DataFrame:
    table = rounded(scores.to_numpy(dtype=np.float64), scheme.decimals)
    return pd.DataFrame(table, index=scores.index, columns=scores.columns)


def _keys(scheme: Scheme, points: pd.DataFrame) -> list[Floats]:
    return [points[node].to_numpy() for node in (TOTAL, *tie_nodes(scheme))]


def _ranking(
    scheme: Scheme, members: pd.DataFrame, points: pd.DataFrame
) -> tuple[pd.Series[int], pd.Series[bool]]:
    keys = _keys(scheme, points)
    keys[0] = np.where(members["applied"].to_numpy(dtype=np.bool_), keys[0], np.nan)
    ranks, tied = np.zeros(len(members), np.int64), np.zeros(len(members), np.bool_)
    for _, positions in pools(scheme, members):
        own = [key[positions] for key in keys]
        ranks[positions], tied[positions] = competition_ranks(*own), level(*own)
    rank = pd.Series(ranks, index=members.index, dtype="Int64", name="rank").mask(ranks == 0)
    return rank, pd.Series(tied, index=members.index, name="tied")


def _contests(
    scheme: Scheme, award: Award, members: pd.DataFrame, points: pd.DataFrame, able: Mask
) -> Iterator[Contest]:
    for node, least in bars(award):
        able = able & ((points[node] >= least).to_numpy() | exempt(scheme, node, members["class"]))
    keys, joint = _keys(scheme, points), scheme.ties[-1:] == ("joint",)
    applied = members["applied"].to_numpy(dtype=np.bool_)
    for class_, positions in pools(scheme, members, award.quota.within if award.quota else "class"):
        count = places(award.quota, int(applied[positions].sum()))
        own = [key[positions] for key in keys]
        given, open_ = allot(able[positions], own, count, joint=joint)
        yield Contest(award, class_, positions, count, able[positions], given, open_)


def _tie(contest: Contest, index: pd.Index[str]) -> Tie:
    level_members = sorted(index[contest.positions[contest.open]])
    left = (contest.places or 0) - int(contest.given.sum())
    return Tie(contest.award.id, contest.class_, tuple(level_members), left)
