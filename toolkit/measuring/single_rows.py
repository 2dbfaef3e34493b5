"""Values read as they stand: from the one row that a table has for each member."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.measuring.selection import Calendar
    from toolkit.tables import Table


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
    def of(
        cls, frame: pd.DataFrame, member: str, members: pd.Index[str], kept: NDArray[np.bool_] | None = None
    ) -> SingleRows:
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
        held = self.frame[name]
        return pd.Series(held.array.take(self.standing, allow_fill=True), index=self.members)

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
    found = pc.index_in(pa.array(names, words, from_pandas=True), pa.array(members, words))
    places: NDArray[np.intp] = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.intp)
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
