"""Adoption: all of it or nothing, with a name and a reason, never over somebody else's change."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import pytest

from toolkit.edition import check_edition
from toolkit.ground.problems import Problems, Refused
from toolkit.minutes import adoption
from toolkit.minutes.adoption import ChangedMeanwhile, adopt_scheme, scheme_digest
from toolkit.minutes.decisions import changed_after, decide_state
from toolkit.minutes.journal import JOURNAL, read_journal
from toolkit.minutes.wording import minutes_text
from toolkit.scheme import Scheme, load_scheme


def other(folder: Path, weight: float = 25.0) -> tuple[str, Scheme]:
    scheme = load_scheme(folder / "scheme.toml").with_weights({"learning": weight})
    return scheme_digest(folder), scheme


def test_what_was_tried_becomes_the_scheme_with_a_line_in_the_journal(small_edition: Path) -> None:
    before = (small_edition / "scheme.toml").read_bytes()
    opened, scheme = other(small_edition)
    done = adopt_scheme(small_edition, opened, scheme, by="第二次会议", reason="学习交流过重")
    assert load_scheme(small_edition / "scheme.toml") == scheme
    (entry,) = read_journal(small_edition).entries
    assert entry == done.entry
    assert (entry.what, entry.by, entry.reason) == ("adoption", "第二次会议", "学习交流过重")
    assert (entry.details["before"], entry.details["after"]) == (opened, scheme_digest(small_edition))
    assert any("60" in line and "25" in line for line in entry.details["changes"])
    assert (small_edition / entry.details["former"]).read_bytes() == before


@pytest.mark.parametrize(("by", "reason", "many"), [("", "", 2), ("A", " ", 1), (" ", "B", 1)])
def test_without_a_name_and_a_reason_nothing_is_adopted(small_edition: Path, by: str, reason: str, many: int) -> None:
    opened, scheme = other(small_edition)
    with pytest.raises(Refused) as refused:
        adopt_scheme(small_edition, opened, scheme, by=by, reason=reason)
    assert len(refused.value.problems) == many
    assert scheme_digest(small_edition) == opened
    assert not (small_edition / JOURNAL).exists()


def test_what_is_taken_back_is_the_file_as_it_was_and_a_hand_edit_since_stays(small_edition: Path) -> None:
    path = small_edition / "scheme.toml"
    path.write_text(path.read_text("utf-8").replace("share = 0.2,", "share = 0.20,"), "utf-8")
    first, decided = path.read_bytes(), load_scheme(path)
    assert b"0.20" in first
    tried = decided.with_({"award[outstanding].quota.share": 0.25}).with_weights({"learning": 35})
    opened = scheme_digest(small_edition)
    for scheme in (tried, decided.with_weights({"learning": 50}), decided):
        opened = adopt_scheme(small_edition, opened, scheme, by="A", reason="B").digest
    assert path.read_bytes() == first
    adopt_scheme(small_edition, opened, tried, by="A", reason="B")
    path.write_text(path.read_text("utf-8") + "# 手写的一行\n", "utf-8")
    adopt_scheme(small_edition, scheme_digest(small_edition), decided, by="A", reason="B")
    assert path.read_text("utf-8").endswith("# 手写的一行\n")
    assert load_scheme(path) == decided


def test_another_adoption_is_told_and_not_written_over(small_edition: Path) -> None:
    opened, mine = other(small_edition)
    adopt_scheme(small_edition, opened, other(small_edition, 40)[1], by="李主任", reason="更看重诚信")
    theirs = (small_edition / "scheme.toml").read_bytes()
    with pytest.raises(ChangedMeanwhile) as refused:
        adopt_scheme(small_edition, opened, mine, by="第二次会议", reason="学习交流过重")
    assert "李主任" in refused.value.problems.text("zh")
    assert "更看重诚信" in refused.value.problems.text("zh")
    assert (small_edition / "scheme.toml").read_bytes() == theirs
    assert len(read_journal(small_edition).entries) == 1


@pytest.mark.parametrize("former", [False, True])
@pytest.mark.parametrize("ended", ["_remember", "appended"])
def test_an_adoption_that_was_broken_off_is_told_with_who_and_why(small_edition: Path, ended: str, former: bool) -> None:  # noqa: FBT001
    if former:
        adopt_scheme(small_edition, *other(small_edition, 40), by="李主任", reason="更看重诚信")
    opened, scheme = other(small_edition)
    script = (
        "import os, sys; from pathlib import Path; from toolkit.minutes import adoption; from toolkit.scheme import load_scheme; folder = Path(sys.argv[1])\n"
        "real, calls = getattr(adoption, sys.argv[2]), []\n"
        "def ends(*words):\n    calls.append(1)\n    return os._exit(9) if len(calls) == 1 + (sys.argv[2] == '_remember') else real(*words)\n"
        "setattr(adoption, sys.argv[2], ends)\n"
        "scheme = load_scheme(folder / 'scheme.toml').with_weights({'learning': 25.0})\n"
        "adoption.adopt_scheme(folder, adoption.scheme_digest(folder), scheme, by='第二次会议 13800138000', reason='学习交流过重')"
    )
    assert subprocess.run([sys.executable, "-c", script, str(small_edition), ended], check=False).returncode == 9
    assert scheme_digest(small_edition) != opened
    assert load_scheme(small_edition / "scheme.toml") == scheme
    journal = read_journal(small_edition)
    assert adoption.found_problems(small_edition, journal)
    entry = adoption.enter_found(small_edition)
    assert entry is not None
    assert entry.by == "第二次会议 138****8000"
    assert "学习交流过重（采用时被打断" in entry.reason
    assert any("→ 25" in change for change in entry.details["changes"])
    assert not adoption.found_problems(small_edition, read_journal(small_edition))


def test_an_adoption_that_failed_leaves_nothing_to_be_found(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise Refused(Problems())

    with monkeypatch.context() as patch:
        patch.setattr(adoption, "appended", full)
        with pytest.raises(Refused):
            adopt_scheme(small_edition, *other(small_edition), by="A", reason="B")
    assert not adoption.found_problems(small_edition, read_journal(small_edition))


def test_a_change_by_hand_is_told_too(small_edition: Path) -> None:
    opened, mine = other(small_edition)
    path = small_edition / "scheme.toml"
    path.write_text(path.read_text("utf-8") + "\n# 手工修改\n", "utf-8")
    with pytest.raises(ChangedMeanwhile, match="changed elsewhere"):
        adopt_scheme(small_edition, opened, mine, by="A", reason="B")


def test_what_changes_nothing_is_not_entered(small_edition: Path) -> None:
    opened, _ = other(small_edition)
    with pytest.raises(Refused, match="as decided"):
        adopt_scheme(small_edition, opened, load_scheme(small_edition / "scheme.toml"), by="A", reason="B")


def test_where_the_journal_cannot_be_written_the_scheme_is_as_it_was(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError

    opened, scheme = other(small_edition)
    monkeypatch.setattr(adoption, "appended", fails)
    with pytest.raises(OSError, match=r"^$"):
        adopt_scheme(small_edition, opened, scheme, by="A", reason="B")
    assert scheme_digest(small_edition) == opened


def test_of_many_at_once_each_adoption_follows_one_that_was_seen(small_edition: Path) -> None:
    done: list[int] = []

    def adopts(place: int) -> None:
        for turn in range(4):
            opened, scheme = other(small_edition, 10 + 4 * place + turn / 2)
            try:
                adopt_scheme(small_edition, opened, scheme, by=f"E{place}", reason="试")
            except ChangedMeanwhile:
                continue
            done.append(place)

    threads = [threading.Thread(target=adopts, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = read_journal(small_edition)
    assert not found.problems
    assert len(found.entries) == len(done) > 0
    links = [(entry.details["before"], entry.details["after"]) for entry in found.entries]
    assert all(one[1] == next_[0] for one, next_ in pairwise(links))
    assert links[-1][1] == scheme_digest(small_edition)


def test_records_changed_on_disk_are_told_and_entered_by_their_tables_alone(small_edition: Path) -> None:
    """What was changed is named by the table's label: a file's name may be a person's, and so may what is in it."""
    register, secret = small_edition / "records" / "会员名册.csv", "签到2018 张三三.xlsx"
    tables = small_edition / "tables.toml"
    tables.write_text(tables.read_text("utf-8").replace("[table.members]", '[table.members]\nlabel = "会员名册"'), "utf-8")
    decide_state(small_edition, "reviewed", by="专家委员会", reason="齐了")
    journal = read_journal(small_edition)
    assert not adoption.found_problems(small_edition, journal)
    assert {"tables.toml", "members"} <= set(journal.entries[-1].details["files"])
    register.write_text(register.read_text("utf-8-sig").replace("甲", "申"), "utf-8-sig")
    shutil.copy(small_edition / "records" / "签到2018.xlsx", small_edition / "records" / secret)
    tables.write_text(tables.read_text("utf-8") + "\n# 改\n", "utf-8")
    [problem] = adoption.found_problems(small_edition, journal)
    assert (problem.severity, problem.file) == ("note", "journal.jsonl")
    assert problem.rule.zh == "上次记入之后，在磁盘上有改动：数据字典、“会员名册”的记录、“activities”的记录"
    assert problem in check_edition(small_edition)[1]
    with pytest.raises(Refused, match=r"row 2, .*“会员名册”的记录.*changed after it was `reviewed`.*state draft, then state reviewed"):
        decide_state(small_edition, "publicised", by="秘书处", reason="公示")
    decide_state(small_edition, "draft", by="秘书处", reason="退回")
    lines = read_journal(small_edition).entries
    assert [line.what for line in lines] == ["state", "on_disk", "state"]
    text = minutes_text(read_journal(small_edition), "zh")
    assert "发现下列材料已在记录之外改动：数据字典、“会员名册”的记录、“activities”的记录。" in text
    assert not any(name in (small_edition / "journal.jsonl").read_text("utf-8") for name in ("张三", "签到2018", "申", "csv"))
    assert not adoption.found_problems(small_edition, read_journal(small_edition))


def test_records_changed_after_the_notice_are_a_warning_and_told_as_such(small_edition: Path) -> None:
    for state, by in (("reviewed", "专家委员会"), ("publicised", "秘书处")):
        decide_state(small_edition, state, by=by, reason="依办法")
    register = small_edition / "records" / "会员名册.csv"
    register.write_text(register.read_text("utf-8-sig").replace("甲", "申"), "utf-8-sig")
    [problem] = adoption.found_problems(small_edition, read_journal(small_edition))
    assert problem.severity == "warning"
    assert adoption.enter_found(small_edition) is not None
    assert "changed after it was `publicised`" in changed_after(read_journal(small_edition)).text("en")
    register.unlink()
    assert "“members”的记录" in adoption.found_problems(small_edition, read_journal(small_edition)).text("zh")


def test_what_cannot_be_read_is_told_as_changed_and_no_more(small_edition: Path) -> None:
    opened, scheme = other(small_edition)
    adopt_scheme(small_edition, opened, scheme, by="A", reason="B")
    journal = read_journal(small_edition)
    assert adoption.edition_language(small_edition) == "zh"
    for name, words in (("scheme.toml", adoption.UNKNOWN), ("tables.toml", adoption.DICTIONARY)):
        (small_edition / name).write_text("title =", "utf-8")
        assert words.en in adoption.found_problems(small_edition, journal).text("en")
    assert adoption.edition_language(small_edition) == "zh"
    assert "activities" not in adoption.found_problems(small_edition, journal).text("en")
    (small_edition / "tables.toml").unlink()
    assert adoption.laid_out(small_edition) == {}
