"""Other weights the committee might have voted: drawn round the voted ones, or given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from toolkit.errors import Problem, Problems, Refused, nearest
from toolkit.ranking import Floats
from toolkit.scoring import Tree
from toolkit.text import Phrase, phrase
from toolkit.toml_file import Decision

BLOCK = 512


class WeightDraws(Decision):
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

    def blocks(self, tree: Tree, seed: int) -> Iterator[Floats]:
        """The drawn shares, block by block: float64[up to 512, nodes], each node's share of its siblings'."""
        voted, entropy = tree.shares, seed if self.seed is None else self.seed
        for number, start in enumerate(range(0, self.draws, BLOCK)):
            rng = np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=(number,)))
            yield self._block(tree, voted, rng)[: self.draws - start]

    def _block(self, tree: Tree, voted: Floats, rng: np.random.Generator) -> Floats:
        shares = np.tile(voted, (BLOCK, 1))
        for branch in tree.branches:
            weighted = [child for child in branch.children if voted[child] > 0]
            if len(weighted) > 1:
                alpha = voted[weighted] * self.concentration(len(weighted))
                shares[:, weighted] = rng.dirichlet(alpha, size=BLOCK)
        return shares


@dataclass(frozen=True, eq=False)
class GivenWeights:
    """Weight vectors of one's own: an expert's, a neighbour's scheme, draws made elsewhere.

    Parameters
    ----------
    weights : DataFrame
        One row per vector, one column per indicator, at least 0 and not all 0; only ratios matter. A group
        weighs what its indicators weigh together.
    """

    weights: pd.DataFrame

    @property
    def draws(self) -> int:
        """How many vectors."""
        return len(self.weights)

    def blocks(self, tree: Tree, seed: int) -> Iterator[Floats]:  # noqa: ARG002 - nothing is drawn
        """The given shares, block by block: float64[up to 512, nodes].

        Raises
        ------
        Refused
            For a column that is no indicator or is lacking, a weight that is no number or negative, no rows.
        """
        problems = Problems((*self._names(tree), *self._numbers()))
        if problems.errors:
            raise Refused(problems)
        leaves = self.weights.loc[:, list(tree.nodes[tree.leaves])].to_numpy(dtype=np.float64)
        for start in range(0, len(leaves), BLOCK):
            yield shares_of(tree, leaves[start : start + BLOCK])

    def _names(self, tree: Tree) -> Iterator[Problem]:
        known = tree.nodes[tree.leaves]
        for name in self.weights.columns.difference(list(known)):
            like = nearest(str(name), known)
            mend = (
                phrase("是否为 {like}？", "is it {like}?", like=like)
                if like
                else Phrase("请删去", "leave it out")
            )
            yield Problem(
                "error", Phrase("没有这个指标", "there is no such indicator"), mend, column=str(name)
            )
        for name in pd.Index(known).difference(self.weights.columns):
            mend = Phrase("请补上；不计则写 0", "add it; 0 if it is not to count")
            yield Problem(
                "error", Phrase("缺少该指标的权重", "its weight is lacking"), mend, column=str(name)
            )

    def _numbers(self) -> Iterator[Problem]:
        table = self.weights.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
        if not len(table):
            yield Problem(
                "error", Phrase("没有权重", "there are no weights"), Phrase("至少一行", "give a row or more")
            )
        for row in np.flatnonzero(
            ~(np.isfinite(table) & (table >= 0)).all(axis=1) | ~(table > 0).any(axis=1)
        ):
            rule = Phrase("权重应为非负数，且不全为 0", "weights are numbers, not negative and not all 0")
            yield Problem("error", rule, Phrase("请改正这一行", "mend this row"), row=int(row) + 1)


def shares_of(tree: Tree, leaves: Floats) -> Floats:
    """The share of every node among its siblings, from weights of the indicators alone.

    Parameters
    ----------
    leaves : float64[draws, indicators]

    Returns
    -------
    float64[draws, nodes]
        Siblings that weigh nothing together all have 0.
    """
    weights = np.ones((len(leaves), len(tree.nodes)))
    weights[:, tree.leaves] = leaves
    shares = weights.copy()
    for branch in tree.branches:
        siblings = list(branch.children)
        weights[:, branch.node] = weights[:, siblings].sum(axis=1)
        together = weights[:, [branch.node]]
        shares[:, siblings] = weights[:, siblings] / np.where(together > 0, together, 1.0)
    return shares
