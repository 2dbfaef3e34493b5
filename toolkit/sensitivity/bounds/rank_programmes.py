"""Best and worst ranks as mixed-integer programmes: how many can be above one member at the same weights."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from toolkit.sensitivity.weights import WeightBounds, WeightHull, WeightSet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.ground.ranking import Floats, Mask
    from toolkit.sensitivity.bounds.leads import Extremes


@dataclass(frozen=True, eq=False)
class RankProgrammes:
    """The weights of a set as the points of a polytope, and the members' totals over it.

    Parameters
    ----------
    effects : float64[members, variables]
        Each member's total at each unit vector; the variables are not negative and sum to 1: indicators' shares of the
        total, or the parts of a hull's vectors.
    held : float64[rows, variables]
        held @ x <= 0 for every x of the set.
    complete : bool[members]
        Whose total is linear in the variables.
    slack_best, slack_worst
        How far ahead another may be that need not count as above, and from where on it may count as above.
    """

    effects: Floats
    held: Floats
    complete: Mask
    slack_best: float
    slack_worst: float

    @classmethod
    def of(cls, extremes: Extremes, weights: WeightSet, step: float, *, settled: bool) -> RankProgrammes:
        """The programmes for an evaluation; nobody fits where the tree is no plain arithmetic one or its total is bounded."""
        tree, total = extremes.evaluation.tree, extremes.evaluation.scheme.total
        plain = all(branch.power == branch.full == 1 and branch.settled for branch in tree.branches)
        plain = plain and total.cap is None and total.floor is None
        values = np.column_stack([extremes.columns[leaf] for leaf in tree.nodes[tree.leaves]])
        complete = np.asarray(~np.isnan(values).any(axis=1) & plain)
        added = np.zeros(len(values))
        for item in extremes.evaluation.scheme.adjustments:
            added = added + np.nan_to_num(extremes.columns[item.id])
        table = np.nan_to_num(values)
        held = np.zeros((0, table.shape[1]))
        if isinstance(weights, WeightHull):
            assert extremes.hull is not None
            table, held = table @ extremes.hull.T, np.zeros((0, len(extremes.hull)))
        else:
            held = _held(extremes, bounds=isinstance(weights, WeightBounds))
        return cls(table + added[:, None], held, complete, step, -step if settled else 0.0)

    def fits(self, pool: NDArray[np.intp]) -> bool:
        """Whether the programmes are true of all of a pool."""
        return bool(self.complete[pool].all())

    def above(self, member: int, certain: NDArray[np.intp], others: NDArray[np.intp]) -> tuple[int, int]:
        """The fewest of some, and the most of others, that stand above a member at the same weights."""
        return self._counted(member, certain, most=False), self._counted(member, others, most=True)

    def _counted(self, member: int, others: NDArray[np.intp], *, most: bool) -> int:
        from scipy.optimize import Bounds, LinearConstraint, milp

        if not len(others):
            return 0
        lead = self.effects[others] - self.effects[member]
        size, count = lead.shape[1], len(others)
        large = np.abs(lead).max() + abs(self.slack_worst) + self.slack_best + 1.0
        flags = large * np.eye(count)
        if most:  # lead >= slack where the flag is 1
            rows = LinearConstraint(np.hstack([lead, -flags]), self.slack_worst - 1e-9 - large, np.inf)
        else:  # lead <= slack where the flag is 0
            rows = LinearConstraint(np.hstack([lead, -flags]), -np.inf, self.slack_best + 1e-9)
        whole = LinearConstraint(np.concatenate([np.ones(size), np.zeros(count)])[None, :], 1.0, 1.0)
        constraints = [rows, whole]
        if len(self.held):
            constraints.append(LinearConstraint(np.hstack([self.held, np.zeros((len(self.held), count))]), -np.inf, 1e-12))
        cost = np.concatenate([np.zeros(size), np.full(count, -1.0 if most else 1.0)])
        kinds = np.concatenate([np.zeros(size), np.ones(count)])
        found = milp(cost, constraints=constraints, integrality=kinds, bounds=Bounds(0.0, 1.0))
        if not found.success:
            return count if most else 0  # still a bound
        return round(abs(float(found.fun)))


def _held(extremes: Extremes, *, bounds: bool) -> Floats:
    """What bounds or orders of siblings' shares ask of the indicators' shares of the total."""
    tree = extremes.evaluation.tree
    under = np.zeros((len(tree.nodes), len(tree.nodes[tree.leaves])))
    under[tree.leaves] = np.eye(under.shape[1])
    for branch in tree.branches:
        under[branch.node] = under[list(branch.children)].sum(axis=0)
    rows: list[Floats] = []
    assert extremes.shares is not None
    for branch in tree.branches:
        held = extremes.shares[branch.node]
        if isinstance(held, tuple):
            for child, low, high in zip(branch.children, *held, strict=True):
                rows += [low * under[branch.node] - under[child], under[child] - high * under[branch.node]]
        elif not bounds and len(held) > 1:
            order = np.argsort(-held.sum(axis=0), kind="stable")
            rows += [under[branch.children[low]] - under[branch.children[high]] for high, low in pairwise(order)]
        else:
            rows += [sign * (under[child] - float(share) * under[branch.node]) for child, share in zip(branch.children, held[0], strict=True) for sign in (1, -1)]
    return np.array(rows) if rows else np.zeros((0, under.shape[1]))
