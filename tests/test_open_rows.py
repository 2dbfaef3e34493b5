"""Open rows: no interval says more than it must, and what they contradict is told: rulings on no tie, vetoes of no scheme, winners that nobody can be."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contested import contested
from tests.invented import evaluation, group, indicator, members, scheme
from tests.open_bag_by_words import OpenBagByWords
from toolkit import evaluate, open_edition
from toolkit.evaluation import Evaluation, scored
from toolkit.ground.ranking import Ruling, Tie
from toolkit.ground.resources import house_folder
from toolkit.publication import open_rows as rows_of
from toolkit.publication import opening
from toolkit.publication.opening import NARROW, open_rows
from toolkit.publication.recomputation import page_data
from toolkit.sealing.open_bag import Facts, write_open


def asked(evaluation: Evaluation, refusing: list[bool]) -> Evaluation:
    """An invented evaluation of whose members some refuse everything."""
    items = dict.fromkeys(("award", "grade", "rank", "total", "good", "bad"), ~np.array(refusing))
    permitted = pd.DataFrame(items, index=evaluation.members.index)
    measured = replace(evaluation.measured, permitted=permitted, behind=evaluation.measured.adjustments)
    return scored(Evaluation(evaluation.scheme, evaluation.members, measured))


def test_a_ruling_that_settles_nothing_and_an_unknown_veto_are_told() -> None:
    rules = scheme(award=[{"id": "best", "label": "best", "quota": {"number": 1}}], ties=["committee"])
    rows = open_rows(asked(evaluation(rules, members(6, ["A"] * 6), pd.DataFrame({"a": [60.0, 50, 50, 40, 30, 20]}, index=[f"m{i}" for i in range(6)])), [False] * 6))
    assert not [*rows.contradictions]
    unasked = Ruling(Tie("best", "A", ("m0",), 1), ("m0",), dt.date(2019, 1, 1), "", 0)
    struck = rows.members.assign(vetoes=["nosuch"] + [""] * 5)
    assert [problem.file for problem in replace(rows, rulings=(unasked,)).contradictions] == ["rulings.csv"]
    assert [problem.file for problem in replace(rows, members=struck).contradictions] == ["members.csv"]


@pytest.mark.parametrize("ties", ["committee", "joint"])
def test_unnamed_winners_are_told_where_nobody_can_be_them(ties: str) -> None:
    """Of ten members m1 and m9 are not open: m1 won the first award, and m9 stands below open ones that won nothing."""
    award = [{"id": name, "label": name, "quota": {"number": 2}} for name in ("best", "next")]
    rules, who = scheme(award=award, ties=[ties]), members(10, ["A"] * 10)
    values = pd.DataFrame({"a": [90.0, 80, 70, 60, 50, 40, 35, 30, 25, 10]}, index=[f"m{i}" for i in range(10)])
    rows = open_rows(asked(evaluation(rules, who, values), [place in {1, 9} for place in range(10)]))
    assert rows.lines["unnamed"].tolist() == [1, 0]
    assert not [*rows.contradictions]
    for unnamed, winners, rows_told in (([1, 1], [2, 3], {3}), ([2, 0], [3, 2], {2})):
        other = replace(rows, lines=rows.lines.assign(unnamed=unnamed, winners=winners))
        assert {problem.row for problem in other.contradictions if problem.file == "lines.csv"} == rows_told


def test_a_ruling_of_the_committee_goes_with_its_tie() -> None:
    """Of three level members one was given the one place; alone the open rows would leave it open."""
    rules = scheme(award=[{"id": "best", "label": "best", "quota": {"number": 1}}], ties=["committee"])
    who, values = members(6, ["A"] * 6), pd.DataFrame({"a": [50.0, 50, 50, 40, 30, 20]}, index=[f"m{i}" for i in range(6)])
    known = evaluation(rules, who, values)
    ruling = Ruling(Tie("best", "A", ("m0", "m1", "m2"), 1), ("m1",), dt.date(2019, 1, 1), "理由是绝密的", 3)
    truth = replace(asked(known, [False] * 5 + [True]), rulings=(ruling,))
    rows = open_rows(truth)
    assert rows.awards["member"].tolist() == ["m1"]
    assert rows.rulings[0].reason == ""
    assert page_data(rows)["rulings"] == [{"award": "best", "class": "A", "places": 1, "members": [0, 1, 2], "given": [1]}]
    assert open_rows(replace(truth, rulings=())).awards.empty


@settings(max_examples=15)
@given(contested(limited=False), st.data())
def test_whatever_the_rules_all_points_of_the_intervals_give_the_same_list(evaluation: Evaluation, data: st.DataObject) -> None:
    """So nothing that is published says more of a withheld total than its interval."""
    refusing = data.draw(st.lists(st.sampled_from([False, False, True]), min_size=len(evaluation.members), max_size=len(evaluation.members)))
    with pytest.MonkeyPatch.context() as changed:
        for module in (opening, rows_of):
            changed.setattr(module, "FEWEST", 2)
        truth = asked(evaluation, refusing)
        rows = open_rows(truth)
        ranking = rows.ranking
        real = truth.ranking.loc[ranking.index]
        assert real["award"].tolist() == ranking["award"].tolist()
        assert truth.ties or not {problem.file for problem in rows.contradictions} & {"lines.csv", "rulings.csv", "members.csv"}
        held = rows.withheld
        for share in (0.0, 0.3, 1.0):
            low, high = held["from"].fillna(held["to"] - 9).fillna(0.0), held["to"].fillna(held["from"] + 9).fillna(9.0)
            point = (low + share * (high - low)).round(truth.scheme.decimals)
            other = replace(rows, withheld=held.assign(**{"from": point, "to": point}))
            told = other.ranking.loc[ranking.index]
            assert told["award"].tolist() == ranking["award"].tolist()
            assert (told["rank_from"] >= ranking["rank_from"]).fillna(True).all()
            assert (told["rank_to"] <= ranking["rank_to"]).fillna(True).all()


@pytest.mark.parametrize("seed", range(6))
def test_no_interval_is_too_narrow_and_each_holds_its_total(seed: int) -> None:
    random = np.random.default_rng(seed)
    known = np.round(random.normal(70, 10, 40), 2)
    hidden = -np.sort(-np.round(random.normal(70, 12, 30), 2))
    ends = opening._intervals(known, hidden, np.full(30, -np.inf), 2)
    assert (np.diff(ends, axis=1)[:, 0] >= NARROW * np.ptp(known) - 1e-9).all()
    assert ((ends[:, 0] <= hidden) & (hidden <= ends[:, 1])).all()
    for low, high in np.clip(np.unique(ends, axis=0), 20, 120):  # whatever lies within it would be told by the same interval
        within = np.round(np.r_[high, known[(known >= low) & (known <= high)], np.linspace(high, low, 40), low], 2)
        assert len(np.unique(opening._intervals(known, -np.sort(-within), np.full(len(within), -np.inf), 2), axis=0)) == 1


def test_a_winner_level_with_a_loser_is_not_told_by_its_interval() -> None:
    """Its interval would begin at the loser's total, where none but its own can be."""
    award = [{"id": "best", "label": "best", "quota": {"number": 2}}]
    rules, who = scheme(decimals=2, award=award, ties=["b", "joint"], indicator=[indicator("a"), indicator("b", weight=0)]), members(8, ["A"] * 8)
    for total, left_out in ((55.0, True), (57.0, False)):
        values = pd.DataFrame({"a": [60.0, total, 55, 50, 45, 40, 30, 20], "b": [60.0, 58, 50, 45, 40, 30, 20, 10]}, index=who.index)
        rows = open_rows(asked(evaluation(rules, who, values), [False, True] + [False] * 6))
        assert rows.classes["left_out"].tolist() == [left_out]


@pytest.mark.parametrize(("within", "refusing", "classes", "open_"), [("class", [1], "A" * 7, 0), ("class", [1], "A" * 7 + "B" * 6, 6), ("all", [1], "A" * 7 + "B" * 6, 6), ("class", [1, 2, 3, 4, 5], "A" * 12, 7)])
def test_a_figure_of_all_does_not_give_away_the_few_who_are_not_open(within: str, refusing: list[int], classes: str, open_: int) -> None:
    """A mean of all, less the open ones, would be the refuser's own value."""
    n = len(classes)
    item = indicator("a", value={"shape": "z_score", "within": within, "mean": 50, "deviation": 10}, measure={"column": "members.x"})
    who = members(n, list(classes), [True] * n)
    raw = pd.DataFrame({"a": np.arange(n) * 7.0 % 31}, index=who.index)
    rules = scheme(indicator=[item], award=[])
    measured = replace(evaluation(rules, who, raw).measured, raw=raw)
    truth = asked(Evaluation(rules, who, measured), [place in refusing for place in range(n)])
    assert len(open_rows(truth).members) == open_


def test_where_members_are_compared_at_a_node_and_one_is_not_open_none_is() -> None:
    """What the node compares by would tell the score of who is not."""
    rules = scheme(group=[group("g", value={"shape": "min_max"})], indicator=[indicator("a", group="g")], award=[])
    who, values = members(8, ["A"] * 8), pd.DataFrame({"a": [float(place) for place in range(8)]}, index=[f"m{i}" for i in range(8)])
    truth = evaluation(rules, who, values)
    assert [len(open_rows(asked(truth, [place < refusing for place in range(8)])).members) for refusing in (0, 1)] == [8, 0]


def test_a_cell_that_is_too_narrow_at_the_end_joins_the_one_before() -> None:
    assert opening._cells([1.0, 2.0], frozenset(), 1.0, (0.0, 2.5)) == [1.0, math.inf]
    assert opening._cells([1.0, 2.0], frozenset({2.0}), 1.0, (0.0, 2.5)) == [1.0, 2.0, math.inf]


def test_places_on_the_notice_are_told_where_they_say_more() -> None:
    """Places 2 and 4 on a notice say that whoever is not in stands between 71 and 70, which the open bag does not."""
    totals = [90.0, 71, 70, 60, 50, 40, 30, 70.5]
    who, values = members(8, ["A"] * 8), pd.DataFrame({"a": totals}, index=[f"m{i}" for i in range(8)])
    rows = open_rows(asked(evaluation(scheme(decimals=2), who, values), [False] * 7 + [True]))
    assert rows.withheld[["from", "to"]].to_numpy().tolist() == [[70.01, 90.0]]
    assert rows.ranking["rank_from"].tolist()[:4] == [1, 2, 4, 5]
    assert opening.made_finer(rows, {"m0": 1}) == 0
    assert opening.made_finer(rows, {"m1": 2, "m2": 4}) == 1


def test_whoever_goes_by_the_words_of_an_open_bag_alone_finds_its_list(tmp_path: Path) -> None:
    """Two that are not open share the last place, so that more won than there were places; one ends where an open one stands. (Where one begins so, the demo tells.)"""
    items = [{key: value for key, value in indicator(id_, weight).items() if value is not None} for id_, weight in (("a", 1), ("b", 0))]
    award = [{"id": "best", "label": "best", "quota": {"number": 4}}, {"id": "next", "label": "next", "quota": {"number": 7}, "minimum": {"total": 60}}]
    rules, who = scheme(award=award, ties=["b", "joint"], indicator=items), members(14, ["A"] * 14)
    values = pd.DataFrame({"a": [90.0, 88, 86, 80, 80, 70, 70, 62, 61, 60, 59, 40, 30, 20], "b": [9.0, 8, 7, 5, 5, 6, 5, 4, 3, 3, 2, 2, 1, 0]}, index=who.index)
    rows = open_rows(asked(evaluation(rules, who, values), [place in {3, 4, 8, 13} for place in range(14)]))
    assert rows.lines[["places", "winners", "unnamed"]].values.tolist()[0] == [4, 5, 2]
    write_open(rows, Facts("r1", "2019-03-01", "x"), tmp_path / "open")
    assert set(rows.withheld["to"].dropna()) & set(rows.ranking["total"])
    assert OpenBagByWords(tmp_path / "open").differences == []


@pytest.mark.slow
def test_whoever_goes_by_the_words_of_the_demo_s_open_bag_finds_its_list(tmp_path: Path) -> None:
    demo = open_edition(house_folder("data/demo"))
    write_open(open_rows(evaluate(demo.scheme, demo.records)), Facts("r1", "2019-03-01", "x"), tmp_path / "open")
    assert OpenBagByWords(tmp_path / "open").differences == []
