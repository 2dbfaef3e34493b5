"""Award lines: the last score that has an award, who stands near, and the places that stay empty."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given

from tests.contested import contested
from tests.invented import evaluation, indicator, members, scheme
from toolkit.evaluation import Evaluation
from toolkit.evaluation.contributions import award_lines, distances
from toolkit.interactive.board import Board
from toolkit.interactive.board_details import card
from toolkit.reports.list_tables import awards_table


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
