"""Where what was sealed and what is made now differ: cell by cell of tables and workbooks, line by line of pages."""

from __future__ import annotations

import csv
import re
import zipfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import zip_longest
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineError, CalamineWorkbook

from toolkit.ground.problems import Problem
from toolkit.ground.text import Phrase

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SheetRows = Sequence[Sequence[object]]
EXACT = frozenset({"ranking.csv", "awards.csv", "problems.csv"})
"""Tables that must be the same to the letter; the numbers of others agree within 1e-9."""
DIFFERS = Phrase("封存的结果与重新计算的不同", "what was sealed differs from what the records give")
LOOKS = Phrase("数值相同，但显示的样子与重新生成的不同", "holds the same values, but shows them otherwise than when made again")
ASK = Phrase("请勿采信；请向秘书处核实", "do not rely on it; ask the secretariat")
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?", re.ASCII)
FIGURE = re.compile(r"[-+]?[\d,]+(\.\d+)?\s?%?", re.ASCII)
WITHIN = 1e-9
SHOWN = 60
ADVICE = "problems.csv"
ADVICE_SHEETS = frozenset({"问题", "Problems"})
ADDED_SHEETS = frozenset({"名次与奖项复算", "Places and awards"})
"""Sheets that no earlier version wrote: a workbook that an earlier one sealed may lack them."""
WORDED = Phrase("文字说明与封存时的不同：封存所用的是较早的版本", "is worded otherwise than at the seal, which an earlier version made")
LOOK = Phrase("没有其他错误时无须处理；请看一眼这处差别", "nothing, where no error is told beside it; do look at this difference")


@dataclass(frozen=True)
class Wording:
    """What an earlier version may have worded otherwise: whatever names no member and is no row of figures.

    A list cannot be told without either. Both sides count, what was sealed and what is said now.

    Parameters
    ----------
    names
        Of all members, and their codes.
    """

    names: frozenset[str]

    @classmethod
    def about(cls, names: Iterable[str]) -> Wording:
        """The wording of what is said about these members."""
        return cls(frozenset(name for text in names if len(name := _letters(text)) > 1))

    def excuses(self, was: Iterable[Sequence[object]], now: Iterable[Sequence[object]]) -> bool:
        """Whether two lists of rows differ in wording only."""
        one, other = (Counter(tuple(str(cell).strip() for cell in row) for row in rows) for rows in (was, now))
        return all(self._is_free(row) for row in (one - other) + (other - one))

    def _is_free(self, row: Sequence[str]) -> bool:
        letters = _letters("".join(row))
        return sum(FIGURE.fullmatch(cell) is not None for cell in row) <= 1 and not any(name in letters for name in self.names)


def rows_of_text(text: str) -> list[Sequence[str]]:
    """The lines of a text, parted at wide gaps as its tables are; rules under headings are none."""
    return [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.strip(" -")]


def rows_of_page(page: str) -> list[Sequence[str]]:
    """The rows and paragraphs of a page, cell by cell, without its tags."""
    rows = re.split(r"</(?:tr|p|caption|div|h\d)>", page)
    return [[unescape(re.sub(r"<[^>]*>", "", cell)) for cell in re.split(r"</t[dh]>", row)] for row in rows]


def _letters(text: str) -> str:
    """Letters and digits alone: no name hides behind spaces or marks."""
    return "".join(sign for sign in text if sign.isalnum()).casefold()


def folder_problems(folder: str, data: Path, again: Path, wording: Wording | None = None) -> Iterator[Problem]:
    """Every difference between the files below `folder` in the payload `data` and those in `again`."""
    names = {path.relative_to(place).as_posix() for place in (data, again) for path in (place / folder).rglob("*") if path.is_file()}
    for name in sorted(names):
        yield from file_problems(name, data, again, wording)


def file_problems(name: str, data: Path, again: Path, wording: Wording | None = None) -> Iterator[Problem]:
    """Where the file `name` of the payload `data` is another one in `again`; what only one of them holds is all different.

    With `wording`, what the program says of the records may be worded otherwise: that is a note.
    """
    before, now = data / name, again / name
    if not (before.is_file() and now.is_file()):
        yield difference(name)
    elif before.read_bytes() == now.read_bytes():
        return
    elif name.endswith(".xlsx"):
        yield from workbook_problems(name, before, now, wording)
    elif name.endswith(".csv"):
        exact = before.name in EXACT or not name.startswith("results/")
        tables = _read_csv(before), _read_csv(now)
        if wording is not None and before.name == ADVICE and wording.excuses(*tables):
            yield worded(name)
        else:
            yield from cell_problems(name, "", *tables, exact=exact)
    else:
        yield from _line_problems(name, before, now)


def workbook_problems(file: str, before: Path, now: Path, wording: Wording | None = None) -> Iterator[Problem]:
    """Every cell of a workbook that holds another value now, or the same under another look: hidden, coloured, remarked on."""
    try:
        parts, others = _members(before), _members(now)
        if parts == others:
            return
        sealed, computed = (CalamineWorkbook.from_path(str(path)) for path in (before, now))
        added = ADDED_SHEETS & {*computed.sheet_names} - {*sealed.sheet_names} if wording is not None else frozenset()
        problems = list(_sheet_problems(file, sealed, computed, wording, added))
        if not problems and set(parts) != set(others) and not added:
            problems = [difference(file, value="、".join(sorted({*parts} ^ {*others})), rule=LOOKS)]
        yield from problems
        if all(problem.severity == "note" for problem in problems):
            yield from _look_problems(file, before, now, {problem.sheet for problem in problems}, added)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, CalamineError) as error:
        yield difference(file, value=type(error).__name__)


def cell_problems(file: str, sheet: str, sealed: SheetRows, again: SheetRows, *, exact: bool) -> Iterator[Problem]:
    """One problem for each cell that differs, told by row, column heading and whose row it is."""
    headings = again[0] if again else ()
    for number, (before, now) in enumerate(zip_longest(sealed, again, fillvalue=()), start=1):
        for column, (was, is_) in enumerate(zip_longest(before, now, fillvalue="")):
            if not _same(was, is_, exact=exact):
                heading = str(headings[column]) if column < len(headings) and not sheet else ""
                whose = str(now[0]) if now and not sheet else ""
                yield difference(file, sheet, number, heading or str(column + 1), f"{whose} {was} → {is_}".strip())


def differing_line(was: str, is_: str) -> tuple[int, str]:
    """The first line in which two texts differ: its number, and what stands there in each."""
    for number, (before, now) in enumerate(zip_longest(was.splitlines(), is_.splitlines(), fillvalue=""), start=1):
        if before != now:
            start = max(0, next((i for i, (a, b) in enumerate(zip(before, now, strict=False)) if a != b), 0) - 20)
            return number, f"{before[start:][:SHOWN]} → {now[start:][:SHOWN]}"
    return 1, ""


def difference(
    file: str, sheet: str = "", row: int | None = None, column: str = "", value: str = "", *, rule: Phrase = DIFFERS
) -> Problem:
    """A difference as a problem."""
    return Problem("error", rule, ASK, file=file, sheet=sheet, row=row, column=column, value=value)


def worded(file: str, sheet: str = "", value: str = "", rule: Phrase = WORDED) -> Problem:
    """A difference in wording as a note."""
    return Problem("note", rule, LOOK, file=file, sheet=sheet, value=value)


def _same(was: object, is_: object, *, exact: bool) -> bool:
    if was == is_:
        return True
    numbers = [str(value) for value in (was, is_)]
    if exact or not all(map(NUMBER.fullmatch, numbers)):
        return False
    return isclose(*map(float, numbers), rel_tol=WITHIN, abs_tol=WITHIN)


def _read_csv(path: Path) -> SheetRows:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    except (ValueError, csv.Error):
        return ()


def _line_problems(name: str, before: Path, now: Path) -> Iterator[Problem]:
    row, value = differing_line(*(path.read_text("utf-8", "replace") for path in (before, now)))
    yield difference(name, row=row, value=value)


def _members(path: Path) -> dict[str, bytes]:
    """What a workbook is made of; how it was packed tells nothing."""
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def _sheet_problems(
    file: str, sealed: CalamineWorkbook, computed: CalamineWorkbook, wording: Wording | None, added: Collection[str]
) -> Iterator[Problem]:
    if sealed.sheet_names != (names := [name for name in computed.sheet_names if name not in added]):
        yield difference(file, value="、".join(sealed.sheet_names))
        return
    for sheet in names:
        before, now = (book.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for book in (sealed, computed))
        if wording is not None and sheet in ADVICE_SHEETS and before != now and wording.excuses(before, now):
            yield worded(file, sheet)
        else:
            yield from cell_problems(file, sheet, before, now, exact=False)


def _look_problems(file: str, before: Path, now: Path, but: Collection[str], added: Collection[str]) -> Iterator[Problem]:
    """Where two workbooks of the same values are not shown alike; another version may only have written the same otherwise."""
    import openpyxl

    sealed, computed = (openpyxl.load_workbook(path) for path in (before, now))
    pairs = zip(sealed.worksheets, (sheet for sheet in computed.worksheets if sheet.title not in added), strict=True)
    for one, other in ((one, other) for one, other in pairs if one.title not in but):
        if _frame(one) != _frame(other):
            yield difference(file, one.title, rule=LOOKS)
        was, is_ = _looks(one), _looks(other)
        for row, column in sorted({place for place in {*was, *is_} if was.get(place) != is_.get(place)}):
            yield difference(file, one.title, row, str(column), rule=LOOKS)


def _frame(sheet: Worksheet) -> tuple[Any, ...]:
    hidden = {key for dimensions in (sheet.row_dimensions, sheet.column_dimensions) for key, dimension in dimensions.items() if dimension.hidden}
    conditions = sorted(str(dimension.sqref) for dimension in sheet.conditional_formatting)
    return sheet.sheet_state, hidden, {str(dimension) for dimension in sheet.merged_cells.ranges}, conditions


def _looks(sheet: Worksheet) -> dict[tuple[int, int], tuple[Any, ...]]:
    """What a reader sees of each cell besides its value."""
    known: dict[int, str] = {}

    def style(cell: Any) -> str:
        if cell.style_id not in known:
            known[cell.style_id] = f"{cell.number_format} {cell.font!r} {cell.fill!r}"
        return known[cell.style_id]

    cells = (cell for row in sheet.iter_rows() for cell in row)
    return {(cell.row, cell.column): (style(cell), cell.comment and cell.comment.text, cell.hyperlink and cell.hyperlink.target) for cell in cells}
