"""The phases of the action as they stand on a day: what each asks, who has handed it in, in time or late, and who has not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

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
        Index the members asked, columns `in_time` and `now` (float64): how much of it each has by the due day, and by `day`.
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
    def outstanding(self) -> pd.Index[str]:
        """Who has not handed it in yet, though its phase has begun; nobody where members are not asked one by one."""
        begun = self.day >= self.phase.from_ and not self.demand.together
        return self.members.index[~(self.in_time | self.late)] if begun else self.members.index[:0]

    @property
    def done(self) -> bool:
        """Whether nothing of it is outstanding."""
        if self.demand.together:
            return bool(self.together[1] >= self.demand.least)
        return self.day >= self.phase.from_ and not len(self.outstanding)

    @property
    def overdue(self) -> bool:
        """Whether something is outstanding after the due day."""
        return self.day > self.by and not self.done


def progress(phase: Phase, day: dt.date) -> Progress:
    """Whether a phase is still to come on a day, under way, or over."""
    return "to_come" if day < phase.from_ else "over" if day > phase.to else "under_way"


def due_day(phase: Phase, demand: Demand) -> dt.date:
    """The day by which a phase asks for something: its own, or the last of the phase."""
    return demand.by or phase.to


def standings(scheme: Scheme, records: Records, day: dt.date) -> tuple[Standing, ...]:
    """Everything that the phases ask, in their order, as the records of `day` have it.

    Dated records count from the first day of the phase on; a table without dates counts as it stands.
    """
    return tuple(_standing(scheme, records, phase, demand, day) for phase in scheme.phases for demand in phase.asks)


def _standing(scheme: Scheme, records: Records, phase: Phase, demand: Demand, day: dt.date) -> Standing:
    by = due_day(phase, demand)
    asked = _asked(scheme, records, demand)
    found = [_taken(scheme, records, demand, (phase.from_, last)) for last in (min(by, day), day)]
    columns = {name: values.loc[asked].to_numpy(np.float64) for name, (values, _) in zip(("in_time", "now"), found, strict=True)}
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
    """By member what it has not handed in yet, in the order of the phases; members in the order of the register."""
    owed: dict[str, list[Standing]] = {}
    for one in standing:
        for member in one.outstanding:
            owed.setdefault(str(member), []).append(one)
    return owed


def dues(standing: tuple[Standing, ...]) -> Iterator[tuple[Standing, Literal["to_come", "done", "open", "overdue"]]]:
    """Each demand with what is to be said of it."""
    for one in standing:
        yield one, "done" if one.done else "overdue" if one.overdue else "to_come" if one.day < one.phase.from_ else "open"
