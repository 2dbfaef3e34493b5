"""The lines of an evaluation as pairs: who holds an award, and who of those free to take it does not.

Who holds an award and who could take it, and what else of a scheme's rule says where a list can change.

Searches that run side by side: each says what it wants to know next, and all of them are answered at once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np

from toolkit.evaluation.awards import AwardRule, tie_nodes
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.requirements import rounded_scores
from toolkit.evaluation.scores import TOTAL, node_scores
from toolkit.ground.ranking import Floats, rounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.contests import Contest
    from toolkit.evaluation.scores import Tree
    from toolkit.ground.ranking import Mask
    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Requirement


@dataclass(frozen=True)
class Rivals:
    """Who holds an award, and who could take it: positions of members, and whether the latter are over every bar.

    `floor` and `cap` are the bounds that the score they compete by is held in.
    """

    held: NDArray[np.intp]
    others: NDArray[np.intp]
    able: Mask
    by: str
    floor: float = -np.inf
    cap: float = np.inf


@dataclass(frozen=True, eq=False)
class Field:
    """All contests that go by one score, one after another, to be looked at together; each with a holder and a rival."""

    rivals: Sequence[Rivals]

    @property
    def by(self) -> str:
        """The node whose score they go by."""
        return self.rivals[0].by

    @property
    def floor(self) -> float:
        """The lowest that score can be."""
        return self.rivals[0].floor

    @property
    def cap(self) -> float:
        """The highest that score can be."""
        return self.rivals[0].cap

    @cached_property
    def held(self) -> NDArray[np.intp]:
        """The holders of all contests."""
        return np.concatenate([own.held for own in self.rivals])

    @cached_property
    def others(self) -> NDArray[np.intp]:
        """The rivals of all contests."""
        return np.concatenate([own.others for own in self.rivals])

    @cached_property
    def sizes(self) -> NDArray[np.intp]:
        """How many holders, and how many rivals, intp[2, contests]."""
        return np.array([[len(own.held), len(own.others)] for own in self.rivals]).T

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """Where those of each contest start, intp[2, contests]."""
        return self.sizes.cumsum(axis=1) - self.sizes

    def parts(self, place: int) -> Iterator[tuple[int, int]]:
        """Where the holders of one contest start and how many they are; then its rivals."""
        return zip(self.starts[:, place].tolist(), self.sizes[:, place].tolist(), strict=True)

    def lowest(self, score: Floats) -> NDArray[np.intp]:
        """The lowest holder of each contest by a score float64[members]."""
        return _best(self.held, self.sizes[0], -score)

    def highest(self, score: Floats) -> NDArray[np.intp]:
        """The highest able rival of each contest by a score float64[members]; -1 for none."""
        return _best(*self._able, score)

    @cached_property
    def _able(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The able rivals of all contests, and how many there are in each."""
        able = [own.others[own.able] for own in self.rivals]
        return np.concatenate(able), np.array([len(own) for own in able])


def _best(members: NDArray[np.intp], sizes: NDArray[np.intp], score: Floats) -> NDArray[np.intp]:
    """Of each of some groups of members, one after another, the first with its highest score; -1 for none."""
    found, some = np.full(len(sizes), -1, np.intp), sizes > 0
    if some.any():
        own = score[members]
        starts = (sizes.cumsum() - sizes)[some]
        at = np.flatnonzero(own == np.repeat(np.fmax.reduceat(own, starts), sizes[some]))
        found[np.repeat(np.flatnonzero(some), sizes[some])[at[::-1]]] = members[at[::-1]]  # the first of each group stays
    return found


@dataclass(frozen=True)
class Rule:
    """All of a scheme's rule that says where a list can change.

    Parameters
    ----------
    rivals
        The pairs of every contest that has any.
    levels
        Nodes, and unrounded scores at which something is decided: bars, and the bounds of the total.
    ties
        The nodes that settle ties.
    decimals
        Of the scheme.
    """

    rivals: Sequence[Rivals]
    levels: Sequence[tuple[str, float]]
    ties: Sequence[str]
    decimals: int

    @cached_property
    def fields(self) -> list[Field]:
        """The contests by the score they go by."""
        nodes = dict.fromkeys(own.by for own in self.rivals)
        return [Field([own for own in self.rivals if own.by == node]) for node in nodes]



def exact_scores(evaluation: Evaluation) -> dict[str, Floats]:
    """Unrounded scores, float64[members], at every node; the total with its adjustments, not held in its bounds."""
    tree, members = evaluation.tree, evaluation.members.index
    names = list(tree.nodes[tree.leaves])
    values = evaluation.values.loc[members, names].to_numpy(np.float64)
    table = node_scores(tree, values, evaluation.applicable.loc[members, names].to_numpy(np.bool_))
    found = dict(zip(tree.nodes, table.T.copy(), strict=True))
    for item in evaluation.scheme.adjustments:
        found[item.id] = evaluation.scores.loc[members, item.id].to_numpy(np.float64)
        found[TOTAL] = found[TOTAL] + np.nan_to_num(found[item.id])
    found[TOTAL] = np.where(evaluation.scores.loc[members, TOTAL].isna(), np.nan, found[TOTAL])
    return found


def is_linear(tree: Tree) -> bool:
    """Whether the total of members that lack nothing is the weighted sum of their values, whatever the weights."""
    return all(branch.power == branch.full == 1 and branch.settled for branch in tree.branches)


def terms_of(evaluation: Evaluation) -> AwardRule:
    """The terms of the awards of an evaluation."""
    return AwardRule.of(evaluation.scheme, evaluation.members, evaluation.vetoes, evaluation.measured.conditions)


def decided(evaluation: Evaluation) -> list[Contest]:
    """Every award in every pool as it stands."""
    return ListRun.of(terms_of(evaluation), rounded_scores(evaluation.scheme, evaluation.scores.loc[evaluation.members.index])).contests


def rivals(evaluation: Evaluation) -> list[Rivals]:
    """The pairs of every contest; where all classes together are bounded, of all members, none of them certain.

    Those level at a line are rivals of one another, and of all who could come to stand beside them.
    """
    terms, contests = terms_of(evaluation), decided(evaluation)
    score = rounded_scores(evaluation.scheme, evaluation.scores.loc[evaluation.members.index])
    part = terms.applied & ~np.isnan(score(TOTAL))
    found: list[Rivals] = []
    held: dict[str, Mask] = {}
    for award in evaluation.scheme.awards:
        own = [contest for contest in contests if contest.award.id == award.id]
        free = part & ~np.logical_or.reduce([terms.barred[award.id], *(held[e] for e in held if e not in award.beside)])
        given, able = (_spread(own, [getattr(each, what) for each in own], len(part)) for what in ("given", "able"))
        bounded = award.quota is not None and award.quota.in_all is not None
        between = score_bounds(evaluation, award.by)
        level = _spread(own, [_level(each, bounded=bounded) for each in own], len(part))
        pools = [np.arange(len(part))] if bounded else [contest.positions for contest in own]
        for pool in pools:
            others = pool[free[pool] & ~given[pool]]
            found.append(Rivals(pool[given[pool]], others, able[others] & (not bounded), award.by, *between))
            beside = pool[level[pool] | (free[pool] & ~given[pool])]
            found.append(Rivals(pool[level[pool]], beside, np.zeros(len(beside), np.bool_), award.by, *between))
        held[award.id] = given
    return found


def rule_of(evaluation: Evaluation) -> Rule:
    """Where the list of an evaluation can change."""
    contested = [own for own in rivals(evaluation) if own.held.size and own.others.size]
    return Rule(contested, bars_of(evaluation), tie_nodes(evaluation.scheme), evaluation.scheme.decimals)


def bars_of(evaluation: Evaluation) -> list[tuple[str, float]]:
    """Every score that decides something: node, and the unrounded score from which its rounded one is over the bar."""
    scheme, terms = evaluation.scheme, terms_of(evaluation)
    asked = [item for own in (terms.eligibility, *terms.bars.values()) for item, _ in own.nodes]
    found = [(str(item.node), level) for item in asked for level in _levels(item, scheme.decimals)]
    step = 10.0**-scheme.decimals  # held in its bounds a total leaves the bound's rounded score only half a step on
    held = [
        (TOTAL, float(level))
        for bound in (scheme.total.floor, scheme.total.cap)
        if bound is not None
        for level in (bound, *(np.floor(bound / step + 1e-6) * step + by * step / 2 for by in (-1, 1, 3)))
    ]
    return [*found, *held]


def _levels(item: Requirement, decimals: int) -> Iterator[float]:
    """The boundaries of rounding on both sides of what a requirement asks."""
    step = 10.0**-decimals
    for bound in (item.least, item.above, item.most, item.below):
        if bound is not None:
            near = np.floor(bound / step + 1e-6) * step
            yield from (float(rounded(near, decimals) + by * step / 2) for by in (-1, 1))


def score_bounds(evaluation: Evaluation, node: str) -> tuple[float, float]:
    """The bounds a score is held in: those of the total, infinite where there is none."""
    total = evaluation.scheme.total
    floor, cap = (total.floor, total.cap) if node == TOTAL else (None, None)
    return -np.inf if floor is None else float(floor), np.inf if cap is None else float(cap)


def _level(contest: Contest, *, bounded: bool) -> Mask:
    """Who stands level at a line: in an open tie, or with more members than there are places (并列)."""
    given = contest.given
    crowded = given.any() and (bounded or (contest.places is not None and int(given.sum()) > contest.places))
    last = given & (contest.order == contest.order[given].max()) if crowded else np.zeros_like(given)
    return contest.open | contest.shared | last


def _spread(contests: list[Contest], masks: list[Mask], members: int) -> Mask:
    found = np.zeros(members, np.bool_)
    for contest, mask in zip(contests, masks, strict=True):
        found[contest.positions[mask]] = True
    return found



Told = TypeVar("Told")
Found = TypeVar("Found")
Search: TypeAlias = Generator[Floats, Told, Found]
"""Asks about numbers, float64[n], is told of each of them, and ends with what it found."""


def together(searches: Sequence[Search[Told, Found]], answers: Callable[[dict[int, Floats]], Iterable[Told]]) -> list[Found]:
    """What each search finds: one answer to all costs hardly more than one answer to one.

    Parameters
    ----------
    answers
        Given what is asked, by the places of the searches that still ask, the answer to each in the same order.

    Examples
    --------
    >>> import numpy as np
    >>> def root(square: float) -> Search[list[bool], float]:
    ...     tried = np.arange(10.0)
    ...     enough = yield tried
    ...     return float(tried[enough.index(True)])
    >>> together([root(9), root(25)], lambda asked: [[x * x >= (9, 25)[at] for x in own] for at, own in asked.items()])
    [3.0, 5.0]
    """
    found: dict[int, Found] = {}
    told: dict[int, Any] = dict.fromkeys(range(len(searches)))
    while told:
        asked: dict[int, Floats] = {}
        for place, answer in told.items():
            try:
                asked[place] = searches[place].send(answer)
            except StopIteration as end:
                found[place] = end.value
        told = dict(zip(asked, answers(asked), strict=True)) if asked else {}
    return [found[place] for place in range(len(searches))]



def or_better(scheme: Scheme, award: str) -> list[str]:
    """An award and those decided before it that leave it to others: who has one of these has that award or a better one."""
    ids = [each.id for each in scheme.awards]
    beside = next(each.beside for each in scheme.awards if each.id == award)
    return [*(each for each in ids[: ids.index(award)] if each not in beside), award]
