"""The open rows as the page's own script reads them: the scheme as far as it has a say, what was measured, and what came of it.

The script (`templates/results/recompute.js`) knows nothing of tables and records, and shares no line with the package.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.evaluation.scores import TOTAL
from toolkit.indicators.single_rows import RawValues
from toolkit.scheme.shapes import Category, is_missing, state_name

if TYPE_CHECKING:
    from toolkit.ground.ranking import Ruling
    from toolkit.publication.open_rows import OpenRows
    from toolkit.scheme import Scheme

SETTLED = frozenset({
    "schema", "title", "edition", "as_of", "language", "period", "weights", "open_ties", "approval", "seed", "members", "window", "previous", "panel",
    "publication", "weighting", "signatures", "papers", "phase", "workplan", "appointment", "english",
})  # fmt: skip
"""Keys of a scheme that have no say once everything is measured. Any other that the script does not know is refused by it, by name."""
MEASURED = frozenset({"measure", "source"})
STRUCK = frozenset({"when", "at_least", "distinct", "sum", "at_most", "source"})
"""Keys of a veto that say whom it strikes, which is given."""


def page_data(rows: OpenRows) -> dict[str, Any]:
    """All that the script needs, as JSON knows it: numbers by their shortest digits, which any reader turns into the same doubles; null for none.

    Members stand in the order of the list, and `results` beside them.
    """
    ranking, awards = rows.ranking, rows.awards
    given = {str(member): list(own) for member, own in awards.groupby("member", sort=False)["award"]} if len(awards) else {}
    order = [award.id for award in rows.scheme.awards]
    places = {str(code): place for place, code in enumerate(ranking.index)}
    results = zip(map(str, ranking.index), *(ranking[name].tolist() for name in (TOTAL, "rank_from", "rank_to", "grade")), strict=True)
    return {
        "scheme": scheme_data(rows.scheme),
        "members": _members(rows, ranking.index),
        "withheld": [{"class": name, "from": _number(low), "to": _number(high)} for name, low, high in rows.withheld[["class", "from", "to"]].itertuples(index=False)],
        "classes": [_plain(row) for row in rows.classes.to_dict("records")],
        "lines": [_plain(row) for row in rows.lines.to_dict("records")],
        "rulings": [_ruling(ruling, places) for ruling in rows.rulings],
        "results": [_result(total, best, worst, grade, sorted(given.get(code, ()), key=order.index)) for code, total, best, worst, grade in results],
    }


def scheme_data(scheme: Scheme) -> dict[str, Any]:
    """The scheme as far as it has a say in what comes of measured values; what it leaves at its default is left out."""
    written = scheme.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    kept = {key: value for key, value in written.items() if key not in SETTLED}
    for kind in ("group", "indicator", "adjustment", "sum", "condition", "award"):
        kept |= {kind: [_without(entry, MEASURED) for entry in kept[kind]]} if kind in kept else {}
    kept |= {"veto": [_without(entry, STRUCK) for entry in kept["veto"]]} if "veto" in kept else {}
    kept |= {kind: _without(kept[kind], MEASURED) for kind in ("grades", "eligibility") if kind in kept}
    return {**kept, "scale": scheme.scale, "decimals": scheme.decimals, "ties": [key if isinstance(key, str) else key.model_dump(exclude_unset=True) for key in scheme.ties], "classes": scheme.members.class_ is not None}


def _without(entry: dict[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in keys}


def _members(rows: OpenRows, order: pd.Index[str]) -> list[dict[str, Any]]:
    """Every open row, with its raw values in the order of the scheme."""
    scheme, members = rows.scheme, rows.members.loc[order]
    raw = RawValues.of(rows.raw.loc[order], rows.applicable.loc[order])
    read = {item.id: _state if isinstance(item.value, Category) else _number for item in scheme.indicators}
    values = [list(map(read[item.id], raw.columns[item.id])) for item in scheme.indicators]
    gaps = [~raw.counted[item.id] for item in scheme.indicators]
    amounts = [list(map(_number, rows.amounts.loc[order, item.id])) for item in scheme.adjustments]
    conditions = [list(map(_fact, rows.conditions.loc[order, item.id])) for item in scheme.conditions]
    grades = rows.previous["grade"].reindex(order).tolist() if "grade" in rows.previous else [None] * len(order)
    return [
        {
            "code": str(code), "name": name, "class": class_, "applied": bool(applied), "recorded": bool(recorded), "vetoes": vetoes.split(),
            "raw": [column[place] for column in values], "inapplicable": [own for own, mask in enumerate(gaps) if mask[place]],
            "measured": [column[place] for column in amounts], "conditions": [column[place] for column in conditions],
            "previous": "" if is_missing(grades[place]) else str(grades[place]).strip(),
        }
        for place, (code, name, class_, applied, recorded, vetoes) in enumerate(members[["name", "class", "applied", "recorded", "vetoes"]].itertuples())
    ]  # fmt: skip


def _ruling(ruling: Ruling, places: Mapping[str, int]) -> dict[str, Any]:
    tie = ruling.tie
    return {"award": tie.award, "class": tie.class_, "places": tie.places, "members": [places[code] for code in tie.members], "given": [places[code] for code in ruling.given]}


def _result(total: float, rank_from: Any, rank_to: Any, grade: str, awards: list[str]) -> dict[str, Any]:
    ranks = {key: 0 if pd.isna(rank) else int(rank) for key, rank in (("rank", rank_from), ("rank_to", rank_to))}
    return {TOTAL: _number(total), **ranks, "grade": grade, "awards": awards}


def _plain(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """A row of a frame: text, whole numbers, numbers, truth; null for what is missing."""
    return {str(key): None if pd.isna(cell) else cell.item() if isinstance(cell, np.generic) else cell for key, cell in row.items()}


def _number(cell: Any) -> float | None:
    return None if is_missing(cell) or not math.isfinite(cell) else float(cell)


def _state(cell: Any) -> str | None:
    return None if is_missing(cell) else state_name(cell)


def _fact(cell: Any) -> float | str | bool | None:
    """The raw value of a condition: a number, a state, or a yes."""
    if is_missing(cell) or isinstance(cell, bool | np.bool_):
        return None if is_missing(cell) else bool(cell)
    return float(cell) if isinstance(cell, int | float | np.number) else str(cell)
