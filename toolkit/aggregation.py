"""Weighted power means: how a group's score is made of the scores under it.

With shares s (weights divided by the weights of the siblings that count) and scores v the mean of power p is
(sum s v^p)^(1/p): 1 is the arithmetic mean, 0 the geometric, -1 the harmonic, minus infinity the minimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from toolkit.errors import refuse
from toolkit.ranking import Floats, Mask
from toolkit.text import phrase

POWERS = {"arithmetic": 1.0, "sum": 1.0, "geometric": 0.0, "harmonic": -1.0, "minimum": -np.inf}


@dataclass(frozen=True)
class Branch:
    """One group of the tree: which node it is, what stands under it, and how that is gathered.

    Parameters
    ----------
    node, children
        Positions in `Tree.nodes`; children in the order of the scheme.
    label
        For messages.
    power
        Of the mean; see the module.
    full
        What the mean is multiplied by: 1, or for "sum" the points of all children over the scale.
    """

    node: int
    children: tuple[int, ...]
    label: str
    power: float
    full: float


def gather(branch: Branch, children: Sequence[tuple[Floats, float | Floats]], *shape: int) -> Floats:
    """The score of one group from the scores and weights of its children.

    Scores and weights broadcast to `shape`; a child that is NaN, or has no weight, does not count.
    """
    sums = Sums.nothing(*shape)
    for score, weight in children:
        sums.add(branch, score, weight)
    return sums.mean(branch)


@dataclass
class Sums:
    """What a group's mean is made of, while it is being added up.

    `top` is the sum of weight times score^power over what counts, `weight` the sum of those weights, `zero`
    where a zero makes the whole mean zero (powers 0 and below), `least` the smallest score that counts.
    """

    top: Floats
    weight: Floats
    zero: Mask
    least: Floats

    @classmethod
    def nothing(cls, *shape: int) -> Sums:
        """Nothing added yet."""
        return cls(np.zeros(shape), np.zeros(shape), np.zeros(shape, np.bool_), np.full(shape, np.inf))

    def add(self, branch: Branch, score: Floats, weight: float | Floats) -> None:
        """Add one child."""
        counts = ~np.isnan(score) & (np.asarray(weight) > 0)
        self.weight += np.where(counts, weight, 0.0)
        if branch.power == -np.inf:
            self.least = np.fmin(self.least, np.where(counts, score, np.inf))
            return
        self.top += np.where(counts, weight * bent(branch, score), 0.0)
        if branch.power <= 0:
            self.zero |= counts & (score == 0)

    def mean(self, branch: Branch) -> Floats:
        """The weighted power mean of what was added; NaN where nothing counts."""
        weight = np.where(self.weight > 0, self.weight, np.nan)
        if branch.power == -np.inf:
            return np.where(np.isnan(weight), np.nan, self.least) * branch.full
        return np.where(self.zero, 0.0, _straight(self.top / weight, branch.power)) * branch.full


def bent(branch: Branch, score: Floats) -> Floats:
    """Scores as the mean of the branch adds them: v^p, for power 0 log v; 0 for a zero it cannot take.

    Raises
    ------
    Refused
        When the power is not 1 and a score is below zero.
    """
    if branch.power == 1:
        return score
    if (score < 0).any():
        raise refuse(
            phrase(
                "“{label}”的合成方法不能用于负分",
                "the aggregate of {label} cannot take scores below 0",
                label=branch.label,
            ),
            phrase(
                "改用 arithmetic，或改用不产生负分的计分方法", "use arithmetic, or a shape that stays above 0"
            ),
            column=branch.label,
        )
    positive = np.where(score > 0, score, 1.0)
    if branch.power == 0:
        return np.log(positive)
    curved = 1.0 / positive if branch.power == -1 else positive**branch.power
    return np.where(score > 0, curved, 0.0)


def power(aggregate: str) -> float:
    """The power of the mean that an aggregate names.

    Examples
    --------
    >>> power("harmonic"), power("power(0.5)")
    (-1.0, 0.5)
    """
    return (
        POWERS[aggregate]
        if aggregate in POWERS
        else float(aggregate.removeprefix("power(").removesuffix(")"))
    )


def _straight(mean: Floats, power: float) -> Floats:
    if power == 1:
        return mean
    if power == 0:
        return np.exp(mean)
    if power < 0:
        mean = np.where(mean > 0, mean, np.nan)
    return 1.0 / mean if power == -1 else np.asarray(mean ** (1.0 / power))
