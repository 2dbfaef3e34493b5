"""The rule of the awards: who is given which, in any number of runs at once. The list is a run of one.

A run is one set of scores of all members: the list's own, those under drawn weights, or with a value changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.limits import Limit, Opening, payable, within_limit
from toolkit.evaluation.quotas import Ceiling, Pools, places
from toolkit.evaluation.ranks import Key, Places, allot, beyond_line, class_ranks, first_places
from toolkit.evaluation.requirements import Clause, Demands, asked, barred, bars, firsts
from toolkit.evaluation.scores import TOTAL, TURNED, Score, order_of
from toolkit.evaluation.steps import Bar, Lookup, Standing, Steps, bars_of, between, over, paired
from toolkit.evaluation.tiebreaks import (
    RulingOn,
    facts_of,
    rule_in_class,
    ruled_in_all,
    rulings_on,
    tie_keys,
    tie_nodes,
    tie_rules,
)
from toolkit.ground.ranking import Floats, Integers, Mask, Ruling, competition_ranks
from toolkit.scheme.outcomes import FIRST_PLACES, Award, Quota, Requirement, TieRule

if TYPE_CHECKING:
    from toolkit.scheme import Scheme


@dataclass(frozen=True, eq=False)
class AwardRule:
    """The rule by which the awards of a scheme are given to these members, with all that no score changes worked out.

    Parameters
    ----------
    members
        Index member; columns name, class, applied.
    eligibility
        What a member must meet to take part at all.
    bars
        What each award asks for, by its id.
    barred : dict of bool[n]
        By award, the members whom a veto bars from it.
    rulings
        What the committee decided of ties: in every run in which the very same tie comes about they hold, in no other.
    facts
        What is known of conditions that places hang on; see `facts_of`.

    Notes
    -----
    Runs in which other members meet a condition or are barred have masks bool[runs, n] in `eligibility.able`, in the `able`
    of `bars` and in `barred`; all others share masks bool[n].
    """

    scheme: Scheme
    members: pd.DataFrame
    eligibility: Demands
    bars: dict[str, Demands]
    barred: dict[str, Mask]
    rulings: tuple[Ruling, ...] = ()
    facts: dict[str, NDArray[Any]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, scheme: Scheme, members: pd.DataFrame, vetoes: pd.DataFrame, conditions: pd.DataFrame | None = None, rulings: Sequence[Ruling] = ()
    ) -> AwardRule:
        """The rule of a scheme; frames as for `decide_awards`."""
        classes = members["class"]
        required = scheme.eligibility.require if scheme.eligibility else ()
        return cls(
            scheme,
            members,
            asked(required, scheme, classes, conditions),
            {award.id: asked(bars(award), scheme, classes, conditions) for award in scheme.awards},
            {award.id: barred(scheme, members.index, vetoes, award.id) for award in scheme.awards},
            tuple(rulings),
            facts_of(scheme, members.index, conditions),
        )

    def under(self, scheme: Scheme) -> AwardRule:
        """The same rule under a scheme that differs in nothing it depends on; the members are not looked up again."""
        rule = replace(self, scheme=scheme)
        rule.__dict__.update(named=self.named, classes=self.classes, applied=self.applied)
        return rule

    @cached_property
    def applied(self) -> Mask:
        """Who applied; bool[n]."""
        return self.members["applied"].to_numpy(dtype=np.bool_)

    @cached_property
    def struck(self) -> Mask:
        """Whom vetoes bar from every award; bool[n]."""
        return np.asarray(np.logical_and.reduce([*self.barred.values()]), dtype=np.bool_) if self.barred else np.zeros(len(self.members), np.bool_)

    @cached_property
    def named(self) -> NDArray[np.object_]:
        """The class of each member, as it is named."""
        return self.members["class"].to_numpy(dtype=object)

    @cached_property
    def classes(self) -> Pools:
        """The members' classes, whether places go by them or not."""
        return Pools.by_class(self.named)

    @cached_property
    def pools(self) -> dict[str, Pools]:
        """Who competes with whom: within a class, and over all."""
        together = Pools.together(len(self.members))
        return {"class": self.classes if self.scheme.members.class_ else together, "all": together}

    def taking_part(self, score: Score) -> Mask:
        """Who applied and is eligible: the applicants of whom a quota takes its share; bool[n]."""
        return self.applied & self.eligibility.met(score)

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """Every node that the awards look at."""
        asked_of = [str(item.node) for requirements in (self.eligibility, *self.bars.values()) for item in requirements.of_nodes]
        nodes = [str(self.firsts[node].node) if node in self.firsts else node for node in asked_of]
        nodes += [item.id for item in self.scheme.indicators] if FIRST_PLACES in self.scheme.ties else []
        return tuple(dict.fromkeys([TOTAL, *tie_nodes(self.scheme), *(award.by for award in self.scheme.awards), *nodes]))

    @cached_property
    def firsts(self) -> dict[str, Requirement]:
        """What asks whether a member is among the first at a node, by its key."""
        return firsts(item for award in self.scheme.awards for item in award.require)

    def competing(self, award: Award) -> Pools:
        """Who competes with whom for the places of an award."""
        return self.pools[award.quota.within if award.quota else "class"]

    def order(self, award: Award) -> str:
        """What its places go by, the higher ahead."""
        return order_of(self.scheme, award.by)

    def limit(self, award: Award, rulings: Sequence[RulingOn]) -> Limit | None:
        """What bounds its places beside their number; None where nothing does."""
        if award.quota is None or not award.quota.limited:
            return None
        per, cost = award.quota.per, award.quota.cost
        groups = None if per is None else self.facts[per.condition]
        costs = None if cost is None else np.vectorize(lambda value: float(value) if payable(value) else np.nan, otypes=[np.float64])(self.facts[cost])
        return Limit(award.quota, self.competing(award), groups, costs, self.joint, rulings)

    @property
    def joint(self) -> bool:
        """Whether all of those level at a line get the award."""
        return self.scheme.ties[-1:] == ("joint",)


@dataclass(frozen=True, eq=False)
class Decision:
    """One award, decided in every run; the masks are bool[runs, members].

    Parameters
    ----------
    standing : int[runs, members]
        At what its places go by, of those it is offered to; 0 for all others.
    least
        The lowest standing that is over the bar.
    given, open
        Those given the award, and those left level at its line for the committee to settle.
    places
        How many there are, pool by pool.
    beyond, shared
        Those who won a place of their class that the bound on all classes together takes away, and those level at that
        line, for the committee to settle. Neither is among `given` or `open`. None where no bound takes any.
    ceilings
        What is known of that bound, by run; only where it takes a place away.
    kept
        Who is not left out by a limit beside the number of places: so many alike, a budget. None where there is no such limit.
    openings
        Then, by run, who is left open for how many places.
    """

    award: Award
    standing: Standing
    least: int
    given: Mask
    open: Mask
    places: list[Places]
    beyond: Mask | None = None
    shared: Mask | None = None
    ceilings: Mapping[int, Ceiling] = field(default_factory=dict)
    kept: Mask | None = None
    openings: Mapping[int, Sequence[Opening]] = field(default_factory=dict)

    @property
    def able(self) -> Mask:
        """Those over every bar whom no earlier award excludes."""
        return np.asarray(self.standing >= self.least)


@dataclass(frozen=True, eq=False)
class Offer:
    """One award, with all that no score changes worked out.

    Parameters
    ----------
    able : bool[members]
        Applied, not barred, and over every bar that is no score's.
    least
        The lowest standing, at the node its places go by, that is offered the award.
    bars, clauses
        The other bars, and what is made of several.
    """

    award: Award
    able: Mask
    least: int
    bars: tuple[Bar, ...]
    clauses: tuple[Clause, ...]

    @classmethod
    def of(cls, rule: AwardRule, award: Award, steps: Steps) -> Offer:
        """An award of this rule, its bars counted in steps."""
        requirements, least, rest = rule.bars[award.id], 1, []
        for item, spared in requirements.nodes:
            low, high = between(item, steps)
            if item.node == rule.order(award) and high is None and not spared.any():
                least = max(least, low)
            else:
                rest.append((str(item.node), low, high, spared))
        return cls(award, requirements.able & ~rule.barred[award.id], least, tuple(rest), requirements.clauses)


@dataclass(frozen=True, eq=False)
class RuleInSteps:
    """The award rule, ready for runs whose scores are counted in these steps."""

    award_rule: AwardRule
    steps: Steps
    eligible: tuple[Bar, ...]
    offers: tuple[Offer, ...]

    @classmethod
    def of(cls, rule: AwardRule, steps: Steps) -> RuleInSteps:
        """The rule in steps."""
        offers = tuple(Offer.of(rule, award, steps) for award in rule.scheme.awards)
        return cls(rule, steps, bars_of(rule.eligibility.nodes, steps), offers)

    def taking_part(self, lookup: Lookup) -> Mask:
        """Who applied and is eligible: bool[runs, members], or [1, members] where no run has a say in it."""
        return self.eligible_under(lookup) & self.award_rule.applied

    def eligible_under(self, lookup: Lookup) -> Mask:
        """Who is eligible, whether it applied or not; as `taking_part`."""
        met: Mask = np.atleast_2d(self.award_rule.eligibility.able)
        for bar in self.eligible:
            met = met & over(bar, lookup(bar[0]))
        for clause in self.award_rule.eligibility.clauses:
            met = met & clause.met(self.steps.met_under(lookup))
        return met

    def first_places(self, lookup: Lookup) -> Integers:
        """On how many indicators each member is first in its class, int64[runs or 1, members]; see `ranks.first_places`."""
        ranked, rule = self.taking_part(lookup) & (lookup(TOTAL) > 0), self.award_rule
        values = [lookup(item.id) for item in rule.scheme.indicators]
        return first_places([self._turned(value) for value in values] if self._lower else values, ranked, rule.pools["class"])

    @property
    def _lower(self) -> bool:
        """Whether the lower total is the better one."""
        return self.award_rule.scheme.total.better == "lower"

    def _turned(self, standing: Standing) -> Standing:
        """The same standings with the lowest ahead; who has none has none."""
        return np.where(standing > 0, self.steps.top - standing, 0).astype(standing.dtype)

    def _ahead_by(self, key: str, standing: Standing) -> Floats:
        """What standings at what places go by are as scores, the higher ahead."""
        return -self.steps.scores(self._turned(standing)) if key == TURNED else self.steps.scores(standing)

    def with_keys(self, lookup: Lookup) -> Lookup:
        """The same standings; and whatever else settles ties, worked out once when it is asked for."""
        scheme = self.award_rule.scheme
        made: dict[str, Callable[[], Standing]] = {FIRST_PLACES: cache(partial(self.first_places, lookup))} if FIRST_PLACES in scheme.ties else {}
        made |= {key: cache(partial(self._by_rule, key, rule, lookup)) for key, rule in tie_rules(scheme).items()}
        made |= {TURNED: cache(lambda: self._turned(lookup(TOTAL)))} if self._lower else {}
        made |= {key: cache(partial(self._among_first, item, lookup)) for key, item in self.award_rule.firsts.items()}
        return (lambda node: made[node]() if node in made else lookup(node)) if made else lookup

    def places_at(self, item: Requirement, lookup: Lookup) -> tuple[Standing, Pools]:
        """The standings by which members have places at a node, 0 for who takes no part; and who competes with whom."""
        assert item.first is not None
        standing = lookup(str(item.node)) * self.taking_part(lookup)
        lower = order_of(self.award_rule.scheme, str(item.node)) == TURNED
        return self._turned(standing) if lower else standing, self.award_rule.pools[item.first.within]

    def _among_first(self, item: Requirement, lookup: Lookup) -> Standing:
        """The standings of who is among the first at a node, as of a score of 1; 0 for all others; int[runs or 1, members]."""
        (standing, pools), first = self.places_at(item, lookup), item.first
        assert first is not None
        award = Award(id="first", label="first", quota=Quota(share=first.share, number=first.number, within=first.within, rounding=first.rounding))
        met, _ = allot(standing, 1, zip(pools.spans, places_of(award, pools, self.taking_part(lookup)), strict=True), [], joint=True)
        return np.where(met, self.steps.of_rounded(np.ones(1)), 0).astype(self.steps.dtype)

    def _by_rule(self, key: str, rule: TieRule, lookup: Lookup) -> Standing:
        """The standings of what settles ties with its direction, int[runs or 1, members]; 0 for who has none."""
        if rule.node is not None:
            standing = lookup(rule.node)
            return standing if rule.better == "higher" else self._turned(standing)
        heights = np.atleast_2d(self.award_rule.facts[key])
        return np.where(np.isnan(heights), 0, np.searchsorted(np.unique(heights[~np.isnan(heights)]), heights) + 1).astype(np.int64)

    def decided(self, lookup: Lookup, keys: Mapping[str, Key] | None = None) -> Iterator[Decision]:
        """Every award, in the scheme's order: whoever got one is not offered the next, but beside those it names.

        Parameters
        ----------
        lookup
            The standings of the runs, by node.
        keys
            Those at nodes that settle ties, for pairs of run and member, where few pairs are worked out sooner.
        """
        part, winners, lookup = self.taking_part(lookup), dict[str, Mask](), self.with_keys(lookup)
        ties = [(keys or {}).get(key) or partial(paired, lookup, key) for key in tie_keys(self.award_rule.scheme)]
        for offer in self.offers:
            standing, pools = self._offered(offer, part, winners, lookup), self.award_rule.competing(offer.award)
            counts = places_of(offer.award, pools, part)
            rulings = rulings_on(self.award_rule.rulings, offer.award.id, self.award_rule.members.index)
            if (limit := self.award_rule.limit(offer.award, rulings)) is not None:
                if not limit.quota.handed_on:
                    limit = replace(limit, ranked=self._ranked(offer.award, part, winners, lookup))
                found = within_limit(limit, standing, offer.least, counts, [lookup(key) for key in tie_keys(self.award_rule.scheme)])
                winners[offer.award.id] = found.given
                yield Decision(offer.award, standing, offer.least, found.given, found.open, counts, kept=found.kept, openings=found.openings)
                continue
            given, open_ = allot(standing, offer.least, zip(pools.spans, counts, strict=True), ties, joint=self.award_rule.joint)
            decision = Decision(offer.award, standing, offer.least, given, open_, counts)
            rule_in_class(decision, pools, rulings)
            if offer.award.quota is not None and offer.award.quota.in_all is not None:
                decision = ruled_in_all(self._held_together(decision, offer.award.quota.in_all, pools, lookup), rulings)
            winners[offer.award.id] = decision.given
            yield decision

    def first(self, award: Award, standing: Standing, lookup: Lookup, *, joint: bool) -> Mask:
        """Who has a place of an award by itself, of those with a standing above 0; of level ones at its line all or none; bool[runs, members]."""
        pools, ties = self.award_rule.competing(award), self.tie_keys(lookup)
        return allot(standing, 1, zip(pools.spans, places_of(award, pools, self.taking_part(lookup)), strict=True), ties, joint=joint)[0]

    def tie_keys(self, lookup: Lookup) -> list[Key]:
        """What settles ties in turn, for pairs of run and member."""
        return [partial(paired, self.with_keys(lookup), key) for key in tie_keys(self.award_rule.scheme)]

    def ranks(self, lookup: Lookup) -> tuple[Standing, Standing]:
        """The ranks 1-2-2-4 in each class, by total, then by what settles ties, as `class_ranks` gives them."""
        scheme, lookup = self.award_rule.scheme, self.with_keys(lookup)
        standings = [lookup(key) for key in (order_of(scheme, TOTAL), *tie_keys(scheme))]
        top = max([self.steps.top, len(scheme.indicators), *(int(lookup(key).max(initial=0)) for key in tie_rules(scheme))])
        return class_ranks(standings, self.taking_part(lookup), self.award_rule.pools["class"], top.bit_length())

    def ranks_by_member(self, lookup: Lookup) -> Integers:
        """The same ranks, int64[runs, members]."""
        (among, ranks), pools = self.ranks(lookup), self.award_rule.pools["class"]
        by_member = np.zeros(ranks.shape, np.int64)
        np.put_along_axis(by_member, pools.order[pools.starts + among], ranks, axis=1)
        return by_member

    def _ranked(self, award: Award, part: Mask, winners: Mapping[str, Mask], lookup: Lookup) -> Standing:
        """The standings at what its places go by of all that take part and hold no award that excludes it, int[runs, members]."""
        ranked = part & (lookup(TOTAL) > 0)
        for earlier, given in winners.items():
            if earlier not in award.beside:
                ranked = ranked & ~given
        return np.asarray(lookup(self.award_rule.order(award)) * ranked)

    def _offered(self, offer: Offer, part: Mask, winners: Mapping[str, Mask], lookup: Lookup) -> Standing:
        """The standings at what its places go by of those that are offered an award, 0 for all others."""
        total, able, moving = lookup(TOTAL), part & offer.able, list[Mask]()
        bars = (partial(over, bar, lookup(bar[0])) for bar in offer.bars)
        clauses = (partial(clause.met, self.steps.met_under(lookup)) for clause in offer.clauses)
        for met in (bar() for bar in chain(bars, clauses)):
            if len(np.atleast_2d(met)) == 1:  # what is the same in every run is looked at once
                able = able & met
            else:
                moving.append(met)
        taken = [given for earlier, given in winners.items() if earlier not in offer.award.beside]
        by = self.award_rule.order(offer.award)
        if not taken and not moving and offer.award.by == TOTAL and able.all():
            return lookup(by)
        offered = np.empty(total.shape, np.bool_)
        offered[:] = able
        for given in taken:
            np.greater(offered, given, out=offered)
        if offer.award.by != TOTAL:
            offered &= total > 0
        for met in moving:
            offered &= met
        return np.asarray(lookup(by) * offered)

    def _held_together(self, decision: Decision, bound: int, pools: Pools, lookup: Lookup) -> Decision:
        """The award when there are no more than `bound` places in all classes together.

        Winners are put in one order, by the same keys. An open tie of a class takes as many places as it has left. Where
        the places end among members exactly level, all of those keep theirs under "joint"; otherwise none does until the
        committee decides. A place lost here is not offered to anyone else of the class.
        """
        won = decision.given | decision.open
        crowded = np.flatnonzero(won.sum(axis=1) > bound)
        if not crowded.size:
            return decision
        by = self.award_rule.order(decision.award)
        standings = [np.broadcast_to(lookup(key), won.shape) for key in (by, *tie_keys(self.award_rule.scheme))]
        given, open_, beyond, shared = (np.array(mask) for mask in (decision.given, decision.open, won & False, won & False))
        clear, lost, last = beyond_line(won, crowded[~open_[crowded].any(axis=1)], bound, standings[0])
        given[clear] &= ~lost
        beyond[clear] = lost
        ceilings = {run: Ceiling(bound, line, 0, 0) for run, line in zip(clear.tolist(), self._ahead_by(by, last).tolist(), strict=True)}
        for run in np.setdiff1d(crowded, clear, assume_unique=True).tolist():
            winners = np.flatnonzero(won[run])
            cut = self._cut(decision, run, winners, bound, pools, [standing[run, winners] for standing in standings])
            if cut is not None:
                keeps, shares, ceilings[run] = cut
                given[run, winners] &= keeps
                open_[run, winners] &= keeps
                beyond[run, winners], shared[run, winners] = ~keeps & ~shares, shares
        return replace(decision, given=given, open=open_, beyond=beyond, shared=shared, ceilings=ceilings)

    def _cut(  # noqa: PLR0917 - private
        self, decision: Decision, run: int, winners: NDArray[np.intp], bound: int, pools: Pools, standings: list[Standing]
    ) -> tuple[Mask, Mask, Ceiling] | None:
        """Of the winners of one run who keeps the place and who stands open at the line of all classes; None where all keep theirs."""
        ranks = competition_ranks(*standings)
        taken = _taken(decision, run, winners, ranks, pools)
        if taken.sum() <= bound:
            return None
        line = int(np.flatnonzero(taken.cumsum() > bound)[0])
        left = bound - int(taken[:line].sum())
        keeps = ranks < line + (self.award_rule.joint and left > 0)
        shares = (ranks == line) & ~keeps & (left > 0)
        last, level = standings[0][keeps | shares], int(shares.sum())
        by = self.award_rule.order(decision.award)
        return keeps, shares, Ceiling(bound, float(self._ahead_by(by, last.min())) if last.size else None, left if level else 0, level)


def _taken(decision: Decision, run: int, winners: NDArray[np.intp], ranks: Integers, pools: Pools) -> Integers:
    """How many places are taken at each rank among all winners, int64[ranks + 1]."""
    given, open_ = decision.given[run, winners], decision.open[run, winners]
    taken = np.bincount(ranks[given], minlength=len(winners) + 1)
    for pool in np.unique(pools.codes[winners[open_]]).tolist():  # all of a class stand at one rank
        inside, count = pools.codes[winners] == pool, decision.places[pool]
        assert count is not None  # where there are places for all no tie is open
        left = count if isinstance(count, int) else int(count[run])
        taken[ranks[inside & open_][0]] += left - int((given & inside).sum())
    return taken


def places_of(award: Award, pools: Pools, part: Mask) -> list[Places]:
    """The places of an award in each pool, of which a share is one of those who take part."""
    if len(part) == 1:
        return [places(award.quota, count, name) for name, count in zip(pools.names, pools.counted(part[0]), strict=True)]
    counted: list[Places] = []
    for name, span in zip(pools.names, pools.spans, strict=True):
        counts, which = np.unique(part[:, span].sum(axis=1), return_inverse=True)
        numbers = [places(award.quota, int(count), name) for count in counts]
        counted.append(None if None in numbers else np.array(numbers, np.int64)[which])
    return counted


