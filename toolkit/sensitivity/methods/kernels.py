"""Other ways to make one score of many values: each method a pure function of values and shares, higher always better.

`values` are float64[members, indicators], higher better in every column; `shares` float64[indicators], or
float64[members, indicators] where not the same indicators count for all. NaN is a gap: what does not count for a member.
Every method treats gaps alike: a member's shares are taken of the indicators that count for it, so that they sum to 1;
two members are compared by what counts for both. A member for whom nothing with a share counts has no score.

Sums over indicators run in their order; sums over members are whole numbers, or exact, or of sorted numbers: in
whatever order the members stand, each gets the same score to the last bit.

Methods that compare every member with every other do so by duels: a duel of two members goes by the indicators that count
for both, each weighing the mean of the two members' shares, taken so that they sum to 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from toolkit.ground.ranking import Floats, Integers, Mask, rounded

LEVEL = 9  # decimals to which two figures count as the same


def counted_shares(values: Floats, shares: ArrayLike) -> Floats:
    """Each member's shares of what counts for it, float64[members, indicators], rows summing to 1; NaN rows for nothing.

    Examples
    --------
    >>> counted_shares(np.array([[80.0, 60.0], [80.0, np.nan]]), [0.6, 0.4]).tolist()
    [[0.6, 0.4], [1.0, 0.0]]
    """
    shares_given = np.where(np.isnan(values), 0.0, np.broadcast_to(np.asarray(shares, dtype=np.float64), values.shape))
    whole = _added(shares_given)
    return shares_given / np.where(whole > 0, whole, np.nan)[:, None]


def arithmetic(values: Floats, shares: ArrayLike) -> Floats:
    """The weighted arithmetic mean, sum of w v; also called simple additive weighting.

    Examples
    --------
    >>> arithmetic(np.array([[90.0, 50.0], [70.0, 70.0]]), [0.5, 0.5]).tolist()
    [70.0, 70.0]
    """
    return _added(counted_shares(values, shares) * np.nan_to_num(values))


def geometric(values: Floats, shares: ArrayLike) -> Floats:
    """The weighted geometric mean, product of v^w: a weak side cannot be bought off. NaN with a value below 0.

    Examples
    --------
    >>> geometric(np.array([[90.0, 40.0], [65.0, 65.0]]), [0.5, 0.5]).round(6).tolist()
    [60.0, 65.0]
    """
    member_shares, known = counted_shares(values, shares), np.nan_to_num(values)
    logs = _added(member_shares * np.log(np.where(known > 0, known, 1.0)))
    product = np.where(((known == 0) & (member_shares > 0)).any(axis=1), 0.0, np.exp(logs))
    return np.where(((known < 0) & (member_shares > 0)).any(axis=1) | np.isnan(logs), np.nan, product)


def topsis(values: Floats, shares: ArrayLike, *, normalise: Literal["vector", "minmax"] = "vector") -> Floats:
    """Closeness to the ideal, 0 to 1: d- / (d+ + d-), by the distances from the worst and the best found in each column.

    Columns are first divided by their length (``vector``, as published), or stretched to 0..1 (``minmax``). 0.5 for all
    where nobody differs. The distances themselves: `topsis_distances`.

    References
    ----------
    Hwang, C.-L., Yoon, K. (1981), Multiple Attribute Decision Making, Springer, 128-140.
    """
    below, above = topsis_distances(values, shares, normalise=normalise)
    both = below + above
    return np.where(both == 0, 0.5, above / np.where(both == 0, 1.0, both))


def topsis_distances(
    values: Floats, shares: ArrayLike, *, normalise: Literal["vector", "minmax"] = "vector"
) -> tuple[Floats, Floats]:
    """Both distances of TOPSIS: d+ from the best found in each column, and d- from the worst.

    d = sqrt(sum of (w (x - x*))^2), with x the columns divided by their length, or stretched to 0..1 (``minmax``).

    Returns
    -------
    float64[members], float64[members]
        d+, the less the better, and d-, the more the better; NaN for a member without a score.

    Examples
    --------
    Columns 3, 4 and 4, 3 both have the length 5:

    >>> [ends.round(6).tolist() for ends in topsis_distances(np.array([[3.0, 4.0], [4.0, 3.0]]), [0.75, 0.25])]
    [[0.15, 0.05], [0.05, 0.15]]

    References
    ----------
    Hwang, C.-L., Yoon, K. (1981), Multiple Attribute Decision Making, Springer, 128-140.
    """
    member_shares = counted_shares(values, shares)
    scaled = _stretched(values) if normalise == "minmax" else values / _lengths(values)
    below, above = (_distances(member_shares, scaled - end) for end in (_greatest(scaled), _least(scaled)))
    return below, above


def vikor(values: Floats, shares: ArrayLike, *, v: float = 0.5) -> Floats:
    """1 - Q, where Q, 0 to 1, joins what a member falls short in all (S) and where it falls short most (R).

    S = sum and R = max of w (f* - f) / (f* - f-), with the best and worst found in each column; Q = v (S - S*) / (S- - S*)
    + (1 - v) (R - R*) / (R- - R*). As published the lowest Q is best; here it is turned. A column in which nobody differs,
    and S or R where nobody does, adds nothing.

    Examples
    --------
    The mountain to climb: risk 1, 2, 5 (less is better) and altitude; the published Q are 1, 0, 1.

    >>> vikor(np.array([[-1.0, 3000], [-2, 3750], [-5, 4500]]), [0.5, 0.5]).tolist()
    [0.0, 1.0, 0.0]

    References
    ----------
    Opricovic, S., Tzeng, G.-H. (2004), Compromise solution by MCDM methods, European Journal of Operational Research
    156, 445-455, section 4.
    """
    s, r = _shortfalls(values, shares)
    return 1.0 - _joined(s, r, v)


@dataclass(frozen=True, eq=False)
class Compromise:
    """What VIKOR finds and proposes, as published: of S, R and Q the lowest is best.

    Parameters
    ----------
    s, r, q : float64[members]
        What each falls short in all, where it falls short most, and the two joined; NaN for who has no score.
    order : int64[members]
        Places of the members from 0, the lowest Q first, as many as have a score.
    threshold
        DQ = 1 / (J - 1) for J members with a score: the advantage that is acceptable. NaN for one alone.
    advantage
        Acceptable advantage: the second lowest Q is DQ or more above the lowest. One alone has it.
    stability
        Acceptable stability: who has the lowest Q has the lowest S or the lowest R too; all of them, where several have it.
    proposed : bool[members]
        The compromise set. Both conditions met: the first alone. Stability alone lacking: the first and the second (all
        that are level with it). Advantage lacking: all whose Q is less than DQ above the lowest.
    """

    s: Floats
    r: Floats
    q: Floats
    order: Integers
    threshold: float
    advantage: bool
    stability: bool
    proposed: Mask


def vikor_compromise(values: Floats, shares: ArrayLike, *, v: float = 0.5) -> Compromise:
    """VIKOR with S, R and Q, acceptable advantage, acceptable stability and the compromise set; see `vikor` and `Compromise`.

    Figures are compared to nine decimals.

    Examples
    --------
    The last has the lowest Q, and just the advantage of 1/4; but others have the lowest S and the lowest R, so the next
    by Q is proposed beside it:

    >>> values = np.array([[110.0, 0], [0, 18], [0, 18], [55, 7], [53, 11]])
    >>> found = vikor_compromise(values, [0.55, 0.45])
    >>> [figures.round(4).tolist() for figures in (found.s, found.r, found.q)]
    [[0.45, 0.55, 0.55, 0.55, 0.46], [0.45, 0.55, 0.55, 0.275, 0.285], [0.3182, 1.0, 1.0, 0.5, 0.0682]]
    >>> found.threshold, found.advantage, found.stability, found.proposed.tolist()
    (0.25, True, False, [True, False, False, False, True])

    References
    ----------
    Opricovic, S., Tzeng, G.-H. (2004), Compromise solution by MCDM methods, European Journal of Operational Research
    156, 445-455.
    """
    s, r = _shortfalls(values, shares)
    q = _joined(s, r, v)
    level_s, level_r, level_q = (rounded(figures, LEVEL) for figures in (s, r, q))
    order = np.argsort(level_q, kind="stable")[: int((~np.isnan(q)).sum())]
    first, proposed = np.zeros(len(q), np.bool_), np.zeros(len(q), np.bool_)
    if len(order) < 2:
        proposed[order] = True
        return Compromise(s, r, q, order, float("nan"), advantage=True, stability=True, proposed=proposed)
    threshold, lowest, second = 1.0 / (len(order) - 1), level_q[order[0]], level_q[order[1]]
    advantage = bool(rounded(second - lowest - threshold, LEVEL) >= 0)
    first[order] = level_q[order] == lowest
    stability = bool(((level_s == np.nanmin(level_s)) | (level_r == np.nanmin(level_r)))[first].all())
    near = rounded(q - q[order[0]] - threshold, LEVEL) < 0 if not advantage else level_q <= (lowest if stability else second)
    proposed[order] = near[order]
    return Compromise(s, r, q, order, threshold, advantage, stability, proposed)


def _shortfalls(values: Floats, shares: ArrayLike) -> tuple[Floats, Floats]:
    """S and R: what each member falls short in all, and where it falls short most."""
    member_shares = counted_shares(values, shares)
    short = member_shares * np.nan_to_num(1.0 - _stretched(values, alike=1.0)) + 0.0 * member_shares
    return _added(short), short.max(axis=1, initial=0.0) + 0.0 * member_shares[:, 0]


def _joined(s: Floats, r: Floats, v: float) -> Floats:
    """Q of S and R."""
    return np.asarray(v * _stretched(s[:, None])[:, 0] + (1.0 - v) * _stretched(r[:, None])[:, 0])


def waspas(values: Floats, shares: ArrayLike, *, v: float = 0.5) -> Floats:
    """A mean of the arithmetic mean (weighing v) and the geometric one (1 - v) of the values as parts of the best found.

    NaN with a value below 0; a column in which the best is 0 is 0 for all.

    References
    ----------
    Zavadskas, E. K., Turskis, Z., Antucheviciene, J., Zakarevicius, A. (2012), Optimization of weighted aggregated sum
    product assessment, Elektronika ir Elektrotechnika 122(6), 3-6.
    """
    best = _greatest(values)
    parts = values / np.where(best > 0, best, 1.0)
    return v * arithmetic(parts, shares) + (1.0 - v) * geometric(parts, shares)


def spotis(
    values: Floats, shares: ArrayLike, *, bounds: tuple[ArrayLike, ArrayLike] = (0.0, 100.0), ideal: ArrayLike | None = None
) -> Floats:
    """1 - the distance from the ideal, sum of w |v - ideal| / (upper - lower), with bounds set beforehand, not found.

    As published the least distance is best; here it is turned. Nobody's score depends on the others: no rank is ever
    reversed. With the upper bounds as ideal and values within the bounds it ranks as the arithmetic mean does, so it is
    another method only where an `ideal` within the bounds is asked for.

    Parameters
    ----------
    bounds
        Lower and upper, one for all or float64[indicators] each: the scheme's scale.
    ideal
        The expected solution point, one for all or float64[indicators]; the upper bounds when left out.

    References
    ----------
    Dezert, J., Tchamova, A., Han, D., Tacnet, J.-M. (2020), The SPOTIS rank reversal free method for multi-criteria
    decision-making support, FUSION 2020.
    """
    lower, upper = (np.asarray(bound, dtype=np.float64) for bound in bounds)
    to = upper if ideal is None else np.asarray(ideal, dtype=np.float64)
    member_shares = counted_shares(values, shares)
    return 1.0 - _added(member_shares * np.nan_to_num(np.abs(values - to) / np.abs(upper - lower)))


def _distances(member_shares: Floats, away: Floats) -> Floats:
    """The length of each row of differences, each weighed by the member's own share; NaN where it has none."""
    return np.sqrt(_added(np.nan_to_num((member_shares * away) ** 2))) + 0.0 * member_shares[:, 0]


def _stretched(values: Floats, *, alike: float = 0.0) -> Floats:
    """Columns stretched from the least to the greatest, 0..1; `alike` throughout where nobody differs."""
    low, high = _least(values), _greatest(values)
    span = high - low
    same = np.where(np.isnan(values), np.nan, alike)
    return np.where(span > 0, (values - low) / np.where(span > 0, span, 1.0), same)


def _lengths(values: Floats) -> Floats:
    """The Euclidean length of each column, 1 for one of zeros; summed exactly, so in any order of members the same."""
    squares = (np.nan_to_num(column) ** 2 for column in values.T)
    lengths = np.sqrt(np.array([math.fsum(column.tolist()) for column in squares]))
    return np.where(lengths > 0, lengths, 1.0)


def _least(values: Floats) -> Floats:
    return np.asarray(np.fmin.reduce(values, axis=0, initial=np.nan))


def _greatest(values: Floats) -> Floats:
    return np.asarray(np.fmax.reduce(values, axis=0, initial=np.nan))


def _added(terms: Floats) -> Floats:
    """Rows added up column by column, in their order."""
    total = np.zeros(len(terms))
    for column in terms.T:
        total += column
    return total


BLOCK = 256  # members compared with all others at once: memory is BLOCK x members


def borda(values: Floats, shares: ArrayLike) -> Floats:
    """Weighted Borda points, 0 to 1: by each indicator the share of the others that a member is ahead of, a tie half.

    Examples
    --------
    >>> borda(np.array([[90.0, 1.0], [80.0, 2.0], [80.0, 3.0]]), [0.5, 0.5]).tolist()
    [0.5, 0.375, 0.625]
    """
    ahead = [_ahead(column) for column in values.T]
    points = np.column_stack([(below + 0.5 * level) / max(n - 1, 1) for below, level, n in ahead])
    return arithmetic(np.where(np.isnan(values), np.nan, points), shares)


def copeland(values: Floats, shares: ArrayLike) -> Floats:
    """Duels won less duels lost, -(n - 1) to n - 1: a duel is won with the greater weight of the indicators behind one.

    Examples
    --------
    >>> copeland(np.array([[90.0, 1.0], [80.0, 2.0], [70.0, 3.0]]), [0.6, 0.4]).tolist()
    [2.0, 0.0, -2.0]
    """
    points = np.empty(len(values))
    for rows, pairs in _duels(values, shares, _any_lead):
        points[rows] = np.sign(rounded(pairs, LEVEL)).sum(axis=1)  # whole numbers: in any order the same
    return points + 0.0 * counted_shares(values, shares)[:, 0]


def promethee(values: Floats, shares: ArrayLike, *, indifference: ArrayLike = 0.0, preference: ArrayLike | None = None) -> Floats:
    """The net flow of PROMETHEE II, -1 to 1: how much a member is preferred to the others on average, less the reverse.

    Under the usual criterion any lead counts in full. With `preference` p the criterion is linear: a lead d counts
    (d - q) / (p - q), held within 0 and 1, where q is the `indifference`; one for all or float64[indicators].

    References
    ----------
    Brans, J.-P., Vincke, P. (1985), A preference ranking organisation method, Management Science 31, 647-656.
    """
    flow, others = np.empty(len(values)), max(len(values) - 1, 1)
    q = np.broadcast_to(np.asarray(indifference, dtype=np.float64), values.shape[1])
    p = q if preference is None else np.broadcast_to(np.asarray(preference, dtype=np.float64), values.shape[1])

    def preferred(away: Floats, place: int) -> Floats:
        if p[place] <= q[place]:
            return np.where(away > q[place], 1.0, 0.0)
        return np.asarray(np.clip((away - q[place]) / (p[place] - q[place]), 0.0, 1.0))

    for rows, pairs in _duels(values, shares, preferred):
        flow[rows] = np.sort(pairs, axis=1).sum(axis=1) / others
    return flow + 0.0 * counted_shares(values, shares)[:, 0]


def _any_lead(away: Floats, place: int) -> Floats:  # noqa: ARG001 - the same for every indicator
    return np.where(away > 0, 1.0, 0.0)


def _duels(values: Floats, shares: ArrayLike, preferred: Callable[[Floats, int], Floats]) -> Iterator[tuple[slice, Floats]]:
    """How much each member of a block is preferred to every member, less the reverse: float64[block, members]."""
    member_shares = np.nan_to_num(counted_shares(values, shares))
    there: Mask = ~np.isnan(values)
    for start in range(0, len(values), BLOCK):
        rows = slice(start, start + BLOCK)
        net, whole = (np.zeros((len(values[rows]), len(values))) for _ in range(2))
        for place, column in enumerate(values.T):
            both = there[rows, place, None] & there[None, :, place]
            weight = np.where(both, (member_shares[rows, place, None] + member_shares[None, :, place]) / 2, 0.0)
            away = np.where(both, column[rows, None] - column[None, :], 0.0)
            net += weight * (preferred(away, place) - preferred(-away, place))
            whole += weight
        yield rows, net / np.where(whole > 0, whole, 1.0)


def _ahead(column: Floats) -> tuple[Floats, Floats, int]:
    """How many of those with a value each is ahead of, and level with; and how many have one."""
    known = np.sort(column[~np.isnan(column)])
    below = np.searchsorted(known, column, "left").astype(np.float64)
    upto = np.searchsorted(known, column, "right").astype(np.float64)
    return below, np.maximum(upto - below - 1, 0.0), len(known)
