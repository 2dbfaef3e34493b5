"""Scores of members that do not all count the same indicators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from toolkit.aggregation import enough, observed_weights
from toolkit.ranking import Floats, Mask
from toolkit.scoring import Tree
from toolkit.sensitivity.rule.desk import Desk
from toolkit.sensitivity.rule.drawn_scores import Block, DrawnScores, Positions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

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
    desk: Desk = field(default_factory=Desk)

    @classmethod
    def of(cls, tree: Tree, values: Floats, applicable: Mask | None = None) -> PatternedScores:
        """Divide float64[members, indicators] by its NaN, and by what applies where a group asks for that."""
        counts = ~np.isnan(values)
        asked = applicable is not None and any(branch.least_present is not None for branch in tree.branches)
        applying = applicable | counts if applicable is not None and asked else np.ones_like(counts)
        settled = all(branch.settled for branch in tree.branches)
        if settled and counts.all():
            return cls(tree, (Part(np.arange(len(values)), None, DrawnScores(tree, values)),), len(values))
        patterns, which, sizes = np.unique(
            np.column_stack((counts, applying)), axis=0, return_inverse=True, return_counts=True
        )
        frequent = np.argsort(-sizes, kind="stable")[:PATTERNS]
        parts = [
            _part(tree, values, np.flatnonzero(which == one), patterns[one].reshape(2, -1)) for one in frequent
        ]
        rest = np.flatnonzero(~np.isin(which, frequent))
        if rest.size:
            parts.append(Part(rest, None, DrawnScores(tree, values[rest], applying[rest])))
        return cls(tree, tuple(parts), len(values))

    def node(self, node: int, shares: Floats, plus: Floats) -> Iterator[Block]:
        """The scores of all members at a node, some draws at a time, as `DrawnScores.node` gives them."""
        if len(self.parts) == 1:
            yield from self._of(self.parts[0], node, shares, plus)
            return
        found = self.desk.floats("found", (len(shares), self.members))
        for part in self.parts:
            for draws, scores in self._of(part, node, shares, plus[part.positions]):
                found[draws, part.positions] = scores
        yield slice(0, len(shares)), found

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
    found, there = shares.copy(), np.zeros(shares.shape, np.bool_)
    there[:, tree.leaves] = counts
    concerned = tree.concerned(applicable[None, :])
    for branch in tree.branches:
        siblings = list(branch.children)
        present = there[:, siblings]
        if branch.when:
            weights = observed_weights(branch, list(present.T), list(found[:, siblings].T))
            found[:, siblings] = np.column_stack(weights)
        found[:, siblings] *= present
        together = found[:, siblings].sum(axis=1)
        there[:, branch.node] = together > 0
        found[:, siblings] /= np.where(together > 0, together, 1.0)[:, None]
        if branch.least_present is not None:
            there[:, branch.node] &= enough(branch, list(present.T), [concerned[child] for child in siblings])
            found[:, siblings] *= there[:, [branch.node]]
    return found


def _part(tree: Tree, values: Floats, positions: NDArray[np.intp], pattern: Mask) -> Part:
    own = np.where(pattern[0], values[positions], 0.0)
    return Part(positions, pattern, DrawnScores(tree.settled, own))
