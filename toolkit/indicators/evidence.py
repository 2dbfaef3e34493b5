"""Evidence: the records that each indicator, adjustment and condition of a member rests on, by their place in the files.

What a measure comes to without each of them follows, for most measures, from the amounts of the others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from toolkit.ground.answers import KEPT, asked_once
from toolkit.ground.decimals import decimal_digits
from toolkit.indicators.engine import Engine, engines_of_days

if TYPE_CHECKING:

    from toolkit.records import Records
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Adjustment, Condition, Indicator
    from toolkit.scheme.measures import Measure

COLUMNS = ("item", "member", "table", "file", "sheet", "row", "amount")
ORDER, PLACE = ["member", "file", "sheet", "row"], ["table", "file", "sheet", "row"]
COUNTING = ("count", "any", "distinct")
NINE_PLACES, BILLION = Decimal("1e-9"), 10**9

Amount: TypeAlias = str | None
"""What a measure takes of one record, as `evidence` shows it; None of a record that says nothing."""
Value: TypeAlias = float | bool


def evidence(scheme: Scheme, records: Records, members: Collection[str] | None = None) -> pd.DataFrame:
    """Every record that counts, for each thing measured: what an auditor looks up and a member objects to.

    Score sheets are left out: what a single expert gave never leaves the committee's files.

    Parameters
    ----------
    members
        Only of these; of all when left out.

    Returns
    -------
    DataFrame
        One row for each item and record, by item in the scheme's order, then member, file, sheet and row: item (the
        id of an indicator, adjustment or condition), member, table, file, sheet, row (as Excel counts it; 0 in a
        database), amount (text: what the measure takes of the record, its number or state, or two numbers, as
        ``85 × 2``; of a share 1 for what is counted and 0 for what it is counted among; None where records are only
        counted, or the cell is empty). A measure that divides one cell by another rests on both.
    """
    of_all = KEPT.get() is not None  # then asked for again, of other members
    found = _evidence(records, scheme, None if members is None or of_all else frozenset(members))
    return found if members is None or not of_all else found[found["member"].isin(list(members))].reset_index(drop=True)


@asked_once
def _evidence(records: Records, scheme: Scheme, members: frozenset[str] | None) -> pd.DataFrame:
    records = records.as_of(scheme.as_of)
    all_items: tuple[Indicator | Adjustment | Condition, ...] = (*scheme.indicators, *scheme.adjustments, *scheme.conditions)
    items = [item for item in all_items if item.measure.take != "panel"]  # what one expert gave is nobody's evidence
    with Engine(scheme, records) as engine:
        frames = [_behind(engine, scheme, records, item.measure, members).assign(item=item.id)[list(COLUMNS)] for item in items]
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(COLUMNS))


def _behind(engine: Engine, scheme: Scheme, records: Records, measure: Measure, members: Collection[str] | None) -> pd.DataFrame:
    """The records a measure rests on; of a mean over days those of any of the days, each once."""
    if not measure.mean_on:
        return records_behind(engine, measure, members)
    frames = [records_behind(of_day, measure, members) for of_day in engines_of_days(scheme, records, measure.mean_on)]
    return pd.concat(frames, ignore_index=True).drop_duplicates(["member", *PLACE]).sort_values(ORDER, ignore_index=True)


def records_behind(engine: Engine, measure: Measure, members: Collection[str] | None = None) -> pd.DataFrame:
    """The records that a measure of members rests on: member, table, file, sheet, row, amount, as `evidence` tells them."""
    frames = [engine.behind(term, members).assign(table=term.place[0]) for term in measure.terms]
    if len(frames) == 1 or measure.take is None:
        return pd.concat(frames, ignore_index=True).sort_values(ORDER, ignore_index=True)
    counted, among = frames
    met = pd.MultiIndex.from_frame(among[PLACE]).isin(pd.MultiIndex.from_frame(counted[PLACE]))
    return among.assign(amount=["1" if meets else "0" for meets in met])


def answered(measure: Measure) -> bool:
    """Whether a measure's value without a record follows from the amounts of the others.

    Of a mean over days, of the latest record, of rows picked by their numbers, of a cell read as it stands, a panel, and quotients of two sums it does not.

    Examples
    --------
    >>> from toolkit.scheme.measures import Measure
    >>> answered(Measure(take="sum", table="hours", column="hours")), answered(Measure(column="members.staff"))
    (True, False)
    """
    share = measure.take == "ratio" and measure.column is None
    return not measure.mean_on and (share or (not measure.picks and measure.take in {*COUNTING, "sum", "mean", "max", "min"}))


def value_of_all(measure: Measure, amounts: Sequence[Amount]) -> Value | None:
    """What a measure takes of these amounts; None where they are no numbers.

    No rows have the sum 0 and hold no kinds; rows of which none says anything leave the value unknown.

    Examples
    --------
    >>> from toolkit.scheme.measures import Measure
    >>> value_of_all(Measure(take="mean", table="marks", column="mark"), ["0.1", "0.2", None])
    0.15
    """
    take, unknown = measure.take, float("nan")
    if take == "any":
        return len(amounts) > 0
    if take == "count":
        return float(len(amounts))
    if take == "distinct":
        kinds = {amount for amount in amounts if amount is not None}
        return float(len(kinds)) if kinds or not amounts else unknown
    numbers = _billionths(amounts)
    if not numbers:
        return None if numbers is None else 0.0 if take == "sum" and not amounts else unknown
    if take in {"max", "min"}:
        return float(Fraction(max(numbers) if take == "max" else min(numbers), BILLION))
    return decimal_digits(float(Fraction(sum(numbers), BILLION if take == "sum" else BILLION * len(numbers))))


def values_without_each(measure: Measure, amounts: Sequence[Amount]) -> list[Value] | None:
    """The same without each of them in turn; None where they are no numbers. Equal amounts are worked out once.

    Examples
    --------
    >>> from toolkit.scheme.measures import Measure
    >>> values_without_each(Measure(take="sum", table="hours", column="hours"), ["8", "4.5", "8"])
    [12.5, 16.0, 12.5]
    """
    without: dict[Amount, Value | None] = {}
    for place, amount in enumerate(amounts):
        if amount not in without:
            without[amount] = value_of_all(measure, [*amounts[:place], *amounts[place + 1 :]])
    values = [value for value in map(without.__getitem__, amounts) if value is not None]
    return values if len(values) == len(amounts) else None


def _billionths(amounts: Sequence[Amount]) -> list[int] | None:
    """The amounts that are there, with the nine places that sums keep, as whole numbers."""
    try:
        exact = [Decimal(amount) for amount in amounts if amount is not None]
        return [int(number.quantize(NINE_PLACES, ROUND_HALF_UP).scaleb(9)) for number in exact]
    except InvalidOperation:
        return None
