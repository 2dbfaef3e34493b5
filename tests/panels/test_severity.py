"""Harsh and lenient scorers, and scores freed from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from tests.panels.score_sheets import GAP, JUDGES, SHEETS, WHOLE, shuffled, withdrawn
from toolkit.ground.problems import Refused
from toolkit.panels import expert_deviations, expert_effects, levelled
from toolkit.panels.severity import odd_experts


@given(SHEETS)
def test_it_is_the_mean_distance_from_the_others_on_the_same_members(scores: np.ndarray) -> None:
    found = expert_deviations(scores)
    for expert in range(scores.shape[1]):
        shared = [
            row[expert] - np.nanmean(np.delete(row, expert))
            for row in scores
            if not np.isnan(row[expert]) and not np.isnan(np.delete(row, expert)).all()
        ]
        assert found.loc[expert, "compared"] == len(shared)
        if shared:
            assert found.loc[expert, "deviation"] == pytest.approx(np.mean(shared), abs=1e-9)
        if len(shared) > 1:
            assert found.loc[expert, "error"] == pytest.approx(stats.sem(shared), abs=1e-9)


@given(SHEETS, st.floats(-50, 50), st.data())
def test_points_added_by_one_expert_are_added_to_its_deviation(scores: np.ndarray, added: float, data: st.DataObject) -> None:
    expert = data.draw(st.integers(0, scores.shape[1] - 1))
    more = scores.copy()
    more[:, expert] += added
    one, other = expert_deviations(scores), expert_deviations(more)
    assume(one.loc[expert, "compared"] > 0)
    assert other.loc[expert, "deviation"] == pytest.approx(one.loc[expert, "deviation"] + added, abs=1e-9)
    assert other.loc[expert, "error"] == pytest.approx(one.loc[expert, "error"], abs=1e-9, nan_ok=True)


RESULTS: tuple[Callable[..., pd.DataFrame], ...] = (
    expert_deviations,
    lambda scores, mask: expert_effects(scores, mask).effects,
    *(lambda scores, mask, way=way: levelled(scores, mask, method=way, least=2).scores for way in ("none", "zscore", "mixed_model")),
)


@pytest.mark.parametrize("result", RESULTS)
@given(case=withdrawn())
def test_who_withdrew_never_counts(result: Callable[..., pd.DataFrame], case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    scores, mask, others = case
    pd.testing.assert_frame_equal(result(scores, mask), result(others, mask))


@given(shuffled())
def test_no_order_changes_a_bit(case: tuple[np.ndarray, list[int], list[int]]) -> None:
    scores, members, experts = case
    one, other = expert_deviations(scores), expert_deviations(scores[members][:, experts])
    pd.testing.assert_frame_equal(one.iloc[experts].reset_index(drop=True), other)


def test_intervals_hold_together() -> None:
    scores = np.array([[80, 84, 79], [90, 91, 92], [60, 66, 60], [75, 79, 74.0]])
    found = expert_deviations(scores, level=0.9)
    reach = stats.t.ppf(1 - 0.1 / 6, df=3) * found["error"]
    assert (found["high"] - found["deviation"]).tolist() == pytest.approx(reach.tolist())


def test_a_harsh_and_a_lenient_scorer_are_shown() -> None:
    rng = np.random.default_rng(7)
    scores = rng.normal(80, 5, (60, 1)) + rng.normal(0, 3, (60, 9))
    scores[:, 2] -= 6
    scores[:, 5] += 6
    found = expert_deviations(scores)
    assert found["stance"].tolist() == ["unremarkable"] * 2 + ["harsh"] + ["unremarkable"] * 2 + ["lenient"] + ["unremarkable"] * 3
    assert found.loc[2, "high"] < 0 < found.loc[5, "low"]


def test_too_little_to_say_and_the_same_distance_everywhere() -> None:
    assert expert_deviations([[90, 80], [GAP, 70]])["stance"].tolist() == ["unknown", "unknown"]
    assert expert_deviations([[80.1, 80.2], [70.1, 70.2]])["stance"].tolist() == ["harsh", "lenient"]
    assert expert_deviations([[2.9, 2.9, 2.9], [2.9, 2.9, 2.9]])["stance"].tolist() == ["unremarkable"] * 3


def test_an_expert_who_scored_nobody_is_not_dropped() -> None:
    found = expert_deviations(pd.DataFrame({"E1": [80.0, 70.0], "E2": [GAP, GAP]}))
    assert found.loc["E2", ["scored", "compared", "stance"]].tolist() == [0, 0, "unknown"]


WAYS = st.sampled_from(["none", "zscore", "mixed_model"])


@given(SHEETS, st.floats(-50, 50), st.data())
def test_points_added_by_one_expert_change_no_levelled_score(scores: np.ndarray, added: float, data: st.DataObject) -> None:
    expert = data.draw(st.integers(0, scores.shape[1] - 1))
    more = scores.copy()
    more[:, expert] += added
    one, other = (levelled(each, least=2, target=(80, 5)) for each in (scores, more))
    assume(one.experts.loc[expert, "how"] == other.experts.loc[expert, "how"] != "too_few")
    assume(not one.experts["stretch"].gt(100).any())
    assert np.allclose(one.scores, other.scores, atol=1e-6, equal_nan=True)


@given(WHOLE, st.floats(-50, 50), st.data())
def test_they_move_all_members_alike_where_the_panel_sets_the_mean(scores: np.ndarray, added: float, data: st.DataObject) -> None:
    assume(len(scores) > 1 and (np.ptp(scores, axis=0) > 0.05).all())
    expert = data.draw(st.integers(0, scores.shape[1] - 1))
    more = scores.copy()
    more[:, expert] += added
    moved = levelled(more, least=2).scores - levelled(scores, least=2).scores
    assert np.allclose(moved, added / scores.shape[1], atol=1e-4)


@given(WHOLE)
def test_standardised_scores_have_the_panels_mean_and_deviation(scores: np.ndarray) -> None:
    assume(min(scores.shape) > 1 and (np.ptp(scores, axis=0) > 0.05).all())
    found = levelled(scores, least=2)
    pooled = np.sqrt(scores.var(axis=0, ddof=1).mean())
    assert found.scores.mean().tolist() == pytest.approx([scores.mean()] * scores.shape[1])
    assert found.scores.std().tolist() == pytest.approx([pooled] * scores.shape[1])
    assert (found.figures["mean"], found.figures["deviation"]) == pytest.approx((scores.mean(), pooled))


@given(SHEETS, WAYS)
def test_nobody_is_dropped_and_nothing_is_made_up(scores: np.ndarray, method: str) -> None:
    found = levelled(scores, method=method, least=2)
    assert np.array_equal(found.scores.isna(), np.isnan(scores))
    row = found.experts
    again = row["mean"] - row["shift"] + row["stretch"] * (pd.DataFrame(scores) - row["mean"])
    assert np.allclose(found.scores, again, equal_nan=True, atol=1e-9)


@given(shuffled(), WAYS)
def test_no_order_changes_a_bit_of_levelled_scores(case: tuple[np.ndarray, list[int], list[int]], method: str) -> None:
    scores, members, experts = case
    frame = pd.DataFrame(scores)
    one, other = levelled(frame, method=method, least=2), levelled(frame.iloc[members, experts], method=method, least=2)
    pd.testing.assert_frame_equal(one.scores.iloc[members, experts], other.scores)


def test_none_leaves_every_score_as_written() -> None:
    found = levelled(JUDGES + 0.1, method="none")
    assert np.array_equal(found.scores, JUDGES + 0.1)
    assert set(found.experts["how"]) == {"as_given"}


def test_the_mixed_model_takes_off_each_experts_effect() -> None:
    found = levelled(JUDGES, method="mixed_model")
    assert np.allclose(found.scores, JUDGES - expert_effects(JUDGES).effects["effect"].to_numpy())
    assert found.figures == pytest.approx({"between": 5.244444, "within": 1.019444, "parts": 1, "clipped": 0}, abs=1e-6)


def test_too_few_scores_are_left_and_equal_ones_only_moved() -> None:
    scores = pd.DataFrame({"E1": [60, 80, 100, 80], "E2": [90, 90, 90, 90], "E3": [GAP, GAP, 50, 51]})
    found = levelled(scores, least=3)
    assert found.experts["how"].tolist() == ["levelled", "constant", "too_few"]
    assert found.scores["E2"].tolist() == pytest.approx([85] * 4)
    assert found.scores["E1"].tolist() == pytest.approx([65, 85, 105, 85])
    assert found.scores["E3"].dropna().tolist() == [50, 51]


@given(SHEETS, st.sampled_from(["zscore", "mixed_model"]), st.integers(2, 6))
def test_nobody_is_levelled_on_fewer_members_in_common_than_asked(scores: np.ndarray, method: str, least: int) -> None:
    found = levelled(scores, method=method, least=least)
    common = [int((~np.isnan(own) & (~np.isnan(np.delete(scores, place, axis=1))).any(axis=1)).sum()) for place, own in enumerate(scores.T)]
    assert found.experts["compared"].tolist() == common
    few = np.array(common) < least
    assert found.experts["how"].eq("too_few").tolist() == few.tolist()
    assert np.array_equal(found.scores.to_numpy()[:, few], scores[:, few], equal_nan=True)


def test_members_of_ones_own_do_not_count_as_enough() -> None:
    shared, own = JUDGES[:, :2], np.array([[GAP, 9.0]] * 6)
    found = levelled(np.vstack([shared[:4], own]), method="mixed_model")
    assert found.experts[["scored", "compared", "how"]].values.tolist() == [[4, 4, "too_few"], [10, 4, "too_few"]]
    assert levelled(np.vstack([shared[:5], own]), method="mixed_model").experts["how"].tolist() == ["levelled"] * 2


def test_levelled_scores_stay_on_the_scale() -> None:
    scores = pd.DataFrame({"E1": [60, 80, 100, 80], "E2": [90, 90, 90, 90]})
    found = levelled(scores, least=3, bounds=(0, 100))
    assert found.scores["E1"].max() == 100
    assert found.figures["clipped"] == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"method": "z-score"}, "no such way"),
        ({"least": 1}, "two scores"),
        ({"target": (80, 0)}, "above 0"),
        ({"bounds": (100, 0)}, "lower bound"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        levelled(JUDGES, **wrong)


@given(WHOLE)
def test_on_complete_scores_the_variances_are_those_of_the_mean_squares(scores: np.ndarray) -> None:
    n, k = scores.shape
    assume(n > 1 and k > 1)
    expert = scores.mean(axis=0) - scores.mean()
    rest = scores - scores.mean(axis=1)[:, None] - expert
    between, within = n * (expert**2).sum() / (k - 1), (rest**2).sum() / ((n - 1) * (k - 1))
    assume(within > 1e-6)
    found = expert_effects(scores)
    if between > within:
        assert found.between == pytest.approx((between - within) / n, rel=1e-6, abs=1e-6)
        assert found.within == pytest.approx(within, rel=1e-6)
    else:
        assert found.between == pytest.approx(0, abs=1e-5 * within)
        assert found.within == pytest.approx((n * (expert**2).sum() + (rest**2).sum()) / (n * (k - 1)), rel=1e-5)
    shrunk = n * found.between / (n * found.between + found.within)
    assert found.effects["effect"].tolist() == pytest.approx((shrunk * expert).tolist(), abs=1e-6)


def test_shrout_and_fleiss_with_and_without_gaps_as_statsmodels_has_it() -> None:
    """MixedLM of statsmodels 0.15.0: scores on dummies of the targets, random intercept of the judges, REML."""
    whole = expert_effects(JUDGES)
    assert (whole.between, whole.within) == pytest.approx((5.244444, 1.019444), abs=1e-6)
    assert whole.effects["effect"].tolist() == pytest.approx([2.300470, -2.704062, -0.928260, 1.331851], abs=1e-6)
    gaps = JUDGES.copy()
    gaps[[0, 2, 3, 5, 4], [1, 2, 0, 3, 2]] = GAP
    found = expert_effects(gaps)
    assert (found.between, found.within) == pytest.approx((4.099867, 1.012396), abs=1e-6)
    assert found.effects["effect"].tolist() == pytest.approx([2.092948, -2.316582, -0.851731, 1.075364], abs=1e-6)


def test_errors_are_those_of_the_mixed_model_equations() -> None:
    """Henderson (1975): within x inverse of (Z'MZ + within / between I), here without the panel's own mean."""
    found = expert_effects(JUDGES)
    crossing = 6 * (np.eye(4) - 0.25)
    inverse = found.within * np.linalg.inv(crossing + found.within / found.between * np.eye(4))
    own = found.between / 4  # of the mean of four effects, which is not the panel's to judge
    assert found.effects["error"].tolist() == pytest.approx(np.sqrt(np.diag(inverse) - own).tolist())


def test_who_scored_weak_members_is_not_harsh() -> None:
    rng = np.random.default_rng(5)
    scores = np.repeat(np.linspace(40, 95, 60), 6).reshape(60, 6) + rng.normal(0, 1, (60, 6))
    scores[20:, 0] = GAP
    scores[:40, 1] = GAP
    effects = expert_effects(scores).effects["effect"]
    assert effects.abs().max() < 0.5
    scores[:, 3] += 4
    assert expert_effects(scores).effects["effect"].idxmax() == 3


@given(SHEETS)
def test_effects_never_exceed_what_was_scored(scores: np.ndarray) -> None:
    found = expert_effects(scores)
    assert np.isfinite(found.effects["effect"]).all()
    assert found.effects["effect"].abs().max() <= 200
    assert found.effects["effect"].sum() == pytest.approx(0, abs=1e-6)
    assert not found.between < 0
    assert not found.within < 0


@given(shuffled())
def test_no_order_of_a_named_table_changes_a_bit(case: tuple[np.ndarray, list[int], list[int]]) -> None:
    scores, members, experts = case
    frame = pd.DataFrame(scores)
    one, other = expert_effects(frame), expert_effects(frame.iloc[members, experts])
    pd.testing.assert_frame_equal(one.effects.loc[experts], other.effects)
    assert (one.between, one.within) == pytest.approx((other.between, other.within), rel=0, abs=0, nan_ok=True)


@given(WHOLE, st.floats(-50, 50))
def test_points_given_to_everybody_by_all_change_nothing(scores: np.ndarray, added: float) -> None:
    one, other = expert_effects(scores), expert_effects(scores + added)
    assert one.effects["effect"].tolist() == pytest.approx(other.effects["effect"].tolist(), abs=1e-4)


def test_experts_who_differ_by_constants_are_told_exactly() -> None:
    scores = np.array([[80.0], [71], [93]]) + np.array([-3.0, 0, 3])
    scores[1, 0] = GAP
    found = expert_effects(scores)
    assert found.effects["effect"].tolist() == pytest.approx([-3, 0, 3])
    assert found.between == pytest.approx(9)
    assert found.within == 0


def test_parts_without_a_member_in_common_are_counted() -> None:
    scores = [[90, 80, GAP, GAP], [70, 61, GAP, GAP], [GAP, GAP, 80, 82], [GAP, GAP, 60, 59]]
    assert expert_effects(scores).parts == 2
    assert expert_effects(JUDGES).parts == 1


def test_nobody_compared_is_nobody_levelled() -> None:
    found = expert_effects([[90, GAP], [GAP, 80]])
    assert found.effects["effect"].tolist() == [0, 0]
    assert found.effects["error"].isna().all()
    assert np.isnan(found.between)
    assert np.isnan(found.within)


def test_one_far_expert_makes_nobody_else_odd_and_a_panel_in_halves_is_told_whole() -> None:
    members = np.array([[80.0], [90], [60], [75], [66]])
    close = members + np.array([[0, 1, 0, 1, 0], [1, 0, 1, 0, 1], [0, 0, 1, 1, 0], [1, 1, 0, 0, 1], [0, 1, 1, 0, 1]])
    scores = np.where(np.arange(5) == 3, members - 27, close)
    assert set(expert_deviations(scores)["stance"]) == {"harsh", "lenient"}
    assert list(map(int, odd_experts(scores))) == [3]
    assert odd_experts(close) == []
    halves = np.hstack([close[:, :2], close[:, 2:4] - 27])
    assert list(map(int, odd_experts(halves))) == [0, 1, 2, 3]
