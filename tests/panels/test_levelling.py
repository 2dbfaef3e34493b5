from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.panels.score_sheets import GAP, JUDGES, SHEETS, WHOLE, shuffled, withdrawn
from toolkit.ground.problems import Refused
from toolkit.panels import expert_effects, levelled

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


@given(withdrawn(), WAYS)
def test_who_withdrew_never_counts(case: tuple[np.ndarray, np.ndarray, np.ndarray], method: str) -> None:
    scores, mask, others = case
    one, other = (levelled(each, mask, method=method, least=2).scores for each in (scores, others))
    pd.testing.assert_frame_equal(one, other)


@given(shuffled(), WAYS)
def test_no_order_changes_a_bit(case: tuple[np.ndarray, list[int], list[int]], method: str) -> None:
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
