"""How a scheme reads in Chinese and English: measures and windows, requirements, vetoes, awards, grades, consent, how values are given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from toolkit.evaluation.values import IMPUTED, POINTS
from toolkit.ground.text import Phrase, as_phrase, figure, in_words_before, joined, phrase
from toolkit.reports.outcome_wording import (
    award_in_words,
    eligibility_in_words,
    grades_in_words,
    shortlist_in_words,
    ties_in_words,
    veto_in_words,
)
from toolkit.reports.wording import IMPUTED_BY, MISSING_POLICIES, aggregate_in_words, span_in_words
from toolkit.scheme.criteria import Adjustment, Group, Indicator, Node, Stepped
from toolkit.scheme.measures import (
    Measure,
    Range,
    Selection,
    State,
    Where,
    Window,
    asked_in_words,
)
from toolkit.scheme.outcomes import PERMISSIONS, Consent
from toolkit.scheme.outliers import TREATMENTS

if TYPE_CHECKING:
    from toolkit.scheme import Scheme


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

SUMS = {
    "sum": (Phrase("合计", "sum"), Phrase("{zh}相加，不加权", "{en}, added up without weights")),
    "maximum": (Phrase("最高项", "greatest"), Phrase("{zh}中最高的一项", "the greatest of {en}")),
    "minimum": (Phrase("最低项", "least"), Phrase("{zh}中最低的一项", "the least of {en}")),
}
"""Of each way in which a `[[sum]]` is made: the kind of its rule, and its words."""
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
    said = _taken_in_words(measure)
    if not measure.mean_on:
        return said
    days = [str(day) for day in measure.mean_on]
    return phrase("{said.zh}，按 {zh} 各日分别取数再平均", "{said.en}, the mean of what it was on {en}", said=said, zh="、".join(days), en=", ".join(days))


def _taken_in_words(measure: Measure) -> Phrase:
    table, column = measure.place
    if measure.take is None:
        cell = f"{table}.{column}" + (f" ÷ {measure.over}" if measure.over else f" × {measure.times}" if measure.times else "")
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
        points = [told for state, of in measure.points.items() for told in _points_of(state, of)]
        yield phrase("计分 {points.zh}", "points {points.en}", points=_apart(points))
    if measure.once_per and measure.keep == "first":
        yield phrase("同一 {act.zh} 只计一次", "one {act.en} counts once", act=_apart(measure.once_per))
    if measure.keep != "first":
        zh, en = ("最高", "highest") if measure.keep == "highest" else ("最低", "lowest")
        yield phrase("同一 {act.zh} 只计{zh}的一条", "of one {act.en} the {en} alone", act=_apart(measure.once_per), zh=zh, en=en)
    lower = measure.better == "lower"
    if measure.best is not None:
        yield phrase("只计{zh}的 {n} 条", "the {n} {en} count", n=measure.best, zh="最低" if lower else "最高", en="lowest" if lower else "highest")
    if measure.discard is not None:
        yield phrase("去掉{zh}的 {n} 条", "without the {n} {en}", n=measure.discard, zh="最高" if lower else "最低", en="highest" if lower else "lowest")


def _points_of(state: str, points: float | Mapping[str, float]) -> list[str]:
    if isinstance(points, Mapping):
        return [f"{state}{other} {figure(number)}" for other, number in points.items()]
    return [f"{state} {figure(points)}"]


def _apart(texts: Iterable[str], zh: str = "、") -> Phrase:
    """Texts one after another, parted as each language does it; before 1.0.0 English had the signs of Chinese."""
    return joined(map(as_phrase, texts), zh, zh if in_words_before("1.0.0") else ", ")


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
    conditions = [_asked_of(column, states) for column, states in selection.where.items()]
    if selection.window:
        conditions.append(phrase("时限 {name}", "window {name}", name=selection.window))
    if selection.in_period:
        conditions.append(Phrase("且发生在评价期内", "and within the period"))
    words = joined(conditions, en="，" if in_words_before("1.0.0") else ", ")
    if not conditions:
        return as_phrase(selection.table)
    return phrase("{table}（{words.zh}）", "{table}（{words.en}）" if in_words_before("1.0.0") else "{table} ({words.en})", table=selection.table, words=words)


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
        parts.append(phrase("不计 {asked.zh}", "without {asked.en}", asked=_asked(window.skip)))
    if window.appeal:
        zh, en = APPEALS[window.under_appeal]
        parts.append(phrase("申诉中的（{asked.zh}）{zh}", "under appeal ({asked.en}): {en}", asked=_asked(window.appeal), zh=zh, en=en))
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


def _asked(where: Where) -> Phrase:
    return joined((_asked_of(column, states) for column, states in where.items()), "，", "，" if in_words_before("1.0.0") else ", ")


def _asked_of(column: str, wanted: tuple[State, ...] | Range) -> Phrase:
    return Phrase(*(asked_in_words(column, wanted, parted) for parted in ("、", "、" if in_words_before("1.0.0") else " or ")))


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
    if item.cap is None:
        return Phrase("", "")
    of_points = "at most {cap}" if item.cap >= 0 or in_words_before("1.0.0") else "never more than {off:point|points} off"
    return phrase("以 {cap} 分为限", of_points, cap=figure(item.cap), off=int(-item.cap) if item.cap == int(item.cap) else -item.cap)


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


TOUCHES = {
    **MISSING_POLICIES,
    POINTS: Phrase("按规定分数计", "the points laid down"),
    **{name: kind.touch for name, kind in TREATMENTS.items()},
}


def touched_in_words(scheme: Scheme, indicator: str, how: str) -> Phrase:
    """What was done to a value, as `Evaluation.touched` names it: which number, or what stood in, or which treatment."""
    node = scheme.nodes[indicator]
    return missing_in_words(node) if how in {POINTS, IMPUTED} and isinstance(node, Indicator) else TOUCHES[how]


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


def missing_in_words(item: Indicator) -> Phrase:
    """What is done about a missing value of an indicator."""
    missing = item.missing
    if item.imputes:
        return IMPUTED_BY[missing] if isinstance(missing, str) else phrase("原始值按 {n} 计", "the raw value counts as {n}", n=figure(missing))
    if isinstance(missing, str):
        return MISSING_POLICIES[missing]
    return phrase("按 {n} 分计", "counts as {n}", n=figure(missing))


RuleLine: TypeAlias = tuple[Phrase, Phrase | str, Phrase | str, Phrase | str, str]
"""The kind of a rule, its name, what is read in the records, what comes of it, and where it was decided."""


def rules_in_words(scheme: Scheme) -> Iterator[RuleLine]:
    """What a scheme decides beside its tree: points added, sums beside the total, windows, conditions, vetoes, awards, grades, ties and consent."""
    for adjustment in scheme.adjustments:
        decided = joined([*stepped_in_words(adjustment), *([held] if (held := bounds_in_words(adjustment)).zh else [])])
        yield Phrase("加减分", "adjustment"), adjustment.label, measure_in_words(adjustment.measure), decided, adjustment.source
    for item in scheme.sums:
        labels = [scheme.label(name) for name in item.of]
        kind, made = SUMS[item.aggregate]
        decided = phrase(f"{made.zh}，不计入总分", f"{made.en}, beside the total", zh="、".join(labels), en=", ".join(labels))
        yield kind, item.label, "", decided, item.source
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
