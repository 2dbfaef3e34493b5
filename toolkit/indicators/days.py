"""The same records on other days: when rows begin or cease to count by themselves, and what is measured of a member then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import and_
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.ground.ranking import Mask
from toolkit.indicators import Indicators, Item, adjustment_points, raw_column
from toolkit.indicators.engine import VETOES, Engine
from toolkit.indicators.evidence import records_behind
from toolkit.indicators.selection import ASKED, MEMBER, REPAIRABLE, Source, turning_days
from toolkit.records.dictionary import PLACE
from toolkit.scheme.outcomes import Veto

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from toolkit.indicators.panel import Judging
    from toolkit.records import Records
    from toolkit.scheme import Scheme
    from toolkit.scheme.measures import Selection

TURNS = (MEMBER, "day", "why", "table", "file", "sheet", "row", "mends")
RECORD = ["table", "file", "sheet", "row"]
BEHIND = ("at", "item", *RECORD, "amount")
NO_RECORD: Mapping[str, Any] = {"table": "", "file": "", "sheet": "", "row": 0, "mends": ""}


@dataclass(frozen=True, eq=False)
class OtherDays:
    """What is measured of members on days of their own, after the as-of date.

    Parameters
    ----------
    asked
        Columns member, day: the as-of date and every later day on which a row of the member turns, in that order. After a day
        on which a record may be repaired it stands once more for each, as if that were repaired then: table, file, sheet, row,
        and mends, the column of the day of repair; these are empty, and row 0, for the day as it will be.
    items
        What may change from day to day.
    raw
        By the id of an indicator, adjustment or condition among them the raw values, in the order of `asked`.
    vetoes
        As in `Indicators`, with a column at: the place in `asked`.
    recorded
        Whether anything is recorded of the member then; None where nobody asks.
    behind
        The records that each item, or veto that strikes, rests on: at, item, table, file, sheet, row, amount.
    turns
        Every row that begins or ceases to count, or may be repaired from then on: member, day, why, table, file, sheet, row, mends.
    """

    asked: pd.DataFrame
    items: tuple[Item | Veto, ...]
    raw: Mapping[str, pd.Series[Any]]
    vetoes: pd.DataFrame
    recorded: Mask | None
    behind: pd.DataFrame
    turns: pd.DataFrame

    @cached_property
    def plain(self) -> pd.DataFrame:
        """The days as they will be, if nothing is done."""
        return self.asked[self.asked["table"] == ""]

    def on(self, day: dt.date, measured: Indicators, scheme: Scheme, repaired: int | None = None) -> Indicators:
        """What is measured on `day`, where `measured` holds for all members of whom nothing turns before or then; with a record repaired, by its place in `asked`."""
        at = self._standing_on(day, measured.raw.index)
        if repaired is not None:
            asker = self._members[repaired]
            at = np.append(at[self._members[at] != asker], repaired)
        members = self._members[at].tolist()
        ids = {item.id for item in self.items}
        behind = _patched(measured.behind, self.raw, members, at)
        points = measured.adjustments.copy()
        for item in (item for item in scheme.adjustments if item.id in ids):
            points[item.id] = adjustment_points(item, behind[item.id])
        recorded = measured.recorded.copy()
        if self.recorded is not None:
            recorded.loc[members] = self.recorded[at]
        return replace(
            measured, raw=_patched(measured.raw, self.raw, members, at), conditions=_patched(measured.conditions, self.raw, members, at),
            adjustments=points, behind=behind, recorded=recorded, vetoes=self._struck(at, measured.vetoes, scheme),
        )  # fmt: skip

    @cached_property
    def _members(self) -> NDArray[Any]:
        """Of whom each place in `asked` is, object[asked]."""
        return self.asked[MEMBER].to_numpy(dtype=object)

    @cached_property
    def _plain_days(self) -> tuple[NDArray[np.intp], NDArray[Any], pd.Index[str]]:
        """The places of `plain` in `asked`, by member and then by day; the day of each, and whose it is."""
        return self.plain.index.to_numpy(), self.plain["day"].to_numpy(), pd.Index(self.plain[MEMBER])

    def _standing_on(self, day: dt.date, members: pd.Index[str]) -> NDArray[np.intp]:
        """The last place in `asked` up to a day of each of the members that has one, as it will be."""
        at, days, whose = self._plain_days
        past = np.flatnonzero((days <= np.datetime64(day)) & (members.get_indexer(whose) >= 0))
        named = self._members[at[past]]
        last: NDArray[np.intp] = at[past[np.append(named[1:] != named[:-1], True)[: len(past)]]]
        return last

    def _struck(self, at: NDArray[np.intp], vetoes: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
        turning = [item.id for item in self.items if isinstance(item, Veto)]
        if not turning:
            return vetoes
        now = self.vetoes[np.isin(self.vetoes["at"].to_numpy(dtype=np.int64), at)] if len(self.vetoes) else self.vetoes
        if now.empty and not len(vetoes):
            return vetoes
        kept = vetoes[~(vetoes[MEMBER].isin(set(self._members[at])) & vetoes["veto"].isin(turning))]
        if len(kept) == len(vetoes) and now.empty:
            return vetoes
        frame = pd.concat([part for part in (kept, now[list(VETOES)]) if len(part)] or [kept], ignore_index=True)
        order = {veto.id: place for place, veto in enumerate(scheme.vetoes)}
        return frame.sort_values(["veto", MEMBER, "file", "sheet", "row"], key=lambda cells: cells.map(order) if cells.name == "veto" else cells, ignore_index=True)


def measured_on_other_days(scheme: Scheme, records: Records, until: dt.date, judged: Judging) -> OtherDays:
    """What is measured of every member on each day after the as-of date, up to `until`, on which a row of it begins or ceases to count."""
    with Engine(scheme, records) as engine:
        selections = {item.id: tuple(_selections(item)) for item in _all(scheme)}
        found = {key: _turning(engine, selection, until) for key, selection in {one.model_dump_json(): one for many in selections.values() for one in many}.items()}
    turning = pd.concat([frame for frame in found.values() if len(frame)] or [_frame(TURNS)], ignore_index=True).drop_duplicates(ignore_index=True)
    turning = turning[turning[MEMBER].isin(records.members.index)].reset_index(drop=True)
    items = tuple(item for item in _all(scheme) if any(len(found[one.model_dump_json()]) for one in selections[item.id]))
    days = pd.concat([turning[[MEMBER, "day"]], turning[[MEMBER]].assign(day=pd.Timestamp(scheme.as_of))])
    repairs = turning.loc[turning["why"] == REPAIRABLE, [MEMBER, "day", *NO_RECORD]]
    plain = days.drop_duplicates().assign(**NO_RECORD)
    asked = (pd.concat([plain, repairs]) if len(repairs) else plain).drop_duplicates().sort_values([MEMBER, "day", *NO_RECORD], ignore_index=True)
    with MemberDays(scheme, records, asked) as engine:
        return _measured(engine, scheme, turning, items, judged)


def _measured(engine: MemberDays, scheme: Scheme, turning: pd.DataFrame, items: tuple[Item | Veto, ...], judged: Judging) -> OtherDays:
    asked = engine.asked
    valued = [item for item in items if not isinstance(item, Veto)]
    taken = dict(zip((item.id for item in valued), engine.measured([item.measure for item in valued]), strict=True))
    struck = [engine.vetoed(item) for item in items if isinstance(item, Veto)]
    vetoes = _of_days(pd.concat([frame for frame in struck if len(frame)] or [_frame(VETOES)], ignore_index=True), asked)
    behind = [_of_days(records_behind(engine, item.measure), asked).assign(item=item.id) for item in valued]
    frames = [frame for frame in (*behind, vetoes.rename(columns={"veto": "item"}).assign(amount=None)) if len(frame)]
    return OtherDays(
        asked, items, {item.id: raw_column(item.measure, taken[item.id]).set_axis(asked.index) for item in valued}, vetoes,
        _recorded(engine, scheme, asked, judged), pd.concat(frames, ignore_index=True)[list(BEHIND)] if frames else _frame(BEHIND), turning,
    )  # fmt: skip


def _recorded(engine: MemberDays, scheme: Scheme, asked: pd.DataFrame, judged: Judging) -> Mask | None:
    """Whether any row beside the members table tells of the member; asked only where a newcomer has a grade of its own."""
    if scheme.grades is None or scheme.grades.default is None:
        return None
    items: tuple[Item, ...] = (*scheme.indicators, *scheme.adjustments)
    telling = [item for item in items if any(term.place[0] != scheme.members.table for term in item.measure.terms)]
    if not telling:
        return np.ones(len(asked), np.bool_)
    rows = [taken.rows for taken in engine.measured([item.measure for item in telling if item.measure.take != "panel"])]
    rows += [judged.taken(item.id, pd.Index(asked[MEMBER])).rows for item in telling if item.measure.take == "panel"]
    heard: Mask = np.logical_or.reduce([counted > 0 for counted in rows])
    return heard


def _all(scheme: Scheme) -> tuple[Item | Veto, ...]:
    """All that a day can change: a mean over days that are past stays as it is."""
    items: tuple[Item, ...] = (*scheme.indicators, *scheme.adjustments, *scheme.conditions)
    return (*(item for item in items if not item.measure.mean_on), *scheme.vetoes)


def _selections(item: Item | Veto) -> Iterator[Selection]:
    """The rows that an item reads, whatever their states."""
    if isinstance(item, Veto):
        yield item.when.model_copy(update={"where": {}, "once_per": ()})
    elif item.measure.take != "panel":
        yield from (term.selection.model_copy(update={"where": {}, "once_per": ()}) for term in item.measure.terms)


def _turning(engine: Engine, selection: Selection, until: dt.date) -> pd.DataFrame:
    source, frames = engine.source(selection.table), []
    window = engine.calendar.windows.get(selection.window or "")
    for why, day in turning_days(source, selection, engine.calendar.windows).items():
        rows = source.table.mutate(_on=day.cast("date"))
        if why == REPAIRABLE:  # whoever may ask already may do so on the next day too; rows of a database cannot be told apart
            rows = rows.mutate(_on=(rows["_on"] <= (after := engine.calendar.as_of)).ifelse(after + dt.timedelta(days=1), rows["_on"])).filter(rows["_row"] > 0)
        rows = rows.filter(rows["_on"] > engine.calendar.as_of, rows["_on"] <= until)
        named = {MEMBER: rows[source.member], "day": rows["_on"]} | {place[1:]: rows[place] for place in PLACE}
        frame = rows.select(**named).to_pyarrow().to_pandas()
        frames.append(frame.assign(day=pd.to_datetime(frame["day"]), why=why, table=selection.table, mends=(window.repaired if window and why == REPAIRABLE else None) or "")[list(TURNS)])
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else _frame(TURNS)


def _of_days(frame: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """What was found of member-days, each by its member and its place among what is asked."""
    at = frame[MEMBER].astype("int64").to_numpy() if len(frame) else np.zeros(0, np.int64)
    return frame.assign(**{MEMBER: asked[MEMBER].to_numpy()[at], "at": at})


def _patched(frame: pd.DataFrame, raw: Mapping[str, pd.Series[Any]], members: Sequence[str], at: Any) -> pd.DataFrame:
    """The frame with other values of some members."""
    patched = frame.copy()
    for name in (name for name in raw if name in frame.columns):
        patched.loc[members, name] = raw[name].iloc[at].to_numpy()
    return patched


def _frame(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="datetime64[us]" if name == "day" else "object") for name in columns})


def _repaired_then(rows: ir.Table, table: str, column: str) -> ir.Value:
    """The day of repair: of the record that is asked about the day itself, of all others as it stands."""
    import ibis

    same = [rows[f"_of{place}"] == rows[place] for place in PLACE]
    asked = reduce(and_, same, rows["_mends"] == f"{table}.{column}")
    return ibis.ifelse(asked.fill_null(False), rows[ASKED].cast(rows[column].type()), rows[column])


class MemberDays(Engine):
    """The tables as members see them on days of their own: every row of a member stands there once for each of its days.

    Its `members` are the places of `asked`, as text.
    """

    def __init__(self, scheme: Scheme, records: Records, asked: pd.DataFrame) -> None:
        super().__init__(scheme, records)
        self.asked = asked
        self._days: ir.Table | None = None

    @property
    def members(self) -> pd.Index[str]:
        """The places of what is asked."""
        places: pd.Index[str] = pd.Index([str(place) for place in self.asked.index], dtype="str")
        return places

    def source(self, name: str) -> Source:
        """The table called `name`, each row for every day of its member."""
        if name not in self._sources:
            plain = super().source(name)
            self._sources[name] = replace(plain, table=self._on_their_days(name, plain))
        return self._sources[name]

    def _on_their_days(self, name: str, plain: Source) -> ir.Table:
        rows = plain.table
        if name in self._records.standing:  # another connection: only rows of members that are asked about come here
            concerned = rows.filter(rows[plain.member].isin(self.asked[MEMBER].unique().tolist()))
            rows = self._handed_over(f"{name} here", concerned.to_pyarrow())
        joined = rows.inner_join(days := self._member_days, rows[plain.member] == days["_whose"])
        for column in self.asked.loc[self.asked["table"] == name, "mends"].unique():
            joined = joined.mutate(**{column: _repaired_then(joined, name, column)})
        return joined.drop("_whose", plain.member, "_mends", *(f"_of{place}" for place in PLACE)).rename({plain.member: "_place"})

    @property
    def _member_days(self) -> ir.Table:
        import pyarrow as pa

        if self._days is None:
            days = pa.array(self.asked["day"].dt.date, pa.date32())
            columns = [pa.array(self.asked[MEMBER], pa.string()), pa.array(self.members, pa.string()), days]
            columns += [pa.array(self.asked["table"] + "." + self.asked["mends"], pa.string())]
            columns += [pa.array(self.asked[place[1:]], pa.int64() if place == "_row" else pa.string()) for place in PLACE]
            names = ["_whose", "_place", ASKED, "_mends", *(f"_of{place}" for place in PLACE)]
            self._days = self._handed_over("_days", pa.table(columns, names=names))
        return self._days

    def _stands_alone(self, measure: Any) -> bool:  # noqa: ARG002 - rows of many days never do
        return False
