from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground.problems import Refused
from toolkit.weighting.trade_off import nearest_logarithms, parts, refuse_parts


@given(st.integers(2, 7), st.integers(0, 2**32 - 1))
def test_no_other_weights_come_nearer(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = np.triu(rng.integers(0, 3, (count, count)), 1) + np.diag(np.ones(count - 1), 1)
    judged = np.triu(rng.normal(size=(count, count)), 1) * counts

    def miss(y: np.ndarray) -> float:
        mean = np.divide(judged, counts, out=np.zeros_like(judged), where=counts > 0)
        return float((counts * (mean - y[:, None] + y[None, :]) ** 2).sum())

    best = nearest_logarithms(judged - judged.T, counts + counts.T)
    assert best.sum() == pytest.approx(0, abs=1e-9)
    for _ in range(5):
        assert miss(best) <= miss(best + rng.normal(size=count) * 0.1) + 1e-12


def test_a_chain_is_one_part() -> None:
    chain = np.eye(4, k=1, dtype=bool) | np.eye(4, k=-1, dtype=bool)
    assert parts(chain) == [[0, 1, 2, 3]]


def test_parts_are_named_with_a_comparison_that_joins_them() -> None:
    joined = np.eye(4, dtype=bool)
    joined[0, 3] = joined[3, 0] = True
    assert parts(joined) == [[0, 3], [1], [2]]
    with pytest.raises(Refused) as refused:
        refuse_parts(joined, ["a", "b", "c", "d"])
    assert "fall into 3 parts" in refused.value.problems.text("en")
    assert "a, d; b; c" in refused.value.problems.text("en")
    assert "请补上各部分之间的比较，例如“a”与“b”" in refused.value.problems.text("zh")
