"""Small editions: a few invented members of one class, decided by the rule itself, of whom one does better on one indicator.

What no raw value changes is worked out once (`Ground`), so that a thousand of them take a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from toolkit.evaluation import Evaluation
from toolkit.evaluation.awards import AwardRule
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.grades import GradeOutcomes
from toolkit.evaluation.scores import TOTAL, Score, Tree, list_scores
from toolkit.evaluation.values import stand_ins, valued_column
from toolkit.examination.reach import COUNTED, states_of
from toolkit.examination.rules import Rules, all_parts
from toolkit.ground.problems import Problems, Refused
from toolkit.ground.ranking import Floats, Mask
from toolkit.ground.text import Phrase, as_phrase, figure, in_words_before, joined, listed, phrase
from toolkit.indicators import Indicators
from toolkit.indicators.checks import measured_range
from toolkit.scheme.shapes import Benchmark, Category, Linear, Logistic, Points, Power, Relative, is_missing
from toolkit.scheme.shapes.absolute import FAR

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Indicator

Loss = Literal["award", "grade"]
Raw = Mapping[str, Any]
"""Raw values by indicator, float64[members] or object[members]; None or NaN is missing."""
NO_VETOES = pd.DataFrame({key: pd.Series(dtype="object") for key in ("member", "veto", "table", "file", "sheet", "row")})
FEWEST, MOST = 2, 40  # members of a small edition; no more are needed for one place of a share of 1 in 40


@dataclass(frozen=True, eq=False)
class Ground:
    """So many invented members of one class, with all that no raw value changes worked out."""

    scheme: Scheme
    class_: str
    count: int

    @cached_property
    def names(self) -> list[str]:
        """What they are called: 甲, 乙, ..."""
        return [called(place).zh for place in range(self.count)]

    @cached_property
    def index(self) -> pd.Index[Any]:
        """The same as an index."""
        return pd.Index(self.names, name="member", dtype="str")

    @cached_property
    def tree(self) -> Tree:
        """The scheme's tree."""
        return Tree.of(self.scheme).among(self.classes)

    @cached_property
    def applicable(self) -> Mask:
        """Whether each indicator applies; bool[members, indicators]."""
        applies = [not item.applies_to or self.class_ in item.applies_to for item in self.scheme.indicators]
        return np.tile(np.array(applies, np.bool_), (self.count, 1))

    @cached_property
    def classes(self) -> Any:
        """The class of each."""
        return np.full(self.count, self.class_, dtype=object)

    @cached_property
    def rule(self) -> AwardRule:
        """The rule of the awards."""
        members = self.evaluation({}).members
        return AwardRule.of(self.scheme, members, NO_VETOES, _conditions(self.scheme, self.index))

    @cached_property
    def grades(self) -> GradeOutcomes | None:
        """The rule of the grades."""
        return GradeOutcomes.of(self.evaluation({}))

    def evaluation(self, raw: Raw, *, recorded: bool = True) -> Evaluation:
        """The whole evaluation of raw values."""
        index, scheme = self.index, self.scheme
        members = pd.DataFrame({"name": self.names, "class": self.class_, "applied": True}, index=index)
        applicable = pd.DataFrame(self.applicable, index=index, columns=[item.id for item in scheme.indicators])
        nothing = pd.DataFrame({item.id: np.zeros(self.count) for item in scheme.adjustments}, index=index)
        measured = Indicators(pd.DataFrame(raw, index=index), applicable, nothing, NO_VETOES, pd.Series(recorded, index=index, dtype=bool), Problems(),
                              _conditions(scheme, index), pd.DataFrame(index=index))  # fmt: skip
        return Evaluation(scheme, members, measured)

    def values(self, raw: Raw) -> Floats:
        """Raw values on the scale, float64[members, indicators], as `evaluation.values.scaled` gives them."""
        return np.array([self.column(item, raw[item.id], self.applicable[:, place]) for place, item in enumerate(self.scheme.indicators)]).T

    def column(self, item: Indicator, given: Any, counted: Mask) -> Floats:
        """The same of one indicator."""
        if not counted.any():
            return np.full(self.count, np.nan)
        scale = self.scheme.scale
        if isinstance(item.value, Category):  # state by state, each worked out once
            used, values, own = np.full(self.count, np.nan), np.array([self._points(item, state) for state in given]), item
        else:
            valued = valued_column(item, given, counted, scale, self.classes)
            used, values, own = valued.used, valued.values, valued.item
        missing = np.isnan(values)
        filled = stand_ins(own, used, values, scale, self.classes) if missing.any() else None
        return values if filled is None else np.where(missing, filled, values)

    @cached_property
    def _known(self) -> dict[tuple[str, Any], float]:
        return {}

    def _points(self, item: Indicator, state: Any) -> float:
        key = (item.id, None if is_missing(state) else state)
        if key not in self._known:
            alone = valued_column(item, np.array([state], dtype=object), np.ones(1, np.bool_), self.scheme.scale, self.classes[:1])
            self._known[key] = float(alone.values[0])
        return self._known[key]

    def score(self, raw: Raw) -> Score:
        """The rounded scores by node."""
        nothing = {item.id: np.zeros(self.count) for item in self.scheme.adjustments}
        return list_scores(self.scheme, self.tree, self.values(raw), self.applicable, nothing)

    def standings(self, score: Score) -> list[Standing]:
        """What everyone comes to under these scores."""
        run = ListRun.of(self.rule, score)
        held = [(allotment.award.id, allotment.given, allotment.open | _shared(allotment.decision)) for allotment in run.allotments]
        grades = [""] * self.count if self.grades is None else [self.grades.names[place] for place in self.grades.grades(score)]
        return [
            Standing(float(score(TOTAL)[place]), int(run.ranks[place]), tuple(id_ for id_, given, _ in held if given[place]),
                     tuple(id_ for id_, _, open_ in held if open_[place]), grades[place])
            for place in range(self.count)
        ]  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """What a member comes to: total, rank (0 for none), the awards given and those that stand open at a line, grade."""

    total: float
    rank: int
    given: tuple[str, ...]
    open: tuple[str, ...]
    grade: str


@dataclass(frozen=True, eq=False)
class Example:
    """A small edition in which doing better costs its first member something.

    Parameters
    ----------
    before, after
        Raw values of all, and the same with one of the first member better.
    loss
        What it costs.
    """

    indicator: str
    ground: Ground
    before: Raw
    after: Raw
    loss: Loss

    def in_words(self) -> Phrase:
        """Who does better, what everyone's total and the first member's award or grade become."""
        ground, key = self.ground, self.indicator
        then, now = (ground.standings(ground.score(raw)) for raw in (self.before, self.after))
        moves = [phrase("{name.zh} {was} → {now}", "{name.en} {was} → {now}", name=called(place), was=_total(one), now=_total(other)) for place, (one, other) in enumerate(zip(then, now, strict=True))]
        totals = joined(moves)
        was, is_ = (_outcome(ground.scheme, one, self.loss) for one in (then[0], now[0]))
        of_class = Phrase(f"（{ground.class_}）" if ground.class_ else "", f" ({ground.class_})" if ground.class_ else "")
        return phrase(
            "{n} 家的例子{of.zh}：{who.zh}的“{item}”{move.zh}，别的都不变，总分 {totals.zh}，{who.zh}却由{was.zh}变为{is_.zh}",
            "an example of {n:member|members}{of.en}: `{item}` of {who.en} {move.en}, nothing else changes, totals {totals.en}, and {who.en} falls from {was.en} to {is_.en}",
            n=ground.count, of=of_class, who=called(0), item=ground.scheme.label(key), move=_move(self.before[key][0], self.after[key][0]),
            totals=totals, was=was, is_=is_,
        )  # fmt: skip

    def frame(self) -> pd.DataFrame:
        """Every raw value of it: columns example (the indicator), member, indicator, before, after."""
        rows = [
            (self.indicator, name, key, self.before[key][place], self.after[key][place])
            for place, name in enumerate(self.ground.names) for key in self.before
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["example", "member", "indicator", "before", "after"]).astype(object)


def lost(scheme: Scheme, was: Standing, now: Standing) -> Loss | None:
    """What a member had and has no more: an award or a better one, or the grade; None where neither.

    An open line is no loss, and a grade beside the order is neither better nor worse.
    """
    ids = [award.id for award in scheme.awards]
    for award in was.given:
        beside = scheme.awards[ids.index(award)].beside
        enough = {award, *(id_ for id_ in ids[: ids.index(award)] if id_ not in beside)}
        if not enough & {*now.given, *now.open}:
            return "award"
    names = [name for name, _ in scheme.grades.bands] if scheme.grades else []
    apart = {one.grade for one in scheme.grades.apart} if scheme.grades else set()
    fallen = was.grade in names and now.grade not in apart and (now.grade not in names or names.index(now.grade) > names.index(was.grade))
    return "grade" if fallen else None


def loses(ground: Ground, before: Raw, after: Raw, member: int = 0) -> Loss | None:
    """The same of a member between two sets of raw values."""
    try:
        was, now = (ground.standings(ground.score(raw))[member] for raw in (before, after))
    except Refused:  # a mean that cannot take what was drawn
        return None
    return lost(ground.scheme, was, now)


def smallest(example: Example) -> Example:
    """The same example with nobody in it, and no difference between members, that it does not need."""
    for member in range(example.ground.count - 1, 0, -1):
        ground = replace(example.ground, count=example.ground.count - 1)
        example = _if_still(example, ground, partial(np.delete, obj=member))
    for column in example.before:
        if column != example.indicator:
            example = _if_still(example, example.ground, lambda values: np.array([values[0]] * len(values), dtype=values.dtype), column)
    return example


def candidates(item: Indicator, rules: Rules) -> list[Any]:
    """Raw values to try, from the worst to the best: the least value last where the lower total is first."""
    rising = _rising(item, rules)
    return rising[::-1] if rules.scheme.total.better == "lower" else rising


def _rising(item: Indicator, rules: Rules) -> list[Any]:
    """The same by the values they have on the scale."""
    shape = item.value
    if isinstance(shape, Category):
        known = states_of(item.measure, rules.tables)
        states = [state for state in shape.points if known is None or state in known] or list(shape.points)
        ordered = sorted(states, key=lambda state: shape.points[state])
        return [state == "true" if set(states) <= {"true", "false"} else state for state in ordered]
    raw = grid(item, rules)
    return list(raw if turn_of(item, rules) > 0 else raw[::-1])


def grid(item: Indicator, rules: Rules) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Raw values at which a shape turns, and some between and beside them, rising."""
    least, most = measured_range(item.measure, rules.tables)
    marks = [*item.value.knots, *_marks(item, rules.scheme.scale)]
    low, high = (min(marks), max(marks)) if marks else (0.0, 10.0)
    low, high = (least if least > -FAR else min(low, 0.0)), (most if most < FAR else high + 0.2 * (high - low))
    raw = np.array([*np.linspace(low, high, 11), *(mark + step for mark in marks for step in (-1e-6, 0.0, 1e-6))])
    if item.measure.take in COUNTED or (item.measure.take != "mean" and _whole(item.measure.all_points)):
        raw = np.round(raw)
    return np.unique(np.clip(raw, least, most).round(6))


def _whole(points: Sequence[float]) -> bool:
    """Whether the scheme gives every row a whole number of points."""
    return bool(points) and all(float(number).is_integer() for number in points)


def _marks(item: Indicator, scale: float) -> list[float]:
    shape = item.value
    if isinstance(shape, Points) and shape.per:
        return [0.0, ((shape.cap or scale) - shape.base if shape.per > 0 else -shape.base) / shape.per]
    if isinstance(shape, Linear) and not shape.clamp:  # what lies below the worst counts too
        return [shape.worst - 0.5 * (shape.best - shape.worst)]
    if isinstance(shape, Power):
        with np.errstate(over="ignore"):  # a flat curve may come to the scale beyond any number
            whole = np.power(np.float64(scale / shape.coefficient), 1 / shape.exponent)
        return [shape.zero + (1 if shape.better == "higher" else -1) * float(whole)] if whole < FAR else []
    if isinstance(shape, Logistic):
        return [shape.middle - 5 / shape.steepness, shape.middle, shape.middle + 5 / shape.steepness]
    return []


def turn_of(item: Indicator, rules: Rules | None = None) -> int:
    """1 where more is better, -1 where less is."""
    if isinstance(item.value, Category):
        return 1
    if isinstance(item.value, Benchmark):
        return 1 if item.value.per_above == 0 else -1
    if isinstance(item.value, Relative):
        return -1 if item.value.better == "lower" else 1
    scale = rules.scheme.scale if rules else 100.0
    knots = [*item.value.knots, *_marks(item, scale)] or [0.0, 1.0]
    ends = item.value.values(np.array([min(knots) - 1e-6, max(knots) + 1e-6]), scale)
    return -1 if ends[1] < ends[0] else 1


class Drawn:
    """Small editions at random, whose first member does better on one indicator."""

    def __init__(self, rules: Rules, item: Indicator) -> None:
        self.rules, self.item = rules, item
        self.ladders = {one.id: candidates(one, rules) for one in rules.scheme.indicators}
        self.classes = [name for name in rules.classes if not rules.spans[name][item.id].empty]
        self.grounds = cache(partial(Ground, rules.scheme))
        self.sizes = {name: _sizes(rules, name) for name in self.classes}

    def pair(self, draws: np.random.Generator) -> tuple[Ground, Raw, Raw] | None:
        """Members near each other, and the same with one step of the first; None where it cannot do better."""
        class_ = str(draws.choice(self.classes))
        ground = self.grounds(class_, int(draws.choice(self.sizes[class_])))
        levels = np.clip(draws.normal(draws.uniform(0.2, 1.1), 0.15, ground.count), 0, 1)
        before = {one.id: _column(_drawn(one, self.ladders[one.id], levels, draws, often=one is self.item)) for one in self.rules.scheme.indicators}
        own, ladder = before[self.item.id], self.ladders[self.item.id]
        start = -1 if is_missing(own[0]) else ladder.index(own[0])
        if start + 1 >= len(ladder):
            return None
        better = _column([ladder[int(draws.integers(start + 1, len(ladder)))], *own[1:]])
        return ground, before, {**before, self.item.id: better}

    def example(self, draws: np.random.Generator) -> Example | None:
        """A pair in which the first member loses, if it is one."""
        drawn = self.pair(draws)
        loss = None if drawn is None else loses(*drawn)
        return Example(self.item.id, *drawn, loss) if drawn is not None and loss is not None else None


def _sizes(rules: Rules, class_: str) -> list[int]:
    """How many members a small edition may have: a few, and the fewest for which an award has a place."""
    sizes = [2, 3, 3, 4, 5]
    for award in rules.scheme.awards:
        few = next((n for n in range(FEWEST, MOST) if (award.quota is None or replace(rules, sizes={class_: n}).places(award.quota, class_))), None)
        sizes += [few, few + 1] if few is not None else []
    return sizes


def _drawn(item: Indicator, ladder: list[Any], levels: Floats, draws: np.random.Generator, *, often: bool) -> list[Any]:
    """One raw value for each member, about as high on the ladder as its level says, some of them missing where that may be."""
    places = np.clip(np.rint(levels * (len(ladder) - 1) + draws.normal(0, 0.2 * len(ladder), len(levels))), 0, len(ladder) - 1).astype(int)
    may = item.missing not in {"error", "unranked"} and item.measure.take not in COUNTED
    gaps = draws.random(len(levels)) < (0.6 if often else 0.1) * may
    return [None if gap else ladder[place] for place, gap in zip(places, gaps, strict=True)]


def _column(values: Sequence[Any]) -> Any:
    """Raw values as a measured column has them: numbers, or states."""
    if any(isinstance(value, str | bool) for value in values):
        return np.array([np.nan if value is None else value for value in values], dtype=object)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _if_still(example: Example, ground: Ground, other: Callable[[Any], Any], only: str = "") -> Example:
    """The example with its columns altered, where the same is still lost."""
    before, after = ({key: other(column) if only in {"", key} else column for key, column in raw.items()} for raw in (example.before, example.after))
    return Example(example.indicator, ground, before, after, example.loss) if loses(ground, before, after) == example.loss else example


def _conditions(scheme: Scheme, index: pd.Index[Any]) -> pd.DataFrame:
    """Raw values of the conditions that meet what is first asked of each, so that none decides."""
    asked = [*(scheme.eligibility.require if scheme.eligibility else ()), *(item for award in scheme.awards for item in award.require)]
    asked += [item for items in (scheme.grades.require if scheme.grades else {}).values() for item in items]
    asked += [item for one in (scheme.grades.apart if scheme.grades else ()) for item in one.require]
    asked = [part for item in asked for part in all_parts(item)]
    values: dict[str, Any] = {}
    for condition in scheme.conditions:
        own = [item for item in asked if item.condition == condition.id]
        lows = [bound for item in own for bound in (item.least, item.above) if bound is not None]
        highs = [bound for item in own for bound in (item.most, item.below) if bound is not None]
        states = [state for item in own for state in item.among]
        values[condition.id] = states[0] if states else max(lows) + (1 if not highs else 0) if lows else min(highs) - 1 if highs else 1.0
    return pd.DataFrame({key: [value] * len(index) for key, value in values.items()}, index=index)


def _shared(decision: Any) -> Any:
    return decision.shared[0] if decision.shared is not None else False


def called(place: int) -> Phrase:
    """What an invented member is called, by its place; before 1.0.0 alike in both languages."""
    name = Phrase("甲乙丙丁戊己庚辛壬癸"[place], "ABCDEFGHIJ"[place]) if place < 10 else phrase("会员{n}", "member {n}", n=place + 1)
    return as_phrase(name.zh) if in_words_before("1.0.0") else name


def _total(standing: Standing) -> str:
    return "—" if np.isnan(standing.total) else f"{standing.total:g}"


def _move(old: Any, new: Any) -> Phrase:
    to = _raw_words(new)
    if is_missing(old):
        return phrase("由未填改为如实填报（{to.zh}）", "is recorded where it was missing ({to.en})", to=to)
    return phrase("由 {old.zh} 变好为 {to.zh}", "improves from {old.en} to {to.en}", old=_raw_words(old), to=to)


def _raw_words(value: Any) -> Phrase:
    if isinstance(value, bool | np.bool_):
        return Phrase("有", "yes") if value else Phrase("无", "no")
    text = str(value) if isinstance(value, str) else figure(float(value))
    return Phrase(text, text)


def _outcome(scheme: Scheme, standing: Standing, loss: Loss) -> Phrase:
    if loss == "grade":
        return phrase(" {grade} 级", "grade {grade}", grade=standing.grade or "—")
    labels = [scheme.label(id_) for id_ in standing.given]
    return phrase("“{held.zh}”", "`{held.en}`", held=as_phrase("、".join(labels)) if in_words_before("1.0.0") else listed(labels)) if labels else Phrase("没有奖项", "no award")
