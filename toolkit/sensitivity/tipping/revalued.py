"""One member measured otherwise in one thing: what it would score, and whether it would have an award."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.awards.requirements import rounded_scores
from toolkit.awards.terms import Terms
from toolkit.ranking import rounded
from toolkit.scoring import TOTAL, node_scores
from toolkit.sensitivity.tipping.contested_lines import looked_at, terms_of
from toolkit.shapes import Relative

if TYPE_CHECKING:
    from toolkit.awards.contests import Contest
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Integers, Mask
    from toolkit.scheme.criteria import Indicator

Raw: TypeAlias = "tuple[int, Indicator, Floats]"
"""The position of a member, a resolved indicator, and raw values float64[n] it might have there."""


@dataclass(frozen=True, eq=False)
class Field:
    """All who can have a say in one member's award: its class, or everyone where places are given over all classes.

    Parameters
    ----------
    place : int64[members]
        Where each member of the evaluation stands in the field; -1 for those who are not in it.
    points
        The rounded scores of the field, float64[field], by the nodes that awards look at.
    terms
        The terms of its awards.
    known
        What was found already, by award, member and scores.
    """

    place: Integers
    points: dict[str, Floats]
    terms: Terms
    known: dict[tuple[object, ...], bool] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation, class_: str | None) -> Field:
        """The field of a class; of everyone for None."""
        members, terms = evaluation.members, terms_of(evaluation)
        own = np.ones(len(members), np.bool_) if class_ is None else (members["class"] == class_).to_numpy(np.bool_)
        score = rounded_scores(evaluation.scheme, evaluation.scores.loc[members.index[own]])
        few = terms if class_ is None else Terms.of(evaluation.scheme, members[own], evaluation.vetoes, evaluation.measured.conditions)
        return cls(np.where(own, own.cumsum() - 1, -1), {node: score(node) for node in looked_at(terms)}, few)

    def given(self, contest: Contest, position: int, scores: dict[str, float]) -> bool:
        """Whether a member would have an award with other rounded scores, by the rule itself."""
        key = (contest.award.id, contest.class_, position, *scores.values())
        if key not in self.known:
            self.known[key] = self._decided(contest, int(self.place[position]), scores)
        return self.known[key]

    def _decided(self, contest: Contest, place: int, scores: dict[str, float]) -> bool:
        changed = {node: own.copy() for node, own in self.points.items()}
        for node, score in scores.items():
            changed[node][place] = score
        contests = self.terms.contests(changed.__getitem__)
        own = next(each for each in contests if (each.award.id, each.class_) == (contest.award.id, contest.class_))
        return bool(own.given[own.positions == place].any())


@dataclass(frozen=True, eq=False)
class Revalued:
    """An evaluation in which one raw value of one member may be another.

    Parameters
    ----------
    values, applicable : float64 and bool[members, indicators]
        As they stand.
    added
        The points of each adjustment, float64[members].
    fields
        Those in which awards are decided, by class; None stands for everyone.
    """

    evaluation: Evaluation
    values: Floats
    applicable: Mask
    added: dict[str, Floats]
    fields: dict[str | None, Field] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation) -> Revalued:
        """An evaluation as it stands."""
        members, names = evaluation.members.index, [item.id for item in evaluation.scheme.indicators]
        values = evaluation.values.loc[members, names].to_numpy(np.float64)
        applicable = evaluation.applicable.loc[members, names].to_numpy(np.bool_)
        added = {item.id: evaluation.scores.loc[members, item.id].to_numpy(np.float64) for item in evaluation.scheme.adjustments}
        return cls(evaluation, values, applicable, added)

    def field(self, contest: Contest) -> Field:
        """Who has a say in a contest."""
        quotas = [award.quota for award in self.evaluation.scheme.awards if award.quota]
        apart = bool(contest.class_) and all(quota.within == "class" and quota.in_all is None for quota in quotas)
        class_ = contest.class_ if apart else None
        if class_ not in self.fields:
            self.fields[class_] = Field.of(self.evaluation, class_)
        return self.fields[class_]

    def scores(self, asked: Sequence[Raw]) -> list[dict[str, Floats]]:
        """The rounded scores of members with other raw values, float64[n] by each node that awards look at, for each asked."""
        evaluation, tree = self.evaluation, self.evaluation.tree
        who = np.repeat([position for position, _, _ in asked], [len(raw) for _, _, raw in asked])
        ends = [0, *np.cumsum([len(raw) for _, _, raw in asked]).tolist()]
        values = self.values[who]
        for (position, item, raw), (start, end) in zip(asked, pairwise(ends), strict=True):
            values[start:end, tree.nodes.index(item.id) - tree.leaves.start] = self._valued(position, item, raw)
        found = dict(zip(tree.nodes, node_scores(tree, values, self.applicable[who]).T, strict=True))
        for each in evaluation.scheme.adjustments:
            found[each.id] = self.added[each.id][who]
            found[TOTAL] = found[TOTAL] + np.nan_to_num(found[each.id])
        bounds = evaluation.scheme.total
        low, high = -np.inf if bounds.floor is None else bounds.floor, np.inf if bounds.cap is None else bounds.cap
        found[TOTAL] = np.clip(found[TOTAL], low, high)
        points = {node: rounded(found[node], evaluation.scheme.decimals) for node in self.nodes}
        return [{node: own[start:end] for node, own in points.items()} for start, end in pairwise(ends)]

    def _valued(self, position: int, item: Indicator, raw: Floats) -> Floats:
        """Raw values of a member on the scale, by a resolved indicator."""
        numbers = raw if item.outliers is None else item.outliers.applied(raw)
        if isinstance(item.value, Relative):
            return item.value.values(numbers, self.evaluation.scheme.scale, np.full(len(raw), self.classes[position], dtype=object))
        return np.asarray(item.value.values(numbers.copy(), self.evaluation.scheme.scale), dtype=np.float64)

    @cached_property
    def classes(self) -> list[str]:
        """The class of each member."""
        return [str(class_) for class_ in self.evaluation.members["class"]]

    @cached_property
    def nodes(self) -> list[str]:
        """The nodes that awards look at."""
        return looked_at(terms_of(self.evaluation))


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Whether a member would have an award, for each of several scores: decided only where it is asked for."""

    field: Field
    contest: Contest
    position: int
    scores: dict[str, Floats]

    def __getitem__(self, place: int) -> bool:
        """Whether it would have it with the scores at one place."""
        return self.field.given(self.contest, self.position, {node: float(own[place]) for node, own in self.scores.items()})
