from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gmean, hmean, pmean

from tests.invented import group, indicator, members, scheme, tables, trees
from toolkit.evaluation.scores import TOTAL, Tree, adjusted, gathered, scores
from toolkit.ground.problems import Refused
from toolkit.scheme import Scheme
from toolkit.scheme.criteria import Total

SCHEMES = trees().map(lambda tree: scheme(**tree))
ON_THE_SCALE = ("arithmetic", "geometric", "harmonic", "minimum", "power(2)", "power(-0.5)")
MEANS = trees(ON_THE_SCALE).map(lambda tree: scheme(**tree))


def scored(rules: Scheme, values: pd.DataFrame) -> pd.DataFrame:
    return scores(Tree.of(rules), values)


def one(aggregate: str, values: list[float], weights: list[float]) -> float:
    """The score of one group."""
    rules = scheme(
        group=[group("g", 1, None, aggregate)],
        indicator=[indicator(f"x{i}", w, "g") for i, w in enumerate(weights)],
    )
    return float(
        scored(rules, pd.DataFrame([values], columns=[f"x{i}" for i in range(len(values))]))["g"].iloc[0]
    )


@given(st.data(), st.randoms(use_true_random=False))
def test_the_order_of_members_changes_no_bit(data: st.DataObject, random: object) -> None:
    rules = scheme(**data.draw(trees(looking=True)))
    few = data.draw(tables(rules, members(6)))
    values = pd.concat([few * part for part in (1, 0.9, 1 / 3, 0.77, 0.1)], ignore_index=True)
    order = list(values.index)
    random.shuffle(order)  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(
        scored(rules, values).loc[order], scored(rules, values.loc[order]), check_exact=True
    )
    if Tree.of(rules).compares:  # nobody alone is compared
        return
    alone = pd.concat([scored(rules, values.loc[[member]]) for member in order])
    pd.testing.assert_frame_equal(alone, scored(rules, values.loc[order]), check_exact=True)


@given(st.data(), st.integers(2, 9))
def test_only_ratios_of_sibling_weights_matter(data: st.DataObject, factor: int) -> None:
    rules = data.draw(MEANS)
    values, parent = (
        data.draw(tables(rules, members(4))),
        data.draw(st.sampled_from([None, *(g.id for g in rules.groups)])),
    )
    other = rules.with_weights({node.id: node.weight * factor for node in rules.children(parent)})
    assert np.allclose(scored(rules, values), scored(other, values), rtol=1e-12, equal_nan=True)


@given(st.data())
def test_scores_stay_between_the_values_under_them(data: st.DataObject) -> None:
    rules = data.draw(MEANS)
    values = data.draw(tables(rules, members(4)))
    total = scored(rules, values)[TOTAL]
    assert (total.isna() == values.isna().all(axis=1)).all()
    assert ((total >= values.min(axis=1) - 1e-9) | total.isna()).all()
    assert ((total <= values.max(axis=1) + 1e-9) | total.isna()).all()


@given(st.data())
def test_a_better_value_never_lowers_a_score(data: st.DataObject) -> None:
    rules = data.draw(SCHEMES)
    values = data.draw(tables(rules, members(4), gaps=False))
    better = values.copy()
    column = data.draw(st.sampled_from(list(values)))
    better[column] = np.minimum(better[column] + 5, 100)
    assert (scored(rules, better) >= scored(rules, values) - 1e-9).all(axis=None)


@given(st.data())
def test_what_does_not_count_leaves_its_weight_to_its_siblings(data: st.DataObject) -> None:
    rules = data.draw(MEANS)
    values = data.draw(tables(rules, members(4), gaps=False))
    gone = data.draw(st.sampled_from([item.id for item in rules.indicators]))
    without = scored(rules, values.assign(**{gone: np.nan}))
    siblings = rules.children(rules.nodes[gone].group)
    if len(siblings) > 1:
        weightless = scored(rules.with_weights({gone: 0}), values)
        assert np.allclose(without[TOTAL], weightless[TOTAL], rtol=1e-12)
    assert without[gone].isna().all()


@given(st.data())
def test_contributions_sum_to_the_total(data: st.DataObject) -> None:
    rules = data.draw(trees(("arithmetic",)).map(lambda tree: scheme(**tree)))
    values = data.draw(tables(rules, members(4), gaps=False))
    tree = Tree.of(rules)
    shares = dict(zip(tree.nodes, tree.shares, strict=True))
    total = pd.Series(0.0, index=values.index)
    for item in rules.indicators:
        path, node = shares[item.id], item.group
        while node is not None:
            path, node = path * shares[node], rules.nodes[node].group
        total += path * values[item.id]
    assert np.allclose(total, scored(rules, values)[TOTAL])


@given(
    st.lists(st.floats(0.5, 100), min_size=1, max_size=6),
    st.lists(st.floats(0.1, 60), min_size=6, max_size=6),
)
def test_the_means_are_those_of_scipy(values: list[float], weights: list[float]) -> None:
    own = weights[: len(values)]
    assert one("arithmetic", values, own) == pytest.approx(np.average(values, weights=own))
    assert one("geometric", values, own) == pytest.approx(gmean(values, weights=own))
    assert one("harmonic", values, own) == pytest.approx(hmean(values, weights=own))
    assert one("power(3)", values, own) == pytest.approx(pmean(values, 3, weights=own))
    assert one("power(-0.5)", values, own) == pytest.approx(pmean(values, -0.5, weights=own))
    assert one("minimum", values, own) == min(values)


@pytest.mark.parametrize("aggregate", ["geometric", "harmonic", "minimum", "power(-0.5)", "power(0)"])
def test_a_zero_cannot_be_made_good(aggregate: str) -> None:
    assert one(aggregate, [0.0, 100.0, np.nan], [1, 9, 5]) == 0
    assert one(aggregate, [0.0, 100.0], [0, 9]) == pytest.approx(100)


def test_sums_are_points_over_the_scale() -> None:
    assert one("sum", [100.0, 50.0], [20, 30]) == pytest.approx(35)
    assert one("sum", [100.0, np.nan], [20, 30]) == pytest.approx(50)


def test_equal_marks_give_exactly_that_mark() -> None:
    assert one("arithmetic", [85.0, 85.0, 85.0], [40, 35, 25]) == 85.0


def test_nothing_counted_is_no_score() -> None:
    assert np.isnan(one("arithmetic", [np.nan, np.nan], [1, 2]))


def test_a_mean_that_cannot_take_negative_scores_says_so() -> None:
    with pytest.raises(Refused, match="g cannot take scores below 0"):
        one("geometric", [-1.0, 2.0], [1, 1])
    assert one("arithmetic", [-1.0, 2.0], [1, 1]) == 0.5
    assert one("power(-0.5)", [0.0, 2.0], [1, 1e-160]) == 0.0  # and nothing overflows on the way
    assert one("geometric", [-1.0, 2.0], [0, 1]) == pytest.approx(2)  # what has no weight is not looked at,
    assert one("geometric", [-1.0, 2.0, np.nan], [0, 1, 1]) == pytest.approx(2)  # a gap beside it or not


def test_nodes_come_groups_first_and_groups_may_stand_before_their_parents() -> None:
    rules = scheme(
        group=[group("inner", 1, "outer"), group("outer", 3)],
        indicator=[indicator("a", 1, "inner"), indicator("b", 1)],
    )
    table = scored(rules, pd.DataFrame({"b": [40.0], "a": [80.0]}))
    assert table.to_dict("records") == [{"inner": 80.0, "outer": 80.0, "a": 80.0, "b": 40.0, TOTAL: 70.0}]


@given(st.lists(st.floats(-50, 150), min_size=1, max_size=5), st.floats(0, 60), st.floats(60, 120))
def test_a_total_is_held_within_its_bounds_after_the_adjustments(points: list[float], floor: float, cap: float) -> None:
    mean, bonus = np.array([*points, np.nan]), np.full(len(points) + 1, 10.0)
    held = adjusted(mean, [bonus], Total(floor=floor, cap=cap))
    expected = [min(max(point + 10, floor), cap) for point in points]
    assert held.tolist()[:-1] == expected
    assert np.isnan(held[-1])
    np.testing.assert_array_equal(adjusted(mean, [bonus], Total()), adjusted(mean, [bonus]))


def test_adjustments_are_added_in_turn() -> None:
    mean, bonus, bad = np.array([80.0, 60.0]), np.array([5.0, np.nan]), np.array([-30.0, 0.0])
    assert adjusted(mean, [bonus, bad]).tolist() == [55.0, 60.0]
    np.testing.assert_array_equal(adjusted(mean, [bonus, bad], unranked=np.array([True, False])), [np.nan, 60.0])


@given(st.data())
def test_what_stands_under_no_change_is_taken_over_bit_for_bit(data: st.DataObject) -> None:
    rules = data.draw(MEANS)
    values = data.draw(tables(rules, members(4)))
    weights = {group.id: group.weight for group in rules.groups} | {item.id: item.weight for item in rules.indicators}
    node = data.draw(st.sampled_from(sorted(weights)))
    other = Tree.of(rules.with_weights({node: weights[node] + 1.25}))
    tree = Tree.of(rules)
    columns = {name: values[name].to_numpy() for name in tree.nodes[tree.leaves]}
    before = gathered(tree, columns, len(values))
    moved = data.draw(st.sampled_from(sorted(columns)))
    for then in (columns, columns | {moved: columns[moved] / 2}):
        found, anew = gathered(other, then, len(values), before=(tree, before)), gathered(other, then, len(values))
        assert list(found) == list(anew)
        for name, column in anew.items():
            np.testing.assert_array_equal(found[name], column)


def test_only_groups_above_a_change_are_gathered_again() -> None:
    rules = scheme(group=[group("g"), group("h")], indicator=[indicator("a", 1, "g"), indicator("b", 1, "g"), indicator("c", 1, "h")])
    tree, columns = Tree.of(rules), {name: np.array([value]) for name, value in (("a", 10.0), ("b", 30.0), ("c", 50.0))}
    told = gathered(tree, columns, 1) | {"g": np.array([7.0]), "h": np.array([90.0])}
    another = Tree.of(rules.with_weights({"a": 3.0}))
    for rule, then, shown in ((another, columns, [15.0, 90.0, 52.5]), (tree, columns | {"a": np.array([20.0])}, [25.0, 90.0, 57.5]), (tree, columns | {"c": np.array([70.0])}, [7.0, 70.0, 38.5])):
        found = gathered(rule, then, 1, before=(tree, told))
        assert [found[node].item() for node in ("g", "h", TOTAL)] == shown
