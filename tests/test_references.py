"""References: what a scheme names of the tables stands there, with a type that serves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from toolkit.ground.toml_reader import tuples
from toolkit.records.dates import day_problems, outside_the_period
from toolkit.records.dictionary import Channel, Tables
from toolkit.records.findings import Finding
from toolkit.records.references import reference_problems
from toolkit.records.values import read_date
from toolkit.scheme import Scheme
from toolkit.scheme.checks import scheme_faults

TABLES = Tables.model_validate(tuples({"table": {
    "members": {"file": "m.csv", "column": {"code": {"type": "text"}, "name": {"type": "text"}, "staff": {"type": "number"}}},
    "acts": {"file": "a.csv", "column": {
        "code": {"type": "member"}, "act": {"type": "text"}, "points": {"type": "number"}, "share": {"type": "percent"},
        "state": {"type": "choice", "choices": ["有效", "撤销"]}, "phone": {"type": "text", "personal": True},
        "day": {"type": "date"},
    }},
    "last": {"file": "l.csv", "column": {"code": {"type": "member"}, "total": {"type": "number"}, "grade": {"type": "choice", "choices": ["A", "B"]}}},
    "loose": {"file": "x.csv", "column": {"total": {"type": "number"}}},
}}))  # fmt: skip
MEAN = {"table": "acts", "take": "weighted_mean", "column": "points", "weight": "share"}
SHARE = {"table": "acts", "take": "ratio", "where": {"state": ["有效"]}, "among": {"state": ["有效", "撤销"]}}


def said(tables: Tables = TABLES, **more: Any) -> list[tuple[str, str]]:
    """The places and mends of a scheme's wrong references."""
    indicator = {"id": "i", "weight": 100, "measure": {"column": "members.staff"}, "value": {"shape": "linear", "worst": 0, "best": 9}}
    rules = Scheme.model_validate(tuples({
        "schema": 1, "title": "t", "edition": "e", "as_of": dt.date(2018, 12, 31), "indicator": [indicator],
        "members": {"table": "members", "key": "code", "name": "name"}, **more,
    }))  # fmt: skip
    return [(problem.column, problem.mend.en) for problem in reference_problems(rules, tables)]


def condition(**measure: Any) -> list[tuple[str, str]]:
    return [(place.removeprefix("condition[c].measure."), mend) for place, mend in said(condition=[{"id": "c", "measure": measure}])]


@pytest.mark.parametrize("right", [MEAN, SHARE, {"column": "members.staff", "over": "last.total"}, {"table": "acts", "take": "distinct", "column": "act"}])
def test_what_stands_in_the_tables_is_accepted(right: dict[str, Any]) -> None:
    assert condition(**right) == []


@pytest.mark.parametrize(
    ("wrong", "place", "mend"),
    [
        ({**MEAN, "column": "act"}, "column", "name a column of numbers"),
        ({**MEAN, "weight": "act"}, "weight", "name a column of numbers"),
        ({**MEAN, "weight": "shares"}, "weight", "is `acts.share` meant?"),
        ({**MEAN, "weight": "phone"}, "weight", "name another column"),
        ({"table": "acts", "take": "max", "column": "state"}, "column", "name a column of numbers"),
        ({"table": "acts", "take": "distinct", "column": "phone"}, "column", "name another column"),
        ({"table": "acts", "take": "ratio", "column": "points", "over": "act"}, "over", "name a column of numbers"),
        ({**SHARE, "among": {"state": ["有效", "销"]}}, "among.state", "is `撤销` meant?"),
        ({"column": "members.staff", "over": "last.totals"}, "over", "is `last.total` meant?"),
        ({"column": "members.staff", "over": "last.grade"}, "over", "name a column of numbers"),
        ({"column": "members.name", "over": "last.total"}, "column", "name a column of numbers"),
        ({"column": "membres.staff"}, "table", "is `members` meant?"),
        ({"table": "acts", "take": "count", "where": {"points": ["many"]}}, "where.points", "change the state or the type"),
        ({"table": "akts", "take": "sum", "column": "state", "points": {"有效": 1}}, "column", "is `acts` meant?"),
    ],
)
def test_what_does_not_is_named(wrong: dict[str, Any], place: str, mend: str) -> None:
    assert (place, mend) in condition(**wrong)


def test_where_the_channel_of_a_table_decides_no_number_does() -> None:
    acts = TABLES.table["acts"].model_copy(update={"channel": Channel(column="state", order=("有效",))})
    measure = {"table": "acts", "take": "sum", "column": "points", "once_per": ["act"], "keep": "highest"}
    told = said(TABLES.model_copy(update={"table": {**TABLES.table, "acts": acts}}), condition=[{"id": "c", "measure": measure}])
    assert ("condition[c].measure.keep", "remove `keep`, or the `channel` of the table") in told


@pytest.mark.parametrize(
    ("previous", "found"),
    [
        ({"table": "last", "total": "total", "grade": "grade"}, []),
        ({"table": "lats", "total": "total"}, [("previous.table", "is `last` meant?")]),
        ({"table": "last", "total": "totals"}, [("previous.total", "is `last.total` meant?")]),
        ({"table": "last", "rank": "grade"}, [("previous.rank", "name another column, or change its type")]),
        ({"table": "last", "award": "total"}, [("previous.award", "name another column, or change its type")]),
        ({"table": "acts", "grade": "phone"}, [("previous.grade", "name another column")]),
        ({"table": "loose", "total": "total"}, [("previous", 'give a column the type "member"')]),
    ],
)
def test_the_previous_results_are_held_to_their_table(previous: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert said(previous=previous) == found


def test_a_table_that_is_not_named_is_told_once_by_the_scheme_and_with_its_name() -> None:
    faults = list(scheme_faults({"condition": [{"id": "c", "measure": {"take": "latest", "column": "acts.state"}}]}))
    assert [fault.mend.en for fault in faults if fault.path[-1] == "table"] == ['write table = "acts", column = "state"']
    assert condition(take="latest", column="acts.state") == []


def test_a_veto_is_held_to_the_column_it_tells_records_apart_by() -> None:
    veto = {"id": "v", "when": {"table": "acts"}, "effect": {"award": "none"}}
    assert said(veto=[{**veto, "distinct": "state"}]) == []
    assert said(veto=[{**veto, "distinct": "stat"}]) == [("veto[v].distinct", "is `acts.state` meant?")]
    assert said(veto=[{**veto, "distinct": "phone"}]) == [("veto[v].distinct", "name another column")]
    assert said(veto=[{**veto, "sum": "points", "at_least": 12}]) == []
    assert said(veto=[{**veto, "sum": "state", "at_least": 12}]) == [("veto[v].sum", "name a column of numbers")]
    assert said(veto=[{**veto, "sum": "point", "at_least": 12}]) == [("veto[v].sum", "is `acts.points` meant?")]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"points": {"least": 2}, "share": {"above": 0.5}, "day": {"least": dt.date(2018, 1, 1)}}, []),
        ({"state": {"least": 2}}, [("where.state", 'list its states, as in ["A", "B"], or name a column of numbers')]),
        ({"day": {"least": 2018}}, [("where.day", "write days, as in 2018-01-01, without quotes")]),
        ({"points": {"below": dt.date(2018, 1, 1)}}, [("where.points", "name a column of dates, or change its type")]),
        ({"point": {"least": 2}}, [("where.point", "is `acts.points` meant?")]),
    ],
)
def test_a_range_needs_a_column_of_its_kind(where: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert condition(table="acts", take="count", where=where) == found


DATED = Tables.model_validate(tuples({"table": {"acts": {"file": "a.csv", "date": "told", "column": {
    "code": {"type": "member"}, "found": {"type": "date", "headings": ["认定日期"]}, "told": {"type": "date"},
    "mended": {"type": "date", "headings": ["修复日期"]}, "gone": {"type": "date", "headings": ["撤销日期"]},
    "grade": {"type": "choice", "choices": ["轻微", "严重"]},
}}}}))  # fmt: skip


def of_window(**window: Any) -> Scheme:
    """A scheme that counts acts by one window."""
    return Scheme.model_validate(tuples({
        "schema": 1, "title": "t", "edition": "e", "as_of": dt.date(2018, 12, 31), "window": {"w": {"from": "found", **window}},
        "indicator": [{"id": "i", "weight": 100, "measure": {"table": "acts", "take": "count", "window": "w"}, "value": {"shape": "linear", "worst": 9, "best": 0}}],
        "members": {"table": "members", "key": "code", "name": "name"},
    }))  # fmt: skip


def acts(**days: list[str | None]) -> dict[str, pd.DataFrame]:
    size = len(days["found"])
    frame = pd.DataFrame({"code": list("ABCDEF"[:size]), **days, "_file": "a.csv", "_sheet": "", "_row": range(2, 2 + size)})
    return {"acts": frame.astype(dict.fromkeys(days, "datetime64[us]"))}


def test_days_that_contradict_each_other_are_told_by_their_row() -> None:
    rules = of_window(otherwise="1 year", repaired="mended", withdrawn="gone")
    days = acts(found=["2018-03-05", "2018-03-05", "2018-03-05"], told=["2018-02-01", "2018-04-01", None],
                mended=["2018-03-04", "2018-03-05", None], gone=["2018-05-01", None, "2018-01-01"])  # fmt: skip
    told = {(p.severity, p.row, p.column, p.value) for p in day_problems(rules, DATED, days)}
    assert told == {("warning", 2, "修复日期", "2018-03-04"), ("warning", 4, "撤销日期", "2018-01-01"), ("warning", 3, "修复日期", "2018-03-05")}


def test_a_day_that_comes_before_the_one_it_follows_is_told_by_its_row() -> None:
    held = DATED.table["acts"]
    later = held.model_copy(update={"column": {**held.column, "told": held.column["told"].model_copy(update={"not_before": "found"})}})
    days = acts(found=["2018-03-05", "2018-03-05", None], told=["2018-03-04", "2018-03-05", "2018-01-01"])
    told = [(p.severity, p.row, p.column, p.value) for p in day_problems(of_window(otherwise="1 year"), Tables(table={**DATED.table, "acts": later}), days)]
    assert told == [("warning", 2, "told", "2018-03-04")]


def test_a_record_of_a_year_far_ahead_is_told_once_a_file() -> None:
    """Dates of windows are told otherwise, and the last day of a term may be any; what nothing counts by is no more than a note."""
    windowed = of_window(otherwise="1 year")
    (item,) = windowed.indicators
    plain = windowed.model_copy(update={"indicators": (item.model_copy(update={"measure": item.measure.model_copy(update={"window": None})}),)})
    days = acts(found=["2090-01-01"] * 4, told=["2018-03-05", "2020-01-01", "2020-01-02", "2081-03-05"])
    (told,) = day_problems(plain, DATED, days)
    assert (told.severity, told.row, told.column, told.value, "不计入（该文件共 2 条" in told.rule.zh) == ("warning", 4, "told", "2020-01-02", True)
    (begun, also) = day_problems(windowed, DATED, days)
    assert [(begun.column, begun.severity), (also.column, also.severity)] == [("认定日期", "note"), ("told", "note")]
    (planned,) = day_problems(windowed.model_copy(update={"indicators": ()}), DATED, days)
    assert (planned, "不计入" in planned.rule.zh) == (also, False)


def test_a_record_outside_the_period_is_told_once_a_file_with_its_rows() -> None:
    """Where the period counts it alone; what is far ahead is told otherwise."""
    windowed = of_window(otherwise="1 year").model_copy(update={"period": (dt.date(2018, 1, 1), dt.date(2018, 12, 31))})
    (item,) = windowed.indicators
    plain = windowed.model_copy(update={"indicators": (item.model_copy(update={"measure": item.measure.model_copy(update={"window": None})}),)})
    days = acts(found=["2018-03-05"] * 6, told=["2018-01-01", "2018-12-31", "2019-01-05", "2017-12-31", "2081-01-01", None])
    (told,) = outside_the_period(plain, DATED, days)
    assert (told.severity, told.row, told.column) == ("note", 4, "told")
    assert told.rule.zh == "2 行的日期在评价期 2018-01-01 至 2018-12-31 之外，不计入：第 4 行 2019-01-05、第 5 行 2017-12-31"
    assert told.rule.en == "2 rows dated outside the period 2018-01-01 to 2018-12-31, not counted: row 4 2019-01-05, row 5 2017-12-31"
    (late,) = outside_the_period(plain.model_copy(update={"period": None}), DATED, days)
    assert late.rule.zh == "1 行的日期晚于评价基准日 2018-12-31，不计入：第 4 行 2019-01-05"
    assert list(outside_the_period(windowed, DATED, days)) == []


@pytest.mark.parametrize(("column", "rise", "decided"), [
    ("members.name", [("grades.rise_at_most", "let it read a column of type `number`")], [("shortlist.decided", "let it read a column of type `boolean`")]),
    ("members.staff", [], [("shortlist.decided", "let it read a column of type `boolean`")]),
])  # fmt: skip
def test_a_condition_that_stands_for_a_number_or_for_yes_has_that_type(column: str, rise: list[tuple[str, str]], decided: list[tuple[str, str]]) -> None:
    conditions = [{"id": "c", "measure": {"column": column}}]
    assert said(condition=conditions, grades={"bands": [["A", 60], ["B", 0]], "rise_at_most": "c"}) == rise
    assert said(condition=conditions, shortlist={"by": "i", "quota": {"number": 2}, "decided": "c"}) == decided
    cost = {"id": "a", "quota": {"budget": 5.0, "cost": "c", "within": "all"}}
    assert said(condition=conditions, award=[cost], ties=["committee"]) == [("award[a].quota.cost", mend) for _, mend in rise]


def test_a_table_of_members_a_date_and_a_number_are_there_where_they_are_needed() -> None:
    assert said(members={"table": "membres", "key": "code", "name": "name"}) [:1] == [("members.table", "is `members` meant?")]
    assert said(condition=[{"id": "c", "measure": {"table": "acts", "take": "latest", "column": "points"}}]) == [("condition[c].measure", "give [table.acts] a `date`")]
    words = {"id": "i", "weight": 100, "measure": {"column": "members.name"}, "value": {"shape": "linear", "worst": 0, "best": 9}}
    assert said(indicator=[words]) == [("indicator[i].value", 'use shape = "category"')]


def test_a_condition_that_can_settle_no_tie_is_refused() -> None:
    conditions = [{"id": "c", "measure": {"column": "members.name"}}]
    assert said(condition=conditions, ties=[{"condition": "c", "better": "lower"}, "joint"]) == [("ties[1]", "write `order`, the best first")]
    assert said(condition=conditions, ties=[{"condition": "c", "order": ["p", "q"]}, "joint"]) == []
    days = [{"id": "c", "measure": {"table": "acts", "take": "latest", "column": "day"}}]
    assert ("ties[1]", 'write better = "higher", the later first, or "lower"') in said(condition=days, ties=[{"condition": "c", "order": ["p"]}, "joint"])


def test_whether_there_is_a_record_is_yes_or_no() -> None:
    assert said(condition=[{"id": "c", "measure": {"table": "acts", "take": "any"}}], shortlist={"by": "i", "quota": {"number": 2}, "decided": "c"}) == []


def test_records_that_begin_after_the_as_of_date_are_told_once_for_a_file() -> None:
    (told,) = day_problems(of_window(otherwise="1 year"), DATED, acts(found=["2018-12-31", "2019-01-01", None, "2019-05-01"]))
    assert (told.severity, told.row, told.column, told.value) == ("note", 3, "认定日期", "2019-01-01")
    assert "共 2 条" in told.rule.zh


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ({}, "没有规定有效多久：一直计入，永不到期"),
        ({"column": "grade", "lasts": {"轻微": "1 year"}}, "没有规定有效多久（严重）：一直计入，永不到期"),
        ({"column": "grade", "lasts": {"轻微": "1 year"}, "repaired": "mended"}, "没有规定有效多久（严重）：一直计入，只有 mended 才使其终止"),
        ({"column": "grade", "lasts": {"轻微": "1 year", "严重": "3 years"}}, None),
        ({"withdrawn": "gone"}, None),  # valid until it is taken back
        ({"otherwise": "1 year"}, None),
        ({"until": "gone"}, None),
    ],
)
def test_a_window_without_an_end_is_told(window: dict[str, Any], words: str | None) -> None:
    told = list(day_problems(of_window(**window), DATED, acts(found=["2018-03-05"])))
    assert [(p.severity, p.column) for p in told] == ([("note", "window.w")] if words else [])
    assert all(words in p.rule.zh for p in told if words)


def test_an_end_that_never_comes_is_told_how_to_be_written() -> None:
    finding = read_date("长期")
    assert isinstance(finding, Finding)
    assert 'forever = ["长期"]' in finding.mend.zh
