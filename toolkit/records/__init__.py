"""The records of an edition: every table read strictly, every row accounted for. `reading` makes them of what arrived."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from toolkit.ground.problems import Problem, Problems
from toolkit.ground.text import Phrase, phrase
from toolkit.records.dictionary import Tables
from toolkit.records.findings import normal_key

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.ground.ranking import Placing, Ruling
    from toolkit.records.databases.survey import RemoteTable


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
    found
        For each table, by file and sheet, how that sheet heads each column.
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
    found: Mapping[str, Mapping[tuple[str, str], Mapping[str, str]]] = field(default_factory=dict)

    def as_of(self, day: dt.date) -> Records:
        """The records as they stand on `day`: members that left before it are no longer ranked, and that is said."""
        gone = sorted(key for key, left in self.left.items() if left < day and key in self.members.index)
        notes = tuple(_gone(str(self.members.loc[key, "name"]), key, self.left[key]) for key in gone)
        return replace(self, members=self.members.drop(index=gone), left={}, problems=self.problems + notes)

    def counted(self, problems: Problems) -> pd.DataFrame:
        """`counts` with every row of them to which `problems` hold an error among the refused: what is refused once all are read, as by the panel, is so too."""
        known = {(one.file, one.sheet, one.row) for one in self.problems.errors}
        more = Counter((file, sheet) for file, sheet, _ in {(one.file, one.sheet, one.row) for one in problems.errors if one.row} - known)
        counts = self.counts.copy()
        beyond = np.array([min(int(there), more.pop(place, 0)) for place, there in zip(counts.index, counts["accepted"], strict=True)], np.int64)
        return counts.assign(accepted=counts["accepted"] - beyond, refused=counts["refused"] + beyond)

    def key_of(self, member: object) -> str:
        """The key of the member, branch or former code that is meant, as the members table writes it."""
        return self._keys.get(normal_key(member), normal_key(member))

    def meant(self, said: object) -> str:
        """The key of the member that is meant by its key, that of a branch, a former code, or the full name that it alone bears; what is said, where none is."""
        key = self.key_of(said)
        return self.counts_to.get(key, key if key in self.members.index else self._named.get(normal_key(said), key))

    def says_apart(self, table: str, column: str, row: object) -> bool:
        """Whether a cell says 不适用 or 回避, which is no empty cell."""
        marks = self.not_applicable[table]
        return column in marks and bool(marks.loc[row, column])  # type: ignore[index]

    def heading(self, table: str, column: str, file: str, sheet: str) -> str:
        """What a sheet calls a column; what the data dictionary calls it first where the sheet does not have it, or stands in no file."""
        return self.found.get(table, {}).get((file, sheet), {}).get(column) or self.tables.heading(table, column)

    @cached_property
    def _keys(self) -> Mapping[str, str]:
        return {normal_key(key): key for key in (*self.counts_to, *self.members.index)}

    @cached_property
    def _named(self) -> Mapping[str, str]:
        """By a name as it is compared the key of the only member that bears it."""
        names = self.members["name"].map(normal_key)
        return {name: str(key) for key, name in names[~names.duplicated(keep=False)].items() if name}

    def __repr__(self) -> str:
        rows = ", ".join(f"{name}: {self.standing[name].rows if name in self.standing else len(frame)} rows" for name, frame in self.frames.items())
        return f"Records({rows}; {len(self.problems)} problems)"


def _gone(name: str, key: str, day: dt.date) -> Problem:
    rule = phrase("“{name}”已于 {day} 退会，不参加排名，记录保留", "{name} left on {day}: not ranked, its records are kept",
                  name=name, day=day)  # fmt: skip
    return Problem("note", rule, Phrase("若已重新入会，请在新代码一行写明原代码", "if it came back, name its former code"), value=key)
