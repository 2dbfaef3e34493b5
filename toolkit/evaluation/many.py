"""The lists that many draws of weights give, by the rule itself; only what makes them fast is of this room."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from toolkit.evaluation.aggregation import reach
from toolkit.evaluation.awards import RuleInSteps
from toolkit.evaluation.many_scores import PatternedScores
from toolkit.evaluation.scores import TOTAL, Tree, adjusted, unranked_rows
from toolkit.evaluation.steps import Lookup, Standing, Steps
from toolkit.evaluation.tiebreaks import tie_nodes
from toolkit.ground.ranking import Floats, Mask, rounded

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.ranks import Key
    from toolkit.scheme import Scheme

FEW = 16


CELLS = 1 << 20


@dataclass(frozen=True, eq=False)
class DrawnLists:
    """One evaluation, ready for its list to be made under chunks of draws of weights.

    Parameters
    ----------
    rule
        The scheme's, in steps that hold every score there can be.
    scores
        The members' values, in steps of the last decimal.
    fixed
        Standings that no weight changes, int[1, members], by node: the indicators, adjustments and sums beside the total.
    plus
        What is added to a group's score before it is cut, and to the total: float64[members] each.
    below
        Members whose scores can be negative.
    bounds
        The lowest and highest standing that the scheme lets a total have; None where it sets no such bound.
    ranked : bool[members]
        Who can have a place: nobody whom a missing value leaves without one, whatever the weights.
    """

    rule: RuleInSteps
    scores: PatternedScores
    fixed: dict[str, Standing]
    plus: tuple[Floats, Floats]
    below: NDArray[np.intp]
    bounds: tuple[int | None, int | None]
    ranked: Mask

    @classmethod
    def of(cls, evaluation: Evaluation) -> DrawnLists:
        """The lists of an evaluation, its members in their order."""
        scheme, tree, members = evaluation.scheme, evaluation.tree, evaluation.members.index
        leaves = list(tree.nodes[tree.leaves])
        nodes = [*leaves, *(item.id for item in scheme.adjustments), *(item.id for item in scheme.sums)]
        values, applicable = (_table(frame, members, leaves) for frame in (evaluation.values, evaluation.applicable))
        known = np.ascontiguousarray(_table(evaluation.scores, members, nodes).T)
        adjustment = adjusted(np.zeros(len(members)), known[len(leaves) : len(leaves) + len(scheme.adjustments)])
        low, high = _bounds(evaluation, values)
        steps = _steps(scheme, np.append(low + adjustment, known), np.append(high + np.abs(adjustment), known))
        plus = np.full(len(members), steps.half + steps.shift)
        return cls(
            RuleInSteps.of(evaluation.award_rule, steps),
            PatternedScores.of(tree.counted_in(steps.fine), values * steps.fine, applicable),
            dict(zip(nodes, steps.of(known)[:, None], strict=True)),
            (plus, plus + adjustment * steps.fine),
            np.flatnonzero(low + np.minimum(adjustment, 0) < 0),
            (_step(steps, scheme.total.floor), _step(steps, scheme.total.cap)),
            ~unranked_rows(scheme, values, applicable),
        )

    @property
    def steps(self) -> Steps:
        """How standings count scores."""
        return self.rule.steps

    def standings(self, shares: Floats) -> Lookup:
        """Standings under shares float64[draws, nodes], int[draws or 1, members] by node: each worked out once, when asked for."""
        known = dict(self.fixed)

        def lookup(node: str) -> Standing:
            if node not in known:
                known[node] = self._worked_out(node, shares)
            return known[node]

        return lookup

    def _worked_out(self, node: str, shares: Floats) -> Standing:
        standing: Standing = np.empty((len(shares), self.scores.members), self.steps.dtype)
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
                standing = lookup(node)
                return np.asarray(standing[draw if len(standing) > 1 else 0, member])
            lifted = self.scores.pairs(place, shares, self.plus[0], draw, member)[None, :]
            below = np.flatnonzero(np.isin(member, self.below)) if self.below.size else self.below
            return self.steps.cut(lifted, below, np.empty(lifted.shape, self.steps.dtype)).ravel()

        return key

    def awards(self, shares: Floats, lookup: Lookup | None = None) -> Iterator[Mask]:
        """Who is given each award in turn, bool[draws, members], under shares float64[draws, nodes].

        `lookup` are their `standings`, if known.
        """
        lookup = lookup or self.standings(shares)
        keys = {node: self.key(node, shares, lookup) for node in tie_nodes(self.rule.award_rule.scheme)}
        for decision in self.rule.decided(lookup, keys):
            yield decision.given

    def failed(self, lookup: Lookup) -> int:
        """In how many draws nobody at all can be ranked."""
        part, standing = self.rule.taking_part(lookup), lookup(TOTAL)
        if not part.any():
            return len(standing)
        one = int(part.any(axis=0).argmax())
        left = np.flatnonzero(~(part[:, one] & (standing[:, one] > 0)))
        some = (part[left if len(part) > 1 else slice(None)] & (standing[left] > 0)).any(axis=1)
        return int(len(left) - some.sum())


def _table(frame: pd.DataFrame, members: pd.Index[str], names: list[str]) -> NDArray[Any]:
    """These columns of a frame for these members, [members, names]."""
    return np.asarray(frame.to_numpy()[np.ix_(frame.index.get_indexer(members), np.array([frame.columns.get_loc(name) for name in names], np.intp))])


def _bounds(evaluation: Evaluation, values: Floats) -> tuple[Floats, Floats]:
    """Bounds of every score a member can have before adjustments: no mean leaves the range of its values, and what is none is followed."""
    tree = evaluation.tree
    full = float(np.prod([max(1.0, branch.full) for branch in tree.branches]))
    slack = sum(branch.slack for branch in tree.branches) * full
    low, high = (bound.reduce(values, axis=1, initial=0.0) * full for bound in (np.fmin, np.fmax))
    low = np.where(low < 0, low - slack, low)
    high = np.maximum(-low, high + slack)
    if any(branch.other or branch.shape for branch in tree.branches):
        spans = {node: (column, column) for node, column in enumerate(values.T, start=tree.leaves.start)}
        for branch in tree.branches:
            spans[branch.node] = reach(branch, *(np.array([spans[child][side] for child in branch.children]) for side in (0, 1)))
            low, high = (bound(end, np.nan_to_num(own)) for bound, end, own in zip((np.minimum, np.maximum), (low, high), spans[branch.node], strict=True))
    return low, np.maximum(-low, high)


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


@dataclass(frozen=True, eq=False)
class Lists:
    """The lists of one evaluation under other weights.

    Parameters
    ----------
    evaluation
        Whose list is asked about.
    drawn
        The same by the rule: classes, quotas, bars, vetoes, ties, rounding and adjustments as they are.
    """

    evaluation: Evaluation
    drawn: DrawnLists

    @classmethod
    def of(cls, evaluation: Evaluation) -> Lists:
        """The lists of an evaluation."""
        return cls(evaluation, DrawnLists.of(evaluation))

    @cached_property
    def shares(self) -> Floats:
        """The voted shares, float64[nodes]."""
        return self.evaluation.tree.shares

    @cached_property
    def standing(self) -> Mask:
        """Who is given each award as it stands, bool[awards, members]."""
        return self.given(self.shares[None, :])[:, 0]

    def given(self, shares: Floats) -> Mask:
        """Who is given each award, bool[awards, vectors, members], under shares float64[vectors, nodes]."""
        return np.concatenate(list(self._blocks(shares)), axis=1)

    def same(self, shares: Floats) -> Mask:
        """Whether the list is as it stands, bool[vectors]."""
        if not self.evaluation.scheme.awards or not len(shares):
            return np.ones(len(shares), np.bool_)
        return np.concatenate([(block == self.standing[:, None]).all(axis=(0, 2)) for block in self._blocks(shares)])

    def moved(self, shares: Floats) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Who has an award under one vector of shares that it has not as it stands, and the other way round."""
        return self.moves(shares[None, :])[0]

    def moves(self, shares: Floats) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """The same under each of the vectors of shares float64[vectors, nodes], one at least, of a scheme that has awards."""
        then, now = self.given(shares), self.standing[:, None]
        gained, lost = (self._named(np.logical_or.reduce(new)) for new in (then & ~now, now & ~then))
        return list(zip(gained, lost, strict=True))

    def _named(self, which: Mask) -> list[tuple[str, ...]]:
        names = self.evaluation.members.index.to_numpy(dtype=object)
        return [tuple(sorted(names[chosen])) if chosen.any() else () for chosen in which]

    def _blocks(self, shares: Floats) -> Iterator[Mask]:
        """Who is given each award, some vectors at a time."""
        members, awards = len(self.evaluation.members), len(self.evaluation.scheme.awards)
        size = max(1, CELLS // max(1, members))
        for start in range(0, len(shares), size):
            some = shares[start : start + size]
            given = list(self.drawn.awards(some))
            yield np.array(given, np.bool_).reshape(awards, len(some), members)


def as_columns(evaluation: Evaluation) -> tuple[Floats, Mask, dict[str, Floats]]:
    """What scores are made of, as it stands: values float64[members, indicators], to whom they apply, bool alike, and float64[members] points by adjustment."""
    members, names = evaluation.members.index, [item.id for item in evaluation.scheme.indicators]
    values, applicable = evaluation.values.loc[members, names].to_numpy(np.float64), evaluation.applicable.loc[members, names].to_numpy(np.bool_)
    points = {item.id: evaluation.scores.loc[members, item.id].to_numpy(np.float64) for item in evaluation.scheme.adjustments}
    return values, applicable, points


def shifted(tree: Tree, shares: Floats, node: int, share: Floats, held: Collection[int] = ()) -> Floats:
    """Shares float64[vectors, nodes] in which one node has each of `share`, and its siblings, those of `held` apart, divide the rest as they did."""
    vectors = np.tile(shares, (len(share), 1))
    siblings = [child for child in siblings_of(tree, node) if child != node and child not in held]
    rest = shares[siblings].sum()
    parts = shares[siblings] / rest if rest > 0 else np.full(len(siblings), 1 / max(1, len(siblings)))
    stays = float(sum(shares[child] for child in siblings_of(tree, node) if child != node and child in held))
    vectors[:, siblings] = np.maximum(1.0 - share - stays, 0.0)[:, None] * parts
    vectors[:, node] = share
    return vectors


def siblings_of(tree: Tree, node: int) -> tuple[int, ...]:
    """A node and its siblings."""
    return next(branch.children for branch in tree.branches if node in branch.children)


def weights_of(scheme: Scheme, tree: Tree, shares: Floats) -> dict[str, float]:
    """Shares of every node as weights in the scheme's own terms: siblings sum to 100, or to what they sum to now."""
    weights: dict[str, float] = {}
    for branch in tree.branches:
        siblings = list(branch.children)
        whole = 100.0 if scheme.weights == "percent" else float(tree.weights[siblings].sum())
        total = float(shares[siblings].sum())
        kept = shares[siblings] / total if total > 0 else tree.shares[siblings]
        weights |= {tree.nodes[child]: whole * float(part) for child, part in zip(siblings, kept, strict=True)}
    return weights
