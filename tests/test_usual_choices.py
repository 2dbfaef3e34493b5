"""What might usually have been otherwise: only what the scheme has, and never refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.invented import evaluation, indicator, members, scheme
from tests.test_sensitivity_pictures import answers
from tests.test_stability import two
from toolkit.evaluation import Evaluation
from toolkit.sensitivity.choices import (
    Goalposts,
    LateRecords,
    MeasurementErrors,
    MissingPolicies,
    factors,
    usual_decisions,
    usual_doubts,
)
from toolkit.sensitivity.weights.draws import WeightDraws


def gaps(policy: str, *, classes: bool = True) -> Evaluation:
    """Three members, of whom m1 has no b."""
    rules = scheme(
        indicator=[indicator("a"), indicator("b", missing=policy)],
        **({} if classes else {"members": {"table": "members", "key": "key", "name": "name"}}),
    )
    who = members(3)
    values = pd.DataFrame({"a": [90.0, 70.0, 10.0], "b": [50.0, np.nan, 10.0]}, index=who.index)
    return evaluation(rules, who, values, applicable=pd.DataFrame(data=True, index=who.index, columns=["a", "b"]))


def test_weights_and_goalposts_where_nothing_is_missing() -> None:
    assert usual_decisions(two()).parts == (WeightDraws(), Goalposts(0.1))
    spec = WeightDraws(draws=5, spread=0.4)
    assert usual_decisions(two(), spec).parts[0] is spec


@pytest.mark.parametrize(("policy", "asked"), [("worst", ("b",)), ("exclude", ()), ("unranked", ())])
def test_only_gaps_that_the_scheme_fills_are_filled_otherwise(policy: str, asked: tuple[str, ...]) -> None:
    found = [part for part in usual_decisions(gaps(policy)).parts if isinstance(part, MissingPolicies)]
    assert [part.indicators for part in found] == ([asked] if asked else [])


def test_without_classes_the_middle_is_that_of_everyone() -> None:
    (part,) = (part for part in usual_decisions(gaps("worst", classes=False)).parts if isinstance(part, MissingPolicies))
    assert part.among == ("worst", "median", "exclude")


def test_doubts_are_the_decisions_and_the_records() -> None:
    one = answers()[0]
    decisions, doubts = usual_decisions(one).parts, usual_doubts(one).parts
    assert doubts[: len(decisions)] == decisions
    assert doubts[len(decisions) :] == (MeasurementErrors(0.05), LateRecords(0.05))


def test_nobody_is_refused_what_is_usually_asked() -> None:
    for asked in (two(), gaps("worst"), gaps("exclude"), gaps("worst", classes=False), answers()[0]):
        assert factors(asked, usual_doubts(asked), 0)
