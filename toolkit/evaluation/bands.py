"""The band of every member: the best that total, requirements and places allow, in any number of runs at once.

Places of a band (the first 10 % are A) are given by the rule of the awards: of those who take part and meet what the band asks, by the
total, then by what settles ties. Why a member has its grade is told from the last step that decided it backwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.awards import AwardRule, RuleInSteps, places_of
from toolkit.evaluation.quotas import stopped
from toolkit.evaluation.requirements import Demands, asked, is_plain_minimum, shortfall, subject, with_subject
from toolkit.evaluation.scores import TOTAL, Score
from toolkit.evaluation.steps import Lookup, Standing, Steps, bars_of, over
from toolkit.ground.ranking import Integers, Mask, competition_ranks
from toolkit.ground.text import Phrase, in_words_before, joined, phrase
from toolkit.scheme.outcomes import Award, Grades, Requirement

if TYPE_CHECKING:
    from toolkit.evaluation.grades import GradeSteps, Grading
    from toolkit.scheme import Scheme


Band: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class BandPlaces:
    """The places of one band, decided; the arrays are of all members.

    Parameters
    ----------
    award
        The band as an award with its quota.
    met, given : bool[n]
        Who takes part and meets all that the band asks, and who of those has it.
    places : int[n]
        How many there are where the member competes.
    order : int[n]
        Its place among those who meet it there, 1-2-2-4; 0 for the others.
    """

    award: Award
    met: Mask
    given: Mask
    places: Integers
    order: Integers


@dataclass(frozen=True, eq=False)
class BandRule:
    """What every band asks of these members, from the best down, with all that no score changes worked out.

    Parameters
    ----------
    rule
        The rule of the scheme's awards: who takes part, who competes with whom, what settles ties.
    grades
        What the scheme says of grades.
    demands
        What each band asks: its bound, and what is required besides.
    placeless : bool[n]
        Who takes no place of any band: it has a grade that no score gives it. Its band is that of bounds and requirements alone.
    conditions
        Raw values by member and condition; None where the scheme asks for none.
    """

    rule: AwardRule
    grades: Grades
    demands: tuple[Demands, ...]
    placeless: Mask
    conditions: pd.DataFrame | None

    @classmethod
    def of(
        cls,
        scheme: Scheme,
        members: pd.DataFrame,
        vetoes: pd.DataFrame,
        conditions: pd.DataFrame | None = None,
        recorded: pd.Series[bool] | None = None,
    ) -> BandRule | None:
        """The bands of a scheme; frames as for `decide_grades`. None where it grades nobody."""
        grades = scheme.grades
        if grades is None:
            return None
        direct = [veto.id for veto in scheme.vetoes if veto.effect.grade]
        placeless = members.index.isin(vetoes.loc[vetoes["veto"].isin(direct), "member"])
        if grades.default and recorded is not None:
            placeless |= ~recorded.loc[members.index].to_numpy(np.bool_)
        rule = AwardRule.of(scheme.model_copy(update={"awards": ()}), members, vetoes, conditions)
        return cls(rule, grades, _demands(scheme, members["class"], conditions), np.asarray(placeless, np.bool_), conditions)

    @property
    def unscored(self) -> int:
        """The place of who has no total: after the last band."""
        return len(self.demands)

    @property
    def ineligible(self) -> int:
        """The place of who is not graded, as it is not eligible."""
        return len(self.demands) + 1

    @property
    def compares(self) -> bool:
        """Whether the band of a member hangs on what others come to."""
        return bool(self.grades.quota)

    @property
    def nodes(self) -> tuple[str, ...]:
        """Every node that the bands look at."""
        return tuple(dict.fromkeys([*self.rule.nodes, *(str(item.node) for demands in self.demands for item in demands.of_nodes)]))

    def of_scores(self, score: Score) -> Band:
        """The place of each member's band under these rounded scores, intp[n]."""
        if self.compares:
            return np.asarray(self.in_steps(*self._run(score))[0])
        eligible = self.rule.eligibility.met(score) if self.grades.eligible_only else None
        return self._best((demands.met(score) for demands in self.demands), ~np.isnan(score(TOTAL)), eligible)

    def in_steps(self, rule: RuleInSteps, lookup: Lookup) -> Band:
        """The same of runs whose scores are counted in steps, intp[runs, n]."""
        eligible = rule.eligible_under(lookup) if self.grades.eligible_only else None
        settle = partial(self._with_place, rule, lookup, lookup(TOTAL) * self._competing(rule, lookup)) if self.compares else None
        return self._best(self._met(rule.steps, lookup), lookup(TOTAL) > 0, eligible, settle)

    def told(self, score: Score) -> Iterator[BandPlaces]:
        """How the places of each band that has so many were given, under these scores."""
        if not self.compares:
            return
        rule, lookup = self._run(score)
        band, part = self.in_steps(rule, lookup)[0], rule.taking_part(lookup)
        everyone = np.zeros(len(band), np.intp), np.arange(len(band))
        keys = [lookup(TOTAL)[0], *(key(*everyone) for key in rule.tie_keys(lookup))]
        for number, met in enumerate(self._met(rule.steps, lookup)):
            if (award := self.awards.get(number)) is None:
                continue
            offered = self._competing(rule, lookup)[0] & self._offered(met[0], band >= number)
            places, order = np.zeros(len(band), np.int64), np.zeros(len(band), np.int64)
            for pool, count in zip(self.rule.competing(award).spans, places_of(award, self.rule.competing(award), part), strict=True):
                places[pool] = count or 0
                order[pool] = competition_ranks(np.where(offered[pool], keys[0][pool], np.nan), *(key[pool] for key in keys[1:]))
            yield BandPlaces(award, offered, np.asarray(offered & (band == number)), places, order)

    @cached_property
    def awards(self) -> dict[int, Award]:
        """The bands that have so many places, each as an award, by their place among the bands."""
        quota = self.grades.quota
        return {number: Award(id=name, label=name, quota=quota[name]) for number, (name, _) in enumerate(self.grades.bands) if name in quota}

    def under(self, scheme: Scheme) -> BandRule:
        """The same members' under other bounds and requirements of the bands."""
        assert scheme.grades is not None
        rule = self.rule.under(scheme.model_copy(update={"awards": ()}))
        return replace(self, rule=rule, grades=scheme.grades, demands=_demands(scheme, rule.members["class"], self.conditions))

    def _run(self, score: Score) -> tuple[RuleInSteps, Lookup]:
        steps = Steps.spanning(self.rule.scheme.decimals, map(score, self.nodes))
        return RuleInSteps.of(self.rule, steps), cache(lambda node: np.atleast_2d(steps.of_rounded(score(node))))

    def _met(self, steps: Steps, lookup: Lookup) -> Iterator[Mask]:
        """Who meets what each band asks, bool[runs or 1, n], band by band."""
        for demands in self.demands:
            met: Mask = np.atleast_2d(demands.able)
            for bar in bars_of(demands.nodes, steps):
                met = met & over(bar, lookup(bar[0]))
            for clause in demands.clauses:
                met = met & clause.met(steps.met_under(lookup))
            yield met

    def _best(self, met: Iterable[Mask], ranked: Mask, eligible: Mask | None, settle: Callable[[int, Mask, Mask], Mask] | None = None) -> Band:
        """The first band that each member meets, and has a place of; the last where there is none."""
        band, free = np.full(ranked.shape, len(self.demands) - 1, np.intp), ranked.copy()
        for number, able in enumerate(met):
            now = free & (able if settle is None else settle(number, able, free))
            band[now] = number
            free &= ~now
        band[~ranked] = self.unscored
        if eligible is not None:
            band[~np.broadcast_to(eligible, band.shape)] = self.ineligible
        return band

    def _competing(self, rule: RuleInSteps, lookup: Lookup) -> Mask:
        """Who takes part and may take a place of a band; bool[runs or 1, n]."""
        return np.asarray(rule.taking_part(lookup) & ~self.placeless & (lookup(TOTAL) > 0), dtype=np.bool_)

    def _offered(self, able: Mask, free: Mask) -> Mask:
        """Of those who meet a band whom its places are offered: who has no better one, or everyone where those of better bands count among them."""
        return np.asarray(able | ~free if self.grades.cumulative else able & free, dtype=np.bool_)

    def _with_place(self, rule: RuleInSteps, lookup: Lookup, standing: Standing, number: int, able: Mask, free: Mask) -> Mask:  # noqa: PLR0917 - private
        """Who meets a band and, where it has so many places, has one of them or takes none of any."""
        if number not in self.awards:
            return able
        first = rule.first(self.awards[number], np.asarray(standing * self._offered(able, free)), lookup, joint=self.grades.level == "better")
        return np.asarray(able & (first | self.placeless), dtype=np.bool_)


def _demands(scheme: Scheme, classes: pd.Series[str], conditions: pd.DataFrame | None) -> tuple[Demands, ...]:
    assert scheme.grades is not None
    return tuple(asked(scheme.grades.asks(name), scheme, classes, conditions) for name in band_names(scheme.grades))


def band_names(grades: Grades) -> list[str]:
    """The bands from the best down."""
    return [name for name, _ in grades.bands]


def rises_bounded(grades: Grades) -> bool:
    """Whether anything bounds rising above the previous grade."""
    return grades.rise_at_most is not None or bool(grades.rise_require)



Unmet: TypeAlias = list[tuple["Requirement", Mask, list[Any]]]
PLACELESS = Phrase("不参加排名，不占名额", "it does not take part, and takes no place")


@dataclass(frozen=True, eq=False)
class GradeReasons:
    """The reasons of one list's grades."""

    grading: Grading
    rules: Grades
    bands: BandRule
    steps: GradeSteps

    @classmethod
    def of(cls, grading: Grading) -> GradeReasons | None:
        """The reasons; None where nobody is graded."""
        rules = grading.scheme.grades
        return None if rules is None or grading.bands is None or grading.steps is None else cls(grading, rules, grading.bands, grading.steps)

    def sentence(self, member: str, place: int) -> Phrase:
        """Why one member has its grade, from the last step that decided it backwards."""
        grade = self.steps.grade[place]
        if self._stopped[place]:
            return Phrase("未进入复审，不评定信用等级", "not on the shortlist: not graded")
        if self.rules.applied_only and not self.bands.rule.applied[place]:
            return Phrase("未申报，不评定信用等级", "did not apply: not graded")
        if self._band[place] == self.bands.ineligible:
            return Phrase("不符合申报条件，不评定信用等级", "not eligible: not graded")
        if (member, grade) in self._direct:
            return phrase("信用等级直接定为 {grade}", "credit grade {grade}, given directly", grade=grade)
        parts = [self._by_score(place), self._bound(place), self._lowered(member, place), self._apart(place)]
        return joined(part for part in parts if part is not None)

    def _by_score(self, place: int) -> Phrase:
        """The band reached, and the better band missed although the total would have been enough."""
        grade, total = self.steps.by_score[place], self._totals[place]
        if self._new[place]:
            return phrase("尚无任何记录，信用等级定为 {grade}", "nothing recorded yet: credit grade {grade}", grade=grade)
        if np.isnan(total) and not grade and not in_words_before("0.6.0"):
            return Phrase("无总分，不评定信用等级", "no total: not graded")
        if np.isnan(total):
            return phrase("无总分，信用等级定为 {grade}", "no total: credit grade {grade}", grade=grade or "—")
        band = self._band[place]
        better = [name for name in band_names(self.rules)[:band] if self._passes(name, total)]
        short = [(item, values[place]) for name in better[-1:] for item, unmet, values in self._unmet[name] if unmet[place]]
        if short:
            return phrase("总分够 {better} 级，但{lack.zh}，信用等级 {grade}", "the total would do for {better}, but {lack.en}: credit grade {grade}",
                          better=better[-1], lack=_lack(self.grading.scheme, *short[0]), grade=grade)  # fmt: skip
        if better and (missed := self._places.get(better[-1])) is not None:
            return phrase("够 {better} 级的分数和条件，但{why.zh}，信用等级 {grade}", "all that {better} asks for is met, but {why.en}: credit grade {grade}",
                          better=better[-1], why=self._missed(missed, place), grade=grade)  # fmt: skip
        return phrase("信用等级 {grade}（{from_.zh}）", "credit grade {grade} ({from_.en})", grade=grade, from_=self._reached(grade, place))

    def _passes(self, band: str, total: float) -> bool:
        """Whether a total alone would do for a band."""
        bound = dict(self.rules.bands)[band]
        return total > bound if band in self.rules.above else total >= bound

    def _reached(self, band: str, place: int) -> Phrase:
        """From where on a band is had, and by which place."""
        bound = dict(self.rules.bands)[band]
        over = band in self.rules.above
        words = phrase("{bound:g} 分以上，不含" if over else "{bound:g} 分起", "above {bound:g}" if over else "from {bound:g}", bound=bound)
        if (told := self._places.get(band)) is None:
            return words
        if not told.met[place]:
            return joined([words, PLACELESS])
        by_place = phrase("名额 {n} 个，居第 {rank}", "{n:place|places}, place {rank}", n=int(told.places[place]), rank=int(told.order[place]))
        names = band_names(self.rules)
        alone = bound == dict(self.rules.bands)[names[names.index(band) + 1]]  # the next band has the same bound: places alone divide them
        return by_place if alone else joined([words, by_place])

    def _missed(self, told: BandPlaces, place: int) -> Phrase:
        """Why a member that meets all that a band asks has none of its places."""
        if not told.met[place]:
            return PLACELESS
        count, rank = int(told.places[place]), int(told.order[place])
        if rank <= count:
            return phrase("名额 {n} 个，与同居第 {rank} 的完全同分，名额不足", "there are {n:place|places}, too few for those level at place {rank}", n=count, rank=rank)
        return phrase("名额 {n} 个，居第 {rank}", "there are {n:place|places}, and its is place {rank}", n=count, rank=rank)

    def _bound(self, place: int) -> Phrase | None:
        """What the previous grade did to it."""
        before, most = self.steps.previous[place], int(self.steps.most[place])
        if not rises_bounded(self.rules):
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
    def _band(self) -> list[int]:
        assert self.grading.band is not None
        bands: list[int] = self.grading.band.tolist()
        return bands

    @cached_property
    def _stopped(self) -> Mask:
        return stopped(self.grading.members)

    @cached_property
    def _places(self) -> dict[str, BandPlaces]:
        return {told.award.id: told for told in self.grading.places}

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
