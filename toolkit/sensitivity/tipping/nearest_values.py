"""What one raw value would have to become for one member to win or to lose its award, in the steps in which it is recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.sensitivity.tipping.contested_lines import decided
from toolkit.sensitivity.tipping.nearest_weights import or_better
from toolkit.sensitivity.tipping.revalued import Revalued
from toolkit.sensitivity.tipping.searches import Search, together
from toolkit.shapes import Category

if TYPE_CHECKING:
    from toolkit.awards.contests import Contest
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Integers
    from toolkit.scheme.criteria import Indicator

COLUMNS = ["award", "member", "holds", "indicator", "raw", "needed"]
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
    return pd.DataFrame(rows, columns=COLUMNS)


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
