"""Paper: clean rows as a secretariat's workbooks and CSV files show them, untidy and yet clear.

Every untidiness keeps one meaning only: a strict reader finds no error in it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

CREATED = dt.datetime.fromisoformat("2018-12-31T18:00")  # fixed, so that a rerun gives the same bytes
FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
MISSING = ("", "", "", "/", "—", "暂缺")
DATES = (
    "%Y年{m}月{d}日",
    "%Y.{m}.{d}",
    "%Y-%m-%d",
    "%Y/{m}/{d}",
    "%Y%m%d",
    "%Y年%m月%d日",
    "%Y-%m-%d 09:00:00",
)
ODD_DATE, ODD_NUMBER, ODD_CODE = 0.7, 0.9, 0.01  # how many cells are written oddly: 30, 10 and 1 in a hundred

Cell = str | float | dt.datetime


@dataclass(frozen=True)
class Form:
    """How one sheet looks.

    Parameters
    ----------
    title, sheet
        Over the table, and on its tab.
    headings
        Column id to the heading as this file writes it, from left to right.
    lead
        Lines between the title and the heading, such as the unit.
    under
        Lines under the table: notes, signatures.
    units
        What people write behind the numbers of a column now and then.
    above
        Column id to a heading that stands over it, merged over equal neighbours.
    total
        The words of the total row; empty for none.
    lists
        Columns of the hidden sheet that feeds the drop-downs.
    """

    title: str
    sheet: str
    headings: dict[str, str]
    lead: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    above: dict[str, str] = field(default_factory=dict)
    total: str = ""
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)


def handwritten(rows: pd.DataFrame, form: Form, rng: np.random.Generator, *, typed: bool) -> list[list[Cell]]:
    """The cells of the table as many hands wrote them; `typed` is False where all is text (CSV)."""
    columns = []
    for name in form.headings:
        write = _writer(name, form.units.get(name, ""), typed=typed)
        dice = rng.random((len(rows), 2))
        columns.append([write(value, *pair) for value, pair in zip(rows[name], dice, strict=True)])
    return [list(row) for row in zip(*columns, strict=True)]


def _writer(name: str, unit: str, *, typed: bool) -> Callable[[Any, float, float], Cell]:
    """How the cells of one column are written: whether oddly, and in which of the odd ways, is for two dice."""

    def write(value: Any, which: float, how: float) -> Cell:
        if pd.isna(value):
            return MISSING[int(how * len(MISSING))]
        if isinstance(value, pd.Timestamp):
            return value.to_pydatetime() if typed and which < ODD_DATE else _date(value, how)
        if isinstance(value, float | int | np.number):
            number = float(value)
            return (
                _odd_number(number, unit, how) if which > ODD_NUMBER else number if typed else f"{number:g}"
            )
        if name == "credit_code" and which < ODD_CODE:
            return f" {value}" if how < 0.5 else f"{value}　"
        return str(value)

    return write


def _date(value: dt.datetime, how: float) -> str:
    return value.strftime(DATES[int(how * len(DATES))]).format(m=value.month, d=value.day)


def _odd_number(value: float, unit: str, how: float) -> str:
    if unit == "元":
        return f"{value:,.2f}" if how < 0.6 else f"{value:g}元"
    if how < 0.4 and value >= 0:
        return f"{value:g}".translate(FULL_WIDTH)
    return f"{value:g}{unit}" if how < 0.7 else f"{value:g}"


def write_workbook(path: Path, form: Form, cells: list[list[Cell]]) -> None:
    """One workbook with the sheet of `form`, and its hidden lists if it has any."""
    options = {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": form.title, "author": "演示", "created": CREATED})
        sheet = book.add_worksheet(form.sheet)
        bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter"})
        last = len(form.headings) - 1
        sheet.set_column(0, last, 14)
        sheet.merge_range(0, 0, 0, last, form.title, bold)
        for row, line in enumerate(form.lead, start=1):
            sheet.write(row, last if line.startswith("单位") else 0, line)
        first = _write_headings(sheet, form, 1 + len(form.lead), bold)
        sheet.freeze_panes(first, 0)
        _write_cells(sheet, first, [*cells, *_below(form, cells)])
        if form.lists:
            _hidden_lists(book, form)


def _write_cells(sheet: Worksheet, first: int, cells: list[list[Cell]]) -> None:
    for row, line in enumerate(cells, start=first):
        for place, cell in enumerate(line):
            if cell != "":
                sheet.write(row, place, cell)


def _write_headings(sheet: Worksheet, form: Form, row: int, bold: xlsxwriter.format.Format) -> int:
    """The heading in one row, or in two where some columns stand under a common name."""
    names = list(form.headings)
    if not form.above:
        sheet.write_row(row, 0, list(form.headings.values()), bold)
        return row + 1
    for place, name in enumerate(names):
        if name in form.above:
            sheet.write(row + 1, place, form.headings[name], bold)
        else:
            sheet.merge_range(row, place, row + 1, place, form.headings[name], bold)
    for group in dict.fromkeys(form.above.values()):
        places = [place for place, name in enumerate(names) if form.above.get(name) == group]
        sheet.merge_range(row, places[0], row, places[-1], group, bold)
    return row + 2


def _below(form: Form, cells: list[list[Cell]]) -> list[list[Cell]]:
    total: list[list[Cell]] = [[form.total.format(count=len(cells))]] if form.total else []
    notes: list[list[Cell]] = [[line] for line in form.under]
    return [*total, [""], *notes] if notes else total


def _hidden_lists(book: xlsxwriter.Workbook, form: Form) -> None:
    sheet = book.add_worksheet("下拉选项")
    sheet.hide()
    for place, (heading, choices) in enumerate(form.lists.items()):
        for row, word in enumerate((heading, *choices)):
            sheet.write(row, place, word)


def write_csv(path: Path, form: Form, cells: list[list[Cell]], encoding: str) -> None:
    """A CSV file as Excel saves one: CR LF, and every row as wide as the table."""
    width = len(form.headings)
    over: list[list[Cell]] = [[line] for line in (form.title, *form.lead) if line]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    heading: list[Cell] = list(form.headings.values())
    for line in [*over, heading, *cells, *_below(form, cells)]:
        writer.writerow([*line, *[""] * (width - len(line))])
    path.write_bytes(text.getvalue().encode(encoding))
