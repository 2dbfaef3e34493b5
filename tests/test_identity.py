"""Identity and provenance: whose a record is, who told it, and whether it counts; one act counts once."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from toolkit.edition import check_edition
from toolkit.evaluation import evaluate
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.toml_reader import tuples
from toolkit.ground.toml_syntax import with_quoted_keys
from toolkit.indicators import Indicators, measure_indicators
from toolkit.records import Records
from toolkit.records.dictionary import load_tables
from toolkit.records.reading import load_records
from toolkit.records.references import reference_problems
from toolkit.scheme import Scheme

TABLES = """
[table.members]
file = "members.csv"
[table.members.column]
code = { headings = ["代码"], type = "text", required = true }
name = { headings = ["名称"], type = "text" }
before = { headings = ["曾用名"], type = "text" }
old_code = { headings = ["原代码"], type = "member" }
head = { headings = ["总机构"], type = "member" }
left_on = { headings = ["退会日期"], type = "date" }
owner = { headings = ["法人"], type = "text", personal = true }

[table.conduct]
file = "conduct*.csv"
channel = { column = "channel", order = ["主管部门", "兄弟协会", "投诉", "自报"] }
verified = { column = "state", counts = ["已核实"] }
names = "body"
[table.conduct.column]
code = { headings = ["代码"], type = "member", required = true }
body = { headings = ["单位"], type = "text" }
act = { headings = ["行为编号"], type = "text" }
channel = { headings = ["渠道"], type = "choice", choices = ["自报", "投诉", "兄弟协会", "主管部门"] }
state = { headings = ["核实"], type = "choice", choices = ["已核实", "待核实", "不属实"] }
status = { headings = ["状态"], type = "text" }
severity = { headings = ["程度"], type = "text" }
points = { headings = ["分值"], type = "number" }
found = { headings = ["认定日期"], type = "date" }
"""
SCHEME = """
schema = 1
title = "t"
edition = "e"
as_of = 2018-12-31
[members]
table = "members"
key = "code"
name = "name"
former_names = "before"
former_code = "old_code"
head_office = "head"
left = "left_on"
[window.w]
from = "found"
column = "severity"
lasts = { 轻微 = "3 months", 一般 = "1 year" }
skip = { status = ["已撤销"] }
[[indicator]]
id = "i"
label = "扣分"
weight = 100
measure = MEASURE
value = { shape = "linear", worst = -10, best = 0 }
"""
SUM = '{ table = "conduct", take = "sum", column = "points", window = "w", once_per = ["act"] }'
COUNT = '{ table = "conduct", take = "count" }'
# code, name, former names, former code, head office, left on, owner
MEMBERS = ("A,甲公司,,,,,", "B,乙公司,,,,,", "C,丙公司,,,,,")


def act(
    code: str = "A", act: str = "1", channel: str = "自报", state: str = "已核实", points: object = -2, found: str = "2018-10-01",
    severity: str = "一般", status: str = "有效", body: str = "",
) -> str:  # fmt: skip
    return ",".join(map(str, (code, body, act, channel, state, status, severity, points, found)))


def write(folder: Path, rows: Sequence[str], members: Sequence[str] = MEMBERS, measure: str = SUM) -> tuple[Scheme, Records]:
    (folder / "tables.toml").write_text(TABLES, encoding="utf-8")
    (folder / "scheme.toml").write_text(SCHEME.replace("MEASURE", measure), encoding="utf-8")
    (folder / "members.csv").write_text("\n".join(["代码,名称,曾用名,原代码,总机构,退会日期,法人", *members]) + "\n", encoding="utf-8")
    (folder / "conduct.csv").write_text("\n".join(["代码,单位,行为编号,渠道,核实,状态,程度,分值,认定日期", *rows]) + "\n", encoding="utf-8")
    scheme = Scheme.model_validate(tuples(tomllib.loads(with_quoted_keys(SCHEME.replace("MEASURE", measure)))))
    return scheme, load_records(folder, load_tables(folder / "tables.toml"), scheme.members)


def measured(folder: Path, *rows: str, members: Sequence[str] = MEMBERS, measure: str = SUM) -> Indicators:
    scheme, records = write(folder, rows, members, measure)
    assert not records.problems.errors, records.problems.text("en")
    return measure_indicators(scheme, records)


def points(found: Indicators) -> dict[str, float]:
    return {str(member): value for member, value in found.raw["i"].items() if value}


def only(problems: Problems | Sequence[Problem], severity: str) -> Problem:
    (problem,) = [each for each in problems if each.severity == severity]
    return problem


# ---- who told it, and whether it counts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "total"),
    [
        ((act(channel="自报", points=-1), act(channel="主管部门", points=-5), act(channel="投诉", points=-3)), -5),
        ((act(channel="自报", points=-1), act(channel="兄弟协会", points=-4), act(channel="投诉", points=-3)), -4),
        ((act(channel="自报", points=-1), act(channel="投诉", points=-3)), -3),
        ((act(channel="", points=-9), act(channel="自报", points=-1)), -1),  # nobody's word comes last
        ((act(channel="主管部门", state="待核实", points=-5), act(channel="自报", points=-1)), -1),  # verified before any channel
        ((act(channel="主管部门", status="已撤销", points=-5), act(channel="自报", points=-1)), 0),  # withdrawn where it was found
        ((act(channel="主管部门", severity="轻微", found="2018-01-01"), act(channel="自报")), 0),  # expired where it was found
        ((act(channel="主管部门", found="2019-01-05", points=-5), act(channel="自报", points=-1)), -1),  # not yet found on the day
        ((act(act="1"), act(act="2"), act(act=""), act(act="")), -8),  # acts without a number are acts of their own
        ((act(code="A"), act(code="B")), -4),
    ],
)
def test_an_act_told_by_several_channels_counts_once_by_the_word_that_goes_first(tmp_path: Path, rows: tuple[str, ...], total: int) -> None:
    assert sum(points(measured(tmp_path, *rows)).values()) == total


def test_the_states_asked_for_are_those_of_the_word_that_is_taken(tmp_path: Path) -> None:
    rows = (act(channel="主管部门", severity="严重", points=-9), act(channel="自报", severity="轻微", points=-1))
    minor = SUM.replace("window", 'where = { severity = ["轻微"] }, window')
    own_word = SUM.replace("window", 'where = { channel = ["自报"] }, window')
    assert points(measured(tmp_path, *rows, measure=minor)) == {}
    assert points(measured(tmp_path, *rows, measure=own_word)) == {"A": -1}


def test_records_that_nobody_verified_are_kept_and_told_and_do_not_count(tmp_path: Path) -> None:
    rows = (act(act="1"), act(act="2", state="待核实"), act(act="3", state="待核实"), act(act="4", state="不属实"), act(act="5", state=""))
    found = measured(tmp_path, *rows)
    assert points(found) == {"A": -2}
    notes = [(note.value, note.row, note.rule.en[-33:]) for note in found.problems if note.severity == "note"]
    assert [(value, row) for value, row, _ in notes] == [("", 6), ("不属实", 5), ("待核实", 3)]
    assert "2 in this file" in notes[2][2]
    assert len(write(tmp_path, rows)[1].frames["conduct"]) == 5
    counted = measured(tmp_path, *rows, measure=SUM.replace("window", 'unverified = "counts", window'))
    assert points(counted) == {"A": -10}
    assert [problem for problem in counted.problems if problem.severity == "note"] == []


def test_a_verified_word_goes_first_where_unverified_ones_count(tmp_path: Path) -> None:
    rows = (act(channel="主管部门", state="待核实", points=-5), act(channel="自报", points=-1))
    assert points(measured(tmp_path, *rows, measure=SUM.replace("window", 'unverified = "counts", window'))) == {"A": -1}


def test_channels_that_tell_one_act_differently_are_named_with_both_places(tmp_path: Path) -> None:
    rows = (act(channel="自报", points=-1, found="2018-10-02"), act(channel="主管部门", points=-5), act("B"), act("B", channel="投诉"))
    warnings = [problem for problem in measured(tmp_path, *rows).problems if problem.severity == "warning"]
    assert [(p.row, p.column, p.value) for p in warnings] == [(3, "分值", "-5"), (3, "认定日期", "2018-10-01")]
    assert "`-5` by 主管部门, `-1` by 自报 (conduct.csv, row 2)" in warnings[0].rule.en
    assert "主管部门为“-5”，自报为“-1”（conduct.csv 第 2 行）" in warnings[0].rule.zh


def test_what_a_channel_leaves_open_contradicts_nobody(tmp_path: Path) -> None:
    rows = (act(channel="自报", points="", found="2018-10-01 09:00:00"), act(channel="主管部门", points=-5), act(channel="投诉", points=-7, state="待核实"))
    assert [p for p in measured(tmp_path, *rows).problems if p.severity == "warning"] == []


def test_a_record_without_its_date_does_not_count_and_that_is_said(tmp_path: Path) -> None:
    warning = only(measured(tmp_path, act(found=""), act(act="2")).problems, "warning")
    assert (warning.row, warning.column) == (2, "认定日期")


ROWS = st.builds(
    act, code=st.sampled_from("AB"), act=st.sampled_from(["1", "2", ""]), channel=st.sampled_from(["自报", "投诉", "兄弟协会", "主管部门", ""]),
    state=st.sampled_from(["已核实", "已核实", "待核实", ""]), points=st.integers(-9, -1),
    found=st.sampled_from(["2018-10-01", "2018-12-31", "2019-01-01", "2017-12-30"]), status=st.sampled_from(["有效", "已撤销"]),
)  # fmt: skip


@settings(max_examples=examples(5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, max_size=12), data=st.data())
def test_no_order_of_rows_changes_which_word_is_taken(tmp_path: Path, rows: list[str], data: st.DataObject) -> None:
    straight = points(measured(tmp_path, *rows))
    assert points(measured(tmp_path, *data.draw(st.permutations(rows)))) == straight


# ---- whose it is -----------------------------------------------------------------------------------------------------


def test_what_is_recorded_of_a_branch_counts_for_its_head_office(tmp_path: Path) -> None:
    members = (*MEMBERS, "A1,甲公司佛山分公司,,,A,,")
    scheme, records = write(tmp_path, [act("A", "1"), act("A1", "1"), act("A1", "2"), act("B", "1")], members)
    assert records.members.index.to_list() == ["A", "B", "C"]  # a branch is not ranked itself
    assert records.counts_to == {"A1": "A"}
    found = measure_indicators(scheme, records)
    assert points(found) == {"A": -4, "B": -2}  # act 1, told of both, counts once
    note = only(records.problems, "note")
    assert "2 records under this code count for 甲公司 (A)" in note.rule.en
    assert note.value == "A1"
    assert records.frames["conduct"]["_row"].to_list() == [2, 3, 4, 5]  # file and row stay


def test_a_branch_needs_no_class(tmp_path: Path) -> None:
    scheme, records = write(tmp_path, [], ("A,甲公司,代理,,,,", "A1,甲分公司,,,A,,"))
    spec = scheme.members.model_copy(update={"class_": "before", "former_names": None})
    again = load_records(tmp_path, records.tables, spec)
    assert not again.problems.errors, again.problems.text("en")
    assert again.members["class"].to_dict() == {"A": "代理"}
    alone = load_records(tmp_path, records.tables, spec.model_copy(update={"head_office": None}))
    assert only(alone.problems, "error").row == 3


def test_leaving_and_coming_back_under_another_code_wipes_nothing(tmp_path: Path) -> None:
    members = ("A,甲公司,,,,2018-03-01,", "A2,甲集团,甲公司；甲厂,A,,,", "A3,甲集团股份,甲集团,A2,,,", "B,乙公司,,Z9,,,", "A1,甲分公司,,,A,,")
    scheme, records = write(tmp_path, [act("A", "1"), act("A2", "2"), act("A3", "3"), act("Z9", "4"), act("A1", "5")], members)
    assert not records.problems.errors, records.problems.text("en")
    assert records.counts_to == {"A": "A3", "A2": "A3", "Z9": "B", "A1": "A3"}
    assert records.members.index.to_list() == ["A3", "B"]
    assert points(measure_indicators(scheme, records)) == {"A3": -8, "B": -2}


def test_a_member_that_left_is_not_ranked_and_its_records_stay(tmp_path: Path) -> None:
    members = ("A,甲公司,,,,2018-12-30,", "B,乙公司,,,,2018-12-31,", "C,丙公司,,,,2019-03-01,")
    scheme, records = write(tmp_path, [act("A"), act("B")], members)
    evaluation = evaluate(scheme, records)
    assert evaluation.ranking.index.to_list() == ["C", "B"]
    assert [p.value for p in evaluation.problems if "退会" in p.rule.zh] == ["A"]
    assert len(records.frames["conduct"]) == 2
    later = evaluate(scheme.model_copy(update={"as_of": dt.date(2019, 6, 30)}), records)
    assert later.ranking.index.to_list() == []
    assert records.as_of(scheme.as_of).as_of(scheme.as_of).problems == evaluation.measured.problems


@pytest.mark.parametrize(
    ("members", "row", "column", "said"),
    [
        (("A,甲,,,A,,", "B,乙,,,,,"), 2, "总机构", "cannot be its own head office"),
        (("A,甲,,,B,,", "B,乙,,,C,,", "C,丙,,,,,"), 2, "总机构", "is a branch itself"),
        (("A,甲,,,ABCE,,", "ABCD,乙,,,,,"), 2, "总机构", "no such head office"),
        (("A,甲,,A,,,", "B,乙,,,,,"), 2, "原代码", "is the present one"),
        (("A,甲,,Z,,,", "B,乙,,Z,,,"), 2, "原代码", "is also that of B"),
    ],
)
def test_codes_that_lead_nowhere_are_refused(tmp_path: Path, members: Sequence[str], row: int, column: str, said: str) -> None:
    problem = only(write(tmp_path, [], members)[1].problems, "error")
    assert (problem.file, problem.row, problem.column) == ("members.csv", row, column)
    assert said in problem.rule.en
    if "nowhere" not in said and "no such" in said:
        assert problem.mend.en == "is it ABCD?"


@pytest.mark.parametrize("members", [("A,甲,,,B,,", "B,乙,,,A,,", "C,丙,,,,,"), ("A,甲,,B,,,", "B,乙,,A,,,", "C,丙,,,,,"),
                                     ("A,甲,,C,,,", "B,乙,,A,,,", "C,丙,,B,,,")])  # fmt: skip
def test_circles_are_refused_and_end(tmp_path: Path, members: Sequence[str]) -> None:
    errors = list(write(tmp_path, [act("A")], members)[1].problems.errors)
    assert {problem.row for problem in errors} >= {2, 3}
    assert all("circle" in problem.rule.en for problem in errors)


# ---- one code, one name; one name, one code --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "body", "severity", "said"),
    [
        ("A", "甲公司", None, ""),
        ("A", " 甲 公司", None, ""),
        ("B", "乙（广东）公司", None, ""),
        ("B", "乙(广东)公司", None, ""),
        ("C", "老丙厂", None, ""),  # a former name
        ("C1", "丙公司", None, ""),  # the branch under the name of its head office
        ("A", "甲集团", "warning", "A has another name (2 rows)"),
        ("A", "丙公司", "error", "the code is A, but the name is that of C"),
    ],
)
def test_a_name_beside_a_code_is_that_of_the_member(tmp_path: Path, code: str, body: str, severity: str | None, said: str) -> None:
    members = ("A,甲公司,,,,,", "B,乙(广东)公司,,,,,", "C,丙公司,丙厂；老丙厂,,,,", "C1,丙公司分部,,,C,,")
    _, records = write(tmp_path, [act(code, body=body), act(code, "2", body=body), act(code, "3")], members)
    told = [problem for problem in records.problems if problem.severity != "note"]
    assert [problem.severity for problem in told] == ([severity] if severity else [])
    if severity:
        assert (told[0].row, told[0].column, told[0].value) == (2, "单位", body)
        assert said in told[0].rule.en


def test_one_name_under_two_codes_is_named_with_both(tmp_path: Path) -> None:
    warning = only(write(tmp_path, [], ("A,甲公司,,,,,", "B,甲 公司,,,,,", "C,丙,,,,,"))[1].problems, "warning")
    assert (warning.row, warning.column, warning.value) == (3, "名称", "甲 公司")
    assert "another code, A, bears this name too (members.csv, row 2)" in warning.rule.en
    assert not write(tmp_path, [], ("A,甲公司,,,,,", "B,甲公司,,A,,,"))[1].problems  # its former code: one body


@pytest.mark.parametrize(("name", "said"), [
    ("=HYPERLINK(1)", "formula"), ("＠SUM", "formula"), ("甲<b>公司", "angle brackets"), ("甲" * 81, "longer than 80"), ("甲\u05d0公司", "right to left"), ("甲\u200b公\u202e司", "cannot be seen"),
    ("甲（广东）公司 No. 1-2 & Co.", ""), ("甲" * 80, ""),
])  # fmt: skip
def test_a_name_as_no_body_has_is_told_with_its_place(tmp_path: Path, name: str, said: str) -> None:
    problems = [problem for problem in write(tmp_path, [], ("A,乙公司,,,,,", f"B,{name},,,,,"))[1].problems if problem.severity != "note"]
    assert [(problem.severity, problem.row, problem.column, said in problem.rule.en) for problem in problems] == [("warning", 3, "名称", True)] * bool(said)


# ---- what is written wrongly -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "place", "mend"),
    [
        ('former_names = "before"', 'former_names = "befor"', "members.former_names", "is `members.before` meant?"),
        ('former_code = "old_code"', 'former_code = "name"', "members.former_code", "name another column, or change its type"),
        ('head_office = "head"', 'head_office = "heads"', "members.head_office", "is `members.head` meant?"),
        ('left = "left_on"', 'left = "before"', "members.left", "name another column, or change its type"),
        ('former_names = "before"', 'former_names = "owner"', "members.former_names", "name another column"),
    ],
)
def test_the_scheme_is_held_to_the_columns_of_the_members(tmp_path: Path, old: str, new: str, place: str, mend: str) -> None:
    _, records = write(tmp_path, [])
    scheme = Scheme.model_validate(tuples(tomllib.loads(with_quoted_keys(SCHEME.replace("MEASURE", SUM).replace(old, new)))))
    problem = only(reference_problems(scheme, records.tables), "error")
    assert (problem.column, problem.mend.en) == (place, mend)


@pytest.mark.parametrize(
    ("old", "new", "mend"),
    [
        ('column = "channel", order', 'column = "chanel", order', "is `channel` meant?"),
        ('"兄弟协会", "投诉", "自报"]', '"兄弟协会们", "投诉", "自报"]', "is `兄弟协会` meant?"),
        ('"投诉", "自报"]', '"投诉", "投诉"]', "remove one"),
        ('column = "state"', 'column = "stat"', "is `state` meant?"),
        ('counts = ["已核实"]', 'counts = ["已经核实"]', "is `已核实` meant?"),
        ('names = "body"', 'names = "bodi"', "is `body` meant?"),
        ('counts = ["已核实"]', 'count = ["已核实"]', "is `counts` meant?"),
    ],
)
def test_a_table_is_held_to_its_columns_and_choices(tmp_path: Path, old: str, new: str, mend: str) -> None:
    assert TABLES.count(old) == 1
    (tmp_path / "tables.toml").write_text(TABLES.replace(old, new), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        load_tables(tmp_path / "tables.toml")
    assert mend in {problem.mend.en for problem in caught.value.problems}


def test_an_edition_with_all_of_it_is_checked_as_a_user_would(tmp_path: Path) -> None:
    write(tmp_path, [act("A", body="甲公司"), act("C1", channel="主管部门")], (*MEMBERS, "C1,丙公司分部,,,C,,"))
    edition, problems = check_edition(tmp_path)
    assert edition is not None
    assert not problems.errors, problems.text("en")
    assert evaluate(edition.scheme, edition.records).ranking["rank"].to_dict() == {"B": 1, "A": 2, "C": 2}


def test_unverified_needs_a_take() -> None:
    said: dict[str, Any] = {"column": "members.x", "unverified": "counts"}
    from toolkit.scheme.checks import scheme_faults

    assert [fault.path[-1] for fault in scheme_faults({"indicator": [{"id": "i", "weight": 100, "measure": said}]})] == ["unverified"]
