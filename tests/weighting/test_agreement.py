from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import friedmanchisquare, rankdata

from tests.examples import examples
from tests.weighting.experts import alike, groups
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Floats
from toolkit.weighting.group import concordance, kendall_w


def order_of(*rankings: list[float]) -> Floats:
    """Shares in the order of published ranks, 1 for the most important."""
    ranks = np.array(rankings, dtype=float)
    return np.asarray(1 + ranks.max() - ranks)


@given(alike(least=2))
def test_experts_of_one_opinion_agree_wholly(own: Floats) -> None:
    if np.ptp(own[0]) > 0:
        assert concordance(own).w == pytest.approx(1)


@given(groups(least=3, criteria=3))
def test_chi_square_is_friedmans(own: Floats) -> None:
    found = concordance(own)
    if np.isnan(found.w):
        assert (np.ptp(own.round(12), axis=1) == 0).all()
        return
    # The ranks, not the shares, so that shares which differ by rounding alone tie in both.
    ranks = [rankdata(row.round(12)) for row in own]
    assert found.chi_square == pytest.approx(friedmanchisquare(*np.transpose(ranks)).statistic)
    assert 0 <= found.w <= 1 + 1e-12


@settings(max_examples=examples(20))
@given(groups(least=2, criteria=2).filter(lambda own: own.shape[1] ** len(own) <= 64 and own.shape[1] <= 4 and len(own) <= 3))
def test_the_exact_p_counts_all_orders(own: Floats) -> None:
    found = concordance(own)
    if np.isnan(found.w):
        return
    ranks = [rankdata(row.round(12)) for row in own]
    drawn = [np.sum(orders, axis=0).var() for orders in product(*(list(permutations(row)) for row in ranks))]
    assert found.exact
    assert found.p == pytest.approx(np.mean(np.array(drawn) >= np.sum(ranks, axis=0).var() - 1e-9))


def test_siegel_1956_three_interviewers_rank_six_applicants() -> None:
    found = concordance(order_of([1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]))
    assert round(found.w, 2) == 0.16
    assert found.degrees == 5
    assert found.exact


def test_kendall_1948_three_rankings_of_ten_with_ties() -> None:
    found = concordance(
        order_of(
            [1, 4.5, 2, 4.5, 3, 7.5, 6, 9, 7.5, 10],
            [2.5, 1, 2.5, 4.5, 4.5, 8, 9, 6.5, 10, 6.5],
            [2, 1, 4.5, 4.5, 4.5, 4.5, 8, 8, 8, 10],
        )
    )
    assert round(found.w, 3) == 0.828
    assert not found.exact
    assert found.p < 0.01


@pytest.mark.parametrize(("experts", "p"), [(3, 0.028), (4, 0.0046), (5, 0.00077)])
def test_friedman_1937_full_agreement_on_three_criteria_by_chance(experts: int, p: float) -> None:
    assert concordance([[3, 2, 1]] * experts).p == pytest.approx(p, rel=0.02)


def test_the_order_of_experts_changes_no_bit_of_w() -> None:
    own = np.random.default_rng(1).dirichlet(np.ones(7), 9)
    assert concordance(own) == concordance(own[::-1])
    assert kendall_w(own) == concordance(own).w


def test_nobody_tells_any_apart() -> None:
    found = concordance([[1, 1, 1], [1, 1, 1]])
    assert np.isnan(found.w)
    assert found.p == 1


@pytest.mark.parametrize("few", [[[1, 2]], [[1], [1]]])
def test_agreement_needs_two_of_each(few: list[list[float]]) -> None:
    with pytest.raises(Refused, match="agreement needs two of each"):
        concordance(few)
