"""How many more hours, points or articles one member would need: the smallest change of one raw value at a line.

What one raw value would have to become for one member to win or to lose its award, in the steps in which it is recorded.

The search for one raw value with which a member near a line would win its award, or lose it.

One member measured otherwise in one thing: what it would score, and whether it would have an award.
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

from toolkit.evaluation.awards import AwardRule
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.scores import list_scores, rounded_scores
from toolkit.scheme.shapes import Category, Relative
from toolkit.sensitivity.tipping.lines import Search, decided, or_better, terms_of, together

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.contests import Contest
    from toolkit.ground.ranking import Floats, Integers, Mask
    from toolkit.scheme.criteria import Indicator


Raw: TypeAlias = "tuple[int, Indicator, Floats]"
"""The position of a member, a resolved indicator, and raw values float64[n] it might have there."""


@dataclass(frozen=True, eq=False)
class Field:
    """All who can have a say in one member's award: its class, or everyone where places are given over all classes.

    Parameters
    ----------
    place : int64[members]
        Where each member of the evaluation stands in the field; -1 for those who are not in it.
    points
        The rounded scores of the field, float64[field], by the nodes that awards look at.
    terms
        The terms of its awards.
    known
        What was found already, by award, member and scores.
    """

    place: Integers
    points: dict[str, Floats]
    terms: AwardRule
    known: dict[tuple[object, ...], bool] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation, class_: str | None) -> Field:
        """The field of a class; of everyone for None."""
        members, terms = evaluation.members, terms_of(evaluation)
        own = np.ones(len(members), np.bool_) if class_ is None else (members["class"] == class_).to_numpy(np.bool_)
        score = rounded_scores(evaluation.scheme, evaluation.scores.loc[members.index[own]])
        few = terms if class_ is None else AwardRule.of(evaluation.scheme, members[own], evaluation.vetoes, evaluation.measured.conditions)
        return cls(np.where(own, own.cumsum() - 1, -1), {node: score(node) for node in terms.nodes}, few)

    def given(self, contest: Contest, position: int, scores: dict[str, float]) -> bool:
        """Whether a member would have an award with other rounded scores, by the rule itself."""
        key = (contest.award.id, contest.class_, position, *scores.values())
        if key not in self.known:
            self.known[key] = self._decided(contest, int(self.place[position]), scores)
        return self.known[key]

    def _decided(self, contest: Contest, place: int, scores: dict[str, float]) -> bool:
        changed = {node: own.copy() for node, own in self.points.items()}
        for node, score in scores.items():
            changed[node][place] = score
        contests = ListRun.of(self.terms, changed.__getitem__).contests
        own = next(each for each in contests if (each.award.id, each.class_) == (contest.award.id, contest.class_))
        return bool(own.given[own.positions == place].any())


@dataclass(frozen=True, eq=False)
class Revalued:
    """An evaluation in which one raw value of one member may be another.

    Parameters
    ----------
    values, applicable : float64 and bool[members, indicators]
        As they stand.
    added
        The points of each adjustment, float64[members].
    fields
        Those in which awards are decided, by class; None stands for everyone.
    """

    evaluation: Evaluation
    values: Floats
    applicable: Mask
    added: dict[str, Floats]
    fields: dict[str | None, Field] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation) -> Revalued:
        """An evaluation as it stands."""
        members, names = evaluation.members.index, [item.id for item in evaluation.scheme.indicators]
        values = evaluation.values.loc[members, names].to_numpy(np.float64)
        applicable = evaluation.applicable.loc[members, names].to_numpy(np.bool_)
        added = {item.id: evaluation.scores.loc[members, item.id].to_numpy(np.float64) for item in evaluation.scheme.adjustments}
        return cls(evaluation, values, applicable, added)

    def field(self, contest: Contest) -> Field:
        """Who has a say in a contest."""
        quotas = [award.quota for award in self.evaluation.scheme.awards if award.quota]
        apart = bool(contest.class_) and all(quota.within == "class" and quota.in_all is None for quota in quotas)
        class_ = contest.class_ if apart else None
        if class_ not in self.fields:
            self.fields[class_] = Field.of(self.evaluation, class_)
        return self.fields[class_]

    def scores(self, asked: Sequence[Raw]) -> list[dict[str, Floats]]:
        """The rounded scores of members with other raw values, float64[n] by each node that awards look at, for each asked."""
        evaluation, tree = self.evaluation, self.evaluation.tree
        who = np.repeat([position for position, _, _ in asked], [len(raw) for _, _, raw in asked])
        ends = [0, *np.cumsum([len(raw) for _, _, raw in asked]).tolist()]
        values = self.values[who]
        for (position, item, raw), (start, end) in zip(asked, pairwise(ends), strict=True):
            values[start:end, tree.nodes.index(item.id) - tree.leaves.start] = self._valued(position, item, raw)
        score = list_scores(evaluation.scheme, tree, values, self.applicable[who], {name: points[who] for name, points in self.added.items()})
        points = {node: score(node) for node in self.nodes}
        return [{node: own[start:end] for node, own in points.items()} for start, end in pairwise(ends)]

    def _valued(self, position: int, item: Indicator, raw: Floats) -> Floats:
        """Raw values of a member on the scale, by a resolved indicator."""
        numbers = raw if item.outliers is None else item.outliers.applied(raw)
        if isinstance(item.value, Relative):
            return item.value.values(numbers, self.evaluation.scheme.scale, np.full(len(raw), self.classes[position], dtype=object))
        return np.asarray(item.value.values(numbers.copy(), self.evaluation.scheme.scale), dtype=np.float64)

    @cached_property
    def classes(self) -> list[str]:
        """The class of each member."""
        return [str(class_) for class_ in self.evaluation.members["class"]]

    @cached_property
    def nodes(self) -> list[str]:
        """The nodes that awards look at."""
        return list(terms_of(self.evaluation).nodes)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Whether a member would have an award, for each of several scores: decided only where it is asked for."""

    field: Field
    contest: Contest
    position: int
    scores: dict[str, Floats]

    def __getitem__(self, place: int) -> bool:
        """Whether it would have it with the scores at one place."""
        return self.field.given(self.contest, self.position, {node: float(own[place]) for node, own in self.scores.items()})



NEAREST_COLUMNS = ["award", "member", "holds", "indicator", "raw", "needed"]
STEPS = (1.0, 0.5, 0.1, 0.01)
TRIED = 400
AFTER = 3  # how many more steps are tried where one that reaches the line does not do


def nearest_values(evaluation: Evaluation, asked: Collection[tuple[str, str]]) -> pd.DataFrame:
    """For each award and member the smallest change of one raw value that wins the member that award, or loses it.

    Unlike `smallest_values` it is asked of any member, whether places or a bar decide, and a better award counts as well.
    Values move by whole steps, the largest of 1, 0.5, 0.1 and 0.01 in which all members' values are recorded, and no
    further than some member has come. Nearest is the change that is smallest beside how much members differ (their
    standard deviation): so hours and articles can be compared. What is told has been tried by the scheme's own rule.

    Parameters
    ----------
    asked
        Pairs of an award's id and a member.

    Returns
    -------
    DataFrame
        A row for each pair that one value can turn: award, member; holds, whether it has that award or a better one;
        indicator, raw as it stands, needed.
    """
    revalued, contests = Revalued.of(evaluation), decided(evaluation)
    rows = [row for award, member in asked for row in _Member.of(revalued, contests, award, member).row()]
    return pd.DataFrame(rows, columns=NEAREST_COLUMNS)


@dataclass(frozen=True, eq=False)
class _Member:
    revalued: Revalued
    contests: list[Contest]
    position: int

    @classmethod
    def of(cls, revalued: Revalued, contests: list[Contest], award: str, member: str) -> _Member:
        """A member, and the contests it has a part in for an award or a better one, that award's last."""
        position = int(revalued.evaluation.members.index.get_indexer(pd.Index([member], dtype=object))[0])
        own = {each.award.id: each for each in contests if position in each.positions}
        return cls(revalued, [own[id_] for id_ in or_better(revalued.evaluation.scheme, award)], position)

    @property
    def contest(self) -> Contest:
        return self.contests[-1]

    def holds(self, scores: dict[str, float]) -> bool:
        """Whether it has the award, or a better one, with other rounded scores."""
        return any(self.revalued.field(each).given(each, self.position, scores) for each in self.contests)

    def row(self) -> Iterator[tuple[object, ...]]:
        """The nearest change that turns the outcome, tried; none where none does."""
        holds, index = self.holds({}), self.revalued.evaluation.members.index
        for _, item, tried, scores in sorted(self.reaching(self.line(holds=holds), up=not holds), key=lambda found: found[0]):
            for place, needed in enumerate(tried):
                if self.holds({node: float(own[place]) for node, own in scores.items()}) != holds:
                    yield self.contest.award.id, str(index[self.position]), holds, item.id, self.raw(item)[self.position], float(needed)
                    return

    def line(self, *, holds: bool) -> float:
        """The nearest score, at the node the places go by, with which the outcome is the other one; NaN for none."""
        own = float(self.contest.keys[0][self.contest.positions == self.position][0])
        scheme, node = self.revalued.evaluation.scheme, self.contest.award.by
        step = 10.0**-scheme.decimals * (-1 if holds else 1)
        near, far = 0, round(2 * scheme.scale / abs(step))
        if np.isnan(own) or self.holds({node: own + far * step}) == holds:
            return np.nan
        while far - near > 1:
            middle = (near + far) // 2
            near, far = (near, middle) if self.holds({node: round(own + middle * step, scheme.decimals)}) != holds else (middle, far)
        return round(own + far * step, scheme.decimals)

    def reaching(self, line: float, *, up: bool) -> Iterator[tuple[float, Indicator, Floats, dict[str, Floats]]]:
        """By how much each indicator has to change, as members differ, for the score to reach a line; and a few values from there on."""
        ways = [(item, raw, sign) for item, raw in self.movable() for sign in (1.0, -1.0)] if not np.isnan(line) else []

        def scores(asked: dict[int, Floats]) -> list[dict[str, Floats]]:
            told = ((*ways[place][:2], moved) for place, moved in asked.items())
            return self.revalued.scores([(self.position, item, np.round(raw[self.position] + moved, 9)) for item, raw, moved in told])

        found = together([self.first(raw, sign, line, up=up) for _, raw, sign in ways], scores)
        for (item, raw, _), (moved, told) in zip(ways, found, strict=True):
            if moved.size:
                yield abs(moved[0]) / (float(np.nanstd(raw)) or 1.0), item, np.round(raw[self.position] + moved, 9), told

    def movable(self) -> Iterator[tuple[Indicator, Floats]]:
        """The indicators of the member that are known numbers, each with the raw values of all."""
        applies = self.revalued.applicable[self.position]
        for place, item in enumerate(self.revalued.evaluation.resolved.indicators):
            raw = self.raw(item)
            if applies[place] and not isinstance(item.value, Category) and not np.isnan(raw[self.position]):
                yield item, raw

    def first(self, raw: Floats, sign: float, line: float, *, up: bool) -> Search[dict[str, Floats], tuple[Floats, dict[str, Floats]]]:
        """The first change one way with which the score reaches a line, and a few more, with their scores; empty where none does."""
        step, own = step_of(raw), raw[self.position]
        most = int(round(float(np.nanmax(raw) - own if sign > 0 else own - np.nanmin(raw)) / step, 6))
        counts, before = _spaced(most), 0
        for _ in range(2):  # first far apart, then one by one
            scores = yield sign * step * counts.astype(np.float64)
            score = scores[self.contest.award.by]
            hit = np.flatnonzero(score >= line if up else score <= line)
            if not hit.size:
                return np.zeros(0), {}
            before, found = int(counts[hit[0] - 1]) if hit[0] else before, int(counts[hit[0]])
            counts = np.arange(before + 1, found + 1)
        moved = sign * step * np.arange(float(found), min(found + AFTER, most) + 1)
        return moved, (yield moved)

    def raw(self, item: Indicator) -> Floats:
        """The raw values of all members."""
        return pd.to_numeric(self.revalued.evaluation.indicators[item.id], errors="coerce").to_numpy(np.float64)


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



Found = TypeVar("Found")
Asking: TypeAlias = "Search[dict[str, Floats], Found]"
"""Asks for raw values of one member, and is told its rounded scores, by node."""

WHOLE = {"count", "distinct"}
ROUNDS, PARTS = 7, 1 << 5
REACHES = np.concatenate(([0.0], np.geomspace(1e-7, 1e3, 161)))  # of the range of the raw values


@dataclass(frozen=True, eq=False)
class ValueSearch:
    """One raw value of one member near a line.

    Parameters
    ----------
    column : float64[members]
        Everyone's raw values.
    """

    contest: Contest
    position: int
    holds: bool
    item: Indicator
    column: Floats

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
        return self.item.measure.take in WHOLE

    def needed(self, field: Field) -> Asking[tuple[float, bool]]:
        """The nearest raw value with the other outcome: level with the line where that is enough, else past it."""
        own, quota = self.contest.keys[0], self.contest.award.quota
        line = float(own[self.contest.able & ~self.contest.given].max() if self.holds else own[self.contest.given].min())
        alone, short, value = quota is None or quota.in_all is None, self.raw, self.raw
        for past in (False, True):
            value, short = (yield from self.nearest(_over(line, past=past, down=self.holds))), value
            if not np.isnan(value) and (yield from self.turned(field, value)):
                return (yield from self.settled(field, (short, value))), alone
            if np.isnan(value):
                break
        far = 1e3 * self.span
        for end in (max(self.raw - far, self.least), self.raw + far) if self.holds else ():  # the line is out of reach, a bar may not be
            if (yield from self.turned(field, end)):
                return (yield from self.settled(field, (self.raw, end))), alone
        found = short if np.isnan(value) and short != self.raw else value
        return found, bool(np.isnan(found))

    def turned(self, field: Field, value: float) -> Asking[bool]:
        """Whether the outcome is the other one for a raw value."""
        scores = yield np.array([value])
        return Outcomes(field, self.contest, self.position, scores)[0] != self.holds

    def settled(self, field: Field, between: tuple[float, float]) -> Asking[float]:
        """The first value between two with the other outcome: a bar, or nodes that settle ties, may decide before the line."""
        (low, high), least = between, 1.0 if self.whole else 1e-7 * max(1.0, abs(between[0]))
        before = high - np.sign(high - low) * least
        if abs(high - low) <= least or not (yield from self.turned(field, before)):
            return high
        high = before
        while abs(high - low) > max(least / 100, 1.0 if self.whole else 0.0):
            parts = np.unique(np.trunc(_parts(low, high)) if self.whole else _parts(low, high))[:: 1 if high > low else -1]
            found = Outcomes(field, self.contest, self.position, (yield parts))
            place = bisect_left(range(1, len(parts) - 1), True, key=lambda at: found[at] != self.holds) + 1
            low, high = float(parts[place - 1]), float(parts[place])
        return float(high)

    def nearest(self, met: Callable[[Floats], Mask]) -> Asking[float]:
        """The raw value nearest to one's own whose score meets something; NaN for none."""
        found = []
        for sign in (1.0, -1.0):
            tried = self.tried(sign)
            hit = yield from self.first(tried, met)
            if hit is None:
                continue
            found.append((yield from self.narrowed(met, (tried[hit - 1], tried[hit]))) if hit and not self.whole else float(tried[hit]))
        return min(found, key=lambda value: abs(value - self.raw), default=np.nan)

    def tried(self, sign: float) -> Floats:
        """Raw values one way, ever further from one's own: whole steps up to ten thousand where rows are counted."""
        if self.whole:
            tried = self.raw + sign * np.arange(0.0, min(10_000.0, np.ceil(1e3 * self.span)) + 1)
            return tried[tried >= self.least]
        return np.unique(np.maximum(self.raw + sign * self.span * REACHES, self.least))[:: int(sign)]

    def first(self, tried: Floats, met: Callable[[Floats], Mask]) -> Asking[int | None]:
        """The first of some raw values whose score meets something; None for none."""
        start, size = 0, len(REACHES)
        while start < len(tried):
            scores = yield tried[start : start + size]
            hit = np.flatnonzero(met(scores[self.contest.award.by]))
            if hit.size:
                return start + int(hit[0])
            start, size = start + size, 2 * size
        return None

    def narrowed(self, met: Callable[[Floats], Mask], between: tuple[float, float]) -> Asking[float]:
        """The first value between two that meets what the second does; a short decimal where it does as well."""
        (low, high), by = between, self.contest.award.by
        for _ in range(ROUNDS):
            parts = _parts(low, high)
            scores = yield parts[1:-1]
            place = int(np.argmax(np.append(met(scores[by]), True)))
            low, high = float(parts[place]), float(parts[place + 1])
        short = np.array([round(high, digits) for digits in range(13)])
        scores = yield short
        good = met(scores[by]) & (np.abs(short - high) <= 1e-6 * max(1.0, abs(high)))
        return float(short[np.argmax(good)]) if good.any() else high


def _parts(low: float, high: float) -> Floats:
    return np.linspace(low, high, PARTS + 1)


def _over(line: float, *, past: bool, down: bool) -> Callable[[Floats], Mask]:
    """Whether scores are level with a line, or past it, on the way up or down."""
    compare = {(False, False): np.greater_equal, (True, False): np.greater, (False, True): np.less_equal, (True, True): np.less}

    def met(scores: Floats) -> Mask:
        return np.asarray(compare[past, down](scores, line), dtype=np.bool_)

    return met



COLUMNS = ["award", "class", "member", "holds", "indicator", "raw", "needed", "change", "exact"]


def smallest_values(evaluation: Evaluation, near: int = 1) -> pd.DataFrame:
    """For members near a line, how much one raw value has to change, and nothing else, for the award to be won or lost.

    These are, in each pool, the `near` best who missed an award though over every bar, and the `near` lowest who hold
    it. What a relative shape or a treatment of outliers found among the members stays as it was found; other members'
    values stay as they are. An award is won by rising to the line, or past it, and lost by falling to it. Each indicator is looked at whose raw value is a number and is known.

    Returns
    -------
    DataFrame
        A row for each member and indicator: award, class (the contest's), member; holds, whether it has the award;
        indicator, raw; needed, the raw value nearest to it with the opposite outcome by the scheme's own rule (NaN where
        none within a thousand times the range of the values has it; a whole number where rows are counted, and not below 0 where
        nobody's is); change, needed - raw; exact, whether the outcome at `needed` is confirmed by the rule, and no
        bound on the places of all classes together makes a nearer one possible.
    """
    searches = [search for contest in decided(evaluation) for search in _searches(evaluation, contest, near)]
    revalued = Revalued.of(evaluation)

    def scores(asked: dict[int, Floats]) -> list[dict[str, Floats]]:
        return revalued.scores([(searches[place].position, searches[place].item, raw) for place, raw in asked.items()])

    found = together([search.needed(revalued.field(search.contest)) for search in searches], scores)
    index = evaluation.members.index
    rows = [
        (own.contest.award.id, own.contest.class_, str(index[own.position]), own.holds, own.item.id, own.raw, needed, needed - own.raw, sure)
        for own, (needed, sure) in zip(searches, found, strict=True)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _searches(evaluation: Evaluation, contest: Contest, near: int) -> Iterator[ValueSearch]:
    """A search for each member near a line, and each indicator whose raw value is a number and known."""
    items = [item for item in evaluation.resolved.indicators if not isinstance(item.value, Category)]
    columns = {item.id: pd.to_numeric(evaluation.indicators[item.id], errors="coerce").to_numpy(np.float64) for item in items}
    applicable = {item.id: evaluation.applicable[item.id].to_numpy(np.bool_) for item in items}
    for holds, position in _near(contest, near):
        for item in items:
            if applicable[item.id][position] and not np.isnan(columns[item.id][position]):
                yield ValueSearch(contest, position, holds, item, columns[item.id])


def _near(contest: Contest, near: int) -> Iterator[tuple[bool, int]]:
    """The best who missed an award though over every bar, and the lowest who hold it."""
    missed = contest.able & ~contest.given
    if not contest.given.any() or not missed.any():
        return
    order = np.lexsort(tuple(-np.nan_to_num(key, nan=-np.inf) for key in reversed(contest.keys)))
    over, under = (contest.positions[order[mask[order]]] for mask in (contest.given, missed))
    yield from ((False, int(member)) for member in under[:near])
    yield from ((True, int(member)) for member in over[::-1][:near])
