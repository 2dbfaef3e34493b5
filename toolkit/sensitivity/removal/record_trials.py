"""Trials: the list decided again for one member measured otherwise, many times over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from toolkit.awards.contests import tie_nodes
from toolkit.awards.requirements import rounded_points
from toolkit.awards.terms import Terms
from toolkit.evaluation import Evaluation, rescored
from toolkit.indicators import adjustment_points
from toolkit.ranking import Floats, rounded
from toolkit.scoring import TOTAL, adjusted, scores
from toolkit.sensitivity.removal import RelativeShapes, awarded
from toolkit.values import scaled

if TYPE_CHECKING:
    from toolkit.awards.contests import Contest
    from toolkit.scheme.criteria import Adjustment
    from toolkit.text import Phrase

Given: TypeAlias = frozenset[tuple[str, str]]
"""Who is given what: (award, member)."""


@dataclass
class Trial:
    """One record struck: what its member would have measured instead.

    Parameters
    ----------
    place, member
        Where the record stands, and whom it tells of.
    items
        What rests on it.
    values
        By item the raw value without it.
    spared
        The vetoes that would no longer strike.
    unknown
        Why nothing can be said; None where something can.
    """

    place: tuple[str, str, str, int]
    member: str
    items: tuple[str, ...] = ()
    values: dict[str, float | bool] = field(default_factory=dict)
    spared: tuple[str, ...] = ()
    unknown: Phrase | None = None


@dataclass(frozen=True, eq=False)
class Trials:
    """One evaluation, ready for trials.

    Parameters
    ----------
    points
        The rounded scores of all members, float64[members], by the nodes that awards look at.
    terms
        The terms of the awards as they stand.
    given
        The list as it stands.
    """

    evaluation: Evaluation
    points: dict[str, Floats]
    terms: Terms
    given: Given

    @classmethod
    def of(cls, evaluation: Evaluation) -> Trials:
        """An evaluation as it stands."""
        scheme, members = evaluation.scheme, evaluation.members
        terms = Terms.of(scheme, members, evaluation.vetoes, evaluation.measured.conditions)
        table = rounded_points(scheme, evaluation.scores.loc[members.index])
        asked = [item.node for own in (terms.eligibility, *terms.bars.values()) for item, _ in own.nodes]
        nodes = dict.fromkeys([TOTAL, *tie_nodes(scheme), *(award.by for award in scheme.awards), *map(str, asked)])
        return cls(evaluation, {node: table[node].to_numpy(np.float64) for node in nodes}, terms, _given_in(evaluation))

    def lists(self, trials: Sequence[Trial], *, relative: RelativeShapes) -> list[Given | None]:
        """The list of each trial; None where the scheme demands a value that is then missing.

        A trial of which something is unknown has the list as it stands.
        """
        apart = self._looking_at_all if relative == "recomputed" else frozenset()
        found: list[Given | None] = [self.given] * len(trials)
        alone = [place for place, trial in enumerate(trials) if not trial.unknown and not apart.intersection(trial.values)]
        for place, given in zip(alone, self._alone([trials[place] for place in alone]), strict=True):
            found[place] = given
        for place, trial in enumerate(trials):
            if not trial.unknown and apart.intersection(trial.values):
                found[place] = None if self._stops(trial) else _given_in(self._whole(trial))
        return found

    @property
    def _looking_at_all(self) -> frozenset[str]:
        """The indicators whose values depend on what the other members measured."""
        scheme, resolved = self.evaluation.scheme, self.evaluation.resolved
        pairs = zip(scheme.indicators, resolved.indicators, strict=True)
        return frozenset(item.id for item, found in pairs if item != found)

    def _stops(self, trial: Trial) -> bool:
        applicable = self.evaluation.applicable.loc[trial.member]
        demanded = [item.id for item in self.evaluation.scheme.indicators if item.missing == "error" and applicable[item.id]]
        return any(pd.isna(trial.values.get(item, 0.0)) for item in demanded)

    def _alone(self, trials: Sequence[Trial]) -> list[Given | None]:
        """Trials that change nobody else's values: all are valued at once, and those that come to the same decided once."""
        if not trials:
            return []
        table = self._scored(trials)
        at = self.evaluation.members.index.get_indexer(pd.Index([trial.member for trial in trials]))
        known: dict[tuple[object, ...], Given] = {}
        found: list[Given | None] = []
        for place, trial in enumerate(trials):
            other = {node: float(table[node][place]) for node, own in self.points.items() if not _same(table[node][place], own[at[place]])}
            conditions = {name: value for name, value in trial.values.items() if name in self.evaluation.measured.conditions}
            if self._stops(trial):
                found.append(None)
            elif not other and not conditions and not trial.spared:
                found.append(self.given)
            else:
                key = (trial.member, tuple(other.items()), tuple(map(repr, conditions.items())), trial.spared)
                if key not in known:
                    known[key] = self._decided(trial, int(at[place]), other, conditions)
                found.append(known[key])
        return found

    def _scored(self, trials: Sequence[Trial]) -> dict[str, Floats]:
        """The rounded scores of each trial's member, float64[trials], by node."""
        evaluation, who = self.evaluation, [trial.member for trial in trials]
        scheme, rows = evaluation.resolved, pd.RangeIndex(len(trials))
        raw = _with(evaluation.indicators.loc[who].set_axis(rows), trials)
        applicable = evaluation.applicable.loc[who].set_axis(rows)
        values = scaled(scheme, raw, applicable, evaluation.members.loc[who, "class"].set_axis(rows))
        nodes = scores(evaluation.tree, values.frame, applicable)
        adjustments = self._adjusted(trials).set_axis(rows)
        total = adjusted(nodes[TOTAL], adjustments, scheme.total).mask(values.unranked)
        table = {**{name: nodes[name] for name in nodes}, **{name: adjustments[name] for name in adjustments}, TOTAL: total}
        return {node: rounded(table[node].to_numpy(np.float64), scheme.decimals) for node in self.points}

    def _adjusted(self, trials: Sequence[Trial]) -> pd.DataFrame:
        found = self.evaluation.measured.adjustments.loc[[trial.member for trial in trials]]
        columns = {}
        for item in self.evaluation.scheme.adjustments:
            columns[item.id] = found[item.id].to_numpy(np.float64, copy=True)
            held = [place for place, trial in enumerate(trials) if item.id in trial.values]
            if held:
                columns[item.id][held] = points(item, [trials[place].values[item.id] for place in held])
        return pd.DataFrame(columns, index=found.index)

    def _decided(self, trial: Trial, at: int, other: dict[str, float], conditions: dict[str, Any]) -> Given:
        """The list with one member's rounded scores, conditions and vetoes otherwise."""
        evaluation, terms = self.evaluation, self.terms
        if conditions or trial.spared:
            terms = Terms.of(evaluation.scheme, evaluation.members, self._vetoes(trial), self._conditions(trial))
        changed = {node: _put(self.points[node], at, value) for node, value in other.items()}
        return _listed(terms.contests(lambda node: changed.get(node, self.points[node])), evaluation.members.index)

    def _whole(self, trial: Trial) -> Evaluation:
        """The evaluation of a trial, in which shapes that look at all members look again."""
        measured = self.evaluation.measured
        raw, adjustments = measured.raw.copy(), measured.adjustments.copy()
        raw.loc[[trial.member]] = _with(raw.loc[[trial.member]], [trial])
        adjustments.loc[[trial.member]] = self._adjusted([trial])
        otherwise = replace(
            measured, raw=raw, adjustments=adjustments, vetoes=self._vetoes(trial), conditions=self._conditions(trial)
        )
        return rescored(replace(self.evaluation, measured=otherwise, worked=None), self.evaluation.scheme)

    def _vetoes(self, trial: Trial) -> pd.DataFrame:
        vetoes = self.evaluation.vetoes
        return vetoes[~((vetoes["member"] == trial.member) & vetoes["veto"].isin(trial.spared))]

    def _conditions(self, trial: Trial) -> pd.DataFrame:
        found = self.evaluation.measured.conditions.copy()
        if len(found.columns):
            found.loc[[trial.member]] = _with(found.loc[[trial.member]], [trial])
        return found


def points(item: Adjustment, values: Sequence[float | bool]) -> Floats:
    """The points an adjustment gives for raw values."""
    return adjustment_points(item, pd.Series(values, dtype="object")).to_numpy(np.float64)


def _with(frame: pd.DataFrame, trials: Sequence[Trial]) -> pd.DataFrame:
    """A frame with one row for each trial, with the values of the trials put in."""
    columns = {}
    for name in frame:
        column = frame[name].copy()
        held = [place for place, trial in enumerate(trials) if name in trial.values]
        if held:
            column.iloc[held] = [trials[place].values[str(name)] for place in held]
        columns[name] = column
    return pd.DataFrame(columns, index=frame.index)


def _given_in(evaluation: Evaluation) -> Given:
    return frozenset((award, member) for award, own in awarded(evaluation).items() for member in own)


def _listed(contests: Sequence[Contest], members: pd.Index[str]) -> Given:
    return frozenset((own.award.id, str(member)) for own in contests for member in members[own.positions[own.given]])


def _same(one: float, other: float) -> bool:
    return bool(one == other or (np.isnan(one) and np.isnan(other)))


def _put(numbers: Floats, at: int, number: float) -> Floats:
    found = numbers.copy()
    found[at] = number
    return found
