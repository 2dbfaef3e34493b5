"""Which choice matters most: Sobol indices of every choice on each member's rank and total, and on the list."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import Problems, Refused, refuse
from toolkit.scoring import TOTAL
from toolkit.sensitivity.chances.tasks import in_turn
from toolkit.sensitivity.choices import Choices, scenario_of
from toolkit.sensitivity.choices.faults import fault, name_faults
from toolkit.sensitivity.choices.scenario import Scenario
from toolkit.sensitivity.official_runs import OfficialRuns
from toolkit.sensitivity.scenarios import Scenarios
from toolkit.sensitivity.sobol_estimators import Indices, saltelli_design, sobol_indices
from toolkit.text import Phrase

if TYPE_CHECKING:
    from toolkit.errors import Problem
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Integers, Mask

BLOCK = 8
COLUMNS = ["factor", "target", "member", "first", "first_error", "total", "total_error", "deviation"]


def variance_shares(
    evaluation: Evaluation,
    choices: Choices,
    *,
    rows: int = 256,
    seed: int | None = None,
    members: Collection[str] | None = None,
    resamples: int = 100,
    progress: Callable[[int], None] | None = None,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """How much of the variance of ranks, totals and the list is due to each choice: first-order and total Sobol indices.

    The list is made again rows x (factors + 2) times. A choice that is a stream of random numbers - errors of all members,
    weights of a group - is one factor: its number in the design begins the stream.

    Parameters
    ----------
    choices
        What might have been otherwise. Each specification is a factor, measurement errors and late records one for
        each indicator, `WeightDraws` one for each group.
    rows
        Of the design, a power of 2. Errors shrink with its root.
    seed
        None for the scheme's own.
    members
        Only their ranks and totals, of all when left out; memory is about 16 bytes x rows x (factors + 2) x members.
    resamples
        Of the bootstrap, at least 2.
    progress
        Called with the number of runs done so far.
    executor
        Any of `concurrent.futures`: spreads blocks of 8 rows. The results are the same for any number of workers.

    Returns
    -------
    DataFrame
        A row for each target and factor. target: ``list``, the share of those given an award here or officially who are
        not given it in both (member empty), then for each member ``rank``, within its class (behind all others where it is not
        ranked), and ``total``. first, total: shares of the variance due to the factor alone, and to the
        factor with all it does together with others; first_error, total_error: their bootstrap standard errors; deviation: the
        standard deviation of the target. Shares are NaN where that is 0, and all is where a total is missing in some run. Its `attrs` say
        rows (how many of the design could be computed), failed (how many could not, for one of their runs failing) and seed.

    Raises
    ------
    Refused
        When a choice does not fit the evaluation, there is none, a number is impossible, or hardly a row could be computed.
    """
    _refuse([*_number_faults(rows, resamples), *name_faults("members", [] if members is None else list(members), set(evaluation.members.index))])
    scenarios = Scenarios.of(evaluation, choices, seed)
    if not scenarios.factors:
        raise refuse(Phrase("没有写任何选择", "there is no choice at all"), Phrase("至少写一种", "give one or more"), column="Choices")
    index = evaluation.members.index if members is None else evaluation.members.index[evaluation.members.index.isin(list(members))]
    results = _results(scenarios, rows, index, progress, executor)
    whole = ~np.isnan(results[:, 0, 0])
    if whole.sum() < 2:
        rule = Phrase("这些选择下几乎没有一次能算出结果", "hardly a run can be computed under these choices")
        raise refuse(rule, Phrase("请先用 scenario_probabilities 查看原因", "look at `scenario_probabilities` for the reasons"), column="Choices")
    found = sobol_indices(np.ascontiguousarray(results[whole]), scenarios.seed, resamples)
    frame = _frame([factor.name for factor in scenarios.factors], index, found)
    frame.attrs = {"rows": int(whole.sum()), "failed": int((~whole).sum()), "seed": scenarios.seed}
    return frame


@dataclass(frozen=True, eq=False)
class _Runs:
    """The runs of a design, and what is told of each: the list, then ranks and totals of the `chosen` members.

    Parameters
    ----------
    official
        The list as it stands, bool[awards, members].
    behind : int64[members]
        The rank behind all others of one's class, for who is not ranked in a run.
    """

    scenarios: Scenarios
    runs: OfficialRuns
    official: Mask
    behind: Integers
    chosen: Integers

    @classmethod
    def of(cls, scenarios: Scenarios, index: pd.Index[str]) -> _Runs:
        ground = scenarios.ground
        members, runs = ground.evaluation.members, OfficialRuns.of(ground)
        classes = members["class"].astype("str") if ground.evaluation.scheme.members.class_ else pd.Series("", index=members.index)
        behind = np.asarray(classes.map(classes.value_counts()) + 1, dtype=np.int64)
        official = runs.outcome(Scenario(ground)).given
        return cls(scenarios, runs, official, behind, members.index.get_indexer(index).astype(np.int64))

    def results(self, design: Floats) -> Floats:
        """float64[rows, factors + 2, 1 + 2 members] for some rows; NaN all through one of which a run failed."""
        found = np.full((*design.shape[:2], 1 + 2 * len(self.chosen)), np.nan)
        for row, points in enumerate(design):
            try:
                found[row] = [self.told(point) for point in points]
            except Refused:
                continue
        return found

    def told(self, point: Floats) -> Floats:
        """The results of one run."""
        outcome = self.runs.outcome(scenario_of(self.scenarios.ground, self.scenarios.factors, point))
        rank = np.where(outcome.rank == 0, self.behind, outcome.rank)[self.chosen]
        return np.concatenate([[changed_share(outcome.given, self.official)], rank, outcome.total[self.chosen]])


def _results(
    scenarios: Scenarios, rows: int, index: pd.Index[str], progress: Callable[[int], None] | None, executor: Executor | None
) -> Floats:
    """The results of all runs, float64[rows, factors + 2, 1 + 2 members]."""
    design, runs = saltelli_design(len(scenarios.factors), rows, scenarios.seed), _Runs.of(scenarios, index)
    blocks = in_turn((partial(runs.results, design[start : start + BLOCK]) for start in range(0, rows, BLOCK)), executor)
    found = np.empty((*design.shape[:2], 1 + 2 * len(index)))
    for number, block in enumerate(blocks):
        found[number * BLOCK : (number + 1) * BLOCK] = block
        if progress is not None:
            progress(min(rows, (number + 1) * BLOCK) * design.shape[1])
    return found


def changed_share(given: Mask, official: Mask) -> float:
    """The share of all those on either list who are not on both, bool[awards, members] each; 0 where both are empty.

    Examples
    --------
    >>> changed_share(np.array([[True, True, False]]), np.array([[True, False, True]]))
    0.6666666666666666
    """
    either = int((given | official).sum())
    return int((given ^ official).sum()) / either if either else 0.0


def _frame(names: list[str], index: pd.Index[str], found: Indices) -> pd.DataFrame:
    """A row for each target and factor, the list first, then member by member its rank and its total."""
    count = len(index)
    order = np.concatenate([[0], np.stack([1 + np.arange(count), 1 + count + np.arange(count)], axis=1).ravel()])
    targets = np.array(["list", *(["rank", TOTAL] * count)], dtype=object)
    who = np.array(["", *np.repeat(index.to_numpy(object), 2)], dtype=object)
    numbers = {key: getattr(found, key)[:, order].T.ravel() for key in ("first", "first_error", "total", "total_error")}
    many = len(names)
    cells = {"factor": np.tile(np.array(names, dtype=object), len(order)), "target": np.repeat(targets, many), "member": np.repeat(who, many)}
    return pd.DataFrame({**cells, **numbers, "deviation": np.repeat(found.deviation[order], many)})[COLUMNS]


def _number_faults(rows: int, resamples: int) -> list[Problem]:
    found = []
    if rows < 2 or rows & (rows - 1):
        rule = Phrase("应是 2 的幂：64、128、256……", "it is a power of 2: 64, 128, 256 ...")
        found.append(fault("rows", rule, Phrase("请改正", "mend it"), str(rows)))
    if resamples < 2:
        found.append(fault("resamples", Phrase("至少为 2", "it is at least 2"), Phrase("请改正", "mend it"), str(resamples)))
    return found


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise Refused(Problems(tuple(problems)))
