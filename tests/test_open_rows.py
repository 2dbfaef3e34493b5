"""What open rows contradict: rulings on no tie, vetoes of no scheme, winners that nobody can be."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from tests.invented import evaluation, members, scheme
from tests.test_open_bag import asked
from toolkit.ground.ranking import Ruling, Tie
from toolkit.publication.opening import open_rows


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
    assert open_rows(replace(truth, rulings=())).awards.empty
