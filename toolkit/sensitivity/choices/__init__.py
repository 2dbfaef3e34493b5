"""What else could have been: typed specifications of other weights, values, policies, goalposts, means and shapes.

Weights that might have been voted are choices too: one for each group, or one for all of them. `usual_decisions` and
`usual_doubts` are what might usually have been otherwise in an edition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeGuard
from zlib import crc32

import numpy as np

from toolkit.ground.problems import Problem, Refused, stop_at
from toolkit.ground.text import Phrase, phrase
from toolkit.sensitivity.choices.checks import fault
from toolkit.sensitivity.choices.rules import Aggregations, Goalposts, MissingPolicies, Valuings
from toolkit.sensitivity.choices.scenario import BaseCase, Draw, Scenario
from toolkit.sensitivity.choices.values import GivenValues, LateRecords, MeasurementErrors
from toolkit.sensitivity.weights.draws import WeightDraws, WeightSpec

if TYPE_CHECKING:

    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.scores import Tree
    from toolkit.ground.ranking import Floats
    Settler: TypeAlias = tuple[str, Callable[[Scenario, Draw], None]]

__all__ = [
    "Aggregations",
    "Choices",
    "Factor",
    "GivenValues",
    "Goalposts",
    "LateRecords",
    "MeasurementErrors",
    "MissingPolicies",
    "Valuings",
    "factors",
]


def is_weights(spec: object) -> TypeGuard[WeightSpec]:
    """Whether a specification is one of weights."""
    return hasattr(spec, "blocks")


def weight_settlers(tree: Tree, spec: WeightSpec, seed: int) -> Iterator[Settler]:
    """The choices of weights, by name.

    `WeightDraws` draw each group's weights anew for each scenario, whatever draws and seed they say. Of any other
    specification each scenario has one of its vectors, all equally likely.
    """
    if isinstance(spec, WeightDraws):
        for branch in tree.branches:
            weighted = [child for child in branch.children if tree.weights[child] > 0]
            if len(weighted) > 1:
                yield f"weights.{tree.nodes[branch.node]}", partial(_drawn, spec, tree.shares, weighted)
    else:
        yield "weights", partial(_one_of, np.concatenate(list(spec.blocks(tree, seed))))


def weight_faults(tree: Tree, spec: object) -> Iterator[Problem]:
    """What is no specification at all, and weights that do not fit the tree."""
    if not is_weights(spec):
        mend = Phrase("可写 WeightDraws、MeasurementErrors 等", "give WeightDraws, MeasurementErrors and their like")
        yield fault("Choices", Phrase("不是一种选择", "it is no specification of choices"), mend, type(spec).__name__)
        return
    try:
        next(spec.blocks(tree, 0), None)
    except Refused as refused:
        yield from refused.problems


def _drawn(spec: WeightDraws, voted: Floats, weighted: Sequence[int], scenario: Scenario, draw: Draw) -> None:
    alpha = voted[list(weighted)] * spec.concentration(len(weighted))
    shares = voted.copy() if scenario.shares is None else scenario.shares
    shares[list(weighted)] = draw.rng.dirichlet(alpha)
    scenario.shares = shares


def _one_of(vectors: Floats, scenario: Scenario, draw: Draw) -> None:
    scenario.shares = draw.pick(vectors)  # type: ignore[arg-type] # rows of an array



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
        Puts it into a scenario, as the draw falls.
    entropy
        Of its streams of random numbers: of the seed and its name, whatever other choices there are.
    """

    name: str
    settle: Callable[[Scenario, Draw], None]
    entropy: tuple[int, ...]


def factors(evaluation: Evaluation, choices: Choices, seed: int) -> tuple[Factor, ...]:
    """Every choice of a specification for an evaluation, in the order in which they are settled.

    Raises
    ------
    Refused
        With all that is wrong: unknown names with the nearest known one, empty lists, impossible numbers and bounds,
        what cannot be asked of an indicator or a node, and two specifications of one kind for the same thing.
    """
    stop_at(_faults(evaluation, choices))
    settlers = [*_settlers(evaluation, choices), *_weights(evaluation, choices, seed)]
    return tuple(Factor(name, settle, (seed, crc32(name.encode()))) for name, settle in settlers)


def scenario_of(ground: BaseCase, settled: tuple[Factor, ...], shares: Floats) -> Scenario:
    """The scenario in which each choice falls as its number in [0, 1) says, float64[choices]."""
    scenario = Scenario(ground)
    for factor, share in zip(settled, shares.tolist(), strict=True):
        factor.settle(scenario, Draw(share, factor.entropy))
    return scenario


def _settlers(evaluation: Evaluation, choices: Choices) -> Iterator[tuple[str, Callable[[Scenario, Draw], None]]]:
    specs = sorted((spec for spec in choices.parts if isinstance(spec, ORDER)), key=lambda spec: ORDER.index(type(spec)))
    counts, counted = Counter(spec.kind for spec in specs), Counter[str]()
    for spec in specs:
        if isinstance(spec, LateRecords | MeasurementErrors):
            yield from ((f"{spec.kind}.{name}", partial(spec.settle, (name,))) for name in spec.concerns(evaluation))
        else:
            counted[spec.kind] += 1
            name = spec.kind if counts[spec.kind] == 1 else f"{spec.kind}.{counted[spec.kind]}"
            yield name, partial(spec.settle, spec.concerns(evaluation))


def _weights(evaluation: Evaluation, choices: Choices, seed: int) -> Iterator[tuple[str, Callable[[Scenario, Draw], None]]]:
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
    named = Counter(
        (type(spec).__name__, name)
        for spec in choices.parts
        if isinstance(spec, ORDER)
        for name in spec.concerns(evaluation)
    )
    named["weights", ""] = sum(is_weights(spec) for spec in choices.parts)
    for (kind, name), count in named.items():
        if count > 1:
            rule = phrase("同一类选择写了 {n} 次", "{n:specification|specifications} of one kind to decide it", n=count)
            yield fault(kind, rule, Phrase("请只保留一个", "keep one of them"), name)


def uniform_shares(count: int, seed: int, draw: int) -> Floats:
    """How `count` choices fall in draw number `draw`, float64[count] in [0, 1): a function of seed and number alone."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(draw,))).random(count)



MOVED = 0.1
"""By which part of the distance between worst and best either goalpost may lie elsewhere."""
ERRING = LATE = 0.05
"""How far a raw value is typically off, as a part of itself; and how many members lack a record that came in late."""


def usual_decisions(evaluation: Evaluation, weights: WeightSpec | None = None) -> Choices:
    """What the committee might have decided otherwise under the same rule: weights, goalposts, what fills gaps.

    Weights vary as `weights` says (None for `WeightDraws`), goalposts by a tenth of their distance, and gaps that the scheme fills
    are filled by the worst, the middle of the class, or not counted, all at once. What the scheme does not have is left out.
    """
    return Choices(weights or WeightDraws(), *_able(evaluation, Goalposts(MOVED)), *_gaps(evaluation))


def usual_doubts(evaluation: Evaluation, weights: WeightSpec | None = None) -> Choices:
    """All of `usual_decisions`, and the records: each raw value a twentieth off, a twentieth of the members with one more."""
    recorded = _able(evaluation, MeasurementErrors(ERRING), LateRecords(LATE))
    return Choices(*usual_decisions(evaluation, weights).parts, *recorded)


def _able(evaluation: Evaluation, *specs: Goalposts | MeasurementErrors | LateRecords) -> list[Spec]:
    """Those that concern anything."""
    return [spec for spec in specs if spec.concerns(evaluation)]


def _gaps(evaluation: Evaluation) -> list[Spec]:
    """Other policies for the gaps that the scheme fills; one that it leaves open is open for a reason."""
    among = ("worst", "class_median" if evaluation.scheme.members.class_ else "median", "exclude")
    filled = {item.id for item in evaluation.scheme.indicators if item.missing not in {"exclude", "unranked", "error"}}
    names = tuple(name for name in MissingPolicies(among).concerns(evaluation) if name in filled)
    return [MissingPolicies(among, names)] if names else []
