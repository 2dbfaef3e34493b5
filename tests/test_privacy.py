"""Privacy: what stands in a personal column is met again nowhere but in the records themselves."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from typer.testing import CliRunner

import toolkit
from tests.sealing import sealed, write_notebook
from toolkit.__main__ import app
from toolkit.edition import check_edition, open_edition
from toolkit.evaluation import evaluate
from toolkit.ground.problems import Problem, Refused
from toolkit.ground.text import Phrase
from toolkit.publication.extract import public_extract
from toolkit.records.dictionary import load_tables
from toolkit.records.files import read_sheet
from toolkit.records.members import Register
from toolkit.records.references import reference_problems
from toolkit.records.sheet import take_in
from toolkit.records.table import collect
from toolkit.scheme import load_scheme

# All invented. None of these may be read anywhere but in the records.
PHONES = ("13800138001", "13900139002", "13700137003", "13600136004", "020-83334444", "15000150006")
IDENTITIES = ("440101199003074515", "44010219851231002X")
MAILS = ("zhang.wei@example.com", "li_na@example.org")
NAMES = ("欧阳建国", "司徒美玲", "诸葛志强", "上官文静")
BIRTHDAYS = ("1990-03-07", "三月初七", "31/12/85", "1990-02-31")
PLANTED = (*PHONES, *IDENTITIES, *MAILS, *NAMES, *BIRTHDAYS)

PERSONAL = """
[table.people]
file   = "records/联系人*"
unique = ["phone"]
[table.people.column]
code     = { headings = ["会员代码"], type = "member", required = true }
contact  = { headings = ["联系人"], type = "text", personal = true, required = true }
phone    = { headings = ["手机号码"], type = "text", personal = true }
extra    = { headings = ["备用电话"], type = "number", personal = true, range = [0, 99] }
identity = { headings = ["身份证号"], type = "text", personal = true }
mail     = { headings = ["电子邮箱"], type = "choice", choices = ["无邮箱"], personal = true }
born     = { headings = ["出生日期"], type = "date", personal = true }
married  = { headings = ["已婚"], type = "boolean", personal = true }
agent    = { headings = ["经办单位"], type = "credit_code", personal = true }
hours    = { headings = ["学时"], type = "number", range = [0, 80] }
kind     = { headings = ["形式"], type = "choice", choices = ["学习班", "讲座"] }
"""
HEADING = ("会员代码", "联系人", "手机号码", "备用电话", "身份证号", "电子邮箱", "出生日期", "已婚", "经办单位", "学时", "形式")
GOOD = (
    ("001", NAMES[0], PHONES[0], "", IDENTITIES[0], "", "1990-03-07", "是", "", 8, "讲座"),
    ("002", NAMES[1], PHONES[1], "", IDENTITIES[1], "无邮箱", "", "", "", 4, "学习班"),
)
BAD = (
    *GOOD,
    ("003", NAMES[2], PHONES[0], PHONES[2], IDENTITIES[0], MAILS[0], "三月初七", "也许", IDENTITIES[1], 8, "讲座"),  # all unfit, twice
    ("004", NAMES[3], PHONES[3], 13600136004, IDENTITIES[1], MAILS[1], "31/12/85", MAILS[0], PHONES[1], PHONES[5], MAILS[1]),  # shifted
    (PHONES[2], NAMES[2], PHONES[4], "", "", "", "", "", "", IDENTITIES[0], NAMES[0][:0] + f"{PHONES[4]} 转"),
    ("005", NAMES[1], PHONES[4], "", "", "", "1990-02-31", "", "", "", ""),
    ("", NAMES[2], PHONES[2], 440101199003074515, "", "", 1990, "", "", "", ""),
)  # fmt: skip


def write_book(path: Path, *rows: Sequence[object]) -> None:
    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        sheet = book.add_worksheet("登记")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


@pytest.fixture
def edition(small_edition: Path) -> Path:
    """An edition with contacts in good order."""
    tables = small_edition / "tables.toml"
    tables.write_text(tables.read_text("utf-8") + PERSONAL, encoding="utf-8")
    write_book(
        small_edition / "records" / "联系人1.xlsx",
        ("会员联系人登记表",), HEADING, *GOOD, (f"填表人：{NAMES[2]}  电话：{PHONES[2]}",), (f"注：邮箱 {MAILS[0]}",),
    )  # fmt: skip
    return small_edition


@pytest.fixture
def spoilt(edition: Path) -> Path:
    """The same with every kind of fault: in cells, rows, headings and whole files."""
    records = edition / "records"
    write_book(records / "联系人1.xlsx", HEADING, *BAD)
    write_book(records / "联系人2.xlsx", *BAD)  # no heading
    write_book(records / "联系人3.xlsx", (*HEADING[:4], f"填表人：{NAMES[2]} {PHONES[2]}", f"{PHONES[3]}", "", MAILS[0]), *BAD)
    write_book(records / "联系人4.xlsx", (*HEADING[:3], "手机号码", "手机", "身份证号码", "出生"), *BAD)
    text = "\n".join(",".join(map(str, row)) for row in (HEADING, *BAD, ("005", NAMES[0], *PHONES, *MAILS, *IDENTITIES, 1, 2, 3)))
    (records / "联系人5.csv").write_text(text, encoding="gb18030")
    (records / "联系人6.xlsx").write_bytes(b"PK\x03\x04 " + text.encode())
    return edition


def met(content: bytes | str) -> list[str]:
    """What of the planted can be read in it."""
    if isinstance(content, str):
        return [word for word in PLANTED if word in content]
    return [word for word in PLANTED if any(word.encode(code) in content for code in ("utf-8", "gb18030", "utf-16-le"))]


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below `folder`, and every part of those that are archives."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield path.relative_to(folder).as_posix(), content
            if zipfile.is_zipfile(io.BytesIO(content)):
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    yield from ((f"{path.name}/{name}", archive.read(name)) for name in archive.namelist())


def leaks(folder: Path) -> dict[str, list[str]]:
    return {name: found for name, content in contents(folder) if (found := met(content))}


def test_the_search_finds_what_is_there(edition: Path) -> None:
    assert {name.split("/")[0] for name in leaks(edition)} == {"联系人1.xlsx"}
    assert set(met(json.dumps(PLANTED, ensure_ascii=False).encode("gb18030"))) == set(PLANTED)


@pytest.mark.parametrize("command", ["check", "evaluate", "sensitivity"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_command_says_it_of_bad_records(spoilt: Path, tmp_path: Path, command: str, language: str) -> None:
    words = [command, str(spoilt), "--language", language]
    done = CliRunner().invoke(app, words if command == "check" else [*words, "--out", str(tmp_path / "out")])
    assert done.exit_code == 1
    assert "联系人1.xlsx" in done.output
    assert met(done.output) == []
    assert met(repr(done.exception)) == []
    assert leaks(tmp_path / "out") == {}


def test_every_fault_in_a_personal_cell_is_told_without_it(spoilt: Path) -> None:
    _, problems = check_edition(spoilt)
    told = [problem for problem in problems.errors if problem.value == "（个人信息）"]
    assert {problem.column for problem in told} >= {"备用电话", "电子邮箱", "出生日期", "已婚", "经办单位", "手机号码"}
    masked = {problem.value for problem in problems.errors if "****" in problem.value}
    assert {"150****0006", "137****7003", "440101************"} <= masked


def test_no_value_shows_it(spoilt: Path) -> None:
    found, problems = check_edition(spoilt)
    assert found is not None
    frames = [*found.records.frames.values(), *found.records.not_applicable.values(), found.records.counts, found.records.members]
    for frame in frames:
        assert met(frame.to_csv()) == []
    shown = [found, found.records, problems, *problems, found.tables, found.scheme, found.records.digests, found.records.counts_to]
    for value in shown:
        assert met(repr(value)) == []
        assert met(str(value)) == []
    assert met(problems.frame("zh").to_csv() + problems.frame("en").to_csv()) == []
    with pytest.raises(Refused) as caught:
        open_edition(spoilt)
    assert met(f"{caught.value!r} {caught.value}") == []


def test_no_result_holds_it(edition: Path, tmp_path: Path) -> None:
    for command in ("evaluate", "sensitivity"):
        done = CliRunner().invoke(app, [command, str(edition), "--out", str(tmp_path / command), *(["--draws", "50"] * (command[0] == "s"))])
        assert done.exit_code == 0, done.output
        assert met(done.output) == []
    assert len(list(tmp_path.rglob("*.csv"))) >= 6
    assert leaks(tmp_path / "evaluate") == leaks(tmp_path / "sensitivity") == {}
    opened = open_edition(edition)
    evaluation = evaluate(opened.scheme, opened.records)
    for value in (evaluation, evaluation.measured, evaluation.problems, evaluation.ranking, toolkit.reports.views):
        assert met(repr(value)) == []


def test_of_a_bag_only_the_records_hold_it(edition: Path, tmp_path: Path) -> None:
    house = tmp_path / "house"
    look = "edition = open_edition(os.environ['COMMITTEE_EDITION'])\nevaluation = evaluate(edition.scheme, edition.records)"
    show = ["edition", "edition.records", "edition.records.frames['people']", "evaluation.problems.frame('zh')", "evaluation.ranking"]
    write_notebook(house / "1_data.ipynb", "import os\nfrom toolkit import evaluate, open_edition", look, *show)
    write_notebook(house / "pages" / "results.ipynb", "import os", "sorted(os.listdir(os.environ['COMMITTEE_PUBLIC']))")
    bag = sealed(edition, house)
    notebook = (bag / "data" / "notebooks" / "1_data.ipynb").read_text("utf-8")
    assert notebook.count('"output_type": "execute_result"') == len(show)
    found = leaks(bag)
    assert {name for name in found if not name.startswith("联系人1.xlsx/")} <= {"data/edition/records/联系人1.xlsx"}
    assert found
    assert leaks(bag / "data" / "public") == {}


def test_what_changed_is_told_without_it(edition: Path, tmp_path: Path) -> None:
    before = shutil.copytree(edition, tmp_path / "before")
    rows = (HEADING, ("001", NAMES[2], PHONES[2], "", "", "", "", "", "", 9, "讲座"), ("003", *GOOD[1][1:]))
    write_book(edition / "records" / "联系人1.xlsx", *rows)
    done = CliRunner().invoke(app, ["changes", str(before), str(edition), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert met(done.output) == []
    assert leaks(tmp_path / "out") == {}
    assert "003" in (tmp_path / "out" / "changes.csv").read_text("utf-8-sig")


def test_the_layers_below_say_how_much_they_hold_and_not_what(spoilt: Path) -> None:
    tables = load_tables(spoilt / "tables.toml")
    people = tables.table["people"]
    for name in ("联系人1.xlsx", "联系人2.xlsx", "联系人5.csv"):
        sheet = read_sheet((spoilt / "records" / name).read_bytes(), name)
        taken = take_in(sheet, name, people.column, ["code"], Register.of(["001"]))
        assert met(f"{sheet!r} {taken!r}") == []
    collected = collect(spoilt, people)
    assert met(repr(collected)) == []
    assert collected.keys


def test_a_broken_run_says_nothing_on_its_error_stream(spoilt: Path) -> None:
    code = "import sys\nfrom toolkit import open_edition\nopen_edition(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", code, str(spoilt)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Refused" in done.stderr
    assert met(done.stderr + done.stdout) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('measure = { column = "members.answers" }', 'measure = { table = "people", take = "sum", column = "extra" }'),
        ('measure = { column = "members.answers" }', 'measure = { table = "people", take = "count", where = { contact = ["x"] } }'),
        ('measure = { column = "members.answers" }', 'measure = { table = "people", take = "count", once_per = ["phone"] }'),
        ('name  = "name"', 'name  = "name"\nformer_names = "owner"'),
    ],
)
def test_nothing_is_measured_by_a_personal_column(edition: Path, old: str, new: str) -> None:
    tables = edition / "tables.toml"
    owner = '[table.members.column.owner]\ntype = "text"\npersonal = true\n'
    tables.write_text(tables.read_text("utf-8").replace("[table.activities]", f"{owner}\n[table.activities]"), encoding="utf-8")
    path = edition / "scheme.toml"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")
    problems = reference_problems(load_scheme(path), load_tables(tables)).errors
    assert any("personal" in problem.rule.en for problem in problems)
    done = CliRunner().invoke(app, ["check", str(edition)])
    assert done.exit_code == 1
    assert "个人信息" in done.output


@pytest.mark.parametrize("key", ['channel = { column = "contact", order = ["x"] }', 'verified = { column = "contact", counts = ["x"] }',
                                 'names = "contact"', 'date = "born"'])  # fmt: skip
def test_no_table_is_told_by_a_personal_column(edition: Path, key: str) -> None:
    tables = edition / "tables.toml"
    tables.write_text(tables.read_text("utf-8").replace('unique = ["phone"]', key), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        load_tables(tables)
    assert ["personal" in problem.rule.en for problem in caught.value.problems] == [True]


def test_a_problem_masks_what_was_typed_into_the_wrong_column() -> None:
    said = Phrase(f"是 {PHONES[0]} 吗", f"is it {MAILS[0]}?")
    problem = Problem("error", said, said, value=f"{IDENTITIES[0]} {PHONES[4]}", column=PHONES[1])
    assert met(repr(problem)) == []
    assert problem.value == "440101************ 020-****"
    assert Problem("error", said, said, value="91350100M000100Y43").value == "91350100M000100Y43"


def called_by_a_phone(edition: Path, *row: object) -> Path:
    """A file and a sheet that are called by whoever filled them in."""
    with xlsxwriter.Workbook(edition / "records" / f"签到 张工{PHONES[0]}.xlsx", {"in_memory": True}) as book:
        sheet = book.add_worksheet(PHONES[1])
        sheet.write_row(0, 0, ("会员代码", "形式", "学时"))
        sheet.write_row(1, 0, row)
    return edition


@pytest.mark.parametrize("language", ["zh", "en"])
def test_files_and_sheets_called_by_a_phone_number_are_masked_wherever_they_are_shown(edition: Path, tmp_path: Path, language: str) -> None:
    called_by_a_phone(edition, "001", "讲座", 30)
    for words in (["check"], ["evaluate", "--out", "e"], ["cards", "--out", "c"], ["sensitivity", "--quick", "--draws", "50", "--out", "s"]):
        out = [str(tmp_path / word) if len(word) == 1 else word for word in words[1:]]
        done = CliRunner().invoke(app, [words[0], str(edition), *out, "--language", language])
        assert done.exit_code == 0, done.output
        assert met(done.output) == []
        assert words[0] != "check" or "138****8001" in done.output
    assert leaks(tmp_path / "e") == leaks(tmp_path / "c") == leaks(tmp_path / "s") == {}


def test_a_returned_copy_is_not_called_by_a_phone_number(edition: Path, tmp_path: Path) -> None:
    called_by_a_phone(edition, "999", "讲座", 30)
    done = CliRunner().invoke(app, ["check", str(edition), "--return", str(tmp_path / "back")])
    assert done.exit_code == 1
    assert met(done.output) == []
    (copy,) = (tmp_path / "back").iterdir()
    assert copy.name == "签到 张工138____8001_退回.xlsx"
    listed = openpyxl.load_workbook(copy)["退回说明"]
    assert met("".join(str(cell.value) for row in listed.iter_rows() for cell in row)) == []


def test_a_personal_number_in_a_members_name_is_masked_before_it_is_published(edition: Path, tmp_path: Path) -> None:
    before = shutil.copytree(edition, tmp_path / "before")
    register = edition / "records" / "会员名册.csv"
    register.write_text(register.read_text("utf-8-sig").replace("甲招标代理公司", f"甲公司 {PHONES[0]}"), encoding="utf-8-sig")
    opened = open_edition(edition)
    evaluation = evaluate(opened.scheme, opened.records)
    public_extract(evaluation, "r1", {}, "2019-03-01").write(tmp_path / "public")
    assert "甲公司 138****8001" in (tmp_path / "public" / "awards.csv").read_text("utf-8-sig")
    for command in ("evaluate", "cards", "changes"):
        old = [str(before)] if command == "changes" else []
        done = CliRunner().invoke(app, [command, *old, str(edition), "--out", str(tmp_path / command)])
        assert done.exit_code == 0, done.output
        assert met(done.output) == []
    written = [tmp_path / name for name in ("public", "evaluate", "cards", "changes")]
    assert [leaks(folder) for folder in written] == [{}] * 4
    assert not [path.name for path in tmp_path.rglob("*") if met(path.name)]
