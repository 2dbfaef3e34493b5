"""What members would score in trials: the member itself by what was found, and all where a shape finds something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.indicators import adjustment_points
from toolkit.ranking import rounded
from toolkit.raw_values import RawValues
from toolkit.scoring import TOTAL, adjusted, node_scores
from toolkit.values import resolved, scaled

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Mask
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Adjustment
    from toolkit.sensitivity.removal.standing_lines import Table
    from toolkit.sensitivity.removal.trials import Trial

CELLS = 1 << 17


@dataclass(frozen=True, eq=False)
class Found:
    """What indicators that look at all members would find in a trial.

    Parameters
    ----------
    columns
        Everyone's values float64[members], of those that would find something else; none where all find the same.
    stops
        Whether a value would then be missing that the scheme demands.
    """

    columns: dict[str, Floats]
    stops: bool = False


@dataclass(frozen=True, eq=False)
class TrialScores:
    """An evaluation whose members are scored in trials.

    Parameters
    ----------
    nodes
        The nodes whose scores are wanted.
    """

    evaluation: Evaluation
    nodes: Sequence[str]
    _known: dict[tuple[str, str, str], Found] = field(default_factory=dict)

    @cached_property
    def looking_at_all(self) -> dict[str, Scheme]:
        """The indicators whose values depend on what other members measured, each as the only one of a scheme."""
        scheme, found = self.evaluation.scheme, self.evaluation.resolved
        pairs = zip(scheme.indicators, found.indicators, strict=True)
        return {item.id: scheme.model_copy(update={"indicators": (item,)}) for item, other in pairs if item != other}

    def own(self, trials: Sequence[Trial]) -> tuple[Table, Floats]:
        """The rounded scores of each trial's member, float64[trials] by node, and its values float64[trials, indicators].

        Shapes keep what they found.
        """
        evaluation, who = self.evaluation, [trial.member for trial in trials]
        rows = pd.RangeIndex(len(trials))
        raw = with_values(evaluation.indicators.loc[who].set_axis(rows), trials)
        applicable = evaluation.applicable.loc[who].set_axis(rows)
        classes = evaluation.members.loc[who, "class"].to_numpy(dtype=object)
        values = scaled(evaluation.resolved, RawValues.of(raw, applicable), classes).frame.to_numpy(np.float64)
        return self._scored(values, applicable.to_numpy(np.bool_), self._adjusted(trials).set_axis(rows)), values

    def otherwise(self, trial: Trial) -> Found:
        """What the indicators that look at all members would find in a trial."""
        columns, stops = dict[str, Any](), False
        for name in self.looking_at_all.keys() & trial.values.keys():
            key = (name, trial.member, repr(trial.values[name]))
            if key not in self._known:
                self._known[key] = self._found(name, trial)
            columns |= self._known[key].columns
            stops = stops or self._known[key].stops
        return Found(columns, stops)

    def _found(self, name: str, trial: Trial) -> Found:
        evaluation, scheme = self.evaluation, self.looking_at_all[name]
        column, applicable, classes = evaluation.indicators[name].copy(), evaluation.applicable[[name]], evaluation.members["class"].to_numpy(dtype=object)
        column.loc[[trial.member]] = [trial.values[name]]
        raw = RawValues.of(column.to_frame(), applicable)
        before = next(item for item in evaluation.resolved.indicators if item.id == name)
        if resolved(scheme, raw, classes).indicators == (before,):
            return Found({})
        values = scaled(scheme, raw, classes)
        return Found({name: values.columns[name]}, bool(values.problems.errors))

    def everyone(self, trials: Sequence[Trial], found: Sequence[Found], own: Floats) -> Iterator[Table]:
        """The rounded scores of all members in each trial, float64[members] by node.

        Parameters
        ----------
        own : float64[trials, indicators]
            The values of each trial's member, by what was found before.
        """
        evaluation, members = self.evaluation, self.evaluation.members.index
        names = [item.id for item in evaluation.scheme.indicators]
        standing = evaluation.values.loc[members, names].to_numpy(np.float64)
        applicable = evaluation.applicable.loc[members, names].to_numpy(np.bool_)
        adjustments = evaluation.measured.adjustments.loc[members]
        size = max(1, CELLS // standing.size)
        for start in range(0, len(trials), size):
            some = trials[start : start + size]
            values = np.repeat(standing[None], len(some), axis=0)
            added = pd.concat([adjustments] * len(some), ignore_index=True)
            at = members.get_indexer(pd.Index([trial.member for trial in some]))
            values[np.arange(len(some)), at] = own[start : start + size]
            added.iloc[np.arange(len(some)) * len(members) + at] = self._adjusted(some)
            for place, one in enumerate(found[start : start + size]):
                for name, column in one.columns.items():
                    values[place][:, names.index(name)] = column
            table = self._scored(values.reshape(-1, len(names)), np.tile(applicable, (len(some), 1)), added)
            for place in range(len(some)):
                yield {node: score[place * len(members) : (place + 1) * len(members)] for node, score in table.items()}

    def _scored(self, values: Floats, applicable: Mask, adjustments: pd.DataFrame) -> Table:
        """The rounded scores of values float64[rows, indicators], float64[rows] by node."""
        scheme, tree = self.evaluation.scheme, self.evaluation.tree
        found = dict(zip(tree.nodes, node_scores(tree, values, applicable).T, strict=True))
        total = adjusted(pd.Series(found[TOTAL], index=adjustments.index), adjustments, scheme.total).to_numpy(np.float64)
        asked = np.array([item.missing == "unranked" for item in scheme.indicators], dtype=np.bool_)
        found |= {str(name): adjustments[name].to_numpy(np.float64) for name in adjustments}
        found[TOTAL] = np.where((np.isnan(values) & applicable & asked).any(axis=1), np.nan, total)
        return {node: rounded(found[node], scheme.decimals) for node in self.nodes}

    def _adjusted(self, trials: Sequence[Trial]) -> pd.DataFrame:
        """The points of each trial's member by every adjustment."""
        found = self.evaluation.measured.adjustments.loc[[trial.member for trial in trials]]
        columns = {}
        for item in self.evaluation.scheme.adjustments:
            columns[item.id] = found[item.id].to_numpy(np.float64, copy=True)
            held = [place for place, trial in enumerate(trials) if item.id in trial.values]
            if held:
                columns[item.id][held] = points(item, [trials[place].values[item.id] for place in held])
        return pd.DataFrame(columns, index=found.index)


def points(item: Adjustment, values: Sequence[float | bool]) -> Floats:
    """The points an adjustment gives for raw values."""
    return adjustment_points(item, pd.Series(values, dtype="object")).to_numpy(np.float64)


def with_values(frame: pd.DataFrame, trials: Sequence[Trial]) -> pd.DataFrame:
    """A frame with one row for each trial, with the values of the trials put in."""
    columns = {}
    for name in frame:
        column = frame[name].copy()
        held = [place for place, trial in enumerate(trials) if name in trial.values]
        if held:
            column.iloc[held] = [trials[place].values[str(name)] for place in held]
        columns[name] = column
    return pd.DataFrame(columns, index=frame.index)
