"""Files are written whole or not at all, one writer at a time, the former one kept where it was somebody's work.

Whatever breaks off a write, power or a full disk, there is the file as it was or as it was meant, never half of it.
Text that a spreadsheet would take for a formula goes in as text.
"""

from __future__ import annotations

import atexit
import datetime as dt
import getpass
import hashlib
import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain, count
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from toolkit.ground.problems import Refused, inaccessible, refuse, system_error
from toolkit.ground.text import Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd

# A spreadsheet takes text that begins so for a formula; the apostrophe itself is marked too, so that reading back is exact.
SIGNS = frozenset("=+-@\t\r\n'＝＋－＠")
FORMULA = re.compile(f"^(?=[{re.escape(''.join(sorted(SIGNS)))}])")
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³")})
"""What no file can be called on Windows, whatever its ending."""
UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]')
"""What some system has in no name of a file, or nobody sees in it."""
UNFINISHED = ".unfinished-"
LOCK = ".lock"
PATIENCE = 10.0
"""Seconds to wait for another writer of the same edition; a write takes hundredths of one."""
STALE = 600.0
"""Seconds after which an unfinished file is nobody's any more: its writer was killed."""
BEGUN = 2.0
"""Seconds within which a writer holds the hidden folder that it made; it takes thousandths of one."""
WRITING = Phrase("另一个程序正在写入这一届", "another program is writing into this edition")
WAIT = Phrase("请等它结束后再试", "wait for it to end")
EDITION_FILES = ("scheme.toml", "tables.toml")
EDITION_FOLDERS = frozenset({"records", "ballots", "sealed", "notebooks", "variants", "objections"})
"""By which files an edition's folder is known, and in which folders of it lies what it is made of."""
BAG_FILE = "bagit.txt"
TO_BAG = (
    "{bag} 是封存包，里面什么也不能添；请另指一个文件夹，如“结果”",
    "{bag} is a bag, and nothing is put into it: name another folder, such as results",
)
TO_EDITION = (
    "{place} 里是届次自己的文件，结果不能写到这里，以免混入或覆盖；请另指一个文件夹，如“结果”",
    "{place} holds the edition's own files, and no results go there, lest they mix with them or overwrite one: name another folder, such as results",
)


def guarded(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula.

    Examples
    --------
    >>> guarded("＝1+1"), guarded("甲公司")
    ("'＝1+1", '甲公司')
    """
    return "'" + text if text[:1] in SIGNS else text


def fit(text: object, longest: int = 40) -> str:
    """What stands in the data as a file's name without its ending, or a part of it, that every system takes.

    Parameters
    ----------
    longest
        Characters; no more bytes either than so many Chinese ones have, since no system takes more than 255.

    Examples
    --------
    >>> fit("../甲:乙 "), fit("𠮷" * 60) == "𠮷" * 30
    ('_甲_乙', True)
    >>> fit("con"), fit("COM1.x"), fit("")
    ('_con', '_COM1.x', '_')
    """
    cut = UNFIT.sub("_", str(text)).strip(" .")[:longest]
    name = cut.encode()[: 3 * longest].decode(errors="ignore").strip(" .")
    return f"_{name}" if not name or name.partition(".")[0].strip().casefold() in DEVICES else name


def named_apart(stem: str, taken: set[str]) -> str:
    """The name of a file without its ending, made to `fit`, that no system would take for another's; entered into `taken`.

    Examples
    --------
    >>> taken = set()
    >>> [named_apart(stem, taken) for stem in ("a1", "A1", "b1")]
    ['a1', 'A1_2', 'b1']
    """
    name = next(name for name in chain([stem], (f"{stem}_{n}" for n in count(2))) if _to_any_system(name) not in taken)
    taken.add(_to_any_system(name))
    return name


def _to_any_system(name: str) -> str:
    """What is one and the same name to a system that knows no cases, or composes letters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def write_csv(cells: pd.DataFrame, path: Path, **how: Any) -> None:
    """Cells, guarded already, as a CSV file that Excel reads: UTF-8 with a byte order mark."""
    cells.to_csv(path, encoding="utf-8-sig", lineterminator="\n", **how)


def write_whole(path: Path, content: str | bytes, called: str = "") -> None:
    """Write `content` to `path` in place of what stands there: beside it, down to the disk, and then moved.

    Parameters
    ----------
    content
        Text goes in as UTF-8, its line ends as they are.
    called
        The name of the file by which it is told that it cannot be written, where its own says nothing to its reader.

    Raises
    ------
    Refused
        When it cannot be written; then what stood there is as it was.
    """
    place = path.resolve()  # what a link points to is written, not the link
    unfinished = place.with_name(f".{place.name}{UNFINISHED}{secrets.token_hex(4)}")
    with refusing(path.with_name(called) if called else path):
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


def held_by_edition(path: Path, *, whole: bool = False) -> Phrase | None:
    """Why nothing that is worked out goes to `path`: it is a bag or an edition's folder, or lies in a bag or among what an edition is made of, or with `whole` anywhere in it; None where it does not."""
    place = path.resolve()
    for folder in (place, *place.parents):
        if any((folder / name).is_file() for name in EDITION_FILES):
            part = next(iter(place.relative_to(folder).parts), "")
            if whole or not part or part.casefold() in EDITION_FOLDERS:
                return phrase(*TO_EDITION, place=f"{folder.name}/{part}".rstrip("/"))
        if (folder / BAG_FILE).is_file():
            return phrase(*TO_BAG, bag=folder.name)
    return None


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
        while not _locked(file):
            if time.monotonic() >= end:
                raise refuse(rule, WAIT, file=path.parent.name)
            time.sleep(0.02)
        yield


_HOLDS = dict[Path, IO[bytes]]()


def lock_of(what: str) -> Path:
    """Where the processes of one account see what one of them holds, apart from any edition; of its name only the digest is told."""
    return Path(tempfile.gettempdir()) / f"committee-open-{getpass.getuser()}" / hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def holds(path: Path) -> bool:
    """Whether this process holds the lock file at `path`, from now till `let_go` or its own end; False where another does, True where nobody could."""
    if path in _HOLDS:
        return True
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        file = path.open("ab")
    except OSError:
        return True
    if _locked(file):
        _HOLDS[path] = file
        return True
    file.close()
    return False


def let_go(path: Path) -> None:
    """Hold the lock file at `path` no more, and take it away."""
    if file := _HOLDS.pop(path, None):
        with suppress(OSError):  # Windows takes no open file away
            path.unlink()
        file.close()


@atexit.register
def _let_all_go() -> None:
    for path in tuple(_HOLDS):
        let_go(path)


@contextmanager
def _unbroken() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait until this is done: what belongs together is put in place together."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    interrupts: list[int] = []
    before = {each: signal.signal(each, lambda number, _: interrupts.append(number)) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if interrupts:
        raise KeyboardInterrupt


@contextmanager
def placed_in(folder: Path) -> Iterator[Path]:
    """A hidden folder to write into; its files and folders are moved into `folder` together once all of them are there, each in place of one of its name.

    Whatever goes wrong before leaves `folder` as it was, and one that was not there is not there afterwards.

    Raises
    ------
    Refused
        When the folder or one of the files cannot be written: why, and what to do.
    """
    made = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _aside(folder) as new:
            yield new
    except BaseException as error:
        for parent in made:
            with suppress(OSError):  # it holds something by now
                parent.rmdir()
        if system_error(error) is not None:
            raise inaccessible(error, _called(error, folder)) from error
        raise


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """A folder beside `folder`, to be filled; when the block ends well it stands in its place, with nothing of what stood there before.

    Raises
    ------
    Refused
        When it cannot be written; then what stood there is as it was.
    """
    with refusing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _aside(folder.parent) as new:
            made = new / folder.name
            made.mkdir()
            yield made


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """A hidden folder in `folder`, held as long as its writer lives, whose content is put in place at the end; nothing of it is left, but what could not be put back."""
    hidden = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
    new, old = hidden / "new", hidden / "old"
    try:
        with (hidden / LOCK).open("ab") as held:
            _locked(held)
            new.mkdir()
            old.mkdir()
            yield new
            with _unbroken():
                _exchange(new, folder, old)
    finally:
        _take_away(hidden, folder)


def clear_unfinished(folder: Path) -> None:
    """Put back what killed writers took from its place in `folder`, and take their hidden folders away; whoever lives holds its own.

    Raises
    ------
    Refused
        When it cannot be put back.
    """
    for left in left_unfinished(folder):
        with refusing(folder):
            _take_away(left, folder)


def _take_away(hidden: Path, folder: Path) -> None:
    """Put the former files and folders of `folder` that are kept in a hidden one back where none of their name is, then remove the hidden one."""
    old = hidden / "old"
    for kept in old.glob("*"):
        if not (folder / kept.name).exists():
            kept.replace(folder / kept.name)
    with suppress(OSError):  # whoever is killed from here on has nothing to put back
        old.rename(hidden / "replaced")
    shutil.rmtree(hidden, ignore_errors=True)


def left_unfinished(folder: Path, within: str = "") -> Iterator[Path]:
    """The hidden folders that killed writers left in `folder`, or anywhere below it where `within` is ``**/``; whoever lives holds its own."""
    for left in sorted(folder.glob(f"{within}{UNFINISHED}*")):
        if left.is_dir() and not _may_be_held(left / LOCK):
            yield left


def _may_be_held(lock: Path) -> bool:
    """Whether somebody writes there, or has just begun to; where that cannot be seen somebody may."""
    try:
        with lock.open("r+b") as file:
            return time.time() - lock.stat().st_mtime < BEGUN or not _locked(file)
    except OSError:
        return True


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


def _locked(file: IO[bytes]) -> bool:
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


def _exchange(new: Path, folder: Path, old: Path) -> None:
    """Put each file or folder in its place, and keep the former one in `old`; where one cannot be, every other is put back.

    In place of a file there is a file at every moment; a folder is missing between two renames, and in `old` then.
    """
    moved: list[Path] = []
    try:
        for path in sorted(new.iterdir()):
            target = folder / path.name
            if path.is_file() and target.is_file():
                _keep(target, old / path.name)
            elif target.exists():
                target.replace(old / path.name)
            moved.append(target)
            path.replace(target)
    except OSError:
        for target in moved:
            former, failed = old / target.name, new / target.name
            if not failed.exists() and not (target.is_file() and former.is_file()):
                target.replace(failed)
            if former.exists():
                former.replace(target)
        raise


def _keep(file: Path, former: Path) -> None:
    """Keep a file under another name too; where the disk has no two names for one, as a copy."""
    try:
        former.hardlink_to(file)
    except OSError:
        shutil.copy2(file, former)


def _called(error: BaseException, folder: Path) -> str:
    """What the reader calls the file that cannot be written: by its name where it was to be, else the folder, no part of either being a hidden one."""
    cause = system_error(error)
    named = str((cause and (cause.filename2 or cause.filename)) or "")
    if UNFINISHED in named and Path(named).suffix:
        return Path(named).name
    parts = folder.parts
    return str(Path(*(part for before, part in zip(("", *parts), parts, strict=False) if not (part.startswith(UNFINISHED) or before.startswith(UNFINISHED)))))
