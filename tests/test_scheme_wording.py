"""Outcomes in words, as the sheet of the scheme tells them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.invented import MEASURE, group, indicator, scheme
from toolkit.evaluation.requirements import demand, shortfall
from toolkit.ground.text import Phrase
from toolkit.ground.toml_reader import tuples
from toolkit.reports import rule_tables
from toolkit.reports.outcome_wording import (
    award_in_words,
    eligibility_in_words,
    grades_in_words,
    requirement_in_words,
    ties_in_words,
    veto_in_words,
)
from toolkit.reports.scheme_wording import (
    bounds_in_words,
    gathered_in_words,
    measure_in_words,
    rules_in_words,
    selection_in_words,
    valued_in_words,
    window_in_words,
)
from toolkit.scheme.measures import Measure, Selection, Window
from toolkit.scheme.outcomes import Requirement

CONDITIONS = [{"id": "sum", "label": "合同额", "measure": MEASURE, "unit": "亿元"}, {"id": "last", "label": "上年等级", "measure": MEASURE}]


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        ({"quota": {"share": 0.1}, "minimum": {"total": 85}}, "每类会员的 10%，总分 ≥ 85", "of each class 10%, total ≥ 85"),
        ({"quota": {"number": 3, "within": "all"}}, "全部会员 3 家", "of all 3"),
        ({"quota": {"share": "1/3"}}, "每类会员的三分之一", "of each class 1/3"),
        ({"quota": {"share": "7/30", "within": "all"}}, "全部会员的 7/30", "of all 7/30"),
        ({"quota": {"share": {"拍卖": "2/3", "代理": 0.1}}}, "拍卖 三分之二，代理 10%", "拍卖 2/3, 代理 10%"),
        (
            {"quota": {"number": {"招标代理": 10, "采购人": 5}, "in_all": 12}, "reserve": 2},
            "招标代理 10 家，采购人 5 家，各类合计最多 12 家，候补 2 名",
            "招标代理 10, 采购人 5, at most 12 in all classes together, 2 reserves",
        ),
        (
            {"quota": {"share": {"拍卖": 0.25}, "most": 4}, "by": "a", "beside": ["first"]},
            "拍卖 25%，最多 4 家，按“学时”得分排序，可与一等奖兼得",
            "拍卖 25%, at most 4, places go by 学时, beside 一等奖",
        ),
        ({"require": [{"condition": "sum", "above": 10}, {"condition": "last", "among": ["AA", "A"]}]}, "合同额 超过 10 亿元，上年等级 为 AA 或 A", "合同额 more than 10 亿元, 上年等级 AA or A"),
        ({"require": [{"node": "total", "least": 60, "below": 90}]}, "总分 不低于 60.00 分且低于 90.00 分", "total at least 60.00 and less than 90.00"),
    ],
)
def test_an_award_in_words(said: dict[str, Any], zh: str, en: str) -> None:
    rules = scheme(award=[{"id": "first", "label": "一等奖"}, {"id": "x", **said}], condition=CONDITIONS, indicator=[indicator("a", label="学时")])
    assert award_in_words(rules, rules.awards[1]) == Phrase(zh, en)


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        ({"ties": ["joint"]}, "仍相同的并列", "those still level share their places"),
        (
            {"ties": ["a", "committee"]},
            "同分依次比较学时，仍相同的由委员会决定，未决定前不得封存",
            "level ones are compared by 学时, those still level are left to the committee, and nothing is sealed until it has decided",
        ),
        (
            {"ties": ["a", "first_places", "joint"]},
            "同分依次比较学时、第一的项数，仍相同的并列",
            "level ones are compared by 学时, then number of first places, those still level share their places",
        ),
        (
            {"ties": [], "open_ties": "may_stay"},
            "仍相同的由委员会决定，封存时可以暂不决定",
            "those still level are left to the committee, and may stay open when it is sealed",
        ),
    ],
)
def test_ties_in_words(said: dict[str, Any], zh: str, en: str) -> None:
    assert ties_in_words(scheme(indicator=[indicator("a", label="学时")], **said)) == Phrase(zh, en)


def test_vetoes_eligibility_and_grades_in_words() -> None:
    when = {"table": "t"}
    rules = scheme(
        award=[{"id": "first", "label": "一等奖"}],
        condition=CONDITIONS,
        veto=[
            {"id": "v", "when": when, "distinct": "省份", "at_least": 2, "effect": {"award": "none", "grade": "D"}},
            {"id": "w", "when": when, "at_least": 3, "effect": {"award": ["first"], "lower_by": 1}},
            {"id": "x", "when": when, "sum": "记分", "at_least": 12.5, "effect": {"lower_by": 1}},
            {"id": "y", "when": when, "sum": "扣分", "at_most": -12, "effect": {"lower_by": 1}},
        ],
        eligibility={"require": [{"condition": "sum", "least": 1}, {"node": "total", "least": 60, "classes": ["甲", "乙"]}]},
        grades={"bands": [["A", 60], ["B", 0]], "apart": [{"grade": "B", "instead_of": ["A"], "require": [{"condition": "sum", "below": 2}]}], "require": {"A": [{"condition": "sum", "above": 10}]}, "valid_for": "2 years", "rise_at_most": 1, "applied_only": True},
        previous={"table": "old", "grade": "g"},
    )
    assert [veto_in_words(rules, veto).zh for veto in rules.vetoes] == [
        "省份不同的满 2 条，不得获奖，直接定为 D 级", "满 3 条，不得参评一等奖，信用等级降 1 级",
        "记分合计满 12.5，信用等级降 1 级", "扣分合计不高于 -12，信用等级降 1 级",
    ]  # fmt: skip
    assert rules.eligibility is not None
    assert eligibility_in_words(rules, rules.eligibility).zh == "合同额 不少于 1 亿元，总分 ≥ 60（只要求 甲、乙）"
    assert rules.grades is not None
    assert grades_in_words(rules, rules.grades) == Phrase(
        "A ≥ 60，B ≥ 0；A 级另须 合同额 超过 10 亿元；比上届最多升 1 级；够 A 级而符合 合同额 少于 2 亿元 的，定为 B；只评申报的会员；有效期 2 年",
        "A ≥ 60, B ≥ 0; A also asks for 合同额 more than 10 亿元; rises at most 1 grade above the previous one; B instead of A for who meets 合同额 less than 2 亿元; applicants only; valid for 2 years",
    )


@pytest.mark.parametrize(
    ("item", "found", "zh", "en"),
    [
        ({"node": "total", "least": 75}, 74.99, "总分 74.99，奖要求不低于 75.00 分，还差 0.01 分", "total 74.99, 0.01 short of the 75.00 that 奖 asks for"),
        ({"node": "total", "above": 75}, 75.0, "总分 75.00，奖要求高于 75.00 分", "total 75.00, 奖 asks for more than 75.00"),
        ({"node": "total", "most": 75}, 80.0, "总分 80.00，奖要求不超过 75.00 分（超出 5.00）", "total 80.00, 奖 asks for at most 75.00 (5.00 over)"),
        ({"condition": "sum", "least": 3}, 0.3, "合同额 0.3 亿元，奖要求不少于 3 亿元（差 2.7）", "合同额 0.3 亿元, 奖 asks for at least 3 亿元 (2.7 short)"),
        ({"condition": "sum", "below": 3}, None, "合同额无记录，视为不符合，奖要求少于 3 亿元", "合同额 not recorded, which meets nothing, 奖 asks for less than 3 亿元"),
        ({"condition": "sum", "least": 3}, "很多", "合同额 很多，奖要求不少于 3 亿元", "合同额 很多, 奖 asks for at least 3 亿元"),
        ({"condition": "last", "among": [True]}, False, "上年等级 否，奖要求为 是", "上年等级 no, 奖 asks for yes"),
    ],
)
def test_what_falls_short_in_words(item: dict[str, Any], found: object, zh: str, en: str) -> None:
    rules = scheme(condition=CONDITIONS)
    asked = Requirement.model_validate({key: tuple(value) if isinstance(value, list) else value for key, value in item.items()})
    assert shortfall(rules, Phrase("奖", "奖"), asked, found) == Phrase(zh, en)
    assert demand(rules, asked).zh


def test_steps_that_are_rounded_in_words() -> None:
    rules = scheme(indicator=[indicator("a", decimals=2, rounding="down"), indicator("b", decimals=1, decimals_of="score")], adjustment=[{"id": "c", "measure": MEASURE, "decimals": 0, "cap": 5}])
    said = [valued_in_words(item) for item in rules.indicators]
    assert said[0].zh.endswith("所得分数舍去尾数到 2 位小数再相加")
    assert said[1].en.endswith("its own score rounded half up to 1 decimal before it is weighed")
    assert next(line[3] for line in rules_in_words(rules)) == Phrase("所得分数四舍五入到整数再相加，以 5 分为限", "its points rounded half up to whole numbers before they are added, at most 5")


def test_sums_beside_the_total_in_words() -> None:
    """Each by its own kind: the greatest of two is no sum of them."""
    sums = [{"id": name, "label": name, "of": ["a", "b"], "aggregate": name} for name in ("sum", "maximum", "minimum")]
    lines = list(rules_in_words(scheme(indicator=[indicator("a", 50), indicator("b", 50)], sum=sums)))[:3]
    assert [(kind.zh, decided.zh) for kind, _, _, decided, _ in lines if isinstance(decided, Phrase)] == [
        ("合计", "a、b相加，不加权，不计入总分"), ("最高项", "a、b中最高的一项，不计入总分"), ("最低项", "a、b中最低的一项，不计入总分"),
    ]  # fmt: skip


@pytest.mark.parametrize(("measure", "zh", "en"), [
    ({"table": "members", "take": "count", "mean_on": [dt.date(2018, 6, 30), dt.date(2018, 12, 31)]}, "，按 2018-06-30、2018-12-31 各日分别取数再平均", ", the mean of what it was on 2018-06-30, 2018-12-31"),
    ({"table": "prizes", "take": "sum", "column": "level", "discard": 2}, "，去掉最低的 2 条", ", without the 2 lowest"),
    ({"table": "prizes", "take": "sum", "column": "level", "points": {"一等": {"国家级": 8, "省级": 5}}}, "，计分 一等国家级 8、一等省级 5", ", points 一等国家级 8, 一等省级 5"),
])  # fmt: skip
def test_when_and_how_rows_count_in_words(measure: dict[str, Any], zh: str, en: str) -> None:
    words = measure_in_words(Measure.model_validate(tuples(measure)))
    assert (words.zh.endswith(zh), words.en.endswith(en)) == (True, True), words


@pytest.mark.parametrize(("window", "zh"), [
    ({"until": "to"}, "自 found 起；到 to 为止；到期当日仍计"),
    ({"column": "severity", "lasts": {"轻微": "3 months"}, "repairable_after": {"轻微": "1 month"}, "repaired": "mended"}, "自 found 起；severity 轻微 3 个月；自 mended（修复）起不计；到期当日仍计；满下列期限方可申请修复：轻微 1 个月"),
])
def test_how_long_records_count_in_words(window: dict[str, Any], zh: str) -> None:
    assert window_in_words(Window.model_validate({"from": "found", **window})).zh == zh


def test_bounds_of_the_total_in_words() -> None:
    said = "；".join(line.zh for line in rule_tables._total(scheme(total={"floor": 0, "cap": 110})))
    assert "最低 0；最高 110" in said


@pytest.mark.parametrize(("bounds", "zh", "en"), [
    ({"floor": -5}, "不低于 -5 分", "at least -5"), ({"cap": 5}, "以 5 分为限", "at most 5"), ({}, "", ""),
    ({"cap": -30}, "以 -30 分为限", "never more than 30 points off"), ({"cap": -1}, "以 -1 分为限", "never more than 1 point off"),
])  # fmt: skip
def test_bounds_in_words(bounds: dict[str, float], zh: str, en: str) -> None:
    assert bounds_in_words(scheme(adjustment=[{"id": "c", "measure": MEASURE, **bounds}]).adjustments[0]) == Phrase(zh, en)


def test_english_has_no_signs_of_chinese_but_in_what_was_sealed_before(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Selection(table="prizes", where={"level": ("A", "B"), "kind": ("C",)})
    assert selection_in_words(rows) == Phrase("prizes（level = A、B，kind = C）", "prizes (level = A or B, kind = C)")
    monkeypatch.setenv("COMMITTEE_FORMER_WORDS", "0.7.0")
    assert selection_in_words(rows).en == "prizes（level = A、B，kind = C）"


def test_which_rows_count_in_words() -> None:
    said = {"table": "prizes", "take": "sum", "column": "level", "points": {"国家级": 8, "省级": 5}, "once_per": ["project"], "keep": "highest", "best": 3}
    words = measure_in_words(Measure.model_validate(tuples(said)))
    assert words.zh == "prizes 合计 level，计分 国家级 8、省级 5，同一 project 只计最高的一条，只计最高的 3 条"
    assert words.en == "prizes sum of level, points 国家级 8, 省级 5, of one project the highest alone, the 3 highest count"
    assert gathered_in_words(scheme(group=[group("g", cap=15)], indicator=[indicator("a", group="g")]).groups[0]).zh == "加权算术平均；各项合计最多 15 分"


def test_several_requirements_in_words() -> None:
    rules = scheme(condition=CONDITIONS)
    said = {"any_of": [{"node": "total", "least": 60}, {"all_of": [{"condition": "sum", "above": 10}, {"condition": "last", "among": ["AA"]}]}]}
    words = requirement_in_words(rules, Requirement.model_validate(tuples(said)))
    assert words.zh == "下列任一项：总分不低于 60.00 分；（合同额超过 10 亿元，且上年等级为 AA）"
    assert words.en == "any of these: total at least 60.00; (合同额 more than 10 亿元 and 上年等级 AA)"
