"""Who may score, and whether a panel is made up as the rules ask."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground.problems import Refused
from toolkit.panels import composition_problems, due_recusals, entries_despite_recusal

MEMBERS = pd.Series({"甲代理": "代理", "乙代理": "代理", "丙拍卖": "拍卖", "丁中心": None})
EXPERTS = ("E1", "E2", "E3")
PAIRS = st.lists(st.tuples(st.sampled_from(EXPERTS), st.sampled_from(list(MEMBERS.index))), max_size=6)


def pairs(rows: Sequence[tuple[str, str | None]], **more: object) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["expert", "member"]).assign(**more)


@given(declared=PAIRS, works=PAIRS, rivals=st.booleans())
def test_who_withdraws_from_whom(declared: list[tuple[str, str]], works: list[tuple[str, str]], *, rivals: bool) -> None:
    found = due_recusals(MEMBERS, EXPERTS, pairs(declared), pairs(works), rivals=rivals)
    for expert in EXPERTS:
        for member in MEMBERS.index:
            own = [employer for who, employer in works if who == expert]
            near = rivals and any(MEMBERS[employer] and MEMBERS[employer] == MEMBERS[member] for employer in own)
            due = (expert, member) in declared or member in own or near
            assert found.mask.loc[member, expert] == due
            grounds = found.grounds.query("expert == @expert and member == @member")
            assert (len(grounds) > 0) == due


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_declarations_does_not_matter(declared: list[tuple[str, str]], chance: Random) -> None:
    again = [*declared, *declared[:2]]
    chance.shuffle(again)
    one, other = (due_recusals(MEMBERS, EXPERTS, pairs(rows)) for rows in (declared, again))
    pd.testing.assert_frame_equal(one.mask, other.mask)
    pd.testing.assert_frame_equal(one.grounds, other.grounds)


def test_every_ground_is_kept() -> None:
    declared = pairs([("E1", "甲代理")], ground="配偶任职")
    found = due_recusals(MEMBERS, EXPERTS, declared, pairs([("E1", "甲代理")]), rivals=True)
    assert found.grounds.to_numpy().tolist() == [
        ["E1", "乙代理", "rival", ""],
        ["E1", "甲代理", "declared", "配偶任职"],
        ["E1", "甲代理", "employer", ""],
    ]
    assert found.mask.to_numpy().sum() == 2


def test_misspelt_declarations_are_refused_all_at_once() -> None:
    declared = pairs([("E9", "甲代理"), ("E1", "甲代里")], file="ballots/回避.xlsx", sheet="申报", row=[4, 5])
    with pytest.raises(Refused) as refused:
        due_recusals(MEMBERS, EXPERTS, declared)
    assert refused.value.problems.text("zh").splitlines() == [
        "ballots/回避.xlsx：2 个问题",
        '  工作表 申报，第 4 行，expert "E9"：专家组里没有这位专家；请核对',
        '  工作表 申报，第 5 行，member "甲代里"：不在被评会员之中；是否应为“甲代理”？',
    ]


def test_an_employer_outside_the_federation_is_noted_and_an_empty_one_is_none() -> None:
    found = due_recusals(MEMBERS, EXPERTS, None, pairs([("E1", "某大学"), ("E2", None)]))
    assert not found.mask.to_numpy().any()
    assert [(problem.severity, problem.value) for problem in found.problems] == [("note", "某大学")]


def test_entries_despite_recusal_are_named_by_cell_and_not_repeated() -> None:
    mask = due_recusals(MEMBERS, EXPERTS, pairs([("E1", "甲代理"), ("E2", "乙代理")])).mask
    cells = pd.DataFrame(
        [("E1", "甲代理", 87.5, 3), ("E1", "乙代理", 90, 4), ("E2", "乙代理", "回避", 4), ("E1", "甲代理", None, 5),
         ("E1", "甲代理", "优", 6), ("E9", "甲代理", 60, 7)],
        columns=["expert", "member", "score", "row"],
    ).assign(file="ballots/E1.xlsx", sheet="评分表", column="C")  # fmt: skip
    said = entries_despite_recusal(cells, mask)
    assert said.text("zh").splitlines() == [
        "ballots/E1.xlsx：2 个问题",
        '  工作表 评分表，第 3 行，C "甲代理"：该专家对该会员应当回避；请删去分数，填“回避”',
        '  工作表 评分表，第 6 行，C "甲代理"：该专家对该会员应当回避；请删去分数，填“回避”',
    ]
    assert "87.5" not in str(list(said))


def panel(count: int, outside: int) -> pd.DataFrame:
    return pd.DataFrame({"expert": [f"E{n}" for n in range(count)], "outside": [n < outside for n in range(count)]})


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 9))
def test_each_rule_is_named_when_broken_and_only_then(count: int, outside: int, minimum: int) -> None:
    outside = min(outside, count)
    said = composition_problems(panel(count, outside), minimum=minimum).text("en")
    assert ("needs at least" in said) == (count < minimum)
    assert ("to be odd" in said) == (count > 0 and count % 2 == 0)  # none cannot be one less
    assert ("from outside" in said) == (3 * outside < 2 * count)


@given(st.integers(1, 30), st.integers(0, 30))
def test_what_would_do_does(count: int, outside: int) -> None:
    problems = composition_problems(panel(count, min(outside, count)), minimum=1, odd=False)
    for problem in problems:
        needed = int(problem.mend.en.split()[0])
        assert not composition_problems(panel(count, needed), minimum=1, odd=False)
        assert composition_problems(panel(count, needed - 1), minimum=1, odd=False)


def test_a_panel_after_the_tendering_law_may_sit() -> None:
    """招标投标法 art. 37: odd, five or more, two thirds experts; a scheme may ask for another share, or for none."""
    assert not composition_problems(panel(5, 4))
    assert composition_problems(panel(5, 3))
    assert not composition_problems(panel(5, 3), outside=Fraction(1, 2))
    assert not composition_problems(panel(5, 0).drop(columns="outside"))


def test_a_person_sits_once_and_its_name_is_not_said() -> None:
    seats = panel(6, 6).assign(person=["张三", "李四", "王五", "", "张三", " "])
    seats = pd.concat([seats, pd.DataFrame({"expert": ["E1"], "outside": [True], "person": ["李四"]})])
    said = composition_problems(seats, file="ballots/panel.csv")
    assert said.text("zh").splitlines() == [
        "ballots/panel.csv：2 个问题",
        '  expert "E1"：同一专家列入两次；请删去一处',
        '  expert "E0、E4"：这些代号是同一个人；请只保留一个',
    ]
    assert "张三" not in said.text("en") + str(list(said))


def test_the_same_person_twice_does_not_make_up_the_number() -> None:
    said = composition_problems(panel(5, 5).assign(person=["a", "b", "c", "d", "a"])).text("en")
    assert "the panel has 4 experts, and needs at least 5; appoint 1 or more" in said
    assert "the panel has 4 experts, and the number is to be odd" in said


def test_a_seat_without_a_pseudonym_is_told() -> None:
    seats = panel(5, 5)
    seats.loc[2, "expert"] = " "
    assert "1 expert has no pseudonym" in composition_problems(seats).text("en")


def test_unknown_is_not_outside() -> None:
    seats = panel(3, 3).astype({"outside": object})
    seats.loc[[0, 1], "outside"] = None
    assert "and 1 of 3 are" in composition_problems(seats, minimum=3).text("en")


def test_a_table_without_experts_is_refused() -> None:
    with pytest.raises(Refused, match="no column `expert`"):
        composition_problems(pd.DataFrame({"name": ["张三"]}))
