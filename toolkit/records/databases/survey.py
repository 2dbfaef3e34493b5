"""The survey of a table outside files: held to its data dictionary where it stands, taken along where it is small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.ground.problems import Problem
from toolkit.ground.resources import file_digest
from toolkit.ground.text import Phrase, phrase
from toolkit.records.databases.connection import (
    FILES,
    PARQUET,
    Address,
    Unreachable,
    opened_relation,
    read_address,
)
from toolkit.records.databases.relation import APART, Account, BoundRelation, bound, checked
from toolkit.records.dictionary import PLACE, Column, Table
from toolkit.records.findings import normal_key
from toolkit.records.folder import found_files
from toolkit.records.members import Register
from toolkit.records.sheet import NOTHING
from toolkit.records.table import Collection, key_column

if TYPE_CHECKING:
    import ibis.expr.types as ir

LARGE = 100_000  # rows; a larger table stays where it is, and only what is measured in it comes here
TOO_MANY = (
    "不同的文字超过 {n} 种，没有逐一比对写法：只差全角半角、大小写或空格的，按不同的算",
    "more than {n} different texts: their spellings are not compared, and those that differ in width, case or blanks only are taken as different",
)
ALIKE_THERE = Phrase("请在数据库里统一写法", "write them alike where they stand")


@dataclass(frozen=True)
class RemoteTable:
    """A table that stays where it stands: how to reach it again. It holds no connection.

    Parameters
    ----------
    folder
        The edition.
    table
        Its entry in the data dictionary.
    address, relation
        Where it stands.
    rows
        How many there are.
    texts
        By column of texts that the scheme names, how often each text stands in it: int64, index the texts.
    spelt
        By column, the spelling that goes of each text that is written otherwise.
    """

    folder: Path
    table: Table
    address: Address
    relation: str
    rows: int
    texts: Mapping[str, pd.Series[int]] = field(default_factory=dict, repr=False)
    spelt: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    @contextmanager
    def opened(self) -> Iterator[ir.Table]:
        """Its rows under the ids of the data dictionary, every text in the spelling that goes, as long as the connection is open."""
        with _bound(self.folder, self.table, self.table.column, self.address, self.relation) as reading:
            rows = reading.table
            yield rows.mutate(**{name: rows[name].substitute(dict(spelt)) for name, spelt in self.spelt.items()}) if self.spelt else rows


def is_remote(folder: Path, table: Table, large: int | None) -> bool:
    """Whether a table is a database's, or Parquet files of more than `large` rows; smaller ones are read like any file."""
    if table.source is not None or not str(table.file).lower().endswith(PARQUET) or large is None:
        return table.source is not None
    return sum(_rows(folder / file) for file in found_files(folder, table)[0]) > large


def _rows(path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowInvalid):
        return 0


def survey(
    folder: Path, table: Table, key: str | None, known: Register | None, large: int | None = LARGE, *, words: AbstractSet[str] = frozenset()
) -> tuple[Collection, RemoteTable | None]:
    """The account of a table that is no workbook; its rows too, unless it has more than `large` and stays behind.

    Of one that stays the texts are counted in the columns that `words` name.
    """
    columns = {name: key_column(column) if name == key else column for name, column in table.column.items()}
    address, relation, problems, digests = _where(folder, table)
    place = Problem("error", NOTHING, NOTHING, file=address.text, sheet=str(table.relation or ""))
    unique = [names for names in dict.fromkeys((tuple(table.unique), (key,) if key else ())) if names]
    try:
        with _bound(folder, table, columns, address, relation) as reading:
            account = _account(reading, columns, unique, known)
            stays = large is not None and account.read > large
            frame, apart = (_no_rows(columns), _nowhere(0)) if stays else _taken_along(reading, columns, account, unique)
            texts = dict(_texts(reading.table, table, words)) if stays and not account.refused else {}
    except Unreachable as error:
        missing = Problem("error", *error.finding, file=place.file, sheet=place.sheet)
        return Collection(_no_rows(columns), _nowhere(0), problems=(*problems, missing), digests=digests), None
    count = (place.file, place.sheet, account.read, account.read - account.refused, account.refused, 0)
    many = [replace(place, severity="note", rule=phrase(*TOO_MANY, n=LARGE), mend=ALIKE_THERE, column=table.heading(name)) for name, found in texts.items() if found is None]
    collection = Collection(frame, apart, (*problems, *account.problems, *many), account.keys, (count,), digests)
    kept = {name: found for name, found in texts.items() if found is not None}
    return collection, RemoteTable(folder, table, address, relation, account.read, kept) if stays else None


def _texts(rows: ir.Table, table: Table, words: AbstractSet[str]) -> Iterator[tuple[str, pd.Series[int] | None]]:
    """How often each text stands in the columns of texts that the scheme names, None where there are more than `LARGE` of them; not in one that names its row by itself, in which none stands twice."""
    for name, column in table.column.items():
        if name in words and column.type == "text" and not column.personal and name != table.names and tuple(table.unique) != (name,):
            held = rows.filter(~rows[name].isnull())
            found = held.group_by(name).agg(_n=held.count()).limit(LARGE + 1).to_pyarrow().to_pandas()
            yield name, None if len(found) > LARGE else found.set_index(name)["_n"].astype("int64")


def _where(folder: Path, table: Table) -> tuple[Address, str, list[Problem], dict[str, str]]:
    """The address and relation, and the digests of the files that hold them."""
    if table.source is None:
        files, problems = found_files(folder, table)
        return Address("parquet", str(table.file), ""), "\n".join(files), problems, {f: file_digest(folder / f) for f in files}
    address = read_address(table.source)
    path = folder / address.path
    digests = {address.path: file_digest(path)} if address.kind in FILES and path.is_file() else {}
    return address, str(table.relation), [], digests


@contextmanager
def _bound(folder: Path, table: Table, columns: Mapping[str, Column], address: Address, relation: str) -> Iterator[BoundRelation]:
    place = Problem("error", NOTHING, NOTHING, file=address.text, sheet=str(table.relation or ""))
    with opened_relation(folder, address, relation) as opened:
        yield bound(opened, columns, _row_key(table), place, folder)


def _row_key(table: Table) -> list[str]:
    """The columns that name a row: those that make it unique, else its member and date; never personal ones."""
    named = table.unique or [n for n, c in table.column.items() if c.keyed or n == table.date]
    return [name for name in named if name in table.column and not table.column[name].personal]


def _account(
    reading: BoundRelation, columns: Mapping[str, Column], unique: list[tuple[str, ...]], known: Register | None
) -> Account:
    """The account of the rows; all are refused where the relation as a whole cannot be read."""
    if any(problem.severity == "error" for problem in reading.problems):
        (row,) = reading.table.aggregate(n=reading.table.count()).to_pyarrow().to_pylist()
        return Account(int(row["n"]), int(row["n"]), None, frozenset(), reading.problems)
    account = checked(reading, columns, unique, known)
    return Account(account.read, account.refused, account.broken, account.keys, (*reading.problems, *account.problems))


def _taken_along(
    reading: BoundRelation, columns: Mapping[str, Column], account: Account, unique: list[tuple[str, ...]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The accepted rows in the order of what they say, and where they say 不适用; personal columns stay behind."""
    if account.refused and account.broken is None:
        return _no_rows(columns), _nowhere(0)
    rows = reading.table if account.broken is None else reading.table.filter(~account.broken)
    taken = rows.to_pyarrow().to_pandas()
    for names in unique:
        texts = [name for name in names if columns[name].type == "text"]
        taken = taken[~taken.assign(**{name: taken[name].map(normal_key, na_action="ignore") for name in texts}).duplicated(list(names), keep=False)]
    open_columns = [name for name, column in columns.items() if not column.personal]
    taken = taken.sort_values([*PLACE, *open_columns], ignore_index=True)
    frame = pd.DataFrame({name: taken[name].astype(columns[name].dtype) for name in open_columns}, index=taken.index)
    for name in PLACE:
        frame[name] = taken[name].astype("int64" if name == "_row" else "str")
    marks = {n: taken[APART + n].astype(bool) for n in open_columns if APART + n in taken and taken[APART + n].any()}
    return frame, pd.DataFrame(marks, index=frame.index)


def _no_rows(columns: Mapping[str, Column]) -> pd.DataFrame:
    kinds = {name: column.dtype for name, column in columns.items() if not column.personal}
    kinds |= {name: "int64" if name == "_row" else "str" for name in PLACE}
    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})


def _nowhere(rows: int) -> pd.DataFrame:
    return pd.DataFrame(index=pd.RangeIndex(rows))
