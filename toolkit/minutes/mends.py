"""What an upheld objection asks to be mended by hand, row by row, and whether it was: a ruling changes no record by itself.

Of the rows of a table the minutes keep a tally alone, the sum of the digests of what they hold: a row gone or changed is a
difference of that sum, so that the mend that was ruled is told from any other change without keeping a single row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.ground.problems import Problem, Refused
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import texts
from toolkit.minutes.journal import Entry, Journal, canonical
from toolkit.records.dictionary import PLACE, load_tables
from toolkit.records.findings import normal_key
from toolkit.scheme import load_scheme

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.records import Records

OBJECTION, UPHELD, MENDS, TALLIES = "objection", "upheld", "mends", "tallies"
MODULUS = 1 << 256
MANY = 10
"""Mends of one table up to which a change may be any part of them; of more all have to be done at once to be told."""
STANDS = Phrase("第 {n} 号异议已裁定成立（记录第 {line} 条），这一行仍是原样", "objection {n} is upheld (entry {line}), and this row stands as it was")
AMISS = ("第 {n} 号异议已裁定成立（记录第 {line} 条），这一行改过，“{column}”却不是裁定所定", "objection {n} is upheld (entry {line}); this row was changed, and its `{column}` does not hold what was ruled")
GONE = ("第 {n} 号异议已裁定成立（记录第 {line} 条），应改的一行已经没有了", "objection {n} is upheld (entry {line}), and the row that is to be changed is gone")
AWAY = ("第 {n} 号异议已裁定成立（记录第 {line} 条），应留的一行已经没有了", "objection {n} is upheld (entry {line}), and the row that is to stay is gone")
STILL = ("第 {n} 号异议已裁定成立（记录第 {line} 条），应删的一行改过，却没有删去", "objection {n} is upheld (entry {line}); the row that is to go was changed, and is there still")
LACKS = ("第 {n} 号异议已裁定成立（记录第 {line} 条），“{table}”里还没有应补的一行", "objection {n} is upheld (entry {line}), and `{table}` lacks the row that is to be added")

ANEW = ("committee seal 届次 --as r2 --revises r1 --because 理由", "committee seal DIR --as r2 --revises r1 --because WHY")
"""How a list is sealed in place of another, as r2 in place of r1."""
MEND_AND_SEAL = (f"请{{asked.zh}}，再另封一版（如 {ANEW[0]}）", f"{{asked.en}}, and seal a new revision (such as {ANEW[1]})")


@dataclass(frozen=True)
class Mend:
    """What an objection that is upheld asks for in one row: `column` is to hold `value`, or the row goes where there is no column.

    `digest` is of the row as it stood, `alike` how many rows of the table held the same, and `becomes` the digest of the row when all
    that is asked of it is done; empty where it goes. A row that is to come stands nowhere: `added` names its columns, `value` says in
    words what they hold, `digest` is of these cells alone, and `alike` how many rows hold them already.

    `cell` is the digest of what that cell is to hold, where `value` says it in full: the row may change otherwise as it will. `known_by`
    names the columns by which the row is known wherever it stands, `key` is the digest of what they hold, and `twins` how many rows held
    already what this one `becomes`, or of a row that goes how many others are known by the same. Minutes before 1.0.0 tell none of these:
    there any change of the row is the mend. `stays` is 1 where the cell held already what was ruled: nothing is to be done, and what was
    ruled of it before no longer holds.
    """

    table: str
    file: str
    sheet: str
    row: int
    column: str
    value: str
    digest: str
    alike: int
    becomes: str = ""
    added: str = ""
    cell: str = ""
    known_by: str = ""
    key: str = ""
    twins: int = 0
    stays: int = 0

    @property
    def details(self) -> dict[str, Any]:
        """What the minutes keep of it."""
        return {name: value for name, value in vars(self).items() if value or name not in UNSAID}

    @property
    def asked(self) -> Phrase:
        """What is to be done, without where."""
        if self.added:
            return phrase("补一行：{value}", "add a row: {value}", value=self.value)
        if not self.column:
            return Phrase("删去这一行", "remove this row")
        if not self.value:
            return phrase("清空“{column}”", "empty `{column}`", column=self.column)
        return phrase("把“{column}”改为 {value}", "let `{column}` hold {value}", column=self.column, value=self.value)

    @property
    def words(self) -> Phrase:
        """Where, and what is to be done."""
        if self.added:
            return phrase("{file}：{asked.zh}", "{file}: {asked.en}", file=self.file, asked=self.asked)
        sheet = Phrase(f"“{self.sheet}”", f" ({self.sheet})") if self.sheet else Phrase("", "")
        return phrase("{file}{sheet.zh}第 {row} 行：{asked.zh}", "{file}{sheet.en}, row {row}: {asked.en}", file=self.file, sheet=sheet, row=self.row, asked=self.asked)


UNSAID = {field.name: field.default for field in fields(Mend) if field.default is not MISSING and field.name != "becomes"}
"""What the minutes tell of a mend only where there is something to tell."""
MEND_TYPES = {field.name: int if field.type == "int" else str for field in fields(Mend)}


def mends_of(details: Mapping[str, Any]) -> Iterator[Mend]:
    """What an entry of the minutes that upholds an objection asks to be mended, as far as its details say so."""
    listed = details.get(MENDS)
    for said in listed if isinstance(listed, list) else ():
        if isinstance(said, dict) and {name: type(value) for name, value in ({"becomes": ""} | UNSAID | said).items()} == MEND_TYPES:
            yield Mend(**said)


def unmended(decided: Mapping[int, Entry], records: Records) -> Iterator[tuple[int, Problem]]:
    """An error, with the number of its objection, for each row that stands as it was when that was upheld, whose cell holds another thing than was ruled, or that is not there though it was missed.

    Where a table no longer has a column that such a row is known by, as score sheets have none in a bag, nothing is told of it.
    """
    upheld = _upheld(decided)
    held = {table: rows_by_digest(records.frames[table]) for table in {mend.table for *_, mend in upheld} & set(records.frames)}
    standing = [one for one in upheld if one[2].table in held and not any(_overruled(one[2], other) for _, later, other in upheld if later.number > one[1].number)]
    for number, entry, mend in standing:
        if (found := _left(mend, [other for *_, other in standing], records, held[mend.table])) is None:
            continue
        words, indices = found
        rule = phrase(*words, n=number, line=entry.number, column=mend.column, table=records.tables.label(mend.table))
        asked, (file, sheet, row) = mend.asked, (mend.file, mend.sheet, 0)
        if indices:
            file, sheet, row = (records.frames[mend.table].loc[indices[0], column] for column in PLACE)
        elif not mend.added:
            asked = phrase("补回这一行（原第 {row} 行）", "put this row back, formerly row {row}", row=mend.row)
            asked = asked if mend.stays else phrase("{back.zh}，并{asked.zh}", "{back.en}, and {asked.en}", back=asked, asked=mend.asked)
        yield number, Problem("error", rule, phrase(*MEND_AND_SEAL, asked=asked), file=file, sheet=sheet, row=int(row) or None)


def overtaken(decided: Mapping[int, Entry]) -> frozenset[int]:
    """The objections of whose upheld ruling a later one overrules something: what became of records and results is not what it says by itself."""
    upheld = _upheld(decided)
    return frozenset(number for number, entry, mend in upheld if any(_overruled(mend, other) for _, later, other in upheld if later.number > entry.number))


def _upheld(decided: Mapping[int, Entry]) -> list[tuple[int, Entry, Mend]]:
    """What is asked for by the rulings that upheld an objection, by its number."""
    return [(number, entry, mend) for number, entry in decided.items() if entry.details["outcome"] == UPHELD for mend in mends_of(entry.details)]


def _overruled(mend: Mend, later: Mend) -> bool:
    """Whether a later ruling is about the same row, and asks another thing of it: of one that was added or goes whatever it asks, of a cell that the row goes, or what that cell holds."""
    if later.table != mend.table or (mend.added and later.added):
        return False
    same = later.key == mend.key != ""
    if mend.added:
        return later.digest == mend.becomes or same
    there = (later.file, later.sheet, later.row) == (mend.file, mend.sheet, mend.row)
    if later.becomes == mend.digest and (bool(later.added) or there):
        return True
    if later.added:
        return same
    about = (there and (later.digest == mend.digest or same)) or (later.digest == mend.becomes and (there or not mend.twins))
    return about and (not mend.column or later.column in {"", mend.column})


def _left(mend: Mend, standing: Iterable[Mend], records: Records, held: Mapping[str, list[Any]]) -> tuple[tuple[str, str], list[Any]] | None:
    """In words what of a mend is not done, and where the row stands, nowhere where there is no such row; None where it is done."""
    alike = rows_meant(mend, records, held)
    if mend.added:
        return (LACKS, []) if {*mend.added.split()} <= {*records.frames[mend.table]} and len(alike) <= mend.alike else None
    if not mend.stays and (untouched := _untouched(mend, standing, alike, records)):
        return (STANDS.zh, STANDS.en), untouched
    if not mend.column:
        return (STILL, still) if (still := _still_there(mend, records)) else None
    if not mend.cell or (amiss := _amiss(mend, records, held)) is None:
        return None
    return (AMISS if amiss else AWAY if mend.stays else GONE), amiss


def _untouched(mend: Mend, standing: Iterable[Mend], alike: list[Any], records: Records) -> list[Any]:
    """Where a row stands as it stood, of those that are `alike`; of several such about which rulings stand it is the one in its own place."""
    like = [other for other in standing if (other.table, other.digest, other.becomes == other.digest) == (mend.table, mend.digest, False) and not (other.added or other.stays)] or [mend]
    places = {(other.file, other.sheet, other.row): other for other in like}
    if len(alike) <= max(other.alike for other in like) - len(places):
        return []
    frame = records.frames[mend.table]
    there = {place: [index for index in _in_place(other, frame) if index in alike] for place, other in places.items()}
    return there.get((mend.file, mend.sheet, mend.row)) or ([] if any(there.values()) else alike)


def _still_there(mend: Mend, records: Records) -> list[Any]:
    """Where a row that is to go stands though it was changed: known by what makes it unique wherever that is, else in its place."""
    frame, key = records.frames[mend.table], mend.known_by.split()
    if not key or not {*key} <= {*frame}:
        return []
    known = known_rows(frame, key, mend.key)
    if len(known) <= mend.twins:
        return []
    return known if {*key} == {*records.tables.table[mend.table].unique} else [index for index in known if index in _in_place(mend, frame)]


def _in_place(mend: Mend, frame: pd.DataFrame) -> list[Any]:
    """Where the row stands that is now in the place of the one that is meant."""
    return [*frame.index[(frame[list(PLACE)] == [mend.file, mend.sheet, mend.row]).all(axis=1)]]


def known_rows(frame: pd.DataFrame, names: Iterable[str], key: str) -> list[Any]:
    """Where the rows stand whose cells of these columns have the digest `key`."""
    names = [*names]
    return [index for index, row in frame.iterrows() if cells_digest(row, names) == key]


def _amiss(mend: Mend, records: Records, held: Mapping[str, list[Any]]) -> list[Any] | None:
    """Where a row stands whose cell does not hold what was asked of it, nowhere where there is no such row any more; None where the cell does, or nothing tells."""
    frame, key, (name, apart) = records.frames[mend.table], mend.known_by.split(), _cell_meant(mend, records)
    if name is None or not {name, *key} <= {*frame}:
        return None
    if sum(records.says_apart(mend.table, name, index) == apart for index in held.get(mend.becomes, ())) > mend.twins:
        return None
    there = _in_place(mend, frame)
    known = [index for index in there if not key or cells_digest(frame.loc[index], key) == mend.key]
    known = known or (known_rows(frame, key, mend.key) if key else [])
    right = any(cells_digest(frame.loc[index], [name]) == mend.cell and records.says_apart(mend.table, name, index) == apart for index in known or there)
    return None if right else known


def rows_meant(mend: Mend, records: Records, held: Mapping[str, list[Any]]) -> list[Any]:
    """Where the rows of its table stand that hold what a mend finds; `held` is the table's, see `rows_by_digest`.

    An empty cell and one that says 回避 have the same digest: where one is to become the other it is the mark that tells.
    """
    frame = records.frames[mend.table]
    if mend.added:
        return known_rows(frame, mend.added.split(), mend.digest)
    alike, (name, apart) = held.get(mend.digest, []), _cell_meant(mend, records)
    if name is None or mend.becomes != mend.digest:
        return alike
    return [index for index in alike if records.says_apart(mend.table, name, index) != apart]


def _cell_meant(mend: Mend, records: Records) -> tuple[str | None, bool]:
    """The column of the cell that a mend asks for, None where there is none such, and whether the cell is to say 回避."""
    from toolkit.records.cells import read_cell

    columns = records.tables.table[mend.table].column
    name = next((name for name, column in columns.items() if column.heading(name) == mend.column), None)
    return name, name is not None and read_cell(mend.value, columns[name]).state == "not applicable"


def as_known(mend: Mend, row: pd.Series[Any], before: Records, after: Records, column: str = "") -> Mend:
    """The mend with what its row is known by, as `row` holds it when all is done; and with the digest of what its cell in `column` holds then.

    A row that is added is known by what makes it unique alone: another of the same member and day is another row.
    """
    table, frame = before.tables.table[mend.table], before.frames[mend.table]
    names = [name for name in table.unique or (() if mend.added else (table.member, table.date)) if name in frame and name != column]
    key = cells_digest(row, map(str, names)) if names else ""
    known = replace(mend, known_by=" ".join(map(str, names)), key=key)
    if mend.added:
        return known
    if not mend.column:
        return replace(known, twins=len(known_rows(after.frames[mend.table], map(str, names), key)) if key else 0)
    if not column:
        return known
    known, (_, apart) = replace(known, cell=cells_digest(row, [column])), _cell_meant(mend, before)
    stood = rows_by_digest(frame).get(mend.becomes, ())
    return replace(known, twins=sum(before.says_apart(mend.table, column, index) == apart for index in stood))


def cells_digest(row: pd.Series[Any], names: Iterable[str]) -> str:
    """The digest of what some cells of a row hold, however their texts are spelt."""
    import pandas as pd

    return hashlib.sha256(canonical({name: "" if name not in row or pd.isna(row[name]) else normal_key(str(row[name])) for name in names})).hexdigest()


def rows_by_digest(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """The rows of a table that hold the same, by the digest of what they hold."""
    rows: dict[str, list[Any]] = {}
    for index, row in frame.iterrows():
        rows.setdefault(row_digest(row), []).append(index)
    return rows


def row_digest(row: pd.Series[Any]) -> str:
    """The digest of what a row holds, wherever it stands; an empty cell is as if there were no such column."""
    import pandas as pd

    return hashlib.sha256(canonical({str(name): str(value) for name, value in row.items() if name not in PLACE and not pd.isna(value)})).hexdigest()


def tallies(records: Records, tables: Iterable[str]) -> dict[str, str]:
    """Of each table the sum of the digests of its rows, in hexadecimal: the order of rows and where they stand have no part in it."""
    return {table: _hexadecimal(sum(int(row_digest(row), 16) for _, row in records.frames[table].iterrows())) for table in tables if table in records.frames}


def as_ruled(folder: Path, journal: Journal, changed: Collection[str]) -> tuple[dict[str, tuple[int, ...]], dict[str, str]]:
    """Of the tables changed on disk those in which nothing was done but what rulings ask for, with the entries of these; and their tallies now.

    Records are read only where a ruling asks for something in one of them.
    """
    before: dict[str, int] = {}
    for entry in journal.entries:
        told = entry.details.get(TALLIES)
        before |= {str(name): int(said, 16) for name, said in told.items() if _is_tally(said)} if isinstance(told, dict) else {}
    rulings = [entry for entry in journal.entries if entry.what == OBJECTION and entry.details.get("outcome") == UPHELD]
    asked = {table: [(entry.number, mend) for entry in rulings for mend in mends_of(entry.details) if mend.table == table] for table in set(changed) & set(before)}
    asked = {table: mends for table, mends in asked.items() if mends}
    if not asked or (records := _read(folder)) is None:
        return {}, {}
    now = tallies(records, asked)
    found = {table: _done(mends, (int(now[table], 16) - before[table]) % MODULUS) for table, mends in asked.items() if table in now}
    return {table: lines for table, lines in found.items() if lines}, now


def _done(asked: list[tuple[int, Mend]], difference: int) -> tuple[int, ...]:
    """The entries whose mends, or some of whose, are the whole difference; none where no choice of them is."""
    rows = {(mend.file, mend.sheet, mend.row, mend.digest, mend.becomes, mend.alike if mend.added else None): line for line, mend in asked}
    steps = [(line, (int(becomes or "0", 16) - (int(digest, 16) if added is None else 0)) % MODULUS) for (*_, digest, becomes, added), line in rows.items()]
    steps = [(line, step) for line, step in steps if step]  # between an empty cell and 回避 no digest tells
    sizes = range(1, len(steps) + 1) if len(steps) <= MANY else [len(steps)]
    for chosen in (chosen for size in sizes for chosen in combinations(steps, size)):
        if sum(step for _, step in chosen) % MODULUS == difference:
            return tuple(sorted({line for line, _ in chosen}))
    return ()


def _is_tally(said: object) -> bool:
    return isinstance(said, str) and len(said) == len(_hexadecimal(0)) and set(said) <= set("0123456789abcdef")


def _hexadecimal(number: int) -> str:
    return f"{number % MODULUS:064x}"


def _read(folder: Path) -> Records | None:
    """The records as they are now; None where scheme or data dictionary cannot be read."""
    from toolkit.records.reading import (
        load_records,  # what the minutes of a bag that is verified need not wait for
    )

    try:
        scheme = load_scheme(folder / "scheme.toml")
        return load_records(folder, load_tables(folder / "tables.toml"), scheme.members, words=texts(scheme.model_dump()))
    except Refused:
        return None
