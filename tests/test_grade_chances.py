"""Grades of many draws are those of the official rule, draw by draw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.drawing import flat, graded_under
from tests.examples import examples
from tests.invented import MEASURE, NO_VETOES, evaluation, members, scheme, tables, trees
from toolkit.evaluation import Evaluation
from toolkit.evaluation.scores import TOTAL, Tree
from toolkit.ground.problems import Refused
from toolkit.sensitivity import WeightDraws, grade_probabilities

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@st.composite
def graded(draw: st.DrawFn) -> Evaluation:
    """Whole evaluations with bands, what they require, a bound on rising, newcomers, and vetoes that lower or strike."""
    tree = draw(trees())
    nodes = [TOTAL, *(item["id"] for item in (*tree["group"], *tree["indicator"]))]
    asked: dict[str, Any] = {"node": draw(st.sampled_from(nodes)), draw(st.sampled_from(["least", "above"])): draw(st.sampled_from([10, 50, 60]))}
    asked |= {"classes": ["A"]} if draw(st.booleans()) else {}
    grades: dict[str, Any] = {
        "bands": [["A", draw(st.sampled_from([60, 75]))], ["B", 40], ["C", 0]],
        "require": draw(st.sampled_from([{}, {"A": [asked]}, {"A": [{"condition": "state", "among": ["yes"]}], "B": [asked]}])),
        "default": draw(st.sampled_from([None, "B", "new"])),
        "rise_at_most": draw(st.sampled_from([None, 0, 1])),
        "applied_only": draw(st.booleans()),
    }
    rules = scheme(
        **tree, grades=grades, decimals=draw(st.integers(0, 2)),
        condition=[{"id": "state", "measure": MEASURE}],
        previous={"table": "before", "grade": "grade"},
        veto=[
            {"id": "slight", "when": {"table": "t"}, "effect": {"lower_by": 1}},
            {"id": "grave", "when": {"table": "t"}, "effect": {"grade": draw(st.sampled_from(["C", "D"]))}},
        ],
    )  # fmt: skip
    n = draw(st.integers(1, 7))
    some = {"min_size": n, "max_size": n}
    who = members(n, draw(st.lists(st.sampled_from(["A", "B"]), **some)), draw(st.lists(st.sampled_from([True, True, False]), **some)))
    struck = draw(st.lists(st.tuples(st.sampled_from(list(who.index)), st.sampled_from(["slight", "grave"])), max_size=3, unique=True))
    vetoes = pd.DataFrame([(*pair, "t", "t.csv", "", 2) for pair in struck], columns=list(NO_VETOES.columns))
    conditions = pd.DataFrame({"state": draw(st.lists(st.sampled_from(["yes", "no", None]), **some))}, index=who.index)
    previous = pd.DataFrame({"grade": draw(st.lists(st.sampled_from(["A", "B", "C", "D", None]), **some))}, index=who.index)
    values = draw(tables(rules, who))
    return evaluation(rules, who, values, vetoes=vetoes, conditions=conditions, previous=previous)


@settings(max_examples=examples(12), phases=PHASES)
@given(graded())
def test_every_draw_follows_the_official_rule(asked: Evaluation) -> None:
    spec = WeightDraws(draws=5, spread=0.6)
    found = grade_probabilities(asked, spec)
    official = pd.DataFrame([graded_under(asked, one) for one in next(spec.blocks(Tree.of(asked.scheme), asked.scheme.seed))])
    names = [name for name in map(str, found) if not name.endswith("_error")]
    assert found[names].sum(axis=1).to_numpy() == pytest.approx(1)
    for name in names:
        expected = (official == ("" if name == "none" else name)).mean()
        assert found[name].to_numpy() == pytest.approx(expected[found.index].to_numpy())
        if name != "none":
            assert found[f"{name}_error"].to_numpy() == pytest.approx(np.sqrt(expected * (1 - expected) / 5).to_numpy())


def test_the_chance_of_a_band_is_that_of_the_distribution() -> None:
    # the total 100 w reaches 60 where w does; w is Beta(12, 12)
    from scipy.stats import beta

    asked = flat({"a": [100, 0], "b": [0, 100]}, grades={"bands": [["A", 60], ["B", 0]]})
    found = grade_probabilities(asked, WeightDraws(draws=20_000))
    assert np.allclose(found["A"], beta(12, 12).sf(0.6), atol=4 * found["A_error"].max())


def test_who_has_no_record_or_no_total_has_the_default_and_who_reaches_no_band_the_last() -> None:
    asked = flat({"a": [90, 90, np.nan, -5]}, grades={"bands": [["A", 60], ["B", 0]], "default": "new"})
    recorded = pd.Series([True, False, True, True], asked.members.index)
    asked = replace(asked, measured=replace(asked.measured, recorded=recorded))
    spec = WeightDraws(draws=5)
    found = grade_probabilities(asked, spec)
    assert graded_under(asked, next(spec.blocks(asked.tree, 0))[0]).tolist() == ["A", "new", "new", "B"]
    assert found[["A", "B", "new", "none"]].to_numpy().tolist() == [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 1, 0, 0]]


def test_a_scheme_without_grades_is_refused() -> None:
    with pytest.raises(Refused, match="grades nobody"):
        grade_probabilities(flat({"a": [1, 2]}), WeightDraws(draws=5))
