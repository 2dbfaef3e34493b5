"""Ranks as pictures: where the draws put a member, and where any weights of a set can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from toolkit import wording
from toolkit.diagnostics.pictures import Axis
from toolkit.display import Picture
from toolkit.drawing import FILLS, PART, REST, Fill, Sheet
from toolkit.scoring import TOTAL
from toolkit.sensitivity.pictures.rows import LEFT, RIGHT, ROW, SMALL, key, member_rows, ruled, titled
from toolkit.sensitivity.tipping.tables import STANDINGS
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.text import Language

ACROSS = RIGHT - 160
KEY = Phrase("十次里有九次在此之间", "nine of ten draws"), Phrase("现名次", "rank now"), Phrase("细线：见过的最好与最差；虚线：获奖线", "thin: best and worst seen; dashed: award line")
BOUNDS = {"certain": FILLS[0], "possible": PART, "never": REST}
NOW = Fill("#e9a13b", "", "#7a4a00")


def ranks_picture(
    evaluation: Evaluation, found: pd.DataFrame, members: Iterable[str] | None = None, language: Language | None = None
) -> Picture:
    """Ranks in the draws of these members, or of those at the lines: nine of ten in the bar, all within the thin line."""
    to = language or evaluation.scheme.language
    title = phrase("权重变动之下的名次（抽样 {n} 次）", "Ranks under other weights ({n} draws)", n=found.attrs["draws"]).into(to)
    sheet, rows = member_rows(partial(titled, title), evaluation, members, to)
    placed = [(member, y) for member, y in rows if not wording.absent(found.loc[member, "mean"])]
    axis = Axis(1.0, max([2.0, *found.loc[[member for member, _ in placed], "worst"]]), LEFT, ACROSS)
    key(sheet, [(PART, KEY[0]), (NOW, KEY[1])], to)
    sheet.words(LEFT + 250, 45, KEY[2].into(to), size=SMALL)
    ruled(sheet, axis, sheet.height - 8, whole=True)
    _award_lines(sheet, evaluation, placed, axis)
    for member, y in placed:
        best, low, middle, high, worst = (float(found[name][member]) for name in ("best", "q05", "q50", "q95", "worst"))
        sheet.line((axis(best), axis(worst)), (y + 11, y + 11))
        _bar(sheet, (axis(low), axis(high)), y, PART)
        sheet.line((axis(middle), axis(middle)), (y + 5, y + 17))
        _now(sheet, evaluation, member, axis, y)
        sheet.words(RIGHT, y + 15, f"{low:.0f}–{high:.0f}", align="right")
    return sheet.picture(title)


def bounds_picture(
    evaluation: Evaluation, ranks: pd.DataFrame, awards: pd.DataFrame, members: Iterable[str] | None = None, language: Language | None = None
) -> Picture:
    """Between which ranks any weights of a set can put these members, or those at the lines; dark: its award is certain.

    Parameters
    ----------
    ranks, awards
        From `rank_bounds` and `award_bounds`, of the same weights.
    """
    to = language or evaluation.scheme.language
    title = Phrase("权重在所设范围内任意变动：名次与奖项", "Any weights within the bounds: ranks and awards").into(to)
    sheet, rows = member_rows(partial(titled, title), evaluation, members, to)
    placed = [(member, y) for member, y in rows if member in ranks.index]
    axis = Axis(1.0, max([2.0, *ranks.loc[[member for member, _ in placed], "worst"]]), LEFT, ACROSS)
    key(sheet, [*((BOUNDS[name], said) for name, said in STANDINGS.items()), (NOW, KEY[1])], to)
    ruled(sheet, axis, sheet.height - 8, whole=True)
    for member, y in placed:
        best, worst = int(ranks["best"][member]), int(ranks["worst"][member])
        award, standing = _standing(evaluation, awards, member)
        _bar(sheet, (axis(best), axis(worst)), y, BOUNDS[standing])
        _now(sheet, evaluation, member, axis, y)
        said = f"{award} {STANDINGS[standing].into(to)}" if award else STANDINGS[standing].into(to)
        sheet.words(RIGHT, y + 15, f"{best}–{worst}  {said}", align="right", size=SMALL)
    return sheet.picture(title)


def _bar(sheet: Sheet, ends: tuple[float, float], y: float, fill: Fill) -> None:
    sheet.box(ends[0] - 3, y + 5, ends[1] - ends[0] + 6, ROW - 9, fill)


def _now(sheet: Sheet, evaluation: Evaluation, member: str, axis: Axis, y: float) -> None:
    rank = evaluation.ranking["rank"][member]
    if not wording.absent(rank) and rank <= axis.high:
        sheet.box(axis(rank) - 3.5, y + 7.5, 7, 7, NOW)


def _award_lines(sheet: Sheet, evaluation: Evaluation, placed: list[tuple[str, float]], axis: Axis) -> None:
    """Dashed, through the rows of a class, behind the last of the list who holds an award, or a better one."""
    heights: dict[str, list[float]] = {}
    for member, y in placed:
        heights.setdefault(str(evaluation.ranking.loc[member, "class"]), []).append(y)
    for class_, rank in _last_ranks(evaluation):
        if class_ in heights and rank + 0.5 <= axis.high:
            x = axis(rank + 0.5)
            sheet.line((x, x), (min(heights[class_]) + 1, max(heights[class_]) + ROW - 1), dashed=True)


def _last_ranks(evaluation: Evaluation) -> Iterator[tuple[str, float]]:
    """Class by class and award by award that goes by the total: the last rank that has it."""
    ranking, by_total = evaluation.ranking, [award.id for award in evaluation.scheme.awards if award.by == TOTAL]
    for award in by_total:
        own = ranking.loc[evaluation.awards.loc[evaluation.awards["award"] == award, "member"]]
        for class_, rank in own.groupby(own["class"].astype("str"))["rank"].max().items():
            yield str(class_), float(rank)


def _standing(evaluation: Evaluation, awards: pd.DataFrame, member: str) -> tuple[str, str]:
    """The first award a member can have, and whether it is certain; none where it can have none."""
    own = awards[awards["member"] == member].set_index("award")["standing"]
    for award in evaluation.scheme.awards:
        if award.id in own.index and own[award.id] != "never":
            return award.label, str(own[award.id])
    return "", "never"
