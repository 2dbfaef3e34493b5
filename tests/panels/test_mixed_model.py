from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.panels.score_sheets import GAP, JUDGES, SHEETS, WHOLE, shuffled, withdrawn
from toolkit.panels import expert_effects


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


@given(withdrawn())
def test_who_withdrew_never_counts(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    scores, mask, others = case
    pd.testing.assert_frame_equal(expert_effects(scores, mask).effects, expert_effects(others, mask).effects)


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
