"""Records: nothing is lost and nothing slips in; all problems at once, each with its place."""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.few_lines import indicator_text, scheme_text, write_edition
from toolkit.edition import check_edition, open_edition
from toolkit.ground.problems import Problem, Refused
from toolkit.ground.text import former_words
from toolkit.records import Records
from toolkit.records.dictionary import Tables, load_tables
from toolkit.records.members import late_applications, strange_name_problems
from toolkit.records.reading import load_records
from toolkit.scheme.criteria import MembersSpec

COUNTS = ["read", "accepted", "refused", "not_data"]
JIA, YI = "91350100M000100Y43", "91512081MA62K0260E"
PERSONAL_PHONE = "13800138000"
TABLES = """\
[table.members]
file = "records/会员*"
[table.members.column]
credit_code = { headings = ["信用代码"], type = "credit_code", required = true }
name = { headings = ["单位名称"], type = "text", required = true }
category = { headings = ["类别"], type = "choice", choices = ["代理", "采购人"] }
applied = { headings = ["是否申报"], type = "boolean" }

[table.activities]
file = "records/签到*"
sheet = "签到"
label = "培训签到"
unique = ["credit_code", "event"]
[table.activities.column]
credit_code = { headings = ["信用代码"], type = "member", required = true }
event = { headings = ["活动编号"], type = "text", required = true }
hours = { headings = ["学时"], type = "number", unit = "学时", range = [0, 80] }
day = { headings = ["日期"], type = "date" }
phone = { headings = ["联系电话"], type = "number", personal = true }
"""
HEADING = ("信用代码", "活动编号", "学时（学时）", "日期", "联系电话")
MEMBERS = f"信用代码,单位名称,类别,是否申报\n{YI},乙,代理,否\n{JIA},甲,采购人,是\n"
SPEC = {"table": "members", "key": "credit_code", "name": "name", "class": "category", "applied": "applied"}


def members_spec(**changed: Any) -> MembersSpec:
    return MembersSpec.model_validate({**SPEC, **changed})


def test_a_name_that_is_a_number_or_a_day_is_looked_at_as_text() -> None:
    rows = pd.DataFrame({"name": [3.0, dt.date(2020, 1, 1), True, "=1"], "_file": "会员.csv", "_sheet": "", "_row": [2, 3, 4, 5]}, dtype=object)
    assert [problem.row for problem in strange_name_problems(rows, members_spec())] == [5]


def write_sheet(path: Path, rows: Sequence[Sequence[object]], first: int = 0, name: str = "签到") -> None:
    with xlsxwriter.Workbook(path, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(first + number, 0, row)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "records").mkdir()
    (tmp_path / "tables.toml").write_text(TABLES, encoding="utf-8")
    (tmp_path / "records" / "会员.csv").write_text(MEMBERS, encoding="gb18030")
    write_sheet(
        tmp_path / "records" / "签到1.xlsx", [HEADING, (JIA, "E1", 8, dt.date(2018, 3, 5), PERSONAL_PHONE)]
    )
    return tmp_path


def tables_of(folder: Path) -> Tables:
    return load_tables(folder / "tables.toml")


def load(folder: Path, **changed: Any) -> Records:
    return load_records(folder, tables_of(folder), members_spec(**changed))


def rewrite(folder: Path, *rows: Sequence[object], first: int = 0) -> Records:
    write_sheet(folder / "records" / "签到1.xlsx", [HEADING, *rows], first)
    return load(folder)


def only(records: Records, severity: str = "error") -> Problem:
    found = [problem for problem in records.problems if problem.severity == severity]
    assert len(found) == 1, records.problems.text("en")
    return found[0]


def counted(records: Records, file: str) -> list[int]:
    """Rows read, accepted, refused and not data."""
    return [
        int(count) for count in records.counts.reset_index().set_index("file").loc[file, COUNTS].to_numpy()
    ]


def test_clean_records_come_as_typed_frames(folder: Path) -> None:
    records = load(folder)
    assert len(records.problems) == 0, records.problems.text("en")
    frame = records.frames["activities"]
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        "credit_code": "str", "event": "str", "hours": "float64", "day": "datetime64[us]",
        "_file": "str", "_sheet": "str", "_row": "int64",
    }  # fmt: skip
    assert frame.iloc[0].to_list() == [
        JIA,
        "E1",
        8.0,
        pd.Timestamp("2018-03-05"),
        "records/签到1.xlsx",
        "签到",
        2,
    ]
    assert str(records.frames["members"]["applied"].dtype) == "boolean"


def test_members_are_sorted_with_name_class_and_application(folder: Path) -> None:
    members = load(folder).members
    assert members.index.to_list() == sorted([JIA, YI])
    assert members.index.name == "member"
    assert members.to_dict("index") == {
        JIA: {"name": "甲", "class": "采购人", "applied": True},
        YI: {"name": "乙", "class": "代理", "applied": False},
    }
    assert members["applied"].dtype == bool


def test_every_row_is_accounted_for_and_rows_are_as_excel_counts_them(folder: Path) -> None:
    records = rewrite(
        folder,
        (JIA, "E1", "八", "", ""),
        ("", "", "", "", ""),
        (JIA, "E2", "8学时", "2018年3月5日", ""),
        HEADING,
        (YI, "E2", 90, "3/5/18", ""),
        ("合 计", "", 98),
        ("填表人：张三", "", "", "审核人："),
        first=3,
    )
    assert counted(records, "records/签到1.xlsx") == [7, 1, 2, 4]
    errors = [(p.sheet, p.row, p.column, p.value) for p in records.problems.errors]
    assert errors == [
        ("签到", 5, "学时（学时）", "八"),
        ("签到", 9, "学时（学时）", "90"),
        ("签到", 9, "日期", "3/5/18"),
    ]
    assert records.frames["activities"]["_row"].to_list() == [7]


def test_rows_written_by_another_program_keep_their_numbers(folder: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "签到"
    for place, heading in enumerate(HEADING, 2):
        sheet.cell(4, place, heading)
    sheet.cell(9, 2, JIA)
    sheet.cell(9, 3, "E1")
    sheet.cell(9, 4, "x")
    book.save(folder / "records" / "签到1.xlsx")
    records = load(folder)
    assert only(records).row == 9
    assert counted(records, "records/签到1.xlsx") == [5, 0, 1, 4]


CELLS = st.sampled_from(
    ["", JIA, YI, "E1", "E2", "八", "8", "合计", "注：无", "不适用", "/", "2018-03-05", "#N/A", 5.0, True]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=12))
def test_read_is_accepted_and_refused_and_not_data_whatever_comes(
    folder: Path, rows: list[list[object]]
) -> None:
    records = rewrite(folder, *rows)
    counts = records.counts
    assert (counts["read"] == counts["accepted"] + counts["refused"] + counts["not_data"]).all()
    assert len(records.frames["activities"]) == counts["accepted"].iloc[-1]
    filled = sum(any(cell != "" for cell in row) for row in rows)
    assert counts.iloc[-1][["accepted", "refused"]].sum() <= filled
    wrong = {(p.file, p.row) for p in records.problems.errors}
    assert len(wrong) == counts["refused"].sum()


def test_a_total_row_with_a_valid_key_is_data(folder: Path) -> None:
    rows = [("活动编号", "信用代码"), ("合计", JIA), ("合计", "9135")]
    write_sheet(folder / "records" / "签到1.xlsx", rows)
    records = load(folder)
    assert counted(records, "records/签到1.xlsx") == [2, 1, 0, 1]


def test_missing_and_not_applicable_are_apart(folder: Path) -> None:
    records = rewrite(folder, (JIA, "E1", "不适用"), (JIA, "E2", "/"), (JIA, "E3", 0))
    assert len(records.problems) == 0
    hours = records.frames["activities"]["hours"]
    np.testing.assert_array_equal(hours.to_numpy(), [np.nan, np.nan, 0.0])
    marks = records.not_applicable["activities"]
    assert list(marks) == ["hours"]
    assert marks["hours"].to_list() == [True, False, False]
    assert marks.index.equals(hours.index)
    assert list(records.not_applicable["members"]) == []


def test_several_files_are_one_table_in_order_of_their_names(folder: Path) -> None:
    (folder / "records" / "签到2.csv").write_text(
        f"学时,信用代码,活动编号,日期,联系电话\n8,{YI},E0,,\n", encoding="utf-8-sig"
    )
    (folder / "records" / "~$签到1.xlsx").write_bytes(b"lock")
    records = load(folder)
    assert len(records.problems) == 0, records.problems.text("en")
    assert records.frames["activities"]["event"].to_list() == ["E1", "E0"]
    assert list(records.digests) == ["records/会员.csv", "records/签到1.xlsx", "records/签到2.csv"]
    for file, digest in records.digests.items():
        assert digest == hashlib.sha256((folder / file).read_bytes()).hexdigest()


def test_files_outside_the_edition_may_be_named(folder: Path) -> None:
    edition = folder / "edition"
    edition.mkdir()
    (edition / "tables.toml").write_text(TABLES.replace("records/", "../records/"), encoding="utf-8")
    assert list(load(edition).digests) == ["../records/会员.csv", "../records/签到1.xlsx"]


def test_a_missing_file_is_named_with_its_table(folder: Path) -> None:
    (folder / "records" / "签到1.xlsx").unlink()
    records = load(folder)
    problem = only(records)
    assert problem.file == "records/签到*"
    assert "培训签到" in problem.rule.en
    assert len(records.frames["activities"]) == 0
    assert list(records.frames["activities"]) == [
        "credit_code",
        "event",
        "hours",
        "day",
        "_file",
        "_sheet",
        "_row",
    ]


def test_a_damaged_file_does_not_hide_the_others(folder: Path) -> None:
    (folder / "records" / "签到0.xlsx").write_bytes(b"garbage")
    records = load(folder)
    assert only(records).file == "records/签到0.xlsx"
    assert len(records.frames["activities"]) == 1
    assert "records/签到0.xlsx" in records.digests


def test_an_unknown_member_is_named_with_the_nearest(folder: Path) -> None:
    problem = only(rewrite(folder, (JIA[:-1] + "4", "E1")))
    assert (problem.row, problem.column, problem.value) == (2, "信用代码", JIA[:-1] + "4")
    assert JIA in problem.mend.en


def test_a_refused_member_is_still_known_to_other_tables(folder: Path) -> None:
    (folder / "records" / "会员.csv").write_text(
        MEMBERS.replace(f"{JIA},甲,采购人", f"{JIA},,采购人"), encoding="utf-8"
    )
    records = load(folder)
    assert only(records).file == "records/会员.csv"
    assert len(records.frames["activities"]) == 1
    assert records.members.index.to_list() == [YI]


def test_keys_are_unique_and_required_without_being_told(folder: Path) -> None:
    (folder / "records" / "会员.csv").write_text(
        f"{MEMBERS}{JIA.lower()},丙,代理,是\n,丁,代理,是\n", encoding="utf-8"
    )
    records = load(folder)
    assert [(p.row, p.value) for p in records.problems.errors] == [(5, ""), (4, JIA)]
    assert "the same as row 3" in list(records.problems.errors)[1].rule.en
    assert records.members.loc[JIA, "name"] == "甲"


def test_a_key_may_be_plain_text(folder: Path) -> None:
    text = TABLES.replace('type = "credit_code", required = true', 'type = "text"', 1)
    (folder / "tables.toml").write_text(text, encoding="utf-8")
    (folder / "records" / "会员.csv").write_text(
        "信用代码,单位名称,类别,是否申报\n a０1 ,甲,代理,是\nA02,乙,代理,是\n", encoding="utf-8"
    )
    records = rewrite(folder, ("a01", "E1"), ("A 02", "E1"), ("A03", "E1"))
    assert records.members.index.to_list() == ["A02", "a０1"]  # as the members table writes it
    assert records.frames["activities"]["credit_code"].to_list() == ["a０1", "A02"]
    assert only(records).row == 4


def test_a_duplicate_names_the_earlier_row_and_file(folder: Path) -> None:
    (folder / "records" / "签到2.csv").write_text(
        f"信用代码,活动编号,学时,日期,联系电话\n{JIA},E2,,,\n{JIA},E1,,,\n", encoding="utf-8"
    )
    records = load(folder)
    problem = only(records)
    assert (problem.file, problem.row, problem.column, problem.value) == (
        "records/签到2.csv",
        3,
        "信用代码、活动编号",
        f"{JIA} E1",
    )
    assert problem.rule.en == "the same as row 2 of records/签到1.xlsx 签到"
    assert counted(records, "records/签到2.csv") == [2, 1, 1, 0]


@pytest.mark.parametrize(("files", "wrong", "named", "severity"), [
    ({"签到E04": "E04", "签到E05": "E04"}, "签到E05", "E05", "error"), ({"签到E03": "E04", "签到E04": "E04"}, "签到E03", "E03", "error"),
    ({"签到E05": "E04"}, "签到E05", "E05", "warning"), ({"签到E04": "E04", "签到2018": "E04"}, "", "", "rows"), ({"签到E-4": "E04", "签到5": "E5"}, "", "", ""),
])  # fmt: skip
@pytest.mark.usefixtures("read_afresh")
def test_a_file_named_for_another_than_its_rows_are_of_is_told_in_one_line(folder: Path, files: dict[str, str], wrong: str, named: str, severity: str) -> None:
    for hours, (name, held) in enumerate(files.items()):
        (folder / "records" / f"{name}.csv").write_text(f"信用代码,活动编号,学时,日期,联系电话\n{JIA},{held},{hours},,\n{YI},{held},,,\n", "utf-8")
    told = [problem for problem in load(folder).problems if problem.severity != "note"]
    if not wrong:
        assert [problem.row for problem in told] == [2, 3] * (severity == "rows")
        return
    (problem,) = told
    assert (problem.file, problem.severity, problem.column, problem.row) == (f"records/{wrong}.csv", severity, "活动编号", None)
    assert problem.rule.zh.startswith(f"文件名写的是 {named}，表里各行的“活动编号”却都是 E04")
    assert ("2 行都与 records/签到E04.csv 的重复" in problem.rule.zh, f"并向 {named} 另收一份" in problem.mend.zh) == (severity == "error",) * 2
    with former_words("0.7.0"):
        before = [problem.severity for problem in load(folder).problems]
    assert before == ["error"] * (severity == "error")


def test_missing_and_unknown_headings_get_the_nearest_name(folder: Path) -> None:
    write_sheet(
        folder / "records" / "签到1.xlsx", [("信用代码", "活动编码", "学时", "备注栏"), (JIA, "E1", 8, "x")]
    )
    records = load(folder)
    assert "is `活动编码` meant?" in only(records).mend.en
    assert only(records).row == 1
    assert [p.rule.en for p in records.problems if p.severity == "note"] == ["columns not read: 备注栏"]
    severities = {p.column: p.severity for p in records.problems}
    assert severities == {
        "活动编号": "error",
        "日期": "warning",
        "联系电话": "warning",
        "活动编码": "warning",
        "": "note",
    }
    assert counted(records, "records/签到1.xlsx") == [1, 0, 1, 0]


def test_two_columns_for_one_are_an_error(folder: Path) -> None:
    write_sheet(folder / "records" / "签到1.xlsx", [(*HEADING, "学时"), (JIA, "E1", 8, "", "", 9)])
    problem = only(load(folder))
    assert "(columns C, F)" in problem.rule.en
    assert len(load(folder).frames["activities"]) == 0


def test_another_unit_in_the_heading_is_an_error(folder: Path) -> None:
    write_sheet(
        folder / "records" / "签到1.xlsx",
        [("信用代码", "活动编号", "学时（天）", "日期", "联系电话"), (JIA, "E1", 8)],
    )
    assert "the heading says `天`, but the column is in `学时`" in only(load(folder)).rule.en


def test_no_heading_at_all_is_one_problem_and_every_row_refused(folder: Path) -> None:
    write_sheet(folder / "records" / "签到1.xlsx", [(JIA, "E1", 8, "", PERSONAL_PHONE), (), (YI, "E1", 8)])
    records = load(folder)
    assert "no heading" in only(records).rule.en
    assert PERSONAL_PHONE not in records.problems.text()
    assert counted(records, "records/签到1.xlsx") == [3, 0, 2, 1]


def test_records_above_the_heading_are_told_and_titles_are_none(folder: Path) -> None:
    title, unit = ("2018 年培训签到表", "", "", "", ""), ("填报单位", "某某协会", "", "2018-03-01", "")
    write_sheet(folder / "records" / "签到1.xlsx", [title, unit, (JIA, "E1", 8, "2018-03-05", ""), (YI, "E1", 8), HEADING, (YI, "E2", 8)])
    problem = only(load(folder))
    assert (problem.row, problem.rule.en) == (3, "2 rows above the heading (row 5) read like records, and were not read in: 3-4")
    for flawed in (("甲公司", "E1", 8, "2018-03-05"), (JIA, "", 8, "2018-03-05")):  # which below the heading would be refused by its cell
        write_sheet(folder / "records" / "签到1.xlsx", [title, flawed, HEADING, (YI, "E2", 8)])
        assert only(load(folder)).row == 2
    write_sheet(folder / "records" / "签到1.xlsx", [title, unit, (JIA, "", "", "", ""), HEADING, (YI, "E2", 8)])
    (folder / "records" / "会员.csv").write_text(f"会员名册,2018 年,,\n{MEMBERS}", "utf-8")
    assert not load(folder).problems.errors
    (folder / "tables.toml").write_text(TABLES.replace('type = "credit_code"', 'type = "text"'), "utf-8")  # a key may be anything then
    assert not load(folder).problems.errors


def test_cells_beside_the_headings_are_told(folder: Path) -> None:
    write_sheet(
        folder / "records" / "签到1.xlsx",
        [("信用代码", "", "活动编号", "学时", "日期", "联系电话"), (JIA, "旁注", "E1")],
    )
    assert "column B has no heading" in only(load(folder), "note").rule.en
    (folder / "records" / "签到1.xlsx").unlink()
    (folder / "records" / "签到1.csv").write_text(
        f"信用代码,活动编号,日期,联系电话,学时\n{JIA},E1,,,1,234\n", encoding="utf-8"
    )
    records = load(folder)
    assert "more cells than headings" in only(records).rule.en
    assert len(records.frames["activities"]) == 0


def test_personal_values_never_leave(folder: Path) -> None:
    records = rewrite(folder, (JIA, "E1", 8, "", f"{PERSONAL_PHONE}转"), (JIA, "E2", 8, "", PERSONAL_PHONE))
    problem = only(records)
    assert problem.value == "（个人信息）"
    assert problem.column == "联系电话"
    for text in (records.problems.text("zh"), records.problems.text("en"), repr(records), repr(problem)):
        assert "138001" not in text
    assert all("phone" not in frame for frame in records.frames.values())


def test_the_repr_tells_tables_and_rows_only(folder: Path) -> None:
    assert repr(load(folder)) == "Records(members: 2 rows, activities: 1 rows; 0 problems)"


def test_an_accepted_code_is_noted_with_its_reason(folder: Path) -> None:
    code = "91350211M0000XUF46"
    (folder / "records" / "会员.csv").write_text(f"{MEMBERS}{code},丙,代理,是\n", encoding="utf-8")
    assert "check character" in only(load(folder)).rule.en
    text = TABLES + f'[table.members.column.credit_code.accept]\n"{code}" = "2015 年的代码"\n'
    text = text.replace(
        'credit_code = { headings = ["信用代码"], type = "credit_code", required = true }\n', "", 1
    )
    text += '[table.members.column.credit_code]\nheadings = ["信用代码"]\ntype = "credit_code"\n'
    (folder / "tables.toml").write_text(text, encoding="utf-8")
    records = load(folder)
    assert "2015 年的代码" in only(records, "note").mend.zh
    assert code in records.members.index


def test_who_applied_may_stand_in_another_table(folder: Path) -> None:
    assert load(folder, applied="activities.credit_code").members["applied"].to_dict() == {
        JIA: True,
        YI: False,
    }
    assert load(folder, applied="activities.day").members["applied"].to_dict() == {JIA: True, YI: False}
    assert load(folder, applied=None).members["applied"].all()
    assert "cannot say who applied" in only(load(folder, applied="activities.event")).rule.en


def test_an_application_after_the_as_of_date_is_told_by_its_row(folder: Path) -> None:
    def told(applied: str, as_of: dt.date = dt.date(2018, 12, 31)) -> list[tuple[str, str, int | None, str, str]]:
        records = rewrite(folder, (JIA, "E1", 8, dt.date(2019, 1, 15), None), (YI, "E2", 8, dt.date(2018, 12, 31), None), (YI, "E3", 8, dt.date(2019, 2, 1), None))
        found = late_applications(records.frames, tables_of(folder), members_spec(applied=applied), as_of)
        return [(problem.severity, problem.file, problem.row, problem.value, problem.rule.en.partition("(")[2]) for problem in found]

    (by_day,) = told("activities.day")
    assert by_day == ("warning", "records/签到1.xlsx", 2, "2019-01-15", "2 in this file: rows 2, 4)")
    assert told("activities.credit_code") == []  # the table does not say by `date` when
    assert told("applied") == told("activities.day", dt.date(2019, 2, 1)) == []
    (folder / "tables.toml").write_text(TABLES.replace('label = "培训签到"', 'label = "培训签到"\ndate = "day"'), encoding="utf-8")
    assert told("activities.credit_code") == [by_day]


def test_an_unanswered_application_is_a_warning_and_a_missing_class_an_error(folder: Path) -> None:
    (folder / "records" / "会员.csv").write_text(MEMBERS.replace("代理,否", "/,/"), encoding="utf-8")
    records = load(folder)
    assert (only(records).row, only(records).column) == (2, "类别")
    assert only(records, "warning").column == "是否申报"
    assert not records.members.loc[YI, "applied"]


def test_rows_in_a_skipped_state_are_no_members(folder: Path) -> None:
    assert load(folder, skip={"category": ("采购人",)}).members.index.to_list() == [YI]


def test_a_members_table_that_cannot_be_read_does_not_accuse_the_others(folder: Path) -> None:
    (folder / "records" / "会员.csv").write_bytes(b"")
    records = load(folder)
    assert only(records).file == "records/会员.csv"
    assert len(records.frames["activities"]) == 1
    assert len(records.members) == 0
    assert list(records.members) == ["name", "class", "applied"]


def test_values_in_problems_are_short_and_on_one_line(folder: Path) -> None:
    value = only(rewrite(folder, (JIA, "E1", "长\n\r\t" + "长" * 100))).value
    assert len(value) == 61
    assert value.isprintable()


def test_an_edition_is_opened_or_refused_with_everything(small_edition: Path) -> None:
    edition = open_edition(small_edition)
    assert len(edition.records.members) == 12
    assert repr(edition) == "Edition(small-2018: Records(members: 12 rows, activities: 12 rows; 2 problems))"
    with (small_edition / "records" / "会员名册.csv").open("a", encoding="utf-8") as file:
        file.write("009,壬,代理,已签,x,0\n")
    found, problems = check_edition(small_edition)
    assert found is not None
    assert len(problems.errors) == 1
    with pytest.raises(Refused) as caught:
        open_edition(small_edition)
    assert caught.value.problems == problems


def test_faults_of_scheme_and_tables_come_together(small_edition: Path) -> None:
    for name in ("scheme.toml", "tables.toml"):
        path = small_edition / name
        path.write_text(path.read_text("utf-8") + "\n[nonsense]\n", encoding="utf-8")
    edition, problems = check_edition(small_edition)
    assert edition is None
    assert {problem.file for problem in problems.errors} == {"scheme.toml", "tables.toml"}


def test_names_in_the_scheme_are_held_to_the_tables(small_edition: Path) -> None:
    path = small_edition / "scheme.toml"
    path.write_text(path.read_text("utf-8").replace('class = "kind"', 'class = "knd"'), encoding="utf-8")
    assert any(problem.file == "scheme.toml" for problem in check_edition(small_edition)[1].errors)


def test_the_server_of_notebooks_names_the_edition(
    small_edition: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMITTEE_EDITION", str(small_edition))
    assert open_edition().folder == small_edition


def test_who_changes_what_was_read_changes_it_for_nobody_else(small_edition: Path) -> None:
    first = open_edition(small_edition).records.frames["activities"]
    kept = first.copy()
    first.loc[:, "hours"] = -1.0
    first["kind"] = "?"
    pd.testing.assert_frame_equal(open_edition(small_edition).records.frames["activities"], kept)


@pytest.mark.usefixtures("read_afresh")
@pytest.mark.parametrize("found", [True, False])
def test_reading_leaves_the_search_for_cycles_as_it_was(
    small_edition: Path, monkeypatch: pytest.MonkeyPatch, *, found: bool
) -> None:
    def fails(*_: object) -> None:
        assert not gc.isenabled()
        raise RuntimeError

    (gc.enable if found else gc.disable)()
    try:
        check_edition(small_edition)
        assert gc.isenabled() is found
        monkeypatch.setattr("toolkit.records.table.read_sheet", fails)
        with pytest.raises(RuntimeError):
            check_edition(small_edition)
        assert gc.isenabled() is found
    finally:
        gc.enable()


def test_a_file_named_as_if_it_stood_beside_the_folder_of_records_is_found_and_told_once(tmp_path: Path) -> None:
    edition = write_edition(tmp_path / "e", scheme_text(indicator_text("a")), ["a"], [("K", 1)])
    tables = edition / "tables.toml"
    tables.write_text(tables.read_text(encoding="utf-8").replace('"records/m.csv"', '"m.csv"'), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        open_edition(str(edition))
    said = refused.value.problems.text("en")
    assert 'records/m.csv lies in the folder records: write file = "records/m.csv" in tables.toml' in said
    assert "read by no table" not in said
