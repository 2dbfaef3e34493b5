"""Other weights the committee might have voted: drawn round the voted ones, or given.

Weights resampled from the experts' own: had other experts of the same kind been asked, or one of them alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal, Protocol, TypeAlias

import numpy as np
import pandas as pd
from pydantic import Field

from toolkit.evaluation.scores import Tree, shares_of
from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.ranking import Floats
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import StrictArguments
from toolkit.sensitivity.weights.frames import indicator_weights, sibling_shares

if TYPE_CHECKING:
    from toolkit.ballots.group import GroupWeights


BLOCK = 512
TABLE = Phrase("应是一张表（DataFrame）", "it is a table (DataFrame)")
FRAME = Phrase("请写成 pd.DataFrame(weights, columns=[...])，每列一个名称", "write pd.DataFrame(weights, columns=[...]), a column for each name")

Recipe: TypeAlias = Callable[[], Floats]
"""One block of draws still to be made, here or in another process: float64[up to 512, nodes] when it is called."""


class WeightSpec(Protocol):
    """Which weights: a value that says how many vectors, and how each block of 512 of them is made."""

    @property
    def draws(self) -> int:
        """How many."""

    @property
    def seed(self) -> int | None:
        """None for the scheme's own."""

    def recipes(self, tree: Tree, seed: int) -> Iterator[Recipe]:
        """One for each block; whatever does not fit the tree is refused before the first is given."""

    def blocks(self, tree: Tree, seed: int) -> Iterator[Floats]:
        """The shares of every node among its siblings, block by block: float64[up to 512, nodes]."""


class Blocks:
    """What every specification does alike: it follows its recipes in turn."""

    def blocks(self: WeightSpec, tree: Tree, seed: int) -> Iterator[Floats]:
        """The shares, block by block: float64[up to 512, nodes], each node's share of its siblings'."""
        for recipe in self.recipes(tree, seed):
            yield recipe()


def numbered(make: Callable[[np.random.Generator], Floats], draws: int, seed: int) -> Iterator[Recipe]:
    """The recipes of draws made in whole blocks, each from its own stream of the seed."""
    for number, start in enumerate(range(0, draws, BLOCK)):
        yield partial(_block, make, seed, number, min(BLOCK, draws - start))


def _block(make: Callable[[np.random.Generator], Floats], seed: int, number: int, size: int) -> Floats:
    return make(np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,))))[:size]


class WeightDraws(Blocks, StrictArguments):
    """Weights drawn at random round the voted ones, at every set of siblings: a Dirichlet distribution.

    With voted shares s of m siblings the draws are Dirichlet(c s), c = (m - 1) / spread^2 - 1. Their mean is s;
    the mean, weighted by s, of (standard deviation / share)^2 is exactly spread^2. So a spread of 0.2 says: a
    weight typically differs from the voted one by a fifth of itself, small weights by relatively more and large
    ones by less. A weight voted 0 stays 0.

    Parameters
    ----------
    draws
        How many.
    spread
        Typical relative change of a weight, above 0 and below 1.
    seed
        None for the scheme's own. Draws are made in blocks of 512, each from its own stream of the seed: draw
        number i is the same however many are asked for, and however they are divided among runs.

    Examples
    --------
    >>> WeightDraws(draws=1000, spread=0.2).concentration(5)
    99.0
    """

    draws: Annotated[int, Field(ge=1)] = 10_000
    spread: Annotated[float, Field(gt=0, lt=1)] = 0.2
    seed: Annotated[int | None, Field(ge=0)] = None

    def concentration(self, siblings: int) -> float:
        """The c of the Dirichlet distribution for so many siblings with a weight."""
        return round((siblings - 1) / self.spread**2 - 1, 12)

    def recipes(self, tree: Tree, seed: int) -> Iterator[Recipe]:
        """One recipe for each block of draws."""
        return numbered(partial(self._drawn, tree, tree.shares), self.draws, seed if self.seed is None else self.seed)

    def _drawn(self, tree: Tree, voted: Floats, rng: np.random.Generator) -> Floats:
        shares = np.tile(voted, (BLOCK, 1))
        for branch in tree.branches:
            weighted = [child for child in branch.children if voted[child] > 0]
            if len(weighted) > 1:
                alpha = voted[weighted] * self.concentration(len(weighted))
                shares[:, weighted] = rng.dirichlet(alpha, size=BLOCK)
        return shares


@dataclass(frozen=True, eq=False)
class GivenWeights(Blocks):
    """Weight vectors of one's own: an expert's, a neighbour's scheme, draws made elsewhere.

    Parameters
    ----------
    weights : DataFrame
        One row per vector, at least 0 and not all 0; only ratios matter, and the index is not looked at.
    among
        "whole": one column per indicator, its weight in the whole; a group weighs what its indicators weigh together.
        "siblings": one column per node, group or indicator, its weight among its siblings, which are all there or none;
        those that are not keep their voted weights.

    Examples
    --------
    Drawn weights of a long table, a row for every draw and node, as COINr and others write them:

    >>> rows = pd.DataFrame({"draw": [1, 1, 2, 2], "iCode": ["conn", "sust"] * 2, "Weight": [1.1, 0.9, 0.8, 1.2]})
    >>> GivenWeights(rows.pivot(index="draw", columns="iCode", values="Weight"), among="siblings").draws
    2
    """

    weights: pd.DataFrame
    among: Literal["whole", "siblings"] = "whole"

    def __post_init__(self) -> None:
        """Refuse what is no table, and what could be read two ways."""
        if not isinstance(self.weights, pd.DataFrame):
            raise refuse(TABLE, FRAME, column="weights", value=type(self.weights).__name__)
        if self.among not in {"whole", "siblings"}:
            raise refuse(Phrase("没有这种读法", "there is no such reading"), Phrase("请写 whole 或 siblings", "write whole or siblings"), column="among", value=str(self.among))

    @property
    def draws(self) -> int:
        """How many vectors."""
        return len(self.weights)

    @property
    def seed(self) -> None:
        """None: nothing is drawn."""

    def recipes(self, tree: Tree, seed: int) -> Iterator[Recipe]:  # noqa: ARG002 - nothing is drawn
        """One recipe for each block of the given vectors.

        Raises
        ------
        Refused
            As `toolkit.sensitivity.weights.frames` refuses tables: unknown, lacking and doubled columns, no
            rows, what is no number, negative, or nothing but 0.
        """
        starts = range(0, self.draws, BLOCK)
        if self.among == "siblings":
            shares = sibling_shares(tree, self.weights)
            return (partial(np.copy, shares[start : start + BLOCK]) for start in starts)
        leaves = indicator_weights(tree, self.weights)
        return (partial(shares_of, tree, leaves[start : start + BLOCK]) for start in starts)



@dataclass(frozen=True, eq=False)
class ResampledWeights(Blocks):
    """Weights made of the experts' own vectors, all of an expert's judgements staying together.

    Parameters
    ----------
    votes : DataFrame
        One row per expert, one column per node: its weight among its siblings, at least 0; only ratios among siblings
        matter. Siblings are all there or none; those that are not keep their voted weights.
    draws, seed
        As for `WeightDraws`.
    take
        "mean": the arithmetic mean of the shares of as many experts as there are, drawn with replacement (the bootstrap of
        the group's mean; each counts alike). "one": the vector of one expert, each as likely.

    Examples
    --------
    >>> votes = pd.DataFrame({"hours": [60.0, 40.0], "conduct": [40.0, 60.0]}, index=["E1", "E2"])
    >>> ResampledWeights(votes, draws=2000, take="one").draws
    2000
    """

    votes: pd.DataFrame
    draws: int = 10_000
    take: Literal["mean", "one"] = "mean"
    seed: int | None = None

    def __post_init__(self) -> None:
        """Refuse what could be read two ways."""
        _raise([*_unreadable(self)])

    @classmethod
    def of(cls, group_weights: GroupWeights, draws: int = 10_000, take: Literal["mean", "one"] = "mean") -> ResampledWeights:
        """From the ballots of a round; see `toolkit.ballots.group_weights`."""
        tables = [pd.DataFrame(group.own, list(group.experts), list(group.nodes)) for group in group_weights.groups.values()]
        return cls(pd.concat(tables, axis=1), draws, take)

    def recipes(self, tree: Tree, seed: int) -> Iterator[Recipe]:
        """One recipe for each block of draws.

        Raises
        ------
        Refused
            For unknown nodes, siblings of which some are lacking, weights that are no numbers or negative, and an expert
            who gives siblings nothing.
        """
        if not self.votes.size:
            raise refuse(Phrase("没有专家的权重", "there are no weights of experts"), Phrase("至少一行一列", "give a row and a column or more"))
        draw = partial(_resampled, sibling_shares(tree, self.votes, self._named), self.take)
        return numbered(draw, self.draws, seed if self.seed is None else self.seed)

    def _named(self, row: int) -> Phrase:
        return phrase("专家 {expert}", "expert {expert}", expert=self.votes.index[row])


def _resampled(shares: Floats, take: str, rng: np.random.Generator) -> Floats:
    if take == "one":
        return np.asarray(shares[rng.integers(len(shares), size=BLOCK)])
    times = rng.multinomial(len(shares), np.full(len(shares), 1 / len(shares)), size=BLOCK)
    return np.asarray((times / len(shares)) @ shares)


def _unreadable(spec: ResampledWeights) -> Iterator[Problem]:
    """Options that are none."""
    if spec.take not in {"mean", "one"}:
        yield Problem("error", Phrase("没有这种抽法", "there is no such way to draw"), Phrase("请写 mean 或 one", "write mean or one"), column="take", value=str(spec.take))
    for name, value, least in (("draws", spec.draws, 1), ("seed", spec.seed, 0)):
        if not (value is None and name == "seed") and not (isinstance(value, int) and value >= least):
            rule = phrase("应为不小于 {least} 的整数", "a whole number of at least {least}", least=least)
            yield Problem("error", rule, Phrase("请改正", "mend it"), column=name, value=str(value))


def _raise(problems: list[Problem]) -> None:
    if problems:
        raise Refused(Problems(tuple(problems)))
