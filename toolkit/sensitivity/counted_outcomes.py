"""What many runs came to: whole numbers, counted in memory that does not grow with the draws."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from toolkit.sensitivity.chances.passes import standard_error
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.errors import Problem, Refused
    from toolkit.ranking import Integers
    from toolkit.sensitivity.official_runs import OfficialRuns, Outcome

NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(eq=False)
class Counted:
    """In how many runs each member came to what, and why runs failed.

    Parameters
    ----------
    runs
        How many could be computed.
    given, none : int64[awards, members], int64[members]
        Awards given to each member, and runs in which it got none.
    ranks : int64[.]
        Each pair of member and rank that occurred, as member x (members + 1) + rank, rising; `times` how often.
    grades : int64[grades, members]
    failures
        Why runs failed, told as by the first of them, and how many did.
    pending
        Pairs of runs that are not counted among `ranks` yet.
    """

    given: Integers
    none: Integers
    grades: Integers
    runs: int = 0
    ranks: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    times: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    failures: dict[str, tuple[Phrase, int]] = field(default_factory=dict)
    pending: list[Integers] = field(default_factory=list)

    @classmethod
    def nothing(cls, runs: OfficialRuns) -> Counted:
        """Nothing counted yet."""
        members, names = len(runs.ground.classes), runs.grades.names if runs.grades else ()
        given = np.zeros((len(runs.ground.evaluation.scheme.awards), members), np.int64)
        return cls(given, np.zeros(members, np.int64), np.zeros((len(names), members), np.int64))

    def add(self, outcome: Outcome) -> None:
        """Count one run."""
        members = np.arange(len(outcome.rank))
        self.runs += 1
        self.given += outcome.given
        self.none += ~outcome.given.any(axis=0)
        if len(self.grades):
            self.grades[outcome.grade, members] += 1
        self.pending.append(members * (len(members) + 1) + outcome.rank)

    def fail(self, reason: Phrase, times: int = 1) -> None:
        """Count runs that could not be computed; reasons that differ in their numbers alone are one."""
        alike = NUMBER.sub("…", reason.zh)
        first, before = self.failures.get(alike, (reason, 0))
        self.failures[alike] = (first, before + times)

    def settle(self) -> Counted:
        """The same with the pending ranks counted: memory grows with different ranks, not with draws."""
        ranks, times = np.unique(np.concatenate([self.ranks[:0], *self.pending]), return_counts=True)
        self.pending = []
        self._have(ranks, times)
        return self

    def join(self, other: Counted) -> None:
        """Add what was counted in other runs, settled."""
        self.runs += other.runs
        self.given += other.given
        self.none += other.none
        self.grades += other.grades
        self._have(other.ranks, other.times)
        for reason, times in other.failures.values():
            self.fail(reason, times)

    @property
    def failed(self) -> int:
        """How many runs could not be computed."""
        return sum(times for _, times in self.failures.values())

    @property
    def error(self) -> float:
        """The largest standard error of all chances, each taken as (count + 1) / (runs + 2)."""
        if not self.runs:
            return np.inf
        counts = np.concatenate([self.given.ravel(), self.none, self.grades.ravel(), self.times])
        return float(standard_error((counts + 1) / (self.runs + 2), self.runs).max(initial=0.0))

    def _have(self, ranks: Integers, times: Integers) -> None:
        found, place = np.unique(np.concatenate([self.ranks, ranks]), return_inverse=True)
        together = np.zeros(len(found), np.int64)
        np.add.at(together, place, np.concatenate([self.times, times]))
        self.ranks, self.times = found, together


def reason_of(refused: Refused) -> Phrase:
    """Why a run failed: its first problem, and where."""
    problem: Problem = refused.problems.errors.items[0]
    place = problem.column or problem.file
    return phrase("{place}：{zh}", "{place}: {en}", place=place, zh=problem.rule.zh, en=problem.rule.en)
