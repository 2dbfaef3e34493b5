"""An edition read whole: warnings of the scheme are told with its errors, and classes nobody is in before anything is computed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from toolkit.comparison.records import examined_at as examine
from toolkit.comparison.records import trial_at
from toolkit.edition import check_edition, open_edition
from toolkit.evaluation import evaluate
from toolkit.forms.new_edition import renewed_forms
from toolkit.ground.answers import kept
from toolkit.ground.problems import Refused
from toolkit.ground.resources import edition_title
from toolkit.minutes.journal import JOURNAL


def rewritten(edition: Path, old: str, new: str) -> None:
    path = edition / "scheme.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_what_may_not_be_meant_is_told_and_the_edition_is_read(small_edition: Path) -> None:
    rewritten(small_edition, "as_of    = 2018-12-31", "as_of    = 2018-12-31\nperiod   = [2018-01-01, 2019-12-31]")
    edition, problems = check_edition(small_edition)
    assert edition is not None
    told = [(problem.severity, problem.row) for problem in problems if problem.column == "as_of"]
    assert told == [("warning", 5)]
    assert open_edition(small_edition).scheme == edition.scheme


@pytest.mark.parametrize(("class_", "mend"), [("采购单位", "现有类别："), ("采购人 ", "请删去首尾的空格"), ("采购入", "是否应为“采购人”？")])
def test_a_class_nobody_is_in_is_told_when_the_edition_is_read(small_edition: Path, class_: str, mend: str) -> None:
    rewritten(small_edition, 'id = "hours"', f'id = "hours"\napplies_to = ["{class_}"]')
    problems = check_edition(small_edition)[1]
    (found,) = [problem for problem in problems if problem.column == "indicator[hours].applies_to"]
    assert (found.severity, found.value) == ("error", class_)
    assert mend in found.mend.zh
    with pytest.raises(Refused, match="no member is in the class"):
        open_edition(small_edition)


def test_a_journal_that_cannot_be_read_is_told_with_the_rest(small_edition: Path) -> None:
    (small_edition / "journal.jsonl").mkdir()
    edition, problems = check_edition(small_edition)
    assert edition is not None
    assert [problem.file for problem in problems.errors] == ["journal.jsonl"]


def test_a_member_without_a_class_is_refused_by_file_and_row(small_edition: Path) -> None:
    """pandas-dev/pandas#3729 and #38227: a blank group key is lost, or breaks the sorting of the groups."""
    members = small_edition / "records" / "会员名册.csv"
    lines = members.read_text("utf-8").splitlines()
    place = lines[0].split(",").index("类别")
    cells = lines[1].split(",")
    lines[1] = ",".join([*cells[:place], "", *cells[place + 1 :]])
    members.write_text("\n".join(lines) + "\n", "utf-8")
    (found,) = [problem for problem in check_edition(small_edition)[1].errors if "class" in problem.rule.en]
    assert (found.file, found.row, found.column) == ("records/会员名册.csv", 2, "类别")


def test_what_the_tables_do_not_hold_is_told_once_and_on_its_line(small_edition: Path) -> None:
    path = small_edition / "scheme.toml"
    text = path.read_text("utf-8").replace('{ table = "activities", ', '{ table = "activities", window = "year", ')  # of two indicators
    path.write_text(text.replace('"members.pledge"', '"members.plegde"') + '\n[window.year]\nfrom = "day"\notherwise = "1 year"\n', "utf-8")
    lines = path.read_text("utf-8").splitlines()
    told = {problem.column: lines[int(problem.row or 0) - 1] for problem in check_edition(small_edition)[1].errors}
    assert told == {"indicator[pledge].measure.column": 'measure = { column = "members.plegde" }', "window.year.from": 'from = "day"'}
    assert len(check_edition(small_edition)[1].errors) == 2


@pytest.mark.parametrize(("scheme", "tables", "words"), [
    (('table = "members"', 'table = "membres"'), ("", ""), "is `members` meant?"),
    (('class = "kind"', 'class = "kind"\napplied = "applide"'), ("", ""), "tables.toml has no column `members.applide`"),
    (("", ""), ('headings = ["会员名称"]', 'headings = ["会员名称"]\npersonal = true'), "`name` is personal: no members by it"),
])  # fmt: skip
def test_members_of_whom_something_is_not_to_be_had_are_told_and_nothing_breaks(scheme: tuple[str, str], tables: tuple[str, str], words: str, small_edition: Path) -> None:
    for name, change in (("scheme.toml", scheme), ("tables.toml", tables)):
        path = small_edition / name
        path.write_text(path.read_text("utf-8").replace(*change, 1), "utf-8")
    assert words in check_edition(small_edition)[1].errors.text("en")


def test_a_trial_of_another_day_is_refused_with_what_is_wrong_with_the_edition(small_edition: Path) -> None:
    rewritten(small_edition, "members.pledge", "members.plegde")
    with pytest.raises(Refused, match=r"is `members\.pledge` meant"):
        trial_at(small_edition, dt.date(2019, 1, 31))


def test_an_edition_that_cannot_say_its_title_is_called_by_its_folder(small_edition: Path) -> None:
    assert edition_title(small_edition) == "小型联合会年度评选办法"
    rewritten(small_edition, 'title    = "', "title    = ")
    assert edition_title(small_edition) == "small"


def test_minutes_that_cannot_be_read_are_an_error_and_all_else_is_read(small_edition: Path) -> None:
    (small_edition / JOURNAL).mkdir()
    edition, problems = check_edition(small_edition)
    assert edition is not None
    assert [problem.file for problem in problems.errors] == [JOURNAL]


SCHEME_FAULTS: dict[str, tuple[str, str, str]] = {  # what is written instead, and what is to be told
    "syntax": ("weight = 60", "weight = 60,5", "a comma in a number"),
    "unclosed": ('label = "学时"', 'label = "学时', "not valid TOML"),
    "key": ('title    = "小型', 'colour = 1\ntitle    = "小型', "unknown key `colour`"),
    "sum": ("weight = 30", "weight = 31", "must sum to 100, not 101"),
    "value": ('rounding = "floor", least = 1', 'rounding = "flor", least = 1', "is `floor` meant?"),
    "reference": ('column = "members.warning"', 'column = "members.waning"', "is `members.warning` meant?"),
}
EVALUATED: dict[str, tuple[str, str, str]] = {
    "constant": ('column = "members.answers" }\nvalue = { shape = "linear", worst = 0, best = 10 }',
                 'column = "members.flat" }\nvalue = { shape = "min_max" }', "tells nobody apart"),
    "quota": ("least = 1", "least = 20", "20 places, and only"),
    "minimum": ("minimum = { total = 50 }", "minimum = { learning = 500 }", "more than the scale of 100"),
}  # fmt: skip
TABLES_FAULTS = {
    "key": ("range    = [0, 80]", "range    = [0, 80]\ncolour = 1", "unknown key `colour`"),
    "syntax": ('type     = "choice"', "type     = choice", "text is put in quotes"),
    "kind": ("[table.activities.column.kind]", '[table.activities.column.more]\ntype = "nunber"\n[table.activities.column.kind]', "is `number` meant?"),
}


def altered(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text("utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_no_file_is_strange_while_the_table_that_reads_it_is_faulty(small_edition: Path) -> None:
    """Its table is left out for its own fault: what is said of that is enough, and no file is to be renamed or moved."""
    assert "read by no table" not in check_edition(small_edition)[1].text("en")
    altered(small_edition, "tables.toml", "[table.activities]\n", "[table.activities]\nsheat = 1\nunique = 1\n")
    told = check_edition(small_edition)[1].text("en")
    assert "unique" in told
    assert "read by no table" not in told


def with_a_flat_column(folder: Path) -> None:
    altered(folder, "tables.toml", "[table.activities]\n", '[table.members.column.flat]\nheadings = ["平"]\ntype = "number"\n\n[table.activities]\n')
    members = folder / "records" / "会员名册.csv"
    first, *rows = members.read_text("utf-8-sig").splitlines()
    members.write_text("\n".join([f"{first},平", *(f"{row},7" for row in rows)]) + "\n", "utf-8-sig")


@pytest.mark.parametrize("in_tables", TABLES_FAULTS)
@pytest.mark.parametrize("in_scheme", SCHEME_FAULTS)
def test_no_fault_hides_another_file_s(in_scheme: str, in_tables: str, small_edition: Path) -> None:
    altered(small_edition, "scheme.toml", *SCHEME_FAULTS[in_scheme][:2])
    altered(small_edition, "tables.toml", *TABLES_FAULTS[in_tables][:2])
    altered(small_edition, "records/会员名册.csv", "已签,9,", "已签,九,")
    edition, evaluation, problems = examine(small_edition)
    assert (edition, evaluation) == (None, None)
    told = problems.text("en")
    if not (in_scheme == "reference" and in_tables == "kind"):  # a column that cannot be read may be the one that is meant
        assert SCHEME_FAULTS[in_scheme][2] in told
    assert TABLES_FAULTS[in_tables][2] in told
    assert "not a number" in told


@pytest.mark.parametrize("one", SCHEME_FAULTS)
@pytest.mark.parametrize("other", SCHEME_FAULTS)
def test_no_fault_of_the_scheme_hides_another(one: str, other: str, small_edition: Path) -> None:
    for name in {one, other}:
        altered(small_edition, "scheme.toml", *SCHEME_FAULTS[name][:2])
    told = check_edition(small_edition)[1].text("en")
    for name in {one, other}:
        assert SCHEME_FAULTS[name][2] in told


@pytest.mark.parametrize("fault", [None, "key", "sum"])
@pytest.mark.parametrize("later", EVALUATED)
def test_what_evaluating_says_is_said_despite_rows_and_keys_that_are_refused(later: str, fault: str | None, small_edition: Path) -> None:
    with_a_flat_column(small_edition)
    altered(small_edition, "scheme.toml", *EVALUATED[later][:2])
    assert EVALUATED[later][2] in examine(small_edition)[2].text("en")
    altered(small_edition, "records/会员名册.csv", "已签,9,", "已签,九,")
    if fault:
        altered(small_edition, "scheme.toml", *SCHEME_FAULTS[fault][:2])
    _, evaluation, problems = examine(small_edition)
    assert evaluation is None
    assert "not a number" in problems.text("en")
    assert EVALUATED[later][2] in problems.text("en")
    assert fault is None or SCHEME_FAULTS[fault][2] in problems.text("en")


def test_forms_are_refused_with_the_faults_of_both_files(small_edition: Path) -> None:
    altered(small_edition, "scheme.toml", *SCHEME_FAULTS["syntax"][:2])
    altered(small_edition, "tables.toml", *TABLES_FAULTS["key"][:2])
    with pytest.raises(Refused) as refused:
        renewed_forms(small_edition)
    assert {problem.file for problem in refused.value.problems} == {"scheme.toml", "tables.toml"}


@pytest.mark.parametrize("column", ["kind", "name"])
def test_an_adjustment_of_words_is_refused_where_it_is_written(column: str, small_edition: Path) -> None:
    altered(small_edition, "scheme.toml", 'measure = { column = "members.warning" }', f'measure = {{ column = "members.{column}" }}')
    (problem,) = examine(small_edition)[2].errors
    assert "no points to add" in problem.rule.en
    assert (problem.column, problem.row) == ("adjustment[warning].measure.column", 69)


def test_what_check_says_is_what_evaluate_says(small_edition: Path) -> None:
    altered(small_edition, "scheme.toml", *EVALUATED["quota"][:2])
    edition, evaluation, problems = examine(small_edition)
    assert edition is not None
    assert evaluation is not None
    placeless = {replace(problem, row=None) if problem.file == "scheme.toml" else problem for problem in problems}
    assert placeless == {replace(problem, row=None) if problem.file == "scheme.toml" else problem for problem in evaluate(edition.scheme, edition.records).problems}
    assert len(problems) == len(set(problems))
    assert not [path for path in small_edition.rglob("*") if path.name not in {"scheme.toml", "tables.toml", "records", "会员名册.csv", "签到2018.xlsx"}]


def test_a_row_that_is_refused_makes_no_gap_of_it_an_error(small_edition: Path) -> None:
    altered(small_edition, "scheme.toml", 'missing = "exclude"', 'missing = "error"')
    altered(small_edition, "records/会员名册.csv", "已签,,0", "已签,4,0")
    well = examine(small_edition)[2]
    assert not well.errors
    altered(small_edition, "records/会员名册.csv", "已签,9,", "已签,九,")
    told = examine(small_edition)[2].errors
    assert [problem.value for problem in told] == ["九"]


def test_a_file_whose_digest_cannot_be_made_is_read_each_time(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> str:
        raise OSError

    whole = open_edition(small_edition).records
    monkeypatch.setattr("toolkit.records.reading.file_digest", gone)
    with kept():
        assert open_edition(small_edition).records.members.equals(whole.members)
