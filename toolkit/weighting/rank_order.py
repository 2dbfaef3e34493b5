"""Weights from an order alone: rank-order centroid, rank-sum and rank-reciprocal weights."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from toolkit.errors import refuse
from toolkit.ranking import Floats
from toolkit.text import Phrase, phrase
from toolkit.weighting.judgement import Names, divided, fault, judged, stop_at

Kind = Literal["centroid", "sum", "reciprocal"]


def rank_order_shares(places: ArrayLike, names: Names = None, *, kind: Kind = "centroid") -> Floats:
    """The shares of criteria that were only put in order of importance.

    With n criteria, the one in place r weighs in proportion to

    - centroid (ROC): 1/r + 1/(r+1) + ... + 1/n, the mean of all weight vectors in that order;
    - sum: n + 1 - r;
    - reciprocal: 1/r.

    Criteria that tie share the mean weight of the places they take up together.

    Parameters
    ----------
    places : float64[criteria]
        1 for the most important. Only their order matters: 1-2-2-4, 1-2-2-3 and 1-2.5-2.5-4 say the same.
    names
        The criteria's names for messages; C1, C2, ... where none are given.
    kind
        "centroid", "sum" or "reciprocal".

    Returns
    -------
    float64[criteria]
        Shares that sum to 1 and never rise down the order.

    Raises
    ------
    Refused
        For a place lacking or below 1, each by name; for an unknown kind.

    References
    ----------
    Barron, F. H., Barrett, B. E. (1996). Decision quality using ranked attribute weights. Management Science
    42(11), 1515-1523. Stillwell, W. G., Seaver, D. A., Edwards, W. (1981), Organizational Behavior and Human
    Performance 28(1), 62-77 (rank sum and reciprocal).

    Examples
    --------
    >>> rank_order_shares([1, 2, 3]).round(4).tolist()
    [0.6111, 0.2778, 0.1111]
    >>> rank_order_shares([1, 2, 2], kind="sum").round(4).tolist()
    [0.5, 0.25, 0.25]
    """
    numbers, labels = judged(places, names)
    below = Phrase("名次不能小于 1", "a place is 1 or more")
    mend = Phrase("最重要的一项写 1", "write 1 for the most important")
    stop_at(fault(below, mend, name, x) for name, x in zip(labels, numbers.tolist(), strict=True) if x < 1)
    curve = _curve(len(numbers), kind)
    _, group, sizes = np.unique(numbers, return_inverse=True, return_counts=True)
    means = np.add.reduceat(curve, np.r_[0, np.cumsum(sizes)[:-1]]) / sizes
    return divided(means[group])


def _curve(count: int, kind: str) -> Floats:
    """The weights of places 1 to `count`, before they are divided."""
    place = np.arange(1.0, count + 1)
    if kind == "centroid":
        return np.cumsum(1 / place[::-1])[::-1]
    if kind == "sum":
        return count + 1 - place
    if kind == "reciprocal":
        return np.asarray(1 / place)
    raise refuse(
        phrase("没有这种方法：{kind}", "there is no such kind: {kind}", kind=kind),
        Phrase("请用 centroid、sum 或 reciprocal", "use centroid, sum or reciprocal"),
    )
