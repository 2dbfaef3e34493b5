"""Movement against the previous edition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from tests.invented import evaluation, indicator, members, scheme
from toolkit.comparison.previous import movement
from toolkit.evaluation import Evaluation
from toolkit.reports.workbook import write_workbook

BANDS = [["A", 60], ["B", 0]]


def asked(**before: list[Any]) -> Evaluation:
    """m0 leads, m1 follows, m2 is not ranked; `before` is what the previous edition tells of them."""
    rules = scheme(
        indicator=[indicator("a")], grades={"bands": BANDS}, previous={"table": "old", **{key: key for key in before}},
        award=[{"id": "x", "label": "奖", "quota": {"number": 1}}],
    )  # fmt: skip
    who = members(3)
    values = pd.DataFrame({"a": [90.0, 50.0, np.nan]}, index=who.index)
    return evaluation(rules, who, values, previous=pd.DataFrame(before, index=who.index))


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({"rank": [2.0, 1.0, 3.0]}, ["up", "down", "unranked"]),
        ({"rank": [1.0, np.nan, np.nan]}, ["level", "new", "new"]),
        ({"total": [95.0, 40.0, 20.0]}, ["down", "up", "unranked"]),
        ({"grade": ["B", "B", "A"]}, ["up", "level", ""]),
        ({"rank": [2.0, 2.0, np.nan], "total": [99.0, 1.0, 1.0]}, ["up", "level", ""]),
        ({"award": ["x", None, None]}, ["", "new", "new"]),
    ],
)
def test_who_rose_is_told_by_rank_then_total_then_grade(before: dict[str, list[Any]], expected: list[str]) -> None:
    found = movement(asked(**before)).set_index("member")
    assert found["direction"].reindex(["m0", "m1", "m2"]).tolist() == expected


def test_before_and_now_stand_side_by_side() -> None:
    found = movement(asked(rank=[2.0, 1.0, np.nan], grade=["B", "A", None])).set_index("member")
    assert found.loc["m0", ["rank_before", "rank", "grade_before", "grade", "award"]].tolist() == [2, 1, "B", "A", "x"]
    assert found.loc["m2", "grade_before"] == ""
    assert np.isnan(found["total_before"]).all()


def test_the_workbook_has_the_sheet_only_with_a_previous_edition(tmp_path: Path) -> None:
    write_workbook(asked(rank=[2.0, 1.0, np.nan]), tmp_path / "with.xlsx")
    write_workbook(asked(), tmp_path / "without.xlsx")
    sheets = {name: openpyxl.load_workbook(tmp_path / f"{name}.xlsx").sheetnames for name in ("with", "without")}
    assert ("升降" in sheets["with"], "升降" in sheets["without"]) == (True, False)
    rows = list(openpyxl.load_workbook(tmp_path / "with.xlsx")["升降"].iter_rows(min_row=3, values_only=True))
    assert rows[0] == ("会员代码", "会员名称", "总分", "上届名次", "名次", "评选结果", "信用等级", "升降")
    assert rows[1] == ("m0", "m0", 90, 2, 1, "奖", "A", "上升")
