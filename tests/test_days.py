"""The list as of other days: by hand, the same as with the day written into the scheme, and marked as a trial wherever it is written."""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from tests.test_edition_cases import written
from toolkit.__main__ import app
from toolkit.edition import Edition, open_edition
from toolkit.evaluation import Evaluation, evaluate, evaluate_as_of
from toolkit.ground.problems import Refused
from toolkit.reports.csv_files import TABLES, WORKBOOK

CASE = tomllib.loads((Path(__file__).parent / "cases" / "days.toml").read_text("utf-8"))
AS_OF, LAST = dt.date(2026, 12, 31), dt.date(2028, 12, 31)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(CASE, tmp_path_factory.mktemp("days") / "e")


@pytest.fixture(scope="module")
def edition(folder: Path) -> Edition:
    return open_edition(folder)


def run(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


def said(evaluation: Evaluation) -> dict[str, Any]:
    ranking = evaluation.ranking
    return {"total": ranking["total"].to_dict(), "grade": ranking["grade"].to_dict(), "top": sorted(evaluation.awards["member"])}


def test_the_list_of_each_day_is_the_one_worked_out_by_hand(edition: Edition) -> None:
    expected: dict[str, Any] = {"total": {}, "grade": {}, "top": []}
    for number, case in enumerate(CASE["day"]):
        if number:  # and on the day before nothing has changed yet
            assert said(evaluate_as_of(edition.scheme, edition.records, case["day"] - dt.timedelta(days=1))) == expected, case["day"]
        for gone in case.get("gone", ()):
            del expected["total"][gone], expected["grade"][gone]
        expected = {"total": expected["total"] | case.get("total", {}), "grade": expected["grade"] | case.get("grade", {}), "top": sorted(case.get("top", expected["top"]))}
        assert said(evaluate_as_of(edition.scheme, edition.records, case["day"])) == expected, case["day"]


def test_a_trial_is_the_list_of_a_scheme_with_that_day(edition: Edition) -> None:
    day = dt.date(2027, 7, 1)
    trial, other = evaluate_as_of(edition.scheme, edition.records, day), evaluate(edition.scheme.with_(as_of=day), edition.records)
    assert trial.ranking.equals(other.ranking)
    assert trial.decided_as_of == AS_OF
    assert other.trial is None
    assert [problem.column for problem in trial.problems if "试算" in problem.rule.zh] == ["as_of"]  # said, and once
    assert evaluate_as_of(edition.scheme, edition.records, AS_OF).trial is None


def test_a_trial_stands_in_a_folder_of_its_own_and_says_so_on_every_line(folder: Path, tmp_path: Path) -> None:
    run("evaluate", folder, "--out", tmp_path)
    decided = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert "试算" in run("evaluate", folder, "--out", tmp_path, "--as-of", "2027-07-01")
    own = tmp_path / "as-of-2027-07-01"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == decided
    assert {path.name for path in own.iterdir()} == {*TABLES, WORKBOOK}
    for name in TABLES:
        heading, *rows = csv.reader((own / name).read_text("utf-8-sig").splitlines())
        assert heading[-1] == "trial"
        assert all(row[-1] == "试算：按 2027-07-01 计（评价基准日为 2026-12-31），不是评定结果" for row in rows)
    assert all("试算：按 2027-07-01" in str(sheet["A2"].value) for sheet in openpyxl.load_workbook(own / WORKBOOK))


def test_the_decided_day_is_no_trial_and_nonsense_is_none(folder: Path, tmp_path: Path) -> None:
    assert "试算" not in run("evaluate", folder, "--out", tmp_path, "--as-of", AS_OF)
    assert (tmp_path / "ranking.csv").is_file()
    done = CliRunner().invoke(app, ["evaluate", str(folder), "--out", str(tmp_path), "--as-of", "2027年7月"])
    assert done.exit_code == 2
    assert "没有“2027年7月”这一天" in done.output


def test_a_day_before_the_period_is_refused(edition: Edition) -> None:
    scheme = edition.scheme.with_(period=[dt.date(2026, 1, 1), AS_OF])
    with pytest.raises(Refused, match="2025-01-01"):
        evaluate_as_of(scheme, edition.records, dt.date(2025, 1, 1))
