"""A workbook being written: its formats, its sheets ready to print, its cells that are never formulas by accident."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from itertools import repeat
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellNumberTuple, CellStringTuple, Worksheet

from toolkit.ground.text import Phrase, joined
from toolkit.reports.columns import Lexicon, ListColumn, SheetColumn

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation


CALLS = re.compile(r"[^\s()+*/^&=<>,;-]+(?=\()")
"""What stands before a bracket in a formula: names of functions."""


class QuickSheet(Worksheet):  # type: ignore[misc] # which has no types
    """A worksheet of XlsxWriter, to be given to `add_worksheet`; its bytes are those that `Worksheet` writes.

    Numbers and texts with a format, which are nearly all cells, are put into the sheet as one piece, and formulas are searched
    for each of thirty newer functions only where they call one that XlsxWriter writes otherwise; all else as XlsxWriter does it.
    Were its own `_write_cell` or `_prepare_formula` called otherwise one day, this would only be slower.
    """

    def write_number(self, row: int, col: int, number: float, cell_format: Any = None) -> Any:
        """A number; rows and columns are always whole numbers here, never names like ``A1``."""
        return self._write_number(row, col, number, cell_format)

    def write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> Any:
        """A text, as above."""
        return self._write_string(row, col, string, cell_format)

    def _prepare_formula(self, formula: str, *how: Any, **named: Any) -> Any:
        newer = any((*how, *named.values())) or self.use_future_functions or formula.startswith("{") or formula.endswith("}")
        if newer or any(map(_rewritten, CALLS.findall(formula))):
            return super()._prepare_formula(formula, *how, **named)
        return formula.removeprefix("=")

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        kind = type(cell)
        if cell.format is None or (kind is not CellNumberTuple and kind is not CellStringTuple):
            super()._write_cell(row, col, cell)
            return
        start = f'<c r="{_letters(col)}{row + 1}" s="{cell.format._get_xf_index()}"'  # noqa: SLF001 - as its own class does
        if kind is CellNumberTuple:
            self.fh.write(f"{start}><v>{cell.number:.16G}</v></c>")
        else:
            self.fh.write(f'{start} t="s"><v>{cell.string}</v></c>')


@cache
def _rewritten(name: str) -> bool:
    """Whether XlsxWriter writes a call of this function otherwise than it is given."""
    return bool(Worksheet()._prepare_formula(f"{name}(") != f"{name}(")  # noqa: SLF001 - as its own class does


@cache
def _letters(column: int) -> str:
    return str(xl_col_to_name(column))



SHEETS = {
    "ranking": Phrase("排名", "Ranking"),
    "scores": Phrase("得分", "Scores"),
    "places": Phrase("名次与奖项复算", "Places and awards"),
    "values": Phrase("指标值", "Values"),
    "indicators": Phrase("原始数据", "Indicators"),
    "touched": Phrase("替代与处理的数值", "Values touched"),
    "scheme": Phrase("评选办法", "Scheme"),
    "movement": Phrase("升降", "Movement"),
    "changes_ahead": Phrase("今后的变化", "Changes ahead"),
    "problems": Phrase("问题", "Problems"),
    "firmness": Phrase("一页结论", "One page"),
    "certainty": Phrase("各奖把握", "Chances"),
    "stability": Phrase("权重区间", "Weight intervals"),
    "smallest_weights": Phrase("最小权重变动", "Smallest weights"),
    "smallest_values": Phrase("最小数据变动", "Smallest values"),
    "award_bounds": Phrase("任意权重下的奖项", "Award bounds"),
    "rank_bounds": Phrase("任意权重下的名次", "Rank bounds"),
    "ranks": Phrase("名次的范围", "Ranks drawn"),
    "grades": Phrase("各等级把握", "Grade chances"),
    "central_weights": Phrase("怎样的权重会得奖", "Winning weights"),
    "scenarios": Phrase("一切同时变动", "All at once"),
    "variance": Phrase("取决于哪项选择", "Which choice"),
    "removals": Phrase("逐项去掉", "Removals"),
    "records": Phrase("关键记录", "Decisive records"),
    "agreement": Phrase("其他方法的次序", "Other methods"),
    "chosen": Phrase("其他方法的人选", "Chosen by methods"),
    "rank_reversals": Phrase("次序颠倒", "Rank reversals"),
    "groups": Phrase("各类会员", "Kinds of members"),
    "fairness": Phrase("公平性", "Fairness"),
}
BODY, HEAD = "宋体", "黑体"
HEADING_ROW = 2
NUMBERS = (float, int)


class Book:
    """A workbook being written, with its formats and the sheets every evaluation has.

    Text always goes in as text: a name that begins with ``=`` is never a formula.
    """

    def __init__(self, evaluation: Evaluation, path: Path) -> None:
        self.evaluation = evaluation
        self.language = evaluation.scheme.language
        # In memory, and dated by the scheme: the same evaluation gives the same bytes on any day.
        self._path, self._content = path, BytesIO()
        self.file = xlsxwriter.Workbook(
            self._content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        created = dt.datetime.combine(evaluation.scheme.as_of, dt.time())
        self.file.set_properties({"title": evaluation.scheme.title, "created": created, "author": "committee"})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def save(self) -> None:
        """Write it as one piece: an archive opened on a full disk complains once more when it is cleared away."""
        self.file.close()
        self._path.write_bytes(self._content.getvalue())

    def format(self, **wanted: Any) -> Any:
        """A cell format: the house's font and thin border, and what is wanted besides."""
        key = tuple(sorted(wanted.items()))
        if key not in self._formats:
            plain = {
                "font_name": BODY,
                "font_size": 10,
                "border": 1,
                "border_color": "#A6A6A6",
                "valign": "vcenter",
                "indent": 0 if "align" in wanted or not wanted.get("border", 1) else 1,
            }
            self._formats[key] = self.file.add_format(plain | wanted)
        return self._formats[key]

    @property
    def heading(self) -> Any:
        """The format of column headings."""
        return self.format(font_name=HEAD, bold=True, align="center", text_wrap=True, bg_color="#E7E6E6", border_color="#404040")

    def number(self, decimals: int | None = None, **wanted: Any) -> Any:
        """A right-aligned number with so many decimals, or as it is."""
        shown = "General" if decimals is None else "0" if decimals == 0 else "0." + "0" * decimals
        return self.format(num_format=shown, align="right", **wanted)

    def sheet(self, name: str, subtitle: Phrase, *, top: int, left: int) -> Any:
        """An empty sheet with its title, ready to print: A4 landscape, headings on every page, page x of y."""
        scheme = self.evaluation.scheme
        sheet = self.file.add_worksheet(SHEETS[name].into(self.language), QuickSheet)
        bare = {"border": 0, "valign": "vcenter"}
        sheet.set_row(0, 28)
        sheet.write_string(0, 0, scheme.title, self.format(**bare, font_name=HEAD, font_size=16))
        trial = self.evaluation.trial
        marked = subtitle if trial is None else joined([trial, subtitle], "；", "; ")
        sheet.write_string(1, 0, marked.into(self.language), self.format(**bare, font_color="#404040"))
        sheet.freeze_panes(top, left)
        sheet.repeat_rows(0, top - 1)
        _ready_to_print(sheet, SHEETS[name].into(self.language), _footer(self.evaluation))
        return sheet

    def headings(self, sheet: Any, row: int, columns: Sequence[tuple[Phrase | str, float]]) -> None:
        """Column headings in one row, with the columns' widths."""
        sheet.set_row(row, 32)
        for position, (label, width) in enumerate(columns):
            sheet.set_column(position, position, width)
            shown = label.into(self.language) if isinstance(label, Phrase) else label
            sheet.write_string(row, position, shown, self.heading)

    def height(self, sheet: Any, row: int, *texts: tuple[object, float]) -> float:
        """Make a row high enough for wrapped texts, each given with the width of its column; how high, in points."""
        # Not every program that opens a workbook fits the rows itself.
        lines = max((_lines(str(text), width) for text, width in texts), default=1)
        high = max(17.0, 13.0 * lines + 3.0)
        sheet.set_row(row, high)
        return high

    def cell(self, sheet: Any, row: int, column: int, value: Any, form: Any) -> None:
        """One cell: numbers as numbers, everything else as text, nothing where nothing is known."""
        if isinstance(value, str):
            sheet.write_string(row, column, value, form)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, form)
        elif isinstance(value, NUMBERS) and value == value:  # noqa: PLR0124 - NaN alone is not itself, and this is the quickest look
            sheet.write_number(row, column, value, form)
        elif pd.isna(value):
            sheet.write_blank(row, column, None, form)
        else:
            sheet.write_string(row, column, str(value), form)

    def list_sheet(
        self, name: str, note: Phrase, columns: Sequence[ListColumn], values: Sequence[Sequence[Any]], *,
        left: int = 2, filtered: bool = True, shades: Sequence[str] = (),
    ) -> Any:  # fmt: skip
        """A sheet with a list: its columns as they are declared, a row of cells for each row.

        Parameters
        ----------
        values
            One sequence for each column, all of the same length.
        left
            How many columns stay in sight.
        filtered
            Whether a reader may choose rows by what stands in a column.
        shades
            The background of each row; empty for none.
        """
        placed = [(column.heading, column.sheet) for column in columns if column.sheet]
        sheet, lexicon = self.sheet(name, note, top=HEADING_ROW + 1, left=left), Lexicon.of(self.evaluation)
        self.headings(sheet, HEADING_ROW, [(look.heading or heading, look.width) for heading, look in placed])
        cells = zip(*([look.cell(value, lexicon) for value in column] for (_, look), column in zip(placed, values, strict=True)), strict=True)
        tall = [(place, look.width * look.tall) for place, (_, look) in enumerate(placed) if look.tall]
        forms: dict[str, list[Any]] = {}
        row = HEADING_ROW
        for row, (shade, shown) in enumerate(zip(shades or repeat(""), cells, strict=False), start=HEADING_ROW + 1):
            if tall:
                self.height(sheet, row, *((shown[place], width) for place, width in tall))
            if shade not in forms:
                forms[shade] = [self._look(look, shade) for _, look in placed]
            for column, (cell, form) in enumerate(zip(shown, forms[shade], strict=True)):
                self.cell(sheet, row, column, cell, form)
        if filtered:
            sheet.autofilter(HEADING_ROW, 0, row, len(placed) - 1)
        return sheet

    def _look(self, column: SheetColumn, shade: str) -> Any:
        look = {**column.look, **({"bg_color": shade} if shade else {})}
        if not column.figures:
            return self.format(**look)
        return self.number(self.evaluation.scheme.decimals if column.figures == "scheme" else None, **look)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column so many characters wide; a Chinese character is two wide."""
    return sum(max(1, ceil(_columns(line) / (width - 1))) for line in text.split("\n"))


def _columns(line: str) -> int:
    return len(line) if line.isascii() else len(line) + sum(map(_is_wide, line))


@cache
def _is_wide(sign: str) -> bool:
    return east_asian_width(sign) in "WF"


def _ready_to_print(sheet: Any, name: str, footer: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.75)
    sheet.set_header(f"&R&9{name}")
    sheet.set_footer(footer)


def _footer(evaluation: Evaluation) -> str:
    digest = evaluation.digests.get("scheme.toml", "")[:16]
    left = {"zh": f"评选办法指纹 {digest}", "en": f"scheme {digest}"} if digest else {"zh": "", "en": ""}
    page = {"zh": "第 &P 页，共 &N 页", "en": "page &P of &N"}
    sign = {
        "zh": "签字：＿＿＿＿＿＿＿  日期：＿＿＿＿＿＿＿",
        "en": "signed ______________  date ____________",
    }
    language = evaluation.scheme.language
    return f"&L&9{left[language]}&C&9{page[language]}&R&9{sign[language]}"
