"""Central weights and confidence factors (SMAA): what a committee would have to think for a member to have an award or a rank."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from toolkit.evaluation.many import DrawnLists
from toolkit.evaluation.scores import Tree, leaves_of, shares_of
from toolkit.ground.problems import Refused, did_you_mean, refuse
from toolkit.ground.text import Phrase, phrase
from toolkit.sensitivity.choices import Choices, is_weights
from toolkit.sensitivity.monte_carlo import (
    Block,
    Counts,
    Sampling,
    Tally,
    in_order,
    standard_error,
    summed,
    tally,
)
from toolkit.sensitivity.probabilities import count_draws
from toolkit.sensitivity.scenarios import OfficialRuns, Outcome, Scenarios, refuse_numbers
from toolkit.sensitivity.weights.draws import BLOCK, Recipe, WeightSpec

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.steps import Lookup
    from toolkit.ground.ranking import Floats, Integers, Mask
    from toolkit.sensitivity.choices.scenario import Scenario


UNIT = 2.0**32
SAMPLE = 64
CELLS = 1 << 19
TWICE = Phrase("权重已由 spec 说明", "`spec` says which weights")
ONCE = Phrase("请从 choices 中删去权重", "leave weights out of the choices")
LOOSE = Phrase("choices 应是 Choices(...)", "the choices are Choices(...)")


def central_weights(
    evaluation: Evaluation, spec: WeightSpec, sought: str | int = 1, choices: Choices | None = None, **sampling: Unpack[Sampling]
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
    evaluation, spec, sampling
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
        return _in_scenarios(evaluation, spec, sought, choices, **sampling)
    total = tally(evaluation, spec, AcceptabilityCounts(sought), **sampling)
    confidence = _as_measured(total, sought, mean_weights(total.counts)[0])
    frame = _frame(evaluation, total.index, total.counts, total.draws, np.column_stack((confidence, 0 * confidence)))
    frame.attrs = total.attrs
    return frame


@dataclass(frozen=True)
class AcceptabilityCounts:
    """In how many draws each member has what is sought, int[members], and in these the sums of weights and their squares.

    Weights and their squares count in whole units of 2^-32, int[members, indicators] each.
    """

    sought: str | int
    events: int = 1

    def __call__(self, lists: DrawnLists, shares: Floats, lookup: Lookup) -> Counts:
        """The counts of a chunk."""
        return weight_sums(lists.scores.tree, shares, holders(lists, shares, lookup, self.sought))


def holders(lists: DrawnLists, shares: Floats, lookup: Lookup, sought: str | int) -> Mask:
    """Who has an award or a rank, bool[draws, members]."""
    if isinstance(sought, str):
        ids = [award.id for award in lists.rule.award_rule.scheme.awards]
        return next(given for id_, given in zip(ids, lists.awards(shares, lookup), strict=False) if id_ == sought)
    return np.asarray(lists.rule.ranks_by_member(lookup) == sought)


def weight_sums(tree: Tree, shares: Floats, has: Mask) -> Counts:
    """The counts of up to 512 draws of which it is known who has what is sought, bool[draws, members]; see `AcceptabilityCounts`."""
    weights, chosen = leaves_of(tree, shares), has.T.astype(np.float64)
    units = (np.rint(power * UNIT) for power in (weights, weights**2))
    return count_draws(has).astype(np.int64), *((chosen @ unit).astype(np.int64) for unit in units)


def mean_weights(counts: Counts) -> tuple[Floats, Floats]:
    """Mean weights and their Monte Carlo standard errors, float64[members, indicators]; NaN for who never had it."""
    had, sums, squares = counts
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums / UNIT / had[:, None]
        return mean, np.sqrt(np.maximum(0.0, squares / UNIT / had[:, None] - mean**2) / had[:, None])


@dataclass(frozen=True, eq=False)
class JointDraws:
    """What is sought under weights and values that are both drawn: draw i has the i-th weights and the i-th scenario."""

    runs: OfficialRuns
    scenarios: Scenarios
    sought: str | int

    @classmethod
    def of(cls, evaluation: Evaluation, spec: WeightSpec, choices: Choices, sought: str | int) -> JointDraws:
        """Of an evaluation; refused where the choices are none or do not fit, or say the weights again."""
        if not isinstance(choices, Choices):
            given = type(choices).__name__
            raise refuse(LOOSE, phrase("请写 Choices({given}(...))", "write Choices({given}(...))", given=given), column="choices", value=given)
        if any(is_weights(part) for part in choices.parts):
            raise refuse(TWICE, ONCE, column="choices")
        scenarios = Scenarios.of(evaluation, choices, spec.seed)
        return cls(OfficialRuns.of(scenarios.ground), scenarios, sought)

    @property
    def evaluation(self) -> Evaluation:
        """The one that is asked about, in the order of all that is counted."""
        return self.scenarios.ground.evaluation

    def has(self, outcome: Outcome) -> Mask:
        """Who has what is sought in some scenarios, bool[scenarios, members]; bool[members] in a single one."""
        if isinstance(self.sought, str):
            ids = [award.id for award in self.evaluation.scheme.awards]
            return np.asarray(outcome.given[ids.index(self.sought)])
        return np.asarray(outcome.rank == self.sought)

    def acceptability(self, start: int, recipe: Recipe) -> Block:
        """The draws from `start` on: the counts of `weight_sums` of all that could be computed."""
        shares, failed = recipe(), list[int]()
        has = np.zeros((len(shares), len(self.evaluation.members)), np.bool_)

        def scenario(place: int) -> Scenario:
            drawn = self.scenarios[start + place]
            drawn.shares = shares[place]
            return drawn

        for places, outcomes in self.runs.in_batches(scenario, range(len(shares)), lambda place, _: failed.append(place)):
            has[places] = self.has(outcomes)
        return len(shares), len(failed), weight_sums(self.evaluation.tree, shares, has)

    def confidence(self, shares: Floats, members: Integers, draws: range) -> Block:
        """Some scenarios: in how many of those that could be computed each of `members` has what is sought under its row of `shares`."""
        failed, had, size = 0, np.zeros(len(members), np.int64), max(1, CELLS // len(self.evaluation.members))
        for draw in draws:
            try:
                lists = DrawnLists.of(self.scenarios[draw].evaluated)
            except Refused:
                failed += 1
                continue
            for start in range(0, len(members), size):
                some = slice(start, start + size)
                has = holders(lists, shares[some], lists.standings(shares[some]), self.sought)
                had[some] += has[np.arange(len(has)), members[some]]
        return len(draws), failed, (had,)


def _in_scenarios(evaluation: Evaluation, spec: WeightSpec, sought: str | int, choices: Choices, **sampling: Unpack[Sampling]) -> pd.DataFrame:
    """Central weights, and confidence from up to as many scenarios that had no part in them; `progress` counts on through these."""
    joint, precision = JointDraws.of(evaluation, spec, choices, sought), sampling.get("precision")
    progress, executor = sampling.get("progress"), sampling.get("executor")
    recipes = spec.recipes(joint.evaluation.tree, joint.evaluation.scheme.seed)
    refuse_numbers(spec.draws, precision)

    def error(counts: Counts, draws: int, failed: int) -> float:
        return _largest_error(counts[0], draws - failed)

    tasks = (partial(joint.acceptability, BLOCK * number, recipe) for number, recipe in enumerate(recipes))
    draws, failed, counts = summed(in_order(tasks, executor), error, progress=progress, precision=precision)
    members = np.flatnonzero(counts[0])
    shares, later = shares_of(joint.evaluation.tree, mean_weights(counts)[0][members]), range(spec.draws, spec.draws + draws)
    some = (later[start : start + SAMPLE] for start in range(0, len(later) if members.size else 0, SAMPLE))
    counted = progress and (lambda done: progress(draws + done))
    tried, lost, had = summed(in_order((partial(joint.confidence, shares, members, part) for part in some), executor), error, progress=counted, precision=precision)
    computed, chance = tried - lost, np.full(len(counts[0]), np.nan)
    if computed:
        chance[members] = had[0] / computed
    sure = np.column_stack((chance, standard_error(chance, max(1, computed))))
    frame = _frame(evaluation, joint.evaluation.members.index, counts, draws - failed, sure)
    worst = max(_largest_error(counts[0], draws - failed), _largest_error(had[0] if had else members, computed))
    met = None if precision is None else worst <= precision
    frame.attrs = {"draws": draws, "failed": failed, "seed": joint.scenarios.seed, "precision": precision, "met": met, "largest_error": worst}
    return frame


def _largest_error(counts: Integers, draws: int) -> float:
    """The largest standard error of chances, as `toolkit.sensitivity.monte_carlo.Sampling` takes it; infinite without a draw."""
    return float(standard_error((counts + 1) / (draws + 2), draws).max(initial=0.0)) if draws else np.inf


def _frame(evaluation: Evaluation, index: pd.Index[str], counts: Counts, draws: int, sure: Floats) -> pd.DataFrame:
    """What was counted as a frame, members in the order of the evaluation; `sure` float64[members, 2] is confidence and error."""
    names = list(evaluation.tree.nodes[evaluation.tree.leaves])
    mean, error = mean_weights(counts)
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


def _as_measured(total: Tally, sought: str | int, mean: Floats) -> Floats:
    """Whether each member has what is sought under its own central weights; NaN without any."""
    confidence, lists = np.full(len(mean), np.nan), total.lists
    for start in range(0, len(mean), SAMPLE):
        members = start + np.flatnonzero(~np.isnan(mean[start : start + SAMPLE]).any(axis=1))
        shares = shares_of(lists.scores.tree, mean[members])
        has = holders(lists, shares, lists.standings(shares), sought)
        confidence[members] = has[np.arange(len(members)), members]
    return confidence


def _refuse_unknown(evaluation: Evaluation, sought: str | int) -> None:
    ids = [award.id for award in evaluation.scheme.awards]
    if isinstance(sought, str) and sought not in ids:
        mend = did_you_mean(sought, ids) or phrase("可问 {ids}", "ask for one of {ids}", ids=", ".join(ids))
        raise refuse(Phrase("方案没有这个奖项", "the scheme has no such award"), mend, column="sought", value=sought)
    if not isinstance(sought, str) and not (isinstance(sought, int | np.integer) and not isinstance(sought, bool) and sought >= 1):
        rule, mend = Phrase("名次是从 1 起的整数", "ranks are whole numbers and count from 1"), Phrase("请写 1、2、3 等，或写奖项", "write 1, 2, 3 ..., or an award")
        raise refuse(rule, mend, column="sought", value=str(sought))
