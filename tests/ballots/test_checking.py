"""`committee check` looks at the ballots too, beside the records, whatever else is wrong."""

from __future__ import annotations

from pathlib import Path

from tests.ballots.test_decided import SLIP
from tests.ballots.voters import NAME, edition, slip, small_scheme
from tests.panels.judged import SHEETS, write_judged_edition
from tests.test_command_line import run
from toolkit.ballots.group import check_ballots
from toolkit.records.dictionary import load_tables

GOOD = SLIP.format(expert="E01", learning=60, rest=40)
FAULTY = SLIP.format(expert="E02", learning=60, rest=41)
LATE_NAMED = f'name = "{NAME}"\n' + SLIP.format(expert="E03", learning=55, rest=45)


def test_ballots_are_listed_and_their_faults_told_with_those_of_the_records(small_edition: Path) -> None:
    edition(small_edition, {"E01.toml": GOOD, "E02.toml": FAULTY, "E03.toml": LATE_NAMED, "E03-1.toml": LATE_NAMED})
    done = run("check", small_edition)
    assert done.exit_code == 1
    for word in ("专家判断票", "读入 4 = 计入 1 + 不计入 3", "ballots/E02.toml", "101", "重复", "读入的记录"):
        assert word in done.output
    assert NAME not in done.output


def test_ballots_that_are_right_stop_nothing_and_without_any_nothing_is_said(small_edition: Path) -> None:
    assert "判断票" not in run("check", small_edition).output
    edition(small_edition, {"E01.toml": GOOD})
    done = run("check", small_edition)
    assert done.exit_code == 0
    assert "读入 1 = 计入 1 + 不计入 0" in done.output


def test_ballots_are_looked_at_where_the_tables_cannot_be_read_and_not_without_a_scheme(small_edition: Path) -> None:
    edition(small_edition, {"E02.toml": FAULTY})
    (small_edition / "tables.toml").write_text("[table", "utf-8")
    assert "ballots/E02.toml" in run("check", small_edition).output
    (small_edition / "scheme.toml").write_text("schema = 2", "utf-8")
    assert "ballots/E02.toml" not in run("check", small_edition).output


def test_too_few_for_the_scheme_are_a_warning_since_its_weights_stand(tmp_path: Path) -> None:
    found = check_ballots(edition(tmp_path, {"E01.toml": slip("E01")}), small_scheme(minimum=3))
    assert [problem.severity for problem in found.problems] == ["warning"]
    assert "of round 1 only 1 ballot counts, the scheme wants 3" in found.problems.text("en")
    assert not check_ballots(edition(tmp_path / "none", {}), small_scheme(minimum=3)).problems


def test_files_that_nothing_reads_are_counted_and_never_named(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path)
    tables = load_tables(folder / "tables.toml")
    assert not check_ballots(folder, small_scheme(), tables).problems
    (folder / "ballots" / "旧").mkdir()
    for name in (f"权重判断票_{NAME}.xlsx", f"旧/{NAME}.toml", "~$评分表1.xlsx", ".hidden"):
        (folder / "ballots" / name).write_bytes(b"")
    said = check_ballots(folder, small_scheme(), tables).problems.text("en")
    assert "2 files here are read by nothing" in said
    assert NAME not in said
    assert not check_ballots(folder, small_scheme(), None).problems


def test_score_sheets_are_checked_with_the_records(tmp_path: Path) -> None:
    done = run("check", write_judged_edition(tmp_path, SHEETS | {"E02": SHEETS["E02"] | {"M1": (881, "九十"), "M4": (70, 71)}}))
    assert done.exit_code == 1
    for word in ("评分表2.xlsx", "第 2 行", "881", "九十", "应当回避"):
        assert word in done.output
