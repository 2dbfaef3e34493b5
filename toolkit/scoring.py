"""Scores: the values of the indicators, weighted and gathered up the tree of groups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.aggregation import Branch, gather, power
from toolkit.ranking import Floats

if TYPE_CHECKING:
    from toolkit.scheme import Group, Indicator, Scheme

TOTAL = "total"


@dataclass(frozen=True, eq=False)
class Tree:
    """The scheme's groups and indicators as arrays.

    Parameters
    ----------
    nodes
        Ids: the groups, then the indicators, in the order of the scheme, then "total".
    weights : float64[nodes]
        As voted; only their ratios among siblings matter. 1 for the total.
    branches
        The groups and the total, children before parents.
    indicators
        How many of the nodes are indicators.
    """

    nodes: tuple[str, ...]
    weights: Floats
    branches: tuple[Branch, ...]
    indicators: int

    @classmethod
    def of(cls, scheme: Scheme) -> Tree:
        """The tree of a scheme."""
        entries: list[Group | Indicator] = [*scheme.groups, *scheme.indicators]
        nodes = (*(entry.id for entry in entries), TOTAL)
        weights = np.array([*(float(entry.weight) for entry in entries), 1.0])
        under: dict[str, list[int]] = {node: [] for node in nodes}
        for position, entry in enumerate(entries):
            under[entry.group or TOTAL].append(position)
        named = [*((g.id, g.label, g.aggregate) for g in scheme.groups), (TOTAL, TOTAL, "arithmetic")]
        branches = {
            nodes.index(id_): Branch(
                nodes.index(id_),
                tuple(under[id_]),
                label,
                power(aggregate),
                _sum_in_turn(weights[under[id_]]) / scheme.scale if aggregate == "sum" else 1.0,
            )
            for id_, label, aggregate in named
        }
        return cls(nodes, weights, tuple(_upwards(branches, len(entries))), len(scheme.indicators))

    @property
    def leaves(self) -> slice:
        """Where the indicators stand among the nodes."""
        return slice(len(self.nodes) - 1 - self.indicators, len(self.nodes) - 1)

    @property
    def shares(self) -> Floats:
        """Each node's weight as a share of its siblings', float64[nodes]; the total's is 1."""
        shares = self.weights.copy()
        for branch in self.branches:
            siblings = list(branch.children)
            shares[siblings] = self.weights[siblings] / (_sum_in_turn(self.weights[siblings]) or 1.0)
        return shares

    def with_weights(self, weights: Floats) -> Tree:
        """The same tree under other weights (or shares), float64[nodes]."""
        return replace(self, weights=np.asarray(weights, dtype=np.float64))


def scores(tree: Tree, values: pd.DataFrame) -> pd.DataFrame:
    """The score of every member at every node, before adjustments and before rounding.

    Parameters
    ----------
    tree
        From `Tree.of(scheme)`.
    values : DataFrame
        Index member; one column per indicator, 0 to the scheme's scale; NaN where it does not count
        (not applicable, or missing and excluded): its weight then goes to its siblings.

    Returns
    -------
    DataFrame
        Index member; columns `tree.nodes`, the last one "total". NaN where nothing under a node counts.

    Raises
    ------
    Refused
        When a mean other than the arithmetic or the minimum meets a score below zero.
    """
    table = values.loc[:, list(tree.nodes[tree.leaves])].to_numpy(dtype=np.float64)
    return pd.DataFrame(node_scores(tree, table), index=values.index, columns=list(tree.nodes))


def adjusted(total: pd.Series[float], adjustments: pd.DataFrame) -> pd.Series[float]:
    """The total with every bonus and deduction added, in the order of the columns; NaN adds nothing."""
    for column in adjustments:
        total = total + adjustments[column].fillna(0.0)
    return total


def node_scores(tree: Tree, values: Floats) -> Floats:
    """The kernel of `scores`: float64[members, indicators] to float64[members, nodes].

    Sums run in explicit loops over the columns, in the order of the scheme: the same bits on any machine,
    whatever the order of the members.
    """
    found = np.full((len(values), len(tree.nodes)), np.nan)
    found[:, tree.leaves] = values
    for branch in tree.branches:
        children = [(found[:, child], tree.weights[child]) for child in branch.children]
        found[:, branch.node] = gather(branch, children, len(values))
    return found


def _sum_in_turn(numbers: Iterable[float]) -> float:
    """A plain sum from left to right, which NumPy's pairwise one is not."""
    total = 0.0
    for number in numbers:
        total += float(number)
    return total


def _upwards(branches: dict[int, Branch], root: int) -> list[Branch]:
    """The branches under `root` and itself, children before parents."""
    own = branches[root]
    below = [found for child in own.children if child in branches for found in _upwards(branches, child)]
    return [*below, own]
