"""Scores along a straight path: where the list can change on the way, and where it first does.

Rounded totals step, so a list changes where a total crosses a boundary of rounding, not where two totals meet. On a
path along which totals are straight every such crossing is known; between two neighbouring ones nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from toolkit.ranking import rounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.ranking import Floats, Mask

MOST, STRETCHES, LOOKS, FEW = 4096, 16, 64, 2
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


@dataclass(frozen=True, eq=False)
class Field:
    """All contests that go by one score, one after another, to be looked at together; each with a holder and a rival."""

    rivals: Sequence[Rivals]

    @property
    def by(self) -> str:
        """The node whose score they go by."""
        return self.rivals[0].by

    @property
    def floor(self) -> float:
        """The lowest that score can be."""
        return self.rivals[0].floor

    @property
    def cap(self) -> float:
        """The highest that score can be."""
        return self.rivals[0].cap

    @cached_property
    def held(self) -> NDArray[np.intp]:
        """The holders of all contests."""
        return np.concatenate([own.held for own in self.rivals])

    @cached_property
    def others(self) -> NDArray[np.intp]:
        """The rivals of all contests."""
        return np.concatenate([own.others for own in self.rivals])

    @cached_property
    def sizes(self) -> NDArray[np.intp]:
        """How many holders, and how many rivals, intp[2, contests]."""
        return np.array([[len(own.held), len(own.others)] for own in self.rivals]).T

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """Where those of each contest start, intp[2, contests]."""
        return self.sizes.cumsum(axis=1) - self.sizes

    def parts(self, place: int) -> Iterator[tuple[int, int]]:
        """Where the holders of one contest start and how many they are; then its rivals."""
        return zip(self.starts[:, place].tolist(), self.sizes[:, place].tolist(), strict=True)

    def lowest(self, score: Floats) -> NDArray[np.intp]:
        """The lowest holder of each contest by a score float64[members]."""
        contest = np.repeat(np.arange(len(self.rivals)), self.sizes[0])
        return np.asarray(self.held[np.lexsort((score[self.held], contest))[self.starts[0]]])

    def highest(self, score: Floats) -> NDArray[np.intp]:
        """The highest able rival of each contest by a score float64[members]; -1 for none."""
        able, contest = self._able
        found = np.full(len(self.rivals), -1, np.intp)
        rising = np.lexsort((score[able], contest))
        found[contest[rising]] = able[rising]  # the last of each contest stays
        return found

    @cached_property
    def _able(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The able rivals of all contests, and the contest of each."""
        able = [own.others[own.able] for own in self.rivals]
        return np.concatenate(able), np.repeat(np.arange(len(able)), [len(own) for own in able])


@dataclass(frozen=True)
class Rule:
    """All of a scheme's rule that says where a list can change.

    Parameters
    ----------
    rivals
        The pairs of every contest that has any.
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

    @cached_property
    def fields(self) -> list[Field]:
        """The contests by the score they go by."""
        nodes = dict.fromkeys(own.by for own in self.rivals)
        return [Field([own for own in self.rivals if own.by == node]) for node in nodes]


def crossings(scores: dict[str, Straight], rule: Rule, end: float) -> Iterator[tuple[Floats, Floats, float]]:
    """Every moment between 0 and the end at which the list may change for the first time, rising, a stretch at a time.

    With each comes a moment between it and the next, at which to look, and with each stretch its end.

    Nothing changes while every holder is more than a step ahead of every rival. So only those rivals count that
    come that near before one is a whole step ahead of a holder, by when the list has changed. Where totals go through
    more steps than there are stretches for, the moments stop short of that.
    """
    met = np.concatenate([np.empty(0), *(scores[node].reaching(level, end) for node, level in rule.levels)])
    soon = min([end, *(_overtaken(scores[own.by], own, rule.decimals, end) for own in rule.fields)])
    contest = [rivals for own in rule.fields for rivals in _contenders(scores[own.by], own, rule.decimals, soon)]
    near = [(own, *_meetings(scores[own.by], own, rule.decimals, soon)) for own in contest]
    until = min([soon, *(float(last.min(initial=soon)) for _, _, last in near)])
    moving = [(scores[node], *each) for own, first, _ in near for each in _concerned(own, first, until) for node in (own.by, *rule.ties)]
    pace = max((abs(float(score.slope[member])) for score, member, _ in moving), default=0.0)
    stretch = MOST * 10.0**-rule.decimals / pace if pace > 0 else np.inf
    low = 0.0
    for _ in range(STRETCHES):
        high = min(until, low + stretch)
        steps = [score.steps(member, max(low, since), high, rule.decimals) for score, member, since in moving if since < high]
        every = np.unique(np.concatenate([*steps, met[(met > low) & (met < high)], [high]]))
        moments = np.concatenate(([low], every[np.diff(every, prepend=low) > NOISE / 10]))  # what meets but for the noise is one
        looks = (moments[:-1] + moments[1:]) / 2
        doubtful = (looks > met.min(initial=np.inf)) | (np.diff(moments) < JUST)
        for own in contest:
            doubtful |= _doubtful(scores[own.by], own, rule.decimals, looks)
        yield moments[:-1][doubtful], looks[doubtful], float(moments[-1])
        if high >= until:
            return
        low = high


def _doubtful(score: Straight, rivals: Rivals, decimals: int, looks: Floats) -> Mask:
    """When some holder is not ahead of every able rival, bool[looks]; always where those level at a line are rivals themselves."""
    able = rivals.others[rivals.able]
    if np.isin(rivals.held, rivals.others).any():
        return np.ones(len(looks), np.bool_)
    if not rivals.held.size or not able.size:
        return np.zeros(len(looks), np.bool_)
    held, others = (score.at[own] + looks[:, None] * score.slope[own] for own in (rivals.held, able))
    least, most = (rounded(np.clip(end, rivals.floor, rivals.cap), decimals) for end in (held.min(axis=1), others.max(axis=1)))
    return np.asarray(least <= most)


def _overtaken(score: Straight, field: Field, decimals: int, end: float) -> float:
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


def _contenders(score: Straight, field: Field, decimals: int, end: float) -> Iterator[Rivals]:
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
        A moment beyond, at which it was looked at and is another; between the two it is the same other one.
    exact
        Whether `at` is computed; not where it was sought on a grid.
    """

    at: float | None = None
    seen: float | None = None
    exact: bool = True

    def nearer(self, same: Callable[[Floats], Mask]) -> Change:
        """The same, looked at as near as the list is another."""
        seen = None if self.at is None or self.seen is None else just_beyond(same, self.at, self.seen)
        return replace(self, seen=seen)


def first_change(same: Callable[[Floats], Mask], stretches: Iterable[tuple[Floats, Floats, float]], end: float) -> Change:
    """The first of the moments beyond which the list is another; where it outlives the last, the rest is sought on a grid."""
    last = 0.0
    for moments, looks, last in stretches:  # noqa: B007 - the end of the last stretch is where the rest begins
        if found := _between(same, moments, looks):
            return found
    if found := _between(same, np.array([last]), np.array([last + JUST * (end - last)])):
        return found
    if last >= end:
        return Change()
    later = sought(lambda t: same(t + last), end - last)
    return later if later.at is None or later.seen is None else Change(later.at + last, later.seen + last, exact=False)


def _between(same: Callable[[Floats], Mask], moments: Floats, looks: Floats) -> Change | None:
    """The first of the moments after which a look shows another list."""
    start, size = 0, FEW
    while start < len(looks):
        kept = same(looks[start : start + size])
        if not kept.all():
            place = start + int(np.argmin(kept))
            return Change(float(moments[place]), float(looks[place]))
        start, size = start + size, min(2 * size, LOOKS)
    return None


def just_beyond(same: Callable[[Floats], Mask], at: float, seen: float) -> float:
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
    return Change(high, just_beyond(same, high, far), exact=False)
