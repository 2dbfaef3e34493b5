"""Tables of which choice matters: central weights and shares of the variance."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from tests.test_sensitivity_pictures import answers
from tests.test_stability import two
from toolkit.reports.sensitivity_tables import (
    central_table,
    central_tables,
    choice_in_words,
    contenders,
    shares_of_target,
    top_weights,
    variance_table,
)
from toolkit.sensitivity.central_weights import central_weights
from toolkit.sensitivity.choices import factors, usual_doubts
from toolkit.sensitivity.weights.draws import WeightDraws


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
