"""What was recorded, measured: one raw value for each member and indicator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import Problem, Problems
from toolkit.measures import Measure
from toolkit.references import member_column
from toolkit.scheme import Adjustment, Indicator, Scheme, Veto
from toolkit.selection import GAPS, MARKED, MEMBER, PLACE, ROWS, VALUE, Calendar, Source, selected, taken
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

    from toolkit.records import Records


@dataclass(frozen=True)
class Indicators:
    """All that is measured in the records.

    Parameters
    ----------
    raw
        Index member, a column for each indicator: float64, or object where states are counted; NaN is missing.
    applicable
        Same index and columns, bool: False where the indicator does not apply (不适用).
    adjustments
        Index member, a column for each adjustment: points, held at its cap; 0 where nothing is recorded.
    vetoes
        Columns member, veto, table, file, sheet, row: every record that meets a veto.
    problems
        Gaps, records under appeal, classes nobody is in.
    """

    raw: pd.DataFrame
    applicable: pd.DataFrame
    adjustments: pd.DataFrame
    vetoes: pd.DataFrame
    problems: Problems


def measure_indicators(scheme: Scheme, records: Records) -> Indicators:
    """Every indicator, adjustment and veto of `scheme`, measured in `records`.

    The order of rows, files and members changes nothing. A number of rows or a sum over no rows is 0; every other
    value without a row is missing, and stays so here.
    """
    engine = _Engine(scheme, records)
    members = records.members.index
    columns = [engine.column(item.id, item.measure, members) for item in scheme.indicators]
    points = [engine.column(item.id, item.measure, members) for item in scheme.adjustments]
    adjustments = [_points(item, column) for item, column in zip(scheme.adjustments, points, strict=True)]
    vetoes = pd.concat([engine.vetoed(veto) for veto in scheme.vetoes] or [_no_vetoes()], ignore_index=True)
    problems = chain(
        *(column.problems for column in (*columns, *points)),
        *(_class_problems(item, records.members) for item in scheme.indicators),
        engine.appeals(),
    )
    return Indicators(
        raw=pd.DataFrame({column.id: column.raw for column in columns}, index=members),
        applicable=pd.DataFrame(
            {c.id: c.applicable & _applies(i, records.members) for c, i in zip(columns, scheme.indicators, strict=True)},
            index=members,
        ),
        adjustments=pd.DataFrame({item.name: item for item in adjustments}, index=members),
        vetoes=vetoes,
        problems=Problems(tuple(problems)),
    )


@dataclass(frozen=True)
class _Column:
    id: str
    raw: pd.Series[Any]
    applicable: pd.Series[bool]
    problems: tuple[Problem, ...]


class _Engine:
    """The records in an embedded database, and what is asked of it."""

    def __init__(self, scheme: Scheme, records: Records) -> None:
        import ibis

        self._scheme, self._records = scheme, records
        self._backend: Backend = ibis.duckdb.connect()
        self._calendar = Calendar(scheme.as_of, scheme.period, scheme.window)
        self._sources: dict[str, Source] = {}

    def source(self, name: str) -> Source:
        if name not in self._sources:
            spec = self._records.tables.table[name]
            self._backend.con.register(name, _arrow(self._records, name))
            self._sources[name] = Source(
                table=self._backend.table(name),
                member=str(member_column(spec, name, self._scheme)),
                date=spec.date,
                columns=tuple(column for column, held in spec.column.items() if not held.personal),
            )
        return self._sources[name]

    def column(self, name: str, measure: Measure, members: pd.Index[str]) -> _Column:
        source = self.source(measure.place[0])
        found = taken(source, measure, self._calendar).to_pyarrow().to_pandas().set_index(MEMBER)
        found = found.reindex(members)
        nothing = {"sum": 0.0, "count": 0.0}.get(measure.take or "", np.nan)
        raw = found[VALUE].where(found[ROWS].notna(), nothing)
        if measure.take == "any":
            raw = found[ROWS].notna().astype(object)
        elif measure.take in {"sum", "count"} or pd.api.types.is_numeric_dtype(raw):
            raw = raw.astype("float64")
        problems = tuple(self._gaps(name, measure, found)) + tuple(_repeats(name, measure, found))
        return _Column(name, raw, self._applicable(measure, members), problems)

    def vetoed(self, veto: Veto) -> pd.DataFrame:
        source = self.source(veto.when.table)
        rows = selected(source, veto.when, self._calendar)
        rows = rows.select(**{MEMBER: rows[source.member]}, **{place[1:]: rows[place] for place in PLACE})
        frame = rows.to_pyarrow().to_pandas().sort_values([MEMBER, "file", "sheet", "row"], ignore_index=True)
        named: pd.DataFrame = frame.assign(veto=veto.id, table=veto.when.table)[list(_no_vetoes().columns)]
        return named

    def appeals(self) -> Iterator[Problem]:
        """Records that count although under appeal, each named once."""
        items: tuple[Indicator | Adjustment, ...] = (*self._scheme.indicators, *self._scheme.adjustments)
        measured = [item.measure.selection for item in items]
        selections = [item for item in (*measured, *(veto.when for veto in self._scheme.vetoes)) if item.window]
        for table in dict.fromkeys(selection.table for selection in selections):
            asked = [s for s in selections if s.table == table]
            found = [selected(self.source(table), s, self._calendar) for s in asked]
            frames = [rows.filter(rows[MARKED]).select(*PLACE).to_pyarrow().to_pandas() for rows in found]
            for row in pd.concat(frames).drop_duplicates().sort_values(list(PLACE)).itertuples(index=False):
                yield Problem(
                    "note",
                    Phrase("该记录正在申诉，目前仍计入", "this record is under appeal and counts for now"),
                    Phrase("申诉有结果后请更新状态", "update its status when the appeal is decided"),
                    file=row[0], sheet=row[1], row=int(row[2]),
                )  # fmt: skip

    def _applicable(self, measure: Measure, members: pd.Index[str]) -> pd.Series[bool]:
        """False for members whose cell says 不适用; only a value read as it stands can say so."""
        table, column = measure.place
        everywhere = pd.Series(data=True, index=members)
        held = self._records.not_applicable.get(table)
        if measure.take is not None or held is None or column not in held:
            return everywhere
        member = self._records.frames[table][self.source(table).member]
        return everywhere & ~held[column].groupby(member).any().reindex(members, fill_value=False)

    def _gaps(self, name: str, measure: Measure, found: pd.DataFrame) -> Iterator[Problem]:
        """A row that is counted but lacks its number adds nothing: said, never silent."""
        if measure.take != "sum" or not (found[GAPS] > 0).any():
            return
        rows = selected(self.source(measure.place[0]), measure.selection, self._calendar)
        column = str(measure.column)
        for row in rows.filter(rows[column].isnull()).order_by(PLACE).select(*PLACE).to_pyarrow().to_pylist():
            yield Problem(
                "warning",
                phrase("此格为空，该行未计入“{label}”", "empty: this row adds nothing to `{label}`", label=self._scheme.label(name)),
                Phrase("如有数值请补填；确无数值可不处理", "fill it in if there is a number"),
                file=row["_file"], sheet=row["_sheet"], row=int(row["_row"]), column=_heading(self._records, measure),
            )  # fmt: skip


def _heading(records: Records, measure: Measure) -> str:
    table, column = measure.place
    headings = records.tables.table[table].column[str(column)].headings
    return headings[0] if headings else str(column)


def _repeats(name: str, measure: Measure, found: pd.DataFrame) -> Iterator[Problem]:
    """A value read as it stands needs one row for each member."""
    if measure.take is not None:
        return
    for member, count in found[ROWS][found[ROWS] > 1].items():
        yield Problem(
            "error",
            phrase("“{id}”应取一行，却有 {n} 行", "`{id}` reads one row, but there are {n}", id=name, n=int(count)),
            Phrase("请删去多余的行，或用 take 写明怎样合并", "remove rows, or say with `take` how to join them"),
            column=str(measure.column), value=str(member),
        )  # fmt: skip


def _points(item: Adjustment, column: _Column) -> pd.Series[Any]:
    points = item.per * column.raw.astype("float64").fillna(0.0)
    if item.cap is not None:
        points = points.clip(upper=item.cap) if item.cap >= 0 else points.clip(lower=item.cap)
    return points.rename(item.id)


def _applies(item: Indicator, members: pd.DataFrame) -> pd.Series[bool]:
    return members["class"].isin(item.applies_to) if item.applies_to else pd.Series(data=True, index=members.index)


def _class_problems(item: Indicator, members: pd.DataFrame) -> Iterator[Problem]:
    known = set(members["class"])
    for name in item.applies_to:
        if name not in known:
            yield Problem(
                "error",
                phrase("没有会员属于类别“{name}”", "no member is in the class `{name}`", name=name),
                phrase("现有类别：{known}", "known classes: {known}", known="、".join(sorted(map(str, known)))),
                file="scheme.toml", column=f"indicator[{item.id}].applies_to", value=name,
            )  # fmt: skip


def _no_vetoes() -> pd.DataFrame:
    return pd.DataFrame({key: pd.Series(dtype="object") for key in (MEMBER, "veto", "table", "file", "sheet", "row")})


def _arrow(records: Records, name: str) -> Any:
    """A table of records as an Arrow table, so that its types are stated and not guessed."""
    import pyarrow as pa

    frame = records.frames[name]
    kinds = {"number": pa.float64(), "money": pa.float64(), "percent": pa.float64(), "date": pa.timestamp("us"), "boolean": pa.bool_()}
    fields = [
        pa.field(column, kinds.get(spec.type, pa.string()))
        for column, spec in records.tables.table[name].column.items()
        if not spec.personal
    ]
    places = [pa.field("_file", pa.string()), pa.field("_sheet", pa.string()), pa.field("_row", pa.int64())]
    return pa.Table.from_pandas(frame, schema=pa.schema([*fields, *places]), preserve_index=False)
