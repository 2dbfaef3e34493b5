"""What else could have been decided of missing data and goalposts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, get_args

import numpy as np
import pandas as pd

from toolkit.scheme.criteria import MissingPolicy
from toolkit.sensitivity.choices.faults import (
    indicator_faults,
    list_faults,
    name_faults,
    named,
    number_faults,
)
from toolkit.shapes import Linear, Log
from toolkit.shapes.relative import by_class
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.errors import Problem
    from toolkit.evaluation import Evaluation
    from toolkit.scheme.criteria import Indicator
    from toolkit.sensitivity.choices.scenario import Luck, Scenario

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

    def settle(self, names: Sequence[str], scenario: Scenario, luck: Luck) -> None:
        """Put one of the policies into a scenario."""
        policy, rng = luck.pick(self.among), luck.rng
        for name in names:
            if policy == OBSERVED:
                _impute(name, scenario, rng)
            elif policy != scenario.item(name).missing:
                update = {"missing": policy, "stands_in": None}
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

    def settle(self, names: Sequence[str], scenario: Scenario, luck: Luck) -> None:
        """Put the indicators with other goalposts into a scenario."""
        moves = luck.rng.uniform(-self.share, self.share, (len(names), 2)).tolist()
        for name, (worst, best) in zip(names, moves, strict=True):
            item = scenario.item(name)
            scenario.items[name] = item.model_copy(update={"value": _moved(item.value, worst, best)})


def _impute(name: str, scenario: Scenario, rng: np.random.Generator) -> None:
    """Raw values of members of the class in the place of missing ones, in the order of the members."""
    raw, counted = scenario.column(name).copy(), scenario.ground.counted[name]
    known, chance = pd.notna(raw), rng.random(len(raw))
    for _, members in by_class(scenario.ground.classes):
        given, gaps = raw[members[(counted & known)[members]]], members[(counted & ~known)[members]]
        if len(given):
            raw[gaps] = given[(chance[gaps] * len(given)).astype(np.intp)]
    scenario.raw[name] = raw


def _moved(shape: object, worst: float, best: float) -> object:
    if isinstance(shape, Log):
        way = math.log(shape.best / shape.worst)
        return shape.model_copy(update={"worst": shape.worst * math.exp(worst * way), "best": shape.best * math.exp(best * way)})
    if isinstance(shape, Linear):
        far = shape.best - shape.worst
        return shape.model_copy(update={"worst": shape.worst + worst * far, "best": shape.best + best * far})
    return shape


def _nothing_missing(evaluation: Evaluation, item: Indicator) -> Phrase | None:
    raw, counted = evaluation.measured.raw[item.id], evaluation.applicable[item.id]
    if (raw.isna() & counted).any():
        return None
    return phrase("“{id}”没有缺失的数据", "nothing is missing in `{id}`", id=item.id)


def _no_goalposts(item: Indicator) -> Phrase | None:
    if isinstance(item.value, Linear | Log):
        return None
    return phrase(
        "“{id}”的计分方法 {shape} 没有可移动的标准（worst、best）", "the shape {shape} of `{id}` has no goalposts to move", id=item.id, shape=item.value.shape
    )
