"""One pass through the draws: counted chunk by chunk, here or by any executor, with the same result.

Tasks done here or by any executor: what they give comes in their order, and few are under way at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypedDict, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.many import Allocation
from toolkit.evaluation.scores import TOTAL, Tree
from toolkit.ground.deferred import replaced
from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase
from toolkit.sensitivity.weights.draws import BLOCK, Blocks, GivenWeights

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.steps import Lookup
    from toolkit.ground.ranking import Floats
    from toolkit.scheme import Scheme
    from toolkit.sensitivity.weights.draws import Recipe, WeightSpec


T = TypeVar("T")

IN_FLIGHT = 16


def in_turn(tasks: Iterable[Callable[[], T]], executor: Executor | None) -> Generator[T, None, None]:
    """What the tasks give, in their order; a bounded number of them is under way at once."""
    if executor is None:
        yield from (task() for task in tasks)
        return
    waiting = deque[Future[T]]()
    try:
        for task in tasks:
            waiting.append(executor.submit(task))
            if len(waiting) == IN_FLIGHT:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()



Counts: TypeAlias = "tuple[NDArray[Any], ...]"

CELLS = 1 << 19
NO_SPEC = Phrase("没有说明用哪些权重", "which weights is not said")
SAY_SPEC = Phrase("例如 WeightDraws()、UniformWeights()，自有的权重表用 GivenWeights(表)", "WeightDraws(), UniformWeights(), or GivenWeights(frame) for a table of your own")


class How(TypedDict, total=False):
    """How a pass is made; none of it but `precision` has an influence on the figures.

    Parameters
    ----------
    progress
        Called with the number of draws done so far.
    chunk
        Draws held in memory at once; memory is about 30 bytes x chunk x members. None chooses.
    executor
        Any of `concurrent.futures`, or a Dask client's ``get_executor()``: spreads the blocks of 512 draws, no more than
        16 of them under way at once. The results are the same bit for bit for any number of workers.
    precision
        Draw only until no chance that is asked for has a larger standard error; the draws of the specification
        are the most that are made. The chance is taken as (count + 1) / (draws + 2), so that what was never seen
        does not pass as certain.
    """

    progress: Callable[[int], None] | None
    chunk: int | None
    executor: Executor | None
    precision: float | None


class Question(Protocol):
    """What is counted in a chunk of draws: whole numbers, so that their sums are exact in any order."""

    @property
    def events(self) -> int | None:
        """How many of the arrays, from the first on, count in how many draws something was so; None for all."""

    def __call__(self, allocation: Allocation, shares: Floats, lookup: Lookup) -> Counts:
        """The counts under shares float64[draws, nodes] and their standings."""


@dataclass(frozen=True, eq=False)
class Tally:
    """What was counted in a pass.

    Parameters
    ----------
    allocation
        The rule, its members sorted by class: the order of all that was counted.
    counts
        What the question counts, summed over all draws.
    draws, failed
        How many there were, and in how many of them nobody could be ranked.
    seed
        That of the draws; None for given weights.
    precision, met
        The standard error wanted, and whether it was reached; None where none was wanted.
    error
        The largest standard error of all chances that were asked for, as `precision` takes it.
    """

    allocation: Allocation
    counts: Counts
    draws: int
    failed: int
    seed: int | None
    precision: float | None
    error: float

    @property
    def met(self) -> bool | None:
        """Whether the wanted precision was reached."""
        return None if self.precision is None else self.error <= self.precision

    @property
    def index(self) -> pd.Index[str]:
        """The members, in the order of the counts."""
        return self.allocation.award_rule.members.index

    def said_of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A frame that says how it came about, in its `attrs`: draws, failed, seed, precision, met, largest_error."""
        frame.attrs = {
            "draws": self.draws, "failed": self.failed, "seed": self.seed,
            "precision": self.precision, "met": self.met, "largest_error": self.error,
        }  # fmt: skip
        return frame


def tallied(
    evaluation: Evaluation,
    spec: WeightSpec,
    question: Question,
    *,
    progress: Callable[[int], None] | None = None,
    chunk: int | None = None,
    executor: Executor | None = None,
    precision: float | None = None,
) -> Tally:
    """The counts of a question over all draws of a specification; see `How` for the rest.

    Raises
    ------
    Refused
        When the specification is none or does not fit the scheme, or the precision wanted is not above 0.
    """
    if not isinstance(spec, Blocks):
        raise refuse(NO_SPEC, SAY_SPEC, column="spec", value=type(spec).__name__)
    if precision is not None and not precision > 0:
        rule, mend = Phrase("精度应大于 0", "a precision is above 0"), Phrase("例如 0.005", "0.005, say")
        raise refuse(rule, mend, column="precision", value=f"{precision:g}")
    scheme = evaluation.scheme
    allocation = Allocation.of(by_class(evaluation))
    size = chunk or min(BLOCK, max(1, CELLS // max(1, len(evaluation.members))))
    recipes = spec.recipes(Tree.of(scheme), scheme.seed)
    blocks = in_turn((partial(_counted, question, allocation, recipe, size) for recipe in recipes), executor)
    found = Tally(allocation, (), 0, 0, _seed(spec, scheme), precision, np.inf)
    for draws, failed, counts in blocks:
        found = replace(found, counts=_added(found.counts, counts), draws=found.draws + draws, failed=found.failed + failed)
        if progress is not None:
            progress(found.draws)
        if precision is not None:
            found = replace(found, error=_error(found, question))
            if found.met:
                blocks.close()
    return replace(found, error=_error(found, question))


def by_class(evaluation: Evaluation) -> Evaluation:
    """The same evaluation, its members sorted by class and then by total: those who compete are cut out without copying."""
    members = evaluation.members
    classes, _ = pd.factorize(members["class"].astype("str"), sort=True)
    totals = evaluation.scores[TOTAL].loc[members.index].to_numpy(np.float64)
    return replaced(evaluation, members=members.iloc[np.lexsort((-totals, classes))])


def standard_error(chance: Floats, draws: int | Floats) -> Floats:
    """The Monte Carlo standard error sqrt(p (1 - p) / draws) of a chance."""
    return np.sqrt(np.asarray(chance * (1 - chance) / draws))


def _counted(
    question: Question, allocation: Allocation, recipe: Recipe, size: int
) -> tuple[int, int, Counts]:
    """Draws, failed draws and counts of one block, in chunks small enough for any number of members."""
    shares = recipe()
    failed, counts = 0, tuple[NDArray[Any], ...]()
    for start in range(0, len(shares), size):
        some = shares[start : start + size]
        lookup = allocation.standings(some)
        counts = _added(counts, question(allocation, some, lookup))
        failed += allocation.failed(lookup)
    return len(shares), failed, counts


def _added(total: Counts, more: Counts) -> Counts:
    """The counts and more of them, written into the first; wide enough for any number of draws."""
    if not total:
        return tuple(counts.astype(np.int64, copy=False) for counts in more)
    return tuple(np.add(counts, others, out=counts) for counts, others in zip(total, more, strict=True))


def _error(found: Tally, question: Question) -> float:
    """The largest standard error of all chances, each taken as (count + 1) / (draws + 2): that of the chance nearest to a half."""
    asked = [counts for counts in found.counts[: question.events] if counts.size]
    if not asked:
        return 0.0
    off = min(int(np.abs(2 * counts - found.draws).min()) for counts in asked)
    return float(standard_error(np.array(((found.draws - off) / 2 + 1) / (found.draws + 2)), found.draws))


def _seed(spec: WeightSpec, scheme: Scheme) -> int | None:
    if isinstance(spec, GivenWeights):
        return None
    return scheme.seed if spec.seed is None else spec.seed
