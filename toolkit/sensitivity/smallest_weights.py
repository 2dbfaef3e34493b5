"""How little the weights have to change, taken together, before a member near a line wins or loses its award."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from toolkit.errors import refuse
from toolkit.scoring import TOTAL
from toolkit.sensitivity.contested_lines import decided, exact_scores, rule_of
from toolkit.sensitivity.lists import Lists, weights_of
from toolkit.sensitivity.paths import Change, Rule, Straight, crossings, first_change, sought
from toolkit.sensitivity.weights import shares_of
from toolkit.text import phrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.aggregation import Branch
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Mask

Norm = Literal["largest", "sum"]
NORMS: tuple[Norm, ...] = ("largest", "sum")
COLUMNS = ["award", "class", "winner", "other", "norm", "tie", "change", "exact", "weights", "gained", "lost"]


def smallest_weights(evaluation: Evaluation, group: str | None = TOTAL, near: int = 2) -> pd.DataFrame:
    """The smallest change of several weights at once at which two members on either side of a line are level.

    The pairs are, for each award in each pool, the lowest who holds it with each of the `near` best who missed it, and
    the best who missed it with each of the `near` lowest who hold it. The weights are those of the children of one
    `group` (``total`` for the topmost), or those of all indicators at once, each being its share of the total, for
    None. Each pair is a linear programme: the least largest single change, and the least sum of changes. On the straight
    way to its solution the list changes by the scheme's own rule somewhat before (rounding, other pairs), or after
    (ties that the scheme settles): the witness is where it does.

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
    if group is not None and group not in {TOTAL, *(item.id for item in evaluation.scheme.groups)}:
        raise refuse(
            phrase("没有这个上级指标", "there is no such group"),
            phrase("请写上级指标的编号；最上一层写 total", "give the id of a group; total for the topmost"),
            column="group", value=group,
        )  # fmt: skip
    asked = _Asked.of(evaluation, group)
    rows = [row for award, class_, by, pair in _pairs(evaluation, near) for row in asked.rows(award, class_, by, pair)]
    return pd.DataFrame(rows, columns=COLUMNS)


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

    n = len(shares)
    bounds = [(-float(share), None) for share in shares]
    least = 1 if norm == "largest" else n
    over = np.ones((n, 1)) if norm == "largest" else np.eye(n)
    found = linprog(
        np.concatenate([np.zeros(n), np.ones(least)]),
        A_ub=np.block([[np.eye(n), -over], [-np.eye(n), -over]]), b_ub=np.zeros(2 * n),
        A_eq=np.block([[np.ones((1, n)), np.zeros((1, least))], [gap[None, :] / max(np.abs(gap).max(), 1e-12), np.zeros((1, least))]]),
        b_eq=np.array([0.0, -float(gap @ shares) / max(np.abs(gap).max(), 1e-12)]),
        bounds=[*bounds, *[(0, None)] * least], method="highs",
    )  # fmt: skip
    return shares + np.asarray(found.x[:n], dtype=np.float64) if found.success and found.x is not None else None


@dataclass(frozen=True, eq=False)
class _Asked:
    """The weights that may change, by their nodes, and what each member's score is for a whole share of each.

    `effects` is float64[members, nodes]; None where scores are not linear in these shares.
    """

    lists: Lists
    scores: dict[str, Floats]
    nodes: list[int]
    flat: bool
    effects: dict[str, Floats | None]
    rule: Rule

    @classmethod
    def of(cls, evaluation: Evaluation, group: str | None) -> _Asked:
        tree = evaluation.tree
        scores = exact_scores(evaluation)
        place = None if group is None else tree.nodes.index(group)
        nodes = list(range(tree.leaves.start, tree.leaves.stop)) if place is None else list(_branch(evaluation, place).children)
        by = {award.by for award in evaluation.scheme.awards}
        lists = Lists.of(evaluation)
        effects = {node: effects_of(evaluation, scores, lists.shares, place, node) for node in by}
        return cls(lists, scores, nodes, place is None, effects, rule_of(evaluation))

    def rows(self, award: str, class_: str, by: str, pair: tuple[int, int]) -> Iterator[tuple[object, ...]]:
        index, effects = self.lists.evaluation.members.index, self.effects[by]
        named = (award, class_, str(index[pair[0]]), str(index[pair[1]]))
        for norm in NORMS:
            if effects is None:
                yield (*named, norm, np.nan, np.nan, None, None, (), ())
                continue
            start: Floats = self.start()
            fixed = np.asarray(self.scores[by] - effects @ start)
            gap = effects[pair[0]] - effects[pair[1]] + (fixed[pair[0]] - fixed[pair[1]])  # shares sum to 1
            end = smallest_change(gap, start, norm)
            yield (*named, norm, *self.witnessed(start, end, norm))

    def start(self) -> Floats:
        """The shares that may change, as they stand: of all indicators those of the total."""
        return leaf_shares(self.lists.evaluation, self.lists.shares) if self.flat else self.lists.shares[self.nodes]

    def witnessed(self, start: Floats, end: Floats | None, norm: Norm) -> tuple[object, ...]:
        """How far it is to the tie and to the first other list, and what stands there."""
        if end is None:
            return np.nan, np.nan, True, None, (), ()
        size = 100.0 * float(np.abs(end - start).max() if norm == "largest" else np.abs(end - start).sum())
        way = end - start
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = min(2.0, float(np.where(way < 0, -start / way, np.inf).min(initial=np.inf)))
        first = self.first(start, way, reach)
        if first.at is None or first.seen is None:
            return size, np.nan, first.exact, None, (), ()
        shares = self.along(start, way)(np.array([first.seen]))[0]
        evaluation = self.lists.evaluation
        return size, size * first.at, first.exact, weights_of(evaluation.scheme, evaluation.tree, shares), *self.lists.moved(shares)

    def first(self, start: Floats, way: Floats, reach: float) -> Change:
        """Where on the way the list first becomes another one."""
        along = self.along(start, way)

        def same(moments: Floats) -> Mask:
            return self.lists.same(along(moments))

        lines = {name: Straight(at, np.zeros(len(at))) for name, at in self.scores.items()}
        for name in {*self.effects, *self.rule.ties, *(node for node, _ in self.rule.levels)}:
            slopes = self.slopes(name, way)
            if slopes is None:
                return sought(same, reach)
            lines[name] = Straight(self.scores[name], slopes)
        return first_change(same, crossings(lines, self.rule, reach), reach)

    def slopes(self, name: str, way: Floats) -> Floats | None:
        """How each member's score at a node moves on the way; None where it does not go straight."""
        evaluation = self.lists.evaluation
        place = None if self.flat else _parent_of(evaluation, self.nodes)
        effects = effects_of(evaluation, self.scores, self.lists.shares, place, name)
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
        return np.zeros((len(counted), len(tree.nodes[tree.leaves] if place is None else _branch(evaluation, place).children)))
    if place is None:
        plain = all(branch.power == branch.full == 1 and branch.settled for branch in tree.branches)
        leaves = np.column_stack([scores[leaf] for leaf in tree.nodes[tree.leaves]])
        return np.nan_to_num(leaves) if name == TOTAL and plain and not np.isnan(leaves[counted]).any() else None
    branch = _branch(evaluation, place)
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


def _pairs(evaluation: Evaluation, near: int) -> Iterator[tuple[str, str, str, tuple[int, int]]]:
    """Who holds an award and who missed it, near its line."""
    for contest in decided(evaluation):
        missed = contest.able & ~contest.given
        if not contest.given.any() or not missed.any():
            continue
        order = np.lexsort(tuple(-np.nan_to_num(key, nan=-np.inf) for key in reversed(contest.keys)))
        over, under = (contest.positions[order[mask[order]]] for mask in (contest.given, missed))
        pairs = [*((over[-1], other) for other in under[:near]), *((own, under[0]) for own in over[::-1][1:near])]
        for own, other in pairs:
            yield contest.award.id, contest.class_, contest.award.by, (int(own), int(other))


def _branch(evaluation: Evaluation, place: int) -> Branch:
    return next(branch for branch in evaluation.tree.branches if branch.node == place)


def _parent_of(evaluation: Evaluation, nodes: list[int]) -> int:
    return next(branch.node for branch in evaluation.tree.branches if nodes[0] in branch.children)
