from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.weighting.experts import alike, groups
from tests.weighting.matrices import judgements
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Floats
from toolkit.weighting.ahp import ahp_shares
from toolkit.weighting.group import MEANS, group_matrix, group_shares

BY = st.sampled_from(list(MEANS))


def shares_or_skip(own: Floats, by: str, **options: object) -> Floats:
    try:
        return group_shares(own, by, **options)
    except Refused:
        assume(False)
        raise


@given(alike(least=3), BY)
def test_experts_of_one_opinion_return_it(own: Floats, by: str) -> None:
    assert group_shares(own, by) == pytest.approx(own[0], rel=1e-12)


@given(groups(least=3), BY, st.data())
def test_the_order_of_experts_changes_no_bit(own: Floats, by: str, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(own))))
    count = np.array(data.draw(st.lists(st.sampled_from([1.0, 2.0, 0.3]), min_size=len(own), max_size=len(own))))
    for weights, shuffled in ((None, None), (count, count[order])):
        one = shares_or_skip(own, by, weights=weights)
        assert group_shares(own[order], by, weights=shuffled).tolist() == one.tolist()


@given(groups(least=3), BY, st.data())
def test_permuting_criteria_permutes_the_shares(own: Floats, by: str, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(own.shape[1])))
    one = shares_or_skip(own, by)
    assert one.sum() == pytest.approx(1)
    assert group_shares(own[:, order], by) == pytest.approx(one[order])


@given(groups(), st.sampled_from(["arithmetic", "geometric", "median"]), st.data())
def test_an_expert_who_counts_twice_is_two_experts(own: Floats, by: str, data: st.DataObject) -> None:
    twice = np.array(data.draw(st.lists(st.integers(1, 3), min_size=len(own), max_size=len(own))))
    one = shares_or_skip(own, by, weights=twice)
    assert group_shares(np.repeat(own, twice, axis=0), by) == pytest.approx(one, abs=1e-12)


@given(groups(least=2), st.sampled_from(["arithmetic", "geometric", "median"]))
def test_an_expert_who_does_not_count_changes_nothing(own: Floats, by: str) -> None:
    one = shares_or_skip(own[1:], by)
    assert group_shares(own, by, weights=[0, *np.ones(len(own) - 1)]) == pytest.approx(one, abs=1e-12)


@given(groups(least=3))
def test_means_by_their_formulas(own: Floats) -> None:
    assert group_shares(own) == pytest.approx(own.mean(axis=0))
    middle = np.median(own, axis=0)
    if middle.any():
        assert group_shares(own, "median") == pytest.approx(middle / middle.sum())
    inner = np.sort(own, axis=0)[1:-1].mean(axis=0)
    if inner.any():
        assert group_shares(own, "trimmed") == pytest.approx(inner / inner.sum())
    product = own.prod(axis=0) ** (1 / len(own))
    if product.any():
        assert group_shares(own, "geometric") == pytest.approx(product / product.sum())


@given(st.lists(judgements(least=3, most=3), min_size=1, max_size=4))
def test_aggregating_judgements_or_priorities_by_geometric_means_is_one(matrices: list[Floats]) -> None:
    """Geometric-mean shares of the AIJ matrix are the AIP shares (Forman and Peniwati 1998)."""
    together = group_matrix(matrices)
    assert together == pytest.approx(np.exp(np.mean([np.log(m) for m in matrices], axis=0)))
    one = ahp_shares(together, by="geometric")
    assert one == pytest.approx(group_shares([ahp_shares(m, by="geometric") for m in matrices], "geometric"))


def test_an_expert_who_did_not_compare_is_not_heard_on_that_pair() -> None:
    gap = np.nan
    first = np.array([[1, 2, 4], [gap, 1, 2], [gap, gap, 1]])
    second = np.array([[1, 8, gap], [gap, 1, 2], [gap, gap, 1]])
    assert group_matrix([first, second])[0].tolist() == pytest.approx([1, 4, 4])
    assert np.isnan(group_matrix([second])[0, 2])
    assert group_matrix([first, second], weights=[1, 3])[0, 1] == pytest.approx(2**2.5)


@pytest.mark.parametrize(
    ("own", "options", "said"),
    [
        ([[1, 0], [0, 1]], {"by": "geometric"}, "all weights of the group are 0"),
        ([[1, 1]] * 4, {"by": "trimmed", "trim": 2}, "of 4 experts, 2 at each end cannot be left out"),
        ([[1, 1]] * 2, {"by": "mode"}, "there is no such mean: mode"),
        ([[1, 1]] * 2, {"weights": [1]}, "2 names for 1 judgement"),
        ([[1, 1]] * 2, {"weights": [1, -1], "experts": ["张", "王"]}, '王 "-1": a weight cannot be negative'),
    ],
)
def test_what_makes_no_group_is_refused(own: list[list[float]], options: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match="problem") as refused:
        group_shares(own, **options)
    assert said in refused.value.problems.text("en")
