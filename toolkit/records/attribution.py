"""All tables with their rows attributed to members: branches to head offices, former codes to present ones.

Which member a record counts for, where it names a branch or a code that was given up.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.ground.problems import Problem, nearest
from toolkit.ground.text import Phrase, phrase
from toolkit.records.dictionary import Table, Tables
from toolkit.records.members import known_names, name_problems, shared_name_problems

if TYPE_CHECKING:
    from toolkit.scheme.criteria import MembersSpec


Place = tuple[str, str, int]
CLEAR = Phrase("请更正，或留空", "correct it, or leave it empty")


@dataclass(frozen=True)
class Lineage:
    """Branches and former codes.

    Parameters
    ----------
    counts_to
        For each code that is no member of its own, the member its records count for.
    problems
        Codes that lead nowhere, in a circle, or to two members.
    branches
        Those of the codes that are a branch's, or were: of its head office they tell, and do not speak for it.
    """

    counts_to: Mapping[str, str]
    problems: tuple[Problem, ...]
    branches: frozenset[str] = frozenset()


def lineage(rows: pd.DataFrame | None, spec: MembersSpec) -> Lineage:
    """What the members table says of branches and former codes.

    Parameters
    ----------
    rows
        The accepted rows of the members table; None where there are none.
    """
    if rows is None or spec.key not in rows:
        return Lineage({}, ())
    heads, former = _said(rows, spec, spec.head_office), _said(rows, spec, spec.former_code)
    keys = set(rows[spec.key].dropna())
    codes = {old: new for new, old in former.items() if old != new}
    offices = {branch: head for branch, head in heads.items() if head != branch}
    problems = (
        *_former_problems(rows, spec, former, codes),
        *_head_problems(rows, spec, heads, codes, keys),
    )
    steps = {**offices, **codes}
    counts_to = {code: _end(code, steps) for code in steps}
    branches = frozenset(code for code in steps if _end(code, codes) in offices or code in offices)
    return Lineage({code: end for code, end in counts_to.items() if end != code}, problems, branches)


def attributed(frame: pd.DataFrame, column: str | None, counts_to: Mapping[str, str]) -> pd.DataFrame:
    """The rows of a table with every member replaced by the one they count for."""
    if not counts_to or column is None or column not in frame:
        return frame
    members = frame[column]
    return frame.assign(**{column: members.map(counts_to).fillna(members).astype("str")})


def attribution_notes(
    counts: Mapping[str, int], rows: pd.DataFrame, spec: MembersSpec, counts_to: Mapping[str, str]
) -> Iterator[Problem]:
    """A note for each branch and former code under which something is recorded; `counts` counts the rows."""
    names = dict(zip(rows[spec.key], rows[spec.name].fillna(rows[spec.key]), strict=True)) if spec.name in rows else {}
    for code, count in sorted(counts.items()):
        owner = counts_to[code]
        rule = phrase(
            "该代码下的 {n} 条记录计入“{name}”（{owner}）", "{n:record under this code counts|records under this code count} for {name} ({owner})",
            n=count, name=names.get(owner, owner), owner=owner,
        )  # fmt: skip
        yield Problem("note", rule, Phrase("无需处理", "nothing to do"), value=code)


def _said(rows: pd.DataFrame, spec: MembersSpec, column: str | None) -> dict[str, str]:
    """What `column` says of each member that says anything."""
    if column is None or column not in rows:
        return {}
    named = rows[[spec.key, column]].dropna()
    return {str(key): str(value) for key, value in named.itertuples(index=False, name=None)}


def _end(code: str, steps: Mapping[str, str]) -> str:
    """The last of the codes that lead on from `code`; itself in a circle, which is reported."""
    last, seen = code, {code}
    while last in steps:
        last = steps[last]
        if last in seen:
            return code
        seen.add(last)
    return last


def _former_problems(
    rows: pd.DataFrame, spec: MembersSpec, former: Mapping[str, str], codes: Mapping[str, str]
) -> Iterator[Problem]:
    for member, old in former.items():
        if old == member:
            rule = Phrase("原代码与现代码相同", "the former code is the present one")
        elif codes[old] != member:
            rule = phrase("这个原代码同时属于 {other}", "this former code is also that of {other}", other=codes[old])
        elif _circle(old, codes):
            rule = Phrase("原代码互相指向，绕成了圈", "former codes lead in a circle")
        else:
            continue
        yield replace(_at(rows, spec, member), rule=rule, mend=CLEAR, column=str(spec.former_code), value=old)


def _head_problems(
    rows: pd.DataFrame, spec: MembersSpec, heads: Mapping[str, str], codes: Mapping[str, str], keys: set[str]
) -> Iterator[Problem]:
    for branch, office in heads.items():
        head, mend = _end(office, codes), CLEAR
        if head == branch:
            rule = Phrase("总机构写成了分支机构自己", "a branch cannot be its own head office")
        elif head in heads and _circle(branch, heads):
            rule = Phrase("分支机构互为总机构，绕成了圈", "head offices lead in a circle")
        elif head in heads:
            rule = Phrase("总机构本身又是分支机构", "the head office is a branch itself")
            mend = phrase("请直接填写最上级：{top}", "name the topmost: {top}", top=heads[head])
        elif head not in keys:
            rule = Phrase("会员表中没有这个总机构", "the members table has no such head office")
            guess = nearest(head, sorted(keys))
            mend = phrase("是否应为 {guess}？", "is it {guess}?", guess=guess) if guess else CLEAR
        else:
            continue
        yield replace(_at(rows, spec, branch), rule=rule, mend=mend, column=str(spec.head_office), value=office)


def _circle(code: str, steps: Mapping[str, str]) -> bool:
    following, seen = steps.get(code), {code}
    while following is not None and following not in seen:
        seen.add(following)
        following = steps.get(following)
    return following is not None


def _at(rows: pd.DataFrame, spec: MembersSpec, member: str) -> Problem:
    file, sheet, row = rows.loc[rows[spec.key] == member, ["_file", "_sheet", "_row"]].iloc[0]
    return Problem("error", CLEAR, CLEAR, file=file, sheet=sheet, row=int(row))


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
    branches
        The codes that are a branch's.
    of_branches
        For each table with such rows, which of them were told under a branch's code.
    """

    frames: Mapping[str, pd.DataFrame]
    counts_to: Mapping[str, str]
    problems: tuple[Problem, ...]
    branches: frozenset[str] = frozenset()
    of_branches: Mapping[str, pd.Series[bool]] = field(default_factory=dict)


def attribute(frames: Mapping[str, pd.DataFrame], tables: Tables, spec: MembersSpec) -> Attribution:
    """Every row attributed to the member it counts for, by what the members table says."""
    rows = frames.get(spec.table)
    if rows is None or not {spec.key, spec.name} <= set(rows):
        return Attribution(frames, {}, ())
    descent = lineage(rows, spec)
    counts_to = descent.counts_to
    moved: Counter[str] = Counter()
    attributed_frames: dict[str, pd.DataFrame] = {}
    of_branches: dict[str, pd.Series[bool]] = {}
    for name, frame in frames.items():
        column = None if name == spec.table else _member_column(tables.table[name])
        if column in frame:
            moved.update(frame.loc[frame[column].isin(list(counts_to)), str(column)])
            if (told_by := frame[str(column)].isin(list(descent.branches))).any():
                of_branches[name] = told_by
        attributed_frames[name] = attributed(frame, column, counts_to)
    columns = tables.table[spec.table]
    problems = [
        *(_headed(problem, columns) for problem in descent.problems),
        *(_headed(problem, columns) for problem in shared_name_problems(rows, spec, counts_to)),
        *_named_otherwise(frames, tables, spec, counts_to),
        *attribution_notes(moved, rows, spec, counts_to),
    ]
    return Attribution(attributed_frames, counts_to, tuple(problems), descent.branches, of_branches)


def departures(frames: Mapping[str, pd.DataFrame], spec: MembersSpec) -> dict[str, dt.date]:
    """The day each member left that did."""
    rows = frames.get(spec.table)
    if rows is None or spec.left not in rows or rows[spec.left].dtype.kind != "M":
        return {}
    days = rows[[spec.key, spec.left]].dropna()
    return {str(key): day.date() for key, day in days.itertuples(index=False, name=None)}


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
