"""Awards: who is given which, by quota, bar, requirement and veto, with the reason for every member."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.awards.case import Case
from toolkit.awards.contests import Allotment, Contest
from toolkit.awards.reasons import reasons
from toolkit.awards.requirements import aligned, rounded_scores
from toolkit.awards.terms import Terms
from toolkit.ranking import Floats, Integers, Mask, Tie, competition_ranks, sharing
from toolkit.scheme import Scheme
from toolkit.scoring import TOTAL

LISTED = ["award", "class", "order", "member"]


@dataclass(frozen=True, eq=False)
class Decided:
    """The list: every series has the members as its index, in their order. Series and frames are made when first asked for.

    Parameters
    ----------
    award : Series of str
        The award's id, the first in the scheme's order where a member has several, empty for none.
    rank : Series of Int64
        Within the class (over all when the scheme names none), 1-2-2-4; <NA> for those that are not ranked.
    tied : Series of bool
        Whether the rank is shared, after the scheme's ties are compared.
    awards : DataFrame
        Every award given: award, class (that competed; "" for all), order (1-2-2-4 among its winners), member; in the
        scheme's order of awards, class by class.
    reserves : DataFrame
        The reserves (候补) of every award, with the same columns; order is their turn.
    ties
        Ties at the line of an award that the committee has to settle.
    case
        Everything the reasons are made from.
    """

    ties: tuple[Tie, ...]
    case: Case

    @cached_property
    def award(self) -> pd.Series[str]:
        """The award of each member."""
        given = np.full(len(self.case.members), "", dtype=object)
        for own in reversed(self.case.allotments):
            given[own.given] = own.award.id
        return pd.Series(given, index=self.case.members.index, dtype="str", name="award")

    @cached_property
    def rank(self) -> pd.Series[int]:
        """The rank of each member."""
        placed = self.case.placed
        return pd.Series(placed, index=self.case.members.index, dtype="Int64", name="rank").mask(placed == 0)

    @cached_property
    def tied(self) -> pd.Series[bool]:
        """Whether each member shares its rank."""
        tied, placed = np.zeros(len(self.case.members), np.bool_), self.case.placed
        for _, positions in self.case.terms.pools["class"]:
            tied[positions] = sharing(placed[positions])
        return pd.Series(tied, index=self.case.members.index, name="tied")

    @cached_property
    def awards(self) -> pd.DataFrame:
        """Every award given."""
        return _listed(self.case, [_among(contest, contest.given) for contest in self.case.contests])

    @cached_property
    def reserves(self) -> pd.DataFrame:
        """Every reserve."""
        return _listed(self.case, [contest.reserve for contest in self.case.contests])

    @cached_property
    def reason(self) -> pd.Series[str]:
        """In the scheme's language: what each member was given or which bar it missed, and by how much."""
        return reasons(self.case)

    @property
    def contests(self) -> tuple[Contest, ...]:
        """Every award in every pool, decided."""
        return tuple(self.case.contests)


def decide_awards(
    scheme: Scheme,
    members: pd.DataFrame,
    scores: pd.DataFrame,
    vetoes: pd.DataFrame,
    *,
    conditions: pd.DataFrame | None = None,
) -> Decided:
    """The awards of a scheme, in its order: whoever got one is not offered the next, but beside those it names.

    A member is offered an award when it applied, is eligible, has a total, is not barred by a veto and meets every
    minimum and requirement. Who is not eligible is not ranked and does not count where a quota takes its share.
    Places go by the rounded score at the award's `by`, then by the nodes of `scheme.ties` in turn. Those
    still level at the line all get it under "joint"; otherwise none of them does, the places left stay open,
    and a `Tie` says so. They are offered the next award meanwhile: settling the tie can then only add to the
    list, never take an award back. A place nobody is good enough for stays empty (宁缺毋滥). Where a quota bounds
    the places of all classes together, the lowest winners are left out once the classes have been served.

    Parameters
    ----------
    members : DataFrame
        Index member; columns name, class, applied (bool).
    scores : DataFrame
        Index member; one column per node, per adjustment, and "total"; rounded here. A NaN total is not ranked;
        a NaN node meets no requirement, unless the node does not apply to the member's class.
    vetoes : DataFrame
        One row per veto that strikes: member, veto, table, file, sheet, row.
    conditions : DataFrame
        Index member; one column of raw values per condition, compared unrounded; a missing one meets nothing. None
        when the scheme asks for none.
    """
    scores = aligned(scores, members.index)
    columns = {str(node): scores[node].to_numpy(np.float64) for node in scores}
    return decided_awards(Terms.of(scheme, members, vetoes, conditions), columns, lambda: scores, vetoes, conditions)


def decided_awards(
    terms: Terms,
    columns: Mapping[str, Floats],
    scores: Callable[[], pd.DataFrame],
    vetoes: pd.DataFrame,
    conditions: pd.DataFrame | None,
) -> Decided:
    """The same on terms that are known, from the scores column by column; the frame of them is only made for the reasons."""
    score = rounded_scores(terms.scheme, columns)
    turns = terms.turns(score)
    allotments = terms.allotments(score, turns)
    placed = turns[TOTAL, "class"].ranks(terms.taking_part(score))
    return Decided(tuple(_ties(allotments, terms.members.index)), Case(terms, score, vetoes, conditions, placed, allotments, scores))


def _among(contest: Contest, chosen: Mask) -> Integers:
    """The place of each of the chosen among themselves, 0 for the others."""
    return competition_ranks(np.where(chosen, contest.keys[0], np.nan), *contest.keys[1:])


def _listed(case: Case, orders: list[Integers]) -> pd.DataFrame:
    """One row for each member with an order, by contest, order and member."""
    contests, index = case.contests, case.members.index
    chosen = [_in_turn(contest, index, order) for contest, order in zip(contests, orders, strict=True)]
    rows = [len(own) for own in chosen]
    positions = [contest.positions[own] for contest, own in zip(contests, chosen, strict=True)]
    columns = {
        "award": np.repeat(np.array([contest.award.id for contest in contests], dtype=object), rows),
        "class": np.repeat(np.array([contest.class_ for contest in contests], dtype=object), rows),
        "order": np.concatenate([np.empty(0, np.int64), *(order[own] for order, own in zip(orders, chosen, strict=True))]),
        "member": index.to_numpy(dtype=object)[np.concatenate([np.empty(0, np.intp), *positions])],
    }
    kinds = {"award": "str", "class": "str", "order": "int64", "member": "str"}
    return pd.DataFrame({name: pd.Series(column, dtype=kinds[name]) for name, column in columns.items()})[LISTED]


def _in_turn(contest: Contest, index: pd.Index[str], order: Integers) -> NDArray[np.intp]:
    """Those of a contest that have an order, by it and then by their keys."""
    own = np.flatnonzero(order)
    own = own[index.take(contest.positions[own]).argsort()]
    return own[np.argsort(order[own], kind="stable")]


def _ties(allotments: Sequence[Allotment], index: pd.Index[str]) -> Iterator[Tie]:
    for own in allotments:
        if own.open.any():
            for contest in own.contests:
                if contest.open.any():
                    yield Tie(own.award.id, contest.class_, _keys(index, contest, contest.open), contest.left)
        if own.ceiling is not None and own.ceiling.left:
            shared = [key for contest in own.contests for key in _keys(index, contest, contest.shared)]
            yield Tie(own.award.id, "", tuple(sorted(shared)), own.ceiling.left)


def _keys(index: pd.Index[str], contest: Contest, mask: Mask) -> tuple[str, ...]:
    return tuple(sorted(index[contest.positions[mask]]))
