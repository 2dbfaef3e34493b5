"""What every way of judging shares: numbers checked by the name of their criterion, and divided to sum to 1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from toolkit.errors import Problem, Problems, Refused, refuse
from toolkit.ranking import Floats
from toolkit.text import Phrase, phrase

Names = Sequence[str] | None


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


def named(count: int, names: Names = None, letter: str = "C") -> tuple[str, ...]:
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
                "{n} names for {m} judgements",
                n=len(names),
                m=count,
            ),
            Phrase("请给每项一个名称", "give each one name"),
        )
    return tuple(str(name) for name in names)


def stop_at(problems: Iterable[Problem]) -> None:
    """Refuse for every problem there is; go on when there is none."""
    found = tuple(problems)
    if found:
        raise Refused(Problems(found))


def fault(rule: Phrase, mend: Phrase, name: str = "", value: object = "") -> Problem:
    """An error at a criterion or an expert: its name, the value found, the rule and the mend."""
    said = f"{value:.10g}" if isinstance(value, float | np.floating) else str(value)
    return Problem("error", rule, mend, column=name, value=said)


def judged(values: ArrayLike, names: Names = None) -> tuple[Floats, tuple[str, ...]]:
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
    labels = named(len(numbers), names)
    stop_at(_number_faults(numbers, labels))
    if not numbers.any():
        raise refuse(
            Phrase("所有数都是 0，分不出权重", "all numbers are 0: no weight can be told"),
            Phrase("请至少给一项大于 0 的数", "give at least one a number above 0"),
        )
    return numbers, labels


def vectors(shares: ArrayLike, experts: Names = None) -> tuple[Floats, tuple[str, ...]]:
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
    labels = named(len(table), experts, "E")
    if not (np.isfinite(table).all() and (table >= 0).all() and table.any(axis=1).all()):
        stop_at(_vector_faults(table, labels))
    return divided(table), labels


def _number_faults(numbers: Floats, labels: Sequence[str]) -> Iterable[Problem]:
    for name, number in zip(labels, numbers.tolist(), strict=True):
        if not np.isfinite(number):
            rule = Phrase("不是有限的数", "not a finite number")
            yield fault(rule, Phrase("请补上这一项；不计则写 0", "fill it in; 0 if it is not to count"), name, number)
        elif number < 0:
            rule = Phrase("权重不能为负", "a weight cannot be negative")
            yield fault(rule, Phrase("请改为 0 或正数", "write 0 or more"), name, number)


def _vector_faults(table: Floats, labels: Sequence[str]) -> Iterable[Problem]:
    for name, row in zip(labels, table, strict=True):
        bad = ~np.isfinite(row) | (row < 0)
        if bad.any():
            place = int(np.flatnonzero(bad)[0])
            rule = phrase("第 {n} 项权重不是非负的数", "weight {n} is no number of at least 0", n=place + 1)
            mend = Phrase("请补全该专家的权重，或不计该专家", "complete this expert's weights, or leave the expert out")
            yield fault(rule, mend, name, row[place])
        elif not row.any():
            rule = Phrase("权重全为 0", "all weights are 0")
            yield fault(rule, Phrase("请至少给一项权重", "give at least one a weight"), name)
