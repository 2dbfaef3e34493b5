"""Who the members are: their names, their classes, and whether they applied."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.errors import Problem
from toolkit.scheme.ranges import Range
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.scheme.identity import MembersSpec
    from toolkit.tables import Column, Tables

SAYS_SO = frozenset({"boolean", "date", "member", "credit_code"})  # columns that can tell an application
NOBODY = pd.DataFrame(
    {"name": pd.Series(dtype="str"), "class": pd.Series(dtype="str"), "applied": pd.Series(dtype=bool)},
    index=pd.Index([], dtype="str", name="member"),
)

Frames = Mapping[str, pd.DataFrame]


def members_frame(
    frames: Frames, tables: Tables, spec: MembersSpec, counts_to: Collection[str] = ()
) -> pd.DataFrame:
    """The members: index member key, sorted; columns name, class (empty without classes), applied.

    A member without a name goes by its key. Those in `counts_to`, branches and former codes, are none.
    """
    rows = frames.get(spec.table)
    if rows is None or not {spec.key, spec.name} <= set(rows):
        return NOBODY
    kept = _kept(rows, spec)
    kept = kept[~kept[spec.key].isin(list(counts_to))]
    members = kept.set_index(pd.Index(kept[spec.key], dtype="str", name="member"))
    name = members[spec.name].astype("str").fillna(members[spec.key])
    named = spec.class_ is not None and spec.class_ in members
    class_ = members[spec.class_].astype("str") if named else pd.Series("", index=members.index, dtype="str")
    frame = pd.DataFrame({"name": name, "class": class_, "applied": _applied(members, frames, tables, spec)})
    return frame.sort_index()


def membership_problems(
    frames: Frames, tables: Tables, spec: MembersSpec, counts_to: Collection[str] = ()
) -> Iterator[Problem]:
    """Members without a class or without an answer, and columns that cannot say what they are asked."""
    for name in (spec.key, spec.name, spec.class_):
        held = _column(tables, spec.table, name)
        if held and held.personal:
            rule = phrase(
                "“{name}”是个人信息列，不能作会员信息", "`{name}` is personal: no members by it", name=name
            )
            yield _in_scheme(rule, Phrase("请指定另一列", "name another column"), name)
    table, column = _place_of_application(spec)
    held = _column(tables, table, column)
    if held and (held.type not in SAYS_SO or held.personal):
        rule = phrase("“{name}”说不清是否申报", "`{name}` cannot say who applied", name=spec.applied)
        mend = Phrase(
            "请指定 boolean、date 或 member 类型的列", "name a column of type boolean, date or member"
        )
        yield _in_scheme(rule, mend, str(spec.applied))
    yield from _gaps(frames, tables, spec, counts_to)


def _gaps(frames: Frames, tables: Tables, spec: MembersSpec, counts_to: Collection[str]) -> Iterator[Problem]:
    rows = frames.get(spec.table)
    if rows is None:
        return
    rows = _kept(rows, spec)
    rows = rows[~rows[spec.key].isin(list(counts_to))] if spec.key in rows else rows
    columns = tables.table[spec.table].column
    if spec.class_ and spec.class_ in rows:
        rule = Phrase("会员没有类别，无法与同类比较", "a member without a class cannot be compared")
        empty = Problem("error", rule, Phrase("请填写类别", "fill in its class"))
        yield from _empty_cells(rows, spec.class_, columns[spec.class_], empty)
    if spec.applied and spec.applied in rows and columns[spec.applied].type == "boolean":
        rule = Phrase("没有写明是否申报，按未申报处理", "it is not said whether it applied: taken as not")
        empty = Problem("warning", rule, Phrase("请填写 是 或 否", "write 是 or 否"))
        yield from _empty_cells(rows, spec.applied, columns[spec.applied], empty)


def _empty_cells(rows: pd.DataFrame, name: str, column: Column, problem: Problem) -> Iterator[Problem]:
    heading = column.headings[0] if column.headings else name
    places = rows.loc[rows[name].isna(), ["_file", "_sheet", "_row"]]
    for file, sheet, row in places.itertuples(index=False, name=None):
        yield replace(problem, file=file, sheet=sheet, row=int(row), column=heading)


def _kept(rows: pd.DataFrame, spec: MembersSpec) -> pd.DataFrame:
    skipped = pd.Series(data=False, index=rows.index)
    for column, asked in spec.skip.items():
        if column in rows:
            held = rows[column].map(asked.holds) if isinstance(asked, Range) else rows[column].isin(list(asked))
            skipped |= held.fillna(value=False).astype(bool)
    return rows[~skipped]


def _applied(members: pd.DataFrame, frames: Frames, tables: Tables, spec: MembersSpec) -> pd.Series[bool]:
    table, column = _place_of_application(spec)
    if column is None:
        return pd.Series(data=True, index=members.index)
    if table == spec.table:
        return _says_so(members, column)
    rows = frames.get(table)
    if rows is None or column not in rows:
        return pd.Series(data=False, index=members.index)
    who = next(
        (n for n, held in tables.table[table].column.items() if held.type == "member" and n in rows), None
    )
    applied = set(rows.loc[_says_so(rows, column), who]) if who else set()
    return pd.Series(members.index.isin(applied), index=members.index)


def _says_so(rows: pd.DataFrame, column: str) -> pd.Series[bool]:
    if column not in rows:
        return pd.Series(data=False, index=rows.index)
    said = rows[column]
    return said.fillna(value=False).astype(bool) if said.dtype == "boolean" else said.notna()


def _place_of_application(spec: MembersSpec) -> tuple[str, str | None]:
    table, _, column = (spec.applied or "").rpartition(".")
    return table or spec.table, column or None


def _column(tables: Tables, table: str, column: str | None) -> Column | None:
    return tables.table[table].column.get(column) if table in tables.table and column else None


def _in_scheme(rule: Phrase, mend: Phrase, value: str | None) -> Problem:
    return Problem("error", rule, mend, file="scheme.toml", column="members", value=value or "")
