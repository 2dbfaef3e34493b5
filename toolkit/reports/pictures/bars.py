"""Bars: which choice the list depends on, how sure awards are, how kinds of members fare, and what changes without what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.ground.display import Picture
from toolkit.ground.drawing import FILLS, INK, PART, REST, Sheet
from toolkit.ground.text import Language, Phrase, phrase
from toolkit.reports import wording
from toolkit.reports.columns import Row, percent, rows_of
from toolkit.reports.pictures import certainty_picture
from toolkit.reports.pictures.layout import (
    LEFT,
    LONGEST,
    RIGHT,
    ROW,
    SMALL,
    TOP,
    Axis,
    key,
    named,
    ruled,
    tabled,
    titled,
)
from toolkit.reports.probability_tables import DOUBTS, award_chances, scenarios_table
from toolkit.reports.sensitivity_tables import (
    KINDS,
    choice_in_words,
    fairness_table,
    groups_table,
    removals_table,
    shares_of_target,
    variance_table,
    variance_title,
)

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation


PARTS = (("first", FILLS[0], Phrase("单独造成", "alone")), ("total", REST, Phrase("连同与其他选择的共同作用", "with what it does together with others")))


def variance_picture(
    evaluation: Evaluation, variance: pd.DataFrame, member: str = "", top: int = 16, language: Language | None = None
) -> Picture:
    """Sobol shares of each choice in the variance of the list, or of one member's rank; thin lines: one standard error either way.

    Parameters
    ----------
    variance
        From `variance_shares`.
    """
    to, rows = language or evaluation.scheme.language, shares_of_target(variance, member)[:top]
    title = variance_title(evaluation, member).into(to)
    sheet = titled(title, len(rows), foot=32)
    key(sheet, [(fill, label) for _, fill, label in PARTS], to)
    ends = [row[name] + row[f"{name}_error"] for row in rows for name, *_ in PARTS if not wording.absent(row[name])]
    axis = Axis(0.0, max([0.01, *ends]), LEFT, RIGHT - 96)
    ruled(sheet, Axis(0.0, 100 * axis.high, axis.left, axis.right), TOP + ROW * len(rows), unit="%")
    for place, row in enumerate(rows):
        y = TOP + ROW * place
        named(sheet, 8, y + 15, choice_in_words(evaluation.scheme, row["factor"]).into(to))
        _bars(sheet, row, axis, y)
        sheet.words(RIGHT, y + 15, " / ".join(percent(row[name], 0) for name, *_ in PARTS), align="right")
    note = phrase(
        "设计 {rows} 行；细线为上下各一个标准误，落在彼此之内的先后没有意义。", "{rows:row|rows} of the design; thin lines: one standard error either way; within them the order means nothing.",
        rows=variance.attrs["rows"],
    )  # fmt: skip
    sheet.words(8, sheet.height - 8, note.into(to), size=SMALL)
    return tabled(sheet.picture(title), to, variance_table(evaluation, variance, member, to))


def _bars(sheet: Sheet, row: Row, axis: Axis, y: float) -> None:
    """Above what it does alone, below with the others."""
    for (name, fill, _), top in zip(PARTS, (2.0, 10.5), strict=True):
        if wording.absent(row[name]):
            continue
        sheet.box(axis(0), y + top, axis(row[name]) - axis(0), 8, fill)
        ends = (axis(max(0.0, row[name] - row[f"{name}_error"])), axis(row[name] + row[f"{name}_error"]))
        sheet.line(ends, (y + top + 4, y + top + 4), colour="#8a8a8a" if name == "first" else INK)



def scenarios_picture(evaluation: Evaluation, chances: pd.DataFrame, top: int = 24) -> Picture:
    """For the least certain members of `scenario_probabilities` the chance of each award."""
    picture = certainty_picture(award_chances(evaluation, chances), evaluation, top, DOUBTS)
    return tabled(picture, evaluation.scheme.language, scenarios_table(evaluation, chances, top))



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
    return tabled(sheet.picture(title), to, groups_table(evaluation, groups, to), fairness_table(evaluation, tests, language=to))


def _row(sheet: Sheet, row: Row, axis: Axis, y: float) -> None:
    named(sheet, 20, y + 15, row["group"], room=LONGEST - 2)
    if not wording.absent(row["share"]):
        sheet.box(axis(0), y + 4, axis(row["share"]) - axis(0), ROW - 7, REST if row["small"] else PART)
    sheet.words(RIGHT, y + 15, f"{row['awarded']}/{row['n']} · {percent(row['share'], 0)}", align="right")


def _difference(tests: pd.DataFrame, column: str) -> Phrase:
    """How large a difference in awards is, and whether it is larger than chance makes them."""
    rows = rows_of(tests[(tests["column"] == column) & (tests["outcome"] == "award")])
    if not rows or wording.absent(rows[0]["p"]):
        return Phrase("会员太少，无法检验", "too few members to test")
    row = rows[0]
    verdict = Phrase("大到不像偶然", "larger than chance makes it") if row["holm"] <= LIKELY else Phrase("可以是偶然", "chance can make it so")
    return phrase("差异 {effect:.2f}，{said.zh}", "effect {effect:.2f}, {said.en}", effect=row["effect"], said=verdict)



MOVES = (Phrase("新获奖", "comes in"), Phrase("落选", "drops out"), Phrase("改得另一奖项", "has another award"))


def removals_picture(evaluation: Evaluation, removals: pd.DataFrame, top: int = 24, language: Language | None = None) -> Picture:
    """Indicators, groups, classes and members by how many members win, lose or change an award without them.

    Parameters
    ----------
    removals
        From `toolkit.sensitivity.leave_one_out`: `without_nodes` and its like, one or several below each other.
    """
    to, counted = language or evaluation.scheme.language, _counted(removals)
    shown = [thing for thing in counted if sum(thing[2])][:top]
    title = Phrase("去掉哪一项，多少会员的奖项会变", "Without it, the awards of how many members change").into(to)
    sheet = titled(title, len(shown), foot=32)
    key(sheet, list(zip(FILLS, MOVES, strict=False)), to)
    axis = Axis(0.0, float(max((sum(moves) for *_, moves in shown), default=1)), LEFT, RIGHT - 40)
    ruled(sheet, axis, TOP + ROW * len(shown), whole=True)
    for place, (kind, label, moves) in enumerate(shown):
        y, x = TOP + ROW * place, LEFT
        name = label if kind == "indicator" else f"{label}（{KINDS[kind].into(to)}）" if to == "zh" else f"{label} ({KINDS[kind].into(to)})"
        named(sheet, 8, y + 15, name, bold=kind == "group")
        for count, fill in zip(moves, FILLS, strict=False):
            wide = axis(count) - LEFT
            if count:
                sheet.box(x, y + 4, wide, ROW - 7, fill)
            x += wide
        sheet.words(x + 6, y + 15, str(sum(moves)))
    quiet = len(counted) - sum(bool(sum(thing[2])) for thing in counted)
    note = phrase("共逐一去掉 {n} 项，其中 {quiet} 项去掉后名单不变。", "{n} taken away one at a time; without {quiet} of them the list stays.", n=len(counted), quiet=quiet)
    sheet.words(8, sheet.height - 8, note.into(to), size=11)
    return tabled(sheet.picture(title), to, removals_table(evaluation, removals, to))


def _counted(removals: pd.DataFrame) -> list[tuple[str, str, tuple[int, int, int]]]:
    """Kind and label of each thing, and how many members come in, drop out, or have another award; most first."""
    counted = []
    for (kind, _, label), of_thing in removals.groupby(["kind", "removed", "label"], sort=False):
        gained, lost = ({member for moved in of_thing[way] for member in moved} for way in ("gained", "lost"))
        counted.append((str(kind), str(label), (len(gained - lost), len(lost - gained), len(gained & lost))))
    return sorted(counted, key=lambda thing: -sum(thing[2]))
