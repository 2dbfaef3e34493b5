"""Objections: one file each in ``objections/``; received when, by whom, about what, due by when; and how each was decided.

Whoever objects is named in the file alone: neither the minutes, nor a bag, nor any page says who it was.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from toolkit.ground.problems import Problem, Problems, Refused, refuse, stop_at
from toolkit.ground.text import Phrase, discreet, listed, phrase
from toolkit.ground.toml_reader import Fault, StrictModel, read_model
from toolkit.ground.toml_syntax import Raw
from toolkit.ground.writing import edition_lock, refusing, write_whole
from toolkit.minutes.adoption import entered
from toolkit.minutes.decisions import decided_on, likely, meant, publicised_on
from toolkit.minutes.journal import JOURNAL, Entry, Journal, read_journal, refuse_unsaid
from toolkit.minutes.mends import MENDS, OBJECTION, TALLIES, UPHELD, Mend, tallies, unmended
from toolkit.records import Records
from toolkit.scheme import Publication

FOLDER = "objections"
NUMBER = re.compile(r"[1-9][0-9]{0,5}")
WORKING_DAYS = 10
"""Working days in which an objection is to be answered, where its file does not say otherwise."""
Text = Annotated[str, Field(min_length=1)]
Cell = str | int | float | bool | dt.date
Outcome = Literal["upheld", "rejected"]
NOT_NAMED = Phrase("文件名应为序号", "its name is to be its number")
CALL_IT = Phrase("请改名为 1.toml、2.toml 这样", "call it 1.toml, 2.toml and so on")
NONE_SUCH = Phrase("没有这一号异议", "there is no such objection")
UNKNOWN = Phrase("会员名册里没有这个会员", "no member has this code")
CHECK_CODE = Phrase("请照会员名册填写代码或全称", "write the code or the full name as the list of members has it")
NOT_YET = Phrase("{year} 年放假安排尚未公布，算不出答复期限", "the holidays of {year} are not published: the day it is due cannot be told")
SAY_DUE = Phrase("请在文件中写明 due = 日期", "write the day into the file: due = DATE")
DECIDED_ALREADY = Phrase("这一异议已经裁定（第 {line} 条）", "this objection is decided already (entry {line})")
ANOTHER = Phrase("如有新的事实，请另立一号异议", "where there is something new, enter it as another objection")
ELSEWHERE = Phrase("文件里写了裁定，记录里却没有", "its file tells a decision that the minutes do not")
BY_COMMAND = Phrase("请删去 [decision]，用 committee decide 届次 objection 序号 记入", "remove [decision], and enter it with committee decide DIR objection NUMBER")
STILL_TO_COME = Phrase("收到之日还没有到", "received on a day that is still to come")
CHECK_DAY = Phrase("请改正收到之日", "correct the day it was received on")
IS_NAMED = Phrase("写有提出异议的人，会随记录公开", "it names whoever objects, and goes into the minutes")
UNNAMED = Phrase("请删去其姓名，如改为“某会员”", "leave the name out: `a member`")
IN_MINUTES = Phrase("裁定已记入记录，但没有写进异议的文件", "the decision is in the minutes, but was not written into the objection's file")
EARLY = Phrase(
    "提醒：公示自 {begins} 起，到 {ends} 才满 {n} 个工作日（首日不计）；期满之前仍可提出异议，表彰决定和证书请待期满再发",
    "note: the notice stands from {begins} to {ends} ({n:working day|working days}, the first day not counted); objections may be raised until then: "
    "send out commendation and certificates when it has ended",
)
UNRULED = Phrase(
    "提醒：第 {numbers.zh} 号异议还没有裁定，请先裁定：committee decide 届次 objection 序号 --upheld 或 --rejected；裁定之前，表彰决定、荣誉证书和成果报告都带“草稿”",
    "note: not ruled on yet: {numbers.en}; rule first: committee decide DIR objection NUMBER --upheld or --rejected; until then commendation, certificates and report are drafts",
)
AS_MINUTED = Phrase("请照记录补写 [decision]", "write [decision] as the minutes have it")
UNHELD = (
    "第 {n} 号异议已裁定成立（记录第 {line} 条），却没有写明记录要改什么，是否已改正无从核对",
    "objection {n} is upheld (entry {line}) without saying what becomes of the records: whether they are mended cannot be told",
)
LOOK_YOURSELF = Phrase(
    "请照裁定逐项核对记录；以后先写 [upheld] 再裁定。不必改记录的，在文件里写一个空的 [upheld]，即不再提示",
    "hold the records against the ruling yourself, and write [upheld] before you rule next time; where no record is to be mended, an empty [upheld] in the file says so",
)


class Place(StrictModel):
    """One record: the row of a file, or what columns of it hold, enough to tell it from all others."""

    table: Text
    file: str = ""
    row: Annotated[int | None, Field(ge=1)] = None
    where: dict[str, Cell] = {}


class Correction(Place):
    """One cell of a record, and what it would hold."""

    column: Text
    value: Cell


class Addition(StrictModel):
    """A record that was missed, and what its columns would hold."""

    table: Text
    cells: dict[str, Cell]


class Upheld(StrictModel):
    """What becomes of the records if an objection is upheld: rows struck, cells corrected, records added; nothing where it is empty."""

    strike: tuple[Place, ...] = ()
    correct: tuple[Correction, ...] = ()
    add: tuple[Addition, ...] = ()

    @property
    def steps(self) -> tuple[Place | Addition, ...]:
        """What is done to the records, in its order."""
        return (*self.correct, *self.strike, *self.add)


class Decision(StrictModel):
    """How it was decided, as the minutes say it too."""

    outcome: Outcome
    on: dt.date
    by: Text
    because: Text
    entry: int


class Objection(StrictModel):
    """One objection.

    `by` is who objects: personal, and said nowhere else. `member` is the key of the member concerned. It is to be answered within
    `working_days` of the day it was `received`, that day not counted, or on the day `due`. `upheld` says what would become of the records.
    """

    received: dt.date
    by: Text
    member: Text
    about: Text
    working_days: Annotated[int, Field(ge=1, le=250)] = WORKING_DAYS
    due: dt.date | None = None
    upheld: Upheld | None = None
    decision: Decision | None = None

    @property
    def answer_by(self) -> dt.date | None:
        """The day by which it is to be answered; None where the holidays of that year are not published yet."""
        try:
            return self.due or working_days_after(self.received, self.working_days)
        except (NotImplementedError, OverflowError):  # in a year not published, or after the last that there is
            return None


@dataclass(frozen=True)
class Objections:
    """The objections of an edition by number, what is wrong with their files, and which were upheld while a record stands as it was.

    `unheld` warns of those that were upheld without saying what becomes of the records: nothing can be held to these.
    """

    listed: dict[int, Objection] = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)
    unmended: frozenset[int] = frozenset()
    unheld: Problems = field(default_factory=Problems)

    def open(self) -> dict[int, Objection]:
        """Those that are not decided."""
        return {number: objection for number, objection in self.listed.items() if objection.decision is None}

    def pending(self) -> dict[int, Objection]:
        """Those that are not decided, or were upheld while a record stands as it was: what is published is in doubt by them."""
        return {number: objection for number, objection in self.listed.items() if objection.decision is None or number in self.unmended}

    def answerable(self) -> frozenset[int]:
        """Those that are decided, and of which every record is mended that had to be."""
        return frozenset(self.listed) - frozenset(self.open()) - self.unmended

    def overdue(self, today: dt.date) -> dict[int, Objection]:
        """Those that were to be answered before today."""
        return {number: objection for number, objection in self.open().items() if objection.answer_by and objection.answer_by < today}


def working_days_after(day: dt.date, count: int) -> dt.date:
    """The last of so many working days, as the State Council's office gives out holidays and make-up days; the first day is not counted.

    Raises
    ------
    NotImplementedError
        For a year whose holidays are not published.

    Examples
    --------
    >>> working_days_after(dt.date(2019, 1, 31), 7)  # across the Spring Festival, with two make-up days
    datetime.date(2019, 2, 14)
    """
    from chinese_calendar import is_workday

    while count:
        day += dt.timedelta(days=1)
        count -= bool(is_workday(day))
    return day


def before_its_end(journal: Journal, publication: Publication | None, on: dt.date) -> Phrase | None:
    """What is to be said of a decision, or of papers that carry it out, of a day on which by the minutes the notice still stands; None where it has ended, or its days are not known."""
    begins = next(reversed(publicised_on(journal)), None)
    if begins is None or publication is None:
        return None
    try:
        ends = working_days_after(begins, publication.working_days)
    except NotImplementedError:
        return None
    return phrase(EARLY.zh, EARLY.en, begins=begins, ends=ends, n=publication.working_days) if on <= ends else None


def left_open(objections: Objections, journal: Journal) -> list[int]:
    """The objections that are not ruled on; where the edition is decided, those that had been received by that day: a later one undoes no decision."""
    decided = decided_on(journal)
    return sorted(number for number, objection in objections.open().items() if decided is None or objection.received <= decided)


def unruled(objections: Objections, journal: Journal) -> Phrase | None:
    """What is to be said of a decision, or of papers that carry it out, while objections are open; None where none is."""
    numbers = left_open(objections, journal)
    return phrase(UNRULED.zh, UNRULED.en, numbers=listed([str(number) for number in numbers])) if numbers else None


def objection_file(number: int) -> str:
    """What the file of an objection is called, as seen from the edition's folder."""
    return f"{FOLDER}/{number}.toml"


def read_objections(folder: Path, records: Records | None = None) -> Objections:
    """The objections of the edition in `folder`; with its records, the members they concern are held against these."""
    listed: dict[int, Objection] = {}
    problems: list[Problem] = []
    entries = _decided_by(read_journal(folder))
    for path in sorted((folder / FOLDER).glob("*.toml"), key=lambda path: (len(path.name), path.name)):
        name = f"{FOLDER}/{discreet(path.name)}"
        if not NUMBER.fullmatch(path.stem):
            problems.append(Problem("warning", NOT_NAMED, CALL_IT, file=name))
            continue
        try:
            objection, warnings = read_model(path, Objection, _faults, name)
        except Refused as refused:
            problems += [replace(_nameless(problem), severity="warning") for problem in refused.problems]
            continue
        listed[int(path.stem)] = objection
        problems += [*warnings, *_of_members(objection, name, records), *_of_days(objection, name), *_too_early(objection, name, entries.get(int(path.stem)))]
        if objection.decision is None:
            problems += [replace(problem, severity="warning") for problem in _named(objection, name)]
    standing = [*unmended(entries, records)] if records is not None else []
    problems += [*_of_minutes(listed, entries), *(problem for _, problem in standing)]
    decided = {number: _as_minuted(objection, entries.get(number)) for number, objection in listed.items()}
    return Objections(decided, Problems(tuple(problems)), frozenset(number for number, _ in standing), Problems(tuple(_unheld(listed, entries))))


UNDECIDED = Phrase("尚未裁定，何时应答复还算不出", "not decided yet; by when it is to be answered cannot be told yet")


def due_problems(objections: Objections, today: dt.date) -> Iterator[Problem]:
    """A note for each objection that is not decided, a warning where its day is past."""
    overdue = objections.overdue(today)
    for number, objection in objections.open().items():
        day = objection.answer_by
        rule = phrase("尚未裁定，应于 {day} 前答复", "not decided yet, to be answered by {day}", day=day) if day else UNDECIDED
        if number in overdue:
            rule = phrase("已逾期：应于 {day} 前答复，尚未裁定", "overdue: it was to be answered by {day} and is not decided", day=day)
        mend = phrase("committee decide 届次 objection {n} --upheld 或 --rejected", "committee decide DIR objection {n} --upheld or --rejected", n=number)
        yield Problem("warning" if number in overdue else "note", rule, mend, file=objection_file(number))


def the_objection(folder: Path, number: int) -> Objection:
    """One objection of the edition in `folder`.

    Raises
    ------
    Refused
        When there is none of that number, or its file is faulty.
    """
    path = folder / objection_file(number)
    if not path.is_file():
        known = sorted(int(other.stem) for other in (folder / FOLDER).glob("*.toml") if NUMBER.fullmatch(other.stem))
        mend = phrase("现有：{known.zh}", "known: {known.en}", known=listed([*map(str, known)] or ["—"]))
        raise refuse(NONE_SUCH, mend, file=FOLDER, value=str(number))
    try:
        return read_model(path, Objection, _faults, objection_file(number))[0]
    except Refused as refused:
        raise Refused(Problems(tuple(map(_nameless, refused.problems)))) from None


def refuse_unmended(folder: Path, records: Records) -> None:
    """Refuse that an edition is sealed while a row still stands as it was before an objection to it was upheld.

    Raises
    ------
    Refused
        With each of these rows.
    """
    stop_at(problem for _, problem in unmended(_decided_by(read_journal(folder)), records))


def concerned(objection: Objection, number: int, records: Records) -> str:
    """The key of the member an objection concerns, whether its file has the key or the exact name.

    Raises
    ------
    Refused
        When no member of the edition is meant.
    """
    for problem in _of_members(objection, objection_file(number), records):
        raise Refused(Problems((replace(problem, severity="error"),)))
    return records.key_of(meant(objection.member, dict(records.members["name"])))


def decide_objection(
    folder: Path,
    number: int,
    outcome: Outcome,
    *,
    by: str,
    reason: str,
    moves: Sequence[str] = (),
    mends: Sequence[Mend] = (),
    records: Records | None = None,
) -> Entry:
    """Enter how an objection of the edition in `folder` was decided, into the minutes and into its file.

    Records are not changed by it: where it is upheld they are mended by hand, and the edition is sealed anew. Until then `check`, the
    open matters and `seal` tell each row of `mends` that stands as it was.

    Parameters
    ----------
    by, reason
        Who decided, and why; telephone and identity numbers in them are masked.
    moves
        Who moves if it is upheld, as it was rehearsed.
    mends
        What is to be mended by hand if it is upheld, row by row.
    records
        The records of the edition: with them, the member concerned must be one of theirs.

    Raises
    ------
    Refused
        When there is no such objection, it is decided already, its file is faulty, or it concerns no member; when name or reason is empty; when another writer
        holds the edition, or the minutes cannot be written: then everything is as it was. When the file alone cannot be written: the
        minutes are what holds, which is said.
    """
    refuse_unsaid(by, reason)
    path = folder / objection_file(number)
    with edition_lock(folder):
        objection = the_objection(folder, number)
        former = _decided_by(read_journal(folder)).get(number)
        if former is not None:
            raise refuse(phrase(DECIDED_ALREADY.zh, DECIDED_ALREADY.en, line=former.number), ANOTHER, file=objection_file(number))
        if objection.decision is not None:
            raise refuse(ELSEWHERE, BY_COMMAND, file=objection_file(number))
        name = objection_file(number)
        early = (replace(problem, severity="error") for problem in _too_early(objection, name))
        stop_at(Problems((*_named(objection, name, by, reason), *early)))
        member = objection.member if records is None else concerned(objection, number, records)
        details: dict[str, Any] = {"objection": number, "outcome": outcome, "member": member, "about": discreet(objection.about), "moves": [*moves]}
        said = outcome == UPHELD and objection.upheld is not None  # an empty list: that no record is to be mended
        details |= {MENDS: [mend.details for mend in mends]} if mends or said else {}
        details |= {TALLIES: tallies(records, sorted({mend.table for mend in mends}))} if mends and records is not None else {}
        with refusing(path):
            text = path.read_bytes().decode("utf-8-sig")
        entry = entered(folder, OBJECTION, by, reason, details)
        # The minutes are what holds: where a kill leaves the file without it, it is read from them.
        try:
            write_whole(path, _with_decision(text, _decision(entry)))
        except Refused as refused:
            raise Refused(Problems((*refused.problems, Problem("warning", IN_MINUTES, AS_MINUTED, file=JOURNAL, row=entry.number)))) from refused
    return entry


def _decision(entry: Entry) -> Decision:
    return Decision(outcome=entry.details["outcome"], on=entry.time.date(), by=entry.by, because=entry.reason, entry=entry.number)


def _as_minuted(objection: Objection, entry: Entry | None) -> Objection:
    """The objection with the decision that the minutes tell, whatever its file says."""
    return objection.model_copy(update={"decision": _decision(entry) if entry else None})


def _with_decision(text: str, decision: Decision) -> str:
    """The text of an objection's file with a table at its end, whatever slips of the pen stand before it."""
    import tomlkit

    table = tomlkit.dumps({"decision": decision.model_dump()})
    return f"{text.rstrip()}\n\n{table}"


def _decided_by(journal: Journal) -> dict[int, Entry]:
    """By number of the objection the entry of the minutes that decides it."""
    entries = (entry for entry in journal.entries if entry.what == OBJECTION and entry.details.get("outcome") in get_args(Outcome))
    return {entry.details["objection"]: entry for entry in entries if type(entry.details.get("objection")) is int}


def _faults(raw: Raw) -> Iterator[Fault]:
    """A due day before it was received; a record that is named by nothing, or to be added and holds nothing."""
    received, due, upheld = raw.get("received"), raw.get("due"), raw.get("upheld", {})
    if isinstance(received, dt.date) and isinstance(due, dt.date) and due < received:
        yield Fault(("due",), Phrase("答复期限早于收到之日", "due before it was received"), Phrase("请核对两个日期", "check both days"))
    for kind in ("strike", "correct"):
        listed = upheld.get(kind) if isinstance(upheld, dict) else ()
        for place, item in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(item, dict) and not item.get("row") and not item.get("where"):
                rule = Phrase("没有说明是哪一行记录", "which record is meant is not said")
                yield Fault(("upheld", kind, place), rule, Phrase("请写 file 和 row，或写 where", "write file and row, or where"))
    added = upheld.get("add") if isinstance(upheld, dict) else ()
    for place, item in enumerate(added if isinstance(added, list) else ()):
        if isinstance(item, dict) and item.get("cells") == {}:
            rule, mend = Phrase("没有写明这一行的内容", "what the record holds is not said"), Phrase("请写 cells = { 列 = 值, … }", "write cells = { column = value, … }")
            yield Fault(("upheld", "add", place, "cells"), rule, mend)


def _of_members(objection: Objection, name: str, records: Records | None) -> Iterator[Problem]:
    if records is None:
        return
    names = dict(records.members["name"])
    if records.key_of(meant(objection.member, names)) not in records.members.index:
        mend = likely(objection.member, names) or CHECK_CODE
        yield Problem("warning", UNKNOWN, mend, file=name, column="member", value=objection.member)


def _named(objection: Objection, name: str, *said: str) -> Iterator[Problem]:
    """Where whoever objects is named in what goes into the minutes: what it is about, who decided, and why."""
    who = objection.by.strip()
    if len(who) > 1 and who in objection.about:
        yield Problem("error", IS_NAMED, UNNAMED, file=name, column="about")
    if len(who) > 1 and any(who in text for text in said):
        yield Problem("error", IS_NAMED, UNNAMED)


def _of_days(objection: Objection, name: str) -> Iterator[Problem]:
    if objection.answer_by is None and objection.decision is None:
        rule = phrase(NOT_YET.zh, NOT_YET.en, year=objection.received.year)
        yield Problem("warning", rule, SAY_DUE, file=name, column="received", value=str(objection.received))


def _too_early(objection: Objection, name: str, entry: Entry | None = None) -> Iterator[Problem]:
    """Where an objection was decided, by `entry` or today, before it was received."""
    day = entry.time.date() if entry else dt.date.today()  # noqa: DTZ011 - the date on the wall of the secretariat
    if objection.received > day:
        rule = phrase("收到之日晚于裁定之日 {day}", "received after it was decided, on {day}", day=day) if entry else STILL_TO_COME
        yield Problem("warning", rule, CHECK_DAY, file=name, column="received", value=str(objection.received))


def _of_minutes(listed: dict[int, Objection], decided: dict[int, Entry]) -> list[Problem]:
    """Where a file and the minutes do not say the same."""
    told = [number for number, objection in listed.items() if objection.decision is not None and number not in decided]
    untold = [number for number, objection in listed.items() if objection.decision is None and number in decided]
    by_minutes = [(number, phrase("记录第 {n} 条已有裁定，文件里没有", "decided in entry {n} of the minutes, which its file does not tell", n=decided[number].number)) for number in untold]
    return [
        *(Problem("warning", ELSEWHERE, BY_COMMAND, file=objection_file(number)) for number in told),
        *(Problem("warning", rule, AS_MINUTED, file=objection_file(number)) for number, rule in by_minutes),
    ]


def _unheld(listed: dict[int, Objection], decided: dict[int, Entry]) -> Iterator[Problem]:
    """A warning for each that was upheld while its file did not say what becomes of the records, unless it says by now that nothing does."""
    for number, entry in decided.items():
        if number in listed and entry.details["outcome"] == UPHELD and MENDS not in entry.details and listed[number].upheld != Upheld():
            yield Problem("warning", phrase(*UNHELD, n=number, line=entry.number), LOOK_YOURSELF, file=objection_file(number), column="upheld")


def _nameless(problem: Problem) -> Problem:
    """A fault of an objection's file without what stands at a key that is none: that may be anybody's name."""
    named = problem.column.partition(".")[0]
    return replace(problem, value=problem.value if named in {*Objection.model_fields} - {"by"} else "")


