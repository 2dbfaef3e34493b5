"""The moments of a straight path at which the list of awards may change.

Rounded totals step, so a list changes where a total crosses a boundary of rounding, not where two totals meet. On a
path along which totals are straight every such crossing is known; between two neighbouring ones nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.sensitivity.tipping.meetings import concerned, contenders, doubtful, meetings, overtaken
from toolkit.sensitivity.tipping.rivals import Rivals, Rule
from toolkit.sensitivity.tipping.score_lines import Straight

if TYPE_CHECKING:
    from toolkit.ranking import Floats

Stretch: TypeAlias = "tuple[Floats, Floats, float]"
"""A part of a path: moments, rising; with each one between it and the next, at which to look; and where the part ends."""
Moving: TypeAlias = "list[tuple[Straight, int, float]]"
"""Scores whose steps count, of which member, and from when on."""

MOST, STRETCHES = 4096, 16
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
    stretch = MOST * 10.0**-rule.decimals / pace if pace > 0 else np.inf
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
