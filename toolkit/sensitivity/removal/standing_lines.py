"""The lines of a list as they stand: with which other scores one member leaves every one of them where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.awards.contests import tie_nodes
from toolkit.awards.requirements import within
from toolkit.awards.terms import Terms
from toolkit.scoring import TOTAL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.awards.contests import Contest
    from toolkit.awards.requirements import Asked
    from toolkit.ranking import Floats, Mask

Table: TypeAlias = "dict[str, Floats]"
"""Rounded scores by node."""


@dataclass(frozen=True, eq=False)
class StandingLines:
    """The contests of a list as it stands.

    A member with other scores changes nothing as long as it takes part as before and, award by award, who has it stays
    ahead of all who have not, and who has not stays under the bar or behind the last who has.

    Parameters
    ----------
    points
        The rounded scores of all members, float64[members], by the nodes that awards look at.
    """

    terms: Terms
    points: Table

    @cached_property
    def contests(self) -> list[Contest]:
        """Every award in every pool."""
        return self.terms.contests(self.points.__getitem__)

    def untouched(self, who: NDArray[np.intp], scores: Table) -> Mask:
        """Whether the list surely stays as it is when one member has other rounded scores, bool[n], each alone.

        Parameters
        ----------
        who : intp[n]
            The position of the member.
        scores : float64[n] by node
            What it would have instead.
        """
        terms, own = self.terms, {node: points[who] for node, points in self.points.items()}
        part, before = (terms.applied[who] & _met(terms.eligibility, who, table) for table in (scores, own))
        ranked = ~np.isnan(scores[TOTAL])
        found = (part == before) & (ranked == ~np.isnan(own[TOTAL]))
        held: dict[str, Mask] = {}
        for award in terms.scheme.awards:
            if award.quota is not None and award.quota.in_all is not None:
                return np.zeros(len(who), np.bool_)
            taken = [mask for earlier, mask in held.items() if earlier not in award.beside]
            able = part & ranked & ~np.logical_or.reduce([terms.barred[award.id][who], *taken])
            keys = [scores[node] for node in (award.by, *tie_nodes(terms.scheme))]
            contests = [contest for contest in self.contests if contest.award.id == award.id]
            held[award.id], stays = self._kept(contests, who, able & _met(terms.bars[award.id], who, scores), keys)
            found &= stays
        return np.asarray(found, dtype=np.bool_)

    def _kept(self, contests: Sequence[Contest], who: NDArray[np.intp], able: Mask, keys: Sequence[Floats]) -> tuple[Mask, Mask]:
        """Who of some holds an award as it stands, and whether its line stays where it is with their other keys."""
        size = len(self.terms.applied)
        pool, given, open_ = np.zeros(size, np.intp), np.zeros(size, np.bool_), np.zeros(size, np.bool_)
        for place, contest in enumerate(contests):
            pool[contest.positions] = place
            given[contest.positions], open_[contest.positions] = contest.given, contest.open
        last, next_ = (np.array(lines)[pool[who]].T for lines in zip(*(_either_side(contest) for contest in contests), strict=True))
        full = np.array([_full(contest) for contest in contests])[pool[who]]
        crowded = np.array([contest.places is not None and int(contest.given.sum()) > contest.places for contest in contests])[pool[who]]
        nobody = np.array([contest.places == 0 for contest in contests])[pool[who]]
        keeps = able & ~crowded & _ahead(keys, next_)
        stays_out = ~able | nobody | (full & _ahead(last, keys))
        return given[who], np.asarray(~open_[who] & np.where(given[who], keeps, stays_out), dtype=np.bool_)


def _either_side(contest: Contest) -> tuple[Floats, Floats]:
    """The keys of the last who has the award or stands open at its line, and of the next behind it; NaN where nobody can be told."""
    won, missed = contest.given | contest.open, contest.able & ~contest.given
    return _extreme(contest.keys[:, won], last=True), _extreme(contest.keys[:, missed], last=False)


def _extreme(keys: Floats, *, last: bool) -> Floats:
    """The lowest or highest of some keys float64[keys, n], the first deciding first; infinite for none."""
    if not keys.shape[1]:
        return np.full(len(keys), np.inf if last else -np.inf)
    if np.isnan(keys).any():
        return np.full(len(keys), np.nan)
    rising = np.lexsort(keys[::-1])
    return np.asarray(keys[:, rising[0 if last else -1]])


def _full(contest: Contest) -> bool:
    """Whether nobody else can be given the award but by displacing another."""
    return contest.places is not None and (bool(contest.open.any()) or int(contest.given.sum()) >= contest.places > 0)


def _ahead(one: Sequence[Floats] | Floats, other: Sequence[Floats] | Floats) -> Mask:
    """Whether keys, the first deciding first, are higher than others; not where one of those that decide is unknown."""
    ahead, level = np.zeros(len(one[0]), np.bool_), np.ones(len(one[0]), np.bool_)
    for mine, theirs in zip(one, other, strict=True):
        ahead |= level & (mine > theirs)
        level &= mine == theirs
    return ahead


def _met(asked: Asked, who: NDArray[np.intp], scores: Table) -> Mask:
    """Whether members meet requirements with scores of their own, bool[n]."""
    found = asked.able[who]
    for item, spared in asked.nodes:
        found = found & (within(item, scores[str(item.node)]) | spared[who])
    return found
