"""A SQLite table or view, read-only, as an Arrow table: each column of the one kind that all its values are of."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from toolkit.reading.findings import Finding
from toolkit.sources.catalogue import Unreachable, chosen
from toolkit.text import Phrase

if TYPE_CHECKING:
    import pyarrow as pa


def read_relation(path: Path, relation: str) -> pa.Table:
    """All rows of a relation; a column of mixed kinds comes back as text, to be refused where numbers are expected.

    SQLite keeps no dates and booleans: a column declared as one comes back as that where every value reads as one.

    Raises
    ------
    Unreachable
        When the file is no SQLite database or has no such relation.
    """
    import pyarrow as pa

    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as con:
            known = con.execute("SELECT 'main', name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name").fetchall()
            _, name = chosen(relation, known, "main")
            declared = {row[1]: str(row[2]).upper() for row in con.execute("SELECT * FROM pragma_table_info(?)", (name,))}
            rows = con.execute(f"SELECT * FROM {_quoted(name)}").fetchall()  # noqa: S608 - quoted
    except sqlite3.Error as error:
        rule = Phrase("文件已损坏，或不是 SQLite 数据库", "the file is damaged, or no SQLite database")
        raise Unreachable(Finding(rule, Phrase("请重新导出", "export it again"))) from error
    columns = list(zip(*rows, strict=True)) or [()] * len(declared)
    return pa.table({column: _array(values, kind) for (column, kind), values in zip(declared.items(), columns, strict=True)})


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _array(values: tuple[Any, ...], declared: str) -> pa.Array:
    import pyarrow as pa

    kinds = {type(value) for value in values} - {type(None)}
    if "BOOL" in declared and kinds <= {int} and set(values) <= {0, 1, None}:
        return pa.array([None if value is None else bool(value) for value in values], pa.bool_())
    if ("DATE" in declared or "TIME" in declared) and kinds <= {str}:
        try:
            return pa.array(values, pa.string()).cast(pa.timestamp("us"))
        except pa.ArrowInvalid:
            return pa.array(values, pa.string())
    if kinds <= {int} and not (kinds == set() and "CHAR" in declared + "TEXT"):
        return _integers(values)
    if kinds <= {int, float}:
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array([value if value is None or isinstance(value, str) else _words(value) for value in values], pa.string())


def _integers(values: tuple[Any, ...]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.int64())


def _words(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
