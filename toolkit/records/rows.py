"""Which rows of a sheet hold data, and which are blank, totals, notes, signatures or the heading once more.

Merged cells below a heading: what one says for several rows is filled down, and what nobody can know is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache

from toolkit.ground.problems import Problem
from toolkit.ground.text import Phrase, phrase
from toolkit.records.dictionary import NUMERIC, Column
from toolkit.records.files import Sheet
from toolkit.records.findings import normal_heading, plain, shown
from toolkit.records.headings import Headings, Merge

TOTAL = re.compile(
    r"(本页|本表|以上)?(合计|小计|总计|共计|累计|total|subtotal|sum)(:.*|\(.*\)|[0-9].*)?", re.IGNORECASE
)
NOTE = re.compile(
    r"(注|备注|附注|说明|填表说明|note)[0-9一二三四五六七八九十]*:.*", re.IGNORECASE | re.DOTALL
)
SIGNATURE = re.compile(
    r"(填表|填报|制表|审核|复核|经办|审批|负责|单位负责|签字|盖章|联系)(人|单位|日期|时间)?(\(.*?\))?(:.*)?"
    r"|(单位|日期|制表日期|单位名称|填表单位)(\(.*?\))?:.*",
    re.DOTALL,
)

ValidKey = Callable[[object], bool]


def data_rows(
    rows: Sequence[Sequence[object]], headings: Headings, keys: Sequence[int], valid_key: ValidKey
) -> list[int]:
    """The rows that hold data, counted from 0.

    A row led by 合计, 注：, 填表人： or the like is not data, unless one of the columns at the places `keys`
    holds a valid key.
    """
    leads = {next((cell for cell in row if cell), "") for row in headings.rows}
    telling = {lead[:1] for lead in leads} | {"t", "s", "n"}  # total, sum, note

    def is_data(row: Sequence[object]) -> bool:
        if row and type(row[0]) is str and row[0].isascii():
            begins = row[0].lstrip(" \t*")[:1]
            if begins.isalnum() and begins.lower() not in telling:  # most rows: led by a code or a number
                return True
        first = next((place for place, cell in enumerate(row) if cell != "" and shown(cell)), None)
        if first is None:
            return False
        lead = row[first]
        if not isinstance(lead, str):
            return True
        if is_remark(lead):
            return any(place < len(row) and place != first and valid_key(row[place]) for place in keys)
        return normal_heading(lead) not in leads or not _repeats(row, headings)

    return [number for number in range(headings.first, len(rows)) if is_data(rows[number])]


def _repeats(row: Sequence[object], headings: Headings) -> bool:
    return tuple(normal_heading(shown(cell)) for cell in row) in headings.rows


@lru_cache(maxsize=4096)
def is_remark(text: str) -> bool:
    """Whether a row's first words say that it is a total, a note or a signature.

    Examples
    --------
    >>> [is_remark(text) for text in ("合 计", "注：以上均为网络学时", "填表人：张三", "总计划部", "8")]
    [True, True, True, False, False]
    """
    words = "".join(plain(text).split())
    return any(pattern.fullmatch(words) for pattern in (TOTAL, NOTE, SIGNATURE))



LISTED = 12
SPLIT = Phrase("请取消合并，逐行逐格填写", "split the cell, and fill in every row and column")


@dataclass(frozen=True)
class Span:
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
    places = [heading.place for found in headings.columns.values() for heading in found]
    return frozenset(
        top
        for (top, left), (bottom, right) in sheet.merges
        if top == bottom >= headings.first and len(places) > 1 and left <= min(places) and right >= max(places)
        if top < len(sheet.rows) and not any(map(shown, sheet.rows[top][left + 1 :]))
    )


def spans(merges: Iterable[Merge], sheet: Sheet, places: Mapping[str, int], numbers: Sequence[int]) -> list[Span]:
    """The merged cells that cover data rows `numbers` and columns at `places`."""
    data, columns = frozenset(numbers), {place: key for key, place in places.items()}
    found = []
    for (top, left), (bottom, right) in merges:
        rows = tuple(row for row in range(top, bottom + 1) if row in data)
        keys = [columns[place] for place in range(left, right + 1) if place in columns]
        row = sheet.rows[top] if top < len(sheet.rows) else ()
        if rows and keys and left < len(row) and shown(row[left]):
            column = columns.get(left)
            found.append(Span(top, rows, column, tuple(key for key in keys if key != column)))
    return found


def filled_down(raws: Mapping[str, list[object]], numbers: Sequence[int], found: Iterable[Span], sheet: Sheet,
                places: Mapping[str, int]) -> None:  # fmt: skip
    """The text of each merged cell, put into every row of `raws` that it covers."""
    index = {number: n for n, number in enumerate(numbers)}
    for span in found:
        if span.column is not None:
            for row in span.rows:
                raws[span.column][index[row]] = sheet.rows[span.first][places[span.column]]


def merge_problems(
    found: Sequence[Span], columns: Mapping[str, Column], names: Mapping[str, str], place: Problem
) -> Iterator[Problem]:
    """A note for each column that was filled down, an error for each row where nobody can know what is meant."""
    for key in dict.fromkeys(span.column for span in found):
        tall = [span for span in found if span.column == key and len(span.rows) > 1]
        if key is None or not tall:
            continue
        if columns[key].type in NUMERIC:
            rule = Phrase("合并的数字：分不清是每行各一份还是合计", "a merged number: is it each row's, or the sum of all?")
            for span in tall:
                for row in span.rows:
                    yield replace(place, rule=rule, mend=SPLIT, row=row + 1, column=names[key])
        else:
            rows = {row for span in tall for row in span.rows}
            rule = phrase(
                "合并单元格已按每行相同读取（第 {rows} 行）", "merged cells count for each of their rows (rows {rows})",
                rows=ranges(rows),
            )  # fmt: skip
            mend = Phrase("如不对请取消合并后逐行填写", "split them and fill in each row if that is wrong")
            yield replace(place, severity="note", rule=rule, mend=mend, column=names[key])
    for span in found:
        for key in span.beside:
            rule = Phrase("单元格横向合并，分不清属于哪一列", "cells are merged across: which column is meant?")
            for row in span.rows:
                yield replace(place, rule=rule, mend=SPLIT, row=row + 1, column=names[key])


def ranges(rows: AbstractSet[int]) -> str:
    """Rows counted from 0, as Excel counts them and shortened.

    Examples
    --------
    >>> ranges({1, 2, 3, 6})
    '2-4, 7'
    """
    runs: list[list[int]] = []
    for row in sorted(rows):
        if runs and runs[-1][1] == row:
            runs[-1][1] = row + 1
        else:
            runs.append([row + 1, row + 1])
    said = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    return ", ".join(said[:LISTED]) + ("…" if len(said) > LISTED else "")
