"""What is said of an indicator's values beside the values."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from tests.few_lines import award_text, found, indicator_text, refused, scheme_text
from tests.test_values import CLASSES, RAW, everything, with_items
from toolkit.ground.problems import Problem


def said(raw: list[float], item: dict[str, Any], classes: list[str] | None = None) -> list[Problem]:
    frame = RAW.assign(hours=raw)
    found = everything(frame, with_items(hours={"missing": "worst", **item}), classes or list(CLASSES))
    return list(found.problems)


def test_a_group_whose_benchmark_is_0_is_told_to_look_below() -> None:
    group = '\n[[group]]\nid = "g"\nlabel = "g"\nweight = 1\nvalue = { shape = "benchmark", per_above = 1, per_below = 1 }\n'
    told = refused(scheme_text(group, indicator_text("x", more='group = "g"\n')), ["x"], [("K", 0), ("K", 0)])
    assert "check the scores below it" in told


@pytest.mark.parametrize(
    ("raw", "shape", "severity", "words"),
    [
        ([5, 5, 5, math.nan], {"shape": "min_max"}, "warning", "all 3 with a value have 5 and get 50"),
        ([5, 5, 5, 5], {"shape": "z_score", "mean": 10.0}, "warning", "all 4 with a value have 5 and get 10"),
        ([5, math.nan, math.nan, math.nan], {"shape": "percentile"}, "warning", "all 1 with a value have 5 and get 50"),
        ([0, 0, 0, 0], {"shape": "share_of_best"}, "warning", "have 0 and get 0"),
        ([0, 2, 4, 4], {"shape": "share_of_best", "better": "lower"}, "warning", "who has 0 has all"),
        ([1, -2, -4, 4], {"shape": "share_of_best"}, "error", "2 negative values"),
        ([0, 0, 0, math.nan], {"shape": "benchmark", "per_above": 1, "per_below": 0.5}, "error", "not above 0"),
    ],
)
def test_a_column_that_cannot_be_compared_is_named(raw: list[float], shape: dict[str, Any], severity: str, words: str) -> None:
    (problem,) = said(raw, {"value": shape})
    assert problem.severity == severity
    assert words in problem.rule.en
    assert problem.column == "indicator[hours].value"
    assert problem.rule.zh
    assert problem.mend.zh


@pytest.mark.parametrize(
    ("shape", "key", "words"),
    [
        ({"shape": "points", "per": 20.0}, "cap", "2 members would have more than the scale (up to 180)"),
        ({"shape": "points", "per": 20.0, "cap": 100.0}, None, ""),
        ({"shape": "piecewise", "points": ((0.0, 20.0), (5.0, 80.0))}, "beyond", "2 members past the end of the line at 5 (as far as 9): the 80 of that point counts"),
        ({"shape": "piecewise", "points": ((1.0, 30.0), (9.0, 80.0))}, "below", "1 member past the end of the line at 1 (as far as 0): the 30 of that point counts"),
        ({"shape": "piecewise", "points": ((1.0, 30.0), (9.0, 80.0)), "below": 0.0}, None, ""),
        ({"shape": "piecewise", "points": ((1.0, 0.0), (5.0, 100.0))}, None, ""),
        ({"shape": "piecewise", "points": ((0.0, 20.0), (3.0, 80.0), (5.0, 80.0))}, None, ""),
    ],
)
def test_what_a_shape_cuts_without_a_word_of_the_scheme_is_told(shape: dict[str, Any], key: str | None, words: str) -> None:
    told = said([0, 4, 7, 9], {"value": shape})
    assert [(problem.severity, problem.column) for problem in told] == [("note", f"indicator[hours].value.{key}")] * (key is not None)
    assert all(words in problem.rule.en for problem in told)


def test_a_constant_class_is_named() -> None:
    (problem,) = said([5, 5, 7, 9], {"value": {"shape": "min_max", "within": "class"}}, ["x", "x", "y", "y"])
    assert "in the class `x`" in problem.rule.en
    assert "“x”类有数据的 2 家会员数值都是 5" in problem.rule.zh


def test_everyone_alike_is_said_in_plain_words() -> None:
    (problem,) = said([5, 5, 5, math.nan], {"value": {"shape": "min_max"}})
    assert "区分不出高低：全部有数据的 3 家会员数值都是 5，一律计 50 分" in problem.rule.zh


def test_a_column_without_any_value_says_nothing() -> None:
    for shape in ("min_max", "z_score", "borda", "share_of_best"):
        assert said([math.nan] * 4, {"value": {"shape": shape}, "outliers": {"treat": "winsorise"}}) == []


def test_a_class_for_which_nothing_was_found_is_an_error() -> None:
    shape = {"shape": "min_max", "within": "class", "found": {"x": {"least": 1.0, "greatest": 9.0}}}
    (problem,) = said([5, 6, 7, 9], {"value": shape}, ["x", "x", "x", "y"])
    assert (problem.severity, problem.value) == ("error", "y")


def test_points_for_places_beyond_the_scale_are_named() -> None:
    scheme = with_items(hours={"value": {"shape": "rank"}, "missing": "worst"}).model_copy(update={"scale": 2.0})
    problems = everything(RAW, scheme, ["x"] * 4).problems
    (problem,) = [each for each in problems if "reach 3" in each.rule.en]
    assert (problem.severity, problem.column) == ("warning", "indicator[hours].value")


def test_what_stays_skewed_is_named() -> None:
    raw = [1.0] * 30 + [1e6, 1e9]
    frame = pd.DataFrame({name: list(RAW[name][:1]) * 32 for name in RAW} | {"hours": raw})
    scheme = with_items(hours={"value": {"shape": "min_max"}, "outliers": {"treat": "winsorise", "most": 1}})
    problems = [each for each in everything(frame, scheme, ["x"] * 32).problems if each.column.endswith("outliers")]
    assert [each.severity for each in problems] == ["note", "warning"]


def bids(shape: str, third: float | None, missing: str = "error") -> tuple[list[str], str, str]:
    """Who is given the place, what is said of the price, and how it could be said otherwise; the third bid is not eligible."""
    price = indicator_text("price", 30, shape, measure='{ column = "members.bid" }', missing=missing)
    rest = '\n[[condition]]\nid = "valid"\nmeasure = { column = "members.valid" }\n[eligibility]\nrequire = [{ condition = "valid", least = 1 }]\n'
    rules = scheme_text(price, indicator_text("tech", 70), rest, award_text("number = 1"))
    list_ = found(rules, ["bid", "tech", "valid"], [["x", 100, 60, 1], ["x", 90, 56, 1], ["x", third, 90, 0]])
    of_price = [problem for problem in list_.problems if problem.column == "indicator[price].value"]
    said = [f"{problem.severity} {problem.value} {problem.rule.en}" for problem in of_price]
    return list(list_.awards["member"]), "".join(said), "".join(problem.mend.en for problem in of_price)


def test_a_goalpost_that_an_ineligible_member_set_is_told_with_both_mends() -> None:
    lowest = 'shape = "share_of_best", better = "lower"'
    given, said, mend = bids(f"{{ {lowest} }}", 10)
    assert given == ["M001"]
    assert said.startswith("warning M003 `price` compares members, and some are among them that are not eligible: M003 (10); 2 other members")
    assert "found = { all = { best = 90 } }" in mend
    assert bids(f"{{ {lowest}, found = {{ all = {{ best = 90 }} }} }}", 10) == (["M002"], "", "")
    assert bids(f"{{ {lowest} }}", None, "worst") == (["M002"], "", "")
    assert bids(f"{{ {lowest} }}", 95) == (["M002"], "", "")  # not the best of all: nobody moves
    assert bids('{ shape = "percentile" }', 10)[1].startswith("note M003")
    assert "found = { all = { least = 90, greatest = 100 } }" in bids('{ shape = "min_max" }', 10)[2]


@pytest.mark.parametrize(("more", "column", "words"), [
    ('\n[[group]]\nid = "g"\nlabel = "g"\nweight = 1\nvalue = { shape = "share_of_best" }\n', "group[g].value", "leave what they have in the indicators below empty"),
    ('\n[total]\nvalue = { shape = "percentile" }\n', "total.value", "let a [shortlist] leave the others first"),
])  # fmt: skip
def test_a_score_that_is_compared_is_mended_where_it_is_made(more: str, column: str, words: str) -> None:
    rest = '\n[[condition]]\nid = "valid"\nmeasure = { column = "members.valid" }\n[eligibility]\nrequire = [{ condition = "valid", least = 1 }]\n'
    item = indicator_text("x", more='group = "g"\n' if "group" in column else "")
    problems = found(scheme_text(more, item, rest, award_text("number = 1")), ["x", "valid"], [["x", 50, 1], ["x", 40, 1], ["x", 90, 0]]).problems
    assert [words in problem.mend.en for problem in problems if problem.column == column and "some are among them" in problem.rule.en] == [True]


def test_a_goalpost_that_a_struck_or_stopped_member_set_is_told_too() -> None:
    def told(more: str, third: list[Any], shape: str = 'shape = "share_of_best", better = "lower"') -> str:
        price = indicator_text("bid", 30, f"{{ {shape} }}", missing="error")
        rows = [["x", 100, 60, 0], ["x", 90, 56, 0], ["x", *third]]
        problems = found(scheme_text(price, indicator_text("tech", 70), more, award_text("number = 1")), ["bid", "tech", "bad"], rows).problems
        return "".join(problem.rule.en for problem in problems if problem.column == "indicator[bid].value")

    veto = '\n[[veto]]\nid = "v"\nwhen = {{ table = "members", where = {{ bad = {{ least = 1 }} }} }}\neffect = {{ {effect} }}\n'
    struck = "some are among them that are struck by a veto: M003 (10); 2 other members"
    assert struck in told(veto.format(effect='award = "none"'), [10, 70, 1])
    assert struck in told(veto.format(effect='award = ["top"]'), [10, 70, 1])
    assert told(veto.format(effect='award = "none"'), [10, 70, 0]) == told(veto.format(effect='award = "none"'), [95, 70, 1]) == ""
    assert told(veto.format(effect='award = "none"'), [10, 70, 1], 'shape = "percentile"') == ""  # among all who took part
    assert "are not on the shortlist: M003 (10)" in told('\n[shortlist]\nby = "tech"\nquota = { number = 2 }\n', [10, 50, 0])
    assert told('\n[shortlist]\nby = "bid"\nquota = { number = 1 }\n', [10, 50, 0]) == ""  # all were compared to find it
