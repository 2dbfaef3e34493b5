"""Central weights and confidence factors where the values, too, might have been others."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from toolkit.errors import Refused, refuse
from toolkit.sensitivity.chances.favourable import central, weighed
from toolkit.sensitivity.chances.passes import standard_error
from toolkit.sensitivity.chances.tasks import in_turn
from toolkit.sensitivity.choices.weights import is_weights
from toolkit.sensitivity.drawn_weights.voted import BLOCK, shares_of
from toolkit.sensitivity.official_runs import OfficialRuns
from toolkit.sensitivity.scenarios import Scenarios, refuse_numbers
from toolkit.text import Phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Integers, Mask
    from toolkit.sensitivity.chances.passes import Counts
    from toolkit.sensitivity.choices import Choices
    from toolkit.sensitivity.choices.scenario import Scenario
    from toolkit.sensitivity.drawn_weights.voted import Recipe, WeightSpec

SAMPLE = 64
TWICE = Phrase("权重已由 spec 说明", "`spec` says which weights")
ONCE = Phrase("请从 choices 中删去权重", "leave weights out of the choices")


@dataclass(frozen=True, eq=False)
class Uncertain:
    """What is sought under weights and values that are both drawn: draw i has the i-th weights and the i-th scenario."""

    runs: OfficialRuns
    scenarios: Scenarios
    sought: str | int

    @classmethod
    def of(cls, evaluation: Evaluation, spec: WeightSpec, choices: Choices, sought: str | int) -> Uncertain:
        """Of an evaluation; refused where the choices do not fit, or say the weights again."""
        if any(is_weights(part) for part in choices.parts):
            raise refuse(TWICE, ONCE, column="choices")
        scenarios = Scenarios.of(evaluation, choices, spec.seed)
        return cls(OfficialRuns.of(scenarios.ground), scenarios, sought)

    def has(self, scenario: Scenario) -> Mask:
        """Who has what is sought in a scenario, bool[members]; refused where it cannot be computed."""
        outcome = self.runs.outcome(scenario)
        if isinstance(self.sought, str):
            ids = [award.id for award in self.scenarios.ground.evaluation.scheme.awards]
            return np.asarray(outcome.given[ids.index(self.sought)])
        return np.asarray(outcome.rank == self.sought)

    def block(self, start: int, recipe: Recipe) -> tuple[int, int, Counts]:
        """Of the draws from `start` on: how many, how many of them failed, and the counts of `weighed` of the others."""
        shares = recipe()
        found, computed = np.zeros((len(shares), len(self.scenarios.ground.classes)), np.bool_), np.ones(len(shares), np.bool_)
        for place, own in enumerate(shares):
            scenario = self.scenarios[start + place]
            scenario.shares = own
            try:
                found[place] = self.has(scenario)
            except Refused:
                computed[place] = False
        counts = weighed(self.scenarios.ground.evaluation.tree, shares, found)
        return len(shares), int((~computed).sum()), counts

    def tries(self, shares: Floats, own: Integers, draws: range) -> tuple[Integers, Integers]:
        """In how many of some draws each of `own` could be computed under its row of `shares`, and then had what is sought."""
        computed, had = np.zeros(len(own), np.int64), np.zeros(len(own), np.int64)
        for draw in draws:
            scenario = self.scenarios[draw]
            for place, member in enumerate(own):
                scenario.shares = shares[place]
                try:
                    had[place] += self.has(scenario)[member]
                except Refused:
                    continue
                computed[place] += 1
        return computed, had


@dataclass(frozen=True, eq=False)
class Sure:
    """What was found of each member, in the order of the scenarios' ground.

    Parameters
    ----------
    draws, failed
        How many there were, and how many of them could not be computed.
    counts
        As `Favourable` gives them, of those that could.
    computed, confident : int64[members]
        Of the scenarios under a member's own central weights: how many could be computed, in how many it had what is sought.
    error
        The largest standard error of all these chances, each taken as (count + 1) / (draws + 2).
    """

    draws: int
    failed: int
    counts: Counts
    computed: Integers
    confident: Integers
    error: float


def surely(
    asked: Uncertain,
    spec: WeightSpec,
    *,
    progress: Callable[[int], None] | None = None,
    executor: Executor | None = None,
    precision: float | None = None,
) -> Sure:
    """Central weights, and confidence from up to as many scenarios that had no part in them."""
    evaluation = asked.scenarios.ground.evaluation
    recipes = spec.recipes(evaluation.tree, evaluation.scheme.seed)
    refuse_numbers(spec.draws, precision)
    draws, failed, counts = 0, 0, tuple[np.ndarray, ...]()
    blocks = in_turn((partial(asked.block, BLOCK * number, recipe) for number, recipe in enumerate(recipes)), executor)
    for more, lost, own in blocks:
        draws, failed = draws + more, failed + lost
        counts = tuple(map(np.add, counts, own)) if counts else own
        if progress is not None:
            progress(draws)
        if precision is not None and _error(counts[0], np.array(draws - failed)) <= precision:
            blocks.close()
    computed, confident = _confidence(asked, counts, range(spec.draws, spec.draws + draws), executor, precision)
    error = max(_error(counts[0], np.array(draws - failed)), _error(confident[computed > 0], computed[computed > 0]))
    return Sure(draws, failed, counts, computed, confident, error)


def _confidence(
    asked: Uncertain, counts: Counts, draws: range, executor: Executor | None, precision: float | None
) -> tuple[Integers, Integers]:
    """What `tries` counts, of every member that ever had what is sought."""
    own, (mean, _) = np.flatnonzero(counts[0]), central(counts)
    shares = shares_of(asked.scenarios.ground.evaluation.tree, mean[own])
    starts = range(0, len(draws) if own.size else 0, SAMPLE)
    found = np.zeros((2, len(counts[0])), np.int64)
    blocks = in_turn((partial(asked.tries, shares, own, draws[start : start + SAMPLE]) for start in starts), executor)
    for more in blocks:
        found[:, own] += more
        if precision is not None and _error(found[1][own], found[0][own]) <= precision:
            blocks.close()
    return found[0], found[1]


def _error(counts: Integers, draws: Integers) -> float:
    """The largest standard error of chances, as `toolkit.sensitivity.chances.passes.How` takes it; infinite without a draw."""
    if not draws.all():
        return np.inf
    return float(standard_error((counts + 1) / (draws + 2), draws.astype(np.float64)).max(initial=0.0))
