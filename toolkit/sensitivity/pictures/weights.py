"""How far each weight can move alone, as a picture: a short bar hangs on a hair."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from toolkit import wording
from toolkit.display import Picture, shortened
from toolkit.drawing import FILLS, PART, Fill, Sheet
from toolkit.sensitivity.pictures.rows import ROW, TOP, titled, upright
from toolkit.sensitivity.tipping.tables import weight_figure
from toolkit.standings import Row, rows_of
from toolkit.text import Phrase

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.text import Language

CENTRE, HALF, GAP, NAMES = 470.0, 104.0, 26.0, 22
FREE = Fill("#ffffff", "....", "#5f7d9e")
HEADS = (Phrase("降到此，名单即变", "down to here"), Phrase("表决", "Voted"), Phrase("升到此，名单即变", "up to here"))
LEGEND = Phrase("条越短越容易变：每格十倍（分）；点纹：怎样变都不变", "the shorter, the nearer: tenfold a step (points); dotted: no change at all")


def stability_picture(evaluation: Evaluation, found: pd.DataFrame, language: Language | None = None) -> Picture:
    """For each weight how far it can be lowered and raised alone before the list changes, and who moves first at either end.

    Parameters
    ----------
    found
        From `stability_intervals`.
    """
    to, rows = language or evaluation.scheme.language, rows_of(found)
    title = Phrase("各项权重单独变动多少，名单就变", "How far each weight can move alone before the list changes").into(to)
    sheet, steps = titled(title, len(rows)), _decades(rows)
    sheet.words(8, 42, LEGEND.into(to), size=11)
    _ruled(sheet, steps, to)
    groups = {group.id for group in evaluation.scheme.groups}
    for place, row in enumerate(rows):
        y = TOP + ROW * place
        sheet.words(8 if row["node"] in groups else 16, y + 15, shortened(evaluation.scheme.label(row["node"]), 20), bold=row["node"] in groups, size=11)
        sheet.words(CENTRE, y + 15, wording.figure(row["weight"]), align="center", size=11)
        if row["exact"] is not None:
            for way in (-1, 1):
                moved, gap = _moved(row, way), _gap(row, way)
                _bar(sheet, way, y, _length(gap, steps) if any(moved) else None)
                if any(moved):
                    said = f"{weight_figure(gap)} {_who(evaluation, *moved)}"
                    sheet.words(CENTRE + way * (GAP + HALF + 8), y + 15, said, align="left" if way > 0 else "right", size=10)
    return sheet.picture(title)


def _decades(rows: list[Row]) -> tuple[int, int]:
    """From which power of ten to which the distances go."""
    gaps = [_gap(row, way) for row in rows for way in (-1, 1) if row["exact"] is not None and any(_moved(row, way))]
    known = [max(gap, 1e-6) for gap in gaps if math.isfinite(gap)] or [1.0]
    low, high = math.floor(math.log10(min(known))), math.ceil(math.log10(max(known)))
    return low, max(high, low + 1)


def _ruled(sheet: Sheet, steps: tuple[int, int], to: Language) -> None:
    low, high = steps
    for power in range(low, high + 1):
        for way in (-1, 1):
            x = CENTRE + way * (GAP + _length(10.0**power, steps))
            upright(sheet, x, sheet.height - 8)
            sheet.words(x, TOP - 6, f"{10.0**power:g}", align="center", size=9)
    for head, x, align in zip(HEADS, (CENTRE - GAP - HALF - 14, CENTRE, CENTRE + GAP + HALF + 14), ("right", "center", "left"), strict=True):
        sheet.words(x, TOP - 6, head.into(to), align=align, size=10)  # type: ignore[arg-type]


def _bar(sheet: Sheet, way: int, y: float, wide: float | None) -> None:
    """How far one way; dotted and to the edge where nothing changes."""
    fill = FREE if wide is None else FILLS[0] if way < 0 else PART
    wide = HALF if wide is None else wide
    sheet.box(CENTRE + GAP if way > 0 else CENTRE - GAP - wide, y + 5, wide, ROW - 9, fill)


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


def _who(evaluation: Evaluation, gained: tuple[str, ...], lost: tuple[str, ...]) -> str:
    """The first who moves, with + for winning, − for losing, ± for another award, and how many more there are."""
    moved = list(dict.fromkeys((*gained, *lost)))
    first = moved[0]
    sign = "±" if first in gained and first in lost else "+" if first in gained else "−"
    more = f" +{len(moved) - 1}" if len(moved) > 1 else ""
    return f"{sign}{shortened(str(evaluation.members.loc[first, 'name']), NAMES)}{more}"
