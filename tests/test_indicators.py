"""Measures: what counts as of the day, once, and nothing silently read as 0."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from toolkit.evaluation import evaluate
from toolkit.ground.problems import Refused
from toolkit.ground.toml_reader import tuples
from toolkit.ground.toml_syntax import with_quoted_keys
from toolkit.indicators import Indicators, measure_indicators
from toolkit.indicators.engine import Engine
from toolkit.indicators.selection import Calendar
from toolkit.indicators.single_rows import kept_rows
from toolkit.records import Records
from toolkit.records.dictionary import Column, Table, Verified, load_tables
from toolkit.records.reading import load_records
from toolkit.scheme import Scheme

TABLES = """
[table.members]
file = "members.csv"
unique = ["code"]
[table.members.column.code]
type = "text"
required = true
[table.members.column.name]
type = "text"
[table.members.column.kind]
type = "text"
[table.members.column.staff]
type = "number"

[table.conduct]
file = "conduct.csv"
date = "act_date"
[table.conduct.column.code]
type = "member"
required = true
[table.conduct.column.act_id]
type = "text"
[table.conduct.column.channel]
type = "text"
[table.conduct.column.severity]
type = "choice"
choices = ["轻微", "一般", "严重", "其他"]
[table.conduct.column.status]
type = "text"
[table.conduct.column.points]
type = "number"
[table.conduct.column.act_date]
type = "date"
[table.conduct.column.found]
type = "date"
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
class = "kind"
[window.by_severity]
from = "found"
column = "severity"
lasts = { 轻微 = "3 months", 一般 = "1 year", 严重 = "90 days" }
skip = { status = ["已撤销"] }
appeal = { status = ["申诉中"] }
"""
MEMBERS = ("code,name,kind,staff", "A,甲,x,12", "B,乙,y,不适用", "C,丙,y,/")
HEADINGS = "code,act_id,channel,severity,status,points,act_date,found"


def measured(folder: Path, measure: str, rows: Sequence[str], extra: str = "", members: Sequence[str] = MEMBERS) -> Indicators:
    return measure_indicators(*read(folder, measure, rows, extra, members))


def read(
    folder: Path, measure: str, rows: Sequence[str], extra: str = "", members: Sequence[str] = MEMBERS
) -> tuple[Scheme, Records]:
    (folder / "tables.toml").write_text(TABLES, encoding="utf-8")
    (folder / "members.csv").write_text("\n".join(members), encoding="utf-8")
    (folder / "conduct.csv").write_text("\n".join([HEADINGS, *rows]) + "\n", encoding="utf-8")
    indicator = f'[[indicator]]\nid = "i"\nlabel = "项目"\nweight = 100\nmeasure = {measure}\nmissing = "worst"\n'
    shape = 'value = { shape = "linear", worst = 0, best = 10 }\n'
    scheme = Scheme.model_validate(tuples(tomllib.loads(with_quoted_keys(SCHEME) + indicator + shape + extra)))
    records = load_records(folder, load_tables(folder / "tables.toml"), scheme.members)
    assert not records.problems.errors, records.problems.text("en")
    return scheme, records


def act(
    member: str = "A", act_id: str = "1", severity: str = "一般", status: str = "有效", points: str = "-2",
    day: str = "2018-06-01", found: str = "2018-06-01", channel: str = "自报",
) -> str:  # fmt: skip
    return ",".join((member, act_id, channel, severity, status, points, day, found))


COUNT = '{ table = "conduct", take = "count", window = "by_severity" }'
SUM = '{ table = "conduct", take = "sum", column = "points" }'


@pytest.mark.parametrize(
    ("severity", "found", "counts"),
    [
        ("轻微", "2018-09-30", 0),  # three months end on 2018-12-30
        ("轻微", "2018-10-01", 1),
        ("一般", "2017-12-31", 1),  # the end day counts
        ("一般", "2017-12-30", 0),
        ("严重", "2018-10-02", 1),
        ("严重", "2018-10-01", 0),
        ("一般", "2019-01-01", 0),  # not yet found on the day
        ("其他", "2001-01-01", 1),  # no span: for ever
    ],
)
def test_a_record_counts_from_its_finding_until_its_window_closes(tmp_path: Path, severity: str, found: str, counts: int) -> None:
    row = act(severity=severity, found=found, day="2001-01-01")
    assert measured(tmp_path, COUNT, [row]).raw.loc["A", "i"] == counts


def test_engines_side_by_side_know_their_own_records_alone(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = read(tmp_path / "one", SUM, [act()]), read(tmp_path / "two", SUM, [act(points="-5"), act(act_id="2")])
    with Engine(*one) as first, Engine(*two) as second:
        rows = [engine.source("conduct").table for engine in (first, second)]
        assert [table.points.sum().to_pyarrow().as_py() for table in rows] == [-2, -7]
    with Engine(*one) as third:
        assert third.source("conduct").table.count().to_pyarrow().as_py() == 1


def test_the_end_day_can_be_excluded(tmp_path: Path) -> None:
    scheme, records = read(tmp_path, COUNT, [act(found="2017-12-31")])
    window = scheme.window["by_severity"].model_copy(update={"end_day": "excluded"})
    excluded = scheme.model_copy(update={"window": {"by_severity": window}})
    assert measure_indicators(scheme, records).raw.loc["A", "i"] == 1
    assert measure_indicators(excluded, records).raw.loc["A", "i"] == 0


def test_a_withdrawn_record_does_not_count_and_one_under_appeal_does_and_is_said(tmp_path: Path) -> None:
    found = measured(tmp_path, COUNT, [act(act_id="1", status="已撤销"), act(act_id="2", status="申诉中")])
    assert found.raw.loc["A", "i"] == 1
    (note,) = [problem for problem in found.problems if "申诉" in problem.rule.zh]
    assert (note.severity, note.file, note.row) == ("note", "conduct.csv", 3)


def test_an_act_told_by_two_channels_counts_once_and_unnamed_acts_each(tmp_path: Path) -> None:
    measure = '{ table = "conduct", take = "sum", column = "points", once_per = ["act_id"] }'
    rows = [act(channel="自报"), act(channel="主管部门"), act(act_id=""), act(act_id=""), act(member="B")]
    assert measured(tmp_path, measure, rows).raw["i"].tolist() == [-6, -2, 0]


def test_only_dated_rows_of_the_period_count_and_never_those_after_the_day(tmp_path: Path) -> None:
    scheme, records = read(tmp_path, SUM, [act(day="2016-01-01"), act(act_id="2", day="2018-01-01"), act(act_id="3", day="2019-01-01")])
    assert measure_indicators(scheme, records).raw.loc["A", "i"] == -4
    period = tuple(pd.to_datetime(["2018-01-01", "2019-06-30"]).date)
    assert measure_indicators(scheme.model_copy(update={"period": period}), records).raw.loc["A", "i"] == -2


def test_a_gap_in_a_sum_is_said_and_a_sum_of_gaps_is_missing(tmp_path: Path) -> None:
    found = measured(tmp_path, SUM, [act(points="/"), act(act_id="2"), act("B", points="暂缺")])
    assert found.raw["i"].tolist()[0] == -2
    assert np.isnan(found.raw.loc["B", "i"])
    assert found.raw.loc["C", "i"] == 0  # no row: a sum over nothing
    assert [problem.row for problem in found.problems if problem.severity == "warning"] == [2, 4]


def test_missing_is_not_not_applicable(tmp_path: Path) -> None:
    found = measured(tmp_path, '{ column = "members.staff" }', [])
    assert found.applicable["i"].tolist() == [True, False, True]
    assert found.raw["i"].isna().tolist() == [False, True, True]


def test_a_value_read_as_it_stands_needs_one_row(tmp_path: Path) -> None:
    found = measured(tmp_path, '{ column = "conduct.points" }', [act(), act(act_id="2")])
    (problem,) = found.problems.errors
    assert problem.value == "A"


def test_the_latest_row_by_date_is_taken(tmp_path: Path) -> None:
    measure = '{ table = "conduct", take = "latest", column = "points" }'
    found = measured(tmp_path, measure, [act(points="5", day="2018-07-01"), act(points="3", day="2018-08-01"), act(points="4")])
    assert found.raw.loc["A", "i"] == 3
    assert np.isnan(found.raw.loc["B", "i"])


def test_points_are_held_at_their_cap_and_a_veto_names_its_record(tmp_path: Path) -> None:
    extra = """
[[adjustment]]
id = "bad"
label = "扣分"
measure = { table = "conduct", take = "sum", column = "points" }
cap = -3
[[veto]]
id = "grave"
label = "否决"
when = { table = "conduct", where = { severity = ["严重"] } }
effect = { award = "none" }
"""
    found = measured(tmp_path, SUM, [act(), act(act_id="2"), act("B", severity="严重")], extra)
    assert found.adjustments["bad"].tolist() == [-3, -2, 0]
    assert found.vetoes[["member", "file", "row"]].to_numpy().tolist() == [["B", "conduct.csv", 4]]


def test_a_class_nobody_is_in_is_named(tmp_path: Path) -> None:
    scheme, records = read(tmp_path, SUM, [])
    item = scheme.indicators[0].model_copy(update={"applies_to": ("z",)})
    found = measure_indicators(scheme.model_copy(update={"indicators": (item,)}), records)
    assert [problem.value for problem in found.problems.errors] == ["z"]


def test_a_class_that_something_is_required_of_and_nobody_is_in_is_named(tmp_path: Path) -> None:
    require = 'require = [{ node = "total", least = 1 }, { node = "total", least = 2, classes = ["x", "z"] }]\n'
    extra = f'[eligibility]\n{require}[[award]]\nid = "a"\n{require}[grades]\nbands = [["A", 60]]\n[grades.require]\n{require.replace("require", "A")}'
    found = measured(tmp_path, SUM, [], extra).problems
    named = ["eligibility.require[1].classes", "award[a].require[1].classes", "grades.require.A[1].classes"]
    assert [(problem.severity, problem.value, problem.column) for problem in found] == [("warning", "z", place) for place in named]


AMOUNTS = st.lists(st.tuples(st.sampled_from("ABC"), st.decimals(-999, 999, places=3)), min_size=1, max_size=20)


@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=AMOUNTS, data=st.data())
def test_no_order_of_rows_or_members_changes_a_bit(tmp_path: Path, amounts: list[Any], data: st.DataObject) -> None:
    rows = [act(member, str(number), points=str(points)) for number, (member, points) in enumerate(amounts)]
    straight = measured(tmp_path, SUM, rows).raw
    members = [MEMBERS[0], *data.draw(st.permutations(MEMBERS[1:]))]
    shuffled = measured(tmp_path, SUM, data.draw(st.permutations(rows)), members=members).raw
    pd.testing.assert_frame_equal(straight, shuffled, check_exact=True)
    exact = {name: float(sum(points for member, points in amounts if member == name)) for name in "ABC"}
    assert straight["i"].to_dict() == exact


def test_a_member_no_row_tells_of_is_not_recorded(tmp_path: Path) -> None:
    assert measured(tmp_path, SUM, [act(), act("C", act_id="2")]).recorded.tolist() == [True, False, True]
    assert measured(tmp_path, '{ column = "members.staff" }', []).recorded.all()


VETO = '[[veto]]\nid = "v"\nwhen = {{ table = "conduct" }}\neffect = {{ award = "none" }}\n{}\n'


@pytest.mark.parametrize(
    ("said", "struck"),
    [
        ("", {"A": 3, "B": 2, "C": 1}),
        ("at_least = 2", {"A": 3, "B": 2}),
        ('at_least = 2\ndistinct = "channel"', {"A": 3}),
        ('at_least = 4\ndistinct = "channel"', {}),
        ('distinct = "act_id"', {"A": 3, "B": 2}),  # a record that does not say which act it tells of is none
    ],
)
def test_a_veto_strikes_whom_enough_records_meet_and_lists_them_all(tmp_path: Path, said: str, struck: dict[str, int]) -> None:
    rows = [act(channel="甲省"), act(channel="乙省"), act(channel="甲省"), act("B"), act("B"), act("C", act_id="")]
    found = measured(tmp_path, SUM, rows, VETO.format(said))
    assert found.vetoes.groupby("member").size().to_dict() == struck


@pytest.mark.parametrize(
    ("said", "struck"),
    [
        ("at_least = 0.8", {"A": 2}),  # the floats 0.7 and 0.1 add up to less
        ("at_least = 0.5", {"A": 2, "B": 1}),
        ("at_least = 0.9", {}),
        ("at_most = -0.8", {"C": 3}),
        ("at_most = -0.9", {}),
    ],
)
def test_a_veto_strikes_whose_records_add_up_to_enough(tmp_path: Path, said: str, struck: dict[str, int]) -> None:
    rows = [act(points=points) for points in ("0.7", "0.1", "/")]
    rows += [act("B", points="0.5"), *(act("C", points=points) for points in ("-0.7", "-0.1", "0"))]
    found = measured(tmp_path, '{ column = "members.staff" }', rows, VETO.format(f'sum = "points"\n{said}'))
    assert found.vetoes.groupby("member").size().to_dict() == struck
    assert [(problem.row, problem.column) for problem in found.problems if problem.severity == "warning"] == [(4, "points")]


def test_a_condition_is_measured_and_gives_no_points_and_no_record(tmp_path: Path) -> None:
    extra = f'[[condition]]\nid = "acts"\nmeasure = {SUM.replace("sum", "max")}\n'
    extra += '[[condition]]\nid = "clean"\nmeasure = { table = "conduct", take = "any" }\n'
    found = measured(tmp_path, '{ column = "members.staff" }', [act(points="3"), act(points="5"), act("B", points="/")], extra)
    assert found.conditions["acts"].tolist()[0] == 5.0
    assert found.conditions["acts"].isna().tolist() == [False, True, True]
    assert found.conditions["clean"].tolist() == [True, True, False]
    assert found.recorded.all()
    assert list(found.raw) == ["i"]
    assert [problem.row for problem in found.problems if problem.severity == "warning"] == [4]


def test_the_previous_results_come_by_member(tmp_path: Path) -> None:
    extra = '[previous]\ntable = "conduct"\ntotal = "points"\ngrade = "severity"\n'
    found = measured(tmp_path, '{ column = "members.staff" }', [act("C", points="/"), act("A", points="71.5", day="2030-01-01")], extra)
    assert found.previous["total"].dtype == "float64"
    assert found.previous["total"].tolist()[0] == 71.5
    assert found.previous["total"].isna().tolist() == [False, True, True]
    assert found.previous["grade"].fillna("-").tolist() == ["一般", "-", "一般"]
    assert measured(tmp_path, SUM, []).previous.shape == (3, 0)


def test_two_rows_of_previous_results_are_an_error_by_place(tmp_path: Path) -> None:
    extra = '[previous]\ntable = "conduct"\ntotal = "points"\n'
    found = measured(tmp_path, '{ column = "members.staff" }', [act("C"), act("A"), act("C")], extra)
    assert [(p.file, p.row, p.value) for p in found.problems.errors] == [("conduct.csv", 4, "C")]


@pytest.mark.parametrize(
    ("bounds", "points"),
    [("cap = -3", [-3, -2, 0]), ("floor = -3", [-3, -2, 0]), ("floor = -5\ncap = -1", [-4, -2, -1]), ("floor = -3\ncap = 0", [-3, -2, 0]), ("cap = 3", [-4, -2, 0])],
)
def test_points_are_held_between_floor_and_cap(tmp_path: Path, bounds: str, points: list[float]) -> None:
    extra = f'[[adjustment]]\nid = "bad"\nmeasure = {SUM}\n{bounds}\n'
    assert measured(tmp_path, SUM, [act(), act(act_id="2"), act("B")], extra).adjustments["bad"].tolist() == points


def test_states_of_all_members_stay_states(tmp_path: Path) -> None:
    found = measured(tmp_path, '{ column = "members.kind" }', [])
    assert found.raw["i"].tolist() == ["x", "y", "y"]


def test_of_words_there_is_no_mean_over_days(tmp_path: Path) -> None:
    words = '[[condition]]\nid = "c"\nlabel = "c"\nmeasure = { table = "conduct", take = "latest", column = "severity", mean_on = [2018-12-30, 2018-12-31] }\n'
    with pytest.raises(Refused, match="`severity` holds no numbers, of which there is no mean over days"):
        evaluate(*read(tmp_path, '{ table = "conduct", take = "count" }', [act("A", "1")], words))


def test_a_row_read_as_it_stands_has_happened_in_the_period_and_is_verified() -> None:
    table = Table(file="a.csv", date="day", verified=Verified(column="state", counts=("已核实",)), column={"day": Column(type="date"), "state": Column(type="choice", choices=("已核实", "待核"))})
    days = ["2017-12-31", "2018-01-01", "2018-06-01", "2018-12-31", "2019-01-01"]
    frame = pd.DataFrame({"day": pd.to_datetime(days), "state": ["已核实", "已核实", "待核", "已核实", "已核实"]})
    kept = kept_rows(frame, table, Calendar(dt.date(2018, 12, 31), (dt.date(2018, 1, 1), dt.date(2018, 12, 31)), {}))
    assert kept.tolist() == [False, True, False, True, False]
