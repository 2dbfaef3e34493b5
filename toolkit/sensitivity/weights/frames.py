"""Tables of weights that were made elsewhere, read strictly: one row per vector, one column per indicator or node."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

from toolkit.evaluation.scores import Tree
from toolkit.ground.problems import Problem, Problems, Refused, nearest
from toolkit.ground.ranking import Floats, Mask
from toolkit.ground.text import Phrase, phrase

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
    _raise([*_columns(table, known, NO_INDICATOR, tree.nodes[:-1]), *problems])
    nothing: Mask = np.asarray(~(numbers > 0).any(axis=1))
    if nothing.any():
        rule = phrase("权重不能全为 0：{who.zh}", "weights are not all 0: {who.en}", who=_who(nothing, row_number))
        _raise([Problem("error", rule, Phrase("请改正或删去", "mend or drop these"))])
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
    _raise([*_columns(table, tree.nodes[:-1], NO_NODE), *problems])
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
    _raise(problems)
    return shares


def _columns(table: pd.DataFrame, known: Sequence[str], unknown: Phrase, nodes: Sequence[str] = ()) -> Iterator[Problem]:
    """Columns that nobody knows, or that are there twice, and with `nodes` those lacking; where none is known, the table stands otherwise."""
    if len(table.columns) and not set(table.columns) & {*known, *nodes}:
        yield _standing_otherwise(table, known)
        return
    for name in map(str, table.columns.unique().difference(list(known), sort=False)):
        yield Problem("error", GROUP, SIBLINGS, column=name) if name in nodes else Problem("error", unknown, _meant(name, known), column=name)
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


def _meant(name: str, known: Sequence[str]) -> Phrase:
    like = nearest(name, known)
    return phrase("是否为 {like}？", "is it {like}?", like=like) if like else NUMBERED


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


def _raise(problems: list[Problem]) -> None:
    if problems:
        raise Refused(Problems(tuple(problems)))
