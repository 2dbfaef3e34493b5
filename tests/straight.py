"""Invented evaluations whose totals are linear in the weights: arithmetic means of complete values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tests.contested import quotas, way
from tests.invented import MEASURE, evaluation, group, indicator, members, scheme
from toolkit.evaluation import Evaluation


@st.composite
def straight(draw: st.DrawFn, *, bounded: bool = True) -> Evaluation:
    """Up to eight members under two groups and an indicator beside them; with quotas, minima, bonuses, ties, and, if wanted, a cap."""
    weight, cell = st.integers(1, 60), st.sampled_from([0.0, 10.0, 25.0, 33.3, 50.0, 60.0, 75.0, 99.99, 100.0])
    parents = ["g0", "g0", *(["g0"] * draw(st.integers(0, 2))), "g1", "g1", None]
    inside = draw(st.sampled_from([None, "g0"]))
    tree: dict[str, Any] = {
        "group": [group("g0", draw(weight)), group("g1", draw(weight), inside)],
        "indicator": [indicator(f"x{i}", draw(weight), own) for i, own in enumerate(parents)],
    }
    lower = draw(st.integers(0, 3)) == 0
    tree["total"] = {"better": "lower"} if lower else {}
    if bounded and draw(st.integers(0, 3)) == 0:
        tree["total"] |= {"cap": 70, "floor": 20}
    least = draw(st.sampled_from([0, 0, 40]))
    bars: dict[str, Any] = {"require": [{"node": "total", "most": 100 - least}]} if lower else {"minimum": {"total": least}}
    awards: list[dict[str, Any]] = [
        {"id": id_, "label": id_, "quota": draw(quotas()), **bars}
        for id_ in ("first", "second")[: draw(st.integers(1, 2))]
    ]
    rules = scheme(
        **tree, award=awards, decimals=draw(st.integers(0, 2)), adjustment=[{"id": "bonus", "measure": MEASURE}],
        ties=[*(way(key) if lower else key for key in draw(st.sampled_from([[], ["g0"], ["x0"], ["first_places"], ["first_places", "g0"]]))), draw(st.sampled_from(["committee", "joint"]))],
    )  # fmt: skip
    n = draw(st.integers(3, 8))
    some = {"min_size": n, "max_size": n}
    who = members(n, draw(st.lists(st.sampled_from(["A", "A", "B"]), **some)))
    bonus = pd.DataFrame({"bonus": draw(st.lists(st.sampled_from([0.0, 0.0, 2.5, -30.0]), **some))}, index=who.index)
    row = st.lists(cell, min_size=len(parents), max_size=len(parents))
    values = pd.DataFrame(draw(st.lists(row, **some)), index=who.index, columns=[f"x{i}" for i in range(len(parents))], dtype=np.float64)
    return evaluation(rules, who, values, bonus)
