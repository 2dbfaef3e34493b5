"""What one expert can move at most, before anybody has voted: the mark of a member by a score sheet, a weight by a ballot.

Two questions are asked of each way to make one figure of many, for the fewest experts whose judgements count: how far one of them moves it
where all the others say the same, and how far at most, whatever the others say. A mean answers both alike; an extreme left out, or a median,
gives one expert nothing where the others agree, and more than a mean where they are divided, though never beyond what the others gave.
No way that gives what all agree on does better than the mean in the worst case: from all at the least to all at the most, one expert after
the other, the figure moves over the whole span in as many steps as there are experts, so that one of them is no shorter than the mean's.

References
----------
Donoho, D. L., Huber, P. J. (1983). The notion of breakdown point. In: A Festschrift for Erich L. Lehmann, Wadsworth, 157-184: what a part of the
judgements can do to an estimate at worst.
Balinski, M., Laraki, R. (2007). A theory of measuring, electing, and ranking. PNAS 104(21), 8720-8725: of all ways to gather grades the
middlemost ones leave the least to one who grades otherwise than it thinks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from toolkit.evaluation.scores import TOTAL
from toolkit.ground.problems import Problem
from toolkit.ground.text import Phrase, phrase
from toolkit.scheme.shapes import Linear

if TYPE_CHECKING:
    from toolkit.examination.rules import Rules
    from toolkit.scheme import Panel, Scheme, Weighting
    from toolkit.scheme.criteria import Indicator

Way = Literal["mean", "trimmed", "median", "levelled", "arithmetic", "geometric", "aij"]
NINE = 9.0  # the most that one criterion outweighs another by on the scale of comparisons


@dataclass(frozen=True)
class Say:
    """How far one expert moves one figure by one way to make it of many.

    Parameters
    ----------
    of
        Id of the indicator whose sheets are meant; empty for a weight and ballots.
    way, trim
        The way, and how many are left out at each end.
    in_force
        Whether it is the scheme's.
    experts, span
        The fewest whose judgements count, and from the least to the most that one may say: points of the sheet, 100 for a weight.
    alike, split
        How far where all others say the same, and how far at most whatever they say; NaN where no arithmetic bounds it.
    per_point
        How much of it for each point by which the others lie apart; NaN where that has no say.
    total
        Of a sheet: how far the total of a member at most; NaN where that is not plain from shape and weights.
    """

    of: str
    way: Way
    trim: int
    in_force: bool
    experts: int
    span: float
    alike: float
    split: float
    per_point: float = np.nan
    total: float = np.nan


def one_expert(rules: Rules) -> tuple[Say, ...]:
    """What one expert can move at most by a sheet, indicator by indicator, and by a ballot; nothing where the scheme has none."""
    return (*_sheets(rules), *(_ballots(rules.scheme.weighting) if rules.scheme.weighting else ()))


def lone_voices(scheme: Scheme) -> Iterator[Problem]:
    """Where the rules let one expert decide alone: a quorum of one, or a mean that a single 0 makes 0."""
    panel, weighting = scheme.panel, scheme.weighting
    judged = panel is not None and panel.holds == "sheets" and any(item.measure.take == "panel" for item in scheme.indicators)
    if panel is not None and judged and panel.minimum == 1:
        yield Problem("warning", Phrase("只要有 1 位专家评分就算数：一个人就能定下一家会员的得分", "one sheet is enough for a mark: one expert can decide it alone"),
                      Phrase("请提高 minimum（评标须五人以上单数）", "raise `minimum` (bids are judged by an odd number of five or more)"), file="scheme.toml", column="panel.minimum")  # fmt: skip
    if weighting is not None and weighting.minimum == 1:
        yield Problem("note", Phrase("只要有 1 张判断票就能定权重：最坏时由一个人定下", "one ballot is enough for weights: at worst one expert decides them"),
                      phrase("如不合本意，请写 minimum = {n} 或更多", "if that is not meant, write minimum = {n} or more", n=5), file="scheme.toml", column="weighting.minimum")  # fmt: skip
    if weighting is not None and weighting.aggregate == "geometric":
        yield Problem("note", Phrase("几何平均：任何一张票给某项 0，该项权重就是 0，无论别人怎样投", "a geometric mean: a 0 in one ballot makes that weight 0, whatever all others say"),
                      Phrase("如不合本意，请改用 arithmetic 或 median", "if that is not meant, use `arithmetic` or `median`"), file="scheme.toml", column="weighting.aggregate")  # fmt: skip


def mark_moved(span: float, experts: int, trim: int) -> tuple[float, float]:
    """How far one of several scores moves their mean with so many left out at each end: where the others are alike, and at most.

    Of the others in order y[0] <= y[1] <= ... the mean is least with the own score below all of them, where y[trim - 1] comes in, and most with
    it above all, where y[-trim] does instead; all between is the same.

    Examples
    --------
    Five experts on 0 to 100: all count; one is left out at each end; the median.

    >>> [mark_moved(100, 5, trim) for trim in (0, 1, 2)]
    [(20.0, 20.0), (0.0, 33.333333333333336), (0.0, 100.0)]
    """
    return (0.0 if trim else span / experts), span / (experts - 2 * trim)


def _sheets(rules: Rules) -> Iterator[Say]:
    panel = rules.scheme.panel
    if panel is None or panel.holds == "results":
        return
    for item in (one for one in rules.scheme.indicators if one.measure.take == "panel"):
        bounds = _bounds(rules, item)
        if bounds is not None:
            yield from _marks(rules, panel, item, bounds[1] - bounds[0])


def _bounds(rules: Rules, item: Indicator) -> tuple[float, float] | None:
    """Between which scores a sheet is filled in; None where the dictionary does not say."""
    table = rules.tables.table.get(str(item.measure.table)) if rules.tables else None
    return table.column[str(item.measure.column)].range if table else None


def _marks(rules: Rules, panel: Panel, item: Indicator, span: float) -> Iterator[Say]:
    """Every number left out that the fewest experts allow, the scheme's marked; of levelled sheets that nothing bounds it beforehand."""
    plain, cut = panel.harshness == "none", panel.trim if panel.minimum >= (panel.trim_from or 0) else 0
    for trim in range((panel.minimum - 1) // 2 + 1):
        way: Way = "mean" if trim == 0 else "median" if panel.minimum - 2 * trim <= 2 else "trimmed"
        alike, split = mark_moved(span, panel.minimum, trim)
        yield Say(item.id, way, trim, plain and trim == cut, panel.minimum, span, alike, split,
                  1 / (panel.minimum - 2 * trim) if trim else np.nan, _in_total(rules, item, split))  # fmt: skip
    if not plain:
        yield Say(item.id, "levelled", cut, True, panel.minimum, span, np.nan, np.nan)


def _in_total(rules: Rules, item: Indicator, moved: float) -> float:
    """How far the total of a member moves at most where a raw value does, everything else counting as it applies."""
    if not isinstance(item.value, Linear):
        return np.nan
    scale = rules.scheme.scale
    value = moved * scale / abs(item.value.best - item.value.worst)
    shares = [_share(rules, item.id, class_) for class_ in rules.classes if not rules.spans[class_][item.id].empty]
    return min(value, scale) * max(shares, default=np.nan) if item.value.clamp else value * max(shares, default=np.nan)


def _share(rules: Rules, node: str, class_: str) -> float:
    """The share of the total that a node has for a class, of what applies to it; NaN below anything but plain means."""
    scheme, share = rules.scheme, 1.0
    groups = {group.id: group for group in scheme.groups}
    while node != TOTAL:
        parent = scheme.nodes[node].group
        rule = groups[parent] if parent else scheme.total
        siblings = [child for child in scheme.children(parent) if not rules.spans[class_][child.id].empty]
        whole = sum(child.weight for child in siblings)
        if rule.aggregate != "arithmetic" or rule.when or rule.value is not None or not whole:
            return np.nan
        share, node = share * scheme.nodes[node].weight / whole, parent or TOTAL
    return share


def _ballots(rule: Weighting) -> Iterator[Say]:
    """Every way to gather ballots, the scheme's marked, for the expert that counts most among the fewest that count least."""
    few, counted = rule.minimum, sorted(rule.experts.values())
    most = max([*counted, 1.0])
    own = most / (most + sum(([*counted[:-1], *[1.0] * few] if most > 1.0 else [*counted, *[1.0] * few])[: few - 1]))
    trims = [rule.trim] if few > 2 * rule.trim else []
    ways: list[tuple[Way, int]] = [("arithmetic", 0), *(("trimmed", trim) for trim in trims), ("median", 0), ("geometric", 0), ("aij", 0)]
    for way, trim in ways:
        alike, split = weight_moved(way, own)
        yield Say("", way, trim, way == rule.aggregate, few, 100.0, alike, split)


def weight_moved(way: Way, own: float) -> tuple[float, float]:
    """How many points of 100 one ballot moves a weight by: where all the others are alike, and at most.

    Parameters
    ----------
    own
        What its expert counts, of all that count together as 1.

    Notes
    -----
    arithmetic: the expert's part of 100. median, trimmed: nothing against others who are alike, unless the expert counts half of a median or more;
    as they are divided to 100 afterwards, no bound below 100 is claimed whatever the others say. geometric: a 0 of one makes the weight 0, however many gave it 100.
    aij: where only the comparisons of that criterion are others, its weight over all the rest is multiplied by 81 to the power `own` from end to
    end of the scale, which moves a share by (9^own - 1) / (9^own + 1) at most.

    Examples
    --------
    >>> [weight_moved(way, 0.2) for way in ("arithmetic", "median", "geometric")]
    [(20.0, 20.0), (0.0, 100.0), (100.0, 100.0)]
    >>> round(weight_moved("aij", 0.2)[0], 2)
    21.63
    """
    if way == "arithmetic":
        return 100.0 * own, 100.0 * own
    if way == "aij":
        moved = 100.0 * (NINE**own - 1) / (NINE**own + 1)
        return moved, moved
    if way == "geometric" or own == 1.0:
        return 100.0, 100.0
    half = {True: 100.0, False: 0.0}[own > 0.5] if own != 0.5 else 50.0
    return half if way == "median" else 0.0, 100.0
