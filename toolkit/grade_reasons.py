"""Why every member has its grade, in words it can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.awards.demands import shortfall, subject
from toolkit.awards.requirements import asked, rounded_points, scores_of
from toolkit.grades import Graded, graded, outside
from toolkit.ranking import Mask
from toolkit.scheme.outcomes import Requirement
from toolkit.scoring import TOTAL
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Grades

Unmet = dict[str, list[tuple[Requirement, Mask, list[Any]]]]
NOBODY = Phrase("", "")


def grade_reasons(
    scheme: Scheme,
    members: pd.DataFrame,
    scores: pd.DataFrame,
    vetoes: pd.DataFrame,
    *,
    recorded: pd.Series[bool] | None = None,
    conditions: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
) -> pd.Series[str]:
    """Why every member has its grade, in the scheme's language; empty when the scheme grades nobody.

    Parameters
    ----------
    members, scores, vetoes, recorded, conditions, previous
        As for `decide_grades`.
    """
    if scheme.grades is None:
        return pd.Series("", index=members.index, dtype="str")
    steps = graded(scheme, members, scores, vetoes, recorded=recorded, conditions=conditions, previous=previous)
    points = rounded_points(scheme, scores.loc[members.index])
    new = ~recorded.loc[members.index].to_numpy(np.bool_) if recorded is not None and scheme.grades.default else np.zeros(len(members), np.bool_)
    why = _Why(
        scheme, scheme.grades, steps, points[TOTAL].tolist(), new, outside(scheme.grades, members), _unmet(scheme, scheme.grades, members, points, conditions),
        _lowering(scheme, vetoes), _directly(scheme, vetoes),
    )  # fmt: skip
    said = [why.sentence(str(member), place) for place, member in enumerate(members.index)]
    return pd.Series([reason.into(scheme.language) for reason in said], index=members.index, dtype="str")


@dataclass(frozen=True, eq=False)
class _Why:
    scheme: Scheme
    rules: Grades
    steps: Graded
    totals: list[float]
    new: Mask
    outside: Mask
    unmet: Unmet
    lowering: dict[str, int]
    direct: set[tuple[str, str]]

    def sentence(self, member: str, place: int) -> Phrase:
        """Why one member has its grade, from the last step that decided it backwards."""
        steps = self.steps
        grade = steps.grade[place]
        if self.outside[place]:
            return Phrase("未申报，不评定信用等级", "did not apply: not graded")
        if (member, grade) in self.direct:
            return phrase("信用等级直接定为 {grade}", "credit grade {grade}, given directly", grade=grade)
        parts = [self._by_score(place), self._bound(place), self._lowered(member, place)]
        told = [part for part in parts if part is not None]
        return Phrase("，".join(part.zh for part in told), ", ".join(part.en for part in told))

    def _by_score(self, place: int) -> Phrase:
        """The band reached, and the better band missed although the total would have been enough."""
        grade, total = self.steps.by_score[place], self.totals[place]
        if self.new[place]:
            return phrase("尚无任何记录，信用等级定为 {grade}", "nothing recorded yet: credit grade {grade}", grade=grade)
        if np.isnan(total):
            return phrase("无总分，信用等级定为 {grade}", "no total: credit grade {grade}", grade=grade or "—")
        bound = dict(self.rules.bands)[grade]
        missed = [name for name, least in self.rules.bands if total >= least > bound]
        short = [(item, found[place]) for name in missed[-1:] for item, unmet, found in self.unmet[name] if unmet[place]]
        if not short:
            return phrase("信用等级 {grade}（{bound:g} 分起）", "credit grade {grade} (from {bound:g})", grade=grade, bound=bound)
        lack = _lack(self.scheme, *short[0])
        return phrase(
            "总分够 {better} 级，但{zh}，信用等级 {grade}",
            "the total would do for {better}, but {en}: credit grade {grade}",
            better=missed[-1], zh=lack.zh, en=lack.en, grade=grade,
        )  # fmt: skip

    def _bound(self, place: int) -> Phrase | None:
        """What the previous grade did to it."""
        before, most = self.steps.previous[place], self.rules.rise_at_most
        if most is None:
            return None
        if not before:
            return Phrase("无上届等级，不受升级限制", "without a previous grade, so free to rise")
        if self.steps.held[place] == self.steps.by_score[place]:
            return None
        return phrase(
            "上届为 {before}，最多升 {most} 级，定为 {grade}",
            "rising at most {most} from {before}: {grade}",
            before=before, most=most, grade=self.steps.held[place],
        )  # fmt: skip

    def _lowered(self, member: str, place: int) -> Phrase | None:
        if member not in self.lowering or not self.steps.held[place]:
            return None
        return phrase(
            "因一票否决事项降 {by} 级，定为 {grade}",
            "lowered by {by} for vetoes: {grade}",
            by=self.lowering[member], grade=self.steps.lowered[place],
        )  # fmt: skip


def _lack(scheme: Scheme, item: Requirement, found: Any) -> Phrase:
    """What keeps a member from a band: briefly, where a score is below the least asked for."""
    name = subject(scheme, item)
    if item.condition is None and item == Requirement(node=item.node, least=item.least, classes=item.classes):
        return phrase("{zh}低于 {least:g}", "{en} is below {least:g}", zh=name.zh, en=name.en, least=item.least)
    return shortfall(scheme, NOBODY, item, found)


def _unmet(
    scheme: Scheme, rules: Grades, members: pd.DataFrame, points: pd.DataFrame, conditions: pd.DataFrame | None
) -> Unmet:
    known = pd.DataFrame() if conditions is None else conditions.reindex(members.index)
    score = scores_of(points)
    found: Unmet = {name: [] for name, _ in rules.bands}
    for name in found:
        for item in rules.require.get(name, ()):
            missed = ~asked([item], scheme, members["class"], conditions).met(score)
            values = points[str(item.node)] if item.condition is None else known[item.condition]
            found[name].append((item, missed, values.tolist()))
    return found


def _lowering(scheme: Scheme, vetoes: pd.DataFrame) -> dict[str, int]:
    """By how many bands each struck member falls."""
    by = {veto.id: veto.effect.lower_by for veto in scheme.vetoes if veto.effect.lower_by}
    found: dict[str, int] = {}
    for member, veto in {(str(row.member), str(row.veto)) for row in vetoes.itertuples(index=False)}:
        if veto in by:
            found[member] = found.get(member, 0) + int(by[veto] or 0)
    return found


def _directly(scheme: Scheme, vetoes: pd.DataFrame) -> set[tuple[str, str]]:
    """The members struck by vetoes that give grades, each with such a grade."""
    by = {veto.id: veto.effect.grade for veto in scheme.vetoes if veto.effect.grade}
    struck = {(str(row.member), by.get(str(row.veto))) for row in vetoes.itertuples(index=False)}
    return {(member, grade) for member, grade in struck if grade is not None}
