"""The engines that hold the records, and what is asked of them: DuckDB here, or wherever a table stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from toolkit.measures import Measure, Selection
from toolkit.references import member_column
from toolkit.scheme import Scheme, Veto
from toolkit.selection import (
    GAPS,
    MARKED,
    MEMBER,
    PLACE,
    ROWS,
    VALUE,
    Calendar,
    Source,
    selected,
    taken,
    together,
)
from toolkit.sources.relation import APART

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from toolkit.records import Records
    from toolkit.tables import Table

VETOES = (MEMBER, "veto", "table", "file", "sheet", "row")
Place = tuple[str, str, int]


class Engine:
    """The tables of records as measures see them; a context manager, since some stand behind a connection.

    Small tables are handed to an embedded DuckDB as Arrow, with stated types. Large ones stay where they stand, and
    only what is asked of them comes back.
    """

    def __init__(self, scheme: Scheme, records: Records) -> None:
        self._scheme, self._records = scheme, records
        self._calendar = Calendar(scheme.as_of, scheme.period, scheme.window)
        self._sources: dict[str, Source] = {}
        self._open = ExitStack()
        self._backend: Backend | None = None

    def __enter__(self) -> Self:
        import ibis

        self._backend = ibis.duckdb.connect()
        self._open.callback(self._backend.con.close)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        self._open.close()

    def source(self, name: str) -> Source:
        """The table called `name` in the data dictionary."""
        if name not in self._sources:
            spec = self._records.tables.table[name]
            member = str(member_column(spec, name, self._scheme))
            columns = tuple(column for column, held in spec.column.items() if not held.personal)
            table = self._standing(name, member) if name in self._records.standing else self._registered(name)
            self._sources[name] = Source(table, member, spec.date, columns, spec.channel, spec.verified)
        return self._sources[name]

    def measured(self, measures: Sequence[Measure]) -> list[pd.DataFrame]:
        """For each measure a frame by member, of members with rows only: value, rows, gaps."""
        found: dict[int, pd.DataFrame] = {}
        for places in together(measures):
            asked = [measures[place] for place in places]
            rows = _frame(taken(self.source(asked[0].place[0]), asked, self._calendar)).set_index(MEMBER)
            for n, place in enumerate(places):
                frame = rows[[f"{name}_{n}" for name in (VALUE, ROWS, GAPS)]].set_axis([VALUE, ROWS, GAPS], axis=1)
                found[place] = frame[frame[ROWS] > 0].assign(**{VALUE: _plain(frame[VALUE])})
        return [found[place] for place in range(len(measures))]

    def vetoed(self, veto: Veto) -> pd.DataFrame:
        """Every record that meets a veto: member, veto, table, file, sheet, row."""
        source = self.source(veto.when.table)
        rows = selected(source, veto.when, self._calendar)
        rows = rows.select(**{MEMBER: rows[source.member]}, **{place[1:]: rows[place] for place in PLACE})
        frame = _frame(rows).sort_values([MEMBER, "file", "sheet", "row"], ignore_index=True)
        named: pd.DataFrame = frame.assign(veto=veto.id, table=veto.when.table)[list(VETOES)]
        return named

    def under_appeal(self, table: str, selections: Sequence[Selection]) -> Iterator[Place]:
        """Where records of `table` stand that count although under appeal, each once."""
        found = [selected(self.source(table), selection, self._calendar) for selection in selections]
        frames = [_frame(rows.filter(rows[MARKED]).select(*PLACE)) for rows in found]
        yield from pd.concat(frames).drop_duplicates().sort_values(list(PLACE)).itertuples(index=False, name=None)

    def gaps(self, measure: Measure) -> Iterator[Place]:
        """Where rows stand that count but lack the number."""
        rows = selected(self.source(measure.place[0]), measure.selection, self._calendar)
        empty = rows.filter(rows[str(measure.column)].isnull()).order_by(PLACE).select(*PLACE)
        yield from _frame(empty).itertuples(index=False, name=None)

    def not_applicable(self, measure: Measure) -> pd.Series[bool] | None:
        """By member, whether a cell of the measure's column says 不适用; None where none does."""
        name, column = measure.place
        member = self.source(name).member
        if name in self._records.standing:
            table = self.source(name).table
            if APART + str(column) not in table.columns:
                return None
            said = table.group_by(**{MEMBER: table[member]}).agg(apart=table[APART + str(column)].any())
            return _frame(said).set_index(MEMBER)["apart"].astype(bool)
        held = self._records.not_applicable.get(name)
        if held is None or column not in held:
            return None
        return held[column].groupby(self._records.frames[name][member]).any()

    def _registered(self, name: str) -> ir.Table:
        assert self._backend is not None, "an engine is entered before it is asked"
        self._backend.con.register(name, _arrow(self._records, name))
        return self._backend.table(name)

    def _standing(self, name: str, member: str) -> ir.Table:
        """A table where it stands: personal columns stay behind, branches and former codes count for their member."""
        table = self._open.enter_context(self._records.standing[name].opened())
        spec = self._records.tables.table[name]
        table = table.drop(*(column for column, held in spec.column.items() if held.personal and column in table.columns))
        counts_to: Mapping[str, str] = self._records.counts_to
        return table.mutate(**{member: table[member].substitute(counts_to)}) if counts_to else table


def _frame(rows: ir.Table) -> pd.DataFrame:
    frame: pd.DataFrame = rows.to_pyarrow().to_pandas()
    return frame


def _plain(values: pd.Series[Any]) -> pd.Series[Any]:
    """Decimals as the nearest floats; an engine's own conversion rounds twice."""
    from decimal import Decimal

    if values.map(lambda value: isinstance(value, Decimal)).any():
        return values.map(float, na_action="ignore").astype("float64")
    return values


def _arrow(records: Records, name: str) -> Any:
    """A table of records as an Arrow table, so that its types are stated and not guessed."""
    import pyarrow as pa

    spec: Table = records.tables.table[name]
    number, text = pa.float64(), pa.string()
    kinds = {"number": number, "money": number, "percent": number, "date": pa.timestamp("us"), "boolean": pa.bool_()}
    fields = [pa.field(column, kinds.get(held.type, text)) for column, held in spec.column.items() if not held.personal]
    places = [pa.field("_file", text), pa.field("_sheet", text), pa.field("_row", pa.int64())]
    schema = pa.schema([*fields, *places])
    return pa.Table.from_pandas(records.frames[name], schema=schema, preserve_index=False)
