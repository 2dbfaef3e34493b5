"""What stands in for a missing value: the worst, a number, or what the others got in the middle."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.shapes import Relative
from toolkit.shapes.relative import EVERYONE, by_class

if TYPE_CHECKING:
    from toolkit.ranking import Floats
    from toolkit.scheme.criteria import Indicator

MIDDLES = ("median", "mean", "class_median", "class_mean")
POINTS = "points"


def stand_ins(item: Indicator, used: Floats, values: Floats, scale: float, classes: Any) -> Floats | None:
    """The value that would stand in for each member, shape (members,); None where nothing stands in for a gap.

    Parameters
    ----------
    used : float64[members]
        Raw values as they are valued, NaN where missing; not looked at unless the shape is relative.
    values : float64[members]
        What came of them.
    classes
        The class of each member. Where nobody of a class has a value, the worst stands in.
    """
    policy = item.missing
    if not isinstance(policy, str):
        return np.full(len(values), float(policy))
    if policy != "worst" and policy not in MIDDLES:
        return None
    if policy == "worst":
        return _worst(item, used, scale, classes, len(values))
    found, groups = middles(item, values, classes), list(_groups(policy, classes))
    whole = all(name in found for name, _ in groups)
    filling = np.empty(len(values)) if whole else _worst(item, used, scale, classes, len(values))
    for name, members in groups:
        filling[members] = found.get(name, filling[members])
    return filling


def middles(item: Indicator, values: Floats, classes: Any) -> dict[str, float]:
    """The median or mean that stands in, by class or for ``all``: as the scheme holds it, else that of `values`."""
    if item.stands_in is not None:
        return item.stands_in
    policy = str(item.missing)
    given = {name: values[members][~np.isnan(values[members])] for name, members in _groups(policy, classes)}
    middle = _mean if policy.endswith("mean") else _median
    return {name: middle(found) for name, found in given.items() if len(found)}


def how(item: Indicator) -> str:
    """What a value that stands in is called: the scheme's policy, or `points` for a number."""
    return item.missing if isinstance(item.missing, str) else POINTS


def _worst(item: Indicator, used: Floats, scale: float, classes: Any, count: int) -> Floats:
    if isinstance(item.value, Relative):
        return item.value.worst(used, scale, classes)
    return np.full(count, item.value.lowest)


def _groups(policy: str, classes: Any) -> Iterable[tuple[str, Any]]:
    return by_class(classes) if policy.startswith("class_") else [(EVERYONE, slice(None))]


def _median(found: Floats) -> float:
    return float(np.median(found))


def _mean(found: Floats) -> float:
    """The sum is rounded once: the order of members changes nothing."""
    return math.fsum(found.tolist()) / len(found)
