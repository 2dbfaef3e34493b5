"""Formulas of the sheet of places and awards: they give what the rule decides, and go on doing so when scores are changed by hand."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contested import contested
from tests.invented import MEASURE, indicator, members, scheme, tables
from tests.invented import evaluation as invented
from toolkit.evaluation import Evaluation
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.ranking import rounded
from toolkit.ground.text import Phrase
from toolkit.reports.workbook import write_workbook
from toolkit.reports.workbook.book import HEADING_ROW, Book
from toolkit.reports.workbook.places import (
    AMONG_FIRST,
    COMPOSED,
    LIMITED,
    NOT_HANDED_ON,
    OPEN,
    _PlaceSheet,
)
from toolkit.reports.workbook.scores import ScoreCells, letters
from toolkit.sealing.agreement import NO_OFFICE, NO_SHEET, NOTHING, by_workbook

TOP = HEADING_ROW + 2
"""The row of the first member, as a spreadsheet counts."""


class Nothing(str):
    """An empty text, with which nothing can be reckoned."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        return math.nan

    __radd__ = __sub__ = __rsub__ = __add__

    def __le__(self, other: object) -> bool:
        return False  # text stands above every number


def sheet_of(case: Evaluation) -> _PlaceSheet:
    """The sheet of an evaluation over a sheet of scores whose columns are the nodes in their order."""
    nodes = [str(name) for name in case.scores]
    return _PlaceSheet(Book(case, Path("unwritten.xlsx")), ScoreCells("S", {node: place for place, node in enumerate(nodes)}, 0))


def totalled(case: Evaluation, listed: Evaluation) -> pd.DataFrame:
    """The scores as the sheet of scores has them, in the order of a list: totals rounded."""
    scores = case.scores.loc[listed.ranking.index]
    return scores.assign(**{TOTAL: rounded(scores[TOTAL].to_numpy(), case.scheme.decimals)})


def reckoned(page: _PlaceSheet, scores: pd.DataFrame) -> list[list[Any]]:
    """Every column as a spreadsheet computes it over these scores: column by column, each formula by the functions it names."""
    found: dict[str, list[Any]] = {}
    names: dict[str, Any] = {
        "nothing": Nothing(),
        "IF": lambda test, yes, no: yes if test else no, "AND": lambda *tests: all(tests), "INT": math.floor, "MAX": max, "MIN": min,
        "ISNUMBER": lambda cell: isinstance(cell, float | int), "ROUND": lambda x, digits: x if x == "" else float(rounded(x, digits)),
        "ROUNDUP": lambda x, digits: math.ceil(x), "SUMPRODUCT": lambda product: int(np.sum(product)),
        "COUNT": lambda *cells: sum(isinstance(cell, float) for cell in cells), "SUM": lambda *cells: sum(cell for cell in cells if isinstance(cell, float)),
        "COUNTIF": lambda cells, wanted: int((cells == wanted).sum()), "COUNTIFS": lambda one, a, other, b: int(((one == a) & (other == b)).sum()),
        "col": lambda name: np.array(found[name], dtype=object), "cell": lambda name, row: found[name][row - TOP],
        "score": lambda name, row: "" if math.isnan(x := scores.iloc[row - 1, [letters(n) for n in range(60)].index(name)]) else float(x),
    }  # fmt: skip
    for place, column in enumerate(page.columns):
        found[letters(place)] = [value if formula is None else eval(translated(formula), names) for formula, value in zip(column.formulas, column.values, strict=True)]
    return list(found.values())


def translated(formula: str) -> str:
    """A formula as Python reads it."""
    parts = re.split(r'("(?:[^"]|"")*")', formula)
    return "".join(_text(part) if place % 2 else _reckoning(part) for place, part in enumerate(parts)).replace("&nothing", "")


def _text(part: str) -> str:
    return repr(part[1:-1].replace('""', '"')) if part != '""' else "nothing"


def _reckoning(part: str) -> str:
    part = re.sub(r"'S'!([A-Z]+)(\d+)", r"score(«\1»,\2)", part)
    part = re.sub(r"(?<![A-Z«])([A-Z]{1,2})\$\d+:[A-Z]{1,2}\$\d+", r"col(«\1»)", part)
    part = re.sub(r"(?<![A-Z«])([A-Z]{1,2})(\d+)(?![\d(])", r"cell(«\1»,\2)", part)
    return re.sub(r"(?<![<>=!])=(?!=)", "==", part.replace("<>", "!=")).replace("«", "'").replace("»", "'")


def told(page: _PlaceSheet, columns: list[list[Any]], case: Evaluation) -> dict[str, list[Any]]:
    """Rank and awards by member, as they came out."""
    order = page.evaluation.ranking.index
    place = case.members.index.get_indexer(order)
    said = {"rank": [columns[page.rank][row] or 0 for row in range(len(order))]}
    known = {"rank": case.decided.ranks[place].tolist()}
    for allotment in case.decided.allotments:
        id_ = allotment.award.id
        said[id_] = columns[page.given[id_]]
        known[id_] = [1 if g else OPEN.into(case.scheme.language) if o else "" for g, o in zip(allotment.given[place], allotment.open[place], strict=True)]
    return {key: [said[key], known[key]] for key in said}


@settings(max_examples=12, suppress_health_check=list(HealthCheck), deadline=None)
@given(contested(limited=False))
def test_every_formula_gives_what_stands_in_its_cell(case: Evaluation) -> None:
    page = sheet_of(case)
    for column, computed in zip(page.columns, reckoned(page, totalled(case, case)), strict=True):
        assert list(zip(computed, column.values, column.formulas, strict=True)) == list(zip(column.values, column.values, column.formulas, strict=True)), column.heading.en
    pairs = told(page, [column.values for column in page.columns], case)
    assert all(said == known for said, known in pairs.values()), pairs


@settings(max_examples=12, suppress_health_check=list(HealthCheck), deadline=None)
@given(contested(limited=False), st.data())
def test_places_and_awards_follow_when_scores_are_changed(case: Evaluation, data: st.DataObject) -> None:
    """With what is a value there left as it was: who takes part, bounds on all classes, requirements made of others or of places."""
    if case.decided.rule.firsts or any(bars.clauses for bars in case.decided.rule.bars.values()):
        return
    if case.scheme.eligibility is not None or "first_places" in case.scheme.ties or any(award.quota and award.quota.in_all is not None for award in case.scheme.awards):
        return
    known = case.measured
    other = invented(case.scheme, case.members, data.draw(tables(case.scheme, case.members)), known.adjustments, known.vetoes, conditions=known.conditions)
    page = sheet_of(case)
    pairs = told(page, reckoned(page, totalled(other, case)), other)
    assert all(said == known for said, known in pairs.values()), pairs


def test_what_no_formula_says_stays_a_value_and_is_named() -> None:
    rules = scheme(award=[{"id": "a", "label": '优秀"&A1&"', "quota": {"number": 2, "in_all": 1}}, {"id": "b", "label": "先进", "quota": {"number": 1}}])
    who = members(4, ["A", "A", "B", "B"])
    case = invented(rules, who, pd.DataFrame({"a": [90.0, 80.0, 70.0, 60.0]}, index=who.index))
    page = sheet_of(case)
    assert [said.zh for said in page.said] == ['优秀"&A1&"（名额在全部类别合计中另有上限）']
    assert set(page.columns[page.given["a"]].formulas) == {None}
    award = next(column for column in page.columns if column.heading.en == "Award")
    assert '"优秀""&A1&"""' in str(award.formulas[0])
    assert reckoned(page, totalled(case, case))[-4][0] == '优秀"&A1&"'


ANY = {"any_of": [{"node": "a", "least": 10}, {"node": "b", "least": 10}]}


@pytest.mark.parametrize(("parts", "award", "why"), [
    ({"total": {"better": "lower"}}, {}, None), ({"ties": [{"node": "b", "better": "lower"}, "joint"]}, {}, None), ({"ties": [{"condition": "c"}, "joint"]}, {}, None),
    ({"sum": [{"id": "s", "label": "s", "of": ["a", "b"]}]}, {"by": "s"}, None),
    ({}, {"quota": {"number": 2, "handed_on": False}}, NOT_HANDED_ON), ({}, {"quota": {"budget": 10, "cost": "c"}}, LIMITED),
    ({}, {"require": [{"node": "b", "first": {"number": 2}}]}, AMONG_FIRST), ({}, {"require": [ANY]}, COMPOSED),
])  # fmt: skip
def test_rarer_ties_and_bounds_are_formulas_or_say_why(parts: dict[str, Any], award: dict[str, Any], why: Phrase | None) -> None:
    rules = scheme(indicator=[indicator("a", 60), indicator("b", 40)], condition=[{"id": "c", "label": "c", "measure": MEASURE}], award=[{"id": "x", "label": "x", "quota": {"number": 2}, **award}], **parts)
    who = members(6, ["A"] * 6)
    values = pd.DataFrame({"a": [90.0, 80, 70, 80, 60, 50], "b": [50.0, 60, 75, 60, 30, np.nan]}, index=who.index)
    case = invented(rules, who, values, conditions=pd.DataFrame({"c": [1.0, 5, 3, 4, 2, np.nan]}, index=who.index))
    page = sheet_of(case)
    for column, computed in zip(page.columns, reckoned(page, totalled(case, case)), strict=True):
        assert computed == list(column.values), column.heading.en
    assert [said.en for said in page.said] == ([why.en.format(award="x")] if why else [])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice to compute the formulas")
def test_libreoffice_computes_the_same(tmp_path: Path) -> None:
    from toolkit import evaluate, open_edition
    from toolkit.reports.workbook import write_workbook

    edition = open_edition("data/demo")
    write_workbook(evaluate(edition.scheme, edition.records), tmp_path / "written.xlsx")
    book = openpyxl.load_workbook(tmp_path / "written.xlsx")
    book.save(tmp_path / "bare.xlsx")  # which keeps no computed number
    subprocess.run(["soffice", "--headless", "--convert-to", "ods", "--outdir", str(tmp_path), str(tmp_path / "bare.xlsx")], check=True, capture_output=True, timeout=300)
    table = pd.read_excel(tmp_path / "bare.ods", sheet_name="名次与奖项复算", header=HEADING_ROW, engine="calamine")
    assert len(table) == 608
    assert set(table["相符"]) == {"是"}


def test_of_more_members_than_formulas_are_written_for_the_sheet_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence would read as a sheet that was forgotten."""
    monkeypatch.setattr("toolkit.reports.workbook.places.MOST", 2)
    who = members(3)
    case = invented(scheme(award=[{"id": "x", "quota": {"number": 1}}]), who, pd.DataFrame({"a": [90.0, 80, 10]}, index=who.index))
    write_workbook(case, tmp_path / "book.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["名次与奖项复算"]
    cells = [cell.value for row in sheet.iter_rows() for cell in row if cell.value]
    assert any("会员 3 家，超过 2 家，不写公式" in str(value) for value in cells)
    assert by_workbook(tmp_path / "book.xlsx") in {NO_SHEET, NO_OFFICE, NOTHING}
