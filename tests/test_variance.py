"""Which choice matters most: the estimators against published figures and SALib, and the questions asked of an evaluation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.altered import altered
from tests.examples import examples
from tests.invented import evaluation, indicator, members, scheme
from toolkit.evaluation import Evaluation, rescored
from toolkit.ground.problems import Refused
from toolkit.sensitivity.choices import (
    Aggregations,
    Choices,
    Goalposts,
    LateRecords,
    MeasurementErrors,
    MissingPolicies,
    Valuings,
)
from toolkit.sensitivity.sobol import changed_share, saltelli_design, sobol_indices, variance_shares
from toolkit.sensitivity.weights.draws import WeightDraws


def ishigami(points: np.ndarray) -> np.ndarray:
    x, y, z = np.moveaxis(np.pi * (2 * points - 1), -1, 0)
    return np.asarray(np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x))


def test_ishigami() -> None:
    """Ishigami and Homma (1990) with a = 7, b = 0.1; figures of Saltelli et al. (2008), Global Sensitivity Analysis."""
    found = sobol_indices(ishigami(saltelli_design(3, 2048, seed=3))[:, :, None], seed=1, resamples=20)
    assert np.allclose(found.first[:, 0], [0.3139, 0.4424, 0.0], atol=0.01)
    assert np.allclose(found.total[:, 0], [0.5576, 0.4424, 0.2437], atol=0.01)
    assert (found.first_error < 0.03).all()
    assert found.deviation[0] == pytest.approx(3.7208, abs=0.02)


@settings(max_examples=examples(15))
@given(st.integers(1, 4), st.sampled_from([8, 32]), st.integers(0, 10**6))
def test_the_estimator_is_that_of_salib_and_looks_at_each_result_alone(factors: int, rows: int, seed: int) -> None:
    from SALib.analyze import sobol  # type: ignore[import-untyped]

    problem = {"num_vars": factors, "names": [f"x{i}" for i in range(factors)], "bounds": [[0.0, 1.0]] * factors}
    results = np.random.default_rng(seed).normal(50, 9, (rows, factors + 2, 3))
    found = sobol_indices(results, seed=7, resamples=20)
    for place in range(3):
        told = sobol.analyze(problem, results[:, :, place].ravel(), calc_second_order=False, num_resamples=20, conf_level=0.95, seed=7)
        assert np.allclose(found.first[:, place], told["S1"])
        assert np.allclose(found.total[:, place], told["ST"])
        assert np.allclose(found.first_error[:, place] * 1.959963984540054, told["S1_conf"])
        assert np.allclose(found.total_error[:, place] * 1.959963984540054, told["ST_conf"])


def test_a_result_that_never_varies_has_no_shares() -> None:
    results = np.full((8, 4, 2), 3.3)
    results[:, :, 1] = np.arange(32).reshape(8, 4)
    found = sobol_indices(results, seed=1)
    assert np.isnan(found.first[:, 0]).all()
    assert np.isnan(found.total_error[:, 0]).all()
    assert np.isfinite(found.first[:, 1]).all()
    assert found.deviation[0] == 0


def asked(count: int = 12, **more: Any) -> Evaluation:
    """Two indicators of which the first weighs three times the second; the better half wins."""
    items = [indicator("a", 3), indicator("b", 1), indicator("idle", 0)]
    rules = scheme(indicator=items, decimals=6, award=[{"id": "prize", "label": "奖", "quota": {"share": 0.5}}], **more)
    who = members(count)
    values = {"a": np.linspace(40, 60, count), "b": np.linspace(60, 45, count), "idle": 50.0}
    return evaluation(rules, who, pd.DataFrame(values, who.index))


def test_independent_errors_share_the_variance_of_a_sum() -> None:
    spec = Choices(*(MeasurementErrors(2.0, (name,), relative=False) for name in ("a", "b", "idle")))
    found = variance_shares(asked(), spec, rows=256)
    totals = found[found["target"] == "total"].groupby("factor")[["first", "total"]].mean()
    assert np.allclose(totals.loc["error.a"], 0.9, atol=0.06)  # 3^2 / (3^2 + 1^2)
    assert np.allclose(totals.loc["error.b"], 0.1, atol=0.06)
    assert (totals.loc["error.idle"] == 0).all()
    deviation = found.loc[found["target"] == "total", "deviation"]
    assert np.allclose(deviation, 2 * np.sqrt(10) / 4, rtol=0.1)


def test_a_choice_alone_explains_all_there_is() -> None:
    found = variance_shares(asked(), Choices(Valuings(("own", "percentile"), ("a",))), rows=64)
    moved = found[found["deviation"] > 0]
    assert moved["target"].tolist() == ["total"] * len(moved)  # the order is the same
    assert len(moved) >= 10
    assert np.allclose(moved["total"], 1, atol=0.3)
    assert found.loc[found["deviation"] == 0, ["first", "total"]].isna().all(axis=None)


def test_the_list_comes_first_and_then_every_member() -> None:
    found = variance_shares(asked(), Choices(WeightDraws(), Goalposts(0.1, ("a", "b"))), rows=8)
    assert list(found.columns) == ["factor", "target", "member", "first", "first_error", "total", "total_error", "deviation"]
    assert found["factor"].tolist() == ["goalposts", "weights.total"] * 25
    assert found["target"].tolist() == ["list"] * 2 + ["rank", "rank", "total", "total"] * 12
    assert found["member"].tolist() == [""] * 2 + [f"m{i}" for i in range(12) for _ in range(4)]
    assert found.attrs == {"rows": 8, "failed": 0, "seed": 0}
    some = variance_shares(asked(), Choices(WeightDraws(), Goalposts(0.1, ("a", "b"))), rows=8, members=["m7", "m2"])
    pd.testing.assert_frame_equal(some, found[found["member"].isin(["", "m2", "m7"])].reset_index(drop=True))


@settings(max_examples=examples(6))
@given(st.permutations(range(6)))
def test_the_order_of_members_changes_nothing(order: list[int]) -> None:
    made, spec = asked(6), Choices(MeasurementErrors(0.1, ("a",)), LateRecords(0.5, ("b",), worth=9.0))
    names = made.members.index[order]
    shuffled = altered(made, members=made.members.loc[names], values=made.values.loc[names])
    one, other = (variance_shares(item, spec, rows=8) for item in (made, shuffled))
    by = ["target", "member", "factor"]
    pd.testing.assert_frame_equal(one.sort_values(by, ignore_index=True), other.sort_values(by, ignore_index=True))


def test_rows_that_cannot_be_computed_are_left_out_and_counted() -> None:
    far = evaluation(
        scheme(indicator=[indicator("a"), indicator("b")]), members(40),
        pd.DataFrame({"a": [*np.linspace(90, 99, 39), 0.0], "b": 50.0}, members(40).index),
    )  # fmt: skip
    shape, mean = Valuings(("own", "own", "own", "z_score"), ("a",)), Aggregations(("arithmetic", "arithmetic", "geometric"))
    found = variance_shares(far, Choices(shape, mean), rows=32)
    assert found.attrs["rows"] + found.attrs["failed"] == 32
    assert 0 < found.attrs["failed"] < 32
    with pytest.raises(Refused, match="hardly a run can be computed"):
        variance_shares(far, Choices(Valuings(("z_score",), ("a",)), Aggregations(("geometric",))), rows=4)


def test_who_is_not_ranked_in_some_runs_is_behind_all_and_has_no_total() -> None:
    made = asked(4)
    made.measured.raw.loc["m1", "a"] = np.nan
    items = tuple(item.model_copy(update={"missing": "worst"}) for item in made.scheme.indicators)
    rules = rescored(made, made.scheme.model_copy(update={"indicators": items}))
    found = variance_shares(rules, Choices(MissingPolicies(("worst", "unranked"))), rows=16)
    told = {(row.target, row.member): row for row in found.itertuples()}
    open_ = told["total", "m1"]
    assert np.isnan([open_.first, open_.first_error, open_.total, open_.deviation]).all()
    assert 0.4 < told["rank", "m1"].deviation <= 0.5  # it is 4 of 4, or behind all
    assert told["total", "m0"].deviation == 0


def test_workers_have_no_influence() -> None:
    done: list[int] = []
    spec = Choices(WeightDraws(), LateRecords(0.5, ("b",), worth=9.0))
    whole = variance_shares(asked(), spec, rows=16, progress=done.append)
    with ThreadPoolExecutor(3) as executor:
        spread = variance_shares(asked(), spec, rows=16, executor=executor)
    pd.testing.assert_frame_equal(whole, spread, check_exact=True)
    assert done == [32, 64]


def test_the_share_of_the_list_that_is_another() -> None:
    none, first = np.zeros((1, 4), np.bool_), np.array([[True, True, False, False]])
    assert changed_share(first, first) == 0
    assert changed_share(none, none) == 0
    assert changed_share(first, none) == changed_share(first, ~first) == 1
    assert changed_share(np.array([[True, False, True, False]]), first) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("spec", "more", "said"), [
    (Choices(MeasurementErrors(0.1, ("aa",))), {}, "is `a` meant?"),
    (Choices(), {}, "there is no choice at all"),
    (Choices(WeightDraws()), {"rows": 100}, "power of 2"),
    (Choices(WeightDraws()), {"resamples": 1}, "at least 2"),
    (Choices(WeightDraws()), {"members": ["m12"]}, "no such name"),
])  # fmt: skip
def test_what_cannot_be_asked_is_refused(spec: Choices, more: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        variance_shares(asked(), spec, progress=lambda _: pytest.fail("it ran"), **more)
