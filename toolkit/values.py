"""Raw values as values on the scheme's scale, what stands in for a missing one, and what was touched on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.errors import Problem, Problems
from toolkit.ranking import Floats, Mask
from toolkit.scheme import Scheme
from toolkit.scheme.criteria import Indicator
from toolkit.shapes import Category, Relative
from toolkit.stand_ins import MIDDLES, how, middles, stand_ins
from toolkit.value_faults import Valued, value_problems

States: TypeAlias = NDArray[np.object_]
TOUCHED = ("member", "indicator", "how", "raw", "used", "value")


@dataclass(frozen=True)
class Values:
    """Values on the scale, and what is to be said of them.

    Parameters
    ----------
    frame
        Index member, a column for each indicator, float64 in [0, scale] unless the shape is open; NaN where the
        indicator is not counted for the member (not applicable, or missing and excluded).
    unranked
        Index member, bool: a value is missing without which the scheme does not rank.
    touched
        A row for each value that does not come of the raw value as it stands: member, indicator, how (the missing
        policy, ``points`` for a number, or the outlier treatment), raw and used (NaN where missing), value.
    problems
        A missing value where the scheme allows none, a state that has no points, a column that tells nobody apart.
    """

    frame: pd.DataFrame
    unranked: pd.Series[bool]
    touched: pd.DataFrame
    problems: Problems

    @cached_property
    def columns(self) -> dict[str, Floats]:
        """The columns of the frame, float64[members] each."""
        return {str(name): column.to_numpy() for name, column in self.frame.items()}


def scaled(scheme: Scheme, raw: pd.DataFrame, applicable: pd.DataFrame, classes: pd.Series[Any]) -> Values:
    """`raw` on the scale of `scheme`, each indicator by its outlier treatment, its shape and its missing policy.

    Parameters
    ----------
    raw, applicable
        As `Indicators` gives them: member x indicator.
    classes
        Index member, the class of each.
    """
    columns: dict[str, Floats] = {}
    problems: list[Problem] = []
    touched: list[pd.DataFrame] = []
    unranked = np.zeros(len(raw), np.bool_)
    named = np.asarray(classes, dtype=object)
    for valued in _each(scheme, raw, applicable, named):
        item, column, gaps = valued.item, valued.values, bool(valued.missing.any())
        stand_in = stand_ins(item, valued.used, column, scheme.scale, named) if gaps else None
        if stand_in is not None:
            column = np.where(valued.missing, stand_in, column)
        elif item.missing == "unranked":
            unranked |= valued.missing
        column.flags.writeable = False  # scores show the same numbers, uncopied
        columns[item.id] = column
        touched += _touched(valued, column, filled=stand_in is not None)
        problems += value_problems(valued, scheme.scale, named)
    return Values(
        pd.DataFrame(columns, index=raw.index, copy=False),
        pd.Series(unranked, index=raw.index),
        pd.concat(touched, ignore_index=True) if touched else nothing_touched(),
        Problems(tuple(problems)),
    )


def resolved(scheme: Scheme, raw: pd.DataFrame, applicable: pd.DataFrame, classes: pd.Series[Any]) -> Scheme:
    """The scheme with all that it found among the members: under it, others that join later move nobody.

    Goalposts and ladders of relative shapes, bounds and parameters of outlier treatments, medians and means that
    stand in. All members of `raw` to whom an indicator applies count. What was resolved already stays as it is.
    """
    named = np.asarray(classes, dtype=object)
    items = tuple(_resolved(valued, scheme.scale, named) for valued in _each(scheme, raw, applicable, named))
    return scheme.model_copy(update={"indicators": items})


def _each(scheme: Scheme, raw: pd.DataFrame, applicable: pd.DataFrame, classes: States) -> Iterator[Valued]:
    for item in scheme.indicators:
        counted = applicable[item.id].to_numpy(dtype=bool)
        given = raw[item.id] if counted.all() else raw[item.id].where(counted)
        yield valued_column(item, given, counted, scheme.scale, classes)


def valued_column(item: Indicator, given: pd.Series[Any], counted: Mask, scale: float, classes: States) -> Valued:
    """One indicator on the scale, what is missing left NaN.

    Parameters
    ----------
    given
        Its raw values, index member, NaN where it does not apply.
    counted, classes : bool[members], object[members]
        To whom it applies, and the class of each.
    """
    shape = item.value
    if isinstance(shape, Category):
        values = shape.values(given, scale)
        return Valued(item, given, np.full(len(given), np.nan), values, np.zeros(len(given), np.bool_), counted & np.isnan(values))
    plain = given.dtype == np.float64
    item, used, treated = _treated(item, given.to_numpy() if plain else given.to_numpy(dtype=np.float64, na_value=np.nan))
    values = shape.values(used, scale, classes) if isinstance(shape, Relative) else shape.values(used, scale)
    return Valued(item, given, used, values, treated, counted & np.isnan(values))


def _treated(item: Indicator, numbers: Floats) -> tuple[Indicator, Floats, Mask]:
    """The raw values after outlier treatment, and whose changed."""
    if item.outliers is None:
        return item, numbers, np.zeros(len(numbers), np.bool_)
    treatment = item.outliers.resolved(numbers)
    used = treatment.applied(numbers)
    changed = ~np.isnan(numbers) & (used != numbers)
    return item.model_copy(update={"outliers": treatment}), used, changed


def _resolved(valued: Valued, scale: float, classes: States) -> Indicator:
    item, found = valued.item, dict[str, object]()
    if isinstance(item.value, Relative):
        found["value"] = item.value.resolved(valued.used, scale, classes)
    if item.missing in MIDDLES:
        found["stands_in"] = middles(item, valued.values, classes)
    return item.model_copy(update=found)


def _touched(valued: Valued, column: Floats, *, filled: bool) -> Iterator[pd.DataFrame]:
    item, treatment = valued.item, valued.item.outliers
    if treatment is not None:
        yield from _rows(valued, valued.treated, treatment.treat, column)
    if filled:
        yield from _rows(valued, valued.missing, how(item), column)


def _rows(valued: Valued, which: Mask, name: str, column: Floats) -> Iterator[pd.DataFrame]:
    if which.any():
        raw = valued.used[which] if isinstance(valued.item.value, Category) else valued.given[which].to_numpy(np.float64)
        cells = (valued.given.index[which], valued.item.id, name, raw, valued.used[which], column[which])
        yield pd.DataFrame(dict(zip(TOUCHED, cells, strict=True)))


def nothing_touched() -> pd.DataFrame:
    """No touched values, with the columns they would have."""
    return _untouched().copy()


@cache
def _untouched() -> pd.DataFrame:
    text = {key: pd.Series(dtype="str") for key in TOUCHED[:3]}
    return pd.DataFrame(text | {key: pd.Series(dtype="float64") for key in TOUCHED[3:]})
