"""Best-worst method (最优最劣法): the best criterion against all others, and all others against the worst.

Two models: the linear one of 2016 has a single best answer; the nonlinear one of 2015 has a consistency ratio in the
sense of AHP and, with more than three criteria that disagree, a whole range of best answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from toolkit.errors import refuse
from toolkit.ranking import Floats
from toolkit.text import Phrase, phrase
from toolkit.weighting.best_worst_input import BestWorst, Contradiction, best_worst_input, contradictions
from toolkit.weighting.best_worst_models import linear_model, nonlinear_deviation, nonlinear_ranges
from toolkit.weighting.judgement import Names, divided

#: The largest deviation xi there can be for a_BW = 1 ... 9 (Rezaei 2015, table 1).
CONSISTENCY_INDEX = (0.00, 0.44, 1.00, 1.63, 2.30, 3.00, 3.73, 4.47, 5.23)
#: Input-based ratios above which judgements are thought over, for a_BW = 3 ... 9 (rows) and 3 ... 9 criteria.
#: Liang, F., Brunelli, M., Rezaei, J. (2020), table 3; for a_BW = 2 the threshold is 0.
THRESHOLDS = (
    (0.1667, 0.1667, 0.1667, 0.1667, 0.1667, 0.1667, 0.1667),
    (0.1121, 0.1529, 0.1898, 0.2206, 0.2527, 0.2577, 0.2683),
    (0.1354, 0.1994, 0.2306, 0.2546, 0.2716, 0.2844, 0.2960),
    (0.1330, 0.1990, 0.2643, 0.3044, 0.3144, 0.3221, 0.3262),
    (0.1294, 0.2457, 0.2819, 0.3029, 0.3144, 0.3251, 0.3403),
    (0.1309, 0.2521, 0.2958, 0.3154, 0.3408, 0.3620, 0.3657),
    (0.1359, 0.2681, 0.3062, 0.3337, 0.3517, 0.3620, 0.3662),
)
MODELS = ("linear", "nonlinear")


@dataclass(frozen=True, eq=False)
class BestWorstResult:
    """Shares from best-worst comparisons and the measures of their consistency.

    Parameters
    ----------
    shares : float64[criteria]
        Sum to 1: the linear model's, or the divided middles of `ranges`.
    deviation
        xi of the model: for the linear one a difference of shares (near 0 is consistent), for the nonlinear one
        the largest difference of a ratio of weights from its judgement.
    ratio
        CR = xi* / CI(a_BW) of the nonlinear model, whichever was asked for: 0 consistent, 1 as bad as can be.
    ranges : float64[criteria, 2]
        Least and largest share of each criterion among all best answers of the nonlinear model; NaN for the linear.
    input_ratio, threshold
        Input-based consistency ratio, and the published value above which the judgements should be thought over; None
        where none is published (a_BW not a whole number or 1; fewer than 3 or more than 9 criteria).
    contradictions
        Criteria whose two judgements do not multiply to a_BW, the worst first.
    """

    shares: Floats
    deviation: float
    ratio: float
    ranges: Floats
    input_ratio: float
    threshold: float | None
    contradictions: tuple[Contradiction, ...]


def best_worst_shares(
    best: int, worst: int, best_to_others: ArrayLike, others_to_worst: ArrayLike, names: Names = None
) -> Floats:
    """The shares of the linear model; see `best_worst_judgement`.

    Examples
    --------
    >>> best_worst_shares(1, 4, [2, 1, 4, 2, 8], [4, 8, 2, 4, 1]).round(4).tolist()
    [0.2105, 0.4211, 0.1053, 0.2105, 0.0526]
    """
    return best_worst_judgement(best, worst, best_to_others, others_to_worst, names).shares


def best_worst_ranges(
    best: int, worst: int, best_to_others: ArrayLike, others_to_worst: ArrayLike, names: Names = None
) -> Floats:
    """Between which shares the optimal ones lie by the nonlinear model, float64[criteria, 2]; see `best_worst_judgement`.

    Examples
    --------
    >>> best_worst_ranges(0, 2, [1, 3, 9], [9, 3, 1]).round(4).tolist()
    [[0.6923, 0.6923], [0.2308, 0.2308], [0.0769, 0.0769]]
    """
    return best_worst_judgement(best, worst, best_to_others, others_to_worst, names, model="nonlinear").ranges


def best_worst_judgement(
    best: int,
    worst: int,
    best_to_others: ArrayLike,
    others_to_worst: ArrayLike,
    names: Names = None,
    *,
    model: str = "linear",
) -> BestWorstResult:
    """Shares from best-worst comparisons.

    Linear: the shares w with the smallest xi such that |w_B - a_Bj w_j| <= xi and |w_j - a_jW w_W| <= xi.
    Nonlinear: the same with |w_B/w_j - a_Bj| <= xi and |w_j/w_W - a_jW| <= xi.

    Parameters
    ----------
    best, worst
        Places of the most and the least important criterion, from 0.
    best_to_others : float64[criteria]
        a_Bj: how many times as important the best is as each, 1 to 9; 1 at the best.
    others_to_worst : float64[criteria]
        a_jW: how many times as important each is as the worst, 1 to 9; 1 at the worst.
    names
        The criteria's names for messages; C1, C2, ... where none are given.
    model
        "linear" or "nonlinear".

    Raises
    ------
    Refused
        See `toolkit.weighting.best_worst_input.best_worst_input`; for an unknown model.

    References
    ----------
    Rezaei, J. (2015). Best-worst multi-criteria decision-making method. Omega 53, 49-57. Rezaei, J. (2016),
    Omega 64, 126-130 (linear model, ranges). Liang, F., Brunelli, M., Rezaei, J. (2020). Consistency issues in the
    best worst method: measurements and thresholds. Omega 96, 102175.

    Examples
    --------
    Cost is best and eight times load flexibility; accessibility stands between them, not quite consistently.

    >>> found = best_worst_judgement(2, 0, [8, 2, 1], [1, 5, 8], model="nonlinear")
    >>> found.shares.round(4).tolist(), round(found.deviation, 2), round(found.ratio, 3)
    ([0.0714, 0.3387, 0.5899], 0.26, 0.058)
    """
    given = best_worst_input(best, worst, best_to_others, others_to_worst, names)
    if model not in MODELS:
        raise refuse(
            phrase("没有这种模型：{m}", "there is no such model: {m}", m=model),
            Phrase("请用 linear 或 nonlinear", "use linear or nonlinear"),
        )
    xi = nonlinear_deviation(given)
    if model == "linear":
        shares, deviation = linear_model(given)
        ranges = np.full((len(shares), 2), np.nan)
    else:
        ranges, deviation = nonlinear_ranges(given, xi), xi
        shares = divided(ranges.mean(axis=1))
    found = contradictions(given)
    input_ratio = max((one.ratio for one in found), default=0.0)
    return BestWorstResult(shares, deviation, _ratio(given, xi), ranges, input_ratio, _threshold(given), found)


def consistency_index(best_to_worst: float) -> float:
    """The largest xi there can be for a_BW: the smaller root of xi^2 - (1 + 2a) xi + (a^2 - a) = 0.

    Examples
    --------
    >>> [round(consistency_index(a), 2) for a in range(1, 10)] == list(CONSISTENCY_INDEX)
    True
    """
    a = best_to_worst
    return float((1 + 2 * a - np.sqrt(8 * a + 1)) / 2)


def _ratio(given: BestWorst, xi: float) -> float:
    """CR by the published table for whole judgements, by its formula between them."""
    a = given.span
    index = CONSISTENCY_INDEX[int(a) - 1] if a.is_integer() else consistency_index(a)
    return xi / index if index > 0 else 0.0


def _threshold(given: BestWorst) -> float | None:
    a, count = given.span, len(given.from_best)
    if a == 2:
        return 0.0
    listed = a.is_integer() and 3 <= a <= 9 and 3 <= count <= 9
    return THRESHOLDS[int(a) - 3][count - 3] if listed else None
