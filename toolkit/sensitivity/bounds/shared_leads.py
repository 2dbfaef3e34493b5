"""How far ahead one can be where siblings share out the weight between them: a fractional knapsack in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from toolkit.ranking import Floats
    from toolkit.sensitivity.drawn_weights.bounds import Box


def most_shared(leads: Sequence[Floats], held: Box | Floats) -> Floats:
    """The largest weighted mean of the children's leads under bounds on the shares, or at corners.

    Under bounds low <= s <= high it is the least, over all levels l, of low . D + l (1 - sum low) + sum of
    (high - low) max(D - l, 0): the dual of the knapsack, least at one of the leads themselves. So nothing is sorted, and
    each child's leads are one array in the processor's own memory.

    Parameters
    ----------
    leads
        One array for each child, all of one shape; NaN where it is not known, and so is the mean.

    Examples
    --------
    >>> most_shared([np.array(10.0), np.array(-10.0)], (np.array([0.2, 0.2]), np.array([0.8, 0.8]))).item()
    6.0
    """
    if not isinstance(held, tuple):
        return np.asarray(np.maximum.reduce([_added(leads, corner) for corner in held]))
    low, high = held
    room, fixed = high - low, _added(leads, low)
    spare = max(0.0, 1.0 - float(low.sum())) - float(room.sum())
    if not room.any():
        return fixed
    best = np.full(np.shape(leads[0]), np.inf)
    for level in leads:
        best = np.minimum(best, _added([np.maximum(lead, level) for lead in leads], room) + spare * level)
    return np.asarray(fixed + best)


def _added(leads: Sequence[Floats], shares: Floats) -> Floats:
    """Leads times shares, added up in their order."""
    total = leads[0] * shares[0]
    for lead, share in zip(leads[1:], shares[1:], strict=True):
        total += lead * share
    return np.asarray(total)
