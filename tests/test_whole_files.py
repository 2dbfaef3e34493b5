"""Files are written whole or not at all, by one writer at a time; whatever breaks off a write is said in words."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground import whole_files
from toolkit.ground.problems import Refused
from toolkit.ground.whole_files import (
    STALE,
    edition_lock,
    kept_former,
    refusing,
    write_whole,
)
from toolkit.ground.writing import UNFINISHED
from toolkit.scheme import load_scheme
from toolkit.scheme.writing import write_scheme

LIMITED = """
import resource, sys
from pathlib import Path
from typing import Self
from toolkit.ground.problems import Refused
from toolkit.ground.whole_files import write_whole
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
    monkeypatch.setattr(whole_files, "PATIENCE", 0.05)
    with edition_lock(tmp_path), pytest.raises(Refused, match="another program is writing"), edition_lock(tmp_path):
        pass


KILLED = """
import os, sys
from pathlib import Path
from typing import Self
from toolkit.ground import whole_files
path = Path(sys.argv[1])
os.fsync = lambda _: (print("halfway", flush=True), sys.stdin.read())
with whole_files.edition_lock(path.parent):
    whole_files.write_whole(path, "after")
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
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the file is too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
