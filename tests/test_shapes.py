"""Value shapes: on the scale, monotone, and true to their formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.shapes import Category, ExponentialRank, Linear, Log, Points, Steps

RAW = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)
RISING = (
    Linear(shape="linear", worst=-5, best=40),
    Log(shape="log", worst=1, best=1000),
    Points(shape="points", per=3, cap=60),
    Steps(shape="steps", steps=((0, 10), (5, 20), (50, 90))),
    ExponentialRank(shape="exponential_rank", rate=23),
)


@pytest.mark.parametrize("shape", RISING, ids=lambda shape: shape.shape)
@given(raw=RAW)
def test_a_better_raw_value_never_has_a_lower_value_and_all_stay_on_the_scale(shape: Linear, raw: list[float]) -> None:
    ordered = np.sort(np.array(raw))
    values = shape.values(ordered, 100)
    assert (np.diff(values) >= 0).all()
    assert ((values >= 0) & (values <= 100 + 1e-9)).all()


@pytest.mark.parametrize("shape", RISING, ids=lambda shape: shape.shape)
def test_a_missing_raw_value_stays_missing(shape: Linear) -> None:
    assert np.isnan(shape.values(np.array([np.nan, 3.0]), 100)).tolist() == [True, False]


def test_a_cost_indicator_falls() -> None:
    assert Linear(shape="linear", worst=10, best=0).values(np.array([0.0, 5, 12]), 100).tolist() == [100, 50, 0]


def test_an_open_shape_leaves_the_scale() -> None:
    assert Linear(shape="linear", worst=0, best=10, clamp=False).values(np.array([12.0]), 100).tolist() == [120]


def test_hdi_2022_income_index_of_norway_technical_note_1() -> None:
    shape = Log(shape="log", worst=100, best=75000)
    assert shape.values(np.array([54_064.0, 0.0]), 1) == pytest.approx([0.951, 0], abs=5e-4)


def test_wimd_2019_annex_a_the_most_deprived_of_1909_has_100() -> None:
    values = ExponentialRank(shape="exponential_rank", rate=23, better="lower").values(np.arange(1.0, 1910), 100)
    assert values[0] == pytest.approx(100, abs=1e-9)
    share = 1 / 1909
    assert values[-1] == pytest.approx(-23 * math.log(1 - share * (1 - math.exp(-100 / 23))), rel=1e-12)


def test_states_are_named_as_the_scheme_writes_them() -> None:
    shape = Category(shape="category", points={"true": 100, "false": 0, "3": 7})
    assert shape.values([True, np.False_, 3.0, "3"], 100).tolist() == [100, 0, 7, 7]
    assert np.isnan(shape.values([None, "4"], 100)).all()
    assert Category(shape="category", points={"a": 9}, other=1).values(["b"], 100).tolist() == [1]
