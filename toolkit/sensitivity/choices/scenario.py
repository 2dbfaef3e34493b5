"""One scenario: what else could have been recorded and decided, put together choice by choice, and written into a scheme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from toolkit.evaluation import Evaluation, reordered, rescored
from toolkit.evaluation.many import weights_of
from toolkit.evaluation.scores import TOTAL

if TYPE_CHECKING:
    from toolkit.evaluation.values import States
    from toolkit.ground.ranking import Floats, Mask
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Indicator

T = TypeVar("T")
BITS = 1 << 53


@dataclass(frozen=True)
class Draw:
    """How one choice falls in one draw.

    Parameters
    ----------
    share
        A number in [0, 1): where the choice is between a few things, each has an equal part of it.
    entropy
        Numbers that tell this choice from the others of the run; with `share` they begin its stream of random numbers.

    Examples
    --------
    >>> Draw(0.7, (12,)).pick(["arithmetic", "geometric", "harmonic"])
    'harmonic'
    """

    share: float
    entropy: tuple[int, ...]

    def pick(self, options: Sequence[T]) -> T:
        """One of some options, all of them equally likely."""
        return options[min(int(self.share * len(options)), len(options) - 1)]

    @property
    def rng(self) -> np.random.Generator:
        """The stream: the same for the same share, so that a choice is a function of one number."""
        return np.random.default_rng((*self.entropy, int(self.share * BITS)))


@dataclass(frozen=True, eq=False)
class BaseCase:
    """An evaluation whose members stand in the order of their keys, as columns.

    Parameters
    ----------
    items
        Its indicators by id.
    raw
        Their raw values, float64 or object[members].
    counted
        To whom each applies, bool[members].
    classes : object[members]
    """

    evaluation: Evaluation
    items: Mapping[str, Indicator]
    raw: Mapping[str, Any]
    counted: Mapping[str, Mask]
    classes: States

    @classmethod
    def of(cls, evaluation: Evaluation) -> BaseCase:
        """What an evaluation stands on; its members are put in order, and its conclusions, which nobody asks for, left out."""
        evaluation = in_order(evaluation)
        items = {item.id: item for item in evaluation.scheme.indicators}
        raw = {name: evaluation.indicators[name].to_numpy() for name in items}
        counted = {name: evaluation.applicable[name].to_numpy(np.bool_) for name in items}
        return cls(evaluation, items, raw, counted, np.asarray(evaluation.members["class"], dtype=object))


@dataclass
class Scenario:
    """What is otherwise than in an evaluation.

    Parameters
    ----------
    ground
        What stands where nothing is otherwise.
    raw
        Other raw values by indicator, float64 or object[members].
    items
        Indicators valued otherwise.
    aggregates
        Other means, by group or ``total``.
    shares : float64[nodes]
        Each node's share of its siblings'; None for the voted weights.
    """

    ground: BaseCase
    raw: dict[str, Any] = field(default_factory=dict)
    items: dict[str, Indicator] = field(default_factory=dict)
    aggregates: dict[str, str] = field(default_factory=dict)
    shares: Floats | None = None

    def item(self, name: str) -> Indicator:
        """An indicator as it is in this scenario."""
        return self.items[name] if name in self.items else self.ground.items[name]

    def column(self, name: str) -> Any:
        """The raw values of an indicator in this scenario, float64 or object[members]."""
        return self.raw[name] if name in self.raw else self.ground.raw[name]

    @property
    def scheme(self) -> Scheme:
        """The scheme with the scenario written in."""
        scheme = self.ground.evaluation.scheme
        if self.shares is not None:
            scheme = scheme.with_weights(weights_of(scheme, self.ground.evaluation.tree, self.shares))
        weights = {item.id: item.weight for item in scheme.indicators}
        indicators = tuple(self.item(name).model_copy(update={"weight": weight}) for name, weight in weights.items())
        groups = tuple(
            group.model_copy(update={"aggregate": self.aggregates.get(group.id, group.aggregate)}) for group in scheme.groups
        )
        total = scheme.total.model_copy(update={"aggregate": self.aggregates.get(TOTAL, scheme.total.aggregate)})
        return scheme.model_copy(update={"indicators": indicators, "groups": groups, "total": total})

    @property
    def evaluated(self) -> Evaluation:
        """The evaluation of the scenario, with reasons and all.

        Raises
        ------
        Refused
            When it cannot be computed: a value is missing that may not be, a mean cannot take a negative score.
        """
        evaluation = self.ground.evaluation
        measured = replace(evaluation.counted, raw=evaluation.indicators.assign(**self.raw))  # of whom it counts, whatever shape is drawn
        return rescored(replace(evaluation, measured=measured), self.scheme)


def in_order(evaluation: Evaluation) -> Evaluation:
    """The evaluation with its members in the order of their keys: what is drawn for each is then always the same."""
    members, index, measured = evaluation.members, evaluation.members.index.sort_values(), evaluation.measured
    if members.index.equals(index) and measured.raw.index.equals(index):
        return reordered(evaluation, members)
    measured = replace(
        measured,
        raw=measured.raw.loc[index],
        applicable=measured.applicable.loc[index],
        adjustments=_sorted(measured.adjustments, index),
        recorded=measured.recorded.loc[index],
        conditions=_sorted(measured.conditions, index),
        previous=_sorted(measured.previous, index),
    )
    return reordered(evaluation, members.loc[index], measured)


def _sorted(frame: pd.DataFrame, index: pd.Index[str]) -> pd.DataFrame:
    return frame.reindex(index) if len(frame) else frame
