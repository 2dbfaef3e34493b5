"""How kinds of members fare, as a picture: the share awarded, and how large the difference is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit import wording
from toolkit.diagnostics.pictures import Axis
from toolkit.diagnostics.tables import percent
from toolkit.display import Picture, shortened
from toolkit.drawing import PART, REST, Sheet
from toolkit.sensitivity.pictures.rows import LEFT, LONGEST, RIGHT, ROW, SMALL, TOP, key, ruled, titled
from toolkit.standings import Row, rows_of
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.text import Language

LIKELY = 0.05
FEW = Phrase("少于 5 家，比例不可靠", "fewer than 5: no reliable share")
SHARE = Phrase("获奖比例", "share awarded")
OVERALL = Phrase("虚线：全部会员", "dashed: all members")


def kinds_picture(evaluation: Evaluation, groups: pd.DataFrame, tests: pd.DataFrame, language: Language | None = None) -> Picture:
    """The share of each kind of members that is awarded, with the size of the difference and whether chance explains it.

    Parameters
    ----------
    groups, tests
        From `group_results` and `fairness`, of the same columns.
    """
    to, columns = language or evaluation.scheme.language, list(dict.fromkeys(groups["column"]))
    title = Phrase("各类会员的获奖比例", "Share awarded, by kind of member").into(to)
    sheet = titled(title, len(groups) + len(columns))
    key(sheet, [(PART, SHARE), (REST, FEW)], to)
    sheet.words(RIGHT, 45, OVERALL.into(to), align="right", size=SMALL)
    axis, y = Axis(0.0, 1.0, LEFT, RIGHT - 110), TOP
    ruled(sheet, Axis(0.0, 100.0, axis.left, axis.right), sheet.height - 8, unit="%")
    for column in columns:
        rows = rows_of(groups[groups["column"] == column])
        sheet.words(8, y + 15, f"{rows[0]['heading']} · {_difference(tests, column).into(to)}", bold=True)
        for place, row in enumerate(rows, start=1):
            _row(sheet, row, axis, y + ROW * place)
        overall = sum(row["awarded"] for row in rows) / max(sum(row["n"] for row in rows), 1)
        sheet.line((axis(overall), axis(overall)), (y + ROW, y + ROW * (len(rows) + 1)), dashed=True)
        y += ROW * (len(rows) + 1)
    return sheet.picture(title)


def _row(sheet: Sheet, row: Row, axis: Axis, y: float) -> None:
    sheet.words(20, y + 15, shortened(row["group"], LONGEST - 2))
    if not wording.absent(row["share"]):
        sheet.box(axis(0), y + 4, axis(row["share"]) - axis(0), ROW - 7, REST if row["small"] else PART)
    sheet.words(RIGHT, y + 15, f"{row['awarded']}/{row['n']} · {percent(row['share'], 0)}", align="right")


def _difference(tests: pd.DataFrame, column: str) -> Phrase:
    """How large a difference in awards is, and whether it is larger than chance makes them."""
    own = rows_of(tests[(tests["column"] == column) & (tests["outcome"] == "award")])
    if not own or wording.absent(own[0]["p"]):
        return Phrase("会员太少，无法检验", "too few members to test")
    row = own[0]
    said = Phrase("大到不像偶然", "larger than chance makes it") if row["holm"] <= LIKELY else Phrase("可以是偶然", "chance can make it so")
    return phrase("差异 {effect:.2f}，{said.zh}", "effect {effect:.2f}, {said.en}", effect=row["effect"], said=said)
