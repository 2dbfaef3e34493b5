"""Which choice matters most: Sobol indices of every choice on each member's rank and total, and on the list.

Shares of a variance, from runs in a Saltelli design: all results at once, with errors by bootstrap.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.evaluation.scores import TOTAL
from toolkit.ground.problems import Problem, refuse, stop_at
from toolkit.ground.text import Phrase
from toolkit.sensitivity.choices import Choices, scenario_of
from toolkit.sensitivity.choices.checks import fault, name_faults
from toolkit.sensitivity.choices.scenario import Scenario
from toolkit.sensitivity.monte_carlo import in_order
from toolkit.sensitivity.scenarios import OfficialRuns, Outcome, Scenarios

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.ground.ranking import Floats, Integers, Mask


CELLS = 1 << 22


@dataclass(frozen=True, eq=False)
class Indices:
    """How much of the variance of each result is due to each factor; float64[factors, results] each.

    Parameters
    ----------
    first, total
        What a factor does alone, and what it does alone and together with others. NaN where the result never varies, or is itself NaN somewhere.
    first_error, total_error
        Standard errors, by bootstrap over the rows of the design.
    deviation : float64[results]
        The standard deviation of each result over the two independent samples.
    """

    first: Floats
    first_error: Floats
    total: Floats
    total_error: Floats
    deviation: Floats


def saltelli_design(factors: int, rows: int, seed: int) -> Floats:
    """A design of SALib: points float64[rows, factors + 2, factors] in [0, 1).

    Of each row the first point is A, the last B, and those between are A with one coordinate of B. The sequence is
    Sobol's, scrambled; `rows` is a power of 2.

    Examples
    --------
    >>> design = saltelli_design(3, 8, seed=1)
    >>> design.shape, bool((design[:, 2, 1] == design[:, -1, 1]).all())
    ((8, 5, 3), True)
    """
    from SALib.sample import sobol  # type: ignore[import-untyped]

    problem = {"num_vars": factors, "names": [f"x{i}" for i in range(factors)], "bounds": [[0.0, 1.0]] * factors}
    points = sobol.sample(problem, rows, calc_second_order=False, scramble=True, seed=seed)
    return np.asarray(points, dtype=np.float64).reshape(rows, factors + 2, factors)


def sobol_indices(results: Floats, seed: int, resamples: int = 100) -> Indices:
    """The indices of results in a design of `saltelli_design`.

    First order: mean of B (AB - A) over the variance; total: half the mean of (A - AB)^2 over it; results are
    standardised first, as in SALib.

    Parameters
    ----------
    results : float64[rows, factors + 2, results]
    seed, resamples
        Of the bootstrap.

    References
    ----------
    Saltelli, A. et al. (2010), Variance based sensitivity analysis of model output, Computer Physics Communications
    181, 259-270, table 2 (b) and (f). Jansen, M. J. W. (1999), Analysis of variance designs for model output, Computer
    Physics Communications 117, 35-43. Standardising and bootstrap as in SALib 1.5, `analyze.sobol`.
    """
    rows, points, count = results.shape
    drawn = np.random.default_rng(seed).integers(rows, size=(rows, resamples))
    size = max(1, CELLS // (rows * points))
    parts = [_indices(results[:, :, start : start + size], _times(drawn)) for start in range(0, max(count, 1), size)]
    first, total = (np.concatenate([part[place] for part in parts], axis=2) for place in (0, 1))
    errors = [resampled[1:].std(axis=0, ddof=1) for resampled in (first, total)]
    deviation = np.concatenate([part[2] for part in parts])
    return Indices(first[0], errors[0], total[0], errors[1], deviation)


def _times(drawn: NDArray[np.int64]) -> Floats:
    """How often each row is drawn in each resample, float64[1 + resamples, rows]; once each in the first."""
    rows, resamples = drawn.shape
    times = np.ones((resamples + 1, rows))
    for place, rows_drawn in enumerate(drawn.T, start=1):
        times[place] = np.bincount(rows_drawn, minlength=rows)
    return times


def _indices(results: Floats, times: Floats) -> tuple[Floats, Floats, Floats]:
    """First and total, float64[1 + resamples, factors, results], and the deviation of each result."""
    varies = np.ptp(results, axis=(0, 1)) > 0
    centred = np.where(varies, results - results.mean(axis=(0, 1)), 0.0)
    centred /= np.where(varies, centred.std(axis=(0, 1)), 1.0)
    base, last, mixed = centred[:, 0], centred[:, -1], centred[:, 1:-1]
    rows = len(results)
    both = times @ (base + last) / (2 * rows)
    variance = times @ (base**2 + last**2) / (2 * rows) - both**2
    some = variance > np.finfo(np.float64).eps
    alone = np.stack(list(_means(last[:, None] * (mixed - base[:, None]), times)), axis=1)
    whole = np.stack(list(_means((base[:, None] - mixed) ** 2 / 2, times)), axis=1)
    ends = np.concatenate([results[:, 0], results[:, -1]])
    deviation = np.where(np.ptp(ends, axis=0) == 0, 0.0, ends.std(axis=0))
    return _shares(alone, variance, some), _shares(whole, variance, some), deviation


def _shares(parts: Floats, variance: Floats, some: Mask) -> Floats:
    """Parts as shares of the variance: 0 in a resample without any, NaN where there is none at all."""
    shares = np.where(some[:, None], parts / np.where(some, variance, 1.0)[:, None], 0.0)
    return np.where(some[0], shares, np.nan)


def _means(terms: Floats, times: Floats) -> Iterator[Floats]:
    """For each factor the mean of its terms in each resample, float64[1 + resamples, results]."""
    for place in range(terms.shape[1]):
        yield times @ terms[:, place] / len(terms)



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
    stop_at([*_number_faults(rows, resamples), *name_faults("members", [] if members is None else list(members), set(evaluation.members.index))])
    scenarios = Scenarios.of(evaluation, choices, seed)
    if not scenarios.factors:
        raise refuse(Phrase("没有写任何选择", "there is no choice at all"), Phrase("至少写一种", "give one or more"), column="Choices")
    index = evaluation.members.index if members is None else evaluation.members.index[evaluation.members.index.isin(list(members))]
    results = _results(scenarios, rows, index, progress, executor)
    whole = ~np.isnan(results[:, 0, 0])
    if whole.sum() < 2:
        rule = Phrase("这些选择下几乎没有一次能算出结果", "hardly a run can be computed under these choices")
        raise refuse(rule, Phrase("请先用 scenario_probabilities 查看原因", "look at `scenario_probabilities` for the reasons"), column="Choices")
    indices = sobol_indices(np.ascontiguousarray(results[whole]), scenarios.seed, resamples)
    frame = _frame([factor.name for factor in scenarios.factors], index, indices)
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
        points, failed = design.reshape(-1, design.shape[2]), list[int]()
        results = np.full((len(points), 1 + 2 * len(self.chosen)), np.nan)

        def scenario(number: int) -> Scenario:
            return scenario_of(self.scenarios.ground, self.scenarios.factors, points[number])

        for numbers, outcomes in self.runs.in_batches(scenario, range(len(points)), lambda number, _: failed.append(number)):
            results[numbers] = self.told(outcomes)
        by_row = results.reshape(*design.shape[:2], -1)
        by_row[np.unique(np.array(failed, np.intp) // design.shape[1])] = np.nan
        return by_row

    def told(self, outcomes: Outcome) -> Floats:
        """The results of some runs, float64[runs, 1 + 2 members]."""
        changed = [changed_share(given, self.official) for given in outcomes.given.swapaxes(0, 1)]
        rank = np.where(outcomes.rank == 0, self.behind, outcomes.rank)[:, self.chosen]
        return np.column_stack((changed, rank, outcomes.total[:, self.chosen]))


def _results(
    scenarios: Scenarios, rows: int, index: pd.Index[str], progress: Callable[[int], None] | None, executor: Executor | None
) -> Floats:
    """The results of all runs, float64[rows, factors + 2, 1 + 2 members]."""
    design, runs = saltelli_design(len(scenarios.factors), rows, scenarios.seed), _Runs.of(scenarios, index)
    blocks = in_order((partial(runs.results, design[start : start + BLOCK]) for start in range(0, rows, BLOCK)), executor)
    results = np.empty((*design.shape[:2], 1 + 2 * len(index)))
    for number, block in enumerate(blocks):
        results[number * BLOCK : (number + 1) * BLOCK] = block
        if progress is not None:
            progress(min(rows, (number + 1) * BLOCK) * design.shape[1])
    return results


def changed_share(given: Mask, official: Mask) -> float:
    """The share of all those on either list who are not on both, bool[awards, members] each; 0 where both are empty.

    Examples
    --------
    >>> changed_share(np.array([[True, True, False]]), np.array([[True, False, True]]))
    0.6666666666666666
    """
    either = int((given | official).sum())
    return int((given ^ official).sum()) / either if either else 0.0


def _frame(names: list[str], index: pd.Index[str], indices: Indices) -> pd.DataFrame:
    """A row for each target and factor, the list first, then member by member its rank and its total."""
    count = len(index)
    order = np.concatenate([[0], np.stack([1 + np.arange(count), 1 + count + np.arange(count)], axis=1).ravel()])
    targets = np.array(["list", *(["rank", TOTAL] * count)], dtype=object)
    who = np.array(["", *np.repeat(index.to_numpy(object), 2)], dtype=object)
    numbers = {key: getattr(indices, key)[:, order].T.ravel() for key in ("first", "first_error", "total", "total_error")}
    many = len(names)
    cells = {"factor": np.tile(np.array(names, dtype=object), len(order)), "target": np.repeat(targets, many), "member": np.repeat(who, many)}
    return pd.DataFrame({**cells, **numbers, "deviation": np.repeat(indices.deviation[order], many)})[COLUMNS]


def _number_faults(rows: int, resamples: int) -> list[Problem]:
    problems = []
    if rows < 2 or rows & (rows - 1):
        rule = Phrase("应是 2 的幂：64、128、256……", "it is a power of 2: 64, 128, 256 ...")
        problems.append(fault("rows", rule, Phrase("请改正", "mend it"), str(rows)))
    if resamples < 2:
        problems.append(fault("resamples", Phrase("至少为 2", "it is at least 2"), Phrase("请改正", "mend it"), str(resamples)))
    return problems
