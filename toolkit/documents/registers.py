"""What papers say of registers: who is appointed to the bodies of the action, what members proposed, and whether what they write for the journal counts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.documents.fields import Case, Fields
from toolkit.ground.text import Phrase, discreet, phrase
from toolkit.reports.articles import counted
from toolkit.scheme.measures import frame_holding

if TYPE_CHECKING:
    from toolkit.scheme import Appointment

Row = Mapping[Any, Any]


def appointed(case: Case) -> Iterator[tuple[str, str, Fields]]:
    """For each row of the registers whose term is not over the body, the number of the letter, its fields; in the order of the registers."""
    for register in case.scheme.appointments:
        rows = (case.frames or {})[register.table]
        for row in rows[frame_holding(rows, register.where)].to_dict("records"):
            last = _day(row, register.to)
            if last is None or last >= _today(case):
                body = _text(row, register.body) or register.label
                yield body, _text(row, register.number), _letter(case, row, register, body)


def _letter(case: Case, row: Row, register: Appointment, body: str) -> Fields:
    post, duty = _text(row, register.post), _text(row, register.duty).rstrip("。.；;")
    between = " " if post[:1].isascii() and body[-1:].isascii() and post else ""
    return {"任职": f"{body}{between}{post}", "职责": duty, "任期": case.says(_term(case, _day(row, register.from_), _day(row, register.to))), "编号": _text(row, register.number)}


def _term(case: Case, first: dt.date | None, last: dt.date | None) -> Phrase:
    """From when to when; room to write it where neither is known, and no end where that alone is not."""
    if first is not None and last is None:
        return phrase("自{day}起", "from {day} on", day=case.on(first))
    return phrase("自{first}至{last}", "from {first} to {last}", first=case.on(first), last=case.on(last))


def _today(case: Case) -> dt.date:
    """The day that papers bear, else the day they are written, else the as-of date."""
    return case.day or case.written or case.scheme.as_of


def _text(row: Row, column: str | None) -> str:
    return "" if column is None or pd.isna(row.get(column)) else str(row[column]).strip()


def _day(row: Row, column: str | None) -> dt.date | None:
    return None if column is None or pd.isna(row.get(column)) else pd.Timestamp(row[column]).date()


PROPOSALS = "proposals"
NAMED = {"matter": "事项", "field": "类别", "outcome": "去向", "document": "凭据", "received_on": "收到"}
"""The columns of the house's register of proposals, and what the paper calls them."""
UNSORTED = Phrase("其他", "Other")
SOMEBODY = Phrase("某会员", "a member")
"""What stands for a member that a proposal names."""
READ_THEM = "会员意见建议汇总：原文中写有会员名称或代码的 {n} 条，已写作“某会员”；简称和人名认不出，送出前请通读。"
READ_IN_ENGLISH = "Digest of proposals: {n:text named|texts named} a member, which reads `a member` now; short names and persons cannot be told, please read it through before it is sent."


def proposals_fields(case: Case) -> Fields:
    """What members proposed, by its field in the order of the dictionary: the matter without who proposed it or is named in it, when it came in and what became of it."""
    frame, spec, named = case.records.frames[PROPOSALS], case.tables.table[PROPOSALS], _named(case)
    parts: dict[str, list[Fields]] = {choice: [] for choice in spec.column["field"].choices} if "field" in spec.column else {}
    for row in frame.to_dict("records"):
        said = {name: named.sub(case.says(SOMEBODY), _text(row, column)) for column, name in NAMED.items()}
        day = _day(row, "received_on")
        outcome = "".join([said["去向"], f"（{discreet(said['凭据'])}）" if said["凭据"] else ""])
        own = parts.setdefault(said["类别"] or case.says(UNSORTED), [])
        own.append({"序": len(own) + 1, "事项": discreet(said["事项"]).rstrip("。"), "收到": str(day or "—"), "去向": outcome or "—"})
    kept = {name: rows for name, rows in parts.items() if rows}
    return {
        "概况": case.says(phrase("会员意见建议 {n} 件，涉及会员 {members} 家", "{n:proposal|proposals} from {members:member|members}", n=len(frame), members=frame[spec.member].nunique() if spec.member else 0)),
        "建议": [{"序": counted(place, case.language), "类别": name, "件数": len(rows), "条": rows} for place, (name, rows) in enumerate(kept.items(), 1)],
    }  # fmt: skip


def _named(case: Case) -> re.Pattern[str]:
    """What names a member: its code or its whole name, the longest first."""
    names = {*map(str, case.evaluation.members.index), *map(str, case.evaluation.members["name"])}
    return re.compile("|".join(map(re.escape, sorted((name for name in names if len(name) > 1), key=len, reverse=True))) or "(?!)")


def named_in_proposals(case: Case) -> Phrase | None:
    """How many proposals name a member in their own words; None where none does."""
    frame, named = case.records.frames[PROPOSALS], _named(case)
    n = sum(any(named.search(_text(row, column)) for column in NAMED) for row in frame.to_dict("records"))
    return phrase(READ_THEM, READ_IN_ENGLISH, n=n) if n else None


CONTRIBUTIONS = re.compile("稿|征文")
"""How a register of what members wrote is called."""


def contribution_fields(case: Case) -> Fields:
    """Whether what members write for the journal counts by the rules: some item takes its records from a register of that."""
    scheme, tables = case.scheme, case.tables
    measures = (*(one.measure for one in scheme.indicators), *(one.measure for one in scheme.adjustments), *(one.measure for one in scheme.conditions))
    counted_in = {*(measure.table for measure in measures), *(veto.when.table for veto in scheme.vetoes)}
    return {"计入": any(table == "articles" or CONTRIBUTIONS.search(tables.label(table)) for table in counted_in if table)}
