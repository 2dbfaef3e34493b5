"""What was recorded, measured: one raw value for each member and indicator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.engine import VETOES, Engine
from toolkit.errors import Problem, Problems
from toolkit.measures import Measure, Selection
from toolkit.scheme import Adjustment, Indicator, Scheme
from toolkit.selection import GAPS, ROWS, VALUE
from toolkit.testimony import testimony_problems
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
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
    recorded
        Index member, bool: whether any row beside the members table tells of the member. True for all where the
        scheme reads the members table alone.
    problems
        Gaps, records under appeal, classes nobody is in.
    """

    raw: pd.DataFrame
    applicable: pd.DataFrame
    adjustments: pd.DataFrame
    vetoes: pd.DataFrame
    recorded: pd.Series[bool]
    problems: Problems


def measure_indicators(scheme: Scheme, records: Records) -> Indicators:
    """Every indicator, adjustment and veto of `scheme`, measured in `records`.

    The order of rows, files and members changes nothing. A number of rows or a sum over no rows is 0; every other
    value without a row is missing, and stays so here.
    """
    items: tuple[Indicator | Adjustment, ...] = (*scheme.indicators, *scheme.adjustments)
    members = records.members.index
    with Engine(scheme, records) as engine:
        found = engine.measured([item.measure for item in items])
        measured = [_column(engine, records, item, frame) for item, frame in zip(items, found, strict=True)]
        vetoes = pd.concat([engine.vetoed(veto) for veto in scheme.vetoes] or [_no_vetoes()], ignore_index=True)
        said = [*_appeals(engine, scheme), *_testimonies(engine, scheme, records)]
    columns, points = measured[: len(scheme.indicators)], measured[len(scheme.indicators) :]
    adjustments = [_points(item, column) for item, column in zip(scheme.adjustments, points, strict=True)]
    problems = chain(
        *(column.problems for column in measured),
        *(_class_problems(item, records.members) for item in scheme.indicators),
        said,
    )
    return Indicators(
        raw=pd.DataFrame({column.id: column.raw for column in columns}, index=members),
        applicable=pd.DataFrame(
            {c.id: c.applicable & _applies(i, records.members) for c, i in zip(columns, scheme.indicators, strict=True)},
            index=members,
        ),
        adjustments=pd.DataFrame({item.name: item for item in adjustments}, index=members),
        vetoes=vetoes,
        recorded=_recorded(scheme, items, found, members),
        problems=Problems(tuple(problems)),
    )


@dataclass(frozen=True)
class _Column:
    id: str
    raw: pd.Series[Any]
    applicable: pd.Series[bool]
    problems: tuple[Problem, ...]


def _recorded(
    scheme: Scheme, items: Sequence[Indicator | Adjustment], found: Sequence[pd.DataFrame], members: pd.Index[str]
) -> pd.Series[bool]:
    told = [frame.index for item, frame in zip(items, found, strict=True) if item.measure.place[0] != scheme.members.table]
    heard = members.isin(set().union(*told)) if told else np.ones(len(members), np.bool_)
    return pd.Series(heard, index=members).astype(bool)


def _column(engine: Engine, records: Records, item: Indicator | Adjustment, found: pd.DataFrame) -> _Column:
    measure, members = item.measure, records.members.index
    found = found.reindex(members)
    nothing = {"sum": 0.0, "count": 0.0}.get(measure.take or "", np.nan)
    raw = found[VALUE].where(found[ROWS].notna(), nothing)
    if measure.take == "any":
        raw = found[ROWS].notna().astype(object)
    elif measure.take in {"sum", "count"} or pd.api.types.is_numeric_dtype(raw):
        raw = raw.astype("float64")
    problems = (*_gaps(engine, records, item, found), *_repeats(item.id, measure, found))
    return _Column(item.id, raw, _applicable(engine, measure, members), problems)


def _applicable(engine: Engine, measure: Measure, members: pd.Index[str]) -> pd.Series[bool]:
    """False for members whose cell says 不适用; only a value read as it stands can say so."""
    everywhere = pd.Series(data=True, index=members)
    said = None if measure.take is not None else engine.not_applicable(measure)
    return everywhere if said is None else everywhere & ~said.reindex(members, fill_value=False)


def _gaps(
    engine: Engine, records: Records, item: Indicator | Adjustment, found: pd.DataFrame
) -> Iterator[Problem]:
    """A row that is counted but lacks its number adds nothing: said, never silent."""
    if item.measure.take != "sum" or not (found[GAPS] > 0).any():
        return
    for file, sheet, row in engine.gaps(item.measure):
        yield Problem(
            "warning",
            phrase("此格为空，该行未计入“{label}”", "empty: this row adds nothing to `{label}`", label=item.label),
            Phrase("如有数值请补填；确无数值可不处理", "fill it in if there is a number"),
            file=file, sheet=sheet, row=row, column=_heading(records, item.measure),
        )  # fmt: skip


def _appeals(engine: Engine, scheme: Scheme) -> Iterator[Problem]:
    """Records that count although under appeal, each named once."""
    items: tuple[Indicator | Adjustment, ...] = (*scheme.indicators, *scheme.adjustments)
    selections = [*(item.measure.selection for item in items), *(veto.when for veto in scheme.vetoes)]
    marking = [selection for selection in selections if _marks(scheme, selection)]
    for table in dict.fromkeys(selection.table for selection in marking):
        asked = {s.model_dump_json(): s for s in marking if s.table == table}
        for file, sheet, row in engine.under_appeal(table, list(asked.values())):
            yield Problem(
                "note",
                Phrase("该记录正在申诉，目前仍计入", "this record is under appeal and counts for now"),
                Phrase("申诉有结果后请更新状态", "update its status when the appeal is decided"),
                file=file, sheet=sheet, row=row,
            )  # fmt: skip


def _marks(scheme: Scheme, selection: Selection) -> bool:
    window = scheme.window.get(selection.window or "")
    return bool(window and window.appeal and window.under_appeal == "count_and_mark")


def _testimonies(engine: Engine, scheme: Scheme, records: Records) -> Iterator[Problem]:
    """What a reader should know of the rows asked for, each said once."""
    items: tuple[Indicator | Adjustment, ...] = (*scheme.indicators, *scheme.adjustments)
    asked = [(item.measure.selection, item.measure.place[1]) for item in items if item.measure.take]
    found: list[Problem] = []
    for selection, column in (*asked, *((veto.when, None) for veto in scheme.vetoes)):
        spec, window = records.tables.table[selection.table], scheme.window.get(selection.window or "")
        found += testimony_problems(engine.source(selection.table), spec, selection, window, column)
    yield from dict.fromkeys(found)


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
    return pd.DataFrame({key: pd.Series(dtype="object") for key in VETOES})
