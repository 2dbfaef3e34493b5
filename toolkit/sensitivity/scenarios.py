"""How sure each award, rank and grade is, had other things been recorded or decided: drawn at random, by the actual rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import Problems, Refused
from toolkit.sensitivity.chances.passes import standard_error
from toolkit.sensitivity.chances.tasks import in_turn
from toolkit.sensitivity.choices import Choices, Factor, factors, scenario_of, uniform_shares
from toolkit.sensitivity.choices.faults import number_faults
from toolkit.sensitivity.choices.scenario import Ground
from toolkit.sensitivity.counted_outcomes import Counted, reason_of
from toolkit.sensitivity.official_runs import OfficialRuns

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Integers
    from toolkit.sensitivity.choices.scenario import Scenario

COLUMNS = ["kind", "member", "outcome", "probability", "error"]
NONE = "none"
BLOCK = 64


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

    ground: Ground
    factors: tuple[Factor, ...]
    seed: int

    @classmethod
    def of(cls, evaluation: Evaluation, choices: Choices, seed: int | None = None) -> Scenarios:
        """The scenarios of choices; refused as `factors` refuses them. None for the scheme's own seed."""
        ground, seed = Ground.of(evaluation), evaluation.scheme.seed if seed is None else seed
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
        Draw only until no chance that is asked for has a larger standard error, as `toolkit.sensitivity.chances.passes.How` takes
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
    refuse_numbers(draws, precision)
    scenarios = Scenarios.of(evaluation, choices, seed)
    runs = OfficialRuns.of(scenarios.ground)
    starts = range(0, draws, BLOCK)
    blocks = in_turn((partial(_counted, runs, scenarios, range(start, min(start + BLOCK, draws))) for start in starts), executor)
    counted = Counted.nothing(runs)
    for block in blocks:
        counted.join(block)
        if progress is not None:
            progress(counted.runs + counted.failed)
        if precision is not None and counted.error <= precision:
            blocks.close()
    return _frame(scenarios, runs, counted, evaluation.members.index, precision)


def _counted(runs: OfficialRuns, scenarios: Scenarios, draws: range) -> Counted:
    """What some draws came to."""
    counted = Counted.nothing(runs)
    for draw in draws:
        try:
            counted.add(runs.outcome(scenarios[draw]))
        except Refused as refused:
            counted.fail(reason_of(refused))
    return counted.settle()


def refuse_numbers(draws: int, precision: float | None) -> None:
    """Refuse fewer than one draw, and a precision that is not above 0."""
    problems = [*number_faults("draws", draws, 1, np.inf, least=True)]
    if precision is not None:
        problems += number_faults("precision", precision, 0.0, np.inf)
    if problems:
        raise Refused(Problems(tuple(problems)))


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
