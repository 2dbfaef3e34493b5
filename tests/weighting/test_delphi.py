from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.weighting.experts import alike, groups
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Floats
from toolkit.weighting.delphi import movement, standing


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
