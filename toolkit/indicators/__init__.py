"""What was recorded, measured: one raw value for each member and indicator.

How a measure is taken of the records: which rows count, what is taken of them, what is missing.

The previous edition's results, as a table of the records holds them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.ground.decimals import decimal_digits_of
from toolkit.ground.problems import Problem, Problems
from toolkit.ground.ranking import Floats
from toolkit.ground.text import Phrase, phrase
from toolkit.indicators.checks import (
    appeal_notes,
    class_problems,
    reach_problems,
    testimonies,
    value_problems,
    veto_problems,
)
from toolkit.indicators.consent import consent_problems, permissions
from toolkit.indicators.engine import VETOES, Engine, means_over_days
from toolkit.indicators.panel import Judging, judging
from toolkit.indicators.single_rows import RawValues, SingleRows, Taken
from toolkit.scheme import Scheme
from toolkit.scheme.criteria import Adjustment, Condition, Indicator
from toolkit.scheme.measures import Measure

if TYPE_CHECKING:
    from toolkit.records import Records


NUMBERS = ("total", "rank")


def previous_results(engine: Engine, scheme: Scheme) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """The results that the scheme's [previous] names, by member, and what is wrong with their table.

    Returns
    -------
    frame
        Index member; of the columns total, rank (float64), award, grade (object) those that are named, NaN for a
        member that is not in the table.
    problems
        An error for each row beyond a member's first.
    """
    members = engine.members
    if scheme.previous is None:
        return pd.DataFrame(index=members), ()
    table = engine.previous(scheme.previous)
    columns = {key: table.column(column) for key, column in scheme.previous.columns.items()}
    typed = {
        key: cells.astype("float64") if key in NUMBERS else cells.astype("object").where(cells.notna(), np.nan)
        for key, cells in columns.items()
    }
    return pd.DataFrame(typed, index=members), tuple(_repeated(table))


def _repeated(table: SingleRows) -> Iterator[Problem]:
    rows = table.repeated()
    for member, file, sheet, row in zip(table.members[rows["whose"]], rows["_file"], rows["_sheet"], rows["_row"], strict=True):
        rule = phrase("会员 {member} 在上一届结果中已有一行", "member {member} has a row in the previous results already", member=member)
        mend = Phrase("每个会员只保留一行", "keep one row for each member")
        yield Problem("error", rule, mend, file=file, sheet=sheet, row=int(row), value=str(member))



Item = Indicator | Adjustment | Condition


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
        Index member, a column for each adjustment: points, held between its bounds; 0 where nothing is recorded.
    vetoes
        Columns member, veto, table, file, sheet, row: every record for which a veto strikes a member.
    recorded
        Index member, bool: whether any row beside the members table, of those that indicators and adjustments read,
        tells of the member. True for all where the scheme reads the members table alone.
    problems
        Gaps, divisions by 0, records under appeal, classes nobody is in.
    conditions
        Index member, a column for each condition: its raw value, as in `raw`.
    previous
        Index member, those of the columns total, rank (float64), award, grade (object) that the scheme's [previous]
        names; NaN for a member that is not in its table.
    open
        For each member that the panel should have scored and has not: the ids of the indicators, and why.
    permitted
        Index member, bool columns award, grade, rank, total, good, bad: what may be published of it.
    behind
        Index member, a column for each adjustment: the raw value that its points were made of.
    """

    raw: pd.DataFrame
    applicable: pd.DataFrame
    adjustments: pd.DataFrame
    vetoes: pd.DataFrame
    recorded: pd.Series[bool]
    problems: Problems
    conditions: pd.DataFrame = field(default_factory=pd.DataFrame)
    previous: pd.DataFrame = field(default_factory=pd.DataFrame)
    open: Mapping[str, Mapping[str, Phrase]] = field(default_factory=dict)
    permitted: pd.DataFrame = field(default_factory=pd.DataFrame)
    behind: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def raw_values(self) -> RawValues:
        """The raw values column by column, NaN where they do not apply."""
        return RawValues.of(self.raw, self.applicable)

    @cached_property
    def points(self) -> Mapping[str, Floats]:
        """The points of each adjustment, float64[members], in the scheme's order."""
        return {str(name): column.to_numpy(np.float64) for name, column in self.adjustments.items()}

    def under(self, adjustments: Sequence[Adjustment]) -> Indicators:
        """The same records where each adjustment gives other points for what was measured of it."""
        points = {item.id: adjustment_points(item, self.behind[item.id]) for item in adjustments}
        other = replace(self, adjustments=_frame(points, self.raw.index))
        other.__dict__["raw_values"] = self.raw_values
        return other


def measure_indicators(scheme: Scheme, records: Records, judged: Judging | None = None) -> Indicators:
    """Every indicator, adjustment, condition and veto of `scheme`, measured in `records`.

    The order of rows, files and members changes nothing. A number of rows or a sum over no rows is 0; every other
    value without a row is missing, and stays so here. Where the panel was judged already, by the same scheme and records, `judged` says so.
    """
    judged = judged or judging(scheme, records)
    with Engine(scheme, records) as engine:
        taken = _taken(engine, scheme, records, judged)
        columns = {name: _column(engine, records, *said) for name, said in taken.items()}
        vetoes = pd.concat([engine.vetoed(veto) for veto in scheme.vetoes] or [_no_vetoes()], ignore_index=True)
        previous, repeated = previous_results(engine, scheme)
        permitted = permissions(engine, scheme, records)
        lacking = chain(*(veto_problems(engine, records, veto) for veto in scheme.vetoes))
        said = [*repeated, *lacking, *appeal_notes(engine, scheme), *testimonies(engine, scheme, records),
                *consent_problems(engine, scheme, records)]  # fmt: skip
    members = records.members
    schemes = (*class_problems(scheme, members), *reach_problems(scheme, records.tables))
    problems = chain(*(column.problems for column in columns.values()), schemes, said, judged.problems)
    applicable = {item.id: columns[item.id].applicable & _applies(item, members) & _asked(item, members, columns[item.id]) for item in scheme.indicators}
    return Indicators(
        raw=_frame({item.id: columns[item.id].raw for item in scheme.indicators}, members.index),
        applicable=_frame(applicable, members.index),
        adjustments=_frame({item.id: adjustment_points(item, columns[item.id].raw) for item in scheme.adjustments}, members.index),
        vetoes=vetoes,
        recorded=_recorded(scheme, list(taken.values()), members.index),
        problems=Problems(tuple(problems)),
        conditions=_frame({item.id: columns[item.id].raw for item in scheme.conditions}, members.index),
        previous=previous,
        open=judged.open,
        permitted=permitted,
        behind=_frame({item.id: columns[item.id].raw for item in scheme.adjustments}, members.index),
    )


@dataclass(frozen=True)
class _Column:
    raw: pd.Series[Any]
    applicable: pd.Series[bool]
    problems: tuple[Problem, ...]


def _taken(engine: Engine, scheme: Scheme, records: Records, judged: Judging) -> dict[str, tuple[Item, Taken]]:
    """What every indicator, adjustment and condition takes, by its id."""
    items: tuple[Item, ...] = (*scheme.indicators, *scheme.adjustments, *scheme.conditions)
    measured_items = [item for item in items if item.measure.take != "panel" and not item.measure.mean_on]
    measured = dict(zip((item.id for item in measured_items), engine.measured([item.measure for item in measured_items]), strict=True))
    over_days = [item for item in items if item.measure.mean_on]
    measured |= dict(zip((item.id for item in over_days), means_over_days(scheme, records, [item.measure for item in over_days]), strict=True))
    return {item.id: (item, measured[item.id] if item.id in measured else judged.taken(item.id, engine.members)) for item in items}


def _recorded(scheme: Scheme, taken: Sequence[tuple[Item, Taken]], members: pd.Index[str]) -> pd.Series[bool]:
    has_rows = [
        item_taken.rows > 0
        for item, item_taken in taken
        if not isinstance(item, Condition) and any(term.place[0] != scheme.members.table for term in item.measure.terms)
    ]
    heard = np.logical_or.reduce(has_rows) if has_rows else np.ones(len(members), np.bool_)
    return pd.Series(heard, index=members).astype(bool)


def _column(engine: Engine, records: Records, item: Item, taken: Taken) -> _Column:
    applicable = _applicable(engine, item.measure, taken.value.index)
    problems = value_problems(engine, records, item, taken, applicable)
    return _Column(raw_column(item.measure, taken), applicable, tuple(problems))


def raw_column(measure: Measure, taken: Taken) -> pd.Series[Any]:
    """The raw values of what was taken: a number of no rows is 0, every other value of none is missing."""
    value, none = taken.value, taken.rows == 0
    if measure.take == "any":
        return pd.Series(~none, index=value.index, dtype="object")
    if pd.api.types.is_bool_dtype(value) or value.dtype == object:
        value = value.astype("object").where(value.notna(), np.nan)
    elif pd.api.types.is_numeric_dtype(value):
        value = value.astype("float64")
    if measure.take in {"sum", "count", "distinct"}:
        value = value.astype("float64").mask(none, 0.0)
    return value


def _applicable(engine: Engine, measure: Measure, members: pd.Index[str]) -> pd.Series[bool]:
    """False for members whose cell says 不适用; only a value read as it stands can say so."""
    applicable = pd.Series(data=True, index=members)
    for term in measure.terms if measure.take is None else ():
        said = engine.not_applicable(term)
        if said is not None:
            applicable &= ~said.reindex(members, fill_value=False)
    return applicable


def adjustment_points(item: Adjustment, raw: pd.Series[Any]) -> pd.Series[Any]:
    """The points an adjustment gives for raw values, rounded where the scheme says so, between its bounds.

    A negative cap without a floor is the most a deduction takes.
    """
    points = raw.astype("float64").fillna(0.0)
    points = pd.Series(decimal_digits_of(item.per * points), index=points.index)
    if item.step:
        points = pd.Series(item.step.rounded(np.asarray(points, dtype=np.float64)), index=points.index)
    if item.cap is not None and item.cap < 0 and item.floor is None:
        return points.clip(lower=item.cap)
    return points.clip(lower=item.floor, upper=item.cap)


def _applies(item: Indicator, members: pd.DataFrame) -> pd.Series[bool]:
    return members["class"].isin(item.applies_to) if item.applies_to else pd.Series(data=True, index=members.index)


def _asked(item: Indicator, members: pd.DataFrame, column: _Column) -> pd.Series[bool]:
    """Whoever did not apply is on no sheet: where a score of the panel must not be missing, it is asked of applicants alone."""
    if item.measure.take != "panel" or item.missing != "error":
        return pd.Series(data=True, index=members.index)
    return members["applied"].astype(bool) | column.raw.notna()


def _frame(columns: dict[str, pd.Series[Any]], members: pd.Index[str]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=members, copy=False)  # column by column: nothing is held twice


def _no_vetoes() -> pd.DataFrame:
    return pd.DataFrame({key: pd.Series(dtype="object") for key in VETOES})
