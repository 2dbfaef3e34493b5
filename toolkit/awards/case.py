"""The case of an edition: everything that the reasons for its awards are made from."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.awards.contests import Allotment, Contest
from toolkit.awards.requirements import Score, asked, bars, rounded_points
from toolkit.deferred import Deferred
from toolkit.ranking import Integers, Mask
from toolkit.scheme.outcomes import Requirement

if TYPE_CHECKING:
    from toolkit.awards.terms import Terms
    from toolkit.scheme import Scheme


@dataclass(frozen=True, eq=False)
class Case:
    """Everything the sentences are made from; what takes long is worked out when it is first asked for.

    Parameters
    ----------
    terms
        The scheme, its members and what no score changes.
    score
        The same rounded, by node, each when it is first asked for.
    vetoes, conditions
        As for `decide_awards`.
    placed : int64[n]
        The members' ranks; 0 for those that are not ranked.
    allotments
        Every award, decided, in the scheme's order.
    scores : DataFrame
        Member x node, with "total", before rounding; index that of the members.
    """

    terms: Terms
    score: Score
    vetoes: pd.DataFrame
    conditions: pd.DataFrame | None
    placed: Integers
    allotments: Sequence[Allotment]
    scores: Deferred[pd.DataFrame] = Deferred()  # noqa: RUF009 - it has no default, and is given to each

    @property
    def scheme(self) -> Scheme:
        """What the committee decided."""
        return self.terms.scheme

    @property
    def members(self) -> pd.DataFrame:
        """The members, in their order."""
        return self.terms.members

    @cached_property
    def contests(self) -> list[Contest]:
        """The same in every pool."""
        return [contest for own in self.allotments for contest in own.contests]

    @cached_property
    def points(self) -> pd.DataFrame:
        """Rounded scores, member x node, with "total"."""
        return rounded_points(self.scheme, self.scores)

    @cached_property
    def columns(self) -> dict[str, list[Any]]:
        """Rounded scores by node and raw values by condition, in the order of the members: plain lists, quick to look into."""
        found = {str(node): self.points[node].tolist() for node in self.points}
        known = pd.DataFrame() if self.conditions is None else self.conditions.reindex(self.members.index)
        return found | {f"condition {name}": known[name].tolist() for name in known}

    @cached_property
    def taking_part(self) -> Mask:
        """Who applied and is eligible; bool[n]."""
        return self.terms.taking_part(self.score)

    @cached_property
    def ranks(self) -> list[int]:
        """Each member's rank, 0 for those that are not ranked."""
        ranks: list[int] = self.placed.tolist()
        return ranks

    @cached_property
    def entries(self) -> list[list[tuple[Contest, int]]]:
        """For each member the contests of its pools, and its place in their arrays."""
        found: list[list[tuple[Contest, int]]] = [[] for _ in range(len(self.members))]
        for contest in self.contests:
            for own, position in enumerate(contest.positions):
                found[position].append((contest, own))
        return found

    @cached_property
    def unmet(self) -> dict[str, list[tuple[Requirement, Mask]]]:
        """What each award asks for, and who does not meet it; under "" what everyone must meet to take part."""
        required = self.scheme.eligibility.require if self.scheme.eligibility else ()
        sets = {"": required} | {award.id: bars(award) for award in self.scheme.awards}
        return {asker: [(item, self._unmet(item)) for item in items] for asker, items in sets.items()}

    @cached_property
    def strikes(self) -> dict[str, list[tuple[str, str]]]:
        """For each member struck by a veto the vetoes' ids and the places of the records, in both languages."""
        found: dict[str, list[tuple[str, str]]] = {}
        for row in self.vetoes.to_dict("records"):
            found.setdefault(str(row["member"]), []).append(
                (str(row["veto"]), _place(row, zh=self.scheme.language == "zh"))
            )
        return found

    def missed(self, asker: str, position: int) -> list[tuple[Requirement, object]]:
        """What a member does not meet of an award's requirements, and what it has instead."""
        return [
            (item, self.columns[str(item.node) if item.condition is None else f"condition {item.condition}"][position])
            for item, unmet in self.unmet[asker]
            if unmet[position]
        ]

    def _unmet(self, item: Requirement) -> Mask:
        only = asked([item], self.scheme, self.members["class"], self.conditions)
        return ~only.met(self.score)


def _place(row: Mapping[Hashable, object], *, zh: bool) -> str:
    sheet = f"工作表 {row['sheet']}" if zh else f"sheet {row['sheet']}"
    line = f"第 {row['row']} 行" if zh else f"row {row['row']}"
    if not row["row"]:  # of a database, named by its key
        return f"{row['file']} {row['sheet']}"
    return ("，" if zh else ", ").join([str(row["file"]), *([sheet] if row["sheet"] else []), line])
