"""A relation as the data dictionary reads it: its columns under their ids, of their types, missing marks made null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import Problem
from toolkit.reading.heading_faults import heading_problems
from toolkit.reading.headings import Headings, find_headings
from toolkit.sources.connection import Relation
from toolkit.tables import NUMERIC, Column
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEYED = frozenset({"member", "credit_code"})
APART = "_na_"  # before a column's id: whether it says 不适用
EMPTY = {"number": "float64", "money": "float64", "percent": "float64", "date": "timestamp", "boolean": "boolean"}


@dataclass(frozen=True)
class Reading:
    """A relation bound to its data dictionary.

    Parameters
    ----------
    table
        A column for each id, `_na_` and the id for each column of words (whether it says 不适用), and `_file`,
        `_sheet`, `_row`. Numbers are of the type they are stored in, dates are timestamps.
    headings
        Column id to its name in the relation.
    problems
        Of the relation as a whole: names and types.
    """

    table: ir.Table
    headings: Mapping[str, str]
    problems: tuple[Problem, ...]


def bound(
    relation: Relation, columns: Mapping[str, Column], key: Sequence[str], place: Problem, folder: Path
) -> Reading:
    """The relation under the ids of `columns`.

    Parameters
    ----------
    key
        Ids of the columns that name a row of a database, where rows have no number.
    place
        The source and relation, as problems name them.
    """
    raw = relation.table
    names = [name for name in raw.columns if name not in relation.places]
    headings = find_headings([names], columns) or Headings(1, frozenset(), {}, frozenset(), (), ())
    held = {column: found[0].text for column, found in headings.columns.items()}
    stored = {column: names[found[0].place] for column, found in headings.columns.items()}
    problems = [*heading_problems(headings, columns, place)]
    values: dict[str, Any] = {}
    for name, column in columns.items():
        value = raw[stored[name]] if name in stored else None
        if value is not None and not _fits(value, column):
            problems.append(_wrong_type(column, held[name], place))
            value = None
        values |= _typed(name, column, value)
    table = raw.select(**values, **_place(relation, place, folder, values, key))
    return Reading(table, held, tuple(problems))


def _typed(name: str, column: Column, value: Any) -> dict[str, Any]:
    """The column under its id, and for words also where they say 不适用."""
    import ibis

    if value is None:
        empty = {name: ibis.null(EMPTY.get(column.type, "string"))}
        return empty if column.type in EMPTY else empty | {APART + name: ibis.literal(value=False)}
    if column.type == "percent":
        return {name: value.cast("float64") / 100.0}
    if column.type == "date":
        return {name: value.cast("timestamp")}
    if column.type in EMPTY:
        return {name: value}
    words = value.cast("string")
    apart = words.isin(column.not_applicable).fill_null(False) if column.not_applicable else ibis.literal(value=False)
    nothing = tuple({"", *column.missing, *column.not_applicable} - set(column.choices))
    return {name: ibis.ifelse(words.isin(nothing), ibis.null("string"), words), APART + name: apart}


def _place(relation: Relation, place: Problem, folder: Path, values: Mapping[str, Any], key: Sequence[str]) -> dict[str, Any]:
    """File and row as they stand, or source, relation and the row's key: ``acts[act_id=17]``, which no sheet is called."""
    import ibis

    if relation.places:
        file, row = (relation.table[name] for name in relation.places)
        start = len(str(folder)) + 1
        return {"_file": file.substr(start), "_sheet": ibis.literal(""), "_row": row.cast("int64") + 2}
    parts = [ibis.literal(f"{name}=") + values[name].cast("string").fill_null("") for name in key]
    said = reduce(lambda left, right: left + ", " + right, parts) if parts else ibis.literal("")
    sheet = reduce(add, [ibis.literal(place.sheet + "["), said, ibis.literal("]")])
    return {"_file": ibis.literal(place.file), "_sheet": sheet, "_row": ibis.literal(0, "int64")}


def _fits(value: Any, column: Column) -> bool:
    kind = value.type()
    if column.type in NUMERIC:
        return bool(kind.is_numeric() and not kind.is_boolean()) and (column.type != "percent" or column.unit == "%")
    if column.type == "date":
        return bool(kind.is_date() or (kind.is_timestamp() and kind.timezone is None))
    if column.type == "boolean":
        return bool(kind.is_boolean())
    return bool(kind.is_string() or kind.is_integer())


def _wrong_type(column: Column, heading: str, place: Problem) -> Problem:
    wanted = {
        "percent": (Phrase('数字，且 tables.toml 里写明 unit = "%"', 'numbers, with unit = "%" in tables.toml')),
        "date": Phrase("日期（不带时区）", "dates, without a time zone"),
        "boolean": Phrase("是否（boolean）", "booleans"),
    }  # fmt: skip
    numbers, words = Phrase("数字", "numbers"), Phrase("文字", "text")
    kind = wanted.get(column.type, numbers if column.type in NUMERIC else words)
    rule = phrase("这一列存的类型不对，应为{zh}", "the column is stored in another type: it should hold {en}", zh=kind.zh, en=kind.en)
    mend = Phrase("请建一个视图用 CAST 换成该类型，再把 relation 指向视图", "make a view that CASTs it, and name the view in `relation`")
    return Problem("error", rule, mend, file=place.file, sheet=place.sheet, column=heading)
