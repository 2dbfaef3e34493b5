"""Values without a record: what the same measure makes of the others."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.indicators.evidence import answered, value_of_all, values_without_each
from toolkit.scheme.measures import Measure

TAKES = st.sampled_from(["count", "any", "sum", "mean", "max", "min", "distinct"])
AMOUNTS = st.lists(st.sampled_from([None, "0.1", "0.2", "-3", "8"]), min_size=1, max_size=6)


def measure(take: str) -> Measure:
    return Measure.model_validate({"take": take, "table": "t", "column": "c"})


@given(TAKES, AMOUNTS)
def test_each_is_the_value_of_the_others(take: str, amounts: list[str | None]) -> None:
    found = values_without_each(measure(take), amounts)
    assert found is not None
    for place, value in enumerate(found):
        told = value_of_all(measure(take), [own for other, own in enumerate(amounts) if other != place])
        assert value == told or (math.isnan(value) and told is not None and math.isnan(told))


@pytest.mark.parametrize(
    ("take", "amounts", "value"),
    [
        ("sum", ["0.1", "0.2"], 0.3),  # as written, not as floats add up
        ("sum", [], 0.0),
        ("mean", ["0.1", "0.1", "0.1"], 0.1),
        ("distinct", ["甲", "乙", "甲", None], 2.0),
        ("any", [], False),
        ("count", [None, None], 2.0),
        ("max", ["2", None, "-1"], 2.0),
    ],
)
def test_what_a_measure_takes(take: str, amounts: list[str | None], value: float) -> None:
    assert value_of_all(measure(take), amounts) == value


@pytest.mark.parametrize("take", ["sum", "distinct", "mean", "max"])
def test_rows_that_say_nothing_leave_it_missing(take: str) -> None:
    assert math.isnan(value_of_all(measure(take), [None]) or 0.0)


def test_of_what_cannot_be_read_as_a_number_nothing_is_said() -> None:
    assert values_without_each(measure("sum"), ["TRUE", "1"]) is None
    assert values_without_each(measure("max"), ["TRUE", "1"]) is None
    assert value_of_all(measure("min"), ["8 × 2"]) is None


def test_a_share_of_records() -> None:
    share = Measure.model_validate({"take": "ratio", "table": "t", "where": {"s": ("x",)}, "among": {"s": ("x", "y")}})
    assert answered(share)
    assert values_without_each(share, ["1", "0", "1"]) == [0.5, 1.0, 0.5]
    assert not answered(Measure.model_validate({"take": "latest", "table": "t", "column": "c"}))
