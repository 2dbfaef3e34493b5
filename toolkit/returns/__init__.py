"""The way back: a marked copy of each file that holds errors, to be mailed to whoever filled it in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd

from toolkit.display import Table
from toolkit.errors import Problem, refuse
from toolkit.reading.cells import NO_MEMBER
from toolkit.reading.remarks import REMARKS_SHEET
from toolkit.reading.sheets import DELIMITED
from toolkit.returns.marked_cells import layouts, marked, tables_of
from toolkit.returns.marked_copy import joined, mark
from toolkit.returns.names import check_room, returned_names
from toolkit.returns.sheet import Notice, write_return_sheet
from toolkit.returns.workbook_copy import Uncopied, workbook_copy
from toolkit.text import Language, Phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpyxl import Workbook

    from toolkit.edition import Edition

OFFICE = Phrase("秘书处", "the secretariat")
WITHHELD = Phrase(
    "会员名册有 {n} 行被退回，其他表里的“{rule}”可能由它引起，暂不退回：请先改好名册，再检查一次。",
    "{n} rows of the members table are refused. “{rule}” in other tables may come of that and is not returned yet: "
    "mend the members table first, then check again.",
)
RETURNED = Phrase(
    "退回件在 {out}，请分别寄给填表人。收回后去掉文件名里的“_退回”，替换 records 中的原文件；原来不是 .xlsx 的，"
    "请在 tables.toml 里把 file 改为 .xlsx 并移走原文件。",
    "The marked copies are in {out}: mail each to who filled it in. When it comes back, take “_退回” out of its name "
    "and put it in place of the original; where that was no .xlsx, change `file` in tables.toml and move the original away.",
)


@dataclass(frozen=True)
class Return:
    """One file that goes back: its path from the edition, its problems, and the name of the marked copy."""

    file: str
    problems: tuple[Problem, ...]
    name: str


def returns(edition: Edition, *, warnings: bool = False) -> tuple[Return, ...]:
    """The files of an edition that hold errors, or also warnings, in the order of their names.

    As long as rows of the members table are refused, nobody is told that a member does not exist: its own row may
    be what is wrong, and the code proposed another member's.
    """
    found: dict[str, list[Problem]] = defaultdict(list)
    wanted = {"error", "warning"} if warnings else {"error"}
    withheld = _withheld(edition)
    for problem in edition.records.problems:
        if problem.severity in wanted and problem.rule not in withheld:
            found[problem.file].append(problem)
    files = [file for file in sorted(found) if file and _is_record(edition, file)]
    names = returned_names(files)
    return tuple(
        Return(file, tuple(sorted(found[file], key=lambda problem: (problem.sheet, problem.row or 0))), name)
        for file, name in zip(files, names, strict=True)
    )


def register_refused(edition: Edition) -> int:
    """How many rows of the members table are refused."""
    members = edition.tables.table.get(edition.scheme.members.table)
    counts = edition.records.counts.reset_index()
    own = [members in tables_of(edition.folder, edition.tables, file) for file in counts["file"]]
    return int(counts.loc[own, "refused"].sum())


def write_returns(
    edition: Edition, out: Path, *, warnings: bool = False, language: Language = "zh"
) -> tuple[Return, ...]:
    """A marked copy of each file that holds errors, in the folder `out`; nothing where there are none.

    Raises
    ------
    Refused
        When returned copies stand in `out` already, when they would be read as records there, or cannot be written.
    """
    found = returns(edition, warnings=warnings)
    if not found:
        return ()
    check_room(edition, out, [each.name for each in found])
    try:
        out.mkdir(parents=True, exist_ok=True)
        for each in found:
            book = BytesIO()
            _returned(edition, each, language).save(book)
            unfinished = out / f".{each.name}.part"
            unfinished.write_bytes(book.getvalue())
            unfinished.replace(out / each.name)
    except OSError as error:
        rule = Phrase("退回件写不进这个文件夹", "the returned copies cannot be written there")
        mend = Phrase("请检查权限和磁盘空间", "check its permissions and free space")
        raise refuse(rule, mend, file=str(out)) from error
    return found


def returns_table(found: Iterable[Return], language: Language = "zh") -> Table:
    """Which file goes back under which name, and how many places in it are to be mended."""
    headings = (Phrase("原文件", "File"), Phrase("处数", "Places"), Phrase("退回件", "Marked copy"))
    return Table(
        tuple(heading.into(language) for heading in headings),
        tuple((each.file, str(len(each.problems)), each.name) for each in found),
        Phrase("退回的文件", "Files that go back").into(language),
        ("left", "right", "left"),
    )


def _is_record(edition: Edition, file: str) -> bool:
    return (edition.folder / file).is_file() and bool(tables_of(edition.folder, edition.tables, file))


def _returned(edition: Edition, found: Return, language: Language) -> Workbook:
    content = (edition.folder / found.file).read_bytes()
    places = [marked(problem, {}) for problem in found.problems]
    try:
        workbook, enclosed = workbook_copy(content, found.file), True
    except Uncopied:
        workbook, enclosed = openpyxl.Workbook(), False
    if enclosed:
        ours = REMARKS_SHEET in workbook.sheetnames
        tables = tables_of(edition.folder, edition.tables, found.file)
        sheets = layouts(content, found.file, tables, returned=ours)
        places = [marked(problem, sheets) for problem in found.problems]
        if found.file.lower().endswith(DELIMITED):
            places = [joined(workbook, place, sheets) for place in places]
        mark(workbook, places, sheets, language)
    publication = edition.scheme.publication
    contact = (publication.contact if publication else "") or OFFICE.into(language)
    name = PurePosixPath(found.file).name
    write_return_sheet(
        workbook, Notice(name, places, _counts(edition, found.file), contact, enclosed), language
    )
    if not enclosed:
        workbook.remove(workbook.worksheets[-1])
    return workbook


def _withheld(edition: Edition) -> frozenset[Phrase]:
    """The rules that nobody is told of yet."""
    return frozenset({NO_MEMBER}) if register_refused(edition) else frozenset()


def _counts(edition: Edition, file: str) -> pd.DataFrame:
    """The counts of each sheet; rows about which nothing is said yet do not count as refused."""
    counts = edition.records.counts
    own = counts[counts.index.get_level_values("file") == file].droplevel("file")
    withheld = _withheld(edition)
    errors = [problem for problem in edition.records.problems.errors if problem.file == file and problem.row]
    said = {(problem.sheet, problem.row) for problem in errors if problem.rule not in withheld}
    silent = {(problem.sheet, problem.row) for problem in errors} - said
    of_sheet = pd.Series([sum(sheet == name for sheet, _ in silent) for name in own.index], index=own.index)
    of_sheet = of_sheet.where(own["accepted"] > 0, 0)  # a sheet refused as a whole stays so
    return own.assign(accepted=own["accepted"] + of_sheet, refused=own["refused"] - of_sheet)
