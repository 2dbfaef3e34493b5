"""The score sheets of an edition's experts: who sits, who withdraws from whom, what was scored, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import Problem, Problems, Refused
from toolkit.panels import Recusals, expert_deviations, levelled, panel_scores
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
    unscored_members,
)
from toolkit.panels.given import given_results
from toolkit.panels.judged import Judged, Judging, concerned, judged_by_panel
from toolkit.panels.seats import PLACE, placed_rows, recusals_due, seating_problems, seats_of
from toolkit.references import member_column

if TYPE_CHECKING:
    from toolkit.records import Records
    from toolkit.scheme import Panel, Scheme
    from toolkit.scheme.criteria import Indicator
    from toolkit.text import Phrase


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
        return Judging(experts, problems=composition + refused.problems, composition=composition)
    return _judged(scheme, panel, records, recusals, composition)


def _given(scheme: Scheme, panel: Panel, records: Records) -> Judging:
    """The panel whose results alone are there: its members are not known, the places it left open are."""
    items = judged_by_panel(scheme)
    unfit = Problems(tuple(stands_elsewhere(panel, items, records)))
    if unfit:
        return Judging(problems=unfit)
    found = {item.id: given_results(scheme, panel, records, item) for item in items}
    places = _open_places(found, items, records)
    return Judging(indicators=found, open=places, problems=Problems(tuple(open_place_problems(places, records, items))))


def _open_places(found: Mapping[str, Judged], items: Iterable[Indicator], records: Records) -> dict[str, dict[str, Phrase]]:
    """For each member that should have a score and has none: of which indicators, and why."""
    places: dict[str, dict[str, Phrase]] = {}
    for item in items:
        waiting = concerned(item, records)
        for member, why in found[item.id].results.open.items():
            if waiting[str(member)]:
                places.setdefault(str(member), {})[item.id] = why
    return places


def _who_scored(panel: Panel, items: Iterable[Indicator], records: Records) -> tuple[str, ...]:
    """Without a table of experts the panel is whoever handed in a sheet."""
    names = {str(item.measure.table) for item in items}
    return tuple(sorted({str(expert) for name in names for expert in records.frames[name][panel.expert].dropna()}))


def _judged(scheme: Scheme, panel: Panel, records: Records, recusals: Recusals, composition: Problems) -> Judging:
    experts, items = tuple(map(str, recusals.mask.columns)), judged_by_panel(scheme)
    found: dict[str, Judged] = {}
    problems: list[Problem] = [*composition, *unknown_employers(panel, recusals.problems, records)]
    first = {str(item.measure.table): item for item in reversed(items)}
    for item in items:
        rows = _entries(scheme, panel, records, item)
        if first[str(item.measure.table)] is item:
            problems += row_problems(rows, experts, records, str(item.measure.table), panel.expert)
        found[item.id], said = _item(panel, records, item, rows, recusals.mask)
        problems += said
    places = _open_places(found, items, records)
    problems += open_place_problems(places, records, items)
    return Judging(experts, recusals, found, places, Problems(tuple(problems)), composition)


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
        *unscored_members(item, given, recused, concerned(item, records), records),
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
