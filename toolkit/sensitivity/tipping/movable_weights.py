"""The weights that may change together, and the scores and lists along any straight way of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.errors import refuse
from toolkit.scoring import TOTAL
from toolkit.sensitivity.drawn_weights.voted import shares_of
from toolkit.sensitivity.rule.lists import Lists
from toolkit.sensitivity.tipping.changes import Change, Looking, first_change, seen_nearest, sought
from toolkit.sensitivity.tipping.contested_lines import exact_scores, rule_of
from toolkit.sensitivity.tipping.crossings import crossings
from toolkit.sensitivity.tipping.rivals import Rule
from toolkit.sensitivity.tipping.score_lines import Straight
from toolkit.sensitivity.tipping.searches import together
from toolkit.sensitivity.tipping.weight_effects import branch_of, effects_of, leaf_shares
from toolkit.text import phrase

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats

Positions: TypeAlias = "Sequence[int] | NDArray[np.intp]"


@dataclass(frozen=True, eq=False)
class Movable:
    """The weights that may change, by their nodes, and what each member's score is for a whole share of each.

    `effects` is float64[members, nodes]; None where scores are not linear in these shares.
    """

    lists: Lists
    scores: dict[str, Floats]
    nodes: list[int]
    flat: bool
    effects: dict[str, Floats | None]
    rule: Rule
    known: dict[str, Floats | None] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation, group: str | None) -> Movable:
        """The weights of one group of an evaluation, of all indicators for None; refused for a group that is none."""
        if group is not None and group not in {TOTAL, *(item.id for item in evaluation.scheme.groups)}:
            raise refuse(
                phrase("没有这个上级指标", "there is no such group"),
                phrase("请写上级指标的编号；最上一层写 total", "give the id of a group; total for the topmost"),
                column="group", value=group,
            )  # fmt: skip
        tree = evaluation.tree
        scores = exact_scores(evaluation)
        place = None if group is None else tree.nodes.index(group)
        nodes = list(range(tree.leaves.start, tree.leaves.stop)) if place is None else list(branch_of(evaluation, place).children)
        by = {award.by for award in evaluation.scheme.awards}
        lists = Lists.of(evaluation)
        effects = {node: effects_of(evaluation, scores, lists.shares, place, node) for node in by}
        return cls(lists, scores, nodes, place is None, effects, rule_of(evaluation))

    @cached_property
    def start(self) -> Floats:
        """The shares that may change, as they stand: of all indicators those of the total."""
        return leaf_shares(self.lists.evaluation, self.lists.shares) if self.flat else self.lists.shares[self.nodes]

    def straight(self, name: str) -> Floats | None:
        """Each member's score at a node for a whole share of each weight; None where it is not linear in them."""
        if name not in self.known:
            evaluation = self.lists.evaluation
            place = None if self.flat else next(branch.node for branch in evaluation.tree.branches if self.nodes[0] in branch.children)
            self.known[name] = effects_of(evaluation, self.scores, self.lists.shares, place, name)
        return self.known[name]

    def gaps(self, by: str, held: Positions, others: Positions) -> Floats | None:
        """How far the first of each pair is ahead of the second for each whole share, float64[pairs, weights]."""
        effects = self.effects[by]
        if effects is None:
            return None
        one, other = list(held), list(others)
        fixed = np.asarray(self.scores[by] - effects @ self.start)
        return np.asarray(effects[one] - effects[other] + (fixed[one] - fixed[other])[:, None])  # shares sum to 1

    def first(self, start: Floats, way: Floats, reach: float) -> Change:
        """Where on the way the list first becomes another one."""
        along = self.along(start, way)
        (found,) = together([self.search(way, reach)], lambda asked: [self.lists.same(along(own)) for own in asked.values()])
        return found

    def search(self, way: Floats, reach: float) -> Looking[Change]:
        """The search for it: among computed moments, or on a grid where some scores do not go straight."""
        lines = {name: Straight(at, np.zeros(len(at))) for name, at in self.scores.items()}
        for name in {*self.effects, *self.rule.ties, *(node for node, _ in self.rule.levels)}:
            slopes = self.slopes(name, way)
            if slopes is None:
                return sought(reach)
            lines[name] = Straight(self.scores[name], slopes)
        return seen_nearest(first_change(crossings(lines, self.rule, reach), reach))

    def slopes(self, name: str, way: Floats) -> Floats | None:
        """How each member's score at a node moves on the way; None where it does not go straight."""
        effects = self.straight(name)
        return None if effects is None else np.nan_to_num(effects @ way)

    def along(self, start: Floats, way: Floats) -> Callable[[Floats], Floats]:
        """The shares of every node at moments on the way."""
        tree = self.lists.evaluation.tree

        def shares(moments: Floats) -> Floats:
            some = np.clip(start + moments[:, None] * way, 0.0, None)
            if self.flat:
                return shares_of(tree, some)
            found = np.tile(self.lists.shares, (len(moments), 1))
            found[:, self.nodes] = some
            return found

        return shares
