"""Grades: every member's credit grade and why, from its total, what its grade requires, the last edition and its vetoes.

Grades of many runs: what becomes of each band is worked out once, and a run only finds each member's band.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.bands import Band, BandPlaces, BandRule, GradeReasons, band_names, rises_bounded
from toolkit.evaluation.quotas import TOO_FEW, stopped
from toolkit.evaluation.requirements import asked
from toolkit.evaluation.scores import Score, rounded_points, scores_of
from toolkit.ground.problems import Problem, did_you_mean
from toolkit.ground.ranking import Integers, Mask
from toolkit.ground.text import Phrase, phrase
from toolkit.scheme.measures import read_span

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Grades


GradeNames: TypeAlias = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class GradeSteps:
    """How the grades came about, step by step; each is object[n], in the order of the members.

    Parameters
    ----------
    by_score
        The best band that total and requirements allow; the default for newcomers and those without a total.
    held
        After what bounds rising above the previous grade.
    lowered
        After the vetoes that take grades away.
    grade
        After the grades apart from the order, and the vetoes that give a grade directly: the grade.
    previous
        The previous grade that bounds the member; "" where none does.
    most : int64[n]
        By how many bands at most each member may rise above it.
    """

    by_score: GradeNames
    held: GradeNames
    lowered: GradeNames
    grade: GradeNames
    previous: GradeNames
    most: Integers


@dataclass(frozen=True, eq=False)
class Grading:
    """The grades of an edition's members; `bands`, `band` and `steps` are None where the scheme grades nobody, the rest as for `decide_grades`.

    Parameters
    ----------
    band : intp[n]
        Which band the scores give each member; see `BandRule`.
    """

    scheme: Scheme
    members: pd.DataFrame
    score: Score
    vetoes: pd.DataFrame
    recorded: pd.Series[bool] | None
    conditions: pd.DataFrame | None
    bands: BandRule | None
    band: Band | None
    steps: GradeSteps | None

    @cached_property
    def grade(self) -> pd.Series[str]:
        """The grade of every member, "" for none; index member."""
        return pd.Series("" if self.steps is None else self.steps.grade, index=self.members.index, dtype="str", name="grade")

    @cached_property
    def reason(self) -> pd.Series[str]:
        """Why every member has its grade, in the scheme's language; index member."""
        why = GradeReasons.of(self)
        lines: str | list[str] = ""
        if why is not None:
            lines = [why.sentence(member, place).into(self.scheme.language) for place, member in enumerate(map(str, self.members.index))]
        return pd.Series(lines, index=self.members.index, dtype="str")

    @cached_property
    def places(self) -> tuple[BandPlaces, ...]:
        """How the places of each band that has so many were given, from the best down."""
        return () if self.bands is None else tuple(self.bands.told(self.score))


def decide_grades(
    scheme: Scheme,
    members: pd.DataFrame,
    scores: pd.DataFrame,
    vetoes: pd.DataFrame,
    *,
    recorded: pd.Series[bool] | None = None,
    conditions: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
) -> Grading:
    """The grade of every member, whether it applied or not, and why; both empty when the scheme grades nobody.

    Where the scheme grades applicants only (`applied_only`) or who is eligible (`eligible_only`), everyone else has none.

    In this order:

    1. The best band whose lower bound the rounded total reaches (含, or passes where it says so), whose requirements are met
       and, where it has so many places, of which the member has one; a score alone may not be enough, so a member can fall
       to the next band, and in the end to the last, which asks for nothing more. A member without a total, or a newcomer of whom nothing is recorded, has the scheme's `default` grade.
    2. No more than `rise_at_most` bands above the previous grade, and not above it without all of `rise_require`. A member
       without one is not bound.
    3. Vetoes that take grades away, `lower_by` bands each, all of them together, never below the last band.
    4. Instead of a band the first grade `apart` whose facts the member meets.
    5. Vetoes that give a grade directly: the lowest of those, unless the member's own is lower still. A grade
       outside the bands counts as lower than all of them. Who is struck by one takes no place of a band, and its
       own is that of bounds and requirements alone.

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
    score = scores_of(rounded_points(scheme, scores.loc[members.index]))
    bands, band, steps = BandRule.of(scheme, members, vetoes, conditions, recorded), None, None
    if bands is not None:
        band = bands.of_scores(score)
        steps = from_bands(scheme, bands, band, vetoes, recorded=recorded, previous=previous)
    return Grading(scheme, members, score, vetoes, recorded, conditions, bands, band, steps)


def from_bands(
    scheme: Scheme,
    bands: BandRule,
    band: Band,
    vetoes: pd.DataFrame,
    *,
    recorded: pd.Series[bool] | None = None,
    previous: pd.DataFrame | None = None,
) -> GradeSteps:
    """The steps from the bands that scores give, intp[n]: no score has a say in them."""
    rules, members, conditions = bands.grades, bands.rule.members, bands.conditions
    by_score = np.array([*band_names(rules), rules.default or "", ""], dtype=object)[band]
    if rules.default and recorded is not None:
        by_score = np.where(recorded.loc[members.index].to_numpy(np.bool_), by_score, rules.default)
    before, most = _previous(scheme, rules, members.index, previous), _most(scheme, rules, members, conditions)
    held = _held(rules, by_score, before, most)
    lowered = _lowered(scheme, rules, members.index, held, vetoes)
    grade = lowered
    for one in reversed(rules.apart):
        grade = np.where(asked(one.require, scheme, members["class"], conditions).able & np.isin(lowered.astype(str), one.instead_of), one.grade, grade)
    grade = _struck(scheme, rules, members.index, grade, vetoes)
    return GradeSteps(by_score, held, lowered, np.where(outside(rules, members) | (band == bands.ineligible), "", grade), before, most)


def outside(rules: Grades, members: pd.DataFrame) -> Mask:
    """The members that are not graded because they did not apply, or did not come to the second stage; bool[n]."""
    return stopped(members) | (~members["applied"].to_numpy(dtype=np.bool_) & rules.applied_only)


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


def grade_names(scheme: Scheme) -> list[str]:
    """The grades that a scheme can give, the best first; none where it grades nobody."""
    if scheme.grades is None:
        return []
    others = [*(one.grade for one in scheme.grades.apart), scheme.grades.default, *(veto.effect.grade for veto in scheme.vetoes)]
    return list(dict.fromkeys([*band_names(scheme.grades), *(name for name in others if name)]))


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
    if scheme.grades is None or not rises_bounded(scheme.grades):
        return
    known = _known_grades(scheme, scheme.grades)
    assert previous is not None  # whoever bounds rising names where the previous grades stand
    written = {str(grade).strip() for grade in previous["grade"].dropna()}
    for grade in sorted(written - {"", *known}):
        yield Problem(
            "warning",
            Phrase("上届等级不在本办法的等级之中，不用来限制升级", "the previous grade is none of this scheme: it bounds nothing"),
            did_you_mean(grade, known) or Phrase("请核对", "check it"),
            file="scheme.toml", column="grades.rise_at_most", value=grade,
        )  # fmt: skip


def _known_grades(scheme: Scheme, rules: Grades) -> list[str]:
    direct = [veto.effect.grade for veto in scheme.vetoes if veto.effect.grade]
    return list(dict.fromkeys([*band_names(rules), *(one.grade for one in rules.apart), *direct]))


def place_problems(grading: Grading) -> Iterator[Problem]:
    """Where more have a band than it has places, or fewer because those at the line are level; and who takes part and is left over."""
    for told in grading.places:
        had = told.met & (grading.band <= band_names(grading.bands.grades).index(told.award.id)) if grading.bands and grading.band is not None else told.given  # or a better one, where its places count those
        quota = told.award.quota
        for class_, pool in grading.bands.rule.competing(told.award) if grading.bands else ():
            count, given, met = int(told.places[pool[0]]) if len(pool) else 0, int(had[pool].sum()), int(told.met[pool].sum())
            if quota is not None and quota.share is not None and met and not count and not given:
                few = phrase("{grade} 级名额 0 个：按比例不足一个", "grade {grade}: 0 places, their share is less than one", grade=told.award.id)
                yield Problem("note", few, TOO_FEW, file="scheme.toml", column=f"grades.quota.{told.award.id}", value=class_)
            if given > count:
                rule = phrase("{grade} 级名额 {places} 个，定 {given} 家：名额线上同分，一并定为 {grade} 级", "grade {grade}: {places:place|places}, {given} given, as all of those level at the line have it",
                              grade=told.award.id, places=count, given=given)  # fmt: skip
            elif given < count < met:
                rule = phrase("{grade} 级名额 {places} 个，定 {given} 家：名额线上同分的都不定为 {grade} 级", "grade {grade}: {places:place|places}, {given} given, as none of those level at the line has it",
                              grade=told.award.id, places=count, given=given)  # fmt: skip
            else:
                continue
            yield Problem("note", rule, Phrase("如不合本意，请改 [grades] 的 level，或在 ties 中补上比较办法", "if that is not meant, change `level` in [grades], or add to `ties`"),
                          file="scheme.toml", column=f"grades.quota.{told.award.id}", value=class_)  # fmt: skip


def _previous(scheme: Scheme, rules: Grades, index: pd.Index[str], previous: pd.DataFrame | None) -> GradeNames:
    if not rises_bounded(rules) or previous is None or "grade" not in previous:
        return np.full(len(index), "", dtype=object)
    known, before = set(_known_grades(scheme, rules)) - {one.grade for one in rules.apart}, previous["grade"].reindex(index)
    named = ["" if pd.isna(grade) else str(grade).strip() for grade in before]
    return np.array([grade if grade in known else "" for grade in named], dtype=object)


def _most(scheme: Scheme, rules: Grades, members: pd.DataFrame, conditions: pd.DataFrame | None) -> Integers:
    """By how many bands each member may rise above its previous grade, int64[n]: none where it does not meet what rising asks for."""
    most = np.full(len(members), len(rules.bands), np.int64)
    if isinstance(rules.rise_at_most, int):
        most[:] = rules.rise_at_most
    elif rules.rise_at_most is not None and conditions is not None:
        known = pd.to_numeric(conditions[rules.rise_at_most].reindex(members.index), errors="coerce").fillna(0.0).clip(0, len(rules.bands))
        most = np.floor(known.to_numpy(np.float64)).astype(np.int64)
    return np.where(asked(rules.rise_require, scheme, members["class"], conditions).able, most, 0)


def _held(rules: Grades, grade: GradeNames, before: GradeNames, most: Integers) -> GradeNames:
    """The grades, risen no more than the scheme allows; who had none, or has none, stays as it is."""
    bands = band_names(rules)
    place = {name: count for count, name in enumerate(bands)}
    if not rises_bounded(rules):
        return grade
    best: dict[tuple[str, int], str] = {}
    for name, by in {(str(old), by) for old, by in zip(before, most.tolist(), strict=True)}:
        count = max(0, place.get(name, len(bands)) - by)
        best[name, by] = bands[count] if count < len(bands) else name
    members = zip(grade, before, most.tolist(), strict=True)
    return np.array([_lower(place, now, best[old, by]) if old and now else now for now, old, by in members], dtype=object)


def _lower(place: dict[str, int], one: str, other: str) -> str:
    last = len(place)
    return one if place.get(one, last) >= place.get(other, last) else other


def _lowered(scheme: Scheme, rules: Grades, index: pd.Index[str], grade: GradeNames, vetoes: pd.DataFrame) -> GradeNames:
    bands, by = band_names(rules), np.zeros(len(index), np.int64)
    for veto in scheme.vetoes:
        if veto.effect.lower_by is not None:
            by += veto.effect.lower_by * _hit(index, vetoes, veto.id)
    if not by.any():
        return grade
    place = {name: count for count, name in enumerate(bands)}
    down = [bands[min(place[band] + fall, len(bands) - 1)] if band in place else band for band, fall in zip(grade, by.tolist(), strict=True)]
    return np.array(down, dtype=object)


def _struck(scheme: Scheme, rules: Grades, index: pd.Index[str], grade: GradeNames, vetoes: pd.DataFrame) -> GradeNames:
    order = {name: place for place, name in enumerate(["", *band_names(rules)])} | dict.fromkeys((one.grade for one in rules.apart), 0)
    for veto in scheme.vetoes:
        if veto.effect.grade is None:
            continue
        lowest = order.get(veto.effect.grade, len(order))
        higher = np.array([order.get(band, len(order)) < lowest for band in grade], dtype=np.bool_)
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
        Which band each member's scores give it.
    final : intp[bands + 1 or 2, members]
        The place among `names` of the grade each member ends with if its scores give it each band, then without
        a total, then, where only the eligible are graded, not eligible: the default, what vetoes and the previous grade make of it.
    """

    names: tuple[str, ...]
    bands: BandRule
    final: Band

    @classmethod
    def of(cls, evaluation: Evaluation) -> GradeOutcomes | None:
        """The grades of an evaluation; None where its scheme grades nobody."""
        scheme, members, known = evaluation.scheme, evaluation.members, evaluation.measured
        bands = BandRule.of(scheme, members, evaluation.vetoes, known.conditions, known.recorded)
        if bands is None:
            return None
        steps = (
            from_bands(scheme, bands, np.full(len(members), band), evaluation.vetoes, recorded=known.recorded, previous=known.previous)
            for band in range((bands.ineligible if bands.grades.eligible_only else bands.unscored) + 1)
        )
        ends = np.array([steps_of_band.grade for steps_of_band in steps])
        codes, names = pd.factorize(ends.ravel())
        return cls(tuple(map(str, names)), bands, codes.reshape(ends.shape))

    def under(self, evaluation: Evaluation) -> GradeOutcomes:
        """The same members' where nothing of the scheme's grades is another but the bounds of its bands and what they require."""
        return replace(self, bands=self.bands.under(evaluation.scheme))

    def grades(self, score: Score) -> Integers:
        """The grade of each member under these rounded scores, int64[members]: its place among `names`."""
        band = self.bands.of_scores(score)
        return np.asarray(self.final[band, np.arange(len(band))], dtype=np.int64)
