"""Requirements: who meets what a scheme asks for beside the places, of the score at a node or of a condition.

In words: what a scheme asks for, and what a member has that falls short of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from operator import add, and_
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
import pandas as pd

from toolkit.evaluation.scores import TOTAL, Score
from toolkit.ground.decimals import decimal_digits
from toolkit.ground.ranking import Floats, Mask, rounded
from toolkit.ground.text import Phrase, joined, phrase
from toolkit.scheme.outcomes import Award, First, Requirement, Shortlist
from toolkit.scheme.shapes import is_missing, state_name

if TYPE_CHECKING:
    from toolkit.scheme import Scheme

@dataclass(frozen=True, eq=False)
class Demands:
    """Some requirements, with all that no score changes worked out.

    Parameters
    ----------
    able : bool[n]
        The members that meet everything asked of conditions.
    nodes
        What is asked of nodes, and the members of whom it is not: of another class, or the node does not apply.
    clauses
        What is made of several requirements, some of them of nodes.
    """

    able: Mask
    nodes: tuple[tuple[Requirement, Mask], ...]
    clauses: tuple[Clause, ...] = ()

    def met(self, score: Score) -> Mask:
        """The members that meet all of them under these scores; bool[n]."""
        met = self.able.copy()
        for item, spared in self.nodes:
            met &= within(item, score(str(item.node))) | spared
        for clause in self.clauses:
            met &= clause.met(lambda item: within(item, score(str(item.node))))
        return met

    def alone(self, nodes: Collection[str]) -> Demands:
        """What is asked of some nodes by itself, nothing else."""
        return Demands(np.ones_like(self.able), tuple((item, spared) for item, spared in self.nodes if item.node in nodes))

    @property
    def of_nodes(self) -> list[Requirement]:
        """Everything that is asked of nodes, alone or beside others."""
        return [*(item for item, _ in self.nodes), *(item for clause in self.clauses for item in clause.of_nodes)]

    @property
    def facts(self) -> list[Mask]:
        """All that is known of members beside their scores, bool[n] each."""
        return [self.able, *(fact for clause in self.clauses for fact in clause.facts)]

    def with_facts(self, facts: Iterator[Mask]) -> Demands:
        """The same with other masks, in the order of `facts`."""
        return replace(self, able=next(facts), clauses=tuple(clause.with_facts(facts) for clause in self.clauses))


@dataclass(frozen=True, eq=False)
class Clause:
    """A requirement made of others, some of them of nodes, with all that no score changes worked out.

    Parameters
    ----------
    item
        What is asked.
    spared : bool[n]
        The members of whom it is not asked.
    fact : bool[n] or None
        Of a condition who meets it, whatever the scores.
    parts
        What it is made of; none where it is asked of a node or a condition.
    """

    item: Requirement
    spared: Mask
    fact: Mask | None = None
    parts: tuple[Clause, ...] = ()

    def met(self, met_at: Callable[[Requirement], Mask]) -> Mask:
        """Who meets it, or is not asked, where `met_at` says who meets what is asked of a node; bool[n], or [runs, n]."""
        return self.certain(lambda item: (met_at(item),) * 2)[0]

    def certain(self, met_at: Callable[[Requirement], tuple[Mask, Mask]]) -> tuple[Mask, Mask]:
        """Who meets it for certain, and who may, where `met_at` says both of what is asked of a node."""
        return self._open(met_at)[0] | self.spared, self._open(met_at)[1] | self.spared

    def _open(self, met_at: Callable[[Requirement], tuple[Mask, Mask]]) -> tuple[Mask, Mask]:
        if not self.parts:
            return met_at(self.item) if self.fact is None else (self.fact, self.fact)
        known = [part._open(met_at) for part in self.parts]  # noqa: SLF001 - its own
        sure, may = ([pair[side] for pair in known] for side in (0, 1))
        spared = [part.spared for part in self.parts]
        if self.item.all_of:
            return _all(sure, spared), _all(may, spared)
        if self.item.none_of:
            return ~_count(may, spared, 1), ~_count(sure, spared, 1)
        return _count(sure, spared, self.item.at_least), _count(may, spared, self.item.at_least)

    @property
    def of_nodes(self) -> list[Requirement]:
        """What is asked of nodes in it."""
        return [self.item] if self.item.node is not None else [item for part in self.parts for item in part.of_nodes]

    @property
    def facts(self) -> list[Mask]:
        """Who meets each condition in it."""
        return [self.fact] if self.fact is not None else [fact for part in self.parts for fact in part.facts]

    def with_facts(self, facts: Iterator[Mask]) -> Clause:
        """The same with other masks, in the order of `facts`."""
        if self.fact is not None:
            return replace(self, fact=next(facts))
        return replace(self, parts=tuple(part.with_facts(facts) for part in self.parts))


def _all(met: Sequence[Mask], spared: Sequence[Mask]) -> Mask:
    return np.asarray(reduce(and_, (one | other for one, other in zip(met, spared, strict=True))))


def _count(met: Sequence[Mask], spared: Sequence[Mask], least: int) -> Mask:
    """Where at least so many are met; what is not asked of a member does not count."""
    counted = (np.asarray(one & ~other, np.int64) for one, other in zip(met, spared, strict=True))
    return np.asarray(reduce(add, counted) >= least, dtype=np.bool_)


def asked(
    requirements: Iterable[Requirement], scheme: Scheme, classes: pd.Series[str], conditions: pd.DataFrame | None
) -> Demands:
    """What `requirements` ask of members in these classes, of whom these conditions are known.

    Parameters
    ----------
    classes, conditions
        Index member, in the same order; one column of raw values for each condition. None where nothing is asked of any.
    """
    able, nodes, clauses = np.ones(len(classes), np.bool_), [], []
    for item in requirements:
        clause = _clause(item, scheme, classes, conditions)
        if item.node is not None:
            nodes.append((clause.item, clause.spared))
        elif clause.of_nodes:
            clauses.append(clause)
        else:
            able &= clause.met(lambda _: np.zeros(len(classes), np.bool_))
    return Demands(able, tuple(nodes), tuple(clauses))


def first_key(item: Requirement) -> str:
    """By what is asked for whether a member is among the first at a node: 1 for who is, as a node's score."""
    first = item.first
    assert first is not None
    return f"first[{item.node},{first.share or first.number},{first.within},{first.rounding}]"


def firsts(requirements: Iterable[Requirement]) -> dict[str, Requirement]:
    """What asks for the first at a node, alone or beside others, by its key."""
    found: dict[str, Requirement] = {}
    for item in requirements:
        found |= firsts(item.parts) if item.first is None else {first_key(item): item}
    return found


def _clause(item: Requirement, scheme: Scheme, classes: pd.Series[str], conditions: pd.DataFrame | None) -> Clause:
    """One requirement with its parts; what is made of nothing that is asked of a member's class is not asked of it."""
    spared = unasked(item, classes)
    if item.node is not None:
        asks = item if item.first is None else Requirement(node=first_key(item), least=1)
        return Clause(asks, spared | exempt(scheme, item.node, classes))
    if item.condition is not None:
        held = np.ones(len(classes), np.bool_) if conditions is None else holding(item, conditions.loc[classes.index, item.condition])
        return Clause(item, spared, held)
    parts = tuple(_clause(part, scheme, classes, conditions) for part in item.parts)
    return Clause(item, spared | reduce(and_, (part.spared for part in parts)), None, parts)


def barred(scheme: Scheme, index: pd.Index[str], vetoes: pd.DataFrame, award: str) -> Mask:
    """The members whom a veto bars from an award; bool[n]."""
    bar = [
        veto.id
        for veto in scheme.vetoes
        if veto.effect.award == "none" or (veto.effect.award is not None and award in veto.effect.award)
    ]
    struck = vetoes.loc[vetoes["veto"].isin(bar), "member"] if bar and len(vetoes) else ()
    return np.asarray(index.isin(struck), dtype=np.bool_) if len(struck) else np.zeros(len(index), np.bool_)


def unasked(item: Requirement, classes: pd.Series[str]) -> Mask:
    """The members of whose class a requirement is not asked; bool[n].

    Examples
    --------
    >>> unasked(Requirement(node="total", least=60, classes=("甲",)), pd.Series(["甲", "乙"])).tolist()
    [False, True]
    """
    if not item.classes:
        return np.zeros(len(classes), np.bool_)
    return ~classes.isin(item.classes).to_numpy(np.bool_)


def not_asked(item: Requirement, scheme: Scheme, classes: pd.Series[str]) -> Mask:
    """The members of whom a requirement is not asked: of another class, or what it asks of does not apply to them; bool[n]."""
    return _clause(item, scheme, classes, None).spared


def within(item: Requirement, numbers: Floats) -> Mask:
    """Which numbers lie within every bound of a requirement; NaN within none.

    Examples
    --------
    >>> within(Requirement(node="total", least=60, below=90), np.array([59.99, 60, 90, np.nan])).tolist()
    [False, True, False, False]
    """
    met = ~np.isnan(numbers)
    for bound, over in ((item.least, np.greater_equal), (item.above, np.greater), (item.most, np.less_equal), (item.below, np.less)):
        if bound is not None:
            met &= over(numbers, decimal_digits(bound))
    return np.asarray(met, dtype=np.bool_)


def holding(item: Requirement, values: pd.Series[Any]) -> Mask:
    """Which raw values of a condition meet a requirement, unrounded; a missing one meets nothing.

    A state is compared as a scheme writes it: ``true`` is the state of a yes, ``3`` that of 3.0.
    """
    met = np.array([not is_missing(value) for value in values], dtype=np.bool_)
    if bounded(item):
        met &= within(item, _numbers(values))
    if item.among:
        named = {state_name(state) for state in item.among}
        met &= np.array([state_name(value) in named for value in values], dtype=np.bool_)
    return met


def bounded(item: Requirement) -> bool:
    """Whether a requirement asks for a number."""
    return any(bound is not None for bound in (item.least, item.above, item.most, item.below))


def bars(award: Award | Shortlist) -> tuple[Requirement, ...]:
    """Everything an award asks for, its least scores first."""
    return (*(Requirement(node=node, least=least) for node, least in award.minimum.items()), *award.require)


def exempt(scheme: Scheme, node: str, classes: pd.Series[str]) -> Mask:
    """The members to whose class a node does not apply, so that nothing of it can be required; bool[n]."""
    indicator = next((item for item in scheme.indicators if item.id == node), None)
    if indicator is not None and indicator.applies_to:
        return ~classes.isin(indicator.applies_to).to_numpy(np.bool_)
    children = scheme.children(node) if indicator is None and node in scheme.nodes else ()
    parts = next((item.of for item in scheme.sums if item.id == node), tuple(child.id for child in children))
    below = [exempt(scheme, part, classes) for part in parts]
    return np.logical_and.reduce(below) if below else np.zeros(len(classes), np.bool_)


MOST_PARTS = 999
"""A number that is no short decimal is told as a fraction of up to so many parts, where it is one: 2/3."""
NOTHING = Phrase("", "")
YES, NO = Phrase("是", "yes"), Phrase("否", "no")
SCORES = {
    "least": Phrase("不低于", "at least"), "above": Phrase("高于", "more than"),
    "most": Phrase("不超过", "at most"), "below": Phrase("低于", "less than"),
}  # fmt: skip
NUMBERS = SCORES | {"least": Phrase("不少于", "at least"), "above": Phrase("超过", "more than"), "below": Phrase("少于", "less than")}


def shortfall(scheme: Scheme, award: Phrase, item: Requirement, value: object) -> Phrase:
    """What a member has at the node or condition of a requirement, what is asked for, and the gap.

    Parameters
    ----------
    award
        The award or grade that asks; empty where the sentence has said so.
    value
        The rounded score, or the condition's raw value; NaN or None where there is none. Of a requirement made of others, where it is
        known, a tuple: each part that is asked of the member, whether it is met, and what the member has there.
    """
    if item.parts:
        wanted = demand(scheme, item)
        unmet = phrase("{award.zh}要求{wanted.zh}，未达到", "not met: {wanted.en}, which {award.en} asks for" if award.en else "not met: {wanted.en}", award=award, wanted=wanted)
        found = list(_found(scheme, item, value)) if isinstance(value, tuple) else []
        if item.none_of and found:
            had = joined(found, "、", ", ")
            return phrase("{award.zh}要求{wanted.zh}，但有：{had.zh}", f"not met: {{wanted.en}}{', which {award.en} asks for' if award.en else ''}; it has {{had.en}}", award=award, wanted=wanted, had=had)
        return Phrase(f"{unmet.zh}（{'；'.join(one.zh for one in found)}）", f"{unmet.en} ({'; '.join(one.en for one in found)})") if found else unmet
    name = subject(scheme, item)
    if item.first is not None:
        wanted, place = demand(scheme, item), _place(value)
        if value == 1 and not item.first.number:  # only where the share of so few is no place at all is the first not among them
            wanted = Phrase(f"{wanted.zh}（按比例不足 1 名）", f"{wanted.en} (of so few the share is less than one)")
        asks = f"{award.en} asks for" if award.en else "asked for:"
        return Phrase(f"{name.zh}{place.zh}，{award.zh}要求{wanted.zh}", f"{name.en} {place.en}, {asks} {wanted.en}")
    if is_plain_minimum(item) and item.least is not None and award.zh:
        return _below_minimum(scheme, award, item.least, value, name)
    wanted, by = demand(scheme, item), NOTHING
    if not is_missing(value):
        shown, by = _shown(scheme, item, value), _gap_in_words(scheme, item, value)
        has = Phrase(f"{name.zh} {shown.zh}", f"{name.en} {shown.en}")
    elif item.condition is None:
        has = Phrase(f"{name.zh}未计分", f"{name.en} not scored")
    else:
        has = Phrase(f"{name.zh}无记录，视为不符合", f"{name.en} not recorded, which meets nothing")
    asks = f"{award.en} asks for" if award.en else "asked for:"
    return Phrase(f"{has.zh}，{award.zh}要求{wanted.zh}{by.zh}", f"{has.en}, {asks} {wanted.en}{by.en}")


def _found(scheme: Scheme, item: Requirement, parts: tuple[tuple[Requirement, bool, object], ...]) -> Iterator[Phrase]:
    """What a member has of a requirement made of others: which parts hold, and by how much the others are missed."""
    holding_ = [_has(scheme, part, value) for part, met, value in parts if met]
    missed = [_has(scheme, part, value, gap_too=True) for part, met, value in parts if not met]
    if item.none_of:
        yield from holding_
        return
    if item.any_of and holding_:
        yield phrase("已符合 {n} 项：{all.zh}", "{n} met: {all.en}", n=len(holding_), all=joined(holding_, "、", ", "))
    if missed and any(not part.parts for part, met, _ in parts if not met):  # else it is what was asked for, word by word
        yield phrase("未符合：{all.zh}", "not met: {all.en}", all=joined(missed, "、", ", "))


def _has(scheme: Scheme, item: Requirement, value: object, *, gap_too: bool = False) -> Phrase:
    """What a member has where something is asked, and by how much that misses it."""
    if item.parts:
        return with_subject(scheme, item)
    name = subject(scheme, item)
    if item.first is not None:
        place = _place(value)
        return Phrase(f"{name.zh}{place.zh}", f"{name.en} {place.en}")
    if is_missing(value):
        return Phrase(f"{name.zh}{'未计分' if item.condition is None else '无记录'}", f"{name.en} {'not scored' if item.condition is None else 'not recorded'}")
    shown, by = _shown(scheme, item, value), _gap_in_words(scheme, item, value) if gap_too else NOTHING
    return Phrase(f"{name.zh} {shown.zh}{by.zh}", f"{name.en} {shown.en}{by.en}")


def subject(scheme: Scheme, item: Requirement) -> Phrase:
    """What a requirement is about: the total, a node or a condition, by its label."""
    if item.node == TOTAL:
        return Phrase("总分", "total")
    label = scheme.label(str(item.node or item.condition))
    return Phrase(label, label)


def demand(scheme: Scheme, item: Requirement) -> Phrase:
    """What a requirement asks for, as it follows 要求: 不少于 3 个, 高于 60 分且不超过 90 分, 为 AA 或 A; of several all of them."""
    if item.parts:
        return _together(scheme, item)
    if item.first is not None:
        return _among_first(scheme, item.first)
    unit, words = _unit(scheme, item), SCORES if item.condition is None else NUMBERS
    bounds = [(words[key], number(scheme, item, getattr(item, key))) for key in words if getattr(item, key) is not None]
    parts = [Phrase(f"{word.zh} {bound}{unit.zh}", f"{word.en} {bound}{unit.en}") for word, bound in bounds]
    if item.among:
        states = joined(map(_state, item.among), " 或 ", " or ")
        parts.append(Phrase(f"为 {states.zh}", states.en))
    return joined(parts, "且", " and ")


def _among_first(scheme: Scheme, first: First) -> Phrase:
    """在本类前 30 %, 在全体前 10 名."""
    whole = first.within == "all" or scheme.members.class_ is None
    scope = Phrase("全体", "all") if whole else Phrase("本类", "its class")
    if first.number is not None:
        return phrase("在{scope.zh}前 {n} 名", "one of the first {n} in {scope.en}", scope=scope, n=first.number)
    share = str(first.share) if isinstance(first.share, str) else f"{100 * (first.share or 0.0):.10g}%"
    return phrase("在{scope.zh}前 {share}", "one of the first {share} in {scope.en}", scope=scope, share=share)


def _place(value: object) -> Phrase:
    """The place that a member has, 第 5 名; that it has none."""
    if not _is_number(value) or is_missing(value) or not value:
        return Phrase("没有名次", "has no place")
    return phrase("第 {n} 名", "is in place {n}", n=int(value))


def with_subject(scheme: Scheme, item: Requirement) -> Phrase:
    """What a requirement asks for, with what it is about: 新办企业为 是."""
    name, wanted = NOTHING if item.parts else subject(scheme, item), demand(scheme, item)
    return Phrase(f"{name.zh}{wanted.zh}", f"{name.en} {wanted.en}".strip())


def _together(scheme: Scheme, item: Requirement) -> Phrase:
    """What several requirements ask for together, each with its subject."""
    told = [(part, with_subject(scheme, part)) for part in item.parts]
    parts = [Phrase(f"（{words.zh}）", f"({words.en})") if part.parts else words for part, words in told]
    if item.all_of:
        return joined(parts, "，且", " and ")
    listed = joined(parts, "；", "; ")
    if item.none_of:
        return phrase("没有下列情形之一：{all.zh}", "none of these: {all.en}", all=listed)
    if item.at_least > 1:
        return phrase("下列 {n} 项中至少 {k} 项：{all.zh}", "at least {k} of these {n}: {all.en}", n=len(parts), k=item.at_least, all=listed)
    return phrase("下列任一项：{all.zh}", "any of these: {all.en}", all=listed)


def number(scheme: Scheme, item: Requirement, value: float) -> str:
    """A number as it is compared: a score with its decimals, a condition's number as it is."""
    if item.condition is None:
        return amount(scheme, value)
    part = Fraction(value).limit_denominator(MOST_PARTS)
    if round(value, 9) != value and decimal_digits(part.numerator / part.denominator) == decimal_digits(value):
        return str(part)
    return f"{value:.9f}".rstrip("0").rstrip(".")


def amount(scheme: Scheme, score: float) -> str:
    """A score with the scheme's decimals; in full where those would misstate it."""
    text = f"{score:.{scheme.decimals}f}"
    return text if float(text) == score else repr(float(score))


def gap(scheme: Scheme, high: float, low: float) -> str:
    """How much one score lies above another."""
    return amount(scheme, float(rounded(high - low, max(scheme.decimals, 6))))


def is_plain_minimum(item: Requirement) -> bool:
    """Whether all that is asked for is a least score."""
    return item == Requirement(node=item.node, least=item.least, classes=item.classes)


def _below_minimum(scheme: Scheme, award: Phrase, least: float, score: object, name: Phrase) -> Phrase:
    if not _is_number(score) or is_missing(score):
        return phrase("{name.zh}未计分，{award.zh}要求不低于 {least} 分", "{name.en} not scored, {award.en} asks for {least}",
                      name=name, award=award, least=amount(scheme, least))  # fmt: skip
    return phrase(
        "{name.zh} {score}，{award.zh}要求不低于 {least} 分，还差 {gap} 分",
        "{name.en} {score}, {gap} short of the {least} that {award.en} asks for",
        name=name, award=award, score=amount(scheme, score), least=amount(scheme, least), gap=gap(scheme, least, score),
    )  # fmt: skip


def _gap_in_words(scheme: Scheme, item: Requirement, value: object) -> Phrase:
    """By how much a number misses its bound; nothing for a state, or where it stands on a bound it has to pass."""
    if not _is_number(value):
        return NOTHING
    low = max((bound for bound in (item.least, item.above) if bound is not None), default=None)
    high = min((bound for bound in (item.most, item.below) if bound is not None), default=None)
    if low is not None and value < low:
        return phrase("（差 {by}）", " ({by} short)", by=number(scheme, item, float(rounded(low - value, 9))))
    if high is not None and value > high:
        return phrase("（超出 {by}）", " ({by} over)", by=number(scheme, item, float(rounded(value - high, 9))))
    return NOTHING


def _shown(scheme: Scheme, item: Requirement, value: object) -> Phrase:
    if not _is_number(value):
        return _state(value)
    unit = NOTHING if item.condition is None else _unit(scheme, item)
    return Phrase(f"{number(scheme, item, value)}{unit.zh}", f"{number(scheme, item, value)}{unit.en}")


def _state(state: object) -> Phrase:
    name = state_name(state)
    return {"true": YES, "false": NO}.get(name, Phrase(name, name))


def _unit(scheme: Scheme, item: Requirement) -> Phrase:
    """What follows a number: 分 after a score, the condition's own unit."""
    if item.condition is None:
        return Phrase(" 分", "")
    unit = next((condition.unit for condition in scheme.conditions if condition.id == item.condition), "")
    return Phrase(f" {unit}", f" {unit}") if unit else NOTHING


def _numbers(values: pd.Series[Any]) -> Floats:
    """The raw values that are numbers; NaN for all others, a yes or no among them."""
    if pd.api.types.is_float_dtype(values):
        return values.to_numpy(np.float64)
    return np.array([value if _is_number(value) else np.nan for value in values], dtype=np.float64)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_)
