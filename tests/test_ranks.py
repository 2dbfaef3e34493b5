"""Ranks of many runs are those of the official list, draw by draw."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.contested import contested
from tests.drawing import decided_under
from tests.invented import evaluation, evaluations, group, indicator, members, scheme
from toolkit.evaluation import Evaluation
from toolkit.evaluation import ranks as packed_ranks
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.many import DrawnLists
from toolkit.evaluation.quotas import Pools
from toolkit.evaluation.scores import Tree
from toolkit.ground.ranking import competition_ranks
from toolkit.sensitivity import WeightDraws

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def official(asked: Evaluation, shares: np.ndarray) -> list[list[int]]:
    return [decided_under(asked, one).rank.fillna(0).astype(int).tolist() for one in shares]


def drawn(asked: Evaluation, shares: np.ndarray) -> list[list[int]]:
    lists = DrawnLists.of(asked)
    ranks: list[list[int]] = lists.rule.ranks_by_member(lists.standings(shares)).tolist()
    return ranks


@settings(phases=PHASES)
@given(st.one_of(evaluations(), contested()), st.sampled_from([0.05, 0.5, 0.9]), st.sampled_from([(31, 62), (21, 62), (0, 62), (0, 21), (0, 0)]))
def test_ranks_are_those_of_the_list_however_they_are_packed(asked: Evaluation, spread: float, bits: tuple[int, int]) -> None:
    shares = next(WeightDraws(draws=4, spread=spread).blocks(Tree.of(asked.scheme), 3))
    with patch.object(packed_ranks, "NARROW", bits[0]), patch.object(packed_ranks, "WIDEST", bits[1]), patch.object(packed_ranks, "COARSE", 1):
        assert drawn(asked, shares) == official(asked, shares)
        assert drawn(asked, shares[:0]) == []


def cells(highest: int) -> st.SearchStrategy[list[list[int]]]:
    return st.lists(st.lists(st.integers(0, highest), min_size=7, max_size=7), min_size=3, max_size=3)


@given(cells(3), st.lists(cells(7), max_size=2), st.lists(st.booleans(), min_size=7, max_size=7), st.integers(6, 13), st.sampled_from([0, 62]))
def test_the_rest_of_what_settles_ties_is_looked_at_where_there_is_no_room(
    totals: list[list[int]], told: list[list[list[int]]], part: list[bool], narrow: int, widest: int
) -> None:
    standings = [np.array(rows, dtype=np.int16) for rows in (totals, *told)]
    with patch.object(packed_ranks, "NARROW", narrow), patch.object(packed_ranks, "WIDEST", widest), patch.object(packed_ranks, "COARSE", 0):
        members, ranks = packed_ranks.class_ranks(standings, np.array([part]), Pools.together(7), 3)
    for draw in range(3):
        keys = [standing[draw].astype(np.float64) for standing in standings]
        keys[0][(keys[0] == 0) | ~np.array(part)] = np.nan
        assert ranks[draw].tolist() == competition_ranks(*keys)[members[draw]].tolist()


def test_who_lost_points_and_lacks_the_group_that_settles_ties_keeps_its_rank() -> None:
    rules = scheme(
        group=[group("g")], indicator=[indicator("a", 1, "g"), indicator("b")], ties=["g", "joint"],
        adjustment=[{"id": "bonus", "label": "bonus", "measure": {"column": "members.x"}}],
    )  # fmt: skip
    who = members(3)
    values = pd.DataFrame({"a": [10.0, np.nan, 30.0], "b": [50.0, 70.0, 20.0]}, index=who.index)
    asked = evaluation(rules, who, values, pd.DataFrame({"bonus": [0.0, -40.0, 0.0]}, index=who.index))
    shares = asked.tree.shares[None, :]
    assert drawn(asked, shares) == official(asked, shares)
    assert (DrawnLists.of(asked).standings(shares)("g")[0] > 0).tolist() == [True, False, True]


def test_three_that_are_level_share_the_first_of_their_ranks() -> None:
    rules = scheme(indicator=[indicator("a"), indicator("b")])
    who = members(6)
    values = pd.DataFrame({name: [50.0, 90.0, 50.0, 50.0, 20.0, 20.0] for name in "ab"}, index=who.index)
    asked = evaluation(rules, who, values)
    shares = np.repeat(asked.tree.shares[None, :], 3, axis=0)
    assert drawn(asked, shares) == [[2, 1, 2, 2, 5, 5]] * 3 == official(asked, shares)


def test_first_places_may_be_more_than_the_highest_score_has_steps() -> None:
    names = [f"x{place}" for place in range(12)]
    rules = scheme(scale=1, decimals=0, indicator=[indicator(name) for name in names], ties=["first_places", "joint"])
    who, values = members(3), {name: np.array([1.0, 0.0, 0.0]) for name in names}
    asked = evaluation(rules, who, pd.DataFrame(values, index=who.index))
    run = ListRun.of(asked.award_rule, (values | {"total": np.array([0.0, 1.0, 0.0])}).__getitem__)
    assert run.first_places.tolist() == [12, 0, 0]
    assert run.ranks.tolist() == [2, 1, 3]


def test_of_nobody_there_are_no_ranks() -> None:
    members, ranks = packed_ranks.class_ranks([np.zeros((2, 0), np.int16)], np.ones((1, 0), np.bool_), Pools.together(0), 3)
    assert members.shape == ranks.shape == (2, 0)
