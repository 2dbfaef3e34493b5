"""Who meets whom on a straight path: when pairs come within a step of rounding of one another, and when one is past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from toolkit.ranking import rounded
from toolkit.sensitivity.tipping.rivals import Field, Rivals

if TYPE_CHECKING:
    from toolkit.ranking import Floats, Mask
    from toolkit.sensitivity.tipping.score_lines import Straight


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
