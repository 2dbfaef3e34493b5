from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.weighting.matrices import HOUSE, SCHOOL, full, judgements
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Floats
from toolkit.weighting.ahp import SAATY, ahp_judgement, hierarchy_judgement, hierarchy_shares


@given(judgements(least=2), judgements(least=2), st.sampled_from(["eigenvector", "geometric"]))
def test_shares_multiply_down_and_sum_to_one(top: Floats, low: Floats, by: str) -> None:
    names = [f"n{place}" for place in range(len(top))]
    ends = [f"e{place}" for place in range(len(low))]
    found = hierarchy_judgement({"total": top, "n1": low}, {"n1": ends, "total": names}, by=by)
    assert list(found.shares) == ["n0", *ends, *names[2:]]
    assert sum(found.shares.values()) == pytest.approx(1)
    one, other = ahp_judgement(top, by=by), ahp_judgement(low, by=by)
    assert [found.shares[end] for end in ends] == pytest.approx(other.shares * one.shares[1])
    by_chance = SAATY[len(top) - 1] + one.shares[1] * SAATY[len(low) - 1]
    assert found.ratio * by_chance == pytest.approx(one.index + one.shares[1] * other.index, abs=1e-9) or by_chance == 0


def test_one_matrix_is_a_hierarchy_too() -> None:
    names = list("abcdefgh")
    found = hierarchy_judgement({"house": full(HOUSE)}, {"house": names})
    assert list(found.shares.values()) == pytest.approx(ahp_judgement(full(HOUSE)).shares)
    assert found.ratio == pytest.approx(0.169, abs=5e-4)


def test_an_only_child_needs_no_matrix() -> None:
    tree = {"total": ["a", "b"], "a": ["a1"]}
    assert hierarchy_shares({"total": np.array([[1, 4], [1 / 4, 1]])}, tree) == pytest.approx({"a1": 0.8, "b": 0.2})


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"r": ["a", "b"], "a": ["b", "c"]}, "b: stands 2 times in the hierarchy"),
        ({"r": ["a"], "s": ["b"]}, "a hierarchy has one root, not: r, s"),
        ({"a": ["b"], "b": ["a"]}, "a hierarchy has one root, not: —"),
        ({"r": ["x"], "a": ["b"], "b": ["a"]}, "a: it stands in a circle that the root does not reach"),
        ({"r": ["a"], "a": []}, "a: it has no children"),
    ],
)
def test_what_is_no_tree_is_refused(tree: dict[str, list[str]], said: str) -> None:
    with pytest.raises(Refused, match="problem") as refused:
        hierarchy_shares({}, tree)
    assert said in refused.value.problems.text("en")


def test_lacking_and_superfluous_matrices_are_named() -> None:
    with pytest.raises(Refused) as refused:
        hierarchy_shares({"totl": np.eye(2)}, {"total": ["a", "b"]})
    text = refused.value.problems.text("en")
    assert "total: the comparisons of a, b are lacking" in text
    assert "is it total?" in text


def test_a_matrix_of_another_size_is_refused() -> None:
    with pytest.raises(Refused, match="2 names for 6 judgements"):
        hierarchy_shares({"total": full(SCHOOL)}, {"total": ["a", "b"]})
