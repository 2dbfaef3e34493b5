"""Records as they would be with one row less, one cell another, or one row more; no file is touched."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from toolkit.records import Records
from toolkit.records.dictionary import PLACE

FILE, ROW = PLACE[0], PLACE[2]


def without_row(records: Records, table: str, row: Any) -> Records:
    """The records without the row of a table that stands at the index `row`; what follows moves up."""
    frame = records.frames[table]
    kept = [index for index in frame.index if index != row]
    branches = {name: flags.loc[kept].reset_index(drop=True) if name == table else flags for name, flags in records.of_branches.items()}
    frames = {**records.frames, table: frame.loc[kept].reset_index(drop=True)}
    absent = records.not_applicable[table].loc[kept].reset_index(drop=True)
    return replace(records, frames=frames, not_applicable={**records.not_applicable, table: absent}, of_branches=branches)


def with_cell(records: Records, table: str, row: Any, column: str, value: Any, *, apart: bool) -> Records:
    """The records with `value` in a cell, None for nothing; `apart` where the cell says 不适用 or 回避."""
    changed, absent = records.frames[table].copy(), records.not_applicable[table].copy()
    changed.loc[row, column] = value
    if column in absent or apart:
        marks = absent.get(column, pd.Series(data=False, index=absent.index))
        absent[column] = marks.mask(marks.index == row, apart)
    return replace(records, frames={**records.frames, table: changed}, not_applicable={**records.not_applicable, table: absent})


def with_row(records: Records, table: str, cells: Mapping[str, Any], apart: Collection[str], *, of_branch: bool) -> Records:
    """The records with one row more, as the last of its table: what its `cells` hold, and which of them say 不适用 or 回避."""
    frame, spec, absent, branches = records.frames[table], records.tables.table[table], records.not_applicable[table], dict(records.of_branches)
    files = frame[FILE].unique()
    values = {**cells, FILE: files[0] if len(files) == 1 else spec.file or spec.relation or table, PLACE[1]: "", ROW: 0}
    last = pd.DataFrame({name: pd.Series([values.get(str(name))], dtype=frame[name].dtype) for name in frame})
    columns = dict.fromkeys((*absent, *apart))
    absent = pd.DataFrame({name: [*(absent[name] if name in absent else [False] * len(frame)), name in apart] for name in columns}, index=range(len(frame) + 1), dtype=bool)
    if table in branches or of_branch:
        branches[table] = pd.Series([*branches.get(table, [False] * len(frame)), of_branch], dtype=bool)
    frames = {**records.frames, table: pd.concat([frame, last], ignore_index=True) if len(frame) else last}
    return replace(records, frames=frames, not_applicable={**records.not_applicable, table: absent}, of_branches=branches)
