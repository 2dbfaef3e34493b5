from __future__ import annotations

import numpy as np
import pytest

from toolkit.ground.problems import Refused
from toolkit.weighting.best_worst import (
    CONSISTENCY_INDEX,
    THRESHOLDS,
    best_worst_judgement,
    best_worst_shares,
    consistency_index,
)


def test_rezaei_2015_buying_a_car_is_fully_consistent() -> None:
    """Quality, price, comfort, safety, style; price is best, style worst."""
    for model in ("linear", "nonlinear"):
        found = best_worst_judgement(1, 4, [2, 1, 4, 2, 8], [4, 8, 2, 4, 1], model=model)
        assert found.shares.round(4).tolist() == [0.2105, 0.4211, 0.1053, 0.2105, 0.0526]
        assert (found.ratio, found.input_ratio, found.contradictions) == (0, 0, ())


def test_rezaei_2015_transportation_mode() -> None:
    """Load flexibility, accessibility, cost; cost is best, load flexibility worst."""
    found = best_worst_judgement(2, 0, [8, 2, 1], [1, 5, 8], model="nonlinear")
    assert found.shares.round(4).tolist() == [0.0714, 0.3387, 0.5899]
    assert (round(found.deviation, 2), round(found.ratio, 3)) == (0.26, 0.058)


def test_rezaei_2015_table_1_is_its_formula() -> None:
    assert [round(consistency_index(a), 2) for a in range(1, 10)] == list(CONSISTENCY_INDEX)


@pytest.mark.parametrize("span", range(2, 10))
def test_the_consistency_index_is_met_by_the_worst_judgement(span: int) -> None:
    found = best_worst_judgement(0, 2, [1, span, span], [span, span, 1], model="nonlinear")
    assert found.deviation == pytest.approx(consistency_index(span))
    assert found.ratio == pytest.approx(1, abs=0.02)
    assert found.input_ratio == pytest.approx(1)


def test_liang_brunelli_rezaei_2020_threshold_is_read_by_span_and_count() -> None:
    assert best_worst_judgement(0, 3, [1, 2, 4, 8], [8, 4, 2, 1]).threshold == 0.2521
    assert best_worst_judgement(0, 2, [1, 3, 4], [4, 2, 1]).threshold == 0.1121
    assert best_worst_judgement(0, 2, [1, 2, 2], [2, 1, 1]).threshold == 0
    assert best_worst_judgement(0, 1, [1, 3], [3, 1]).threshold is None
    assert best_worst_judgement(0, 2, [1, 1.5, 3.5], [3.5, 2, 1]).threshold is None
    assert np.shape(THRESHOLDS) == (7, 7)


def test_the_nonlinear_model_of_more_than_three_criteria_gives_ranges() -> None:
    found = best_worst_judgement(1, 4, [2, 1, 4, 3, 8], [4, 8, 4, 2, 1], model="nonlinear")
    assert found.deviation == pytest.approx(1)
    assert found.ratio == pytest.approx(1 / 4.47)
    assert found.shares.sum() == pytest.approx(1)
    assert (found.ranges[:, 1] - found.ranges[:, 0]).max() > 0.01


def test_permuting_criteria_permutes_the_shares() -> None:
    down, up, order = np.array([2, 1, 4, 3, 8]), np.array([4, 8, 4, 2, 1]), [4, 2, 0, 1, 3]
    one = best_worst_shares(1, 4, down, up)
    other = best_worst_shares(order.index(1), order.index(4), down[order], up[order])
    assert other == pytest.approx(one[order], abs=1e-7)


def test_two_criteria_need_one_judgement_and_one_needs_none() -> None:
    assert best_worst_shares(1, 0, [4, 1], [1, 4]) == pytest.approx([0.2, 0.8])
    assert best_worst_shares(0, 0, [1], [1]).tolist() == [1.0]


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(Refused, match="there is no such model: bayes"):
        best_worst_judgement(0, 1, [1, 2], [2, 1], model="bayes")
