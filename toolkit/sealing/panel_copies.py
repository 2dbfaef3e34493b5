"""The panel's files as a bag holds them by pseudonym: what was read of them, and nothing else that a workbook carries.

A workbook that came back from an expert may hold its name in a column, a signature, a comment, the file's name and its
properties. Copies are therefore written anew, with every row where it stood, so that the bag computes the same.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import Problem, Problems, Refused, refuse
from toolkit.panels.judged import judged_by_panel, panel_tables
from toolkit.panels.recusal import RECUSED
from toolkit.reading.cells import Cell
from toolkit.reading.collection import found_files
from toolkit.reading.intake import Intake, take_in
from toolkit.reading.sheets import Unreadable, read_sheet
from toolkit.sealing.panel_results import write_panel_results
from toolkit.text import Phrase

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.tables import Column, Table, Tables

WRITTEN = (".xlsx", ".csv")
EARLIEST = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook's clock has no zone, and this one tells nothing
TOLD = ("id", "employer", "expert", "member")
Grid = list[list[object]]


def panel_files(folder: Path, scheme: Scheme, tables: Tables) -> dict[str, tuple[str, Table]]:
    """The files of score sheets, experts and interests in an edition: by name what each is called in a bag, and its table.

    Raises
    ------
    Refused
        For a file of a kind that cannot be written anew, and one that several tables read.
    """
    found: dict[str, tuple[str, Table]] = {}
    secret = panel_tables(scheme)
    for table in (held for name, held in tables.table.items() if name in secret and held.file):
        files, _ = found_files(folder, table)
        for number, name in enumerate(files, start=1):
            if name in found or not name.lower().endswith(WRITTEN):
                rule = Phrase("专家组的文件应为 .xlsx 或 .csv，每张表各用一个文件", "the panel's files are .xlsx or .csv, each for one table")
                raise refuse(rule, Phrase("请另存后改写 tables.toml", "save it so, and name it so in tables.toml"), file=name)
            found[name] = (_numbered(table.file or name, name, number), table)
    return found


def write_panel_copies(folder: Path, target: Path, files: Mapping[str, tuple[str, Table]]) -> None:
    """Write each of the files of `folder` anew into `target`.

    Raises
    ------
    Refused
        When one of them cannot be read, or holds errors.
    """
    for name, (copy, table) in files.items():
        place = target / copy
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(_copied((folder / name).read_bytes(), name, table))


def freeze_panel(folder: Path, target: Path, scheme: Scheme, files: Mapping[str, tuple[str, Table]]) -> None:
    """What the copy of an edition holds of its panel: the `files` by pseudonym, or no more than the panel's own scores.

    The scheme's ``[panel] publish`` decides; results that the edition itself holds go along as they are.

    Raises
    ------
    Refused
        As `write_panel_copies`, and with the edition's own errors.
    """
    panel = scheme.panel
    if panel is None or panel.publish == "pseudonyms" or panel.holds == "results" or not judged_by_panel(scheme):
        write_panel_copies(folder, target, files)
    else:
        write_panel_results(folder, target)


def _numbered(pattern: str, name: str, number: int) -> str:
    """A name without what stood for the *: that may be anybody's."""
    return pattern.replace("*", f"{number:03}") if pattern.count("*") == 1 and not set("?[") & set(pattern) else name


def _copied(content: bytes, name: str, table: Table) -> bytes:
    try:
        sheet = read_sheet(content, name, table.sheet)
    except Unreadable as error:
        raise Refused(Problems((Problem("error", *error.finding, file=name, sheet=table.sheet or ""),))) from error
    intake = take_in(sheet, name, table.column, [key for key, column in table.column.items() if column.type == "member"], None)
    wrong = tuple(problem for problem in intake.problems if problem.severity == "error")
    if wrong:
        raise Refused(Problems(wrong))
    grid = _grid(intake, table)
    return _workbook(grid, sheet.name) if name.lower().endswith(".xlsx") else _text(grid)


def _grid(intake: Intake, table: Table) -> Grid:
    """Headings and cells, each row where it stood; personal columns are empty."""
    columns = [key for key in table.column if key in intake.headings]
    first = min(intake.rows, default=2)
    grid: Grid = [[""] * len(columns) for _ in range(max(intake.rows, default=1))]
    grid[first - 2] = [table.column[key].headings[0] if table.column[key].headings else key for key in columns]
    for place, key in enumerate(columns):
        for row, cell in zip(intake.rows, intake.cells[key], strict=True):
            grid[row - 1][place] = _written(cell, table.column[key]) if _needed(key, table) else ""
    return grid


def _needed(key: str, table: Table) -> bool:
    """Whether the panel's scores rest on a column: remarks, and what was declared in particular, stay behind."""
    column = table.column[key]
    told = column.required or column.type != "text" or key in {*TOLD, *table.unique, table.names}
    return told and not column.personal


def _written(cell: Cell, column: Column) -> object:
    """A cell such as reads back to the same."""
    if cell.state == "missing":
        return ""
    if cell.state == "not applicable":
        return RECUSED if RECUSED in column.not_applicable else column.not_applicable[0]
    value = cell.value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and column.type == "percent":
        return f"{Decimal(repr(value)) * 100}%"
    return value


def _workbook(grid: Grid, sheet: str) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"author": "committee", "created": EARLIEST})
        page = book.add_worksheet(sheet)
        for number, row in enumerate(grid):
            for place, cell in enumerate(row):
                page.write(number, place, cell)
    return content.getvalue()


def _text(grid: Grid) -> bytes:
    content = io.StringIO()
    csv.writer(content, lineterminator="\n").writerows([repr(cell) if isinstance(cell, float) else cell for cell in row] for row in grid)
    return content.getvalue().encode("utf-8-sig")
