"""What a measure would come to without each of the records it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from toolkit.scheme.measures import Measure

Amount: TypeAlias = str | None
Value: TypeAlias = float | bool
COUNTING = ("count", "any", "distinct")
NOTHING, NINE_PLACES = float("nan"), Decimal("1e-9")


def answered(measure: Measure) -> bool:
    """Whether a measure's value without a record follows from the amounts of the others.

    Of the latest record, a cell read as it stands, a panel, and quotients of two sums it does not.

    Examples
    --------
    >>> from toolkit.scheme.measures import Measure
    >>> answered(Measure(take="sum", table="hours", column="hours")), answered(Measure(column="members.staff"))
    (True, False)
    """
    shared = measure.take == "ratio" and measure.column is None
    return shared or measure.take in {*COUNTING, "sum", "mean", "max", "min"}


def value_of_all(measure: Measure, amounts: Sequence[Amount]) -> Value | None:
    """What a measure takes of these amounts, as `toolkit.evidence` shows them; None where they are no numbers.

    Examples
    --------
    >>> from toolkit.scheme.measures import Measure
    >>> value_of_all(Measure(take="mean", table="marks", column="mark"), ["0.1", "0.2", None])
    0.15
    """
    if measure.take in COUNTING:
        return _counted(str(measure.take), amounts)
    numbers = _numbers(amounts)
    return None if numbers is None else _of_numbers(str(measure.take), len(amounts), numbers)


def values_without_each(measure: Measure, amounts: Sequence[Amount]) -> list[Value] | None:
    """The same without each of them in turn; None where they are no numbers. Equal amounts are worked out once.

    Examples
    --------
    >>> from toolkit.scheme.measures import Measure
    >>> values_without_each(Measure(take="sum", table="hours", column="hours"), ["8", "4.5", "8"])
    [12.5, 16.0, 12.5]
    """
    if measure.take in {"sum", "mean"} and _numbers(amounts) is None:
        return None
    found: dict[Amount, Value | None] = {}
    for place, amount in enumerate(amounts):
        if amount not in found:
            found[amount] = value_of_all(measure, [*amounts[:place], *amounts[place + 1 :]])
    values = [found[amount] for amount in amounts]
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None


def _counted(take: str, amounts: Sequence[Amount]) -> Value:
    """No rows hold no kinds; rows of which none says a kind leave it unknown."""
    if take == "any":
        return len(amounts) > 0
    if take == "count":
        return float(len(amounts))
    kinds = {amount for amount in amounts if amount is not None}
    return float(len(kinds)) if kinds or not amounts else NOTHING


def _of_numbers(take: str, rows: int, numbers: list[Decimal]) -> float:
    """No rows have the sum 0; rows of which none says a number have none."""
    if not numbers:
        return 0.0 if take == "sum" and not rows else NOTHING
    if take == "sum":
        return float(sum(numbers, Decimal(0)))
    if take in {"mean", "ratio"}:
        return float(sum(map(Fraction, numbers), Fraction(0)) / len(numbers))
    return float(max(numbers) if take == "max" else min(numbers)) + 0.0


def _numbers(amounts: Sequence[Amount]) -> list[Decimal] | None:
    """The amounts that are there, with the nine places that sums keep."""
    try:
        exact = [Decimal(amount) for amount in amounts if amount is not None]
        return [number.quantize(NINE_PLACES, ROUND_HALF_UP) for number in exact]
    except InvalidOperation:
        return None
