from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from tests.weighting.matrices import weights
from toolkit.ground.ranking import Floats
from toolkit.weighting.best_worst import (
    BestWorst,
    best_worst_input,
    linear_model,
    nonlinear_deviation,
    nonlinear_ranges,
)


@st.composite
def comparisons(draw: st.DrawFn, least: int = 2, most: int = 6) -> BestWorst:
    count = draw(st.integers(least, most))
    span = draw(st.integers(1, 9))
    best, worst = draw(st.permutations(range(count)))[:2]
    rows = [draw(st.lists(st.integers(1, span), min_size=count, max_size=count)) for _ in range(2)]
    rows[0][best] = rows[1][worst] = 1
    rows[0][worst] = rows[1][best] = span
    return best_worst_input(best, worst, *rows)


def misses(given_: BestWorst, shares: Floats) -> float:
    """The largest |w_B - a_Bj w_j| or |w_j - a_jW w_W|."""
    down = np.abs(shares[given_.best] - given_.from_best * shares)
    up = np.abs(shares - given_.to_worst * shares[given_.worst])
    return float(max(down.max(), up.max()))


def possible(given_: BestWorst, xi: float) -> bool:
    """Whether weights of at least 1 fit within deviation xi, asked of a linear programme of its own."""
    count = len(given_.names)
    rows, bounds = [], []
    for j in range(count):
        for left, right, ratio in ((given_.best, j, given_.from_best[j]), (j, given_.worst, given_.to_worst[j])):
            for sign in (1, -1):
                row = np.zeros(count)
                row[left] += sign
                row[right] -= sign * ratio + xi
                rows.append(row)
                bounds.append(0.0)
    return bool(linprog(np.zeros(count), rows, bounds, bounds=(1, None)).status == 0)


@given(comparisons(), st.integers(0, 2**32 - 1))
def test_no_shares_miss_by_less_than_the_linear_answer(given_: BestWorst, seed: int) -> None:
    shares, xi = linear_model(given_)
    assert shares.sum() == pytest.approx(1)
    assert misses(given_, shares) == pytest.approx(xi, abs=1e-7)
    rng = np.random.default_rng(seed)
    for other in rng.dirichlet(1 + 200 * shares, 20):
        assert misses(given_, other) >= xi - 1e-7


@given(comparisons())
def test_the_nonlinear_deviation_is_the_least_possible(given_: BestWorst) -> None:
    xi = nonlinear_deviation(given_)
    assert possible(given_, xi + 1e-4)
    assert xi == 0 or not possible(given_, xi * 0.98 - 1e-5)


@given(comparisons())
def test_the_nonlinear_ranges_hold_each_other(given_: BestWorst) -> None:
    ranges = nonlinear_ranges(given_, nonlinear_deviation(given_))
    assert (ranges[:, 0] <= ranges[:, 1] + 1e-7).all()
    assert ranges[:, 0].sum() <= 1 + 1e-6
    assert ranges[:, 1].sum() >= 1 - 1e-6


@example(np.array([4.0, 3.0, 3.0, 5.0, 3.0]))
@given(weights(least=2))
def test_a_consistent_judgement_has_one_answer_in_both_models(own: Floats) -> None:
    given_ = best_worst_input(int(own.argmax()), int(own.argmin()), own.max() / own, own / own.min())
    shares, xi = linear_model(given_)
    assert xi == pytest.approx(0, abs=1e-7)
    assert shares == pytest.approx(own / own.sum(), abs=1e-6)
    assert nonlinear_deviation(given_) == pytest.approx(0, abs=1e-9)
    ranges = nonlinear_ranges(given_, nonlinear_deviation(given_))
    assert ranges == pytest.approx(np.repeat(shares[:, None], 2, axis=1), abs=1e-5)


@given(comparisons(least=3, most=3))
def test_with_three_criteria_the_answer_is_unique(given_: BestWorst) -> None:
    ranges = nonlinear_ranges(given_, nonlinear_deviation(given_))
    assert ranges[:, 0] == pytest.approx(ranges[:, 1], abs=1e-5)
