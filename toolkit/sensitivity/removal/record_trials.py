"""The list decided again for one member measured otherwise, many times over: only where a line can move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from toolkit.awards.requirements import rounded_scores
from toolkit.awards.terms import Terms
from toolkit.sensitivity.removal import RelativeShapes, awarded
from toolkit.sensitivity.removal.standing_lines import StandingLines
from toolkit.sensitivity.removal.trial_scores import Found, TrialScores, with_values
from toolkit.sensitivity.tipping.contested_lines import looked_at, terms_of

if TYPE_CHECKING:
    from toolkit.awards.contests import Contest
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats
    from toolkit.sensitivity.removal.trials import Trial

Given: TypeAlias = frozenset[tuple[str, str]]
"""Who is given what: (award, member)."""


@dataclass(frozen=True, eq=False)
class Trials:
    """One evaluation, ready for trials.

    Parameters
    ----------
    lines
        The contests as they stand.
    scores
        What members would score.
    given
        The list as it stands.
    """

    evaluation: Evaluation
    lines: StandingLines
    scores: TrialScores
    given: Given

    @classmethod
    def of(cls, evaluation: Evaluation) -> Trials:
        """An evaluation as it stands."""
        terms = terms_of(evaluation)
        nodes, score = looked_at(terms), rounded_scores(evaluation.scheme, evaluation.scores.loc[evaluation.members.index])
        lines = StandingLines(terms, {node: score(node) for node in nodes})
        return cls(evaluation, lines, TrialScores(evaluation, nodes), listed(awarded(evaluation)))

    def lists(self, trials: Sequence[Trial], *, relative: RelativeShapes) -> list[Given | None]:
        """The list of each trial; None where the scheme demands a value that is then missing.

        A trial of which something is unknown has the list as it stands. Those that tell the same are decided once.
        """
        alike: dict[tuple[object, ...], list[int]] = {}
        for place, trial in enumerate(trials):
            if not trial.unknown and not self._stops(trial):
                alike.setdefault(trial.told, []).append(place)
        found: list[Given | None] = [self.given if trial.unknown or not self._stops(trial) else None for trial in trials]
        asked = [trials[places[0]] for places in alike.values()]
        for places, given in zip(alike.values(), self._decided(asked, relative), strict=True):
            for place in places:
                found[place] = given
        return found

    def _stops(self, trial: Trial) -> bool:
        """Whether a value is missing that the scheme demands."""
        missing = [name for name in trial.values if name in self._demanded and pd.isna(trial.values[name])]
        return any(self.evaluation.applicable.loc[trial.member, name] for name in missing)

    @cached_property
    def _demanded(self) -> set[str]:
        return {item.id for item in self.evaluation.scheme.indicators if item.missing == "error"}

    def _decided(self, trials: Sequence[Trial], relative: RelativeShapes) -> list[Given | None]:
        """The list of each of some different trials, decided anew only where a line can move."""
        if not trials:
            return []
        table, values = self.scores.own(trials)
        who = self.evaluation.members.index.get_indexer(pd.Index([trial.member for trial in trials]))
        anew = [self.scores.otherwise(trial) if relative == "recomputed" else Found({}) for trial in trials]
        untouched = self.lines.untouched(who, table)
        alone = [at for at, trial in enumerate(trials) if not anew[at].columns and not (untouched[at] and self._only_scores(trial))]
        whole = [at for at, own in enumerate(anew) if own.columns and not own.stops]
        others = ({node: _put(points, who[at], table[node][at]) for node, points in self.lines.points.items()} for at in alone)
        everyone = self.scores.everyone([trials[at] for at in whole], [anew[at] for at in whole], values[whole])
        found: list[Given | None] = [None if own.stops else self.given for own in anew]
        for at, scores in zip([*alone, *whole], chain(others, everyone), strict=True):
            found[at] = self._listed(self._terms(trials[at]).contests(scores.__getitem__))
        return found

    def _only_scores(self, trial: Trial) -> bool:
        """Whether nothing but scores is otherwise in a trial: no condition, no veto."""
        return not trial.spared and not self._conditional.intersection(trial.values)

    @cached_property
    def _conditional(self) -> set[str]:
        return set(map(str, self.evaluation.measured.conditions))

    def _terms(self, trial: Trial) -> Terms:
        """The terms of the awards in a trial, with its conditions and vetoes."""
        if self._only_scores(trial):
            return self.lines.terms
        evaluation = self.evaluation
        vetoes, conditions = evaluation.vetoes, evaluation.measured.conditions.copy()
        struck = (vetoes["member"] == trial.member) & vetoes["veto"].isin(trial.spared)
        if len(conditions.columns):
            conditions.loc[[trial.member]] = with_values(conditions.loc[[trial.member]], [trial])
        return Terms.of(evaluation.scheme, evaluation.members, vetoes[~struck], conditions)

    def _listed(self, contests: Sequence[Contest]) -> Given:
        return frozenset((own.award.id, self._names[at]) for own in contests for at in own.positions[own.given].tolist())

    @cached_property
    def _names(self) -> list[str]:
        return self.evaluation.members.index.tolist()


def listed(awards: dict[str, frozenset[str]]) -> Given:
    """A list as pairs of award and member."""
    return frozenset((award, member) for award, own in awards.items() for member in own)


def _put(numbers: Floats, at: int, number: float) -> Floats:
    found = numbers.copy()
    found[at] = number
    return found
