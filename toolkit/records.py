"""The records of an edition: every table read strictly, every row accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.errors import Problems
from toolkit.reading.collection import Collection, collect
from toolkit.reading.membership import members_frame, membership_problems
from toolkit.tables import Tables

if TYPE_CHECKING:
    from toolkit.scheme import MembersSpec

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
        Index member (its key, sorted); columns name, class, applied.
    """

    tables: Tables
    frames: Mapping[str, pd.DataFrame]
    not_applicable: Mapping[str, pd.DataFrame]
    problems: Problems
    counts: pd.DataFrame
    digests: Mapping[str, str]
    members: pd.DataFrame

    def __repr__(self) -> str:
        rows = ", ".join(f"{name}: {len(frame)} rows" for name, frame in self.frames.items())
        return f"Records({rows}; {len(self.problems)} problems)"


def load_records(folder: Path, tables: Tables, members: MembersSpec) -> Records:
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
    """
    collections: dict[str, Collection] = {}
    known: frozenset[str] | None = None
    if members.table in tables.table:
        first = collect(folder, tables.table[members.table], key=members.key)
        collections[members.table] = first
        known = first.keys or None
    for name, table in tables.table.items():
        if name != members.table:
            collections[name] = collect(folder, table, known=known)
    return _records(tables, {name: collections[name] for name in tables.table}, members)


def _records(tables: Tables, collections: Mapping[str, Collection], members: MembersSpec) -> Records:
    frames = {name: found.frame for name, found in collections.items()}
    problems = [problem for found in collections.values() for problem in found.problems]
    counts = pd.DataFrame(
        [count for found in collections.values() for count in found.counts],
        columns=["file", "sheet", *COUNTS],
    )
    return Records(
        tables,
        frames,
        {name: found.not_applicable for name, found in collections.items()},
        Problems((*problems, *membership_problems(frames, tables, members))),
        counts.astype(dict.fromkeys(COUNTS, "int64")).set_index(["file", "sheet"]),
        {file: digest for found in collections.values() for file, digest in found.digests.items()},
        members_frame(frames, tables, members),
    )
