"""How much weight lies between any two experts."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from toolkit.errors import refuse
from toolkit.ranking import Floats
from toolkit.text import Phrase, phrase
from toolkit.weighting.judgement import Names, vectors

Kind = Literal["moved", "euclidean", "jensen_shannon"]


def distances(shares: ArrayLike, kind: Kind = "moved", experts: Names = None) -> Floats:
    """How far every two experts lie apart.

    - "moved": half the sum of |differences|, the part of the whole weight that must be moved from criteria to others
      to turn one vector into the other: 0.07 is seven points of 100;
    - "euclidean": the root of the sum of squared differences;
    - "jensen_shannon": the root of the Jensen-Shannon divergence in bits, 0 to 1, which weighs relative
      differences of small shares more, and takes zeros (Aitchison's distance of log ratios cannot).

    Parameters
    ----------
    shares : float64[experts, criteria]

    Returns
    -------
    float64[experts, experts]
        Symmetric, diagonal 0.

    References
    ----------
    Endres, D. M., Schindelin, J. E. (2003). A new metric for probability distributions. IEEE Transactions on
    Information Theory 49(7), 1858-1860.

    Examples
    --------
    >>> distances([[0.5, 0.3, 0.2], [0.4, 0.3, 0.3]]).round(4).tolist()
    [[0.0, 0.1], [0.1, 0.0]]
    """
    from scipy.spatial.distance import cdist

    table, _ = vectors(shares, experts)
    if kind == "moved":
        return np.asarray(cdist(table, table, "cityblock") / 2)
    if kind == "euclidean":
        return np.asarray(cdist(table, table))
    if kind == "jensen_shannon":
        return _jensen_shannon(table)
    raise refuse(
        phrase("没有这种距离：{kind}", "there is no such distance: {kind}", kind=kind),
        Phrase("请用 moved、euclidean 或 jensen_shannon", "use moved, euclidean or jensen_shannon"),
    )


def _jensen_shannon(table: Floats) -> Floats:
    from scipy.special import rel_entr

    one, other = table[:, None], table[None, :]
    middle = (one + other) / 2
    divergence = (rel_entr(one, middle).sum(axis=2) + rel_entr(other, middle).sum(axis=2)) / np.log(4)
    # Rounding can leave a hair below 0 between vectors that are all but the same.
    return np.asarray(np.sqrt(np.maximum(divergence, 0.0)))
