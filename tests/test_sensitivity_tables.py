"""Tables of what the list rests on, and of which choice matters, in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import write_small_edition
from tests.test_sensitivity_pictures import answers
from tests.test_stability import two
from toolkit import evaluate, open_edition
from toolkit.evaluation import Evaluation
from toolkit.records import Records
from toolkit.reports.sensitivity_tables import (
    central_table,
    central_tables,
    choice_in_words,
    chosen_table,
    contenders,
    fairness_table,
    groups_table,
    methods_table,
    removals_table,
    reversals_table,
    shares_of_target,
    struck_records_table,
    top_weights,
    variance_table,
)
from toolkit.sensitivity.central_weights import central_weights
from toolkit.sensitivity.choices import factors, usual_doubts
from toolkit.sensitivity.fairness import fairness, group_results
from toolkit.sensitivity.leave_one_out import without_each_member, without_nodes
from toolkit.sensitivity.leave_record_out import struck_records
from toolkit.sensitivity.methods import METHODS, agreement_of_methods, chosen_by_methods, rank_reversals
from toolkit.sensitivity.weights.draws import WeightDraws


@pytest.fixture(scope="module", params=["zh", "en"])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Evaluation, Records]:
    folder: Path = write_small_edition(tmp_path_factory.mktemp("tables") / "small")
    edition = open_edition(folder)
    return evaluate(edition.scheme.with_(language=request.param), edition.records), edition.records


def test_every_method_stands_beside_the_list_in_every_class(asked: tuple[Evaluation, Records]) -> None:
    table = methods_table(asked[0], agreement_of_methods(asked[0]))
    assert len(table.rows) == 2 * len(METHODS)
    assert table.headings[0] == ("会员类别" if asked[0].scheme.language == "zh" else "Class")


def test_only_the_disputed_are_shown_unless_all_are_asked_for(asked: tuple[Evaluation, Records]) -> None:
    found = chosen_by_methods(asked[0])
    some, every = chosen_table(asked[0], found), chosen_table(asked[0], found, disputed=False)
    assert 0 < len(some.rows) < len(every.rows)
    assert some.note == every.note
    assert len(asked[0].awards) == sum(row[3] in {"是", "yes"} for row in every.rows)


def test_methods_that_turn_others_round_are_counted(asked: tuple[Evaluation, Records]) -> None:
    found = rank_reversals(asked[0])
    table = reversals_table(asked[0], found)
    assert len(table.rows) == len(METHODS)
    assert sum(int(row[3]) for row in table.rows) == found["turned"].sum()
    assert [row[2] for row in table.rows][:2] == ["0", "0"]  # the weighted means


def test_of_a_long_list_only_the_first_are_named(asked: tuple[Evaluation, Records]) -> None:
    found = without_nodes(asked[0]).head(1)
    everyone = tuple(asked[0].members.index)
    found["gained"], found["lost"] = pd.Series([everyone]), pd.Series([everyone[:4]])
    table = removals_table(asked[0], found.assign(changes=16))
    assert table.rows[0][3].endswith(("等 12 家", "12 in all"))
    assert table.rows[0][4].count("、" if asked[0].scheme.language == "zh" else ", ") == 3


def test_groups_and_differences(asked: tuple[Evaluation, Records]) -> None:
    table = groups_table(asked[0], group_results(*asked, ["kind", "pledge"]))
    assert [row[1] for row in table.rows] == ["代理", "采购人", "已签", "未签 *"]
    assert "*" in table.note
    found = fairness(*asked, ["kind"])
    assert fairness_table(asked[0], found, most=1.0).rows[0][0] == "类别"
    assert fairness_table(asked[0], found, most=0.0).rows == ()


def test_what_changes_the_list_is_named(asked: tuple[Evaluation, Records]) -> None:
    nodes = removals_table(asked[0], without_nodes(asked[0]))
    assert {row[1] for row in nodes.rows} <= {asked[0].scheme.label(node) for node in asked[0].scheme.nodes}
    members = removals_table(asked[0], without_each_member(asked[0], ["001"]))
    assert members.rows[0][1] == "甲招标代理公司"


def test_records_by_their_place(asked: tuple[Evaluation, Records]) -> None:
    found = struck_records(*asked)
    table = struck_records_table(asked[0], found, top=1)
    assert table.rows[0][:2] == ("records/签到2018.xlsx", "签到")
    assert f"{len(found)}" in table.note
    assert len(table.rows) == 1


def test_who_missed_an_award_is_told_with_weights_that_sum_to_the_whole() -> None:
    found = central_weights(two(), WeightDraws(draws=300, spread=0.3), "first")
    assert contenders(two(), found, "first") == ["m1"]
    assert top_weights(two().scheme, found.loc[["m1"]]).sum(axis=1).round(6).tolist() == [100.0]
    (row,) = central_table(two(), found, "first").rows
    # m1 is ahead by b: its opinion gives b more than the 40 that were voted
    assert row[1] == "m1"
    assert float(row[-1]) > 40
    assert central_table(two(), found, "first").headings[-1] == "b（40）"


def test_under_those_weights_it_is_a_yes_a_no_or_a_chance() -> None:
    found = central_weights(two(), WeightDraws(draws=300, spread=0.3), "first")
    said = [central_table(two(), found.assign(confidence=sure), "first").rows[0][3] for sure in (1.0, 0.0, 0.25)]
    assert said == ["是", "否", "25.0%"]


def test_holders_of_an_award_and_of_one_before_it_are_no_contenders() -> None:
    one, (found, award) = answers()[0], answers()[1]["central"]
    holders = set(one.awards.loc[one.awards["award"] == award, "member"])
    assert not holders & set(contenders(one, found, award))


def test_the_tables_of_all_awards_name_each() -> None:
    one = answers()[0]
    frames = [central_weights(one, WeightDraws(draws=50, spread=0.5), award.id).reset_index().assign(award=award.id) for award in one.scheme.awards]
    table = central_tables(one, pd.concat(frames))
    assert {row[0] for row in table.rows} <= {award.label for award in one.scheme.awards}
    assert all(len(row) == len(table.headings) == len(table.alignment) for row in table.rows)


@pytest.mark.parametrize(
    ("factor", "zh", "en"),
    [
        ("weights", "权重", "weights"), ("weights.total", "权重：一级指标", "weights: first level"), ("weights.learning", "权重：学习交流", "weights: 学习交流"),
        ("error.hours", "测量误差：学时", "error: 学时"), ("late.talks", "迟报记录：讲座场次", "late records: 讲座场次"), ("goalposts", "满分与零分的标准", "goalposts"),
        ("goalposts.2", "满分与零分的标准 2", "goalposts 2"), ("missing", "缺失数据如何处理", "what fills gaps"),
    ],
)  # fmt: skip
def test_a_choice_is_said_in_words(factor: str, zh: str, en: str) -> None:
    said = choice_in_words(answers()[0].scheme, factor)
    assert (said.zh, said.en) == (zh, en)


def test_every_choice_that_is_usually_asked_about_has_words() -> None:
    one = answers()[0]
    said = [choice_in_words(one.scheme, factor.name).zh for factor in factors(one, usual_doubts(one), 0)]
    assert len(set(said)) == len(said) > 5


def test_the_table_tells_the_list_or_one_member_and_its_rows() -> None:
    one, (found,) = answers()[0], answers()[1]["variance"]
    member = str(one.members.index[0])
    assert len(variance_table(one, found).rows) == len(shares_of_target(found, member)) == found["factor"].nunique()
    assert str(one.members["name"][member]) in variance_table(one, found, member).caption
    assert "8 行" in variance_table(one, found).note
    english = replace(one, scheme=one.scheme.with_(language="en"))
    assert "8 rows" in variance_table(english, found).note
