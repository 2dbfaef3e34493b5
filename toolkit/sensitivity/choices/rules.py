"""What else could have been decided: of missing data, goalposts, the means that gather scores, and the shapes of values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, get_args

import numpy as np
import pandas as pd

from toolkit.evaluation.aggregation import UNWEIGHTED
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.text import Phrase, phrase
from toolkit.scheme.amendments import value_words
from toolkit.scheme.criteria import AGGREGATE, MIDDLES, Group, Indicator, MissingPolicy, Total
from toolkit.scheme.shapes import (
    Borda,
    Category,
    Linear,
    Log,
    Logistic,
    MinMax,
    Percentile,
    Piecewise,
    Points,
    Power,
    Rank,
    Relative,
    Shape,
    ShareOfBest,
    Steps,
    ValueShape,
    ZScore,
)
from toolkit.scheme.shapes.relative import class_places
from toolkit.sensitivity.choices.checks import (
    fault,
    indicator_faults,
    known_among,
    list_faults,
    name_faults,
    named,
    number_faults,
)

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ground.problems import Problem
    from toolkit.scheme.shapes.absolute import Better
    from toolkit.sensitivity.choices.scenario import Draw, Scenario


OBSERVED = "observed"
POLICIES = (*(policy for policy in get_args(MissingPolicy) if policy != "error"), OBSERVED)

Policy: TypeAlias = str | float


@dataclass(frozen=True)
class MissingPolicies:
    """What stands in for a missing value, decided otherwise: one of some policies, for all of these indicators alike.

    Parameters
    ----------
    among
        Policies of the scheme (worst, exclude, median, mean, class_median, class_mean, unranked), numbers on its scale, or
        ``observed``: the raw value of a member of the same class that has one, drawn for each member by itself. In
        a class where nobody has a value, the scheme's own policy holds. All are equally likely.
    indicators
        None for all in which a value is missing.
    """

    among: tuple[Policy, ...]
    indicators: tuple[str, ...] | None = None

    kind = "missing"

    def concerns(self, evaluation: Evaluation) -> tuple[str, ...]:
        """The indicators it changes."""
        return named(self.indicators, evaluation.scheme.indicators, partial(_nothing_missing, evaluation))

    def faults(self, evaluation: Evaluation) -> Iterator[Problem]:
        """All that is wrong with it for an evaluation."""
        yield from indicator_faults("MissingPolicies", self.indicators, evaluation.scheme.indicators, partial(_nothing_missing, evaluation))
        yield from list_faults("MissingPolicies.among", self.among, "among")
        for policy in self.among if isinstance(self.among, tuple | list) else ():
            if isinstance(policy, str):
                yield from name_faults("MissingPolicies.among", (policy,), POLICIES)
            else:
                yield from number_faults("MissingPolicies.among", policy, 0.0, evaluation.scheme.scale, least=True)

    def settle(self, names: Sequence[str], scenario: Scenario, draw: Draw) -> None:
        """Put one of the policies into a scenario."""
        policy, rng = draw.pick(self.among), draw.rng
        for name in names:
            if policy == OBSERVED:
                _impute(name, scenario, rng)
            elif policy != scenario.item(name).missing or (scenario.item(name).imputes and policy not in MIDDLES):
                of = scenario.item(name).missing_of if policy in MIDDLES else "value"
                update = {"missing": policy, "missing_of": of, "stands_in": None}
                scenario.items[name] = scenario.item(name).model_copy(update=update)


@dataclass(frozen=True)
class Goalposts:
    """Goalposts set elsewhere: the worst and the best of each indicator moved, each by itself.

    Each moves by a uniform part between -share and share of the distance between the two, on the logarithms
    where the shape is ``log``.

    Parameters
    ----------
    share
        Above 0 and below 0.5, so that the two never meet.
    indicators
        None for all with goalposts of their own: shapes ``linear`` and ``log``.
    """

    share: float
    indicators: tuple[str, ...] | None = None

    kind = "goalposts"

    def concerns(self, evaluation: Evaluation) -> tuple[str, ...]:
        """The indicators it changes."""
        return named(self.indicators, evaluation.scheme.indicators, _no_goalposts)

    def faults(self, evaluation: Evaluation) -> Iterator[Problem]:
        """All that is wrong with it for an evaluation."""
        yield from indicator_faults("Goalposts", self.indicators, evaluation.scheme.indicators, _no_goalposts)
        yield from number_faults("Goalposts.share", self.share, 0.0, 0.5, below=True)

    def settle(self, names: Sequence[str], scenario: Scenario, draw: Draw) -> None:
        """Put the indicators with other goalposts into a scenario."""
        moves = draw.rng.uniform(-self.share, self.share, (len(names), 2)).tolist()
        for name, (worst, best) in zip(names, moves, strict=True):
            item = scenario.item(name)
            scenario.items[name] = item.model_copy(update={"value": _moved(item.value, worst, best)})


def _impute(name: str, scenario: Scenario, rng: np.random.Generator) -> None:
    """Raw values of members of the class in the place of missing ones, in the order of the members."""
    raw, counted = scenario.column(name).copy(), scenario.ground.counted[name]
    known, chance = pd.notna(raw), rng.random(len(raw))
    for _, members in class_places(scenario.ground.classes):
        given, gaps = raw[members[(counted & known)[members]]], members[(counted & ~known)[members]]
        if len(given):
            raw[gaps] = given[(chance[gaps] * len(given)).astype(np.intp)]
    scenario.raw[name] = raw


def _moved(shape: object, worst: float, best: float) -> object:
    if isinstance(shape, Log):
        way = math.log(shape.best / shape.worst)
        return shape.model_copy(update={"worst": shape.worst * math.exp(worst * way), "best": shape.best * math.exp(best * way)})
    assert isinstance(shape, Linear)
    far = shape.best - shape.worst
    return shape.model_copy(update={"worst": shape.worst + worst * far, "best": shape.best + best * far})


def _nothing_missing(evaluation: Evaluation, item: Indicator) -> Phrase | None:
    raw, counted = evaluation.indicators[item.id], evaluation.applicable[item.id]
    if (raw.isna() & counted).any():
        return None
    return phrase("“{label}”没有缺失的数据", "nothing is missing in `{id}`", id=item.id, label=item.label)


def _no_goalposts(item: Indicator) -> Phrase | None:
    if isinstance(item.value, Linear | Log):
        return None
    return phrase(
        "“{label}”按“{way}”计分，没有可移动的标准（worst、best）", "the shape {shape} of `{id}` has no goalposts to move",
        id=item.id, label=item.label, shape=item.value.shape, way=value_words(item.value.shape).zh,
    )  # fmt: skip



NO_MEANS = {"sum", "conditional", *UNWEIGHTED}
MEANS = ("arithmetic", "geometric", "harmonic", "minimum", "power(p)")


@dataclass(frozen=True)
class Aggregations:
    """Another mean: one of some, at all of these nodes alike.

    Parameters
    ----------
    among
        ``arithmetic``, ``geometric``, ``harmonic``, ``minimum`` or ``power(p)``, all equally likely.
    nodes
        Groups, or ``total``; None for all but those that are a ``sum`` or ``conditional``, which no mean can replace.
    """

    among: tuple[str, ...] = ("arithmetic", "geometric", "harmonic")
    nodes: tuple[str, ...] | None = None

    kind = "aggregation"

    def concerns(self, evaluation: Evaluation) -> tuple[str, ...]:
        """The nodes it changes."""
        rules = _rules(evaluation)
        able = [node for node, rule in rules.items() if _no_mean(node, rule) is None]
        return tuple(able) if self.nodes is None else tuple(node for node in dict.fromkeys(self.nodes) if node in able)

    def faults(self, evaluation: Evaluation) -> Iterator[Problem]:
        """All that is wrong with it for an evaluation."""
        rules = _rules(evaluation)
        yield from list_faults("Aggregations.nodes", self.nodes, "nodes")
        yield from name_faults("Aggregations.nodes", self.nodes if isinstance(self.nodes, tuple | list) else (), rules)
        for node in known_among(self.nodes, rules):
            why = _no_mean(node, rules[node])
            if why is not None:
                yield fault("Aggregations.nodes", why, Phrase("请删去", "leave it out"), node)
        yield from list_faults("Aggregations.among", self.among, "among")
        for mean in self.among if isinstance(self.among, tuple | list) else ():
            if mean in NO_MEANS or not re.match(AGGREGATE, str(mean)):
                yield from name_faults("Aggregations.among", (str(mean),), MEANS)

    def settle(self, names: Sequence[str], scenario: Scenario, draw: Draw) -> None:
        """Put one of the means into a scenario."""
        scenario.aggregates |= dict.fromkeys(names, draw.pick(self.among))


def _rules(evaluation: Evaluation) -> dict[str, Group | Total]:
    scheme = evaluation.scheme
    return {**{group.id: group for group in scheme.groups}, TOTAL: scheme.total}


def _no_mean(node: str, rule: Group | Total) -> Phrase | None:
    if rule.aggregate not in NO_MEANS:
        return None
    return phrase("“{node}”是“{way}”，不能换成平均", "`{name}` is a {kind}: no mean can replace it",
                  node=getattr(rule, "label", "总分"), way=value_words(rule.aggregate).zh, name=node, kind=rule.aggregate)  # fmt: skip



OWN = "own"


@dataclass(frozen=True)
class Valuings:
    """Another way of valuing: one of some shapes, for all of these indicators alike.

    ``own`` is the scheme's. ``min_max``, ``share_of_best``, ``percentile``, ``rank`` and ``borda`` spread the members over the
    whole scale; ``z_score`` puts their mean in its middle and their standard deviation at a tenth of it. More is better,
    or less, as in the scheme's own shape. What a relative shape finds, it finds anew in each scenario.

    Parameters
    ----------
    among
        These names, or whole shapes; all equally likely.
    indicators
        None for all whose raw values are numbers and whose own shape rises, or falls, all the way.
    """

    among: tuple[str | Shape, ...] = (OWN, "min_max", "percentile", "z_score")
    indicators: tuple[str, ...] | None = None

    kind = "valuing"

    def concerns(self, evaluation: Evaluation) -> tuple[str, ...]:
        """The indicators it changes."""
        return named(self.indicators, evaluation.scheme.indicators, partial(_no_direction, evaluation))

    def faults(self, evaluation: Evaluation) -> Iterator[Problem]:
        """All that is wrong with it for an evaluation."""
        yield from indicator_faults("Valuings", self.indicators, evaluation.scheme.indicators, partial(_no_direction, evaluation))
        yield from list_faults("Valuings.among", self.among, "among")
        known = (OWN, *_relatives("higher", 1.0))
        for shape in self.among if isinstance(self.among, tuple | list) else ():
            if isinstance(shape, Category):
                rule = Phrase("按状态计分不用于数字", "points for states are not for numbers")
                yield fault("Valuings.among", rule, Phrase("请删去", "leave it out"), shape.shape)
            elif not isinstance(shape, ValueShape):
                yield from name_faults("Valuings.among", (shape,), known)

    def settle(self, names: Sequence[str], scenario: Scenario, draw: Draw) -> None:
        """Put one of the shapes into a scenario."""
        shape = draw.pick(self.among)
        for name in names if shape != OWN else ():
            item = scenario.item(name)
            value = _relatives(direction(item) or "higher", scenario.ground.evaluation.scheme.scale)[shape] if isinstance(shape, str) else shape
            scenario.items[name] = item.model_copy(update={"value": value, "stands_in": None})


def direction(item: Indicator) -> Better | None:
    """Whether more is better, or less; None where the shape does not rise or fall all the way.

    Examples
    --------
    >>> from toolkit.scheme.criteria import Indicator
    >>> from toolkit.scheme.measures import Measure
    >>> made = Indicator(id="a", weight=1, measure=Measure(column="m.x"), value=Linear(shape="linear", worst=2, best=0))
    >>> direction(made)
    'lower'
    """
    shape = item.value
    if isinstance(shape, Relative | Logistic | Power):
        return shape.better
    if isinstance(shape, Linear | Log):
        return "higher" if shape.best > shape.worst else "lower"
    if isinstance(shape, Points):
        return "higher" if shape.per > 0 else "lower"
    heights = _heights(shape)
    if heights and heights == sorted(heights):
        return "higher"
    return "lower" if heights and heights == sorted(heights, reverse=True) else None


def _heights(shape: object) -> list[float]:
    if isinstance(shape, Steps):
        reached = [value for _, value in shape.steps]
        return reached if shape.below in {0.0, reached[0]} else [shape.below, *reached]
    if isinstance(shape, Piecewise):
        return [value for value in (shape.below, *(value for _, value in shape.points), shape.beyond) if value is not None]
    return []


def _relatives(better: Better, scale: float) -> dict[str, Relative]:
    whole = (0.0, scale)
    return {
        "min_max": MinMax(shape="min_max", better=better),
        "share_of_best": ShareOfBest(shape="share_of_best", better=better),
        "percentile": Percentile(shape="percentile", better=better),
        "rank": Rank(shape="rank", better=better, to=whole),
        "borda": Borda(shape="borda", better=better, to=whole),
        "z_score": ZScore(shape="z_score", better=better, mean=scale / 2, deviation=scale / 10),
    }


def _no_direction(evaluation: Evaluation, item: Indicator) -> Phrase | None:
    if pd.api.types.is_float_dtype(evaluation.indicators[item.id]) and direction(item):
        return None
    return phrase("“{label}”不是越大越好或越小越好的数字", "`{id}` is no number of which more, or less, is always better", id=item.id, label=item.label)
