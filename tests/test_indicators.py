"""Measures: what counts as of the day, once, and nothing silently read as 0."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.indicators import Indicators, measure_indicators
from toolkit.records import Records, load_records
from toolkit.scheme import Scheme
from toolkit.tables import load_tables
from toolkit.toml_file import tuples
from toolkit.toml_places import with_quoted_keys

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


AMOUNTS = st.lists(st.tuples(st.sampled_from("ABC"), st.decimals(-999, 999, places=3)), min_size=1, max_size=20)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
