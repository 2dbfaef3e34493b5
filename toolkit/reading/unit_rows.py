"""Rows that say units: 单位：万元 above a table, or （元） under each heading."""

from __future__ import annotations

import re
from collections.abc import Sequence

from toolkit.reading.findings import plain, shown
from toolkit.reading.units import is_money

ABOVE = re.compile(r"(?:.*[^\w])?(?:金额|货币|计量|数据)?单位:(?:人民币)?([^\s:,;()]+)\)?", re.DOTALL)
BRACKETED = re.compile(r"\(([^()0-9]{1,6})\)")
BARE = frozenset({"%", "元", "千元", "万元", "亿元"})


def unit_row(row: Sequence[object]) -> dict[int, str]:
    """The units in a row that holds nothing else, by their place; empty for any other row.

    Examples
    --------
    >>> unit_row(["", "（学时）", "万元"]), unit_row(["甲", "万元"])
    ({1: '学时', 2: '万元'}, {})
    """
    units: dict[int, str] = {}
    for place, cell in enumerate(row):
        text = "".join(plain(cell).split()) if isinstance(cell, str) else shown(cell)
        bracketed = BRACKETED.fullmatch(text)
        if bracketed or text in BARE:
            units[place] = bracketed[1] if bracketed else text
        elif text:
            return {}
    return units


def money_unit_above(rows: Sequence[Sequence[object]]) -> str:
    """The unit of money that a row above the heading gives for the whole table; empty without one.

    Examples
    --------
    >>> money_unit_above([["2018 年会费表"], ["", "单位：万元"]]), money_unit_above([["单位：甲公司"]])
    ('万元', '')
    """
    for row in reversed(rows):
        for cell in row:
            found = ABOVE.fullmatch(plain(cell).strip("() ")) if isinstance(cell, str) else None
            if found and is_money(found[1]):
                return found[1]
    return ""
