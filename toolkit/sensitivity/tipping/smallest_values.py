"""How many more hours, points or articles one member would need: the smallest change of one raw value at a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.sensitivity.tipping.contested_lines import decided
from toolkit.sensitivity.tipping.revalued import Revalued
from toolkit.sensitivity.tipping.searches import together
from toolkit.sensitivity.tipping.value_search import ValueSearch
from toolkit.shapes import Category

if TYPE_CHECKING:
    from toolkit.awards.contests import Contest
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats

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
