"""Who holds an award and who could take it, and what else of a scheme's rule says where a list can change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.ranking import Floats, Mask


@dataclass(frozen=True)
class Rivals:
    """Who holds an award, and who could take it: positions of members, and whether the latter are over every bar.

    `floor` and `cap` are the bounds that the score they compete by is held in.
    """

    held: NDArray[np.intp]
    others: NDArray[np.intp]
    able: Mask
    by: str
    floor: float = -np.inf
    cap: float = np.inf


@dataclass(frozen=True, eq=False)
class Field:
    """All contests that go by one score, one after another, to be looked at together; each with a holder and a rival."""

    rivals: Sequence[Rivals]

    @property
    def by(self) -> str:
        """The node whose score they go by."""
        return self.rivals[0].by

    @property
    def floor(self) -> float:
        """The lowest that score can be."""
        return self.rivals[0].floor

    @property
    def cap(self) -> float:
        """The highest that score can be."""
        return self.rivals[0].cap

    @cached_property
    def held(self) -> NDArray[np.intp]:
        """The holders of all contests."""
        return np.concatenate([own.held for own in self.rivals])

    @cached_property
    def others(self) -> NDArray[np.intp]:
        """The rivals of all contests."""
        return np.concatenate([own.others for own in self.rivals])

    @cached_property
    def sizes(self) -> NDArray[np.intp]:
        """How many holders, and how many rivals, intp[2, contests]."""
        return np.array([[len(own.held), len(own.others)] for own in self.rivals]).T

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """Where those of each contest start, intp[2, contests]."""
        return self.sizes.cumsum(axis=1) - self.sizes

    def parts(self, place: int) -> Iterator[tuple[int, int]]:
        """Where the holders of one contest start and how many they are; then its rivals."""
        return zip(self.starts[:, place].tolist(), self.sizes[:, place].tolist(), strict=True)

    def lowest(self, score: Floats) -> NDArray[np.intp]:
        """The lowest holder of each contest by a score float64[members]."""
        return _best(self.held, self.sizes[0], -score)

    def highest(self, score: Floats) -> NDArray[np.intp]:
        """The highest able rival of each contest by a score float64[members]; -1 for none."""
        return _best(*self._able, score)

    @cached_property
    def _able(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The able rivals of all contests, and how many there are in each."""
        able = [own.others[own.able] for own in self.rivals]
        return np.concatenate(able), np.array([len(own) for own in able])


def _best(members: NDArray[np.intp], sizes: NDArray[np.intp], score: Floats) -> NDArray[np.intp]:
    """Of each of some groups of members, one after another, the first with its highest score; -1 for none."""
    found, some = np.full(len(sizes), -1, np.intp), sizes > 0
    if some.any():
        own = score[members]
        starts = (sizes.cumsum() - sizes)[some]
        at = np.flatnonzero(own == np.repeat(np.fmax.reduceat(own, starts), sizes[some]))
        found[np.repeat(np.flatnonzero(some), sizes[some])[at[::-1]]] = members[at[::-1]]  # the first of each group stays
    return found


@dataclass(frozen=True)
class Rule:
    """All of a scheme's rule that says where a list can change.

    Parameters
    ----------
    rivals
        The pairs of every contest that has any.
    levels
        Nodes, and unrounded scores at which something is decided: bars, and the bounds of the total.
    ties
        The nodes that settle ties.
    decimals
        Of the scheme.
    """

    rivals: Sequence[Rivals]
    levels: Sequence[tuple[str, float]]
    ties: Sequence[str]
    decimals: int

    @cached_property
    def fields(self) -> list[Field]:
        """The contests by the score they go by."""
        nodes = dict.fromkeys(own.by for own in self.rivals)
        return [Field([own for own in self.rivals if own.by == node]) for node in nodes]
