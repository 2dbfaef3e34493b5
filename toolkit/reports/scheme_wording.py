"""How a scheme reads in Chinese and English: measures and windows, requirements, vetoes, awards, grades, consent, how values are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from toolkit.evaluation.quotas import class_table
from toolkit.evaluation.requirements import bars, demand, subject
from toolkit.evaluation.scores import TOTAL
from toolkit.evaluation.tiebreaks import tie_keys, tie_title
from toolkit.evaluation.values import POINTS
from toolkit.ground.text import Phrase, figure, joined, phrase
from toolkit.reports.wording import LOWER_FIRST, MISSING_POLICIES, aggregate_in_words, span_in_words
from toolkit.scheme.criteria import Indicator, Node
from toolkit.scheme.measures import Selection, asked_in_words
from toolkit.scheme.outcomes import PERMISSIONS, Requirement
from toolkit.scheme.outliers import TREATMENTS

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Adjustment, Group, Stepped
    from toolkit.scheme.measures import Measure, Where, Window
    from toolkit.scheme.outcomes import Award, Consent, Effect, Eligibility, Grades, Quota, Shortlist, Veto


DIGITS = "零一二三四五六七八九十"

TAKES = {
    "sum": Phrase("合计", "sum of"),
    "count": Phrase("条数", "count"),
    "distinct": Phrase("不同取值个数", "number of different"),
    "any": Phrase("有无", "any"),
    "latest": Phrase("最近一次", "latest"),
    "mean": Phrase("平均", "mean of"),
    "weighted_mean": Phrase("加权平均", "weighted mean of"),
    "max": Phrase("最大", "largest"),
    "min": Phrase("最小", "smallest"),
    "ratio": Phrase("比值", "ratio of"),
    "panel": Phrase("专家评分", "panel score of"),
}

DAYS = {
    "at_least_until": ("至少到 {day}", "at least until {day}"),
    "repaired": ("自 {day}（修复）起不计", "no longer from {day} (repaired) on"),
    "withdrawn": ("自 {day}（撤销）起不计", "no longer from {day} (withdrawn) on"),
}  # fmt: skip
APPEALS = {
    "count_and_mark": ("照计并注明", "they count and are marked"), "count": ("照计", "they count"), "skip": ("暂不计", "left out meanwhile"),
}  # fmt: skip


def measure_in_words(measure: Measure) -> Phrase:
    """What is counted for a member: the table, the column, the states that count, and their time where it is their own.

    Examples
    --------
    >>> from toolkit.scheme.measures import Measure
    >>> answered = Measure(take="ratio", table="surveys", where={"state": ("已答",)})
    >>> measure_in_words(answered).zh
    'surveys（state = 已答） 占 surveys 的比例'
    """
    table, column = measure.place
    if measure.take is None:
        cell = f"{table}.{column}" + (f" ÷ {measure.over}" if measure.over else "")
        return Phrase(cell, cell)
    if measure.take == "ratio" and column is None:
        part, whole = (selection_in_words(term.selection) for term in measure.terms)
        return Phrase(f"{part.zh} 占 {whole.zh} 的比例", f"share of {part.en} in {whole.en}")
    rows, take = selection_in_words(measure.selection), TAKES[measure.take]
    of, picked = _columns(measure), joined(_picked(measure), "，", ", ")
    said = Phrase(" ".join(filter(None, (rows.zh, take.zh, of.zh))), " ".join(filter(None, (rows.en, take.en, of.en))))
    return Phrase(f"{said.zh}，{picked.zh}", f"{said.en}, {picked.en}") if picked.zh else said


def _picked(measure: Measure) -> Iterator[Phrase]:
    """The points that rows have by their states, and which rows count by their number."""
    if measure.points:
        points = [_points_of(state, of) for state, of in measure.points.items()]
        yield phrase("计分 {points}", "points {points}", points="、".join(points))
    if measure.once_per and measure.keep == "first":
        yield phrase("同一 {act} 只计一次", "one {act} counts once", act="、".join(measure.once_per))
    if measure.keep != "first":
        zh, en = ("最高", "highest") if measure.keep == "highest" else ("最低", "lowest")
        yield phrase("同一 {act} 只计{zh}的一条", "of one {act} the {en} alone", act="、".join(measure.once_per), zh=zh, en=en)
    lower = measure.better == "lower"
    if measure.best is not None:
        yield phrase("只计{zh}的 {n} 条", "the {n} {en} count", n=measure.best, zh="最低" if lower else "最高", en="lowest" if lower else "highest")
    if measure.discard is not None:
        yield phrase("去掉{zh}的 {n} 条", "without the {n} {en}", n=measure.discard, zh="最高" if lower else "最低", en="highest" if lower else "lowest")


def _points_of(state: str, points: float | Mapping[str, float]) -> str:
    if isinstance(points, Mapping):
        return "、".join(f"{state}{other} {figure(number)}" for other, number in points.items())
    return f"{state} {figure(points)}"


def _columns(measure: Measure) -> Phrase:
    column = measure.column or ""
    if measure.weight:
        return phrase("{column}（以 {weight} 为权数）", "{column} (weighted by {weight})", column=column, weight=measure.weight)
    return phrase("{column} ÷ {over}", "{column} ÷ {over}", column=column, over=measure.over) if measure.over else Phrase(column, column)


def selection_in_words(selection: Selection) -> Phrase:
    """A table and what is asked of its rows.

    Examples
    --------
    >>> from toolkit.scheme.measures import Selection
    >>> recent = Selection(table="conduct", where={"kind": ("不良",)}, window="by_severity", in_period=True)
    >>> selection_in_words(recent).zh
    'conduct（kind = 不良，时限 by_severity，且发生在评价期内）'
    """
    conditions = [Phrase(*[asked_in_words(column, states)] * 2) for column, states in selection.where.items()]
    if selection.window:
        conditions.append(phrase("时限 {name}", "window {name}", name=selection.window))
    if selection.in_period:
        conditions.append(Phrase("且发生在评价期内", "and within the period"))
    words = joined(conditions, en="，")
    return Phrase(*(f"{selection.table}（{text}）" if text else selection.table for text in (words.zh, words.en)))


def window_in_words(window: Window) -> Phrase:
    """How long records count: from which date, how long in which state, which never do, and what becomes of those under appeal.

    Examples
    --------
    >>> from toolkit.scheme.measures import Window
    >>> year = Window.model_validate({"from": "found", "column": "severity", "lasts": {"轻微": "3 months"}, "otherwise": "1 year"})
    >>> window_in_words(year).zh
    '自 found 起；severity 轻微 3 个月，其余 1 年；到期当日仍计'
    """
    parts = [phrase("自 {day} 起", "from {day} on", day=window.from_), *_spans(window)]
    parts += [phrase(zh, en, day=day) for key, day in window.dates.items() if (words := DAYS.get(key)) for zh, en in [words]]
    if window.lasts or window.otherwise or window.until:
        parts.append(Phrase("到期当日仍计", "the last day counts") if window.end_day == "counts" else Phrase("到期当日不计", "the last day does not count"))
    if window.repairable_after:
        spans = joined([Phrase(f"{state} {span.zh}", f"{state} {span.en}") for state, words in window.repairable_after.items() for span in [span_in_words(words)]])
        parts.append(phrase("满下列期限方可申请修复：{spans.zh}", "repair may be asked for after: {spans.en}", spans=spans))
    if window.skip:
        parts.append(phrase("不计 {asked}", "without {asked}", asked=_asked(window.skip)))
    if window.appeal:
        zh, en = APPEALS[window.under_appeal]
        parts.append(phrase("申诉中的（{asked}）{zh}", "under appeal ({asked}): {en}", asked=_asked(window.appeal), zh=zh, en=en))
    return joined(parts, "；", "; ")


def _spans(window: Window) -> Iterator[Phrase]:
    """Until when a record counts: to its own last day, else for as long as its state says, or all others."""
    lasting = {state: span_in_words(span) for state, span in window.lasts.items()}
    parts = [Phrase(f"{state} {span.zh}", f"{state} {span.en}") for state, span in lasting.items()]
    by = f"{window.column} " if parts else ""
    if window.otherwise:
        rest = span_in_words(window.otherwise)
        parts.append(Phrase(f"其余 {rest.zh}" if parts else f"有效 {rest.zh}", f"others {rest.en}" if parts else f"for {rest.en}"))
    states = joined(parts)
    words = Phrase(by + states.zh, by + states.en)
    if window.until and parts:
        yield phrase("到 {day} 为止，未填的：{words.zh}", "until {day}, or where that is empty: {words.en}", day=window.until, words=words)
    elif window.until:
        yield phrase("到 {day} 为止", "until {day}", day=window.until)
    elif parts:
        yield words


def _asked(where: Where) -> str:
    return "，".join(asked_in_words(column, states) for column, states in where.items())


def bounds_in_words(item: Adjustment) -> Phrase:
    """Between which points an adjustment is held; nothing where it has no bound.

    Examples
    --------
    >>> from toolkit.scheme.criteria import Adjustment
    >>> held = {"id": "bad", "measure": {"column": "t.points"}, "floor": -30.0, "cap": 0.0}
    >>> bounds_in_words(Adjustment.model_validate(held)).en
    'from -30 to 0'
    """
    if item.floor is not None and item.cap is not None:
        return phrase("{floor} 至 {cap} 分", "from {floor} to {cap}", floor=figure(item.floor), cap=figure(item.cap))
    if item.floor is not None:
        return phrase("不低于 {floor} 分", "at least {floor}", floor=figure(item.floor))
    return Phrase("", "") if item.cap is None else phrase("以 {cap} 分为限", "at most {cap}", cap=figure(item.cap))


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
    bands = "，".join(f"{grade} {'>' if grade in grades.above else '≥'} {figure(least)}" for grade, least in grades.bands)
    parts = [Phrase(bands, bands), *_places_of_bands(scheme, grades)]
    for grade, items in grades.require.items():
        wanted = joined(requirement_in_words(scheme, item) for item in items)
        parts.append(phrase("{grade} 级另须 {zh}", "{grade} also asks for {en}", grade=grade, zh=wanted.zh, en=wanted.en))
    if isinstance(grades.rise_at_most, int):
        parts.append(phrase("比上届最多升 {n} 级", "rises at most {n} above the previous", n=grades.rise_at_most))
    elif grades.rise_at_most is not None:
        parts.append(phrase("比上届最多升几级看“{by}”", "rises at most by `{by}` above the previous", by=scheme.label(grades.rise_at_most)))
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


def consent_in_words(consent: Consent) -> Phrase:
    """Who permits what to be published, by which column; and what becomes of whoever does not.

    Examples
    --------
    >>> from toolkit.scheme.outcomes import Consent
    >>> consent_in_words(Consent(obliged={"award": "章程第九条"})).zh
    '获奖名单依据章程第九条公布，不另征求同意'
    """
    parts = [*_asked_for(consent)] if consent.table and consent.columns else []
    for item, article in consent.obliged.items():
        name = PERMISSIONS[item]
        parts.append(phrase("{zh}依据{article}公布，不另征求同意", "{en}: published under {article}, nobody is asked", zh=name.zh, en=name.en, article=article))
    return joined(parts, "；", "; ")


def _asked_for(consent: Consent) -> Iterator[Phrase]:
    """Which column permits what, in which rows; what takes it back; and that it costs nobody an award."""
    rows = selection_in_words(Selection(table=str(consent.table), where=consent.holds))
    named = [(PERMISSIONS[item], column) for item, column in consent.columns.items()]
    by_column = joined(phrase("{name.zh}看 {column}", "{name.en} by {column}", name=name, column=column) for name, column in named)
    yield phrase("逐项征求同意，以会员最近签订的 {zh} 为准：{of}，空白即不同意", "asked item by item, by a member's latest row in {en}: {of_en}; empty is no",
                 zh=rows.zh, en=rows.en, of=by_column.zh, of_en=by_column.en)  # fmt: skip
    if consent.withdrawn:
        yield phrase("{column} 填了日期即已撤回，此后重新签订的除外", "a day in {column} takes it back until it is signed anew", column=consent.withdrawn)
    if "award" in consent.columns:
        yield Phrase("不同意列名的照样获奖，公示只写有几家", "who does not agree has the award all the same, and the notice says how many there are")


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


TOUCHES = {
    **MISSING_POLICIES,
    POINTS: Phrase("按规定分数计", "the points laid down"),
    **{name: kind.touch for name, kind in TREATMENTS.items()},
}


def touched_in_words(scheme: Scheme, indicator: str, how: str) -> Phrase:
    """What was done to a value, as `Evaluation.touched` names it: which number, or what stood in, or which treatment."""
    node = scheme.nodes[indicator]
    return missing_in_words(node.missing) if how == POINTS and isinstance(node, Indicator) else TOUCHES[how]


def valued_in_words(item: Indicator) -> Phrase:
    """How an indicator is valued: its outlier treatment first, then its shape, then how that is rounded."""
    return joined([*([item.outliers.words()] if item.outliers else []), item.value.words(), *stepped_in_words(item)], "；", "; ")


def gathered_in_words(group: Group) -> Phrase:
    """How a group's score is made of those below it, at what it is held, and how it is rounded."""
    cap = [] if group.cap is None else [phrase("各项合计最多 {cap} 分", "at most {cap} together", cap=figure(group.cap))]
    return joined([aggregate_in_words(group), *cap, *stepped_in_words(group)], "；", "; ")


def stepped_in_words(item: Stepped) -> Iterator[Phrase]:
    """How a node or an adjustment is rounded before anything is added to it; nothing where it is not.

    Examples
    --------
    >>> from toolkit.scheme.criteria import Group
    >>> [words.zh for words in stepped_in_words(Group(id="price", weight=30, decimals=2))]
    ['所得分数四舍五入到 2 位小数再相加']
    """
    if item.decimals is None:
        return
    digits = phrase("{n} 位小数", "{n:decimal|decimals}", n=item.decimals) if item.decimals else Phrase("整数", "whole numbers")
    zh, en = ("舍去尾数到", "cut to") if item.rounding == "down" else ("四舍五入到", "rounded half up to")
    kept = Phrase(f"{zh}{' ' if item.decimals else ''}{digits.zh}", f"{en} {digits.en}")
    if isinstance(item, Node) and item.decimals_of == "score":
        yield phrase("本项得分先{kept.zh}再加权", "its own score {kept.en} before it is weighed", kept=kept)
    else:
        yield phrase("所得分数{kept.zh}再相加", "its points {kept.en} before they are added", kept=kept)


def missing_in_words(missing: str | float) -> Phrase:
    """What is done about a missing value.

    Examples
    --------
    >>> missing_in_words(40.0).into("en"), missing_in_words("mean").into("zh")
    ('counts as 40', '按全部会员平均分计')
    """
    if isinstance(missing, str):
        return MISSING_POLICIES[missing]
    return phrase("按 {n} 分计", "counts as {n}", n=figure(missing))


RuleLine: TypeAlias = tuple[Phrase, Phrase | str, Phrase | str, Phrase | str, str]
"""The kind of a rule, its name, what is read in the records, what comes of it, and where it was decided."""


def rules_in_words(scheme: Scheme) -> Iterator[RuleLine]:
    """What a scheme decides beside its tree: points added, windows, conditions, vetoes, awards, grades, ties and consent."""
    for adjustment in scheme.adjustments:
        decided = joined([*stepped_in_words(adjustment), *([held] if (held := bounds_in_words(adjustment)).zh else [])])
        yield Phrase("加减分", "adjustment"), adjustment.label, measure_in_words(adjustment.measure), decided, adjustment.source
    for name, window in scheme.window.items():
        yield Phrase("时限", "window"), name, window_in_words(window), "", ""
    for condition in scheme.conditions:
        yield Phrase("条件", "condition"), condition.label, measure_in_words(condition.measure), condition.unit, condition.source
    yield from _taking_part(scheme)
    for veto in scheme.vetoes:
        yield Phrase("一票否决", "veto"), veto.label, selection_in_words(veto.when), veto_in_words(scheme, veto), veto.source
    for award in scheme.awards:
        yield Phrase("奖项", "award"), award.label, "", award_in_words(scheme, award), award.source
    if scheme.grades:
        yield Phrase("等级", "grades"), Phrase("信用等级", "grades"), "", grades_in_words(scheme, scheme.grades), scheme.grades.source
    if scheme.awards and scheme.ties[-1:] != ("joint",):
        yield Phrase("同分", "ties"), Phrase("同分处理", "ties"), "", ties_in_words(scheme), ""
    if scheme.consent:
        yield Phrase("公示", "publication"), Phrase("公开须经同意", "consent"), "", consent_in_words(scheme.consent), ""


def _taking_part(scheme: Scheme) -> Iterator[RuleLine]:
    """What it takes to take part, and to come to the second stage."""
    if scheme.eligibility:
        conditions = eligibility_in_words(scheme, scheme.eligibility)
        yield Phrase("申报", "eligibility"), Phrase("申报条件", "eligibility"), "", conditions, scheme.eligibility.source
    if scheme.shortlist:
        yield Phrase("初审", "first stage"), Phrase("复审入围", "shortlist"), "", shortlist_in_words(scheme, scheme.shortlist), scheme.shortlist.source
