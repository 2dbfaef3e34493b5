"""What changed between two states of an edition's records: rows added, removed, changed, or moved to another file.

The rows of one table that differ between two readings, as text: told apart by key, or by content as a multiset.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from toolkit.edition import SCHEME, Edition, read_edition
from toolkit.evaluation import Evaluation, attempt, evaluate_as_of
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.text import discreet
from toolkit.ground.toml_reader import on_their_lines
from toolkit.ground.writing import FORMULA, placed_in, write_csv
from toolkit.records.dictionary import PLACE
from toolkit.records.findings import shown

if TYPE_CHECKING:
    import datetime as dt

    from toolkit.records import Records


FILE, CHANGES = "_file", "changes.csv"
JOIN = "；"

Cells = Mapping[str, str]


class RecordChange(NamedTuple):
    """One line of what changed; see `toolkit.comparison.records.changed_records`."""

    table: str
    key: str
    column: str
    before: str
    after: str
    kind: str
    member: str


def row_changes(
    table: str, olds: pd.DataFrame, news: pd.DataFrame, unique: Sequence[str], who: str | None
) -> Iterator[RecordChange]:
    """What differs between two frames of text with the same columns, the last of them `_file`.

    Parameters
    ----------
    unique
        The columns that tell rows apart. Where there are none, or a row stands twice, rows are compared whole.
    who
        The column that names the member, if there is one.
    """
    named = bool(unique) and set(unique) <= set(news)
    if named and not any(frame.duplicated(list(unique)).any() for frame in (olds, news)):
        yield from _by_key(table, olds, news, unique, who)
    else:
        yield from _by_content(table, olds, news, who)


def _by_key(table: str, olds: pd.DataFrame, news: pd.DataFrame, unique: Sequence[str], who: str | None) -> Iterator[RecordChange]:
    before, after = _keyed(olds, unique), _keyed(news, unique)
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            yield _one_sided(table, new or old or {}, "removed" if new is None else "added", unique, who)
            continue
        for column, value in new.items():
            if value != old[column]:
                kind = "moved" if column == FILE else "changed"
                yield RecordChange(table, JOIN.join(key), column, old[column], value, kind, new.get(who or "", ""))


def _keyed(frame: pd.DataFrame, unique: Sequence[str]) -> dict[tuple[str, ...], Cells]:
    names = frame.columns.tolist()
    rows = (dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False, name=None))
    return {tuple(row[name] for name in unique): row for row in rows}


def _by_content(table: str, olds: pd.DataFrame, news: pd.DataFrame, who: str | None) -> Iterator[RecordChange]:
    before, after = (Counter(frame.itertuples(index=False, name=None)) for frame in (olds, news))
    gone, come = list((before - after).elements()), list((after - before).elements())
    waiting: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for row in gone:
        waiting.setdefault(row[:-1], []).append(row)
    names = news.columns.tolist()
    for row in come:
        cells = dict(zip(names, row, strict=True))
        if waiting.get(row[:-1]):
            old = waiting[row[:-1]].pop(0)
            yield RecordChange(table, "", FILE, old[-1], row[-1], "moved", cells.get(who or "", ""))
        else:
            yield _one_sided(table, cells, "added", (), who)
    for row in (row for rows in waiting.values() for row in rows):
        yield _one_sided(table, dict(zip(names, row, strict=True)), "removed", (), who)


def _one_sided(table: str, cells: Cells, kind: str, unique: Sequence[str], who: str | None) -> RecordChange:
    """One row that stands on one side only, with its content in words."""
    said = JOIN.join(f"{name}={cell}" for name, cell in cells.items() if cell and name not in {FILE, *unique})
    before, after = (said, "") if kind == "removed" else ("", said)
    return RecordChange(table, JOIN.join(cells[name] for name in unique), "", before, after, kind, cells.get(who or "", ""))



NOT_APPLICABLE = "不适用"
YES_NO = {"TRUE": "是", "FALSE": "否"}
BAG, INSIDE = "bagit.txt", Path("data") / "edition"


def changed_records(before: Records, after: Records, secret: Collection[str] = ()) -> pd.DataFrame:
    """The accepted rows that differ between two readings of an edition, table by table.

    Rows are told apart by the table's `unique` columns; where it has none, rows with the same content are the same,
    as often as they stand there. Personal columns are in neither reading and so are not compared.

    Parameters
    ----------
    secret
        Tables of which it is told where something changed, and not what: score sheets.

    Returns
    -------
    DataFrame
        All of it text. `table` and `column` are ids of the data dictionary, `key` the values of the unique columns,
        `member` the member's key where the row has one. `kind` is "changed" (one line a cell, with its value
        `before` and `after`), "added" or "removed" (one line a row, its content in `after` or `before`; or one line
        for a whole column of the dictionary), or "moved" (another file, column ``_file``). Empty for a missing value.
    """
    left_out = set(uncompared(before, after))
    tables = [table for table in dict.fromkeys([*after.frames, *before.frames]) if table not in left_out]
    lines = [
        line._replace(before="", after="") if table in secret else line
        for table in tables
        for line in _table_changes(table, before, after)
    ]
    return pd.DataFrame(lines, columns=list(RecordChange._fields), dtype="str")


def uncompared(before: Records, after: Records) -> tuple[str, ...]:
    """The tables whose rows stay where they stand, in a database or large files, and are not compared."""
    return tuple(dict.fromkeys([*after.standing, *before.standing]))


def examined_at(place: Path) -> tuple[Edition | None, Evaluation | None, Problems]:
    """The edition in a folder or within a sealed bag, evaluated as far as that can be done, and everything that is to be said of it.

    Where rows or keys were refused the rest is evaluated nevertheless: what that says of the scheme is told too, what it
    says of single members is not, since it may come of what is lacking. The evaluation is None unless all is well.
    """
    reading = read_edition(_inside(place))
    edition, problems = reading.edition, reading.problems
    sound = edition if reading.sound else None
    if edition is None or not reading.measurable:
        return sound, None, problems
    evaluation, conclusions = attempt(edition.scheme, edition.records, edition.judged)
    further = on_their_lines(conclusions, edition.folder / SCHEME)
    if problems.errors:
        further = Problems(tuple(problem for problem in further if _of_the_scheme(problem, edition)))
    everything = Problems(tuple(dict.fromkeys((*problems, *further))))
    return sound, None if everything.errors else evaluation, everything


def evaluated_at(place: Path) -> tuple[Edition, Evaluation, Problems]:
    """The edition in a folder or within a sealed bag, evaluated, and everything that is to be said of it.

    Raises
    ------
    Refused
        With everything that is to be said, when any of it is an error.
    """
    edition, evaluation, problems = examined_at(place)
    if edition is None or evaluation is None or problems.errors:
        raise Refused(problems)
    return edition, evaluation, problems


def trial_at(place: Path, day: dt.date) -> tuple[Edition, Evaluation, Problems]:
    """As `evaluated_at`, of another day than the scheme's as-of date.

    Raises
    ------
    Refused
        As there, and for a day before the period begins.
    """
    reading = read_edition(_inside(place))
    if reading.edition is None or reading.problems.errors:
        raise Refused(reading.problems)
    evaluation = evaluate_as_of(reading.edition.scheme, reading.edition.records, day)
    problems = reading.problems + on_their_lines(evaluation.problems, reading.edition.folder / SCHEME)
    return reading.edition, evaluation, Problems(tuple(dict.fromkeys(problems)))


def _of_the_scheme(problem: Problem, edition: Edition) -> bool:
    return problem.file == SCHEME and problem.value not in edition.records.members.index


def _inside(place: Path) -> Path:
    return place / INSIDE if (place / BAG).is_file() else place


def write_changes(changes: pd.DataFrame, folder: Path) -> Path:
    """`changes.csv` in `folder`, for Excel: personal numbers masked; text that a spreadsheet takes for a formula gets an apostrophe.

    Raises
    ------
    Refused
        When it cannot be written.
    """
    cells = changes.apply(lambda column: column.map(discreet).str.replace(FORMULA, "'", regex=True))
    with placed_in(folder) as unfinished:
        write_csv(cells, unfinished / CHANGES, index=False)
    return folder / CHANGES


def _table_changes(table: str, before: Records, after: Records) -> Iterator[RecordChange]:
    olds, news = _texts(table, before), _texts(table, after)
    if olds is None or news is None:  # the whole table is new or gone
        whole = news if olds is None else olds
        assert whole is not None  # a table of neither is not asked about
        olds, news = (whole.iloc[:0] if frame is None else frame for frame in (olds, news))
    if olds.equals(news):
        return
    for kind, ours, others in (("removed", olds, news), ("added", news, olds)):
        for column in ours.columns.difference(others.columns, sort=False):
            yield RecordChange(table, "", str(column), "", "", kind, "")
    shared = [name for name in news if name in olds]
    spec = (after if table in after.tables.table else before).tables.table[table]
    keyed = (name for name, column_spec in spec.column.items() if column_spec.keyed)
    who = next((name for name in keyed if name in shared), None)
    yield from row_changes(table, olds[shared], news[shared], spec.unique, who)


def _texts(table: str, records: Records) -> pd.DataFrame | None:
    """The accepted rows of a table as text, their file last; None where there is no such table."""
    frame = records.frames.get(table)
    if frame is None:
        return None
    columns = {name: _text(frame[name]) for name in frame if name not in PLACE}
    for name, elsewhere in records.not_applicable[table].items():
        if name in columns:
            columns[name] = columns[name].mask(elsewhere, NOT_APPLICABLE)
    return pd.DataFrame({**columns, FILE: frame[FILE].astype(object)}, dtype=object)


def _text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Each value as its reader sees it; numbers with all their digits."""
    texts = values.astype(object).where(values.notna(), "").map(shown)
    return texts.map(lambda text: YES_NO.get(text, text)) if values.dtype == "boolean" else texts
