"""What changes by itself after the as-of date: on which day which record ceases to count, and which award and grade then follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.evaluation import Evaluation, evaluate_as_of, panel_of, scored
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.problems import Refused
from toolkit.indicators.days import RECORD, OtherDays, measured_on_other_days

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
    """The day of the same number so many years on; where that month lacks it, its last day."""
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
        self.causes = _causes(days)
        ends = evaluation.grades_valid_until
        self.grades_end = ends + dt.timedelta(days=1) if ends is not None and ends < until else None

    def rows(self, progress: Callable[[int, int], None]) -> Iterator[tuple[Any, ...]]:
        """All rows, day by day."""
        happening = sorted({*self.causes, *self.left.values(), *([self.grades_end] if self.grades_end else [])})
        state: Evaluation | None = self.decided
        before = _outcomes(self.decided)
        for number, day in enumerate(happening, 1):
            causes = self.causes.get(day, [])
            now = before
            if causes or day in self.left.values():
                state, now = self._on(day, state)
            yield from self._of_day(day, causes, before, now)
            before = now
            progress(number, len(happening))

    def rows_of(self, member: str) -> Iterator[tuple[Any, ...]]:
        """The rows of one member's own causes, each with the list of the day before and of the day."""
        own = {day: mine for day, causes in self.causes.items() if (mine := [cause for cause in causes if cause[0] == member])}
        gone = self.left.get(member)
        for day in sorted({*own, *([gone] if gone else []), *([self.grades_end] if self.grades_end else [])}):
            if gone is None or day <= gone:
                before, now = (self._on(when, self._near(when))[1] for when in (day - dt.timedelta(days=1), day))
                yield from (row for row in self._of_day(day, own.get(day, []), before, now) if row[0] == member and row[4] != OTHERS)

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

    def _of_day(self, day: dt.date, causes: list[tuple[Any, ...]], before: pd.DataFrame, now: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
        own = [cause for cause in causes if cause[0] in before.index]
        leaving = sorted(member for member, gone in self.left.items() if gone == day)
        own += [(member, LEAVES, "", "", "", "", 0, None) for member in leaving]
        if day == self.grades_end:
            graded = before.index[before["grade"] != ""]
            own += [(member, GRADE_ENDS, "", "", "", "", 0, None) for member in graded]
        moved = now.index[(now[["award", "grade"]] != before.loc[now.index, ["award", "grade"]]).any(axis=1)]
        own += [(member, OTHERS, "", "", "", "", 0, None) for member in moved.difference([cause[0] for cause in own])]
        names = self.decided.members
        for member, cause, *record in own:
            was, is_ = before.loc[member], now.loc[member] if member in now.index else ABSENT
            moves = [told[outcome] for outcome in OUTCOMES for told in (was, is_)]
            yield (member, names.loc[member, "name"], names.loc[member, "class"], day, cause, *record, *moves)


def _causes(days: OtherDays) -> dict[dt.date, list[tuple[Any, ...]]]:
    """By day the rows that begin or cease to count for something then: member, why, item, table, file, sheet, row, amount."""
    causes: dict[dt.date, list[tuple[Any, ...]]] = {}
    resting = dict(list(days.behind.groupby(["member", "day"]))) if len(days.behind) else {}
    why_of = {(turn.member, turn.day, turn.table, turn.file, turn.sheet, turn.row): turn.why for turn in days.turns.itertuples(index=False)}
    previous: dict[str, dict[tuple[Any, ...], Any]] = {}
    for member, day in days.asked.itertuples(index=False, name=None):
        rows = resting.get((member, day))
        now = {} if rows is None else dict(zip(rows[["item", *RECORD]].itertuples(index=False, name=None), rows["amount"], strict=True))
        before = previous.get(member)
        for place in [] if before is None else [*before.keys() - now.keys(), *now.keys() - before.keys()]:
            if (why := why_of.get((member, day, *place[1:]))) is not None:
                causes.setdefault(day.date(), []).append((member, why, *place, (before or {}).get(place) or now.get(place)))
        previous[member] = now
    return causes


def _outcomes(evaluation: Evaluation) -> pd.DataFrame:
    """Total, rank, awards and grade of every member; index member."""
    awards = evaluation.awards.groupby("member")["award"].agg("; ".join)
    members = evaluation.members.index
    return pd.DataFrame({
        "total": evaluation.scores[TOTAL].reindex(members), "rank": evaluation.decided.rank,
        "award": awards.reindex(members).fillna("").astype(object), "grade": evaluation.grading.grade.astype(object),
    }, index=members)  # fmt: skip
