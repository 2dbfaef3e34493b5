"""The most one member can be ahead of another under any weights of a set, pair by pair.

Within one set of siblings the children's leads D are shared out so that sum s D is largest: with bounds on the shares
that is a fractional knapsack, filled from the largest D down; with corners it is the best of the corners. Groups are
independent of one another, so the largest lead at a group is made of the largest leads at its children.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from toolkit.scoring import TOTAL
from toolkit.sensitivity.contested_lines import exact_scores
from toolkit.sensitivity.weight_bounds import Box, WeightBounds, WeightHull, WeightSet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.aggregation import Branch
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Mask


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

    @classmethod
    def of(cls, evaluation: Evaluation, weights: WeightSet) -> Extremes:
        """The values of an evaluation, its weights in a set; refused when the set does not fit the scheme."""
        tree, columns = evaluation.tree, exact_scores(evaluation)
        if isinstance(weights, WeightHull):
            return cls(evaluation, columns, None, weights.leaves(tree))
        shares: dict[int, Box | Floats] = {}
        shares |= weights.boxes(evaluation.scheme, tree) if isinstance(weights, WeightBounds) else weights.vertices(evaluation.scheme, tree)
        return cls(evaluation, columns, shares, None)

    @property
    def point(self) -> Floats | None:
        """The shares of all nodes, float64[nodes], where the set holds no other; else None."""
        from toolkit.sensitivity.weights import shares_of

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
        low, high = self._span(self._branch(node))
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

    def _below(self, branch: Branch) -> dict[int, Branch]:
        found = {each.node: each for each in self.evaluation.tree.branches}
        return {child: found[child] for child in branch.children if child in found}

    def _lead(self, branch: Branch, first: NDArray[np.intp], second: NDArray[np.intp]) -> tuple[Floats, Mask]:
        """Largest leads at a group before adjustments."""
        below, nodes = self._below(branch), self.evaluation.tree.nodes
        leads, exact = [], np.ones((len(first), len(second)), np.bool_)
        for child in branch.children:
            if child in below:
                lead, sure = self._lead(below[child], first, second)
                exact &= sure
            else:
                own = self.columns[nodes[child]]
                lead = own[first][:, None] - own[second][None, :]
            leads.append(lead)
        stacked = np.stack(leads, axis=-1)
        low, high = self._span(branch)
        loose = high[first][:, None] - low[second][None, :]
        if branch.power != 1 or not branch.settled:
            return loose, np.zeros_like(exact)
        whole = ~np.isnan(stacked).any(axis=-1)
        assert self.shares is not None
        best = most_shared(stacked, self.shares[branch.node]) * branch.full
        return np.where(whole, np.fmin(best, np.where(np.isnan(loose), np.inf, loose)), loose), exact & whole

    def _span(self, branch: Branch) -> Box:
        """The least and most of each member at a group before adjustments."""
        below, nodes = self._below(branch), self.evaluation.tree.nodes
        ends = [self._span(below[child]) if child in below else (self.columns[nodes[child]],) * 2 for child in branch.children]
        low, high = (np.column_stack([end[side] for end in ends]) for side in (0, 1))
        loose = np.fmin.reduce(low, axis=1) * branch.full, np.fmax.reduce(high, axis=1) * branch.full
        whole = ~np.isnan(low).any(axis=1)
        if branch.power != 1 or not branch.settled:
            return loose
        assert self.shares is not None
        held = self.shares[branch.node]
        return (
            np.where(whole, -most_shared(-low, held) * branch.full, loose[0]),
            np.where(whole, most_shared(high, held) * branch.full, loose[1]),
        )

    def _range(self, branch: Branch) -> Box:
        """The least and most value of each member under a group, which no mean of them leaves."""
        below, nodes = self._below(branch), self.evaluation.tree.nodes
        ends = [self._range(below[child]) if child in below else (self.columns[nodes[child]],) * 2 for child in branch.children]
        return (
            np.fmin.reduce([end[0] for end in ends]) * min(1.0, branch.full),
            np.fmax.reduce([end[1] for end in ends]) * max(1.0, branch.full),
        )

    def _vectors(self, node: str) -> tuple[Floats, Mask]:
        """Scores at a node by the vectors of a hull, float64[vectors, members], and whether mixtures lie between them."""
        from toolkit.scoring import node_scores
        from toolkit.sensitivity.weights import shares_of

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


def most_shared(leads: Floats, held: Box | Floats) -> Floats:
    """The largest weighted mean of leads float64[..., children] under bounds on the shares, or at corners.

    Examples
    --------
    >>> most_shared(np.array([10.0, -10.0]), (np.array([0.2, 0.2]), np.array([0.8, 0.8]))).item()
    6.0
    """
    if not isinstance(held, tuple):
        return np.asarray((leads @ held.T).max(axis=-1))
    low, high = held
    room = np.broadcast_to(high - low, leads.shape)
    order = np.argsort(-leads, axis=-1, kind="stable")
    best, sizes = np.take_along_axis(leads, order, -1), np.take_along_axis(room, order, -1)
    before = np.cumsum(sizes, axis=-1) - sizes
    filled = np.clip(max(0.0, 1.0 - float(low.sum())) - before, 0.0, sizes)
    return np.asarray((leads * low).sum(axis=-1) + (best * filled).sum(axis=-1))
