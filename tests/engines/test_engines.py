"""One edition gives the same indicators, bit for bit, on every engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings

from tests.engines.editions import MEMBERS, STORED, Drawn, arrow, editions, read
from tests.engines.servers import Server, postgres, spark
from toolkit.indicators import Indicators, measure_indicators
from toolkit.records import Records

Put = Callable[[Path, Drawn], dict[str, str]]
ENGINES = ["parquet", "duckdb", "postgres"]
HERE: dict[str, tuple[Indicators, Records]] = {}
FEW_AND_MORE, LONG = 10, int(os.environ.get("COMMITTEE_EXAMPLES", "40"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres() as started:
        yield started


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with spark() as started:
        yield started


def in_parquet(folder: Path, drawn: Drawn) -> dict[str, str]:
    for name, rows in drawn.rows.items():
        pq.write_table(arrow(name, rows), folder / f"{name}.parquet")
    return {name: f'file = "{name}.parquet"' for name in drawn.rows}


def in_duckdb(folder: Path, drawn: Drawn) -> dict[str, str]:
    (folder / "held.duckdb").unlink(missing_ok=True)
    with duckdb.connect(folder / "held.duckdb") as con:
        for name, rows in drawn.rows.items():
            con.register("arrow", arrow(name, rows))
            con.execute(f"CREATE TABLE {name} AS FROM arrow")
    return {name: f'source = "duckdb:held.duckdb"\nrelation = "{name}"' for name in drawn.rows}


def into_postgres(server: Server) -> Put:
    def put(_: Path, drawn: Drawn) -> dict[str, str]:
        with server.connected() as con:
            for name, rows in drawn.rows.items():
                columns = ", ".join(f'"{column}" {kind}' for column, kind in STORED[name].items())
                con.execute(f"DROP TABLE IF EXISTS {name}; CREATE TABLE {name} ({columns})")
                marks = ", ".join(f"%({column})s" for column in STORED[name])
                if rows:
                    con.cursor().executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        return {name: f'source = "{server.source}"\nrelation = "{name}"' for name in drawn.rows}

    return put


def into_spark(session: Any) -> Put:
    def put(_: Path, drawn: Drawn) -> dict[str, str]:
        for name, rows in drawn.rows.items():
            session.createDataFrame(arrow(name, rows)).createOrReplaceTempView(name)
        return {name: f'source = "spark:local[2]"\nrelation = "{name}"' for name in drawn.rows}

    return put


def measured(folder: Path, drawn: Drawn, put: Put, large: int = 0) -> tuple[Indicators, Records]:
    folder.mkdir(exist_ok=True)
    records = read(folder, drawn.scheme, put(folder, drawn), large)
    assert not records.problems.errors, records.problems.text("en")
    return measure_indicators(drawn.scheme, records), records


def assert_same(first: Indicators, second: Indicators) -> None:
    for name in first.raw:
        left, right = (found.raw[name].astype(object).where(found.raw[name].notna(), None).tolist() for found in (first, second))
        assert repr(left) == repr(right), name
    pd.testing.assert_frame_equal(first.applicable, second.applicable)
    pd.testing.assert_frame_equal(first.conditions, second.conditions, check_exact=True)
    pd.testing.assert_frame_equal(first.previous, second.previous, check_exact=True)
    assert first.vetoes["member"].tolist() == second.vetoes["member"].tolist()
    said = [sorted((p.severity, p.rule.en.partition("(")[0], p.column) for p in found.problems) for found in (first, second)]
    assert said[0] == said[1]


def measured_here(folder: Path, drawn: Drawn) -> tuple[Indicators, Records]:
    """What all engines are held to, and few examples are the same for each of them: it is measured once."""
    if len(HERE) > FEW_AND_MORE:
        HERE.clear()
    if (asked := repr(drawn)) not in HERE:
        HERE[asked] = measured(folder, drawn, in_duckdb, large=10**6)
    return HERE[asked]


def assert_engines_agree(tmp_path: Path, drawn: Drawn, put: Put) -> None:
    here, records = measured_here(tmp_path / "here", drawn)
    there, elsewhere = measured(tmp_path / "there", drawn, put)
    assert records.standing == {}
    assert set(elsewhere.standing) == {name for name, rows in drawn.rows.items() if rows}
    assert records.counts.to_numpy().tolist() == elsewhere.counts.to_numpy().tolist()
    assert_same(here, there)
    assert list(there.raw.index) == sorted(MEMBERS)


def campaign(folder: Path, put: Put, examples: int) -> None:
    @settings(max_examples=examples, phases=[Phase.explicit, Phase.generate], derandomize=examples < FEW_AND_MORE)
    @given(drawn=editions())
    def agree(drawn: Drawn) -> None:
        assert_engines_agree(folder, drawn, put)

    agree()


@pytest.fixture
def put(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Put:
    """How rows are put into the engine that the test names."""
    if request.param == "postgres":
        server: Server = request.getfixturevalue("server")
        monkeypatch.setenv("PGUSER", "postgres")
        monkeypatch.setenv("COMMITTEE_DB_PASSWORD", server.password)
        return into_postgres(server)
    if request.param == "spark":
        return into_spark(request.getfixturevalue("session"))
    return in_parquet if request.param == "parquet" else in_duckdb


@pytest.mark.parametrize("put", ENGINES, indirect=True)
def test_every_engine_gives_the_same(tmp_path: Path, put: Put) -> None:
    campaign(tmp_path, put, examples=2)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # pyspark does not know pandas 3 yet
@pytest.mark.parametrize("put", [*ENGINES, "spark"], indirect=True)
def test_every_engine_gives_the_same_at_length(tmp_path: Path, put: Put) -> None:
    campaign(tmp_path, put, examples=LONG)
