"""Award lines: in each class, for each award, the last total that was awarded, and who stands near to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.contests import places, pools

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Award

Row = tuple[str, str, str, float, float, bool]


@dataclass(frozen=True)
class Line:
    """One award among those who compete for it.

    Parameters
    ----------
    class_
        The class that competes; "" when all members compete together.
    award
        The award's id.
    members, applied
        How many there are, and how many of them applied.
    places
        How many places there are; None for no limit.
    awarded
        How many hold the award.
    total
        The lowest total that holds it; None when nobody does.
    """

    class_: str
    award: str
    members: int
    applied: int
    places: int | None
    awarded: int
    total: float | None


def award_lines(evaluation: Evaluation) -> tuple[Line, ...]:
    """The line of every award in every class, class by class, awards in the scheme's order."""
    order = list(dict.fromkeys(evaluation.ranking["class"].astype("str").fillna("")))
    lines = [line for award in evaluation.scheme.awards for line, _ in _pooled(evaluation, award)]
    return tuple(sorted(lines, key=lambda line: order.index(line.class_) if line.class_ in order else -1))


def distances(evaluation: Evaluation) -> pd.DataFrame:
    """How far each ranked member's total lies from the other side of the lines that concern it.

    These are the line of the award it holds, and those of the awards it could have moved up to. Who holds the
    award is measured from the best who missed it, who missed it from the lowest who holds it.

    Returns
    -------
    DataFrame
        One row for each member and line, by line, the best total first: member, class (the line's, "" for all),
        award (whose line it is), total, distance (in points; infinite where nobody missed it), above (whether it
        holds that award).
    """
    rows = [
        row
        for award in evaluation.scheme.awards
        for line, pool in _pooled(evaluation, award)
        if line.total is not None
        for row in _from_line(evaluation, line, line.total, pool)
    ]
    columns = ["member", "class", "award", "total", "distance", "above"]
    return pd.DataFrame(rows, columns=columns).sort_values("class", kind="stable", ignore_index=True)


def _from_line(evaluation: Evaluation, line: Line, lowest: float, pool: pd.Index[str]) -> list[Row]:
    order = {award.id: place for place, award in enumerate(evaluation.scheme.awards)}
    contenders = [
        (member, total, held == line.award)
        for member, total, held in _ranked(evaluation.ranking, pool)
        if order.get(held, len(order)) >= order[line.award]
    ]
    missed = max(
        (total for _, total, above in contenders if not above and total <= lowest), default=-math.inf
    )
    return [
        (member, line.class_, line.award, total, round(total - (missed if above else lowest), 9), above)
        for member, total, above in contenders
    ]


def _pooled(evaluation: Evaluation, award: Award) -> Iterator[tuple[Line, pd.Index[str]]]:
    members, ranking = evaluation.members, evaluation.ranking
    within = award.quota.within if award.quota else "class"
    for class_, positions in pools(evaluation.scheme, members, within):
        pool = members.index[positions]
        applied = int(members["applied"].iloc[positions].sum())
        totals = ranking.loc[ranking.index.isin(pool) & (ranking["award"] == award.id), "total"]
        lowest = float(totals.min()) if len(totals) else None
        yield (
            Line(class_, award.id, len(pool), applied, places(award.quota, applied), len(totals), lowest),
            pool,
        )


def _ranked(ranking: pd.DataFrame, pool: pd.Index[str]) -> list[tuple[str, float, str]]:
    ranked = ranking[ranking["rank"].notna() & ranking.index.isin(pool)]
    ranked = ranked.sort_values("total", ascending=False, kind="stable")
    return list(zip(ranked.index.astype(str), ranked["total"].astype(float), ranked["award"], strict=True))
