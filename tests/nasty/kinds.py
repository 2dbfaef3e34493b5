"""Files of a nasty kind: wrong names, passwords and damage."""

from __future__ import annotations

import pandas as pd

from tests.nasty.nasty import (
    DAY,
    GOOD,
    HEADING,
    JIA,
    NAN,
    NEXT,
    YI,
    Nasty,
    csv,
    good,
    parquet,
    refused,
    rewritten,
    xlsx,
)  # fmt: skip
from tests.nasty.old_workbooks import compound, ods, ods_rows, xls


def web_page_named_xls() -> Nasty:
    page = "<html><head><meta charset=gb2312></head><table><tr><td>信用代码</td></tr></table></html>"
    return refused(page.encode("gb2312"), "签到.xls", "web page")


def web_page_in_utf_16_named_xls() -> Nasty:
    return refused("\n<TABLE border=1><tr><td>信用代码</td></tr></TABLE>".encode("utf-16"), "签到.xls", "web page")


def web_page_named_csv() -> Nasty:
    return refused(b"<!DOCTYPE html><html><body>login</body></html>", "签到.csv", "web page")


def xml_of_excel_2003_named_xls() -> Nasty:
    xml = '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:x"></Workbook>'
    return refused(xml.encode(), "签到.xls", "XML format of Excel 2003")


def text_named_xlsx() -> Nasty:
    return refused(csv(good()), "签到.xlsx", "plain text")


def workbook_named_csv() -> Nasty:
    return refused(xlsx(good()), "签到.csv", "it is a workbook")


def new_workbook_named_xls() -> Nasty:
    return Nasty(xlsx(good()), "签到.xls")


def old_workbook_named_xlsx() -> Nasty:
    return Nasty(xls(good()), "签到.xlsx")


def pdf_named_xlsx() -> Nasty:
    return refused(b"%PDF-1.7\n%\xe2\xe3", "签到.xlsx", "PDF")


def binary_workbook() -> Nasty:
    return refused(xlsx(good()), "签到.xlsb", "a kind of file that is not read")


def encrypted_workbook() -> Nasty:
    parts = {"EncryptionInfo": b"\x04\0\x04\0" + bytes(60), "EncryptedPackage": bytes(range(256)) * 20}
    return refused(compound(parts), "签到.xlsx", "password")


def encrypted_old_workbook() -> Nasty:
    return refused(xls(good(), password=True), "签到.xls", "password")


def encrypted_open_document() -> Nasty:
    return refused(ods("", locked=True), "签到.ods", "password")


def workbook_cut_in_two() -> Nasty:
    content = xlsx(good())
    return refused(content[: len(content) // 2], "签到.xlsx", "damaged")


def workbook_whose_sheet_is_cut() -> Nasty:
    content = rewritten(xlsx(good()), lambda name, part: part[: len(part) // 2] if "sheet1" in name else part)
    return refused(content, "签到.xlsx", "damaged")


def workbook_that_declares_entities() -> Nasty:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
    content = rewritten(xlsx(good()), lambda name, part: bomb + part[part.index(b"?>") + 2 :] if name == "xl/workbook.xml" else part)  # fmt: skip
    return refused(content, "签到.xlsx", "damaged")


def old_workbook_cut_in_two() -> Nasty:
    return refused(xls(good())[:2000], "签到.xls", "damaged")


def old_workbook_with_everything() -> Nasty:
    rows = [*good(), ("", "E4", 1, "", "", "", ""), (JIA, "E5", "#N/A", "", "#DIV/0!", "", ""), ("合计", "", 14)]
    errors = ((5, "学时", "formula failed"), (5, "会费", "formula failed"))
    notes = ("hidden columns are read all the same: 会费", "rows 3 are hidden", "merged cells count for each of their rows (rows 3-4)")  # fmt: skip
    content = xls(rows, merges=[(2, 3, 0, 0)], hidden_rows=[2], hidden_columns=[4])
    return Nasty(content, "签到.xls", _and_e4(), errors, (notes[1], notes[0], notes[2]), 1)


def open_document_with_everything() -> Nasty:
    rows = [*good(), ("", "E4", 1, "", "", "", ""), (JIA, "E5", "#N/A", "", "", "", ""), ("合计", "", 14)]
    columns = '<table:table-column table:number-columns-repeated="4"/><table:table-column table:visibility="collapse"/>'
    text = ods_rows(rows, hidden=[2]).replace(
        f'"string"><text:p>{YI}', f'"string" table:number-rows-spanned="2" table:number-columns-spanned="1"><text:p>{YI}'
    )
    notes = ("rows 3 are hidden", "hidden columns are read all the same: 会费", "merged cells count for each")
    return Nasty(ods(columns + text), "签到.ods", _and_e4(), ((5, "学时", "formula failed"),), notes, 1)


def _and_e4() -> tuple[tuple[object, ...], ...]:
    return (
        (JIA, "E1", 8.0, DAY, 1200.0, 0.35), (YI, "E2", 4.5, NEXT, NAN, NAN), (YI, "E4", 1.0, None, NAN, NAN),
    )  # fmt: skip


def open_document_repeated_without_end() -> Nasty:
    cell = '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
    return refused(ods(f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'), "签到.ods", "stray cell")  # fmt: skip


def parquet_with_typed_columns() -> Nasty:
    days = [pd.Timestamp("2018-03-05"), pd.Timestamp("2018-03-06")]
    return Nasty(
        parquet(信用代码=[JIA, YI], 活动编号=["E1", "E2"], 学时=[8, 4.5], 日期=days, 会费=[1200, None],
                出席率=["35%", None], 联系电话=["", ""]),
        "签到.parquet",
    )  # fmt: skip


def parquet_with_lists_and_bytes() -> Nasty:
    content = parquet(信用代码=[JIA, YI], 活动编号=[["E1"], ["E2"]], 学时=[b"8", b"4"], 日期=["", ""], 会费=["", ""],
                      出席率=["", ""], 联系电话=["", ""])  # fmt: skip
    errors = ((2, "活动编号", "not a text"), (2, "学时", "not a number"), (3, "活动编号", "not a text"), (3, "学时", "not a number"))  # fmt: skip
    return Nasty(content, "签到.parquet", (), errors)


def parquet_cut_in_two() -> Nasty:
    return refused(parquet(信用代码=[JIA])[:200], "签到.parquet", "damaged")


def headings_without_rows() -> Nasty:
    return Nasty(csv([HEADING]), "签到.csv", ())


def rows_without_headings() -> Nasty:
    return Nasty(csv(GOOD), "签到.csv", (), ((None, "", "no heading is found"),))
