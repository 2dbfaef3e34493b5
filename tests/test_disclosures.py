"""Who sees what of whom, and what is counted of those who are not named: on whatever members are drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.asked_edition import write_edition, write_rows
from tests.contested import contested
from tests.drawing import flat
from tests.examples import examples
from tests.few_lines import found, indicator_text, scheme_text
from toolkit.edition import open_edition
from toolkit.evaluation import Evaluation, scored
from toolkit.indicators.consent import standing_pledges
from toolkit.indicators.engine import Engine
from toolkit.publication.disclosures import (
    PERHAPS,
    SEEN,
    _text,
    activities,
    conduct_records,
    graded,
    masked_cells,
    pledges,
    seen_by,
    tells_of_nobody,
    won_by_class,
)
from toolkit.publication.persons import (
    may_be_in_role,
    may_be_person,
    may_name_person,
    of_persons,
    of_roles,
    told,
    told_of_persons,
    told_of_roles,
    without_persons,
)
from toolkit.scheme import Publication
from toolkit.scheme.outcomes import PERMITTED_BY, Consent, Permission
from toolkit.sealing.open_readme import traced_by_elimination, warned_of


@pytest.mark.parametrize(
    ("take", "worth", "amounts", "open_", "told"),
    [
        ("sum", 1, [5.0] * 6 + [0.0] * 6, 0, (6, 30.0)),
        ("sum", 1, [5.0] * 6 + [0.0] * 6, 2, None),
        ("sum", 1, [500.0] + [1.0] * 7 + [0.0] * 6, 0, (8, None)),
        ("sum", -1, [5.0] * 6 + [0.0] * 6, 0, None),
        ("count", 1, [2.0] * 5 + [1.0] * 6 + [0.0] * 6, 0, (11, 16.0)),
        ("count", 1, [2.0] * 4 + [1.0] * 7 + [0.0] * 6, 0, (11, None)),
        ("any", 1, [1.0] * 6 + [0.0] * 6, 0, (6, None)),
    ],
    ids=["nobody is told apart", "four others", "one of them gives most of it", "what costs points is no activity", "five more than once", "all but four once", "nothing is added up"],
)
def test_an_activity_is_told_as_far_as_it_tells_of_nobody(take: str, worth: int, amounts: list[float], open_: int, told: tuple[int, float | None] | None) -> None:
    raw = pd.DataFrame({"hours": amounts})
    item = SimpleNamespace(id="hours", label="学时", unit="学时", measure=SimpleNamespace(take=take, points={}))
    stand_in: Any = SimpleNamespace(scheme=SimpleNamespace(indicators=(item,)), indicators=raw, applicable=raw >= 0, values=raw * worth)
    found = activities(stand_in, np.arange(len(amounts)) < open_)
    assert [(one.members, one.total) for one in found] == ([told] if told else [])


@pytest.mark.parametrize(("unnamed", "classed", "told"), [("a", True, "1 家可以推知是哪一家，另有 0"), ("b", True, "0 家可以推知是哪一家，另有 1"), ("c", True, ""), ("a", False, "")])
def test_whose_name_follows_from_how_many_won_is_counted(unnamed: str, classed: bool, told: str) -> None:  # noqa: FBT001 - a case
    """Of class 1 a and d applied, and d is open; of class 2 b and e, of class 3 c and two more."""
    index = list("adbecfg")
    stand_in: Any = SimpleNamespace(
        members=pd.DataFrame({"class": list("1122333"), "applied": True}, index=index), awards=pd.DataFrame({"member": [unnamed]}), permitted=pd.DataFrame({"award": [one == "d" for one in index]}, index=index)
    )
    rows: Any = SimpleNamespace(members=pd.DataFrame(index=["d"]), lines=pd.DataFrame({"class": ["1" if classed else ""]}))
    assert [told in words.zh for words in traced_by_elimination(stand_in, rows)] == [True] * bool(told)


@pytest.mark.parametrize("applied", [[True, True, True], [True, False, False]])
def test_totals_of_who_did_not_apply_are_told_of(applied: list[bool]) -> None:
    rows: Any = SimpleNamespace(
        withheld=pd.DataFrame({"class": []}), members=pd.DataFrame({"applied": applied}), classes=pd.DataFrame({"class": ["甲"], "applied": [3]}), lines=pd.DataFrame({"unnamed": [0], "class": ["甲"]})
    )
    assert ["2 家没有申报" in words.zh and "2 members in it did not apply" in words.en for words in warned_of(rows)] == [True] * (not all(applied))


NOBODY_NAMED = (
    "员工陆续离职，项目停工；；员工季度培训未达标；；会计季度报表逾期报送；；控股股东郑州华信集团有限公司占用资金；；法人黄埔建设集团有限公司；；代理人周口市诚信招标有限公司；；当事人徐州分公司；；当事人陈述申辩意见；；当事人张贴虚假公告；；负责人庄重承诺整改；；项目经理潘家园项目缺岗；；股东黄河建工集团；；"
    "季度培训；；会长单位；；副会长单位；；法人单位；；负责人单位；；股东单位；；联系人方式；；专家文件；；员工安全；；会计金额；；当事人应诉；；获评副会长单位；；"
    "独立法人单位；；控股股东柳州钢铁集团有限公司；；员工季度考核合格；；会计余额不符；；员工纪律教育；；员工苏州培训；；专家解读；；会计季度报表；；职工安全；；负责人任职；；员工关怀；；单位电话020-12345678；；"
    "经审计，优秀会员，获评副会长单位；控股股东柳州钢铁集团有限公司受表彰；员工季度考核良好，良好；；负责人高度重视，专家评审后整改；经理任职不满一年；；副会长（董事长）；；负责人（项目经理）；；法人：黄河（集团）有限公司；；股东：柳钢、徐工集团；；负责人：黄河 建工集团；；专家（林业）；；专家：高级，不合格；；经理（郑州）；；总经理（苏州）：培训；；会计：季度报表、余额表；；"
    "员工：康复科，；；负责人为单位；；联系人：单位，；；董事：董事长；；代理人：周口市诚信招标有限公司；；控股股东：郑州华信；；当事人：徐州分公司；；法人：黄埔建设集团有限公司；；负责人：徐汇区，；；苏州（项目经理）；；项目经理（高级）；；负责人：严格，；；"
    "联系人：安全员；会计（荣誉）；；许可电话；；周边电话（020-1）；；柳钢（控股股东）；；"
    "法定代表人张三因串标被罚；；法定代表人夏雨；；负责人石磊因串标被罚；；负责人为高度重视整改的；；法定代表人为施工单位；；法定代表人（高级）；；负责人（武汉）；；陈述（负责人）"
)
"""Ordinary words, and organisations, between offices; and names that nothing says to be names for certain."""
NAMED = {
    "项目经理：张三、李四": "项目经理：张某、李某",
    "项目经理:石磊": "项目经理:石某",
    "法定代表人：叶问因串标被罚": "法定代表人：叶某因串标被罚",
    "当事人：张三": "当事人：张某",
    "姓名：欧阳修等三人": "姓名：欧阳某等三人",
    "法定代表人：曹雪秦（电话 139****5678）行贿": "法定代表人：曹某（电话 139****5678）行贿",
    "联系人： 高明 电话": "联系人： 高某 电话",
    "负责人：张三被处罚": "负责人：张某被处罚",
    "负责人：张建国；": "负责人：张某；",
    "法定代表人（张三）被罚": "法定代表人（张某）被罚",
    "法定代表人为“张三”": "法定代表人为“张某”",
    "法定代表人为张三，": "法定代表人为张某，",
    "负责人是：张三": "负责人是：张某",
    "张三（法定代表人）": "张某（法定代表人）",
    "王小明（项目经理）": "王某（项目经理）",
    "项目经理系李小明，": "项目经理系李某，",
    "张三女士": "张某女士",
    "欧阳修先生": "欧阳某先生",
    "李四，身份证 440": "李某，身份证 440",
    "经理：张三和李四": "经理：张某和李某",
    "联系人：方和平": "联系人：方某",
}
"""Who is said to be a person: behind an office and a colon, 为 or a bracket, before an office in brackets, or addressed."""
PERHAPS_NAMED = ("法定代表人张三因串标被罚", "项目经理为张三的公司", "股东：张三", "专家：高明", "经理：张某，李四", "经理：张某 李小明", "李四，电话 020")
"""Who may be one."""


def test_who_is_said_to_be_a_person_keeps_the_surname_and_all_else_goes_out_as_typed_and_what_may_be_one_is_told_of() -> None:
    typed = [*NOBODY_NAMED.split("；；"), *PERHAPS_NAMED]
    assert [without_persons(text) for text in typed] == typed
    assert {text: told(text) for text in NAMED} == NAMED
    assert {text for text in NAMED.values() if may_name_person(text)} == set(), "what is cut is not warned about as uncertain"
    assert [text for text in PERHAPS_NAMED if not may_name_person(text)] == []
    assert [text for text in ("当事人陈述申辩意见", "获评副会长单位", "员工季度考核合格") if may_name_person(text)] == []


@pytest.mark.parametrize(("cell", "public", "perhaps"), [
    ("张三、李四", "张某、李某", False), ("张三，李四", "张某，李某", False), ("张三,李四；王小明;赵六", "张某,李某；王某;赵某", False), ("王小明 赵六/欧阳修", "王某 赵某/欧阳某", False),
    ("张三\n李四和高明", "张某\n李某和高某", False), ("方和平", "方某", False), ("张　三", "张某", False), ("1.张三 2.李四等3人", "1.张某 2.李某等3人", False),
    ("张三（市场部）", "张某（市场部）", False), ("张三（省建院）", "张某（省建院）", False), ("市场部（张三）", "市场部（张某）", False), ("项目经理张三", "项目经理张某", False),
    ("张三 13912345678", "张某 139****5678", False), ("张三（法定代表人、高工）", "张某（法定代表人、高工）", False),
    ("罗小区", "罗小区", True), ("张三、Mary", "张某、Mary", True), ("张三，阿丽亚", "张某，阿丽亚", True), ("张三（金华）", "张某（金华）", True),
    *((text, text, False) for text in ("罗湖（中国）有限公司", "某某有限公司", "测试项目中心", "黄河建工集团", "苏州分公司", "省建院", "市场部", "项目部", "项目经理", "安全员", "高 层", "无", "不详", "")),
])  # fmt: skip
def test_in_a_column_of_persons_each_name_is_cut_and_what_is_left_is_told_of(cell: str, public: str, perhaps: bool) -> None:  # noqa: FBT001 - a case
    assert told_of_persons(cell) == public
    assert may_be_person(public) == perhaps
    assert not may_name_person(public)


@pytest.mark.parametrize(("cell", "public", "perhaps"), [
    ("张三", "张某", False), ("张三、李四", "张某、李某", False), ("张三，甲招标有限公司", "张某，甲招标有限公司", False), ("王小明等3人", "王某等3人", False), ("张　三", "张某", False), ("职工李四（市场部）", "职工李某（市场部）", False),
    ("张三 13912345678", "张某 139****5678", False), ("徐工、柳钢", "徐工、柳钢", True), ("徐工和李小明", "徐工和李某", True), ("李宁等2家", "李宁等2家", True), ("李小明与徐工", "李某与徐工", True), ("徐工及李小明等3人", "徐工及李某等3人", True), ("张三和李四", "张某和李某", False), ("万科", "万科", True), ("高明", "高明", True), ("阿丽亚", "阿丽亚", True), ("Mary", "Mary", True),
    ("张三和甲招标有限公司", "张某和甲招标有限公司", False), ("甲招标有限公司与张三、李四", "甲招标有限公司与张某、李某", False), ("李小明（代理人）和甲招标有限公司", "李某（代理人）和甲招标有限公司", False),
    ("组长张三，成员李四、王五", "组长张某，成员李某、王某", False), ("主任委员张三、委员李四", "主任委员张某、委员李某", False), ("买买提江·吐尔逊；广东省建设厅", "买某；广东省建设厅", False),
    ("联系人张小三，微信zhangsan1980，邮箱zs@example.com", "联系人张某，微信****，邮箱****@example.com", False), ("微信号：wx_123456；QQ 12345678", "微信号：****；QQ ****", False),
    ("徐工和柳钢集团", "徐工和柳钢集团", True), *((text, text, False) for text in ("方正和生投资有限责任公司", "罗湖和信招标有限公司", "徐州和信建设有限公司")),
    ("阿丽亚古丽", "阿丽亚古丽", True), ("李小明代理", "李小明代理", True), ("柳州招标代理", "柳州招标代理", False), ("哈尔滨建工", "哈尔滨建工", False),
    *((text, text, False) for text in ("柳州钢铁集团有限公司", "罗湖（中国）有限公司", "黄埔建设集团", "华东某建设工程", "徐州分公司", "项目部", "陈述", "IBM", "无", "")),
])  # fmt: skip
def test_in_a_column_of_a_role_names_are_cut_organisations_stay_and_the_doubtful_is_told_of(cell: str, public: str, perhaps: bool) -> None:  # noqa: FBT001 - a case
    assert told_of_roles(cell) == public
    assert may_be_in_role(public) == perhaps


def test_a_column_is_of_a_role_by_any_of_its_headings_and_told_of_as_its_sheet_heads_it(tmp_path: Path) -> None:
    assert [heading for heading in ("当事人", "专家", "举报人", "投诉人", "获奖人员", "作者", "当事人名称（单位或个人）") if not of_roles(heading) or of_persons(heading)] == []
    assert [heading for heading in ("事由", "处理结果", "文号", "中标人", "采购人名称", "投标人（单位）", "举报人电话", "专家人数", "行为") if of_roles(heading)] == []
    folder = write_edition(tmp_path / "e")
    for name in ("scheme.toml", "tables.toml", "records/诚信记录.csv"):
        text = (folder / name).read_text("utf-8-sig").replace('headings = ["项目负责人"]', 'headings = ["对象", "当事人"]').replace("项目负责人", "对象" if name == "scheme.toml" else "当事人")
        (folder / name).write_text(text.replace("，石雪岩（市场部）、Mary", "、徐工、甲公司"), "utf-8")
    edition = open_edition(folder)
    published = {one.member: dict(one.told)["对象"] for one in conduct_records(edition.scheme, edition.records, edition.scheme.as_of) if "对象" in dict(one.told)}
    assert published == {"007": "胡某、徐工、甲公司", "001": "阿丽亚", "003": "测试项目中心"}
    warned = [(problem.row, problem.rule in PERHAPS) for problem in masked_cells(edition.scheme, edition.records) if problem.column == "当事人"]
    assert warned == [(2, True), (5, True), (5, False)]


@settings(max_examples=examples(12))
@given(st.data())
def test_an_audience_sees_no_more_than_is_permitted_and_a_member_all_of_its_own(data: st.DataObject) -> None:
    asked = data.draw(contested())
    members = asked.members.index
    permitted = pd.DataFrame({item: data.draw(st.lists(st.booleans(), min_size=len(members), max_size=len(members))) for item in get_args(Permission)}, index=members)
    consent = {"table": "t", **{item: item for item in data.draw(st.sets(st.sampled_from(get_args(Permission))))}}
    publication = Publication.model_validate({"fields": {"public": ("name", "class", "award", "grade", "rank", "total")}, "consent": consent})
    scheme = asked.scheme.model_copy(update={"publication": publication})
    one = scored(Evaluation(scheme, asked.members, replace(asked.measured, permitted=permitted)))
    public, whole = seen_by(one, "public"), seen_by(one, "committee")
    for field in SEEN:
        item = PERMITTED_BY.get(field, field)
        assert not (public[field] & ~permitted[item]).any(), field
    assert not (public[["name", "total"]].any(axis=1) & ~members.isin(one.awards["member"])).any(), "who has no award is not named"
    assert not (public["total"] & ~permitted["award"]).any(), "a refusal to be named removes all of the list"
    own = data.draw(st.sampled_from(list(members)))
    seen = seen_by(one, "member", own)
    assert seen.loc[own].all()
    assert seen.drop(index=own).equals(public.drop(index=own))
    assert seen_by(one, "public", own).equals(public), "whoever asks, the public's is the public's"
    assert seen_by(one, "member", "nobody of these").equals(public), "whoever is no member is the public"
    assert whole.all(axis=None)


@pytest.mark.parametrize("publication", [None, Publication.model_validate({"fields": {"public": ("name", "award")}})], ids=["no publication", "no consent"])
def test_where_nobody_was_asked_nothing_is_seen(publication: Publication | None) -> None:
    asked = flat({"a": [90.0, 50.0]})
    permitted = pd.DataFrame(data=True, index=asked.members.index, columns=list(get_args(Permission)))
    one = scored(Evaluation(asked.scheme.model_copy(update={"publication": publication}), asked.members, replace(asked.measured, permitted=permitted)))
    assert len(one.awards) == 1
    assert not seen_by(one, "public").any(axis=None)


def test_the_wall_has_the_pledges_that_stand_of_whoever_permits_it(tmp_path: Path) -> None:
    rows = ("001,乙,已签,2018-05-04,,是,是,是,是", "001,甲,已签,2018-05-04,,是,是,是,是", "002,甲,未签,2018-05-04,,是,是,是,是", "003,甲,已签,2018-05-04,2018-06-01,是,是,是,是",
            "004,甲,已签,2018-05-04,,是,是,是,否", "005,,已签,,,否,否,否,是", "006,旧,已签,2018-05-04,,是,是,是,否", "006,新,已签,2018-07-01,,否,否,否,是",
            "007,甲,已签,,,是,是,是,是", "007,甲,已签,,2018-01-01,是,是,是,是")  # fmt: skip
    folder = write_edition(tmp_path / "e")
    write_rows(folder / "records" / "承诺书.csv", "code,form,status,signed_on,withdrawn_on,result,good,bad,wall", rows)
    edition = open_edition(folder)
    wall = {(one.member, one.signed, one.version) for one in pledges(edition.scheme, edition.records)}
    assert wall == {("001", "2018-05-04", min("甲", "乙")), ("005", "", ""), ("006", "2018-07-01", "新")}
    consent = edition.scheme.consent
    assert consent is not None
    with Engine(edition.scheme, edition.records) as engine:
        def standing(consent: Consent | None) -> pd.DataFrame:
            publication = edition.scheme.publication.model_copy(update={"consent": consent})  # type: ignore[union-attr]
            return standing_pledges(engine, edition.scheme.model_copy(update={"publication": publication}), edition.records)

        obliged = {"award": "章程第九条", "pledge": "章程第九条"}
        assert list(standing(consent)) == ["member", "signed", "version"]
        assert set(standing(consent.model_copy(update={"pledge": None, "obliged": obliged}))["member"]) == {"001", "004", "005", "006"}
        for other in (None, consent.model_copy(update={"pledge": None}), Consent(obliged=obliged)):
            assert standing(other).empty


@given(st.lists(st.booleans(), max_size=40))
def test_a_count_is_told_only_where_neither_side_is_small(answers: list[bool]) -> None:
    told = tells_of_nobody(np.array(answers, np.bool_))
    assert told == (not answers or min(sum(answers), len(answers) - sum(answers)) >= 5)


@pytest.mark.parametrize(("lines", "classes", "told"), [
    ([("x", "甲", 3), ("x", "乙", 0), ("y", "", 2)], 2, {"x": {"甲": 3, "乙": 0}}),
    ([("y", "", 2)], 1, {"y": {"": 2}}),
], ids=["an award of all classes together is not told by class", "one class"])  # fmt: skip
def test_winners_are_counted_by_class_where_the_award_is_given_so(lines: list[tuple[str, str, int]], classes: int, told: dict[str, dict[str, int]]) -> None:
    rows: Any = SimpleNamespace(lines=pd.DataFrame(lines, columns=["award", "class", "winners"]), classes=range(classes))
    assert won_by_class(rows) == told


@pytest.mark.parametrize(("with_a", "said"), [(5, (("A", 5), ("B", 6))), (4, ()), (11, ())])
def test_how_many_have_each_grade_is_told_where_it_tells_of_no_few(with_a: int, said: tuple[tuple[str, int], ...]) -> None:
    grades = '\n[grades]\nbands = [["A", 60], ["B", 0]]\n'
    case = found(scheme_text(indicator_text("x"), grades), ["x"], [("K", 90 if place < with_a else 10) for place in range(11)])
    assert graded(case, np.zeros(11, np.bool_)) == said


def test_what_is_yes_or_no_in_a_record_is_told_so() -> None:
    assert [_text(cell) for cell in (True, False, 3.0, None, "甲")] == ["是", "否", "3", "", "甲"]
