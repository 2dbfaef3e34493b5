from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.panels.score_sheets import COARSE, GAP, OBSERVERS, SHEETS, shuffled, withdrawn
from toolkit.ground.problems import Refused
from toolkit.panels import METRICS, krippendorff_alpha
from toolkit.panels.reliability import _alphas, _drawn, _Units

ANY = st.sampled_from(METRICS)


@pytest.mark.parametrize(("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)])
def test_krippendorff_2011(metric: str, published: float) -> None:
    """Computing Krippendorff's Alpha-Reliability, sections C and D: four observers, twelve units, gaps."""
    found = krippendorff_alpha(OBSERVERS, metric=metric, draws=0)
    assert round(found.value, 3) == published
    assert (found.members, found.left_out, found.scores) == (11, 1, 40)


def by_definition(scores: np.ndarray, metric: str) -> float:
    """One minus observed by expected disagreement, pair by pair."""
    units = [row[~np.isnan(row)].tolist() for row in scores]
    units = [unit for unit in units if len(unit) > 1]
    often = Counter(value for unit in units for value in unit)
    total = sum(often.values())

    def apart(one: float, other: float) -> float:
        if metric == "nominal":
            return float(one != other)
        if metric == "interval":
            return (one - other) ** 2
        if metric == "ratio":
            return ((one - other) / (one + other)) ** 2 if one + other else 0.0
        low, high = sorted((one, other))
        return (sum(n for value, n in often.items() if low <= value <= high) - (often[low] + often[high]) / 2) ** 2

    observed = sum(apart(a, b) / (len(unit) - 1) for unit in units for a in unit for b in unit) / total if total else 0.0
    expected = sum(n * m * apart(a, b) for a, n in often.items() for b, m in often.items())
    return 1 - observed * total * (total - 1) / expected if expected else GAP


@given(COARSE | SHEETS, ANY)
def test_it_is_the_definition(scores: np.ndarray, metric: str) -> None:
    found = krippendorff_alpha(scores, metric=metric, draws=0).value
    assert found == pytest.approx(by_definition(scores, metric), rel=1e-9, abs=1e-9, nan_ok=True)


@given(SHEETS, ANY)
def test_full_agreement_is_exactly_one(scores: np.ndarray, metric: str) -> None:
    alike = np.where(np.isnan(scores), GAP, scores[:, :1])
    found = krippendorff_alpha(alike, metric=metric, draws=20)
    assume(not np.isnan(found.value))
    assert found.value == 1
    assert np.isnan(found.high) or found.high == 1


@given(shuffled(COARSE), ANY)
def test_no_order_changes_a_bit_of_value_or_interval(case: tuple[np.ndarray, list[int], list[int]], metric: str) -> None:
    scores, members, experts = case
    one = krippendorff_alpha(scores, metric=metric, draws=20)
    assert repr(one) == repr(krippendorff_alpha(scores[members][:, experts], metric=metric, draws=20))


@given(withdrawn(), ANY)
def test_who_withdrew_never_counts(case: tuple[np.ndarray, np.ndarray, np.ndarray], metric: str) -> None:
    scores, mask, others = case
    one, other = (krippendorff_alpha(each, mask, metric=metric, draws=20) for each in (scores, others))
    assert repr(one) == repr(other)


@given(COARSE, ANY)
def test_a_draw_is_alpha_of_the_members_drawn(scores: np.ndarray, metric: str) -> None:
    units = _Units.of(scores, metric)
    assume(len(units.scores))
    times = next(_drawn(len(units.scores), 5, seed=3))
    for row, alpha in zip(times, _alphas(units, times), strict=True):
        again = np.repeat(units.scores, row.astype(int), axis=0)
        assert alpha == pytest.approx(by_definition(again, metric), rel=1e-9, abs=1e-9, nan_ok=True)


def test_the_seed_decides_the_interval_and_longer_runs_begin_alike() -> None:
    one, same, other = (krippendorff_alpha(OBSERVERS, draws=300, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one.low != other.low
    assert one.low < one.value < one.high
    short, long = (np.concatenate(list(_drawn(11, draws, seed=1))) for draws in (200, 300))
    assert np.array_equal(short, long[:200])
    assert not np.array_equal(long[:128], long[128:256])


def test_the_interval_narrows_with_more_members() -> None:
    rng = np.random.default_rng(4)
    scores = rng.normal(80, 6, (800, 1)) + rng.normal(0, 4, (800, 5))
    few, many = krippendorff_alpha(scores[:50]), krippendorff_alpha(scores)
    assert few.high - few.low > 2 * (many.high - many.low)
    assert many.low < 36 / 52 < many.high


def test_nothing_is_said_where_all_scores_are_the_same() -> None:
    found = krippendorff_alpha([[80.1, 80.1, 80.1], [80.1, 80.1, GAP], [GAP, 90, GAP]])
    assert np.isnan([found.value, found.low, found.high]).all()
    assert (found.members, found.left_out, found.scores) == (2, 1, 5)
    assert np.isnan(krippendorff_alpha([[GAP, 80], [90, GAP]]).value)


@pytest.mark.parametrize("metric", METRICS)
def test_draws_in_which_nothing_differs_are_counted(metric: str) -> None:
    found = krippendorff_alpha([[0.1, 0.1, 0.1], [2.9, 2.9, 2.9]], metric=metric, draws=400)
    assert found.undefined == pytest.approx(200, abs=50)
    assert (found.low, found.high) == (1, 1)


@pytest.mark.parametrize(("metric", "said"), [("euclidean", "no such metric"), ("ratio", "not negative")])
def test_what_makes_no_sense_is_refused(metric: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        krippendorff_alpha([[-1, 2], [3, 4]], metric=metric)
