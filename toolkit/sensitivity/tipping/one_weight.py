"""How far each weight can be moved by itself before the list of awards is another one.

What one weight would have to become for one member to win or to lose its award.

The first change of a list along a path, searched for among computed moments or on a grid.

The moments of a straight path at which the list of awards may change.

Rounded totals step, so a list changes where a total crosses a boundary of rounding, not where two totals meet. On a
path along which totals are straight every such crossing is known; between two neighbouring ones nothing changes.

Who meets whom on a straight path: when pairs come within a step of rounding of one another, and when one is past.

Scores along a straight path: where each of them is at a level, and where its rounding steps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from toolkit.evaluation.many import Lists, shifted, siblings_of
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.ranking import rounded
from toolkit.sensitivity.tipping.lines import (
    Field,
    Rivals,
    Rule,
    Search,
    exact_scores,
    or_better,
    rule_of,
    together,
)

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.aggregation import Branch
    from toolkit.ground.ranking import Floats, Mask


NEAREST_COLUMNS = ["award", "member", "holds", "node", "weight", "to", "gained", "lost"]
STEPS, ROUNDS, PARTS = 72, 2, 32
NEAREST = 1e-5  # of the whole: a hundredth of what a committee would ever vote
FEWEST, MOST = 2, 8  # decimals of a weight as it is told

Row: TypeAlias = tuple[object, ...]
Found: TypeAlias = tuple[float, float, int, float]
"""How far to the other outcome, how far it is not there yet, in shares; the node, and the direction."""


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
    return pd.DataFrame([row for row in rows if row is not None], columns=NEAREST_COLUMNS)


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



def doubtful(score: Straight, rivals: Rivals, decimals: int, looks: Floats) -> Mask:
    """When some holder is not ahead of every able rival, bool[looks]; always where those level at a line are rivals themselves."""
    able = rivals.others[rivals.able]
    if not set(rivals.held.tolist()).isdisjoint(rivals.others.tolist()):
        return np.ones(len(looks), np.bool_)
    if not rivals.held.size or not able.size:
        return np.zeros(len(looks), np.bool_)
    held, others = (score.at[own] + looks[:, None] * score.slope[own] for own in (rivals.held, able))
    least, most = (rounded(np.clip(end, rivals.floor, rivals.cap), decimals) for end in (held.min(axis=1), others.max(axis=1)))
    return np.asarray(least <= most)


def overtaken(score: Straight, field: Field, decimals: int, end: float) -> float:
    """A moment by which some able rival is a step ahead of a holder: of those foremost now, and of those at the end."""
    if np.isfinite([field.floor, field.cap]).any():
        return end
    keys = score.at, score.at + score.slope * end
    held = np.array([field.lowest(key) for key in keys])[:, None]
    others = np.array([field.highest(key) for key in keys])[None, :]
    lead, gain = (each[held] - each[others] for each in (score.at, score.slope))
    behind = 1.01 * 10.0**-decimals
    with np.errstate(divide="ignore", invalid="ignore"):
        last = np.where((others >= 0) & (gain < 0) & (lead > -behind), (-behind - lead) / gain, np.inf)
    return float(np.fmin.reduce(last, axis=None, initial=end))


def contenders(score: Straight, field: Field, decimals: int, end: float) -> Iterator[Rivals]:
    """The rivals without those that stay more than a step apart to the end from whoever they compete with."""
    room = 2 * 10.0**-decimals
    ends = np.clip((score.at, score.at + score.slope * end), field.floor + room, max(field.floor + room, field.cap - room))
    low, high = ends.min(axis=0)[field.held], ends.max(axis=0)[field.others]
    held = low <= np.repeat(np.fmax.reduceat(high, field.starts[1]) + room, field.sizes[0])
    others = high >= np.repeat(np.fmin.reduceat(low, field.starts[0]) - room, field.sizes[1])
    for place in np.flatnonzero(np.logical_or.reduceat(held, field.starts[0])).tolist():
        own = field.rivals[place]
        near, far = (kept[start : start + size] for kept, (start, size) in zip((held, others), field.parts(place), strict=True))
        yield replace(own, held=own.held[near], others=own.others[far], able=own.able[far])


def concerned(rivals: Rivals, first: Floats, until: float) -> Iterator[tuple[int, float]]:
    """The members that come near a rival before the end, and since when."""
    near = np.where(first < until, first, np.inf)
    for members, axis in ((rivals.held, 1), (rivals.others, 0)):
        since = near.min(axis=axis, initial=np.inf)
        yield from ((int(members[place]), float(since[place])) for place in np.flatnonzero(np.isfinite(since)))


def meetings(score: Straight, rivals: Rivals, decimals: int, end: float) -> tuple[Floats, Floats]:
    """When each pair first comes within a step, and when the rival is a step ahead: float64[held, others], inf for never."""
    held, others, step = rivals.held, rivals.others, 10.0**-decimals
    lead = score.at[held][:, None] - score.at[others][None, :]
    gain = score.slope[held][:, None] - score.slope[others][None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(lead <= 1.01 * step, 0.0, (1.01 * step - lead) / gain)
        last = (-1.01 * step - lead) / gain
    behind = lead <= -1.01 * step  # held back by a bar: it takes no place until it is over that
    first = np.where((first < 0) | ~np.isfinite(first) | behind | ((lead > 1.01 * step) & (gain >= 0)), np.inf, first)
    last = np.where((last <= 0) | (gain >= 0) | ~np.isfinite(last) | behind | ~rivals.able[None, :], np.inf, last)
    level = np.minimum(*(_both_past(score, rivals, bound, way, step) for bound, way in ((rivals.floor, -1), (rivals.cap, 1))))
    first, last = np.minimum(first, level), np.where(np.isfinite(level), np.inf, last)
    return np.where(first > end, np.inf, first), np.where(last > end, np.inf, last)


def _both_past(score: Straight, rivals: Rivals, bound: float, way: int, step: float) -> Floats:
    """When both of each pair are first held by the same bound, or within two steps of it: level, however far apart."""
    if not np.isfinite(bound):
        return np.full((len(rivals.held), len(rivals.others)), np.inf)
    past, pace = way * (score.at - bound) + 2 * step, way * score.slope
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = -past / pace
    since = np.where(past >= 0, 0.0, np.where(pace > 0, turn, np.inf))
    until = np.where(pace < 0, np.where(past >= 0, turn, -np.inf), np.inf)
    both = np.maximum(since[rivals.held][:, None], since[rivals.others][None, :])
    return np.where(both <= np.minimum(until[rivals.held][:, None], until[rivals.others][None, :]), both, np.inf)



@dataclass(frozen=True, eq=False)
class Straight:
    """Scores of members at one node along a path: at + slope x t for t from 0 to the end.

    Parameters
    ----------
    at, slope : float64[members]
        Unrounded, adjustments included; NaN for a member without a score.
    """

    at: Floats
    slope: Floats

    def reaching(self, level: float, end: float) -> Floats:
        """When each member's score is at a level, for those for which it is between 0 and the end."""
        with np.errstate(divide="ignore", invalid="ignore"):
            when = (level - self.at) / self.slope
        return when[(when > 0) & (when < end)]

    def steps(self, member: int, since: float, until: float, decimals: int) -> Floats:
        """When one member's rounded score changes, between two moments.

        Examples
        --------
        >>> Straight(np.array([59.0]), np.array([2.0])).steps(0, 0.0, 1.0, decimals=0)  # 59.5 and 60.5 round up
        array([0.25, 0.75])
        """
        at, slope = float(self.at[member]), float(self.slope[member])
        if slope == 0.0 or not np.isfinite(at):
            return np.empty(0)
        fine, half = 10.0**decimals, 0.5  # the tolerance of rounding left out: what meets exactly then meets here too
        low, high = sorted(((at + slope * since) * fine, (at + slope * until) * fine))
        whole = np.arange(np.floor(low + half), np.floor(high + half) + 2)
        # half up above zero, half down below it
        level = np.where(whole > 0, whole - half, whole - 1 + half) / fine
        when = (level - at) / slope
        return when[(when > since) & (when < until)]



Stretch: TypeAlias = "tuple[Floats, Floats, float]"
"""A part of a path: moments, rising; with each one between it and the next, at which to look; and where the part ends."""
Moving: TypeAlias = "list[tuple[Straight, int, float]]"
"""Scores whose steps count, of which member, and from when on."""

MOST_STEPS, STRETCHES = 4096, 16
JUST, NOISE = 1e-7, 1e-9


def crossings(scores: dict[str, Straight], rule: Rule, end: float) -> Iterator[Stretch]:
    """Every moment between 0 and the end at which the list may change for the first time, rising, a stretch at a time.

    Nothing changes while every holder is more than a step ahead of every rival. So only those rivals count that
    come that near before one is a whole step ahead of a holder, by when the list has changed. Where totals go through
    more steps than there are stretches for, the moments stop short of that.
    """
    met = np.concatenate([np.empty(0), *(scores[node].reaching(level, end) for node, level in rule.levels)])
    contests, moving, until = _competing(scores, rule, end)
    pace = max((abs(float(score.slope[member])) for score, member, _ in moving), default=0.0)
    stretch = MOST_STEPS * 10.0**-rule.decimals / pace if pace > 0 else np.inf
    low = 0.0
    for _ in range(STRETCHES):
        high = min(until, low + stretch)
        steps = [score.steps(member, max(low, since), high, rule.decimals) for score, member, since in moving if since < high]
        every = np.unique(np.concatenate([*steps, met[(met > low) & (met < high)], [high]]))
        moments = np.concatenate(([low], every[np.diff(every, prepend=low) > NOISE / 10]))  # what meets but for the noise is one
        looks = (moments[:-1] + moments[1:]) / 2
        asked = (looks > met.min(initial=np.inf)) | (np.diff(moments) < JUST)
        for own in contests:
            asked |= doubtful(scores[own.by], own, rule.decimals, looks)
        yield moments[:-1][asked], looks[asked], float(moments[-1])
        if high >= until:
            return
        low = high


def _competing(scores: dict[str, Straight], rule: Rule, end: float) -> tuple[list[Rivals], Moving, float]:
    """Who comes near whom, the scores whose steps count for it, and until when: by then one is past another."""
    soon = min([end, *(overtaken(scores[own.by], own, rule.decimals, end) for own in rule.fields)])
    contests = [rivals for own in rule.fields for rivals in contenders(scores[own.by], own, rule.decimals, soon)]
    near = [(own, *meetings(scores[own.by], own, rule.decimals, soon)) for own in contests]
    until = min([soon, *(float(last.min(initial=soon)) for _, _, last in near)])
    moving = [(scores[node], *each) for own, first, _ in near for each in concerned(own, first, until) for node in (own.by, *rule.ties)]
    return contests, moving, until



Answer = TypeVar("Answer")
Looking: TypeAlias = "Search[Mask, Answer]"
"""Asks about moments of a path, and is told at which of them the list is as it stands."""

LOOKS, FEW = 64, 2
PATH_ROUNDS, PATH_PARTS = 14, 8
GRID = 1.0 - np.cos(np.linspace(0.0, np.pi / 2, 97))  # dense near the list as it stands


@dataclass(frozen=True)
class Change:
    """Where the list first becomes another one along a path.

    Parameters
    ----------
    at
        The moment beyond which it is another; None when it stays the same to the end.
    seen
        A moment beyond, at which it was looked at and is another; between the two it is the same other one.
    exact
        Whether `at` is computed; not where it was sought on a grid.
    """

    at: float | None = None
    seen: float | None = None
    exact: bool = True


def first_change(stretches: Iterable[Stretch], end: float) -> Looking[Change]:
    """The first of the moments beyond which the list is another; where it outlives the last, the rest is sought on a grid."""
    last = 0.0
    for moments, looks, last in stretches:  # noqa: B007 - the end of the last stretch is where the rest begins
        if found := (yield from _between(moments, looks)):
            return found
    if found := (yield from _between(np.array([last]), np.array([last + JUST * (end - last)]))):
        return found
    return (yield from sought(end, last)) if last < end else Change()


def sought(end: float, start: float = 0.0) -> Looking[Change]:
    """The first change found on a grid, narrowed down to 1e-12 of the way: where scores are not straight.

    A list that changes and changes back between two neighbours of the grid goes unseen.
    """
    grid = start + GRID * (end - start)
    kept = yield grid[1:]
    if kept.all():
        return Change(exact=False)
    place = int(np.argmin(kept))
    low, high = float(grid[place]), float(grid[place + 1])
    far = high
    for _ in range(PATH_ROUNDS):
        parts = np.linspace(low, high, PATH_PARTS + 1)
        kept = yield parts[1:-1]
        place = int(np.argmin(np.append(kept, False)))
        low, high = float(parts[place]), float(parts[place + 1])
    return Change(high, (yield from _just_beyond(high, far)), exact=False)


def seen_nearest(search: Looking[Change]) -> Looking[Change]:
    """The same change, looked at as near as the list is another."""
    change = yield from search
    if change.at is None or change.seen is None:
        return change
    return replace(change, seen=(yield from _just_beyond(change.at, change.seen)))


def _between(moments: Floats, looks: Floats) -> Looking[Change | None]:
    """The first of the moments after which a look shows another list."""
    start, size = 0, FEW
    while start < len(looks):
        kept = yield looks[start : start + size]
        if not kept.all():
            place = start + int(np.argmin(kept))
            return Change(float(moments[place]), float(looks[place]))
        start, size = start + size, min(2 * size, LOOKS)
    return None


def _just_beyond(at: float, seen: float) -> Looking[float]:
    """The nearest moment to `at` at which the list is another: what lies on a boundary but for the noise counts as on it."""
    nearer = np.array([at + NOISE * max(1.0, at) * step for step in (1.0, 10.0, 100.0)] + [seen])
    kept = yield nearer
    other = nearer[(nearer <= seen) & ~kept]
    return float(other[0]) if other.size else seen



Way: TypeAlias = tuple[int, float]
"""A node whose share is moved, and -1 for down or 1 for up."""

COLUMNS = ["node", "weight", "lowest", "highest", "exact", "gain_below", "lose_below", "gain_above", "lose_above"]


def stability_intervals(evaluation: Evaluation) -> pd.DataFrame:
    """For every weight the interval within which the whole list of awards stays as it is, all else in proportion.

    One weight moves at a time, and its siblings divide the rest as they did, as in `Scheme.with_weights`. The list is
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
    asked = _Asked.of(evaluation)
    nodes = range(len(evaluation.tree.nodes) - 1)
    ends = asked.ends(nodes)
    moved = asked.beyond(ends)
    rows = [(*asked.interval(node, own), *moved[2 * node], *moved[2 * node + 1]) for node, own in zip(nodes, ends, strict=True)]
    return pd.DataFrame(rows, columns=COLUMNS)


@dataclass(frozen=True, eq=False)
class _Asked:
    lists: Lists
    scores: dict[str, Floats]
    rule: Rule

    @classmethod
    def of(cls, evaluation: Evaluation) -> _Asked:
        return cls(Lists.of(evaluation), exact_scores(evaluation), rule_of(evaluation))

    def ends(self, nodes: Iterable[int]) -> list[tuple[Change, Change]]:
        """How far each share can be moved down and up: all ends are looked up together."""
        searches = {way: search for node in nodes for way, search in self.searches(node)}
        ways = list(searches)

        def same(looks: dict[int, Floats]) -> list[Mask]:
            moved = [self.moved(*ways[place], own) for place, own in looks.items()]
            return np.split(self.lists.same(np.concatenate(moved)), np.cumsum([len(own) for own in moved])[:-1])

        found = dict(zip(ways, together(list(searches.values()), same), strict=True))
        return [(found.get((node, -1.0), Change()), found.get((node, 1.0), Change())) for node in nodes]

    def searches(self, node: int) -> Iterator[tuple[Way, Looking[Change]]]:
        """The search for each end to which a share can be moved at all."""
        ways = [(sign, room) for sign in (-1.0, 1.0) if (room := self.room(node, sign)) > 0]
        slopes = self.slopes(node) if ways else None
        for sign, room in ways:
            if slopes is None:
                yield (node, sign), sought(room)
            else:
                lines = self.still | {name: Straight(self.scores[name], sign * slope) for name, slope in slopes.items()}
                yield (node, sign), first_change(crossings(lines, self.rule, room), room)

    def room(self, node: int, sign: float) -> float:
        """How much of a share there is to be moved one way; nothing where it is alone or unclear."""
        scheme, tree = self.lists.evaluation.scheme, self.lists.evaluation.tree
        if len(siblings_of(tree, node)) == 1 or self.unclear(node):
            return 0.0
        room = float(self.lists.shares[node]) if sign < 0 else 1.0 - float(self.lists.shares[node])
        return room * (1.0 - 1e-9) if sign > 0 and scheme.weights == "points" else room  # of points no share is ever the whole

    def unclear(self, node: int) -> bool:
        """Whether the weight is one of a sum of points, of which the full mark moves too."""
        return self.lists.evaluation.scheme.weights == "points" and _parent(self, node).full != 1.0

    def interval(self, node: int, ends: tuple[Change, Change]) -> tuple[object, ...]:
        """Node, weight, lowest, highest and exact."""
        tree, share, (down, up) = self.lists.evaluation.tree, float(self.lists.shares[node]), ends
        weight = float(tree.weights[node])
        if self.unclear(node):
            return tree.nodes[node], weight, np.nan, np.nan, None
        low = 0.0 if down.at is None else share - down.at
        high = 1.0 if up.at is None else share + up.at
        alone = len(siblings_of(tree, node)) == 1
        limits = (weight, weight) if alone else (self.written(node, low), self.written(node, high))
        return tree.nodes[node], weight, *limits, down.exact and up.exact

    def moved(self, node: int, sign: float, distance: Floats) -> Floats:
        """The shares of all nodes with one moved so far, float64[distances, nodes]."""
        shares = self.lists.shares
        return shifted(self.lists.evaluation.tree, shares, node, np.clip(shares[node] + sign * distance, 0.0, 1.0))

    def beyond(self, ends: Sequence[tuple[Change, Change]]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Who wins and who loses an award just beyond each end, all at once: two for each node."""
        seen = [(node, sign, end.seen) for node, own in enumerate(ends) for sign, end in zip((-1.0, 1.0), own, strict=True)]
        there = [self.moved(node, sign, np.array([at])) for node, sign, at in seen if at is not None]
        found = iter(self.lists.moves(np.concatenate(there)) if there else [])
        return [((), ()) if at is None else next(found) for _, _, at in seen]

    def written(self, node: int, share: float) -> float:
        """A share as a weight in the scheme's own terms."""
        if self.lists.evaluation.scheme.weights == "percent":
            return 100.0 * share
        tree = self.lists.evaluation.tree
        others = sum(float(tree.weights[child]) for child in siblings_of(tree, node) if child != node)
        return np.inf if share >= 1.0 else others * share / (1.0 - share)

    @cached_property
    def still(self) -> dict[str, Straight]:
        """The scores at every node where nothing moves."""
        nothing = np.zeros(len(self.scores[TOTAL]))
        return {name: Straight(at, nothing) for name, at in self.scores.items()}

    def slopes(self, node: int) -> dict[str, Floats] | None:
        """How scores move for a whole share more of one node, by the nodes above it; None where some are no straight lines."""
        tree, share = self.lists.evaluation.tree, float(self.lists.shares[node])
        parent, slope, below = _parent(self, node), np.empty(0), node
        counted = np.isfinite(self.scores[TOTAL])
        found: dict[str, Floats] = {}
        if share >= 1.0 or any(np.isnan(self.scores[tree.nodes[child]][counted]).any() for child in parent.children):
            return None
        for branch in _upwards(tree.branches, parent):
            if branch.power != 1 or branch.when:
                return None
            slope = self._slope(branch, node, share) if branch is parent else slope * self._part(branch, below)
            below = branch.node
            found[tree.nodes[branch.node]] = np.where(np.isnan(slope), 0.0, slope)
        return found

    def _slope(self, branch: Branch, node: int, share: float) -> Floats:
        """The score of the parent for a whole share more: what the node has beyond what its siblings have together."""
        tree = self.lists.evaluation.tree
        own = sum(self.lists.shares[child] * self.scores[tree.nodes[child]] for child in branch.children if self.lists.shares[child] > 0)
        return np.asarray((self.scores[tree.nodes[node]] - own) / (1.0 - share) * branch.full)

    def _part(self, branch: Branch, below: int) -> Floats:
        """The share each member's score of a group has in the group above it, of those that count."""
        tree, shares = self.lists.evaluation.tree, self.lists.shares
        counts = sum(shares[child] * ~np.isnan(self.scores[tree.nodes[child]]) for child in branch.children)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(shares[below] / counts * branch.full)


def _parent(asked: _Asked, node: int) -> Branch:
    return next(branch for branch in asked.lists.evaluation.tree.branches if node in branch.children)


def _upwards(branches: tuple[Branch, ...], branch: Branch) -> list[Branch]:
    """A branch and those above it."""
    found = [branch]
    while above := [each for each in branches if found[-1].node in each.children]:
        found.append(above[0])
    return found
