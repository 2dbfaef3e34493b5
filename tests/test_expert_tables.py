"""Tables of the panel and of ballots: codes and never names, every file counted, a sentence where there is nothing to show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.ballots.test_decided import SLIP
from tests.ballots.test_folder import MANY
from tests.ballots.voters import NAME, cast, slip
from tests.ballots.voters import edition as written
from tests.panels.judged import EXPERTS, SCHEME, SEVEN, SHEETS, SHEETS_OF_SEVEN, write_judged_edition
from toolkit import views
from toolkit.__main__ import app
from toolkit.ballots import Ballots, group_weights, load_ballots
from toolkit.comparison import decided_by_each, decided_by_group
from toolkit.edition import open_edition
from toolkit.evaluation import evaluate
from toolkit.ground.text import Phrase, former_words
from toolkit.indicators.panel import Judging, judging
from toolkit.panels import intraclass
from toolkit.reports.expert_tables import agreement_overview, decided_overview, means_overview
from toolkit.reports.panel_tables import open_places_table, panel_experts_table, panel_table
from toolkit.reports.pictures.grids import apart_picture, far_picture

LEARNING = {"E01": 62, "E02": 60, "E03": 58, "E04": 61, "E05": 10}
SLIPS = {f"{expert}.toml": slip(expert, learning) for expert, learning in LEARNING.items()}


def test_the_list_counts_every_file_and_names_nobody(tmp_path: Path) -> None:
    table = views.ballots_table(cast(tmp_path, MANY, deadline="2018-12-10"))
    assert len(table.rows) == len(MANY)
    assert table.note == "读入 14 = 计入 4 + 不计入 10；以第 2 轮为准，本轮计入 1 张。"
    assert NAME not in repr(table) + table._repr_html_()


def test_the_groups_weights_stand_beside_the_schemes(tmp_path: Path) -> None:
    table = views.group_weights_table(group_weights(cast(tmp_path, SLIPS)), "en")
    assert table.rows[0] == ("the total", "learning", "60", "50.2", "-9.8", "10.0", "60.0", "62.0")


def test_who_is_far_is_told_with_the_node(tmp_path: Path) -> None:
    row = views.agreement_table(group_weights(cast(tmp_path, SLIPS)), "en").rows[0]
    assert "E05 (learning -50.2) ⚠" in row
    assert "E01 E02 E03 E04 | E05" in row


def test_how_many_came_nearer_since_the_round_before_is_told(tmp_path: Path) -> None:
    second = {f"{expert}-2.toml": slip(expert, learning, more="round = 2") for expert, learning in (LEARNING | {"E05": 55}).items()}
    (total, *_) = views.agreement_table(group_weights(cast(tmp_path, SLIPS | second)), "en").rows
    assert any("of 5 came nearer, W " in cell for cell in total), total


def test_the_farthest_is_told_where_nobody_is_markedly_far_and_nobody_where_all_are_alike(tmp_path: Path) -> None:
    some = {f"E0{n}.toml": slip(f"E0{n}", learning) for n, learning in enumerate((50, 55, 60, 70), start=1)}
    (total, below) = views.agreement_table(group_weights(cast(tmp_path, some)), "en").rows
    assert total[-1] == "E04 (learning +15.0)"
    assert below[-1] == ""


def test_two_camps_as_far_apart_name_nobody(tmp_path: Path) -> None:
    some = {f"E0{n}.toml": slip(f"E0{n}", learning) for n, learning in enumerate((40, 40, 60, 60), start=1)}
    total = views.agreement_table(group_weights(cast(tmp_path, some)), "en")
    assert not [row for row in total.rows if "(learning" in row[-1]]


AHP = 'method = "ahp"\ncomparisons = [["hours", "talks", 2], ["talks", "essays", 2], ["hours", "essays", 4]]'


def test_the_group_stands_first_then_every_expert_by_code(small_edition: Path) -> None:
    slips = {f"E0{n}.toml": f'name = "{NAME}"\n' + SLIP.format(expert=f"E0{n}", learning=x, rest=100 - x) for n, x in enumerate((50, 0), 1)}
    edition = open_edition(written(small_edition, slips))
    evaluation, ballots = evaluate(edition.scheme, edition.records), load_ballots(edition.folder, edition.scheme)
    table = decided_overview(evaluation, ballots)
    assert [row[0] for row in table.rows] == ["专家组", "E01", "E02"]
    each, group = decided_by_each(evaluation, ballots), decided_by_group(evaluation, group_weights(ballots))
    assert [int(row[1]) for row in table.rows] == [len(group), *((each["expert"] == code).sum() for code in ("E01", "E02"))]
    assert NAME not in repr(table) + table._repr_html_()


def test_every_rule_that_can_join_the_ballots_has_its_column_and_the_schemes_is_marked(tmp_path: Path) -> None:
    some = {f"E0{n}.toml": slip(f"E0{n}", x) for n, x in enumerate((50, 60, 60, 90), 1)}
    table = means_overview(cast(tmp_path, some, aggregate="median"), "en")
    assert table.headings[2:] == ("Scheme", "arithmetic mean", "geometric mean", "median *", "trimmed mean")
    assert table.rows[0][2:] == ("60.0", "65.0", "68.0", "60.0", "60.0")
    two = {name: some[name] for name in ("E01.toml", "E02.toml")}
    assert means_overview(cast(tmp_path / "two", two), "en").headings[2:] == ("Scheme", "arithmetic mean *", "geometric mean", "median")


def test_comparisons_can_be_joined_first_where_all_compared(tmp_path: Path) -> None:
    some = {f"E0{n}.toml": slip(f"E0{n}", own=AHP) for n in (1, 2, 3)}
    only = cast(tmp_path, some, groups=("learning",))
    assert "joint comparisons" in means_overview(only, "en").headings


@pytest.mark.parametrize("weighting", [{}, {"minimum": 3}])
def test_without_ballots_and_with_too_few_a_sentence_says_so(small_edition: Path, weighting: dict[str, int]) -> None:
    slips = {"E01.toml": slip("E01")} if weighting else {}
    ballots: Ballots = cast(small_edition, slips, **weighting)
    evaluation = evaluate(*(getattr(open_edition(small_edition), part) for part in ("scheme", "records")))
    tables = decided_overview(evaluation, ballots, "en"), means_overview(ballots, "en"), agreement_overview(ballots, "en")
    for table in tables:
        ((said,),) = table.rows
        assert ("only 1 ballot counts" if weighting else "There is no ballot") in said


@pytest.mark.parametrize("weighting", [{}, {"minimum": 3}])
def test_in_place_of_a_picture_the_same_is_said(tmp_path: Path, weighting: dict[str, int]) -> None:
    ballots = cast(tmp_path, {"E01.toml": slip("E01")} if weighting else {}, **weighting)
    for picture in (far_picture(ballots, "en"), apart_picture(ballots, language="en")):
        assert ("only 1 ballot counts" if weighting else "There is no ballot") in repr(picture)
    assert "not voted on" in repr(apart_picture(cast(tmp_path / "one", {"E01.toml": slip("E01")}), "nowhere", "en"))


def test_the_like_minded_stand_together_with_their_mean_weights_behind(tmp_path: Path) -> None:
    slips = {f"E0{n}.toml": slip(f"E0{n}", learning) for n, learning in enumerate((60, 20, 62, 22, 61), start=1)}
    ballots = cast(tmp_path, slips)
    apart, far = apart_picture(ballots, language="en"), far_picture(ballots, language="en")
    heads = [apart.svg.index(f"{expert} {camp}<") for expert, camp in (("E01", "①"), ("E03", "①"), ("E05", "①"), ("E02", "②"), ("E04", "②"))]
    assert heads == sorted(heads)
    (table,) = apart.tables
    assert table.headings == ("Node", "The group", "① E01 E03 E05", "② E02 E04")
    assert table.rows == (("learning", "45.0", "61.0", "21.0"), ("conduct", "55.0", "39.0", "79.0"))
    assert "40.0" in apart.svg  # between 60 and 20
    assert "18.8 ①" in far.svg  # 60 beside the mean of the others, 41.25
    assert "E01 E03 E05 | E02 E04" in far.tables[0].rows[0]
    assert NAME not in apart.svg + far.svg


def test_the_figures_are_those_of_the_scores_that_count(tmp_path: Path) -> None:
    edition = open_edition(write_judged_edition(tmp_path))
    judged = judging(edition.scheme, edition.records)
    first = panel_table(judged, edition.scheme, "en").rows[0]
    icc = intraclass(judged.indicators["innovation"].scores).table["value"]
    assert first[0] == "创新"
    assert [cell.split()[0] for cell in first[3:6]] == [f"{icc[form]:.2f}" for form in ("ICC(1,1)", "ICC(2,1)", "ICC(3,k)")]
    assert first[6] != "—"
    words = ["poor" if end < 0.5 else "moderate" if end < 0.75 else "good" if end < 0.9 else "excellent" for end in intraclass(judged.indicators["innovation"].scores).table.loc["ICC(3,k)", ["low", "high"]]]
    assert first[5].split("] ")[1] == "–".join(dict.fromkeys(words))
    alpha = float(first[6].split()[0])
    assert first[6].split("] ")[1] == ("reliable" if alpha >= 0.8 else "tentative" if alpha >= 2 / 3 else "too low")
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
    assert "committee panel" not in done.output, "it does not send its reader to itself"
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
    assert "and the number is to be odd" in done.output


def test_sheets_are_written_by_command(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e", {})
    done = CliRunner().invoke(app, ["sheets", str(folder), "--out", str(tmp_path / "out"), "--round", "第一轮"])
    assert done.exit_code == 0, done.output
    assert "ballots/评分表*.xlsx" in done.output
    assert len(list((tmp_path / "out").glob("*.xlsx"))) == 5


def test_whom_nobody_was_asked_to_score_is_left_out_of_no_agreement(tmp_path: Path) -> None:
    edition = open_edition(write_judged_edition(tmp_path / "e"))
    judged = judging(edition.scheme, edition.records)
    more = {id_: replace(panel, scores=panel.scores.reindex([*panel.scores.index, "M9"])) for id_, panel in judged.indicators.items()}

    def told(judged: Judging) -> str:
        return repr(panel_table(judged, edition.scheme))

    assert told(replace(judged, indicators=more)) == told(judged)
    assert told(replace(judged, indicators=more, open={**judged.open, "M9": dict.fromkeys(more, Phrase("", ""))})) != told(judged)
    with former_words("0.7.0"):
        assert told(replace(judged, indicators=more)) != told(judged)
