"""Specifications of what else could have been: what is wrong with them, and what they put into a scenario."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.invented import evaluation, group, indicator, members, scheme
from toolkit.evaluation import Evaluation
from toolkit.ground.problems import Refused
from toolkit.scheme.shapes import Category, Linear, Log
from toolkit.sensitivity.choices import (
    Aggregations,
    Choices,
    Goalposts,
    LateRecords,
    MeasurementErrors,
    MissingPolicies,
    Valuings,
    factors,
)
from toolkit.sensitivity.choices.scenario import BaseCase, Draw, Scenario
from toolkit.sensitivity.weights.draws import GivenWeights, WeightDraws

COUNT = {"take": "count", "table": "t"}
SUM = {"take": "sum", "table": "t", "column": "c"}
ANY = {"take": "any", "table": "t"}
STATES = {"shape": "category", "points": {"true": 100, "false": 0}}
LOGS = {"shape": "log", "worst": 10, "best": 1000}


def asked() -> Evaluation:
    """Two classes, an indicator of each kind, a gap in `hours` of the first class and a whole class without `marks`."""
    rules = scheme(
        group=[group("g", 1), group("points", 1, None, "sum")],
        indicator=[
            indicator("hours", 1, "g", measure=SUM, missing="worst"),
            indicator("talks", 1, "g", measure=COUNT),
            indicator("pledge", 1, "points", measure=ANY, value=STATES),
            indicator("marks", 1, "points", value=LOGS, missing="class_median", stands_in={"A": 1.0, "B": 2.0}),
        ],
    )
    values = pd.DataFrame({
        "hours": [10.0, np.nan, 30.0, 40.0, 50.0, 60.0],
        "talks": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
        "pledge": pd.Series([True, False, True, False, True, False], dtype=object),
        "marks": [np.nan, np.nan, np.nan, 20.0, 200.0, np.nan],
    })  # fmt: skip
    who = members(6, ["A", "A", "A", "B", "B", "B"])
    made = evaluation(rules, who, pd.DataFrame(np.full((6, 4), 50.0), who.index, list(values)))
    measured = made.measured
    object.__setattr__(measured, "raw", values.set_axis(who.index))
    return made


def settled(spec: Any, share: float = 0.5) -> Scenario:
    """The scenario of one specification."""
    ground = BaseCase.of(asked())
    scenario = Scenario(ground)
    for factor in factors(ground.evaluation, Choices(spec), 1):
        factor.settle(scenario, Draw(share, factor.entropy))
    return scenario


def refused(*specs: Any) -> list[tuple[str, str]]:
    """The place and the value of each fault."""
    with pytest.raises(Refused) as caught:
        factors(asked(), Choices(*specs), 1)
    assert all(problem.rule.zh != problem.rule.en and problem.mend.zh for problem in caught.value.problems)
    return [(problem.column, problem.value) for problem in caught.value.problems]


SHARES = st.floats(0, 1, exclude_max=True)


@given(st.floats(0.01, 3.0), st.booleans(), st.sampled_from(["normal", "uniform"]), SHARES)
def test_errors_stay_in_the_valid_range(size: float, relative: Any, distribution: Any, share: float) -> None:
    made = settled(MeasurementErrors(size, ("hours", "talks"), relative, distribution, most=70.0), share)
    before = made.ground.raw
    for name in ("hours", "talks"):
        raw, moved = before[name], made.column(name)
        assert (np.isnan(moved) == np.isnan(raw)).all()
        assert (moved[~np.isnan(moved)] >= 0).all()
        assert (moved[~np.isnan(moved)] <= 70).all()
        if distribution == "uniform" and name == "hours":
            assert (np.abs(moved - raw)[~np.isnan(raw)] <= size * (raw[~np.isnan(raw)] if relative else 1) + 1e-12).all()
    assert (made.column("talks") == np.rint(made.column("talks"))).all()


def test_the_errors_have_their_size() -> None:
    ground = BaseCase.of(asked())
    (factor,) = factors(ground.evaluation, Choices(MeasurementErrors(0.1, ("hours",))), 1)
    scenarios = [Scenario(ground) for _ in range(200)]
    for scenario, share in zip(scenarios, np.linspace(0, 0.999, 200).tolist(), strict=True):
        factor.settle(scenario, Draw(share, factor.entropy))
    found = np.array([scenario.column("hours")[5] for scenario in scenarios])
    assert abs(found.mean() - 60) < 4 * 6 / 14
    assert abs(found.std() - 6) < 1.2


@settings(max_examples=examples(12))
@given(SHARES)
def test_late_records_add_one_record_and_no_more(share: float) -> None:
    made = settled(LateRecords(0.5, worth=8.0, indicators=("hours", "talks", "pledge")), share)
    assert set((made.column("talks") - made.ground.raw["talks"]).tolist()) <= {0.0, 1.0}
    more = made.column("hours") - made.ground.raw["hours"]
    assert set(more[~np.isnan(more)].tolist()) <= {0.0, 8.0}
    assert np.isnan(more[1])  # what is missing stays so
    assert (made.column("pledge") >= made.ground.raw["pledge"]).all()
    certain = settled(LateRecords(1.0), share)
    assert certain.column("talks").tolist() == [1, 2, 3, 4, 5, 6]
    assert certain.column("pledge").all()
    assert "hours" not in certain.raw  # what a record is worth was not said


@settings(max_examples=examples(12))
@given(SHARES)
def test_an_imputed_value_is_one_observed_in_the_class(share: float) -> None:
    made = settled(MissingPolicies(("observed",)), share)
    assert made.column("hours")[1] in {10.0, 30.0}
    marks = made.column("marks")
    assert np.isnan(marks[:3]).all()  # nobody of the class has one: the scheme's own policy holds
    assert marks[5] in {20.0, 200.0}


def test_each_policy_has_its_turn_and_drops_what_stood_in() -> None:
    policies = ("worst", "exclude", 40.0, "unranked")
    found = [settled(MissingPolicies(policies), share).item("marks") for share in (0.1, 0.3, 0.6, 0.9)]
    assert [item.missing for item in found] == list(policies)
    assert all(item.stands_in is None for item in found)


@given(st.floats(0.001, 0.4999), SHARES)
def test_goalposts_move_no_further_than_said_and_never_cross(share: float, luck: float) -> None:
    made = settled(Goalposts(share), luck)
    own, logs, far = made.item("hours").value, made.item("marks").value, 100 * share + 1e-9
    assert isinstance(own, Linear)
    assert isinstance(logs, Log)
    assert abs(own.worst) <= far
    assert abs(own.best - 100) <= far
    assert own.worst < own.best
    assert abs(np.log10(logs.worst / 10)) <= 2 * share + 1e-9
    assert 0 < logs.worst < logs.best
    assert logs.worst != 10
    assert own.worst != 0


def test_means_and_shapes_are_picked_for_all_alike() -> None:
    made = settled(Aggregations(("geometric", "power(2)")), 0.7)
    assert made.aggregates == {"g": "power(2)", "total": "power(2)"}  # a sum is no mean
    shapes = settled(Valuings(("own", "percentile")), 0.7).items
    assert {name: item.value.shape for name, item in shapes.items()} == dict.fromkeys(("hours", "talks", "marks"), "percentile")
    assert not settled(Valuings(("own", "percentile")), 0.2).items
    cost = Linear(shape="linear", worst=9, best=1)
    assert settled(Valuings((cost,), ("hours",))).item("hours").value == cost


@pytest.mark.parametrize(("shape", "better"), [
    ({"shape": "linear", "worst": 9, "best": 1}, "lower"),
    ({"shape": "points", "per": -5, "base": 100}, "lower"),
    ({"shape": "steps", "steps": [[0, 0], [1, 60]]}, "higher"),
    ({"shape": "steps", "steps": [[0, 100], [1, 60]]}, "lower"),
    ({"shape": "piecewise", "points": [[0, 0], [1, 60], [2, 50]]}, None),
    ({"shape": "target", "best": [4, 6], "worst": [2, 8]}, None),
    ({"shape": "min_max", "better": "lower"}, "lower"),
])  # fmt: skip
def test_the_direction_is_that_of_the_scheme(shape: dict[str, Any], better: str | None) -> None:
    from toolkit.sensitivity.choices.rules import direction

    assert direction(scheme(indicator=[indicator("a", value=shape)]).indicators[0]) == better


def test_a_misspelt_name_is_refused_with_the_nearest_in_both_languages() -> None:
    with pytest.raises(Refused) as caught:
        factors(asked(), Choices(MeasurementErrors(0.1, ("huors",))), 1)
    assert 'MeasurementErrors.indicators "huors"：没有这个名称；是否应为“hours”？' in caught.value.problems.text("zh")
    assert "there is no such name; is `hours` meant?" in caught.value.problems.text("en")


@pytest.mark.parametrize(("spec", "zh", "en"), [
    (LateRecords(1.2), "应大于 0，且不大于 1；请改正", "it is above 0 and at most 1; mend it"),
    (Goalposts(0.5), "应大于 0，且小于 0.5；请改正", "it is above 0 and below 0.5; mend it"),
    (MeasurementErrors(-1.0), "应大于 0；请改正", "it is above 0; mend it"),
    (MissingPolicies((-1.0,)), "应不小于 0，且不大于 100；请改正", "it is at least 0 and at most 100; mend it"),
])  # fmt: skip
def test_impossible_numbers_are_told_their_range(spec: Any, zh: str, en: str) -> None:
    with pytest.raises(Refused) as caught:
        factors(asked(), Choices(spec), 1)
    assert zh in caught.value.problems.text("zh")
    assert en in caught.value.problems.text("en")


@pytest.mark.parametrize(("spec", "place", "value"), [
    (MeasurementErrors(0.0), "MeasurementErrors.size", "0.0"),
    (MeasurementErrors(float("nan")), "MeasurementErrors.size", "nan"),
    (MeasurementErrors(0.1, ("pledge",)), "MeasurementErrors.indicators", "pledge"),
    (MeasurementErrors(0.1, ()), "MeasurementErrors.indicators", ""),
    (MeasurementErrors(0.1, "hours"), "MeasurementErrors.indicators", "hours"),
    (MeasurementErrors(0.1, ("hours",), distribution="norml"), "MeasurementErrors.distribution", "norml"),
    (MeasurementErrors(0.1, ("hours",), least=0, most=50), "MeasurementErrors.most", "60"),
    (MeasurementErrors(0.1, ("hours",), least=80, most=70), "MeasurementErrors.least", ""),
    (LateRecords(1.2), "LateRecords.chance", "1.2"),
    (LateRecords(-0.1), "LateRecords.chance", "-0.1"),
    (LateRecords(0.0), "LateRecords.chance", "0.0"),
    (LateRecords(0.5, ("hours",)), "LateRecords.indicators", "hours"),
    (LateRecords(0.5, worth=0.0), "LateRecords.worth", "0.0"),
    (MissingPolicies(("wrost",)), "MissingPolicies.among", "wrost"),
    (MissingPolicies(("error",)), "MissingPolicies.among", "error"),
    (MissingPolicies(()), "MissingPolicies.among", ""),
    (MissingPolicies((101.0,)), "MissingPolicies.among", "101.0"),
    (MissingPolicies(("worst",), ("talks",)), "MissingPolicies.indicators", "talks"),
    (Goalposts(0.5), "Goalposts.share", "0.5"),
    (Goalposts(0.1, ("pledge",)), "Goalposts.indicators", "pledge"),
    (Aggregations(("geometrc",)), "Aggregations.among", "geometrc"),
    (Aggregations(("sum",)), "Aggregations.among", "sum"),
    (Aggregations(nodes=("totl",)), "Aggregations.nodes", "totl"),
    (Aggregations(nodes=("points",)), "Aggregations.nodes", "points"),
    (Valuings(("minmax",)), "Valuings.among", "minmax"),
    (Valuings((Category(shape="category", points={"a": 1}),)), "Valuings.among", "category"),
    (Valuings(indicators=("pledge",)), "Valuings.indicators", "pledge"),
    (GivenWeights(pd.DataFrame({"hours": [1.0], "talks": [1.0], "pledge": [1.0], "mark": [1.0]})), "mark", ""),
    ("weights", "Choices", "str"),
])  # fmt: skip
def test_what_is_impossible_is_refused_at_its_place(spec: Any, place: str, value: str) -> None:
    assert (place, value) in refused(spec)


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = refused(MeasurementErrors(-1, ("huors",)), LateRecords(2.0), Aggregations(nodes=("totl",)))
    assert {place for place, _ in found} == {
        "MeasurementErrors.indicators", "MeasurementErrors.size", "LateRecords.chance", "Aggregations.nodes",
    }  # fmt: skip


def test_one_thing_is_decided_once() -> None:
    assert refused(MeasurementErrors(0.1), MeasurementErrors(0.2, ("hours",))) == [("MeasurementErrors", "hours")]
    assert refused(WeightDraws(), WeightDraws()) == [("weights", "")]
    assert len(factors(asked(), Choices(MeasurementErrors(0.1, ("talks",)), MeasurementErrors(0.2, ("hours",))), 1)) == 2


def test_nothing_that_could_be_changed_is_not_robust() -> None:
    only = scheme(indicator=[indicator("a", value=STATES)])
    made = evaluation(only, members(2), pd.DataFrame({"a": [1.0, 2.0]}, members(2).index))
    with pytest.raises(Refused, match="no indicator that could be changed so"):
        factors(made, Choices(Goalposts(0.1)), 1)


def test_factors_stand_in_the_order_in_which_they_are_settled() -> None:
    given_ = Choices(WeightDraws(), Valuings(), Aggregations(nodes=("g",)), MissingPolicies(("worst",)),
                     MeasurementErrors(0.1, ("hours",)), LateRecords(0.1))  # fmt: skip
    assert [factor.name for factor in factors(asked(), given_, 1)] == [
        "late.talks", "late.pledge", "error.hours", "missing", "valuing", "aggregation", "weights.g", "weights.points", "weights.total",
    ]  # fmt: skip
    assert len({factor.entropy for factor in factors(asked(), given_, 1)}) == 9  # no two share a stream
    same = [MissingPolicies(("worst",), ("hours",)), MissingPolicies(("exclude",), ("marks",))]
    assert [factor.name for factor in factors(asked(), Choices(*same), 1)] == ["missing.1", "missing.2"]
