"""What is taken from the rows that count: the aggregates asked of an engine, and the value made of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.scheme.measures import Measure, rows_holding

if TYPE_CHECKING:
    import ibis.expr.types as ir

ROWS, HELD, VALUE, TOTAL, OVER = "rows", "held", "value", "total", "over"
KINDS, REST, WRONG = "kinds", "rest", "wrong"
EXACT = "decimal(38, 9)"
# The widest product that every engine keeps whole has 38 digits: of a weight the whole part and the rest go apart.
VALUED, WEIGHED, WHOLE, PRODUCT, SMALL = (
    "decimal(24, 9)", "decimal(21, 9)", "decimal(13, 0)", "decimal(38, 9)", "decimal(38, 18)"
)  # fmt: skip
MOST, HEAVIEST = 10**15 - 1, 10**12 - 1
Parts = dict[str, Any]


def parts(rows: ir.Table, measure: Measure) -> Parts:
    """The aggregates of `rows` that a measure is made of: how many rows, how many with its numbers, sums of them.

    A row that lacks one of two numbers is in neither sum.
    """
    alone = measure.take == "latest" or measure.once_per  # its states are asked already
    tests = [] if alone else rows_holding(rows, measure.where)
    found: Parts = {ROWS: rows.count(where=_all(tests))}
    column = measure.place[1]
    if column is None or measure.take in {"count", "any"}:
        return found
    here: Any = rows[column]
    if len(measure.numbers) > 1:
        return found | _pair(rows, measure, tests)
    held = {HELD: here.count(where=_all(tests))} if measure.numbers else {}
    return found | held | _single(here, measure, _all(tests))


def _single(here: Any, measure: Measure, where: Any) -> Parts:
    if measure.take in {"sum", "mean"}:
        return {TOTAL: as_written(here).sum(where=where)}
    if measure.take == "distinct":
        return {KINDS: one_value(here).nunique(where=where)}
    if measure.take == "min":
        return {VALUE: here.min(where=where)}
    return {VALUE: here.any(where=where) if here.type().is_boolean() else here.max(where=where)}


def _pair(rows: ir.Table, measure: Measure, tests: list[Any]) -> Parts:
    here, beside = rows[str(measure.column)], rows[measure.numbers[1]]
    both = [*tests, *(~number.isnull() for number in (here, beside))]
    if measure.take == "ratio":
        where = _all(both)
        sums = {TOTAL: as_written(here).sum(where=where), OVER: as_written(beside).sum(where=where)}
        return {HELD: rows.count(where=where), **sums}
    right = weighable(here, beside)
    where = _all([*both, right])
    value, weight = (as_written(_where_right(right, number)) for number in (here, beside))
    value, weight = value.cast(VALUED), weight.cast(WEIGHED)
    whole = weight.cast(WHOLE)
    return {
        HELD: rows.count(where=where),
        WRONG: rows.count(where=_all([*both, ~right])),
        TOTAL: (value * whole).cast(PRODUCT).sum(where=where).cast(PRODUCT),
        REST: (value * (weight - whole).cast("decimal(9, 9)")).cast(SMALL).sum(where=where).cast(SMALL),
        OVER: weight.sum(where=where).cast(EXACT),
    }


def weighable(value: Any, weight: Any) -> Any:
    """Whether a value and its weight are such as a weighted mean takes."""
    return (weight >= 0) & (weight <= HEAVIEST) & (value.abs() <= MOST)


def _where_right(right: Any, number: Any) -> Any:
    import ibis

    return ibis.ifelse(right, number, ibis.null(number.type()))


def _all(tests: list[Any]) -> Any:
    return reduce(and_, tests) if tests else None


def one_value(here: Any) -> Any:
    """A column in which 0 and -0 are one value, and a day is one whatever the hour."""
    import ibis

    if here.type().is_timestamp():
        return here.date()
    return ibis.ifelse(here == 0, 0.0, here) if here.type().is_floating() else here


def as_written(number: Any) -> Any:
    """A number as a decimal; of a float its shortest digits, so that every engine adds the same."""
    return (number.cast("string") if number.type().is_floating() else number).cast(EXACT)


def value_of(measure: Measure, found: Mapping[str, pd.Series[Any]]) -> pd.Series[Any]:
    """The value that a measure makes of its parts, by member: float64, or states; NaN is missing."""
    if measure.take in {"count", "any"}:
        return found[ROWS].astype("float64")
    if measure.take == "distinct":
        return found[KINDS].astype("float64").where(found[HELD] > 0)
    if measure.take == "sum":
        return plain(found[TOTAL])
    if measure.take in {"mean", "weighted_mean", "ratio"}:
        over = found[HELD] if measure.take == "mean" else found[OVER]
        rest = found.get(REST, [Decimal(0)] * len(over))
        quotients = [_nearest(*sums) for sums in zip(found[TOTAL], rest, over, strict=True)]
        return pd.Series(quotients, index=over.index, dtype="float64")
    value = plain(found[VALUE])
    if measure.take in {None, "latest"}:
        return value
    return value.astype("float64") + 0.0  # -0 as 0, whichever row stood first


def divided_by_zero(found: Mapping[str, pd.Series[Any]]) -> pd.Series[bool]:
    """By member, whether there are numbers to divide and their divisor is 0."""
    if OVER not in found:
        return found[ROWS] < 0
    return (found[HELD] > 0) & plain(found[OVER]).eq(0.0)


def _nearest(total: Decimal | None, rest: Decimal | None, over: Decimal | int | None) -> float:
    """The float nearest to (total + rest) / over; missing where there is nothing to divide, or by 0.

    Examples
    --------
    Three marks that add up to 0.3 have the mean 0.1, not 0.10000000000000002:

    >>> _nearest(Decimal("0.3"), Decimal(0), 3), _nearest(Decimal(1), Decimal(0), 0)
    (0.1, nan)
    """
    if total is None or rest is None or not over:
        return float("nan")
    return float((Fraction(total) + Fraction(rest)) / Fraction(over))


def plain(values: pd.Series[Any]) -> pd.Series[Any]:
    """Decimals as the nearest floats; an engine's own conversion rounds twice."""
    if any(isinstance(value, Decimal) for value in values.dropna().head(1)):
        return values.map(float, na_action="ignore").astype("float64")
    return values
