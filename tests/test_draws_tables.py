"""Tables of what was drawn, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.test_sensitivity_pictures import answers
from tests.test_stability import two
from toolkit.evaluation import Evaluation
from toolkit.reports.probability_tables import (
    at_lines,
    award_chances,
    grades_table,
    in_list_order,
    ranks_table,
    scenarios_table,
    unsure_grades,
)
from toolkit.sensitivity.choices import usual_doubts
from toolkit.sensitivity.probabilities import rank_summary
from toolkit.sensitivity.scenarios import scenario_probabilities
from toolkit.sensitivity.weights.draws import WeightDraws


@pytest.fixture(params=["zh", "en"])
def one(request: pytest.FixtureRequest) -> Evaluation:
    small = answers()[0]
    return replace(small, scheme=small.scheme.with_(language=request.param))


def test_the_members_at_a_line_are_those_next_to_it() -> None:
    assert at_lines(two(), each=1) == ["m0", "m1"]
    assert in_list_order(two(), ["m2", "m0"]) == ["m0", "m2"]
    assert in_list_order(two(), None) == ["m0", "m1", "m2"]


def test_the_ranks_of_those_asked_for_are_told_with_the_draws_and_their_error(one: Evaluation) -> None:
    found = rank_summary(one, WeightDraws(draws=50))
    members = [str(member) for member in one.ranking.index[:3]]
    table = ranks_table(one, found, members)
    assert [row[1] for row in table.rows] == [str(one.members["name"][member]) for member in members]
    assert [row[5] for row in table.rows] == [f"{found['q50'][member]:.0f}" for member in members]
    assert "50" in table.note
    assert table.headings[-1] == ("平均" if one.scheme.language == "zh" else "Mean")


def test_only_members_whose_grade_may_change_are_listed_the_least_certain_first(one: Evaluation) -> None:
    (found,) = answers()[1]["grades"]
    names = ["A", "B", "C"]
    surest = found[names].max(axis=1)
    table = grades_table(one, found)
    assert len(table.rows) == int((surest < 1).sum()) == len(unsure_grades(found)) > 0
    assert surest[unsure_grades(found)[0]] == surest.min()
    assert len(table.headings) == 4 + sum(bool((found[name] > 0).any()) for name in names)


def test_the_chances_of_scenarios_are_those_of_every_award_and_sum_to_one(one: Evaluation) -> None:
    (found,) = answers()[1]["scenarios"]
    chances = award_chances(one, found)
    assert list(chances.index) == list(one.members.index)
    assert list(chances.columns) == ["outstanding", "advanced", "none", "outstanding_error", "advanced_error", "none_error"]
    assert chances.iloc[:, :3].sum(axis=1).round(12).eq(1).all()
    told = found[(found["kind"] == "award") & (found["outcome"] == "advanced")].set_index("member")["probability"]
    assert chances["advanced"].equals(told.loc[chances.index].rename("advanced"))


def test_the_note_tells_draws_and_those_that_failed(one: Evaluation) -> None:
    (found,) = answers()[1]["scenarios"]
    failed = found.copy()
    failed.attrs = found.attrs | {"failed": 7}
    note = scenarios_table(one, failed).note
    assert "64" in note
    assert "7 次无法算出" in note or "7 could not be computed" in note


def test_the_whole_scenario_is_asked_of_what_the_scheme_has() -> None:
    found = scenario_probabilities(two(), usual_doubts(two()), draws=8)
    assert found.attrs["failed"] == 0
    assert len(scenarios_table(two(), found).headings) == 4 + 2
