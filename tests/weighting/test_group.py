"""The group's shares and matrix, Kendall's W, distances."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import friedmanchisquare, rankdata

from tests.examples import examples
from tests.weighting.experts import alike, groups
from tests.weighting.matrices import judgements
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Floats
from toolkit.weighting.ahp import ahp_shares
from toolkit.weighting.group import (
    MEANS,
    concordance,
    distances,
    group_matrix,
    group_shares,
    kendall_w,
    rank_sums,
)

BY = st.sampled_from(list(MEANS))


def shares_or_skip(own: Floats, by: str, **options: object) -> Floats:
    try:
        return group_shares(own, by, **options)
    except Refused:
        assume(False)
        raise


@given(alike(least=3), BY)
def test_experts_of_one_opinion_return_it(own: Floats, by: str) -> None:
    assert group_shares(own, by) == pytest.approx(own[0], rel=1e-12)


@given(groups(least=3), BY, st.data())
def test_the_order_of_experts_changes_no_bit(own: Floats, by: str, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(own))))
    count = np.array(data.draw(st.lists(st.sampled_from([1.0, 2.0, 0.3]), min_size=len(own), max_size=len(own))))
    for weights, shuffled in ((None, None), (count, count[order])):
        one = shares_or_skip(own, by, weights=weights)
        assert group_shares(own[order], by, weights=shuffled).tolist() == one.tolist()


@given(groups(least=3), BY, st.data())
def test_permuting_criteria_permutes_the_shares(own: Floats, by: str, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(own.shape[1])))
    one = shares_or_skip(own, by)
    assert one.sum() == pytest.approx(1)
    assert group_shares(own[:, order], by) == pytest.approx(one[order])


@given(groups(), st.sampled_from(["arithmetic", "geometric", "median"]), st.data())
def test_an_expert_who_counts_twice_is_two_experts(own: Floats, by: str, data: st.DataObject) -> None:
    twice = np.array(data.draw(st.lists(st.integers(1, 3), min_size=len(own), max_size=len(own))))
    one = shares_or_skip(own, by, weights=twice)
    assert group_shares(np.repeat(own, twice, axis=0), by) == pytest.approx(one, abs=1e-12)


@given(groups(least=2), st.sampled_from(["arithmetic", "geometric", "median"]))
def test_an_expert_who_does_not_count_changes_nothing(own: Floats, by: str) -> None:
    one = shares_or_skip(own[1:], by)
    assert group_shares(own, by, weights=[0, *np.ones(len(own) - 1)]) == pytest.approx(one, abs=1e-12)


@given(groups(least=3))
def test_means_by_their_formulas(own: Floats) -> None:
    assert group_shares(own) == pytest.approx(own.mean(axis=0))
    middle = np.median(own, axis=0)
    if middle.any():
        assert group_shares(own, "median") == pytest.approx(middle / middle.sum())
    inner = np.sort(own, axis=0)[1:-1].mean(axis=0)
    if inner.any():
        assert group_shares(own, "trimmed") == pytest.approx(inner / inner.sum())
    product = own.prod(axis=0) ** (1 / len(own))
    if product.any():
        assert group_shares(own, "geometric") == pytest.approx(product / product.sum())


@given(st.lists(judgements(least=3, most=3), min_size=1, max_size=4))
def test_aggregating_judgements_or_priorities_by_geometric_means_is_one(matrices: list[Floats]) -> None:
    """Geometric-mean shares of the AIJ matrix are the AIP shares (Forman and Peniwati 1998)."""
    together = group_matrix(matrices)
    assert together == pytest.approx(np.exp(np.mean([np.log(m) for m in matrices], axis=0)))
    one = ahp_shares(together, by="geometric")
    assert one == pytest.approx(group_shares([ahp_shares(m, by="geometric") for m in matrices], "geometric"))


def test_an_expert_who_did_not_compare_is_not_heard_on_that_pair() -> None:
    gap = np.nan
    first = np.array([[1, 2, 4], [gap, 1, 2], [gap, gap, 1]])
    second = np.array([[1, 8, gap], [gap, 1, 2], [gap, gap, 1]])
    assert group_matrix([first, second])[0].tolist() == pytest.approx([1, 4, 4])
    assert np.isnan(group_matrix([second])[0, 2])
    assert group_matrix([first, second], weights=[1, 3])[0, 1] == pytest.approx(2**2.5)


@pytest.mark.parametrize(
    ("own", "options", "said"),
    [
        ([[1, 0], [0, 1]], {"by": "geometric"}, "all weights of the group are 0"),
        ([[1, 1]] * 4, {"by": "trimmed", "trim": 2}, "of 4 experts, 2 at each end cannot be left out"),
        ([[1, 1]] * 2, {"by": "mode"}, "there is no such mean: mode"),
        ([[1, 1]] * 2, {"weights": [1]}, "2 names for 1 judgement"),
        ([[1, 1]] * 2, {"weights": [1, -1], "experts": ["张", "王"]}, '王 "-1": a weight cannot be negative'),
    ],
)
def test_what_makes_no_group_is_refused(own: list[list[float]], options: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match="problem") as refused:
        group_shares(own, **options)
    assert said in refused.value.problems.text("en")


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


def test_rank_sums_of_siegel_and_kendall() -> None:
    """Siegel (1956) has 8, 14, 11, 11, 11, 8; Kendall's three rankings with ties 5 1/2, 6 1/2, 9, 13 1/2, 12, 20, 23, 23 1/2, 25 1/2, 26 1/2."""
    siegel = [[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]]
    assert rank_sums(siegel).tolist() == [8, 14, 11, 11, 11, 8]
    assert rank_sums(order_of(*siegel), largest_first=True).tolist() == [8, 14, 11, 11, 11, 8]
    ties = [[1, 4.5, 2, 4.5, 3, 7.5, 6, 9, 7.5, 10], [2.5, 1, 2.5, 4.5, 4.5, 8, 9, 6.5, 10, 6.5], [2, 1, 4.5, 4.5, 4.5, 4.5, 8, 8, 8, 10]]
    assert rank_sums(ties).tolist() == [5.5, 6.5, 9, 13.5, 12, 20, 23, 23.5, 25.5, 26.5]


@pytest.mark.parametrize("largest_first", [True, False])
def test_rank_sums_are_those_that_w_is_made_of(*, largest_first: bool) -> None:
    rows = np.array([[0.5, 0.3, 0.2], [0.6, 0.3, 0.1], [0.2, 0.3, 0.5], [0.4, 0.4, 0.2]])
    sums = rank_sums(rows, largest_first=largest_first)
    assert sums.sum() == 4 * 3 * 4 / 2
    assert 12 * ((sums - sums.mean()) ** 2).sum() / (16 * 24 - 4 * 6) == pytest.approx(kendall_w(rows))


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


KIND = st.sampled_from(["moved", "euclidean", "jensen_shannon"])


@given(groups(), KIND)
def test_distances_are_a_metric(own: Floats, kind: str) -> None:
    apart = distances(own, kind)
    assert (apart == apart.T).all()
    assert (np.diag(apart) == 0).all()
    assert (apart[:, :, None] <= apart[:, None, :] + apart.T[None, :, :] + 1e-7).all()
    assert apart.max() <= (np.sqrt(2) if kind == "euclidean" else 1) + 1e-12


@given(groups(least=2))
def test_distances_by_their_formulas(own: Floats) -> None:
    one, other = own[:2]
    assert distances(own)[0, 1] == pytest.approx(np.abs(one - other).sum() / 2)
    assert distances(own, "euclidean")[0, 1] == pytest.approx(np.linalg.norm(one - other))
    near = np.abs(one - other).max() < 1e-12
    assert near or distances(own, "jensen_shannon")[0, 1] == pytest.approx(jensenshannon(one, other, base=2))


def test_vectors_all_but_alike_are_at_no_distance() -> None:
    own = np.array([0.1, 0.2, 0.7])
    assert distances([own, own * (1 + 1e-15)], "jensen_shannon")[0, 1] == pytest.approx(0, abs=1e-7)


def test_an_unknown_distance_is_refused() -> None:
    with pytest.raises(Refused, match="there is no such distance: aitchison"):
        distances([[1, 2], [2, 1]], "aitchison")
