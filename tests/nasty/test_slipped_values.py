"""Values that slipped through once: what a footnote, another width, a word or a lost zero made of them is now named.

Each case says where it comes from: a public report of another reader of tables, or a secretariat's desk.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.nasty.loading import SPEC
from tests.nasty.nasty import JIA, YI, parquet, xlsx
from toolkit.edition import open_edition
from toolkit.evaluation import evaluate
from toolkit.records import Records
from toolkit.records.dictionary import load_tables
from toolkit.records.reading import load_records

MEMBERS = f"信用代码,单位名称\n{JIA},甲\n{YI},乙\n"
TABLES = """
[table.members]
file = "records/会员.csv"
[table.members.column]
credit_code = { headings = ["信用代码"], type = "credit_code", required = true }
name = { headings = ["单位名称"], type = "text", required = true }
[table.a]
%s
unique = ["credit_code", "event"]
[table.a.column]
credit_code = { headings = ["信用代码"], type = "member", required = true }
event = { headings = ["活动编号"], type = "text" }
hours = { headings = ["学时"], type = "number", unit = "学时", range = [0, 200] }
day = { headings = ["日期"], type = "date" }
fee = { headings = ["会费"], type = "money", unit = "元" }
share = { headings = ["出席率"], type = "percent", unit = "%%" }
yes = { headings = ["是否"], type = "boolean" }
kind = { headings = ["类别"], type = "choice", choices = ["学习班", "讲座"] }
remark = { headings = ["备注"], type = "text" }
"""


class Read:
    """What became of the rows of table `a`."""

    def __init__(self, records: Records) -> None:
        self.rows = records.frames["a"]
        self.problems = list(records.problems)

    def cell(self, row: int, column: str) -> Any:
        """The accepted cell of a row; None where the row is not accepted."""
        found = self.rows.loc[self.rows["_row"] == row, column]
        return found.iloc[0] if len(found) else None

    def accepted(self, row: int) -> bool:
        return bool((self.rows["_row"] == row).any())

    def said(self, row: int, severity: str = "error") -> str:
        """All that is said of a row, in English."""
        return " | ".join(f"{p.rule.en}; {p.mend.en}" for p in self.problems if p.row == row and p.severity == severity)


def load(folder: Path, files: dict[str, bytes | str], place: str = 'file = "records/签到*"', tables: str = TABLES) -> Read:
    (folder / "records").mkdir(exist_ok=True)
    (folder / "tables.toml").write_text(tables % place, encoding="utf-8")
    for name, content in {"会员.csv": MEMBERS, **files}.items():
        (folder / "records" / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return Read(load_records(folder, load_tables(folder / "tables.toml"), SPEC))


def one(folder: Path, heading: str, cell: str) -> Read:
    """A CSV of one row with `cell` under `heading`."""
    if heading == "活动编号":
        return load(folder, {"签到.csv": f'信用代码,活动编号\n{JIA},"{cell}"\n'})
    return load(folder, {"签到.csv": f'信用代码,活动编号,{heading}\n{JIA},E1,"{cell}"\n'})


@pytest.mark.parametrize("cell", ["8¹", "8①", "8⑴", "8 ①", "½", "8½", "Ⅷ", "8学时①", "①8", "⒏"])
def test_a_footnote_or_an_ornate_figure_is_no_digit_of_a_number(tmp_path: Path, cell: str) -> None:
    """tesseract-ocr/tesseract#1852, foobnix/LibreraReader#1370: NFKC makes 81 of 8¹."""
    read = one(tmp_path, "学时", cell)
    assert not read.accepted(2)
    assert "superscripts" in read.said(2)


@pytest.mark.parametrize(("heading", "cell"), [("日期", "2018.3.1①"), ("日期", "2018年3月5日①"), ("出席率", "35%¹"), ("会费", "1200元②")])
def test_a_footnote_is_no_part_of_a_day_a_share_or_an_amount(tmp_path: Path, heading: str, cell: str) -> None:
    assert "superscripts" in one(tmp_path, heading, cell).said(2)


@pytest.mark.parametrize("cell", ["≥60", "60分以上", "约40", "3-5", "40+", "1/2", "八点五", "1,2", "8、9", "5小时", "½"])
def test_a_number_no_one_should_guess_at_is_refused(tmp_path: Path, cell: str) -> None:
    assert not one(tmp_path, "学时", cell).accepted(2)


@pytest.mark.parametrize(
    "cell", ["18年3月", "民国107年3月5日", "107.3.5", "3/5/18", "2018.3", "43164", "2018-02-29", "2018-03-05至2018-03-07"]
)
def test_a_day_no_one_should_guess_at_is_refused(tmp_path: Path, cell: str) -> None:
    assert not one(tmp_path, "日期", cell).accepted(2)


@pytest.mark.parametrize("number", ["138.0013.8000", "(020)12345678", "02012345678", "8613800138000", "138－0013－8000", "44010119900307451X"])
def test_a_telephone_number_in_the_wrong_column_is_never_shown_in_full(tmp_path: Path, number: str) -> None:
    read = one(tmp_path, "学时", number)
    assert not read.accepted(2)
    assert number not in "".join(p.line("zh") + p.line("en") for p in read.problems)


@pytest.mark.parametrize("again", ["２０１８－03", "2018\u200b-03", "2018 - 03", "\ufeff2018-03", "2018-\u00ad03", "\u202d2018-03\u202c", "2018-０3\u3000"])
def test_an_id_in_another_width_or_with_what_cannot_be_seen_is_the_same_id(tmp_path: Path, again: str) -> None:
    read = load(tmp_path, {"签到.csv": f"信用代码,活动编号,学时\n{JIA},2018-03,8\n{JIA},{again},8\n"})
    assert "the same as row 2" in read.said(3)


@pytest.mark.parametrize("mark", ["同上", "〃", "″", "同 上", '""""'])
@pytest.mark.parametrize("heading", ["活动编号", "学时", "备注", "日期"])
def test_a_ditto_mark_is_refused_in_every_column(tmp_path: Path, heading: str, mark: str) -> None:
    first = {"活动编号": "E1", "学时": "8", "备注": "x", "日期": "2018-03-05"}
    second = {**first, "活动编号": "E2", heading: mark}
    lines = [",".join([code, *row.values()]) for code, row in ((JIA, first), (YI, second))]
    read = load(tmp_path, {"签到.csv": "信用代码,活动编号,学时,备注,日期\n" + "\n".join(lines)})
    assert read.accepted(2)
    assert "ditto" in read.said(3)


@pytest.mark.parametrize("cell", ["2.01801E+17", "2E+17", "2.01801e+17"])
def test_an_id_in_scientific_notation_is_refused(tmp_path: Path, cell: str) -> None:
    assert "scientific notation" in one(tmp_path, "活动编号", cell).said(2)


def test_an_id_that_excel_made_a_date_is_refused(tmp_path: Path) -> None:
    """tidyverse/readxl#263, Quartz/bad-data-guide#34, cds-snc/platform-forms-client#4240."""
    content = xlsx([("信用代码", "活动编号"), (JIA, "2018-03"), (JIA, dt.date(2018, 3, 1))])
    read = load(tmp_path, {"签到.xlsx": content})
    assert "Excel made a date of it" in read.said(3)


def test_an_id_that_lost_its_zeros_is_refused_with_what_it_should_be(tmp_path: Path) -> None:
    content = xlsx([("信用代码", "活动编号"), (JIA, "0012"), (JIA, 12), (JIA, "0113"), (YI, "1203"), (YI, "9")])
    read = load(tmp_path, {"签到.xlsx": content})
    assert "is it 0012?" in read.said(3)
    assert "is it 0009?" in read.said(6)
    assert [row for row in (2, 4, 5) if not read.accepted(row)] == []


def test_ids_of_several_lengths_have_lost_nothing(tmp_path: Path) -> None:
    read = load(tmp_path, {"签到.csv": f"信用代码,活动编号\n{JIA},007\n{JIA},7\n{JIA},1234\n{YI},0\n"})
    assert len(read.rows) == 4


@pytest.mark.parametrize("heading", ["活动编号", "学时", "日期", "会费"])
def test_what_excel_shows_of_too_narrow_a_column_is_refused(tmp_path: Path, heading: str) -> None:
    assert "too narrow" in one(tmp_path, heading, "########").said(2)


def test_have_and_have_not_are_yes_and_no(tmp_path: Path) -> None:
    read = load(tmp_path, {"签到.csv": f"信用代码,活动编号,是否\n{JIA},E1,有\n{YI},E2,无\n"})
    assert [bool(read.cell(2, "yes")), bool(read.cell(3, "yes"))] == [True, False]


LEDGER = "环节,信用代码,活动编号,学时,日期,备注\n"


@pytest.mark.parametrize(
    ("row", "column"),
    [("审核,,E2,9,,", "信用代码"), ("经办,9135O1O0,E3,9,,", "信用代码"), ("合计,,E4,9,,", "信用代码"), ("审核,9135O1O0,,,,", "信用代码"),
     ("注：补录,,E5,,,", "信用代码"), ("复核,,,9,,", "信用代码"), ("审核,,,,2018-03-05,补录", "信用代码"), ("盖章,,,,,已交", "信用代码")],
)  # fmt: skip
def test_a_row_that_holds_a_value_of_another_column_is_data_whatever_leads_it(tmp_path: Path, row: str, column: str) -> None:
    read = load(tmp_path, {"签到.csv": f"{LEDGER}审核,{JIA},E1,8,,\n{row}\n"})
    assert read.accepted(2)
    assert column in [p.column for p in read.problems if p.row == 3 and p.severity == "error"]


@pytest.mark.parametrize(
    "closing",
    ["汇总,,,8", "合计,1家,,8", "平均值,,,8", "以下空白", ",共1家", "领导签字,", "第1页共2页", "2018年12月31日", ",,,,2018-12-31", "2018.12.31", "制表人：王五,,审核：李四",
     "制表人：,王五,审核：,李四,日期：,2018-12-31", "审核：", "合计,,—,8元,,", ",,合计,8"],
)  # fmt: skip
def test_the_lines_with_which_people_close_a_table_are_no_data(tmp_path: Path, closing: str) -> None:
    read = load(tmp_path, {"签到.csv": f"{LEDGER}审核,{JIA},E1,8,,\n{closing}\n"})
    assert [int(row) for row in read.rows["_row"]] == [2]
    assert not [p for p in read.problems if p.severity == "error"]


def test_a_day_alone_within_the_rows_is_a_row_that_lacks_its_key(tmp_path: Path) -> None:
    read = load(tmp_path, {"签到.csv": f"{LEDGER},,,,2018-03-05,\n审核,{JIA},E1,8,,\n"})
    assert "required" in read.said(2)


@pytest.mark.parametrize(
    ("below", "said"),
    [("合计,,,20", ""), ("合计,,,20.0学时", ""), ("合计,,,25", "which is 20"), ("小计,,,12", ""), ("小计,,,11", "`小计`"), ("平均值,,,10", ""),
     ("小计,,,12\n合计,,,20", ""), ("合计,,,—", "")],
)  # fmt: skip
def test_a_total_that_is_not_the_sum_of_the_rows_above_is_told(tmp_path: Path, below: str, said: str) -> None:
    read = load(tmp_path, {"签到.csv": f"{LEDGER},{JIA},E1,8,,\n,{YI},E2,12,,\n{below}\n"})
    told = " | ".join(p.rule.en for p in read.problems if p.severity == "warning" and (p.row or 0) > 1)
    assert said in told
    assert bool(said) == bool(told)


def database(folder: Path, days: dict[int, object], hours: dict[int, object]) -> Read:
    """A SQLite table of twenty rows, with other days and hours in some of them."""
    (folder / "records").mkdir()
    with contextlib.closing(sqlite3.connect(folder / "records" / "x.db")) as con, con:
        con.execute("CREATE TABLE a (信用代码 TEXT, 活动编号 TEXT, 日期 DATE, 学时 REAL)")
        rows = [(JIA, f"E{n}", days.get(n, "2018-03-05"), hours.get(n, 8.0)) for n in range(20)]
        con.executemany("INSERT INTO a VALUES (?, ?, ?, ?)", rows)
    return load(folder, {}, 'source = "sqlite:records/x.db"\nrelation = "a"')


def test_one_wrong_day_or_number_of_a_database_is_named_by_its_row(tmp_path: Path) -> None:
    read = database(tmp_path, {7: "2018-02-30", 9: "待定"}, {3: "八", 4: None})
    told = {(p.sheet.partition("event=")[2].rstrip("]"), p.column, p.value): p.rule.en for p in read.problems if p.severity == "error" and p.value}
    assert told == {
        ("E7", "日期", "2018-02-30"): "there is no such day: 2018-02-30", ("E9", "日期", "待定"): "not a date", ("E3", "学时", "八"): "not a number",
    }  # fmt: skip
    assert len(read.rows) == 17


def test_a_database_column_of_another_kind_altogether_is_refused_once(tmp_path: Path) -> None:
    read = database(tmp_path, dict.fromkeys(range(15), "待定"), {})
    (problem,) = [p for p in read.problems if p.severity == "error"]
    assert problem.column == "日期"
    assert "stored in another type: it should hold dates" in problem.rule.en


SCHEME = """
schema = 1
title = "试读"
edition = "t-2018"
language = "zh"
as_of = 2018-12-31
period = [2017-01-01, 2019-12-31]
scale = 100
decimals = 2
weights = "points"
ties = ["joint"]
[members]
table = "members"
key = "credit_code"
name = "name"
[[indicator]]
id = "n"
label = "n"
weight = 1
measure = %s
value = { shape = "points", per = 1 }
missing = "worst"
source = "试"
"""


def measured(folder: Path, measure: str, rows: list[str]) -> float:
    """What an indicator takes of 甲's rows: event, hours, remark."""
    load(folder, {"签到.csv": "信用代码,活动编号,学时,备注\n" + "".join(f"{JIA},{row}\n" for row in rows)}, tables=TABLES.replace('unique = ["credit_code", "event"]', ""))
    (folder / "scheme.toml").write_text(SCHEME % measure, encoding="utf-8")
    edition = open_edition(folder)
    return float(evaluate(edition.scheme, edition.records).indicators.loc[JIA, "n"])


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ('{ table = "a", take = "distinct", column = "event" }', 2.0),
        ('{ table = "a", take = "sum", column = "hours", once_per = ["event"] }', 16.0),
        ('{ table = "a", take = "count", where = { remark = ["Online"] } }', 3.0),
        ('{ table = "a", take = "count", where = { event = ["e1"] } }', 3.0),
    ],
)
def test_a_text_spelt_in_several_ways_is_one_wherever_sameness_counts(tmp_path: Path, measure: str, value: float) -> None:
    rows = ["E1,8,ＯＮＬＩＮＥ", "ｅ１,8,on line", "E\u200b 1,8,online", "E2,8,x"]
    assert measured(tmp_path, measure, rows) == value
    read = Read(open_edition(tmp_path).records)
    assert any("in width, case or blanks only" in p.rule.en for p in read.problems)


def test_members_keep_the_key_that_their_table_writes_and_are_found_by_any_other(tmp_path: Path) -> None:
    tables = TABLES.replace('credit_code = { headings = ["信用代码"], type = "credit_code", required = true }', 'credit_code = { headings = ["信用代码"], type = "text", required = true }')
    files: dict[str, bytes | str] = {
        "会员.csv": "信用代码,单位名称\nm０01,甲\nm002,乙\n", "签到.csv": "信用代码,活动编号,学时\nM001,E1,8\nＭ ００２,E1,8\nm0 02,E2,8\n",
    }  # fmt: skip
    read = load(tmp_path, files, tables=tables)
    assert read.rows["credit_code"].tolist() == ["m０01", "m002", "m002"]
    files["会员.csv"] = "信用代码,单位名称\nm001,甲\nＭ00１,乙\n"
    again = load(tmp_path, files, tables=tables)
    assert any("the same as row 2" in p.rule.en and p.row == 3 for p in again.problems)


CODES = {"甲公司": JIA, "乙公司": YI}


@pytest.mark.parametrize(
    ("code", "name", "offered"),
    [
        (JIA[:-1] + "4", "", JIA),  # one sign
        (JIA[:5] + JIA[6:], "", JIA),  # one is missing
        (JIA[:3] + JIA[4] + JIA[3] + JIA[5:], "", JIA),  # two swapped
        (JIA[:4] + "777" + JIA[7:], "", ""),  # three signs
        ("91440101MA59UQHX6W", "甲公司", ""),  # a right code is that of somebody who is no member
        (JIA[:-1] + "4", "甲公司", JIA),
        (JIA[:-1] + "4", "乙公司", ""),  # the name says that it is not 甲
        (JIA[:-2] + "99", "（甲公司）", JIA),
    ],
)
def test_a_mend_offers_a_near_member_only_and_believes_the_name_beside_the_code(tmp_path: Path, code: str, name: str, offered: str) -> None:
    tables = TABLES.replace("[table.a.column]\n", 'names = "who"\n[table.a.column]\nwho = { headings = ["单位"], type = "text" }\n')
    members = "信用代码,单位名称\n" + "".join(f"{key},{who}\n" for who, key in CODES.items())
    read = load(tmp_path, {"会员.csv": members, "签到.csv": f"信用代码,活动编号,单位\n{code},E1,{name}\n"}, tables=tables)
    assert "no such member" in read.said(2)
    assert [key for key in CODES.values() if key in read.said(2)] == ([offered] if offered else [])


def test_a_float_of_half_the_width_in_parquet_is_what_its_digits_say(tmp_path: Path) -> None:
    content = parquet(信用代码=[JIA, YI], 活动编号=["E1", "E2"], 学时=np.array([0.1, 2.3], dtype=np.float32))
    assert load(tmp_path, {"签到.parquet": content}).rows["hours"].tolist() == [0.1, 2.3]


@pytest.mark.parametrize(("written", "offered"), [("7", "is it 007?"), ("１２", "is it 012?"), ("99", "add the member")])
def test_a_key_that_lost_its_zeros_is_refused_with_the_one_that_is_meant(tmp_path: Path, written: str, offered: str) -> None:
    tables = TABLES.replace('type = "credit_code", required = true', 'type = "text"')
    members = "信用代码,单位名称\n" + "".join(f"{n:03},会员{n}\n" for n in range(1, 21))
    assert offered in load(tmp_path, {"会员.csv": members, "签到.csv": f"信用代码,活动编号\n{written},E1\n"}, tables=tables).said(2)


@pytest.mark.parametrize("cell", ["学习班", "学 习班", "\u200b学习班", "学习班\u3000"])
def test_a_choice_is_recognised_in_every_spelling(tmp_path: Path, cell: str) -> None:
    assert one(tmp_path, "类别", cell).cell(2, "kind") == "学习班"
