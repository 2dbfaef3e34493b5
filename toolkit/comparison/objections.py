"""An objection rehearsed: the records as they would be if it were upheld, and who would move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
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
from toolkit.minutes.mends import Mend, cells_digest, row_digest, rows_by_digest, rows_meant
from toolkit.minutes.objections import (
    CHECK_CODE,
    FOLDER,
    UNKNOWN,
    Addition,
    Cell,
    Correction,
    Objection,
    Place,
)
from toolkit.records.cells import CellState, out_of_range, read_cell
from toolkit.records.dictionary import PLACE, Column
from toolkit.records.findings import normal_key

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
EMPTY = Phrase("这一列不能为空", "this column must not be empty")
FILE, ROW = PLACE[0], PLACE[2]


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
    """What is to be mended by hand in the records if an objection is upheld; what stands so already is not among it.

    Raises
    ------
    Refused
        As for `rehearsed`.
    """
    return _upheld(edition, objection, file)[1]


def rehearsal_notes(edition: Edition, asked: Iterable[Mend], objection: Objection) -> Iterator[Problem]:
    """What a rehearsal takes out of the records or mends, a note for each row; a warning where the row is another member's."""
    records = edition.records
    member = records.key_of(meant(objection.member, dict(records.members["name"])))
    added = iter(objection.upheld.add if objection.upheld else ())
    for mend in asked:
        table, frame = records.tables.table[mend.table], records.frames[mend.table]
        if mend.added:
            row = pd.Series({name: _as_held(records, table.column[name], value)[0] for name, value in next(added).cells.items()}, dtype=object)
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
    records, asked, added = edition.records, list[tuple[Any, Place]](), list[Mend]()
    for place in objection.upheld.steps:
        _refuse_elsewhere(edition, place)
        if isinstance(place, Addition):
            stop_at(_cell_problems(records, place))
            before, records = records, _with_row(records, place)
            added.append(_added(before, records, place))
            continue
        row = _the_row(records, place)
        if isinstance(place, Correction):
            stop_at((*_value_problems(records, place.table, place.column, place.value),))
        if not (isinstance(place, Correction) and _holds(records, place, row)):
            asked.append((_first_index(edition.records, records, place.table, row), place))
        records = _with(records, place, row)
    return records, [*(_mend(edition.records, records, index, place) for index, place in asked), *added]


def _mend(before: Records, after: Records, index: Any, place: Place) -> Mend:
    """What `place` asks for in the row of its table that stood at `index`."""
    stood, columns, then = before.frames[place.table], before.tables.table[place.table].column, after.frames[place.table]
    file, sheet, row = (stood.loc[index, column] for column in PLACE)
    column, value = ("/".join(columns[place.column].headings[:1]) or place.column, discreet(str(place.value))) if isinstance(place, Correction) else ("", "")
    digest, left = row_digest(stood.loc[index]), then[(then[list(PLACE)] == stood.loc[index, list(PLACE)]).all(axis=1)]
    becomes = row_digest(left.iloc[0]) if len(left) else ""
    mend = Mend(place.table, str(file), str(sheet), int(row), column, value, digest, 0, becomes)
    return replace(mend, alike=len(rows_meant(mend, before, rows_by_digest(stood))))


def _added(before: Records, after: Records, place: Addition) -> Mend:
    """What `place` asks for: the last row of its table as it is after it."""
    row, table = after.frames[place.table].iloc[-1], before.tables.table[place.table]
    words = discreet("、".join(f"{table.heading(name)} {value}".strip() for name, value in place.cells.items()))
    mend = Mend(place.table, str(row[FILE]), "", 0, "", words, cells_digest(row, place.cells), 0, row_digest(row), " ".join(place.cells))
    return replace(mend, alike=len(rows_meant(mend, before, {})))


def _first_index(before: Records, after: Records, table: str, row: Any) -> Any:
    """Where a row stood before others were struck."""
    frame, stood = before.frames[table], after.frames[table].loc[row, list(PLACE)]
    return frame.index[(frame[list(PLACE)] == stood).all(axis=1)][0]


def _with(records: Records, place: Place, row: Any) -> Records:
    """The records with one row struck or one cell corrected."""
    table, frame = place.table, records.frames[place.table]
    if isinstance(place, Correction):
        value, state = _as_held(records, records.tables.table[table].column[place.column], place.value)
        changed = frame.copy()
        changed.loc[row, place.column] = value
        absent = records.not_applicable[table].copy()
        if place.column in absent or state == "not applicable":
            marks = absent.get(place.column, pd.Series(data=False, index=absent.index))
            absent[place.column] = marks.mask(marks.index == row, state == "not applicable")
        return replace(records, frames={**records.frames, table: changed}, not_applicable={**records.not_applicable, table: absent})
    kept = [index for index in frame.index if index != row]
    branches = {name: flags.loc[kept] if name == table else flags for name, flags in records.of_branches.items()}
    frames = {**records.frames, table: frame.loc[kept].reset_index(drop=True)}
    absent = records.not_applicable[table].loc[kept].reset_index(drop=True)
    branches |= {table: branches[table].reset_index(drop=True)} if table in branches else {}
    return replace(records, frames=frames, not_applicable={**records.not_applicable, table: absent}, of_branches=branches)


def _with_row(records: Records, place: Addition) -> Records:
    """The records with one row more, as the last of its table."""
    table, frame = place.table, records.frames[place.table]
    spec, absent, branches = records.tables.table[table], records.not_applicable[table], dict(records.of_branches)
    held = {name: _as_held(records, spec.column[name], value) for name, value in place.cells.items()}
    files = frame[FILE].unique()
    values = {name: value for name, (value, _) in held.items()} | {FILE: files[0] if len(files) == 1 else spec.file or spec.relation or table, PLACE[1]: "", ROW: 0}
    last = pd.DataFrame({name: pd.Series([values.get(str(name))], dtype=frame[name].dtype) for name in frame})
    marks = {name: state == "not applicable" for name, (_, state) in held.items()}
    columns = [*absent, *(name for name, mark in marks.items() if mark and name not in absent)]
    absent = pd.DataFrame({name: [*(absent[name] if name in absent else [False] * len(frame)), marks.get(name, False)] for name in columns}, index=range(len(frame) + 1), dtype=bool)
    of_branch = spec.member in place.cells and _written_key(records, place.cells[spec.member]) in records.branches
    if table in branches or of_branch:
        branches[table] = pd.Series([*branches.get(table, [False] * len(frame)), of_branch], dtype=bool)
    frames = {**records.frames, table: pd.concat([frame, last], ignore_index=True) if len(frame) else last}
    return replace(records, frames=frames, not_applicable={**records.not_applicable, table: absent}, of_branches=branches)


def _the_row(records: Records, place: Place) -> Any:
    """The index of the one row that is meant."""
    frame, columns = records.frames[place.table], records.tables.table[place.table].column
    fits = pd.Series(data=True, index=frame.index)
    if place.file:
        # As seen from the edition's folder, or its name alone.
        fits &= frame[FILE].isin([file for file in frame[FILE].unique() if file == place.file or file.endswith(f"/{place.file}")])
    if place.row is not None:
        fits &= frame[ROW] == place.row
    for column, value in place.where.items():
        _refuse_column(frame, place.table, column)
        wanted, _ = _as_held(records, columns[column], value)
        fits &= frame[column].isna() if wanted is None else (frame[column] == wanted).fillna(value=False).astype(bool)
    found = frame.index[fits]
    if len(found) != 1:
        rule = phrase("应指一行记录，现指 {n} 行", "one record is to be meant, and {n:is|are} found", n=len(found))
        files = listed(map(str, frame[FILE].unique()))
        mend = phrase("请核对文件、行号和各列的值；这张表的文件有：{files.zh}", "check file, row and the values of columns; the files of this table: {files.en}", files=files)
        raise refuse(rule, mend, column=f"upheld.{place.table}")
    return found[0]


def _as_held(records: Records, column: Column, value: Cell) -> tuple[Any, CellState]:
    """What a frame holds for a cell, None where it is empty or 回避, and the state of the cell."""
    state = read_cell(value, column).state if isinstance(value, str) else "value"
    if state in {"missing", "not applicable"} or value == "":
        return None, state
    if isinstance(value, dt.date):
        return pd.Timestamp(value), "value"
    if isinstance(value, str) and column.type == "member":
        key = _written_key(records, value)
        return records.counts_to.get(key, key), "value"
    return (float(value) if isinstance(value, int) and not isinstance(value, bool) else value), "value"


def _written_key(records: Records, value: Cell) -> str:
    """The key, as the members table writes it, of the member that is meant by key or exact name; what is none, as it is written."""
    key = records.key_of(meant(str(value), dict(records.members["name"])))
    return key if key in records.members.index or key in records.counts_to else str(value)


def _holds(records: Records, place: Correction, row: Any) -> bool:
    """Whether a cell holds already what it is corrected to."""
    value, state = _as_held(records, records.tables.table[place.table].column[place.column], place.value)
    held, marks = records.frames[place.table][place.column].get(row), records.not_applicable[place.table]
    if value is None:
        return bool(pd.isna(held)) and (place.column in marks and bool(marks.loc[row, place.column])) == (state == "not applicable")
    return bool(not pd.isna(held) and held == value)


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


def _value_problems(records: Records, table: str, name: str, value: Cell) -> Iterator[Problem]:
    """What its column cannot hold; nothing at all, and 回避, are held where the data dictionary says so."""
    _refuse_column(records.frames[table], table, name)
    column, where = records.tables.table[table].column[name], f"upheld.{table}.{name}"
    kinds = KINDS.get(column.type, (str,))
    right = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
    if isinstance(value, str) and (not value.strip() or read_cell(value, column).state in {"missing", "not applicable"}):
        if read_cell(value, column).state == "problem":
            yield Problem("error", EMPTY, AS_DICTIONARY, column=where)
    elif not right:
        yield Problem("error", phrase("这一列的类型是 {kind}", "the column is of type {kind}", kind=column.type), AS_DICTIONARY, column=where, value=str(value))
    elif column.choices and value not in column.choices:
        yield Problem("error", Phrase("不在可选的值之中", "is not among the choices"), AS_DICTIONARY, column=where, value=str(value))
    elif isinstance(value, int | float) and (beyond := out_of_range(value, column)):
        yield Problem("error", beyond.rule, AS_DICTIONARY, column=where, value=str(value))
    elif isinstance(value, int | float) and abs(value) > LARGEST:
        yield Problem("error", *NO_NUMBER, column=where, value=str(value))
    elif column.keyed and _unknown_key(records, column, str(value)):
        yield Problem("error", UNKNOWN, CHECK_CODE, column=where, value=str(value))


def _unknown_key(records: Records, column: Column, key: str) -> bool:
    """Whether a key is no member's, branch's or former one; a right credit code may be anybody's where the column is not of members."""
    written = _written_key(records, key)
    known = written in records.members.index or written in records.counts_to
    return not known and (column.type == "member" or read_cell(key, column).state == "problem")


def _cell_problems(records: Records, place: Addition) -> Problems:
    """What the cells of a record that was missed cannot hold, what they lack, and that it stands there already."""
    table, where = records.tables.table[place.table], f"upheld.{place.table}"
    problems = [problem for name, value in place.cells.items() for problem in _value_problems(records, place.table, name, value)]
    for name, column in table.column.items():
        if column.required and not column.personal and name not in place.cells:
            problems.append(Problem("error", EMPTY, phrase("请在 cells 里写明 {name}", "say it in cells: {name}", name=name), column=f"{where}.{name}"))
    if problems or not table.unique:
        return Problems(tuple(problems))
    frame, held = records.frames[place.table], {name: _as_held(records, table.column[name], place.cells.get(name, ""))[0] for name in table.unique}
    for _, row in frame.iterrows():
        if all(_as_compared(row[name]) == _as_compared(value) for name, value in held.items()):
            rule = phrase("已有这样一行：{file} 第 {row} 行", "there is such a row: {file}, row {row}", file=row[FILE], row=row[ROW])
            return Problems((Problem("error", rule, Phrase("要改这一行的，请用 correct", "to mend that row write correct"), column=where, value=" ".join(map(str, place.cells.values()))),))
    return Problems()


def _as_compared(value: object) -> object:
    """A cell as those that make a row unique are compared."""
    return None if pd.isna(value) else normal_key(value) if isinstance(value, str) else value  # type: ignore[call-overload]
