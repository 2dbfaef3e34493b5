"""Points spread evenly over a simplex, exactly; over any set cut out of one by inequalities, by hit-and-run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from toolkit.ranking import Floats

LEVEL = 1e-11  # a slack that never exceeds it is none


@dataclass(frozen=True, eq=False)
class Simplex:
    """All mixtures of corners that are as many as they can be: any order of siblings, ties included, is one.

    Parameters
    ----------
    corners : float64[corners, siblings]
    """

    corners: Floats

    def points(self, rng: np.random.Generator, size: int) -> Floats:
        """Independent points, uniform on it: float64[size, siblings]."""
        if len(self.corners) == 1:
            return np.repeat(self.corners, size, axis=0)
        return np.asarray(rng.dirichlet(np.ones(len(self.corners)), size) @ self.corners)


@dataclass(frozen=True, eq=False)
class Polytope:
    """Shares that sum to 1 and keep ``rows @ share <= bounds``.

    Every point is the end of a walk of its own, so that points are independent: from a random mixture of `ends`, `steps`
    times along a random line to a point uniform on the part of it that lies inside (hit-and-run). Nothing is thinned.
    Lines are drawn so that a long and narrow set is walked as fast as a round one.

    Parameters
    ----------
    rows : float64[inequalities, siblings], bounds : float64[inequalities]
        Only those that are not always met with equality.
    ends : float64[ends, siblings]
        Where each inequality is furthest from being met with equality.
    lines : float64[dimensions, siblings]
        What is mixed for a random direction.
    steps
        The length of a walk.

    References
    ----------
    R. L. Smith, "Efficient Monte Carlo Procedures for Generating Points Uniformly Distributed over Bounded Regions",
    Operations Research 32 (1984), 1296-1308.
    """

    rows: Floats
    bounds: Floats
    ends: Floats
    lines: Floats
    steps: int

    @classmethod
    def of(cls, rows: Floats, bounds: Floats, steps: int | None = None) -> Polytope | None:
        """The set that inequalities leave of the simplex; None where they leave nothing."""
        ends = _ends(rows, bounds)
        if ends is None:
            return None
        free = (bounds - ends @ rows.T).max(axis=0) > LEVEL
        flat = _null_space(np.vstack((np.ones(rows.shape[1]), rows[~free])))
        lines = _rounding(ends @ flat.T).T @ flat
        return cls(rows[free], bounds[free], ends, lines, steps or steps_for(len(flat)))

    def points(self, rng: np.random.Generator, size: int) -> Floats:
        """Points uniform on it: float64[size, siblings]."""
        found = np.asarray(rng.dirichlet(np.ones(len(self.ends)), size) @ self.ends)
        if not len(self.lines):
            return found
        slack, rates = self.bounds - found @ self.rows.T, self.lines @ self.rows.T
        for _ in range(self.steps):
            mixture = rng.standard_normal((size, len(self.lines)))
            rate = mixture @ rates
            back, ahead = -_reach(slack, -rate), _reach(slack, rate)
            length = (back + (ahead - back) * rng.random(size))[:, None]
            found += length * (mixture @ self.lines)
            slack = np.maximum(slack - length * rate, 0.0)
        return found


def steps_for(dimensions: int) -> int:
    """How long a walk is: what remains of where it began is far below any Monte Carlo error."""
    return 40 + 4 * dimensions**2


def _reach(slack: Floats, rate: Floats) -> Floats:
    """How far one can go before an inequality is met with equality, float64[walks]."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(rate > 0, slack / rate, np.inf).min(axis=1))


def _ends(rows: Floats, bounds: Floats) -> Floats | None:
    """The point of the set furthest from meeting each inequality with equality; None where there is no point at all."""
    from scipy.optimize import linprog

    whole, found = np.ones((1, rows.shape[1])), []
    for row in rows:
        solved = linprog(row, A_ub=rows, b_ub=bounds, A_eq=whole, b_eq=[1.0], bounds=(0.0, 1.0))
        if solved.status != 0:
            return None
        found.append(solved.x)
    return np.array(found)


def _null_space(rows: Floats) -> Floats:
    """Directions in which no row changes, float64[dimensions, siblings], at right angles."""
    _, sizes, directions = np.linalg.svd(rows)
    return np.asarray(directions[int((sizes > LEVEL).sum()) :])


def _rounding(points: Floats) -> Floats:
    """A square root of how far the points spread, float64[dimensions, dimensions]; of no direction nothing."""
    if not points.shape[1]:
        return np.zeros((0, 0))
    spread = np.atleast_2d(np.cov(points.T, bias=True))
    return np.linalg.cholesky(spread + 0.05 * np.trace(spread) / len(spread) * np.eye(len(spread)))
