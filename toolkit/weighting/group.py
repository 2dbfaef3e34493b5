"""From several experts' shares to the group's: means, median, trimmed mean; and one matrix from several."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from toolkit.errors import refuse
from toolkit.ranking import Floats
from toolkit.text import Phrase, phrase
from toolkit.weighting.comparison_matrix import Typed, comparisons
from toolkit.weighting.judgement import Names, divided, judged, named, settled_sum, vectors


def group_shares(
    shares: ArrayLike,
    by: str = "arithmetic",
    *,
    weights: ArrayLike | None = None,
    trim: int = 1,
    experts: Names = None,
) -> Floats:
    """The group's shares from its experts' own.

    Parameters
    ----------
    shares : float64[experts, criteria]
        At least 0; each row is divided to sum to 1 first.
    by
        "arithmetic": the mean. "geometric": the geometric mean, divided to sum to 1; a criterion to which one
        expert gives 0 gets 0. "median": each criterion's median, divided. "trimmed": each criterion's mean without
        its `trim` highest and `trim` lowest shares, divided. On AHP shares, "geometric" is the aggregation of
        individual priorities (AIP).
    weights : float64[experts]
        What each expert counts; equal where None. The median is the point with half the weight on either side.
    trim
        How many are left out at each end; fewer than half the experts.
    experts
        Their names for messages; E1, E2, ... where none are given.

    Returns
    -------
    float64[criteria]
        Sum to 1. The order of experts changes no bit of it.

    Raises
    ------
    Refused
        For a vector lacking numbers, negative or all 0, naming the expert; for weights of experts that are not as
        many, negative or all 0; for too few experts to trim; where every criterion has a 0 from somebody
        (geometric) or a median of 0.

    References
    ----------
    Forman, E., Peniwati, K. (1998). Aggregating individual judgments and priorities with the analytic hierarchy
    process. European Journal of Operational Research 108(1), 165-169.

    Examples
    --------
    >>> own = [[0.5, 0.3, 0.2], [0.4, 0.4, 0.2], [0.1, 0.2, 0.7]]
    >>> group_shares(own).round(4).tolist()
    [0.3333, 0.3, 0.3667]
    >>> group_shares(own, "median").round(4).tolist()
    [0.4444, 0.3333, 0.2222]
    """
    table, labels = vectors(shares, experts)
    count = _counted(weights, labels)
    if by not in MEANS:
        raise refuse(
            phrase("没有这种合成方法：{by}", "there is no such mean: {by}", by=by),
            phrase("请用 {known} 之一", "use one of {known}", known=", ".join(MEANS)),
        )
    if by == "trimmed" and not 0 <= 2 * trim < len(table):
        raise refuse(
            phrase(
                "{n} 位专家，不能两端各去掉 {k} 个",
                "of {n} experts, {k} at each end cannot be left out",
                n=len(table),
                k=trim,
            ),
            Phrase("请少去几个，或增加专家", "trim fewer, or ask more experts"),
        )
    mean = MEANS[by](table, count, trim)
    if not mean.any():
        raise refuse(
            Phrase("合成后各项权重全为 0", "all weights of the group are 0"),
            Phrase("请改用 arithmetic", "use arithmetic"),
            value=by,
        )
    return divided(mean)


def group_matrix(
    matrices: Sequence[Typed], *, weights: ArrayLike | None = None, names: Names = None, experts: Names = None
) -> Floats:
    """One comparison matrix from several: the geometric mean of each comparison (AIJ), over those who made it.

    Parameters
    ----------
    matrices
        One each expert; see `toolkit.weighting.comparison_matrix.comparisons`.
    weights : float64[experts]
        What each expert counts; equal where None.

    Returns
    -------
    float64[n, n]
        Reciprocal; NaN for pairs that nobody compared.

    References
    ----------
    Aczél, J., Saaty, T. L. (1983). Procedures for synthesizing ratio judgements. J. Mathematical Psychology 27(1).

    Examples
    --------
    >>> group_matrix([[[1, 2], [None, 1]], [[1, 8], [None, 1]]]).round(6).tolist()
    [[1.0, 4.0], [0.25, 1.0]]
    """
    labels = named(len(matrices), experts, "E")
    count = _counted(weights, labels)
    stack = np.array([comparisons(matrix, names)[0] for matrix in matrices])
    given = ~np.isnan(stack)
    heard = settled_sum(np.where(given, count[:, None, None], 0.0), axis=0)
    total = settled_sum(np.where(given, np.log(np.where(given, stack, 1.0)) * count[:, None, None], 0.0), axis=0)
    upper = np.triu(np.exp(np.divide(total, heard, out=np.full_like(total, np.nan), where=heard > 0)), 1)
    return np.asarray(upper + np.triu(1 / np.where(upper == 0, 1.0, upper), 1).T + np.eye(len(upper)))


def _counted(weights: ArrayLike | None, experts: tuple[str, ...]) -> Floats:
    """What each expert counts, summing to 1."""
    return divided(np.ones(len(experts)) if weights is None else judged(weights, experts)[0])


def _arithmetic(table: Floats, count: Floats, trim: int) -> Floats:  # noqa: ARG001 - all means are called alike
    return settled_sum(table * count[:, None], axis=0)


def _geometric(table: Floats, count: Floats, trim: int) -> Floats:  # noqa: ARG001
    table, count = table[count > 0], count[count > 0]
    logarithms = np.log(np.where(table > 0, table, 1.0))
    mean = np.exp(settled_sum(logarithms * count[:, None], axis=0))
    return np.where((table > 0).all(axis=0), mean, 0.0)


def _median(table: Floats, count: Floats, trim: int) -> Floats:  # noqa: ARG001
    order = np.argsort(table, axis=0, kind="stable")
    ranked = np.take_along_axis(table, order, axis=0)
    below = np.cumsum(count[order], axis=0)
    # The half is met up to rounding: from both sides, and the middle of the two.
    low = np.argmax(below >= 0.5 - 1e-12, axis=0)
    high = np.argmax(below > 0.5 + 1e-12, axis=0)
    ends = [np.take_along_axis(ranked, place[None], axis=0)[0] for place in (low, high)]
    return np.asarray((ends[0] + ends[1]) / 2)


def _trimmed(table: Floats, count: Floats, trim: int) -> Floats:
    keys = np.broadcast_to(count[:, None], table.shape)
    order = np.lexsort((keys, table), axis=0)
    kept = order[trim : len(table) - trim]
    weight = count[kept]
    return settled_sum(np.take_along_axis(table, kept, axis=0) * weight, axis=0) / settled_sum(weight, axis=0)


MEANS: dict[str, Callable[[Floats, Floats, int], Floats]] = {
    "arithmetic": _arithmetic,
    "geometric": _geometric,
    "median": _median,
    "trimmed": _trimmed,
}
