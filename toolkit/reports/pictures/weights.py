"""How far each weight can move alone, as a picture: a short bar hangs on a hair."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from toolkit.ground.display import Picture, as_drawn, display_width, one_line, shortened
from toolkit.ground.drawing import FAINT, FILLS, PART, Fill, Sheet, text_width
from toolkit.ground.text import Language, Phrase, figure, in_words_before
from toolkit.reports import wording
from toolkit.reports.columns import Row, rows_of
from toolkit.reports.pictures.layout import RIGHT, ROW, TOP, tabled, titled, upright
from toolkit.reports.tipping_tables import stability_table, weight_figure

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation

CENTRE, HALF, GAP, NAMES = 472.0, 50.0, 24.0, 150.0
HIGH, LINE, SMALL = 32.0, 13.0, 10.0
COLUMNS = 24
FREE = Fill("#ffffff", "....", "#5f7d9e")
HEADS = (Phrase("降到这里，谁得奖、谁落选", "down to here: who wins, who loses"), Phrase("升到这里，谁得奖、谁落选", "up to here: who wins, who loses"))
VOTED = Phrase("表决", "voted")
LEGEND = Phrase(
    "条上是名单不变时还能动多少分；条越短越容易变，每格十倍；点纹：怎样变都不变。落选含并列待定。",
    "On the bar how many points it can move with the list unchanged; tenfold a step; dotted: no change at all. A loss may be an open tie.",
)
MORE = Phrase("等 {n} 家", " and others, {n} in all,")
MOVES = (Phrase("{who}得奖", "{who} wins"), Phrase("{who}落选", "{who} loses"), Phrase("{who}改得另一奖", "{who}: another award"))


def stability_picture(evaluation: Evaluation, intervals: pd.DataFrame, language: Language | None = None) -> Picture:
    """For each weight how far it can be lowered and raised alone before the list changes, and who moves first at either end.

    Parameters
    ----------
    intervals
        From `stability_intervals`.
    """
    to, rows = language or evaluation.scheme.language, rows_of(intervals)
    title = Phrase("各项权重单独变动多少，名单就变", "How far each weight can move alone before the list changes").into(to)
    sheet, steps = titled(title, math.ceil(HIGH * len(rows) / ROW)), _decades(rows)
    sheet.words(8, 40, LEGEND.into(to), size=SMALL)
    _ruled(sheet, steps, to)
    groups = {group.id for group in evaluation.scheme.groups}
    for place, row in enumerate(rows):
        y, group = TOP + HIGH * place, row["node"] in groups
        if group and place:
            sheet.line((8, RIGHT), (y, y), colour=FAINT)
        lines = _name_lines(evaluation.scheme.label(row["node"]))
        for number, line in enumerate(lines):
            sheet.words(8 if group else 16, y + 19 + LINE * (number - (len(lines) - 1) / 2), line, bold=group, size=11)
        sheet.words(CENTRE, y + 19, figure(row["weight"]), align="center", size=11)
        if row["exact"] is not None:
            for way in (-1, 1):
                _end(sheet, evaluation, row, way, y=y, steps=steps, to=to)
    return tabled(sheet.picture(title), to, stability_table(evaluation, intervals, to))


def _name_lines(name: str) -> list[str]:
    """A name as it stands beside its row: on two lines where it is longer than one."""
    name = one_line(as_drawn(name))
    if display_width(name) <= COLUMNS or in_words_before("1.0.0"):
        return [shortened(name, COLUMNS)]
    fits = [at for at in range(1, len(name)) if display_width(name[:at].rstrip()) <= COLUMNS]
    at = max((at for at in fits if name[at] == " "), default=fits[-1])
    return [name[:at].rstrip(), shortened(name[at:].strip(), COLUMNS)]


def _end(sheet: Sheet, evaluation: Evaluation, row: Row, way: int, *, y: float, steps: tuple[int, int], to: Language) -> None:
    """One end of a weight: how far it is, as a number and a bar, and beside it who moves there."""
    moved, gap = _moved(row, way), _gap(row, way)
    if not any(moved):
        _bar(sheet, way, y, None)
        return
    sheet.words(CENTRE + way * (GAP + 1), y + 12, weight_figure(gap), align="left" if way > 0 else "right", size=9)
    _bar(sheet, way, y, _length(gap, steps))
    lines = who_moves(evaluation, *moved, to=to)
    x, apart = CENTRE + way * (GAP + HALF + 10), min(LINE, (HIGH - 2) / len(lines))
    for place, line in enumerate(lines):
        sheet.words(x, y + 20 + apart * (place - (len(lines) - 1) / 2), line, align="left" if way > 0 else "right", size=SMALL)


def _decades(rows: list[Row]) -> tuple[int, int]:
    """From which power of ten to which the distances go."""
    gaps = [_gap(row, way) for row in rows for way in (-1, 1) if row["exact"] is not None and any(_moved(row, way))]
    known = [max(gap, 1e-6) for gap in gaps if math.isfinite(gap)] or [1.0]
    low, high = math.floor(math.log10(min(known))), math.ceil(math.log10(max(known)))
    return low, max(high, low + 1)


def _ruled(sheet: Sheet, steps: tuple[int, int], to: Language) -> None:
    low, high = steps
    named = range(low, high + 1, max(1, math.ceil((high - low) / 2)))
    for power in range(low, high + 1):
        for way in (-1, 1):
            x = CENTRE + way * (GAP + _length(10.0**power, steps))
            upright(sheet, x, sheet.height - 8)
            if power in named:
                sheet.words(x, TOP - 6, f"{10.0**power:g}", align="center", size=9)
    sheet.words(CENTRE, TOP - 6, VOTED.into(to), align="center", size=SMALL)
    sheet.words(CENTRE - GAP - HALF - 14, TOP - 6, HEADS[0].into(to), align="right", size=SMALL)
    sheet.words(CENTRE + GAP + HALF + 14, TOP - 6, HEADS[1].into(to), size=SMALL)


def _bar(sheet: Sheet, way: int, y: float, wide: float | None) -> None:
    """How far one way; dotted and to the edge where nothing changes."""
    fill = FREE if wide is None else FILLS[0] if way < 0 else PART
    wide = HALF if wide is None else wide
    sheet.box(CENTRE + GAP if way > 0 else CENTRE - GAP - wide, y + 16, wide, 9, fill)


def _length(gap: float, steps: tuple[int, int]) -> float:
    """Tenfold a step; 6 points are left for the shortest."""
    if not math.isfinite(gap):
        return HALF
    low, high = steps
    return 6 + (HALF - 6) * min(1.0, max(0.0, (math.log10(max(gap, 1e-6)) - low) / (high - low)))


def _gap(row: Row, way: int) -> float:
    return float(row["highest"] - row["weight"] if way > 0 else row["weight"] - row["lowest"])


def _moved(row: Row, way: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    side = "above" if way > 0 else "below"
    return row[f"gain_{side}"], row[f"lose_{side}"]


def who_moves(evaluation: Evaluation, gained: tuple[str, ...], lost: tuple[str, ...], *, to: Language) -> list[str]:
    """Who wins, who loses, who has another award: a line for each, or two where all do the same; as many names as fit."""
    both = tuple(member for member in gained if member in lost)
    kinds = (tuple(m for m in gained if m not in both), tuple(m for m in lost if m not in both), both)
    names = evaluation.members["name"]
    moves = [(words.into(to), [str(names[m]) for m in who]) for words, who in zip(MOVES, kinds, strict=True) if who]
    if len(moves) == 1 and len(moves[0][1]) > 1:
        words, (first, *others) = moves[0]
        return [f"{shortened(first, 38)}{wording.JOIN.into(to)}", _fitting(others, words, to, of=1 + len(others))]
    return [_fitting(who, words, to, of=len(who)) for words, who in moves]


def _fitting(names: list[str], words: str, to: Language, of: int) -> str:
    """What they do on one line, with the names that fit, and how many it is `of` where not all do."""
    rest = text_width(words.replace("{who}", ""), SMALL)
    room = int((CENTRE - GAP - HALF - 10 - NAMES - rest) / text_width(" ", SMALL))
    for shown in range(len(names), 0, -1):
        more = "" if shown == len(names) else MORE.into(to).replace("{n}", str(of))
        line = wording.JOIN.into(to).join(names[:shown])
        if display_width(line + more) <= room:
            break
    else:
        line = shortened(line, room - display_width(more))
    return words.replace("{who}", line + more)
