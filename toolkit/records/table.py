"""One table collected from its files: the accepted rows as frames, an account of every other, and rows that stand twice.

Ids that people spell in several ways are made one in all tables.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain, compress
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import pandas as pd

from toolkit.ground.problems import Problem
from toolkit.ground.resources import uncollected
from toolkit.ground.text import Phrase, in_words_before, phrase
from toolkit.records.cells import Cell, Value
from toolkit.records.dictionary import Column, Table
from toolkit.records.files import Unreadable, read_content, read_sheet
from toolkit.records.findings import are_normal, normal_key, normal_keys, shown
from toolkit.records.folder import found_files
from toolkit.records.members import Register
from toolkit.records.sheet import Intake, quoted_cell, take_in
from toolkit.records.workbook_marks import Shown

RowPlace = tuple[str, str, int]
SPELT = frozenset({"text", "member", "credit_code"})  # columns whose content people spell in their own way


def duplicate_problems(intakes: Sequence[Intake], unique: Sequence[str], columns: Mapping[str, Column]) -> Iterator[Problem]:
    """An error for each row whose `unique` columns agree with those of an earlier row, named in it.

    Rows with a problem in one of these columns are not compared: nobody knows what they say. Two empty cells
    agree.
    """
    read = [intake for intake in intakes if unique and all(name in intake.cells for name in unique)]
    rows_said = [_told(intake, unique, columns) for intake in read]
    if len(set().union(*rows_said)) == sum(map(len, rows_said)):  # the usual case, and quick to see
        return
    first: dict[tuple[Value | None, ...], RowPlace] = {}
    for intake, all_values in zip(read, rows_said, strict=True):
        cells_of = [intake.cells[name] for name in unique]
        unclear = {n for cells in cells_of for n, cell in enumerate(cells) if cell.state == "problem"}
        for number, (row, values) in enumerate(zip(intake.rows, all_values, strict=True)):
            if number in unclear:
                continue
            place = (intake.file, intake.sheet, row)
            earlier = first.setdefault(values, place)
            if earlier != place:
                yield _twice(intake, row, earlier, dict(zip(unique, values, strict=True)), columns)


def _told(intake: Intake, unique: Sequence[str], columns: Mapping[str, Column]) -> list[tuple[Value | None, ...]]:
    """What each row says in the columns that make it unique: of keys and texts the normal form."""
    columns_said = ([cell.value for cell in intake.cells[name]] for name in unique)
    return list(zip(*(_alike(values) if columns[name].type in SPELT else values for name, values in zip(unique, columns_said, strict=True)), strict=True))


def _alike(values: Sequence[Value | None]) -> list[Value | None]:
    texts = [value for value in values if isinstance(value, str)]
    if are_normal(texts):
        return list(values)
    normal = normal_keys(set(texts))
    return [normal.get(value, value) if isinstance(value, str) else value for value in values]


def _twice(
    intake: Intake,
    row: int,
    earlier: RowPlace,
    values: Mapping[str, Value | None],
    columns: Mapping[str, Column],
) -> Problem:
    file, sheet, line = earlier
    where = " ".join(part for part in (file if file != intake.file else "", sheet if sheet != intake.sheet else "") if part)
    return Problem(
        "error",
        phrase("与{where}第 {line} 行重复", "the same as row {line}{en}", where=f" {where} " if where else "", line=line,
               en=f" of {where}" if where else ""),
        Phrase("请删去重复的一行；若确为两条记录，请更正这些列", "remove one; if both are meant, correct these columns"),
        file=intake.file,
        sheet=intake.sheet,
        row=row,
        column="、".join(intake.headings[name] for name in values),
        value=" ".join(text for name, value in values.items() if (text := quoted_cell(shown(value), columns[name]))),
    )  # fmt: skip


CODE = re.compile(r"([^\W\d_]{1,4})[-_]?0*([0-9]{1,4})")
OTHERS_ROWS = ("文件名写的是 {named}，表里各行的“{heading}”却都是 {held}", "the file's name says {named}, and `{heading}` of every row says {held}")
AND_TWICE = ("，{n} 行都与 {other} 的重复", "; its {n:row|rows} are all in {other} too")
WHOSE = (
    "请核对是谁的：是 {named} 的，请把“{heading}”改为 {named}；是 {held} 的，请{mend.zh}",
    "see whose they are: let `{heading}` say {named} if they are {named}'s; if they are {held}'s, {mend.en}",
)
RENAME, TAKE_OUT = Phrase("改正文件名", "correct the file's name"), Phrase("移出这个文件，并向 {named} 另收一份", "take this file out, and ask {named} for its own")


def misnamed_files(intakes: Sequence[Intake], again: Sequence[Problem], unique: Sequence[str]) -> list[Problem]:
    """The problems `again` of rows that stand twice, in one where a file is named for another than all its rows are of and another file has them; a warning of other files so named."""
    told = list(again)
    for intake in intakes:
        if (found := _named_for_another(intake, unique)) is None:
            continue
        column, named, held = found
        heading = intake.headings[column]
        rule, mend = phrase(*OTHERS_ROWS, named=named, heading=heading, held=held), RENAME
        other = next((other for other in intakes if other is not intake and _only(other, column) == held), intake)
        twice = [problem for problem in told if (problem.file, problem.sheet) in {(intake.file, intake.sheet), (other.file, other.sheet)}]
        whole = other is not intake and len(twice) == len(intake.rows)
        if whole:
            beside = phrase(*AND_TWICE, n=len(intake.rows), other=other.file)
            rule, mend = Phrase(rule.zh + beside.zh, rule.en + beside.en), phrase(TAKE_OUT.zh, TAKE_OUT.en, named=named)
            told = [problem for problem in told if problem not in twice]
        if whole or not in_words_before("1.0.0"):
            told.append(Problem("error" if whole else "warning", rule, phrase(*WHOSE, named=named, held=held, heading=heading, mend=mend), file=intake.file, sheet=intake.sheet, column=heading))
    return told


def _named_for_another(intake: Intake, unique: Sequence[str]) -> tuple[str, str, str] | None:
    """A column that says one code in every row, the other code like it that the file's name says, and the one that is held; None where there is none."""
    for column in unique:
        held = _only(intake, column)
        if (match := CODE.fullmatch(held)) is None:
            continue
        like = re.finditer(rf"(?<![A-Za-z]){re.escape(match[1])}[-_]?0*([0-9]{{1,4}})(?!\d)", PurePosixPath(intake.file).stem, re.IGNORECASE)
        named = {int(code[1]): code[0] for code in like}
        if len(named) == 1 and int(match[2]) not in named:
            return column, min(named.values()), held
    return None


def _only(intake: Intake, column: str) -> str:
    """The text that a column says in every row, of which there are several; empty where there is none."""
    cells = intake.cells.get(column, ())
    value = cells[0].value if len(cells) > 1 and cells[0].value == cells[-1].value else None
    return value if isinstance(value, str) and all(cell.value == value for cell in cells) else ""


T = TypeVar("T")

Count = tuple[str, str, int, int, int, int]


@dataclass(frozen=True)
class Collection:
    """One table from all its files.

    Parameters
    ----------
    frame
        Accepted rows in the order of their files; columns are those not personal, then `_file`, `_sheet`, `_row`.
    not_applicable
        Same index; the columns that hold 不适用 somewhere.
    keys
        Everything that stands readable in its key columns, in refused rows too.
    counts
        For each sheet: file, sheet, read, accepted, refused, not data.
    digests
        SHA-256 of each file by its path from the edition.
    unread
        File and name of each sheet that stands beside those read and holds something, and how it is shown.
    headings
        By file and sheet how it heads each column.
    """

    frame: pd.DataFrame
    not_applicable: pd.DataFrame
    problems: tuple[Problem, ...] = ()
    keys: frozenset[str] = field(default=frozenset(), repr=False)
    counts: tuple[Count, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[tuple[str, str, Shown], ...] = ()
    headings: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict, repr=False)


def spelt_alike(
    frames: Mapping[str, pd.DataFrame], tables: Mapping[str, Table], names: AbstractSet[tuple[str, str]], words: AbstractSet[str],
    elsewhere: Mapping[tuple[str, str], pd.Series[int]],
) -> tuple[dict[str, pd.DataFrame], dict[str, str], list[Problem]]:
    """The tables with every text that differs from another in width, case or blanks only written as that one; by text that one; and notes of it.

    So an event, expert or class is one wherever it is counted, joined or asked for. The spelling of `words` goes first,
    then the one that stands most often.

    Parameters
    ----------
    names
        Tables and their columns that hold names, which stay as they are.
    words
        Texts that the scheme asks for.
    elsewhere
        By table that stays where it is and column, how often each text stands there.
    """  # fmt: skip
    texts = [
        (table, name) for table, spec in tables.items() for name, column in spec.column.items()
        if column.type == "text" and name in frames[table] and (table, name) not in names
    ]  # fmt: skip
    counts = [frames[table][name].value_counts(sort=False) for table, name in texts]
    best = _spellings([*counts, *elsewhere.values()], words)
    spelt, notes = dict(frames), list[Problem]()
    for table, name in texts if best else ():
        texts_there = spelt[table][name]
        others = texts_there.isin(list(best))
        if others.any():
            first = spelt[table][others].iloc[0]
            place = {"file": first["_file"], "sheet": first["_sheet"], "row": int(first["_row"]) or None}
            notes.append(_spelt_otherwise(first[name], int(others.sum()), best, column=tables[table].heading(name), **place))
            spelt[table] = spelt[table].assign(**{name: texts_there.mask(others, texts_there.map(best)).astype("str")})
    for (table, name), found in elsewhere.items():
        if counted := {str(text): int(number) for text, number in sorted(found.items()) if text in best}:
            place = {"file": tables[table].source or tables[table].file, "sheet": tables[table].relation or ""}
            notes.append(_spelt_otherwise(next(iter(counted)), sum(counted.values()), best, column=tables[table].heading(name), **place))
    return spelt, best, notes


def _spellings(counts: Sequence[pd.Series[int]], words: AbstractSet[str]) -> dict[str, str]:
    """By spelling the one that goes, where that is another; of each column how often every text stands in it."""
    wanted = {normal: word for word in sorted(words) if (normal := normal_key(word))}
    normals = [normal_keys(forms.index.to_numpy(dtype=object)) for forms in counts]
    looked = {normal for forms in normals for text, normal in forms.items() if text != normal} | {normal for normal, word in wanted.items() if word != normal}
    often: dict[str, Counter[str]] = {}
    for forms, count in zip(normals, counts, strict=True) if looked else ():
        for (text, normal), number in zip(forms.items(), count.tolist(), strict=True):
            if normal in looked:
                often.setdefault(normal, Counter())[text] += number
    best = {normal: wanted.get(normal) or min(group, key=lambda one: (-group[one], one)) for normal, group in often.items()}
    return {one: best[normal] for normal, group in often.items() for one in group if one not in words and one != best[normal]}


def _spelt_otherwise(text: str, count: int, best: Mapping[str, str], **place: Any) -> Problem:
    rule = phrase("有 {n} 处与“{best}”之类只差全角半角、大小写或空格，按同一个算", "{n:cell differs|cells differ} from `{best}` and the like in width, case or blanks only: taken as the same",
                  n=count, best=best[text])  # fmt: skip
    return Problem("note", rule, Phrase("若不是同一个，请改成不同的写法", "write them differently if they are not the same"), value=text, **place)


@uncollected()
def collect(folder: Path, table: Table, key: str | None = None, known: Register | None = None) -> Collection:
    """The rows of `table` from every file of the edition in `folder` that it names.

    Parameters
    ----------
    key
        The key column where this is the members table: it is required, unique and made uniform.
    known
        The members, for other tables; None where they are not known.
    """
    columns = {name: key_column(column) if name == key else column for name, column in table.column.items()}
    keys = [name for name, column in columns.items() if column.keyed]
    apart = {*table.unique, *([key] if key else [])}
    files, problems = found_files(folder, table)
    digests: dict[str, str] = {}
    intakes: list[Intake] = []
    for file in files:
        try:
            content = read_content(folder / file)
            digests[file] = hashlib.sha256(content).hexdigest()
            sheet = read_sheet(content, file, table.sheet)
            intakes.append(take_in(sheet, file, columns, keys, known, apart=apart, named=table.names))
        except Unreadable as error:
            problems.append(Problem("error", *error.finding, file=file, sheet=table.sheet or ""))
        except OSError:
            problems.append(_unopened(file))
    return _collected(intakes, columns, (table.unique, (key,) if key else ()), problems, digests)


def _collected(
    intakes: Sequence[Intake],
    columns: Mapping[str, Column],
    unique: Sequence[Sequence[str]],
    problems: list[Problem],
    digests: Mapping[str, str],
) -> Collection:
    again = [problem for names in dict.fromkeys(map(tuple, unique)) for problem in
             duplicate_problems(intakes, names, columns)]  # fmt: skip
    twice = {(problem.file, problem.sheet, problem.row) for problem in again}
    for names in dict.fromkeys(map(tuple, unique)):
        again = misnamed_files(intakes, again, names)
    accepted = [
        [
            not out and (intake.file, intake.sheet, row) not in twice
            for row, out in zip(intake.rows, intake.refused, strict=True)
        ]
        for intake in intakes
    ]
    reading_problems = [problem for intake in intakes for problem in intake.problems]
    frame, not_applicable = _frames(intakes, accepted, columns)
    return Collection(
        frame,
        not_applicable,
        (*problems, *reading_problems, *again),
        frozenset(_keys(intakes, columns)),
        tuple(_count(intake, kept) for intake, kept in zip(intakes, accepted, strict=True)),
        digests,
        tuple((intake.file, *other) for intake in intakes for other in intake.unread),
        {(intake.file, intake.sheet): intake.headings for intake in intakes},
    )


def key_column(column: Column) -> Column:
    """The key column of the members table: required, and text keys made uniform as those that refer to them."""
    kind = "credit_code" if column.type == "credit_code" else "member"
    return column.model_copy(update={"required": True, "type": kind})


def _unopened(file: str) -> Problem:
    rule = Phrase("文件打不开（可能正被占用或没有权限）", "the file cannot be opened (in use, or no permission)")
    return Problem("error", rule, Phrase("请关闭占用它的程序后重试", "close what uses it and try again"), file=file)


def _keys(intakes: Sequence[Intake], columns: Mapping[str, Column]) -> Iterator[str]:
    for intake in intakes:
        for name, cells in intake.cells.items():
            if columns[name].keyed and not columns[name].personal:
                yield from (value for value in {cell.value for cell in cells} if isinstance(value, str))


def _count(intake: Intake, accepted: Sequence[bool]) -> Count:
    read = len(intake.rows) + intake.not_data
    return (intake.file, intake.sheet, read, sum(accepted), len(accepted) - sum(accepted), intake.not_data)


def _frames(
    intakes: Sequence[Intake], accepted: Sequence[Sequence[bool]], columns: Mapping[str, Column]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The accepted rows, and where they say 不适用; personal columns stay behind."""
    values: dict[str, pd.Series[Any]] = {}
    elsewhere: dict[str, pd.Series[bool]] = {}
    for name, column in columns.items():
        if not column.personal:
            cells = _accepted_cells(intakes, accepted, name)
            values[name] = pd.Series([cell.value for cell in cells], dtype=column.dtype)
            marks = [cell.state == "not applicable" for cell in cells]
            if any(marks):
                elsewhere[name] = pd.Series(marks, dtype=bool)
    rows = [_kept(intake.rows, kept) for intake, kept in zip(intakes, accepted, strict=True)]
    frame = pd.DataFrame(values, index=pd.RangeIndex(sum(map(len, rows))))
    for name, word in (("_file", "file"), ("_sheet", "sheet")):
        words = chain.from_iterable([getattr(intake, word)] * len(kept) for intake, kept in zip(intakes, rows, strict=True))
        frame[name] = pd.Series([*words], dtype="str")
    frame["_row"] = pd.Series([*chain.from_iterable(rows)], dtype="int64")
    return frame, pd.DataFrame(elsewhere, index=frame.index)


def _accepted_cells(intakes: Sequence[Intake], accepted: Sequence[Sequence[bool]], name: str) -> list[Cell]:
    cells: list[Cell] = []
    for intake, kept in zip(intakes, accepted, strict=True):
        cells += _kept(intake.cells.get(name) or [Cell("missing")] * len(intake.rows), kept)
    return cells


def _kept(items: Sequence[T], kept: Sequence[bool]) -> Sequence[T]:
    """Those of `items` that are kept: mostly all."""
    return items if all(kept) else list(compress(items, kept))
