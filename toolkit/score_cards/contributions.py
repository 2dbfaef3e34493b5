"""Contributions: the points each part of a member's score adds to its total, to the last decimal shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.aggregation import gather, observed_weights
from toolkit.ranking import rounded
from toolkit.scoring import TOTAL, Tree

if TYPE_CHECKING:
    from toolkit.aggregation import Branch
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats

BOUNDS, GATHERED = "total.bounds", "total.gathered"
SLACK = 1e-7  # of the last decimal: what sums of floats may be off
NOISE = 1e-9  # points: a total so near its bound is not held by it


def contributions(evaluation: Evaluation) -> pd.DataFrame:
    """What each part adds to the total, in points rounded so that a row sums to the member's total exactly.

    Below means that add up (arithmetic, conditional, sum) each indicator has its own points: its value times its
    share of the weights that count for the member. A group gathered in another way (geometric, harmonic, minimum) cannot
    be taken apart, and adds its points as one; so do all of them together where the total is gathered so. Adjustments
    add theirs. The points are cut to the scheme's decimals, and the units that are left go to the largest remainders, of
    equal ones to the first.

    Returns
    -------
    DataFrame
        Index member, as `evaluation.members`; a column for each indicator or group that adds points (or one,
        ``total.gathered``, where the total cannot be taken apart), each adjustment, and ``total.bounds``: what the floor
        or the cap of the total adds or takes. NaN where a part does not count for the member, and throughout for a
        member without a total.

    References
    ----------
    Largest remainders: Hamilton's method of apportionment.
    """
    scores = evaluation.scores.loc[evaluation.members.index]
    exact = additions(evaluation.tree, scores[list(evaluation.tree.nodes)])
    for item in evaluation.scheme.adjustments:
        exact[item.id] = scores[item.id].fillna(0.0)
    total = rounded(scores[TOTAL].to_numpy(np.float64), evaluation.scheme.decimals)
    exact[BOUNDS] = _bounded(evaluation, exact)
    exact.loc[np.isnan(total)] = np.nan
    unit = 10.0**evaluation.scheme.decimals
    shown = _apportioned(exact.to_numpy(np.float64) * unit, np.round(total * unit)) / unit
    return pd.DataFrame(shown, index=exact.index, columns=exact.columns)


def additions(tree: Tree, scores: pd.DataFrame) -> pd.DataFrame:
    """The unrounded points of every node that adds to the total by itself, members x such nodes; NaN where it does not count."""
    apart = {tree.nodes[branch.node] for branch in tree.branches if branch.power == 1}
    if TOTAL not in apart:
        return pd.DataFrame({GATHERED: _gathered(tree, scores)}, index=scores.index)
    factors = node_factors(tree, scores)
    alone = [node for node in factors if node not in apart]
    return factors[alone] * scores[alone].astype(np.float64)


def _gathered(tree: Tree, scores: pd.DataFrame) -> Floats:
    """The total as its branch makes it of the topmost nodes, before anything is added to it."""
    top = tree.branches[-1]
    children = [(scores[tree.nodes[child]].to_numpy(np.float64), float(tree.weights[child])) for child in top.children]
    return gather(replace(top, least_present=None), children, len(scores))


def node_factors(tree: Tree, scores: pd.DataFrame) -> pd.DataFrame:
    """What a point at a node adds to the total, float64, members x nodes as far down as means add up.

    The product of the shares on the way up, of the weights that count for the member. NaN where the node does not count.
    """
    known = {place: scores[node].to_numpy(np.float64) for place, node in enumerate(tree.nodes)}
    root = len(tree.nodes) - 1
    found: dict[int, Floats] = {root: np.where(np.isnan(known[root]), np.nan, 1.0)}
    for branch in reversed(tree.branches):
        if branch.node not in found or branch.power != 1:
            continue
        for child, share in zip(branch.children, _shares(tree, branch, known), strict=True):
            found[child] = found[branch.node] * share * branch.full
    return pd.DataFrame({tree.nodes[node]: found[node] for node in sorted(found) if node != root}, index=scores.index)


def _shares(tree: Tree, branch: Branch, known: dict[int, Floats]) -> list[Floats]:
    """Each child's share of the weights that count, float64[members]; NaN where it does not count."""
    present = [~np.isnan(known[child]) for child in branch.children]
    voted = [float(tree.weights[child]) for child in branch.children]
    observed = observed_weights(branch, present, voted)
    weights = [np.where(there, weight, 0.0) for there, weight in zip(present, observed, strict=True)]
    whole = sum(weights[1:], weights[0])
    return [np.where(weight > 0, weight / np.where(whole > 0, whole, 1.0), np.nan) for weight in weights]


def _bounded(evaluation: Evaluation, exact: pd.DataFrame) -> pd.Series[float]:
    bounds = evaluation.scheme.total
    total = exact.sum(axis=1)
    held = total.clip(bounds.floor, bounds.cap) - total
    return held.mask(held.abs() < NOISE)


def _apportioned(exact: Floats, totals: Floats) -> Floats:
    """Whole numbers below `exact` with the rest of each row given to its largest remainders, NaN left as it is.

    Nothing is left over but a unit for each remainder at most, unless so many decimals are kept that floats do not
    hold them: then each gets the same first.
    """
    counts = ~np.isnan(exact)
    shares = counts & (exact != 0)
    whole = np.where(counts, np.floor(exact + SLACK), 0.0)
    left = np.where(np.isnan(totals), 0.0, totals - whole.sum(axis=1))
    each = np.floor(left / np.maximum(shares.sum(axis=1), 1))
    left -= each * shares.sum(axis=1)
    rest = np.where(shares, exact - whole, -np.inf)
    turn = np.argsort(np.argsort(-rest, axis=1, kind="stable"), axis=1)
    return np.where(counts, whole + shares * each[:, None] + (turn < left[:, None]), np.nan)
