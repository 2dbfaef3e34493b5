"""The list of awards under any shares of the weights, by the rule itself, beside the list as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from toolkit.sensitivity.rule.allocation import Allocation

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Mask
    from toolkit.scheme import Scheme
    from toolkit.scoring import Tree

CELLS = 1 << 20


@dataclass(frozen=True, eq=False)
class Lists:
    """The lists of one evaluation under other weights.

    Parameters
    ----------
    evaluation
        Whose list is asked about.
    allocation
        Its rule: classes, quotas, bars, vetoes, ties, rounding and adjustments as they are.
    """

    evaluation: Evaluation
    allocation: Allocation

    @classmethod
    def of(cls, evaluation: Evaluation) -> Lists:
        """The lists of an evaluation."""
        return cls(evaluation, Allocation.of(evaluation))

    @cached_property
    def shares(self) -> Floats:
        """The voted shares, float64[nodes]."""
        return self.evaluation.tree.shares

    @cached_property
    def standing(self) -> Mask:
        """Who is given each award as it stands, bool[awards, members]."""
        return self.given(self.shares[None, :])[:, 0]

    def given(self, shares: Floats) -> Mask:
        """Who is given each award, bool[awards, vectors, members], under shares float64[vectors, nodes]."""
        size = max(1, CELLS // max(1, len(self.evaluation.members)))
        blocks = [self._given(shares[start : start + size]) for start in range(0, len(shares), size)]
        return np.concatenate(blocks, axis=1)

    def same(self, shares: Floats) -> Mask:
        """Whether the list is as it stands, bool[vectors]."""
        if not self.evaluation.scheme.awards or not len(shares):
            return np.ones(len(shares), np.bool_)
        size = max(1, CELLS // max(1, len(self.evaluation.members)))
        blocks = [self._given(shares[start : start + size]) for start in range(0, len(shares), size)]
        return np.concatenate([(block == self.standing[:, None]).all(axis=(0, 2)) for block in blocks])

    def moved(self, shares: Floats) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Who has an award under one vector of shares that it has not as it stands, and the other way round."""
        return self.moves(shares[None, :])[0]

    def moves(self, shares: Floats) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """The same under each of the vectors of shares float64[vectors, nodes]."""
        if not self.evaluation.scheme.awards or not len(shares):
            return [((), ())] * len(shares)
        then, now = self.given(shares), self.standing[:, None]
        gained, lost = (self._named(np.logical_or.reduce(new)) for new in (then & ~now, now & ~then))
        return list(zip(gained, lost, strict=True))

    def _named(self, which: Mask) -> list[tuple[str, ...]]:
        names = self.evaluation.members.index.to_numpy(dtype=object)
        return [tuple(sorted(names[own])) if own.any() else () for own in which]

    def _given(self, shares: Floats) -> Mask:
        awards = self.evaluation.scheme.awards
        found = np.zeros((len(awards), len(shares), len(self.evaluation.members)), np.bool_)
        for place, given in enumerate(self.allocation.awards(shares)):
            found[place] = given
        return found


def shifted(tree: Tree, shares: Floats, node: int, share: Floats) -> Floats:
    """Shares float64[vectors, nodes] in which one node has each of `share`, and its siblings divide the rest as they did."""
    found = np.tile(shares, (len(share), 1))
    siblings = [child for child in siblings_of(tree, node) if child != node]
    rest = shares[siblings].sum()
    parts = shares[siblings] / rest if rest > 0 else np.full(len(siblings), 1 / max(1, len(siblings)))
    found[:, siblings] = (1.0 - share)[:, None] * parts
    found[:, node] = share
    return found


def siblings_of(tree: Tree, node: int) -> tuple[int, ...]:
    """A node and its siblings."""
    return next(branch.children for branch in tree.branches if node in branch.children)


def weights_of(scheme: Scheme, tree: Tree, shares: Floats) -> dict[str, float]:
    """Shares of every node as weights in the scheme's own terms: siblings sum to 100, or to what they sum to now."""
    found: dict[str, float] = {}
    for branch in tree.branches:
        siblings = list(branch.children)
        whole = 100.0 if scheme.weights == "percent" else float(tree.weights[siblings].sum())
        total = float(shares[siblings].sum())
        kept = shares[siblings] / total if total > 0 else tree.shares[siblings]
        found |= {tree.nodes[child]: whole * float(part) for child, part in zip(siblings, kept, strict=True)}
    return found
