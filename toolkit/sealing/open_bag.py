"""The open bag: what anyone may have, and compute again without records: written at the seal, sent out beside the cards, checked alone.

Its payload lies in the sealed bag too; the SHA-256 of its manifest stands on the notice.
"""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.evaluation.scores import TOTAL
from toolkit.ground.problems import Problem, Problems, Refused, refuse, stop_at
from toolkit.ground.ranking import Ruling, Tie
from toolkit.ground.resources import file_digest
from toolkit.ground.text import REACHED, Phrase, discreet, former_words, phrase
from toolkit.ground.toml_reader import modelled
from toolkit.ground.toml_syntax import with_quoted_keys
from toolkit.ground.writing import replaced_folder, write_csv
from toolkit.minutes.decisions import PUBLIC, STATE, STATES, rules_lost, state_of
from toolkit.minutes.journal import Journal, read_journal
from toolkit.publication.extract import unfit_to_publish, unguarded
from toolkit.publication.open_rows import CLASSES, LINES, WITHHELD, OpenRows
from toolkit.publication.opening import open_rows
from toolkit.reports.csv_files import text_cells
from toolkit.reports.wording import NOT_APPLICABLE
from toolkit.scheme import Scheme, load_scheme
from toolkit.scheme.checks import scheme_faults
from toolkit.scheme.shapes import is_missing, state_name
from toolkit.scheme.writing import plain_values, rewritten
from toolkit.sealing.bag import (
    BAG_FILES,
    DISTRIBUTION,
    MANIFEST,
    TAG_MANIFEST,
    bag_problems,
    read_bag_info,
    versions,
    write_bag,
)
from toolkit.sealing.differences import ASK, cell_problems, difference, differing_line
from toolkit.sealing.open_readme import README, readme
from toolkit.sealing.parts import OPEN, OPEN_FILES, OPEN_LABEL, OPEN_TABLES, RECOMPUTING, RELEASES, Step

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

SCHEME = "scheme.toml"
MEMBERS, MEASURED, ADJUSTED, MET, BEFORE, SCORES, LIST, WINNERS, BOUNDS, COUNTS, BARS, RULED = OPEN_TABLES
RULINGS = ("award", "class", "places", "member", "given")
BAGGED = frozenset({*BAG_FILES, TAG_MANIFEST, *(f"data/{name}" for name in OPEN_FILES)})
SEALED, LOST = "Sealed-Bag-SHA256", "Rules-Lost-Date"
FORMAT = "1"
NEITHER = frozenset({"weighting", "signatures", "phase", "workplan", "appointment"})
"""What of a scheme concerns no one who recomputes: how experts voted, who signs, what the action asks by when, who is appointed."""
YES, NO = "true", "false"
UNREADABLE = Phrase("不是开放包应有的样子，无法读取", "cannot be read as a part of an open bag")
FURTHEST = 1e12
"""No bound of a total lies further from 0."""
HUGEST = 1e100
"""No measured value lies further from 0: what is computed of it stays finite."""
MOST = 100_000
"""Members that a count may tell: for one who is not open somebody stands in, and no number in a file may fill the reader's machine."""
TOO_MANY = phrase("家数不可能如此：须为不小于 0 的整数，各类合计不超过 {most} 家", "no such counts: whole numbers from 0 on, at most {most:member|members} in all", most=MOST)
UNCOMPARED = Phrase("由另一版本的程序写出，文字没有核对；以各表和指纹为准", "written by another version: its words were not compared; the tables and the fingerprint count")
STRANGE = Phrase("开放包里不应有这个文件", "an open bag holds no such file")
OTHER_EDITION = Phrase("文件夹里是另一届的开放包，不能覆盖", "it holds the open bag of another edition, which is not written over")
ELSEWHERE = Phrase("请用 --to 另指一个文件夹", "name another folder: --to")
LACKING = Phrase("开放包必须有这个文件，但没有", "an open bag must hold this file, and it does not")
OTHER_PRINT = Phrase("开放包的指纹与公示所列的不同", "the fingerprint of the open bag is not the one on the notice")
UNKNOWN = Phrase("不认识写出它的程序版本", "was written by a version that this one does not know")
NONE_SEALED = (
    Phrase("封存这一版时没有生成开放包", "no open bag was sealed with this revision"),
    Phrase("请用现在的版本另封一版", "seal a new revision with this version"),
)
NOT_YET = Phrase("本届现为“{state.zh}”，还没有公示，不能公开", "the edition is `{state.en}`: it is not public yet")
PUBLICISE = Phrase(
    "请先公示并记入工作记录：committee decide 届次 state publicised（先告知本人，再公开对其不利的评价：《深圳经济特区社会信用条例》第三十九条）",
    "make the notice public first: committee decide DIR state publicised (whom an evaluation is against is told before it is published: Shenzhen Credit Regulations, art. 39)",
)


@dataclass(frozen=True)
class Facts:
    """What an open bag says of the seal it comes of: revision, day and version of the program, and since when the rules sealed before the records are lost, if they are."""

    revision: str
    day: str
    version: str
    rules_lost: str = ""


def rules_lost_on(rules: str, data: Path) -> str:
    """The day on which the rules of the digest `rules` were entered as lost in the minutes of the payload `data`; empty where there were none or they are there."""
    lost = rules_lost(read_journal(data / "edition")) if rules else None
    return lost.time.date().isoformat() if lost else ""


def seal_open(evaluation: Evaluation, facts: Facts, data: Path) -> None:
    """Write what may be opened of an evaluation into the payload `data` of the bag that is being sealed."""
    write_open(open_rows(evaluation), facts, data / OPEN)


def open_digest(data: Path) -> dict[str, str]:
    """The fingerprint of the open bag of a payload; nothing where it has none."""
    return {OPEN: hashlib.sha256(_manifest(data / OPEN).encode()).hexdigest()} if (data / OPEN).is_dir() else {}


def _manifest(folder: Path) -> str:
    """The manifest of the bag that holds these files, as `sha256sum` writes it."""
    return "".join(f"{file_digest(path)}  data/{path.name}\n" for path in sorted(folder.iterdir()))


def write_open(rows: OpenRows, facts: Facts, folder: Path) -> None:
    """Write the open rows, and what is computed of them, as files a person can open."""
    folder.mkdir(parents=True)
    scheme = told_scheme(rows.scheme)
    tables = _tables(rows)
    (folder / SCHEME).write_text(with_quoted_keys(rewritten("", scheme)), encoding="utf-8", newline="\n")
    for name, cells in tables.items():
        write_csv(cells, folder / name, index=cells.index.name is not None)
    (folder / README).write_text(readme(rows, facts), encoding="utf-8", newline="\n")


def told_scheme(scheme: Scheme) -> Scheme:
    """A scheme without its remarks, its experts and whatever was typed into a wrong place: telephone and identity numbers are masked."""
    raw = {key: value for key, value in plain_values(scheme).items() if key not in NEITHER}
    if (panel := scheme.panel) is not None:
        raw["panel"] = {"minimum": panel.minimum, "trim": panel.trim, "holds": "results"} | ({} if panel.trim_from is None else {"trim_from": panel.trim_from})
    told: dict[str, Any] = _masked(raw)
    if (publication := scheme.publication) is not None:  # which office is to be called is public, in English too
        told["publication"] |= {key: raw["publication"][key] for key in ("contact", *REACHED) if key in raw["publication"]}
        named = {name: said for name, said in scheme.english.items() if name in {publication.contact, *publication.reached.values()}}
        told |= {"english": _masked({name: said for name, said in scheme.english.items() if name not in named}) | named} if named else {}
    return modelled(told, Scheme, scheme_faults, SCHEME)[0]


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {discreet(key): _masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return discreet(value) if isinstance(value, str) else value


def _tables(rows: OpenRows) -> dict[str, pd.DataFrame]:
    """Every table as text, by the name of its file; those that nothing is asked of are left out."""
    scheme, decimals, word = rows.scheme, rows.scheme.decimals, NOT_APPLICABLE.into(rows.scheme.language)
    members = rows.members.assign(**{name: np.where(rows.members[name].astype(bool), YES, NO) for name in ("applied", "recorded")})
    scores, ranking, counted = rows.evaluation.scores, rows.ranking, rows.recounted
    tables = {
        MEMBERS: text_cells(members),
        MEASURED: text_cells(_stated(rows.raw)).where(rows.applicable.astype(bool), word),
        ADJUSTED: text_cells(rows.amounts) if scheme.adjustments else None,
        MET: text_cells(_stated(rows.conditions)) if scheme.conditions else None,
        BEFORE: text_cells(rows.previous) if len(rows.previous.columns) else None,
        SCORES: text_cells(scores).assign(total=_rounded(scores[TOTAL], decimals)),
        LIST: text_cells(ranking).assign(total=_rounded(ranking[TOTAL], decimals)),
        WINNERS: text_cells(rows.awards),
        BOUNDS: text_cells(rows.withheld).assign(**{end: _rounded(rows.withheld[end], decimals) for end in ("from", "to")}),
        COUNTS: text_cells(counted.classes.assign(left_out=np.where(counted.classes["left_out"], YES, NO))),
        RULED: text_cells(_ruled(rows)) if rows.rulings else None,
        BARS: text_cells(counted.lines).assign(line=_rounded(counted.lines["line"], decimals)),
    }
    return {name: table.rename_axis("member") if name in _OF_MEMBERS else table for name, table in tables.items() if table is not None}


def _ruled(rows: OpenRows) -> pd.DataFrame:
    """A row for each member of a tie that was ruled on."""
    ties = [(ruling.tie, set(ruling.given)) for ruling in rows.rulings]
    told = [(tie.award, tie.class_, tie.places, member, YES if member in given else NO) for tie, given in ties for member in tie.members]
    return pd.DataFrame(told, columns=list(RULINGS))


def _rulings(folder: Path, scheme: Scheme) -> Iterator[Ruling]:
    if not (folder / RULED).is_file():
        return
    for (award, class_, places), tied in _read(folder, RULED, RULINGS).groupby(["award", "class", "places"], sort=False):
        with _reading(RULED):
            tie = Tie(str(award), str(class_), tuple(tied["member"]), int(str(places)))
        yield Ruling(tie, tuple(tied["member"][tied["given"] == YES]), scheme.as_of, "", 0)


_OF_MEMBERS = frozenset({MEMBERS, MEASURED, ADJUSTED, MET, BEFORE, SCORES, LIST})


def _stated(raw: pd.DataFrame) -> pd.DataFrame:
    """States by the names a scheme has for them."""
    named: pd.DataFrame = raw.apply(lambda column: column.map(lambda state: None if is_missing(state) else state_name(state)) if column.dtype == object else column)
    return named


def _rounded(numbers: pd.Series[float], decimals: int) -> list[str]:
    return ["" if pd.isna(number) else f"{number + 0.0:.{decimals}f}" for number in numbers]


def read_open(folder: Path) -> OpenRows:
    """The open rows from the payload of an open bag.

    Raises
    ------
    Refused
        When a file is missing or cannot be read as `write_open` writes it.
    """
    scheme = load_scheme(folder / SCHEME)
    members = _read(folder, MEMBERS, ("member", "name", "class", "applied", "recorded", "vetoes")).set_index("member")
    for name in ("applied", "recorded"):
        members[name] = members[name].map({YES: True, NO: False})
    if members[["applied", "recorded"]].isna().to_numpy().any() or members.index.has_duplicates:
        raise _unreadable(MEMBERS)
    members = members.astype({"applied": bool, "recorded": bool})
    texts = _of_members(folder, MEASURED, [item.id for item in scheme.indicators], members)
    applicable = ~texts.isin([NOT_APPLICABLE.zh, NOT_APPLICABLE.en])
    previous = list(scheme.previous.columns) if scheme.previous else []
    values = _values(texts.where(applicable, ""))
    if any(isinstance(cell, str) for item in scheme.indicators if item.value.shape != "category" for cell in values[item.id]):
        raise _unreadable(MEASURED)
    if (values.select_dtypes("float64").abs() > HUGEST).any(axis=None):
        raise _unreadable(MEASURED)
    bounds = _floats(_read(folder, BOUNDS, WITHHELD), BOUNDS, "from", "to")
    if (bounds[["from", "to"]].abs() > FURTHEST).any(axis=None):
        raise _unreadable(BOUNDS)
    adjustments = _of_members(folder, ADJUSTED, [item.id for item in scheme.adjustments], members)
    return OpenRows(
        scheme, members, values, applicable,
        _floats(adjustments, ADJUSTED, *adjustments.columns),
        _values(_of_members(folder, MET, [item.id for item in scheme.conditions], members)),
        _values(_of_members(folder, BEFORE, previous, members)),
        bounds,
        _classes(_read(folder, COUNTS, CLASSES)),
        _lines(_read(folder, BARS, LINES)),
        tuple(_rulings(folder, scheme)),
    )  # fmt: skip


def _of_members(folder: Path, name: str, columns: list[str], members: pd.DataFrame) -> pd.DataFrame:
    """A table with a row for each open member, as text."""
    if not columns:
        return pd.DataFrame(index=members.index)
    table = _read(folder, name, ("member", *columns)).set_index("member")
    if not table.index.equals(members.index):
        raise _unreadable(name)
    return table


def _read(folder: Path, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """A table as text; its cells without the apostrophe that keeps a spreadsheet from computing them."""
    path = folder / name
    if not path.is_file():
        raise refuse(LACKING, ASK, file=name)
    with _reading(name):
        headings, *lines = _cells(path)
    if tuple(map(unguarded, headings)) != columns or any(len(line) != len(columns) for line in lines):
        raise _unreadable(name)
    return pd.DataFrame([[unguarded(cell) for cell in line] for line in lines], columns=list(columns), dtype=object)


def _values(texts: pd.DataFrame) -> pd.DataFrame:
    """Raw values of the text they were written as: numbers where a column has nothing else."""
    values: pd.DataFrame = texts.map(_value).apply(lambda column: column.astype("float64") if all(type(value) is float for value in column) else column.astype(object))
    return values


def _value(text: str) -> object:
    if text in {YES, NO}:
        return text == YES
    try:
        number = float(text or "nan")
    except ValueError:
        return text
    return number if not text or text in {repr(number), state_name(number)} else text


def _floats(table: pd.DataFrame, file: str, *columns: str) -> pd.DataFrame:
    with _reading(file):
        numbers = table.assign(**{name: pd.to_numeric(table[name].replace("", np.nan)).astype("float64") for name in columns})
        if (numbers[list(columns)].abs() > HUGEST).any(axis=None):
            raise _unreadable(file)
        return numbers


def _lines(table: pd.DataFrame) -> pd.DataFrame:
    with _reading(BARS):
        return _floats(table, BARS, "winners", "unnamed", "line", "places").astype({"places": "Int64", "winners": "int64", "unnamed": "int64"})


def _classes(table: pd.DataFrame) -> pd.DataFrame:
    """The counts, before anything is built of them: each class once, and no more members than there can be."""
    numbers = list(CLASSES[1:-1])
    with _reading(COUNTS):
        counts = table.astype(dict.fromkeys(numbers, "int64"))
    if not table["class"].is_unique:
        raise _unreadable(COUNTS)
    if (counts[numbers] < 0).any(axis=None) or (counts[numbers].astype("float64").sum() > MOST).any():
        raise refuse(TOO_MANY, ASK, file=COUNTS)
    return counts.assign(left_out=table["left_out"] == YES)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Refuse a file of which something is not what it should be."""
    try:
        yield
    except (ValueError, TypeError, OverflowError, OSError, csv.Error) as error:
        raise _unreadable(name) from error


def _unreadable(name: str) -> Refused:
    return refuse(UNREADABLE, ASK, file=name)


def open_problems(folder: Path, facts: Facts) -> Problems:
    """Everything in the payload of an open bag that is not what its own rows give; empty when all agree.

    Totals, grades, places, lines and awards are computed again by the same rule as the list's; what is told of those that are not open
    is taken as given, as far as it does not contradict the rest.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place, former_words(facts.version if facts.version in RELEASES else None):
        again = Path(place, "again")
        try:
            rows = read_open(folder)
            write_open(rows, facts, again)
        except Refused as refused:
            return refused.problems
        return Problems((*_file_problems(folder, again, facts), *rows.contradictions))


def _file_problems(folder: Path, again: Path, facts: Facts) -> Iterator[Problem]:
    here, there = ({path.name for path in place.iterdir()} for place in (folder, again))
    yield from (Problem("error", STRANGE, ASK, file=name) for name in sorted(here - there))
    yield from (Problem("error", LACKING, ASK, file=name) for name in sorted(there - here))
    for name in sorted(here & there):
        if (folder / name).read_bytes() == (again / name).read_bytes():
            continue
        if name.endswith(".csv"):
            yield from _table_problems(name, folder, again)
        elif name != README or facts.version == versions()[DISTRIBUTION]:
            row, value = differing_line(*((place / name).read_text("utf-8", "replace") for place in (folder, again)))
            yield difference(name, row=row, value=value)
        else:
            yield Problem("warning", UNCOMPARED, ASK, file=name, value=facts.version)


def _table_problems(name: str, folder: Path, again: Path) -> Iterator[Problem]:
    try:
        sealed, made = (_cells(place / name) for place in (folder, again))
        found = [*cell_problems(name, "", sealed, made, exact=name != SCORES or _spelt_otherwise(sealed, made))]
    except Refused as refused:
        found = [*refused.problems]
    yield from found or ([] if name == SCORES else [difference(name)])


def _spelt_otherwise(sealed: list[list[str]], made: list[list[str]]) -> bool:
    """Whether a score is told as the program tells none: ``1e2``, ``10.00``, digits of another script; totals are rounded, and told in one way only."""
    return any(was != is_ and (heading == TOTAL or not _is_spelt(was)) for line, again in zip(sealed, made, strict=False) for heading, was, is_ in zip(made[0], line, again, strict=False))


def _is_spelt(cell: str) -> bool:
    try:
        return repr(float(cell)) == cell
    except ValueError:
        return False


def _cells(path: Path) -> list[list[str]]:
    with _reading(path.name), path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def publication_problems(bag: Path) -> Problems:
    """Why the open bag of a sealed one may not be published yet, each with what demands it."""
    return Problems((*unfit_to_publish(load_scheme(bag / "data" / "edition" / "scheme.toml")), *_state_problems(bag)))


def edition_around(bag: Path) -> Path | None:
    """The folder of the edition that a bag lies in; None where it lies elsewhere."""
    edition = bag.resolve().parent.parent
    return edition if bag.resolve().parent.name == "sealed" and (edition / "scheme.toml").is_file() else None


def newest_minutes(bag: Path) -> Journal:
    """The newest minutes at hand: those of the folder the bag lies in before its own."""
    return read_journal(edition_around(bag) or bag / "data" / "edition")


def _state_problems(bag: Path) -> Iterator[Problem]:
    """Where minutes are kept of the edition's states: it has to be public by the newest ones."""
    journal = newest_minutes(bag)
    state = state_of(journal)
    if any(entry.what == STATE for entry in journal.entries) and state not in PUBLIC:
        title = STATES[state].title
        yield Problem("error", phrase(NOT_YET.zh, NOT_YET.en, state=title), PUBLICISE, file="journal.jsonl", value=state)


def send_open(bag: Path, target: Path) -> tuple[str, OpenRows]:
    """Write the open bag of a sealed one to the folder `target`; its fingerprint, and what stands in it.

    Raises
    ------
    Refused
        When it may not be published yet, none was sealed, it holds what no open bag does, or it cannot be written; then nothing is.
    """
    stop_at(publication_problems(bag).errors)
    sealed = bag / "data" / OPEN
    if not sealed.is_dir():
        raise refuse(*NONE_SEALED, file=bag.name)
    if strange := sorted(path.name for path in sealed.iterdir() if path.name not in OPEN_FILES or path.is_symlink()):
        raise Refused(Problems(tuple(Problem("error", STRANGE, ASK, file=f"{OPEN}/{name}") for name in strange)))
    rows = read_open(sealed)
    info = read_bag_info(bag)
    labels = {name: info[name] for name in ("External-Description", "External-Identifier", "Internal-Sender-Identifier", "Bagging-Date", "Bag-Software-Agent")}
    with replaced_folder(target) as made:
        shutil.copytree(sealed, made, copy_function=shutil.copyfile, dirs_exist_ok=True)
        if lost := rules_lost_on(info.get("Rules-SHA256", ""), bag / "data"):
            labels[LOST] = lost
        write_bag(made, {**labels, OPEN_LABEL: FORMAT, SEALED: file_digest(bag / TAG_MANIFEST)})
    return open_digest(bag / "data")[OPEN], rows


def other_edition(place: Path, bag: Path) -> Iterator[Problem]:
    """What stands in the way of an open bag: that of another edition, which it would replace."""
    if (place / "bag-info.txt").is_file():
        there, here = read_bag_info(place), read_bag_info(bag)
        own = "External-Identifier"
        if there.get(own) != here.get(own):
            yield Problem("error", OTHER_EDITION, ELSEWHERE, file=place.name, column=own, value=there.get(own, "—"))


def verify_open(bag: Path, *, replay: bool, fingerprint: str = "", step: Step = lambda _: None) -> Problems:
    """What is wrong with an open bag; empty when all is well.

    Parameters
    ----------
    replay
        Whether to compute everything again that can be computed of it.
    fingerprint
        As it stands on the notice; not looked at where it is empty.
    """
    problems = bag_problems(bag)
    if problems.errors:
        return problems
    info = read_bag_info(bag)
    if fingerprint and fingerprint_of(bag) != fingerprint:
        problems += (Problem("error", OTHER_PRINT, ASK, file=MANIFEST, value=fingerprint_of(bag)),)
    if info.get(OPEN_LABEL) != FORMAT:
        return Problems((*problems, Problem("error", UNKNOWN, ASK, file="bag-info.txt", column=OPEN_LABEL, value=info.get(OPEN_LABEL, "—"))))
    if not replay:
        return problems
    step(RECOMPUTING)
    return problems + open_problems(bag / "data", facts_of(info)) + tuple(_label_problems(bag, info))


def fingerprint_of(bag: Path) -> str:
    """What the notice calls the fingerprint of the open bag: the SHA-256 of its manifest."""
    return file_digest(bag / MANIFEST)


def facts_of(info: Mapping[str, str]) -> Facts:
    """As the labels of an open bag have it."""
    return Facts(info.get("Internal-Sender-Identifier", ""), info.get("Bagging-Date", ""), info.get("Bag-Software-Agent", "").removeprefix(f"{DISTRIBUTION} "), info.get(LOST, ""))


def _label_problems(bag: Path, info: Mapping[str, str]) -> Iterator[Problem]:
    """Labels that are not what the scheme says, or name a version that this one does not know."""
    try:
        scheme = load_scheme(bag / "data" / SCHEME)
    except Refused:
        return
    for key, value in {"External-Description": scheme.title, "External-Identifier": scheme.edition}.items():
        if info.get(key) != discreet(value):
            yield difference("bag-info.txt", column=key, value=info.get(key, "—"))
    if not re.fullmatch(r"[0-9a-f]{64}", info.get(SEALED, "")):
        yield difference("bag-info.txt", column=SEALED, value=info.get(SEALED, "—"))
    if facts_of(info).version not in {versions()[DISTRIBUTION], *(version for version, release in RELEASES.items() if release.opens)}:
        yield Problem("error", UNKNOWN, ASK, file="bag-info.txt", column="Bag-Software-Agent", value=facts_of(info).version or "—")
