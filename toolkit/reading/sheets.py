"""The sheets of a file as rows of raw cells, each row where Excel counts it; a file that cannot be read says why."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import python_calamine as calamine

from toolkit.errors import nearest
from toolkit.reading.delimited import read_delimited
from toolkit.reading.findings import Finding, shown
from toolkit.reading.headings import Merge
from toolkit.reading.workbook_marks import Marks, find_marks
from toolkit.text import Phrase, phrase

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
DELIMITED = (".csv", ".csv.gz", ".tsv", ".txt")
INSTRUCTIONS = frozenset({"填表说明", "说明", "填写说明", "instructions", "readme"})


class Unreadable(Exception):  # noqa: N818 - named for what is true of the file
    """A file or sheet that cannot be read; `finding` says why and what to do."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.rule.en)
        self.finding = finding


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name (empty for a text file) and its rows from the first row of the file on.

    `rows[i]` is row i + 1 as Excel counts it. `delimited` tells that its cells were told apart by separators,
    so that a row with too many cells has been cut at the wrong places.
    """

    name: str
    rows: Sequence[Sequence[object]]
    merges: tuple[Merge, ...] = ()
    delimited: bool = False


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
        rows = read_delimited(content, zipped=lower.endswith(".gz"))
        found = rows if isinstance(rows, Finding) else Sheet("", rows, delimited=True)
    elif lower.endswith(".parquet"):
        found = _parquet(content)
    elif lower.endswith(WORKBOOKS):
        found = _workbook_sheet(content, sheet)
    else:
        found = _unknown_kind()
    if isinstance(found, Finding):
        raise Unreadable(found)
    if not any(shown(cell) for row in found.rows for cell in row):
        raise Unreadable(_empty())
    return found


def _workbook_sheet(content: bytes, sheet: str | None) -> Sheet | Finding:
    if not content:
        return _empty()
    try:
        marks = find_marks(content)
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            name = _chosen(workbook, sheet, marks)
            return name if isinstance(name, Finding) else _read(workbook, name, marks)
    except calamine.PasswordError:
        return _encrypted()
    except Exception:  # noqa: BLE001 - the reader's errors have no common class, and each means the same to a user
        return _encrypted() if "EncryptedPackage".encode("utf-16-le") in content else _damaged()


def _chosen(workbook: calamine.CalamineWorkbook, wanted: str | None, marks: Marks) -> str | Finding:
    """The sheet asked for; without a name the only one that holds something."""
    names = [
        sheet.name for sheet in workbook.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    if wanted is not None:
        normal = {name.strip(): name for name in names}
        return normal.get(wanted.strip()) or _no_sheet(wanted, names)
    visible = {s.name for s in workbook.sheets_metadata if s.visible == calamine.SheetVisibleEnum.Visible}
    tables = [name for name in names if name in visible and name.strip().casefold() not in INSTRUCTIONS]
    if len(tables) == 1:
        return tables[0]
    full = [
        name for name in tables if marks.too_wide(name) or workbook.get_sheet_by_name(name).start is not None
    ]
    if len(full) > 1:
        return _several(full)
    return full[0] if full else _empty()


def _read(workbook: calamine.CalamineWorkbook, name: str, marks: Marks) -> Sheet | Finding:
    if marks.too_wide(name):
        return _stray_cell()
    sheet = workbook.get_sheet_by_name(name)
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    for (row, place), text in marks.of(name, rows).items():
        rows[row][place] = text
    return Sheet(name, rows, tuple(sheet.merged_cell_ranges or ()))


def _parquet(content: bytes) -> Sheet | Finding:
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(content))
    except Exception:  # noqa: BLE001 - as above: whatever was raised, the file is damaged
        return _damaged()
    columns = [["" if cell is None else cell for cell in column.to_pylist()] for column in table.columns]
    return Sheet("", [list(table.column_names), *map(list, zip(*columns, strict=True))])


def _no_sheet(wanted: str, names: list[str]) -> Finding:
    guess = nearest(wanted, names)
    rule = phrase("没有名为“{wanted}”的工作表", "there is no sheet called `{wanted}`", wanted=wanted)
    if guess:
        return Finding(rule, phrase("是否为“{guess}”？", "is it `{guess}`?", guess=guess))
    mend = phrase("现有工作表：{zh}", "its sheets are: {en}", zh="、".join(names), en=", ".join(names))
    return Finding(rule, mend)


def _several(names: list[str]) -> Finding:
    rule = phrase(
        "有几张工作表：{zh}", "it has several sheets: {en}", zh="、".join(names), en=", ".join(names)
    )
    mend = Phrase(
        "请在 tables.toml 用 sheet 指明读哪一张", "name the one to read with `sheet` in tables.toml"
    )
    return Finding(rule, mend)


def _unknown_kind() -> Finding:
    rule = Phrase("不支持的文件类型", "a kind of file that is not read")
    return Finding(rule, Phrase("请另存为 .xlsx 或 .csv", "save it as .xlsx or .csv"))


def _empty() -> Finding:
    rule = Phrase("文件或工作表是空的", "the file or its sheet is empty")
    return Finding(
        rule, Phrase("请填入数据，或从 tables.toml 中删去", "fill it in, or remove it from tables.toml")
    )


def _encrypted() -> Finding:
    rule = Phrase("工作簿设有密码，读不出", "the workbook is protected by a password")
    return Finding(rule, Phrase("请去掉密码后另存", "save it without a password"))


def _damaged() -> Finding:
    rule = Phrase(
        "文件已损坏，或内容与扩展名不符", "the file is damaged, or is not of the kind its name says"
    )
    return Finding(rule, Phrase("请用 Excel 打开后另存为 .xlsx", "open it in Excel and save it as .xlsx"))


def _stray_cell() -> Finding:
    rule = Phrase(
        "离表格很远的地方还有内容，工作表过大", "a stray cell far from the table makes the sheet too large"
    )
    return Finding(rule, Phrase("请删去表格以外的行和列", "delete the rows and columns beside the table"))
