"""The sheet of an entry form that is filled in: headings, drop-downs and checks over empty rows, ready to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

from toolkit.forms.checks import check
from toolkit.forms.columns import FormColumn
from toolkit.reading.heading_faults import letters
from toolkit.reading.headings import find_headings
from toolkit.tables import Table
from toolkit.text import Language, Phrase

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


class Part(NamedTuple):
    """One table of a form: the table, what people call it, and its columns."""

    table: Table
    title: str
    columns: Sequence[FormColumn]


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
        look |= {"align": "center"} if column.choices or kind == "date" or column.keyed else {}
        look |= {"text_wrap": True, "indent": 1} if kind == "text" else {}
        return self.format(**look)


def write_sheet(book: FormBook, name: str, part: Part, lists: Mapping[str, str]) -> None:
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
        sheet.data_validation(first, place, last, place, check(column, cell, lists.get(column.key, ""), book.language))
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
