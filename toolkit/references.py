"""Whether every table and column that a scheme names stands in the data dictionary, with a type that serves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from toolkit.errors import Problem, Problems, nearest
from toolkit.measures import Measure, Selection, State, Window
from toolkit.scheme import Scheme
from toolkit.shapes import Category
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.tables import Column, Table, Tables

NUMBERS = ("number", "money", "percent")
MEMBER_COLUMNS = {
    "former_names": ("text",),
    "former_code": ("member", "credit_code"),
    "head_office": ("member", "credit_code"),
    "left": ("date",),
}


def reference_problems(scheme: Scheme, tables: Tables, file: str = "scheme.toml") -> Problems:
    """Everything the scheme names that `tables` does not hold, or holds as another type."""
    found = chain(
        _members(scheme, tables),
        *(_measure(f"indicator[{item.id}].measure", item.measure, scheme, tables) for item in scheme.indicators),
        *(_shape(item.id, item.measure, isinstance(item.value, Category), tables) for item in scheme.indicators),
        *(_measure(f"adjustment[{item.id}].measure", item.measure, scheme, tables) for item in scheme.adjustments),
        *(_selection(f"veto[{item.id}].when", item.when, scheme, tables) for item in scheme.vetoes),
    )
    return Problems(tuple(Problem("error", rule, mend, file=file, column=place) for place, rule, mend in found))


Found = Iterator[tuple[str, Phrase, Phrase]]


def member_column(table: Table, name: str, scheme: Scheme) -> str | None:
    """The column of `table` that says which member a row is about."""
    if name == scheme.members.table:
        return scheme.members.key
    return next((column for column, spec in table.column.items() if spec.type == "member"), None)


def _missing(place: str, what: Phrase, name: str, known: list[str]) -> tuple[str, Phrase, Phrase]:
    guess = nearest(name, known)
    rule = phrase("数据字典 tables.toml 里没有{zh}“{name}”", "tables.toml has no {en} `{name}`", zh=what.zh, en=what.en, name=name)
    if guess:
        return place, rule, phrase("是否应为“{guess}”？", "is `{guess}` meant?", guess=guess)
    return place, rule, phrase("现有：{known}", "known: {known}", known=", ".join(known))


def _column(place: str, table: str, column: str, tables: Tables) -> Found:
    if table not in tables.table:
        yield _missing(place, Phrase("数据表", "table"), table, list(tables.table))
    elif column not in tables.table[table].column:
        yield _missing(place, Phrase("列", "column"), f"{table}.{column}", [f"{table}.{c}" for c in tables.table[table].column])
    elif tables.table[table].column[column].personal:
        rule = phrase("“{name}”是个人信息列，不参与评价", "`{name}` is personal and has no part in an evaluation", name=column)
        yield place, rule, Phrase("请指定另一列", "name another column")


def _spec(table: str, column: str | None, tables: Tables) -> Column | None:
    held = tables.table.get(table)
    return held.column.get(column) if held and column else None


def _members(scheme: Scheme, tables: Tables) -> Found:
    spec = scheme.members
    named = {"key": spec.key, "name": spec.name, "class": spec.class_, "former_names": spec.former_names,
             "former_code": spec.former_code, "head_office": spec.head_office, "left": spec.left}  # fmt: skip
    if spec.table not in tables.table:
        yield _missing("members.table", Phrase("数据表", "table"), spec.table, list(tables.table))
        return
    for key, column in named.items():
        if column:
            yield from _column(f"members.{key}", spec.table, column, tables)
            yield from _kind(f"members.{key}", spec.table, column, MEMBER_COLUMNS.get(key), tables)
    if spec.applied:
        table, _, column = spec.applied.rpartition(".")
        yield from _column("members.applied", table or spec.table, column, tables)
    yield from _states("members.skip", Selection(table=spec.table, where=spec.skip), tables)


def _selection(place: str, selection: Selection, scheme: Scheme, tables: Tables) -> Found:
    table = tables.table.get(selection.table)
    if table is None:
        yield _missing(f"{place}.table", Phrase("数据表", "table"), selection.table, list(tables.table))
        return
    if member_column(table, selection.table, scheme) is None:
        rule = phrase("数据表“{name}”没有会员列", "the table `{name}` has no member column", name=selection.table)
        yield place, rule, Phrase("请在 tables.toml 里把一列的 type 写成 member", 'give a column the type "member"')
    for column in selection.once_per:
        yield from _column(f"{place}.once_per", selection.table, column, tables)
    yield from _states(f"{place}.where", selection, tables)
    window = scheme.window.get(selection.window or "")
    if window:
        yield from _window(f"window.{selection.window}", window, selection.table, tables)


def _window(place: str, window: Window, table: str, tables: Tables) -> Found:
    for key, column in window.dates.items():
        yield from _column(f"{place}.{key}", table, column, tables)
        yield from _kind(f"{place}.{key}", table, column, ("date",), tables)
    if window.column:
        yield from _column(f"{place}.column", table, window.column, tables)
        if _spec(table, window.column, tables):
            spans = Selection(table=table, where={window.column: tuple(window.lasts)})
            yield from _states(f"{place}.lasts", spans, tables)
    for key, states in (("skip", window.skip), ("appeal", window.appeal)):
        yield from _states(f"{place}.{key}", Selection(table=table, where=states), tables)


def _kind(place: str, table: str, column: str, kinds: tuple[str, ...] | None, tables: Tables) -> Found:
    """A column must be of one of `kinds`, where they are named."""
    spec = _spec(table, column, tables)
    if spec and kinds and spec.type not in kinds:
        rule = phrase("“{name}”的类型是 {type}，应为 {kinds}", "`{name}` is {type}, and should be {kinds}",
                      name=column, type=spec.type, kinds=" / ".join(kinds))  # fmt: skip
        yield place, rule, Phrase("请改用另一列，或改正列的类型", "name another column, or change its type")


def _states(place: str, selection: Selection, tables: Tables) -> Found:
    for column, states in selection.where.items():
        yield from _column(f"{place}.{column}", selection.table, column, tables)
        spec = _spec(selection.table, column, tables)
        if spec is None:
            continue
        for state in states:
            if spec.choices and str(state) not in spec.choices:
                yield _missing(f"{place}.{column}", Phrase("取值", "choice"), str(state), list(spec.choices))
            elif not _same_kind(state, spec.type):
                rule = phrase("“{state}”与列的类型 {type} 不符", "`{state}` does not fit the type {type}", state=state, type=spec.type)
                yield f"{place}.{column}", rule, Phrase("请改写取值，或改正列的类型", "change the state or the type")


def _same_kind(state: State, kind: str) -> bool:
    if kind == "boolean":
        return isinstance(state, bool)
    if kind in NUMBERS:
        return isinstance(state, int | float) and not isinstance(state, bool)
    return isinstance(state, str)


def _measure(place: str, measure: Measure, scheme: Scheme, tables: Tables) -> Found:
    yield from _selection(place, measure.selection, scheme, tables)
    table, column = measure.place
    if table not in tables.table or column is None:
        return
    yield from _column(f"{place}.column", table, column, tables)
    spec = _spec(table, column, tables)
    if measure.take == "sum" and spec and spec.type not in NUMBERS:
        rule = phrase("“{column}”的类型是 {type}，不能求和", "`{column}` is {type}: it cannot be summed", column=column, type=spec.type)
        yield f"{place}.column", rule, Phrase("请改用数字列", "name a column of numbers")
    if measure.take == "latest" and not tables.table[table].date:
        rule = phrase("取最近一条需要知道日期列", "`latest` needs to know the date column of `{table}`", table=table)
        yield place, rule, phrase("请在 tables.toml 的 [table.{t}] 写 date", "give [table.{t}] a `date`", t=table)


def _shape(name: str, measure: Measure, by_category: bool, tables: Tables) -> Found:  # noqa: FBT001 - private
    table, column = measure.place
    spec = _spec(table, column, tables)
    numeric = measure.take in {"sum", "count"} or (spec is not None and spec.type in NUMBERS)
    if not by_category and (measure.take == "any" or (spec is not None and not numeric)):
        rule = Phrase("这种换算只能用于数字", "this shape needs numbers")
        yield f"indicator[{name}].value", rule, Phrase('请改用 shape = "category"', 'use shape = "category"')
