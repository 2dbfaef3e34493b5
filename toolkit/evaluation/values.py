"""Raw values as values on the scheme's scale, what stands in for a missing one, and what was touched on the way.

What stands in for a missing value: the worst, a number, or what the others got in the middle; or, before outliers are treated,
a raw value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.value_checks import Valued, cut_off, value_problems, without_others
from toolkit.ground.decimals import decimal_digits_of
from toolkit.ground.problems import Problem, Problems
from toolkit.ground.ranking import Floats, Mask
from toolkit.ground.text import in_words_before
from toolkit.indicators.single_rows import RawColumn, RawValues
from toolkit.scheme import Scheme
from toolkit.scheme.criteria import MIDDLES, Indicator
from toolkit.scheme.shapes import Category, Relative
from toolkit.scheme.shapes.relative import EVERYONE, class_places

POINTS, IMPUTED, WORST = "points", "imputed", "worst"


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
    if item.imputes:  # a class in which nobody has a raw value
        return stepped(item, _worst(item, used, scale, classes, len(values)))
    if not isinstance(policy, str):
        return stepped(item, np.full(len(values), float(policy)))
    if policy != "worst" and policy not in MIDDLES:
        return None
    return stepped(item, _filling(item, used, values, scale, classes))


def stepped(item: Indicator, values: Floats) -> Floats:
    """Values as they count, where the scheme rounds an indicator's own score before it is weighed."""
    step = item.step_of("score")
    return step.rounded(values) if step else values


def _filling(item: Indicator, used: Floats, values: Floats, scale: float, classes: Any) -> Floats:
    policy = str(item.missing)
    if policy == "worst":
        return _worst(item, used, scale, classes, len(values))
    groups = list(_groups(policy, classes))
    by_group = _middles(item, values, groups)
    whole = all(name in by_group for name, _ in groups)
    filling = np.empty(len(values)) if whole else _worst(item, used, scale, classes, len(values))
    for name, members in groups:
        filling[members] = by_group.get(name, filling[members])
    return filling


def middles(item: Indicator, values: Floats, classes: Any) -> dict[str, float]:
    """The median or mean that stands in, by class or for ``all``: as the scheme holds it, else that of `values`, raw ones where it imputes."""
    return _middles(item, values, _groups(str(item.missing), classes))


def _middles(item: Indicator, values: Floats, groups: Iterable[tuple[str, Any]]) -> dict[str, float]:
    if item.stands_in is not None:
        return item.stands_in
    given = {name: known[~np.isnan(known)] for name, known in ((name, values[members]) for name, members in groups)}
    middle = _mean if str(item.missing).endswith("mean") else _median
    return {name: middle(known) for name, known in given.items() if len(known)}


def how(item: Indicator) -> str:
    """What a value that stands in is called: the scheme's policy, `points` for a number, or `imputed` where it is a raw value."""
    if item.imputes:
        return IMPUTED
    return item.missing if isinstance(item.missing, str) else POINTS


def imputed(item: Indicator, numbers: Floats, counted: Mask, classes: Any) -> Floats:
    """Raw values with the one that stands in for each missing one; NaN stays where the scheme imputes none, or nobody of the class has one."""
    gaps = counted & np.isnan(numbers)
    if not item.imputes or not gaps.any():
        return numbers
    filling = np.full(len(numbers), np.nan if isinstance(item.missing, str) else item.missing)
    if isinstance(item.missing, str):
        by_group = middles(item, numbers, classes)
        for name, members in _groups(item.missing, classes):
            filling[members] = by_group.get(name, np.nan)
    return np.where(gaps, decimal_digits_of(filling), numbers)


def _worst(item: Indicator, used: Floats, scale: float, classes: Any, count: int) -> Floats:
    if isinstance(item.value, Relative):
        return item.value.worst(used, scale, classes)
    return np.full(count, item.value.lowest)


def _groups(policy: str, classes: Any) -> Iterable[tuple[str, Any]]:
    return class_places(classes) if policy.startswith("class_") else [(EVERYONE, slice(None))]


def _median(values: Floats) -> float:
    return float(np.median(values))


def _mean(values: Floats) -> float:
    """The sum is rounded once: the order of members changes nothing."""
    return math.fsum(values.tolist()) / len(values)


States: TypeAlias = NDArray[np.object_]
TOUCHED = ("member", "indicator", "how", "raw", "used", "value")


@dataclass(frozen=True, eq=False)
class Scaled:
    """One indicator's values on the scale, and what is to be said of them when it is asked for; the parameters are those of `Values`.

    Whatever is said comes of `of`: None where nothing is, as values come of raw ones in a straight way and none is missing.
    """

    item: Indicator
    column: Floats
    unranked: Mask | None
    of: Source | None

    @cached_property
    def touched(self) -> Sequence[pd.DataFrame]:
        """The rows of `Values.touched`."""
        return tuple(_touched(self.of, self.column)) if self.of else ()

    @cached_property
    def problems(self) -> Sequence[Problem]:
        """Those of `Values.problems`."""
        return tuple(value_problems(self.of.valued, self.of.members, self.of.scale, self.of.classes)) if self.of else ()


class Source(NamedTuple):
    """What the values of one indicator were made of, and whether something stands in for what is missing."""

    valued: Valued
    members: pd.Index[Any]
    scale: float
    classes: States
    filled: bool


@dataclass(frozen=True, eq=False)
class Values:
    """Values on the scale, and what is to be said of them.

    Parameters
    ----------
    members
        Whose values they are.
    scaled
        Each indicator by itself, by its id.
    """

    members: pd.Index[Any]
    scaled: Mapping[str, Scaled]

    @cached_property
    def columns(self) -> Mapping[str, Floats]:
        """In [0, scale] unless the shape is open; NaN where the indicator is not counted for the member (not applicable, or missing and excluded)."""
        return {key: one.column for key, one in self.scaled.items()}

    @cached_property
    def unranked(self) -> Mask:
        """Of whom a value is missing without which the scheme does not rank; bool[members]."""
        missing = [one.unranked for one in self.scaled.values() if one.unranked is not None]
        return np.logical_or.reduce(missing) if missing else np.zeros(len(self.members), np.bool_)

    @cached_property
    def problems(self) -> Problems:
        """A missing value where the scheme allows none, a state that has no points, a column that tells nobody apart."""
        return Problems(tuple(problem for one in self.scaled.values() for problem in one.problems))

    @cached_property
    def touched_rows(self) -> Sequence[pd.DataFrame]:
        """What `touched` is made of."""
        return [rows for one in self.scaled.values() for rows in one.touched]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The columns as a frame, index member, in the order of the scheme."""
        return pd.DataFrame(dict(self.columns), index=self.members, copy=False)

    @cached_property
    def touched(self) -> pd.DataFrame:
        """A row for each value that does not come of the raw value as it stands.

        Columns member, indicator, how (the missing policy, ``points`` for a number, ``imputed``, or the outlier treatment), raw and
        used (NaN where missing), value.
        """
        return pd.concat(self.touched_rows, ignore_index=True) if self.touched_rows else nothing_touched()


def scaled(scheme: Scheme, raw: RawValues, classes: States, before: Values | None = None) -> Values:
    """`raw` on the scale of `scheme`, each indicator by its outlier treatment, its shape and its missing policy.

    Parameters
    ----------
    raw
        Of the indicators of the scheme, others may be among them.
    classes : object[members]
        The class of each.
    before
        The same raw values on the same scale by another scheme: what it values alike is taken over.
    """
    known = before.scaled if before is not None else {}
    return Values(raw.members, {item.id: _kept(known.get(item.id), item) or _scaled(item, scheme.scale, raw, classes) for item in scheme.indicators})


def valued_alike(one: Indicator, other: Indicator) -> bool:
    """Whether two indicators give the same raw values the same values: they differ in nothing but weight and group."""
    return one is other or _valued(one) == _valued(other)


def all_valued_alike(one: Scheme, other: Scheme) -> bool:
    """Whether two schemes give the same raw values the same values: nothing differs but weights and groups."""
    if one.scale != other.scale or len(one.indicators) != len(other.indicators):
        return False
    return all(map(valued_alike, one.indicators, other.indicators))


def _valued(indicator: Indicator) -> dict[str, object]:
    return {key: value for key, value in vars(indicator).items() if key not in {"weight", "group"}}


def _kept(before: Scaled | None, item: Indicator) -> Scaled | None:
    return before if before is not None and valued_alike(before.item, item) else None


def _scaled(item: Indicator, scale: float, raw: RawValues, classes: States) -> Scaled:
    valued = valued_column(item, raw.columns[item.id], raw.counted[item.id], scale, classes)
    column, gaps = valued.values, np.count_nonzero(valued.missing) > 0
    stand_in = stand_ins(valued.item, valued.used, column, scale, classes) if gaps else None
    if stand_in is not None:
        column = np.where(valued.missing, stand_in, column)
    column.flags.writeable = False  # scores show the same numbers, uncopied
    unranked = valued.missing if stand_in is None and item.missing == "unranked" else None
    plain = not gaps and valued.straight and next(cut_off(item, valued.used, scale), None) is None
    return Scaled(item, column, unranked, None if plain else Source(valued, raw.members, scale, classes, stand_in is not None))


def resolved(scheme: Scheme, raw: RawValues, classes: States) -> Scheme:
    """The scheme with all that it found among the members: under it, others that join later move nobody.

    Goalposts and ladders of relative shapes, bounds and parameters of outlier treatments, medians and means that
    stand in. All members of `raw` to whom an indicator applies count. What was resolved already stays as it is.
    """
    items = tuple(_resolved(valued, scheme.scale, classes) for valued in _each(scheme, raw, classes))
    return scheme.model_copy(update={"indicators": items})


def _each(scheme: Scheme, raw: RawValues, classes: States) -> Iterator[Valued]:
    for item in scheme.indicators:
        yield valued_column(item, raw.columns[item.id], raw.counted[item.id], scheme.scale, classes)


def valued_column(item: Indicator, given: RawColumn, counted: Mask, scale: float, classes: States) -> Valued:
    """One indicator on the scale, what is missing left NaN.

    Parameters
    ----------
    given : float64[members] or object[members]
        Its raw values, NaN where it does not apply.
    counted, classes : bool[members], object[members]
        To whom it applies, and the class of each.
    """
    shape = item.value
    if isinstance(shape, Category):
        values = stepped(item, shape.values(given, scale))
        return Valued(item, given, np.full(len(given), np.nan), values, None, counted & np.isnan(values))
    recorded = given if given.dtype == np.float64 else _numbers(given)
    numbers = imputed(item, recorded, counted, classes)
    item, used, treated = _treated(item, numbers)
    if isinstance(shape, Relative):
        values = stepped(item, shape.values(used, scale, classes))
    else:
        values = stepped(item, shape.values(used, scale))
    filled = None if numbers is recorded else np.isnan(recorded) & ~np.isnan(numbers)
    straight = not isinstance(shape, Relative) and treated is None and filled is None
    return Valued(item, given, used, values, treated, counted & np.isnan(values), straight=straight, imputed=filled)


def _numbers(given: RawColumn) -> Floats:
    return np.asarray(pd.Series(given).to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def _treated(item: Indicator, numbers: Floats) -> tuple[Indicator, Floats, Mask | None]:
    """The raw values after outlier treatment, and whose changed; None where there is no treatment."""
    if item.outliers is None:
        return item, numbers, None
    treatment = item.outliers.resolved(numbers)
    used = decimal_digits_of(treatment.applied(numbers))
    changed = ~np.isnan(numbers) & (used != numbers)
    return item.model_copy(update={"outliers": treatment}), used, changed


def _resolved(valued: Valued, scale: float, classes: States) -> Indicator:
    item, changes = valued.item, dict[str, object]()
    if isinstance(item.value, Relative):
        changes["value"] = item.value.resolved(valued.used, scale, classes)
    if item.missing in MIDDLES:
        known = valued.given if item.imputes else valued.values
        changes["stands_in"] = middles(item, known if known.dtype == np.float64 else _numbers(known), classes)
    return item.model_copy(update=changes)


def _touched(of: Source, column: Floats) -> Iterator[pd.DataFrame]:
    valued, members = of.valued, of.members
    item, treatment = valued.item, valued.item.outliers
    stood_in = valued.missing & of.filled if valued.imputed is None else valued.missing | valued.imputed
    alone = np.zeros(len(column), np.bool_)
    if not in_words_before("0.6.0"):
        alone = np.logical_or.reduce([alone, *(which for _, which in without_others(valued, of.classes))])
    if treatment is not None and valued.treated is not None:
        yield from _rows(valued, members, valued.treated & ~stood_in, treatment.treat, column)
    yield from _rows(valued, members, stood_in & ~alone, how(item), column)
    yield from _rows(valued, members, stood_in & alone, WORST, column)


def _rows(valued: Valued, members: pd.Index[Any], which: Mask, name: str, column: Floats) -> Iterator[pd.DataFrame]:
    if which.any():
        raw = valued.used[which] if isinstance(valued.item.value, Category) else valued.given[which].astype(np.float64)
        cells = (members[which], valued.item.id, name, raw, valued.used[which], column[which])
        yield pd.DataFrame(dict(zip(TOUCHED, cells, strict=True)))


def nothing_touched() -> pd.DataFrame:
    """No touched values, with the columns they would have."""
    return _untouched().copy()


@cache
def _untouched() -> pd.DataFrame:
    text = {key: pd.Series(dtype="str") for key in TOUCHED[:3]}
    return pd.DataFrame(text | {key: pd.Series(dtype="float64") for key in TOUCHED[3:]})
