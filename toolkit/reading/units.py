"""Units as people write them, and how many of one make another: 1 万元 is 10,000 元."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from toolkit.reading.findings import plain

YUAN = frozenset({"元", "圆", "人民币", "人民币元", "元人民币", "rmb", "cny", "yuan"})
MULTIPLES = {"十": 1, "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8}  # powers of ten
MULTIPLE = re.compile(rf"({'|'.join(sorted(MULTIPLES, key=len, reverse=True))})(.*)")


@lru_cache(maxsize=1024)
def factor(written: str, unit: str) -> Decimal | None:
    """How many of `unit` one of `written` is; None where nobody can say.

    Examples
    --------
    >>> factor("万元", "元"), factor("元", "万元"), factor("万", "元"), factor("美元", "元")
    (Decimal('10000'), Decimal('0.0001'), Decimal('10000'), None)
    """
    power, name = _parts(written)
    other, wanted = _parts(unit)
    if not wanted or (name != wanted and not (power and not name)):
        return None
    exponent = power - other
    return Decimal(10) ** exponent if exponent >= 0 else Decimal((0, (1,), exponent))


@lru_cache(maxsize=1024)
def is_money(unit: str) -> bool:
    """Whether a unit is one of Chinese money."""
    return _parts(unit)[1] == "元"


def _parts(unit: str) -> tuple[int, str]:
    """The power of ten and the name of a unit; 元 for all its names."""
    text = "".join(plain(unit).casefold().split())
    if text in YUAN:
        return 0, "元"
    match = MULTIPLE.fullmatch(text)
    power, name = (MULTIPLES[match[1]], match[2]) if match else (0, text)
    return power, "元" if name in YUAN else name
