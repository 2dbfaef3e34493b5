"""Raw values as values on the scheme's scale, and what stands in for a missing one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import Problem, Problems
from toolkit.scheme import Indicator, Scheme
from toolkit.shapes import Category, is_missing, state_name
from toolkit.text import Phrase, phrase


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
    problems
        A missing value where the scheme allows none, a state that has no points.
    """

    frame: pd.DataFrame
    unranked: pd.Series[bool]
    problems: Problems


def scaled(scheme: Scheme, raw: pd.DataFrame, applicable: pd.DataFrame, classes: pd.Series[Any]) -> Values:
    """`raw` on the scale of `scheme`, each indicator by its shape and its missing policy.

    Parameters
    ----------
    raw, applicable
        As `Indicators` gives them: member x indicator.
    classes
        Index member, the class of each; the median of the class stands in under ``class_median``.
    """
    columns: dict[str, pd.Series[Any]] = {}
    problems: list[Problem] = []
    unranked = pd.Series(data=False, index=raw.index)
    for item in scheme.indicators:
        counted = applicable[item.id]
        given = raw[item.id].where(counted)
        values = pd.Series(_values(item, given, scheme.scale), index=raw.index)
        missing = counted & values.isna()
        problems += _unnamed_states(item, given, missing)
        columns[item.id] = _filled(item, values, missing, classes)
        if item.missing == "unranked":
            unranked |= missing
        elif item.missing == "error":
            problems += _missing(item, missing & given.isna())
    return Values(pd.DataFrame(columns, index=raw.index), unranked, Problems(tuple(problems)))


def _values(item: Indicator, given: pd.Series[Any], scale: float) -> Any:
    if isinstance(item.value, Category):
        return item.value.values(given, scale)
    return item.value.values(given.to_numpy(dtype=np.float64, na_value=np.nan), scale)


def _filled(item: Indicator, values: pd.Series[Any], missing: pd.Series[bool], classes: pd.Series[Any]) -> pd.Series[Any]:
    if item.missing == "worst":
        return values.mask(missing, item.value.lowest)
    if item.missing == "class_median":
        medians = values.groupby(classes).transform("median").fillna(item.value.lowest)
        return values.mask(missing, medians)
    return values


def _unnamed_states(item: Indicator, given: pd.Series[Any], missing: pd.Series[bool]) -> Iterator[Problem]:
    if not isinstance(item.value, Category):
        return
    for state in sorted({state_name(state) for state in given[missing] if not is_missing(state)}):
        yield Problem(
            "error",
            phrase("“{label}”没有写明“{state}”得几分", "`{label}` gives no points for `{state}`", label=item.label, state=state),
            Phrase("请在 points 里补上，或写 other", "add it to `points`, or give `other`"),
            file="scheme.toml", column=f"indicator[{item.id}].value.points", value=state,
        )  # fmt: skip


def _missing(item: Indicator, missing: pd.Series[bool]) -> Iterator[Problem]:
    for member in missing.index[missing]:
        yield Problem(
            "error",
            phrase("会员 {member} 缺少“{label}”", "member {member} lacks `{label}`", member=member, label=item.label),
            Phrase("请补齐数据，或在办法里写明缺失怎样处理（missing）", "fill it in, or say in the scheme what `missing` means"),
            file="scheme.toml", column=f"indicator[{item.id}].missing", value=str(member),
        )  # fmt: skip
