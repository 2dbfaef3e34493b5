"""Raw values as columns, ready to be put on the scale: no frame stands between what was measured and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.ranking import Mask

Column: TypeAlias = NDArray[Any]
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
    columns: Mapping[str, Column]
    counted: Mapping[str, Mask]

    @classmethod
    def of(cls, raw: pd.DataFrame, applicable: pd.DataFrame) -> RawValues:
        """The columns of two frames as `Indicators` gives them: member x indicator."""
        counted = {str(name): column.to_numpy(dtype=np.bool_) for name, column in applicable.items()}
        return cls(raw.index, {str(name): _given(column, counted[str(name)]) for name, column in raw.items()}, counted)


def _given(raw: pd.Series[Any], counted: Mask) -> Column:
    values = raw.to_numpy()
    return values if counted.all() else np.where(counted, values, np.nan)
