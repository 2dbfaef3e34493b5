from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground.problems import Refused
from toolkit.weighting.direct import Kind, rank_order_shares

KINDS = st.sampled_from(["centroid", "sum", "reciprocal"])


@given(st.integers(1, 30), KINDS)
def test_shares_fall_down_the_order_and_sum_to_one(count: int, kind: Kind) -> None:
    shares = rank_order_shares(range(1, count + 1), kind=kind)
    assert (np.diff(shares) < 0).all()
    assert shares.sum() == pytest.approx(1)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), KINDS)
def test_a_tie_shares_the_mean_of_the_orders_it_leaves_open(places: list[int], kind: Kind) -> None:
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
