"""All tables with their rows attributed to members: branches to head offices, former codes to present ones."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.errors import Problem
from toolkit.reading.lineage import attributed, attribution_notes, lineage
from toolkit.reading.names import known_names, name_problems, shared_name_problems
from toolkit.tables import Table, Tables

if TYPE_CHECKING:
    from toolkit.scheme.identity import MembersSpec


@dataclass(frozen=True)
class Attribution:
    """The tables, with the members their rows count for.

    Parameters
    ----------
    frames
        All tables; the members table is as it was.
    counts_to
        For each branch and former code the member its records count for.
    problems
        Codes that lead nowhere, names and codes that do not fit each other, and what was attributed.
    """

    frames: Mapping[str, pd.DataFrame]
    counts_to: Mapping[str, str]
    problems: tuple[Problem, ...]


def attribute(frames: Mapping[str, pd.DataFrame], tables: Tables, spec: MembersSpec) -> Attribution:
    """Every row attributed to the member it counts for, by what the members table says."""
    rows = frames.get(spec.table)
    if rows is None or not {spec.key, spec.name} <= set(rows):
        return Attribution(frames, {}, ())
    descent = lineage(rows, spec)
    counts_to = descent.counts_to
    told: Counter[str] = Counter()
    found: dict[str, pd.DataFrame] = {}
    for name, frame in frames.items():
        column = None if name == spec.table else _member_column(tables.table[name])
        if column in frame:
            told.update(frame.loc[frame[column].isin(list(counts_to)), str(column)])
        found[name] = attributed(frame, column, counts_to)
    columns = tables.table[spec.table]
    problems = [
        *(_headed(problem, columns) for problem in descent.problems),
        *(_headed(problem, columns) for problem in shared_name_problems(rows, spec, counts_to)),
        *_named_otherwise(frames, tables, spec, counts_to),
        *attribution_notes(told, rows, spec, counts_to),
    ]
    return Attribution(found, counts_to, tuple(problems))


def departures(frames: Mapping[str, pd.DataFrame], spec: MembersSpec) -> dict[str, dt.date]:
    """The day each member left that did."""
    rows = frames.get(spec.table)
    if rows is None or spec.left not in rows or rows[spec.left].dtype.kind != "M":
        return {}
    said = rows[[spec.key, spec.left]].dropna()
    return {str(key): day.date() for key, day in said.itertuples(index=False, name=None)}


def _named_otherwise(
    frames: Mapping[str, pd.DataFrame], tables: Tables, spec: MembersSpec, counts_to: Mapping[str, str]
) -> Iterator[Problem]:
    names = known_names(frames[spec.table], spec, counts_to)
    for name, table in tables.table.items():
        member, frame = _member_column(table), frames[name]
        if name != spec.table and table.names in frame and member in frame:
            for problem in name_problems(frame, str(member), str(table.names), names):
                yield _headed(problem, table)


def _member_column(table: Table) -> str | None:
    return next((name for name, column in table.column.items() if column.type == "member"), None)


def _headed(problem: Problem, table: Table) -> Problem:
    """The problem with the heading of its column instead of its id."""
    headings = table.column[problem.column].headings if problem.column in table.column else ()
    return replace(problem, column=headings[0]) if headings else problem
