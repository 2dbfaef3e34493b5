from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground.problems import Refused
from toolkit.weighting.direct import swing_shares


@given(st.lists(st.floats(0, 100), max_size=12), st.integers(0, 12))
def test_shares_keep_the_ratio_to_the_top(rest: list[float], place: int) -> None:
    swings = [*rest[:place], 100.0, *rest[place:]]
    shares = swing_shares(swings)
    assert shares.sum() == pytest.approx(1)
    assert shares / shares.max() * 100 == pytest.approx(swings, abs=1e-9)


def test_a_largest_below_or_above_a_hundred_is_refused_by_name() -> None:
    with pytest.raises(Refused, match='pledge "90": the largest must be 100'):
        swing_shares([90, 60], ["pledge", "hours"])
    with pytest.raises(Refused, match='hours "120": above 100'):
        swing_shares([100, 120], ["pledge", "hours"])
