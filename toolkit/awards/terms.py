"""The terms of the awards: all that no score changes, worked out once, and the contests that scores then decide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from toolkit.awards.ceilings import held_together
from toolkit.awards.contests import Allotment, Contest, allot, tie_nodes
from toolkit.awards.quotas import places
from toolkit.awards.requirements import Asked, Score, asked, bars
from toolkit.awards.reserves import with_reserves
from toolkit.awards.turns import Pools, Turns
from toolkit.ranking import Mask
from toolkit.scoring import TOTAL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Award

Lined: TypeAlias = dict[tuple[str, str], Turns]
"""The members' turns, by the node that places go by and by who competes: within a class, or all."""


@dataclass(frozen=True, eq=False)
class Terms:
    """On what terms the awards of a scheme are given to these members.

    Parameters
    ----------
    members
        Index member; columns name, class, applied.
    eligibility
        What a member must meet to take part at all.
    bars
        What each award asks for, by its id.
    barred : dict of bool[n]
        By award, the members whom a veto bars from it.
    """

    scheme: Scheme
    members: pd.DataFrame
    eligibility: Asked
    bars: dict[str, Asked]
    barred: dict[str, Mask]

    @classmethod
    def of(
        cls, scheme: Scheme, members: pd.DataFrame, vetoes: pd.DataFrame, conditions: pd.DataFrame | None = None
    ) -> Terms:
        """The terms of a scheme's awards; frames as for `decide_awards`."""
        classes = members["class"]
        required = scheme.eligibility.require if scheme.eligibility else ()
        return cls(
            scheme,
            members,
            asked(required, scheme, classes, conditions),
            {award.id: asked(bars(award), scheme, classes, conditions) for award in scheme.awards},
            {award.id: barred(scheme, members.index, vetoes, award.id) for award in scheme.awards},
        )

    def under(self, scheme: Scheme) -> Terms:
        """The same terms under a scheme that differs in nothing they depend on; the classes are not looked up again."""
        found = replace(self, scheme=scheme)
        found.__dict__.update(named=self.named, classes=self.classes)
        return found

    @cached_property
    def applied(self) -> Mask:
        """Who applied; bool[n]."""
        return self.members["applied"].to_numpy(dtype=np.bool_)

    @cached_property
    def named(self) -> NDArray[np.object_]:
        """The class of each member, as it is named."""
        return self.members["class"].to_numpy(dtype=object)

    @cached_property
    def classes(self) -> Pools:
        """The members' classes, whether places go by them or not."""
        return Pools.by_class(self.named)

    @cached_property
    def pools(self) -> dict[str, Pools]:
        """Who competes with whom: within a class, and over all."""
        together = Pools.together(len(self.members))
        return {"class": self.classes if self.scheme.members.class_ else together, "all": together}

    def taking_part(self, score: Score) -> Mask:
        """Who applied and is eligible: the applicants of whom a quota takes its share; bool[n]."""
        return self.applied & self.eligibility.met(score)

    def turns(self, score: Score) -> Lined:
        """The members of each pool from the best down, for the list itself and for all that places go by."""
        ties = [score(node) for node in tie_nodes(self.scheme)]
        wanted = {(TOTAL, "class"): None} | {(award.by, _within(award)): None for award in self.scheme.awards}
        decimals = self.scheme.decimals
        return {(by, within): Turns.of(self.pools[within], score(by), *ties, decimals=decimals) for by, within in wanted}

    def allotments(self, score: Score, turns: Lined | None = None) -> list[Allotment]:
        """Every award, decided in the scheme's order; `turns` are those of the same scores, if known."""
        turns = turns or self.turns(score)
        part = self.taking_part(score)
        able = part & ~np.isnan(score(TOTAL))
        found: list[Allotment] = []
        for award in self.scheme.awards:
            taken = [earlier.given for earlier in found if earlier.award.id not in award.beside]
            free = able & ~np.logical_or.reduce([self.barred[award.id], *taken])
            found.append(self._allotted(award, part, free & self.bars[award.id].met(score), score, turns))
        return with_reserves(found)

    def contests(self, score: Score, turns: Lined | None = None) -> list[Contest]:
        """The same in every pool."""
        return [contest for found in self.allotments(score, turns) for contest in found.contests]

    def _allotted(self, award: Award, part: Mask, able: Mask, score: Score, turns: Lined) -> Allotment:
        line, quota, joint = turns[award.by, _within(award)], award.quota, self.scheme.ties[-1:] == ("joint",)
        if award.by != TOTAL:
            able = able & ~np.isnan(score(award.by))
        counts = [places(quota, count, class_) for class_, count in zip(line.pools.names, line.pools.counted(part), strict=True)]
        given, open_ = np.zeros_like(able), np.zeros_like(able)
        for queue, count in zip(line.queues(able), counts, strict=True):
            first, until = allot(line.standings[queue], count, joint=joint)
            given[line.order[queue[:first]]] = True
            if first < until:
                open_[line.order[queue[first:until]]] = True

        def contests() -> list[Contest]:
            keys = np.array([score(node) for node in (award.by, *tie_nodes(self.scheme))])
            return [
                Contest(award, class_, own, count, keys[:, own], able[own], given[own], open_[own])
                for (class_, own), count in zip(line.pools, counts, strict=True)
            ]

        if quota is None or quota.in_all is None:
            return Allotment(award, given, open_, contests)
        return Allotment.of(award, held_together(contests(), quota.in_all, joint=joint), len(given))


def barred(scheme: Scheme, index: pd.Index[str], vetoes: pd.DataFrame, award: str) -> Mask:
    """The members whom a veto bars from an award; bool[n]."""
    bar = [
        veto.id
        for veto in scheme.vetoes
        if veto.effect.award == "none" or (veto.effect.award is not None and award in veto.effect.award)
    ]
    struck = vetoes.loc[vetoes["veto"].isin(bar), "member"] if bar and len(vetoes) else ()
    return np.asarray(index.isin(struck), dtype=np.bool_) if len(struck) else np.zeros(len(index), np.bool_)


def _within(award: Award) -> str:
    """Who competes for an award's places."""
    return award.quota.within if award.quota else "class"
