"""Files are written whole or not at all, by one writer at a time; text that looks like a formula goes in as text."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.conftest import COVERAGE
from toolkit.commands import app
from toolkit.comparison.records import changed_records, write_changes
from toolkit.edition import Edition, check_edition, open_edition
from toolkit.evaluation import Evaluation, evaluate
from toolkit.ground import writing
from toolkit.ground.problems import Refused
from toolkit.ground.writing import (
    FORMULA,
    STALE,
    UNFINISHED,
    edition_lock,
    kept_former,
    placed_in,
    refusing,
    write_whole,
)
from toolkit.publication.extract import public_extract
from toolkit.reports.csv_files import write_certainty, write_results, write_robustness
from toolkit.reports.workbook.score_cards import write_cards
from toolkit.scheme import load_scheme
from toolkit.scheme.writing import write_scheme
from toolkit.sealing.cards import publishing
from toolkit.sensitivity.probabilities import award_probabilities
from toolkit.sensitivity.weights.draws import WeightDraws

NAMES = ("＝3+3", "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "－1+1公司", "＠甲", "＋甲", "'=1+1", '=HYPERLINK("x")', "-甲公司")


@pytest.fixture
def formulas(small_edition: Path) -> Edition:
    """The small edition, every member named like a formula."""
    members = small_edition / "records" / "会员名册.csv"
    rows = list(csv.reader(members.read_text("utf-8-sig").splitlines()))
    for row, name in zip(rows[1:], NAMES, strict=True):
        row[1] = name
    with members.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return open_edition(small_edition)


def write_everything(edition: Edition, evaluation: Evaluation, out: Path) -> None:
    spec = WeightDraws(draws=10)
    write_results(evaluation, out)
    write_certainty(evaluation, award_probabilities(evaluation, spec), spec, out)
    write_robustness({"names": evaluation.ranking[["name", "award"]]}, out)
    write_cards(evaluation, edition.records, out)
    public_extract(evaluation, "r1", {}, dt.date(2019, 3, 1)).write(out / "public")


def test_no_writer_lets_a_name_become_a_formula(formulas: Edition, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_everything(formulas, evaluate(formulas.scheme, formulas.records), out)
    other = tmp_path / "other"
    for name in ("scheme.toml", "tables.toml"):
        (other / "records").mkdir(parents=True, exist_ok=True)
        (other / name).write_bytes((formulas.folder / name).read_bytes())
    (other / "records" / "签到2018.xlsx").write_bytes((formulas.folder / "records" / "签到2018.xlsx").read_bytes())
    text = (formulas.folder / "records" / "会员名册.csv").read_text("utf-8-sig")
    (other / "records" / "会员名册.csv").write_text(text.replace("＝3+3", "＝2+2").replace("@SUM(A1)", "@SUM(A2)"), "utf-8-sig")
    before, after = (check_edition(folder)[0] for folder in (formulas.folder, other))
    assert before is not None
    assert after is not None
    write_changes(changed_records(before.records, after.records), out)
    written = sorted(out.rglob("*.csv"))
    assert {path.name for path in written} >= {"awards.csv", "ranking.csv", "changes.csv", "certainty.csv", "names.csv"}
    seen = 0
    for path in written:
        for row in csv.reader(path.read_text("utf-8-sig").splitlines()):
            for cell in row:
                seen += cell.startswith("'")
                assert not FORMULA.match(cell) or cell.startswith("'") or is_number(cell), (path.name, cell)
    assert seen > len(NAMES)
    for path in out.rglob("*.xlsx"):
        for sheet in openpyxl.load_workbook(path):
            typed = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
            assert not set(typed) & set(NAMES), path.name


def write_into(folder: Path, *names: str, broken_off: bool = False) -> None:
    with placed_in(folder) as unfinished:
        for name in names:
            (unfinished / name).write_text("new", "utf-8")
        if broken_off:
            raise KeyboardInterrupt


def test_what_a_killed_writer_left_goes_and_what_a_living_one_writes_stays(tmp_path: Path) -> None:
    script = f"from pathlib import Path\nfrom toolkit.ground.writing import replaced_folder\nwith replaced_folder(Path({str(tmp_path / 'open')!r})): print(1, flush=True); input()"
    writer = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert writer.stdout
    assert writer.stdout.readline()
    (hidden,) = tmp_path.iterdir()
    os.utime(hidden / ".lock", (0, 0))  # begun long ago
    writing.clear_unfinished(tmp_path)
    assert hidden.is_dir()
    writer.kill()
    writer.communicate()
    with publishing(tmp_path):
        assert names(tmp_path) == [".lock"]


AT_EACH_RENAME = """
import os, sys
from itertools import count
from pathlib import Path
from toolkit.ground.writing import clear_unfinished, placed_in, replaced_folder
top, done = Path(sys.argv[1]), {name: getattr(os, name) for name in ("replace", "rename", "link")}
FILES = {"cards/1", "codes.csv", "open/1", "site/1"}

def write(folder, word):
    with placed_in(folder) as new, replaced_folder(new / "site") as site:
        for name in ("cards", "open"):
            (new / name).mkdir()
            (new / name / "1").write_text(word)
        (new / "codes.csv").write_text(word)
        (site / "1").write_text(word)
        if word == "new":
            (new / "new.csv").write_text(word)

def killed_at(folder, nth):
    calls = count()
    for name, call in done.items():
        setattr(os, name, lambda *paths, call=call, **how: os._exit(9) if next(calls) == nth else call(*paths, **how))
    write(folder, "new")
    os._exit(0)

def there(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file() and ".unfinished-" not in str(path)}

for nth in count():
    folder = top / str(nth)
    write(folder, "old")
    if not (child := os.fork()):
        killed_at(folder, nth)
    if not os.waitpid(child, 0)[1]:
        break
    codes = (folder / "codes.csv").read_text()
    for lock in folder.glob(".unfinished-*/.lock"):
        os.utime(lock, (0, 0))
    clear_unfinished(folder)
    found = there(folder)
    assert set(found) - {"new.csv"} == FILES and set(found.values()) <= {"old", "new"}, (nth, found)
    assert found["codes.csv"] == codes
    assert not list(folder.glob(".*")), nth
    write(folder, "new")
    assert there(folder) == dict.fromkeys(FILES | {"new.csv"}, "new"), nth
print(nth)
"""


@pytest.mark.skipif(os.name == "nt", reason="forks")
def test_whatever_rename_a_writer_is_killed_at_nothing_that_stood_there_is_lost(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", AT_EACH_RENAME, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert int(done.stdout) > 10


def test_what_a_disk_refuses_to_put_back_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that can neither be replaced nor be put back stands in the hidden folder until it can."""
    write_into(tmp_path, "a.csv")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "codes.csv").write_text("old", "utf-8")
    replace = Path.replace

    def stuck(self: Path, target: Path) -> Path:
        if target == tmp_path / "b":
            raise PermissionError(errno.EACCES, "open", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", stuck)
    with pytest.raises(Refused, match="no permission"), placed_in(tmp_path) as unfinished:
        (unfinished / "b").mkdir()
    monkeypatch.undo()
    (hidden,) = tmp_path.glob(f"{UNFINISHED}*")
    os.utime(hidden / ".lock", (0, 0))
    writing.clear_unfinished(tmp_path)
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")} == {"a.csv", "b", "b/codes.csv"}


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_the_public_list_guards_full_width_signs_as_the_results_do(formulas: Edition, tmp_path: Path) -> None:
    public_extract(evaluate(formulas.scheme, formulas.records), "r1", {}, dt.date(2019, 3, 1)).write(tmp_path / "public")
    assert ",'＝3+3," in "," + (tmp_path / "public" / "awards.csv").read_text("utf-8-sig").replace("\n", "\n,")


def test_no_hidden_folder_is_named_that_is_gone_when_it_is_read(tmp_path: Path) -> None:
    def fills(name: str) -> str:
        with pytest.raises(Refused) as refused, placed_in(tmp_path) as outer, placed_in(outer / "cards") as inner:
            raise OSError(errno.ENOSPC, "full", str(inner / name))
        (problem,) = refused.value.problems
        return problem.file

    assert (fills("a"), fills("a.csv")) == (str(tmp_path / "cards"), "a.csv")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_disk_that_refuses_is_told_in_words_and_leaves_nothing(number: int, small_edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise OSError(number, os.strerror(number), str(tmp_path / "out" / "ranking.csv"))

    monkeypatch.setattr("toolkit.reports.csv_files.write_csv", refuses)
    monkeypatch.setattr("toolkit.reports.csv_files._write_csv", refuses)
    for language, told in (("zh", "读写不成："), ("en", "cannot be read or written: ")):
        done = CliRunner().invoke(app, ["evaluate", str(small_edition), "--out", str(tmp_path / "out"), "-l", language])
        assert done.exit_code == 1
        assert told in done.output
        assert os.strerror(number) not in done.output.replace("no permission", "")
        assert not (tmp_path / "out").exists()


def test_what_stood_there_stands_when_one_file_cannot_be_put_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("old", "utf-8")
    replace = Path.replace

    def open_elsewhere(self: Path, target: Path) -> Path:
        if self.name == "b.csv" and self.parent.name == "new":
            raise PermissionError(errno.EACCES, "open", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", open_elsewhere)
    with pytest.raises(Refused, match="no permission"):
        write_into(tmp_path, "0.csv", "a.csv", "b.csv", "c.csv")
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == {"a.csv": "old", "b.csv": "old"}


def test_files_are_placed_from_a_thread_and_where_a_disk_has_no_two_names_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_name(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "no links", str(target))

    (tmp_path / "a.csv").write_text("old", "utf-8")
    monkeypatch.setattr(Path, "hardlink_to", one_name)
    thread = threading.Thread(target=write_into, args=(tmp_path, "a.csv"))
    thread.start()
    thread.join()
    assert {path.name: path.read_text("utf-8") == "old" for path in tmp_path.iterdir()} == {"a.csv": False}


def test_whoever_breaks_off_while_files_are_put_in_place_waits_for_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace

    def breaks_off(self: Path, target: Path) -> Path:
        if self.name == "a.csv":
            os.kill(os.getpid(), signal.SIGINT)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        write_into(tmp_path / "out", "a.csv", "b.csv")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.csv", "b.csv"]


def test_whoever_breaks_off_before_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_into(tmp_path / "deep" / "out", "a.csv", broken_off=True)
    assert not list(tmp_path.iterdir())


LIMITED = """
import resource, sys
from pathlib import Path
from toolkit.ground.problems import Refused
from toolkit.ground.writing import write_whole
path, limit = Path(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    write_whole(path, "新" * 4000)
except Refused as refused:
    print(refused.problems.text("en"))
"""
posix = pytest.mark.skipif(os.name == "nt", reason="limits and signals of POSIX")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_is_there_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "ballots" / "E01.toml"
    for text in ("第一\n", "第二\r\n"):
        write_whole(path, text)
        assert path.read_bytes() == text.encode()
    assert names(path.parent) == ["E01.toml"]


def test_a_former_file_is_kept_each_time(tmp_path: Path) -> None:
    path = tmp_path / "scheme.toml"
    assert kept_former(path) is None
    write_whole(path, "一")
    copies = [kept_former(path) for _ in range(3)]
    assert len({copy for copy in copies if copy}) == 3
    assert {copy.read_text("utf-8") for copy in copies if copy} == {"一"}
    assert all(copy.suffix == ".toml" and copy.stem.startswith("scheme.2") for copy in copies if copy)


def test_rights_of_a_file_stay_and_a_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "a.toml", tmp_path / "link.toml"
    write_whole(path, "1")
    path.chmod(0o640)
    link.symlink_to(path)
    write_whole(link, "2")
    assert link.is_symlink()
    assert (path.read_text("utf-8"), path.stat().st_mode & 0o777) == ("2", 0o640)


@given(at=st.integers(0, 30), number=st.sampled_from([errno.ENOSPC, errno.EDQUOT, errno.EIO]))
def test_a_write_that_fails_at_any_byte_leaves_the_file_as_it_was(tmp_path_factory: pytest.TempPathFactory, at: int, number: int) -> None:
    path = tmp_path_factory.mktemp("w") / "scheme.toml"
    path.write_bytes(b"before")
    done = Path.open

    class Failing:
        """A file on a disk that is full after some bytes."""

        def __init__(self, file: object) -> None:
            self.file = file

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()  # type: ignore[attr-defined]

        def write(self, content: bytes) -> None:
            self.file.write(content[:at])  # type: ignore[attr-defined]
            raise OSError(number, os.strerror(number))

    with pytest.MonkeyPatch.context() as full:
        full.setattr(Path, "open", lambda self, mode="r", *more, **others: Failing(done(self, mode)) if mode == "xb" else done(self, mode, *more, **others))
        with pytest.raises(Refused, match="cannot be read or written") as refused:
            write_whole(path, "x" * 30)
    assert path.read_bytes() == b"before"
    assert names(path.parent) == ["scheme.toml"]
    assert refused.value.problems.items[0].file == "scheme.toml"
    assert ("disk is full" in str(refused.value)) == (number == errno.ENOSPC)


@posix
@pytest.mark.parametrize("limit", [1, 4096, 11_999])
def test_a_disk_that_fills_up_is_said_in_words_and_leaves_nothing_half(tmp_path: Path, limit: int) -> None:
    path = tmp_path / "scheme.toml"
    path.write_bytes(b"before")
    command = [sys.executable, "-c", LIMITED, str(path), str(limit)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "scheme.toml: 1 problem" in told
    assert "the file is too large" in told
    assert path.read_bytes() == b"before"
    assert names(tmp_path) == ["scheme.toml"]


@posix
@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_read_only_folder_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def denied(self: Path, *_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), str(self))

    for name in ("open", "mkdir"):
        monkeypatch.setattr(Path, name, denied)
    with pytest.raises(Refused, match=r"no permission|read-only"):
        write_whole(tmp_path / "a", "x")
    with pytest.raises(Refused, match=r"no permission|read-only"), edition_lock(tmp_path):
        pass


def test_what_any_library_says_of_the_disk_is_said_in_words(tmp_path: Path) -> None:
    from xlsxwriter.exceptions import FileCreateError

    with pytest.raises(Refused, match="disk is full"), refusing(tmp_path):
        raise FileCreateError(OSError(errno.ENOSPC, "no space"))
    with pytest.raises(ZeroDivisionError), refusing(tmp_path):
        raise ZeroDivisionError


def test_of_two_writers_neither_loses_what_the_other_wrote(tmp_path: Path) -> None:
    path = tmp_path / "scheme.toml"
    write_whole(path, "0")

    def count() -> None:
        for _ in range(25):
            with edition_lock(tmp_path):
                write_whole(path, str(int(path.read_text("utf-8")) + 1))

    writers = [threading.Thread(target=count) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert path.read_text("utf-8") == "50"


def test_who_writes_too_long_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PATIENCE", 0.05)
    with edition_lock(tmp_path), pytest.raises(Refused, match="another program is writing"), edition_lock(tmp_path):
        pass


KILLED = """
import os, sys
from pathlib import Path
from toolkit.ground import writing
path = Path(sys.argv[1])
os.fsync = lambda _: (print("halfway", flush=True), sys.stdin.read())
with writing.edition_lock(path.parent):
    writing.write_whole(path, "after")
"""


@posix
def test_a_writer_killed_halfway_leaves_the_file_and_the_next_one_writes(tmp_path: Path) -> None:
    path = tmp_path / "scheme.toml"
    path.write_bytes(b"before")
    with subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "halfway\n"
        writer.send_signal(signal.SIGKILL)
    assert path.read_bytes() == b"before"
    (left,) = tmp_path.glob(f".*{UNFINISHED}*")
    os.utime(left, (time.time() - STALE - 1,) * 2)
    with edition_lock(tmp_path):
        write_whole(path, "after")
    assert names(tmp_path) == [".lock", "scheme.toml"]
    assert path.read_bytes() == b"after"


def test_a_scheme_whose_write_fails_stays_whole(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_edition / "scheme.toml"
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="disk is full"):
        write_scheme(load_scheme(path).with_(decimals=3), path)
    assert path.read_bytes() == before


@posix
def test_a_workbook_that_finds_no_room_is_told_in_words_and_without_a_traceback(small_edition: Path, tmp_path: Path) -> None:
    code = "import resource, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\nfrom toolkit.__main__ import main\nmain()"
    words = ["evaluate", str(small_edition), "--out", str(tmp_path / "out"), "--language", "en"]
    uncounted = {name: value for name, value in os.environ.items() if name not in COVERAGE}  # whose own file would find no room either
    done = subprocess.run([sys.executable, "-B", "-c", code, *words], capture_output=True, text=True, check=False, env=uncounted)
    assert done.returncode == 1
    assert "the file is too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
