"""Who certainly stands above whom, who may, and who is over a bar, under any weights of a set.

The most one member can be ahead of another under any weights of a set, pair by pair.

Within one set of siblings the children's leads are shared out so that their weighted mean is largest. Groups are
independent of one another, so the largest lead at a group is made of the largest leads at its children.

How far ahead one can be where siblings share out the weight between them: a fractional knapsack in closed form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.evaluation.awards import tie_nodes
from toolkit.evaluation.requirements import Asked
from toolkit.evaluation.scores import TOTAL, list_scores, node_scores, shares_of
from toolkit.ground.ranking import rounded
from toolkit.sensitivity.tipping.lines import exact_scores, terms_of
from toolkit.sensitivity.weights import Box, WeightBounds, WeightHull, WeightSet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.aggregation import Branch
    from toolkit.evaluation.awards import AwardRule
    from toolkit.ground.ranking import Floats, Mask


def most_shared(leads: Sequence[Floats], held: Box | Floats) -> Floats:
    """The largest weighted mean of the children's leads under bounds on the shares, or at corners.

    Under bounds low <= s <= high it is the least, over all levels l, of low . D + l (1 - sum low) + sum of
    (high - low) max(D - l, 0): the dual of the knapsack, least at one of the leads themselves. So nothing is sorted, and
    each child's leads are one array in the processor's own memory.

    Parameters
    ----------
    leads
        One array for each child, all of one shape; NaN where it is not known, and so is the mean.

    Examples
    --------
    >>> most_shared([np.array(10.0), np.array(-10.0)], (np.array([0.2, 0.2]), np.array([0.8, 0.8]))).item()
    6.0
    """
    if not isinstance(held, tuple):
        return np.asarray(np.maximum.reduce([_added(leads, corner) for corner in held]))
    low, high = held
    room, fixed = high - low, _added(leads, low)
    spare = max(0.0, 1.0 - float(low.sum())) - float(room.sum())
    if not room.any():
        return fixed
    best = np.full(np.shape(leads[0]), np.inf)
    for level in leads:
        best = np.minimum(best, _added([np.maximum(lead, level) for lead in leads], room) + spare * level)
    return np.asarray(fixed + best)


def _added(leads: Sequence[Floats], shares: Floats) -> Floats:
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
    _by_vector: dict[str, tuple[Floats, Mask]] = field(default_factory=dict)

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
        if self.hull is not None:
            return shares_of(tree, self.hull[:1])[0] if np.ptp(self.hull, axis=0).max() == 0 else None
        found = tree.shares
        for branch in tree.branches:
            low, high = self._ends(branch)
            if not np.array_equal(low, high):
                return None
            found[list(branch.children)] = low
        return found

    @cached_property
    def scores_at_point(self) -> dict[str, Floats]:
        """The rounded scores float64[members] at every node under the only weights there are."""
        evaluation, tree = self.evaluation, self.evaluation.tree
        assert self.point is not None
        leaves, members = list(tree.nodes[tree.leaves]), evaluation.members.index
        values = np.column_stack([self.columns[leaf] for leaf in leaves])
        applicable = evaluation.applicable.loc[members, leaves].to_numpy(np.bool_)
        points = {item.id: self.columns[item.id] for item in evaluation.scheme.adjustments}
        score = list_scores(evaluation.scheme, tree.with_weights(self.point), values, applicable, points)
        return {node: score(node) for node in (*tree.nodes, *points)}

    def _ends(self, branch: Branch) -> Box:
        assert self.shares is not None
        held = self.shares[branch.node]
        return held if isinstance(held, tuple) else (held.min(axis=0), held.max(axis=0))

    def most(self, node: str, first: NDArray[np.intp], second: NDArray[np.intp]) -> tuple[Floats, Mask]:
        """The most each of some members can be ahead of each of others at a node, and whether that is reached.

        Returns
        -------
        float64[first, second], bool[first, second]
            An upper bound where False: a value is left out for one of the two, or a mean is not arithmetic.
        """
        if node not in self.evaluation.tree.nodes or node in self.evaluation.tree.nodes[self.evaluation.tree.leaves]:
            lead = self.columns[node][first][:, None] - self.columns[node][second][None, :]
            return lead, np.ones(lead.shape, np.bool_)
        lead, exact = self._hulled(node, first, second) if self.hull is not None else self._lead(self._branch(node), first, second)
        return lead + self._added(node, first)[:, None] - self._added(node, second)[None, :], exact

    def span(self, node: str) -> tuple[Floats, Floats]:
        """The least and the most each member can have at a node, adjustments included: float64[members] each; NaN for none."""
        if node not in self.evaluation.tree.nodes or node in self.evaluation.tree.nodes[self.evaluation.tree.leaves]:
            return self.columns[node], self.columns[node]
        added = self._added(node, np.arange(len(self.columns[TOTAL])))
        if self.hull is not None:
            scores, complete = self._vectors(node)
            low, high = self._range(self._branch(node))
            return np.where(complete, scores.min(axis=0), low) + added, np.where(complete, scores.max(axis=0), high) + added
        low, high = self._spans[self._branch(node).node]
        return low + added, high + added

    def _added(self, node: str, members: NDArray[np.intp]) -> Floats:
        found = np.zeros(len(members))
        if node == TOTAL:
            for item in self.evaluation.scheme.adjustments:
                found = found + np.nan_to_num(self.columns[item.id][members])
        return found

    def _branch(self, node: str) -> Branch:
        tree = self.evaluation.tree
        return next(branch for branch in tree.branches if tree.nodes[branch.node] == node)

    @cached_property
    def _groups(self) -> dict[int, Branch]:
        return {branch.node: branch for branch in self.evaluation.tree.branches}

    def _leads(self, branch: Branch, first: NDArray[np.intp], second: NDArray[np.intp]) -> Iterator[tuple[Floats, Mask]]:
        """Largest leads at each child of a group."""
        for child in branch.children:
            if child in self._groups:
                yield self._lead(self._groups[child], first, second)
            else:
                own = self.columns[self.evaluation.tree.nodes[child]]
                lead = own[first][:, None] - own[second][None, :]
                yield lead, np.ones(lead.shape, np.bool_)

    def _lead(self, branch: Branch, first: NDArray[np.intp], second: NDArray[np.intp]) -> tuple[Floats, Mask]:
        """Largest leads at a group before adjustments."""
        low, high = self._spans[branch.node]
        loose = high[first][:, None] - low[second][None, :]
        if branch.power != 1 or not branch.settled:
            return loose, np.zeros(loose.shape, np.bool_)
        leads, exact = zip(*self._leads(branch, first, second), strict=True)
        assert self.shares is not None
        best = most_shared(leads, self.shares[branch.node]) * branch.full
        whole = ~np.isnan(best)
        return np.where(whole, np.fmin(best, loose), loose), np.logical_and.reduce([*exact, whole])

    @cached_property
    def _spans(self) -> dict[int, Box]:
        """The least and most of each member at every group before adjustments, by the group's node."""
        found: dict[int, Box] = {}
        for branch in self.evaluation.tree.branches:
            found[branch.node] = self._span(branch, found)
        return found

    def _span(self, branch: Branch, below: dict[int, Box]) -> Box:
        nodes = self.evaluation.tree.nodes
        ends = [below[child] if child in below else (self.columns[nodes[child]],) * 2 for child in branch.children]
        low, high = (np.array([end[side] for end in ends]) for side in (0, 1))
        loose = np.fmin.reduce(low, axis=0) * branch.full, np.fmax.reduce(high, axis=0) * branch.full
        whole = ~np.isnan(low).any(axis=0)
        if branch.power != 1 or not branch.settled:
            return loose
        assert self.shares is not None
        held = self.shares[branch.node]
        return (
            np.where(whole, -most_shared(list(-low), held) * branch.full, loose[0]),
            np.where(whole, most_shared(list(high), held) * branch.full, loose[1]),
        )

    def _range(self, branch: Branch) -> Box:
        """The least and most value of each member under a group, which no mean of them leaves."""
        below, nodes = self._groups, self.evaluation.tree.nodes
        ends = [self._range(below[child]) if child in below else (self.columns[nodes[child]],) * 2 for child in branch.children]
        return (
            np.fmin.reduce([end[0] for end in ends]) * min(1.0, branch.full),
            np.fmax.reduce([end[1] for end in ends]) * max(1.0, branch.full),
        )

    def _vectors(self, node: str) -> tuple[Floats, Mask]:
        """Scores at a node by the vectors of a hull, float64[vectors, members], and whether mixtures lie between them."""
        if node not in self._by_vector:
            self._by_vector[node] = self._mixed(node)
        return self._by_vector[node]

    def _mixed(self, node: str) -> tuple[Floats, Mask]:
        assert self.hull is not None
        tree = self.evaluation.tree
        values = np.column_stack([self.columns[leaf] for leaf in tree.nodes[tree.leaves]])
        shares = shares_of(tree, self.hull)
        applicable = self.evaluation.applicable.loc[self.evaluation.members.index, list(tree.nodes[tree.leaves])].to_numpy(np.bool_)
        rows = [node_scores(tree.with_weights(own), values, applicable)[:, tree.nodes.index(node)] for own in shares]
        plain = node == TOTAL and all(branch.power == branch.full == 1 and branch.settled for branch in tree.branches)
        return np.array(rows), np.asarray(~np.isnan(values).any(axis=1) & plain)

    def _hulled(self, node: str, first: NDArray[np.intp], second: NDArray[np.intp]) -> tuple[Floats, Mask]:
        scores, complete = self._vectors(node)
        exact = complete[first][:, None] & complete[second][None, :]
        best = np.full(exact.shape, -np.inf)
        for own in scores:
            np.maximum(best, own[first][:, None] - own[second][None, :], out=best)
        low, high = self._range(self._branch(node))
        low, high = np.where(complete, scores.min(axis=0), low), np.where(complete, scores.max(axis=0), high)
        return np.where(exact, best, high[first][:, None] - low[second][None, :]), exact



Positions: TypeAlias = "NDArray[np.intp]"
CELLS = 1 << 21  # pairs whose leads are held at once
NEAR = 1 << 14  # pairs whose leads at every indicator stay in the processor's own memory
NOISE = 1e-9


@dataclass(frozen=True, eq=False)
class Leads:
    """Who is ahead of whom, and by how much, in an evaluation whose weights are in a set.

    Parameters
    ----------
    extremes
        The values under that set.
    terms
        The terms of the awards.
    """

    evaluation: Evaluation
    extremes: Extremes
    terms: AwardRule

    @classmethod
    def of(cls, evaluation: Evaluation, weights: WeightSet) -> Leads:
        """The leads of an evaluation; refused when the set does not fit its scheme."""
        return cls(evaluation, Extremes.of(evaluation, weights), terms_of(evaluation))

    @property
    def step(self) -> float:
        """One step of the last decimal."""
        return float(10.0**-self.evaluation.scheme.decimals)

    @cached_property
    def settled(self) -> bool:
        """Whether nodes settle ties."""
        return bool(tie_nodes(self.evaluation.scheme))

    @cached_property
    def part(self) -> tuple[Mask, Mask]:
        """Who takes part for certain, and who may; those with a total."""
        able = self.terms.applied & ~np.isnan(self.extremes.columns[TOTAL])
        sure, may = self.met(self.terms.eligibility)
        return able & sure, able & may

    def pools(self, within: str) -> Iterator[tuple[str, Positions]]:
        """Those who may take part, pool by pool."""
        may = self.part[1]
        for name, positions in self.terms.pools[within]:
            if may[positions].any():
                yield name, positions[may[positions]]

    def met(self, asked: Asked) -> tuple[Mask, Mask]:
        """Who meets requirements for certain, and who may."""
        sure, may = asked.able.copy(), asked.able.copy()
        for item, spared in asked.nodes:
            low, high = self.rounded_span(str(item.node))
            bounds = [(item.least, 0.0), (item.above, NOISE)]
            tops = [(item.most, 0.0), (item.below, NOISE)]
            above = [bound + more for bound, more in bounds if bound is not None]
            under = [bound - less for bound, less in tops if bound is not None]
            sure &= np.logical_and.reduce([*(low >= bound for bound in above), *(high <= bound for bound in under)]) | spared
            may &= np.logical_and.reduce([*(high >= bound for bound in above), *(low <= bound for bound in under)]) | spared
        return sure, may

    def rounded_span(self, node: str) -> tuple[Floats, Floats]:
        """The least and most each member's rounded score can be at a node."""
        low, high = self.extremes.span(node)
        if node == TOTAL:
            bounds = self.evaluation.scheme.total
            low, high = (np.clip(end, -np.inf if bounds.floor is None else bounds.floor, np.inf if bounds.cap is None else bounds.cap) for end in (low, high))
        decimals = self.evaluation.scheme.decimals
        return rounded(low - NOISE, decimals), rounded(high + NOISE, decimals)

    def blocks(self, node: str, pool: Positions) -> Iterator[tuple[Positions, Floats, Floats, Mask]]:
        """Block by block: some of a pool, the least and most by which each is ahead of each of the pool, whether reached.

        What one is ahead at most, the other is behind: a pool small enough is gone through once, a larger one twice.
        """
        if len(pool) ** 2 <= CELLS:
            parts = [self.extremes.most(node, some, pool) for some in _parted(pool)]
            most, exact = (np.concatenate(part) for part in zip(*parts, strict=True))
            start = 0
            for some in _parted(pool):
                own = slice(start, start + len(some))
                yield some, -most[:, own].T, most[own], exact[own] & exact[:, own].T
                start += len(some)
            return
        for some in _parted(pool):
            (most, exact), (least, too) = self.extremes.most(node, some, pool), self.extremes.most(node, pool, some)
            yield some, -least.T, most, exact & too.T

    def relations(self, node: str, some: Positions, pool: Positions, least: Floats, most: Floats) -> tuple[Mask, Mask]:
        """Whether each of some certainly stands above each of a pool, and whether it may: bool[some, pool]."""
        other = some[:, None] != pool[None, :]
        sure, may = least >= self.step + NOISE, most > (-self.step - NOISE if self.settled else NOISE)
        bounds = self.evaluation.scheme.total
        if node == TOTAL and (bounds.cap is not None or bounds.floor is not None):
            low, high = self.extremes.span(TOTAL)
            cap, floor = np.inf if bounds.cap is None else bounds.cap, -np.inf if bounds.floor is None else bounds.floor
            sure = sure & (high[pool] <= cap - self.step)[None, :] & (low[some] >= floor + self.step)[:, None]
            if self.settled:
                may = may | (high[some] >= cap - self.step)[:, None] | (low[pool] <= floor + self.step)[None, :]
        return sure & other, may & other

    def related(self, node: str, pool: Positions) -> tuple[Mask, Mask, Mask]:
        """Who of a pool certainly stands above whom, who may, and where leads are reached: bool[pool, pool]."""
        parts = [(*self.relations(node, some, pool, least, most), exact) for some, least, most, exact in self.blocks(node, pool)]
        sure, may, exact = (np.concatenate(part) for part in zip(*parts, strict=True))
        return sure, may, exact


def _parted(pool: Positions) -> Iterator[Positions]:
    size = max(1, NEAR // max(1, len(pool)))
    for start in range(0, max(1, len(pool)), size):
        yield pool[start : start + size]
