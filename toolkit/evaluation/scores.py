"""Scores: the values of the indicators, weighted and gathered up the tree of groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.aggregation import NOISE, UNWEIGHTED, Branch, gather, power
from toolkit.ground.ranking import Floats, Mask, rounded
from toolkit.ground.text import Phrase
from toolkit.scheme.criteria import Group, Indicator, Total

if TYPE_CHECKING:
    from toolkit.scheme import Scheme


Score: TypeAlias = Callable[[str], Floats]
"""The rounded scores of all members at a node, float64[n]; NaN where there is none."""
TOTAL, TURNED = "total", "-total"
"""The total; and the total turned round, by which places go where the lower one is better."""
BLOCK = 1 << 14  # members whose columns stay in the processor's own memory while a group is added up


def order_of(scheme: Scheme, by: str) -> str:
    """What those compared by a node stand in the order of, the higher ahead: the node, or the total turned round."""
    return TURNED if by == TOTAL and scheme.total.better == "lower" else by


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
    strict : tuple of bool
        For each of these whether a missing value leaves a member without a total (`unranked`).
    left : bool[members] or None
        Of the members of one list who have no total whatever their scores: they did not come to the second stage.
    """

    nodes: tuple[str, ...]
    weights: Floats
    branches: tuple[Branch, ...]
    indicators: int
    strict: tuple[bool, ...] = ()
    left: Mask | None = None

    @classmethod
    def of(cls, scheme: Scheme) -> Tree:
        """The tree of a scheme."""
        entries: list[Group | Indicator] = [*scheme.groups, *scheme.indicators]
        nodes = (*(entry.id for entry in entries), TOTAL)
        weights = np.array([*(float(entry.weight) for entry in entries), 1.0])
        under: dict[str, list[int]] = {node: [] for node in nodes}
        for position, entry in enumerate(entries):
            under[entry.group or TOTAL].append(position)
        made: list[tuple[str, Phrase, Group | Total]]
        made = [*((g.id, Phrase(g.label, g.label), g) for g in scheme.groups), (TOTAL, Phrase("总分", TOTAL), scheme.total)]
        branches = {
            nodes.index(id_): Branch(
                nodes.index(id_),
                tuple(under[id_]),
                label,
                power(rule.aggregate),
                _sum_in_turn(weights[under[id_]]) / scheme.scale if rule.aggregate == "sum" else 1.0,
                _cases(rule, [nodes[child] for child in under[id_]]),
                rule.least_present,
                rule.step_of("score") if isinstance(rule, Group) else None,
                tuple(entries[child].step_of("points") for child in under[id_]),
                rule.cap if isinstance(rule, Group) else None,
                rule.aggregate == "sum" and rule.not_applicable == 0,
                rule.aggregate if rule.aggregate in UNWEIGHTED else "",
                scheme.scale,
                rule.value,
            )
            for id_, label, rule in made
        }
        return cls(nodes, weights, tuple(_upwards(branches, len(entries))), len(scheme.indicators), tuple(item.missing == "unranked" for item in scheme.indicators))

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

    @property
    def settled(self) -> Tree:
        """The same tree without the rules that look at what is observed: for weights that obey them already."""
        branches = (replace(branch, when=(), least_present=None) for branch in self.branches)
        return replace(self, branches=tuple(branches))

    def counted_in(self, unit: float) -> Tree:
        """The same tree over values that come `unit` to a point."""
        return replace(self, branches=tuple(branch.counted_in(unit) for branch in self.branches))

    def among(self, classes: Any, left: Mask | None = None) -> Tree:
        """The same tree for lists of members of these classes, object[members], among whom relative shapes of nodes compare, and of whom some were `left` behind."""
        if not self.compares:
            return self
        peers = np.asarray(classes, dtype=object)
        return replace(self, branches=tuple(replace(branch, peers=peers) if branch.compares else branch for branch in self.branches), left=left)

    @property
    def compares(self) -> bool:
        """Whether a node is valued among the members, so that scores are of whole lists."""
        return any(branch.compares for branch in self.branches)

    def with_weights(self, weights: Floats) -> Tree:
        """The same tree under other weights (or shares), float64[nodes]."""
        return replace(self, weights=np.asarray(weights, dtype=np.float64))

    def without(self, values: Sequence[Floats], applicable: Mask | None) -> dict[int, Mask]:
        """Who has no score at each node that compares members, bool[members] by node: a strict value below it is missing, or, at the total, it has none.

        Parameters
        ----------
        values : float64[members] each
            Of the indicators.
        applicable : bool[members, indicators] or None
            None where everything applies.
        """
        if not self.compares or not (any(self.strict) or self.left is not None):
            return {}
        lacks = dict.fromkeys(range(len(self.nodes)), np.zeros(len(values[0]), np.bool_))
        for place in (place for place, strict in enumerate(self.strict) if strict):
            lacks[self.leaves.start + place] = np.isnan(values[place]) & (True if applicable is None else applicable[:, place])
        for branch in self.branches:
            lacks[branch.node] = np.logical_or.reduce([lacks[child] for child in branch.children])
        if self.left is not None:
            lacks[len(self.nodes) - 1] = lacks[len(self.nodes) - 1] | np.resize(self.left, len(values[0]))
        return {branch.node: lacks[branch.node] for branch in self.branches if branch.compares and lacks[branch.node].any()}

    @property
    def looks(self) -> bool:
        """Whether a node asks which values apply to a member."""
        return any(branch.least_present is not None for branch in self.branches) or (self.compares and any(self.strict))

    def concerned(self, applicable: Mask | None) -> list[Mask]:
        """Whether each node applies, bool[members] by node: a group where anything under it does.

        Parameters
        ----------
        applicable : bool[members, indicators] or None
            None where everything applies, or no group asks; the list is then empty.
        """
        if applicable is None or all(branch.least_present is None for branch in self.branches):
            return []
        applies = [np.zeros(len(applicable), np.bool_) for _ in self.nodes]
        applies[self.leaves] = list(applicable.T)
        for branch in self.branches:
            applies[branch.node] = np.logical_or.reduce([applies[child] for child in branch.children])
        return applies


def scores(tree: Tree, values: pd.DataFrame, applicable: pd.DataFrame | None = None) -> pd.DataFrame:
    """The score of every member at every node, before adjustments and before rounding.

    Parameters
    ----------
    tree
        From `Tree.of(scheme)`.
    values : DataFrame
        Index member; one column per indicator, 0 to the scheme's scale; NaN where it does not count
        (not applicable, or missing and excluded): its weight then goes to its siblings.
    applicable : DataFrame of bool
        Same index and columns: what `least_present` counts. Left out, every indicator applies.

    Returns
    -------
    DataFrame
        Index member; columns `tree.nodes`, the last one "total". NaN where nothing under a node counts, or less
        than its `least_present`.

    Raises
    ------
    Refused
        When a mean other than the arithmetic or the minimum meets a score below zero.
    """
    columns = {name: values[name].to_numpy(dtype=np.float64) for name in tree.nodes[tree.leaves]}
    return pd.DataFrame(gathered(tree, columns, len(values), applicable), index=values.index)


def gathered(
    tree: Tree,
    values: Mapping[str, Floats],
    members: int,
    applicable: pd.DataFrame | None = None,
    *,
    before: tuple[Tree, Mapping[str, Floats]] | None = None,
) -> dict[str, Floats]:
    """The same column by column: float64[members] for each of `tree.nodes`, in their order.

    Parameters
    ----------
    before
        Another tree, and what this gave for it of the same members: what stands under no change of tree and values is taken over.
    """
    names = tree.nodes[tree.leaves]
    concerned = applicable.loc[:, list(names)].to_numpy(dtype=np.bool_) if tree.looks and applicable is not None else None
    columns = [np.ascontiguousarray(values[name]) for name in names]
    groups = _branch_scores(tree, columns, members, concerned, _unmoved(tree, columns, *before) if before else {})
    known = dict(zip(names, columns, strict=True)) | {tree.nodes[node]: column for node, column in groups.items()}
    return {node: known[node] for node in tree.nodes}


def compared(tree: Tree, scores: Mapping[str, Floats], applicable: pd.DataFrame) -> Iterator[tuple[Branch, Floats]]:
    """The nodes that are valued among the members, with the score of each member, float64[n], that is compared there."""
    branches = [branch for branch in tree.branches if branch.compares]
    names = list(tree.nodes[tree.leaves])
    applies = applicable.loc[:, names].to_numpy(np.bool_) if branches else None
    concerned, without = tree.concerned(applies), tree.without([np.asarray(scores[name], dtype=np.float64) for name in names], applies)
    for branch in branches:
        children = [(np.asarray(scores[tree.nodes[child]], dtype=np.float64), float(tree.weights[child])) for child in branch.children]
        applying = [concerned[child] for child in branch.children] if concerned else []
        gathered_there = gather(replace(branch, shape=None, own=None), children, len(children[0][0]), applicable=applying, without=without.get(branch.node))
        yield branch, np.round(gathered_there, NOISE)


def adjusted(mean: Floats, adjustments: Iterable[Floats], bounds: Total | None = None, unranked: Mask | None = None) -> Floats:
    """The total: the mean with every bonus and deduction added in turn, held within its bounds, NaN for the unranked.

    Nothing is rounded here.

    Parameters
    ----------
    mean : float64[n]
        The score at the root of the tree.
    adjustments : float64[n] each
        Points; NaN adds nothing.
    unranked : bool[n]
        Who has no total because a value is missing; see `unranked_rows`.

    Examples
    --------
    >>> from toolkit.scheme.criteria import Total
    >>> bonus, grave = np.array([5.0, 5.0]), np.array([0.0, -90.0])
    >>> adjusted(np.array([98.0, 60.0]), [bonus, grave], Total(floor=0, cap=100)).tolist()
    [100.0, 0.0]
    """
    total = mean
    for points in adjustments:
        total = total + np.where(np.isnan(points), 0.0, points)
    if bounds is not None and np.isfinite(ends := total_bounds(bounds)).any():
        total = np.clip(total, *ends)
    return total if unranked is None or not unranked.any() else np.where(unranked, np.nan, total)


def total_bounds(rules: Total) -> tuple[float, float]:
    """The lowest and the highest total that the scheme lets anyone have; infinite where it sets no bound."""
    return -np.inf if rules.floor is None else rules.floor, np.inf if rules.cap is None else rules.cap


def unranked_rows(scheme: Scheme, values: Floats, applicable: Mask) -> Mask:
    """Whom a missing value leaves without a total, bool[n], from float64 and bool[n, indicators] in the scheme's order."""
    strict = np.array([item.missing == "unranked" for item in scheme.indicators], dtype=np.bool_)
    return np.asarray((np.isnan(values) & applicable & strict).any(axis=1))


def sums_beside(scheme: Scheme, values: Mapping[str, Floats]) -> dict[str, Floats]:
    """The sums beside the total, or the greatest or least of their parts, float64[n] by their ids, from values and points float64[n] by indicator and adjustment; NaN where nothing counts."""
    found: dict[str, Floats] = {}
    for item in scheme.sums:
        if item.aggregate != "sum":
            found[item.id] = reduce(np.fmax if item.aggregate == "maximum" else np.fmin, [values[name] for name in item.of])
            continue
        total, counted = np.zeros(len(values[item.of[0]])), np.zeros(len(values[item.of[0]]), np.bool_)
        for name in item.of:
            there = ~np.isnan(values[name])
            total, counted = total + np.where(there, values[name], 0.0), counted | there
        found[item.id] = np.where(counted, total, np.nan)
    return found


def list_scores(scheme: Scheme, tree: Tree, values: Floats, applicable: Mask, adjustments: Mapping[str, Floats]) -> Score:
    """The rounded scores that lists go by, float64[n] by node and adjustment, from the values of any n rows.

    Parameters
    ----------
    tree
        The scheme's, maybe under other weights.
    values, applicable : float64 and bool[n, indicators]
        As `node_scores` takes them.
    adjustments : float64[n] by adjustment
        Points, in the scheme's order.
    """
    table = dict(zip(tree.nodes, node_scores(tree, values, applicable).T, strict=True)) | dict(adjustments)
    table[TOTAL] = adjusted(table[TOTAL], adjustments.values(), scheme.total, unranked_rows(scheme, values, applicable))
    table |= sums_beside(scheme, table)
    return rounded_scores(scheme, table)


def node_scores(tree: Tree, values: Floats, applicable: Mask | None = None) -> Floats:
    """The kernel of `scores`: float64[members, indicators] to float64[members, nodes]."""
    scores = np.full((len(values), len(tree.nodes)), np.nan, order="F")
    scores[:, tree.leaves] = values
    columns = [np.ascontiguousarray(column) for column in np.asarray(values, dtype=np.float64).T]
    for node, column in _branch_scores(tree, columns, len(values), applicable).items():
        scores[:, node] = column
    return scores


def _unmoved(tree: Tree, columns: Sequence[Floats], other: Tree, scores: Mapping[str, Floats]) -> dict[int, Floats]:
    """The scores that another tree gave, of the nodes under which trees and values are the same: values are where they are the same array."""
    if tree.nodes != other.nodes:
        return {}
    there, level = {branch.node: branch for branch in other.branches}, tree.weights == other.weights
    leaves = zip(range(tree.leaves.start, tree.leaves.stop), columns, strict=True)
    same = {leaf: column for leaf, column in leaves if scores[tree.nodes[leaf]] is column}
    for branch in tree.branches:
        if branch == there.get(branch.node) and all(level[child] and child in same for child in branch.children):
            same[branch.node] = scores[tree.nodes[branch.node]]
    return same


def _branch_scores(
    tree: Tree,
    columns: Sequence[Floats],
    members: int,
    applicable: Mask | None,
    known: Mapping[int, Floats] = MappingProxyType({}),
) -> dict[int, Floats]:
    """The scores of the groups and the total, from one column per indicator.

    Sums run in explicit loops over the columns, in the order of the scheme: the same bits on any machine,
    whatever the order of the members.
    """
    concerned, without = tree.concerned(applicable), tree.without(columns, applicable)
    scores = {branch.node: np.empty(members) for branch in tree.branches if branch.node not in known}
    looked = {**dict(enumerate(columns, start=tree.leaves.start)), **known, **scores}
    weights = tree.weights.tolist()
    size = max(1, members) if tree.compares else BLOCK
    for start in range(0, members, size):
        rows = slice(start, start + size)
        for branch in tree.branches:
            if branch.node not in scores:
                continue
            children = [(looked[child][rows], weights[child]) for child in branch.children]
            applying = [concerned[child][rows] for child in branch.children] if concerned else []
            scores[branch.node][rows] = gather(branch, children, len(children[0][0]), applicable=applying, without=without.get(branch.node))
    return {**known, **scores}


def _cases(rule: Group | Total, children: Sequence[str]) -> tuple[tuple[tuple[bool, ...], tuple[float, ...]], ...]:
    """The patterns of a conditional group in the order of its children."""
    return tuple(
        (
            tuple(child in pattern.observed for child in children),
            tuple(float(pattern.weights.get(child, 0.0)) for child in children),
        )
        for pattern in rule.when
    )


def _sum_in_turn(numbers: Iterable[float]) -> float:
    """A plain sum from left to right, which NumPy's pairwise one is not."""
    total = 0.0
    for number in numbers:
        total += float(number)
    return total


def _upwards(branches: dict[int, Branch], root: int) -> list[Branch]:
    """The branches under `root` and itself, children before parents."""
    branch = branches[root]
    below = [inner for child in branch.children if child in branches for inner in _upwards(branches, child)]
    return [*below, branch]


def rounded_points(scheme: Scheme, scores: pd.DataFrame) -> pd.DataFrame:
    """The scores as everything compares them: rounded half up to the scheme's decimals."""
    table = rounded(scores.to_numpy(dtype=np.float64), scheme.decimals)
    return pd.DataFrame(table, index=scores.index, columns=scores.columns)


def rounded_scores(scheme: Scheme, scores: pd.DataFrame | Mapping[str, Floats], places: NDArray[np.intp] | None = None) -> Score:
    """The same, to be asked for by node: each is rounded when it is first asked for, which most never are.

    Parameters
    ----------
    places
        Of which scores, and in which order; all as they stand for None.
    """
    return partial(_rounded_score, {}, scores, places, scheme.decimals)


def _rounded_score(known: dict[str, Floats], scores: pd.DataFrame | Mapping[str, Floats], places: NDArray[np.intp] | None, decimals: int, node: str) -> Floats:
    if node not in known:
        score = np.asarray(scores[node], dtype=np.float64)
        known[node] = rounded(score if places is None else score[places], decimals)
    return known[node]


def aligned(frame: pd.DataFrame, index: pd.Index[str]) -> pd.DataFrame:
    """A frame in the order of these members; itself where it stands so already."""
    return frame if frame.index.equals(index) else frame.loc[index]


def scores_of(points: pd.DataFrame) -> Score:
    """The columns of a frame of rounded scores, to be asked for by node."""
    return partial(_score_of, points)


def _score_of(points: pd.DataFrame, node: str) -> Floats:
    return points[node].to_numpy(dtype=np.float64)


def shares_of(tree: Tree, leaves: Floats) -> Floats:
    """The share of every node among its siblings, from weights of the indicators alone.

    Parameters
    ----------
    leaves : float64[draws, indicators]

    Returns
    -------
    float64[draws, nodes]
        Siblings that weigh nothing together all have 0.
    """
    weights = np.ones((len(leaves), len(tree.nodes)))
    weights[:, tree.leaves] = leaves
    shares = weights.copy()
    for branch in tree.branches:
        siblings = list(branch.children)
        weights[:, branch.node] = weights[:, siblings].sum(axis=1)
        together = weights[:, [branch.node]]
        shares[:, siblings] = weights[:, siblings] / np.where(together > 0, together, 1.0)
    return shares


def leaves_of(tree: Tree, shares: Floats) -> Floats:
    """The weight of every indicator in the whole, float64[draws, indicators], from shares float64[draws, nodes]."""
    weights = shares.copy()
    for branch in reversed(tree.branches):
        weights[:, list(branch.children)] *= weights[:, [branch.node]]
    return np.ascontiguousarray(weights[:, tree.leaves])
