"""The official outcomes under one vector of shares, for the tests of what is drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.invented import evaluation, indicator, members, scheme, scored
from toolkit.evaluation import Evaluation
from toolkit.evaluation.decisions import Decided, decide_awards
from toolkit.evaluation.grades import decide_grades
from toolkit.evaluation.scores import Tree


def table_under(asked: Evaluation, shares: np.ndarray) -> pd.DataFrame:
    tree = Tree.of(asked.scheme).among(asked.members["class"]).with_weights(shares)
    return scored(asked.scheme, tree, asked.values, asked.measured.adjustments, asked.applicable)


def decided_under(asked: Evaluation, shares: np.ndarray) -> Decided:
    table = table_under(asked, shares)
    return decide_awards(asked.scheme, asked.members, table, asked.vetoes, conditions=asked.measured.conditions)


def graded_under(asked: Evaluation, shares: np.ndarray) -> pd.Series[str]:
    known = {"recorded": asked.measured.recorded, "conditions": asked.measured.conditions, "previous": asked.measured.previous}
    return decide_grades(asked.scheme, asked.members, table_under(asked, shares), asked.vetoes, **known).grade


def flat(values: dict[str, list[float]], awards: int = 1, **parts: object) -> Evaluation:
    """Members m0, m1, ... with these values of equally weighted indicators, and so many places for one prize."""
    rules = scheme(
        indicator=[indicator(name) for name in values],
        award=[{"id": "prize", "label": "奖", "quota": {"number": awards}}],
        decimals=9,
        **parts,
    )
    who = members(len(next(iter(values.values()))))
    return evaluation(rules, who, pd.DataFrame(values, index=who.index, dtype=np.float64))
