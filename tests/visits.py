"""A small edition with one form that members fill in: clean, faulty, and as it comes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from toolkit.edition import check_edition
from toolkit.forms.returns import write_returns

PHONE = "13800138000-9"
VISITS = """
[table.visits]
file   = "records/考察*.xlsx"
sheet  = "考察"
unique = ["code", "no"]
[table.visits.column.code]
headings = ["会员代码"]
type     = "member"
required = true
[table.visits.column.no]
headings = ["编号"]
type     = "text"
required = true
[table.visits.column.days]
headings = ["天数"]
type     = "number"
range    = [0, 30]
[table.visits.column.on]
headings = ["日期"]
type     = "date"
[table.visits.column.phone]
headings = ["联系电话"]
type     = "number"
personal = true
[table.visits.column.mode]
headings = ["方式"]
type     = "choice"
choices  = ["国内", "国外"]
"""
HEADING = ("会员代码", "编号", "天数", "日期", "联系电话", "方式")
CLEAN = (
    ("001", "K1", 3, dt.date(2018, 3, 5), 13800138000, "国内"),
    ("002", "K2", 4, dt.date(2018, 3, 6), None, "国外"),
    ("003", "=K3", 5, dt.date(2018, 3, 7), None, "国内"),
    ("004", "K4", 6, None, None, None),
)
FAULTY = (
    ("001", "K1", "八天", dt.date(2018, 3, 5), PHONE, "国内"),
    ("002", "K2", 4, "3/6/18", None, "国外"),
    ("003", "=K3", 500, dt.date(2018, 3, 7), None, "=国内()"),
    ("004", "K4", 6, None, None, None),
    ("004", "K4", 7, None, None, None),
)


def write_visits(path: Path, rows: Sequence[Sequence[object]], heading: Sequence[str] = HEADING) -> None:
    """A form as members get it: a merged title, a drop-down, a style, a second sheet, a formula below."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "考察"
    sheet["A1"] = "考察登记"
    sheet.merge_cells("A1:F1")
    for row, cells in enumerate((heading, *rows), start=2):
        for column, value in enumerate(cells, start=1):
            cell = sheet.cell(row, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    sheet["A2"].font = Font(name="楷体", bold=True)
    sheet["B3"].fill = PatternFill("solid", fgColor="FF00FF00")
    sheet.cell(len(rows) + 3, 1, "合计")
    sheet.cell(len(rows) + 3, 3, f"=SUM(C3:C{len(rows) + 2})")
    choices = DataValidation(type="list", formula1='"国内,国外"')
    choices.add("F3:F99")
    sheet.add_data_validation(choices)
    book.create_sheet("说明")["A1"] = "请如实填写"
    book.save(path)


def returned(folder: Path, out: Path, *, warnings: bool = False) -> dict[str, Any]:
    edition, _ = check_edition(folder)
    assert edition is not None
    found = write_returns(edition, out, warnings=warnings)
    return {each.name: openpyxl.load_workbook(out / each.name) for each in found}


def frames(folder: Path) -> dict[str, pd.DataFrame]:
    edition, problems = check_edition(folder)
    assert edition is not None
    assert problems.errors.text() == ""
    return {name: frame.drop(columns=["_file", "_sheet", "_row"]) for name, frame in edition.records.frames.items()}


def texts(sheet: Any) -> str:
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None)


def write_faulty_edition(folder: Path) -> Path:
    """The small edition in `folder` with one more table, whose form is filled in with faults."""
    with (folder / "tables.toml").open("a", encoding="utf-8") as tables:
        tables.write(VISITS)
    write_visits(folder / "records" / "考察2018.xlsx", FAULTY)
    return folder
