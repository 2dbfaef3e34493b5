"""Queues: who is ahead of whom among those that are level so far, in many contests at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.ranking import Mask
from toolkit.sensitivity.rule.standing import Standing


def queued(contest: NDArray[np.intp], told: Sequence[Standing]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """How many of its contest are ahead of each entry, and how many level with it, itself among them.

    Parameters
    ----------
    contest : int[n]
        Which contest each is in.
    told : int[n] each
        The standings that decide in turn, the highest first.

    Returns
    -------
    int[n], int[n]

    Examples
    --------
    >>> ahead, level = queued(np.array([4, 4, 4, 7, 7]), [np.array([5, 9, 5, 1, 2])])
    >>> ahead.tolist(), level.tolist()
    ([1, 0, 1, 1, 0], [2, 1, 2, 1, 1])
    """
    order = np.lexsort((*(-score for score in reversed(told)), contest))
    new = _begun(contest[order])
    ties = new
    for score in told:
        ties = ties | _begun(score[order])
    first = np.flatnonzero(ties)
    tie = np.cumsum(ties) - 1
    ahead, level = np.empty_like(order), np.empty_like(order)
    ahead[order] = first[tie] - np.flatnonzero(new)[np.cumsum(new) - 1]
    level[order] = np.bincount(tie)[tie]
    return ahead, level


def _begun(ordered: Standing) -> Mask:
    """Where another number begins."""
    new = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new
