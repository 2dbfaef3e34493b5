"""Formulas of groups and totals that compare members: they give what was evaluated, and what would be after a change by hand."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import openpyxl
import pandas as pd
import pytest

from tests.few_lines import run
from tests.test_edition_cases import written
from toolkit.evaluation import Evaluation
from toolkit.ground.ranking import rounded
from toolkit.ground.text import Phrase
from toolkit.reports.workbook import write_workbook
from toolkit.reports.workbook.compared import FIXED, MANY, MOST, PARTS, ComparedNodes
from toolkit.scheme.shapes.placed import Placed
from toolkit.scheme.shapes.relative import Relative
from toolkit.sealing.agreement import FUNCTIONS

SHAPES = (
    'shape = "min_max", to = [10, 90], within = "class"', 'shape = "min_max", better = "lower"', 'shape = "share_of_best"', 'shape = "share_of_best", better = "lower", within = "class", to = [5, 60]',
    'shape = "z_score", mean = 50, deviation = 10, within = "class"', 'shape = "z_score", mean = 50, deviation = 10, sample = false, better = "lower"', 'shape = "percentile", within = "class"',
    'shape = "rank", ties = "average", better = "lower"', 'shape = "rank", to = [0, 100], within = "class", ties = "worst"', 'shape = "borda", within = "class"', 'shape = "exponential_rank", rate = 23',
    'shape = "benchmark", per_above = 1, per_below = 0.5, factor = 0.95, within = "class"', 'shape = "min_max", found = { all = { least = 20, greatest = 70 } }',
    'shape = "min_max", better = "lower", found = { all = { least = 50, greatest = 50 } }',
)  # fmt: skip
ROWS = ((1, "甲", 60, 50, 80), (2, "<5 人", 40, 90, 70), (3, "甲", 60, 50, 10), (4, "甲", "", 35.5, 65), (5, "<5 人", 77, 12, 50), (6, "<5 人", 40, 90, 99), (7, "甲", "", "", 20), (8, "独", 33.3, 66.6, 42))
CHANGED = {3: (88.8, 12.3, 10), 5: (40, 90, 31)}
BY_HAND = [(code, kind, *CHANGED.get(code, rest)) for code, kind, *rest in ROWS]
ITEM = '[[indicator]]\nid = "{0}{2}"\nlabel = "{0}{2}"\nweight = {1}\n{3}missing = "exclude"\nmeasure = {{ column = "members.{0}" }}\nvalue = {{ shape = "linear", worst = 0, best = 100 }}\n'


def edition(folder: Path, groups: Sequence[str], total: str, rows: Any = ROWS) -> Evaluation:
    """Groups `g0`, `g1`, ..., each of the same two numbers a and b and with keys of its own, and the indicator c."""
    made = "".join(
        f'[[group]]\nid = "g{place}"\nlabel = "比{place}"\nweight = 4\n{keys}\ncap = 70\ndecimals = 3\ndecimals_of = "score"\n'
        + "".join(ITEM.format(name, weight, place, f'group = "g{place}"\n') for name, weight in (("a", 70), ("b", 30)))
        for place, keys in enumerate(groups)
    )
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
{made}""" + ITEM.format("c", 100 - 4 * len(groups), "", "")
    lines = "".join(f"{code},会员{code},{kind},{a},{b},{c}\n" for code, kind, a, b, c in rows)
    return run(written({"scheme": scheme, "columns": {"kind": "text", "a": "number", "b": "number", "c": "number"}, "records": {"members": "code,name,kind,a,b,c\n" + lines}}, folder))


class Sheet:
    """The sheet 得分 as a spreadsheet computes it: the numbers of its cells, and the formulas over them."""

    def __init__(self, path: Path, rows: int = len(ROWS)) -> None:
        self.cells = openpyxl.load_workbook(path)["得分"]
        self.first, self.known, self.used = self.cells.max_row - rows + 1, dict[str, Any](), set[str]()
        self.names: dict[str, Any] = {
            "IF": lambda test, yes, no: yes if test else no, "IFERROR": lambda value, other: other if isinstance(value, float) and not np.isfinite(value) else value,
            "SUMPRODUCT": lambda *given: np.float64(np.sum(np.prod([np.vectorize(number)(row) for row in given], axis=0))), "SUM": lambda *given: np.float64(sum(map(np.sum, given))), "MIN": min, "MAX": max,
            "MINIFS": lambda cells, *tests: np.float64(min(cells[among(tests)], default=0)), "MAXIFS": lambda cells, *tests: np.float64(max(cells[among(tests)], default=0)),
            "SQRT": np.sqrt, "SIGN": np.sign, "LN": np.log, "EXP": np.exp, "ROUND": lambda value, digits: np.nan if value == "" else np.float64(rounded(np.asarray(value), digits)),
            "ISNUMBER": lambda given: np.array([not isinstance(each, str) for each in given]) if isinstance(given, np.ndarray) else not isinstance(given, str),
            "N": number, "cell": self.value,
            "span": lambda column, top, bottom: np.array([self.value(f"{column}{row}") for row in range(top, bottom + 1)]),
            "across": lambda first, last, row: np.array([self.value(cell.coordinate) for cell in self.cells[f"{first}{row}":f"{last}{row}"][0]], dtype=object),
        }  # fmt: skip

    def value(self, name: str) -> Any:
        """What a cell comes to."""
        if name not in self.known:
            written = self.cells[name].value
            if not isinstance(written, str) or not written.startswith("="):
                self.known[name] = np.float64(written) if isinstance(written, int | float) else written or ""
            else:
                self.used |= set(re.findall(r"([A-Z]+)\(", written))
                with np.errstate(all="ignore"):
                    self.known[name] = eval(python(written[1:]), {}, self.names)
        return self.known[name]

    def column(self, heading: str) -> list[Any]:
        """What the rows of members come to under a heading; of a group under its name stands its subtotal last."""
        return [self.value(self.cells.cell(row, self.place(heading)).coordinate) for row in range(self.first, self.cells.max_row + 1)]

    def place(self, heading: str) -> int:
        """The column under a heading; of a group, that of its subtotal."""
        top = next(cell for row in self.cells.iter_rows() for cell in row if cell.value == heading)
        merged = next((each for each in self.cells.merged_cells.ranges if top.coordinate in each), None)
        return int(top.column) if merged is None else int(merged.max_col)

    @property
    def told(self) -> str:
        """What stands above the headings."""
        return " ".join(str(cell.value) for row in self.cells.iter_rows(max_row=self.first - 1) for cell in row if cell.value)


def number(value: Any) -> np.float64:
    """What N() makes of a cell."""
    return np.float64(0 if isinstance(value, str) or value is None else value)


def among(tests: Sequence[Any]) -> Any:
    """Where each range meets its condition, a number or a text such as ``>5``."""
    return np.logical_and.reduce([cells > float(asked[1:]) if isinstance(asked, str) else cells == asked for cells, asked in zip(tests[::2], tests[1::2], strict=True)])


def python(formula: str) -> str:
    """A formula as Python reads it."""
    return "".join(part if place % 2 else reckoning(part) for place, part in enumerate(re.split(r'("[^"]*")', formula)))


def reckoning(part: str) -> str:
    part = re.sub(r"\b([A-Z]{1,2})\$(\d+):\1\$(\d+)\b", r"span(«\1»,\2,\3)", part.replace("_xlfn.", ""))
    part = re.sub(r"\b([A-Z]{1,2})\$?(\d+):([A-Z]{1,2})\$?\2\b", r"across(«\1»,«\3»,\2)", part)
    part = re.sub(r"(?<![A-Z«$])([A-Z]{1,2})\$?(\d+)(?![\d(])", r"cell(«\1\2»)", part)
    return re.sub(r"(?<![<>=])=", "==", part).replace("^", "**").replace("«", "'").replace("»", "'")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Evaluation, Evaluation]:
    """Every shape on a group, and one on the total; as evaluated, and with other numbers for two members."""
    folder = tmp_path_factory.mktemp("compared")
    keys = [f"value = {{ {shape} }}" for shape in SHAPES]
    return edition(folder / "e", keys, SHAPES[1], ROWS), edition(folder / "c", keys, SHAPES[1], BY_HAND)


def headings(case: Evaluation) -> dict[str, str]:
    """The nodes that compare members, and what stands above their scores."""
    return {node: "总分" if node == "total" else f"比{node[1:]}" for node in case.compared_at}


def type_over(sheet: Sheet, before: Evaluation, after: Evaluation) -> None:
    """The scores of indicators of who has others in `after`, by hand into the sheet."""
    sheet.known.clear()
    for leaf in (item.id for item in before.scheme.indicators):
        column = sheet.place(leaf)
        for row, member in enumerate(before.ranking.index, start=sheet.first):
            if int(member) in CHANGED:
                sheet.cells.cell(row, column).value = float(after.scores.loc[member, leaf])


def test_every_shape_gives_what_was_evaluated_and_follows_a_change_by_hand(pair: tuple[Evaluation, Evaluation], tmp_path: Path) -> None:
    """With functions alone that a workbook may hold which a spreadsheet computes again; beside, what is compared and by what."""
    write_workbook(pair[0], tmp_path / "book.xlsx")
    sheet = Sheet(tmp_path / "book.xlsx")
    assert list(pair[0].compared_at) == [*(f"g{place}" for place in range(len(SHAPES))), "total"]
    for row in openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=True)["得分"].iter_rows(min_row=sheet.first):
        for cell in row:
            assert sheet.value(cell.coordinate) == (pytest.approx(cell.value, abs=1e-9) if isinstance(cell.value, int | float) else cell.value or ""), cell.coordinate
    compare(sheet, pair[0], pair[0])
    type_over(sheet, *pair)
    compare(sheet, *pair)
    assert {"MINIFS", "SQRT", "LN"} <= sheet.used <= FUNCTIONS


def compare(sheet: Sheet, written: Evaluation, expected: Evaluation) -> None:
    for node, heading in headings(expected).items():
        computed = [np.nan if value == "" else value for value in sheet.column(heading)]
        np.testing.assert_allclose(computed, expected.scores.loc[written.ranking.index, node], atol=1e-9, err_msg=f"{heading} {expected.compared_at[node][0].shape}")


def test_what_has_no_formula_is_a_value_and_says_why(tmp_path: Path) -> None:
    """A mean that is not written, a benchmark that is trimmed; a geometric mean with a score of 0 is 0."""
    shape = 'value = { shape = "min_max" }'
    keys = [f'aggregate = "{name}"\n{shape}' for name in ("arithmetic", "geometric", "minimum", "sum")]
    case = edition(tmp_path / "e", keys, 'shape = "benchmark", per_above = 1, per_below = 1, trim = 1', [*ROWS[:-1], (8, "独", 0, 66.6, 42)])
    write_workbook(case, tmp_path / "book.xlsx")
    sheet = Sheet(tmp_path / "book.xlsx")
    headed = [*headings(case).values(), "比0·换算前", "比1·换算前"]
    formulas = {heading: sum(str(sheet.cells.cell(row, sheet.place(heading)).value).startswith("=") for row in range(sheet.first, sheet.cells.max_row + 1)) for heading in headed}
    assert formulas == {"比0": 7, "比1": 7, "比2": 0, "比3": 0, "总分": 0, "比0·换算前": 7, "比1·换算前": 7}  # of the one who has no score there is none
    why = "比2（下面各项的合成方法没有写成公式）、比3（下面各项的合成方法没有写成公式）、总分（基准要去掉最高最低或取中位数）"
    places = openpyxl.load_workbook(tmp_path / "book.xlsx")["名次与奖项复算"]
    assert why in sheet.told
    assert any(why in str(cell.value) for row in places.iter_rows(max_row=2) for cell in row)


@pytest.mark.parametrize(("members", "points", "shape", "why"), [
    (MOST + 1, (), Mock(spec=Relative), MANY), (MOST, (), Mock(spec=Relative), None), (2, (0, 1), Mock(spec=Relative), PARTS), (2, (), Mock(spec=Placed, found={}), FIXED), (2, (), Mock(spec=Placed, found=None), None),
])  # fmt: skip
def test_what_no_formula_compares_says_why(members: int, points: tuple[int, ...], shape: Any, why: Phrase | None) -> None:
    nodes = ComparedNodes(Mock(members=range(members)), 0, (1, 2))
    assert nodes._unsayable("g", Mock(points=points), shape) == why


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice to compute the formulas")
def test_libreoffice_computes_what_is_compared_and_follows_a_change_by_hand(pair: tuple[Evaluation, Evaluation], tmp_path: Path) -> None:
    """As written, and with scores typed over."""
    write_workbook(pair[0], tmp_path / "book.xlsx")
    places = {}
    for name in ("asis", "hand"):
        sheet = Sheet(tmp_path / "book.xlsx")
        if name == "hand":
            type_over(sheet, *pair)
        places = {node: sheet.place(heading) - 1 for node, heading in headings(pair[0]).items()}
        sheet.cells.parent.save(tmp_path / f"{name}.xlsx")  # which keeps no computed number
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(["soffice", profile, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path), *(str(tmp_path / f"{name}.xlsx") for name in ("asis", "hand"))], check=True, capture_output=True, timeout=300)
    for name, expected in zip(("asis", "hand"), pair, strict=True):
        table = pd.read_excel(tmp_path / f"{name}.ods", sheet_name="得分", header=None, engine="calamine").iloc[-len(ROWS) :]
        for node, place in places.items():
            np.testing.assert_allclose(pd.to_numeric(table[place]), expected.scores.loc[pair[0].ranking.index, node], atol=1e-9, err_msg=f"{name} {node}")
