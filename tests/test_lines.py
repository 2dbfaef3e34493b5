"""Award lines: the last score that has an award, who stands near, and the places that stay empty."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contested import contested
from tests.examples import examples
from tests.invented import NO_VETOES, evaluation, indicator, members, scheme
from toolkit.evaluation import Evaluation
from toolkit.evaluation.contributions import award_lines, distances
from toolkit.ground.text import former_words
from toolkit.interactive.board import Board
from toolkit.interactive.board_details import card
from toolkit.reports.list_tables import awards_table
from toolkit.reports.score_cards import member_card


def asked(*awards: dict[str, Any]) -> Evaluation:
    rules = scheme(indicator=[indicator("a", 1), indicator("b", 1)], award=list(awards))
    who = members(3)
    return evaluation(rules, who, pd.DataFrame({"a": [90.0, 80, 10], "b": [50.0, 40, 100]}, index=who.index))


def test_the_line_of_an_award_lies_where_its_places_go_by() -> None:
    found = asked({"id": "x", "quota": {"number": 1}, "by": "b"}, {"id": "y", "quota": {"number": 1}, "beside": ["x"]})
    assert [(line.award, line.total) for line in award_lines(found)] == [("x", 100.0), ("y", 70.0)]
    near = distances(found)
    assert near[near["award"] == "x"][["member", "total", "distance"]].to_numpy().tolist() == [["m2", 100, 50], ["m0", 50, -50], ["m1", 40, -60]]
    assert near[near["award"] == "y"]["member"].tolist() == ["m0", "m1", "m2"]  # m2 may have both


def test_where_places_of_all_classes_end_further_up_the_way_is_measured_to_there() -> None:
    rules = scheme(award=[{"id": "x", "quota": {"number": 2, "in_all": 3}}])
    who = members(5, ["A", "A", "B", "B", "B"])
    near = distances(evaluation(rules, who, pd.DataFrame({"a": [90.0, 85, 88, 70, 60]}, index=who.index)))
    missed = near[~near["above"]].set_index("member")["distance"]
    assert missed.to_dict() == {"m3": -15, "m4": -25}  # to 85, the third of all; 88 is only the lowest of their class


def test_where_a_tie_is_open_the_way_is_measured_to_it_and_who_is_level_there_misses_nothing() -> None:
    rules = scheme(award=[{"id": "x", "quota": {"number": 2}}], ties=["committee"])
    who = members(4)
    found = evaluation(rules, who, pd.DataFrame({"a": [90.0, 83, 83, 74]}, index=who.index))
    near = distances(found).set_index("member")["distance"]
    assert near.to_dict() == {"m0": 7, "m1": 0, "m2": 0, "m3": -9}
    assert Board.of(found).margin.tolist() == [700, 0, 0, -900]
    states = [card(found, position, None)["lines"][0]["state"] for position in range(4)]
    assert states == ["above_line", "at_line", "at_line", "below_line"]


def test_empty_places_stand_below_the_table() -> None:
    found = asked({"id": "x", "label": "奖", "quota": {"number": 3}, "minimum": {"total": 60}})
    (line,) = award_lines(found)
    assert (line.awarded, line.vacant) == (2, 1)
    assert "空缺名额（宁缺毋滥）：全部会员奖 1 个。" in str(awards_table(found).note)
    assert not awards_table(asked({"id": "x", "quota": {"number": 1}})).note


def test_what_is_passed_and_what_stays_open_stands_below_the_table() -> None:
    who = members(3, ["A", "A", "B"])
    values = pd.DataFrame({"a": [90.0, 90, 90]}, index=who.index)
    award = {"id": "x", "label": "奖", "quota": {"number": 1, "in_all": 2}}
    rules = scheme(award=[award], members={"table": "members", "key": "key", "name": "name", "class": "class"})
    joint, open_ = (evaluation(rules.with_(ties=[last]), who, values) for last in ("joint", "committee"))
    assert str(awards_table(joint).note) == "同分并列，一并授予（名额→获奖）：A奖 1→2；全部会员奖 2→3。"
    assert str(awards_table(open_).note) == "待委员会决定的名额：A奖 1。"


@given(contested())
def test_every_holder_stands_at_or_above_its_line(found: Evaluation) -> None:
    lines = {(line.award, line.class_): line for line in award_lines(found)}
    for (award, class_), held in found.awards.groupby(["award", "class"]):
        assert lines[str(award), str(class_)].awarded == len(held)
    near, by_total = distances(found), {award.id for award in found.scheme.awards if award.by == "total"}
    for row in near.to_dict("records"):
        line = lines[row["award"], row["class"]]
        assert row["above"] == (row["member"] in set(found.awards.loc[found.awards["award"] == row["award"], "member"]))
        way = -1 if found.scheme.total.better == "lower" and row["award"] in by_total else 1
        assert not row["above"] or way * row["total"] >= (way * line.total if line.total is not None else np.inf)


def prize(*totals: float, lower: bool = False, **award: Any) -> Evaluation:
    """One prize, and members whose totals these are."""
    who = members(len(totals))
    rules = scheme(award=[{"id": "x", "label": "奖"} | award], total={"better": "lower"} if lower else {}, ties=["committee"])
    return evaluation(rules, who, pd.DataFrame({"a": [float(total) for total in totals]}, index=who.index))


def told(found: Evaluation) -> list[tuple[object, str]]:
    """Of each member, the best first, the distance and what its card says of it."""
    rows = [member_card(found, member).lines.rows[0] for member in found.ranking.index]
    return [(row[-2], str(row[-1])) for row in rows]


def test_who_is_below_the_least_score_is_told_the_way_to_the_places_and_who_is_above_the_nearer_end() -> None:
    full = prize(80.75, 73.25, 65.75, 58.25, quota={"number": 3}, minimum={"total": 60})
    assert told(full) == [
        ("+20.75", "获得，比要求的最低分 60.00 高 20.75 分"), ("+13.25", "获得，比要求的最低分 60.00 高 13.25 分"),
        ("+5.75", "获得，比要求的最低分 60.00 高 5.75 分"), ("-7.50", "获奖最低分 65.75，还差 7.50 分"),
    ]  # fmt: skip
    assert full.ranking["reason"].iloc[-1] == "总分 58.25，奖要求不低于 60.00 分，还差 1.75 分，且名额已满（名额线 65.75 分，差 7.50 分）"
    assert Board.of(full).margin.tolist() == [2075, 1325, 575, -750]
    assert [card(full, position, None)["lines"][0]["state"] for position in (2, 3)] == ["above_bar", "below_line"]
    empty = prize(80.75, 65.75, 58.25, quota={"number": 3}, minimum={"total": 60})
    assert told(empty)[-1] == ("-1.75", "要求的最低分 60.00，还差 1.75 分"), "a place is empty: to be over the bar is enough"
    assert empty.ranking["reason"].iloc[-1] == "总分 58.25，奖要求不低于 60.00 分，还差 1.75 分"
    assert told(prize(80, 65, 63, quota={"number": 2}, minimum={"total": 60}))[1] == ("+2.00", "获得，比未获者最高分 63.00 高 2.00 分")
    with former_words("0.7.0"):
        assert told(full)[-2:] == [("+7.50", "获得，比未获者最高分 58.25 高 7.50 分"), ("-7.50", "获奖最低分 65.75，还差 7.50 分")]
    assert told(prize(80, 60, quota={"number": 3}, minimum={"total": 60}))[1] == ("0.00", "获得，恰为要求的最低分 60.00")
    none = prize(80, 50, quota={"number": 0}, minimum={"total": 60})
    assert none.ranking["reason"].iloc[-1] == "总分 50.00，奖要求不低于 60.00 分，还差 10.00 分，且本类名额 0 个"
    low = prize(20, 30, 45, lower=True, quota={"number": 1}, require=[{"node": "total", "most": 40}])
    assert told(low) == [("+10.00", "获得，比未获者最低分 30.00 低 10.00 分"), ("-10.00", "获奖最高分 20.00，高出 10.00 分"), ("-25.00", "获奖最高分 20.00，高出 25.00 分")]


@settings(max_examples=examples(5))
@given(st.data())
def test_an_award_turns_where_its_distance_ends_and_no_sooner(data: st.DataObject) -> None:
    """Whose total rises by more than is lacking wins it, by less does not; whose falls by more than it leads loses it, by less does not."""
    bars = st.sampled_from([{}, {"minimum": {"total": 60}}, {"minimum": {"total": 70.005}}, {"require": [{"node": "total", "above": 60}]}, {"require": [{"node": "total", "least": 65, "classes": ["A"]}]}])
    quota = st.one_of(st.just({}), st.builds(lambda n, within: {"quota": {"number": n, "within": within}}, st.integers(0, 3), st.sampled_from(["class", "all"])))
    awards = [{"id": id_, "label": id_, **data.draw(bars), **data.draw(quota)} for id_ in ("x", "y")]
    rules = scheme(award=awards, ties=["committee"], veto=[{"id": "grave", "when": {"table": "t"}, "effect": {"award": "none"}}])
    n = data.draw(st.integers(2, 5))
    who = members(n, data.draw(st.lists(st.sampled_from(["A", "A", "B"]), min_size=n, max_size=n)))
    totals = [float(total) for total in data.draw(st.lists(st.integers(50, 80), min_size=n, max_size=n))]
    vetoes = pd.DataFrame([("m1", "grave", "t", "t.csv", "", 2)] * data.draw(st.integers(0, 1)), columns=list(NO_VETOES.columns))

    def held(member: str, total: float) -> set[str]:
        values = pd.Series(totals, index=who.index).where(who.index != member, total)
        found = evaluation(rules, who, values.to_frame("a"), vetoes=vetoes).awards
        return set(found.loc[found["member"] == member, "award"])

    for row in distances(evaluation(rules, who, pd.DataFrame({"a": totals}, index=who.index), vetoes=vetoes)).to_dict("records"):
        far, member, award = abs(row["distance"]), row["member"], row["award"]
        if row["above"]:
            assert award not in held(member, row["total"] - far - 0.01) if np.isfinite(far) else award in held(member, 1), row
            assert far < 0.02 or not np.isfinite(far) or award in held(member, row["total"] - far + 0.01), row
        elif far and row["distance"] < 0 and not (member == "m1" and len(vetoes)):
            assert {"x", award} & held(member, row["total"] + far + 0.01), row
            assert award not in held(member, row["total"] + far - 0.01), row
