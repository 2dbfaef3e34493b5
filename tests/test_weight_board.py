"""The weight board as its page meets it: a question in, arrays and words out; nothing a viewer sends breaks or leaks anything."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import Mock

import numpy as np
import openpyxl
import pandas as pd
import pytest

from tests.invented import evaluation, group, indicator, members, scheme
from toolkit import controls, evaluate, open_edition, rescored
from toolkit.edition import Edition
from toolkit.ground.display import Headline
from toolkit.ground.resources import house_folder
from toolkit.interactive import background
from toolkit.interactive.board import Board, Chances, Changes
from toolkit.interactive.board_details import card, spoken
from toolkit.interactive.board_words import NOT_RESUMED, board_in_words
from toolkit.interactive.desk import PAGE, Painted
from toolkit.interactive.shelf import class_numbers
from toolkit.interactive.tuning import Tuning, changes_told, shares, typed
from toolkit.interactive.weight_board import SCRIPTS, WeightBoard, edition_board, weight_board
from toolkit.minutes.adoption import adopt_scheme, scheme_digest
from toolkit.minutes.journal import read_journal
from toolkit.minutes.variants import read_variants
from toolkit.reports.score_cards import member_card, score_cards
from toolkit.scheme import load_scheme


class Heard:
    """A board with all it sent to its page."""

    def __init__(self, edition: Edition) -> None:
        board: Any = weight_board(evaluate(edition.scheme, edition.records), edition)
        self.board = board
        self.sent: list[tuple[dict[str, Any], list[bytes]]] = []
        board.send = lambda said, buffers=(): self.sent.append((json.loads(json.dumps(said)), list(buffers)))
        self.number = 0

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        """What comes at once."""
        self.number += 1
        before = len(self.sent)
        self.board._heard(self.board, {"ask": self.number, "view": "v", "do": do} | more)
        answers = [said for said, _ in self.sent[before:] if said.get("answer") == more.get("ask", self.number)]
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
    for _ in range(600):
        if heard.board.shares["learning"] == 55:
            break
        time.sleep(0.05)
    assert heard.board.shares["learning"] == 55


def test_a_board_leaves_before_what_takes_longer_begins_and_of_moves_at_once_only_the_last_has_chances(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "LEAVES", 1.0)  # both moves are made meanwhile, on a busy machine too
    counted: list[tuple[float, Any]] = []
    now, of = time.monotonic, Chances.counted

    def noted(chances: Chances, evaluation: Any, dropped: Any) -> Any:
        counted.append((now(), evaluation))
        return of(chances, evaluation, dropped)

    monkeypatch.setattr(Chances, "counted", noted)
    for share in (20, 21):
        asked = now()
        heard.ask("move", node="learning", share=share)
    heard.later("chances")
    assert [evaluation for _, evaluation in counted] == [heard.board.after]
    assert counted[0][0] - asked > 0.9


def test_chances_under_way_wait_while_a_question_is_answered_and_are_dropped_by_a_newer_board(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    counting, answering, looked = Event(), Event(), list[bool]()

    def counted(_: Chances, __: object, dropped: Callable[[], bool]) -> None:
        counting.set()
        answering.wait(30)
        looked.append(dropped())

    monkeypatch.setattr(Chances, "counted", counted)
    heard.ask("move", node="learning", share=20)
    assert counting.wait(30)
    take = heard.board.take

    def slowly(tuning: Tuning) -> None:
        answering.set()
        time.sleep(0.1)
        assert not looked
        take(tuning)

    monkeypatch.setattr(heard.board, "take", slowly)
    assert "refused" not in heard.ask("move", node="learning", share=21)
    for _ in range(600):
        if looked:
            break
        time.sleep(0.05)
    assert looked[0]


def test_a_card_tells_what_the_total_is_made_of(heard: Heard) -> None:
    assert heard.ask("member", member=0)["kind"] == "member"
    card, _ = heard.later("card")
    evaluation = heard.board.before
    (expected,) = score_cards(evaluation, None, [str(evaluation.members.index[0])])
    assert (card["name"], card["reason"]) == (expected.name, expected.reason)
    assert math.fsum(part["points"] for part in card["parts"]) == pytest.approx(expected.total)
    assert all("，第 " in record["place"] and record["place"].endswith(" 行") for record in card["records"])
    assert card["records"]


def test_of_what_is_left_out_neither_weight_nor_record_is_told(heard: Heard) -> None:
    heard.sent.clear()
    heard.ask("leave", kind="node", item="hours", node="hours")
    until, _ = heard.later("until")
    assert "讲座场次" not in until["until"]["zh"]
    assert "学时" not in until["until"]["zh"]
    for member in (0, 1):
        heard.sent.clear()
        heard.ask("member", member=member)
        card, _ = heard.later("card")
        assert "学时" not in {row["label"] for row in card["records"]}
        assert not {"学时", "讲座场次"} & {row["label"] for row in card["single"] or ()}


@pytest.mark.parametrize("groups", [(), (group("g", 5.0), group("h", 8.5))])
def test_where_weights_do_not_sum_to_100_a_card_speaks_in_the_shares_that_the_boxes_show(groups: tuple[dict[str, Any], ...]) -> None:
    weights = {"a": 12.0, "b": 20.06, "c": 9.0, "d": 31.0}
    within = {"a": "g", "b": "g", "c": "h", "d": "h"} if groups else {}
    rules = scheme(
        indicator=[indicator(id_, weight, within.get(id_)) for id_, weight in weights.items()], decimals=2,
        award=[{"id": "top", "quota": {"number": 3}}, {"id": "fair", "quota": {"number": 3}}], group=list(groups),
    )  # fmt: skip
    who = members(12)
    spread = {id_: (np.arange(12) * step % 13 * 7.0) for id_, step in zip(weights, (1, 5, 8, 11), strict=True)}
    found = evaluation(rules, who, pd.DataFrame(spread, index=who.index))
    board = weight_board(found)
    states = set()
    for locked in ("", "h" if groups else "d"):
        if locked:
            board.take(typed(board.tuning, locked, 41.25))
            listed = [row.words.zh for row in changes_told(rules, board.scheme)]
            assert f"权重：{locked} {shares(rules)[locked]:.4g} → 41.25" in listed
        boxes = shares(board.scheme)
        for place in range(12):
            for row in card(board.after, place, None, board.table.trial)["single"] or ():
                node, to = row["label"], float(row["to"])
                assert float(row["was"]) == round(boxes[node], 2)
                number = ["top", "fair"].index(row["award"]) + 1
                for share, turned in ((to, True), (round(to - 0.01 * (1 if to > boxes[node] else -1), 2), False)):
                    holds = 0 < Board.of(board.table.evaluated(typed(board.tuning, node, share))).award[place] <= number
                    assert (holds == row["state"].endswith("_win")) == turned, (place, row, share)
                states.add(row["state"].split("_")[1])
    assert states == {"win", "lose", "even"}


def test_a_weight_on_a_card_does_as_it_is_typed_what_is_said_of_it() -> None:
    edition = open_edition(house_folder("data/demo"))
    demo = evaluate(edition.scheme, edition.records)
    tenths = edition.scheme.model_copy(update={"weights": "points"}).with_weights({node.id: node.weight / 10 for node in edition.scheme.children()})
    names = demo.members["name"].tolist()
    states = set()
    asked = ("韶关桦洄医疗器械有限公司", "东莞穗翰产权交易中心")
    for lists, some in ((rescored(demo, tenths), asked[:1]), (demo, asked)):
        board = weight_board(lists)
        stands = shares(lists.scheme)
        for name in some:
            place = names.index(name)
            for row in card(lists, place, None, board.table.trial)["single"]:
                node = next(node for node in demo.scheme.nodes if demo.scheme.label(node) == row["label"])
                after = Board.of(board.table.evaluated(typed(board.tuning, node, float(row["to"]))))
                (award,) = [k for k, item in enumerate(demo.scheme.awards, 1) if item.label == row["award"]]
                assert (0 < after.award[place] <= award) == row["state"].endswith("_win"), (name, row)
                assert row["state"].startswith("far") == (float(row["to"]) > 75 >= float(row["was"])), (name, row)
                assert float(row["was"]) == pytest.approx(stands[node], abs=0.01), "in the unit of the boxes"
                states.add((lists.scheme.weights, row["state"]))
    assert {("points", "single_win"), ("percent", "single_win"), ("percent", "far_win")} <= states
    # With a weight locked the others give way otherwise: what is told is still the first weight at which the board turns.
    board.take(typed(board.tuning, "learning", 33))
    assert board.tuning.locked
    told = 0
    name = "深圳澄屿公共资源交易中心"
    place = names.index(name)
    for row in card(board.after, place, None, board.table.trial)["single"] or ():
        node = next(node for node in demo.scheme.nodes if demo.scheme.label(node) == row["label"])
        to, was = float(row["to"]), float(row["was"])
        (award,) = [k for k, item in enumerate(demo.scheme.awards, 1) if item.label == row["award"]]
        for weight, turned in ((to, True), (round(to - 0.01 * (1 if to > was else -1), 2), False)):
            after = Board.of(board.table.evaluated(typed(board.tuning, node, weight)))
            assert ((0 < after.award[place] <= award) == row["state"].endswith("_win")) == turned, (name, row, weight)
        told += 1
    assert told


def test_a_reader_of_english_is_told_the_english_names_of_the_scheme(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    board, sent = heard.board, list[dict[str, Any]]()
    del board.send  # of the page that was listened to
    english = {"learning": "Study", "hours": "hours of study"}
    named = board.before.scheme.model_copy(update={"english": {board.before.scheme.label(node): name for node, name in english.items()}})
    board.table = type(board.table)(rescored(board.before, named), board.edition)
    monkeypatch.setattr(Painted, "send", lambda _, said, buffers=None: sent.append(said))
    board._heard(board, {"ask": 1, "view": "v", "do": "open", "shown": "hours"})
    board._heard(board, {"ask": 2, "view": "v", "do": "leave", "kind": "node", "item": "learning"})
    assert sent[0]["start"]["english"] == named.english
    assert "Study" in sent[-1]["what_if"]["en"]
    assert named.label("learning") in sent[-1]["what_if"]["zh"]
    own = {named.label(node) for node in english}
    for language, there in (("en", set(english.values())), ("zh", own)):
        labels = {row["label"] for row in card(spoken(board.before, language), 0, board.edition)["parts"]} & {*own, *english.values()}
        assert labels
        assert labels <= there


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
    assert heard.ask("turn", dial="award[outstanding].quota.share", typed=typed, shown=":lines")["panel"]["dials"][0]["value"] == 30


def test_what_was_typed_and_may_not_be_meant_is_told_and_what_is_only_slid_is_not(heard: Heard) -> None:
    answer = heard.ask("move", node="learning", typed="33.333")
    assert (answer["shares"]["learning"], answer["notice"]["zh"]) == (33.33, "权重取两位小数，33.333 记为 33.33")
    assert "notice" not in heard.ask("move", node="learning", typed="33.33")
    assert heard.ask("move", node="learning", typed="45.555")["notice"]["zh"].endswith("45.555 记为 45.56")  # half up, as people round
    least, in_all = "award[outstanding].quota.least", "award[outstanding].quota.in_all"
    assert heard.ask("turn", dial=least, typed="1").get("notice") is None
    assert heard.ask("turn", dial=in_all, typed="0")["notice"]["zh"].startswith("每类至少 1 个名额，各类合计却最多 0 个")
    assert "notice" not in heard.ask("turn", dial="award[outstanding].quota.share", value=30)
    assert "notice" not in heard.ask("turn", dial=in_all, typed="9")


def test_a_quota_is_turned_like_a_weight(heard: Heard) -> None:
    dials = {dial["path"]: dial for dial in heard.ask("open", shown=":lines")["panel"]["dials"]}
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
        ({"do": "turn", "dial": "award[outstanding].quota.most", "typed": "2.5"}, "不能是“2.5”；请输入整数"),
        ({"do": "turn", "dial": "award[outstanding].quota.most", "typed": "1，5"}, "请输入整数"),
        ({"do": "turn", "dial": "ties", "value": 3}, "这里没有这样的选项"),
        ({"do": "turn", "dial": "award[outstanding].quota.share", "value": 1e9}, "名额比例 %”不能是“1000000000”；请输入 0 到 100 之间的数"),
        ({"do": "member", "member": "x"}, "已退回原处"),
        ({"do": "adopt", "by": "", "reason": ""}, "没有写明理由"),
        ({"do": "leave", "kind": "award", "item": "outstanding"}, "没有这一项"),
        ({"do": "leave", "kind": "node", "item": "nothing"}, "没有这一项"),
        ({"do": "leave", "kind": "expert", "item": "E01"}, "记录"),
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


def kept_by(heard: Heard) -> dict[str, Any]:
    """What a page has kept of a board, as it sends it when it is loaded anew."""
    patches: dict[str, Any] = {}
    for said in [said for said, _ in heard.sent if said.get("kind") == "kept"] or [json.loads(json.dumps(heard.board.kept()))]:
        patches |= said["patches"]
        last = said
    return {"decided": last["decided"], "locked": last["locked"], "now": patches[str(last["now"])],
            **{side: [patches[str(number)] for number in last[side]] for side in ("past", "future")}}  # fmt: skip


def test_what_was_tried_outlives_the_kernel_with_every_step_and_lock(heard: Heard) -> None:
    heard.board.sure = False
    for question in ({"do": "move", "node": "learning", "share": 25}, {"do": "turn", "dial": "award[outstanding].quota.share", "value": 30},
                     {"do": "lock", "node": "hours"}, {"do": "move", "node": "pledge", "share": 40}, {"do": "move", "node": "learning", "share": 30}, {"do": "undo"}):  # fmt: skip
        heard.ask(**question)
    other = Heard(heard.board.edition)
    answer = other.ask("open", kept=kept_by(heard))
    assert "上次" in answer["notice"]["zh"]
    assert (other.board.tuning.past, other.board.tuning.scheme, other.board.tuning.future) == (
        heard.board.tuning.past, heard.board.tuning.scheme, heard.board.tuning.future)  # fmt: skip
    assert answer["locked"] == ["hours"]
    assert set(other.board.tuning.by_hand) == set(heard.board.tuning.by_hand) == {"learning", "pledge"}
    while answer["undo"]:
        answer = other.ask("undo")
    assert not answer["changed"]


def test_what_was_left_out_outlives_the_kernel_too_and_no_member_is_named_in_what_is_kept(heard: Heard) -> None:
    heard.board.sure = False
    for question in ({"do": "leave", "kind": "member", "item": 2}, {"do": "move", "node": "learning", "share": 25}, {"do": "leave", "kind": "node", "item": "hours"}):
        heard.ask(**question)
    kept, key = kept_by(heard), str(heard.board.before.members.index[2])
    assert key not in json.dumps(kept)
    assert str(heard.board.before.members["name"].iloc[2]) not in json.dumps(kept, ensure_ascii=False)
    other = Heard(heard.board.edition)
    answer = other.ask("open", kept=json.loads(json.dumps(kept)))
    assert "已恢复" in answer["notice"]["zh"]
    assert (answer["left"]["member"], answer["left"]["node"], answer["changed"]) == ([2], ["hours"], True)
    assert (other.board.tuning.past, other.board.board.buffers) == (heard.board.tuning.past, heard.board.board.buffers)
    undone: list[tuple[list[str], list[int]]] = [([], [2]), ([], [2]), ([], [])]
    assert [other.ask("undo")["left"] for _ in range(3)] == [{"node": nodes, "member": members, "expert": [], "veto": []} for nodes, members in undone]
    kept["now"]["what_if"] |= {"expert": ["E99"], "ballot": ["E98"], "member": ["?", 3]}
    third = Heard(heard.board.edition).ask("open", kept=kept)
    assert "其中有些试算项现在已经没有" in third["notice"]["zh"]
    assert third["left"] == {"node": ["hours"], "member": [], "expert": [], "veto": []}


def test_a_step_is_told_once_and_steps_gone_are_forgotten(heard: Heard) -> None:
    heard.board.sure = False
    heard.ask("move", node="learning", share=25)
    assert len(heard.board.kept()["patches"]) == 2
    heard.ask("move", node="learning", share=30)
    second = heard.board.kept()
    (patch,) = second["patches"].values()
    assert patch == {"weights": {"learning": 30.0, "conduct_group": 70.0}, "by_hand": ["learning"]}
    assert len(second["past"]) == 2
    heard.ask("open")
    assert len(heard.board.kept()["patches"]) == 3
    heard.ask("restore")
    assert heard.board.tuning.by_hand == ()


@pytest.mark.parametrize(
    "nonsense",
    ["x", {"now": 3}, {"now": {"weights": {"gone": 3.0}}}, {"now": {"weights": {"learning": 25.0, "conduct_group": 25.0}}}, {"now": {"rest": {"edition[x].y": 1}}},
     {"now": {"whole": {"title": 3}}}, {"now": {"weights": {"learning": "x"}}}, {"past": 3, "now": {}}, {"past": [[]], "now": {}}, {"now": {"rest": [1]}}],
)  # fmt: skip
def test_steps_that_do_not_fit_are_not_taken_up_and_that_is_said(heard: Heard, nonsense: Any) -> None:
    answer = heard.ask("open", kept=nonsense)
    assert (answer["changed"], answer["undo"]) == (False, False)
    assert nonsense == "x" or "没有恢复" in answer["notice"]["zh"]


def test_steps_kept_upon_another_decision_are_taken_up_on_the_new_one(heard: Heard, small_edition: Path) -> None:
    heard.board.sure = False
    heard.ask("move", node="learning", share=25)
    kept = kept_by(heard)
    adopt_scheme(small_edition, scheme_digest(small_edition), load_scheme(small_edition / "scheme.toml").with_weights({"hours": 70}), by="A", reason="B")
    other = Heard(open_edition(small_edition))
    answer = other.ask("open", kept=kept)
    assert (answer["shares"]["learning"], answer["shares"]["hours"]) == (25, 70)
    assert "改动过" in answer["notice"]["zh"]


def test_variants_are_saved_opened_compared_and_laid_aside(heard: Heard, small_edition: Path) -> None:
    heard.board.sure = False
    before = (small_edition / "scheme.toml").read_bytes()
    heard.ask("move", node="learning", share=5)
    assert heard.ask("save", name="诚信加重", by="李主任", reason="试")["saved"]
    assert "不覆盖" in heard.ask("save", name="诚信加重")["refused"]["zh"]
    assert "名称" in heard.ask("save", name="a/b")["refused"]["zh"]
    heard.ask("move", node="learning", share=95)
    heard.ask("shelf")
    told, _ = heard.later("shelf")
    assert [variant["name"] for variant in told["variants"]] == ["诚信加重"]
    decided, now, variant = told["columns"]
    assert (decided["key"], now["key"], variant["key"]) == ("decided", "now", "variant 诚信加重")
    assert variant["words"][0]["zh"] == "权重：学习交流 60 → 5"
    after = rescored(heard.board.before, heard.board.before.scheme.with_weights({"learning": 5}))
    board = Board.of(after)
    assert told["ranks"][2] == board.rank[told["members"]].tolist()
    assert set(variant["out"]) == set(np.flatnonzero((heard.board.decided.award > 0) & (board.award <= 0)))
    assert {*now["out"], *now["into"], *variant["out"], *variant["into"]} <= set(told["members"])
    assert heard.ask("variant", name="诚信加重")["shares"]["learning"] == 5
    assert heard.ask("undo")["shares"]["learning"] == 95
    assert "没有这个方案" in heard.ask("variant", name="../scheme")["refused"]["zh"]
    assert "没有删除" in heard.ask("aside", name="诚信加重")["notice"]["zh"]
    assert (small_edition / "scheme.toml").read_bytes() == before


def test_the_comparison_counts_a_trial_as_the_headline_does_and_a_variant_does_not_keep_it(heard: Heard, small_edition: Path) -> None:
    heard.board.sure = False
    heard.ask("move", node="learning", share=5)
    headline = heard.ask("leave", kind="member", item=8)
    assert headline["status"]["zh"] != Changes.between(heard.board.decided, Board.of(rescored(heard.board.before, heard.board.scheme))).words.zh
    notice = heard.ask("save", name="诚信加重")["notice"]["zh"]
    heard.ask("member", member=8)
    assert heard.later("card")[0]["reason"].startswith("试算中未计入本会员")
    assert f"“未计入{heard.board.before.members['name'].iloc[8]}”只是试算，没有存进方案" in notice
    heard.ask("shelf")
    told, _ = heard.later("shelf")
    _, now, variant = told["columns"]
    assert told["trial"]["zh"] in headline["what_if"]["zh"]
    assert (now["status"], now["out"], now["into"]) == (headline["status"], headline["out"], headline["into"])
    assert told["ranks"][1] == heard.board.board.rank[told["members"]].tolist()
    heard.ask("put_back")
    heard.sent.clear()
    assert "试算" not in heard.ask("save", name="再存")["notice"]["zh"]
    heard.ask("shelf")
    told, _ = heard.later("shelf")
    assert told["trial"] is None
    assert told["columns"][1]["status"] == variant["status"] == told["columns"][2]["status"]


@pytest.mark.parametrize("name", [b"13800138000", b"\xff", "长".encode() * 60, "a\u202eb".encode(), b"<img src=x>", "两  个".encode()])
def test_a_file_by_a_name_nothing_could_be_kept_under_is_told_and_is_no_variant(small_edition: Path, name: bytes) -> None:
    (small_edition / "variants").mkdir()
    Path(os.fsdecode(os.fsencode(small_edition / "variants") + b"/" + name + b".toml")).write_bytes((small_edition / "scheme.toml").read_bytes())
    kept = read_variants(small_edition)
    assert list(kept) == []
    told = kept.problems.text("zh") + kept.problems.text("en")
    assert "名称" in told
    assert told.encode()  # no half of a sign
    assert "13800138000" not in told
    assert "\u202e" not in told


def test_what_takes_longer_and_fails_is_told_in_a_sentence_and_ends_when_another_was_asked_for(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    board = heard.board
    board._turns(0, board.after)(lambda: True)
    assert heard.sent == []
    for name in ("shelf", "turning"):
        monkeypatch.setattr(f"toolkit.interactive.weight_board.{name}", Mock(side_effect=KeyError))
    board._shelf(None)(lambda: False)
    board._turns(0, board.after)(lambda: False)
    assert [(said["kind"], said["wrong"]["zh"] != "") for said, _ in heard.sent] == [("shelf", True), ("turns", True)]


@pytest.mark.parametrize(("name", "old", "new"), [("records/会员名册.csv", "已签,9", "签了,9"), ("scheme.toml", "weight = 60", "weight = 60 60")])
def test_an_edition_that_cannot_be_evaluated_has_no_board_but_why(small_edition: Path, monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str) -> None:
    path = small_edition / name
    path.write_text(path.read_text("utf-8-sig").replace(old, new, 1), "utf-8")
    monkeypatch.setenv("COMMITTEE_EDITION", str(small_edition))
    assert isinstance(edition_board("zh"), Headline)


def test_what_was_left_out_and_is_there_no_more_is_put_back_and_told(heard: Heard, small_edition: Path) -> None:
    heard.board.sure = False
    assert heard.ask("leave", kind="member", item=list(heard.board.before.members.index).index("007"))["what_if"]
    register = small_edition / "records" / "会员名册.csv"
    register.write_text("".join(line for line in register.read_text("utf-8-sig").splitlines(keepends=True) if not line.startswith("007,")), "utf-8-sig")
    book = openpyxl.load_workbook(path := small_edition / "records" / "签到2018.xlsx")
    for row in reversed([row[0].row for row in book.active.iter_rows(min_row=2) if row[0].value == "007"]):
        book.active.delete_rows(row)
    book.save(path)
    answer = heard.ask("reread")
    assert (answer["what_if"], NOT_RESUMED.zh in answer["notice"]["zh"]) == (None, True), answer


def test_where_there_are_no_classes_all_are_of_none(heard: Heard) -> None:
    before = heard.board.before
    own = before.scheme.members.model_copy(update={"class_": None})
    names, numbers = class_numbers(replace(before, scheme=before.scheme.model_copy(update={"members": own})))
    assert (names, numbers.tolist()) == ([], [0] * len(before.members))


def test_without_awards_no_clause_is_empty(heard: Heard) -> None:
    bare = rescored(heard.board.before, heard.board.scheme.model_copy(update={"awards": (), "grades": None}))
    board = Board.of(bare)
    assert board_in_words(board, board, bare, bare).zh.endswith("）：名单与已定办法相同")
    card = member_card(bare, str(bare.members.index[0]))
    assert "—" not in card.parts.note
    assert "奖项" not in card.parts.note


def test_a_variant_of_other_awards_cannot_stand_beside_and_says_so(heard: Heard, small_edition: Path) -> None:
    text = (small_edition / "scheme.toml").read_text("utf-8")
    (small_edition / "variants").mkdir()
    (small_edition / "variants" / "另一种.toml").write_text(text.replace('id = "advanced"', 'id = "better"'), "utf-8")
    (small_edition / "variants" / "坏的.toml").write_text("weights = 3", "utf-8")
    heard.ask("shelf")
    told, _ = heard.later("shelf")
    assert "不能并列" in told["failed"][0]["failed"]["zh"]
    assert any("坏的.toml" in line["zh"] for line in told["broken"])
    assert "不能并列" in heard.ask("variant", name="另一种")["refused"]["zh"]


def test_back_to_what_was_voted_sealed_or_decided_before_is_a_move(heard: Heard, small_edition: Path) -> None:
    heard.board.sure = False
    assert heard.ask("open")["start"]["origins"] == []
    for to in ("voted", "sealed", "former", "../x"):
        assert heard.ask("back", name=to)["refused"]["zh"]
    (small_edition / "sealed" / "r1" / "data" / "edition").mkdir(parents=True)
    (small_edition / "sealed" / "r1" / "bagit.txt").write_text("half a bag", "utf-8")
    assert heard.ask("open")["start"]["origins"] == []
    (small_edition / "sealed" / "r1" / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "utf-8")
    (small_edition / "sealed" / "r1" / "bag-info.txt").write_text("Bagging-Date: 2019-01-01\n", "utf-8")
    text = (small_edition / "scheme.toml").read_text("utf-8")
    (small_edition / "sealed" / "r1" / "data" / "edition" / "scheme.toml").write_text(text.replace("weight = 60", "weight = 45").replace("weight = 40", "weight = 55"), "utf-8")
    (small_edition / "ballots").mkdir()
    for expert in ("E01", "E02", "E03"):
        ballot = f'expert = "{expert}"\ncast = 2019-01-07\n\n[weights.total]\nmethod = "points"\npoints = {{ learning = 20, conduct_group = 80 }}\n'
        for within, points in (("learning", "hours = 50, talks = 50"), ("conduct_group", "pledge = 30, answers = 70")):
            ballot += f'[weights.{within}]\nmethod = "points"\npoints = {{ {points} }}\n'
        (small_edition / "ballots" / f"{expert}.toml").write_text(ballot, "utf-8")
    heard.ask("move", node="learning", share=5)
    heard.ask("adopt", by="A", reason="B")
    assert [one["to"] for one in heard.ask("open")["start"]["origins"]] == ["voted", "sealed", "former"]
    for to, share in (("voted", 20), ("sealed", 45), ("former", 60)):
        answer = heard.ask("back", name=to)
        assert answer.get("refused") is None
        assert answer["shares"]["learning"] == share
        assert {"voted": "第 1 轮 3 张判断票合成的权重", "sealed": "封存", "former": "采用之前"}[to] in answer["notice"]["zh"]
        assert heard.ask("undo")["shares"]["learning"] == 5


def test_a_change_by_hand_is_told_at_the_next_look_or_move_and_can_be_taken_up(heard: Heard, small_edition: Path) -> None:
    heard.board.sure = False
    path = small_edition / "scheme.toml"
    assert heard.ask("move", node="learning", share=25)["elsewhere"] is None
    looked = {"answer": 0, "view": "v", "kind": "elsewhere", "elsewhere": None}
    assert heard.ask("elsewhere", ask=0) == looked
    path.write_text(path.read_text("utf-8").replace("share = 0.2", "share = 0.3", 1), "utf-8")
    told = heard.ask("elsewhere", ask=0)
    assert "已在别处改动" in told.pop("elsewhere")["zh"]
    assert told | {"elsewhere": None} == looked, "no board is made for a mere look"
    assert "已在别处改动" in heard.ask("move", node="learning", share=26)["elsewhere"]["zh"]
    again = heard.ask("reopen")
    assert (again["elsewhere"], again.get("notice"), again["shares"]["learning"]) == (None, None, 26)
    path.unlink()
    assert "scheme.toml：读写不成" in heard.ask("move", node="learning", share=27)["elsewhere"]["zh"]
    assert "scheme.toml：读写不成" in heard.ask("adopt", by="甲", reason="乙")["refused"]["zh"]


def told_of(heard: Heard, position: int) -> dict[str, Any]:
    """What is told of what turns a member, to the last part."""
    heard.sent.clear()
    heard.ask("turns", member=position)
    for _ in range(600):
        found = {key: value for said, _ in heard.sent if said.get("kind") == "turns" for key, value in said.items()}
        if "ahead" in found:
            return found
        time.sleep(0.05)
    raise AssertionError(position)


def test_a_card_tells_nothing_of_later_days_while_something_is_left_out(heard: Heard) -> None:
    assert told_of(heard, 0)["ahead"] == []
    heard.ask("leave", kind="member", item=1)
    assert told_of(heard, 0)["ahead"] == [{"state": "ahead_untold"}]


def test_which_value_and_which_record_turns_a_member_is_told_when_asked(heard: Heard) -> None:
    board, held = heard.board, 0
    heard.ask("move", node="learning", share=70)
    for position in np.flatnonzero(board.board.award > 0).tolist():
        found = told_of(heard, position)
        held += len(found["values"]) + len(found["records"])
        assert all(row["state"] in {"value_win", "value_lose", "value_even"} for row in found["values"])
        assert all(row["place"] and row["many"] > 0 for row in found["records"])
    assert held


def test_adoption_makes_the_board_the_decided_scheme(heard: Heard, small_edition: Path) -> None:
    heard.ask("move", node="learning", share=25)
    answer = heard.ask("turn", dial="award[outstanding].quota.share", value=30)
    assert (answer["renewed"], answer["rules"][0]["words"]["zh"].partition("，")[0]) == (False, "每类会员的 30%")
    answer = heard.ask("adopt", by="第二次会议", reason="学习交流过重")
    assert (answer["adopted"], answer["changed"], answer["undo"], answer["renewed"], answer["rules"]) == (True, False, True, True, None)
    assert answer["start"]["rules"][0]["words"]["zh"].startswith("每类会员的 30%")
    assert load_scheme(small_edition / "scheme.toml") == heard.board.scheme
    (entry,) = read_journal(small_edition).entries
    assert "第二次会议" in answer["notice"]["zh"]
    heard.ask("undo")
    assert heard.ask("adopt", by="第二次会议", reason="收回")["adopted"]
    assert read_journal(small_edition).entries[1].details["before"] == entry.details["after"]


def test_only_the_list_that_was_shown_is_adopted(heard: Heard, small_edition: Path) -> None:
    adoption = {"by": "甲", "reason": "学习为本"}
    shown = heard.ask("move", node="learning", share=25)["stand"]
    heard.ask("move", view="another window", node="learning", share=10)
    assert "页面上还不是现在的名单；这次没有采用，姓名和理由也没有记入" in heard.ask("adopt", seen=shown, **adoption)["refused"]["zh"]
    shown = heard.ask("open")["stand"]
    heard.ask("move", node="learning", typed="140")
    refused = heard.ask("adopt", seen=shown, **adoption)["refused"]["zh"]
    assert "“学习交流”不能是 140" in refused
    assert "这次没有采用" in refused
    assert "140" not in heard.ask("adopt", view="another window", seen=shown, **adoption)["refused"]["zh"]
    shown = heard.ask("lock", node="learning")["stand"]
    assert not read_journal(small_edition).entries
    assert "没有写明理由" in heard.ask("adopt", seen=shown, by="甲", reason="")["refused"]["zh"]
    done = heard.ask("adopt", seen=shown, **adoption)
    assert done["adopted"]
    assert done["stand"] != shown
    refused = heard.ask("adopt", view="another window", seen=shown, by="乙", reason="学习为本")["refused"]
    who, why = refused["zh"].splitlines()
    assert who.startswith("另一窗口：已采用并记入 journal.jsonl：甲")
    assert "没有采用" in why
    assert refused["en"].startswith("In another window: Adopted")
    assert heard.ask("adopt", seen=shown, **adoption)["refused"]["zh"].startswith("已采用并记入 journal.jsonl"), "a second press of the window that adopted"


def test_anothers_adoption_is_told_and_ones_own_weights_are_kept(heard: Heard, small_edition: Path) -> None:
    heard.ask("move", node="learning", share=25)
    other = load_scheme(small_edition / "scheme.toml").with_weights({"hours": 70, "learning": 35})
    adopt_scheme(small_edition, scheme_digest(small_edition), other, by="李主任", reason="重学时")
    answer = heard.ask("adopt", by="第二次会议", reason="学习交流过重")
    assert "李主任" in answer["refused"]["zh"]
    assert answer["reopen"]
    again = heard.ask("reopen")
    assert again["reread"], "so that other windows tell it from a move"
    assert again["start"]["decided"]["shares"]["hours"] == 70
    assert (again["shares"]["learning"], again["shares"]["hours"]) == (25, 70)
    assert "学习交流由 35 变为 25" in again["notice"]["zh"]
    assert heard.ask("adopt", by="第二次会议", reason="学习交流过重")["adopted"]
    assert len(read_journal(small_edition).entries) == 2


def test_without_an_edition_or_in_a_sealed_one_nothing_is_adopted(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(edition)
    monkeypatch.setattr("toolkit.interactive.deliberation.is_frozen", lambda _: True)
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
    for name in SCRIPTS:
        assert (PAGE / name).read_text("utf-8") in page
    for forbidden in ("innerHTML", "insertAdjacentHTML", "outerHTML", "document.write", "eval(", "http:", "https:", "import "):
        assert forbidden not in page
