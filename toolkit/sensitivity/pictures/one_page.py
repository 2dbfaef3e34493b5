"""The one page as a picture: a strip of places for each award and class, the names on a hair beside the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit import wording
from toolkit.display import Picture, shortened
from toolkit.drawing import FILLS, PART, Fill, Sheet, text_width
from toolkit.sensitivity.firmness_tables import CERTAIN, CONTENDERS, HAIR, LIKELY, bottom_line, hanging_names
from toolkit.standings import Row, rows_of

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.sensitivity.firmness import Firmness
    from toolkit.text import Language

WIDTH, LEFT, RIGHT = 800.0, 170.0, 792.0
TOP, STRIP, LINE, SMALL = 66.0, 22.0, 15.0, 11.0
BOX = 13.0
MISSED = Fill("#ffffff", "////", "#7a4a00")
STEPS = (("certain", CERTAIN, FILLS[0]), ("likely", LIKELY, PART), ("hair", HAIR, FILLS[1]), ("contenders", CONTENDERS, MISSED))


def firmness_picture(evaluation: Evaluation, firm: Firmness, language: Language | None = None) -> Picture:
    """Each place given away as a box, firm ones first; beyond the line who just missed; below, the names on a hair."""
    to = language or evaluation.scheme.language
    rows = [row for row in rows_of(firm.places) if row["awarded"] or row["contenders"]]
    names = [_names(evaluation, firm, row, to) for row in rows]
    awards = dict.fromkeys(row["award"] for row in rows)
    height = TOP + sum(STRIP + LINE * len(lines) for lines in names) + 26 * len(awards)
    sheet, said, y = Sheet(WIDTH, height), bottom_line(firm).into(to), TOP
    sheet.words(8, 20, said, bold=True, size=14)
    _legend(sheet, to)
    for award in awards:
        sheet.words(8, y + 12, wording.award_label(evaluation.scheme, award), bold=True, size=13)
        sheet.line((8, RIGHT), (y + 18, y + 18), colour="#8a8a8a")
        y += 22
        for row, lines in zip(rows, names, strict=True):
            if row["award"] == award:
                _strip(sheet, row, y, _unit(rows), to)
                for place, line in enumerate(lines):
                    sheet.words(LEFT, y + STRIP + LINE * place + 8, line, size=SMALL)
                y += STRIP + LINE * len(lines)
        y += 4
    return sheet.picture(said)


def _legend(sheet: Sheet, to: Language) -> None:
    x = LEFT
    for _, name, fill in STEPS:
        sheet.box(x, 34, 12, 12, fill)
        sheet.words(x + 17, 45, name.into(to))
        x += 17 + text_width(name.into(to)) + 22


def _unit(rows: list[Row]) -> float:
    """How wide a box is, so that the longest strip fits."""
    longest = max((row["awarded"] + row["contenders"] for row in rows), default=1)
    return min(BOX, (RIGHT - LEFT - 12) / max(longest, 1))


def _strip(sheet: Sheet, row: Row, y: float, unit: float, to: Language) -> None:
    """One class: its places from the firmest to the line, then who just missed."""
    sheet.words(20, y + 13, shortened(wording.class_name(row["class"], to), 22))
    x = LEFT
    for step, _, fill in STEPS:
        if step == "contenders":
            sheet.line((x + 3, x + 3), (y + 1, y + 17))
            x += 6
        for _ in range(row[step]):
            sheet.box(x, y + 3, unit - 2, 12, fill)
            x += unit


def _names(evaluation: Evaluation, firm: Firmness, row: Row, to: Language) -> list[str]:
    """Who of a class is on a hair, as lines that fit beside the strip."""
    lines: list[str] = []
    for said, names in hanging_names(evaluation, firm, row):
        lines += _wrapped(f"{said.into(to)}{'：' if to == 'zh' else ': '}", names, wording.JOIN.into(to))
    return lines


def _wrapped(start: str, names: list[str], join: str) -> list[str]:
    lines = [start]
    for place, name in enumerate(names):
        more = shortened(name, 60) + (join if place < len(names) - 1 else "")
        if lines[-1] != start and text_width(lines[-1] + more, SMALL) > RIGHT - LEFT:
            lines.append("")
        lines[-1] += more
    return lines
