"""The other methods: against published examples and other people's code, and the laws each of them keeps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from toolkit.sensitivity.methods.kernels import (
    arithmetic,
    borda,
    copeland,
    geometric,
    promethee,
    spotis,
    topsis,
    topsis_distances,
    vikor,
    vikor_compromise,
    waspas,
)

ALL = [arithmetic, geometric, topsis, vikor, waspas, spotis, borda, copeland, promethee]
LINEAR = partial(promethee, indifference=5.0, preference=20.0)
EVERY = [*ALL, LINEAR, partial(topsis, normalise="minmax"), partial(spotis, ideal=70.0)]
SCORES = arrays.arrays(np.float64, st.tuples(st.integers(2, 7), st.integers(1, 4)), elements=st.integers(0, 900).map(lambda tenths: tenths / 9.0))

# Six members by five indicators, invented; figures by pymcdm 1.4.0 (TOPSIS with vector and minmax normalisation, VIKOR,
# PROMETHEE_II "usual" and "vshape_2" with q = 5 and p = 20, WASPAS with linear normalisation, SPOTIS with bounds 0..100).
VALUES = np.array([[80, 60, 30, 95, 10], [55, 90, 70, 40, 65], [70, 70, 70, 70, 70], [20, 85, 90, 35, 100], [95, 15, 60, 80, 45], [60, 75, 25, 50, 85]], float)
SHARES = np.array([0.3, 0.25, 0.2, 0.15, 0.1])
PYMCDM: list[tuple[Callable[..., np.ndarray], list[float]]] = [
    (topsis, [0.561957567951, 0.600775973789, 0.68172572923, 0.492798893582, 0.555136467395, 0.511495085766]),
    (partial(topsis, normalise="minmax"), [0.571773632508, 0.592350188199, 0.679896923817, 0.490405675791, 0.552149214755, 0.498182116197]),
    (lambda v, w: 1 - vikor(v, w), [0.520506924088, 0.339334209374, 0.0, 0.865473061761, 0.674496276829, 0.75]),
    (promethee, [-0.04, 0.04, 0.14, 0.0, 0.04, -0.18]),
    (LINEAR, [-0.06, 0.036666666667, 0.133333333333, 0.033333333333, 0.063333333333, -0.206666666667]),
    (waspas, [0.596593014988, 0.693226075232, 0.751352900164, 0.593159563887, 0.588215425948, 0.596508354261]),
    (lambda v, w: 1 - spotis(v, w), [0.3975, 0.345, 0.3, 0.395, 0.3925, 0.4225]),
    (lambda v, w: 1 - spotis(v, w, ideal=80.0), [0.2425, 0.195, 0.1, 0.3, 0.2825, 0.2325]),
]  # fmt: skip


@pytest.mark.parametrize(("method", "figures"), PYMCDM)
def test_pymcdm_gives_the_same(method: Callable[..., np.ndarray], figures: list[float]) -> None:
    np.testing.assert_allclose(method(VALUES, SHARES), figures, rtol=0, atol=1e-11)


def test_hwang_and_yoon_the_fighter_aircraft() -> None:
    """Hwang and Yoon (1981), fighter aircraft; cost is the fourth, less is better. The book rounds on the way, to 0.613."""
    craft = np.array([[2.0, 1500, 20000, -5.5, 5, 9], [2.5, 2700, 18000, -6.5, 3, 5], [1.8, 2000, 21000, -4.5, 7, 7], [2.2, 1800, 20000, -5.0, 5, 5]])
    assert topsis(craft, [0.2, 0.1, 0.1, 0.1, 0.2, 0.3]) == pytest.approx([0.643, 0.268, 0.613, 0.312], abs=6e-4)


def test_hwang_and_yoon_both_distances() -> None:
    """The same aircraft; the book has S* 0.0545, 0.1197, 0.0580, 0.1009 and S- 0.0983, 0.0439, 0.0920, 0.0458, rounded on the way."""
    craft = np.array([[2.0, 1500, 20000, -5.5, 5, 9], [2.5, 2700, 18000, -6.5, 3, 5], [1.8, 2000, 21000, -4.5, 7, 7], [2.2, 1800, 20000, -5.0, 5, 5]])
    best, worst = topsis_distances(craft, [0.2, 0.1, 0.1, 0.1, 0.2, 0.3])
    assert best == pytest.approx([0.0545, 0.1197, 0.0580, 0.1009], abs=2e-4)
    assert worst == pytest.approx([0.0983, 0.0439, 0.0920, 0.0458], abs=2e-4)


def test_distances_by_hand() -> None:
    """Stretched to 0..1 the columns are 1, 0, 1/2 and 0, 1, 1/2; shares 3/7 and 4/7."""
    best, worst = topsis_distances(np.array([[20.0, 0], [0, 10], [10, 5]]), [3, 4], normalise="minmax")
    assert (7 * best).tolist() == pytest.approx([4, 3, 2.5])
    assert (7 * worst).tolist() == pytest.approx([3, 4, 2.5])


HAND = np.array([[110.0, 0], [0, 18], [0, 18], [55, 7], [53, 11]])  # S 9/20, 11/20, 11/20, 11/20, 23/50; R 9/20, 11/20, 11/20, 11/40, 57/200


def test_the_mountain_is_proposed_alone() -> None:
    """Opricovic and Tzeng (2004): DQ = 1/2, the second is ahead by 1 and has the lowest S and R: the compromise is it alone."""
    found = vikor_compromise(np.array([[-1.0, 3000], [-2, 3750], [-5, 4500]]), [0.5, 0.5])
    assert (found.s.tolist(), found.r.tolist(), found.q.tolist()) == ([0.5, 0.375, 0.5], [0.5, 0.25, 0.5], [1.0, 0.0, 1.0])
    assert (found.threshold, found.advantage, found.stability) == (0.5, True, True)
    assert (found.proposed.tolist(), found.order.tolist()) == ([False, True, False], [1, 0, 2])


def test_without_stability_the_second_is_proposed_too() -> None:
    """By hand: Q 7/22, 1, 1, 1/2, 3/44; the last is ahead of the first by 1/4 = DQ exactly, with neither the lowest S nor R."""
    found = vikor_compromise(HAND, [0.55, 0.45])
    assert found.q == pytest.approx([7 / 22, 1, 1, 1 / 2, 3 / 44])
    assert (found.threshold, found.advantage, found.stability) == (0.25, True, False)
    assert (found.order.tolist(), found.proposed.tolist()) == ([4, 0, 3, 1, 2], [True, False, False, False, True])


def test_without_advantage_all_that_are_near_are_proposed() -> None:
    """By hand, without the last: DQ 1/3, Q 7/22, 1, 1, 1/2; 4/22 is less, 15/22 is not. The first has the lowest S."""
    found = vikor_compromise(HAND[:4], [0.55, 0.45])
    assert found.q == pytest.approx([7 / 22, 1, 1, 1 / 2])
    assert (found.advantage, found.stability, found.proposed.tolist()) == (False, True, [True, False, False, True])


def test_a_gap_all_level_and_one_alone() -> None:
    gaps = vikor_compromise(np.vstack([HAND, [np.nan, np.nan]]), [0.55, 0.45])
    assert np.isnan(gaps.q[-1])
    assert (gaps.threshold, gaps.proposed.tolist(), gaps.order.tolist()) == (0.25, [True, False, False, False, True, False], [4, 0, 3, 1, 2])
    assert vikor_compromise(np.array([[5.0], [5.0], [5.0]]), [1.0]).proposed.all()
    alone = vikor_compromise(np.array([[5.0, 7.0]]), [0.5, 0.5])
    assert (alone.advantage, alone.stability, alone.proposed.tolist()) == (True, True, [True])


def test_opricovic_and_tzeng_the_mountain() -> None:
    """Opricovic and Tzeng (2004), the mountain to climb: S 0.5, 0.375, 0.5; R 0.5, 0.25, 0.5; so Q is 1, 0, 1."""
    assert (1 - vikor(np.array([[-1.0, 3000], [-2, 3750], [-5, 4500]]), [0.5, 0.5])).tolist() == [1.0, 0.0, 1.0]


def test_dezert_and_others_the_four_alternatives() -> None:
    """Dezert et al. (2020), first example: 0.1989, 0.3705, 0.3063, 0.7491; of the second criterion less is better."""
    table = np.array([[10.5, -3.1, 1.7], [-4.7, 0, 3.4], [8.1, 0.3, 1.3], [3.2, 7.3, -5.3]])
    found = spotis(table, [0.2, 0.3, 0.5], bounds=([-5, -6, -8], [12, 10, 5]), ideal=[12, -6, 5])
    assert (1 - found).round(4).tolist() == [0.1989, 0.3705, 0.3063, 0.7491]


def test_papathanasiou_and_ploskas_the_six_facilities() -> None:
    """Papathanasiou and Ploskas (2018), Multiple Criteria Decision Aid, 57-89: linear criterion, q = 1, p = 2."""
    table = np.array([[8, 7, 2, 1], [5, 3, 7, 5], [7, 5, 6, 4], [9, 9, 7, 3], [11, 10, 3, 7], [6, 9, 5, 4]], float)
    found = promethee(table, [0.4, 0.3, 0.1, 0.2], indifference=1, preference=2)
    assert found.round(2).tolist() == [-0.26, -0.52, -0.22, 0.36, 0.7, -0.06]


def test_jmcdm_gives_the_same_by_waspas() -> None:
    """The figures of the WASPAS test of JMcDM (Satman et al. 2021); of the second, third and fifth criterion less is better."""
    table = np.array([[3, 12.5, 2, 120, 14, 3], [5, 15, 3, 110, 38, 4], [3, 13, 2, 120, 19, 3], [4, 14, 2, 100, 31, 4], [3, 15, 1.5, 125, 40, 4]])
    table[:, [1, 2, 4]] = 1 / table[:, [1, 2, 4]]  # beside the best of them that is the least beside each
    found = waspas(table, [0.221, 0.159, 0.175, 0.127, 0.117, 0.201])
    assert found == pytest.approx([0.805021, 0.775060, 0.770181, 0.796424, 0.788239], abs=1e-4)


def test_the_capital_of_tennessee() -> None:
    """The textbook election of voting theory: Borda 126, 194, 173, 107 of 100 voters; Nashville beats all, Memphis none."""
    places = np.array([[3, 0, 0, 0], [2, 3, 1, 1], [1, 2, 3, 2], [0, 1, 2, 3]], float)  # Memphis, Nashville, Chattanooga, Knoxville
    voters = [0.42, 0.26, 0.15, 0.17]
    assert 300 * borda(places, voters) == pytest.approx([126, 194, 173, 107])
    assert copeland(places, voters).tolist() == [-3, 3, 1, -1]


@st.composite
def weighed(draw: st.DrawFn, *, gaps: bool = False) -> tuple[np.ndarray, np.ndarray]:
    values = draw(SCORES)
    if gaps:
        values = np.where(draw(arrays.arrays(np.bool_, values.shape)), values, np.nan)
    weights = np.array(draw(st.lists(st.integers(1, 9), min_size=values.shape[1], max_size=values.shape[1])), float)
    return values, weights / weights.sum()


@pytest.mark.parametrize("method", EVERY)
@given(weighed(gaps=True), st.randoms(use_true_random=False))
def test_the_order_of_members_changes_no_bit(method: Callable[..., np.ndarray], given_: tuple[np.ndarray, np.ndarray], random: object) -> None:
    values, shares = given_
    order = np.arange(len(values))
    random.shuffle(order)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(method(values[order], shares), method(values, shares)[order])


@pytest.mark.parametrize("method", ALL)
@given(weighed())
def test_who_is_at_least_as_good_in_all_is_never_behind(method: Callable[..., np.ndarray], given_: tuple[np.ndarray, np.ndarray]) -> None:
    values, shares = given_
    found = method(values, shares)
    for one, two in np.ndindex(len(values), len(values)):
        if (values[one] >= values[two]).all():
            assert found[one] >= found[two] - 1e-9


@pytest.mark.parametrize("method", EVERY)
@given(weighed(gaps=True))
def test_a_gap_is_as_if_the_indicator_had_no_share(method: Callable[..., np.ndarray], given_: tuple[np.ndarray, np.ndarray]) -> None:
    values, shares = given_
    own = np.where(np.isnan(values), 0.0, shares)
    np.testing.assert_allclose(method(values, own), method(values, shares), atol=1e-12)
    nothing = np.isnan(values).all(axis=1)
    assert (np.isnan(method(values, shares)) == nothing).all()


@given(weighed(gaps=True), st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_the_compromise_is_of_the_scores_of_vikor(given_: tuple[np.ndarray, np.ndarray], v: float) -> None:
    found, scores = vikor_compromise(*given_, v=v), vikor(*given_, v=v)
    np.testing.assert_array_equal(1.0 - found.q, scores)
    if len(found.order):
        first = np.nanmax(scores.round(9)) == scores.round(9)
        assert found.proposed[first].all()
        assert not found.proposed[np.isnan(scores)].any()
        assert found.advantage <= (first.sum() == 1)


@given(weighed())
def test_spotis_with_the_best_as_ideal_is_the_arithmetic_mean(given_: tuple[np.ndarray, np.ndarray]) -> None:
    np.testing.assert_allclose(100 * spotis(*given_), arithmetic(*given_), atol=1e-9)


def test_below_zero_no_geometric_mean() -> None:
    values = np.array([[-1.0, 50.0], [50.0, 50.0]])
    for method in (geometric, waspas):
        assert np.isnan(method(values, [0.5, 0.5])).tolist() == [True, False]


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [method(VALUES, SHARES) for method in (promethee, LINEAR, copeland)]
    monkeypatch.setattr("toolkit.sensitivity.methods.kernels.BLOCK", 2)
    for before, method in zip(whole, (promethee, LINEAR, copeland), strict=True):
        np.testing.assert_array_equal(method(VALUES, SHARES), before)
