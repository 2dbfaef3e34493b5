from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground.problems import Refused
from toolkit.panels import due_recusals, entries_despite_recusal

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
        '  工作表 申报，第 5 行，member "甲代里"：不在被评会员之中；是否为 甲代理？',
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
