"""All that is asked of a list before it is decided, in one go: by name, each answer a tidy frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from toolkit.sensitivity.bounds import award_bounds, rank_bounds
from toolkit.sensitivity.choices import factors
from toolkit.sensitivity.drawn_weights.voted import WeightDraws
from toolkit.sensitivity.draws import central_weights, grade_probabilities, rank_summary
from toolkit.sensitivity.fairness import fairness, group_results, kinds_of_members
from toolkit.sensitivity.firmness import Firmness, firmness
from toolkit.sensitivity.methods import agreement_of_methods, methods
from toolkit.sensitivity.methods.lists import chosen_by_methods, rank_reversals
from toolkit.sensitivity.removal import without_each_class, without_each_member, without_nodes
from toolkit.sensitivity.removal.record_removal import struck_records
from toolkit.sensitivity.scenarios import scenario_probabilities
from toolkit.sensitivity.tipping import smallest_values, smallest_weights, stability_intervals
from toolkit.sensitivity.usual_choices import usual_decisions, usual_doubts
from toolkit.sensitivity.variance import variance_shares

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.records import Records
    from toolkit.sensitivity.drawn_weights.bounds import WeightSet
    from toolkit.sensitivity.drawn_weights.voted import WeightSpec

RUNS, ROWS = 1000, 256
"""Of the whole evaluation: how many scenarios are drawn, and rows of the design of the Sobol shares."""

@dataclass(frozen=True, eq=False)
class Asked:
    """What every question is asked of."""

    evaluation: Evaluation
    records: Records
    firm: Firmness
    spec: WeightSpec

    @property
    def near(self) -> list[str]:
        """The members on a hair: what takes an evaluation for each is asked of these alone."""
        return sorted(set(self.firm.hanging["member"]))

    @property
    def kinds(self) -> list[str]:
        """What parts members into kinds."""
        return kinds_of_members(self.evaluation, self.records)


def _removals(asked: Asked) -> pd.DataFrame:
    """Without each indicator, group, class, and member on a hair."""
    found = [without_nodes(asked.evaluation), without_each_class(asked.evaluation), without_each_member(asked.evaluation, asked.near)]
    return pd.concat(found, ignore_index=True)


def _central(asked: Asked) -> pd.DataFrame:
    """The central weights of every award, for whoever had it in any draw."""
    found = [central_weights(asked.evaluation, asked.spec, award.id).reset_index().assign(award=award.id) for award in asked.evaluation.scheme.awards]
    return pd.concat([each[each["probability"] > 0] for each in found], ignore_index=True)


Question: TypeAlias = Callable[[Asked], pd.DataFrame]
QUESTIONS: Mapping[str, Question] = MappingProxyType({
    "firmness": lambda asked: asked.firm.places,
    "on_a_hair": lambda asked: asked.firm.hanging,
    "stability": lambda asked: stability_intervals(asked.evaluation),
    "smallest_weights": lambda asked: smallest_weights(asked.evaluation),
    "smallest_values": lambda asked: smallest_values(asked.evaluation),
    "award_bounds": lambda asked: award_bounds(asked.evaluation, asked.firm.within),
    "rank_bounds": lambda asked: rank_bounds(asked.evaluation, asked.firm.within),
    "ranks": lambda asked: rank_summary(asked.evaluation, asked.spec),
    "grades": lambda asked: grade_probabilities(asked.evaluation, asked.spec),
    "central_weights": _central,
    "scenarios": lambda asked: scenario_probabilities(asked.evaluation, usual_doubts(asked.evaluation, asked.spec), draws=RUNS),
    "variance": lambda asked: variance_shares(asked.evaluation, usual_decisions(asked.evaluation, asked.spec), rows=ROWS, members=asked.near),
    "removals": _removals,
    "records": lambda asked: struck_records(asked.evaluation, asked.records, asked.near, relative="held"),
    "methods": lambda asked: methods(asked.evaluation),
    "agreement": lambda asked: agreement_of_methods(asked.evaluation),
    "chosen": lambda asked: chosen_by_methods(asked.evaluation),
    "rank_reversals": lambda asked: rank_reversals(asked.evaluation),
    "groups": lambda asked: group_results(asked.evaluation, asked.records, asked.kinds),
    "fairness": lambda asked: fairness(asked.evaluation, asked.records, asked.kinds),
})  # fmt: skip
"""Every question by the name of its answer, the one page first."""
SLOW = frozenset({"central_weights", "scenarios", "variance"})
"""What takes longer than all the rest together."""


def questions_of(evaluation: Evaluation, *, quick: bool = False) -> list[str]:
    """The questions that can be asked of an evaluation, in their order; with `quick` without the slow ones."""
    idle = {"grades"} if evaluation.scheme.grades is None else set()
    idle |= {"central_weights"} if not evaluation.scheme.awards else set()
    idle |= {"variance"} if not factors(evaluation, usual_decisions(evaluation), 0) else set()
    return [name for name in QUESTIONS if name not in idle and not (quick and name in SLOW)]


def robustness(
    evaluation: Evaluation,
    records: Records,
    chances: pd.DataFrame,
    *,
    within: WeightSet | None = None,
    spec: WeightSpec | None = None,
    quick: bool = False,
    progress: Callable[[str], None] | None = None,
) -> tuple[Firmness, dict[str, pd.DataFrame]]:
    """The one page, and the answer to every question of `questions_of` by its name.

    Parameters
    ----------
    chances, records, within
        As for `firmness`. Removals of single members and of records are asked of those on a hair; struck records leave as
        they were found the shapes that look at all members.
    spec
        How weights are drawn: as they were for `chances`; None for `WeightDraws`.
    quick
        Whether to leave out the slow questions.
    progress
        Called with the name of each question before it is asked.
    """
    step = progress or (lambda _: None)
    first, *others = questions_of(evaluation, quick=quick)
    step(first)
    firm = firmness(evaluation, chances, records, within=within)
    asked = Asked(evaluation, records, firm, spec or WeightDraws())
    answers = {first: QUESTIONS[first](asked)}
    for name in others:
        step(name)
        answers[name] = QUESTIONS[name](asked)
    return firm, answers
