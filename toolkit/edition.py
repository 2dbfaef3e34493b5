"""One edition (届) from its folder: what the committee decided, and what was recorded."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.resources import house_folder
from toolkit.ground.text import Phrase
from toolkit.ground.toml_reader import on_their_lines
from toolkit.indicators.checks import class_problems
from toolkit.indicators.consent import consent_problems
from toolkit.indicators.engine import Engine
from toolkit.indicators.panel import judging
from toolkit.records import Records, load_records
from toolkit.records.dictionary import Tables, load_tables
from toolkit.records.references import reference_problems
from toolkit.scheme import Scheme, read_scheme

if TYPE_CHECKING:
    from collections.abc import Callable

EDITION = "COMMITTEE_EDITION"
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Edition:
    """An edition that was read: its folder, scheme, data dictionary and records."""

    folder: Path
    scheme: Scheme
    tables: Tables
    records: Records

    def __repr__(self) -> str:
        return f"Edition({self.scheme.edition}: {self.records!r})"


def open_edition(folder: Path | str | None = None) -> Edition:
    """The edition in `folder`; without one that of the notebook's server, or else the demo.

    Raises
    ------
    Refused
        With all problems of scheme, tables and records, when any of them is an error.
    """
    edition, problems = check_edition(folder or os.environ.get(EDITION) or house_folder("data/demo"))
    if edition is None or problems.errors:
        raise Refused(problems)
    return edition


def check_edition(folder: Path | str) -> tuple[Edition | None, Problems]:
    """The edition in `folder` and all problems of its scheme, tables and records together.

    The edition is None where scheme or tables cannot be read; where only the scheme fails, the records have
    still not been read, since it says who the members are.
    """
    folder = Path(folder)
    scheme, of_scheme = _read(read_scheme, folder / "scheme.toml")
    tables, of_tables = _read(lambda path: (load_tables(path), Problems()), folder / "tables.toml")
    problems = of_scheme + of_tables
    if scheme is None or tables is None:
        return None, problems
    records = load_records(folder, tables, scheme.members)
    records = replace(records, digests={**_digests(folder), **records.digests})
    unknown = reference_problems(scheme, tables)
    problems = problems + unknown + records.problems
    if not unknown.errors:
        problems += judging(scheme, records).problems
        with Engine(scheme, records) as engine:
            problems += consent_problems(engine, scheme)
    if len(records.members):
        problems += class_problems(scheme, records.members)
    if records.members.empty and not problems.errors:
        problems += (_nobody(scheme, tables),)
    return Edition(folder, scheme, tables, records), on_their_lines(problems, folder / "scheme.toml")


def _nobody(scheme: Scheme, tables: Tables) -> Problem:
    rule = Phrase("一个会员也没有，没有可评的对象", "there is not one member: nobody to evaluate")
    mend = Phrase("请填写会员表", "fill in the members table")
    return Problem("error", rule, mend, file=tables.table[scheme.members.table].file or "")


def _digests(folder: Path) -> dict[str, str]:
    return {name: sha256((folder / name).read_bytes()).hexdigest() for name in ("scheme.toml", "tables.toml")}


def _read(read: Callable[[Path], tuple[T, Problems]], path: Path) -> tuple[T | None, Problems]:
    try:
        return read(path)
    except Refused as error:
        return None, error.problems
