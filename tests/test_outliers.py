"""Outlier treatment: as JRC and COINr do it, resolved, and the same in whatever order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scipy.stats import boxcox, kurtosis, skew
from scipy.stats.mstats import winsorize

from toolkit.ground.toml_reader import tuples
from toolkit.scheme.outliers import BoxCox, LogTransform, Outliers, Winsorise
from toolkit.scheme.writing import plain_values

COINR = np.array([*range(1, 11), 30, 100], dtype=np.float64)  # the column of COINr's vignette "treat"
TREATMENT = TypeAdapter[Outliers](Outliers)
KINDS: tuple[dict[str, Any], ...] = (
    {"treat": "winsorise"},
    {"treat": "winsorise", "most": 2, "skewness": 0.5, "kurtosis": 0.0},
    {"treat": "winsorise", "tails": (0.1, 0.25)},
    {"treat": "log"},
    {"treat": "box_cox", "lambda": 0.5},
    {"treat": "box_cox", "lambda": 0.0},
)
COLUMN = st.lists(st.one_of(st.integers(-3, 6).map(float), st.floats(-1e3, 1e3), st.just(math.nan)), max_size=25)


def skewed(raw: Any) -> bool:
    return bool(abs(skew(raw, bias=False)) >= 2 and kurtosis(raw, bias=False) >= 3.5)


def test_coinr_vignette_the_greatest_is_drawn_in_and_one_is_enough() -> None:
    treatment = Winsorise(treat="winsorise").resolved(COINR)
    used = treatment.applied(COINR)
    assert used.tolist() == [*range(1, 11), 30, 30]
    assert skewed(COINR)
    assert not skewed(used)
    assert not treatment.stays_skewed(used)


def test_no_more_points_are_touched_than_the_scheme_allows() -> None:
    raw = np.array([*range(20), 500, 500, 800, 900, 1000.0])
    for most in range(1, 6):
        treatment = Winsorise(treat="winsorise", most=most, skewness=0.1, kurtosis=-9).resolved(raw)
        assert 0 < (treatment.applied(raw) != raw).sum() <= most
    assert Winsorise(treat="winsorise", most=1, skewness=0.1, kurtosis=-9).stays_skewed(raw)


def test_low_outliers_are_drawn_in_too() -> None:
    assert Winsorise(treat="winsorise").applied(-COINR).tolist() == (-np.minimum(COINR, 30)).tolist()


def test_a_column_within_the_limits_or_of_three_stays_as_it_is() -> None:
    for raw in (np.arange(12.0), np.array([1.0, 2, 1000]), np.full(9, 0.1), np.array([])):
        assert Winsorise(treat="winsorise").applied(raw).tolist() == raw.tolist()


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40), st.sampled_from([0, 0.05, 0.1, 0.25, 0.4]), st.sampled_from([0, 0.1, 0.3]))
def test_scipy_draws_in_the_same_tails(raw: list[float], low: float, high: float) -> None:
    used = Winsorise(treat="winsorise", tails=(low, high)).applied(np.array(raw))
    if (low * len(raw) + 1e-9) // 1 == int(low * len(raw)) and (high * len(raw) + 1e-9) // 1 == int(high * len(raw)):
        assert used.tolist() == winsorize(np.array(raw), (low, high)).tolist()


def test_the_logarithm_is_that_of_coinr() -> None:
    used = LogTransform(treat="log").applied(COINR)
    assert used == pytest.approx(np.log(COINR - 1 + 0.01 * 99))


def test_box_cox_fits_the_exponent_that_scipy_fits() -> None:
    found = BoxCox(treat="box_cox").resolved(COINR).found
    assert found is not None
    transformed, exponent = boxcox(COINR - COINR.min() + 1)
    assert found.exponent == pytest.approx(exponent)
    assert BoxCox(treat="box_cox").applied(COINR) == pytest.approx(transformed)


def test_a_given_exponent_is_kept() -> None:
    used = TREATMENT.validate_python({"treat": "box_cox", "lambda": 0.5}).applied(np.array([3.0, 6, 11]))
    assert used == pytest.approx([0, 2, 4])  # ((raw - 3 + 1) ** 0.5 - 1) / 0.5


@given(st.sampled_from(KINDS), COLUMN, st.randoms(use_true_random=False), st.floats(-2e3, 2e3))
def test_treatments_keep_the_order_and_a_later_member_moves_nobody(
    kind: dict[str, Any], raw: list[float], random: Any, later: float
) -> None:
    treatment, column = TREATMENT.validate_python(kind), np.array(raw)
    used = treatment.applied(column)
    order = np.argsort(column)
    assert (np.diff(used[order][~np.isnan(column[order])]) >= 0).all()
    mixed = random.sample(raw, len(raw))
    resolved = treatment.resolved(column)
    assert treatment.resolved(np.array(mixed)) == resolved
    if raw and not np.isnan(column).all():
        assert resolved.resolved(np.array([later])) == resolved
        again = TREATMENT.validate_python(tuples(plain_values(resolved)))
        assert np.array_equal(again.applied(np.array([*raw, later]))[:-1], used, equal_nan=True)


def test_all_the_same_stays_the_same() -> None:
    for kind in (*KINDS, {"treat": "box_cox"}):
        assert TREATMENT.validate_python(kind).applied(np.array([7.0, math.nan, 7.0])).tolist()[::2] == [7, 7]
