"""Requirements: who meets what is asked of a score or of a condition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contested import requirements
from tests.invented import MEASURE, group, indicator, members, scheme, totals
from toolkit.evaluation.requirements import asked, exempt, holding, within
from toolkit.evaluation.scores import rounded_points, scores_of
from toolkit.ground.toml_reader import tuples
from toolkit.scheme.outcomes import Requirement

FINITE = st.sampled_from([0.0, 59.99, 60.0, 60.01, 100.0])
NUMBERS = FINITE | st.just(np.nan)


@given(st.lists(NUMBERS, min_size=1), FINITE)
def test_the_four_bounds_are_two_pairs_of_opposites(numbers: list[float], bound: float) -> None:
    table = np.array(numbers)
    least, above, most, below = (
        within(Requirement(node="total", **{key: bound}), table) for key in ("least", "above", "most", "below")
    )
    there = ~np.isnan(table)
    assert (least == there & ~below).all()
    assert (most == there & ~above).all()
    assert (least & most == (table == bound)).all()


@given(st.lists(NUMBERS, min_size=1), FINITE, FINITE)
def test_all_that_is_written_has_to_hold(numbers: list[float], low: float, high: float) -> None:
    table = np.array(numbers)
    both = within(Requirement(node="total", above=low, most=high), table)
    assert (both == within(Requirement(node="total", above=low), table) & within(Requirement(node="total", most=high), table)).all()


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ({"least": 10}, [True, False, False, False, False]),
        ({"above": 10}, [False, False, False, False, False]),
        ({"most": 10}, [True, True, False, False, False]),
        ({"among": ["AA", 10]}, [True, False, False, True, False]),
        ({"among": [True]}, [False, False, False, False, True]),
    ],
)
def test_a_condition_is_compared_as_it_was_recorded_and_a_missing_one_meets_nothing(bound: dict[str, Any], expected: list[bool]) -> None:
    values = pd.Series([10.0, 9.9999999, None, "AA", True], dtype=object)
    item = Requirement.model_validate({"condition": "c", **{k: tuple(v) if k == "among" else v for k, v in bound.items()}})
    assert holding(item, values).tolist() == expected


def test_a_score_is_compared_rounded_and_a_condition_is_not() -> None:
    rules = scheme(condition=[{"id": "c", "measure": MEASURE}])
    table = rounded_points(rules, totals(59.995, 59.995))
    conditions = pd.DataFrame({"c": [59.995, 60.0]}, index=table.index)
    classes = members(2)["class"]
    score = asked([Requirement(node="total", least=60)], rules, classes, conditions)
    raw = asked([Requirement(condition="c", least=60)], rules, classes, conditions)
    assert score.met(scores_of(table)).tolist() == [True, True]
    assert raw.met(scores_of(table)).tolist() == [False, True]


def test_nothing_is_asked_of_a_node_that_does_not_apply_to_the_class() -> None:
    rules = scheme(group=[group("g")], indicator=[indicator("a", 1, "g", applies_to=["采购人"]), indicator("b")])
    who = members(2, ["采购人", "拍卖"])
    table = totals(0, 0, a=[np.nan, np.nan], g=[np.nan, np.nan], b=[np.nan, np.nan])
    found = {node: asked([Requirement(node=node, least=0)], rules, who["class"], None).met(scores_of(table)).tolist() for node in "agb"}
    assert found == {"a": [False, True], "g": [False, True], "b": [False, False]}
    assert exempt(rules, "total", who["class"]).tolist() == [False, False]


def test_conditions_are_looked_up_by_member_and_not_by_place() -> None:
    who = members(3)
    conditions = pd.DataFrame({"c": [1.0, 2.0, 3.0]}, index=list(reversed(who.index)))
    found = asked([Requirement(condition="c", least=3)], scheme(), who["class"], conditions)
    assert found.able.tolist() == [True, False, False]


def test_a_requirement_of_some_classes_asks_nothing_of_others() -> None:
    who, conditions = members(3, ["甲", "乙", "丙"]), pd.DataFrame({"c": [1.0, 1.0, 1.0]}, index=members(3).index)
    items = [Requirement(condition="c", least=2, classes=("甲",)), Requirement(node="total", least=60, classes=("甲", "乙"))]
    assert [asked([item], scheme(), who["class"], conditions).met(scores_of(totals(50, 50, 50))).tolist() for item in items] == [
        [False, True, True], [False, False, True],
    ]  # fmt: skip
    assert asked(items, scheme(), who["class"], conditions).met(scores_of(totals(70, 70, 70))).tolist() == [False, True, True]


def plainly(item: dict[str, Any], member: int, known: dict[str, list[Any]], class_: str) -> bool | None:
    """Whether a member meets it, by plain Python; None where nothing is asked of it."""
    if class_ not in item.get("classes", [class_]):
        return None
    for key, holds in (("any_of", None), ("all_of", all), ("none_of", None)):
        if key in item:
            met = [one for part in item[key] if (one := plainly(part, member, known, class_)) is not None]
            return None if not met else holds(met) if holds else (sum(met) >= item.get("at_least", 1) if key == "any_of" else not any(met))
    value = known[item.get("node") or item["condition"]][member]
    if value is None:
        return False
    number = isinstance(value, float)
    bounds: list[tuple[str, Callable[[Any], bool]]] = [("least", lambda b: value >= b), ("above", lambda b: value > b), ("most", lambda b: value <= b), ("below", lambda b: value < b)]
    return all(number and over(item[key]) for key, over in bounds if key in item) and value in item.get("among", [value])


@given(st.data())
def test_several_requirements_are_met_together_as_plain_python_says(data: st.DataObject) -> None:
    rules = scheme(condition=[{"id": "number", "measure": MEASURE}, {"id": "state", "measure": MEASURE}])
    item = data.draw(requirements(["total"]))
    who = members(3, data.draw(st.lists(st.sampled_from(["A", "B"]), min_size=3, max_size=3)))
    cells = {"total": st.sampled_from([0.0, 25.0, 60.0, 100.0]), "number": st.sampled_from([0.0, 2.0, 77.0, None]), "state": st.sampled_from(["AA", "B", None])}
    known = {name: data.draw(st.lists(cell, min_size=3, max_size=3)) for name, cell in cells.items()}
    conditions = pd.DataFrame({name: pd.Series(known[name], index=who.index, dtype=object) for name in ("number", "state")})
    demands = asked([Requirement.model_validate(tuples(item))], rules, who["class"], conditions)
    met = demands.met(scores_of(rounded_points(rules, totals(*known["total"]))))
    assert met.tolist() == [plainly(item, n, known, class_) is not False for n, class_ in enumerate(who["class"])]


def test_a_route_of_another_class_is_no_route() -> None:
    rules = scheme(condition=[{"id": "number", "measure": MEASURE}])
    said = {"any_of": [{"node": "total", "least": 60, "classes": ["A"]}, {"condition": "number", "least": 2}]}
    who = members(4, ["A", "B", "B", "B"])
    demands = asked([Requirement.model_validate(tuples(said))], rules, who["class"], pd.DataFrame({"number": [0.0, 0, 2, np.nan]}, index=who.index))
    assert demands.met(scores_of(rounded_points(rules, totals(60, 99, 0, 99)))).tolist() == [True, False, True, False]
