"""The awards of many draws at once, by the same rule as `toolkit.awards`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.contests import bars, entitled, exempt, places, pools, tie_nodes
from toolkit.ranking import Floats, Mask
from toolkit.scoring import TOTAL
from toolkit.sensitivity.desk import Desk
from toolkit.sensitivity.patterned_scores import PatternedScores
from toolkit.sensitivity.standing import Key, Positions, Standing, Steps, allot_draws

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Award

Lookup: TypeAlias = Callable[[str], Standing]

FEW = 16


@dataclass(frozen=True, eq=False)
class Offer:
    """One award, with all that no weight changes worked out.

    Parameters
    ----------
    able : bool[members]
        Applied, has a total, not barred, and over every bar that weights leave alone.
    least
        The lowest standing of the total that is offered the award.
    bars
        The other bars: node, lowest standing, and whom it does not concern.
    pools
        Positions that compete with one another, and their places; None for no limit.
    """

    able: Mask
    least: int
    bars: tuple[tuple[str, int, Mask], ...]
    pools: tuple[tuple[Positions, int | None], ...]


@dataclass(frozen=True, eq=False)
class Allocation:
    """The rule of one evaluation, ready to be applied to chunks of draws.

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
    """

    scores: PatternedScores
    steps: Steps
    fixed: dict[str, Standing]
    plus: tuple[Floats, Floats]
    below: NDArray[np.intp]
    offers: tuple[Offer, ...]
    ties: tuple[str, ...]
    joint: bool
    desk: Desk = field(default_factory=Desk)

    @classmethod
    def of(cls, evaluation: Evaluation) -> Allocation:
        """The rule of an evaluation's scheme, for its members in their order."""
        scheme, tree = evaluation.scheme, evaluation.tree
        known = evaluation.scores.loc[evaluation.members.index]
        names = list(tree.nodes[tree.leaves])
        values = evaluation.values.loc[known.index, names].to_numpy(np.float64)
        adjustment = _added(known[[item.id for item in scheme.adjustments]])
        low, high = _bounds(evaluation, values)
        steps = Steps(
            scheme.decimals, float((low + adjustment).min()), float((high + np.abs(adjustment)).max())
        )
        columns = {
            name: known[name].to_numpy(np.float64) for name in (*names, *(a.id for a in scheme.adjustments))
        }
        fixed = {name: steps.of(column)[None, :] for name, column in columns.items()}
        plus = np.full(len(known), steps.half + steps.shift)
        return cls(
            PatternedScores.of(tree, values * steps.fine),
            steps,
            fixed,
            (plus, plus + adjustment * steps.fine),
            np.flatnonzero(low + np.minimum(adjustment, 0) < 0),
            tuple(_offer(evaluation, award, steps, fixed) for award in scheme.awards),
            tuple(tie_nodes(scheme)),
            scheme.ties[-1:] == ("joint",),
        )

    def awards(self, shares: Floats) -> Iterator[Mask]:
        """Who is given each award in turn, bool[draws, members], under shares float64[draws, nodes]."""
        lookup = self._lookup(shares)
        free = lookup(TOTAL)
        keys = [self._key(node, shares, lookup) for node in self.ties]
        for offer in self.offers:
            standing = self._standing(offer, free, lookup)
            given = allot_draws(standing, offer.least, offer.pools, keys, joint=self.joint)
            yield given
            if offer is not self.offers[-1]:
                free *= ~given

    def _standing(self, offer: Offer, free: Standing, lookup: Lookup) -> Standing:
        """The totals of those that are offered an award, 0 for all others: int[draws, members]."""
        if offer.able.all() and not offer.bars:
            return free
        standing: Standing = self.desk.integers("standing", free.shape, self.steps.dtype)
        np.multiply(free, offer.able, out=standing)
        for node, least, spared in offer.bars:
            met: Mask = lookup(node) >= least
            standing *= met | spared if spared.any() else met
        return standing

    def _key(self, node: str, shares: Floats, lookup: Lookup) -> Key:
        """Standings at a node for pairs of draw and member; only those are worked out where they are few."""
        place, whole = (
            self.scores.tree.nodes.index(node) if node not in self.fixed else -1,
            self.scores.parts[0],
        )

        def key(draw: NDArray[np.intp], member: NDArray[np.intp]) -> Standing:
            few = FEW * len(draw) < len(shares) * self.scores.members
            if place not in whole.scores.flat or len(self.scores.parts) > 1 or not few:
                found = lookup(node)
                return np.asarray(found[draw if len(found) > 1 else 0, member])
            lifted = whole.scores.pairs(place, shares, self.plus[0], draw, member)[None, :]
            below = np.flatnonzero(np.isin(member, self.below)) if self.below.size else self.below
            return self.steps.cut(lifted, below, np.empty(lifted.shape, self.steps.dtype)).ravel()

        return key

    def _lookup(self, shares: Floats) -> Lookup:
        """Standings of a chunk by node, each worked out once and only when asked for."""
        found = dict(self.fixed)
        nodes = self.scores.tree.nodes

        def lookup(node: str) -> Standing:
            if node not in found:
                lifted = self.scores.node(nodes.index(node), shares, self.plus[node == TOTAL])
                out = self.desk.integers(node, lifted.shape, self.steps.dtype)
                found[node] = self.steps.cut(lifted, self.below, out)
            return found[node]

        return lookup


def _added(adjustments: pd.DataFrame) -> Floats:
    total = np.zeros(len(adjustments))
    for column in adjustments:
        total += adjustments[column].fillna(0.0).to_numpy(np.float64)
    return total


def _bounds(evaluation: Evaluation, values: Floats) -> tuple[Floats, Floats]:
    """Bounds of every score a member can have before adjustments: no mean leaves the range of its values."""
    full = float(np.prod([max(1.0, branch.full) for branch in evaluation.tree.branches]))
    ends = [bound.reduce(values, axis=1, initial=0.0) * full for bound in (np.fmin, np.fmax)]
    return ends[0], np.maximum(-ends[0], ends[1])


def _offer(evaluation: Evaluation, award: Award, steps: Steps, fixed: dict[str, Standing]) -> Offer:
    scheme, members = evaluation.scheme, evaluation.members
    able = entitled(scheme, members, evaluation.vetoes)
    able = able & evaluation.scores.loc[members.index, TOTAL].notna().to_numpy()
    least, moving = 1, []
    for node, score in bars(award):
        bar, spared = steps.least(score), exempt(scheme, node, members["class"])
        if node == TOTAL:
            least = max(least, bar)
        elif node in fixed:
            able = able & ((fixed[node][0] >= bar) | spared)
        else:
            moving.append((node, bar, spared))
    return Offer(able, least, tuple(moving), tuple(_pools(evaluation, award)))


def _pools(evaluation: Evaluation, award: Award) -> Iterator[tuple[Positions, int | None]]:
    applied = evaluation.members["applied"].to_numpy(dtype=np.bool_)
    within = award.quota.within if award.quota else "class"
    for _, positions in pools(evaluation.scheme, evaluation.members, within):
        yield _span(positions), places(award.quota, int(applied[positions].sum()))


def _span(positions: NDArray[np.intp]) -> Positions:
    """Neighbouring positions as a slice, which is cut out without copying."""
    if len(positions) and positions[-1] - positions[0] + 1 == len(positions):
        return slice(int(positions[0]), int(positions[-1]) + 1)
    return positions
