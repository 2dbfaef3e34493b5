"""Outcomes in words: eligibility, vetoes, quotas, awards and grades as a scheme sheet tells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from toolkit.awards.demands import demand, subject
from toolkit.awards.quotas import class_table
from toolkit.awards.requirements import bars
from toolkit.scheme.outcomes import Requirement
from toolkit.scoring import TOTAL
from toolkit.text import Phrase, phrase
from toolkit.wording import figure, span_in_words

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Award, Effect, Eligibility, Grades, Quota, Veto


def requirement_in_words(scheme: Scheme, item: Requirement) -> Phrase:
    """One requirement: 总分 ≥ 85, 合同额 超过 10 亿元."""
    name = subject(scheme, item)
    of = Phrase("", "")
    if item.classes:
        of = phrase("（只要求 {zh}）", " (of {en} only)", zh="、".join(item.classes), en=", ".join(item.classes))
    if item == Requirement(node=item.node, least=item.least, classes=item.classes) and item.least is not None:
        return Phrase(f"{name.zh} ≥ {figure(item.least)}{of.zh}", f"{name.en} ≥ {figure(item.least)}{of.en}")
    wanted = demand(scheme, item)
    return Phrase(f"{name.zh} {wanted.zh}{of.zh}", f"{name.en} {wanted.en}{of.en}")


def eligibility_in_words(scheme: Scheme, eligibility: Eligibility) -> Phrase:
    """Everything that is asked of whoever takes part."""
    return joined(*(requirement_in_words(scheme, item) for item in eligibility.require))


def veto_in_words(scheme: Scheme, veto: Veto) -> Phrase:
    """When a veto strikes, if not at the first record, and what it does."""
    parts = []
    if veto.sum is not None and veto.at_most is not None:
        parts.append(phrase("{column}合计不高于 {n}", "{column} adding up to {n} or less", column=veto.sum, n=figure(veto.at_most)))
    elif veto.sum is not None:
        parts.append(phrase("{column}合计满 {n}", "{column} adding up to {n} or more", column=veto.sum, n=figure(veto.at_least)))
    elif veto.distinct is not None:
        parts.append(phrase("{column}不同的满 {n} 条", "{n} with different {column}", column=veto.distinct, n=figure(veto.at_least)))
    elif veto.at_least > 1:
        parts.append(phrase("满 {n} 条", "from {n} records on", n=figure(veto.at_least)))
    return joined(*parts, *_effects(scheme, veto.effect))


def award_in_words(scheme: Scheme, award: Award) -> Phrase:
    """An award's places, its bars, and what else is said of it."""
    parts = [] if award.quota is None else [_quota(award.quota), *_quota_bounds(award.quota)]
    parts += [requirement_in_words(scheme, item) for item in bars(award)]
    if award.by != TOTAL:
        parts.append(phrase("按“{node}”得分排序", "places go by {node}", node=scheme.label(award.by)))
    if award.beside:
        labels = [scheme.label(id_) for id_ in award.beside]
        parts.append(phrase("可与{zh}兼得", "beside {en}", zh="、".join(labels), en=", ".join(labels)))
    if award.reserve:
        parts.append(phrase("候补 {n} 名", "{n} reserves", n=award.reserve))
    return joined(*parts)


def grades_in_words(scheme: Scheme, grades: Grades) -> Phrase:
    """The bands, what they ask for beside the total, how long they hold and how fast they rise."""
    bands = "，".join(f"{grade} ≥ {figure(least)}" for grade, least in grades.bands)
    parts = [Phrase(bands, bands)]
    for grade, items in grades.require.items():
        asked = joined(*(requirement_in_words(scheme, item) for item in items))
        parts.append(phrase("{grade} 级另须 {zh}", "{grade} also asks for {en}", grade=grade, zh=asked.zh, en=asked.en))
    if grades.rise_at_most is not None:
        parts.append(phrase("比上届最多升 {n} 级", "rises at most {n} above the previous", n=grades.rise_at_most))
    if grades.applied_only:
        parts.append(Phrase("只评申报的会员", "applicants only"))
    if grades.valid_for is not None:
        span = span_in_words(grades.valid_for)
        parts.append(phrase("有效期 {span.zh}", "valid for {span.en}", span=span))
    return Phrase("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def joined(*parts: Phrase) -> Phrase:
    """Parts of a sentence side by side."""
    return Phrase("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))


def _effects(scheme: Scheme, effect: Effect) -> list[Phrase]:
    parts = []
    if effect.award == "none":
        parts.append(Phrase("不得获奖", "no award"))
    elif effect.award is not None:
        labels = [scheme.label(id_) for id_ in effect.award]
        parts.append(phrase("不得参评{zh}", "barred from {en}", zh="、".join(labels), en=", ".join(labels)))
    if effect.grade is not None:
        parts.append(phrase("直接定为 {grade} 级", "grade {grade} directly", grade=effect.grade))
    if effect.lower_by is not None:
        parts.append(phrase("信用等级降 {n} 级", "grade lowered by {n}", n=effect.lower_by))
    return parts


def _quota(quota: Quota) -> Phrase:
    table = class_table(quota)
    if table is not None:
        return _by_class(table, shared=quota.share is not None)
    within = Phrase("每类会员", "of each class") if quota.within == "class" else Phrase("全部会员", "of all")
    if isinstance(quota.share, float):
        return Phrase(f"{within.zh}的 {figure(quota.share * 100)}%", f"{within.en} {figure(quota.share * 100)}%")
    return Phrase(f"{within.zh} {quota.number} 家", f"{within.en} {quota.number}")


def _by_class(table: Mapping[str, float], *, shared: bool) -> Phrase:
    sizes = {class_: f"{figure(size * 100)}%" if shared else figure(size) for class_, size in table.items()}
    return Phrase(
        "，".join(f"{class_} {size}{'' if shared else ' 家'}" for class_, size in sizes.items()),
        ", ".join(f"{class_} {size}" for class_, size in sizes.items()),
    )


def _quota_bounds(quota: Quota) -> list[Phrase]:
    parts = []
    if quota.most is not None:
        parts.append(phrase("最多 {n} 家", "at most {n}", n=quota.most))
    if quota.in_all is not None:
        parts.append(phrase("各类合计最多 {n} 家", "at most {n} in all classes together", n=quota.in_all))
    return parts
