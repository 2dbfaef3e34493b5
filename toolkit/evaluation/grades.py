"""Grades: every member's credit grade, from its total, what its grade requires, the last edition and its vetoes.

Grades of many runs: what becomes of each band is worked out once, and a run only finds each member's band.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.requirements import Asked, Score, asked, rounded_points, scores_of
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.problems import Problem, nearest
from toolkit.ground.ranking import Mask
from toolkit.ground.text import Phrase, phrase
from toolkit.scheme.measures import read_span

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ground.ranking import Integers
    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Grades


Names: TypeAlias = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Graded:
    """How the grades came about, step by step; each is object[n], in the order of the members.

    Parameters
    ----------
    by_score
        The best band that total and requirements allow; the default for newcomers and those without a total.
    held
        After the bound on rising above the previous grade.
    lowered
        After the vetoes that take grades away.
    grade
        After the vetoes that give a grade directly: the grade.
    previous
        The previous grade that bounds the member; "" where none does.
    """

    by_score: Names
    held: Names
    lowered: Names
    grade: Names
    previous: Names


def decide_grades(
    scheme: Scheme,
    members: pd.DataFrame,
    scores: pd.DataFrame,
    vetoes: pd.DataFrame,
    *,
    recorded: pd.Series[bool] | None = None,
    conditions: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
) -> pd.Series[str]:
    """The grade of every member, whether it applied or not; empty when the scheme grades nobody.

    Where the scheme grades applicants only (`applied_only`), everyone else has none.

    In this order:

    1. The best band whose lower bound the rounded total reaches (含) and whose requirements are met; a score alone
       may not be enough, so a member can fall to the next band, and in the end to the last, which asks for nothing
       more. A member without a total, or a newcomer of whom nothing is recorded, has the scheme's `default` grade.
    2. No more than `rise_at_most` bands above the previous grade. A member without one is not bound.
    3. Vetoes that take grades away, `lower_by` bands each, all of them together, never below the last band.
    4. Vetoes that give a grade directly: the lowest of those, unless the member's own is lower still. A grade
       outside the bands counts as lower than all of them.

    Parameters
    ----------
    members : DataFrame
        Index member; columns class and applied.
    scores : DataFrame
        Index member; nodes, adjustments and "total"; rounded here.
    vetoes : DataFrame
        Columns member, veto.
    recorded : Series of bool
        Whether anything is recorded of the member; left out, something is of everyone.
    conditions : DataFrame
        Index member; one column of raw values per condition. None when the scheme asks for none.
    previous : DataFrame
        Index member; column grade, where the scheme names one. None or without it when nothing is known.
    """
    if scheme.grades is None:
        return pd.Series("", index=members.index, dtype="str", name="grade")
    steps = graded(scheme, members, scores, vetoes, recorded=recorded, conditions=conditions, previous=previous)
    return pd.Series(steps.grade, index=members.index, dtype="str", name="grade")


def graded(
    scheme: Scheme,
    members: pd.DataFrame,
    scores: pd.DataFrame,
    vetoes: pd.DataFrame,
    *,
    recorded: pd.Series[bool] | None = None,
    conditions: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
) -> Graded:
    """The steps of `decide_grades`, for a scheme that has grades."""
    rules = scheme.grades
    if rules is None:
        message = "the scheme grades nobody"
        raise ValueError(message)
    points = rounded_points(scheme, scores.loc[members.index])
    by_score = _by_score(scheme, rules, members, points, conditions)
    by_score[points[TOTAL].isna().to_numpy()] = rules.default or ""
    return from_bands(scheme, rules, members, by_score, vetoes, recorded=recorded, previous=previous)


def from_bands(
    scheme: Scheme,
    rules: Grades,
    members: pd.DataFrame,
    by_score: Names,
    vetoes: pd.DataFrame,
    *,
    recorded: pd.Series[bool] | None = None,
    previous: pd.DataFrame | None = None,
) -> Graded:
    """The steps from the bands that total and requirements allow, object[n]: no score has a say in them."""
    if rules.default and recorded is not None:
        by_score = np.where(recorded.loc[members.index].to_numpy(np.bool_), by_score, rules.default)
    before = _previous(scheme, rules, members.index, previous)
    held = _held(rules, by_score, before)
    lowered = _lowered(scheme, rules, members.index, held, vetoes)
    grade = _struck(scheme, rules, members.index, lowered, vetoes)
    return Graded(by_score, held, lowered, np.where(outside(rules, members), "", grade), before)


def outside(rules: Grades, members: pd.DataFrame) -> Mask:
    """The members that are not graded because they did not apply; bool[n]."""
    if not rules.applied_only:
        return np.zeros(len(members), np.bool_)
    return ~members["applied"].to_numpy(dtype=np.bool_)


def valid_until(scheme: Scheme) -> dt.date | None:
    """The last day on which the grades hold, counted from the as-of date as windows are; None when nothing is said.

    A span of months or years ends on the day of the same number, and where the month lacks it, on its last day.
    """
    if scheme.grades is None or scheme.grades.valid_for is None:
        return None
    length, unit = read_span(scheme.grades.valid_for)
    if unit == "day":
        return scheme.as_of + dt.timedelta(days=length)
    years, month = divmod(scheme.as_of.month - 1 + length * (12 if unit == "year" else 1), 12)
    year = scheme.as_of.year + years
    return dt.date(year, month + 1, min(scheme.as_of.day, calendar.monthrange(year, month + 1)[1]))


def grade_problems(scheme: Scheme, previous: pd.DataFrame | None = None) -> Iterator[Problem]:
    """How long the grades hold, and previous grades that this scheme does not know."""
    until = valid_until(scheme)
    if until is not None and scheme.grades is not None:
        yield Problem(
            "note",
            phrase("信用等级有效期至 {until}", "the credit grades hold until {until}", until=until),
            Phrase("到期前请重新评价", "evaluate again before then"),
            file="scheme.toml", column="grades.valid_for", value=str(scheme.grades.valid_for),
        )  # fmt: skip
    if scheme.grades is None or scheme.grades.rise_at_most is None:
        return
    known = _known_grades(scheme, scheme.grades)
    for grade in sorted({name for name in _written(previous) if name not in known}):
        guess = nearest(grade, known)
        yield Problem(
            "warning",
            Phrase("上届等级不在本办法的等级之中，不用来限制升级", "the previous grade is none of this scheme: it bounds nothing"),
            phrase("是否应为“{guess}”？", "is `{guess}` meant?", guess=guess) if guess else Phrase("请核对", "check it"),
            file="scheme.toml", column="grades.rise_at_most", value=grade,
        )  # fmt: skip


def band_names(grades: Grades) -> list[str]:
    """The bands from the best down."""
    return [name for name, _ in grades.bands]


def _by_score(
    scheme: Scheme, rules: Grades, members: pd.DataFrame, points: pd.DataFrame, conditions: pd.DataFrame | None
) -> Names:
    score, found = scores_of(points), np.full(len(members), band_names(rules)[-1], dtype=object)
    for name, bound in reversed(rules.bands):
        required = asked(rules.require.get(name, ()), scheme, members["class"], conditions)
        found[(score(TOTAL) >= bound) & required.met(score)] = name
    return found


def _known_grades(scheme: Scheme, rules: Grades) -> list[str]:
    direct = [veto.effect.grade for veto in scheme.vetoes if veto.effect.grade]
    return list(dict.fromkeys([*band_names(rules), *direct]))


def _written(previous: pd.DataFrame | None) -> list[str]:
    if previous is None or "grade" not in previous:
        return []
    return [str(grade).strip() for grade in previous["grade"].dropna() if str(grade).strip()]


def _previous(scheme: Scheme, rules: Grades, index: pd.Index[str], previous: pd.DataFrame | None) -> Names:
    if rules.rise_at_most is None or previous is None or "grade" not in previous:
        return np.full(len(index), "", dtype=object)
    known, before = _known_grades(scheme, rules), previous["grade"].reindex(index)
    named = ["" if pd.isna(grade) else str(grade).strip() for grade in before]
    return np.array([grade if grade in known else "" for grade in named], dtype=object)


def _held(rules: Grades, grade: Names, before: Names) -> Names:
    """The grades, risen no more than the scheme allows; who had none, or has none, stays as it is."""
    bands, most = band_names(rules), rules.rise_at_most
    place = {name: count for count, name in enumerate(bands)}
    if most is None:
        return grade
    best: dict[str, str] = {}
    for name in {str(old) for old in before}:
        count = max(0, place.get(name, len(bands)) - most)
        best[name] = bands[count] if count < len(bands) else name
    pairs = zip(grade, before, strict=True)
    return np.array([_lower(place, own, best[old]) if old and own else own for own, old in pairs], dtype=object)


def _lower(place: dict[str, int], one: str, other: str) -> str:
    last = len(place)
    return one if place.get(one, last) >= place.get(other, last) else other


def _lowered(scheme: Scheme, rules: Grades, index: pd.Index[str], grade: Names, vetoes: pd.DataFrame) -> Names:
    bands, by = band_names(rules), np.zeros(len(index), np.int64)
    for veto in scheme.vetoes:
        if veto.effect.lower_by is not None:
            by += veto.effect.lower_by * _hit(index, vetoes, veto.id)
    if not by.any():
        return grade
    place = {name: count for count, name in enumerate(bands)}
    down = [bands[min(place[own] + fall, len(bands) - 1)] if own in place else own for own, fall in zip(grade, by.tolist(), strict=True)]
    return np.array(down, dtype=object)


def _struck(scheme: Scheme, rules: Grades, index: pd.Index[str], grade: Names, vetoes: pd.DataFrame) -> Names:
    order = {name: place for place, name in enumerate(["", *band_names(rules)])}
    for veto in scheme.vetoes:
        if veto.effect.grade is None:
            continue
        lowest = order.get(veto.effect.grade, len(order))
        higher = np.array([order.get(own, len(order)) < lowest for own in grade], dtype=np.bool_)
        grade = np.where(_hit(index, vetoes, veto.id) & higher, veto.effect.grade, grade)
    return grade


def _hit(index: pd.Index[str], vetoes: pd.DataFrame, veto: str) -> Mask:
    return np.asarray(index.isin(vetoes.loc[vetoes["veto"] == veto, "member"]), dtype=np.bool_)



@dataclass(frozen=True, eq=False)
class GradeOutcomes:
    """The grades of one evaluation's members under any scores.

    Parameters
    ----------
    names
        The grades somebody can have, "" for none among them.
    bands
        Lower bound of the total and what else is asked, from the best down.
    final : intp[bands + 1, members]
        The place among `names` of the grade each member ends with if its score gives it each band, the last without
        a total: the default, what vetoes and the previous grade make of it.
    """

    names: tuple[str, ...]
    bands: tuple[tuple[float, Asked], ...]
    final: NDArray[np.intp]

    @classmethod
    def of(cls, evaluation: Evaluation) -> GradeOutcomes | None:
        """The grades of an evaluation; None where its scheme grades nobody."""
        scheme, rules = evaluation.scheme, evaluation.scheme.grades
        if rules is None:
            return None
        classes, conditions = evaluation.members["class"], evaluation.measured.conditions
        required = [asked(rules.require.get(name, ()), scheme, classes, conditions) for name in band_names(rules)]
        ends = _ends(evaluation, rules)
        codes, names = pd.factorize(ends.ravel())
        bounds = [bound for _, bound in rules.bands]
        return cls(tuple(map(str, names)), tuple(zip(bounds, required, strict=True)), codes.reshape(ends.shape))

    def grades(self, score: Score) -> Integers:
        """The grade of each member under these rounded scores, int64[members]: its place among `names`."""
        total = score(TOTAL)
        band = np.full(len(total), len(self.bands) - 1, np.intp)
        for place in range(len(self.bands) - 1, -1, -1):
            bound, required = self.bands[place]
            band[(total >= bound) & required.met(score)] = place
        band[np.isnan(total)] = len(self.bands)
        return np.asarray(self.final[band, np.arange(len(total))], dtype=np.int64)


def _ends(evaluation: Evaluation, rules: Grades) -> Any:
    """The grade of each member by the band its score gives it, object[bands + 1, members], by the rule itself."""
    scheme, members, known = evaluation.scheme, evaluation.members, evaluation.measured
    reached = (np.full(len(members), name, dtype=object) for name in [*band_names(rules), rules.default or ""])
    steps = (
        from_bands(scheme, rules, members, band, evaluation.vetoes, recorded=known.recorded, previous=known.previous)
        for band in reached
    )
    return np.array([found.grade for found in steps])
