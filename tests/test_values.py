"""Values on the scale, and what stands in for a missing one."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.conftest import SCHEME
from toolkit.edition import open_edition
from toolkit.evaluation import evaluate
from toolkit.evaluation.values import Values, resolved, scaled
from toolkit.ground.toml_reader import tuples
from toolkit.indicators.single_rows import RawValues
from toolkit.scheme import Scheme

RAW = pd.DataFrame(
    {"hours": [40.0, 20, 10, math.nan], "talks": [1.0, 2, 3, 1], "pledge": ["已签"] * 4, "answers": [5.0, 5, 5, 5]},
    index=pd.Index(list("ABCD"), name="member"),
)
CLASSES = pd.Series(["x", "x", "x", "x"], index=RAW.index)


def valued(policy: str | float = "worst", raw: pd.DataFrame = RAW, classes: pd.Series[Any] = CLASSES) -> Values:
    scheme = Scheme.model_validate(tuples(tomllib.loads(SCHEME)))
    hours = scheme.indicators[0].model_copy(update={"missing": policy})
    changed = scheme.model_copy(update={"indicators": (hours, *scheme.indicators[1:])})
    return scaled(changed, RawValues.of(raw, raw.notna() | True), classes.to_numpy(object))


@pytest.mark.parametrize(("policy", "value"), [("worst", 0.0), ("exclude", None), ("class_median", 50.0), ("unranked", None)])
def test_a_missing_value_is_what_the_scheme_says_and_never_silently_0(policy: str, value: float | None) -> None:
    found = valued(policy)
    stands_in = found.frame.loc["D", "hours"]
    assert (math.isnan(stands_in) if value is None else stands_in == value), stands_in
    assert found.unranked.tolist() == [False, False, False, policy == "unranked"]
    assert len(found.problems) == 0


def test_a_missing_value_without_a_policy_is_a_problem_by_name() -> None:
    (problem,) = valued("error").problems.errors
    assert (problem.value, problem.column) == ("D", "indicator[hours].missing")


def test_who_lacks_any_of_what_a_rank_needs_is_unranked_and_nobody_writes_into_values() -> None:
    raw = RAW.assign(talks=[math.nan, 2, 3, 1])
    found = everything(raw, with_items(hours={"missing": "unranked"}, talks={"missing": "unranked"}), ["x"] * 4)
    assert found.unranked.tolist() == [True, False, False, True]
    assert not any(column.flags.writeable for column in found.columns.values())  # scores show the same numbers


def test_the_median_is_that_of_the_class() -> None:
    found = valued("class_median", classes=pd.Series(["x", "x", "y", "y"], index=RAW.index))
    assert found.frame.loc["D", "hours"] == 25


def test_what_does_not_apply_is_not_counted_under_any_policy() -> None:
    scheme = Scheme.model_validate(tuples(tomllib.loads(SCHEME)))
    applicable = RAW.notna() | True
    applicable.loc["A", "hours"] = False
    assert np.isnan(scaled(scheme, RawValues.of(RAW, applicable), CLASSES.to_numpy(object)).frame.loc["A", "hours"])


def test_a_state_without_points_is_a_problem() -> None:
    (problem,) = valued(raw=RAW.assign(pledge=["已签", "拒签", "已签", "已签"])).problems.errors
    assert problem.value == "拒签"


LATER = pd.DataFrame({"hours": [500.0, math.nan], "talks": [1.0, 1], "pledge": ["已签"] * 2, "answers": [900.0, 0]}, index=pd.Index(["E", "F"], name="member"))
EVERYTHING: dict[str, dict[str, Any]] = {
    "hours": {"value": {"shape": "min_max", "within": "class"}, "missing": "class_mean"},
    "talks": {"value": {"shape": "z_score"}, "outliers": {"treat": "winsorise", "tails": (0.0, 0.25)}, "missing": "worst"},
    "answers": {"value": {"shape": "percentile"}, "outliers": {"treat": "log"}, "missing": "median"},
}
IMPUTED: dict[str, dict[str, Any]] = {name: {**item, "missing": "class_mean" if name == "hours" else 2.0, "missing_of": "raw"} for name, item in EVERYTHING.items()}


def with_items(**changes: dict[str, Any]) -> Scheme:
    written = tuples(tomllib.loads(SCHEME))
    items = [{**item, **changes.get(item["id"], {})} for item in written["indicator"]]
    return Scheme.model_validate({**written, "indicator": tuple(items)})


def everything(raw: pd.DataFrame, scheme: Scheme, classes: list[str]) -> Values:
    return scaled(scheme, RawValues.of(raw, raw.notna() | True), np.array(classes, dtype=object))


@pytest.mark.parametrize(
    ("policy", "value"), [("median", 50.0), ("mean", 60.0), ("class_median", 65.0), ("class_mean", 65.0), (12.5, 12.5)]
)
def test_what_stands_in_is_listed_as_touched(policy: str | float, value: float) -> None:
    raw = RAW.assign(hours=[32.0, 20, 20, math.nan])  # values 80, 50, 50
    found = valued(policy, raw, pd.Series(["x", "x", "y", "x"], index=RAW.index))
    (row,) = found.touched.itertuples(index=False)
    assert (row.member, row.indicator, row.how) == ("D", "hours", policy if isinstance(policy, str) else "points")
    assert math.isnan(row.raw)
    assert row.value == found.frame.loc["D", "hours"] == value


def test_a_missing_state_is_listed_without_a_number() -> None:
    (row,) = valued("exclude", RAW.assign(pledge=RAW["pledge"].where(RAW.index != "B", None))).touched.itertuples(index=False)
    assert (row.member, row.indicator, row.how, row.value) == ("B", "pledge", "worst", 10)
    assert math.isnan(row.raw)
    assert math.isnan(row.used)


def test_nothing_is_touched_where_nothing_stands_in() -> None:
    assert valued("exclude").touched.empty
    assert list(valued("exclude").touched) == ["member", "indicator", "how", "raw", "used", "value"]


def test_a_class_without_a_value_gets_the_worst() -> None:
    found = valued("class_mean", classes=pd.Series(["x", "x", "x", "y"], index=RAW.index))
    assert found.frame.loc["D", "hours"] == 0
    assert found.touched.set_index("member").loc["D", "how"] == "worst"
    (told,) = found.problems
    assert "nobody there has one: 1 member gets the worst, 0" in told.rule.en
    assert (told.severity, told.column, told.value) == ("warning", "indicator[hours].missing", "y")


@pytest.mark.parametrize("items", [EVERYTHING, IMPUTED])
def test_a_resolved_scheme_gives_the_same_bits_and_who_joins_later_moves_nobody(items: dict[str, Any]) -> None:
    scheme, classes = with_items(**items), ["x", "y", "x", "x"]
    before = everything(RAW, scheme, classes)
    fixed = resolved(scheme, RawValues.of(RAW, RAW.notna() | True), np.array(classes, dtype=object))
    pd.testing.assert_frame_equal(everything(RAW, fixed, classes).frame, before.frame, check_exact=True)
    pd.testing.assert_frame_equal(everything(RAW, fixed, classes).touched, before.touched, check_exact=True)
    assert resolved(fixed, RawValues.of(RAW, RAW.notna() | True), np.array(classes, dtype=object)) == fixed
    joined = everything(pd.concat([RAW, LATER]), fixed, [*classes, "x", "y"])
    pd.testing.assert_frame_equal(joined.frame.loc[RAW.index], before.frame, check_exact=True)
    unfixed = everything(pd.concat([RAW, LATER]), scheme, [*classes, "x", "y"])
    assert not unfixed.frame.loc[RAW.index].equals(before.frame)


@pytest.mark.parametrize("items", [EVERYTHING, IMPUTED])
def test_the_order_of_members_changes_not_a_bit(items: dict[str, Any]) -> None:
    scheme, classes = with_items(**items), pd.Series(["x", "y", "x", "x"], index=RAW.index)
    turned = RAW.iloc[::-1]
    known = [(RawValues.of(raw, raw.notna() | True), classes[raw.index].to_numpy(object)) for raw in (RAW, turned)]
    there, back = (scaled(scheme, *given) for given in known)
    pd.testing.assert_frame_equal(back.frame.iloc[::-1], there.frame, check_exact=True)
    assert resolved(scheme, *known[0]) == resolved(scheme, *known[1])


def test_a_raw_value_that_stands_in_is_treated_with_the_others_and_listed_once() -> None:
    raw = RAW.assign(hours=[40.0, 20, 10, math.nan], talks=[math.nan, 1.0, 2, 9])
    hours = {"missing": "median", "missing_of": "raw", "value": {"shape": "min_max"}}
    talks = {"missing": 30, "missing_of": "raw", "outliers": {"treat": "winsorise", "tails": (0.0, 0.25)}}
    found = everything(raw, with_items(hours=hours, talks=talks), ["x"] * 4)
    rows = {(row.indicator, row.member): (row.how, row.used) for row in found.touched.itertuples()}
    assert rows == {("hours", "D"): ("imputed", 20.0), ("talks", "A"): ("imputed", 9.0)}
    assert found.frame["hours"].tolist() == [100, pytest.approx(100 / 3), 0, pytest.approx(100 / 3)]


def test_a_class_without_a_raw_value_gets_the_worst() -> None:
    own = {"missing": "class_mean", "missing_of": "raw"}
    found = everything(RAW, with_items(hours=own), ["x", "x", "x", "y"])
    assert found.frame.loc["D", "hours"] == 0
    assert found.touched["how"].tolist() == ["worst"]


def test_a_treated_value_is_listed_with_what_it_was_and_what_was_used() -> None:
    scheme = with_items(talks={"outliers": {"treat": "winsorise", "tails": (0.0, 0.25)}})
    found = everything(RAW.assign(hours=1.0), scheme, ["x"] * 4)
    (row,) = found.touched.itertuples(index=False)
    assert tuple(row) == ("C", "talks", "winsorise", 3.0, 2.0, 100.0)
    (note,) = found.problems
    assert (note.severity, note.column, note.value) == ("note", "indicator[talks].outliers", "1")


def test_members_to_whom_an_indicator_does_not_apply_set_no_goalposts() -> None:
    applicable = RAW.notna() | True
    applicable.loc["A", ["hours", "pledge"]] = False
    found = scaled(with_items(hours={"value": {"shape": "min_max"}}), RawValues.of(RAW, applicable), CLASSES.to_numpy(object))
    assert found.frame["hours"].tolist()[1:] == [100, 0, 0]
    assert found.frame.loc["A", ["hours", "pledge"]].isna().all()  # no goalpost stands in for them, nor the least of the points


def test_an_evaluation_under_its_own_resolved_scheme_is_the_same(small_edition: Path) -> None:
    path = small_edition / "scheme.toml"
    text = path.read_text("utf-8").replace('{ shape = "linear", worst = 0, best = 40 }', '{ shape = "z_score", mean = 50, deviation = 9 }')
    path.write_text(text.replace('missing = "exclude"', 'missing = "class_mean"\noutliers = { treat = "winsorise" }'), "utf-8")
    edition = open_edition(small_edition)
    first = evaluate(edition.scheme, edition.records)
    assert first.scheme != first.resolved
    assert first.touched["how"].tolist() == ["class_mean"]
    again = evaluate(first.resolved, edition.records)
    pd.testing.assert_frame_equal(again.values, first.values, check_exact=True)
    pd.testing.assert_frame_equal(again.ranking, first.ranking, check_exact=True)
    pd.testing.assert_frame_equal(again.touched, first.touched, check_exact=True)
    assert again.resolved == first.resolved
