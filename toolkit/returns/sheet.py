"""The sheet 退回说明 of a returned workbook: everything to be mended in it, and how to send it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from toolkit.reading.remarks import REMARKS_SHEET
from toolkit.returns.marked_cells import Marked
from toolkit.returns.marked_copy import A4, FILLS, FRAME, LINE, PADDING, lines, sheet_of
from toolkit.returns.workbook_copy import write_text
from toolkit.text import Language, Phrase, phrase

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

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
    found = notice.found
    if REMARKS_SHEET in workbook.sheetnames:
        workbook.remove(workbook[REMARKS_SHEET])
    sheet = workbook.create_sheet(REMARKS_SHEET, 0)
    _write(sheet.cell(1, 1), TITLE.into(language) + notice.file, Font(name="黑体", size=15, bold=True))
    steps = [f"{number}. {step.into(language)}" for number, step in enumerate(STEPS, start=1)]
    said = [*_counted(found, notice.counts, language), *steps] if notice.enclosed else [UNCOPIED.into(language)]
    for row, text in enumerate(said, start=2):
        _paragraph(sheet, row, text.replace("{contact}", notice.contact))
    heading = len(said) + 3
    _headings(sheet, heading, language)
    for number, each in enumerate(found[:MOST], start=1):
        _problem(workbook, sheet, (heading + number, number), each, language)
    if len(found) > MOST:
        more = phrase("另有 {n} 处未列出，见各表“问题说明”一列。", "{n} more are not listed.", n=len(found) - MOST)
        _paragraph(sheet, heading + MOST + 2, more.into(language))
    _ready_to_print(sheet, heading, language)
    _in_front(workbook, sheet)


def _counted(found: Sequence[Marked], counts: pd.DataFrame, language: Language) -> list[str]:
    """One line for each sheet that was read, and how much is to be mended."""
    errors = sum(each.problem.severity == "error" for each in found)
    told = [
        phrase(
            "{sheet}共读入 {read} 行：采用 {accepted} 行，退回 {refused} 行，不是数据的 {not_data} 行（合计、备注和空行）。",
            "{sheet}{read} rows were read: {accepted} accepted, {refused} refused, {not_data} no data.",
            sheet=f"{name} " if name else "",
            **{str(column): int(number) for column, number in row.items()},
        )
        for name, row in counts.iterrows()
    ]
    wrong = phrase("必须改正 {n} 处", "{n} to be corrected", n=errors)
    doubtful = phrase("，请核对 {n} 处", ", {n} to be checked", n=len(found) - errors) if errors < len(found) else None
    total = Phrase(f"{wrong.zh}{doubtful.zh if doubtful else ''}。", f"{wrong.en}{doubtful.en if doubtful else ''}.")
    return [each.into(language) for each in (*told, total)]


def _headings(sheet: Worksheet, row: int, language: Language) -> None:
    for column, (label, width) in enumerate(COLUMNS, start=1):
        cell = sheet.cell(row, column)
        _write(cell, label.into(language), Font(name="黑体", size=10, bold=True), "center")
        cell.fill, cell.border = PatternFill("solid", fgColor="FFE7E6E6"), FRAME
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.row_dimensions[row].height = 24


def _problem(
    workbook: Workbook, sheet: Worksheet, place: tuple[int, int], found: Marked, language: Language
) -> None:
    row, number = place
    problem = found.problem
    where = sheet_of(workbook, found.sheet) if found.cells else None
    whole = WHOLE_SHEET if found.sheet else WHOLE_FILE
    at = f"{get_column_letter(found.cells[0][1])}{found.cells[0][0]}" if found.cells else whole.into(language)
    name = found.sheet or (where.title if where else "")
    texts = (
        str(number), name, at, str(problem.row or ""), problem.column, problem.value,
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
    for each in workbook.worksheets:
        each.sheet_view.tabSelected = each is sheet
