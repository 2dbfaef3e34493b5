"""Rules that can never act: awards nobody can win, bands nobody can reach, idle caps, vetoes and bars, indicators that cannot matter.

Each finding is proved by spans (`reach`), and says the arithmetic; what cannot be proved is not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.evaluation.aggregation import power
from toolkit.evaluation.quotas import class_table, places
from toolkit.evaluation.requirements import amount, bars, demand, exempt, subject
from toolkit.evaluation.scores import TOTAL
from toolkit.examination.reach import (
    Span,
    adjustment_span,
    before_bounds,
    beyond_known,
    column_of,
    is_mean,
    reach,
    states_of,
)
from toolkit.ground.problems import Problem, Severity
from toolkit.ground.ranking import tolerance
from toolkit.ground.text import Phrase, figure, joined, phrase
from toolkit.indicators.checks import measured_range
from toolkit.scheme.measures import Measure
from toolkit.scheme.outcomes import FIRST_PLACES, Requirement
from toolkit.scheme.shapes import state_name

if TYPE_CHECKING:
    from toolkit.records.dictionary import Tables
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Group, Indicator, Total
    from toolkit.scheme.outcomes import Award, Grades, Quota, Veto

KEYS: Mapping[str, frozenset[str]] = {
    "Requirement": frozenset({"node", "condition", "least", "above", "most", "below", "among", "classes"}),
    "Award": frozenset({"id", "label", "quota", "minimum", "require", "by", "beside", "reserve", "source"}),
    "Quota": frozenset({"share", "number", "within", "rounding", "least", "most", "in_all"}),
    "Grades": frozenset({"bands", "require", "default", "valid_for", "rise_at_most", "applied_only", "source"}),
    "Veto": frozenset({"id", "label", "when", "effect", "at_least", "distinct", "sum", "at_most", "source"}),
}
"""What is known of the rules beside the tree: where more is written, nothing is claimed."""
LOWER = Phrase("请降低要求，或提高能得的分", "ask for less, or let more be scored")
MORE = Phrase("请降低要求或提高能得的分；缺名额的，写 least = 1 或改取整办法", "ask for less or let more be scored; where a place is lacking, write least = 1 or another `rounding`")
DROP = Phrase("如不再需要，请删去；否则请核对写法", "remove it if it is not needed, else check how it is written")


def understood(part: object) -> bool:
    """Whether nothing is written in a rule that is not known here."""
    return frozenset(getattr(part, "model_fields_set", ())) <= KEYS[type(part).__name__]


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
        named += [name for _, item in self.requirements for name in item.classes]
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
        return item.condition is not None or not exempt(self.scheme, str(item.node), pd.Series([class_], dtype="str"))[0]

    def places(self, quota: Quota | None, class_: str) -> int | None:
        """The most places there can be for a class, whoever takes part; None for no limit, or where that is not known."""
        if quota is None or not understood(quota):
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
    asked = [item for item in items if rules.asked(item, class_) and understood(item)]
    alone = next((why for item in asked if (why := _unmet(rules, item, class_)) is not None), None)
    return alone or _together(rules, [item for item in asked if item.node], class_)


def dead_awards(rules: Rules) -> Iterator[Problem]:
    """Eligibility that nobody can meet; awards that nobody can win; classes that cannot, or have no place."""
    required = rules.scheme.eligibility.require if rules.scheme.eligibility else ()
    barred = {name: lacking(rules, required, name) for name in rules.classes}
    yield from _by_class("eligibility", Phrase("参评", "takes part"), barred, LOWER)
    if all(barred.values()):
        return
    for award in rules.scheme.awards:
        if not understood(award):
            continue
        why = {name: lacking(rules, (*required, *bars(award)), name) or _without_place(rules, award, name) for name in rules.classes}
        won = phrase("获得“{award}”", "wins `{award}`", award=award.label)
        yield from _by_class(f"award[{award.id}]", won, why, MORE)
        if not all(why.values()) and (taken := _taken_before(rules, award)) is not None:
            yield taken


def dead_bands(rules: Rules) -> Iterator[Problem]:
    """Bands of the grades that nobody can come to, by score, by default or by a veto."""
    grades = rules.scheme.grades
    if grades is None or not understood(grades):
        return
    by_score = {name: {class_: _band_unreached(rules, grades, name, class_) for class_ in rules.classes} for name, _ in grades.bands}
    given = {grades.default, *(veto.effect.grade for veto in rules.scheme.vetoes)}
    sinks, reached = any(veto.effect.lower_by for veto in rules.scheme.vetoes) or grades.rise_at_most is not None, False
    for name, whys in by_score.items():
        if all(whys.values()) and name not in given and not (sinks and reached):
            what = phrase("没有人能评为 {grade}：", "nobody can be graded {grade}: ", grade=name)
            yield _finding("warning", "grades.bands", (what, next(filter(None, whys.values()))), LOWER)
        reached = reached or not all(whys.values())


def idle_rules(rules: Rules) -> Iterator[Problem]:
    """Bounds that hold nothing, bars that keep nobody out, vetoes that strike nobody or change nothing."""
    yield from _idle_bounds(rules)
    yield from _idle_bars(rules)
    for award in rules.scheme.awards:
        yield from _idle_quota(rules, award)
    for veto in rules.scheme.vetoes:
        if understood(veto) and (why := _idle_veto(rules, veto)) is not None:
            yield _finding("note", f"veto[{veto.id}]", (phrase("“{veto}”永远不起作用：", "`{veto}` never acts: ", veto=veto.label), why), DROP)


def idle_indicators(rules: Rules) -> Iterator[Problem]:
    """Indicators that can change no award, grade or rank, whatever all the other values are."""
    looked = _looked_at(rules)
    if FIRST_PLACES in rules.scheme.ties or looked is None:
        return
    for item in rules.scheme.indicators:
        why = None if item.missing in {"unranked", "error"} else _without_say(rules, item, looked)
        if why is not None:
            named = phrase("“{item}”影响不了任何奖项、等级和名次：", "`{item}` can change no award, grade or rank: ", item=item.label)
            yield _finding("note", f"indicator[{item.id}]", (named, why), Phrase("如只供参考可以保留，否则请改权重或计分", "leave it if it is for information, else change its weight or shape"))


def _finding(severity: Severity, place: str, words: tuple[Phrase, Phrase], mend: Phrase) -> Problem:
    """What was found and why, as one problem of the scheme."""
    what, why = words
    return Problem(severity, Phrase(what.zh + why.zh, what.en + why.en), mend, file="scheme.toml", column=place)


def _by_class(place: str, what: Phrase, whys: Mapping[str, Phrase | None], mend: Phrase) -> Iterator[Problem]:
    """One finding where nobody can, else one for each class that cannot."""
    proved = {name: why for name, why in whys.items() if why is not None}
    if len(proved) == len(whys):
        name, why = next(iter(proved.items()))
        of_class = phrase("（以“{name}”为例）", " (`{name}`, for one)", name=name) if name and len(set(proved.values())) > 1 else Phrase("", "")
        yield _finding("warning", place, (phrase("没有人能{what.zh}{of.zh}：", "nobody {what.en}{of.en}: ", what=what, of=of_class), why), mend)
        return
    for name, why in proved.items():
        if name:
            yield _finding("warning", place, (phrase("“{name}”没有人能{what.zh}：", "of `{name}` nobody {what.en}: ", name=name, what=what), why), mend)


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
    if beyond_known(condition.measure):
        return None
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


def _without_place(rules: Rules, award: Award, class_: str) -> Phrase | None:
    """Why a class has no place, however many take part."""
    if rules.places(award.quota, class_) != 0 or award.quota is None:
        return None
    if rules.sizes is None or award.quota.share is None:
        return Phrase("名额为 0", "it has 0 places")
    together = award.quota.within == "all" or rules.scheme.members.class_ is None
    count = sum(rules.sizes.values()) if together else rules.sizes[class_]
    share = award.quota.share.get(class_) if isinstance(award.quota.share, dict) else award.quota.share
    return phrase("共 {n} 家，即使全部参评，按 {share} 也不足一个名额", "all {n:member|members} together come to no place at a share of {share}", n=count, share=share)


def _taken_before(rules: Rules, award: Award) -> Problem | None:
    """An earlier award without limit that everyone who could win this one is given first."""
    earlier = rules.scheme.awards[: rules.scheme.awards.index(award)]
    for first in (one for one in earlier if one.quota is None and one.id not in award.beside and understood(one)):
        spared = any(_bars_from(veto, first.id) and not _bars_from(veto, award.id) for veto in rules.scheme.vetoes)
        if not spared and all(any(_implied(bar, by) for by in bars(award)) for bar in bars(first)):
            rule = phrase("“{award}”没有人能获得：达到其条件的，都先获得不限名额的“{first}”，不再参加“{award}”",
                          "nobody wins `{award}`: whoever meets what it asks for is given `{first}` first, which has no limit, and is not offered it", award=award.label, first=first.label)  # fmt: skip
            mend = phrase('请把“{award}”写在“{first}”之前，或写 beside = ["{id}"]', 'write `{award}` before `{first}`, or beside = ["{id}"]', award=award.label, first=first.label, id=first.id)
            return Problem("warning", rule, mend, file="scheme.toml", column=f"award[{award.id}]")
    return None


def _bars_from(veto: Veto, award: str) -> bool:
    return veto.effect.award == "none" or (veto.effect.award is not None and award in veto.effect.award)


def _implied(bar: Requirement, by: Requirement) -> bool:
    """Whether who meets `by` meets `bar` too."""
    if not (understood(bar) and understood(by)) or (bar.node, bar.condition) != (by.node, by.condition) or (by.classes and not set(bar.classes) <= set(by.classes)) or (by.classes and not bar.classes):
        return False
    if bar.among and not (by.among and set(map(state_name, by.among)) <= set(map(state_name, bar.among))):
        return False
    low = bar.least is None or (by.least is not None and by.least >= bar.least) or (by.above is not None and by.above >= bar.least)
    above = bar.above is None or (by.above is not None and by.above >= bar.above) or (by.least is not None and by.least > bar.above)
    high = bar.most is None or (by.most is not None and by.most <= bar.most) or (by.below is not None and by.below <= bar.most)
    below = bar.below is None or (by.below is not None and by.below <= bar.below) or (by.most is not None and by.most < bar.below)
    return low and above and high and below


def _band_unreached(rules: Rules, grades: Grades, name: str, class_: str) -> Phrase | None:
    """Why no total of a class comes to a band."""
    bound, span = dict(grades.bands)[name], rules.shown(TOTAL, class_)
    last = name == grades.bands[-1][0]
    if not last and (why := lacking(rules, (Requirement(node=TOTAL, least=bound), *grades.require.get(name, ())), class_)) is not None:
        return why
    better = next(((other, least) for other, least in grades.bands if least > bound and least <= span.low and not grades.require.get(other)), None)
    if better is None or span.empty:
        return None
    return phrase("总分最低也有 {low}，已够 {better} 的 {least} 分", "the total is at least {low}, enough for {better} from {least} on", low=amount(rules.scheme, span.low), better=better[0], least=figure(better[1]))


def _idle_bounds(rules: Rules) -> Iterator[Problem]:
    """Caps and floors of adjustments and of the total that nothing can reach."""
    for item in rules.scheme.adjustments:
        free = adjustment_span(item, rules.tables, bounded=False)
        deduction = item.cap is not None and item.cap < 0 and item.floor is None
        for key, bound in (("cap", item.cap), ("floor", item.floor)):
            low = key == "floor" or deduction
            if bound is not None and (free.low >= bound if low else free.high <= bound):
                yield _idle_bound(f"adjustment[{item.id}].{key}", item.label, key, bound, free, low=low)
    totals = [before_bounds(rules.scheme, rules.spans[class_]) for class_ in rules.classes]
    total = Span(min(span.low for span in totals), max(span.high for span in totals))
    for key, bound in (("cap", rules.scheme.total.cap), ("floor", rules.scheme.total.floor)):
        if bound is not None and not beyond_known(rules.scheme.total) and (total.low >= bound if key == "floor" else total.high <= bound):
            yield _idle_bound(f"total.{key}", TOTAL, key, bound, total, low=key == "floor")


def _idle_bound(place: str, label: str, key: str, bound: float, span: Span, *, low: bool) -> Problem:
    name = subject_of(label)
    ends, end = (Phrase("最低也有", "is at least"), span.low) if low else (Phrase("最高只有", "is at most"), span.high)
    rule = phrase("{name.zh}的 {key} = {bound} 永远不起作用：{name.zh}{ends.zh} {end}", "`{key}` = {bound} of {name.en} never acts: {name.en} {ends.en} {end}",
                  name=name, key=key, bound=figure(bound), ends=ends, end=figure(end))  # fmt: skip
    return Problem("note", rule, DROP, file="scheme.toml", column=place)


def subject_of(label: str) -> Phrase:
    """What is spoken of: the total, or something by its label."""
    return Phrase("总分", "the total") if label == TOTAL else Phrase(f"“{label}”", f"`{label}`")


def _idle_bars(rules: Rules) -> Iterator[Problem]:
    """Bars that everybody passes, whatever is recorded."""
    for place, item in rules.requirements:
        asked = [class_ for class_ in rules.classes if item.condition is None and understood(item) and rules.asked(item, class_)]
        spans = [rules.shown(str(item.node), class_) for class_ in asked]
        if not spans or not all((span.sure or item.node == TOTAL) and not span.empty and _always(item, span) for span in spans):
            continue
        low, high = min(span.low for span in spans), max(span.high for span in spans)
        rule = phrase("要求{name.zh}{wanted.zh}，谁也挡不住：{name.zh}总在 {low} 至 {high} 之间", "{name.en} {wanted.en} keeps nobody out: {name.en} always lies from {low} to {high}",
                      name=subject(rules.scheme, item), wanted=demand(rules.scheme, item), low=figure(low), high=figure(high))  # fmt: skip
        yield Problem("note", rule, DROP, file="scheme.toml", column=place)


def _always(item: Requirement, span: Span) -> bool:
    """Whether everything within a span meets the bounds."""
    return (
        (item.least is None or span.low >= item.least) and (item.above is None or span.low > item.above)
        and (item.most is None or span.high <= item.most) and (item.below is None or span.high < item.below)
    )  # fmt: skip


def _idle_quota(rules: Rules, award: Award) -> Iterator[Problem]:
    """Bounds on the places that no number of members reaches."""
    quota = award.quota
    if quota is None or not rules.sizes or not understood(quota):
        return
    free = {name: rules.places(quota.model_copy(update={"most": None, "in_all": None}), name) or 0 for name in rules.classes}
    together = quota.within == "all" or rules.scheme.members.class_ is None
    everything = max(free.values()) if together else sum(min(count, rules.sizes[name]) for name, count in free.items())
    for key, bound, most in (("most", quota.most, max(free.values())), ("in_all", quota.in_all, everything)):
        if bound is not None and most <= bound:
            rule = phrase("“{award}”名额的 {key} = {bound} 永远不起作用：即使全部参评也只有 {most} 个", "`{key}` = {bound} of `{award}` never acts: with everybody taking part there are {most}",
                          award=award.label, key=key, bound=bound, most=most)  # fmt: skip
            yield Problem("note", rule, DROP, file="scheme.toml", column=f"award[{award.id}].quota.{key}")


def _idle_veto(rules: Rules, veto: Veto) -> Phrase | None:
    """Why a veto strikes nobody, or changes nothing for whom it strikes."""
    counted = Measure(take="sum", table=veto.when.table, column=veto.sum or veto.distinct)
    column = column_of(counted, rules.tables)
    if veto.distinct and column is not None and column.choices and len(column.choices) < veto.at_least:
        return phrase("要有 {n} 种，而只有 {known} 种可填", "it takes {n} different ones, and {known} can be recorded", n=figure(veto.at_least), known=len(column.choices))
    least, most = measured_range(counted, rules.tables) if veto.sum else (-np.inf, np.inf)
    if veto.at_most is not None and least > veto.at_most:
        return phrase("合计要到 {n}，而所记都不小于 0", "it takes a sum of {n}, and nothing below 0 can be recorded", n=figure(veto.at_most))
    if veto.sum and veto.at_most is None and most < veto.at_least:
        return phrase("合计要到 {n}，而所记都不大于 0", "it takes a sum of {n}, and nothing above 0 can be recorded", n=figure(veto.at_least))
    return _without_effect(rules.scheme, veto)


def _without_effect(scheme: Scheme, veto: Veto) -> Phrase | None:
    """Why what a veto does changes nothing: no award is left to bar, and no better grade to lose."""
    effect, grades = veto.effect, scheme.grades
    if effect.award is not None and (effect.award or scheme.awards):
        return None if effect.award != "none" or scheme.awards else Phrase("没有奖项可取消", "there is no award to bar")
    names = [name for name, _ in grades.bands] if grades else []
    if effect.grade is not None and names and effect.grade == names[0] and not effect.lower_by:
        return phrase("直接定为 {grade}，而 {grade} 已是最高一级，谁也不会因此降级", "it gives {grade}, which is the best band: nobody falls by it", grade=effect.grade)
    if effect.lower_by and len(names) == 1 and effect.grade is None:
        return Phrase("只有一个等级，无级可降", "there is one band only, and none to fall to")
    return None


def _looked_at(rules: Rules) -> set[str] | None:
    """Every node whose score decides something; None where that cannot be told."""
    scheme = rules.scheme
    if not all(isinstance(key, str) for key in scheme.ties) or not all(map(understood, (*scheme.awards, *(item for _, item in rules.requirements)))):
        return None
    nodes = {TOTAL, *scheme.ties, *(award.by for award in scheme.awards)}
    return nodes | {str(item.node) for _, item in rules.requirements if item.node}


def _without_say(rules: Rules, item: Indicator, looked: set[str]) -> Phrase | None:
    """Why an indicator, on its way up to whatever decides, is stopped in every class."""
    nodes, node = rules.scheme.nodes, item.id
    while node not in looked:
        parent = nodes[node].group or TOTAL
        stops = [_stopped(rules, node, parent, class_) for class_ in rules.classes]
        if all(stops):
            return next((why for why in stops if why and why.zh), None)
        node = parent
    fixed = node == item.id and all(rules.spans[class_][node].fixed for class_ in rules.classes)
    return _fixed_in_words(rules, node) if fixed else None


def _stopped(rules: Rules, node: str, parent: str, class_: str) -> Phrase | None:
    """Why what a node scores never reaches its parent in a class; without words where it does not apply there."""
    scheme, spans = rules.scheme, rules.spans[class_]
    rule: Group | Total = scheme.total if parent == TOTAL else next(group for group in scheme.groups if group.id == parent)
    name, under = subject_of(scheme.label(node)), Phrase("总分", "the total") if parent == TOTAL else subject_of(scheme.label(parent))
    if spans[node].empty:
        return Phrase("", "")
    if beyond_known(rule) or rule.when or not is_mean(rule.aggregate):
        return None
    if scheme.nodes[node].weight == 0 and rule.least_present is None:
        return phrase("{name.zh}的权重是 0", "{name.en} has weight 0", name=name)
    if spans[node].fixed:
        return _fixed_in_words(rules, node)
    others = [child for child in scheme.children(None if parent == TOTAL else parent) if child.id != node and child.weight > 0]
    lower = next((child for child in others if spans[child.id].sure and spans[child.id].high <= spans[node].low), None)
    if rule.aggregate == "minimum" and lower is not None and spans[node].sure:
        return phrase("{under.zh}取最低的一项，而{name.zh}最低也有 {low}，“{lower}”最高只有 {high}", "{under.en} takes the lowest, {name.en} is at least {low} and `{lower}` at most {high}",
                      under=under, name=name, low=figure(spans[node].low), lower=lower.label, high=figure(spans[lower.id].high))  # fmt: skip
    return None


def _fixed_in_words(rules: Rules, node: str) -> Phrase:
    low = next(span.low for spans in rules.spans.values() if not (span := spans[node]).empty)
    return phrase("{name.zh}无论怎样都是 {low} 分", "{name.en} is {low} whatever is recorded", name=subject_of(rules.scheme.label(node)), low=figure(low))


def in_words(rules: Rules, node: str, class_: str, *, deeper: bool = True) -> Phrase:
    """How the highest score at a node comes about, as it follows the score: " = 学习 60% × 100 + 交流 40% × 50"."""
    scheme, spans = rules.scheme, rules.spans[class_]
    group = None if node == TOTAL else next((one for one in scheme.groups if one.id == node), None)
    if node != TOTAL and group is None:
        return Phrase("", "")
    rule: Group | Total = group or scheme.total
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
