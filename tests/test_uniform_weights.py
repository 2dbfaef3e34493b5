from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.invented import group, indicator, scheme
from toolkit.evaluation.scores import Tree
from toolkit.ground.problems import Refused
from toolkit.sensitivity import UniformWeights, WeightBounds, WeightOrder
from toolkit.sensitivity.weights.uniform import Polytope, Simplex

TREE = Tree.of(
    scheme(
        group=[group("g", 60), group("h", 40)],
        indicator=[indicator("a", 50, "g"), indicator("b", 30, "g"), indicator("c", 20, "g"), indicator("d", 1, "h"), indicator("e", 3, "h")],
    )
)
G, H = slice(2, 5), slice(5, 7)


def drawn(spec: UniformWeights, tree: Tree = TREE) -> np.ndarray:
    return np.concatenate(list(spec.blocks(tree, 5)))


def test_without_bounds_it_is_the_whole_simplex() -> None:
    found = drawn(UniformWeights(draws=20_000))
    assert (found[:, -1] == TREE.shares[-1]).all()  # the total's, which nobody draws
    assert np.allclose(found[:, G].sum(axis=1), 1)
    assert np.allclose(found[:, G].mean(axis=0), 1 / 3, atol=6e-3)
    assert np.allclose(found[:, G].var(axis=0), 2 / 36, atol=2e-3)  # of Dirichlet(1, 1, 1)
    assert np.allclose(found[:, H].mean(axis=0), 1 / 2, atol=8e-3)


@pytest.mark.parametrize("statements", [("a >= b >= c",), ("a>=b", "b≥c", "a >= c")])
def test_a_complete_order_is_drawn_exactly(statements: tuple[str, ...]) -> None:
    spec = UniformWeights(draws=20_000, statements=statements)
    assert {type(spread) for _, spread in spec._spreads(TREE)} == {Simplex}  # no walk, not where nothing is stated either
    found = drawn(spec)[:, G]
    assert (np.diff(found, axis=1) <= 1e-12).all()
    assert np.allclose(found.mean(axis=0), np.array([11, 5, 2]) / 18, atol=4e-3)  # means of ordered spacings
    named = WeightOrder({"g": ("a", "b", "c"), "total": ("g", "h")})
    other = drawn(UniformWeights(draws=20_000, within=named))
    assert np.allclose(other[:, G].mean(axis=0), found.mean(axis=0), atol=6e-3)
    assert (other[:, H] == TREE.shares[H]).all()  # not named: as voted
    assert np.allclose(other[:, 0].mean(), 3 / 4, atol=4e-3)


def test_ties_stay_level_in_an_order_and_on_a_walk() -> None:
    order = drawn(UniformWeights(draws=2_000, statements=("a >= b = c",)))[:, G]
    assert np.allclose(order[:, 1], order[:, 2])
    assert np.allclose(order.mean(axis=0), np.array([4, 1, 1]) / 6, atol=1e-2)  # between (1, 0, 0) and thirds
    walked = drawn(UniformWeights(draws=2_000, statements=("b = c",), within=WeightBounds({"a": 20})))[:, G]
    assert np.allclose(walked[:, 1], walked[:, 2])
    assert np.allclose(walked[:, 0].mean(), 0.6, atol=1e-2)
    assert np.allclose(walked[:, 0].std(), 0.8 / np.sqrt(12), atol=1e-2)


def rejected(low: np.ndarray, high: np.ndarray, over: list[tuple[int, int]], rng: np.random.Generator) -> np.ndarray:
    some = rng.dirichlet(np.ones(len(low)), 400_000)
    kept = (some >= low).all(axis=1) & (some <= high).all(axis=1)
    for more, less in over:
        kept &= some[:, more] >= some[:, less]
    return some[kept]


@pytest.mark.parametrize(
    ("low", "high", "over"),
    [
        ({"a": 10, "b": 20}, {"a": 40, "c": 50}, ()),
        ({}, {"c": 25}, ((0, 2),)),
        ({}, {}, ((0, 1),)),
        ({"c": 5}, {"a": 60}, ((0, 1), (0, 2))),
        ({"a": 20, "b": 20}, {"a": 70}, ()),
    ],
)
def test_a_walk_is_as_even_as_throwing_away_what_does_not_fit(low: dict[str, float], high: dict[str, float], over: tuple[tuple[int, int], ...]) -> None:
    names = "abc"
    statements = tuple(f"{names[more]} >= {names[less]}" for more, less in over)
    found = drawn(UniformWeights(draws=6_000, within=WeightBounds(low, high), statements=statements))[:, G]
    box = [np.array([bound.get(name, other) for name in names]) / 100 for bound, other in ((low, 0), (high, 100))]
    expected = rejected(box[0], box[1], list(over), np.random.default_rng(0))
    assert (found >= box[0] - 1e-9).all()
    assert (found <= box[1] + 1e-9).all()
    for own, other in zip(found.T, expected.T, strict=True):
        edges = np.quantile(other, np.linspace(0, 1, 11)[1:-1])
        tenths = np.bincount(np.searchsorted(edges, own), minlength=10) / len(own)
        assert np.abs(tenths - 0.1).max() < 5 * np.sqrt(0.09 / len(own)) + 1e-3


def test_many_narrow_siblings_are_walked_evenly() -> None:
    # lower bounds that leave a thin simplex: an even point of it is the bounds and a flat Dirichlet part of what is left
    low = np.array([30, 20, 10, 5, 5, 5, 10, 12]) / 100
    rows = Polytope.of(np.vstack((-np.eye(8), np.eye(8)[:1])), np.concatenate((-low, [1.0])))
    assert rows is not None
    found = (rows.points(np.random.default_rng(1), 6_000) - low) / (1 - low.sum())
    assert np.allclose(found.mean(axis=0), 1 / 8, atol=6e-3)
    assert np.allclose(found.var(axis=0), 7 / 64 / 9, atol=2e-3)
    assert abs(np.corrcoef(found[:-1, 0], found[1:, 0])[0, 1]) < 0.05  # draws are independent


def test_a_set_of_a_single_point_is_that_point() -> None:
    found = drawn(UniformWeights(draws=5, statements=("a = b = c",), within=WeightBounds({"d": 70}, {"d": 70})))
    assert np.allclose(found[:, G], 1 / 3)
    assert np.allclose(found[:, H], [0.7, 0.3])
    point = Polytope.of(np.vstack((np.eye(2), -np.eye(2))), np.array([0.4, 0.6, -0.4, -0.6]))
    assert point is not None
    assert np.allclose(point.points(np.random.default_rng(0), 3), [0.4, 0.6])


@settings(max_examples=examples(20))
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=4),
    st.just([0] * 4) | st.lists(st.integers(0, 25), min_size=4, max_size=4),
    st.just([100] * 4) | st.lists(st.sampled_from([30, 50, 100]), min_size=4, max_size=4),
)
def test_every_draw_keeps_bounds_and_statements(pairs: list[tuple[int, int]], low: list[int], high: list[int]) -> None:
    names = "wxyz"
    tree = Tree.of(scheme(indicator=[indicator(name) for name in names]))
    spec = UniformWeights(
        draws=30,
        within=WeightBounds(dict(zip(names, low, strict=True)), dict(zip(names, high, strict=True))),
        statements=tuple(f"{names[more]} >= {names[less]}" for more, less in pairs),
    )
    found = drawn(spec, tree)[:, :4]
    assert np.allclose(found.sum(axis=1), 1)
    assert (found >= np.array(low) / 100 - 1e-9).all()
    assert (found <= np.array(high) / 100 + 1e-9).all()
    for more, less in pairs:
        assert (found[:, more] >= found[:, less] - 1e-9).all()


def test_more_draws_begin_with_the_same() -> None:
    within = WeightBounds(upper={"a": 50})
    few, many = (drawn(UniformWeights(draws=n, within=within)) for n in (100, 700))
    assert (many[:100] == few).all()
    assert many[:, G][:, 0].max() <= 0.5 + 1e-9
    assert not (drawn(UniformWeights(draws=100, within=within, seed=6)) == few).all()


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"statements": ("a >= bb",)}, "no node bb; is `b` meant"),
        ({"statements": ("total >= a",)}, "no node total"),
        ({"statements": ("a >= d",)}, "only siblings"),
        ({"statements": ("a > b",)}, "by >= or ="),
        ({"statements": ("a",)}, "by >= or ="),
        ({"statements": ("a >= ",)}, "by >= or ="),
        ({"statements": ("a >= b",), "within": WeightBounds({"b": 60})}, "contradict"),
        ({"statements": ("e >= d",), "within": WeightBounds({"d": 70}, {"d": 70})}, "contradict"),
        ({"within": WeightBounds({"aa": 60})}, "aa"),
        ({"within": WeightBounds({"a": 60, "b": 60})}, "120"),
        ({"statements": ("a >= b",), "within": WeightOrder({})}, "WeightOrder"),
    ],
)
def test_what_leaves_no_weights_is_refused_before_any_is_drawn(spec: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        UniformWeights(**spec).recipes(TREE, 0)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Refused) as refused:
        UniformWeights(statements=("a >= x", "a < b", "b >= e")).recipes(TREE, 0)
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"statement": ("a >= b",)}, {"statements": "a >= b"}, {"within": {"a": 1}}, {"seed": -1}])
def test_a_misspelt_question_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=f"UniformWeights.{next(iter(wrong))}"):
        UniformWeights(**wrong)


def test_statements_may_be_a_list() -> None:
    assert UniformWeights(statements=["a >= b"]).statements == ("a >= b",)


def test_a_simplex_is_as_even_as_its_corners_say() -> None:
    found = Simplex(np.array([[0.0], [1.0]])).points(np.random.default_rng(0), 10_000)
    assert np.allclose(np.quantile(found, [0.1, 0.5, 0.9]), [0.1, 0.5, 0.9], atol=0.02)
