"""From several experts' shares to the group's, one matrix from several, and how far the experts agree: Kendall's W, distances."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from toolkit.ground.problems import refuse
from toolkit.ground.ranking import Floats
from toolkit.ground.text import Phrase, phrase
from toolkit.weighting.ahp import Typed, comparisons
from toolkit.weighting.direct import OptionalNames, divided, labels_of, numbers_given, settled_sum, vectors


def group_shares(
    shares: ArrayLike,
    by: str = "arithmetic",
    *,
    weights: ArrayLike | None = None,
    trim: int = 1,
    experts: OptionalNames = None,
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
                "of {n:expert|experts}, {k} at each end cannot be left out",
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
    matrices: Sequence[Typed], *, weights: ArrayLike | None = None, names: OptionalNames = None, experts: OptionalNames = None
) -> Floats:
    """One comparison matrix from several: the geometric mean of each comparison (AIJ), over those who made it.

    Parameters
    ----------
    matrices
        One each expert; see `toolkit.weighting.ahp.comparisons`.
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
    labels = labels_of(len(matrices), experts, "E")
    count = _counted(weights, labels)
    stack = np.array([comparisons(matrix, names)[0] for matrix in matrices])
    given = ~np.isnan(stack)
    heard = settled_sum(np.where(given, count[:, None, None], 0.0), axis=0)
    total = settled_sum(np.where(given, np.log(np.where(given, stack, 1.0)) * count[:, None, None], 0.0), axis=0)
    upper = np.triu(np.exp(np.divide(total, heard, out=np.full_like(total, np.nan), where=heard > 0)), 1)
    return np.asarray(upper + np.triu(1 / np.where(upper == 0, 1.0, upper), 1).T + np.eye(len(upper)))


def _counted(weights: ArrayLike | None, experts: tuple[str, ...]) -> Floats:
    """What each expert counts, summing to 1."""
    return divided(np.ones(len(experts)) if weights is None else numbers_given(weights, experts)[0])


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


#: For so many criteria, the most experts for whom the exact p is still quick.
EXACT = {2: 20, 3: 15, 4: 8, 5: 5, 6: 3}
DECIMALS = 12


@dataclass(frozen=True)
class Concordance:
    """Kendall's coefficient of concordance, corrected for ties.

    Parameters
    ----------
    w
        1: all experts order the criteria alike. 0: no order is left on the whole. NaN where nobody tells any apart.
    chi_square, degrees
        m (n - 1) W for m experts and n criteria, and n - 1.
    p
        Probability of a W at least as large if every expert's order were drawn by lot.
    exact
        Whether p counts all orders; otherwise it is that of the chi-square distribution, which is rough for few
        criteria.
    experts, criteria
        m and n.
    """

    w: float
    chi_square: float
    degrees: int
    p: float
    exact: bool
    experts: int
    criteria: int


def concordance(shares: ArrayLike, experts: OptionalNames = None) -> Concordance:
    """Kendall's W of the experts' orders of the criteria.

    Each expert's shares are ranked, ties sharing the mean of their places. With R the rank sums, m experts, n
    criteria and t the sizes of ties: W = 12 sum (R - mean R)^2 / (m^2 (n^3 - n) - m sum (t^3 - t)).

    Parameters
    ----------
    shares : float64[experts, criteria]
        At least 0; shares equal to 12 decimals tie. At least two experts and two criteria.
    experts
        Their names for messages; E1, E2, ... where none are given.

    Raises
    ------
    Refused
        For a vector lacking numbers, negative or all 0, naming the expert; for fewer than two experts or criteria.

    References
    ----------
    Kendall, M. G., Babington Smith, B. (1939). The problem of m rankings. Annals of Mathematical Statistics 10(3),
    275-287. Siegel, S. (1956). Nonparametric Statistics for the Behavioral Sciences. McGraw-Hill, pp. 229-238.

    Examples
    --------
    >>> found = concordance([[0.5, 0.3, 0.2], [0.6, 0.3, 0.1], [0.4, 0.35, 0.25]])
    >>> found.w, round(found.p, 4), found.exact
    (1.0, 0.0278, True)
    """
    ranks = doubled_ranks(_told_apart(shares, experts))
    m, n = ranks.shape
    w = _w(ranks)
    if np.isnan(w):
        return Concordance(w, 0.0, n - 1, 1.0, exact=True, experts=m, criteria=n)
    chi_square = m * (n - 1) * w
    exact = m <= EXACT.get(n, 0)
    p = _exact(ranks) if exact else _approximate(chi_square, n - 1)
    return Concordance(w, chi_square, n - 1, p, exact, m, n)


def kendall_w(shares: ArrayLike, experts: OptionalNames = None) -> float:
    """Kendall's W alone, without its p; see `concordance`.

    Examples
    --------
    >>> kendall_w([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
    0.0
    """
    return _w(doubled_ranks(_told_apart(shares, experts)))


def rank_sums(shares: ArrayLike, experts: OptionalNames = None, *, largest_first: bool = False) -> Floats:
    """Kendall's rank sums R_j, over the experts, of the ranks of each criterion: what W measures the spread of.

    Rank 1 is that of the smallest number, ties sharing the mean of their places; so rows of ranks give their own sums, and
    the criterion with the least is the first of the group. W is the same either way.

    Parameters
    ----------
    shares : float64[experts, criteria]
        As for `concordance`: ranks, or shares with `largest_first`.
    largest_first
        Rank 1 is that of the largest number, as is meant where the rows are shares or scores.

    Returns
    -------
    float64[criteria]
        Whole or half numbers that sum to m n (n + 1) / 2 for m experts and n criteria.

    References
    ----------
    Kendall, M. G., Babington Smith, B. (1939); Siegel, S. (1956), p. 230: see `concordance`.

    Examples
    --------
    Three interviewers rank six applicants (Siegel 1956); W is 0.16:

    >>> ranks = [[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]]
    >>> rank_sums(ranks).tolist(), round(kendall_w(ranks), 2)
    ([8.0, 14.0, 11.0, 11.0, 11.0, 8.0], 0.16)
    >>> rank_sums([[0.5, 0.25, 0.25], [0.2, 0.3, 0.5]], largest_first=True).tolist()
    [4.0, 4.5, 3.5]
    """
    table = _told_apart(shares, experts)
    return np.asarray(doubled_ranks(-table if largest_first else table).sum(axis=0) / 2)


def doubled_ranks(table: Floats) -> Floats:
    """Twice the rank of every criterion with every expert, 2 for the smallest: whole numbers also where shares tie.

    Examples
    --------
    >>> doubled_ranks(np.array([[0.2, 0.2, 0.6]])).tolist()
    [[3.0, 3.0, 6.0]]
    """
    rounded = table.round(DECIMALS)
    order = rounded.argsort(axis=1, kind="stable")
    ranked = np.take_along_axis(rounded, order, axis=1)
    place = np.broadcast_to(np.arange(table.shape[1]), table.shape)
    edge = np.ones((len(table), table.shape[1] + 1), dtype=np.bool_)
    edge[:, 1:-1] = ranked[:, 1:] != ranked[:, :-1]
    first = np.maximum.accumulate(np.where(edge[:, :-1], place, 0), axis=1)
    last = np.minimum.accumulate(np.where(edge[:, 1:], place, table.shape[1])[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty_like(table)
    np.put_along_axis(ranks, order, first + last + 2.0, axis=1)
    return ranks


def _told_apart(shares: ArrayLike, experts: OptionalNames) -> Floats:
    table, _ = vectors(shares, experts)
    if min(table.shape) < 2:
        m, n = table.shape
        raise refuse(
            phrase("只有 {m} 位专家、{n} 项指标", "{m:expert|experts} and {n:criterion|criteria} are there", m=m, n=n),
            Phrase("一致性至少要两位专家、两项指标", "agreement needs two of each"),
        )
    return table


def _w(ranks: Floats) -> float:
    """W of doubled ranks, which make numerator and denominator whole numbers, four times the textbook's."""
    most = len(ranks) * float(_spread(ranks).sum())
    return float(_spread(ranks.sum(axis=0))) / most if most > 0 else float("nan")


def _spread(ranks: Floats) -> Floats:
    """The sum of squares round the mean, n times, along the last axis: whole numbers for whole ranks."""
    n = ranks.shape[-1]
    return np.asarray(n * (ranks**2).sum(axis=-1) - ranks.sum(axis=-1) ** 2)


def _approximate(chi_square: float, degrees: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(degrees, chi_square))


def _exact(ranks: Floats) -> float:
    """The part of all orders, each expert's ranks shuffled by lot, whose rank sums spread at least as much.

    Expert by expert: the sums that can have come about so far, in rising order (their spread does not mind which
    criterion is which), and how often each does.
    """
    sums: Floats = np.sort(ranks[:1], axis=1)
    often: Floats = np.ones(1)
    for expert_ranks in ranks[1:]:
        orders = np.array(list(permutations(expert_ranks)))
        following = np.sort((sums[:, None] + orders[None]).reshape(-1, ranks.shape[1]), axis=1)
        sums, group = np.unique(following, axis=0, return_inverse=True)
        often = np.asarray(np.bincount(group.ravel(), np.repeat(often, len(orders)) / len(orders)), dtype=np.float64)
    return float(min(1.0, often[_spread(sums) >= _spread(ranks.sum(axis=0))].sum()))


DistanceKind = Literal["moved", "euclidean", "jensen_shannon"]


def distances(shares: ArrayLike, kind: DistanceKind = "moved", experts: OptionalNames = None) -> Floats:
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
