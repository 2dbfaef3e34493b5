"""Random small editions, full of what engines disagree about, and how to put their rows into each engine."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from toolkit.ground.toml_reader import texts
from toolkit.records import Records
from toolkit.records.dictionary import Tables, load_tables
from toolkit.records.reading import load_records
from toolkit.scheme import Scheme

MEMBERS = ("A", "B", "ÇA", "乙")
TABLES = """
[table.members]
file = "members.csv"
unique = ["code"]
[table.members.column]
code = {{ type = "text", required = true }}
name = {{ type = "text" }}
kind = {{ type = "text" }}

[table.acts]
{place}
date = "day"
unique = ["id"]
[table.acts.column]
id       = {{ type = "text", required = true }}
code     = {{ type = "member", required = true }}
act      = {{ type = "text" }}
severity = {{ type = "choice", choices = ["轻微", "一般", "严重"] }}
status   = {{ type = "text" }}
points   = {{ type = "number" }}
amount   = {{ type = "money" }}
share    = {{ type = "percent", unit = "%" }}
proved   = {{ type = "boolean" }}
day      = {{ type = "date" }}
found    = {{ type = "date" }}
phone    = {{ type = "text", personal = true }}

[table.profile]
{profile}
unique = ["code"]
[table.profile.column]
code   = {{ type = "member", required = true }}
staff  = {{ type = "number", range = [0, 1e9] }}
level  = {{ type = "text" }}
ready  = {{ type = "boolean" }}
"""
STORED = {
    "acts": {"id": "text", "code": "text", "act": "text", "severity": "text", "status": "text", "points": "float8",
             "amount": "numeric(18,4)", "share": "float8", "proved": "boolean", "day": "date", "found": "date", "phone": "text"},
    "profile": {"code": "text", "staff": "float8", "level": "text", "ready": "boolean"},
}  # fmt: skip
ARROW = {"text": pa.string(), "float8": pa.float64(), "numeric(18,4)": pa.decimal128(18, 4), "boolean": pa.bool_(), "date": pa.date32()}

WHERES: tuple[dict[str, Any], ...] = (
    {}, {"severity": ["严重", "一般"]}, {"proved": [True]}, {"proved": [False, True]}, {"points": [0.1, 1]}, {"act": ["Z", "é"]},
    {"points": {"least": 0.1, "below": 9}}, {"found": {"above": "2018-02-28", "most": "2018-12-31"}}, {"amount": {"above": 0}},
)  # fmt: skip
MEASURES = (
    {"take": "sum", "column": "points"}, {"take": "sum", "column": "amount"}, {"take": "sum", "column": "share"},
    {"take": "count"}, {"take": "any"}, {"take": "latest", "column": "points"}, {"take": "latest", "column": "amount"},
    {"take": "distinct", "column": "act"}, {"take": "distinct", "column": "points"}, {"take": "distinct", "column": "found"},
    {"take": "mean", "column": "points"}, {"take": "max", "column": "amount"}, {"take": "min", "column": "points"},
    {"take": "weighted_mean", "column": "points", "weight": "share"}, {"take": "weighted_mean", "column": "amount", "weight": "share"},
    {"take": "ratio", "column": "amount", "over": "points"},
)  # fmt: skip
DAYS = [dt.date(2018, 12, 31), dt.date(2019, 2, 28), dt.date(2020, 2, 29), dt.date(2018, 11, 30), dt.date(2019, 3, 31)]


@dataclass(frozen=True)
class Drawn:
    """An edition: its scheme, and the rows of its tables."""

    scheme: Scheme
    rows: dict[str, list[dict[str, Any]]]


def near(day: dt.date) -> st.SearchStrategy[dt.date]:
    """Days around those on which windows open and close."""
    away = st.sampled_from([0, 1, 28, 29, 30, 31, 59, 60, 89, 90, 91, 92, 365, 366, 367, -1])
    return away.map(lambda days: day - dt.timedelta(days))


@st.composite
def editions(draw: st.DrawFn) -> Drawn:
    """Editions with windows that end at month ends, equal acts, gaps, words of every collation, and numbers of 17 digits."""
    as_of = draw(st.sampled_from(DAYS))
    day = st.one_of(st.none(), near(as_of))
    number = st.one_of(
        st.none(), st.sampled_from([0.1, 0.2, 1.0, -2.0, 1e-10, 5e-10, 123456789.01, 0.30000000000000004, 987654321.123456789]),
        st.floats(-1e9, 1e9, allow_subnormal=False),
    )  # fmt: skip
    words = st.sampled_from([None, "a", "B", "Z", "é", "e", "_", "乙", "甲", "ß", "a b", "ab", "-a"])
    row = st.fixed_dictionaries({
        "code": st.sampled_from(MEMBERS), "act": words, "severity": st.sampled_from([None, "轻微", "一般", "严重"]),
        "status": st.sampled_from([None, "有效", "已撤销", "申诉中"]), "points": number,
        "amount": st.one_of(st.none(), st.decimals(-10**9, 10**9, places=4)),
        "share": st.one_of(st.none(), st.sampled_from([0.0, 35.0, 33.3, 99.99, 17.1])),
        "proved": st.sampled_from([None, True, False]), "day": day, "found": day, "phone": st.just("13800000000"),
    })  # fmt: skip
    acts = [{"id": f"{n:02d}", **found} for n, found in enumerate(draw(st.lists(row, max_size=12)))]
    person = st.fixed_dictionaries({"staff": st.one_of(st.none(), st.floats(0, 1e9)), "level": words, "ready": st.sampled_from([None, True, False])})
    profile = [{"code": code, **draw(person)} for code in MEMBERS if draw(st.booleans())]
    return Drawn(draw(schemes(as_of)), {"acts": acts, "profile": profile})


@st.composite
def schemes(draw: st.DrawFn, as_of: dt.date) -> Scheme:
    """Schemes that measure everything, through windows or within a period, once for each act or not."""
    more = st.fixed_dictionaries({}, optional={"once_per": st.sampled_from([["act"], ["act", "severity"]])})
    times = st.sampled_from([{}, {"window": "w"}, {"window": "w", "in_period": True}])
    more = st.tuples(more, times).map(lambda both: both[0] | both[1])
    measures = [{"table": "acts", **measure, "where": draw(st.sampled_from(WHERES)), **draw(more)} for measure in MEASURES]
    share = {"table": "acts", "take": "ratio", "where": {"severity": ["严重"]}, "among": {"severity": ["严重", "一般"]}, **draw(more)}
    measures += [share, *({"column": f"profile.{name}"} for name in ("staff", "level", "ready")), {"column": "profile.staff", "over": "profile.staff"}]
    window = {
        "from": "found", "column": "severity", "skip": {"status": ["已撤销"]}, "appeal": {"status": ["申诉中"]},
        "lasts": draw(st.sampled_from([{"轻微": "1 month", "一般": "1 year"}, {"轻微": "30 days", "严重": "3 months"}])),
        "end_day": draw(st.sampled_from(["counts", "excluded"])), "under_appeal": draw(st.sampled_from(["count_and_mark", "skip"])),
    }  # fmt: skip
    points = {"shape": "category", "points": {"a": 1}}
    return Scheme.model_validate_json(json.dumps({
        "schema": 1, "title": "t", "edition": "e", "as_of": str(as_of), "weights": "points", "window": {"w": window},
        "members": {"table": "members", "key": "code", "name": "name", "class": "kind"},
        **({"period": [str(as_of - dt.timedelta(90)), str(as_of)]} if draw(st.booleans()) else {}),
        "indicator": [{"id": f"i{n}", "label": f"i{n}", "weight": 1, "measure": measure, "value": points, "missing": "worst"}
                      for n, measure in enumerate(measures)],
        "condition": [{"id": "c", "measure": {"table": "acts", "take": "distinct", "column": "status"}}],
        "previous": {"table": "profile", "total": "staff", "grade": "level"},
        "veto": [{"id": "v", "when": {"table": "acts", "where": {"severity": ["严重"]}, "window": "w"}, "effect": {"award": "none"},
                  **draw(st.sampled_from([{}, {"at_least": 2}, {"at_least": 2, "distinct": "act"}, {"distinct": "found"}, {"sum": "points", "at_least": 5}, {"sum": "points", "at_most": -0.5}]))}],
    }))  # fmt: skip


def arrow(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = pa.schema([(column, ARROW[kind]) for column, kind in STORED[name].items()])
    return pa.Table.from_pylist(rows, schema=schema)


def read(folder: Path, scheme: Scheme, places: dict[str, str], large: int = 0) -> Records:
    """The records of an edition whose tables stand at `places`."""
    folder.joinpath("tables.toml").write_text(TABLES.format(place=places["acts"], profile=places["profile"]), encoding="utf-8")
    folder.joinpath("members.csv").write_text("code,name,kind\n" + "".join(f"{code},{code},k\n" for code in MEMBERS), encoding="utf-8")
    tables: Tables = load_tables(folder / "tables.toml")
    return load_records(folder, tables, scheme.members, large, words=texts(scheme.model_dump()))
