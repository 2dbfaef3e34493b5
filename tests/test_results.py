"""Result files: what stands in them, and that nothing in them is half-written or comes alive in a spreadsheet."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.invented import evaluation as invented
from tests.invented import members, scheme
from toolkit.edition import open_edition
from toolkit.evaluation import Evaluation, evaluate, rescored
from toolkit.ground.problems import Refused
from toolkit.reports import TABLES, WORKBOOK, csv_files
from toolkit.reports.csv_files import text_cells, write_results


@pytest.fixture
def evaluation(small_edition: Path) -> Evaluation:
    edition = open_edition(small_edition)
    return evaluate(edition.scheme, edition.records)


@pytest.fixture
def written(evaluation: Evaluation, tmp_path: Path) -> Path:
    write_results(evaluation, tmp_path / "out")
    return tmp_path / "out"


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        text = file.read()
    assert text.startswith("\ufeff")
    return list(csv.reader(text[1:].splitlines()))


def test_the_six_files_and_nothing_else(written: Path) -> None:
    assert {path.name for path in written.iterdir()} == {*TABLES, WORKBOOK}


def test_touched_values_are_listed_only_where_there_are_any(evaluation: Evaluation, written: Path, tmp_path: Path) -> None:
    assert evaluation.touched.empty
    other = rescored(evaluation, evaluation.scheme.with_({"indicator[answers].missing": 40}))
    write_results(other, written)
    assert rows(written / "touched.csv") == [["member", "indicator", "how", "raw", "used", "value"], ["102", "answers", "points", "", "", "40.0"]]
    sheet = openpyxl.load_workbook(written / WORKBOOK)["替代与处理的数值"]
    assert [cell.value or "" for cell in sheet[4]] == ["102", "丑采购中心", "调查答卷", "按 40 分计", "", "", 40]
    write_results(evaluation, written)  # and what was true no more is gone
    assert not (written / "touched.csv").exists()
    assert "替代与处理的数值" not in openpyxl.load_workbook(written / WORKBOOK).sheetnames


def test_the_columns_of_the_contract(written: Path) -> None:
    assert rows(written / "ranking.csv")[0] == [
        "member",
        "name",
        "class",
        "total",
        "rank",
        "tied",
        "award",
        "grade",
        "reason",
    ]
    assert rows(written / "problems.csv")[0] == [
        "severity",
        "file",
        "sheet",
        "row",
        "column",
        "value",
        "rule",
        "mend",
    ]
    assert rows(written / "indicators.csv")[0] == ["member", "hours", "talks", "pledge", "answers"]
    assert rows(written / "values.csv")[0] == ["member", "hours", "talks", "pledge", "answers"]
    nodes = {"learning", "conduct_group", "hours", "talks", "pledge", "answers", "warning"}
    heading = rows(written / "scores.csv")[0]
    assert (heading[0], set(heading[1:-1]), heading[-1]) == ("member", nodes, "total")


def test_missing_is_empty_and_not_applicable_is_said(written: Path) -> None:
    indicators = pd.read_csv(written / "indicators.csv", dtype=str, keep_default_na=False, index_col="member")
    assert indicators.loc["102", "answers"] == ""
    assert indicators.loc["102", "talks"] == "不适用"


def test_totals_have_the_decimals_of_the_scheme(written: Path) -> None:
    assert all(re.fullmatch(r"-?\d+\.\d\d", row[3]) for row in rows(written / "ranking.csv")[1:])
    assert all(re.fullmatch(r"-?\d+\.\d\d", row[-1]) for row in rows(written / "scores.csv")[1:])


def test_other_numbers_are_exact(evaluation: Evaluation, written: Path) -> None:
    read = pd.read_csv(written / "scores.csv", dtype=str, keep_default_na=False, index_col="member")
    read = read.map(lambda cell: float(cell) if cell else np.nan)
    pd.testing.assert_frame_equal(
        read, evaluation.scores, check_exact=True, check_names=False, check_index_type=False
    )


def test_a_zero_has_no_sign() -> None:
    cells = text_cells(pd.DataFrame({"float": [-0.0, -1e-20], "numpy": np.array([-0.0, 0.5], object)}))
    assert cells["float"].tolist() == ["0.0", "-1e-20"]
    assert cells["numpy"].tolist() == ["0.0", "0.5"]


def test_the_ranking_reads_back(evaluation: Evaluation, written: Path) -> None:
    read = pd.read_csv(written / "ranking.csv", dtype={"member": str}, keep_default_na=False, na_values={"rank": ""}, encoding="utf-8-sig", index_col="member")
    ranking = evaluation.ranking
    assert read.index.tolist() == ranking.index.tolist()
    assert read["rank"].astype("Int64").equals(ranking["rank"].reset_index(drop=True).set_axis(read.index))
    for name in ("class", "award", "grade", "reason", "tied"):
        assert read[name].tolist() == ranking[name].tolist()


@given(st.text(max_size=8))
def test_any_text_is_no_formula_and_reads_back(text: str) -> None:
    cell = csv_files._cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert re.sub(r"^'", "", cell) == text


def test_a_name_like_a_formula_stays_text(written: Path) -> None:
    assert any(row[1] == "'=HYPERLINK(1)公司" for row in rows(written / "ranking.csv"))
    sheet = openpyxl.load_workbook(written / WORKBOOK)["排名"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=HYPERLINK(1)公司"]
    assert [cell.data_type for cell in cells] == ["s"]


def test_the_same_evaluation_gives_the_same_bytes(
    evaluation: Evaluation, written: Path, tmp_path: Path
) -> None:
    write_results(evaluation, tmp_path / "again")
    for path in written.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_a_write_that_breaks_off_leaves_nothing(
    evaluation: Evaluation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(csv_files, "write_workbook", broken)
    with pytest.raises(KeyboardInterrupt):
        write_results(evaluation, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_older_results_stay_whole_when_a_write_breaks_off(
    evaluation: Evaluation, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in written.iterdir()}
    monkeypatch.setattr(
        csv_files, "_write_csv", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "no space"))
    )
    with pytest.raises(Refused, match="the disk is full"):
        write_results(evaluation, written)
    assert {path.name: path.read_bytes() for path in written.iterdir()} == before


def test_totals_in_the_workbook_are_formulas_with_their_values(evaluation: Evaluation, written: Path) -> None:
    formulas = openpyxl.load_workbook(written / WORKBOOK)["得分"]
    values = openpyxl.load_workbook(written / WORKBOOK, data_only=True)["得分"]
    last = formulas.max_column
    totals = [
        (formulas.cell(row, last).value, values.cell(row, last).value)
        for row in range(6, formulas.max_row + 1)
    ]
    assert len(totals) == len(evaluation.ranking)
    assert all(str(formula).startswith("=IFERROR(ROUND(") for formula, _ in totals)
    assert [value for _, value in totals] == evaluation.ranking["total"].tolist()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("libreoffice") is None, reason="needs LibreOffice to compute the formulas")
def test_a_spreadsheet_computes_the_same_totals(
    evaluation: Evaluation, written: Path, tmp_path: Path
) -> None:
    command = [
        "libreoffice",
        "--headless",
        "--convert-to",
        "ods",
        "--outdir",
        str(tmp_path),
        str(written / WORKBOOK),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    table = pd.read_excel(tmp_path / "evaluation.ods", sheet_name="得分", header=None, engine="calamine")
    totals = table.iloc[-len(evaluation.ranking) :, -1].astype(float).to_numpy()
    assert np.array_equal(totals, evaluation.ranking["total"].to_numpy())


def test_every_award_and_reserve_stands_in_awards_csv(tmp_path: Path) -> None:
    rules = scheme(
        award=[
            {"id": "first", "label": "优秀会员", "quota": {"number": 1}, "reserve": 1},
            {"id": "beside", "label": "单项奖", "quota": {"number": 1}, "beside": ["first"]},
        ]
    )
    who = members(3)
    write_results(invented(rules, who, pd.DataFrame({"a": [90.0, 80.0, 70.0]}, index=who.index)), tmp_path)
    assert rows(tmp_path / "awards.csv") == [
        ["award", "class", "order", "member", "name", "standing"],
        ["first", "", "1", "m0", "m0", "awarded"],
        ["beside", "", "1", "m0", "m0", "awarded"],
        ["first", "", "1", "m1", "m1", "reserve"],
    ]
