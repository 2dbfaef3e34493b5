"""Tables of what the list rests on, in both languages."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import write_small_edition
from toolkit import evaluate, open_edition
from toolkit.evaluation import Evaluation
from toolkit.records import Records
from toolkit.reports.sensitivity_tables import (
    chosen_table,
    fairness_table,
    groups_table,
    methods_table,
    removals_table,
    reversals_table,
    struck_records_table,
)
from toolkit.sensitivity.fairness import fairness, group_results
from toolkit.sensitivity.leave_one_out import without_each_member, without_nodes
from toolkit.sensitivity.leave_record_out import struck_records
from toolkit.sensitivity.methods import METHODS, agreement_of_methods, chosen_by_methods, rank_reversals


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
