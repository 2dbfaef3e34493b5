"""The award rule by hand: one list, member by member, in plain Python; what is required and how large a quota is are taken as known."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from toolkit.evaluation import Evaluation
from toolkit.evaluation.quotas import places
from toolkit.evaluation.scores import Score, rounded_scores
from toolkit.scheme.outcomes import Award, Quota, TieRule


@dataclass
class Awarded:
    """One award: who is over its bars, given it, or level at its line, lost it in all classes, or shares that line; and whose turn is next."""

    able: set[int]
    given: set[int] = field(default_factory=set)
    open: set[int] = field(default_factory=set)
    beyond: set[int] = field(default_factory=set)
    shared: set[int] = field(default_factory=set)
    reserve: dict[int, int] = field(default_factory=dict)


class RuleByHand:
    """The ranks of members, by position and 0 for none, and the awards by their ids, under the scores of an evaluation or others."""

    def __init__(self, asked: Evaluation, score: Score | None = None) -> None:
        rule, self.scheme, people = asked.award_rule, asked.scheme, range(len(asked.members))
        self.score = score or rounded_scores(self.scheme, asked.scores.loc[asked.members.index])
        self.classes = [str(name) if self.scheme.members.class_ else "" for name in asked.members["class"]]
        self.conditions = asked.measured.conditions.reindex(asked.members.index)
        self.firsts_asked = rule.firsts
        self.part = {m for m in people if rule.applied[m] and rule.eligibility.met(self.score)[m]}
        ranked = {m for m in self.part if not math.isnan(self.score("total")[m])}
        columns = [self.score(item.id) for item in self.scheme.indicators if "first_places" in self.scheme.ties]
        self.lower = self.scheme.total.better == "lower"
        columns = [-column for column in columns] if self.lower else columns
        self.firsts = [sum(not any(column[rival] > column[m] for rival in self.rivals(m, ranked)) and not math.isnan(column[m]) for column in columns) for m in people]
        self.ranks = [self.turn(m, self.rivals(m, ranked)) if m in ranked else 0 for m in people]
        self.awards = dict[str, Awarded]()
        for award in self.scheme.awards:
            held = {m for id_, other in self.awards.items() if id_ not in award.beside for m in other.given}
            met, barred, by = rule.bars[award.id].met(self.asked), rule.barred[award.id], self.score(award.by)
            self.ranked = {m for m in ranked - held if not math.isnan(by[m])}
            self.awards[award.id] = self.awarded(award, {m for m in self.ranked if met[m] and not barred[m]})
        for award in self.scheme.awards:
            self.line_up(award, self.awards[award.id])

    def asked(self, node: str) -> np.ndarray:
        """The score at a node; of what asks for the first at one, 1 for who is among them."""
        item = self.firsts_asked.get(node)
        if item is None or item.first is None:
            return self.score(node)
        first, height = item.first, self.score(str(item.node)) * (-1 if self.lower and item.node == "total" else 1)
        found = np.zeros(len(height))
        for m in (m for m in self.part if not math.isnan(height[m])):
            everyone = self.rivals(m, self.part, first.within)
            count = places(Quota(share=first.share, number=first.number, rounding=first.rounding), len(everyone))
            found[m] = sum(height[other] > height[m] for other in everyone) < (count or 0)
        return found

    def rivals(self, member: int, among: Collection[int], within: str = "class") -> set[int]:
        """Who of some competes with a member."""
        return {other for other in among if within == "all" or self.classes[other] == self.classes[member]}

    def key(self, member: int, by: str) -> tuple[float, ...]:
        """What a member is compared by."""
        numbers = [self.score(by)[member] * (-1 if self.lower and by == "total" else 1), *(self.tie(member, key) for key in self.scheme.ties if key not in {"joint", "committee"})]
        return tuple(-math.inf if math.isnan(number) else number for number in numbers)

    def tie(self, member: int, key: str | TieRule) -> float:
        """By what a member is ahead, the more the better."""
        if isinstance(key, str):
            return self.firsts[member] if key == "first_places" else self.score(key)[member]
        if key.order:
            return -[*key.order, found].index(found) if (found := self.state(member)) in key.order else math.nan
        number = self.score(key.node)[member] if key.node else self.conditions[str(key.condition)].iloc[member]
        return -float(number) if key.better == "lower" else float(number)

    def turn(self, member: int, among: Collection[int], by: str = "total") -> int:
        """The place of a member among some, 1-2-2-4."""
        return 1 + sum(self.key(other, by) > self.key(member, by) for other in among)

    def awarded(self, award: Award, able: set[int]) -> Awarded:
        """Class by class, then all together."""
        if award.quota is not None and award.quota.limited:
            return self.limited(award, able)
        own, within, joint = Awarded(able), award.quota.within if award.quota else "class", self.scheme.ties[-1] == "joint"
        taken: Counter[tuple[float, ...]] = Counter()  # how many places go at each height, with those still open
        for m in able:
            rivals = self.rivals(m, able, within)
            count = places(award.quota, len(self.rivals(m, self.part, within)), "" if within == "all" else self.classes[m])
            level, turn = [other for other in rivals if self.key(other, award.by) == self.key(m, award.by)], self.turn(m, rivals, award.by)
            left = len(rivals) if count is None else count - (turn - 1)
            if left >= (1 if joint else len(level)):
                own.given.add(m)
                taken[self.key(m, award.by)] += 1
            elif left > 0:
                own.open.add(m)
                taken[self.key(m, award.by)] += left * (m == min(level))
        bound = math.inf if award.quota is None or award.quota.in_all is None else award.quota.in_all
        for height in sorted(taken, reverse=True):
            here = {m for m in own.given | own.open if self.key(m, award.by) == height}
            if taken[height] > bound and not (joint and bound > 0):
                (own.shared if bound > 0 else own.beyond).update(here)
            bound = max(bound - taken[height], 0)
        lost = own.beyond | own.shared
        own.given, own.open = own.given - lost, own.open - lost
        return own

    def limited(self, award: Award, able: set[int]) -> Awarded:
        """Within so many alike, or a budget: who has a place however those level are put in order has it, who only in some order stands open."""
        own, quota = Awarded(able), award.quota
        assert quota is not None
        for pool in {frozenset(self.rivals(m, able, quota.within)) for m in able}:
            if quota.budget is not None:
                self.funded(award, pool, own)
                continue
            if not quota.handed_on:
                self.foremost(award, pool, own)
                continue
            m = min(pool)
            count = places(quota, len(self.rivals(m, self.part, quota.within)), "" if quota.within == "all" else self.classes[m])
            count = len(pool) if count is None else count
            if self.scheme.ties[-1] == "joint":
                own.given |= self.all_level(award, pool, count)
                continue
            first, last = ({m for m in pool if m in self.greedy(award, pool, count, m, ahead=ahead)} for ahead in (True, False))
            own.given |= last
            own.open |= first - last
        return own

    def foremost(self, award: Award, pool: Collection[int], own: Awarded) -> None:
        """Of all ranked the first; of those level where the places end who may be given it before the others."""
        quota, joint = award.quota, self.scheme.ties[-1] == "joint"
        assert quota is not None
        for m in pool:
            rivals = self.rivals(m, self.ranked, quota.within)
            count = places(quota, len(self.rivals(m, self.part, quota.within)), "" if quota.within == "all" else self.classes[m])
            height = (self.key(m, award.by), True)
            heights = [(self.key(other, award.by), other in own.able) for other in rivals]
            ahead, level = sum(other > height for other in heights), sum(other == height for other in heights)
            if count is None or ahead + (1 if joint else level) <= count:
                own.given.add(m)
            elif ahead < count:
                own.open.add(m)

    def state(self, member: int) -> str:
        """In what members are alike."""
        found = self.conditions["state"].iloc[member]
        return found if isinstance(found, str) else ""

    def greedy(self, award: Award, pool: Collection[int], count: int, member: int, *, ahead: bool) -> set[int]:
        """Who has a place where one member is put before, or behind, all that are level with it."""
        assert award.quota is not None
        assert award.quota.per is not None
        most, least = award.quota.per.most or math.inf, award.quota.per.least or 0
        order = sorted(pool, key=lambda m: (self.key(m, award.by), (m == member) if ahead else (m != member)), reverse=True)
        kept = [m for place, m in enumerate(order) if sum(self.state(other) == self.state(m) for other in order[:place]) < most]
        sure = [m for place, m in enumerate(kept) if sum(self.state(other) == self.state(m) for other in kept[:place]) < least]
        return set([*sure, *(m for m in kept if m not in sure)][:count])

    def all_level(self, award: Award, pool: Collection[int], count: int) -> set[int]:
        """The same where all of those level have a place together."""
        assert award.quota is not None
        assert award.quota.per is not None

        def ahead(m: int, among: Collection[int]) -> int:
            return sum(self.key(other, award.by) > self.key(m, award.by) for other in among)

        def alike(m: int, among: Collection[int]) -> set[int]:
            return {other for other in among if self.state(other) == self.state(m)}

        most, least = award.quota.per.most or math.inf, award.quota.per.least or 0
        kept = {m for m in pool if ahead(m, alike(m, pool)) < most}
        sure = {m for m in kept if ahead(m, alike(m, kept)) < least}
        return {m for m in sure if ahead(m, sure) < count} | {m for m in kept - sure if len(sure) + ahead(m, kept - sure) < count}

    def funded(self, award: Award, pool: Collection[int], own: Awarded) -> None:
        """As far as the budget goes."""
        assert award.quota is not None
        cost = {m: float(number) for m in pool if (number := self.conditions["number"].iloc[m]) >= 0}
        left = award.quota.budget or 0.0
        for height in sorted({self.key(m, award.by) for m in cost}, reverse=True):
            level = {m for m in cost if self.key(m, award.by) == height}
            fitting = {m for m in level if cost[m] <= left}
            if sum(cost[m] for m in fitting) > left:
                own.open |= fitting
                return
            own.given |= fitting
            left -= sum(cost[m] for m in fitting)
            if fitting < level and award.quota.overrun == "stop":
                return

    def line_up(self, award: Award, own: Awarded) -> None:
        """Who would be next, once every award is given and those not chosen of an open tie; nobody while the places of all classes are open."""
        if not award.reserve:
            return
        others = [other for other in self.scheme.awards if other.id not in award.beside and award.id not in other.beside]
        waiting = own.able - own.open - {m for other in others for m in self.awards[other.id].given}
        if award.quota and award.quota.per:  # who is cut by the number of those alike is no reserve either
            most = award.quota.per.most or math.inf
            rivals = {m: self.rivals(m, own.able, award.quota.within) for m in waiting}
            waiting = {m for m in waiting if sum(self.state(other) == self.state(m) and self.key(other, award.by) > self.key(m, award.by) for other in rivals[m]) < most}
        for m in waiting:
            pool = self.rivals(m, range(len(self.classes)), within := award.quota.within if award.quota else "class")
            count = places(award.quota, len(self.part & pool), "" if within == "all" else self.classes[m]) or 0
            over = len(own.open & pool) - (count - len(own.given & pool)) if own.open & pool else 0
            turn = self.turn(m, waiting & pool, award.by) + over
            if turn <= award.reserve and not own.shared & pool:
                own.reserve[m] = turn
