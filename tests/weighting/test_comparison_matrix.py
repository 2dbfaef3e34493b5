from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from tests.weighting.matrices import DRINKS, full, judgements, upper
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Floats
from toolkit.weighting.ahp import comparisons, harker, perron, row_logarithms


@given(judgements())
def test_either_half_is_enough(matrix: Floats) -> None:
    for typed in (matrix, upper(matrix), upper(matrix.T).T):
        assert comparisons(typed)[0] == pytest.approx(matrix)


@given(judgements())
def test_reciprocals_rounded_to_two_decimals_are_read_as_what_they_stand_for(matrix: Floats) -> None:
    typed = np.where(matrix < 1, matrix.round(2), matrix)
    assert comparisons(typed)[0].tolist() == comparisons(matrix)[0].tolist()


@given(judgements(least=2))
def test_what_is_read_is_exactly_reciprocal(matrix: Floats) -> None:
    whole = comparisons(matrix)[0]
    large = np.maximum(whole, whole.T)
    assert (np.minimum(whole, whole.T) == 1 / large).all()


def test_every_bad_cell_is_named_at_once() -> None:
    with pytest.raises(Refused) as refused:
        comparisons([[2, 3, 12], [3, 1, -1], [None, None, 1]], ["学习", "承诺", "记录"])
    text = refused.value.problems.text("zh")
    assert '学习 : 学习 "2"：对角线应为 1' in text
    assert '学习 : 承诺 "3"：与 承诺 : 学习 的 3 不互为倒数；只留其中一个，或把后者改为 1/3' in text
    assert '学习 : 记录 "12"：不在 1/9 至 9 的标度上' in text
    assert '承诺 : 记录 "-1"' in text
    assert len(refused.value.problems) == 4


@pytest.mark.parametrize("bad", [[[1, 2]], [], [1, 2], [[1, float("inf")], [None, 1]]])
def test_what_is_no_matrix_is_refused(bad: object) -> None:
    with pytest.raises(Refused):
        comparisons(bad)


def test_criteria_that_nothing_joins_are_named() -> None:
    with pytest.raises(Refused, match="C1, C2; C3, C4"):
        comparisons([[1, 2, None, None], [None, 1, None, None], [None, None, 1, 2], [None, None, None, 1]])


@given(judgements(least=2))
def test_the_eigenvector_is_one(matrix: Floats) -> None:
    root, vector = perron(matrix)
    assert matrix @ vector == pytest.approx(root * vector)
    assert (vector > 0).all()
    assert root >= len(matrix) - 1e-9


def test_harkers_matrix_puts_gaps_on_the_diagonal() -> None:
    gap = comparisons([[1, 2, None], [None, 1, 3], [None, None, 1]])[0]
    assert harker(gap).tolist() == [[2, 2, 0], [0.5, 1, 3], [0, 1 / 3, 2]]
    assert harker(np.stack([gap, gap]))[1].tolist() == harker(gap).tolist()


def test_complete_logarithmic_least_squares_is_the_row_mean() -> None:
    drinks = full(DRINKS)
    expected = np.log(drinks).mean(axis=1)
    assert row_logarithms(drinks) == pytest.approx(expected - expected.mean())
