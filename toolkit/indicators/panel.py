"""The score sheets of an edition's experts: who sits and who withdraws from whom, what was scored, what came of it, and what the chair should know.

Single experts' scores stay in here: what leaves are the panel's scores, and problems by place and pseudonym that say no score and no name.
Where a table holds the panel's own scores instead of experts' sheets, as in a sealed bag that names no expert, they are read back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.text import Phrase, in_words_before
from toolkit.indicators.panel_problems import (
    as_headed,
    awaited_places,
    deviation_notes,
    levelling_problems,
    named_experts,
    open_place_problems,
    own_withdrawals,
    refused_entries,
    row_problems,
    scored_beside_withdrawal,
    stands_elsewhere,
    unheard_experts,
    unknown_employers,
    unscored_members,
    zeros_beside_gaps,
)
from toolkit.indicators.single_rows import Taken
from toolkit.panels import (
    Levelling,
    PanelScores,
    Recusals,
    composition_problems,
    due_recusals,
    expert_deviations,
    levelled,
    panel_scores,
)
from toolkit.panels.severity import odd_experts
from toolkit.records.members import DIVIDERS
from toolkit.records.references import RESULT_COUNTS, member_column, result_column
from toolkit.scheme.criteria import Indicator

if TYPE_CHECKING:
    from toolkit.records import Records
    from toolkit.scheme import Panel, Scheme


@dataclass(frozen=True, eq=False, repr=False)
class PanelResult:
    """One indicator as the panel scored it; both frames are member x expert, each in their order.

    Parameters
    ----------
    scores, recused
        float64, NaN where nothing was scored, and bool. What stands in a recused cell is not in `scores`.
    levelled
        What was done to harsh and lenient experts; with ``harshness = "none"`` nothing, and nothing to an expert with too
        few scores to tell (`toolkit.panels.severity.LEAST`).
    results
        One score for each member, or why there is none.
    """

    scores: pd.DataFrame
    recused: pd.DataFrame
    levelled: Levelling
    results: PanelScores


@dataclass(frozen=True, eq=False, repr=False)
class Judging:
    """The panel of an edition, as its records tell.

    Parameters
    ----------
    experts
        Pseudonyms, in order.
    recusals
        Who withdraws from whom, as declared and by employer; None where that cannot be said.
    indicators
        By the id of each indicator that the panel scores.
    open
        For each member without a score where it should have one: the ids of the indicators, and why.
    problems
        What is wrong with the panel and its sheets. Of an entry despite recusal the place, never the score.
    composition
        Those of them that are about how the panel is made up.
    """

    experts: tuple[str, ...] = ()
    recusals: Recusals | None = None
    indicators: Mapping[str, PanelResult] = field(default_factory=dict)
    open: Mapping[str, Mapping[str, Phrase]] = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)
    composition: Problems = field(default_factory=Problems)

    def taken(self, item: str, members: pd.Index[str]) -> Taken:
        """The panel's score of an indicator for each member, and how many scored it."""
        if item not in self.indicators:
            return Taken(pd.Series(np.nan, index=members), np.zeros(len(members), np.int64))
        table = self.indicators[item].results.members
        return Taken(table["score"].reindex(members), table["scorers"].reindex(members).to_numpy(np.int64))


def judged_by_panel(scheme: Scheme) -> tuple[Indicator, ...]:
    """The indicators that the panel scores."""
    return tuple(item for item in scheme.indicators if item.measure.take == "panel")


def panel_tables(scheme: Scheme) -> frozenset[str]:
    """The tables of the panel, which are for its chair alone: score sheets, experts, interests."""
    panel = scheme.panel
    named = (panel.table, panel.experts, panel.interests) if panel else ()
    return frozenset({str(item.measure.table) for item in judged_by_panel(scheme)} | {*filter(None, named)}) - {scheme.members.table}


def concerned(item: Indicator, records: Records) -> pd.Series[bool]:
    """Whom the panel has to score: who applied, and is of a class to which the indicator applies."""
    members = records.members
    applies = members["class"].isin(item.applies_to) if item.applies_to else pd.Series(data=True, index=members.index)
    return applies & members["applied"].astype(bool)


def given_results(scheme: Scheme, panel: Panel, records: Records, item: Indicator) -> PanelResult:
    """An indicator as the panel scored it, read back: of experts nothing is known but how many scored and withdrew."""
    name, column = item.measure.place
    frame = records.frames[name]
    member = str(member_column(records.tables.table[name], name, scheme))
    rows = frame.drop_duplicates(member).set_index(member).reindex(records.members.index)
    counts = {count: rows[result_column(str(column), count)].fillna(0).astype(np.int64) for count in RESULT_COUNTS}
    score = rows[str(column)].astype(np.float64)
    few = np.where(counts["scorers"] + counts["missing"] < panel.minimum, "recusal", "unscored")
    why = pd.Series(np.where(score.notna(), "", few), index=rows.index, dtype=object)
    nobody = pd.DataFrame(index=rows.index, dtype=np.float64)
    results = PanelScores(pd.DataFrame({"score": score, **counts, "why": why}), panel.minimum, panel.trim)
    return PanelResult(nobody, nobody.astype(bool), levelled(nobody), results)


def result_rows(judged: PanelResult, column: str) -> pd.DataFrame:
    """The columns that `given_results` reads: index member, the score and the three counts."""
    members = judged.results.members
    counts = {result_column(column, count): members[count] for count in RESULT_COUNTS}
    return pd.DataFrame({column: members["score"], **counts})



PLACE = ("file", "sheet", "row")


def recusals_due(scheme: Scheme, records: Records, experts: Iterable[str]) -> Recusals:
    """Who withdraws from whom: by declared interests and employers, where the scheme names their tables.

    Raises
    ------
    Refused
        For an interest in nobody known, or of an expert who is not on the panel.
    """
    panel = scheme.panel
    classes = records.members["class"].astype(object)
    interests = employers = None
    if panel and panel.interests:
        interests = _interests(panel, records, experts := tuple(experts))
    if panel and panel.experts:
        employers = _employers(panel, records)
    return due_recusals(classes.where(classes != "", None), list(experts), interests, employers, rivals=bool(panel and panel.rivals))


def seats_of(panel: Panel, records: Records) -> pd.DataFrame:
    """The table of experts: expert, employer, outside where it says so, and their places; empty where there is none."""
    if panel.experts is None:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in ("expert", "employer", *PLACE)})
    return placed_rows(records, panel.experts, {"id": "expert", "employer": "employer", "outside": "outside"})


def seating_problems(panel: Panel, seats: pd.DataFrame, records: Records) -> Problems:
    """Whether the panel is made up as the scheme asks."""
    file = records.tables.table[str(panel.experts)].file or ""
    columns = [name for name in ("expert", "outside") if name in seats]
    return composition_problems(seats[columns], minimum=panel.minimum, odd=panel.odd, outside=Fraction(panel.outside), file=file)


def _interests(panel: Panel, records: Records, experts: tuple[str, ...]) -> pd.DataFrame:
    name = str(panel.interests)
    rows = placed_rows(records, name, {"expert": "expert", "member": "member", "ground": "ground"})
    if panel.experts is None:  # whoever has not handed in a sheet yet may have declared something
        rows = rows[rows["expert"].isin(experts)]
    if records.tables.table[name].column["member"].type == "member":  # a wrong key was refused: the others have left
        return rows[rows["member"].isin(records.members.index)]
    return rows.assign(member=[_counted(cell, records) for cell in rows["member"]])


def _employers(panel: Panel, records: Records) -> pd.DataFrame:
    """One row for each employer: an expert may name several, divided by 、 or ；."""
    seats = seats_of(panel, records)
    if "employer" not in seats:
        return seats.iloc[:0].assign(member="")
    split = [[part for part in DIVIDERS.split(_text(cell)) if part.strip()] for cell in seats["employer"]]
    rows = seats.assign(member=pd.Series(split, index=seats.index, dtype=object)).explode("member").dropna(subset=["member"])
    rows = rows[rows["expert"] != ""]
    return rows.assign(member=[_counted(cell, records) for cell in rows["member"]])


def _counted(cell: object, records: Records) -> str:
    """A member's key as it is compared: of a branch or a former code that of its member; a full name means it too, which it did not before 1.0.0."""
    if in_words_before("1.0.0"):
        key = records.key_of(_text(cell))
        return str(records.counts_to.get(key, key))
    return records.meant(_text(cell))


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def placed_rows(records: Records, table: str, columns: Mapping[str, str]) -> pd.DataFrame:
    """Columns of a table by their part in the panel, as far as it has them, and where each row stands."""
    frame = records.frames[table]
    named = {name: frame[column] for column, name in columns.items() if column in frame}
    rows = pd.DataFrame(named | {place: frame[f"_{place}"] for place in PLACE}, index=frame.index)
    return rows.assign(expert=rows["expert"].astype(object).where(rows["expert"].notna(), ""))


def judging(scheme: Scheme, records: Records) -> Judging:
    """The panel's scores, by the scheme's [panel]: recusals enforced, extremes left out, places open below the quorum.

    Members and experts are put in order first: neither the order of files and rows nor that of sheets changes a bit.
    Members that left before the as-of date are not scored.
    """
    panel, items = scheme.panel, judged_by_panel(scheme)
    if panel is None or not items:
        return Judging()
    records = records.as_of(scheme.as_of)
    if panel.holds == "results":
        return _given(scheme, panel, records)
    seats = seats_of(panel, records)
    experts = tuple(sorted({*seats["expert"]} - {""})) if panel.experts else _who_scored(panel, items, records)
    unfit = Problems((*stands_elsewhere(panel, items, records), *named_experts(experts, str(panel.experts or items[0].measure.table), records)))
    if unfit:
        return Judging(problems=unfit)
    composition = seating_problems(panel, seats, records) if panel.experts else Problems()
    try:
        recusals = recusals_due(scheme, records, experts)
    except Refused as refused:
        notes = (problem for problem in refused.problems if problem not in refused.problems.errors)
        told = (*as_headed(refused.problems.errors, panel, records), *unknown_employers(panel, notes, records))
        return Judging(experts, problems=composition + told, composition=composition)
    return _judged(scheme, panel, records, recusals, composition)


def _given(scheme: Scheme, panel: Panel, records: Records) -> Judging:
    """The panel whose results alone are there: its members are not known, the places it left open are."""
    items = judged_by_panel(scheme)
    unfit = Problems(tuple(stands_elsewhere(panel, items, records)))
    if unfit:
        return Judging(problems=unfit)
    by_indicator = {item.id: given_results(scheme, panel, records, item) for item in items}
    places = _open_places(by_indicator, items, records)
    return Judging(indicators=by_indicator, open=places, problems=Problems(tuple(open_place_problems(places, records, items))))


def _open_places(by_indicator: Mapping[str, PanelResult], items: Iterable[Indicator], records: Records) -> dict[str, dict[str, Phrase]]:
    """For each member that should have a score and has none: of which indicators, and why."""
    places: dict[str, dict[str, Phrase]] = {}
    for item in items:
        waiting = concerned(item, records)
        for member, why in by_indicator[item.id].results.open.items():
            if waiting[str(member)]:
                places.setdefault(str(member), {})[item.id] = why
    return places


def _open_place_problems(by_indicator: Mapping[str, PanelResult], places: Mapping[str, Mapping[str, Phrase]], records: Records, items: Iterable[Indicator]) -> Iterable[Problem]:
    """A warning for each indicator whose places are open as experts have not been heard yet, and one for each other place that is open."""
    placed = {placing.indicator for placing in records.placings}
    awaited: dict[str, set[str]] = {}
    for item in items:
        results = by_indicator[item.id].results
        unscored = {str(member) for member in results.members.index[results.members["why"] == "unscored"] if item.id in places.get(str(member), {})}
        if unscored and item.id not in placed:
            awaited[item.id] = unscored
            yield awaited_places(item, len(unscored), int(by_indicator[item.id].scores.notna().any().sum()), results.minimum, records)
    others = {member: {id_: why for id_, why in waiting.items() if member not in awaited.get(id_, ())} for member, waiting in places.items()}
    yield from open_place_problems(others, records, items)


def _who_scored(panel: Panel, items: Iterable[Indicator], records: Records) -> tuple[str, ...]:
    """Without a table of experts the panel is whoever handed in a sheet."""
    names = {str(item.measure.table) for item in items}
    return tuple(sorted({str(expert) for name in names for expert in records.frames[name][panel.expert].dropna()}))


def _judged(scheme: Scheme, panel: Panel, records: Records, recusals: Recusals, composition: Problems) -> Judging:
    experts, items = tuple(map(str, recusals.mask.columns)), judged_by_panel(scheme)
    by_indicator: dict[str, PanelResult] = {}
    problems: list[Problem] = [*composition, *unknown_employers(panel, recusals.problems, records)]
    first = {str(item.measure.table): item for item in reversed(items)}
    rows = {item.id: _entries(scheme, panel, records, item) for item in items}
    known = {id_: own[own["expert"].isin(experts) & own["member"].isin(recusals.mask.index)].drop_duplicates(["expert", "member"]) for id_, own in rows.items()}
    unheard = () if in_words_before("1.0.0") else _unheard(items, known, recusals.mask, records)
    problems += unheard_experts(unheard, items, records)
    for item in items:
        if first[str(item.measure.table)] is item:
            problems += row_problems(rows[item.id], experts, records, str(item.measure.table), panel.expert)
        by_indicator[item.id], item_problems = _item(panel, records, item, known[item.id], recusals.mask, unheard=unheard)
        problems += item_problems
    problems += [*scored_beside_withdrawal(known, items, recusals.mask, records), *zeros_beside_gaps(known, items, recusals.mask, records)]
    places = _open_places(by_indicator, items, records)
    problems += (_open_place_problems(by_indicator, places, records, items) if unheard else open_place_problems(places, records, items))
    return Judging(experts, recusals, by_indicator, places, Problems(tuple(problems)), composition)


def _unheard(items: Iterable[Indicator], known: Mapping[str, pd.DataFrame], due: pd.DataFrame, records: Records) -> tuple[str, ...]:
    """The experts who have to score somebody, and of whom there is neither a score nor a withdrawal of their own under any indicator; what is due stands on the sheet before."""
    heard: set[str] = set()
    for rows in known.values():
        bound = np.array([due.loc[member, expert] for expert, member in rows[["expert", "member"]].itertuples(index=False)], np.bool_)
        heard |= {*rows.loc[rows["score"].notna() | (rows["withdrawn"] & ~bound), "expert"]}
    asked = {expert for item in items for expert, may in (~due)[concerned(item, records)].any().items() if may}
    return tuple(str(expert) for expert in due.columns if expert in asked - heard)


def _entries(scheme: Scheme, panel: Panel, records: Records, item: Indicator) -> pd.DataFrame:
    """What was entered for an indicator: expert, member, score, withdrawn, and where; in an order of its own."""
    name, column = str(item.measure.table), str(item.measure.column)
    member = str(member_column(records.tables.table[name], name, scheme))
    rows = placed_rows(records, name, {panel.expert: "expert", member: "member", column: "score"})
    apart = records.not_applicable[name]
    withdrawn = apart[column] if column in apart else pd.Series(data=False, index=rows.index)
    rows = rows.assign(withdrawn=withdrawn)
    return rows.sort_values(["expert", "member", *PLACE], kind="stable", ignore_index=True)


def _item(
    panel: Panel, records: Records, item: Indicator, known: pd.DataFrame, due: pd.DataFrame, *, unheard: Sequence[str]
) -> tuple[PanelResult, list[Problem]]:
    given, withdrawn = _table(known, "score", due), _table(known, "withdrawn", due) == 1.0
    recused = due | withdrawn
    spec = records.tables.table[str(item.measure.table)].column[str(item.measure.column)]
    level = levelled(given, recused, method=panel.harshness, bounds=spec.range)
    results = panel_scores(level.scores, recused, trim=panel.trim, minimum=panel.minimum, trim_from=panel.trim_from)
    problems = [
        *refused_entries(known, item, due, records),
        *own_withdrawals(known, item, due, records),
        *unscored_members(item, given.drop(columns=list(unheard)), recused.drop(columns=list(unheard)), concerned(item, records), records),
        *levelling_problems(panel, item, level),
        *deviation_notes(item, expert_deviations(given, recused), odd_experts(given, recused)),
    ]
    return PanelResult(given.mask(recused), recused, level, results), problems


def _table(rows: pd.DataFrame, column: str, due: pd.DataFrame) -> pd.DataFrame:
    """One column of what was entered as member x expert, float64, NaN where nothing was."""
    cells = np.full(due.shape, np.nan)
    at = due.index.get_indexer(pd.Index(rows["member"])), due.columns.get_indexer(pd.Index(rows["expert"]))
    cells[at] = rows[column].to_numpy(dtype=np.float64)
    return pd.DataFrame(cells, index=due.index, columns=due.columns)
