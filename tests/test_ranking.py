from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground.ranking import competition_ranks, level, near_boundary, rounded

POINTS = st.floats(-150, 150, allow_nan=False)
COARSE = st.lists(st.sampled_from([0.0, 50.0, 50.01, 99.99, 100.0, float("nan")]), min_size=1, max_size=12)


@given(st.decimals(-1000, 1000, places=5), st.integers(0, 4))
def test_rounding_is_that_of_the_decimals_as_written(number: Decimal, decimals: int) -> None:
    expected = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert rounded(float(number), decimals) == float(expected)


@given(POINTS, st.integers(0, 6))
def test_rounding_twice_is_rounding_once_and_symmetric(x: float, decimals: int) -> None:
    once = rounded(x, decimals)
    assert rounded(once, decimals) == once
    assert rounded(-x, decimals) == -once
    assert abs(once - x) <= 0.5 / 10**decimals + 1e-9


@given(st.integers(-10_000, 10_000), st.floats(-9e-10, 9e-10))
def test_noise_at_a_boundary_decides_nothing(hundredths: int, noise: float) -> None:
    boundary = (hundredths + 0.5) / 100
    assert near_boundary(boundary + noise, 2)
    assert rounded(boundary + noise, 2) == rounded(boundary, 2)
    assert not near_boundary(boundary + 2e-9, 2)


def test_nothing_is_minus_zero_and_missing_stays_missing() -> None:
    assert np.copysign(1, rounded(-0.001, 2)) == 1
    assert np.isnan(rounded(np.nan, 2))
    assert not near_boundary(np.nan, 2)


@given(COARSE)
def test_a_rank_counts_those_ahead(scores: list[float]) -> None:
    ahead = [sum(other > own for other in scores) + 1 for own in scores]
    expected = [0 if np.isnan(own) else rank for own, rank in zip(scores, ahead, strict=True)]
    assert competition_ranks(scores).tolist() == expected


@given(COARSE, st.data())
def test_a_further_key_only_settles_ties(scores: list[float], data: st.DataObject) -> None:
    more = data.draw(st.lists(COARSE.map(lambda c: c[0]), min_size=len(scores), max_size=len(scores)))
    one, both = competition_ranks(scores), competition_ranks(scores, more)
    for i, j in np.ndindex(len(scores), len(scores)):
        if one[i] < one[j]:
            assert both[i] < both[j]
        if one[i] == one[j] > 0 and more[i] > more[j]:
            assert both[i] < both[j]


@given(COARSE)
def test_level_means_sharing_a_rank(scores: list[float]) -> None:
    expected = [not np.isnan(own) and scores.count(own) > 1 for own in scores]
    assert level(scores).tolist() == expected


@pytest.mark.parametrize("keys", [([],), ([], [])])
def test_nobody_is_ranked_where_nobody_is(keys: tuple[list[float], ...]) -> None:
    assert competition_ranks(*keys).size == level(*keys).size == 0


FINE = st.sampled_from([0.0, -0.0, -7.25, 0.01, 0.1 + 0.2, 0.3, 99.995, 1e300, -1e300, float("nan")])
