"""Central weights and confidence factors where the values, too, might have been others."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from toolkit.errors import Refused, refuse
from toolkit.sensitivity.chances.favourable import central, having, weighed
from toolkit.sensitivity.chances.passes import standard_error
from toolkit.sensitivity.chances.tasks import in_turn
from toolkit.sensitivity.choices import Choices
from toolkit.sensitivity.choices.weights import is_weights
from toolkit.sensitivity.drawn_weights.voted import BLOCK, shares_of
from toolkit.sensitivity.official_runs import OfficialRuns
from toolkit.sensitivity.rule.allocation import Allocation
from toolkit.sensitivity.scenarios import Scenarios, refuse_numbers
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Integers, Mask
    from toolkit.sensitivity.chances.passes import Counts
    from toolkit.sensitivity.choices.scenario import Scenario
    from toolkit.sensitivity.drawn_weights.voted import Recipe, WeightSpec

SAMPLE = 64
CELLS = 1 << 19
TWICE = Phrase("权重已由 spec 说明", "`spec` says which weights")
ONCE = Phrase("请从 choices 中删去权重", "leave weights out of the choices")
LOOSE = Phrase("choices 应是 Choices(...)", "the choices are Choices(...)")


@dataclass(frozen=True, eq=False)
class Uncertain:
    """What is sought under weights and values that are both drawn: draw i has the i-th weights and the i-th scenario."""

    runs: OfficialRuns
    scenarios: Scenarios
    sought: str | int

    @classmethod
    def of(cls, evaluation: Evaluation, spec: WeightSpec, choices: Choices, sought: str | int) -> Uncertain:
        """Of an evaluation; refused where the choices are none or do not fit, or say the weights again."""
        if not isinstance(choices, Choices):
            given = type(choices).__name__
            raise refuse(LOOSE, phrase("请写 Choices({given}(...))", "write Choices({given}(...))", given=given), column="choices", value=given)
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

    def tries(self, shares: Floats, own: Integers, draws: range) -> tuple[int, Integers]:
        """How many of some scenarios could be computed, and in how many of these each of `own` has what is sought under its row of `shares`."""
        computed, had, size = 0, np.zeros(len(own), np.int64), max(1, CELLS // len(self.scenarios.ground.classes))
        for draw in draws:
            try:
                allocation = Allocation.of(self.scenarios[draw].evaluated)
            except Refused:
                continue
            computed += 1
            for start in range(0, len(own), size):
                some = slice(start, start + size)
                has = having(allocation, shares[some], allocation.standings(shares[some]), self.sought)
                had[some] += has[np.arange(len(has)), own[some]]
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
    computed
        How many of the scenarios under central weights could be computed.
    confident : int64[members]
        In how many of these each member had what is sought under its own central weights; 0 for who never had it.
    error
        The largest standard error of all these chances, each taken as (count + 1) / (draws + 2).
    """

    draws: int
    failed: int
    counts: Counts
    computed: int
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
    """Central weights, and confidence from up to as many scenarios that had no part in them; `progress` counts on through these."""
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
        if precision is not None and _error(counts[0], draws - failed) <= precision:
            blocks.close()
    told = progress and (lambda done: progress(draws + done))
    computed, confident = _confidence(asked, counts, range(spec.draws, spec.draws + draws), progress=told, executor=executor, precision=precision)
    error = max(_error(counts[0], draws - failed), _error(confident[counts[0] > 0], computed))
    return Sure(draws, failed, counts, computed, confident, error)


def _confidence(
    asked: Uncertain,
    counts: Counts,
    draws: range,
    *,
    progress: Callable[[int], None] | None,
    executor: Executor | None,
    precision: float | None,
) -> tuple[int, Integers]:
    """What `tries` counts, of every member that ever had what is sought."""
    own, (mean, _) = np.flatnonzero(counts[0]), central(counts)
    shares = shares_of(asked.scenarios.ground.evaluation.tree, mean[own])
    starts = range(0, len(draws) if own.size else 0, SAMPLE)
    computed, confident = 0, np.zeros(len(counts[0]), np.int64)
    blocks = in_turn((partial(asked.tries, shares, own, draws[start : start + SAMPLE]) for start in starts), executor)
    for start, (more, had) in zip(starts, blocks, strict=False):  # a precision that is reached ends the blocks
        computed += more
        confident[own] += had
        if progress is not None:
            progress(min(start + SAMPLE, len(draws)))
        if precision is not None and _error(confident[own], computed) <= precision:
            blocks.close()
    return computed, confident


def _error(counts: Integers, draws: int) -> float:
    """The largest standard error of chances, as `toolkit.sensitivity.chances.passes.How` takes it; infinite without a draw."""
    return float(standard_error((counts + 1) / (draws + 2), draws).max(initial=0.0)) if draws else np.inf
