"""The way back: of each file that holds errors a marked copy, to be mailed to whoever filled it in.

Its first sheet, 退回说明, lists everything to be mended and says how to send it back; its name is safe on every system.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from toolkit.forms.marking import (
    A4,
    FILLS,
    FRAME,
    LINE,
    PADDING,
    Marked,
    Uncopied,
    layouts,
    lines,
    mark,
    marked,
    row_in_one_cell,
    sheet_of,
    tables_of,
    workbook_copy,
    write_text,
)
from toolkit.ground.display import Table
from toolkit.ground.problems import Problem, refuse
from toolkit.ground.text import OFFICE, Language, Phrase, discreet, phrase, whom_to_ask
from toolkit.ground.writing import fit, placed_in
from toolkit.records.cells import NO_MEMBER
from toolkit.records.files import DELIMITED, REMARKS_SHEET

if TYPE_CHECKING:

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from toolkit.edition import Edition


SUFFIX = "_退回"


def returned_name(file: str) -> str:
    """The name of the marked copy of `file`, safe on Windows and to be mailed: without a personal number in full.

    Examples
    --------
    >>> returned_name("records/培训签到.csv.gz"), returned_name("records/会费_退回.xlsx")
    ('培训签到_退回.xlsx', '会费_退回.xlsx')
    >>> returned_name("records/张工 13800138000.xlsx")
    '张工 138____8000_退回.xlsx'
    """
    stem = discreet(re.sub(r"(\.csv)?\.[^.]+$", "", PurePosixPath(file).name, flags=re.IGNORECASE))
    return f"{fit(stem.removesuffix(SUFFIX), 60)}{SUFFIX}.xlsx"


def returned_names(files: Iterable[str]) -> list[str]:
    """A name for each file; files of one name in several folders or formats are numbered."""
    names: list[str] = []
    taken: set[str] = set()
    for file in files:
        name, number = returned_name(file), 2
        while name.casefold() in taken:
            name = returned_name(file).replace(f"{SUFFIX}.xlsx", f"{number}{SUFFIX}.xlsx")
            number += 1
        names.append(name)
        taken.add(name.casefold())
    return names


def check_room(edition: Edition, out: Path, names: Iterable[str]) -> None:
    """Refuse to write where a copy stands that somebody may have mended, and where copies would be read as records.

    Raises
    ------
    Refused
        In either case.
    """
    standing = sorted(path.name for path in out.glob(f"*{SUFFIX}.xlsx")) if out.is_dir() else []
    if standing:
        rule = phrase("这里已有退回件（{name}）", "returned copies stand there already ({name})", name=standing[0])
        mend = Phrase("请另指一个文件夹，或先把它们移走", "name another folder, or move them away first")
        raise refuse(rule, mend, file=str(out))
    folder = edition.folder.resolve()
    for name in names:
        path = (out / name).resolve()
        if path.is_relative_to(folder) and any(
            path.relative_to(folder).match(table.file) for table in edition.tables.table.values() if table.file
        ):
            rule = Phrase("退回件放在这里会被当作数据读入", "returned copies would be read as records there")
            raise refuse(rule, Phrase("请另指一个文件夹", "name another folder"), file=str(out))


COLUMNS = (
    (Phrase("序号", "No."), 6.0),
    (Phrase("工作表", "Sheet"), 12.0),
    (Phrase("位置", "Cell"), 10.0),
    (Phrase("行", "Row"), 7.0),
    (Phrase("列", "Column"), 18.0),
    (Phrase("填写的内容", "What it says"), 22.0),
    (Phrase("问题", "What is wrong"), 32.0),
    (Phrase("怎样改", "How to mend it"), 40.0),
    (Phrase("改好打√", "Done"), 9.0),
)
MOST = 5_000  # problems listed; nobody mends more by hand
TITLE = phrase("{sheet}：", "To be mended: ", sheet=REMARKS_SHEET)
STEPS = (
    Phrase(
        "点“位置”一列的蓝字，转到涂了颜色的单元格（红色必须改正，黄色请核对）；原因和改法写在那里的批注里，也写在表格最右边的“问题说明”一列。",
        "Follow the blue links to the coloured cells (red must be corrected, yellow checked); why and how is said in "
        "their comments and in the column 问题说明 at the right.",
    ),
    Phrase(
        "只改有问题的地方，不改表头，不增减列；不知道的请留空或先问清楚，不要填 0。",
        "Correct these places only; leave the headings and columns as they are; leave unknown cells empty, never 0.",
    ),
    Phrase(
        "改好后保存，把本文件寄回{contact}；本页和“问题说明”一列不必删除。",
        "Save it and send this file back to {contact}; this sheet and the column 问题说明 may stay.",
    ),
)
WHOLE_FILE, WHOLE_SHEET = Phrase("整个文件", "the file"), Phrase("整张表", "the sheet")
UNCOPIED = Phrase(
    "原文件打不开或过大，未能附上原表；请按下表处理后，把原文件重新寄来。",
    "The file cannot be opened or is too large, so that it is not enclosed; mend it as listed and send it again.",
)


@dataclass(frozen=True)
class Notice:
    """What the sheet says.

    Parameters
    ----------
    file
        The name of the file returned, without its folder.
    found
        Its problems with their cells.
    counts
        Index sheet; columns read, accepted, refused, not_data.
    contact
        To whom the mended file is sent.
    enclosed
        Whether the workbook holds the file's own sheets.
    """

    file: str
    found: Sequence[Marked]
    counts: pd.DataFrame
    contact: str
    enclosed: bool = True


def write_return_sheet(workbook: Workbook, notice: Notice, language: Language = "zh") -> None:
    """The sheet 退回说明 as the first of `workbook`, and in front."""
    faults = notice.found
    if REMARKS_SHEET in workbook.sheetnames:
        workbook.remove(workbook[REMARKS_SHEET])
    sheet = workbook.create_sheet(REMARKS_SHEET, 0)
    _write(sheet.cell(1, 1), TITLE.into(language) + discreet(notice.file), Font(name="黑体", size=15, bold=True))
    steps = [f"{number}. {step.into(language)}" for number, step in enumerate(STEPS, start=1)]
    paragraphs = [*_counted(faults, notice.counts, language), *steps] if notice.enclosed else [UNCOPIED.into(language)]
    for row, text in enumerate(paragraphs, start=2):
        _paragraph(sheet, row, text.replace("{contact}", notice.contact))
    heading = len(paragraphs) + 3
    _headings(sheet, heading, language)
    for number, fault in enumerate(faults[:MOST], start=1):
        _problem(workbook, sheet, (heading + number, number), fault, language)
    if len(faults) > MOST:
        more = phrase("另有 {n} 处未列出，见各表“问题说明”一列。", "{n} more are not listed.", n=len(faults) - MOST)
        _paragraph(sheet, heading + MOST + 2, more.into(language))
    _ready_to_print(sheet, heading, language)
    _in_front(workbook, sheet)


def _counted(faults: Sequence[Marked], counts: pd.DataFrame, language: Language) -> list[str]:
    """One line for each sheet that was read, and how much is to be mended."""
    errors = sum(fault.problem.severity == "error" for fault in faults)
    sheets = [
        phrase(
            "{sheet}共读入 {read} 行：采用 {accepted} 行，退回 {refused} 行，不是数据的 {not_data} 行（合计、备注和空行）。",
            "{sheet}{read:row was|rows were} read: {accepted} accepted, {refused} refused, {not_data} no data.",
            sheet=f"{discreet(str(name))} " if name else "",
            **{str(column): int(number) for column, number in row.items()},
        )
        for name, row in counts.iterrows()
    ]
    wrong = phrase("必须改正 {n} 处", "{n} to be corrected", n=errors)
    doubtful = phrase("，请核对 {n} 处", ", {n} to be checked", n=len(faults) - errors) if errors < len(faults) else None
    total = Phrase(f"{wrong.zh}{doubtful.zh if doubtful else ''}。", f"{wrong.en}{doubtful.en if doubtful else ''}.")
    return [line.into(language) for line in (*sheets, total)]


def _headings(sheet: Worksheet, row: int, language: Language) -> None:
    for column, (label, width) in enumerate(COLUMNS, start=1):
        cell = sheet.cell(row, column)
        _write(cell, label.into(language), Font(name="黑体", size=10, bold=True), "center")
        cell.fill, cell.border = PatternFill("solid", fgColor="FFE7E6E6"), FRAME
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.row_dimensions[row].height = 24


def _problem(workbook: Workbook, sheet: Worksheet, place: tuple[int, int], fault: Marked, language: Language) -> None:
    row, number = place
    problem = fault.problem
    where = sheet_of(workbook, fault.sheet) if fault.cells else None
    whole = WHOLE_SHEET if fault.sheet else WHOLE_FILE
    at = f"{get_column_letter(fault.cells[0][1])}{fault.cells[0][0]}" if fault.cells else whole.into(language)
    name = fault.sheet or (where.title if where else "")
    texts = (
        str(number), discreet(name), at, str(problem.row or ""), problem.column, problem.value,
        problem.rule.into(language), problem.mend.into(language), "",
    )  # fmt: skip
    for column, text in enumerate(texts, start=1):
        cell = sheet.cell(row, column)
        _write(cell, text, Font(name="宋体", size=10), "center" if column in {1, 3, 4} else "left", boxed=True)
        cell.border = FRAME
    link = sheet.cell(row, 3)
    link.fill = PatternFill("solid", fgColor=FILLS[problem.severity])
    if where is not None:
        title = where.title.replace("'", "''")
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{title}'!{at}")
        link.font = Font(name="宋体", size=10, color="FF0563C1", underline="single")
    height = max(lines(text, width - 2) for text, (_, width) in zip(texts, COLUMNS, strict=True))
    sheet.row_dimensions[row].height = LINE * height + PADDING


def _paragraph(sheet: Worksheet, row: int, text: str) -> None:
    _write(sheet.cell(row, 1), text, Font(name="宋体", size=11))
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(COLUMNS))
    width = sum(width for _, width in COLUMNS) * 0.9
    sheet.row_dimensions[row].height = (LINE + 1) * lines(text, width) + PADDING


def _write(cell: Cell, text: str, font: Font, align: str = "left", *, boxed: bool = False) -> None:
    write_text(cell, text)
    cell.font = font
    wrap = cell.row > 1
    cell.alignment = Alignment(wrap_text=wrap, vertical="center", horizontal=align, indent=int(boxed and align == "left"))


def _ready_to_print(sheet: Worksheet, heading: int, language: Language) -> None:
    sheet.row_dimensions[1].height = 30
    sheet.freeze_panes = sheet.cell(heading + 1, 1)
    sheet.print_title_rows = f"{heading}:{heading}"
    sheet.page_setup.paperSize, sheet.page_setup.orientation = A4, "landscape"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins.left = sheet.page_margins.right = sheet.page_margins.top = 0.5
    sheet.oddFooter.center.text = {"zh": "第 &P 页，共 &N 页", "en": "page &P of &N"}[language]
    sheet.sheet_view.showGridLines = False


def _in_front(workbook: Workbook, sheet: Worksheet) -> None:
    """Only this sheet is selected: sheets selected together would be edited together."""
    workbook.active = workbook.index(sheet)
    for other in workbook.worksheets:
        other.sheet_view.tabSelected = other is sheet


WITHHELD = Phrase(
    "会员名册有 {n} 行被退回，其他表里的“{rule.zh}”可能由它引起，暂不退回：请先改好名册，再检查一次。",
    "{n:row|rows} of the members table refused. “{rule.en}” in other tables may come of that and is not returned yet: "
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
    """The files of an edition that hold errors, or also warnings, in the order of their names; never that of the experts, which may name them.

    As long as rows of the members table are refused, nobody is told that a member does not exist: its own row may
    be what is wrong, and the code proposed another member's.
    """
    of_file: dict[str, list[Problem]] = defaultdict(list)
    wanted = {"error", "warning"} if warnings else {"error"}
    withheld = _withheld(edition)
    told = edition.records.problems + (edition.judged.problems if edition.judged is not None else ())
    for problem in told:
        if problem.severity in wanted and problem.rule not in withheld:
            of_file[problem.file].append(problem)
    files = [file for file in sorted(of_file) if file and _is_record(edition, file)]
    names = returned_names(files)
    return tuple(
        Return(file, tuple(sorted(of_file[file], key=lambda problem: (problem.sheet, problem.row or 0))), name)
        for file, name in zip(files, names, strict=True)
    )


def register_refused(edition: Edition) -> int:
    """How many rows of the members table are refused."""
    members = edition.tables.table.get(edition.scheme.members.table)
    counts = edition.records.counts.reset_index()
    is_register = [members in tables_of(edition.folder, edition.tables, file) for file in counts["file"]]
    return int(counts.loc[is_register, "refused"].sum())


def write_returns(edition: Edition, out: Path, *, warnings: bool = False, language: Language = "zh") -> tuple[Return, ...]:
    """A marked copy of each file that holds errors, in the folder `out`; nothing where there are none.

    Raises
    ------
    Refused
        When returned copies stand in `out` already, when they would be read as records there, or cannot be written.
    """
    returned = returns(edition, warnings=warnings)
    if not returned:
        return ()
    check_room(edition, out, [copy.name for copy in returned])
    with placed_in(out) as unfinished:
        for copy in returned:
            book = BytesIO()
            _returned(edition, copy, language).save(book)
            (unfinished / copy.name).touch(0o600)  # it holds what one member or expert handed in
            (unfinished / copy.name).write_bytes(book.getvalue())
    return returned


def returns_table(returned: Iterable[Return], language: Language = "zh") -> Table:
    """Which file goes back under which name, and how many places in it are to be mended."""
    headings = (Phrase("原文件", "File"), Phrase("处数", "Places"), Phrase("退回件", "Marked copy"))
    return Table(
        tuple(heading.into(language) for heading in headings),
        tuple((discreet(copy.file), str(len(copy.problems)), discreet(copy.name)) for copy in returned),
        Phrase("退回的文件", "Files that go back").into(language),
        ("left", "right", "left"),
    )


def _is_record(edition: Edition, file: str) -> bool:
    read = tables_of(edition.folder, edition.tables, file)
    experts = edition.tables.table.get(str(edition.scheme.panel.experts)) if edition.scheme.panel is not None else None
    return (edition.folder / file).is_file() and bool(read) and experts not in read


def _returned(edition: Edition, sent_back: Return, language: Language) -> Workbook:
    content = (edition.folder / sent_back.file).read_bytes()
    places = [marked(problem, {}) for problem in sent_back.problems]
    try:
        workbook, enclosed = workbook_copy(content, sent_back.file), True
    except Uncopied:
        workbook, enclosed = openpyxl.Workbook(), False
    if enclosed:
        ours = REMARKS_SHEET in workbook.sheetnames
        tables = tables_of(edition.folder, edition.tables, sent_back.file)
        sheets = layouts(content, sent_back.file, tables, returned=ours)
        places = [marked(problem, sheets) for problem in sent_back.problems]
        if sent_back.file.lower().endswith(DELIMITED):
            places = [row_in_one_cell(workbook, place, sheets) for place in places]
        mark(workbook, places, sheets, language)
    publication, called = edition.scheme.publication, edition.scheme.called
    asked = whom_to_ask(called(publication.contact), {key: called(said) for key, said in publication.reached.items()}) if publication else OFFICE
    name = PurePosixPath(sent_back.file).name
    write_return_sheet(workbook, Notice(name, places, _counts(edition, sent_back.file), asked.into(language), enclosed), language)
    if not enclosed:
        workbook.remove(workbook.worksheets[-1])
    return workbook


def _withheld(edition: Edition) -> frozenset[Phrase]:
    """The rules that nobody is told of yet."""
    return frozenset({NO_MEMBER}) if register_refused(edition) else frozenset()


def _counts(edition: Edition, file: str) -> pd.DataFrame:
    """The counts of each sheet; rows about which nothing is said yet do not count as refused."""
    counts = edition.counts
    sheet_counts = counts[counts.index.get_level_values("file") == file].droplevel("file")
    withheld = _withheld(edition)
    errors = [problem for problem in edition.records.problems.errors if problem.file == file and problem.row]
    told_of = {(problem.sheet, problem.row) for problem in errors if problem.rule not in withheld}
    silent = {(problem.sheet, problem.row) for problem in errors} - told_of
    of_sheet = pd.Series([sum(sheet == name for sheet, _ in silent) for name in sheet_counts.index], index=sheet_counts.index)
    of_sheet = of_sheet.where(sheet_counts["accepted"] > 0, 0)  # a sheet refused as a whole stays so
    return sheet_counts.assign(accepted=sheet_counts["accepted"] + of_sheet, refused=sheet_counts["refused"] - of_sheet)
