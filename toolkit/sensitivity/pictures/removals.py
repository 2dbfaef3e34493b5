"""What is taken away and what it changes, as a picture: the longest bar matters most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.diagnostics.pictures import Axis
from toolkit.display import Picture, shortened
from toolkit.drawing import FILLS
from toolkit.sensitivity.pictures.rows import LEFT, LONGEST, RIGHT, ROW, TOP, key, ruled, titled
from toolkit.sensitivity.robustness_tables import KINDS
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.text import Language

MOVES = (Phrase("新获奖", "comes in"), Phrase("落选", "drops out"), Phrase("改得另一奖项", "has another award"))


def removals_picture(evaluation: Evaluation, found: pd.DataFrame, top: int = 24, language: Language | None = None) -> Picture:
    """Indicators, groups, classes and members by how many members win, lose or change an award without them.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.removal`: `without_nodes` and its like, one or several below each other.
    """
    to, counted = language or evaluation.scheme.language, _counted(found)
    shown = [each for each in counted if sum(each[2])][:top]
    title = Phrase("去掉哪一项，多少会员的奖项会变", "Without it, the awards of how many members change").into(to)
    sheet = titled(title, len(shown), foot=32)
    key(sheet, list(zip(FILLS, MOVES, strict=False)), to)
    axis = Axis(0.0, float(max((sum(moves) for *_, moves in shown), default=1)), LEFT, RIGHT - 40)
    ruled(sheet, axis, TOP + ROW * len(shown), whole=True)
    for place, (kind, label, moves) in enumerate(shown):
        y, x = TOP + ROW * place, LEFT
        said = label if kind == "indicator" else f"{label}（{KINDS[kind].into(to)}）" if to == "zh" else f"{label} ({KINDS[kind].into(to)})"
        sheet.words(8, y + 15, shortened(said, LONGEST), bold=kind == "group")
        for count, fill in zip(moves, FILLS, strict=False):
            wide = axis(count) - LEFT
            if count:
                sheet.box(x, y + 4, wide, ROW - 7, fill)
            x += wide
        sheet.words(x + 6, y + 15, str(sum(moves)))
    quiet = len(counted) - sum(bool(sum(each[2])) for each in counted)
    note = phrase("共逐一去掉 {n} 项，其中 {quiet} 项去掉后名单不变。", "{n} taken away one at a time; without {quiet} of them the list stays.", n=len(counted), quiet=quiet)
    sheet.words(8, sheet.height - 8, note.into(to), size=11)
    return sheet.picture(title)


def _counted(found: pd.DataFrame) -> list[tuple[str, str, tuple[int, int, int]]]:
    """Kind and label of each thing, and how many members come in, drop out, or have another award; most first."""
    counted = []
    for (kind, _, label), own in found.groupby(["kind", "removed", "label"], sort=False):
        gained, lost = ({member for moved in own[way] for member in moved} for way in ("gained", "lost"))
        counted.append((str(kind), str(label), (len(gained - lost), len(lost - gained), len(gained & lost))))
    return sorted(counted, key=lambda each: -sum(each[2]))
