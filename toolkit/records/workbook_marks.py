"""What the cell reader passes over in a workbook, whatever its kind, and how it is put back into the rows.

Failed formulas, units in formats, dates shown without their day, what is struck out, what is hidden. Without these a failed
formula would read as an empty cell, a cell that shows 35% as the bare number 0.35, and a 1 struck out before a 2 as 12.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from toolkit.records.findings import Doubtful, Raised, Struck, WithoutDay, half_width, shown
from toolkit.records.headings import Merge

CellPlace = tuple[int, int]
Look = Literal["struck", "raised"]
RunKind = Literal["plain", "struck", "raised"]
Shown = Literal["yes", "hidden", "buried"]
"""How a workbook shows a sheet; of a buried one Excel does not even say that it is there."""
Whole = Literal["struck", "raised", "crossed"]

UNCALCULATED = "#未计算"
TOO_MANY = 12_000_000  # cells that a sheet's corners span: beyond, one stray cell would fill the memory
LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|[_*].')
SCALED = re.compile(r"[0#?]\.?[0#?]*,+(?![0#?,])|!\.")  # shows thousands, or 0!.0, for ten thousands
MULTIPLE = re.compile(r"[十百千万亿]+元?$")
SUFFIXED_FORMATS = {9: "%", 10: "%"}  # built in
WITHOUT_DAY_FORMATS = frozenset({17, 27, 36, 50, 52, 57})  # built in, in Chinese: 2018年2月, Feb-18
LOOKS: dict[Look, type[Doubtful]] = {"struck": Struck, "raised": Raised}


class TooWide(Exception):  # noqa: N818 - named for what is true of the workbook
    """The filled cells of a sheet span more than could be held."""


class Locked(Exception):  # noqa: N818 - named for what is true of the file
    """The workbook asks for a password."""


@dataclass
class SheetMarks:
    """The marks of one sheet, as they are found; rows and columns are counted from 0.

    Parameters
    ----------
    errors
        Cells that hold no value because a formula failed or was never calculated, with what they show.
    suffixes
        Cells whose number is shown with a percent sign or a multiple such as 万元 behind it.
    undated
        Cells whose format shows a date without its day.
    looks
        Cells of which a part is struck out, or raised or lowered.
    crossed
        Cells that are struck out as a whole.
    hidden_rows, hidden_columns
        Which are not shown.
    merges
        Merged cells.
    bottom, right
        How many rows and columns the filled cells span.
    filled
        Some cell holds something.
    """

    errors: dict[CellPlace, str] = field(default_factory=dict)
    suffixes: dict[CellPlace, str] = field(default_factory=dict)
    undated: set[CellPlace] = field(default_factory=set)
    looks: dict[CellPlace, Look] = field(default_factory=dict)
    crossed: set[CellPlace] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[Merge] = field(default_factory=list)
    bottom: int = 0
    right: int = 0
    filled: bool = False

    @property
    def span(self) -> int:
        """How many cells there are from the first to the last that is filled."""
        return self.bottom * self.right

    def fill(self, place: CellPlace) -> None:
        """The cell at `place` holds something."""
        self.filled = True
        self.bottom, self.right = max(self.bottom, place[0] + 1), max(self.right, place[1] + 1)

    def show(self, place: CellPlace, suffix: str, *, undated: bool) -> None:
        """The number at `place` is shown with `suffix` behind it, or as a date without its day."""
        if suffix:
            self.suffixes[place] = suffix
        if undated:
            self.undated.add(place)

    def look(self, place: CellPlace, look: Whole | None) -> None:
        """What the text at `place` looks like."""
        if look == "crossed":
            self.crossed.add(place)
        elif look is not None:
            self.looks[place] = look

    def put_into(self, rows: list[list[object]]) -> None:
        """The marks, put into the cells that were read."""
        _put(rows, self.errors, lambda _, place: self.errors[place])
        _put(rows, self.suffixes, lambda raw, place: with_suffix(raw, self.suffixes[place]))
        _put(rows, self.undated, lambda raw, _: without_day(raw))
        _put(rows, self.looks, lambda raw, place: as_doubtful(raw, self.looks[place]))


@dataclass(frozen=True)
class Workbook:
    """A workbook of any kind.

    Parameters
    ----------
    marks
        The marks of each sheet of cells, in their order.
    visible
        The names of the sheets that it shows.
    rows
        The raw cells of the sheet of that name from its first row on, before the marks are put in.
    buried
        The names of those that are hidden so that Excel does not offer to show them ("very hidden").
    """

    marks: Mapping[str, SheetMarks]
    visible: Collection[str]
    rows: Callable[[str], list[list[Any]]]
    buried: Collection[str] = ()

    def shown(self, name: str) -> Shown:
        """How the workbook shows the sheet of that name."""
        return "yes" if name in self.visible else "buried" if name in self.buried else "hidden"


@dataclass
class Runs:
    """The runs of a cell's text, one after another: what of it is plain, struck out, or raised or lowered."""

    kind: RunKind = "plain"
    kinds: set[RunKind] = field(default_factory=set)
    length: int = 0

    def add(self, text: str) -> None:
        """Characters of the run."""
        if text.strip():
            self.kinds.add(self.kind)
        self.length += len(text)

    @property
    def look(self) -> Whole | None:
        """What the text looks like; None where all of it is plain or all of it raised."""
        if self.kinds == {"struck"}:
            return "crossed"
        if len(self.kinds) < 2:
            return None
        return "struck" if "struck" in self.kinds else "raised"


def _put(rows: list[list[object]], places: Iterable[CellPlace], change: Callable[[object, CellPlace], object]) -> None:
    for row, column in places:
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = change(rows[row][column], (row, column))


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
    match = MULTIPLE.search(words.strip("() （）"))
    return match[0] if match and "!" not in words and not SCALED.search(bare) else ""


def with_suffix(raw: object, suffix: str) -> object:
    """A number as the text that a reader sees: 0.35 shown as a percentage is ``35%``."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return raw
    return f"{raw * 100:.15g}%" if suffix == "%" else f"{half_width(f'{raw:.15g}')}{suffix}"


def lacks_day(code: str) -> bool:
    r"""Whether a number format shows a date's year and month and neither its day nor a time.

    Examples
    --------
    >>> lacks_day('yyyy"年"m"月"'), lacks_day("mmm-yy"), lacks_day(r"yyyy\-mm\-dd"), lacks_day("0.00")
    (True, True, False, False)
    """
    bare = LITERAL.sub("", code.split(";", maxsplit=1)[0]).lower()
    return "y" in bare and "m" in bare and not set("dhs日") & set(bare)


def without_day(raw: object) -> object:
    """The first of a month, whose sheet shows no day, as the month that was typed; any other cell as it is."""
    midnight = not isinstance(raw, dt.datetime) or raw.time() == dt.time()
    return WithoutDay(raw.year, raw.month, 1) if isinstance(raw, dt.date) and raw.day == 1 and midnight else raw


def as_doubtful(raw: object, look: Look) -> object:
    """A cell of which a part is struck out or raised."""
    text = shown(raw)
    return LOOKS[look](text) if text else raw
