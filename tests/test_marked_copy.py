"""The marked copy of a workbook: what is marked in it, what it keeps, and what it never tells."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from tests.visits import (
    CLEAN,
    FAULTY,
    HEADING,
    PHONE,
    frames,
    returned,
    texts,
    write_faulty_edition,
    write_visits,
)
from toolkit.forms import marking
from toolkit.forms.marking import FILLS, Uncopied, alone, anchor, layouts, lines, workbook_copy
from toolkit.records.dictionary import load_tables

EXTENDED = """<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" \
xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><x14:dataValidations count="1" \
xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation type="list" allowBlank="1" \
showErrorMessage="1"><x14:formula1><xm:f>说明!$A$1:$A$3</xm:f></x14:formula1><xm:sqref>B3:B9 D3</xm:sqref>\
</x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"""


@pytest.fixture
def edition(small_edition: Path) -> Path:
    return write_faulty_edition(small_edition)


def test_a_faulty_cell_is_coloured_and_its_reason_stands_in_comment_and_column(edition: Path, tmp_path: Path) -> None:
    sheet = returned(edition, tmp_path / "out")["考察2018_退回.xlsx"]["考察"]
    assert sheet["C3"].fill.fgColor.rgb == FILLS["error"]
    assert "不是数字" in sheet["C3"].comment.text
    assert sheet["G2"].value == "问题说明"
    assert sheet["G3"].value.startswith("1. 天数：不是数字；请填写")
    assert sheet["G5"].value.splitlines()[0] == "1. 天数：超出范围 0 至 30；请核对数值和单位"
    assert sheet["G6"].value is None
    assert "与第 6 行重复" in sheet["G7"].value
    assert {sheet[place].fill.fgColor.rgb for place in ("A7", "B7")} == {FILLS["error"]}
    assert sheet["A6"].fill.fgColor.rgb != FILLS["error"]


def test_the_copy_keeps_sheets_styles_merged_cells_drop_downs_and_formulas(edition: Path, tmp_path: Path) -> None:
    book = returned(edition, tmp_path / "out")["考察2018_退回.xlsx"]
    sheet = book["考察"]
    assert book.sheetnames == ["退回说明", "考察", "说明"]
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A1:F1"]
    assert (sheet["A2"].font.name, sheet["B3"].fill.fgColor.rgb) == ("楷体", "FF00FF00")
    assert [each.formula1 for each in sheet.data_validations.dataValidation] == ['"国内,国外"']
    assert sheet["C8"].value == "=SUM(C3:C7)"
    assert [each.sheet_view.tabSelected for each in book] == [True, False, False]


def test_personal_values_stay_in_their_cell_and_reach_no_reason(edition: Path, tmp_path: Path) -> None:
    book = returned(edition, tmp_path / "out")["考察2018_退回.xlsx"]
    sheet = book["考察"]
    assert sheet["E3"].value == PHONE
    assert sheet["E3"].comment is not None
    reasons = [texts(book["退回说明"]), *(cell.value or "" for cell in sheet["G"])]
    reasons += [cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment]
    assert PHONE not in "\n".join(reasons)


def test_what_looks_like_a_formula_stays_text(edition: Path, tmp_path: Path) -> None:
    book = returned(edition, tmp_path / "out")["考察2018_退回.xlsx"]
    for name, text in (("考察", "=K3"), ("考察", "=国内()"), ("退回说明", "=国内()")):
        cells = [cell for row in book[name].iter_rows() for cell in row if cell.value == text]
        assert [cell.data_type for cell in cells] == ["s"]


def test_a_second_return_takes_the_marks_of_the_first_away(edition: Path, tmp_path: Path) -> None:
    returned(edition, tmp_path / "out")
    book = openpyxl.load_workbook(tmp_path / "out" / "考察2018_退回.xlsx")
    book["考察"]["C3"] = 3
    (edition / "records" / "考察2018.xlsx").unlink()
    book.save(edition / "records" / "考察2018_退回.xlsx")
    again = returned(edition, tmp_path / "again")
    assert list(again) == ["考察2018_退回.xlsx"]
    sheet = again["考察2018_退回.xlsx"]["考察"]
    assert sheet["C3"].comment is None
    assert sheet["C3"].fill.fill_type is None
    assert sheet["G3"].value == "联系电话：内容不合该列的要求；请对照原表更正"
    assert sheet["G2"].value == "问题说明"
    assert sheet["H2"].value is None
    assert again["考察2018_退回.xlsx"].sheetnames == ["退回说明", "考察", "说明"]


def test_a_row_of_a_text_file_cut_at_the_wrong_places_cannot_slip_in_unmended(edition: Path, tmp_path: Path) -> None:
    path = edition / "records" / "会员名册.csv"
    path.write_text(path.read_text("utf-8-sig").replace("已签,9,0", "已签,1,234,0"), "utf-8-sig")
    sheet = returned(edition, tmp_path / "out")["会员名册_退回.xlsx"]["数据"]
    assert sheet["A2"].value == "001 | 甲招标代理公司 | 代理 | 已签 | 1 | 234 | 0"
    assert [cell.value for cell in sheet[2][1:6]] == [None] * 5
    assert "请把各项填回各自的列" in sheet["H2"].value


def test_cells_of_other_kinds_of_workbooks_are_copied(edition: Path) -> None:
    content = (edition / "records" / "考察2018.xlsx").read_bytes()
    sheet = workbook_copy(content, "考察.xls")["考察"]
    assert [cell.value for cell in sheet[2]] == list(HEADING)
    assert (sheet["C4"].value, sheet["B5"].value, sheet["B5"].data_type) == (4, "=K3", "s")
    assert (sheet["D3"].value, sheet["D3"].number_format) == (dt.date(2018, 3, 5), "yyyy-mm-dd")
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A1:F1"]


def test_a_missing_heading_is_told_beside_the_heading(edition: Path, tmp_path: Path) -> None:
    write_visits(edition / "records" / "考察2018.xlsx", CLEAN, ("会员代码", "序次", *HEADING[2:]))
    sheet = returned(edition, tmp_path / "out")["考察2018_退回.xlsx"]["考察"]
    assert sheet["G2"].value == "问题说明\n编号：缺少表头“编号”；请补上这一列"
    book = openpyxl.load_workbook(tmp_path / "out" / "考察2018_退回.xlsx")
    book["考察"]["B2"] = "编号"
    book.save(edition / "records" / "考察2018.xlsx")
    assert len(frames(edition)["visits"]) == 4


def test_an_own_column_of_that_name_is_left_alone(edition: Path, tmp_path: Path) -> None:
    heading, rows = (*HEADING, "问题说明"), [(*row, "自己的话") for row in FAULTY]
    write_visits(edition / "records" / "考察2018.xlsx", rows, heading)
    sheet = returned(edition, tmp_path / "out")["考察2018_退回.xlsx"]["考察"]
    assert (sheet["G3"].value, sheet["H2"].value) == ("自己的话", "退回问题说明")


def test_rows_are_as_high_as_their_reasons() -> None:
    assert [lines(text, 20) for text in ("短", "很长的一段话要分成两行才放得下", "一\n二")] == [1, 2, 2]


def test_drop_downs_that_refer_to_another_sheet_are_kept(edition: Path) -> None:
    content, patched = io.BytesIO((edition / "records" / "考察2018.xlsx").read_bytes()), io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(patched, "w") as new:
        for name in old.namelist():
            xml = old.read(name)
            extended = xml.replace(b"</worksheet>", EXTENDED.encode()) if name.endswith("sheet1.xml") else xml
            new.writestr(name, extended)
    kept = workbook_copy(patched.getvalue(), "考察.xlsx")["考察"].data_validations.dataValidation[-1]
    assert (kept.type, kept.formula1, str(kept.sqref), kept.allowBlank) == ("list", "说明!$A$1:$A$3", "B3:B9 D3", True)


def test_a_column_is_parted_from_its_neighbours(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    columns = book.active.column_dimensions
    columns["B"].min, columns["B"].max, columns["B"].width = 2, 16_384, 3
    alone(book.active, 7).width = 46
    book.save(tmp_path / "a.xlsx")
    read = openpyxl.load_workbook(tmp_path / "a.xlsx").active.column_dimensions.values()
    assert [(each.min, each.max, each.width) for each in read] == [(2, 6, 3), (7, 7, 46), (8, 16_384, 3)]


def test_a_faulty_cell_in_a_hidden_row_or_column_is_shown(edition: Path, tmp_path: Path) -> None:
    path = edition / "records" / "考察2018.xlsx"
    book = openpyxl.load_workbook(path)
    book["考察"].row_dimensions[3].hidden = True
    book["考察"].column_dimensions["C"].hidden = True
    book.save(path)
    sheet = returned(edition, tmp_path / "out")["考察2018_退回.xlsx"]["考察"]
    assert not sheet.row_dimensions[3].hidden
    assert not sheet.column_dimensions["C"].hidden


def test_a_percentage_shown_by_its_format_stays_one(edition: Path) -> None:
    path = edition / "records" / "考察2018.xlsx"
    book = openpyxl.load_workbook(path)
    book["考察"]["C3"], book["考察"]["C3"].number_format = 0.35, "0%"
    book.save(path)
    assert workbook_copy(path.read_bytes(), "考察.xls")["考察"]["C3"].value == "35%"


def test_what_openpyxl_refuses_is_copied_as_it_is_read_and_what_nobody_reads_is_not(edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for content, file in ((b"no gzip", "a.csv.gz"), (b"PAR1", "a.parquet"), (b"no workbook", "a.xlsx")):
        with pytest.raises(Uncopied):
            workbook_copy(content, file)
        assert layouts(content, file, [*load_tables(edition / "tables.toml").table.values()], returned=True) == {}
    content = (edition / "records" / "考察2018.xlsx").read_bytes()
    with monkeypatch.context() as stricter:
        stricter.setattr(openpyxl, "load_workbook", lambda *_, **__: 1 / 0)
        assert workbook_copy(content, "考察2018.xlsx")["考察"]["C4"].value == 4
    monkeypatch.setattr(marking, "LARGEST", 3)
    with pytest.raises(Uncopied):
        workbook_copy(b"a\n1\n2\n3\n", "a.csv")


def test_a_remark_of_another_keeps_its_words_and_a_merged_cell_is_marked_where_its_value_stands(edition: Path, tmp_path: Path) -> None:
    path = edition / "records" / "考察2018.xlsx"
    book = openpyxl.load_workbook(path)
    book["考察"]["C3"].comment = Comment("请李处长核对", "秘书处")
    book.save(path)
    sheet = returned(edition, tmp_path / "out")["考察2018_退回.xlsx"]["考察"]
    assert sheet["C3"].comment.text.startswith("请李处长核对")
    assert "不是数字" in sheet["C3"].comment.text
    path.unlink()
    (edition / "records" / "考察2018_退回.xlsx").write_bytes((tmp_path / "out" / "考察2018_退回.xlsx").read_bytes())
    again = returned(edition, tmp_path / "again")["考察2018_退回.xlsx"]["考察"]
    assert again["C3"].comment.text.count("不是数字") == 1
    assert anchor(again, 1, 4).coordinate == "A1"
