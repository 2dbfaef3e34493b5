"""The awards of many draws at once, by the same rule as `toolkit.awards`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.awards.contests import tie_nodes
from toolkit.awards.terms import Terms
from toolkit.ranking import Floats, Mask, rounded
from toolkit.scoring import TOTAL
from toolkit.sensitivity.rule.desk import Desk
from toolkit.sensitivity.rule.offers import Bar, Offer, bars_of, offers, over
from toolkit.sensitivity.rule.patterned_scores import PatternedScores
from toolkit.sensitivity.rule.standing import Key, Standing, Steps, allot_draws

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme

Lookup: TypeAlias = Callable[[str], Standing]

FEW = 16


@dataclass(frozen=True, eq=False)
class Allocation:
    """The rule of one evaluation, ready to be applied to chunks of draws.

    Parameters
    ----------
    scores
        The values, in steps of the last decimal.
    fixed
        Standings that no weight changes, int[1, members], by node: the indicators and adjustments.
    plus
        What is added to a group's score before it is cut, and to the total: float64[members] each.
    below
        Members whose scores can be negative.
    bounds
        The lowest and highest standing that the scheme lets a total have; None where it sets no such bound.
    unranked
        Members that have no place because a value is missing, whatever the weights.
    eligible
        What must be met at nodes to take part.
    terms
        All of the rule that no score changes.
    offers
        The awards, ready to be given in many draws at once; None where a draw has to be decided by itself, because who
        is eligible depends on weights, or places are bounded over all classes together.
    """

    scores: PatternedScores
    steps: Steps
    fixed: dict[str, Standing]
    plus: tuple[Floats, Floats]
    below: NDArray[np.intp]
    bounds: tuple[int | None, int | None]
    unranked: NDArray[np.intp]
    eligible: tuple[Bar, ...]
    terms: Terms
    offers: tuple[Offer, ...] | None
    desk: Desk = field(default_factory=Desk)

    @classmethod
    def of(cls, evaluation: Evaluation) -> Allocation:
        """The rule of an evaluation's scheme, for its members in their order."""
        scheme, tree = evaluation.scheme, evaluation.tree
        known = evaluation.scores.loc[evaluation.members.index]
        names = list(tree.nodes[tree.leaves])
        values = evaluation.values.loc[known.index, names].to_numpy(np.float64)
        applicable = evaluation.applicable.loc[known.index, names].to_numpy(np.bool_)
        adjustment = _added(known[[item.id for item in scheme.adjustments]])
        columns = {name: known[name].to_numpy(np.float64) for name in (*names, *(a.id for a in scheme.adjustments))}
        low, high = _bounds(evaluation, values)
        steps = _steps(evaluation, low + adjustment, high + np.abs(adjustment), columns)
        fixed = {name: steps.of(column)[None, :] for name, column in columns.items()}
        plus = np.full(len(known), steps.half + steps.shift)
        terms = Terms.of(scheme, evaluation.members, evaluation.vetoes, evaluation.measured.conditions)
        unranked = _unranked(scheme, values, applicable)
        return cls(
            PatternedScores.of(tree, values * steps.fine, applicable),
            steps,
            fixed,
            (plus, plus + adjustment * steps.fine),
            np.flatnonzero(low + np.minimum(adjustment, 0) < 0),
            (_step(steps, scheme.total.floor), _step(steps, scheme.total.cap)),
            np.flatnonzero(unranked),
            bars_of(terms.eligibility.nodes, steps),
            terms,
            offers(terms, ~unranked, steps, {name: rounded(column, scheme.decimals) for name, column in columns.items()}),
        )

    def awards(self, shares: Floats, lookup: Lookup | None = None) -> Iterator[Mask]:
        """Who is given each award in turn, bool[draws, members], under shares float64[draws, nodes].

        `lookup` are their `standings`, if known.
        """
        lookup = lookup or self.standings(shares)
        if self.offers is None:
            yield from self._one_by_one(len(shares), lookup)
            return
        scheme, held = self.terms.scheme, dict[str, Mask]()
        keys = [self._key(node, shares, lookup) for node in tie_nodes(scheme)]
        for offer in self.offers:
            standing = self._standing(offer, held, (len(shares), self.scores.members), lookup)
            given = allot_draws(standing, offer.least, offer.pools, keys, joint=scheme.ties[-1:] == ("joint",))
            held[offer.award.id] = given
            yield given

    def _one_by_one(self, draws: int, lookup: Lookup) -> Iterator[Mask]:
        """The same by `Terms.contests`, which makes the list itself, draw by draw."""
        order = {award.id: place for place, award in enumerate(self.terms.scheme.awards)}
        found = np.zeros((len(order), draws, self.scores.members), np.bool_)
        for draw in range(draws):
            for contest in self.terms.contests(self._scores_in(draw, lookup)):
                found[order[contest.award.id], draw, contest.positions[contest.given]] = True
        yield from found

    def _scores_in(self, draw: int, lookup: Lookup) -> Callable[[str], Floats]:
        """The rounded scores of one draw by node, made of their standings."""

        def score(node: str) -> Floats:
            found = lookup(node)
            standing = found[draw if len(found) > 1 else 0].astype(np.float64)
            return np.where(standing == 0, np.nan, (standing - self.steps.shift) / self.steps.fine)

        return score

    def _standing(self, offer: Offer, held: dict[str, Mask], shape: tuple[int, int], lookup: Lookup) -> Standing:
        """The standings at what its places go by of those that are offered an award, 0 for all others."""
        taken = [given for earlier, given in held.items() if earlier not in offer.award.beside]
        if offer.free and not taken:
            return lookup(TOTAL)
        standing: Standing = self.desk.integers("standings offered", shape, self.steps.dtype)
        np.multiply(lookup(offer.award.by), offer.able, out=standing)
        for given in taken:
            standing *= ~given
        if offer.award.by != TOTAL:
            standing *= lookup(TOTAL) > 0
        for bar in offer.bars:
            standing *= over(bar, lookup(bar[0]))
        return standing

    def _key(self, node: str, shares: Floats, lookup: Lookup) -> Key:
        """Standings at a node for pairs of draw and member; only those are worked out where they are few."""
        place, whole = (
            self.scores.tree.nodes.index(node) if node not in self.fixed else -1,
            self.scores.parts[0],
        )

        def key(draw: NDArray[np.intp], member: NDArray[np.intp]) -> Standing:
            few = FEW * len(draw) < len(shares) * self.scores.members
            if node == TOTAL or place not in whole.scores.flat or len(self.scores.parts) > 1 or not few:
                found = lookup(node)
                return np.asarray(found[draw if len(found) > 1 else 0, member])
            lifted = self.scores.pairs(place, shares, self.plus[0], draw, member)[None, :]
            below = np.flatnonzero(np.isin(member, self.below)) if self.below.size else self.below
            return self.steps.cut(lifted, below, np.empty(lifted.shape, self.steps.dtype)).ravel()

        return key

    def taking_part(self, lookup: Lookup) -> Mask:
        """Who is ranked if it has a total: bool[draws, members], or [1, members] where no weight has a say in it."""
        met: Mask = (self.terms.applied & self.terms.eligibility.able)[None, :]
        for bar in self.eligible:
            met = met & over(bar, lookup(bar[0]))
        return met

    def failed(self, lookup: Lookup) -> int:
        """In how many draws nobody at all can be ranked."""
        part, standing = self.taking_part(lookup), lookup(TOTAL)
        if not part.any():
            return len(standing)
        one = int(part.any(axis=0).argmax())
        left = np.flatnonzero(~(part[:, one] & (standing[:, one] > 0)))
        some = (part[left if len(part) > 1 else slice(None)] & (standing[left] > 0)).any(axis=1)
        return int(len(left) - some.sum())

    def standings(self, shares: Floats) -> Lookup:
        """Standings of a chunk by node, int[draws or 1, members], each worked out once and only when asked for."""
        found = dict(self.fixed)
        nodes = self.scores.tree.nodes

        def lookup(node: str) -> Standing:
            if node not in found:
                lifted = self.scores.node(nodes.index(node), shares, self.plus[node == TOTAL])
                out = self.desk.integers(node, lifted.shape, self.steps.dtype)
                found[node] = self.steps.cut(lifted, self.below, out)
                if node == TOTAL:
                    _hold(found[node], *self.bounds)
                    found[node][:, self.unranked] = 0
            return found[node]

        return lookup


def _unranked(scheme: Scheme, values: Floats, applicable: Mask) -> Mask:
    """Whom a missing value leaves without a place under any weights; bool[members]."""
    asked = np.array([item.missing == "unranked" for item in scheme.indicators], dtype=np.bool_)
    return np.asarray((np.isnan(values) & applicable & asked).any(axis=1))


def _added(adjustments: pd.DataFrame) -> Floats:
    total = np.zeros(len(adjustments))
    for column in adjustments:
        total += adjustments[column].fillna(0.0).to_numpy(np.float64)
    return total


def _bounds(evaluation: Evaluation, values: Floats) -> tuple[Floats, Floats]:
    """Bounds of every score a member can have before adjustments: no mean leaves the range of its values."""
    full = float(np.prod([max(1.0, branch.full) for branch in evaluation.tree.branches]))
    ends = [bound.reduce(values, axis=1, initial=0.0) * full for bound in (np.fmin, np.fmax)]
    return ends[0], np.maximum(-ends[0], ends[1])


def _steps(evaluation: Evaluation, low: Floats, high: Floats, columns: dict[str, Floats]) -> Steps:
    """Steps that hold every score: totals between these, indicators and adjustments, and the bounds of the total."""
    total = evaluation.scheme.total
    lows = [*low, *(column.min() for column in columns.values()), *([] if total.cap is None else [total.cap])]
    highs = [*high, *(column.max() for column in columns.values()), *([] if total.floor is None else [total.floor])]
    return Steps(evaluation.scheme.decimals, float(np.nanmin(lows)), float(np.nanmax(highs)))


def _step(steps: Steps, bound: float | None) -> int | None:
    return None if bound is None else max(1, int(np.rint(rounded(bound, steps.decimals) * steps.fine) + steps.shift))


def _hold(standing: Standing, low: int | None, high: int | None) -> None:
    """Hold the standings of totals within the scheme's bounds; 0, which is none, stays."""
    there = standing > 0
    if low is not None:
        np.maximum(standing, low, out=standing, where=there)
    if high is not None:
        np.minimum(standing, high, out=standing, where=there)
