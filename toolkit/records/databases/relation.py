"""A relation under the ids and types of the data dictionary, and its checks, run where it stands: how many rows are broken, and the first by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import reduce
from operator import add, or_
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.ground.decimals import decimal_digits, decimal_digits_in
from toolkit.ground.problems import Problem
from toolkit.ground.text import Phrase, phrase
from toolkit.records.cells import marked_numbers, read_cell, read_cells
from toolkit.records.databases.connection import MISFIT, Relation
from toolkit.records.dictionary import NUMERIC, PLACE, Column
from toolkit.records.findings import BLANKS, INVISIBLE, Finding, shown
from toolkit.records.headings import Headings, find_headings, heading_problems
from toolkit.records.members import Register
from toolkit.records.sheet import quoted_cell

if TYPE_CHECKING:
    import ibis.expr.types as ir


APART = "_na_"  # before a column's id: whether it says 不适用
EMPTY = {"number": "float64", "money": "float64", "percent": "float64", "date": "timestamp", "boolean": "boolean"}


@dataclass(frozen=True)
class BoundRelation:
    """A relation bound to its data dictionary.

    Parameters
    ----------
    table
        A column for each id, `_na_` and the id for each column of words (whether it says 不适用), `_misfit_` and the id
        for each that holds something of another kind (as text), and `_file`, `_sheet`, `_row`. Numbers are of the type they are stored in, dates are timestamps.
    headings
        Column id to its name in the relation.
    problems
        Of the relation as a whole: names and types.
    """

    table: ir.Table
    headings: Mapping[str, str]
    problems: tuple[Problem, ...]


def bound(relation: Relation, columns: Mapping[str, Column], key: Sequence[str], place: Problem, folder: Path) -> BoundRelation:
    """The relation under the ids of `columns`.

    Parameters
    ----------
    key
        Ids of the columns that name a row of a database, where rows have no number.
    place
        The source and relation, as problems name them.
    """
    raw = relation.table
    names = [name for name in raw.columns if name not in {*relation.places, *relation.misfits.values()}]
    headings = find_headings([names], columns) or Headings(1, frozenset(), {}, frozenset(), (), ())
    titles = {column: answers[0].text for column, answers in headings.columns.items()}
    stored = {column: names[answers[0].place] for column, answers in headings.columns.items()}
    problems = [*heading_problems(headings, columns, place)]
    values: dict[str, Any] = {}
    for name, column in columns.items():
        value = raw[stored[name]] if name in stored else None
        if value is not None and not _fits(value, column):
            problems.append(_wrong_type(column, titles[name], place))
            value = None
        values |= _typed(name, column, value)
        misfit = relation.misfits.get(stored.get(name, "")) if value is not None else None
        values |= {MISFIT + name: raw[misfit]} if misfit else {}
    table = raw.select(**values, **_place(relation, place, folder, values, key))
    return BoundRelation(table, titles, tuple(problems))


def _typed(name: str, column: Column, value: Any) -> dict[str, Any]:
    """The column under its id, and for words also where they say 不适用."""
    import ibis

    if value is None:
        empty = {name: ibis.null(EMPTY.get(column.type, "string"))}
        return empty if column.type in EMPTY else empty | {APART + name: ibis.literal(value=False)}
    if column.type == "date":
        return {name: value.cast("timestamp")}
    if column.type in NUMERIC:
        return {name: _number(value, column)}
    if column.type in EMPTY:
        return {name: value}
    words = value.cast("string")
    apart = words.isin(column.not_applicable).fill_null(False) if column.not_applicable else ibis.literal(value=False)
    nothing = tuple({"", *column.missing, *column.not_applicable} - set(column.choices))
    return {name: ibis.ifelse(words.isin(nothing), ibis.null("string"), words), APART + name: apart}


def _number(value: Any, column: Column) -> Any:
    """A column of numbers as their decimal digits say, null where a number means that there is none."""
    if column.type == "percent":
        value = decimal_digits_in(value.cast("float64") / 100.0)
    elif value.type().is_floating():
        value = decimal_digits_in((value.cast("string") if value.type().is_float32() else value).cast("float64"))
    for none in sorted(marked_numbers(column, (*column.missing, *column.not_applicable))):
        value = value.nullif(none)
    return value


def _place(relation: Relation, place: Problem, folder: Path, values: Mapping[str, Any], key: Sequence[str]) -> dict[str, Any]:
    """File and row as they stand, or source, relation and the row's key: ``acts[act_id=17]``, which no sheet is called."""
    import ibis

    if relation.places:
        file, row = (relation.table[name] for name in relation.places)
        start = len(str(folder)) + 1
        return {"_file": file.substr(start), "_sheet": ibis.literal(""), "_row": row.cast("int64") + 2}
    parts = [ibis.literal(f"{name}=") + values[name].cast("string").fill_null("") for name in key]
    row_key = reduce(lambda left, right: left + ", " + right, parts) if parts else ibis.literal("")
    sheet = reduce(add, [ibis.literal(place.sheet + "["), row_key, ibis.literal("]")])
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


FAILED = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")  # formulas that came along from Excel
NAMED = 20  # broken rows of one column that are named; of the others the number is told
LARGEST = 1e20  # beyond, sums in decimals could overflow
EARLIEST, LATEST = dt.datetime(1900, 1, 1), dt.datetime(9999, 12, 31)  # noqa: DTZ001 - records hold local days
ALIKE = "_alike_"  # before a column's id: its texts as they are compared
FULL_WIDTH, HALF_WIDTH = ("".join(map(chr, signs)) for signs in (range(0xFF01, 0xFF5F), range(0x21, 0x7F)))
UNTOLD = "".join(map(chr, (*BLANKS, *INVISIBLE))) + " \t\r\n"  # signs that make no difference: they have no counterpart


@dataclass(frozen=True)
class Account:
    """What became of the rows of a relation.

    Parameters
    ----------
    read, refused
        Numbers of rows.
    broken
        Whether a row is refused for one of its cells; None where nothing can be.
    keys
        All that stands in its key columns.
    """

    read: int
    refused: int
    broken: ir.BooleanValue | None
    keys: frozenset[str]
    problems: tuple[Problem, ...]


def checked(
    reading: BoundRelation, columns: Mapping[str, Column], unique: Sequence[Sequence[str]], known: Register | None
) -> Account:
    """The account of a relation; `known` are the members, None where they are not known."""
    table = reading.table
    keys = {name: _distinct(table, name) for name in reading.headings if columns[name].keyed}
    broken = {
        name: test
        for name in reading.headings
        if (test := _broken(table, name, columns[name], keys.get(name, frozenset()), known)) is not None
    }
    counts = _counted(table, broken)
    found = [problem for name in broken if counts[name] for problem in
             _named(reading, name, columns[name], broken[name], counts[name], known)]  # fmt: skip
    any_broken = reduce(or_, broken.values()) if broken else None
    refused = counts[""]
    for names in unique:
        again = _Again(reading, [name for name in names if name in reading.headings], columns, broken, any_broken)
        refused += again.accepted_otherwise
        found += again.problems(columns)
    everything = frozenset(key for found in keys.values() for key in found)
    return Account(counts["*"], refused, any_broken, everything, tuple(found))


def _distinct(table: ir.Table, name: str) -> frozenset[str]:
    values = table.select(key=table[name]).distinct().to_pyarrow()["key"].to_pylist()
    return frozenset(value for value in values if value is not None)


def _broken(table: ir.Table, name: str, column: Column, keys: AbstractSet[str], known: Register | None) -> ir.BooleanValue | None:
    """Whether a row's cell breaks its column's rules, never null; None where none can."""
    value = table[name]
    tests: list[Any] = [table[MISFIT + name].notnull()] if MISFIT + name in table.columns else []
    if column.required:
        tests.append(value.isnull() & ~table[APART + name] if name_apart(table, name) and not column.keyed else value.isnull())
    if column.type in NUMERIC:
        tests += _number_tests(value, column)
    elif column.type == "date":
        tests += [value < EARLIEST, value >= LATEST]
    elif column.type == "choice":
        tests.append(value.notin(column.choices))
    elif column.type == "text":
        tests.append(value.isin(FAILED))
    elif column.keyed:
        listed = sorted(keys)
        wrong = [key for key, cell in zip(listed, read_cells(listed, column, known), strict=True) if cell.value != key]
        tests += [value.isin(wrong)] if wrong else []
    return reduce(or_, (test.fill_null(False) for test in tests)) if tests else None


def name_apart(table: ir.Table, name: str) -> bool:
    """Whether the column can say 不适用."""
    return APART + name in table.columns


def _number_tests(value: Any, column: Column) -> Iterator[Any]:
    yield value.abs() >= LARGEST
    if value.type().is_floating():
        yield value.isnan()
    if column.type == "percent":
        yield (value.abs() <= 0.01) & (value != 0)
    if column.range is not None:
        low, high = column.range
        in_unit = decimal_digits_in(value * 100.0) if column.type == "percent" else value
        yield (in_unit < low) | (in_unit > high)


def _counted(table: ir.Table, broken: Mapping[str, ir.BooleanValue]) -> dict[str, int]:
    """How many rows there are ("*"), how many break a rule (""), and how many one of each column."""
    sums = {f"c{place}": table.count(where=test) for place, test in enumerate(broken.values())}
    whole = table.count(where=reduce(or_, broken.values())) if broken else None
    sums |= {} if whole is None else {"refused": whole}
    (row,) = table.aggregate(n=table.count(), **sums).to_pyarrow().to_pylist()
    columns = {name: int(row[f"c{place}"] or 0) for place, name in enumerate(broken)}
    return {"*": int(row["n"]), "": int(row.get("refused") or 0), **columns}


def _named(  # noqa: PLR0917 - private
    reading: BoundRelation, name: str, column: Column, test: ir.BooleanValue, count: int, known: Register | None
) -> Iterator[Problem]:
    table = reading.table
    misfit = MISFIT + name if MISFIT + name in table.columns else ""
    shown_columns = [] if column.personal else [column for column in (name, misfit) if column]
    rows = table.filter(test).order_by([*PLACE, *shown_columns]).limit(NAMED).select(*PLACE, *shown_columns)
    for row in rows.to_pyarrow().to_pylist():
        value = row.get(misfit) or _in_unit(row.get(name), column)
        finding = _finding(value, column, known)
        yield Problem("error", *finding, file=row["_file"], sheet=row["_sheet"], row=row["_row"] or None,
                      column=reading.headings[name], value=quoted_cell(shown(value), column))  # fmt: skip
    if count > NAMED:
        yield _others(row["_file"], row["_sheet"].partition("[")[0], reading.headings[name], count - NAMED)


def _in_unit(value: Any, column: Column) -> Any:
    if value is None or column.type not in NUMERIC:
        return "" if value is None else value
    return decimal_digits(float(value) * 100) if column.type == "percent" else float(value)


def _finding(value: Any, column: Column, known: Register | None) -> Finding:
    """Why a cell is refused, in the words of the reader of cells; never its content where it is personal."""
    if not column.personal:
        cell = read_cell(value, column, known)
        if cell.finding and cell.state == "problem":
            return cell.finding
        if column.keyed and isinstance(value, str):
            rule = Phrase("写法不统一", "not written as keys are")
            return Finding(rule, phrase("请写成 {key}", "write {key}", key=cell.value))
    rule = Phrase("内容不合该列的要求", "the cell does not fit its column")
    return Finding(rule, Phrase("请在数据库里更正", "correct it where it stands"))


def _others(file: str, sheet: str, heading: str, count: int) -> Problem:
    rule = phrase("另有 {n} 行同样不合要求", "{n:more row breaks|more rows break} the same rule", n=count)
    return Problem("error", rule, Phrase("请一并更正", "correct them too"), file=file, sheet=sheet, column=heading)


def normal_in(texts: Any) -> Any:
    """A column of ids as they are compared, where it stands: `normal_key` of all but the rarest signs."""
    return texts.translate(FULL_WIDTH + UNTOLD, HALF_WIDTH).upper()


class _Again:
    """Rows that stand more than once although their table says once: without an order none of them is the first."""

    def __init__(
        self, reading: BoundRelation, names: Sequence[str], columns: Mapping[str, Column], broken: Mapping[str, Any], any_broken: Any
    ) -> None:
        import ibis

        self._reading, self._names = reading, names
        rows = reading.table
        wrong = [broken[name] for name in names if name in broken]
        rows = rows.mutate(_ok=ibis.literal(value=True) if any_broken is None else ~any_broken, _out=reduce(or_, wrong) if wrong else ibis.literal(value=False))
        rows = rows.filter(~rows["_out"])
        alike = {ALIKE + name: normal_in(rows[name]) if columns[name].type == "text" else rows[name] for name in names}
        rows = rows.mutate(**alike)
        groups = rows.group_by(list(alike)).agg(
            _n=rows.count(), _kept=rows.count(where=rows["_ok"]), **{p: rows[p].min() for p in (*PLACE, *names)}
        )
        self._groups = groups.filter(groups["_n"] > 1)
        (row,) = self._groups.aggregate(n=self._groups.count(), kept=self._groups["_kept"].sum()).to_pyarrow().to_pylist()
        self._count = int(row["n"])
        self.accepted_otherwise = int(row["kept"] or 0)

    def problems(self, columns: Mapping[str, Column]) -> Iterator[Problem]:
        """The first groups by name."""
        heading = "、".join(self._reading.headings[name] for name in self._names)
        shown_names = [name for name in self._names if not columns[name].personal]
        if not self._count:
            return
        rows = self._groups.order_by([*PLACE, *shown_names]).limit(NAMED).select(*PLACE, *shown_names, "_n")
        for row in rows.to_pyarrow().to_pylist():
            rule = phrase("这些列相同的有 {n} 行", "{n:row agrees|rows agree} in these columns", n=row["_n"])
            mend = Phrase("请只留一行；若确为几条记录，请更正这些列", "keep one; if several are meant, correct these columns")
            yield Problem("error", rule, mend, file=row["_file"], sheet=row["_sheet"], row=row["_row"] or None, column=heading,
                          value=" ".join(text for name in shown_names if (text := quoted_cell(shown(row[name]), columns[name]))))  # fmt: skip
        if self._count > NAMED:
            yield _others(row["_file"], row["_sheet"].partition("[")[0], heading, self._count - NAMED)
