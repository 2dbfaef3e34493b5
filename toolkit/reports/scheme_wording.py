"""How measures read, in Chinese and English: what is counted for a member, and between which bounds points are held.

Outcomes in words: eligibility, vetoes, quotas, awards and grades as a scheme sheet tells them.

How shapes, outlier treatments and missing policies read, in Chinese and English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, assert_never

from toolkit.evaluation.awards import tie_nodes
from toolkit.evaluation.decisions import demand, subject
from toolkit.evaluation.quotas import class_table
from toolkit.evaluation.requirements import bars
from toolkit.evaluation.scores import TOTAL
from toolkit.evaluation.values import POINTS
from toolkit.ground.text import Phrase, figure, phrase
from toolkit.reports.wording import MISSING_POLICIES, raw_value, span_in_words
from toolkit.scheme.criteria import Indicator
from toolkit.scheme.measures import Selection, asked_in_words
from toolkit.scheme.outcomes import PERMISSIONS, Requirement
from toolkit.scheme.outliers import BoxCox, LogTransform, Winsorise
from toolkit.scheme.shapes import (
    Borda,
    Category,
    ExponentialRank,
    Linear,
    Log,
    Logistic,
    MinMax,
    Percentile,
    Piecewise,
    Points,
    Ranged,
    Rank,
    Relative,
    ShareOfBest,
    Steps,
    Target,
    ZScore,
)

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Adjustment
    from toolkit.scheme.measures import Measure, Where, Window
    from toolkit.scheme.outcomes import Award, Consent, Effect, Eligibility, Grades, Quota, Veto
    from toolkit.scheme.outliers import Outliers
    from toolkit.scheme.shapes import RelativeShape, Shape


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
    asked, take = selection_in_words(measure.selection), TAKES[measure.take]
    of = _columns(measure)
    return Phrase(" ".join(filter(None, (asked.zh, take.zh, of.zh))), " ".join(filter(None, (asked.en, take.en, of.en))))


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
    asked = [Phrase(*[asked_in_words(column, states)] * 2) for column, states in selection.where.items()]
    if selection.window:
        asked.append(phrase("时限 {name}", "window {name}", name=selection.window))
    if selection.in_period:
        asked.append(Phrase("且发生在评价期内", "and within the period"))
    said = ("，".join(each.into(language) for each in asked) for language in ("zh", "en"))
    return Phrase(*(f"{selection.table}（{states}）" if states else selection.table for states in said))


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
    parts += [phrase(zh, en, day=day) for key, day in window.dates.items() if (said := DAYS.get(key)) for zh, en in [said]]
    if window.lasts or window.otherwise or window.until:
        parts.append(Phrase("到期当日仍计", "the last day counts") if window.end_day == "counts" else Phrase("到期当日不计", "the last day does not count"))
    if window.skip:
        parts.append(phrase("不计 {asked}", "without {asked}", asked=_asked(window.skip)))
    if window.appeal:
        zh, en = APPEALS[window.under_appeal]
        parts.append(phrase("申诉中的（{asked}）{zh}", "under appeal ({asked}): {en}", asked=_asked(window.appeal), zh=zh, en=en))
    return Phrase("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def _spans(window: Window) -> Iterator[Phrase]:
    """Until when a record counts: to its own last day, else for as long as its state says, or all others."""
    lasting = {state: span_in_words(span) for state, span in window.lasts.items()}
    parts = [Phrase(f"{state} {span.zh}", f"{state} {span.en}") for state, span in lasting.items()]
    by = f"{window.column} " if parts else ""
    if window.otherwise:
        rest = span_in_words(window.otherwise)
        parts.append(Phrase(f"其余 {rest.zh}" if parts else f"有效 {rest.zh}", f"others {rest.en}" if parts else f"for {rest.en}"))
    said = Phrase(by + "，".join(part.zh for part in parts), by + ", ".join(part.en for part in parts))
    if window.until and parts:
        yield phrase("到 {day} 为止，未填的：{said.zh}", "until {day}, or where that is empty: {said.en}", day=window.until, said=said)
    elif window.until:
        yield phrase("到 {day} 为止", "until {day}", day=window.until)
    elif parts:
        yield said


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
        parts.append(phrase("候补 {n} 名", "{n:reserve|reserves}", n=award.reserve))
    return joined(*parts)


OPEN_TIES = {
    "refused": Phrase("仍相同的由委员会决定，未决定前不得封存", "those still level are left to the committee, and nothing is sealed until it has decided"),
    "may_stay": Phrase("仍相同的由委员会决定，封存时可以暂不决定", "those still level are left to the committee, and may stay open when it is sealed"),
}


def ties_in_words(scheme: Scheme) -> Phrase:
    """What is compared in turn between level members, and what becomes of those still level."""
    labels = [scheme.label(node) for node in tie_nodes(scheme)]
    compared = phrase("同分依次比较{zh}", "level ones are compared by {en}", zh="、".join(labels), en=", then ".join(labels))
    joint = Phrase("仍相同的并列", "those still level share their places")
    last = joint if scheme.ties[-1:] == ("joint",) else OPEN_TIES[scheme.open_ties]
    return joined(*([compared] if labels else []), last)


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
    return Phrase("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def _asked_for(consent: Consent) -> Iterator[Phrase]:
    """Which column permits what, in which rows; what takes it back; and that it costs nobody an award."""
    rows = selection_in_words(Selection(table=str(consent.table), where=consent.holds))
    named = [(PERMISSIONS[item], column) for item, column in consent.columns.items()]
    asked = joined(*(phrase("{zh}看 {column}", "{en} by {column}", zh=name.zh, en=name.en, column=column) for name, column in named))
    yield phrase("逐项征求同意，以会员最近签订的 {zh} 为准：{of}，空白即不同意", "asked item by item, by a member's latest row in {en}: {of_en}; empty is no",
                 zh=rows.zh, en=rows.en, of=asked.zh, of_en=asked.en)  # fmt: skip
    if consent.withdrawn:
        yield phrase("{column} 填了日期即已撤回，此后重新签订的除外", "a day in {column} takes it back until it is signed anew", column=consent.withdrawn)
    if "award" in consent.columns:
        yield Phrase("不同意列名的照样获奖，公示只写有几家", "who does not agree has the award all the same, and the notice says how many there are")


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
    if isinstance(quota.share, float | str):
        share = _share(quota.share)
        return Phrase(f"{within.zh}的{' ' if share.zh.isascii() else ''}{share.zh}", f"{within.en} {share.en}")
    return Phrase(f"{within.zh} {quota.number} 家", f"{within.en} {quota.number}")


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
    "winsorise": Phrase("缩尾", "drawn in to the next values"),
    "log": Phrase("对数变换", "logarithm"),
    "box_cox": Phrase("Box-Cox 变换", "Box-Cox transformation"),
}


def touched_in_words(scheme: Scheme, indicator: str, how: str) -> Phrase:
    """What was done to a value, as `Evaluation.touched` names it: which number, or what stood in, or which treatment."""
    node = scheme.nodes[indicator]
    return missing_in_words(node.missing) if how == POINTS and isinstance(node, Indicator) else TOUCHES[how]


def valued_in_words(item: Indicator) -> Phrase:
    """How an indicator is valued: its outlier treatment first, then its shape."""
    said = shape_in_words(item.value)
    if item.outliers is None:
        return said
    treated = outliers_in_words(item.outliers)
    return Phrase(f"{treated.zh}；{said.zh}", f"{treated.en}; {said.en}")


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


def outliers_in_words(treatment: Outliers) -> Phrase:
    """How outliers are treated."""
    if isinstance(treatment, Winsorise) and treatment.tails:
        low, high = (figure(100 * share) for share in treatment.tails)
        return phrase("缩尾：最低 {low}%、最高 {high}%", "lowest {low}% and highest {high}% drawn in", low=low, high=high)
    if isinstance(treatment, Winsorise):
        limits = {"s": figure(treatment.skewness), "k": figure(treatment.kurtosis), "n": treatment.most}
        return phrase(
            "缩尾：偏度达 {s} 且峰度达 {k} 时，至多 {n} 个数值",
            "at most {n:value|values} drawn in where skewness reaches {s} and kurtosis {k}",
            **limits,
        )
    if isinstance(treatment, BoxCox):
        power = None if treatment.exponent is None else figure(treatment.exponent)
        return phrase("先作 Box-Cox 变换（{zh}）", "Box-Cox transformation first ({en})",
                      zh=f"λ = {power}" if power else "λ 由数据拟合", en=f"lambda {power}" if power else "lambda fitted")  # fmt: skip
    if isinstance(treatment, LogTransform):
        return Phrase("先取对数", "logarithm first")
    assert_never(treatment)


def shape_in_words(shape: Shape) -> Phrase:
    """How a raw value becomes points.

    Examples
    --------
    >>> shape_in_words(Linear(shape="linear", worst=0, best=40)).into("en")
    'straight from 0 (none) to 40 (full)'
    """
    match shape:
        case Relative():
            said = _qualified(shape, _relative(shape))
        case Linear() | Log():
            said = _between(shape)
        case Points():
            said = _counted(shape)
        case Steps():
            said = _stepped(shape)
        case Piecewise(points=points):
            zh = [f"{figure(raw)} 计 {figure(value)} 分" for raw, value in points]
            en = [f"{figure(raw)}: {figure(value)}" for raw, value in points]
            said = Phrase(f"分段线性：{'，'.join(zh)}，其间按直线", f"straight between {', '.join(en)}")
        case Category():
            said = _states(shape)
        case Target():
            said = _target(shape)
        case Logistic(middle=middle, better=better):
            turn = Phrase("越高越好", "more is better") if better == "higher" else Phrase("越低越好", "less is better")
            said = phrase("S 形曲线：{m} 计一半，{zh}", "S-curve, half at {m}, {en}", m=figure(middle), zh=turn.zh, en=turn.en)
        case _:  # a new shape without words is found by the type checker
            assert_never(shape)
    return said


def _relative(shape: RelativeShape) -> Phrase:
    low, high = _ends(shape)
    ends = {"low": low.zh, "high": high.zh, "low_en": low.en, "high_en": high.en}
    match shape:
        case MinMax():
            said = phrase("极差法：最好的计{high}，最差的计{low}", "the best {high_en}, the worst {low_en}, straight between", **ends)
        case ZScore(mean=mean, deviation=deviation):
            said = phrase("标准分：平均水平计 {m} 分，每好一个标准差加 {d} 分", "z-score: {m} for the mean, {d} for each deviation better",
                          m=figure(mean), d=figure(deviation))  # fmt: skip
        case ShareOfBest():
            said = phrase("按与最好值之比，最好的计{high}", "as a share of the best, which has {high_en}", **ends)
        case Percentile():
            said = phrase("按超过其余会员的比例，从{low}到{high}", "the share of the others surpassed, {low_en} to {high_en}", **ends)
        case Rank() if shape.to is None:
            said = Phrase("名次分：末名 1 分，每高一名加 1 分", "points for the rank, 1 for the last")
        case Borda() if shape.to is None:
            said = Phrase("博尔达计分：每超过一名会员得 1 分", "Borda, a point for each member surpassed")
        case ExponentialRank(rate=rate):
            said = phrase("名次的指数变换（参数 {r}）", "exponential of the rank (rate {r})", r=figure(rate))
        case Rank() | Borda():
            said = phrase("按名次等距：首名{high}，末名{low}", "by rank in even steps, {high_en} for the first, {low_en} for the last", **ends)
        case _:
            assert_never(shape)
    return said


def _qualified(shape: Relative, said: Phrase) -> Phrase:
    extras = [
        (shape.better == "lower", Phrase("越低越好", "less is better")),
        (shape.within == "class", Phrase("在本类会员中比较", "within the class")),
        (shape.found is not None, Phrase("比较标准已固定", "as found, fixed")),
    ]
    told = [extra for holds, extra in extras if holds]
    return Phrase("，".join([said.zh, *(extra.zh for extra in told)]), ", ".join([said.en, *(extra.en for extra in told)]))


def _ends(shape: Ranged) -> tuple[Phrase, Phrase]:
    if shape.to is None:
        return Phrase("零分", "none"), Phrase("满分", "full")
    low, high = (figure(end) for end in shape.to)
    return Phrase(f" {low} 分", low), Phrase(f" {high} 分", high)


def _between(shape: Linear | Log) -> Phrase:
    low, high = _ends(shape)
    kind = Phrase("线性", "straight from") if isinstance(shape, Linear) else Phrase("对数", "logarithm,")
    worst, best = figure(shape.worst), figure(shape.best)
    return Phrase(
        f"{kind.zh}：{worst} 计{low.zh}，{best} 计{high.zh}", f"{kind.en} {worst} ({low.en}) to {best} ({high.en})"
    )


def _target(shape: Target) -> Phrase:
    low, high = _ends(shape)
    (worst, far), (near, best) = ((figure(end) for end in ends) for ends in (shape.worst, shape.best))
    return Phrase(
        f"适度：{near} 至 {best} 计{high.zh}，低到 {worst} 或高到 {far} 计{low.zh}",
        f"{near} to {best} ({high.en}), falling to {worst} and {far} ({low.en})",
    )


def _counted(shape: Points) -> Phrase:
    each = phrase("每一单位 {per} 分", "{per} for each", per=figure(shape.per))
    if shape.base:
        turn = Phrase("加", "more") if shape.per >= 0 else Phrase("减", "less")
        start, per = figure(shape.base), figure(abs(shape.per))
        each = Phrase(f"{start} 分起，每一单位{turn.zh} {per} 分", f"from {start}, {per} {turn.en} for each")
    if shape.cap is None:
        return each
    return Phrase(f"{each.zh}，最多 {figure(shape.cap)} 分", f"{each.en}, at most {figure(shape.cap)}")


def _stepped(shape: Steps) -> Phrase:
    zh = [f"满 {figure(bound)} 计 {figure(value)} 分" for bound, value in shape.steps]
    en = [f"from {figure(bound)}: {figure(value)}" for bound, value in shape.steps]
    below = figure(shape.below)
    return Phrase("，".join([*zh, f"不足计 {below} 分"]), ", ".join([*en, f"below: {below}"]))


def _states(shape: Category) -> Phrase:
    truth: dict[str, object] = {"true": True, "false": False}
    shown = [(truth.get(state, state), figure(value)) for state, value in shape.points.items()]
    zh = [f"{raw_value(state, '', 'zh')} {value} 分" for state, value in shown]
    en = [f"{raw_value(state, '', 'en')} {value}" for state, value in shown]
    if shape.other is not None:
        zh, en = [*zh, f"其他 {figure(shape.other)} 分"], [*en, f"others {figure(shape.other)}"]
    return Phrase("，".join(zh), ", ".join(en))
