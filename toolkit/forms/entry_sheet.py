"""The sheets of an entry form: 填表说明, which says what goes into each column, and those to fill in, ready to print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from toolkit.forms.columns import FormColumn, allowed, asked_for, cell_check, example, when_unknown
from toolkit.ground.display import display_width
from toolkit.ground.text import OFFICE, Language, Phrase, phrase
from toolkit.records.dictionary import Table
from toolkit.records.headings import find_headings, letters

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.measures import Selection


BODY, HEAD = "宋体", "黑体"
HEADING_ROW = 2  # under the title and one line of hints
RULED = 12  # empty rows drawn and printed on one sheet of paper at full size
AT_FULL_SIZE = 125  # characters across a landscape A4 page at full size
CHECKED = 10_000  # rows that the checks reach
PAGE = 200  # characters across a landscape A4 page, still readable
FORMATS = {"date": "yyyy-mm-dd", "number": "General", "money": "#,##0.00##", "percent": "0.00%"}
HINT = Phrase(
    "带 * 的列必填。每行一条，从表头下一行起连续填写，不插空行、不合并单元格、不改表头。不知道的留空，不要填 0。",
    "Columns with * are required. One row each, from below the heading on; merge no cells, change no heading. "
    "Leave empty what is unknown: never write 0 for it.",
)
FOOTER = Phrase(
    "&L&10填报单位（盖章）：＿＿＿＿＿＿＿＿&C&10第 &P 页，共 &N 页&R&10填表人：＿＿＿＿＿　日期：＿＿＿＿＿＿",
    "&L&10Member (seal): ______________&C&10page &P of &N&R&10Filled in by: __________  date: __________",
)

Formats = dict[tuple[tuple[str, Any], ...], Any]


class FormPart(NamedTuple):
    """One table of a form: the table, what people call it, and its columns."""

    table: Table
    title: str
    columns: Sequence[FormColumn]


@contextmanager
def form_book(content: BytesIO, title: str, scheme: Scheme) -> Iterator[FormBook]:
    """A form to be written; at the end its bytes, the same every time, stand in `content`."""
    import xlsxwriter

    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as file:
        file.set_properties({"title": title, "created": dt.datetime.combine(scheme.as_of, dt.time()), "author": "committee"})
        yield FormBook(file, scheme.language)


class FormBook:
    """A form being written: its workbook and its formats, each made once."""

    def __init__(self, file: Any, language: Language) -> None:
        self.file = file
        self.language = language
        self._formats: Formats = {}

    def format(self, **wanted: Any) -> Any:
        """A cell format: the house's font, a thin border, text in the middle, and what is wanted besides."""
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            plain = {"font_name": BODY, "font_size": 11, "border": 1, "border_color": "#7F7F7F", "valign": "vcenter"}
            self._formats[key] = self.file.add_format(plain | wanted)
        return self._formats[key]

    def bare(self, **wanted: Any) -> Any:
        """A format without a border, for titles and lines of text."""
        return self.format(border=0, **wanted)

    def heading(self, *, required: bool) -> Any:
        """The format of a column heading; a required one is coloured, and bold in black and white too."""
        colour = "#FFD966" if required else "#EDEDED"
        look = {"align": "center", "text_wrap": True, "bg_color": colour, "border_color": "#404040"}
        return self.format(font_name=HEAD, bold=required, **look)

    def cells(self, column: FormColumn, *, ruled: bool) -> Any:
        """The format of a column's cells: codes and words are text, so that no program turns them into numbers."""
        kind = column.spec.type
        look: dict[str, Any] = {"num_format": FORMATS.get(kind, "@"), "border": int(ruled)}
        look |= {"bg_color": "#FFF9E7"} if column.spec.required and ruled else {}
        look |= {"align": "center"} if column.choices or kind == "date" or column.spec.keyed else {}
        look |= {"text_wrap": True, "indent": 1} if kind == "text" else {}
        return self.format(**look)


def write_sheet(book: FormBook, name: str, part: FormPart, lists: Mapping[str, str]) -> None:
    """The sheet called `name` that is filled in for one table.

    Parameters
    ----------
    lists
        Column id to the formula that says where its drop-down is listed.
    """
    table, title, columns = part
    sheet = book.file.add_worksheet(name)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, book.cells(column, ruled=False))
    _write_top(book, sheet, _title(title, table), columns)
    first, last = HEADING_ROW + 1, HEADING_ROW + CHECKED
    for place, column in enumerate(columns):
        cell = f"{letters(place)}{first + 1}"
        sheet.data_validation(first, place, last, place, cell_check(column, cell, lists.get(column.key, ""), book.language))
    _rule_rows(book, sheet, columns, first)
    _mark_gaps(book, sheet, columns, first, last)
    _ready_to_print(sheet, columns, book.language)


def _write_top(book: FormBook, sheet: Any, title: str, columns: Sequence[FormColumn]) -> None:
    """Title, hint and headings; the headings stay in sight."""
    sheet.set_row(0, 30)
    sheet.set_row(1, 20)
    sheet.write_string(0, 0, title, book.bare(font_name=HEAD, font_size=16))
    sheet.write_string(1, 0, HINT.into(book.language), book.bare(font_size=10, font_color="#404040"))
    sheet.set_row(HEADING_ROW, 16 * max(len(column.heading_lines) for column in columns) + 10)
    for place, column in enumerate(columns):
        text = "\n".join(column.heading_lines)
        sheet.write_string(HEADING_ROW, place, text, book.heading(required=column.spec.required))
    sheet.freeze_panes(HEADING_ROW + 1, 1 if len(columns) > 6 else 0)


def _rule_rows(book: FormBook, sheet: Any, columns: Sequence[FormColumn], first: int) -> None:
    """Empty rows that are printed too and fill a page, high enough for a hand or for two lines."""
    sheet.set_default_row(30)
    shrunk = min(max(1.0, sum(column.width for column in columns) / AT_FULL_SIZE), PAGE / AT_FULL_SIZE)
    for row in range(first, first + int(RULED * shrunk)):
        for place, column in enumerate(columns):
            sheet.write_blank(row, place, None, book.cells(column, ruled=True))


def _mark_gaps(book: FormBook, sheet: Any, columns: Sequence[FormColumn], first: int, last: int) -> None:
    """A row that was begun is ruled, and a required cell still empty in it takes another colour."""
    begun = f"COUNTA($A{first + 1}:${letters(len(columns) - 1)}{first + 1})>0"
    gap = book.file.add_format({"bg_color": "#F4B183", "pattern": 1})
    for place, column in enumerate(columns):
        if column.spec.required:
            formula = f"=AND({begun},LEN({letters(place)}{first + 1})=0)"
            sheet.conditional_format(first, place, last, place, {"type": "formula", "criteria": formula, "format": gap})
    line = book.file.add_format({"border": 1, "border_color": "#7F7F7F"})
    sheet.conditional_format(first, 0, last, len(columns) - 1, {"type": "formula", "criteria": f"={begun}", "format": line})


def _ready_to_print(sheet: Any, columns: Sequence[FormColumn], language: Language) -> None:
    """A4 landscape, headings on every page, no more pages across than the columns need."""
    across = max(1, ceil(sum(column.width for column in columns) / PAGE))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.8)
    sheet.fit_to_pages(across, 0)
    sheet.repeat_rows(0, HEADING_ROW)
    if across > 1:
        sheet.repeat_columns(0)
    sheet.set_footer(FOOTER.into(language))


def _title(title: str, table: Table) -> str:
    """The title over the table, in a form that is never mistaken for a heading."""
    return f"《{title}》" if find_headings([[title]], table.column) else title


TITLE = Phrase("填表说明", "Instructions")
COLUMNS = (
    (Phrase("列", "Column"), 7),
    (Phrase("表头", "Heading"), 20),
    (Phrase("填什么", "What to fill in"), 42),
    (Phrase("单位", "Unit"), 8),
    (Phrase("范围或可选值", "Range or choices"), 30),
    (Phrase("示例", "Example"), 24),
    (Phrase("不知道时", "If unknown"), 18),
)
ON_ONE_PAGE = 20  # so many columns explained are still readable on one sheet of paper
WIDTH = sum(width for _, width in COLUMNS)
PERSONAL = Phrase("个人信息，仅供核对，不公开。", "Personal: used for checking only, never published.")
PERSONAL_HERE = Phrase(
    "标有“个人信息”的列仅供秘书处核对和联系，不进入评价结果，不公开；请勿在其他列里写个人姓名、电话和身份证号。",
    "Columns marked personal serve the secretariat's checks only: they enter no result and are never published. "
    "Write no names, telephone or identity numbers into other columns.",
)
UNKNOWN = Phrase(
    "不知道的留空，不要填 0：空白与 0 不同。写“/”“—”“无”“暂缺”也按空白处理。",
    "Leave empty what is unknown, and never write 0 for it. /, — and the like count as empty.",
)
INAPPLICABLE = Phrase(
    "“不适用”与空白不同：表示这一项与该会员无关。只有上表注明的列可以这样写。",
    "Not applicable differs from empty: the matter does not concern the member. Only columns that say so take it.",
)
CODES = Phrase(
    "信用代码、编号、文号、电话所在的列已设为文本格式，请直接填写；从别处粘贴时用“选择性粘贴—数值”，以免改掉格式和下拉框。",
    "Codes and numbers are text: type them as they are, and paste values only, so that formats and lists stay.",
)
OLDER = Phrase(
    "评价期以前的记录，到评价基准日仍在有效期内的，也要填写。",
    "Records from before the period belong here too, if they are still in force on the as-of date.",
)
IN_FORCE = Phrase("到评价基准日仍在有效期内的记录，不论发生在何时，都要填写。", "Whatever is still in force on that day belongs here, whenever it happened.")
EMPTY = Phrase("本期没有记录的，请原样交回空表，表示“没有”。", "If there is nothing to record, return the form empty: it says so.")
CHANGES = Phrase(
    "不要改表头、工作表名和文件类型（.xlsx）；文件名可在后面加单位名称，如“{stem}（某某公司）.xlsx”。",
    "Keep the headings, the sheet's name and the file type (.xlsx); the file's name may be longer, such as `{stem} (member).xlsx`.",
)


def write_notes(book: FormBook, name: str, tables: Mapping[str, FormPart], scheme: Scheme, stem: str) -> None:
    """The sheet called `name` that explains every part of a form, by the name of its table: table, title and columns."""
    sheet = book.file.add_worksheet(name)
    sheet.hide_gridlines(2)
    for place, (_, width) in enumerate(COLUMNS):
        sheet.set_column(place, place, width)
    row, parts = 0, tuple(tables.values())
    for number, (table_name, part) in enumerate(tables.items()):
        row = _write_part(book, sheet, row + bool(number), part, _facts(table_name, part.table, scheme))
    rules = list(_rules(parts, stem))
    _write_line(book, sheet, row, Phrase("填写要求", "Rules"), bold=True)
    for number, rule in enumerate(rules, start=1):
        _write_line(book, sheet, row + number, Phrase(f"{number}. {rule.zh}", f"{number}. {rule.en}"))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, int(len(parts) == 1 and len(parts[0].columns) <= ON_ONE_PAGE))
    sheet.set_footer(Phrase("&C&9第 &P 页，共 &N 页", "&C&9page &P of &N").into(book.language))


def _write_part(book: FormBook, sheet: Any, row: int, part: FormPart, facts: Iterable[Phrase]) -> int:
    """One table explained from `row` on; gives the first row below."""
    _, title, columns = part
    heading = phrase("{title}　填表说明", "{title}: instructions", title=title)
    sheet.set_row(row, 32)
    sheet.merge_range(row, 0, row, len(COLUMNS) - 1, heading.into(book.language), book.bare(font_name=HEAD, font_size=16))
    for line in facts:
        row += 1
        _write_line(book, sheet, row, line)
    row += 2
    sheet.set_row(row, 24)
    for place, (label, _) in enumerate(COLUMNS):
        sheet.write_string(row, place, label.into(book.language), book.heading(required=False))
    for place, column in enumerate(columns):
        row += 1
        _write_column(book, sheet, row, place, column)
    return row + 2


def _facts(name: str, table: Table, scheme: Scheme) -> Iterator[Phrase]:
    """What the table is for, who fills it in, until when, whom to send it to, how long it is kept."""
    yield phrase("适用：{title}", "For: {title}", title=scheme.title)
    if table.purpose:
        yield phrase("用途：{said}", "Purpose: {said}", said=table.purpose)
    if table.filled_by:
        yield phrase("填报：{said}", "Filled in by: {said}", said=table.filled_by)
    to = scheme.publication.asked if scheme.publication else OFFICE
    yield phrase("交给：{zh}", "Return to: {en}", zh=to.zh, en=to.en)
    blank = Phrase("＿＿＿＿年＿＿月＿＿日前", "before ____-__-__")
    due = Phrase(table.due, table.due) if table.due else blank
    yield phrase("时限：{zh}", "Due: {en}", zh=due.zh, en=due.en)
    yield from _times(name, table, scheme)
    if table.kept:
        yield phrase("保存：{said}", "Kept: {said}", said=table.kept)


def _times(name: str, table: Table, scheme: Scheme) -> Iterator[Phrase]:
    """From which days records are wanted: of the period, and what happened before it where a window still counts it."""
    read = [selection for selection in _selections(scheme) if selection.table == name]
    by_window = [selection.window is not None and not selection.in_period for selection in read]
    if scheme.period and table.date and not (read and all(by_window)):
        first, last = scheme.period
        heading = table.column[table.date].headings[:1] or (table.date,)
        yield phrase(
            "评价期：{first} 至 {last}（按“{name}”计）；评价基准日 {day}。",
            "Period: {first} to {last} (by {name}); as of {day}.",
            first=first, last=last, name=heading[0], day=scheme.as_of,
        )  # fmt: skip
    elif any(by_window):
        yield phrase("评价基准日 {day}。", "As of {day}.", day=scheme.as_of)
    if any(by_window):
        yield OLDER if scheme.period else IN_FORCE


def _selections(scheme: Scheme) -> Iterator[Selection]:
    """The rows that the scheme reads for a member, of every table."""
    measures = (*(item.measure for item in scheme.indicators), *(item.measure for item in scheme.adjustments),
                *(item.measure for item in scheme.conditions))  # fmt: skip
    yield from (term.selection for measure in measures for term in measure.terms)
    yield from (veto.when for veto in scheme.vetoes)


def _write_column(book: FormBook, sheet: Any, row: int, place: int, column: FormColumn) -> None:
    """What one column of the form wants."""
    content = asked_for(column)
    extra = [Phrase(column.spec.note, column.spec.note)] if column.spec.note else []
    extra += [PERSONAL] if column.spec.personal else []
    filled = Phrase("。".join([content.zh, *(e.zh.rstrip("。") for e in extra)]), "; ".join([content.en, *(e.en.rstrip(".") for e in extra)]))
    texts = [
        letters(place), column.heading, f"{filled.into(book.language)}{'。' if book.language == 'zh' else '.'}",
        column.spec.measure, allowed(column).into(book.language), example(column).into(book.language),
        when_unknown(column).into(book.language),
    ]  # fmt: skip
    centred = {0, 3}
    for position, text in enumerate(texts):
        look = {"align": "center"} if position in centred else {"text_wrap": True, "align": "left", "indent": 1}
        colour = {"bg_color": "#FFF2CC"} if column.spec.required and position == 1 else {}
        sheet.write_string(row, position, text, book.format(font_size=10, num_format="@", **look, **colour))
    sheet.set_row(row, max(_height(text, width) for text, (_, width) in zip(texts, COLUMNS, strict=True)))


def _write_line(book: FormBook, sheet: Any, row: int, line: Phrase, *, bold: bool = False) -> None:
    text = line.into(book.language)
    look = book.bare(font_name=HEAD, font_size=12) if bold else book.bare(text_wrap=True)
    sheet.merge_range(row, 0, row, len(COLUMNS) - 1, text, look)
    sheet.set_row(row, _height(text, WIDTH) + 3)


def _rules(parts: Sequence[FormPart], stem: str) -> Iterator[Phrase]:
    columns = [column for _, _, columns in parts for column in columns]
    yield Phrase("带 * 的列必填；其余的列知道就填。每行写一条记录。", "Columns with * are required. One row for each record.")
    yield UNKNOWN
    if any(column.not_applicable for column in columns):
        yield INAPPLICABLE
    yield CODES
    if any(column.spec.personal for column in columns):
        yield PERSONAL_HERE
    yield EMPTY
    yield phrase(CHANGES.zh, CHANGES.en, stem=stem)


def _height(text: str, width: float) -> float:
    """How high a row must be for a wrapped text: not every program that opens a form fits the rows itself."""
    lines = sum(max(1, ceil(display_width(line) / (width - 1))) for line in text.split("\n"))
    return max(20.0, 14.0 * lines + 6.0)
