"""How much each indicator really decides, beside how much it was voted to.

By how much an indicator moves a member's total away from the usual member's: parts that add up, for any tree. Members are
compared with those of their own class.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.diagnostics.distribution import ABSENT, CONSTANT, FEWEST, few, members_of
from toolkit.evaluation.aggregation import Branch, gather
from toolkit.evaluation.scores import TOTAL, Tree, node_scores
from toolkit.ground.ranking import Floats, Mask
from toolkit.ground.text import Phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation


NEAR = 1e-5


def movements(tree: Tree, values: Floats, applicable: Mask) -> tuple[Floats, Floats]:
    """The total of each member as the usual member's plus what each of its indicators adds to that or takes away.

    The usual member has the mean of every indicator that counts for the member. Under an arithmetic mean with shares
    s an indicator moves the total by exactly s (v - mean). Under a power mean G with h(v) = v^p (log v for p = 0) a
    child moves it by its mean slope times (v - mean), where the slope is s [h(v) - h(m)] / (v - m) over
    [h(G) - h(G of the means)] / (G - G of the means). What is no mean, or is valued once gathered, is walked from the usual
    member's to the member's child by child, both ways round. So the parts always add up, and a constant moves nothing.

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
    scores, usual = (node_scores(tree, table, applicable) for table in (values, _means(values)))
    slopes = np.zeros_like(scores)
    slopes[:, -1] = 1.0
    for branch in reversed(tree.branches):
        for child, slope in zip(branch.children, _slopes(tree, branch, scores, usual), strict=True):
            slopes[:, child] = slopes[:, branch.node] * slope
    moved = (slopes * (scores - usual))[:, tree.leaves]
    return np.where(np.isnan(moved), 0.0, moved), usual[:, -1]


def shares_by_member(tree: Tree, values: Floats, applicable: Mask) -> Floats:
    """The share of the total that each indicator has for each member, float64[members, indicators], 0 where it does not count.

    The product of the shares down the path, after the weight of what does not count has gone to its siblings.
    """
    scores = node_scores(tree, values, applicable)
    shares = np.zeros_like(scores)
    shares[:, -1] = 1.0
    for branch in reversed(tree.branches):
        for child, share in zip(branch.children, _shares(tree, branch, scores), strict=True):
            shares[:, child] = shares[:, branch.node] * share
    return shares[:, tree.leaves]


def _means(values: Floats) -> Floats:
    """The mean of every column wherever it counts; exactly its number where a column is constant."""
    counts = ~np.isnan(values)
    filled = np.where(counts, values, 0.0)
    low, high = np.where(counts, values, np.inf).min(axis=0), np.where(counts, values, -np.inf).max(axis=0)
    sums = np.array([column.sum() for column in filled.T.copy()])
    means = np.minimum(np.maximum(sums / np.maximum(counts.sum(axis=0), 1), low), high)
    return np.where(counts, means, np.nan)


def _slopes(tree: Tree, branch: Branch, scores: Floats, usual: Floats) -> list[Floats]:
    """For each child of a branch how many points it moves the group's score by, for each of its own."""
    now = [scores[:, child] for child in branch.children]
    then = [usual[:, child] for child in branch.children]
    if branch.other or branch.shape is not None:
        return _in_turn(tree, branch, now, then)
    shares = list(_shares(tree, branch, scores))
    if branch.power == 1:
        return [share * branch.full for share in shares]
    whole = (scores[:, branch.node] / branch.full, usual[:, branch.node] / branch.full)
    if branch.power == -np.inf:
        culprits = _lowest(now, then)
    else:
        culprits = [(score == 0) & (share > 0) & (branch.power <= 0) for score, share in zip(now, shares, strict=True)]
    blamed = np.any(culprits, axis=0)
    charged = list(_charged(culprits, shares, whole, now, then))
    if branch.power == -np.inf:
        return [slope * branch.full for slope in charged]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        level = _steepness(branch.power, *whole)
        bent = [s * _steepness(branch.power, a, b) / level for s, a, b in zip(shares, now, then, strict=True)]
    smooth = [np.where(np.isfinite(slope), slope, 0.0) for slope in bent]
    return [np.where(blamed, c, s) * branch.full for c, s in zip(charged, smooth, strict=True)]


def _in_turn(tree: Tree, branch: Branch, now: list[Floats], then: list[Floats]) -> list[Floats]:
    """The slopes of what is no mean: each child is moved to where it is one after the other, from the first and from the last, half of each."""
    plain, size = replace(branch, least_present=None), len(now[0])
    weights = [float(tree.weights[child]) for child in branch.children]
    effects = [np.zeros(size) for _ in now]
    for order in (range(len(now)), range(len(now))[::-1]):
        children = list(then)
        before = gather(plain, list(zip(children, weights, strict=True)), size)
        for place in order:
            children[place] = now[place]
            after = gather(plain, list(zip(children, weights, strict=True)), size)
            effects[place] += (after - before) / 2
            before = after
    moved = [own - usual for own, usual in zip(now, then, strict=True)]
    return [np.divide(effect, way, out=np.zeros(size), where=(way != 0) & np.isfinite(effect / np.where(way == 0, 1.0, way))) for effect, way in zip(effects, moved, strict=True)]


def _shares(tree: Tree, branch: Branch, member_scores: Floats) -> Iterator[Floats]:
    """The share of each child for each member: what an arithmetic mean makes of 1 for it and 0 for the others."""
    plain = replace(branch, power=1.0, full=1.0, least_present=None, own=None, points=(), cap=None, shape=None)
    weights = [float(tree.weights[child]) for child in branch.children]
    none = [np.where(np.isnan(member_scores[:, child]), np.nan, 0.0) for child in branch.children]
    for place in range(len(none)):
        scores = [*none[:place], none[place] + 1.0, *none[place + 1 :]]
        yield np.nan_to_num(gather(plain, list(zip(scores, weights, strict=True)), len(member_scores)))


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
    return [np.where(worse, score == least, usual == least) for score, usual in zip(now, then, strict=True)]


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
        for part, score, usual in zip(parts, now, then, strict=True):
            slope = part / together * (whole[0] - whole[1]) / (score - usual)
            yield np.where((part > 0) & np.isfinite(slope), slope, 0.0)



NOISE = 1e-10


@dataclass(frozen=True, eq=False)
class Strata:
    """The members who compete, class by class: those that applied and have a total.

    Parameters
    ----------
    values : float64[members, indicators]
        On the scale; NaN where an indicator does not count.
    applicable : bool[members, indicators]
        Whether an indicator applies.
    extras : float64[members, adjustments]
        Points beside the tree.
    parts
        For each class a mask of its members.
    classes : object[members]
        Their classes.
    """

    values: Floats
    applicable: Mask
    extras: Floats
    parts: tuple[Mask, ...]
    classes: Any

    @classmethod
    def of(cls, evaluation: Evaluation, class_: str | None) -> Strata:
        """The competing members of one class, or of every class by itself."""
        who = members_of(evaluation, class_)
        competing = evaluation.members["applied"].astype(bool) & evaluation.scores[TOTAL].notna()
        who, ids = who[competing[who].to_numpy()], [item.id for item in evaluation.scheme.indicators]
        scheme, classes = evaluation.scheme, evaluation.members["class"].astype("str")[who].to_numpy()
        extras = evaluation.measured.adjustments.loc[who, [item.id for item in scheme.adjustments]].fillna(0.0)
        return cls(
            evaluation.values.loc[who, ids].to_numpy(dtype=np.float64),
            evaluation.applicable.loc[who, ids].to_numpy(dtype=np.bool_),
            extras.to_numpy(dtype=np.float64),
            tuple(np.asarray(classes == name, dtype=np.bool_) for name in sorted(set(classes))),
            classes,
        )

    def moved(self, tree: Tree) -> tuple[Floats, Floats]:
        """`movements` in each class about its own usual member."""
        moved, usual = np.zeros_like(self.values), np.zeros(len(self.values))
        for part in self.parts:
            moved[part], usual[part] = movements(tree.among(self.classes[part]), self.values[part], self.applicable[part])
        return moved, usual

    def counted(self, tree: Tree) -> Floats:
        """The share of the total that each indicator has for these members on average, float64[indicators].

        As voted where all count; less for an indicator that does not count for some, more for its siblings.
        """
        return np.array(
            [
                column.sum() / max(len(column), 1)
                for column in shares_by_member(tree, self.values, self.applicable).T.copy()
            ]
        )

    def centred(self, column: Floats) -> Floats:
        """A column's deviations from the mean of each class, over those who have a number; NaN stays.

        Noise of the arithmetic is no deviation: what varies by less than 1e-10 of its size in a class gives 0.
        """
        away = np.full(len(column), np.nan)
        for part in self.parts:
            known = part & ~np.isnan(column)
            if known.any():
                x = column[known]
                still = x.max() - x.min() <= NOISE * max(float(np.abs(x).max()), 1.0)
                away[known] = 0.0 if still else x - x.sum() / len(x)
        return away


def straight(x: Floats, y: Floats) -> float:
    """The correlation of two columns of deviations, over those who have both; NaN where one does not vary."""
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = x[both], y[both]
    size = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float(np.clip((x * y).sum() / size, -1, 1)) if size else float("nan")



GAPS = "gaps"
GAPS_LABEL = Phrase("不适用或缺失（权重转移）", "not applicable or missing")
LEVEL = Phrase("总分没有高低之分", "the totals do not differ")
AGAINST = Phrase("抵消总分：此项高者总分反而低", "works against the total: who is high here is low in all")


def effective_weights(evaluation: Evaluation, *, class_: str | None = None) -> pd.DataFrame:
    """Of the differences between the totals, the share that each indicator accounts for; beside its voted share.

    The total (before rounding and bounds) is the usual member's plus what each indicator and adjustment moves it by
    (`movements`): w (v - mean) where all means are arithmetic. An effective weight is cov(moved, total) / var(total).
    They sum to 1 for every tree. A constant has 0. One below 0 works against the total. In a scheme with classes
    members compete within their class, so variances and covariances are of deviations from the class's mean, added up
    over the classes.

    Parameters
    ----------
    class_
        Only the members of this class.

    Returns
    -------
    DataFrame
        Over the members who applied and have a total. Index part: the indicators in the order of the scheme, the adjustments, and "gaps"
        where it matters that not the same indicators count for all. Columns:

        - label; kind: "indicator", "adjustment" or "gaps"
        - nominal: the product of the voted shares down the path, 0..1; NaN for what is not weighed
        - counted: that share as it falls to these members on average: as voted where all indicators count, less for
          one that does not count for some, its weight having gone to its siblings
        - effective: as above, summing to 1; ratio: effective / counted, so 2 decides twice what was voted
        - correlation: of value and total, -1..1
        - alone: the correlation ratio S = V(E(total given the value)) / V(total), 0..1: the variance that would go if the
          indicator could be fixed, what it shares with others included. E is a cubic fitted by least squares in each
          class; mere noise gives about 3 / n
        - n: those members for whom it counts; note: why figures are lacking, or that it works against the total

    References
    ----------
    Paruolo, P., Saisana, M., Saltelli, A. (2013), Ratings and rankings: voodoo or science?, Journal of the Royal
    Statistical Society A 176, 609-634: the correlation ratio as the importance of an indicator.
    """
    tree, strata = evaluation.held_tree, Strata.of(evaluation, class_)
    moved, usual = strata.moved(tree)
    total = usual + sum([*moved.T, *strata.extras.T], start=np.zeros(len(usual)))
    about = strata.centred(total)
    scheme = evaluation.scheme
    shares = zip(nominal_shares(tree), strata.counted(tree), strict=True)
    indicators = [(i.id, i.label, "indicator", *share) for i, share in zip(scheme.indicators, shares, strict=True)]
    adjustments = [(a.id, a.label, "adjustment", np.nan, np.nan) for a in scheme.adjustments]
    gaps = (GAPS, GAPS_LABEL.into(scheme.language), GAPS, np.nan, np.nan)
    named = pd.DataFrame([*indicators, *adjustments, gaps], columns=["part", "label", "kind", "nominal", "counted"])
    values = [*strata.values.T, *strata.extras.T, usual]
    moves = [*moved.T, *strata.extras.T, usual]
    rows = [_row(strata, about, column, moves_) for column, moves_ in zip(values, moves, strict=True)]
    frame = pd.concat([named, pd.DataFrame(rows)], axis=1).set_index("part")
    frame.loc[GAPS, ["correlation", "alone"]] = np.nan
    frame.insert(5, "ratio", frame["effective"] / frame["counted"].where(frame["counted"] > 0))
    frame["note"] = [_note(frame, part, len(usual), bool(about.any())).into(scheme.language) for part in frame.index]
    varied = bool(strata.centred(usual).any())
    return frame if varied else frame.drop(index=GAPS)


def nominal_shares(tree: Tree) -> Floats:
    """The share of the total of each indicator, as voted: the product of the shares down its path, float64[indicators]."""
    shares = tree.shares
    for branch in reversed(tree.branches):
        shares[list(branch.children)] *= shares[branch.node]
    return shares[tree.leaves]


def _row(strata: Strata, total: Floats, values: Floats, moved: Floats) -> dict[str, Any]:
    away, variance = strata.centred(values), float((total * total).sum())
    n = int((~np.isnan(values)).sum())
    enough = len(total) >= FEWEST and variance > 0
    varies = enough and n >= FEWEST and bool(np.nansum(np.abs(away)))
    return {
        "effective": float((strata.centred(moved) * total).sum()) / variance if enough else np.nan,
        "correlation": straight(away, total) if varies else np.nan,
        "alone": _alone(strata, values, total) if varies else np.nan,
        "n": n,
    }


def _alone(strata: Strata, values: Floats, total: Floats) -> float:
    """The share of the variance of the total, among those who have the indicator, that a cubic of it explains."""
    explained = whole = 0.0
    for part in strata.parts:
        both = part & ~np.isnan(values)
        y = total[both] - total[both].sum() / max(int(both.sum()), 1)
        whole += float((y * y).sum())
        explained += sum(float((y * bend).sum()) ** 2 for bend in _bends(values[both]))
    return explained / whole if whole else float("nan")


def _bends(x: Floats) -> list[Floats]:
    """An orthonormal basis of what is linear, square and cubic in x: at most 3, fewer for few distinct numbers."""
    basis: list[Floats] = []
    kinds = len(np.unique(x))
    if kinds < 2:
        return basis
    z = (x - x.sum() / len(x)) / (x.max() - x.min())
    for degree in range(1, min(3, kinds - 1) + 1):
        bend = z**degree
        for _ in range(2):  # a second pass takes away what rounding left of the first
            bend = bend - bend.sum() / len(bend)
            for earlier in basis:
                bend = bend - earlier * (earlier * bend).sum()
        size = float(np.sqrt((bend * bend).sum()))
        if size > 1e-9:
            basis.append(bend / size)
    return basis


def _note(frame: pd.DataFrame, part: str, members: int, differing: bool) -> Phrase:  # noqa: FBT001 - a fact
    row = dict(frame.loc[part])
    if members < FEWEST:
        return few(members)
    if not differing:
        return LEVEL
    if row["n"] == 0:
        return ABSENT
    if row["kind"] != GAPS and np.isnan(row["correlation"]):
        return CONSTANT if row["n"] >= FEWEST else few(int(row["n"]))
    return AGAINST if row["effective"] < -1e-9 else Phrase("", "")
