"""The official run for many scenarios: the rule itself, without frames and prose, and only what a scenario changes anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from toolkit.aggregation import power
from toolkit.awards.requirements import Score
from toolkit.awards.terms import Terms
from toolkit.errors import Problems, Refused
from toolkit.ranking import rounded
from toolkit.scoring import TOTAL, gathered
from toolkit.sensitivity.choices.scenario import Scenario
from toolkit.sensitivity.rule.grade_outcomes import GradeOutcomes
from toolkit.shapes import Relative
from toolkit.stand_ins import stand_ins
from toolkit.value_faults import Valued, value_problems
from toolkit.values import valued_column  # the one place that values an indicator

if TYPE_CHECKING:
    from toolkit.aggregation import Branch
    from toolkit.ranking import Floats, Integers, Mask
    from toolkit.scoring import Tree
    from toolkit.sensitivity.choices.scenario import Ground


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one run comes to.

    Parameters
    ----------
    total : float64[members]
        Rounded; NaN for who has none.
    rank : int64[members]
        Within the class; 0 for who is not ranked.
    given : bool[awards, members]
        Who is given each award. Who is left in an open tie is not.
    grade : int64[members]
        The place of each member's grade among `GradeOutcomes.names`; all 0 where nobody is graded.
    """

    total: Floats
    rank: Integers
    given: Mask
    grade: Integers


@dataclass(frozen=True, eq=False)
class OfficialRuns:
    """One evaluation, ready to be run again and again.

    Parameters
    ----------
    valued
        Each indicator as it stands, before anything stands in for a gap.
    columns
        Its values, float64[members].
    unranked
        By indicator who is not ranked because of it, as it stands; only where there is somebody.
    added
        Points of each adjustment, float64[members], in the scheme's order; NaN adds nothing.
    grades
        None where nobody is graded.
    """

    ground: Ground
    valued: Mapping[str, Valued]
    columns: Mapping[str, Floats]
    unranked: Mapping[str, Mask]
    added: Mapping[str, Floats]
    terms: Terms
    grades: GradeOutcomes | None

    @classmethod
    def of(cls, ground: Ground) -> OfficialRuns:
        """An evaluation as it stands."""
        evaluation, measured = ground.evaluation, ground.evaluation.measured
        valued = {name: _valued_in(Scenario(ground), name) for name in ground.items}
        found = {name: _filled(ground, own) for name, own in valued.items()}
        return cls(
            ground,
            valued,
            {name: values for name, (values, _) in found.items()},
            {name: gone for name, (_, gone) in found.items() if gone is not None},
            {item.id: measured.adjustments[item.id].to_numpy(np.float64) for item in evaluation.scheme.adjustments},
            Terms.of(evaluation.scheme, evaluation.members, evaluation.vetoes, measured.conditions),
            GradeOutcomes.of(evaluation),
        )

    def outcome(self, scenario: Scenario) -> Outcome:
        """What a scenario comes to, by the official rule.

        Raises
        ------
        Refused
            When it cannot be computed.
        """
        evaluation, (columns, unranked) = self.ground.evaluation, self._valued(scenario)
        nodes = gathered(_tree(evaluation.tree, scenario), columns, len(evaluation.members), evaluation.applicable)
        score = self._score({**nodes, **self.added, TOTAL: self._total(nodes[TOTAL], unranked)})
        turns = self.terms.turns(score)
        given = [own.given for own in self.terms.allotments(score, turns)]
        rank = turns[TOTAL, "class"].ranks(self.terms.taking_part(score))
        grade = self.grades.grades(score) if self.grades else np.zeros(len(rank), np.int64)
        return Outcome(score(TOTAL), rank, np.array(given, dtype=np.bool_).reshape(-1, len(rank)), grade)

    def _valued(self, scenario: Scenario) -> tuple[dict[str, Floats], dict[str, Mask]]:
        columns, unranked = dict(self.columns), dict(self.unranked)
        for name in columns:
            if name in scenario.raw or name in scenario.items:
                columns[name], gone = _filled(self.ground, self._anew(scenario, name))
                unranked.pop(name, None)
                if gone is not None:
                    unranked[name] = gone
        return columns, unranked

    def _anew(self, scenario: Scenario, name: str) -> Valued:
        """An indicator of a scenario; where only what stands in for a gap is another, nothing is valued anew."""
        item, own = scenario.item(name), self.ground.items[name]
        if name in scenario.raw or item.value is not own.value:
            return _valued_in(scenario, name)
        return replace(self.valued[name], item=item.model_copy(update={"outliers": self.valued[name].item.outliers}))

    def _total(self, mean: Floats, unranked: Mapping[str, Mask]) -> Floats:
        bounds, total = self.ground.evaluation.scheme.total, mean
        for points in self.added.values():
            total = total + np.where(np.isnan(points), 0.0, points)
        if bounds.floor is not None or bounds.cap is not None:
            total = np.clip(total, bounds.floor, bounds.cap)
        return np.where(np.logical_or.reduce(list(unranked.values())), np.nan, total) if unranked else total

    def _score(self, scores: Mapping[str, Floats]) -> Score:
        known: dict[str, Floats] = {}

        def score(node: str) -> Floats:
            if node not in known:
                known[node] = rounded(scores[node], self.ground.evaluation.scheme.decimals)
            return known[node]

        return score


def _valued_in(scenario: Scenario, name: str) -> Valued:
    """An indicator as it is valued in a scenario."""
    ground, raw = scenario.ground, scenario.column(name)
    counted, evaluation = ground.counted[name], ground.evaluation
    given = raw if counted.all() else np.where(counted, raw, np.nan)
    return valued_column(scenario.item(name), given, counted, evaluation.scheme.scale, ground.classes)


def _filled(ground: Ground, valued: Valued) -> tuple[Floats, Mask | None]:
    """Values of an indicator, and who is not ranked because of it; as `toolkit.values.scaled` gives them.

    Raises
    ------
    Refused
        For a missing value where none may be, and what a shape cannot value.
    """
    scale, gaps = ground.evaluation.scheme.scale, bool(valued.missing.any())
    if gaps or isinstance(valued.item.value, Relative):  # else there is nothing to complain of
        errors = Problems(tuple(value_problems(valued, ground.evaluation.members.index, scale, ground.classes))).errors
        if errors:
            raise Refused(errors)
    if not gaps:
        return valued.values, None
    stand_in = stand_ins(valued.item, valued.used, valued.values, scale, ground.classes)
    if stand_in is not None:
        return np.where(valued.missing, stand_in, valued.values), None
    return valued.values, valued.missing if valued.item.missing == "unranked" else None


def _tree(tree: Tree, scenario: Scenario) -> Tree:
    """The tree of a scenario: other weights, other means."""
    if scenario.aggregates:
        tree = replace(tree, branches=tuple(_gathered_by(tree, branch, scenario.aggregates) for branch in tree.branches))
    return tree if scenario.shares is None else tree.with_weights(scenario.shares)


def _gathered_by(tree: Tree, branch: Branch, aggregates: Mapping[str, str]) -> Branch:
    node = tree.nodes[branch.node]
    return replace(branch, power=power(aggregates[node])) if node in aggregates else branch
