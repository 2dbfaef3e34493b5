"""Rounded scores as whole numbers, in which everything is compared: who is over a bar, who is ahead of whom."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from toolkit.ground.decimals import decimal_digits
from toolkit.ground.ranking import Floats, Mask, rounded, tolerance

if TYPE_CHECKING:
    from toolkit.scheme.outcomes import Requirement

Standing: TypeAlias = NDArray[np.integer[Any]]
Lookup: TypeAlias = Callable[[str], Standing]
"""Standings by node: int[runs, members], or [1, members] where no run changes them."""


@dataclass(frozen=True, eq=False)
class Steps:
    """Rounded scores counted in steps of the last decimal, from 1 up; 0 is for a score there is not.

    Whole numbers sort and compare several times faster than floats, and mean the same.

    Parameters
    ----------
    decimals
        Of the scheme.
    lowest, highest
        Bounds of all scores.
    """

    decimals: int
    lowest: float
    highest: float

    @property
    def fine(self) -> float:
        """Steps in a point."""
        return float(10.0**self.decimals)

    @property
    def half(self) -> float:
        """Half a step, and what counts as half a step."""
        return 0.5 + tolerance(self.decimals) * self.fine

    @property
    def shift(self) -> float:
        """What is added so that the lowest score stands at 1 or more."""
        return 2.0 + math.ceil(max(0.0, -self.lowest) * self.fine)

    @property
    def top(self) -> int:
        """A standing that no score reaches."""
        return math.ceil(max(0.0, self.highest) * self.fine + self.shift) + 2

    @property
    def dtype(self) -> type[Any]:
        """The smallest type that holds every score: the smaller, the faster it sorts. Scores beyond whole numbers stay floats."""
        return next((kind for kind in (np.int16, np.int32, np.int64) if self.top < np.iinfo(kind).max), np.float64)

    @classmethod
    def spanning(cls, decimals: int, scores: Iterable[Floats]) -> Steps:
        """Steps that hold all of these scores."""
        ends = [(np.fmin.reduce(column, axis=None, initial=0.0), np.fmax.reduce(column, axis=None, initial=0.0)) for column in scores]
        return cls(decimals, float(min((low for low, _ in ends), default=0.0)), float(max((high for _, high in ends), default=0.0)))

    def of(self, scores: Floats) -> Standing:
        """The standing of scores."""
        return self.of_rounded(rounded(scores, self.decimals))

    def of_rounded(self, scores: Floats) -> Standing:
        """The standing of scores that are rounded already."""
        steps = np.rint(scores * self.fine)
        steps += self.shift
        return np.nan_to_num(steps, copy=False, nan=0.0).astype(self.dtype)

    def scores(self, standing: Standing) -> Floats:
        """The rounded scores of standings; NaN for a score there is not."""
        return np.where(standing == 0, np.nan, (standing.astype(np.float64) - self.shift) / self.fine)

    def least(self, score: float) -> int:
        """The lowest standing that reaches a score; `top` where none does."""
        step = math.ceil(score * self.fine)
        step -= (step - 1) / self.fine >= score
        step += step / self.fine < score
        return min(max(1, int(step + self.shift)), self.top)

    def met_under(self, lookup: Lookup) -> Callable[[Requirement], Mask]:
        """Who meets what is asked of a node, in runs with these standings; bool[runs or 1, members]."""

        def met(item: Requirement) -> Mask:
            standing, (low, high) = lookup(str(item.node)), between(item, self)
            return np.asarray(standing >= low if high is None else (standing >= low) & (standing < high), dtype=np.bool_)

        return met

    def cut(self, lifted: Floats, below: NDArray[np.intp], out: Standing) -> Standing:
        """The standing of scores x that come as x `fine` + `half` + `shift`, which cutting off rounds half up.

        Parameters
        ----------
        lifted : float64[draws, members]
            Changed in place.
        below
            Members whose score can be negative: those round away from zero. A score there is not stays 0.
        out : int[draws, members]
            Written and given back.
        """
        if below.size:
            part = lifted[:, below]
            lifted[:, below] = np.where((part > 0) & (part < self.half + self.shift), np.ceil(part - 2 * self.half), part)
        np.copyto(out, lifted, casting="unsafe")
        return out


Bar: TypeAlias = "tuple[str, int, int | None, Mask]"
"""What is asked of a node: the node, the lowest standing, the one below which to stay (None for any), and whom it does not concern."""


def bars_of(nodes: Iterable[tuple[Requirement, Mask]], steps: Steps) -> tuple[Bar, ...]:
    """What is asked of nodes, in standings."""
    return tuple((str(item.node), *between(item, steps), spared) for item, spared in nodes)


def over(bar: Bar, standing: Standing) -> Mask:
    """Whose standing, int[draws, members], a bar lets pass, and whom it does not concern."""
    _, low, high, spared = bar
    met: Mask = standing >= low if high is None else (standing >= low) & (standing < high)
    return met | spared if spared.any() else met


def between(item: Requirement, steps: Steps) -> tuple[int, int | None]:
    """The lowest standing that a requirement allows, and the one from which on it allows none."""
    lows = [steps.least(bound) for bound in (_compared(item.least), _just_over(item.above)) if bound is not None]
    highs = [steps.least(bound) for bound in (_compared(item.below), _just_over(item.most)) if bound is not None]
    return max(1, *lows) if lows else 1, min(highs, default=None)


def from_where(item: Requirement, decimals: int) -> list[float]:
    """The lowest rounded scores at which it turns whether a requirement of a node is met, one for each bound.

    Examples
    --------
    >>> from toolkit.scheme.outcomes import Requirement
    >>> from_where(Requirement(node="total", least=60, most=79.995), 2)
    [60.0, 80.0]
    """
    fine = 10.0**decimals
    reached = [math.ceil(round(bound * fine, 6)) for bound in (item.least, item.below) if bound is not None]
    passed = [math.floor(round(bound * fine, 6)) + 1 for bound in (item.above, item.most) if bound is not None]
    return [steps / fine for steps in (*reached, *passed)]


def _compared(bound: float | None) -> float | None:
    """A bound as `within` compares scores with it."""
    return None if bound is None else decimal_digits(bound)


def _just_over(bound: float | None) -> float | None:
    return None if bound is None else float(np.nextafter(decimal_digits(bound), np.inf))


def paired(lookup: Lookup, node: str, run: NDArray[np.intp], member: NDArray[np.intp]) -> Standing:
    """Standings at a node for pairs of run and member."""
    standing = lookup(node)
    return np.asarray(standing[run if len(standing) > 1 else 0, member])
