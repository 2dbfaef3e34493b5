"""Means whose weights depend on what is observed, and groups that need enough of it."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.invented import applicability, evaluation, group, indicator, members, scheme, tables, trees
from toolkit.evaluation.aggregation import Branch, gather, power, reach
from toolkit.evaluation.many_scores import PatternedScores
from toolkit.evaluation.scores import TOTAL, Tree, scores
from toolkit.evaluation.value_checks import quotient_problems, sum_problems
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Step
from toolkit.ground.text import Phrase
from toolkit.scheme import Scheme
from toolkit.scheme.checks.tree import patterns_faults
from toolkit.scheme.criteria import Group, Indicator, Total

NAN = float("nan")
DESIGN = {  # highway design firms: bidding T and performance L weigh (1, 0), (0, 1) or (0.2, 0.8)
    "aggregate": "conditional",
    "when": [
        {"observed": ["bidding"], "weights": {"bidding": 1}},
        {"observed": ["performance"], "weights": {"performance": 1}},
        {"observed": ["bidding", "performance"], "weights": {"bidding": 0.2, "performance": 0.8}},
    ],
}


def rescaled(rule: dict[str, object], factor: float) -> dict[str, object]:
    when = [
        {"observed": case["observed"], "weights": {node: weight * factor for node, weight in case["weights"].items()}}
        for case in rule["when"]  # type: ignore[attr-defined]
    ]
    return {**rule, "when": when}


def conduct(rule: dict[str, object], bidding: float, performance: float) -> float:
    rules = scheme(
        group=[group("conduct", 1, None, **rule)],
        indicator=[indicator("bidding", 50, "conduct"), indicator("performance", 50, "conduct")],
    )
    return float(scores(Tree.of(rules), pd.DataFrame({"bidding": [bidding], "performance": [performance]}))[TOTAL].iloc[0])


@pytest.mark.parametrize(("bidding", "performance", "score"), [(90, NAN, 90), (NAN, 70, 70), (90, 70, 74)])
def test_design_firms_are_rated_by_what_was_rated(bidding: float, performance: float, score: float) -> None:
    """公路设计企业信用评价规则, arts. 11-12: (a, b) is (1, 0), (0, 1) or (0.2, 0.8)."""
    assert conduct(DESIGN, bidding, performance) == pytest.approx(score, rel=1e-15)


@given(st.floats(0, 100), st.floats(0, 100), st.sampled_from([0.01, 3, 100]))
def test_only_ratios_of_the_weights_of_a_case_matter(bidding: float, performance: float, factor: float) -> None:
    assert conduct(rescaled(DESIGN, factor), bidding, performance) == pytest.approx(conduct(DESIGN, bidding, performance))


def test_where_no_case_fits_the_voted_weights_are_shared() -> None:
    first = {**DESIGN, "when": DESIGN["when"][:1]}
    assert conduct(first, 90, 70) == 80
    assert conduct(first, NAN, 70) == 70
    assert np.isnan(conduct(first, NAN, NAN))


@given(st.data())
def test_a_conditional_group_without_a_fitting_case_is_an_arithmetic_mean(data: st.DataObject) -> None:
    tree = data.draw(trees(("arithmetic", "conditional", "geometric")))
    plain = [{**g, "aggregate": "arithmetic"} if g["aggregate"] == "conditional" else g for g in tree["group"]]
    rules, other = scheme(**tree), scheme(**{**tree, "group": plain})
    values = data.draw(tables(rules, members(5)))
    pd.testing.assert_frame_equal(scores(Tree.of(rules), values), scores(Tree.of(other), values), check_exact=True)


@given(st.data())
def test_every_score_is_that_of_the_rule_followed_by_hand(data: st.DataObject) -> None:
    rules = scheme(**data.draw(trees(looking=True, stepped=data.draw(st.booleans()))))
    assume(not Tree.of(rules).compares)  # one member at a time nobody is compared: see tests/cases/editions/best_is_100.toml
    values = data.draw(tables(rules, members(4)))
    applying = data.draw(applicability(values))
    found = scores(Tree.of(rules), values, applying)
    for member in values.index:
        for own in (*rules.groups, rules.total):
            node = own.id if isinstance(own, Group) else TOTAL
            expected = by_hand(rules, own, values.loc[member], applying.loc[member])
            assert found.loc[member, node] == pytest.approx(expected, rel=1e-12, nan_ok=True)


def by_hand(rules: Scheme, own: Group | Total, values: pd.Series[float], applying: pd.Series[bool]) -> float:
    """A node's score by plain Python, one member at a time, straight from the docstrings of the scheme."""
    children = rules.children(own.id if isinstance(own, Group) else None)
    known = {
        child.id: by_hand(rules, child, values, applying) if isinstance(child, Group) else float(values[child.id])
        for child in children
    }
    observed = [node for node, score in known.items() if not np.isnan(score)]
    concerned = [child.id for child in children if applies(rules, child.id, applying)]
    if own.least_present is not None and len(observed) < own.least_present * (len(concerned) if own.least_present <= 1 else 1) - 1e-9:
        return NAN
    weights = {child.id: child.weight for child in children}
    weights = next((case.weights for case in own.when if set(case.observed) == set(observed)), weights)
    counted = [(weights[node], known[node]) for node in observed if weights[node] > 0]
    if not counted:
        return NAN
    return reshaped(rules, own, own_by_hand(rules, own, children, weights, known, counted))


def reshaped(rules: Scheme, own: Group | Total, score: float) -> float:
    cap = own.cap if isinstance(own, Group) and own.cap is not None else math.inf
    step, score = own.step_of("score") if isinstance(own, Group) else None, min(score, cap) if not np.isnan(score) else score
    if own.value is not None and not np.isnan(score):
        score = float(own.value.values(np.array([round(score, 9)]), rules.scale)[0])
    return kept(score, step)


def own_by_hand(
    rules: Scheme, own: Group | Total, children: tuple[Group | Indicator, ...], weights: dict[str, float], known: dict[str, float], counted: list[tuple[float, float]]
) -> float:
    scores, (first, *others) = sorted(score for _, score in counted), known.values()
    unweighted = {
        "maximum": lambda: scores[-1],
        "median": lambda: (scores[len(scores) // 2] + scores[(len(scores) - 1) // 2]) / 2,
        "product": lambda: rules.scale * float(np.prod([score / rules.scale for score in scores])),
        "quotient": lambda: rules.scale * first / others[0] if others[0] > 0 else NAN,
    }
    if own.aggregate in unweighted:
        return unweighted[own.aggregate]()
    whole, p = sum(weight for weight, _ in counted), power(own.aggregate)
    if own.aggregate == "sum" and own.not_applicable == 0:
        whole = sum(weights.values())
    if p == 1:
        full = sum(child.weight for child in children) / rules.scale if own.aggregate == "sum" else 1.0
        parts = [(child, weights[child.id] / whole * known[child.id] * full) for child in children if not np.isnan(known[child.id]) and weights[child.id] > 0]
        return sum(kept(part, child.step_of("points")) for child, part in parts)
    return curved(counted, whole, p)


def kept(points: float, step: Step | None) -> float:
    """Points as they count: whole steps of the last decimal, a half and what floats are off included."""
    if step is None or np.isnan(points):
        return points
    steps = math.floor(abs(points) * 10**step.decimals + (0.0 if step.down else 0.5) + min(1e-9, 10.0 ** -(step.decimals + 3)) * 10**step.decimals)
    return math.copysign(steps / 10**step.decimals, points)


def curved(counted: list[tuple[float, float]], whole: float, p: float) -> float:
    if p == -np.inf:
        return min(score for _, score in counted)
    if p <= 0 and min(score for _, score in counted) == 0:
        return 0.0
    if p == 0:
        return float(np.prod([score ** (weight / whole) for weight, score in counted]))
    return float((sum(weight * score**p for weight, score in counted) / whole) ** (1 / p))


def test_of_nobody_there_is_no_score() -> None:
    for aggregate, shape in (("arithmetic", None), ("minimum", None), ("arithmetic", {"shape": "rank"})):
        (branch,) = Tree.of(scheme(indicator=[indicator("a"), indicator("b")], total={"aggregate": aggregate, "value": shape})).branches
        for draws, count in ((0, 3), (2, 0)):
            children = [(np.zeros(count), np.ones((draws, 1)))] * 2
            assert gather(branch, children, draws, count).shape == (draws, count)


def test_each_step_is_rounded_as_the_text_says() -> None:
    """61.66 + 18.33 = 79.99, where the unrounded points come to 80.00; a half is a half whatever the binary fraction is."""
    rules = scheme(indicator=[indicator("a", 70, decimals=2), indicator("b", 30, decimals=2, rounding="down")], total={"aggregate": "sum"})
    values = pd.DataFrame({"a": [61.664 / 0.7, 61.665 / 0.7, 61.665 / 0.7], "b": [18.334 / 0.3, 18.339 / 0.3, NAN]})
    assert scores(Tree.of(rules), values)[TOTAL].round(12).tolist() == [79.99, 80.00, 88.09]


def test_the_score_itself_can_be_the_step() -> None:
    rules = scheme(group=[group("g", 1, None, decimals=0, decimals_of="score"), group("h", 1, None)], indicator=[indicator("a", 1, "g"), indicator("b", 1, "g"), indicator("c", 1, "h")])
    found = scores(Tree.of(rules), pd.DataFrame({"a": [81.0], "b": [82.0], "c": [80.5]}))
    assert found[["g", "h", TOTAL]].to_numpy().tolist() == [[82.0, 80.5, 81.25]]


def applies(rules: Scheme, node: str, applying: pd.Series[bool]) -> bool:
    below = rules.children(node)
    return any(applies(rules, child.id, applying) for child in below) if below else bool(applying[node])


def test_a_group_with_too_little_in_it_leaves_its_weight_to_its_siblings() -> None:
    rules = scheme(
        group=[group("g", 50, None, least_present=0.7)],
        indicator=[*(indicator(f"x{i}", 10, "g") for i in range(10)), indicator("y", 50)],
    )
    values = pd.DataFrame(80.0, index=["seven", "six", "six of eight"], columns=[f"x{i}" for i in range(10)]).assign(y=40.0)
    values.loc["seven", ["x0", "x1", "x2"]] = np.nan
    values.loc[["six", "six of eight"], ["x0", "x1", "x2", "x3"]] = np.nan
    applying = pd.DataFrame(data=True, index=values.index, columns=values.columns)
    applying.loc["six of eight", ["x0", "x1"]] = False
    assert scores(Tree.of(rules), values, applying)[TOTAL].tolist() == [60.0, 40.0, 60.0]


@pytest.mark.parametrize("mean", ["arithmetic", "geometric", "harmonic", "minimum"])
@pytest.mark.parametrize("other", [0.0, 10.0, NAN])
def test_a_child_without_weight_has_no_say(mean: str, other: float) -> None:
    branch = Branch(2, (0, 1), Phrase("组", "group"), power(mean), 1.0)
    assert gather(branch, [(np.array([50.0]), 1.0), (np.array([other]), 0.0)], 1) == pytest.approx(50)


def test_only_nothing_at_all_makes_a_geometric_mean_nothing() -> None:
    branch = Branch(2, (0, 1), Phrase("组", "group"), power("geometric"), 1.0)
    assert gather(branch, [(np.array([0.5, 0.0]), 0.5), (np.array([8.0, 8.0]), 0.5)], 2) == pytest.approx([2, 0])


def test_the_total_too_may_need_enough_and_be_gathered_otherwise() -> None:
    rules = scheme(indicator=[indicator("a", 1), indicator("b", 1)], total={"aggregate": "geometric", "least_present": 0.6})
    values = pd.DataFrame({"a": [90.0, 90.0, 0.0], "b": [40.0, NAN, 100.0]})
    total = scores(Tree.of(rules), values)[TOTAL]
    assert total.to_numpy() == pytest.approx(np.array([60.0, NAN, 0.0]), nan_ok=True)


def test_a_total_that_cannot_take_negative_scores_says_so_in_both_languages() -> None:
    rules = scheme(indicator=[indicator("a")], total={"aggregate": "harmonic"})
    with pytest.raises(Refused, match="aggregate of total cannot take") as refused:
        scores(Tree.of(rules), pd.DataFrame({"a": [-1.0]}))
    assert "总分" in refused.value.problems.text("zh")


RULES = tomllib.loads((Path(__file__).parent / "cases" / "scores.toml").read_text("utf-8"))["rule"]


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule in RULES for case in rule["case"]], ids=[case["says"] for rule in RULES for case in rule["case"]])
def test_scores_are_gathered_as_the_sentences_say(rule: dict[str, Any], case: dict[str, Any]) -> None:
    parts = {key: rule[key] for key in rule.keys() - {"title", "source", "case"}}
    rules = scheme(**parts | {"indicator": [indicator(**{"id_": item["id"], **{key: item[key] for key in item.keys() - {"id"}}}) for item in rule["indicator"]]})
    values = pd.DataFrame({name: pd.to_numeric(pd.Series(column).replace("", np.nan)) for name, column in case["values"].items()}).astype(np.float64)
    tree = Tree.of(rules)
    found = scores(tree, values)
    drawn = PatternedScores.of(tree, values.to_numpy(), values.notna().to_numpy())
    for node, expected in case["scores"].items():
        wanted = pd.to_numeric(pd.Series(expected).replace("", np.nan)).to_numpy(np.float64)
        np.testing.assert_allclose(found[node], wanted, rtol=1e-12)
        for _, drawn_scores in drawn.node(tree.nodes.index(node), tree.shares[None, :], np.full(len(values), 1.0)):
            np.testing.assert_allclose(drawn_scores[0], np.nan_to_num(wanted + 1), rtol=1e-9)


def test_points_that_are_raised_in_silence_are_told() -> None:
    weighted = [indicator("a", 60), indicator("b", 40)]
    who, values = members(3), pd.DataFrame({"a": [75.0, 75, 75], "b": [NAN, NAN, 50]}, index=members(3).index)
    for more, warned in (({}, True), ({"not_applicable": "rescale"}, False), ({"not_applicable": 0}, False)):
        asked = evaluation(scheme(indicator=weighted, total={"aggregate": "sum", **more}), who, values)
        told = [said.rule.zh for said in sum_problems(asked.scheme, asked.tree, {node: asked.scores[node].to_numpy() for node in asked.tree.nodes})]
        assert told == (["“总分”各项相加，有 2 家会员的某些项不计，其余各项的分按比例放大，如满分 60 放大到 100"] if warned else [])


def test_a_quotient_by_nothing_is_told_of_the_first_member_and_counted() -> None:
    values = pd.DataFrame({"a": [50.0, 50, NAN, 0], "b": [0.0, 20, 0, 0]}, index=members(4).index)
    asked = evaluation(scheme(indicator=[indicator("a"), indicator("b")], total={"aggregate": "quotient"}), members(4), values)
    (told,) = quotient_problems(asked.scheme, asked.tree, {node: asked.scores[node].to_numpy() for node in asked.tree.nodes}, asked.scores.index)
    assert (told.severity, told.column) == ("warning", "total.aggregate")
    assert "有 2 家会员的“b”不大于 0" in told.rule.zh
    assert "member m0" in told.rule.en
    least, most = reach(asked.tree.branches[-1], np.array([[40.0], [20.0]]), np.array([[60.0], [20.0]]))  # of what weights do to the dividend
    assert (float(least[0]), float(most[0])) == pytest.approx((200, 300))


@pytest.mark.parametrize(
    ("parts", "place", "said"),
    [
        ({"total": {"aggregate": "arithmetic", "not_applicable": 0}}, ("total", "not_applicable"), "only for the aggregate sum"),
        ({"total": {"aggregate": "sum", "not_applicable": 0}, "indicator": [{"id": "a", "missing": "exclude"}]}, ("indicator", 0, "missing"), "gives its weight"),
        ({"total": {"aggregate": "quotient"}, "indicator": [{"id": "a"}]}, ("total", "aggregate"), "not of 1"),
        ({"total": {"aggregate": "quotient"}, "indicator": [{"id": "a"}, {"id": "b", "group": "g"}], "group": [{"id": "g"}, {"id": "h"}]}, ("total", "aggregate"), "not of 3"),
        ({"total": {"aggregate": "quotient"}, "group": [{"id": "g"}, {"id": "h"}]}, ("total", "aggregate"), "divisor"),
    ],
)
def test_what_cannot_be_gathered_so_is_a_fault(parts: dict[str, Any], place: tuple[str | int, ...], said: str) -> None:
    assert [fault.path for fault in patterns_faults(parts) if said in fault.rule.en] == [place]
