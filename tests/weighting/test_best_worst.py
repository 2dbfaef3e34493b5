"""The best-worst method: judgements checked, its two models, shares and ratios."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from tests.weighting.matrices import weights
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Floats
from toolkit.weighting.best_worst import (
    CONSISTENCY_INDEX,
    THRESHOLDS,
    BestWorstInput,
    best_worst_input,
    best_worst_judgement,
    best_worst_mend,
    best_worst_shares,
    contradictions,
    deviation_limit,
    linear_model,
    nonlinear_deviation,
    nonlinear_ranges,
)


def test_rezaei_2015_buying_a_car_is_fully_consistent() -> None:
    """Quality, price, comfort, safety, style; price is best, style worst."""
    for model in ("linear", "nonlinear"):
        found = best_worst_judgement(1, 4, [2, 1, 4, 2, 8], [4, 8, 2, 4, 1], model=model)
        assert found.shares.round(4).tolist() == [0.2105, 0.4211, 0.1053, 0.2105, 0.0526]
        assert (found.ratio, found.input_ratio, found.contradictions) == (0, 0, ())


def test_rezaei_2015_transportation_mode() -> None:
    """Load flexibility, accessibility, cost; cost is best, load flexibility worst."""
    found = best_worst_judgement(2, 0, [8, 2, 1], [1, 5, 8], model="nonlinear")
    assert found.shares.round(4).tolist() == [0.0714, 0.3387, 0.5899]
    assert (round(found.deviation, 2), round(found.ratio, 3)) == (0.26, 0.058)


def test_rezaei_2015_table_1_is_its_formula() -> None:
    assert [round(deviation_limit(a), 2) for a in range(1, 10)] == list(CONSISTENCY_INDEX)


@pytest.mark.parametrize("span", range(2, 10))
def test_the_consistency_index_is_met_by_the_worst_judgement(span: int) -> None:
    found = best_worst_judgement(0, 2, [1, span, span], [span, span, 1], model="nonlinear")
    assert found.deviation == pytest.approx(deviation_limit(span))
    assert found.ratio == pytest.approx(1, abs=0.02)
    assert found.input_ratio == pytest.approx(1)


def test_liang_brunelli_rezaei_2020_threshold_is_read_by_span_and_count() -> None:
    assert best_worst_judgement(0, 3, [1, 2, 4, 8], [8, 4, 2, 1]).threshold == 0.2521
    assert best_worst_judgement(0, 2, [1, 3, 4], [4, 2, 1]).threshold == 0.1121
    assert best_worst_judgement(0, 2, [1, 2, 2], [2, 1, 1]).threshold == 0
    assert best_worst_judgement(0, 1, [1, 3], [3, 1]).threshold is None
    assert best_worst_judgement(0, 2, [1, 1.5, 3.5], [3.5, 2, 1]).threshold is None
    assert np.shape(THRESHOLDS) == (7, 7)


def test_the_nonlinear_model_of_more_than_three_criteria_gives_ranges() -> None:
    found = best_worst_judgement(1, 4, [2, 1, 4, 3, 8], [4, 8, 4, 2, 1], model="nonlinear")
    assert found.deviation == pytest.approx(1)
    assert found.ratio == pytest.approx(1 / 4.47)
    assert found.shares.sum() == pytest.approx(1)
    assert (found.ranges[:, 1] - found.ranges[:, 0]).max() > 0.01


def test_permuting_criteria_permutes_the_shares() -> None:
    down, up, order = np.array([2, 1, 4, 3, 8]), np.array([4, 8, 4, 2, 1]), [4, 2, 0, 1, 3]
    one = best_worst_shares(1, 4, down, up)
    other = best_worst_shares(order.index(1), order.index(4), down[order], up[order])
    assert other == pytest.approx(one[order], abs=1e-7)


def test_two_criteria_need_one_judgement_and_one_needs_none() -> None:
    assert best_worst_shares(1, 0, [4, 1], [1, 4]) == pytest.approx([0.2, 0.8])
    assert best_worst_shares(0, 0, [1], [1]).tolist() == [1.0]


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(Refused, match="there is no such model: bayes"):
        best_worst_judgement(0, 1, [1, 2], [2, 1], model="bayes")


NAMES = ["quality", "price", "comfort", "safety", "style"]


@given(weights(least=2))
def test_what_is_consistent_contradicts_nothing(own: Floats) -> None:
    given_ = best_worst_input(int(own.argmax()), int(own.argmin()), own.max() / own, own / own.min())
    assert contradictions(given_) == ()
    assert given_.span == pytest.approx(own.max() / own.min())


def test_contradictions_are_named_the_worst_first() -> None:
    found = contradictions(best_worst_input(1, 4, [2, 1, 4, 3, 8], [4, 8, 4, 2, 1], NAMES))
    assert [(one.criterion, one.product, one.span) for one in found] == [("comfort", 16, 8), ("safety", 6, 8)]
    assert [one.ratio for one in found] == pytest.approx([8 / 56, 2 / 56])


def refusal(*judgement: object) -> str:
    with pytest.raises(Refused) as refused:
        best_worst_input(*judgement)
    return refused.value.problems.text("en")


def test_every_fault_is_named_at_once() -> None:
    said = refusal(1, 4, [2, 3, 12, 0.5, 8], [4, 7, 2, 4, 2], NAMES)
    assert 'best : comfort "12": 1 to 9 is wanted' in said
    assert 'best : safety "0.5": 1 to 9 is wanted' in said
    assert 'best : price "3": the best is 1 beside itself' in said
    assert 'style : worst "2": the worst is 1 beside itself' in said
    assert "price : style: best : worst differs between the rows: 8 and 7" in said


def test_another_best_or_worst_is_named() -> None:
    said = refusal(1, 4, [2, 1, 4, 9, 8], [9, 8, 2, 4, 1], NAMES)
    assert 'safety "9": further from the best than the worst is (8)' in said
    assert 'quality "9": further above the worst than the best is (8)' in said


def test_places_and_lengths_must_fit() -> None:
    assert "rows of 2 and 3 judgements" in refusal(0, 1, [1, 2], [2, 1, 1])
    assert "best 0 and worst 2" in refusal(0, 2, [1, 2], [2, 1])
    assert "best and worst are the same" in refusal(0, 0, [1, 1], [1, 2])


def test_all_alike_is_a_judgement_too() -> None:
    assert contradictions(best_worst_input(0, 0, np.ones(3), np.ones(3))) == ()


@st.composite
def comparisons(draw: st.DrawFn, least: int = 2, most: int = 6) -> BestWorstInput:
    count = draw(st.integers(least, most))
    span = draw(st.integers(1, 9))
    best, worst = draw(st.permutations(range(count)))[:2]
    rows = [draw(st.lists(st.integers(1, span), min_size=count, max_size=count)) for _ in range(2)]
    rows[0][best] = rows[1][worst] = 1
    rows[0][worst] = rows[1][best] = span
    return best_worst_input(best, worst, *rows)


def misses(given_: BestWorstInput, shares: Floats) -> float:
    """The largest |w_B - a_Bj w_j| or |w_j - a_jW w_W|."""
    down = np.abs(shares[given_.best] - given_.from_best * shares)
    up = np.abs(shares - given_.to_worst * shares[given_.worst])
    return float(max(down.max(), up.max()))


def possible(given_: BestWorstInput, xi: float) -> bool:
    """Whether weights of at least 1 fit within deviation xi, asked of a linear programme of its own."""
    count = len(given_.names)
    rows, bounds = [], []
    for j in range(count):
        for left, right, ratio in ((given_.best, j, given_.from_best[j]), (j, given_.worst, given_.to_worst[j])):
            for sign in (1, -1):
                row = np.zeros(count)
                row[left] += sign
                row[right] -= sign * ratio + xi
                rows.append(row)
                bounds.append(0.0)
    return bool(linprog(np.zeros(count), rows, bounds, bounds=(1, None)).status == 0)


@given(comparisons(), st.integers(0, 2**32 - 1))
def test_no_shares_miss_by_less_than_the_linear_answer(given_: BestWorstInput, seed: int) -> None:
    shares, xi = linear_model(given_)
    assert shares.sum() == pytest.approx(1)
    assert misses(given_, shares) == pytest.approx(xi, abs=1e-7)
    rng = np.random.default_rng(seed)
    for other in rng.dirichlet(1 + 200 * shares, 20):
        assert misses(given_, other) >= xi - 1e-7


@given(comparisons())
def test_the_nonlinear_deviation_is_the_least_possible(given_: BestWorstInput) -> None:
    xi = nonlinear_deviation(given_)
    assert possible(given_, xi + 1e-4)
    assert xi == 0 or not possible(given_, xi * 0.98 - 1e-5)


@given(comparisons())
def test_the_nonlinear_ranges_hold_each_other(given_: BestWorstInput) -> None:
    ranges = nonlinear_ranges(given_, nonlinear_deviation(given_))
    assert (ranges[:, 0] <= ranges[:, 1] + 1e-7).all()
    assert ranges[:, 0].sum() <= 1 + 1e-6
    assert ranges[:, 1].sum() >= 1 - 1e-6


@example(np.array([4.0, 3.0, 3.0, 5.0, 3.0]))
@given(weights(least=2))
def test_a_consistent_judgement_has_one_answer_in_both_models(own: Floats) -> None:
    given_ = best_worst_input(int(own.argmax()), int(own.argmin()), own.max() / own, own / own.min())
    shares, xi = linear_model(given_)
    assert xi == pytest.approx(0, abs=1e-7)
    assert shares == pytest.approx(own / own.sum(), abs=1e-6)
    assert nonlinear_deviation(given_) == pytest.approx(0, abs=1e-9)
    ranges = nonlinear_ranges(given_, nonlinear_deviation(given_))
    assert ranges == pytest.approx(np.repeat(shares[:, None], 2, axis=1), abs=1e-5)


@given(comparisons(least=3, most=3))
def test_with_three_criteria_the_answer_is_unique(given_: BestWorstInput) -> None:
    ranges = nonlinear_ranges(given_, nonlinear_deviation(given_))
    assert ranges[:, 0] == pytest.approx(ranges[:, 1], abs=1e-5)


def sound(span: Floats, *judged: Floats) -> Floats:
    """Of rows of judgements, a_BW and then two for each criterion between, those that may stand, by the definition: bool[rows]."""
    limits = np.array([np.nan, np.nan, 0.0, *(row[len(judged) // 2 - 1] for row in THRESHOLDS)])
    ratios = np.max([np.abs(down * up - span) for down, up in zip(judged[::2], judged[1::2], strict=True)], axis=0) / (span * (span - 1))
    allowed: Floats = (np.max(judged, axis=0) <= span) & (ratios <= limits[span.astype(int)] + 1e-9)
    return allowed


@given(comparisons(least=3, most=4))
def test_no_mend_is_smaller_than_the_one_that_is_offered(given_: BestWorstInput) -> None:
    between = [j for j in range(len(given_.names)) if j not in {given_.best, given_.worst}]
    if given_.span < 2:
        return
    now = np.array([given_.span, *(one for j in between for one in (given_.from_best[j], given_.to_worst[j]))])
    every = np.stack(np.meshgrid(np.arange(2.0, 10), *[np.arange(1.0, 10)] * (len(now) - 1)), -1).reshape(-1, len(now))
    every = every[sound(*every.T)]
    sizes = np.stack([np.abs(np.log(every / now)).sum(axis=1).round(9), (every != now).sum(axis=1)])
    mend = best_worst_mend(given_.best, given_.worst, given_.from_best, given_.to_worst)
    then = {(given_.best, given_.worst): 0, **{pair: place for j, at in zip(between, range(1, 99, 2), strict=False) for pair, place in (((given_.best, j), at), ((j, given_.worst), at + 1))}}
    mended = now.copy()
    for change in mend.changes:
        assert now[then[change.places]] == change.now
        mended[then[change.places]] = change.then
    assert sound(*mended[:, None])[0]
    far, many = sizes[:, np.lexsort(sizes)[0]]
    assert (len(mend.changes), sum(abs(np.log(change.then / change.now)) for change in mend.changes)) == (many, pytest.approx(far, abs=1e-8))
    assert [change.ratio for change in mend.changes[-1:]] == [mend.after][: len(mend.changes)]


def test_one_judgement_of_a_bw_may_mend_what_would_take_two_others() -> None:
    mend = best_worst_mend(0, 3, [1, 3, 3, 4], [4, 3, 3, 1], NAMES[:4])
    assert [str(change) for change in mend.changes] == ["quality : safety, 4 -> 6"]
    assert (round(mend.before, 2), round(mend.after, 2), mend.least) == (0.42, 0.1, True)


def test_of_more_criteria_than_thresholds_are_published_for_the_mend_keeps_a_bw_of_2() -> None:
    others, worst = [1.0, *[2.0] * 9], [2.0, *[2.0] * 8, 1.0]
    mend = best_worst_mend(0, 9, others, worst, None)
    assert (mend.enough, mend.after, len(mend.changes)) == (True, 0.0, 8)
