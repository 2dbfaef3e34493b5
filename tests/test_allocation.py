"""The awards of many draws are those that the list's own rule gives, award by award."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contested import contested
from tests.invented import evaluation, indicator, members, scheme, scored
from tests.straight import straight
from toolkit.evaluation import Evaluation
from toolkit.evaluation import many as drawn_standings
from toolkit.evaluation.decisions import decide_awards
from toolkit.evaluation.many import Allocation
from toolkit.evaluation.scores import Tree
from toolkit.sensitivity import WeightDraws, award_probabilities


def listed(asked: Evaluation, shares: np.ndarray) -> dict[str, set[str]]:
    """Who is given each award under one vector of shares, by the rule that makes the official list."""
    tree = Tree.of(asked.scheme).with_weights(shares)
    table = scored(asked.scheme, tree, asked.values, asked.measured.adjustments, asked.applicable)
    found = decide_awards(asked.scheme, asked.members, table, asked.vetoes, conditions=asked.measured.conditions)
    return {award.id: set(found.awards.loc[found.awards["award"] == award.id, "member"]) for award in asked.scheme.awards}


def drawn(asked: Evaluation, shares: np.ndarray) -> list[dict[str, set[str]]]:
    given_ = list(Allocation.of(asked).awards(shares))
    ids = [award.id for award in asked.scheme.awards]
    return [
        {id_: set(asked.members.index[mask[draw]]) for id_, mask in zip(ids, given_, strict=True)}
        for draw in range(len(shares))
    ]


@settings(max_examples=60, deadline=None)
@given(contested() | straight(), st.sampled_from([0.05, 0.3, 0.9]), st.sampled_from([1, drawn_standings.FEW]), st.sampled_from([1, 4]))
def test_every_draw_follows_the_official_rule_whatever_it_asks(asked: Evaluation, spread: float, few: int, draws: int) -> None:
    shares = next(WeightDraws(draws=draws, spread=spread).blocks(Tree.of(asked.scheme), asked.scheme.seed))
    with patch.object(drawn_standings, "FEW", few):
        assert drawn(asked, shares) == [listed(asked, one) for one in shares]


@settings(max_examples=15, deadline=None)
@given(contested())
def test_at_the_voted_weights_it_is_the_list(asked: Evaluation) -> None:
    (found,) = drawn(asked, Tree.of(asked.scheme).shares[None, :])
    for id_, members_ in found.items():
        assert members_ == set(asked.awards.loc[asked.awards["award"] == id_, "member"])


@settings(max_examples=15, deadline=None)
@given(contested())
def test_none_is_the_chance_of_no_award_at_all(asked: Evaluation) -> None:
    spec = WeightDraws(draws=20)
    found = award_probabilities(asked, spec)
    sets = [set().union(*one.values()) for one in drawn(asked, next(spec.blocks(Tree.of(asked.scheme), asked.scheme.seed)))]
    for member in asked.members.index:
        assert found.loc[member, "none"] == sum(member not in some for some in sets) / 20


def test_both_ways_of_drawing_are_used() -> None:
    who = members(2)
    values = pd.DataFrame({"a": [81.0, 60.0]}, index=who.index)
    prize = {"id": "prize", "quota": {"number": 1}}

    def ready(**quota: int) -> bool:
        rules = scheme(indicator=[indicator("a")], award=[prize | {"quota": {"number": 1, **quota}}])
        return Allocation.of(evaluation(rules, who, values)).offers is not None

    assert ready()
    assert not ready(in_all=1)


def test_places_by_an_indicator_are_not_for_who_has_no_total() -> None:
    rules = scheme(
        indicator=[indicator("a"), indicator("b", missing="exclude")],
        award=[{"id": "prize", "label": "奖", "by": "a", "quota": {"number": 1}}],
    )
    who = members(2)
    values = pd.DataFrame({"a": [90.0, 60.0], "b": [np.nan, 50.0]}, index=who.index)
    shares = Tree.of(rules).shares[None, :] * np.array([[0.0, 2.0, 1.0]])
    asked = evaluation(rules, who, values)
    assert drawn(asked, shares) == [listed(asked, shares[0])] == [{"prize": {"m1"}}]
