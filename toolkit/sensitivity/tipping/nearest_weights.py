"""What one weight would have to become for one member to win or to lose its award."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from toolkit.sensitivity.rule.lists import Lists, shifted, siblings_of
from toolkit.sensitivity.tipping.searches import Search, together

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Mask
    from toolkit.scheme import Scheme

COLUMNS = ["award", "member", "holds", "node", "weight", "to", "gained", "lost"]
STEPS, ROUNDS, PARTS = 72, 2, 32
NEAREST = 1e-5  # of the whole: a hundredth of what a committee would ever vote
FEWEST, MOST = 2, 8  # decimals of a weight as it is told

Row: TypeAlias = tuple[object, ...]
Found: TypeAlias = tuple[float, float, int, float]
"""How far to the other outcome, how far it is not there yet, in shares; the node, and the direction."""


def or_better(scheme: Scheme, award: str) -> list[str]:
    """An award and those decided before it that leave it to others: who has one of these has that award or a better one."""
    ids = [each.id for each in scheme.awards]
    beside = next(each.beside for each in scheme.awards if each.id == award)
    return [*(each for each in ids[: ids.index(award)] if each not in beside), award]


def nearest_weights(evaluation: Evaluation, asked: Collection[tuple[str, str]]) -> pd.DataFrame:
    """For each award and member the smallest change of one weight that wins the member that award, or loses it.

    A better award counts as well as the one asked about. The siblings of the weight divide the rest as they did. Every
    weight is looked at on a grid of 72 distances each way, from a thousandth of a point to all of it, and the nearest is
    narrowed down; a change that is undone between two distances goes unseen. What is told has been tried: at that very weight, with its
    decimals, the outcome is the other one by the scheme's own rule.

    Parameters
    ----------
    asked
        Pairs of an award's id and a member.

    Returns
    -------
    DataFrame
        A row for each pair that one weight can turn: award, member; holds, whether it has that award or a better one; node,
        weight as it stands, to, both in the scheme's own terms; gained and lost, the other members that win or lose that award, or
        a better one, at the same time.
    """
    tried = _Tried(Lists.of(evaluation))
    places = evaluation.members.index.get_indexer(pd.Index([member for _, member in asked], dtype=object))
    rows = together([tried.row(award, int(place)) for (award, _), place in zip(asked, places, strict=True)], tried.answers)
    return pd.DataFrame([row for row in rows if row is not None], columns=COLUMNS)


@dataclass(frozen=True, eq=False)
class _Tried:
    """Lists with one weight moved, each way and by each distance."""

    lists: Lists

    @cached_property
    def moves(self) -> list[tuple[int, float, Floats]]:
        """Node, direction and distances in shares."""
        tree, shares, points = self.lists.evaluation.tree, self.lists.shares, self.lists.evaluation.scheme.weights == "points"
        found = []
        for branch in tree.branches:
            if points and branch.full != 1.0:  # the full mark moves with the weight
                continue
            for node in branch.children if len(branch.children) > 1 else ():
                rooms = ((-1.0, float(shares[node])), (1.0, (1.0 - 1e-9 * points) - float(shares[node])))
                found += [(node, sign, np.geomspace(NEAREST, room, STEPS)) for sign, room in rooms if room > NEAREST]
        return found

    @cached_property
    def given(self) -> Mask:
        """Who is given each award, bool[awards, moves, distances, members]."""
        flat = self.lists.given(np.concatenate([self.moved(*move) for move in self.moves]))
        return flat.reshape(len(flat), len(self.moves), STEPS, -1)

    def moved(self, node: int, sign: float, distances: Floats) -> Floats:
        shares = self.lists.shares
        return shifted(self.lists.evaluation.tree, shares, node, np.clip(shares[node] + sign * distances, 0.0, 1.0))

    def holding(self, given: Mask, award: str) -> Mask:
        """Who of those given each award, bool[awards, ...], has this one or a better one."""
        scheme = self.lists.evaluation.scheme
        ids = [each.id for each in scheme.awards]
        return np.asarray(given[[ids.index(each) for each in or_better(scheme, award)]].any(axis=0))

    def answers(self, asked: dict[int, Floats]) -> list[Mask]:
        """Who is given each award under the shares that each search asks about, bool[awards, shares, members]."""
        ends = np.cumsum([len(shares) for shares in asked.values()])
        return np.split(self.lists.given(np.concatenate(list(asked.values()))), ends[:-1], axis=1)

    def row(self, award: str, member: int) -> Search[Mask, Row | None]:
        """The nearest move of one pair; none where none turns it."""
        if not self.moves:
            return None
        holds = bool(self.holding(self.lists.standing, award)[member])
        turned = self.holding(self.given[..., member], award) != holds
        reached = sorted(
            (self.moves[move][2][place], move, int(place)) for move, place in enumerate(turned.argmax(axis=1)) if turned[move, place]
        )
        near = [(move, place) for distance, move, place in reached if self._before(move, place) < reached[0][0]]
        found: list[Found] = []
        for move, place in near:
            found.append((yield from self.narrowed(award, member, move, place)))
        return (yield from self.told(award, member, min(found), holds=holds)) if found else None

    def _before(self, move: int, place: int) -> float:
        return float(self.moves[move][2][place - 1]) if place else 0.0

    def narrowed(self, award: str, member: int, move: int, place: int) -> Search[Mask, Found]:
        """Between two distances of a move the first at which the outcome has turned, and the last at which it has not."""
        node, sign, distances = self.moves[move]
        before, beyond = self._before(move, place), float(distances[place])
        holds = self.holding(self.lists.standing, award)[member]
        for _ in range(ROUNDS):
            parts = np.linspace(before, beyond, PARTS + 1)
            given = yield self.moved(node, sign, parts[1:])
            turned = self.holding(given[..., member], award) != holds
            before, beyond = (float(part) for part in parts[np.argmax(turned) :][:2])
        return beyond, before, node, sign

    def told(self, award: str, member: int, found: Found, *, holds: bool) -> Search[Mask, Row]:
        """The move in the scheme's own terms, with no more decimals than it takes, and who else wins and loses by it."""
        node, sign = found[2:]
        tree, index = self.lists.evaluation.tree, self.lists.evaluation.members.index
        beyond, before = (self.written(node, float(self.lists.shares[node]) + sign * distance) for distance in found[:2])
        told = [outwards(each, sign, digits) for digits in range(FEWEST, MOST) for each in (before, beyond)] + [beyond]
        given = yield shifted(tree, self.lists.shares, node, np.clip([self.share(node, each) for each in told], 0.0, 1.0))
        after = self.holding(given, award)
        place = int(np.argmax(after[:, member] != holds))
        now = self.holding(self.lists.standing, award)
        gained, lost = (tuple(str(each) for each in index[mask].drop(index[member], errors="ignore")) for mask in (after[place] & ~now, now & ~after[place]))
        return award, str(index[member]), holds, tree.nodes[node], float(tree.weights[node]), told[place], gained, lost

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
        tree = self.lists.evaluation.tree
        return float(sum(tree.weights[child] for child in siblings_of(tree, node) if child != node))


def outwards(weight: float, sign: float, digits: int) -> float:
    """A weight rounded up, or down, to so many decimals.

    Examples
    --------
    >>> outwards(55.6191, -1.0, 2), outwards(25.03, 1.0, 2)
    (55.61, 25.03)
    """
    scaled = weight * 10**digits
    return weight if np.isinf(weight) else float(np.ceil(scaled - 1e-9) if sign > 0 else np.floor(scaled + 1e-9)) / 10**digits
