from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground.problems import Refused
from toolkit.weighting.direct import points_shares


@given(st.lists(st.integers(0, 100), min_size=0, max_size=12))
def test_a_hundred_points_divided_anyhow_are_their_hundredths(cuts: list[int]) -> None:
    points = np.diff([0, *sorted(cuts), 100])
    assert points_shares(points) == pytest.approx(points / 100, abs=1e-15)


def test_decimal_points_that_sum_to_a_hundred_on_paper_are_taken() -> None:
    assert points_shares([33.3, 33.3, 33.4]) == pytest.approx([0.333, 0.333, 0.334])


@pytest.mark.parametrize(
    ("points", "said", "mend"),
    [
        ([40, 35, 20], "not 95 (C1 40 + C2 35 + C3 20)", "give out 5 more"),
        ([40, 35, 25.5], "not 100.5 (C1 40 + C2 35 + C3 25.5)", "take 0.5 away"),
    ],
)
def test_another_sum_is_refused_with_the_mend(points: list[float], said: str, mend: str) -> None:
    with pytest.raises(Refused) as refused:
        points_shares(points)
    text = refused.value.problems.text("en")
    assert said in text
    assert mend in text


def test_the_refusal_is_complete_in_chinese() -> None:
    with pytest.raises(Refused) as refused:
        points_shares([60, 50], ["学习", "诚信"])
    assert refused.value.problems.text("zh") == "1 个问题\n  各项分数之和应为 100，现为 110（学习 60 + 诚信 50）；请再减去 10 分"


def test_negative_points_are_refused_by_name_before_the_sum() -> None:
    with pytest.raises(Refused, match='pledge "-10": a weight cannot be negative'):
        points_shares([110, -10], ["hours", "pledge"])


def test_points_of_ten_can_be_divided_too() -> None:
    assert points_shares([7, 3], whole=10).tolist() == [0.7, 0.3]
