"""Who certainly stands above whom, who may, and who is over a bar, under any weights of a set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.awards.contests import tie_nodes
from toolkit.awards.requirements import Asked
from toolkit.ranking import rounded
from toolkit.scoring import TOTAL
from toolkit.sensitivity.bounds.extremes import Extremes
from toolkit.sensitivity.drawn_weights.bounds import WeightSet
from toolkit.sensitivity.tipping.contested_lines import terms_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.awards.terms import Terms
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Mask

Positions: TypeAlias = "NDArray[np.intp]"
CELLS = 1 << 21  # pairs whose leads are held at once
NEAR = 1 << 14  # pairs whose leads at every indicator stay in the processor's own memory
NOISE = 1e-9


@dataclass(frozen=True, eq=False)
class Leads:
    """Who is ahead of whom, and by how much, in an evaluation whose weights are in a set.

    Parameters
    ----------
    extremes
        The values under that set.
    terms
        The terms of the awards.
    """

    evaluation: Evaluation
    extremes: Extremes
    terms: Terms

    @classmethod
    def of(cls, evaluation: Evaluation, weights: WeightSet) -> Leads:
        """The leads of an evaluation; refused when the set does not fit its scheme."""
        return cls(evaluation, Extremes.of(evaluation, weights), terms_of(evaluation))

    @property
    def step(self) -> float:
        """One step of the last decimal."""
        return float(10.0**-self.evaluation.scheme.decimals)

    @cached_property
    def settled(self) -> bool:
        """Whether nodes settle ties."""
        return bool(tie_nodes(self.evaluation.scheme))

    @cached_property
    def part(self) -> tuple[Mask, Mask]:
        """Who takes part for certain, and who may; those with a total."""
        able = self.terms.applied & ~np.isnan(self.extremes.columns[TOTAL])
        sure, may = self.met(self.terms.eligibility)
        return able & sure, able & may

    def pools(self, within: str) -> Iterator[tuple[str, Positions]]:
        """Those who may take part, pool by pool."""
        may = self.part[1]
        for name, positions in self.terms.pools[within]:
            if may[positions].any():
                yield name, positions[may[positions]]

    def met(self, asked: Asked) -> tuple[Mask, Mask]:
        """Who meets requirements for certain, and who may."""
        sure, may = asked.able.copy(), asked.able.copy()
        for item, spared in asked.nodes:
            low, high = self.rounded_span(str(item.node))
            bounds = [(item.least, 0.0), (item.above, NOISE)]
            tops = [(item.most, 0.0), (item.below, NOISE)]
            above = [bound + more for bound, more in bounds if bound is not None]
            under = [bound - less for bound, less in tops if bound is not None]
            sure &= np.logical_and.reduce([*(low >= bound for bound in above), *(high <= bound for bound in under)]) | spared
            may &= np.logical_and.reduce([*(high >= bound for bound in above), *(low <= bound for bound in under)]) | spared
        return sure, may

    def rounded_span(self, node: str) -> tuple[Floats, Floats]:
        """The least and most each member's rounded score can be at a node."""
        low, high = self.extremes.span(node)
        if node == TOTAL:
            bounds = self.evaluation.scheme.total
            low, high = (np.clip(end, -np.inf if bounds.floor is None else bounds.floor, np.inf if bounds.cap is None else bounds.cap) for end in (low, high))
        decimals = self.evaluation.scheme.decimals
        return rounded(low - NOISE, decimals), rounded(high + NOISE, decimals)

    def blocks(self, node: str, pool: Positions) -> Iterator[tuple[Positions, Floats, Floats, Mask]]:
        """Block by block: some of a pool, the least and most by which each is ahead of each of the pool, whether reached.

        What one is ahead at most, the other is behind: a pool small enough is gone through once, a larger one twice.
        """
        if len(pool) ** 2 <= CELLS:
            parts = [self.extremes.most(node, some, pool) for some in _parted(pool)]
            most, exact = (np.concatenate(part) for part in zip(*parts, strict=True))
            start = 0
            for some in _parted(pool):
                own = slice(start, start + len(some))
                yield some, -most[:, own].T, most[own], exact[own] & exact[:, own].T
                start += len(some)
            return
        for some in _parted(pool):
            (most, exact), (least, too) = self.extremes.most(node, some, pool), self.extremes.most(node, pool, some)
            yield some, -least.T, most, exact & too.T

    def relations(self, node: str, some: Positions, pool: Positions, least: Floats, most: Floats) -> tuple[Mask, Mask]:
        """Whether each of some certainly stands above each of a pool, and whether it may: bool[some, pool]."""
        other = some[:, None] != pool[None, :]
        sure, may = least >= self.step + NOISE, most > (-self.step - NOISE if self.settled else NOISE)
        bounds = self.evaluation.scheme.total
        if node == TOTAL and (bounds.cap is not None or bounds.floor is not None):
            low, high = self.extremes.span(TOTAL)
            cap, floor = np.inf if bounds.cap is None else bounds.cap, -np.inf if bounds.floor is None else bounds.floor
            sure = sure & (high[pool] <= cap - self.step)[None, :] & (low[some] >= floor + self.step)[:, None]
            if self.settled:
                may = may | (high[some] >= cap - self.step)[:, None] | (low[pool] <= floor + self.step)[None, :]
        return sure & other, may & other

    def related(self, node: str, pool: Positions) -> tuple[Mask, Mask, Mask]:
        """Who of a pool certainly stands above whom, who may, and where leads are reached: bool[pool, pool]."""
        parts = [(*self.relations(node, some, pool, least, most), exact) for some, least, most, exact in self.blocks(node, pool)]
        sure, may, exact = (np.concatenate(part) for part in zip(*parts, strict=True))
        return sure, may, exact


def _parted(pool: Positions) -> Iterator[Positions]:
    size = max(1, NEAR // max(1, len(pool)))
    for start in range(0, max(1, len(pool)), size):
        yield pool[start : start + size]
