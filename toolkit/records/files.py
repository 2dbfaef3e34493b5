"""The sheets of a file as rows of raw cells, each row where Excel counts it; a file that cannot be read says why.

What can be wrong with a file as a whole: not of its kind, damaged, locked, empty, too large, or without the sheet asked for.
Never read is what a returned workbook carries beside its data: the column 问题说明 and the sheet 退回说明.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import python_calamine as calamine

from toolkit.ground.problems import did_you_mean
from toolkit.ground.text import Phrase, phrase
from toolkit.records.delimited import read_delimited
from toolkit.records.findings import Finding, normal_heading, shown
from toolkit.records.headings import Heading, Headings, Merge
from toolkit.records.ods_marks import CONTENT, ods_marks
from toolkit.records.workbook_marks import TOO_MANY, CellPlace, Locked, SheetMarks, Shown, TooWide, Workbook
from toolkit.records.xls import SIGNATURE, xls_workbook
from toolkit.records.xlsx_marks import BOOK, parts_of, unpacked, xlsx_marks

WEB = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|meta|table|div|style)\b", re.IGNORECASE | re.DOTALL)  # fmt: skip
XML_WORKBOOK = re.compile(rb"\s*<\?xml.*?<(?:\w+:)?Workbook\b", re.DOTALL)
BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
LARGEST = 1 << 28  # bytes
SAVE_AS = Phrase("请用 Excel 打开后另存为 .xlsx", "open it in Excel and save it as .xlsx")


def misnamed(content: bytes, *, workbook: bool) -> Finding | None:
    """Why a file is not of the kind that its name says, a workbook or a text file; None where it may be."""
    bare = next((content[len(bom) :] for bom in BOMS if content.startswith(bom)), content)[:4096]
    bare = bare.replace(b"\0", b"")
    if WEB.match(bare):
        rule = Phrase("这是存成表格文件名的网页（HTML）", "this is a web page (HTML) under the name of a table")
        return Finding(rule, SAVE_AS)
    if workbook and XML_WORKBOOK.match(bare):
        rule = Phrase("这是 Excel 2003 的 XML 格式", "this is the XML format of Excel 2003")
        return Finding(rule, SAVE_AS)
    kept = content.startswith((SIGNATURE, b"PK\x03\x04"))
    if not workbook and kept:
        rule = Phrase("名为文本文件，内容却是工作簿", "named as a text file, but it is a workbook")
        return Finding(rule, Phrase("请把扩展名改为 .xlsx 或 .xls", "rename it to .xlsx or .xls"))
    if workbook and content.startswith(b"%PDF"):
        return Finding(Phrase("这是 PDF 文件", "this is a PDF file"), Phrase("请给出原工作簿", "give the workbook itself"))
    if workbook and not kept and _is_text(content[:4096]):
        rule = Phrase("名为工作簿，内容却是文本", "named as a workbook, but it is plain text")
        return Finding(rule, Phrase("请把扩展名改为 .csv，或另存为 .xlsx", "rename it to .csv, or save it as .xlsx"))
    return None


def _is_text(content: bytes) -> bool:
    """Whether the beginning of a file holds separated text."""
    return b"\0" not in content and b"\n" in content and any(mark in content for mark in b",\t;|")


def no_sheet(wanted: str, names: list[str]) -> Finding:
    """There is no such sheet."""
    rule = phrase("没有名为“{wanted}”的工作表", "there is no sheet called `{wanted}`", wanted=wanted)
    mend = did_you_mean(wanted, names) or phrase("现有工作表：{zh}", "its sheets are: {en}", zh="、".join(names), en=", ".join(names))
    return Finding(rule, mend)


def several_sheets(names: list[str]) -> Finding:
    """Nobody said which sheet to read."""
    zh, en = "、".join(names), ", ".join(names)
    rule = phrase("有几张工作表：{zh}", "it has several sheets: {en}", zh=zh, en=en)
    mend = Phrase("请在 tables.toml 用 sheet 指明读哪一张", "name the one to read with `sheet` in tables.toml")
    return Finding(rule, mend)


UNKNOWN_KIND = Finding(
    Phrase("不支持的文件类型", "a kind of file that is not read"),
    Phrase("请另存为 .xlsx 或 .csv", "save it as .xlsx or .csv"),
)
EMPTY = Finding(
    Phrase("文件或工作表是空的", "the file or its sheet is empty"),
    Phrase("请填入数据，或从 tables.toml 中删去", "fill it in, or remove it from tables.toml"),
)
LOCKED = Finding(
    Phrase("工作簿设有密码，读不出", "the workbook is protected by a password"),
    Phrase("请去掉密码后另存", "save it without a password"),
)
DAMAGED = Finding(Phrase("文件已损坏，或内容与扩展名不符", "the file is damaged, or is not of the kind its name says"), SAVE_AS)
TOO_LARGE = Finding(
    Phrase(f"文件太大，没有读取（文件超过 {LARGEST >> 20} MB，或单元格太多）", f"too large, and not read (beyond {LARGEST >> 20} MB, or too many cells)"),
    Phrase("请分成几个文件，或存入 Parquet 文件、数据库", "split it, or keep it in Parquet files or a database"),
)
STRAY_CELL = Finding(
    Phrase("离表格很远的地方还有内容，工作表过大", "a stray cell far from the table makes the sheet too large"),
    Phrase("请删去表格以外的行和列", "delete the rows and columns beside the table"),
)


MANIFEST = "META-INF/manifest.xml"


def read_workbook(content: bytes) -> Workbook:
    """The workbook whose bytes are `content`.

    Raises
    ------
    Exception
        Of many classes, when it is no workbook, is damaged, or is made to fill the memory.
    Locked
        When it asks for a password.
    TooWide
        When its filled cells span more than could be held, where all sheets are opened at once.
    """
    if content.startswith(SIGNATURE):
        return xls_workbook(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        marks = _zipped_marks(archive)
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = {sheet.name: sheet.visible for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet}
    visible = [name for name, visible in sheets.items() if visible == calamine.SheetVisibleEnum.Visible]
    buried = [name for name, visible in sheets.items() if visible == calamine.SheetVisibleEnum.VeryHidden]
    return Workbook({name: marks[name] for name in sheets}, visible, lambda name: book.get_sheet_by_name(name).to_python(skip_empty_area=False), buried)


def _zipped_marks(archive: zipfile.ZipFile) -> dict[str, SheetMarks]:
    parts = parts_of(archive)
    if BOOK in parts:
        return xlsx_marks(archive)
    if MANIFEST in archive.namelist() and b"encryption-data" in unpacked(archive, archive.getinfo(MANIFEST)):
        raise Locked
    if CONTENT in parts:
        return ods_marks(archive)
    message = "a kind of workbook that is not known"
    raise ValueError(message)


REMARKS_SHEET = "退回说明"
REMARKS = "问题说明"
OTHER_REMARKS = "退回问题说明"  # where a table has a column 问题说明 of its own


def remark_places(extra: Iterable[Heading]) -> frozenset[int]:
    """The places of the columns that hold remarks, among the headings that answer no column of the table.

    The heading itself may be followed by what is wrong with the heading of the sheet.
    """
    names = (REMARKS, OTHER_REMARKS)
    return frozenset(heading.place for heading in extra if normal_heading(heading.text).startswith(names))


def without_remarks(rows: Sequence[Sequence[object]], headings: Headings) -> Sequence[Sequence[object]]:
    """The rows with their columns of remarks emptied, so that a row with nothing else in it is blank."""
    places = remark_places(headings.extra)
    if not places:
        return rows
    return [["" if place in places else cell for place, cell in enumerate(row)] for row in rows]


WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
DELIMITED = (".csv", ".csv.gz", ".tsv", ".txt")
INSTRUCTIONS = frozenset({REMARKS_SHEET, "填表说明", "说明", "填写说明", "选项", "下拉选项", "lists", "instructions", "readme"})


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
        Other sheets of the workbook that hold something, and how it shows each.
    crossed
        Cells that are struck out as a whole.
    """

    name: str
    rows: Sequence[Sequence[object]] = field(repr=False)
    merges: tuple[Merge, ...] = ()
    delimited: bool = False
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    unread: tuple[tuple[str, Shown], ...] = ()
    crossed: frozenset[CellPlace] = frozenset()


def read_content(path: Path) -> bytes:
    """The bytes of a file.

    Raises
    ------
    Unreadable
        When there are more than can be held.
    OSError
        When it cannot be opened.
    """
    if path.stat().st_size > LARGEST:
        raise Unreadable(TOO_LARGE)
    return path.read_bytes()


def read_sheet(content: bytes, file: str, sheet: str | None = None) -> Sheet:
    """The sheet called `sheet` of the file `file`, whose bytes are `content`.

    Raises
    ------
    Unreadable
        When the file is damaged, encrypted, empty or of an unknown kind, when it has no such sheet, or has
        several and none is named.
    """
    lower = file.lower()
    outcome: Sheet | Finding
    if len(content) > LARGEST:
        outcome = TOO_LARGE
    elif lower.endswith(DELIMITED):
        outcome = _delimited_sheet(content, zipped=lower.endswith(".gz"))
    elif lower.endswith(".parquet"):
        outcome = _parquet(content)
    elif lower.endswith(WORKBOOKS):
        outcome = _workbook_sheet(content, sheet)
    else:
        outcome = UNKNOWN_KIND
    if isinstance(outcome, Finding):
        raise Unreadable(outcome)
    if not any(shown(cell) for row in outcome.rows for cell in row):
        raise Unreadable(EMPTY)
    return outcome


def _delimited_sheet(content: bytes, *, zipped: bool) -> Sheet | Finding:
    wrong = None if zipped else misnamed(content, workbook=False)
    rows = wrong or read_delimited(content, zipped=zipped)
    return rows if isinstance(rows, Finding) else Sheet("", rows, delimited=True)


def _workbook_sheet(content: bytes, sheet: str | None) -> Sheet | Finding:
    wrong = misnamed(content, workbook=True) if content else EMPTY
    try:
        return wrong or _in_workbook(read_workbook(content), sheet)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - the readers' errors have no common class; where one gives up, it is not even an Exception
        return _why_unread(content, error)


def _why_unread(content: bytes, error: BaseException) -> Finding:
    """What an error of the readers means to a user."""
    if isinstance(error, TooWide | MemoryError):
        return STRAY_CELL if isinstance(error, TooWide) else TOO_LARGE
    locked = isinstance(error, calamine.PasswordError | Locked) or "EncryptedPackage".encode("utf-16-le") in content
    return LOCKED if locked else DAMAGED


def _in_workbook(book: Workbook, wanted: str | None) -> Sheet | Finding:
    name = _chosen(book, wanted)
    if isinstance(name, Finding):
        return name
    marks = book.marks[name]
    if marks.span > TOO_MANY:
        return STRAY_CELL
    rows = book.rows(name)
    marks.put_into(rows)
    return Sheet(
        name,
        rows,
        _within(marks.merges, len(rows)),
        hidden=name not in book.visible,
        hidden_rows=frozenset(marks.hidden_rows),
        hidden_columns=frozenset(marks.hidden_columns),
        unread=tuple((other, book.shown(other)) for other in book.marks if other != name and book.marks[other].filled and not instructs(other)),
        crossed=frozenset(marks.crossed),
    )


def _chosen(book: Workbook, wanted: str | None) -> str | Finding:
    """The sheet asked for; without a name the only one that is shown and holds something."""
    names = list(book.marks)
    if wanted is not None:
        normal = {name.strip(): name for name in names}
        return normal.get(wanted.strip()) or no_sheet(wanted, names)
    tables = [name for name in book.visible if not instructs(name)]
    if len(tables) == 1:
        return tables[0]
    full = [name for name in tables if book.marks[name].filled]
    if len(full) > 1:
        return several_sheets(full)
    return full[0] if full else EMPTY


def _within(merges: Iterable[Merge], rows: int) -> tuple[Merge, ...]:
    """The merged cells that begin within the first `rows`, no deeper than these."""
    return tuple((first, (min(low, rows - 1), right)) for first, (low, right) in merges if first[0] < rows)


def instructs(name: str) -> bool:
    """Whether a sheet of this name holds instructions or drop-down lists, and no records."""
    return name.strip().casefold() in INSTRUCTIONS


def _parquet(content: bytes) -> Sheet | Finding:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        metadata = pq.read_metadata(io.BytesIO(content))
        if metadata.num_rows * metadata.num_columns > TOO_MANY:
            return TOO_LARGE
        table = pq.read_table(io.BytesIO(content))
        halves = [place for place, kind in enumerate(table.schema.types) if kind == pa.float32()]
        for place in halves:  # as their digits say: 0.1, and not 0.10000000149011612
            table = table.set_column(place, table.column_names[place], table.column(place).cast(pa.string()).cast(pa.float64()))
    except Exception:  # noqa: BLE001 - as above: whatever was raised, the file is damaged
        return DAMAGED
    columns = [["" if cell is None else cell for cell in column.to_pylist()] for column in table.columns]
    return Sheet("", [list(table.column_names), *map(list, zip(*columns, strict=True))])
