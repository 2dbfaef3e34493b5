"""Values that slipped through once: what a footnote, another width, a word or a lost zero made of them is now named.

Each case says where it comes from: a public report of another reader of tables, or a secretariat's desk.
"""

# ruff: noqa: DTZ001 - records hold local days
from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.nasty.loading import SPEC
from tests.nasty.nasty import JIA, YI, xlsx
from toolkit.records import Records, load_records
from toolkit.records.dictionary import load_tables

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
        self.problems = [p for p in records.problems if not p.rule.en.startswith("the column") or p.row]

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
