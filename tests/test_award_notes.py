"""What a reader is told of the awards beside the list: odd quotas, bars out of reach, empty places."""

from __future__ import annotations

from typing import Any

from tests.invented import MEASURE, decided, indicator, members, scheme, totals
from toolkit.evaluation.decisions import award_problems


def told(*numbers: float, classes: list[str] | None = None, **said: Any) -> list[tuple[str, str]]:
    parts = {key: said.pop(key) for key in ("adjustment", "ties") if key in said}
    rules = scheme(award=[{"id": "x", "label": "先进会员", **said}], indicator=[indicator("a")], **parts)
    table = totals(*numbers, a=list(numbers))
    found = decided(rules, table, members(len(numbers), classes))
    return [(problem.severity, problem.rule.zh) for problem in award_problems(found)]


def test_empty_places_are_told() -> None:
    assert told(90, 80, 70, quota={"number": 3}, minimum={"total": 75}) == [("note", "“先进会员”名额 3 个，授予 2 家，空缺 1 个")]
    assert told(90, 80, 70, quota={"number": 2}, minimum={"total": 75}) == []
    assert told(90, 80, 80, quota={"number": 2}, ties=["committee"]) == []  # open, not empty


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
