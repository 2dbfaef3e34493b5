"""Tables of weights that others made: however they stand, they are read as meant, or refused with all that is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.invented import group, indicator, scheme
from toolkit.evaluation.scores import Tree, leaves_of
from toolkit.ground.problems import Refused
from toolkit.sensitivity import GivenWeights

TREE = Tree.of(
    scheme(group=[group("g", 60), group("h", 40)], indicator=[indicator("a", 1, "g"), indicator("b", 3, "g"), indicator("c", 1, "h")])
)
SOME = st.floats(0.01, 100)


def shares(spec: GivenWeights) -> np.ndarray:
    return np.concatenate(list(spec.blocks(TREE, 0)))


def refused(weights: Any, **how: Any) -> str:
    with pytest.raises(Refused) as caught:
        GivenWeights(weights, **how).recipes(TREE, 0)
    return caught.value.problems.text("en")


@given(SOME, SOME, SOME, SOME)
def test_weights_among_siblings_and_in_the_whole_are_the_same_vector(g: float, h: float, a: float, b: float) -> None:
    among = pd.DataFrame({"h": [h], "b": [b], "g": [g], "a": [a]})
    whole = pd.DataFrame({"c": [h / (g + h)], "a": [g / (g + h) * a / (a + b)], "b": [g / (g + h) * b / (a + b)]})
    assert shares(GivenWeights(among, among="siblings")) == pytest.approx(shares(GivenWeights(whole)), rel=1e-9)


def test_siblings_that_are_not_there_keep_their_voted_weights() -> None:
    found = shares(GivenWeights(pd.DataFrame({"g": [1, 3.0], "h": [1, 1]}), among="siblings"))
    assert found[:, :2].tolist() == [[0.5, 0.5], [0.75, 0.25]]
    assert (found[:, 2:5] == [0.25, 0.75, 1]).all()


def test_a_long_table_is_pivoted_and_drawn_in_blocks() -> None:
    rng = np.random.default_rng(3)
    rows = pd.DataFrame({"draw": np.repeat(np.arange(600), 2), "iCode": ["g", "h"] * 600, "Weight": rng.uniform(0.75, 1.25, 1200)})
    wide = rows.pivot(index="draw", columns="iCode", values="Weight")  # noqa: PD010 - pivot_table would average what is there twice
    spec = GivenWeights(wide, among="siblings")
    assert [len(block) for block in spec.blocks(TREE, 0)] == [512, 88]
    leaves = leaves_of(TREE, shares(spec))
    assert leaves[:, 2] == pytest.approx((rows["Weight"][1::2] / rows.groupby("draw")["Weight"].sum().to_numpy().repeat(2)[1::2]).to_numpy())


def test_numbers_that_were_read_as_text_are_numbers() -> None:
    assert (shares(GivenWeights(pd.DataFrame({"a": ["1"], "b": ["2"], "c": ["1e0"]}))) == shares(GivenWeights(pd.DataFrame({"a": [1], "b": [2], "c": [1]})))).all()


FULL = pd.DataFrame({"a": [1.0] * 9, "b": [1.0] * 9, "c": [1.0] * 9})


@pytest.mark.parametrize(
    ("weights", "how", "said"),
    [
        (FULL.assign(a=[1, -1, 1, -2, 1, 1, 1, 1, np.nan], b="x"), {}, ['a "-1.0": weights are numbers, not negative: row 2, row 4, row 9; mend', 'b "x"', "row 3 ... (9 rows)"]),
        (FULL.mul([1, 1, 0, 1, 0, 1, 1, 1, 1], axis=0), {}, ["weights are not all 0: row 3, row 5; mend or drop these"]),
        (FULL.rename(columns={"c": "cc"}), {}, ["cc: there is no such indicator", "c: its weight is lacking; add it; 0 if"]),
        (FULL.reset_index(), {}, ["index: there is no such indicator; make it the index"]),
        (FULL.assign(g=1.0), {}, ['g: it is a group, no indicator; write among="siblings"']),
        (FULL.drop(columns="a"), {"among": "siblings"}, ["a: its weight is lacking; add it, or leave out all its siblings"]),
        (FULL.assign(a=0.0, b=0.0), {"among": "siblings"}, ["a, b: all these siblings are given 0: row 1, row 2, row 3 ... (9 rows)"]),
        (FULL.assign(x=0.0), {"among": "siblings"}, ["x: the scheme has no such node"]),
        (pd.concat([FULL, FULL["b"]], axis=1), {}, ["b: this column is there twice"]),
        (FULL.T, {}, ["transpose it"]),
        (pd.DataFrame({"iCode": ["a"], "Weight": [1.0]}), {}, ["pivot a long table first"]),
        (pd.DataFrame(index=range(3)), {"among": "siblings"}, ["there are no weights"]),
        (FULL.iloc[:0], {}, ["there are no weights"]),
        (FULL.to_numpy(), {}, ['weights "ndarray": it is a table']),
        (FULL, {"among": "sibling"}, ['among "sibling"', "write whole or siblings"]),
    ],
)
def test_what_does_not_fit_is_refused_with_its_mend(weights: Any, how: dict[str, Any], said: list[str]) -> None:
    text = refused(weights, **how)
    assert all(part in text for part in said), text


def test_what_does_not_fit_is_refused_in_chinese() -> None:
    with pytest.raises(Refused) as caught:
        GivenWeights(FULL.assign(a=[1, -1, 1, -2, 1, 1, 1, 1, 1], g=1)).recipes(TREE, 0)
    text = caught.value.problems.text("zh")
    assert 'a "-1"：权重应为非负数：第 2 行、第 4 行；请改正' in text
    assert 'g：是一组，不是指标；若各列是同级项之间的权重，请写 among="siblings"' in text
