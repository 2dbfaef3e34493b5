"""Weights resampled from the experts' own: had other experts of the same kind been asked, or one of them alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from toolkit.errors import Problem, Problems, Refused, refuse
from toolkit.ranking import Floats
from toolkit.scoring import Tree
from toolkit.sensitivity.drawn_weights.voted import BLOCK, Blocks, Recipe, numbered
from toolkit.sensitivity.drawn_weights.weight_tables import sibling_shares
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.ballots.group import GroupWeights


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
    def of(cls, found: GroupWeights, draws: int = 10_000, take: Literal["mean", "one"] = "mean") -> ResampledWeights:
        """From the ballots of a round; see `toolkit.ballots.group_weights`."""
        own = [pd.DataFrame(group.own, list(group.experts), list(group.nodes)) for group in found.groups.values()]
        return cls(pd.concat(own, axis=1), draws, take)

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
