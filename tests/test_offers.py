"""Offers: what is asked of a score is asked of its standing, step for step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contested import RARELY
from tests.drawing import decided_under
from tests.invented import evaluation, group, indicator, members, scheme
from toolkit.evaluation import Evaluation
from toolkit.evaluation.many import Allocation, Steps, _between
from toolkit.evaluation.requirements import within
from toolkit.ground.ranking import rounded
from toolkit.scheme.outcomes import Requirement
from toolkit.sensitivity import WeightDraws

BOUND = st.one_of(st.none(), st.integers(-300, 1100).map(lambda n: n / 10), st.floats(-30, 110))


@given(BOUND, BOUND, BOUND, BOUND, st.integers(0, 3))
def test_a_standing_lies_between_where_its_score_does(
    least: float | None, above: float | None, most: float | None, below: float | None, decimals: int
) -> None:
    item = Requirement(node="g", least=least, above=above, most=most, below=below)
    bounds = [bound for bound in (least, above, most, below) if bound is not None]
    near = np.array([bound + step for bound in bounds for step in (-1, -0.001, 0, 0.001, 1)] + [-30.0, 0.0, 110.0])
    scores = rounded(np.clip(near, -30, 110), decimals)
    steps = Steps(decimals, -30.0, 110.0)
    low, high = _between(item, steps)
    standing = steps.of(scores)
    found = (standing >= low) & (standing < (high if high is not None else np.inf))
    assert (found == within(item, scores)).all()
    assert low >= 1  # a score there is not meets nothing


@st.composite
def asking(draw: st.DrawFn) -> Evaluation:
    """One prize that asks much of what its places go by: at once, up to a bound, of one class alone, or of applicants too."""
    n, scores = draw(st.integers(2, 6)), st.sampled_from([0.0, 25.0, 50.0, 75.0, 100.0])
    some = {"min_size": n, "max_size": n}
    by = draw(st.sampled_from(["total", "g", "a"]))
    bounds = st.sampled_from([{"least": 50}, {"least": 25}, {"least": 25, "below": 90}, {"below": 75}])
    node, classes = st.sampled_from([by, by, "total", "a"]), st.sampled_from([(), ("A",)])
    requirement = st.builds(lambda own, bound, asked: {"node": own, "classes": asked, **bound}, node, bounds, classes)
    asked: dict[str, Any] = {"by": by, "require": [draw(requirement) for _ in range(draw(st.sampled_from([1, 2, 0])))]}
    rules = scheme(
        group=[group("g")], indicator=[indicator("a", 1, "g"), indicator("b", 1, "g"), indicator("c")], ties=["joint"],
        award=[{"id": "x", "label": "x", "quota": {"share": draw(st.sampled_from([0.5, 1.0])), "within": draw(st.sampled_from(["class", "all"]))}, **asked}],
        **({"eligibility": {"require": [draw(requirement)]}} if draw(RARELY) else {}),
    )  # fmt: skip
    applied = draw(st.just([True] * n) | st.lists(st.booleans(), **some))
    who = members(n, draw(st.lists(st.sampled_from(["A", "B"]), **some)), applied)
    return evaluation(rules, who, pd.DataFrame({name: draw(st.lists(scores, **some)) for name in "abc"}, index=who.index))


@settings(max_examples=80)
@given(asking())
def test_an_offer_asks_in_every_draw_what_the_scheme_asks(asked: Evaluation) -> None:
    shares = next(WeightDraws(draws=3, spread=0.6).blocks(asked.tree, 1))
    (given_,) = Allocation.of(asked).awards(shares)
    for own, one in zip(given_, shares, strict=True):
        assert set(asked.members.index[own]) == set(decided_under(asked, one).awards["member"])


def test_of_two_bars_at_what_the_places_go_by_the_higher_counts() -> None:
    who = members(2)
    for least, other in ((50, 25), (25, 50)):
        award = {"id": "x", "label": "x", "minimum": {"total": least}, "require": [{"node": "total", "least": other}]}
        asked = evaluation(scheme(indicator=[indicator("a")], award=[award]), who, pd.DataFrame({"a": [60.0, 30.0]}, index=who.index))
        assert [given_.tolist() for given_ in Allocation.of(asked).awards(asked.tree.shares[None, :])] == [[[True, False]]]
