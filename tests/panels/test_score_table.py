from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tests.panels.score_sheets import GAP, SHEETS, withdrawn
from toolkit.ground.problems import Refused
from toolkit.panels import admitted
from toolkit.panels.scores import exact_sums

NAMED = pd.DataFrame([[90.0, 80.0], [70.0, GAP]], index=["甲", "乙"], columns=["E1", "E2"])


@given(withdrawn())
def test_what_stands_in_a_recused_cell_is_not_looked_at(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    scores, mask, others = case
    found = admitted(scores, mask)
    pd.testing.assert_frame_equal(found, admitted(others, mask))
    assert found.to_numpy()[mask].size == np.isnan(found.to_numpy()[mask]).sum()
    assert np.array_equal(found.to_numpy()[~mask], scores[~mask], equal_nan=True)


def test_even_what_is_no_number_may_stand_there() -> None:
    frame = NAMED.astype(object)
    frame.loc["甲", "E2"] = "回避"
    mask = pd.DataFrame([[False, False], [True, False]], index=["乙", "甲"], columns=["E2", "E1"])
    assert admitted(frame, mask).loc["甲"].tolist() == pytest.approx([90, GAP], nan_ok=True)
    with pytest.raises(Refused, match='E2 "回避": a score is a number \\(member 甲\\); correct it') as refused:
        admitted(frame)
    assert refused.value.problems.text("zh") == '1 个问题\n  E2 "回避"：评分应为数字（会员 甲）；请更正，未评分则留空'


def test_every_wrong_score_is_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        admitted([[float("inf"), 80], [-1e13, GAP]])
    assert [problem.value for problem in refused.value.problems] == ["inf", "-10000000000000.0"]


@pytest.mark.parametrize(
    ("scores", "recused", "said"),
    [
        ([90, 80], None, "scores are a table"),
        (NAMED.loc[["甲", "甲"]], None, "stands twice"),
        (NAMED[["E1", "E1"]], None, "stands twice"),
        (NAMED, [[True, False]], "do not agree"),
        (NAMED, NAMED.isna().drop(columns="E2"), '"E2": recusals and scores do not agree'),
        (NAMED, NAMED.isna().rename(index={"甲": "丙"}), '"丙、甲": recusals and scores do not agree'),
        (NAMED, [[0, 1], [0, 0]], "true or false"),
        (NAMED, NAMED, "true or false"),
    ],
)
def test_what_is_no_table_or_no_mask_is_refused(scores: object, recused: object, said: str) -> None:
    with pytest.raises(Refused, match=said):
        admitted(scores, recused)


def test_nullable_columns_are_read_and_the_given_frame_is_left_alone() -> None:
    frame = NAMED.astype("Float64")
    before = frame.copy()
    assert admitted(frame, [[True, False], [False, False]]).isna().to_numpy().tolist() == [[True, False], [False, True]]
    pd.testing.assert_frame_equal(frame, before)


@given(SHEETS)
def test_exact_sums_do_not_depend_on_order(scores: np.ndarray) -> None:
    assert np.array_equal(exact_sums(scores, 1), exact_sums(scores[:, ::-1], 1))
    assert np.array_equal(exact_sums(scores, 0), exact_sums(scores[::-1], 0))
    assert exact_sums(scores, 0) == pytest.approx(np.nansum(scores, axis=0))
