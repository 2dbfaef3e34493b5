"""How little one raw value of one member has to change, and nothing else, for it to win an award or to lose it.

`smallest_values` asks it of members near a line, whatever the value comes to; `nearest_values` of any member, in the steps
in which the values are recorded.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from toolkit.evaluation.awards import AwardRule, RuleInSteps
from toolkit.evaluation.many import as_columns
from toolkit.evaluation.scores import TURNED, list_scores, order_of, rounded_scores
from toolkit.evaluation.steps import Standing, Steps
from toolkit.evaluation.values import stepped
from toolkit.ground.answers import asked_once
from toolkit.scheme.shapes import Category, Relative
from toolkit.sensitivity.tipping.lines import Search, or_better, sides, together

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.contests import Contest
    from toolkit.ground.ranking import Floats, Integers, Mask
    from toolkit.scheme.criteria import Indicator
    from toolkit.scheme.outcomes import Award

Result = TypeVar("Result")
Scores: TypeAlias = "dict[str, Floats]"
"""Rounded scores of one member, float64[n] by each node that awards look at."""
ValueSearch: TypeAlias = "Search[Scores, Result]"
"""Asks for raw values of one member, float64[n], and is told its scores."""

COLUMNS = ["award", "class", "member", "holds", "indicator", "raw", "needed", "change", "exact"]
NEAREST_COLUMNS = ["award", "member", "holds", "indicator", "raw", "needed"]
ROUNDS, PARTS = 7, 1 << 5
REACHES = np.concatenate(([0.0], np.geomspace(1e-7, 1e3, 161)))  # of the range of the raw values
STEPS = (1.0, 0.5, 0.1, 0.01)
TRIED = 400
AFTER = 3  # how many more steps are tried where one that reaches the line does not do


@dataclass(frozen=True, eq=False)
class Competitors:
    """All who can have a say in some members' awards: their class, or everyone where places are given over all classes.

    Parameters
    ----------
    place : int64[members]
        Where each member of the evaluation stands among them; -1 for those who are not.
    points
        Their rounded scores, float64[competitors], by the nodes that awards look at.
    rule
        That of their awards.
    counted
        The rule and the scores in steps, by the bounds of the steps.
    known
        What was decided already, by awards, member and scores.
    """

    place: Integers
    points: dict[str, Floats]
    rule: AwardRule
    counted: dict[tuple[float, float], tuple[RuleInSteps, dict[str, Standing]]] = field(default_factory=dict)
    known: dict[tuple[object, ...], bool] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation, part: Mask) -> Competitors:
        """Some members of an evaluation, bool[members]."""
        members = evaluation.members[part]
        rule = AwardRule.of(evaluation.scheme, members, evaluation.vetoes, evaluation.measured.conditions, evaluation.rulings)
        score = rounded_scores(evaluation.scheme, evaluation.scores.loc[members.index])
        return cls(np.where(part, part.cumsum() - 1, -1), {node: score(node) for node in rule.nodes}, rule)

    def given(self, awards: Sequence[str], position: int, scores: Scores) -> Mask:
        """Whether a member has one of some awards with each of n other rounded scores, bool[n]: as many runs of the rule."""
        rows = list(zip(*(score.tolist() for score in scores.values()), strict=True)) or [()]
        keys = [(*awards, position, *row) for row in rows]
        new = {key: row for key, row in zip(keys, rows, strict=True) if key not in self.known}
        if new:
            self.known.update(zip(new, self._decided(awards, int(self.place[position]), list(scores), np.array(list(new.values()))), strict=True))
        return np.array([self.known[key] for key in keys])

    def _decided(self, awards: Sequence[str], place: int, nodes: Sequence[str], scores: Floats) -> list[bool]:
        """The same for float64[n, nodes]."""
        steps = Steps.spanning(self.rule.scheme.decimals, [*self.points.values(), scores])
        ends = steps.lowest, steps.highest
        if ends not in self.counted:
            self.counted[ends] = RuleInSteps.of(self.rule, steps), {node: steps.of_rounded(points) for node, points in self.points.items()}
        rule, standings = self.counted[ends]
        runs = {node: np.tile(standing, (len(scores), 1)) for node, standing in standings.items()}
        for node, column in zip(nodes, scores.T, strict=True):
            runs[node][:, place] = steps.of_rounded(column)
        decisions = rule.decided(runs.__getitem__)
        given = [decision.given[:, place].tolist() for decision in decisions if decision.award.id in awards]
        return [any(run) for run in zip(*given, strict=True)]


@dataclass(frozen=True, eq=False)
class Revalued:
    """An evaluation in which one raw value of one member may be another.

    Parameters
    ----------
    values, applicable : float64 and bool[members, indicators]
        As they stand.
    added
        The points of each adjustment, float64[members].
    """

    evaluation: Evaluation
    values: Floats
    applicable: Mask
    added: dict[str, Floats]
    _competitors: dict[str | None, Competitors] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation) -> Revalued:
        """An evaluation as it stands."""
        return cls(evaluation, *as_columns(evaluation))

    @cached_property
    def raw(self) -> dict[str, Floats]:
        """The raw values of all members by indicator, float64[members]; NaN for what is no number."""
        items = self.evaluation.resolved.indicators
        return {item.id: pd.to_numeric(self.evaluation.indicators[item.id], errors="coerce").to_numpy(np.float64) for item in items}

    def competitors(self, position: int) -> Competitors:
        """Who has a say in the awards of a member."""
        quotas = [award.quota for award in self.evaluation.scheme.awards if award.quota]
        pools = self.evaluation.award_rule.pools["class"]
        apart = pools.names[pools.codes[position]] and all(quota.within == "class" and quota.in_all is None for quota in quotas)
        apart = apart and all(item.first.within == "class" for item in self.evaluation.award_rule.firsts.values() if item.first)
        class_ = pools.names[pools.codes[position]] if apart else None
        if class_ not in self._competitors:
            part = pools.codes == pools.codes[position] if apart else np.ones(len(pools.codes), np.bool_)
            self._competitors[class_] = Competitors.of(self.evaluation, part)
        return self._competitors[class_]

    def movable(self, position: int) -> Iterator[Indicator]:
        """The indicators of a member whose raw value is a number, and known."""
        for item, applies in zip(self.evaluation.resolved.indicators, self.applicable[position], strict=True):
            if applies and not isinstance(item.value, Category) and not np.isnan(self.raw[item.id][position]):
                yield item

    def found(self, searches: Sequence[tuple[int, Indicator, ValueSearch[Result]]]) -> list[Result]:
        """What searches for one raw value of a member each come to: scores are worked out for all of them at once."""

        def answers(questions: dict[int, Floats]) -> list[Scores]:
            return self.scores([(*searches[place][:2], raw) for place, raw in questions.items()])

        return together([search for _, _, search in searches], answers)

    def scores(self, questions: Sequence[tuple[int, Indicator, Floats]]) -> list[Scores]:
        """The scores of members (by position) with other raw values float64[n] of a resolved indicator."""
        evaluation, tree = self.evaluation, self.evaluation.tree
        who = np.repeat([position for position, _, _ in questions], [len(raw) for _, _, raw in questions])
        ends = [0, *np.cumsum([len(raw) for _, _, raw in questions]).tolist()]
        values = self.values[who]
        for (position, item, raw), (start, end) in zip(questions, pairwise(ends), strict=True):
            values[start:end, tree.nodes.index(item.id) - tree.leaves.start] = self._valued(position, item, raw)
        alone = evaluation.held_tree.among(evaluation.award_rule.named[who])
        score = list_scores(evaluation.scheme, alone, values, self.applicable[who], {name: points[who] for name, points in self.added.items()})
        table = {node: score(node) for node in evaluation.award_rule.nodes}
        return [{node: points[start:end] for node, points in table.items()} for start, end in pairwise(ends)]

    def _valued(self, position: int, item: Indicator, raw: Floats) -> Floats:
        """Raw values of a member on the scale, by a resolved indicator."""
        numbers, scale = raw if item.outliers is None else item.outliers.applied(raw), self.evaluation.scheme.scale
        if isinstance(item.value, Relative):
            class_ = str(self.evaluation.members["class"].iloc[position])
            return stepped(item, item.value.values(numbers, scale, np.full(len(raw), class_, dtype=object)))
        return stepped(item, np.asarray(item.value.values(numbers.copy(), scale), dtype=np.float64))


@asked_once
def smallest_values(evaluation: Evaluation, near: int = 1) -> pd.DataFrame:
    """For members near a line, how much one raw value has to change, and nothing else, for the award to be won or lost.

    These are, in each pool, the `near` best who missed an award though over every bar, and the `near` lowest who hold
    it. What a relative shape or a treatment of outliers found among the members stays as it was found; other members'
    values stay as they are. An award is won by rising to the line, or past it, and lost by falling to it. Each indicator is looked at whose raw value is a number and is known.

    Returns
    -------
    DataFrame
        A row for each member and indicator: award, class (the contest's), member; holds, whether it has the award;
        indicator, raw; needed, the raw value nearest to it (to a millionth, as a short decimal) with the opposite outcome by the scheme's own rule (NaN where
        none within a thousand times the range of the values has it; a whole number where rows are counted, and not below 0 where
        nobody's is; also where places are limited by those alike or by a budget and none that was tried has it); change, needed - raw; exact, whether the outcome at `needed` is confirmed by the rule, and no
        bound on the places of all classes together makes a nearer one possible.
    """
    revalued, index = Revalued.of(evaluation), evaluation.members.index
    turning = [
        TurningValue(revalued, contest, int(position), holds, item)
        for contest in evaluation.decided.contests
        for positions, holds in zip(sides(contest)[::-1], (False, True), strict=True)
        for position in positions[:near]
        for item in revalued.movable(int(position))
    ]
    found = revalued.found([(one.position, one.item, one.needed()) for one in turning])
    rows = [
        (one.contest.award.id, one.contest.class_, str(index[one.position]), one.holds, one.item.id, one.raw, needed, needed - one.raw, sure)
        for one, (needed, sure) in zip(turning, found, strict=True)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


@dataclass(frozen=True, eq=False)
class TurningValue:
    """The raw value with which one member near a line would have the other outcome."""

    revalued: Revalued
    contest: Contest
    position: int
    holds: bool
    item: Indicator

    @property
    def column(self) -> Floats:
        """Everyone's raw values, float64[members]."""
        return self.revalued.raw[self.item.id]

    @cached_property
    def raw(self) -> float:
        """The raw value as it stands."""
        return float(self.column[self.position])

    @cached_property
    def least(self) -> float:
        """The least a raw value can be: not below 0 where nobody's is."""
        return 0.0 if np.nanmin(self.column) >= 0 else -np.inf

    @cached_property
    def span(self) -> float:
        """The range of the raw values."""
        return max(float(np.nanmax(self.column) - np.nanmin(self.column)), abs(self.raw), 1e-9)

    @property
    def whole(self) -> bool:
        """Whether rows are counted, and values are whole numbers."""
        return self.item.measure.whole

    def compared(self, scores: Scores) -> Floats:
        """What the contest's places go by, the higher ahead."""
        score = scores[self.contest.award.by]
        return -score if self.contest.turned else score

    def needed(self) -> ValueSearch[tuple[float, bool]]:
        """The nearest raw value with the other outcome: level with the line where that is enough, else past it; whether that is sure."""
        score, quota = self.contest.keys[0], self.contest.award.quota
        line = float(score[self.contest.able & ~self.contest.given].max() if self.holds else score[self.contest.given].min())
        alone, short, value = quota is None or (quota.in_all is None and not quota.limited), self.raw, self.raw
        for past in (False, True):
            value, short = (yield from self.nearest(_over(line, past=past, down=self.holds))), value
            if np.isnan(value):
                break
            if (yield from self.turned(np.array([value])))[0]:
                return (yield from self.settled((short, value))), alone
        far, limited = 1e3 * self.span, quota is not None and quota.limited
        for end in (max(self.raw - far, self.least), self.raw + far) if self.holds or limited else ():  # the line is out of reach, a bar may not be, nor those alike
            if (yield from self.turned(np.array([end])))[0]:
                return (yield from self.settled((self.raw, end))), alone
        if limited:  # the line is not what decides, and what was tried there has not turned it
            return np.nan, False
        needed = short if np.isnan(value) and short != self.raw and not self.holds else value  # who is level at a joint line keeps what it has
        return needed, bool(np.isnan(needed))

    def turned(self, values: Floats) -> ValueSearch[Mask]:
        """Whether the outcome is the other one for raw values float64[n]."""
        scores = yield values
        return np.asarray(self.revalued.competitors(self.position).given([self.contest.award.id], self.position, scores) != self.holds)

    def settled(self, between: tuple[float, float]) -> ValueSearch[float]:
        """The first value between two with the other outcome: a bar, or nodes that settle ties, may decide before the line."""
        (low, high), least = between, 1.0 if self.whole else 1e-7 * max(1.0, abs(between[0]))
        before = high - np.sign(high - low) * least
        if abs(high - low) <= least or not (yield from self.turned(np.array([before])))[0]:
            return high
        high = before
        while abs(high - low) > max(least / 100, 1.0 if self.whole else 0.0):
            parts = np.unique(np.trunc(_parts(low, high)) if self.whole else _parts(low, high))[:: 1 if high > low else -1]
            turned = yield from self.turned(parts)
            place = bisect_left(range(1, len(parts) - 1), True, key=lambda at: bool(turned[at])) + 1
            low, high = float(parts[place - 1]), float(parts[place])
        return float(high)

    def nearest(self, met: Callable[[Floats], Mask]) -> ValueSearch[float]:
        """The raw value nearest to one's own whose score meets something; NaN for none."""
        values = []
        for sign in (1.0, -1.0):
            tried = self.tried(sign)
            hit = yield from self.first(tried, met)
            if hit is not None:
                values.append((yield from self.narrowed(met, (tried[hit - 1], tried[hit]))) if hit and not self.whole else float(tried[hit]))
        return min(values, key=lambda value: abs(value - self.raw), default=np.nan)

    def tried(self, sign: float) -> Floats:
        """Raw values one way, ever further from one's own: whole steps up to ten thousand where rows are counted."""
        if self.whole:
            tried = self.raw + sign * np.arange(0.0, min(10_000.0, np.ceil(1e3 * self.span)) + 1)
            return tried[tried >= self.least]
        return np.unique(np.maximum(self.raw + sign * self.span * REACHES, self.least))[:: int(sign)]

    def first(self, tried: Floats, met: Callable[[Floats], Mask]) -> ValueSearch[int | None]:
        """The first of some raw values whose score meets something; None for none."""
        start, size = 0, len(REACHES)
        while start < len(tried):
            scores = yield tried[start : start + size]
            hit = np.flatnonzero(met(self.compared(scores)))
            if hit.size:
                return start + int(hit[0])
            start, size = start + size, 2 * size
        return None

    def narrowed(self, met: Callable[[Floats], Mask], between: tuple[float, float]) -> ValueSearch[float]:
        """The first value between two that meets what the second does; a short decimal where it does as well."""
        low, high = between
        for _ in range(ROUNDS):
            parts = _parts(low, high)
            scores = yield parts[1:-1]
            place = int(np.argmax(np.append(met(self.compared(scores)), True)))
            low, high = float(parts[place]), float(parts[place + 1])
        short = np.array([round(high, digits) for digits in range(13)])
        scores = yield short
        good = met(self.compared(scores)) & (np.abs(short - high) <= 1e-6 * max(1.0, abs(high)))
        return float(short[np.argmax(good)]) if good.any() else high


def _parts(low: float, high: float) -> Floats:
    return np.linspace(low, high, PARTS + 1)


def _over(line: float, *, past: bool, down: bool) -> Callable[[Floats], Mask]:
    """Whether scores are level with a line, or past it, on the way up or down."""
    compare = {(False, False): np.greater_equal, (True, False): np.greater, (False, True): np.less_equal, (True, True): np.less}

    def met(scores: Floats) -> Mask:
        return np.asarray(compare[past, down](scores, line), dtype=np.bool_)

    return met


@asked_once
def nearest_values(evaluation: Evaluation, pairs: Collection[tuple[str, str]]) -> pd.DataFrame:
    """For each award and member the smallest change of one raw value that wins the member that award, or loses it.

    Unlike `smallest_values` it is asked of any member, whether places or a bar decide, and a better award counts as well.
    Values move by whole steps, the largest of 1, 0.5, 0.1 and 0.01 in which all members' values are recorded, and no
    further than some member has come. Nearest is the change that is smallest beside how much members differ (their
    standard deviation): so hours and articles can be compared. What is told has been tried by the scheme's own rule.

    Parameters
    ----------
    pairs
        Of an award's id and a member.

    Returns
    -------
    DataFrame
        A row for each pair that one value can turn: award, member; holds, whether it has that award or a better one;
        indicator, raw as it stands, needed.
    """
    revalued, awards = Revalued.of(evaluation), {award.id: award for award in evaluation.scheme.awards}
    places = evaluation.members.index.get_indexer(pd.Index([member for _, member in pairs], dtype=object))
    rows = [row for (award, _), place in zip(pairs, places.tolist(), strict=True) for row in NearestValue(revalued, awards[award], place).row()]
    return pd.DataFrame(rows, columns=NEAREST_COLUMNS)


@dataclass(frozen=True, eq=False)
class NearestValue:
    """The nearest value, in steps, with which one member would have the other outcome: an award or a better one, or neither."""

    revalued: Revalued
    award: Award
    position: int

    @cached_property
    def competitors(self) -> Competitors:
        """Who has a say in it."""
        return self.revalued.competitors(self.position)

    def holds(self, scores: dict[str, float]) -> bool:
        """Whether it has the award, or a better one, with other rounded scores."""
        runs = {node: np.array([score]) for node, score in scores.items()}
        return bool(self.competitors.given(or_better(self.revalued.evaluation.scheme, self.award.id), self.position, runs)[0])

    def row(self) -> Iterator[tuple[object, ...]]:
        """The nearest change that turns the outcome, tried; none where none does."""
        holds, member = self.holds({}), str(self.revalued.evaluation.members.index[self.position])
        for _, item, tried, scores in sorted(self.reaching(self.line(holds=holds), up=self.upwards(holds=holds)), key=lambda change: change[0]):
            for place, needed in enumerate(tried):
                if self.holds({node: float(score[place]) for node, score in scores.items()}) != holds:
                    yield self.award.id, member, holds, item.id, self.revalued.raw[item.id][self.position], float(needed)
                    return

    def upwards(self, *, holds: bool) -> bool:
        """Whether its score has to rise for the other outcome."""
        scheme = self.revalued.evaluation.scheme
        return holds is (order_of(scheme, self.award.by) == TURNED)

    def line(self, *, holds: bool) -> float:
        """The nearest score, at the node the places go by, with which the outcome is the other one; NaN for none."""
        scheme, node = self.revalued.evaluation.scheme, self.award.by
        score = float(self.competitors.points[node][self.competitors.place[self.position]])
        step = 10.0**-scheme.decimals * (1 if self.upwards(holds=holds) else -1)
        near, far = 0, round(2 * scheme.scale / abs(step))
        if np.isnan(score) or self.holds({node: score + far * step}) == holds:
            return np.nan
        while far - near > 1:
            middle = (near + far) // 2
            near, far = (near, middle) if self.holds({node: round(score + middle * step, scheme.decimals)}) != holds else (middle, far)
        return round(score + far * step, scheme.decimals)

    def reaching(self, line: float, *, up: bool) -> Iterator[tuple[float, Indicator, Floats, Scores]]:
        """By how much each indicator has to change, as members differ, for the score to reach a line; and a few values from there on."""
        ways = [(item, sign) for item in self.revalued.movable(self.position) for sign in (1.0, -1.0)] if not np.isnan(line) else []
        searches = [(self.position, item, self.first(self.revalued.raw[item.id], sign, line, up=up)) for item, sign in ways]
        for (item, _), (moves, scores) in zip(ways, self.revalued.found(searches), strict=True):
            if moves.size:
                column = self.revalued.raw[item.id]
                yield abs(moves[0]) / (float(np.nanstd(column)) or 1.0), item, np.round(column[self.position] + moves, 9), scores

    def first(self, column: Floats, sign: float, line: float, *, up: bool) -> ValueSearch[tuple[Floats, Scores]]:
        """The first move one way with which the score reaches a line, and a few more, with their scores; empty where none does."""
        step, raw = step_of(column), column[self.position]
        most = int(round(float(np.nanmax(column) - raw if sign > 0 else raw - np.nanmin(column)) / step, 6))
        counts, before, reached = _spaced(most), 0, 0
        for _ in range(2):  # first far apart, then one by one
            scores = yield np.round(raw + sign * step * counts.astype(np.float64), 9)
            score = scores[self.award.by]
            hit = np.flatnonzero(score >= line if up else score <= line)
            if not hit.size:
                return np.zeros(0), {}
            before, reached = int(counts[hit[0] - 1]) if hit[0] else before, int(counts[hit[0]])
            counts = np.arange(before + 1, reached + 1)
        moves = sign * step * np.arange(float(reached), min(reached + AFTER, most) + 1)
        return moves, (yield np.round(raw + moves, 9))


def step_of(raw: Floats) -> float:
    """The largest usual step in which all of some values are recorded.

    Examples
    --------
    >>> step_of(np.array([3.0, 7.5, 20.0]))
    0.5
    """
    known = raw[~np.isnan(raw)]
    return next((step for step in STEPS if np.allclose(known / step, np.rint(known / step), rtol=0, atol=1e-6)), STEPS[-1])


def _spaced(most: int) -> Integers:
    """Counts from 1 to `most`, each for itself at first, then ever further apart."""
    return np.unique(np.geomspace(1, most, TRIED).astype(np.int64)) if most >= 1 else np.zeros(0, np.int64)
