from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground.problems import Refused
from toolkit.weighting.direct import divided, judged, named, settled_sum, vectors

WEIGHTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=40).filter(any)


@given(WEIGHTS, st.randoms(use_true_random=False))
def test_a_settled_sum_does_not_mind_the_order(weights: list[float], chance: random.Random) -> None:
    shuffled = sorted(weights, key=lambda _: chance.random())
    assert float(settled_sum(weights)) == float(settled_sum(shuffled))
    assert float(settled_sum(weights)) == pytest.approx(sum(weights))


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=40))
def test_only_the_ratios_of_weights_matter(weights: list[float]) -> None:
    shares = divided(weights)
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    assert divided(np.array(weights) * 7) == pytest.approx(shares)
    assert shares[0] * weights[-1] == pytest.approx(shares[-1] * weights[0])


def test_names_are_those_given_or_counted() -> None:
    assert named(2) == ("C1", "C2")
    assert named(2, ["甲", "乙"]) == ("甲", "乙")
    with pytest.raises(Refused, match="3 names for 2 judgements"):
        named(2, ["a", "b", "c"])


def test_every_bad_number_is_named_at_once() -> None:
    with pytest.raises(Refused) as refused:
        judged([1, -2, float("nan"), float("inf")], ["a", "b", "c", "d"])
    assert [(p.column, p.value) for p in refused.value.problems] == [("b", "-2"), ("c", "nan"), ("d", "inf")]
    assert "权重不能为负" in refused.value.problems.text("zh")


@pytest.mark.parametrize(("bad", "said"), [([], "one number for each"), ([[1]], "one number for each"), ([0, 0], "all numbers are 0")])
def test_what_tells_no_weights_is_refused(bad: object, said: str) -> None:
    with pytest.raises(Refused, match=said):
        judged(bad)


def test_every_bad_expert_is_named_at_once() -> None:
    with pytest.raises(Refused) as refused:
        vectors([[1, 1], [0, 0], [1, np.nan], [-1, 2]], ["张", "王", "李", "赵"])
    assert [p.column for p in refused.value.problems] == ["王", "李", "赵"]
    with pytest.raises(Refused, match="experts x criteria"):
        vectors([1, 2])
