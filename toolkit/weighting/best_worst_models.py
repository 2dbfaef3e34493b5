"""The two models of the best-worst method: a linear programme, and a minimum that has a closed form."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from toolkit.ranking import Floats
from toolkit.weighting.best_worst_input import BestWorst
from toolkit.weighting.judgement import divided

ROOM = 1e-9


def linear_model(given: BestWorst) -> tuple[Floats, float]:
    """Shares float64[criteria] and the smallest xi of the linear model, by linear programming (HiGHS)."""
    rows = _rows(given, 0.0)
    count = len(given.names)
    bounded = np.vstack([np.column_stack([sign * rows, -np.ones(len(rows))]) for sign in (1.0, -1.0)])
    answer = _solved(np.r_[np.zeros(count), 1.0], bounded, np.r_[np.ones(count), 0.0])
    return divided(np.maximum(answer[:count], 0.0)), max(0.0, float(answer[count]))


def nonlinear_deviation(given: BestWorst) -> float:
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


def nonlinear_ranges(given: BestWorst, xi: float) -> Floats:
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


def _rows(given: BestWorst, shift: float) -> Floats:
    """w_B - (a_Bj + shift) w_j and w_j - (a_jW + shift) w_W, one row each, as factors of w."""
    return np.array(list(_differences(given, shift)))


def _differences(given: BestWorst, shift: float) -> Iterator[Floats]:
    unit = np.eye(len(given.names))
    for j, (down, up) in enumerate(zip(given.from_best.tolist(), given.to_worst.tolist(), strict=True)):
        yield unit[given.best] - (down + shift) * unit[j]
        yield unit[j] - (up + shift) * unit[given.worst]


def _solved(goal: Floats, bounded: Floats, summed: Floats) -> Floats:
    """The non-negative x that makes `goal` x least with `bounded` x <= 0 and `summed` x = 1."""
    from scipy.optimize import linprog

    # Presolving calls a room as thin as that of a consistent judgement empty, now and then.
    answer = linprog(goal, bounded, np.zeros(len(bounded)), summed[None, :], [1.0], method="highs", options={"presolve": False})
    if not answer.success:
        raise ArithmeticError(answer.message)
    return np.asarray(answer.x)
