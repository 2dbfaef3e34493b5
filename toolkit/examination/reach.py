"""What can be reached at all: between which values every node of the tree must lie, whatever is recorded.

Nothing here looks at a record. Between what the tables allow a column to hold, shapes, weights and aggregates leave each node a
span, worked out by the rule itself (`aggregation.gather`, `adjusted`) at the ends: every mean of the house rises with each of its
parts. A span is never too narrow, so that what lies outside is proved to be out of reach; an aggregate that need not rise with its parts leaves it endless.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.evaluation.aggregation import NOISE, Branch, gather
from toolkit.evaluation.scores import TOTAL, Tree, adjusted
from toolkit.evaluation.values import stepped
from toolkit.ground.ranking import Floats, rounded
from toolkit.indicators import adjustment_points
from toolkit.indicators.checks import measured_range
from toolkit.scheme.criteria import Adjustment, Group, Indicator, Total
from toolkit.scheme.measures import Measure
from toolkit.scheme.shapes import Benchmark, Borda, Category, Rank, Relative, ValueShape, ZScore, state_name
from toolkit.scheme.shapes.absolute import FAR

if TYPE_CHECKING:
    from toolkit.records.dictionary import Column, Tables
    from toolkit.scheme import Scheme

MEANS = ("arithmetic", "geometric", "harmonic", "minimum", "sum", "conditional", "power")
"""The weighted means."""
COUNTED = frozenset({"count", "distinct", "any"})
"""What is never missing: nothing recorded is 0, or no."""
TINY = 1e-9  # of points: noise of floats
SUBSETS, MANY = 8, 14  # so many children that may lack a score are looked at in every combination; and where weights depend on which


@dataclass(frozen=True)
class Span:
    """Between which scores a node lies.

    Parameters
    ----------
    low, high
        The least and the most; low above high where nobody of the class can have a score.
    sure
        Whether everybody has one.
    counting
        Of a group: which of its children count where it is highest.
    """

    low: float
    high: float
    sure: bool = True
    counting: tuple[bool, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nobody can have a score here."""
        return self.low > self.high

    @property
    def fixed(self) -> bool:
        """Whether everybody has one and the same."""
        return self.sure and self.low == self.high

    def rounded(self, decimals: int) -> Span:
        """As scores are compared."""
        return replace(self, low=float(rounded(self.low, decimals)), high=float(rounded(self.high, decimals)))

    def within(self, low: float, high: float) -> Span:
        """The part between two bounds."""
        return replace(self, low=max(self.low, low), high=min(self.high, high))


NOWHERE, ANYWHERE = Span(np.inf, -np.inf, sure=False), Span(-np.inf, np.inf, sure=False)


def is_mean(aggregate: str) -> bool:
    """Whether an aggregate is a weighted mean, which rises with each of its parts."""
    return aggregate.partition("(")[0] in MEANS


def rises(aggregate: str) -> bool:
    """Whether what an aggregate gives never falls where one of its parts rises."""
    return is_mean(aggregate) or aggregate in {"maximum", "median", "product"}


def reach(scheme: Scheme, tables: Tables | None = None, class_: str = "", held: Mapping[str, tuple[float, float]] | None = None) -> dict[str, Span]:
    """The span of every node, adjustment and the total for members of a class, before rounding.

    Parameters
    ----------
    tables
        The data dictionary, whose ranges and choices bound what can be recorded; None where it is not known.
    class_
        The class; what does not apply to it is empty.
    held
        Nodes that are to have a score, and between which two: what the others can reach then.
    """
    tree, bounds = Tree.of(scheme), dict(held or {})
    spans = {item.id: _held(value_span(item, scheme.scale, tables, class_), bounds.get(item.id)) for item in scheme.indicators}
    rules: dict[str, Group | Total] = {group.id: group for group in scheme.groups} | {TOTAL: scheme.total}
    for branch in tree.branches:
        name = tree.nodes[branch.node]
        parts = [spans[tree.nodes[child]] for child in branch.children]
        spans[name] = _mean(branch, parts, tree.weights[list(branch.children)]) if rises(rules[name].aggregate) else ANYWHERE
        if name != TOTAL:
            spans[name] = _held(spans[name], bounds.get(name))
    points = {item.id: _held(adjustment_span(item, tables), bounds.get(item.id)) for item in scheme.adjustments}
    spans |= points | {item.id: _held((_summed if item.aggregate == "sum" else _outermost)([(spans | points)[name] for name in item.of]), bounds.get(item.id)) for item in scheme.sums}
    return spans | {TOTAL: _held(_total(scheme, spans[TOTAL], list(points.values())), bounds.get(TOTAL))}


def _summed(parts: Sequence[Span]) -> Span:
    """The span of a plain sum, of those who have any of its parts."""
    there = [part for part in parts if not part.empty]
    if not there:
        return NOWHERE
    low = sum(part.low if part.sure else min(0.0, part.low) for part in there)
    high = sum(part.high if part.sure else max(0.0, part.high) for part in there)
    return Span(low, high, sure=any(part.sure for part in there))


def _outermost(parts: Sequence[Span]) -> Span:
    """Between which ends the greatest or the least of some parts lies."""
    there = [part for part in parts if not part.empty]
    return Span(min(part.low for part in there), max(part.high for part in there), sure=any(part.sure for part in there)) if there else NOWHERE


def _held(span: Span, ends: tuple[float, float] | None) -> Span:
    """The part of a span between two scores, of those who have one at all."""
    return span if ends is None else replace(span.within(*ends), sure=not span.empty)


def value_span(item: Indicator, scale: float, tables: Tables | None, class_: str = "") -> Span:
    """Between which values an indicator lies for a class, what stands in for a missing one included."""
    if item.applies_to and class_ not in item.applies_to:
        return NOWHERE
    values = list(_values(item, scale, tables))
    never_missing = (item.measure.take in COUNTED and not isinstance(item.value, Category | Benchmark)) or item.missing == "error"
    if not never_missing:
        values += _stand_ins(item, values, scale)
    asked = item.missing not in {"exclude", "unranked"} and item.measure.take != "panel"
    sure = (never_missing or asked) and not may_not_apply(item.measure, tables)
    given = stepped(item, np.array(values))
    return Span(float(given.min()), float(given.max()), sure)


def adjustment_span(item: Adjustment, tables: Tables | None, *, bounded: bool = True) -> Span:
    """Between how many points an adjustment lies; without its own bounds where it is not `bounded`."""
    raw = pd.Series([*measured_range(item.measure, tables), 0.0])
    points = adjustment_points(item if bounded else item.model_copy(update={"cap": None, "floor": None}), raw)
    return Span(float(points.min()), float(points.max()))


def before_bounds(scheme: Scheme, spans: Mapping[str, Span]) -> Span:
    """The span of the total as it is before its own floor and cap hold it."""
    if not rises(scheme.total.aggregate):
        return ANYWHERE
    free = scheme.model_copy(update={"total": scheme.total.model_copy(update={"floor": None, "cap": None})})
    tree = Tree.of(scheme)
    top = tree.branches[-1]
    mean = _mean(top, [spans[tree.nodes[child]] for child in top.children], tree.weights[list(top.children)])
    return _total(free, mean, [spans[item.id] for item in scheme.adjustments])


def free_of_bounds(scheme: Scheme, tables: Tables | None, class_: str, group: Group) -> Span:
    """The span of a group as it is before its own cap holds it."""
    free = group.model_copy(update={"cap": None, "value": None, "decimals": None})
    groups = tuple(free if one.id == group.id else one for one in scheme.groups)
    return reach(scheme.model_copy(update={"groups": groups}), tables, class_)[group.id]


def may_not_apply(measure: Measure, tables: Tables | None) -> bool:
    """Whether a cell can say 不适用, so that the weight of the indicator goes to its siblings."""
    if measure.take is not None:
        return False
    columns = [column_of(term, tables) for term in measure.terms]
    return any(column is None or bool(column.not_applicable) for column in columns)


def column_of(measure: Measure, tables: Tables | None) -> Column | None:
    """The column a measure takes its values from, where the data dictionary has it."""
    table, column = measure.place
    return None if tables is None or table not in tables.table else tables.table[table].column.get(str(column))


def states_of(measure: Measure, tables: Tables | None) -> list[str] | None:
    """The states that a measure can come to, as a scheme writes them; None where anything can be recorded."""
    column = column_of(measure, tables)
    if measure.take == "any" or (column is not None and column.type == "boolean"):
        return ["true", "false"]
    if column is not None and column.type == "choice" and measure.take in {None, "latest"}:
        return [state_name(state) for state in column.choices]
    return None


def lowest_value(item: Indicator, scale: float, tables: Tables | None) -> float:
    """The least that anything recorded of an indicator is worth."""
    return min(_values(item, scale, tables))


def stand_in(item: Indicator) -> float | None:
    """What a gap of an indicator counts whatever the others have; None where that depends, or it counts nothing."""
    if not isinstance(item.missing, str):
        return None if item.imputes else float(item.missing)
    return item.value.lowest if item.missing == "worst" and not isinstance(item.value, Relative) else None


def _values(item: Indicator, scale: float, tables: Tables | None) -> Iterator[float]:
    """The ends of what the shape gives to what can be recorded."""
    shape = item.value
    if isinstance(shape, Category):
        states = states_of(item.measure, tables)
        given = [shape.points[state] for state in shape.points if states is None or state in states]
        yield from given
        if shape.other is not None or not given:
            yield shape.lowest if shape.other is None else shape.other
    elif isinstance(shape, Relative):
        yield from _among_any(shape, scale)
    else:
        yield from shape.values(turns(shape, *measured_range(item.measure, tables)), scale).tolist()


def _among_any(shape: Relative, scale: float) -> tuple[float, float]:
    """Between which values a relative shape gives to whichever members lie."""
    if isinstance(shape, ZScore):
        return -np.inf, np.inf
    if isinstance(shape, Rank | Borda) and shape.to is None:
        return 0.0, np.inf
    return (0.0, shape.ends(scale)[1]) if shape.found else shape.ends(scale)


def turns(shape: ValueShape, least: float = -FAR, most: float = FAR) -> Floats:
    """The ends of a range and where a shape turns or steps in it, rising: its least and its most are among the values there."""
    knots = [raw for knot in shape.knots for raw in (np.nextafter(knot, -np.inf), knot, np.nextafter(knot, np.inf))]
    return np.unique([least, most, *(knot for knot in knots if least <= knot <= most)])


def only_rises(shape: ValueShape, scale: float) -> bool:
    """Whether an absolute shape gives no less for more."""
    return bool((np.diff(shape.values(turns(shape), scale)) >= -TINY).all())


def _stand_ins(item: Indicator, values: Sequence[float], scale: float) -> list[float]:
    """What can stand in for a missing value beside what is between the others."""
    if not isinstance(item.missing, str) and not item.imputes:
        return [float(item.missing)]
    if item.missing in {"exclude", "unranked", "error"}:
        return []
    lowest = min(values) if isinstance(item.value, Relative) else item.value.lowest
    if item.imputes:  # any raw value, recorded or not
        return [lowest, *(() if isinstance(item.value, Relative | Category) else item.value.values(turns(item.value), scale).tolist())]
    return [lowest, *(item.stands_in or {}).values()]


def _mean(branch: Branch, parts: Sequence[Span], weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Span:
    """The span of a group, by the rule itself at the ends of its parts and where its shape turns."""
    if branch.shape is None:
        return _gathered(branch, parts, weights)
    span = _gathered(replace(branch, shape=None, own=None), parts, weights)
    if isinstance(branch.shape, Relative):
        return span if span.empty else Span(*_among_any(branch.shape, branch.scale), span.sure)
    if span.empty or not np.isfinite([span.low, span.high]).all():
        return span if span.empty else ANYWHERE
    values = branch.shape.values(turns(branch.shape, round(span.low, NOISE), round(span.high, NOISE)), branch.scale)
    values = values if branch.own is None else branch.own.rounded(values)
    return Span(float(values.min()), float(values.max()), span.sure)


def _gathered(branch: Branch, parts: Sequence[Span], weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Span:
    """The span of what a group comes to, by the rule itself at the ends of its parts, whichever of them count."""
    here = [place for place, part in enumerate(parts) if not part.empty]
    if not here:
        return NOWHERE
    if branch.power != 1 and branch.other not in {"maximum", "median"}:  # what takes no score below 0
        parts = [part.within(0.0, np.inf) for part in parts]
        if any(np.isinf(parts[place].high) for place in here):
            return Span(0.0, np.inf, sure=False)
    if (branch.when or branch.stepped or branch.other) and sum(not parts[place].sure for place in here) > MANY:
        return ANYWHERE
    free, patterns = replace(branch, least_present=None), _patterns(branch, parts, here)
    low, high = (
        gather(free, [(np.where(patterns[:, place], end, np.nan), float(weights[place])) for place, end in enumerate(ends)], len(patterns))
        for ends in ([part.low for part in parts], [part.high for part in parts])
    )
    if np.isnan(high).all():
        return NOWHERE
    sure = branch.least_present is None and not np.isnan(high).any()
    return Span(float(np.nanmin(low)), float(np.nanmax(high)), sure, tuple(patterns[int(np.nanargmax(high))].tolist()))


def _patterns(branch: Branch, parts: Sequence[Span], here: Sequence[int]) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Which children may have a score together, bool[patterns, children]: all ways, or of many the best and worst of each number.

    A mean is highest over those that are sure and some of the highest others, and lowest over some of the lowest.
    """
    maybe = [place for place in here if not parts[place].sure]
    surely = [place for place in here if parts[place].sure]
    if len(maybe) <= SUBSETS or branch.when or branch.stepped or branch.other:
        chosen = [[place for place, there in zip(maybe, ways, strict=True) if there] for ways in product((True, False), repeat=len(maybe))]
    else:
        orders = sorted(maybe, key=lambda place: -parts[place].high), sorted(maybe, key=lambda place: parts[place].low)
        chosen = [order[:count] for order in orders for count in range(len(maybe), -1, -1)]
    patterns = np.zeros((len(chosen), len(parts)), np.bool_)
    for row, some in enumerate(chosen):
        patterns[row, [*surely, *some]] = True
    return patterns


def _total(scheme: Scheme, mean: Span, points: Sequence[Span]) -> Span:
    if mean.empty or any(part.empty for part in points):
        return NOWHERE
    low, high = (
        float(adjusted(np.array([end]), [np.array([part]) for part in parts], scheme.total)[0])
        for end, parts in ((mean.low, [part.low for part in points]), (mean.high, [part.high for part in points]))
    )
    return replace(mean, low=low, high=high)
