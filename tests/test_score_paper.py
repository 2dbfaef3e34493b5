"""The panel's score sheet on a page: one's own cells alone, checked as they are typed, and read back by the panel as they were saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.ballots.voters import small_scheme
from tests.panels.judged import EXPERTS, SHEETS, write_judged_edition
from toolkit.edition import check_edition, open_edition
from toolkit.evaluation import evaluate
from toolkit.forms.score_sheets import write_score_sheets
from toolkit.ground.display import Table
from toolkit.ground.problems import Refused
from toolkit.ground.writing import WRITING, only_one
from toolkit.interactive.board import Board
from toolkit.interactive.score_paper import ScorePaper, score_paper
from toolkit.interactive.weight_board import weight_board
from toolkit.scheme import load_scheme

NAMES = [line.split(",")[1] for line in EXPERTS]


class Judge:
    """A score sheet and who fills it in."""

    def __init__(self, folder: Path, expert: str) -> None:
        found = score_paper(folder, load_scheme(folder / "scheme.toml"))
        assert isinstance(found, ScorePaper)
        self.paper, self.sent = found, list[dict[str, Any]]()
        self.paper.send = lambda said, buffers=None: self.sent.append(json.loads(json.dumps(said, allow_nan=False)))
        self.ask("open")
        self.entered = self.ask("enter", expert=expert)

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        self.paper._heard(self.paper, {"ask": len(self.sent), "view": "v", "do": do, **more})
        return self.sent[-1]

    def score(self, member: str, column: str, typed: Any) -> dict[str, Any]:
        return self.ask("score", member=member, column=column, typed=str(typed))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The judged edition before anybody scored."""
    return write_judged_edition(tmp_path / "e", {})


def test_what_everybody_fills_in_is_what_the_panel_reads(tmp_path: Path, folder: Path) -> None:
    for expert, rows in SHEETS.items():
        judge = Judge(folder, expert)
        for member, pair in rows.items():
            for column, score in zip(("innovation", "service"), pair, strict=True):
                if score != "回避":
                    assert "refused" not in judge.score(member, column, score)
        assert "已保存" in judge.ask("save")["notice"]["zh"]
    edition, problems = check_edition(folder)
    assert not problems.errors
    assert edition is not None
    plain = open_edition(write_judged_edition(tmp_path / "plain"))
    assert edition.judged is not None
    assert plain.judged is not None
    for name, judged in edition.judged.indicators.items():
        assert judged.results.members.equals(plain.judged.indicators[name].results.members)
        assert judged.scores.equals(plain.judged.indicators[name].scores)
    assert_a_board_follows_a_saved_sheet(folder)


def assert_a_board_follows_a_saved_sheet(folder: Path) -> None:
    """The board evaluates anew when it is asked to, and not before; what it shows then is what the folder holds."""
    edition, sent = open_edition(folder), list[dict[str, Any]]()
    board: Any = weight_board(evaluate(edition.scheme, edition.records), edition)
    board.sure, board.send = False, lambda said, buffers=None: sent.append(json.loads(json.dumps(said)))
    board._heard(board, {"ask": 1, "view": "v", "do": "open"})
    judge = Judge(folder, "E03")
    judge.score("M1", "service", "61")
    assert "还没有按它重新计算" in judge.ask("save")["notice"]["zh"]
    before = board.board.total.tolist()
    board._heard(board, {"ask": 2, "view": "v", "do": "reread"})
    anew = open_edition(folder)
    assert board.board.total.tolist() == Board.of(evaluate(anew.scheme, anew.records)).total.tolist() != before
    assert sent[-1]["notice"]["zh"].startswith("已按现在的记录和评分表重新计算")
    assert sent[-1]["start"]["decided"]["rank"] == board.decided.rank.tolist()
    assert not sent[-1]["changed"]


def test_recusals_are_filled_in_and_locked_and_progress_is_told(folder: Path) -> None:
    judge = Judge(folder, "ｅ０１")
    shut = {member["id"]: member["shut"] for member in judge.entered["members"]}
    assert shut == {"M1": {"innovation": "回避", "service": "回避"}, "M2": {}, "M3": {}, "M4": {}}
    assert judge.entered["progress"]["zh"] == "已评 0/6"
    assert "不用评" in judge.score("M1", "innovation", 90)["refused"]["zh"]
    answer = judge.score("M2", "innovation", "８０．５")
    assert (answer["cell"], answer["progress"]["zh"], answer["unsaved"]) == (["M2", "innovation", 80.5], "已评 1/6", [["M2", "innovation"]])
    assert judge.score("M2", "innovation", "")["progress"]["zh"] == "已评 0/6"
    assert judge.score("M2", "innovation", "回 避")["progress"] == {"zh": "已评 0/5，另填回避 1 处", "en": "0 of 5 scored, withdrawn from besides: 1"}
    assert judge.score("M2", "service", "85.555")["cell"] == ["M2", "service", 85.555]
    assert "专家 E01，已评 1/5，另填回避 1 处。" in judge.ask("save")["notice"]["zh"]


@pytest.mark.parametrize("typed", ["100.5", "-1", "九十", "1e2", "=1+1", "nan", "<b>9</b>"])
def test_a_score_is_checked_as_it_is_typed(folder: Path, typed: str) -> None:
    judge = Judge(folder, "E03")
    answer = judge.score("M1", "service", typed)
    assert "服务" in answer["refused"]["zh"]
    assert answer["progress"]["zh"].startswith("已评 0/")


@pytest.mark.parametrize(("member", "column"), [("M9", "service"), ("M1", "code"), ("<b>", "x"), ("M1", "")])
def test_no_other_cell_is_written(folder: Path, member: str, column: str) -> None:
    assert Judge(folder, "E03").score(member, column, 5)["refused"]["zh"]


def test_a_sheet_is_taken_up_where_it_was_left(folder: Path) -> None:
    judge = Judge(folder, "E03")
    judge.score("M1", "service", 71.3)
    judge.score("M2", "service", "回避")
    judge.ask("save")
    judge.score("M3", "service", 60)  # not saved
    judge.ask("leave")
    assert "members" not in judge.sent[-1]
    assert judge.ask("enter", expert="E03")["unsaved"] == [["M3", "service"]]
    again = Judge(folder, "E03")
    assert again.entered["given"] == [["M1", "service", 71.3], ["M2", "service", "回避"]]
    again.score("M4", "service", 5)
    assert "已评 2/7，另填回避 1 处" in again.ask("save")["notice"]["zh"]
    again.score("M3", "innovation", 44)  # two at once: nothing of either's is lost
    saved = judge.ask("save")
    assert saved["notice"]["zh"].startswith("已保存 ballots/评分表E03.xlsx：专家 E03，已评 3/7，另填回避 1 处；打开以后在别处保存的 1 处已取入。")
    assert (saved["unsaved"], ["M4", "service", 5] in saved["given"]) == ([], True)
    again.score("M3", "service", 61)
    apart = again.ask("save")
    assert "还没有保存。别处保存的已取入，您填的都在；有 1 处两边不同，这里仍是您填的：丙采购中心“服务”。请核对后再保存。" in apart["refused"]["zh"]
    assert {tuple(cell) for cell in apart["unsaved"]} == {("M3", "innovation"), ("M3", "service")}
    assert Judge(folder, "E03").entered["progress"]["zh"] == "已评 3/7，另填回避 1 处"
    again.ask("save")
    assert {("M3", "service", 61), ("M4", "service", 5)} < {tuple(cell) for cell in Judge(folder, "E03").entered["given"]}


def test_a_code_that_is_open_in_another_kernel_is_told(folder: Path) -> None:
    judge = Judge(folder, "E03")
    assert not holds_alone(judge.paper._lock("E03", 1))
    with only_one(judge.paper._lock("E01", 1), WRITING):
        taken = judge.ask("enter", expert="E01", page="2")
        assert (taken["taken"], taken["expert"], taken["refused"]["zh"][:12]) == (True, "", "这个代号正在另一窗口填写")
        assert judge.ask("enter", expert="E01", page="2", over=True)["expert"] == "E01"
    judge.score("M1", "service", 61)
    for do, free in (("save", True), ("open", False), ("leave", True)):
        judge.ask(do)
        assert holds_alone(judge.paper._lock("E03", 1)) == free


def holds_alone(path: Path) -> bool:
    """Whether no other than the asker holds a lock file."""
    try:
        with only_one(path, WRITING):
            return True
    except Refused:
        return False


def test_a_form_that_was_sent_out_is_filled_in_on_the_page_and_one_with_remarks_is_not(folder: Path) -> None:
    write_score_sheets(folder, folder / "ballots", "复审第一轮")
    judge = Judge(folder, "E03")
    judge.score("M1", "service", 71.3)
    assert "notice" in judge.ask("save")
    path = folder / "ballots/评分表E03.xlsx"
    book = openpyxl.load_workbook(path)
    book.active["H9"] = "另有意见"
    book.save(path)
    before = path.read_bytes()
    assert Judge(folder, "E03").entered["refused"]["zh"].startswith("第 9 行：这一行有别的内容")
    assert path.read_bytes() == before


def test_a_plain_table_of_scores_is_taken_up_and_what_it_says_stays(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e")
    (folder / "ballots/评分表3.xlsx").rename(folder / "ballots/评分表E03.xlsx")
    judge = Judge(folder, "E03")
    assert (judge.entered.get("refused"), judge.entered["progress"]["zh"]) == (None, "已评 8/8")
    judge.score("M1", "service", "61")
    assert "已保存 ballots/评分表E03.xlsx" in judge.ask("save")["notice"]["zh"]
    assert Judge(folder, "E03").entered["given"] == [[member, column, 61 if (member, column) == ("M1", "service") else entry] for member, column, entry in judge.entered["given"]]


def test_scores_in_another_file_are_not_doubled(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e")
    said = Judge(folder, "E03").entered["refused"]["zh"]
    assert "已经在另一个文件里" in said
    assert "评分表3.xlsx" in said


@pytest.mark.parametrize("expert", ["E99", "王五五", "", "../E03"])
def test_nobody_else_scores_and_no_name_is_repeated(folder: Path, expert: str) -> None:
    judge = Judge(folder, expert)
    assert judge.entered["expert"] == ""
    said = json.dumps(judge.sent, ensure_ascii=False)
    assert not any(name in said for name in (*NAMES, *filter(None, [expert])))


def test_an_expert_is_shown_no_other_experts_scores(folder: Path) -> None:
    other = Judge(folder, "E04")
    other.score("M1", "service", 13.57)
    other.ask("save")
    judge = Judge(folder, "E03")
    judge.score("M1", "service", 70)
    assert "13.57" not in json.dumps(judge.sent)
    assert judge.ask("open", page="2")["expert"] == ""  # another window on this kernel
    assert judge.ask("enter", page="2", expert="E03")["taken"]
    judge.ask("enter", page="2", expert="E04")
    assert (judge.score("M2", "service", 71)["expert"], judge.ask("score", page="2", member="M2", column="service", typed="72")["expert"]) == ("E03", "E04")
    assert judge.ask("enter", page="2", expert="E03", over=True)["unsaved"]
    assert "refused" in judge.score("M2", "service", 73)
    assert judge.paper.get_state().keys() & {"sheets", "given", "members", "expert"} == set()


def test_a_sealed_copy_takes_no_scores_and_without_a_panel_there_is_nothing_to_score(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "sealed/r1/data/edition", {})
    for found, said in ((score_paper(folder, load_scheme(folder / "scheme.toml")), "封存"), (score_paper(tmp_path, small_scheme()), "没有由专家评分")):
        assert isinstance(found, Table)
        assert said in repr(found)
