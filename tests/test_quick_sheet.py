"""The quick worksheet: the bytes of XlsxWriter's own."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from toolkit.reports.workbook.book import QuickSheet

CELL = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**17), 10**17),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=8),
    st.none(),
    st.booleans(),
)
FORMULAS = (
    "=1+1", "SUM(A1:A3)", '=IF(RANK(A1,A$1:A$9)<=3,"SORT(x)",ROUND(-SUM(B1)/2,1))', "=SORT(A1:A3)", "=2*XLOOKUP(A1,B1:B3,C1:C3)", "={SUM(A1)}",
    "{=SUM(A1:A3*B1:B3)}", "=_xlfn.SORTBY(A1,B1)+SORT(A1)", "=(SINGLE(A1))", "=STDEV.S(A1:A9)",
)  # fmt: skip


def written(path: Path, rows: list[list[tuple[Any, bool]]], kind: type | None) -> bytes:
    """The sheet of a workbook of these cells, some of them with a format."""
    with xlsxwriter.Workbook(path, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet, form = book.add_worksheet("a", kind), book.add_format({"bold": True})
        for row, cells in enumerate(rows):
            for column, (value, formed) in enumerate(cells):
                writes = sheet.write_string if isinstance(value, str) else sheet.write_number if type(value) in {int, float} else sheet.write
                writes(row, column, value, *[form] * formed)
        for row, formula in enumerate(FORMULAS, len(rows)):
            sheet.write_formula(row, 30, formula, form, 2)
    with zipfile.ZipFile(path) as parts:
        return parts.read("xl/worksheets/sheet1.xml") + parts.read("xl/sharedStrings.xml") if any_text(rows) else parts.read("xl/worksheets/sheet1.xml")


def any_text(rows: list[list[tuple[Any, bool]]]) -> bool:
    return any(isinstance(value, str) for cells in rows for value, _ in cells)


@given(rows=st.lists(st.lists(st.tuples(CELL, st.booleans()), max_size=5), max_size=5))
def test_the_sheet_is_the_one_that_its_own_class_writes(rows: list[list[tuple[Any, bool]]], tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("books")
    assert written(folder / "quick.xlsx", rows, QuickSheet) == written(folder / "own.xlsx", rows, None)
