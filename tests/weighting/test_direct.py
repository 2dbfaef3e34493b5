"""Points, swings, orders, and what every way of judging shares."""

from __future__ import annotations

import random
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground.problems import Refused
from toolkit.weighting.direct import (
    RankCurve,
    divided,
    labels_of,
    numbers_given,
    points_shares,
    rank_order_shares,
    settled_sum,
    swing_shares,
    vectors,
)

WEIGHTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=40).filter(any)


@given(WEIGHTS, st.randoms(use_true_random=False))
def test_a_settled_sum_does_not_mind_the_order(weights: list[float], chance: random.Random) -> None:
    shuffled = sorted(weights, key=lambda _: chance.random())
    assert float(settled_sum(weights)) == float(settled_sum(shuffled))
    assert float(settled_sum(weights)) == pytest.approx(sum(weights))


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=40))
def test_only_the_ratios_of_weights_matter(weights: list[float]) -> None:
    shares = divided(weights)
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    assert divided(np.array(weights) * 7) == pytest.approx(shares)
    assert shares[0] * weights[-1] == pytest.approx(shares[-1] * weights[0])


def test_names_are_those_given_or_counted() -> None:
    assert labels_of(2) == ("C1", "C2")
    assert labels_of(2, ["甲", "乙"]) == ("甲", "乙")
    with pytest.raises(Refused, match="3 names for 2 judgements"):
        labels_of(2, ["a", "b", "c"])


def test_every_bad_number_is_named_at_once() -> None:
    with pytest.raises(Refused) as refused:
        numbers_given([1, -2, float("nan"), float("inf")], ["a", "b", "c", "d"])
    assert [(p.column, p.value) for p in refused.value.problems] == [("b", "-2"), ("c", "nan"), ("d", "inf")]
    assert "权重不能为负" in refused.value.problems.text("zh")


@pytest.mark.parametrize(("bad", "said"), [([], "one number for each"), ([[1]], "one number for each"), ([0, 0], "all numbers are 0")])
def test_what_tells_no_weights_is_refused(bad: object, said: str) -> None:
    with pytest.raises(Refused, match=said):
        numbers_given(bad)


def test_every_bad_expert_is_named_at_once() -> None:
    with pytest.raises(Refused) as refused:
        vectors([[1, 1], [0, 0], [1, np.nan], [-1, 2]], ["张", "王", "李", "赵"])
    assert [p.column for p in refused.value.problems] == ["王", "李", "赵"]
    with pytest.raises(Refused, match="experts x criteria"):
        vectors([1, 2])


@given(st.lists(st.integers(0, 100), min_size=0, max_size=12))
def test_a_hundred_points_divided_anyhow_are_their_hundredths(cuts: list[int]) -> None:
    points = np.diff([0, *sorted(cuts), 100])
    assert points_shares(points) == pytest.approx(points / 100, abs=1e-15)


def test_decimal_points_that_sum_to_a_hundred_on_paper_are_taken() -> None:
    assert points_shares([33.3, 33.3, 33.4]) == pytest.approx([0.333, 0.333, 0.334])


@pytest.mark.parametrize(
    ("points", "said", "mend"),
    [
        ([40, 35, 20], "not 95 (C1 40 + C2 35 + C3 20)", "give out 5 more"),
        ([40, 35, 25.5], "not 100.5 (C1 40 + C2 35 + C3 25.5)", "take 0.5 away"),
    ],
)
def test_another_sum_is_refused_with_the_mend(points: list[float], said: str, mend: str) -> None:
    with pytest.raises(Refused) as refused:
        points_shares(points)
    text = refused.value.problems.text("en")
    assert said in text
    assert mend in text


def test_the_refusal_is_complete_in_chinese() -> None:
    with pytest.raises(Refused) as refused:
        points_shares([60, 50], ["学习", "诚信"])
    assert refused.value.problems.text("zh") == "1 个问题\n  各项分数之和应为 100，现为 110（学习 60 + 诚信 50）；请再减去 10 分"


def test_negative_points_are_refused_by_name_before_the_sum() -> None:
    with pytest.raises(Refused, match='pledge "-10": a weight cannot be negative'):
        points_shares([110, -10], ["hours", "pledge"])


def test_points_of_ten_can_be_divided_too() -> None:
    assert points_shares([7, 3], whole=10).tolist() == [0.7, 0.3]


@given(st.lists(st.floats(0, 100), max_size=12), st.integers(0, 12))
def test_shares_keep_the_ratio_to_the_top(rest: list[float], place: int) -> None:
    swings = [*rest[:place], 100.0, *rest[place:]]
    shares = swing_shares(swings)
    assert shares.sum() == pytest.approx(1)
    assert shares / shares.max() * 100 == pytest.approx(swings, abs=1e-9)


def test_a_largest_below_or_above_a_hundred_is_refused_by_name() -> None:
    with pytest.raises(Refused, match='pledge "90": the largest must be 100'):
        swing_shares([90, 60], ["pledge", "hours"])
    with pytest.raises(Refused, match='hours "120": above 100'):
        swing_shares([100, 120], ["pledge", "hours"])


KINDS = st.sampled_from(["centroid", "sum", "reciprocal"])


@given(st.integers(1, 30), KINDS)
def test_shares_fall_down_the_order_and_sum_to_one(count: int, kind: RankCurve) -> None:
    shares = rank_order_shares(range(1, count + 1), kind=kind)
    assert (np.diff(shares) < 0).all()
    assert shares.sum() == pytest.approx(1)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), KINDS)
def test_a_tie_shares_the_mean_of_the_orders_it_leaves_open(places: list[int], kind: RankCurve) -> None:
    own = np.array(places)
    orders = [p for p in permutations(range(1, len(own) + 1)) if all((own[i] < own[j]) <= (p[i] < p[j]) for i in range(len(own)) for j in range(len(own)))]
    expected = np.mean([rank_order_shares(order, kind=kind) for order in orders], axis=0)
    assert rank_order_shares(own, kind=kind) == pytest.approx(expected)


@pytest.mark.parametrize(("places", "same"), [([1, 2, 2, 4], [1, 2, 2, 3]), ([1, 2, 2, 4], [1, 2.5, 2.5, 4])])
def test_all_ways_to_write_a_tie_say_the_same(places: list[float], same: list[float]) -> None:
    assert rank_order_shares(places).tolist() == rank_order_shares(same).tolist()


@pytest.mark.parametrize(
    "published",
    [
        [0.7500, 0.2500],
        [0.6111, 0.2778, 0.1111],
        [0.5208, 0.2708, 0.1458, 0.0625],
        [0.4567, 0.2567, 0.1567, 0.0900, 0.0400],
        [0.4083, 0.2417, 0.1583, 0.1028, 0.0611, 0.0278],
        [0.3704, 0.2276, 0.1561, 0.1085, 0.0728, 0.0442, 0.0204],
        [0.3397, 0.2147, 0.1522, 0.1106, 0.0793, 0.0543, 0.0335, 0.0156],
        [0.3143, 0.2032, 0.1477, 0.1106, 0.0828, 0.0606, 0.0421, 0.0262, 0.0123],
        [0.2929, 0.1929, 0.1429, 0.1096, 0.0846, 0.0646, 0.0479, 0.0336, 0.0211, 0.0100],
    ],
)
def test_rank_order_centroid_weights_of_barron_and_barrett_1996(published: list[float]) -> None:
    assert rank_order_shares(range(1, len(published) + 1)).round(4).tolist() == published


def test_the_centroid_is_the_mean_of_the_corners_of_all_weights_in_that_order() -> None:
    corners = [[1, 0, 0, 0], [1 / 2, 1 / 2, 0, 0], [1 / 3, 1 / 3, 1 / 3, 0], [1 / 4] * 4]
    assert rank_order_shares([1, 2, 3, 4]) == pytest.approx(np.mean(corners, axis=0))


def test_rank_sum_and_reciprocal_by_their_formulas() -> None:
    assert rank_order_shares([2, 1, 3], kind="sum") == pytest.approx([2 / 6, 3 / 6, 1 / 6])
    assert rank_order_shares([2, 1, 3], kind="reciprocal") == pytest.approx(np.array([3, 6, 2]) / 11)


def test_no_place_below_one_and_no_unknown_kind() -> None:
    with pytest.raises(Refused, match='C2 "0": a place is 1 or more'):
        rank_order_shares([1, 0])
    with pytest.raises(Refused, match="there is no such kind: roc"):
        rank_order_shares([1, 2], kind="roc")
