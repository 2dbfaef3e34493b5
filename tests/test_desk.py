"""What notebooks ask: a member is looked up, a tie is settled, an edition is sealed; nothing of it in a sealed copy."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from tests.conftest import write_small_edition
from tests.test_objections import HOURS, objected
from tests.test_rulings import left_open, settled, unscored
from toolkit import evaluate, open_edition
from toolkit.ground.problems import Problems
from toolkit.ground.text import Phrase
from toolkit.interactive import decision_desk, desk
from toolkit.interactive.decision_desk import BELOW, DecisionDesk, SealDesk
from toolkit.interactive.desk import FAILED, MOST, Desk, MemberSearch, members_meant
from toolkit.minutes.decisions import decide_state
from toolkit.minutes.journal import read_journal

SAID = {"by": "专家委员会三月会议", "reason": "守法诚信一项更好"}


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> MemberSearch:
    edition = open_edition(write_small_edition(tmp_path_factory.mktemp("small") / "edition"))
    return MemberSearch(evaluate(edition.scheme, edition.records), edition.records)


@pytest.fixture
def level(tmp_path: Path) -> Path:
    """An edition in which two are level at the line, and the committee has to say who is given the place."""
    return left_open(write_small_edition(tmp_path / "level"))


def desk_of(folder: Path) -> DecisionDesk:
    edition = open_edition(folder)
    return DecisionDesk(edition, evaluate(edition.scheme, edition.records))


def forms(desk: Desk) -> dict[str, Any]:
    return {block["id"]: block for block in desk.blocks if block["kind"] == "form"}


def press(desk: Desk, asked: dict[str, Any]) -> dict[str, Any]:
    """What the page is told first after a press."""
    desk._heard(None, asked)
    return next((block for block in desk.blocks if block["id"] == "told"), {})


def test_a_member_is_found_by_letters_of_its_name_or_key_whatever_their_width(search: MemberSearch) -> None:
    names = search.evaluation.ranking["name"]
    key, name = str(names.index[3]), str(names.iloc[3])
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in key)
    assert members_meant(search.evaluation, name)[0] == key
    assert key in members_meant(search.evaluation, f" {wide} ")
    assert members_meant(search.evaluation, "  ") == []
    assert members_meant(search.evaluation, ".*") == []


def test_a_press_on_a_member_shows_its_card_and_typing_keeps_it(search: MemberSearch) -> None:
    name = str(search.evaluation.members["name"].iloc[5])
    search._heard(None, {"do": "search", "text": name})
    (choices,) = (block for block in search.blocks if block["kind"] == "choices")
    assert name in [one["name"] for one in choices["found"]]
    search._heard(None, {"do": "choose", "place": 5})
    assert any(name in block["caption"] for block in search.blocks if block["kind"] == "table")
    search._heard(None, {"do": "search", "text": "没有这一家"})
    assert any(name in block["caption"] for block in search.blocks if block["kind"] == "table")
    assert len(next(block for block in search.blocks if block["kind"] == "choices")["found"]) == 0
    assert name in repr(search)


def test_more_members_than_can_be_named_are_counted(search: MemberSearch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.interactive.desk.MOST", 3)
    search._heard(None, {"do": "search", "text": "公司"})
    (choices,) = (block for block in search.blocks if block["kind"] == "choices")
    assert len(choices["found"]) == 3 < MOST
    assert re.search(r"还有 \d+ 家", choices["text"])


def test_whatever_a_page_sends_no_traceback_comes_back(search: MemberSearch) -> None:
    for asked in ({"do": "choose", "place": 10**9}, {"do": "choose"}, {"do": "choose", "place": "x"}):
        assert press(search, asked)["text"] == FAILED.zh


def test_a_tie_is_settled_by_a_form_and_the_list_follows(level: Path) -> None:
    desk = desk_of(level)
    (tie,) = desk.evaluation.ties[:1]
    assert re.match(r"还有 \d+ 件事必须决定", repr(desk.headline))
    form = forms(desk)["tie 0"]
    members = next(field for field in form["fields"] if field["name"] == "members")
    assert len(members["options"]) == len(tie.members)
    told = press(desk, {"do": "submit", "form": "tie 0", "values": {**SAID, "members": [str(place) for place in range(tie.places)]}})
    assert told["tone"] == "done"
    assert len(read_journal(level).entries) == 1
    assert read_journal(level).entries[0].by == SAID["by"]
    assert tie not in desk.evaluation.ties
    assert set(tie.members[: tie.places]) <= set(desk.evaluation.awards["member"])


def test_only_what_has_a_form_is_sent_to_it(level: Path) -> None:
    objected(level, 1, HOURS)
    desk = desk_of(level)
    sent = {row[1] for row in desk.table.rows if row[3] == BELOW.zh}
    assert sent == {"同分", "异议"}
    press(desk, {"do": "submit", "form": "objection 1", "values": {**SAID, "outcome": "upheld"}})
    left = [row[3] for row in desk.table.rows if row[1] == "异议"]
    assert left
    assert BELOW.zh not in left


@pytest.mark.parametrize("lacking", [{"by": ""}, {"reason": " "}, {"members": []}])
def test_a_decision_without_name_reason_or_members_is_refused_in_words_and_nothing_is_written(level: Path, lacking: dict[str, Any]) -> None:
    desk = desk_of(level)
    told = press(desk, {"do": "submit", "form": "tie 0", "values": {**SAID, "members": ["0"], **lacking}})
    assert told["tone"] == "fault"
    assert told["text"] != FAILED.zh
    assert not read_journal(level).entries
    assert forms(desk)


def test_states_offered_are_those_that_may_follow(level: Path) -> None:
    desk = desk_of(level)
    (field,) = (field for field in forms(desk)["state"]["fields"] if field["name"] == "state")
    assert [word for word, _ in field["options"]] == ["reviewed"]
    told = press(desk, {"do": "submit", "form": "state", "values": {**SAID, "state": "reviewed"}})
    assert told["tone"] == "done"
    assert "已评审" in forms(desk)["state"]["title"]


def test_an_edition_is_not_decided_while_a_tie_is_open(level: Path) -> None:
    desk = desk_of(level)
    told = press(desk, {"do": "submit", "form": "state", "values": {**SAID, "by": "会长办公会", "state": "decided"}})
    assert told["tone"] == "fault"
    assert "完全同分" in told["text"]


def test_what_was_changed_after_the_page_was_opened_is_shown_and_nothing_recorded(level: Path) -> None:
    desk = desk_of(level)
    path = level / "scheme.toml"
    path.write_text(path.read_text("utf-8").replace('"committee"]', '"joint"]'), "utf-8")
    told = press(desk, {"do": "submit", "form": "tie 0", "values": {**SAID, "members": ["0"]}})
    assert (told["tone"], "再看一次" in told["text"]) == ("fault", True)
    assert not read_journal(level).entries
    assert "tie 0" not in forms(desk)
    assert press(desk, {"do": "submit", "form": "state", "values": {**SAID, "state": "reviewed"}})["tone"] == "done"


def test_an_edition_is_not_decided_where_a_ruling_was_lifted_after_the_page_was_opened(level: Path) -> None:
    settled(level, "005")
    for word, by in (("reviewed", SAID["by"]), ("publicised", "秘书处")):
        decide_state(level, word, by=by, reason=SAID["reason"])
    desk = desk_of(level)
    settled(level)
    told = press(desk, {"do": "submit", "form": "state", "values": {**SAID, "by": "会长办公会", "state": "decided"}})
    assert (told["tone"], "完全同分" in told["text"]) == ("fault", True)
    assert len(read_journal(level).entries) == 4
    assert "tie 0" in forms(desk)


def test_a_decision_before_the_notice_has_ended_is_told_beside_it(level: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.interactive.decision_desk.unlike_newest_bag", lambda *_: Problems())
    monkeypatch.setattr("toolkit.minutes.objections.working_days_after", lambda day, count: day + dt.timedelta(count))
    settled(level, "005")
    for word, by in (("reviewed", SAID["by"]), ("publicised", "秘书处")):
        decide_state(level, word, by=by, reason=SAID["reason"])
    told = press(desk_of(level), {"do": "submit", "form": "state", "values": {**SAID, "by": "会长办公会", "state": "decided"}})
    assert (told["tone"], "才满 7 个工作日" in told["text"]) == ("done", True)


def test_minutes_are_in_the_language_of_the_scheme_and_the_page_in_its_readers(level: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMITTEE_EDITION", str(level))
    monkeypatch.setenv("COMMITTEE_LANGUAGE", "en")
    edition = open_edition()
    desk = DecisionDesk(edition, evaluate(edition.scheme, edition.records))
    objected(level, 1, HOURS)
    assert press(desk, {"do": "submit", "form": "objection 1", "values": {**SAID, "outcome": "upheld"}})["tone"] == "fault"
    assert press(desk, {"do": "submit", "form": "objection 1", "values": {**SAID, "outcome": "upheld"}})["tone"] == "done"
    (entry,) = read_journal(level).entries
    assert "己代理公司：未获奖 → 先进会员" in "".join(entry.details["moves"])
    assert not re.search("[a-z]{3}", "".join(entry.details["moves"]))
    assert re.search("be decided|[Nn]othing", next(block["text"] for block in desk.blocks if block["id"] == "headline"))


def test_a_place_that_the_panel_left_open_is_given_a_score(tmp_path: Path) -> None:
    desk = desk_of(unscored(tmp_path))
    name = next(block["id"] for block in desk.blocks if block["id"].startswith("place "))
    assert press(desk, {"do": "submit", "form": name, "values": {**SAID, "score": "八十五"}})["text"].count("不是至多四位小数的评分") == 1
    assert press(desk, {"do": "submit", "form": name, "values": {**SAID, "score": "1000"}})["tone"] == "fault"
    before = len([block for block in desk.blocks if block["id"].startswith("place ")])
    assert press(desk, {"do": "submit", "form": name, "values": {**SAID, "score": "80"}})["tone"] == "done"
    assert len([block for block in desk.blocks if block["id"].startswith("place ")]) == before - 1


@pytest.fixture
def sealing(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> SealDesk:
    """The button on a small edition; the sealing itself is tested elsewhere, and only seen to be asked for here."""
    edition = open_edition(small_edition)

    def sealed(folder: Path, revision: str, **said: Any) -> Path:
        said["progress"]("1_data.ipynb")
        (folder / "sealed" / revision).mkdir(parents=True)
        asked.append((revision, said["by"], said["revises"]))
        return folder / "sealed" / revision

    asked: list[Any] = []
    monkeypatch.setattr(decision_desk, "seal_edition", sealed)
    desk = SealDesk(edition, evaluate(edition.scheme, edition.records))
    desk.asked = asked
    return desk


def test_a_confirmed_press_seals_and_says_how_to_check_it(sealing: SealDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    form = forms(sealing)["seal"]
    assert form["confirm"]
    assert form["fields"][0]["value"] == "r1"
    sealing._heard(None, {"do": "submit", "form": "seal", "values": {"revision": "r1", "by": "秘书处"}})
    assert sealing.thread is not None
    sealing.thread.join(30)
    assert sealing.asked == [("r1", "秘书处", "")]
    told = sealing.blocks[0]
    assert told["tone"] == "done"
    assert "committee verify sealed/r1 --replay" in told["text"]
    assert forms(sealing)["seal"]["fields"][0]["value"] == "r2"
    monkeypatch.setattr(decision_desk, "seal_edition", Mock(side_effect=KeyError))
    sealing._heard(None, {"do": "submit", "form": "seal", "values": {"revision": "r2", "by": "秘书处"}})
    sealing.thread.join(30)
    assert (sealing.blocks[0]["tone"], "没有封存成功" in sealing.blocks[0]["text"]) == ("fault", True)


def test_why_an_edition_cannot_be_sealed_is_said_on_the_page(level: Path, house: Path) -> None:
    edition = open_edition(level)
    desk = SealDesk(edition, evaluate(edition.scheme, edition.records))
    desk._heard(None, {"do": "submit", "form": "seal", "values": {"revision": "r1", "by": "秘书处"}})
    assert desk.thread is not None
    desk.thread.join(120)
    assert desk.blocks[0]["tone"] == "fault"
    assert "并列" in desk.blocks[0]["text"] or "同分" in desk.blocks[0]["text"]
    assert not list((level / "sealed").glob("r1"))


def test_in_a_sealed_copy_nothing_is_asked_and_nothing_is_written(level: Path, tmp_path: Path) -> None:
    copy = tmp_path / "bag" / "data" / "edition"
    shutil.copytree(level, copy)
    (tmp_path / "bag" / "bagit.txt").write_text("BagIt-Version: 1.0\n", "utf-8")
    edition = open_edition(copy)
    evaluation = evaluate(edition.scheme, edition.records)
    for each in (DecisionDesk(edition, evaluation), SealDesk(edition, evaluation)):
        assert not forms(each)
        assert any(block.get("tone") == "still" for block in each.blocks)
        each._heard(None, {"do": "submit", "form": "tie 0", "values": {**SAID, "members": ["0"]}})
        each._heard(None, {"do": "submit", "form": "seal", "values": {"revision": "r1", "by": "秘书处"}})
    assert not (copy / "journal.jsonl").exists()
    assert not (copy / "sealed").exists()


def test_every_word_of_a_desk_is_in_both_languages() -> None:
    words = [value for module in (decision_desk, desk) for value in vars(module).values() if isinstance(value, Phrase)]
    assert len(words) > 10
    assert all(re.search(r"[一-鿿]", said.zh) and not re.search(r"[一-鿿]", said.en) for said in words)
