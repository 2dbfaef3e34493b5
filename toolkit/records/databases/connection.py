"""A read-only connection to where a table stands, and the relation found there by its name; a SQLite table is read into Arrow.

Where that is, `source` and `relation` in tables.toml word as an address: never with a password.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit

from toolkit.ground.problems import did_you_mean
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import Fault
from toolkit.ground.toml_syntax import KeyPath, Raw
from toolkit.records.findings import Finding

if TYPE_CHECKING:
    import duckdb
    import ibis.expr.types as ir
    import pyarrow as pa


Engine = Literal["postgres", "duckdb", "sqlite", "spark", "parquet"]
SERVERS = ("postgres", "postgresql")
FILES = ("duckdb", "sqlite")
PARQUET = ".parquet"
HIDDEN = "postgres://…"  # an address that may hold a password is not repeated
PASSWORD = "COMMITTEE_DB_PASSWORD"  # noqa: S105 - the name of a variable
PASSWORD_KEY = re.compile(r"pass(word|wd|file)?|pwd|secret|token", re.IGNORECASE)
EXAMPLE = Phrase(
    '例如 source = "postgres://主机/库"、"duckdb:records/x.duckdb" 或 "sqlite:records/x.sqlite"',
    'such as source = "postgres://host/db", "duckdb:records/x.duckdb" or "sqlite:records/x.sqlite"',
)


class Address(NamedTuple):
    """A source as it is opened.

    Parameters
    ----------
    kind
        Which engine holds it.
    text
        How problems name it.
    path
        The file (relative to the edition), the database, or the Spark master.
    host, port, user
        The server's.
    """

    kind: Engine
    text: str
    path: str
    host: str = ""
    port: int = 5432
    user: str = ""


def read_address(source: str) -> Address:
    """The address that `source` names.

    Examples
    --------
    >>> read_address("postgres://db.example:5433/federation").port
    5433
    >>> read_address("duckdb:records/acts.duckdb").path
    'records/acts.duckdb'
    """
    scheme, _, rest = source.partition(":")
    if scheme in SERVERS:
        url = urlsplit(source)
        return Address("postgres", source, unquote(url.path[1:]), url.hostname or "", url.port or 5432, unquote(url.username or ""))
    if scheme == "spark":
        return Address("spark", source, source if rest.startswith("//") else rest)
    return Address("duckdb" if scheme == "duckdb" else "sqlite", source, rest)


def password() -> str | None:
    """The password of a database, from the environment only; without it the server's own ways hold (PGPASSWORD, .pgpass)."""
    return os.environ.get(PASSWORD) or None  # pragma: no cover - for servers, which `make engines` asks


def source_faults(path: KeyPath, table: Raw) -> Iterator[Fault]:
    """What is wrong with a table that names a `source`."""
    source, relation = table.get("source"), table.get("relation")
    if isinstance(source, str):
        quoted = source if "@" not in source and "?" not in source else HIDDEN
        yield from (Fault((*path, "source"), *fault, quoted) for fault in address_faults(source))
    if not relation:
        rule = Phrase("没有写明读哪个表或视图", "it is not said which table or view to read")
        yield Fault((*path, "relation"), rule, Phrase('请加上 relation = "表名"', 'add relation = "name"'))
    for key in ("file", "sheet"):
        if key in table:
            rule = phrase("有 source 时不能写“{key}”", "`{key}` does not go with `source`", key=key)
            yield Fault((*path, key), rule, Phrase("请只留一处", "keep one of them"))


def address_faults(source: str) -> Iterator[tuple[Phrase, Phrase]]:
    """What is wrong with a `source`, as rule and mend; the mend never repeats a password."""
    scheme, _, rest = source.partition(":")
    if scheme in SERVERS and rest.startswith("//"):
        yield from _server_faults(source)
    elif scheme in FILES:
        if not rest or rest.startswith(("/", "~")) or re.match(r"[A-Za-z]:", rest) or "\\" in rest or ".." in rest.split("/"):
            rule = Phrase("数据库文件应写成相对于届次文件夹的路径，用 /", "a database file is named relative to the edition, with /")
            yield rule, EXAMPLE
    elif scheme != "spark" or not rest:
        yield Phrase("不认识的数据来源", "an unknown kind of source"), EXAMPLE


def _server_faults(source: str) -> Iterator[tuple[Phrase, Phrase]]:
    try:
        url = urlsplit(source)
        _ = url.port
    except ValueError:
        yield Phrase("数据库地址不完整", "the address of the database cannot be read"), EXAMPLE
        return
    if url.password is not None or _asks_password(url):
        rule = Phrase("密码不得写在 tables.toml 里", "a password must not stand in tables.toml")
        yield rule, phrase("请删去，改用环境变量 {name} 或 PGPASSWORD", "remove it; set {name} or PGPASSWORD in the environment", name=PASSWORD)
    elif url.query or url.fragment:
        rule = Phrase("地址里不能带参数", "the address takes no parameters")
        yield rule, Phrase("请用 PGSSLMODE 等环境变量", "set PGSSLMODE and the like in the environment")
    elif not url.hostname or not url.path.strip("/"):
        yield Phrase("数据库地址缺主机或库名", "the address lacks its host or its database"), EXAMPLE


def _asks_password(url: SplitResult) -> bool:
    return any(PASSWORD_KEY.fullmatch(part.partition("=")[0]) for part in url.query.split("&"))


class Unreachable(Exception):  # noqa: N818 - named for what happened, as a committee would say it
    """A source or relation that cannot be read, and why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.rule.en)
        self.finding = finding


def chosen(relation: str, known: Sequence[tuple[str, str]], home: str) -> tuple[str, str]:
    """The (schema, name) that `relation` means: a bare name in `home` goes first, then "schema.name".

    Raises
    ------
    Unreachable
        With the nearest name.
    """
    schema, dot, name = relation.partition(".")
    for candidate in ((home, relation), *([(schema, name)] if dot else [])):
        if candidate in known:
            return candidate
    names = [name if schema == home else f"{schema}.{name}" for schema, name in known]
    raise Unreachable(_no_relation(relation, names))


def missing_extra(name: str) -> Finding:
    """A driver that is not installed."""
    rule = phrase("读取这种数据来源需要附加组件 {name}", "this source needs the extra `{name}`", name=name)
    mend = phrase(
        "请运行 pip install 'evaluation-committee-toolkit[{name}]'", "run pip install 'evaluation-committee-toolkit[{name}]'", name=name
    )
    return Finding(rule, mend)


def _no_relation(relation: str, known: Sequence[str]) -> Finding:
    rule = phrase("没有名为“{name}”的表或视图", "there is no table or view called `{name}`", name=relation)
    return Finding(rule, did_you_mean(relation, known) or Phrase("请核对 relation，或确认该账号有权查看", "check `relation`, or whether the account may see it"))



DUCKDB_RELATIONS = """
SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = 'held' ORDER BY ALL
"""
MISFIT = "_misfit_"  # before a column's name: what stands in it and is not of its kind
LIMITS: dict[str, str | bool] = {"memory_limit": "1GB", "preserve_insertion_order": False}  # beyond it DuckDB spills to the disk


@dataclass(frozen=True)
class Relation:
    """A table or view where it stands.

    Parameters
    ----------
    table
        Its columns as the engine knows them.
    places
        How `_file` and `_row` are called in it where it is a file with rows in order; empty for a database.
    misfits
        By column the one that says what stands in it as text, where that is not of the column's kind; null elsewhere.
    """

    table: ir.Table
    places: tuple[str, str] | tuple[()] = ()
    misfits: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def opened_relation(folder: Path, address: Address, relation: str) -> Iterator[Relation]:
    """The relation, as long as its connection is open.

    Raises
    ------
    Unreachable
        When the server or file cannot be reached, or the relation is missing or may not be read.
    """
    opener: Mapping[str, Callable[..., Any]] = {
        "duckdb": _duckdb, "sqlite": _sqlite, "parquet": _parquet, "postgres": _postgres, "spark": _spark,
    }  # fmt: skip
    with opener[address.kind](folder, address, relation) as opened:
        yield opened


@contextmanager
def embedded() -> Iterator[duckdb.DuckDBPyConnection]:
    """An embedded DuckDB in bounded memory; what does not fit goes to a temporary folder."""
    import duckdb

    spill = tempfile.mkdtemp(prefix="committee-")
    try:
        config: dict[str, Any] = {**LIMITS, "temp_directory": spill, "autoinstall_known_extensions": False}
        with duckdb.connect(config=config) as con:
            yield con
    finally:
        shutil.rmtree(spill, ignore_errors=True)


@contextmanager
def _duckdb(folder: Path, address: Address, relation: str) -> Iterator[Relation]:
    import duckdb
    import ibis

    path = _literal(str(_file(folder, address)))
    with embedded() as con:
        try:
            con.execute(f"ATTACH {path} AS held (READ_ONLY)")
        except duckdb.Error as error:
            raise Unreachable(_damaged()) from error
        rows = con.execute(DUCKDB_RELATIONS).fetchall()
        schema, name = chosen(relation, rows, "main")
        yield Relation(ibis.duckdb.from_connection(con).table(name, database=("held", schema)))


@contextmanager
def _sqlite(folder: Path, address: Address, relation: str) -> Iterator[Relation]:
    import ibis

    with embedded() as con:
        rows = read_sqlite(_file(folder, address), relation)
        misfits = {name.removeprefix(MISFIT): name for name in rows.column_names if name.startswith(MISFIT)}
        con.register("held", rows)
        yield Relation(ibis.duckdb.from_connection(con).table("held"), misfits=misfits)


@contextmanager
def _parquet(folder: Path, address: Address, relation: str) -> Iterator[Relation]:
    """All files of the pattern as one relation; `relation` is the folder's own list, a file a line."""
    import duckdb
    import ibis
    import pyarrow as pa
    import pyarrow.parquet as pq

    del address
    with embedded() as con:
        try:
            for file in relation.splitlines():
                pq.read_metadata(folder / file)  # a view looks into the first alone
            # the names of the files are taken as they are: a [ in one is no pattern
            files = ", ".join(_literal(str(folder / file).replace("[", "[[]")) for file in relation.splitlines())
            con.execute(f"CREATE VIEW held AS FROM read_parquet([{files}], filename='__file', file_row_number=true)")
        except (OSError, pa.ArrowInvalid, duckdb.Error) as error:
            raise Unreachable(_damaged()) from error
        yield Relation(ibis.duckdb.from_connection(con).table("held"), ("__file", "file_row_number"))


@contextmanager
def _postgres(folder: Path, address: Address, relation: str) -> Iterator[Relation]:
    del folder
    try:
        from toolkit.records.databases.postgres import read_relation
    except ImportError as error:
        raise Unreachable(missing_extra("postgres")) from error
    with read_relation(address, relation) as table:
        yield Relation(table)


@contextmanager
def _spark(folder: Path, address: Address, relation: str) -> Iterator[Relation]:
    del folder
    try:
        from toolkit.records.databases.spark import read_relation
    except ImportError as error:
        raise Unreachable(missing_extra("spark")) from error
    yield Relation(read_relation(address, relation))


def _file(folder: Path, address: Address) -> Path:
    path = folder / address.path
    if not path.is_file():
        rule = Phrase("找不到这个数据库文件", "the database file is missing")
        raise Unreachable(Finding(rule, Phrase("请放入该文件，或改正 source", "add it, or correct `source`")))
    return path


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _damaged() -> Finding:
    rule = Phrase("文件已损坏、正被占用，或不是这种数据库", "the file is damaged, in use, or of another kind")
    return Finding(rule, Phrase("请关闭占用它的程序，或重新导出", "close what uses it, or export it again"))


def read_sqlite(path: Path, relation: str) -> pa.Table:
    """All rows of a relation; a column of mixed kinds comes back as text, to be refused where numbers are expected.

    SQLite keeps no dates and booleans, and no column to its kind: one declared as dates or numbers comes back as that
    where at least half of its values are, and the others as text in a column beside it.

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
    arrays: dict[str, pa.Array] = {}
    for (column, kind), values in zip(declared.items(), columns, strict=True):
        fitting, misfits = _parted(values, kind)
        arrays[column] = _array(fitting, kind)
        if any(misfit is not None for misfit in misfits):
            arrays[MISFIT + column] = pa.array(misfits, pa.string())
    return pa.table(arrays)


def _parted(values: Sequence[Any], declared: str) -> tuple[Sequence[Any], Sequence[str | None]]:
    """The values that are of the declared kind, and as text those that are not; all as they are where most are not."""
    fits = next((test for words, test in FITTING if any(word in declared for word in words)), None)
    if fits is None:
        return values, ()
    fitting = [value is None or fits(value) for value in values]
    filled = sum(value is not None for value in values)
    if all(fitting) or 2 * (len(values) - sum(fitting)) > filled:
        return values, ()
    fitting_values, misfits = zip(*((value, None) if fit else (None, str(value)) for value, fit in zip(values, fitting, strict=True)), strict=True)
    return fitting_values, misfits


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(dt.datetime.fromisoformat(value))
    except ValueError:
        return False


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


FITTING: tuple[tuple[tuple[str, ...], Callable[[Any], bool]], ...] = (
    (("DATE", "TIME"), _is_day), (("INT", "REAL", "FLOA", "DOUB", "NUM", "DEC"), lambda value: isinstance(value, int | float)),
)  # fmt: skip


def _array(values: Sequence[Any], declared: str) -> pa.Array:
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


def _integers(values: Sequence[Any]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.int64())


def _words(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
