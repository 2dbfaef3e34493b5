"""A lock that goes when its holder goes, however it went."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from toolkit.errors import refuse
from toolkit.text import Phrase


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`; it stays behind empty.

    Raises
    ------
    Refused
        When another process holds it.
    """
    with path.open("ab") as file:
        try:
            _hold(file)
        except OSError as error:
            rule = Phrase("另一次封存正在进行", "another seal is under way")
            raise refuse(
                rule, Phrase("请等它结束后再试", "wait for it to end"), file=path.parent.name
            ) from error
        yield


if sys.platform == "win32":
    import msvcrt

    def _hold(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _hold(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
