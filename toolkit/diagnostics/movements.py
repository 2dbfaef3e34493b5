"""By how much each indicator moves a member's total away from the usual member's: parts that add up, for any tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from toolkit.aggregation import Branch, gather
from toolkit.ranking import Floats, Mask
from toolkit.scoring import Tree, node_scores

NEAR = 1e-5


def movements(tree: Tree, values: Floats, applicable: Mask) -> tuple[Floats, Floats]:
    """The total of each member as the usual member's plus what each of its indicators adds to that or takes away.

    The usual member has the mean of every indicator that counts for the member. Under an arithmetic mean with shares
    s an indicator moves the total by exactly s (v - mean). Under a power mean G with h(v) = v^p (log v for p = 0) a
    child moves it by its mean slope times (v - mean), where the slope is s [h(v) - h(m)] / (v - m) over
    [h(G) - h(G of the means)] / (G - G of the means). So the parts always add up, and a constant moves nothing.

    Parameters
    ----------
    values : float64[members, indicators]
        On the scale; NaN where an indicator does not count.
    applicable : bool[members, indicators]
        Whether it applies.

    Returns
    -------
    moved : float64[members, indicators]
        In points of the total; 0 where an indicator does not count.
    usual : float64[members]
        The total of the usual member; with `moved` summed over the indicators it is the member's own.
    """
    found, usual = (node_scores(tree, table, applicable) for table in (values, _means(values)))
    slopes = np.zeros_like(found)
    slopes[:, -1] = 1.0
    for branch in reversed(tree.branches):
        for child, slope in zip(branch.children, _slopes(tree, branch, found, usual), strict=True):
            slopes[:, child] = slopes[:, branch.node] * slope
    moved = (slopes * (found - usual))[:, tree.leaves]
    return np.where(np.isnan(moved), 0.0, moved), usual[:, -1]


def counted_shares(tree: Tree, values: Floats, applicable: Mask) -> Floats:
    """The share of the total that each indicator has for each member, float64[members, indicators], 0 where it does not count.

    The product of the shares down the path, after the weight of what does not count has gone to its siblings.
    """
    found = node_scores(tree, values, applicable)
    shares = np.zeros_like(found)
    shares[:, -1] = 1.0
    for branch in reversed(tree.branches):
        for child, own in zip(branch.children, _shares(tree, branch, found), strict=True):
            shares[:, child] = shares[:, branch.node] * own
    return shares[:, tree.leaves]


def _means(values: Floats) -> Floats:
    """The mean of every column wherever it counts; exactly its number where a column is constant."""
    counts = ~np.isnan(values)
    filled = np.where(counts, values, 0.0)
    low, high = np.where(counts, values, np.inf).min(axis=0), np.where(counts, values, -np.inf).max(axis=0)
    sums = np.array([column.sum() for column in filled.T.copy()])
    means = np.minimum(np.maximum(sums / np.maximum(counts.sum(axis=0), 1), low), high)
    return np.where(counts, means, np.nan)


def _slopes(tree: Tree, branch: Branch, found: Floats, usual: Floats) -> list[Floats]:
    """For each child of a branch how many points it moves the group's score by, for each of its own."""
    now = [found[:, child] for child in branch.children]
    then = [usual[:, child] for child in branch.children]
    shares = list(_shares(tree, branch, found))
    if branch.power == 1:
        return [share * branch.full for share in shares]
    whole = (found[:, branch.node] / branch.full, usual[:, branch.node] / branch.full)
    if branch.power == -np.inf:
        culprits = _lowest(now, then)
    else:
        culprits = [
            (own == 0) & (share > 0) & (branch.power <= 0) for own, share in zip(now, shares, strict=True)
        ]
    blamed = np.any(culprits, axis=0)
    charged = list(_charged(culprits, shares, whole, now, then))
    if branch.power == -np.inf:
        return [slope * branch.full for slope in charged]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        level = _steepness(branch.power, *whole)
        bent = [s * _steepness(branch.power, a, b) / level for s, a, b in zip(shares, now, then, strict=True)]
    smooth = [np.where(np.isfinite(slope), slope, 0.0) for slope in bent]
    return [np.where(blamed, c, s) * branch.full for c, s in zip(charged, smooth, strict=True)]


def _shares(tree: Tree, branch: Branch, found: Floats) -> Iterator[Floats]:
    """The share of each child for each member: what an arithmetic mean makes of 1 for it and 0 for the others."""
    plain = replace(branch, power=1.0, full=1.0, least_present=None)
    weights = [float(tree.weights[child]) for child in branch.children]
    none = [np.where(np.isnan(found[:, child]), np.nan, 0.0) for child in branch.children]
    for own in range(len(none)):
        scores = [*none[:own], none[own] + 1.0, *none[own + 1 :]]
        yield np.nan_to_num(gather(plain, list(zip(scores, weights, strict=True)), len(found)))


def _steepness(power: float, a: Floats, b: Floats) -> Floats:
    """(h(a) - h(b)) / (a - b); where the two nearly coincide, the slope of h half-way between them."""
    middle = (a + b) / 2
    at = 1 / middle if power == 0 else power * middle ** (power - 1)
    across = (np.log(a) - np.log(b) if power == 0 else a**power - b**power) / (a - b)
    return np.where(np.abs(a - b) <= NEAR * np.maximum(np.abs(a), np.abs(b)), at, across)


def _lowest(now: list[Floats], then: list[Floats]) -> list[Floats]:
    """Which children set the minimum, the member's or the usual one's, whichever is lower."""
    least = np.fmin(np.fmin.reduce(now), np.fmin.reduce(then))
    worse = np.fmin.reduce(now) == least
    return [np.where(worse, own == least, usual == least) for own, usual in zip(now, then, strict=True)]


def _charged(
    culprits: list[Floats],
    shares: list[Floats],
    whole: tuple[Floats, Floats],
    now: list[Floats],
    then: list[Floats],
) -> Iterator[Floats]:
    """The slopes where the whole movement of a group is the doing of some of its children, by their shares."""
    parts = [np.where(culprit, share, 0.0) for culprit, share in zip(culprits, shares, strict=True)]
    together = sum(parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        for part, own, usual in zip(parts, now, then, strict=True):
            slope = part / together * (whole[0] - whole[1]) / (own - usual)
            yield np.where((part > 0) & np.isfinite(slope), slope, 0.0)
