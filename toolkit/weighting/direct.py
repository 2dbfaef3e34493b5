"""Weights judged directly: points divided among the criteria, swings from worst to best, or an order alone.

And what every way of judging shares: numbers checked by the name of their criterion, and divided to sum to 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from toolkit.ground.problems import Problem, refuse, stop_at
from toolkit.ground.ranking import Floats
from toolkit.ground.text import Phrase, phrase

OptionalNames = Sequence[str] | None


def settled_sum(x: ArrayLike, axis: int = -1) -> Floats:
    """Sums along an axis that are the same to the last bit in whatever order the numbers come."""
    return np.asarray(np.sort(np.asarray(x, dtype=np.float64), axis=axis).sum(axis=axis))


def divided(weights: ArrayLike) -> Floats:
    """Weights divided by their sum: the shares, summing to 1 along the last axis.

    Parameters
    ----------
    weights : float64[..., criteria]
        At least 0 and not all 0; only their ratios matter.

    Examples
    --------
    >>> divided([2, 1, 1]).tolist()
    [0.5, 0.25, 0.25]
    """
    numbers = np.asarray(weights, dtype=np.float64)
    return np.asarray(numbers / settled_sum(numbers)[..., None])


def labels_of(count: int, names: OptionalNames = None, letter: str = "C") -> tuple[str, ...]:
    """The criteria's names for messages: those given, or C1, C2, ... in their order.

    Raises
    ------
    Refused
        If there are fewer or more names than criteria.
    """
    if names is None:
        return tuple(f"{letter}{place}" for place in range(1, count + 1))
    if len(names) != count:
        raise refuse(
            phrase(
                "名称有 {n} 个，判断有 {m} 个，不相等",
                "{n:name|names} for {m:judgement|judgements}",
                n=len(names),
                m=count,
            ),
            Phrase("请给每项一个名称", "give each one name"),
        )
    return tuple(str(name) for name in names)


def input_fault(rule: Phrase, mend: Phrase, name: str = "", value: object = "") -> Problem:
    """An error at a criterion or an expert: its name, the value found, the rule and the mend."""
    shown = f"{value:.10g}" if isinstance(value, float | np.floating) else str(value)
    return Problem("error", rule, mend, column=name, value=shown)


def numbers_given(values: ArrayLike, names: OptionalNames = None) -> tuple[Floats, tuple[str, ...]]:
    """One number for each criterion, checked: finite and at least 0, one or more of them, not all 0.

    Raises
    ------
    Refused
        Naming each criterion whose number is lacking, infinite or negative.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not numbers.size:
        raise refuse(
            phrase("应为一列数，现为 {s}", "one number for each criterion is wanted, not {s}", s=numbers.shape),
            Phrase("请给每项指标一个数", "give one number for each criterion"),
        )
    labels = labels_of(len(numbers), names)
    stop_at(_number_faults(numbers, labels))
    if not numbers.any():
        raise refuse(
            Phrase("所有数都是 0，分不出权重", "all numbers are 0: no weight can be told"),
            Phrase("请至少给一项大于 0 的数", "give at least one a number above 0"),
        )
    return numbers, labels


def vectors(shares: ArrayLike, experts: OptionalNames = None) -> tuple[Floats, tuple[str, ...]]:
    """The experts' vectors, checked and each divided to sum to 1.

    Parameters
    ----------
    shares : float64[experts, criteria]
        At least 0, no row all 0; only ratios within a row matter.
    experts
        Their names for messages; E1, E2, ... where none are given.

    Raises
    ------
    Refused
        Naming each expert whose vector lacks a number, holds a negative one or is all 0.
    """
    table = np.asarray(shares, dtype=np.float64)
    if table.ndim != 2 or not table.size:
        raise refuse(
            phrase("应为“专家×指标”的表，现为 {s}", "a table of experts x criteria is wanted, not {s}", s=table.shape),
            Phrase("请每位专家一行", "give each expert a row"),
        )
    labels = labels_of(len(table), experts, "E")
    if not (np.isfinite(table).all() and (table >= 0).all() and table.any(axis=1).all()):
        stop_at(_vector_faults(table, labels))
    return divided(table), labels


def _number_faults(numbers: Floats, labels: Sequence[str]) -> Iterable[Problem]:
    for name, number in zip(labels, numbers.tolist(), strict=True):
        if not np.isfinite(number):
            rule = Phrase("不是有限的数", "not a finite number")
            yield input_fault(rule, Phrase("请补上这一项；不计则写 0", "fill it in; 0 if it is not to count"), name, number)
        elif number < 0:
            rule = Phrase("权重不能为负", "a weight cannot be negative")
            yield input_fault(rule, Phrase("请改为 0 或正数", "write 0 or more"), name, number)


def _vector_faults(table: Floats, labels: Sequence[str]) -> Iterable[Problem]:
    for name, row in zip(labels, table, strict=True):
        bad = ~np.isfinite(row) | (row < 0)
        if bad.any():
            place = int(np.flatnonzero(bad)[0])
            rule = phrase("第 {n} 项权重不是非负的数", "weight {n} is no number of at least 0", n=place + 1)
            mend = Phrase("请补全该专家的权重，或不计该专家", "complete this expert's weights, or leave the expert out")
            yield input_fault(rule, mend, name, row[place])
        elif not row.any():
            rule = Phrase("权重全为 0", "all weights are 0")
            yield input_fault(rule, Phrase("请至少给一项权重", "give at least one a weight"), name)


NEAR = 1e-9


def points_shares(points: ArrayLike, names: OptionalNames = None, *, whole: float = 100.0) -> Floats:
    """The shares of points that were divided among the criteria: points / 100.

    Parameters
    ----------
    points : float64[criteria]
        At least 0 each; together exactly `whole`, to 1e-9.
    names
        The criteria's names for messages; C1, C2, ... where none are given.
    whole
        How many points there are to divide.

    Returns
    -------
    float64[criteria]
        Shares that sum to 1, in the order of `points`.

    Raises
    ------
    Refused
        For a number lacking, infinite or negative, each by name; for a sum other than `whole`, with the sum
        and how many points to add or take away.

    Examples
    --------
    An expert gives training 40 points, pledges 35 and the conduct record 25.

    >>> points_shares([40, 35, 25]).tolist()
    [0.4, 0.35, 0.25]
    >>> points_shares([40, 35, 20], ["training", "pledge", "conduct"])
    Traceback (most recent call last):
    toolkit.ground.problems.Refused: 1 problem
      the points must sum to 100, not 95 (training 40 + pledge 35 + conduct 20); give out 5 more
    """
    numbers, labels = numbers_given(points, names)
    over = float(settled_sum(numbers)) - whole
    if abs(over) > NEAR:
        listed = " + ".join(f"{name} {number:.10g}" for name, number in zip(labels, numbers, strict=True))
        raise refuse(
            phrase(
                "各项分数之和应为 {whole:.10g}，现为 {total:.10g}（{listed}）",
                "the points must sum to {whole:.10g}, not {total:.10g} ({listed})",
                whole=whole,
                total=whole + over,
                listed=listed,
            ),
            phrase("请再减去 {n:.10g} 分", "take {n:.10g} away", n=over)
            if over > 0
            else phrase("请再分出 {n:.10g} 分", "give out {n:.10g} more", n=-over),
        )
    return divided(numbers)


TOP = 100.0


def swing_shares(swings: ArrayLike, names: OptionalNames = None) -> Floats:
    """The shares of swings: each swing divided by their sum.

    The most valued swing from worst to best is given 100; every other is judged in proportion to it.

    Parameters
    ----------
    swings : float64[criteria]
        0 to 100 each, the largest exactly 100.
    names
        The criteria's names for messages; C1, C2, ... where none are given.

    Returns
    -------
    float64[criteria]
        Shares that sum to 1.

    Raises
    ------
    Refused
        For a number lacking, negative or above 100, each by name; if none is 100.

    References
    ----------
    von Winterfeldt, D., Edwards, W. (1986). Decision Analysis and Behavioral Research. Cambridge University Press.

    Examples
    --------
    >>> swing_shares([100, 60, 40]).tolist()
    [0.5, 0.3, 0.2]
    """
    numbers, labels = numbers_given(swings, names)
    over = phrase("超过 {top:g}", "above {top:g}", top=TOP)
    mend = phrase("最看重的一项写 {top:g}，其余写 0 至 {top:g}", "write {top:g} for the most valued, 0 to {top:g} for the rest", top=TOP)
    stop_at(input_fault(over, mend, name, x) for name, x in zip(labels, numbers.tolist(), strict=True) if x > TOP)
    if numbers.max() < TOP:
        largest = labels[int(numbers.argmax())]
        rule = phrase("最大的一项应为 {top:g}", "the largest must be {top:g}", top=TOP)
        raise refuse(rule, mend, column=largest, value=f"{numbers.max():.10g}")
    return divided(numbers)


RankCurve = Literal["centroid", "sum", "reciprocal"]


def rank_order_shares(places: ArrayLike, names: OptionalNames = None, *, kind: RankCurve = "centroid") -> Floats:
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
    numbers, labels = numbers_given(places, names)
    below = Phrase("名次不能小于 1", "a place is 1 or more")
    mend = Phrase("最重要的一项写 1", "write 1 for the most important")
    stop_at(input_fault(below, mend, name, x) for name, x in zip(labels, numbers.tolist(), strict=True) if x < 1)
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
