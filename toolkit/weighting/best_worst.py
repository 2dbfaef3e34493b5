"""Best-worst method (最优最劣法): the best criterion against all others, and all others against the worst.

Two models: the linear one of 2016, a linear programme with a single best answer; the nonlinear one of 2015, whose least
deviation has a closed form, with a consistency ratio in the sense of AHP and, with more than three criteria that
disagree, a whole range of best answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from toolkit.ground.problems import Problem, refuse, stop_at
from toolkit.ground.ranking import Floats
from toolkit.ground.text import Phrase, phrase
from toolkit.weighting.ahp_consistency import Change, Mend
from toolkit.weighting.direct import OptionalNames, divided, input_fault, numbers_given

MOST = 9.0


@dataclass(frozen=True, eq=False)
class BestWorstInput:
    """Checked best-worst comparisons.

    Parameters
    ----------
    best, worst
        Places, from 0.
    from_best, to_worst : float64[criteria]
        a_Bj and a_jW, 1 to 9.
    names
        The criteria's names.
    """

    best: int
    worst: int
    from_best: Floats
    to_worst: Floats
    names: tuple[str, ...]

    @property
    def span(self) -> float:
        """a_BW: how many times as important the best is as the worst."""
        return float(self.from_best[self.worst])


@dataclass(frozen=True)
class Contradiction:
    """A criterion whose two judgements do not multiply to a_BW.

    Parameters
    ----------
    criterion, place
        Its name, and its place from 0.
    product, span
        a_Bj x a_jW, and a_BW which it should be.
    ratio
        |product - span| / (span^2 - span): 0 consistent, 1 as bad as can be.
    """

    criterion: str
    place: int
    product: float
    span: float
    ratio: float


def best_worst_input(
    best: int, worst: int, best_to_others: ArrayLike, others_to_worst: ArrayLike, names: OptionalNames = None
) -> BestWorstInput:
    """Best-worst comparisons, checked.

    Raises
    ------
    Refused
        For a place that does not exist; judgements that are not 1 to 9; a best or worst that is not 1 beside itself;
        a_BW not the same in both rows; a criterion judged further from the best, or further above the worst, than
        best and worst are from each other; best and worst one and the same although some differ.
    """
    (first, labels), (second, _) = numbers_given(best_to_others, names), numbers_given(others_to_worst, names)
    count = len(labels)
    if len(second) != count or not (0 <= best < count and 0 <= worst < count):
        raise refuse(
            phrase(
                "两行判断各 {n}、{m} 项，最优第 {b}、最劣第 {w}（从 0 数起）",
                "rows of {n} and {m:judgement|judgements}, best {b} and worst {w} (counted from 0)",
                n=count,
                m=len(second),
                b=best,
                w=worst,
            ),
            Phrase("请让两行等长，并指明其中的最优和最劣", "let both rows be as long, and best and worst among them"),
        )
    given = BestWorstInput(best, worst, first, second, labels)
    stop_at(_faults(given))
    return given


def contradictions(given: BestWorstInput) -> tuple[Contradiction, ...]:
    """Criteria with a_Bj x a_jW other than a_BW, the worst first; those level in the order of the criteria."""
    products = given.from_best * given.to_worst
    scale = given.span * (given.span - 1) or 1.0
    unequal = [
        Contradiction(given.names[place], place, product, given.span, abs(product - given.span) / scale)
        for place, product in enumerate(products.tolist())
        if place not in {given.best, given.worst} and abs(product - given.span) > 1e-9
    ]
    return tuple(sorted(unequal, key=lambda one: (-one.ratio, one.place)))


def _faults(given: BestWorstInput) -> Iterator[Problem]:
    for row, place in ((given.from_best, "best : {}"), (given.to_worst, "{} : worst")):
        for name, value in zip(given.names, row.tolist(), strict=True):
            if not 1 <= value <= MOST:
                rule = Phrase("应为 1 至 9", "1 to 9 is wanted")
                yield input_fault(rule, Phrase("请写 1 至 9", "write 1 to 9"), place.format(name), value)
    yield from _ends(given)
    yield from _beyond(given)


def _ends(given: BestWorstInput) -> Iterator[Problem]:
    best, worst, one = given.names[given.best], given.names[given.worst], Phrase("请写 1", "write 1")
    if given.from_best[given.best] != 1:
        rule = Phrase("最优与自己相比应为 1", "the best is 1 beside itself")
        yield input_fault(rule, one, f"best : {best}", given.from_best[given.best])
    if given.to_worst[given.worst] != 1:
        rule = Phrase("最劣与自己相比应为 1", "the worst is 1 beside itself")
        yield input_fault(rule, one, f"{worst} : worst", given.to_worst[given.worst])
    if given.to_worst[given.best] != given.span:
        rule = phrase(
            "最优比最劣在两行里不同：{a:g} 与 {b:g}",
            "best : worst differs between the rows: {a:g} and {b:g}",
            a=given.span,
            b=given.to_worst[given.best],
        )
        yield input_fault(rule, Phrase("请统一为一个数", "make them the same"), f"{best} : {worst}")
    if given.best == given.worst and np.any(given.from_best * given.to_worst != 1):
        rule = Phrase("最优与最劣是同一项，其余各项却不相等", "best and worst are the same, yet the others differ")
        yield input_fault(rule, Phrase("请另选最优或最劣", "choose another best or worst"), best)


def _beyond(given: BestWorstInput) -> Iterator[Problem]:
    """Judgements by which another criterion would be the best or the worst."""
    for name, down, up in zip(given.names, given.from_best.tolist(), given.to_worst.tolist(), strict=True):
        if given.span < down <= MOST:
            rule = phrase(
                "比最劣（{a:g}）离最优还远", "further from the best than the worst is ({a:g})", a=given.span
            )
            yield input_fault(rule, Phrase("请改判断，或改选它为最劣", "mend it, or make it the worst"), name, down)
        if given.span < up <= MOST:
            rule = phrase(
                "比最优（{a:g}）高出最劣还多", "further above the worst than the best is ({a:g})", a=given.span
            )
            yield input_fault(rule, Phrase("请改判断，或改选它为最优", "mend it, or make it the best"), name, up)


ROOM = 1e-9


def linear_model(given: BestWorstInput) -> tuple[Floats, float]:
    """Shares float64[criteria] and the smallest xi of the linear model, by linear programming (HiGHS)."""
    rows = _rows(given, 0.0)
    count = len(given.names)
    bounded = np.vstack([np.column_stack([sign * rows, -np.ones(len(rows))]) for sign in (1.0, -1.0)])
    answer = _solved(np.r_[np.zeros(count), 1.0], bounded, np.r_[np.ones(count), 0.0])
    return divided(np.maximum(answer[:count], 0.0)), max(0.0, float(answer[count]))


def nonlinear_deviation(given: BestWorstInput) -> float:
    """xi*, the smallest deviation of the nonlinear model, exactly.

    With x = w_B / w_W, a deviation xi is possible if x fits between a_BW - xi and a_BW + xi and, for every other
    criterion, between (p - xi)(q - xi) and (p + xi)(q + xi), where p = a_Bj and q = a_jW. So xi* is the largest of the
    deviations that each lower bound and each upper bound force on one another: roots of quadratics.
    """
    others = [j for j in range(len(given.names)) if j not in {given.best, given.worst}]
    p, q, a = given.from_best[others], given.to_worst[others], given.span
    product, total = p * q, p + q
    half = (total + 1) / 2
    over = half - np.sqrt(np.maximum(half**2 - product + a, 0.0))
    under = -half + np.sqrt(half**2 + a - product.clip(max=a))
    across = (product[:, None] - product[None, :]) / (total[:, None] + total[None, :])
    forced = np.concatenate([np.where(product > a, over, 0.0), under, across.ravel(), np.zeros(1)])
    return float(forced.max())


def nonlinear_ranges(given: BestWorstInput, xi: float) -> Floats:
    """The least and the largest share of each criterion at deviation xi, float64[criteria, 2].

    At a fixed xi the model's bounds are linear in the shares; two linear programmes for each criterion.
    """
    count = len(given.names)
    room = xi + ROOM * (1 + xi)
    bounded = np.vstack([_rows(given, room), -_rows(given, -room)])
    ends = [
        sign * _solved(sign * goal, bounded, np.ones(count)) @ goal
        for goal in np.eye(count)
        for sign in (1.0, -1.0)
    ]
    return np.abs(np.array(ends).reshape(count, 2))


def _rows(given: BestWorstInput, shift: float) -> Floats:
    """w_B - (a_Bj + shift) w_j and w_j - (a_jW + shift) w_W, one row each, as factors of w."""
    return np.array(list(_differences(given, shift)))


def _differences(given: BestWorstInput, shift: float) -> Iterator[Floats]:
    unit = np.eye(len(given.names))
    for j, (down, up) in enumerate(zip(given.from_best.tolist(), given.to_worst.tolist(), strict=True)):
        yield unit[given.best] - (down + shift) * unit[j]
        yield unit[j] - (up + shift) * unit[given.worst]


def _solved(goal: Floats, bounded: Floats, summed: Floats) -> Floats:
    """The non-negative x that makes `goal` x least with `bounded` x <= 0 and `summed` x = 1."""
    from scipy.optimize import linprog

    # Presolving calls a room as thin as that of a consistent judgement empty, now and then.
    answer = linprog(goal, bounded, np.zeros(len(bounded)), summed[None, :], [1.0], method="highs", options={"presolve": False})
    if not answer.success:  # pragma: no cover - no judgement is known on which the solver gives up
        raise ArithmeticError(answer.message)
    return np.asarray(answer.x)


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
    best: int, worst: int, best_to_others: ArrayLike, others_to_worst: ArrayLike, names: OptionalNames = None
) -> Floats:
    """The shares of the linear model; see `best_worst_judgement`.

    Examples
    --------
    >>> best_worst_shares(1, 4, [2, 1, 4, 2, 8], [4, 8, 2, 4, 1]).round(4).tolist()
    [0.2105, 0.4211, 0.1053, 0.2105, 0.0526]
    """
    return best_worst_judgement(best, worst, best_to_others, others_to_worst, names).shares


def best_worst_ranges(
    best: int, worst: int, best_to_others: ArrayLike, others_to_worst: ArrayLike, names: OptionalNames = None
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
    names: OptionalNames = None,
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
        See `toolkit.weighting.best_worst.best_worst_input`; for an unknown model.

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
    return BestWorstResult(shares, deviation, _ratio(given, xi), ranges, _input_ratio(given), _threshold(given), contradictions(given))


def best_worst_mend(best: int, worst: int, best_to_others: ArrayLike, others_to_worst: ArrayLike, names: OptionalNames = None) -> Mend:
    """The fewest judgements that, given otherwise, bring the input-based ratio to its threshold, of as few the least sum of |ln(then / now)|.

    Every a_BW for which a threshold is published is tried, with every whole a_Bj and a_jW up to it; at a given a_BW the criteria do
    not hang on one another, so that none is left out. Of mends as small that of the earlier places, and of the smaller judgement, counts.

    Raises
    ------
    Refused
        See `best_worst_input`.

    Examples
    --------
    >>> mend = best_worst_mend(0, 2, [1, 8, 9], [9, 8, 1], ["hours", "pledge", "conduct"])
    >>> print(*mend.changes, round(mend.before, 2), round(mend.after, 2), sep="; ")
    hours : pledge, 8 -> 2; 0.76; 0.1
    """
    given = best_worst_input(best, worst, best_to_others, others_to_worst, names)
    before, limit = _input_ratio(given), _threshold(given)
    if limit is None or before <= limit + ROOM:
        return Mend((), before, before, enough=True, least=True)
    _, after = min((one for span in range(2, int(MOST) + 1) if (one := _at_span(given, float(span)))), key=lambda one: one[0])
    changes, now = list[Change](), given
    for places in _moved(given, after):
        now = _rejudged(now, places, after)
        first, second = places
        at = (second, 0) if first == best else (first, 1)
        was, then = ((one.from_best, one.to_worst)[at[1]][at[0]] for one in (given, after))
        changes.append(Change((given.names[first], given.names[second]), places, float(was), float(then), _input_ratio(now)))
    return Mend(tuple(changes), before, _input_ratio(after), enough=True, least=True)


Size = tuple[int, float]
"""How many judgements are others, and how far: the sum of |ln(then / now)|, rounded so that what is level stays so."""


def _at_span(given: BestWorstInput, span: float) -> tuple[Size, BestWorstInput] | None:
    """The least change with this a_BW that is consistent enough, and how large it is; None where no threshold is published for it."""
    rows = np.array([given.from_best, given.to_worst])
    rows[0, given.worst] = rows[1, given.best] = span
    if (limit := _threshold(replace(given, from_best=rows[0], to_worst=rows[1]))) is None:
        return None
    many, far = _size((given.span,), (span,))
    for place in range(len(given.names)):
        if place in {given.best, given.worst}:
            continue
        now = (float(given.from_best[place]), float(given.to_worst[place]))
        down, up = (sorted({*map(float, range(1, int(span) + 1)), *([one] if one <= span else [])}) for one in now)
        fitting = (pair for pair in product(down, up) if abs(pair[0] * pair[1] - span) <= (limit + ROOM) * (span**2 - span))
        size, rows[:, place] = min((_size(now, pair), pair) for pair in fitting)
        many, far = many + size[0], round(far + size[1], 9)
    return (many, far), replace(given, from_best=rows[0], to_worst=rows[1])


def _size(now: tuple[float, ...], then: tuple[float, ...]) -> Size:
    return sum(a != b for a, b in zip(now, then, strict=True)), round(float(np.abs(np.log(np.divide(then, now))).sum()), 9)


def _moved(before: BestWorstInput, after: BestWorstInput) -> Iterator[tuple[int, int]]:
    """The pairs of places judged otherwise, as (best, j) or (j, worst)."""
    for j in np.flatnonzero(before.from_best != after.from_best).tolist():
        yield before.best, j
    for j in np.flatnonzero(before.to_worst != after.to_worst).tolist():
        if j != before.best:  # a_BW stands in both rows and is one judgement
            yield j, before.worst


def _rejudged(given: BestWorstInput, places: tuple[int, int], after: BestWorstInput) -> BestWorstInput:
    """With the judgement of one pair as it is `after`."""
    rows = np.array([given.from_best, given.to_worst])
    first, second = places
    if first == given.best:
        rows[0, second] = after.from_best[second]
    if second == given.worst:
        rows[1, first] = after.to_worst[first]
    return replace(given, from_best=rows[0], to_worst=rows[1])


def _input_ratio(given: BestWorstInput) -> float:
    return max((one.ratio for one in contradictions(given)), default=0.0)


def deviation_limit(best_to_worst: float) -> float:
    """The largest xi there can be for a_BW: the smaller root of xi^2 - (1 + 2a) xi + (a^2 - a) = 0.

    Examples
    --------
    >>> [round(deviation_limit(a), 2) for a in range(1, 10)] == list(CONSISTENCY_INDEX)
    True
    """
    a = best_to_worst
    return float((1 + 2 * a - np.sqrt(8 * a + 1)) / 2)


def _ratio(given: BestWorstInput, xi: float) -> float:
    """CR by the published table for whole judgements, by its formula between them."""
    a = given.span
    index = CONSISTENCY_INDEX[int(a) - 1] if a.is_integer() else deviation_limit(a)
    return xi / index if index > 0 else 0.0


def _threshold(given: BestWorstInput) -> float | None:
    a, count = given.span, len(given.from_best)
    if a == 2:
        return 0.0
    listed = a.is_integer() and 3 <= a <= 9 and 3 <= count <= 9
    return THRESHOLDS[int(a) - 3][count - 3] if listed else None
