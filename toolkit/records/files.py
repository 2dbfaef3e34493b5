"""The sheets of a file as rows of raw cells, each row where Excel counts it; a file that cannot be read says why.

What can be wrong with a file as a whole: not of its kind, damaged, locked, empty, or without the sheet asked for.

The marks of a workbook of any kind; see `toolkit.records.workbook_marks`.

Text files with separated cells, in the encodings that reach a secretariat, zipped or not.

What a returned workbook carries beside its data and what is never read: the column 问题说明, the sheet 退回说明.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import python_calamine as calamine

from toolkit.ground.problems import nearest
from toolkit.ground.text import Phrase, phrase
from toolkit.records.findings import Finding, normal_heading, shown
from toolkit.records.headings import Heading, Headings, Merge
from toolkit.records.workbook_marks import (
    CONTENT,
    SIGNATURE,
    Locked,
    Marks,
    TooWide,
    ods_marks,
    with_suffix,
    xls_marks,
    xlsx_marks,
)

WEB = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|meta|table|div|style)\b", re.IGNORECASE | re.DOTALL)  # fmt: skip
XML_WORKBOOK = re.compile(rb"\s*<\?xml.*?<(?:\w+:)?Workbook\b", re.DOTALL)
BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
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
    guess = nearest(wanted, names)
    rule = phrase("没有名为“{wanted}”的工作表", "there is no sheet called `{wanted}`", wanted=wanted)
    if guess:
        return Finding(rule, phrase("是否为“{guess}”？", "is it `{guess}`?", guess=guess))
    mend = phrase("现有工作表：{zh}", "its sheets are: {en}", zh="、".join(names), en=", ".join(names))
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
DAMAGED = Finding(
    Phrase("文件已损坏，或内容与扩展名不符", "the file is damaged, or is not of the kind its name says"), SAVE_AS
)
STRAY_CELL = Finding(
    Phrase("离表格很远的地方还有内容，工作表过大", "a stray cell far from the table makes the sheet too large"),
    Phrase("请删去表格以外的行和列", "delete the rows and columns beside the table"),
)



MANIFEST = "META-INF/manifest.xml"


def find_marks(content: bytes) -> Marks:
    """The marks of the workbook whose bytes are `content`.

    Raises
    ------
    ValueError
        When it is no workbook, is damaged, or is made to fill the memory.
    Locked
        When it asks for a password.
    """
    if content.startswith(SIGNATURE):
        return xls_marks(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            return xlsx_marks(archive)
        if MANIFEST in names and b"encryption-data" in archive.read(MANIFEST):
            raise Locked
        if CONTENT in names:
            return ods_marks(archive)
    message = "a kind of workbook that is not known"
    raise ValueError(message)



SEPARATORS = (",", "\t", ";", "|")
UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
UNKNOWN = Phrase("不是 UTF-8、GB18030 或带标记的 UTF-16", "not UTF-8, GB18030, or UTF-16 with its mark")
SEEMS_UTF_16 = Phrase("像是没有标记的 UTF-16", "it seems to be UTF-16 without its mark")
SAMPLE = 15  # rows that decide on the separator: a heading begins within them


def read_delimited(content: bytes, *, zipped: bool = False) -> list[list[str]] | Finding:
    r"""The rows of a CSV file; row i is row i + 1 as Excel counts it, line breaks within quotes included.

    Examples
    --------
    >>> read_delimited("学时\n八\n".encode("gb18030"))
    [['学时'], ['八']]
    """
    unzipped = _unzipped(content) if zipped else content
    text = unzipped if isinstance(unzipped, Finding) else decoded(unzipped)
    if isinstance(text, Finding):
        return text
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True))
    except csv.Error as error:
        rule = Phrase("引号不成对，分不清单元格", "quotes do not match, so that cells cannot be told apart")
        return Finding(rule, phrase("请另存为 .xlsx（{error}）", "save it as .xlsx ({error})", error=error))


def decoded(content: bytes) -> str | Finding:
    """Text from its bytes: by byte order mark, else strictly UTF-8, else GB18030.

    Never GB18030 before UTF-8: it takes most UTF-8 text for other characters without an error. A text of which
    most lines are UTF-8 is damaged UTF-8, and not GB18030.
    """
    if b"\0" in content and not content.startswith(UTF_16):
        return _unknown_encoding(content.index(b"\0"), content, SEEMS_UTF_16)
    encoding = "utf-16" if content.startswith(UTF_16) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        place = error.start
        if encoding == "utf-8-sig" and not _mostly_utf_8(content):
            try:
                return content.decode("gb18030")
            except UnicodeDecodeError as other:
                place = other.start
        return _unknown_encoding(place, content)
    return _unknown_encoding(0, content) if "\0" in text else text


def _mostly_utf_8(content: bytes) -> bool:
    """Whether the text says that it is UTF-8, or more than half of its lines in Chinese are."""
    lines = [line for line in content.splitlines() if not line.isascii()]
    return content.startswith(UTF_8_MARK) or 2 * sum(map(_is_chinese_utf_8, lines)) > len(lines)


def _is_chinese_utf_8(line: bytes) -> bool:
    try:
        return any("\u4e00" <= character <= "\u9fff" for character in line.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _unknown_encoding(place: int, content: bytes, why: Phrase = UNKNOWN) -> Finding:
    line = content[:place].count(b"\n") + 1
    rule = phrase(
        "编码读不出（第 {line} 行附近）：{zh}", "its encoding cannot be read (near line {line}): {en}",
        line=line, zh=why.zh, en=why.en,
    )  # fmt: skip
    return Finding(rule, Phrase("请另存为 CSV UTF-8 或 .xlsx", "save it as CSV UTF-8 or .xlsx"))


def _unzipped(content: bytes) -> bytes | Finding:
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        rule = Phrase("压缩文件已损坏", "the compressed file is damaged")
        return Finding(
            rule, Phrase("请重新压缩或直接给出 .csv", "compress it again, or give the .csv itself")
        )


def _separator(text: str) -> str:
    """The separator that cuts a row near the top into most cells; the comma if they are equal."""
    sample = text.splitlines()[:SAMPLE]
    return max(SEPARATORS, key=lambda mark: max((line.count(mark) for line in sample), default=0))



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
        found = UNKNOWN_KIND
    if isinstance(found, Finding):
        raise Unreadable(found)
    if not any(shown(cell) for row in found.rows for cell in row):
        raise Unreadable(EMPTY)
    return found


def _delimited_sheet(content: bytes, *, zipped: bool) -> Sheet | Finding:
    wrong = None if zipped else misnamed(content, workbook=False)
    rows = wrong or read_delimited(content, zipped=zipped)
    return rows if isinstance(rows, Finding) else Sheet("", rows, delimited=True)


def _workbook_sheet(content: bytes, sheet: str | None) -> Sheet | Finding:
    if not content:
        return EMPTY
    wrong = misnamed(content, workbook=True)
    if wrong:
        return wrong
    try:
        marks = find_marks(content)
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            name = _chosen(workbook, sheet, marks)
            return name if isinstance(name, Finding) else _read(workbook, name, marks)
    except (calamine.PasswordError, Locked):
        return LOCKED
    except TooWide:
        return STRAY_CELL
    except Exception:  # noqa: BLE001 - the reader's errors have no common class, and each means the same to a user
        return LOCKED if "EncryptedPackage".encode("utf-16-le") in content else DAMAGED


def _chosen(workbook: calamine.CalamineWorkbook, wanted: str | None, marks: Marks) -> str | Finding:
    """The sheet asked for; without a name the only one that is shown and holds something."""
    names = _names(workbook)
    if wanted is not None:
        normal = {name.strip(): name for name in names}
        return normal.get(wanted.strip()) or no_sheet(wanted, names)
    tables = [name for name in _names(workbook, shown_only=True) if not _instructs(name)]
    if len(tables) == 1:
        return tables[0]
    full = [name for name in tables if _holds_something(workbook, name, marks)]
    if len(full) > 1:
        return several_sheets(full)
    return full[0] if full else EMPTY


def _read(workbook: calamine.CalamineWorkbook, name: str, marks: Marks) -> Sheet | Finding:
    if marks.too_wide(name):
        return STRAY_CELL
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
        return DAMAGED
    columns = [["" if cell is None else cell for cell in column.to_pylist()] for column in table.columns]
    return Sheet("", [list(table.column_names), *map(list, zip(*columns, strict=True))])
