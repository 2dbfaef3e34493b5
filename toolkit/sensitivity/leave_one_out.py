"""What carries the result: the list again without an indicator, a group, a class or a member.

The list without its prose: who is given what, and everyone's rank; of all members or only some of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.awards import AwardRule
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.quotas import Pools
from toolkit.evaluation.requirements import rounded_scores
from toolkit.ground.deferred import replaced
from toolkit.ground.ranking import competition_ranks

if TYPE_CHECKING:
    from toolkit.evaluation.requirements import Score
    from toolkit.ground.ranking import Integers, Mask
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Group, Pattern


@dataclass(frozen=True, eq=False)
class Listing:
    """A list of awards, decided.

    Parameters
    ----------
    members
        Whose list it is.
    pools
        Their classes.
    ranks : int64[members]
        Within the class, 1-2-2-4; 0 for those that are not ranked.
    given
        Who is given each award, by its id, in the scheme's order.
    """

    members: pd.Index[str]
    pools: Pools
    ranks: Integers
    given: dict[str, frozenset[str]]

    @classmethod
    def of(cls, evaluation: Evaluation) -> Listing:
        """The list as it stands."""
        score = rounded_scores(evaluation.scheme, evaluation.scores.loc[evaluation.members.index])
        return cls.among(evaluation, np.ones(len(evaluation.members), np.bool_), score)

    @classmethod
    def among(cls, evaluation: Evaluation, kept: Mask, score: Score) -> Listing:
        """The list had only some of the members joined, with the scores they have: quotas and places anew.

        Parameters
        ----------
        kept : bool[members]
        score
            The rounded scores of all members.
        """
        members = evaluation.members if kept.all() else evaluation.members[kept]
        terms = AwardRule.of(evaluation.scheme, members, evaluation.vetoes, evaluation.measured.conditions)

        def own(node: str) -> np.ndarray:
            return score(node)[kept]

        run = ListRun.of(terms, own)
        given = {found.award.id: frozenset(members.index[found.given]) for found in run.allotments}
        return cls(members.index, terms.pools["class"], run.ranks, given)

    def moved(self, after: Listing) -> int:
        """How many members of another list stand otherwise among themselves than in this one, within their class."""
        ranks = self.ranks[self.members.get_indexer(after.members)]
        among = np.zeros_like(ranks)
        for _, own in after.pools:
            among[own] = competition_ranks(np.where(ranks[own] > 0, -ranks[own], np.nan))
        return int((among != after.ranks).sum())



RelativeShapes: TypeAlias = Literal["recomputed", "held"]
COLUMNS = ["kind", "removed", "label", "award", "gained", "lost", "changes", "moved"]
Row: TypeAlias = tuple[str, str, str, str, tuple[str, ...], tuple[str, ...], int, int]


def without_nodes(evaluation: Evaluation) -> pd.DataFrame:
    """The list without each indicator and each group: its siblings share its weight as they were voted.

    A group left without a weight does not count, and its siblings share its weight. What awards ask of a node they still
    ask, and rules on how much must be observed look at the same; so does what is missing.

    Returns
    -------
    DataFrame
        One row for each thing removed and award: kind ("indicator", "group", "class" or "member"), removed (its id),
        label, award; gained and lost, the members who then are or are no longer given it, sorted tuples, the removed
        left aside; changes, how many these are; moved, how many of the others then stand otherwise within their class.
    """
    scheme, before = evaluation.scheme, Listing.of(evaluation)
    rows = [
        row
        for kind, nodes in (("indicator", scheme.indicators), ("group", scheme.groups))
        for node in nodes
        for row in _compared(before, Listing.of(rescored(evaluation, scheme_without(scheme, node.id))), (kind, node.id, node.label))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def without_each_class(evaluation: Evaluation, *, relative: RelativeShapes = "recomputed") -> pd.DataFrame:
    """The list without each class: what the others owe to its being there. Columns as for `without_nodes`.

    Classes influence one another through places given over all classes, and shapes that look at all members.
    """
    classes, asked = evaluation.members["class"].astype("str"), _Removal.of(evaluation, relative)
    rows = [
        row
        for class_ in sorted(set(classes))
        for row in asked.rows(evaluation.members.index[classes == class_], ("class", class_, class_))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def without_each_member(
    evaluation: Evaluation, members: Collection[str] | None = None, *, relative: RelativeShapes = "recomputed"
) -> pd.DataFrame:
    """The list without each member, as if it had never joined: quotas and places anew. Columns as for `without_nodes`.

    Parameters
    ----------
    members
        Only these, of all when left out.
    relative
        Whether shapes, stand-ins and outlier bounds that look at all members look again, or hold what they found. Where
        there are some and they look again, each member is another evaluation; otherwise only the awards are decided anew.
    """
    who = evaluation.members.index if members is None else evaluation.members.index.intersection(list(members), sort=False)
    names, asked = evaluation.members["name"], _Removal.of(evaluation, relative)
    rows = [row for member in who for row in asked.rows(pd.Index([member]), ("member", str(member), str(names[member])))]
    return pd.DataFrame(rows, columns=COLUMNS)


def evaluated_without(
    evaluation: Evaluation, members: Collection[str], *, relative: RelativeShapes = "recomputed"
) -> Evaluation:
    """The evaluation of the same records as if these members were none."""
    kept = evaluation.members.drop(index=list(members))
    measured = evaluation.measured
    fewer = replace(
        measured,
        raw=measured.raw.loc[kept.index],
        applicable=measured.applicable.loc[kept.index],
        adjustments=_of(measured.adjustments, kept.index),
        vetoes=measured.vetoes[measured.vetoes["member"].isin(kept.index)].reset_index(drop=True),
        recorded=measured.recorded.loc[kept.index],
        conditions=_of(measured.conditions, kept.index),
        previous=_of(measured.previous, kept.index),
        open={member: why for member, why in measured.open.items() if member in kept.index},
    )
    scheme = evaluation.resolved if relative == "held" else evaluation.scheme
    return rescored(replaced(evaluation, members=kept, measured=fewer, worked=None), scheme)


def scheme_without(scheme: Scheme, node: str) -> Scheme:
    """The scheme in which a node has no weight, in the weights of conditional groups neither."""
    return scheme.model_copy(
        update={
            "groups": tuple(_weightless(own, node) for own in scheme.groups),
            "indicators": tuple(own.model_copy(update={"weight": 0.0}) if own.id == node else own for own in scheme.indicators),
            "total": scheme.total.model_copy(update={"when": tuple(_unweighed(own, node) for own in scheme.total.when)}),
        }
    )


def awarded(evaluation: Evaluation) -> dict[str, frozenset[str]]:
    """Who is given each award, by its id, in the scheme's order."""
    given = evaluation.awards.groupby("award")["member"].agg(frozenset).to_dict()
    return {award.id: given.get(award.id, frozenset()) for award in evaluation.scheme.awards}


def _weightless(group: Group, node: str) -> Group:
    update: dict[str, Any] = {"when": tuple(_unweighed(own, node) for own in group.when)}
    return group.model_copy(update=update | ({"weight": 0.0} if group.id == node else {}))


def _unweighed(pattern: Pattern, node: str) -> Pattern:
    return pattern.model_copy(update={"weights": {own: 0.0 if own == node else weight for own, weight in pattern.weights.items()}})


@dataclass(frozen=True, eq=False)
class _Removal:
    """One evaluation, its list, and how to find the list of fewer members.

    `apart` says that nobody's score depends on who else there is: then only the awards are decided anew.
    """

    evaluation: Evaluation
    before: Listing
    score: Score
    relative: RelativeShapes
    apart: bool

    @classmethod
    def of(cls, evaluation: Evaluation, relative: RelativeShapes) -> _Removal:
        score = rounded_scores(evaluation.scheme, evaluation.scores.loc[evaluation.members.index])
        apart = relative == "held" or evaluation.resolved == evaluation.scheme
        return cls(evaluation, Listing.of(evaluation), score, relative, apart)

    def rows(self, members: pd.Index[str], named: tuple[str, str, str]) -> Iterator[Row]:
        """What is otherwise without some members; nothing where nobody would be left."""
        kept = ~self.evaluation.members.index.isin(members)
        if not kept.any():
            return
        if self.apart:
            after = Listing.among(self.evaluation, kept, self.score)
        else:
            after = Listing.of(evaluated_without(self.evaluation, members, relative=self.relative))
        yield from _compared(self.before, after, named)


def _compared(before: Listing, after: Listing, named: tuple[str, str, str]) -> Iterator[Row]:
    moved, there = before.moved(after), frozenset(after.members)
    for award, own in before.given.items():
        gained, lost = tuple(sorted(after.given[award] - own)), tuple(sorted((own & there) - after.given[award]))
        yield (*named, award, gained, lost, len(gained) + len(lost), moved)


def _of(frame: pd.DataFrame, members: pd.Index[str]) -> pd.DataFrame:
    return frame.loc[members] if len(frame.columns) else pd.DataFrame(index=members)
