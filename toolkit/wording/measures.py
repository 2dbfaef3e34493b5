"""How measures read, in Chinese and English: what is counted for a member, and between which bounds points are held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from toolkit.scheme.ranges import asked_in_words
from toolkit.text import Phrase, phrase
from toolkit.wording import figure, span_in_words

if TYPE_CHECKING:
    from toolkit.scheme.criteria import Adjustment
    from toolkit.scheme.measures import Measure, Selection, Window
    from toolkit.scheme.ranges import Where

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
