"""What each member's score is for a whole share of each weight that may change, where that is linear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from toolkit.scoring import TOTAL

if TYPE_CHECKING:
    from toolkit.aggregation import Branch
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats


def effects_of(
    evaluation: Evaluation, scores: dict[str, Floats], shares: Floats, place: int | None, name: str
) -> Floats | None:
    """Each member's score at a node for a whole share of each weight that may change; None where that is not linear.

    Parameters
    ----------
    place
        The group whose children's shares may change; None for the indicators' shares of the total.

    Returns
    -------
    float64[members, weights]
    """
    tree, counted = evaluation.tree, np.isfinite(scores[TOTAL])
    if name != TOTAL and name not in tree.nodes[: tree.leaves.start]:
        return np.zeros((len(counted), len(tree.nodes[tree.leaves] if place is None else branch_of(evaluation, place).children)))
    if place is None:
        plain = all(branch.power == branch.full == 1 and branch.settled for branch in tree.branches)
        leaves = np.column_stack([scores[leaf] for leaf in tree.nodes[tree.leaves]])
        return np.nan_to_num(leaves) if name == TOTAL and plain and not np.isnan(leaves[counted]).any() else None
    branch = branch_of(evaluation, place)
    children = np.column_stack([scores[tree.nodes[child]] for child in branch.children])
    found = np.zeros_like(children)
    if np.isnan(children[counted]).any():
        return None
    factor, here = np.full(len(children), branch.full), branch
    while True:
        if here.power != 1 or here.when:
            return None
        if tree.nodes[here.node] == name:
            return np.asarray(np.nan_to_num(children) * np.nan_to_num(factor)[:, None])
        above = next((each for each in tree.branches if here.node in each.children), None)
        if above is None:
            return found
        counts = sum(shares[child] * ~np.isnan(scores[tree.nodes[child]]) for child in above.children)
        with np.errstate(divide="ignore", invalid="ignore"):
            factor = factor * shares[here.node] / counts * above.full
        here = above


def leaf_shares(evaluation: Evaluation, shares: Floats) -> Floats:
    """Each indicator's share of the total, float64[indicators]."""
    tree, whole = evaluation.tree, shares.copy()
    for branch in reversed(tree.branches):
        whole[list(branch.children)] = shares[list(branch.children)] * whole[branch.node]
    return whole[tree.leaves]


def branch_of(evaluation: Evaluation, place: int) -> Branch:
    """The branch of a group, by its node."""
    return next(branch for branch in evaluation.tree.branches if branch.node == place)
