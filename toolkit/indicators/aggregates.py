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
    tests = [] if measure.alone else rows_holding(rows, measure.where)
    wanted: Parts = {ROWS: rows.count(where=_all(tests))}
    column = measure.number
    if column is None or measure.take in {"count", "any"}:
        return wanted
    cells: Any = rows[column]
    if measure.divisor:
        return wanted | _pair(rows, measure, tests)
    counts = {HELD: cells.count(where=_all(tests))} if measure.numbers else {}
    return wanted | counts | _single(cells, measure, _all(tests))


def _single(cells: Any, measure: Measure, where: Any) -> Parts:
    if measure.take in {"sum", "mean"}:
        return {TOTAL: as_written(cells).sum(where=where)}
    if measure.take == "distinct":
        return {KINDS: one_value(cells).nunique(where=where)}
    if measure.take == "min":
        return {VALUE: cells.min(where=where)}
    return {VALUE: cells.any(where=where) if cells.type().is_boolean() else cells.max(where=where)}


def _pair(rows: ir.Table, measure: Measure, tests: list[Any]) -> Parts:
    values, weights = rows[str(measure.column)], rows[str(measure.divisor)]
    both = [*tests, *(~number.isnull() for number in (values, weights))]
    if measure.take == "ratio":
        where = _all(both)
        sums = {TOTAL: as_written(values).sum(where=where), OVER: as_written(weights).sum(where=where)}
        return {HELD: rows.count(where=where), **sums}
    right = weighable(values, weights)
    where = _all([*both, right])
    value, weight = (as_written(_where_right(right, number)) for number in (values, weights))
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


def one_value(cells: Any) -> Any:
    """A column in which 0 and -0 are one value, and a day is one whatever the hour."""
    import ibis

    if cells.type().is_timestamp():
        return cells.date()
    return ibis.ifelse(cells == 0, 0.0, cells) if cells.type().is_floating() else cells


def as_written(number: Any) -> Any:
    """A number as a decimal; of a float its shortest digits, so that every engine adds the same."""
    return (number.cast("string") if number.type().is_floating() else number).cast(EXACT)


def value_of(measure: Measure, sums_found: Mapping[str, pd.Series[Any]]) -> pd.Series[Any]:
    """The value that a measure makes of its parts, by member: float64, or states; NaN is missing."""
    if measure.take in {"count", "any"}:
        return sums_found[ROWS].astype("float64")
    if measure.take == "distinct":
        return sums_found[KINDS].astype("float64").where(sums_found[HELD] > 0)
    if measure.take == "sum":
        return plain(sums_found[TOTAL])
    if measure.take in {"mean", "weighted_mean", "ratio"}:
        over = sums_found[HELD] if measure.take == "mean" else sums_found[OVER]
        rest = sums_found.get(REST, [Decimal(0)] * len(over))
        quotients = [_nearest(*sums) for sums in zip(sums_found[TOTAL], rest, over, strict=True)]
        return pd.Series(quotients, index=over.index, dtype="float64")
    value = plain(sums_found[VALUE])
    if measure.take in {None, "latest"}:
        return value
    return value.astype("float64") + 0.0  # -0 as 0, whichever row stood first


def divided_by_zero(sums_found: Mapping[str, pd.Series[Any]]) -> pd.Series[bool]:
    """By member, whether there are numbers to divide and their divisor is 0."""
    if OVER not in sums_found:
        return sums_found[ROWS] < 0
    return (sums_found[HELD] > 0) & plain(sums_found[OVER]).eq(0.0)


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
