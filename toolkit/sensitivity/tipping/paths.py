"""Where along a straight path of the scores the list of awards first becomes another one.

Rounded totals step, so a list changes where a total crosses a boundary of rounding, not where two totals meet. On a
path along which totals are straight every such crossing is known, and between two neighbouring ones nothing changes. Where
scores are not straight the change is sought on a grid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.evaluation.scores import TOTAL, order_of
from toolkit.evaluation.tiebreaks import tie_nodes
from toolkit.ground.ranking import Floats, Mask, rounded
from toolkit.sensitivity.tipping.lines import Rivals, Search, exact_scores, levels, rivals, score_bounds

if TYPE_CHECKING:

    from toolkit.evaluation import Evaluation

Slopes: TypeAlias = "Mapping[str, Floats]"
"""By node how fast each member's score moves on each path, float64[paths, members]."""
Stretch: TypeAlias = "tuple[Floats, Floats, float]"
"""A part of a path: moments, rising; with each one between it and the next, at which to look; and where the part ends."""

MOST_STEPS, STRETCHES = 4096, 16
MOST_LOOKS = 60_000_000
"""Of members looked at along all paths of one question: beyond that what is left is sought on a grid. A count and no time, so that any machine finds the same."""
JUST, NOISE = 1e-7, 1e-9
LOOKS, FEW = 64, 2
GRID = 1.0 - np.cos(np.linspace(0.0, np.pi / 2, 97))  # dense near the list as it stands
GRID_ROUNDS, GRID_PARTS = 14, 8


@dataclass(frozen=True)
class FirstChange:
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


@dataclass
class Purse:
    """How many more lists the paths of one question may look at, all together, before they seek on a grid."""

    left: int

    def spends(self, looks: int) -> bool:
        """Whether so many are left, which are then gone."""
        self.left -= looks
        return self.left >= 0


@dataclass(frozen=True, eq=False)
class Breakpoints:
    """The moments of straight paths at which the list of an evaluation may change.

    Parameters
    ----------
    scores
        As the paths start: unrounded, float64[members] by node.
    rivals
        Those on either side of every line.
    levels
        Nodes, and scores there at which something is decided.
    ties
        The nodes that settle ties. First places change with who is ranked alone, where a score is at a level.
    bounds
        The lowest and the highest that each score which places go by can be.
    decimals
        Of the scheme.
    """

    scores: dict[str, Floats]
    rivals: list[Rivals]
    levels: list[tuple[str, float]]
    ties: list[str]
    bounds: dict[str, tuple[float, float]]
    decimals: int

    @classmethod
    def of(cls, evaluation: Evaluation) -> Breakpoints:
        """Those of an evaluation."""
        scheme = evaluation.scheme
        bounds = {by: score_bounds(evaluation, by) for by in (order_of(scheme, award.by) for award in scheme.awards)}
        return cls(exact_scores(evaluation), list(rivals(evaluation)), levels(evaluation), tie_nodes(scheme), bounds, scheme.decimals)

    @property
    def nodes(self) -> list[str]:
        """Every node whose scores decide something."""
        return list(dict.fromkeys([*self.bounds, *self.ties, *(node for node, _ in self.levels)]))

    @property
    def step(self) -> float:
        """One step of the last decimal."""
        return float(10.0**-self.decimals)

    def searches(self, slopes: Slopes, ends: Floats) -> Iterator[Search[Mask, FirstChange]]:
        """For each path, from 0 to its end float64[paths], the search for its first change.

        Where these looked at more lists than `MOST_LOOKS` allows, those not ended are sought on a grid from where they are.
        """
        purse = Purse(MOST_LOOKS // max(1, len(self.scores[TOTAL])))
        soon = self._overtaken(slopes, ends)
        barred = [self._crossed(slopes, path, end) for path, end in enumerate(ends.tolist())]
        near = self._near(slopes, soon, np.array([moments.min(initial=np.inf) for moments in barred]))
        for path, (end, until) in enumerate(zip(ends.tolist(), soon.tolist(), strict=True)):
            yield first_change(self._stretches({node: slope[path] for node, slope in slopes.items()}, near[path], barred[path], until), end, purse)

    def _crossed(self, slopes: Slopes, path: int, end: float) -> Floats:
        """The moments of one path at which some score is at a level."""
        with np.errstate(divide="ignore", invalid="ignore"):
            moments = [np.empty(0), *((level - self.scores[node]) / slopes[node][path] for node, level in self.levels)]
        every = np.concatenate(moments)
        return every[(every > 0) & (every < end)]

    def _overtaken(self, slopes: Slopes, ends: Floats) -> Floats:
        """By when the list is another: some able rival is a step ahead of a winner; of those foremost at either end of a path."""
        soon, rows, behind = ends.copy(), np.arange(len(ends)), 1.01 * self.step
        for line in self.rivals:
            able = line.others[line.able]
            if not (line.firm and able.size) or np.isfinite(self.bounds[line.by]).any():
                continue
            score, slope = self.scores[line.by], slopes[line.by]
            last = score + slope * ends[:, None]
            lowest = [line.winners[own[..., line.winners].argmin(axis=-1)] for own in (score, last)]
            highest = [able[own[..., able].argmax(axis=-1)] for own in (score, last)]
            for winner, other in product(lowest, highest):
                lead, gain = score[winner] - score[other], slope[rows, winner] - slope[rows, other]
                with np.errstate(divide="ignore", invalid="ignore"):
                    soon = np.fmin(soon, np.where((gain < 0) & (lead > -behind), (-behind - lead) / gain, np.inf))
        return soon

    def _near(self, slopes: Slopes, soon: Floats, barred: Floats) -> list[list[Rivals]]:
        """For each path the rivals without those that stay more than a step apart until then.

        Who is not over every bar takes no place before some score is at a level.
        """
        near: list[list[Rivals]] = [[] for _ in soon]
        room = 2 * self.step
        for line in self.rivals:
            score, (floor, cap) = self.scores[line.by], self.bounds[line.by]
            ends = np.clip((np.broadcast_to(score, (len(soon), len(score))), score + slopes[line.by] * soon[:, None]), floor + room, max(floor + room, cap - room))
            low, high = ends.min(axis=0)[:, line.winners], ends.max(axis=0)[:, line.others]
            high[~(line.able | (barred < soon)[:, None])] = np.nan
            with np.errstate(invalid="ignore"):
                winners = low <= np.fmax.reduce(high, axis=1)[:, None] + room
                others = high >= np.fmin.reduce(low, axis=1)[:, None] - room
            for path in np.flatnonzero(winners.any(axis=1)).tolist():
                own = others[path]
                near[path].append(replace(line, winners=line.winners[winners[path]], others=line.others[own], able=line.able[own]))
        return near

    def _stretches(self, slopes: dict[str, Floats], near: list[Rivals], barred: Floats, until: float) -> Iterator[Stretch]:
        """Every moment of a path at which the list may change for the first time, rising, a stretch at a time.

        Where totals go through more steps than there are stretches for, the moments stop short of that.
        """
        met = [(line, *self._meetings(line, slopes[line.by])) for line in near]
        until = min([until, *(last for _, _, _, last in met)])
        moving = [
            (node, int(member), since)
            for line, winners, others, _ in met for members, times in ((line.winners, winners), (line.others, others))
            for member, since in zip(members, times.tolist(), strict=True) if since < until for node in (line.by, *self.ties)
        ]  # fmt: skip
        pace = max((abs(float(slopes[node][member])) for node, member, _ in moving), default=0.0)
        stretch = MOST_STEPS * self.step / pace if pace > 0 else np.inf
        first, low = barred.min(initial=np.inf), 0.0
        for _ in range(STRETCHES):
            high = min(until, low + stretch)
            steps = [steps_of(self.scores[node][member], slopes[node][member], max(low, since), high, self.decimals) for node, member, since in moving if since < high]
            every = np.unique(np.concatenate([*steps, barred[(barred > low) & (barred < high)], [high]]))
            moments = np.concatenate(([low], every[np.diff(every, prepend=low) > NOISE / 10]))  # what meets but for the noise is one
            looks = (moments[:-1] + moments[1:]) / 2
            doubtful = (looks > first) | (np.diff(moments) < JUST)
            for line in near:
                doubtful |= self._doubtful(line, slopes[line.by], looks)
            yield moments[:-1][doubtful], looks[doubtful], float(moments[-1])
            if high >= until:
                return
            low = high

    def _meetings(self, line: Rivals, slope: Floats) -> tuple[Floats, Floats, float]:
        """When each winner, and each of the others, first comes within a step of one across the line; by when the list is another."""
        if np.isfinite(self.bounds[line.by]).any():  # where a bound makes them level, however far apart
            return np.zeros(len(line.winners)), np.zeros(len(line.others)), np.inf
        lead, gain = (of[line.winners][:, None] - of[line.others] for of in (self.scores[line.by], slope))
        room = 1.01 * self.step
        with np.errstate(divide="ignore", invalid="ignore"):
            first = np.where(lead <= room, 0.0, np.where(gain < 0, (room - lead) / gain, np.inf))
            last = np.where(line.firm & line.able & (gain < 0) & (lead > -room), (-room - lead) / gain, np.inf)
        return first.min(axis=1, initial=np.inf), first.min(axis=0, initial=np.inf), float(last.min(initial=np.inf))

    def _doubtful(self, line: Rivals, slope: Floats, looks: Floats) -> Mask:
        """When some winner is not ahead of every able rival, bool[looks]; always where that need not mean a change."""
        if not line.firm:
            return np.ones(len(looks), np.bool_)
        able = line.others[line.able]
        if not able.size:
            return np.zeros(len(looks), np.bool_)
        winners, others = (self.scores[line.by][members] + looks[:, None] * slope[members] for members in (line.winners, able))
        least, most = (rounded(np.clip(end, *self.bounds[line.by]), self.decimals) for end in (winners.min(axis=1), others.max(axis=1)))
        return np.asarray(least <= most)


def steps_of(score: float, slope: float, since: float, until: float, decimals: int) -> Floats:
    """When the rounded score of one member changes on a straight path, between two moments.

    Examples
    --------
    >>> steps_of(59.0, 2.0, 0.0, 1.0, decimals=0)  # 59.5 and 60.5 round up
    array([0.25, 0.75])
    """
    if slope == 0.0 or not np.isfinite(score):
        return np.empty(0)
    fine, half = 10.0**decimals, 0.5  # the tolerance of rounding left out: what meets exactly then meets here too
    low, high = sorted(((score + slope * since) * fine, (score + slope * until) * fine))
    whole = np.arange(np.floor(low + half), np.floor(high + half) + 2)
    boundaries = np.where(whole > 0, whole - half, whole - 1 + half) / fine  # half up above zero, half down below it
    moments = (boundaries - score) / slope
    return np.asarray(moments[(moments > since) & (moments < until)])


def first_change(stretches: Iterable[Stretch], end: float, purse: Purse) -> Search[Mask, FirstChange]:
    """The first of the moments beyond which the list is another; where it outlives the last, or the purse, the rest is sought on a grid.

    The search asks about moments and is told at which of them the list is another one.
    """
    last = 0.0
    for moments, looks, last in stretches:  # noqa: B007 - the end of the last stretch is where the rest begins
        change = yield from _between(moments, looks, purse)
        if isinstance(change, float):
            return (yield from first_on_grid(end, change))
        if change:
            return change
    if change := (yield from _between(np.array([last]), np.array([last + JUST * (end - last)]), Purse(1))):
        assert isinstance(change, FirstChange)
        return change
    return (yield from first_on_grid(end, last)) if last < end else FirstChange()


def first_on_grid(end: float, start: float = 0.0) -> Search[Mask, FirstChange]:
    """The first change seen on a grid, narrowed down to 1e-12 of the way: where scores are not straight.

    A list that changes and changes back between two neighbours of the grid goes unseen.
    """
    grid = start + GRID * (end - start)
    other = yield grid[1:]
    if not other.any():
        return FirstChange(exact=False)
    place = int(np.argmax(other))
    _, at = yield from narrowed((float(grid[place]), float(grid[place + 1])), GRID_ROUNDS, GRID_PARTS)
    return FirstChange(at, (yield from just_beyond(at, float(grid[place + 1]))), exact=False)


def narrowed(between: tuple[float, float], rounds: int, parts: int) -> Search[Mask, tuple[float, float]]:
    """Two moments ever nearer, at the first of which the outcome is not turned yet, and at the second it is."""
    low, high = between
    for _ in range(rounds):
        moments = np.linspace(low, high, parts + 1)
        turned = yield moments[1:-1]
        place = int(np.argmax(np.append(turned, True)))
        low, high = float(moments[place]), float(moments[place + 1])
    return low, high


def _between(moments: Floats, looks: Floats, purse: Purse) -> Search[Mask, FirstChange | float | None]:
    """The first of the moments after which a look shows another list; up to which none does, where the purse is empty."""
    start, size = 0, FEW
    while start < len(looks):
        if not purse.spends(len(looks[start : start + size])):
            return float(moments[start])
        other = yield looks[start : start + size]
        if other.any():
            place = start + int(np.argmax(other))
            return FirstChange(float(moments[place]), float(looks[place]))
        start, size = start + size, min(2 * size, LOOKS)
    return None


def just_beyond(at: float, seen: float) -> Search[Mask, float]:
    """The nearest moment to `at` at which the list is another: what lies on a boundary but for the noise counts as on it."""
    nearer = np.array([at + NOISE * max(1.0, at) * step for step in (1.0, 10.0, 100.0)] + [seen])
    other = yield nearer
    nearest = nearer[(nearer <= seen) & other]
    return float(nearest[0]) if nearest.size else seen
