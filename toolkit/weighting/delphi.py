"""Rounds of asking (德尔菲法): where each expert stands within the group, and who moved how between two rounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from toolkit.errors import refuse
from toolkit.ranking import Floats, Integers
from toolkit.text import Phrase, phrase
from toolkit.weighting.agreement import kendall_w
from toolkit.weighting.judgement import Names, settled_sum, vectors


@dataclass(frozen=True, eq=False)
class Standing:
    """Where every expert stands within the group, for the slip each is handed before the next round.

    Parameters
    ----------
    quartiles : float64[3, criteria]
        Lower quartile, median, upper quartile of the group's shares.
    deviation : float64[experts, criteria]
        Own share less the median.
    outside : int64[experts, criteria]
        -1 below the lower quartile, 1 above the upper one, 0 between them: where a reason is asked for.
    """

    quartiles: Floats
    deviation: Floats
    outside: Integers

    @property
    def spread(self) -> Floats:
        """Upper less lower quartile of each criterion, float64[criteria]."""
        return np.asarray(self.quartiles[2] - self.quartiles[0])


@dataclass(frozen=True, eq=False)
class Movement:
    """What changed between two rounds of the same experts.

    Parameters
    ----------
    moved : float64[experts]
        The part of its weight that each moved, 0 to 1.
    nearer : float64[experts]
        By how much each came nearer to the first round's medians (weight moved); negative: it went away.
    spread : float64[2, criteria]
        The quartiles' distance of each criterion before and after.
    w
        Kendall's W before and after.
    """

    moved: Floats
    nearer: Floats
    spread: Floats
    w: tuple[float, float]

    @property
    def settled(self) -> Floats:
        """By how much the quartiles of each criterion drew together, float64[criteria]; negative: apart."""
        return np.asarray(self.spread[0] - self.spread[1])


def standing(shares: ArrayLike, experts: Names = None) -> Standing:
    """The group's quartiles and each expert's place among them.

    Parameters
    ----------
    shares : float64[experts, criteria]
        At least 0; each row is divided to sum to 1 first.
    experts
        Their names for messages; E1, E2, ... where none are given.

    Raises
    ------
    Refused
        For a vector lacking numbers, negative or all 0, naming the expert.

    References
    ----------
    Linstone, H. A., Turoff, M. (1975). The Delphi Method. Addison-Wesley.

    Examples
    --------
    >>> slip = standing([[0.5, 0.5], [0.4, 0.6], [0.45, 0.55], [0.8, 0.2], [0.5, 0.5]])
    >>> slip.quartiles[:, 0].tolist(), slip.outside[:, 0].tolist(), round(float(slip.deviation[3, 0]), 2)
    ([0.45, 0.5, 0.5], [0, -1, 0, 1, 0], 0.3)
    """
    table, _ = vectors(shares, experts)
    quartiles = np.quantile(table, [0.25, 0.5, 0.75], axis=0)
    outside = (table > quartiles[2] + 1e-12).astype(np.int64) - (table < quartiles[0] - 1e-12)
    return Standing(quartiles, table - quartiles[1], outside)


def movement(before: ArrayLike, after: ArrayLike, experts: Names = None) -> Movement:
    """Who moved, and whether the group drew together, between two rounds.

    Parameters
    ----------
    before, after : float64[experts, criteria]
        The same experts and criteria in the same order; two of each or more.

    Raises
    ------
    Refused
        If the two rounds are not of the same shape; see `standing` and `kendall_w`.

    Examples
    --------
    >>> rounds = movement([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5], [0.5, 0.2, 0.3]], [[0.5, 0.3, 0.2], [0.4, 0.3, 0.3], [0.5, 0.2, 0.3]])
    >>> rounds.moved.round(2).tolist(), rounds.nearer.round(2).tolist()
    ([0.0, 0.2, 0.0], [0.0, 0.2, 0.0])
    """
    (first, _), (second, _) = vectors(before, experts), vectors(after, experts)
    if first.shape != second.shape:
        raise refuse(
            phrase("两轮的专家或指标不同：{a} 与 {b}", "the rounds differ in shape: {a} and {b}", a=first.shape, b=second.shape),
            Phrase("请只比较两轮都参加的专家", "compare only experts of both rounds"),
        )
    own = [standing(first), standing(second)]
    middle = own[0].quartiles[1]
    return Movement(
        _moved(first, second),
        _moved(first, middle) - _moved(second, middle),
        np.array([round_.spread for round_ in own]),
        (kendall_w(first), kendall_w(second)),
    )


def _moved(one: Floats, other: Floats) -> Floats:
    return settled_sum(np.abs(one - other)) / 2
