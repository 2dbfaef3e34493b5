"""Award lines: in each class, for each award, the last score that was awarded, and who stands near to it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.awards.contests import Contest
from toolkit.awards.requirements import rounded_points, scores_of
from toolkit.awards.terms import Terms

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

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
        How many there are, and how many of them take part: they applied, and are eligible.
    places
        How many places there are; None for no limit.
    awarded
        How many hold the award.
    total
        The lowest score that holds it, at the node its places go by, which is the total unless the scheme says
        otherwise; None when nobody does.
    vacant
        How many places stay empty because nobody else is good enough (宁缺毋滥).
    """

    class_: str
    award: str
    members: int
    applied: int
    places: int | None
    awarded: int
    total: float | None
    vacant: int = 0


def award_lines(evaluation: Evaluation) -> tuple[Line, ...]:
    """The line of every award in every class, class by class, awards in the scheme's order."""
    order = list(dict.fromkeys(evaluation.ranking["class"].astype("str").fillna("")))
    lines = [line for line, _ in _contested(evaluation)]
    return tuple(sorted(lines, key=lambda line: order.index(line.class_) if line.class_ in order else -1))


def distances(evaluation: Evaluation) -> pd.DataFrame:
    """How far each ranked member's score lies from the other side of the lines that concern it.

    These are the line of the award it holds, and those of the awards it could have moved up to. Who holds the
    award is measured from the best who missed it, who missed it from the lowest who holds it; where the places of all
    classes together end further up than those of the class, from the lowest who holds it in any.

    Returns
    -------
    DataFrame
        One row for each member and line, by line, the best score first: member, class (the line's, "" for all),
        award (whose line it is), total (the score that award's places go by), distance (in points; infinite where
        nobody missed it), above (whether it holds that award).
    """
    rows = [
        row
        for line, contest in _contested(evaluation)
        if line.total is not None
        for row in _from_line(evaluation, line, line.total, contest)
    ]
    columns = ["member", "class", "award", "total", "distance", "above"]
    return pd.DataFrame(rows, columns=columns).sort_values("class", kind="stable", ignore_index=True)


def _contested(evaluation: Evaluation) -> Iterator[tuple[Line, Contest]]:
    """Every award in every pool, decided again from the scores: by award, then class."""
    scheme, members = evaluation.scheme, evaluation.members
    terms = Terms.of(scheme, members, evaluation.vetoes, evaluation.measured.conditions)
    score = scores_of(rounded_points(scheme, evaluation.scores.loc[members.index]))
    part = terms.taking_part(score)
    for contest in terms.contests(score):
        won = contest.keys[0][contest.given]
        yield (
            Line(
                contest.class_,
                contest.award.id,
                len(contest.positions),
                int(part[contest.positions].sum()),
                contest.places,
                len(won),
                float(won.min()) if won.size else None,
                contest.vacant,
            ),
            contest,
        )


def _from_line(evaluation: Evaluation, line: Line, lowest: float, contest: Contest) -> list[Row]:
    contenders = _contenders(evaluation, contest)
    if contest.ceiling and contest.ceiling.line is not None and contest.line is not None:
        lowest = max(contest.line, contest.ceiling.line)
    missed = max((score for _, score, above in contenders if not above and score <= lowest), default=-math.inf)
    return [
        (member, line.class_, line.award, score, round(score - (missed if above else lowest), 9), above)
        for member, score, above in contenders
    ]


def _contenders(evaluation: Evaluation, contest: Contest) -> list[tuple[str, float, bool]]:
    """The ranked members without an earlier award that excludes this one, the best first, and whether they hold it."""
    ranking, keys = evaluation.ranking, evaluation.members.index[contest.positions]
    score = pd.Series(contest.keys[0], index=keys)
    holds = pd.Series(contest.given, index=keys)
    ids = [award.id for award in evaluation.scheme.awards]
    earlier = set(ids[: ids.index(contest.award.id)]) - set(contest.award.beside)
    held = evaluation.awards.loc[evaluation.awards["award"].isin(earlier), "member"]
    ranked = ranking.index[ranking["rank"].notna() & ranking.index.isin(keys) & ~ranking.index.isin(held)]
    ranked = score.loc[ranked].dropna().sort_values(ascending=False, kind="stable").index
    return [(str(member), float(score[member]), bool(holds[member])) for member in ranked]
