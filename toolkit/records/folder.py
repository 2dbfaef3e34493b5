"""What lies in an edition's folder of records: the files that its tables name, and every file that none of them names.

Nothing there is passed over in silence, but what programs leave behind for themselves.
"""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape
from pathlib import Path, PurePosixPath

from toolkit.ground.problems import Problem
from toolkit.ground.resources import file_digest
from toolkit.ground.text import Phrase, phrase
from toolkit.records.databases.connection import FILES, read_address
from toolkit.records.dictionary import Table, Tables

FOLDER = "records"
LETTER = re.compile(r"\[!?[^\]]*\]|[A-Za-z]")
LEFT_BEHIND = re.compile(  # by Excel, LibreOffice, macOS, Windows, network drives, git and notebooks; and what says what lies here
    r"~\$.*|\.~lock\..*#|\._.*|\.ds_store|__macosx|thumbs\.db|ehthumbs\.db|desktop\.ini|@eadir|\.git|\.git(keep|ignore|attributes)"
    r"|\.ipynb_checkpoints|__pycache__|readme(\..*)?",
    re.IGNORECASE,
)
RECORDS = frozenset({  # endings of what may hold records
    ".xls", ".xlsx", ".xlsm", ".xlsb", ".xlt", ".xltx", ".et", ".ett", ".ods", ".ots", ".fods", ".numbers", ".csv", ".tsv", ".tab",
    ".txt", ".prn", ".dif", ".slk", ".dbf", ".parquet", ".json", ".jsonl", ".xml", ".mdb", ".accdb", ".db", ".sqlite", ".sqlite3",
    ".duckdb", ".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz",
})  # fmt: skip
LISTED = 20
SHEETS_PART = "xl/workbook.xml"
SHEET_NAME = re.compile(r'<(?:\w+:)?sheet\s[^<>]*?\bname="([^"]*)"')
LONGEST_PART = 1_000_000
ADD_FILE = Phrase(
    "请放入该文件（没有记录的放入空白填报表），或改正 tables.toml 里的 file",
    "add it (an empty entry form where nothing was recorded), or correct `file` in tables.toml",
)
NAMED = Phrase("请改成这样的文件名（格式不同的先另存），或移出 records/", "give it such a name (save it in that format first), or move it out of records/")
MOVE_OUT = Phrase("请移出 records/", "move it out of records/")
ONE_OF_THEM = Phrase("请核对以哪一份为准，另一份移出 records/", "see which of the two counts, and move the other out of records/")
UNREAD = (NAMED, MOVE_OUT, ONE_OF_THEM)
"""What is advised of files that no table reads; where a table had to be left out for its own faults, they may be its."""


def any_case(pattern: str) -> str:
    """A pattern of file names that takes letters of either case, on every system as on Windows.

    Examples
    --------
    >>> any_case("签到*.xls[xm]")
    '签到*.[xX][lL][sS][xmXM]'
    """
    return LETTER.sub(lambda match: _either(match[0]), pattern)


def _either(part: str) -> str:
    if len(part) == 1:
        return f"[{part.lower()}{part.upper()}]"
    negated, inner = ("!", part[2:-1]) if part.startswith("[!") else ("", part[1:-1])
    return f"[{negated}{inner}{inner.swapcase()}]" if re.search("[A-Za-z]", inner) else part


def found_files(folder: Path, table: Table) -> tuple[list[str], list[Problem]]:
    """The files that a table names, by name; a problem for each that is none, and where there are none at all."""
    pattern = table.file or ""
    if (folder / pattern).is_file():
        return [pattern], []
    names = sorted(path.relative_to(folder).as_posix() for path in folder.glob(any_case(pattern)) if not path.name.startswith(".") and not _is_left_behind(path.name))
    files = [name for name in names if (folder / name).is_file()]
    problems = [_no_file(name) for name in names if name not in files and _seems_file(folder / name)]
    if files or problems:
        return files, problems
    rule, mend = phrase("找不到“{label}”的文件", "the file of `{label}` is missing", label=table.label or pattern), ADD_FILE
    if lies := _elsewhere(folder, table):
        mend = phrase('{name} 在文件夹 {folder} 里：请在 tables.toml 里写 file = "{folder}/{pattern}"', '{name} lies in the folder {folder}: write file = "{folder}/{pattern}" in tables.toml', name=lies[0], folder=FOLDER, pattern=pattern)
    return [], [Problem("error", rule, mend, file=pattern)]


def _elsewhere(folder: Path, table: Table) -> list[str]:
    """The files of a table that is named as if it stood beside the folder of records, and stands in it."""
    pattern = table.file or ""
    if not pattern or PurePosixPath(pattern).parts[0] in {FOLDER, "..", "/"}:
        return []
    return sorted(path.relative_to(folder).as_posix() for path in (folder / FOLDER).glob(any_case(pattern)) if path.is_file() and not _is_left_behind(path.name))


def _is_left_behind(name: str) -> bool:
    return LEFT_BEHIND.fullmatch(name) is not None


def _seems_file(path: Path) -> bool:
    """Whether what is no file would be taken for one: a folder only by its ending."""
    return not path.is_dir() or path.suffix.lower() in RECORDS


def _no_file(name: str) -> Problem:
    rule = Phrase("这不是文件（可能是文件夹、失效的链接或管道）", "this is no file: a folder, a link that leads nowhere, or a pipe")
    return Problem("error", rule, Phrase("请放入文件本身", "put the file itself here"), file=name)


@dataclass(frozen=True)
class Lying:
    """What lies in the folder of records and is read by no table, by path from the edition."""

    records: tuple[str, ...]
    others: tuple[str, ...]


def folder_problems(folder: Path, tables: Tables, digests: Mapping[str, str]) -> list[Problem]:
    """A warning for each file that seems to hold records and is read by no table, and for each that is read twice; a note on others.

    Parameters
    ----------
    digests
        SHA-256 of each file that was read, by its path from the edition.
    """
    lying = _lying(folder, tables)
    again = [_again(name, same) for name, same in _doubles(digests)]
    copies = _copies(folder, lying.records, digests)
    return [*again, *(_unread(folder, name, tables, copies.get(name)) for name in lying.records), *_others(lying.others)]


def _lying(folder: Path, tables: Tables) -> Lying:
    read = {os.path.normcase(os.path.normpath(name)) for name in _read(folder, tables)}
    unread = [name for name in _walked(folder) if os.path.normcase(os.path.normpath(name)) not in read]
    records = tuple(name for name in unread if PurePosixPath(name.rstrip()).suffix.lower() in RECORDS)
    return Lying(records, tuple(name for name in unread if name not in records))


def _read(folder: Path, tables: Tables) -> Iterator[str]:
    """The files that tables are read from, and what a database keeps beside its own."""
    for table in tables.table.values():
        if table.file:
            files, problems = found_files(folder, table)
            yield from (*files, *(problem.file for problem in problems), *(() if files else _elsewhere(folder, table)))
        elif table.source and (address := read_address(table.source)).kind in FILES:
            yield from (address.path + suffix for suffix in ("", "-wal", "-shm", "-journal", ".wal"))


def _walked(folder: Path) -> Iterator[str]:
    """Every file below the folder of records, and every link to a folder, by path from the edition; never what is left behind."""
    for place, folders, files in os.walk(folder / FOLDER):
        folders[:] = sorted(name for name in folders if not _is_left_behind(name))
        below = Path(place).relative_to(folder)
        links = [name for name in folders if (folder / below / name).is_symlink()]
        yield from ((below / name).as_posix() for name in sorted([*links, *files]) if not _is_left_behind(name))


def _doubles(digests: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each file whose bytes are those of an earlier one, and that one."""
    first: dict[str, str] = {}
    for name, digest in digests.items():
        same = first.setdefault(digest, name)
        if same != name:
            yield name, same


def _copies(folder: Path, unread: Sequence[str], digests: Mapping[str, str]) -> dict[str, str]:
    """For each file that is the same as one that was read, byte for byte, that one."""
    sizes = {_size(folder / name) for name in digests} - {None}
    first = {digest: name for name, digest in reversed([*digests.items()])}
    alike = [name for name in unread if _size(folder / name) in sizes]
    return {name: first[digest] for name in alike if (digest := _digest(folder / name)) in first}


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def _digest(path: Path) -> str:
    try:
        return file_digest(path)
    except OSError:
        return ""


def _again(name: str, same: str) -> Problem:
    rule = phrase("与 {same} 内容完全相同，两份都已读取", "the same as {same}, byte for byte, and both are read", same=same)
    return Problem("warning", rule, Phrase("若是同一份收到两次，请删去一份", "remove one if it came in twice"), file=name)


def sheet_names(path: Path) -> frozenset[str]:
    """The names of the sheets of an .xlsx workbook, from its own list; of anything else none."""
    try:
        with zipfile.ZipFile(path) as book, book.open(SHEETS_PART) as part:
            text = part.read(LONGEST_PART).decode("utf-8")
    except (OSError, ValueError, KeyError, RuntimeError, NotImplementedError, EOFError, zipfile.BadZipFile, zlib.error):
        return frozenset()
    return frozenset(unescape(name).strip() for name in SHEET_NAME.findall(text))


def _unread(folder: Path, name: str, tables: Tables, same: str | None) -> Problem:
    patterns = {table.file: table.label or id_ for id_, table in tables.table.items() if table.file}
    sheets = {table.file: table.sheet for table in tables.table.values() if table.file and table.sheet}
    if same is not None:
        rule = phrase("没有表读取这个文件；它与已读取的 {same} 内容完全相同", "read by no table; it is the same as {same}, which is read, byte for byte", same=same)
        return Problem("warning", rule, Phrase("请删去，或移出 records/", "remove it, or move it out of records/"), file=name)
    if not patterns:
        return Problem("warning", Phrase("没有表读取这个文件", "read by no table"), MOVE_OUT, file=name)
    names = sheet_names(folder / name)
    inside = [pattern for pattern, sheet in sheets.items() if sheet in names]
    there = {pattern for pattern in patterns if (folder / pattern).is_file()}
    if len(inside) == 1 and inside[0] in there:
        rule = phrase(
            "没有表读取这个文件；其中有“{label}”的工作表“{sheet}”，而这张表读取的是 {pattern}，文件已在",
            "read by no table; it holds the sheet `{sheet}` of `{label}`, which is read from {pattern}, and that is there",
            label=patterns[inside[0]], sheet=sheets[inside[0]], pattern=inside[0],
        )  # fmt: skip
        return Problem("warning", rule, ONE_OF_THEM, file=name)
    if len(inside) == 1:
        rule = phrase(
            "没有表读取这个文件；其中有“{label}”的工作表“{sheet}”，它的文件名应为 {pattern}",
            "read by no table; it holds the sheet `{sheet}` of `{label}`, whose files are called {pattern}",
            label=patterns[inside[0]], sheet=sheets[inside[0]], pattern=inside[0],
        )  # fmt: skip
        return Problem("warning", rule, NAMED, file=name)
    free = [pattern for pattern in patterns if pattern not in there]  # no file takes the name of one that is there
    if not free:
        return Problem("warning", Phrase("没有表读取这个文件", "read by no table"), MOVE_OUT, file=name)
    pattern = max(free, key=lambda known: SequenceMatcher(None, name.casefold(), known.casefold()).ratio())
    rule = phrase(
        "没有表读取这个文件；名称最接近的是“{label}”，它的文件名应为 {pattern}",
        "read by no table; the nearest is `{label}`, whose files are called {pattern}",
        label=patterns[pattern], pattern=pattern,
    )  # fmt: skip
    return Problem("warning", rule, NAMED, file=name)


def _others(names: Sequence[str]) -> Iterator[Problem]:
    if names:
        listed, more = names[:LISTED], len(names) > LISTED
        rule = phrase(
            "这 {n} 个文件不是表格，没有读取：{zh}", "{n:file here is no table and is|files here are no tables and are} not read: {en}", n=len(names),
            zh="、".join(listed) + "等" * more, en=", ".join(listed) + ", …" * more,
        )  # fmt: skip
        yield Problem("note", rule, Phrase("如有记录请录入表格", "enter what they record into a table"), file=FOLDER)
