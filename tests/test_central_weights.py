from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings

from tests.contested import contested
from tests.drawing import decided_under, flat
from toolkit.errors import Refused
from toolkit.evaluation import Evaluation
from toolkit.scoring import Tree
from toolkit.sensitivity import GivenWeights, UniformWeights, WeightDraws, central_weights
from toolkit.sensitivity.drawn_weights.voted import leaves_of

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(max_examples=12, deadline=None, phases=PHASES)
@given(contested())
def test_they_are_the_means_over_the_official_lists(asked: Evaluation) -> None:
    spec = WeightDraws(draws=8, spread=0.6)
    shares = next(spec.blocks(Tree.of(asked.scheme), asked.scheme.seed))
    leaves, outcomes = leaves_of(asked.tree, shares), [decided_under(asked, one) for one in shares]
    names = [item.id for item in asked.scheme.indicators]
    first = asked.scheme.awards[0].id
    for sought in (1, 2, first):
        found = central_weights(asked, spec, sought)
        for member in asked.members.index:
            if sought == first:
                had = np.array([member in set(one.awards.loc[one.awards["award"] == first, "member"]) for one in outcomes])
            else:
                had = np.array([one.rank[member] == sought if pd.notna(one.rank[member]) else False for one in outcomes])
            assert found.loc[member, "probability"] == had.mean()
            if not had.any():
                assert found.loc[member, [*names, "confidence"]].isna().all()
                continue
            own = 100 * leaves[had]
            assert found.loc[member, names].to_numpy(float) == pytest.approx(own.mean(axis=0), abs=1e-6)
            errors = [f"{name}_error" for name in names]
            assert found.loc[member, errors].to_numpy(float) == pytest.approx(own.std(axis=0) / np.sqrt(had.sum()), abs=2e-3)


def test_two_criteria_by_hand() -> None:
    # x wins for a weight of a above 1/2: its central weights are (3/4, 1/4); in the middle z is never first
    asked = flat({"a": [100, 0, 49], "b": [0, 100, 49]})
    found = central_weights(asked, UniformWeights(draws=20_000))
    assert found.loc["m0", ["a", "b"]].to_numpy(float) == pytest.approx([75, 25], abs=0.6)
    assert found.loc["m0", "a_error"] == pytest.approx(50 / np.sqrt(12) / np.sqrt(10_000), rel=0.05)
    assert found["confidence"].tolist()[:2] == [1, 1]
    assert found.loc["m2"].isna()[["confidence", "a", "b"]].all()
    assert found.loc["m2", "probability"] == 0
    second = central_weights(asked, UniformWeights(draws=20_000), 2)
    assert second.loc["m2", "probability"] > 0.9
    assert second.loc["m2", "confidence"] == 0  # in the very middle it is last, 49 beside 50 and 50


def test_three_criteria_have_the_centre_of_their_triangle() -> None:
    # each is best where its own criterion weighs most: a third of the triangle, its centre of area (11, 3.5, 3.5) / 18
    asked = flat({name: [100 if name == own else 0 for own in "abc"] for name in "abc"})
    found = central_weights(asked, UniformWeights(draws=20_000))
    assert found["probability"].to_numpy() == pytest.approx(1 / 3, abs=0.015)
    centre = np.full((3, 3), 3.5 / 18) + np.eye(3) * 7.5 / 18
    assert found[["a", "b", "c"]].to_numpy() == pytest.approx(100 * centre, abs=1)


def test_a_rank_may_not_survive_the_mean_of_its_weights() -> None:
    # m0 is last at either end and never in the middle: its central weights are the middle, where it is not last
    asked = flat({"a": [60, 0, 100, 50], "b": [60, 100, 0, 50]})
    weights = GivenWeights(pd.DataFrame({"a": [1.0, 0, 9, 1], "b": [0.0, 1, 1, 9]}))
    found = central_weights(asked, weights, 2)
    assert found.loc["m0", ["a", "b", "confidence"]].tolist() == pytest.approx([50, 50, 0])


@pytest.mark.parametrize(("sought", "said"), [("prizes", "is it prize"), (0, "count from 1")])
def test_what_is_not_there_is_refused(sought: str | int, said: str) -> None:
    with pytest.raises(Refused, match=said):
        central_weights(flat({"a": [1, 2]}), WeightDraws(draws=5), sought)
