"""Entry forms: an empty form says nothing, and a filled one comes back the same."""

from __future__ import annotations

import datetime as dt
import io
import string
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.entry_forms import JIA, MEMBERS, SCHEME, TABLES, YI, come_back, said
from tests.examples import examples
from toolkit.forms import form_bytes, forms, forms_table, write_forms
from toolkit.forms.columns import form_columns
from toolkit.ground.problems import Refused
from toolkit.records.dictionary import Column, Table, Tables, load_tables
from toolkit.records.findings import normal_heading, normal_key
from toolkit.records.rows import is_remark
from toolkit.scheme import Scheme, load_scheme


def values_of(column: Column) -> list[Any]:
    """Two values and none, such as a column of this kind holds."""
    low, high = column.range or (0.0, 1000.0)
    scale = 100 if column.type == "percent" and column.unit == "%" else 1
    found: dict[str, list[Any]] = {
        "number": [low, high], "money": [low, 1234.56], "percent": [0.35, high / scale],
        "date": [dt.datetime.fromisoformat("2018-03-05"), dt.datetime.fromisoformat("2017-10-01")], "boolean": [True, False],
        "choice": [column.choices[0], column.choices[-1]] if column.choices else [],
        "credit_code": [JIA, YI], "member": [JIA, YI], "text": ["00123", "2018-3"],
    }  # fmt: skip
    return found[column.type]


@pytest.mark.parametrize("name", TABLES.table)
def test_every_table_of_the_template_comes_back_as_it_was_typed(name: str, tmp_path: Path) -> None:
    table = TABLES.table[name]
    rows = [{key: values_of(column)[place] for key, column in table.column.items()} for place in (0, 1)]
    if name == "members":
        for row in rows:
            row |= {"former_code": None, "head_office": None, "left_on": None}
    sparse = {key: value for key, value in rows[1].items() if table.column[key].required}
    if len(sparse) == 1:  # a day alone below all rows is that of a signature
        sparse |= dict(list(rows[1].items())[:2])
    rows[1] = sparse | dict.fromkeys(set(rows[1]) - set(sparse))
    if table.names:
        rows = [row | {"name": row["credit_code"]} for row in rows]
    asked = Tables(table={key: TABLES.table[key] for key in ("members", name)})
    frame = come_back(tmp_path, asked, name, rows, SCHEME)
    kept = [key for key, column in table.column.items() if not column.personal]
    assert [[said(frame, key)[place] for key in kept] for place in (0, 1)] == [[row[key] for key in kept] for row in rows]


letter = st.sampled_from("学时金额单位日期类别（）()*：甲乙ab A%")
heading = st.text(letter, min_size=1, max_size=9).filter(lambda text: normal_heading(text) not in {"", "code", "name", "member"})
unit = st.sampled_from(["", "元", "万元", "学时", "人 次", "m（2）", "(x"])
word = st.text(st.sampled_from("采购，,人甲乙=+'\"&<x1 "), min_size=1, max_size=6).map(str.strip).filter(bool)
texts = st.text(st.sampled_from(string.ascii_letters + "0123456789中文·〔〕号<&\"' ,-"), min_size=1, max_size=12).map(str.strip)
texts = texts.filter(lambda text: text not in {"", "-", "/"} and not is_remark(text))
days = st.dates(dt.date(1900, 3, 1), dt.date(2099, 12, 31)).map(lambda day: dt.datetime.combine(day, dt.time()))
bounds = st.tuples(st.integers(-500, 500), st.integers(0, 5000)).map(lambda b: (float(b[0]), float(b[0] + b[1])))


def column(headings: tuple[str, ...]) -> st.SearchStrategy[Column]:
    common: dict[str, Any] = {"headings": st.just(headings), "required": st.booleans(), "personal": st.just(False)}
    note = {"note": st.sampled_from(["", "说明。" * 200]), "not_applicable": st.just(("不适用",))}
    return st.one_of(
        st.builds(Column, type=st.sampled_from(["text", "date", "boolean"]), **common, **note),
        st.builds(Column, type=st.sampled_from(["number", "money"]), unit=unit, range=st.none() | bounds, **common, **note),
        st.builds(Column, type=st.just("percent"), unit=st.just("%"), range=st.sampled_from([None, (0.0, 100.0)]), **common),
        st.builds(Column, type=st.just("choice"), choices=st.lists(word, min_size=1, max_size=4, unique_by=normal_key).map(tuple),
                  **common),
    )  # fmt: skip


def cell_of(spec: Column) -> st.SearchStrategy[Any]:
    low, high = spec.range or (-1e6, 1e6)
    amount = st.floats(low, high).map(lambda number: round(number, 4))  # Excel keeps 15 digits
    within: dict[str, st.SearchStrategy[Any]] = {
        "text": texts, "date": days, "boolean": st.booleans(), "choice": st.sampled_from(spec.choices or ("",)),
        "number": amount, "money": amount, "percent": st.integers(0, 100).map(lambda n: n / 100),
    }  # fmt: skip
    return within[spec.type] if spec.required else st.none() | within[spec.type]


@st.composite
def tables_and_rows(draw: st.DrawFn) -> tuple[Table, list[dict[str, Any]]]:
    """A data dictionary's table, and rows that fit it."""
    names = draw(st.lists(heading, min_size=1, max_size=5, unique_by=normal_heading))
    specs = {"member": Column(type="member", required=True)}
    specs |= {f"c{number}": draw(column((name,))) for number, name in enumerate(names)}
    table = Table(file="records/表*.xlsx", sheet=draw(st.sampled_from([None, "填报", "O'Neil & 子"])), label=draw(heading), column=specs)
    row = st.fixed_dictionaries({key: cell_of(spec) if key != "member" else st.sampled_from([JIA, YI]) for key, spec in specs.items()})
    return table, draw(st.lists(row, max_size=4))


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.too_slow])
@given(tables_and_rows())
def test_any_table_comes_back_as_it_was_typed(tmp_path_factory: pytest.TempPathFactory, made: tuple[Table, list[dict[str, Any]]]) -> None:
    table, rows = made
    tables = Tables(table={"members": MEMBERS, "made": table})
    frame = come_back(tmp_path_factory.mktemp("made"), tables, "made", rows)
    for key in table.column:
        assert said(frame, key) == [pytest.approx(row[key], abs=1e-12) if isinstance(row[key], float) else row[key] for row in rows]


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(tables_and_rows())
def test_any_table_comes_back_in_a_long_campaign(tmp_path_factory: pytest.TempPathFactory, made: tuple[Table, list[dict[str, Any]]]) -> None:
    test_any_table_comes_back_as_it_was_typed.hypothesis.inner_test(tmp_path_factory, made)  # type: ignore[attr-defined]


def test_the_same_dictionary_gives_the_same_bytes() -> None:
    for form in forms(TABLES):
        content = form_bytes(form, TABLES, SCHEME)
        assert content == form_bytes(form, TABLES, SCHEME)
        assert openpyxl.load_workbook(io.BytesIO(content)).properties.created == dt.datetime.combine(SCHEME.as_of, dt.time())


def one(**changed: Any) -> Table:
    return Table(**{"file": "records/表.xlsx", "column": {"a": Column(type="text", headings=("甲",))}} | changed)


def test_tables_of_one_file_share_a_form_and_no_two_forms_share_a_name() -> None:
    tables = Tables(
        table={
            "a": one(sheet="甲"), "b": one(sheet="乙"), "c": one(file="records/其他/表*.xlsx", sheet="丙"), "d": one(label="填表说明"),
            "e": one(file=None, source="x.duckdb", relation="t"),
        }
    )  # fmt: skip
    assert {form.name: dict(form.tables) for form in forms(tables)} == {
        "表.xlsx": {"a": "甲", "b": "乙"}, "表（c）.xlsx": {"c": "丙"}, "表（d）.xlsx": {"d": "填表说明表"},
    }  # fmt: skip


def test_a_table_whose_only_heading_is_its_title_comes_back(tmp_path: Path) -> None:
    made = one(label="甲（1）", column={"a": Column(type="text", headings=("甲",), required=True)})
    assert said(come_back(tmp_path, Tables(table={"members": MEMBERS, "a": made}), "a", [{"a": "x"}, {"a": "y"}]), "a") == ["x", "y"]


def test_a_form_that_becomes_no_xlsx_is_said_so_and_nothing_else_is_written_over(small_edition: Path) -> None:
    tables, scheme = load_tables(small_edition / "tables.toml"), load_scheme(small_edition / "scheme.toml")
    written = forms(tables)
    assert "Not .xlsx (records/会员名册.csv)" in forms_table(written, "en").note
    (small_edition / written[0].name).write_text("no form of ours", "utf-8")
    with pytest.raises(Refused, match="a file of this name is there, and no form"):
        write_forms(small_edition, tables, scheme)


@pytest.mark.parametrize("sheet", ["a/b", "长" * 32, "History"])
def test_a_sheet_that_no_workbook_can_have_is_refused(sheet: str) -> None:
    with pytest.raises(Refused, match="no sheet can be called"):
        forms(Tables(table={"a": one(sheet=sheet)}))


def test_a_unit_goes_behind_a_heading_only_where_the_reader_knows_it_again() -> None:
    table = one(column={
        "a": Column(type="number", headings=("金额",), unit="元"), "b": Column(type="number", headings=("金额（元）",), unit="元"),
        "c": Column(type="number", headings=("人数",), unit="人 次"), "d": Column(type="money", headings=("押金",)),
    })  # fmt: skip
    assert [column.heading for column in form_columns(table, coded=True)] == ["金额", "金额（元）", "人数", "押金（元）"]


def facts_of(name: str, scheme: Scheme = SCHEME) -> list[str]:
    """What the sheet 填表说明 says of a table before its columns."""
    (form,) = forms(asked := Tables(table={name: TABLES.table[name]}))
    page = openpyxl.load_workbook(io.BytesIO(form_bytes(form, asked, scheme)))["填表说明"]
    return [str(cell.value) for cell in page["A"] if cell.value]


def without(scheme: Scheme, *measured: str) -> Scheme:
    """The scheme without the indicators and adjustments that are named."""
    kept = {key: tuple(item for item in getattr(scheme, key) if item.id not in measured) for key in ("indicators", "adjustments")}
    return scheme.model_copy(update=kept)


def test_a_form_says_which_days_belong_on_it() -> None:
    older = "评价期以前的记录，到评价基准日仍在有效期内的，也要填写。"
    assert any(line.startswith("评价期：") for line in facts_of("activities"))
    assert older not in facts_of("activities")
    both = facts_of("conduct")  # good acts count within the period, bad ones as long as they are in force
    assert any(line.startswith("评价期：") for line in both)
    assert older in both
    measures = {item.id: item.measure for item in SCHEME.indicators} | {item.id: item.measure for item in SCHEME.adjustments}
    dated = [name for name, measure in measures.items() if measure.table == "conduct" and not measure.window]
    windows = facts_of("conduct", without(SCHEME, *dated))
    assert not any(line.startswith("评价期：") for line in windows)
    assert windows.index(older) == windows.index(f"评价基准日 {SCHEME.as_of}。") + 1
