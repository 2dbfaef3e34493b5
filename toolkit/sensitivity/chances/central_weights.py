"""Central weights: what a committee would have to think for a member to have an award or a rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from toolkit.errors import nearest, refuse
from toolkit.sensitivity.chances.confidence import Uncertain, surely
from toolkit.sensitivity.chances.favourable import Favourable, central, having
from toolkit.sensitivity.chances.passes import How, Tally, standard_error, tallied
from toolkit.sensitivity.drawn_weights.voted import shares_of
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats
    from toolkit.sensitivity.chances.passes import Counts
    from toolkit.sensitivity.choices import Choices
    from toolkit.sensitivity.drawn_weights.voted import WeightSpec

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
