"""One pass, however it is made: any executor, any number of workers, any order of finishing, until it is precise enough."""

from __future__ import annotations

import pickle
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar
from unittest.mock import PropertyMock, patch

import numpy as np
import pandas as pd
import pytest

from tests.drawing import flat
from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.many import DrawnLists
from toolkit.ground.problems import Refused
from toolkit.sensitivity import (
    GivenWeights,
    ResampledWeights,
    UniformWeights,
    WeightBounds,
    WeightDraws,
    award_probabilities,
    central_weights,
    grade_probabilities,
    rank_probabilities,
    rank_summary,
)
from toolkit.sensitivity import monte_carlo as tasks

RNG = np.random.default_rng(3)
NAMES = ("a", "b", "c")
GIVEN = pd.DataFrame(RNG.dirichlet(np.ones(3), 1500), columns=list(NAMES))
SPECS = [
    WeightDraws(draws=1500),
    UniformWeights(draws=1500, within=WeightBounds({"a": 20}), statements=("b >= c",)),
    ResampledWeights(GIVEN.head(7), draws=1500),
    GivenWeights(GIVEN),
]


def asked() -> Evaluation:
    values = np.random.default_rng(4).integers(0, 100, (30, 3)).astype(np.float64)
    return flat({name: column.tolist() for name, column in zip(NAMES, values.T, strict=True)}, 5, grades={"bands": [["A", 55], ["B", 0]]})


@contextmanager
def dask() -> Iterator[Executor]:
    from distributed import Client, LocalCluster

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster, Client(cluster) as client:  # type: ignore[no-untyped-call]
        yield client.get_executor()


class Backwards(Executor):
    """Finishes whatever was handed in last first, and counts what is under way."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[[], Any]]] = []
        self.most = 0

    def submit(self, task: Callable[..., Any], /, *args: object, **kwargs: object) -> Future[Any]:
        executor = self

        class Late(Future[Any]):
            def result(self, timeout: float | None = None) -> object:
                while executor.waiting:
                    future, own = executor.waiting.pop()
                    future.set_result(own())
                return super().result(timeout)

        future = Late()
        self.waiting.append((future, task))
        self.most = max(self.most, len(self.waiting))
        return future


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: type(spec).__name__)
def test_any_executor_gives_the_same_bits(spec: WeightDraws) -> None:
    alone = [ask(asked(), spec) for ask in (award_probabilities, rank_probabilities, rank_summary, grade_probabilities, central_weights)]
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(3) as three:
        for executor in (one, three, Backwards()):
            spread = [
                ask(asked(), spec, executor=executor)
                for ask in (award_probabilities, rank_probabilities, rank_summary, grade_probabilities, central_weights)
            ]
            for own, other in zip(alone, spread, strict=True):
                pd.testing.assert_frame_equal(own, other, check_exact=True)
                assert own.attrs == other.attrs


def test_processes_and_a_dask_cluster_give_the_same_bits() -> None:
    spec, evaluation = SPECS[1], asked()
    alone = rank_probabilities(evaluation, spec)
    with ProcessPoolExecutor(2) as processes, dask() as cluster:
        for executor in (processes, cluster):
            pd.testing.assert_frame_equal(rank_probabilities(evaluation, spec, executor=executor), alone, check_exact=True)


def test_chunks_have_no_influence() -> None:
    for ask in (award_probabilities, rank_summary, grade_probabilities, central_weights):
        whole, cut = (ask(asked(), SPECS[0], chunk=chunk) for chunk in (None, 7))
        pd.testing.assert_frame_equal(whole, cut, check_exact=True)


def test_no_more_than_a_bounded_number_of_blocks_is_under_way() -> None:
    executor = Backwards()
    found = award_probabilities(asked(), WeightDraws(draws=512 * 40), executor=executor)
    assert executor.most == tasks.IN_FLIGHT
    assert found.attrs["draws"] == 512 * 40


def test_a_block_that_fails_calls_off_those_that_wait() -> None:
    class Failing(Executor):
        waiting: ClassVar[list[Future[Any]]] = []

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            self.waiting.append(future := Future[Any]())
            if len(self.waiting) == 1:
                future.set_exception(ArithmeticError())
            return future

    with pytest.raises(ArithmeticError):
        award_probabilities(asked(), WeightDraws(draws=512 * 3), executor=Failing())
    assert [future.cancelled() for future in Failing.waiting] == [False, True, True]


def test_threads_do_not_meet() -> None:
    evaluation = asked()
    lists = DrawnLists.of(evaluation)
    shares = [next(WeightDraws(draws=300, seed=seed).blocks(evaluation.tree, 0)) for seed in range(8)]
    alone = [next(lists.awards(one)).copy() for one in shares]
    gate = threading.Barrier(4)

    def given(one: np.ndarray) -> np.ndarray:
        lookup = lists.standings(one)
        lookup("total")
        gate.wait(20)
        time.sleep(0.01)
        return next(lists.awards(one, lookup)).copy()

    with ThreadPoolExecutor(4) as threads:
        assert all((own == other).all() for own, other in zip(threads.map(given, shares), alone, strict=True))


def test_what_goes_to_another_process_is_small() -> None:
    evaluation = asked()
    lists = DrawnLists.of(evaluation)
    before = len(pickle.dumps(lists))
    list(lists.awards(next(WeightDraws(draws=512).blocks(evaluation.tree, 0))))
    assert len(pickle.dumps(lists)) < before + 20_000
    recipe = next(GivenWeights(pd.concat([GIVEN] * 50)).recipes(evaluation.tree, 0))
    assert len(pickle.dumps(recipe)) < 512 * 3 * 8 + 5_000


@pytest.mark.parametrize("wanted", [0.03, 0.012])
def test_draws_go_on_until_the_wanted_precision(wanted: float) -> None:
    found = award_probabilities(asked(), WeightDraws(draws=100_000), precision=wanted)
    attrs = found.attrs
    assert attrs["met"] is True
    assert found.filter(like="_error").max(axis=None) <= attrs["largest_error"] <= wanted
    assert attrs["draws"] % 512 == 0
    fewer = award_probabilities(asked(), WeightDraws(draws=attrs["draws"] - 512)) if attrs["draws"] > 512 else None
    assert fewer is None or fewer.attrs["largest_error"] > wanted
    same = award_probabilities(asked(), WeightDraws(draws=attrs["draws"]))
    pd.testing.assert_frame_equal(same, found, check_exact=True)


def test_it_says_when_the_precision_was_not_met() -> None:
    found = award_probabilities(asked(), WeightDraws(draws=1000), precision=0.001)
    assert (found.attrs["met"], found.attrs["draws"], found.attrs["precision"]) == (False, 1000, 0.001)
    assert award_probabilities(asked(), WeightDraws(draws=1000)).attrs["met"] is None


@pytest.mark.parametrize("ask", [award_probabilities, grade_probabilities, partial(central_weights, sought=1)])
def test_the_largest_error_is_that_of_the_least_certain_chance(ask: Callable[..., pd.DataFrame]) -> None:
    asked_ = flat({"a": [90, 80, 10], "b": [10, 20, 90], "c": [90, 80, 70]}, grades={"bands": [["A", 75], ["B", 0]]})
    found = ask(asked_, WeightDraws(draws=600))
    chances = found[["probability"]] if "probability" in found else found[[name for name in found if f"{name}_error" in found]]
    taken = (chances.to_numpy() * 600 + 1) / 602
    assert found.attrs["largest_error"] == pytest.approx(np.sqrt(taken * (1 - taken) / 600).max())


def test_a_precision_that_is_just_met_ends_the_draws() -> None:
    first = award_probabilities(asked(), WeightDraws(draws=512)).attrs["largest_error"]
    assert award_probabilities(asked(), WeightDraws(draws=2000), precision=first).attrs["draws"] == 512


def test_counts_hold_however_many_draws_there_are() -> None:
    found = award_probabilities(flat({"a": [90, 10]}), WeightDraws(draws=66_000))  # more than 16 bits hold
    assert found[["prize", "none"]].to_numpy().tolist() == [[1, 0], [0, 1]]


def test_what_was_never_seen_does_not_pass_as_certain() -> None:
    sure = flat({"a": [90, 10], "b": [90, 10]})
    found = award_probabilities(sure, WeightDraws(draws=100_000), precision=0.0005)
    assert found.attrs["draws"] > 1000
    assert found["prize"].tolist() == [1, 0]


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan")])
def test_a_precision_that_is_none_is_refused(wrong: float) -> None:
    with pytest.raises(Refused, match="precision"):
        award_probabilities(asked(), WeightDraws(draws=10), precision=wrong)


def test_failed_draws_and_the_seed_are_told() -> None:
    gaps = flat({"a": [50, 60], "b": [np.nan, np.nan]})
    weights = GivenWeights(pd.DataFrame({"a": [1.0, 0, 1], "b": [0.0, 1, 1]}))
    found = award_probabilities(gaps, weights)
    assert (found.attrs["failed"], found.attrs["draws"], found.attrs["seed"]) == (1, 3, None)
    assert found["none"].tolist() == pytest.approx([1, 1 / 3])
    assert award_probabilities(gaps, WeightDraws(draws=5)).attrs["seed"] == gaps.scheme.seed
    assert award_probabilities(gaps, WeightDraws(draws=5, seed=8)).attrs["seed"] == 8
    often = GivenWeights(pd.DataFrame({"a": [1.0, 0] * 600, "b": [0.0, 1] * 600}))
    assert award_probabilities(gaps, often, chunk=100).attrs["failed"] == 600
    nobody = replace(gaps, members=gaps.members.assign(applied=False))
    assert award_probabilities(nobody, WeightDraws(draws=5)).attrs["failed"] == 5


def test_memory_does_not_grow_with_draws() -> None:
    evaluation = asked()

    def peak(draws: int) -> int:
        tracemalloc.start()
        rank_probabilities(evaluation, WeightDraws(draws=draws))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(512)
    assert peak(512 * 24) < 1.2 * peak(512 * 2)


@pytest.mark.parametrize("spec", [None, 200, pd.DataFrame({"hours": [1.0]})])
def test_what_is_no_specification_of_weights_is_refused(spec: Any) -> None:
    with pytest.raises(Refused, match="which weights"):
        award_probabilities(asked(), spec)


def test_asking_for_chances_writes_no_list() -> None:
    fresh = rescored(asked(), asked().scheme)
    with patch("toolkit.evaluation.decisions.Decided.reason", new_callable=PropertyMock, side_effect=RuntimeError("written")):
        for question in (award_probabilities, rank_probabilities, grade_probabilities):
            question(fresh, WeightDraws(draws=20))
