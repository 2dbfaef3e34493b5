"""The run: one pure function from a scheme and records to an evaluation.

What two schemes have in common, so that what was worked out under one holds under the other.

The list as a committee reads it: places, totals, awards and grades, each with its reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.evaluation.awards import AwardRule
from toolkit.evaluation.decisions import Decided, award_problems, decided_awards, grade_reasons
from toolkit.evaluation.grades import decide_grades, grade_problems, valid_until
from toolkit.evaluation.scores import TOTAL, Tree, adjusted, gathered
from toolkit.evaluation.values import Values, nothing_touched, resolved, scaled
from toolkit.ground.deferred import Deferred
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.ranking import Floats, Tie, near_boundary, rounded
from toolkit.ground.text import Phrase, phrase
from toolkit.indicators import Indicators, measure_indicators
from toolkit.scheme import Scheme

if TYPE_CHECKING:
    from toolkit.records import Records
    from toolkit.scheme.criteria import Indicator


def measured_alike(one: Scheme, other: Scheme) -> bool:
    """Whether two schemes measure the same things in the same records."""
    return _measured_by(one) == _measured_by(other)


def valued_alike(one: Scheme, other: Scheme) -> bool:
    """Whether the values are the same under two schemes: nothing differs but weights and groups."""
    if one.scale != other.scale or len(one.indicators) != len(other.indicators):
        return False
    pairs = zip(one.indicators, other.indicators, strict=True)
    return all(own is held or _valued(own) == _valued(held) for own, held in pairs)


def asked_alike(one: Scheme, other: Scheme) -> bool:
    """Whether the terms of the awards are the same under two schemes that measure the same things."""
    return _asked_by(one) == _asked_by(other)


def _measured_by(scheme: Scheme) -> tuple[object, ...]:
    indicators = tuple((item.id, item.measure, item.applies_to) for item in scheme.indicators)
    counted = (scheme.adjustments, scheme.conditions, scheme.vetoes, scheme.previous, scheme.panel)
    return (indicators, *counted, scheme.window, scheme.members, scheme.as_of, scheme.period, scheme.consent)


def _valued(item: Indicator) -> dict[str, object]:
    return {key: held for key, held in vars(item).items() if key not in {"weight", "group"}}


def _asked_by(scheme: Scheme) -> tuple[object, ...]:
    groups = tuple((group.id, group.group) for group in scheme.groups)
    indicators = tuple((item.id, item.group) for item in scheme.indicators)
    return (scheme.awards, scheme.eligibility, groups, indicators)



def ranked_list(
    scheme: Scheme, members: pd.DataFrame, table: pd.DataFrame, measured: Indicators, decided: Decided
) -> pd.DataFrame:
    """The list in its order, by class and then rank: see `Evaluation.ranking`. `table` holds the scores."""
    grades = decide_grades(scheme, members, table, measured.vetoes, **_known(measured))
    stop = "。" if scheme.language == "zh" else ". "
    why = grade_reasons(scheme, members, table, measured.vetoes, **_known(measured))
    places = [_open_places(scheme, measured, str(member)) for member in members.index]
    reason = [stop.join(part for part in parts if part) for parts in zip(decided.reason, why, places, strict=True)]
    frame = members[["name", "class"]].assign(
        total=table[TOTAL], rank=decided.rank, tied=decided.tied, award=decided.award, grade=grades, reason=reason
    )
    by_class = ["class"] if scheme.members.class_ else []
    place = frame["rank"].astype("float64").fillna(np.inf)
    order = frame.assign(place=place).sort_index().sort_values([*by_class, "place"], kind="stable").index
    return frame.loc[order].rename_axis("member")


def _known(measured: Indicators) -> dict[str, Any]:
    """What grades look at beside scores and vetoes."""
    return {"recorded": measured.recorded, "conditions": measured.conditions, "previous": measured.previous}


def _open_places(scheme: Scheme, measured: Indicators, member: str) -> str:
    """Which scores of the panel a member still waits for, and why."""
    said = [phrase("位次待定，“{label}”{zh}", "its place is open, `{label}`: {en}", label=scheme.label(id_), zh=why.zh, en=why.en)
            for id_, why in measured.open.get(member, {}).items()]  # fmt: skip
    return ("；" if scheme.language == "zh" else "; ").join(sentence.into(scheme.language) for sentence in said)



@dataclass(frozen=True, eq=False)
class Worked:
    """Values, scores of the tree and terms, and what they were worked out from: other weights need not work them out again."""

    measured: Indicators
    members: pd.DataFrame
    values: Values
    nodes: Mapping[str, Floats]
    terms: AwardRule


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
        tied, award (id or empty), grade, reason. Its prose is written when it is first looked at.
    ties
        What the scheme leaves to the committee.
    problems
        What a reader should know: gaps, records under appeal, totals at a rounding boundary.
    digests
        SHA-256 of each input file, by its path in the edition.
    touched
        Every value that does not come of the raw value as it stands, imputed or treated; see `Values`.
    awards, reserves
        Every award given, and its reserves (候补): award, class, order, member; see `Decided`.
    worked
        What `rescored` need not work out again.
    """

    scheme: Scheme
    members: pd.DataFrame
    measured: Indicators
    values: Deferred[pd.DataFrame] = Deferred()  # noqa: RUF009 - it has no default, and is given to each
    scores: Deferred[pd.DataFrame] = Deferred()  # noqa: RUF009 - it has no default, and is given to each
    ranking: Deferred[pd.DataFrame] = Deferred()  # noqa: RUF009 - it has no default, and is given to each
    ties: tuple[Tie, ...] = ()
    problems: Deferred[Problems] = Deferred(Problems)  # noqa: RUF009 - made anew for each
    digests: Mapping[str, str] = field(default_factory=dict)
    touched: Deferred[pd.DataFrame] = Deferred(nothing_touched)  # noqa: RUF009 - made anew for each
    awards: Deferred[pd.DataFrame] = Deferred(pd.DataFrame)  # noqa: RUF009 - made anew for each
    reserves: Deferred[pd.DataFrame] = Deferred(pd.DataFrame)  # noqa: RUF009 - made anew for each
    worked: Worked | None = field(default=None, repr=False)

    @property
    def grades_valid_until(self) -> dt.date | None:
        """The last day on which the grades hold; None where the scheme does not say."""
        return valid_until(self.scheme)

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

    @property
    def permitted(self) -> pd.DataFrame:
        """What may be published of each member: bool columns award, grade, rank, total, good, bad."""
        return self.measured.permitted

    @cached_property
    def resolved(self) -> Scheme:
        """The scheme with the goalposts, bounds and medians it found: under it nobody moves when a member joins later."""
        return resolved(self.scheme, self.measured.raw_values, self.members["class"].to_numpy(dtype=object))

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
    measured = _measured(scheme, records)
    if measured.problems.errors:
        raise Refused(measured.problems)
    return concluded(scheme, records.members, measured, records.digests)


def attempt(scheme: Scheme, records: Records) -> tuple[Evaluation | None, Problems]:
    """The evaluation of `records` by `scheme` whatever is wrong with them, and everything that is to be said of it.

    It counts only where nothing that is said is an error; None where a value is missing that the scheme does not spare.
    """
    records = records.as_of(scheme.as_of)
    measured = _measured(scheme, records)
    try:
        evaluation = concluded(scheme, records.members, measured, records.digests)
    except Refused as refused:
        return None, refused.problems
    return evaluation, evaluation.problems


def _measured(scheme: Scheme, records: Records) -> Indicators:
    """All that is measured, with the problems of the records first."""
    measured = measure_indicators(scheme, records)
    return replace(measured, problems=records.problems + measured.problems)


def rescored(evaluation: Evaluation, scheme: Scheme) -> Evaluation:
    """The same records under another scheme that measures the same things: other weights, shapes, awards, grades.

    Raises
    ------
    ValueError
        When `scheme` measures other things; then the records have to be read again, with `evaluate`.
    """
    if not measured_alike(scheme, evaluation.scheme):
        message = "the scheme measures other things: evaluate it on the records"
        raise ValueError(message)
    return concluded(scheme, evaluation.members, evaluation.measured, evaluation.digests, evaluation if _as_worked(evaluation) else None)


def _as_worked(evaluation: Evaluation) -> bool:
    """Whether an evaluation still is what was worked out, and no part of it was put in another's place."""
    worked = evaluation.worked
    if worked is None or worked.measured is not evaluation.measured or worked.members is not evaluation.members:
        return False
    return worked.values.frame is evaluation.values


def _terms(scheme: Scheme, members: pd.DataFrame, measured: Indicators, known: Evaluation | None) -> AwardRule:
    """The terms of the awards: those known of another scheme for the same records, where it asks for the same."""
    if known is None or known.worked is None or not asked_alike(known.scheme, scheme):
        return AwardRule.of(scheme, members, measured.vetoes, measured.conditions)
    return known.worked.terms.under(scheme)


def concluded(
    scheme: Scheme,
    members: pd.DataFrame,
    measured: Indicators,
    digests: Mapping[str, str],
    known: Evaluation | None = None,
) -> Evaluation:
    """What is measured of members, concluded; what holds of a `known` evaluation of the same is taken over.

    Raises
    ------
    Refused
        When a value is missing where the scheme allows none.
    """
    before = known.worked if known and valued_alike(known.scheme, scheme) else None
    terms = _terms(scheme, members, measured, known)
    values = before.values if before else scaled(scheme, measured.raw_values, terms.named)
    if values.problems.errors:
        raise Refused(measured.problems + values.problems)
    tree = Tree.of(scheme)
    untouched = (known.tree, before.nodes) if known and before else None
    nodes = gathered(tree, values.columns, len(members), measured.applicable, before=untouched)
    total = _total(scheme, nodes[TOTAL], values, measured)
    before_total = {node: nodes[node] for node in nodes if node != TOTAL}
    columns = {**before_total, **_points(measured.adjustments), TOTAL: rounded(total, scheme.decimals)}
    table = cache(lambda: pd.DataFrame(columns, index=values.members, copy=False))
    decided = decided_awards(terms, columns, table, measured.vetoes, measured.conditions)
    return Evaluation(
        scheme=scheme,
        members=members,
        measured=measured,
        values=lambda: values.frame,
        scores=table,
        ranking=lambda: ranked_list(scheme, members, table(), measured, decided),
        ties=decided.ties,
        problems=lambda: _said(scheme, measured, values, total, decided),
        digests=digests,
        touched=lambda: values.touched,
        awards=lambda: decided.awards,
        reserves=lambda: decided.reserves,
        worked=Worked(measured, members, values, nodes, terms),
    )


def _total(scheme: Scheme, mean: Floats, values: Values, measured: Indicators) -> Floats:
    """The total before rounding: with every bonus and deduction, within its bounds, NaN for who is not ranked."""
    return adjusted(mean, _points(measured.adjustments).values(), scheme.total, values.unranked)


def _points(adjustments: pd.DataFrame) -> dict[str, Floats]:
    """The points of every adjustment, float64[members]."""
    return {str(name): column.to_numpy() for name, column in adjustments.items()}


def _said(scheme: Scheme, measured: Indicators, values: Values, total: Floats, decided: Decided) -> Problems:
    """Everything a reader should know."""
    near = _near_boundary(total, values.members, scheme)
    return measured.problems + values.problems + near + award_problems(decided) + grade_problems(scheme, measured.previous)


def _near_boundary(total: Floats, index: pd.Index[str], scheme: Scheme) -> Problems:
    near = near_boundary(total, scheme.decimals)
    if not near.any():
        return Problems()
    rule = phrase("总分恰在四舍五入的分界上（{n} 位小数）", "the total lies on a rounding boundary ({n:decimal|decimals})", n=scheme.decimals)
    mend = Phrase("已按“五入”处理；如影响名次，请委员会留意", "the half is rounded away from 0; look at it if a place depends on it")
    return Problems(tuple(Problem("note", rule, mend, column=TOTAL, value=str(member)) for member in index[near]))
