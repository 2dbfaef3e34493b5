"""How the outcomes of a scheme read in Chinese and English: requirements, vetoes, awards and their places, the shortlist, ties, grades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from toolkit.evaluation.quotas import class_table
from toolkit.evaluation.requirements import bars, demand, subject
from toolkit.evaluation.scores import TOTAL
from toolkit.evaluation.tiebreaks import tie_keys, tie_title
from toolkit.ground.text import Phrase, figure, in_words_before, joined, phrase
from toolkit.reports.wording import LOWER_FIRST, span_in_words
from toolkit.scheme.outcomes import Award, Effect, Eligibility, Grades, Quota, Requirement, Shortlist, Veto

if TYPE_CHECKING:
    from toolkit.scheme import Scheme

DIGITS = "零一二三四五六七八九十"


def requirement_in_words(scheme: Scheme, item: Requirement) -> Phrase:
    """One requirement: 总分 ≥ 85, 合同额 超过 10 亿元."""
    name = Phrase("", "") if item.parts else subject(scheme, item)
    of = Phrase("", "")
    if item.classes:
        of = phrase("（只要求 {zh}）", " (of {en} only)", zh="、".join(item.classes), en=", ".join(item.classes))
    if item == Requirement(node=item.node, least=item.least, classes=item.classes) and item.least is not None:
        return Phrase(f"{name.zh} ≥ {figure(item.least)}{of.zh}", f"{name.en} ≥ {figure(item.least)}{of.en}")
    wanted = demand(scheme, item)
    return Phrase(f"{name.zh} {wanted.zh}{of.zh}".strip(), f"{name.en} {wanted.en}{of.en}".strip())


def eligibility_in_words(scheme: Scheme, eligibility: Eligibility) -> Phrase:
    """Everything that is asked of whoever takes part."""
    return joined(requirement_in_words(scheme, item) for item in eligibility.require)


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
    return joined([*parts, *_effects(scheme, veto.effect)])


def award_in_words(scheme: Scheme, award: Award) -> Phrase:
    """An award's places, its bars, and what else is said of it."""
    parts = [] if award.quota is None else [*_quota(scheme, award.quota), *_quota_bounds(award.quota)]
    parts += [requirement_in_words(scheme, item) for item in bars(award)]
    if award.by != TOTAL:
        parts.append(phrase("按“{node}”得分排序", "places go by {node}", node=scheme.label(award.by)))
    elif scheme.total.better == "lower":
        parts.append(LOWER_FIRST)
    if award.beside:
        labels = [scheme.label(id_) for id_ in award.beside]
        parts.append(phrase("可与{zh}兼得", "beside {en}", zh="、".join(labels), en=", ".join(labels)))
    if award.reserve:
        parts.append(phrase("候补 {n} 名", "{n:reserve|reserves}", n=award.reserve))
    return joined(parts)


def shortlist_in_words(scheme: Scheme, shortlist: Shortlist) -> Phrase:
    """Who comes to the second stage, by what, and what the decided list changes."""
    label = scheme.label(shortlist.by)
    parts = [phrase("初审按“{by}”得分", "the first stage goes by `{by}`", by=label)]
    parts += [joined([*_quota(scheme, shortlist.quota), *_quota_bounds(shortlist.quota)])] if shortlist.quota else []
    parts += [requirement_in_words(scheme, item) for item in bars(shortlist)]
    parts.append(Phrase("入围的才参加复审，由专家评分；未入围的不排名、不评奖", "the shortlisted alone take part in the second, and are scored by the panel; the others have no rank and no award"))
    if shortlist.decided:
        parts.append(phrase("入围名单确定后以“{by}”为准", "once it is decided, `{by}` says who is on it", by=scheme.label(shortlist.decided)))
    return joined(parts, "；", "; ")


OPEN_TIES = {
    "refused": Phrase("仍相同的由委员会决定，未决定前不得封存", "those still level are left to the committee, and nothing is sealed until it has decided"),
    "may_stay": Phrase("仍相同的由委员会决定，封存时可以暂不决定", "those still level are left to the committee, and may stay open when it is sealed"),
}


def ties_in_words(scheme: Scheme) -> Phrase:
    """What is compared in turn between level members, and what becomes of those still level."""
    labels = [tie_title(scheme, key) for key in tie_keys(scheme)]
    compared = phrase("同分依次比较{keys.zh}", "level ones are compared by {keys.en}", keys=joined(labels, "、", ", then "))
    joint = Phrase("仍相同的并列", "those still level share their places")
    last = joint if scheme.ties[-1:] == ("joint",) else OPEN_TIES[scheme.open_ties]
    return joined([compared, last] if labels else [last])


def grades_in_words(scheme: Scheme, grades: Grades) -> Phrase:
    """The bands, what they ask for beside the total, how long they hold and how fast they rise."""
    bands = [f"{grade} {'>' if grade in grades.above else '≥'} {figure(least)}" for grade, least in grades.bands]
    parts = [Phrase("，".join(bands), ("，" if in_words_before("0.7.0") else ", ").join(bands)), *_places_of_bands(scheme, grades)]
    for grade, items in grades.require.items():
        wanted = joined(requirement_in_words(scheme, item) for item in items)
        parts.append(phrase("{grade} 级另须 {zh}", "{grade} also asks for {en}", grade=grade, zh=wanted.zh, en=wanted.en))
    if isinstance(grades.rise_at_most, int):
        parts.append(phrase("比上届最多升 {n} 级", "rises at most {n} above the previous" if in_words_before("1.0.0") else "rises at most {n:grade|grades} above the previous one", n=grades.rise_at_most))
    elif grades.rise_at_most is not None:
        parts.append(phrase("比上届最多升几级看“{by}”", "rises at most by `{by}` above the previous" if in_words_before("1.0.0") else "rises above the previous one by as many grades as `{by}` says at most", by=scheme.label(grades.rise_at_most)))
    if grades.rise_require:
        wanted = joined(requirement_in_words(scheme, item) for item in grades.rise_require)
        parts.append(phrase("升级要求 {w.zh}", "rising asks for {w.en}", w=wanted))
    for one in grades.apart:
        wanted = joined(requirement_in_words(scheme, item) for item in one.require)
        parts.append(phrase("够 {bands} 级而符合 {w.zh} 的，定为 {grade}", "{grade} instead of {bands} for who meets {w.en}", bands="、".join(one.instead_of), w=wanted, grade=one.grade))
    if grades.applied_only:
        parts.append(Phrase("只评申报的会员", "applicants only"))
    if grades.eligible_only:
        parts.append(Phrase("只评符合申报条件的会员", "eligible members only"))
    if grades.valid_for is not None:
        span = span_in_words(grades.valid_for)
        parts.append(phrase("有效期 {span.zh}", "valid for {span.en}", span=span))
    return joined(parts, "；", "; ")


def _places_of_bands(scheme: Scheme, grades: Grades) -> Iterator[Phrase]:
    """How many of those who take part each band is for, and what becomes of level ones."""
    for grade, quota in grades.quota.items():
        size = joined([*_quota(scheme, quota), *_quota_bounds(quota), *([phrase("至少 {n} 家", "at least {n}", n=quota.least)] if quota.least else [])], "，", ", ")
        counted = Phrase("级以上（含）", " and better") if grades.cumulative else Phrase("级", "")
        yield phrase("{grade} {counted.zh}取参加排名的{size.zh}", "{grade}{counted.en}: of those ranked {size.en}", grade=grade, counted=counted, size=size)
    if grades.quota:
        better = Phrase("名额线上同分的一并定为较高一级", "of those level at the line all have the better grade")
        yield better if grades.level == "better" else Phrase("名额线上同分的都定为较低一级", "of those level at the line none has the better grade")


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


def _quota(scheme: Scheme, quota: Quota) -> Iterator[Phrase]:
    """How many places there are, what is spent, and what bounds those alike."""
    table = class_table(quota)
    within = Phrase("每类会员", "of each class") if quota.within == "class" and scheme.members.class_ else Phrase("全部会员", "of all")
    if table is not None:
        yield _by_class(table, shared=quota.share is not None)
    elif isinstance(quota.share, float | str):
        share = _share(quota.share)
        if (scheme.members.applied or scheme.eligibility) and quota.handed_on:  # a share is one of those who compete
            within = Phrase(within.zh.replace("会员", "参评会员"), f"{within.en} that take part")
        yield Phrase(f"{within.zh}的{' ' if share.zh.isascii() else ''}{share.zh}", f"{within.en} {share.en}")
    elif quota.number is not None:
        yield Phrase(f"{within.zh} {quota.number} 家", f"{within.en} {quota.number}")
    if quota.budget is not None:
        yield from _budget(scheme, quota, within)
    if not quota.handed_on:
        yield Phrase("从全部参加排名的会员数起，不递补", "counted from all that are ranked, and not handed on")
    if quota.per is not None:
        label = scheme.label(quota.per.condition)
        if quota.per.most is not None:
            yield phrase("每个“{label}”最多 {n} 家", "at most {n} with each {label}", label=label, n=quota.per.most)
        if quota.per.least is not None:
            yield phrase("每个“{label}”至少 {n} 家，先予保证", "at least {n} with each {label}, before anyone else", label=label, n=quota.per.least)


def _budget(scheme: Scheme, quota: Quota, within: Phrase) -> Iterator[Phrase]:
    unit = next((f" {item.unit}" for item in scheme.conditions if item.id == quota.cost and item.unit), "")
    yield phrase(
        "{within.zh}经费总额 {budget}{unit}，按名次依次资助，各按“{label}”", "a budget of {budget}{unit} {within.en}, spent in order of rank, each its {label}",
        within=within, budget=figure(quota.budget or 0.0), unit=unit, label=scheme.label(str(quota.cost)),
    )  # fmt: skip
    if quota.overrun == "stop":
        yield Phrase("余额不够下一家时即止", "it ends at the first that does not fit")
    else:
        yield Phrase("余额不够的跳过，资助其后够的", "who does not fit is passed over for the next that does")


def _by_class(table: Mapping[str, float | str], *, shared: bool) -> Phrase:
    sizes = {class_: _share(size) if shared else Phrase(f"{figure(float(size))} 家", figure(float(size))) for class_, size in table.items()}
    return Phrase(
        "，".join(f"{class_} {size.zh}" for class_, size in sizes.items()),
        ", ".join(f"{class_} {size.en}" for class_, size in sizes.items()),
    )


def _share(share: float | str) -> Phrase:
    """A share as it is spoken: 30%, or one written as a fraction as 三分之一, 1/3.

    Examples
    --------
    >>> _share(0.3).zh, _share("1/3"), _share("7/30").zh
    ('30%', Phrase(zh='三分之一', en='1/3'), '7/30')
    """
    if isinstance(share, float):
        return Phrase(*[f"{figure(share * 100)}%"] * 2)
    above, below = map(int, share.split("/"))
    small = max(above, below) < len(DIGITS)
    return Phrase(f"{DIGITS[below]}分之{DIGITS[above]}" if small else share, share)


def _quota_bounds(quota: Quota) -> list[Phrase]:
    parts = []
    if quota.most is not None:
        parts.append(phrase("最多 {n} 家", "at most {n}", n=quota.most))
    if quota.in_all is not None:
        parts.append(phrase("各类合计最多 {n} 家", "at most {n} in all classes together", n=quota.in_all))
    return parts
