"""Groups and the total that compare members, as formulas of the sheet 得分: the score before, what is found among the members, and what it becomes.

Beside the total stand, for each such node, the score that is compared (`NONE` for who has none) and the standard: the least and
greatest, the best, mean and deviation, or the place and of how many. Where a class compares only its own, they are of the class.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from toolkit.ground.text import Phrase, in_words_before, phrase
from toolkit.scheme.shapes import (
    Benchmark,
    Borda,
    ExponentialRank,
    MinMax,
    Placed,
    Rank,
    Relative,
    ShareOfBest,
    ZScore,
)
from toolkit.scheme.shapes.relative import EVERYONE

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.aggregation import Branch
    from toolkit.ground.ranking import Floats
    from toolkit.scheme import Scheme

NONE = -1e9
"""Stands for a score there is not: below every score."""
HAS, HAS_NOT = ">-900000000", "<=-900000000"
"""Tests of a cell: whether it holds a score, or `NONE`."""
MOST = 2_000
"""Members beyond which no formulas are written: each looks at all of them."""
CLASS_NUMBER = Phrase("类别号", "Class no.")
BEFORE = Phrase("{node}·换算前", "{node}: before")
STANDARDS = {
    "least": Phrase("{node}·最低", "{node}: least"), "greatest": Phrase("{node}·最高", "{node}: greatest"), "best": Phrase("{node}·最好", "{node}: best"),
    "mean": Phrase("{node}·平均", "{node}: mean"), "deviation": Phrase("{node}·标准差", "{node}: deviation"),
    "place": Phrase("{node}·名次", "{node}: place"), "count": Phrase("{node}·家数", "{node}: of"),
}  # fmt: skip
FIXED = Phrase("{node}（名次的阶梯已写定）", "{node} (the ladder of places is fixed)")
TRIMMED = Phrase("{node}（基准要去掉最高最低或取中位数）", "{node} (its benchmark is trimmed, or a median)")
PARTS = Phrase("{node}（下面各项的分逐项取整）", "{node} (points below it are rounded one by one)")
UNWRITTEN = Phrase("{node}（下面各项的合成方法没有写成公式）", "{node} (no formula is written for how its children are gathered)")
STAGED = Phrase(
    "分两步评选：入围名单是评审时的，改动初审得分或权重，入围与否不随之变动；要看名单怎样变，请改记录后重新运行 committee evaluate",
    "two stages: the shortlist is as it was evaluated, and does not move with the scores or weights of the first; to see it move, change the records and run committee evaluate again",
)
GRADED = Phrase("信用等级是评审时的（见“排名”表），改动得分或权重，等级不随之变动", "grades are as they were evaluated (sheet Ranking), and do not move with scores or weights")
COMPARED = Phrase("下列与其他会员相比而得的小计、总分（value）是评审时的数值，改动得分或权重，它们和由它们而来的名次不随之变动：", "compared among members (`value` of a group or the total) and values as they were evaluated, which do not move, nor do places by them: ")
MANY = Phrase("{node}（会员超过 {most} 家，每格都要看全体）", "{node} (the list is longer than {most}, and each cell looks at all of it)")


def score_format(decimals: int) -> str:
    """The number format of a score that is compared: a dash where there is none.

    Examples
    --------
    >>> score_format(2)
    '[<-900000000]"—";0.00'
    """
    return f'[<-900000000]"—";0{"." * (decimals > 0)}{"0" * decimals}'


@dataclass(frozen=True, eq=False)
class ComparedNode:
    """One node that compares members, and where its columns stand.

    Parameters
    ----------
    branch, shape, label
        What it is.
    before : float64[members]
        What is compared, in the order of the list; NaN for who has none.
    column
        The first of its columns.
    rows
        The first and the last row of members, as a spreadsheet counts.
    classes
        The column of the number of each class.
    """

    branch: Branch
    shape: Relative
    label: str
    before: Floats
    column: int
    rows: tuple[int, int]
    classes: int
    names: Sequence[str]

    @cached_property
    def numbers(self) -> Floats:
        """The standards of each member, float64[members, standards]; NaN where there is none."""
        found = np.full((len(self.before), len(self.standards)), np.nan)
        named = np.array(self.names, dtype=object)
        entries = self.shape.resolved(self.before, self.branch.scale, named).found or {}
        for name, places in self.shape.divisions(named, len(self.before)):
            if isinstance(self.shape, Placed):
                own, ties = pd.Series(self.before[places]), getattr(self.shape, "ties", "best")
                how: Literal["min", "max", "average"] = "min" if ties == "best" else "max" if ties == "worst" else "average"
                found[places, 0] = own.rank(ascending=self.shape.better == "lower", method=how).to_numpy(np.float64)
                found[places, 1] = own.notna().sum()
            elif name in entries:
                found[places] = [float(getattr(entries[name], standard)) for standard in self.standards]
        return found

    @property
    def standards(self) -> tuple[str, ...]:
        """What it finds among the members, column by column."""
        if isinstance(self.shape, MinMax):
            return ("least", "greatest")
        if isinstance(self.shape, ZScore):
            return ("mean", "deviation")
        return ("place", "count") if isinstance(self.shape, Placed) else ("best",)

    @property
    def headings(self) -> list[Phrase]:
        """Of its columns."""
        return [phrase(each.zh, each.en, node=self.label) for each in (BEFORE, *(STANDARDS[name] for name in self.standards))]

    def cell(self, row: int, place: int = 0) -> str:
        """The score before, or one of the standards, of a row."""
        return f"{xl_col_to_name(self.column + place)}{row}"

    def _all(self, column: int) -> str:
        name = xl_col_to_name(column)
        return f"{name}${self.rows[0]}:{name}${self.rows[1]}"

    def found(self, row: int) -> list[str] | list[None]:
        """The formulas of the standards in a row; none where they are fixed."""
        if self.shape.found is not None:
            return [None] * len(self.standards)
        before, scores, own = self.cell(row), self._all(self.column), f"{xl_col_to_name(self.classes)}{row}"
        among = f'{scores},"{HAS}"' + (f",{self._all(self.classes)},{own}" if self.shape.within != EVERYONE else "")
        mask = f"({scores}{HAS})*1" if self.shape.within == EVERYONE else f"({scores}{HAS})*({self._all(self.classes)}={own})"
        least, greatest, count = f"_xlfn.MINIFS({scores},{among})", f"_xlfn.MAXIFS({scores},{among})", f"SUMPRODUCT({mask})"
        mean = f"SUMPRODUCT({mask}*{scores})/{count}"
        if isinstance(self.shape, MinMax):
            return [least, greatest]
        if isinstance(self.shape, ZScore):
            deviation = f"SQRT(SUMPRODUCT({mask}*({scores}-{self.cell(row, 1)})^2)/({count}{'-1' if self.shape.sample else ''}))"
            return [mean, f"IF({least}={greatest},0,{deviation})"]
        if isinstance(self.shape, Placed):
            ahead, level = (f"SUMPRODUCT({mask}*({scores}{sign}{before}))" for sign in (">" if self.shape.better == "higher" else "<", "="))
            shared = {"best": "", "worst": f"+{level}-1", "average": f"+({level}-1)/2"}[getattr(self.shape, "ties", "best")]
            return [f"1+{ahead}{shared}", count]
        if isinstance(self.shape, Benchmark):
            return [f"{self.shape.factor:.15g}*{mean}"]
        return [greatest if self.shape.better == "higher" else least]

    def value(self, row: int) -> str:
        """The formula of what the score of a row becomes, for who has one."""
        value = self._value(self.cell(row), *(self.cell(row, place) for place in range(1, 1 + len(self.standards))))
        own = self.branch.own
        return value if own is None else f"{'ROUNDDOWN' if own.down else 'ROUND'}({value},{own.decimals})"

    def _value(self, own: str, first: str, second: str = "") -> str:
        shape, scale = self.shape, self.branch.scale
        low, high = shape.ends(scale)
        lower = shape.better == "lower"
        if isinstance(shape, ZScore):
            above = f"({first}-{own})" if lower else f"({own}-{first})"
            return f"IF({second}=0,{shape.mean:.15g},{shape.mean:.15g}+{shape.deviation:.15g}*{above}/{second})"
        if isinstance(shape, ExponentialRank):
            return f"-{shape.rate:.15g}*LN(1-({second}+1-{first})/{second}*(1-EXP(-100/{shape.rate:.15g})))*{scale / 100:.15g}"
        if isinstance(shape, Rank | Borda) and shape.to is None:
            return f"{second}+{shape.last:.15g}-{first}"
        if isinstance(shape, Benchmark):
            away = f"100*({own}-{first})/{first}"
            return f"MIN({high:.15g},MAX({low:.15g},{high:.15g}-IF({own}>{first},{shape.per_above:.15g}*{away},-{shape.per_below:.15g}*{away})))"
        if isinstance(shape, MinMax):
            ahead, away = (first, f"{second}-{own}") if lower else (own, f"{own}-{first}")
            behind = own if lower else first
            share = f"IF({first}={second},(SIGN({ahead}-{behind})+1)/2,({away})/({second}-{first}))"
        elif isinstance(shape, ShareOfBest):
            share = f"IF({own}<={first},1,{first}/{own})" if lower else f"IF({first}>0,{own}/{first},IF({own}>0,1,0))"
        else:
            share = f"IF({second}>1,({second}-{first})/({second}-1),0.5)"
        return f"MIN({high:.15g},MAX({low:.15g},{low:.15g}+{high - low:.15g}*{share}))"


@dataclass(frozen=True)
class ComparedNodes:
    """All nodes of an evaluation that compare members: those with formulas, and why others are values.

    Parameters
    ----------
    evaluation
        What was evaluated.
    column
        The first of their columns.
    rows
        The first and the last row of members, as a spreadsheet counts.
    unwritten
        The ids of those whose score before has no formula, as its children are gathered.
    """

    evaluation: Evaluation
    column: int
    rows: tuple[int, int]
    unwritten: Collection[str] = ()

    @cached_property
    def _sorted(self) -> tuple[dict[str, ComparedNode], list[Phrase]]:
        nodes, said, column = dict[str, ComparedNode](), list[Phrase](), self.column + 1
        for name, (branch, before) in self.evaluation.compared_at.items():
            shape, label = branch.shape, branch.label.into(self.evaluation.scheme.language)
            assert isinstance(shape, Relative)
            why = self._unsayable(name, branch, shape)
            if why is not None:
                said.append(phrase(why.zh, why.en, node=label, most=MOST))
                continue
            nodes[name] = ComparedNode(branch, shape, label, np.asarray(before.loc[self.evaluation.ranking.index], dtype=np.float64), column, self.rows, self.column, self.evaluation.ranking["class"].astype(str).tolist())
            column += 1 + len(nodes[name].standards)
        return nodes, said

    def _unsayable(self, name: str, branch: Branch, shape: Relative) -> Phrase | None:
        if len(self.evaluation.members) > MOST:
            return MANY
        if any(branch.points):
            return PARTS
        if name in self.unwritten:
            return UNWRITTEN
        if isinstance(shape, Placed) and shape.found is not None:
            return FIXED
        return TRIMMED if isinstance(shape, Benchmark) and shape.found is None and (shape.of != "mean" or shape.trim) else None

    @property
    def nodes(self) -> Mapping[str, ComparedNode]:
        """Those with formulas, by their id."""
        return self._sorted[0]

    @property
    def said(self) -> Sequence[Phrase]:
        """Those that are values, and why."""
        return self._sorted[1]

    def headings(self) -> Iterator[Phrase]:
        """Of all columns beside the total; none where there is no formula."""
        if self.nodes:
            yield CLASS_NUMBER
        for node in self.nodes.values():
            yield from node.headings


def as_values(compared: ComparedNodes) -> list[Phrase]:
    """Which nodes that compare members are values, and why; nothing where none is."""
    return [phrase("{said.zh}{zh}", "{said.en}{en}", said=COMPARED, zh="、".join(why.zh for why in compared.said), en=", ".join(why.en for why in compared.said))] if compared.said else []


def frozen(scheme: Scheme) -> list[Phrase]:
    """That the shortlist and the grades are values, where there are any."""
    return [] if in_words_before("1.0.0") else [STAGED] * (scheme.shortlist is not None) + [GRADED] * (scheme.grades is not None)
