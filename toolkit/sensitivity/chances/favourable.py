"""In which draws a member has what is sought, and which weights there were then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from toolkit.sensitivity.chances.awards import times
from toolkit.sensitivity.drawn_weights.voted import leaves_of
from toolkit.sensitivity.rule.drawn_ranks import drawn_ranks

if TYPE_CHECKING:
    from toolkit.ranking import Floats, Mask
    from toolkit.scoring import Tree
    from toolkit.sensitivity.chances.passes import Counts
    from toolkit.sensitivity.rule.allocation import Allocation, Lookup

UNIT = 2.0**32


@dataclass(frozen=True)
class Favourable:
    """In how many draws each member has what is sought, int[members], and in these the sums of weights and their squares.

    Weights and their squares count in whole units of 2^-32, int[members, indicators] each.
    """

    sought: str | int
    events: int = 1

    def __call__(self, allocation: Allocation, shares: Floats, lookup: Lookup) -> Counts:
        """The counts of a chunk."""
        return weighed(allocation.scores.tree, shares, having(allocation, shares, lookup, self.sought))


def having(allocation: Allocation, shares: Floats, lookup: Lookup, sought: str | int) -> Mask:
    """Who has an award or a rank, bool[draws, members]."""
    if isinstance(sought, str):
        ids = [award.id for award in allocation.terms.scheme.awards]
        return next(given for id_, given in zip(ids, allocation.awards(shares, lookup), strict=False) if id_ == sought)
    found = np.zeros((len(shares), allocation.scores.members), np.bool_)
    for positions, among, ranks in drawn_ranks(allocation, lookup):
        draw, own = np.nonzero(ranks == sought)
        found[draw, positions[among[draw, own]]] = True
    return found


def weighed(tree: Tree, shares: Floats, has: Mask) -> Counts:
    """The counts of up to 512 draws of which it is known who has what is sought, bool[draws, members]; see `Favourable`."""
    weights, chosen = leaves_of(tree, shares), has.T.astype(np.float64)
    units = (np.rint(power * UNIT) for power in (weights, weights**2))
    return times(has).astype(np.int64), *((chosen @ each).astype(np.int64) for each in units)


def central(counts: Counts) -> tuple[Floats, Floats]:
    """Mean weights and their Monte Carlo standard errors, float64[members, indicators]; NaN for who never had it."""
    had, sums, squares = counts
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums / UNIT / had[:, None]
        return mean, np.sqrt(np.maximum(0.0, squares / UNIT / had[:, None] - mean**2) / had[:, None])
