"""Ranks as pictures: where draws, or any weights of a set, put a member; and the one page, a strip of places for each class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from toolkit.evaluation.scores import TOTAL
from toolkit.ground.display import Picture, shortened
from toolkit.ground.drawing import FILLS, PART, REST, Fill, Sheet, text_width
from toolkit.ground.text import Language, Phrase, in_words_before, phrase
from toolkit.reports import wording
from toolkit.reports.columns import Row, rows_of
from toolkit.reports.pictures.layout import LEFT as ROWS_LEFT
from toolkit.reports.pictures.layout import RIGHT as ROWS_RIGHT
from toolkit.reports.pictures.layout import ROW, WIDTH, Axis, headed, key, member_rows, ruled, tabled, titled
from toolkit.reports.pictures.layout import SMALL as ROWS_SMALL
from toolkit.reports.probability_tables import (
    CERTAIN,
    CONTENDERS,
    HAIR,
    LIKELY,
    bottom_line,
    firmness_table,
    hanging_names,
    ranks_table,
)
from toolkit.reports.tipping_tables import STANDINGS, award_bounds_table, rank_bounds_table

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.sensitivity.robustness import Firmness


ACROSS, APART = ROWS_RIGHT - 160, 12.0
KEY = Phrase("十次里有九次在此之间", "nine of ten draws"), Phrase("现名次", "rank now"), Phrase("细线：见过的最好与最差；虚线：获奖线", "thin: best and worst seen; dashed: award line")
BOUNDS = {"certain": FILLS[0], "possible": PART, "never": REST}
NOW = Fill("#e9a13b", "", "#7a4a00")


def ranks_picture(
    evaluation: Evaluation, ranks: pd.DataFrame, members: Iterable[str] | None = None, language: Language | None = None
) -> Picture:
    """Ranks in the draws of these members, or of those at the lines: nine of ten in the bar, all within the thin line."""
    to = language or evaluation.scheme.language
    title = phrase("权重变动之下的名次（抽样 {n} 次）", "Ranks under other weights ({n:draw|draws})", n=ranks.attrs["draws"]).into(to)
    sheet, rows = member_rows(partial(titled, title), evaluation, members, to)
    placed = [(member, y) for member, y in rows if not wording.absent(ranks.loc[member, "mean"])]
    axis = Axis(1.0, max([2.0, *ranks.loc[[member for member, _ in placed], "worst"]]), ROWS_LEFT, ACROSS)
    key(sheet, [(PART, KEY[0]), (NOW, KEY[1])], to)
    sheet.words(ROWS_LEFT + 250, 45, KEY[2].into(to), size=ROWS_SMALL)
    ruled(sheet, axis, sheet.height - 8, whole=True)
    _award_lines(sheet, evaluation, placed, axis)
    for member, y in placed:
        best, low, middle, high, worst = (float(ranks[name][member]) for name in ("best", "q05", "q50", "q95", "worst"))
        sheet.line((axis(best), axis(worst)), (y + 11, y + 11))
        _bar(sheet, (axis(low), axis(high)), y, PART)
        sheet.line((axis(middle), axis(middle)), (y + 5, y + 17))
        _now(sheet, evaluation, member, axis, y)
        sheet.words(ROWS_RIGHT, y + 15, f"{low:.0f}–{high:.0f}", align="right")
    return tabled(sheet.picture(title), to, ranks_table(evaluation, ranks, members, to))


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
    told = {member: _bounds_told(evaluation, ranks, awards, member, to) for member, _ in placed}
    across = ACROSS if in_words_before("1.0.0") else min(ACROSS, ROWS_RIGHT - APART - max((text_width(words, ROWS_SMALL) for words in told.values()), default=0.0))
    axis = Axis(1.0, max([2.0, *ranks.loc[[member for member, _ in placed], "worst"]]), ROWS_LEFT, across)
    key(sheet, [*((BOUNDS[name], words) for name, words in STANDINGS.items()), (NOW, KEY[1])], to)
    ruled(sheet, axis, sheet.height - 8, whole=True)
    for member, y in placed:
        best, worst = int(ranks["best"][member]), int(ranks["worst"][member])
        _bar(sheet, (axis(best), axis(worst)), y, BOUNDS[_standing(evaluation, awards, member)[1]])
        _now(sheet, evaluation, member, axis, y)
        sheet.words(ROWS_RIGHT, y + 15, told[member], align="right", size=ROWS_SMALL)
    shown = [member for member, _ in placed]
    tables = rank_bounds_table(evaluation, ranks.loc[shown], language=to), award_bounds_table(evaluation, awards[awards["member"].isin(shown)], to)
    return tabled(sheet.picture(title), to, *tables)


def _bounds_told(evaluation: Evaluation, ranks: pd.DataFrame, awards: pd.DataFrame, member: str, to: Language) -> str:
    """From which place to which, and what it can have there, as it stands behind the bar."""
    award, standing = _standing(evaluation, awards, member)
    words = f"{award} {STANDINGS[standing].into(to)}" if award else STANDINGS[standing].into(to)
    return f"{int(ranks['best'][member])}–{int(ranks['worst'][member])}  {words}"


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
        winners = ranking.loc[evaluation.awards.loc[evaluation.awards["award"] == award, "member"]]
        for class_, rank in winners.groupby(winners["class"].astype("str"))["rank"].max().items():
            yield str(class_), float(rank)


def _standing(evaluation: Evaluation, awards: pd.DataFrame, member: str) -> tuple[str, str]:
    """The first award a member can have, and whether it is certain; none where it can have none."""
    standings = awards[awards["member"] == member].set_index("award")["standing"]
    for award in evaluation.scheme.awards:
        if award.id in standings.index and standings[award.id] != "never":
            return award.label, str(standings[award.id])
    return "", "never"



LEFT, RIGHT = 170.0, 792.0
TOP, STRIP, LINE, SMALL = 66.0, 22.0, 15.0, 11.0
BOX = 13.0
MISSED = Fill("#ffffff", "////", "#7a4a00")
STEPS = (("certain", CERTAIN, FILLS[0]), ("likely", LIKELY, PART), ("hair", HAIR, FILLS[1]), ("contenders", CONTENDERS, MISSED))


def firmness_picture(evaluation: Evaluation, firm: Firmness, language: Language | None = None, *, titled: bool = True) -> Picture:
    """Each place given away as a box, firm ones first; beyond the line who just missed; below, the names on a hair.

    Not `titled` it stands where its bottom line is said already.
    """
    to = language or evaluation.scheme.language
    rows = [row for row in rows_of(firm.places) if row["awarded"] or row["contenders"]]
    names = [_names(evaluation, firm, row, to) for row in rows]
    awards = dict.fromkeys(row["award"] for row in rows)
    lifted = 0 if titled else 26
    height = TOP - lifted + sum(STRIP + LINE * len(lines) for lines in names) + 26 * len(awards)
    sentence, y = bottom_line(firm).into(to), TOP - lifted
    sheet = headed(sentence, height) if titled else Sheet(WIDTH, height)
    _legend(sheet, to, y - TOP)
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
    return tabled(sheet.picture(sentence), to, firmness_table(evaluation, firm, to))


def _legend(sheet: Sheet, to: Language, lower: float) -> None:
    x = LEFT
    for _, name, fill in STEPS:
        sheet.box(x, 34 + lower, 12, 12, fill)
        sheet.words(x + 17, 45 + lower, name.into(to))
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
    for standing, names in hanging_names(evaluation, firm, row):
        lines += _wrapped(f"{standing.into(to)}{'：' if to == 'zh' else ': '}", names, wording.JOIN.into(to))
    return lines


def _wrapped(start: str, names: list[str], join: str) -> list[str]:
    lines = [start]
    for place, name in enumerate(names):
        more = shortened(name, 60) + (join if place < len(names) - 1 else "")
        if lines[-1] != start and text_width(lines[-1] + more, SMALL) > RIGHT - LEFT:
            lines.append("")
        lines[-1] += more
    return lines
