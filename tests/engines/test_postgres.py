"""A PostgreSQL server: read-only, by its own names, with plain words where it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("psycopg", reason="the extra `postgres` is not installed: make engines")

from tests.engines.servers import Server, postgres
from tests.processes import free_port
from tests.test_sources import GOOD, HOSTILE, STORED, read
from toolkit.records.databases.connection import Unreachable, read_address
from toolkit.records.databases.postgres import read_relation

PASSWORD = "COMMITTEE_DB_PASSWORD"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres() as started:
        stored = STORED.replace("double", "float8")
        with started.connected() as con:
            for name in ("acts", HOSTILE):
                quoted = '"' + name.replace('"', '""') + '"'
                con.execute(f"CREATE TABLE {quoted} ({stored})")
                con.execute(f"INSERT INTO {quoted} VALUES (%s, %s, %s, %s, %s, %s, %s)", list(GOOD.values()))
            con.execute("CREATE VIEW seen AS SELECT * FROM acts")
            con.execute("CREATE ROLE clerk LOGIN PASSWORD 'geheim'; GRANT SELECT ON seen TO clerk")
        yield started


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    monkeypatch.setenv("PGUSER", "postgres")
    monkeypatch.setenv(PASSWORD, server.password)


@pytest.mark.parametrize("relation", ["acts", "public.acts", "seen", HOSTILE])
def test_tables_and_views_are_read_by_their_names(tmp_path: Path, server: Server, relation: str) -> None:
    records = read(tmp_path, server.source, relation)
    assert not records.problems.errors, records.problems.text("en")
    assert records.frames["acts"]["hours"].tolist() == [8.0]
    with server.connected() as con:
        assert con.execute("SELECT count(*) FROM acts").fetchall() == [(1,)]


def test_nothing_can_be_written(server: Server) -> None:
    with read_relation(read_address(server.source), "acts") as table:
        con = table.get_backend().con
        with pytest.raises(Exception, match="read-only"):
            con.execute("DELETE FROM acts")


def test_what_is_wrong_is_said(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def said(source: str, relation: str = "acts") -> str:
        (problem,) = read(tmp_path, source, relation).problems.errors
        assert (problem.file, problem.sheet) == (source, relation)
        return f"{problem.rule.en}; {problem.mend.en}"

    assert "is `acts` meant?" in said(server.source, "act")
    assert "has no database" in said(server.source.replace("/postgres", "/nowhere").replace("nowhere:", "postgres:"))
    nobody = free_port()
    assert f"127.0.0.1:{nobody} cannot be reached" in said(f"postgres://127.0.0.1:{nobody}/db")
    monkeypatch.setenv("PGUSER", "clerk")
    assert "may not read `acts`" in said(server.source)
    monkeypatch.setenv(PASSWORD, "falsch")
    assert "refuses the account" in said(server.source)


def test_a_password_is_never_in_a_finding(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "falsch")
    with pytest.raises(Unreachable) as caught, read_relation(read_address(server.source), "acts"):
        pass
    assert "falsch" not in repr(caught.value) + caught.value.finding.rule.zh + caught.value.finding.mend.zh
