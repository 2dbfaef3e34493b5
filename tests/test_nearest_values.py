from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings

from tests.contested import contested
from tests.examples import examples
from tests.invented import evaluation, indicator, members, scheme
from tests.straight import straight
from tests.test_nearest_weights import holding, pairs
from tests.test_smallest_values import with_raw
from toolkit.evaluation import Evaluation, rescored
from toolkit.sensitivity.tipping.one_value import nearest_values, step_of

QUICK = settings(max_examples=examples(8), phases=(Phase.explicit, Phase.reuse, Phase.generate))


@QUICK
@given(straight() | contested())
def test_the_value_that_is_told_turns_the_outcome(asked: Evaluation) -> None:
    for row in nearest_values(asked, pairs(asked)).to_dict("records"):
        member, raw = str(row["member"]), asked.indicators[row["indicator"]]
        assert (member in holding(asked, row["award"])) == row["holds"]
        assert (member in holding(with_raw(asked, member, row["indicator"], row["needed"]), row["award"])) != row["holds"]
        assert raw.min() - 1e-9 <= row["needed"] <= raw.max() + 1e-9


def sums(bar: float, *hours: float) -> Evaluation:
    """Members with hours at two points each; an award for whoever has so many points, and no quota."""
    rules = scheme(
        indicator=[indicator("hours", 100, value={"shape": "points", "per": 2, "cap": 100})], weights="percent",
        award=[{"id": "first", "label": "first", "minimum": {"total": bar}}],
    )  # fmt: skip
    raw = pd.DataFrame({"hours": list(hours)}, index=members(len(hours)).index)
    return rescored(evaluation(rules, members(len(hours)), raw), rules)


def test_a_bar_is_reached_in_the_steps_in_which_hours_are_recorded() -> None:
    found = nearest_values(sums(61, 30.0, 31.0, 7.5), [("first", "m0"), ("first", "m1"), ("first", "m2")]).set_index("member")
    assert found["needed"].to_dict() == {"m0": 30.5, "m1": 30.0, "m2": 30.5}
    assert found["holds"].to_dict() == {"m0": False, "m1": True, "m2": False}


def test_nobody_is_told_to_go_further_than_anyone_has_come() -> None:
    assert nearest_values(sums(70, 30.0, 31.0), [("first", "m0"), ("first", "m1")]).empty


@pytest.mark.parametrize(("raw", "step"), [((1, 2), 1.0), ((1, 2.5), 0.5), ((0.3, 1), 0.1), ((0.25, np.nan), 0.01), ((1 / 3,), 0.01)])
def test_the_largest_step_all_values_are_made_of(raw: tuple[float, ...], step: float) -> None:
    assert step_of(np.array(raw, dtype=np.float64)) == step
