"""Shapes of one raw value alone: on the scale, monotone, and true to their formulas."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.scheme.shapes import Category, Linear, Log, Logistic, Piecewise, Points, Steps, Target

RAW = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)
RISING = (
    Linear(shape="linear", worst=-5, best=40),
    Linear(shape="linear", worst=-5, best=40.1, to=(0.1, 0.7)),
    Log(shape="log", worst=1, best=1000, to=(1, 100)),
    Points(shape="points", per=3, cap=60),
    Steps(shape="steps", steps=((0, 10), (5, 20), (50, 90))),
    Piecewise(shape="piecewise", points=((-3, 0.3), (0.1, 10), (0.7, 60), (1e5, 100))),
    Target(shape="target", best=(50, 1e7), worst=(-20, 1e8)),
    Logistic(shape="logistic", middle=20, steepness=0.2),
)
FALLING = (
    Linear(shape="linear", worst=40, best=-5),
    Points(shape="points", per=-5, base=100),
    Piecewise(shape="piecewise", points=((0, 100), (0.7, 60), (1e5, 0))),
    Target(shape="target", best=(-1e7, 0), worst=(-1e8, 1000)),
    Logistic(shape="logistic", middle=20, steepness=0.2, better="lower"),
)


@pytest.mark.parametrize("turn", [1, -1])
@given(raw=RAW)
def test_a_better_raw_value_never_has_a_lower_value_and_all_stay_on_the_scale(turn: int, raw: list[float]) -> None:
    ordered = np.sort(np.array(raw))[::turn]
    for shape in RISING if turn > 0 else FALLING:
        values = shape.values(ordered, 100)
        assert (np.diff(values) >= 0).all(), shape
        assert ((values >= shape.lowest) & (values <= 100)).all(), shape


@pytest.mark.parametrize("shape", [*RISING, *FALLING], ids=lambda shape: shape.shape)
def test_a_missing_raw_value_stays_missing(shape: Linear) -> None:
    assert np.isnan(shape.values(np.array([np.nan, 3.0]), 100)).tolist() == [True, False]


def test_a_cost_indicator_falls() -> None:
    assert Linear(shape="linear", worst=10, best=0).values(np.array([0.0, 5, 12]), 100).tolist() == [100, 50, 0]


def test_an_open_shape_leaves_the_scale() -> None:
    assert Linear(shape="linear", worst=0, best=10, clamp=False).values(np.array([12.0]), 100).tolist() == [120]


def test_a_range_is_met_exactly_at_both_ends() -> None:
    low, high = (0.2, 0.9)  # low + (high - low) is less than high, in floating-point numbers
    for shape in (Linear(shape="linear", worst=0, best=3, to=(low, high)), Target(shape="target", best=(3, 4), worst=(0, 5), to=(low, high))):
        assert shape.values(np.array([-1.0, 0, 3]), 100).tolist() == [low, low, high]
        assert shape.lowest == low


def test_hdi_2022_income_index_of_norway_technical_note_1() -> None:
    shape = Log(shape="log", worst=100, best=75000)
    assert shape.values(np.array([54_064.0, 0.0]), 1) == pytest.approx([0.951, 0], abs=5e-4)


def test_deductions_are_taken_off_a_base_and_never_fall_below_nothing() -> None:
    shape = Points(shape="points", base=100, per=-7.5, cap=90)
    assert shape.values(np.array([0.0, 2, 4, 14]), 100).tolist() == [90, 85, 70, 0]


def test_between_points_the_value_is_straight_and_flat_outside() -> None:
    shape = Piecewise(shape="piecewise", points=((0, 60), (10, 100), (20, 0)))
    assert shape.values(np.array([-5.0, 0, 2.5, 10, 15, 20, 99]), 100).tolist() == [60, 60, 70, 100, 50, 0, 0]
    assert shape.lowest == 0


@given(raw=RAW)
def test_piecewise_agrees_with_numpy(raw: list[float]) -> None:
    points = ((-40.0, 5.0), (0.0, 80.0), (3.5, 20.0), (900.0, 55.0))
    knots, heights = np.array(points).T
    found = Piecewise(shape="piecewise", points=points).values(np.array(raw), 100)
    assert found == pytest.approx(np.interp(raw, knots, heights), abs=1e-9)


def test_a_target_is_full_inside_and_nothing_at_its_ends() -> None:
    shape = Target(shape="target", best=(40, 60), worst=(20, 100))
    assert shape.values(np.array([20.0, 30, 40, 50, 60, 90, 100]), 100).tolist() == [0, 50, 100, 100, 100, 25, 0]


def test_a_target_without_a_slope_drops_at_once() -> None:
    shape = Target(shape="target", best=(0, 60), worst=(0, 100))
    assert shape.values(np.array([-0.1, 0, 60, 80]), 100).tolist() == [0, 100, 100, 50]


@given(distance=st.floats(0, 1e4))
def test_the_s_curve_is_the_same_from_both_sides_of_its_middle(distance: float) -> None:
    shape = Logistic(shape="logistic", middle=20, steepness=0.2, to=(1, 100))
    above, below = shape.values(np.array([20 + distance, 20 - distance]), 100)
    assert above + below == pytest.approx(101)
    assert above == pytest.approx(1 + 99 / (1 + math.exp(-0.2 * ((20 + distance) - 20))))


def test_states_are_named_as_the_scheme_writes_them() -> None:
    shape = Category(shape="category", points={"true": 100, "false": 0, "3": 7})
    assert shape.values([True, np.False_, 3.0, "3"], 100).tolist() == [100, 0, 7, 7]
    assert np.isnan(shape.values([None, "4"], 100)).all()
    assert Category(shape="category", points={"a": 9}, other=1).values(["b"], 100).tolist() == [1]


@given(st.lists(st.sampled_from([True, False, np.True_, 1, 0, 1.0, "1", "true", "甲", None, math.nan, pd.NA, 2.5]), max_size=20))
def test_a_column_of_states_is_valued_as_each_alone(states: list[object]) -> None:
    shape = Category(shape="category", points={"true": 9, "false": 8, "1": 7, "0": 6, "甲": 5}, other=4)
    alone = [shape.values([state], 100)[0] for state in states]
    assert np.array_equal(shape.values(np.array([*states, None], dtype=object)[:-1], 100), alone, equal_nan=True)


def test_the_worst_state_is_the_lowest_even_if_it_is_any_other() -> None:
    assert Category(shape="category", points={"a": 9}, other=1).lowest == 1
    assert Category(shape="category", points={"a": 9, "b": 3}).lowest == 3
