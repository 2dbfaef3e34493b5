"""Which choice the list depends on, as a picture: what it does alone, and with all the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit import wording
from toolkit.diagnostics.pictures import Axis
from toolkit.diagnostics.tables import percent
from toolkit.display import Picture, shortened
from toolkit.drawing import FILLS, INK, REST, Sheet
from toolkit.sensitivity.choices_tables import choice_in_words, shares_of_target, variance_title
from toolkit.sensitivity.pictures.rows import LEFT, LONGEST, RIGHT, ROW, SMALL, TOP, key, ruled, titled
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.standings import Row
    from toolkit.text import Language

PARTS = (("first", FILLS[0], Phrase("单独造成", "alone")), ("total", REST, Phrase("连同与其他选择的共同作用", "with what it does together with others")))


def variance_picture(
    evaluation: Evaluation, found: pd.DataFrame, member: str = "", top: int = 16, language: Language | None = None
) -> Picture:
    """Sobol shares of each choice in the variance of the list, or of one member's rank; thin lines: one standard error either way.

    Parameters
    ----------
    found
        From `variance_shares`.
    """
    to, rows = language or evaluation.scheme.language, shares_of_target(found, member)[:top]
    title = variance_title(evaluation, member).into(to)
    sheet = titled(title, len(rows), foot=32)
    key(sheet, [(fill, said) for _, fill, said in PARTS], to)
    ends = [row[name] + row[f"{name}_error"] for row in rows for name, *_ in PARTS if not wording.absent(row[name])]
    axis = Axis(0.0, max([0.01, *ends]), LEFT, RIGHT - 96)
    ruled(sheet, Axis(0.0, 100 * axis.high, axis.left, axis.right), TOP + ROW * len(rows), unit="%")
    for place, row in enumerate(rows):
        y = TOP + ROW * place
        sheet.words(8, y + 15, shortened(choice_in_words(evaluation.scheme, row["factor"]).into(to), LONGEST))
        _bars(sheet, row, axis, y)
        sheet.words(RIGHT, y + 15, " / ".join(percent(row[name], 0) for name, *_ in PARTS), align="right")
    note = phrase(
        "设计 {rows} 行；细线为上下各一个标准误，落在彼此之内的先后没有意义。", "{rows} rows of the design; thin lines: one standard error either way; within them the order means nothing.",
        rows=found.attrs["rows"],
    )  # fmt: skip
    sheet.words(8, sheet.height - 8, note.into(to), size=SMALL)
    return sheet.picture(title)


def _bars(sheet: Sheet, row: Row, axis: Axis, y: float) -> None:
    """Above what it does alone, below with the others."""
    for (name, fill, _), top in zip(PARTS, (2.0, 10.5), strict=True):
        if wording.absent(row[name]):
            continue
        sheet.box(axis(0), y + top, axis(row[name]) - axis(0), 8, fill)
        ends = (axis(max(0.0, row[name] - row[f"{name}_error"])), axis(row[name] + row[f"{name}_error"]))
        sheet.line(ends, (y + top + 4, y + top + 4), colour="#8a8a8a" if name == "first" else INK)
