"""Contests: the awards of one list as its reasons look at them, class by class, with their lines and their reserves (候补)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from toolkit.evaluation.awards import AwardRule, Ceiling, RuleInSteps, tie_nodes
from toolkit.evaluation.scores import TOTAL
from toolkit.evaluation.steps import Steps
from toolkit.ground.deferred import Deferred
from toolkit.ground.ranking import Floats, Integers, Mask, competition_ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.evaluation.awards import Decision, Places
    from toolkit.evaluation.requirements import Score
    from toolkit.evaluation.steps import Standing
    from toolkit.scheme.outcomes import Award


NOBODY = np.zeros(0, dtype=np.bool_)


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
        The score that the places go by, then the nodes that settle ties.
    able : bool[n]
        Those over every bar whom no earlier award excludes.
    given, open : bool[n]
        Those given the award, and those left level at its line for the committee to settle.
    beyond, shared : bool[n]
        Those who won a place of their class that the bound on all classes together takes away, and those level at
        that line, for the committee to settle. Neither is among `given` or `open`.
    reserve : int64[n]
        The place among the reserves, from 1 up; 0 for those that are none.
    ceiling
        What is known of that bound; None where there is none or it holds by itself.
    """

    award: Award
    class_: str
    positions: NDArray[np.intp]
    places: int | None
    keys: Floats
    able: Mask
    given: Mask
    open: Mask
    beyond: Mask = field(default_factory=lambda: NOBODY)
    shared: Mask = field(default_factory=lambda: NOBODY)
    reserve: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    ceiling: Ceiling | None = None

    def __post_init__(self) -> None:
        """Whoever is not told of is in none of the rarer states."""
        for name in ("beyond", "shared", "reserve"):
            if not len(getattr(self, name)):
                kind = np.int64 if name == "reserve" else np.bool_
                object.__setattr__(self, name, np.zeros(len(self.positions), kind))

    @cached_property
    def order(self) -> Integers:
        """The place of each member among those able, 1-2-2-4; 0 for the others."""
        return competition_ranks(np.where(self.able, self.keys[0], np.nan), *self.keys[1:])

    @cached_property
    def line(self) -> float | None:
        """The lowest score that has a place of the class, stands open at its line, or lost it in all classes together."""
        won = self.keys[0][self.given | self.open | self.beyond | self.shared]
        return float(won.min()) if won.size else None

    @property
    def left(self) -> int:
        """How many places are left for those in an open tie."""
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
    given, open : bool[n]
        Of all members those given the award, and those left level at a line for the committee to settle.
    contests
        The same pool by pool, with what is known beside.
    ceiling
        What is known of the bound on all classes together; None where there is none or it holds by itself.
    """

    award: Award
    given: Mask
    open: Mask
    contests: Deferred[Sequence[Contest]] = Deferred()  # noqa: RUF009 - it has no default, and is given to each
    ceiling: Ceiling | None = None


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
        return _with_reserves([self._allotted(decision) for decision in self.rule.decided(self.standings.__getitem__)])

    @property
    def contests(self) -> list[Contest]:
        """The same in every pool."""
        return [contest for own in self.allotments for contest in own.contests]

    def _allotted(self, decision: Decision) -> Allotment:
        award, rule, able, none = decision.award, self.rule.award_rule, decision.able[0], np.zeros_like(decision.given)
        masks = (decision.given, decision.open, none if decision.beyond is None else decision.beyond, none if decision.shared is None else decision.shared)
        given, open_, beyond, shared = (mask[0] for mask in masks)
        ceiling = decision.ceilings.get(0)

        def contests() -> list[Contest]:
            keys = np.array([self.score(node) for node in (award.by, *tie_nodes(rule.scheme))])
            return [
                Contest(award, name, own, count, keys[:, own], able[own], given[own], open_[own], beyond[own], shared[own], ceiling=ceiling)
                for (name, own), count in zip(rule.competing(award), map(_number, decision.places), strict=True)
            ]

        return Allotment(award, given, open_, contests, ceiling)


def _number(places: Places) -> int | None:
    """The places of a pool in the only run there is."""
    return places if places is None or isinstance(places, int) else int(places[0])


def _with_reserves(allotments: list[Allotment]) -> list[Allotment]:
    """The awards with the reserves of those that name any."""
    return [_reserved(own, allotments) if own.award.reserve else own for own in allotments]


def _reserved(own: Allotment, all_: Sequence[Allotment]) -> Allotment:
    """Whoever holds an award that excludes this one is no reserve of it."""
    excluding = [other.given for other in all_ if other.award.id not in own.award.beside and own.award.id not in other.award.beside]
    taken = np.logical_or.reduce(excluding)
    return replace(own, contests=[replace(one, reserve=_reserve(one, taken[one.positions])) for one in own.contests])


def _reserve(contest: Contest, taken: Mask) -> Integers:
    """The place of each member among the reserves.

    Of an open tie those not chosen come first, so that the listed ones follow them. While the places of all classes
    together are open, nobody's turn is known.
    """
    waiting = contest.able & ~contest.open & ~taken
    if contest.shared.any():
        return np.zeros(len(waiting), np.int64)
    ranks = competition_ranks(np.where(waiting, contest.keys[0], np.nan), *contest.keys[1:])
    turn = ranks + (int(contest.open.sum()) - contest.left)
    return np.where((ranks > 0) & (turn <= contest.award.reserve), turn, 0)
