"""Tables in databases: the checks of files, read-only, nothing lost, and no password but from the environment."""

from __future__ import annotations

import datetime as dt
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from toolkit.ground.problems import Refused
from toolkit.records import Records
from toolkit.records.databases.connection import read_sqlite
from toolkit.records.dictionary import load_tables
from toolkit.records.reading import load_records
from toolkit.scheme.criteria import MembersSpec

HOSTILE = 'a"; drop table acts; --'
TABLES = """
[table.members]
file = "members.csv"
unique = ["code"]
[table.members.column]
code = {{ type = "text", required = true }}
name = {{ type = "text" }}
[table.acts]
{place}
unique = ["id"]
date = "day"
[table.acts.column]
id     = {{ type = "text", required = true }}
code   = {{ headings = ["会员代码"], type = "member", required = true }}
kind   = {{ type = "choice", choices = ["学习班", "讲座"] }}
hours  = {{ headings = ["学时"], type = "number", range = [0, 80] }}
day    = {{ type = "date" }}
remark = {{ type = "text" }}
phone  = {{ type = "text", personal = true, required = true }}
"""
GOOD = {"id": "1", "code": "A", "kind": "讲座", "hours": 8.0, "day": "2018-01-31", "remark": "/", "phone": "13800000001"}
BAD = [
    {**GOOD, "id": "2", "code": "X"},
    {**GOOD, "id": "3", "kind": "讲坐"},
    {**GOOD, "id": "4", "hours": 81.0},
    {**GOOD, "id": None},
    {**GOOD, "id": "5", "day": "1899-12-31"},
    {**GOOD, "id": "6", "phone": None},
    {**GOOD, "id": "7"},
    {**GOOD, "id": "7", "hours": 9.0},
]
STORED = "id varchar, 会员代码 varchar, kind varchar, 学时 double, day date, remark varchar, phone varchar"


def in_duckdb(folder: Path, rows: list[dict[str, Any]], relation: str = "acts", stored: str = STORED) -> str:
    with duckdb.connect(folder / "x.duckdb") as con:
        con.execute("CREATE TABLE acts ({})".format(stored))  # noqa: UP032
        if relation != "acts":
            con.execute('ALTER TABLE acts RENAME TO "{}"'.format(relation.replace('"', '""')))
        name = relation.replace('"', '""')
        if rows:
            con.executemany(f'INSERT INTO "{name}" VALUES (?, ?, ?, ?, ?, ?, ?)', [list(row.values()) for row in rows])
    return "duckdb:x.duckdb"


def in_sqlite(folder: Path, rows: list[dict[str, Any]]) -> str:
    with closing(sqlite3.connect(folder / "x.sqlite")) as con, con:
        con.execute(f"CREATE TABLE acts ({STORED})")
        con.executemany("INSERT INTO acts VALUES (?, ?, ?, ?, ?, ?, ?)", [list(row.values()) for row in rows])
    return "sqlite:x.sqlite"


def read(folder: Path, source: str, relation: str = "acts", large: int = 100_000) -> Records:
    place = f"source = '{source}'\nrelation = '{relation}'"
    return read_at(folder, place, large)


def read_at(folder: Path, place: str, large: int = 100_000, words: Sequence[str] = ()) -> Records:
    (folder / "members.csv").write_text("code,name\nA,甲\nB,乙\n", encoding="utf-8")
    (folder / "tables.toml").write_text(TABLES.format(place=place), encoding="utf-8")
    members = MembersSpec(table="members", key="code", name="name")
    return load_records(folder, load_tables(folder / "tables.toml"), members, large, words=words)


@pytest.mark.parametrize(("source", "extra"), [("postgres://db.example/akte", "postgres"), ("spark:thrift", "spark")])
def test_an_engine_whose_extra_is_not_installed_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, extra: str) -> None:
    monkeypatch.setitem(sys.modules, f"toolkit.records.databases.{extra}", None)
    problem, = read(tmp_path, source, "acts").problems.errors
    assert (problem.rule.en, problem.mend.en) == (f"this source needs the extra `{extra}`", f"run pip install 'evaluation-committee-toolkit[{extra}]'")


@pytest.mark.parametrize("large", [0, 100])
@pytest.mark.parametrize("put", [in_duckdb, in_sqlite])
def test_the_checks_of_files_apply_and_name_the_key(tmp_path: Path, put: Any, large: int) -> None:
    source = put(tmp_path, [GOOD, *BAD])
    records = read(tmp_path, source, large=large)
    told = {(p.sheet, p.column, p.value): p.rule.en for p in records.problems.errors}
    assert told == {
        ("acts[id=2]", "会员代码", "X"): "there is no such member in the members table",
        ("acts[id=3]", "kind", "讲坐"): "not one of the choices",
        ("acts[id=4]", "学时", "81"): "outside 0 to 80",
        ("acts[id=]", "id", ""): "a required cell is empty",
        ("acts[id=5]", "day", "1899-12-31"): "the year is before 1900",
        ("acts[id=6]", "phone", ""): "the cell does not fit its column",
        ("acts[id=7]", "id", "7"): "2 rows agree in these columns",
    }
    assert {(p.file, p.row) for p in records.problems.errors} == {(source, None)}
    assert records.counts.loc[[(source, "acts")]].to_numpy().tolist() == [[9, 1, 8, 0]]
    assert ("acts" in records.standing) == (large == 0)
    if large:
        assert records.frames["acts"]["remark"].isna().all()
        assert "phone" not in records.frames["acts"]


@pytest.mark.parametrize("stored", ["double", "integer", "decimal(9, 2)", "float"])
@pytest.mark.parametrize("large", [0, 100])
def test_a_number_that_means_missing_is_missing_in_a_database_too(tmp_path: Path, large: int, stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "TABLES", TABLES.replace("range = [0, 80]", 'range = [0, 80], missing = ["0.0", "/"]'))
    source = in_duckdb(tmp_path, [{**GOOD, "id": str(n), "hours": n} for n in range(3)], stored=STORED.replace("学时 double", f"学时 {stored}"))
    records = read(tmp_path, source, large=large)
    assert not records.problems.errors
    with records.standing["acts"].opened() if large == 0 else nullcontext() as table:
        hours = table.order_by("id").select("hours").to_pyarrow()["hours"].to_pylist() if table is not None else records.frames["acts"]["hours"].tolist()
    assert [None if pd.isna(hour) else float(hour) for hour in hours] == [None, 1.0, 2.0]


def test_a_float_of_half_the_width_is_what_its_digits_say(tmp_path: Path) -> None:
    source = in_duckdb(tmp_path, [{**GOOD, "hours": 0.1}], stored=STORED.replace("学时 double", "学时 float"))
    assert read(tmp_path, source).frames["acts"]["hours"].tolist() == [0.1]


@pytest.mark.parametrize("large", [0, 100])
@pytest.mark.parametrize("again", ["ａ７", "a 7", "A\u200b7", "A\u30007"])
def test_an_id_of_another_spelling_is_the_same_id(tmp_path: Path, again: str, large: int) -> None:
    records = read(tmp_path, in_duckdb(tmp_path, [GOOD, {**GOOD, "id": "a7"}, {**GOOD, "id": again}]), large=large)
    (problem,) = records.problems.errors
    assert problem.rule.en == "2 rows agree in these columns"
    assert records.counts["accepted"].tolist()[-1] == 1
    assert large == 0 or records.frames["acts"]["id"].tolist() == ["1"]


@pytest.mark.parametrize("large", [0, 100])
@pytest.mark.parametrize("put", [in_duckdb, in_sqlite])
def test_a_text_of_another_spelling_is_the_same_text_where_the_scheme_asks_for_its_column(tmp_path: Path, put: Any, large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    remarks = ["安全培训A", "安全 培训A", "安全培训ａ", "讲座", None, "安全培训A"]
    place = f"source = '{put(tmp_path, [{**GOOD, 'id': str(n), 'remark': remark} for n, remark in enumerate(remarks)])}'\nrelation = 'acts'"
    records = read_at(tmp_path, place, large, ["acts.remark"])
    if large:
        held = records.frames["acts"]["remark"].dropna().tolist()
    else:
        with records.standing["acts"].opened() as rows:
            held = [text for text in rows["remark"].to_pyarrow().to_pylist() if text is not None]
    assert sorted(held) == [*["安全培训A"] * 4, "讲座"]
    (note,) = [problem for problem in records.problems if "只差全角半角" in problem.rule.zh]
    assert (note.severity, note.column, note.value, note.rule.en.split()[0]) == ("note", "remark", "安全 培训A", "2")
    assert not [problem for problem in read_at(tmp_path, place, 0).problems if "只差全角半角" in problem.rule.zh]
    monkeypatch.setattr("toolkit.records.databases.survey.LARGE", 2)
    (many,) = [problem for problem in read_at(tmp_path, place, 0, ["remark"]).problems if "没有逐一比对" in problem.rule.zh]
    assert (many.severity, many.column) == ("note", "remark")


def test_what_is_personal_never_leaves(tmp_path: Path) -> None:
    records = read(tmp_path, in_duckdb(tmp_path, [GOOD, *BAD]), large=0)
    assert "138" not in records.problems.text("zh") + repr(records)


def test_many_broken_rows_are_counted_and_the_first_named(tmp_path: Path) -> None:
    rows = [{**GOOD, "id": str(n), "hours": -1.0} for n in range(50)]
    records = read(tmp_path, in_duckdb(tmp_path, rows), large=0)
    assert len(records.problems.errors) == 21
    assert "30 more rows" in records.problems.text("en")
    assert records.counts["refused"].sum() == 50


def test_a_hostile_relation_is_a_name(tmp_path: Path) -> None:
    source = in_duckdb(tmp_path, [GOOD], HOSTILE)
    assert len(read(tmp_path, source, HOSTILE).frames["acts"]) == 1
    (problem,) = read(tmp_path, source, HOSTILE + "x").problems.errors
    assert "is `" in problem.mend.en


def test_the_nearest_relation_and_column_are_named(tmp_path: Path) -> None:
    source = in_duckdb(tmp_path, [GOOD], stored=STORED.replace("会员代码", "会员代号"))
    (problem,) = read(tmp_path, source, "act").problems.errors
    assert (problem.file, problem.mend.en) == (source, "is `acts` meant?")
    records = read(tmp_path, source)
    (problem,) = records.problems.errors
    assert (problem.column, "会员代号" in problem.mend.en) == ("会员代码", True)
    assert records.counts["refused"].tolist()[-1] == 1


def test_a_column_of_another_type_is_refused_by_name(tmp_path: Path) -> None:
    source = in_duckdb(tmp_path, [{**GOOD, "hours": "8学时"}], stored=STORED.replace("学时 double", "学时 varchar"))
    (problem,) = read(tmp_path, source).problems.errors
    assert (problem.column, problem.rule.en) == ("学时", "the column is stored in another type: it should hold numbers")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("postgres://u:geheim@h/db", "a password must not stand in tables.toml"),
        ("postgres://h/db?password=geheim", "a password must not stand in tables.toml"),
        ("postgres://h/db?sslmode=require", "the address takes no parameters"),
        ("postgres://h", "the address lacks its host or its database"),
        ("mysql://h/db", "an unknown kind of source"),
        ("duckdb:/etc/x.duckdb", "a database file is named relative to the edition, with /"),
        ("sqlite:../x.sqlite", "a database file is named relative to the edition, with /"),
    ],
)
def test_an_address_is_refused_by_name_and_never_repeats_a_password(tmp_path: Path, source: str, said: str) -> None:
    with pytest.raises(Refused) as caught:
        read(tmp_path, source)
    (problem,) = caught.value.problems
    assert problem.rule.en == said
    assert "geheim" not in caught.value.problems.text("zh") + repr(caught.value)


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
def test_a_missing_or_damaged_file_is_said(tmp_path: Path, kind: str) -> None:
    (problem,) = read(tmp_path, f"{kind}:x.db").problems.errors
    assert problem.rule.en == "the database file is missing"
    (tmp_path / "x.db").write_text("no database at all" * 999)
    (problem,) = read(tmp_path, f"{kind}:x.db").problems.errors
    assert "damaged" in problem.rule.en


def test_large_parquet_stays_where_it_is_and_names_file_and_row(tmp_path: Path) -> None:
    for n, rows in enumerate(([GOOD], [{**GOOD, "id": "9"}, BAD[2]])):
        table = pa.Table.from_pylist(rows)
        table = table.set_column(4, "day", table["day"].cast(pa.date32())).rename_columns({"code": "会员代码", "hours": "学时"})
        pq.write_table(table, tmp_path / f"acts[{n}].parquet")
    records = read_at(tmp_path, 'file = "acts*.parquet"', large=2)
    (problem,) = records.problems.errors
    assert (problem.file, problem.row, problem.column) == ("acts[1].parquet", 3, "学时")
    assert records.counts.loc[[("acts*.parquet", "")]].to_numpy().tolist() == [[3, 2, 1, 0]]
    assert set(records.digests) >= {"acts[0].parquet", "acts[1].parquet"}
    small = read_at(tmp_path, 'file = "acts*.parquet"')
    assert [(p.file, p.row, p.column) for p in small.problems.errors] == [("acts[1].parquet", 3, "学时")]
    (tmp_path / "acts[2].parquet").mkdir()
    assert ("acts[2].parquet", "this is no file: a folder, a link that leads nowhere, or a pipe") in {(p.file, p.rule.en) for p in read_at(tmp_path, 'file = "acts*.parquet"', large=2).problems.errors}
    (tmp_path / "acts[3].parquet").write_bytes(b"PAR1 and no more")
    assert "the file is damaged" in read_at(tmp_path, 'file = "acts*.parquet"', large=2).problems.text("en")


def test_sqlite_keeps_no_kinds_and_what_is_no_text_is_said_in_signs(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as con, con:
        con.execute("CREATE TABLE t (yes BOOLEAN, n INTEGER, part REAL, raw BLOB, day DATE)")
        con.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", [(1, 2, 1.5, b"\x0f", "2018-01-31"), (0, 3, 2, None, "2018-02-28"), (None, None, None, "x", None)])
    assert read_sqlite(tmp_path / "x.sqlite", "t").to_pydict() == {
        "yes": [True, False, None], "n": [2, 3, None], "part": [1.5, 2.0, None], "raw": ["0f", None, "x"], "day": [dt.datetime(2018, 1, 31), dt.datetime(2018, 2, 28), None],  # noqa: DTZ001 - a day has no zone
    }  # fmt: skip


def test_a_key_of_another_spelling_is_told_as_keys_are_written_and_many_twice_are_counted(tmp_path: Path) -> None:
    again = [{**GOOD, "id": str(n // 2)} for n in range(50)]
    records = read(tmp_path, in_duckdb(tmp_path, [{**GOOD, "id": "x", "code": "ａ"}, *again]), large=0)
    assert [p.mend.en for p in records.problems.errors if p.column == "会员代码"] == ["write A"]
    assert "5 more rows break the same rule" in records.problems.text("en")
