"""Where comparisons contradict themselves, and the smallest mend."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given

from tests.weighting.matrices import DRINKS, HOUSE, SCHOOL, full, judgements, weights
from toolkit.ballots.folder import AHP_RATIO, _mend_words
from toolkit.ground.ranking import Floats
from toolkit.weighting.ahp import STEPS, ahp_judgement
from toolkit.weighting.ahp_consistency import Mend, ahp_circles, ahp_mend, ahp_triads


@given(judgements())
def test_every_triad_is_there_the_worst_first(matrix: Floats) -> None:
    found = ahp_triads(matrix)
    assert sorted(t.places for t in found) == list(combinations(range(len(matrix)), 3))
    errors = [t.error for t in found]
    assert errors == pytest.approx(sorted(errors, reverse=True), abs=1e-9)
    for triad in found:
        i, j, k = triad.places
        assert triad.product == pytest.approx(matrix[i, j] * matrix[j, k] / matrix[i, k])


@given(weights(least=3))
def test_consistent_comparisons_have_no_error_and_no_circle(own: Floats) -> None:
    matrix = own[:, None] / own[None, :]
    assert max(t.error for t in ahp_triads(matrix)) == pytest.approx(0, abs=1e-9)
    assert ahp_circles(matrix) == []


@given(judgements())
def test_there_is_a_circle_exactly_when_no_order_fits(matrix: Floats) -> None:
    """An order with ties fits if a level can be given to each so that more means higher and equal means level."""
    n = len(matrix)
    sign = np.sign(np.log(matrix).round(9))
    # The level of a criterion can only be how many it is more than: equal ones have to agree on it.
    beaten = (sign > 0).sum(axis=1)
    fits = all(np.sign(beaten[i] - beaten[j]) == sign[i, j] for i in range(n) for j in range(n))
    assert (ahp_circles(matrix) == []) == fits


@given(judgements(least=3))
def test_every_circle_is_one_and_is_told_once(matrix: Floats) -> None:
    circles = [circle.places for circle in ahp_circles(matrix)]
    turned = {way[k:] + way[:k] for way in circles for k in range(len(way))}
    assert len(turned) == sum(map(len, circles))
    for way in circles:
        steps = [matrix[a, b] for a, b in zip(way, [*way[1:], way[0]], strict=True)]
        assert min(steps) >= 1 - 1e-9
        assert max(steps) > 1


def test_the_worst_triad_of_saaty_1980_school_is_found_by_trying_all() -> None:
    school = full(SCHOOL)
    products = {t: school[t[0], t[1]] * school[t[1], t[2]] * school[t[2], t[0]] for t in permutations(range(6), 3)}
    found = ahp_triads(school)[0]
    # Friends three times vocational training, that the same as college preparation, this five times friends.
    assert found.places == (1, 3, 4)
    assert np.exp(found.error) == pytest.approx(max(products.values())) == pytest.approx(15)


def test_saaty_2008_drinks_hold_weak_circles_through_milk() -> None:
    """Coffee is as milk and milk as beer, yet coffee is more than beer; and so with sodas."""
    names = ["coffee", "wine", "tea", "beer", "sodas", "milk", "water"]
    assert [circle.criteria for circle in ahp_circles(full(DRINKS), names)] == [
        ("coffee", "beer", "milk"),
        ("coffee", "sodas", "milk"),
        ("coffee", "sodas", "beer", "milk"),
    ]


def test_pairs_not_compared_make_no_triad_and_longer_circles_are_found() -> None:
    ring = [[1, 2, None, 1 / 2], [None, 1, 2, None], [None, None, 1, 2], [None, None, None, 1]]
    assert ahp_triads(ring) == []
    assert [circle.places for circle in ahp_circles(ring)] == [(0, 1, 2, 3)]


def mended(matrix: Floats, mend: Mend) -> Floats:
    changed = matrix.copy()
    for change in mend.changes:
        i, j = change.places
        assert changed[i, j] == pytest.approx(change.now)
        changed[i, j], changed[j, i] = change.then, 1 / change.then
    return changed


def single_mends(matrix: Floats) -> list[float]:
    """The size of every single change that is enough, found by trying all of them with the plain judgement."""
    sizes = []
    for i, j in zip(*np.triu_indices(len(matrix), 1), strict=True):
        for step in STEPS:
            tried = matrix.copy()
            tried[i, j], tried[j, i] = step, 1 / step
            if ahp_judgement(tried).ratio < 0.1 - 1e-9:
                sizes.append(abs(np.log(step / matrix[i, j])))
    return sizes


@given(judgements(least=3, most=5))
def test_the_mend_does_what_it_says(matrix: Floats) -> None:
    mend = ahp_mend(matrix)
    assert mend.before == pytest.approx(ahp_judgement(matrix).ratio, abs=1e-9)
    assert mend.after == pytest.approx(ahp_judgement(mended(matrix, mend)).ratio, abs=1e-9)
    assert mend.enough == (mend.after < 0.1)
    assert len({change.places for change in mend.changes}) == len(mend.changes)
    ratios = [mend.before, *(change.ratio for change in mend.changes)]
    assert ratios == sorted(ratios, reverse=True)
    assert bool(mend.changes) == (mend.before >= 0.1)


@given(judgements(least=3, most=4))
def test_no_smaller_single_change_is_enough(matrix: Floats) -> None:
    mend, sizes = ahp_mend(matrix), single_mends(matrix)
    if not mend.changes:
        return
    assert (len(mend.changes) == 1 and mend.least) == bool(sizes)
    if sizes:
        (change,) = mend.changes
        assert abs(np.log(change.then / change.now)) == pytest.approx(min(sizes))


def pair_mends(matrix: Floats) -> list[float]:
    """By trying all of them: the size of every two changes that are enough, of which one lowers CR by itself."""
    cells, before, sizes = list(combinations(range(len(matrix)), 2)), ahp_judgement(matrix).ratio, []
    steps = [(cell, step) for cell in cells for step in STEPS if abs(np.log(step / matrix[cell])) > 1e-9]
    alone = {}
    for (i, j), step in steps:
        tried = matrix.copy()
        tried[i, j], tried[j, i] = step, 1 / step
        alone[(i, j), step] = tried
    lowers = {key: ahp_judgement(tried).ratio < before for key, tried in alone.items()}
    for one, other in combinations(steps, 2):
        if one[0] != other[0] and (lowers[one] or lowers[other]):
            tried = alone[one].copy()
            (i, j), step = other
            tried[i, j], tried[j, i] = step, 1 / step
            if ahp_judgement(tried).ratio < 0.1 - 1e-9:
                sizes.append(sum(abs(np.log(step / matrix[cell])) for cell, step in (one, other)))
    return sizes


@pytest.mark.parametrize("sides", [(9, 9, 1 / 9, 3, 1 / 7, 5), (1 / 9, 7, 9, 9, 1 / 5, 9), (3, 1 / 9, 9, 1 / 3, 9, 1 / 9)])
def test_no_smaller_change_of_two_is_enough(sides: tuple[float, ...]) -> None:
    matrix = np.eye(4)
    for (i, j), side in zip(combinations(range(4), 2), sides, strict=True):
        matrix[i, j], matrix[j, i] = side, 1 / side
    assert single_mends(matrix) == []
    mend, sizes = ahp_mend(matrix), pair_mends(matrix)
    assert mend.least == bool(sizes)
    if sizes:
        assert sum(abs(np.log(change.then / change.now)) for change in mend.changes) == pytest.approx(min(sizes))
        assert len(mend.changes) == 2


def test_two_changes_are_found_where_one_after_another_three_would_be_made() -> None:
    matrix = np.array([[1, 3, 3, 3, 3], [np.nan, 1, 6, 1 / 6, 3], [np.nan] * 2 + [1, 5, 3], [np.nan] * 3 + [1, 3], [np.nan] * 4 + [1]])
    mend = ahp_mend(matrix)
    assert (len(mend.changes), mend.enough, mend.least) == (2, True, True)
    assert sum(abs(np.log(change.then / change.now)) for change in mend.changes) < 4.3
    assert not ahp_mend(full(SCHOOL)).least or len(ahp_mend(full(SCHOOL)).changes) <= 2


def test_consistent_comparisons_need_no_mend() -> None:
    assert ahp_mend(full(DRINKS)).changes == ()
    assert ahp_mend([[1.0]]) == Mend((), 0.0, 0.0, enough=True)


def test_saaty_1990_house_is_mended_by_neighbourhood_against_condition() -> None:
    names = ["size", "transport", "neighbourhood", "age", "yard", "modern", "condition", "financing"]
    mend = ahp_mend(full(HOUSE), names)
    assert [change.criteria for change in mend.changes] == [("neighbourhood", "condition")]
    assert str(mend.changes[0]).startswith("neighbourhood : condition, 6 -> ")
    assert mend.after < 0.1


def test_saaty_1980_school_needs_more_than_one_change() -> None:
    assert single_mends(full(SCHOOL)) == []
    mend = ahp_mend(full(SCHOOL))
    assert len(mend.changes) > 1
    assert mend.enough


def test_pairs_not_compared_are_left_alone_and_another_limit_is_held() -> None:
    ring = np.array([[1, 9, np.nan, 9], [np.nan, 1, 9, np.nan], [np.nan, np.nan, 1, 9], [np.nan] * 3 + [1]])
    mend = ahp_mend(ring, limit=0.05)
    assert {change.places for change in mend.changes} <= {(0, 1), (0, 3), (1, 2), (2, 3)}
    assert mend.after < 0.05


def test_where_pairs_are_too_many_and_no_change_is_enough_that_is_said() -> None:
    draws = np.random.default_rng(0)
    large = np.triu(draws.choice([9.0, 1 / 9, 1.0], (9, 9)), 1)
    mend = ahp_mend(np.where(large > 0, large, np.where(np.eye(9) > 0, 1.0, np.nan)))
    assert (mend.enough, mend.least, mend.after < 0.1 < mend.before) == (True, False, True)
    never = ahp_mend([[1, 3, 1 / 2], [None, 1, 4], [None, None, 1]], limit=0.0)
    assert (never.enough, never.after < never.before) == (False, True)
    assert _mend_words(never, AHP_RATIO).en.endswith("which is not enough: compare them all anew")
