"""The engines that hold the records, and what is asked of them: DuckDB here, or wherever a table stands."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase, phrase
from toolkit.indicators.aggregates import as_written, one_value, plain, weighable
from toolkit.indicators.selection import (
    MARKED,
    MEMBER,
    Calendar,
    Source,
    any_state,
    behind,
    ends_of,
    fetched,
    pointed,
    selected,
    taken,
    together,
)
from toolkit.indicators.single_rows import (
    SingleRows,
    Taken,
    as_it_stands,
    from_parts,
    kept_rows,
    product,
    quotient,
)
from toolkit.records.databases.relation import APART
from toolkit.records.dictionary import PLACE
from toolkit.records.findings import shown
from toolkit.records.references import member_column
from toolkit.scheme import Scheme
from toolkit.scheme.measures import POINTS, Measure, Selection
from toolkit.scheme.outcomes import Previous, Veto

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from duckdb import DuckDBPyConnection
    from ibis.backends.duckdb import Backend

    from toolkit.records import Records
    from toolkit.records.dictionary import Table

VETOES = (MEMBER, "veto", "table", "file", "sheet", "row")
BEHIND = (MEMBER, "file", "sheet", "row", "amount")
RecordPlace = tuple[str, str, int]


class Engine:
    """The tables of records as measures see them; a context manager, since some stand behind a connection.

    A table of files that has one row for each member is read as it stands. Other small tables are handed to an
    embedded DuckDB as Arrow, with stated types. Large ones stay where they stand, and only what is asked of them
    comes back.
    """

    def __init__(self, scheme: Scheme, records: Records) -> None:
        self._scheme, self._records = scheme, records
        self.calendar = Calendar(scheme.as_of, scheme.period, scheme.window)
        self._sources: dict[str, Source] = {}
        self._single: dict[str, SingleRows] = {}
        self._taken: dict[str, Taken] = {}
        self._open = ExitStack()
        self._backend: Backend | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        self._open.close()

    def source(self, name: str) -> Source:
        """The table called `name` in the data dictionary."""
        if name not in self._sources:
            spec = self._records.tables.table[name]
            member = self.member(name)
            columns = tuple(column for column, held in spec.column.items() if not held.personal)
            table = self._standing(name, member) if name in self._records.standing else self._registered(name)
            self._sources[name] = Source(table, member, spec.date, columns, spec.channel, spec.verified)
        return self._sources[name]

    def spoken(self, name: str) -> Source:
        """The rows of a table that members tell of themselves: a branch does not speak for its head office."""
        source = self.source(name)
        if name in self._records.standing:
            return replace(source, table=self._standing(name, source.member, own=True)) if self._records.branches else source
        if (told := self._records.of_branches.get(name)) is None:
            return source
        return replace(source, table=self._handed_over(f"{name} spoken", _arrow(self._records, name).filter(~told.to_numpy())))

    def of_branches(self, name: str) -> pd.DataFrame:
        """Where the rows stand that `spoken` leaves out, of a table that is here: `_file`, `_sheet`, `_row`."""
        rows = self._records.frames[name]
        told = self._records.of_branches.get(name)
        return rows.loc[[] if told is None else told.to_numpy(), list(PLACE)]

    @property
    def members(self) -> pd.Index[str]:
        """Whom everything is measured of."""
        return self._records.members.index

    def member(self, name: str) -> str:
        """The column of a table that says whom a row is about."""
        return str(member_column(self._records.tables.table[name], name, self._scheme))

    def measured(self, measures: Sequence[Measure]) -> list[Taken]:
        """Each measure, taken for every member."""
        terms = {_key(term): term for measure in measures for term in measure.terms}
        new = [term for key, term in terms.items() if key not in self._taken]
        for term in new:
            if self._stands_alone(term):
                self._taken[_key(term)] = as_it_stands(self._rows_of(term.place[0]), str(term.place[1]))
        asked = [term for term in new if _key(term) not in self._taken]
        for places in together(asked):
            self._ask([asked[place] for place in places])
        return [self._whole(measure) for measure in measures]

    def _ask(self, measures: Sequence[Measure]) -> None:
        """Take measures that go together."""
        table, columns = taken(self.source(measures[0].place[0]), measures, self.calendar)
        frame, members = fetched(table), self.members
        at = pd.Index(frame[MEMBER]).get_indexer(members)
        for measure, names in zip(measures, columns, strict=True):
            found = {part: frame[name] for part, name in names.items()}
            self._taken[_key(measure)] = from_parts(measure, found, at, members)

    def _whole(self, measure: Measure) -> Taken:
        frame = [self._taken[_key(term)] for term in measure.terms]
        if measure.times is not None:
            return product(*frame)
        return frame[0] if len(frame) == 1 else quotient(frame[0], frame[1], counted=measure.take is not None)

    def _stands_alone(self, measure: Measure) -> bool:
        """Whether it is read from a table of files that has one row for each member."""
        name = measure.place[0]
        bare = measure.take is None and measure.selection == Selection(table=name)
        return bare and name not in self._records.standing and bool(self._rows_of(name).rows.max(initial=0) <= 1)

    def _rows_of(self, name: str) -> SingleRows:
        if name not in self._single:
            frame, spec = self._records.frames[name], self._records.tables.table[name]
            kept = kept_rows(frame, spec, self.calendar)
            self._single[name] = SingleRows.of(frame, self.member(name), self.members, kept)
        return self._single[name]

    def previous(self, previous: Previous) -> SingleRows:
        """The table of the previous edition's results, whole: what was decided then holds whatever its date."""
        name, member = previous.table, self.member(previous.table)
        frame = self._records.frames[name]
        if name in self._records.standing:
            rows = self.source(name).table
            frame = fetched(rows.select(*dict.fromkeys([member, *previous.columns.values(), *PLACE])))
            frame = frame.apply(plain)
        return SingleRows.of(frame, member, self.members)

    def vetoed(self, veto: Veto) -> pd.DataFrame:
        """Every record for which a veto strikes a member: member, veto, table, file, sheet, row."""
        source = self.source(veto.when.table)
        rows = selected(source, veto.when, self.calendar)
        if veto.sum:
            rows = rows.filter(~rows[veto.sum].isnull())
        kinds = {"_kind": one_value(rows[veto.distinct])} if veto.distinct else {}
        amounts = {"_amount": as_written(rows[veto.sum])} if veto.sum else {}
        rows = rows.select(**{MEMBER: rows[source.member]}, **{place[1:]: rows[place] for place in PLACE}, **kinds, **amounts)
        frame = fetched(rows).sort_values([MEMBER, "file", "sheet", "row"], ignore_index=True)
        struck = frame[_strikes(veto, frame)].reset_index(drop=True)
        named: pd.DataFrame = struck.assign(veto=veto.id, table=veto.when.table)[list(VETOES)]
        return named

    def behind(self, measure: Measure, members: Collection[str] | None = None) -> pd.DataFrame:
        """The records a measure rests on: member, file, sheet, row, amount (what it takes of each, as text)."""
        source = self.source(measure.place[0])
        rows = behind(source, measure, self.calendar)
        if members is not None:
            rows = rows.filter(rows[source.member].isin(list(members)))
        places = {place[1:]: rows[place] for place in PLACE}
        taken = dict(zip(("amount", "beside"), filter(None, (measure.number, measure.divisor)), strict=False))
        frame = fetched(rows.select(**{MEMBER: rows[source.member]}, **places, **{name: rows[column] for name, column in taken.items()}))
        shown_amounts = {name: _told(frame[name]) for name in taken}
        if "beside" in shown_amounts:
            sign, pairs = " × " if measure.weight else " ÷ ", zip(shown_amounts["amount"], shown_amounts["beside"], strict=True)
            shown_amounts["amount"] = pd.Series([f"{one}{sign}{other}" if one and other else None for one, other in pairs], dtype=object)
        named: pd.DataFrame = frame.assign(**shown_amounts).reindex(columns=list(BEHIND))
        return named.sort_values([MEMBER, "file", "sheet", "row"], ignore_index=True)

    def under_appeal(self, table: str, selections: Sequence[Selection]) -> Iterator[RecordPlace]:
        """Where records of `table` stand that count although under appeal, each once."""
        marked = [selected(self.source(table), selection, self.calendar) for selection in selections]
        frames = [fetched(rows.filter(rows[MARKED]).select(*PLACE)) for rows in marked]
        yield from pd.concat(frames).drop_duplicates().sort_values(list(PLACE)).itertuples(index=False, name=None)

    def listed(self, selection: Selection, columns: Sequence[str]) -> pd.DataFrame:
        """The rows that a selection counts: member, file, sheet, row, `disputed` (under appeal), `until` (the day it runs out, or none), and `columns` as they stand."""
        import ibis

        source, window = self.source(selection.table), self._scheme.window.get(selection.window or "")
        rows = selected(source, selection, self.calendar)
        disputed: Any = any_state(rows, window.appeal) if window and window.appeal else ibis.literal(value=False)
        ends = ends_of(rows, window) if window else None
        until: Any = ibis.null("date") if ends is None else ends
        places = {place[1:]: rows[place] for place in PLACE}
        kept = {f"_{name}": rows[name] for name in columns}
        frame = fetched(rows.select(**{MEMBER: rows[source.member]}, **places, disputed=disputed, until=until, **kept))
        return frame.rename(columns={f"_{name}": name for name in columns})

    def gaps(self, measure: Measure) -> Iterator[tuple[str, RecordPlace]]:
        """In which column and where rows lack a number that the measure needs."""
        rows = selected(self.source(measure.place[0]), measure.selection, self.calendar)
        for name in measure.numbers:
            yield from ((name, place) for place in _places(rows.filter(rows[name].isnull())))

    def unpointed(self, measure: Measure) -> Iterator[tuple[str, RecordPlace]]:
        """In which states rows are to which a measure gives no points, and where these stand."""
        rows = pointed(selected(self.source(measure.place[0]), measure.selection, self.calendar), measure)
        columns = list(measure.numbers)
        rows = rows.filter(rows[POINTS].isnull(), *(~rows[column].isnull() for column in columns))
        for *states, file, sheet, row in fetched(rows.order_by(PLACE).select(*columns, *PLACE)).itertuples(index=False, name=None):
            yield " · ".join(map(str, states)), (file, sheet, row)

    def wrong(self, measure: Measure) -> Iterator[RecordPlace]:
        """Where rows stand whose number cannot be weighed."""
        rows = selected(self.source(measure.place[0]), measure.selection, self.calendar)
        value, weight = (rows[str(name)] for name in (measure.column, measure.divisor))
        yield from _places(rows.filter(~weighable(value, weight)))  # of an empty cell this is unknown, and not kept

    def rows_of(self, measure: Measure, members: pd.Index[str]) -> dict[str, RecordPlace]:
        """By member, where the row stands from which a measure is read as it stands."""
        name = measure.place[0]
        if name not in self._records.standing:
            table = self._rows_of(name)
            at = table.standing[table.members.get_indexer(members)]
            rows_found = table.frame.iloc[at[at >= 0]][list(PLACE)].itertuples(index=False, name=None)
            return dict(zip(members[at >= 0], rows_found, strict=True))
        rows = selected(self.source(name), measure.selection, self.calendar)
        cell = rows[str(measure.place[1])]
        rows = rows.filter(cell.isnull() | (cell == 0)).select(self.member(name), *PLACE)
        return {row[0]: row[1:] for row in fetched(rows).itertuples(index=False, name=None)}

    def not_applicable(self, measure: Measure) -> pd.Series[bool] | None:
        """By member, whether a cell of the measure's column says 不适用; None where none does."""
        name, column = measure.place
        if name in self._records.standing:
            table, member = self.source(name).table, self.member(name)
            if APART + str(column) not in table.columns:
                return None
            flags = table.group_by(**{MEMBER: table[member]}).agg(apart=table[APART + str(column)].any())
            return fetched(flags).set_index(MEMBER)["apart"].astype(bool)
        columns = self._records.not_applicable.get(name)
        if columns is None or column not in columns or not columns[column].any():
            return None
        return self._rows_of(name).any(columns[column])

    def _registered(self, name: str) -> ir.Table:
        return self._handed_over(name, _arrow(self._records, name))

    def _handed_over(self, name: str, rows: Any) -> ir.Table:
        if self._backend is None:
            import ibis

            self._backend = ibis.duckdb.from_connection(_database(os.getpid()).cursor())
            self._open.callback(self._backend.con.close)
        self._backend.con.register(name, rows)
        return self._backend.table(name)

    def _standing(self, name: str, member: str, *, own: bool = False) -> ir.Table:
        """A table where it stands: personal columns stay behind, branches and former codes count for their member."""
        table = self._open.enter_context(self._records.standing[name].opened())
        spec = self._records.tables.table[name]
        table = table.drop(*(column for column, column_spec in spec.column.items() if column_spec.personal and column in table.columns))
        if own:
            table = table.filter(table[member].notin(sorted(self._records.branches)))
        counts_to: Mapping[str, str] = self._records.counts_to
        return table.mutate(**{member: table[member].substitute(counts_to)}) if counts_to else table


@cache
def _database(_: int) -> DuckDBPyConnection:
    """The embedded database of a process, empty for good: every engine sees what was handed to its own cursor alone.

    To open one takes longer than all that is asked of it about a small edition. A forked process has one of its own.
    """
    import duckdb

    return duckdb.connect()


def _strikes(veto: Veto, frame: pd.DataFrame) -> pd.Series[bool]:
    """Which records are those of a member that a veto strikes."""
    members = frame.groupby(MEMBER)
    if veto.sum:
        totals = frame[MEMBER].map({name: float(sum(map(Fraction, amounts))) for name, amounts in members["_amount"]}).astype("float64")
        return totals >= veto.at_least if veto.at_most is None else totals <= veto.at_most
    times = members["_kind"].transform("nunique") if veto.distinct else members["row"].transform("size")
    return times >= veto.at_least


def _key(measure: Measure) -> str:
    return measure.model_dump_json()


def _places(rows: ir.Table) -> Iterator[RecordPlace]:
    yield from fetched(rows.order_by(PLACE).select(*PLACE)).itertuples(index=False, name=None)


def _told(cells: pd.Series[Any]) -> pd.Series[Any]:
    """Cells as a reader sees them in the file, None where empty."""
    texts = [None if pd.isna(cell) else shown(cell) for cell in plain(cells).astype(object)]
    return pd.Series(texts, index=cells.index, dtype=object)


def _arrow(records: Records, name: str) -> Any:
    """A table of records as an Arrow table, so that its types are stated and not guessed."""
    import pyarrow as pa

    spec: Table = records.tables.table[name]
    number, text = pa.float64(), pa.string()
    kinds = {"number": number, "money": number, "percent": number, "date": pa.timestamp("us"), "boolean": pa.bool_()}
    fields = [pa.field(column, kinds.get(column_spec.type, text)) for column, column_spec in spec.column.items() if not column_spec.personal]
    places = [pa.field("_file", text), pa.field("_sheet", text), pa.field("_row", pa.int64())]
    schema = pa.schema([*fields, *places])
    return pa.Table.from_pandas(records.frames[name], schema=schema, preserve_index=False)


def engines_of_days(scheme: Scheme, records: Records, days: Iterable[dt.date]) -> Iterator[Engine]:
    """An engine that sees the records as they stood on each of these days, one at a time; a trial of an earlier day knows no later one."""
    for day in days:
        if day <= scheme.as_of:
            with Engine(scheme.model_copy(update={"as_of": day}), records) as engine:
                yield engine


def means_over_days(scheme: Scheme, records: Records, measures: Sequence[Measure]) -> list[Taken]:
    """Measures that are means over days, each day by the records there were; of the days on which there is a number.

    Raises
    ------
    Refused
        When what is measured is no number.
    """
    found: list[dict[dt.date, Taken]] = [{} for _ in measures]
    for engine in engines_of_days(scheme, records, sorted({day for measure in measures for day in measure.mean_on})):
        of_day = [place for place, measure in enumerate(measures) if engine.calendar.as_of in measure.mean_on]
        taken = engine.measured([measures[place].model_copy(update={"mean_on": ()}) for place in of_day])
        for place, one in zip(of_day, taken, strict=True):
            found[place][engine.calendar.as_of] = one
    return [_mean_of(measure, taken, records.members.index) for measure, taken in zip(measures, found, strict=True)]


def _mean_of(measure: Measure, of_days: Mapping[dt.date, Taken], members: pd.Index[str]) -> Taken:
    """The mean of what was taken on some days, rounded once; a count or sum of no rows is 0 on that day."""
    taken = [*of_days.values()]
    if any(not pd.api.types.is_numeric_dtype(one.value) or pd.api.types.is_bool_dtype(one.value) for one in taken):
        rule = phrase("“{column}”不是数，不能按几个日期平均", "`{column}` holds no numbers, of which there is no mean over days", column=measure.column)
        raise refuse(rule, Phrase("请删去 mean_on，或换一列", "remove `mean_on`, or name another column"), file="scheme.toml", column=f"{measure.table}.{measure.column}")
    none = 0.0 if measure.take in {"sum", "count", "distinct"} else np.nan
    table = np.array([np.where(one.rows == 0, none, one.value.to_numpy(np.float64, na_value=np.nan)) for one in taken]).reshape(len(taken), len(members))
    means = [math.fsum(known) / len(known) if (known := [value for value in column if value == value]) else np.nan for column in table.T.tolist()]  # noqa: PLR0124 - NaN
    rows = np.array([one.rows for one in taken]).reshape(len(taken), len(members))
    missing = np.isnan(means)
    undivided = [one.undivided for one in taken if one.undivided is not None]
    return Taken(
        pd.Series(means, index=members, dtype="float64"), rows.max(axis=0, initial=0),
        gaps=any(one.gaps for one in taken), wrong=any(one.wrong for one in taken),
        undivided=np.logical_or.reduce(undivided) & missing if undivided else None,
        lacking={day: without for day, row in zip(of_days, table, strict=True) if (without := np.isnan(row) & ~missing).any()},
    )  # fmt: skip
