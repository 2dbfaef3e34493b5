"""Ranges: an engine keeps the rows that a cell-by-cell reading keeps, days are days, and what nothing lies in is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.test_indicators import COUNT, read
from tests.test_measures import raw, records
from tests.test_scheme import changed, faults
from toolkit.indicators.selection import any_state
from toolkit.records.dictionary import load_tables
from toolkit.records.reading import load_records
from toolkit.reports.scheme_wording import measure_in_words
from toolkit.scheme.checks import scheme_faults
from toolkit.scheme.measures import Measure, Range, rows_holding

KEYS = ("least", "above", "most", "below")
NUMBERS = st.sampled_from([-1.0, 0.0, 0.1, 2.0, 9.5])
DAYS = st.dates(dt.date(2018, 1, 1), dt.date(2018, 1, 4))
CELLS = {
    "hours": st.none() | NUMBERS,
    "day": st.none() | st.datetimes(dt.datetime(2018, 1, 1), dt.datetime(2018, 1, 4, 23)),  # noqa: DTZ001 - days bear no zone
}


def bounds(kind: st.SearchStrategy[Any]) -> st.SearchStrategy[Range]:
    return st.dictionaries(st.sampled_from(KEYS), kind, min_size=1).map(lambda said: Range(**said))


def lies(asked: Range, cell: Any) -> bool:
    """A second way of reading a range: nothing stands outside any of its bounds."""
    if cell is None:
        return False
    value = cell.date() if isinstance(cell, dt.datetime) else cell
    said = asked.model_dump(exclude_none=True)
    low = all(value > bound or (key == "least" and value == bound) for key, bound in said.items() if key in {"least", "above"})
    return low and all(value < bound or (key == "most" and value == bound) for key, bound in said.items() if key in {"most", "below"})


@settings(max_examples=examples(15))
@given(rows=st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=8), hours=bounds(NUMBERS), day=bounds(DAYS))
def test_an_engine_keeps_the_rows_whose_cells_lie_within(rows: list[dict[str, Any]], hours: Range, day: Range) -> None:
    numbers, days = pa.array([row["hours"] for row in rows], pa.float64()), pa.array([row["day"] for row in rows], pa.timestamp("us"))
    table = ibis.memtable(pa.table({"n": range(len(rows)), "hours": numbers, "day": days}))
    where = {"hours": hours, "day": day}
    expected = [n for n, row in enumerate(rows) if lies(hours, row["hours"]) and lies(day, row["day"])]
    assert sorted(table.filter(*rows_holding(table, where)).to_pyarrow()["n"].to_pylist()) == expected
    assert sorted(table.filter(any_state(table, where)).to_pyarrow()["n"].to_pylist()) == expected
    outside = table.filter(~any_state(table, where)).to_pyarrow()["n"].to_pylist()
    assert sorted([*expected, *outside]) == list(range(len(rows)))
    assert [n for n, row in enumerate(rows) if hours.holds(row["hours"]) and day.holds(row["day"])] == expected


@pytest.mark.parametrize("cell", [None, float("nan"), pd.NaT, pd.NA, "2", True, dt.date(2018, 1, 1)])
def test_a_cell_of_another_kind_lies_in_no_range(cell: object) -> None:
    assert not Range(least=0).holds(cell)


def test_only_talks_of_two_hours_count() -> None:
    held = records([{"code": "A", "score": 1.5}, {"code": "A", "score": 2.0}, {"code": "A"}, {"code": "B", "score": 9.0}])
    assert raw(held, take="count", table="acts", where={"score": {"least": 2}}) == [1.0, 1.0, 0.0]
    assert raw(held, take="sum", table="acts", column="score", where={"score": {"above": 1, "below": 9}}) == [3.5, 0.0, 0.0]


@pytest.mark.parametrize(("column", "kept"), [("staff", ["A", "B"]), ("name", ["A", "B", "C"])])  # words lie in no range: refused later
def test_rows_of_the_register_in_a_skipped_range_are_no_members(tmp_path: Path, column: str, kept: list[str]) -> None:
    scheme, _ = read(tmp_path, COUNT, [], members=("code,name,kind,staff", "A,甲,x,12", "B,乙,y,/", "C,丙,y,3"))
    spec = scheme.members.model_copy(update={"skip": {column: Range(below=10)}})
    assert load_records(tmp_path, load_tables(tmp_path / "tables.toml"), spec).members.index.to_list() == kept


def test_ranges_in_words_have_the_signs_of_each_language() -> None:
    asked = {"kind": ("讲座",), "hours": Range(least=2), "day": Range(least=dt.date(2018, 1, 1), below=dt.date(2019, 1, 1))}
    said = measure_in_words(Measure(take="count", table="talks", where=asked))
    assert said.zh == "talks（kind = 讲座，hours ≥ 2，2018-01-01 ≤ day < 2019-01-01） 条数"
    assert said.en == "talks (kind = 讲座, hours ≥ 2, 2018-01-01 ≤ day < 2019-01-01) count"


DAY = dt.date(2018, 1, 1)


@pytest.mark.parametrize(
    ("asked", "place", "said"),
    [
        ({}, (), "the range has no bounds"),
        ({"least": 3, "most": 2}, ("most",), "nothing lies between `least` = 3 and `most` = 2"),
        ({"above": 2, "most": 2}, ("most",), "nothing lies between `above` = 2 and `most` = 2"),
        ({"least": DAY, "below": DAY}, ("below",), "nothing lies between `least` = 2018-01-01 and `below` = 2018-01-01"),
        ({"least": DAY, "below": 2}, (), "one bound is a number, the other a day"),
        ({"least": 2, "most": 2}, None, ""),
        ({"least": "x", "most": 2}, None, ""),  # said by the model
    ],
)
def test_what_nothing_lies_in_is_refused_wherever_it_stands(asked: dict[str, Any], place: tuple[str, ...] | None, said: str) -> None:
    raw = {
        "indicator": [{"id": "i", "measure": {"take": "ratio", "table": "t", "where": {"h": asked}, "among": {"g": asked}}}],
        "veto": [{"id": "v", "when": {"table": "t", "where": {"h": asked}}}],
        "window": {"w": {"from": "d", "skip": {"h": asked}, "appeal": {"h": asked}}},
        "members": {"skip": {"h": asked}},
    }
    found = {fault.path: fault.rule.en for fault in scheme_faults(raw) if fault.path[-1] == "h" or "h" in fault.path or "g" in fault.path}
    if place is None:
        assert not found
        return
    stands = [("indicator", 0, "measure", "where", "h"), ("indicator", 0, "measure", "among", "g"), ("veto", 0, "when", "where", "h"),
              ("window", "w", "skip", "h"), ("window", "w", "appeal", "h"), ("members", "skip", "h")]  # fmt: skip
    assert found == {(*path, *place): said for path in stands}


def test_a_column_in_a_range_stands_in_where_or_in_among() -> None:
    measure = {"take": "ratio", "table": "t", "where": {"h": {"least": 2}}, "among": {"h": {"least": 0}}}
    found = [fault.path for fault in scheme_faults({"indicator": [{"id": "i", "measure": measure}]}) if "h" in fault.path]
    assert found == [("indicator", 0, "measure", "where", "h")]


@pytest.mark.parametrize(
    ("written", "place", "mend"),
    [
        ("{ leats = 2 }", "leats", "is `least` meant?"),
        ("{ least = true }", "least", "write a number without quotes"),
        ("2", "", "put it in square brackets"),
    ],
)
def test_a_range_ill_written_is_told_at_its_place(tmp_path: Path, written: str, place: str, mend: str) -> None:
    found = faults(tmp_path, changed(('where = { kind = ["讲座"] }', f"where = {{ hours = {written} }}")))
    assert (found[0].column.rpartition("where.hours")[2].strip("."), found[0].mend.en) == (place, mend)
