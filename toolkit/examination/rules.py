"""What a scheme asks for, held against what can be reached: whether anybody can meet it, and whether everybody does.

Each answer is proved by spans (`reach`), and says the arithmetic; what cannot be proved is not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.evaluation.aggregation import power
from toolkit.evaluation.quotas import class_table, places
from toolkit.evaluation.requirements import amount, bars, demand, exempt, subject
from toolkit.evaluation.scores import TOTAL
from toolkit.examination.reach import Span, is_mean, reach, states_of
from toolkit.ground.ranking import tolerance
from toolkit.ground.text import Phrase, figure, joined, phrase
from toolkit.indicators.checks import measured_range
from toolkit.scheme.outcomes import Quota, Requirement
from toolkit.scheme.shapes import state_name

if TYPE_CHECKING:
    from toolkit.records.dictionary import Tables
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Group, Total


def understood(item: Requirement) -> bool:
    """Whether a requirement is one of the member alone: of who is among the first nothing is claimed here."""
    return item.first is None


@dataclass(frozen=True, eq=False)
class Rules:
    """A scheme with what bounds it: the data dictionary, and how many members each class has.

    Parameters
    ----------
    tables
        None where it is not known.
    sizes
        Members by class, all under "" where there are no classes; None where nobody is recorded yet.
    """

    scheme: Scheme
    tables: Tables | None = None
    sizes: Mapping[str, int] | None = None

    @cached_property
    def classes(self) -> list[str]:
        """Every class that members can be of; "" for all that the scheme does not name."""
        spec = self.scheme.members
        if spec.class_ is None:
            return [""]
        if self.sizes:
            return list(self.sizes)
        column = self.tables.table[spec.table].column.get(spec.class_) if self.tables and spec.table in self.tables.table else None
        if column is not None and column.choices:
            return list(column.choices)
        named = [name for item in self.scheme.indicators for name in item.applies_to]
        named += [name for award in self.scheme.awards if award.quota for name in (class_table(award.quota) or ())]
        named += [name for _, item in self.requirements for part in all_parts(item) for name in part.classes]
        return [*dict.fromkeys(named), ""]

    @cached_property
    def requirements(self) -> list[tuple[str, Requirement]]:
        """Everything that is asked for, by its place in the scheme."""
        scheme = self.scheme
        listed = [("eligibility", item) for item in (scheme.eligibility.require if scheme.eligibility else ())]
        listed += [(f"award[{award.id}]", item) for award in scheme.awards for item in bars(award)]
        return [*listed, *((f"grades.require.{name}", item) for name, items in (scheme.grades.require if scheme.grades else {}).items() for item in items)]

    @cached_property
    def spans(self) -> dict[str, dict[str, Span]]:
        """What every node can reach, by class."""
        return {class_: reach(self.scheme, self.tables, class_) for class_ in self.classes}

    def shown(self, node: str, class_: str) -> Span:
        """The span of a node as scores are compared: rounded."""
        span = self.spans[class_][node]
        return span if span.empty else span.rounded(self.scheme.decimals)

    def asked(self, item: Requirement, class_: str) -> bool:
        """Whether a requirement is asked of a class."""
        if item.classes and class_ not in item.classes:
            return False
        if item.parts:
            return any(self.asked(part, class_) for part in item.parts)
        return item.condition is not None or not exempt(self.scheme, str(item.node), pd.Series([class_], dtype="str"))[0]

    def places(self, quota: Quota | None, class_: str) -> int | None:
        """The most places there can be for a class, whoever takes part; None for no limit, or where that is not known."""
        if quota is None or (quota.share is None and quota.number is None):
            return None
        together = quota.within == "all" or self.scheme.members.class_ is None
        if self.sizes is None:
            named = class_table(quota)
            none = quota.most == 0 or quota.in_all == 0 or quota.number == 0 or (named is not None and not together and not named.get(class_))
            return 0 if none and not quota.least else None
        count = places(quota, sum(self.sizes.values()) if together else self.sizes[class_], "" if together else class_)
        return 0 if quota.in_all == 0 else count


def lacking(rules: Rules, items: tuple[Requirement, ...], class_: str) -> Phrase | None:
    """Why nobody of a class can meet all of these; None where that is not proved."""
    asked = [part for item in items for part in asked_of(rules, item, class_)]
    alone = next((why for item in asked if (why := never_met(rules, item, class_)) is not None), None)
    plain = [item for item in asked if item.node]
    return alone or _together(rules, plain, class_) or next((why for item in asked if item.any_of and plain and (why := _no_route(rules, item, class_, plain))), None)


def all_parts(item: Requirement) -> Iterator[Requirement]:
    """A requirement and all that it is made of."""
    yield item
    for part in item.parts:
        yield from all_parts(part)


def asked_of(rules: Rules, item: Requirement, class_: str) -> Iterator[Requirement]:
    """What a requirement asks of a class, as far as it is understood: what it asks for together one by one."""
    if not understood(item) or not rules.asked(item, class_):
        return
    if not item.all_of:
        yield item
    for part in item.all_of:
        yield from asked_of(rules, part, class_)


def never_met(rules: Rules, item: Requirement, class_: str) -> Phrase | None:
    """Why nobody of a class can meet a requirement that is asked of it; None where that is not proved."""
    if not understood(item):
        return None
    if item.all_of:
        return lacking(rules, (item,), class_)
    if item.any_of:
        return _no_route(rules, item, class_)
    if item.none_of:
        part = next((part for part in item.none_of if rules.asked(part, class_) and always_met(rules, part, class_)), None)
        return None if part is None else phrase("要求{wanted.zh}，而其中有一项人人如此", "it asks for {wanted.en}, and one of these is so of everybody", wanted=demand(rules.scheme, item))
    return _unmet(rules, item, class_)


def always_met(rules: Rules, item: Requirement, class_: str) -> bool:
    """Whether everybody of a class meets a requirement, whatever is recorded; who has no total is not ranked anyhow."""
    if not understood(item) or item.condition is not None:
        return False
    asked = [part for part in item.parts if rules.asked(part, class_)]
    if item.any_of:
        return sum(always_met(rules, part, class_) for part in asked) >= item.at_least
    if item.all_of:
        return all(always_met(rules, part, class_) for part in asked)
    if item.none_of:
        return all(never_met(rules, part, class_) is not None for part in asked)
    span = rules.shown(str(item.node), class_)
    return (span.sure or item.node == TOTAL) and not span.empty and _always(item, span)


def _no_route(rules: Rules, item: Requirement, class_: str, beside: Sequence[Requirement] = ()) -> Phrase | None:
    """Why fewer of several routes than are asked for can be met, each together with what is asked `beside`."""
    routes = [part for part in item.any_of if rules.asked(part, class_)]
    closed = [why for part in routes if (why := lacking(rules, (*beside, part), class_) if beside else never_met(rules, part, class_)) is not None]
    if len(routes) - len(closed) >= item.at_least:
        return None
    wanted, open_ = demand(rules.scheme, item), len(routes) - len(closed)
    if not closed:
        return phrase("要求{wanted.zh}，而对此类会员只问其中 {n} 项", "it asks for {wanted.en}, of which {n:is|are} asked of them", wanted=wanted, n=open_)
    return phrase("要求{wanted.zh}，而能达到的只有 {n} 项（例如{why.zh}）", "it asks for {wanted.en}, of which {n} can be met (for one: {why.en})", wanted=wanted, n=open_, why=closed[0])


def _unmet(rules: Rules, item: Requirement, class_: str) -> Phrase | None:
    """Why nobody of a class can meet one requirement."""
    if item.condition is not None:
        return _condition_unmet(rules, item)
    span, name, wanted = rules.shown(str(item.node), class_), subject(rules.scheme, item), demand(rules.scheme, item)
    if span.empty:
        return phrase("要求{name.zh}{wanted.zh}，而它对此类会员没有得分", "it asks for {name.en} {wanted.en}, and they have no score there", name=name, wanted=wanted)
    if not _misses(item, span):
        return None
    high = (item.least is not None and span.high < item.least) or (item.above is not None and span.high <= item.above)
    ends = Phrase("最高只有", "is at most") if high else Phrase("最低也有", "is at least")
    how = in_words(rules, str(item.node), class_) if high else Phrase("", "")
    return phrase("要求{name.zh}{wanted.zh}，而{name.zh}{ends.zh} {end}{how.zh}", "it asks for {name.en} {wanted.en}, and {name.en} {ends.en} {end}{how.en}",
                  name=name, wanted=wanted, ends=ends, end=amount(rules.scheme, span.high if high else span.low), how=how)  # fmt: skip


def _misses(item: Requirement, span: Span) -> bool:
    """Whether nothing within a span meets the bounds."""
    return (
        (item.least is not None and span.high < item.least) or (item.above is not None and span.high <= item.above)
        or (item.most is not None and span.low > item.most) or (item.below is not None and span.low >= item.below)
    )  # fmt: skip


def _condition_unmet(rules: Rules, item: Requirement) -> Phrase | None:
    condition = next(one for one in rules.scheme.conditions if one.id == item.condition)
    states, ends = states_of(condition.measure, rules.tables), measured_range(condition.measure, rules.tables)
    name, wanted = subject(rules.scheme, item), demand(rules.scheme, item)
    if item.among and states is not None and not {state_name(state) for state in item.among} & set(states):
        return phrase("要求{name.zh}{wanted.zh}，而可填的只有 {states}", "it asks for {name.en} {wanted.en}, and what can be recorded is {states}", name=name, wanted=wanted, states="、".join(states))
    if not item.among and _misses(item, Span(*ends)):
        return phrase("要求{name.zh}{wanted.zh}，而可填的在 {low} 至 {high} 之间", "it asks for {name.en} {wanted.en}, and what can be recorded lies from {low} to {high}",
                      name=name, wanted=wanted, low=figure(ends[0]), high=figure(ends[1]))  # fmt: skip
    return None


def _together(rules: Rules, items: list[Requirement], class_: str) -> Phrase | None:
    """Why these, each of which can be met, cannot be met together: with all others held where they are asked to lie, one is out of reach."""
    slack, held = 0.5 * 10.0**-rules.scheme.decimals + 2 * tolerance(rules.scheme.decimals), dict[str, tuple[float, float]]()
    for item in items:
        low, high = held.get(str(item.node), (-np.inf, np.inf))
        lows, highs = ([bound for bound in pair if bound is not None] for pair in ((item.least, item.above), (item.most, item.below)))
        held[str(item.node)] = max([low, *(bound - slack for bound in lows)]), min([high, *(bound + slack for bound in highs)])
    if len(held) < 2:
        return None
    spans = reach(rules.scheme, rules.tables, class_, {node: ends for node, ends in held.items() if node != TOTAL})
    for item in items:
        span = spans[str(item.node)]
        if not span.empty and _misses(item, span.rounded(rules.scheme.decimals)):
            others = joined((Phrase(f"{subject(rules.scheme, one).zh}{demand(rules.scheme, one).zh}", f"{subject(rules.scheme, one).en} {demand(rules.scheme, one).en}")
                             for one in items if one.node != item.node), "、", " and ")  # fmt: skip
            return phrase("既要求{others.zh}，就达不到{name.zh}{wanted.zh}：{name.zh}只能在 {low} 至 {high} 之间",
                          "with {others.en}, {name.en} {wanted.en} is out of reach: it lies from {low} to {high}", others=others, name=subject(rules.scheme, item),
                          wanted=demand(rules.scheme, item), low=figure(span.low), high=figure(span.high))  # fmt: skip
    return None


def _always(item: Requirement, span: Span) -> bool:
    """Whether everything within a span meets the bounds."""
    return (
        (item.least is None or span.low >= item.least) and (item.above is None or span.low > item.above)
        and (item.most is None or span.high <= item.most) and (item.below is None or span.high < item.below)
    )  # fmt: skip


def implied(bar: Requirement, by: Requirement) -> bool:
    """Whether who meets `by` meets `bar` too."""
    if bar.parts or by.parts:
        return bar == by and all(map(understood, all_parts(bar)))
    if not (understood(bar) and understood(by)) or (bar.node, bar.condition) != (by.node, by.condition) or (by.classes and not set(bar.classes) <= set(by.classes)) or (by.classes and not bar.classes):
        return False
    if bar.among and not (by.among and set(map(state_name, by.among)) <= set(map(state_name, bar.among))):
        return False
    low = bar.least is None or (by.least is not None and by.least >= bar.least) or (by.above is not None and by.above >= bar.least)
    above = bar.above is None or (by.above is not None and by.above >= bar.above) or (by.least is not None and by.least > bar.above)
    high = bar.most is None or (by.most is not None and by.most <= bar.most) or (by.below is not None and by.below <= bar.most)
    below = bar.below is None or (by.below is not None and by.below <= bar.below) or (by.most is not None and by.most < bar.below)
    return low and above and high and below


def subject_of(label: str) -> Phrase:
    """What is spoken of: the total, or something by its label."""
    return Phrase("总分", "the total") if label == TOTAL else Phrase(f"“{label}”", f"`{label}`")


def in_words(rules: Rules, node: str, class_: str, *, deeper: bool = True) -> Phrase:
    """How the highest score at a node comes about, as it follows the score: " = 学习 60% × 100 + 交流 40% × 50"."""
    scheme, spans = rules.scheme, rules.spans[class_]
    group = None if node == TOTAL else next((one for one in scheme.groups if one.id == node), None)
    if node != TOTAL and group is None:
        return Phrase("", "")
    rule: Group | Total = group or scheme.total
    if rule.value is not None:
        return Phrase("（合成后另行计分）", " (by the shape of what it is made of)")
    if group is not None and group.cap is not None and spans[node].high == group.cap:
        return phrase("（合计最多计 {cap}）", " (held at {cap} at most)", cap=figure(group.cap))
    children = [child for child, counts in zip(scheme.children(None if node == TOTAL else node), spans[node].counting, strict=True) if counts]
    whole = sum(child.weight for child in children) or 1.0
    if is_mean(rule.aggregate) and power(rule.aggregate) == 1:
        shares = [child.weight / (scheme.scale if rule.aggregate == "sum" else whole) for child in children]
        parts = [f"{child.label} {figure(100 * share)}% × {figure(spans[child.id].high)}" for child, share in zip(children, shares, strict=True)]
        made = Phrase(" = " + " + ".join(parts), " = " + " + ".join(parts))
    else:
        highs = "、".join(f"{child.label} {figure(spans[child.id].high)}" for child in children)
        made = phrase("（由 {highs} 合成）", " (made of {highs})", highs=highs)
    added = [(item.label, spans[item.id].high) for item in scheme.adjustments if spans[item.id].high] if node == TOTAL else []
    made = Phrase(*[text + "".join(f" + {label} {figure(points)}" for label, points in added) for text in (made.zh, made.en)])
    low = [child for child in children if deeper and child.id in {one.id for one in scheme.groups} and spans[child.id].high < scheme.scale]
    below = [(child.label, in_words(rules, child.id, class_, deeper=False), figure(spans[child.id].high)) for child in low]
    return joined([made, *(Phrase(f"其中 {label} {high}{how.zh}", f"where {label} is {high}{how.en}") for label, how, high in below)], "；", "; ")
