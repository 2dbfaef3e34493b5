"""Files are written whole or not at all, and text that a spreadsheet would take for a formula goes in as text."""

from __future__ import annotations

import re
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.ground.problems import inaccessible, system_error

if TYPE_CHECKING:
    import pandas as pd

# A spreadsheet takes text that begins so for a formula; the apostrophe itself is marked too, so that reading back is exact.
SIGNS = frozenset("=+-@\t\r\n'＝＋－＠")
FORMULA = re.compile(f"^(?=[{re.escape(''.join(sorted(SIGNS)))}])")
UNFINISHED = ".unfinished-"


def guarded(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula.

    Examples
    --------
    >>> guarded("＝1+1"), guarded("甲公司")
    ("'＝1+1", '甲公司')
    """
    return "'" + text if text[:1] in SIGNS else text


def write_csv(cells: pd.DataFrame, path: Path, **how: Any) -> None:
    """Cells, guarded already, as a CSV file that Excel reads: UTF-8 with a byte order mark."""
    cells.to_csv(path, encoding="utf-8-sig", lineterminator="\n", **how)


@contextmanager
def unbroken() -> Iterator[None]:
    """Ctrl-C waits until this is done: what belongs together is put in place together."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt


@contextmanager
def placed_in(folder: Path) -> Iterator[Path]:
    """A hidden folder to write into; its files are moved into `folder` together once all of them are there.

    Whatever goes wrong before leaves `folder` as it was, and one that was not there is not there afterwards.

    Raises
    ------
    Refused
        When the folder or one of the files cannot be written: why, and what to do.
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as hidden:
            new, old = Path(hidden, "new"), Path(hidden, "old")
            new.mkdir()
            old.mkdir()
            yield new
            with unbroken():
                _exchange(new, folder, old)
    except BaseException as error:
        for each in made:
            with suppress(OSError):  # it holds something by now
                each.rmdir()
        if system_error(error) is not None:
            raise inaccessible(error, _called(error, folder)) from error
        raise


def _exchange(new: Path, folder: Path, old: Path) -> None:
    """Put each file in its place; where one cannot be, every other is put back."""
    moved: list[Path] = []
    try:
        for path in sorted(new.iterdir()):
            target = folder / path.name
            if target.exists():
                target.replace(old / path.name)
            moved.append(target)
            path.replace(target)
    except OSError:
        for target in moved:
            target.unlink(missing_ok=True)
            if (old / target.name).exists():
                shutil.move(old / target.name, target)
        raise


def _called(error: BaseException, folder: Path) -> str:
    """What the reader calls the file that cannot be written: by its name where it was to be, else the folder."""
    cause = system_error(error)
    named = str((cause and (cause.filename2 or cause.filename)) or "")
    return Path(named).name if UNFINISHED in named and Path(named).suffix else str(folder)
