"""Scores under many weight vectors at once: matrix products where the means allow it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.aggregation import Branch, Sums, bent, gather
from toolkit.ranking import Floats, Mask
from toolkit.scoring import Tree
from toolkit.sensitivity.rule.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Positions: TypeAlias = "NDArray[np.intp]"
Block: TypeAlias = "tuple[slice, Floats]"

CELLS, FEWEST = 1 << 17, 64


@dataclass(frozen=True, eq=False)
class DrawnScores:
    """The members' values, ready to be scored under any number of weight vectors.

    An arithmetic tree is flattened: an indicator's weight is the product of the shares on its path, and
    a chunk of draws costs one matrix product. Where values do not count, a group costs two: of the values
    and of their presence. Other power means are the same of their bent values; the minimum goes child by child.

    Parameters
    ----------
    tree
        The scheme's.
    values : float64[members, indicators]
        NaN where it does not count.
    applicable : bool[members, indicators] or None
        What `least_present` counts; None where everything applies.
    """

    tree: Tree
    values: Floats
    applicable: Mask | None = None
    desk: Desk = field(default_factory=Desk)

    @cached_property
    def branches(self) -> dict[int, Branch]:
        """The branches by their node."""
        return {branch.node: branch for branch in self.tree.branches}

    @cached_property
    def columns(self) -> Floats:
        """The values indicator by indicator, float64[indicators, members]."""
        return np.ascontiguousarray(self.values.T)

    @cached_property
    def concerned(self) -> list[Mask]:
        """Whether each node applies, as `Tree.concerned` gives it."""
        return self.tree.concerned(self.applicable)

    @cached_property
    def flat(self) -> set[int]:
        """The nodes that may be flattened: complete indicators, and arithmetic groups of flat nodes only."""
        complete = ~np.isnan(self.values).any(axis=0)
        found = {int(leaf) + self.tree.leaves.start for leaf in np.flatnonzero(complete)}
        for branch in self.tree.branches:
            if branch.settled and branch.power == branch.full == 1 and found.issuperset(branch.children):
                found.add(branch.node)
        return found

    def node(self, node: int, shares: Floats, plus: Floats) -> Iterator[Block]:
        """The unrounded scores at a group or the total, lifted by an amount of each member's own.

        They come some draws at a time, so few that what is done with them next finds them near the processor.

        Parameters
        ----------
        node
            Position in `tree.nodes`.
        shares : float64[draws, nodes]
            Each node's share of its siblings'.
        plus : float64[members]
            Added to every score; so much that none is left below 0.

        Yields
        ------
        slice, float64[draws, members]
            Which draws, and their scores: 0 where nothing counts, or nothing has weight. Valid until the next.
        """
        leaves, rest = self._divided(self.branches[node], shares)
        if node not in self.flat:
            scores = self._mean(self.branches[node], shares, leaves, rest)
            yield slice(0, len(shares)), np.nan_to_num(scores + plus, nan=0.0)
            return
        used, weighted = np.flatnonzero(leaves.any(axis=0)), np.asarray(leaves.any(axis=1))
        weights, table = np.vstack((leaves.T[used], np.ones(len(leaves)))).T, np.vstack((self.columns[used], plus))
        size = max(FEWEST, CELLS // max(1, len(plus)))
        room = self.desk.floats("drawn", (size, len(plus)))
        for start in range(0, len(weights), size):
            draws = slice(start, min(start + size, len(weights)))
            scores = np.matmul(weights[draws], table, out=room[: draws.stop - start])
            scores[~weighted[draws]] = 0.0
            yield draws, scores

    def pairs(self, node: int, shares: Floats, plus: Floats, draw: Positions, member: Positions) -> Floats:
        """The same at a flat node for some pairs of draw and member alone, float64[pairs]."""
        weights = self._divided(self.branches[node], shares[draw])[0].T
        used = np.flatnonzero(weights.any(axis=1))
        lifted = (weights[used] * self.columns[used][:, member]).sum(axis=0) + plus[member]
        return np.where(weights.any(axis=0), lifted, 0.0)

    def _mean(self, branch: Branch, shares: Floats, leaves: Floats, rest: list[tuple[int, Floats]]) -> Floats:
        if not branch.settled:
            return self._gathered(branch, shares)
        sums = self._products(branch, leaves)
        for child, weight in rest:
            below = self.branches[child]
            sums.add(branch, self._mean(below, shares, *self._divided(below, shares)), weight[:, None])
        return sums.mean(branch)

    def _gathered(self, branch: Branch, shares: Floats) -> Floats:
        """The mean of a branch that looks at what is observed, child by child as the list itself is made."""
        children: list[tuple[Floats, Floats]] = []
        for child in branch.children:
            below = self.branches.get(child)
            score = (
                self.values[:, child - self.tree.leaves.start]
                if below is None
                else self._mean(below, shares, *self._divided(below, shares))
            )
            children.append((score, shares[:, [child]]))
        applying = [self.concerned[child] for child in branch.children] if self.concerned else []
        return gather(branch, children, len(shares), len(self.values), applicable=applying)

    def _divided(self, branch: Branch, shares: Floats) -> tuple[Floats, list[tuple[int, Floats]]]:
        """The weights of the indicators under a branch, float64[draws, indicators], and of groups that stay."""
        leaves = np.zeros((self.tree.indicators, len(shares)))
        return leaves.T, self._divide(branch, np.ascontiguousarray(shares.T), np.ones(len(shares)), leaves)

    def _divide(self, branch: Branch, shares: Floats, whole: Floats, leaves: Floats) -> list[tuple[int, Floats]]:
        """The groups that stay; the rest is written into `leaves`, which lies node by node like `shares` here."""
        rest = []
        for child in branch.children:
            weight = whole * shares[child]
            if child not in self.branches:
                leaves[child - self.tree.leaves.start] = weight
            elif child in self.flat and branch.power == 1:
                rest += self._divide(self.branches[child], shares, weight, leaves)
            else:
                rest.append((child, weight))
        return rest

    def _products(self, branch: Branch, leaves: Floats) -> Sums:
        """What the indicators under a group add to its mean."""
        used = np.flatnonzero(leaves.any(axis=0))
        values, weights = self.values[:, used], leaves[:, used]
        if branch.power == -np.inf:
            sums = Sums.nothing(len(leaves), len(self.values))
            for column, weight in zip(values.T, weights.T, strict=True):
                sums.add(branch, column, weight[:, None])
            return sums
        counts = ~np.isnan(values)
        top = weights @ np.where(counts, bent(branch, values), 0.0).T
        zero: Mask = np.zeros(top.shape, np.bool_)
        if branch.power <= 0:
            zero = weights @ (values == 0).T.astype(np.float64) > 0
        return Sums(top, weights @ counts.T.astype(np.float64), zero)
