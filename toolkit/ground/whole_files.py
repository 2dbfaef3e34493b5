"""Files that are written whole or not at all, one writer at a time, the former one kept where it was somebody's work.

Whatever breaks off a write, power or a full disk, there is the file as it was or as it was meant, never half of it.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from toolkit.ground.problems import Refused, inaccessible, refuse, system_error
from toolkit.ground.text import Phrase
from toolkit.ground.writing import UNFINISHED

LOCK = ".lock"
PATIENCE = 10.0
"""Seconds to wait for another writer of the same edition; a write takes hundredths of one."""
STALE = 600.0
"""Seconds after which an unfinished file is nobody's any more: its writer was killed."""
WRITING = Phrase("另一个程序正在写入这一届", "another program is writing into this edition")
WAIT = Phrase("请等它结束后再试", "wait for it to end")


def write_whole(path: Path, content: str | bytes) -> None:
    """Write `content` to `path` in place of what stands there: beside it, down to the disk, and then moved.

    Parameters
    ----------
    content
        Text goes in as UTF-8, its line ends as they are.

    Raises
    ------
    Refused
        When it cannot be written; then what stood there is as it was.
    """
    place = path.resolve()  # what a link points to is written, not the link
    unfinished = place.with_name(f".{place.name}{UNFINISHED}{secrets.token_hex(4)}")
    with refusing(path):
        place.parent.mkdir(parents=True, exist_ok=True)
        _clear(place.parent, f".{place.name}{UNFINISHED}")
        try:
            with unfinished.open("xb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileNotFoundError):
                shutil.copymode(place, unfinished)
            unfinished.replace(place)
        finally:
            unfinished.unlink(missing_ok=True)
        sync(place.parent)


def kept_former(path: Path) -> Path | None:
    """The copy just made of the file at `path`, beside it and named by the time; None where there is no such file.

    Raises
    ------
    Refused
        When it cannot be written.
    """
    if not path.is_file():
        return None
    moment = dt.datetime.now().astimezone()
    names = (f"{path.stem}.{moment:%Y%m%d-%H%M%S}{also}{path.suffix}" for also in ("", *(f"-{n}" for n in range(2, 1000))))
    copy = next(place for name in names if not (place := path.with_name(name)).exists())
    write_whole(copy, path.read_bytes())
    return copy


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Say in words why the file or folder `path`, or one in it, cannot be written.

    Raises
    ------
    Refused
        In place of an OSError, whatever library gave it.
    """
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        if system_error(error) is None:
            raise
        raise inaccessible(error, path.name) from error


@contextmanager
def edition_lock(folder: Path) -> Iterator[None]:
    """Write alone into the edition in `folder`, for as long as the block runs; it waits a little for another writer.

    Raises
    ------
    Refused
        When another program goes on writing, or the folder cannot be written.
    """
    with only_one(folder / LOCK, WRITING, wait=PATIENCE):
        yield


@contextmanager
def only_one(path: Path, rule: Phrase, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock file at `path`, which goes when its holder goes, however it went; the file stays behind empty.

    Parameters
    ----------
    rule
        What to say when another process holds it still, after `wait` seconds.

    Raises
    ------
    Refused
        When another process holds it, or the file cannot be written.
    """
    with refusing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    with file:
        end = time.monotonic() + wait
        while not _held(file):
            if time.monotonic() >= end:
                raise refuse(rule, WAIT, file=path.parent.name)
            time.sleep(0.02)
        yield


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders; its own journal keeps the rename.
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _hold(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _hold(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _held(file: IO[bytes]) -> bool:
    try:
        _hold(file)
    except OSError:
        return False
    return True


def _clear(folder: Path, prefix: str) -> None:
    """Take away what killed writers left behind."""
    for left in (path for path in folder.iterdir() if path.name.startswith(prefix)):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > STALE:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
