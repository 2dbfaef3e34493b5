"""What carries the result: the list again without an indicator, a group, a class or a member.

Each removal is a run of the rule of the awards: under a tree in which the node weighs nothing, or with members who take no part.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.awards import AwardRule
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.many import as_columns
from toolkit.evaluation.scores import TOTAL, Score, Tree, list_scores, rounded_scores
from toolkit.ground.answers import asked_once

if TYPE_CHECKING:
    from toolkit.ground.ranking import Integers, Mask
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Group, Pattern


RelativeShapes: TypeAlias = Literal["recomputed", "held"]
COLUMNS = ["kind", "removed", "label", "award", "gained", "lost", "changes", "moved"]
Row: TypeAlias = tuple[str, str, str, str, tuple[str, ...], tuple[str, ...], int, int]
Removal: TypeAlias = tuple[str, str, str]
"""Kind, id and label of what is removed."""
CELLS = 1 << 20  # of runs and members that are decided at once


@asked_once
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
    scheme, lists = evaluation.scheme, _Lists.of(evaluation)
    removals = [(kind, node.id, node.label) for kind, nodes in (("indicator", scheme.indicators), ("group", scheme.groups)) for node in nodes]
    scores = [_scores_under(evaluation, Tree.of(scheme_without(scheme, id_)).among(evaluation.members["class"], evaluation.tree.left)) for _, id_, _ in removals]
    points = {node: np.array([score(node) for score in scores]) for node in lists.rule.nodes}
    run = ListRun.of(lists.rule, points.__getitem__)
    nobody = np.zeros((len(removals), len(evaluation.members)), np.bool_)
    return pd.DataFrame(lists.rows(removals, run.given, run.rank_table, nobody), columns=COLUMNS)


def without_each_class(evaluation: Evaluation, *, relative: RelativeShapes = "recomputed") -> pd.DataFrame:
    """The list without each class: what the others owe to its being there. Columns as for `without_nodes`.

    Classes influence one another through places given over all classes, and shapes that look at all members.
    """
    classes = evaluation.members["class"].astype("str").to_numpy()
    names = sorted(set(classes))
    absent = np.array([classes == class_ for class_ in names], np.bool_)
    return _without_members(evaluation, [("class", class_, class_) for class_ in names], absent, relative)


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
    index, names = evaluation.members.index, evaluation.members["name"]
    who = index if members is None else index.intersection(list(members), sort=False)
    absent = index.get_indexer(who)[:, None] == np.arange(len(index))
    return _without_members(evaluation, [("member", str(member), str(names[member])) for member in who], absent, relative)


def evaluated_without(evaluation: Evaluation, members: Collection[str], *, relative: RelativeShapes = "recomputed") -> Evaluation:
    """The evaluation of the same records as if these members were none."""
    kept = evaluation.members.drop(index=list(members))
    measured = evaluation.measured
    fewer = replace(
        measured,
        raw=measured.raw.loc[kept.index],
        applicable=measured.applicable.loc[kept.index],
        adjustments=_of(measured.adjustments, kept.index),
        behind=_of(measured.behind, kept.index),
        vetoes=measured.vetoes[measured.vetoes["member"].isin(kept.index)].reset_index(drop=True),
        recorded=measured.recorded.loc[kept.index],
        conditions=_of(measured.conditions, kept.index),
        previous=_of(measured.previous, kept.index),
        open={member: why for member, why in measured.open.items() if member in kept.index},
    )
    scheme = evaluation.resolved if relative == "held" else evaluation.scheme
    return rescored(replace(evaluation, members=kept, measured=fewer), scheme)


def scheme_without(scheme: Scheme, node: str) -> Scheme:
    """The scheme in which a node has no weight, in the weights of conditional groups neither."""
    return scheme.model_copy(
        update={
            "groups": tuple(_weightless(item, node) for item in scheme.groups),
            "indicators": tuple(item.model_copy(update={"weight": 0.0}) if item.id == node else item for item in scheme.indicators),
            "total": scheme.total.model_copy(update={"when": tuple(_unweighed(item, node) for item in scheme.total.when)}),
        }
    )


def _weightless(group: Group, node: str) -> Group:
    update: dict[str, Any] = {"when": tuple(_unweighed(pattern, node) for pattern in group.when)}
    return group.model_copy(update=update | ({"weight": 0.0} if group.id == node else {}))


def _unweighed(pattern: Pattern, node: str) -> Pattern:
    return pattern.model_copy(update={"weights": {child: 0.0 if child == node else weight for child, weight in pattern.weights.items()}})


def _of(frame: pd.DataFrame, members: pd.Index[str]) -> pd.DataFrame:
    return frame.loc[members] if len(frame.columns) else pd.DataFrame(index=members)


def _without_members(evaluation: Evaluation, removals: Sequence[Removal], absent: Mask, relative: RelativeShapes) -> pd.DataFrame:
    """What is otherwise without the absent, bool[removals, members]; nothing is said where nobody would be left."""
    some = np.flatnonzero(~absent.all(axis=1))
    removals, absent = [removals[int(place)] for place in some], absent[some]
    lists, size = _Lists.of(evaluation), max(1, CELLS // max(1, absent.shape[1]))
    decide = lists.of_others if relative == "held" or evaluation.resolved == evaluation.scheme else lists.evaluated_anew
    blocks = [slice(start, start + size) for start in range(0, len(removals), size)]
    rows = [row for block in blocks for row in lists.rows(removals[block], *decide(absent[block]), absent[block])]
    return pd.DataFrame(rows, columns=COLUMNS)


def _scores_under(evaluation: Evaluation, tree: Tree) -> Score:
    """The rounded scores of all members under another tree, float64[members] by node."""
    return list_scores(evaluation.scheme, tree, *as_columns(evaluation))


@dataclass(frozen=True, eq=False)
class _Lists:
    """The list of an evaluation, beside which others are put.

    Parameters
    ----------
    score
        The rounded scores as they stand, float64[members] by node.
    given, ranks
        Who is given each award, bool[awards, members], and everyone's rank, int64[members]; 0 for the unranked.
    """

    evaluation: Evaluation
    rule: AwardRule
    score: Score
    given: Mask
    ranks: Integers

    @classmethod
    def of(cls, evaluation: Evaluation) -> _Lists:
        rule, score = evaluation.award_rule, rounded_scores(evaluation.scheme, evaluation.scores.loc[evaluation.members.index])
        run = ListRun.of(rule, score)
        return cls(evaluation, rule, score, run.given[:, 0], run.rank_table[0])

    def of_others(self, absent: Mask) -> tuple[Mask, Integers]:
        """Awards bool[awards, runs, members] and ranks int64[runs, members] had the absent of each run, bool[runs, members], not joined."""
        eligibility = replace(self.rule.eligibility, able=self.rule.eligibility.able & ~absent)
        points = {node: self.score(node) for node in self.rule.nodes}
        points[TOTAL] = np.broadcast_to(points[TOTAL], absent.shape)
        run = ListRun.of(replace(self.rule, eligibility=eligibility), points.__getitem__)
        return run.given, run.rank_table

    def evaluated_anew(self, absent: Mask) -> tuple[Mask, Integers]:
        """The same with every value worked out again."""
        given, ranks = np.zeros((len(self.given), *absent.shape), np.bool_), np.zeros(absent.shape, np.int64)
        for run, gone in enumerate(absent):
            other = _Lists.of(evaluated_without(self.evaluation, self.evaluation.members.index[gone]))
            given[:, run, ~gone], ranks[run, ~gone] = other.given, other.ranks
        return given, ranks

    def rows(self, removals: Sequence[Removal], given: Mask, ranks: Integers, absent: Mask) -> Iterator[Row]:
        """What is otherwise in some runs."""
        names = self.evaluation.members.index
        for run, removal in enumerate(removals):
            moved = int(((self._ranks_among(absent[run]) != ranks[run]) & ~absent[run]).sum())
            for award, now, then in zip(self.evaluation.scheme.awards, self.given, given[:, run], strict=True):
                gained, lost = (tuple(sorted(names[which & ~absent[run]])) for which in (then & ~now, now & ~then))
                yield (*removal, award.id, gained, lost, len(gained) + len(lost), moved)

    def _ranks_among(self, absent: Mask) -> Integers:
        """The ranks as they stand, counted among those that are left: each absent of one's class who stood ahead leaves a place."""
        base = self.rule.pools["class"].codes * (len(absent) + 1)
        ahead = np.sort((base + self.ranks)[absent & (self.ranks > 0)])
        fewer = np.searchsorted(ahead, base + self.ranks) - np.searchsorted(ahead, base)
        return np.where(self.ranks > 0, self.ranks - fewer, 0)
