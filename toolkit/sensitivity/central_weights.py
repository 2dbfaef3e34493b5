"""Central weights: what a committee would have to think for a member to have an award or a rank.

In which draws a member has what is sought, and which weights there were then.

Central weights and confidence factors where the values, too, might have been others.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from toolkit.evaluation.many import Allocation
from toolkit.evaluation.scores import leaves_of, shares_of
from toolkit.ground.problems import Refused, nearest, refuse
from toolkit.ground.text import Phrase, phrase
from toolkit.sensitivity.choices import Choices, is_weights
from toolkit.sensitivity.monte_carlo import How, Tally, in_turn, standard_error, tallied
from toolkit.sensitivity.probabilities import times
from toolkit.sensitivity.scenarios import OfficialRuns, Scenarios, refuse_numbers
from toolkit.sensitivity.weights.draws import BLOCK

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.scores import Tree
    from toolkit.evaluation.steps import Lookup
    from toolkit.ground.ranking import Floats, Integers, Mask
    from toolkit.sensitivity.choices.scenario import Scenario
    from toolkit.sensitivity.monte_carlo import Counts
    from toolkit.sensitivity.weights.draws import Recipe, WeightSpec


UNIT = 2.0**32


@dataclass(frozen=True)
class Favourable:
    """In how many draws each member has what is sought, int[members], and in these the sums of weights and their squares.

    Weights and their squares count in whole units of 2^-32, int[members, indicators] each.
    """

    sought: str | int
    events: int = 1

    def __call__(self, allocation: Allocation, shares: Floats, lookup: Lookup) -> Counts:
        """The counts of a chunk."""
        return weighed(allocation.scores.tree, shares, having(allocation, shares, lookup, self.sought))


def having(allocation: Allocation, shares: Floats, lookup: Lookup, sought: str | int) -> Mask:
    """Who has an award or a rank, bool[draws, members]."""
    if isinstance(sought, str):
        ids = [award.id for award in allocation.award_rule.scheme.awards]
        return next(given for id_, given in zip(ids, allocation.awards(shares, lookup), strict=False) if id_ == sought)
    return np.asarray(allocation.rule.ranks_by_member(lookup) == sought)


def weighed(tree: Tree, shares: Floats, has: Mask) -> Counts:
    """The counts of up to 512 draws of which it is known who has what is sought, bool[draws, members]; see `Favourable`."""
    weights, chosen = leaves_of(tree, shares), has.T.astype(np.float64)
    units = (np.rint(power * UNIT) for power in (weights, weights**2))
    return times(has).astype(np.int64), *((chosen @ each).astype(np.int64) for each in units)


def central(counts: Counts) -> tuple[Floats, Floats]:
    """Mean weights and their Monte Carlo standard errors, float64[members, indicators]; NaN for who never had it."""
    had, sums, squares = counts
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums / UNIT / had[:, None]
        return mean, np.sqrt(np.maximum(0.0, squares / UNIT / had[:, None] - mean**2) / had[:, None])



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
    """The largest standard error of chances, as `toolkit.sensitivity.monte_carlo.How` takes it; infinite without a draw."""
    return float(standard_error((counts + 1) / (draws + 2), draws).max(initial=0.0)) if draws else np.inf



SOME = 64


def central_weights(
    evaluation: Evaluation, spec: WeightSpec, sought: str | int = 1, choices: Choices | None = None, **how: Unpack[How]
) -> pd.DataFrame:
    """The mean of the weights under which each member has an award or a rank, and how surely it has it under that mean.

    With w the weights of the indicators in the whole and x the values, drawn independently, and A the draws in which
    member i has what is sought::

        acceptability    a_i = P[(w, x) in A]
        central weights  c_i = E[w | (w, x) in A]
        confidence       p_i = P[(c_i, x) in A]

    The central weights say whose opinion the member's success would express; the confidence factor, whether its values are
    known well enough to give it success under that very opinion. Without `choices` values are taken as measured, and
    confidence is 1 or 0. With them draw i has the i-th weights and the i-th scenario, by the official rule; confidence is
    a share of up to as many scenarios that had no part in the central weights.

    Parameters
    ----------
    evaluation, spec, how
        As for `award_probabilities`. With choices `chunk` has no meaning, `precision` is also that of the confidence, and
        `progress` counts the scenarios of the confidence after the draws, up to twice `spec.draws` in all.
    sought
        An award's id, or a rank within the class.
    choices
        What might have been otherwise beside the weights: ``Choices(MeasurementErrors(0.05))``, or `GivenValues`.

    Returns
    -------
    DataFrame
        Index member, in the order of `evaluation.members`; columns probability (the acceptability) and probability_error,
        confidence and confidence_error (NaN for who never had it), then one per indicator: its mean weight in percent of
        the whole, and "<indicator>_error", the Monte Carlo standard error of that mean. Errors of chances are sqrt(p (1 - p) / n);
        that of the confidence leaves out the central weights' own. The weights are sums of whole units of 2^-32, so that no
        order of adding matters. `attrs` as for `award_probabilities`; with choices failed counts draws that could not be
        computed, and chances are among the others.

    Raises
    ------
    Refused
        For an award that the scheme does not have, a rank that is no whole number from 1, weights or choices that do not fit, and weights among
        the choices.

    References
    ----------
    R. Lahdelma and P. Salminen, "SMAA-2: Stochastic Multicriteria Acceptability Analysis for Group Decision Making",
    Operations Research 49 (2001), 444-454, sections on central weights and confidence factors.
    """
    _refuse_unknown(evaluation, sought)
    if choices is not None:
        return _in_scenarios(evaluation, spec, sought, choices, **how)
    found = tallied(evaluation, spec, Favourable(sought), **how)
    confidence = _as_measured(found, evaluation, sought, central(found.counts)[0])
    sure = np.column_stack((confidence, 0 * confidence))
    return found.said_of(_frame(evaluation, found.index, found.counts, found.draws, sure))


def _in_scenarios(evaluation: Evaluation, spec: WeightSpec, sought: str | int, choices: Choices, **how: Unpack[How]) -> pd.DataFrame:
    """The same where values, too, are drawn."""
    asked, precision = Uncertain.of(evaluation, spec, choices, sought), how.get("precision")
    found = surely(asked, spec, precision=precision, progress=how.get("progress"), executor=how.get("executor"))
    with np.errstate(invalid="ignore", divide="ignore"):
        confidence = np.where(found.counts[0] > 0, found.confident / np.float64(found.computed), np.nan)
        sure = np.column_stack((confidence, standard_error(confidence, max(1, found.computed))))
    index = asked.scenarios.ground.evaluation.members.index
    frame = _frame(evaluation, index, found.counts, found.draws - found.failed, sure)
    met = None if precision is None else found.error <= precision
    frame.attrs = {
        "draws": found.draws, "failed": found.failed, "seed": asked.scenarios.seed,
        "precision": precision, "met": met, "largest_error": found.error,
    }  # fmt: skip
    return frame


def _frame(evaluation: Evaluation, index: pd.Index[str], counts: Counts, draws: int, sure: Floats) -> pd.DataFrame:
    """What was counted as a frame, members in the order of the evaluation; `sure` float64[members, 2] is confidence and error."""
    names = list(evaluation.tree.nodes[evaluation.tree.leaves])
    mean, error = central(counts)
    chance = counts[0] / draws if draws else np.full(len(index), np.nan)
    columns = {"probability": chance, "probability_error": standard_error(chance, max(draws, 1))}
    columns |= {"confidence": sure[:, 0], "confidence_error": sure[:, 1]}
    frame = pd.concat(
        [
            pd.DataFrame(columns, index=index),
            pd.DataFrame(100 * mean, index=index, columns=names),
            pd.DataFrame(100 * error, index=index, columns=names).add_suffix("_error"),
        ],
        axis=1,
    )
    return frame.loc[evaluation.members.index].rename_axis("member")


def _as_measured(found: Tally, evaluation: Evaluation, sought: str | int, mean: Floats) -> Floats:
    """Whether each member has what is sought under its own central weights; NaN without any."""
    confidence = np.full(len(mean), np.nan)
    for start in range(0, len(mean), SOME):
        own = start + np.flatnonzero(~np.isnan(mean[start : start + SOME]).any(axis=1))
        shares = shares_of(evaluation.tree, mean[own])
        has = having(found.allocation, shares, found.allocation.standings(shares), sought)
        confidence[own] = has[np.arange(len(own)), own]
    return confidence


def _refuse_unknown(evaluation: Evaluation, sought: str | int) -> None:
    ids = [award.id for award in evaluation.scheme.awards]
    if isinstance(sought, str) and sought not in ids:
        like = nearest(sought, ids)
        mend = phrase("是否为 {like}？", "is it {like}?", like=like) if like else phrase("可问 {ids}", "ask for one of {ids}", ids=", ".join(ids))
        raise refuse(Phrase("方案没有这个奖项", "the scheme has no such award"), mend, column="sought", value=sought)
    if not isinstance(sought, str) and not (isinstance(sought, int | np.integer) and not isinstance(sought, bool) and sought >= 1):
        rule, mend = Phrase("名次是从 1 起的整数", "ranks are whole numbers and count from 1"), Phrase("请写 1、2、3 等，或写奖项", "write 1, 2, 3 ..., or an award")
        raise refuse(rule, mend, column="sought", value=str(sought))
