"""Files and workbooks that once slipped through: each is read as its reader sees it, or refused by name."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.nasty.loading import MEMBERS, SPEC
from tests.nasty.nasty import JIA, YI, rewritten, xlsx
from tests.nasty.old_workbooks import ods, xls
from tests.nasty.raw_workbooks import HEAD, MAIN, bombs, line, raw
from toolkit.ground.problems import Problem, Severity
from toolkit.ground.text import former_words
from toolkit.records import Records
from toolkit.records.delimited import read_delimited
from toolkit.records.dictionary import Column, Table, Tables, load_tables
from toolkit.records.files import Unreadable, read_sheet
from toolkit.records.findings import Finding, Raised, Struck
from toolkit.records.folder import _digest, _unread
from toolkit.records.reading import load_records

TABLES = """
[table.members]
file = "records/会员.csv"
[table.members.column]
credit_code = { headings = ["信用代码"], type = "credit_code", required = true }
name = { headings = ["单位名称"], type = "text", required = true }

[table.a]
file = "records/签到*%s"
label = "培训签到"
unique = ["credit_code", "event"]
[table.a.column]
credit_code = { headings = ["信用代码"], type = "member", required = true }
event = { headings = ["活动编号"], type = "text" }
hours = { headings = ["学时"], type = "number", unit = "学时" }
day = { headings = ["日期"], type = "date" }
until = { headings = ["截止"], type = "date", day_missing = "last" }
remark = { headings = ["备注"], type = "text" }
"""


def load(folder: Path, files: dict[str, bytes], ending: str = "", more: str = "") -> Records:
    """The records of an edition in `folder` with these files."""
    for name, content in {"会员.csv": MEMBERS.encode(), **files}.items():
        path = folder / "records" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "tables.toml").write_text(TABLES % ending + more, encoding="utf-8")
    return load_records(folder, load_tables(folder / "tables.toml"), SPEC)


def csv(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in ("信用代码,活动编号,学时", *lines)).encode()


def said(records: Records, *severities: Severity) -> list[Problem]:
    """Problems of these severities, without columns that a file leaves out."""
    return [p for p in records.problems if p.severity in (severities or ("error", "warning")) and "is missing; add" not in p.line("en")]


def cell(records: Records, column: str, row: int = 2) -> object:
    """The accepted value, or the rule it breaks."""
    rows = records.frames["a"].loc[records.frames["a"]["_row"] == row, column]
    found = [p for p in said(records, "error") if p.row == row]
    return found[0].rule.en if found else rows.iloc[0]


def test_an_unread_workbook_is_told_by_the_sheet_it_holds(tmp_path: Path) -> None:
    more = """
[table.applied]
file = "records/自愿申报表*.xlsx"
sheet = "申报"
label = "自愿申报表"
[table.applied.column]
credit_code = { headings = ["信用代码"], type = "member", required = true }
"""
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as written:
        written.add_worksheet("填表说明")
        written.add_worksheet("申报").write_row(0, 0, ["信用代码"])
    files = {"会员 报名.XLSX": book.getvalue(), "会员 报名2.xlsx": b"PK\x03\x04 damaged"}
    lines = {p.file: p.line("zh") for p in said(load(tmp_path, files, more=more), "warning")}
    assert "其中有“自愿申报表”的工作表“申报”，它的文件名应为 records/自愿申报表*.xlsx" in lines["records/会员 报名.XLSX"]
    assert "名称最接近的是" in lines["records/会员 报名2.xlsx"]
    again = more.replace("自愿申报表*.xlsx", "自愿申报表.xlsx")
    records = load(tmp_path, files | {"自愿申报表.xlsx": book.getvalue() + b"\0", "自愿申报表1.xlsx": b"PK\x03\x04 damaged"}, "1.xlsx", again)
    lines = {p.file: p.line("zh") for p in said(records, "warning")}
    assert "这张表读取的是 records/自愿申报表.xlsx，文件已在；请核对以哪一份为准" in lines["records/会员 报名.XLSX"]
    assert "它的文件名应为 records/签到*1.xlsx" in lines["records/自愿申报表1.xlsx"], "no file is given the name of one that is there"


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(Unreadable) as caught:
        read_sheet(content, name)
    assert caught.value.finding.rule.zh
    return f"{caught.value.finding.rule.en}; {caught.value.finding.mend.en}"


# ---- C1: every file is read or named ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["签到2.XLSX", "签到2.Xlsx"])
def test_an_ending_counts_in_any_case(name: str, tmp_path: Path) -> None:
    records = load(tmp_path, {"签到1.xlsx": raw(line("")), name: raw(line('<c r="B2" t="inlineStr"><is><t>E2</t></is></c>'))}, ".xlsx")
    assert len(records.frames["a"]) == 2
    assert f"records/{name}" in records.digests
    (tmp_path / "records" / "会员.csv").rename(tmp_path / "records" / "会员.CSV")
    assert "records/会员.CSV" in load_records(tmp_path, load_tables(tmp_path / "tables.toml"), SPEC).digests


def test_each_file_that_may_hold_records_and_no_table_names_is_told_with_the_nearest_pattern(tmp_path: Path) -> None:
    others = ["签到2.xls", "签到3.et", "甲公司签到.xlsx", " 签到4.xlsx", "9月/签到5.xlsx", "打包.zip", ".签到6.xlsx", "签到7.xlsx "]
    records = load(tmp_path, {"签到1.xlsx": raw(line("")), **{name: name.encode() for name in others}}, ".xlsx")
    told = {p.file: p.line("en") for p in said(records, "warning")}
    assert set(told) == {f"records/{name}" for name in others}
    assert "the nearest is `培训签到`, whose files are called records/签到*.xlsx" in told["records/签到2.xls"]
    assert not said(records, "error")


def test_what_programs_leave_behind_is_passed_over_and_what_is_no_table_is_told_once(tmp_path: Path) -> None:
    left = ["~$签到1.xlsx", ".DS_Store", "Thumbs.db", "desktop.ini", "._签到1.xlsx", ".~lock.签到1.xlsx#", "__MACOSX/签到1.xlsx", "README.md"]
    others = ["会议通知.pdf", "说明.docx", "扫描/1.jpg", "无后缀"]
    records = load(tmp_path, {"签到1.xlsx": raw(line("")), **dict.fromkeys([*left, *others], b"x")})
    assert not said(records)
    (note,) = [p for p in records.problems if p.file == "records"]
    assert all(name in note.rule.zh for name in others)
    assert not any(name in note.rule.zh for name in left)


def test_the_same_bytes_under_two_names_are_told_with_both(tmp_path: Path) -> None:
    good = raw(line(""))
    records = load(tmp_path, {"签到1.xlsx": good, "签到1(1).xlsx": good, "副本.xlsx": good})
    told = {p.file: p.rule.en for p in said(records, "warning")}
    assert told["records/签到1.xlsx"] == "the same as records/签到1(1).xlsx, byte for byte, and both are read"
    assert "which is read, byte for byte" in told["records/副本.xlsx"]


def test_a_database_and_what_it_keeps_beside_it_are_no_strangers(tmp_path: Path) -> None:
    source = '[table.b]\nsource = "sqlite:records/x.db"\nrelation = "b"\n[table.b.column]\nn = { type = "number" }\n'
    records = load(tmp_path, {"签到1.xlsx": raw(line("")), "x.db": b"", "x.db-wal": b""}, more=source)
    assert not [p for p in records.problems if "read by no table" in p.rule.en]


def test_what_is_no_file_is_named_and_nobody_waits_for_it(tmp_path: Path) -> None:
    (tmp_path / "records" / "签到2.xlsx").mkdir(parents=True)
    (tmp_path / "records" / "签到3.xlsx").symlink_to(tmp_path / "records" / "签到3.xlsx")
    os.mkfifo(tmp_path / "records" / "签到4.csv")
    (tmp_path / "records" / "全部").symlink_to(tmp_path / "records")
    records = load(tmp_path, {"签到1.xlsx": raw(line(""))})
    assert {p.file for p in said(records, "error")} == {f"records/签到{n}" for n in ("2.xlsx", "3.xlsx", "4.csv")}
    assert "全部" in "".join(p.rule.zh for p in records.problems if p.file == "records")
    assert len(records.frames["a"]) == 1


def test_a_sheet_that_another_table_reads_and_a_sheet_of_choices_are_not_unread_and_a_hidden_one_is_told_as_such(tmp_path: Path) -> None:
    def book(*names: str) -> bytes:
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True}) as made:
            for name in names:
                (sheet := made.add_worksheet(name)).write_column(0, 0, ["信用代码", JIA])
                if name == "旧":
                    sheet.hide()
                if name == "藏":
                    sheet.very_hidden()
        return buffer.getvalue()

    sheets = '[table.b]\nfile = "records/签到*"\nsheet = "二"\n[table.b.column]\ncredit_code = { headings = ["信用代码"], type = "member" }\n'
    tables = TABLES.replace('label = "培训签到"', 'sheet = "一"')
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "会员.csv").write_text(MEMBERS, encoding="utf-8")
    (tmp_path / "records" / "签到.xlsx").write_bytes(book("一", "二", "三", "下拉选项", "旧"))
    (tmp_path / "tables.toml").write_text(tables % "" + sheets, encoding="utf-8")
    (note,) = [p for p in load_records(tmp_path, load_tables(tmp_path / "tables.toml"), SPEC).problems if "sheets not read" in p.rule.en]
    assert (note.rule.en, note.rule.zh, "取消隐藏" in note.mend.zh) == ("sheets not read: 三, 旧 (hidden)", "这些工作表未读取：三、旧（隐藏）", True)
    (tmp_path / "records" / "签到.xlsx").write_bytes(book("一", "二", "旧", "藏"))
    (note,) = [p for p in load_records(tmp_path, load_tables(tmp_path / "tables.toml"), SPEC).problems if "sheets not read" in p.rule.en]
    assert (note.rule.en, note.rule.zh, "LibreOffice" in note.mend.zh) == ("sheets not read: 旧 (hidden), 藏 (very hidden)", "这些工作表未读取：旧（隐藏）、藏（深度隐藏）", True)
    (tmp_path / "records" / "签到.xlsx").write_bytes(book("一", "二", "三", "下拉选项", "旧"))
    with former_words("0.7.0"):
        (note,) = [p for p in load_records(tmp_path, load_tables(tmp_path / "tables.toml"), SPEC).problems if "sheets not read" in p.rule.en]
    assert (note.rule.en, "取消隐藏" in note.mend.zh) == ("sheets not read: 三, 旧", False)


# ---- C3 and C8: text files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [2, 3, 6])
def test_quotes_that_swallow_rows_are_named_with_their_lines(rows: int) -> None:
    lines = [f"{JIA},E{n},{n}" for n in range(rows)]
    lines[0], lines[-1] = f'{JIA},"E0,0', f'{JIA},E{rows}",{rows}'
    found = read_delimited(csv(f"{YI},E9,1", *lines, f"{YI},E10,1"))
    assert isinstance(found, Finding)
    assert f"lines 3–{rows + 2} are held together by quotes" in found.rule.en


def test_a_quote_that_opens_nowhere_to_end_is_named_with_its_line() -> None:
    found = read_delimited(csv(f"{YI},E9,1", f'{JIA},"E1,1', f"{JIA},E2,2"))
    assert isinstance(found, Finding)
    assert "from line 3 on" in found.rule.en


TEXT = st.text("甲乙丙12,;，。\n", max_size=12)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=3, max_size=6))
def test_remarks_of_several_lines_are_read_as_they_stand(cells: list[tuple[str, str]]) -> None:
    rows = [["信用代码", "事由", "备注", "学时"], *([JIA, one.replace(",", ""), two, "8"] for one, two in cells)]
    text = "\n".join(",".join(f'"{text}"' if set(text) & set(",\n") else text for text in row) for row in rows)
    found = read_delimited(text.encode())
    if not any(line.count(",") in {2, 3} for _, two in cells for line in two.split("\n")):  # nobody could tell them from rows
        assert found == rows


@pytest.mark.parametrize("note", ["说明：一;二;三;四;五", "a|b|c|d|e", "一\t二\t三\t四"])
def test_a_note_above_does_not_decide_the_separator(note: str) -> None:
    assert read_delimited(f"{note}\n信用代码,活动编号,学时\n{JIA},E1,8\n".encode())[1:] == [["信用代码", "活动编号", "学时"], [JIA, "E1", "8"]]


LINES = (f"{JIA},学习班,1", f"{JIA},法规讲座,2", f"{YI},论坛活动,3")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (csv(*LINES[:1]).decode().encode("gb18030") + f"{YI},论坛活动,3\n".encode(), "line 3: the text here is garbled"),
        (csv(*LINES) + f"{YI},学习班\n".encode("gb18030"), "near line 5"),
        (csv(LINES[0], LINES[2].encode().decode("gb18030")), "line 3: the text here is garbled"),
        (csv(LINES[0], f"{YI},学时,2".encode().decode("latin-1")), "line 3: the text here is garbled"),
        ("信用代碼,活動編號\nA,專業學習\nB,法規講座\n".encode("big5"), "Big5 or Shift-JIS"),
        ("コード,セミナー\nA,ひらがな\n".encode("cp932"), "Big5 or Shift-JIS"),
    ],
    ids=["two halves", "one line of GBK", "once read as GBK", "once read as Latin", "Big5", "Shift-JIS"],
)
def test_two_encodings_and_foreign_ones_are_refused_with_the_line(content: bytes, words: str) -> None:
    assert words in refusal(content, "签到.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@given(st.lists(st.text("法规学习班讲座论坛活动有限公司㙍𠮷①·（）A1 ", max_size=8), min_size=3, max_size=5))
@example(["·"] * 4)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_chinese_text_comes_back_from_every_encoding_that_is_known(encoding: str, names: list[str]) -> None:
    text = "信用代码,活动编号,学时\n" + "".join(f"{JIA},{name},8\n" for name in names)
    assert read_delimited(text.encode(encoding)) == [row.split(",") for row in text.splitlines()]


# ---- C2, C5, C7: what a workbook shows ------------------------------------------------------------------------------

RUNS = "<r><rPr><{0}/></rPr><t>1</t></r><r><t>{1}</t></r>"


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize(("look", "words"), [("strike", "struck out"), ('vertAlign val="superscript"', "raised or lowered"),
                                             ('vertAlign val="subscript"', "raised or lowered")])  # fmt: skip
def test_a_number_or_id_of_which_a_part_is_struck_out_or_raised_is_refused(look: str, words: str, inline: bool, tmp_path: Path) -> None:  # noqa: FBT001
    runs = RUNS.format(look, "2")
    cells = [f'<c r="{letter}2" t="inlineStr"><is>{runs}</is></c>' if inline else f'<c r="{letter}2" t="s"><v>0</v></c>' for letter in "BC"]
    records = load(tmp_path, {"签到.xlsx": raw(line("".join(cells)), shared="" if inline else f"<si>{runs}</si>")})
    assert [(p.column, words in p.rule.en) for p in said(records, "error")] == [("活动编号", True), ("学时", True)]


def test_words_with_a_raised_part_stay_words_and_with_a_struck_part_do_not(tmp_path: Path) -> None:
    def remark(look: str) -> Records:
        return load(tmp_path, {"签到.xlsx": raw(line(f'<c r="F2" t="inlineStr"><is>{RUNS.format(look, "平方米")}</is></c>'))})

    assert cell(remark('vertAlign val="superscript"'), "remark") == "1平方米"
    assert "struck out" in str(cell(remark("strike"), "remark"))
    assert cell(remark('strike val="0"'), "remark") == "1平方米"


def test_cells_struck_out_as_a_whole_are_told_with_their_rows(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for row in (2, 3):
            sheet.write_row(row, 0, [JIA, f"E{row}", 8], book.add_format({"font_strikeout": True}))
        sheet.write_row(4, 0, [JIA, "E4", 8])

    records = load(tmp_path, {"签到.xlsx": xlsx([HEAD, (JIA, "E1", 8)], fill)})
    (told,) = said(records, "warning")
    assert "活动编号 rows 3-4" in told.rule.en
    assert len(records.frames["a"]) == 4


def test_a_calc_sheet_tells_what_is_struck_out_and_months_too(tmp_path: Path) -> None:
    styles = ('<office:automatic-styles xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><style:style style:name="T1">'
              '<style:text-properties style:text-line-through-style="solid"/></style:style></office:automatic-styles>')  # fmt: skip
    texts = "".join(f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in HEAD)
    struck = '<table:table-cell office:value-type="string"><text:p><text:span text:style-name="T1">1</text:span>2</text:p></table:table-cell>'
    month = '<table:table-cell office:value-type="date" office:date-value="2018-02-01"><text:p>2018年2月</text:p></table:table-cell>'
    code = f'<table:table-cell office:value-type="string"><text:p>{JIA}</text:p></table:table-cell>'
    rows = [f"{code}<table:table-cell/>{struck}", f"{code}{code}<table:table-cell/><table:table-cell/>{month}"]
    content = ods("".join(f"<table:table-row>{row}</table:table-row>" for row in (texts, *rows)))
    content = rewritten(content, lambda name, part: part.replace(b"<office:body>", styles.encode() + b"<office:body>") if name == "content.xml" else part)
    records = load(tmp_path, {"签到.ods": content})
    assert "struck out" in str(cell(records, "hours", 2))
    assert str(cell(records, "until", 3)) == "2018-02-28 00:00:00"


def test_an_old_workbook_tells_months_what_is_struck_out_and_what_was_never_calculated(tmp_path: Path) -> None:
    rows = [HEAD, (JIA, "E1", "=", "", ""), (JIA, "E2", "", "", f"{43132 * 100}%"), (JIA, ("E13", 2), ("12", 1), "", "")]
    records = load(tmp_path, {"签到.xls": xls(rows, shown_as=57, struck=True)})
    assert "never calculated" in str(cell(records, "hours", 2))
    assert ["struck out" in str(cell(records, name, 4)) for name in ("event", "hours")] == [True, True]
    assert str(cell(records, "until", 3)) == "2018-02-28 00:00:00"
    assert [p.rule.en for p in said(records, "warning")] == ["cells that are struck out are read all the same: 截止 rows 3"]


@pytest.mark.parametrize(
    ("cells", "book"),
    [
        ('<c r="C2"><f>4+4</f><v>0</v></c>', '<calcPr fullCalcOnLoad="1"/>'),
        ('<c r="C2"><f>4+4</f><v>0.0</v></c>', "<calcPr fullCalcOnLoad='true'/>"),
        ('<c r="C2"><f>4+4</f></c>', ""),
        ('<c r="C2" t="n"><f>4+4</f></c>', ""),
        ('<c r="C2"><f>4+4</f><v/></c>', ""),
        ('<c r="C2"><f t="shared" si="0"/></c>', ""),
        ('<c><v>1</v></c><c r="C2" t="n"><f>4+4</f></c>', ""),
        ("<c r='C2' t='e'><f>1/0</f><v>#DIV/0!</v></c>", ""),
        ('<c  t = "e"\nr="C2"><!-- > --><f>1/0</f><v><![CDATA[#DIV/0!]]></v></c>', ""),
    ],
)
def test_a_formula_that_failed_or_was_never_calculated_is_refused_however_it_is_written(cells: str, book: str, tmp_path: Path) -> None:
    assert "formula failed" in str(cell(load(tmp_path, {"签到.xlsx": raw(line(cells), book=book)}), "hours"))


def test_a_sheet_whose_elements_have_a_prefix_says_the_same(tmp_path: Path) -> None:
    content = raw(line('<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>') + line('<c r="B3" t="s"><v>0</v></c><c r="C3"><v>8</v></c>', 3, ' hidden="1"'))
    content = rewritten(content, lambda name, part: re.sub(rb"<(/?)(?=[a-z])", rb"<\1x:", part).replace(b"xmlns=", b"xmlns:x=") if "sheet1" in name else part)
    records = load(tmp_path, {"签到.xlsx": content})
    assert "formula failed" in str(cell(records, "hours", 2))
    assert cell(records, "hours", 3) == 8.0
    assert "rows 3 are hidden" in records.problems.text("en")


def test_a_formula_that_was_calculated_counts_where_the_workbook_counts_anew(tmp_path: Path) -> None:
    records = load(tmp_path, {"签到.xlsx": raw(line('<c r="C2"><f>4+4</f><v>8</v></c>'), book='<calcPr fullCalcOnLoad="1"/>')})
    assert cell(records, "hours") == 8.0


MONTH = '<numFmts count="1"><numFmt numFmtId="176" formatCode="{}"/></numFmts><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="{}"/></cellXfs>'


@pytest.mark.parametrize("code", ["yyyy&quot;年&quot;m&quot;月&quot;", "yyyy\\-mm", "mmm-yy", "[$-804]yyyy/m;@"])
def test_a_month_that_excel_made_a_day_is_read_as_the_month_that_was_typed(code: str, tmp_path: Path) -> None:
    styles = MONTH.format(code, 176)
    rows = "".join(line(f'<c r="B{n}"><v>{n}</v></c><c r="E{n}" s="1"><v>{day}</v></c>', n) for n, day in ((2, 43132), (3, 43136)))
    records = load(tmp_path, {"签到.xlsx": raw(rows, styles=styles)})
    assert [str(cell(records, "until", row)) for row in (2, 3)] == ["2018-02-28 00:00:00", "2018-02-05 00:00:00"]
    records = load(tmp_path, {"签到.xlsx": raw(line('<c r="D2" s="1"><v>43132</v></c>'), styles=styles)})
    assert cell(records, "day") == "the date lacks its day"


def test_a_full_date_is_no_month_whatever_its_first_section_hides(tmp_path: Path) -> None:
    styles = MONTH.format("yyyy\\-mm\\-dd", 176)
    records = load(tmp_path, {"签到.xlsx": raw(line('<c r="D2" s="1"><v>43132</v></c><c r="E2" s="1"><v>43132</v></c>'), styles=styles)})
    assert [str(cell(records, name)) for name in ("day", "until")] == ["2018-02-01 00:00:00"] * 2


# ---- C9: no file ends the process -----------------------------------------------------------------------------------


SCRIPT = """
import pathlib, re, sys
from toolkit.records.files import Unreadable, read_content, read_sheet
def most(): return int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) >> 10
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    try:
        said = f"{len(read_sheet(read_content(path), path.name).rows)} rows"
    except Unreadable as unread:
        said = unread.finding.rule.en
    print(path.name, said, most(), sep="|", flush=True)
"""


def test_no_file_ends_the_process_or_fills_the_memory_and_the_others_are_read(tmp_path: Path) -> None:
    expected = {name: words for name, (content, words) in bombs().items() if (tmp_path / name).write_bytes(content) >= 0 and words}
    (tmp_path / "好.xlsx").write_bytes(raw(line('<c r="C2"><v>8</v></c>')))
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, timeout=300, check=True)
    found = {name: (words, int(most)) for name, words, most in (row.split("|") for row in done.stdout.splitlines())}
    assert {name: words in found[name][0] for name, words in expected.items()} == dict.fromkeys(expected, True), done.stdout
    assert found["好.xlsx"][0] == "2 rows"
    assert max(most for _, most in found.values()) < 1500, done.stdout  # MB


def test_a_file_that_cannot_be_opened_does_not_keep_the_others_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(path: Path) -> bytes:
        if "签到2" in path.name:
            raise PermissionError
        return path.read_bytes()

    monkeypatch.setattr("toolkit.records.table.read_content", read)
    records = load(tmp_path, {"签到1.xlsx": raw(line("")), "签到2.xlsx": raw(line("", 3))})
    assert [p.file for p in said(records, "error")] == ["records/签到2.xlsx"]
    assert len(records.frames["a"]) == 1


def test_a_file_beyond_the_bound_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.records.files.LARGEST", 5000)
    records = load(tmp_path, {"签到1.xlsx": b"x" * 5001, "签到2.csv": csv(f"{JIA},E1,8")})
    assert [(p.file, "too large" in p.rule.en) for p in said(records, "error")] == [("records/签到1.xlsx", True)]


# ---- controls: what was read right and stays so -----------------------------------------------------------------------


def test_reading_of_its_pronunciation_is_no_part_of_a_text(tmp_path: Path) -> None:
    shared = '<si><t>目录</t><rPh sb="0" eb="2"><t>mulu</t></rPh></si>'
    assert cell(load(tmp_path, {"签到.xlsx": raw(line('<c r="B2" t="s"><v>0</v></c>'), shared=shared)}), "event") == "目录"


def test_an_escaped_carriage_return_is_no_part_of_an_id(tmp_path: Path) -> None:
    assert cell(load(tmp_path, {"签到.xlsx": raw(line('<c r="B2" t="inlineStr"><is><t>E1_x000D_</t></is></c>'))}), "event") == "E1"


def test_strict_namespaces_a_wrong_dimension_and_days_from_1904_are_read(tmp_path: Path) -> None:
    cells = line('<c r="C2"><v>8</v></c><c r="D2" s="1"><v>41702</v></c>')
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"

    def change(_: str, part: bytes) -> bytes:
        part = part.replace(b"<workbookPr ", b'<workbookPr date1904="1" ')
        return part.replace(MAIN.encode(), strict.encode()).replace(b"<sheetData>", b'<dimension ref="A1"/><sheetData>')

    records = load(tmp_path, {"签到.xlsx": rewritten(raw(cells), change)})
    assert (cell(records, "hours"), str(cell(records, "day"))) == (8.0, "2018-03-05 00:00:00")


def test_built_in_chinese_dates_and_those_before_march_1900_are_read(tmp_path: Path) -> None:
    rows = line('<c r="B2"><v>1</v></c><c r="D2" s="3"><v>43164</v></c>') + line('<c r="B3"><v>2</v></c><c r="D3" s="1"><v>31</v></c>', 3)
    records = load(tmp_path, {"签到.xlsx": raw(rows)})
    assert [str(cell(records, "day", row)) for row in (2, 3)] == ["2018-03-05 00:00:00", "1900-01-31 00:00:00"]


def test_two_files_put_together_are_read_as_one(tmp_path: Path) -> None:
    text = f"\ufeff信用代码,活动编号\r{JIA},E1\r\ufeff信用代码,活动编号\r{JIA},E2\r"
    assert load(tmp_path, {"签到.csv": text.encode()}).frames["a"]["event"].to_list() == ["E1", "E2"]


# ---- the quick way and the whole way say the same -----------------------------------------------------------------------

CELLS = st.sampled_from([
    "", '<c r="{0}"/>', '<c r="{0}" s="2"><v>0.35</v></c>', '<c r="{0}"><v>8</v></c>', '<c r="{0}" t="s"><v>0</v></c>', '<c r="{0}" s="1"><v>43164</v></c>',
    '<c r="{0}" t="e"><v>#N/A</v></c>', '<c r="{0}"><f>A1</f></c>', '<c r="{0}" s="3"><v>43132</v></c>', '<c r="{0}" t="inlineStr"><is><t>甲</t></is></c>',
])  # fmt: skip


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=4), st.booleans())
def test_cells_with_and_without_their_places_read_the_same(cells: list[list[str]], spelt: bool) -> None:  # noqa: FBT001
    rows = [[one or '<c r="{0}"/>' for one in row] for row in cells]
    placed = [[one.format(f"{chr(65 + n)}{number}") for n, one in enumerate(row)] for number, row in enumerate(rows, start=2)]
    bare = [re.sub(' r="[A-Z0-9]+"', "" if not spelt or n else r"\g<0>", one) for row in placed for n, one in enumerate(row)]
    lines, at = [], 0
    for row in placed:
        lines.append("".join(bare[at : at + len(row)]))
        at += len(row)
    first = read_sheet(raw("".join(f'<row r="{n}">{"".join(row)}</row>' for n, row in enumerate(placed, start=2))), "a.xlsx")
    second = read_sheet(raw("".join(f"<row>{row}</row>" for row in lines)), "a.xlsx")
    assert list(map(list, first.rows)) == list(map(list, second.rows))
    assert {type(one) for row in first.rows for one in row}.isdisjoint({Struck, Raised})


def test_doubtful_texts_are_texts() -> None:
    assert Struck("12") == "12"
    assert not Struck("甲").in_words
    assert (Raised("甲1").in_words, Raised("E1").in_words) == (True, False)


def test_a_file_that_is_gone_meanwhile_is_no_copy_and_where_all_stands_in_databases_no_file_is_read(tmp_path: Path) -> None:
    assert _digest(tmp_path / "gone") == ""
    told = _unread(tmp_path, "records/a.csv", Tables(table={"a": Table(source="sqlite:a.db", relation="a", column={"x": Column(type="text")})}), None)
    assert (told.severity, told.rule.en, told.mend.en) == ("warning", "read by no table", "move it out of records/")
