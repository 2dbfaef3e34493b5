"""Whose award is certain, whose is possible, and who never gets one, under any weights of a set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from toolkit.awards.quotas import places
from toolkit.scoring import TOTAL
from toolkit.sensitivity.bounds.leads import NOISE, Leads, Positions
from toolkit.sensitivity.rule.lists import Lists

if TYPE_CHECKING:
    from toolkit.ranking import Integers, Mask
    from toolkit.scheme.outcomes import Award


def standings(leads: Leads) -> Iterator[tuple[str, str, str, bool, str]]:
    """What is known of every award, in the scheme's order."""
    index, now = leads.evaluation.members.index, Lists.of(leads.evaluation)
    point = leads.extremes.point
    then = None if point is None else now.given(point[None, :])[:, 0]
    known: dict[str, tuple[Mask, Mask]] = {}
    for place, award in enumerate(leads.evaluation.scheme.awards):
        found = _standing(leads, award, known) if then is None else (then[place], ~then[place])
        known[award.id] = found
        for name, pool in leads.pools(award.quota.within if award.quota else "class"):
            for member in pool:
                said = "certain" if found[0][member] else "never" if found[1][member] else "possible"
                yield award.id, name, str(index[member]), bool(now.standing[place, member]), said


def _standing(leads: Leads, award: Award, known: dict[str, tuple[Mask, Mask]]) -> tuple[Mask, Mask]:
    """Who certainly is given an award, and who never is; bool[members] each."""
    earlier = [known[id_] for id_ in known if id_ not in award.beside]
    sure, may = leads.met(leads.terms.bars[award.id])
    keyed = ~np.isnan(leads.extremes.span(award.by)[0]) & ~leads.terms.barred[award.id]
    sure = np.logical_and.reduce([sure, keyed, leads.part[0], *(never for _, never in earlier)])
    may = np.logical_and.reduce([may, keyed, leads.part[1], *(~certain for certain, _ in earlier)])
    certain, never = np.zeros_like(sure), ~may
    for name, pool in leads.pools(award.quota.within if award.quota else "class"):
        counts = [places(award.quota, int(part[pool].sum()), name) for part in leads.part]
        above, level = _rivals(leads, award, pool, sure, may)
        certain[pool] = sure[pool] & (True if counts[0] is None else level < min(count or 0 for count in counts))
        never[pool] |= False if counts[0] is None else above >= max(count or 0 for count in counts)
    if award.quota is not None and award.quota.in_all is not None:
        everyone = np.flatnonzero(leads.part[1])
        certain[everyone] &= _rivals(leads, award, everyone, sure, may)[1] < award.quota.in_all
    return certain, never


def _rivals(leads: Leads, award: Award, pool: Positions, sure: Mask, may: Mask) -> tuple[Integers, Integers]:
    """How many certainly stand above each of a pool, and how many may stand level or above; int64[pool] each."""
    above, level = np.zeros(len(pool), np.int64), np.zeros(len(pool), np.int64)
    for some, least, most, _ in leads.blocks(award.by, pool):
        certain, possible = leads.relations(award.by, some, pool, least, most)
        near = (most > -leads.step - NOISE) & (some[:, None] != pool[None, :])
        if award.by == TOTAL and (leads.evaluation.scheme.total.cap is not None or leads.evaluation.scheme.total.floor is not None):
            near = some[:, None] != pool[None, :]  # bounds of the total may make anyone level
        above += (certain & sure[some][:, None]).sum(axis=0)
        level += ((possible | near) & may[some][:, None]).sum(axis=0)
    return above, level
