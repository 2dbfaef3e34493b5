from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.ballots import voters
from tests.invented import group, indicator, scheme
from toolkit.ballots import group_weights
from toolkit.evaluation.scores import Tree
from toolkit.ground.problems import Refused
from toolkit.sensitivity import ResampledWeights

TREE = Tree.of(
    scheme(group=[group("g", 60), group("h", 40)], indicator=[indicator("a", 1, "g"), indicator("b", 3, "g"), indicator("c", 1, "h")])
)
VOTES = pd.DataFrame({"g": [5.0, 3, 2, 4], "h": [5.0, 7, 8, 4]}, index=["E1", "E2", "E3", "E4"])
SHARES = np.array([0.5, 0.3, 0.2, 0.5])


def drawn(spec: ResampledWeights) -> np.ndarray:
    return np.concatenate(list(spec.blocks(TREE, 5)))


def test_the_bootstrap_spreads_as_the_standard_error_of_the_mean() -> None:
    found = drawn(ResampledWeights(VOTES, draws=20_000))[:, 0]
    assert found.mean() == pytest.approx(SHARES.mean(), abs=3e-3)
    assert found.std() == pytest.approx(SHARES.std() / 2, abs=2e-3)  # of 4 experts


def test_one_expert_at_a_time_is_one_of_theirs() -> None:
    found = drawn(ResampledWeights(VOTES, draws=8_000, take="one"))
    values, times = np.unique(found[:, 0].round(12), return_counts=True)
    assert values.tolist() == [0.2, 0.3, 0.5]
    assert times / 8_000 == pytest.approx([0.25, 0.25, 0.5], abs=0.03)
    assert (found[:, 2:4] == [0.25, 0.75]).all()  # not voted on: as they are


def test_all_judgements_of_an_expert_stay_together() -> None:
    votes = VOTES.assign(a=[1.0, 0, 0, 1], b=[0.0, 1, 1, 0])  # who gives g half gives a everything
    found = drawn(ResampledWeights(votes, draws=500, take="one"))
    assert ((found[:, 0] == 0.5) == (found[:, 2] == 1)).all()
    mean = drawn(ResampledWeights(votes, draws=500))
    assert np.corrcoef(mean[:, 0], mean[:, 2])[0, 1] > 0.9


def test_a_seed_of_its_own_goes_before_that_of_the_scheme() -> None:
    own, other, schemes = (drawn(ResampledWeights(VOTES, draws=20, seed=seed)) for seed in (8, 5, None))
    assert (other == schemes).all()
    assert not (own == schemes).all()


def test_only_ratios_among_siblings_matter() -> None:
    times = VOTES.mul([1, 10, 100, 0.1], axis=0)
    assert np.allclose(drawn(ResampledWeights(times, draws=50)), drawn(ResampledWeights(VOTES, draws=50)))


@pytest.mark.parametrize(
    ("votes", "said"),
    [
        ({"gg": [1.0], "h": [1.0]}, "is `g` meant"),
        ({"g": [1.0]}, "its weight is lacking"),
        ({"g": [-1.0], "h": [1.0]}, "expert E7"),
        ({"g": [np.nan], "h": [1.0]}, "expert E7"),
        ({"g": [0.0], "h": [0.0]}, "siblings are given 0: expert E7"),
        ({"g": [], "h": []}, "no weights of experts"),
    ],
)
def test_votes_that_do_not_fit_are_refused(votes: dict[str, list[float]], said: str) -> None:
    with pytest.raises(Refused, match=said):
        ResampledWeights(pd.DataFrame(votes).rename(index={0: "E7"})).recipes(TREE, 0)


@pytest.mark.parametrize("wrong", [{"take": "median"}, {"draws": 0}, {"draws": 2.5}, {"draws": None}, {"seed": -1}])
def test_a_misspelt_or_impossible_question_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        ResampledWeights(VOTES, **wrong)


def test_ballots_of_a_round_are_votes(tmp_path: Path) -> None:
    found = group_weights(voters.cast(tmp_path, {"E01.toml": voters.slip("E01", 60), "E02.toml": voters.slip("E02", 40)}))
    spec = ResampledWeights.of(found, draws=600, take="one")
    assert list(spec.votes.index) == ["E01", "E02"]
    assert list(spec.votes) == [node for group_ in found.groups.values() for node in group_.nodes]
    assert (spec.draws, spec.take) == (600, "one")
    tree = Tree.of(found.scheme)
    shares = np.concatenate(list(spec.blocks(tree, 1)))
    voted = sorted({round(share, 9) for share in shares[:, tree.nodes.index(next(iter(found.groups.values())).nodes[0])]})
    assert voted == [0.4, 0.6]
