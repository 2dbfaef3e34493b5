"""How fast the list is questioned: draws, bounds, tipping points and removal, beside plain NumPy and other packages.

Run ``make benchmarks``, or ``python benchmarks/sensitivity.py [--plot growth.png]``. 1,000 invented members x 30
indicators in five groups and seven classes, two awards under quotas, minima, a requirement and ties. Every figure comes
of this one run: time of the processor and of the clock, medians of runs that alternate; a ratio is that of processor
times. Peak memory is what one run takes beyond its inputs, told by tracemalloc in a run of its own.

- award probabilities, 10,000 draws, against the same Dirichlet draws, one matrix product and one partition for each
  chunk, with no rule at all (at most 1.3); much of what that takes is the system handing it new memory, so also against the
  same written into arrays that are kept; 1,000 draws within 50 ms; memory within 50 MB;
- the full distribution of ranks against the best NumPy, twice: once with an easier question, ranks that settle no ties and
  that nobody shares (at most 1.8; the aim is 1.1), once with the same question as ours: rounded half up, ties settled by the score of a
  group, 1-2-2-4. Neither knows of applicants, missing values or adjustments;
- pymcdm and scikit-criteria: their weighted sum and ranks, draw by draw in a loop, timed for 200 draws and scaled up to
  10,000 (300 and 100 times ours is the aim). They are looked for in the Python that PEERS names, a scratch environment with
  `requirements-peers.txt`, and left out where it names none;
- 33,755 members x 7 indicators, 10,000 draws;
- all stability intervals (within 100 ms); the smallest
  changes of weights and values; the list without each node, and without a member;
- how each grows with the number of members, as a table, and a picture where ``--plot`` names a file.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
from evaluate_and_draws import GROUPS, INDICATORS, MEMBERS, write_edition
from figures import Figures, peers

from toolkit import WeightDraws, award_probabilities, evaluate, open_edition
from toolkit.evaluation import Evaluation
from toolkit.sensitivity.bounds import around, award_bounds, rank_bounds
from toolkit.sensitivity.leave_one_out import without_each_member, without_nodes
from toolkit.sensitivity.probabilities import rank_probabilities
from toolkit.sensitivity.tipping.all_weights import smallest_weights
from toolkit.sensitivity.tipping.one_value import smallest_values
from toolkit.sensitivity.tipping.one_weight import stability_intervals

DRAWS, CHUNK, BLOCK, PLACES, LOOPED = 10_000, 512, 128, 300, 200
SIZES = [100, 300, 1_000, 3_000]

PEER = """
import sys, time, warnings
from importlib.metadata import version
warnings.simplefilter("ignore")
import numpy as np
members, indicators, draws = map(int, sys.argv[1:])
rng = np.random.default_rng(1)
values = rng.beta(3, 1.5, (members, indicators)) * 100
weights = rng.dirichlet(np.full(indicators, 25.0), draws)
try:
    from pymcdm.methods import WSM
    from pymcdm.helpers import rankdata
    method, kinds = WSM(), np.ones(indicators)
    start = time.process_time()
    for own in weights:
        rankdata(method(values, own, kinds), reverse=True)
    print("pymcdm", version("pymcdm"), time.process_time() - start)
except ImportError:
    print("pymcdm missing")
try:
    import skcriteria
    from skcriteria.agg.simple import WeightedSumModel
    matrix, method = skcriteria.mkdm(values, [max] * indicators), WeightedSumModel()
    start = time.process_time()
    for own in weights:
        method.evaluate(matrix.copy(weights=own)).rank_
    print("scikit-criteria", version("scikit-criteria"), time.process_time() - start)
except ImportError:
    print("scikit-criteria missing")
"""


def evaluated(members: int, indicators: int = INDICATORS) -> Evaluation:
    """The evaluation of so many invented members."""
    with tempfile.TemporaryDirectory() as folder:
        edition = open_edition(write_edition(Path(folder), members, indicators))
        return evaluate(edition.scheme, edition.records)


def drawn(indicators: int) -> np.ndarray:
    """Plain Dirichlet weights."""
    return np.random.default_rng(1).dirichlet(np.full(indicators, 25.0), DRAWS)


def partitioned(values: np.ndarray) -> None:
    """Draw, multiply, and find the best 300: plain NumPy without any rule."""
    weights = drawn(values.shape[1])
    for start in range(0, DRAWS, CHUNK):
        np.partition(weights[start : start + CHUNK] @ values.T, -PLACES, axis=1)


def partitioned_in_place(values: np.ndarray) -> None:
    """The same in one array that is kept from chunk to chunk."""
    weights, room = drawn(values.shape[1]), np.empty((CHUNK, len(values)))
    for start in range(0, DRAWS, CHUNK):
        chunk = weights[start : start + CHUNK]
        np.matmul(chunk, values.T, out=room[: len(chunk)]).partition(-PLACES, axis=1)


def counted(values: np.ndarray, kinds: np.ndarray) -> list[np.ndarray]:
    """How often each member has each place of its class: the best one can write in NumPy, without ties or missing values.

    Rounded scores are packed with the member into one int32 and sorted in place, and so are all other steps made.
    """
    weights, order = drawn(values.shape[1]), np.argsort(kinds, kind="stable")
    sizes = np.unique(kinds, return_counts=True)[1].tolist()
    table, starts = np.ascontiguousarray(values[order].T) * 100, np.cumsum([0, *sizes])
    scores, steps = np.empty((CHUNK, len(values))), np.empty((CHUNK, len(values)), np.int32)
    counts = [np.zeros(size * size, np.int64) for size in sizes]
    rooms = [(np.empty((CHUNK, size), np.int32), np.empty((CHUNK, size), np.int64)) for size in sizes]
    for chunk in np.array_split(weights, -(-len(weights) // CHUNK)):
        draws, bits = len(chunk), max(sizes).bit_length()
        np.copyto(steps[:draws], np.matmul(chunk, table, out=scores[:draws]), casting="unsafe")
        np.multiply(steps, -(1 << bits), out=steps)
        for start, size, count, (packed, cells) in zip(starts.tolist(), sizes, counts, rooms, strict=False):
            np.add(steps[:draws, start : start + size], np.arange(size, dtype=np.int32), out=packed[:draws])
            packed[:draws].sort(axis=1)
            own = np.bitwise_and(packed[:draws], (1 << bits) - 1, out=cells[:draws])
            own *= size
            own += np.arange(size)
            np.add(count, np.bincount(own.ravel(), minlength=size * size), out=count)
    return counts


def settled(values: np.ndarray, kinds: np.ndarray, group: list[int]) -> list[np.ndarray]:
    """How often each member has each rank 1-2-2-4 of its class, ties settled by the mean of a group's indicators.

    Packed as for `counted`, between total and member the highest bits of the score that settles ties. Whoever is level in
    these is compared with those next to it, one by one, until nobody is.
    """
    weights, order = drawn(values.shape[1]), np.argsort(kinds, kind="stable")
    sizes = np.unique(kinds, return_counts=True)[1].tolist()
    table, starts = np.ascontiguousarray(values[order].T) * 100, np.cumsum([0, *sizes]).tolist()
    total, tie = (np.empty((CHUNK, len(values)), np.int16) for _ in range(2))
    room = np.empty((BLOCK, len(values)))
    counts = [np.zeros(size * size, np.int64) for size in sizes]
    rooms = [[np.empty((CHUNK, size), kind) for kind in (np.int32, np.int32, np.bool_, np.int64)] for size in sizes]
    for chunk in np.array_split(weights, -(-len(weights) // CHUNK)):
        own = chunk[:, group]
        rounded_half_up(chunk, table, total, room)
        rounded_half_up(own / own.sum(axis=1, keepdims=True), table[group], tie, room)
        for start, size, count, rest in zip(starts, sizes, counts, rooms, strict=False):
            pool = np.s_[: len(chunk), start : start + size]
            cells = ranked(total[pool], tie[pool], [array[: len(chunk)] for array in rest])
            np.add(count, np.bincount(cells.ravel(), minlength=size * size), out=count)
    return counts


def rounded_half_up(weights: np.ndarray, table: np.ndarray, out: np.ndarray, room: np.ndarray) -> None:
    """Scores in whole hundredths, some draws at a time, so that they are cut while near the processor."""
    for start in range(0, len(weights), len(room)):
        own = weights[start : start + len(room)]
        scores = np.matmul(own, table, out=room[: len(own)])
        scores += 0.5 + 1e-7
        np.copyto(out[start : start + len(own)], scores, casting="unsafe")


def ranked(total: np.ndarray, tie: np.ndarray, room: list[np.ndarray]) -> np.ndarray:
    """In each draw member x size + rank, from 0; the room is for what is packed, how far apart, whether level, and this."""
    (packed, apart, level, cells), size = room, total.shape[1]
    low = (size - 1).bit_length()
    coarse = 31 - 14 - low
    np.copyto(packed, total)
    packed <<= coarse
    packed |= tie >> (14 - coarse)
    packed <<= low
    packed |= np.arange(size, dtype=np.int32)
    packed.sort(axis=1)
    np.bitwise_xor(packed.ravel()[1:], packed.ravel()[:-1], out=apart.ravel()[:-1])
    np.less(apart, 1 << low, out=level)
    level[:, -1] = False
    np.bitwise_and(packed, (1 << low) - 1, out=packed)
    np.multiply(packed, size, out=cells)
    cells += np.arange(size - 1, -1, -1)
    flat, members, step, one = cells.ravel(), packed.ravel(), 1, np.flatnonzero(level)
    while one.size:
        draw = one // size
        own, other = tie[draw, members[one]], tie[draw, members[one + step]]
        flat[one[own >= other]] -= 1
        flat[one[own > other] + step] += 1
        one, step = one[level.ravel()[one + step]], step + 1
    return cells


def timed(runs: int, *tasks: Callable[[], object]) -> list[tuple[float, float]]:
    """Seconds of the processor and of the clock each task takes: medians of runs that alternate."""
    taken: list[list[tuple[float, float]]] = [[] for _ in tasks]
    for _ in range(runs):
        for task, own in zip(tasks, taken, strict=True):
            own.append(once(task))
    return [(statistics.median(cpu for cpu, _ in own), statistics.median(wall for _, wall in own)) for own in taken]


def once(task: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the processor and of the clock a task takes."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    task()
    return time.process_time() - cpu, time.perf_counter() - wall


def peak(task: Callable[[], object]) -> float:
    """Megabytes a task takes at most beyond what is there before, its result among them."""
    gc.collect()
    tracemalloc.start()
    task()
    megabytes = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return megabytes


def told(name: str, task: Callable[[], object], *, runs: int = 3, remember: bool = False) -> float:
    """Print what a task takes; its seconds of the processor."""
    ((cpu, wall),) = timed(runs, task)
    memory = f", {peak(task):.0f} MB" if remember else ""
    print(f"  {name}: processor {spelt(cpu)}, clock {spelt(wall)}{memory}", flush=True)
    return cpu


def spelt(seconds: float) -> str:
    """A time in the unit that suits it."""
    return f"{seconds:.1f} s" if seconds >= 10 else f"{seconds * 1e3:.0f} ms"


def against(name: str, ours: Callable[[], object], **plain: Callable[[], object]) -> tuple[float, list[float], float]:
    """Print what ours takes beside references, named as what they are: its seconds of the processor, the ratios, and megabytes."""
    (own, *others), megabytes = timed(5, ours, *plain.values()), peak(ours)
    ratios = [own[0] / other[0] for other in others]
    named = "; ".join(f"{ratio:.2f} x {what} ({spelt(other[0])})" for ratio, what, other in zip(ratios, plain, others, strict=True))
    print(f"  {name}: processor {spelt(own[0])}, clock {spelt(own[1])}, {megabytes:.0f} MB; {named}", flush=True)
    return own[0], ratios, megabytes


def draws(evaluation: Evaluation, figures: Figures) -> None:
    """Print what draws take, and hold it to its bounds."""
    values, spec = evaluation.values.to_numpy(), WeightDraws(draws=DRAWS)
    kinds, group = evaluation.members["class"].to_numpy(), list(range(0, values.shape[1], GROUPS))
    awards, (ratio, _), megabytes = against(
        "award probabilities",
        lambda: award_probabilities(evaluation, spec),
        **{"NumPy that partitions": lambda: partitioned(values), "the same in arrays it keeps": lambda: partitioned_in_place(values)},
    )
    figures.at_most(f"awards of {DRAWS} draws", ratio, 1.3, "x plain NumPy that partitions")
    figures.at_most(f"memory for awards of {DRAWS} draws", megabytes, 50, "MB")
    ranks, (easier, _), _ = against(
        "distribution of ranks",
        lambda: rank_probabilities(evaluation, spec),
        **{"NumPy that settles no ties": lambda: counted(values, kinds), "NumPy that settles them": lambda: settled(values, kinds, group)},
    )
    figures.at_most(f"ranks of {DRAWS} draws", easier, 1.8, "x the best NumPy on an easier question: no ties")
    figures.at_most(f"ranks of {DRAWS} draws", easier, 1.1, "x the same", aim=True)
    few = told("1,000 draws", lambda: award_probabilities(evaluation, WeightDraws(draws=1_000)), runs=9)
    figures.at_most("awards of 1,000 draws", few * 1e3, 50, "ms")
    for (name, seconds), least in zip(peers(PEER, MEMBERS, INDICATORS, LOOPED), (300, 100), strict=False):
        whole = seconds * DRAWS / LOOPED
        print(f"  {name}, {LOOPED} draws in {spelt(seconds)}, so {DRAWS} in {spelt(whole)}: "
              f"{whole / awards:.0f} x our awards, {whole / ranks:.0f} x our ranks")  # fmt: skip
        figures.at_least(f"awards of {DRAWS} draws against the loop of {name}", whole / awards, least, "times as fast", aim=True)
    large = evaluated(33_755, 7)
    told("33,755 x 7, award probabilities", lambda: award_probabilities(large, spec), runs=1, remember=True)


def exact(evaluation: Evaluation, figures: Figures) -> None:
    """Print what exact answers take."""
    near = around(evaluation.scheme, 0.2)
    told("best and worst ranks", lambda: rank_bounds(evaluation, near), remember=True)
    told("awards certain, possible, never", lambda: award_bounds(evaluation, near), remember=True)
    intervals = told("stability intervals", lambda: stability_intervals(evaluation), runs=9)
    figures.at_most("all stability intervals", intervals * 1e3, 100, "ms")
    told("smallest changes of the groups' weights", lambda: smallest_weights(evaluation))
    told("smallest changes of all indicators' weights", lambda: smallest_weights(evaluation, None), runs=1)
    told("smallest changes of one value", lambda: smallest_values(evaluation), runs=1)
    told("without each node", lambda: without_nodes(evaluation), runs=1)
    some = list(evaluation.members.index[:20])
    told("without 20 members, one by one", lambda: without_each_member(evaluation, some), runs=1)


QUESTIONS: dict[str, Callable[[Evaluation], object]] = {
    "award probabilities": lambda asked: award_probabilities(asked, WeightDraws(draws=1_000)),
    "rank distribution": lambda asked: rank_probabilities(asked, WeightDraws(draws=1_000)),
    "stability intervals": stability_intervals,
    "smallest weights": smallest_weights,
    "award bounds": lambda asked: award_bounds(asked, around(asked.scheme, 0.2)),
}


def growth(plot: Path | None) -> None:
    """Print, and draw, how each question grows with the members."""
    asked = {size: evaluated(size) for size in SIZES}
    taken = {name: [once(lambda: task(asked[size]))[0] for size in SIZES] for name, task in QUESTIONS.items()}  # noqa: B023 - called at once
    print(f"  {'members (1,000 draws), processor':34}" + "".join(f"{size:>10}" for size in SIZES))
    for name, seconds in taken.items():
        print(f"  {name:34}" + "".join(f"{spelt(one):>10}" for one in seconds))
    if plot is not None:
        from matplotlib.figure import Figure

        axes = (figure := Figure(layout="constrained")).subplots()
        for name, seconds in taken.items():
            axes.loglog(SIZES, seconds, marker="o", label=name)
        axes.set(xlabel="members", ylabel="seconds of the processor")
        axes.legend()
        figure.savefig(plot)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="How fast the list is questioned.")
    parser.add_argument("--plot", type=Path, help="draw how each question grows to this file")
    evaluation, asked = evaluated(MEMBERS), parser.parse_args(sys.argv[1:])
    print(f"{MEMBERS} members x {INDICATORS}, {DRAWS} draws")
    figures = Figures("sensitivity")
    draws(evaluation, figures)
    print("exact answers")
    exact(evaluation, figures)
    print("growth")
    growth(asked.plot)
    figures.end()


if __name__ == "__main__":
    main()
