"""How shapes, treatments and policies read."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from toolkit.ground.text import Phrase
from toolkit.reports.scheme_wording import TAKES, TOUCHES, missing_in_words
from toolkit.scheme import Scheme
from toolkit.scheme.amendments import value_words
from toolkit.scheme.criteria import MissingPolicy
from toolkit.scheme.measures import Take
from toolkit.scheme.outliers import TREATMENTS, Outliers
from toolkit.scheme.shapes import SHAPES, Shape

READ: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"shape": "linear", "worst": 0.0, "best": 40.0}, "线性：0 计零分，40 计满分", "straight from 0 (none) to 40 (full)"),
    ({"shape": "log", "worst": 1.0, "best": 40.0, "to": (1.0, 100.0)}, "对数：1 计 1 分，40 计 100 分", "logarithm, 1 (1) to 40 (100)"),
    ({"shape": "points", "per": 20.0, "cap": 100.0}, "每一单位 20 分，最多 100 分", "20 for each, at most 100"),
    ({"shape": "points", "per": -5.0, "base": 100.0}, "100 分起，每一单位减 5 分", "from 100, 5 less for each"),
    ({"shape": "steps", "steps": ((1.0, 60.0),)}, "满 1 计 60 分，不足计 0 分", "from 1: 60, below: 0"),
    ({"shape": "piecewise", "points": ((0.0, 0.0), (5.0, 80.0))}, "分段线性：0 计 0 分，5 计 80 分，其间按直线", "straight between 0: 0, 5: 80"),
    ({"shape": "category", "points": {"true": 9.0}, "other": 1.0}, "是 9 分，其他 1 分", "yes 9, others 1"),
    ({"shape": "target", "best": (4.0, 6.0), "worst": (2.0, 9.0)}, "适度：4 至 6 计满分，低到 2 或高到 9 计零分", "4 to 6 (full), falling to 2 and 9 (none)"),
    ({"shape": "logistic", "middle": 8.0, "steepness": 1.0, "better": "lower"}, "S 形曲线：8 计一半，越低越好", "S-curve, half at 8, less is better"),
    ({"shape": "min_max"}, "极差法：最好的计满分，最差的计零分", "the best full, the worst none, straight between"),
    ({"shape": "z_score", "mean": 50.0, "within": "class"}, "标准分：平均水平计 50 分，每好一个标准差加 1 分，在本类会员中比较", "z-score: 50 for the mean, 1 for each deviation better, within the class"),
    ({"shape": "percentile", "to": (1.0, 100.0)}, "按超过其余会员的比例，从 1 分到 100 分", "the share of the others surpassed, 1 to 100"),
    ({"shape": "rank"}, "名次分：末名 1 分，每高一名加 1 分", "points for the rank, 1 for the last"),
    ({"shape": "rank", "to": (1.0, 100.0)}, "按名次等距：首名 100 分，末名 1 分", "by rank in even steps, 100 for the first, 1 for the last"),
    ({"shape": "borda"}, "博尔达计分：每超过一名会员得 1 分", "Borda, a point for each member surpassed"),
    ({"shape": "share_of_best", "better": "lower"}, "按与最好值之比，最好的计满分，越低越好", "as a share of the best, which has full, less is better"),
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


def test_all_shapes_policies_and_touches_have_words() -> None:
    assert {written["shape"] for written, _, _ in READ} == set(SHAPES)
    assert {written["treat"] for written, _, _ in TREATED} == set(TREATMENTS)
    assert all(missing_in_words(policy).zh for policy in get_args(MissingPolicy))
    assert missing_in_words(40).zh == "按 40 分计"
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
