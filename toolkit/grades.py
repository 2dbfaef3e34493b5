"""Grades: every member's credit grade and why, from its total, what its grade requires, and its vetoes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.contests import exempt
from toolkit.ranking import Mask, rounded
from toolkit.scoring import TOTAL
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.scheme import Grades, Scheme


def decide_grades(
    scheme: Scheme,
    members: pd.DataFrame,
    scores: pd.DataFrame,
    vetoes: pd.DataFrame,
    *,
    recorded: pd.Series[bool] | None = None,
) -> pd.Series[str]:
    """The grade of every member, whether it applied or not; empty when the scheme grades nobody.

    The best band whose lower bound the rounded total reaches (含) and whose requirements are met; a score alone
    may not be enough, so a member can fall to the next band, and in the end to the last, which asks for nothing
    more. A member without a total, or a newcomer of whom nothing is recorded, has the scheme's `default` grade. A veto gives its grade directly, unless the
    member's own is lower still; a grade outside the bands counts as lower than all of them.

    Parameters
    ----------
    members : DataFrame
        Index member; column class.
    scores : DataFrame
        Index member; nodes, adjustments and "total"; rounded here.
    vetoes : DataFrame
        Columns member, veto.
    recorded : Series of bool
        Whether anything is recorded of the member; left out, something is of everyone.
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
    if scheme.grades.default and recorded is not None:
        grade[~recorded.loc[members.index].to_numpy(np.bool_)] = scheme.grades.default
    return pd.Series(
        _struck(scheme, names, members, grade, vetoes), index=members.index, dtype="str", name="grade"
    )


def grade_reasons(
    scheme: Scheme,
    members: pd.DataFrame,
    scores: pd.DataFrame,
    vetoes: pd.DataFrame,
    grades: pd.Series[str],
    *,
    recorded: pd.Series[bool] | None = None,
) -> pd.Series[str]:
    """Why every member has its grade, in the scheme's language; empty when the scheme grades nobody.

    Parameters
    ----------
    members, scores, vetoes, recorded
        As for `decide_grades`.
    grades : Series of str
        What `decide_grades` gave.
    """
    if scheme.grades is None:
        return pd.Series("", index=members.index, dtype="str")
    direct = {veto.id: veto.effect.grade for veto in scheme.vetoes if veto.effect.grade}
    struck = {(str(row.member), direct.get(str(row.veto))) for row in vetoes.itertuples(index=False)}
    table = scores.loc[members.index]
    points = pd.DataFrame(rounded(table.to_numpy(np.float64), scheme.decimals), table.index, table.columns)
    rows = points.to_dict("index")
    new = set() if recorded is None or scheme.grades.default is None else set(recorded.index[~recorded])
    said = [
        _directly(grade)
        if (str(member), grade) in struck
        else _newcomer(grade)
        if member in new
        else _by_score(scheme, scheme.grades, grade, rows[member])
        for member, grade in grades.items()
    ]
    return pd.Series([reason.into(scheme.language) for reason in said], index=members.index, dtype="str")


def _directly(grade: str) -> Phrase:
    return phrase("信用等级直接定为 {grade}", "credit grade {grade}, given directly", grade=grade)


def _newcomer(grade: str) -> Phrase:
    return phrase("尚无任何记录，信用等级定为 {grade}", "nothing recorded yet: credit grade {grade}", grade=grade)


def _by_score(scheme: Scheme, grades: Grades, grade: str, points: Mapping[Hashable, float]) -> Phrase:
    """The band reached, and the better band missed although the total would have been enough."""
    total = points[TOTAL]
    if np.isnan(total):
        return phrase("无总分，信用等级定为 {grade}", "no total: credit grade {grade}", grade=grade or "—")
    bound = dict(grades.bands)[grade]
    missed = [name for name, least in grades.bands if total >= least > bound]
    short = [item for name in missed[-1:] for item in grades.require.get(name, ()) if not points[item.node] >= item.least]
    if not short:
        return phrase("信用等级 {grade}（{bound:g} 分起）", "credit grade {grade} (from {bound:g})", grade=grade, bound=bound)
    return phrase(
        "总分够 {better} 级，但{label}低于 {least:g}，信用等级 {grade}",
        "the total would do for {better}, but {label} is below {least:g}: credit grade {grade}",
        better=missed[-1], label=scheme.label(short[0].node), least=short[0].least, grade=grade,
    )  # fmt: skip


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
