from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from tests.weighting.matrices import weights
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Floats
from toolkit.weighting.best_worst import best_worst_input, contradictions

NAMES = ["quality", "price", "comfort", "safety", "style"]


@given(weights(least=2))
def test_what_is_consistent_contradicts_nothing(own: Floats) -> None:
    given_ = best_worst_input(int(own.argmax()), int(own.argmin()), own.max() / own, own / own.min())
    assert contradictions(given_) == ()
    assert given_.span == pytest.approx(own.max() / own.min())


def test_contradictions_are_named_the_worst_first() -> None:
    found = contradictions(best_worst_input(1, 4, [2, 1, 4, 3, 8], [4, 8, 4, 2, 1], NAMES))
    assert [(one.criterion, one.product, one.span) for one in found] == [("comfort", 16, 8), ("safety", 6, 8)]
    assert [one.ratio for one in found] == pytest.approx([8 / 56, 2 / 56])


def refusal(*judgement: object) -> str:
    with pytest.raises(Refused) as refused:
        best_worst_input(*judgement)
    return refused.value.problems.text("en")


def test_every_fault_is_named_at_once() -> None:
    said = refusal(1, 4, [2, 3, 12, 0.5, 8], [4, 7, 2, 4, 2], NAMES)
    assert 'best : comfort "12": 1 to 9 is wanted' in said
    assert 'best : safety "0.5": 1 to 9 is wanted' in said
    assert 'best : price "3": the best is 1 beside itself' in said
    assert 'style : worst "2": the worst is 1 beside itself' in said
    assert "price : style: best : worst differs between the rows: 8 and 7" in said


def test_another_best_or_worst_is_named() -> None:
    said = refusal(1, 4, [2, 1, 4, 9, 8], [9, 8, 2, 4, 1], NAMES)
    assert 'safety "9": further from the best than the worst is (8)' in said
    assert 'quality "9": further above the worst than the best is (8)' in said


def test_places_and_lengths_must_fit() -> None:
    assert "rows of 2 and 3 judgements" in refusal(0, 1, [1, 2], [2, 1, 1])
    assert "best 0 and worst 2" in refusal(0, 2, [1, 2], [2, 1])
    assert "best and worst are the same" in refusal(0, 0, [1, 1], [1, 2])


def test_all_alike_is_a_judgement_too() -> None:
    assert contradictions(best_worst_input(0, 0, np.ones(3), np.ones(3))) == ()
