"""Offers: what is asked of a score is asked of its standing, step for step."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from toolkit.awards.requirements import within
from toolkit.ranking import rounded
from toolkit.scheme.outcomes import Requirement
from toolkit.sensitivity.rule.offers import _between
from toolkit.sensitivity.rule.standing import Steps

BOUND = st.one_of(st.none(), st.integers(-300, 1100).map(lambda n: n / 10), st.floats(-30, 110))


@given(BOUND, BOUND, BOUND, BOUND, st.integers(0, 3))
def test_a_standing_lies_between_where_its_score_does(
    least: float | None, above: float | None, most: float | None, below: float | None, decimals: int
) -> None:
    item = Requirement(node="g", least=least, above=above, most=most, below=below)
    bounds = [bound for bound in (least, above, most, below) if bound is not None]
    near = np.array([bound + step for bound in bounds for step in (-1, -0.001, 0, 0.001, 1)] + [-30.0, 0.0, 110.0])
    scores = rounded(np.clip(near, -30, 110), decimals)
    steps = Steps(decimals, -30.0, 110.0)
    low, high = _between(item, steps)
    standing = steps.of(scores)
    found = (standing >= low) & (standing < (high if high is not None else np.inf))
    assert (found == within(item, scores)).all()
    assert low >= 1  # a score there is not meets nothing
