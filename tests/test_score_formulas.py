"""Formulas of the score sheet: they give the scores of the kernel, and go on doing so when a row is changed by hand."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.altered import altered
from tests.invented import evaluation, group, indicator, members, scheme
from toolkit.evaluation import Evaluation
from toolkit.evaluation.scores import Tree, scores
from toolkit.ground.ranking import rounded
from toolkit.ground.text import former_words
from toolkit.reports import WORKBOOK
from toolkit.reports.csv_files import write_results
from toolkit.reports.workbook import write_workbook
from toolkit.reports.workbook.scores import LONGEST, Child, Rule, letters, mean_formula
from toolkit.scheme import Scheme

NAN, ROW, WEIGHT_ROW = float("nan"), 6, 4


class Blank(np.float64):
    """An empty cell: 0 where it is reckoned with, and no number where numbers are counted."""


class Text(np.float64):
    """A text in a cell: 0 where it is reckoned with, and equal to no number."""

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = np.float64.__hash__


class Row(list[Any]):
    """Cells side by side."""

    def __mul__(self, other: Any) -> Any:
        return np.array(self, np.float64) * other


def computed(formula: str, cells: Mapping[str, float | str | None]) -> float:
    """What a spreadsheet makes of the few functions these formulas use; NaN for an empty text."""
    names = {
        "AND": lambda *tests: all(tests), "IF": lambda test, yes, no: yes if test else no, "N": np.float64,
        "ISNUMBER": lambda cell: np.array([not isinstance(each, Blank) for each in cell]) if isinstance(cell, Row) else np.float64(not isinstance(cell, Blank | Text)),
        "SUMPRODUCT": lambda *rows: np.float64(np.sum(np.prod([np.array(row, np.float64) for row in rows], axis=0))),
        "COUNT": lambda *given: sum(not isinstance(cell, Blank) for cell in flat(given)),
        "Row": Row,
        "cell": lambda name: Blank(0) if cells[name] is None else Text(0) if isinstance(cells[name], str) else np.float64(cells[name]),
    }  # fmt: skip
    text = re.sub(r"([A-Z]+)\$?(\d+):([A-Z]+)\$?\d+", lambda m: f"Row({[f'{letter}{m[2]}' for letter in between(m[1], m[3])]})", formula)
    text = re.sub(r"(?<!['A-Z])([A-Z]{1,2})\$?(\d+)", r"cell('\1\2')", text)
    text = re.sub(r"'([A-Z]+\d+)'(?=[,\]])", r"cell('\1')", text).replace("^", "**").replace('""', "NaN")
    text = re.sub(r"(?<![<>=])=(?!=)", "==", text)
    with np.errstate(all="ignore"):
        return float(eval(text, {"NaN": NAN, **names}))


def flat(given: Any) -> list[Any]:
    return [cell for each in given for cell in (each if isinstance(each, list) else [each])]


def between(first: str, last: str) -> list[str]:
    names = [letters(column) for column in range(60)]
    return names[names.index(first) : names.index(last) + 1]


@st.composite
def conditional(draw: st.DrawFn) -> tuple[dict[str, Any], int, list[float]]:
    """A group of up to four children with voted weights: some cases where it is conditional, else a mean."""
    n = draw(st.integers(2, 4))
    names = [f"x{i}" for i in range(n)]
    voted = draw(st.lists(st.sampled_from([0.0, 20.0, 35.5, 60.0]), min_size=n, max_size=n).filter(any))
    observed = draw(st.lists(st.sets(st.sampled_from(names), min_size=1), unique_by=frozenset, max_size=5))
    cases = []
    for some in observed:
        there = sorted(some)
        weights = draw(st.lists(st.sampled_from([0.0, 0.2, 0.8, 1.0, 3.0]), min_size=len(there), max_size=len(there)).filter(any))
        above = [voted[int(name[1:])] / 100 for name in there]
        cases.append({"observed": there, "weights": dict(zip(there, above if any(above) and draw(st.booleans()) else weights, strict=True))})
    least = draw(st.sampled_from([None, None, 0.5, 0.75, 1.0, 2]))
    aggregate = draw(st.sampled_from(["conditional", "arithmetic", "geometric"]))
    return {"aggregate": aggregate, **({"when": cases} if aggregate == "conditional" else {}), **({} if least is None else {"least_present": least})}, n, voted


def a_tree(said: dict[str, Any], voted: list[float]) -> Scheme:
    return scheme(group=[group("g", 1, **said)], indicator=[indicator(f"x{i}", weight, "g") for i, weight in enumerate(voted)])


def reweighed(said: dict[str, Any], voted: list[float], other: list[float]) -> dict[str, Any]:
    """The rule under other weights: those of a case too, where they are the weights above the scores."""
    cases = []
    for case in said.get("when", ()):
        above, moved = ({name: weights[int(name[1:])] for name in case["observed"]} for weights in (voted, other))
        cases.append(case | ({"weights": moved} if shared(above) == shared(case["weights"]) else {}))
    return said | ({"when": cases} if cases else {})


def shared(weights: Mapping[str, float]) -> dict[str, float]:
    return {name: round(weight / sum(weights.values()), 12) for name, weight in weights.items()} if any(weights.values()) else {}


CELLS = st.sampled_from([None, 0.0, 33.3, 50.0, 100.0, 71.25])


@given(asked=conditional(), data=st.data())
def test_a_formula_gives_what_the_kernel_gives_for_any_row_and_any_weights(asked: tuple[dict[str, Any], int, list[float]], data: st.DataObject) -> None:
    said, n, voted = asked
    other = [data.draw(st.sampled_from([5.0, 40.0, 62.5])) if weight or "when" not in said else weight for weight in voted]
    tree, moved = Tree.of(a_tree(said, voted)), Tree.of(a_tree(reweighed(said, voted, other), other))
    as_written, by_hand = (data.draw(st.lists(CELLS, min_size=n, max_size=n)) for _ in range(2))
    columns = data.draw(st.sampled_from([list(range(3, 3 + n)), [3, 5, 6, 9][:n], [25, 26, 27, 30][:n]]))
    parts = [Child(voted[i], NAN if as_written[i] is None else as_written[i], columns[i], WEIGHT_ROW, ROW) for i in range(n)]
    found = mean_formula(Rule(said["aggregate"], tree.branches[0].when, said.get("least_present"), n), parts)
    assert found is not None
    formula, number = found
    for row, under, above in ((as_written, tree, voted), (by_hand, tree, voted), (by_hand, moved, other)):
        weights = {f"{letters(column)}{WEIGHT_ROW + 1}": weight for column, weight in zip(columns, above, strict=True)}
        values = pd.DataFrame([[NAN if cell is None else cell for cell in row]], columns=list(tree.nodes[tree.leaves]), dtype=np.float64)
        right = scores(under, values)["g"].iloc[0]
        cells = weights | {f"{letters(column)}{ROW + 1}": cell for column, cell in zip(columns, row, strict=True)}
        assert computed(formula, cells) == pytest.approx(right, nan_ok=True, abs=1e-9), (formula, row, above)
        if row is as_written:
            assert number == pytest.approx(right, nan_ok=True, abs=1e-9)


def test_a_blank_cell_counts_as_0_where_the_scheme_says_so_and_a_text_does_not() -> None:
    worst = [Child(20.0, 90.0, 3, WEIGHT_ROW, ROW, blank_is_zero=True), Child(80.0, 80.0, 4, WEIGHT_ROW, ROW)]
    for aggregate, blank in (("arithmetic", 64.0), ("geometric", 0.0)):
        formula, _ = mean_formula(Rule(aggregate), worst) or ("", 0)
        cells: dict[str, Any] = {"D5": 20.0, "E5": 80.0, "D7": None, "E7": 80.0}
        assert computed(formula, cells) == pytest.approx(blank)
        assert computed(formula, cells | {"D7": "不适用"}) == pytest.approx(80.0)


def test_what_weighs_nothing_moves_once_a_weight_is_typed_above_it_and_is_no_error_before() -> None:
    parts = [Child(100.0, 80.0, 3, WEIGHT_ROW, ROW), Child(0.0, 0.0, 4, WEIGHT_ROW, ROW)]
    for aggregate in ("arithmetic", "geometric"):
        formula, number = mean_formula(Rule(aggregate), parts) or ("", 0)
        cells: dict[str, float | str | None] = {"D5": 100.0, "E5": 0.0, "D7": 80.0, "E7": 0.0}
        assert number == computed(formula, cells) == pytest.approx(80.0)
        assert computed(formula, cells | {"E5": 100.0}) == pytest.approx({"arithmetic": 40.0, "geometric": 0.0}[aggregate])
        assert aggregate == "arithmetic" or "AND(ISNUMBER(E7),E$5>0)" in formula
        with former_words("0.7.0"):
            assert "E" not in re.sub("[A-Z]{2,}", "", (mean_formula(Rule(aggregate), parts) or ("E", 0))[0])


def test_the_rule_of_the_highway_designers_reads_as_it_is_written_and_moves_with_the_weights_above() -> None:
    cases = (((True, False), (1.0, 0.0)), ((False, True), (0.0, 1.0)), ((True, True), (0.2, 0.8)))
    parts = [Child(20.0, 90.0, 3, 4, 6), Child(80.0, 80.0, 4, 4, 6)]
    found = mean_formula(Rule("conditional", cases), parts)
    assert found is not None
    assert found[0] == (
        "IF(AND(COUNT(D7)=1,COUNT(D7:E7)=1),D7,IF(AND(COUNT(E7)=1,COUNT(D7:E7)=1),E7,"
        'IF(SUMPRODUCT(D$5:E$5*ISNUMBER(D7:E7))=0,"",SUMPRODUCT(D$5:E$5,D7:E7)/SUMPRODUCT(D$5:E$5*ISNUMBER(D7:E7)))))'
    )
    assert found[1] == 82.0
    assert computed(found[0], {"D5": 50.0, "E5": 50.0, "D7": 90.0, "E7": 80.0}) == 85.0
    apart, _ = mean_formula(Rule("conditional", (*cases[:2], ((True, True), (0.5, 0.5)))), parts) or ("", 0)
    assert "IF(AND(COUNT(D7:E7)=2,COUNT(D7:E7)=2),(0.5*D7+0.5*E7)/(0.5+0.5)," in apart


def test_a_group_counts_as_there_where_anything_in_it_applies(tmp_path: Path) -> None:
    rules = scheme(group=[group("g", least_present=1.0), group("h", group="g")], indicator=[indicator("a", group="h"), indicator("b", group="g")])
    who = members(2)
    case = evaluation(rules, who, pd.DataFrame({"a": [90.0, NAN], "b": [50.0, 70.0]}, index=who.index))
    write_workbook(case, tmp_path / "book.xlsx")
    formulas = [str(cell.value) for row in openpyxl.load_workbook(tmp_path / "book.xlsx")["得分"].iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert [re.findall(r"COUNT\(E\d:F\d\)<\d", formula) for formula in formulas if "COUNT" in formula] == [["COUNT(E7:F7)<2"], ["COUNT(E8:F8)<1"]], formulas


def test_more_cases_than_a_spreadsheet_nests_are_left_as_a_number() -> None:
    patterns = [observed for observed in product([False, True], repeat=6) if any(observed)]
    cases = tuple((observed, tuple(map(float, observed))) for observed in patterns)
    parts = [Child(1.0, 50.0, 3 + i, 4, 6) for i in range(6)]
    assert mean_formula(Rule("conditional", cases), parts) is None
    found = mean_formula(Rule("conditional", cases[:30]), parts)
    assert found is not None
    assert len(found[0]) <= LONGEST


# ---- recomputed by LibreOffice ---------------------------------------------------------------------------------------

CASES = [
    {"observed": ["bids"], "weights": {"bids": 1}},
    {"observed": ["works"], "weights": {"works": 1}},
    {"observed": ["bids", "works"], "weights": {"bids": 0.2, "works": 0.8}},
    {"observed": ["bids", "works", "extra"], "weights": {"bids": 1, "works": 3, "extra": 0.5}},
]
TOPS = [{"observed": ["rated", "conduct"], "weights": {"rated": 0.3, "conduct": 0.7}}]
LEAVES = ("bids", "works", "extra", "conduct")


def judged(rows: list[tuple[float, ...]], rated: str = "conditional", bids: float = 20) -> Evaluation:
    """A conditional group, or one `rated` otherwise, below a conditional total with bounds and a bonus; one member for each row of values.

    Of 100 points of bids and works bids have so many, in the case too where both alone are observed.
    """
    cases = [case | ({"weights": {"bids": bids, "works": 100 - bids}} if case["observed"] == ["bids", "works"] else {}) for case in CASES]
    rules = scheme(
        group=[group("rated", 60, aggregate=rated, **({"when": cases} if rated == "conditional" else {}))], total={"aggregate": "conditional", "when": TOPS, "cap": 99, "floor": 5},
        indicator=[*(indicator(name, weight, "rated") for name, weight in (("bids", bids), ("works", 100 - bids), ("extra", 0))), indicator("conduct", 40)],
        grades={"bands": [["A", 60], ["B", 0]]}, adjustment=[{"id": "bonus", "label": "bonus", "measure": {"column": "members.x"}}],
    )  # fmt: skip
    who = members(len(rows))
    bonus = pd.DataFrame({"bonus": [float(n % 7) for n in range(len(rows))]}, index=who.index)
    found = evaluation(rules, who, pd.DataFrame(rows, columns=list(LEAVES), index=who.index, dtype=np.float64), bonus)
    return altered(found, scores=found.scores.assign(total=rounded(found.scores["total"], rules.decimals)))


def filled(pattern: tuple[bool, ...], start: float) -> tuple[float, ...]:
    return tuple(start + 11.1 * n if there else NAN for n, there in enumerate(pattern))


PATTERNS = [pattern for pattern in product([True, False], repeat=4) if any(pattern)]


def test_every_group_and_total_is_a_formula_whatever_is_observed(tmp_path: Path) -> None:
    found = judged([filled(pattern, 40.0) for pattern in PATTERNS])
    write_results(found, tmp_path)
    book = openpyxl.load_workbook(tmp_path / WORKBOOK)
    for sheet in ("得分", "名次与奖项复算"):
        assert "信用等级是评审时的" in str(book[sheet]["A2"].value)
        assert re.search("另定了权重，写在公式里，改动权重行不随之变动：rated、总分$", str(book[sheet]["A2"].value))
    formulas, values = book["得分"], openpyxl.load_workbook(tmp_path / WORKBOOK, data_only=True)["得分"]
    for row, member in enumerate(found.ranking.index, start=formulas.max_row - len(PATTERNS) + 1):
        assert str(formulas.cell(row, 7).value).startswith("=IF("), member
        assert values.cell(row, 7).value == pytest.approx(found.scores.loc[member, "rated"]) or pd.isna(found.scores.loc[member, "rated"])
        total = found.scores.loc[member, "total"]
        assert str(formulas.cell(row, 10).value).startswith("=IFERROR(ROUND(MIN(MAX("), member
        assert values.cell(row, 10).value == (None if pd.isna(total) else total)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("libreoffice") is None, reason="needs LibreOffice to compute the formulas")
@pytest.mark.parametrize("rated", ["conditional", "arithmetic", "geometric"])
def test_libreoffice_computes_each_case_and_each_row_changed_by_hand(tmp_path: Path, rated: str) -> None:
    """Each pattern as written, and each turned into each other by typing over and clearing cells, under other weights."""
    pairs = [(first, second) for first in PATTERNS for second in PATTERNS]
    found = judged([filled(first, 40.0) for first, _ in pairs], rated)
    changed = judged([filled(second, 45.5) for _, second in pairs], rated, bids=50)
    assert found.scores["total"].isna().any()
    write_results(found, tmp_path)
    book = openpyxl.load_workbook(tmp_path / WORKBOOK)
    sheet = book["得分"]
    top = sheet.max_row - len(pairs) + 1
    untouched = recomputed(book, tmp_path / "as_written.xlsx")
    sheet.cell(top - 1, 4).value = sheet.cell(top - 1, 5).value = 50
    for row, member in enumerate(found.ranking.index, start=top):
        for column, name in zip((4, 5, 6, 8), LEAVES, strict=True):
            score = changed.scores.loc[member, name]
            sheet.cell(row, column).value = None if pd.isna(score) else float(score)
    by_hand = recomputed(book, tmp_path / "by_hand.xlsx")
    for name, table in (("as_written", untouched), ("by_hand", by_hand)):
        right = (found if name == "as_written" else changed).scores.loc[found.ranking.index]
        np.testing.assert_allclose(pd.to_numeric(table[6]), right["rated"], atol=1e-9, err_msg=name)
        np.testing.assert_array_equal(pd.to_numeric(table[9]), right["total"], err_msg=name)


def recomputed(book: Any, path: Path) -> pd.DataFrame:
    """The rows of the score sheet as LibreOffice computes them."""
    book.save(path)  # which keeps no computed number
    command = ["libreoffice", "--headless", "--convert-to", "ods", "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    table = pd.read_excel(path.with_suffix(".ods"), sheet_name="得分", header=None, engine="calamine")
    return table.iloc[-len(PATTERNS) ** 2 :].reset_index(drop=True)
