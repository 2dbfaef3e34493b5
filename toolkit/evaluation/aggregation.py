"""Weighted power means: how a group's score is made of the scores under it.

With shares s (weights divided by the weights of the siblings that count) and scores v the mean of power p is
(sum s v^p)^(1/p): 1 is the arithmetic mean, 0 the geometric, -1 the harmonic, minus infinity the minimum.

Beside the means stand four ways in which weights have no say but for a weight of 0, whose node does not count: `maximum`; `median`,
the middle score, or half-way between the two in the middle; `product`, scale x prod(v / scale); and `quotient`, scale x first / second
in the order of the scheme, where both count whatever they weigh.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from operator import add, and_, mul
from typing import Any, TypeAlias

import numpy as np

from toolkit.ground.problems import refuse
from toolkit.ground.ranking import Floats, Mask, Step
from toolkit.ground.text import Phrase, phrase
from toolkit.scheme.shapes.absolute import ValueShape
from toolkit.scheme.shapes.relative import EVERYONE, Divisions, Relative

POWERS = {
    "arithmetic": 1.0, "conditional": 1.0, "sum": 1.0, "geometric": 0.0, "harmonic": -1.0, "minimum": -np.inf,
}  # fmt: skip
NOISE = 9  # decimals of a gathered score beyond which it is noise of floats, which moves nobody over a bound
UNWEIGHTED = ("maximum", "median", "product", "quotient")

Weights: TypeAlias = float | Floats


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
        Of the mean; see the module. NaN where it is no mean.
    full
        What the mean is multiplied by: 1, or for "sum" the points of all children over the scale.
    when
        Of a conditional group: which children are observed, and the weights of all children then.
    least_present
        The least share of the applicable children that must have a score, or above 1 how many of them; None asks for one.
    cap
        What its score is held at, at most.
    own, points
        How its own score is rounded, and the points that each child gives it, where the scheme says so.
    whole
        Whether what does not count adds nothing: the mean is divided by the weights of all, and not of those that count.
    other
        Of `UNWEIGHTED`, where it is no mean.
    scale
        Of the scheme: what a product and a quotient are measured by.
    shape
        What the score that was gathered becomes, rounded to `NOISE` decimals; None leaves it as it is.
    unit
        How many of the scores' units make a point: they may be counted in steps.
    peers : object[members] or None
        The class of each member of one list, among whom a relative shape compares: the last axis of its scores is of one list, or of
        several one after the other. None where they are of one list, and nobody asks for classes.
    """

    node: int
    children: tuple[int, ...]
    label: Phrase
    power: float
    full: float
    when: tuple[tuple[tuple[bool, ...], tuple[float, ...]], ...] = ()
    least_present: float | None = None
    own: Step | None = None
    points: tuple[Step | None, ...] = ()
    cap: float | None = None
    whole: bool = False
    other: str = ""
    scale: float = 100.0
    shape: ValueShape | None = None
    unit: float = 1.0
    peers: Any = field(default=None, compare=False, repr=False)

    @property
    def settled(self) -> bool:
        """Whether it is a mean, the weights alone say how its children count, and nothing is rounded, cut or valued on the way."""
        return not self.when and self.least_present is None and not self.other and not self.stepped

    @property
    def stepped(self) -> bool:
        """Whether something is rounded here before the total is, or cut, or valued, so that its score is no mean any more."""
        return self.own is not None or self.cap is not None or self.shape is not None or any(self.points)

    def held(self, mean: Floats) -> Floats:
        """The score as it counts: held at its cap, valued, and rounded."""
        cut = mean if self.cap is None else np.minimum(mean, self.cap)
        if self.shape is not None:
            cut = self._valued(np.round(cut / self.unit, NOISE)) * self.unit
        return self.own.rounded(cut) if self.own else cut

    @property
    def compares(self) -> bool:
        """Whether it is valued among the members, so that it needs the scores of whole lists."""
        return isinstance(self.shape, Relative)

    def _valued(self, raw: Floats) -> Floats:
        assert self.shape is not None
        if not isinstance(self.shape, Relative):
            return self.shape.values(raw, self.scale)
        if self.shape.found is not None and self.shape.within == EVERYONE:
            return self.shape.values(raw.ravel(), self.scale).reshape(raw.shape)
        if not raw.size:
            return raw
        if self.peers is None:
            return self.shape.values_of_lists(raw.reshape(-1, raw.shape[-1]), self.scale, list(self.shape.divisions(None, raw.shape[-1]))).reshape(raw.shape)
        return self.shape.values_of_lists(raw.reshape(-1, len(self.peers)), self.scale, self._divisions).reshape(raw.shape)

    @cached_property
    def _divisions(self) -> Divisions:
        """Who of a list is compared with whom; looked up once, as every list of many is of the same members."""
        assert isinstance(self.shape, Relative)
        return list(self.shape.divisions(self.peers, len(self.peers)))

    @property
    def slack(self) -> float:
        """How far what is rounded here can carry its score beyond the scores of its children, in points."""
        return sum(step.most for step in (self.own, *self.points) if step)

    def counted_in(self, unit: float) -> Branch:
        """The same where scores come `unit` to a point."""
        own, *points = (step and replace(step, unit=unit) for step in (self.own, *self.points))
        return replace(self, own=own, points=tuple(points), cap=None if self.cap is None else self.cap * unit, unit=unit)


def gather(
    branch: Branch, children: Sequence[tuple[Floats, Weights]], *shape: int, applicable: Sequence[Mask] = (), without: Mask | None = None
) -> Floats:
    """The score of one group from the scores and weights of its children.

    Scores, weights and whether each child is `applicable` broadcast to `shape`; a child that is NaN, or has no
    weight, does not count. Left out, every child is applicable. Who is `without` a score, or has too few present, is not compared with either.
    """
    present = [] if branch.settled else [~np.isnan(score) for score, _ in children]
    weights = observed_weights(branch, present, [weight for _, weight in children])
    scores = [score for score, _ in children]
    if branch.least_present is not None:
        few = ~enough(branch, present, applicable)
        without = few if without is None else few | without
    if branch.stepped:
        return _stepped(branch, scores, weights, shape, without)
    return _none_for(without, _mean_of(branch, scores, weights, shape))


def _none_for(without: Mask | None, mean: Floats) -> Floats:
    return mean if without is None else np.where(without, np.nan, mean)


def _mean_of(branch: Branch, scores: Sequence[Floats], weights: Sequence[Weights], shape: tuple[int, ...]) -> Floats:
    if branch.other:
        return _of_others(branch, scores, weights, shape)
    mean = _mean(branch, scores, weights, shape, whole=True)
    if math.isnan(np.minimum.reduce(mean, axis=None, initial=np.inf)):
        mean = _mean(branch, scores, weights, shape, whole=False)
    return mean


def _stepped(branch: Branch, scores: Sequence[Floats], weights: Sequence[Weights], shape: tuple[int, ...], without: Mask | None) -> Floats:
    """The mean whose parts are rounded one by one where they are added up, and then it."""
    if branch.power != 1 or not any(branch.points):
        return branch.held(_none_for(without, _mean_of(branch, scores, weights, shape)))
    counts = [~np.isnan(score) & (np.asarray(weight) > 0) for score, weight in zip(scores, weights, strict=True)]
    whole = np.zeros(shape)
    for there, weight in zip(counts, weights, strict=True):
        whole = whole + np.where(there, weight, 0.0)
    total, whole = np.zeros(shape), np.where(whole > 0, reduce(add, weights) if branch.whole else whole, np.nan)
    for there, score, weight, step in zip(counts, scores, weights, branch.points, strict=True):
        points = np.where(there, score, 0.0) * weight / whole * branch.full
        total = total + (step.rounded(points) if step else points)
    return branch.held(_none_for(without, total))


def _mean(branch: Branch, scores: Sequence[Floats], weights: Sequence[Weights], shape: tuple[int, ...], *, whole: bool) -> Floats:
    """The mean of the children; taken as `whole` it is NaN where one is missing, but for who has 0 anyhow."""
    sums = Sums.nothing(*shape)
    for score, weight in zip(scores, weights, strict=True):
        if not isinstance(weight, float):
            sums.add(branch, score, weight)
        elif weight > 0:  # what nobody gives weight is not looked at, whatever it holds
            (sums.add_whole if whole else sums.add)(branch, score, weight)
    if branch.whole:
        sums.all = reduce(add, weights)
    return sums.mean(branch)


def _of_others(branch: Branch, scores: Sequence[Floats], weights: Sequence[Weights], shape: tuple[int, ...]) -> Floats:
    """The score of a group that is no mean, of those children that count."""
    if branch.other == "quotient":
        above, below = (np.broadcast_to(score, shape) for score in (*scores, *[np.array(np.nan)] * (2 - len(scores))))
        return np.asarray(branch.scale * branch.unit * np.divide(above, below, out=np.full(shape, np.nan), where=below > 0))
    counted = [np.broadcast_to(np.where(np.asarray(weight) > 0, score, np.nan), shape) for score, weight in zip(scores, weights, strict=True)]
    if branch.other == "maximum":
        return np.asarray(reduce(np.fmax, counted))
    if branch.other == "median":
        return _middle(np.stack(counted))
    for score in scores:
        _refuse_negative(branch, score)
    full = branch.scale * branch.unit
    factors = [np.where(np.isnan(score), 1.0, score / full) for score in counted]
    return np.where(reduce(and_, map(np.isnan, counted)), np.nan, full * reduce(mul, factors))


def _middle(scores: Floats) -> Floats:
    """The median along the first axis of what is not NaN."""
    ordered, count = np.sort(scores, axis=0), (~np.isnan(scores)).sum(axis=0)[None]
    low, high = (np.take_along_axis(ordered, place, axis=0)[0] for place in (np.maximum(count - 1, 0) // 2, np.minimum(count // 2, len(scores) - 1)))
    return np.asarray((low + high) / 2)


def observed_weights(branch: Branch, present: Sequence[Mask], weights: Sequence[Weights]) -> list[Weights]:
    """The weights of a group's children: by the first of `when` that names exactly those present, else as voted."""
    weights_found = list(weights)
    for observed, instead in reversed(branch.when):
        exactly = reduce(and_, (case == there for case, there in zip(observed, present, strict=True)))
        weights_found = [np.where(exactly, new, voted) for new, voted in zip(instead, weights_found, strict=True)]
    return weights_found


def enough(branch: Branch, present: Sequence[Mask], applicable: Sequence[Mask] = ()) -> Mask:
    """Whether the share of the applicable children that are present reaches `least_present`, or their number where that is above 1.

    The shares are quotients of whole numbers, so that 7 of 10 are exactly the 0.7 that a scheme writes. A child
    that is present is applicable.
    """
    applying = applicable or [np.ones(1, np.bool_)] * len(present)
    concerned = [own | there for own, there in zip(applying, present, strict=True)]
    there, of = (reduce(add, (mask.astype(np.int64) for mask in masks)) for masks in (present, concerned))
    least = branch.least_present or 0.0
    return np.asarray((there if least > 1 else there / np.maximum(of, 1)) >= least, dtype=np.bool_)


@dataclass
class Sums:
    """What a group's mean is made of, while it is being added up.

    `top` is the sum of weight times score^power over what counts, `weight` the sum of those weights, `zero`
    where a zero makes the whole mean zero (powers 0 and below), `least` the smallest score that counts, `all` the weights
    of all children, which the sum is divided by instead where what does not count adds nothing.
    """

    top: Floats
    weight: Weights = 0.0
    zero: Mask | bool = False
    least: Weights = np.inf
    all: Weights | None = None

    @classmethod
    def nothing(cls, *shape: int) -> Sums:
        """Nothing added yet."""
        return cls(np.zeros(shape))

    def add(self, branch: Branch, score: Floats, weight: Weights) -> None:
        """Add one child."""
        if np.minimum.reduce(weight, axis=None, initial=np.inf) > 0 and not math.isnan(np.minimum.reduce(score, axis=None, initial=np.inf)):
            self.add_whole(branch, score, weight)
            return
        counts = ~np.isnan(score) & (np.asarray(weight) > 0)
        self.weight = self.weight + np.where(counts, weight, 0.0)
        if branch.power == -np.inf:
            self.least = np.fmin(self.least, np.where(counts, score, np.inf))
            return
        self.top += np.where(counts, weight * bent(branch, score), 0.0)
        if branch.power <= 0:
            self.zero = self.zero | (counts & (score == 0))

    def add_whole(self, branch: Branch, score: Floats, weight: Weights) -> None:
        """The same in half the time where nobody lacks the score, and all give it weight; else its gaps are gaps of the sums."""
        self.weight = self.weight + weight
        if branch.power == -np.inf:
            self.least = np.minimum(self.least, score)
            return
        self.top += weight * bent(branch, score)
        if branch.power <= 0:
            self.zero = self.zero | (score == 0)

    def mean(self, branch: Branch) -> Floats:
        """The weighted power mean of what was added; NaN where nothing counts."""
        weight = np.where(np.asarray(self.weight) > 0, self.weight if self.all is None else self.all, np.nan)
        if branch.power == -np.inf:
            return np.broadcast_to(np.where(np.isnan(weight), np.nan, self.least), self.top.shape)
        mean = self.top / weight
        if branch.power <= 0:  # what a zero makes zero is not worked out: beside one that weighs 1e-160 it would overflow
            mean = np.where(self.zero, 1.0, mean)
        mean = _straight(mean, branch.power)
        if branch.power <= 0:
            mean = np.where(self.zero, 0.0, mean)
        return mean if branch.full == 1 else mean * branch.full


def bent(branch: Branch, score: Floats) -> Floats:
    """Scores as the mean of the branch adds them: v^p, for power 0 log v; 0 for a zero it cannot take; NaN stays NaN.

    Raises
    ------
    Refused
        When the power is not 1 and a score is below zero.
    """
    if branch.power == 1:
        return score
    _refuse_negative(branch, score)
    positive = np.where(score == 0, 1.0, score)
    if branch.power == 0:
        return np.log(positive)
    curved = 1.0 / positive if branch.power == -1 else positive**branch.power
    return np.where(score == 0, 0.0, curved)


def _refuse_negative(branch: Branch, score: Floats) -> None:
    if (score < 0).any():
        raise refuse(
            phrase(
                "“{label.zh}”的合成方法不能用于负分",
                "the aggregate of {label.en} cannot take scores below 0",
                label=branch.label,
            ),
            phrase(
                "改用 arithmetic，或改用不产生负分的计分方法", "use arithmetic, or a shape that stays above 0"
            ),
            column=branch.label.en,
        )


def reach(branch: Branch, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Between which bounds a group's score lies whatever its children weigh, float64[members] each.

    Parameters
    ----------
    low, high : float64[children, members]
        Between which the children's lie; NaN where they do not count.
    """
    least, most = np.fmin.reduce(low, axis=0) * branch.full, np.fmax.reduce(high, axis=0) * branch.full
    if branch.whole:
        least, most = np.minimum(least, 0.0), np.maximum(most, 0.0)
    if branch.other == "product":
        gone = np.isnan(low).all(axis=0)
        ends = (np.nan_to_num(end / branch.scale, nan=1.0) for end in (low, high))
        least, most = (np.where(gone, np.nan, branch.scale * held(end, 1.0).prod(axis=0)) for held, end in zip((np.minimum, np.maximum), ends, strict=True))
    if branch.other == "quotient":
        corners = np.array([_of_others(branch, [above, below], [], above.shape) for above in (low[0], high[0]) for below in (low[-1], high[-1])])
        least, most = np.fmin.reduce(corners, axis=0), np.fmax.reduce(corners, axis=0)
    least, most = (end if branch.cap is None else np.minimum(end, branch.cap) for end in (least - branch.slack, most + branch.slack))
    if branch.shape is None:
        return least, most
    if isinstance(branch.shape, Relative) and branch.shape.found is None:  # among themselves; by what was found it is a function of one score
        ends = (np.where(np.isnan(end), np.nan, bound) for end, bound in zip((least, most), branch.shape.bounds(branch.scale, low.shape[-1]), strict=True))
        least, most = (end if branch.own is None else branch.own.rounded(end) for end in ends)
        return least, most
    knots = [least, *(np.clip(knot, least, most) for knot in branch.shape.knots), most]
    values = np.array([branch.held(raw) for raw in knots])
    own = branch.own.most if branch.own else 0.0
    return np.fmin.reduce(values, axis=0) - own, np.fmax.reduce(values, axis=0) + own


def power(aggregate: str) -> float:
    """The power of the mean that an aggregate names.

    Examples
    --------
    >>> power("harmonic"), power("power(0.5)")
    (-1.0, 0.5)
    """
    if aggregate in UNWEIGHTED:
        return math.nan
    return (POWERS[aggregate] if aggregate in POWERS else float(aggregate.removeprefix("power(").removesuffix(")")))


def _straight(mean: Floats, power: float) -> Floats:
    if power == 1:
        return mean
    if power == 0:
        return np.exp(mean)
    if power < 0:
        mean = np.where(mean > 0, mean, np.nan)
    return 1.0 / mean if power == -1 else np.asarray(mean ** (1.0 / power))
