"""Entry forms typed into as a secretariat would, and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from toolkit.forms import Form, form_bytes, forms, write_forms
from toolkit.forms.entry_sheet import HEADING_ROW
from toolkit.ground.resources import house_folder
from toolkit.records.dictionary import Column, Table, Tables, load_tables
from toolkit.records.reading import load_records
from toolkit.scheme import Scheme, load_scheme

FEDERATION = house_folder("templates/editions") / "federation"
SCHEME = load_scheme(FEDERATION / "scheme.toml")
TABLES = load_tables(FEDERATION / "tables.toml")
JIA, YI = "91350100M000100Y43", "91512081MA62K0260E"
FIRST = HEADING_ROW + 2  # the first row to fill in, as Excel counts it
MEMBERS = Table(
    file="records/会员*.xlsx",
    sheet="名册",
    column={"code": Column(type="credit_code", required=True), "name": Column(type="text", required=True)},
)
PLAIN = SCHEME.model_copy(update={"members": SCHEME.members.model_validate({"table": "members", "key": "code", "name": "name"})})


def fill(path: Path, sheet: str, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Type rows into a form, as a secretariat would: into the cells as they are formatted."""
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    places = {key: place for place, key in enumerate(table.column, start=1)}
    for number, row in enumerate(rows, start=FIRST):
        for key, value in row.items():
            page.cell(number, places[key]).value = value
            if isinstance(value, str):
                page.cell(number, places[key]).data_type = "s"  # in a text cell a sign = begins no formula
    book.save(path)


def typed(value: object) -> object:
    """A value as it is typed in: a boolean from the drop-down."""
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else value


def come_back(folder: Path, tables: Tables, name: str, rows: Sequence[Mapping[str, Any]], scheme: Scheme = PLAIN) -> pd.DataFrame:
    """What `load_records` makes of `rows` typed into the form of `name`; the members are typed in too."""
    written = {table: form for form in write_forms(folder / "records", tables, scheme) for table in form.tables}
    key, label = scheme.members.key, scheme.members.name
    if name != scheme.members.table:
        form = written["members"]
        people = [{key: code, label: code} | ({"category": "采购人"} if "category" in tables.table["members"].column else {})
                  for code in (JIA, YI)]  # fmt: skip
        fill(folder / "records" / form.name, form.tables["members"], tables.table["members"], people)
    form = written[name]
    fill(folder / "records" / form.name, form.tables[name], tables.table[name], [{k: typed(v) for k, v in row.items()} for row in rows])
    records = load_records(folder, tables, scheme.members)
    assert [p.line("en") for p in records.problems if p.severity != "note"] == []
    return records.frames[name]


def said(frame: pd.DataFrame, key: str) -> list[object]:
    """A column as plain values, None where there is none."""
    return [None if pd.isna(v) else v.to_pydatetime() if isinstance(v, pd.Timestamp) else bool(v) if frame[key].dtype == "boolean" else v
            for v in frame[key]]  # fmt: skip


def opened(tables: Tables, name: str, tmp_path: Path, scheme: Scheme = PLAIN) -> tuple[openpyxl.Workbook, Form]:
    form = next(form for form in forms(tables) if name in form.tables)
    (tmp_path / form.name).write_bytes(form_bytes(form, tables, scheme))
    return openpyxl.load_workbook(tmp_path / form.name), form
