"""What else could have been: typed specifications of other weights, values, policies, goalposts, means and shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

import numpy as np

from toolkit.errors import Problem, Problems, Refused
from toolkit.sensitivity.choices.faults import fault
from toolkit.sensitivity.choices.given_values import GivenValues
from toolkit.sensitivity.choices.means import Aggregations
from toolkit.sensitivity.choices.raw import LateRecords, MeasurementErrors
from toolkit.sensitivity.choices.rules import Goalposts, MissingPolicies
from toolkit.sensitivity.choices.scenario import Luck, Scenario
from toolkit.sensitivity.choices.valuings import Valuings
from toolkit.sensitivity.choices.weights import is_weights, weight_faults, weight_settlers
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats
    from toolkit.sensitivity.choices.scenario import Ground
    from toolkit.sensitivity.drawn_weights.voted import WeightSpec

__all__ = [
    "Aggregations", "Choices", "Factor", "GivenValues", "Goalposts", "LateRecords", "MeasurementErrors", "MissingPolicies",
    "Valuings", "factors",
]  # fmt: skip

Spec: TypeAlias = GivenValues | MeasurementErrors | LateRecords | MissingPolicies | Goalposts | Aggregations | Valuings
ORDER = (GivenValues, LateRecords, MeasurementErrors, MissingPolicies, Goalposts, Valuings, Aggregations)


@dataclass(frozen=True, init=False, eq=False)
class Choices:
    """What might have been otherwise, alone or together.

    Each specification is one choice for all that it names, but for measurement errors and late records, which are one for
    each indicator, and `WeightDraws`, which are one for each group. Whatever order they are given in, given values take
    the place of recorded ones first, records come in late, then raw values err, then what stands in for missing ones,
    goalposts, shapes, means and weights are decided. Bonuses and deductions, vetoes and conditions stay as they were recorded.

    Examples
    --------
    >>> Choices(LateRecords(chance=0.1), Aggregations(nodes=("total",))).parts[0]
    LateRecords(chance=0.1, indicators=None, worth=None)
    """

    parts: tuple[Spec | WeightSpec, ...]

    def __init__(self, *parts: Spec | WeightSpec) -> None:
        object.__setattr__(self, "parts", parts)


@dataclass(frozen=True, eq=False)
class Factor:
    """One choice that falls one way or the other.

    Parameters
    ----------
    name
        Its kind, and what it is about: ``weights.learning``, ``error.hours``, ``goalposts``.
    settle
        Puts it into a scenario, as luck has it.
    entropy
        Of its streams of random numbers: of the seed and its name, whatever other choices there are.
    """

    name: str
    settle: Callable[[Scenario, Luck], None]
    entropy: tuple[int, ...]


def factors(evaluation: Evaluation, choices: Choices, seed: int) -> tuple[Factor, ...]:
    """Every choice of a specification for an evaluation, in the order in which they are settled.

    Raises
    ------
    Refused
        With all that is wrong: unknown names with the nearest known one, empty lists, impossible numbers and bounds,
        what cannot be asked of an indicator or a node, and two specifications of one kind for the same thing.
    """
    problems = tuple(_faults(evaluation, choices))
    if problems:
        raise Refused(Problems(problems))
    settlers = [*_settlers(evaluation, choices), *_weights(evaluation, choices, seed)]
    return tuple(Factor(name, settle, (seed, crc32(name.encode()))) for name, settle in settlers)


def scenario_of(ground: Ground, settled: tuple[Factor, ...], shares: Floats) -> Scenario:
    """The scenario in which each choice falls as its number in [0, 1) says, float64[choices]."""
    scenario = Scenario(ground)
    for factor, share in zip(settled, shares.tolist(), strict=True):
        factor.settle(scenario, Luck(share, factor.entropy))
    return scenario


def _settlers(evaluation: Evaluation, choices: Choices) -> Iterator[tuple[str, Callable[[Scenario, Luck], None]]]:
    specs = sorted((spec for spec in choices.parts if isinstance(spec, ORDER)), key=lambda spec: ORDER.index(type(spec)))
    counts, found = Counter(spec.kind for spec in specs), Counter[str]()
    for spec in specs:
        if isinstance(spec, LateRecords | MeasurementErrors):
            yield from ((f"{spec.kind}.{name}", partial(spec.settle, (name,))) for name in spec.concerns(evaluation))
        else:
            found[spec.kind] += 1
            name = spec.kind if counts[spec.kind] == 1 else f"{spec.kind}.{found[spec.kind]}"
            yield name, partial(spec.settle, spec.concerns(evaluation))


def _weights(evaluation: Evaluation, choices: Choices, seed: int) -> Iterator[tuple[str, Callable[[Scenario, Luck], None]]]:
    for spec in choices.parts:
        if is_weights(spec):
            yield from weight_settlers(evaluation.tree, spec, seed)


def _faults(evaluation: Evaluation, choices: Choices) -> Iterator[Problem]:
    for spec in choices.parts:
        if isinstance(spec, ORDER):
            yield from spec.faults(evaluation)
        else:
            yield from weight_faults(evaluation.tree, spec)
    yield from _twice(evaluation, choices)


def _twice(evaluation: Evaluation, choices: Choices) -> Iterator[Problem]:
    """What two specifications of one kind decide: one of them would be lost."""
    told = Counter(
        (type(spec).__name__, name)
        for spec in choices.parts
        if isinstance(spec, ORDER)
        for name in spec.concerns(evaluation)
    )
    told["weights", ""] = sum(is_weights(spec) for spec in choices.parts)
    for (kind, name), count in told.items():
        if count > 1:
            rule = phrase("同一类选择写了 {n} 次", "{n} specifications of one kind decide it", n=count)
            yield fault(kind, rule, Phrase("请只保留一个", "keep one of them"), name)


def uniform_shares(count: int, seed: int, draw: int) -> Floats:
    """How `count` choices fall in draw number `draw`, float64[count] in [0, 1): a function of seed and number alone."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(draw,))).random(count)
