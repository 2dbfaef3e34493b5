"""Other weights the committee might have voted: drawn round the voted ones, resampled from the experts' own, or given in a table.

Resampled: had other experts of the same kind been asked, or one of them alone. A table of weights that were made elsewhere is read
strictly: one row per vector, one column per indicator or node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal, Protocol, TypeAlias

import numpy as np
import pandas as pd
from pydantic import Field

from toolkit.evaluation.scores import Tree, shares_of
from toolkit.ground.problems import Problem, did_you_mean, refuse, stop_at
from toolkit.ground.ranking import Floats, Mask
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import StrictArguments

if TYPE_CHECKING:
    from toolkit.ballots.group import GroupWeights


Naming: TypeAlias = Callable[[int], Phrase]
"""What the row at a place is called in messages."""

NUMBERED = Phrase("若是抽样的编号，请设为索引（index_col=0），否则删去", "make it the index if it numbers the draws (index_col=0), else leave it out")
GROUP = Phrase("是一组，不是指标", "it is a group, no indicator")
SIBLINGS = Phrase('若各列是同级项之间的权重，请写 among="siblings"', 'write among="siblings" if the columns are weights among siblings')
NO_NODE = Phrase("方案中没有它", "the scheme has no such node")
NO_INDICATOR = Phrase("没有这个指标", "there is no such indicator")
NO_COLUMN = Phrase("没有一列是方案中的名称", "no column is a name of the scheme")
ALL = Phrase("请补上，或删去所有同级项", "add it, or leave out all its siblings")
ZERO = Phrase("请补上；不计则写 0", "add it; 0 if it is not to count")
TWICE, ONCE = Phrase("这一列出现两次", "this column is there twice"), Phrase("请删去一列", "drop one")


def row_number(row: int) -> Phrase:
    """A row by its number, from 1."""
    return phrase("第 {row} 行", "row {row}", row=row + 1)


def indicator_weights(tree: Tree, table: pd.DataFrame) -> Floats:
    """Weights of the indicators in the whole, float64[rows, indicators], from a column for each of them.

    Raises
    ------
    Refused
        For columns that are no indicator, lacking or there twice, no rows, what is no number or negative, and rows of 0.
    """
    known = list(tree.nodes[tree.leaves])
    numbers, problems = _numbers(table, known, row_number)
    stop_at([*_columns(table, known, NO_INDICATOR, tree.nodes[:-1]), *problems])
    nothing: Mask = np.asarray(~(numbers > 0).any(axis=1))
    if nothing.any():
        rule = phrase("权重不能全为 0：{who.zh}", "weights are not all 0: {who.en}", who=_who(nothing, row_number))
        stop_at([Problem("error", rule, Phrase("请改正或删去", "mend or drop these"))])
    return numbers


def sibling_shares(tree: Tree, table: pd.DataFrame, name: Naming = row_number) -> Floats:
    """Each node's share of its siblings', float64[rows, nodes], from columns of weights among siblings.

    Only ratios among siblings matter; they are all there or none, and those that are not keep their voted shares.

    Raises
    ------
    Refused
        For columns that are no node or there twice, siblings of which some are lacking, no rows, what is no number or
        negative, and siblings that are given nothing.
    """
    known = [node for node in tree.nodes[:-1] if node in table]
    numbers, problems = _numbers(table, known, name)
    stop_at([*_columns(table, tree.nodes[:-1], NO_NODE), *problems])
    shares = np.tile(tree.shares, (len(table), 1))
    for branch in tree.branches:
        names = [tree.nodes[child] for child in branch.children]
        given = [known.index(node) for node in names if node in known]
        if given:
            problems += [_lacking(node, ALL) for node in names if node not in known]
            weights = numbers[:, given]
            together = weights.sum(axis=1, keepdims=True)
            problems += _nothing(together[:, 0] == 0, [known[place] for place in given], name)
            if not problems:
                shares[:, list(branch.children)] = weights / together
    stop_at(problems)
    return shares


def _columns(table: pd.DataFrame, known: Sequence[str], unknown: Phrase, nodes: Sequence[str] = ()) -> Iterator[Problem]:
    """Columns that nobody knows, or that are there twice, and with `nodes` those lacking; where none is known, the table stands otherwise."""
    if len(table.columns) and not set(table.columns) & {*known, *nodes}:
        yield _standing_otherwise(table, known)
        return
    for name in map(str, table.columns.unique().difference(list(known), sort=False)):
        yield Problem("error", GROUP, SIBLINGS, column=name) if name in nodes else Problem("error", unknown, did_you_mean(name, known) or NUMBERED, column=name)
    for name in table.columns[table.columns.duplicated()].unique():
        yield Problem("error", TWICE, ONCE, column=str(name))
    yield from (_lacking(name, ZERO) for name in known if nodes and name not in table)


def _standing_otherwise(table: pd.DataFrame, known: Sequence[str]) -> Problem:
    """A table with not one column that is known: it is turned, or long."""
    first = ", ".join(map(str, table.columns[:3]))
    if set(table.index) & set(known):
        return Problem("error", NO_COLUMN, Phrase("行列颠倒了，请用 .T 转置", "rows and columns are swapped: transpose it (.T)"), column=first)
    zh, en = "每行一组权重，每列一项，如 {known}；长表请先用 pivot 展开", "one row per vector, one column per name, as {known}; pivot a long table first"
    return Problem("error", NO_COLUMN, phrase(zh, en, known=", ".join(known[:3])), column=first)


def _numbers(table: pd.DataFrame, known: Sequence[str], name: Naming) -> tuple[Floats, list[Problem]]:
    """The known columns as numbers, float64[rows, columns], and of each what is none, or negative."""
    given = table.loc[:, ~table.columns.duplicated()].reindex(columns=list(known))
    numbers = given.apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    if not table.size:
        return numbers, [Problem("error", Phrase("没有权重", "there are no weights"), Phrase("至少一行一列", "give a row and a column or more"))]
    problems, wrong = list[Problem](), ~(np.isfinite(numbers) & (numbers >= 0))
    for place in np.flatnonzero(wrong.any(axis=0) & np.array([column in table for column in known], dtype=np.bool_)).tolist():
        rule = phrase("权重应为非负数：{who.zh}", "weights are numbers, not negative: {who.en}", who=_who(wrong[:, place], name))
        value = str(given.iloc[int(wrong[:, place].argmax()), place])
        problems.append(Problem("error", rule, Phrase("请改正", "mend it"), column=known[place], value=value))
    return numbers, problems


def _nothing(without: Mask, names: list[str], name: Naming) -> list[Problem]:
    """Siblings to which some rows give nothing."""
    if not without.any():
        return []
    rule = phrase("各同级项的权重全为 0：{who.zh}", "all these siblings are given 0: {who.en}", who=_who(without, name))
    return [Problem("error", rule, Phrase("请改正", "mend it"), column=", ".join(names))]


def _lacking(name: str, mend: Phrase) -> Problem:
    return Problem("error", Phrase("缺少该项的权重", "its weight is lacking"), mend, column=name)


def _who(wrong: Mask, name: Naming) -> Phrase:
    """The first three rows that are wrong, and how many there are where there are more."""
    first, count = [name(row) for row in np.flatnonzero(wrong)[:3].tolist()], int(wrong.sum())
    more = phrase("等共 {n} 行", " ... ({n:row|rows})", n=count) if count > len(first) else Phrase("", "")
    return Phrase("、".join(row.zh for row in first) + more.zh, ", ".join(row.en for row in first) + more.en)



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
            As `toolkit.sensitivity.weights.draws` refuses tables: unknown, lacking and doubled columns, no
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
        stop_at(_unreadable(self))

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
