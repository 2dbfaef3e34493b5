"""Weights of which nothing is known but bounds and who weighs more than whom: every such vector is as likely.

Points spread evenly over a simplex, exactly; over any set cut out of one by inequalities, by hit-and-run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial, reduce
from typing import Annotated, TypeAlias

import numpy as np
from pydantic import Field

from toolkit.evaluation.scores import Tree
from toolkit.ground.problems import Problem, did_you_mean, stop_at
from toolkit.ground.ranking import Floats, Mask
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import StrictArguments
from toolkit.sensitivity.weights import Box, WeightBounds, WeightOrder
from toolkit.sensitivity.weights.draws import BLOCK, Blocks, Recipe, numbered

NO_SLACK = 1e-11  # a slack that never exceeds it is none


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
        free = (bounds - ends @ rows.T).max(axis=0) > NO_SLACK
        flat = _null_space(np.vstack((np.ones(rows.shape[1]), rows[~free])))
        lines = _rounding(ends @ flat.T).T @ flat
        return cls(rows[free], bounds[free], ends, lines, steps or steps_for(len(flat)))

    def points(self, rng: np.random.Generator, size: int) -> Floats:
        """Points uniform on it: float64[size, siblings]."""
        points = np.asarray(rng.dirichlet(np.ones(len(self.ends)), size) @ self.ends)
        if not len(self.lines):
            return points
        slack, rates = self.bounds - points @ self.rows.T, self.lines @ self.rows.T
        for _ in range(self.steps):
            mixture = rng.standard_normal((size, len(self.lines)))
            rate = mixture @ rates
            back, ahead = -_reach(slack, -rate), _reach(slack, rate)
            length = (back + (ahead - back) * rng.random(size))[:, None]
            points += length * (mixture @ self.lines)
            slack = np.maximum(slack - length * rate, 0.0)
        return points


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

    whole, ends = np.ones((1, rows.shape[1])), []
    for row in rows:
        solved = linprog(row, A_ub=rows, b_ub=bounds, A_eq=whole, b_eq=[1.0], bounds=(0.0, 1.0))
        if solved.status != 0:
            return None
        ends.append(solved.x)
    return np.array(ends)


def _null_space(rows: Floats) -> Floats:
    """Directions in which no row changes, float64[dimensions, siblings], at right angles."""
    _, sizes, directions = np.linalg.svd(rows)
    return np.asarray(directions[int((sizes > NO_SLACK).sum()) :])


def _rounding(points: Floats) -> Floats:
    """A square root of how far the points spread, float64[dimensions, dimensions]; of no direction nothing."""
    if not points.shape[1]:
        return np.zeros((0, 0))
    spread = np.atleast_2d(np.cov(points.T, bias=True))
    return np.linalg.cholesky(spread + 0.05 * np.trace(spread) / len(spread) * np.eye(len(spread)))



Spread: TypeAlias = Simplex | Polytope

AT_LEAST, LEVEL = (">=", "≥"), ("=", "==")
STATED = re.compile(r"\s*(>=|≥|==|=|>|<=|≤|<)\s*")


class UniformWeights(Blocks, StrictArguments):
    """Weights drawn evenly from all that keep given bounds and statements, at every set of siblings by itself.

    Where siblings have no bounds, and the statements put all of them in one order (ties included) or say nothing, draws
    are exact: mixtures of the corners with flat Dirichlet weights. Else each draw is the end of a walk of its own by
    hit-and-run, 40 + 4 d^2 steps long for a set of d dimensions (seven times the steps in which a walk forgets a part 1 - 1/e
    of where it began): all of it is burn-in, nothing is thinned, and draws are independent of one another.

    Parameters
    ----------
    draws, seed
        As for `WeightDraws`.
    within
        `WeightBounds` (percent of siblings together), or `WeightOrder`: groups that it does not name keep their voted weights.
    statements
        Beside bounds: ``"a >= b"``, ``"a >= b >= c"``, ``"a = b"``, between siblings. What is not stated stays open.

    Examples
    --------
    Three siblings of which the first weighs most: on average 11/18, 5/18 and 2/18 if the others are ordered too.

    >>> spec = UniformWeights(statements=("hours >= pledge >= conduct",))
    >>> spec.statements
    ('hours >= pledge >= conduct',)
    """

    draws: Annotated[int, Field(ge=1)] = 10_000
    within: WeightBounds | WeightOrder = WeightBounds()
    statements: tuple[str, ...] = ()
    seed: Annotated[int | None, Field(ge=0)] = None

    def recipes(self, tree: Tree, seed: int) -> Iterator[Recipe]:
        """One recipe for each block of draws.

        Raises
        ------
        Refused
            For unknown nodes, impossible bounds, statements that cannot be read or are not about siblings, and siblings
            for which bounds and statements together leave no weights.
        """
        spreads = self._spreads(tree)
        return numbered(partial(_drawn, tree.shares, spreads), self.draws, seed if self.seed is None else self.seed)

    def _spreads(self, tree: Tree) -> tuple[tuple[list[int], Spread], ...]:
        """The children of each group, and what their shares are drawn from."""
        if isinstance(self.within, WeightOrder):
            corners = self.within.vertices(tree)
            stop_at([_stated_twice(statement) for statement in self.statements])
            return tuple((list(branch.children), Simplex(corners[branch.node])) for branch in tree.branches)
        boxes, over = self.within.boxes(tree), _over(tree, self.statements)
        spreads, problems = list[tuple[list[int], Spread]](), list[Problem]()
        for branch in tree.branches:
            children = list(branch.children)
            spread = _spread(boxes[branch.node], over[np.ix_(children, children)])
            if spread is None:
                problems.append(_empty(tree, branch.node, children))
            else:
                spreads.append((children, spread))
        stop_at(problems)
        return tuple(spreads)


def _drawn(voted: Floats, spreads: tuple[tuple[list[int], Spread], ...], rng: np.random.Generator) -> Floats:
    shares = np.tile(voted, (BLOCK, 1))
    for children, spread in spreads:
        shares[:, children] = spread.points(rng, BLOCK)
    return shares


def _spread(box: Box, over: Mask) -> Spread | None:
    """All shares of siblings within a box of which some weigh at least as much as others; None where there are none."""
    (low, high), size = box, len(over)
    if np.array_equal(low, high) and not over.any():
        return Simplex(low[None, :])
    if (high >= 1).all():  # then nothing has a lower bound either: a box is tightened
        reached = _reached(over)
        if not over.any():
            return Simplex(np.eye(size))
        if (reached | reached.T).all():
            return Simplex(_corners(reached))
    more, less = np.nonzero(over)
    ahead = np.eye(size)[less] - np.eye(size)[more]
    bounded = high < 1 - (low.sum() - low) - 1e-12
    rows = np.vstack((-np.eye(size), np.eye(size)[bounded], ahead))
    return Polytope.of(rows, np.concatenate((-low, high[bounded], np.zeros(len(ahead)))))


def _reached(over: Mask) -> Mask:
    """Who weighs at least as much as whom by any chain of statements."""
    reached = over | np.eye(len(over), dtype=np.bool_)
    return reduce(lambda known, middle: known | (known[:, [middle]] & known[[middle], :]), range(len(over)), reached)


def _corners(reached: Mask) -> Floats:
    """The corners of the shares that keep a complete order, float64[corners, siblings]: the first ones level, the rest 0."""
    below = reached.sum(axis=1)
    first = np.array([below >= least for least in sorted(set(below.tolist()), reverse=True)], dtype=np.float64)
    return np.asarray(first / first.sum(axis=1, keepdims=True))


def _over(tree: Tree, statements: tuple[str, ...]) -> Mask:
    """Of which nodes it is stated that they weigh at least as much as which, bool[nodes, nodes]."""
    over, problems = np.zeros((len(tree.nodes),) * 2, np.bool_), list[Problem]()
    group = {child: branch.node for branch in tree.branches for child in branch.children}
    for statement in statements:
        parts = STATED.split(statement.strip())
        names, signs = parts[::2], parts[1::2]
        faults = list(_faults(tree, group, statement, names, signs))
        problems += faults
        if not faults:
            for one, sign, other in zip(names, signs, names[1:], strict=False):
                more, less = tree.nodes.index(one), tree.nodes.index(other)
                over[more, less] = True
                over[less, more] |= sign in LEVEL
    stop_at(problems)
    return over


def _faults(tree: Tree, group: dict[int, int], statement: str, names: list[str], signs: list[str]) -> Iterator[Problem]:
    """What is wrong with one statement."""
    if not signs or not all(names) or not all(sign in (*AT_LEAST, *LEVEL) for sign in signs):
        rule = Phrase("陈述应由 >= 或 = 连接同级项", "a statement joins siblings by >= or =")
        yield Problem("error", rule, Phrase("例如 a >= b >= c", "a >= b >= c, say"), column="statements", value=statement)
        return
    known = tree.nodes[:-1]
    for name in dict.fromkeys(name for name in names if name not in known):
        mend = did_you_mean(name, known) or Phrase("请删去", "leave it out")
        rule = phrase("方案中没有 {name}", "the scheme has no node {name}", name=name)
        yield Problem("error", rule, mend, column="statements", value=statement)
    if len({group[known.index(name)] for name in names if name in known}) > 1:
        rule = Phrase("只有同级项之间可以比较权重", "only siblings' weights are compared")
        mend = Phrase("请改为同一组之下的各项", "name children of one group")
        yield Problem("error", rule, mend, column="statements", value=statement)


def _empty(tree: Tree, node: int, children: list[int]) -> Problem:
    rule = Phrase("范围和陈述互相矛盾，没有任何权重能同时满足", "bounds and statements contradict one another: no weights keep them all")
    names = ", ".join(tree.nodes[child] for child in children)
    mend = phrase("请放宽 {names} 的范围或删去陈述", "widen the bounds of {names}, or leave out a statement", names=names)
    return Problem("error", rule, mend, column=tree.nodes[node])


def _stated_twice(statement: str) -> Problem:
    rule = Phrase("次序（WeightOrder）已经说明了一切", "a WeightOrder says all there is to say")
    mend = Phrase("请把它写成陈述，或删去陈述", "write it as statements, or leave the statements out")
    return Problem("error", rule, mend, column="statements", value=statement)
