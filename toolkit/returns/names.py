"""The names of returned copies, safe on Windows, and the folder they are written into."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from toolkit.errors import refuse
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolkit.edition import Edition

SUFFIX = "_退回"
FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')  # in the names of files on Windows
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
LONGEST = 60


def returned_name(file: str) -> str:
    """The name of the marked copy of `file`, safe on Windows.

    Examples
    --------
    >>> returned_name("records/培训签到.csv.gz"), returned_name("records/会费_退回.xlsx")
    ('培训签到_退回.xlsx', '会费_退回.xlsx')
    """
    stem = re.sub(r"(\.csv)?\.[^.]+$", "", PurePosixPath(file).name, flags=re.IGNORECASE)
    stem = FORBIDDEN.sub("_", stem).removesuffix(SUFFIX)[:LONGEST].strip(" .") or "_"
    return f"{'_' if RESERVED.fullmatch(stem) else ''}{stem}{SUFFIX}.xlsx"


def returned_names(files: Iterable[str]) -> list[str]:
    """A name for each file; files of one name in several folders or formats are numbered."""
    names: list[str] = []
    taken: set[str] = set()
    for file in files:
        name, number = returned_name(file), 2
        while name.casefold() in taken:
            name = returned_name(file).replace(f"{SUFFIX}.xlsx", f"{number}{SUFFIX}.xlsx")
            number += 1
        names.append(name)
        taken.add(name.casefold())
    return names


def check_room(edition: Edition, out: Path, names: Iterable[str]) -> None:
    """Refuse to write where a copy stands that somebody may have mended, and where copies would be read as records.

    Raises
    ------
    Refused
        In either case.
    """
    standing = sorted(path.name for path in out.glob(f"*{SUFFIX}.xlsx")) if out.is_dir() else []
    if standing:
        rule = phrase("这里已有退回件（{name}）", "returned copies stand there already ({name})", name=standing[0])
        mend = Phrase("请另指一个文件夹，或先把它们移走", "name another folder, or move them away first")
        raise refuse(rule, mend, file=str(out))
    folder = edition.folder.resolve()
    for name in names:
        path = (out / name).resolve()
        if path.is_relative_to(folder) and any(
            path.relative_to(folder).match(table.file) for table in edition.tables.table.values() if table.file
        ):
            rule = Phrase("退回件放在这里会被当作数据读入", "returned copies would be read as records there")
            raise refuse(rule, Phrase("请另指一个文件夹", "name another folder"), file=str(out))
