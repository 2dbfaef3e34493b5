"""The forms of the federation: which file shows which rows, under which headings, in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from invent.designed import Records
from invent.members import KINDS, RATED
from invent.paper import Form

CODE = "统一社会信用代码"
SIGNED = "填表人：（签名）　　　　审核人：（签名）　　　　填表日期：2019年1月4日"
INVENTED = "注：本表为演示数据，全部内容均属虚构。"


@dataclass(frozen=True)
class Sheet:
    """One file to write: its name, its form, its rows, and for a CSV file the encoding."""

    file: str
    form: Form
    rows: pd.DataFrame
    encoding: str = ""


def sheets(records: Records, rng: np.random.Generator) -> Iterator[Sheet]:
    """Every file of the edition, in a fixed order; `rng` shuffles rows as they came in."""
    members = records["members"]
    signed = {table: _signed(rows, members) for table, rows in records.items() if table != "members"}
    yield _register(members)
    yield _applications(signed["applications"].sort_values("applied_on", kind="stable"))
    yield from _attendance(signed["activities"], rng)
    yield from _articles(signed["articles"])
    yield _questions(signed["questions"])
    yield _surveys(signed["surveys"])
    yield _pledges(signed["pledges"])
    yield _conduct(signed["conduct"].sort_values(["finding_date", "act_id"], kind="stable"))
    yield _complaints(signed["complaints"])
    yield _dues(signed["dues"])
    yield _council(signed["council"])


def _signed(rows: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Rows with the code and the name of their member in place of its number."""
    named = members[["credit_code", "name", "city"]].rename(columns={"city": "member_city"})
    return rows.join(named, on="number").drop(columns="number")


def _with_serial(rows: pd.DataFrame, note: str = "") -> pd.DataFrame:
    """Rows with a running number and an empty column for remarks, which no one declared."""
    return rows.assign(serial=range(1, len(rows) + 1), remark=note)


def _register(members: pd.DataFrame) -> Sheet:
    rows = _with_serial(members.reset_index())
    rows["regulator_score"] = (
        rows["regulator_score"].astype(object).where(rows["category"].isin(RATED), "不适用")
    )
    headings = {
        "serial": "序号", "number": "会员证号", "name": "单位名称", "credit_code": CODE, "category": "会员类别",
        "city": "所在地市", "size": "单位规模", "joined_on": "入会日期", "council": "理事职务",
        "regulator_score": "主管部门信用评分(分)", "contact": "联系人", "phone": "联系电话", "remark": "备注",
    }  # fmt: skip
    form = Form(
        "演示公共资源交易联合会会员名册", "名册", headings, lead=("截至2018年12月31日",), under=(INVENTED, SIGNED),
        units={"regulator_score": "分"}, total="合计：{count} 家",
        lists={"会员类别": tuple(KINDS), "单位规模": ("大型", "中型", "小型", "微型")},
    )  # fmt: skip
    return Sheet("会员名册.xlsx", form, rows)


def _applications(rows: pd.DataFrame) -> Sheet:
    headings = {
        "serial": "序号",
        "applied_on": "申报日期",
        "credit_code": CODE,
        "name": "申报单位",
        "valid": "申报是否有效",
        "remark": "备注",
    }
    form = Form(
        "优秀会员、先进会员自愿申报登记表",
        "申报",
        headings,
        under=("注：自愿申报，不收取任何费用。", INVENTED),
        total="合计 {count}",
    )
    return Sheet("申报表.xlsx", form, _with_serial(rows))


def _attendance(rows: pd.DataFrame, rng: np.random.Generator) -> Iterator[Sheet]:
    """One file a quarter; each puts its columns in an order of its own, and one came back under another name."""
    headings = {
        "event_id": "活动编号", "event": "活动名称", "kind": "活动类别", "date": "活动日期", "hours": "学时",
        "persons": "参加人数（人）", "credit_code": CODE, "name": "签到单位",
    }  # fmt: skip
    orders = {
        "2017Q4": ("培训签到2017年第四季度.xlsx", "event_id event kind date hours name credit_code persons", {}),
        "2018Q1": ("培训签到2018年第一季度.xlsx", "serial credit_code name event_id event kind hours date persons",
                   {"serial": "序号", "hours": "学时(学时)", "persons": "参加人数(人)"}),
        "2018Q2": ("培训签到2018年第二季度.xlsx", "date event_id event kind name credit_code hours persons remark",
                   {"date": "日期", "credit_code": "信用代码", "kind": "类别", "remark": "备注"}),
        "2018Q3": ("培训签到2018年第三季度_最终版2.xlsx", "serial event_id date kind event hours persons credit_code",
                   {"serial": "序号", "hours": "学时数"}),
        "2018Q4": ("培训签到2018年第四季度.xlsx", "event_id kind event date credit_code name place hours persons",
                   {"place": "地点", "persons": "参加人数"}),
    }  # fmt: skip
    for quarter, (file, order, other) in orders.items():
        part = rows[rows["date"].dt.to_period("Q") == pd.Period(quarter, freq="Q")]
        part = _with_serial(part.iloc[rng.permutation(len(part))].sort_values("event_id", kind="stable"))
        form = Form(
            f"{file[4:9]}培训与活动签到表", "签到", {name: {**headings, **other}[name] for name in order.split()},
            lead=("单位：学时、人",), under=(INVENTED, SIGNED), units={"hours": "学时", "persons": "人"}, total="合计 {count} 条",
        )  # fmt: skip
        yield Sheet(file, form, part)


def _articles(rows: pd.DataFrame) -> Iterator[Sheet]:
    headings = {
        "article_id": "稿件编号", "title": "题目", "name": "投稿单位", "credit_code": CODE, "kind": "稿件类别",
        "date": "投稿日期", "words": "字数(字)", "result": "结果", "level": "获奖等次",
    }  # fmt: skip
    turned = ["date", "kind", "article_id", "credit_code", "name", "title", "result", "level", "words"]
    forms = {
        2017: Form("2017年会刊、网站投稿登记表", "登记", headings),
        2018: Form(
            "2018年会刊、网站投稿及征文比赛登记表",
            "登记",
            {name: headings[name] for name in turned} | {"date": "收稿日期"},
        ),
    }
    for year, form in forms.items():
        whole = replace(form, under=(INVENTED,), units={"words": "字"}, total="合计：{count} 篇")
        yield Sheet(f"投稿征文{year}.xlsx", whole, rows[rows["date"].dt.year == year])


def _questions(rows: pd.DataFrame) -> Sheet:
    headings = {
        "question_id": "咨询编号", "date": "咨询日期", "name": "咨询单位", "credit_code": CODE, "subject": "咨询事项",
        "answered": "是否已答复", "remark": "备注",
    }  # fmt: skip
    form = Form("业务咨询登记表", "", headings, lead=("登记部门：秘书处",), total="合计 {count} 条")
    return Sheet("咨询登记.csv", form, _with_serial(rows), "gb18030")


def _surveys(rows: pd.DataFrame) -> Sheet:
    headings = {
        "survey_id": "调查编号", "survey": "调查名称", "credit_code": "信用代码", "sent_on": "发出日期",
        "answered_on": "答复日期", "status": "答复情况",
    }  # fmt: skip
    return Sheet("行业调查.csv", Form("", "", headings), rows, "utf-8-sig")


def _pledges(rows: pd.DataFrame) -> Sheet:
    consents = {
        "consent_basic": "基本信息",
        "consent_good": "良好行为",
        "consent_bad": "不良行为",
        "consent_result": "评价结果",
    }
    headings = {"serial": "序号", "name": "承诺单位", "credit_code": CODE, "form": "承诺书版本", "status": "签订状态",
                "signed_on": "签订日期", **consents, "disclosed_items": "同意公开项数（项）",
                "consent_grade": "同意公开信用等级", "withdrawn_on": "撤回日期"}  # fmt: skip
    form = Form(
        "会员诚信自律承诺书签订情况表", "承诺书", headings, under=("注：逐项征求是否同意公开，未签的不填。", INVENTED),
        above=dict.fromkeys(consents, "同意公开"), units={"disclosed_items": "项"}, total="合计 {count} 家",
        lists={"签订状态": ("已签", "未签", "已撤回"), "同意公开": ("是", "否")},
    )  # fmt: skip
    return Sheet("承诺书_最终版2.xlsx", form, _with_serial(rows))


def _conduct(rows: pd.DataFrame) -> Sheet:
    good = rows["kind"] == "良好"
    order = rows.groupby("act_id", sort=False).ngroup() + 1
    year = rows["finding_date"].dt.year.astype(str)
    rows = _with_serial(rows).assign(
        severity=rows["severity"].where(~good, "不适用"),
        document=np.where(good, "演示表", "演示认") + "〔" + year + "〕" + order.astype(str) + "号",
        body=rows["member_city"] + np.where(good, "市行业主管单位（演示）", "市监督部门（演示）"),
    )
    headings = {
        "act_id": "行为编号", "name": "会员单位", "credit_code": CODE, "kind": "行为性质", "act": "事由",
        "channel": "信息渠道", "severity": "严重程度", "points": "分值(分)", "act_date": "行为日期",
        "finding_date": "认定日期", "document": "文号", "body": "认定机关", "status": "记录状态",
        "repaired_on": "修复日期", "remark": "备注",
    }  # fmt: skip
    form = Form(
        "会员诚信行为记录表", "诚信记录", headings, lead=("单位：分",),
        under=("注：1．良好行为为加分，不良行为为扣分；2．同一行为由两个渠道汇报的，行为编号相同。", INVENTED, SIGNED),
        units={"points": "分"}, lists={"严重程度": ("轻微", "一般", "严重")},
    )  # fmt: skip
    return Sheet("诚信记录.xlsx", form, rows)


def _complaints(rows: pd.DataFrame) -> Sheet:
    headings = {
        "complaint_id": "投诉编号", "received_on": "受理日期", "name": "被投诉单位", "credit_code": "被投诉单位信用代码",
        "outcome": "处理结果", "points": "扣分(分)", "closed_on": "办结日期", "remark": "备注",
    }  # fmt: skip
    under = ("注：只有经查属实的才扣分，待核实的不作评价依据。", INVENTED)
    return Sheet(
        "投诉处理.xlsx",
        Form("投诉处理登记表", "投诉处理", headings, under=under, units={"points": "分"}),
        _with_serial(rows),
    )


def _dues(rows: pd.DataFrame) -> Sheet:
    headings = {
        "serial": "序号", "year": "年度", "name": "会员单位", "credit_code": CODE, "amount": "会费金额(元)",
        "due_on": "应缴日期", "paid_on": "实缴日期", "status": "缴纳情况",
    }  # fmt: skip
    units = {"amount": "元", "year": "年"}
    form = Form(
        "会员会费缴纳情况表",
        "会费",
        headings,
        lead=("单位：元",),
        under=(INVENTED, SIGNED),
        units=units,
        total="合计 {count} 笔",
    )
    return Sheet("会费.xlsx", form, _with_serial(rows))


def _council(rows: pd.DataFrame) -> Sheet:
    headings = {
        "year": "年度", "name": "理事单位", "credit_code": CODE, "meetings": "应到会议(次)", "attended": "实到会议(次)",
        "rating": "履职评价", "rated_on": "评价日期",
    }  # fmt: skip
    form = Form(
        "理事单位履职情况表",
        "履职",
        headings,
        under=(INVENTED,),
        units={"year": "年", "meetings": "次", "attended": "次"},
    )
    return Sheet("理事履职.xlsx", form, rows)
