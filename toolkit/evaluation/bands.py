"""The band of every member: the best that total, requirements and places allow, in any number of runs at once.

Places of a band (the first 10 % are A) are given by the rule of the awards: of those who take part and meet what the band asks, by the
total, then by what settles ties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.awards import AwardRule, RuleInSteps, places_of
from toolkit.evaluation.requirements import Demands, asked
from toolkit.evaluation.scores import TOTAL, Score
from toolkit.evaluation.steps import Lookup, Standing, Steps, bars_of, over
from toolkit.ground.ranking import Integers, Mask, competition_ranks
from toolkit.scheme.outcomes import Award

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Grades

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
