"""Tables of the list: who stands where and why, who is awarded, and who is near the line."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from toolkit import wording
from toolkit.display import Align, Table
from toolkit.score_cards.lines import Line, award_lines, distances
from toolkit.text import Phrase, phrase
from toolkit.wording import class_name, headings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme
    from toolkit.text import Language

LEFT: Align = "left"
RIGHT: Align = "right"
CENTER: Align = "center"

Row = dict[Any, Any]


def ranking_table(evaluation: Evaluation, class_: str | None = None, top: int = 10) -> Table:
    """The first `top` of one class, or of every class when none is named."""
    scheme, ranking = evaluation.scheme, evaluation.ranking
    chosen = ranking if class_ is None else ranking[ranking["class"] == class_]
    shown = chosen[chosen["rank"].notna()].groupby("class", sort=False, dropna=False).head(top)
    classes = [class_name(name, scheme.language) for name in shown["class"]]
    what = class_ or Phrase("各类会员", "Each class").into(scheme.language)
    names = ("rank", "member", "class", "total", "tied", "award", "grade", "reason")
    table = Table(
        headings(scheme.language, *names),
        tuple(
            _standing(scheme, row, "" if class_ else name)
            for name, row in zip(classes, rows_of(shown), strict=True)
        ),
        phrase("{what}：前 {top} 名", "{what}: the first {top}", top=top, what=what).into(scheme.language),
        (RIGHT, LEFT, LEFT, RIGHT, CENTER),
        lines_after=breaks(classes),
    )
    return table.without_blank_columns()


def _standing(scheme: Scheme, row: Row, class_: str) -> tuple[str, ...]:
    return (
        wording.place(row["rank"]),
        row["name"],
        class_,
        wording.points(row["total"], scheme.decimals),
        "=" if row["tied"] else "",
        wording.award_label(scheme, row["award"]),
        row["grade"],
        row["reason"],
    )


def awards_table(evaluation: Evaluation, language: Language | None = None) -> Table:
    """For each class and award: members, applied, places, awarded and the lowest total awarded; below, empty places."""
    scheme, language = evaluation.scheme, language or evaluation.scheme.language
    lines = award_lines(evaluation)
    rows = tuple(
        (
            class_name(line.class_, language),
            str(line.members),
            str(line.applied),
            wording.award_label(scheme, line.award),
            wording.BLANK if line.places is None else str(line.places),
            str(line.awarded),
            wording.BLANK if line.total is None else wording.points(line.total, scheme.decimals),
        )
        for line in lines
    )
    return Table(
        headings(language, "class", "members", "applied", "award", "places", "awarded", "line"),
        rows,
        Phrase("各类名额与获奖线", "Places and award lines by class").into(language),
        (LEFT, RIGHT, RIGHT, LEFT, RIGHT, RIGHT, RIGHT),
        lines_after=breaks([row[0] for row in rows]),
        note=_vacancies(scheme, lines).into(language),
    )


def _vacancies(scheme: Scheme, lines: Sequence[Line]) -> Phrase:
    """Which places stay empty, where any do."""
    empty = [line for line in lines if line.vacant]
    if not empty:
        return Phrase("", "")
    zh = "；".join(f"{class_name(e.class_, 'zh')}{wording.award_label(scheme, e.award)} {e.vacant} 个" for e in empty)
    en = "; ".join(f"{class_name(e.class_, 'en')}, {wording.award_label(scheme, e.award)}: {e.vacant}" for e in empty)
    return Phrase(f"空缺名额（宁缺毋滥）：{zh}。", f"Places left empty: {en}.")


def near_line_table(evaluation: Evaluation, within: float = 0.5) -> Table:
    """The members whose total lies within so many points of an award line that concerns them."""
    language = evaluation.scheme.language
    near = distances(evaluation)
    near = near[near["distance"].abs() <= within]
    caption = phrase(
        "距获奖线 {n} 分以内的会员", "Members within {n} points of a line", n=wording.figure(within)
    )
    lines = list(zip(near["class"], near["award"], near["above"], strict=True))
    return Table(
        headings(language, "class", "which", "member", "rank", "total", "distance", "award"),
        tuple(_near(evaluation, row) for row in rows_of(near)),
        caption.into(language),
        (LEFT, LEFT, LEFT, RIGHT, RIGHT, RIGHT, LEFT),
        lines_after=tuple(n for n, (one, other) in enumerate(pairwise(lines)) if one != other and one[2]),
        note=Phrase(
            "深色横线即获奖线。线上会员：比未获该奖者的最高分多几分；线下会员：比获奖最低分少几分。",
            "The dark line is the award line: how far above the best who missed, or below the last who made it.",
        ).into(language),
    )


def ties_table(evaluation: Evaluation) -> Table:
    """The ties that the scheme leaves open: who is level at which line, and how many places are left."""
    scheme = evaluation.scheme
    rows = tuple(
        (
            class_name(tie.class_, scheme.language),
            wording.award_label(scheme, tie.award),
            str(tie.places),
            wording.JOIN.into(scheme.language).join(
                str(evaluation.ranking.loc[key, "name"]) for key in tie.members
            ),
        )
        for tie in evaluation.ties
    )
    note = phrase("共 {n} 处并列由委员会裁定。", "{n} ties for the committee to settle.", n=len(rows))
    return Table(
        headings(scheme.language, "class", "award", "places", "level"),
        rows,
        Phrase("待委员会裁定的并列", "Ties for the committee to settle").into(scheme.language),
        (LEFT, LEFT, RIGHT, LEFT),
        note=note.into(scheme.language),
    )


def _near(evaluation: Evaluation, row: Row) -> tuple[str, ...]:
    scheme, standing = evaluation.scheme, row_of(evaluation.ranking, row["member"])
    return (
        class_name(row["class"], scheme.language),
        wording.award_label(scheme, row["award"]),
        standing["name"],
        wording.place(standing["rank"]),
        wording.points(row["total"], scheme.decimals),
        wording.signed(row["distance"], scheme.decimals),
        wording.award_label(scheme, standing["award"]),
    )


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """The rows as dictionaries by column."""
    return [
        dict(zip(frame.columns, cells, strict=True)) for cells in frame.itertuples(index=False, name=None)
    ]


def row_of(frame: pd.DataFrame, member: str) -> Row:
    """The row of one member by column."""
    return dict(frame.loc[member].items())


def breaks(names: Sequence[str]) -> tuple[int, ...]:
    """The rows after which another name begins."""
    return tuple(count for count, (one, other) in enumerate(pairwise(names)) if one != other)
