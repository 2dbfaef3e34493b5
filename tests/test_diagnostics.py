"""What a committee sees before it weighs: the figures against their published cases, other people's code and their laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.altered import altered
from tests.examples import examples
from tests.invented import MEASURE, evaluation, evaluations, group, indicator, members, scheme
from toolkit import evaluate, open_edition, rescored
from toolkit.diagnostics import (
    correlations,
    cronbach_alpha,
    effective_weights,
    principal_components,
    redundancies,
    spread,
    weights_for_influence,
)
from toolkit.diagnostics.distribution import ABSENT
from toolkit.diagnostics.influence import Strata, _note, movements
from toolkit.diagnostics.suggested_weights import _next
from toolkit.evaluation import Evaluation
from toolkit.evaluation.scores import Tree
from toolkit.ground.problems import Refused
from toolkit.ground.statistics import CorrelationMethod

FEW = settings(
    max_examples=examples(8), phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow]
)
SOME = settings(suppress_health_check=[HealthCheck.too_slow])

def asked(
    columns: dict[str, list[float]], weights: dict[str, float] | None = None, **more: Any
) -> Evaluation:
    """An evaluation of these values, all indicators at the top unless the scheme says otherwise."""
    frame = pd.DataFrame(columns, dtype=np.float64)
    who = members(len(frame), more.pop("classes", None))
    items = more.pop("indicator", [indicator(name, (weights or {}).get(name, 1)) for name in columns])
    points = more.pop("adjustments", None)
    return evaluation(scheme(indicator=items, **more), who, frame.set_index(who.index), points)


@st.composite
def arithmetic(draw: st.DrawFn, *, least: int = 3) -> Evaluation:
    """Complete values under a tree of arithmetic means."""
    k, n = draw(st.integers(2, 5)), draw(st.integers(least, 12))
    cell = st.integers(0, 100)
    columns = {f"x{i}": [float(v) for v in draw(st.lists(cell, min_size=n, max_size=n))] for i in range(k)}
    items = [
        indicator(name, draw(st.integers(1, 50)), draw(st.sampled_from(["g0", "g1", None])))
        for name in columns
    ]
    items[0]["group"], items[-1]["group"] = "g0", "g1"
    groups = [group("g0", draw(st.integers(1, 50))), group("g1", draw(st.integers(1, 50)))]
    return asked(columns, indicator=items, group=groups)


def shuffled(one: Evaluation, random: Any) -> Evaluation:
    """The same with the members in another order."""
    order = list(one.members.index)
    random.shuffle(order)
    measured = replace(
        one.measured,
        raw=one.measured.raw.loc[order],
        applicable=one.measured.applicable.loc[order],
        adjustments=one.measured.adjustments.loc[order],
    )
    return altered(one, members=one.members.loc[order], measured=measured, values=one.values.loc[order], scores=one.scores.loc[order])


# ---- laws ----------------------------------------------------------------------------------------------------------

FRAMES: dict[str, Callable[[Evaluation], pd.DataFrame]] = {
    "spread": spread,
    "spread by class": lambda one: spread(one, of="values", by_class=True),
    "correlations": correlations,
    "spearman": lambda one: correlations(one, "raw", "spearman"),
    "kendall": lambda one: correlations(one, method="kendall"),
    "redundancies": lambda one: redundancies(one, 0.5),
    "alpha": cronbach_alpha,
    "effective": effective_weights,
    "offer": weights_for_influence,
}


@pytest.mark.parametrize("name", FRAMES)
@FEW
@given(evaluations(), st.randoms(use_true_random=False))
def test_the_order_of_members_changes_no_bit_and_nothing_breaks(
    name: str, one: Evaluation, random: Any
) -> None:
    pd.testing.assert_frame_equal(FRAMES[name](one), FRAMES[name](shuffled(one, random)), check_exact=True)


@SOME
@given(evaluations())
def test_what_moves_a_total_adds_up_to_it_in_any_tree(one: Evaluation) -> None:
    tree, strata = one.held_tree, Strata.of(one, None)
    moved, usual = strata.moved(tree)
    points = one.measured.adjustments.sum(axis=1)
    bounds = one.scheme.total
    whole = pd.Series(usual + moved.sum(axis=1), index=_competing(one)) + points[_competing(one)]
    official = one.scores["total"][_competing(one)]
    np.testing.assert_allclose(whole.clip(bounds.floor, bounds.cap), official, atol=1e-6)


def _competing(one: Evaluation) -> pd.Index[str]:
    counts = one.members["applied"] & one.scores["total"].notna()
    return one.members.index[counts].sort_values()


@SOME
@given(evaluations())
def test_effective_weights_sum_to_1_where_totals_differ(one: Evaluation) -> None:
    found = effective_weights(one)["effective"]
    assert found.isna().all() or found.sum() == pytest.approx(1, abs=1e-6)
    assert found.isna().any() == found.isna().all()


@SOME
@given(arithmetic())
def test_without_gaps_and_classes_an_effective_weight_is_the_covariance_with_the_total(
    one: Evaluation,
) -> None:
    total = one.scores["total"]
    assume(total.max() - total.min() > 1e-3)
    found = effective_weights(one)
    for item in one.scheme.indicators:
        part = found.loc[item.id, "nominal"] * one.values[item.id]
        assert found.loc[item.id, "effective"] == pytest.approx(
            np.cov(part, total)[0, 1] / total.var(), abs=1e-9
        )
    assert (found["nominal"] - found["counted"]).abs().max() < 1e-12


@SOME
@given(arithmetic(), st.floats(0, 100))
def test_a_constant_decides_nothing_whatever_its_weight(one: Evaluation, level: float) -> None:
    values = one.values.assign(x0=level)
    flat = evaluation(one.scheme, one.members, values)
    found = effective_weights(flat).loc["x0"]
    assert found["effective"] == 0 or np.isnan(effective_weights(flat)["effective"]).all()
    assert np.isnan(found["correlation"])
    assert found["note"]


@pytest.mark.parametrize(
    "kind", ["geometric", "harmonic", "minimum", "power(2)", "power(-0.5)", "power(0.5)"]
)
def test_a_constant_decides_nothing_under_any_mean(kind: str) -> None:
    items = [indicator(name, 1, "g") for name in "abc"]
    one = asked({"a": [40.0] * 4, "b": [10.0, 50, 90, 30], "c": [80.0, 20, 0, 60]},
                indicator=items, group=[group("g", aggregate=kind)])  # fmt: skip
    found = effective_weights(one)["effective"]
    assert found["a"] == 0
    assert found.sum() == pytest.approx(1)


def test_a_zero_under_a_geometric_mean_is_the_doing_of_the_zero() -> None:
    tree = Tree.of(scheme(indicator=[indicator("a", 1, "g"), indicator("b", 1, "g")],
                          group=[group("g", aggregate="geometric")]))  # fmt: skip
    values = np.array([[0.0, 90.0], [50.0, 50.0], [100.0, 40.0]])
    moved, usual = movements(tree, values, np.ones_like(values, dtype=bool))
    assert moved[0].tolist() == [-usual[0], 0.0]
    assert usual[0] == pytest.approx(np.sqrt(50 * 60))


def test_a_group_that_stands_where_it_usually_does_still_passes_on_what_moves_within_it() -> None:
    """x and y make up for one another; each has half the group's slope 0.5 / 20 over (log G - log G') / (G - G')."""
    items = [indicator("x", 1, "sub"), indicator("y", 1, "sub"), indicator("a", 1, "g")]
    rules = scheme(indicator=items, group=[group("g", aggregate="geometric"), group("sub", 1, "g")])
    values = np.array([[10.0, 30, 40], [30.0, 10, 10]])
    moved, usual = movements(Tree.of(rules), values, np.ones_like(values, dtype=bool))
    found, level = np.sqrt(20 * 40), np.sqrt(20 * 25)
    slope = 0.5 / 20 / (np.log(found / level) / (found - level))
    assert moved[0].tolist() == pytest.approx([-5 * slope, 5 * slope, found - level])
    assert usual.tolist() == pytest.approx([level] * 2)


@SOME
@given(arithmetic(least=4))
def test_other_classes_levels_decide_nothing_within_a_class(one: Evaluation) -> None:
    """Raising a whole class by 100 points moves none of its members past another."""
    half = ["A" if place % 2 else "B" for place in range(len(one.members))]
    who = one.members.assign(**{"class": half})
    raised = one.values.add(pd.Series(half, index=who.index).map({"A": 100.0, "B": 0.0}), axis=0)
    before, after = (effective_weights(evaluation(one.scheme, who, v)) for v in (one.values, raised))
    np.testing.assert_allclose(before["effective"], after["effective"], atol=1e-9)


@SOME
@given(arithmetic(), st.data())
def test_the_offer_gives_the_influence_that_was_wanted(one: Evaluation, data: st.DataObject) -> None:
    ids = [item.id for item in one.scheme.indicators]
    assume(np.linalg.eigvalsh(np.cov(one.values.to_numpy().T)).min() > 1)
    wanted = {id_: data.draw(st.integers(1, 9)) for id_ in ids}
    found = weights_for_influence(one, wanted)
    new = one.scheme.with_weights(dict(found["weight"]))
    reached = effective_weights(rescored_values(one, new))["effective"]
    np.testing.assert_allclose(reached, np.array([wanted[i] for i in ids]) / sum(wanted.values()), atol=2e-6)
    np.testing.assert_allclose(reached, found.loc[ids, "effective"], atol=2e-6)


def rescored_values(one: Evaluation, rules: Any) -> Evaluation:
    return evaluation(rules, one.members, one.values)


@settings(SOME, max_examples=examples(10))  # by three methods each
@given(evaluations())
def test_correlations_agree_with_pandas_on_the_members_that_have_both(one: Evaluation) -> None:
    methods: tuple[CorrelationMethod, ...] = ("pearson", "spearman", "kendall")
    for method in methods:
        expected = one.values.corr(method=method, min_periods=3)
        found = correlations(one, method=method)
        for first, second in found.index.tolist():
            row = dict(found.loc[(first, second)])
            both = one.values[[first, second]].dropna()
            assert row["n"] == len(both)
            if len(both) >= 3 and (both.nunique() > 1).all():
                assert row["r"] == pytest.approx(expected.loc[first, second], abs=1e-9)
            else:
                assert np.isnan(row["r"])
                assert row["note"]


@SOME
@given(arithmetic())
def test_alone_is_at_least_the_square_of_the_correlation_and_at_most_1(one: Evaluation) -> None:
    found = effective_weights(one).dropna(subset=["alone"])
    assert (found["alone"] >= found["correlation"] ** 2 - 1e-9).all()
    assert (found["alone"] <= 1 + 1e-9).all()


# ---- known cases ---------------------------------------------------------------------------------------------


def test_components_and_correlations_of_groups_by_hand() -> None:
    values = {"a": [10.0, 20, 30, 40], "b": [20.0, 40, 60, 80], "c": [40.0, 30, 20, 10], "d": [10.0, 10, 30, 50], "e": [5.0, 5, 5, 5]}
    tree = {"group": [group("g", 1, None), group("h", 1, None), group("k", 1, "h")], "indicator": [indicator("a", 1, "g"), indicator("b", 1, "g"), indicator("c", 1, "k"), indicator("d", 1, "h"), indicator("e", 1, "h")]}
    one = asked(values, **tree)
    found = principal_components(one)
    assert found["share"].xs(("g", 1)).tolist() == pytest.approx([1, 1])  # a and b move as one
    assert found["eigenvalue"].xs(("g", 2)).tolist() == pytest.approx([0, 0], abs=1e-12)
    r = np.corrcoef(values["c"], values["d"])[0, 1]
    assert found.loc["h"].index.get_level_values("part").unique().tolist() == ["k", "d"]  # e is the same for all
    assert found["eigenvalue"].xs(("h", 1)).tolist() == pytest.approx([1 - r, 1 - r])  # opposed
    assert found.loc["k"]["note"].tolist() == ["fewer than two parts to compare" if one.scheme.language == "en" else "可比的下级不足两项"]
    pairs = correlations(one, "groups")
    assert pairs.index.tolist() == [("g", "h"), ("g", "k")]  # k lies in h
    assert pairs.loc[("g", "k"), "r"] == pytest.approx(-1)
    assert pairs["group"].tolist() == ["total", ""]
    assert asked({key: [1.0, 2] for key in "ab"}).scores.notna().all().all()
    assert principal_components(asked({key: [1.0, 2] for key in "ab"})).loc["total"].index.tolist() == [(0, "a"), (0, "b")]


def test_alpha_by_hand() -> None:
    """Variances 1 and 3, of the sum 7: 2 (1 - 4 / 7) = 6 / 7."""
    found = cronbach_alpha(asked({"a": [1, 2, 3], "b": [2.0, 2, 5]}))
    assert found["alpha"].tolist() == pytest.approx([6 / 7] * 2)


def test_equal_risk_is_met_by_weights_against_the_deviation_where_nothing_correlates() -> None:
    """Maillard, Roncalli, Teiletche (2010), section 2: without correlation the weights are as 1 / deviation."""
    one = asked({"a": [10.0, 10, 20, 20], "b": [0.0, 40, 0, 40]}, {"a": 50, "b": 50})
    found = weights_for_influence(one, {"a": 1, "b": 1})
    assert found["offered"].tolist() == pytest.approx([0.8, 0.2])
    assert found["effective"].tolist() == pytest.approx([0.5, 0.5])


# ---- cases by hand -----------------------------------------------------------------------------------------------


def test_the_spread_of_a_column_by_hand() -> None:
    one = asked({"a": [0.0, 0, 50, 100, np.nan], "b": [7.0] * 5}, classes=["A", "A", "B", "B", "B"])
    one = altered(one, measured=replace(one.measured, applicable=one.values.notna() | True))
    a, b = spread(one).loc["a"], spread(one).loc["b"]
    assert a[["applicable", "missing", "n", "distinct"]].tolist() == [5, 1, 4, 3]
    assert a[["missing_share", "min", "q1", "median", "q3", "max", "mean"]].tolist() == [
        0.2,
        0,
        0,
        25,
        62.5,
        100,
        37.5,
    ]
    assert a["sd"] == pytest.approx(np.std([0, 0, 50, 100], ddof=1))
    assert a["cv"] == pytest.approx(a["sd"] / 37.5)
    assert a[["at_worst", "at_best"]].tolist() == [0.5, 0.25]
    assert a[["constant", "constant_in", "note"]].tolist() == [False, "A", ""]
    assert b[["constant", "constant_in", "sd", "outliers"]].tolist() == [True, "A、B", 0.0, False]
    assert "相同" in b["note"]
    by_class = spread(one, by_class=True)
    assert by_class.loc[("a", "A"), "constant"]
    assert by_class.loc[("a", "B"), "missing"] == 1


def test_one_far_out_among_many_is_an_outlier_by_the_jrc_rule() -> None:
    one = asked({"a": [*np.linspace(1, 9, 19), 99], "b": list(np.linspace(1, 99, 20))})
    assert spread(one)["outliers"].to_dict() == {"a": True, "b": False}


def test_states_are_counted_and_correlate_by_their_points_only(small_edition: Path) -> None:
    edition = open_edition(small_edition)
    one = evaluate(edition.scheme, edition.records)
    row = spread(one).loc["pledge"]
    assert row["states"] == "已签 9、未签 3"
    assert row["distinct"] == 2
    assert np.isnan(row["mean"])
    assert spread(one, of="values").loc["pledge", "mean"] == pytest.approx((9 * 100 + 3 * 10) / 12)
    raw = correlations(one, "raw").loc[[("hours", "pledge")]]
    assert raw["r"].isna().all()
    assert "不是数字" in raw["note"].iloc[0]
    assert correlations(one).loc[("hours", "pledge"), "n"] == 12
    assert spread(one).loc["talks", "applicable"] == 7


def test_a_copy_is_redundant_and_a_mirror_image_cancels_out() -> None:
    a = [10.0, 30, 20, 70, 50]
    columns = {"a": a, "copy": a, "mirror": [100 - x for x in a], "far": a}
    items = [*(indicator(name, 1, "g") for name in ("a", "copy", "mirror")), indicator("far", 1, "h")]
    found = redundancies(asked(columns, indicator=items, group=[group("g"), group("h")], language="en"))
    assert found["kind"].to_dict() == {
        ("a", "copy"): "redundant", ("a", "mirror"): "opposed", ("a", "far"): "redundant",
        ("copy", "mirror"): "opposed", ("copy", "far"): "redundant", ("mirror", "far"): "opposed",
    }  # fmt: skip
    assert "merge" in found.loc[("a", "copy"), "advice"]
    assert "twice" in found.loc[("a", "far"), "advice"]
    assert "cancel" in found.loc[("a", "mirror"), "advice"]
    assert "reverse" in found.loc[("mirror", "far"), "advice"]


def test_a_weak_opposition_matters_within_a_group_only() -> None:
    columns = {"a": [1.0, 2, 3, 4, 5], "b": [3.0, 5, 2, 4, 1], "c": [3.0, 5, 2, 4, 1]}
    items = [indicator("a", 1, "g"), indicator("b", 1, "g"), indicator("c", 1, "h")]
    found = redundancies(asked(columns, indicator=items, group=[group("g"), group("h")]))
    assert found["kind"].to_dict() == {("b", "c"): "redundant", ("a", "b"): "opposed"}


def test_fewer_than_three_members_are_said_and_not_counted() -> None:
    one = asked({"a": [1.0, 2], "b": [3.0, 5]}, language="en")
    assert "fewer than 3" in spread(one).loc["a", "note"]
    assert "fewer than 3" in correlations(one)["note"].iloc[0]
    assert "fewer than 3" in cronbach_alpha(one)["note"].iloc[0]
    assert "fewer than 3" in effective_weights(one)["note"].iloc[0]
    assert "fewer than 3" in weights_for_influence(one)["note"].iloc[0]
    assert effective_weights(one)["effective"].isna().all()


def test_parts_that_cancel_out_have_no_alpha_and_that_is_said() -> None:
    found = cronbach_alpha(asked({"a": [1, 2, 3, 4], "b": [4.0, 3, 2, 1.5]})).loc["total"]
    assert found["alpha"].isna().all()
    assert found["note"].str.contains("below -1|低于 -1").all()


def test_a_constant_is_left_out_of_alpha_and_named() -> None:
    one = asked({"a": [1.0, 2, 3, 5], "b": [3.0, 5, 1, 2], "c": [4.0] * 4, "d": [2.0, 2, 3, 3]})
    found = cronbach_alpha(one).loc["total"]
    assert found["parts"].tolist() == [3] * 4
    assert "相同" in found.loc["c", "note"]
    assert np.isnan(found.loc["c", "without"])


def test_alpha_says_whom_it_leaves_out() -> None:
    one = asked({"a": [1.0, 2, 3, 5], "b": [3.0, 5, 1, 2], "c": [4.0, 1, 2, np.nan]})
    found = cronbach_alpha(one).loc["total"]
    assert found["n"].tolist() == [3] * 3
    assert "3／4" in found["note"].iloc[0]


def test_an_indicator_that_works_against_the_total_is_said_to() -> None:
    one = asked({"a": [10.0, 40, 70, 100], "b": [40.0, 30, 20, 10]}, {"a": 80, "b": 20}, language="en")
    found = effective_weights(one)
    assert found.loc["b", "effective"] < 0
    assert "against" in found.loc["b", "note"]


def test_an_adjustment_has_its_part_in_the_differences() -> None:
    points = pd.DataFrame({"bonus": [0.0, 0, 30, 60]}, index=members(4).index)
    one = asked({"a": [10.0, 20, 30, 40], "b": [5.0, 9, 7, 8]}, adjustments=points,
                adjustment=[{"id": "bonus", "label": "bonus", "measure": MEASURE}])  # fmt: skip
    found = effective_weights(one)
    assert found["kind"].tolist() == ["indicator", "indicator", "adjustment"]
    assert found.loc["bonus", "effective"] > 0.5
    assert found["effective"].sum() == pytest.approx(1)


def test_equal_totals_leave_nothing_to_decide() -> None:
    one = asked({"a": [10.0, 20, 30], "b": [30.0, 20, 10]}, language="en")
    assert effective_weights(one)["note"].tolist() == ["the totals do not differ"] * 2


def test_one_class_can_be_asked_about_and_an_unknown_one_is_refused() -> None:
    one = asked({"a": [1.0, 2, 3, 9, 5, 7], "b": [3.0, 5, 1, 2, 2, 8]}, classes=list("AAABBB"))
    assert correlations(one, class_="A")["n"].tolist() == [3]
    assert effective_weights(one, class_="B")["n"].tolist() == [3, 3]
    assert cronbach_alpha(one, class_="B")["n"].tolist() == [3, 3]
    with pytest.raises(Refused, match="no member is in the class `C`"):
        correlations(one, class_="C")


def test_a_constant_gets_no_offer_and_the_others_share_its_part() -> None:
    one = asked({"a": [10.0, 10, 20, 20], "b": [0.0, 40, 0, 40], "c": [5.0] * 4}, {"a": 20, "b": 30, "c": 50})
    found = weights_for_influence(one)
    assert found["offered"].isna().tolist() == [False, False, True]
    assert found.loc[["a", "b"], "effective"].tolist() == pytest.approx([0.4, 0.6])
    assert "相同" in found.loc["c", "note"]


def test_an_indicator_that_never_is_the_lowest_keeps_its_weight_in_the_offer() -> None:
    one = asked(
        {"a": [10.0, 30, 20, 40], "b": [90.0, 95, 99, 91]}, {"a": 60, "b": 40}, total={"aggregate": "minimum"}
    )
    found = weights_for_influence(one)
    assert found["offered"].tolist() == pytest.approx([0.6, 0.4])
    assert found["effective"].tolist() == pytest.approx([1, 0])
    assert found["note"].all()


def test_an_indicator_wanted_to_decide_nothing_gets_no_weight() -> None:
    one = asked({"a": [10.0, 10, 20, 20], "b": [0.0, 40, 0, 40], "c": [1.0, 2, 3, 9]})
    found = weights_for_influence(one, {"a": 1, "b": 1, "c": 0})
    assert found["offered"].tolist() == pytest.approx([0.8, 0.2, 0])


def test_what_no_weights_can_give_is_said() -> None:
    """Exact opposites: whatever the weights, what one gives the other takes."""
    one = asked({"a": [10.0, 20, 30, 40], "b": [40.0, 30, 20, 10]}, language="en")
    found = weights_for_influence(one, {"a": 1, "b": 1})
    assert set(found["note"]) == {"no weights give it the influence wanted"}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"a": 1, "b": 1, "bb": 1}, "there is no such indicator"),
        ({"a": 1}, "is lacking"),
        ({"a": -1, "b": 1}, "0 or more"),
        ({"a": float("nan"), "b": 1}, "0 or more"),
        ({"a": 0, "b": 0}, "not all can be 0"),
    ],
)
def test_impossible_wishes_are_refused(wanted: dict[str, float], said: str) -> None:
    with pytest.raises(Refused, match=said):
        weights_for_influence(asked({"a": [1.0, 2, 4], "b": [3.0, 5, 1]}), wanted)


def test_rescoring_with_the_offer_gives_what_it_says(small_edition: Path) -> None:
    edition = open_edition(small_edition)
    one = evaluate(edition.scheme, edition.records)
    found = weights_for_influence(one)
    after = effective_weights(rescored(one, one.scheme.with_weights(dict(found["weight"].dropna()))))
    own = after[after["kind"] == "indicator"]["effective"]
    expected = found.loc[own.index, "effective"]
    np.testing.assert_allclose(own / own.sum(), expected / expected.sum(), atol=0.02)


def test_what_nobody_has_is_told_to_be_absent_and_what_moves_nothing_keeps_its_weight() -> None:
    part = pd.DataFrame({"n": [0], "kind": ["indicator"], "correlation": [np.nan]}, index=["a"])
    assert _note(part, "a", 9, True) is ABSENT
    weights = np.array([0.4, 0.6])
    assert _next(weights, np.array([0, 1]), np.zeros((5, 2)), weights, 0.5) is weights
