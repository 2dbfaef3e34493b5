"""How sure each award is, had the weights been voted a little otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.ranking import Floats
from toolkit.scoring import Tree
from toolkit.sensitivity.allocation import Allocation
from toolkit.sensitivity.weights import BLOCK, GivenWeights, WeightDraws

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

CELLS = 1 << 19

__all__ = ["GivenWeights", "WeightDraws", "award_probabilities"]


def award_probabilities(
    evaluation: Evaluation,
    spec: WeightDraws | GivenWeights,
    *,
    progress: Callable[[int], None] | None = None,
    chunk: int | None = None,
) -> pd.DataFrame:
    """The share of draws in which each member is given each award, under the scheme's actual rule.

    Every draw is another set of weights; classes, quotas, vetoes, minima, requirements, ties and adjustments
    are as in the evaluation, and totals are rounded before they are ranked. A member left in an open tie counts
    as not given the award.

    Parameters
    ----------
    evaluation
        The evaluation that is asked about.
    spec
        Which weights: `WeightDraws()` or `GivenWeights(frame)`.
    progress
        Called with the number of draws done so far.
    chunk
        Draws held in memory at once; memory is about 60 bytes x chunk x members. None chooses. It has no
        influence on the result.

    Returns
    -------
    DataFrame
        Index member, in the order of `evaluation.members`. One column per award id and "none": probabilities
        that sum to 1, unless a member can have one award beside another. Then one column "<award>_error" per award: the Monte Carlo standard error
        sqrt(p (1 - p) / draws); where it is 0 the chance is still uncertain by about 3 / draws.

    Raises
    ------
    Refused
        When given weights do not fit the scheme.
    """
    order = evaluation.members["class"].astype("str").argsort(kind="stable").to_numpy()
    index = evaluation.members.index
    sorted_by_class = replace(evaluation, members=evaluation.members.iloc[order])
    counts = np.empty((len(evaluation.scheme.awards) + 1, len(index)), dtype=np.int64)
    counts[:, order] = _counts(Allocation.of(sorted_by_class), _chunks(evaluation, spec, chunk), progress)
    return _frame([award.id for award in evaluation.scheme.awards], counts, spec.draws, index)


def _counts(
    allocation: Allocation, chunks: Iterator[Floats], progress: Callable[[int], None] | None
) -> np.ndarray:
    """In how many draws each member is given each award, and, in the last row, any at all."""
    counts = np.zeros((len(allocation.terms.scheme.awards) + 1, len(allocation.plus[0])), dtype=np.int64)
    done = 0
    for shares in chunks:
        some = np.zeros((len(shares), counts.shape[1]), dtype=np.bool_)
        for place, given in enumerate(allocation.awards(shares)):
            counts[place] += given.view(np.uint8).sum(axis=0, dtype=np.uint16)
            some |= given
        counts[-1] += some.view(np.uint8).sum(axis=0, dtype=np.uint16)
        done += len(shares)
        if progress is not None:
            progress(done)
    return counts


def _chunks(evaluation: Evaluation, spec: WeightDraws | GivenWeights, chunk: int | None) -> Iterator[Floats]:
    """The draws in chunks small enough for any number of members."""
    size = chunk or min(BLOCK, max(1, CELLS // max(1, len(evaluation.members))))
    for block in spec.blocks(Tree.of(evaluation.scheme), evaluation.scheme.seed):
        for start in range(0, len(block), size):
            yield block[start : start + size]


def _frame(awards: list[str], counts: np.ndarray, draws: int, index: pd.Index) -> pd.DataFrame:
    chance = pd.DataFrame(counts[:-1].T / draws, index=index, columns=awards)
    none = (draws - counts[-1]) / draws
    error = (chance * (1 - chance) / draws).pow(0.5).add_suffix("_error")
    frame: pd.DataFrame = pd.concat([chance.assign(none=none), error], axis=1)
    return frame.rename_axis("member")
