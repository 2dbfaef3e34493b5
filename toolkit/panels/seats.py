"""Who sits on the panel of an edition and who withdraws from whom, as its tables of experts and interests say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.errors import Problems
from toolkit.panels import Recusals, composition_problems, due_recusals
from toolkit.reading.credit_code import normal_key
from toolkit.reading.names import DIVIDERS

if TYPE_CHECKING:
    from toolkit.records import Records
    from toolkit.scheme import Panel, Scheme

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
    return composition_problems(
        seats[columns], minimum=panel.minimum, odd=panel.odd, outside=Fraction(panel.outside), file=file
    )


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
    """A member's key as it is compared: of a branch or a former code that of its member."""
    key = normal_key(_text(cell))
    return str(records.counts_to.get(key, key))


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def placed_rows(records: Records, table: str, columns: Mapping[str, str]) -> pd.DataFrame:
    """Columns of a table by their part in the panel, as far as it has them, and where each row stands."""
    frame = records.frames[table]
    named = {name: frame[column] for column, name in columns.items() if column in frame}
    rows = pd.DataFrame(named | {place: frame[f"_{place}"] for place in PLACE}, index=frame.index)
    return rows.assign(expert=rows["expert"].astype(object).where(rows["expert"].notna(), ""))
