"""Two stages: the panel is asked of the shortlisted alone, and a shortlist that was decided stays as it is."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from tests.conftest import SCHEME
from tests.few_lines import run
from tests.test_edition_cases import CASES, written
from toolkit.edition import check_edition
from toolkit.evaluation import attempt
from toolkit.forms.score_sheets import write_score_sheets
from toolkit.ground.problems import Refused
from toolkit.ground.text import Phrase, former_words
from toolkit.publication.opening import permitting
from toolkit.reports.committee_tables import open_matters
from toolkit.reports.list_tables import awards_table
from toolkit.reports.outcome_wording import shortlist_in_words
from toolkit.reports.probability_tables import grades_table, open_line
from toolkit.reports.scheme_wording import rules_in_words
from toolkit.reports.workbook import write_workbook
from toolkit.scheme.checks import scheme_faults
from toolkit.scheme.outcomes import SHORTLIST
from toolkit.sealing.seals import seal_edition
from toolkit.sensitivity import WeightDraws, award_probabilities, grade_probabilities

SAID = '[[condition]]\nid = "on"\nlabel = "入围名单"\nmeasure = { table = "listed", take = "any" }\n[eligibility]'
LISTED = '[table.listed]\nfile = "records/listed.csv"\n[table.listed.column.member]\nheadings = ["member"]\ntype = "member"\n'

EXPERTS = '[table.experts]\nfile = "records/experts.csv"\n[table.experts.column.id]\nheadings = ["id"]\ntype = "text"\n'


def decided(folder: Path, *codes: str, case: str = "two_stages") -> Path:
    """The edition of the case with the shortlist as it was decided."""
    own = CASES[case]
    scheme = own["scheme"].replace("[eligibility]", SAID).replace("[shortlist]", '[shortlist]\ndecided = "on"')
    listed = "\n".join(["member", *codes]) + "\n"
    return written(own | {"scheme": scheme, "tables": own["tables"] + LISTED, "records": own["records"] | {"listed": listed}}, folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(CASES["two_stages"], tmp_path_factory.mktemp("stages") / "e")


def test_who_did_not_come_further_is_neither_ranked_nor_scored_nor_drawn(folder: Path) -> None:
    evaluation = run(folder)
    out = ["05", "06", "07"]
    assert evaluation.ranking.loc[out, ["total", "rank"]].isna().to_numpy().all()
    chances = award_probabilities(evaluation, WeightDraws(draws=50, spread=0.9))
    assert (chances.loc[out, "none"] == 1).all()
    assert chances["prize"].sum() == pytest.approx(2)  # half of the four on the shortlist, in every draw
    assert not permitting(evaluation)[evaluation.members.index.isin(out)].any()
    said = [problem.rule.zh for problem in evaluation.problems if problem.column.startswith("shortlist")]
    assert said == ["“复审入围”名额 3 个，授予 4 家：名额线上同分并列，一并授予", "复审入围 4 家，其余 3 家未进入复审"]


def test_who_missed_the_shortlist_is_told_the_line_and_what_it_lacks(folder: Path) -> None:
    assert run(folder).ranking.loc["05", "reason"] == "未进入复审：初审 70.00 分，第 5 名，入围 4 名，入围线 80.00 分，差 10.00 分"


def test_the_workbook_says_that_its_formulas_leave_the_shortlist_as_it_was(folder: Path, tmp_path: Path) -> None:
    write_workbook(run(folder), tmp_path / "book.xlsx")
    with former_words("0.7.0"):
        write_workbook(run(folder), tmp_path / "former.xlsx")
    for name, told in (("book", True), ("former", False)):
        book = openpyxl.load_workbook(tmp_path / f"{name}.xlsx")
        assert [any("入围与否不随之变动" in str(cell.value) for row in book[sheet].iter_rows(max_row=4) for cell in row) for sheet in ("得分", "名次与奖项复算")] == [told] * 2


def test_the_panel_misses_no_score_of_who_is_not_on_the_shortlist(tmp_path: Path) -> None:
    own = CASES["two_stages"]
    fewer = own["records"]["sheets"].replace("E1,04,80\n", "")
    _, problems = check_edition(written(own | {"records": own["records"] | {"sheets": fewer}}, tmp_path / "e"))
    assert not any("未评" in problem.rule.zh for problem in problems)  # the evaluation tells it, for it knows who came further
    edition, _ = check_edition(tmp_path / "e")
    assert edition is not None
    _, told = attempt(edition.scheme, edition.records, edition.judged)
    assert [problem.rule.zh for problem in told if "未评" in problem.rule.zh and "E1" in problem.rule.zh] == ["“复审”：专家 E1 还有 1 个会员未评"]


def test_the_sheets_hold_the_shortlisted_alone(tmp_path: Path) -> None:
    own = CASES["two_stages"]
    scheme = own["scheme"].replace("[panel]", '[panel]\nexperts = "experts"')
    folder = written(own | {"scheme": scheme, "tables": own["tables"].replace("sheets.csv", "sheets*.xlsx") + EXPERTS, "records": {"members": own["records"]["members"], "experts": "id\nE1\nE2\nE3\n"}}, tmp_path / "e")
    written_ = write_score_sheets(folder, tmp_path / "out")
    assert len(written_) == 3
    for path in written_:
        cells = {str(cell.value) for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row}
        assert cells & {f"0{place}" for place in range(1, 8)} == {"01", "02", "03", "04"}


def test_a_decided_shortlist_stays_when_a_record_is_mended_and_what_would_be_is_told(tmp_path: Path) -> None:
    folder = decided(tmp_path / "e", "01", "02", "03", "04")
    members = folder / "records" / "members.csv"
    members.write_text(members.read_text("utf-8-sig").replace("05,戊,70", "05,戊,88").replace("04,丁,80", "04,丁,79"), encoding="utf-8-sig")
    evaluation = run(folder)
    told = [(problem.severity, problem.value, problem.rule.zh) for problem in evaluation.problems if problem.column == "shortlist.decided"]
    assert told == [("warning", "05", "戊：按现在的记录应当入围，但已定的入围名单没有它")] + [
        ("warning", code, f"{name}：已定的入围名单有它，按现在的记录却不能入围") for code, name in (("03", "丙"), ("04", "丁"))
    ]
    assert evaluation.ranking.loc["05", "reason"] == "未进入复审：不在已定的入围名单上"
    assert evaluation.ranking["total"].notna().sum() == 4


def test_who_has_more_than_the_last_of_a_decided_shortlist_is_told_no_line(tmp_path: Path) -> None:
    folder = decided(tmp_path / "e", "01", "07")
    scheme = folder / "scheme.toml"
    scheme.write_text(scheme.read_text("utf-8").replace('missing = "error"', 'missing = "unranked"'), "utf-8")  # no expert scored 07
    assert run(folder).ranking.loc["05", "reason"] == "未进入复审：初审 70.00 分，第 5 名，入围 2 名"


def test_a_shortlist_not_yet_decided_is_worked_out_and_told(tmp_path: Path) -> None:
    evaluation = run(decided(tmp_path / "e"))
    assert any("入围名单尚未确定" in problem.rule.zh for problem in evaluation.problems)
    assert evaluation.ranking["total"].notna().sum() == 4


def test_a_tie_left_to_the_committee_keeps_all_level_ones_out_until_it_is_recorded(tmp_path: Path) -> None:
    own = CASES["two_stages"]
    folder = written(own | {"scheme": own["scheme"].replace('ties = ["joint"]', 'ties = ["committee"]')}, tmp_path / "e")
    edition, _ = check_edition(folder)
    assert edition is not None
    evaluation, problems = attempt(edition.scheme, edition.records, edition.judged)
    assert evaluation is not None
    assert np.isnan(evaluation.ranking.loc[["03", "04"], "total"]).all()
    assert "同分待委员会决定" in evaluation.ranking.loc["03", "reason"]
    assert any("入围名单填入" in problem.mend.zh for problem in problems)
    assert [(matter.kind, matter.pressing) for matter in open_matters(edition, evaluation, dt.date(2019, 1, 1)) if matter.subject == SHORTLIST] == [("scheme", True)]
    assert str(open_line(evaluation)).count("入围名单未定：") == 1
    with pytest.raises(Refused, match="shortlist"):
        seal_edition(folder, "r1")
    (folder / "scheme.toml").write_text((folder / "scheme.toml").read_text("utf-8").replace('ties = ["committee"]', 'ties = ["committee"]\nopen_ties = "may_stay"'), encoding="utf-8")
    assert [problem.severity for problem in run(folder).problems if problem.column == "shortlist.ties"] == ["note"]


def test_a_tie_that_the_decided_shortlist_settles_is_not_told_as_open(tmp_path: Path) -> None:
    folder = decided(tmp_path / "e", "01", "02", "03")
    (folder / "scheme.toml").write_text((folder / "scheme.toml").read_text("utf-8").replace('ties = ["joint"]', 'ties = ["committee"]'), encoding="utf-8")
    evaluation = run(folder)
    assert [problem.rule.zh for problem in evaluation.problems if problem.column.startswith("shortlist")] == ["复审入围 3 家，其余 4 家未进入复审"]
    assert str(evaluation.ranking.loc["04", "reason"]).endswith("入围 3 名，同分，由委员会决定未入围")
    (folder / "records" / "listed.csv").write_text("member\n01\n02\n03\n04\n", encoding="utf-8")
    assert any("已定的入围名单取 2 家" in problem.rule.zh for problem in run(folder).problems)


STAGE = SCHEME + "\n[shortlist]\n"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ('by = "nothing"\nquota = { number = 3 }\n', ("shortlist", "by"), "no node `nothing`"),
        ('by = "{node}"\n', ("shortlist",), "does not say who comes further"),
        ('by = "{node}"\nquota = { number = 3 }\ndecided = "nobody"\n', ("shortlist", "decided"), "no condition `nobody`"),
        ('by = "{node}"\nminimum = { total = 3 }\n', ("shortlist", "minimum", "total"), "cannot ask for `total`"),
        ('by = "{node}"\nquota = { number = 3, share = 0.1 }\n', ("shortlist", "quota"), "a share or a number"),
    ],
)
def test_what_a_first_stage_cannot_be_is_told(text: str, place: tuple[str, ...], said: str) -> None:
    raw = tomllib.loads(STAGE + text.replace("{node}", tomllib.loads(SCHEME)["indicator"][0]["id"]))
    assert [said in fault.rule.en for fault in scheme_faults(raw) if fault.path[: len(place)] == place] == [True]


def test_a_committee_reads_the_first_stage_in_words(folder: Path) -> None:
    lines = {kind.zh: Phrase("", "") if isinstance(decided_, str) else decided_ for kind, _, _, decided_, _ in rules_in_words(run(folder).scheme)}
    assert "初审按“初审材料分”得分；全部会员 3 家；初审材料分 ≥ 60；入围的才参加复审" in lines["初审"].zh
    scheme = run(folder).scheme
    assert scheme.shortlist is not None
    assert shortlist_in_words(scheme, scheme.shortlist.model_copy(update={"decided": scheme.shortlist.by})).zh.endswith("入围名单确定后以“初审材料分”为准")
    assert "入围" in awards_table(run(folder)).headings


@pytest.mark.parametrize("case", ["two_stages", "grades_by_share"])
def test_what_is_asked_of_weights_is_told_in_a_table(case: str, tmp_path: Path) -> None:
    evaluation = run(written(CASES[case], tmp_path / "e"))
    if evaluation.scheme.grades:
        chances = grade_probabilities(evaluation, WeightDraws(draws=20))
        assert chances.loc["16", "none"] == 1  # not eligible: in no draw it is graded
        assert grades_table(evaluation, chances).note
    assert award_probabilities(evaluation, WeightDraws(draws=20))["none"].between(0, 1).all()
