"""The folder of ballots as `committee check` looks at it: every ballot, and every file there that nothing reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.ballots.ballot import FOLDER
from toolkit.ballots.folder import Ballots, load_ballots
from toolkit.ballots.group import group_weights
from toolkit.errors import Problem, Problems, Refused
from toolkit.reading.collection import found_files
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.tables import Tables

MEND = Phrase(
    "填好的 Excel 判断票用 committee ballots DIR --read 读回；评分表照 tables.toml 的 file 命名；其余请移走",
    "read Excel ballots back with committee ballots DIR --read, name score sheets as `file` in tables.toml says, move the rest away",
)


def check_ballots(folder: Path, scheme: Scheme, tables: Tables | None = None) -> Ballots:
    """The ballots of the edition in `folder`, with all that is wrong in its folder of ballots.

    Beside what `load_ballots` finds: why no weights of the group can come of them, as a warning, since the scheme's
    stand as long as nobody adopts others; and, by `tables`, how many files there nothing reads. Their names are not
    told: they may be a person's.

    Parameters
    ----------
    tables
        The data dictionary, which says which score sheets are read; None where it cannot be read, and nothing is said.
    """
    found = load_ballots(folder, scheme)
    more = [*(_undecided(found) if found.listed else ()), *(_unread(folder, tables) if tables else ())]
    return replace(found, problems=found.problems + Problems(tuple(more)))


def _undecided(found: Ballots) -> tuple[Problem, ...]:
    try:
        group_weights(found)
    except Refused as refused:
        return tuple(replace(problem, severity="warning") for problem in refused.problems)
    return ()


def _unread(folder: Path, tables: Tables) -> tuple[Problem, ...]:
    read = {name for table in tables.table.values() if table.file for name in found_files(folder, table)[0]}
    names = (path.relative_to(folder) for path in Path(folder, FOLDER).rglob("*") if path.is_file())
    unread = [name for name in names if name.as_posix() not in read and not _passed_over(name)]
    if not unread:
        return ()
    rule = phrase("有 {n} 个文件没有读取", "{n} files here are read by nothing", n=len(unread))
    return (Problem("warning", rule, MEND, file=FOLDER),)


def _passed_over(name: Path) -> bool:
    """A ballot, which was read; a hidden file; or the lock that Excel leaves beside an open workbook."""
    return (name.suffix == ".toml" and len(name.parts) == 2) or name.name.startswith((".", "~$"))
