"""How far each weight can be moved by itself before the list of awards is another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from toolkit.scoring import TOTAL
from toolkit.sensitivity.rule.lists import Lists, shifted, siblings_of
from toolkit.sensitivity.tipping.changes import Change, Looking, first_change, sought
from toolkit.sensitivity.tipping.contested_lines import exact_scores, rule_of
from toolkit.sensitivity.tipping.crossings import crossings
from toolkit.sensitivity.tipping.rivals import Rule
from toolkit.sensitivity.tipping.score_lines import Straight
from toolkit.sensitivity.tipping.searches import together

if TYPE_CHECKING:
    from toolkit.aggregation import Branch
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Mask

Way: TypeAlias = tuple[int, float]
"""A node whose share is moved, and -1 for down or 1 for up."""

COLUMNS = ["node", "weight", "lowest", "highest", "exact", "gain_below", "lose_below", "gain_above", "lose_above"]


def stability_intervals(evaluation: Evaluation) -> pd.DataFrame:
    """For every weight the interval within which the whole list of awards stays as it is, all else in proportion.

    One weight moves at a time, and its siblings divide the rest as they did, as in `Scheme.with_weights`. The list is
    that of the scheme's own rule, with classes, quotas, bars, vetoes, ties and rounding: a list with an open tie is
    another one. Where every group above the weight is an arithmetic mean (or a sum) and no value under its parent is
    left out, the ends are computed: the totals are straight lines. Elsewhere they are sought on a grid of 96 shares
    each way and narrowed down; a change that is undone between two of them goes unseen.

    Returns
    -------
    DataFrame
        A row for each group and indicator, in the scheme's order: node; weight, lowest and highest in the scheme's
        own terms (an end at which the weight is all or nothing is where it can go no further; inf when weights are points);
        exact, whether both ends are computed, None where nothing was (a sum of points, of which the full mark moves
        too); gain_below, lose_below, gain_above, lose_above, the members that win and lose an award just beyond either
        end, as tuples.

    References
    ----------
    Mareschal, B. (1988). Weight stability intervals in multicriteria decision aid. European Journal of Operational
    Research 33(1), 54-64.
    """
    asked = _Asked.of(evaluation)
    nodes = range(len(evaluation.tree.nodes) - 1)
    ends = asked.ends(nodes)
    moved = asked.beyond(ends)
    rows = [(*asked.interval(node, own), *moved[2 * node], *moved[2 * node + 1]) for node, own in zip(nodes, ends, strict=True)]
    return pd.DataFrame(rows, columns=COLUMNS)


@dataclass(frozen=True, eq=False)
class _Asked:
    lists: Lists
    scores: dict[str, Floats]
    rule: Rule

    @classmethod
    def of(cls, evaluation: Evaluation) -> _Asked:
        return cls(Lists.of(evaluation), exact_scores(evaluation), rule_of(evaluation))

    def ends(self, nodes: Iterable[int]) -> list[tuple[Change, Change]]:
        """How far each share can be moved down and up: all ends are looked up together."""
        searches = {way: search for node in nodes for way, search in self.searches(node)}
        ways = list(searches)

        def same(looks: dict[int, Floats]) -> list[Mask]:
            moved = [self.moved(*ways[place], own) for place, own in looks.items()]
            return np.split(self.lists.same(np.concatenate(moved)), np.cumsum([len(own) for own in moved])[:-1])

        found = dict(zip(ways, together(list(searches.values()), same), strict=True))
        return [(found.get((node, -1.0), Change()), found.get((node, 1.0), Change())) for node in nodes]

    def searches(self, node: int) -> Iterator[tuple[Way, Looking[Change]]]:
        """The search for each end to which a share can be moved at all."""
        ways = [(sign, room) for sign in (-1.0, 1.0) if (room := self.room(node, sign)) > 0]
        slopes = self.slopes(node) if ways else None
        for sign, room in ways:
            if slopes is None:
                yield (node, sign), sought(room)
            else:
                lines = self.still | {name: Straight(self.scores[name], sign * slope) for name, slope in slopes.items()}
                yield (node, sign), first_change(crossings(lines, self.rule, room), room)

    def room(self, node: int, sign: float) -> float:
        """How much of a share there is to be moved one way; nothing where it is alone or unclear."""
        scheme, tree = self.lists.evaluation.scheme, self.lists.evaluation.tree
        if len(siblings_of(tree, node)) == 1 or self.unclear(node):
            return 0.0
        room = float(self.lists.shares[node]) if sign < 0 else 1.0 - float(self.lists.shares[node])
        return room * (1.0 - 1e-9) if sign > 0 and scheme.weights == "points" else room  # of points no share is ever the whole

    def unclear(self, node: int) -> bool:
        """Whether the weight is one of a sum of points, of which the full mark moves too."""
        return self.lists.evaluation.scheme.weights == "points" and _parent(self, node).full != 1.0

    def interval(self, node: int, ends: tuple[Change, Change]) -> tuple[object, ...]:
        """Node, weight, lowest, highest and exact."""
        tree, share, (down, up) = self.lists.evaluation.tree, float(self.lists.shares[node]), ends
        weight = float(tree.weights[node])
        if self.unclear(node):
            return tree.nodes[node], weight, np.nan, np.nan, None
        low = 0.0 if down.at is None else share - down.at
        high = 1.0 if up.at is None else share + up.at
        alone = len(siblings_of(tree, node)) == 1
        limits = (weight, weight) if alone else (self.written(node, low), self.written(node, high))
        return tree.nodes[node], weight, *limits, down.exact and up.exact

    def moved(self, node: int, sign: float, distance: Floats) -> Floats:
        """The shares of all nodes with one moved so far, float64[distances, nodes]."""
        shares = self.lists.shares
        return shifted(self.lists.evaluation.tree, shares, node, np.clip(shares[node] + sign * distance, 0.0, 1.0))

    def beyond(self, ends: Sequence[tuple[Change, Change]]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Who wins and who loses an award just beyond each end, all at once: two for each node."""
        seen = [(node, sign, end.seen) for node, own in enumerate(ends) for sign, end in zip((-1.0, 1.0), own, strict=True)]
        there = [self.moved(node, sign, np.array([at])) for node, sign, at in seen if at is not None]
        found = iter(self.lists.moves(np.concatenate(there)) if there else [])
        return [((), ()) if at is None else next(found) for _, _, at in seen]

    def written(self, node: int, share: float) -> float:
        """A share as a weight in the scheme's own terms."""
        if self.lists.evaluation.scheme.weights == "percent":
            return 100.0 * share
        tree = self.lists.evaluation.tree
        others = sum(float(tree.weights[child]) for child in siblings_of(tree, node) if child != node)
        return np.inf if share >= 1.0 else others * share / (1.0 - share)

    @cached_property
    def still(self) -> dict[str, Straight]:
        """The scores at every node where nothing moves."""
        nothing = np.zeros(len(self.scores[TOTAL]))
        return {name: Straight(at, nothing) for name, at in self.scores.items()}

    def slopes(self, node: int) -> dict[str, Floats] | None:
        """How scores move for a whole share more of one node, by the nodes above it; None where some are no straight lines."""
        tree, share = self.lists.evaluation.tree, float(self.lists.shares[node])
        parent, slope, below = _parent(self, node), np.empty(0), node
        counted = np.isfinite(self.scores[TOTAL])
        found: dict[str, Floats] = {}
        if share >= 1.0 or any(np.isnan(self.scores[tree.nodes[child]][counted]).any() for child in parent.children):
            return None
        for branch in _upwards(tree.branches, parent):
            if branch.power != 1 or branch.when:
                return None
            slope = self._slope(branch, node, share) if branch is parent else slope * self._part(branch, below)
            below = branch.node
            found[tree.nodes[branch.node]] = np.where(np.isnan(slope), 0.0, slope)
        return found

    def _slope(self, branch: Branch, node: int, share: float) -> Floats:
        """The score of the parent for a whole share more: what the node has beyond what its siblings have together."""
        tree = self.lists.evaluation.tree
        own = sum(self.lists.shares[child] * self.scores[tree.nodes[child]] for child in branch.children if self.lists.shares[child] > 0)
        return np.asarray((self.scores[tree.nodes[node]] - own) / (1.0 - share) * branch.full)

    def _part(self, branch: Branch, below: int) -> Floats:
        """The share each member's score of a group has in the group above it, of those that count."""
        tree, shares = self.lists.evaluation.tree, self.lists.shares
        counts = sum(shares[child] * ~np.isnan(self.scores[tree.nodes[child]]) for child in branch.children)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(shares[below] / counts * branch.full)


def _parent(asked: _Asked, node: int) -> Branch:
    return next(branch for branch in asked.lists.evaluation.tree.branches if node in branch.children)


def _upwards(branches: tuple[Branch, ...], branch: Branch) -> list[Branch]:
    """A branch and those above it."""
    found = [branch]
    while above := [each for each in branches if found[-1].node in each.children]:
        found.append(above[0])
    return found
