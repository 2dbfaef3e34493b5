"""A new edition: a whole one from the first day, and nothing that was there is lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.entry_forms import JIA, SCHEME, TABLES, YI, fill
from toolkit.__main__ import app
from toolkit.edition import check_edition
from toolkit.forms.entry_sheet import HEADING_ROW
from toolkit.forms.new_edition import new_edition, renewed_forms
from toolkit.ground.problems import Refused
from toolkit.records.references import reference_problems


def test_the_template_is_a_whole_edition_without_a_fault(tmp_path: Path) -> None:
    assert [p.line("zh") for p in reference_problems(SCHEME, TABLES)] == []
    written = new_edition(tmp_path / "ed")
    assert {name for form in written for name in form.tables} == set(TABLES.table)
    assert sorted(path.name for path in (tmp_path / "ed").iterdir()) == [
        "ballots", "forms", "records", "scheme.schema.json", "scheme.toml", "tables.schema.json", "tables.toml",
    ]  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "ed" / "forms").iterdir()) == sorted(form.name for form in written)
    for form in written:
        assert Path(form.goes_to).match("records/*.xlsx")
        assert (Path("records") / form.name).match(form.goes_to)


def test_the_self_report_and_the_consent_are_asked_item_by_item() -> None:
    wanted = {"act", "act_date", "finding_date", "body", "document", "severity", "status", "repair", "repaired_on", "channel"}
    assert wanted <= set(TABLES.table["self_reports"].column)
    assert TABLES.table["self_reports"].label == "会员诚信信息自报表"
    consents = [c for key, c in TABLES.table["pledges"].column.items() if key.startswith("consent_")]
    assert len(consents) == 6
    assert {column.type for column in consents} == {"boolean"}


def test_untouched_forms_are_no_records_and_only_the_members_are_missed(tmp_path: Path) -> None:
    new_edition(tmp_path / "ed")
    for form in (tmp_path / "ed" / "forms").iterdir():
        form.rename(tmp_path / "ed" / "records" / form.name)
    edition, problems = check_edition(tmp_path / "ed")
    assert edition is not None
    assert [(p.severity, p.rule.en) for p in problems] == [("error", "there is not one member: nobody to evaluate")]
    assert {name: len(frame) for name, frame in edition.records.frames.items()} == dict.fromkeys(TABLES.table, 0)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Refused, match="not empty"):
        new_edition(tmp_path)
    with pytest.raises(Refused, match="not empty"):
        new_edition(tmp_path / "note.txt")
    with pytest.raises(Refused, match="part of the path is a file"):
        new_edition(tmp_path / "note.txt" / "below")
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


@pytest.mark.parametrize("name", ["federatio", "../federation", "", "."])
def test_an_unknown_template_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no template"):
        new_edition(tmp_path / "ed", name)
    assert not (tmp_path / "ed").exists()


def test_forms_follow_the_dictionary_and_a_filled_one_is_not_written_over(tmp_path: Path) -> None:
    new_edition(tmp_path)
    tables = (tmp_path / "tables.toml").read_text("utf-8")
    (tmp_path / "tables.toml").write_text(tables.replace('headings = ["事由"]', 'headings = ["何事"]'), encoding="utf-8")
    renewed_forms(tmp_path)
    path = tmp_path / "forms" / "会员诚信信息自报表.xlsx"
    assert "*何事" in [cell.value for cell in openpyxl.load_workbook(path)["自报"][HEADING_ROW + 1]]
    fill(path, "自报", TABLES.table["self_reports"], [{"credit_code": JIA, "phone": "13800138000"}])
    before = path.read_bytes()
    with pytest.raises(Refused, match="1 row is filled in") as refused:
        renewed_forms(tmp_path)
    assert "13800138000" not in refused.value.problems.text()
    assert path.read_bytes() == before


def test_as_a_secretariat_would(tmp_path: Path) -> None:
    folder, run = tmp_path / "ed", CliRunner()
    begun = run.invoke(app, ["new", str(folder)])
    assert (begun.exit_code, begun.stderr) == (0, "")
    assert "会员诚信信息自报表.xlsx" in begun.stdout
    for form in (folder / "forms").iterdir():
        (folder / "records" / form.name).write_bytes(form.read_bytes())
    people = [{"credit_code": code, "name": name, "category": "招标代理机构"} for code, name in ((JIA, "甲公司"), (YI, "乙公司"))]
    fill(folder / "records" / "会员名册.xlsx", "名册", TABLES.table["members"], people)
    applied = [{"credit_code": code, "applied_on": dt.date(2019, 1, 3), "valid": "是"} for code in (JIA, YI)]
    fill(folder / "records" / "自愿申报表.xlsx", "申报", TABLES.table["applications"], applied)
    came = {"event_id": "2018-03", "kind": "学习班", "date": dt.date(2018, 3, 5), "hours": 24, "credit_code": JIA}
    fill(folder / "records" / "活动签到表.xlsx", "签到", TABLES.table["activities"], [came])
    assert run.invoke(app, ["check", str(folder)]).exit_code == 0
    assert run.invoke(app, ["evaluate", str(folder), "--out", str(tmp_path / "out")]).exit_code == 0
    ranking = pd.read_csv(tmp_path / "out" / "ranking.csv")
    assert ranking["name"].tolist() == ["甲公司", "乙公司"]
    again = run.invoke(app, ["new", str(folder)])
    assert (again.exit_code, "不是空的" in again.stderr) == (1, True)
    (folder / "forms" / "旧表.xlsx").touch()
    renewed = run.invoke(app, ["forms", str(folder), "--language", "en"])
    assert (renewed.exit_code, "旧表.xlsx belongs to no table" in renewed.stdout) == (0, True)
