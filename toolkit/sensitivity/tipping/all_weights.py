"""How little the weights have to change, taken together, before a member near a line wins or loses its award.

The shares nearest to some that meet linear conditions: each a small linear programme.

The weights that may change together, and the scores and lists along any straight way of them.

What each member's score is for a whole share of each weight that may change, where that is linear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import pandas as pd

from toolkit.evaluation.many import Lists, weights_of
from toolkit.evaluation.scores import TOTAL, shares_of
from toolkit.ground.problems import refuse
from toolkit.ground.text import phrase
from toolkit.sensitivity.tipping.lines import Rule, decided, exact_scores, is_linear, rule_of, together
from toolkit.sensitivity.tipping.one_weight import (
    Change,
    Looking,
    Straight,
    crossings,
    first_change,
    seen_nearest,
    sought,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.aggregation import Branch
    from toolkit.evaluation.contests import Contest
    from toolkit.ground.ranking import Floats


Norm = Literal["largest", "sum"]
NORMS: tuple[Norm, ...] = ("largest", "sum")
Row: TypeAlias = "tuple[Floats, float]"
"""A condition g . s <= c: g float64[n], and c."""


def moved(way: Floats, norm: Norm) -> float:
    """How long a way is: its largest single change, or the sum of all."""
    return float(np.abs(way).max() if norm == "largest" else np.abs(way).sum())


def smallest_change(gap: Floats, shares: Floats, norm: Norm) -> Floats | None:
    """The shares nearest to some, at least 0 and with the same sum, at which a gap closes; None where none do.

    Minimises max |s - shares| or sum |s - shares| subject to gap . s = 0, by HiGHS.

    Parameters
    ----------
    gap, shares : float64[n]
        What one member is ahead of the other for each whole share, and the shares as they stand.

    Examples
    --------
    >>> smallest_change(np.array([20.0, -25.0]), np.array([0.6, 0.4]), "largest").round(4).tolist()
    [0.5556, 0.4444]
    """
    return nearest_shares(shares, norm, [(gap, 0.0), (-gap, 0.0)])


def nearest_shares(shares: Floats, norm: Norm, rows: Sequence[Row]) -> Floats | None:
    """The shares nearest to some, at least 0 and with the same sum, that meet all conditions; None where none do."""
    from scipy.optimize import linprog

    n, least = len(shares), 1 if norm == "largest" else len(shares)
    over = np.ones((n, 1)) if norm == "largest" else np.eye(n)
    sizes = [max(float(np.abs(gap).max()), 1e-12) for gap, _ in rows]
    held = np.array([[*(gap / size), *np.zeros(least)] for (gap, _), size in zip(rows, sizes, strict=True)]).reshape(-1, n + least)
    to = [(bound - float(gap @ shares)) / size for (gap, bound), size in zip(rows, sizes, strict=True)]
    found = linprog(
        np.concatenate([np.zeros(n), np.ones(least)]),
        A_ub=np.vstack([np.block([[np.eye(n), -over], [-np.eye(n), -over]]), held]), b_ub=np.concatenate([np.zeros(2 * n), to]),
        A_eq=np.concatenate([np.ones(n), np.zeros(least)])[None, :], b_eq=np.zeros(1),
        bounds=[*((-float(share), None) for share in shares), *[(0, None)] * least], method="highs",
    )  # fmt: skip
    return shares + np.asarray(found.x[:n], dtype=np.float64) if found.success and found.x is not None else None


def least_ways(gaps: Floats, leads: Floats, norm: Norm) -> Floats:
    """How far it is at least until each lead is nothing, were shares below 0 allowed: float64[rows], inf for never.

    With a largest change t a lead falls by no more than t sum |g - median g|, with a sum of changes t by no more than
    t (max g - min g) / 2.

    Parameters
    ----------
    gaps : float64[rows, n]
        What each lead is for each whole share.
    leads : float64[rows]

    Examples
    --------
    >>> least_ways(np.array([[20.0, -25.0]]), np.array([2.0]), "largest").round(4).tolist()  # as far as the tie above
    [0.0444]
    """
    if norm == "largest":
        rate = np.abs(gaps - np.median(gaps, axis=1)[:, None]).sum(axis=1)
    else:
        rate = (gaps.max(axis=1) - gaps.min(axis=1)) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(leads <= 0, 0.0, np.where(rate > 0, leads / rate, np.inf))



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
        leaves = np.column_stack([scores[leaf] for leaf in tree.nodes[tree.leaves]])
        return np.nan_to_num(leaves) if name == TOTAL and is_linear(tree) and not np.isnan(leaves[counted]).any() else None
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



COLUMNS = ["award", "class", "winner", "other", "norm", "tie", "change", "exact", "weights", "gained", "lost"]


def smallest_weights(evaluation: Evaluation, group: str | None = TOTAL, near: int = 2) -> pd.DataFrame:
    """The smallest change of several weights at once at which two members on either side of a line are level.

    The pairs are, for each award in each pool, each of the `near` lowest who hold it and of the `near` best who missed it
    though over every bar, with the one on the other side of the line whom the smallest change brings level with it: not
    always the next in score. The weights are those of the children of one
    `group` (``total`` for the topmost), or those of all indicators at once, each being its share of the total, for
    None. Each pair is a linear programme: the least largest single change, and the least sum of changes. On the straight
    way to its solution the list changes by the scheme's own rule somewhat before (rounding, other pairs), or after
    (ties that the scheme settles): the witness is where it does.
    Another way can change the list a little sooner, by at most what a step of rounding is worth.

    Returns
    -------
    DataFrame
        A row for each pair and norm: award, class (the contest's), winner, other; norm, ``largest`` or ``sum``;
        tie, how many percentage points of share that takes to make the exact scores level, NaN where no
        weights do; change, the same up to the first other list on the way, NaN where the list outlives the way to
        twice the tie; exact, whether both are computed, False where the first other list is sought on a grid, None where
        the scores are not linear in these weights and nothing is computed; weights, those of all nodes just beyond the
        change, in the scheme's own terms, None where there is none; gained and lost, who wins and loses an award there.

    Raises
    ------
    Refused
        For a group that is none.
    """
    asked = Movable.of(evaluation, group)
    rows = [row for contest in decided(evaluation) for norm in NORMS for row in _rows(asked, contest, near, norm)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(asked: Movable, contest: Contest, near: int, norm: Norm) -> Iterator[tuple[object, ...]]:
    """What `smallest_weights` says of the members near one line."""
    for pair in _pairs(asked, contest, near, norm):
        index = asked.lists.evaluation.members.index
        named = (contest.award.id, contest.class_, str(index[pair[0]]), str(index[pair[1]]), norm)
        gaps = asked.gaps(contest.award.by, *([place] for place in pair))
        if gaps is None:
            yield (*named, np.nan, np.nan, None, None, (), ())
            continue
        yield (*named, *_witnessed(asked, smallest_change(gaps[0], asked.start, norm), norm))


def _pairs(asked: Movable, contest: Contest, near: int, norm: Norm) -> list[tuple[int, int]]:
    """Those nearest to a line, each with the one across it whom the smallest change of weights brings level."""
    missed = contest.able & ~contest.given
    if not contest.given.any() or not missed.any():
        return []
    order = np.lexsort(tuple(-np.nan_to_num(key, nan=-np.inf) for key in reversed(contest.keys)))
    over, under = (contest.positions[order[mask[order]]] for mask in (contest.given, missed))
    by = contest.award.by
    rivals = [_nearest(asked, by, [own], under, norm) for own in over[::-1][:near]]
    holders = [_nearest(asked, by, over[::-1], [other], norm) for other in under[:near]]
    return list(dict.fromkeys([*holders, *rivals]))


def _nearest(asked: Movable, by: str, held: Positions, others: Positions, norm: Norm) -> tuple[int, int]:
    """Of pairs of one member with several, the one that the smallest change of weights brings level."""
    pairs = [(int(own), int(other)) for own in held for other in others]
    gaps, best, found = asked.gaps(by, *zip(*pairs, strict=True)), np.inf, pairs[0]
    if gaps is None:
        return found
    least = least_ways(gaps, gaps @ asked.start, norm)
    for place in np.argsort(least, kind="stable"):
        if least[place] >= best:
            break
        end = smallest_change(gaps[place], asked.start, norm)
        if end is not None and moved(end - asked.start, norm) < best:
            best, found = moved(end - asked.start, norm), pairs[place]
    return found


def _witnessed(asked: Movable, end: Floats | None, norm: Norm) -> tuple[object, ...]:
    """How far it is to the tie and to the first other list, and what stands there."""
    if end is None:
        return np.nan, np.nan, True, None, (), ()
    start, way = asked.start, end - asked.start
    size = 100.0 * moved(way, norm)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = min(2.0, float(np.where(way < 0, -start / way, np.inf).min(initial=np.inf)))
    first = asked.first(start, way, reach)
    if first.at is None or first.seen is None:
        return size, np.nan, first.exact, None, (), ()
    shares = asked.along(start, way)(np.array([first.seen]))[0]
    evaluation = asked.lists.evaluation
    return size, size * first.at, first.exact, weights_of(evaluation.scheme, evaluation.tree, shares), *asked.lists.moved(shares)
