"""What a reader is told of the awards beside the list: odd quotas, bars out of reach, empty places."""

from __future__ import annotations

from typing import Any

from tests.few_lines import award_text, found, indicator_text, refused, scheme_text
from tests.few_lines import totals as figures
from tests.invented import MEASURE, decided, indicator, members, scheme, totals
from toolkit.evaluation.decisions import award_problems


def told(*numbers: float, classes: list[str] | None = None, **said: Any) -> list[tuple[str, str]]:
    parts = {key: said.pop(key) for key in ("adjustment", "ties", "open_ties") if key in said}
    rules = scheme(award=[{"id": "x", "label": "先进会员", **said}], indicator=[indicator("a")], **parts)
    table = totals(*numbers, a=list(numbers))
    found = decided(rules, table, members(len(numbers), classes))
    return [(problem.severity, problem.rule.zh) for problem in award_problems(found)]


def test_empty_places_are_told() -> None:
    assert told(90, 80, 70, quota={"number": 3}, minimum={"total": 75}) == [("note", "“先进会员”名额 3 个，授予 2 家，空缺 1 个")]
    assert told(90, 80, 70, quota={"number": 2}, minimum={"total": 75}) == []


def test_places_that_stay_empty_as_too_many_are_alike_are_told_so() -> None:
    alike = '\n[[condition]]\nid = "city"\nlabel = "city"\nmeasure = { column = "members.city" }\n'
    text = scheme_text(indicator_text("x"), alike, award_text('number = 2, per = { condition = "city", most = 1 }, within = "all"'))
    case = found(text, ["x", "city"], [("A", 90, 1), ("A", 80, 1), ("A", 70, 1)])
    (empty,) = [f"{problem.rule.en} {problem.mend.en}" for problem in award_problems(case.decided) if "stay" in problem.rule.en or "empty" in problem.rule.en]
    assert "2 members have none as there are at most 1 with each `city`" in empty


def test_places_left_open_are_told_with_their_members_and_are_not_empty() -> None:
    assert told(90, 80, 80, quota={"number": 2}, ties=["committee"]) == [
        ("warning", "“先进会员”剩余名额 1 个，2 家完全同分，待委员会决定：m1、m2")
    ]
    assert [severity for severity, _ in told(80, 80, quota={"number": 1}, ties=["committee"], open_ties="may_stay")] == ["note"]


def test_more_given_than_there_are_places_is_told() -> None:
    rule = "“先进会员”名额 1 个，授予 2 家：名额线上同分并列，一并授予"
    assert told(80, 80, quota={"number": 1}, ties=["joint"]) == [("warning", rule)]
    assert told(80, 80, quota={"number": 5, "most": 1}, ties=["joint"]) == [("warning", rule)]
    found = told(80, 80, classes=["A", "B"], quota={"number": 1, "in_all": 1}, ties=["joint"])
    assert found == [("warning", rule.replace("名额 1", "各类合计名额 1"))]


def test_a_class_whose_share_comes_to_no_place_is_told() -> None:
    found = told(90, 80, 70, classes=["A", "A", "B"], quota={"share": 0.5})
    assert found == [("note", "“先进会员”参评 1 家，名额 0 个：按比例不足一个")]
    assert told(90, 80, classes=["A", "A"], quota={"number": {"A": 0}}) == []  # meant so


def test_a_total_on_a_boundary_below_nothing_is_not_said_to_be_rounded_up() -> None:
    shape = '{ shape = "linear", worst = 0, best = 100, clamp = false }'
    evaluation = found(scheme_text(indicator_text("a", 1, shape)), ["a"], [("K", -0.005), ("K", 1)])
    assert figures(evaluation) == [-0.01, 1.0]
    assert [(problem.value, problem.mend.en) for problem in evaluation.problems] == [
        ("M001", "the half is rounded away from 0; look at it if a place depends on it")
    ]


def test_least_scores_that_some_are_not_asked_for_are_told() -> None:
    rules = scheme(award=[{"id": "x", "minimum": {"a": 60}}], indicator=[indicator("a", applies_to=["A"]), indicator("b")])
    found = decided(rules, totals(90, 80, 70, a=[90, float("nan"), 50], b=[80.0, 80, 80]), members(3, ["A", "B", "A"]))
    assert [(problem.severity, problem.column) for problem in award_problems(found)] == [("note", "award[x].minimum.a")]
    assert "不适用于参评的 1 家会员，对它们不作要求（首家：会员 m1）" in next(iter(award_problems(found))).rule.zh
    assert found.award.tolist() == ["x", "x", ""]


def test_scores_that_no_number_holds_are_refused_at_their_place() -> None:
    for written in ("[total]\nfloor = 1e308\n", '[[adjustment]]\nid = "p"\nmeasure = { column = "members.a" }\nper = 1e308\n'):
        assert "1e+308" in refused(scheme_text(indicator_text("a"), "\n" + written), ["a"], [("K", 1)])


def test_a_place_is_not_said_to_lack_good_members_while_they_hold_another_award() -> None:
    awards = [{"id": "x", "label": "优秀会员", "quota": {"number": 1}}, {"id": "y", "label": "先进会员", "quota": {"number": 2}}]
    found = decided(scheme(award=awards), totals(90, 80))
    assert [problem.mend.zh for problem in award_problems(found)] == ["另有 1 家够格，但已获不能兼得的奖项或被一票否决；没有其他可授予的会员，宁缺毋滥"]


def test_a_place_lost_in_all_classes_together_is_not_empty() -> None:
    assert told(90, 80, classes=["A", "B"], quota={"number": 1, "in_all": 1}) == []


def test_more_places_than_members_and_classes_without_any_are_told() -> None:
    found = told(90, 80, 70, classes=["A", "A", "B"], quota={"number": {"A": 3, "C": 1}})
    assert [severity for severity, _ in found] == ["warning", "warning", "note", "note"]
    assert found[2] == ("note", "“先进会员”名额 3 个，参评会员只有 2 家")


def test_a_bar_above_the_scale_is_told_unless_points_can_be_added() -> None:
    assert told(90, minimum={"total": 101}) == [("warning", "“先进会员”要求总分 101.00 分，高于满分 100 分")]
    assert told(90, require=[{"node": "a", "above": 100.5}])[0][0] == "warning"
    assert told(90, minimum={"total": 100}) == []
    table = totals(90, a=[90.0], bonus=[0.0])
    rules = scheme(award=[{"id": "x", "minimum": {"total": 101}}], adjustment=[{"id": "bonus", "measure": MEASURE}])
    assert not list(award_problems(decided(rules, table)))
