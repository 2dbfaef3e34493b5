"""What the cell reader passes over in a workbook, whatever its kind: failed formulas, units in formats, what is hidden.

Without these a failed formula would read as an empty cell, and a cell that shows 35% as the bare number 0.35.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from toolkit.reading.findings import plain
from toolkit.reading.headings import Merge

Place = tuple[int, int]

UNCALCULATED = "#未计算"
TOO_MANY = 50_000_000  # cells that a sheet's corners span: beyond, one stray cell would fill the memory
LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|[_*].')
SCALED = re.compile(r"[0#?]\.?[0#?]*,+(?![0#?,])|!\.")  # shows thousands, or 0!.0, for ten thousands
MULTIPLE = re.compile(r"[十百千万亿]+元?$")


class TooWide(Exception):  # noqa: N818 - named for what is true of the workbook
    """The filled cells of a sheet span more than could be held."""


@dataclass(frozen=True)
class SheetMarks:
    """The marks of one sheet; rows and columns are counted from 0.

    Parameters
    ----------
    errors
        Cells that hold no value because a formula failed or was never calculated, with what they show.
    suffixes
        Cells whose number is shown with a percent sign or a multiple such as 万元 behind it.
    hidden_rows, hidden_columns
        Which are not shown.
    merges
        Merged cells, where the cell reader does not know them.
    """

    errors: Mapping[Place, str] = field(default_factory=dict)
    suffixes: Mapping[Place, str] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merges: tuple[Merge, ...] = ()


class Marks(Protocol):
    """The marks of a workbook."""

    def too_wide(self, name: str) -> bool:
        """Whether the sheet's filled cells span more than could be held."""
        ...

    def of(self, name: str, place: int) -> SheetMarks:
        """The marks of the sheet called `name`, the one at `place` counted from 0."""
        ...


def suffix_of(code: str) -> str:
    """What a number format writes behind a number and changes its meaning: a percent sign, or 万元 and the like.

    A format that itself divides by thousands or ten thousands only shows the number smaller: its unit is not
    the number's.

    Examples
    --------
    >>> suffix_of("0.0%"), suffix_of('#,##0.00"万元"'), suffix_of('0!.0,"万元"'), suffix_of('0"%"'), suffix_of("0.00")
    ('%', '万元', '', '', '')
    """
    first = code.split(";", maxsplit=1)[0]
    bare = LITERAL.sub("", first)
    if "%" in bare:
        return "%"
    words = "".join(a or b for a, b in LITERAL.findall(first)) + re.sub(r"[^十百千万亿元]", "", bare)
    found = MULTIPLE.search(words.strip("() （）"))
    return found[0] if found and "!" not in words and not SCALED.search(bare) else ""


def with_suffix(raw: object, suffix: str) -> object:
    """A number as the text that a reader sees: 0.35 shown as a percentage is ``35%``."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return raw
    return f"{raw * 100:.15g}%" if suffix == "%" else f"{plain(f'{raw:.15g}')}{suffix}"
