"""How sure each award, rank and grade is, had other things been recorded or decided: drawn at random, by the actual rule.

Of each scenario only what it changes is valued anew; the lists of a block of scenarios are runs of the rule at once. What they
come to is counted in whole numbers, in memory that does not grow with the draws.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.evaluation.aggregation import Branch, power
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.grades import GradeOutcomes
from toolkit.evaluation.scores import TOTAL, Score, Tree, adjusted, gathered, rounded_scores, sums_beside
from toolkit.evaluation.value_checks import Valued, value_problems
from toolkit.evaluation.values import stand_ins, valued_column
from toolkit.ground.problems import Problem, Problems, Refused, stop_at
from toolkit.ground.text import Phrase, phrase
from toolkit.scheme.shapes import Relative
from toolkit.sensitivity.choices import Choices, Factor, factors, scenario_of, uniform_shares
from toolkit.sensitivity.choices.checks import number_faults
from toolkit.sensitivity.choices.scenario import BaseCase, Scenario
from toolkit.sensitivity.monte_carlo import in_order, standard_error

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.awards import AwardRule
    from toolkit.ground.ranking import Floats, Integers, Mask


NUMBER = re.compile(r"-?\d+(\.\d+)?")
COLUMNS = ["kind", "member", "outcome", "probability", "error"]
NONE = "none"
BLOCK = 64
CELLS = 1 << 18  # members of the scenarios that are decided at once


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one scenario comes to, or several: then there is an axis of runs before that of the members.

    Parameters
    ----------
    total : float64[members]
        Rounded; NaN for who has none.
    rank : int64[members]
        Within the class; 0 for who is not ranked.
    given : bool[awards, members]
        Who is given each award. Who is left in an open tie is not.
    grade : int64[members]
        The place of each member's grade among `GradeOutcomes.names`; all 0 where nobody is graded.
    """

    total: Floats
    rank: Integers
    given: Mask
    grade: Integers


@dataclass(frozen=True, eq=False)
class OfficialRuns:
    """One evaluation, ready to be run again and again.

    Parameters
    ----------
    valued
        Each indicator as it stands, before anything stands in for a gap.
    columns
        Its values, float64[members].
    unranked
        By indicator who is not ranked because of it, as it stands; only where there is somebody.
    points
        Points of each adjustment, float64[members], in the scheme's order; NaN adds nothing.
    grades
        None where nobody is graded.
    """

    ground: BaseCase
    valued: Mapping[str, Valued]
    columns: Mapping[str, Floats]
    unranked: Mapping[str, Mask]
    points: Mapping[str, Floats]
    rule: AwardRule
    grades: GradeOutcomes | None

    @classmethod
    def of(cls, ground: BaseCase) -> OfficialRuns:
        """An evaluation as it stands."""
        evaluation, measured = ground.evaluation, ground.evaluation.measured
        valued = {name: _valued_in(Scenario(ground), name) for name in ground.items}
        filled = {name: _filled(ground, indicator) for name, indicator in valued.items()}
        return cls(
            ground,
            valued,
            {name: values for name, (values, _) in filled.items()},
            {name: unranked for name, (_, unranked) in filled.items() if unranked is not None},
            {item.id: measured.adjustments[item.id].to_numpy(np.float64) for item in evaluation.scheme.adjustments},
            evaluation.award_rule,
            GradeOutcomes.of(evaluation),
        )

    def outcome(self, scenario: Scenario) -> Outcome:
        """What a scenario comes to, by the official rule.

        Raises
        ------
        Refused
            When it cannot be computed.
        """
        one = self.outcomes([self.score(scenario)])
        return Outcome(one.total[0], one.rank[0], one.given[:, 0], one.grade[0])

    def in_batches(
        self, scenario: Callable[[int], Scenario], numbers: Iterable[int], failed: Callable[[int, Refused], object]
    ) -> Iterator[tuple[list[int], Outcome]]:
        """What the scenarios of these numbers come to, many of them at once, which is faster: which ones, and all their outcomes.

        `failed` is told of each that cannot be computed, and why.
        """
        size = max(1, min(BLOCK, CELLS // max(1, len(self.ground.classes))))
        batch: dict[int, Score] = {}
        for number in numbers:
            try:
                batch[number] = self.score(scenario(number))
            except Refused as refused:
                failed(number, refused)
            if len(batch) == size:
                yield list(batch), self.outcomes(list(batch.values()))
                batch = {}
        if batch:
            yield list(batch), self.outcomes(list(batch.values()))

    def score(self, scenario: Scenario) -> Score:
        """The rounded scores of a scenario, float64[members] by node.

        Raises
        ------
        Refused
            When it cannot be computed.
        """
        evaluation, columns, unranked = self.ground.evaluation, dict(self.columns), dict(self.unranked)
        for name in [name for name in columns if name in scenario.raw or name in scenario.items]:
            columns[name], absent = _filled(self.ground, self._valued_anew(scenario, name))
            unranked.pop(name, None)
            if absent is not None:
                unranked[name] = absent
        tree = replace(evaluation.tree, strict=tuple(name in unranked for name in evaluation.tree.nodes[evaluation.tree.leaves]))
        nodes = gathered(_tree(tree, scenario), columns, len(evaluation.members), evaluation.applicable)
        without = np.logical_or.reduce(list(unranked.values())) if unranked else None
        total = adjusted(nodes[TOTAL], self.points.values(), evaluation.scheme.total, without)
        beside = sums_beside(evaluation.scheme, {**nodes, **self.points})
        return rounded_scores(evaluation.scheme, {**nodes, **self.points, **beside, TOTAL: total})

    def outcomes(self, scores: Sequence[Score]) -> Outcome:
        """What the scores of some scenarios come to."""
        nodes = {node: np.array([score(node) for score in scores]) for node in self.rule.nodes}
        run = ListRun.of(self.rule, nodes.__getitem__)
        ranks = run.rank_table
        grades = np.array([self.grades.grades(score) for score in scores]) if self.grades else np.zeros_like(ranks)
        return Outcome(nodes[TOTAL], ranks, run.given, grades)

    def _valued_anew(self, scenario: Scenario, name: str) -> Valued:
        """An indicator of a scenario; where only what stands in for a gap is another, nothing is valued anew."""
        item = scenario.item(name)
        anew = item.imputes or self.ground.items[name].imputes  # a raw value stands in before anything is valued
        if name in scenario.raw or anew or item.value is not self.ground.items[name].value:
            return _valued_in(scenario, name)
        return replace(self.valued[name], item=item.model_copy(update={"outliers": self.valued[name].item.outliers}))


def _valued_in(scenario: Scenario, name: str) -> Valued:
    """An indicator as it is valued in a scenario."""
    ground, raw = scenario.ground, scenario.column(name)
    counted, evaluation = ground.counted[name], ground.evaluation
    given = raw if counted.all() else np.where(counted, raw, np.nan)
    return valued_column(scenario.item(name), given, counted, evaluation.scheme.scale, ground.classes)


def _filled(ground: BaseCase, valued: Valued) -> tuple[Floats, Mask | None]:
    """Values of an indicator, and who is not ranked because of it; as `toolkit.evaluation.values.scaled` gives them.

    Raises
    ------
    Refused
        For a missing value where none may be, and what a shape cannot value.
    """
    scale, gaps = ground.evaluation.scheme.scale, bool(valued.missing.any())
    if gaps or isinstance(valued.item.value, Relative):  # else there is nothing to complain of
        stop_at(Problems(tuple(value_problems(valued, ground.evaluation.members.index, scale, ground.classes))).errors)
    if not gaps:
        return valued.values, None
    stand_in = stand_ins(valued.item, valued.used, valued.values, scale, ground.classes)
    if stand_in is not None:
        return np.where(valued.missing, stand_in, valued.values), None
    return valued.values, valued.missing if valued.item.missing == "unranked" else None


def _tree(tree: Tree, scenario: Scenario) -> Tree:
    """The tree of a scenario: other weights, other means."""
    if scenario.aggregates:
        tree = replace(tree, branches=tuple(_gathered_by(tree, branch, scenario.aggregates) for branch in tree.branches))
    return tree if scenario.shares is None else tree.with_weights(scenario.shares)


def _gathered_by(tree: Tree, branch: Branch, aggregates: Mapping[str, str]) -> Branch:
    node = tree.nodes[branch.node]
    return replace(branch, power=power(aggregates[node]), other="") if node in aggregates else branch


@dataclass(eq=False)
class Counted:
    """In how many runs each member came to what, and why runs failed.

    Parameters
    ----------
    given, none : int64[awards, members], int64[members]
        Awards given to each member, and runs in which it got none.
    grades : int64[grades, members]
    runs
        How many could be computed.
    ranks : int64[.]
        Each pair of member and rank that occurred, as member x (members + 1) + rank, rising; `times` how often.
    failures
        Why runs failed, told as by the first of them, and how many did.
    lists : list of bool[awards, runs, members]
        Who is given each award, run by run; None where that is not kept.
    """

    given: Integers
    none: Integers
    grades: Integers
    runs: int = 0
    ranks: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    times: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    failures: dict[str, tuple[Phrase, int]] = field(default_factory=dict)
    lists: list[Mask] | None = None

    @classmethod
    def nothing(cls, runs: OfficialRuns, *, keep: bool = False) -> Counted:
        """Nothing counted yet."""
        members, names = len(runs.ground.classes), runs.grades.names if runs.grades else ()
        given = np.zeros((len(runs.rule.scheme.awards), members), np.int64)
        return cls(given, np.zeros(members, np.int64), np.zeros((len(names), members), np.int64), lists=[] if keep else None)

    def add(self, outcomes: Outcome) -> None:
        """Count some runs."""
        members = np.arange(outcomes.rank.shape[1])
        self.runs += len(outcomes.rank)
        self.given += outcomes.given.sum(axis=1)
        if self.lists is not None:
            self.lists.append(outcomes.given)
        self.none += (~outcomes.given.any(axis=0)).sum(axis=0)
        if len(self.grades):
            np.add.at(self.grades, (outcomes.grade, members), 1)
        self._add_ranks(*np.unique(members * (len(members) + 1) + outcomes.rank, return_counts=True))

    def fail(self, reason: Phrase, times: int = 1) -> None:
        """Count runs that could not be computed; reasons that differ in their numbers alone are one."""
        alike = NUMBER.sub("…", reason.zh)
        first, before = self.failures.get(alike, (reason, 0))
        self.failures[alike] = (first, before + times)

    def join(self, other: Counted) -> None:
        """Add what was counted in other runs."""
        self.runs += other.runs
        self.given += other.given
        self.none += other.none
        self.grades += other.grades
        self._add_ranks(other.ranks, other.times)
        if self.lists is not None:
            self.lists += other.lists or []
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

    def _add_ranks(self, ranks: Integers, times: Integers) -> None:
        """Memory grows with different ranks, not with draws."""
        different, place = np.unique(np.concatenate([self.ranks, ranks]), return_inverse=True)
        together = np.zeros(len(different), np.int64)
        np.add.at(together, place, np.concatenate([self.times, times]))
        self.ranks, self.times = different, together


def reason_of(refused: Refused) -> Phrase:
    """Why a run failed: its first problem, and where."""
    problem: Problem = refused.problems.errors.items[0]
    place = problem.column or problem.file
    return phrase("{place}：{zh}", "{place}: {en}", place=place, zh=problem.rule.zh, en=problem.rule.en)


@dataclass(frozen=True, eq=False)
class Scenarios:
    """The draws of one specification: draw number i is a function of the seed and i alone.

    Parameters
    ----------
    ground
        What stands where nothing is otherwise.
    factors
        The choices, in the order in which they are settled.
    """

    ground: BaseCase
    factors: tuple[Factor, ...]
    seed: int

    @classmethod
    def of(cls, evaluation: Evaluation, choices: Choices, seed: int | None = None) -> Scenarios:
        """The scenarios of choices; refused as `factors` refuses them. None for the scheme's own seed."""
        ground, seed = BaseCase.of(evaluation), evaluation.scheme.seed if seed is None else seed
        return cls(ground, factors(ground.evaluation, choices, seed), seed)

    def __getitem__(self, draw: int) -> Scenario:
        """Draw number `draw`, from 0: its scheme and its evaluation can be looked at."""
        return scenario_of(self.ground, self.factors, uniform_shares(len(self.factors), self.seed, draw))


def scenario_probabilities(
    evaluation: Evaluation,
    choices: Choices,
    *,
    draws: int = 1000,
    seed: int | None = None,
    progress: Callable[[int], None] | None = None,
    executor: Executor | None = None,
    precision: float | None = None,
) -> pd.DataFrame:
    """The share of draws in which each member has each award, rank and grade, under the scheme's actual rule.

    In every draw each choice falls one way or another, and the list is made again: values, scores, rounding, classes,
    quotas, vetoes, minima, requirements, ties and grades as in the evaluation. A member left in an open tie counts as
    not given the award. Draw number i is the same however many are asked for; memory does not grow with them.

    Parameters
    ----------
    choices
        What might have been otherwise.
    seed
        None for the scheme's own.
    progress
        Called with the number of draws done so far.
    executor
        Any of `concurrent.futures`, or a Dask client's ``get_executor()``: spreads blocks of 64 draws. The results are the same
        for any number of workers.
    precision
        Draw only until no chance that is asked for has a larger standard error, as `toolkit.sensitivity.monte_carlo.Sampling` takes
        it; `draws` are the most that are made.

    Returns
    -------
    DataFrame
        Sorted as below, members as in `evaluation.members`. kind: ``award`` (outcome: an award's id, or ``none``), ``rank`` (within the
        class, as text; ``none`` for who is not ranked; only ranks that occurred), ``grade`` (a grade somebody can have, ``none``
        for none) or ``failed`` (member empty; outcome: why runs could not be computed, in the scheme's language).
        probability: among the runs that could be computed; of ``failed`` among all draws. error: its Monte Carlo
        standard error sqrt(p (1 - p) / n); where it is 0 the chance is still uncertain by about 3 / n. Its `attrs` say
        draws, failed (how many of them could not be computed), seed, precision, met and largest_error.

    Raises
    ------
    Refused
        When a choice does not fit the evaluation, all that is wrong at once; when `draws` is below 1.
    """
    return scenario_lists(evaluation, choices, draws=draws, seed=seed, progress=progress, executor=executor, precision=precision, keep=False)[0]


def scenario_lists(
    evaluation: Evaluation, choices: Choices, *, draws: int, seed: int | None = None, progress: Callable[[int], None] | None = None,
    executor: Executor | None = None, precision: float | None = None, keep: bool = True,
) -> tuple[pd.DataFrame, Mask]:  # fmt: skip
    """`scenario_probabilities`, and who is given each award in each run that could be computed: bool[awards, runs, members], members in their order.

    Of no run where it is not to be kept.
    """
    refuse_numbers(draws, precision)
    scenarios = Scenarios.of(evaluation, choices, seed)
    runs = OfficialRuns.of(scenarios.ground)
    starts = range(0, draws, BLOCK)
    blocks = in_order((partial(_counted, runs, scenarios, range(start, min(start + BLOCK, draws)), keep=keep) for start in starts), executor)
    counted = Counted.nothing(runs, keep=keep)
    for block in blocks:
        counted.join(block)
        if progress is not None:
            progress(counted.runs + counted.failed)
        if precision is not None and counted.error <= precision:
            blocks.close()
    own = runs.ground.evaluation.members.index.get_indexer(evaluation.members.index)
    lists = np.concatenate(counted.lists, axis=1)[:, :, own] if counted.lists else np.zeros((len(evaluation.scheme.awards), 0, len(own)), np.bool_)
    return _frame(scenarios, runs, counted, evaluation.members.index, precision), lists


def _counted(runs: OfficialRuns, scenarios: Scenarios, draws: range, *, keep: bool) -> Counted:
    """What some draws came to."""
    counted = Counted.nothing(runs, keep=keep)
    for _, outcomes in runs.in_batches(scenarios.__getitem__, draws, lambda _, refused: counted.fail(reason_of(refused))):
        counted.add(outcomes)
    return counted


def refuse_numbers(draws: int, precision: float | None) -> None:
    """Refuse fewer than one draw, and a precision that is not above 0."""
    problems = [*number_faults("draws", draws, 1, np.inf, least=True)]
    if precision is not None:
        problems += number_faults("precision", precision, 0.0, np.inf)
    stop_at(problems)


def _frame(
    scenarios: Scenarios, runs: OfficialRuns, counted: Counted, index: pd.Index[str], precision: float | None
) -> pd.DataFrame:
    failed, language = counted.failed, runs.ground.evaluation.scheme.language
    rows = pd.concat([part for part in _parts(runs, counted, index) if len(part)], ignore_index=True) if counted.runs else None
    share = [] if rows is None else [rows.assign(of=counted.runs)]
    why = [("failed", "", reason.into(language), number, counted.runs + failed) for reason, number in counted.failures.values()]
    frame = pd.concat([*share, pd.DataFrame(why, columns=["kind", "member", "outcome", "times", "of"])], ignore_index=True)
    times, of = frame["times"].to_numpy(np.float64), frame["of"].to_numpy(np.float64)
    frame = frame.assign(probability=times / of, error=standard_error(times / of, of))[COLUMNS]
    frame.attrs = {
        "draws": counted.runs + failed, "failed": failed, "seed": scenarios.seed, "precision": precision,
        "met": None if precision is None else counted.error <= precision, "largest_error": counted.error,
    }  # fmt: skip
    return frame


def _parts(runs: OfficialRuns, counted: Counted, index: pd.Index[str]) -> Iterator[pd.DataFrame]:
    """Times by kind, member and outcome, members in the order of `index`."""
    members = runs.ground.evaluation.members.index
    place = pd.Series(np.arange(len(index)), index=index).loc[members].to_numpy()
    awards = [*(award.id for award in runs.ground.evaluation.scheme.awards), NONE]
    yield _table("award", np.vstack([counted.given, counted.none]), awards, index, place)
    who, rank = np.divmod(counted.ranks, len(members) + 1)
    order = np.lexsort((np.where(rank == 0, len(members) + 1, rank), place[who]))
    named = np.where(rank == 0, NONE, rank.astype(str))
    yield pd.DataFrame({"kind": "rank", "member": members[who], "outcome": named, "times": counted.times}).iloc[order]
    names = [name or NONE for name in (runs.grades.names if runs.grades else ())]
    yield _table("grade", counted.grades, names, index, place)


def _table(kind: str, times: Integers, outcomes: list[str], index: pd.Index[str], place: Integers) -> pd.DataFrame:
    """A row for each member and outcome of int64[outcomes, members]."""
    inplace = np.zeros_like(times)
    inplace[:, place] = times
    cells = {"member": np.repeat(index.to_numpy(object), len(outcomes)), "outcome": np.tile(np.array(outcomes, dtype=object), len(index))}
    return pd.DataFrame({"kind": kind, **cells, "times": inplace.T.ravel()})
