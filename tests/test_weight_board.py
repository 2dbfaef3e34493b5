"""The weight board as its page meets it: a question in, arrays and words out; nothing a viewer sends breaks or leaks anything."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from toolkit import controls, evaluate, open_edition, rescored
from toolkit.edition import Edition
from toolkit.interactive.board import Board
from toolkit.interactive.tuning import shares
from toolkit.interactive.weight_board import PAGE, WeightBoard, board_in_words, weight_board
from toolkit.minutes.adoption import adopt_scheme, scheme_digest
from toolkit.minutes.journal import read_journal
from toolkit.reports.score_cards import score_cards
from toolkit.scheme import load_scheme


class Heard:
    """A board with all it sent to its page."""

    def __init__(self, edition: Edition) -> None:
        self.board = weight_board(evaluate(edition.scheme, edition.records), edition)
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        self.board.send = lambda said, buffers=(): self.sent.append((json.loads(json.dumps(said)), list(buffers)))
        self.number = 0

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        """What comes at once."""
        self.number += 1
        before = len(self.sent)
        self.board._heard(self.board, {"ask": self.number, "view": "v", "do": do, **more})
        answers = [said for said, _ in self.sent[before:] if said.get("answer") == self.number]
        return answers[0]

    def later(self, kind: str) -> tuple[dict[str, Any], list[bytes]]:
        """What follows from the thread."""
        for _ in range(600):
            found = [one for one in self.sent if one[0].get("kind") == kind]
            if found:
                return found[-1]
            time.sleep(0.05)
        raise AssertionError(kind)


@pytest.fixture
def edition(small_edition: Path) -> Edition:
    return open_edition(small_edition)


@pytest.fixture
def heard(edition: Edition) -> Heard:
    return Heard(edition)


def test_an_unmoved_board_is_the_decided_scheme(heard: Heard) -> None:
    board = heard.board
    assert board.value == board.scheme == board.before.scheme
    answer = heard.ask("open")
    assert (answer["changed"], answer["undo"], answer["out"], answer["status"]["zh"]) == (False, False, [], "名单与已定办法相同")
    assert answer["start"]["awards"] == ["优秀会员", "先进会员"]
    assert [node["id"] for node in answer["start"]["nodes"]][:3] == ["learning", "hours", "talks"]


def test_a_move_is_answered_with_the_board_of_that_scheme(heard: Heard) -> None:
    answer = heard.ask("move", node="learning", share=25)
    assert answer["shares"]["conduct_group"] == 75
    after = rescored(heard.board.before, heard.board.before.scheme.with_weights({"learning": 25}))
    assert heard.board.after.ranking.equals(after.ranking)
    buffers = next(sent for said, sent in heard.sent if said.get("answer"))
    assert buffers == Board.of(after).buffers
    award = np.frombuffer(buffers[3], np.int8)
    assert len(award) == len(after.members)


def test_what_takes_longer_follows(heard: Heard) -> None:
    heard.ask("move", node="learning", share=55)
    said, (counts,) = heard.later("chances")
    assert len(counts) == 2 * 2 * len(heard.board.before.members)
    until, _ = heard.later("until")
    assert "学习交流" in until["until"]["zh"]
    assert until["number"] == said["number"]
    for _ in range(100):
        if heard.board.shares["learning"] == 55:
            break
        time.sleep(0.05)
    assert heard.board.shares["learning"] == 55


def test_a_card_tells_what_the_total_is_made_of(heard: Heard) -> None:
    assert heard.ask("member", member=0)["kind"] == "member"
    card, _ = heard.later("card")
    evaluation = heard.board.before
    (expected,) = score_cards(evaluation, None, [str(evaluation.members.index[0])])
    assert (card["name"], card["reason"]) == (expected.name, expected.reason)
    assert math.fsum(part["points"] for part in card["parts"]) == pytest.approx(expected.total)
    assert all("，第 " in record["place"] and record["place"].endswith(" 行") for record in card["records"])
    assert card["records"]


def test_undo_redo_lock_and_restore(heard: Heard) -> None:
    heard.ask("move", node="learning", share=50, gesture="a")
    heard.ask("move", node="learning", share=40, gesture="a")
    assert heard.ask("undo")["shares"]["learning"] == 60
    assert heard.ask("redo")["shares"]["learning"] == 40
    assert heard.ask("lock", node="hours")["ranges"]["talks"] == [50, 50]
    answer = heard.ask("restore")
    assert (answer["changed"], answer["locked"], answer["undo"]) == (False, [], True)


@pytest.mark.parametrize("typed", ["30", "３０", "３０％", "30 %", "30．０", "30。0", "30，0"])
def test_a_number_is_read_as_a_person_types_it(heard: Heard, typed: str) -> None:
    assert heard.ask("move", node="learning", typed=typed)["shares"]["learning"] == 30
    assert heard.ask("turn", dial="award[outstanding].quota.share", typed=typed)["dials"][0]["value"] == 30


def test_a_quota_is_turned_like_a_weight(heard: Heard) -> None:
    dials = {dial["path"]: dial for dial in heard.ask("open")["dials"]}
    assert dials["award[outstanding].quota.share"]["value"] == 20
    answer = heard.ask("turn", dial="award[outstanding].quota.share", value=50)
    assert heard.board.scheme.awards[0].quota is not None
    assert heard.board.scheme.awards[0].quota.share == 0.5
    assert answer["into"] or answer["other"]
    assert not heard.ask("undo")["changed"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"do": "move", "node": "learning", "share": 140}, "请输入 0 到 100 之间的数"),
        ({"do": "move", "node": "learning", "share": None}, "0 到 100 之间的数"),
        ({"do": "move", "node": "learning", "share": "60"}, "0 到 100 之间的数"),
        ({"do": "move", "node": "learning", "typed": " 一百 "}, "“学习交流”不能是“一百”；请输入 0 到 100 之间的数"),
        ({"do": "move", "node": "learning", "typed": "nan"}, "“学习交流”不能是“nan”；"),
        ({"do": "turn", "dial": "award[outstanding].quota.share", "typed": "五"}, "名额比例 %”不能是“五”；"),
        ({"do": "move", "node": "nothing", "share": 3}, "没有这个指标或分组"),
        ({"do": "turn", "dial": "ties", "value": 3}, "已退回原处"),
        ({"do": "turn", "dial": "award[outstanding].quota.share", "value": 1e9}, "quota"),
        ({"do": "member", "member": "x"}, "已退回原处"),
        ({"do": "adopt", "by": "", "reason": ""}, "没有写明理由"),
    ],
)
def test_what_cannot_be_is_told_in_words_and_changes_nothing(heard: Heard, question: dict[str, Any], words: str) -> None:
    answer = heard.ask(**question)
    assert words in answer["refused"]["zh"]
    assert "Traceback" not in json.dumps(answer)
    assert heard.board.scheme == heard.board.before.scheme


@pytest.mark.parametrize("message", [None, [], {"do": "undo"}, {"ask": "1"}, "x"])
def test_what_is_no_question_is_not_answered(heard: Heard, message: Any) -> None:
    heard.board._heard(heard.board, message)
    assert heard.sent == []


def test_shares_kept_by_the_page_are_taken_up_where_they_fit(heard: Heard) -> None:
    kept = shares(heard.board.before.scheme.with_weights({"learning": 25}))
    assert heard.ask("open", kept={"learning": 25.0})["changed"] is True
    heard.ask("restore")
    other = Heard(heard.board.edition)
    answer = other.ask("open", kept=kept)
    assert answer["shares"]["learning"] == 25
    assert "上次" in answer["notice"]["zh"]
    for nonsense in ({"gone": 3.0}, {"learning": 25.0, "conduct_group": 25.0}, {"learning": "x"}, "x"):
        assert not Heard(heard.board.edition).ask("open", kept=nonsense)["changed"]


def test_adoption_makes_the_board_the_decided_scheme(heard: Heard, small_edition: Path) -> None:
    heard.ask("move", node="learning", share=25)
    answer = heard.ask("adopt", by="第二次会议", reason="学习交流过重")
    assert (answer["adopted"], answer["changed"], answer["undo"]) == (True, False, True)
    assert load_scheme(small_edition / "scheme.toml") == heard.board.scheme
    (entry,) = read_journal(small_edition).entries
    assert "第二次会议" in answer["notice"]["zh"]
    heard.ask("undo")
    assert heard.ask("adopt", by="第二次会议", reason="收回")["adopted"]
    assert read_journal(small_edition).entries[1].details["before"] == entry.details["after"]


def test_anothers_adoption_is_told_and_ones_own_weights_are_kept(heard: Heard, small_edition: Path) -> None:
    heard.ask("move", node="learning", share=25)
    other = load_scheme(small_edition / "scheme.toml").with_weights({"hours": 70})
    adopt_scheme(small_edition, scheme_digest(small_edition), other, by="李主任", reason="重学时")
    answer = heard.ask("adopt", by="第二次会议", reason="学习交流过重")
    assert "李主任" in answer["refused"]["zh"]
    assert answer["reopen"]
    again = heard.ask("reopen")
    assert again["start"]["decided"]["shares"]["hours"] == 70
    assert (again["shares"]["learning"], again["shares"]["hours"]) == (25, 50)
    assert heard.ask("adopt", by="第二次会议", reason="学习交流过重")["adopted"]
    assert len(read_journal(small_edition).entries) == 2


def test_without_an_edition_or_in_a_sealed_one_nothing_is_adopted(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(edition)
    monkeypatch.setattr("toolkit.interactive.weight_board.is_frozen", lambda _: True)
    assert heard.ask("open")["start"]["adoptable"] is False
    heard.ask("move", node="learning", share=25)
    assert "只读" in heard.ask("adopt", by="A", reason="B")["refused"]["zh"]


def test_where_it_cannot_be_painted_it_is_told_in_words(heard: Heard) -> None:
    assert repr(heard.board).startswith("权重与名单（small-2018）：优秀会员 2 家、先进会员")
    heard.ask("move", node="learning", share=5)
    board = heard.board
    assert repr(board) == board_in_words(board.decided, board.board, board.before, board.after).zh
    assert "进入：" in repr(board) or "改奖：" in repr(board) or "名单与已定办法相同" in repr(board)
    assert board._repr_mimebundle_()[0]["text/plain"] == repr(board)


def test_the_former_name_still_leads_there(heard: Heard) -> None:
    sliders = controls.weight_sliders(heard.board.before)
    assert isinstance(sliders, WeightBoard)
    assert repr(sliders) == "WeightSliders(small-2018)"
    assert sliders.after.ranking.equals(sliders.before.ranking)


def test_the_page_is_one_module_that_asks_nobody_else() -> None:
    page = str(WeightBoard._esm)
    for file in PAGE.glob("*.js"):
        assert file.read_text("utf-8") in page
    for forbidden in ("innerHTML", "insertAdjacentHTML", "outerHTML", "document.write", "eval(", "http:", "https:", "import "):
        assert forbidden not in page
