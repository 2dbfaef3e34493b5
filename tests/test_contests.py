"""Contests: places by class and in all, by a node, beside one another, and who comes next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contested import contested
from tests.examples import examples
from tests.invented import MEASURE, NO_VETOES, decided, indicator, members, scheme, totals
from tests.straight import straight
from toolkit.evaluation import Evaluation
from toolkit.evaluation.awards import AwardRule
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.decisions import decide_awards
from toolkit.evaluation.quotas import Ceiling, places
from toolkit.evaluation.tiebreaks import tie_keys
from toolkit.ground.ranking import Mask, Tie, rounded
from toolkit.scheme import Scheme

CLASSES = ["A", "A", "A", "B", "B", "B"]


def prize(**said: Any) -> Scheme:
    """One award for two classes; `said` is about it, and `ties`, `language`, ... about the scheme."""
    own = {key: said.pop(key) for key in ("ties", "veto", "eligibility", "condition", "indicator") if key in said}
    return scheme(award=[{"id": "x", "label": "奖", **said}], **own)


def test_the_places_of_all_classes_together_go_to_the_best_of_the_winners() -> None:
    table = totals(90, 80, 70, 85, 60, 50)
    rules = prize(quota={"number": 2, "in_all": 3})
    found = decided(rules, table, members(6, CLASSES))
    assert found.award.tolist() == ["x", "x", "", "x", "", ""]
    assert found.reason.iloc[4] == "奖名额已满：本类入围，但各类合计名额只有 3 个，名额线 80.00 分，差 20.00 分"
    assert found.reason.iloc[2] == "奖名额已满：本类名额 2 个，名额线 80.00 分，差 10.00 分"
    assert found.reason.iloc[5] == "奖名额已满：本类名额 2 个，各类合计 3 个，名额线 80.00 分，差 30.00 分"  # 60 would be a place of its class only
    assert not found.ties


def test_a_tie_in_all_is_left_open_or_shared_and_settled_by_the_same_nodes() -> None:
    table, who = totals(90, 80, 70, 85, 80, 50, a=[0, 1, 0, 0, 2, 0], b=[7] * 6), members(6, CLASSES)
    quota = {"number": 2, "in_all": 3}
    left_open, shared, settled = (prize(quota=quota, ties=ties) for ties in (["committee"], ["joint"], ["a", "committee"]))
    found = decided(left_open, table, who)
    assert found.award.tolist() == ["x", "", "", "x", "", ""]
    assert found.ties == (Tie("x", "", ("m1", "m4"), 1),)
    assert found.reason.iloc[1] == "奖待委员会决定：总分 80.00，2 家同分，各类合计剩余名额 1 个"
    assert decided(shared, table, who).award.tolist() == ["x", "x", "", "x", "x", ""]
    assert decided(prize(quota=quota, ties=["b", "joint"]), table, who).award.tolist() == ["x", "x", "", "x", "x", ""]
    assert decided(settled, table, who).award.tolist() == ["x", "", "", "x", "x", ""]


def test_as_many_winners_as_places_in_all_lose_none_and_an_open_tie_stays_that_of_its_class() -> None:
    just = decided(prize(quota={"number": 2, "in_all": 4}), totals(90, 80, 70, 85, 60, 50), members(6, CLASSES))
    assert just.award.tolist() == ["x", "x", "", "x", "x", ""]
    assert {contest.ceiling for contest in just.contests} == {None}
    tied = decided(prize(quota={"number": 2, "in_all": 3}), totals(90, 60, 60, 85), members(4, ["A", "A", "A", "B"]))
    assert tied.ties == (Tie("x", "A", ("m1", "m2"), 1),)
    assert not any((contest.beyond | contest.shared).any() for contest in tied.contests)
    apart = decided(prize(quota={"number": 3, "in_all": 2}, ties=["committee"]), totals(90, 80, 80, 85, 50), members(5, ["A", "A", "A", "B", "B"]))
    assert (apart.award.tolist(), apart.ties) == (["x", "", "", "x", ""], ())


def test_who_has_a_fact_is_ahead_of_who_has_none() -> None:
    rules = prize(quota={"number": 2}, condition=[{"id": "c", "measure": MEASURE}], ties=[{"condition": "c", "better": "higher"}, "committee"])
    known = pd.DataFrame({"c": [1.0, np.nan, 2.0]}, index=members(3).index)
    found = decided(rules, totals(80, 80, 80), members(3), conditions=known)
    assert found.award.tolist() == ["x", "", "x"]
    assert np.array_equal(found.tie_key(tie_keys(rules)[0]), known["c"], equal_nan=True)


def test_a_place_that_is_not_handed_on_is_one_of_those_that_take_part_and_have_none_yet() -> None:
    def given(*numbers: float, applied: list[bool] | None = None, **said: Any) -> list[str]:
        first = {"id": "w", "label": "奖", "quota": {"number": 1}}
        second = {"id": "x", "label": "奖", "quota": {"number": 1, "handed_on": False}, **said}
        table = totals(*numbers, a=[90, 80, 70])
        return decided(scheme(award=[first, second], ties=["committee"]), table, members(3, applied=applied)).award.tolist()

    assert given(90, 80, 70) == ["w", "x", ""]
    assert given(90, 80, 70, applied=[False, True, True]) == ["", "w", "x"]
    assert given(np.nan, 80, 70, by="a") == ["", "w", "x"]
    assert given(90, 80, 70, require=[{"node": "a", "most": 75}]) == ["w", "", ""]


def test_who_has_no_total_has_no_award_that_goes_by_a_node() -> None:
    assert decided(prize(by="a", quota={"number": 1}), totals(np.nan, 80, 70, a=[90, 50, 40]), members(3)).award.tolist() == ["", "x", ""]


def test_to_take_part_one_of_several_is_enough_and_none_is_not() -> None:
    either = {"require": [{"any_of": [{"node": "a", "least": 50}, {"node": "b", "least": 50}]}]}
    asked = prize(eligibility=either, quota={"number": 3})
    assert decided(asked, totals(90, 80, 70, a=[0, 60, 0], b=[40, 0, 50]), members(3)).award.tolist() == ["", "x", "x"]


def test_first_is_who_is_so_among_those_that_take_part_and_have_a_total() -> None:
    by_firsts = prize(ties=["first_places", "committee"], quota={"number": 1}, indicator=[indicator("a"), indicator("b")])
    for third, applied in ((90, False), (np.nan, True)):
        table = totals(80, 80, third, a=[60, 50, 70], b=[60, 50, 70])
        assert decided(by_firsts, table, members(3, applied=[True, True, applied])).award.tolist() == ["x", "", ""]


def test_what_is_asked_of_the_total_bounds_it_at_both_ends() -> None:
    asked = prize(require=[{"node": "total", "least": 60, "most": 80}], quota={"number": 2})
    assert decided(asked, totals(90, 80, 60, 50), members(4)).award.tolist() == ["", "x", "x", ""]
    of_one_class = prize(require=[{"node": "total", "least": 85, "classes": ["A"]}], quota={"number": 2})
    assert decided(of_one_class, totals(90, 80, 60, 50), members(4, list("AABB"))).award.tolist() == ["x", "", "x", "x"]


def test_members_of_one_class_who_are_level_take_a_place_each_of_those_in_all() -> None:
    table, who = totals(90, 80, 80, 85, 50), members(5, ["A", "A", "A", "B", "B"])
    found = decided(prize(quota={"number": 3, "in_all": 3}), table, who)
    assert found.award.tolist() == ["x", "", "", "x", ""]
    assert found.ties == (Tie("x", "", ("m1", "m2"), 1),)
    assert {contest.ceiling for contest in found.contests} == {Ceiling(3, 80, 1, 2)}
    first, second = found.contests
    assert (first.shared.tolist(), first.beyond.tolist()) == ([False, True, True], [False] * 3)
    assert (second.shared.tolist(), second.beyond.tolist()) == ([False] * 2, [False, True])


def test_an_open_tie_below_the_places_in_all_is_no_question_any_more() -> None:
    found = decided(prize(quota={"number": 2, "in_all": 3}), totals(90, 60, 60, 85, 80), members(5, ["A", "A", "A", "B", "B"]))
    assert found.award.tolist() == ["x", "", "", "x", "x"]
    assert not found.ties


def test_where_the_places_in_all_just_end_nobody_more_shares_them() -> None:
    table, who = totals(90, 80, 80, 85, 50), members(5, ["A", "A", "A", "B", "B"])
    found = [decided(prize(quota={"number": 3, "in_all": bound}, ties=["joint"]), table, who) for bound in (2, 3)]
    assert [one.award.tolist() for one in found] == [["x", "", "", "x", ""], ["x", "x", "x", "x", ""]]
    assert [one.contests[0].ceiling for one in found] == [Ceiling(2, 85, 0, 0), Ceiling(3, 80, 0, 0)]


def test_who_shares_the_last_place_is_told_with_how_many() -> None:
    rules = scheme(award=[{"id": "x", "label": "奖", "quota": {"number": 2}, "reserve": 1}], ties=["joint"])
    found = decided(rules, totals(90, 80, 80, 70, 70, 60))
    assert found.reason.tolist() == [
        "授予奖：总分 90.00，本类第 1 名，本类名额 2 个",
        *["授予奖：总分 80.00，本类第 2 名，本类名额 2 个，2 家并列，一并授予"] * 2,
        *["奖名额已满：本类名额 2 个，名额线 80.00 分，差 10.00 分，并列候补第 1 名"] * 2,
        "奖名额已满：本类名额 2 个，名额线 80.00 分，差 20.00 分",
    ]


def test_an_open_tie_of_a_class_takes_the_places_it_may_still_be_given() -> None:
    table, who = totals(90, 70, 70, 80, 60, 50), members(6, CLASSES)
    found = decided(prize(quota={"number": 2, "in_all": 3}), table, who)
    assert found.award.tolist() == ["x", "", "", "x", "", ""]
    assert found.ties == (Tie("x", "A", ("m1", "m2"), 1),)  # m4 of class B has to stand back for one of those two
    assert found.reason.iloc[4].startswith("奖名额已满：本类入围")


def test_places_go_by_the_node_that_the_award_names() -> None:
    rules = scheme(
        award=[{"id": "x", "label": "培训奖", "quota": {"number": 1}, "by": "a"}],
        indicator=[indicator("a", label="学时"), indicator("b")],
        ties=["total", "committee"],
    )
    found = decided(rules, totals(90, 80, 70, np.nan, a=[np.nan, 60, 60, 99]))
    assert found.award.tolist() == ["", "x", "", ""]
    assert found.rank.tolist() == [1, 2, 3, pd.NA]
    assert found.reason.tolist() == [
        "学时未计分，不参加培训奖评选",
        "授予培训奖：学时 60.00，本类按该项第 1 名，本类名额 1 个，同分时按总分排在前",
        "培训奖名额已满：本类名额 1 个，同分时按总分排在后",
        "没有总分，不参加排名",
    ]


def test_an_award_beside_another_goes_to_the_same_member_and_a_later_one_does_not() -> None:
    rules = scheme(
        award=[
            {"id": "first", "label": "优秀会员", "quota": {"number": 1}},
            {"id": "special", "label": "单项奖", "quota": {"number": 1}, "beside": ["first"]},
            {"id": "last", "label": "先进会员", "quota": {"number": 1}, "beside": ["special"]},
        ]
    )
    found = decided(rules, totals(90, 80))
    assert found.award.tolist() == ["first", "last"]
    assert found.awards[["award", "member", "order"]].to_numpy().tolist() == [["first", "m0", 1], ["special", "m0", 1], ["last", "m1", 1]]
    assert found.reason.iloc[0] == "授予优秀会员：总分 90.00，本类第 1 名，本类名额 1 个；授予单项奖：总分 90.00，本类第 1 名，本类名额 1 个"


def test_reserves_are_the_next_in_order_who_go_home_with_nothing() -> None:
    two = [
        {"id": "first", "label": "一等奖", "quota": {"number": 1}, "reserve": 2},
        {"id": "second", "label": "二等奖", "quota": {"number": 1}, "reserve": 1},
    ]
    found = decided(scheme(award=two), totals(90, 80, 70, 60, 50))
    assert found.reserves.to_numpy().tolist() == [["first", "", 1, "m2"], ["first", "", 2, "m3"], ["second", "", 1, "m2"]]
    assert found.reason.iloc[2] == "一等奖名额已满：本类名额 1 个，名额线 90.00 分，差 20.00 分，候补第 1 名；二等奖名额已满：本类名额 1 个，名额线 80.00 分，差 10.00 分，候补第 1 名"


def test_nobody_under_a_bar_is_a_reserve_and_nobody_at_all_while_the_places_in_all_are_open() -> None:
    found = decided(prize(quota={"number": 1}, minimum={"total": 75}, reserve=2), totals(90, 80, 70))
    assert found.reserves["member"].tolist() == ["m1"]
    left_open = prize(quota={"number": 2, "in_all": 3}, reserve=2)
    assert decided(left_open, totals(90, 80, 70, 85, 80, 50), members(6, CLASSES)).reserves.empty


def test_who_holds_an_award_that_goes_beside_stays_a_reserve() -> None:
    first, special = {"id": "first", "quota": {"number": 1}, "reserve": 1}, {"id": "special", "by": "a", "quota": {"number": 1}, "reserve": 1}
    rules = scheme(award=[{"label": "奖", **first}, {"label": "奖", **special, "beside": ["first"]}], indicator=[indicator("a")])
    found = decided(rules, totals(90, 80, 70, a=[50, 60, 40]))
    assert found.awards[["award", "member"]].to_numpy().tolist() == [["first", "m0"], ["special", "m1"]]
    assert found.reserves[["award", "member"]].to_numpy().tolist() == [["first", "m1"], ["special", "m0"]]


def test_reserves_follow_those_an_open_tie_will_leave_over_and_level_ones_share_a_turn() -> None:
    rules = prize(quota={"number": 1}, reserve=3)
    found = decided(rules, totals(90, 90, 80, 80, 70))
    assert found.reserves[["order", "member"]].to_numpy().tolist() == [[2, "m2"], [2, "m3"]]
    settled = decided(prize(quota={"number": 1}, reserve=2, ties=["a", "committee"]), totals(90, 80, 80, a=[0, 1, 2]))
    assert settled.reserves[["order", "member"]].to_numpy().tolist() == [[1, "m2"], [2, "m1"]]


def test_who_is_not_eligible_takes_no_part_and_does_not_count_for_a_share() -> None:
    rules = prize(
        quota={"share": 0.5},
        eligibility={"require": [{"condition": "years", "least": 2}]},
        condition=[{"id": "years", "label": "入会年限", "measure": MEASURE, "unit": "年"}],
    )
    who = members(5, applied=[True, True, True, True, False])
    years = pd.DataFrame({"years": [1.0, 2.0, 3.0, np.nan, 3.0]}, index=who.index)
    found = decided(rules, totals(99, 80, 70, 60, 90), who, conditions=years)
    assert found.award.tolist() == ["", "x", "", "", ""]  # half of two, not of five
    assert found.rank.tolist() == [pd.NA, 1, 2, pd.NA, pd.NA]
    assert found.taking_part.tolist() == [False, True, True, False, False]  # who did not apply takes none either, though it would be eligible
    assert found.reason.iloc[0] == "不符合申报条件：入会年限 1 年，要求不少于 2 年（差 1）"
    assert found.reason.iloc[3] == "不符合申报条件：入会年限无记录，视为不符合，要求不少于 2 年"


def test_a_veto_bars_from_the_awards_it_names_alone() -> None:
    two = [{"id": "first", "label": "优秀会员", "quota": {"number": 1}}, {"id": "second", "label": "先进会员", "quota": {"number": 1}}]
    veto = {"id": "v", "label": "逾期未缴会费", "when": {"table": "t"}, "effect": {"award": ["first"]}}
    vetoes = pd.DataFrame([("m0", "v", "t", "t.csv", "", 2)], columns=list(NO_VETOES.columns))
    found = decided(scheme(award=two, veto=[veto]), totals(90, 80), members(2), vetoes)
    assert found.award.tolist() == ["second", "first"]
    assert found.reason.iloc[0] == "一票否决，不得参评优秀会员：逾期未缴会费（t.csv，第 2 行）；授予先进会员：总分 90.00，本类第 1 名，本类名额 1 个"


def test_places_by_class_and_empty_ones() -> None:
    rules = prize(quota={"number": {"A": 2}}, minimum={"total": 75})
    found = decided(rules, totals(90, 60, 50, 80, 70, 60), members(6, CLASSES))
    assert found.award.tolist() == ["x", "", "", "", "", ""]
    assert [(contest.class_, contest.places, contest.vacant) for contest in found.contests] == [("A", 2, 1), ("B", 0, 0)]
    assert found.reason.iloc[3] == "未获奖：本类名额 0 个"


@settings(max_examples=examples(15))
@given(contested())
def test_no_quota_is_exceeded_and_nobody_has_what_excludes_another(asked: Evaluation) -> None:
    scheme_, awards = asked.scheme, asked.awards
    joint = scheme_.ties[-1] == "joint"
    part = asked.ranking["rank"].notna()
    assert set(awards["member"]) <= set(part.index[part])
    assert (asked.ranking["reason"] != "").all()
    for award in scheme_.awards:
        own, quota = awards[awards["award"] == award.id], award.quota
        if quota is not None and quota.in_all is not None and not joint:
            assert len(own) <= quota.in_all
        for class_, pool in own.groupby("class"):
            applicants = int((asked.members["applied"] & (asked.members["class"] == class_)).sum()) if class_ else len(asked.members)
            if quota is not None and quota.budget is not None:
                assert asked.measured.conditions.loc[pool["member"], "number"].sum() <= quota.budget
                continue
            assert joint or quota is None or len(pool) <= (places(quota, applicants, str(class_)) or 0)
        beside = {*award.beside, award.id}
        earlier = [a.id for a in scheme_.awards[: scheme_.awards.index(award)] if a.id not in beside]
        assert not set(own["member"]) & set(awards.loc[awards["award"].isin(earlier), "member"])
    held = set(zip(awards["award"], awards["member"], strict=True))
    assert not held & set(zip(asked.reserves["award"], asked.reserves["member"], strict=True))


@settings(max_examples=examples(10))
@given(contested(), st.randoms(use_true_random=False))
def test_the_order_of_members_has_no_influence(asked: Evaluation, random: Any) -> None:
    order = list(asked.members.index)
    random.shuffle(order)
    other = decide_awards(
        asked.scheme, asked.members.loc[order], asked.scores, asked.vetoes, conditions=asked.measured.conditions.loc[order]
    )
    for name in ("award", "rank", "tied", "reason"):
        pd.testing.assert_series_equal(asked.ranking[name], getattr(other, name).loc[asked.ranking.index])
    pd.testing.assert_frame_equal(asked.awards, other.awards)
    pd.testing.assert_frame_equal(asked.reserves, other.reserves)
    assert asked.ties == other.ties


@settings(max_examples=examples(15))
@given(contested())
def test_without_a_bound_in_all_nobody_loses_a_place(asked: Evaluation) -> None:
    awards = tuple(
        award.model_copy(update={"quota": award.quota and award.quota.model_copy(update={"in_all": None}), "beside": ()})
        for award in asked.scheme.awards[:1]
    )
    free = asked.scheme.model_copy(update={"awards": awards})
    found = decide_awards(free, asked.members, asked.scores, asked.vetoes, conditions=asked.measured.conditions)
    bounded = asked.awards[asked.awards["award"] == "first"]
    assert set(bounded["member"]) <= set(found.awards["member"])
    quota = asked.scheme.awards[0].quota
    if quota is not None and quota.in_all is not None and not found.ties and len(found.awards) <= quota.in_all:
        assert set(bounded["member"]) == set(found.awards["member"])


@given(straight() | contested(), st.integers(0, 99))
def test_several_lists_are_each_what_it_is_alone(asked: Evaluation, seed: int) -> None:
    """In every run all scores are others, some do not take part, and some are barred."""
    rng, rule, shape = np.random.default_rng(seed), asked.award_rule, (6, len(asked.members))
    scores = asked.scores.loc[asked.members.index]
    points = {node: rng.permuted(np.tile(rounded(scores[node], asked.scheme.decimals), (6, 1)), axis=1) for node in rule.nodes}
    absent, struck = rng.random(shape) < 0.2, rng.random(shape) < 0.1
    together = ListRun.of(others(rule, absent, struck), points.__getitem__)
    for run in range(6):
        alone = ListRun.of(others(rule, absent[run], struck[run]), {node: score[run] for node, score in points.items()}.__getitem__)
        assert together.rank_table[run].tolist() == alone.ranks.tolist() == alone.rank_table[0].tolist()
        assert together.given[:, run].tolist() == alone.given[:, 0].tolist() == [own.given.tolist() for own in alone.allotments]


def others(rule: AwardRule, absent: Mask, struck: Mask) -> AwardRule:
    """The same rule without the absent, its first award barred for those struck."""
    first = rule.scheme.awards[0].id
    eligibility = replace(rule.eligibility, able=rule.eligibility.able & ~absent)
    return replace(rule, eligibility=eligibility, barred={**rule.barred, first: rule.barred[first] | struck})
