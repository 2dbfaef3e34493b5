"""Contributions: they add up to the total as it is shown, to the last decimal, whatever the tree."""

from __future__ import annotations

from decimal import Decimal
from math import isclose, isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.altered import altered
from tests.examples import examples
from tests.invented import MEASURE, evaluation, evaluations, group, indicator, members, scheme
from toolkit.evaluation import Evaluation
from toolkit.evaluation.contributions import BOUNDS, GATHERED, contributions, node_factors
from toolkit.ground.ranking import rounded


def asked(values: dict[str, list[float]], points: list[float] | None = None, **parts: Any) -> Evaluation:
    """An evaluation of three members or fewer, with the adjustment `bonus` where there are points."""
    who = members(len(next(iter(values.values()))))
    added = {"adjustment": [{"id": "bonus", "label": "bonus", "measure": MEASURE}]} if points else {}
    adjustments = pd.DataFrame({"bonus": points}, index=who.index) if points else None
    return evaluation(scheme(**added, **parts), who, pd.DataFrame(values, index=who.index), adjustments)


@settings(max_examples=examples(18))
@given(evaluations())
def test_they_sum_to_the_total_to_the_last_decimal(found: Evaluation) -> None:
    points, decimals = contributions(found), found.scheme.decimals
    totals = rounded(found.scores["total"].to_numpy(), decimals)
    for row, total in zip(points.to_numpy(), totals, strict=True):
        added = sum((Decimal(f"{part:.12g}") for part in row if not isnan(part)), Decimal(0))
        assert np.isnan(row).all() if isnan(total) else added == Decimal(f"{total:.{decimals}f}")
        assert all(part == round(part, decimals) for part in row if not isnan(part))


@settings(max_examples=examples(15))
@given(evaluations(), st.randoms())
def test_the_order_of_members_is_of_no_account(found: Evaluation, rng: Any) -> None:
    order = list(found.members.index)
    rng.shuffle(order)
    other = altered(found, members=found.members.loc[order], scores=found.scores.loc[order])
    pd.testing.assert_frame_equal(contributions(other).loc[found.members.index], contributions(found), check_exact=True)


@given(evaluations())
def test_no_part_is_off_by_more_than_a_unit_from_what_it_adds(found: Evaluation) -> None:
    shown, unit = contributions(found), 10.0**-found.scheme.decimals
    factors = node_factors(found.tree, found.scores)
    for part in shown.columns.intersection(factors.columns):
        exact = factors[part] * found.scores[part]
        assert ((shown[part] - exact).abs().dropna() <= unit * (1 + 1e-6)).all()


def test_a_worked_example() -> None:
    """60 % of (2 x 80.01 + 1 x 50) / 3 = 42.004, 40 % of 33.33 = 13.332, and 1.5 added: 56.836, shown as 56.8."""
    found = asked(
        {"a": [80.01], "b": [50.0], "c": [33.33]}, [1.5], decimals=1,
        group=[group("g", 60)], indicator=[indicator("a", 2, "g"), indicator("b", 1, "g"), indicator("c", 40)],
    )  # fmt: skip
    (row,) = contributions(found).to_dict("records")
    assert row["a"] == 32.0  # 32.004
    assert row["b"] == 10.0  # 10.000
    assert row["c"] == 13.3  # 13.332, and not enough is left over for it
    assert row["bonus"] == 1.5
    assert isnan(row[BOUNDS])
    assert set(row) == {"a", "b", "c", "bonus", BOUNDS}


def test_points_rounded_on_the_way_are_shown_as_they_count() -> None:
    rules = {"total": {"aggregate": "sum"}, "indicator": [indicator("a", 70, decimals=2), indicator("b", 30, decimals=2)]}
    found = contributions(asked({"a": [61.664 / 0.7], "b": [18.334 / 0.3]}, **rules))
    assert found[["a", "b"]].to_numpy().tolist() == [[61.66, 18.33]]


def test_what_a_cap_leaves_is_shared_as_the_points_are_and_shares_are_those_voted() -> None:
    rules = {"total": {"aggregate": "sum"}, "group": [group("g", 100, None, "sum", cap=15)], "indicator": [indicator("a", 24, "g"), indicator("b", 10, "g")]}
    one = asked({"a": [62.5], "b": [60.0]}, **rules)
    assert contributions(one)[["a", "b"]].to_numpy().tolist() == [[10.71, 4.29]]
    assert node_factors(one.tree, one.scores[list(one.tree.nodes)])[["a", "b"]].round(12).to_numpy().tolist() == [[0.24, 0.1]]


def test_what_is_left_goes_to_the_largest_remainder_and_of_equal_ones_to_the_first() -> None:
    found = asked({"a": [50.0], "b": [50.0], "c": [50.0]}, decimals=0, indicator=[indicator(id_, 1) for id_ in "abc"])
    assert contributions(found)[["a", "b", "c"]].to_numpy().tolist() == [[17, 17, 16]]  # each 16.67; 50 in all
    found = asked({"a": [10.0], "b": [10.5]}, decimals=0, weights="points", indicator=[indicator("a", 1), indicator("b", 1)],
                  total={"aggregate": "arithmetic"})  # fmt: skip
    assert contributions(found)[["a", "b"]].to_numpy().tolist() == [[5, 5]]  # 5 and 5.25, 10.25 in all


def test_a_gap_gives_its_weight_to_its_siblings() -> None:
    found = asked({"a": [80.0, 80.0], "b": [np.nan, 40.0]}, indicator=[indicator("a", 1), indicator("b", 1)])
    points = contributions(found)
    assert points["a"].tolist() == [80.0, 40.0]
    assert isnan(points["b"].iloc[0])
    assert points["b"].iloc[1] == 20.0


def test_a_group_that_does_not_add_up_gives_its_points_as_one() -> None:
    found = asked(
        {"a": [25.0], "b": [100.0], "c": [10.0]}, group=[group("g", 3, aggregate="geometric")],
        indicator=[indicator("a", 1, "g"), indicator("b", 1, "g"), indicator("c", 1)],
    )  # fmt: skip
    assert contributions(found).drop(columns=BOUNDS).to_dict("records") == [{"g": 37.5, "c": 2.5}]


def test_a_total_that_cannot_be_taken_apart_is_one_part_beside_the_adjustments() -> None:
    found = asked({"a": [25.0], "b": [100.0]}, [2.0], indicator=[indicator("a", 1), indicator("b", 1)], total={"aggregate": "geometric"})
    assert contributions(found).drop(columns=BOUNDS).to_dict("records") == [{GATHERED: 50.0, "bonus": 2.0}]


def test_points_of_a_sum_are_those_of_its_children() -> None:
    found = asked({"a": [50.0], "b": [100.0]}, indicator=[indicator("a", 20), indicator("b", 70)], total={"aggregate": "sum"})
    assert contributions(found).drop(columns=BOUNDS).to_dict("records") == [{"a": 10.0, "b": 70.0}]


@pytest.mark.parametrize(("bonus", "held"), [(30.0, -20.0), (-95.0, 5.0), (10.0, np.nan)])
def test_what_the_bounds_add_or_take_stands_apart(bonus: float, held: float) -> None:
    found = asked({"a": [90.0]}, [bonus], total={"floor": 0, "cap": 100}, indicator=[indicator("a", 1)])
    (row,) = contributions(found).to_dict("records")
    assert (row["a"], row["bonus"]) == (90.0, bonus)
    assert row[BOUNDS] == held or (isnan(row[BOUNDS]) and isnan(held))


def test_more_decimals_than_floats_hold_still_add_up() -> None:
    values = {f"x{i}": [100 / (i + 1.7)] for i in range(12)}
    found = asked(values, decimals=12, indicator=[indicator(id_, place + 1) for place, id_ in enumerate(values)])
    points = contributions(found).drop(columns=BOUNDS).iloc[0]
    assert isclose(points.sum(), found.scores["total"].iloc[0], abs_tol=1e-11)


def test_a_member_without_a_total_has_no_points() -> None:
    found = asked({"a": [np.nan, 10.0]}, [3.0, 3.0], indicator=[indicator("a", 1)])
    assert contributions(found).iloc[0].isna().all()
