"""Grades: every member's credit grade and why, from its total, what its grade requires, the last edition and its vetoes.

Grades of many runs: what becomes of each band is worked out once, and a run only finds each member's band.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.requirements import (
    Demands,
    asked,
    is_plain_minimum,
    shortfall,
    subject,
    with_subject,
)
from toolkit.evaluation.scores import TOTAL, Score, rounded_points, scores_of
from toolkit.ground.problems import Problem, nearest
from toolkit.ground.ranking import Mask
from toolkit.ground.text import Phrase, joined, phrase
from toolkit.scheme.measures import read_span

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ground.ranking import Integers
    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Grades, Requirement


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
    """

    by_score: GradeNames
    held: GradeNames
    lowered: GradeNames
    grade: GradeNames
    previous: GradeNames


@dataclass(frozen=True, eq=False)
class Grading:
    """The grades of an edition's members; `steps` is None where the scheme grades nobody, the rest as for `decide_grades`."""

    scheme: Scheme
    members: pd.DataFrame
    score: Score
    vetoes: pd.DataFrame
    recorded: pd.Series[bool] | None
    conditions: pd.DataFrame | None
    steps: GradeSteps | None

    @cached_property
    def grade(self) -> pd.Series[str]:
        """The grade of every member, "" for none; index member."""
        return pd.Series("" if self.steps is None else self.steps.grade, index=self.members.index, dtype="str", name="grade")

    @cached_property
    def reason(self) -> pd.Series[str]:
        """Why every member has its grade, in the scheme's language; index member."""
        rules = self.scheme.grades
        lines: str | list[str] = ""
        if rules is not None and self.steps is not None:
            why = _GradeReasons(self, rules, self.steps)
            lines = [why.sentence(member, place).into(self.scheme.language) for place, member in enumerate(map(str, self.members.index))]
        return pd.Series(lines, index=self.members.index, dtype="str")


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

    Where the scheme grades applicants only (`applied_only`), everyone else has none.

    In this order:

    1. The best band whose lower bound the rounded total reaches (含) and whose requirements are met; a score alone
       may not be enough, so a member can fall to the next band, and in the end to the last, which asks for nothing
       more. A member without a total, or a newcomer of whom nothing is recorded, has the scheme's `default` grade.
    2. No more than `rise_at_most` bands above the previous grade, and not above it without all of `rise_require`. A member
       without one is not bound.
    3. Vetoes that take grades away, `lower_by` bands each, all of them together, never below the last band.
    4. Instead of a band the first grade `apart` whose facts the member meets.
    5. Vetoes that give a grade directly: the lowest of those, unless the member's own is lower still. A grade
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
    score = scores_of(rounded_points(scheme, scores.loc[members.index]))
    rules, steps = scheme.grades, None
    if rules is not None:
        by_score = _by_score(scheme, rules, members, score, conditions)
        by_score[np.isnan(score(TOTAL))] = rules.default or ""
        steps = from_bands(scheme, rules, members, by_score, vetoes, recorded=recorded, previous=previous, conditions=conditions)
    return Grading(scheme, members, score, vetoes, recorded, conditions, steps)


def from_bands(
    scheme: Scheme,
    rules: Grades,
    members: pd.DataFrame,
    by_score: GradeNames,
    vetoes: pd.DataFrame,
    *,
    recorded: pd.Series[bool] | None = None,
    previous: pd.DataFrame | None = None,
    conditions: pd.DataFrame | None = None,
) -> GradeSteps:
    """The steps from the bands that total and requirements allow, object[n]: no score has a say in them."""
    if rules.default and recorded is not None:
        by_score = np.where(recorded.loc[members.index].to_numpy(np.bool_), by_score, rules.default)
    before = _previous(scheme, rules, members.index, previous)
    held = _held(rules, by_score, before, asked(rules.rise_require, scheme, members["class"], conditions).able)
    lowered = _lowered(scheme, rules, members.index, held, vetoes)
    grade = lowered
    for one in reversed(rules.apart):
        grade = np.where(asked(one.require, scheme, members["class"], conditions).able & np.isin(lowered.astype(str), one.instead_of), one.grade, grade)
    grade = _struck(scheme, rules, members.index, grade, vetoes)
    return GradeSteps(by_score, held, lowered, np.where(outside(rules, members), "", grade), before)


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
    if scheme.grades is None or not _rises_bounded(scheme.grades):
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
    scheme: Scheme, rules: Grades, members: pd.DataFrame, score: Score, conditions: pd.DataFrame | None
) -> GradeNames:
    bands = np.full(len(members), band_names(rules)[-1], dtype=object)
    for name, bound in reversed(rules.bands):
        required = asked(rules.require.get(name, ()), scheme, members["class"], conditions)
        bands[(score(TOTAL) >= bound) & required.met(score)] = name
    return bands


def _known_grades(scheme: Scheme, rules: Grades) -> list[str]:
    direct = [veto.effect.grade for veto in scheme.vetoes if veto.effect.grade]
    return list(dict.fromkeys([*band_names(rules), *(one.grade for one in rules.apart), *direct]))


def _rises_bounded(rules: Grades) -> bool:
    return rules.rise_at_most is not None or bool(rules.rise_require)


def _written(previous: pd.DataFrame | None) -> list[str]:
    if previous is None or "grade" not in previous:
        return []
    return [str(grade).strip() for grade in previous["grade"].dropna() if str(grade).strip()]


def _previous(scheme: Scheme, rules: Grades, index: pd.Index[str], previous: pd.DataFrame | None) -> GradeNames:
    if not _rises_bounded(rules) or previous is None or "grade" not in previous:
        return np.full(len(index), "", dtype=object)
    known, before = set(_known_grades(scheme, rules)) - {one.grade for one in rules.apart}, previous["grade"].reindex(index)
    named = ["" if pd.isna(grade) else str(grade).strip() for grade in before]
    return np.array([grade if grade in known else "" for grade in named], dtype=object)


def _held(rules: Grades, grade: GradeNames, before: GradeNames, may: Mask) -> GradeNames:
    """The grades, risen no more than the scheme allows, not at all but for who `may`; who had none, or has none, stays as it is."""
    bands = band_names(rules)
    place = {name: count for count, name in enumerate(bands)}
    if not _rises_bounded(rules):
        return grade
    best: dict[tuple[str, bool], str] = {}
    for name, rising in {(str(old), bool(able)) for old, able in zip(before, may, strict=True)}:
        most = (len(bands) if rules.rise_at_most is None else rules.rise_at_most) if rising else 0
        count = max(0, place.get(name, len(bands)) - most)
        best[name, rising] = bands[count] if count < len(bands) else name
    members = zip(grade, before, may.tolist(), strict=True)
    return np.array([_lower(place, now, best[old, able]) if old and now else now for now, old, able in members], dtype=object)


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


Unmet: TypeAlias = list[tuple["Requirement", Mask, list[Any]]]


@dataclass(frozen=True, eq=False)
class _GradeReasons:
    grading: Grading
    rules: Grades
    steps: GradeSteps

    def sentence(self, member: str, place: int) -> Phrase:
        """Why one member has its grade, from the last step that decided it backwards."""
        grade = self.steps.grade[place]
        if self._outside[place]:
            return Phrase("未申报，不评定信用等级", "did not apply: not graded")
        if (member, grade) in self._direct:
            return phrase("信用等级直接定为 {grade}", "credit grade {grade}, given directly", grade=grade)
        parts = [self._by_score(place), self._bound(place), self._lowered(member, place), self._apart(place)]
        return joined(part for part in parts if part is not None)

    def _by_score(self, place: int) -> Phrase:
        """The band reached, and the better band missed although the total would have been enough."""
        grade, total = self.steps.by_score[place], self._totals[place]
        if self._new[place]:
            return phrase("尚无任何记录，信用等级定为 {grade}", "nothing recorded yet: credit grade {grade}", grade=grade)
        if np.isnan(total):
            return phrase("无总分，信用等级定为 {grade}", "no total: credit grade {grade}", grade=grade or "—")
        bound = dict(self.rules.bands)[grade]
        better = [name for name, least in self.rules.bands if total >= least > bound]
        short = [(item, values[place]) for name in better[-1:] for item, unmet, values in self._unmet[name] if unmet[place]]
        if not short:
            return phrase("信用等级 {grade}（{bound:g} 分起）", "credit grade {grade} (from {bound:g})", grade=grade, bound=bound)
        return phrase(
            "总分够 {better} 级，但{lack.zh}，信用等级 {grade}",
            "the total would do for {better}, but {lack.en}: credit grade {grade}",
            better=better[-1], lack=_lack(self.grading.scheme, *short[0]), grade=grade,
        )  # fmt: skip

    def _bound(self, place: int) -> Phrase | None:
        """What the previous grade did to it."""
        before, most = self.steps.previous[place], self.rules.rise_at_most
        if not _rises_bounded(self.rules):
            return None
        if not before:
            return Phrase("无上届等级，不受升级限制", "without a previous grade, so free to rise")
        if self.steps.held[place] == self.steps.by_score[place]:
            return None
        if not self._may_rise[place]:
            wanted = joined(with_subject(self.grading.scheme, item) for item in self.rules.rise_require)
            return phrase("上届为 {before}，升级要求{wanted.zh}，未满足，定为 {grade}", "to rise above {before} asks for {wanted.en}, which is not met: {grade}",
                          before=before, wanted=wanted, grade=self.steps.held[place])  # fmt: skip
        return phrase("上届为 {before}，最多升 {most} 级，定为 {grade}", "rising at most {most} from {before}: {grade}", before=before, most=most, grade=self.steps.held[place])

    def _apart(self, place: int) -> Phrase | None:
        """Which grade beside the order stands in for the band, and for what."""
        grade = self.steps.grade[place]
        one = next((one for one in self.rules.apart if one.grade == grade != self.steps.lowered[place]), None)
        if one is None:
            return None
        met = joined(with_subject(self.grading.scheme, item) for item in one.require)
        return phrase("符合{met.zh}，定为 {grade}", "it meets {met.en}: {grade}", met=met, grade=grade)

    @cached_property
    def _may_rise(self) -> Mask:
        grading = self.grading
        return asked(self.rules.rise_require, grading.scheme, grading.members["class"], grading.conditions).able

    def _lowered(self, member: str, place: int) -> Phrase | None:
        held, lowered, fall = self.steps.held[place], self.steps.lowered[place], self._falls.get(member)
        names = band_names(self.rules)
        if fall is None or held not in names:  # no band to be lowered from
            return None
        if names.index(lowered) - names.index(held) < fall:
            return phrase(
                "因一票否决事项应降 {by} 级，至最低的 {grade} 为止",
                "to be lowered by {by} for vetoes, and no further than the last: {grade}",
                by=fall, grade=lowered,
            )  # fmt: skip
        return phrase("因一票否决事项降 {by} 级，定为 {grade}", "lowered by {by} for vetoes: {grade}", by=fall, grade=lowered)

    @cached_property
    def _totals(self) -> list[float]:
        totals: list[float] = self.grading.score(TOTAL).tolist()
        return totals

    @cached_property
    def _outside(self) -> Mask:
        return outside(self.rules, self.grading.members)

    @cached_property
    def _new(self) -> Mask:
        """Of whom nothing is recorded, where the scheme has a grade for those; bool[members]."""
        recorded, index = self.grading.recorded, self.grading.members.index
        if recorded is None or not self.rules.default:
            return np.zeros(len(index), np.bool_)
        return ~recorded.loc[index].to_numpy(np.bool_)

    @cached_property
    def _unmet(self) -> dict[str, Unmet]:
        """What each band requires, who does not meet it, and what every member has of it."""
        grading = self.grading
        known = pd.DataFrame() if grading.conditions is None else grading.conditions.reindex(grading.members.index)
        unmet: dict[str, Unmet] = {name: [] for name in band_names(self.rules)}
        for name, items in unmet.items():
            for item in self.rules.require.get(name, ()):
                missed = ~asked([item], grading.scheme, grading.members["class"], grading.conditions).met(grading.score)
                values = [None] * len(missed) if item.parts else (grading.score(str(item.node)) if item.condition is None else known[item.condition]).tolist()
                items.append((item, missed, values))
        return unmet

    @cached_property
    def _strikes(self) -> set[tuple[str, str]]:
        """Each member struck by each veto, once."""
        return {(str(row.member), str(row.veto)) for row in self.grading.vetoes.itertuples(index=False)}

    @cached_property
    def _falls(self) -> dict[str, int]:
        """By how many bands each struck member falls."""
        by = {veto.id: veto.effect.lower_by for veto in self.grading.scheme.vetoes if veto.effect.lower_by}
        falls: dict[str, int] = {}
        for member, veto in self._strikes:
            if veto in by:
                falls[member] = falls.get(member, 0) + int(by[veto] or 0)
        return falls

    @cached_property
    def _direct(self) -> set[tuple[str, str]]:
        """The members struck by vetoes that give grades, each with such a grade."""
        by = {veto.id: veto.effect.grade for veto in self.grading.scheme.vetoes if veto.effect.grade}
        return {(member, str(by[veto])) for member, veto in self._strikes if veto in by}


def _lack(scheme: Scheme, item: Requirement, value: object) -> Phrase:
    """What keeps a member from a band: briefly, where a score is below the least asked for."""
    if item.node is not None and is_plain_minimum(item):
        return phrase("{name.zh}低于 {least:g}", "{name.en} is below {least:g}", name=subject(scheme, item), least=item.least)
    return shortfall(scheme, Phrase("", ""), item, value)


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
    bands: tuple[tuple[float, Demands], ...]
    final: NDArray[np.intp]

    @classmethod
    def of(cls, evaluation: Evaluation) -> GradeOutcomes | None:
        """The grades of an evaluation; None where its scheme grades nobody."""
        rules = evaluation.scheme.grades
        if rules is None:
            return None
        ends = _ends(evaluation, rules)
        codes, names = pd.factorize(ends.ravel())
        return cls(tuple(map(str, names)), _bands(evaluation, rules), codes.reshape(ends.shape))

    def under(self, evaluation: Evaluation) -> GradeOutcomes:
        """The same members' where nothing of the scheme's grades is another but the bounds of its bands."""
        rules = evaluation.scheme.grades
        return self if rules is None else replace(self, bands=_bands(evaluation, rules))

    def grades(self, score: Score) -> Integers:
        """The grade of each member under these rounded scores, int64[members]: its place among `names`."""
        total = score(TOTAL)
        band = np.full(len(total), len(self.bands) - 1, np.intp)
        for place in range(len(self.bands) - 1, -1, -1):
            bound, required = self.bands[place]
            band[(total >= bound) & required.met(score)] = place
        band[np.isnan(total)] = len(self.bands)
        return np.asarray(self.final[band, np.arange(len(total))], dtype=np.int64)


def _bands(evaluation: Evaluation, rules: Grades) -> tuple[tuple[float, Demands], ...]:
    """Lower bound of the total and what else is asked, band by band."""
    classes, conditions = evaluation.members["class"], evaluation.measured.conditions
    required = [asked(rules.require.get(name, ()), evaluation.scheme, classes, conditions) for name in band_names(rules)]
    return tuple(zip([bound for _, bound in rules.bands], required, strict=True))


def _ends(evaluation: Evaluation, rules: Grades) -> Any:
    """The grade of each member by the band its score gives it, object[bands + 1, members], by the rule itself."""
    scheme, members, known = evaluation.scheme, evaluation.members, evaluation.measured
    reached = (np.full(len(members), name, dtype=object) for name in [*band_names(rules), rules.default or ""])
    steps = (
        from_bands(scheme, rules, members, band, evaluation.vetoes, recorded=known.recorded, previous=known.previous, conditions=known.conditions)
        for band in reached
    )
    return np.array([steps_of_band.grade for steps_of_band in steps])
