"""Shapes of one raw value, how every shape and treatment reads, and what can be wrong with them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tests.conftest import SCHEME
from tests.few_lines import indicator_text, run, scheme_text, write_edition
from toolkit.ground.problems import Refused
from toolkit.ground.text import Phrase
from toolkit.reports.scheme_wording import TAKES, TOUCHES, missing_in_words
from toolkit.scheme import Scheme, load_scheme, read_scheme
from toolkit.scheme.amendments import value_words
from toolkit.scheme.criteria import MIDDLES, Indicator, MissingPolicy
from toolkit.scheme.measures import Take
from toolkit.scheme.outliers import TREATMENTS, Outliers
from toolkit.scheme.shapes import (
    SHAPES,
    Category,
    Linear,
    Log,
    Logistic,
    Piecewise,
    Points,
    Power,
    Shape,
    Steps,
    Target,
)

RAW = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30)
RISING = (
    Linear(shape="linear", worst=-5, best=40),
    Linear(shape="linear", worst=-5, best=40.1, to=(0.1, 0.7)),
    Log(shape="log", worst=1, best=1000, to=(1, 100)),
    Points(shape="points", per=3, cap=60),
    Steps(shape="steps", steps=((0, 10), (5, 20), (50, 90))),
    Piecewise(shape="piecewise", points=((-3, 0.3), (0.1, 10), (0.7, 60), (1e5, 100))),
    Target(shape="target", best=(50, 1e7), worst=(-20, 1e8)),
    Logistic(shape="logistic", middle=20, steepness=0.2),
    Piecewise(shape="piecewise", points=((-3, 20), (0.1, 60)), below=5, beyond=99),
    Power(shape="power", coefficient=0.14354, zero=-22, exponent=1.4),
)
FALLING = (
    Linear(shape="linear", worst=40, best=-5),
    Points(shape="points", per=-5, base=100),
    Piecewise(shape="piecewise", points=((0, 100), (0.7, 60), (1e5, 0))),
    Target(shape="target", best=(-1e7, 0), worst=(-1e8, 1000)),
    Logistic(shape="logistic", middle=20, steepness=0.2, better="lower"),
    Power(shape="power", coefficient=2, zero=18.5, exponent=0.5, better="lower"),
)


@pytest.mark.parametrize("turn", [1, -1])
@given(raw=RAW)
def test_a_better_raw_value_never_has_a_lower_value_and_all_stay_on_the_scale(turn: int, raw: list[float]) -> None:
    ordered = np.sort(np.array(raw))[::turn]
    for shape in RISING if turn > 0 else FALLING:
        values = shape.values(ordered, 100)
        assert (np.diff(values) >= 0).all(), shape
        assert ((values >= shape.lowest) & (values <= 100)).all(), shape


@pytest.mark.parametrize("shape", [*RISING, *FALLING], ids=lambda shape: shape.shape)
def test_a_missing_raw_value_stays_missing(shape: Linear) -> None:
    assert np.isnan(shape.values(np.array([np.nan, 3.0]), 100)).tolist() == [True, False]


def test_a_cost_indicator_falls() -> None:
    assert Linear(shape="linear", worst=10, best=0).values(np.array([0.0, 5, 12]), 100).tolist() == [100, 50, 0]


def test_an_open_shape_leaves_the_scale() -> None:
    assert Linear(shape="linear", worst=0, best=10, clamp=False).values(np.array([12.0]), 100).tolist() == [120]


def test_a_range_is_met_exactly_at_both_ends() -> None:
    low, high = (0.2, 0.9)  # low + (high - low) is less than high, in floating-point numbers
    for shape in (Linear(shape="linear", worst=0, best=3, to=(low, high)), Target(shape="target", best=(3, 4), worst=(0, 5), to=(low, high))):
        assert shape.values(np.array([-1.0, 0, 3]), 100).tolist() == [low, low, high]
        assert shape.lowest == low


def test_hdi_2022_income_index_of_norway_technical_note_1() -> None:
    shape = Log(shape="log", worst=100, best=75000)
    assert shape.values(np.array([54_064.0, 0.0]), 1) == pytest.approx([0.951, 0], abs=5e-4)


def test_deductions_are_taken_off_a_base_and_never_fall_below_nothing() -> None:
    shape = Points(shape="points", base=100, per=-7.5, cap=90)
    assert shape.values(np.array([0.0, 2, 4, 14]), 100).tolist() == [90, 85, 70, 0]


def test_between_points_the_value_is_straight_and_flat_outside() -> None:
    shape = Piecewise(shape="piecewise", points=((0, 60), (10, 100), (20, 0)))
    assert shape.values(np.array([-5.0, 0, 2.5, 10, 15, 20, 99]), 100).tolist() == [60, 60, 70, 100, 50, 0, 0]
    assert shape.lowest == 0
    apart = Piecewise(shape="piecewise", points=((0.3, 20), (10, 100)), below=0, beyond=50)
    assert apart.values(np.array([0.29, 0.3, 10, 10.01, math.nan]), 100)[:4].tolist() == [0, 20, 100, 50]
    assert (apart.lowest, apart.highest(100)) == (0, 100)


def test_combined_events_give_the_published_points() -> None:
    """World Athletics, Scoring Tables for Combined Events: performances of 1,000 points."""
    events = ((10.395, 25.4347, 18, 1.81, "lower"), (776, 0.14354, 220, 1.4, "higher"), (18.4, 51.39, 1.5, 1.05, "higher"), (46.17, 1.53775, 82, 1.81, "lower"), (77.19, 10.14, 7, 1.08, "higher"))
    for raw, coefficient, zero, exponent, better in events:
        shape = Power.model_validate({"shape": "power", "coefficient": coefficient, "zero": zero, "exponent": exponent, "better": better})
        assert 999 <= math.floor(shape.values(np.array([raw]), 2000)[0]) <= 1001, raw


@given(raw=RAW)
def test_piecewise_agrees_with_numpy(raw: list[float]) -> None:
    points = ((-40.0, 5.0), (0.0, 80.0), (3.5, 20.0), (900.0, 55.0))
    knots, heights = np.array(points).T
    found = Piecewise(shape="piecewise", points=points).values(np.array(raw), 100)
    assert found == pytest.approx(np.interp(raw, knots, heights), abs=1e-9)


def test_a_target_is_full_inside_and_nothing_at_its_ends() -> None:
    shape = Target(shape="target", best=(40, 60), worst=(20, 100))
    assert shape.values(np.array([20.0, 30, 40, 50, 60, 90, 100]), 100).tolist() == [0, 50, 100, 100, 100, 25, 0]


def test_a_target_without_a_slope_drops_at_once() -> None:
    shape = Target(shape="target", best=(0, 60), worst=(0, 100))
    assert shape.values(np.array([-0.1, 0, 60, 80]), 100).tolist() == [0, 100, 100, 50]


@given(distance=st.floats(0, 1e4))
def test_the_s_curve_is_the_same_from_both_sides_of_its_middle(distance: float) -> None:
    shape = Logistic(shape="logistic", middle=20, steepness=0.2, to=(1, 100))
    above, below = shape.values(np.array([20 + distance, 20 - distance]), 100)
    assert above + below == pytest.approx(101)
    assert above == pytest.approx(1 + 99 / (1 + math.exp(-0.2 * ((20 + distance) - 20))))


def test_states_are_named_as_the_scheme_writes_them() -> None:
    shape = Category(shape="category", points={"true": 100, "false": 0, "3": 7})
    assert shape.values([True, np.False_, 3.0, "3"], 100).tolist() == [100, 0, 7, 7]
    assert np.isnan(shape.values([None, "4"], 100)).all()
    assert Category(shape="category", points={"a": 9}, other=1).values(["b"], 100).tolist() == [1]


@given(st.lists(st.sampled_from([True, False, np.True_, 1, 0, 1.0, "1", "true", "甲", None, math.nan, pd.NA, 2.5]), max_size=20))
def test_a_column_of_states_is_valued_as_each_alone(states: list[object]) -> None:
    shape = Category(shape="category", points={"true": 9, "false": 8, "1": 7, "0": 6, "甲": 5}, other=4)
    alone = [shape.values([state], 100)[0] for state in states]
    assert np.array_equal(shape.values(np.array([*states, None], dtype=object)[:-1], 100), alone, equal_nan=True)


def test_the_worst_state_is_the_lowest_even_if_it_is_any_other() -> None:
    assert Category(shape="category", points={"a": 9}, other=1).lowest == 1
    assert Category(shape="category", points={"a": 9, "b": 3}).lowest == 3


READ: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"shape": "linear", "worst": 0.0, "best": 40.0}, "线性：0 计零分，40 计满分", "straight from 0 (none) to 40 (full)"),
    ({"shape": "log", "worst": 1.0, "best": 40.0, "to": (1.0, 100.0)}, "对数：1 计 1 分，40 计 100 分", "logarithm, 1 (1) to 40 (100)"),
    ({"shape": "points", "per": 20.0, "cap": 100.0}, "每一单位 20 分，最多 100 分", "20 for each, at most 100"),
    ({"shape": "points", "per": -5.0, "base": 100.0}, "100 分起，每一单位减 5 分", "from 100, 5 less for each"),
    ({"shape": "steps", "steps": ((1.0, 60.0),)}, "满 1 计 60 分，不足计 0 分", "from 1: 60, below: 0"),
    ({"shape": "piecewise", "points": ((0.0, 0.0), (5.0, 80.0))}, "分段线性：0 计 0 分，5 计 80 分，其间按直线", "straight between 0: 0, 5: 80"),
    ({"shape": "piecewise", "points": ((0.0, 20.0), (5.0, 80.0)), "below": 0.0, "beyond": 90.0}, "分段线性：0 计 20 分，5 计 80 分，其间按直线，不到 0 计 0 分，超过 5 计 90 分", "straight between 0: 20, 5: 80, below 0: 0, beyond 5: 90"),
    ({"shape": "power", "coefficient": 25.4347, "zero": 18.0, "exponent": 1.81, "better": "lower"}, "25.4347 ×（18 − 数值）的 1.81 次方，不低于 0，不超过满分", "25.4347 x (18 - value)^1.81, at least 0 and at most the scale"),
    ({"shape": "category", "points": {"true": 9.0}, "other": 1.0}, "是 9 分，其他 1 分", "yes 9, others 1"),
    ({"shape": "target", "best": (4.0, 6.0), "worst": (2.0, 9.0)}, "适度：4 至 6 计满分，低到 2 或高到 9 计零分", "4 to 6 (full), falling to 2 and 9 (none)"),
    ({"shape": "logistic", "middle": 8.0, "steepness": 1.0, "better": "lower"}, "S 形曲线：8 计一半，越低越好", "S-curve, half at 8, less is better"),
    ({"shape": "min_max"}, "极差法：最好的计满分，最差的计零分", "the best full, the worst none, straight between"),
    ({"shape": "z_score", "mean": 50.0, "within": "class"}, "标准分：平均水平计 50 分，每好一个标准差加 1 分，在本类会员中比较", "z-score: 50 for the mean, 1 for each deviation better, within the class"),
    ({"shape": "percentile", "to": (1.0, 100.0)}, "按超过其余会员的比例，从 1 分到 100 分", "the share of the others surpassed, 1 to 100"),
    ({"shape": "share_of_best", "better": "lower", "among": "eligible"}, "按与最好值之比，最好的计满分，越低越好，只比参评的会员，其余不适用", "as a share of the best, which has full, less is better, among those that take part alone, and of no others"),
    ({"shape": "rank"}, "名次分：末名 1 分，每高一名加 1 分", "points for the rank, 1 for the last"),
    ({"shape": "rank", "to": (1.0, 100.0)}, "按名次等距：首名 100 分，末名 1 分", "by rank in even steps, 100 for the first, 1 for the last"),
    ({"shape": "borda"}, "博尔达计分：每超过一名会员得 1 分", "Borda, a point for each member surpassed"),
    ({"shape": "share_of_best", "better": "lower"}, "按与最好值之比，最好的计满分，越低越好", "as a share of the best, which has full, less is better"),
    (
        {"shape": "benchmark", "trim": 1, "trim_from": 5, "factor": 0.95, "per_above": 1.0, "per_below": 0.5},
        "基准为平均数，去掉最高、最低各 1 个，满 5 家才去掉，再乘 0.95，等于基准计满分，每高 1% 扣 1 分，每低 1% 扣 0.5 分",
        "benchmark: the mean, without the 1 highest and lowest, left out where there are 5 or more, times 0.95, full at it, minus 1 for each per cent above and 0.5 for each below",
    ),
    ({"shape": "exponential_rank", "rate": 23.0, "found": {}}, "名次的指数变换（参数 23），比较标准已固定", "exponential of the rank (rate 23), as found, fixed"),
)  # fmt: skip
TREATED: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"treat": "winsorise"}, "缩尾：偏度达 2 且峰度达 3.5 时，至多 5 个数值", "at most 5 values drawn in where skewness reaches 2 and kurtosis 3.5"),
    ({"treat": "winsorise", "tails": (0.0, 0.05)}, "缩尾：最低 0%、最高 5%", "lowest 0% and highest 5% drawn in"),
    ({"treat": "log"}, "先取对数", "logarithm first"),
    ({"treat": "box_cox"}, "先作 Box-Cox 变换（λ 由数据拟合）", "Box-Cox transformation first (lambda fitted)"),
    ({"treat": "box_cox", "lambda": 0.0}, "先作 Box-Cox 变换（λ = 0）", "Box-Cox transformation first (lambda 0)"),
)


@pytest.mark.parametrize(("written", "zh", "en"), READ)
def test_every_shape_reads_in_both_languages(written: dict[str, Any], zh: str, en: str) -> None:
    assert TypeAdapter[Shape](Shape).validate_python(written).words() == Phrase(zh, en)


@pytest.mark.parametrize(("written", "zh", "en"), TREATED)
def test_every_treatment_reads_in_both_languages(written: dict[str, Any], zh: str, en: str) -> None:
    assert TypeAdapter[Outliers](Outliers).validate_python(written).words() == Phrase(zh, en)


def gap_in_words(missing: str | float, of: str = "value") -> str:
    said: dict[str, Any] = {"missing": missing, "missing_of": of}
    return missing_in_words(Indicator.model_construct(None, **said)).zh


def test_all_shapes_policies_and_touches_have_words() -> None:
    assert {written["shape"] for written, _, _ in READ} == set(SHAPES)
    assert {written["treat"] for written, _, _ in TREATED} == set(TREATMENTS)
    assert all(gap_in_words(policy) for policy in get_args(MissingPolicy))
    assert (gap_in_words(40), gap_in_words(40, "raw")) == ("按 40 分计", "原始值按 40 计")
    assert all(gap_in_words(policy, "raw").startswith("原始值") for policy in MIDDLES)
    assert {*get_args(MissingPolicy), "points", "winsorise", "log", "box_cox"} == set(TOUCHES)
    assert set(get_args(Take)) == set(TAKES)


def _chosen(schema: Any, key: str = "") -> set[tuple[str, str]]:
    """Every word that a scheme chooses from a list, with its key."""
    if isinstance(schema, list):
        return set().union(*(_chosen(item, key) for item in schema))
    if not isinstance(schema, dict):
        return set()
    own = {(key, str(word)) for word in (*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())) if isinstance(word, str)}
    inner = (_chosen(value, name if name not in {"anyOf", "oneOf", "items"} else key) for name, value in schema.items())
    return own.union(*inner)


def test_no_word_of_the_file_stands_in_a_chinese_minute() -> None:
    chosen = _chosen(Scheme.model_json_schema(by_alias=True)) - {("$defs", "")}
    lacking = sorted((key, word) for key, word in chosen if key not in {"propertyNames", "additionalProperties"} and value_words(word, key).zh == word)
    assert lacking == []


LOW = (
    ('{ shape = "points", per = 5, cap = 20 }', "value.cap"),
    ('{ shape = "points", base = 20, per = -1 }', "value.base"),
    ('{ shape = "linear", worst = 0, best = 40, to = [0, 20] }', "value.to"),
    ('{ shape = "log", worst = 1, best = 40, to = [0, 20] }', "value.to"),
    ('{ shape = "target", worst = [0, 9], best = [2, 4], to = [0, 20] }', "value.to"),
    ('{ shape = "min_max", to = [0, 20] }', "value.to"),
    ('{ shape = "steps", steps = [[0, 0], [3, 20]] }', "value.steps"),
    ('{ shape = "piecewise", points = [[0, 20], [3, 10]] }', "value.points"),
    ('{ shape = "category", points = { "a" = 20 }, other = 0 }', "value.points"),
)
FULL = (
    '{ shape = "points", per = 5 }', '{ shape = "points", base = 100, per = -1 }', '{ shape = "points", per = 5, cap = 120 }',
    '{ shape = "linear", worst = 40, best = 0 }', '{ shape = "linear", worst = 0, best = 40, clamp = false }',
    '{ shape = "log", worst = 40, best = 1 }', '{ shape = "target", worst = [0, 9], best = [2, 4] }',
    '{ shape = "steps", steps = [[0, 0], [3, 100]] }', '{ shape = "steps", below = 100, steps = [[0, 0]] }',
    '{ shape = "piecewise", points = [[0, 0], [1, 100], [2, 50]] }', '{ shape = "category", points = { "a" = 1 }, other = 100 }',
    '{ shape = "logistic", middle = 3, steepness = 2 }', '{ shape = "logistic", middle = 3, steepness = 2, better = "lower" }',
    '{ shape = "z_score" }', '{ shape = "rank" }', '{ shape = "exponential_rank", rate = 23 }', '{ shape = "share_of_best" }',
)  # fmt: skip
HOURS = 'value = { shape = "linear", worst = 0, best = 40 }'
FAULTS = (
    ('value = { shape = "log", worst = 5, best = 5 }', "value.best", "coincide"),
    ('value = { shape = "steps", steps = [[3, 10], [3, 20]] }', "value.steps", "rise from step to step"),
    ('value = { shape = "piecewise", points = [[0, 0], [5, 9], [5, 10]] }', "value.points", "rise from point to point"),
    ('value = { shape = "piecewise", points = [[0, 0]] }', "value.points", "too short"),
    ('value = { shape = "target", best = [4, 2], worst = [0, 9] }', "value.best", "ends below"),
    ('value = { shape = "target", best = [2, 4], worst = [9, 0] }', "value.worst", "ends below"),
    ('value = { shape = "target", best = [2, 4], worst = [3, 9] }', "value.worst", "within the worst"),
    ('value = { shape = "target", best = [2, 12], worst = [0, 9] }', "value.worst", "within the worst"),
    ('value = { shape = "target", best = [2, 2], worst = [2, 2] }', "value.worst", "coincide"),
    ('value = { shape = "logistic", middle = 5, steepness = 0 }', "value.steepness", "greater than 0"),
    ('value = { shape = "power", coefficient = 2, zero = 5, exponent = 0 }', "value.exponent", "greater than 0"),
    ('value = { shape = "min_max", to = [100, 1] }', "value.to", "must rise"),
    ('value = { shape = "min_max", to = [1, 101] }', "value.to", "leaves the scale"),
    ('value = { shape = "z_score", to = [1, 100] }', "value.to", "not allowed"),
    ('value = { shape = "z_score", deviation = 0 }', "value.deviation", "greater than 0"),
    ('value = { shape = "rank", ties = "min" }', "value.ties", "unknown name"),
    ('value = { shape = "min_max", among = "eligible" }', "value.among", "everybody takes part"),
    ('value = { shape = "min_max", beter = "lower" }', "value.beter", "unknown key"),
    ('value = { shape = "min_max", found = { "代理" = { least = 1, greatest = 2 } } }', "value.found.代理", "only `all`"),
    ('value = { shape = "min_max", found = { all = { least = 3, greatest = 2 } } }', "value.found.all.least", "exceeds"),
    ('value = { shape = "borda", found = { all = [[3, 0], [2, 1]] } }', "value.found.all", "worst to the best"),
    ('value = { shape = "borda", better = "lower", found = { all = [[2, 0], [3, 1]] } }', "value.found.all", "worst to the best"),
    (HOURS + '\noutliers = { treat = "log" }', "outliers.treat", "only a relative shape"),
    (HOURS + '\noutliers = { treat = "winsorise", tails = [0.1, 0.1], most = 3 }', "outliers.most", "beside `tails`"),
    (HOURS + '\noutliers = { treat = "winsorise", tails = [0.1, 0.5] }', "outliers.tails[2]", "less than 0.5"),
    (HOURS + '\noutliers = { treat = "winsorise", tail = [0.1, 0.1] }', "outliers.tail", "unknown key"),
    (HOURS + '\noutliers = { treat = "winsorize" }', "outliers.treat", "unknown name"),
    (HOURS + '\noutliers = { treat = "winsorise", found = { least = 3, greatest = 2 } }', "outliers.found.least", "exceeds"),
    ('value = { shape = "category", points = { "a" = 1 } }\noutliers = { treat = "log" }', "outliers", "no outliers"),
)


def read(folder: Path, *swaps: tuple[str, str]) -> object:
    text = SCHEME
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "scheme.toml").write_text(text, encoding="utf-8")
    return load_scheme(folder / "scheme.toml")


@pytest.mark.parametrize(("written", "place", "said"), FAULTS, ids=[f"{place} {said}" for _, place, said in FAULTS])
def test_each_fault_is_named_at_its_line(tmp_path: Path, written: str, place: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read(tmp_path, (HOURS, written))
    (problem,) = refused.value.problems
    assert problem.column == f"indicator[hours].{place}"
    assert said in problem.rule.en
    assert problem.rule.zh
    assert problem.mend.zh
    line = (tmp_path / "scheme.toml").read_text("utf-8").splitlines()[int(problem.row or 0) - 1]
    assert line.startswith(place.split(".", maxsplit=1)[0])


def test_nothing_is_compared_within_classes_where_there_are_none(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no classes"):
        read(tmp_path, (HOURS, 'value = { shape = "min_max", within = "class" }'), ('class = "kind"\n', ""))


@pytest.mark.parametrize(
    "written",
    [
        'value = { shape = "target", best = [0, 4], worst = [0, 9], to = [1, 100] }',
        'value = { shape = "points", base = 100, per = -5 }',
        'value = { shape = "percentile", within = "class", found = { "代理" = [[1, 0], [3, 100]] } }',
        'value = { shape = "borda", better = "lower", found = { all = [[3, 0], [2, 1]] } }',
        'value = { shape = "z_score", found = { all = { mean = 3, deviation = 1, lowest = -2 } } }\nmissing = "mean"\nstands_in = { all = 3 }',
        'value = { shape = "min_max" }\noutliers = { treat = "box_cox", lambda = 0.3 }',
        HOURS + '\nmissing = 40\noutliers = { treat = "winsorise" }',
    ],
)
def test_what_is_sound_is_read(tmp_path: Path, written: str) -> None:
    assert read(tmp_path, (HOURS + '\nmissing = "worst"', written))


@pytest.mark.parametrize(("shape", "place"), LOW)
def test_what_can_never_have_full_marks_is_warned_of(tmp_path: Path, shape: str, place: str) -> None:
    (tmp_path / "scheme.toml").write_text(SCHEME.replace(HOURS, f"value = {shape}"), encoding="utf-8")
    _, problems = read_scheme(tmp_path / "scheme.toml")
    (problem,) = problems
    assert (problem.severity, problem.column) == ("warning", f"indicator[hours].{place}")
    assert problem.rule.zh == "本项最高只能得 20 分，到不了满分 100 分"


@pytest.mark.parametrize("shape", FULL)
def test_what_can_have_full_marks_is_not(tmp_path: Path, shape: str) -> None:
    (tmp_path / "scheme.toml").write_text(SCHEME.replace(HOURS, f"value = {shape}"), encoding="utf-8")
    assert not read_scheme(tmp_path / "scheme.toml")[1]


@pytest.mark.parametrize(
    ("shape", "type_", "range_", "most"),
    [
        ('{ shape = "linear", worst = 0, best = 120 }', "number", "[0, 80]", 66.6667),
        ('{ shape = "linear", worst = 0, best = 80 }', "number", "[0, 80]", None),
        ('{ shape = "steps", steps = [[0, 0], [60, 50], [90, 100]] }', "number", "[0, 80]", 50),
        ('{ shape = "linear", worst = 0, best = 100 }', "percent", "[0, 1]", 1),
        ('{ shape = "linear", worst = 5, best = 0 }', "number", "[1, 80]", 80),
    ],
)
def test_a_range_that_ends_before_full_marks_is_warned_of(tmp_path: Path, shape: str, type_: str, range_: str, most: float | None) -> None:
    folder = write_edition(tmp_path / "e", scheme_text(indicator_text("a", 1, shape)), ["a"], [("K", "50%" if type_ == "percent" else 50)], types={"a": type_})
    tables = folder / "tables.toml"
    tables.write_text(tables.read_text("utf-8").replace(f'headings = ["a"]\ntype = "{type_}"', f'headings = ["a"]\ntype = "{type_}"\nrange = {range_}'), "utf-8")
    said = [(problem.severity, problem.column, f"最高只能得 {most:g} 分" in problem.rule.zh) for problem in run(folder).problems if most]
    assert said == [("warning", "indicator[a].value", True)] * (most is not None)


@pytest.mark.parametrize(
    "shape",
    [
        '{ shape = "steps", steps = [[0, 0], [3, 120]] }',
        '{ shape = "piecewise", points = [[0, 0], [3, 120]] }',
        '{ shape = "category", points = { "a" = 120 } }',
    ],
)
def test_what_leaves_the_scale_is_warned_of(tmp_path: Path, shape: str) -> None:
    (tmp_path / "scheme.toml").write_text(SCHEME.replace(HOURS, f"value = {shape}"), encoding="utf-8")
    (problem,) = read_scheme(tmp_path / "scheme.toml")[1]
    assert (problem.severity, problem.rule.zh) == ("warning", "本项最高可得 120 分，超过满分 100 分")
