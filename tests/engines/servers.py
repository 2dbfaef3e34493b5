"""A PostgreSQL server and a Spark session of their own, for as long as the tests run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.processes import free_port

ACCOUNT = "postgres"  # a server refuses to run as root


@dataclass(frozen=True)
class Server:
    """Where a PostgreSQL server listens; its administrator is `postgres`, by a password."""

    port: int
    password: str

    def connected(self, user: str = "postgres") -> Any:
        import psycopg

        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=user, password=self.password, dbname="postgres", autocommit=True
        )

    @property
    def source(self) -> str:
        return f"postgres://127.0.0.1:{self.port}/postgres"


def postgres_binaries() -> Path:
    """Where the server's programs are; skips the test where there are none."""
    pytest.importorskip("psycopg", reason="the extra `postgres` is not installed: make engines")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(p) for p in [shutil.which("initdb")] if p]
    if not found:
        pytest.skip("PostgreSQL is not installed: make engines")
    return found[-1].parent


@contextmanager
def postgres() -> Iterator[Server]:
    """A server on a free port of this machine, its data in a temporary folder."""
    programs = postgres_binaries()
    folder = Path(tempfile.mkdtemp(prefix="committee-postgres-"))
    account = {"user": ACCOUNT, "extra_groups": []} if os.geteuid() == 0 else {}
    if account:
        shutil.chown(folder, ACCOUNT)
    (folder / "password").write_text("geheim")
    server = Server(free_port(), "geheim")

    def run(program: str, *words: str) -> None:
        subprocess.run([programs / program, *words], check=True, capture_output=True, cwd="/", **account)  # type: ignore[call-overload]

    try:
        run("initdb", "-D", f"{folder}/data", "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={folder}/password",
            "--no-sync", "-E", "UTF8", "--locale-provider=icu", "--icu-locale=zh", "--locale=C.UTF-8")  # fmt: skip
        options = f"-p {server.port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        run("pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-w", "-o", options, "start")
        yield server
    finally:
        subprocess.run([programs / "pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop"], check=False,
                       capture_output=True, cwd="/", **account)  # type: ignore[call-overload]  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def spark() -> Iterator[Any]:
    """A Spark session on this machine."""
    if not shutil.which("java"):
        pytest.skip("Java is not installed: Spark needs it")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("pyspark", reason="the extra `spark` is not installed: make engines")
        from pyspark.sql import SparkSession

        settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.host": "127.0.0.1",
                    "spark.driver.bindAddress": "127.0.0.1", "spark.sql.warehouse.dir": tempfile.gettempdir(),
                    "spark.log.level": "ERROR", "spark.driver.memory": "1g"}  # fmt: skip
        session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    try:
        yield session
    finally:
        session.stop()
