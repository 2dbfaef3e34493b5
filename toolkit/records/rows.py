"""Which rows of a sheet hold data, and which are blank, totals, notes, signatures or the heading once more.

Of merged cells below the heading, what one says for several rows is filled down, and what nobody can know is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache

from toolkit.ground.problems import Problem
from toolkit.ground.text import Phrase, phrase
from toolkit.records.cells import EXCEL_ERRORS, Cell, read_cells
from toolkit.records.dictionary import NUMERIC, Column
from toolkit.records.files import Sheet
from toolkit.records.findings import half_width, normal_heading, shown
from toolkit.records.headings import Headings, Merge
from toolkit.records.values import read_month

SUMMED = r"(本页|本表|以上|全部|全年)?(合计|小计|总计|共计|汇总|total|subtotal|sum)"
TOTAL = re.compile(rf"({SUMMED}|(本页|本表|以上)?累计|(总)?平均(值|数|分)?|均值|最[大小高低](值|分)|average|mean)(:.*|\(.*\)|[0-9].*)?", re.IGNORECASE)
SUM = re.compile(rf"{SUMMED}(:|\(.*\))?", re.IGNORECASE)
PART = re.compile(r"(本页|本表|以上)?(小计|subtotal)", re.IGNORECASE)
CLOSING = re.compile(
    r"[-—=*·.…]*((本页|此页|此行)?(以下|以上|下)?(均?为)?(空白|空|无正文|无内容|无数据)|(全表)?(完|完毕|结束|终)|end)[-—=*·.…。]*"
    r"|(总|一)?共(计)?[0-9]+(家|个|人|名|户|条|项|次|份|页|行|张|笔|件|场)[^0-9]{0,6}"
    r"|第?[0-9]+页?[,/、;]*共?[0-9]+页|第[0-9]+页|共[0-9]+页[,/、;]*第[0-9]+页|page[0-9]+((of|/)[0-9]+)?",
    re.IGNORECASE,
)
NOTE = re.compile(r"(注|备注|附注|说明|填表说明|note)[0-9一二三四五六七八九十]*:.*", re.IGNORECASE | re.DOTALL)
SIGNATURE = re.compile(
    r"(填表|填报|制表|审核|复核|经办|经手|审批|审定|批准|校对|负责|单位负责|签字|签名|盖章|联系)(人|单位|日期|时间)?(签字|签名|签章|盖章)?(\(.*?\))?(:.*)?"
    r"|(分管|主管|单位|部门)?(领导|负责人|会长|副会长|秘书长|主任|主管|经理)\(?(签字|签名|签章|审批|审核|意见)\)?(日期)?(\(.*?\))?(:.*)?"
    r"|(单位|日期|制表日期|单位名称|填表单位)(\(.*?\))?:.*",
    re.DOTALL,
)

ENGLISH = frozenset(("tot", "sub", "sum", "not", "ave", "mea", "pag", "end"))  # how a line that is not data may begin
FIGURE = re.compile(r"[-+¥(]*[0-9][0-9,.]*\)?\s*(?:%|[^\W\d_]{0,4})")  # of a total: 12.5, 1,200元, 3家
FRACTION = re.compile(r"[^0-9.]")

ValidKey = Callable[[object], bool]


def data_rows(
    rows: Sequence[Sequence[object]], headings: Headings, keys: Sequence[int], valid_key: ValidKey, merged: AbstractSet[int] = frozenset()
) -> list[int]:
    """The rows that hold data, counted from 0.

    A row led by 合计, 注：, 填表人： or the like is not data, unless one of the columns at the places `keys` holds a
    valid key, or another known column something that does not belong to such a line. Nor is a day alone below them all,
    unless the row is one of those `merged` with others.
    """
    known = frozenset(heading.place for answers in headings.columns.values() for heading in answers)
    leads = {next((cell for cell in row if cell), "") for row in headings.rows}
    begun = {lead[:1] for lead in leads}

    @cache
    def leads_data(begins: str) -> bool:
        return begins[:1].isalnum() and begins[:1].lower() not in begun and begins.lower() not in ENGLISH

    def is_data(row: Sequence[object]) -> bool:
        if row and type(row[0]) is str and row[0].isascii() and leads_data(row[0][:3]):  # most rows: led by a code or a number
            return True
        first = next((place for place, cell in enumerate(row) if cell != "" and shown(cell)), None)
        if first is None:
            return False
        lead = row[first]
        if not isinstance(lead, str):
            return True
        if is_remark(lead):
            if any(place < len(row) and place != first and valid_key(row[place]) for place in keys):
                return True
            return not all(_belongs(row, place, first) for place in known if place < len(row) and place != first)
        return normal_heading(lead) not in leads or not _repeats(row, headings)

    numbers = [number for number in range(headings.first, len(rows)) if is_data(rows[number])]
    while len(known) > 1 and numbers and numbers[-1] not in merged and _is_day_alone(rows[numbers[-1]]):
        numbers.pop()
    return numbers


def _belongs(row: Sequence[object], place: int, first: int) -> bool:
    """Whether a cell of a total, a note or a signature belongs to it: a number of a total, a name behind 审核人：."""
    text = half_width(row[place])
    if not any(map(str.isalnum, text)) or is_remark(text):
        return True
    if TOTAL.fullmatch("".join(half_width(row[first]).split())):
        return bool(FIGURE.fullmatch(text) or EXCEL_ERRORS.fullmatch(text))
    left = "".join(half_width(row[place - 1]).split()) if place else ""
    return bool(SIGNATURE.fullmatch(left) or NOTE.fullmatch(left)) and (not any(map(str.isdigit, text)) or _is_day(row[place]))


def _is_day_alone(row: Sequence[object]) -> bool:
    filled = [cell for cell in row if shown(cell)]
    return len(filled) == 1 and _is_day(filled[0])


def _is_day(cell: object) -> bool:
    return isinstance(cell, str | dt.date) and isinstance(read_month(cell, "first"), dt.date)


def _repeats(row: Sequence[object], headings: Headings) -> bool:
    return tuple(normal_heading(shown(cell)) for cell in row) in headings.rows


@lru_cache(maxsize=4096)
def is_remark(text: str) -> bool:
    """Whether a row's first words say that it is a total, a note or a signature.

    Examples
    --------
    >>> [is_remark(text) for text in ("合 计", "注：以上均为网络学时", "填表人：张三", "第 1 页，共 2 页", "以下空白")]
    [True, True, True, True, True]
    >>> [is_remark(text) for text in ("总计划部", "8", "空白科技公司")]
    [False, False, False]
    """
    words = "".join(half_width(text).split())
    return any(pattern.fullmatch(words) for pattern in (TOTAL, NOTE, SIGNATURE, CLOSING))


def total_problems(  # noqa: PLR0917 - all that is known of a sheet
    sheet: Sheet, numbers: Sequence[int], headings: Headings, cells: Mapping[str, Sequence[Cell]], columns: Mapping[str, Column],
    units: Mapping[str, str], place: Problem,
) -> Iterator[Problem]:  # fmt: skip
    """A warning for each 小计 or 合计 that is not the sum of the rows above it: a row may be lost, or a number changed.

    A 合计 may begin at the first row or below the sum before it, a 小计 anywhere below that.

    Parameters
    ----------
    numbers
        The data rows, counted from 0.
    units
        By column the unit its numbers are in, where the sheet says another than the data dictionary.
    """
    amounts = [key for key in cells if columns[key].type in {"number", "money"} and not columns[key].personal]
    since = 0
    for row in sorted(set(range(headings.first, len(sheet.rows))) - set(numbers)):
        lead = next((text for cell in sheet.rows[row] if (text := "".join(half_width(cell).split()))), "")
        if not SUM.fullmatch(lead):
            continue
        above = bisect_left(numbers, row)
        begins = range(since, above) if PART.match(lead) else dict.fromkeys((0, since))
        for key in amounts:
            heading = headings.columns[key][0]
            raw = sheet.rows[row][heading.place] if heading.place < len(sheet.rows[row]) else ""
            (written,) = read_cells([raw], columns[key].model_copy(update={"range": None}), written_in=units.get(key, ""))
            sums = [total for begin in begins if (total := _sum(cells[key][begin:above])) is not None]
            if isinstance(written.value, float) and sums and not any(_is_sum(written.value, total, raw) for total in sums):
                yield replace(_no_sum(lead, sums[0]), file=place.file, sheet=place.sheet, row=row + 1, column=heading.text, value=shown(raw))
        since = above


def _no_sum(lead: str, total: Decimal) -> Problem:
    rule = phrase("“{lead}”不是上面各行之和，各行相加是 {total}", "`{lead}` is not the sum of the rows above, which is {total}", lead=lead, total=f"{total:f}")
    return Problem("warning", rule, Phrase("请核对是否漏了行或改过数", "see whether a row is missing or a number was changed"))


def _is_sum(written: float, total: Decimal, raw: object) -> bool:
    """Whether a total is the sum, or the sum rounded to the decimals that it is written with."""
    decimals = len(FRACTION.sub("", half_width(raw)).partition(".")[2])
    return abs(total - Decimal(repr(written))) <= (Decimal(5).scaleb(-decimals - 1) if decimals else 0)


def _sum(cells: Sequence[Cell]) -> Decimal | None:
    """The sum of what is read; None where nothing is, or where nobody knows what a cell says."""
    values = [cell.value for cell in cells if isinstance(cell.value, float)]
    unclear = any(cell.state == "problem" for cell in cells)
    return None if unclear or not values else sum((Decimal(repr(value)) for value in values), Decimal(0)).normalize()


LISTED = 12
SPLIT = Phrase("请取消合并，逐行逐格填写", "split the cell, and fill in every row and column")


@dataclass(frozen=True)
class MergedCell:
    """A merged cell with something in it, among the data rows.

    Parameters
    ----------
    first
        The row that holds its text, counted from 0.
    rows
        The data rows that it covers.
    column
        Which of the table's columns its text stands in; None for another one.
    beside
        The table's columns that it covers too.
    """

    first: int
    rows: tuple[int, ...]
    column: str | None
    beside: tuple[str, ...]


def banners(sheet: Sheet, headings: Headings) -> frozenset[int]:
    """Rows that are one merged cell over all the table's columns: the title of a part, and no data."""
    places = [heading.place for answers in headings.columns.values() for heading in answers]
    return frozenset(
        top
        for (top, left), (bottom, right) in sheet.merges
        if top == bottom >= headings.first and len(places) > 1 and left <= min(places) and right >= max(places)
        if top < len(sheet.rows) and not any(map(shown, sheet.rows[top][left + 1 :]))
    )


def merged_data(merges: Iterable[Merge], sheet: Sheet, places: Mapping[str, int], numbers: Sequence[int]) -> list[MergedCell]:
    """The merged cells that cover data rows `numbers` and columns at `places`."""
    data, columns = frozenset(numbers), {place: key for key, place in places.items()}
    cells = []
    for (top, left), (bottom, right) in merges:
        rows = tuple(row for row in range(top, bottom + 1) if row in data)
        keys = [columns[place] for place in range(left, right + 1) if place in columns]
        row = sheet.rows[top] if top < len(sheet.rows) else ()
        if rows and keys and left < len(row) and shown(row[left]):
            column = columns.get(left)
            cells.append(MergedCell(top, rows, column, tuple(key for key in keys if key != column)))
    return cells


def filled_down(raws: Mapping[str, list[object]], numbers: Sequence[int], merged: Iterable[MergedCell], sheet: Sheet,
                places: Mapping[str, int]) -> None:  # fmt: skip
    """The text of each merged cell, put into every row of `raws` that it covers."""
    index = {number: n for n, number in enumerate(numbers)}
    for cell in merged:
        if cell.column is not None:
            for row in cell.rows:
                raws[cell.column][index[row]] = sheet.rows[cell.first][places[cell.column]]


def merge_problems(
    merged: Sequence[MergedCell], columns: Mapping[str, Column], names: Mapping[str, str], place: Problem
) -> Iterator[Problem]:
    """A note for each column that was filled down, an error for each row where nobody can know what is meant."""
    for key in dict.fromkeys(cell.column for cell in merged):
        tall = [cell for cell in merged if cell.column == key and len(cell.rows) > 1]
        if key is None or not tall:
            continue
        if columns[key].type in NUMERIC:
            rule = Phrase("合并的数字：分不清是每行各一份还是合计", "a merged number: is it each row's, or the sum of all?")
            for cell in tall:
                for row in cell.rows:
                    yield replace(place, rule=rule, mend=SPLIT, row=row + 1, column=names[key])
        else:
            rows = {row for cell in tall for row in cell.rows}
            rule = phrase(
                "合并单元格已按每行相同读取（第 {rows} 行）", "merged cells count for each of their rows (rows {rows})",
                rows=row_ranges(rows),
            )  # fmt: skip
            mend = Phrase("如不对请取消合并后逐行填写", "split them and fill in each row if that is wrong")
            yield replace(place, severity="note", rule=rule, mend=mend, column=names[key])
    for cell in merged:
        for key in cell.beside:
            rule = Phrase("单元格横向合并，分不清属于哪一列", "cells are merged across: which column is meant?")
            for row in cell.rows:
                yield replace(place, rule=rule, mend=SPLIT, row=row + 1, column=names[key])


def row_ranges(rows: AbstractSet[int]) -> str:
    """Rows counted from 0, as Excel counts them and shortened.

    Examples
    --------
    >>> row_ranges({1, 2, 3, 6})
    '2-4, 7'
    """
    runs: list[list[int]] = []
    for row in sorted(rows):
        if runs and runs[-1][1] == row:
            runs[-1][1] = row + 1
        else:
            runs.append([row + 1, row + 1])
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    return ", ".join(texts[:LISTED]) + ("…" if len(texts) > LISTED else "")
