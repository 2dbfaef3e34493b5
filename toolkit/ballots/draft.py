"""A ballot that is being filled in: what was given so far in each group, what it comes to, what contradicts itself, what mends it.

Pure: every move gives another draft. A method that is left keeps what was given in it, so that one may look at another and come back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from toolkit import weighting
from toolkit.ballots.ballot import Ahp, BestWorst, DividedPoints, RankOrder, Swing
from toolkit.ballots.folder import INPUT_RATIO, LIMIT, judged, told_apart, unjudged, whole_weights
from toolkit.ground.problems import Refused, refuse
from toolkit.ground.ranking import Floats
from toolkit.ground.text import Phrase, phrase
from toolkit.weighting.ahp import scale_text
from toolkit.weighting.direct import divided

if TYPE_CHECKING:
    from toolkit.ballots.ballot import Judgement
    from toolkit.weighting import Change

Method: TypeAlias = Literal["points", "ahp", "best_worst", "swing", "rank_order"]
METHODS: tuple[Method, ...] = ("points", "ahp", "best_worst", "swing", "rank_order")
"""The ways a ballot is filled in by hand. Trade-offs are read from files alone."""
Pair: TypeAlias = tuple[str, str]
Levels: TypeAlias = tuple[tuple[str, ...], ...]
WHOLE, TOP = 100, 9
MOST = 4  # contradictions named at once
NUMBERS = {"points": ("points", 0, WHOLE), "swing": ("swings", 0, WHOLE), "to_others": ("to_others", 1, TOP), "to_worst": ("to_worst", 1, TOP)}
"""The rows of numbers of a draft by what the page calls them: the field, the least and the greatest."""
NOT_BELOW = Phrase("这一组里没有这一项", "there is no such node in this group")
CHOOSE = Phrase("请从页面上选", "choose one on the page")
NONE = Phrase("", "")
EMPTY = Phrase("还没有填", "Nothing is given yet")
COMPARED = Phrase("已比较 {done}/{all}", "{done} of {all} compared")
ENDS = Phrase("请先选最重要和最不重要的一项，两项不能相同", "Choose the most and the least important first, two different ones")


@dataclass(frozen=True)
class GroupDraft:
    """What one expert gave so far in one group of siblings.

    Parameters
    ----------
    method
        Which of the ways counts.
    points, swings
        By node, 0 to 100; what is not there is 0.
    pairs
        How many times as important the first is as the second, 1/9 to 9; a pair that is not there was not compared.
    best, worst, to_others, to_worst
        The most and the least important node; how many times the one is as important as each other, and each other as the other one.
    order
        Nodes by falling importance, those level together; empty as long as nobody said so.
    """

    method: Method = "points"
    points: Mapping[str, float] = field(default_factory=dict)
    swings: Mapping[str, float] = field(default_factory=dict)
    pairs: Mapping[Pair, float] = field(default_factory=dict)
    best: str = ""
    worst: str = ""
    to_others: Mapping[str, float] = field(default_factory=dict)
    to_worst: Mapping[str, float] = field(default_factory=dict)
    order: Levels = ()

    def judgement(self, nodes: Sequence[str]) -> Judgement | None:
        """What would be written into the ballot; None while nothing is given."""
        match self.method:
            case "points":
                return DividedPoints(method="points", points=_row(self.points, nodes)) if any(self.points.values()) else None
            case "swing":
                return Swing(method="swing", swings=_row(self.swings, nodes)) if any(self.swings.values()) else None
            case "ahp":
                return Ahp(method="ahp", comparisons=tuple(_comparisons(self.pairs, nodes))) if self.pairs else None
            case "best_worst":
                return _best_worst(self)
            case "rank_order":
                return RankOrder(method="rank_order", order=tuple(level[0] if len(level) == 1 else level for level in self.order)) if self.order else None

    def by(self, method: str) -> GroupDraft:
        """Judged in another way; what was given in this one is kept.

        Raises
        ------
        Refused
            For a way there is none of.
        """
        known = next((one for one in METHODS if one == method), None)
        if known is None:
            raise refuse(Phrase("没有这种办法", "there is no such way"), CHOOSE)
        return replace(self, method=known)

    def with_number(self, row: str, node: str, number: float, nodes: Sequence[str]) -> GroupDraft:
        """With a number given to a node, in one of the rows of `NUMBERS`; 0 takes a comparison back.

        Raises
        ------
        Refused
            For a node that is not of the group, or a number out of range.
        """
        name, low, high = NUMBERS[row]
        _known([node], nodes)
        if not (low <= number <= high or number == 0):
            raise refuse(phrase("不能是 {n:g}", "it cannot be {n:g}", n=number), phrase("请填 {a} 至 {b}", "give {a} to {b}", a=low, b=high), value=f"{number:g}")
        given = {**getattr(self, name), node: number}
        kept: dict[str, Any] = {name: {each: value for each, value in given.items() if value or not low}}
        return replace(self, **kept)

    def with_pair(self, first: str, second: str, ratio: float | None, nodes: Sequence[str]) -> GroupDraft:
        """With a pair compared, or, for None, not compared any more.

        Raises
        ------
        Refused
            For nodes that are not two of the group, or a ratio off the scale 1/9 to 9.
        """
        a, b = sorted(_known((first, second), nodes), key=nodes.index)
        pairs = {pair: given for pair, given in self.pairs.items() if pair != (a, b)}
        if ratio is not None:
            pairs[a, b] = _on_scale(ratio if a == first else 1 / ratio)
        return replace(self, pairs=pairs)

    def with_ends(self, best: str, worst: str, nodes: Sequence[str]) -> GroupDraft:
        """With another most or least important node: what was compared with the former one goes, as it is of another comparison.

        Raises
        ------
        Refused
            For a node that is not of the group.
        """
        _known([*{best, worst} - {""}], nodes)
        others = {} if best != self.best else dict(self.to_others)
        worsts = {} if worst != self.worst else {node: given for node, given in self.to_worst.items() if node != best}
        return replace(self, best=best, worst=worst, to_others=others, to_worst=worsts)

    def with_order(self, order: Sequence[Sequence[str]], nodes: Sequence[str]) -> GroupDraft:
        """With another order.

        Raises
        ------
        Refused
            Where it is not every node of the group once.
        """
        levels = tuple(tuple(level) for level in order if level)
        if sorted(node for level in levels for node in level) != sorted(nodes):
            raise refuse(NOT_BELOW, CHOOSE)
        return replace(self, order=levels)

    def scaled(self, nodes: Sequence[str]) -> GroupDraft:
        """Points scaled to sum to 100 in whole points, or swings so that the largest is 100; the ratios kept as far as whole numbers can.

        Raises
        ------
        Refused
            Where all of them are 0.
        """
        given = np.array([(self.points if self.method == "points" else self.swings).get(node, 0.0) for node in nodes])
        if not given.any():
            raise refuse(Phrase("全是 0，分不出轻重", "all of them are 0"), Phrase("请先移动滑块", "move the sliders first"))
        if self.method == "points":
            return replace(self, points=dict(zip(nodes, whole_weights(divided(given), 0).tolist(), strict=True)))
        return replace(self, swings=dict(zip(nodes, np.round(given / given.max() * WHOLE).tolist(), strict=True)))

    def mended(self, nodes: Sequence[str]) -> GroupDraft:
        """With the mend of comparisons that contradict one another, as `toolkit.weighting.ahp_mend` or `best_worst_mend` finds it."""
        if self.method != "best_worst":
            changes = weighting.ahp_mend(self.matrix(nodes)).changes
            return replace(self, pairs={**self.pairs, **{_pair(change, nodes): change.then for change in changes}})
        draft, judgement = self, _best_worst(self)
        for change in judged(judgement, nodes, nodes).changes if judgement else ():
            first, second = _pair(change, nodes)
            draft = draft.with_number("to_others", second, change.then, nodes) if first == self.best else draft.with_number("to_worst", first, change.then, nodes)
        return draft

    def matrix(self, nodes: Sequence[str]) -> Floats:
        """The comparisons as a matrix, NaN where there is none."""
        matrix = np.full((len(nodes), len(nodes)), np.nan)
        for (first, second), ratio in self.pairs.items():
            matrix[nodes.index(first), nodes.index(second)] = ratio
        return matrix


@dataclass(frozen=True)
class Outcome:
    """What a group comes to as it stands.

    Parameters
    ----------
    state
        "empty", "unfinished" (it cannot be cast), "doubtful" (it can, and contradicts itself), or "done".
    said
        What is still lacking, or how far it is.
    weights
        Percent, siblings summing to 100; of points and swings that are not finished as their ratios stand; empty where there are none.
    coherence
        CR or the like, of best-worst the ratio that is checked and its limit; empty where there is nothing to check.
    contradictions
        Each as a sentence.
    mend
        What to think over; empty where nothing contradicts itself.
    changes
        The pairs that `GroupDraft.mended` would change.
    least
        Whether nothing less would do; else it is a small mend, not the smallest.
    """

    state: Literal["empty", "unfinished", "doubtful", "done"]
    said: Phrase = EMPTY
    weights: tuple[float, ...] = ()
    coherence: Phrase = NONE
    contradictions: tuple[Phrase, ...] = ()
    mend: Phrase = NONE
    changes: tuple[Pair, ...] = ()
    least: bool = False


def outcome(draft: GroupDraft, nodes: Sequence[str], labels: Sequence[str], decimals: int = 1) -> Outcome:
    """What the draft of a group comes to.

    Examples
    --------
    >>> nodes, labels = ("hours", "pledge", "conduct"), ("学时", "承诺", "行为")
    >>> draft = GroupDraft("ahp", pairs={("hours", "pledge"): 3, ("pledge", "conduct"): 3, ("hours", "conduct"): 1 / 3})
    >>> found = outcome(draft, nodes, labels)
    >>> found.state, found.contradictions[0].zh
    ('doubtful', '您说“学时”重于“承诺”、“承诺”重于“行为”，却说“行为”重于“学时”')
    >>> outcome(draft.mended(nodes), nodes, labels).state
    'done'
    """
    judgement = draft.judgement(nodes)
    if judgement is None:
        return Outcome("empty", ENDS if draft.method == "best_worst" else EMPTY, _by_ratio(draft, nodes, decimals))
    left = unjudged(judgement, nodes)
    if left:
        names = [label for node, label in zip(nodes, labels, strict=True) if node in left]
        said = phrase("{p.zh}；还没有比较：{zh}", "{p.en}; not compared yet: {en}", p=_progress(draft, nodes), zh="、".join(names), en=", ".join(names))
        return Outcome("unfinished", said)
    try:
        found = judged(judgement, nodes, labels)
    except Refused as refused:
        return Outcome("unfinished", _first(refused, labels), _by_ratio(draft, nodes, decimals))
    contradictions = tuple(_contradictions(draft, nodes, labels)) if draft.method == "ahp" and found.ratio else ()
    if found.doubt and not contradictions:
        contradictions = (found.doubt,)
    state: Literal["doubtful", "done"] = "doubtful" if found.doubt else "done"
    weights = tuple(whole_weights(found.shares, decimals).tolist())
    coherence = found.coherence if found.ratio is not None and draft.method != "best_worst" else NONE
    if found.checked:
        ratio, limit = told_apart(*found.checked)
        coherence = phrase("{of.zh} {ratio}，不应超过 {limit}", "{of.en} {ratio}, it should be {limit} at most", of=INPUT_RATIO, ratio=ratio, limit=limit)
    changes = tuple(_pair(change, nodes) for change in found.changes)
    return Outcome(state, _progress(draft, nodes), weights, coherence, contradictions, found.mend or NONE, changes, found.least)


def draft_of(judgement: Judgement, nodes: Sequence[str]) -> GroupDraft:
    """The draft that a judgement would have come of; an empty one for trade-offs, which are not filled in by hand."""
    if isinstance(judgement, DividedPoints):
        return GroupDraft("points", points=dict(judgement.points))
    if isinstance(judgement, Swing):
        return GroupDraft("swing", swings=dict(judgement.swings))
    if isinstance(judgement, RankOrder):
        return GroupDraft("rank_order", order=tuple((item,) if isinstance(item, str) else tuple(item) for item in judgement.order))
    if isinstance(judgement, BestWorst):
        best, worst = judgement.best, judgement.worst
        rows = ({node: given for node, given in row.items() if node != end} for row, end in ((judgement.best_to_others, best), (judgement.others_to_worst, worst)))
        others, worsts = rows
        return GroupDraft("best_worst", best=best, worst=worst, to_others=others, to_worst={node: given for node, given in worsts.items() if node != best})
    draft = GroupDraft("ahp" if isinstance(judgement, Ahp) else "points")
    for first, second, ratio in judgement.comparisons if isinstance(judgement, Ahp) else ():
        draft = draft.with_pair(first, second, ratio, nodes)
    return draft


def _pair(change: Change, nodes: Sequence[str]) -> Pair:
    return nodes[change.places[0]], nodes[change.places[1]]


def _known(named: Sequence[str], nodes: Sequence[str]) -> Sequence[str]:
    if len(set(named)) < len(named) or not set(named) <= set(nodes):
        raise refuse(NOT_BELOW, CHOOSE)
    return named


def _on_scale(ratio: float) -> float:
    if not 1 / TOP - 1e-9 <= ratio <= TOP + 1e-9:
        raise refuse(Phrase("不在 1/9 至 9 的标度上", "not on the scale 1/9 to 9"), CHOOSE, value=f"{ratio:g}")
    return ratio


def _row(given: Mapping[str, float], nodes: Sequence[str]) -> dict[str, float]:
    return {node: float(given.get(node, 0.0)) for node in nodes}


def _comparisons(pairs: Mapping[Pair, float], nodes: Sequence[str]) -> Iterator[tuple[str, str, float]]:
    """Every pair in order, the more important first, so that a file says 3 and never 0.333."""
    for first, second in sorted(pairs, key=lambda pair: [*map(nodes.index, pair)]):
        ratio = pairs[first, second]
        yield (first, second, ratio) if ratio >= 1 else (second, first, float(np.round(1 / ratio, 9)))


def _best_worst(draft: GroupDraft) -> BestWorst | None:
    best, worst = draft.best, draft.worst
    if not best or not worst or best == worst:
        return None
    both = {best: draft.to_others[worst]} if worst in draft.to_others else {}  # the one comparison that stands in both rows
    return BestWorst(method="best_worst", best=best, worst=worst, best_to_others=dict(draft.to_others), others_to_worst={**both, **draft.to_worst})


def _by_ratio(draft: GroupDraft, nodes: Sequence[str], decimals: int) -> tuple[float, ...]:
    """Points and swings that are not finished, as percent by their ratios."""
    given = np.array([{"points": draft.points, "swing": draft.swings}.get(draft.method, {}).get(node, 0.0) for node in nodes])
    return tuple(whole_weights(divided(given), decimals).tolist()) if given.any() else ()


def _progress(draft: GroupDraft, nodes: Sequence[str]) -> Phrase:
    """How many comparisons are made, where there are any to be made."""
    if draft.method == "ahp":
        return phrase(COMPARED.zh, COMPARED.en, done=len(draft.pairs), all=len(nodes) * (len(nodes) - 1) // 2)
    if draft.method == "best_worst":
        return phrase(COMPARED.zh, COMPARED.en, done=len(draft.to_others) + len(draft.to_worst), all=2 * len(nodes) - 3)
    return NONE


def _first(refused: Refused, labels: Sequence[str]) -> Phrase:
    """What is to be mended first; of one item's judgement by its name, as the page says it."""
    problem = next(iter(refused.problems))
    if problem.column not in labels or not problem.value:
        return Phrase(problem.line("zh"), problem.line("en"))
    said = replace(problem, column="", value="")
    return phrase("“{name}”现为 {value}：{zh}", "`{name}`, {value} now: {en}", name=problem.column, value=problem.value, zh=said.line("zh"), en=said.line("en"))


def _contradictions(draft: GroupDraft, nodes: Sequence[str], labels: Sequence[str]) -> Iterator[Phrase]:
    """The circles in words, the shortest first; without one, and CR too large, the three that miss most."""
    matrix = draft.matrix(nodes)
    circles = weighting.ahp_circles(matrix, labels)
    whole = weighting.ahp.comparisons(matrix, labels)[0]
    for circle in circles[:MOST]:
        steps = [_said(whole[a, b], labels[a], labels[b]) for a, b in pairwise((*circle.places, circle.places[0]))]
        yield phrase(
            "您说{zh}，却说{last.zh}", "You said {en}, and yet {last.en}",
            zh="、".join(step.zh for step in steps[:-1]), en=", ".join(step.en for step in steps[:-1]), last=steps[-1],
        )  # fmt: skip
    if len(circles) > MOST:
        yield phrase("这样的矛盾另有 {n} 处", "and so many more of the kind: {n}", n=len(circles) - MOST)
    if circles or weighting.ahp_ratio(matrix, labels) < LIMIT:
        return
    triad = weighting.ahp_triads(matrix, labels)[0]
    (i, j, k), (a, b, c) = triad.places, triad.criteria
    yield phrase(
        "您说“{a}”比“{b}”为 {ab}、“{b}”比“{c}”为 {bc}，则“{a}”比“{c}”应近 {due}，却说 {ac}",
        "You said `{a}` to `{b}` is {ab} and `{b}` to `{c}` {bc}: then `{a}` to `{c}` should be near {due}, and you said {ac}",
        a=a, b=b, c=c, ab=scale_text(whole[i, j]), bc=scale_text(whole[j, k]), ac=scale_text(whole[i, k]), due=_near(whole[i, j] * whole[j, k]),
    )  # fmt: skip


def _said(ratio: float, first: str, second: str) -> Phrase:
    if ratio > 1 + 1e-9:
        return Phrase(f"“{first}”重于“{second}”", f"`{first}` outweighs `{second}`")
    return Phrase(f"“{first}”与“{second}”同等", f"`{first}` equals `{second}`")


def _near(ratio: float) -> str:
    """A product of two judgements on the scale: never beyond its ends."""
    kept = min(max(ratio, 1 / TOP), float(TOP))
    return scale_text(round(kept) if kept >= 1 else 1 / round(1 / kept))
