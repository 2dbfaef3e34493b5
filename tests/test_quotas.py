"""Quotas: how many places, and what is odd about them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contested import quotas
from tests.invented import scheme
from toolkit.evaluation.quotas import Pools, places, quota_problems
from toolkit.ground.text import former_words
from toolkit.scheme import Scheme
from toolkit.scheme.outcomes import Quota


def quota(**said: Any) -> Quota:
    return Quota.model_validate(said)


@pytest.mark.parametrize(
    ("said", "applicants", "expected"),
    [
        ({"number": {"招标代理机构": 10, "采购人": 0}}, {"招标代理机构": 30, "采购人": 9, "专家": 5}, [10, 0, 0]),
        ({"share": {"招标代理机构": 0.1, "采购人": 0.5}}, {"招标代理机构": 39, "采购人": 3}, [3, 1]),
        ({"share": 0.1, "most": 2}, {"招标代理机构": 39}, [2]),
        ({"number": 0, "least": 1}, {"采购人": 4}, [1]),
        # 民政部 2025 award: 300 places, 170 and 130 by class
        ({"number": {"集体": 170, "个人": 130}}, {"集体": 400, "个人": 90}, [170, 130]),
        # a class too small for a share of a tenth has no place, unless one at least is promised
        ({"share": 0.1}, {"拍卖机构": 9}, [0]),
        ({"share": 0.1, "least": 1}, {"拍卖机构": 9}, [1]),
    ],
)
def test_places_by_class(said: dict[str, Any], applicants: dict[str, int], expected: list[int]) -> None:
    assert [places(quota(**said), count, class_) for class_, count in applicants.items()] == expected


@given(quotas(), st.integers(0, 50), st.sampled_from(["A", "B", "D"]))
def test_places_stay_within_their_bounds(said: dict[str, Any], applicants: int, class_: str) -> None:
    found = places(quota(**said), applicants, class_)
    table = next((size for size in (said.get("share"), said.get("number")) if isinstance(size, dict)), None)
    assert found is not None
    assert 0 <= found <= said.get("most", 50)
    assert found >= min(said["least"], said.get("most", 1)) or (table is not None and class_ not in table)
    assert table is None or class_ in table or found == 0


def awarding(**said: Any) -> Scheme:
    return scheme(award=[{"id": "x", "label": "先进会员", "quota": said}])


def test_what_is_odd_is_told() -> None:
    odd = awarding(number={"招标代理机构": 3, "采构人": 1})
    told = list(quota_problems(odd, {"招标代理机构": 2, "采购人": 5}))
    assert [(p.severity, p.value) for p in told] == [("warning", "采购人"), ("warning", "采构人"), ("note", "招标代理机构")]
    assert told[1].mend.zh == "是否应为“采购人”？"
    assert told[2].rule.zh == "“先进会员”名额 3 个，参评会员只有 2 家"
    assert all(p.column == "award[x].quota" and p.file == "scheme.toml" for p in told)


def test_fewer_places_in_all_than_each_class_is_to_have_are_told() -> None:
    def told(applicants: dict[str, int], **said: Any) -> list[tuple[str, str]]:
        return [(problem.severity, problem.rule.zh) for problem in quota_problems(awarding(**said), applicants)]

    both = {"甲": 4, "乙": 4, "丙": 0}
    assert told(both, share=0.5, least=2, in_all=3) == [("warning", "“先进会员”2 个类别每类至少 2 个名额，各类合计却最多 3 个")]
    with former_words("0.7.0"):  # which did not tell it: what it sealed is no other
        assert told(both, share=0.5, least=2, in_all=3) == []
    assert told(both, share=0.5, least=2, in_all=4) == []
    assert told({"甲": 3, "乙": 1}, share=0.5, least=2, in_all=3) == [("note", "“先进会员”名额 2 个，参评会员只有 1 家")]  # who has one member takes one place
    unnamed = told({"甲": 3, "乙": 3, "丙": 3}, number={"甲": 2, "乙": 2}, least=2, in_all=4)
    assert unnamed == [("warning", "“先进会员”的名额表没有写这一类别，名额按 0 计")]


def test_a_share_of_the_first_that_comes_to_no_place_is_told() -> None:
    def told(**first: Any) -> list[tuple[str, str]]:
        asked = scheme(award=[{"id": "x", "label": "三好", "require": [{"any_of": [{"node": "a", "first": first}, {"node": "total", "least": 99}]}]}])
        return [(problem.value, problem.rule.zh) for problem in quota_problems(asked, {"甲": 2, "乙": 10})]

    assert told(share=0.1) == [("甲", "“三好”要求a在本类前 10%：参评 2 家，按比例不足 1 名，没有一家在前列")]
    assert not told(share=0.1, rounding="ceil")
    assert not told(share=0.1, within="all")
    assert not told(number=1)


@pytest.mark.parametrize("said", [{"share": 1.0}, {"number": 5}, {"number": {"采购人": 5}}, {"number": 5, "within": "all"}])
def test_a_quota_that_fits_is_no_question(said: dict[str, Any]) -> None:
    assert not list(quota_problems(awarding(**said), {"采购人": 5}))


def test_where_nobody_takes_part_only_the_empty_places_are_told() -> None:
    assert not list(quota_problems(awarding(share=0.1, least=1), {"采购人": 0}))


@given(st.lists(st.sampled_from(["甲", "乙", "", None]), max_size=12), st.data())
def test_every_member_is_in_the_pool_of_its_class(classes: list[str | None], data: st.DataObject) -> None:
    pools = Pools.by_class(np.array(classes, dtype=object))
    expected: dict[str, list[int]] = {}
    for position, name in enumerate(classes):
        expected.setdefault(name or "", []).append(position)
    assert {name: own.tolist() for name, own in pools} == expected
    assert list(pools.names) == sorted(expected)
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=len(classes), max_size=len(classes))), dtype=np.bool_)
    assert pools.counted(chosen) == [int(chosen[own].sum()) for _, own in pools]


def test_all_together_are_one_pool() -> None:
    assert [(name, own.tolist()) for name, own in Pools.together(3)] == [("", [0, 1, 2])]
    assert Pools.together(0).counted(np.zeros(0, np.bool_)) == [0]  # and still a pool where nobody is


def test_there_may_be_more_classes_than_a_byte_counts() -> None:
    classes = np.array([f"{place % 300:03}" for place in range(600)], dtype=object)
    assert [own.tolist() for _, own in Pools.by_class(classes)] == [[place, place + 300] for place in range(300)]
