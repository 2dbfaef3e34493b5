"""How little the weights have to change, taken together, before a member near a line wins or loses its award."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import pandas as pd

from toolkit.evaluation.many import Lists, weights_of
from toolkit.evaluation.scores import TOTAL, TURNED, leaves_of, order_of, shares_of
from toolkit.ground.problems import refuse
from toolkit.ground.text import phrase
from toolkit.sensitivity.tipping.lines import Search, answered, is_linear, sides, together
from toolkit.sensitivity.tipping.one_weight import parts_above
from toolkit.sensitivity.tipping.paths import Breakpoints, FirstChange, first_on_grid, just_beyond

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.aggregation import Branch
    from toolkit.evaluation.contests import Contest
    from toolkit.ground.ranking import Floats, Mask

Norm = Literal["largest", "sum"]
NORMS: tuple[Norm, ...] = ("largest", "sum")
Positions: TypeAlias = "Sequence[int] | NDArray[np.intp]"
COLUMNS = ["award", "class", "winner", "other", "norm", "tie", "change", "exact", "weights", "gained", "lost"]


def smallest_weights(evaluation: Evaluation, group: str | None = TOTAL, near: int = 2) -> pd.DataFrame:
    """The smallest change of several weights at once at which two members on either side of a line are level.

    The pairs are, for each award in each pool, each of the `near` lowest who hold it and of the `near` best who missed it
    though over every bar, with the one on the other side of the line whom the smallest change brings level with it: not
    always the next in score. The weights are those of the children of one
    `group` (``total`` for the topmost), or those of all indicators at once, each being its share of the total, for
    None. Each pair is a linear programme: the least largest single change, and the least sum of changes. On the straight
    way to its solution the list changes by the scheme's own rule somewhat before (rounding, other pairs), or after
    (ties that the scheme settles): the witness is where it does. Another way can change the list a little sooner, by at
    most what a step of rounding is worth.

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
    movable, index = Movable.of(evaluation, group), evaluation.members.index
    pairs = [(contest, pair, norm) for contest in evaluation.decided.contests for norm in NORMS for pair in _pairs(movable, contest, near, norm)]
    gaps = [movable.gaps(order_of(evaluation.scheme, contest.award.by), pair[:1], pair[1:]) for contest, pair, _ in pairs]
    ties = [None if gap is None else smallest_change(gap[0], movable.start, norm) for gap, (_, _, norm) in zip(gaps, pairs, strict=True)]
    ways = [tie - movable.start for tie in ties if tie is not None]
    changes = iter(movable.first_changes(ways))
    rows: list[tuple[object, ...]] = []
    for (contest, pair, norm), gap, tie in zip(pairs, gaps, ties, strict=True):
        named = (contest.award.id, contest.class_, str(index[pair[0]]), str(index[pair[1]]), norm)
        if tie is None:
            rows.append((*named, np.nan, np.nan, None if gap is None else True, None, (), ()))
        else:
            rows.append((*named, *_witness(movable, tie - movable.start, norm, next(changes))))
    return pd.DataFrame(rows, columns=COLUMNS)


def _witness(movable: Movable, way: Floats, norm: Norm, change: FirstChange) -> tuple[object, ...]:
    """How far it is to the tie and to the first other list, and what stands there."""
    size = 100.0 * length(way, norm)
    if change.at is None or change.seen is None:
        return size, np.nan, change.exact, None, (), ()
    evaluation, shares = movable.lists.evaluation, movable.along(way, np.array([change.seen]))[0]
    return size, size * change.at, change.exact, weights_of(evaluation.scheme, evaluation.tree, shares), *movable.lists.moved(shares)


def _pairs(movable: Movable, contest: Contest, near: int, norm: Norm) -> list[tuple[int, int]]:
    """Those nearest to a line, each with the one across it whom the smallest change of weights brings level."""
    winners, others = sides(contest)
    across = [(winners, others[place : place + 1]) for place in range(min(near, len(others)))]
    across += [(winners[place : place + 1], others) for place in range(min(near, len(winners)))]
    by = order_of(movable.lists.evaluation.scheme, contest.award.by)
    return list(dict.fromkeys(_nearest(movable, by, *pair, norm) for pair in across))


def _nearest(movable: Movable, by: str, winners: Positions, others: Positions, norm: Norm) -> tuple[int, int]:
    """Of pairs of one member with several, the one that the smallest change of weights brings level."""
    pairs = [(int(winner), int(other)) for winner in winners for other in others]
    gaps, best, nearest = movable.gaps(by, *zip(*pairs, strict=True)), np.inf, pairs[0]
    if gaps is None:
        return nearest
    least = least_ways(gaps, gaps @ movable.start, norm)
    for place in np.argsort(least, kind="stable"):
        if least[place] >= best:
            break
        shares = smallest_change(gaps[place], movable.start, norm)
        if shares is not None and length(shares - movable.start, norm) < best:
            best, nearest = length(shares - movable.start, norm), pairs[place]
    return nearest


def length(way: Floats, norm: Norm) -> float:
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
    from scipy.optimize import linprog

    n, least = len(shares), 1 if norm == "largest" else len(shares)
    over = np.ones((n, 1)) if norm == "largest" else np.eye(n)
    size, signs = max(float(np.abs(gap).max()), 1e-12), np.array([1.0, -1.0])
    closing = np.array([[*(sign * gap / size), *np.zeros(least)] for sign in signs])
    solution = linprog(
        np.concatenate([np.zeros(n), np.ones(least)]),
        A_ub=np.vstack([np.block([[np.eye(n), -over], [-np.eye(n), -over]]), closing]),
        b_ub=np.concatenate([np.zeros(2 * n), -signs * float(gap @ shares) / size]),
        A_eq=np.concatenate([np.ones(n), np.zeros(least)])[None, :], b_eq=np.zeros(1),
        bounds=[*((-float(share), None) for share in shares), *[(0, None)] * least], method="highs",
    )  # fmt: skip
    return shares + np.asarray(solution.x[:n], dtype=np.float64) if solution.success and solution.x is not None else None


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


@dataclass(frozen=True, eq=False)
class Movable:
    """The weights that may change together.

    Parameters
    ----------
    branch
        The group whose children's shares may change; None for the indicators' shares of the total.
    start : float64[weights]
        Those shares as they stand.
    """

    lists: Lists
    points: Breakpoints
    branch: Branch | None
    start: Floats
    _effects: dict[str, Floats | None] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation, group: str | None) -> Movable:
        """The weights of one group of an evaluation, of all indicators for None; refused for a group that is none."""
        if group is not None and group not in {TOTAL, *(item.id for item in evaluation.scheme.groups)}:
            raise refuse(
                phrase("没有这个上级指标", "there is no such group"),
                phrase("请写上级指标的编号；最上一层写 total", "give the id of a group; total for the topmost"),
                column="group", value=group,
            )  # fmt: skip
        lists, tree = Lists.of(evaluation), evaluation.tree
        branch = next((branch for branch in tree.branches if tree.nodes[branch.node] == group), None)
        start = leaves_of(tree, lists.shares[None, :])[0] if branch is None else lists.shares[list(branch.children)]
        return cls(lists, Breakpoints.of(evaluation), branch, start)

    def effects(self, name: str) -> Floats | None:
        """Each member's score at a node for a whole share of each weight, float64[members, weights]; None where that is not linear."""
        if name == TURNED:
            return None if (total := self.effects(TOTAL)) is None else -total
        if name not in self._effects:
            self._effects[name] = self._flat_effects(name) if self.branch is None else self._group_effects(self.branch, name)
        return self._effects[name]

    def _flat_effects(self, name: str) -> Floats | None:
        tree, scores = self.lists.evaluation.tree, self.points.scores
        leaves = np.column_stack([scores[leaf] for leaf in tree.nodes[tree.leaves]])
        if not self._moves(name):
            return np.zeros_like(leaves)
        linear = name == TOTAL and is_linear(tree) and not np.isnan(leaves[np.isfinite(scores[TOTAL])]).any()
        return np.nan_to_num(leaves) if linear else None

    def _group_effects(self, branch: Branch, name: str) -> Floats | None:
        tree, scores = self.lists.evaluation.tree, self.points.scores
        children = np.column_stack([scores[tree.nodes[child]] for child in branch.children])
        if not self._moves(name):
            return np.zeros_like(children)
        if np.isnan(children[np.isfinite(scores[TOTAL])]).any():
            return None
        factor, node = np.full(len(children), branch.full), ""
        for node, part in parts_above(tree, self.lists.shares, scores, branch):
            factor = factor * part
            if node == name:
                return np.asarray(np.nan_to_num(children) * np.nan_to_num(factor)[:, None])
        return np.zeros_like(children) if node == TOTAL else None

    def _moves(self, name: str) -> bool:
        """Whether a node is a group or the total, whose scores weights change."""
        tree = self.lists.evaluation.tree
        return name == TOTAL or name in tree.nodes[: tree.leaves.start]

    def gaps(self, by: str, winners: Positions, others: Positions) -> Floats | None:
        """How far the first of each pair is ahead of the second for each whole share, float64[pairs, weights]."""
        effects = self.effects(by)
        if effects is None:
            return None
        one, other = list(winners), list(others)
        fixed = np.asarray(self.points.scores[by] - effects @ self.start)
        return np.asarray(effects[one] - effects[other] + (fixed[one] - fixed[other])[:, None])  # shares sum to 1

    def first_changes(self, ways: Sequence[Floats]) -> list[FirstChange]:
        """Where on each way, gone no further than twice its length, the list first becomes another one."""
        with np.errstate(divide="ignore", invalid="ignore"):
            room = [float(np.where(way < 0, -self.start / way, np.inf).min(initial=np.inf)) for way in ways]
        ends, effects = np.minimum(room, 2.0), {name: self.effects(name) for name in self.points.nodes}
        known = {name: effect for name, effect in effects.items() if effect is not None}
        if len(known) < len(effects) or self.lists.evaluation.award_rule.firsts:
            searches = [first_on_grid(end) for end in ends.tolist()]
        else:
            slopes = {name: np.array([np.nan_to_num(effect @ way) for way in ways]) for name, effect in known.items()}
            searches = [_seen_nearest(search) for search in self.points.searches(slopes, ends)] if ways else []
        return together(searches, answered(lambda shares: ~self.lists.same(shares), lambda place, moments: self.along(ways[place], moments)))

    def along(self, way: Floats, moments: Floats) -> Floats:
        """The shares of every node at moments on a way, float64[moments, nodes]."""
        moved = np.clip(self.start + moments[:, None] * way, 0.0, None)
        if self.branch is None:
            return shares_of(self.lists.evaluation.tree, moved)
        shares = np.tile(self.lists.shares, (len(moments), 1))
        shares[:, list(self.branch.children)] = moved
        return shares


def _seen_nearest(search: Search[Mask, FirstChange]) -> Search[Mask, FirstChange]:
    """The same change, looked at as near as the list is another."""
    change = yield from search
    if change.at is None or change.seen is None:
        return change
    return replace(change, seen=(yield from just_beyond(change.at, change.seen)))
