"""What one scheme decides otherwise than another, as a minute says it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from toolkit.ground.resources import house_folder
from toolkit.ground.text import former_words
from toolkit.scheme import Scheme, load_scheme
from toolkit.scheme.amendments import diff, key_words

SCHEME = load_scheme(house_folder("data/demo") / "scheme.toml")
CHANGES: dict[str, tuple[object, str, str]] = {
    "decimals": (3, "小数位数：2 → 3", "decimals: 2 → 3"),
    "award[outstanding].quota.share": (0.12, "名额比例：优秀会员 · 名额 10% → 12%", "share: 优秀会员 · quota 10% → 12%"),
    "indicator[law_hours].missing": ("exclude", "缺失时：法规学习班与讲座学时 按最低值计 → 不计，权重分给同级",
                                     "when missing: 法规学习班与讲座学时 worst → exclude"),
    "indicator[law_hours].value.best": (120.0000001, "最好值：法规学习班与讲座学时 · 计分 120 → 120.0000001",
                                        "best: 法规学习班与讲座学时 · value 120 → 120.0000001"),
    "indicator[law_hours].value": ({"shape": "points", "per": 2}, "计分：法规学习班与讲座学时 计分方法 线性，最差值 0，最好值 120 → 计分方法 按量计分，每单位分值 2",
                                   "value: 法规学习班与讲座学时 shape linear, worst 0, best 120 → shape points for each, points for each 2"),
    "ties": (["pledging", "committee"], "同分处理：守法诚信、并列 → 诚信承诺与公开、由委员会决定",
             "ties: 守法诚信, joint → 诚信承诺与公开, left to the committee"),
    "award[progress]": ({"label": "进步奖"}, "新增奖项：进步奖", "award added: 进步奖"),
    "award[advanced]": (None, "删去奖项：先进会员", "award removed: 先进会员"),
    "adjustment[bad_conduct].measure.in_period": (True, "须发生在评价期内：不良行为扣分 · 取数 否 → 是", "happened in the period: 不良行为扣分 · measure no → yes"),
    "phase[launch].to": (dt.date(2018, 3, 1), "止日：动员部署阶段 2018-02-28 → 2018-03-01", "to: 动员部署阶段 2018-02-28 → 2018-03-01"),
    "phase[review].asks": ([{"label": "报送总结", "measure": {"table": "surveys", "take": "count"}, "least": 1, "by": dt.date(2019, 3, 1)}],
                           "要求：总结表彰阶段 无 → 名称 报送总结，数什么 取法 条数，数据表 surveys，至少 1，截止日 2019-03-01",
                           "what it asks: 总结表彰阶段 none → label 报送总结, what is counted take count, table surveys, at least 1, due by 2019-03-01"),
    "publication.consent.withdrawn": (None, "撤回日栏：公示 · 公开须经同意 withdrawn_on → 无", "withdrawn on: publication · consent withdrawn_on → none"),
    "seed": (7, "随机种子：20181231 → 7", "seed: 20181231 → 7"),
}  # fmt: skip


@pytest.mark.parametrize("place", CHANGES)
def test_each_change_as_a_minute_says_it(place: str) -> None:
    value, zh, en = CHANGES[place]
    [found] = diff(SCHEME, SCHEME.with_({place: value}))
    assert (found.words.zh, found.words.en, found.place) == (zh, en, place)


def test_what_was_sealed_before_has_the_words_of_then() -> None:
    with former_words("0.7.0"):
        assert [key_words("from", "phase[launch]").zh, key_words("least", "quota").zh, key_words("from", "phase").zh] == ["起算日栏", "最低", "起日"]
    assert key_words("least", "quota").zh == "每类至少"


def test_weights_of_siblings() -> None:
    found = diff(SCHEME, SCHEME.with_({"group[learning].weight": 25, "group[exchange].weight": 30}))
    assert [item.words.zh for item in found] == ["权重：学习培训 30 → 25", "权重：交流贡献 25 → 30"]


def test_awards_in_another_turn() -> None:
    turned = SCHEME.model_copy(update={"awards": SCHEME.awards[::-1]})
    [found] = diff(SCHEME, turned)
    assert (found.kind, found.words.zh) == ("moved", "奖项的先后改为：先进会员、优秀会员")


SOME = st.lists(st.sampled_from(sorted(set(CHANGES) - {"indicator[law_hours].value"})), unique=True)


@given(SOME)
@settings(max_examples=examples(20))
def test_the_amendments_lead_from_one_scheme_to_the_other_and_back(places: list[str]) -> None:
    changes = {place: CHANGES[place][0] for place in sorted(places)}
    after = SCHEME.with_(changes)
    assert SCHEME.with_({item.place: item.after for item in diff(SCHEME, after)}) == after
    back: dict[str, Any] = {item.place: item.before for item in diff(SCHEME, after)}
    assert {item.id for item in after.with_(back).awards} == {item.id for item in SCHEME.awards}
    assert diff(after, after) == ()


def test_it_says_nothing_of_schemes_that_are_equal() -> None:
    assert diff(SCHEME, Scheme.model_validate(SCHEME.model_dump(by_alias=True))) == ()


def test_the_number_one_is_not_a_yes() -> None:
    assert [each.words.zh for each in diff(SCHEME, SCHEME.with_(decimals=1))] == ["小数位数：2 → 1"]
    assert [each.words.en for each in diff(SCHEME, SCHEME.with_(decimals=0))] == ["decimals: 2 → 0"]


def test_first_places_among_ties_are_said_in_words() -> None:
    [amendment] = diff(SCHEME, SCHEME.with_(ties=["first_places", "joint"]))
    assert (amendment.words.zh, amendment.words.en) == (
        "同分处理：守法诚信、并列 → 第一的项数、并列", "ties: 守法诚信, joint → number of first places, joint",
    )  # fmt: skip


def test_a_step_that_is_rounded_is_said_in_words() -> None:
    node = SCHEME.indicators[0]
    words = [amendment.words.zh for amendment in diff(SCHEME, SCHEME.with_({f"indicator[{node.id}].decimals": 1, f"indicator[{node.id}].rounding": "down"}))]
    assert words == [f"小数位数：{node.label} 无 → 1", f"取整方式：{node.label} 四舍五入 → 舍去尾数"]


def test_how_many_rows_count_is_said_as_such() -> None:
    node = next(item for item in SCHEME.indicators if item.measure.take == "sum")
    words = [amendment.words.zh for amendment in diff(SCHEME, SCHEME.with_({f"indicator[{node.id}].measure.best": 7}))]
    assert words == [f"只计最好的几条：{node.label} · 取数 无 → 7"]
