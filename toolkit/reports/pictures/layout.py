"""What the pictures of the sensitivity of a list share: a title, a key, members by class, bars that fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from toolkit.ground.display import Picture, shortened
from toolkit.ground.drawing import FAINT, Fill, Sheet, text_width
from toolkit.reports.pictures import lines_by_class, round_width
from toolkit.reports.pictures.diagnostics import Axis
from toolkit.reports.probability_tables import in_list_order

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ground.text import Language, Phrase

WIDTH, LEFT, RIGHT = 800.0, 236.0, 792.0
TOP, ROW, SMALL = 68.0, 21.0, 11.0
LONGEST = 32
RULE = Fill(FAINT, "", FAINT)


def titled(title: str, rows: int, foot: float = 12.0) -> Sheet:
    """A sheet for so many rows under its title."""
    sheet = Sheet(WIDTH, TOP + ROW * rows + foot)
    sheet.words(8, 20, title, bold=True, size=14)
    return sheet


def stated(title: str, sentence: str) -> Picture:
    """A sentence in place of a picture, where there is nothing to draw."""
    sheet = titled(title, 0, 0.0)
    sheet.words(8, 46, sentence, size=13)
    return sheet.picture(f"{title}: {sentence}")


def key(sheet: Sheet, entries: Sequence[tuple[Fill, Phrase]], to: Language, x: float = LEFT, y: float = 45.0) -> None:
    """What the fills mean."""
    for fill, name in entries:
        sheet.box(x, y - 10, 16, 11, fill)
        sheet.words(x + 21, y, name.into(to), size=SMALL)
        x += 21 + text_width(name.into(to), SMALL) + 16


def member_rows(
    sheet_of: Callable[[int], Sheet], evaluation: Evaluation, members: Iterable[str] | None, to: Language
) -> tuple[Sheet, Iterator[tuple[str, float]]]:
    """A sheet with the names of some members by class, and each with its height on it."""
    lines = lines_by_class(evaluation, in_list_order(evaluation, members), to)
    sheet = sheet_of(len(lines))
    for row, (name, member) in enumerate(lines):
        sheet.words(20 if member else 8, TOP + ROW * row + 15, shortened(name, LONGEST), bold=not member)
    return sheet, ((member, TOP + ROW * row) for row, (_, member) in enumerate(lines) if member)


def upright(sheet: Sheet, x: float, bottom: float) -> None:
    """A faint line down the rows; a box, so that what is drawn later lies above it."""
    sheet.box(x - 0.3, TOP - 2, 0.6, bottom - TOP + 2, RULE)


def ruled(sheet: Sheet, axis: Axis, bottom: float, *, whole: bool = False, unit: str = "") -> None:
    """Faint lines at round numbers, named above the rows."""
    step = round_width((axis.high - axis.low) / 7)
    step = max(1.0, step) if whole else step
    for count in range(math.ceil(axis.low / step - 1e-9), math.floor(axis.high / step + 1e-9) + 1):
        mark = max(count * step, axis.low)
        upright(sheet, axis(mark), bottom)
        sheet.words(axis(mark), TOP - 6, f"{mark:g}{unit}", align="center", size=10)
