"""Contests: the awards of one list as its reasons look at them, class by class, with their lines and their reserves (候补)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from toolkit.evaluation.awards import AwardRule, Decision, RuleInSteps, places_of
from toolkit.evaluation.requirements import Demands
from toolkit.evaluation.scores import TOTAL, TURNED, Score, order_of
from toolkit.evaluation.steps import Standing, Steps, from_where
from toolkit.evaluation.tiebreaks import tie_keys, tie_rules
from toolkit.evaluation.turns import OPEN, OTHER, SEVERAL, Bars, Rivals, Turns, nth_best, turns
from toolkit.ground.ranking import Floats, Integers, Mask, competition_ranks
from toolkit.scheme.outcomes import FIRST_PLACES, Award, Quota, Requirement

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.evaluation.limits import Opening
    from toolkit.evaluation.quotas import Ceiling
    from toolkit.evaluation.ranks import Places


@dataclass(frozen=True, eq=False)
class Contest:
    """One award in one pool, decided.

    Parameters
    ----------
    award, class_
        The award, and the class that competes for it; "" when all classes compete together.
    positions : intp[n]
        The pool's members, by position among all.
    places
        Places there are; None for no limit.
    keys : float64[keys, n]
        The score that the places go by, then what settles ties: scores at nodes, and the number of first places.
    able : bool[n]
        Those over every bar whom no earlier award excludes.
    given, open : bool[n]
        Those given the award, and those left level at its line for the committee to settle.
    beyond, shared : bool[n]
        Those who won a place of their class that the bound on all classes together takes away, and those level at
        that line, for the committee to settle. Neither is among `given` or `open`.
    reserve : int64[n]
        The place among the reserves, from 1 up; 0 for those that are none.
    free : bool[n]
        Those that are ranked and hold no earlier award that excludes this one.
    turning
        Tells where the award turns for each.
    ceiling
        What is known of that bound; None where there is none or it holds by itself.
    kept : bool[n]
        Those not left out by a limit beside the number of places, so many alike or a budget; None where there is no such limit.
    facts : object[n]
        Then what is known of each: in which state it is, or what it costs.
    openings
        Of the open ones, which are level with one another, by position among all, and how many places are left for them.
    turned
        Whether the lower score is ahead; the first of the keys, and the lines with it, are then scores turned round.
    """

    award: Award
    class_: str
    positions: NDArray[np.intp]
    places: int | None
    keys: Floats
    able: Mask
    given: Mask
    open: Mask
    beyond: Mask
    shared: Mask
    reserve: Integers
    free: Mask
    turning: Callable[[Contest], Turns]
    ceiling: Ceiling | None = None
    kept: Mask | None = None
    facts: NDArray[np.object_] | None = None
    openings: tuple[Opening, ...] = ()
    turned: bool = False

    def score(self, key: float) -> float:
        """The score that the first of the keys, or a line, stands for."""
        return -key + 0.0 if self.turned else key

    @cached_property
    def order(self) -> Integers:
        """The place of each member among those able, 1-2-2-4; 0 for the others."""
        return competition_ranks(np.where(self.able, self.keys[0], np.nan), *self.keys[1:])

    @cached_property
    def line(self) -> float | None:
        """The lowest of the first keys, a score or a score turned round, that has a place of the class, stands open at its line, or lost it in all classes together.

        Where so many alike have a place before anyone else, of those that need no such place, if there are any.
        """
        placed = self.given | self.open | self.beyond | self.shared
        won = self.keys[0][placed & ~self.assured if (placed & ~self.assured).any() else placed]
        return float(won.min()) if won.size else None

    @cached_property
    def assured(self) -> Mask:
        """Those given a place since so many of those alike have one before anyone else; bool[n]."""
        assured = np.zeros(len(self.given), np.bool_)
        per = self.award.quota.per if self.award.quota is not None else None
        if per is None or per.least is None or self.facts is None:
            return assured
        for state in set(self.facts[self.given]):
            own = self.given & (self.facts == state)
            assured |= own & (self.order <= np.sort(self.order[own])[: per.least].max())
        return assured

    @property
    def budget(self) -> float | None:
        """What there is to be spent; None where places are counted."""
        return None if self.award.quota is None else self.award.quota.budget

    @property
    def lowest(self) -> float | None:
        """The first key at which the award is held: of all winners, or at the line where a tie there is open, or a limit beside the number of places says so."""
        if self.ceiling and self.ceiling.line is not None and self.line is not None:
            return max(self.line, self.ceiling.line)
        if self.kept is not None or self.open.any():
            return self.line
        return float(self.keys[0][self.given].min()) if self.given.any() else None

    @property
    def passed_over(self) -> Mask:
        """Those above the line that have no place all the same: too many alike, or too dear; bool[n]."""
        if self.kept is None or self.line is None:
            return np.zeros(len(self.given), np.bool_)
        return np.asarray(self.able & ~self.given & ~self.open & (self.keys[0] > self.line))

    @cached_property
    def turns(self) -> Turns:
        """Where the award turns for each member; for who misses it for something else than its score alone, at the lowest that is held where it reaches that."""
        found, lowest = self.turning(self), np.nan if self.lowest is None else self.lowest
        reached = (found.untold == OTHER) & (self.keys[0] >= lowest)
        return replace(found, at=np.where(reached, lowest, found.at), untold=np.where(reached, "", found.untold))

    @cached_property
    def ties(self) -> tuple[tuple[Mask, int], ...]:
        """Those level with one another for the committee to settle, and how many places there are for them."""
        if self.kept is not None:
            return tuple((np.isin(self.positions, opening.members), opening.places) for opening in self.openings)
        return ((self.open, self.left),) if self.open.any() else ()

    @property
    def left(self) -> int:
        """How many places are left for those in an open tie."""
        if self.kept is not None:
            return sum(opening.places for opening in self.openings)
        return (self.places or 0) - int(self.given.sum()) if self.open.any() else 0

    @property
    def vacant(self) -> int:
        """How many places stay empty because nobody else is good enough (宁缺毋滥)."""
        taken = self.given | self.shared | self.beyond
        return max(0, (self.places or 0) - int(taken.sum()) - self.left)


@dataclass(frozen=True, eq=False)
class Allotment:
    """One award of a list in all its pools, decided.

    Parameters
    ----------
    able : bool[n]
        Those of all members who are over every bar and whom no earlier award excludes.
    """

    run: ListRun
    decision: Decision
    able: Mask

    @property
    def award(self) -> Award:
        """Which award it is."""
        return self.decision.award

    @property
    def given(self) -> Mask:
        """Those given the award; bool[n]."""
        return np.asarray(self.decision.given[0])

    @property
    def open(self) -> Mask:
        """Those left level at a line for the committee to settle; bool[n]."""
        return np.asarray(self.decision.open[0])

    @property
    def ceiling(self) -> Ceiling | None:
        """What is known of the bound on all classes together; None where there is none or it holds by itself."""
        return self.decision.ceilings.get(0)

    @cached_property
    def contests(self) -> list[Contest]:
        """The award in every pool, with its reserves."""
        rule, award, decision = self.run.rule.award_rule, self.award, self.decision
        keys = np.array([self.run.key(key) for key in (rule.order(award), *tie_keys(rule.scheme))])
        nobody = np.zeros_like(self.given)
        beyond, shared = (nobody if mask is None else mask[0] for mask in (decision.beyond, decision.shared))
        none, turned = np.zeros(len(nobody), np.int64), rule.order(award) == TURNED
        contests = [
            Contest(
                award, name, pool, count, keys[:, pool], self.able[pool], self.given[pool], self.open[pool], beyond[pool], shared[pool],
                none[pool], self.free[pool], self._turns, self.ceiling, *self._limited(pool), turned,
            )
            for (name, pool), count in zip(rule.competing(award), map(_number, decision.places), strict=True)
        ]
        if not award.reserve:
            return contests
        taken = self._taken
        return [replace(contest, reserve=_reserve(contest, taken[contest.positions])) for contest in contests]

    def _limited(self, pool: NDArray[np.intp]) -> tuple[Mask | None, NDArray[np.object_] | None, tuple[Opening, ...]]:
        """Of a pool, what a limit beside the number of places left out, what it looks at, and what it left open."""
        quota, kept = self.award.quota, self.decision.kept
        if quota is None or kept is None:
            return None, None, ()
        name = quota.per.condition if quota.per else quota.cost
        openings = tuple(opening for opening in self.decision.openings.get(0, ()) if np.isin(opening.members, pool).all())
        return kept[0][pool], None if name is None else self.run.rule.award_rule.facts[name][pool], openings

    @cached_property
    def _earlier(self) -> list[Allotment]:
        """The awards before it of which who holds one is not offered this one."""
        allotments = self.run.allotments
        before = allotments[: [other.award.id for other in allotments].index(self.award.id)]
        return [other for other in before if other.award.id not in self.award.beside]

    @cached_property
    def free(self) -> Mask:
        """Those that are ranked and hold no earlier award that excludes this one; bool[n]."""
        return np.asarray(np.logical_and.reduce([self.run.ranks > 0, *(~other.given for other in self._earlier)]))

    @cached_property
    def _settling(self) -> Mask:
        """Those level at the line of an earlier award that excludes this one, for the committee to settle; bool[n]."""
        shared = (other.decision.shared[0] for other in self._earlier if other.decision.shared is not None)
        return np.asarray(np.logical_or.reduce([np.zeros_like(self.given), *(other.open for other in self._earlier), *shared]))

    @property
    def _own_firsts(self) -> dict[str, Requirement]:
        """What it asks of being among the first at the score that its places go by."""
        asked_of = {str(item.node) for item in self.run.rule.award_rule.bars[self.award.id].of_nodes}
        return {key: item for key, item in self.run.rule.award_rule.firsts.items() if key in asked_of and item.node == self.award.by}

    @cached_property
    def _hangs_on_others(self) -> bool:
        """Whether being among the first is asked for in a way in which who moves decides whether others are."""
        quota, firsts_ = self.award.quota, self._own_firsts
        plain = {str(item.node) for item, _ in self.run.rule.award_rule.bars[self.award.id].nodes}
        apart = (quota is not None and quota.within == "all") or any(item.first and item.first.within == "all" for item in firsts_.values())
        return bool(firsts_) and (not firsts_.keys() <= plain or (apart and self.run.rule.award_rule.scheme.members.class_ is not None))

    @cached_property
    def _rivals(self) -> Mask:
        """Those that take a place from others who stand behind them: being among the first is then theirs too; bool[n]."""
        rule, own = self.run.rule.award_rule, self._own_firsts
        met = rule.bars[self.award.id].met(lambda node: np.ones(len(self.able)) if node in own else self.run.asked(node))
        return np.asarray(met & self.free & ~rule.barred[self.award.id] & ~np.isnan(self.run.key(rule.order(self.award))))

    @cached_property
    def _bars(self) -> Bars:
        """What is asked of the score that its places go by, of all members."""
        run, rule, by = self.run, self.run.rule.award_rule, self.award.by
        decimals, turned, demands = rule.scheme.decimals, rule.order(self.award) == TURNED, (rule.eligibility, rule.bars[self.award.id])
        own = {key: run.first_line(item) for key, item in self._own_firsts.items()}
        steps = [step for demand in demands for item in demand.of_nodes if item.node == by for step in from_where(item, decimals)]
        starts = [np.full(len(self.able), 10.0**-decimals - step if turned else step) for step in steps]
        lows = np.sort(np.vstack([np.full(len(self.able), -np.inf), *starts, *own.values()]), axis=0)

        def met(low: Floats, asked_of: Sequence[Demands]) -> Mask:
            def score(node: str) -> Floats:
                if node in own:
                    return (low >= own[node]).astype(np.float64)
                return (-low if turned else low) if node == by else run.asked(node)

            return np.asarray(asked_of[0].met(score) & asked_of[1].met(score))

        alone = [demand.alone({by, *own}) for demand in demands]
        return Bars(lows, np.array([met(low, demands) for low in lows]), np.array([met(low, alone) for low in lows]))

    def _turns(self, contest: Contest) -> Turns:
        """Where the award turns for each member of a pool."""
        rule, quota, pool = self.run.rule.award_rule, self.award.quota, contest.positions
        among = (self.free & ~np.isnan(self.run.key(rule.order(self.award))) if quota is not None and not quota.handed_on else self._rivals)[pool]
        placed = contest.given | contest.open
        rivals = Rivals(contest.keys, among, placed, contest.places, rule.joint, contest.facts, self._elsewhere(contest))
        found = turns(contest.keys[0], contest.given, rule.barred[self.award.id][pool], rivals.last(quota), self._bars.of(pool), step=10.0**-rule.scheme.decimals)
        untold = np.where(self._settling[pool], OPEN, np.where(self._hangs_on_others, SEVERAL, found.untold)).astype(object)
        return replace(found, at=np.where((untold == OPEN) | (untold == SEVERAL), np.nan, found.at), untold=untold)

    def _elsewhere(self, contest: Contest) -> Floats:
        """The first keys of those who have a place of another class, before the bound on all classes together."""
        if self.award.quota is None or self.award.quota.in_all is None:
            return np.empty(0)
        keys = []
        for other in self.contests:
            won = np.sort(other.keys[0][other.given | other.open | other.beyond | other.shared])[::-1]
            if other.class_ != contest.class_:
                keys.append(won if self.run.rule.award_rule.joint else won[: other.places])
        return np.concatenate([np.empty(0), *keys])

    @property
    def _taken(self) -> Mask:
        """Who holds an award that excludes this one, and so is no reserve of it; bool[n]."""
        mine = self.award
        others = (other for other in self.run.allotments if other.award.id not in mine.beside and mine.id not in other.award.beside)
        return np.asarray(np.logical_or.reduce([other.given for other in others]))


@dataclass(frozen=True, eq=False)
class ListRun:
    """The rule on the scores of one list, or of several: `given` and `rank_table` are of all, the rest is of one alone.

    Parameters
    ----------
    score
        The rounded scores of all members by node, float64[n]; float64[runs, n] where there are several lists, of the total
        always, of another node where they differ in it.
    """

    rule: RuleInSteps
    score: Score

    @classmethod
    def of(cls, rule: AwardRule, score: Score) -> ListRun:
        """The rule, counted in steps that hold these scores."""
        return cls(RuleInSteps.of(rule, Steps.spanning(rule.scheme.decimals, map(score, rule.nodes))), score)

    @cached_property
    def standings(self) -> dict[str, Standing]:
        """The standings by node, int[runs or 1, n]."""
        return {node: np.atleast_2d(self.rule.steps.of_rounded(self.score(node))) for node in self.rule.award_rule.nodes}

    def asked(self, node: str) -> Floats:
        """The rounded scores by which requirements are met; of what asks for the first at a node 1 for who is, and 0."""
        if node not in self.rule.award_rule.firsts:
            return self.score(node)
        return np.asarray(self.rule.with_keys(self.standings.__getitem__)(node)[0] > 0, np.float64)

    def places_at(self, item: Requirement) -> Integers:
        """The place of each member at the node of which the first are asked for, 1-2-2-4; 0 for none; int64[n]."""
        standing, pools = self.rule.places_at(item, self.standings.__getitem__)
        found = np.zeros(standing.shape[1], np.int64)
        for _, pool in pools:
            found[pool] = competition_ranks(np.where(standing[0, pool] > 0, standing[0, pool], np.nan))
        return found

    def first_line(self, item: Requirement) -> Floats:
        """What each has to reach at the node of which the first are asked for to be one of them, the higher ahead; float64[n]."""
        standing, pools = self.rule.places_at(item, self.standings.__getitem__)
        first, line = item.first, np.empty(standing.shape[1])
        assert first is not None
        award = Award(id="first", label="first", quota=Quota(share=first.share, number=first.number, within=first.within, rounding=first.rounding))
        part = self.rule.taking_part(self.standings.__getitem__)
        key = self.key(order_of(self.rule.award_rule.scheme, str(item.node)))
        for (_, pool), count in zip(pools, places_of(award, pools, part), strict=True):
            line[pool] = nth_best(key[pool], standing[0, pool] > 0, _number(count))
        return line

    def key(self, key: str) -> Floats:
        """What members are compared by, the higher ahead: at a node, by their first places, or what else settles ties; float64[n]."""
        rule = tie_rules(self.rule.award_rule.scheme).get(key)
        if key == TURNED:
            return -self.score(TOTAL)
        if rule is not None:
            return np.asarray(self.rule.award_rule.facts[key] if rule.node is None else self.score(rule.node) * (-1 if rule.better == "lower" else 1))
        return self.first_places if key == FIRST_PLACES else self.score(key)

    @cached_property
    def first_places(self) -> Floats:
        """How many first places each member has, float64[n]."""
        return np.asarray(self.rule.first_places(self.standings.__getitem__)[0], np.float64)

    @cached_property
    def given(self) -> Mask:
        """Who is given each award, bool[awards, runs, n]."""
        given = [decision.given for decision in self.rule.decided(self.standings.__getitem__)]
        return np.array(given, np.bool_).reshape(len(given), *self.standings[TOTAL].shape)

    @cached_property
    def rank_table(self) -> Integers:
        """The rank of each member in its class, 1-2-2-4; 0 for those that are not ranked; int64[runs, n]."""
        return self.rule.ranks_by_member(self.standings.__getitem__)

    @property
    def ranks(self) -> Integers:
        """The same of one list alone, int64[n]."""
        return np.asarray(self.rank_table[0])

    @cached_property
    def allotments(self) -> list[Allotment]:
        """Every award, decided in the scheme's order."""
        return [Allotment(self, decision, decision.able[0]) for decision in self.rule.decided(self.standings.__getitem__)]

    @property
    def contests(self) -> list[Contest]:
        """The same in every pool."""
        return [contest for allotment in self.allotments for contest in allotment.contests]


def _number(places: Places) -> int | None:
    """The places of a pool in the only run there is."""
    return places if places is None or isinstance(places, int) else int(places[0])


def _reserve(contest: Contest, taken: Mask) -> Integers:
    """The place of each member among the reserves.

    Of an open tie those not chosen come first, so that the listed ones follow them. While the places of all classes
    together are open, nobody's turn is known.
    """
    waiting = contest.able & ~contest.open & ~taken
    if contest.kept is not None and contest.budget is None:
        waiting &= contest.kept
    if contest.shared.any():
        return np.zeros(len(waiting), np.int64)
    ranks = competition_ranks(np.where(waiting, contest.keys[0], np.nan), *contest.keys[1:])
    turn = ranks + (int(contest.open.sum()) - contest.left)
    return np.where((ranks > 0) & (turn <= contest.award.reserve), turn, 0)
