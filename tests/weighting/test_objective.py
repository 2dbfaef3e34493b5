from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Floats
from toolkit.weighting import objective
from toolkit.weighting.objective import (
    METHODS,
    component_shares,
    critic_shares,
    deviation_shares,
    entropy_shares,
    merec_shares,
    objective_weights,
)

VALUES = arrays(np.float64, st.tuples(st.integers(2, 8), st.integers(1, 5)), elements=st.integers(0, 100)).filter(
    lambda table: np.ptp(table, axis=0).any()
)
POSITIVE = VALUES.map(lambda table: table + 1)
METHOD = st.sampled_from(list(METHODS))


@given(POSITIVE, METHOD)
def test_shares_sum_to_one_and_a_constant_indicator_has_none_and_is_named(values: Floats, method: str) -> None:
    found = objective_weights(values, method)
    assert found.shares.sum() == pytest.approx(1)
    assert (found.shares >= 0).all()
    flat = np.ptp(values, axis=0) == 0
    assert (found.shares[flat] == 0).all()
    assert found.constant == tuple(f"C{place + 1}" for place in np.flatnonzero(flat))
    assert bool(found.note.zh) == bool(found.note.en) == flat.any()


@given(POSITIVE, METHOD, st.data())
def test_the_order_of_members_changes_no_bit(values: Floats, method: str, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(values))))
    assert objective_weights(values[order], method).shares.tolist() == objective_weights(values, method).shares.tolist()


@given(POSITIVE, METHOD, st.data())
def test_permuting_indicators_permutes_the_shares(values: Floats, method: str, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(values.shape[1])))
    one, other = objective_weights(values, method).shares, objective_weights(values[:, order], method).shares
    assert other == pytest.approx(one[order], abs=1e-8)


@given(POSITIVE, METHOD)
def test_a_constant_indicator_more_moves_no_share(values: Floats, method: str) -> None:
    more = np.column_stack([values, np.full(len(values), 70.0)])
    assert objective_weights(more, method).shares[:-1] == pytest.approx(objective_weights(values, method).shares, abs=1e-12)


@given(VALUES)
def test_entropy_by_its_formula(values: Floats) -> None:
    parts = values / np.maximum(values.sum(axis=0), 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        even = -np.nansum(parts * np.log(parts), axis=0) / np.log(len(values))
    weight = np.where(np.ptp(values, axis=0) > 0, 1 - even, 0)
    assert entropy_shares(values) == pytest.approx(weight / weight.sum(), rel=1e-6, abs=1e-9)


@given(st.floats(1e-9, 1e-3))
def test_entropy_of_all_but_even_columns_is_exact(little: float) -> None:
    """For small differences 1 - e grows with the square of the relative spread: one to four here."""
    shares = entropy_shares([[1 - little, 1 - 2 * little], [1 + little, 1 + 2 * little]])
    assert shares == pytest.approx([0.2, 0.8], abs=1e-5)


def test_critic_by_its_formula() -> None:
    values = np.array([[80, 20, 90], [60, 50, 10], [90, 10, 40], [30, 80, 60], [50, 60, 70.0]])
    scaled = (values - values.min(axis=0)) / np.ptp(values, axis=0)
    contrast = [
        scaled[:, j].std(ddof=1) * sum(1 - np.corrcoef(scaled[:, j], scaled[:, k])[0, 1] for k in range(3))
        for j in range(3)
    ]
    assert critic_shares(values) == pytest.approx(np.array(contrast) / sum(contrast))


def test_critic_of_indicators_that_all_agree_is_their_spread() -> None:
    assert critic_shares([[1, 10], [2, 20], [4, 40]]) == pytest.approx([0.5, 0.5])


def test_merec_of_its_authors() -> None:
    """Keshavarz-Ghorabaee et al. (2021), the first example, five by four, of the last two less is better: 0.5752, 0.0141, 0.4016, 0.0091."""
    values = np.array([[450, 8000, 54, 145], [10, 9100, 2, 160], [100, 8200, 31, 153], [220, 9300, 1, 162], [5, 8400, 23, 158]])
    assert merec_shares(np.column_stack([values[:, :2], 1 / values[:, 2:]])).round(4).tolist() == [0.5752, 0.0141, 0.4016, 0.0091]


def test_merec_by_hand() -> None:
    """n = 1, 1 and e^-2, e^-4: S = ln(1 + 6/2) = ln 4, without the first ln(1 + 4/2) = ln 3, without the second ln(1 + 2/2) = ln 2.

    So the shares are ln(4/3) and ln 2 to one another.
    """
    found = merec_shares([[1, 1], [np.exp(2), np.exp(4)]])
    assert found == pytest.approx(np.log([4 / 3, 2]) / np.log(8 / 3))


@given(POSITIVE.filter(lambda table: (np.ptp(table, axis=0) > 0).all()))
def test_merec_by_its_formula(values: Floats) -> None:
    worse = np.abs(np.log(values.min(axis=0) / values))
    m = values.shape[1]
    whole = np.log(1 + worse.sum(axis=1) / m)
    effects = [np.abs(np.log(1 + np.delete(worse, j, axis=1).sum(axis=1) / m) - whole).sum() for j in range(m)]
    assert merec_shares(values) == pytest.approx(np.array(effects) / sum(effects), abs=1e-12)


def test_merec_takes_no_zero() -> None:
    with pytest.raises(Refused, match='hours "0": MEREC weights take values above 0 alone'):
        merec_shares([[1, 0], [2, 3]], ["pledge", "hours"])


def test_deviation_is_in_proportion_to_the_spread() -> None:
    assert deviation_shares([[0, 0, 7], [1, 3, 7]]) == pytest.approx([0.25, 0.75, 0])


@given(VALUES.filter(lambda table: (np.ptp(table, axis=0) > 0).all()))
def test_the_component_is_that_of_the_singular_values(values: Floats) -> None:
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    _, sizes, directions = np.linalg.svd(standard)
    if len(sizes) > 1 and sizes[0] - sizes[1] < 1e-3 * sizes[0]:
        return
    assert component_shares(values) == pytest.approx(directions[0] ** 2, abs=1e-6)


def test_uncorrelated_indicators_share_the_component_evenly() -> None:
    assert component_shares([[1, 1], [1, -1], [-1, 1], [-1, -1]]) == pytest.approx([0.5, 0.5])


def test_lacking_and_negative_values_are_named() -> None:
    with pytest.raises(Refused) as refused:
        entropy_shares([[1, np.nan], [-1, 2]], ["hours", "pledge"])
    text = refused.value.problems.text("en")
    assert 'hours "-1": entropy weights cannot take negative values' in text
    assert "pledge: 1 member has no value" in text


@pytest.mark.parametrize(("values", "said"), [([[1, 2]], "two members or more"), ([[5, 6], [5, 6]], "all indicators are constant")])
def test_what_tells_no_weights_is_refused(values: list[list[float]], said: str) -> None:
    with pytest.raises(Refused, match=said):
        critic_shares(values)


def test_an_unknown_method_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused, match="use one of entropy, critic, merec, deviation, component"):
        objective.objective_weights([[1], [2]], "topsis")
