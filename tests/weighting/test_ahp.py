"""AHP: matrices as they are typed, shares, consistency, hierarchies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.weighting.matrices import (
    CHAIRS,
    CITIES,
    DRINKS,
    HOUSE,
    SCHOOL,
    WEALTH,
    full,
    judgements,
    upper,
    weights,
)
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Floats
from toolkit.weighting.ahp import (
    ALONSO_LAMATA,
    SAATY,
    By,
    ahp_completed,
    ahp_judgement,
    ahp_ratio,
    ahp_shares,
    comparisons,
    harker,
    hierarchy_judgement,
    hierarchy_shares,
    perron,
    row_logarithms,
)

BY = st.sampled_from(["eigenvector", "geometric", "completion"])


def gappy(matrix: Floats, keep: set[tuple[int, int]]) -> Floats:
    """Only the comparisons of neighbours and those to keep."""
    return np.array(
        [
            [value if abs(i - j) <= 1 or (min(i, j), max(i, j)) in keep else np.nan for j, value in enumerate(row)]
            for i, row in enumerate(matrix)
        ]
    )


@given(weights(), BY)
def test_a_consistent_matrix_returns_its_weights_and_cr_zero(own: Floats, by: By) -> None:
    found = ahp_judgement(own[:, None] / own[None, :], by=by)
    assert found.shares == pytest.approx(own / own.sum(), rel=1e-7)
    assert found.ratio == pytest.approx(0, abs=1e-9)
    assert found.geometric_index == pytest.approx(0, abs=1e-9)
    assert found.consistent


@given(weights(least=2), BY, st.data())
def test_gaps_in_a_consistent_matrix_lose_nothing(own: Floats, by: By, data: st.DataObject) -> None:
    pairs = [(i, j) for i in range(len(own)) for j in range(i + 1, len(own))]
    found = ahp_judgement(gappy(own[:, None] / own[None, :], data.draw(st.sets(st.sampled_from(pairs)))), by=by)
    assert found.shares == pytest.approx(own / own.sum(), rel=1e-7)
    assert found.ratio == pytest.approx(0, abs=1e-9)


@given(judgements(), BY, st.data())
def test_permuting_criteria_permutes_the_shares(matrix: Floats, by: By, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(matrix))))
    one, other = ahp_judgement(matrix, by=by), ahp_judgement(matrix[np.ix_(order, order)], by=by)
    assert other.shares == pytest.approx(one.shares[order], rel=1e-6)
    assert other.ratio == pytest.approx(one.ratio, abs=1e-9)
    assert other.geometric_index == pytest.approx(one.geometric_index, abs=1e-9)


@given(judgements(least=2))
def test_shares_are_positive_and_sum_to_one_and_lambda_is_at_least_n(matrix: Floats) -> None:
    found = ahp_judgement(matrix)
    assert (found.shares > 0).all()
    assert found.shares.sum() == pytest.approx(1)
    assert found.eigenvalue >= len(matrix) - 1e-9
    assert found.index == pytest.approx((found.eigenvalue - len(matrix)) / (len(matrix) - 1), abs=1e-9)


@given(judgements(least=3, most=3))
def test_three_criteria_have_a_closed_form(matrix: Floats) -> None:
    cube = (matrix[0, 1] * matrix[1, 2] * matrix[2, 0]) ** (1 / 3)
    found = ahp_judgement(matrix)
    assert found.eigenvalue == pytest.approx(1 + cube + 1 / cube)
    # With three criteria the eigenvector is the geometric mean.
    assert found.shares == pytest.approx(ahp_shares(matrix, by="geometric"))
    assert found.geometric_index == pytest.approx(3 * np.log(cube) ** 2, abs=1e-12)


@given(judgements(least=4, most=5))
def test_harkers_eigenvector_is_that_of_the_matrix_filled_with_its_own_ratios(matrix: Floats) -> None:
    gap = gappy(matrix, {(0, 2)})
    assume(np.isnan(gap).any())
    found = ahp_judgement(gap)
    filled = np.where(np.isnan(gap), found.shares[:, None] / found.shares[None, :], gap)
    assert filled @ found.shares == pytest.approx(found.eigenvalue * found.shares)
    assert found.gaps == np.isnan(gap).sum() // 2


def test_saaty_2008_relative_consumption_of_drinks_in_the_us() -> None:
    found = ahp_judgement(full(DRINKS))
    assert found.shares == pytest.approx([0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327], abs=6e-4)
    assert found.ratio == pytest.approx(0.022, abs=5e-4)
    assert found.consistent


def test_saaty_1980_criteria_for_choosing_a_school() -> None:
    assert ahp_shares(full(SCHOOL)).round(2).tolist() == [0.32, 0.14, 0.03, 0.13, 0.24, 0.14]
    assert not ahp_judgement(full(SCHOOL)).consistent


def test_saaty_1990_criteria_for_buying_a_house() -> None:
    found = ahp_judgement(full(HOUSE))
    assert found.shares == pytest.approx([0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333], abs=6e-4)
    assert (round(found.eigenvalue, 3), round(found.index, 3), round(found.ratio, 3)) == (9.669, 0.238, 0.169)


@pytest.mark.parametrize(
    ("halves", "shares", "eigenvalue"),
    [
        (CHAIRS, [0.61, 0.24, 0.10, 0.05], 4.39),
        (WEALTH, [0.427, 0.230, 0.021, 0.052, 0.052, 0.123, 0.094], 7.61),
        (CITIES, [0.263, 0.397, 0.033, 0.116, 0.164, 0.027], 6.45),
    ],
    ids=["brightness of chairs", "wealth of nations", "distance of cities"],
)
def test_saaty_1977(halves: list[list[float]], shares: list[float], eigenvalue: float) -> None:
    found = ahp_judgement(full(halves))
    assert found.shares == pytest.approx(shares, abs=0.01 if halves is CHAIRS else 0.0015)  # of the chairs two digits are published
    assert round(found.eigenvalue, 2) == eigenvalue
    assert ahp_ratio(full(halves)) == found.ratio


def test_the_textbook_matrix_of_three() -> None:
    """1, 3, 5 and 3, in many textbooks after Saaty: 0.637, 0.258, 0.105, lambda 3.039, CR 0.033."""
    found = ahp_judgement(full([[3, 5], [3]]))
    assert found.shares.round(3).tolist() == [0.637, 0.258, 0.105]
    assert (round(found.eigenvalue, 3), round(found.ratio, 3)) == (3.039, 0.033)


def test_the_random_index_of_three_criteria_is_the_mean_over_all_matrices() -> None:
    steps = np.log([*(1 / s for s in range(2, 10)), *range(1, 10)])
    cube = (steps[:, None, None] + steps[None, :, None] - steps[None, None, :]) / 3
    index = (np.exp(cube) + np.exp(-cube) - 2) / 2
    assert ALONSO_LAMATA[2] == pytest.approx(index.mean(), abs=1e-4)


@pytest.mark.parametrize("count", [5, 8])
def test_alonso_and_lamata_2006_random_index_is_met_by_random_matrices(count: int) -> None:
    steps = np.array([*(1 / s for s in range(2, 10)), *range(1, 10)])
    draw = np.random.default_rng(0).choice(steps, (4000, count, count))
    matrix = np.triu(draw, 1) + np.tril(1 / np.swapaxes(draw, 1, 2), -1) + np.eye(count)
    roots = np.linalg.eigvals(matrix).real.max(axis=1)
    assert ((roots - count) / (count - 1)).mean() == pytest.approx(ALONSO_LAMATA[count - 1], abs=0.02)


def test_another_random_index_changes_cr_alone() -> None:
    one, other = ahp_judgement(full(DRINKS)), ahp_judgement(full(DRINKS), random_index=ALONSO_LAMATA)
    assert other.ratio * ALONSO_LAMATA[6] == pytest.approx(one.ratio * SAATY[6])
    assert other.shares.tolist() == one.shares.tolist()


def test_two_criteria_cannot_contradict_themselves() -> None:
    found = ahp_judgement([[1, 9], [None, 1]])
    assert (found.shares.round(9).tolist(), found.ratio) == ([0.9, 0.1], 0)


def test_sixteen_criteria_are_too_many_for_the_table() -> None:
    with pytest.raises(Refused, match="the random index goes to 15 criteria, there are 16"):
        ahp_judgement(np.ones((16, 16)))
    assert ahp_judgement(np.ones((16, 16)), random_index=[*SAATY, 1.6]).ratio == pytest.approx(0)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(Refused, match="there is no such method: rows"):
        ahp_shares([[1.0]], by="rows")


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


@pytest.mark.parametrize("between", [1.0, 3.0, 1 / 9])
def test_one_gap_of_four_by_hand(between: float) -> None:
    """Whatever the middle two are to one another, the ends are as the geometric mean of both ways: a_14^2 = a_12 a_24 a_13 a_34.

    For the transposed matrix, its rows and columns scaled and the middle two swapped, is the same but for a_14 turned into
    a_12 a_24 a_13 a_34 / a_14; it has the same lambda_max, and only one completion has the least.
    """
    gap = [[1, 2, 3, None], [None, 1, between, 2], [None, None, 1, 3], [None, None, None, 1]]
    assert ahp_completed(gap)[0, 3] == pytest.approx(6, rel=1e-9)
    tekile = [[1, None, 3, 1], [None, 1, 1 / 2, 4], [None, None, 1, 5], [None, None, None, 1]]
    assert ahp_completed(tekile)[0, 1] ** 2 == pytest.approx(3 * 2 * (1 / 4), rel=1e-9)


def test_a_cycle_of_four_with_both_diagonals_open_by_hand() -> None:
    """Round the cycle 2 x 2 x 2 x 1 is 8, not 1: each side is 8^(1/4) = e times the ratio of weights w, the diagonals just that.

    Then each row has sum_j a_ij w_j / w_i = 2 + e + 1 / e, each column the like: w and 1 / w are the eigenvectors, and
    a_13^2 = (w_1 / w_3)^2 as it has to be.
    """
    whole = ahp_completed([[1, 2, None, 1], [None, 1, 2, None], [None, None, 1, 2], [None, None, None, 1]])
    factor = 8 ** (1 / 4)
    side = 2 / factor
    assert (whole[0, 2], whole[1, 3]) == pytest.approx((side**2, side**2), rel=1e-9)
    assert perron(whole)[0] == pytest.approx(2 + factor + 1 / factor)


@given(judgements(least=3, most=5), st.data())
def test_no_other_completion_has_a_smaller_eigenvalue(matrix: Floats, data: st.DataObject) -> None:
    pairs = [(i, j) for i in range(len(matrix)) for j in range(i + 2, len(matrix))]
    gapped = gappy(matrix, data.draw(st.sets(st.sampled_from(pairs))))
    whole = ahp_completed(gapped)
    there = ~np.isnan(gapped)
    assert whole[there].tolist() == comparisons(gapped)[0][there].tolist()
    assert whole * whole.T == pytest.approx(np.ones_like(whole))
    least = perron(whole)[0]
    for row, column in np.argwhere(np.triu(~there)):
        for factor in (0.9, 1.1):
            other = whole.copy()
            other[row, column] *= factor
            other[column, row] = 1 / other[row, column]
            assert perron(other)[0] > least


def test_shares_and_ratio_of_the_completion() -> None:
    gap = [[1, 2, 3, None], [None, 1, 3, 2], [None, None, 1, 3], [None, None, None, 1]]
    full = [[1, 2, 3, 6], [None, 1, 3, 2], [None, None, 1, 3], [None, None, None, 1]]
    assert ahp_shares(gap, by="completion") == pytest.approx(ahp_shares(full), abs=1e-9)
    assert ahp_ratio(gap, by="completion") == pytest.approx(ahp_ratio(full), abs=1e-9)
    assert ahp_completed(full)[3, 0] == pytest.approx(1 / 6)


def test_harkers_matrix_puts_gaps_on_the_diagonal() -> None:
    gap = comparisons([[1, 2, None], [None, 1, 3], [None, None, 1]])[0]
    assert harker(gap).tolist() == [[2, 2, 0], [0.5, 1, 3], [0, 1 / 3, 2]]
    assert harker(np.stack([gap, gap]))[1].tolist() == harker(gap).tolist()


def test_complete_logarithmic_least_squares_is_the_row_mean() -> None:
    drinks = full(DRINKS)
    expected = np.log(drinks).mean(axis=1)
    assert row_logarithms(drinks) == pytest.approx(expected - expected.mean())


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
    assert "is `total` meant?" in text


def test_a_matrix_of_another_size_is_refused() -> None:
    with pytest.raises(Refused, match="2 names for 6 judgements"):
        hierarchy_shares({"total": full(SCHOOL)}, {"total": ["a", "b"]})
