"""Score cards: whoever asks about its result finds all of it, in words a member can follow, and nothing of anyone else."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from tests.invented import MEASURE, NO_VETOES, evaluation, evaluations, group, indicator, members, scheme
from toolkit import Evaluation, Records, evaluate, open_edition
from toolkit.evaluation import rescored
from toolkit.evaluation.contributions import GATHERED
from toolkit.ground.text import former_words
from toolkit.reports.score_cards import Rows, as_formerly, member_card, score_cards
from toolkit.reports.workbook.score_cards import card_head, how_to_object


@pytest.fixture
def small(small_edition: Path) -> tuple[Evaluation, Records]:
    edition = open_edition(small_edition)
    return evaluate(edition.scheme, edition.records), edition.records


def frame_of(rows: Rows) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


@given(evaluations())
def test_every_member_has_a_card_whose_points_sum_to_its_total(found: Evaluation) -> None:
    cards = list(score_cards(found))
    assert [card.member for card in cards] == list(found.ranking.index)
    for card in cards:
        *parts, total = [Decimal(f"{point:.{found.scheme.decimals}f}") for point in frame_of(card.parts)["points"].dropna()] or [Decimal(0)]
        assert sum(parts, Decimal(0)) == total
        assert {row["award"] for row in card.lines} <= {award.id for award in found.scheme.awards}


@given(evaluations())
def test_the_parts_that_count_share_the_whole_of_each_group_that_adds_up(found: Evaluation) -> None:
    for card in score_cards(found):
        weights = {row["item"]: row["weight"] for row in card.parts}
        tops = [weights[node.id] for node in found.scheme.children() if not np.isnan(weights[node.id])]
        if tops and found.scheme.total.aggregate in {"arithmetic", "conditional"}:
            assert sum(tops) == pytest.approx(1)


def test_a_card_says_what_was_recorded_what_was_done_and_what_it_rests_on(small: tuple[Evaluation, Records]) -> None:
    (card,) = score_cards(*small, ["102"])
    parts = frame_of(card.parts).set_index("item")
    assert list(parts.index) == ["learning", "hours", "talks", "conduct_group", "pledge", "answers", "warning", "total"]
    assert parts.loc["hours", ["raw", "how", "value", "weight", "points"]].tolist() == [28.0, "", 70.0, 0.6, 42.0]
    assert parts["how"].to_dict() == {**dict.fromkeys(parts.index, ""), "talks": "not_applicable", "answers": "exclude"}
    assert parts.loc["conduct_group", "points"] == 40.0  # geometric: as one
    assert parts.loc[["pledge", "answers"], "points"].isna().all()
    assert (card.total, card.name, card.class_) == (82.0, "丑采购中心", "采购人")
    behind = frame_of(card.records).groupby("item")["row"].agg(list).to_dict()
    assert behind == {"hours": [11], "pledge": [10], "answers": [10], "warning": [10]}  # talks do not apply to it
    any_ = small[0].scheme.with_({"indicator[hours].measure": {"table": "activities", "take": "any"}, "indicator[hours].unit": "", "indicator[hours].value": {"shape": "category", "points": {"true": 0, "false": 100}}})
    shown = [[row[2] for row in member_card(evaluate(any_, small[1]), member).parts.rows if row[1] == any_.label("hours")] for member in ("102", "105")]
    assert shown == [["有记录"], ["没有记录"]], "是 and 否 would say the contrary under 无不良行为记录"
    with former_words("0.5.0"):
        assert "有记录" not in repr(member_card(evaluate(any_, small[1]), "102"))


def test_a_value_put_in_the_place_of_a_missing_one_is_told(small: tuple[Evaluation, Records]) -> None:
    found, records = small
    other = found.scheme.with_({"indicator[answers].missing": "class_median"})
    (card,) = score_cards(evaluate(other, records), None, ["102"])
    row = frame_of(card.parts).set_index("item").loc["answers"]
    assert (row["how"], row["value"]) == ("class_median", 50.0)
    assert card.records == ()


def test_the_lines_say_what_would_have_been_needed(small: tuple[Evaluation, Records]) -> None:
    found, _ = small
    for card in score_cards(found):
        below = [row for row in card.lines if not row["above"]]
        assert all(row["distance"] <= 0 for row in below)
        assert {row["award"] for row in card.lines if row["above"]} == set(card.awards)


def test_a_total_that_cannot_be_taken_apart_is_one_part() -> None:
    rules = scheme(indicator=[indicator("a", 1), indicator("b", 1)], total={"aggregate": "geometric"})
    who = members(1)
    (card,) = score_cards(evaluation(rules, who, pd.DataFrame({"a": [25.0], "b": [100.0]}, index=who.index)))
    assert [row["item"] for row in card.parts] == ["a", "b", GATHERED, "total"]
    assert frame_of(card.parts)["points"].dropna().tolist() == [50.0, 50.0]


def test_vetoes_are_those_of_the_member() -> None:
    rules = scheme(veto=[{"id": "grave", "label": "grave", "when": {"table": "t"}, "effect": {"award": "none"}}])
    who = members(2)
    vetoes = pd.DataFrame([("m1", "grave", "t", "t.csv", "", 7)], columns=list(NO_VETOES.columns))
    cards = score_cards(evaluation(rules, who, pd.DataFrame({"a": [9.0, 9.0]}, index=who.index), vetoes=vetoes))
    assert {card.member: [row["row"] for row in card.vetoes] for card in cards} == {"m0": [], "m1": [7]}


def test_an_unknown_member_is_named(small: tuple[Evaluation, Records]) -> None:
    with pytest.raises(KeyError, match="999"):
        next(score_cards(*small, ["001", "999"]))


def test_the_card_of_a_member(small: tuple[Evaluation, Records]) -> None:
    found, records = small
    card = member_card(found, "102", records)
    assert repr(card).split("\n\n")[0] == """\
丑采购中心（采购人）
序号  指标        记录     处理                  分值  占总分   得分
----  ----------  -------  ------------------  ------  ------  -----
1     学习交流                                  70.00  60.00%
1.1   学时        28 学时                       70.00  60.00%  42.00
1.2   讲座场次    不适用                            —
2     诚信自律             加权几何平均        100.00  40.00%  40.00
2.1   签署承诺书  已签                         100.00
2.2   调查答卷    缺失     不计，权重分给同级       —
±     警示扣分                                                  0.00
----  ----------  -------  ------------------  ------  ------  -----
      总分                                                     82.00
名次 2；奖项 先进会员；理由 优秀会员名额已满：本类名额 1 个，名额线 88.22 分，差 6.22 分；授予先进会员：总分 82.00，本类第 2 名，\
本类名额 1 个。“分值”为该项得到的分；“得分”为该项计入总分的分，各行相加等于总分（末位尾差分给尾数最大的几项）。"""
    assert card.lines.rows == (
        ("优秀会员", "采购人", "82.00", "-6.22", "获奖最低分 88.22，还差 6.22 分"),
        ("先进会员", "采购人", "82.00", "+43.53", "获得，比未获者最高分 38.47 高 43.53 分"),
    )
    assert card.records.rows[0] == ("学时", "activities", "签到2018.xlsx", "签到", "11 (28)")
    assert not card.vetoes.rows
    assert len(card.tables) == card._repr_html_().count("<table") == 3


def test_rows_of_a_sheet_stand_together(small: tuple[Evaluation, Records]) -> None:
    found, records = small
    rows = {row[0]: row[-1] for row in member_card(found, "001", records).records.rows}
    assert (rows["学时"], rows["讲座场次"]) == ("2 (1); 3 (39)", "2")


def test_without_records_a_card_has_none_and_in_english_it_is_english(small: tuple[Evaluation, Records]) -> None:
    found, records = small
    english = evaluate(found.scheme.model_copy(update={"language": "en"}), records)
    card = member_card(english, "102")
    assert not card.records.rows
    assert [row[-1] for row in card.lines.rows] == ["the lowest awarded is 88.22: 6.22 more were needed", "awarded, 43.53 above 38.47, the best that missed it"]
    assert "points are what it adds to the total" in card.parts.note
    named = rescored(english, english.scheme.model_copy(update={"english": {"优秀会员": "Outstanding member", "采购人": "Purchasers", "学时": "Hours"}}))
    card = member_card(named, "102", records)
    assert "reason: Outstanding member: places are taken" in card.parts.note
    assert (card.parts.caption, card.lines.rows[0][:2], card.records.rows[0][0]) == ("丑采购中心 (Purchasers)", ("Outstanding member", "Purchasers"), "Hours")
    assert {label.en: told for label, told in card_head(named, next(score_cards(named, records, ["102"])))}["Class"] == "Purchasers"
    assert named.scheme.publication
    office = {named.scheme.publication.contact: "the office"}
    assert how_to_object(named.scheme.model_copy(update={"english": office})).en.startswith("Write to the office within")
    with former_words("0.7.0"):
        assert member_card(named, "102", records).lines.rows[0][:2] == ("优秀会员", "采购人")


@given(evaluations())
def test_the_points_shown_add_up_to_the_total_shown(found: Evaluation) -> None:
    for member in found.members.index[:3]:
        *parts, total = [row[-1] for row in member_card(found, str(member)).parts.rows]
        shown = [round(float(part) * 100) for part in parts if part]
        assert total == "—" or sum(shown) == round(float(total) * 100)


def test_who_stands_above_and_is_struck_is_not_told_as_the_best_that_missed_it() -> None:
    """A vetoed member with more is no winner either: `the best that missed it` would be another number on another page."""
    rules = scheme(award=[{"id": "x", "quota": {"number": 1}}], veto=[{"id": "v", "when": {"table": "t"}, "effect": {"award": "none"}}])
    who, struck = members(3), pd.DataFrame([("m0", "v", "t", "f", "s", 2)], columns=["member", "veto", "table", "file", "sheet", "row"])
    found = evaluation(rules, who, pd.DataFrame({"a": [90.0, 80, 55]}, index=who.index), vetoes=struck)
    assert [row[-1] for row in member_card(found, "m1").lines.rows] == ["获得，比因名额未获者的最高分 55.00 高 25.00 分（另有分数更高、因其他条件未获的）"]
    with former_words("0.7.0"):
        (then,) = member_card(found, "m1").lines.rows
    assert then[-1] == "获得，比线下未获者的最高分 55.00 高 25.00 分（另有分数在线上、因其他条件未获的）"
    assert as_formerly(then[-1]) == "获得，比未获者最高分 55.00 高 25.00 分"
    (own,) = member_card(found, "m0").lines.rows
    assert own[-1] == "已达获奖最低分 80.00，未获的原因见理由"


def test_level_with_one_who_missed_it_nobody_below_and_weights_by_case() -> None:
    cases = [{"observed": ["a"], "weights": {"a": 1}}]
    items = [indicator("a", 40, "g", missing="exclude"), indicator("b", 60, "g", missing="exclude")]
    rules = scheme(
        group=[group("g", 1, aggregate="conditional", when=cases)], indicator=items, ties=["a", "committee"],
        award=[{"id": "x", "label": "奖", "quota": {"number": 1}}, {"id": "y", "label": "后奖", "quota": {"number": 3}}],
    )  # fmt: skip
    who = members(3)
    values = pd.DataFrame({"a": [80.0, 50.0, 10.0], "b": [None, 100.0, 20.0]}, index=who.index)
    found = evaluation(rules, who, values, applicable=pd.DataFrame(True, index=who.index, columns=["a", "b"]))
    first, second = (member_card(found, member) for member in ("m0", "m1"))
    assert first.lines.rows[0][-1] == "获得，与未获者最高分 80.00 同分，先后见理由"
    assert second.lines.rows[1][-1] == "获得，其后没有落选的会员"
    assert [row[3] for row in first.parts.rows[1:3]] == ["", "不计，同级权重按情形另定"]
    assert "同分时按a得分排在前" in first.parts.note


def test_vetoes_bounds_and_values_put_in_are_said() -> None:
    rules = scheme(
        indicator=[indicator("a", 1, missing=40.0)], total={"cap": 90}, adjustment=[{"id": "bonus", "label": "加分", "measure": MEASURE}],
        veto=[{"id": "grave", "label": "严重失信", "when": {"table": "t"}, "effect": {"award": "none"}}],
    )  # fmt: skip
    who = members(1)
    vetoes = pd.DataFrame([("m0", "grave", "t", "records/t.csv", "", 7)], columns=list(NO_VETOES.columns))
    found = evaluation(rules, who, pd.DataFrame({"a": [95.0]}, index=who.index), pd.DataFrame({"bonus": [5.0]}, index=who.index), vetoes)
    found.measured.raw["a"] = np.nan
    card = member_card(found, "m0")
    assert [row[1:] for row in card.parts.rows] == [
        ("a", "缺失", "按 40 分计", "95.00", "100.00%", "95.00"),
        ("加分", "", "", "", "", "+5.00"),
        ("总分上下限", "", "", "", "", "-10.00"),
        ("总分", "", "", "", "", "90.00"),
    ]
    assert card.vetoes.rows == (("严重失信", "t", "t.csv", "", "7"),)


def test_the_tables_of_an_unknown_member_are_refused_by_its_name(small: tuple[Evaluation, Records]) -> None:
    with pytest.raises(KeyError, match="999"):
        member_card(small[0], "999")
