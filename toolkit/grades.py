"""Grades: every member's credit grade, from its total, what its grade requires, and its vetoes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.contests import exempt
from toolkit.ranking import Mask, rounded
from toolkit.scoring import TOTAL

if TYPE_CHECKING:
    from toolkit.scheme import Grades, Scheme


def decide_grades(
    scheme: Scheme, members: pd.DataFrame, scores: pd.DataFrame, vetoes: pd.DataFrame
) -> pd.Series[str]:
    """The grade of every member, whether it applied or not; empty when the scheme grades nobody.

    The best band whose lower bound the rounded total reaches (含) and whose requirements are met; a score alone
    may not be enough, so a member can fall to the next band, and in the end to the last, which asks for nothing
    more. A member without a total has the scheme's `default` grade. A veto gives its grade directly, unless the
    member's own is lower still; a grade outside the bands counts as lower than all of them.

    Parameters
    ----------
    members : DataFrame
        Index member; column class.
    scores : DataFrame
        Index member; nodes, adjustments and "total"; rounded here.
    vetoes : DataFrame
        Columns member, veto.
    """
    if scheme.grades is None:
        return pd.Series("", index=members.index, dtype="str", name="grade")
    table = scores.loc[members.index]
    points = pd.DataFrame(rounded(table.to_numpy(np.float64), scheme.decimals), table.index, table.columns)
    names = [name for name, _ in scheme.grades.bands]
    grade = np.full(len(members), names[-1], dtype=object)
    for name, reached in reversed(_bands(scheme, scheme.grades, members, points)):
        grade[reached] = name
    grade[points[TOTAL].isna().to_numpy()] = scheme.grades.default or ""
    return pd.Series(
        _struck(scheme, names, members, grade, vetoes), index=members.index, dtype="str", name="grade"
    )


def _bands(
    scheme: Scheme, grades: Grades, members: pd.DataFrame, points: pd.DataFrame
) -> list[tuple[str, Mask]]:
    """Each band's name and who may have it."""
    found = []
    for name, bound in grades.bands:
        reached = (points[TOTAL] >= bound).to_numpy(np.bool_)
        for item in grades.require.get(name, ()):
            met = (points[item.node] >= item.least).to_numpy(np.bool_)
            reached = reached & (met | exempt(scheme, item.node, members["class"]))
        found.append((name, reached))
    return found


def _struck(
    scheme: Scheme, names: list[str], members: pd.DataFrame, grade: np.ndarray, vetoes: pd.DataFrame
) -> np.ndarray:
    order = {name: place for place, name in enumerate(["", *names])}
    for veto in scheme.vetoes:
        if veto.effect.grade is None:
            continue
        hit = members.index.isin(vetoes.loc[vetoes["veto"] == veto.id, "member"])
        lowest = order.get(veto.effect.grade, len(order))
        higher = np.array([order.get(own, len(order)) < lowest for own in grade], dtype=np.bool_)
        grade = np.where(hit & higher, veto.effect.grade, grade)
    return grade
