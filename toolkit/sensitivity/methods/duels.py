"""Methods that compare every member with every other: duels by each indicator, weighed and added up.

Values, shares and gaps as in `toolkit.sensitivity.methods.scores`. A duel of two members goes by the indicators that
count for both, each weighing the mean of the two members' shares, taken so that they sum to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike

from toolkit.ranking import Floats, Mask, rounded
from toolkit.sensitivity.methods.scores import arithmetic, counted_shares

BLOCK = 256  # members compared with all others at once: memory is BLOCK x members
LEVEL = 9  # decimals to which two supports count as the same


def borda(values: Floats, shares: ArrayLike) -> Floats:
    """Weighted Borda points, 0 to 1: by each indicator the share of the others that a member is ahead of, a tie half.

    Examples
    --------
    >>> borda(np.array([[90.0, 1.0], [80.0, 2.0], [80.0, 3.0]]), [0.5, 0.5]).tolist()
    [0.5, 0.375, 0.625]
    """
    ahead = [_ahead(column) for column in values.T]
    points = np.column_stack([(below + 0.5 * level) / max(n - 1, 1) for below, level, n in ahead])
    return arithmetic(np.where(np.isnan(values), np.nan, points), shares)


def copeland(values: Floats, shares: ArrayLike) -> Floats:
    """Duels won less duels lost, -(n - 1) to n - 1: a duel is won with the greater weight of the indicators behind one.

    Examples
    --------
    >>> copeland(np.array([[90.0, 1.0], [80.0, 2.0], [70.0, 3.0]]), [0.6, 0.4]).tolist()
    [2.0, 0.0, -2.0]
    """
    found = np.empty(len(values))
    for rows, pairs in _duels(values, shares, _any_lead):
        found[rows] = np.sign(rounded(pairs, LEVEL)).sum(axis=1)  # whole numbers: in any order the same
    return found + 0.0 * counted_shares(values, shares)[:, 0]


def promethee(
    values: Floats, shares: ArrayLike, *, indifference: ArrayLike = 0.0, preference: ArrayLike | None = None
) -> Floats:
    """The net flow of PROMETHEE II, -1 to 1: how much a member is preferred to the others on average, less the reverse.

    Under the usual criterion any lead counts in full. With `preference` p the criterion is linear: a lead d counts
    (d - q) / (p - q), held within 0 and 1, where q is the `indifference`; one for all or float64[indicators].

    References
    ----------
    Brans, J.-P., Vincke, P. (1985), A preference ranking organisation method, Management Science 31, 647-656.
    """
    found, others = np.empty(len(values)), max(len(values) - 1, 1)
    q = np.broadcast_to(np.asarray(indifference, dtype=np.float64), values.shape[1])
    p = q if preference is None else np.broadcast_to(np.asarray(preference, dtype=np.float64), values.shape[1])

    def preferred(away: Floats, place: int) -> Floats:
        if p[place] <= q[place]:
            return np.where(away > q[place], 1.0, 0.0)
        return np.asarray(np.clip((away - q[place]) / (p[place] - q[place]), 0.0, 1.0))

    for rows, pairs in _duels(values, shares, preferred):
        found[rows] = np.sort(pairs, axis=1).sum(axis=1) / others
    return found + 0.0 * counted_shares(values, shares)[:, 0]


def _any_lead(away: Floats, place: int) -> Floats:  # noqa: ARG001 - the same for every indicator
    return np.where(away > 0, 1.0, 0.0)


def _duels(values: Floats, shares: ArrayLike, preferred: Callable[[Floats, int], Floats]) -> Iterator[tuple[slice, Floats]]:
    """How much each member of a block is preferred to every member, less the reverse: float64[block, members]."""
    own = np.nan_to_num(counted_shares(values, shares))
    there: Mask = ~np.isnan(values)
    for start in range(0, len(values), BLOCK):
        rows = slice(start, start + BLOCK)
        net, whole = (np.zeros((len(values[rows]), len(values))) for _ in range(2))
        for place, column in enumerate(values.T):
            both = there[rows, place, None] & there[None, :, place]
            weight = np.where(both, (own[rows, place, None] + own[None, :, place]) / 2, 0.0)
            away = np.where(both, column[rows, None] - column[None, :], 0.0)
            net += weight * (preferred(away, place) - preferred(-away, place))
            whole += weight
        yield rows, net / np.where(whole > 0, whole, 1.0)


def _ahead(column: Floats) -> tuple[Floats, Floats, int]:
    """How many of those with a value each is ahead of, and level with; and how many have one."""
    known = np.sort(column[~np.isnan(column)])
    below = np.searchsorted(known, column, "left").astype(np.float64)
    upto = np.searchsorted(known, column, "right").astype(np.float64)
    return below, np.maximum(upto - below - 1, 0.0), len(known)
