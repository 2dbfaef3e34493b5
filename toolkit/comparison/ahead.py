"""What changes by itself after the as-of date: on which day which record ceases to count, or may be repaired, and which award and grade then follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.evaluation import Evaluation, evaluate_as_of, panel_of, scored
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.problems import Refused
from toolkit.indicators.days import RECORD, OtherDays, measured_on_other_days
from toolkit.indicators.selection import REPAIRABLE

if TYPE_CHECKING:
    from toolkit.indicators.panel import Judging
    from toolkit.records import Records
    from toolkit.scheme import Scheme

YEARS = 2
LEAVES, OTHERS, GRADE_ENDS = "leaves", "others", "grade_ends"
OUTCOMES = ("total", "rank", "award", "grade")
MOVES = tuple(name for outcome in OUTCOMES for name in (f"{outcome}_before", outcome))
COLUMNS = ("member", "name", "class", "day", "cause", "item", *RECORD, "amount", *MOVES)
ABSENT = {"total": float("nan"), "rank": pd.NA, "award": "", "grade": ""}


def changes_ahead(
    evaluation: Evaluation, records: Records, until: dt.date | None = None, *,
    days: OtherDays | None = None, member: str | None = None, progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """The calendar of change: every day up to `until`, two years on unless said, on which the list becomes another by itself.

    Nothing else is recorded, repaired, withdrawn or decided meanwhile, and the scheme stays: the list on each day is that of
    `evaluate_as_of`. It is worked out on the days on which a record begins or ceases to count and a member leaves; on all
    others it is that of the day before.

    Parameters
    ----------
    records
        What `evaluation` was made of.
    days
        As `other_days` gives them of the same records, for whoever asks more than once.
    member
        Only what happens to this member's own records, and to itself: quickly told, without ``others``.
    progress
        Told after each day how many of how many are done.

    Returns
    -------
    DataFrame
        By day, then member: member, name, class; day (datetime.date), from which it holds; cause:

        - ``lapses``, ``repaired``, ``withdrawn``: a record ends to count, by its span, its repair, its withdrawal;
        - ``repairable``: from that day on repair of a record may be asked for (`Window.repairable_after`), on the day after the
          as-of date where it might be before; by itself nothing changes: before is the list of that day, and after what it
          were if this record were repaired then and all else stayed;
        - ``begins``, ``happened``: a record dated ahead counts from that day on;
        - ``leaves``: the member is no longer on the list;
        - ``grade_ends``: the grade that was decided is valid no longer; the list itself does not change by it;
        - ``others``: nothing of its own, but what happens to others gives it another award or grade;

        item (the id of what the record counts for), table, file, sheet, row, amount (the record, as in
        `toolkit.indicators.evidence.evidence`; empty for other causes, row 0); total_before, total, rank_before, rank,
        award_before, award (ids, several parted by "; "), grade_before, grade: on the day before and on the day, of the
        whole list as it is then, all that happens to others on that day and before included. Where no list can be made, as
        of a value that must not be missing, they are empty.
    """
    until = until or same_day(evaluation.scheme.as_of, YEARS)
    calendar = _Calendar(evaluation, records, days or other_days(evaluation.scheme, records, until), until)
    rows = list(calendar.rows(progress or (lambda _done, _of: None)) if member is None else calendar.rows_of(member))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["amount"] = frame["amount"].astype(object).where(frame["amount"].notna(), "")
    frame["rank_before"], frame["rank"] = frame["rank_before"].astype("Int64"), frame["rank"].astype("Int64")
    return frame.sort_values(["day", "member", "item", *RECORD[1:]], kind="stable", ignore_index=True)


def other_days(scheme: Scheme, records: Records, until: dt.date | None = None, judged: Judging | None = None) -> OtherDays:
    """What is measured on the days on which something changes by itself, up to `until`, two years on unless said: of all schemes that measure the same things."""
    here = records.as_of(scheme.as_of)
    return measured_on_other_days(scheme, here, until or same_day(scheme.as_of, YEARS), judged or panel_of(scheme, records))


def same_day(day: dt.date, years: int) -> dt.date:
    """The day of the same number so many years on; where that month lacks it, its last day.

    Examples
    --------
    >>> str(same_day(dt.date(2024, 2, 29), 1))
    '2025-02-28'
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


class _Calendar:
    """The days on which something happens, one after another."""

    def __init__(self, evaluation: Evaluation, records: Records, days: OtherDays, until: dt.date) -> None:
        self.decided, self.records, self.days = evaluation, records, days
        scheme = evaluation.scheme
        self.left = {member: day + dt.timedelta(days=1) for member, day in records.left.items()
                     if scheme.as_of <= day < until and member in evaluation.members.index}  # fmt: skip
        self.causes, self.repairs = _causes(days), _repairs(days)
        ends = evaluation.grades_valid_until
        self.grades_end = ends + dt.timedelta(days=1) if ends is not None and ends < until else None

    def rows(self, progress: Callable[[int, int], None]) -> Iterator[tuple[Any, ...]]:
        """All rows, day by day."""
        happening = sorted({*self.causes, *self.repairs, *self.left.values(), *([self.grades_end] if self.grades_end else [])})
        state: Evaluation | None = self.decided
        before = _outcomes(self.decided)
        for number, day in enumerate(happening, 1):
            causes = self.causes.get(day, [])
            now = before
            if causes or day in self.left.values():
                state, now = self._on(day, state)
            yield from self._of_day(day, causes, before, now)
            yield from self._if_repaired(day, self.repairs.get(day, []), state, now)
            before = now
            progress(number, len(happening))

    def rows_of(self, member: str) -> Iterator[tuple[Any, ...]]:
        """The rows of one member's own causes, each with the list of the day before and of the day."""
        own, repairs = ({day: mine for day, causes in found.items() if (mine := [cause for cause in causes if cause[0] == member])} for found in (self.causes, self.repairs))
        gone = self.left.get(member)
        for day in sorted({*own, *repairs, *([gone] if gone else []), *([self.grades_end] if self.grades_end else [])}):
            if gone is None or day <= gone:
                before, (state, now) = self._on(before_it := day - dt.timedelta(days=1), self._near(before_it))[1], self._on(day, self._near(day))
                yield from (row for row in self._of_day(day, own.get(day, []), before, now) if row[0] == member and row[4] != OTHERS)
                yield from self._if_repaired(day, repairs.get(day, []), state, now)

    def _near(self, day: dt.date) -> Evaluation | None:
        """A list from which that of `day` follows without reading records again: the decided one, as long as nobody has left."""
        return None if any(gone <= day for gone in self.left.values()) else self.decided

    def _on(self, day: dt.date, state: Evaluation | None) -> tuple[Evaluation | None, pd.DataFrame]:
        """The list on a day, from that of the day before; made afresh in two stages, where a member leaves, for the panel is another then, and after a day without a list."""
        decided = self.decided.scheme
        try:
            if state is None or day in self.left.values() or decided.shortlist is not None:
                there = evaluate_as_of(decided, self.records, day)
            else:
                scheme = state.scheme.model_copy(update={"as_of": day})
                there = scored(replace(state, scheme=scheme, measured=self.days.on(day, state.measured, scheme), decided_as_of=decided.as_of))
        except Refused:
            left = [member for member, gone in self.left.items() if gone <= day]
            return None, pd.DataFrame(ABSENT, index=self.decided.members.index.difference(left))
        return there, _outcomes(there)

    def _if_repaired(self, day: dt.date, repairs: list[tuple[Any, ...]], state: Evaluation | None, now: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
        """The rows of what may be repaired from that day on: how its member stands then, and how it would with that record repaired."""
        done: dict[int, pd.DataFrame] = {}
        for member, *record, at in (repair for repair in repairs if repair[0] in now.index):
            if at not in done:
                done[at] = self._with_repaired(day, at, state, now)
            yield self._row(member, day, REPAIRABLE, record, now.loc[member], done[at].loc[member])

    def _with_repaired(self, day: dt.date, at: int, state: Evaluation | None, now: pd.DataFrame) -> pd.DataFrame:
        if state is None:
            return now
        scheme = state.scheme.model_copy(update={"as_of": day})
        try:
            if scheme.shortlist is not None:  # who is shortlisted may be another then
                return _outcomes(evaluate_as_of(self.decided.scheme, self._repaired(at), day))
            measured = self.days.on(day, state.measured, scheme, at)
            return _outcomes(scored(replace(state, scheme=scheme, measured=measured, decided_as_of=self.decided.scheme.as_of)))
        except Refused:
            return pd.DataFrame(ABSENT, index=now.index)

    def _repaired(self, at: int) -> Records:
        """The records, with one repaired on its day."""
        asked = self.days.asked.loc[at].to_dict()
        frame = self.records.frames[asked["table"]].copy()
        same = (frame["_file"] == asked["file"]) & (frame["_sheet"] == asked["sheet"]) & (frame["_row"] == asked["row"])
        frame.loc[same, asked["mends"]] = asked["day"]
        return replace(self.records, frames={**self.records.frames, asked["table"]: frame})

    def _row(self, member: str, day: dt.date, cause: str, record: Sequence[Any], was: Mapping[str, Any], is_: Mapping[str, Any]) -> tuple[Any, ...]:  # noqa: PLR0917
        names, moves = self.decided.members, [told[outcome] for outcome in OUTCOMES for told in (was, is_)]
        return (member, names.loc[member, "name"], names.loc[member, "class"], day, cause, *record, *moves)

    def _of_day(self, day: dt.date, causes: list[tuple[Any, ...]], before: pd.DataFrame, now: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
        own = [cause for cause in causes if cause[0] in before.index]
        leaving = sorted(member for member, gone in self.left.items() if gone == day)
        own += [(member, LEAVES, "", "", "", "", 0, None) for member in leaving]
        if day == self.grades_end:
            graded = before.index[before["grade"] != ""]
            own += [(member, GRADE_ENDS, "", "", "", "", 0, None) for member in graded]
        moved = now.index[(now[["award", "grade"]] != before.loc[now.index, ["award", "grade"]]).any(axis=1)]
        own += [(member, OTHERS, "", "", "", "", 0, None) for member in moved.difference([cause[0] for cause in own])]
        for member, cause, *record in own:
            yield self._row(member, day, cause, record, before.loc[member], now.loc[member] if member in now.index else ABSENT)


def _causes(days: OtherDays) -> dict[dt.date, list[tuple[Any, ...]]]:
    """By day the rows that begin or cease to count for something then: member, why, item, table, file, sheet, row, amount."""
    causes: dict[dt.date, list[tuple[Any, ...]]] = {}
    resting = _resting(days)
    turns = days.turns[days.turns["why"] != REPAIRABLE]
    why_of = {(turn.member, turn.day, turn.table, turn.file, turn.sheet, turn.row): turn.why for turn in turns.itertuples(index=False)}
    previous: dict[str, dict[tuple[Any, ...], Any]] = {}
    for at, member, day in days.plain[["member", "day"]].itertuples(name=None):
        now = resting.get(at, {})
        before = previous.get(member)
        for place in [] if before is None else [*before.keys() - now.keys(), *now.keys() - before.keys()]:
            if (why := why_of.get((member, day, *place[1:]))) is not None:
                causes.setdefault(day.date(), []).append((member, why, *place, (before or {}).get(place) or now.get(place)))
        previous[member] = now
    return causes


def _repairs(days: OtherDays) -> dict[dt.date, list[tuple[Any, ...]]]:
    """By day the records that count then and may be repaired: member, item, table, file, sheet, row, amount, the place in `asked`."""
    repairs: dict[dt.date, list[tuple[Any, ...]]] = {}
    asked = days.asked[days.asked["table"] != ""]
    if len(asked):
        resting, plain = _resting(days), {(member, day): at for at, member, day in days.plain[["member", "day"]].itertuples(name=None)}
        for at, member, day, *record in asked[["member", "day", *RECORD]].itertuples(name=None):
            counted = resting.get(plain[member, day], {}).items()
            repairs.setdefault(day.date(), []).extend((member, *place, amount, at) for place, amount in counted if [*place[1:]] == record)
    return repairs


def _resting(days: OtherDays) -> dict[int, dict[tuple[Any, ...], Any]]:
    """By the place of a member's day the item and record of all that counts then, with its amount."""
    places = [days.behind[name] for name in ("item", *RECORD)]
    resting: dict[int, dict[tuple[Any, ...], Any]] = {}
    for at, amount, *place in zip(days.behind["at"], days.behind["amount"], *places, strict=True):
        resting.setdefault(at, {})[tuple(place)] = amount
    return resting


def _outcomes(evaluation: Evaluation) -> pd.DataFrame:
    """Total, rank, awards and grade of every member; index member."""
    members = evaluation.members.index
    awards = np.full(len(members), "", dtype=object)
    for allotment in evaluation.decided.allotments:
        for at in np.flatnonzero(allotment.given):
            awards[at] += f"{'; ' if awards[at] else ''}{allotment.award.id}"
    return pd.DataFrame({
        "total": evaluation.scores[TOTAL].reindex(members), "rank": evaluation.decided.rank,
        "award": pd.Series(awards, index=members, dtype=object), "grade": evaluation.grading.grade.astype(object),
    }, index=members)  # fmt: skip
