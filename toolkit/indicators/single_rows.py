"""Values read as they stand: from the one row that a table has for each member.

What was taken for each member, and one thing taken divided by another.

Raw values as columns, ready to be put on the scale: no frame stands between what was measured and what it is worth.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.ground.decimals import decimal_digits_of
from toolkit.ground.ranking import Mask
from toolkit.indicators.aggregates import HELD, ROWS, WRONG, divided_by_zero, value_of

if TYPE_CHECKING:
    from toolkit.indicators.selection import Calendar
    from toolkit.records.dictionary import Table
    from toolkit.scheme.measures import Measure


@dataclass(frozen=True, eq=False)
class SingleRows:
    """A table seen from the members.

    Parameters
    ----------
    frame
        Its rows, with their places.
    members
        Whom it is asked about.
    whose
        For each row the place of its member in `members`, -1 for a row of nobody asked about.
    kept
        For each row, whether it counts.
    """

    frame: pd.DataFrame
    members: pd.Index[str]
    whose: NDArray[np.intp]
    kept: NDArray[np.bool_]

    @classmethod
    def of(cls, frame: pd.DataFrame, member: str, members: pd.Index[str], kept: NDArray[np.bool_] | None = None) -> SingleRows:
        """The rows of `frame`, whose column `member` says whom each is about.

        Examples
        --------
        >>> frame = pd.DataFrame({"code": ["B", "A"], "staff": [3.0, 12.0]})
        >>> SingleRows.of(frame, "code", pd.Index(["A", "B", "C"])).column("staff").tolist()
        [12.0, 3.0, nan]
        """
        return cls(frame, members, _places(frame[member], members), np.ones(len(frame), np.bool_) if kept is None else kept)

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """For each member how many rows count."""
        return np.bincount(self.whose[self._about], minlength=len(self.members)).astype(np.int64)

    @cached_property
    def standing(self) -> NDArray[np.intp]:
        """For each member the place of its row, -1 where it has none; of several the last."""
        at = np.full(len(self.members), -1, dtype=np.intp)
        about = np.flatnonzero(self._about)
        at[self.whose[about]] = about
        return at

    def column(self, name: str) -> pd.Series[Any]:
        """What each member's row says in column `name`: float64, dates, or words and states; NaN is missing."""
        cells = self.frame[name]
        return pd.Series(cells.array.take(self.standing, allow_fill=True), index=self.members)

    def any(self, flags: pd.Series[bool]) -> pd.Series[bool]:
        """By member, whether any of its rows is flagged, be it counted or not."""
        flagged = self.whose[flags.to_numpy(dtype=np.bool_) & (self.whose >= 0)]
        return pd.Series(np.bincount(flagged, minlength=len(self.members)) > 0, index=self.members)

    def repeated(self) -> pd.DataFrame:
        """The rows of members that have several, but for the first of each by place."""
        rows = self.frame.assign(whose=self.whose)[self._about].sort_values(["whose", "_file", "_sheet", "_row"])
        return rows[rows["whose"].duplicated()]

    @cached_property
    def _about(self) -> NDArray[np.bool_]:
        return self.kept & (self.whose >= 0)


def _places(names: pd.Series[str], members: pd.Index[str]) -> NDArray[np.intp]:
    """The place of each name among `members`, -1 for one that is not there; Arrow looks words up fastest."""
    import pyarrow as pa
    import pyarrow.compute as pc

    words = pa.large_string()
    positions = pc.index_in(pa.array(names, words, from_pandas=True), pa.array(members, words))
    places: NDArray[np.intp] = positions.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.intp)
    return places


def kept_rows(frame: pd.DataFrame, table: Table, calendar: Calendar) -> NDArray[np.bool_]:
    """For each row whether a value is read from it as it stands: it has happened, in the period, and is verified."""
    kept = np.ones(len(frame), np.bool_)
    if table.date is not None:
        days = frame[table.date].dt.normalize()
        kept &= (days <= pd.Timestamp(calendar.as_of)).to_numpy()
        if calendar.period:
            kept &= days.between(*map(pd.Timestamp, calendar.period)).to_numpy()
    if table.verified is not None:
        kept &= frame[table.verified.column].isin(table.verified.counts).to_numpy()
    return kept



@dataclass(frozen=True, eq=False)
class Taken:
    """One measure, taken for every member.

    Whatever way a number was come by, from here on it is what its digits say (see `toolkit.ground.decimals`).

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
    lacking
        Of a mean over days the days on which some have no number, and who, bool[members], of those who have one on another.
    """

    value: pd.Series[Any]
    rows: NDArray[np.int64]
    gaps: bool = False
    wrong: bool = False
    undivided: NDArray[np.bool_] | None = None
    lacking: Mapping[dt.date, NDArray[np.bool_]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """No noise of a division, a sum or a cell stands behind the digits."""
        if pd.api.types.is_float_dtype(self.value):
            numbers = self.value.to_numpy(np.float64, na_value=np.nan)
            object.__setattr__(self, "value", pd.Series(decimal_digits_of(numbers), index=self.value.index))


def from_parts(measure: Measure, sums: Mapping[str, pd.Series[Any]], at: NDArray[np.intp], members: pd.Index[str]) -> Taken:
    """A measure made of its parts; `at` says in which row of `sums` each member stands, -1 for none."""
    counted = _counts(sums[ROWS])
    value = value_of(measure, sums).where(counted > 0)
    wrong = _counts(sums[WRONG]) if WRONG in sums else np.zeros_like(counted)
    with_number = _counts(sums[HELD]) if HELD in sums else counted
    zero = divided_by_zero(sums).to_numpy(np.bool_)
    return Taken(
        value.reset_index(drop=True).reindex(at).set_axis(members),
        _at(counted, at),
        gaps=bool((counted > with_number + wrong).any()),
        wrong=bool(wrong.any()),
        undivided=_at(zero, at),
    )


def as_it_stands(table: SingleRows, column: str) -> Taken:
    """A column of a table that has one row for each member."""
    return Taken(table.column(column), table.rows)


def quotient(above: Taken, below: Taken, *, counted: bool) -> Taken:
    """One thing taken divided by another: their rows where those are counted, else their values.

    Examples
    --------
    >>> answered = Taken(pd.Series([0.0, 0.7]), np.array([0, 3]))
    >>> sent = Taken(pd.Series([4.0, 0.1]), np.array([4, 4]))
    >>> quotient(answered, sent, counted=True).value.tolist(), quotient(answered, sent, counted=False).value.tolist()
    ([0.0, 0.75], [0.0, 7.0])
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


def product(one: Taken, other: Taken) -> Taken:
    """The value of one cell times that of another; missing where either is."""
    values = _numbers(one, counted=False) * _numbers(other, counted=False)
    return replace(one, value=pd.Series(values, index=one.value.index), rows=np.maximum(one.rows, other.rows))


def _numbers(taken: Taken, *, counted: bool) -> NDArray[np.float64]:
    return taken.rows.astype(np.float64) if counted else taken.value.to_numpy(np.float64, na_value=np.nan)


def _counts(rows: pd.Series[Any]) -> NDArray[np.int64]:
    """Numbers of rows; Spark counts rows whose states are all unknown as nothing instead of 0."""
    return rows.fillna(0).to_numpy(np.int64)


def _at(values: NDArray[Any], at: NDArray[np.intp]) -> NDArray[Any]:
    """The value at each place, 0 where it is none."""
    return np.where(at >= 0, values[at], 0).astype(values.dtype) if len(values) else np.zeros(len(at), values.dtype)



RawColumn: TypeAlias = NDArray[Any]
"""The raw values of an indicator, float64[members], or object[members] where states are counted."""


@dataclass(frozen=True, eq=False)
class RawValues:
    """What was measured of some members, by indicator.

    Parameters
    ----------
    members : Index of str
        Whose values they are.
    columns
        Float64[members], or object[members] where states are counted; NaN where missing or not applicable.
    counted : bool[members]
        To whom each indicator applies.

    Examples
    --------
    >>> raw, applicable = pd.DataFrame({"hours": [4.0, 9.0]}), pd.DataFrame({"hours": [True, False]})
    >>> RawValues.of(raw, applicable).columns["hours"]
    array([ 4., nan])
    """

    members: pd.Index[Any]
    columns: Mapping[str, RawColumn]
    counted: Mapping[str, Mask]

    @classmethod
    def of(cls, raw: pd.DataFrame, applicable: pd.DataFrame) -> RawValues:
        """The columns of two frames as `Indicators` gives them: member x indicator."""
        counted = {str(name): column.to_numpy(dtype=np.bool_) for name, column in applicable.items()}
        return cls(raw.index, {str(name): _given(column, counted[str(name)]) for name, column in raw.items()}, counted)


def _given(raw: pd.Series[Any], counted: Mask) -> RawColumn:
    values = raw.to_numpy()
    return values if counted.all() else np.where(counted, values, np.nan)
