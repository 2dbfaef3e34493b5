"""Shapes that look at the members themselves: fair, resolved, and true to their formulas."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy.stats import percentileofscore, rankdata, zscore

from toolkit.ground.decimals import decimal_digits_of
from toolkit.ground.statistics import exact_sums, mean_and_deviation
from toolkit.ground.toml_reader import tuples
from toolkit.scheme.criteria import Group
from toolkit.scheme.shapes import (
    Borda,
    ExponentialRank,
    MinMax,
    Percentile,
    Placed,
    Rank,
    Relative,
    Shape,
    ShareOfBest,
    ZScore,
)
from toolkit.scheme.writing import plain_values

KINDS: tuple[dict[str, Any], ...] = (
    {"shape": "min_max"},
    {"shape": "min_max", "to": (1.0, 100.0)},
    {"shape": "z_score"},
    {"shape": "z_score", "mean": 50.0, "deviation": 10.0, "sample": False},
    {"shape": "share_of_best"},
    {"shape": "share_of_best", "to": (1.0, 100.0)},
    *({"shape": "percentile", "ties": ties} for ties in ("best", "average", "worst")),
    *({"shape": "rank", "ties": ties} for ties in ("best", "average", "worst")),
    {"shape": "rank", "to": (1.0, 100.0)},
    {"shape": "borda"},
    {"shape": "borda", "to": (0.0, 100.0)},
    {"shape": "exponential_rank", "rate": 23.0},
)
BENCHMARKS: tuple[dict[str, Any], ...] = (
    {"shape": "benchmark", "per_above": 1.0, "per_below": 0.5, "trim": 1, "trim_from": 5},
    {"shape": "benchmark", "of": "median", "factor": 0.95, "per_above": 2.0, "per_below": 0.0, "to": (1.0, 30.0)},
)
SHAPE = TypeAdapter[Shape](Shape)
# Few different values, so that members tie; none negative, for shares of the best.
NUMBER = st.one_of(st.integers(0, 6).map(float), st.floats(0, 1e6), st.just(math.nan))
COLUMN = st.lists(NUMBER, min_size=1, max_size=25)
SHAPES = st.builds(
    lambda kind, better, within: made(**kind, better=better, within=within),
    st.sampled_from(KINDS), st.sampled_from(["higher", "lower"]), st.sampled_from(["all", "class"]),
)  # fmt: skip
BENCHMARKED = st.builds(lambda kind, within: made(**kind, within=within), st.sampled_from(BENCHMARKS), st.sampled_from(["all", "class"]))
CLASSES = st.lists(st.sampled_from("xyz"), min_size=25, max_size=25)


def made(**written: Any) -> Relative:
    shape = SHAPE.validate_python(written)
    assert isinstance(shape, Relative)
    return shape


def column(raw: list[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Raw values as they are measured: each is what its digits say."""
    return decimal_digits_of(raw)


def same(left: Any, right: Any) -> bool:
    return bool(np.array_equal(left, right, equal_nan=True))


@given(SHAPES, COLUMN, st.lists(st.floats(0, 2e6), max_size=5))
def test_a_better_raw_value_never_has_a_lower_value_not_even_of_one_who_joins_later(
    shape: Relative, raw: list[float], later: list[float]
) -> None:
    shape = shape.model_copy(update={"within": "all"})
    order = np.argsort(column([*raw, *later]))[:: 1 if shape.better == "higher" else -1]
    values = shape.resolved(column(raw), 100).values(column([*raw, *later]), 100)[order]
    assert (np.diff(values[~np.isnan(values)]) >= 0).all()


@given(SHAPES, COLUMN, CLASSES)
def test_values_stay_in_their_range(shape: Relative, raw: list[float], classes: list[str]) -> None:
    values = shape.values(column(raw), 100, classes[: len(raw)])
    assert same(np.isnan(values), np.isnan(raw))
    if not isinstance(shape, ZScore):
        assert np.nanmin([*values, 100]) >= shape.lowest
        assert np.nanmax([*values, 0]) <= 100


@given(SHAPES | BENCHMARKED, COLUMN, CLASSES, st.randoms(use_true_random=False))
def test_the_order_of_members_changes_not_a_bit(shape: Relative, raw: list[float], classes: list[str], random: Any) -> None:
    places = list(range(len(raw)))
    random.shuffle(places)
    named = np.array(classes[: len(raw)], dtype=object)
    assert same(shape.values(column(raw)[places], 100, named[places]), shape.values(column(raw), 100, named)[places])
    assert shape.resolved(column(raw)[places], 100, named[places]) == shape.resolved(column(raw), 100, named)


@given(SHAPES | BENCHMARKED, COLUMN, CLASSES)
def test_a_resolved_shape_gives_the_same_bits_even_when_written_and_read_again(
    shape: Relative, raw: list[float], classes: list[str]
) -> None:
    named = classes[: len(raw)]
    resolved = shape.resolved(column(raw), 100, named)
    assert resolved.resolved(column(raw)[:1], 100, named[:1]) == resolved
    again = SHAPE.validate_python(tuples(plain_values(resolved)))
    assert isinstance(again, Relative)
    for one in (resolved, again):
        assert same(one.values(column(raw), 100, named), shape.values(column(raw), 100, named))
        assert same(one.worst(column(raw), 100, named), shape.worst(column(raw), 100, named))


@given(SHAPES, COLUMN, CLASSES, st.floats(0, 2e6))
def test_a_member_that_joins_later_moves_nobody(shape: Relative, raw: list[float], classes: list[str], later: float) -> None:
    named = classes[: len(raw)]
    before = shape.values(column(raw), 100, named)
    after = shape.resolved(column(raw), 100, named).values(column([*raw, later]), 100, [*named, "x"])
    assert same(after[:-1], before)


@given(st.sampled_from(KINDS), COLUMN, CLASSES)
def test_within_classes_is_each_class_on_its_own(kind: dict[str, Any], raw: list[float], classes: list[str]) -> None:
    named = np.array(classes[: len(raw)], dtype=object)
    together = made(**kind, within="class").values(column(raw), 100, named)
    for name in set(named):
        assert same(together[named == name], made(**kind).values(column(raw)[named == name], 100))


@given(SHAPES | BENCHMARKED, st.lists(st.lists(NUMBER, min_size=7, max_size=7), min_size=1, max_size=4), CLASSES)
def test_many_lists_have_the_same_bits_as_one_by_one(shape: Relative, lists: list[list[float]], classes: list[str]) -> None:
    raw, named = np.array([column(row) for row in lists]), classes[:7]
    divisions = list(shape.divisions(named, 7))
    for one in (shape, shape.resolved(raw[0], 100, named)):
        assert same(one.values_of_lists(raw, 100, divisions), [one.values(row, 100, named) for row in raw])


@given(st.lists(st.lists(st.floats(-1e300, 1e300) | st.sampled_from([0.1, -0.1, 5e-324, math.nan]), min_size=4, max_size=4), min_size=1, max_size=4))
def test_sums_of_rows_are_rounded_once(rows: list[list[float]]) -> None:
    assert exact_sums(np.array(rows)).tolist() == [math.fsum(number for number in row if not math.isnan(number)) for row in rows]


def test_who_is_compared_cannot_hang_on_a_score() -> None:
    asks = {"eligibility": {"require": [{"any_of": [{"condition": "c", "least": 1}, {"all_of": [{"node": "a", "least": 60}]}]}]}}
    (circle,) = MinMax.faults({"among": "eligible"}, asks)
    assert (circle.path, "the score of `a`" in circle.rule.en) == (("among",), True)
    assert not list(MinMax.faults({"among": "eligible"}, {"eligibility": {"require": [{"condition": "c", "least": 1}]}}))
    with pytest.raises(ValidationError, match="for indicators alone"):
        Group.model_validate({"id": "g", "weight": 1.0, "value": {"shape": "min_max", "among": "eligible"}})


@given(SHAPES, COLUMN)
def test_members_that_are_equal_have_equal_values(shape: Relative, raw: list[float]) -> None:
    shape = shape.model_copy(update={"within": "all"})
    given_twice = shape.values(column([*raw, *raw]), 100)
    assert same(given_twice[: len(raw)], given_twice[len(raw) :])


def test_pymcdm_and_scikit_criteria_normalisations() -> None:
    raw = column([3, 7.5, 12, 12, 40])  # figures: pymcdm 1.4 minmax_ and linear_normalization, scikit-criteria 0.10 StandarScaler
    assert made(shape="min_max").values(raw, 1) == pytest.approx([0, 0.12162162, 0.24324324, 0.24324324, 1])
    assert made(shape="min_max", better="lower").values(raw, 1) == pytest.approx([1, 0.87837838, 0.75675676, 0.75675676, 0])
    assert made(shape="share_of_best").values(raw, 1) == pytest.approx([0.075, 0.1875, 0.3, 0.3, 1])
    assert made(shape="share_of_best", better="lower").values(raw, 1) == pytest.approx([1, 0.4, 0.25, 0.25, 0.075])
    assert made(shape="z_score", sample=False).values(raw, 1) == pytest.approx([-0.91636114, -0.56983802, -0.2233149, -0.2233149, 1.93282896])


@given(st.lists(st.integers(0, 9), min_size=2, max_size=30).filter(lambda raw: len(set(raw)) > 1))
def test_scipy_agrees(whole: list[int]) -> None:
    raw = column([float(number) for number in whole])
    n = len(raw)
    for ddof, sample in ((0, False), (1, True)):
        assert made(shape="z_score", sample=sample).values(raw, 1) == pytest.approx(zscore(raw, ddof=ddof))
    assert made(shape="borda").values(raw, 1) == pytest.approx(rankdata(raw) - 1)
    assert made(shape="rank").values(raw, 1) == pytest.approx(n + 1 - rankdata(-raw, "min"))
    behind = [percentileofscore(raw, x, kind="strict") / 100 * n / (n - 1) for x in raw]
    assert made(shape="percentile").values(raw, 1) == pytest.approx(behind)


def test_coinr_percentile_ranks_rank_from_the_bottom_with_least_ranks_for_ties() -> None:
    raw = column([5, 1, 2, 2, 9])
    assert made(shape="percentile").values(raw, 1).tolist() == [0.75, 0, 0.25, 0.25, 1]
    assert made(shape="rank", ties="worst").values(raw, 1).tolist() == [4, 1, 2, 2, 5]  # COINr n_rank
    assert made(shape="borda", ties="worst").values(raw, 1).tolist() == [3, 0, 1, 1, 4]  # COINr n_borda


@given(COLUMN.filter(lambda raw: not np.isnan(raw).any()))
def test_borda_gives_out_as_many_points_whoever_ties(raw: list[float]) -> None:
    assert made(shape="borda").values(column(raw), 1).sum() == pytest.approx(len(raw) * (len(raw) - 1) / 2)


def test_wimd_2019_annex_a_the_most_deprived_of_1909_has_100() -> None:
    values = ExponentialRank(shape="exponential_rank", rate=23, better="lower").values(np.arange(1.0, 1910), 100)
    assert values[0] == pytest.approx(100, abs=1e-9)
    share = 1 / 1909
    assert values[-1] == pytest.approx(-23 * math.log(1 - share * (1 - math.exp(-100 / 23))), rel=1e-12)


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_where_all_are_equal_nobody_is_better(better: str) -> None:
    for count in (1, 3):
        raw = np.full(count, 0.1)
        assert set(made(shape="min_max", better=better, to=(20.0, 100.0)).values(raw, 100)) == {60.0}
        assert set(made(shape="z_score", better=better, mean=50.0).values(raw, 100)) == {50.0}
        assert set(made(shape="share_of_best", better=better).values(raw, 100)) == {100.0}
    assert made(shape="percentile", better=better).values(column([3]), 100).tolist() == [50]
    assert made(shape="rank", better=better).values(column([3]), 100).tolist() == [1]


def test_who_joins_a_constant_column_later_is_above_or_below() -> None:
    resolved = made(shape="min_max").resolved(column([3, 3]), 100)
    assert resolved.values(column([2, 3, 4]), 100).tolist() == [0, 50, 100]
    assert made(shape="min_max", better="lower", found={"all": {"least": 3.0, "greatest": 3.0}}).values(column([2, 3, 4]), 100).tolist() == [100, 50, 0]


def test_a_column_without_a_value_finds_nothing() -> None:
    for kind in KINDS:
        resolved = made(**kind).resolved(column([math.nan]), 100)
        assert resolved.found == {}
        assert np.isnan(resolved.values(column([math.nan, 4]), 100)).all()


def test_the_worst_z_score_is_the_lowest_anyone_has() -> None:
    shape = made(shape="z_score", within="class", sample=False)
    raw, classes = column([1, 3, math.nan, 10, math.nan]), ["x", "x", "x", "y", "z"]
    assert shape.worst(raw, 100, classes).tolist() == [-1, -1, -1, 0, 0]


def test_a_share_of_nothing() -> None:
    assert made(shape="share_of_best").values(column([0, 0]), 100).tolist() == [0, 0]
    assert made(shape="share_of_best", better="lower").values(column([0, 2, 4]), 100).tolist() == [100, 0, 0]
    assert made(shape="share_of_best", better="lower").values(column([2, 4]), 100).tolist() == [100, 50]


def test_the_kinds_under_test_are_all_there_are() -> None:
    tested = {type(made(**kind)) for kind in KINDS}
    assert tested == {MinMax, ZScore, ShareOfBest, Percentile, Rank, Borda, ExponentialRank}
    assert {kind for kind in tested if issubclass(kind, Placed)} == {Percentile, Rank, Borda, ExponentialRank}


def test_a_mean_is_rounded_once_in_whatever_order() -> None:
    raw = column([1e16, *[1.0] * 7, 3.0])
    assert mean_and_deviation(raw) == mean_and_deviation(raw[::-1])
    assert mean_and_deviation(raw)[0] == (10**16 + 10) / 9


def test_bids_are_valued_by_their_distance_from_the_benchmark() -> None:
    """评标基准价 by hand: of 90, 95, 100, 105 and 160 the mean without the highest and the lowest is 100; each per cent above takes 1, below 0.5."""
    bids = column([90, 95, 100, 105, 160])
    shape = made(shape="benchmark", trim=1, trim_from=5, per_above=1, per_below=0.5)
    assert shape.values(bids, 100).tolist() == [95, 97.5, 100, 95, 40]
    four = made(shape="benchmark", trim=1, trim_from=5, per_above=1, per_below=0.5, to=(0, 30))  # 97.5 of all four
    assert four.values(column([90, 95, 100, 105]), 100) == pytest.approx([30 - 0.5 * 750 / 97.5, 30 - 0.5 * 250 / 97.5, 30 - 250 / 97.5, 30 - 750 / 97.5])
    lowered = made(shape="benchmark", of="median", factor=0.9, per_above=2, per_below=1)
    assert lowered.values(column([90, 95, 100, 105, 160]), 100) == pytest.approx([100, 100 - 2 * 50 / 9, 100 - 2 * 100 / 9, 100 - 2 * 150 / 9, 0])
    assert shape.resolved(bids, 100).values(column([200, 100]), 100).tolist() == [0, 100]
    assert np.isnan(shape.values(column([0, 0]), 100)).all()
    beside_nothing = made(shape="benchmark", per_above=1.0, per_below=0.5, trim=1, trim_from=5)
    assert beside_nothing.values(column([0.0, 0.0, 0.0, 1.0, 2.2250738585072014e-308]), 100).tolist()[3] == 0


def test_rungs_that_are_none_are_told_by_their_type_alone() -> None:
    assert list(Percentile.entry_faults(5, {})) == list(Percentile.entry_faults([[1]], {})) == []
