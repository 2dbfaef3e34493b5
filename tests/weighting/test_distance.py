from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from tests.weighting.experts import groups
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Floats
from toolkit.weighting.group import distances

KIND = st.sampled_from(["moved", "euclidean", "jensen_shannon"])


@given(groups(), KIND)
def test_distances_are_a_metric(own: Floats, kind: str) -> None:
    apart = distances(own, kind)
    assert (apart == apart.T).all()
    assert (np.diag(apart) == 0).all()
    assert (apart[:, :, None] <= apart[:, None, :] + apart.T[None, :, :] + 1e-7).all()
    assert apart.max() <= (np.sqrt(2) if kind == "euclidean" else 1) + 1e-12


@given(groups(least=2))
def test_distances_by_their_formulas(own: Floats) -> None:
    one, other = own[:2]
    assert distances(own)[0, 1] == pytest.approx(np.abs(one - other).sum() / 2)
    assert distances(own, "euclidean")[0, 1] == pytest.approx(np.linalg.norm(one - other))
    near = np.abs(one - other).max() < 1e-12
    assert near or distances(own, "jensen_shannon")[0, 1] == pytest.approx(jensenshannon(one, other, base=2))


def test_vectors_all_but_alike_are_at_no_distance() -> None:
    own = np.array([0.1, 0.2, 0.7])
    assert distances([own, own * (1 + 1e-15)], "jensen_shannon")[0, 1] == pytest.approx(0, abs=1e-7)


def test_an_unknown_distance_is_refused() -> None:
    with pytest.raises(Refused, match="there is no such distance: aitchison"):
        distances([[1, 2], [2, 1]], "aitchison")
