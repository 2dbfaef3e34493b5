"""Objections, states, and what is left to decide: read strictly, answered in working days, rehearsed, decided once, and nobody who objected named."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest

from tests.test_command_line import run
from tests.test_rulings import WHO, WHY, evaluated, left_open, settled
from toolkit import open_edition
from toolkit.comparison.objections import mends, rehearsed
from toolkit.ground.problems import Problems, Refused, refuse
from toolkit.minutes import objections as room
from toolkit.minutes.adoption import adopt_scheme, scheme_digest
from toolkit.minutes.decisions import STATES, decide_place, decide_state, state_of
from toolkit.minutes.journal import JOURNAL, Entry, Journal, appended, cut_problems, read_journal
from toolkit.minutes.mends import MODULUS, Mend, _done, as_ruled
from toolkit.minutes.objections import (
    Objection,
    Upheld,
    decide_objection,
    read_objections,
    refuse_unmended,
    working_days_after,
)
from toolkit.records.reading import load_records
from toolkit.reports.committee_tables import open_matters, open_matters_table
from toolkit.scheme import Publication, load_scheme
from toolkit.sealing.seals import seal_edition

WHOSE = "王某某"
HOURS = '[upheld]\ncorrect = [{ table = "activities", file = "records/签到2018.xlsx", row = 7, column = "hours", value = 10 }]\n'
STRIKE = '[upheld]\nstrike = [{ table = "activities", where = { code = "005" } }]\n'


def objected(folder: Path, number: int | str = 1, more: str = "", **fields: str) -> Path:
    lines = {"received": "2019-01-31", "by": f'"{WHOSE}"', "member": '"005"', "about": '"学时有误"', "working_days": "7", **fields}
    path = folder / "objections" / f"{number}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(f"{key} = {value}" for key, value in lines.items()) + f"\n{more}", "utf-8")
    return folder


@pytest.mark.parametrize(("day", "count", "due"), [
    ("2019-01-31", 7, "2019-02-14"), ("2018-12-28", 1, "2018-12-29"), ("2020-01-23", 1, "2020-02-03"), ("2024-05-10", 2, "2024-05-13"),
])  # fmt: skip
def test_working_days_know_holidays_and_the_days_that_make_up_for_them(day: str, count: int, due: str) -> None:
    assert working_days_after(dt.date.fromisoformat(day), count) == dt.date.fromisoformat(due)


def test_what_is_due_is_told_and_what_is_overdue_warned_of(small_edition: Path) -> None:
    found = read_objections(objected(small_edition))
    assert found.problems.items == ()
    (before,), (after,) = (list(room.due_problems(found, dt.date(2019, 2, day))) for day in (14, 15))
    assert (before.severity, after.severity) == ("note", "warning")
    assert "2019-02-14" in before.rule.zh


@pytest.mark.parametrize(("fields", "more", "words"), [
    ({"recieved": "2019-01-31"}, "", "unknown key"), ({"member": '"05"'}, "", "no member has this code"), ({"due": "2019-01-30"}, "", "due before it was received"),
    ({"received": '"2019-01-31"'}, "", "must be a date"), ({"about": '""'}, "", "must not be empty"), ({"received": "2099-01-31"}, "", "holidays of 2099"),
    ({"received": "9999-12-31"}, "", "holidays of 9999"), ({"received": "2099-01-31"}, "", "still to come"), ({}, '[upheld]\nstrike = [{ table = "activities" }]\n', "which record is meant"),
    ({}, '[decision]\noutcome = "upheld"\non = 2019-02-01\nby = "a"\nbecause = "b"\nentry = 1\n', "minutes do not"),
])  # fmt: skip
def test_every_fault_of_a_file_is_a_warning_with_its_place(small_edition: Path, fields: dict[str, str], more: str, words: str) -> None:
    objected(small_edition, more=more, **fields)
    problems = read_objections(small_edition, open_edition(small_edition).records).problems
    assert {problem.severity for problem in problems} == {"warning"}
    assert any(words in problem.rule.en and problem.file == "objections/1.toml" for problem in problems), problems.text("en")


def test_who_objected_is_told_nowhere(small_edition: Path) -> None:
    objected(small_edition, by_whom=f'"{WHOSE}"')
    objected(small_edition, 2, HOURS)
    objected(small_edition, "王某某的异议")
    objected(small_edition, "1０")
    done = run("check", small_edition)
    entered = run("decide", small_edition, "objection", "2", "--upheld", "--by", WHO, "--because", WHY)
    said = done.output.replace("objections/王某某的异议.toml", "") + entered.output + (small_edition / JOURNAL).read_text("utf-8")
    refused = run("decide", small_edition, "objection", "1", "--rejected", "--by", WHO, "--because", WHY)
    assert set(read_objections(small_edition).listed) == {2}
    assert "by_whom" in done.output
    assert "by_whom" in refused.output
    assert WHOSE not in said + refused.output


def test_an_objection_that_names_who_objects_is_not_entered(small_edition: Path) -> None:
    objected(small_edition, 1, about=f'"{WHOSE}来电：学时有误"')
    objected(small_edition, 2)
    assert "写有提出异议的人" in run("check", small_edition).output
    for number, by, because in (("1", WHO, WHY), ("2", WHO, f"{WHOSE}所说不实"), ("2", f"专家委员会（{WHOSE}）", WHY)):
        done = run("decide", small_edition, "objection", number, "--rejected", "--by", by, "--because", because)
        assert (done.exit_code, "写有提出异议的人" in done.output, WHOSE in done.output) == (1, True, False)
    assert not (small_edition / JOURNAL).exists()


def test_an_upheld_objection_is_rehearsed_and_what_moved_is_kept_beside_the_ruling(small_edition: Path) -> None:
    before = (objected(left_open(small_edition), 1, HOURS) / "records" / "签到2018.xlsx").read_bytes()
    rehearsal = run("decide", small_edition, "objection", "1", "--if-upheld")
    assert "己代理公司" in rehearsal.output
    assert not (small_edition / JOURNAL).exists()
    assert "已记入第 1 条" in run("decide", small_edition, "objection", "1", "--upheld", "--by", WHO, "--because", WHY).output
    (entry,) = read_journal(small_edition).entries
    assert any(move.startswith("己代理公司：未获奖 → 先进会员") for move in entry.details["moves"])
    decision = read_objections(small_edition).listed[1].decision
    assert decision is not None
    assert (decision.outcome, decision.by, decision.because, decision.entry) == ("upheld", WHO, WHY, 1)
    assert (small_edition / "records" / "签到2018.xlsx").read_bytes() == before
    with pytest.raises(Refused, match="decided already"):
        decide_objection(small_edition, 1, "rejected", by=WHO, reason=WHY)


def test_a_rehearsal_is_what_the_mended_records_give(small_edition: Path) -> None:
    left_open(small_edition)
    edition, evaluation = open_edition(small_edition), evaluated(small_edition)
    members = small_edition / "records" / "会员名册.csv"
    place = {"table": "members", "where": {"code": "006"}, "column": "answers", "value": 9}
    objection = Objection(received=dt.date(2019, 1, 31), by="a", member="006", about="b", upheld=Upheld.model_validate({"correct": (place,)}, strict=False))
    trial = rehearsed(edition, evaluation, objection)
    members.write_text(members.read_text("utf-8-sig").replace("己代理公司,代理,已签,5", "己代理公司,代理,已签,9"), "utf-8-sig")
    mended = evaluated(small_edition)
    assert trial.after.ranking.equals(mended.ranking)
    assert set(trial.moved.index) == {"005", "006"}


def test_a_record_is_meant_by_its_day_and_what_did_not_apply_applies_once_corrected(small_edition: Path) -> None:
    tables, book = small_edition / "tables.toml", small_edition / "records" / "会员名册.csv"
    day = '[table.members.column.joined]\nheadings = ["入会日期"]\ntype = "date"\n\n[table.activities]'
    written = tables.read_text("utf-8").replace("[table.activities]", day, 1)
    tables.write_text(written.replace('headings = ["答卷数"]\ntype     = "number"', 'headings = ["答卷数"]\ntype = "number"\nnot_applicable = ["不适用"]'), "utf-8")
    heading, *lines = book.read_text("utf-8-sig").splitlines()
    lines = [f"{line},2010-05-{place:02}" for place, line in enumerate(lines, 1)]
    book.write_text("\n".join([f"{heading},入会日期", *lines]).replace("丑采购中心,采购人,已签,,", "丑采购中心,采购人,已签,不适用,") + "\n", "utf-8-sig")
    place = {"table": "members", "where": {"joined": dt.date(2010, 5, 9)}}
    edition, (answers, joined) = open_edition(small_edition), [
        Objection(received=dt.date(2019, 1, 31), by="a", member="102", about="b", upheld=Upheld.model_validate({"correct": ({**place, **cell},)}, strict=False))
        for cell in ({"column": "answers", "value": 5}, {"column": "joined", "value": dt.date(2011, 5, 9)})
    ]  # fmt: skip
    trial = rehearsed(edition, evaluated(small_edition), answers)
    assert (trial.before.applicable.loc["102", "answers"], trial.after.applicable.loc["102", "answers"]) == (False, True)
    (mend,) = mends(edition, joined)
    assert (mend.row, mend.column, mend.value) == (10, "入会日期", "2011-05-09")


@pytest.mark.parametrize(("upheld", "words"), [
    ("", "does not say what becomes"), (STRIKE.replace("005", "999"), "0 are found"), (STRIKE.replace("activities", "activity"), "no such table"),
    (STRIKE.replace("activities", "members"), "cannot be rehearsed"), (HOURS.replace("value = 10", 'value = "十"'), "of type number"),
    (HOURS.replace("value = 10", "value = 99"), "outside 0 to 80"), (HOURS.replace('"hours", value = 10', '"code", value = "999"'), "no member has this code"),
    (HOURS.replace('"hours", value = 10', '"code", value = ""'), "must not be empty"), (HOURS.replace('"hours"', '"hour"'), "no such column"),
    (HOURS.replace('"hours", value = 10', '"kind", value = "郊游"'), "not among the choices"),
    (HOURS.replace('"hours", value = 10', '"hours", value = 1e300').replace("activities", "members").replace('file = "records/签到2018.xlsx", row = 7', 'where = { code = "005" }').replace('"hours"', '"answers"'), "number is too large"),
    (HOURS.replace("}]", '}, { table = "activities", where = { code = "005" }, column = "hours", value = 12 }]'), "one cell is told twice"),
])  # fmt: skip
def test_what_cannot_be_rehearsed_is_refused_in_words(small_edition: Path, upheld: str, words: str) -> None:
    objected(small_edition, more=upheld)
    with pytest.raises(Refused, match=words) as refused:
        rehearsed(open_edition(small_edition), evaluated(small_edition), room.the_objection(small_edition, 1), room.objection_file(1))
    assert {problem.file for problem in refused.value.problems} == {"objections/1.toml"}


def in_a_database(folder: Path) -> Path:
    """The edition with its attendance in SQLite."""
    rows = open_edition(folder).records.frames["activities"][["code", "kind", "hours"]].to_numpy().tolist()
    with closing(sqlite3.connect(folder / "records.sqlite")) as con, con:
        con.execute("create table acts (会员代码 text, 形式 text, 学时 real)")
        con.executemany("insert into acts values (?, ?, ?)", rows)
    tables = folder / "tables.toml"
    tables.write_text(tables.read_text("utf-8").replace('file = "records/签到*.xlsx"', 'source = "sqlite:records.sqlite"\nrelation = "acts"'), "utf-8")
    return folder


def test_records_of_a_database_are_rehearsed_as_others_and_mended_there(small_edition: Path) -> None:
    objected(in_a_database(left_open(small_edition)), more=STRIKE)
    before = (small_edition / "records.sqlite").read_bytes()
    done = run("decide", small_edition, "objection", "1", "--if-upheld")
    assert (done.exit_code, "acts[code=005]：预演：删去这一行（005 戊代理公司）" in done.output, "己代理公司" in done.output) == (0, True, True), done.output
    assert run("decide", small_edition, "objection", "1", "--upheld", "--by", WHO, "--because", WHY).exit_code == 0
    assert (small_edition / "records.sqlite").read_bytes() == before, "nobody here changes a database"
    with pytest.raises(Refused):
        refuse_unmended(small_edition, open_edition(small_edition).records)
    with closing(sqlite3.connect(small_edition / "records.sqlite")) as con, con:
        con.execute("delete from acts where 会员代码 = '005'")
    refuse_unmended(small_edition, open_edition(small_edition).records)


def test_a_table_too_large_to_be_here_is_not_rehearsed_and_that_is_said(small_edition: Path) -> None:
    objected(in_a_database(left_open(small_edition)), more=STRIKE)
    edition = open_edition(small_edition)
    edition = replace(edition, records=load_records(small_edition, edition.tables, edition.scheme.members, large=0))
    assert "activities" in edition.records.standing
    with pytest.raises(Refused, match=r"cannot be rehearsed.*in a copy"):
        rehearsed(edition, evaluated(small_edition), room.the_objection(small_edition, 1))


def test_one_row_can_be_struck(small_edition: Path) -> None:
    objected(small_edition, more=STRIKE)
    trial = rehearsed(open_edition(small_edition), evaluated(small_edition), room.the_objection(small_edition, 1))
    assert trial.after.indicators.loc["005", "hours"] == 0
    assert trial.before.indicators.loc["005", "hours"] == 20


def test_a_decision_that_a_kill_left_out_of_its_file_is_read_from_the_minutes(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    objected(small_edition)
    monkeypatch.setattr(room, "write_whole", killed)
    with pytest.raises(KeyboardInterrupt):
        decide_objection(small_edition, 1, "rejected", by=WHO, reason=WHY)
    found = read_objections(small_edition)
    assert found.open() == {}
    assert [problem.severity for problem in found.problems] == ["warning"]


def test_a_file_with_a_slip_that_is_read_all_the_same_is_decided(small_edition: Path) -> None:
    objected(small_edition, 1, HOURS, by=WHOSE)
    done = run("decide", small_edition, "objection", "1", "--rejected", "--by", WHO, "--because", WHY)
    assert "已记入第 1 条" in done.output
    found = read_objections(small_edition)
    assert (found.open(), found.problems.items) == ({}, ())
    assert found.listed[1].upheld is not None


def test_a_file_that_cannot_be_written_is_decided_in_the_minutes_and_that_is_said(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise refuse(room.NONE_SUCH, room.ANOTHER)

    objected(small_edition)
    monkeypatch.setattr(room, "write_whole", full)
    with pytest.raises(Refused, match="the decision is in the minutes"):
        decide_objection(small_edition, 1, "rejected", by=WHO, reason=WHY)


def test_what_is_not_there_or_decided_in_its_file_alone_is_not_decided(small_edition: Path) -> None:
    decided = '[decision]\noutcome = "upheld"\non = 2019-02-01\nby = "a"\nbecause = "b"\nentry = 1\n'
    objected(objected(small_edition), 2, decided)
    for number, words in ((3, "no such objection; known: 1, 2"), (2, "its file tells a decision that the minutes do not")):
        with pytest.raises(Refused) as refused:
            decide_objection(small_edition, number, "rejected", by=WHO, reason=WHY)
        assert words in refused.value.problems.text("en")


@pytest.mark.parametrize(("number", "by", "words"), [("9" * 5000, WHO, "请写异议的序号"), ("1", "\udcff秘书处", "编码不是 UTF-8")])
def test_what_is_typed_and_is_none_is_refused_in_words(small_edition: Path, number: str, by: str, words: str) -> None:
    done = run("decide", objected(small_edition), "objection", number, "--rejected", "--by", by, "--because", WHY)
    assert words in done.output
    assert not (small_edition / JOURNAL).exists()


def test_no_line_break_makes_an_entry_of_its_own(small_edition: Path) -> None:
    forged = "x\n\n第 2 条　2026-01-01 10:00　会长办公会\n　　本届转为“已决定”。\x1b[2J\u202e"
    decide_state(small_edition, "reviewed", by=f"专家委员会{forged}", reason=forged)
    (entry,) = read_journal(small_edition).entries
    assert entry.reason == "x 第 2 条 2026-01-01 10:00 会长办公会 本届转为“已决定”。 [2J"
    appended(small_edition, "note\n第 3 条", "", "", {"x\nNo. 4": "\n第 5 条\x1b"})
    lines = run("journal", small_edition).output.splitlines()
    assert [line[:3] for line in lines if line.startswith("第")] == ["第 1", "第 2"]
    assert not {"\x1b", "\u202e"} & set("".join(lines))


@pytest.mark.parametrize("details", [{"state": ["x"]}, {"state": "nonsense"}, {}])
def test_a_line_that_names_no_state_does_not_count_and_is_told(small_edition: Path, details: dict[str, object]) -> None:
    appended(small_edition, "state", WHO, WHY, details)
    appended(small_edition, "objection", WHO, WHY, {"objection": True, "outcome": "upheld"})
    for command in ("journal", "check"):
        done = run(command, objected(small_edition))
        assert done.exit_code == 0
        assert "没有写明本届转为哪一状态" in done.output
    assert list(read_objections(small_edition).open()) == [1]
    decide_state(small_edition, "reviewed", by=WHO, reason=WHY)
    assert state_of(read_journal(small_edition)) == "reviewed"


def test_an_entry_of_an_earlier_day_than_the_one_above_is_told(small_edition: Path) -> None:
    ahead = Entry(1, "", dt.datetime(2099, 1, 1, tzinfo=dt.UTC), "state", WHO, WHY, {"state": "draft"})
    (small_edition / JOURNAL).write_bytes(ahead.line + b"\n")
    done = run("decide", small_edition, "state", "reviewed", "--by", WHO, "--because", WHY)
    assert (done.exit_code, done.output.count("早于上一条的 2099-01-01")) == (0, 1), done.output
    assert "早于上一条" not in run("decide", small_edition, "state", "draft", "--by", "秘书处", "--because", WHY).output, "it is told where it begins"
    told = run("journal", small_edition)
    assert (told.exit_code, told.output.count("早于上一条的 2099-01-01")) == (0, 1)


def test_states_follow_one_another_and_are_for_some_to_say(small_edition: Path) -> None:
    said = {"reviewed": WHO, "publicised": "秘书处", "decided": "2019 年第 2 次会长办公会议", "withdrawn": "理事会", "draft": "秘书处"}
    for now, by in said.items():
        assert now in STATES
        for word in STATES:
            if state_of(read_journal(small_edition)) not in STATES[word].after:
                with pytest.raises(Refused, match="does not follow"):
                    decide_state(small_edition, word, by=said[word], reason=WHY)
        decide_state(small_edition, now, by=by, reason=WHY)
        assert state_of(read_journal(small_edition)) == now
    with pytest.raises(Refused, match="for the expert committee to say"):
        decide_state(small_edition, "reviewed", by="秘书处", reason=WHY)
    with pytest.raises(Refused, match="no such state"):
        decide_state(small_edition, "approved", by="会长", reason=WHY)


def test_a_state_goes_by_its_title_too_and_a_wrong_one_is_answered_with_both(small_edition: Path) -> None:
    assert run("decide", small_edition, "state", "已评审", "--by", "专家委员会", "--because", WHY).exit_code == 0
    assert read_journal(small_edition).entries[-1].details["state"] == "reviewed"
    done = run("decide", small_edition, "state", "评审", "--by", "专家委员会", "--because", WHY)
    assert (done.exit_code, "reviewed（已评审）、publicised（公示中）" in done.output) == (1, True)


def test_nothing_is_decided_while_something_pressing_is_open(small_edition: Path) -> None:
    left_open(small_edition)
    for word, by in (("reviewed", WHO), ("publicised", "秘书处")):
        decide_state(small_edition, word, by=by, reason=WHY)
    asked = ("decide", small_edition, "state", "decided", "--by", "会长办公会", "--because", WHY)
    refused = run(*asked)
    assert refused.exit_code == 1
    assert "2 家完全同分" in refused.output
    settled(small_edition, "005")
    changed = run(*asked)
    assert (changed.exit_code, "之后又有改动" in changed.output, "state 已评审" in changed.output) == (1, True, True), changed.output
    with (small_edition / "scheme.toml").open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    for word, by in (("reviewed", WHO), ("publicised", "秘书处")):
        decide_state(small_edition, word, by=by, reason=WHY)
    with (small_edition / "scheme.toml").open("a", encoding="utf-8") as file:
        file.write("# another\n")
    unsealed = run(*asked)  # what is publicised or decided is what was sealed
    assert (unsealed.exit_code, "还没有封存过" in unsealed.output, "committee seal 届次 --as r1" in unsealed.output) == (1, True, True)
    assert state_of(read_journal(small_edition)) == "publicised"


def test_a_decision_before_the_notice_has_ended_is_entered_and_the_day_told(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public = Journal((Entry(1, "", dt.datetime(2019, 1, 31, 9, tzinfo=dt.UTC), "state", "秘书处", "公示", {"state": "publicised"}),))
    told = [room.before_its_end(public, Publication.model_construct(working_days=7), dt.date(2019, 2, day)) for day in (1, 14, 15)]
    assert [note and "到 2019-02-14 才满 7 个工作日" in note.zh for note in told] == [True, True, None]
    assert [room.before_its_end(journal, spec, dt.date(2019, 2, 1)) for journal, spec in ((Journal(), Publication.model_construct(working_days=7)), (public, None))] == [None, None]
    monkeypatch.setattr("toolkit.sealing.states.unlike_newest_bag", lambda *_: Problems())
    monkeypatch.setattr(room, "working_days_after", lambda day, count: day + dt.timedelta(count))  # whatever year it is
    for word, by in (("reviewed", WHO), ("publicised", "秘书处")):
        decide_state(small_edition, word, by=by, reason=WHY)
    objected(small_edition, received=dt.date.today().isoformat(), due="2999-12-31")  # noqa: DTZ011 - the wall's date
    done = run("decide", small_edition, "state", "decided", "--by", "会长办公会", "--because", WHY)
    assert (done.exit_code, "才满" in done.output and "第 1 号异议还没有裁定" in done.output, state_of(read_journal(small_edition))) == (0, True, "decided"), done.output


def test_what_was_decided_is_withdrawn_before_it_is_decided_otherwise(small_edition: Path) -> None:
    left_open(small_edition)
    settled(small_edition, "005")
    for word, by in (("reviewed", WHO), ("publicised", "秘书处")):
        decide_state(small_edition, word, by=by, reason=WHY)
    assert not changed_since(small_edition)
    settled(small_edition, "006")
    assert changed_since(small_edition)
    with pytest.raises(Refused, match="the list may be another by now"):
        decide_state(small_edition, "decided", by="理事会", reason=WHY)
    for word, by in (("reviewed", WHO), ("publicised", "秘书处"), ("decided", "理事会")):
        decide_state(small_edition, word, by=by, reason=WHY)
    scheme = load_scheme(small_edition / "scheme.toml").with_weights({"learning": 25.0})
    for change in (
        lambda: settled(small_edition, "005"), lambda: adopt_scheme(small_edition, scheme_digest(small_edition), scheme, by=WHO, reason=WHY),
        lambda: decide_place(small_edition, {}, "005", "hours", None, by=WHO, reason=WHY),
    ):  # fmt: skip
        with pytest.raises(Refused, match="the edition is decided"):
            change()
    decide_state(small_edition, "withdrawn", by="理事会", reason=WHY)
    settled(small_edition, "005")


def test_nothing_is_decided_before_it_is_received(small_edition: Path) -> None:
    objected(small_edition)
    decide_objection(small_edition, 1, "rejected", by=WHO, reason=WHY)
    path = small_edition / "objections" / "1.toml"
    path.write_text(path.read_text("utf-8").replace("2019-01-31", "2099-01-31"), "utf-8")
    assert "收到之日晚于裁定之日" in read_objections(small_edition).problems.text("zh")
    objected(small_edition, 2, received="2099-01-31")
    with pytest.raises(Refused, match="a day that is still to come"):
        decide_objection(small_edition, 2, "rejected", by=WHO, reason=WHY)


def changed_since(folder: Path) -> bool:
    return "之后又有改动" in run("journal", folder).output


def test_nobody_is_guessed_and_english_sentences_are_english(small_edition: Path) -> None:
    left_open(small_edition)
    with pytest.raises(Refused, match=r"level are: .*005.*006"):
        settled(small_edition, "001")
    with pytest.raises(Refused, match=r"draft, publicised$"):
        (decide_state(small_edition, "reviewed", by=WHO, reason=WHY), decide_state(small_edition, "decided", by="理事会", reason=WHY))
    with pytest.raises(Refused, match="write a number"):
        decide_place(small_edition, {}, "001", "nosuch", float("nan"), by=WHO, reason=WHY)


def test_what_is_left_to_decide_stands_gravest_first(small_edition: Path) -> None:
    left_open(objected(small_edition))
    edition, today = open_edition(small_edition), dt.date(2019, 2, 20)
    matters = open_matters(edition, evaluated(small_edition), today)
    assert [(matter.kind, matter.subject, matter.pressing) for matter in matters] == [("tie", "advanced", True), ("objection", "1", True)]
    settled(small_edition, "006")
    decide_objection(small_edition, 1, "rejected", by=WHO, reason=WHY)
    assert open_matters(edition, evaluated(small_edition), today) == ()
    assert "没有待决定的事项" in repr(open_matters_table(edition, evaluated(small_edition)))
    path = small_edition / "scheme.toml"
    path.write_text(path.read_text("utf-8").replace('"committee"]', '"joint"]').replace("weight = 60", "weight = 55").replace("weight = 40", "weight = 45"), "utf-8")
    edition = open_edition(small_edition)
    matters = open_matters(edition, evaluated(small_edition), today)
    assert [(matter.kind, matter.pressing) for matter in matters] == [("ruling", True), ("scheme", False)]
    assert "学习交流 60 → 55" in matters[1].what.zh
    assert "2 matters, 1 to be decided" in repr(open_matters_table(edition, evaluated(small_edition), "en"))


def test_minutes_whose_end_was_cut_off_are_told_by_the_bags(small_edition: Path) -> None:
    for word, by in (("reviewed", WHO), ("publicised", "秘书处")):
        decide_state(small_edition, word, by=by, reason=WHY)
    journal = small_edition / JOURNAL
    bag = small_edition / "sealed" / "r1"
    bag.mkdir(parents=True)
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "utf-8")
    own = load_scheme(small_edition / "scheme.toml").edition
    (bag / "bag-info.txt").write_text(f"External-Identifier: {own}\nJournal-Head: {read_journal(small_edition).head}\n", "utf-8")
    whole = run("journal", small_edition)
    assert (whole.exit_code, "r1" in whole.output, "没有记入工作记录" in whole.output) == (0, True, True)
    journal.write_bytes(journal.read_bytes().splitlines(keepends=True)[0])
    for command in ("journal", "check"):
        done = run(command, small_edition)
        assert done.exit_code == 1
        assert done.output.count("末尾被删去或换过") == 1
    journal.unlink()
    each = [run("decide", small_edition, "state", "reviewed", "--by", WHO, "--because", WHY), run("evaluate", small_edition, "--out", small_edition / "out"), run("seal", small_edition, "--as", "r2")]
    assert [("末尾被删去或换过" in one.output, one.exit_code) for one in each] == [(True, 1)] * 3
    assert not journal.exists()
    path = small_edition / "scheme.toml"
    path.write_text(path.read_text("utf-8").replace(f'"{own}"', '"another"'), "utf-8")
    copied = run("check", small_edition)
    assert ("另一届的封存包" in copied.output, "末尾被删去" in copied.output) == (True, False)
    path.write_text("title =", "utf-8")
    assert "末尾被删去" in cut_problems(small_edition, read_journal(small_edition)).text()  # whose it is cannot be told, and it may be its own


def test_the_minutes_read_as_a_secretary_writes_them(small_edition: Path) -> None:
    left_open(objected(small_edition))
    settled(small_edition, "006")
    path = small_edition / "scheme.toml"
    path.write_text(path.read_text("utf-8").replace("weight = 60", "weight = 50").replace("weight = 40", "weight = 50"), "utf-8")
    assert "--enter-found" in run("journal", small_edition).output
    decide_objection(small_edition, 1, "rejected", by=WHO, reason=WHY, moves=())
    said = run("journal", small_edition).output
    assert "裁定同分：“先进会员”（代理）剩余名额 1 个，戊代理公司、己代理公司完全同分，授予己代理公司。" in said
    assert "发现评选办法已在记录之外改动：权重：学习交流 60 → 50，诚信自律 40 → 50。" in said
    assert f"第 3 条　{read_journal(small_edition).entries[2].time:%Y-%m-%d %H:%M}　{WHO}" in said
    assert "共 3 条，逐条相扣，核对无误。" in said
    assert "Settled a tie" in run("journal", small_edition, "-l", "en").output
    assert "没有记录" in run("journal", small_edition.parent).output


def test_an_upheld_objection_is_open_until_its_rows_are_mended(small_edition: Path) -> None:
    objected(small_edition, 1, HOURS, member='"戊代理公司"')
    done = run("decide", small_edition, "objection", "1", "--upheld", "--by", WHO, "--because", WHY)
    assert "记录并未因此改动" in done.output
    assert "第 7 行：把“学时”改为 10" in done.output
    (entry,) = read_journal(small_edition).entries
    assert entry.details["member"] == "005"
    (matter,) = open_matters(open_edition(small_edition), evaluated(small_edition), dt.date(2019, 2, 1))
    assert (matter.kind, matter.pressing) == ("objection", True)
    checked = run("check", small_edition)
    assert checked.exit_code == 1
    assert "这一行仍是原样" in checked.output
    papers = run("documents", small_edition, "--to", small_edition.parent / "papers", "--only", "公示")
    assert (papers.exit_code, "这一行仍是原样" in papers.output) == (1, True)
    with pytest.raises(Refused, match="stands as it was"):
        seal_edition(small_edition, "r1")
    book = openpyxl.load_workbook(path := small_edition / "records" / "签到2018.xlsx")
    sheet = book.worksheets[0]
    headings = {cell.value: cell.column for row in sheet.iter_rows(max_row=5) for cell in row}
    sheet.cell(7, next(column for name, column in headings.items() if name and "学时" in str(name)), 10)
    book.save(path)
    assert run("check", small_edition).exit_code == 0
    register = small_edition / "records" / "会员名册.csv"
    register.write_text(register.read_text("utf-8-sig").replace("甲", "申"), "utf-8-sig")
    assert run("journal", small_edition, "--enter-found").exit_code == 0
    unasked, ruled = read_journal(small_edition).entries[1:]
    assert (unasked.details["changes"], unasked.reason) == (["“members”的记录"], "未经记录的改动，照现状记入")
    assert (ruled.details["changes"], ruled.details["rulings"], ruled.reason) == (["“activities”的记录"], [1], "裁定要求的改动，照现状记入")
    assert "照工作记录第 1 条裁定改了：“activities”的记录；别无改动。" in run("journal", small_edition).output
    sheet.cell(8, 2).value = None if sheet.cell(8, 2).value else 1
    book.save(path)
    assert run("journal", small_edition, "--enter-found").exit_code == 0
    assert "rulings" not in read_journal(small_edition).entries[-1].details
    (small_edition / "scheme.toml").write_text("title =", "utf-8")
    assert as_ruled(small_edition, read_journal(small_edition), ["activities"]) == ({}, {})  # what cannot be read was not done as ruled


def test_receipts_and_other_replies_are_written_though_an_upheld_objection_is_not_mended(small_edition: Path, tmp_path: Path) -> None:
    for number, more in ((1, HOURS), (2, ""), (3, "")):
        objected(small_edition, number, more)
    edition = open_edition(small_edition)
    decide_objection(small_edition, 1, "upheld", by=WHO, reason=WHY, mends=mends(edition, room.the_objection(small_edition, 1)), records=edition.records)
    decide_objection(small_edition, 2, "rejected", by=WHO, reason=WHY)
    asked = run("documents", small_edition, "--to", tmp_path / "papers", *(word for name in ("异议受理回执", "异议答复书", "评审会议纪要") for word in ("--only", name)))
    assert (asked.exit_code, sorted(path.name for path in (tmp_path / "papers").iterdir())) == (1, ["异议受理回执.docx", "异议答复书.docx"])
    for words in ("异议答复书（第 3 号异议还没有裁定；第 1 号异议已裁定成立，记录还没有改）", "下列公文没有写：评审会议纪要。要改的如下", "第 7 行：第 1 号异议已裁定成立"):
        assert words in asked.output
    receipts, replies = ("".join(line.text for line in docx.Document(str(tmp_path / "papers" / f"{name}.docx")).paragraphs) for name in ("异议受理回执", "异议答复书"))
    assert [[f"第 {number} 号异议提出人" in text for number in (1, 2, 3)] for text in (receipts, replies)] == [[True] * 3, [False, True, False]]


def test_a_mend_with_anything_else_beside_it_is_not_told_as_ruled() -> None:
    """Of two rulings any may be done; one cell more, or a row twice, is no mend."""
    asked = [(3, Mend("t", "f", "", 2, "", "", "a" * 64, 1)), (5, Mend("t", "f", "", 9, "学时", "10", "b" * 64, 1, "c" * 64))]
    gone, changed = -int("a" * 64, 16), int("c" * 64, 16) - int("b" * 64, 16)
    assert [_done(asked, step % MODULUS) for step in (gone, changed, gone + changed, gone + 1, 2 * gone, 0)] == [(3,), (5,), (3, 5), (), (), ()]


def test_a_struck_row_that_is_gone_is_mended_though_another_stands_in_its_place(small_edition: Path) -> None:
    edition = open_edition(objected(small_edition, 1, STRIKE))
    asked = mends(edition, room.the_objection(small_edition, 1))
    decide_objection(small_edition, 1, "upheld", by=WHO, reason=WHY, mends=asked, records=edition.records)
    frame = edition.records.frames["activities"]
    assert len(read_objections(small_edition, edition.records).problems.errors) == 1
    without = frame[frame["code"] != "005"].reset_index(drop=True)
    without["_row"] = frame["_row"].iloc[: len(without)]
    mended = replace(edition.records, frames={**edition.records.frames, "activities": without})
    assert not read_objections(small_edition, mended).problems.errors


def test_a_rehearsal_says_which_row_it_strikes_and_whose_it_is(small_edition: Path) -> None:
    settled(left_open(small_edition), "006")
    objected(small_edition, 1, STRIKE.replace("{ table", '{ file = "签到2018.xlsx", table'), member='"己代理公司"')
    told = run("decide", small_edition, "objection", "1", "--if-upheld").output
    assert "删去这一行（005 戊代理公司）" in told
    assert "这一行不是所涉会员的记录" in told
    assert "是哪一项改动所致" not in told
    assert 0 < told.find("改正后的名单还有下列问题") < told.find("没有这样的同分，裁定不再适用")


@pytest.mark.parametrize(("upheld", "words"), [
    (STRIKE.replace("activities", "签到2018"), "is `activities` meant"), (STRIKE.replace("005", "999"), "the files of this table: records/"),
    ('[upheld]\nstrike = ["签到2018.xlsx 第7行"]\n', "write { table = …, file = …, row = …, where = … }"),
])  # fmt: skip
def test_what_is_written_amiss_is_refused_with_how_it_is_written(small_edition: Path, upheld: str, words: str) -> None:
    objected(small_edition, more=upheld)
    with pytest.raises(Refused) as refused:
        rehearsed(open_edition(small_edition), evaluated(small_edition), room.the_objection(small_edition, 1))
    assert words in refused.value.problems.text("en")


@pytest.mark.parametrize("page", ["docs/keeping.md", "docs/keeping.zh-CN.md"])
def test_the_objection_on_the_page_is_read_as_it_stands(small_edition: Path, page: str) -> None:
    text = Path(page).read_text("utf-8")
    (small_edition / "objections").mkdir()
    (small_edition / "objections" / "1.toml").write_text(next(block for block in text.split("```toml\n") if block.startswith("received")).split("```")[0], "utf-8")
    upheld = room.the_objection(small_edition, 1).upheld
    assert upheld is not None
    assert (len(upheld.strike), len(upheld.correct), len(upheld.add)) == (1, 1, 1)


@pytest.mark.parametrize("how", ["--if-upheld", "--upheld", "--rejected"])
def test_an_objection_that_concerns_no_member_is_not_decided(small_edition: Path, how: str) -> None:
    objected(small_edition, 1, HOURS, member='"戊代理"')
    done = run("decide", small_edition, "objection", "1", how, "--by", WHO, "--because", WHY)
    assert done.exit_code == 1
    assert "是否应为“005 戊代理公司”" in done.output
    assert not (small_edition / JOURNAL).exists()
