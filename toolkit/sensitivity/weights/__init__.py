"""Weights a committee might have voted: drawn round the voted ones, within bounds, or from the experts' own.

Which weights might have been voted: bounds on each, an order of siblings, or all that lies between given vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.ground.problems import Problem, did_you_mean, refuse, stop_at
from toolkit.ground.text import Phrase, phrase
from toolkit.sensitivity.weights.draws import GivenWeights

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation.scores import Tree
    from toolkit.ground.ranking import Floats
    from toolkit.scheme import Scheme


Box: TypeAlias = "tuple[Floats, Floats]"
"""Lowest and highest shares of siblings, float64[children] each."""


@dataclass(frozen=True)
class WeightBounds:
    """Every weight between two bounds, siblings still sharing the whole between them.

    Parameters
    ----------
    lower, upper
        Bounds by node in percent of its siblings together, 0 to 100. A node that `lower` does not name may go down
        to 0, one that `upper` does not name up to 100; `fixed` nodes stay at their voted share.
    fixed
        Groups whose children keep their voted weights; ``total`` for the topmost.
    """

    lower: Mapping[str, float] = field(default_factory=dict)
    upper: Mapping[str, float] = field(default_factory=dict)
    fixed: tuple[str, ...] = ()

    def boxes(self, tree: Tree) -> dict[int, Box]:
        """The bounds of each group's children, by the group's node; tightened to what siblings leave one another.

        Raises
        ------
        Refused
            For unknown nodes, bounds that are no shares or cross, and siblings that cannot sum to the whole.
        """
        stop_at([*_unknown([*self.lower, *self.upper], tree.nodes[:-1]), *_unknown(self.fixed, _groups(tree)), *self._numbers()])
        stop_at(self._sums(tree))
        return {branch.node: self._box(tree, branch.node, branch.children) for branch in tree.branches}

    def _numbers(self) -> Iterator[Problem]:
        for node in dict.fromkeys([*self.lower, *self.upper]):
            low, high = self.lower.get(node, 0.0), self.upper.get(node, 100.0)
            if not (0.0 <= low <= 100.0 and 0.0 <= high <= 100.0):
                rule = phrase("权重范围应在 0 到 100 之间，而非 {low:g} 到 {high:g}", "bounds lie between 0 and 100, not {low:g} to {high:g}", low=low, high=high)
                yield _problem(node, rule, Phrase("请改正", "mend them"))
            elif low > high:
                rule = phrase("下限 {low:g} 高于上限 {high:g}", "the lower bound {low:g} exceeds the upper {high:g}", low=low, high=high)
                yield _problem(node, rule, Phrase("请对调或改正", "swap or mend them"))

    def _sums(self, tree: Tree) -> Iterator[Problem]:
        for branch in tree.branches:
            names = [tree.nodes[child] for child in branch.children]
            low, high = (sum(bound.get(name, other) for name in names) for bound, other in ((self.lower, 0.0), (self.upper, 100.0)))
            if tree.nodes[branch.node] not in self.fixed and (low > 100.0 + 1e-9 or high < 100.0 - 1e-9):
                rule = phrase(
                    "同级权重之和不可能为 100：下限合计 {low:g}，上限合计 {high:g}",
                    "siblings cannot sum to 100: their lower bounds sum to {low:g}, the upper to {high:g}", low=low, high=high,
                )  # fmt: skip
                yield _problem(tree.nodes[branch.node], rule, phrase("请放宽 {names} 的范围", "widen those of {names}", names=", ".join(names)))

    def _box(self, tree: Tree, node: int, children: Sequence[int]) -> Box:
        if tree.nodes[node] in self.fixed:
            voted = tree.shares[list(children)]
            return voted, voted
        names = [tree.nodes[child] for child in children]
        low = np.array([self.lower.get(name, 0.0) for name in names]) / 100
        high = np.array([self.upper.get(name, 100.0) for name in names]) / 100
        spare, lack = 1.0 - low.sum(), 1.0 - high.sum()
        return np.maximum(low, high + lack), np.minimum(high, low + spare)


@dataclass(frozen=True)
class WeightOrder:
    """Siblings in order of importance and nothing more: each weighs at least as much as the next.

    Parameters
    ----------
    orders
        The children of a group, the most important first, by the group; ``total`` for the topmost. All children are
        named. Groups that are not named keep their voted weights.
    """

    orders: Mapping[str, tuple[str, ...]]

    def vertices(self, tree: Tree) -> dict[int, Floats]:
        """The corners of the shares that keep the order, float64[corners, children], by the group's node.

        Raises
        ------
        Refused
            For unknown groups, and an order that does not name every child once.
        """
        stop_at(_unknown(self.orders, _groups(tree)))
        stop_at([problem for branch in tree.branches for problem in self._children(tree, branch.node, branch.children)])
        return {branch.node: self._corners(tree, branch.node, branch.children) for branch in tree.branches}

    def _children(self, tree: Tree, node: int, children: Sequence[int]) -> Iterator[Problem]:
        names, order = [tree.nodes[child] for child in children], self.orders.get(tree.nodes[node])
        if order is not None and sorted(order) != sorted(names):
            rule = phrase("次序应写明每个下级各一次：{names}", "an order names every child once: {names}", names=", ".join(names))
            yield _problem(tree.nodes[node], rule, phrase("现为 {order}", "it is {order}", order=", ".join(order)))

    def _corners(self, tree: Tree, node: int, children: Sequence[int]) -> Floats:
        order = self.orders.get(tree.nodes[node])
        if order is None:
            return tree.shares[list(children)][None, :]
        place = [order.index(tree.nodes[child]) for child in children]
        corners = np.tril(np.ones((len(order), len(order)))) / np.arange(1, len(order) + 1)[:, None]
        return np.asarray(corners[:, place])


@dataclass(frozen=True, eq=False)
class WeightHull:
    """Every mixture of given vectors of weights: whatever a compromise between the experts could be.

    Parameters
    ----------
    weights : DataFrame
        One row per vector, one column per indicator: its weight in the whole, as in `GivenWeights`. Mixtures are of the
        shares of the total.
    """

    weights: pd.DataFrame

    def leaves(self, tree: Tree) -> Floats:
        """The vectors as shares of the total, float64[vectors, indicators]; refused as `GivenWeights` refuses."""
        list(GivenWeights(self.weights).blocks(tree, 0))
        table = self.weights.loc[:, list(tree.nodes[tree.leaves])].to_numpy(dtype=np.float64)
        return np.asarray(table / table.sum(axis=1, keepdims=True))


WeightSet: TypeAlias = WeightBounds | WeightOrder | WeightHull


def around(scheme: Scheme, share: float) -> WeightBounds:
    """Every weight within so large a part of itself: ``around(scheme, 0.1)`` for a tenth up or down.

    Raises
    ------
    Refused
        When `share` is not between 0 and 1.
    """
    from toolkit.evaluation.scores import Tree

    if not 0.0 <= share <= 1.0:
        raise refuse(
            phrase("变动幅度应在 0 到 1 之间，而非 {share:g}", "the part is between 0 and 1, not {share:g}", share=share),
            Phrase("上下浮动一成请写 0.1", "write 0.1 for a tenth up or down"), column="share", value=f"{share:g}",
        )  # fmt: skip
    tree = Tree.of(scheme)
    voted = dict(zip(tree.nodes[:-1], (100 * tree.shares[:-1]).tolist(), strict=True))
    return WeightBounds(
        {node: weight * (1 - share) for node, weight in voted.items()},
        {node: min(100.0, weight * (1 + share)) for node, weight in voted.items()},
        tuple(tree.nodes[branch.node] for branch in tree.branches if not sum(voted[tree.nodes[child]] for child in branch.children)),
    )


def _groups(tree: Tree) -> list[str]:
    return [tree.nodes[branch.node] for branch in tree.branches]


def _unknown(names: Sequence[str] | Mapping[str, object], known: Sequence[str]) -> Iterator[Problem]:
    for name in dict.fromkeys(names):
        if name not in known:
            mend = did_you_mean(name, known) or Phrase("请删去", "leave it out")
            yield _problem(name, Phrase("方案中没有它", "the scheme has no such node"), mend)


def _problem(place: str, rule: Phrase, mend: Phrase) -> Problem:
    return Problem("error", rule, mend, column=place)
