"""Standings of one evaluation's members at any node, under many weight vectors at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from toolkit.ranking import Floats, Mask, rounded
from toolkit.scoring import TOTAL
from toolkit.sensitivity.rule.desk import Desk
from toolkit.sensitivity.rule.patterned_scores import PatternedScores
from toolkit.sensitivity.rule.standing import Key, Standing, Steps

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme

Lookup: TypeAlias = Callable[[str], Standing]

FEW = 16


@dataclass(frozen=True, eq=False)
class DrawnStandings:
    """The members' values, ready to be turned into standings under chunks of draws.

    Parameters
    ----------
    scores
        The values, in steps of the last decimal.
    fixed
        Standings that no weight changes, int[1, members], by node: the indicators and adjustments.
    plus
        What is added to a group's score before it is cut, and to the total: float64[members] each.
    below
        Members whose scores can be negative.
    bounds
        The lowest and highest standing that the scheme lets a total have; None where it sets no such bound.
    ranked : bool[members]
        Who can have a place: nobody whom a missing value leaves without one, whatever the weights.
    """

    scores: PatternedScores
    steps: Steps
    fixed: dict[str, Standing]
    plus: tuple[Floats, Floats]
    below: NDArray[np.intp]
    bounds: tuple[int | None, int | None]
    ranked: Mask
    desk: Desk = field(default_factory=Desk)

    @classmethod
    def of(cls, evaluation: Evaluation) -> DrawnStandings:
        """Those of an evaluation's members in their order."""
        scheme, tree, members = evaluation.scheme, evaluation.tree, evaluation.members.index
        leaves = list(tree.nodes[tree.leaves])
        nodes = [*leaves, *(item.id for item in scheme.adjustments)]
        values, applicable = (_table(frame, members, leaves) for frame in (evaluation.values, evaluation.applicable))
        known = np.ascontiguousarray(_table(evaluation.scores, members, nodes).T)
        adjustment = _added(known[len(leaves) :])
        low, high = _bounds(evaluation, values)
        steps = _steps(scheme, np.append(low + adjustment, known), np.append(high + np.abs(adjustment), known))
        plus = np.full(len(members), steps.half + steps.shift)
        return cls(
            PatternedScores.of(tree, values * steps.fine, applicable),
            steps,
            dict(zip(nodes, steps.of(known)[:, None], strict=True)),
            (plus, plus + adjustment * steps.fine),
            np.flatnonzero(low + np.minimum(adjustment, 0) < 0),
            (_step(steps, scheme.total.floor), _step(steps, scheme.total.cap)),
            _ranked(scheme, values, applicable),
        )

    def under(self, shares: Floats) -> Lookup:
        """Standings under shares float64[draws, nodes], int[draws or 1, members] by node: each worked out once, when asked for."""
        found = dict(self.fixed)

        def lookup(node: str) -> Standing:
            if node not in found:
                found[node] = self._worked_out(node, shares)
            return found[node]

        return lookup

    def _worked_out(self, node: str, shares: Floats) -> Standing:
        standing: Standing = self.desk.integers(node, (len(shares), self.scores.members), self.steps.dtype)
        place = self.scores.tree.nodes.index(node)
        for draws, lifted in self.scores.node(place, shares, self.plus[node == TOTAL]):
            self.steps.cut(lifted, self.below, standing[draws])
        if node == TOTAL:
            _hold(standing, *self.bounds)
            standing[:, ~self.ranked] = 0
        return standing

    def key(self, node: str, shares: Floats, lookup: Lookup) -> Key:
        """Standings at a node for pairs of draw and member; only those are worked out where they are few."""
        place = self.scores.tree.nodes.index(node) if node not in self.fixed else -1
        alone = node != TOTAL and len(self.scores.parts) == 1 and place in self.scores.parts[0].scores.flat

        def key(draw: NDArray[np.intp], member: NDArray[np.intp]) -> Standing:
            if not alone or FEW * len(draw) >= len(shares) * self.scores.members:
                found = lookup(node)
                return np.asarray(found[draw if len(found) > 1 else 0, member])
            lifted = self.scores.pairs(place, shares, self.plus[0], draw, member)[None, :]
            below = np.flatnonzero(np.isin(member, self.below)) if self.below.size else self.below
            return self.steps.cut(lifted, below, np.empty(lifted.shape, self.steps.dtype)).ravel()

        return key


def _table(frame: pd.DataFrame, members: pd.Index[str], names: list[str]) -> NDArray[Any]:
    """These columns of a frame for these members, [members, names]."""
    return np.asarray(frame[names].to_numpy()[frame.index.get_indexer(members)])


def _ranked(scheme: Scheme, values: Floats, applicable: Mask) -> Mask:
    """Whom no missing value leaves without a place under any weights; bool[members]."""
    asked = np.array([item.missing == "unranked" for item in scheme.indicators], dtype=np.bool_)
    return np.asarray(~(np.isnan(values) & applicable & asked).any(axis=1))


def _added(adjustments: Floats) -> Floats:
    """The sum of float64[adjustments, members], added in turn."""
    total = np.zeros(adjustments.shape[1])
    for adjustment in adjustments:
        total += np.nan_to_num(adjustment)
    return total


def _bounds(evaluation: Evaluation, values: Floats) -> tuple[Floats, Floats]:
    """Bounds of every score a member can have before adjustments: no mean leaves the range of its values."""
    full = float(np.prod([max(1.0, branch.full) for branch in evaluation.tree.branches]))
    ends = [bound.reduce(values, axis=1, initial=0.0) * full for bound in (np.fmin, np.fmax)]
    return ends[0], np.maximum(-ends[0], ends[1])


def _steps(scheme: Scheme, lows: Floats, highs: Floats) -> Steps:
    """Steps that hold every score: totals between these, indicators and adjustments, and the bounds of the total."""
    lows, highs = (np.append(scores, np.nan if end is None else end) for scores, end in ((lows, scheme.total.cap), (highs, scheme.total.floor)))
    return Steps(scheme.decimals, float(np.nanmin(lows)), float(np.nanmax(highs)))


def _step(steps: Steps, bound: float | None) -> int | None:
    return None if bound is None else max(1, int(np.rint(rounded(bound, steps.decimals) * steps.fine) + steps.shift))


def _hold(standing: Standing, low: int | None, high: int | None) -> None:
    """Hold the standings of totals within the scheme's bounds; 0, which is none, stays."""
    if low is not None:
        np.maximum(standing, low, out=standing, where=standing > 0)
    if high is not None:
        np.minimum(standing, high, out=standing, where=standing > 0)
