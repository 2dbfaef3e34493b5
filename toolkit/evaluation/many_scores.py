"""Scores under many weight vectors at once: matrix products where the means allow it, members parted by what counts for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from toolkit.evaluation.aggregation import Branch, Sums, bent, enough, gather, observed_weights
from toolkit.evaluation.scores import Tree
from toolkit.ground.ranking import Floats, Mask

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    def without(self) -> dict[int, Mask]:
        """Who is not compared at a node, as `Tree.without` gives it."""
        return self.tree.without(list(self.columns), self.applicable)

    @cached_property
    def flat(self) -> set[int]:
        """The nodes that may be flattened: complete indicators, and arithmetic groups of flat nodes only."""
        complete = ~np.isnan(self.values).any(axis=0)
        flat = {int(leaf) + self.tree.leaves.start for leaf in np.flatnonzero(complete)}
        for branch in self.tree.branches:
            if branch.settled and branch.power == branch.full == 1 and flat.issuperset(branch.children):
                flat.add(branch.node)
        return flat

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
        if node not in self.flat:
            size = max(16, CELLS // max(1, len(plus))) if self.tree.compares else len(shares)  # whole lists take many steps, each over all of them
            for start in range(0, len(shares), max(1, size)):
                some = shares[start : start + size]
                scores = self._mean(self.branches[node], some, *self._divided(self.branches[node], some))
                yield slice(start, start + len(some)), np.nan_to_num(scores + plus, nan=0.0)
            return
        leaves, _ = self._divided(self.branches[node], shares)
        used, weighted = np.flatnonzero(leaves.any(axis=0)), np.asarray(leaves.any(axis=1))
        weights, table = np.vstack((leaves.T[used], np.ones(len(leaves)))).T, np.vstack((self.columns[used], plus))
        size = max(FEWEST, CELLS // max(1, len(plus)))
        room = np.empty((size, len(plus)))
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
        if branch.whole:
            sums.all = shares[:, list(branch.children)].sum(axis=1)[:, None]
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
        return gather(branch, children, len(shares), len(self.values), applicable=applying, without=self.without.get(branch.node))

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



PATTERNS = 16


@dataclass(frozen=True, eq=False)
class Part:
    """Members that are scored together.

    Parameters
    ----------
    positions : intp[n]
        Among all members.
    pattern : bool[2, indicators] or None
        The indicators that count for all of them, and no others do; below, those that apply. None where that
        differs, or where every indicator counts and no group looks at what is observed.
    scores
        Their values; those that do not count for any of them are filled in, and get no weight.
    """

    positions: NDArray[np.intp]
    pattern: Mask | None
    scores: DrawnScores


@dataclass(frozen=True, eq=False)
class PatternedScores:
    """The members' values, divided by which indicators count: a class to which some do not apply, say.

    Members of one pattern share their weights, so each frequent pattern costs one matrix product like members
    that lack nothing; what remains is scored with the presence of every value.
    """

    tree: Tree
    parts: tuple[Part, ...]
    members: int

    @classmethod
    def of(cls, tree: Tree, values: Floats, applicable: Mask | None = None) -> PatternedScores:
        """Divide float64[members, indicators] by its NaN, and by what applies where a group asks for that."""
        counts = ~np.isnan(values)
        applying = applicable | counts if applicable is not None and tree.looks else np.ones_like(counts)
        settled = all(branch.settled for branch in tree.branches)
        if (settled and counts.all()) or any(branch.other == "quotient" or branch.compares for branch in tree.branches):  # where no weight says what counts, or all are looked at
            return cls(tree, (Part(np.arange(len(values)), None, DrawnScores(tree, values, applying)),), len(values))
        patterns = np.column_stack((counts, applying))
        _, one_of, which, sizes = np.unique(np.packbits(patterns, axis=1), axis=0, return_index=True, return_inverse=True, return_counts=True)  # few bytes sort sooner than many bools
        frequent = np.argsort(-sizes, kind="stable")[:PATTERNS]
        parts = [_part(tree, values, np.flatnonzero(which == one), patterns[one_of[one]].reshape(2, -1)) for one in frequent]
        rest = np.flatnonzero(~np.isin(which, frequent))
        if rest.size:
            parts.append(Part(rest, None, DrawnScores(tree, values[rest], applying[rest])))
        return cls(tree, tuple(parts), len(values))

    def node(self, node: int, shares: Floats, plus: Floats) -> Iterator[Block]:
        """The scores of all members at a node, some draws at a time, as `DrawnScores.node` gives them."""
        if len(self.parts) == 1:
            yield from self._of(self.parts[0], node, shares, plus)
            return
        scores_of_parts = np.empty((len(shares), self.members))
        for part in self.parts:
            for draws, scores in self._of(part, node, shares, plus[part.positions]):
                scores_of_parts[draws, part.positions] = scores
        yield slice(0, len(shares)), scores_of_parts

    def pairs(self, node: int, shares: Floats, plus: Floats, draw: Positions, member: Positions) -> Floats:
        """The same for some pairs of draw and member, as `DrawnScores.pairs` gives them, where there is one part."""
        part = self.parts[0]
        return part.scores.pairs(node, self._shares(part, shares), plus, draw, member)

    def _of(self, part: Part, node: int, shares: Floats, plus: Floats) -> Iterator[Block]:
        return part.scores.node(node, self._shares(part, shares), plus)

    def _shares(self, part: Part, shares: Floats) -> Floats:
        settled = all(branch.settled for branch in self.tree.branches)
        if part.pattern is None or (settled and part.pattern[0].all()):
            return shares
        return shared(self.tree, shares, *part.pattern)


def shared(tree: Tree, shares: Floats, counts: Mask, applicable: Mask) -> Floats:
    """The shares, float64[draws, nodes], when only some indicators count and their siblings have the others'.

    Conditional groups have the weights of what is observed, and a group with less than its `least_present` none.
    """
    divided, there = shares.copy(), np.zeros(shares.shape, np.bool_)
    there[:, tree.leaves] = counts
    concerned = tree.concerned(applicable[None, :])
    for branch in tree.branches:
        siblings = list(branch.children)
        present = there[:, siblings]
        if branch.when:
            weights = observed_weights(branch, list(present.T), list(divided[:, siblings].T))
            divided[:, siblings] = np.column_stack(weights)
        counted = divided[:, siblings] * present
        together = counted.sum(axis=1)
        there[:, branch.node] = together > 0
        if branch.whole:  # what does not count keeps its share, and adds nothing
            divided[:, siblings] *= there[:, [branch.node]]
        else:
            divided[:, siblings] = counted / np.where(together > 0, together, 1.0)[:, None]
        if branch.least_present is not None:
            there[:, branch.node] &= enough(branch, list(present.T), [concerned[child] for child in siblings])
            divided[:, siblings] *= there[:, [branch.node]]
    return divided


def _part(tree: Tree, values: Floats, positions: NDArray[np.intp], pattern: Mask) -> Part:
    filled = np.where(pattern[0], values[positions], 0.0)
    return Part(positions, pattern, DrawnScores(tree.settled, filled))
