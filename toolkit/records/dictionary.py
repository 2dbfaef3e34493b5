"""The data dictionary of an edition: which tables there are, in which files, what each column holds, and who tells and verifies a record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from toolkit.ground.problems import did_you_mean
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import Fault, StrictModel, read_model
from toolkit.ground.toml_syntax import KeyPath, Raw
from toolkit.records.credit_code import is_valid
from toolkit.records.databases.connection import source_faults
from toolkit.records.findings import normal_heading, normal_key

Word = Annotated[str, Field(min_length=1)]
COLUMN, STATE = Phrase("列", "column"), Phrase("取值", "choice")


class Channel(StrictModel):
    """The column that says which channel told a record, and whose word goes first.

    Where several channels tell of one act, the act is as the first of `order` tells it; a channel that `order` does
    not name comes last.
    """

    column: Word
    order: Annotated[tuple[Word, ...], Field(min_length=1)]


class Verified(StrictModel):
    """The column that says whether a record has been verified, and the states in which it counts.

    All other records, those without a state among them, are kept and reported and do not count, unless a measure
    says ``unverified = "counts"``.
    """

    column: Word
    counts: Annotated[tuple[Word, ...], Field(min_length=1)]


def provenance_faults(path: KeyPath, table: Raw, columns: Mapping[str, Raw]) -> Iterator[Fault]:
    """Columns and states that `channel`, `verified` and `names` of a table name, and the table does not have."""
    for key, listed in (("channel", "order"), ("verified", "counts")):
        entry = table.get(key)
        if isinstance(entry, dict):
            yield from _column_fault((*path, key, "column"), entry.get("column"), columns)
            yield from _state_faults((*path, key, listed), entry, columns)
    yield from _column_fault((*path, "names"), table.get("names"), columns)
    if isinstance(table.get("date"), str) and table["date"] in columns:
        yield from _column_fault((*path, "date"), table["date"], columns)


def _column_fault(path: KeyPath, name: Any, columns: Mapping[str, Raw]) -> Iterator[Fault]:
    if not isinstance(name, str):
        return
    if name not in columns:
        yield _unknown(path, COLUMN, name, list(columns))
    elif columns[name].get("personal"):
        rule = phrase("“{name}”是个人信息列，不能用在这里", "`{name}` is personal and cannot be used here", name=name)
        yield Fault(path, rule, Phrase("请指定另一列", "name another column"))


def _state_faults(path: KeyPath, entry: Raw, columns: Mapping[str, Raw]) -> Iterator[Fault]:
    """States named under `path` that the column cannot hold, or that stand twice."""
    listed, spec = entry.get(str(path[-1])), columns.get(str(entry.get("column")), {})
    choices = spec.get("choices")
    for place, state in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(choices, list) and choices and state not in choices:
            yield _unknown((*path, place), STATE, str(state), [str(choice) for choice in choices])
        elif isinstance(listed, list) and state in listed[:place]:
            rule = phrase("“{state}”写了两次", "`{state}` stands twice", state=state)
            yield Fault((*path, place), rule, Phrase("请删去一处", "remove one"))


def _unknown(path: KeyPath, what: Phrase, given: str, known: list[str]) -> Fault:
    rule = phrase("没有{what}“{given}”", "there is no {en} `{given}`", what=what.zh, en=what.en, given=given)
    return Fault(path, rule, did_you_mean(given, known) or phrase("现有：{known}", "known: {known}", known=", ".join(known)), given)


ColumnType = Literal["text", "number", "money", "percent", "date", "boolean", "choice", "credit_code", "member"]

TYPES: dict[ColumnType, Phrase] = {
    "text": Phrase("文字", "text"),
    "number": Phrase("数字", "number"),
    "money": Phrase("金额", "money"),
    "percent": Phrase("百分比", "percent"),
    "date": Phrase("日期", "date"),
    "boolean": Phrase("是否", "boolean"),
    "choice": Phrase("选项", "choice"),
    "credit_code": Phrase("信用代码", "credit_code"),
    "member": Phrase("会员", "member"),
}
MISSING = ("", "/", "—", "-", "无", "暂缺")
NOT_APPLICABLE = ("不适用",)
NUMERIC = frozenset({"number", "money", "percent"})
KEYED = frozenset({"member", "credit_code"})
PLACE = ("_file", "_sheet", "_row")  # the columns of every frame of records that say where a row stands
DTYPES = {**dict.fromkeys(NUMERIC, "float64"), "date": "datetime64[us]", "boolean": "boolean"}
COLUMN_ID = re.compile(r"[^\W_][^\s.]*")


class Column(StrictModel):
    """What one column holds, under which headings it arrives, and which values are allowed.

    `range` is in the column's own unit; a percentage without a unit is a share, from 0 to 1. `accept` names
    credit codes that fail their check and are taken nevertheless, each with the reason. `note` and `example`
    tell on the entry form what to fill in. Of a date, `forever` names words for no end at all (长期), and `day_missing`
    says which day of its month one without a day stands for; `not_before` names the column of a day that it follows.
    """

    headings: tuple[str, ...] = ()
    type: ColumnType
    unit: str = ""
    required: bool = False
    range: tuple[float, float] | None = None
    missing: tuple[str, ...] = MISSING
    not_applicable: tuple[str, ...] = NOT_APPLICABLE
    choices: tuple[Word, ...] = ()
    personal: bool = False
    accept: dict[str, Word] = Field(default_factory=dict)
    note: str = ""
    example: str = ""
    forever: tuple[Word, ...] = ()
    day_missing: Literal["first", "last"] | None = None
    not_before: Word | None = None

    @property
    def measure(self) -> str:
        """The unit its numbers are in; money without one is in 元."""
        return self.unit or ("元" if self.type == "money" else "")

    @property
    def keyed(self) -> bool:
        """Whether it holds the key of a member."""
        return self.type in KEYED

    def heading(self, name: str) -> str:
        """What people call the column `name`: its first heading, or its name where it has none."""
        return self.headings[0] if self.headings else name

    @property
    def dtype(self) -> str:
        """What pandas keeps it as: text, choices and keys as "str"."""
        return DTYPES.get(self.type, "str")


class Table(StrictModel):
    """One table of records: the files it is read from, its columns, and what makes a row unique.

    `date` names the column that says when a row happened. `purpose` (what for), `filled_by` (by whom), `due`
    (until when) and `kept` (for how long) are words for its entry form. `channel` says who told a row and whose word goes first, `verified`
    in which states it counts, `names` which column says the member's name beside its key.
    """

    file: Word | None = None
    sheet: Word | None = None
    label: str = ""
    unique: tuple[str, ...] = ()
    date: str | None = None
    source: Word | None = None
    relation: Word | None = None
    purpose: str = ""
    filled_by: str = ""
    due: str = ""
    kept: str = ""
    channel: Channel | None = None
    verified: Verified | None = None
    names: Word | None = None
    column: Annotated[dict[str, Column], Field(min_length=1)]

    @property
    def member(self) -> str | None:
        """The id of the column that says which member a row is about; None where there is none."""
        return next((name for name, column in self.column.items() if column.type == "member"), None)

    def heading(self, column: str) -> str:
        """What people call one of its columns; a column that it has not, by its id."""
        return self.column[column].heading(column) if column in self.column else column


class Tables(StrictModel):
    """All tables of an edition by their id; see `load_tables`."""

    table: Annotated[dict[str, Table], Field(min_length=1)]

    def label(self, table: str) -> str:
        """What people call a table: its label, or its id where it has none."""
        known = self.table.get(table)
        return known.label if known and known.label else table

    def heading(self, table: str, column: str) -> str:
        """What people call a column of a table; one that is not there, by its id."""
        return self.table[table].heading(column) if table in self.table else column


def load_tables(path: Path) -> Tables:
    """The data dictionary written in `path`.

    Raises
    ------
    Refused
        With every fault, each at its line.
    """
    return read_model(path, Tables, table_faults)[0]


def table_faults(raw: Raw) -> Iterator[Fault]:
    """What no single field of a data dictionary can see."""
    for name, table in _entries(raw.get("table")):
        path: KeyPath = ("table", name)
        columns = dict(_entries(table.get("column")))
        yield from _place_faults(path, table)
        yield from _name_faults(path, table, columns)
        yield from provenance_faults(path, table, columns)
        yield from _shared_headings((*path, "column"), columns)
        for column, spec in columns.items():
            yield from _column_faults((*path, "column", column), spec)


def _entries(value: object) -> Iterator[tuple[str, Raw]]:
    if isinstance(value, Mapping):
        yield from ((key, item) for key, item in value.items() if isinstance(item, dict))


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _place_faults(path: KeyPath, table: Raw) -> Iterator[Fault]:
    """A table stands in files or in a database."""
    file = table.get("file")
    if "source" in table:
        yield from source_faults(path, table)
    elif file is None:
        rule = Phrase("没有写明数据在哪个文件", "it is not said which file the table stands in")
        yield Fault(path, rule, Phrase('请加上 file = "records/….xlsx"', 'add file = "records/….xlsx"'))
    if isinstance(file, str) and (file.startswith("/") or re.match(r"[A-Za-z]:", file) or "\\" in file):
        rule = Phrase("文件应写成相对于届次文件夹的路径，用 /", "a file is named relative to the edition, with /")
        yield Fault((*path, "file"), rule, Phrase("例如 records/会员.xlsx", "such as records/members.xlsx"))
    if "relation" in table and "source" not in table:
        rule = Phrase("relation 只与 source 同用", "`relation` goes with `source` only")
        yield Fault((*path, "relation"), rule, Phrase("请删去", "remove it"))


def _name_faults(path: KeyPath, table: Raw, columns: Mapping[str, Raw]) -> Iterator[Fault]:
    """`unique`, `date` and `not_before` must name columns of the table."""
    for place, name in enumerate(_texts(table.get("unique"))):
        if name not in columns:
            yield _unknown_column((*path, "unique", place), name, columns)
    date = table.get("date")
    if isinstance(date, str) and date not in columns:
        yield _unknown_column((*path, "date"), date, columns)
    elif isinstance(date, str) and columns[date].get("type") != "date":
        rule = phrase("“{name}”不是日期列", "`{name}` is not a date column", name=date)
        yield Fault((*path, "date"), rule, Phrase("请指定日期类型（“date”）的列", "name a column of type date"))
    for column, spec in columns.items():
        earlier, at = spec.get("not_before"), (*path, "column", column, "not_before")
        if isinstance(earlier, str) and earlier not in columns:
            yield _unknown_column(at, earlier, columns)
        elif isinstance(earlier, str) and (columns[earlier].get("type") != "date" or earlier == column):
            rule = phrase("“{name}”不是另一个日期列", "`{name}` is not another date column", name=earlier)
            yield Fault(at, rule, Phrase("请指定另一个日期类型（“date”）的列", "name another column of type date"))


def _unknown_column(path: KeyPath, name: str, columns: Iterable[str]) -> Fault:
    known = list(columns)
    mend = did_you_mean(name, known) or phrase("可用的列：{known}", "columns are: {known}", known=", ".join(known))
    return Fault(path, phrase("没有“{name}”这一列", "there is no column `{name}`", name=name), mend, name)


def _shared_headings(path: KeyPath, columns: Mapping[str, Raw]) -> Iterator[Fault]:
    """Two columns must not wait for the same heading."""
    owners: dict[str, str] = {}
    for column, spec in columns.items():
        for heading in (column, *_texts(spec.get("headings"))):
            owner = owners.setdefault(normal_heading(heading), column)
            if owner != column:
                rule = phrase("表头“{heading}”已属于“{owner}”列", "heading `{heading}` belongs to `{owner}` already",
                              heading=heading, owner=owner)  # fmt: skip
                mend = Phrase("每个表头只能属于一列", "give each heading to one column only")
                yield Fault((*path, column, "headings"), rule, mend, heading)


def _shared_choices(path: KeyPath, choices: list[str]) -> Iterator[Fault]:
    """Two choices must not be written so alike that a cell could mean either."""
    first: dict[str, str] = {}
    for place, choice in enumerate(choices):
        normal = normal_key(choice)
        if normal in first:
            rule = phrase("与可选值“{other}”读起来相同（不分全角半角、大小写和空格）", "reads the same as the choice `{other}` (width, case and spaces aside)",
                          other=first[normal])  # fmt: skip
            yield Fault((*path, "choices", place), rule, Phrase("请删去一个，或改用不同的字", "remove one, or write it in other words"), choice)
        first.setdefault(normal, choice)


def _column_faults(path: KeyPath, column: Raw) -> Iterator[Fault]:
    kind = column.get("type")
    if not COLUMN_ID.fullmatch(str(path[-1])):
        rule = Phrase("列名不能含空格或点，也不能以下划线开头", "a column's id has no space or dot and no underscore in front")
        yield Fault(path, rule, Phrase("请改名", "rename it"), str(path[-1]))
    if kind == "choice" and not column.get("choices"):
        rule = Phrase("选项列（“choice”）没有写可选值", "a column of type choice lists no choices")
        yield Fault(path, rule, Phrase('请加上 choices = ["…", "…"]', 'add choices = ["…", "…"]'))
    yield from _shared_choices(path, _texts(column.get("choices")))
    for key, kinds in (("choices", ("choice",)), ("range", tuple(NUMERIC)), ("accept", ("credit_code",)),
                       ("forever", ("date",)), ("day_missing", ("date",)), ("not_before", ("date",))):  # fmt: skip
        if column.get(key) and kind not in kinds:
            rule = phrase(
                "“{key}”不适用于“{zh}”类型的列", "`{key}` does not go with type {kind}",
                key=key, kind=kind, zh=TYPES[kind].zh if isinstance(kind, str) and kind in TYPES else kind,
            )
            yield Fault((*path, key), rule, Phrase("请删去，或改 type", "remove it, or change the type"))
    yield from _accept_faults((*path, "accept"), column)
    yield from _range_faults((*path, "range"), column)
    shared = set(_texts(column.get("missing"))) & set(_texts(column.get("not_applicable")))
    if shared:
        rule = Phrase("同一写法不能既表示缺失又表示不适用", "one mark cannot mean both missing and not applicable")
        mend = phrase("请只在一处写“{mark}”", "list `{mark}` once only", mark=min(shared))
        yield Fault((*path, "not_applicable"), rule, mend)


def _accept_faults(path: KeyPath, column: Raw) -> Iterator[Fault]:
    """An accepted code is written as codes are compared, fails its check, and comes with a reason."""
    for code, reason in column["accept"].items() if isinstance(column.get("accept"), Mapping) else ():
        if code != normal_key(code):
            rule = Phrase("接受的代码应写成半角大写、不含空格", "an accepted code is half-width, upper case, without spaces")
            mend = phrase("请写成 {code}", "write {code}", code=normal_key(code))
            yield Fault((*path, code), rule, mend, code)
        elif is_valid(code):
            rule = Phrase("这个代码校验通过，不需要例外", "this code passes its check and needs no exception")
            yield Fault((*path, code), rule, Phrase("请删去", "remove it"), code)
        elif isinstance(reason, str) and not reason.strip():
            rule = Phrase("接受校验不通过的代码须写明理由", "a code that fails its check is accepted with a reason only")
            yield Fault((*path, code), rule, Phrase("请写明理由", "write the reason"), code)


def _range_faults(path: KeyPath, column: Raw) -> Iterator[Fault]:
    bounds: Any = column.get("range")
    if not (isinstance(bounds, list) and len(bounds) == 2):
        return
    if not all(isinstance(bound, int | float) for bound in bounds):
        return
    if bounds[0] > bounds[1]:
        rule = Phrase("范围的下限大于上限", "the range ends before it begins")
        yield Fault(path, rule, Phrase("请写成 [下限, 上限]", "write [lowest, highest]"))
    if column.get("type") == "percent" and column.get("unit") != "%" and bounds[1] >= 100:
        rule = Phrase('没有 unit = "%" 时，范围按 1 即 100% 计', 'without unit = "%" a range counts 1 as 100%')
        yield Fault(path, rule, Phrase('请写成 [0, 1]，或加上 unit = "%"', 'write [0, 1], or add unit = "%"'))
