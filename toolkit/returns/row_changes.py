"""The rows of one table that differ between two readings, as text: told apart by key, or by content as a multiset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

FILE = "_file"
JOIN = "；"

Cells = Mapping[str, str]


class Change(NamedTuple):
    """One line of what changed; see `toolkit.returns.changes.changed_records`."""

    table: str
    key: str
    column: str
    before: str
    after: str
    kind: str
    member: str


def row_changes(
    table: str, olds: pd.DataFrame, news: pd.DataFrame, unique: Sequence[str], who: str | None
) -> Iterator[Change]:
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


def _by_key(
    table: str, olds: pd.DataFrame, news: pd.DataFrame, unique: Sequence[str], who: str | None
) -> Iterator[Change]:
    before, after = _keyed(olds, unique), _keyed(news, unique)
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            yield _one_sided(table, new or old or {}, "removed" if new is None else "added", unique, who)
            continue
        for column, value in new.items():
            if value != old[column]:
                kind = "moved" if column == FILE else "changed"
                yield Change(table, JOIN.join(key), column, old[column], value, kind, new.get(who or "", ""))


def _keyed(frame: pd.DataFrame, unique: Sequence[str]) -> dict[tuple[str, ...], Cells]:
    names = frame.columns.tolist()
    rows = (dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False, name=None))
    return {tuple(row[name] for name in unique): row for row in rows}


def _by_content(table: str, olds: pd.DataFrame, news: pd.DataFrame, who: str | None) -> Iterator[Change]:
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
            yield Change(table, "", FILE, old[-1], row[-1], "moved", cells.get(who or "", ""))
        else:
            yield _one_sided(table, cells, "added", (), who)
    for row in (row for rows in waiting.values() for row in rows):
        yield _one_sided(table, dict(zip(names, row, strict=True)), "removed", (), who)


def _one_sided(table: str, cells: Cells, kind: str, unique: Sequence[str], who: str | None) -> Change:
    """One row that stands on one side only, with its content in words."""
    said = JOIN.join(f"{name}={cell}" for name, cell in cells.items() if cell and name not in {FILE, *unique})
    before, after = (said, "") if kind == "removed" else ("", said)
    return Change(table, JOIN.join(cells[name] for name in unique), "", before, after, kind, cells.get(who or "", ""))
