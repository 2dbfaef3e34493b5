"""Score cards: whoever asks about its result finds all of it, and nothing of anyone else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tests.invented import NO_VETOES, evaluation, evaluations, indicator, members, scheme
from toolkit import Evaluation, Records, evaluate, open_edition
from toolkit.evaluation.contributions import GATHERED
from toolkit.reports.score_cards import score_cards


@pytest.fixture
def small(small_edition: Path) -> tuple[Evaluation, Records]:
    edition = open_edition(small_edition)
    return evaluate(edition.scheme, edition.records), edition.records


@given(evaluations())
def test_every_member_has_a_card_whose_points_sum_to_its_total(found: Evaluation) -> None:
    cards = list(score_cards(found))
    assert [card.member for card in cards] == list(found.ranking.index)
    for card in cards:
        *parts, total = [Decimal(f"{point:.{found.scheme.decimals}f}") for point in card.parts["points"].dropna()] or [Decimal(0)]
        assert sum(parts, Decimal(0)) == total
        assert set(card.lines["award"]) <= {award.id for award in found.scheme.awards}


@given(evaluations())
def test_the_parts_that_count_share_the_whole_of_each_group_that_adds_up(found: Evaluation) -> None:
    for card in score_cards(found):
        weights = dict(zip(card.parts["item"], card.parts["weight"], strict=True))
        tops = [weights[node.id] for node in found.scheme.children() if not np.isnan(weights[node.id])]
        if tops and found.scheme.total.aggregate in {"arithmetic", "conditional"}:
            assert sum(tops) == pytest.approx(1)


def test_a_card_says_what_was_recorded_what_was_done_and_what_it_rests_on(small: tuple[Evaluation, Records]) -> None:
    (card,) = score_cards(*small, ["102"])
    parts = card.parts.set_index("item")
    assert list(parts.index) == ["learning", "hours", "talks", "conduct_group", "pledge", "answers", "warning", "total"]
    assert parts.loc["hours", ["raw", "how", "value", "weight", "points"]].tolist() == [28.0, "", 70.0, 0.6, 42.0]
    assert parts["how"].to_dict() == {**dict.fromkeys(parts.index, ""), "talks": "not_applicable", "answers": "exclude"}
    assert parts.loc["conduct_group", "points"] == 40.0  # geometric: as one
    assert parts.loc[["pledge", "answers"], "points"].isna().all()
    assert (card.total, card.name, card.class_) == (82.0, "丑采购中心", "采购人")
    behind = card.records.groupby("item")["row"].agg(list).to_dict()
    assert behind == {"hours": [11], "pledge": [10], "answers": [10], "warning": [10]}  # talks do not apply to it


def test_a_value_put_in_the_place_of_a_missing_one_is_told(small: tuple[Evaluation, Records]) -> None:
    found, records = small
    other = found.scheme.with_({"indicator[answers].missing": "class_median"})
    (card,) = score_cards(evaluate(other, records), None, ["102"])
    row = card.parts.set_index("item").loc["answers"]
    assert (row["how"], row["value"]) == ("class_median", 50.0)
    assert card.records.empty


def test_the_lines_say_what_would_have_been_needed(small: tuple[Evaluation, Records]) -> None:
    found, _ = small
    for card in score_cards(found):
        below = card.lines[~card.lines["above"]]
        assert (below["distance"] <= 0).all()
        assert set(card.lines.loc[card.lines["above"], "award"]) == set(card.awards)


def test_a_total_that_cannot_be_taken_apart_is_one_part() -> None:
    rules = scheme(indicator=[indicator("a", 1), indicator("b", 1)], total={"aggregate": "geometric"})
    who = members(1)
    (card,) = score_cards(evaluation(rules, who, pd.DataFrame({"a": [25.0], "b": [100.0]}, index=who.index)))
    assert card.parts["item"].tolist() == ["a", "b", GATHERED, "total"]
    assert card.parts["points"].dropna().tolist() == [50.0, 50.0]


def test_vetoes_are_those_of_the_member() -> None:
    rules = scheme(veto=[{"id": "grave", "label": "grave", "when": {"table": "t"}, "effect": {"award": "none"}}])
    who = members(2)
    vetoes = pd.DataFrame([("m1", "grave", "t", "t.csv", "", 7)], columns=list(NO_VETOES.columns))
    cards = score_cards(evaluation(rules, who, pd.DataFrame({"a": [9.0, 9.0]}, index=who.index), vetoes=vetoes))
    assert {card.member: card.vetoes["row"].tolist() for card in cards} == {"m0": [], "m1": [7]}


def test_an_unknown_member_is_named(small: tuple[Evaluation, Records]) -> None:
    with pytest.raises(KeyError, match="999"):
        next(score_cards(*small, ["001", "999"]))
