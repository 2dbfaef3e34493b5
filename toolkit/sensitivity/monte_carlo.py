"""The Monte Carlo loop: draws counted block by block, here or by any executor, with the same result."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypedDict, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation import Evaluation, reordered
from toolkit.evaluation.many import DrawnLists
from toolkit.evaluation.scores import TOTAL, Tree
from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase
from toolkit.sensitivity.weights.draws import BLOCK, Blocks, GivenWeights, Recipe, WeightSpec

if TYPE_CHECKING:
    from toolkit.evaluation.steps import Lookup
    from toolkit.ground.ranking import Floats


T = TypeVar("T")
Counts: TypeAlias = "tuple[NDArray[Any], ...]"
Block: TypeAlias = "tuple[int, int, Counts]"
"""What a block comes to: draws, how many of them failed, and what was counted."""

IN_FLIGHT = 16
CELLS = 1 << 19
NO_SPEC = Phrase("没有说明用哪些权重", "which weights is not said")
SAY_SPEC = Phrase("例如 WeightDraws()、UniformWeights()，自有的权重表用 GivenWeights(表)", "WeightDraws(), UniformWeights(), or GivenWeights(frame) for a table of your own")


class Sampling(TypedDict, total=False):
    """How draws are made; none of it but `precision` has an influence on the figures.

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


class ChunkCounter(Protocol):
    """Counts what happens in a chunk of draws: whole numbers, so that their sums are exact in any order."""

    @property
    def events(self) -> int | None:
        """How many of the arrays, from the first on, count in how many draws something was so; None for all."""

    def __call__(self, lists: DrawnLists, shares: Floats, lookup: Lookup) -> Counts:
        """The counts under shares float64[draws, nodes] and their standings."""


@dataclass(frozen=True, eq=False)
class Tally:
    """What was counted in all draws.

    Parameters
    ----------
    evaluation
        The one that is asked about, its members sorted by class: the order of all that was counted.
    lists
        Its rule.
    counts
        The sums over all draws.
    draws, failed
        How many there were, and in how many of them nobody could be ranked.
    seed
        That of the draws; None for given weights.
    precision, met
        The standard error wanted, and whether it was reached; None where none was wanted.
    error
        The largest standard error of all chances that were asked for, as `precision` takes it.
    """

    evaluation: Evaluation
    lists: DrawnLists
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
        return self.evaluation.members.index

    @property
    def attrs(self) -> dict[Hashable | None, Any]:
        """How a frame came about, for its `attrs`."""
        return {
            "draws": self.draws, "failed": self.failed, "seed": self.seed,
            "precision": self.precision, "met": self.met, "largest_error": self.error,
        }  # fmt: skip


def tally(
    evaluation: Evaluation,
    spec: WeightSpec,
    counter: ChunkCounter,
    *,
    progress: Callable[[int], None] | None = None,
    chunk: int | None = None,
    executor: Executor | None = None,
    precision: float | None = None,
) -> Tally:
    """The counts over all draws of a specification; see `Sampling` for the rest.

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
    scheme, ordered = evaluation.scheme, by_class(evaluation)
    lists = DrawnLists.of(ordered)
    size = chunk or min(BLOCK, max(1, CELLS // max(1, len(evaluation.members))))

    def error(counts: Counts, draws: int, _: int) -> float:
        return largest_error(counts[: counter.events], draws)

    tasks = (partial(_counted, counter, lists, recipe, size) for recipe in spec.recipes(Tree.of(scheme), scheme.seed))
    draws, failed, counts = summed(in_order(tasks, executor), error, progress=progress, precision=precision)
    seed = None if isinstance(spec, GivenWeights) else scheme.seed if spec.seed is None else spec.seed
    return Tally(ordered, lists, counts, draws, failed, seed, precision, error(counts, draws, failed))


def in_order(tasks: Iterable[Callable[[], T]], executor: Executor | None) -> Generator[T, None, None]:
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


def summed(
    blocks: Generator[Block, None, None],
    error: Callable[[Counts, int, int], float],
    *,
    progress: Callable[[int], None] | None,
    precision: float | None,
) -> Block:
    """All blocks added up, or as many as it takes until the error, of counts, draws and failed draws, is within the precision."""
    draws, failed, counts = 0, 0, tuple[NDArray[Any], ...]()
    for more, lost, others in blocks:
        draws, failed, counts = draws + more, failed + lost, _added(counts, others)
        if progress is not None:
            progress(draws)
        if precision is not None and error(counts, draws, failed) <= precision:
            blocks.close()
    return draws, failed, counts


def by_class(evaluation: Evaluation) -> Evaluation:
    """The same evaluation, its members sorted by class and then by total: those who compete are cut out without copying."""
    order = np.lexsort((-evaluation.decided.score(TOTAL), evaluation.award_rule.classes.codes))
    return reordered(evaluation, evaluation.members.iloc[order])


def standard_error(chance: Floats, draws: int | Floats) -> Floats:
    """The Monte Carlo standard error sqrt(p (1 - p) / draws) of a chance."""
    return np.sqrt(np.asarray(chance * (1 - chance) / draws))


def _counted(counter: ChunkCounter, lists: DrawnLists, recipe: Recipe, size: int) -> Block:
    """One block, in chunks small enough for any number of members."""
    shares = recipe()
    failed, counts = 0, tuple[NDArray[Any], ...]()
    for start in range(0, len(shares), size):
        some = shares[start : start + size]
        lookup = lists.standings(some)
        counts = _added(counts, counter(lists, some, lookup))
        failed += lists.failed(lookup)
    return len(shares), failed, counts


def _added(total: Counts, more: Counts) -> Counts:
    """The counts and more of them, written into the first; wide enough for any number of draws."""
    if not total:
        return tuple(counts.astype(np.int64, copy=False) for counts in more)
    return tuple(np.add(counts, others, out=counts) for counts, others in zip(total, more, strict=True))


def largest_error(events: Counts, draws: int) -> float:
    """The largest standard error of chances, each taken as (count + 1) / (draws + 2): that of the chance nearest to a half."""
    arrays = [counts for counts in events if counts.size]
    if not arrays:
        return 0.0
    off = min(int(np.abs(2 * counts - draws).min()) for counts in arrays)
    return float(standard_error(np.array(((draws - off) / 2 + 1) / (draws + 2)), draws))
