from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.invented import NO_VETOES, decided, evaluations, group, indicator, members, scheme, totals
from toolkit.evaluation import Evaluation
from toolkit.evaluation.decisions import decide_awards
from toolkit.evaluation.quotas import places
from toolkit.ground.ranking import Tie, rounded
from toolkit.scheme import Scheme
from toolkit.scheme.outcomes import Quota


def award(id_: str, label: str = "奖", **more: Any) -> dict[str, Any]:
    return {"id": id_, "label": label, **more}


def rules(*awards: dict[str, Any], **parts: Any) -> Scheme:
    return scheme(award=list(awards), **parts)


FIRST, SECOND = (
    award("outstanding", "优秀会员", quota={"number": 1}),
    award("advanced", "先进会员", quota={"number": 1}),
)
GRAVE = {"id": "grave", "label": "严重失信一票否决", "when": {"table": "t"}, "effect": {"award": "none"}}


@pytest.mark.parametrize(
    ("quota", "applicants", "expected"),
    [
        ({"share": 0.1}, 30, 3),
        ({"share": 0.29}, 100, 29),
        ({"share": 0.07, "rounding": "ceil"}, 100, 7),
        ({"share": 0.1, "rounding": "ceil"}, 31, 4),
        ({"share": 0.1, "rounding": "half_up"}, 25, 3),
        ({"share": 0.1, "least": 1}, 4, 1),
        ({"share": 0.1}, 9, 0),
        ({"number": 5}, 3, 5),
    ],
)
def test_a_quota_is_reckoned_exactly(quota: dict[str, Any], applicants: int, expected: int) -> None:
    assert places(Quota(**quota), applicants) == expected


def test_without_a_quota_everyone_over_the_bar_is_given_it() -> None:
    found = decided(rules(award("x", minimum={"total": 75})), totals(75, 74.995, 74.99, 80))
    assert found.award.tolist() == ["x", "x", "", "x"]


def test_awards_go_in_turn_and_nobody_has_two() -> None:
    found = decided(rules(FIRST, SECOND), totals(90, 80, 70))
    assert found.award.tolist() == ["outstanding", "advanced", ""]
    assert found.rank.tolist() == [1, 2, 3]


def test_places_nobody_is_good_enough_for_stay_empty() -> None:
    found = decided(rules(award("x", quota={"number": 3}, minimum={"total": 85})), totals(90, 80, 70))
    assert found.award.tolist() == ["x", "", ""]
    assert "总分 80.00，奖要求不低于 85.00 分，还差 5.00 分" in found.reason.iloc[1]


def test_the_base_of_a_share_is_the_applicants_of_the_class_vetoed_ones_too() -> None:
    who = members(5, ["A"] * 4 + ["B"], [True, True, True, False, True])
    vetoes = pd.DataFrame(
        [("m0", "grave", "t", "诚信记录.xlsx", "诚信记录", 17)], columns=list(NO_VETOES.columns)
    )
    half = award("x", "先进会员", quota={"share": 0.5, "rounding": "ceil"})
    found = decided(rules(half, veto=[GRAVE]), totals(90, 80, 70, 99, 10), who, vetoes)
    assert found.award.tolist() == ["", "x", "x", "", "x"]
    assert found.reason.iloc[0] == "一票否决：严重失信一票否决（诚信记录.xlsx，工作表 诚信记录，第 17 行）"
    assert found.reason.iloc[3] == "未申报，不参加评选"
    assert found.rank.tolist() == [1, 2, 3, pd.NA, 1]


def test_a_veto_that_only_grades_leaves_the_award_and_is_told() -> None:
    vetoes = pd.DataFrame([("m0", "grave", "t", "t.csv", "", 2)], columns=list(NO_VETOES.columns))
    found = decided(rules(FIRST, veto=[GRAVE | {"effect": {"grade": "D"}}]), totals(90, 80), vetoes=vetoes)
    assert found.award.tolist() == ["outstanding", ""]
    assert found.reason.iloc[0].startswith("直接定为D级：严重失信一票否决（t.csv，第 2 行）；授予优秀会员")


def test_a_tie_at_the_line_is_left_open_with_its_places() -> None:
    found = decided(rules(award("x", "奖", quota={"number": 3})), totals(90, 80, 80, 80, 70))
    assert found.award.tolist() == ["x", "", "", "", ""]
    assert found.ties == (Tie("x", "", ("m1", "m2", "m3"), 2),)
    assert found.tied.tolist() == [False, True, True, True, False]
    assert "待委员会决定" in found.reason.iloc[1]
    assert "3 家同分，剩余名额 2 个" in found.reason.iloc[1]
    assert "名额线 80.00 分，差 10.00 分" in found.reason.iloc[4]


def test_a_tie_that_fits_its_places_is_no_question() -> None:
    found = decided(rules(award("x", quota={"number": 3})), totals(90, 80, 80, 70))
    assert found.award.tolist() == ["x", "x", "x", ""]
    assert found.ties == ()


def test_those_in_an_open_tie_are_offered_the_next_award_meanwhile() -> None:
    found = decided(rules(FIRST, award("advanced", "先进会员", quota={"number": 2})), totals(90, 90, 80))
    assert found.award.tolist() == ["advanced", "advanced", ""]
    assert found.ties == (Tie("outstanding", "", ("m0", "m1"), 1),)


def test_joint_gives_the_award_to_all_at_the_line() -> None:
    found = decided(rules(FIRST, ties=["joint"]), totals(90, 90, 80))
    assert found.award.tolist() == ["outstanding", "outstanding", ""]
    assert found.rank.tolist() == [1, 1, 3]


def test_a_tie_is_settled_by_the_nodes_in_turn_and_the_reason_says_by_which() -> None:
    settled = rules(
        FIRST, ties=["a", "b", "committee"], indicator=[indicator("a"), indicator("b", label="诚信")]
    )
    found = decided(settled, totals(90, 90, 90, a=[5, 5, 1], b=[np.nan, 3, 9]))
    assert found.award.tolist() == ["", "outstanding", ""]
    assert found.rank.tolist() == [2, 1, 3]
    assert not found.tied.any()
    assert "同分时按诚信得分排在前" in found.reason.iloc[1]
    assert "同分时按诚信得分排在后" in found.reason.iloc[0]
    assert "同分时按a得分排在后" in found.reason.iloc[2]


def test_a_requirement_is_met_on_the_rounded_score_and_not_asked_where_it_does_not_apply() -> None:
    asked = rules(
        award("x", require=[{"node": "pledge", "least": 60}]),
        group=[group("g")],
        indicator=[indicator("pledge", 1, "g", applies_to=["A"]), indicator("other")],
    )
    who = members(4, ["A", "A", "A", "B"])
    found = decided(asked, totals(90, 90, 90, 90, pledge=[59.995, 59.99, np.nan, np.nan]), who)
    assert found.award.tolist() == ["x", "", "", "x"]
    assert found.reason.iloc[1] == "pledge 59.99，奖要求不低于 60.00 分，还差 0.01 分"
    assert found.reason.iloc[2] == "pledge未计分，奖要求不低于 60.00 分"


def test_every_reason_is_a_sentence_in_the_language_of_the_scheme() -> None:
    table = totals(92.31, 88.20, 87.85, 74.99, np.nan)
    two = (
        award("o", "优秀会员", quota={"number": 1}),
        award("a", "先进会员", quota={"number": 1}, minimum={"total": 75}),
    )
    assert decided(rules(*two), table).reason.tolist() == [
        "授予优秀会员：总分 92.31，本类第 1 名，本类名额 1 个",
        "优秀会员名额已满：本类名额 1 个，名额线 92.31 分，差 4.11 分；授予先进会员：总分 88.20，本类第 2 名，本类名额 1 个",
        "优秀会员名额已满：本类名额 1 个，名额线 92.31 分，差 4.46 分；先进会员名额已满：本类名额 1 个，名额线 88.20 分，差 0.35 分",
        "优秀会员名额已满：本类名额 1 个，名额线 92.31 分，差 17.32 分；总分 74.99，先进会员要求不低于 75.00 分，还差 0.01 分，且名额已满（名额线 88.20 分，差 13.21 分）",
        "没有总分，不参加排名",
    ]
    english = decided(rules(*two, language="en"), table).reason
    assert english.iloc[0] == "优秀会员: total 92.31, rank 1 in its class, 1 place in its class"
    assert english.iloc[4] == "has no total, and is not ranked"


def test_a_class_too_small_for_its_share_is_told_so() -> None:
    found = decided(rules(award("x", "先进会员", quota={"share": 0.2})), totals(90, 80))
    assert found.reason.iloc[0] == "未获先进会员：本类名额 0 个"


def test_classes_compete_apart_or_together_as_the_quota_says() -> None:
    who, table = members(4, ["A", "A", "B", "B"]), totals(90, 80, 70, 60)
    apart, together = (
        rules(award("x", quota={"number": 2, "within": within})) for within in ("class", "all")
    )
    assert decided(apart, table, who).award.tolist() == ["x"] * 4
    assert decided(together, table, who).award.tolist() == ["x", "x", "", ""]


@given(evaluations(), st.randoms(use_true_random=False))
def test_the_order_of_members_has_no_influence(asked: Evaluation, random: object) -> None:
    order = list(asked.members.index)
    random.shuffle(order)  # type: ignore[attr-defined]
    one = asked.ranking
    other = decide_awards(asked.scheme, asked.members.loc[order], asked.scores, asked.vetoes)
    for name in ("award", "rank", "tied", "reason"):
        pd.testing.assert_series_equal(one[name], getattr(other, name).loc[one.index])
    assert other.ties == asked.ties


@given(evaluations())
def test_quotas_ties_and_standing_hold(asked: Evaluation) -> None:
    table, who = asked.ranking, asked.members
    assert (table["reason"] != "").all() or not asked.scheme.awards
    assert (table.loc[~who["applied"] | table["total"].isna(), "award"] == "").all()
    assert (table.loc[asked.vetoes["member"], "award"] == "").all()
    for item in asked.scheme.awards:
        if item.quota is None:
            continue
        for _, pool in table.groupby("class") if item.quota.within == "class" else [("", table)]:
            given_ = pool[pool["award"] == item.id]
            count = places(item.quota, int(who.loc[pool.index, "applied"].sum()))
            assert asked.scheme.ties[-1] == "joint" or len(given_) <= (count or 0)
    for tie in asked.ties:
        assert 1 <= tie.places < len(tie.members)
        level_totals = rounded(table.loc[list(tie.members), "total"], asked.scheme.decimals)
        assert level_totals.min() == level_totals.max()


@given(evaluations())
def test_equal_members_are_treated_equally(asked: Evaluation) -> None:
    facts = pd.concat([asked.members[["class", "applied"]], asked.scores], axis=1)
    facts = facts[~facts.index.isin(asked.vetoes["member"])]
    for _, alike in facts.groupby(list(facts.columns), dropna=False):
        assert asked.ranking.loc[alike.index, ["rank", "award"]].drop_duplicates().shape[0] == 1
