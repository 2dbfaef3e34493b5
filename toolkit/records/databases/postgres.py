"""A PostgreSQL table or view, read in read-only transactions; text is ordered by its bytes, as everywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from toolkit.ground.text import Phrase, phrase
from toolkit.records.databases.connection import PASSWORD, Address, Unreachable, chosen, password
from toolkit.records.findings import Finding

if TYPE_CHECKING:
    import ibis.expr.types as ir

SECONDS = 10
READ_ONLY = "-c default_transaction_read_only=on -c statement_timeout=0"
RELATIONS = """
SELECT n.nspname, c.relname, has_table_privilege(c.oid, 'SELECT')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY pg_catalog.pg_table_is_visible(c.oid) DESC, 1, 2
"""
COLUMNS = """
SELECT a.attname, t.typcategory IN ('S', 'E')
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = (SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = %s AND c.relname = %s)
  AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""


@contextmanager
def read_relation(address: Address, relation: str) -> Iterator[ir.Table]:
    """The relation, as long as the connection is open.

    Raises
    ------
    Unreachable
        When the server cannot be reached, refuses the account, or has no such relation, or one that may not be read.
    """
    import ibis

    con = _connected(address)
    try:
        schema, name = _found(con, relation)
        columns = con.execute(COLUMNS, (schema, name)).fetchall()
        backend = ibis.postgres.from_connection(con)
        known = backend.get_schema(name, database=schema)
        query = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(_column(column, text=text) for column, text in columns), sql.Identifier(schema, name)
        )
        kinds = {column: "string" if text else known[column] for column, text in columns}
        yield backend.sql(query.as_string(con), schema=ibis.schema(kinds))
    except psycopg.errors.InsufficientPrivilege as error:
        raise Unreachable(_no_permission(relation)) from error
    except psycopg.OperationalError as error:
        raise Unreachable(_unreached(address, error)) from error
    finally:
        con.close()


def _connected(address: Address) -> psycopg.Connection[Any]:
    given = {"user": address.user, "password": password()}
    try:
        return psycopg.connect(
            host=address.host, port=address.port, dbname=address.path, autocommit=True, connect_timeout=SECONDS,
            options=READ_ONLY, **{key: value for key, value in given.items() if value},
        )  # fmt: skip
    except psycopg.OperationalError as error:
        raise Unreachable(_unreached(address, error)) from error


def _found(con: psycopg.Connection[Any], relation: str) -> tuple[str, str]:
    rows = con.execute(RELATIONS).fetchall()
    home = con.execute("SELECT current_schema()").fetchall()[0][0] or "public"
    place = chosen(relation, [(schema, name) for schema, name, _ in rows], home)
    if not next(allowed for schema, name, allowed in rows if (schema, name) == place):
        raise Unreachable(_no_permission(relation))
    return place


def _column(name: str, *, text: bool) -> sql.Composable:
    identifier = sql.Identifier(name)
    return sql.SQL('CAST({0} AS text) COLLATE "C" AS {0}').format(identifier) if text else identifier


def _unreached(address: Address, error: psycopg.OperationalError) -> Finding:
    message = str(error)
    if "password" in message or "authentication" in message:
        rule = Phrase("数据库不接受这个账号或密码", "the database refuses the account or its password")
        return Finding(rule, phrase("请设好环境变量 PGUSER 与 {name}", "set PGUSER and {name} in the environment", name=PASSWORD))
    if "does not exist" in message:
        rule = phrase("服务器上没有数据库“{name}”或这个账号", "the server has no database `{name}`, or not this account", name=address.path)
        return Finding(rule, Phrase("请核对 source 与 PGUSER", "check `source` and PGUSER"))
    rule = phrase("连不上数据库服务器 {host}:{port}", "the database server {host}:{port} cannot be reached", host=address.host, port=address.port)
    return Finding(rule, Phrase("请检查网络，并确认服务器已启动", "check the network, and whether the server runs"))


def _no_permission(relation: str) -> Finding:
    rule = phrase("这个账号无权读取“{name}”", "the account may not read `{name}`", name=relation)
    return Finding(rule, Phrase("请让数据库管理员授予 SELECT 权限", "ask the administrator for the right to SELECT"))
