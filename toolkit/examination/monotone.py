"""Whether doing better can ever cost a member: a certificate for each indicator, proved by the structure or refuted by a small example.

What is certified: one member's raw value of one indicator gets better (or is recorded where it was missing), nothing else that was
measured changes, and that member keeps its award or a better one (the scheme's order says which is better) and its grade. Who comes to
stand level at a line that the committee settles has not lost. `obstacles` lists all that keeps the structure from proving it; where there
is none it is proved (see the notes of `proved_by`), else small editions are tried through the rule itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from toolkit.evaluation.values import MIDDLES, stand_ins, valued_column
from toolkit.examination.dead_rules import Rules, understood
from toolkit.examination.reach import COUNTED, beyond_known, is_mean, may_not_apply, states_of
from toolkit.ground.problems import Problems, Refused
from toolkit.ground.ranking import Floats, Mask
from toolkit.ground.text import Phrase, figure, joined, phrase
from toolkit.indicators import Indicators
from toolkit.indicators.checks import measured_range
from toolkit.scheme.outcomes import FIRST_PLACES
from toolkit.scheme.shapes import Benchmark, Category, Logistic, Points, Relative, is_missing
from toolkit.scheme.shapes.absolute import FAR

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Indicator

Verdict = Literal["proved", "refuted", "open"]
Loss = Literal["award", "grade"]
NO_VETOES = pd.DataFrame({key: pd.Series(dtype="object") for key in ("member", "veto", "table", "file", "sheet", "row")})
TRIES, SECONDS = 600, 45.0
"""Of small editions for one indicator, and of time for all indicators together."""
AFTER = 60  # more tries for an award once a grade was lost
FEWEST, MOST = 2, 40  # members of a small edition; no more are needed for one place of a share of 1 in 40


Raw = Mapping[str, Any]
"""Raw values by indicator, float64[members] or object[members]; None or NaN is missing."""


@dataclass(frozen=True, eq=False)
class Ground:
    """So many invented members of one class, with all that no raw value changes worked out."""

    scheme: Scheme
    class_: str
    count: int

    @cached_property
    def names(self) -> list[str]:
        """What they are called: 甲, 乙, ..."""
        return [_name(place) for place in range(self.count)]

    @cached_property
    def index(self) -> pd.Index[Any]:
        """The same as an index."""
        return pd.Index(self.names, name="member", dtype="str")

    @cached_property
    def tree(self) -> Tree:
        """The scheme's tree."""
        return Tree.of(self.scheme)

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
        moves = [f"{name} {_total(one)} → {_total(other)}" for name, one, other in zip(ground.names, then, now, strict=True)]
        totals = Phrase("，".join(moves), ", ".join(moves))
        was, is_ = (_outcome(ground.scheme, one, self.loss) for one in (then[0], now[0]))
        of_class = Phrase(f"（{ground.class_}）" if ground.class_ else "", f" ({ground.class_})" if ground.class_ else "")
        return phrase(
            "{n} 家的例子{of.zh}：{who}的“{item}”{move.zh}，别的都不变，总分 {totals.zh}，{who}却由{was.zh}变为{is_.zh}",
            "an example of {n:member|members}{of.en}: `{item}` of {who} {move.en}, nothing else changes, totals {totals.en}, and {who} falls from {was.en} to {is_.en}",
            n=ground.count, of=of_class, who=ground.names[0], item=ground.scheme.label(key), move=_move(self.before[key][0], self.after[key][0]),
            totals=totals, was=was, is_=is_,
        )  # fmt: skip

    def frame(self) -> pd.DataFrame:
        """Every raw value of it: columns example (the indicator), member, indicator, before, after."""
        rows = [
            (self.indicator, name, key, self.before[key][place], self.after[key][place])
            for place, name in enumerate(self.ground.names) for key in self.before
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["example", "member", "indicator", "before", "after"]).astype(object)


@dataclass(frozen=True, eq=False)
class Certificate:
    """Whether doing better on an indicator can cost a member its award or grade.

    Parameters
    ----------
    why
        What proves it; or the example in words; or what keeps it from being proved.
    """

    indicator: str
    verdict: Verdict
    why: Phrase
    example: Example | None = None
    tries: int = 0


def certificates(
    rules: Rules, *, tries: int = TRIES, seconds: float = SECONDS, progress: Callable[[str], None] | None = None
) -> Iterator[Certificate]:
    """The certificate of every indicator, in the scheme's order.

    Parameters
    ----------
    tries, seconds
        How many small editions are tried for an indicator that is not proved, and how long at most for all of them together.
    progress
        Called with the label of each indicator before it is looked at.
    """
    unproved = sum(fall(item, rules) is None and any(True for _ in obstacles(rules, item)) for item in rules.scheme.indicators)
    for item in rules.scheme.indicators:
        if progress is not None:
            progress(item.label)
        yield certificate(rules, item, tries=tries, seconds=seconds / max(unproved, 1))


def certificate(rules: Rules, item: Indicator, *, tries: int = TRIES, seconds: float = SECONDS) -> Certificate:
    """The certificate of one indicator."""
    turn = fall(item, rules)
    if turn is not None:
        return Certificate(item.id, "refuted", turn)
    against = list(obstacles(rules, item))
    if not against:
        return Certificate(item.id, "proved", proved_by(item))
    example, tried = search(rules, item, tries=tries, seconds=seconds)
    because = joined(against, "；", "; ")
    if example is not None:
        words = example.in_words()
        return Certificate(item.id, "refuted", Phrase(f"{because.zh}。{words.zh}", f"{because.en}. {words.en[:1].upper()}{words.en[1:]}"), example, tried)
    words = phrase("未能证明：{why.zh}；试了 {n} 个小例子，没有发现吃亏的", "not proved: {why.en}; in {n} small examples nobody lost by it", why=because, n=tried)
    return Certificate(item.id, "open", words, None, tried)


def proved_by(item: Indicator) -> Phrase:
    """What proves the certificate of an indicator without obstacles.

    Notes
    -----
    Its own value never falls, as the shape only rises that way, and nobody else's moves, as the shape looks at nobody else. No weight is
    negative and every aggregate rises with each of its parts, so every node above it and the total rise or stay, of this member
    alone. No bar bounds such a node from above: who takes part is the same but for this member, and so are the places. Award by
    award, in the scheme's order, it stands no lower and everyone else where they stood: either it is given the award or
    stands open for it, or the award goes as it went; so what is left for the next is as it was. Grades rise with the total.
    """
    turn = Phrase("越少越好", "less is better") if _turn(item) < 0 else Phrase("只升不降", "it only rises")
    states = isinstance(item.value, Category)
    own = Phrase("各状态自有固定分值", "every state has its points") if states else phrase("计分单调（{turn.zh}）", "its values are monotone ({turn.en})", turn=turn)
    return joined([own, Phrase("不看别的会员", "they look at no other member"), Phrase("权重不为负，合成方法逐项不减", "no weight is negative and every aggregate rises with its parts"),
                   Phrase("没有以上限卡人的要求", "no bar bounds it from above")])  # fmt: skip


def obstacles(rules: Rules, item: Indicator) -> Iterator[Phrase]:
    """All that keeps the structure from proving it."""
    scheme = rules.scheme
    if beyond_known(item) or beyond_known(item.measure) or isinstance(item.value, Benchmark) or (not isinstance(item.value, Category | Relative) and type(item.value).__module__ != Points.__module__):
        yield Phrase("用了这里尚不认识的写法", "it is written in a way not known here")
    if isinstance(item.value, Relative) and item.value.found is None:
        yield Phrase("按会员相互比较计分，一家变好会改变别家的得分", "its values compare members, so that one doing better moves others")
    if item.outliers is not None:
        yield Phrase("离群值处理要看全体会员", "its outliers are treated by all members")
    if item.measure.take == "panel" and scheme.panel is not None and scheme.panel.harshness != "none":
        yield Phrase("专家宽严经校正，给一家高分会改变别家的得分", "experts are levelled, so that a higher score for one moves others")
    yield from _gaps(scheme, item, rules)
    yield from _above(scheme, item)
    yield from _capped(rules, item)
    if FIRST_PLACES in scheme.ties and len(scheme.awards) > 1:
        yield Phrase("同分比第一的项数，一家得第一，别家就少一项", "ties go by first places, and one more for one is one less for another")
    if not all(isinstance(key, str) for key in scheme.ties) or not all(map(understood, (*scheme.awards, *(quota for award in scheme.awards if (quota := award.quota))))):
        yield Phrase("奖项或同分规则用了这里尚不认识的写法", "awards or ties are written in a way not known here")


def fall(item: Indicator, rules: Rules) -> Phrase | None:
    """Where an absolute shape itself falls after it rose: more is better up to there only; None where it only rises or only falls."""
    if isinstance(item.value, Category | Relative):
        return None
    raw = _grid(item, rules)
    values = item.value.values(raw, rules.scheme.scale)
    steps = np.diff(values)
    if not ((steps > 0).any() and (steps < 0).any()):
        return None
    best = int(np.argmax(values))
    far = best + 1 + int(np.argmin(values[best + 1 :])) if best + 1 < len(raw) and (steps[best:] < 0).any() else int(np.argmin(values[: best + 1]))
    return phrase("计分先升后降：{a} 计 {x} 分，{b} 只计 {y} 分；若非适度指标，请改计分", "its values rise and fall: for {a} there are {x}, for {b} only {y}; unless a middle is meant to be best, change the shape",
                  a=figure(raw[best]), x=figure(values[best]), b=figure(raw[far]), y=figure(values[far]))  # fmt: skip


def search(rules: Rules, item: Indicator, *, tries: int = TRIES, seconds: float = SECONDS) -> tuple[Example | None, int]:
    """The smallest example found in which doing better on `item` costs an award, or else a grade; and how many were tried."""
    draws, until, found = np.random.default_rng(rules.scheme.seed + 1), time.monotonic() + seconds, None
    drawn, tried = _Drawn(rules, item), 0
    while tried < tries and drawn.classes and time.monotonic() < until:
        tried += 1
        example = drawn.example(draws)
        if example is not None and (found is None or (example.loss == "award" and found.loss != "award")):
            found, tries = example, min(tries, tried + AFTER)
            if found.loss == "award" or not rules.scheme.awards:
                break
    return (None if found is None else smallest(found)), tried


def lost(scheme: Scheme, was: Standing, now: Standing) -> Loss | None:
    """What a member had and has no more: an award or a better one, or the grade; None where neither. An open line is no loss."""
    ids = [award.id for award in scheme.awards]
    for award in was.given:
        beside = scheme.awards[ids.index(award)].beside
        enough = {award, *(id_ for id_ in ids[: ids.index(award)] if id_ not in beside)}
        if not enough & {*now.given, *now.open}:
            return "award"
    names = [name for name, _ in scheme.grades.bands] if scheme.grades else []
    fallen = was.grade in names and (now.grade not in names or names.index(now.grade) > names.index(was.grade))
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
    """Raw values to try, from the worst to the best."""
    shape = item.value
    if isinstance(shape, Category):
        known = states_of(item.measure, rules.tables)
        states = [state for state in shape.points if known is None or state in known] or list(shape.points)
        ordered = sorted(states, key=lambda state: shape.points[state])
        return [state == "true" if set(states) <= {"true", "false"} else state for state in ordered]
    raw = _grid(item, rules)
    return list(raw if _turn(item, rules) > 0 else raw[::-1])


def _grid(item: Indicator, rules: Rules) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Raw values at which a shape turns, and some between and beside them, rising."""
    least, most = measured_range(item.measure, rules.tables)
    marks = [*item.value.knots, *_marks(item, rules.scheme.scale)]
    low, high = (min(marks), max(marks)) if marks else (0.0, 10.0)
    low, high = (least if least > -FAR else min(low, 0.0)), (most if most < FAR else high + 0.2 * (high - low))
    raw = np.array([*np.linspace(low, high, 11), *(mark + step for mark in marks for step in (-1e-6, 0.0, 1e-6))])
    if item.measure.take in COUNTED:
        raw = np.round(raw)
    return np.unique(np.clip(raw, least, most).round(6))


def _marks(item: Indicator, scale: float) -> list[float]:
    shape = item.value
    if isinstance(shape, Points) and shape.per:
        return [0.0, ((shape.cap or scale) - shape.base if shape.per > 0 else -shape.base) / shape.per]
    if isinstance(shape, Logistic):
        return [shape.middle - 5 / shape.steepness, shape.middle, shape.middle + 5 / shape.steepness]
    return []


def _turn(item: Indicator, rules: Rules | None = None) -> int:
    """1 where more is better, -1 where less is."""
    if isinstance(item.value, Category):
        return 1
    if isinstance(item.value, Relative):
        return -1 if item.value.better == "lower" else 1
    scale = rules.scheme.scale if rules else 100.0
    knots = [*item.value.knots, *_marks(item, scale)] or [0.0, 1.0]
    ends = item.value.values(np.array([min(knots) - 1e-6, max(knots) + 1e-6]), scale)
    return -1 if ends[1] < ends[0] else 1


def _gaps(scheme: Scheme, item: Indicator, rules: Rules) -> Iterator[Phrase]:
    """What a member that is recorded at all may lose by it."""
    if item.measure.take in COUNTED and not isinstance(item.value, Category) and not may_not_apply(item.measure, rules.tables):
        return
    if item.measure.take == "any" or item.missing == "error":
        return
    if item.missing == "exclude":
        yield Phrase("未填的不计入，填了低值反而拉低平均", "a gap is left out, so that a low value recorded weighs more than none")
    elif item.missing in MIDDLES:
        yield Phrase("未填的按中间值计，一家变好会抬高别家，填了也可能更低", "a gap counts as the middle of the others, which one doing better raises for all")
    elif not isinstance(item.missing, str) and item.missing > (item.value.lowest if not isinstance(item.value, Relative) else 0.0):
        yield phrase("未填的计 {n} 分，填了可能更低", "a gap counts {n}, and what is recorded may give less", n=figure(item.missing))
    elif item.missing == "unranked" and scheme.grades is not None and scheme.grades.default:
        yield Phrase("没有总分的按默认等级，有了总分可能更低", "without a total there is a default grade, and a total may give a lower one")


def _ancestors(scheme: Scheme, item: Indicator) -> list[str]:
    """An indicator and every node above it, the total last."""
    path, node = [item.id], item.group
    while node is not None:
        path.append(node)
        node = scheme.nodes[node].group
    return [*path, TOTAL]


def _above(scheme: Scheme, item: Indicator) -> Iterator[Phrase]:
    """Groups above it that need not rise with it."""
    groups = {group.id: group for group in scheme.groups}
    for node in _ancestors(scheme, item)[1:]:
        rule = groups.get(node, scheme.total)
        if beyond_known(rule) or not is_mean(rule.aggregate):
            yield phrase("“{node}”的合成方法未必逐项不减", "how `{node}` is made need not rise with each part", node=scheme.label(node) if node != TOTAL else "总分")


def _capped(rules: Rules, item: Indicator) -> Iterator[Phrase]:
    """Bars that a better score can fail."""
    above = _ancestors(rules.scheme, item)
    for _, bar in rules.requirements:
        if not understood(bar) or (bar.node in above and (bar.most is not None or bar.below is not None)):
            name = rules.scheme.label(str(bar.node or bar.condition)) if bar.node != TOTAL else "总分"
            yield phrase("要求“{node}”不超过某数，变好可能过线", "`{node}` is to stay below a bound, which doing better can pass", node=name)


class _Drawn:
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


def _name(place: int) -> str:
    return "甲乙丙丁戊己庚辛壬癸"[place] if place < 10 else f"会员{place + 1}"


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
    return phrase("“{held}”", "`{held}`", held="、".join(labels)) if labels else Phrase("没有奖项", "no award")
