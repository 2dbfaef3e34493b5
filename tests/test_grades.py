from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.invented import NO_VETOES, group, indicator, members, scheme, totals
from toolkit.grades import decide_grades, grade_reasons

BANDS = [["AAA", 90], ["AA", 80], ["A", 70], ["B", 60], ["C", 0]]
GRAVE = {"id": "grave", "label": "严重失信", "when": {"table": "t"}}


def grade(
    total: float,
    vetoes: pd.DataFrame = NO_VETOES,
    nodes: dict[str, list[float]] | None = None,
    **parts: object,
) -> str:
    rules = scheme(**{"grades": {"bands": BANDS, "default": "B"}, **parts})
    return str(decide_grades(rules, members(1), totals(total, **(nodes or {"a": [0.0]})), vetoes).iloc[0])


def struck(*vetoes: str) -> pd.DataFrame:
    return pd.DataFrame(
        [("m0", veto, "t", "t.csv", "", 2) for veto in vetoes], columns=list(NO_VETOES.columns)
    )


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (90, "AAA"),
        (89.995, "AAA"),
        (89.994, "AA"),
        (80, "AA"),
        (79.99, "A"),
        (60, "B"),
        (0, "C"),
        (-12, "C"),
        (np.nan, "B"),
    ],
)
def test_the_lower_bound_counts_on_the_rounded_total(total: float, expected: str) -> None:
    assert grade(total) == expected


@pytest.mark.parametrize(("a", "expected"), [(60.0, "AAA"), (59.99, "AA"), (10.0, "A"), (np.nan, "A")])
def test_who_lacks_what_a_grade_requires_falls_to_the_next_that_it_reaches(a: float, expected: str) -> None:
    needs = {"AAA": [{"node": "a", "least": 60}], "AA": [{"node": "a", "least": 20}]}
    assert grade(95, nodes={"a": [a]}, grades={"bands": BANDS, "require": needs}) == expected


def test_what_does_not_apply_to_a_class_is_not_required_of_it() -> None:
    needs = {"AAA": [{"node": "g", "least": 60}]}
    rules = scheme(
        group=[group("g")],
        indicator=[indicator("a", 1, "g", applies_to=["采购人"]), indicator("b")],
        grades={"bands": BANDS, "require": needs},
    )
    who = members(2, ["采购人", "拍卖"])
    assert decide_grades(rules, who, totals(95, 95, g=[np.nan, np.nan]), NO_VETOES).tolist() == ["AA", "AAA"]


@pytest.mark.parametrize(
    ("own", "given_", "expected"), [(95, "D", "D"), (95, "B", "B"), (10, "B", "C"), (np.nan, "D", "D")]
)
def test_a_veto_gives_its_grade_and_never_raises_one(own: float, given_: str, expected: str) -> None:
    assert grade(own, struck("grave"), veto=[GRAVE | {"effect": {"grade": given_}}]) == expected
    assert grade(own, veto=[GRAVE | {"effect": {"grade": given_}}]) != "D"


def test_of_several_vetoes_the_lowest_grade_holds() -> None:
    vetoes = [GRAVE | {"id": id_, "effect": {"grade": to}} for id_, to in (("x", "C"), ("y", "A"))]
    assert grade(95, struck("y", "x"), veto=vetoes) == "C"


def test_a_veto_of_awards_alone_leaves_the_grade() -> None:
    assert grade(95, struck("grave"), veto=[GRAVE | {"effect": {"award": "none"}}]) == "AAA"


def test_without_grades_nobody_is_graded() -> None:
    assert decide_grades(scheme(), members(2), totals(90, 20), NO_VETOES).tolist() == ["", ""]


@given(st.lists(st.floats(-20, 120), min_size=2, max_size=8))
def test_a_higher_total_never_has_a_lower_grade(numbers: list[float]) -> None:
    found = decide_grades(
        scheme(grades={"bands": BANDS}), members(len(numbers)), totals(*sorted(numbers)), NO_VETOES
    )
    order = [name for name, _ in reversed(BANDS)]
    places = [order.index(name) for name in found]
    assert places == sorted(places)


def why(total: float, vetoes: pd.DataFrame = NO_VETOES, a: float = 0.0, language: str = "zh", **parts: object) -> str:
    rules = scheme(**{"grades": {"bands": BANDS, "default": "B"}, "language": language, **parts})
    table = totals(total, a=[a])
    grades = decide_grades(rules, members(1), table, vetoes)
    return str(grade_reasons(rules, members(1), table, vetoes, grades).iloc[0])


def test_every_grade_has_its_reason() -> None:
    assert why(84.5) == "信用等级 AA（80 分起）"
    assert why(84.5, language="en") == "credit grade AA (from 80)"
    assert why(np.nan) == "无总分，信用等级定为 B"


def test_a_better_grade_missed_by_a_requirement_is_told() -> None:
    rules = {"bands": BANDS, "require": {"AAA": [{"node": "a", "least": 60}]}}
    assert why(95, a=59.99, grades=rules) == "总分够 AAA 级，但a低于 60，信用等级 AA"
    assert why(95, a=60, grades=rules) == "信用等级 AAA（90 分起）"


def test_a_grade_given_directly_is_told() -> None:
    veto = GRAVE | {"effect": {"grade": "D"}}
    assert why(95, struck("grave"), veto=[veto]) == "信用等级直接定为 D"


def test_a_newcomer_of_whom_nothing_is_recorded_has_the_default_grade() -> None:
    rules = scheme(grades={"bands": BANDS, "default": "B"})
    who, table = members(2), totals(5, 5, a=[5.0, 5.0])
    recorded = pd.Series([False, True], index=who.index)
    found = decide_grades(rules, who, table, NO_VETOES, recorded=recorded)
    assert found.tolist() == ["B", "C"]
    said = grade_reasons(rules, who, table, NO_VETOES, found, recorded=recorded)
    assert said.tolist() == ["尚无任何记录，信用等级定为 B", "信用等级 C（0 分起）"]
