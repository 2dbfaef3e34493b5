"""One edition (届) from its folder: what the committee decided, and what was recorded."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from toolkit.ground.answers import KEPT
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.resources import EDITION, house_folder
from toolkit.ground.text import Language, Phrase, asked_language
from toolkit.ground.toml_reader import on_their_lines, salvaged, texts
from toolkit.indicators.checks import class_problems, unledgered
from toolkit.indicators.consent import consent_problems, version_problems
from toolkit.indicators.engine import Engine
from toolkit.indicators.panel import Judging, judged_by_panel, judging
from toolkit.minutes.adoption import MEMORY, found_problems
from toolkit.minutes.decisions import changed_after, garbled_lines, placings_of, rulings_of
from toolkit.minutes.journal import cut_problems, read_journal
from toolkit.records import Records
from toolkit.records.dates import day_problems
from toolkit.records.dictionary import Tables, load_tables, table_faults
from toolkit.records.folder import UNREAD
from toolkit.records.members import late_applications
from toolkit.records.reading import load_records
from toolkit.records.references import reference_problems
from toolkit.scheme import Scheme, read_scheme
from toolkit.scheme.checks import scheme_faults
from toolkit.scheme.writing import plain_values

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from toolkit.ground.ranking import Placing, Ruling


SCHEME, TABLES = "scheme.toml", "tables.toml"
# What no other file hangs on stands in where it is missing or wrong, so that the rest can be held against the data dictionary.
LACKING = {"schema": 1, "title": "—", "edition": "—", "as_of": dt.date(9999, 12, 31)}
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Edition:
    """An edition that was read: its folder, scheme, data dictionary and records.

    Its panel is judged as it is read, for `evaluate` to take; None where the scheme names what is not in the dictionary, and where
    there are two stages, of which the first says whom the panel had to score: `panel_of` judges it then.
    """

    folder: Path
    scheme: Scheme
    tables: Tables
    records: Records
    judged: Judging | None = None

    @property
    def counts(self) -> pd.DataFrame:
        """How many rows of each file and sheet were read, accepted, refused by reader or panel, and are no data."""
        return self.records.counted(self.judged.problems) if self.judged else self.records.counts

    def score_bounds(self, indicator: str) -> tuple[float, float] | None:
        """The lowest and highest score there is of an indicator that a panel scores; None where its column has no range."""
        scored = [item.measure for item in judged_by_panel(self.scheme) if item.id == indicator]
        return next((self.tables.table[str(measure.table)].column[str(measure.column)].range for measure in scored), None)

    def __repr__(self) -> str:
        return f"Edition({self.scheme.edition}: {self.records!r})"


def open_edition(folder: Path | str | None = None) -> Edition:
    """The edition in `folder`; without one that of the notebook's server, or in whose ``notebooks/`` one works, or else the demo.

    A notebook, which names no folder, reads it in the language that the reader asked for (`ASKED`); the file keeps its own.

    Raises
    ------
    Refused
        With all problems of scheme, tables and records, when any of them is an error.
    """
    place, answers = Path(folder or edition_folder()), KEPT.get()
    asked = None if folder else asked_language()
    if answers is None:
        return _sound(place, asked)
    return answers.read(place, lambda place: _sound(place, asked), lambda found: (found.scheme, found.records), asked or "")


def _sound(folder: Path, asked: Language | None) -> Edition:
    edition, problems = check_edition(folder)
    if edition is None or problems.errors:
        raise Refused(problems)
    return replace(edition, scheme=edition.scheme.model_copy(update={"language": asked})) if asked else edition


def edition_folder() -> Path:
    """The folder of the edition at hand: that of the notebook's server, or in whose ``notebooks/`` one works, or else the demo's."""
    return Path(os.environ.get(EDITION) or _around(Path.cwd()) or house_folder("data/demo"))


def _around(place: Path) -> Path | None:
    """The edition whose own notebooks lie in `place`, whatever opened them there."""
    return place.parent if place.name == "notebooks" and (place.parent / "scheme.toml").is_file() else None


def check_edition(folder: Path | str) -> tuple[Edition | None, Problems]:
    """The edition in `folder` and all problems of its scheme, tables and records together.

    The edition is None where scheme or tables cannot be read as they stand; what can be seen of references and records
    despite that is told with the rest.
    """
    reading = read_edition(Path(folder))
    return reading.edition if reading.sound else None, reading.problems


def load_plan(folder: Path) -> tuple[Scheme, Tables]:
    """The scheme and the data dictionary of the edition in `folder`, without its records.

    Raises
    ------
    Refused
        With the faults of both.
    """
    scheme, of_scheme = _read(read_scheme, folder / SCHEME)
    tables, of_tables = _read(lambda path: (load_tables(path), Problems()), folder / TABLES)
    if scheme is None or tables is None:
        raise Refused(of_scheme + of_tables)
    return scheme, tables


@dataclass(frozen=True, eq=False)
class Reading:
    """What could be read of an edition: whether as it stands, and whether it can be measured."""

    edition: Edition | None
    problems: Problems
    sound: bool = False
    measurable: bool = False


def read_edition(folder: Path) -> Reading:
    """What can be read of the edition in `folder`, and everything that is to be said of its scheme, tables and records."""
    scheme, of_scheme = _read(read_scheme, folder / SCHEME)
    tables, of_tables = _read(lambda path: (load_tables(path), Problems()), folder / TABLES)
    problems, sound = of_scheme + of_tables, scheme is not None and tables is not None
    whole = fitting = True
    if tables is None:
        tables, fitting = salvaged(folder / TABLES, Tables, table_faults)
    if scheme is None:
        scheme, whole = _salvaged_scheme(folder / SCHEME)
    if scheme is None or tables is None or not (sound or scheme.members.table in tables.table):
        return Reading(None, problems)
    records = load_records(folder, tables, scheme.members, words=texts(scheme.model_dump()))
    if not fitting:
        records = replace(records, problems=Problems(tuple(problem for problem in records.problems if problem.mend not in UNREAD)))
    rulings, placings, of_minutes = _minutes(folder)
    records = replace(records, digests={**_digests(folder), **records.digests}, rulings=rulings, placings=placings)
    unknown = reference_problems(scheme, tables) if fitting else Problems()
    problems += unknown + records.problems + of_minutes
    whole = whole and fitting and not unknown.errors
    judged = judging(scheme, records) if whole and scheme.shortlist is None else None
    if whole:
        problems += (judged.problems if judged else Problems()) + day_problems(scheme, tables, records.frames)
        problems += tuple(late_applications(records.frames, tables, scheme.members, scheme.as_of))
        with Engine(scheme, records) as engine:
            problems += (*version_problems(engine, scheme, records), *consent_problems(engine, scheme, records), *unledgered(engine, scheme, records))
    if len(records.members) and (whole or sound):
        problems += class_problems(scheme, records.members)
    if records.members.empty and not problems.errors:
        problems += (_nobody(scheme, tables),)
    edition = Edition(folder, scheme, tables, records, judged)
    return Reading(edition, on_their_lines(problems, folder / SCHEME), sound, whole and not records.members.empty)


def _minutes(folder: Path) -> tuple[tuple[Ruling, ...], tuple[Placing, ...], Problems]:
    """What the minutes rule, and what is wrong with them; of a frozen copy nothing is noticed, for its scheme is the one that was sealed."""
    try:
        journal = read_journal(folder)
    except Refused as refused:
        return (), (), refused.problems
    problems = garbled_lines(journal) + changed_after(journal) + cut_problems(folder, journal)
    noticed = found_problems(folder, journal) if (folder / MEMORY).is_dir() else Problems()
    return rulings_of(journal), placings_of(journal), journal.problems + problems + noticed


def _salvaged_scheme(path: Path) -> tuple[Scheme | None, bool]:
    """What of a faulty scheme can be held against the records, and whether it lacks nothing that it decides."""
    scheme, whole = salvaged(path, Scheme, lacking=LACKING)
    if scheme is None or not whole:
        return scheme, False
    return scheme, all(fault.severity != "error" or fault.path[-1] == "weight" for fault in scheme_faults(plain_values(scheme)))


def _nobody(scheme: Scheme, tables: Tables) -> Problem:
    rule = Phrase("一个会员也没有，没有可评的对象", "there is not one member: nobody to evaluate")
    mend = Phrase("请填写会员表", "fill in the members table")
    return Problem("error", rule, mend, file=tables.table[scheme.members.table].file or "")


def _digests(folder: Path) -> dict[str, str]:
    return {name: sha256((folder / name).read_bytes()).hexdigest() for name in (SCHEME, TABLES)}


def _read(read: Callable[[Path], tuple[T, Problems]], path: Path) -> tuple[T | None, Problems]:
    try:
        return read(path)
    except Refused as error:
        return None, error.problems
