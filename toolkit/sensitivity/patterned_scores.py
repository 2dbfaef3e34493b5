"""Scores of members that do not all count the same indicators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from toolkit.ranking import Floats, Mask
from toolkit.scoring import Tree
from toolkit.sensitivity.desk import Desk
from toolkit.sensitivity.drawn_scores import DrawnScores

if TYPE_CHECKING:
    from numpy.typing import NDArray

PATTERNS = 16


@dataclass(frozen=True, eq=False)
class Part:
    """Members that are scored together.

    Parameters
    ----------
    positions : intp[n]
        Among all members.
    counts : bool[indicators] or None
        The indicators that count for all of them, and no others do; None where that differs.
    scores
        Their values; those that do not count for any of them are filled in, and get no weight.
    """

    positions: NDArray[np.intp]
    counts: Mask | None
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
    desk: Desk = field(default_factory=Desk)

    @classmethod
    def of(cls, tree: Tree, values: Floats) -> PatternedScores:
        """Divide float64[members, indicators] by its NaN."""
        if not np.isnan(values).any():
            return cls(tree, (_part(tree, values, np.arange(len(values)), None),), len(values))
        patterns, which, sizes = np.unique(~np.isnan(values), axis=0, return_inverse=True, return_counts=True)
        frequent = np.argsort(-sizes, kind="stable")[:PATTERNS]
        parts = [_part(tree, values, np.flatnonzero(which == one), patterns[one]) for one in frequent]
        rest = np.flatnonzero(~np.isin(which, frequent))
        if rest.size:
            parts.append(_part(tree, values, rest, None))
        return cls(tree, tuple(parts), len(values))

    def node(self, node: int, shares: Floats, plus: Floats) -> Floats:
        """The scores of all members at a node, as `DrawnScores.node` gives them."""
        if len(self.parts) == 1:
            return self._of(self.parts[0], node, shares, plus)
        found = self.desk.floats("found", (len(shares), self.members))
        for part in self.parts:
            found[:, part.positions] = self._of(part, node, shares, plus[part.positions])
        return found

    def _of(self, part: Part, node: int, shares: Floats, plus: Floats) -> Floats:
        own = shares if part.counts is None or part.counts.all() else shared(self.tree, shares, part.counts)
        return part.scores.node(node, own, plus)


def shared(tree: Tree, shares: Floats, counts: Mask) -> Floats:
    """The shares, float64[draws, nodes], when only some indicators count and their siblings have the others'."""
    found = shares.copy()
    found[:, tree.leaves] *= counts
    for branch in tree.branches:
        siblings = list(branch.children)
        together = found[:, siblings].sum(axis=1)
        found[:, siblings] /= np.where(together > 0, together, 1.0)[:, None]
        found[:, branch.node] *= together > 0
    return found


def _part(tree: Tree, values: Floats, positions: NDArray[np.intp], counts: Mask | None) -> Part:
    own = values[positions] if counts is None else np.where(counts, values[positions], 0.0)
    return Part(positions, counts, DrawnScores(tree, own))
