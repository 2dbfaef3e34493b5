"""A number is what its decimal digits say, wherever it is read from and whatever binary fraction holds it."""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.test_sources import GOOD, in_duckdb, in_sqlite
from tests.test_sources import read as read_source
from toolkit.ground.decimals import HUGE, TINY, decimal_digits, decimal_digits_in, decimal_digits_of
from toolkit.records.cells import read_cell, read_cells
from toolkit.records.dictionary import Column

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SHORT = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-10**8, max_value=10**8)


@given(SHORT)
def test_a_decimal_of_few_digits_and_its_neighbours_are_that_decimal(written: object) -> None:
    number = float(str(written))
    for near in (number, math.nextafter(number, math.inf), math.nextafter(number, -math.inf)):
        assert decimal_digits(near) == number or number == 0


@given(st.lists(FINITE | st.just(math.nan) | st.just(math.inf), max_size=20))
def test_an_array_says_the_same_as_each_of_its_numbers_and_saying_it_twice_changes_nothing(numbers: list[float]) -> None:
    found = decimal_digits_of(numbers)
    assert np.array_equal(found, [decimal_digits(number) for number in numbers], equal_nan=True)
    assert np.array_equal(found, decimal_digits_of(found), equal_nan=True)


@settings(max_examples=examples(10))
@given(st.lists(SHORT, min_size=1, max_size=50))
@example([0.0, -434.99999999999994, 999.999999999999, 1000.0000000000002, 1e15, 9e19])
def test_a_column_where_it_stands_says_the_same(numbers: list[object]) -> None:
    import ibis

    stored = [near for number in map(float, map(str, numbers)) for near in (number, math.nextafter(number, math.inf), number * 1.1)]
    stored = [number for number in stored if number == 0 or TINY <= abs(number) < HUGE]
    with duckdb.connect() as con:
        con.register("held", pa.table({"x": pa.array([*stored, math.nan, math.inf], pa.float64())}))
        table = ibis.duckdb.from_connection(con).table("held")
        found = table.select(x=table.x, y=decimal_digits_in(table.x)).to_pyarrow()
    assert np.array_equal(found["y"].to_numpy(), decimal_digits_of(found["x"].to_numpy()), equal_nan=True)


@pytest.mark.parametrize("column", [Column(type="percent"), Column(type="percent", unit="%", range=(0, 100))])
def test_every_percentage_of_one_decimal_is_the_share_it_says(column: Column) -> None:
    cells = read_cells([f"{n / 10}%" for n in range(1001)], column)
    assert [cell.value for cell in cells] == [n / 1000 for n in range(1001)]


def test_a_percentage_lies_in_a_range_whose_bound_it_meets() -> None:
    assert read_cell("67.8%", Column(type="percent", range=(0.678, 1))).state == "value"
    assert read_cell("67.8%", Column(type="percent", unit="%", range=(67.8, 100))).state == "value"


@pytest.mark.parametrize(
    ("raw", "value"),
    [(434.99999999999994, 435.0), ("434.99999999999994", 435.0), ("1.9999999999999998 元", 2.0), ("434.99999999999994万元", 4350000.0),
     (1.9999999999999998, 2.0), (0.30000000000000004, 0.3), ("０.30000000000000004", 0.3), (1835.0534, 1835.0534), (1e-9, 1e-9)],
)  # fmt: skip
def test_a_cell_is_the_15_digits_that_excel_shows_and_a_text_too(raw: object, value: float) -> None:
    assert read_cell(raw, Column(type="money", unit="元")).value == value


@pytest.mark.parametrize("large", [0, 100])
@pytest.mark.parametrize("put", [in_duckdb, in_sqlite])
def test_a_double_of_a_database_is_its_15_digits_taken_along_or_left_there(tmp_path: Path, put: object, large: int) -> None:
    rows = [{**GOOD, "id": "1", "hours": 79.99999999999999}, {**GOOD, "id": "2", "hours": 80.00000000000001}]
    records = read_source(tmp_path, put(tmp_path, rows), large=large)
    assert not records.problems.errors  # 80 is within 0 to 80
    if large:
        assert records.frames["acts"]["hours"].tolist() == [80.0, 80.0]
    else:
        with records.standing["acts"].opened() as table:
            assert table.select("hours").to_pyarrow()["hours"].to_pylist() == [80.0, 80.0]
