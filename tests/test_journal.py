"""The journal: a chain of lines; whatever is changed in it is noticed; no writer, however it ends, leaves half a line for good."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground.problems import Refused
from toolkit.minutes import journal
from toolkit.minutes.journal import JOURNAL, appended, canonical, digest, read_journal
from toolkit.minutes.wording import minutes_text


def three(folder: Path) -> bytes:
    for number in range(3):
        appended(folder, "adoption", "第二次会议", f"理由 {number}", {"changes": ["学习培训 30 → 40"], "n": number})
    return (folder / JOURNAL).read_bytes()


def test_lines_are_numbered_and_chained(tmp_path: Path) -> None:
    lines = three(tmp_path).splitlines()
    found = read_journal(tmp_path)
    assert [entry.number for entry in found.entries] == [1, 2, 3]
    assert [entry.previous for entry in found.entries] == ["", digest(lines[0]), digest(lines[1])]
    assert (found.head, found.problems.errors.items, found.torn) == (digest(lines[2]), (), b"")
    assert found.entries[1].details == {"changes": ["学习培训 30 → 40"], "n": 1}
    assert found.entries[0].time.utcoffset() is not None


def test_without_a_file_it_is_empty(tmp_path: Path) -> None:
    assert read_journal(tmp_path) == journal.Journal()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="ascii")), inner, max_size=3), max_leaves=8,
)  # fmt: skip


@given(VALUES)
def test_canonical_json_says_the_same_and_nothing_else(value: Any) -> None:
    text = canonical(value)
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@pytest.mark.parametrize("value", [0.5, float("nan"), 2**53, {"中": 1}, "\ud800"])
def test_what_has_no_spelling_of_its_own_is_not_written(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical({"it": [value]})


def test_every_changed_byte_is_noticed(tmp_path: Path) -> None:
    whole = three(tmp_path)
    ends = {place for place, byte in enumerate(whole) if byte == ord("\n")}
    for place in range(0, len(whole) - 1, 7):
        other = bytearray(whole)
        other[place] ^= 1
        (tmp_path / JOURNAL).write_bytes(bytes(other))
        found = read_journal(tmp_path)
        assert found.problems.errors or found.head != digest(whole.splitlines()[-1]), place
    for end in ends - {len(whole) - 1}:
        (tmp_path / JOURNAL).write_bytes(whole[:end] + whole[end + 1 :])
        assert read_journal(tmp_path).problems.errors


@pytest.mark.parametrize("changed", [{"what": ["l"]}, {"by": 1}, {"number": True}, {"reason": None}])
def test_a_line_of_other_kinds_is_no_entry(tmp_path: Path, changed: dict[str, Any]) -> None:
    fields = {"number": 1, "previous": "", "time": "2019-01-01T10:00:00+08:00", "what": "state", "by": "A", "reason": "B", "details": {}}
    (tmp_path / JOURNAL).write_bytes(canonical(fields) + b"\n")
    assert read_journal(tmp_path).problems.items == ()
    (tmp_path / JOURNAL).write_bytes(canonical({**fields, **changed}) + b"\n")
    assert [problem.rule for problem in read_journal(tmp_path).problems] == [journal.NO_LINE]


def test_a_line_taken_out_is_named_and_nothing_is_appended_to_it(tmp_path: Path) -> None:
    one, _, three_ = three(tmp_path).splitlines(keepends=True)
    (tmp_path / JOURNAL).write_bytes(one + three_)
    (problem,) = read_journal(tmp_path).problems
    assert (problem.row, problem.file) == (2, JOURNAL)
    text = minutes_text(read_journal(tmp_path), "zh")
    assert "修改评选办法：学习培训 30 → 40。" in text
    assert "共 2 条，但记录链有问题，不可尽信。" in text
    with pytest.raises(Refused, match="chain is broken"):
        appended(tmp_path, "adoption", "A", "B", {})
    assert (tmp_path / JOURNAL).read_bytes() == one + three_


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_a_torn_end_is_mended_and_never_lost(tmp_path: Path, cut: int) -> None:
    whole = three(tmp_path)
    (tmp_path / JOURNAL).write_bytes(whole[:-cut])
    assert read_journal(tmp_path).torn
    appended(tmp_path, "adoption", "A", "B", {})
    found, last = read_journal(tmp_path), whole.splitlines()[-1]
    assert not found.problems
    assert len(found.entries) == (4 if cut == 1 else 3)
    aside = [path.read_bytes() for path in tmp_path.glob("journal.torn-*")]
    assert aside == ([] if cut == 1 else [last[: 1 - cut]])


def test_of_a_first_line_cut_in_two_nothing_is_called_whole(tmp_path: Path) -> None:
    """Nothing of it can be read, so that nobody can say that nothing was lost."""
    whole = three(tmp_path).split(b"\n")[0] + b"\n"
    (tmp_path / JOURNAL).write_bytes(whole[:-1])
    assert not read_journal(tmp_path).problems.errors
    for size in (1, 60, len(whole) - 2):
        (tmp_path / JOURNAL).write_bytes(whole[:size])
        (problem,) = read_journal(tmp_path).problems.errors
        assert "第一行" in problem.rule.zh


def test_a_full_disk_leaves_it_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, write = three(tmp_path), os.write
    calls: list[int] = []

    def full(handle: int, data: bytes) -> int:
        calls.append(len(data))
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, "full")
        return write(handle, data[:100])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(Refused):
        appended(tmp_path, "adoption", "A", "B" * 500, {})
    assert (tmp_path / JOURNAL).read_bytes() == whole
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data.replace(b"B", b"C")))  # a disk that keeps something else
    with pytest.raises(Refused):
        appended(tmp_path, "adoption", "A", "B" * 500, {})
    assert (tmp_path / JOURNAL).read_bytes() == whole


@pytest.mark.parametrize("details", ['{"n":1.5}', '{"n":9007199254740993}', '{"甲":1}', '{"n":"\\ud800"}', '{"n":' + "[" * 9000 + "]" * 9000 + "}"])
def test_a_line_that_no_writer_of_ours_could_have_written_is_named(details: str, tmp_path: Path) -> None:
    first = three(tmp_path).splitlines()[0].decode()
    (tmp_path / JOURNAL).write_text(first[: first.index('"details":')] + f'"details":{details}' + first[first.index(',"number"') :] + "\n", "utf-8")
    (problem,) = read_journal(tmp_path).problems.items
    assert (problem.rule, problem.row) == (journal.NO_LINE, 1)


def test_numbers_of_people_are_masked(tmp_path: Path) -> None:
    entry = appended(tmp_path, "adoption", "张工 13800138000", "来电 13800138000", {})
    assert "138****8000" in entry.by + entry.reason
    assert "13800138000" not in (tmp_path / JOURNAL).read_text("utf-8")


CAMPAIGN = """
import os, random, resource, select, signal, sys, time
from pathlib import Path
from toolkit.ground.problems import Refused
from toolkit.ground.writing import edition_lock
from toolkit.minutes import journal
from toolkit.minutes.journal import appended, digest, read_journal

folder, rounds, kinds = Path(sys.argv[1]), int(sys.argv[2]), dict(torn=0, full=0, kept=0)
whole = os.write

def writes(pipe, name, slow):
    if slow:
        os.write = lambda handle, data: (time.sleep(0.0002), whole(handle, data[:7]))[1] if handle != pipe else whole(handle, data)
    while True:
        with edition_lock(folder):
            entry = appended(folder, "adoption", name, "because " + "x" * 200, {})
            whole(pipe, f"{entry.number} {digest(entry.line)}\\n".encode())

def fills(pipe, name, slow):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = (folder / journal.JOURNAL).stat().st_size if (folder / journal.JOURNAL).exists() else 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 150, size + 150))
    try:
        with edition_lock(folder):
            appended(folder, "adoption", name, "y" * 400, {})
    except Refused:
        whole(pipe, b"refused\\n")
    time.sleep(9)

for number in range(rounds):
    dice = random.Random(number)
    children, (out, into) = [], os.pipe()
    for name in ("A", "B"):
        child = os.fork()
        if not child:
            os.close(out)
            (fills if number % 10 == 9 else writes)(into, name, dice.random() < 0.7)
        children.append(child)
    os.close(into)
    select.select([out], [], [], 2.0)  # until one of them has acknowledged something, then a moment more
    time.sleep(dice.uniform(0.0, 0.02))
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    told = b""
    while part := os.read(out, 1 << 16):
        told += part
    os.close(out)
    kinds["full"] += told.count(b"refused")
    kinds["torn"] += bool(read_journal(folder).torn)
    with edition_lock(folder):
        appended(folder, "adoption", "parent", "after the kill", {})
    found = read_journal(folder)
    assert not found.problems, found.problems.text("en")
    lines = {entry.number: digest(entry.line) for entry in found.entries}
    for line in told.decode().splitlines():
        if line != "refused":
            at, hash_ = line.split()
            assert lines[int(at)] == hash_, (number, line)
            kinds["kept"] += 1
    if found.entries[-1].number > 400:
        (folder / journal.JOURNAL).unlink()
print(*(f"{name}={count}" for name, count in kinds.items()))
"""


@pytest.mark.skipif(os.name == "nt", reason="kills processes as POSIX has them")
@pytest.mark.parametrize("rounds", [20, pytest.param(300, marks=pytest.mark.slow)])
def test_nothing_acknowledged_is_lost_however_its_writers_end(rounds: int, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", CAMPAIGN, str(tmp_path), str(rounds)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    counts = dict(part.split("=") for part in done.stdout.split())
    assert int(counts["torn"]) > rounds // 8, counts
    assert int(counts["kept"]) >= rounds // 2, counts
    assert int(counts["full"]) >= rounds // 20, counts
