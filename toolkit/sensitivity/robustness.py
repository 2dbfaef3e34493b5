"""All questions put to a list before it is decided, each answer a tidy frame; first how firm it is, and what the rest hangs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.sensitivity.bounds import proved_awards, rank_bounds
from toolkit.sensitivity.central_weights import central_weights
from toolkit.sensitivity.choices import factors, usual_decisions, usual_doubts
from toolkit.sensitivity.fairness import fairness, group_results, kinds_of_members
from toolkit.sensitivity.leave_one_out import without_each_class, without_each_member, without_nodes
from toolkit.sensitivity.leave_record_out import struck_records
from toolkit.sensitivity.methods import agreement_of_methods, chosen_by_methods, methods, rank_reversals
from toolkit.sensitivity.probabilities import grade_probabilities, rank_summary
from toolkit.sensitivity.scenarios import scenario_lists
from toolkit.sensitivity.sobol import variance_shares
from toolkit.sensitivity.tipping.all_weights import smallest_weights
from toolkit.sensitivity.tipping.lines import or_better
from toolkit.sensitivity.tipping.one_value import nearest_values, smallest_values
from toolkit.sensitivity.tipping.one_weight import nearest_weights, stability_intervals
from toolkit.sensitivity.weights import WeightSet, around
from toolkit.sensitivity.weights.draws import WeightDraws, WeightSpec
from toolkit.sensitivity.whole_list import WholeList, told_of, whole_list

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.contests import Contest
    from toolkit.ground.ranking import Floats, Mask
    from toolkit.records import Records


CERTAIN, LIKELY = 0.99, 2 / 3
"""From which share of the draws on an award counts as certain, and as likely; below that it hangs on a hair.

The steps are those in which climate science speaks to governments: "virtually certain" from 99 in 100 on, "likely" from two in
three on, below that "about as likely as not" (Mastrandrea et al. 2010, Guidance Note for Lead Authors of the IPCC Fifth
Assessment Report on Consistent Treatment of Uncertainties, table 1). 99 in 100 is also well above the error of 10,000 draws.
"""
WITHIN = 0.05
"""Up to which part of itself every weight may be other where an award is called proved: less than one expert differs from the next."""

WORK, FEWEST = 20_000_000, 10
"""How much is looked at for what those on a hair hang on, in scores of members, and how many of them are asked about at least.

A count and no time, so that any machine asks about the same. In the demo all of them come to a thirtieth of it.
"""
TRIALS = 800
"""For each on a hair every indicator is tried with so many values, beside the lists of all members."""
COMPARED = 4
"""How many times as long a list takes under other weights where a node compares the members, all of them being valued anew."""

PLACES = ["award", "class", "places", "awarded", "certain", "proved", "likely", "hair", "contenders"]
STANDING = ["award", "class", "member", "given", "holds", "chance", "firm"]
RECORD = ["file", "sheet", "row", "owner"]


@dataclass(frozen=True, eq=False)
class Firmness:
    """What a president's meeting has to know of a list before it decides.

    Parameters
    ----------
    places : DataFrame
        A row for each award and class that competes: award, class ("" where all compete together); places (None for no
        limit), awarded; of these certain (kept in 99 of 100 draws), of which proved under any weights of `within`, likely
        (kept in two of three), hair (in fewer); contenders, how many others win that award or a better one in more than one of three.
    hanging : DataFrame
        A row for each member on a hair, in the order of the list: award and class of the line it stands at; member; holds,
        whether it has that award or a better one; chance, the share of draws in which it has. Then the nearest things that turn it,
        empty where there is none: node, weight, to, gained, lost as of `nearest_weights`; indicator, raw, needed as of
        `nearest_values`; file, sheet, row of a record that turns it when struck, owner, whose it is, and records, how many such there are
        among those of all on a hair.
    within
        The weights under which awards are proved.
    whole
        What can be said of all places at once.
    unasked
        Award and member of those on a hair who were too many for the bound on work: what they hang on was not looked for.
    proved : DataFrame
        `award_bounds` within `within`.
    passed_over
        Of how many members, counted award by award, no pair was looked at for that, because the bound on work was reached.
    doubted
        What can be said of all places at once where weights, goalposts and records are in doubt together; None where it was not asked.
    open
        How many places the committee has still to give to some of those who are level in every way: nobody has them, and none counts above.
    """

    places: pd.DataFrame
    hanging: pd.DataFrame
    within: WeightSet
    whole: WholeList
    unasked: frozenset[tuple[str, str]] = frozenset()
    proved: pd.DataFrame = field(default_factory=pd.DataFrame)
    passed_over: int = 0
    doubted: WholeList | None = None
    open: int = 0

    @property
    def asked(self) -> list[tuple[str, str]]:
        """Award and member of everyone on a hair of whom it was looked for what they hang on."""
        return [pair for pair in _pairs(self.hanging) if pair not in self.unasked]

    @property
    def left_out(self) -> dict[str, pd.DataFrame]:
        """The answer "left_out", award and member of the rest in the order of the list; none where there is no rest."""
        rows = [pair for pair in _pairs(self.hanging) if pair in self.unasked]
        return {"left_out": pd.DataFrame(rows, columns=["award", "member"])} if rows else {}


def firmness(
    evaluation: Evaluation, chances: pd.DataFrame, records: Records | None = None, *, within: WeightSet | None = None, spec: WeightSpec | None = None,
    work: int = WORK, progress: Callable[[str], None] | None = None,
) -> Firmness:  # fmt: skip
    """How firm every award is, and what those on a hair hang on: a weight, a raw value, or a record.

    Parameters
    ----------
    chances
        The probability of each award for each member: `award_probabilities` of this evaluation.
    records
        Those evaluated; without them no record is looked for. What looks at all members stays as it was found when one is struck.
    within
        The weights within which the committee might have voted; None for each a twentieth of itself up or down.
    spec
        How weights are drawn for what is said of all places at once; None for `WeightDraws`.
    work
        How many scores of members are looked at, about, for what those on a hair hang on: those nearest to even odds are asked about,
        at least `FEWEST`, and the others told in `unasked`.
    progress
        Called with "award_bounds" and "on_a_hair" before these are looked for.

    Raises
    ------
    Refused
        When `within` does not fit the scheme.
    """
    within = around(evaluation.scheme, WITHIN) if within is None else within
    contests = evaluation.decided.contests
    standing = standings(evaluation, chances)
    if progress is not None:
        progress("award_bounds")
    proved, passed_over = proved_awards(evaluation, within)
    sure = set(proved[proved["standing"] == "certain"][["award", "member"]].itertuples(index=False, name=None))
    places = [_counted(contest, standing, sure) for contest in contests]
    whole, hair = whole_list(evaluation, spec or WeightDraws()), _on_a_hair(evaluation, standing)
    asked = hair[_nearest_to_even(hair["chance"].to_numpy(np.float64), _most_asked(evaluation, work))]
    unasked = frozenset(_pairs(hair)) - frozenset(_pairs(asked))
    if progress is not None:
        progress("on_a_hair")
    waiting = sum(tie.places for tie in evaluation.ties)
    return Firmness(pd.DataFrame(places, columns=PLACES), _hanging(evaluation, hair, asked, records), within, whole, unasked, proved, passed_over, open=waiting)


def _most_asked(evaluation: Evaluation, work: int) -> int:
    """Of how many on a hair it can be looked for what they hang on: each takes trials of every node, and lists of all members.

    Lists take so many times as long where a node compares the members.
    """
    lists = len(evaluation.members) * (COMPARED if evaluation.tree.compares else 1)
    return max(FEWEST, work // (len(evaluation.tree.nodes) * (lists + TRIALS)))


def _nearest_to_even(chance: Floats, most: int) -> Mask:
    """The so many nearest to even odds, bool[chance]; of two as near the first."""
    nearest = np.zeros(len(chance), np.bool_)
    nearest[np.argsort(np.abs(chance - 0.5).round(9), kind="stable")[:most]] = True
    return nearest


def _pairs(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Award and member of each row."""
    return list(rows[["award", "member"]].itertuples(index=False, name=None))


def standings(evaluation: Evaluation, chances: pd.DataFrame) -> pd.DataFrame:
    """How firm everyone's place or lack of one is: a row for each award and member that competes for it.

    Columns award, class, member; given; holds, whether it has that award or a better one; chance of that; firm, one of
    "certain", "likely", "hair".
    """
    nobody = pd.DataFrame(columns=STANDING).astype({"chance": "float64", "given": "bool", "holds": "bool"})
    parts = [_standing(evaluation, chances, contest) for contest in evaluation.decided.contests]
    return pd.concat([part for part in parts if len(part)] or [nobody], ignore_index=True)


def _standing(evaluation: Evaluation, chances: pd.DataFrame, contest: Contest) -> pd.DataFrame:
    """Everyone of a contest: whether it has that award or a better one, in which share of the draws, and how firm that is."""
    index = evaluation.members.index[contest.positions]
    counted = or_better(evaluation.scheme, contest.award.id)
    holders = evaluation.awards.loc[evaluation.awards["award"].isin(counted), "member"]
    chance, holds = chances.loc[index, counted].sum(axis=1).clip(upper=1.0).to_numpy(), np.asarray(index.isin(holders))
    kept = np.where(holds, chance, 1.0 - chance)
    firm = np.select([kept >= CERTAIN, kept >= LIKELY], ["certain", "likely"], "hair")
    return pd.DataFrame(
        {"award": contest.award.id, "class": contest.class_, "member": index, "given": contest.given, "holds": holds, "chance": chance, "firm": firm}
    )


def _counted(contest: Contest, standing: pd.DataFrame, sure: set[tuple[str, str]]) -> tuple[object, ...]:
    members = standing[(standing["award"] == contest.award.id) & (standing["class"] == contest.class_)]
    won, out = members[members["given"]], members[~members["holds"]]
    counts = [int((won["firm"] == name).sum()) for name in ("certain", "likely", "hair")]
    proved = sum((contest.award.id, member) in sure for member in won.loc[won["firm"] == "certain", "member"])
    return contest.award.id, contest.class_, contest.places, len(won), counts[0], proved, *counts[1:], int((out["firm"] == "hair").sum())


def _on_a_hair(evaluation: Evaluation, standing: pd.DataFrame) -> pd.DataFrame:
    """Those on a hair of `standings`, in the order of the list."""
    order = {str(member): place for place, member in enumerate(evaluation.ranking.index)}
    hair = standing[(standing["firm"] == "hair") & (standing["given"] | ~standing["holds"])]
    return hair.iloc[np.argsort([order[str(member)] for member in hair["member"]], kind="stable")]


def _hanging(evaluation: Evaluation, hair: pd.DataFrame, asked: pd.DataFrame, records: Records | None) -> pd.DataFrame:
    """Those on a hair with what those asked about hang on."""
    pairs = _pairs(asked)
    rows = hair[["award", "class", "member", "holds", "chance"]].astype({"award": "object", "class": "object", "member": "object"})
    struck = pd.DataFrame(turning_records(evaluation, records, asked), columns=["award", "member", *RECORD, "records"])
    for answer in (nearest_weights(evaluation, pairs), nearest_values(evaluation, pairs), struck):
        rows = rows.merge(answer.drop(columns="holds", errors="ignore"), on=["award", "member"], how="left")
    return rows.astype({"row": "Int64", "records": "Int64"})


def turning_records(evaluation: Evaluation, records: Records | None, asked: pd.DataFrame, *, alone: bool = False) -> Iterator[tuple[object, ...]]:
    """Of each award and member the record that turns it when struck, of the kind that has the fewest such, and how many there are.

    Parameters
    ----------
    asked
        Columns award, member, and holds, whether it has that award or a better one.
    alone
        Of that award alone, not of a better one as well.

    Returns
    -------
    Iterator of (award, member, file, sheet, row, owner, records)
        For those that a record of a member asked for turns.
    """
    if records is None or asked.empty:
        return
    struck = struck_records(evaluation, records, set(asked["member"]), relative="held")
    changed = struck[struck["answer"] == "changed"].rename(columns={"member": "owner"})
    for award, member, holds in asked[["award", "member", "holds"]].itertuples(index=False, name=None):
        counted = {(id_, member) for id_ in ([award] if alone else or_better(evaluation.scheme, award))}
        won, lost = ([bool(counted & set(moved)) for moved in changed[way]] for way in ("gained", "lost"))
        turning = changed[np.array(lost) & ~np.array(won) if holds else won] if len(changed) else changed
        if len(turning):
            fewest = turning["items"].map(turning["items"].value_counts())
            first = turning.iloc[int(np.argmin(fewest.to_numpy()))]
            yield award, member, *first[RECORD], len(turning)



RUNS, ROWS = 1000, 256
"""Of the whole evaluation: how many scenarios are drawn, and rows of the design of the Sobol shares."""


@dataclass(frozen=True, eq=False)
class Inquiry:
    """What every question is asked of."""

    evaluation: Evaluation
    records: Records
    firm: Firmness
    spec: WeightSpec

    @property
    def near(self) -> list[str]:
        """The members on a hair: what takes an evaluation for each is asked of these alone, so far as the bound on work allows."""
        return sorted({member for _, member in self.firm.asked})

    @cached_property
    def doubts(self) -> tuple[pd.DataFrame, Mask]:
        """What comes of it where all is in doubt at once, and who is given each award in each scenario."""
        return scenario_lists(self.evaluation, usual_doubts(self.evaluation, self.spec), draws=RUNS)

    @property
    def kinds(self) -> list[str]:
        """What parts members into kinds."""
        return kinds_of_members(self.evaluation, self.records)


def _removals(inquiry: Inquiry) -> pd.DataFrame:
    """Without each indicator, group, class, and member on a hair."""
    frames = [without_nodes(inquiry.evaluation), without_each_class(inquiry.evaluation), without_each_member(inquiry.evaluation, inquiry.near)]
    return pd.concat(frames, ignore_index=True)


def _central(inquiry: Inquiry) -> pd.DataFrame:
    """The central weights of every award, for whoever had it in any draw."""
    frames = [central_weights(inquiry.evaluation, inquiry.spec, award.id).reset_index().assign(award=award.id) for award in inquiry.evaluation.scheme.awards]
    return pd.concat([frame[frame["probability"] > 0] for frame in frames], ignore_index=True)


QUESTIONS: Mapping[str, Callable[[Inquiry], pd.DataFrame]] = MappingProxyType({
    "firmness": lambda inquiry: inquiry.firm.places,
    "on_a_hair": lambda inquiry: inquiry.firm.hanging,
    "stability": lambda inquiry: stability_intervals(inquiry.evaluation),
    "smallest_weights": lambda inquiry: smallest_weights(inquiry.evaluation),
    "smallest_values": lambda inquiry: smallest_values(inquiry.evaluation),
    "award_bounds": lambda inquiry: inquiry.firm.proved,
    "rank_bounds": lambda inquiry: rank_bounds(inquiry.evaluation, inquiry.firm.within),
    "ranks": lambda inquiry: rank_summary(inquiry.evaluation, inquiry.spec),
    "grades": lambda inquiry: grade_probabilities(inquiry.evaluation, inquiry.spec),
    "central_weights": _central,
    "scenarios": lambda inquiry: inquiry.doubts[0],
    "variance": lambda inquiry: variance_shares(inquiry.evaluation, usual_decisions(inquiry.evaluation, inquiry.spec), rows=ROWS, members=inquiry.near),
    "removals": _removals,
    "records": lambda inquiry: struck_records(inquiry.evaluation, inquiry.records, inquiry.near, relative="held"),
    "methods": lambda inquiry: methods(inquiry.evaluation),
    "agreement": lambda inquiry: agreement_of_methods(inquiry.evaluation),
    "chosen": lambda inquiry: chosen_by_methods(inquiry.evaluation),
    "rank_reversals": lambda inquiry: rank_reversals(inquiry.evaluation),
    "groups": lambda inquiry: group_results(inquiry.evaluation, inquiry.records, inquiry.kinds),
    "fairness": lambda inquiry: fairness(inquiry.evaluation, inquiry.records, inquiry.kinds),
})  # fmt: skip
"""Every question by the name of its answer, the one page first."""
SLOW = frozenset({"central_weights", "scenarios", "variance"})
"""What takes longer than all the rest together."""


def questions_of(evaluation: Evaluation, *, quick: bool = False) -> list[str]:
    """The questions that can be asked of an evaluation, in their order; with `quick` without the slow ones."""
    idle = {"grades"} if evaluation.scheme.grades is None else set()
    idle |= {"central_weights"} if not evaluation.scheme.awards else set()
    idle |= {"variance"} if not factors(evaluation, usual_decisions(evaluation), 0) else set()
    return [name for name in QUESTIONS if name not in idle and not (quick and name in SLOW)]


def robustness(
    evaluation: Evaluation,
    records: Records,
    chances: pd.DataFrame,
    *,
    within: WeightSet | None = None,
    spec: WeightSpec | None = None,
    quick: bool = False,
    work: int = WORK,
    progress: Callable[[str], None] | None = None,
) -> tuple[Firmness, dict[str, pd.DataFrame]]:
    """The one page, and the answer to every question of `questions_of` by its name.

    Parameters
    ----------
    chances, records, within
        As for `firmness`. Removals of single members and of records are asked of those on a hair; struck records leave as
        they were found the shapes that look at all members.
    spec
        How weights are drawn: as they were for `chances`; None for `WeightDraws`.
    quick
        Whether to leave out the slow questions.
    work
        As for `firmness`: who is not asked about there is not in the removals and records either.
    progress
        Called with the name of each question before it is asked.
    """
    step = progress or (lambda _: None)
    first, *others = questions_of(evaluation, quick=quick)
    step(first)
    firm = firmness(evaluation, chances, records, within=within, spec=spec, work=work, progress=step)
    inquiry = Inquiry(evaluation, records, firm, spec or WeightDraws())
    answers = {first: QUESTIONS[first](inquiry)}
    for name in others:
        if name not in {"award_bounds", "on_a_hair"}:  # told when it was asked
            step(name)
        answers[name] = QUESTIONS[name](inquiry)
    return replace(firm, doubted=told_of(evaluation, inquiry.doubts[1])) if "scenarios" in answers else firm, answers
