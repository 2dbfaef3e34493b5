"""Pairwise comparisons: a reciprocal matrix on Saaty's scale, as it is typed, checked and completed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike

from toolkit.errors import Problem, refuse
from toolkit.ranking import Floats, Mask
from toolkit.text import Phrase, phrase
from toolkit.weighting.judgement import Names, fault, named, stop_at
from toolkit.weighting.ratios import nearest_logarithms, refuse_parts

#: A matrix as it is typed: numbers, with None or NaN where two criteria were not compared.
Typed: TypeAlias = ArrayLike | Sequence[Sequence[float | None]]

TOP = 9.0
STEPS = (*(1.0 / step for step in range(9, 1, -1)), *(float(step) for step in range(1, 10)))
ROUNDED = 0.005 + 1e-9


def comparisons(matrix: Typed, names: Names = None) -> tuple[Floats, tuple[str, ...]]:
    """A comparison matrix, checked: reciprocal, on the scale 1/9 to 9, all criteria joined by comparisons.

    Of a pair it is enough to fill in one cell. Where both are, the one of at least 1 is taken at its word and the
    other may be its reciprocal rounded to two decimals, as people type it (3 and 0.33).

    Parameters
    ----------
    matrix : float64[n, n]
        How many times as important row i is as column j; NaN where they were not compared.
    names
        The criteria's names for messages; C1, C2, ... where none are given.

    Returns
    -------
    float64[n, n], names
        Exactly reciprocal, diagonal 1, NaN for pairs that were not compared.

    Raises
    ------
    Refused
        If it is not square; for every cell off the scale, off the reciprocal or on the diagonal and not 1; if
        the comparisons leave criteria apart, naming the parts.

    Examples
    --------
    >>> comparisons([[1, 3, None], [0.33, 1, 2], [None, None, 1]])[0].round(4).tolist()
    [[1.0, 3.0, nan], [0.3333, 1.0, 2.0], [nan, 0.5, 1.0]]
    """
    typed = np.array(cast("ArrayLike", matrix), dtype=np.float64)
    if typed.ndim != 2 or typed.shape[0] != typed.shape[1] or not typed.size:
        raise refuse(
            phrase("判断矩阵应为方阵，现为 {s}", "a comparison matrix is square, not {s}", s=typed.shape),
            Phrase("请让行与列是同样的指标", "let rows and columns be the same criteria"),
        )
    labels = named(len(typed), names)
    stop_at(_faults(typed, labels))
    whole = _reciprocal(typed)
    refuse_parts(~np.isnan(whole), labels)
    return whole, labels


def perron(matrix: Floats) -> tuple[float, Floats]:
    """The largest eigenvalue of a checked matrix and its positive eigenvector, which sums to 1.

    Where pairs were not compared, Harker's matrix stands in: 0 for the pair, and 1 more on the diagonal for each.

    References
    ----------
    Harker, P. T. (1987). Incomplete pairwise comparisons in the analytic hierarchy process. Mathematical Modelling
    9(11), 837-848.
    """
    roots, vectors = np.linalg.eig(harker(matrix))
    place = int(roots.real.argmax())
    vector = np.abs(vectors[:, place].real)
    return float(roots[place].real), np.asarray(vector / vector.sum())


def harker(matrix: Floats) -> Floats:
    """Matrices without gaps, with the eigenvector and eigenvalue of the incomplete ones, float64[..., n, n]."""
    gap = np.isnan(matrix)
    return np.asarray(np.where(gap, 0.0, matrix) + gap.sum(axis=-1)[..., None] * np.eye(matrix.shape[-1]))


def row_logarithms(matrix: Floats) -> Floats:
    """Logarithms of the geometric-mean weights (logarithmic least squares where incomplete), with mean 0."""
    given = known(matrix)
    return nearest_logarithms(np.where(given, np.log(np.where(given, matrix, 1.0)), 0.0), given.astype(np.float64))


def known(matrix: Floats) -> Mask:
    """Which pairs were compared, the diagonal left out."""
    return ~np.isnan(matrix) & ~np.eye(len(matrix), dtype=np.bool_)


def scale_text(value: float) -> str:
    """A judgement as people write it: 3 or 1/3.

    Examples
    --------
    >>> scale_text(1 / 7), scale_text(2.0), scale_text(2.34)
    ('1/7', '2', '2.34')
    """
    near = Fraction(value).limit_denominator(9)
    return str(near) if abs(float(near) - value) < 1e-9 else f"{value:.4g}"


def _reciprocal(typed: Floats) -> Floats:
    """The larger side of each pair taken at its word, its mirror made exact."""
    large = np.where(typed >= 1, typed, np.nan)
    large = np.where(large < np.nan_to_num(large.T), np.nan, large)
    whole = np.where(np.isnan(large), 1 / large.T, large)
    whole = np.where(np.isnan(whole), typed, whole)
    whole = np.where(np.isnan(whole), 1 / whole.T, whole)
    np.fill_diagonal(whole, 1.0)
    return whole


def _faults(typed: Floats, labels: Sequence[str]) -> Iterator[Problem]:
    for (row, column), value in np.ndenumerate(typed):
        place, mirror = f"{labels[row]} : {labels[column]}", float(typed[column, row])
        if np.isnan(value):
            continue
        if row == column:
            if value != 1:
                yield fault(Phrase("对角线应为 1", "the diagonal is 1"), Phrase("请写 1", "write 1"), place, value)
        elif np.isinf(value) or value <= 0 or max(value, 1 / value) > TOP * (1 + 0.02):
            rule = Phrase("不在 1/9 至 9 的标度上", "not on the scale 1/9 to 9")
            yield fault(rule, Phrase("请写 1 至 9，或其倒数", "write 1 to 9 or its reciprocal"), place, value)
        elif row < column and mirror > 0 and not _mirrors(float(value), mirror):
            rule = phrase(
                "与 {b} : {a} 的 {m:.4g} 不互为倒数",
                "not the reciprocal of {b} : {a}, {m:.4g}",
                a=labels[row],
                b=labels[column],
                m=mirror,
            )
            mend = phrase(
                "只留其中一个，或把后者改为 {r}",
                "leave one of the two out, or make the latter {r}",
                r=scale_text(1 / value),
            )
            yield fault(rule, mend, place, value)


def _mirrors(one: float, other: float) -> bool:
    small, large = sorted((one, other))
    return abs(small - 1 / large) <= ROUNDED
