"""Evidence: the records that each indicator, adjustment and condition of a member rests on, by their place in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from toolkit.indicators.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Collection

    from toolkit.records import Records
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Adjustment, Condition, Indicator
    from toolkit.scheme.measures import Measure

COLUMNS = ("item", "member", "table", "file", "sheet", "row", "amount")
ORDER, PLACE = ["member", "file", "sheet", "row"], ["table", "file", "sheet", "row"]


def evidence(scheme: Scheme, records: Records, members: Collection[str] | None = None) -> pd.DataFrame:
    """Every record that counts, for each thing measured: what an auditor looks up and a member objects to.

    Score sheets are left out: what a single expert gave never leaves the committee's files.

    Parameters
    ----------
    members
        Only of these; of all when left out.

    Returns
    -------
    DataFrame
        One row for each item and record, by item in the scheme's order, then member, file, sheet and row: item (the
        id of an indicator, adjustment or condition), member, table, file, sheet, row (as Excel counts it; 0 in a
        database), amount (text: what the measure takes of the record, its number or state, or two numbers, as
        ``85 × 2``; of a share 1 for what is counted and 0 for what it is counted among; None where records are only
        counted, or the cell is empty). A measure that divides one cell by another rests on both.
    """
    records = records.as_of(scheme.as_of)
    all_items: tuple[Indicator | Adjustment | Condition, ...] = (*scheme.indicators, *scheme.adjustments, *scheme.conditions)
    items = [item for item in all_items if item.measure.take != "panel"]  # what one expert gave is nobody's evidence
    with Engine(scheme, records) as engine:
        found = [_behind(engine, item.measure, members).assign(item=item.id)[list(COLUMNS)] for item in items]
    filled = [frame for frame in found if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(COLUMNS))


def _behind(engine: Engine, measure: Measure, members: Collection[str] | None) -> pd.DataFrame:
    found = [engine.behind(term, members).assign(table=term.place[0]) for term in measure.terms]
    if len(found) == 1 or measure.take is None:
        return pd.concat(found, ignore_index=True).sort_values(ORDER, ignore_index=True)
    counted, among = found
    met = pd.MultiIndex.from_frame(among[PLACE]).isin(pd.MultiIndex.from_frame(counted[PLACE]))
    return among.assign(amount=["1" if own else "0" for own in met])
