"""Drawn standings: rounded scores counted in steps, and the same where only some are worked out."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contested import contested
from tests.drawing import table_under
from tests.examples import examples
from tests.invented import evaluation, indicator, members, scheme
from tests.straight import straight
from toolkit.evaluation import Evaluation
from toolkit.evaluation import many as drawn_standings
from toolkit.evaluation.many import DrawnLists
from toolkit.ground.ranking import rounded
from toolkit.sensitivity import WeightDraws


@settings(max_examples=examples(15))
@given(contested() | straight(), st.sampled_from([0.05, 0.7]))
def test_a_standing_is_that_of_the_listed_score(asked: Evaluation, spread: float) -> None:
    shares = next(WeightDraws(draws=3, spread=spread).blocks(asked.tree, 5))
    drawn = DrawnLists.of(asked)
    lookup = drawn.standings(shares)
    listed = [table_under(asked, one) for one in shares]
    for node in listed[0].columns:
        found = np.broadcast_to(drawn.steps.scores(lookup(node)), (3, len(asked.members)))
        expected = [rounded(table[node], asked.scheme.decimals) for table in listed]
        np.testing.assert_array_equal(found, expected)


@given(contested() | straight(), st.data())
def test_a_few_pairs_stand_as_they_do_among_all(asked: Evaluation, data: st.DataObject) -> None:
    shares = next(WeightDraws(draws=4, spread=0.5).blocks(asked.tree, 5))
    drawn = DrawnLists.of(asked)
    node = data.draw(st.sampled_from(list(asked.tree.nodes)))
    pair = st.tuples(st.integers(0, 3), st.integers(0, len(asked.members) - 1))
    draw, member = np.array(data.draw(st.lists(pair, min_size=1, max_size=6))).T
    lookup = drawn.standings(shares)
    with patch.object(drawn_standings, "FEW", 0):  # however many there are, they count as few
        few = drawn.key(node, shares, lookup)(draw, member)
    found = lookup(node)
    assert (few == found[draw if len(found) > 1 else 0, member]).all()


def test_a_node_that_is_not_there_is_no_other() -> None:
    table = pd.DataFrame({"a": [1.0], "b": [2.0]}, index=["M1"])
    with pytest.raises(KeyError, match="c"):
        drawn_standings._table(table, table.index, ["a", "c"])


def test_whom_a_missing_value_leaves_without_a_place_has_no_total() -> None:
    rules, who = scheme(indicator=[indicator("a"), indicator("b", missing="unranked")]), members(2)
    values = pd.DataFrame({"a": [90.0, 60.0], "b": [np.nan, 50.0]}, index=who.index)
    asked = evaluation(rules, who, values, applicable=values.notna() | True)
    assert (DrawnLists.of(asked).standings(asked.tree.shares[None, :])("total")[0] > 0).tolist() == [False, True]
