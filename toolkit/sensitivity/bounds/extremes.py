"""The most one member can be ahead of another under any weights of a set, pair by pair.

Within one set of siblings the children's leads are shared out so that their weighted mean is largest. Groups are
independent of one another, so the largest lead at a group is made of the largest leads at its children.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.ranking import rounded
from toolkit.scoring import TOTAL, adjusted, node_scores
from toolkit.sensitivity.bounds.shared_leads import most_shared
from toolkit.sensitivity.drawn_weights.bounds import Box, WeightBounds, WeightHull, WeightSet
from toolkit.sensitivity.drawn_weights.voted import shares_of
from toolkit.sensitivity.tipping.contested_lines import exact_scores

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
        found = dict(zip(tree.nodes, node_scores(tree.with_weights(self.point), values, applicable).T, strict=True))
        added = pd.DataFrame({item.id: self.columns[item.id] for item in evaluation.scheme.adjustments}, index=members)
        total = adjusted(pd.Series(found[TOTAL], index=members), added, evaluation.scheme.total)
        found |= {**{str(name): added[name].to_numpy() for name in added}, TOTAL: total.to_numpy()}
        found[TOTAL] = np.where(np.isnan(self.columns[TOTAL]), np.nan, found[TOTAL])
        return {name: rounded(score, evaluation.scheme.decimals) for name, score in found.items()}

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
