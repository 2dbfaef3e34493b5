"""Shares as weights that a committee writes down: rounded, and still summing to exactly 100."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from toolkit.ranking import Floats


def whole_weights(shares: Floats, decimals: int) -> Floats:
    """Shares as percent with so many decimals, summing to 100: the largest remainders are rounded up.

    Of equal remainders the earlier node's goes first; remainders equal to 9 decimals are equal.

    Parameters
    ----------
    shares : float64[nodes]
        Sum to 1.

    Returns
    -------
    float64[nodes]
        Each the float nearest to its decimal number.

    References
    ----------
    Balinski, M. L., Young, H. P. (1982). Fair Representation. Yale University Press (Hamilton's method).

    Examples
    --------
    >>> whole_weights(np.array([1, 1, 1]) / 3, 1).tolist()
    [33.4, 33.3, 33.3]
    """
    unit = 10**decimals
    exact = (np.asarray(shares, dtype=np.float64) * 100 * unit).round(9)
    units = np.floor(exact)
    left = 100 * unit - int(units.sum())
    first = np.argsort(-(exact - units).round(9), kind="stable")[: max(left, 0)]
    units[first] += 1
    return np.asarray(units / unit)
