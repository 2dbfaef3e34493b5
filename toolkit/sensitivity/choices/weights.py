"""Weights that might have been voted, as choices: one for each group, or one for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

import numpy as np

from toolkit.errors import Refused
from toolkit.sensitivity.choices.faults import fault
from toolkit.sensitivity.drawn_weights.voted import WeightDraws
from toolkit.text import Phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.errors import Problem
    from toolkit.ranking import Floats
    from toolkit.scoring import Tree
    from toolkit.sensitivity.choices.scenario import Luck, Scenario
    from toolkit.sensitivity.drawn_weights.voted import WeightSpec

    Settler: TypeAlias = tuple[str, Callable[[Scenario, Luck], None]]


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


def _drawn(spec: WeightDraws, voted: Floats, weighted: Sequence[int], scenario: Scenario, luck: Luck) -> None:
    alpha = voted[list(weighted)] * spec.concentration(len(weighted))
    shares = voted.copy() if scenario.shares is None else scenario.shares
    shares[list(weighted)] = luck.rng.dirichlet(alpha)
    scenario.shares = shares


def _one_of(vectors: Floats, scenario: Scenario, luck: Luck) -> None:
    scenario.shares = luck.pick(vectors)  # type: ignore[arg-type] # rows of an array
