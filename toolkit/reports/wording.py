"""How decisions and results read: the words and figures a committee uses for them, in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from toolkit.evaluation.scores import Tree
from toolkit.ground.ranking import rounded
from toolkit.ground.text import Language, Phrase, figure, joined, phrase
from toolkit.scheme.measures import read_span
from toolkit.scheme.shapes import state_name

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Group, Indicator, Total

BLANK = "—"
JOIN, PARTED = Phrase("、", ", "), Phrase("；", "; ")
YES, NO = Phrase("是", "yes"), Phrase("否", "no")
SPANS = {"day": Phrase("日", "day"), "month": Phrase("个月", "month"), "year": Phrase("年", "year")}
MISSING, NOT_APPLICABLE = Phrase("缺失", "missing"), Phrase("不适用", "not applicable")
EVERYONE = Phrase("全部会员", "all members")

WORDS = {
    "above": Phrase("线上", "above"),
    "aggregate": Phrase("取值办法", "How it is valued"),
    "applied": Phrase("申报", "Applied"),
    "accepted": Phrase("采用", "Accepted"),
    "applies": Phrase("适用类别", "Applies to"),
    "award": Phrase("奖项", "Award"),
    "awarded": Phrase("获奖", "Awarded"),
    "before": Phrase("原", "before"),
    "below": Phrase("线下", "below"),
    "cause": Phrase("由哪项改动所致", "By which change"),
    "change": Phrase("变化", "Change"),
    "class": Phrase("会员类别", "Class"),
    "column": Phrase("栏目", "Column"),
    "distance": Phrase("距线（分）", "From the line"),
    "error": Phrase("抽样误差", "Sampling error"),
    "file": Phrase("文件", "File"),
    "grade": Phrase("等级", "Grade"),
    "item": Phrase("项目", "Item"),
    "evidence": Phrase("内容", "What"),
    "fingerprint": Phrase("指纹或数值", "Fingerprint or figure"),
    "level": Phrase("并列会员", "Level members"),
    "line": Phrase("获奖最低分", "Award line"),
    "member": Phrase("会员", "Member"),
    "members": Phrase("会员数", "Members"),
    "mend": Phrase("请这样处理", "What to do"),
    "missing": Phrase("缺失时", "When missing"),
    "needed": Phrase("说明", "In words"),
    "node": Phrase("指标", "Indicator"),
    "none": Phrase("不获奖", "no award"),
    "not_data": Phrase("非数据", "Not data"),
    "number": Phrase("序号", "No."),
    "places": Phrase("名额", "Places"),
    "points": Phrase("得分", "Points"),
    "rank": Phrase("名次", "Rank"),
    "raw": Phrase("记录", "Recorded"),
    "read": Phrase("读入", "Read"),
    "reason": Phrase("理由", "Reason"),
    "refused": Phrase("退回", "Refused"),
    "row": Phrase("行", "Row"),
    "rows": Phrase("行（数额）", "Rows (amounts)"),
    "rule": Phrase("问题", "What is wrong"),
    "score": Phrase("得分", "Score"),
    "scored": Phrase("分值", "Score"),
    "severity": Phrase("程度", "Severity"),
    "share": Phrase("占总分", "Share of total"),
    "sheet": Phrase("工作表", "Sheet"),
    "source": Phrase("依据", "Decided in"),
    "table": Phrase("数据表", "Table"),
    "tied": Phrase("并列", "Tied"),
    "total": Phrase("总分", "Total"),
    "treated": Phrase("处理", "Treated"),
    "used": Phrase("处理后", "Used"),
    "value": Phrase("所填", "Value"),
    "veto": Phrase("否决项", "Veto"),
    "which": Phrase("哪条线", "Which line"),
    "weight": Phrase("权重", "Weight"),
}

AGGREGATES = {
    "arithmetic": Phrase("加权算术平均", "weighted arithmetic mean"),
    "geometric": Phrase("加权几何平均", "weighted geometric mean"),
    "harmonic": Phrase("加权调和平均", "weighted harmonic mean"),
    "minimum": Phrase("取最低", "the lowest"),
    "maximum": Phrase("取最高", "the highest"),
    "median": Phrase("取中位数", "the median"),
    "product": Phrase("各项占满分的比例相乘", "the product, each as a part of the scale"),
    "quotient": Phrase("第一项与第二项之比", "the first as a part of the second"),
    "sum": Phrase("各项相加", "the sum"),
    "conditional": Phrase("加权算术平均，权重视有得分的下级而定", "weighted arithmetic mean, by which of them have a score"),
}
MISSING_POLICIES = {
    "worst": Phrase("按最低值计", "counts as the worst"),
    "exclude": Phrase("不计，权重分给同级", "left out, its weight goes to its siblings"),
    "class_median": Phrase("按本类中位数计", "median of its class"),
    "class_mean": Phrase("按本类平均分计", "mean of its class"),
    "median": Phrase("按全部会员中位数计", "median of all members"),
    "mean": Phrase("按全部会员平均分计", "mean of all members"),
    "unranked": Phrase("不排名", "the member is not ranked"),
    "error": Phrase("视为错误", "an error"),
}
IMPUTED_BY = {
    "class_median": Phrase("原始值按本类中位数补齐", "the median of its class's raw values"),
    "class_mean": Phrase("原始值按本类平均数补齐", "the mean of its class's raw values"),
    "median": Phrase("原始值按全部会员中位数补齐", "the median of all raw values"),
    "mean": Phrase("原始值按全部会员平均数补齐", "the mean of all raw values"),
}
LOWER_FIRST = Phrase("总分低者在前", "the lower total first")


def absent(cell: object) -> bool:
    """Whether a cell of a frame is empty: None, NaN, NaT or NA."""
    return bool(pd.isna(cell))  # type: ignore[call-overload]


def span_in_words(span: str) -> Phrase:
    """A span of time as people say it.

    Examples
    --------
    >>> span_in_words("3 months").zh, span_in_words("1 year").en
    ('3 个月', '1 year')
    """
    length, unit = read_span(span)
    return Phrase(f"{length} {SPANS[unit].zh}", f"{length} {SPANS[unit].en}{'' if length == 1 else 's'}")


def points(number: float, decimals: int) -> str:
    """A score with the scheme's decimals, rounded half up as totals are, or a dash where there is none.

    Examples
    --------
    >>> points(2.675, 2), points(1.005, 2), points(float("nan"), 2)
    ('2.68', '1.01', '—')
    """
    return BLANK if absent(number) else f"{float(rounded(number, decimals)):.{decimals}f}"


def signed(number: float, decimals: int) -> str:
    """A difference with its sign, or a dash where there is none."""
    if absent(number):
        return BLANK
    return f"{number:+.{decimals}f}" if number else points(0.0, decimals)


def place(rank: object) -> str:
    """A rank, or a dash for a member that is not ranked."""
    return BLANK if absent(rank) else str(rank)


def raw_value(raw: object, unit: str, language: Language) -> str:
    """What was recorded, with its unit."""
    if absent(raw):
        return MISSING.into(language)
    state = state_name(raw)
    if state in {"true", "false"}:
        return (YES if state == "true" else NO).into(language)
    shown = figure(float(raw)) if isinstance(raw, float) else state
    return f"{shown} {unit}".strip()


def shares(scheme: Scheme) -> dict[str, float]:
    """Each node's share of the total in percent, were every indicator applicable and every mean arithmetic."""
    tree = Tree.of(scheme)
    among_siblings = dict(zip(tree.nodes, tree.shares, strict=True))
    share_of: dict[str, float] = {}
    for node, parent, _ in outline(scheme):
        share_of[node.id] = (100.0 if parent is None else share_of[parent]) * float(among_siblings[node.id])
    return share_of


NOT_COUNTED = {"rescale": Phrase("不适用的，其余各项按比例放大", "where some do not apply the others are raised in proportion"),
               0: Phrase("不适用的计 0 分", "what does not apply adds 0")}  # fmt: skip


def aggregate_in_words(rule: Group | Total) -> Phrase:
    """How a group's score is made of its children's, what becomes of those that do not apply, and what the score becomes."""
    how = [AGGREGATES.get(rule.aggregate, phrase("幂平均 {name}", "power mean, {name}", name=rule.aggregate))]
    if rule.not_applicable is not None:
        how.append(NOT_COUNTED[rule.not_applicable])
    if rule.value is not None:
        how.append(phrase("所得再换算（{words.zh}）", "the score then valued ({words.en})", words=rule.value.words()))
    return joined(how, "，", ", ")


def outline(scheme: Scheme, parent: str | None = None, number: str = "") -> list[tuple[Group | Indicator, str | None, str]]:
    """The tree from the top down: each node with its parent's id and its number, as 2.1.3."""
    lines: list[tuple[Group | Indicator, str | None, str]] = []
    for count, node in enumerate(scheme.children(parent), start=1):
        number_of = f"{number}.{count}" if number else str(count)
        lines += [(node, parent, number_of), *outline(scheme, node.id, number_of)]
    return lines


def award_label(scheme: Scheme, award: str) -> str:
    """The award's name, or a dash for none."""
    return next((known.label for known in scheme.awards if known.id == award), BLANK)


def class_name(class_: object, language: Language) -> str:
    """A class of members; all of them where the scheme has no classes."""
    return EVERYONE.into(language) if absent(class_) or class_ == "" else str(class_)


LOWER_AHEAD = (
    (("最低", "最高"), ("还要低", "还要高"), ("高者在前", "低者在前")),
    (("lowest", "highest"), ("Lowest", "Highest"), ("below it", "above it"), ("lie above the", "lie below the"), ("higher total first", "lower total first")),
)
"""What is said of the last listed winner, Chinese and English, and what in its place where the lower total is ahead."""


def last_listed(said: Phrase, scheme: Scheme) -> Phrase:
    """Words about the last listed winner, who has the highest total where the lower is ahead.

    Parameters
    ----------
    said
        As it is said where the higher total is ahead.
    """
    if scheme.total.better != "lower":
        return said
    zh, en = said.zh, said.en
    for there, here in LOWER_AHEAD[0]:
        zh = zh.replace(there, here)
    for there, here in LOWER_AHEAD[1]:
        en = en.replace(there, here)
    return Phrase(zh, en)
