"""The ballot on a page: a question in, what stands now out; nothing is written before the button, and what is written stands up to every check."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from tests.ballots.voters import NAME, edition, slip, small_scheme
from tests.invented import group, indicator, scheme
from toolkit.ballots import group_weights, load_ballots
from toolkit.ground.display import Table
from toolkit.ground.problems import Refused
from toolkit.ground.writing import edition_lock
from toolkit.interactive import ballot_paper as module
from toolkit.interactive.ballot_paper import BallotPaper, ballot_paper
from toolkit.scheme import Scheme

POINTS = {"total": {"learning": 70, "conduct": 30}, "learning": {"hours": 50, "talks": 30, "essays": 20}}


class Voter:
    """A ballot and who fills it in."""

    def __init__(self, folder: Path, of: Scheme | None = None, expert: str = "E09", number: int = 1, **weighting: Any) -> None:
        found = ballot_paper(folder, of or small_scheme(**weighting))
        assert isinstance(found, BallotPaper)
        self.paper, self.sent, self.number = found, list[dict[str, Any]](), 0
        self.paper.send = lambda said, buffers=None: self.sent.append(json.loads(json.dumps(said, allow_nan=False)))
        self.opened = self.ask("open")
        self.entered = self.ask("enter", expert=expert, round=number)

    def ask(self, do: str, **more: Any) -> dict[str, Any]:
        self.number += 1
        self.paper._heard(self.paper, {"ask": self.number, "view": "v", "do": do, **more})
        assert self.sent[-1]["answer"] == self.number
        return self.sent[-1]

    def fill(self, points: dict[str, dict[str, int]] = POINTS) -> Voter:
        for name, given in points.items():
            for node, value in given.items():
                self.ask("points", group=name, node=node, value=value)
        return self

    def save(self, language: str = "zh") -> str:
        answer = self.ask("save")
        return str(answer["refused" if "refused" in answer else "notice"][language])


def files(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


def test_a_ballot_is_written_and_read_back_as_it_was_given(tmp_path: Path) -> None:
    voter, before = Voter(tmp_path).fill(), dt.date.today()  # noqa: DTZ011
    assert files(tmp_path) == {}
    assert "已保存 ballots/E09.toml：专家 E09，第 1 轮，计入" in voter.save()
    assert list(files(tmp_path)) == ["ballots/E09.toml"]
    found = load_ballots(tmp_path, small_scheme())
    (one,) = found.counted
    assert not found.problems
    assert (one.expert, one.round) == ("E09", 1)
    assert one.cast is not None
    assert before <= one.cast <= dt.date.today()  # noqa: DTZ011
    assert one.judged["total"].shares.tolist() == pytest.approx([0.7, 0.3])
    assert one.judged["learning"].shares.tolist() == pytest.approx([0.5, 0.3, 0.2])


def test_every_way_is_written_and_read_back_with_the_weights_that_were_shown(tmp_path: Path) -> None:
    """Each group in another way: what the bars showed is what `load_ballots` gives."""
    five = scheme(
        weights="percent", group=[group(name, 20) for name in "abcde"],
        indicator=[indicator(f"{name}{n}", w, name) for name in "abcde" for n, w in enumerate((40, 30, 30))],
    )  # fmt: skip
    voter = Voter(tmp_path, five)
    moves: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "total": [("points", {"node": name, "value": 20}) for name in "abcde"],
        "a": [("pair", {"first": "a0", "second": "a1", "step": 2}), ("pair", {"first": "a2", "second": "a0", "step": 4}), ("pair", {"first": "a1", "second": "a2", "step": -5})],
        "b": [("ends", {"best": "b1", "worst": "b2"}), ("to_others", {"node": "b0", "value": 2}), ("to_others", {"node": "b2", "value": 6}), ("to_worst", {"node": "b0", "value": 3})],
        "c": [("swing", {"node": "c0", "value": 100}), ("swing", {"node": "c1", "value": 60}), ("swing", {"node": "c2", "typed": "４０"})],
        "d": [("order", {"order": [["d1"], ["d0", "d2"]]})],
        "e": [("points", {"node": "e0", "value": 30}), ("points", {"node": "e1", "value": 30}), ("points", {"node": "e2", "value": 30}), ("scale", {})],
    }  # fmt: skip
    for (name, steps), way in zip(moves.items(), ("points", "ahp", "best_worst", "swing", "rank_order", "points"), strict=True):
        voter.ask("method", group=name, method=way)
        for do, more in steps:
            assert "refused" not in voter.ask(do, group=name, **more)
    shown = {name: one["weights"] for name, one in voter.sent[-1]["groups"].items()}
    assert {one["state"] for one in voter.sent[-1]["groups"].values()} == {"done"}
    assert "计入" in voter.save()
    (one,) = load_ballots(tmp_path, five).counted
    assert [judged.method for judged in one.judged.values()] == ["points", "ahp", "best_worst", "swing", "rank_order", "points"]
    for name, judged in one.judged.items():
        assert shown[name] == pytest.approx((judged.shares * 100).tolist(), abs=0.1)


def test_a_contradiction_is_named_as_it_arises_and_mended_on_request(tmp_path: Path) -> None:
    voter = Voter(tmp_path).fill()
    voter.ask("method", group="learning", method="ahp")
    for first, second in (("hours", "talks"), ("talks", "essays"), ("essays", "hours")):
        answer = voter.ask("pair", group="learning", first=first, second=second, step=2)["groups"]["learning"]
    assert answer["state"] == "doubtful"
    assert answer["contradictions"] == [{
        "zh": "您说“hours”重于“talks”、“talks”重于“essays”，却说“essays”重于“hours”",
        "en": "You said `hours` outweighs `talks`, `talks` outweighs `essays`, and yet `essays` outweighs `hours`",
    }]  # fmt: skip
    assert len(answer["changes"]) == 1
    mended = voter.ask("mend", group="learning")["groups"]["learning"]
    assert (mended["state"], mended["contradictions"], mended["mend"]["zh"]) == ("done", [], "")
    assert "计入" in voter.save()
    assert not load_ballots(tmp_path, small_scheme()).problems


def test_a_ballot_that_contradicts_itself_counts_and_says_so(tmp_path: Path) -> None:
    voter = Voter(tmp_path).fill()
    voter.ask("method", group="learning", method="ahp")
    for first, second in (("hours", "talks"), ("talks", "essays"), ("essays", "hours")):
        voter.ask("pair", group="learning", first=first, second=second, step=4)
    assert "1 组前后矛盾" in voter.save()
    assert len(load_ballots(tmp_path, small_scheme()).counted) == 1


def test_what_is_lacking_is_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    voter = Voter(tmp_path).fill({"total": {"learning": 70, "conduct": 25}})
    said = voter.save()
    assert said == "还差 2 组：各大类之间、learning各项；请补全后再保存"
    assert files(tmp_path) == {}
    with pytest.raises(Refused, match="The main groups"):
        voter.paper.ballot  # noqa: B018


def test_after_it_the_paper_is_laid_aside_for_the_next_expert(tmp_path: Path) -> None:
    voter = Voter(tmp_path).fill()
    voter.save()
    assert voter.sent[-1]["expert"] == ""
    assert "groups" not in voter.sent[-1]
    assert voter.ask("points", group="total", node="learning", value=5)["refused"]["zh"].startswith("请先写专家代号")
    answer = voter.ask("enter", expert="E10", round=1)
    assert {one["state"] for one in answer["groups"].values()} == {"empty"}


def test_what_is_not_saved_waits_under_its_code_and_nobody_else_sees_it(tmp_path: Path) -> None:
    voter = Voter(tmp_path).fill()
    assert voter.ask("open")["groups"]["total"]["points"] == POINTS["total"]  # the page was drawn anew
    voter.ask("leave")
    assert not any(voter.ask("enter", expert="E10", round=1)["groups"]["total"]["points"])
    assert voter.ask("enter", expert="ｅ０９ ", round=1)["groups"]["total"]["points"] == POINTS["total"]
    assert voter.paper.get_state().keys() & {"drafts", "groups", "expert"} == set()  # what a notebook may save with its widgets


def test_a_paper_belongs_to_the_page_that_opened_it(tmp_path: Path) -> None:
    """Two windows on one kernel fill in two papers; one that is taken over leaves the window where it lay, with all that was typed."""
    voter = Voter(tmp_path).fill()
    there = voter.ask("open", page="2")
    assert (there["page"], there["expert"], "groups" in there) == ("2", "", False)
    assert voter.ask("points", page="2", group="total", node="learning", value=5)["refused"]["zh"].startswith("请先写专家代号")
    taken = voter.ask("enter", page="2", expert="E09", round=1)
    assert (taken["taken"], taken["expert"], taken["refused"]["zh"][:12]) == (True, "", "这个代号正在另一窗口填写")
    assert voter.ask("enter", page="2", expert="E10", round=1)["expert"] == "E10"
    voter.ask("points", page="2", group="total", node="learning", value=33)
    here = voter.ask("points", group="learning", node="hours", value=45)
    assert (here["expert"], here["groups"]["total"]["points"], here["groups"]["learning"]["points"]["hours"]) == ("E09", POINTS["total"], 45)
    assert voter.ask("open", page="2")["groups"]["total"]["points"] == {"learning": 33}
    assert voter.ask("enter", page="3", expert="E09", round=1, over=True)["groups"]["learning"]["points"]["hours"] == 45
    gone = voter.sent[-2]
    assert (gone["page"], gone["expert"], gone["refused"]["zh"][:9], "groups" in gone) == ("", "", "已在另一窗口接着填", False)
    assert "refused" in voter.ask("points", group="learning", node="hours", value=50)
    assert voter.ask("points", page="3", group="learning", node="hours", value=50)["groups"]["total"]["points"] == POINTS["total"]
    assert "专家 E09" in voter.ask("save", page="3")["notice"]["zh"]
    assert voter.ask("open", page="2")["expert"] == "E10"


@pytest.mark.parametrize("expert", ["../x", "..\\x", "", NAME, "/etc/E01", "E01/../E02", "E01.toml", "<img src=x>", None, 7, ["E01"]])
def test_no_name_and_no_path_passes_for_a_code(tmp_path: Path, expert: Any) -> None:
    voter = Voter(tmp_path / "edition", expert=expert)
    said = voter.entered["refused"]["zh"]
    assert "专家只写代号，不写姓名" in said
    assert not expert or str(expert) not in said
    assert files(tmp_path) == {}


@pytest.mark.parametrize("name", ["E09.toml", "E09-1.toml"])
def test_a_code_used_in_this_round_is_told_before_anything_is_filled_in(tmp_path: Path, name: str) -> None:
    folder = edition(tmp_path, {name: slip("E09")})
    before = files(folder)
    voter = Voter(folder, expert="e09 ")
    said = voter.entered["refused"]["zh"]
    assert "判断票已经有了" in said
    assert "请选下一轮" in said
    assert f"ballots/{name}" in said
    assert NAME not in said
    assert voter.entered["expert"] == ""
    assert files(folder) == before


@pytest.mark.parametrize("text", [slip("E09"), "expert = "])
def test_of_two_who_vote_at_once_under_one_code_the_second_keeps_what_it_typed(tmp_path: Path, text: str) -> None:
    voter = Voter(tmp_path).fill()
    folder = edition(tmp_path, {"E09.toml": text})  # meanwhile
    assert "判断票已经有了" in voter.save()
    assert files(folder) == {"ballots/E09.toml": text}
    assert voter.sent[-1]["groups"]["total"]["points"] == POINTS["total"]


def test_an_edition_that_another_program_writes_is_waited_for_and_then_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.ground.writing.PATIENCE", 0.05)
    voter = Voter(tmp_path).fill()
    with edition_lock(tmp_path):
        assert "另一个程序正在写入" in voter.save()
    assert files(tmp_path) == {}
    assert "计入" in voter.save()


def test_a_revision_is_a_ballot_of_the_next_round_that_may_begin_with_the_former(tmp_path: Path) -> None:
    folder = edition(tmp_path, {"E09.toml": slip("E09")})
    voter = Voter(folder, number=2)
    assert [one["number"] for one in voter.opened["rounds"]] == [1, 2]
    assert voter.entered["former"]
    assert voter.ask("former")["groups"]["learning"]["points"] == {"hours": 50, "talks": 30, "essays": 20}
    voter.fill({"total": {"learning": 70, "conduct": 30}}).save()
    assert sorted(files(folder)) == ["ballots/E09-2.toml", "ballots/E09.toml"]
    assert files(folder)["ballots/E09.toml"] == slip("E09")
    found = load_ballots(folder, small_scheme())
    assert group_weights(found).weights["learning"] == 70
    assert group_weights(found, round=1).weights["learning"] == 60


@pytest.mark.parametrize(("others", "told"), [(2, False), (3, True)])
def test_the_next_round_shows_ones_own_place_among_three_others_or_more(tmp_path: Path, others: int, told: bool) -> None:  # noqa: FBT001
    slips = {f"E0{n}.toml": slip(f"E0{n}", 40 + 10 * n) for n in range(1, others + 1)}
    folder = edition(tmp_path, {**slips, "E09.toml": slip("E09", 90)})
    before = Voter(folder, number=2).entered["before"]
    assert bool(before) == told
    if told:
        assert before["learning"]["own"] == 90
        assert before["learning"]["quartiles"][1] == pytest.approx(65)
        assert before["learning"]["outside"] == 1
        stranger = Voter(folder, expert="E10", number=2).entered["before"]
        assert (stranger["learning"]["own"], stranger["learning"]["outside"]) == (None, 0)


def test_where_the_scheme_says_which_round_decides_no_other_is_taken(tmp_path: Path) -> None:
    folder = edition(tmp_path, {"E09.toml": slip("E09")})
    voter = Voter(folder, expert="E10", number=1, round=2)
    assert [one["number"] for one in voter.opened["rounds"]] == [2]
    assert "没有这一轮" in voter.entered["refused"]["zh"]


def test_a_late_ballot_is_told_beforehand_kept_and_said_to_be_late(tmp_path: Path) -> None:
    voter = Voter(tmp_path, deadline="2018-12-01")
    assert "截止日 2018-12-01 已过" in voter.entered["notice"]["zh"]
    assert "逾期" in voter.fill().save()
    assert list(files(tmp_path)) == ["ballots/E09.toml"]


@pytest.mark.parametrize("inside", ["sealed/r1/data/edition", "sealed/.r1-unfinished-x/bag/edition", "moved/data/edition"])
def test_a_sealed_copy_says_that_it_takes_no_votes(tmp_path: Path, inside: str) -> None:
    folder = edition(tmp_path / inside, {})
    if inside.startswith("moved"):
        assert isinstance(ballot_paper(folder, small_scheme()), BallotPaper)
        (tmp_path / "moved" / "bagit.txt").touch()
    found = ballot_paper(folder, small_scheme())
    assert isinstance(found, Table)
    assert "封存" in repr(found)


def test_with_nothing_to_vote_on_that_is_said(tmp_path: Path) -> None:
    found = ballot_paper(tmp_path, scheme(weights="percent", indicator=[indicator("hours", 100)]))
    assert isinstance(found, Table)
    assert "无从分配权重" in repr(found)
    assert "scheme.toml" in repr(ballot_paper(tmp_path / "nowhere"))


def test_what_is_no_question_is_not_answered_and_no_number_takes_a_judgement_back(tmp_path: Path) -> None:
    voter = Voter(tmp_path)
    sent = len(voter.sent)
    questions: list[Any] = [None, [], {"do": "open"}, {"ask": "1"}]
    for said in questions:
        voter.paper._heard(voter.paper, said)
    assert len(voter.sent) == sent
    voter.ask("method", group="learning", method="ahp")
    judged = [voter.ask("pair", group="learning", first="hours", second="talks", step=step)["groups"]["learning"] for step in (2, None, 2, "many")]
    assert judged[0] == judged[2] != judged[1] == judged[3]


def test_a_failure_is_one_sentence_and_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        message = f"{tmp_path} is read only"
        raise PermissionError(message)

    monkeypatch.setattr(module, "write_ballot", fails)
    said = Voter(tmp_path).fill().save()
    assert "没有保存" in said
    assert str(tmp_path) not in said


@pytest.mark.parametrize(
    ("do", "more"),
    [
        ("points", {"node": "learning", "value": 10**9}), ("points", {"node": "learning", "value": -5}), ("points", {"node": "learning", "value": "60"}),
        ("points", {"node": "learning", "typed": "六十"}), ("points", {"node": "hours", "value": 5}), ("points", {"node": "<b>", "value": 5}), ("points", {}),
        ("pair", {"first": "learning", "second": "learning", "step": 1}), ("pair", {"first": "learning", "second": "conduct", "step": 99}),
        ("ends", {"best": "x", "worst": "y"}), ("to_others", {"node": "learning", "value": 0.5}), ("order", {"order": [["learning"]]}),
        ("order", {"order": [[["learning"]]]}), ("order", {"order": 5}), ("method", {"method": "lottery"}), ("scale", {"group": "nowhere"}), ("format disk", {}),
    ],
)  # fmt: skip
def test_any_state_sent_by_a_viewer_is_refused_in_words_and_changes_nothing(tmp_path: Path, do: str, more: dict[str, Any]) -> None:
    voter = Voter(tmp_path).fill()
    before = voter.ask("open")["groups"]
    answer = voter.ask(do, **{"group": "total", **more})
    assert answer["refused"]["zh"]
    assert answer["refused"]["en"]
    assert answer["groups"] == before
    assert voter.ask("points", group="total", node="learning", typed="140")["refused"]["zh"].startswith(f"“{small_scheme().label('learning')}”不能是“140”")


def test_all_of_it_is_in_both_languages(tmp_path: Path) -> None:
    voter = Voter(tmp_path, small_scheme().with_(language="en"))
    assert voter.opened["start"]["language"] == "en"
    assert voter.opened["start"]["words"]["en"].keys() == voter.opened["start"]["words"]["zh"].keys()
    assert voter.save("en").startswith("groups still to be judged (")
    assert voter.fill().save("en") == "Saved ballots/E09.toml: expert E09, round 1, counted."
    assert repr(voter.paper) == "Ballot (test)"
    label, names = small_scheme().label("learning"), small_scheme().label
    named = Voter(tmp_path, small_scheme().with_(english={label: "Study", names("hours"): "Hours"}), "E10")
    assert (named.opened["start"]["english"], named.opened["start"]["groups"][1]["title"]) == ({label: "Study", names("hours"): "Hours"}, {"zh": f"{label}各项", "en": "Within Study"})
    assert named.ask("points", group="learning", node="hours", typed="140")["refused"]["en"].startswith("`Hours` cannot be ")


def test_the_text_form_is_fixed(tmp_path: Path) -> None:
    assert repr(ballot_paper(tmp_path, small_scheme())) == "权重判断票（test）"
