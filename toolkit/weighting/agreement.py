"""How far several experts agree: Kendall's W on the order of their weights, and how likely it is by chance."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike

from toolkit.errors import refuse
from toolkit.ranking import Floats
from toolkit.text import Phrase, phrase
from toolkit.weighting.judgement import Names, vectors

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


def concordance(shares: ArrayLike, experts: Names = None) -> Concordance:
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


def kendall_w(shares: ArrayLike, experts: Names = None) -> float:
    """Kendall's W alone, without its p; see `concordance`.

    Examples
    --------
    >>> kendall_w([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
    0.0
    """
    return _w(doubled_ranks(_told_apart(shares, experts)))


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


def _told_apart(shares: ArrayLike, experts: Names) -> Floats:
    table, _ = vectors(shares, experts)
    if min(table.shape) < 2:
        m, n = table.shape
        raise refuse(
            phrase("只有 {m} 位专家、{n} 项指标", "there are {m} experts and {n} criteria", m=m, n=n),
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
    for own in ranks[1:]:
        orders = np.array(list(permutations(own)))
        following = np.sort((sums[:, None] + orders[None]).reshape(-1, ranks.shape[1]), axis=1)
        sums, group = np.unique(following, axis=0, return_inverse=True)
        often = np.asarray(np.bincount(group.ravel(), np.repeat(often, len(orders)) / len(orders)), dtype=np.float64)
    return float(min(1.0, often[_spread(sums) >= _spread(ranks.sum(axis=0))].sum()))
