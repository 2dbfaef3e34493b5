"""Raw values drawn elsewhere: what a model, a laboratory or an expert says could have been measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.sensitivity.choices.faults import fault, indicator_faults, name_faults, named
from toolkit.sensitivity.choices.raw import no_numbers
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.errors import Problem
    from toolkit.evaluation import Evaluation
    from toolkit.sensitivity.choices.scenario import Luck, Scenario

PLACE = "GivenValues.values"
TABLES = Phrase("应是每个指标一张表（DataFrame）", "it is a table (DataFrame) for each indicator")
FRAMES = Phrase('请写成 {"指标": pd.read_csv("….csv")}，每列一个会员', 'write {"indicator": pd.read_csv("....csv")}, a column for each member')


@dataclass(frozen=True, eq=False)
class GivenValues:
    """Raw values of one's own instead of those recorded: a posterior sample, repeated measurements, an expert's cases.

    Each scenario takes one row, all equally likely and the same for all indicators and members of the specification: what
    was drawn together stays together. What is independent is given in specifications of its own.

    Parameters
    ----------
    values : mapping of indicators to DataFrames
        One row per draw, one column per member: its raw value in the indicator's unit, NaN where it is missing. All have as
        many rows. A member without a column keeps what was recorded.

    Examples
    --------
    >>> bleeding = pd.DataFrame({"heparin": [0.4, 1.1], "enoxaparin": [3.2, 4.6]})
    >>> GivenValues({"bleeding": bleeding}).draws
    2
    """

    values: Mapping[str, pd.DataFrame]

    kind = "given"

    @property
    def draws(self) -> int:
        """How many rows there are to take."""
        return min((len(frame) for frame in self.values.values()), default=0)

    def concerns(self, evaluation: Evaluation) -> tuple[str, ...]:
        """The indicators it changes."""
        return named(tuple(self.values), evaluation.scheme.indicators, partial(no_numbers, evaluation))

    def faults(self, evaluation: Evaluation) -> Iterator[Problem]:
        """All that is wrong with it for an evaluation."""
        if wrong := _no_frames(self.values):
            yield fault(PLACE, TABLES, FRAMES, wrong)
            return
        yield from indicator_faults("GivenValues", tuple(self.values), evaluation.scheme.indicators, partial(no_numbers, evaluation))
        for name, frame in self.values.items():
            yield from _frame_faults(f"{PLACE}.{name}", frame, evaluation.members.index)
        lengths = {name: len(frame) for name, frame in self.values.items()}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{name} {length}" for name, length in lengths.items())
            mend = Phrase("请补齐；互不相关的请分成几个 GivenValues", "make them even; what is independent goes into a GivenValues of its own")
            yield fault(PLACE, Phrase("各指标的行数不同", "the indicators have different numbers of rows"), mend, said)

    def settle(self, names: Sequence[str], scenario: Scenario, luck: Luck) -> None:
        """Put the raw values of one row into a scenario."""
        row, members = luck.pick(range(self.draws)), scenario.ground.evaluation.members.index
        for name in names:
            frame, column = self.values[name], np.array(scenario.column(name))
            column[members.get_indexer(frame.columns)] = frame.to_numpy(np.float64)[row]
            scenario.raw[name] = column


def _no_frames(values: object) -> str:
    """What stands where a mapping of tables is wanted, by its type; empty where all is as it should be."""
    if not isinstance(values, Mapping):
        return type(values).__name__
    return next((f"{name}: {type(held).__name__}" for name, held in values.items() if not isinstance(held, pd.DataFrame)), "")


def _frame_faults(place: str, frame: pd.DataFrame, members: pd.Index[str]) -> Iterator[Problem]:
    """Members that are none, or there twice; no rows; what is no number."""
    yield from name_faults(place, list(frame.columns), set(members))
    for name in frame.columns[frame.columns.duplicated()].unique():
        yield fault(place, Phrase("这一列出现两次", "this column is there twice"), Phrase("请删去一列", "drop one"), str(name))
    if frame.empty:
        yield fault(place, Phrase("没有数值", "there are no values"), Phrase("至少一行一列", "give a row and a column or more"))
    numbers = frame.apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    for row, column in zip(*np.nonzero((np.isnan(numbers) & frame.notna().to_numpy()) | np.isinf(numbers)), strict=True):
        rule = phrase("第 {row} 行“{member}”的数值不是数字", "row {row} of `{member}` is no number", row=row + 1, member=frame.columns[column])
        yield fault(place, rule, Phrase("请改正；缺失请留空", "mend it; leave it empty if it is missing"), str(frame.iloc[row, column]))
