"""The panel in a bag that holds no expert's scores: its own scores alone, so that the bag still computes the same.

In place of score sheets, experts and interests there is one file for each table that was scored: a row for each member
with the panel's score, and how many scored, withdrew or still may score. Scheme and data dictionary of the copy say so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.edition import open_edition
from toolkit.panels.given import result_rows
from toolkit.panels.judged import Judging, judged_by_panel, panel_tables
from toolkit.panels.judging import judging
from toolkit.references import RESULT_COUNTS, member_column, result_column
from toolkit.scheme import Panel
from toolkit.scheme.writing_back import write_scheme

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.edition import Edition
    from toolkit.scheme.criteria import Indicator

DECIDED = "scheme.decided.toml"  # the scheme as the committee wrote it, beside the one a bag computes with


def write_panel_results(folder: Path, target: Path) -> None:
    """Write the panel's scores of the edition in `folder` into its frozen copy, and make the copy read them.

    Raises
    ------
    Refused
        With all problems of the edition, when any of them is an error.
    """
    edition = open_edition(folder)
    judged = judging(edition.scheme, edition.records)
    for name, items in _by_table(judged_by_panel(edition.scheme)).items():
        place = target / _file(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(_text(_rows(edition, judged, name, items)))
    _write_tables(edition, target / "tables.toml")
    (target / DECIDED).write_bytes((target / "scheme.toml").read_bytes())
    panel = edition.scheme.panel or Panel()
    alone = Panel(minimum=panel.minimum, trim=panel.trim, holds="results")
    write_scheme(edition.scheme.model_copy(update={"panel": alone}), target / "scheme.toml")


def _by_table(items: Iterable[Indicator]) -> dict[str, list[Indicator]]:
    found: dict[str, list[Indicator]] = {}
    for item in items:
        found.setdefault(str(item.measure.table), []).append(item)
    return found


def _file(table: str) -> str:
    return f"ballots/{table}.csv"


def _rows(edition: Edition, judged: Judging, name: str, items: list[Indicator]) -> pd.DataFrame:
    """What the panel gave, member by member; two indicators may read one column."""
    import pandas as pd

    columns = {str(item.measure.column): judged.indicators[item.id] for item in items}
    member = member_column(edition.tables.table[name], name, edition.scheme)
    found = pd.concat([result_rows(each, column) for column, each in columns.items()], axis=1)
    return found.rename_axis(member).sort_index().reset_index()


def _text(rows: pd.DataFrame) -> bytes:
    """A float as it reads back to the same bits; a place left open as an empty cell."""
    content = io.StringIO()
    lines = ([_cell(cell) for cell in row] for row in rows.itertuples(index=False))
    csv.writer(content, lineterminator="\n").writerows([list(rows.columns), *lines])
    return content.getvalue().encode("utf-8-sig")


def _cell(cell: Any) -> str:
    if isinstance(cell, float):
        return "" if cell != cell else repr(float(cell))  # noqa: PLR0124 - NaN is not itself
    return str(cell)


def _write_tables(edition: Edition, path: Path) -> None:
    """The data dictionary without the panel's tables, and with those of its results."""
    import tomlkit

    document = tomlkit.parse(path.read_text("utf-8-sig"))
    tables: Any = document["table"]
    scored = _by_table(judged_by_panel(edition.scheme))
    for name in panel_tables(edition.scheme):
        del tables[name]
    for name, items in scored.items():
        tables[name] = _table(edition, name, items)
    path.write_text(tomlkit.dumps(document), "utf-8", newline="\n")


def _table(edition: Edition, name: str, items: list[Indicator]) -> dict[str, Any]:
    table = edition.tables.table[name]
    member = str(member_column(table, name, edition.scheme))
    columns: dict[str, Any] = {member: {"type": table.column[member].type, "required": True}}
    for item in items:
        column = str(item.measure.column)
        counts = (result_column(column, count) for count in RESULT_COUNTS)
        columns |= {each: {"type": "number"} for each in (column, *counts)}
    return {"file": _file(name), "label": table.label, "unique": [member], "column": columns}
