"""Formulas of groups and totals that compare members: they give what was evaluated, and what would be after a change by hand."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from tests.few_lines import run
from tests.test_edition_cases import written
from toolkit.evaluation import Evaluation
from toolkit.reports.workbook import write_workbook

SHAPES = (
    'shape = "min_max", to = [10, 90], within = "class"', 'shape = "min_max", better = "lower"', 'shape = "share_of_best"', 'shape = "share_of_best", better = "lower", within = "class", to = [5, 60]',
    'shape = "z_score", mean = 50, deviation = 10, within = "class"', 'shape = "z_score", mean = 50, deviation = 10, sample = false, better = "lower"', 'shape = "percentile", within = "class"',
    'shape = "rank", ties = "average", better = "lower"', 'shape = "rank", to = [0, 100], within = "class", ties = "worst"', 'shape = "borda", within = "class"', 'shape = "exponential_rank", rate = 23',
    'shape = "benchmark", per_above = 1, per_below = 0.5, factor = 0.95, within = "class"', 'shape = "min_max", found = { all = { least = 20, greatest = 70 } }',
)  # fmt: skip
ROWS = ((1, "甲", 60, 50, 80), (2, "<5 人", 40, 90, 70), (3, "甲", 60, 50, 10), (4, "甲", "", 35.5, 65), (5, "<5 人", 77, 12, 50), (6, "<5 人", 40, 90, 99), (7, "甲", "", "", 20), (8, "独", 33.3, 66.6, 42))
CHANGED = {3: (88.8, 12.3, 10), 5: (40, 90, 31)}


def edition(folder: Path, group: str, total: str, rows: Any = ROWS) -> Evaluation:
    item = '[[indicator]]\nid = "{0}"\nlabel = "{0}"\nweight = {1}\n{2}missing = "exclude"\nmeasure = {{ column = "members.{0}" }}\nvalue = {{ shape = "linear", worst = 0, best = 100 }}\n'
    scheme = f"""schema = 1
title = "比"
edition = "compared"
as_of = 2024-12-31
ties = ["joint"]
[members]
table = "members"
key = "code"
name = "name"
class = "kind"
[total]
{f"value = {{ {total} }}" if total else ""}
cap = 90
[[group]]
id = "g"
label = "比一比"
weight = 60
value = {{ {group} }}
cap = 70
decimals = 3
decimals_of = "score"
""" + item.format("a", 70, 'group = "g"\n') + item.format("b", 30, 'group = "g"\n') + item.format("c", 40, "")
    lines = "".join(f"{code},会员{code},{kind},{a},{b},{c}\n" for code, kind, a, b, c in rows)
    return run(written({"scheme": scheme, "columns": {"kind": "text", "a": "number", "b": "number", "c": "number"}, "records": {"members": "code,name,kind,a,b,c\n" + lines}}, folder))


def place(sheet: Any, heading: str) -> int:
    """The column under a heading."""
    return int(next(cell.column for row in sheet.iter_rows() for cell in row if cell.value == heading))


def test_what_is_compared_is_a_formula_and_what_cannot_be_says_why(tmp_path: Path) -> None:
    found = edition(tmp_path / "e", SHAPES[0], 'shape = "benchmark", per_above = 1, per_below = 1, trim = 1')
    write_workbook(found, tmp_path / "book.xlsx")
    formulas, numbers = (openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=only)["得分"] for only in (False, True))
    first, own, total = formulas.max_row - len(ROWS) + 1, place(formulas, "小计"), place(formulas, "总分")
    assert str(formulas.cell(first, own).value).startswith("=IF(")
    assert not str(formulas.cell(first, total).value).startswith("=")
    assert any("都是评审时的数值" in str(cell.value) or "总分（基准要去掉最高最低或取中位数）" in str(cell.value) for row in formulas.iter_rows() for cell in row)
    beside = pd.DataFrame([[numbers.cell(first + row, column).value for column in range(total + 1, total + 5)] for row in range(len(ROWS))], index=found.ranking.index)
    left = found.ranking["class"] == "甲"
    assert beside.loc[left, 2].max() == beside.loc[left, 1].replace(-1e9, np.nan).min()  # the least that is compared
    assert beside[1].tolist() == pytest.approx(found.compared_at["g"][1].loc[found.ranking.index].fillna(-1e9).tolist())


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice to compute the formulas")
def test_libreoffice_computes_what_is_compared_and_follows_a_change_by_hand(tmp_path: Path) -> None:
    """Of every shape on a group, and on the total in its turn; as written, and with scores typed over."""
    changed = [(code, kind, *CHANGED.get(code, rest)) for code, kind, *rest in ROWS]
    right: dict[str, tuple[Evaluation, Evaluation]] = {}
    for number, shape in enumerate(SHAPES):
        total = SHAPES[(number + 3) % len(SHAPES)] if number % 2 else ""
        pair = edition(tmp_path / f"e{number}", shape, total), edition(tmp_path / f"c{number}", shape, total, changed)
        write_workbook(pair[0], tmp_path / "book.xlsx")
        for name in ("asis", "hand"):
            book = openpyxl.load_workbook(tmp_path / "book.xlsx")
            sheet, first = book["得分"], book["得分"].max_row - len(ROWS) + 1
            for row, member in enumerate(pair[0].ranking.index, start=first):
                for column, leaf in ((4, "a"), (5, "b"), (7, "c")):
                    if name == "hand" and int(member) in CHANGED:
                        sheet.cell(row, column).value = float(pair[1].scores.loc[member, leaf])
            book.save(tmp_path / f"{name}{number}.xlsx")  # which keeps no computed number
            right[f"{name}{number}"] = pair
    subprocess.run(["soffice", "--headless", "--convert-to", "ods", "--outdir", str(tmp_path), *(str(tmp_path / f"{name}.xlsx") for name in right)], check=True, capture_output=True, timeout=300)
    for name, (before, after) in right.items():
        table = pd.read_excel(tmp_path / f"{name}.ods", sheet_name="得分", header=None, engine="calamine").iloc[-len(ROWS) :]
        expected = (before if name.startswith("asis") else after).scores.loc[before.ranking.index]
        told = SHAPES[int(name[4:])]
        np.testing.assert_allclose(pd.to_numeric(table[5]), expected["g"], atol=1e-9, err_msg=f"{name} {told}")
        np.testing.assert_allclose(pd.to_numeric(table[7]), expected["total"], atol=1e-9, err_msg=f"{name} {told}")
