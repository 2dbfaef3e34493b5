"""The run: one pure function from a scheme and records to an evaluation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.awards import AwardRule
from toolkit.evaluation.decisions import Decided, award_problems
from toolkit.evaluation.grades import Grading, decide_grades, grade_problems, place_problems, valid_until
from toolkit.evaluation.quotas import stopped
from toolkit.evaluation.scores import (
    TOTAL,
    Tree,
    adjusted,
    aligned,
    compared,
    gathered,
    rounded_scores,
    sums_beside,
)
from toolkit.evaluation.stages import (
    eligible_by,
    first_stage,
    only_eligible,
    outsiders,
    stage_problems,
    staged,
)
from toolkit.evaluation.value_checks import (
    Valued,
    huge_problems,
    node_problems,
    not_known,
    outsider_problems,
    quotient_problems,
    sum_problems,
    valued_node,
)
from toolkit.evaluation.values import Values, all_valued_alike, resolved, scaled
from toolkit.ground.answers import asked_once
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.ranking import Floats, Mask, Placing, Ruling, Tie, near_boundary, rounded
from toolkit.ground.text import Phrase, figure, joined, phrase
from toolkit.indicators import Indicators, measure_indicators
from toolkit.indicators.panel import Judging, judging
from toolkit.indicators.panel_problems import of_place, placed, placing_problems
from toolkit.scheme import Scheme
from toolkit.scheme.shapes import Relative

if TYPE_CHECKING:
    from toolkit.evaluation.aggregation import Branch
    from toolkit.indicators.single_rows import RawValues
    from toolkit.records import Records


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One evaluation: what was decided and measured, and everything computed and concluded from it when first asked for.

    Nothing in it changes. `values`, `scores`, `ranking` and the rest follow from the parameters alone, so that
    `dataclasses.replace` gives the evaluation of something else.

    Parameters
    ----------
    scheme
        What the committee decided.
    members
        Index member (sorted); columns name, class, applied.
    measured
        The raw values and what else was found in the records, of everybody, all problems of the records included; `counted` says of whom they count.
    digests
        SHA-256 of each input file, by its path in the edition.
    rulings
        What the committee decided of ties.
    placings
        The scores it gave where the panel left a place open.
    decided_as_of
        The as-of date that was decided, where this is a trial of another day; None of the list itself.
    """

    scheme: Scheme
    members: pd.DataFrame
    measured: Indicators
    digests: Mapping[str, str] = field(default_factory=dict)
    rulings: tuple[Ruling, ...] = ()
    placings: tuple[Placing, ...] = ()
    decided_as_of: dt.date | None = None

    @property
    def trial(self) -> Phrase | None:
        """What stands on every sheet and file of a trial of another day; None of the list itself."""
        if self.decided_as_of is None:
            return None
        return phrase("试算：按 {day} 计（评价基准日为 {decided}），不是评定结果", "A trial as of {day} (decided: as of {decided}); not the result", day=self.scheme.as_of, decided=self.decided_as_of)

    @property
    def indicators(self) -> pd.DataFrame:
        """Raw values, member x indicator; NaN where an indicator compares those alone who take part, and the member does not."""
        return self.counted.raw

    @property
    def applicable(self) -> pd.DataFrame:
        """Whether each indicator applies, member x indicator."""
        return self.counted.applicable

    @property
    def raw_values(self) -> RawValues:
        """The same raw values column by column, NaN where they do not apply."""
        return self.counted.raw_values

    @property
    def vetoes(self) -> pd.DataFrame:
        """Records that meet a veto: member, veto, table, file, sheet, row."""
        return self.measured.vetoes

    @property
    def permitted(self) -> pd.DataFrame:
        """What may be published of each member: bool columns award, grade, rank, total, good, bad."""
        return self.measured.permitted

    @cached_property
    def counted(self) -> Indicators:
        """What was measured, as far as it counts here: what compares the eligible alone applies to nobody else, by these members and conditions."""
        return only_eligible(self.scheme, self.members, self.measured)

    @cached_property
    def tree(self) -> Tree:
        """The scheme's tree, compiled, for lists of the members in their order."""
        tree = Tree.of(self.scheme)
        return tree.among(self.members["class"].to_numpy(dtype=object), stopped(self.members)) if tree.compares else tree

    @cached_property
    def held_tree(self) -> Tree:
        """The tree by which somebody is measured alone: what nodes compare by stays as it was found among all; `among` whom is to be said."""
        return Tree.of(self.resolved) if self.tree.compares else self.tree

    @cached_property
    def award_rule(self) -> AwardRule:
        """The rule of the awards for these members, with all that no score changes worked out."""
        return AwardRule.of(self.scheme, self.members, self.vetoes, self.measured.conditions, self.rulings)

    @cached_property
    def scaled_values(self) -> Values:
        """The values on the scale column by column, and what is to be said of them."""
        return scaled(self.scheme, self.raw_values, self._classes)

    @cached_property
    def nodes(self) -> dict[str, Floats]:
        """The score of every member at each node of the tree, before adjustments and before rounding; float64[members]."""
        return self._gathered()

    @cached_property
    def values(self) -> pd.DataFrame:
        """Member x indicator on the scale; NaN where not counted."""
        return self.scaled_values.frame

    @property
    def touched(self) -> pd.DataFrame:
        """Every value that does not come of the raw value as it stands, imputed or treated; see `Values`."""
        return self.scaled_values.touched

    @cached_property
    def resolved(self) -> Scheme:
        """The scheme with the goalposts, bounds and medians it found: under it nobody moves when a member joins later."""
        found = resolved(self.scheme, self.raw_values, self._classes)
        return found.model_copy(update=dict(self._nodes_resolved)) if self.tree.compares else found

    @property
    def _nodes_resolved(self) -> Iterator[tuple[str, object]]:
        """The groups and the total with what those of them found that compare members."""
        shapes = {self.tree.nodes[branch.node]: branch.shape.resolved(raw, self.scheme.scale, self._classes) for branch, raw in self._compared if isinstance(branch.shape, Relative)}
        yield "groups", tuple(group.model_copy(update={"value": shapes[group.id]}) if group.id in shapes else group for group in self.scheme.groups)
        if TOTAL in shapes:
            yield "total", self.scheme.total.model_copy(update={"value": shapes[TOTAL]})

    @property
    def _node_problems(self) -> Iterator[Problem]:
        """What is to be said of nodes that compare members."""
        return node_problems(self._compared_nodes, self.scheme.scale, self._classes)

    @property
    def _compared_nodes(self) -> Iterator[Valued]:
        """The same, as they are valued."""
        for branch, raw in self._compared:
            yield valued_node(branch, self.tree.nodes[branch.node], raw, self.nodes[self.tree.nodes[branch.node]], self.scheme.language)

    @cached_property
    def _compared(self) -> tuple[tuple[Branch, Floats], ...]:
        """The nodes that compare members, and by which scores, in the order of the raw values."""
        return tuple(compared(self.tree.among(self._classes, self._left), self.nodes, self.applicable))

    @property
    def compared_at(self) -> dict[str, tuple[Branch, pd.Series[float]]]:
        """Each group that compares members, and the total where it does: what it is, and the score of each member that is compared there, NaN for who has none."""
        return {self.tree.nodes[branch.node]: (branch, pd.Series(raw, index=self.scaled_values.members)) for branch, raw in self._compared}

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Member x node of the tree, then adjustments, then sums beside the total, then ``total`` rounded half up to the scheme's decimals; NaN for a member without a total."""
        return pd.DataFrame(dict(self._score_columns), index=self.scaled_values.members, copy=False)

    @cached_property
    def _score_columns(self) -> Mapping[str, Floats]:
        """The columns of `scores`, float64[members], in the order of the raw values."""
        nodes = {node: scores for node, scores in self.nodes.items() if node != TOTAL}
        points = self.measured.points
        total = rounded(self._exact_total, self.scheme.decimals)
        beside = sums_beside(self.scheme, {**nodes, **points}) if self.scheme.sums else {}
        return {**nodes, **points, **beside, TOTAL: total}

    @cached_property
    def _places(self) -> NDArray[np.intp] | None:
        """Where each member stands among the raw values; None where both have one order."""
        index = self.measured.raw.index
        return None if index.equals(self.members.index) else index.get_indexer(self.members.index)

    @cached_property
    def decided(self) -> Decided:
        """Who is given which award."""
        return Decided(self.award_rule, rounded_scores(self.scheme, self._score_columns, self._places), self.vetoes, self.measured.conditions)

    @cached_property
    def grading(self) -> Grading:
        """The credit grades."""
        known = self.measured
        return decide_grades(
            self.scheme, self.members, self.scores, known.vetoes,
            recorded=known.recorded, conditions=known.conditions, previous=known.previous,
        )  # fmt: skip

    @cached_property
    def ranking(self) -> pd.DataFrame:
        """The list as a committee reads it.

        Index member in the order of the list (by class, then rank); columns name, class, total, rank (Int64, within the class),
        tied, award (id or empty), grade, reason.
        """
        stop, decided = "。" if self.scheme.language == "zh" else ". ", self.decided
        open_places = [self._open_places(str(member)) for member in self.members.index]
        reason = [stop.join(filter(None, parts)) for parts in zip(decided.reason, self.grading.reason, open_places, strict=True)]
        total = aligned(self.scores, self.members.index)[TOTAL]
        frame = self.members[["name", "class"]].assign(
            total=total, rank=decided.rank, tied=decided.tied, award=decided.award, grade=self.grading.grade, reason=reason
        )
        by_class = ["class"] if self.scheme.members.class_ else []
        place = frame["rank"].astype("float64").fillna(np.inf)
        order = frame.assign(place=place).sort_index().sort_values([*by_class, "place"], kind="stable").index
        return frame.loc[order].rename_axis("member")

    @property
    def ties(self) -> tuple[Tie, ...]:
        """What the scheme leaves to the committee, and it has not settled."""
        return self.decided.ties

    @property
    def left_to_committee(self) -> tuple[Tie, ...]:
        """Every tie that the scheme leaves to the committee: those open, and those it has settled and may settle anew."""
        return (*self.ties, *(ruling.tie for ruling in self.decided.rulings))

    @property
    def awards(self) -> pd.DataFrame:
        """Every award given: award, class, order, member; see `Decided`."""
        return self.decided.awards

    @property
    def reserves(self) -> pd.DataFrame:
        """The reserves (候补) of every award: award, class, order, member; see `Decided`."""
        return self.decided.reserves

    @property
    def grades_valid_until(self) -> dt.date | None:
        """The last day on which the grades hold; None where the scheme does not say."""
        return valid_until(self.scheme)

    @cached_property
    def problems(self) -> Problems:
        """What a reader should know: gaps, records under appeal, totals at a rounding boundary."""
        grades = [*grade_problems(self.scheme, self.measured.previous), *place_problems(self.grading)]
        nodes = sum_problems(self.scheme, self.tree, self.nodes), quotient_problems(self.scheme, self.tree, self.nodes, self.scaled_values.members)
        unknown = Problems() if self.trial is None or self.decided_as_of is None else Problems((not_known(self.trial, self.scheme.as_of, self.decided_as_of),))
        return unknown + self.measured.problems + self.scaled_values.problems + Problems((*self._node_problems, *self._outsiders)) + self._near_boundary + nodes[0] + nodes[1] + huge_problems(self.scheme, self._exact_total, self.scaled_values.members) + award_problems(self.decided, self.measured.open) + grades

    @property
    def _classes(self) -> Any:
        """The class of each member in the order of the raw values, object[members]."""
        index = self.measured.raw.index
        if self.members.index.equals(index):
            return self.award_rule.named
        return self.members["class"].loc[index].to_numpy(dtype=object)

    def _gathered(self, before: tuple[Tree, Mapping[str, Floats]] | None = None) -> dict[str, Floats]:
        values = self.scaled_values
        return gathered(self.tree.among(self._classes, self._left) if self.tree.compares else self.tree, values.columns, len(values.members), self.applicable, before=before)

    @cached_property
    def _exact_total(self) -> Floats:
        """The total before rounding, NaN for who is not ranked."""
        total = adjusted(self.nodes[TOTAL], self.measured.points.values(), self.scheme.total, self.scaled_values.unranked)
        return np.where(self._left, np.nan, total) if self._left.any() else total

    @cached_property
    def _left(self) -> Mask:
        """Who did not come to the second stage, bool[members] in the order of the raw values."""
        return stopped(self.members if self._places is None else self.members.loc[self.measured.raw.index])

    @property
    def _outsiders(self) -> Iterator[Problem]:
        """What is to be said of goalposts that hang on who applied and can be given no award."""
        values, order = self.scaled_values, slice(None) if self._places is None else np.argsort(self._places)
        columns = [*(one.of.valued for one in values.scaled.values() if one.of is not None), *self._compared_nodes]
        for valued in columns:
            outside = {why: mask[order] for why, mask in outsiders(self.award_rule, self.decided.asked, valued.item).items()}
            yield from outsider_problems(valued, values.members, outside, self.scheme.scale, self._classes)

    @property
    def _near_boundary(self) -> Problems:
        near = near_boundary(self._exact_total, decimals := self.scheme.decimals)
        if not near.any():
            return Problems()
        rule = phrase("总分恰在四舍五入的分界上（{n} 位小数）", "the total lies on a rounding boundary ({n:decimal|decimals})", n=decimals)
        mend = Phrase("已按“五入”处理；如影响名次，请委员会留意", "the half is rounded away from 0; look at it if a place depends on it")
        return Problems(tuple(Problem("note", rule, mend, column=TOTAL, value=str(member)) for member in self.scaled_values.members[near]))

    def _open_places(self, member: str) -> str:
        """Which scores of the panel a member still waits for, and which the committee gave it, and why."""
        waiting = self.measured.open.get(member, {}).items()
        phrases = [phrase("位次待定，“{label}”{why.zh}", "its place is open, `{label}`: {why.en}", label=self.scheme.label(id_), why=why) for id_, why in waiting]
        phrases += [
            phrase("“{label}”由委员会定为 {score} 分（{day}，理由：{why}）", "`{label}`: {score} given by the committee ({day}, because: {why})",
                   label=self.scheme.label(placing.indicator), score=figure(placing.score), day=placing.day, why=placing.reason)
            for placing in self.placings if placing.member == member
        ]  # fmt: skip
        return joined(phrases, "；", "; ").into(self.scheme.language)

    def __repr__(self) -> str:
        return f"Evaluation({self.scheme.edition}: {len(self.members)} members, {len(self.scheme.indicators)} indicators)"


@asked_once
def evaluate(scheme: Scheme, records: Records, judged: Judging | None = None) -> Evaluation:
    """The evaluation of `records` by `scheme`.

    Parameters
    ----------
    judged
        The panel as this scheme judges it by these records, as an edition that was read holds it; judged here where it is not given.

    Raises
    ------
    Refused
        When the records hold errors, or a value is missing where the scheme allows none.
    """
    evaluation = _measured(scheme, records, judged)
    if evaluation.measured.problems.errors:
        raise Refused(evaluation.measured.problems)
    return scored(evaluation)


def attempt(scheme: Scheme, records: Records, judged: Judging | None = None) -> tuple[Evaluation | None, Problems]:
    """The evaluation of `records` by `scheme` whatever is wrong with them, and everything that is to be said of it.

    It counts only where nothing that is said is an error; None where a value is missing that the scheme does not spare.
    """
    try:
        evaluation = scored(_measured(scheme, records, judged))
    except Refused as refused:
        return None, refused.problems
    return evaluation, evaluation.problems


def evaluate_as_of(scheme: Scheme, records: Records, day: dt.date) -> Evaluation:
    """The list as of another day by the same records: a trial, which says so wherever it is written; of the decided day the list itself.

    Raises
    ------
    Refused
        As `evaluate`, and for a day before the period begins.
    """
    if day == scheme.as_of:
        return evaluate(scheme, records)
    return scored(replace(evaluate(scheme.with_(as_of=day), records), decided_as_of=scheme.as_of))


def rescored(evaluation: Evaluation, scheme: Scheme) -> Evaluation:
    """The same records under another scheme that measures the same things: other weights, shapes, eligibility, awards, grades, points beside the total.

    Raises
    ------
    ValueError
        When `scheme` measures other things; then the records have to be read again, with `evaluate`.
    Refused
        When a value is missing where the scheme allows none.
    """
    if _measured_by(scheme) != _measured_by(evaluation.scheme):
        message = "the scheme measures other things: evaluate it on the records"
        raise ValueError(message)
    alike = scheme.adjustments == evaluation.scheme.adjustments
    measured = evaluation.measured if alike else evaluation.measured.under(scheme.adjustments)
    return scored(replace(evaluation, scheme=scheme, measured=measured), evaluation)


def scored(evaluation: Evaluation, before: Evaluation | None = None) -> Evaluation:
    """An evaluation with its scores worked out, of which alone it can be said that it may not be.

    What holds too of the evaluation of the same records by another scheme, `before`, is taken over from there.

    Raises
    ------
    Refused
        When a value is missing where the scheme allows none, or a mean cannot take a negative score.
    """
    kept, known = evaluation.__dict__, None  # where `cached_property` keeps what it worked out
    if before is not None and before.members is evaluation.members and before.measured.raw is evaluation.measured.raw:
        kept |= {"_places": before._places, "_left": before._left}  # noqa: SLF001 - its own
    if before is not None and _awarded_by(before.scheme) == _awarded_by(evaluation.scheme):
        kept["award_rule"] = before.award_rule.under(evaluation.scheme)
    if before is not None and eligible_by(before.scheme) == eligible_by(evaluation.scheme):
        known = before.tree, before.nodes
        if all_valued_alike(before.scheme, evaluation.scheme):
            kept["scaled_values"] = before.scaled_values
        elif before.scheme.scale == evaluation.scheme.scale:
            kept["scaled_values"] = scaled(evaluation.scheme, evaluation.raw_values, evaluation._classes, before.scaled_values)  # noqa: SLF001 - its own
    if evaluation.scaled_values.problems.errors:
        raise Refused(evaluation.measured.problems + evaluation.scaled_values.problems)
    kept["nodes"] = evaluation._gathered(known)  # noqa: SLF001 - its own
    huge = huge_problems(evaluation.scheme, evaluation._exact_total, evaluation.scaled_values.members, evaluation.nodes, evaluation.measured.points)  # noqa: SLF001 - its own
    if errors := Problems((*huge, *(evaluation._node_problems if evaluation.tree.compares else ()))).errors:  # noqa: SLF001 - its own
        raise Refused(evaluation.measured.problems + evaluation.scaled_values.problems + errors)
    return evaluation


def reordered(evaluation: Evaluation, members: pd.DataFrame, measured: Indicators | None = None) -> Evaluation:
    """The same evaluation with its members in another order; its values and scores are not worked out again, its conclusions left out."""
    other = replace(evaluation, members=members, measured=measured or evaluation.measured)
    index = other.measured.raw.index
    scores = aligned(evaluation.scores, index)
    columns = evaluation._score_columns if scores is evaluation.scores else {str(node): column.to_numpy() for node, column in scores.items()}  # noqa: SLF001 - its own
    other.__dict__.update(values=aligned(evaluation.values, index), scores=scores, _score_columns=columns)
    return other


def _measured(scheme: Scheme, records: Records, judged: Judging | None) -> Evaluation:
    """All that is measured, with the problems of the records first."""
    records, of_stage = in_stages(scheme, records.as_of(scheme.as_of))
    measured = measure_indicators(scheme, records, judged)
    problems = records.problems + measured.problems + of_stage
    if records.placings:
        problems = Problems(tuple(problem for problem in problems if not any(of_place(problem, placing, records) for placing in records.placings)))
        problems += placing_problems(records.placings, measured.open)
        open_, raw = placed(measured.open, measured.raw, records.placings)
        measured = replace(measured, raw=raw, open=open_)
    return Evaluation(scheme, records.members, replace(measured, problems=problems), records.digests, records.rulings, records.placings)


def in_stages(scheme: Scheme, records: Records) -> tuple[Records, Problems]:
    """The records as they stand for the last stage, whose applicants are those whom a first one left, and what is to be said of it.

    Raises
    ------
    Refused
        When the first stage cannot be evaluated.
    """
    shortlist = scheme.shortlist
    if shortlist is None:
        return records, Problems()
    first = evaluate(first_stage(scheme, shortlist), replace(records, rulings=(), placings=()))
    return replace(records, members=staged(first, shortlist, records.members)), Problems(tuple(stage_problems(first, shortlist)))


def panel_of(scheme: Scheme, records: Records, judged: Judging | None = None) -> Judging:
    """The panel as it was judged when the edition was read, or else by whom the first stage left.

    Raises
    ------
    Refused
        When the first stage cannot be evaluated.
    """
    return judged or judging(scheme, in_stages(scheme, records.as_of(scheme.as_of))[0])


def _measured_by(scheme: Scheme) -> tuple[object, ...]:
    """All of a scheme that has a say in what is measured in records."""
    indicators = tuple((item.id, item.measure, item.applies_to) for item in scheme.indicators)
    measured = (tuple((item.id, item.measure) for item in scheme.adjustments), scheme.conditions, scheme.vetoes, scheme.previous)
    return (indicators, *measured, scheme.panel, scheme.shortlist, scheme.window, scheme.members, scheme.as_of, scheme.period, scheme.consent)


def _awarded_by(scheme: Scheme) -> tuple[object, ...]:
    """All of a scheme that has a say in the rule of the awards, where the same things are measured."""
    groups = tuple((group.id, group.group) for group in scheme.groups)
    indicators = tuple((item.id, item.group) for item in scheme.indicators)
    return (scheme.awards, scheme.eligibility, groups, indicators)
