"""The sheets of an entry form: what a cell lets in, and what is said beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.entry_forms import FIRST, JIA, MEMBERS, SCHEME, TABLES, opened
from toolkit.forms.columns import FormColumn, example, form_columns
from toolkit.forms.entry_sheet import HEADING_ROW
from toolkit.records.cells import read_cell
from toolkit.records.dictionary import Column, Table, Tables
from toolkit.records.members import Register

MIXED = Table(
    file="records/混合*.xlsx",
    sheet="填报",
    label="混合表",
    column={
        "code": Column(type="member", headings=("信用代码",), required=True),
        "hours": Column(type="number", headings=("学时",), unit="学时", range=(0, 80)),
        "rate": Column(type="percent", headings=("出席率",), unit="%", range=(0, 100), not_applicable=("不适用",)),
        "money": Column(type="money", headings=("保证金（元）",), unit="元"),
        "day": Column(type="date", headings=("日期",), required=True),
        "until": Column(type="date", headings=("有效期至",), forever=("长期",)),
        "yes": Column(type="boolean", headings=("是否有效",)),
        "kind": Column(type="choice", headings=("类别",), choices=("学习班", "讲座, 研讨"), not_applicable=("不适用",)),
        "title": Column(type="text", headings=("名称",)),
        "phone": Column(type="text", headings=("联系电话",), personal=True),
    },
)


def checks(page: Worksheet) -> dict[str, Any]:
    return {str(check.sqref).split(":")[0][0]: check for check in page.data_validations.dataValidation}


def columns_of(table: Table, *, coded: bool = True) -> dict[str, FormColumn]:
    return {column.key: column for column in form_columns(table, coded=coded)}


def test_headings_are_marked_and_units_stand_in_brackets(tmp_path: Path) -> None:
    book, _ = opened(Tables(table={"members": MEMBERS, "mixed": MIXED}), "mixed", tmp_path)
    page = book["填报"]
    headings = ["".join(str(cell.value).split()) for cell in page[HEADING_ROW + 1]]
    assert headings == ["*信用代码", "学时（学时）", "出席率（%）", "保证金（元）", "*日期", "有效期至", "是否有效", "类别", "名称", "联系电话"]
    assert page.freeze_panes == "B4"
    assert page["A3"].fill.fgColor.rgb != page["B3"].fill.fgColor.rgb
    assert (page.page_setup.orientation, page.page_setup.paperSize, page.print_title_rows) == ("landscape", 9, "$1:$3")
    assert [cell.number_format for cell in page[FIRST]] == [
        "@", "General", "0.00%", "#,##0.00##", "yyyy-mm-dd", "yyyy-mm-dd", "@", "@", "@", "@"
    ]  # fmt: skip
    assert page.column_dimensions["A"].width >= 18


def test_each_kind_of_cell_has_its_check_in_chinese(tmp_path: Path) -> None:
    book, _ = opened(Tables(table={"members": MEMBERS, "mixed": MIXED}), "mixed", tmp_path)
    found = checks(book["填报"])
    assert {place: check.type for place, check in found.items()} == {
        "A": "textLength", "B": "decimal", "C": "custom", "D": "decimal", "E": "date", "F": "custom", "G": "list", "H": "list",
        "I": None, "J": None,
    }  # fmt: skip
    assert (found["A"].operator, found["A"].formula1) == ("equal", "18")
    assert (found["B"].formula1, found["B"].formula2) == ("0", "80")
    assert found["C"].formula1 == 'OR(AND(ISNUMBER(C4),C4>=0,C4<=1),C4="不适用")'
    assert found["F"].formula1.endswith('F4="长期")')
    assert "0 至 80" in found["B"].error
    assert "单位：学时" in found["B"].prompt
    assert "个人信息" in str([cell.value for row in book["填表说明"] for cell in row])
    assert all(check.showErrorMessage and check.showInputMessage and check.errorStyle in {None, "stop"} for check in found.values())


def test_drop_downs_offer_what_the_reader_takes(tmp_path: Path) -> None:
    book, _ = opened(Tables(table={"members": MEMBERS, "mixed": MIXED}), "mixed", tmp_path)
    offered = {}
    for place, key in (("G", "yes"), ("H", "kind")):
        sheet, cells = checks(book["填报"])[place].formula1.split("!")
        listed = book[sheet.strip("'")]
        assert listed.sheet_state == "hidden"
        offered[key] = [cell.value for (cell,) in listed[cells.replace("$", "")]]
        assert all(read_cell(choice, MIXED.column[key]).state in {"value", "not applicable"} for choice in offered[key])
    assert offered == {"yes": ["是", "否"], "kind": ["学习班", "讲座, 研讨", "不适用"]}


def test_the_first_sheet_explains_and_its_examples_are_no_data(tmp_path: Path) -> None:
    for name, table in TABLES.table.items():
        book, form = opened(TABLES, name, tmp_path, SCHEME)
        assert book.sheetnames[0] == "填表说明"
        words = "\n".join(str(cell.value) for row in book["填表说明"] for cell in row if cell.value)
        assert all(text in words for text in (table.purpose, table.filled_by, table.due, table.kept, "联合会秘书处"))
        assert all(column.heading in words for column in columns_of(table).values())
        assert [cell.value for row in book[form.tables[name]].iter_rows(min_row=FIRST) for cell in row if cell.value] == []


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, table in TABLES.table.items() for key in table.column])
def test_every_example_is_what_its_column_takes(name: str, key: str) -> None:
    column = columns_of(TABLES.table[name])[key]
    shown = example(column).zh
    assert shown
    assert read_cell(shown, column.spec, Register.of([JIA])).state == "value"


def test_a_member_that_goes_by_another_key_is_not_held_to_18_characters(tmp_path: Path) -> None:
    people = MEMBERS.model_copy(update={"column": MEMBERS.column | {"code": Column(type="text", required=True)}})
    book, _ = opened(Tables(table={"members": people, "mixed": MIXED}), "mixed", tmp_path)
    assert checks(book["填报"])["A"].type is None
