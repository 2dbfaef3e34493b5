"""The sheets of a file as rows of raw cells, each row where Excel counts it; a file that cannot be read says why."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import python_calamine as calamine

from toolkit.reading import file_faults as faults
from toolkit.reading.delimited import read_delimited
from toolkit.reading.findings import Finding, shown
from toolkit.reading.headings import Merge
from toolkit.reading.marks import Marks, TooWide, with_suffix
from toolkit.reading.remarks import REMARKS_SHEET
from toolkit.reading.workbook_marks import find_marks
from toolkit.reading.xls_marks import Locked

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
DELIMITED = (".csv", ".csv.gz", ".tsv", ".txt")
INSTRUCTIONS = frozenset({REMARKS_SHEET, "填表说明", "说明", "填写说明", "选项", "instructions", "readme"})


class Unreadable(Exception):  # noqa: N818 - named for what is true of the file
    """A file or sheet that cannot be read; `finding` says why and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.rule.en)
        self.finding = finding


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name (empty for a text file) and its rows from the first row of the file on.

    Parameters
    ----------
    rows
        `rows[i]` is row i + 1 as Excel counts it.
    merges
        Merged cells: the first and the last cell of each, row and place counted from 0.
    delimited
        Cells were told apart by separators: a row with too many or too few has been cut at wrong places.
    hidden
        The workbook does not show this sheet.
    hidden_rows, hidden_columns
        Which of them it does not show, counted from 0.
    unread
        Other sheets of the workbook that hold something and are not read.
    """

    name: str
    rows: Sequence[Sequence[object]] = field(repr=False)
    merges: tuple[Merge, ...] = ()
    delimited: bool = False
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    unread: tuple[str, ...] = ()


def read_sheet(content: bytes, file: str, sheet: str | None = None) -> Sheet:
    """The sheet called `sheet` of the file `file`, whose bytes are `content`.

    Raises
    ------
    Unreadable
        When the file is damaged, encrypted, empty or of an unknown kind, when it has no such sheet, or has
        several and none is named.
    """
    lower = file.lower()
    if lower.endswith(DELIMITED):
        found = _delimited_sheet(content, zipped=lower.endswith(".gz"))
    elif lower.endswith(".parquet"):
        found = _parquet(content)
    elif lower.endswith(WORKBOOKS):
        found = _workbook_sheet(content, sheet)
    else:
        found = faults.UNKNOWN_KIND
    if isinstance(found, Finding):
        raise Unreadable(found)
    if not any(shown(cell) for row in found.rows for cell in row):
        raise Unreadable(faults.EMPTY)
    return found


def _delimited_sheet(content: bytes, *, zipped: bool) -> Sheet | Finding:
    wrong = None if zipped else faults.misnamed(content, workbook=False)
    rows = wrong or read_delimited(content, zipped=zipped)
    return rows if isinstance(rows, Finding) else Sheet("", rows, delimited=True)


def _workbook_sheet(content: bytes, sheet: str | None) -> Sheet | Finding:
    if not content:
        return faults.EMPTY
    wrong = faults.misnamed(content, workbook=True)
    if wrong:
        return wrong
    try:
        marks = find_marks(content)
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            name = _chosen(workbook, sheet, marks)
            return name if isinstance(name, Finding) else _read(workbook, name, marks)
    except (calamine.PasswordError, Locked):
        return faults.LOCKED
    except TooWide:
        return faults.STRAY_CELL
    except Exception:  # noqa: BLE001 - the reader's errors have no common class, and each means the same to a user
        return faults.LOCKED if "EncryptedPackage".encode("utf-16-le") in content else faults.DAMAGED


def _chosen(workbook: calamine.CalamineWorkbook, wanted: str | None, marks: Marks) -> str | Finding:
    """The sheet asked for; without a name the only one that is shown and holds something."""
    names = _names(workbook)
    if wanted is not None:
        normal = {name.strip(): name for name in names}
        return normal.get(wanted.strip()) or faults.no_sheet(wanted, names)
    tables = [name for name in _names(workbook, shown_only=True) if not _instructs(name)]
    if len(tables) == 1:
        return tables[0]
    full = [name for name in tables if _holds_something(workbook, name, marks)]
    if len(full) > 1:
        return faults.several_sheets(full)
    return full[0] if full else faults.EMPTY


def _read(workbook: calamine.CalamineWorkbook, name: str, marks: Marks) -> Sheet | Finding:
    if marks.too_wide(name):
        return faults.STRAY_CELL
    sheet = workbook.get_sheet_by_name(name)
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    found = marks.of(name, [each.name for each in workbook.sheets_metadata].index(name))
    for (row, place), text in found.errors.items():
        if row < len(rows) and place < len(rows[row]):
            rows[row][place] = text
    for (row, place), suffix in found.suffixes.items():
        if row < len(rows) and place < len(rows[row]):
            rows[row][place] = with_suffix(rows[row][place], suffix)
    others = [n for n in _names(workbook) if n != name and not _instructs(n)]
    return Sheet(
        name,
        rows,
        tuple(sheet.merged_cell_ranges or found.merges),
        hidden=name not in _names(workbook, shown_only=True),
        hidden_rows=found.hidden_rows,
        hidden_columns=found.hidden_columns,
        unread=tuple(n for n in others if _holds_something(workbook, n, marks)),
    )


def _names(workbook: calamine.CalamineWorkbook, *, shown_only: bool = False) -> list[str]:
    """The names of the sheets that hold cells."""
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet
        and (not shown_only or sheet.visible == calamine.SheetVisibleEnum.Visible)
    ]


def _instructs(name: str) -> bool:
    return name.strip().casefold() in INSTRUCTIONS


def _holds_something(workbook: calamine.CalamineWorkbook, name: str, marks: Marks) -> bool:
    return marks.too_wide(name) or workbook.get_sheet_by_name(name).start is not None


def _parquet(content: bytes) -> Sheet | Finding:
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(content))
    except Exception:  # noqa: BLE001 - as above: whatever was raised, the file is damaged
        return faults.DAMAGED
    columns = [["" if cell is None else cell for cell in column.to_pylist()] for column in table.columns]
    return Sheet("", [list(table.column_names), *map(list, zip(*columns, strict=True))])
