"""Which rows of a sheet hold data, and which are blank, totals, notes, signatures or the heading once more."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from toolkit.reading.findings import plain, shown
from toolkit.reading.headings import Headings, normal_heading

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
