"""Who certainly stands above whom, who may, and who is over a bar, under any weights of a set.

Within one set of siblings the children's leads are shared out so that their weighted mean is largest: a fractional
knapsack in closed form. Groups are independent of one another, so the largest lead at a group is made of the largest leads
at its children.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.evaluation.aggregation import Branch, reach
from toolkit.evaluation.requirements import Demands
from toolkit.evaluation.scores import TOTAL, TURNED, node_scores, shares_of
from toolkit.evaluation.steps import Steps, bars_of, over
from toolkit.evaluation.tiebreaks import tie_keys
from toolkit.ground.ranking import Floats, Integers, Mask, rounded
from toolkit.sensitivity.tipping.lines import exact_scores, is_linear, score_bounds
from toolkit.sensitivity.weights import Box, WeightBounds, WeightHull, WeightSet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.awards import AwardRule
    from toolkit.scheme.outcomes import Requirement

Positions: TypeAlias = "NDArray[np.intp]"
CELLS = 1 << 21  # pairs of whom it is kept at once how far apart they can be
LOOKED_AT = 300_000_000
"""How many leads at an indicator are looked at for one question, about: a count and no time, so that any machine finds the same."""
NEAR = 1 << 14  # pairs whose leads at every indicator stay in the processor's own memory
NOISE = 1e-9


def most_shared(leads: Sequence[Floats], shares: Box | Floats) -> Floats:
    """The largest weighted mean of the children's leads under bounds on the shares, or at corners.

    Under bounds low <= s <= high it is the least, over all levels l, of low . D + l (1 - sum low) + sum of
    (high - low) max(D - l, 0): the dual of the knapsack, least at one of the leads themselves. So nothing is sorted, and
    each child's leads are one array in the processor's own memory.

    Parameters
    ----------
    leads
        One array for each child, all of one shape; NaN where it is not known, and so is the mean.
    shares
        The bounds, float64[children] each, or corners float64[corners, children].

    Examples
    --------
    >>> most_shared([np.array(10.0), np.array(-10.0)], (np.array([0.2, 0.2]), np.array([0.8, 0.8]))).item()
    6.0
    """
    if not isinstance(shares, tuple):
        return np.asarray(np.maximum.reduce([_weighted(leads, corner) for corner in shares]))
    low, high = shares
    room, fixed = high - low, _weighted(leads, low)
    spare = max(0.0, 1.0 - float(low.sum())) - float(room.sum())
    if not room.any():
        return fixed
    best = np.full(np.shape(leads[0]), np.inf)
    for level in leads:
        best = np.minimum(best, _weighted([np.maximum(lead, level) for lead in leads], room) + spare * level)
    return np.asarray(fixed + best)


def _weighted(leads: Sequence[Floats], shares: Floats) -> Floats:
    """Leads times shares, added up in their order."""
    total = leads[0] * shares[0]
    for lead, share in zip(leads[1:], shares[1:], strict=True):
        total += lead * share
    return np.asarray(total)


@dataclass(frozen=True, eq=False)
class Extremes:
    """The values of an evaluation under a set of weights.

    Parameters
    ----------
    columns
        Scores float64[members] at every indicator and adjustment, by node.
    shares
        Of each group, the bounds or corners of its children's shares; None for a hull.
    hull : float64[vectors, indicators] or None
        The vectors of a hull.
    """

    evaluation: Evaluation
    columns: dict[str, Floats]
    shares: dict[int, Box | Floats] | None
    hull: Floats | None
    _by_vector: dict[int, tuple[Floats, Mask]] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation, weights: WeightSet) -> Extremes:
        """The values of an evaluation, its weights in a set; refused when the set does not fit the scheme."""
        tree, columns = evaluation.tree, exact_scores(evaluation)
        if isinstance(weights, WeightHull):
            return cls(evaluation, columns, None, weights.leaves(tree))
        shares: dict[int, Box | Floats] = {}
        shares |= weights.boxes(tree) if isinstance(weights, WeightBounds) else weights.vertices(tree)
        return cls(evaluation, columns, shares, None)

    @property
    def point(self) -> Floats | None:
        """The shares of all nodes, float64[nodes], where the set holds no other; else None."""
        tree = self.evaluation.tree
        if self.shares is None:
            assert self.hull is not None
            return shares_of(tree, self.hull[:1])[0] if np.ptp(self.hull, axis=0).max() == 0 else None
        point = tree.shares
        for branch in tree.branches:
            shares = self.shares[branch.node]
            low, high = shares if isinstance(shares, tuple) else (shares.min(axis=0), shares.max(axis=0))
            if not np.array_equal(low, high):
                return None
            point[list(branch.children)] = low
        return point

    def most(self, node: str, first: Positions, second: Positions) -> tuple[Floats, Mask]:
        """The most the first of each pair can be ahead of the second at a node, and whether that is reached.

        Returns
        -------
        float64[pairs], bool[pairs]
            An upper bound where False: a value is left out for one of the two, or a mean is not arithmetic.
        """
        if node == TURNED:
            return self.most(TOTAL, second, first)
        branch = self._branch(node)
        if branch is None:
            return self._fixed_lead(node, first, second)
        lead, exact = self._lead(branch, first, second) if self.hull is None else self._hulled(branch, first, second)
        return lead + self.added(node, first) - self.added(node, second), exact

    def span(self, node: str) -> Box:
        """The least and the most each member can have at a node, adjustments included: float64[members] each; NaN for none."""
        if node == TURNED:
            low, high = self.span(TOTAL)
            return -high, -low
        branch = self._branch(node)
        if branch is None:
            return self.columns[node], self.columns[node]
        added = self.added(node, np.arange(len(self.columns[TOTAL])))
        low, high = self._spans[branch.node] if self.hull is None else self._hulled_span(branch)
        return low + added, high + added

    def added(self, node: str, members: Positions) -> Floats:
        """What adjustments add to some members' scores at a node."""
        added = np.zeros(len(members))
        for item in self.evaluation.scheme.adjustments if node == TOTAL else ():
            added = added + np.nan_to_num(self.columns[item.id][members])
        return added

    def _branch(self, node: str) -> Branch | None:
        """The group of a node; None for an indicator or an adjustment, whose scores no weight changes."""
        tree = self.evaluation.tree
        return next((branch for branch in tree.branches if tree.nodes[branch.node] == node), None)

    def _fixed_lead(self, node: str, first: Positions, second: Positions) -> tuple[Floats, Mask]:
        lead = self.columns[node][first] - self.columns[node][second]
        return lead, np.ones(lead.shape, np.bool_)

    def _lead(self, branch: Branch, first: Positions, second: Positions) -> tuple[Floats, Mask]:
        """Largest leads at a group before adjustments."""
        low, high = self._spans[branch.node]
        loose = high[first] - low[second]
        if branch.power != 1 or not branch.settled:
            return loose, np.zeros(loose.shape, np.bool_)
        groups = {group.node: group for group in self.evaluation.tree.branches}
        leads, exact = zip(
            *(
                self._lead(groups[child], first, second) if child in groups else self._fixed_lead(self.evaluation.tree.nodes[child], first, second)
                for child in branch.children
            ),
            strict=True,
        )
        assert self.shares is not None
        best = most_shared(leads, self.shares[branch.node]) * branch.full
        whole = ~np.isnan(best)
        return np.where(whole, np.fmin(best, loose), loose), np.logical_and.reduce([*exact, whole])

    @cached_property
    def _spans(self) -> dict[int, Box]:
        """The least and most of each member at every group before adjustments, by the group's node."""
        spans: dict[int, Box] = {}
        for branch in self.evaluation.tree.branches:
            spans[branch.node] = self._span(branch, spans)
        return spans

    def _span(self, branch: Branch, below: dict[int, Box]) -> Box:
        """Within its values, which no mean leaves; closer where the shares of an arithmetic one are bounded."""
        nodes = self.evaluation.tree.nodes
        ends = [below[child] if child in below else (self.columns[nodes[child]],) * 2 for child in branch.children]
        low, high = (np.array([end[side] for end in ends]) for side in (0, 1))
        loose = reach(branch, low, high)
        if self.shares is None or branch.power != 1 or not branch.settled:
            return loose
        whole, shares = ~np.isnan(low).any(axis=0), self.shares[branch.node]
        return (
            np.where(whole, -most_shared(list(-low), shares) * branch.full, loose[0]),
            np.where(whole, most_shared(list(high), shares) * branch.full, loose[1]),
        )

    def _vectors(self, branch: Branch) -> tuple[Floats, Mask]:
        """Scores at a group by the vectors of a hull, float64[vectors, members], and whether mixtures lie between them."""
        if branch.node not in self._by_vector:
            assert self.hull is not None
            tree = self.evaluation.tree
            leaves = list(tree.nodes[tree.leaves])
            values = np.column_stack([self.columns[leaf] for leaf in leaves])
            applicable = self.evaluation.applicable.loc[self.evaluation.members.index, leaves].to_numpy(np.bool_)
            rows = [node_scores(tree.with_weights(shares), values, applicable)[:, branch.node] for shares in shares_of(tree, self.hull)]
            linear = tree.nodes[branch.node] == TOTAL and is_linear(tree)
            self._by_vector[branch.node] = np.array(rows), np.asarray(~np.isnan(values).any(axis=1) & linear)
        return self._by_vector[branch.node]

    def _hulled_span(self, branch: Branch) -> Box:
        (scores, complete), (low, high) = self._vectors(branch), self._spans[branch.node]
        return np.where(complete, scores.min(axis=0), low), np.where(complete, scores.max(axis=0), high)

    def _hulled(self, branch: Branch, first: Positions, second: Positions) -> tuple[Floats, Mask]:
        """Largest leads at a group under the vectors of a hull, before adjustments."""
        (scores, complete), (low, high) = self._vectors(branch), self._hulled_span(branch)
        exact = complete[first] & complete[second]
        best = np.full(exact.shape, -np.inf)
        for score in scores:
            np.maximum(best, score[first] - score[second], out=best)
        return np.where(exact, best, high[first] - low[second]), exact


@dataclass
class Work:
    """How many leads may still be looked at, and how many members it was no more enough for."""

    left: int = LOOKED_AT
    passed_over: int = 0


@dataclass(frozen=True, eq=False)
class Leads:
    """Who is ahead of whom, and by how much, in an evaluation whose weights are in a set.

    Parameters
    ----------
    extremes
        The values under that set.
    terms
        The terms of the awards.
    work
        What may still be looked at.
    """

    evaluation: Evaluation
    extremes: Extremes
    terms: AwardRule
    work: Work = field(default_factory=Work)

    @classmethod
    def of(cls, evaluation: Evaluation, weights: WeightSet, work: int = LOOKED_AT) -> Leads:
        """The leads of an evaluation; refused when the set does not fit its scheme."""
        return cls(evaluation, Extremes.of(evaluation, weights), evaluation.award_rule, Work(work))

    @property
    def step(self) -> float:
        """One step of the last decimal."""
        return float(10.0**-self.evaluation.scheme.decimals)

    @cached_property
    def settled(self) -> bool:
        """Whether anything settles ties, so that of two who are level either may be ahead."""
        return bool(tie_keys(self.evaluation.scheme))

    @cached_property
    def _taking_part(self) -> tuple[Mask, Mask]:
        """Who takes part for certain, and who may, with a total or without."""
        sure, may = self.met(self.terms.eligibility)
        return self.terms.applied & sure, self.terms.applied & may

    @cached_property
    def part(self) -> tuple[Mask, Mask]:
        """Who takes part for certain, and who may; those with a total."""
        able = ~np.isnan(self.extremes.columns[TOTAL])
        sure, may = self._taking_part
        return able & sure, able & may

    def counted(self, within: str) -> dict[str, tuple[int, int]]:
        """Of how many the places of each pool are a share, at least and at most: all who take part, those without a total too."""
        return {name: (int(self._taking_part[0][positions].sum()), int(self._taking_part[1][positions].sum())) for name, positions in self.terms.pools[within]}

    def pools(self, within: str) -> Iterator[tuple[str, Positions]]:
        """Those who may take part, pool by pool."""
        may = self.part[1]
        for name, positions in self.terms.pools[within]:
            if may[positions].any():
                yield name, positions[may[positions]]

    def bounded(self, node: str) -> bool:
        """Whether scores at a node are kept within bounds, so that any two can be level there."""
        return bool(np.isfinite(score_bounds(self.evaluation, node)).any())

    def met(self, requirements: Demands) -> tuple[Mask, Mask]:
        """Who meets requirements for certain, and who may."""
        sure, may = requirements.able.copy(), requirements.able.copy()
        for item, spared in requirements.nodes:
            if item.node in self.terms.firsts:  # who is among the first hangs on all others: nothing is proved
                sure &= spared
                continue
            span = self.rounded_span(str(item.node))
            steps = Steps.spanning(self.evaluation.scheme.decimals, span)
            lows, highs = map(steps.of_rounded, span)
            (bar,) = bars_of([(item, spared)], steps)
            _, least, beyond, _ = bar
            sure &= over(bar, lows) & over(bar, highs)
            may &= (highs >= least) & (True if beyond is None else lows < beyond) | spared
        for clause in requirements.clauses:
            certain, possible = clause.certain(self._certain)
            sure, may = sure & certain, may & possible
        return sure, may

    def _certain(self, item: Requirement) -> tuple[Mask, Mask]:
        """Who meets what is asked of a node for certain, and who may."""
        if item.node in self.terms.firsts:
            nobody = np.zeros(len(self.terms.members), np.bool_)
            return nobody, ~nobody
        span = self.rounded_span(str(item.node))
        steps = Steps.spanning(self.evaluation.scheme.decimals, span)
        lows, highs = map(steps.of_rounded, span)
        ((_, least, beyond, _),) = bars_of([(item, np.zeros(len(lows), np.bool_))], steps)
        sure, may = lows >= least, highs >= least
        return (sure, may) if beyond is None else (sure & (highs < beyond), may & (lows < beyond))

    def rounded_span(self, node: str) -> Box:
        """The least and most each member's rounded score can be at a node."""
        low, high = (np.clip(end, *score_bounds(self.evaluation, node)) for end in self.extremes.span(node))
        decimals = self.evaluation.scheme.decimals
        return rounded(low - NOISE, decimals), rounded(high + NOISE, decimals)

    def overlapping(self, node: str, pool: Positions) -> Integers:
        """Of how many of a pool each of it is not told apart at a node by what either can have at least and at most: int64[pool]."""
        low, high = (end[pool] for end in self.extremes.span(node))
        apart = self.step + 2 * NOISE
        return np.asarray(np.searchsorted(np.sort(low), high + apart, "left") - np.searchsorted(np.sort(high), low - apart, "right"))

    def paid(self, node: str, pool: Positions, asked: Positions) -> Positions:
        """Those of a pool, the first to be asked about first, whom the bound on work lets be compared pair by pair; the others are counted."""
        each = dict(zip(pool.tolist(), self.overlapping(node, pool).tolist(), strict=True))
        cost = np.cumsum([each[member] for member in asked.tolist()], dtype=np.int64) * 2 * self.evaluation.tree.indicators
        allowed = cost <= self.work.left
        self.work.left -= int(cost[allowed].max(initial=0))
        self.work.passed_over += int((~allowed).sum())
        return asked[allowed]

    def blocks(self, node: str, pool: Positions, asked: Positions, *, by_pairs: bool = True) -> Iterator[tuple[Positions, Floats, Floats]]:
        """Block by block: some of those asked about, the least and the most by which each of a pool is ahead of each of them.

        Of two whom what each can have at least and at most tells apart that says enough; only of the others it is looked, pair by pair,
        how far they can be apart under one and the same weights. Without `by_pairs` of nobody.
        """
        low, high = self.extremes.span(node)
        size = max(1, CELLS // max(1, len(pool)))
        for some in (asked[start : start + size] for start in range(0, len(asked), size)):
            least, most = low[pool][:, None] - high[some], high[pool][:, None] - low[some]
            if by_pairs:
                near = np.flatnonzero((least < self.step + 2 * NOISE) & (most > -self.step - 2 * NOISE))
                for part in (near[start : start + NEAR] for start in range(0, len(near), NEAR)):
                    one, other = pool[part // len(some)], some[part % len(some)]
                    most.flat[part], least.flat[part] = self.extremes.most(node, one, other)[0], -self.extremes.most(node, other, one)[0]
            yield some, least, most

    def relations(self, node: str, pool: Positions, some: Positions, least: Floats, most: Floats) -> tuple[Mask, Mask]:
        """Whether each of a pool certainly stands above each of some, and whether it may: bool[pool, some]."""
        other = pool[:, None] != some[None, :]
        sure, may = least >= self.step + NOISE, most > (-self.step - NOISE if self.settled else NOISE)
        if self.bounded(node):
            (low, high), (floor, cap) = self.extremes.span(node), score_bounds(self.evaluation, node)
            sure = sure & (high[some] <= cap - self.step)[None, :] & (low[pool] >= floor + self.step)[:, None]
            if self.settled:
                may = may | (high[pool] >= cap - self.step)[:, None] | (low[some] <= floor + self.step)[None, :]
        return sure & other, may & other

    def related(self, node: str, pool: Positions, by_pairs: Mask) -> tuple[Mask, Mask]:
        """Who of a pool certainly stands above whom, and who may, looked at pair by pair for some; bool[pool, pool]."""
        sure, may = (np.zeros((len(pool), len(pool)), np.bool_) for _ in range(2))
        for own, paired in ((by_pairs, True), (~by_pairs, False)):
            columns = np.flatnonzero(own)
            for some, least, most in self.blocks(node, pool, pool[own], by_pairs=paired):
                at, columns = columns[: len(some)], columns[len(some) :]
                sure[:, at], may[:, at] = self.relations(node, pool, some, least, most)
        return sure, may
