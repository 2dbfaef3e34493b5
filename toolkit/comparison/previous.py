"""Movement: where every member stands against the previous edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.ground.text import Phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

COLUMNS = [
    "member", "total_before", "total", "rank_before", "rank", "award_before", "award", "grade_before", "grade", "direction",
]  # fmt: skip
DIRECTIONS = {
    "up": Phrase("上升", "up"),
    "down": Phrase("下降", "down"),
    "level": Phrase("持平", "level"),
    "new": Phrase("上届无记录", "new"),
    "unranked": Phrase("本届未排名", "not ranked now"),
}


def has_previous(evaluation: Evaluation) -> bool:
    """Whether the scheme names a previous edition that tells anything."""
    return len(evaluation.measured.previous.columns) > 0


def movement(evaluation: Evaluation) -> pd.DataFrame:
    """Every member before and now, in the order of the list.

    Who stands higher than before is told by the rank where [previous] names one, else by the total, else by the
    grade. Ranks are those of the lists as they were made: within a class, where the class competes by itself.

    Returns
    -------
    DataFrame
        Columns member, total_before, total, rank_before, rank (Int64), award_before, award, grade_before, grade (text,
        empty where there is none), direction: "up", "down", "level", "new" for a member of whom the previous edition
        tells nothing, "unranked" for one that had a place before and has none now. Before is empty where [previous]
        does not name the column.
    """
    ranking = evaluation.ranking
    before = evaluation.measured.previous.reindex(ranking.index)
    frame = pd.DataFrame(
        {
            "total_before": _numbers(before, "total"),
            "total": ranking["total"],
            "rank_before": _numbers(before, "rank").astype("Int64"),
            "rank": ranking["rank"].astype("Int64"),
            "award_before": _words(before, "award"),
            "award": ranking["award"],
            "grade_before": _words(before, "grade"),
            "grade": ranking["grade"],
        },
        index=ranking.index,
    )
    known = before.notna().any(axis=1).to_numpy(np.bool_)
    rise, comparable, lost = _risen(evaluation, frame, set(before.columns))
    direction = np.select(
        [~known, lost, comparable & (rise > 0), comparable & (rise < 0), comparable],
        ["new", "unranked", "up", "down", "level"],
        default="",
    )
    return frame.assign(direction=pd.Series(direction, index=frame.index, dtype="str")).reset_index()[COLUMNS]


def _risen(evaluation: Evaluation, frame: pd.DataFrame, named: set[str]) -> tuple[Any, Any, Any]:
    """By how much each member rose, whether that can be said, and whether it has no place any more; three arrays."""
    if "rank" in named:
        rise = frame["rank_before"].astype("float64") - frame["rank"].astype("float64")
        lost = frame["rank_before"].notna() & frame["rank"].isna()
    elif "total" in named:
        rise = frame["total"] - frame["total_before"]
        lost = frame["total_before"].notna() & frame["total"].isna()
    else:
        grades = evaluation.scheme.grades
        order = {name: -place for place, (name, _) in enumerate(grades.bands if grades else ())}
        rise = frame["grade"].map(order).astype("float64") - frame["grade_before"].map(order).astype("float64")
        lost = pd.Series(data=False, index=frame.index)
    return rise.to_numpy(), rise.notna().to_numpy(), lost.to_numpy(np.bool_)


def _numbers(before: pd.DataFrame, name: str) -> pd.Series[float]:
    if name not in before:
        return pd.Series(np.nan, index=before.index, dtype="float64")
    return before[name].astype("float64")


def _words(before: pd.DataFrame, name: str) -> pd.Series[str]:
    if name not in before:
        return pd.Series("", index=before.index, dtype="str")
    return before[name].astype("object").where(before[name].notna(), "").astype("str")
