from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings

from tests.examples import examples
from tests.invented import evaluation, indicator, members, scheme
from tests.straight import straight
from tests.test_stability import listed
from toolkit.evaluation import Evaluation, rescored
from toolkit.sensitivity.tipping.one_value import smallest_values

QUICK = settings(max_examples=examples(20), phases=(Phase.explicit, Phase.reuse, Phase.generate))


def with_raw(asked: Evaluation, member: str, node: str, raw: float) -> Evaluation:
    table = asked.indicators.copy()
    table.loc[member, node] = raw
    return rescored(replace(asked, measured=replace(asked.measured, raw=table)), asked.resolved)


@QUICK
@given(straight())
def test_the_needed_value_turns_the_award_and_nothing_nearer_does(asked: Evaluation) -> None:
    for row in smallest_values(asked).to_dict("records"):
        award, member = (row["award"], row["member"]), str(row["member"])
        assert (award in listed(asked)) == row["holds"]
        if np.isnan(row["needed"]) or not row["exact"]:
            continue
        assert (award in listed(with_raw(asked, member, row["indicator"], row["needed"]))) != row["holds"]
        if abs(row["change"]) > 1e-3:
            short = row["raw"] + row["change"] * (1 - 1e-5)
            assert (award in listed(with_raw(asked, member, row["indicator"], short))) == row["holds"]


def hours(**more: object) -> Evaluation:
    """m1 has 6 hours at 5 points each and is 12 points behind m0."""
    shape = {"shape": "points", "per": 5, "cap": 100}
    rules = scheme(
        indicator=[indicator("hours", 50, value=shape, **more), indicator("b", 50)], weights="percent",
        award=[{"id": "first", "label": "first", "quota": {"number": 1}}],
    )  # fmt: skip
    raw = pd.DataFrame({"hours": [6.0, 6.0], "b": [74.0, 50.0]}, index=members(2).index)
    made = evaluation(rules, members(2), raw)
    return rescored(made, rules)


def test_so_many_more_hours_are_needed_to_be_ahead() -> None:
    row = smallest_values(hours()).query("member == 'm1' and indicator == 'hours'").iloc[0]
    assert row["needed"] == pytest.approx(6 + 24 / 5 + 0.01 / 5, abs=2e-3)  # a tie would stay open: half a step more
    assert row["exact"]


def test_what_is_counted_comes_in_whole_numbers() -> None:
    asked = hours(measure={"table": "acts", "take": "count"})
    row = smallest_values(asked).query("member == 'm1' and indicator == 'hours'").iloc[0]
    assert (row["needed"], row["change"]) == (11.0, 5.0)


def test_what_cannot_be_made_up_for_is_said() -> None:
    asked = hours()
    far = with_raw(with_raw(asked, "m0", "hours", 20.0), "m0", "b", 100.0)
    assert smallest_values(far).query("member == 'm1'")["needed"].isna().all()


def test_who_falls_under_a_bar_loses_the_award_before_the_next_member_is_level() -> None:
    rules = scheme(
        indicator=[indicator("a", 50), indicator("b", 50)], weights="percent", decimals=1,
        award=[{"id": "first", "label": "first", "quota": {"number": 1}, "minimum": {"b": 70}}],
    )  # fmt: skip
    raw = pd.DataFrame({"a": [90.0, 10.0], "b": [80.0, 75.0]}, index=members(2).index)
    row = smallest_values(evaluation(rules, members(2), raw)).query("holds and indicator == 'b'").iloc[0]
    assert row["needed"] == pytest.approx(69.95, abs=1e-4)
