"""The frozen copy of an edition: everything an evaluation rests on, and nothing else of the folder."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from toolkit.ballots.ballot import FOLDER
from toolkit.ballots.writing import bag_ballots
from toolkit.errors import Problem, Problems, Refused
from toolkit.scheme import load_scheme
from toolkit.sealing.bag import file_digest
from toolkit.sealing.panel_copies import freeze_panel, panel_files
from toolkit.tables import Tables, load_tables
from toolkit.text import Phrase, phrase

FILES = ("scheme.toml", "tables.toml", "journal.jsonl")
FOLDERS = ("records",)
CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")


def freeze_edition(folder: Path, target: Path) -> None:
    """Copy scheme, tables, records and journal of the edition in `folder` into the new folder `target`.

    Ballots are not copied as they stand, for they may hold names: they are written anew by code where the scheme's
    `weighting.publish` says so, else left out. Score sheets, experts and interests are written anew too where `panel.publish` says so, as they were
    read: without names, remarks and file properties; else the copy holds the panel's own scores in their place.

    Raises
    ------
    Refused
        When tables read files outside the edition, or a name cannot be written into a manifest.
    """
    tables = load_tables(folder / "tables.toml")
    scheme = load_scheme(folder / "scheme.toml")
    panel = panel_files(folder, scheme, tables)
    names = sorted({path.relative_to(folder) for path in _wanted(folder, tables)} - {Path(name) for name in panel})
    problems = Problems((*_outside(tables), *_unwritable(names)))
    if problems:
        raise Refused(problems)
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, target / name)
    freeze_panel(folder, target, scheme, panel)
    _freeze_ballots(folder, target)


def is_frozen(folder: Path) -> bool:
    """Whether the edition in `folder` is the copy in a bag, wherever that was moved, or in one that is being sealed."""
    bag = folder.resolve().parent.parent
    return (bag / "bagit.txt").is_file() or bag.parent.name == "sealed"


def public_digests(data: Path) -> dict[str, str]:
    """Fingerprints of scheme, records and ranking below the payload `data`, to print on a public page.

    That of the records is the SHA-256 of the lines ``digest  path`` that `sha256sum` gives for `edition/records`,
    sorted by path.
    """
    records = folder_digests(data / "edition" / "records")
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(records.items()))
    return {
        "scheme": file_digest(data / "edition" / "scheme.toml"),
        "records": hashlib.sha256(listed.encode()).hexdigest(),
        "ranking": file_digest(data / "results" / "ranking.csv"),
    }


def folder_digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in `folder`, by its path there."""
    return {
        path.relative_to(folder).as_posix(): file_digest(path) for path in folder.rglob("*") if path.is_file()
    }


def _freeze_ballots(folder: Path, target: Path) -> None:
    if not any(folder.glob(f"{FOLDER}/*.toml")):
        return
    for name, text in bag_ballots(folder, load_scheme(folder / "scheme.toml")).items():
        (target / FOLDER).mkdir(exist_ok=True)
        (target / FOLDER / name).write_text(text, "utf-8", newline="\n")


def _wanted(folder: Path, tables: Tables) -> Iterator[Path]:
    yield from (folder / name for name in FILES if (folder / name).is_file())
    read = (table.file for table in tables.table.values() if table.file and not _leaves(table.file))
    for found in (
        *(folder / name for name in FOLDERS),
        *(match for pattern in read for match in folder.glob(pattern)),
    ):
        paths = found.rglob("*") if found.is_dir() else (found,)
        yield from (path for path in paths if path.is_file() and not _is_left_out(path.relative_to(folder)))


def _is_left_out(name: Path) -> bool:
    # Hidden files, and the lock files Excel leaves beside an open workbook.
    return any(part.startswith((".", "~$")) or part == "__pycache__" for part in name.parts)


def _leaves(pattern: str) -> bool:
    return ".." in Path(pattern).parts or Path(pattern).is_absolute()


def _outside(tables: Tables) -> Iterator[Problem]:
    for name, table in tables.table.items():
        if table.file and _leaves(table.file):
            yield Problem(
                "error",
                Phrase(
                    "数据在届次文件夹之外，无法一并封存",
                    "reads a file outside the edition, which cannot be sealed with it",
                ),
                Phrase(
                    "请把文件复制到 records/ 并改写 tables.toml",
                    "copy it into records/ and name it so in tables.toml",
                ),
                file="tables.toml",
                column=name,
                value=table.file,
            )


def _unwritable(names: list[Path]) -> Iterator[Problem]:
    for name in names:
        if CONTROL.search(name.as_posix()):
            rule = Phrase(
                "文件名含有换行等控制字符或反斜杠", "the file's name holds a control character or a backslash"
            )
            shown = CONTROL.sub("?", name.as_posix())
            yield Problem("error", rule, phrase("请改名", "rename it"), file=shown)
