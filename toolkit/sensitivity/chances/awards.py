"""How sure each award is, had the weights been voted a little otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from toolkit.sensitivity.chances.passes import Counts, How, standard_error, tallied

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Integers, Mask
    from toolkit.sensitivity.chances.passes import Tally
    from toolkit.sensitivity.drawn_weights.voted import WeightSpec
    from toolkit.sensitivity.rule.allocation import Allocation, Lookup


def award_probabilities(evaluation: Evaluation, spec: WeightSpec, **how: Unpack[How]) -> pd.DataFrame:
    """The share of draws in which each member is given each award, under the scheme's actual rule.

    Every draw is another set of weights; classes, quotas, vetoes, minima, requirements, ties and adjustments
    are as in the evaluation, and totals are rounded before they are ranked. A member left in an open tie counts
    as not given the award.

    Parameters
    ----------
    evaluation
        The evaluation that is asked about.
    spec
        Which weights: `WeightDraws()`, `UniformWeights()`, `ResampledWeights(frame)` or `GivenWeights(frame)`.
    how
        progress, chunk, executor, precision: see `toolkit.sensitivity.chances.passes.How`.

    Returns
    -------
    DataFrame
        Index member, in the order of `evaluation.members`. One column per award id and "none": probabilities
        that sum to 1, unless a member can have one award beside another. Then one column "<award>_error" per award:
        the Monte Carlo standard error sqrt(p (1 - p) / draws); where it is 0 the chance is still uncertain by about
        3 / draws. Its `attrs` say draws, failed (draws in which nobody could be ranked, counted as "none"), seed,
        precision, met and largest_error: plain values, which every writer of frames can keep.

    Raises
    ------
    Refused
        When the weights do not fit the scheme.
    """
    found = tallied(evaluation, spec, Awards(), **how)
    names = [award.id for award in evaluation.scheme.awards]
    frame = chances(found, names, found.counts[0], found.draws - found.counts[1])
    return found.said_of(frame.loc[evaluation.members.index])


def chances(found: Tally, names: list[str], counts: Integers, without: Integers) -> pd.DataFrame:
    """Counts, int64[names, members], as chances with their errors, and of those `without` any."""
    chance = counts.T / found.draws
    shown = pd.DataFrame(chance, found.index, names).assign(none=without / found.draws)
    error = pd.DataFrame(standard_error(chance, found.draws), found.index, names).add_suffix("_error")
    return pd.concat([shown, error], axis=1).rename_axis("member")


@dataclass(frozen=True)
class Awards:
    """In how many draws each member is given each award, int[awards, members], and any at all, int[members]."""

    events: int = 1

    def __call__(self, allocation: Allocation, shares: Floats, lookup: Lookup) -> Counts:
        """The counts of a chunk."""
        members = allocation.scores.members
        counts = np.zeros((len(allocation.terms.scheme.awards), members), np.int64)
        some = np.zeros((len(shares), members), dtype=np.bool_)
        for place, given in enumerate(allocation.awards(shares, lookup)):
            counts[place] = times(given)
            some |= given
        return counts, times(some)


def times(happened: Mask) -> Integers:
    """In how many draws, bool[up to 512, members], something happened to each member."""
    return np.asarray(happened.view(np.uint8).sum(axis=0, dtype=np.uint16))
