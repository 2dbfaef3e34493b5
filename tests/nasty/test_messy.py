"""Any valid table, made messy without changing its meaning, loads to the same frame; made unclear, it is refused by name."""

# ruff: noqa: DTZ001 - records hold local days
from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nasty.loading import load, read_rows
from tests.nasty.mess import Messy, Row, cells, messy, tables
from tests.nasty.nasty import HEADING
from toolkit.records import Records
from toolkit.records.findings import normal_heading

UNCLEAR: dict[str, tuple[object, ...]] = {
    "信用代码": ("91350100MO00100Y43", "91350100M00010Y043", "91350211M000100Y43", 9.135e17, "", "不适用", "甲公司"),
    "活动编号": ("", "/", "#REF!", "\ufffd"),
    "学时": ("八", "8天", "1.2.3", "12,34", "#N/A", "约8", "800", "-1", "0.5万学时", "8小时", "1 2", "nan", "1e999"),
    "日期": ("3/5/18", "05/03/2018", "18年3月5日", "2018-02-30", "2018年3月", 43164, "长期", "2018-03.05", "20181301",
            "2018年3月5日 星期二", "1018-03-05", "待定"),
    "会费": ("480万美元", "(1,200)", "$12", "12,00", "150,000+年度保证金", "电子保函", "1.2.3元", "五百元"),
    "出席率": (0.7, "0.7", 35, "35", "七成", "35‰", "35%左右"),
}  # fmt: skip


def expected(rows: list[Row]) -> pd.DataFrame:
    values = [
        (
            code,
            event,
            None if hours is None else float(hours),
            None if day is None else dt.datetime(day.year, day.month, day.day),
            None if fee is None else float(fee),
            None if share is None else share / 100,
        )
        for code, event, hours, day, fee, share in rows
    ]
    return read_rows(values)


def loaded(file: Messy) -> Records:
    with tempfile.TemporaryDirectory() as folder:
        return load(Path(folder), file.name, file.content)


def holds(records: Records) -> None:
    counts = records.counts
    assert (counts["read"] == counts["accepted"] + counts["refused"] + counts["not_data"]).all()


def check_messy(data: st.DataObject) -> None:
    rows = data.draw(tables())
    file = data.draw(messy([data.draw(cells(row)) for row in rows]))
    records = loaded(file)
    assert len(records.problems.errors) == 0, records.problems.text("en")
    pd.testing.assert_frame_equal(read_rows(records), expected(rows))
    assert tuple(records.frames["activities"]["_row"]) == file.rows
    holds(records)


def check_unclear(data: st.DataObject) -> None:
    rows = data.draw(tables())
    typed = [data.draw(cells(row)) for row in rows]
    which = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(list(UNCLEAR)))
    cell = data.draw(st.sampled_from(UNCLEAR[column]))
    typed[which][HEADING.index(column)] = cell
    file = data.draw(messy(typed))
    records = loaded(file)
    found = {(p.row, normal_heading(p.column).split("(")[0]) for p in records.problems.errors}
    assert found == {(file.rows[which], column)}, records.problems.text("en")
    others = [row for n, row in enumerate(rows) if n != which]
    pd.testing.assert_frame_equal(read_rows(records), expected(others))
    holds(records)


@given(st.data())
def test_a_messy_table_loads_to_the_same_frame(data: st.DataObject) -> None:
    check_messy(data)


@given(st.data())
def test_an_unclear_cell_is_refused_by_row_and_column_and_nothing_else_changes(data: st.DataObject) -> None:
    check_unclear(data)


@pytest.mark.slow
@settings(max_examples=1500)
@given(st.data())
def test_many_messy_tables(data: st.DataObject) -> None:
    check_messy(data)


@pytest.mark.slow
@settings(max_examples=1500)
@given(st.data())
def test_many_unclear_cells(data: st.DataObject) -> None:
    check_unclear(data)
