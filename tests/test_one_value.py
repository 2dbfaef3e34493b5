"""One raw value of one member: what it needs is tried, nothing nearer does, and it is decided as in a whole evaluation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.contested import contested
from tests.examples import examples
from tests.invented import MEASURE, evaluation, indicator, members, scheme
from tests.straight import straight
from tests.test_nearest_weights import holding, pairs
from tests.test_stability import listed
from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.scores import rounded_points
from toolkit.sensitivity.tipping.one_value import (
    Competitors,
    Revalued,
    nearest_values,
    smallest_values,
    step_of,
)

QUICK = settings(max_examples=examples(20), phases=(Phase.explicit, Phase.reuse, Phase.generate))
NEAREST = settings(max_examples=examples(8), phases=(Phase.explicit, Phase.reuse, Phase.generate))


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
            written = 1e-6 * max(1.0, abs(row["needed"]))  # a short decimal is within a millionth, and what settles a tie is sought to 1e-7
            short = row["raw"] + row["change"] * (1 - max(1e-5, (written + 2e-7) / abs(row["change"])))
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


def test_a_total_valued_among_the_members_keeps_what_it_is_compared_with() -> None:
    """Of 40, 60 and 80 the best is 80: m1 has 75, and is level with m2 when it has 80 itself."""
    who = members(3)
    prize = {"id": "prize", "label": "奖", "quota": {"number": 1}}
    rules = scheme(indicator=[indicator("a"), indicator("b")], award=[prize], total={"value": {"shape": "share_of_best"}}, ties=["joint"])
    raw = pd.DataFrame({"a": [40.0, 60, 80], "b": [40.0, 60, 80]}, index=who.index)
    found = smallest_values(evaluation(rules, who, raw)).set_index(["member", "indicator"])
    assert found.loc[("m1", "a"), "needed"] == pytest.approx(100, abs=0.02)  # (100 + 60) / 2 = 80
    assert found.loc[("m2", "a"), "needed"] == pytest.approx(40, abs=0.02)  # (40 + 80) / 2 = 60, level with m1, which is 75 of 80


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


def test_what_cannot_be_lost_has_no_value_that_loses_it() -> None:
    """Level ones at a joint line all have it, and nobody can fall below 0."""
    rules = scheme(indicator=[indicator("a", 1)], ties=["joint"], award=[{"id": "x", "label": "x", "quota": {"number": 1}}])
    raw = pd.DataFrame({"a": [50.0, 0.0]}, index=members(2).index)
    (row,) = smallest_values(evaluation(rules, members(2), raw)).query("holds").to_dict("records")
    assert np.isnan(row["needed"])


@pytest.mark.parametrize(("quota", "needed"), [
    ({"number": 2, "per": {"condition": "state", "most": 1}}, 90.005), ({"budget": 4, "cost": "number", "overrun": "skip"}, np.nan),
])  # fmt: skip
def test_where_those_alike_or_a_budget_decide_nothing_is_told_that_turns_nothing(quota: dict[str, object], needed: float) -> None:
    """m1 is over the lowest that is given, but cut by m0, with whom it is alike, or without a cost, and never funded."""
    rules = scheme(
        indicator=[indicator("a", 1)], award=[{"id": "x", "label": "x", "quota": {**quota, "within": "all"}}],
        condition=[{"id": "state", "measure": MEASURE}, {"id": "number", "measure": MEASURE}],
    )  # fmt: skip
    who = members(4)
    facts = pd.DataFrame({"state": ["AA", "AA", "BB", "CC"], "number": [2.0, np.nan, 2.0, 2.0]}, index=who.index)
    asked = evaluation(rules, who, pd.DataFrame({"a": [90.0, 80.0, 70.0, 60.0]}, index=who.index), conditions=facts)
    told = smallest_values(asked, near=3).query("member == 'm1'")["needed"]
    assert told.tolist() == pytest.approx([needed] * len(told), abs=1e-3, nan_ok=True)
    assert len(told) == 1


@NEAREST
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


FULL = settings(phases=(Phase.explicit, Phase.reuse, Phase.generate))


@FULL
@given(straight() | contested(), st.data())
def test_its_own_scores_give_what_stands(asked: Evaluation, data: st.DataObject) -> None:
    points = rounded_points(asked.scheme, asked.scores.loc[asked.members.index])
    everyone = Competitors.of(asked, np.ones(len(asked.members), np.bool_))
    for contest in asked.decided.contests:
        place = data.draw(st.integers(0, len(contest.positions) - 1))
        position = int(contest.positions[place])
        scores = {node: points[node].to_numpy()[[position]] for node in everyone.points}
        assert everyone.given([contest.award.id], position, scores) == [contest.given[place]]


@FULL
@given(straight(), st.data())
def test_a_class_by_itself_decides_as_all_together_and_several_runs_as_each_alone(asked: Evaluation, data: st.DataObject) -> None:
    revalued, everyone = Revalued.of(asked), Competitors.of(asked, np.ones(len(asked.members), np.bool_))
    for contest in asked.decided.contests:
        position = int(data.draw(st.sampled_from(contest.positions.tolist())))
        runs = st.lists(st.sampled_from([0.0, 40.0, 55.5, 100.0]), min_size=3, max_size=3)
        scores = {node: np.array(data.draw(runs)) for node in everyone.points}
        together = revalued.competitors(position).given([contest.award.id], position, scores)
        assert together.tolist() == everyone.given([contest.award.id], position, scores).tolist()
        for run in range(3):
            alone = Competitors.of(asked, np.ones(len(asked.members), np.bool_))
            assert alone.given([contest.award.id], position, {node: score[[run]] for node, score in scores.items()}) == [together[run]]


@FULL
@given(straight(), st.data())
def test_the_raw_value_it_has_gives_the_scores_it_has(asked: Evaluation, data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(list(asked.resolved.indicators)))
    position = data.draw(st.integers(0, len(asked.members) - 1))
    raw = float(asked.indicators[item.id].iloc[position])
    (scores,) = Revalued.of(asked).scores([(position, item, np.array([raw, raw]))])
    for node, score in scores.items():
        stands = rounded_points(asked.scheme, asked.scores.loc[asked.members.index])[node].iloc[position]
        assert score.tolist() == [stands, stands]


def test_a_value_compared_with_others_is_looked_for_by_what_was_found_of_them() -> None:
    rules = scheme(indicator=[indicator("a", value={"shape": "min_max"}), indicator("b")], award=[{"id": "first", "label": "first", "quota": {"number": 1}}])
    values = pd.DataFrame({"a": [90.0, 50.0, 10.0], "b": [50.0, 60.0, 70.0]}, index=members(3).index)
    asked = rescored(evaluation(rules, members(3), values), rules)
    needed = smallest_values(asked).set_index(["member", "indicator"])["needed"]
    assert needed["m1", "a"] == pytest.approx(82.02, abs=0.02)  # (a - 10) / 80 * 100 + 60 over the 150 of m0
