from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from tests.panels.score_sheets import GAP, SHEETS, shuffled, withdrawn
from toolkit.panels import expert_deviations


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


@given(withdrawn())
def test_who_withdrew_never_counts(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    scores, mask, others = case
    pd.testing.assert_frame_equal(expert_deviations(scores, mask), expert_deviations(others, mask))


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
