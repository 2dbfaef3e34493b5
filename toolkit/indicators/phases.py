"""The phases of the action as they stand on a day: what each asks, who has handed it in, in time or late, and who has not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from toolkit.ground.decimals import decimal_digits
from toolkit.indicators import raw_column
from toolkit.indicators.engine import Engine
from toolkit.scheme.measures import Measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.records import Records
    from toolkit.scheme import Demand, Phase, Scheme

EVER = dt.date(1900, 1, 1)
"""Before any record."""
Progress = Literal["to_come", "under_way", "over"]


@dataclass(frozen=True, eq=False)
class Standing:
    """One thing that a phase asks, as it stands on a day.

    Parameters
    ----------
    phase, demand
        What is asked, and in which phase.
    by
        The day it is due.
    day
        The day it is looked at.
    members
        Index the members asked, columns `in_time`, `now` and `ever` (float64): how much of it each has by the due day, by `day`, and by `day` with what came before the day from which on it counts.
    together
        The same two numbers of all members as one; NaN where each is asked by itself.
    """

    phase: Phase
    demand: Demand
    by: dt.date
    day: dt.date
    members: pd.DataFrame
    together: tuple[float, float] = (np.nan, np.nan)

    @property
    def in_time(self) -> NDArray[np.bool_]:
        """Who had handed it in by the due day; bool[members asked]."""
        return (self.members["in_time"] >= self.demand.least).to_numpy(np.bool_)

    @property
    def late(self) -> NDArray[np.bool_]:
        """Who handed it in after that; bool[members asked]."""
        return (self.members["now"] >= self.demand.least).to_numpy(np.bool_) & ~self.in_time

    @property
    def taken(self) -> int:
        """How many have handed it in, in time or late."""
        return int((self.in_time | self.late).sum())

    @property
    def outstanding(self) -> pd.Index[str]:
        """Who has not handed it in yet, though its phase has begun, be it voluntary or not; nobody where members are not asked one by one."""
        begun = self.day >= self.phase.from_ and not self.demand.together
        return self.members.index[~(self.in_time | self.late)] if begun else self.members.index[:0]

    @property
    def early(self) -> pd.Index[str]:
        """Of `outstanding` those who had it before the day from which on it counts."""
        return self.outstanding[(self.members.loc[self.outstanding, "ever"] >= self.demand.least).to_numpy(np.bool_)]

    @property
    def done(self) -> bool:
        """Whether nothing of it is outstanding."""
        if self.demand.together:
            return bool(self.together[1] >= self.demand.least)
        return self.day >= self.phase.from_ and not len(self.outstanding)

    @property
    def overdue(self) -> bool:
        """Whether something is outstanding after the due day; never of what is voluntary."""
        return self.day > self.by and not self.done and not self.demand.offered


@dataclass(frozen=True)
class Task:
    """One item of the work of a phase, as the register of the secretariat's work has it on a day.

    Parameters
    ----------
    phase
        The one whose work it is; None where the register holds an item that no phase names.
    by
        The day it is due: that of the register, else the last of the phase; None where neither says.
    done
        The day it was done, on or before `day`; None where it is not.
    """

    phase: Phase | None
    item: str
    by: dt.date | None
    day: dt.date
    done: dt.date | None = None
    evidence: str = ""

    @property
    def overdue(self) -> bool:
        """Whether it is not done after the day it was due."""
        return self.done is None and self.by is not None and self.day > self.by


def tasks(scheme: Scheme, records: Records, day: dt.date) -> tuple[Task, ...]:
    """The work of all phases in their order, then what the register holds beside it; nothing where the scheme names no register."""
    if scheme.workplan is None:
        return ()
    kept = _workplan(scheme, records, day)
    planned = [kept.pop(item.strip(), Task(None, item, None, day)) for phase in scheme.phases for item in phase.work]
    phases = [phase for phase in scheme.phases for _ in phase.work]
    return (*(replace(task, phase=phase, by=task.by or phase.to) for task, phase in zip(planned, phases, strict=True)), *kept.values())


def _workplan(scheme: Scheme, records: Records, day: dt.date) -> dict[str, Task]:
    """The items of the register by their words."""
    plan = scheme.workplan
    assert plan is not None
    kept: dict[str, Task] = {}
    for row in records.frames[plan.table].to_dict("records"):
        item, done = str(row[plan.item]).strip(), _day(row[plan.done])
        known = done is not None and done <= day
        kept[item] = Task(None, item, _day(row.get(plan.due)), day, done if known else None, "" if not known or pd.isna(row.get(plan.evidence)) else str(row[plan.evidence]))
    return kept


def _day(cell: Any) -> dt.date | None:
    return None if cell is None or pd.isna(cell) else pd.Timestamp(cell).date()


def progress(phase: Phase, day: dt.date) -> Progress:
    """Whether a phase is still to come on a day, under way, or over."""
    return "to_come" if day < phase.from_ else "over" if day > phase.to else "under_way"


def first_day(phase: Phase, demand: Demand) -> dt.date:
    """The day from which on what is handed in counts: the demand's own, or the first of the phase."""
    return demand.from_ or phase.from_


def due_day(phase: Phase, demand: Demand) -> dt.date:
    """The day by which a phase asks for something: its own, or the last of the phase."""
    return demand.by or phase.to


def standings(scheme: Scheme, records: Records, day: dt.date) -> tuple[Standing, ...]:
    """Everything that the phases ask, in their order, as the records of `day` have it.

    Dated records count from their `first_day` on; a table without dates counts as it stands.
    """
    return tuple(_standing(scheme, records, phase, demand, day) for phase in scheme.phases for demand in phase.asks)


def _standing(scheme: Scheme, records: Records, phase: Phase, demand: Demand, day: dt.date) -> Standing:
    by = due_day(phase, demand)
    asked = _asked(scheme, records, demand)
    first = first_day(phase, demand)
    found = [_taken(scheme, records, demand, days) for days in ((first, min(by, day)), (first, day), (min(EVER, first), day))]
    columns = {name: values.loc[asked].to_numpy(np.float64) for name, (values, _) in zip(("in_time", "now", "ever"), found, strict=True)}
    return Standing(phase, demand, by, day, pd.DataFrame(columns, index=asked), (found[0][1], found[1][1]) if demand.together else (np.nan, np.nan))


def _asked(scheme: Scheme, records: Records, demand: Demand) -> pd.Index[str]:
    members = records.members.index
    if not demand.only:
        return members
    counted = Measure(take="count", table=scheme.members.table, where=demand.only)
    with Engine(scheme.model_copy(update={"period": None}), records) as engine:
        (taken,) = engine.measured([counted])
    return members[(raw_column(counted, taken) > 0).to_numpy(np.bool_)]


def _taken(scheme: Scheme, records: Records, demand: Demand, days: tuple[dt.date, dt.date]) -> tuple[pd.Series[float], float]:
    """How much each member has of what is asked within `days`, and all of them as one."""
    if days[1] < days[0]:
        return pd.Series(0.0, index=records.members.index), 0.0
    within = scheme.model_copy(update={"as_of": days[1], "period": days})
    with Engine(within, records) as engine:
        (taken,) = engine.measured([demand.measure])
        whole = _of_all(engine, demand.measure) if demand.together else np.nan
    return raw_column(demand.measure, taken).astype("float64").fillna(0.0), whole


def _of_all(engine: Engine, measure: Measure) -> float:
    rows = engine.listed(measure.selection, [measure.column] if measure.column else [])
    if measure.take == "distinct":
        return float(rows[str(measure.column)].nunique())
    if measure.take == "sum":
        return float(sum(decimal_digits(float(cell)) for cell in rows[str(measure.column)].dropna()))
    return float(len(rows))


def outstanding(standing: tuple[Standing, ...]) -> dict[str, list[Standing]]:
    """By member what it has not handed in yet, be it voluntary or not, in the order of the phases; members in the order of the register."""
    owed: dict[str, list[Standing]] = {}
    for one in standing:
        for member in one.outstanding:
            owed.setdefault(str(member), []).append(one)
    return owed


def to_remind(owed: Mapping[str, list[Standing]]) -> dict[str, list[Standing]]:
    """Of `outstanding` those who get a letter: nobody for what is voluntary alone."""
    return {member: what for member, what in owed.items() if not all(one.demand.offered for one in what)}


def dues(standing: tuple[Standing, ...]) -> Iterator[tuple[Standing, Literal["to_come", "done", "open", "overdue"]]]:
    """Each demand with what is to be said of it."""
    for one in standing:
        yield one, "done" if one.done else "overdue" if one.overdue else "to_come" if one.day < one.phase.from_ else "open"
