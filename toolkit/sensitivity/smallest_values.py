"""How many more hours, points or articles one member would need: the smallest change of one raw value at a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.awards.requirements import rounded_points, scores_of
from toolkit.ranking import rounded
from toolkit.scoring import TOTAL, node_scores
from toolkit.sensitivity.contested_lines import decided, terms_of
from toolkit.shapes import Category, Relative

if TYPE_CHECKING:
    from toolkit.awards.contests import Contest
    from toolkit.awards.terms import Terms
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Mask
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Indicator

COLUMNS = ["award", "class", "member", "holds", "indicator", "raw", "needed", "change", "exact"]
WHOLE = {"count", "distinct"}
ROUNDS, PARTS = 6, 256
REACHES = np.concatenate(([0.0], np.geomspace(1e-7, 1e3, 161)))  # of the range of the raw values


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
    asked = _Asked.of(evaluation)
    rows = [
        row
        for contest in decided(evaluation)
        for holds, position in _near(contest, near)
        for row in asked.rows(contest, position, holds=holds)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


@dataclass(frozen=True, eq=False)
class _Asked:
    evaluation: Evaluation
    resolved: Scheme
    terms: Terms
    points: pd.DataFrame
    values: Floats
    applicable: Mask
    raw: dict[str, Floats]
    added: dict[str, Floats]

    @classmethod
    def of(cls, evaluation: Evaluation) -> _Asked:
        points = rounded_points(evaluation.scheme, evaluation.scores.loc[evaluation.members.index])
        members, names = evaluation.members.index, [item.id for item in evaluation.scheme.indicators]
        values = evaluation.values.loc[members, names].to_numpy(np.float64)
        applicable = evaluation.applicable.loc[members, names].to_numpy(np.bool_)
        raw = {name: pd.to_numeric(evaluation.indicators[name], errors="coerce").to_numpy(np.float64) for name in names}
        added = {item.id: evaluation.scores.loc[members, item.id].to_numpy(np.float64) for item in evaluation.scheme.adjustments}
        return cls(evaluation, evaluation.resolved, terms_of(evaluation), points, values, applicable, raw, added)

    def rows(self, contest: Contest, position: int, *, holds: bool) -> Iterator[tuple[object, ...]]:
        member = str(self.evaluation.members.index[position])
        for item in self.resolved.indicators:
            raw = float(self.raw[item.id][position])
            if isinstance(item.value, Category) or np.isnan(raw) or not self.evaluation.applicable[item.id].loc[member]:
                continue
            needed, sure = self.needed(contest, position, item, raw, holds=holds)
            yield contest.award.id, contest.class_, member, holds, item.id, raw, needed, needed - raw, sure

    def needed(self, contest: Contest, position: int, item: Indicator, raw: float, *, holds: bool) -> tuple[float, bool]:
        """The nearest raw value with the other outcome: level with the line where that is enough, else past it."""
        own, quota = contest.keys[0], contest.award.quota
        line = float(own[contest.able & ~contest.given].max() if holds else own[contest.given].min())
        level, past = (self.nearest(contest, position, item, raw, _over(line, past=past, down=holds)) for past in (False, True))
        alone = quota is None or quota.in_all is None
        for value, short in ((level, raw), (past, level)):
            if not np.isnan(value) and self.outcome(contest, position, item, value) != holds:
                return self.settled(contest, position, item, (short, value), holds=holds), alone
        for value in self.ends(item, raw) if holds else ():  # the line is out of reach, a bar may not be
            if self.outcome(contest, position, item, value) != holds:
                return self.settled(contest, position, item, (raw, value), holds=holds), alone
        return (past, False) if not np.isnan(past) else (level, np.isnan(level))

    def ends(self, item: Indicator, raw: float) -> tuple[float, float]:
        """The lowest and the highest raw value one looks at."""
        column = self.raw[item.id]
        far = 1e3 * max(float(np.nanmax(column) - np.nanmin(column)), abs(raw), 1e-9)
        return (max(raw - far, 0.0) if np.nanmin(column) >= 0 else raw - far), raw + far

    def settled(self, contest: Contest, position: int, item: Indicator, between: tuple[float, float], *, holds: bool) -> float:
        """The first value between two with the other outcome: a bar, or nodes that settle ties, may decide before the line."""
        (low, high), least = between, 1.0 if item.measure.take in WHOLE else 1e-7 * max(1.0, abs(between[0]))
        before = high - np.sign(high - low) * least
        if abs(high - low) <= least or self.outcome(contest, position, item, before) == holds:
            return high
        high = before
        while abs(high - low) > max(least / 100, 1.0 if least == 1.0 else 0.0):
            middle = low + np.trunc((high - low) / 2) if least == 1.0 else (low + high) / 2
            low, high = (low, middle) if self.outcome(contest, position, item, middle) != holds else (middle, high)
        return float(high)

    def nearest(self, contest: Contest, position: int, item: Indicator, raw: float, met: Callable[[Floats], Mask]) -> float:
        """The raw value nearest to one's own whose score meets something; NaN for none."""
        column = self.raw[item.id]
        least = 0.0 if np.nanmin(column) >= 0 else -np.inf
        span = max(float(np.nanmax(column) - np.nanmin(column)), abs(raw), 1e-9)
        found = []
        for sign in (1.0, -1.0):
            tried = np.unique(np.maximum(raw + sign * span * REACHES, least))[:: int(sign)]
            if item.measure.take in WHOLE:
                tried = _whole(raw, sign, least, span)
            hit = np.flatnonzero(met(self.scores(contest, position, item, tried)))
            if hit.size and hit[0] and item.measure.take not in WHOLE:
                found.append(self.narrowed(contest, position, item, met, (tried[hit[0] - 1], tried[hit[0]])))
            elif hit.size:
                found.append(float(tried[hit[0]]))
        return min(found, key=lambda value: abs(value - raw), default=np.nan)

    def narrowed(
        self, contest: Contest, position: int, item: Indicator, met: Callable[[Floats], Mask], between: tuple[float, float]
    ) -> float:
        """The first value between two that meets what the second does; a short decimal where it does as well."""
        low, high = between
        for _ in range(ROUNDS):
            parts = np.linspace(low, high, PARTS + 1)
            place = int(np.argmax(np.append(met(self.scores(contest, position, item, parts[1:-1])), True)))
            low, high = float(parts[place]), float(parts[place + 1])
        short = np.array([round(high, digits) for digits in range(13)])
        good = met(self.scores(contest, position, item, short)) & (np.abs(short - high) <= 1e-6 * max(1.0, abs(high)))
        return float(short[np.argmax(good)]) if good.any() else high

    def scores(self, contest: Contest, position: int, item: Indicator, raw: Floats) -> Floats:
        """The member's rounded score, at the node the award goes by, for raw values float64[n]."""
        return self.table(position, item, raw)[contest.award.by]

    def table(self, position: int, item: Indicator, raw: Floats) -> dict[str, Floats]:
        """The member's rounded scores at every node for raw values float64[n]."""
        evaluation, tree = self.evaluation, self.evaluation.tree
        values = np.tile(self.values[position], (len(raw), 1))
        values[:, tree.nodes.index(item.id) - tree.leaves.start] = _valued(self.resolved, item, raw, str(evaluation.members["class"].iloc[position]))
        applying = np.tile(self.applicable[position], (len(raw), 1))
        found = dict(zip(tree.nodes, node_scores(tree, values, applying).T, strict=True))
        bounds = evaluation.scheme.total
        for each in evaluation.scheme.adjustments:
            found[each.id] = np.full(len(raw), self.added[each.id][position])
            found[TOTAL] = found[TOTAL] + np.nan_to_num(found[each.id])
        held = np.clip(found[TOTAL], bounds.floor if bounds.floor is not None else -np.inf, bounds.cap if bounds.cap is not None else np.inf)
        return {name: rounded(score, evaluation.scheme.decimals) for name, score in (found | {TOTAL: held}).items()}

    def outcome(self, contest: Contest, position: int, item: Indicator, raw: float) -> bool:
        """Whether the member would have the award, by the rule itself."""
        points = self.points.copy()
        table = self.table(position, item, np.array([raw]))
        points.iloc[position] = [float(table[name][0]) for name in points.columns]
        for other in self.terms.contests(scores_of(points)):
            if (other.award.id, other.class_) == (contest.award.id, contest.class_):
                return bool(other.given[np.flatnonzero(other.positions == position)[0]])
        return False


def _valued(scheme: Scheme, item: Indicator, raw: Floats, class_: str) -> Floats:
    """Raw values of a member on the scale, by a resolved indicator."""
    numbers = raw if item.outliers is None else item.outliers.applied(raw)
    if isinstance(item.value, Relative):
        return item.value.values(numbers, scheme.scale, np.array([class_] * len(raw), dtype=object))
    return np.asarray(item.value.values(numbers.copy(), scheme.scale), dtype=np.float64)


def _over(line: float, *, past: bool, down: bool) -> Callable[[Floats], Mask]:
    """Whether scores are level with a line, or past it, on the way up or down."""
    compare = {(False, False): np.greater_equal, (True, False): np.greater, (False, True): np.less_equal, (True, True): np.less}

    def met(scores: Floats) -> Mask:
        return np.asarray(compare[past, down](scores, line), dtype=np.bool_)

    return met


def _whole(raw: float, sign: float, least: float, span: float) -> Floats:
    """Whole steps from a raw value, up to ten thousand or as far as one looks."""
    steps = np.arange(0.0, min(10_000.0, np.ceil(1e3 * span)) + 1)
    tried = raw + sign * steps
    return tried[tried >= least]


def _near(contest: Contest, near: int) -> Iterator[tuple[bool, int]]:
    """The best who missed an award though over every bar, and the lowest who hold it."""
    missed = contest.able & ~contest.given
    if not contest.given.any() or not missed.any():
        return
    order = np.lexsort(tuple(-np.nan_to_num(key, nan=-np.inf) for key in reversed(contest.keys)))
    over, under = (contest.positions[order[mask[order]]] for mask in (contest.given, missed))
    yield from ((False, int(member)) for member in under[:near])
    yield from ((True, int(member)) for member in over[::-1][:near])
