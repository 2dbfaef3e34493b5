"""The journal: who changed what, when and why. Lines are only ever appended, and each holds the digest of the one before.

A line is canonical JSON (RFC 8785): keys sorted, no blanks, whole numbers and texts only, so that its bytes are one for one
with what it says. Whoever changes or takes away a line breaks the chain from there on; lines cut off at the end are noticed
by whoever keeps the head, which belongs in every seal.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from toolkit.ground.problems import Problem, Problems, Refused, refuse, stop_at
from toolkit.ground.text import Phrase, discreet, one_line, phrase
from toolkit.ground.writing import refusing, sync, write_whole
from toolkit.scheme import load_scheme

JOURNAL, HEAD, OF_EDITION = "journal.jsonl", "Journal-Head", "External-Identifier"
"""The file, and the labels by which a bag names its last line, and its edition."""
FIELDS = {"number", "previous", "time", "what", "by", "reason", "details"}
LARGEST = 2**53 - 1
"""The largest whole number that every reader of JSON reads as the same."""
BROKEN = Phrase("记录链在此断开：这一行或上一行被改动过", "the chain is broken here: this line or the one before was changed")
ASK = Phrase("请与封存包或备份中的记录文件核对", "compare it with the journal.jsonl of a sealed bag or a backup")
NO_LINE = Phrase("不是一条记录", "is no entry")
UNWRITTEN = Phrase("没有写全，已退回原状", "could not be written whole, and was put back as it was")
SPACE = Phrase("请检查磁盘空间", "look whether the disk is full")
TORN = Phrase("最后一行没有写完（写入时被打断）", "the last line was not written whole: its writer was broken off")
MENDED = Phrase("下一次记入时自动补全或移出，无需处理", "the next entry completes it or moves it aside; nothing has to be done")
BACKWARDS = Phrase("记入的日期 {day} 早于上一条的 {former}", "entered on {day}, before the entry above, of {former}")
SET_CLOCK = Phrase("请核对电脑的日期；已记入的不能改，有误的日期请在下一条的理由里说明", "check the computer's date; what is entered stays: say in the reason of another entry which day is wrong")
NONE_WHOLE = Phrase("连第一行也不完整：没有一条可以读出的记录", "not even its first line is whole: no entry can be read")
PUT_BACK = Phrase(
    "曾经记过的，已被截断或损坏，请从备份或封存包取回；从未记过、只是第一次写入时被打断的，请把这个文件移走",
    "where there were entries, it was cut off or damaged: take it back from a backup or a bag; where its very first writer was broken off, move it away",
)
CUT_OFF = Phrase("封存这一版时的末条不在记录里：末尾被删去或换过", "the last line of when this revision was sealed is not in it: its end was cut off or exchanged")
FROM_BAG = Phrase("请从封存包的 edition 中取回这份文件", "take the file back from the bag, where it lies in edition")
FOREIGN = Phrase("这里放着另一届的封存包", "a bag of another edition lies here")
MOVE_AWAY = Phrase("请移回那一届的文件夹", "move it back into the folder of that edition")
NAMELESS = Phrase("没有写明由谁决定", "it is not said who decided")
NAME_IT = Phrase("请写会议或经办人", "name the meeting or the person")
REASONLESS = Phrase("没有写明理由", "no reason is given")
GIVE_IT = Phrase("请写一句理由，日后查得到", "write a sentence, to be found again later")
UNREADABLE = Phrase("含有无法识别的字符，编码不是 UTF-8", "it holds characters that are none: it is not in UTF-8")
TYPE_AGAIN = Phrase("请重新输入，或把终端设为 UTF-8", "type it again, or set the terminal to UTF-8")


@dataclass(frozen=True)
class Entry:
    """One line of the journal.

    Parameters
    ----------
    number
        From 1 up.
    previous
        SHA-256 of the line before; empty in the first.
    time
        When it was written, with the offset of the place's time.
    what, by, reason
        What was done (``adoption``), by whom, and why.
    details
        What else belongs to it: texts, whole numbers, lists and tables of them.
    """

    number: int
    previous: str
    time: dt.datetime
    what: str
    by: str
    reason: str
    details: Mapping[str, Any]

    @property
    def line(self) -> bytes:
        """The entry as it stands in the journal, without the end of the line."""
        return canonical({**vars(self), "time": self.time.isoformat(timespec="seconds")})


@dataclass(frozen=True)
class Journal:
    """What was read of a journal: the entries of its whole lines, what is wrong with them, and a last line that is torn."""

    entries: tuple[Entry, ...] = ()
    problems: Problems = field(default_factory=Problems)
    torn: bytes = b""

    @property
    def head(self) -> str:
        """SHA-256 of the last line; empty where there is none."""
        return digest(self.entries[-1].line) if self.entries else ""


def digest(line: bytes) -> str:
    """SHA-256 of a line."""
    return sha256(line).hexdigest()


def canonical(value: object) -> bytes:
    """A value as canonical JSON.

    Raises
    ------
    ValueError
        For what has more than one spelling, or none: a float, a very large number, half a character.

    Examples
    --------
    >>> canonical({"b": 1, "a": ["甲", None]}).decode()
    '{"a":["甲",null],"b":1}'
    """
    _refuse_ambiguous(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("utf-8")


def _refuse_ambiguous(value: object) -> None:
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > LARGEST):
        message = f"{value!r} has no spelling of its own: write it as text"
        raise ValueError(message)
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not (isinstance(key, str) and key.isascii()):
                message = f"{key!r} is no name of a field"
                raise ValueError(message)
            _refuse_ambiguous(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_ambiguous(item)


def read_journal(folder: Path) -> Journal:
    """The journal of the edition in `folder`, checked line by line; an empty one where there is none.

    Raises
    ------
    Refused
        When it cannot be read.
    """
    path = folder / JOURNAL
    if not path.exists():
        return Journal()
    with refusing(path):
        *lines, torn = path.read_bytes().split(b"\n")
    entries: list[Entry] = []
    problems: list[Problem] = []
    previous = ""
    for number, line in enumerate(lines, 1):
        entry = _entry(line)
        if entry is None:
            problems.append(Problem("error", NO_LINE, ASK, file=JOURNAL, row=number))
        else:
            if (entry.number, entry.previous) != (number, previous):
                problems.append(Problem("error", BROKEN, ASK, file=JOURNAL, row=number))
            entries.append(entry)
        previous = digest(line)
    if torn and not lines and not _entry(torn):
        problems.append(Problem("error", NONE_WHOLE, PUT_BACK, file=JOURNAL, row=1))
    elif torn:
        problems.append(Problem("warning", TORN, MENDED, file=JOURNAL, row=len(lines) + 1))
    return Journal(tuple(entries), Problems(tuple(problems)), torn)


def _entry(line: bytes) -> Entry | None:
    """The entry a line says, if it says it in the one way it can be said."""
    try:
        fields = json.loads(line)
        if not isinstance(fields, dict) or set(fields) != FIELDS or not isinstance(fields["details"], dict):
            return None
        if not (type(fields["number"]) is int and all(isinstance(fields[name], str) for name in ("previous", "what", "by", "reason"))):
            return None
        entry = Entry(**{**fields, "time": dt.datetime.fromisoformat(fields["time"])})
        as_said = entry.line == line
    except (ValueError, TypeError, RecursionError):
        return None
    return entry if as_said else None


def cut_problems(folder: Path, journal: Journal) -> Problems:
    """An error for each bag of the edition in `folder` that names a last line which its journal does not have: the end was cut off.

    Where the bag is of another edition, whose folder was copied, it is an error that it lies there.
    """
    lines = {digest(entry.line) for entry in journal.entries}
    lost = [(bag, edition) for bag, head, edition in _heads(folder / "sealed") if head not in lines]
    own = _edition(folder) if lost else ""
    told = [(bag, (CUT_OFF, FROM_BAG) if edition == own or not own else (FOREIGN, MOVE_AWAY)) for bag, edition in lost]
    return Problems(tuple(Problem("error", *words, file=JOURNAL if words[0] is CUT_OFF else "sealed", value=bag) for bag, words in told))


def dated_back(journal: Journal) -> Problems:
    """A warning for each entry of an earlier day than the one above: a clock was wrong."""
    found = []
    for former, entry in pairwise(journal.entries):
        if entry.time.date() < former.time.date():
            rule = phrase(BACKWARDS.zh, BACKWARDS.en, day=entry.time.date(), former=former.time.date())
            found.append(Problem("warning", rule, SET_CLOCK, file=JOURNAL, row=entry.number))
    return Problems(tuple(found))


def _heads(sealed: Path) -> Iterator[tuple[str, str, str]]:
    """Name, last line of the minutes and edition of each bag that tells such a line; what is wrong with a bag is for `verify` to say."""
    for labels in sorted(sealed.glob("[!.]*/bag-info.txt")):
        with suppress(OSError):
            told = dict(re.findall(r"^([\w-]+): *(.*?)\s*$", labels.read_text("utf-8", errors="replace"), re.MULTILINE))
            if told.get(HEAD):
                yield labels.parent.name, told[HEAD], told.get(OF_EDITION, "")


def _edition(folder: Path) -> str:
    """What the edition in `folder` is called; empty where its scheme cannot be read."""
    try:
        return load_scheme(folder / "scheme.toml").edition
    except Refused:
        return ""


def refuse_unsaid(by: str, reason: str) -> None:
    """Refuse what nobody decided, what is decided without a reason, and what is not text.

    Raises
    ------
    Refused
        With both, where both are empty.
    """
    said = (by, NAMELESS, NAME_IT), (reason, REASONLESS, GIVE_IT)
    problems = [Problem("error", rule, mend) for text, rule, mend in said if not one_line(text)]
    problems += [Problem("error", UNREADABLE, TYPE_AGAIN, value=one_line(text)) for text, *_ in said if any(unicodedata.category(sign) == "Cs" for sign in text)]
    stop_at(problems)


def appended(folder: Path, what: str, by: str, reason: str, details: Mapping[str, Any]) -> Entry:
    """Append an entry to the journal of the edition in `folder`, down to the disk. The edition's lock has to be held.

    A torn last line, of a writer that was broken off, is completed where it lacks but its end, and else moved aside.

    Raises
    ------
    Refused
        When the chain is broken or its end was cut off, or the line cannot be written whole; then the journal is as it was.
    """
    path = folder / JOURNAL
    journal = _mended(path, read_journal(folder))
    problems = journal.problems + cut_problems(folder, journal)
    if problems.errors:
        raise Refused(problems)
    now = dt.datetime.now().astimezone().replace(microsecond=0)
    entry = Entry(len(journal.entries) + 1, journal.head, now, what, discreet(one_line(by)), discreet(one_line(reason)), dict(details))
    with refusing(path):
        _append(path, entry.line + b"\n")
    return entry


def _mended(path: Path, journal: Journal) -> Journal:
    """The journal without a torn end."""
    if not journal.torn:
        return journal
    whole = path.read_bytes()[: -len(journal.torn)]
    last = _entry(journal.torn)
    if last is not None and (last.number, last.previous) == (len(journal.entries) + 1, journal.head):
        write_whole(path, whole + journal.torn + b"\n")
    else:
        write_whole(_free(path), journal.torn)
        write_whole(path, whole)
    return read_journal(path.parent)


def _free(path: Path) -> Path:
    return next(place for number in range(1, 10_000) if not (place := path.with_suffix(f".torn-{number}")).exists())


def _append(path: Path, line: bytes) -> None:
    """Write a line at the end, and look whether it stands there: a full disk takes a part of it and says nothing."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(handle).st_size
        try:
            left = line
            while left:
                left = left[os.write(handle, left) :]
            os.fsync(handle)
            _refuse_other(handle, size, line)
        except BaseException:
            os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)
    sync(path.parent)


def _refuse_other(handle: int, size: int, line: bytes) -> None:
    os.lseek(handle, size, os.SEEK_SET)
    if b"".join(_read(handle)) != line:
        raise refuse(UNWRITTEN, SPACE, file=JOURNAL)


def _read(handle: int) -> Iterator[bytes]:
    while part := os.read(handle, 1 << 16):
        yield part


def entry_in_words(entry: Entry) -> Phrase:
    """Who, when and why."""
    return phrase(
        "{by}{gap}于 {time}，理由：{reason}", "{by}, {time}, because: {reason}",
        by=entry.by, gap=" " if entry.by[-1:].isascii() else "", time=f"{entry.time:%Y-%m-%d %H:%M}", reason=entry.reason,
    )  # fmt: skip
