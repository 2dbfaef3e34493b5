"""Values on the scale, and what stands in for a missing one."""

from __future__ import annotations

import math
import tomllib
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.conftest import SCHEME
from toolkit.scheme import Scheme
from toolkit.toml_file import tuples
from toolkit.values import Values, scaled

RAW = pd.DataFrame(
    {"hours": [40.0, 20, 10, math.nan], "talks": [1.0, 2, 3, 1], "pledge": ["已签"] * 4, "answers": [5.0, 5, 5, 5]},
    index=pd.Index(list("ABCD"), name="member"),
)
CLASSES = pd.Series(["x", "x", "x", "x"], index=RAW.index)


def valued(policy: str = "worst", raw: pd.DataFrame = RAW, classes: pd.Series[Any] = CLASSES) -> Values:
    scheme = Scheme.model_validate(tuples(tomllib.loads(SCHEME)))
    hours = scheme.indicators[0].model_copy(update={"missing": policy})
    changed = scheme.model_copy(update={"indicators": (hours, *scheme.indicators[1:])})
    return scaled(changed, raw, raw.notna() | True, classes)


@pytest.mark.parametrize(("policy", "value"), [("worst", 0.0), ("exclude", None), ("class_median", 50.0), ("unranked", None)])
def test_a_missing_value_is_what_the_scheme_says_and_never_silently_0(policy: str, value: float | None) -> None:
    found = valued(policy)
    stands_in = found.frame.loc["D", "hours"]
    assert (math.isnan(stands_in) if value is None else stands_in == value), stands_in
    assert found.unranked.tolist() == [False, False, False, policy == "unranked"]
    assert len(found.problems) == 0


def test_a_missing_value_without_a_policy_is_a_problem_by_name() -> None:
    (problem,) = valued("error").problems.errors
    assert (problem.value, problem.column) == ("D", "indicator[hours].missing")


def test_the_median_is_that_of_the_class() -> None:
    found = valued("class_median", classes=pd.Series(["x", "x", "y", "y"], index=RAW.index))
    assert found.frame.loc["D", "hours"] == 25


def test_what_does_not_apply_is_not_counted_under_any_policy() -> None:
    scheme = Scheme.model_validate(tuples(tomllib.loads(SCHEME)))
    applicable = RAW.notna() | True
    applicable.loc["A", "hours"] = False
    assert np.isnan(scaled(scheme, RAW, applicable, CLASSES).frame.loc["A", "hours"])


def test_a_state_without_points_is_a_problem() -> None:
    (problem,) = valued(raw=RAW.assign(pledge=["已签", "拒签", "已签", "已签"])).problems.errors
    assert problem.value == "拒签"
