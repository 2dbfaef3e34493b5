"""Files as they arrive: encodings, separators, workbooks of all kinds, damaged ones, and headings in them."""

# ruff: noqa: DTZ001 - records hold local days
from __future__ import annotations

import datetime as dt
import gzip
import io
import zipfile
from collections.abc import Callable, Sequence

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from tests.nasty.old_workbooks import compound, ods, record, xls
from tests.nasty.raw_workbooks import line, raw
from toolkit.records import files
from toolkit.records.dictionary import Column
from toolkit.records.files import Sheet, Unreadable, read_sheet, read_workbook
from toolkit.records.findings import normal_heading
from toolkit.records.headings import Headings, find_headings, unit_of
from toolkit.records.rows import is_remark
from toolkit.records.workbook_marks import UNCALCULATED, with_suffix
from toolkit.records.xlsx_marks import unpacked

TEXT = "单位名称,学时\r\n甲公司,八\r\n"
ROWS = [["单位名称", "学时"], ["甲公司", "八"]]


def workbook(fill: Callable[[xlsxwriter.Workbook], object]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        fill(book)
    return buffer.getvalue()


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x")
    return buffer.getvalue()


def refusal(content: bytes, file: str, sheet: str | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        read_sheet(content, file, sheet)
    finding = caught.value.finding
    assert finding.rule.zh
    assert finding.mend.zh
    return f"{finding.rule.en}; {finding.mend.en}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_every_encoding_that_arrives_is_read(encoding: str) -> None:
    assert read_sheet(TEXT.encode(encoding), "a.csv").rows == ROWS


def test_utf_8_is_tried_before_gb18030_and_rare_characters_survive() -> None:
    text = "名称\n㙍𠮷公司\n"
    assert text.encode().decode("gb18030", errors="ignore") != text
    for encoding in ("utf-8", "gb18030"):
        assert read_sheet(text.encode(encoding), "a.csv").rows[1] == ["㙍𠮷公司"]


@pytest.mark.parametrize("content", [b"\xff\xff\x80,\xff", "名称,a\n".encode("utf-16-le")[1:], b"\xff\xfea"])
def test_an_unknown_encoding_is_named(content: bytes) -> None:
    assert "encoding" in refusal(content, "a.csv")


def test_zipped_text_is_read_and_damage_is_named() -> None:
    zipped = gzip.compress(TEXT.encode("gbk"))
    assert read_sheet(zipped, "a.csv.gz").rows == ROWS
    assert "damaged" in refusal(zipped[:-9], "a.csv.gz")
    assert "damaged" in refusal(TEXT.encode(), "a.csv.gz")


@pytest.mark.parametrize("mark", ["\t", ";", "|"])
def test_other_separators_are_seen(mark: str) -> None:
    assert read_sheet(TEXT.replace(",", mark).encode(), "a.csv").rows == ROWS


def test_line_breaks_within_quotes_do_not_shift_rows_and_blank_lines_count() -> None:
    rows = read_sheet(b'a,b\n"1\n2",3\n\n4,5\n', "a.csv").rows
    assert rows == [["a", "b"], ["1\n2", "3"], [], ["4", "5"]]


def test_a_first_line_within_quotes_that_is_a_row_is_named() -> None:
    assert "held together by quotes" in refusal('甲,乙,丙\n1,2,3\n"4,5,6\n7",8,9\n1,2,3\n'.encode(), "a.csv")


def test_quotes_that_do_not_match_are_named_and_swallow_nothing() -> None:
    assert "quotes do not match" in refusal(b'a,b\n"1,2\n3,4\n', "a.csv")
    assert "begins in line 2 is too long" in refusal(b'a,b\n"1",' + b"2" * 140_000 + b"\n", "a.csv")  # whose quotes are right


def test_rows_keep_their_number_below_leading_empty_rows_and_columns() -> None:
    content = workbook(lambda book: book.add_worksheet().write("C5", "甲"))
    rows = read_sheet(content, "a.xlsx").rows
    assert rows[4][2] == "甲"
    assert len(rows) == 5


def test_cells_keep_their_kind() -> None:
    book = openpyxl.Workbook()
    book.active.append(["x", 1.5, True, dt.datetime(2018, 3, 5), dt.datetime(2018, 3, 5, 9, 30)])
    buffer = io.BytesIO()
    book.save(buffer)
    found = read_sheet(buffer.getvalue(), "a.xlsx").rows[0]
    assert found[:3] == ["x", 1.5, True]
    assert found[3] in {dt.date(2018, 3, 5), dt.datetime(2018, 3, 5)}
    assert found[4] == dt.datetime(2018, 3, 5, 9, 30)


def test_failed_and_uncalculated_formulas_and_percent_formats_are_seen() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_formula(0, 0, "=1/0", None, "#DIV/0!")
        sheet.write_formula(0, 1, "=1+1", None, 2)
        sheet.write_number(0, 2, 0.35, book.add_format({"num_format": "0.0%"}))
        sheet.write_number(0, 3, 35, book.add_format({"num_format": '0"%"'}))
        sheet.write_formula(0, 4, '=""', None, "")

    assert list(read_sheet(workbook(fill), "a.xlsx").rows[0])[:4] == ["#DIV/0!", 2.0, "35%", 35.0]
    book = openpyxl.Workbook()
    book.active.append(["=1+1", 3])
    buffer = io.BytesIO()
    book.save(buffer)
    assert read_sheet(buffer.getvalue(), "a.xlsx").rows[0] == ["#未计算", 3.0]


def test_a_formula_that_gives_empty_text_is_an_empty_cell() -> None:
    content = workbook(lambda book: book.add_worksheet().write_row(0, 0, [1, 2]))
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            part = source.read(name)
            part = part.replace(b'<c r="B1"><v>2</v></c>', b'<c r="B1" t="str"><f>IF(1,"")</f><v></v></c>')
            archive.writestr(name, part)
    assert read_sheet(target.getvalue(), "a.xlsx").rows == [[1.0, ""]]


def two_sheets(book: xlsxwriter.Workbook) -> None:
    for name in ("签到", "签到记录2018"):
        book.add_worksheet(name).write("A1", name)
    book.add_worksheet("空")
    book.add_worksheet("填表说明").write("A1", "请逐行填写")


def test_the_named_sheet_is_read_and_a_missing_one_gets_the_nearest_name() -> None:
    content = workbook(two_sheets)
    assert read_sheet(content, "a.xlsx", "签到").rows == [["签到"]]
    assert read_sheet(content, "a.xlsx", " 签到记录2018 ").name == "签到记录2018"
    assert "is `签到记录2018` meant?" in refusal(content, "a.xlsx", "签到记录")
    assert "its sheets are: 签到" in refusal(content, "a.xlsx", "Sheet9")


def test_several_sheets_without_a_name_are_named_and_instructions_do_not_count() -> None:
    assert "several sheets: 签到, 签到记录2018;" in refusal(workbook(two_sheets), "a.xlsx")

    def one(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("填表说明").write("A1", "请逐行填写")
        book.add_worksheet("表一").write("A1", "甲")

    assert read_sheet(workbook(one), "a.xlsx").name == "表一"


@pytest.mark.parametrize(
    ("content", "file", "said"),
    [
        (b"garbage", "a.xlsx", "damaged"),
        (workbook(two_sheets)[:3000], "a.xlsx", "damaged"),
        (b"", "a.xlsx", "empty"),
        (b"", "a.csv", "empty"),
        (b" ,\n,\n", "a.csv", "empty"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + bytes(2000),
            "a.xlsx",
            "password",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "a.xls", "damaged"),
        (b"PAR1", "a.parquet", "damaged"),
        (b"%PDF", "a.pdf", "not read"), (zipped("a.txt"), "a.xlsx", "damaged"), (compound({"Workbook": record(0x409, bytes(6)) + record(0x0A, b"")}), "a.xls", "damaged"),
        (workbook(lambda book: book.add_worksheet()), "a.xlsx", "empty"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, file: str, said: str) -> None:
    assert said in refusal(content, file)


def test_of_several_sheets_the_only_one_that_is_filled_is_read() -> None:
    def one(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("表一")
        book.add_worksheet("表二").write("A1", "甲")

    assert read_sheet(workbook(one), "a.xlsx").name == "表二"


def test_whoever_breaks_off_is_not_told_of_a_damaged_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "read_workbook", broken_off)
    with pytest.raises(KeyboardInterrupt):
        read_sheet(workbook(two_sheets), "a.xlsx", "签到")
    monkeypatch.setattr(files, "LARGEST", 10)
    assert "too large" in refusal(workbook(two_sheets), "a.xlsx")


def test_a_calc_cell_is_what_stands_beside_its_comment_and_tells_what_was_never_calculated() -> None:
    style = '<style:style xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" style:name="T1"><style:text-properties style:text-position="super 58%"/></style:style>'
    said = '<table:table-cell office:value-type="string"><office:annotation><text:p>改</text:p></office:annotation><text:p>学时<text:span text:style-name="T1">2</text:span></text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="float" office:value="8"><text:p>约 8 万元</text:p></table:table-cell>'
    marks = read_workbook(ods(f'{style}<table:table-row>{said}<table:table-cell table:formula="of:=1+1"/>{number}</table:table-row>')).marks["签到"]
    assert (marks.errors, marks.looks, marks.suffixes) == ({(0, 1): UNCALCULATED}, {(0, 0): "raised"}, {})


def test_an_old_workbook_holds_yes_and_no_times_of_day_how_long_something_lasts_and_days_beyond_all_calendars() -> None:
    def second(shown_as: int, cell: object) -> object:
        return read_workbook(xls([("甲", cell)], shown_as=shown_as)).rows("签到")[0][1]

    assert [second(9, True), second(20, "50%"), second(46, "150%"), second(14, f"{10**9}%")] == [True, dt.time(12), dt.timedelta(hours=36), 10**7]


def test_parts_of_a_workbook_are_as_they_say_and_cells_stand_somewhere() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook(two_sheets))) as archive:
        part = archive.getinfo("xl/workbook.xml")
        part.file_size -= 1
        with pytest.raises(ValueError, match="not as long as it says"):
            unpacked(archive, part)
    bare = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw(line('<c r="B2" t="inlineStr"><is><r><rPr><strike/></rPr><t>12</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is></c><c r="C2"><f>1</f><v>x</v></c>'), book='<calcPr fullCalcOnLoad="1"/>'))) as whole, zipfile.ZipFile(bare, "w") as archive:
        for name in whole.namelist():
            if not name.endswith("styles.xml"):
                archive.writestr(name, whole.read(name))
    marks = read_workbook(bare.getvalue()).marks["签到"]
    assert (marks.crossed, marks.errors) == ({(1, 1)}, {})
    assert "damaged" in refusal(raw(line('<c r="?"><v>1</v></c>')), "a.xlsx", "签到")
    assert with_suffix("甲", "%") == "甲"


def test_a_sheet_cut_in_its_middle_is_damaged_and_not_short() -> None:
    source, target = zipfile.ZipFile(io.BytesIO(workbook(two_sheets))), io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            part = source.read(name)
            archive.writestr(name, part[: len(part) // 2] if name.endswith("sheet1.xml") else part)
    assert "damaged" in refusal(target.getvalue(), "a.xlsx", "签到")


def test_a_stray_cell_at_the_far_corner_is_refused_instead_of_filling_the_memory() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write("A1", "甲")
        sheet.write("XFD1048576", "x")

    assert "stray cell" in refusal(workbook(fill), "a.xlsx")


def test_open_document_spreadsheets_are_read() -> None:
    content = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        '<office:body><office:spreadsheet><table:table table:name="签到"><table:table-row table:number-rows-repeated="2">'
        "<table:table-cell/></table:table-row><table:table-row>"
        '<table:table-cell office:value-type="string"><text:p>学时</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="8"><text:p>8</text:p></table:table-cell></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    assert list(read_sheet(buffer.getvalue(), "a.ods").rows[2]) == ["学时", 8.0]


def test_parquet_files_are_read() -> None:
    buffer = io.BytesIO()
    pd.DataFrame({"学时": [8, None], "日期": [pd.Timestamp("2018-03-05"), pd.NaT]}).to_parquet(buffer)
    sheet = read_sheet(buffer.getvalue(), "a.parquet")
    assert [list(row) for row in sheet.rows] == [["学时", "日期"], [8.0, dt.datetime(2018, 3, 5)], ["", ""]]


COLUMNS = {
    "name": Column(type="text", headings=("单位名称",)),
    "hours": Column(type="number", headings=("学时", "学时数"), unit="学时"),
    "bond": Column(type="money", headings=("保证金",), unit="元"),
}


def places(rows: Sequence[Sequence[object]], **found: int) -> Headings:
    headings = find_headings(rows, COLUMNS)
    assert headings is not None
    assert {key: tuple(h.place for h in answers) for key, answers in headings.columns.items()} == {
        key: (place,) for key, place in found.items()
    }
    return headings


def test_title_rows_are_skipped_and_columns_come_in_any_order() -> None:
    rows = [
        ["2018 年单位名称汇总表"],
        [],
        ["单位：元"],
        ["保证金（元）", "学时\n(学时)", "", "*单位 名称"],
        ["1", "2", "", "甲"],
    ]
    headings = places(rows, bond=0, hours=1, name=3)
    assert headings.first == 4
    assert headings.bare == (2,)
    assert headings.columns["hours"][0].text == "学时 (学时)"


def test_the_column_id_and_either_bracket_answer() -> None:
    places([["NAME", "Hours", "保证金(元)"]], name=0, hours=1, bond=2)


def test_two_rows_of_headings_with_a_group_above() -> None:
    rows: list[list[object]] = [
        ["单位名称", "培训", "", "其他"],
        ["", "学时数", "保证金", ""],
        ["甲", 1, 2, 3],
    ]
    assert places(rows, name=0, hours=1, bond=2).first == 2


def test_a_heading_merged_downwards_takes_its_rows_along() -> None:
    rows: list[list[object]] = [["单位名称", "学时", "备注", ""], ["", "", "甲类", "乙类"], ["甲", 1, "", ""]]
    assert places(rows, name=0, hours=1).first == 1
    merged = find_headings(rows, COLUMNS, [((0, 0), (1, 0)), ((0, 1), (1, 1))])
    assert merged is not None
    assert merged.first == 2


def test_a_sheet_without_any_known_heading_has_none() -> None:
    assert find_headings([["甲", "乙"], ["1", "2"]], COLUMNS) is None
    assert find_headings([["甲"]] * 15 + [["单位名称"]], COLUMNS) is None
    assert find_headings([["甲"]] * 14 + [["单位名称"]], COLUMNS) is not None


def test_a_heading_with_its_unit_goes_before_one_without() -> None:
    columns = {"bond": Column(type="money", headings=("保证金（元）",), unit="元")}
    headings = find_headings([["保证金（万元）", "保证金(元)"]], columns)
    assert headings is not None
    assert [h.text for h in headings.columns["bond"]] == ["保证金(元)"]
    assert [h.text for h in headings.extra] == ["保证金（万元）"]


def test_headings_are_compared_without_spaces_and_width() -> None:
    assert normal_heading(" 保证金\n（元） ") == normal_heading("保证金(元)")
    assert unit_of("投标总报价 （万元）") == "万元"
    assert unit_of("学时") == ""


@pytest.mark.parametrize("text", ["合计", "合 计", "小计：", "总计(家)", "合计12", "注：均为网络学时", "备注:无", "注1：甲", "填表人：张三",
                                  "审核人:", "制表：", "单位：元", "填表日期：2018年", "负责人（签字）：", "Total", "盖章",
                                  "汇总", "平均值", "平均", "以下空白", "——以下空白——", "共1家", "共 3 条记录", "领导签字", "分管领导（签字）：",
                                  "第1页共2页", "第 1 页，共 2 页", "1/2页", "制表人：王五 2018年12月", "审核：李四", "此页无正文", "Page 1 of 2"])  # fmt: skip
def test_totals_notes_and_signatures_are_remarks(text: str) -> None:
    assert is_remark(text)


@pytest.mark.parametrize(
    "text",
    [
        "总计划有限公司",
        "合计数据公司",
        "注册会计师协会",
        "备注",
        "单位",
        "联系科技公司",
        "甲",
        "8",
        "制表机械厂",
        "审核人才公司",
        "汇总数据公司",
        "空白科技公司",
        "平均值得信赖公司",
        "共和公司",
    ],
)
def test_names_that_begin_like_remarks_are_not(text: str) -> None:
    assert not is_remark(text)


def test_a_sheet_is_a_value() -> None:
    assert Sheet("甲", ()) == Sheet("甲", ())
