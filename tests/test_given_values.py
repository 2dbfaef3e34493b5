"""Raw values drawn elsewhere: one row of them is one scenario, and whatever does not fit is refused before anything runs."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.drawing import flat
from tests.examples import examples
from toolkit.evaluation import Evaluation
from toolkit.ground.problems import Refused
from toolkit.reports.sensitivity_tables import choice_in_words
from toolkit.sensitivity import Choices, GivenValues, MeasurementErrors, scenario_probabilities
from toolkit.sensitivity.choices import factors
from toolkit.sensitivity.choices.scenario import BaseCase, Draw, Scenario

A = pd.DataFrame({"m1": [1.0, 2.0, 3.0, 4.0], "m0": [9.0, 8.0, 7.0, np.nan]})
B = pd.DataFrame({"m2": [10.0, 20.0, 30.0, 40.0]})


@cache
def asked() -> Evaluation:
    return flat({"a": [50, 60, 70], "b": [51, 61, 71]})


def settled(spec: GivenValues, share: float) -> Scenario:
    scenario = Scenario(BaseCase.of(asked()))
    for factor in factors(asked(), Choices(spec), 0):
        factor.settle(scenario, Draw(share, factor.entropy))
    return scenario


@settings(max_examples=examples(20))
@given(st.floats(0, 1, exclude_max=True))
def test_a_scenario_has_one_row_of_all_indicators_and_the_rest_as_recorded(share: float) -> None:
    row = int(share * 4)
    found = settled(GivenValues({"a": A, "b": B}), share)
    assert np.array_equal(found.column("a"), [A["m0"][row], A["m1"][row], 70], equal_nan=True)
    assert found.column("b").tolist() == [51, 61, B["m2"][row]]
    assert found.ground.raw["a"].tolist() == [50, 60, 70]


def test_every_row_is_as_likely_and_errors_come_on_top() -> None:
    winners = pd.DataFrame({"m0": [100.0, 0, 0, 0]})
    found = scenario_probabilities(asked(), Choices(GivenValues({"a": winners, "b": winners})), draws=1_000)
    (row,) = found[(found["member"] == "m0") & (found["outcome"] == "prize")].to_dict("records")
    assert abs(row["probability"] - 0.25) < 4 * row["error"]
    both = Choices(MeasurementErrors(1.0, ("a",), relative=False), GivenValues({"a": winners}))
    assert [factor.name for factor in factors(asked(), both, 0)] == ["given", "error.a"]


def test_what_is_independent_is_given_by_itself() -> None:
    both = Choices(GivenValues({"a": A}), GivenValues({"b": B}))
    assert [factor.name for factor in factors(asked(), both, 0)] == ["given.1", "given.2"]
    assert choice_in_words(asked().scheme, "given").into("en") == "given values"
    assert choice_in_words(asked().scheme, "given.2").into("zh") == "另给的数值 2"
    with pytest.raises(Refused, match="keep one of them"):
        factors(asked(), Choices(GivenValues({"a": A}), GivenValues({"a": A, "b": B})), 0)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"aa": A}, ["is `a` meant"]),
        ({"a": A.rename(columns={"m1": "m9"}), "c": A}, ["GivenValues.values.a", "m9", "c"]),
        ({"a": pd.concat([A, A[["m1"]]], axis=1)}, ["m1", "there twice"]),
        ({"a": A, "b": B.iloc[:2]}, ["a 4, b 2", "a GivenValues of its own"]),
        ({"a": pd.DataFrame({"m0": [1.0, "x", np.inf]})}, ['"x": row 2 of `m0` is no number', '"inf": row 3']),
        ({"a": pd.DataFrame({"m0": []})}, ["no values"]),
        ({}, ["it is empty"]),
    ],
)
def test_what_does_not_fit_is_refused(values: dict[str, pd.DataFrame], said: list[str]) -> None:
    with pytest.raises(Refused) as caught:
        factors(asked(), Choices(GivenValues(values)), 0)
    text = caught.value.problems.text("en")
    assert all(part in text for part in said), text


@pytest.mark.parametrize(("values", "said"), [(A, "DataFrame"), ({"a": "a.csv"}, "a: str"), ("a.csv", "str")])
def test_what_is_no_table_for_each_indicator_is_refused(values: Any, said: str) -> None:
    with pytest.raises(Refused, match="a table \\(DataFrame\\) for each indicator") as caught:
        factors(asked(), Choices(GivenValues(values)), 0)
    assert caught.value.problems.items[0].value == said


def test_indicators_that_are_no_names_are_refused() -> None:
    with pytest.raises(Refused, match="tuple of names"):
        factors(asked(), Choices(MeasurementErrors(1.0, 0.05)), 0)


def test_what_does_not_fit_is_refused_in_chinese() -> None:
    values: dict[str, Any] = {"a": pd.DataFrame({"m0": [1.0, "八"]})}
    with pytest.raises(Refused) as caught:
        factors(asked(), Choices(GivenValues(values)), 0)
    assert 'GivenValues.values.a "八"：第 2 行“m0”的数值不是数字；请改正；缺失请留空' in caught.value.problems.text("zh")
