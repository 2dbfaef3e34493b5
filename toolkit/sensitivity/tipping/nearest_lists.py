"""The nearest weights of all under which the list is another one, and how far every change leaves it as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.ranking import rounded
from toolkit.scoring import TOTAL
from toolkit.sensitivity.rule.lists import weights_of
from toolkit.sensitivity.tipping.contested_lines import terms_of
from toolkit.sensitivity.tipping.movable_weights import Movable
from toolkit.sensitivity.tipping.nearest_shares import NORMS, Norm, Row, least_ways, moved, nearest_shares

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats
    from toolkit.sensitivity.tipping.rivals import Rivals

COLUMNS = ["norm", "least", "change", "proven", "weights", "gained", "lost"]
MOST = 400  # programmes solved for one answer
SLACK, SAME = 1e-8, 1e-6


def nearest_lists(evaluation: Evaluation, group: str | None = TOTAL) -> pd.DataFrame:
    """How far weights can move, in whatever direction, before the list is another: the nearest such weights of all.

    A list can change only where a holder comes within a step of rounding of a rival, or a score crosses a bar. How far each of
    these is away at least has a closed form; the nearest ones are solved as linear programmes, rounding included, and looked
    at by the scheme's own rule, until none that is left can be nearer than the best found. Rounded scores are level where both
    lie between two neighbouring boundaries of rounding. How far away that is, is convex in these boundaries: besides
    the programme without boundaries only its two neighbours have to be solved.

    Parameters
    ----------
    group
        As for `smallest_weights`.

    Returns
    -------
    DataFrame
        A row for each norm, ``largest`` and ``sum``; none where nothing is awarded. least, the change in percentage points
        of share below which no weights give another list; change, that of the witness, inf where there is none; proven, whether they are
        equal; None where scores are not linear in these weights, or the total is bounded, and nothing is computed; weights, gained, lost: the
        witness, as for `smallest_weights`.

    Raises
    ------
    Refused
        For a group that is none.
    """
    asked = Movable.of(evaluation, group)
    if not evaluation.scheme.awards:
        return pd.DataFrame(columns=COLUMNS)
    total, looked_at = evaluation.scheme.total, {*asked.effects, *asked.rule.ties, *(node for node, _ in asked.rule.levels)}
    straight = all(asked.straight(node) is not None for node in looked_at)
    if not straight or total.cap is not None or total.floor is not None:
        return pd.DataFrame([(norm, np.nan, np.nan, None, None, (), ()) for norm in NORMS], columns=COLUMNS)
    return pd.DataFrame([_found(asked, norm) for norm in NORMS], columns=COLUMNS)


@dataclass(frozen=True, eq=False)
class Event:
    """Something that has to happen before a list changes in one way.

    Parameters
    ----------
    least
        How far it is away at least.
    node
        Whose scores are looked at.
    winner, other
        The pair that comes within a step; `other` is None for a member that crosses a bar.
    level
        The bar.
    """

    least: float
    node: str
    winner: int
    other: int | None = None
    level: float = np.nan


def _found(asked: Movable, norm: Norm) -> tuple[object, ...]:
    """The nearest list by one norm."""
    best, witness, unsure, solved = np.inf, None, np.inf, 0
    for event in sorted(_events(asked, norm), key=lambda event: event.least):
        if event.least >= best:
            break
        if solved > MOST:
            unsure = min(unsure, event.least)
            break
        for rows in _happening(asked, event, norm):
            solved += 1
            there = nearest_shares(asked.start, norm, rows)
            if there is None or moved(there - asked.start, norm) >= best:
                continue
            if asked.lists.same(asked.along(asked.start, there - asked.start)(np.ones(1)))[0]:
                unsure = min(unsure, moved(there - asked.start, norm))
            else:
                best, witness = moved(there - asked.start, norm), there
    least = max(0.0, min(best, unsure) - SLACK)
    if witness is None:
        return norm, 100 * least, np.inf, bool(np.isinf(least)), None, (), ()
    evaluation = asked.lists.evaluation
    shares = asked.along(asked.start, witness - asked.start)(np.ones(1))[0]
    weights = weights_of(evaluation.scheme, evaluation.tree, shares)
    return norm, 100 * least, 100 * best, bool(best - least <= SAME), weights, *asked.lists.moved(shares)


def _events(asked: Movable, norm: Norm) -> Iterator[Event]:
    """All that may happen before the list changes."""
    step, applied = 10.0**-asked.rule.decimals, terms_of(asked.lists.evaluation).applied
    for own in asked.rule.rivals:
        for holder in own.held:
            yield from _near(asked, own, int(holder), step, norm)
    for node, level in asked.rule.levels:
        effects = asked.straight(node)
        assert effects is not None
        away = np.where(applied & np.isfinite(asked.scores[TOTAL]), np.abs(asked.scores[node] - level), np.inf)
        for member, least in enumerate(least_ways(effects, np.nan_to_num(away, nan=np.inf), norm)):
            if np.isfinite(least):
                yield Event(float(least), node, member, level=level)


def _near(asked: Movable, rivals: Rivals, holder: int, step: float, norm: Norm) -> Iterator[Event]:
    others = rivals.others[rivals.others != holder]
    gaps = asked.gaps(rivals.by, [holder] * len(others), others)
    assert gaps is not None
    for other, least in zip(others, least_ways(gaps, gaps @ asked.start - step, norm), strict=True):
        if np.isfinite(least):
            yield Event(float(least), rivals.by, holder, int(other))


def _happening(asked: Movable, event: Event, norm: Norm) -> Iterable[list[Row]]:
    """The conditions under which an event has happened, one list after another."""
    scores, decimals = asked.scores[event.node], asked.rule.decimals
    effects = asked.straight(event.node)
    assert effects is not None
    fixed = scores - effects @ asked.start
    if event.other is None:
        own, to = effects[event.winner], event.level - float(fixed[event.winner])
        return [[(own, to - SLACK)]] if scores[event.winner] >= event.level else [[(-own, SLACK - to)]]
    step, own, other = 10.0**-decimals, event.winner, event.other
    apart = 0.0 if _settled(asked, own, other) else 1.0
    gap, most = effects[own] - effects[other], apart * step - float(fixed[own] - fixed[other])
    open_ = nearest_shares(asked.start, norm, [(gap, most)])
    if open_ is None:
        return []
    at = float(effects[own] @ open_ + fixed[own]) / step + 0.5 - apart
    return [_between(effects, fixed, (own, other), (whole - 0.5) * step, apart * step) for whole in {np.floor(at), np.ceil(at)}]


def _between(effects: Floats, fixed: Floats, pair: tuple[int, int], boundary: float, room: float) -> list[Row]:
    """The first of a pair is below a boundary of rounding and some room, the second at the boundary or above."""
    own, other = pair
    return [
        (effects[own], boundary + room - SLACK - float(fixed[own])),
        (-effects[other], -(boundary + SLACK) + float(fixed[other])),
    ]


def _settled(asked: Movable, own: int, other: int) -> bool:
    """Whether, level with another, a member stays ahead by what settles ties, as no weight here changes it."""
    for node in asked.rule.ties:
        effects = asked.straight(node)
        if effects is None or effects[[own, other]].any():
            return False
        one, two = rounded(asked.scores[node][[own, other]], asked.rule.decimals)
        if one != two:
            return bool(one > two)
    return False
