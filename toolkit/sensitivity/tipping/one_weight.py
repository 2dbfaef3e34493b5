"""How far each weight can be moved by itself, its siblings dividing the rest, before the list is another one, or one member's award."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from toolkit.evaluation.many import Lists, shifted, siblings_of
from toolkit.evaluation.scores import TOTAL, TURNED, Tree
from toolkit.ground.answers import asked_once
from toolkit.sensitivity.tipping.lines import answered, or_better, together
from toolkit.sensitivity.tipping.paths import Breakpoints, FirstChange, first_on_grid, narrowed

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.aggregation import Branch
    from toolkit.ground.ranking import Floats, Mask

COLUMNS = ["node", "weight", "lowest", "highest", "exact", "gain_below", "lose_below", "gain_above", "lose_above"]
NEAREST_COLUMNS = ["award", "member", "holds", "node", "weight", "to", "gained", "lost"]
DISTANCES, ROUNDS, PARTS = 72, 2, 32
NEAREST = 1e-5  # of the whole: a hundredth of what a committee would ever vote
FEWEST, MOST = 2, 8  # decimals of a weight as it is told

Turn: TypeAlias = "tuple[float, float, int]"
"""How far it is to the other outcome, how far it is not there yet, in shares; which of the ways."""


@dataclass(frozen=True)
class Way:
    """The share of one node moved down (-1) or up (1), and how much room there is."""

    node: int
    sign: float
    room: float


@dataclass(frozen=True, eq=False)
class SingleWeights:
    """The lists of an evaluation with one weight moved at a time, never that of a node of `fixed`; siblings in `held` keep theirs."""

    lists: Lists
    fixed: Collection[str] = ()
    held: Collection[str] = ()

    @property
    def tree(self) -> Tree:
        """The evaluation's tree."""
        return self.lists.evaluation.tree

    @cached_property
    def ways(self) -> list[Way]:
        """Each share that can be moved, down and up, as far as it goes."""
        points, ways = self.lists.evaluation.scheme.weights == "points", []
        for node in range(len(self.tree.nodes) - 1):
            if not self.free(node) or self.unclear(node) or self.tree.nodes[node] in self.fixed:
                continue
            share = float(self.lists.shares[node])
            up = (self.most(node) - share) * (1.0 - 1e-9 * points)  # of points no share is ever the whole
            ways += [Way(node, sign, room) for sign, room in ((-1.0, share), (1.0, up)) if room > 0]
        return ways

    @cached_property
    def stays(self) -> frozenset[int]:
        """The nodes of `held`, by place."""
        return frozenset(place for place, node in enumerate(self.tree.nodes) if node in self.held)

    def free(self, node: int) -> list[int]:
        """The siblings that give way to a node."""
        return [child for child in siblings_of(self.tree, node) if child != node and child not in self.stays]

    def most(self, node: int) -> float:
        """The share that a node can have beside the siblings that keep theirs."""
        return 1.0 - float(sum(self.lists.shares[child] for child in siblings_of(self.tree, node) if child != node and child in self.stays))

    def unclear(self, node: int) -> bool:
        """Whether the weight is one of a sum of points, of which the full mark moves too."""
        return self.lists.evaluation.scheme.weights == "points" and parent_of(self.tree, node).full != 1.0

    def moved(self, way: Way, distances: Floats) -> Floats:
        """The shares of all nodes with one moved so far, float64[distances, nodes]."""
        return self.at(way.node, self.lists.shares[way.node] + way.sign * distances)

    def at(self, node: int, share: Floats) -> Floats:
        """The shares of all nodes with one at each of some shares, float64[shares, nodes]."""
        return shifted(self.tree, self.lists.shares, node, np.clip(share, 0.0, self.most(node)), self.stays)

    def written(self, node: int, share: float) -> float:
        """A share as a weight in the scheme's own terms."""
        if self.lists.evaluation.scheme.weights == "percent":
            return 100.0 * share
        return np.inf if share >= 1.0 else self._others(node) * share / (1.0 - share)

    def share(self, node: int, weight: float) -> float:
        """A weight in the scheme's own terms as a share."""
        if self.lists.evaluation.scheme.weights == "percent":
            return weight / 100.0
        return 1.0 if np.isinf(weight) else weight / (weight + self._others(node))

    def _others(self, node: int) -> float:
        return float(sum(self.tree.weights[child] for child in siblings_of(self.tree, node) if child != node))


@asked_once
def stability_intervals(evaluation: Evaluation, held: Collection[str] = ()) -> pd.DataFrame:
    """For every weight the interval within which the whole list of awards stays as it is, all else in proportion.

    One weight moves at a time, and its siblings divide the rest as they did, as in `Scheme.with_weights`; those of `held` keep theirs. The list is
    that of the scheme's own rule, with classes, quotas, bars, vetoes, ties and rounding: a list with an open tie is
    another one. Where every group above the weight is an arithmetic mean (or a sum) and no value under its parent is
    left out, the ends are computed: the totals are straight lines. Elsewhere they are sought on a grid of 96 shares
    each way and narrowed down; a change that is undone between two of them goes unseen.

    Returns
    -------
    DataFrame
        A row for each group and indicator, in the scheme's order: node; weight, lowest and highest in the scheme's
        own terms (an end at which the weight is all or nothing is where it can go no further; inf when weights are points);
        exact, whether both ends are computed, None where nothing was (a sum of points, of which the full mark moves
        too); gain_below, lose_below, gain_above, lose_above, the members that win and lose an award just beyond either
        end, as tuples.

    References
    ----------
    Mareschal, B. (1988). Weight stability intervals in multicriteria decision aid. European Journal of Operational
    Research 33(1), 54-64.
    """
    single = SingleWeights(Lists.of(evaluation), held=held)
    changes = dict(zip(single.ways, _first_changes(single), strict=True))
    seen = {way: change.seen for way, change in changes.items() if change.seen is not None}
    beyond = [single.moved(way, np.array([at])) for way, at in seen.items()]
    moves = dict(zip(seen, single.lists.moves(np.concatenate(beyond)) if beyond else (), strict=True))
    ends = {(way.node, way.sign): (change, moves.get(way, ((), ()))) for way, change in changes.items()}
    rows = []
    for node in range(len(evaluation.tree.nodes) - 1):
        (down, below), (up, above) = (ends.get((node, sign), (FirstChange(), ((), ()))) for sign in (-1.0, 1.0))
        rows.append((evaluation.tree.nodes[node], float(evaluation.tree.weights[node]), *_interval(single, node, down, up), *below, *above))
    return pd.DataFrame(rows, columns=COLUMNS)


def _interval(single: SingleWeights, node: int, down: FirstChange, up: FirstChange) -> tuple[float, float, bool | None]:
    """Lowest, highest and exact."""
    if single.unclear(node):
        return np.nan, np.nan, None
    if not single.free(node):
        return float(single.tree.weights[node]), float(single.tree.weights[node]), True
    share = float(single.lists.shares[node])
    low, high = 0.0 if down.at is None else share - down.at, single.most(node) if up.at is None else share + up.at
    return single.written(node, low), single.written(node, high), down.exact and up.exact


def _first_changes(single: SingleWeights) -> list[FirstChange]:
    """How far each share can be moved each way: all are looked up together."""
    points, ways = Breakpoints.of(single.lists.evaluation), single.ways
    straight_ = not single.lists.evaluation.award_rule.firsts  # who is among the first at a node turns where no line is
    slopes = {node: _slopes(single, points.scores, node) if straight_ else None for node in dict.fromkeys(way.node for way in ways)}
    straight = [(way, moving) for way in ways if (moving := slopes[way.node]) is not None]
    still = np.zeros(len(points.scores[TOTAL]))
    moving = {name: np.array([way.sign * own.get(name, still) for way, own in straight]) for name in points.nodes}
    exact = points.searches(moving, np.array([way.room for way, _ in straight])) if straight else iter(())
    searches = [first_on_grid(way.room) if slopes[way.node] is None else next(exact) for way in ways]
    return together(searches, answered(lambda shares: ~single.lists.same(shares), lambda place, moments: single.moved(ways[place], moments)))


def _slopes(single: SingleWeights, scores: dict[str, Floats], node: int) -> dict[str, Floats] | None:
    """How scores move for a whole share more of one node, by the nodes above it; None where some are no straight lines."""
    tree, shares = single.tree, single.lists.shares
    parent, share, counted = parent_of(tree, node), float(shares[node]), np.isfinite(scores[TOTAL])
    above = list(parts_above(tree, shares, scores, parent))
    if share >= 1.0 or not above or above[-1][0] != TOTAL or any(np.isnan(scores[tree.nodes[child]][counted]).any() for child in parent.children):
        return None
    if single.stays.intersection(parent.children):
        gives = {child: float(shares[child]) for child in single.free(node) if shares[child] > 0}
        if not gives:
            return None
        given = sum(part * scores[tree.nodes[child]] for child, part in gives.items()) / sum(gives.values())
        slope = np.asarray((scores[tree.nodes[node]] - given) * parent.full)
    else:
        together_ = sum(shares[child] * scores[tree.nodes[child]] for child in parent.children if shares[child] > 0)
        slope = np.asarray((scores[tree.nodes[node]] - together_) / (1.0 - share) * parent.full)
    slopes = {}
    for name, part in above:
        slope = slope * part
        slopes[name] = np.where(np.isnan(slope), 0.0, slope)
    return slopes | {TURNED: -slopes[TOTAL]}


def parent_of(tree: Tree, node: int) -> Branch:
    """The group above a node."""
    return next(branch for branch in tree.branches if node in branch.children)


def parts_above(tree: Tree, shares: Floats, scores: dict[str, Floats], branch: Branch) -> Iterator[tuple[str, Floats | float]]:
    """A group and those above it, each with what a point of the one below is worth in it, up to the first mean that is not linear.

    Of the groups above, float64[members]: the share of the one below among its siblings that count.
    """
    part: Floats | float = 1.0
    while branch.power == 1 and not branch.when and not branch.stepped:
        yield tree.nodes[branch.node], part
        if tree.nodes[branch.node] == TOTAL:
            return
        below, branch = branch.node, parent_of(tree, branch.node)
        counts = sum(shares[child] * (branch.whole | ~np.isnan(scores[tree.nodes[child]])) for child in branch.children)
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.asarray(shares[below] / counts * branch.full)


@asked_once
def nearest_weights(evaluation: Evaluation, pairs: Collection[tuple[str, str]], fixed: Collection[str] = (), held: Collection[str] = ()) -> pd.DataFrame:
    """For each award and member the smallest change of one weight that wins the member that award, or loses it.

    A better award counts as well as the one asked about. The siblings of the weight divide the rest as they did. Every
    weight is looked at on a grid of 72 distances each way, from a thousandth of a point to all of it, and the nearest is
    narrowed down; a change that is undone between two distances goes unseen. What is told has been tried: at that very weight, with its
    decimals, the outcome is the other one by the scheme's own rule.

    Parameters
    ----------
    pairs
        Of an award's id and a member.
    fixed
        Groups and indicators whose weights are not looked at.
    held
        Groups and indicators that keep their weights when a sibling's moves.

    Returns
    -------
    DataFrame
        A row for each pair that one weight can turn: award, member; holds, whether it has that award or a better one; node,
        weight as it stands, to, both in the scheme's own terms; gained and lost, the other members that win or lose that award, or
        a better one, at the same time.
    """
    nearest = NearestWeights(SingleWeights(Lists.of(evaluation), fixed, held))
    places = evaluation.members.index.get_indexer(pd.Index([member for _, member in pairs], dtype=object))
    return pd.DataFrame(nearest.rows([award for award, _ in pairs], places.tolist()), columns=NEAREST_COLUMNS)


@dataclass(frozen=True, eq=False)
class NearestWeights:
    """The nearest moves of one weight that turn the outcome of single members."""

    single: SingleWeights

    @cached_property
    def ways(self) -> list[Way]:
        """The ways with room to look at; upwards, points stop short of the whole by 1e-9 of it."""
        lists = self.single.lists
        short = 1e-9 * (lists.evaluation.scheme.weights == "points")
        ways = [way if way.sign < 0 else replace(way, room=self.single.most(way.node) - short - float(lists.shares[way.node])) for way in self.single.ways]
        return [way for way in ways if way.room > NEAREST]

    @cached_property
    def distances(self) -> Floats:
        """Those looked at, float64[ways, DISTANCES]."""
        return np.array([np.geomspace(NEAREST, way.room, DISTANCES) for way in self.ways])

    @cached_property
    def given(self) -> Mask:
        """Who is given each award, bool[awards, ways, distances, members]."""
        shares = [self.single.moved(way, distances) for way, distances in zip(self.ways, self.distances, strict=True)]
        flat = self.single.lists.given(np.concatenate(shares))
        return flat.reshape(len(flat), len(self.ways), DISTANCES, -1)

    def holding(self, given: Mask, award: str) -> Mask:
        """Who of those given each award, bool[awards, ...], has this one or a better one."""
        scheme = self.single.lists.evaluation.scheme
        ids = [item.id for item in scheme.awards]
        return np.asarray(given[[ids.index(id_) for id_ in or_better(scheme, award)]].any(axis=0))

    def rows(self, awards: Sequence[str], members: Sequence[int]) -> Iterator[tuple[object, ...]]:
        """The nearest move of each pair; none where none turns it."""
        if not self.ways:
            return
        lists = self.single.lists
        pairs = list(zip(awards, members, strict=True))
        holds = [bool(self.holding(lists.standing, award)[member]) for award, member in pairs]
        near = [(pair, way, place) for pair in range(len(pairs)) for way, place in self.near(*pairs[pair], holds=holds[pair])]

        def turned(questions: dict[int, Floats]) -> Iterator[Mask]:
            given = answered(lists.given, lambda place, moments: self.single.moved(self.ways[near[place][1]], moments), axis=1)(questions)
            for place, lists_ in zip(questions, given, strict=True):
                pair = near[place][0]
                yield self.holding(lists_[..., pairs[pair][1]], pairs[pair][0]) != holds[pair]

        ends = together([narrowed(self.between(way, place), ROUNDS, PARTS) for _, way, place in near], turned)
        turns: dict[int, Turn] = {}
        for (pair, way, _), (before, beyond) in zip(near, ends, strict=True):
            turn = beyond, before, way
            turns[pair] = min(turns.get(pair, turn), turn)
        for pair, turn in turns.items():
            yield self.row(*pairs[pair], turn, holds=holds[pair])

    def near(self, award: str, member: int, *, holds: bool) -> Iterator[tuple[int, int]]:
        """The ways that may turn a pair first, and at which of their distances they are seen to."""
        turned = self.holding(self.given[..., member], award) != holds
        first = turned.argmax(axis=1)
        reached = sorted((self.distances[way, place], way, int(place)) for way, place in enumerate(first) if turned[way, place])
        return ((way, place) for _, way, place in reached if self.between(way, place)[0] < reached[0][0])

    def between(self, way: int, place: int) -> tuple[float, float]:
        """One of the distances of a way, and the one before."""
        return float(self.distances[way, place - 1]) if place else 0.0, float(self.distances[way, place])

    def row(self, award: str, member: int, turn: Turn, *, holds: bool) -> tuple[object, ...]:
        """The move in the scheme's own terms, with no more decimals than it takes, and who else wins and loses by it."""
        single, way = self.single, self.ways[turn[2]]
        tree, index, shares = single.tree, single.lists.evaluation.members.index, single.lists.shares
        ends = [single.written(way.node, float(shares[way.node]) + way.sign * distance) for distance in (turn[1], turn[0])]
        weights = [outwards(weight, way.sign, digits) for digits in range(FEWEST, MOST) for weight in ends] + [ends[1]]
        given = single.lists.given(single.at(way.node, np.array([single.share(way.node, weight) for weight in weights])))
        after, now = self.holding(given, award), self.holding(single.lists.standing, award)
        place = int(np.argmax(after[:, member] != holds))
        gained, lost = (
            tuple(str(name) for name in index[mask].drop(index[member], errors="ignore")) for mask in (after[place] & ~now, now & ~after[place])
        )
        return award, str(index[member]), holds, tree.nodes[way.node], float(tree.weights[way.node]), weights[place], gained, lost


def outwards(weight: float, sign: float, digits: int) -> float:
    """A weight rounded up, or down, to so many decimals.

    Examples
    --------
    >>> outwards(55.6191, -1.0, 2), outwards(25.03, 1.0, 2)
    (55.61, 25.03)
    """
    scaled = weight * 10**digits
    return weight if np.isinf(weight) else float(np.ceil(scaled - 1e-9) if sign > 0 else np.floor(scaled + 1e-9)) / 10**digits
