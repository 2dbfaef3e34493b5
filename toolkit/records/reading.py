"""Files as they arrive, read cell by cell: every row becomes data, a refusal with its reason, or no data."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.ground.answers import KEPT
from toolkit.ground.problems import Problem, Problems
from toolkit.ground.resources import file_digest
from toolkit.ground.text import Phrase, as_phrase, in_words_before, joined, phrase
from toolkit.records import Records
from toolkit.records.databases.survey import LARGE, RemoteTable, is_remote, survey
from toolkit.records.dictionary import Table, Tables
from toolkit.records.findings import normal_key
from toolkit.records.folder import folder_problems, found_files
from toolkit.records.members import Register, attribute, departures, members_frame, membership_problems
from toolkit.records.table import Collection, collect, spelt_alike

if TYPE_CHECKING:
    from toolkit.scheme.criteria import MembersSpec

COUNTS = ("read", "accepted", "refused", "not_data")
MOVE_IT = Phrase("如有数据请移入读取的工作表", "move what is data to the sheet that is read")
SHOW_IT = Phrase(
    "如有数据请移入读取的工作表；隐藏的，先在 Excel 里右键点任一工作表标签，选“取消隐藏”",
    "move what is data to the sheet that is read; to see a hidden one, right-click any sheet's tab in Excel and choose Unhide",
)
DIG_OUT = Phrase(
    "如有数据请移入读取的工作表；深度隐藏的，Excel 菜单里看不到，请用 LibreOffice 打开后取消隐藏，或请做表的人移出",
    "move what is data to the sheet that is read; Excel does not list one that is very hidden: open the file in LibreOffice and show it there, or ask who made it",
)
HIDDEN = {"hidden": ("{sheet}（隐藏）", "{sheet} (hidden)"), "buried": ("{sheet}（深度隐藏）", "{sheet} (very hidden)")}


def load_records(
    folder: Path, tables: Tables, members: MembersSpec, large: int = LARGE, *, words: Iterable[str] = ()
) -> Records:
    """Every table of the edition in `folder`, with all problems of all files; nothing is raised for them.

    The members table is read first, so that the other tables can be held to its keys.

    Parameters
    ----------
    folder
        The edition.
    tables
        Its data dictionary.
    members
        Which table and columns the members stand in.
    large
        A database table or Parquet files with more rows stay where they are: checked there, measured there.
    words
        Texts that the scheme asks for: of several spellings of one text theirs goes.
    """
    collections: dict[str, Collection] = {}
    standing: dict[str, RemoteTable] = {}
    known: Register | None = None
    words = frozenset(words)
    named = {word.rpartition(".")[2] for word in words}  # the columns that the scheme names are among them
    applied = (members.applied or "").rpartition(".")[0]
    if members.table in tables.table:
        first, _ = _gathered(folder, tables.table[members.table], members.key, None)
        known = _register(first, members)
        collections[members.table] = _written_alike(first, tables.table[members.table], members.key, known)
    for name, table in tables.table.items():
        if name != members.table:
            most = None if name == applied else large
            collections[name], stays = _gathered(folder, table, None, known, most, words=named)
            standing |= {name: stays} if stays else {}
    records = _records(tables, {name: collections[name] for name in tables.table}, members, words, standing)
    passed_over = [*_unread_sheets(collections.values()), *folder_problems(folder, tables, records.digests)]
    return replace(records, problems=records.problems + passed_over)


def _gathered(
    folder: Path, table: Table, key: str | None, known: Register | None, large: int | None = None, *, words: AbstractSet[str] = frozenset()
) -> tuple[Collection, RemoteTable | None]:
    """A table from its files, or from where else it stands; only more than `large` rows stay there."""
    if is_remote(folder, table, large):
        return survey(folder, table, key, known, large, words=words)
    return _read_once(folder, table, key, known), None


def _read_once(folder: Path, table: Table, key: str | None, known: Register | None) -> Collection:
    """A table from its files; while answers are kept, files with the very same content are not read again, wherever they lie; the frames are the asker's own."""
    answers, files = KEPT.get(), found_files(folder, table)
    try:
        contents = {file: file_digest(folder / file) for file in files[0]} if answers else {}
    except OSError:  # which is told of the file by whoever reads it
        answers = None
    if answers is None:
        return collect(folder, table, key, known)
    read = answers.once(("read", pickle.dumps((table, key, known, files, contents))), lambda: collect(folder, table, key, known))
    return replace(read, frame=read.frame.copy(deep=False), not_applicable=read.not_applicable.copy(deep=False))


def _register(collection: Collection, members: MembersSpec) -> Register | None:
    """The members by the keys that their table says, and by their names; None where it says no key."""
    rows = collection.frame if members.key in collection.frame else collection.frame.assign(**{members.key: pd.Series(dtype="str")})
    keys = [*sorted(collection.keys), *rows[members.key].dropna()]  # of two spellings the table's own goes
    named = rows[[members.name, members.key]].dropna() if members.name in rows else rows.iloc[:0, :2]
    return Register.of(keys, named.itertuples(index=False, name=None)) if keys else None


def _written_alike(collection: Collection, table: Table, key: str, known: Register | None) -> Collection:
    """The members table with former codes and head offices spelt as the keys they mean."""
    others = [name for name, column in table.column.items() if column.keyed and name != key and name in collection.frame]
    if known is None or not others:
        return collection
    spelt = {name: collection.frame[name].map(lambda code: known.written.get(normal_key(code), code), na_action="ignore") for name in others}
    return replace(collection, frame=collection.frame.assign(**{name: code.astype("str") for name, code in spelt.items()}))


def _records(
    tables: Tables, collections: Mapping[str, Collection], members: MembersSpec, words: frozenset[str], standing: Mapping[str, RemoteTable]
) -> Records:
    named = {(members.table, column) for column in (members.key, members.name, members.former_names) if column}
    named |= {(name, table.names) for name, table in tables.table.items() if table.names}
    elsewhere = {(name, column): texts for name, remote in standing.items() for column, texts in remote.texts.items()}
    frames, best, notes = spelt_alike({name: collection.frame for name, collection in collections.items()}, tables.table, named, words, elsewhere)
    whose = attribute(frames, tables, members)
    problems = [problem for collection in collections.values() for problem in collection.problems] + notes
    counts = pd.DataFrame(
        [count for collection in collections.values() for count in collection.counts],
        columns=["file", "sheet", *COUNTS],
    )
    return Records(
        tables,
        whose.frames,
        {name: collection.not_applicable for name, collection in collections.items()},
        Problems((*problems, *membership_problems(whose.frames, tables, members, whose.counts_to), *whose.problems)),
        counts.astype(dict.fromkeys(COUNTS, "int64")).set_index(["file", "sheet"]),
        {file: digest for collection in collections.values() for file, digest in collection.digests.items()},
        members_frame(whose.frames, tables, members, whose.counts_to),
        whose.counts_to,
        departures(whose.frames, members),
        branches=whose.branches,
        of_branches=whose.of_branches,
        standing={name: replace(remote, spelt=_spelt_there(remote, best)) for name, remote in standing.items()},
        found={name: collection.headings for name, collection in collections.items()},
    )


def _spelt_there(remote: RemoteTable, best: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """By column of a table that stays where it is, the spelling that goes of each text that is written otherwise."""
    spelt = {name: {text: best[text] for text in texts.index if text in best} for name, texts in remote.texts.items()}
    return {name: other for name, other in spelt.items() if other}


def _unread_sheets(collections: Iterable[Collection]) -> Iterator[Problem]:
    """A note for each file with sheets that hold something, and that no table reads."""
    collections = list(collections)
    read = {(file, sheet) for collection in collections for file, sheet, *_ in collection.counts}
    unread = {place for collection in collections for place in collection.unread if place[:2] not in read}
    for file in dict.fromkeys(file for file, *_ in sorted(unread)):
        beside = {sheet: "yes" if in_words_before("1.0.0") else shown for name, sheet, shown in sorted(unread) if name == file}
        names = joined([phrase(*HIDDEN[shown], sheet=sheet) if shown in HIDDEN else as_phrase(sheet) for sheet, shown in beside.items()], "、")
        rule = phrase("这些工作表未读取：{names.zh}", "sheets not read: {names.en}", names=names)
        yield Problem("note", rule, DIG_OUT if "buried" in beside.values() else SHOW_IT if "hidden" in beside.values() else MOVE_IT, file=file)
