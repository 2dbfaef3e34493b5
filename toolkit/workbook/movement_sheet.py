"""The sheet 升降: every member against the previous edition."""

from __future__ import annotations

from typing import Any

import pandas as pd

from toolkit.movement import DIRECTIONS, has_previous, movement
from toolkit.text import Phrase
from toolkit.workbook.book import HEADING_ROW, Book

NOTE = Phrase("与上届结果对照；名次为各自榜单上的名次", "against the previous edition; ranks are those of each list")
COLUMNS = {
    "member": (Phrase("会员代码", "Key"), 21),
    "name": (Phrase("会员名称", "Member"), 30),
    "total_before": (Phrase("上届总分", "Total before"), 10),
    "total": (Phrase("总分", "Total"), 9),
    "rank_before": (Phrase("上届名次", "Rank before"), 10),
    "rank": (Phrase("名次", "Rank"), 7),
    "award_before": (Phrase("上届奖项", "Award before"), 12),
    "award": (Phrase("评选结果", "Award"), 12),
    "grade_before": (Phrase("上届等级", "Grade before"), 10),
    "grade": (Phrase("信用等级", "Grade"), 10),
    "direction": (Phrase("升降", "Movement"), 12),
}


def write_movement_sheet(book: Book) -> None:
    """A row for each member, columns that nobody fills left out; no sheet without a previous edition."""
    evaluation = book.evaluation
    if not has_previous(evaluation):
        return
    frame = movement(evaluation)
    frame = frame.assign(
        name=evaluation.ranking.loc[frame["member"], "name"].to_numpy(),
        award=[evaluation.scheme.label(award) if award else "" for award in frame["award"]],
        direction=[DIRECTIONS[to].into(book.language) if to else "" for to in frame["direction"]],
    )
    names = [name for name in COLUMNS if frame[name].notna().any() and (frame[name].astype("object") != "").any()]
    sheet = book.sheet("movement", NOTE, top=HEADING_ROW + 1, left=2)
    book.headings(sheet, HEADING_ROW, [COLUMNS[name] for name in names])
    number = book.number(evaluation.scheme.decimals)
    forms = [number if name.startswith("total") else book.format() for name in names]
    rows = ([_plain(cell) for cell in row] for row in frame[names].astype("object").itertuples(index=False))
    book.rows(sheet, HEADING_ROW + 1, rows, forms)
    sheet.autofilter(HEADING_ROW, 0, HEADING_ROW + len(frame), len(names) - 1)


def _plain(value: Any) -> Any:
    """A cell as Python's own value; empty where there is none."""
    if pd.isna(value):
        return ""
    return value.item() if hasattr(value, "item") else value
