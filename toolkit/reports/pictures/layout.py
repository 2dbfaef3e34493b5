"""What pictures share: a title, a key, an axis, members by class, bars that fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from toolkit.ground.display import Picture, Table, as_drawn, display_width, one_line, shortened
from toolkit.ground.drawing import FAINT, SIZE, Fill, Sheet, text_width
from toolkit.ground.text import Language, Phrase, in_words_before
from toolkit.reports import wording
from toolkit.reports.columns import row_of
from toolkit.reports.probability_tables import in_list_order

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

WIDTH, LEFT, RIGHT = 800.0, 236.0, 792.0
TOP, ROW, SMALL = 68.0, 21.0, 11.0
LONGEST = 32
LEAST = 9.0
"""The smallest type of a name, in points: below it nobody reads it on paper."""
RULE = Fill(FAINT, "", FAINT)
BEHIND = Phrase("看表格 · ", "As a table · ")


@dataclass(frozen=True)
class Axis:
    """Numbers from `low` to `high` across the sheet from `left` to `right`."""

    low: float
    high: float
    left: float
    right: float

    def __call__(self, number: float) -> float:
        """Where the number stands."""
        return self.left + (self.right - self.left) * (number - self.low) / (self.high - self.low)


def headed(title: str, height: float, width: float = WIDTH) -> Sheet:
    """A sheet with its title."""
    sheet = Sheet(width, height)
    sheet.words(8, 20, title, bold=True, size=14)
    return sheet


def titled(title: str, rows: int, foot: float = 12.0) -> Sheet:
    """A sheet for so many rows under its title."""
    return headed(title, TOP + ROW * rows + foot)


def stated(title: str, sentence: str) -> Picture:
    """A sentence in place of a picture, where there is nothing to draw."""
    sheet = titled(title, 0, 0.0)
    sheet.words(8, 46, sentence, size=13)
    return sheet.picture(f"{title}: {sentence}")


def tabled(picture: Picture, to: Language, *tables: Table) -> Picture:
    """The picture with the same in figures one click behind it."""
    return replace(picture, tables=tables, behind=f"{BEHIND.into(to)}{picture.alt}")


def key(
    sheet: Sheet, entries: Iterable[tuple[Fill, Phrase]], to: Language, *, x: float = LEFT, y: float = 45.0, size: float = SMALL, gap: float = 16.0
) -> None:
    """What the fills mean, one after another from x on, so far apart."""
    for fill, name in entries:
        sheet.box(x, y - 10, 16, 11, fill)
        sheet.words(x + 21, y, name.into(to), size=size)
        x += 21 + text_width(name.into(to), size) + gap


def named(sheet: Sheet, x: float, y: float, name: str, *, room: int = LONGEST, bold: bool = False) -> None:
    """A name beside a row, in `room` columns of plain type: in smaller type where it is longer, and cut where that could not be read."""
    wide = display_width(one_line(as_drawn(name)))
    size = SIZE if wide <= room or in_words_before("1.0.0") else max(LEAST, SIZE * room / wide)
    sheet.words(x, y, shortened(name, int(room * SIZE / size + 1e-9)), bold=bold, size=size)


def lines_by_class(evaluation: Evaluation, members: Iterable[str], to: Language) -> list[tuple[str, str]]:
    """Lines of a picture: a heading for each class with an empty member, then its members by rank and name."""
    lines: list[tuple[str, str]] = []
    seen: set[str] = set()
    for member in members:
        class_ = wording.class_name(evaluation.ranking.loc[member, "class"], to)
        if class_ not in seen:
            seen.add(class_)
            lines.append((class_, ""))
        standing = row_of(evaluation.ranking, member)
        rank = "" if wording.absent(standing["rank"]) else f"{standing['rank']}. "
        lines.append((f"{rank}{standing['name']}", member))
    return lines


def member_rows(
    sheet_of: Callable[[int], Sheet], evaluation: Evaluation, members: Iterable[str] | None, to: Language
) -> tuple[Sheet, Iterator[tuple[str, float]]]:
    """A sheet with the names of some members by class, and each with its height on it."""
    lines = lines_by_class(evaluation, in_list_order(evaluation, members), to)
    sheet = sheet_of(len(lines))
    for row, (name, member) in enumerate(lines):
        named(sheet, 20 if member else 8, TOP + ROW * row + 15, name, bold=not member)
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


def round_width(least: float) -> float:
    """The smallest of 1, 2, 5, 10 times a power of ten that is not below `least`."""
    step = 10.0 ** math.floor(math.log10(least))
    return next(step * times for times in (1, 2, 5, 10) if step * times >= least)
