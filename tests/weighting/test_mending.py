from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from tests.weighting.matrices import DRINKS, HOUSE, SCHOOL, full, judgements
from toolkit.ground.ranking import Floats
from toolkit.weighting.ahp import STEPS, ahp_judgement
from toolkit.weighting.ahp_consistency import Mend, ahp_mend


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
    assert (len(mend.changes) == 1 and mend.enough) == bool(sizes)
    if sizes:
        (change,) = mend.changes
        assert abs(np.log(change.then / change.now)) == pytest.approx(min(sizes))


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
