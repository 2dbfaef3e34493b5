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
from toolkit.ground.text import Phrase, as_phrase, joined, listed, phrase
from toolkit.ground.toml_reader import NO_NUMBER
from toolkit.ground.toml_syntax import LARGEST
from toolkit.minutes.decisions import meant
from toolkit.minutes.mends import Mend, row_digest, rows_by_digest
from toolkit.minutes.objections import CHECK_CODE, FOLDER, UNKNOWN, Cell, Correction, Objection, Place
from toolkit.records.cells import out_of_range
from toolkit.records.dictionary import PLACE

if TYPE_CHECKING:
    from toolkit.edition import Edition
    from toolkit.records import Records

UNSAID = Phrase("文件里没有写明若成立会怎样改记录", "its file does not say what becomes of the records if it is upheld")
SAY_SO = Phrase("请写 [upheld]：strike 列出要删的记录，correct 列出要改的单元格", "write [upheld]: strike lists records, correct lists cells")
REMOTE = Phrase("这张表在数据库或大文件中，不能预演", "this table stands in a database or large files, and cannot be rehearsed")
BY_HAND = Phrase("请在副本中改好后用 committee changes 比较", "change it in a copy, and compare with committee changes")
REGISTER = Phrase("会员名册的增减、代码、名称、类别和申报不能预演", "members, their keys, names, classes and applications cannot be rehearsed")
KINDS = {"number": (int, float), "money": (int, float), "percent": (int, float), "date": (dt.date,), "boolean": (bool,)}
BY_HAND_LATER = Phrase("裁定成立后须手工改", "to be done by hand once it is upheld")
OF_ANOTHER = Phrase("这一行不是所涉会员的记录", "this row is not the record of the member concerned")
CHECK_ROW = Phrase("请核对行号和 member", "check the row, and member")
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
    for mend in asked:
        table, frame = records.tables.table[mend.table], records.frames[mend.table]
        row = frame[(frame[list(PLACE)] == [mend.file, mend.sheet, mend.row]).all(axis=1)].iloc[0]
        whose = [str(row[name]) for name, column in table.column.items() if column.type == "member" and name in row and not pd.isna(row[name])]
        called = listed([f"{key} {records.members['name'].get(key, '')}".strip() for key in whose] or ["—"])
        said = phrase("预演：{asked.zh}（{whose.zh}）", "rehearsed: {asked.en} ({whose.en})", asked=mend.asked, whose=called)
        yield Problem("note", said, BY_HAND_LATER, file=mend.file, sheet=mend.sheet, row=mend.row)
        if whose and member not in whose:
            yield Problem("warning", OF_ANOTHER, CHECK_ROW, file=mend.file, sheet=mend.sheet, row=mend.row)


def _upheld(edition: Edition, objection: Objection, file: str) -> tuple[Records, list[Mend]]:
    """The records as they would be, and where they would be others."""
    try:
        return _as_upheld(edition, objection)
    except Refused as refused:
        raise Refused(Problems(tuple(replace(problem, file=file) for problem in refused.problems))) from None


def _as_upheld(edition: Edition, objection: Objection) -> tuple[Records, list[Mend]]:
    if objection.upheld is None or not (objection.upheld.strike or objection.upheld.correct):
        raise refuse(UNSAID, SAY_SO, column="upheld")
    records, asked = edition.records, list[tuple[Any, Place]]()
    for place in (*objection.upheld.correct, *objection.upheld.strike):
        _refuse_elsewhere(edition, place)
        row = _the_row(records.frames[place.table], place)
        if isinstance(place, Correction):
            _refuse_value(records, place)
        if not (isinstance(place, Correction) and records.frames[place.table][place.column].get(row) == _as_held(place.value)):
            asked.append((_first_index(edition.records, records, place.table, row), place))
        records = _with(records, place, row)
    return records, [_mend(edition.records, records, index, place) for index, place in asked]


def _mend(before: Records, after: Records, index: Any, place: Place) -> Mend:
    """What `place` asks for in the row of its table that stood at `index`."""
    stood, columns, then = before.frames[place.table], before.tables.table[place.table].column, after.frames[place.table]
    file, sheet, row = (stood.loc[index, column] for column in PLACE)
    column, value = ("/".join(columns[place.column].headings[:1]) or place.column, str(place.value)) if isinstance(place, Correction) else ("", "")
    digest, left = row_digest(stood.loc[index]), then[(then[list(PLACE)] == stood.loc[index, list(PLACE)]).all(axis=1)]
    becomes = row_digest(left.iloc[0]) if len(left) else ""
    return Mend(place.table, str(file), str(sheet), int(row), column, value, digest, len(rows_by_digest(stood)[digest]), becomes)


def _first_index(before: Records, after: Records, table: str, row: Any) -> Any:
    """Where a row stood before others were struck."""
    frame, stood = before.frames[table], after.frames[table].loc[row, list(PLACE)]
    return frame.index[(frame[list(PLACE)] == stood).all(axis=1)][0]


def _with(records: Records, place: Place, row: Any) -> Records:
    """The records with one row struck or one cell corrected."""
    table, frame = place.table, records.frames[place.table]
    if isinstance(place, Correction):
        changed = frame.copy()
        changed.loc[row, place.column] = _as_held(place.value)
        absent = records.not_applicable[table].copy()
        if place.column in absent:
            absent.loc[row, place.column] = False
        return replace(records, frames={**records.frames, table: changed}, not_applicable={**records.not_applicable, table: absent})
    kept = [index for index in frame.index if index != row]
    branches = {name: flags.loc[kept] if name == table else flags for name, flags in records.of_branches.items()}
    frames = {**records.frames, table: frame.loc[kept].reset_index(drop=True)}
    absent = records.not_applicable[table].loc[kept].reset_index(drop=True)
    branches |= {table: branches[table].reset_index(drop=True)} if table in branches else {}
    return replace(records, frames=frames, not_applicable={**records.not_applicable, table: absent}, of_branches=branches)


def _the_row(frame: pd.DataFrame, place: Place) -> Any:
    """The index of the one row that is meant."""
    fits = pd.Series(data=True, index=frame.index)
    if place.file:
        # As seen from the edition's folder, or its name alone.
        fits &= frame[FILE].isin([file for file in frame[FILE].unique() if file == place.file or file.endswith(f"/{place.file}")])
    if place.row is not None:
        fits &= frame[ROW] == place.row
    for column, value in place.where.items():
        _refuse_column(frame, place, column)
        fits &= (frame[column] == _as_held(value)).fillna(value=False).astype(bool)
    found = frame.index[fits]
    if len(found) != 1:
        rule = phrase("应指一行记录，现指 {n} 行", "one record is to be meant, and {n:is|are} found", n=len(found))
        files = listed(map(str, frame[FILE].unique()))
        mend = phrase("请核对文件、行号和各列的值；这张表的文件有：{files.zh}", "check file, row and the values of columns; the files of this table: {files.en}", files=files)
        raise refuse(rule, mend, column=f"upheld.{place.table}")
    return found[0]


def _as_held(value: Cell) -> Any:
    if isinstance(value, dt.date):
        return pd.Timestamp(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _refuse_elsewhere(edition: Edition, place: Place) -> None:
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
    if place.table == members.table and (not isinstance(place, Correction) or place.column in fixed):
        raise refuse(REGISTER, BY_HAND, column="upheld", value=place.table)


def _stems(edition: Edition, table: str) -> list[str]:
    """What the files of a table are called."""
    return [PurePosixPath(file).stem for file in edition.records.frames[table][FILE].unique()] if table in edition.records.frames else []


def _refuse_column(frame: pd.DataFrame, place: Place, column: str) -> None:
    if column not in frame or column in PLACE:
        known = [str(name) for name in frame if name not in PLACE]
        mend = did_you_mean(column, known) or phrase("现有：{known.zh}", "known: {known.en}", known=listed(known))
        raise refuse(Phrase("这张表没有这一列", "the table has no such column"), mend, column=f"upheld.{place.table}", value=column)


def _refuse_value(records: Records, place: Correction) -> None:
    """Refuse what its column cannot hold."""
    _refuse_column(records.frames[place.table], place, place.column)
    stop_at(_value_problems(records, place))


def _value_problems(records: Records, place: Correction) -> Iterator[Problem]:
    column = records.tables.table[place.table].column[place.column]
    kinds = KINDS.get(column.type, (str,))
    right = isinstance(place.value, kinds) and (bool in kinds or not isinstance(place.value, bool))
    mend, where = Phrase("请照数据字典填写", "write it as the data dictionary has it"), f"upheld.{place.table}.{place.column}"
    if not right:
        yield Problem("error", phrase("这一列的类型是 {kind}", "the column is of type {kind}", kind=column.type), mend, column=where, value=str(place.value))
    elif column.choices and place.value not in column.choices:
        yield Problem("error", Phrase("不在可选的值之中", "is not among the choices"), mend, column=where, value=str(place.value))
    elif isinstance(place.value, int | float) and (beyond := out_of_range(place.value, column)):
        yield Problem("error", beyond.rule, mend, column=where, value=str(place.value))
    elif isinstance(place.value, int | float) and abs(place.value) > LARGEST:
        yield Problem("error", *NO_NUMBER, column=where, value=str(place.value))
    elif column.required and not str(place.value).strip():
        yield Problem("error", Phrase("这一列不能为空", "this column must not be empty"), mend, column=where)
    elif column.keyed and str(place.value).strip() and records.key_of(str(place.value)) not in records.members.index:
        yield Problem("error", UNKNOWN, CHECK_CODE, column=where, value=str(place.value))
