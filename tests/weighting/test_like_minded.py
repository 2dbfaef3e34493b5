from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.weighting.experts import alike, groups
from toolkit.ground.ranking import Floats
from toolkit.weighting.delphi import camps, far_from_rest


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
