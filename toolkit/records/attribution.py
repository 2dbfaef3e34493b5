"""Which member each record counts for: a branch's for its head office, a former code's for the present one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.ground.problems import Problem, nearest
from toolkit.ground.text import Phrase, phrase
from toolkit.records.dictionary import PLACE, Table, Tables
from toolkit.records.members import known_names, name_problems, shared_name_problems

if TYPE_CHECKING:
    from toolkit.scheme.criteria import MembersSpec


CLEAR = Phrase("请更正，或留空", "correct it, or leave it empty")


def _notes(
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
    file, sheet, row = rows.loc[rows[spec.key] == member, [*PLACE]].iloc[0]
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
    """Every row attributed to the member it counts for, by what the members table says of branches and former codes."""
    rows = frames.get(spec.table)
    if rows is None or not {spec.key, spec.name} <= set(rows):
        return Attribution(frames, {}, ())
    heads, former = _said(rows, spec, spec.head_office), _said(rows, spec, spec.former_code)
    codes = {old: new for new, old in former.items() if old != new}
    offices = {branch: head for branch, head in heads.items() if head != branch}
    steps = {**offices, **codes}
    counts_to = {code: end for code in steps if (end := _end(code, steps)) != code}
    branches = frozenset(code for code in steps if _end(code, codes) in offices or code in offices)
    moved: Counter[str] = Counter()
    attributed = dict(frames)
    of_branches: dict[str, pd.Series[bool]] = {}
    for name, frame in frames.items():
        column = None if name == spec.table else tables.table[name].member
        if column is not None and column in frame:
            members = frame[column]
            moved.update(members[members.isin(list(counts_to))])
            if (by_branch := members.isin(list(branches))).any():
                of_branches[name] = by_branch
            if counts_to:
                attributed[name] = frame.assign(**{column: members.map(counts_to).fillna(members).astype("str")})
    problems = [
        *_former_problems(rows, spec, former, codes),
        *_head_problems(rows, spec, heads, codes, set(rows[spec.key].dropna())),
        *shared_name_problems(rows, spec, counts_to),
    ]
    problems = [_headed(problem, tables.table[spec.table]) for problem in problems]
    problems += [*_named_otherwise(frames, tables, spec, counts_to), *_notes(moved, rows, spec, counts_to)]
    return Attribution(attributed, counts_to, tuple(problems), branches, of_branches)


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
        member, frame = table.member, frames[name]
        if name != spec.table and table.names in frame and member in frame:
            for problem in name_problems(frame, str(member), str(table.names), names):
                yield _headed(problem, table)


def _headed(problem: Problem, table: Table) -> Problem:
    """The problem with the heading of its column instead of its id."""
    headings = table.column[problem.column].headings if problem.column in table.column else ()
    return replace(problem, column=headings[0]) if headings else problem
