"""A table or view of Spark's catalogue."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from toolkit.ground.text import Phrase
from toolkit.records.databases.connection import Address, Unreachable, chosen
from toolkit.records.findings import Finding

with warnings.catch_warnings():  # pyspark's own word on pandas 3; only Arrow passes between them here
    warnings.simplefilter("ignore")
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

if TYPE_CHECKING:
    import ibis.expr.types as ir


def read_relation(address: Address, relation: str) -> ir.Table:
    """The relation, in the session of this process; a new session is started where there is none.

    Raises
    ------
    Unreachable
        When Spark cannot be started or has no such relation.
    """
    import ibis

    session = _session(address)
    home = session.catalog.currentDatabase()
    tables = [(table.namespace[0] if table.namespace else home, table.name) for table in session.catalog.listTables()]
    schema, name = chosen(relation, tables, home)
    backend = ibis.pyspark.connect(session)
    temporary = any(table.name == name and table.isTemporary for table in session.catalog.listTables())
    return backend.table(name) if temporary else backend.table(name, database=schema)


def _session(address: Address) -> SparkSession:
    try:
        return SparkSession.getActiveSession() or SparkSession.builder.master(address.path).getOrCreate()
    except (PySparkException, RuntimeError, OSError) as error:
        rule = Phrase("Spark 启动不了", "Spark cannot be started")
        raise Unreachable(Finding(rule, Phrase("请确认装有 Java 17，且 source 正确", "check that Java 17 is there and `source` is right"))) from error
