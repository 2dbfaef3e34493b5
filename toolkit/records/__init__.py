"""The records of an edition: every table read strictly, every row accounted for.

Files as they arrive, read cell by cell: every row becomes data, a refusal with its reason, or no data.
"""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.ground.answers import KEPT
from toolkit.ground.problems import Problem, Problems
from toolkit.ground.resources import file_digest
from toolkit.ground.text import Phrase, phrase
from toolkit.records.databases.survey import LARGE, RemoteTable, is_remote, survey
from toolkit.records.dictionary import Table, Tables
from toolkit.records.findings import normal_key
from toolkit.records.folder import folder_problems, found_files
from toolkit.records.members import Register, attribute, departures, members_frame, membership_problems
from toolkit.records.table import Collection, collect, spelt_alike

if TYPE_CHECKING:
    from toolkit.ground.ranking import Placing, Ruling
    from toolkit.scheme.criteria import MembersSpec


COUNTS = ("read", "accepted", "refused", "not_data")


@dataclass(frozen=True, eq=False, repr=False)
class Records:
    """What was recorded, as far as it was accepted, and every problem found on the way.

    Parameters
    ----------
    tables
        The data dictionary they were read by.
    frames
        For each table its accepted rows in the order of their files. Columns: the column ids, personal ones
        left out, then `_file`, `_sheet`, `_row` (as Excel counts it). Text, choices, codes and members are
        "str", numbers float64 with NaN for missing, dates datetime64[us] with NaT, booleans nullable.
    not_applicable
        For each table a frame of booleans with the same index: the columns that hold 不适用 somewhere.
    counts
        Index file, sheet; columns read, accepted, refused, not_data: rows below the heading, and
        read = accepted + refused + not_data.
    digests
        SHA-256 of every file read, by its path from the edition.
    members
        Index member (its key, sorted); columns name, class, applied. Branches and former codes are none.
    counts_to
        For each branch and former code the member its records count for: the tables name that member already.
    left
        The day each member left that did; see `as_of`.
    branches
        Those of `counts_to` that are a branch's.
    of_branches
        For each table with such rows, which of them were told under a branch's code.
    standing
        Tables that stay where they stand, in a database or Parquet files: their frames have no rows.
    rulings
        What the committee decided of ties, as the minutes of the edition have it.
    placings
        The scores that it gave where the panel left a place open.
    """

    tables: Tables
    frames: Mapping[str, pd.DataFrame]
    not_applicable: Mapping[str, pd.DataFrame]
    problems: Problems
    counts: pd.DataFrame
    digests: Mapping[str, str]
    members: pd.DataFrame
    counts_to: Mapping[str, str] = field(default_factory=dict)
    left: Mapping[str, dt.date] = field(default_factory=dict)
    standing: Mapping[str, RemoteTable] = field(default_factory=dict)
    branches: frozenset[str] = frozenset()
    of_branches: Mapping[str, pd.Series[bool]] = field(default_factory=dict)
    rulings: tuple[Ruling, ...] = ()
    placings: tuple[Placing, ...] = ()

    def as_of(self, day: dt.date) -> Records:
        """The records as they stand on `day`: members that left before it are no longer ranked, and that is said."""
        gone = sorted(key for key, left in self.left.items() if left < day and key in self.members.index)
        notes = tuple(_gone(str(self.members.loc[key, "name"]), key, self.left[key]) for key in gone)
        return replace(self, members=self.members.drop(index=gone), left={}, problems=self.problems + notes)

    def key_of(self, member: object) -> str:
        """The key of the member, branch or former code that is meant, as the members table writes it."""
        return self._keys.get(normal_key(member), normal_key(member))

    @cached_property
    def _keys(self) -> Mapping[str, str]:
        return {normal_key(key): key for key in (*self.counts_to, *self.members.index)}

    def __repr__(self) -> str:
        rows = ", ".join(f"{name}: {self.standing[name].rows if name in self.standing else len(frame)} rows" for name, frame in self.frames.items())
        return f"Records({rows}; {len(self.problems)} problems)"


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
    applied = (members.applied or "").rpartition(".")[0]
    if members.table in tables.table:
        first, _ = _gathered(folder, tables.table[members.table], members.key, None)
        known = _register(first, members)
        collections[members.table] = _written_alike(first, tables.table[members.table], members.key, known)
    for name, table in tables.table.items():
        if name != members.table:
            most = None if name == applied else large
            collections[name], stays = _gathered(folder, table, None, known, most)
            standing |= {name: stays} if stays else {}
    records = _records(tables, {name: collections[name] for name in tables.table}, members, frozenset(words))
    passed_over = [*_unread_sheets(collections.values()), *folder_problems(folder, tables, records.digests)]
    return replace(records, standing=standing, problems=records.problems + passed_over)


def _gathered(
    folder: Path, table: Table, key: str | None, known: Register | None, large: int | None = None
) -> tuple[Collection, RemoteTable | None]:
    """A table from its files, or from where else it stands; only more than `large` rows stay there."""
    if is_remote(folder, table, large):
        return survey(folder, table, key, known, large)
    return _read_once(folder, table, key, known), None


def _read_once(folder: Path, table: Table, key: str | None, known: Register | None) -> Collection:
    """A table from its files; while answers are kept, files with the very same content are not read again, wherever they lie."""
    answers, files = KEPT.get(), found_files(folder, table)
    try:
        contents = {file: file_digest(folder / file) for file in files[0]} if answers else {}
    except OSError:  # which is told of the file by whoever reads it
        answers = None
    if answers is None:
        return collect(folder, table, key, known)
    return answers.once(("read", pickle.dumps((table, key, known, files, contents))), lambda: collect(folder, table, key, known))


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


def _records(tables: Tables, collections: Mapping[str, Collection], members: MembersSpec, words: frozenset[str]) -> Records:
    named = {(members.table, column) for column in (members.key, members.name, members.former_names) if column}
    named |= {(name, table.names) for name, table in tables.table.items() if table.names}
    frames, notes = spelt_alike({name: collection.frame for name, collection in collections.items()}, tables.table, named, words)
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
    )


def _unread_sheets(collections: Iterable[Collection]) -> Iterator[Problem]:
    """A note for each file with sheets that hold something, and that no table reads."""
    collections = list(collections)
    read = {(file, sheet) for collection in collections for file, sheet, *_ in collection.counts}
    unread = {place for collection in collections for place in collection.unread} - read
    for file in dict.fromkeys(file for file, _ in sorted(unread)):
        names = [sheet for name, sheet in sorted(unread) if name == file]
        rule = phrase("这些工作表未读取：{zh}", "sheets not read: {en}", zh="、".join(names), en=", ".join(names))
        yield Problem("note", rule, Phrase("如有数据请移入读取的工作表", "move what is data to the sheet that is read"), file=file)


def _gone(name: str, key: str, day: dt.date) -> Problem:
    rule = phrase("“{name}”已于 {day} 退会，不参加排名，记录保留", "{name} left on {day}: not ranked, its records are kept",
                  name=name, day=day)  # fmt: skip
    return Problem("note", rule, Phrase("若已重新入会，请在新代码一行写明原代码", "if it came back, name its former code"), value=key)
