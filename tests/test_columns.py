"""Lists declared by their columns: one declaration for the table, the CSV file and the sheet."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import openpyxl
import pandas as pd
import pytest

from tests.invented import evaluation as invented
from tests.invented import members, scheme
from toolkit.ground.text import FORMER, Phrase
from toolkit.reports import csv_files, list_tables, workbook
from toolkit.reports.columns import (
    RIGHT,
    Lexicon,
    ListColumn,
    SheetColumn,
    as_it_is,
    led_by,
    listing,
    percent,
    text,
    written,
)
from toolkit.reports.workbook.book import Book

ABOVE = ListColumn(Phrase("领先", "Ahead of"), "above", text, RIGHT, SheetColumn(8))
KEYS = (ListColumn(Phrase("甲", "A"), "a"), ListColumn(Phrase("乙", "B"), "b"), ListColumn(Phrase("丙", "C"), "c", None))


def test_a_column_declared_once_stands_in_the_table_the_file_and_the_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = (*list_tables.RANKING[:4], ABOVE, *list_tables.RANKING[4:])
    for module in (list_tables, csv_files, workbook):
        monkeypatch.setattr(module, "RANKING", columns)
    evaluation = invented(scheme(), members(3), pd.DataFrame({"a": [90.0, 80.0, 70.0]}, index=members(3).index))
    evaluation.__dict__["ranking"] = evaluation.ranking.assign(above=[2, 1, 0])
    csv_files.write_results(evaluation, tmp_path)
    table = list_tables.ranking_table(evaluation)
    place = table.headings.index("领先")
    assert [row[place] for row in table.rows] == ["2", "1", "0"]
    assert pd.read_csv(tmp_path / "ranking.csv", encoding="utf-8-sig")["above"].tolist() == [2, 1, 0]
    headings, *rows = openpyxl.load_workbook(tmp_path / "evaluation.xlsx")["排名"].iter_rows(min_row=3, values_only=True)
    assert [row[headings.index("领先")] for row in rows] == [2, 1, 0]


def test_a_day_is_a_day_without_its_midnight_and_what_is_no_number_is_text() -> None:
    assert [as_it_is(value, Lexicon.without_scheme("en")) for value in (pd.Timestamp("2019-01-07"), np.int64(3), "x", None)] == ["2019-01-07", 3, "x", None]
    sheet = Mock()
    Book.cell(Mock(), sheet, 1, 2, dt.date(2019, 1, 7), None)
    sheet.write_string.assert_called_once_with(1, 2, "2019-01-07", None)


def test_a_table_shows_what_has_words_and_a_line_where_the_value_changes() -> None:
    rows = [{"a": 1, "b": Phrase("是", "yes"), "c": 0}, {"a": 1, "b": "x", "c": 0}, {"a": 2, "b": "y", "c": 0}]
    table = listing(KEYS, rows, Lexicon.without_scheme("en"), Phrase("表", "a table"), parted_by="a", lines_after=(0,))
    assert table.headings == ("A", "B")
    assert table.rows == (("1", "yes"), ("1", "x"), ("2", "y"))
    assert table.lines_after == (0, 1)


def test_a_list_with_nothing_in_it_says_so_below_its_headings(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = listing(KEYS, [], Lexicon.without_scheme("zh"), Phrase("表", "a table"))
    assert empty.rows == ()
    assert repr(empty) == "表\n甲  乙\n--  --\n没有"
    assert re.search(r'<td colspan="2"[^>]*>没有</td></tr></tbody>', empty._repr_html_())
    assert "没有" not in repr(listing(KEYS[:1], [{"a": 1}], Lexicon.without_scheme("zh"), Phrase("表", "a table")))
    monkeypatch.setenv(FORMER, "0.7.0")
    assert "没有" not in repr(listing(KEYS, [], Lexicon.without_scheme("zh"), Phrase("表", "a table")))


def test_columns_that_lead_keep_the_others_as_declared() -> None:
    assert [column.key for column in led_by(KEYS, "c")] == ["c", "a", "b"]


def test_a_share_is_rounded_half_up_and_nothing_is_a_dash() -> None:
    assert (percent(0.0005), percent(0.125, 0), percent(float("nan"))) == ("0.1%", "13%", "—")
    assert written(".2f")(float("nan"), Lexicon.without_scheme("zh")) == "—"
