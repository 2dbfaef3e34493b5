"""What the chair sees: agreement, who deviates, whose place is open; never a single score or a name."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from tests.panels.judged import EXPERTS, SCHEME, SEVEN, SHEETS, SHEETS_OF_SEVEN, write_judged_edition
from toolkit.__main__ import app
from toolkit.edition import open_edition
from toolkit.indicators.panel import judging
from toolkit.panels import intraclass
from toolkit.reports.expert_tables import open_places_table, panel_experts_table, panel_table


def test_the_figures_are_those_of_the_scores_that_count(tmp_path: Path) -> None:
    edition = open_edition(write_judged_edition(tmp_path))
    judged = judging(edition.scheme, edition.records)
    first = panel_table(judged, edition.scheme, "en").rows[0]
    icc = intraclass(judged.indicators["innovation"].scores).table["value"]
    assert first[0] == "创新"
    assert [cell.split()[0] for cell in first[3:6]] == [f"{icc[form]:.2f}" for form in ("ICC(1,1)", "ICC(2,1)", "ICC(3,k)")]
    assert first[6] != "—"
    stances = {row[1]: row[6] for row in panel_experts_table(judged, edition.scheme, "en").rows if row[0] == "创新"}
    assert stances["E04"] == "harsh"
    assert stances["E03"] == "unremarkable"


def test_open_places_are_named_with_the_reason(tmp_path: Path) -> None:
    edition = open_edition(write_judged_edition(tmp_path, {expert: rows for expert, rows in SHEETS.items() if expert != "E03"}))
    judged = judging(edition.scheme, edition.records)
    rows = open_places_table(judged, edition.scheme, edition.records.members, "en").rows
    assert [row[:3] for row in rows] == [("M4", "丁采购中心", "创新"), ("M4", "丁采购中心", "服务")]
    assert "2 have (1 recused, 2 outstanding)" in rows[0][3]


def test_the_command_tells_the_chair_all_of_it_and_no_score(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path, SHEETS_OF_SEVEN, scheme=SCHEME + 'harshness = "mixed_model"\n', members=SEVEN)
    done = CliRunner().invoke(app, ["panel", str(folder)])
    assert done.exit_code == 0, done.output
    for word in ("应当回避", "所在单位", "ICC(2,1)", "克里彭多夫 α", "偏严", "已校正", "位次待定"):
        assert word in done.output
    assert not [score for score in ("71.3", "75.6", "60.5", "63.3", "张三三", "配偶任职") if score in done.output]


def test_a_levelled_expert_is_shown_with_what_was_added(tmp_path: Path) -> None:
    edition = open_edition(write_judged_edition(tmp_path, SHEETS_OF_SEVEN, scheme=SCHEME + 'harshness = "mixed_model"\n', members=SEVEN))
    judged = judging(edition.scheme, edition.records)
    level = judged.indicators["innovation"].levelled
    rows = {row[1]: row[7] for row in panel_experts_table(judged, edition.scheme, "en").rows if row[0] == "创新"}
    assert rows["E04"] == f"levelled {-level.experts.loc['E04', 'shift']:+.2f}"
    assert level.experts.loc["E04", "shift"] < 0


def test_sheets_not_filled_in_yet_are_nobodys_harshness(tmp_path: Path) -> None:
    sheets = SHEETS_OF_SEVEN | {"E05": dict.fromkeys(SEVEN, ("", ""))}
    edition = open_edition(write_judged_edition(tmp_path, sheets, scheme=SCHEME + 'harshness = "mixed_model"\n', members=SEVEN))
    judged = judging(edition.scheme, edition.records)
    assert "share no member" not in judged.problems.text("en")
    assert "the scores of 4 experts are levelled" in judged.problems.text("en")
    assert [row[7] for row in panel_experts_table(judged, edition.scheme, "en").rows if row[1] == "E05"] == ["", ""]


def test_the_command_says_what_is_wrong_with_the_panel(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["panel", str(write_judged_edition(tmp_path, experts=EXPERTS[:4])), "-l", "en"])
    assert done.exit_code == 1
    assert "the number of experts is odd" in done.output


def test_sheets_are_written_by_command(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e", {})
    done = CliRunner().invoke(app, ["sheets", str(folder), "--out", str(tmp_path / "out"), "--round", "第一轮"])
    assert done.exit_code == 0, done.output
    assert "ballots/评分表*.xlsx" in done.output
    assert len(list((tmp_path / "out").glob("*.xlsx"))) == 5
