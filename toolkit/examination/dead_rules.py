"""Rules that can never act: awards nobody can win, bands nobody can reach, idle caps, vetoes and bars, indicators that cannot matter.

Each finding is proved by spans (`reach`), and says the arithmetic; what cannot be proved is not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from toolkit.evaluation.requirements import amount, bars, demand, firsts, subject, with_subject
from toolkit.evaluation.scores import TOTAL
from toolkit.evaluation.stages import first_stage
from toolkit.evaluation.value_checks import cut_off, cut_problem
from toolkit.examination.reach import (
    Span,
    adjustment_span,
    before_bounds,
    column_of,
    free_of_bounds,
    is_mean,
)
from toolkit.examination.rules import (
    Rules,
    all_parts,
    always_met,
    asked_of,
    implied,
    lacking,
    subject_of,
    understood,
)
from toolkit.ground.problems import Problem, Severity
from toolkit.ground.text import Phrase, figure, phrase
from toolkit.indicators.checks import measured_range
from toolkit.scheme.measures import Measure
from toolkit.scheme.outcomes import FIRST_PLACES, Award, Grades, Quota, Requirement, Veto
from toolkit.scheme.shapes.absolute import FAR

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Group, Indicator, Total

LOWER = Phrase("请降低要求，或提高能得的分", "ask for less, or let more be scored")
MORE = Phrase("请降低要求或提高能得的分；缺名额的，写 least = 1 或改取整办法", "ask for less or let more be scored; where a place is lacking, write least = 1 or another `rounding`")
DROP = Phrase("如不再需要，请删去；否则请核对写法", "remove it if it is not needed, else check how it is written")


def dead_awards(rules: Rules) -> Iterator[Problem]:
    """Eligibility that nobody can meet; awards that nobody can win; classes that cannot, or have no place."""
    required = rules.scheme.eligibility.require if rules.scheme.eligibility else ()
    barred = {name: lacking(rules, required, name) for name in rules.classes}
    yield from _by_class("eligibility", Phrase("参评", "takes part"), barred, LOWER)
    if all(barred.values()):
        return
    if rules.scheme.shortlist is not None:
        first = replace(rules, scheme=first_stage(rules.scheme, rules.scheme.shortlist).model_copy(update={"eligibility": None}))
        unreached = [replace(problem, column="shortlist") for problem in dead_awards(first)]
        yield from unreached
        if any(problem.rule.zh.startswith("没有人能") for problem in unreached):
            return
    for award in rules.scheme.awards:
        why = {name: lacking(rules, (*required, *bars(award)), name) or _without_place(rules, award, name) for name in rules.classes}
        won = phrase("获得“{award}”", "wins `{award}`", award=award.label)
        yield from _by_class(f"award[{award.id}]", won, why, MORE)
        if not all(why.values()) and (taken := _taken_before(rules, award)) is not None:
            yield taken


def dead_bands(rules: Rules) -> Iterator[Problem]:
    """Bands of the grades that nobody can come to, by score, by default or by a veto."""
    grades = rules.scheme.grades
    if grades is None:
        return
    by_score = {name: {class_: _band_unreached(rules, grades, name, class_) for class_ in rules.classes} for name, _ in grades.bands}
    given = {grades.default, *(veto.effect.grade for veto in rules.scheme.vetoes)}
    sinks, reached = any(veto.effect.lower_by for veto in rules.scheme.vetoes) or grades.rise_at_most is not None or bool(grades.rise_require), False
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
        if (why := _idle_veto(rules, veto)) is not None:
            yield _finding("note", f"veto[{veto.id}]", (phrase("“{veto}”永远不起作用：", "`{veto}` never acts: ", veto=veto.label), why), DROP)


def cut_shapes(rules: Rules) -> Iterator[Problem]:
    """Shapes that hold what the tables allow at an end that the scheme does not write."""
    for item in rules.scheme.indicators:
        allowed = [end for end in measured_range(item.measure, rules.tables) if abs(end) < FAR]
        for key, _, told in cut_off(item, np.array(allowed), rules.scheme.scale):
            yield cut_problem(item, key, told, Phrase("表中允许", "what the tables allow"))


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


def _without_place(rules: Rules, award: Award, class_: str) -> Phrase | None:
    """Why a class has no place, however many take part, or nobody of it is among the first that are asked for."""
    for item in firsts(award.require).values() if rules.sizes is not None else ():
        if item.first is not None and item.first.share is not None and item in award.require:
            first = Quota(share=item.first.share, within=item.first.within, rounding=item.first.rounding)
            if rules.places(first, class_) == 0:
                return phrase("要求{wanted.zh}，即使全部参评，按比例也不足 1 名", "it asks for {wanted.en}, and of all members together that comes to nobody", wanted=with_subject(rules.scheme, item))
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
    for first in (one for one in earlier if one.quota is None and one.id not in award.beside):
        spared = any(_bars_from(veto, first.id) and not _bars_from(veto, award.id) for veto in rules.scheme.vetoes)
        if not spared and all(any(implied(bar, by) for by in bars(award)) for bar in bars(first)):
            rule = phrase("“{award}”没有人能获得：达到其条件的，都先获得不限名额的“{first}”，不再参加“{award}”",
                          "nobody wins `{award}`: whoever meets what it asks for is given `{first}` first, which has no limit, and is not offered it", award=award.label, first=first.label)  # fmt: skip
            mend = phrase('请把“{award}”写在“{first}”之前，或写 beside = ["{id}"]', 'write `{award}` before `{first}`, or beside = ["{id}"]', award=award.label, first=first.label, id=first.id)
            return Problem("warning", rule, mend, file="scheme.toml", column=f"award[{award.id}]")
    return None


def _bars_from(veto: Veto, award: str) -> bool:
    return veto.effect.award == "none" or (veto.effect.award is not None and award in veto.effect.award)


def _band_unreached(rules: Rules, grades: Grades, name: str, class_: str) -> Phrase | None:
    """Why no total of a class comes to a band."""
    bound, span = dict(grades.bands)[name], rules.shown(TOTAL, class_)
    last = name == grades.bands[-1][0]
    if not last and (why := lacking(rules, grades.asks(name), class_)) is not None:
        return why
    better = next(((other, least) for other, least in grades.bands if least > bound and least <= span.low and not grades.require.get(other) and other not in {*grades.quota, *grades.above}), None)
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
    for group in rules.scheme.groups:
        if group.cap is None:
            continue
        spans = [span for class_ in rules.classes if not (span := free_of_bounds(rules.scheme, rules.tables, class_, group)).empty]
        if spans and max(span.high for span in spans) <= group.cap:
            highest = max(spans, key=lambda span: span.high)
            yield _idle_bound(f"group[{group.id}].cap", group.label, "cap", group.cap, highest, low=False)
    totals = [before_bounds(rules.scheme, rules.spans[class_]) for class_ in rules.classes]
    total = Span(min(span.low for span in totals), max(span.high for span in totals))
    for key, bound in (("cap", rules.scheme.total.cap), ("floor", rules.scheme.total.floor)):
        if bound is not None and (total.low >= bound if key == "floor" else total.high <= bound):
            yield _idle_bound(f"total.{key}", TOTAL, key, bound, total, low=key == "floor")


def _idle_bound(place: str, label: str, key: str, bound: float, span: Span, *, low: bool) -> Problem:
    name = subject_of(label)
    ends, end = (Phrase("最低也有", "is at least"), span.low) if low else (Phrase("最高只有", "is at most"), span.high)
    rule = phrase("{name.zh}的 {key} = {bound} 永远不起作用：{name.zh}{ends.zh} {end}", "`{key}` = {bound} of {name.en} never acts: {name.en} {ends.en} {end}",
                  name=name, key=key, bound=figure(bound), ends=ends, end=figure(end))  # fmt: skip
    return Problem("note", rule, DROP, file="scheme.toml", column=place)


def _idle_bars(rules: Rules) -> Iterator[Problem]:
    """Bars that everybody passes, whatever is recorded."""
    for place, item in rules.requirements:
        asked = {class_: list(asked_of(rules, item, class_)) for class_ in rules.classes}
        for part in dict.fromkeys(part for parts in asked.values() for part in parts):
            classes = [class_ for class_ in rules.classes if part in asked[class_]]
            if all(always_met(rules, part, class_) for class_ in classes):
                yield Problem("note", _passed_by_all(rules, part, classes), DROP, file="scheme.toml", column=place)


def _passed_by_all(rules: Rules, item: Requirement, classes: list[str]) -> Phrase:
    wanted = demand(rules.scheme, item)
    if item.parts:
        return phrase("要求{wanted.zh}，谁也挡不住", "{wanted.en}: that keeps nobody out", wanted=wanted)
    spans = [rules.shown(str(item.node), class_) for class_ in classes]
    low, high = min(span.low for span in spans), max(span.high for span in spans)
    return phrase("要求{name.zh}{wanted.zh}，谁也挡不住：{name.zh}总在 {low} 至 {high} 之间", "{name.en} {wanted.en} keeps nobody out: {name.en} always lies from {low} to {high}",
                  name=subject(rules.scheme, item), wanted=wanted, low=figure(low), high=figure(high))  # fmt: skip


def _idle_quota(rules: Rules, award: Award) -> Iterator[Problem]:
    """Bounds on the places that no number of members reaches."""
    quota = award.quota
    if quota is None or not rules.sizes or quota.limited:
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
        return None if effect.award != "none" or scheme.awards or scheme.shortlist else Phrase("没有奖项可取消", "there is no award to bar")
    names = [name for name, _ in grades.bands] if grades else []
    placed = grades is not None and bool(grades.quota)  # who is struck takes no place of a band, so that others come to have it
    if effect.grade is not None and names and effect.grade == names[0] and not effect.lower_by and not placed:
        return phrase("直接定为 {grade}，而 {grade} 已是最高一级，谁也不会因此降级", "it gives {grade}, which is the best band: nobody falls by it", grade=effect.grade)
    if effect.lower_by and len(names) == 1 and effect.grade is None:
        return Phrase("只有一个等级，无级可降", "there is one band only, and none to fall to")
    return None


def _looked_at(rules: Rules) -> set[str] | None:
    """Every node whose score decides something; None where that cannot be told."""
    scheme = rules.scheme
    asked = [part for _, item in rules.requirements for part in all_parts(item)]
    if not all(isinstance(key, str) for key in scheme.ties) or not all(map(understood, asked)):
        return None
    nodes = {TOTAL, *(key for key in scheme.ties if isinstance(key, str)), *(award.by for award in scheme.awards)}
    return nodes | {str(item.node) for item in asked if item.node}


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
    if rule.when or not is_mean(rule.aggregate):
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


