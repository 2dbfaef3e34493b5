"""Where what was sealed and what is computed now differ: cell by cell, file by file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from math import isclose
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from toolkit.errors import Problem
from toolkit.sealing.frozen import folder_digests
from toolkit.text import Phrase

Table = Sequence[Sequence[object]]
DIFFERS = Phrase("封存的结果与重新计算的不同", "what was sealed differs from what the records give")
ASK = Phrase("请勿采信；请向秘书处核实", "do not rely on it; ask the secretariat")


def folder_problems(folder: str, data: Path, again: Path) -> Iterator[Problem]:
    """Every file below `folder` that is another one now; of a workbook every cell."""
    before, now = folder_digests(data / folder), folder_digests(again / folder)
    for name in sorted({*before, *now}):
        if before.get(name) == now.get(name):
            continue
        if name.endswith(".xlsx") and name in before and name in now:
            yield from workbook_problems(f"{folder}/{name}", data, again)
        else:
            yield difference(f"{folder}/{name}")


def workbook_problems(file: str, data: Path, again: Path, *, reworded: bool = False) -> Iterator[Problem]:
    """Every cell of the workbook `file` that is another one now."""
    try:
        sealed = CalamineWorkbook.from_path(str(data / file))
    except (OSError, ValueError, CalamineError) as error:
        yield difference(file, value=type(error).__name__)
        return
    computed = CalamineWorkbook.from_path(str(again / file))
    if sealed.sheet_names != computed.sheet_names:
        yield difference(file, value="、".join(sealed.sheet_names))
        return
    for sheet in computed.sheet_names:
        before, now = (
            book.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for book in (sealed, computed)
        )
        for problem in cell_problems(file, sheet, before, now, exact=False):
            # The figures stand in the tables too; what is only text here may be worded otherwise by another version.
            yield as_wording(problem) if reworded and not _has_figure(problem) else problem


def cell_problems(file: str, sheet: str, sealed: Table, again: Table, *, exact: bool) -> Iterator[Problem]:
    """One problem for each cell that differs, told by row, column heading and whose row it is."""
    headings = again[0] if again else ()
    for number, (before, now) in enumerate(zip_longest(sealed, again, fillvalue=()), start=1):
        for column, (was, is_) in enumerate(zip_longest(before, now, fillvalue="")):
            if not _same(was, is_, exact=exact):
                heading = str(headings[column]) if column < len(headings) and not sheet else ""
                whose = str(now[0]) if now and not sheet else ""
                yield difference(
                    file, sheet, number, heading or str(column + 1), f"{whose} {was} → {is_}".strip()
                )


def _same(was: object, is_: object, *, exact: bool) -> bool:
    if was == is_:
        return True
    if exact:
        return False
    try:
        return isclose(float(str(was)), float(str(is_)), rel_tol=1e-9, abs_tol=1e-9)
    except ValueError:
        return False


def as_wording(problem: Problem) -> Problem:
    """The difference as a note: another version says the same in other words."""
    rule = Phrase("文字表述与封存时不同（程序版本不同）", "worded otherwise than at the seal, by another version")
    mend = Phrase("数字一致时无须处理", "nothing, as long as the figures agree")
    return replace(problem, severity="note", rule=rule, mend=mend)


def _has_figure(problem: Problem) -> bool:
    """Whether either side of a difference is a bare number."""
    return any(re.fullmatch(r"-?\d+(\.\d+)?", side.strip()) for side in problem.value.split("→"))


def difference(
    file: str, sheet: str = "", row: int | None = None, column: str = "", value: str = ""
) -> Problem:
    """A difference as a problem."""
    return Problem("error", DIFFERS, ASK, file=file, sheet=sheet, row=row, column=column, value=value)
