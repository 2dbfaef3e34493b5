"""Tables of what was drawn, and the one page: in both languages."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from tests.test_firmness import half, sure
from tests.test_sensitivity_pictures import answers
from tests.test_stability import two
from toolkit.evaluation import Evaluation
from toolkit.ground.text import Language
from toolkit.reports.probability_tables import (
    at_lines,
    award_chances,
    bottom_line,
    firmness_table,
    grades_table,
    hanging_in_words,
    hanging_names,
    hanging_table,
    hanging_words,
    in_list_order,
    ranks_table,
    scenarios_table,
    unsure_grades,
)
from toolkit.sensitivity.choices import usual_doubts
from toolkit.sensitivity.probabilities import rank_summary
from toolkit.sensitivity.robustness import firmness
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


LINE = {
    "award": "first", "class": "", "member": "m1", "holds": False, "chance": 0.4, "node": "a", "weight": 60.0, "to": 55.62, "gained": (),
    "lost": ("m0",), "indicator": "b", "raw": 75.0, "needed": 76.5, "file": "records/诚信记录.xlsx", "sheet": "诚信", "row": 17, "owner": "m0", "records": 3,
}  # fmt: skip


def test_the_list_in_one_sentence() -> None:
    said = bottom_line(half())
    assert "还有 2 个名额完全同分" in bottom_line(replace(half(), open=2)).zh
    assert said.zh == "共评出 1 个奖：0 个稳，1 个系于一线；另有 1 家只差一线而没有得到。"
    assert said.en == "1 given: certain 0, on a hair 1; missed by a hair 1."
    assert bottom_line(firmness(two(), sure(two()))).zh == "共评出 1 个奖：1 个稳，没有系于一线的。"
    empty = half().places.assign(awarded=0)
    assert bottom_line(replace(half(), places=empty)).zh == "没有会员获奖。"


def test_a_sentence_names_the_weight_the_value_and_the_record() -> None:
    said = hanging_in_words(two(), LINE)
    assert said.zh == "权重“a”由 60 降到 55.62（m0让出）；或“b”多 1.5（记录为 75）；或m0的诚信记录.xlsx“诚信”第 17 行如不算（这样的记录共 3 条），即可得first"
    assert said.en == (
        "weight `a` down from 60 to 55.62 (m0 leaving it); or `b` 1.5 more (recorded 75); "
        "or row 17 of 诚信记录.xlsx, sheet 诚信 of m0 struck (one of 3 such), and first is won"
    )


def test_a_sentence_of_a_holder_says_who_takes_the_place() -> None:
    held = LINE | {"member": "m0", "holds": True, "gained": ("m1",), "lost": (), "records": 1, "sheet": "", "to": float("inf")}
    assert hanging_in_words(two(), held).zh == "权重“a”由 60 升到 ∞（由m1替补）；或“b”多 1.5（记录为 75）；或诚信记录.xlsx 第 17 行如不算，即失去first"


def test_a_change_too_small_to_write_is_called_a_little() -> None:
    said = hanging_in_words(two(), LINE | {"needed": 75.0 + 1e-12})
    assert "“b”多一点（记录为 75）" in said.zh
    assert "`b` a little more (recorded 75)" in said.en


def test_a_rival_of_another_class_takes_no_place() -> None:
    asked = two()
    apart = replace(asked, members=asked.members.assign(**{"class": ["A", "B", "A"]}))
    assert "让出" not in hanging_in_words(apart, LINE | {"class": "B"}).zh
    assert "让出" in hanging_in_words(apart, LINE | {"class": "A"}).zh


def test_what_nothing_turns_is_said_so() -> None:
    alone = LINE | dict.fromkeys(("node", "indicator", "file"), pd.NA)
    assert hanging_in_words(two(), alone).zh.startswith("没有哪一项")


@pytest.mark.parametrize(("language", "words"), [("zh", ("系于一线", "已得", "未得", "50%", "降到")), ("en", ("hair", "has it", "not", "50%", "down"))])
def test_both_tables_speak_the_language_asked_for(language: Language, words: tuple[str, ...]) -> None:
    shown = repr(firmness_table(two(), half(), language)) + repr(hanging_table(two(), half(), language))
    assert all(word in shown for word in words)
    assert ("权重" in shown) == (language == "zh")


def test_counts_stand_where_they_belong() -> None:
    table = firmness_table(two(), half())
    assert table.rows[0][2:] == ("1", "1", "—", "—", "—", "1", "1")
    assert table.caption == bottom_line(half()).zh


def test_names_on_both_sides_of_the_line() -> None:
    row = half().places.iloc[0].to_dict()
    assert [names for _, names in hanging_names(two(), half(), row)] == [["m0"], ["m1"]]
    assert hanging_words(two(), half(), row, "zh") == "系于一线：m0；只差一线：m1"
