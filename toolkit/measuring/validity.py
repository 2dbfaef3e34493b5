"""Whether a record counts on a day: when it begins, when it runs out, and what ends it before its time."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

from toolkit.scheme.measures import Window, read_span
from toolkit.scheme.ranges import Where, holding

if TYPE_CHECKING:
    import datetime as dt

    import ibis.expr.types as ir


def begun(rows: ir.Table, window: Window, day: dt.date) -> ir.BooleanValue:
    """Whether a record was there on `day` already."""
    return rows[window.from_].date() <= day


def in_force(rows: ir.Table, window: Window, day: dt.date) -> list[ir.BooleanValue]:
    """What must hold of a record that has begun so that it counts on `day`; see `Window`."""
    tests = [] if (ends := _ends(rows, window)) is None else [_not_over(ends, window, day)]
    closings = [rows[column].date() for column in (window.repaired, window.withdrawn) if column]
    tests += [(closing > day).fill_null(True) for closing in closings]
    skipped = [held.fill_null(False) for held in holding(rows, window.skip)]
    if skipped:
        still_to_come = [(closing > day).fill_null(False) for closing in closings]
        tests.append(reduce(or_, still_to_come, ~reduce(or_, skipped)))
    return tests


def _not_over(ends: ir.Value, window: Window, day: dt.date) -> ir.BooleanValue:
    still = (ends >= day) if window.end_day == "counts" else (ends > day)
    return still.fill_null(True)


def _ends(rows: ir.Table, window: Window) -> Any:
    """The day a record runs out, null for one that never does; None where the window ends nothing."""
    import ibis

    begins = rows[window.from_].date()
    spans = [(rows[str(window.column)] == state, _after(begins, words)) for state, words in window.lasts.items()]
    never: Any = ibis.null("date")
    ends = never if window.otherwise is None else _after(begins, window.otherwise)
    if spans:
        ends = ibis.cases(*spans, else_=ends)
    if window.until:
        ends = ibis.coalesce(rows[window.until].date(), ends)
    if window.at_least_until:
        least = rows[window.at_least_until].date()
        ends = ibis.ifelse((least > ends).fill_null(False), least, ends)
    timed = spans or window.otherwise or window.until
    return ends if timed else None


def _after(begins: ir.Value, words: str) -> ir.Value:
    """The day that far on; where a month lacks it, the month's last day."""
    import ibis

    length, unit = read_span(words)
    return begins + ibis.interval(length, unit=unit[0].upper())


def any_state(rows: ir.Table, states: Where) -> ir.BooleanValue:
    """Whether a row is in all the states named, column by column."""
    return reduce(and_, (held.fill_null(False) for held in holding(rows, states)))
