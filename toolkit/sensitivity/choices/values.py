"""What else could have been recorded: raw values measured with an error, records that came in late, values drawn elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from toolkit.ground.text import Phrase, phrase
from toolkit.sensitivity.choices.checks import fault, indicator_faults, name_faults, named, number_faults

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ground.problems import Problem
    from toolkit.scheme.criteria import Indicator
    from toolkit.sensitivity.choices.scenario import Draw, Scenario


DISTRIBUTIONS = ("normal", "uniform")


@dataclass(frozen=True)
class MeasurementErrors:
    """Raw values that were measured with an error, each member's by itself.

    raw + e, or with `relative` raw (1 + e); e is normal with standard deviation `size`, or uniform between -size and
    size. What comes of it is held between `least` and `most`, and rounded to a whole number where rows are counted. A
    missing value stays missing.

    Parameters
    ----------
    size
        Of the error: a part of the raw value (0.05 for a twentieth), or with ``relative=False`` in the indicator's unit.
    indicators
        Whose raw values; None for all that are numbers.
    least, most
        The valid range. Left out, there is no upper bound, and the lower one is 0 where nobody's raw value is below it.
    """

    size: float
    indicators: tuple[str, ...] | None = None
    relative: bool = True
    distribution: Literal["normal", "uniform"] = "normal"
    least: float | None = None
    most: float | None = None

    kind = "error"

    def concerns(self, evaluation: Evaluation) -> tuple[str, ...]:
        """The indicators it changes."""
        return named(self.indicators, evaluation.scheme.indicators, partial(no_numbers, evaluation))

    def faults(self, evaluation: Evaluation) -> Iterator[Problem]:
        """All that is wrong with it for an evaluation."""
        place = type(self).__name__
        yield from indicator_faults(place, self.indicators, evaluation.scheme.indicators, partial(no_numbers, evaluation))
        yield from number_faults(f"{place}.size", self.size, 0.0, math.inf)
        yield from name_faults(f"{place}.distribution", (self.distribution,), DISTRIBUTIONS)
        for name in self.concerns(evaluation):
            yield from self._outside(evaluation, name)
        if self.least is not None and self.most is not None and not self.least < self.most:
            rule = phrase("下限 {low:g} 不低于上限 {high:g}", "the lower bound {low:g} is not below the upper {high:g}", low=self.least, high=self.most)
            yield fault(f"{place}.least", rule, Phrase("请对调或改正", "swap or mend them"))

    def settle(self, names: Sequence[str], scenario: Scenario, draw: Draw) -> None:
        """Put the raw values of indicators with their errors into a scenario."""
        rng = draw.rng
        for name in names:
            raw = scenario.column(name)
            error = self._errors(rng, len(raw))
            moved = raw * (1.0 + error) if self.relative else raw + error
            whole = scenario.item(name).measure.whole
            scenario.raw[name] = np.clip(np.rint(moved) if whole else moved, *self._range(raw))

    def _errors(self, rng: np.random.Generator, count: int) -> np.ndarray:
        if self.distribution == "normal":
            return self.size * rng.standard_normal(count)
        return self.size * rng.uniform(-1.0, 1.0, count)

    def _range(self, raw: np.ndarray) -> tuple[float, float]:
        lowest = np.fmin.reduce(raw, initial=np.inf)
        least = self.least if self.least is not None else (0.0 if lowest >= 0 else -np.inf)
        return least, np.inf if self.most is None else self.most

    def _outside(self, evaluation: Evaluation, name: str) -> Iterator[Problem]:
        raw = evaluation.indicators[name].to_numpy(np.float64)
        low, high = self._range(raw)
        beyond = raw[(raw < low) | (raw > high)]
        if beyond.size:
            rule = phrase(
                "“{name}”有 {n} 个已记录的数值不在 {low:g} 到 {high:g} 之间", "{n} recorded values of `{name}` lie outside {low:g} to {high:g}",
                name=name, n=len(beyond), low=low, high=high,
            )  # fmt: skip
            yield fault("MeasurementErrors.least" if beyond[0] < low else "MeasurementErrors.most", rule, Phrase("请放宽范围", "widen the range"), f"{beyond[0]:g}")


@dataclass(frozen=True)
class LateRecords:
    """Records that had not come in: with some chance, each member by itself has one record more.

    A number of rows rises by 1, and "any" becomes a yes. What a record adds to a sum, or to a number read as it
    stands, is not known of an evaluation: `worth` has to say it. A missing value stays missing, and nothing comes in where
    the indicator does not apply.

    Parameters
    ----------
    chance
        Of one more record, above 0 and at most 1.
    indicators
        Of which; None for all that count rows, or also add up numbers where `worth` is said.
    worth
        What one record adds, in the indicator's unit; not 0.
    """

    chance: float
    indicators: tuple[str, ...] | None = None
    worth: float | None = None

    kind = "late"

    def concerns(self, evaluation: Evaluation) -> tuple[str, ...]:
        """The indicators it changes."""
        return named(self.indicators, evaluation.scheme.indicators, self._unable(evaluation))

    def faults(self, evaluation: Evaluation) -> Iterator[Problem]:
        """All that is wrong with it for an evaluation."""
        yield from indicator_faults("LateRecords", self.indicators, evaluation.scheme.indicators, self._unable(evaluation))
        yield from number_faults("LateRecords.chance", self.chance, 0.0, 1.0)
        if self.worth is not None and (not math.isfinite(self.worth) or self.worth == 0):
            yield fault("LateRecords.worth", Phrase("应是不为 0 的数", "it is a number other than 0"), Phrase("请改正", "mend it"), str(self.worth))

    def settle(self, names: Sequence[str], scenario: Scenario, draw: Draw) -> None:
        """Put the raw values of indicators with the late records into a scenario."""
        rng = draw.rng
        for name in names:
            raw, measure = scenario.column(name), scenario.item(name).measure
            late = rng.random(len(raw)) < self.chance
            worth = 1.0 if measure.whole else self.worth or 0.0
            scenario.raw[name] = np.where(late, True, raw) if measure.take == "any" else raw + worth * late

    def _unable(self, evaluation: Evaluation) -> partial[Phrase | None]:
        return partial(_no_late_records, evaluation, known=self.worth is not None)


def no_numbers(evaluation: Evaluation, item: Indicator) -> Phrase | None:
    """Why an indicator's raw values cannot be others; None where they are numbers."""
    if pd.api.types.is_float_dtype(evaluation.indicators[item.id]):
        return None
    return phrase("“{label}”的原始值不是数字，没有测量误差可言", "the raw values of `{id}` are no numbers: they have no error", id=item.id, label=item.label)


def _no_late_records(evaluation: Evaluation, item: Indicator, *, known: bool) -> Phrase | None:
    take = item.measure.take
    if item.measure.whole or take == "any":
        return None
    if item.measure.mean_on or take not in {"sum", None} or no_numbers(evaluation, item) is not None:
        return phrase("“{label}”不是随记录增加的数", "`{id}` does not grow with records", id=item.id, label=item.label)
    return None if known else phrase(
        "“{label}”再添一条记录会增加多少，须写明“worth”", "what one more record adds to `{id}` has to be said: `worth`", id=item.id, label=item.label
    )  # fmt: skip



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
            rows = ", ".join(f"{name} {length}" for name, length in lengths.items())
            mend = Phrase("请补齐；互不相关的请分成几个 GivenValues", "make them even; what is independent goes into a GivenValues of its own")
            yield fault(PLACE, Phrase("各指标的行数不同", "the indicators have different numbers of rows"), mend, rows)

    def settle(self, names: Sequence[str], scenario: Scenario, draw: Draw) -> None:
        """Put the raw values of one row into a scenario."""
        row, members = draw.pick(range(self.draws)), scenario.ground.evaluation.members.index
        for name in names:
            frame, column = self.values[name], np.array(scenario.column(name))
            column[members.get_indexer(frame.columns)] = frame.to_numpy(np.float64)[row]
            scenario.raw[name] = column


def _no_frames(values: object) -> str:
    """What stands where a mapping of tables is wanted, by its type; empty where all is as it should be."""
    if not isinstance(values, Mapping):
        return type(values).__name__
    return next((f"{name}: {type(frame).__name__}" for name, frame in values.items() if not isinstance(frame, pd.DataFrame)), "")


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
