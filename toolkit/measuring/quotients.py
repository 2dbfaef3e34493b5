"""What was taken for each member, and one thing taken divided by another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.measuring.takes import HELD, ROWS, WRONG, divided_by_zero, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from toolkit.measuring.single_rows import SingleRows
    from toolkit.scheme.measures import Measure


@dataclass(frozen=True, eq=False)
class Taken:
    """One measure, taken for every member.

    Parameters
    ----------
    value
        Index member: float64, or states; NaN is missing, and stands for a member without rows.
    rows
        How many rows were read of each member, in the order of `value`.
    gaps, wrong
        Whether some rows lack a number, or hold one that cannot be weighed.
    undivided
        For each member whether it has something to divide, and 0 or nothing to divide it by.
    """

    value: pd.Series[Any]
    rows: NDArray[np.int64]
    gaps: bool = False
    wrong: bool = False
    undivided: NDArray[np.bool_] | None = None


def from_parts(measure: Measure, found: Mapping[str, pd.Series[Any]], at: NDArray[np.intp], members: pd.Index[str]) -> Taken:
    """A measure made of its parts; `at` says in which row of `found` each member stands, -1 for none."""
    counted = _counts(found[ROWS])
    value = value_of(measure, found).where(counted > 0)
    wrong = _counts(found[WRONG]) if WRONG in found else np.zeros_like(counted)
    held = _counts(found[HELD]) if HELD in found else counted
    zero = divided_by_zero(found).to_numpy(np.bool_)
    return Taken(
        value.reset_index(drop=True).reindex(at).set_axis(members),
        _at(counted, at),
        gaps=bool((counted > held + wrong).any()),
        wrong=bool(wrong.any()),
        undivided=_at(zero, at),
    )


def as_it_stands(table: SingleRows, column: str) -> Taken:
    """A column of a table that has one row for each member."""
    return Taken(table.column(column), table.rows)


def quotient(above: Taken, below: Taken, *, counted: bool) -> Taken:
    """One thing taken divided by another: their rows where those are counted, else their values as the floats they are.

    Examples
    --------
    >>> answered = Taken(pd.Series([0.0, 3.0]), np.array([0, 3]))
    >>> sent = Taken(pd.Series([4.0, 4.0]), np.array([4, 4]))
    >>> quotient(answered, sent, counted=True).value.tolist()
    [0.0, 0.75]
    """
    over, under = (_numbers(taken, counted=counted) for taken in (above, below))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        values = over / under + 0.0
    divides = np.isfinite(values)  # what no float can hold was divided by as good as nothing
    values[~divides] = np.nan
    return replace(
        above,
        value=pd.Series(values, index=above.value.index),
        rows=below.rows if counted else np.maximum(above.rows, below.rows),
        undivided=None if counted else ~np.isnan(over) & ~divides,
    )


def _numbers(taken: Taken, *, counted: bool) -> NDArray[np.float64]:
    return taken.rows.astype(np.float64) if counted else taken.value.to_numpy(np.float64, na_value=np.nan)


def _counts(rows: pd.Series[Any]) -> NDArray[np.int64]:
    """Numbers of rows; Spark counts rows whose states are all unknown as nothing instead of 0."""
    return rows.fillna(0).to_numpy(np.int64)


def _at(values: NDArray[Any], at: NDArray[np.intp]) -> NDArray[Any]:
    """The value at each place, 0 where it is none."""
    return np.where(at >= 0, values[at], 0).astype(values.dtype) if len(values) else np.zeros(len(at), values.dtype)
