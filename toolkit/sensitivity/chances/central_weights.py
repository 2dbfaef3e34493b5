"""Central weights: what a committee would have to think for a member to have an award or a rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from toolkit.errors import nearest, refuse
from toolkit.sensitivity.chances.awards import times
from toolkit.sensitivity.chances.passes import Counts, How, Tally, standard_error, tallied
from toolkit.sensitivity.drawn_weights.voted import leaves_of, shares_of
from toolkit.sensitivity.rule.drawn_ranks import drawn_ranks
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Mask
    from toolkit.sensitivity.drawn_weights.voted import WeightSpec
    from toolkit.sensitivity.rule.allocation import Allocation, Lookup

SOME = 64
UNIT = 2.0**32


def central_weights(
    evaluation: Evaluation, spec: WeightSpec, sought: str | int = 1, **how: Unpack[How]
) -> pd.DataFrame:
    """The mean of the weights under which each member has an award or a rank, and whether it has it under that mean.

    With w the weights of the indicators in the whole, the central weights of a member are the mean of w over the draws
    in which the member has what is sought; they say whose opinion its success would express. The confidence factor is the
    probability of it under those very weights: 1 or 0 here, where the values are taken as measured.

    Parameters
    ----------
    evaluation, spec, how
        As for `award_probabilities`.
    sought
        An award's id, or a rank within the class.

    Returns
    -------
    DataFrame
        Index member, in the order of `evaluation.members`; columns probability and probability_error, confidence (NaN for
        who never had it), then one per indicator: its mean weight in percent of the whole, and "<indicator>_error", the Monte
        Carlo standard error of that mean. The weights are sums of whole units of 2^-32, so that no order of adding
        matters. `attrs` as for `award_probabilities`.

    Raises
    ------
    Refused
        For an award that the scheme does not have, a rank below 1, or weights that do not fit.

    References
    ----------
    R. Lahdelma and P. Salminen, "SMAA-2: Stochastic Multicriteria Acceptability Analysis for Group Decision Making",
    Operations Research 49 (2001), 444-454, sections on central weights and confidence factors.
    """
    _refuse_unknown(evaluation, sought)
    found = tallied(evaluation, spec, Favourable(sought), **how)
    had, sums, squares = found.counts
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums / UNIT / had[:, None]
        error = np.sqrt(np.maximum(0.0, squares / UNIT / had[:, None] - mean**2) / had[:, None])
    chance, names = had / found.draws, list(evaluation.tree.nodes[evaluation.tree.leaves])
    columns = {"probability": chance, "probability_error": standard_error(chance, found.draws)}
    frame = pd.concat(
        [
            pd.DataFrame(columns | {"confidence": _confidence(found, evaluation, sought, mean)}, index=found.index),
            pd.DataFrame(100 * mean, index=found.index, columns=names),
            pd.DataFrame(100 * error, index=found.index, columns=names).add_suffix("_error"),
        ],
        axis=1,
    )
    return found.said_of(frame.loc[evaluation.members.index].rename_axis("member"))


@dataclass(frozen=True)
class Favourable:
    """In how many draws each member has what is sought, int[members], and in these the sums of weights and their squares.

    Weights and their squares count in whole units of 2^-32, int[members, indicators] each.
    """

    sought: str | int
    events: int = 1

    def __call__(self, allocation: Allocation, shares: Floats, lookup: Lookup) -> Counts:
        """The counts of a chunk."""
        has = having(allocation, shares, lookup, self.sought)
        weights, chosen = leaves_of(allocation.scores.tree, shares), has.T.astype(np.float64)
        units = (np.rint(power * UNIT) for power in (weights, weights**2))
        return times(has).astype(np.int64), *((chosen @ each).astype(np.int64) for each in units)


def having(allocation: Allocation, shares: Floats, lookup: Lookup, sought: str | int) -> Mask:
    """Who has an award or a rank, bool[draws, members]."""
    if isinstance(sought, str):
        ids = [award.id for award in allocation.terms.scheme.awards]
        return next(given for id_, given in zip(ids, allocation.awards(shares, lookup), strict=False) if id_ == sought)
    found = np.zeros((len(shares), allocation.scores.members), np.bool_)
    for positions, among, ranks in drawn_ranks(allocation, lookup):
        draw, own = np.nonzero(ranks == sought)
        found[draw, positions[among[draw, own]]] = True
    return found


def _confidence(found: Tally, evaluation: Evaluation, sought: str | int, mean: Floats) -> Floats:
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
    if not isinstance(sought, str) and sought < 1:
        raise refuse(Phrase("名次从 1 起", "ranks count from 1"), Phrase("请改正", "mend it"), column="sought", value=str(sought))
