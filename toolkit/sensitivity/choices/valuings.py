"""What else could have been decided of how raw values become values: another shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.sensitivity.choices.faults import fault, indicator_faults, list_faults, name_faults, named
from toolkit.shapes import (
    Borda,
    Category,
    Linear,
    Log,
    Logistic,
    MinMax,
    Percentile,
    Piecewise,
    Points,
    Rank,
    Relative,
    Shape,
    ShareOfBest,
    Steps,
    ZScore,
)
from toolkit.shapes.scale import Graded
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.errors import Problem
    from toolkit.evaluation import Evaluation
    from toolkit.scheme.criteria import Indicator
    from toolkit.sensitivity.choices.scenario import Luck, Scenario
    from toolkit.shapes.scale import Better

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
            elif not isinstance(shape, Graded):
                yield from name_faults("Valuings.among", (shape,), known)

    def settle(self, names: Sequence[str], scenario: Scenario, luck: Luck) -> None:
        """Put one of the shapes into a scenario."""
        shape = luck.pick(self.among)
        for name in names if shape != OWN else ():
            item = scenario.item(name)
            own = _relatives(direction(item) or "higher", scenario.ground.evaluation.scheme.scale)[shape] if isinstance(shape, str) else shape
            scenario.items[name] = item.model_copy(update={"value": own, "stands_in": None})


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
    if isinstance(shape, Relative | Logistic):
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
    return [value for _, value in shape.points] if isinstance(shape, Piecewise) else []


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
    if pd.api.types.is_float_dtype(evaluation.measured.raw[item.id]) and direction(item):
        return None
    return phrase("“{id}”不是越大越好或越小越好的数字", "`{id}` is no number of which more, or less, is always better", id=item.id)
