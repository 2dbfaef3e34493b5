"""Whether doing better can ever cost a member: a certificate for each indicator, proved by the structure or refuted by a small example.

What is certified of a member of whom something is recorded (`newcomers` tells what a first record does): its raw value of one
indicator gets better (or is recorded where it was missing), nothing else that was measured changes, and that member keeps its award or a better one (the scheme's order says which is better) and its grade. Who comes to
stand level at a line that the committee settles has not lost. `obstacles` lists all that keeps the structure from proving it; where there
is none it is proved (see the notes of `proved_by`), else small editions are tried through the rule itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from toolkit.evaluation.scores import TOTAL
from toolkit.examination.reach import (
    COUNTED,
    lowest_value,
    may_not_apply,
    only_rises,
    rises,
    stand_in,
)
from toolkit.examination.rules import Rules, all_parts, understood
from toolkit.examination.small_editions import Drawn, Example, grid, smallest, turn_of
from toolkit.ground.text import Phrase, figure, joined, phrase
from toolkit.scheme.criteria import MIDDLES, Indicator
from toolkit.scheme.outcomes import FIRST_PLACES, Requirement
from toolkit.scheme.shapes import Benchmark, Category, Relative, ValueShape

if TYPE_CHECKING:
    from toolkit.scheme import Scheme

Verdict = Literal["proved", "refuted", "open"]
TRIES, WORK, FEWEST = 600, 200_000, 20
"""Of small editions for one indicator; the columns valued in all of them together, counted and not timed so that every machine finds the same; and the tries that each indicator has nevertheless."""
AFTER = 60  # more tries for an award once a grade was lost


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
    rules: Rules, *, tries: int = TRIES, work: int = WORK, progress: Callable[[str], None] | None = None
) -> Iterator[Certificate]:
    """The certificate of every indicator, in the scheme's order.

    Parameters
    ----------
    tries, work
        How many small editions are tried for an indicator that is not proved, and how many columns are valued for all of them together.
    progress
        Called with the label of each indicator before it is looked at.
    """
    unproved = sum(fall(item, rules) is None and any(True for _ in obstacles(rules, item)) for item in rules.scheme.indicators)
    few = min(tries, max(FEWEST, work // (max(unproved, 1) * len(rules.scheme.indicators))))
    for item in rules.scheme.indicators:
        if progress is not None:
            progress(item.label)
        yield certificate(rules, item, tries=few)


def certificate(rules: Rules, item: Indicator, *, tries: int = TRIES) -> Certificate:
    """The certificate of one indicator."""
    turn = fall(item, rules)
    if turn is not None:
        return Certificate(item.id, "refuted", turn)
    against = list(obstacles(rules, item))
    if not against:
        return Certificate(item.id, "proved", proved_by(item, lower=lower_first(rules.scheme)))
    example, tried = search(rules, item, tries=tries)
    because = joined(against, "；", "; ")
    if example is not None:
        words = example.in_words()
        return Certificate(item.id, "refuted", Phrase(f"{because.zh}。{words.zh}", f"{because.en}. {words.en[:1].upper()}{words.en[1:]}"), example, tried)
    bound = phrase("（各项一共只试这么多，别的没有试）", " (the bound on work for all indicators together; more were not tried)") if tries < TRIES else Phrase("", "")
    words = phrase("未能证明：{why.zh}；试了 {n} 个小例子{bound.zh}，没有发现吃亏的", "not proved: {why.en}; in {n} small examples{bound.en} nobody lost by it", why=because, n=tried, bound=bound)
    return Certificate(item.id, "open", words, None, tried)


def lower_first(scheme: Scheme) -> bool:
    """Whether the lower total is the better one, so that doing better is to have less of each value."""
    return scheme.total.better == "lower"


def proved_by(item: Indicator, *, lower: bool = False) -> Phrase:
    """What proves the certificate of an indicator without obstacles, or with `lower` totals first.

    Notes
    -----
    Its own value never falls, as the shape only rises that way, and nobody else's moves, as the shape looks at nobody else. No weight is
    negative and every aggregate rises with each of its parts, so every node above it and the total rise or stay, of this member
    alone. No bar bounds such a node from above: who takes part is the same but for this member, and so are the places. Award by
    award, in the scheme's order, it stands no lower and everyone else where they stood: either it is given the award or
    stands open for it, or the award goes as it went; so what is left for the next is as it was. Grades rise with the total.
    Where the lower total is first all of it holds with every direction turned: better is a lower value, no bar bounds such a node from below,
    and there are no grades.
    """
    turn = Phrase("越少越好", "less is better") if (turn_of(item) < 0) is not lower else Phrase("只升不降", "it only rises")
    states = isinstance(item.value, Category)
    own = Phrase("各状态自有固定分值", "every state has its points") if states else phrase("计分单调（{turn.zh}）", "its values are monotone ({turn.en})", turn=turn)
    return joined([own, Phrase("不看别的会员", "they look at no other member"), Phrase("权重不为负，合成方法逐项不减", "no weight is negative and every aggregate rises with its parts"),
                   Phrase("没有以下限卡人的要求", "no bar bounds it from below") if lower else Phrase("没有以上限卡人的要求", "no bar bounds it from above")])  # fmt: skip


def obstacles(rules: Rules, item: Indicator) -> Iterator[Phrase]:
    """All that keeps the structure from proving it."""
    scheme = rules.scheme
    if scheme.shortlist is not None:
        yield Phrase("分初审、复审两步，这里只看复审", "there are two stages, and the second alone is looked at here")
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
    worse = Phrase("高", "higher") if lower_first(scheme) else Phrase("低", "lower")
    for key in (key for key in scheme.ties if not isinstance(key, str) and key.better == worse.en and key.node in _ancestors(scheme, item)):
        yield phrase("同分时“{node}”{worse.zh}者在前，变好反而落后", "level ones go by `{node}`, the {worse.en} first, so that doing better puts one behind", node=scheme.label(str(key.node)) if key.node != TOTAL else "总分", worse=worse)
    yield from _limited(scheme)
    yield from _graded(scheme)


def _limited(scheme: Scheme) -> Iterator[Phrase]:
    """Awards whose places hang on who else has one: what one does moves places of others, and with them the next award."""
    for award in (award for award in scheme.awards if award.quota is not None and award.quota.limited):
        quota = award.quota
        why = Phrase("同组限额，要看同组还有谁", "so many alike, which hangs on who else of them has one") if quota and quota.per else Phrase("经费总额，要看前面的用去多少", "a budget, which hangs on what those before it cost") if quota and quota.budget is not None else Phrase("名额不递补，排在前面的占了不用的名额，会使别家改评其他奖", "places that are not handed on, so that who stands ahead leaves one unused and others turn to another award")  # fmt: skip
        yield phrase("“{award}”{why.zh}", "`{award}` has {why.en}", award=award.label, why=why)


def _graded(scheme: Scheme) -> Iterator[Phrase]:
    """Grades that a better score can leave for one beside the order."""
    if scheme.grades is None:
        return
    if scheme.grades.quota and scheme.grades.level == "worse":
        yield Phrase("等级按名次定，末位同分的都不给，追平别家会使两家都失去这一级",
                     'grades go by place and level ones at the last get the lower (`level = "worse"`), so that drawing level costs both')  # fmt: skip
    for one in scheme.grades.apart:
        if not {name for name, _ in scheme.grades.bands} <= set(one.instead_of):
            yield phrase("{grade} 在等级次序之外，只代替其中几级，分高了可能由原来的等级变为它，是升是降请委员会定", "{grade} stands beside the order and in for some bands only, so that a higher score may change a band for it, which the committee has to call better or worse", grade=one.grade)


def fall(item: Indicator, rules: Rules) -> Phrase | None:
    """Where a shape itself falls after it rose: more is better up to there only; None where it only rises or only falls."""
    if isinstance(item.value, Benchmark) and item.value.per_above and item.value.per_below:
        return Phrase("等于基准的最好，高于、低于都扣分，无所谓越高越好或越低越好；基准又随全体而变", "the benchmark is best, and both more and less take points; all together make it besides")
    if isinstance(item.value, Category | Relative):
        return None
    raw = grid(item, rules)
    values = item.value.values(raw, rules.scheme.scale)
    steps = np.diff(values)
    if not ((steps > 0).any() and (steps < 0).any()):
        return None
    best = int(np.argmax(values))
    far = best + 1 + int(np.argmin(values[best + 1 :])) if best + 1 < len(raw) and (steps[best:] < 0).any() else int(np.argmin(values[: best + 1]))
    return phrase("计分先升后降：{a} 计 {x} 分，{b} 只计 {y} 分；若非适度指标，请改计分", "its values rise and fall: for {a} there are {x}, for {b} only {y}; unless a middle is meant to be best, change the shape",
                  a=figure(raw[best]), x=figure(values[best]), b=figure(raw[far]), y=figure(values[far]))  # fmt: skip


def search(rules: Rules, item: Indicator, *, tries: int = TRIES) -> tuple[Example | None, int]:
    """The smallest example found in which doing better on `item` costs an award, or else a grade; and how many were tried."""
    draws, found = np.random.default_rng(rules.scheme.seed + 1), None
    drawn, tried = Drawn(rules, item), 0
    while tried < tries and drawn.classes:
        tried += 1
        example = drawn.example(draws)
        if example is not None and (found is None or (example.loss == "award" and found.loss != "award")):
            found, tries = example, min(tries, tried + AFTER)
            if found.loss == "award" or not rules.scheme.awards:
                break
    return (None if found is None else smallest(found)), tried


def _gaps(scheme: Scheme, item: Indicator, rules: Rules) -> Iterator[Phrase]:
    """What a member that is recorded at all may lose by it."""
    if item.measure.take in COUNTED and not isinstance(item.value, Category) and not may_not_apply(item.measure, rules.tables):
        return
    if item.measure.take == "any" or item.missing == "error":
        return
    if item.missing == "exclude":
        yield Phrase("未填的不计入，填了差的反而不如不填", "a gap is left out, so that a bad value recorded is worse than none") if lower_first(scheme) else Phrase("未填的不计入，填了低值反而拉低平均", "a gap is left out, so that a low value recorded weighs more than none")
    elif item.missing in MIDDLES:
        yield Phrase("未填的按中间值计，一家变好会抬高别家，填了也可能更低", "a gap counts as the middle of the others, which one doing better raises for all")
    elif item.imputes and not isinstance(item.missing, str):
        yield phrase("未填的原始值按 {n} 计，填了可能更低", "a gap counts as the raw value {n}, and what is recorded may give less", n=figure(item.missing))
    elif lower_first(scheme) and item.missing not in {"unranked", "exclude"}:
        yield Phrase("未填的另有计法，总分低者在前，填了可能更高", "a gap counts so much, the lower total is first, and what is recorded may give more")
    elif (given := stand_in(item)) is not None and given > lowest_value(item, scheme.scale, rules.tables):
        yield phrase("未填的计 {n} 分，填了可能更低", "a gap counts {n}, and what is recorded may give less", n=figure(given))
    elif item.missing == "unranked" and scheme.grades is not None and scheme.grades.default:
        yield Phrase("没有总分的按默认等级，有了总分可能更低", "without a total there is a default grade, and a total may give a lower one")


def _only_rises(shape: ValueShape, scale: float) -> bool:
    if isinstance(shape, Relative):  # by what was found
        return shape.better == "higher" and not isinstance(shape, Benchmark)
    return only_rises(shape, scale)


def _ancestors(scheme: Scheme, item: Indicator) -> list[str]:
    """An indicator, sums beside the total that it is part of, and every node above it, the total last."""
    path, node = [item.id, *(own.id for own in scheme.sums if item.id in own.of)], item.group
    while node is not None:
        path.append(node)
        node = scheme.nodes[node].group
    return [*path, TOTAL]


def _above(scheme: Scheme, item: Indicator) -> Iterator[Phrase]:
    """Groups above it that need not rise with it."""
    groups = {group.id: group for group in scheme.groups}
    for node in _ancestors(scheme, item):
        if node != TOTAL and node not in groups:
            continue
        rule = groups.get(node, scheme.total)
        if isinstance(rule.value, Relative) and rule.value.found is None:
            yield phrase("“{node}”合成后按会员相互比较计分，一家变好会改变别家的得分", "what `{node}` comes to is valued among the members, so that one doing better moves others", node=scheme.label(node) if node != TOTAL else "总分")
        elif rule.value is not None and not _only_rises(rule.value, scheme.scale):
            yield phrase("“{node}”合成后的计分并非只升不降", "what `{node}` comes to is valued by a shape that does not only rise", node=scheme.label(node) if node != TOTAL else "总分")
        if not rises(rule.aggregate):
            yield phrase("“{node}”的合成方法未必逐项不减", "how `{node}` is made need not rise with each part", node=scheme.label(node) if node != TOTAL else "总分")


def _capped(rules: Rules, item: Indicator) -> Iterator[Phrase]:
    """Bars that a better score can fail."""
    above = _ancestors(rules.scheme, item)
    for _, bar in rules.requirements:
        if not all(map(understood, all_parts(bar))):
            yield Phrase("有的要求用了这里尚不认识的写法", "a requirement is written in a way not known here")
        for part, turned in _turned(bar):
            if part.node not in above:
                continue
            name = rules.scheme.label(str(part.node)) if part.node != TOTAL else "总分"
            low, high = part.least is not None or part.above is not None, part.most is not None or part.below is not None
            crossed = turned is not lower_first(rules.scheme)  # a lower bound is what doing better can cross
            if low if crossed else high:
                end = Phrase("不低于", "above") if lower_first(rules.scheme) else Phrase("不超过", "below")
                yield phrase("要求“{node}”{end.zh}某数，变好可能过线", "`{node}` is to stay {end.en} a bound, which doing better can pass", node=name, end=end)
            elif turned and not all(spans[str(part.node)].sure for spans in rules.spans.values()):
                yield phrase("不许“{node}”落在某范围，未计分的不算，填了可能落入", "`{node}` is not to lie in a range, which a missing score does not and one that is recorded may", node=name)


def _turned(item: Requirement, *, turned: bool = False) -> Iterator[tuple[Requirement, bool]]:
    """What is asked of nodes and conditions in a requirement, and whether it is asked that this be not so."""
    if not item.parts:
        yield item, turned
    for part in item.parts:
        yield from _turned(part, turned=turned is not bool(item.none_of))
