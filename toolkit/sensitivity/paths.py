"""Scores along a straight path: where the list can change on the way, and where it first does.

Rounded totals step, so a list changes where a total crosses a boundary of rounding, not where two totals meet. On a
path along which totals are straight every such crossing is known; between two neighbouring ones nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.ranking import Floats, Mask

MOST, STRETCHES, LOOKS = 4096, 16, 64
JUST, NOISE = 1e-7, 1e-9
ROUNDS, PARTS = 14, 8
GRID = 1.0 - np.cos(np.linspace(0.0, np.pi / 2, 97))  # dense near the list as it stands


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
        """When one member's rounded score changes, between two moments."""
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


@dataclass(frozen=True)
class Rivals:
    """Who holds an award, and who could take it: positions of members, and whether the latter are over every bar.

    `floor` and `cap` are the bounds that the score they compete by is held in.
    """

    held: NDArray[np.intp]
    others: NDArray[np.intp]
    able: Mask
    by: str
    floor: float = -np.inf
    cap: float = np.inf


@dataclass(frozen=True)
class Rule:
    """All of a scheme's rule that says where a list can change.

    Parameters
    ----------
    rivals
        The pairs of every contest.
    levels
        Nodes, and unrounded scores at which something is decided: bars, and the bounds of the total.
    ties
        The nodes that settle ties.
    decimals
        Of the scheme.
    """

    rivals: Sequence[Rivals]
    levels: Sequence[tuple[str, float]]
    ties: Sequence[str]
    decimals: int


def crossings(scores: dict[str, Straight], rule: Rule, end: float) -> Iterator[Floats]:
    """Every moment between 0 and the end at which the list may change for the first time, rising, a stretch at a time.

    Nothing changes while every holder is more than a step ahead of every rival. So only those rivals count that
    come that near before one is a whole step ahead of a holder, by when the list has changed. Where totals go through
    more steps than there are stretches for, the moments stop short of that.
    """
    met = np.concatenate([np.empty(0), *(scores[node].reaching(level, end) for node, level in rule.levels)])
    near = [(own, *_meetings(scores[own.by], own, rule.decimals, end)) for own in rule.rivals]
    until = min([end, *(float(last.min(initial=end)) for _, _, last in near)])
    moving = [(scores[node], *each) for own, first, _ in near for each in _concerned(own, first, until) for node in (own.by, *rule.ties)]
    pace = max((abs(float(score.slope[member])) for score, member, _ in moving), default=0.0)
    stretch = MOST * 10.0**-rule.decimals / pace if pace > 0 else np.inf
    low = 0.0
    for _ in range(STRETCHES):
        high = min(until, low + stretch)
        steps = [score.steps(member, max(low, since), high, rule.decimals) for score, member, since in moving if since < high]
        every = np.unique(np.concatenate([*steps, met[(met > low) & (met < high)], [high]]))
        yield every[np.diff(every, prepend=low) > NOISE / 10]  # what meets but for the noise is one moment
        if high >= until:
            return
        low = high


def _concerned(rivals: Rivals, first: Floats, until: float) -> Iterator[tuple[int, float]]:
    """The members that come near a rival before the end, and since when."""
    near = np.where(first < until, first, np.inf)
    for members, axis in ((rivals.held, 1), (rivals.others, 0)):
        since = near.min(axis=axis, initial=np.inf)
        yield from ((int(members[place]), float(since[place])) for place in np.flatnonzero(np.isfinite(since)))


def _meetings(score: Straight, rivals: Rivals, decimals: int, end: float) -> tuple[Floats, Floats]:
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


@dataclass(frozen=True)
class Change:
    """Where the list first becomes another one along a path.

    Parameters
    ----------
    at
        The moment beyond which it is another; None when it stays the same to the end.
    seen
        A moment just beyond, at which it was looked at and is another.
    exact
        Whether `at` is computed; not where it was sought on a grid.
    """

    at: float | None = None
    seen: float | None = None
    exact: bool = True


def first_change(same: Callable[[Floats], Mask], stretches: Iterable[Floats], end: float) -> Change:
    """The first of the moments beyond which the list is another; where it outlives the last, the rest is sought on a grid."""
    last = 0.0
    for moments in stretches:
        tried = np.concatenate(([last], moments))
        if found := _between(same, tried, (tried[:-1] + tried[1:]) / 2):
            return found
        last = float(tried[-1])
    if found := _between(same, np.array([last]), np.array([last + JUST * (end - last)])):
        return found
    if last >= end:
        return Change()
    later = sought(lambda t: same(t + last), end - last)
    return later if later.at is None or later.seen is None else Change(later.at + last, later.seen + last, exact=False)


def _between(same: Callable[[Floats], Mask], moments: Floats, looks: Floats) -> Change | None:
    """The first of the moments after which a look shows another list."""
    for start in range(0, len(looks), LOOKS):
        kept = same(looks[start : start + LOOKS])
        if not kept.all():
            place = start + int(np.argmin(kept))
            at = float(moments[place])
            return Change(at, _just_beyond(same, at, float(looks[place])))
    return None


def _just_beyond(same: Callable[[Floats], Mask], at: float, seen: float) -> float:
    """The nearest moment to `at` at which the list is another: what lies on a boundary but for the noise counts as on it."""
    nearer = np.array([at + NOISE * max(1.0, at) * step for step in (1.0, 10.0, 100.0)] + [seen])
    other = nearer[(nearer <= seen) & ~same(nearer)]
    return float(other[0]) if other.size else seen


def sought(same: Callable[[Floats], Mask], end: float) -> Change:
    """The first change found on a grid, narrowed down to 1e-12 of the way: where scores are not straight.

    A list that changes and changes back between two neighbours of the grid goes unseen.
    """
    grid = GRID * end
    kept = same(grid[1:])
    if kept.all():
        return Change(exact=False)
    place = int(np.argmin(kept))
    low, high = float(grid[place]), float(grid[place + 1])
    far = high
    for _ in range(ROUNDS):
        parts = np.linspace(low, high, PARTS + 1)
        place = int(np.argmin(np.append(same(parts[1:-1]), False)))
        low, high = float(parts[place]), float(parts[place + 1])
    return Change(high, _just_beyond(same, high, far), exact=False)
