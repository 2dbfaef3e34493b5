"""Rounds of asking: standing, movement, who thinks alike and who is far."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.weighting.experts import alike, groups
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Floats
from toolkit.weighting.delphi import camps, far_from_rest, movement, standing


@given(groups())
def test_every_expert_stands_where_its_share_does(own: Floats) -> None:
    found = standing(own)
    assert (np.diff(found.quartiles, axis=0) >= 0).all()
    assert found.deviation == pytest.approx(own - np.median(own, axis=0))
    assert found.spread == pytest.approx(found.quartiles[2] - found.quartiles[0])
    for side, line in ((1, found.quartiles[2]), (-1, found.quartiles[0])):
        assert ((found.outside == side) == (side * (own - line) > 1e-12)).all()
    # No more than a quarter, rounded up, can lie beyond either quartile.
    assert ((found.outside == 1).sum(axis=0) <= np.ceil(len(own) / 4)).all()
    assert ((found.outside == -1).sum(axis=0) <= np.ceil(len(own) / 4)).all()


def test_the_quartiles_of_five_are_the_second_third_and_fourth() -> None:
    found = standing([[0.3, 0.7], [0.1, 0.9], [0.5, 0.5], [0.2, 0.8], [0.4, 0.6]])
    assert found.quartiles[:, 0] == pytest.approx([0.2, 0.3, 0.4])
    assert found.outside[:, 0].tolist() == [0, -1, 1, 0, 0]


@given(alike())
def test_nobody_stands_out_where_all_agree(own: Floats) -> None:
    assert not standing(own).outside.any()


@given(groups(least=2, criteria=2))
def test_who_stays_has_not_moved(own: Floats) -> None:
    found = movement(own, own)
    assert not found.moved.any()
    assert not found.nearer.any()
    assert not found.settled.any()
    assert found.w[0] == pytest.approx(found.w[1], nan_ok=True)


@given(groups(least=2, criteria=2), st.floats(0, 1))
def test_who_goes_part_of_the_way_to_the_median_comes_nearer(own: Floats, part: float) -> None:
    middle = np.median(own, axis=0)
    if not middle.any() or abs(middle.sum() - 1) > 1e-9:
        return
    found = movement(own, own + part * (middle - own))
    assert (found.nearer >= -1e-9).all()
    assert found.nearer == pytest.approx(found.moved, abs=1e-9)
    assert (found.settled >= -1e-9).all()


def test_a_group_that_comes_to_agree() -> None:
    found = movement([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5], [0.3, 0.5, 0.2]], [[0.5, 0.3, 0.2]] * 3)
    assert found.w[0] < found.w[1] == 1
    assert (found.settled > 0).any()
    assert found.moved.round(9).tolist() == [0, 0.3, 0.2]


def test_rounds_of_other_experts_are_refused() -> None:
    with pytest.raises(Refused, match="compare only experts of both rounds"):
        movement([[1, 1], [1, 2]], [[1, 1]])


@given(groups(), st.data())
def test_the_order_of_experts_moves_nobody_to_another_camp(own: Floats, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(own))))
    one, other = camps(own), camps(own[order])
    assert other.camp.tolist() == one.camp[order].tolist()
    assert other.silhouette == one.silhouette
    assert other.centres.tolist() == one.centres.tolist()


@given(groups())
def test_camps_are_numbered_from_the_largest_and_centres_are_their_means(own: Floats) -> None:
    found = camps(own)
    sizes = np.bincount(found.camp)[1:]
    assert sizes.tolist() == sorted(sizes, reverse=True)
    assert len(sizes) == found.count
    for number, centre in enumerate(found.centres, start=1):
        assert centre == pytest.approx(own[found.camp == number].mean(axis=0))


@given(alike())
def test_experts_of_one_opinion_are_one_camp(own: Floats) -> None:
    assert set(camps(own).camp.tolist()) == {1}
    assert not far_from_rest(own).far.any()
    assert far_from_rest(own).moved == pytest.approx(0, abs=1e-12)


def test_three_planted_camps_are_found() -> None:
    rng = np.random.default_rng(3)
    centres = np.array([[0.6, 0.2, 0.1, 0.1], [0.1, 0.6, 0.2, 0.1], [0.1, 0.1, 0.1, 0.7]])
    planted = np.repeat([0, 1, 2], [9, 6, 4])
    own = [rng.dirichlet(400 * centres[camp]) for camp in planted]
    found = camps(own)
    assert found.camp.tolist() == (planted + 1).tolist()
    assert found.silhouette > 0.7


def test_the_silhouette_by_hand() -> None:
    """Two pairs: within a pair 0.1 lies between, across 0.3 to 0.5 (0.3 + 0.4, 0.4 + 0.5 halved from either end)."""
    found = camps([[0.8, 0.2], [0.7, 0.3], [0.4, 0.6], [0.3, 0.7]])
    outer, inner = 1 - 0.1 / 0.45, 1 - 0.1 / 0.35
    assert found.camp.tolist() == [1, 1, 2, 2]
    assert found.silhouette == pytest.approx((outer + inner) / 2)


def test_an_even_spread_is_one_camp() -> None:
    corners = np.eye(4) * 0.3 + 0.175
    found = camps(corners)
    assert (found.count, found.silhouette) == (1, 0.0)


@given(groups(least=2))
def test_distances_from_the_rest_by_their_formula(own: Floats) -> None:
    found = far_from_rest(own)
    for expert in range(len(own)):
        others = np.delete(own, expert, axis=0).mean(axis=0)
        assert found.deviation[expert] == pytest.approx(own[expert] - others, abs=1e-12)
        assert found.moved[expert] == pytest.approx(np.abs(own[expert] - others).sum() / 2, abs=1e-12)
        largest = np.abs(found.deviation[expert]).max()
        assert abs(found.deviation[expert, found.criterion[expert]]) == pytest.approx(largest)


def test_the_one_who_thinks_otherwise_is_far_and_it_is_said_on_what() -> None:
    found = far_from_rest([[0.5, 0.3, 0.2]] * 6 + [[0.2, 0.2, 0.6]])
    assert found.far.tolist() == [False] * 6 + [True]
    assert (found.criterion[6], round(float(found.deviation[6, 2]), 9)) == (2, 0.4)


def test_one_expert_alone_is_at_no_distance() -> None:
    assert far_from_rest([[1, 3]]).moved.tolist() == [0]
    assert camps([[1, 3]]).camp.tolist() == [1]
