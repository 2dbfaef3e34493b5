"""Intraclass correlations and Krippendorff's alpha."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.panels.score_sheets import COARSE, GAP, JUDGES, OBSERVERS, SHEETS, WHOLE, shuffled, withdrawn
from toolkit.ground.problems import Refused
from toolkit.panels import METRICS, intraclass, krippendorff_alpha
from toolkit.panels.reliability import _alphas, _drawn, _Units


def test_shrout_and_fleiss_1979() -> None:
    """Psychological Bulletin 86, tables 2 to 4: six targets, four judges."""
    found = intraclass(JUDGES)
    assert found.table["value"].round(2).tolist() == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    assert (found.members, found.experts, found.left_out) == (6, 4, 0)


def test_its_intervals_and_tests_as_psych_prints_them() -> None:
    """R package psych, ICC of the same table: lower bounds to three decimals, upper to two, F and p."""
    table = intraclass(JUDGES).table
    assert table["low"].round(3).tolist() == [-0.133, 0.019, 0.342, -0.884, 0.071, 0.676]
    assert table["high"].round(2).tolist() == [0.72, 0.76, 0.95, 0.91, 0.93, 0.99]
    assert table["f"].round(1).tolist() == [1.8, 11.0, 11.0] * 2
    assert table["p"].round(5).tolist() == [0.16477, 0.00013, 0.00013] * 2
    assert table[["df1", "df2"]].to_numpy().tolist() == [[5, 18], [5, 15], [5, 15]] * 2


@given(WHOLE)
def test_the_mean_of_k_is_spearman_and_browns(scores: np.ndarray) -> None:
    table, k = intraclass(scores).table, scores.shape[1]
    for form in "123":
        one, many = table.loc[f"ICC({form},1)"], table.loc[f"ICC({form},k)"]
        for column in ("value", "low", "high"):
            below = 1 + (k - 1) * one[column]
            if abs(many[column]) < 1 and abs(one[column]) < 1 and abs(below) > 1e-3:
                assert many[column] == pytest.approx(k * one[column] / below, rel=1e-6, abs=1e-6)


@given(WHOLE)
def test_the_value_lies_within_its_interval_and_a_wider_level_is_wider(scores: np.ndarray) -> None:
    ninety, more = intraclass(scores, level=0.9).table, intraclass(scores, level=0.99).table
    for form in ("ICC(1,1)", "ICC(3,1)"):
        if not np.isnan(ninety.loc[form, "value"]):
            inner, outer = (each.loc[form].to_numpy(dtype=float) for each in (ninety, more))
            limits = [outer[1], inner[1], inner[0], inner[2], outer[2]]
            assert limits == pytest.approx(sorted(limits), abs=1e-9)


@given(WHOLE, st.floats(0.5, 3), st.floats(-20, 20))
def test_another_unit_changes_nothing(scores: np.ndarray, unit: float, added: float) -> None:
    assume(np.ptp(scores) > 0)
    one, other = intraclass(scores).table["value"], intraclass(scores * unit + added).table["value"]
    near = one.abs() < 50
    assert np.allclose(one[near], other[near], atol=1e-6)


@given(WHOLE)
def test_full_agreement_is_one(scores: np.ndarray) -> None:
    alike = np.repeat(scores[:, :1], 4, axis=1)
    assume(np.ptp(alike) > 0)
    assert intraclass(alike).table[["value", "low", "high"]].to_numpy() == pytest.approx(1, abs=1e-9)


def test_consistency_forgives_a_constant_and_agreement_does_not() -> None:
    table = intraclass(np.array([[80.0], [71], [93], [85]]) + np.array([-3.0, 0, 3])).table
    assert table.loc["ICC(3,1)", "value"] == pytest.approx(1)
    assert table.loc["ICC(2,1)", "value"] < 0.95


@given(SHEETS)
def test_only_members_scored_by_all_count(scores: np.ndarray) -> None:
    whole = ~np.isnan(scores).any(axis=1)
    one = intraclass(scores)
    assert (one.members, one.left_out) == (whole.sum(), (~whole).sum())
    if whole.any():
        pd.testing.assert_frame_equal(one.table, intraclass(scores[whole]).table)


@given(withdrawn())
def test_who_withdrew_never_counts(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    scores, mask, others = case
    pd.testing.assert_frame_equal(intraclass(scores, mask).table, intraclass(others, mask).table)


@given(shuffled())
def test_no_order_changes_a_bit(case: tuple[np.ndarray, list[int], list[int]]) -> None:
    scores, members, experts = case
    pd.testing.assert_frame_equal(intraclass(scores).table, intraclass(scores[members][:, experts]).table)


@pytest.mark.parametrize("scores", [[[90, 80]], [[90], [80]], [[80.1, 80.1, 80.1], [80.1, 80.1, 80.1]], [[GAP, 80], [90, GAP]]])
def test_nothing_is_said_where_nothing_can_be(scores: list[list[float]]) -> None:
    assert intraclass(scores).table.isna().to_numpy().all()


@pytest.mark.parametrize("experts", [3, 7, 50])
def test_the_mean_of_k_is_not_judged_where_all_members_have_the_same(experts: int) -> None:
    tenths = np.arange(1, experts + 1) / 10
    table = intraclass([tenths, tenths[::-1], np.roll(tenths, 1)]).table["value"]
    assert table[["ICC(1,k)", "ICC(3,k)"]].isna().all()
    assert table[["ICC(1,1)", "ICC(3,1)"]].tolist() == pytest.approx([-1 / (experts - 1)] * 2)


def test_rounding_is_no_disagreement() -> None:
    assert intraclass(np.full((5, 3), 2.9)).table.isna().to_numpy().all()
    assert intraclass(np.repeat([[0.1], [2.9], [0.7]], 3, axis=1)).table.loc["ICC(1,1)", "f"] == np.inf


def test_why_is_said() -> None:
    found = intraclass([[GAP, 80], [90, 70], [90, GAP]])
    assert found.said.zh == "依据 2 位专家都已评分的 1 个会员，另有 2 个因回避或未评而未计入，至少各需 2 个，无法计算"
    assert found.said.en == "1 member scored by all 2 experts; 2 left out for recusal or gaps: two of each are needed, there are no figures"


@given(WHOLE)
def test_no_figure_leaves_its_range_and_what_is_lacking_is_said(scores: np.ndarray) -> None:
    found = intraclass(scores)
    assert not (found.table[["value", "low", "high"]].abs() > 1).any(axis=None)
    for form, value in found.table["value"].items():
        assert np.isnan(value) == (found.members < 2 or found.experts < 2 or str(form) in found.said.en)


def test_why_a_form_is_not_given() -> None:
    assert intraclass([[1, 3], [3, 1], [2, 2]]).said.zh == (
        "依据 2 位专家都已评分的 3 个会员，另有 0 个因回避或未评而未计入"
        "；ICC(1,k)、ICC(3,k) 无从计算：会员之间没有差别；ICC(2,1)、ICC(2,k) 算出的值超出 -1 至 1，没有意义，不列出"
    )


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
def test_who_withdrew_never_counts_of_krippendorff(case: tuple[np.ndarray, np.ndarray, np.ndarray], metric: str) -> None:
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
