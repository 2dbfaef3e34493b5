"""The run: one pure function from a scheme and records to an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.awards import Decided, decide_awards
from toolkit.errors import Problem, Problems, Refused
from toolkit.grades import decide_grades, grade_reasons
from toolkit.indicators import Indicators, measure_indicators
from toolkit.ranking import Tie, near_boundary, rounded
from toolkit.scheme import Scheme
from toolkit.scoring import TOTAL, Tree, adjusted, scores
from toolkit.text import Phrase, phrase
from toolkit.values import Values, scaled

if TYPE_CHECKING:
    from toolkit.records import Records

RANKING_COLUMNS = ["name", "class", "total", "rank", "tied", "award", "grade", "reason"]


@dataclass(frozen=True)
class Evaluation:
    """One evaluation: what was decided, measured, computed and concluded. Nothing in it changes.

    Parameters
    ----------
    scheme
        What the committee decided.
    members
        Index member (sorted); columns name, class, applied.
    measured
        The raw values and what else was found in the records, all problems of the records included.
    values
        Member x indicator on the scale; NaN where not counted.
    scores
        Member x node of the tree, then adjustments, then ``total`` rounded half up to the scheme's decimals;
        NaN for a member without a total.
    ranking
        Index member in the order of the list (by class, then rank); columns name, class, total, rank (Int64, within the class),
        tied, award (id or empty), grade, reason.
    ties
        What the scheme leaves to the committee.
    problems
        What a reader should know: gaps, records under appeal, totals at a rounding boundary.
    digests
        SHA-256 of each input file, by its path in the edition.
    """

    scheme: Scheme
    members: pd.DataFrame
    measured: Indicators
    values: pd.DataFrame
    scores: pd.DataFrame
    ranking: pd.DataFrame
    ties: tuple[Tie, ...]
    problems: Problems
    digests: Mapping[str, str]

    @property
    def indicators(self) -> pd.DataFrame:
        """Raw values, member x indicator."""
        return self.measured.raw

    @property
    def applicable(self) -> pd.DataFrame:
        """Whether each indicator applies, member x indicator."""
        return self.measured.applicable

    @property
    def vetoes(self) -> pd.DataFrame:
        """Records that meet a veto: member, veto, table, file, sheet, row."""
        return self.measured.vetoes

    @cached_property
    def tree(self) -> Tree:
        """The scheme's tree, compiled."""
        return Tree.of(self.scheme)

    def __repr__(self) -> str:
        return f"Evaluation({self.scheme.edition}: {len(self.members)} members, {len(self.scheme.indicators)} indicators)"


def evaluate(scheme: Scheme, records: Records) -> Evaluation:
    """The evaluation of `records` by `scheme`.

    Raises
    ------
    Refused
        When the records hold errors, or a value is missing where the scheme allows none.
    """
    records = records.as_of(scheme.as_of)
    measured = measure_indicators(scheme, records)
    measured = replace(measured, problems=records.problems + measured.problems)
    if measured.problems.errors:
        raise Refused(measured.problems)
    return _concluded(scheme, records.members, measured, records.digests)


def rescored(evaluation: Evaluation, scheme: Scheme) -> Evaluation:
    """The same records under another scheme that measures the same things: other weights, shapes, awards, grades.

    Raises
    ------
    ValueError
        When `scheme` measures other things; then the records have to be read again, with `evaluate`.
    """
    if _measured_by(scheme) != _measured_by(evaluation.scheme):
        message = "the scheme measures other things: evaluate it on the records"
        raise ValueError(message)
    return _concluded(scheme, evaluation.members, evaluation.measured, evaluation.digests)


def _measured_by(scheme: Scheme) -> tuple[object, ...]:
    indicators = tuple((item.id, item.measure, item.applies_to) for item in scheme.indicators)
    return (indicators, scheme.adjustments, scheme.vetoes, scheme.window, scheme.members, scheme.as_of, scheme.period)


def _concluded(
    scheme: Scheme, members: pd.DataFrame, measured: Indicators, digests: Mapping[str, str]
) -> Evaluation:
    values = scaled(scheme, measured.raw, measured.applicable, members["class"])
    if values.problems.errors:
        raise Refused(measured.problems + values.problems)
    table = _scored(scheme, values, measured.adjustments)
    near = _near_boundary(table[TOTAL], scheme)
    table[TOTAL] = rounded(table[TOTAL].to_numpy(), scheme.decimals)
    decided = decide_awards(scheme, members, table, measured.vetoes)
    grades = decide_grades(scheme, members, table, measured.vetoes, recorded=measured.recorded)
    why = grade_reasons(scheme, members, table, measured.vetoes, grades, recorded=measured.recorded)
    graded = pd.DataFrame({"grade": grades, "why": why})
    return Evaluation(
        scheme=scheme,
        members=members,
        measured=measured,
        values=values.frame,
        scores=table,
        ranking=_ranking(scheme, members, table, decided, graded),
        ties=decided.ties,
        problems=measured.problems + values.problems + near,
        digests=digests,
    )


def _scored(scheme: Scheme, values: Values, adjustments: pd.DataFrame) -> pd.DataFrame:
    nodes = scores(Tree.of(scheme), values.frame)
    total = adjusted(nodes[TOTAL], adjustments).mask(values.unranked)
    return pd.concat([nodes.drop(columns=TOTAL), adjustments, total.rename(TOTAL)], axis=1)


def _near_boundary(total: pd.Series[Any], scheme: Scheme) -> Problems:
    near = near_boundary(total.to_numpy(), scheme.decimals)
    return Problems(tuple(_boundary_note(str(member), scheme) for member in total.index[near]))


def _boundary_note(member: str, scheme: Scheme) -> Problem:
    return Problem(
        "note",
        phrase("总分恰在四舍五入的分界上（{n} 位小数）", "the total lies on a rounding boundary ({n} decimals)", n=scheme.decimals),
        Phrase("已按“五入”处理；如影响名次，请委员会留意", "rounded up; look at it if a place depends on it"),
        column=TOTAL,
        value=member,
    )


def _ranking(
    scheme: Scheme, members: pd.DataFrame, table: pd.DataFrame, decided: Decided, graded: pd.DataFrame
) -> pd.DataFrame:
    stop = "。" if scheme.language == "zh" else ". "
    reason = [stop.join(part for part in both if part) for both in zip(decided.reason, graded["why"], strict=True)]
    frame = members[["name", "class"]].assign(
        total=table[TOTAL], rank=decided.rank, tied=decided.tied, award=decided.award, grade=graded["grade"], reason=reason
    )[RANKING_COLUMNS]
    by_class = ["class"] if scheme.members.class_ else []
    place = frame["rank"].astype("float64").fillna(np.inf)
    order = frame.assign(place=place).sort_index().sort_values([*by_class, "place"], kind="stable").index
    return frame.loc[order].rename_axis("member")
