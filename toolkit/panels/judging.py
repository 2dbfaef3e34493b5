"""The score sheets of an edition's experts: who sits, who withdraws from whom, what was scored, and what came of it.

Single experts' scores stay in here: what leaves are the panel's scores, and problems that say no score and no name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import Problem, Problems, Refused
from toolkit.measuring.quotients import Taken
from toolkit.panels import (
    Recusals,
    composition_problems,
    due_recusals,
    expert_deviations,
    levelled,
    panel_scores,
)
from toolkit.panels.faults import (
    deviation_notes,
    levelling_problems,
    named_experts,
    open_place_problems,
    own_withdrawals,
    refused_entries,
    row_problems,
    stands_elsewhere,
    unknown_employers,
)
from toolkit.reading.credit_code import normal_key
from toolkit.reading.names import DIVIDERS
from toolkit.references import member_column

if TYPE_CHECKING:
    from toolkit.panels import Levelling, PanelScores
    from toolkit.records import Records
    from toolkit.scheme import Panel, Scheme
    from toolkit.scheme.criteria import Indicator
    from toolkit.text import Phrase

PLACE = ("file", "sheet", "row")


@dataclass(frozen=True, eq=False, repr=False)
class Judged:
    """One indicator as the panel scored it; both frames are member x expert, each in their order.

    Parameters
    ----------
    scores, recused
        float64, NaN where nothing was scored, and bool. What stands in a recused cell is not in `scores`.
    levelled
        What was done to harsh and lenient experts; with ``harshness = "none"`` nothing.
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
    indicators: Mapping[str, Judged] = field(default_factory=dict)
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


def judging(scheme: Scheme, records: Records) -> Judging:
    """The panel's scores, by the scheme's [panel]: recusals enforced, extremes left out, places open below the quorum.

    Members and experts are put in order first: neither the order of files and rows nor that of sheets changes a bit.
    Members that left before the as-of date are not scored.
    """
    panel, items = scheme.panel, judged_by_panel(scheme)
    if panel is None or not items:
        return Judging()
    records = records.as_of(scheme.as_of)
    seats = seats_of(panel, records)
    experts = tuple(sorted({*seats["expert"]} - {""})) if panel.experts else _who_scored(panel, items, records)
    unfit = Problems((*stands_elsewhere(panel, items, records), *named_experts(experts, str(panel.experts or items[0].measure.table), records)))
    if unfit:
        return Judging(problems=unfit)
    composition = _composition(panel, seats, records) if panel.experts else Problems()
    try:
        recusals = recusals_due(scheme, records, experts)
    except Refused as refused:
        return Judging(experts, problems=composition + refused.problems, composition=composition)
    return _judged(scheme, panel, records, recusals, composition)


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
    return _rows(records, panel.experts, {"id": "expert", "employer": "employer", "outside": "outside"})


def _composition(panel: Panel, seats: pd.DataFrame, records: Records) -> Problems:
    file = records.tables.table[str(panel.experts)].file or ""
    columns = [name for name in ("expert", "outside") if name in seats]
    return composition_problems(
        seats[columns], minimum=panel.minimum, odd=panel.odd, outside=Fraction(panel.outside), file=file
    )


def _who_scored(panel: Panel, items: Iterable[Indicator], records: Records) -> tuple[str, ...]:
    """Without a table of experts the panel is whoever handed in a sheet."""
    names = {str(item.measure.table) for item in items}
    return tuple(sorted({str(expert) for name in names for expert in records.frames[name][panel.expert].dropna()}))


def _interests(panel: Panel, records: Records, experts: tuple[str, ...]) -> pd.DataFrame:
    name = str(panel.interests)
    rows = _rows(records, name, {"expert": "expert", "member": "member", "ground": "ground"})
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
    """A member's key as it is compared: of a branch or a former code that of its member."""
    key = normal_key(_text(cell))
    return str(records.counts_to.get(key, key))


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def _rows(records: Records, table: str, columns: Mapping[str, str]) -> pd.DataFrame:
    """Columns of a table by their part in the panel, as far as it has them, and where each row stands."""
    frame = records.frames[table]
    named = {name: frame[column] for column, name in columns.items() if column in frame}
    rows = pd.DataFrame(named | {place: frame[f"_{place}"] for place in PLACE}, index=frame.index)
    return rows.assign(expert=rows["expert"].astype(object).where(rows["expert"].notna(), ""))


def _judged(scheme: Scheme, panel: Panel, records: Records, recusals: Recusals, composition: Problems) -> Judging:
    experts, items = tuple(map(str, recusals.mask.columns)), judged_by_panel(scheme)
    found: dict[str, Judged] = {}
    places: dict[str, dict[str, Phrase]] = {}
    problems: list[Problem] = [*composition, *unknown_employers(panel, recusals.problems, records)]
    first = {str(item.measure.table): item for item in reversed(items)}
    for item in items:
        rows = _entries(scheme, panel, records, item)
        if first[str(item.measure.table)] is item:
            problems += row_problems(rows, experts, records, str(item.measure.table), panel.expert)
        found[item.id], said = _item(panel, records, item, rows, recusals.mask)
        problems += said
        concerned = _concerned(item, records)
        for member, why in found[item.id].results.open.items():
            if concerned[str(member)]:
                places.setdefault(str(member), {})[item.id] = why
    problems += open_place_problems(places, records, items)
    return Judging(experts, recusals, found, places, Problems(tuple(problems)), composition)


def _entries(scheme: Scheme, panel: Panel, records: Records, item: Indicator) -> pd.DataFrame:
    """What was entered for an indicator: expert, member, score, withdrawn, and where; in an order of its own."""
    name, column = str(item.measure.table), str(item.measure.column)
    member = str(member_column(records.tables.table[name], name, scheme))
    rows = _rows(records, name, {panel.expert: "expert", member: "member", column: "score"})
    apart = records.not_applicable[name]
    withdrawn = apart[column] if column in apart else pd.Series(data=False, index=rows.index)
    rows = rows.assign(withdrawn=withdrawn)
    return rows.sort_values(["expert", "member", *PLACE], kind="stable", ignore_index=True)


def _item(
    panel: Panel, records: Records, item: Indicator, rows: pd.DataFrame, due: pd.DataFrame
) -> tuple[Judged, list[Problem]]:
    known = rows[rows["expert"].isin(due.columns) & rows["member"].isin(due.index)].drop_duplicates(["expert", "member"])
    given, withdrawn = _table(known, "score", due), _table(known, "withdrawn", due) == 1.0
    recused = due | withdrawn
    spec = records.tables.table[str(item.measure.table)].column[str(item.measure.column)]
    level = levelled(given, recused, method=panel.harshness, bounds=spec.range)
    results = panel_scores(level.scores, recused, trim=panel.trim, minimum=panel.minimum)
    problems = [
        *refused_entries(known, item, due, records),
        *own_withdrawals(known, item, due, records),
        *levelling_problems(panel, item, level),
        *deviation_notes(item, expert_deviations(given, recused)),
    ]
    return Judged(given.mask(recused), recused, level, results), problems


def _table(rows: pd.DataFrame, column: str, due: pd.DataFrame) -> pd.DataFrame:
    """One column of what was entered as member x expert, float64, NaN where nothing was."""
    cells = np.full(due.shape, np.nan)
    at = due.index.get_indexer(pd.Index(rows["member"])), due.columns.get_indexer(pd.Index(rows["expert"]))
    cells[at] = rows[column].to_numpy(dtype=np.float64)
    return pd.DataFrame(cells, index=due.index, columns=due.columns)


def _concerned(item: Indicator, records: Records) -> pd.Series[bool]:
    """Whom the panel has to score: who applied, and is of a class to which the indicator applies."""
    members = records.members
    applies = members["class"].isin(item.applies_to) if item.applies_to else pd.Series(data=True, index=members.index)
    return applies & members["applied"].astype(bool)
