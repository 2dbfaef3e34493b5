"""An objection rehearsed: the records as they would be if it were upheld, and who would move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.comparison import Comparison, compare
from toolkit.evaluation import Evaluation, evaluate
from toolkit.ground.problems import Problem, Problems, Refused, did_you_mean, nearest, refuse, stop_at
from toolkit.ground.text import Phrase, as_phrase, discreet, joined, listed, phrase
from toolkit.ground.toml_reader import NO_NUMBER
from toolkit.ground.toml_syntax import LARGEST
from toolkit.minutes.decisions import meant
from toolkit.minutes.mends import Mend, as_known, cells_digest, row_digest, rows_by_digest, rows_meant
from toolkit.minutes.objections import (
    CHECK_CODE,
    FOLDER,
    UNKNOWN,
    Addition,
    Cell,
    Correction,
    Objection,
    Objections,
    Place,
    objection_file,
)
from toolkit.records import cells
from toolkit.records.cells import out_of_range, read_cell
from toolkit.records.dictionary import PLACE, Column
from toolkit.records.findings import Finding, normal_key
from toolkit.records.row_changes import FILE, ROW, with_cell, with_row, without_row

if TYPE_CHECKING:
    from toolkit.edition import Edition
    from toolkit.records import Records

UNSAID = Phrase("文件里没有写明若成立会怎样改记录", "its file does not say what becomes of the records if it is upheld")
SAY_SO = Phrase("请写 [upheld]：strike 列出要删的记录，correct 列出要改的单元格，add 列出要补的记录", "write [upheld]: strike lists records, correct lists cells, add lists records that were missed")
REMOTE = Phrase("这张表在数据库或大文件中，不能预演", "this table stands in a database or large files, and cannot be rehearsed")
BY_HAND = Phrase("请在副本中改好后用 committee changes 比较", "change it in a copy, and compare with committee changes")
REGISTER = Phrase("会员名册的增减、代码、名称、类别和申报不能预演", "members, their keys, names, classes and applications cannot be rehearsed")
KINDS = {"number": (int, float), "money": (int, float), "percent": (int, float), "date": (dt.date,), "boolean": (bool,)}
BY_HAND_LATER = Phrase("裁定成立后须手工改", "to be done by hand once it is upheld")
OF_ANOTHER = Phrase("这一行不是所涉会员的记录", "this row is not the record of the member concerned")
CHECK_ROW = Phrase("请核对行号和 member", "check the row, and member")
AS_DICTIONARY = Phrase("请照数据字典填写", "write it as the data dictionary has it")
APART = "not applicable"
TWICE = Phrase("同一单元格写了两次", "one cell is told twice")
ROW_TWICE = Phrase("同一行写了两次", "one row is told twice")
ONCE = Phrase("请只留一处", "keep one of them")
EMPTY = Phrase("这一列不能为空", "this column must not be empty")


def rehearsed(edition: Edition, evaluation: Evaluation, objection: Objection, file: str = FOLDER) -> Comparison:
    """The edition as it is beside the one in which an objection is upheld; `file` is where it was read, for a refusal to name.

    Raises
    ------
    Refused
        When the objection does not say what becomes of the records, no record or several are meant, or the records cannot be evaluated then.
    """
    records, _ = _upheld(edition, objection, file)
    # The files are as they were; that the records are others is said in their place.
    records = replace(records, digests={**records.digests, "objection": "upheld"})
    return compare(evaluation, evaluate(edition.scheme, records), edition.records, records)


def mends(edition: Edition, objection: Objection, file: str = FOLDER) -> list[Mend]:
    """What is to be mended by hand in the records if an objection is upheld; a cell that holds it already `stays`.

    Raises
    ------
    Refused
        As for `rehearsed`.
    """
    return _upheld(edition, objection, file)[1]


def not_to_be_ruled(edition: Edition, objections: Objections) -> Iterator[Problem]:
    """A warning for all that would be refused if an objection that is still open were upheld as its file says."""
    for number, objection in objections.open().items():
        try:
            if objection.upheld is not None and objection.upheld.steps:
                mends(edition, objection, objection_file(number))
        except Refused as refused:
            yield from (replace(problem, severity="warning") for problem in refused.problems)


def rehearsal_notes(edition: Edition, asked: Iterable[Mend], objection: Objection) -> Iterator[Problem]:
    """What a rehearsal takes out of the records or mends, a note for each row; a warning where the row is another member's."""
    records = edition.records
    member = records.key_of(meant(objection.member, dict(records.members["name"])))
    added = iter(objection.upheld.add if objection.upheld else ())
    for mend in (mend for mend in asked if not mend.stays):
        table, frame = records.tables.table[mend.table], records.frames[mend.table]
        if mend.added:
            row = pd.Series({name: _told(records, mend.table, name, value).value for name, value in next(added).cells.items()}, dtype=object)
        else:
            row = frame[(frame[list(PLACE)] == [mend.file, mend.sheet, mend.row]).all(axis=1)].iloc[0]
        whose = [str(row[name]) for name, column in table.column.items() if column.type == "member" and name in row and not pd.isna(row[name])]
        called = listed([f"{key} {records.members['name'].get(key, '')}".strip() for key in whose] or ["—"])
        said = phrase("预演：{asked.zh}（{whose.zh}）", "rehearsed: {asked.en} ({whose.en})", asked=mend.asked, whose=called)
        yield Problem("note", said, BY_HAND_LATER, file=mend.file, sheet=mend.sheet, row=mend.row or None)
        if whose and member not in whose:
            yield Problem("warning", OF_ANOTHER, CHECK_ROW, file=mend.file, sheet=mend.sheet, row=mend.row or None)


def _upheld(edition: Edition, objection: Objection, file: str) -> tuple[Records, list[Mend]]:
    """The records as they would be, and where they would be others."""
    try:
        return _as_upheld(edition, objection)
    except Refused as refused:
        raise Refused(Problems(tuple(replace(problem, file=file) for problem in refused.problems))) from None


def _as_upheld(edition: Edition, objection: Objection) -> tuple[Records, list[Mend]]:
    if objection.upheld is None or not objection.upheld.steps:
        raise refuse(UNSAID, SAY_SO, column="upheld")
    records, asked, added = edition.records, list[tuple[Any, Place, bool]](), list[Mend]()
    for place in objection.upheld.steps:
        _refuse_elsewhere(edition, place)
        if isinstance(place, Addition):
            told = {name: _told(records, place.table, name, value) for name, value in place.cells.items()}
            stop_at(_cell_problems(records, place, told))
            apart, member = [name for name, cell in told.items() if cell.state == APART], records.tables.table[place.table].member
            of_branch = member in place.cells and _written_key(records, place.cells[member]) in records.branches
            stop_at(_there_already(records, place, told))
            before, records = records, with_row(records, place.table, {name: cell.value for name, cell in told.items()}, apart, of_branch=of_branch)
            added.append(_added(before, records, place))
            continue
        row = _the_row(records, place)
        stood = _first_index(edition.records, records, place.table, row)
        if not isinstance(place, Correction):
            asked.append((stood, place, False))
            records = without_row(records, place.table, row)
            continue
        cell = _told(records, place.table, place.column, place.value)
        stop_at(_unfit(place.table, {place.column: cell}))
        if any((index, other.table, getattr(other, "column", "")) == (stood, place.table, place.column) for index, other, _ in asked):
            raise refuse(TWICE, ONCE, column=f"upheld.{place.table}.{place.column}", value=str(place.value))
        asked.append((stood, place, _holds(records, place, row, cell)))
        records = with_cell(records, place.table, row, place.column, cell.value, apart=cell.state == APART)
    return records, [*(_mend(edition.records, records, index, place, stays=stays) for index, place, stays in asked), *added]


def _mend(before: Records, after: Records, index: Any, place: Place, *, stays: bool) -> Mend:
    """What `place` asks for in the row of its table that stood at `index`; `stays` where its cell holds that already."""
    stood, columns, then = before.frames[place.table], before.tables.table[place.table].column, after.frames[place.table]
    file, sheet, row = (stood.loc[index, column] for column in PLACE)
    column, said = ("/".join(columns[place.column].headings[:1]) or place.column, _as_said(before, place)) if isinstance(place, Correction) else ("", "")
    digest, left = row_digest(stood.loc[index]), then[(then[list(PLACE)] == stood.loc[index, list(PLACE)]).all(axis=1)]
    mend = Mend(place.table, str(file), str(sheet), int(row), column, discreet(said), digest, 0, row_digest(left.iloc[0]) if len(left) else "", stays=int(stays))
    told = place.column if isinstance(place, Correction) and len(left) and discreet(said) == said else ""  # what is masked is not told by its digest either
    mend = as_known(mend, left.iloc[0] if len(left) else stood.loc[index], before, after, told)
    return replace(mend, alike=len(rows_meant(mend, before, rows_by_digest(stood))))


def _as_said(records: Records, place: Correction) -> str:
    """What a cell is to hold, as a mend says it: nothing where the data dictionary reads what is written as an empty cell."""
    cell = _told(records, place.table, place.column, place.value)
    return "" if cell.value is None and cell.state != APART else str(place.value)


def _added(before: Records, after: Records, place: Addition) -> Mend:
    """What `place` asks for: the last row of its table as it is after it."""
    row, table = after.frames[place.table].iloc[-1], before.tables.table[place.table]
    words = discreet("、".join(f"{table.heading(name)} {value}".strip() for name, value in place.cells.items()))
    mend = Mend(place.table, str(row[FILE]), "", 0, "", words, cells_digest(row, place.cells), 0, row_digest(row), " ".join(place.cells))
    return replace(as_known(mend, row, before, after), alike=len(rows_meant(mend, before, {})))


def _first_index(before: Records, after: Records, table: str, row: Any) -> Any:
    """Where a row stood before others were struck."""
    frame, stood = before.frames[table], after.frames[table].loc[row, list(PLACE)]
    return frame.index[(frame[list(PLACE)] == stood).all(axis=1)][0]


def _the_row(records: Records, place: Place) -> Any:
    """The index of the one row that is meant."""
    frame = records.frames[place.table]
    fits = pd.Series(data=True, index=frame.index)
    if place.file:
        # As seen from the edition's folder, or its name alone.
        fits &= frame[FILE].isin([file for file in frame[FILE].unique() if file == place.file or file.endswith(f"/{place.file}")])
    if place.row is not None:
        fits &= frame[ROW] == place.row
    for column, value in place.where.items():
        wanted = _told(records, place.table, column, value).value
        fits &= frame[column].isna() if wanted is None else (frame[column] == wanted).fillna(value=False).astype(bool)
    found = frame.index[fits]
    if len(found) != 1:
        rule = phrase("应指一行记录，现指 {n} 行", "one record is to be meant, and {n:is|are} found", n=len(found))
        files = listed(map(str, frame[FILE].unique()))
        mend = phrase("请核对文件、行号和各列的值；这张表的文件有：{files.zh}", "check file, row and the values of columns; the files of this table: {files.en}", files=files)
        raise refuse(rule, mend, column=f"upheld.{place.table}")
    return found[0]


def _told(records: Records, table: str, name: str, said: Cell) -> cells.Cell:
    """A cell as a frame would hold it, and why its column cannot: of what is empty or says 回避 there is no value, and what does not fit stays as it is told."""
    _refuse_column(records.frames[table], table, name)
    column = records.tables.table[table].column[name]
    read = read_cell(said, column) if isinstance(said, str) else cells.Cell("value")
    if isinstance(said, str) and (not said.strip() or read.state in {"missing", APART}):
        return cells.Cell(read.state, None, Finding(EMPTY, AS_DICTIONARY) if read.state == "problem" else None)
    if wrong := next(_wrong(records, column, said), None):
        return cells.Cell("problem", said, wrong)  # type: ignore[arg-type]
    if isinstance(said, str) and column.type == "member":
        key = _written_key(records, said)
        return cells.Cell("value", records.counts_to.get(key, key))
    return cells.Cell("value", pd.Timestamp(said) if isinstance(said, dt.date) else float(said) if isinstance(said, int) and not isinstance(said, bool) else said)


def _wrong(records: Records, column: Column, said: Cell) -> Iterator[Finding]:
    """What a column cannot hold of what a cell is told to say."""
    kinds = KINDS.get(column.type, (str,))
    if not isinstance(said, kinds) or (isinstance(said, bool) and bool not in kinds):
        yield Finding(phrase("这一列的类型是 {kind}", "the column is of type {kind}", kind=column.type), AS_DICTIONARY)
    elif column.choices and said not in column.choices:
        yield Finding(Phrase("不在可选的值之中", "is not among the choices"), AS_DICTIONARY)
    elif isinstance(said, int | float) and (beyond := out_of_range(said, column)):
        yield Finding(beyond.rule, AS_DICTIONARY)
    elif isinstance(said, int | float) and abs(said) > LARGEST:
        yield Finding(*NO_NUMBER)
    elif column.keyed and _unknown_key(records, column, str(said)):
        yield Finding(UNKNOWN, CHECK_CODE)


def _unfit(table: str, told: Mapping[str, cells.Cell]) -> Iterator[Problem]:
    """The problem of each cell that its column cannot hold."""
    for name, cell in told.items():
        if cell.finding:
            yield Problem("error", *cell.finding, column=f"upheld.{table}.{name}", value="" if cell.value is None else str(cell.value))


def _written_key(records: Records, value: Cell) -> str:
    """The key, as the members table writes it, of the member that is meant by key or exact name; what is none, as it is written."""
    key = records.key_of(meant(str(value), dict(records.members["name"])))
    return key if key in records.members.index or key in records.counts_to else str(value)


def _holds(records: Records, place: Correction, row: Any, told: cells.Cell) -> bool:
    """Whether a cell holds already what it is corrected to."""
    held = records.frames[place.table][place.column].get(row)
    if told.value is None:
        return bool(pd.isna(held)) and records.says_apart(place.table, place.column, row) == (told.state == APART)
    return bool(not pd.isna(held) and held == told.value)


def _refuse_elsewhere(edition: Edition, place: Place | Addition) -> None:
    """Refuse a table that there is not, that stands elsewhere, or what of the register is no record."""
    tables, members = edition.tables.table, edition.scheme.members
    if place.table not in tables:
        called = {text: name for name, table in tables.items() for text in (table.label, table.sheet, *_stems(edition, name), name) if text}
        guess = nearest(place.table, called)
        known = joined((phrase("{name}（{label}）", "{name} ({label})", name=name, label=table.label) if table.label else as_phrase(name) for name, table in tables.items()), "、", ", ")
        mend = phrase("是否应为“{guess}”？", "is `{guess}` meant?", guess=called[guess]) if guess else phrase("现有：{known.zh}", "known: {known.en}", known=known)
        raise refuse(Phrase("没有这张表", "there is no such table"), mend, column="upheld", value=place.table)
    if place.table in edition.records.standing:
        raise refuse(REMOTE, BY_HAND, column="upheld", value=place.table)
    fixed = {members.key, members.name, members.class_, *(column.rpartition(".")[2] for column in (members.applied,) if column)}
    applications = (members.applied or "").rpartition(".")[0]
    if (place.table == members.table and (not isinstance(place, Correction) or place.column in fixed)) or (isinstance(place, Addition) and place.table == applications):
        raise refuse(REGISTER, BY_HAND, column="upheld", value=place.table)


def _stems(edition: Edition, table: str) -> list[str]:
    """What the files of a table are called."""
    return [PurePosixPath(file).stem for file in edition.records.frames[table][FILE].unique()] if table in edition.records.frames else []


def _refuse_column(frame: pd.DataFrame, table: str, column: str) -> None:
    if column not in frame or column in PLACE:
        known = [str(name) for name in frame if name not in PLACE]
        mend = did_you_mean(column, known) or phrase("现有：{known.zh}", "known: {known.en}", known=listed(known))
        raise refuse(Phrase("这张表没有这一列", "the table has no such column"), mend, column=f"upheld.{table}", value=column)


def _unknown_key(records: Records, column: Column, key: str) -> bool:
    """Whether a key is no member's, branch's or former one; a right credit code may be anybody's where the column is not of members."""
    written = _written_key(records, key)
    known = written in records.members.index or written in records.counts_to
    return not known and (column.type == "member" or read_cell(key, column).state == "problem")


def _cell_problems(records: Records, place: Addition, told: Mapping[str, cells.Cell]) -> Problems:
    """What the cells of a record that was missed cannot hold, and what they lack."""
    table, where = records.tables.table[place.table], f"upheld.{place.table}"
    problems = [*_unfit(place.table, told)]
    for name, column in table.column.items():
        if column.required and not column.personal and name not in place.cells:
            problems.append(Problem("error", EMPTY, phrase("请在 cells 里写明 {name}", "say it in cells: {name}", name=name), column=f"{where}.{name}"))
    return Problems(tuple(problems))


def _there_already(records: Records, place: Addition, told: Mapping[str, cells.Cell]) -> Iterator[Problem]:
    """Where what makes a row unique stands already in its table, in a file or added by the same objection."""
    unique = records.tables.table[place.table].unique
    held = {name: told[name].value if name in told else None for name in unique}
    for _, row in records.frames[place.table].iterrows() if unique else ():
        if all(_as_compared(row[name]) == _as_compared(value) for name, value in held.items()):
            rule = phrase("已有这样一行：{file} 第 {row} 行", "there is such a row: {file}, row {row}", file=row[FILE], row=row[ROW])
            rule, mend = (rule, Phrase("要改这一行的，请用 correct", "to mend that row write correct")) if row[ROW] else (ROW_TWICE, ONCE)
            yield Problem("error", rule, mend, column=f"upheld.{place.table}", value="、".join(map(str, place.cells.values())))
            return


def _as_compared(value: object) -> object:
    """A cell as those that make a row unique are compared."""
    return None if pd.isna(value) else normal_key(value) if isinstance(value, str) else value  # type: ignore[call-overload]
