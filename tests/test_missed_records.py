"""Objections to a record that was missed or a score that should be none; and what was upheld without saying what is to be mended."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from tests.test_command_line import run
from tests.test_objections import HOURS, objected
from tests.test_rulings import WHO, WHY, evaluated, left_open
from toolkit import Edition, open_edition
from toolkit.comparison.objections import _upheld, mends, rehearsed
from toolkit.documents.fields import Case
from toolkit.documents.objections import changed_results, objection_fields, reply_fields
from toolkit.ground.problems import Refused
from toolkit.minutes.journal import Entry, read_journal
from toolkit.minutes.mends import MODULUS, Mend, _done, _overruled, mends_of, unmended
from toolkit.minutes.objections import (
    decide_objection,
    objection_file,
    read_objections,
    refuse_unmended,
    the_objection,
)
from toolkit.minutes.wording import carried_out
from toolkit.records import Records
from toolkit.records.dictionary import Column
from toolkit.reports.committee_tables import open_matters

BOOK = "records/签到2018.xlsx"
ADD = '[upheld]\nadd = [{ table = "activities", cells = { code = "005", kind = "讲座", hours = 8 } }]\n'


def signed(folder: Path, *rows: tuple[object, ...]) -> None:
    """Rows written below those that stand in the sheet of who took part."""
    book = openpyxl.load_workbook(folder / BOOK)
    for row in rows:
        book.worksheets[0].append(row)
    book.save(folder / BOOK)


def ruled(folder: Path, number: int = 1) -> None:
    edition, objection = open_edition(folder), the_objection(folder, number)
    asked = mends(edition, objection, objection_file(number))
    decide_objection(folder, number, "upheld", by=WHO, reason=WHY, mends=asked, records=edition.records)


def standing(folder: Path) -> str:
    return read_objections(folder, open_edition(folder).records).problems.text("zh")


def test_a_record_that_was_missed_is_rehearsed_and_asked_for_until_it_is_there(small_edition: Path) -> None:
    objected(left_open(small_edition), 1, ADD)
    done = run("decide", small_edition, "objection", "1", "--upheld", "--if-upheld", "--by", WHO, "--because", WHY)
    assert (done.exit_code, "预演：补一行：会员代码 005、形式 讲座、学时 8（005 戊代理公司）" in done.output) == (0, True), done.output
    assert "戊代理公司" in "".join(read_journal(small_edition).entries[0].details["moves"])
    assert f"须手工改好：{BOOK}：补一行：会员代码 005、形式 讲座、学时 8；" in done.output
    (matter,) = [matter for matter in open_matters(open_edition(small_edition), evaluated(small_edition), dt.date(2019, 2, 1)) if matter.kind == "objection"]
    assert (matter.pressing, "还没有应补的一行" in matter.what.zh) == (True, True)
    signed(small_edition, ("005", "讲座", 6))
    assert "还没有应补的一行" in standing(small_edition), "a row that holds something else is another"
    with pytest.raises(Refused, match="lacks the row that is to be added"):
        refuse_unmended(small_edition, open_edition(small_edition).records)
    signed(small_edition, ("００5", "讲座 ", "８.0"))
    assert standing(small_edition) == ""


def test_the_rehearsal_is_what_the_record_gives_once_it_is_there(small_edition: Path) -> None:
    objected(left_open(small_edition), 1, ADD)
    trial = rehearsed(open_edition(small_edition), evaluated(small_edition), the_objection(small_edition, 1))
    ruled(small_edition)
    signed(small_edition, ("005", "讲座", 8))
    assert trial.after.ranking.equals(evaluated(small_edition).ranking)
    assert run("journal", small_edition, "--enter-found").exit_code == 0
    assert read_journal(small_edition).entries[-1].details["rulings"] == [1], "nothing was done but what was ruled"


def test_of_two_rows_that_hold_the_same_each_is_to_be_added(small_edition: Path) -> None:
    signed(small_edition, ("005", "讲座", 8))
    objected(small_edition, 1, ADD.replace("add = [", 'add = [{ table = "activities", cells = { code = "005", kind = "讲座", hours = 8 } }, '))
    asked = mends(open_edition(small_edition), the_objection(small_edition, 1))
    assert [mend.alike for mend in asked] == [1, 2]
    both = [(1, mend) for mend in asked]
    assert _done(both, sum(int(mend.becomes, 16) for mend in asked) % MODULUS) == (1,)
    unseen = replace(asked[0], added="", digest=asked[0].becomes)
    assert _done([(2, unseen)], 0) == (), "an empty cell that is to say 回避 moves no tally"


def test_a_later_ruling_goes_before_an_earlier_one(small_edition: Path) -> None:
    objected(small_edition, 1, ADD)
    ruled(small_edition)
    signed(small_edition, ("005", "讲座", 8))
    objected(small_edition, 2, ADD.replace("add", "strike").replace("cells", "where"))
    ruled(small_edition, 2)
    assert standing(small_edition).count("这一行仍是原样") == 1
    book = openpyxl.load_workbook(small_edition / BOOK)
    book.worksheets[0].delete_rows(book.worksheets[0].max_row)
    book.save(small_edition / BOOK)
    assert standing(small_edition) == ""
    objected(small_edition, 3, ADD)
    ruled(small_edition, 3)
    assert [f"第 {number} 号" in standing(small_edition) for number in (1, 2, 3)] == [False, False, True]
    records = open_edition(small_edition).records
    bagged = replace(records, frames={**records.frames, "activities": records.frames["activities"].drop(columns="hours")})
    assert not read_objections(small_edition, bagged).problems, "a bag may hold another table in the place of this one"


@pytest.mark.parametrize(("cells", "words"), [
    ('code = "999", hours = 8', "no member has this code"), ('kind = "讲座", hours = 8', "say it in cells: code"), ('code = "005", hour = 8', "no such column"),
    ('code = "005", kind = "郊游"', "not among the choices"), ('code = "005", hours = 99', "outside 0 to 80"), ('code = ""', "must not be empty"),
    ('code = "００5", hours = 20', '"００5、20": there is such a row: records/签到2018.xlsx, row 7'), ('code = "005", hours = 8 } }, { table = "activities", cells = { code = "005", hours = 8', "one row is told twice"),
])  # fmt: skip
def test_a_record_that_its_table_cannot_hold_is_refused_in_words(small_edition: Path, cells: str, words: str) -> None:
    tables = small_edition / "tables.toml"
    tables.write_text(tables.read_text("utf-8").replace('签到*.xlsx"', '签到*.xlsx"\nunique = ["code", "hours"]'), "utf-8")
    objected(small_edition, 1, f'[upheld]\nadd = [{{ table = "activities", cells = {{ {cells} }} }}]\n')
    with pytest.raises(Refused, match=words):
        mends(open_edition(small_edition), the_objection(small_edition, 1))


def with_columns(edition: Edition, unique: tuple[str, ...] = (), **columns: Column) -> Edition:
    """The edition with more columns of the activities, all empty, and what makes one of them unique."""
    table = edition.tables.table["activities"]
    table = table.model_copy(update={"unique": unique, "column": {**table.column, **columns}})
    tables = edition.tables.model_copy(update={"table": {**edition.tables.table, "activities": table}})
    frame = edition.records.frames["activities"].assign(**{name: pd.Series(dtype="str") for name, column in columns.items() if not column.personal})
    return replace(edition, tables=tables, records=replace(edition.records, tables=tables, frames={**edition.records.frames, "activities": frame}))


def test_a_record_that_was_missed_may_name_another_firm_and_no_person(small_edition: Path) -> None:
    columns = {"event": Column(type="text"), "supplier": Column(type="credit_code"), "phone": Column(type="text", personal=True, required=True)}
    edition = with_columns(open_edition(small_edition), ("code", "event"), **columns)
    objected(small_edition, 1, ADD.replace("hours = 8", 'event = "Ｐ１", supplier = "91440101YX9000047L"'))
    _, (mend,) = _upheld(edition, the_objection(small_edition, 1), "")
    assert mend.known_by == "code event"
    objected(small_edition, 2, ADD.replace("hours = 8", 'event = "p1"'))
    edition.records.frames["activities"].loc[5, "event"] = "P1"
    with pytest.raises(Refused, match="there is such a row"):
        _upheld(edition, the_objection(small_edition, 1), "")
    objected(small_edition, 3, ADD.replace("hours = 8", 'supplier = "91440101YX9000047M"'))
    with pytest.raises(Refused, match=r"upheld\.activities\.supplier"):
        _upheld(edition, the_objection(small_edition, 3), "")


@pytest.mark.parametrize(("more", "words"), [('table = "members", cells = { code = "900" }', "cannot be rehearsed"), ('table = "activities", cells = {}', "what the record holds is not said")])
def test_members_and_rows_of_nothing_are_not_added(small_edition: Path, more: str, words: str) -> None:
    objected(small_edition, 1, f"[upheld]\nadd = [{{ {more} }}]\n")
    with pytest.raises(Refused) as refused:
        mends(open_edition(small_edition), the_objection(small_edition, 1))
    assert words in refused.value.problems.text("en")


def test_who_applied_is_not_rehearsed_by_a_row_added(small_edition: Path) -> None:
    scheme = small_edition / "scheme.toml"
    scheme.write_text(scheme.read_text("utf-8").replace('class = "kind"', 'class = "kind"\napplied = "activities.code"', 1), "utf-8")
    objected(small_edition, 1, ADD)
    with pytest.raises(Refused, match="applications cannot be rehearsed"):
        mends(open_edition(small_edition), the_objection(small_edition, 1))


def test_a_row_added_counts_to_the_head_office_and_is_known_as_its_branchs_and_as_none(small_edition: Path) -> None:
    tables = small_edition / "tables.toml"
    tables.write_text(tables.read_text("utf-8").replace("range    = [0, 80]", 'range    = [0, 80]\nnot_applicable = ["回避"]'), "utf-8")
    written = tables.read_text("utf-8")
    tables.write_text(written + '\n[table.activities.column.remark]\nheadings = ["备注"]\ntype = "text"\n', "utf-8")
    objected(small_edition, 1, ADD.replace('"005"', '"戊分公司"').replace("hours = 8", 'hours = "回避", remark = "13800138000"'))
    edition = open_edition(small_edition)
    branched = replace(edition, records=replace(edition.records, counts_to={"戊分公司": "005"}, branches=frozenset({"戊分公司"})))
    records, (mend,) = _upheld(branched, the_objection(small_edition, 1), "")
    assert mend.value.endswith("学时 回避、备注 138****8000"), "the minutes are handed round"
    assert records.frames["activities"]["code"].iloc[-1] == "005"
    assert (records.of_branches["activities"].iloc[-1], records.of_branches["activities"].sum()) == (True, 1)
    assert (records.not_applicable["activities"]["hours"].iloc[-1], records.not_applicable["activities"]["hours"].sum()) == (True, 1)


@pytest.mark.parametrize(("value", "apart", "asked"), [("回避", True, "把“学时”改为 回避"), ("", False, "清空“学时”")])
def test_a_score_becomes_none_and_one_that_says_so_stands_already(small_edition: Path, value: str, apart: object, asked: str) -> None:
    tables = small_edition / "tables.toml"
    tables.write_text(tables.read_text("utf-8").replace("range    = [0, 80]", 'range    = [0, 80]\nnot_applicable = ["回避"]'), "utf-8")
    objected(small_edition, 1, HOURS.replace("value = 10", f'value = "{value}"'))
    edition = open_edition(small_edition)
    assert [mend.asked.zh for mend in mends(edition, the_objection(small_edition, 1))] == [asked]
    records, _ = _upheld(edition, the_objection(small_edition, 1), "")
    marks = records.not_applicable["activities"]
    assert ("hours" in marks and bool(marks["hours"].iloc[5]), marks.get("hours", marks.sum(axis=1)).sum()) == (apart, apart)
    ruled(small_edition)
    for stands, mark in ((False, value), (not apart, "" if apart else "回避")):
        book = openpyxl.load_workbook(small_edition / BOOK)
        book.worksheets[0].cell(7, 3).value = mark or None
        book.save(small_edition / BOOK)
        assert ("“学时”却不是裁定所定" in standing(small_edition)) == (mark != value)
        objected(small_edition, 2, HOURS.replace("value = 10", f'value = "{value}"'))
        again = mends(open_edition(small_edition), the_objection(small_edition, 2))
        assert [mend.stays for mend in again] == [int(mark == value)], stands
    ruled(small_edition, 2)
    assert "这一行仍是原样" in standing(small_edition), "empty and 回避 have one digest, and are told apart"
    book.worksheets[0].cell(7, 3).value = value or None
    book.save(small_edition / BOOK)
    assert not standing(small_edition)


def test_a_cell_is_mended_when_it_holds_what_was_ruled_whatever_else_becomes_of_its_row(small_edition: Path) -> None:
    """Known by its key where that tells it, else by its place; minutes that do not tell the cell take any change for the mend."""
    objected(small_edition, 1, HOURS)
    ruled(small_edition)
    records, (entry,) = open_edition(small_edition).records, read_journal(small_edition).entries
    (mend,) = mends_of(entry.details)
    frame = records.frames["activities"]
    at = frame.index[frame["code"] == "005"][0]

    def told(ruling: Entry = entry, *more: Entry, gone: bool = False, moved: bool = False, beside: bool = False, **cells: object) -> str:
        now = frame.copy()
        for column, value in cells.items():
            now.loc[at, column] = value  # type: ignore[call-overload]
        if beside:  # another row that holds what this one is to hold
            now.loc[at + 1, ["code", "kind", "hours"]] = ["005", frame.loc[at, "kind"], 10]
        now = now.drop(index=at).reset_index(drop=True) if gone else now
        now["_row"] = now["_row"] + moved
        held = replace(records, frames={**records.frames, "activities": now})
        return "\n".join(problem.line("zh") for _, problem in unmended({entry.number: entry for entry in (ruling, *more)}, held))

    assert "这一行仍是原样" in told()
    assert "第 7 行：第 1 号异议已裁定成立（记录第 1 条），这一行改过，“学时”却不是裁定所定；请把“学时”改为 10" in told(hours=12)
    assert "“学时”却不是裁定所定" in told(kind="学习班"), "another cell of the row"
    assert "第 8 行" in told(hours=12, moved=True)
    assert "应改的一行已经没有了；请补回这一行（原第 7 行），并把“学时”改为 10" in told(gone=True, moved=True)
    assert (told(hours=10), told(hours=10, kind="学习班"), told(hours=10, kind="学习班", moved=True), told(hours=10, code="006")) == ("",) * 4
    twin = replace(entry, details={**entry.details, "mends": [replace(mend, twins=1).details]})
    assert (mend.known_by, mend.twins, told(hours=12, beside=True), told(twin, hours=10, beside=True)) == ("code", 0, "", "")
    assert "“学时”却不是裁定所定" in told(twin, hours=12, beside=True), "where another held already what it becomes, its own cell tells"
    former = replace(entry, details={**entry.details, "mends": [replace(mend, cell="", known_by="", key="", twins=0).details]})
    assert ("仍是原样" in told(former), told(former, hours=12), told(former, gone=True)) == (True, "", "")
    for later, over in (({"column": "", "becomes": ""}, True), ({}, True), ({"row": 9}, False), ({"column": "形式"}, False)):
        ruling = replace(entry, number=2, details={**entry.details, "mends": [replace(mend, cell="", digest="0" * 64, **later).details]})
        assert ("（记录第 1 条）" not in told(entry, ruling, hours=12)) == over, later


def stood(records: Records, *, gone: str = "", added: dict[str, Any] | None = None, swapped: bool = False, **cells: Any) -> Records:
    """The records after somebody was at work in the activities: at the row of 005, at another row, or at the whole sheet."""
    frame = records.frames["activities"].copy()
    for column, value in cells.items():
        frame.loc[frame["code"] == "005", column] = value
    frame = frame[frame["code"] != gone].reset_index(drop=True)
    if gone:
        frame["_row"] = records.frames["activities"]["_row"].iloc[: len(frame)]  # what stood below moves up
    if added:
        frame.loc[len(frame)] = {**frame.iloc[-1].to_dict(), **dict.fromkeys(records.tables.table["activities"].column), "_row": int(frame["_row"].max()) + 1, **added}
    if swapped:
        frame["_row"] = [*frame["_row"]][::-1]
    return replace(records, frames={**records.frames, "activities": frame}, not_applicable={**records.not_applicable, "activities": pd.DataFrame(index=frame.index)})


class Rulings:
    """Objections upheld one after the other, each of the records as they stood then."""

    def __init__(self, edition: Edition) -> None:
        self.edition, self.entries = edition, dict[int, Entry]()

    def uphold(self, upheld: str, **then: Any) -> list[Mend]:
        edition = replace(self.edition, records=stood(self.edition.records, **then))
        number = len(self.entries) + 1
        asked = mends(edition, the_objection(objected(edition.folder, number, f"[upheld]\n{upheld}\n"), number))
        self.entries[number] = Entry(number, "", dt.datetime.now().astimezone(), "objection", WHO, WHY, {"outcome": "upheld", "mends": [mend.details for mend in asked]})
        return asked

    def left(self, **now: Any) -> list[tuple[int, str]]:
        return [(number, problem.line("zh")) for number, problem in unmended(self.entries, stood(self.edition.records, **now))]

    def numbers(self, **now: Any) -> list[int]:
        return [number for number, _ in self.left(**now)]


def cell(value: object, column: str = "hours", member: str = "005") -> str:
    return f'correct = [{{ table = "activities", where = {{ code = "{member}" }}, column = "{column}", value = {value} }}]'


GOES = 'strike = [{ table = "activities", where = { code = "005" } }]'
COMES = 'add = [{ table = "activities", cells = { code = "005", kind = "讲座", hours = 8 } }]'


@pytest.mark.parametrize("unique", [True, False])
def test_a_row_that_goes_is_gone_and_not_only_another(small_edition: Path, unique: bool) -> None:  # noqa: FBT001
    rulings = Rulings(with_columns(open_edition(small_edition), ("code",) if unique else ()))
    (mend,) = rulings.uphold(GOES)
    assert (mend.twins, "这一行仍是原样" in rulings.left()[0][1]) == (0, True)
    assert ["应删的一行改过，却没有删去" in words for _, words in rulings.left(hours=7)] == [True]
    assert rulings.numbers(hours=7, swapped=True) == [1] * unique, "only what makes a row unique tells it in another place"
    assert rulings.numbers(gone="005") == []
    assert rulings.numbers(gone="005", added={"code": "005", "kind": "讲座", "hours": 8}) == [1] * unique, "a table that may hold several of one member may get another"
    rulings.uphold(COMES, gone="005")
    assert rulings.numbers(gone="005", added={"code": "005", "kind": "讲座", "hours": 8}) == []
    assert rulings.numbers(gone="005") == [2]
    if unique:  # what was added is known by its code, whatever else was filled in
        more = Rulings(rulings.edition)
        more.uphold(COMES.replace(", hours = 8", ""), gone="005")
        more.uphold(GOES, gone="005", added={"code": "005", "kind": "讲座", "hours": 8})
        assert more.numbers(gone="005") == []
    else:
        another = Rulings(rulings.edition)
        another.uphold(GOES)
        another.uphold(COMES)
        assert another.numbers() == [1, 2], "another of the same member is another row"


def test_of_two_rulings_about_one_row_the_later_counts(small_edition: Path) -> None:
    edition, kind = open_edition(small_edition), cell('"学习班"', "kind")
    for first, later, now, left in (
        (cell(10), cell(20), {}, []),  # the committee erred, and says so: the cell stays
        (cell(10), cell(20), {"hours": 10}, [2]),
        (cell(10), cell(20), {"gone": "005", "added": {"code": "012"}, "swapped": True}, [2]),
        (cell(10), cell(12), {}, [2]),
        (cell(10), cell(12), {"hours": 10}, [2]),
        (cell(10), cell(12), {"hours": 12}, []),
        (cell(10), kind, {}, [1, 2]),
        (cell(10), kind, {"hours": 10}, [2]),
        (cell(10), kind, {"hours": 10, "kind": "学习班"}, []),
        (GOES, cell(20), {}, []),
        (GOES, cell(4), {}, [2]),
        (GOES, cell(4), {"hours": 4}, []),
        (cell(4), GOES, {}, [2]),
        (cell(4), GOES, {"hours": 4}, [2]),
        (cell(4), GOES, {"gone": "005"}, []),
        (GOES, cell(4, member="006"), {}, [1, 2]),
        (cell(10)[:-1] + "," + kind.partition("[")[2], "", {"hours": 10}, [1]),  # half of one ruling
        (cell('" "'), "", {"hours": None}, []),
    ):
        rulings = Rulings(edition)
        for upheld in filter(None, (first, later)):
            asked = rulings.uphold(upheld)
            assert carried_out({"outcome": "upheld", "mends": [mend.details for mend in asked]}).zh.startswith("按裁定记录不须更改") == (asked[0].stays == 1)
        assert rulings.numbers(**now) == left, (first, later, now)
    moved = Rulings(edition)
    moved.uphold(cell(10))
    moved.uphold(cell(12), hours=10, swapped=True)
    assert moved.numbers(hours=12, swapped=True) == [], "the row that was mended is ruled on anew where it stands by then"


def test_a_ruling_that_a_later_one_changed_is_not_said_to_be_carried_out_and_nobody_is_told_of_it(small_edition: Path) -> None:
    left_open(small_edition)
    objected(small_edition, 1, HOURS)
    assert run("decide", small_edition, "objection", "1", "--upheld", "--by", WHO, "--because", WHY).exit_code == 0
    case = replace(Case.of(evaluated(small_edition), open_edition(small_edition).records), journal=read_journal(small_edition), objections=read_objections(small_edition))
    assert "其后的裁定" not in str(objection_fields(case))
    before = {member for member, _ in changed_results(case)}
    assert [*read_objections(small_edition, open_edition(small_edition).records).pending()] == [1], "what is published is in doubt until it is mended"
    objected(small_edition, 2, HOURS.replace("value = 10", "value = 20"))  # as it stands: the first erred
    assert run("decide", small_edition, "objection", "2", "--upheld", "--by", WHO, "--because", WHY).exit_code == 0
    case = replace(case, journal=read_journal(small_edition), objections=read_objections(small_edition, open_edition(small_edition).records))
    assert not case.objections.pending()
    first, second = objection_fields(case)["异议"]
    assert ("其后的裁定改动了本件裁定" in str(first["更改"]), "按裁定记录不须更改" in str(second["更改"])) == (True, True)
    assert before
    assert not {member for member, _ in changed_results(case)}
    assert reply_fields(case)["异议"]


def test_each_of_two_like_rows_is_held_to_its_own_ruling(small_edition: Path) -> None:
    """In one table, and in two that hold the same: what is ruled of the one says nothing of the other."""
    edition = open_edition(small_edition)
    frame = edition.records.frames["activities"]
    for column, held in (("kind", "讲座"), ("hours", 20), ("code", "005")):
        frame.loc[frame["code"] == "006", column] = held
    rulings = Rulings(edition)
    for row, value in ((7, 10), (8, 12)):
        rulings.uphold(cell(value).replace("where", f"row = {row}, where"))
    assert rulings.numbers() == [1, 2]
    both = '[{ table = "activities", row = 7MORE }, { table = "activities", row = 8MORE }]'
    for upheld in (f"strike = {both}".replace("MORE", ""), f"correct = {both}".replace("MORE", ', column = "hours", value = 10')):
        again = Rulings(edition)
        again.uphold(upheld)
        now = again.edition.records.frames["activities"]
        done = now.drop(index=6) if upheld.startswith("strike") else now.assign(hours=now["hours"].mask(now.index == 6, 10))
        assert len(again.numbers()) == 2
        again.edition = replace(edition, records=replace(edition.records, frames={**edition.records.frames, "activities": done}))
        assert again.numbers() == [1], "one of them alone is done"
    first, second = (mends_of(entry.details) for entry in rulings.entries.values())
    (mend,), (other,) = first, second
    frame.loc[frame["_row"] == 8, "hours"] = 10
    beside = Rulings(edition)
    beside.uphold(cell(10).replace("where", "row = 7, where"))  # where another row holds that already
    beside.uphold(cell(12).replace("where", "row = 8, where"))
    assert beside.numbers() == [1, 2]
    struck = Rulings(edition)
    struck.uphold(GOES.replace("where", "row = 7, where"))
    struck.edition = replace(edition, records=replace(edition.records, frames={**edition.records.frames, "activities": frame.drop(index=5).assign(_row=frame["_row"] - 1)}))
    assert struck.numbers() == [], "another of the same member stands in its place"
    assert (_overruled(mend, replace(other, row=7)), _overruled(mend, other), _overruled(mend, replace(other, row=7, table="visits"))) == (True, False, False)
    assert not _overruled(replace(mend, added="code"), replace(other, digest=mend.becomes, table="visits"))
    assert not _overruled(replace(mend, added="code"), replace(other, digest=mend.becomes, added="code"))


@pytest.mark.parametrize("value", ['""', '" "', '"/"', '"—"'])
def test_what_the_dictionary_reads_as_empty_is_told_as_empty(small_edition: Path, value: str) -> None:
    assert [mend.asked.zh for mend in Rulings(open_edition(small_edition)).uphold(cell(value))] == ["清空“学时”"]


def test_what_is_upheld_without_saying_what_is_to_be_mended_is_warned_of(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    objected(small_edition, 1)
    objected(small_edition, 2, "[upheld]\n")
    objected(small_edition, 3, HOURS.replace("value = 10", "value = 20"))  # as it stands already
    for number in ("1", "2", "3"):
        done = run("decide", small_edition, "objection", number, "--upheld", "--by", WHO, "--because", WHY)
        assert (done.exit_code, "是否已改正无从核对" in done.output) == (0, number == "1"), done.output
        assert ("记录不必改动。" in done.output, "须手工改好" in done.output, "预演：" in done.output) == (number != "1", number == "1", False)
    checked = run("check", small_edition)
    assert (checked.exit_code, checked.output.count("是否已改正无从核对")) == (0, 1)
    scheme, bag = small_edition / "scheme.toml", small_edition / "sealed" / "r1"
    scheme.write_text(scheme.read_text("utf-8").replace('approval = "测试〔2019〕1号"', 'approval = ""'), "utf-8")
    bag.mkdir(parents=True)
    (bag / "bag-info.txt").write_text("Internal-Sender-Identifier: r1\n", "utf-8")
    monkeypatch.setattr("toolkit.sealing.seals.seal_edition", lambda *_, **__: bag)
    sealed = run("seal", small_edition, "--as", "r2")
    assert (sealed.exit_code, sealed.output.count("是否已改正无从核对")) == (0, 1), sealed.output
    (matter,) = [matter for matter in open_matters(open_edition(small_edition), evaluated(small_edition), dt.date(2019, 2, 1)) if matter.kind == "objection"]
    assert (matter.subject, matter.pressing) == ("1", False), "it holds up nothing"
    objected(small_edition, 4, HOURS.replace("value = 10", "value = 99"))
    checked = run("check", small_edition)
    assert (checked.exit_code, "outside 0 to 80" in run("check", small_edition, "-l", "en").output, "超出" in checked.output) == (0, True, True), checked.output
    path = small_edition / "objections" / "1.toml"
    path.write_text(path.read_text("utf-8").replace("[decision]", "[upheld]\n\n[decision]"), "utf-8")
    assert not read_objections(small_edition).unheld
