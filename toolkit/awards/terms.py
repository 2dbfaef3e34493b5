"""The terms of the awards: all that no score changes, worked out once, and the contests that scores then decide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from toolkit.awards.contests import Contest, allot, held_together, tie_nodes
from toolkit.awards.quotas import places
from toolkit.awards.requirements import Asked, Score, asked, bars
from toolkit.awards.turns import Pools, Turns
from toolkit.ranking import Integers, Mask, competition_ranks, levels
from toolkit.scoring import TOTAL

if TYPE_CHECKING:
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
        found.__dict__["classes"] = self.classes
        return found

    @cached_property
    def applied(self) -> Mask:
        """Who applied; bool[n]."""
        return self.members["applied"].to_numpy(dtype=np.bool_)

    @cached_property
    def classes(self) -> Pools:
        """The members' classes, whether places go by them or not."""
        return Pools.by_class(self.members["class"])

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
        found = {by: levels(score(by), *ties) for by in dict.fromkeys(by for by, _ in wanted)}
        return {(by, within): Turns(self.pools[within], found[by]) for by, within in wanted}

    def contests(self, score: Score, turns: Lined | None = None) -> list[Contest]:
        """Every award in every pool, decided in the scheme's order; `turns` are those of the same scores, if known."""
        turns = turns or self.turns(score)
        part = self.taking_part(score)
        able, held = part & ~np.isnan(score(TOTAL)), dict[str, Mask]()
        found: list[Contest] = []
        for award in self.scheme.awards:
            taken = [mask for earlier, mask in held.items() if earlier not in award.beside]
            free = able & ~np.logical_or.reduce([self.barred[award.id], *taken])
            contests = self._decided(award, part, free & self.bars[award.id].met(score), score, turns)
            held[award.id] = given_to(contests, len(able))
            found += contests
        return _with_reserves(found, len(part))

    def _decided(self, award: Award, part: Mask, able: Mask, score: Score, turns: Lined) -> list[Contest]:
        line = turns[award.by, _within(award)]
        keys = np.array([score(node) for node in (award.by, *tie_nodes(self.scheme))])
        able = able & (line.levels >= 0)
        quota, joint = award.quota, self.scheme.ties[-1:] == ("joint",)
        given, open_ = np.zeros_like(able), np.zeros_like(able)
        counts = [places(quota, count, class_) for class_, count in zip(line.pools.names, line.pools.counted(part), strict=True)]
        for queue, count in zip(line.queues(able), counts, strict=True):
            first, until = allot(line.levels[queue], count, joint=joint)
            given[queue[:first]], open_[queue[first:until]] = True, True
        found = [
            Contest(award, class_, own, count, keys[:, own], able[own], given[own], open_[own])
            for (class_, own), count in zip(line.pools, counts, strict=True)
        ]
        if quota is None or quota.in_all is None:
            return found
        return held_together(found, quota.in_all, joint=joint)


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


def given_to(contests: list[Contest], members: int) -> Mask:
    """Who is given an award in any of its contests; bool[n]."""
    found = np.zeros(members, np.bool_)
    for contest in contests:
        found[contest.positions[contest.given]] = True
    return found


def _with_reserves(contests: list[Contest], members: int) -> list[Contest]:
    """The contests with their reserves, who are only known once every award is given."""
    if not any(contest.award.reserve for contest in contests):
        return contests
    held = {
        id_: given_to([contest for contest in contests if contest.award.id == id_], members)
        for id_ in dict.fromkeys(contest.award.id for contest in contests)
    }
    beside = {contest.award.id: contest.award.beside for contest in contests}
    return [replace(contest, reserve=_reserve(contest, held, beside)) for contest in contests]


def _reserve(contest: Contest, held: dict[str, Mask], beside: dict[str, tuple[str, ...]]) -> Integers:
    """The place of each member among the reserves; whoever holds an award that excludes this one is none.

    Of an open tie those not chosen come first, so that the listed ones follow them. While the places of all classes
    together are open, nobody's turn is known.
    """
    own = contest.award
    rivals = [mask[contest.positions] for id_, mask in held.items() if id_ not in own.beside and own.id not in beside[id_]]
    waiting = contest.able & ~contest.open & ~np.logical_or.reduce(rivals)
    if contest.places is None or contest.shared.any():
        return np.zeros(len(waiting), np.int64)
    ranks = competition_ranks(np.where(waiting, contest.keys[0], np.nan), *contest.keys[1:])
    turn = ranks + (int(contest.open.sum()) - contest.left)
    return np.where((ranks > 0) & (turn <= own.reserve), turn, 0)
