"""How little the weights have to change, taken together, before a member near a line wins or loses its award."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.scoring import TOTAL
from toolkit.sensitivity.rule.lists import weights_of
from toolkit.sensitivity.tipping.contested_lines import decided
from toolkit.sensitivity.tipping.movable_weights import Movable, Positions
from toolkit.sensitivity.tipping.nearest_shares import NORMS, Norm, least_ways, moved, smallest_change

if TYPE_CHECKING:
    from toolkit.awards.contests import Contest
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats

COLUMNS = ["award", "class", "winner", "other", "norm", "tie", "change", "exact", "weights", "gained", "lost"]


def smallest_weights(evaluation: Evaluation, group: str | None = TOTAL, near: int = 2) -> pd.DataFrame:
    """The smallest change of several weights at once at which two members on either side of a line are level.

    The pairs are, for each award in each pool, each of the `near` lowest who hold it and of the `near` best who missed it
    though over every bar, with the one on the other side of the line whom the smallest change brings level with it: not
    always the next in score. The weights are those of the children of one
    `group` (``total`` for the topmost), or those of all indicators at once, each being its share of the total, for
    None. Each pair is a linear programme: the least largest single change, and the least sum of changes. On the straight
    way to its solution the list changes by the scheme's own rule somewhat before (rounding, other pairs), or after
    (ties that the scheme settles): the witness is where it does. Another way can change the list a little sooner, by at
    most what a step of rounding is worth; `nearest_lists` gives the nearest list of all.

    Returns
    -------
    DataFrame
        A row for each pair and norm: award, class (the contest's), winner, other; norm, ``largest`` or ``sum``;
        tie, how many percentage points of share that takes to make the exact scores level, NaN where no
        weights do; change, the same up to the first other list on the way, NaN where the list outlives the way to
        twice the tie; exact, whether both are computed, False where the first other list is sought on a grid, None where
        the scores are not linear in these weights and nothing is computed; weights, those of all nodes just beyond the
        change, in the scheme's own terms, None where there is none; gained and lost, who wins and loses an award there.

    Raises
    ------
    Refused
        For a group that is none.
    """
    asked = Movable.of(evaluation, group)
    rows = [row for contest in decided(evaluation) for norm in NORMS for row in _rows(asked, contest, near, norm)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _rows(asked: Movable, contest: Contest, near: int, norm: Norm) -> Iterator[tuple[object, ...]]:
    """What `smallest_weights` says of the members near one line."""
    for pair in _pairs(asked, contest, near, norm):
        index = asked.lists.evaluation.members.index
        named = (contest.award.id, contest.class_, str(index[pair[0]]), str(index[pair[1]]), norm)
        gaps = asked.gaps(contest.award.by, *([place] for place in pair))
        if gaps is None:
            yield (*named, np.nan, np.nan, None, None, (), ())
            continue
        yield (*named, *_witnessed(asked, smallest_change(gaps[0], asked.start, norm), norm))


def _pairs(asked: Movable, contest: Contest, near: int, norm: Norm) -> list[tuple[int, int]]:
    """Those nearest to a line, each with the one across it whom the smallest change of weights brings level."""
    missed = contest.able & ~contest.given
    if not contest.given.any() or not missed.any():
        return []
    order = np.lexsort(tuple(-np.nan_to_num(key, nan=-np.inf) for key in reversed(contest.keys)))
    over, under = (contest.positions[order[mask[order]]] for mask in (contest.given, missed))
    by = contest.award.by
    rivals = [_nearest(asked, by, [own], under, norm) for own in over[::-1][:near]]
    holders = [_nearest(asked, by, over[::-1], [other], norm) for other in under[:near]]
    return list(dict.fromkeys([*holders, *rivals]))


def _nearest(asked: Movable, by: str, held: Positions, others: Positions, norm: Norm) -> tuple[int, int]:
    """Of pairs of one member with several, the one that the smallest change of weights brings level."""
    pairs = [(int(own), int(other)) for own in held for other in others]
    gaps, best, found = asked.gaps(by, *zip(*pairs, strict=True)), np.inf, pairs[0]
    if gaps is None:
        return found
    least = least_ways(gaps, gaps @ asked.start, norm)
    for place in np.argsort(least, kind="stable"):
        if least[place] >= best:
            break
        end = smallest_change(gaps[place], asked.start, norm)
        if end is not None and moved(end - asked.start, norm) < best:
            best, found = moved(end - asked.start, norm), pairs[place]
    return found


def _witnessed(asked: Movable, end: Floats | None, norm: Norm) -> tuple[object, ...]:
    """How far it is to the tie and to the first other list, and what stands there."""
    if end is None:
        return np.nan, np.nan, True, None, (), ()
    start, way = asked.start, end - asked.start
    size = 100.0 * moved(way, norm)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = min(2.0, float(np.where(way < 0, -start / way, np.inf).min(initial=np.inf)))
    first = asked.first(start, way, reach)
    if first.at is None or first.seen is None:
        return size, np.nan, first.exact, None, (), ()
    shares = asked.along(start, way)(np.array([first.seen]))[0]
    evaluation = asked.lists.evaluation
    return size, size * first.at, first.exact, weights_of(evaluation.scheme, evaluation.tree, shares), *asked.lists.moved(shares)
