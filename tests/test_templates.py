"""Every template of an edition begins, and comes to what its rule says: `tests/cases/templates.toml`."""

from __future__ import annotations

import datetime as dt
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.entry_forms import typed
from toolkit.__main__ import app
from toolkit.edition import check_edition
from toolkit.evaluation import Evaluation, evaluate
from toolkit.ground.resources import house_folder
from toolkit.publication.opening import items_told
from toolkit.records.credit_code import ALPHABET, check_character
from toolkit.records.dictionary import Column, Table, Tables, load_tables
from toolkit.records.references import reference_problems
from toolkit.scheme import load_scheme

TEMPLATES = sorted(path for path in house_folder("templates/editions").iterdir() if path.is_dir())
RULES = tomllib.loads((Path(__file__).parent / "cases" / "templates.toml").read_text("utf-8"))["rule"]
CASES = [(rule["template"], case) for rule in RULES for case in rule["case"]]
Row = Mapping[str, Any]


def code_of(name: str) -> str:
    """A credit code for an invented body: nobody's, and the same each time."""
    digest = sha256(name.encode()).digest()
    body = "91440000" + "".join(ALPHABET[byte % 10] for byte in digest[:9])
    return body + check_character(body)


def cell(column: Column, value: object) -> object:
    if value == "":
        return None
    return code_of(str(value)) if column.type in {"member", "credit_code"} else typed(value)


def something(column: Column) -> object:
    """What a case need not say: of a date, a day of which each edition's period has one."""
    return column.choices[0] if column.choices else column.example or {"date": "2026-03-01"}.get(column.type, "某事")


def filled(table: Table, row: Row, number: int) -> list[object]:
    """A row as it is written: what the case says, and something for each required column it says nothing of."""
    written = []
    for key, column in table.column.items():
        given = row.get("who" if column.type == "member" else key, row.get(key))
        if given is None and key == "credit_code":
            given = row["name"]
        if given is None and column.required:
            assert column.type != "boolean", key
            given = f"第{number}" if key in table.unique and column.type == "text" else something(column)
        if given is None and key in {"founded_on", "applied_on"}:
            given = column.example
        written.append(cell(column, "" if given is None else given))
    return written


def write_records(folder: Path, tables: Tables, case: Mapping[str, Any], members: str) -> None:
    rows: dict[str, Sequence[Row]] = {**case.get("records", {}), members: case["members"]}
    assert set(rows) <= set(tables.table)
    (folder / "records").mkdir(exist_ok=True)
    for name, table in tables.table.items():
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        sheet = book.create_sheet(table.sheet)
        sheet.append([column.headings[0] for column in table.column.values()])
        for number, row in enumerate(rows.get(name, ()), start=1):
            assert set(row) <= {*table.column, "who"}, row
            sheet.append(filled(table, row, number))
        book.save(folder / str(table.file).replace("*", ""))


def come_to(folder: Path, case: Mapping[str, Any]) -> Evaluation:
    tables, scheme = load_tables(folder / "tables.toml"), load_scheme(folder / "scheme.toml")
    write_records(folder, tables, case, scheme.members.table)
    edition, problems = check_edition(folder)
    assert [p.line("zh") for p in problems if p.severity != "note"] == []
    assert edition is not None
    as_of: dt.date = case.get("as_of", scheme.as_of)
    return evaluate(edition.scheme.with_(as_of=as_of), edition.records)


def test_a_grave_breach_that_a_member_reports_itself_is_held_against_the_ledger(tmp_path: Path) -> None:
    """Told where the ledger has no such record of that day; neither where it has one, nor where the report says that it was taken back."""
    folder = Path(shutil.copytree(house_folder("templates/editions/federation"), tmp_path / "ed"))
    tables, scheme = load_tables(folder / "tables.toml"), load_scheme(folder / "scheme.toml")
    breach = {"kind": "不良", "severity": "严重", "finding_date": dt.date(2018, 5, 10), "status": "有效", "channel": "自报"}
    reported = [{**breach, "who": "甲"}, {**breach, "who": "乙"}, {**breach, "who": "丙", "status": "已撤销"}, {**breach, "who": "丁", "severity": "轻微"}]
    entered = [{**breach, "who": "乙", "channel": "主管部门", "verified": "已核实"}]
    members = [{"name": name, "category": "采购人"} for name in "甲乙丙丁"]
    write_records(folder, tables, {"records": {"self_reports": reported, "conduct": entered}, "members": members}, scheme.members.table)
    (told,) = [p for p in check_edition(folder)[1] if "自报的这一条" in p.rule.zh]
    assert (told.severity, told.file, told.row, told.column) == ("warning", "records/会员诚信信息自报表.xlsx", 2, "认定日期")
    assert "“严重失信一票否决”" in told.rule.zh
    assert told.mend.zh == "请核实；属实的登记到“会员诚信记录台账”"


def said(value: object) -> object:
    return "" if pd.isna(value) else value  # type: ignore[call-overload]


@pytest.mark.parametrize(("template", "case"), CASES, ids=[f"{template}: {case['says']}" for template, case in CASES])
def test_a_template_comes_to_what_its_rule_says(template: str, case: dict[str, Any], tmp_path: Path) -> None:
    shutil.copytree(house_folder("templates/editions") / template, tmp_path / "ed")
    ranking = come_to(tmp_path / "ed", case).ranking.set_index("name")
    expected = {key: case[key] for key in ("total", "rank", "grade", "award") if key in case}
    assert expected
    assert {key: {name: said(ranking[key][name]) for name in named} for key, named in expected.items()} == expected
    assert any(case.get("reason", "") in reason for reason in ranking["reason"]), list(ranking["reason"])


@pytest.mark.parametrize("folder", TEMPLATES, ids=lambda folder: folder.name)
def test_a_template_begins_an_edition_with_all_its_forms(folder: Path, tmp_path: Path) -> None:
    edition, run = tmp_path / "ed", CliRunner()
    begun = run.invoke(app, ["new", str(edition), "--template", folder.name])
    assert (begun.exit_code, begun.stderr) == (0, "")
    tables = load_tables(edition / "tables.toml")
    assert reference_problems(load_scheme(edition / "scheme.toml"), tables).text() == ""
    written = {name for form in (edition / "forms").iterdir() for name in openpyxl.load_workbook(form, read_only=True).sheetnames}
    assert {table.sheet for table in tables.table.values()} <= written
    assert run.invoke(app, ["forms", str(edition)]).exit_code == 0
    for name in ("scheme", "tables"):
        assert (edition / f"{name}.toml").read_text("utf-8").startswith(f"#:schema ./{name}.schema.json\n")
        assert (edition / f"{name}.schema.json").exists()


@pytest.mark.parametrize("rule", RULES, ids=[rule["template"] for rule in RULES])
def test_as_a_secretariat_would(rule: dict[str, Any], tmp_path: Path) -> None:
    edition, out, run = tmp_path / "ed", tmp_path / "out", CliRunner()
    shutil.copytree(house_folder("templates/editions") / rule["template"], edition)
    scheme, case = load_scheme(edition / "scheme.toml"), rule["case"][0]
    write_records(edition, load_tables(edition / "tables.toml"), case, scheme.members.table)
    checked = run.invoke(app, ["check", str(edition)])
    assert (checked.exit_code, "没有发现错误" in checked.stdout) == (0, True), checked.output
    assert run.invoke(app, ["evaluate", str(edition), "--out", str(out)]).exit_code == 0
    expected = case["grade"] if "grade" in case else case["award"]
    found = pd.read_csv(out / "ranking.csv", dtype="str", keep_default_na=False).set_index("name")
    assert {name: found["grade" if "grade" in case else "award"][name] for name in expected} == expected


@pytest.mark.parametrize("folder", TEMPLATES, ids=lambda folder: folder.name)
def test_every_number_of_a_template_has_its_source(folder: Path) -> None:
    scheme = load_scheme(folder / "scheme.toml")
    listed: list[Any] = [*scheme.indicators, *scheme.groups, *scheme.adjustments, *scheme.conditions, *scheme.vetoes, *scheme.awards]
    assert [item.id for item in listed if not item.source.strip()] == []
    assert [part for part in (scheme.eligibility, scheme.grades) if part is not None and not part.source.strip()] == []


def test_every_template_but_the_award_of_the_federation_has_its_sentences() -> None:
    assert {template for template, _ in CASES} == {folder.name for folder in TEMPLATES} - {"federation"}


def test_the_templates_are_listed_by_name_and_title() -> None:
    shown = CliRunner().invoke(app, ["new", "--list"])
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert len(lines) == len(TEMPLATES)
    assert any(line.split() == ["hdi", "人类发展指数"] for line in lines)
    english = CliRunner().invoke(app, ["new", "--list", "--language", "en"]).stdout
    assert "Human Development Index" in english
    assert english.isascii(), english


def test_an_unknown_template_names_the_nearest_and_lists_all(tmp_path: Path) -> None:
    asked = CliRunner().invoke(app, ["new", str(tmp_path / "ed"), "--template", "highway_contracter"])
    assert asked.exit_code == 1
    assert "是否应为“highway_contractor”" in asked.stderr
    assert all(folder.name in asked.stderr for folder in TEMPLATES)


@pytest.mark.parametrize("template", [path for path in TEMPLATES if load_scheme(path / "scheme.toml").consent], ids=lambda path: path.name)
def test_the_form_asks_for_all_that_the_open_bag_tells(template: Path) -> None:
    """Else no member could ever stand in it; where a rule of an authority obliges, it is for whoever adopts it to say how far."""
    scheme, consent = load_scheme(template / "scheme.toml"), load_scheme(template / "scheme.toml").consent
    assert consent is not None
    lacking = {item for item in (*items_told(scheme), "rank", "total") if not consent.says(item)}
    assert lacking == set() if consent.table else lacking <= {"rank", "total", "good", "bad"}
