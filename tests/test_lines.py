"""Award lines: the last score that has an award, who stands near, and the places that stay empty."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings

from tests.contested import contested
from tests.examples import examples
from tests.invented import MEASURE, evaluation, indicator, members, scheme
from toolkit.evaluation import Evaluation
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.contributions import award_lines, distances
from toolkit.ground.text import former_words
from toolkit.interactive.board import NONE, Board
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


def levels(row: dict[str, Any], step: float) -> list[tuple[float, bool]]:
    """Keys on either side of where a row's distance ends, and between; and whether its award, or a better one, is held there."""
    key = row["key"]
    if np.isinf(row["distance"]):
        return [(key - 200, True)]
    at = key - row["distance"]
    if row["distance"] > 0 and not row["above"]:
        return [(at + step, False)]  # for something else
    between = (at + (step if row["above"] else -step), round((at + key) / 2 / step) * step)  # as scores are rounded: 0.5 may be the end itself
    near = [(inside, row["above"]) for inside in between if min(at, key) + step / 2 < inside < max(at, key) - step / 2]
    wins = not row["besides"]
    beyond = [(at - step, False), (at - 20 * step, False)] if row["above"] else [(at + step, wins)]
    return near + beyond + [(at, row["above"] or wins)] * row["minimum"]


@settings(max_examples=examples(30))
@given(contested())
def test_an_award_turns_where_its_distance_ends_and_no_sooner(found: Evaluation) -> None:
    """Whose score is moved by a hair less than is told keeps what it has, by a hair more it loses, or wins, the award or a better one; whatever the award."""
    rule, index, score, step = found.award_rule, list(found.members.index), found.decided.score, 10.0**-found.scheme.decimals
    awards, near = [award.id for award in found.scheme.awards], distances(found)
    for by in {award.by for award in found.scheme.awards}:
        way = -1.0 if found.scheme.total.better == "lower" and by == "total" else 1.0
        told = [row | {"key": way * row["total"]} for row in near[near["untold"] == ""].to_dict("records") if found.scheme.awards[awards.index(row["award"])].by == by]
        trials = [(row, round(level / step) * step, holds) for row in told for level, holds in levels(row, step)]
        moved = np.tile(score(by), (len(trials), 1))
        moved[np.arange(len(trials)), [index.index(row["member"]) for row, _, _ in trials]] = [way * level for _, level, _ in trials]
        scores = {"total": np.tile(score("total"), (len(trials), 1)), by: moved}
        run = ListRun.of(rule, lambda node, scores=scores: scores[node] if node in scores else score(node))
        for place, (row, level, holds) in enumerate(trials):
            number, member = awards.index(row["award"]), index.index(row["member"])
            better = [other for other in range(number) if awards[other] not in found.scheme.awards[number].beside]
            held = [bool(run.given[other, place, member]) for other in (number, *better)]
            assert (any(held) if holds else not held[0]), (row, level, holds)
    margin = Board.of(found).margin
    for place, member in enumerate(index):
        own, award = near[near["member"] == member], found.ranking.loc[member, "award"]
        own = own[own["award"] == award] if award else own[~own["above"]]
        far = own["distance"].max() if len(own) else np.nan
        assert margin[place] == (round(far * 10**found.scheme.decimals) if np.isfinite(far) else NONE)
        if len(awards) == 1 and found.scheme.language == "zh" and (said := re.search(r"名额线 \S+ 分，[差高] (\S+) 分", found.ranking.loc[member, "reason"])):
            assert float(said[1]) == -far, "the reason tells the same"


def who_turns(*totals: float, classes: list[str] | None = None, ties: str = "committee", states: list[object] | None = None, awards: list[dict[str, Any]], **values: list[float]) -> list[tuple[object, str]]:
    """Of each member, in order, the distance from the last award that is told, and what its card says of it."""
    who = members(len(totals), classes)
    parts = {"a": list(totals), **values}
    given = {"condition": [{"id": "s", "label": "市", "measure": MEASURE}]} if states else {}
    rules = scheme(award=[{"id": f"x{place}", "label": "奖"} | award for place, award in enumerate(awards)], ties=[ties], indicator=[indicator(name, 1 if name == "a" else 0) for name in parts], **given)
    found = evaluation(rules, who, pd.DataFrame(parts, index=who.index, dtype=float), conditions=pd.DataFrame({"s": states}, index=who.index) if states else None)
    rows = {member: member_card(found, member).lines.rows for member in who.index}
    return [(own[-1][-2], str(own[-1][-1])) for own in rows.values() if own]


def test_what_a_place_hangs_on_besides_is_told_with_the_distance() -> None:
    joint = who_turns(90, 80, 80, 70, ties="joint", awards=[{"quota": {"number": 2}}])
    assert joint[0] == ("+10.00", "获得，比保住该奖的界限 80.00 高 10.00 分"), "two others stand at 80: below that there is no place, whoever missed it at 70"
    assert joint[1:] == [("0.00", "获得，恰在保住该奖的界限 80.00，再低即失去")] * 2 + [("-10.00", "获奖最低分 80.00，还差 10.00 分")]
    alike = who_turns(90, 85, 70, 60, states=["甲", "甲", "乙", "乙"], awards=[{"quota": {"number": 2, "per": {"condition": "s", "most": 1}}}])
    assert alike == [
        ("+5.00", "获得，比未获者最高分 85.00 高 5.00 分"), ("-5.00", "须超过的分 90.00，还差 5.00 分"),
        ("+10.00", "获得，比因名额未获者的最高分 60.00 高 10.00 分（另有分数更高、因其他条件未获的）"), ("-10.00", "获奖最低分 70.00，还差 10.00 分"),
    ]  # fmt: skip
    paid = who_turns(90, 80, 70, states=[5, 4, 3], awards=[{"quota": {"budget": 8, "cost": "s", "overrun": "skip"}}])
    assert [far for far, _ in paid] == ["+10.00", "-10.00", "—"], "the third is paid for wherever it stands"
    together = who_turns(90, 85, 88, 70, classes=list("AABB"), awards=[{"quota": {"number": 2, "in_all": 3}}])
    assert together[0] == ("+20.00", "获得，比保住该奖的界限 70.00 高 20.00 分"), "who would come in of another class"
    assert [far for far, _ in together] == ["+20.00", "+15.00", "+18.00", "-15.00"]
    first = who_turns(90, 80, 70, b=[50, 0, 0], awards=[{"quota": {"number": 2, "handed_on": False}, "minimum": {"b": 0.01}}])
    assert first[2] == ("-10.00", "须超过的分 80.00，还差 10.00 分；另有条件不符，见理由"), "whoever is second has a place that nobody takes over"


def test_where_no_one_score_tells_it_words_do() -> None:
    room = who_turns(90, 80, b=[50, 0], awards=[{"quota": {"number": 2}, "minimum": {"b": 40}}])
    assert room[1] == ("—", "有名额，未获不在分数，原因见理由")
    dear = who_turns(90, 80, states=[5, 9], awards=[{"quota": {"budget": 8, "cost": "s"}}])
    assert dear[1] == ("—", "只凭分数不能获得，原因见理由")
    still = who_turns(90, 90, 80, awards=[{"quota": {"number": 1}}, {"quota": {"number": 2}}])
    assert still == [("—", "前一奖项的同分未决，裁定后再算")] * 2 + [("-10.00", "获奖最低分 90.00，还差 10.00 分")]
    full = who_turns(90, 80, 70, b=[50, 0, 50], awards=[{"quota": {"number": 1}, "minimum": {"b": 40}}])
    assert full[1] == ("-10.00", "获奖最低分 90.00，还差 10.00 分；另有条件不符，见理由")
