"""Where a table outside files stands, as `source` and `relation` in tables.toml word it: never with a password."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from toolkit.ground.problems import nearest
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import Fault
from toolkit.ground.toml_syntax import KeyPath, Raw
from toolkit.records.findings import Finding

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
    return os.environ.get(PASSWORD) or None


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
    guess = nearest(relation, known)
    if guess:
        return Finding(rule, phrase("是否为“{guess}”？", "is it `{guess}`?", guess=guess))
    return Finding(rule, Phrase("请核对 relation，或确认该账号有权查看", "check `relation`, or whether the account may see it"))
