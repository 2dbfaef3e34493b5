"""The scores that count, and one score of many."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.panels.score_sheets import GAP, SHEETS, shuffled, withdrawn
from toolkit.ground.decimals import decimal_digits
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import rounded
from toolkit.ground.statistics import exact_sums
from toolkit.panels import admitted, panel_scores

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
    assert np.array_equal(exact_sums(scores), exact_sums(scores[:, ::-1]))
    assert np.array_equal(exact_sums(scores.T), exact_sums(scores[::-1].T))
    assert exact_sums(scores.T) == pytest.approx(np.nansum(scores, axis=0))


RULES = st.integers(0, 2).flatmap(lambda trim: st.tuples(st.just(trim), st.integers(2 * trim + 1, 6)))


def by_hand(row: np.ndarray, trim: int, minimum: int) -> float:
    """The mean as a secretary works it out, in fractions."""
    given = sorted(Fraction(score) for score in row if not np.isnan(score))
    kept = given[trim : len(given) - trim]
    return float(sum(kept) / len(kept)) if len(given) >= minimum else GAP


@given(SHEETS, RULES)
def test_it_is_the_mean_worked_out_by_hand(scores: np.ndarray, rules: tuple[int, int]) -> None:
    found = panel_scores(scores, trim=rules[0], minimum=rules[1]).members
    expected = [by_hand(row, *rules) for row in scores]
    assert found["score"].tolist() == pytest.approx(expected, rel=1e-15, nan_ok=True)


@given(SHEETS, RULES)
def test_the_mean_lies_among_the_scores_kept(scores: np.ndarray, rules: tuple[int, int]) -> None:
    trim, minimum = rules
    members = panel_scores(scores, trim=trim, minimum=minimum).members
    for row, score in zip(scores, members["score"], strict=True):
        given = np.sort(row[~np.isnan(row)])
        kept = given[trim : len(given) - trim]
        assert np.isnan(score) or kept.min() <= score <= kept.max()


@given(withdrawn(), RULES)
def test_who_withdrew_never_counts(case: tuple[np.ndarray, np.ndarray, np.ndarray], rules: tuple[int, int]) -> None:
    scores, mask, others = case
    one, other = (panel_scores(each, mask, trim=rules[0], minimum=rules[1]).members for each in (scores, others))
    pd.testing.assert_frame_equal(one, other)
    assert one["recused"].tolist() == mask.sum(axis=1).tolist()
    assert (one[["scorers", "recused", "missing"]].sum(axis=1) == scores.shape[1]).all()


@given(shuffled(), RULES)
def test_no_order_changes_a_bit(case: tuple[np.ndarray, list[int], list[int]], rules: tuple[int, int]) -> None:
    scores, members, experts = case
    one = panel_scores(scores, trim=rules[0], minimum=rules[1]).members
    other = panel_scores(scores[members][:, experts], trim=rules[0], minimum=rules[1]).members
    pd.testing.assert_frame_equal(one.iloc[members].reset_index(drop=True), other)


@given(SHEETS, RULES)
def test_nobody_is_dropped_and_an_open_place_says_why(scores: np.ndarray, rules: tuple[int, int]) -> None:
    result = panel_scores(scores, trim=rules[0], minimum=rules[1])
    below = (~np.isnan(scores)).sum(axis=1) < rules[1]
    assert len(result.members) == len(scores)
    assert list(result.open) == np.flatnonzero(below).tolist()
    assert (result.members["score"].isna() == below).all()


def test_the_highest_and_lowest_left_out_are_told() -> None:
    members = panel_scores([[70, 96, 80, 95, 60, 85, 90]], trim=2, minimum=5).members
    assert members.loc[0, ["highest", "lowest", "score"]].tolist() == [(96, 95), (60, 70), 85]
    assert members.loc[0, "deviation"] == pytest.approx(np.std([70, 96, 80, 95, 60, 85, 90], ddof=1))


def test_recusal_and_gaps_are_told_apart() -> None:
    scores = pd.DataFrame([[90, 90, 90, GAP, 80], [90, 90, GAP, 80, 70]], index=["甲", "乙"])
    mask = scores.isna() & (scores.index == "甲")[:, None]
    mask.loc["甲", 4] = True
    result = panel_scores(scores, mask, minimum=5)
    assert result.members["why"].tolist() == ["recusal", "unscored"]
    assert result.open["甲"].zh == "本项应有至少 5 位专家评分，2 位回避后只剩 3 位，不计分，待补充专家"
    assert result.open["乙"].zh == "本项应有至少 5 位专家评分，现收到 4 份（回避 0 位，未评 1 位），暂不计分"


def test_the_quorum_counts_before_anything_is_left_out() -> None:
    assert panel_scores([[1, 2, 3]], trim=1, minimum=3).members["score"].tolist() == [2]


def test_a_half_is_left_for_the_caller_to_round_up() -> None:
    mean = panel_scores([[84.99, 85.0]], minimum=2).members["score"]
    assert rounded(mean, 2).tolist() == [85.0]


@given(st.floats(0, 100), st.integers(1, 9))
def test_equal_scores_have_that_mean_to_the_last_bit(score: float, experts: int) -> None:
    score = decimal_digits(score)
    members = panel_scores([[score] * experts], minimum=1).members
    assert members.loc[0, "score"] == score
    assert members.loc[0, "deviation"] == (0 if experts > 1 else pytest.approx(GAP, nan_ok=True))


def test_fewer_than_so_many_are_averaged_as_they_are() -> None:
    members = panel_scores([[80, 82, 84, 86, 99], [70, 80, 90, 100, np.nan], [60, 90, np.nan, np.nan, np.nan]], trim=1, minimum=2, trim_from=5).members
    assert members["score"].tolist() == [84, 85, 75]
    assert members["highest"].tolist() == [(99.0,), (), ()]
    for refused in (2, 1):
        with pytest.raises(Refused):
            panel_scores([[1, 2, 3]], trim=1, minimum=1, trim_from=refused)


@pytest.mark.parametrize(("trim", "minimum"), [(1, 2), (-1, 5), (0, 0), (3, 6)])
def test_a_quorum_that_leaves_nothing_is_refused(trim: int, minimum: int) -> None:
    with pytest.raises(Refused, match="minimum"):
        panel_scores([[1, 2, 3]], trim=trim, minimum=minimum)
