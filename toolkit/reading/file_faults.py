"""What can be wrong with a file as a whole: not of its kind, damaged, locked, empty, or without the sheet asked for."""

from __future__ import annotations

import re

from toolkit.errors import nearest
from toolkit.reading.compound_file import SIGNATURE
from toolkit.reading.findings import Finding
from toolkit.text import Phrase, phrase

WEB = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body|meta|table|div|style)\b", re.IGNORECASE | re.DOTALL)  # fmt: skip
XML_WORKBOOK = re.compile(rb"\s*<\?xml.*?<(?:\w+:)?Workbook\b", re.DOTALL)
BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
SAVE_AS = Phrase("请用 Excel 打开后另存为 .xlsx", "open it in Excel and save it as .xlsx")


def misnamed(content: bytes, *, workbook: bool) -> Finding | None:
    """Why a file is not of the kind that its name says, a workbook or a text file; None where it may be."""
    bare = next((content[len(bom) :] for bom in BOMS if content.startswith(bom)), content)[:4096]
    bare = bare.replace(b"\0", b"")
    if WEB.match(bare):
        rule = Phrase("这是存成表格文件名的网页（HTML）", "this is a web page (HTML) under the name of a table")
        return Finding(rule, SAVE_AS)
    if workbook and XML_WORKBOOK.match(bare):
        rule = Phrase("这是 Excel 2003 的 XML 格式", "this is the XML format of Excel 2003")
        return Finding(rule, SAVE_AS)
    kept = content.startswith((SIGNATURE, b"PK\x03\x04"))
    if not workbook and kept:
        rule = Phrase("名为文本文件，内容却是工作簿", "named as a text file, but it is a workbook")
        return Finding(rule, Phrase("请把扩展名改为 .xlsx 或 .xls", "rename it to .xlsx or .xls"))
    if workbook and content.startswith(b"%PDF"):
        return Finding(Phrase("这是 PDF 文件", "this is a PDF file"), Phrase("请给出原工作簿", "give the workbook itself"))
    if workbook and not kept and _is_text(content[:4096]):
        rule = Phrase("名为工作簿，内容却是文本", "named as a workbook, but it is plain text")
        return Finding(rule, Phrase("请把扩展名改为 .csv，或另存为 .xlsx", "rename it to .csv, or save it as .xlsx"))
    return None


def _is_text(content: bytes) -> bool:
    """Whether the beginning of a file holds separated text."""
    return b"\0" not in content and b"\n" in content and any(mark in content for mark in b",\t;|")


def no_sheet(wanted: str, names: list[str]) -> Finding:
    """There is no such sheet."""
    guess = nearest(wanted, names)
    rule = phrase("没有名为“{wanted}”的工作表", "there is no sheet called `{wanted}`", wanted=wanted)
    if guess:
        return Finding(rule, phrase("是否为“{guess}”？", "is it `{guess}`?", guess=guess))
    mend = phrase("现有工作表：{zh}", "its sheets are: {en}", zh="、".join(names), en=", ".join(names))
    return Finding(rule, mend)


def several_sheets(names: list[str]) -> Finding:
    """Nobody said which sheet to read."""
    zh, en = "、".join(names), ", ".join(names)
    rule = phrase("有几张工作表：{zh}", "it has several sheets: {en}", zh=zh, en=en)
    mend = Phrase("请在 tables.toml 用 sheet 指明读哪一张", "name the one to read with `sheet` in tables.toml")
    return Finding(rule, mend)


UNKNOWN_KIND = Finding(
    Phrase("不支持的文件类型", "a kind of file that is not read"),
    Phrase("请另存为 .xlsx 或 .csv", "save it as .xlsx or .csv"),
)
EMPTY = Finding(
    Phrase("文件或工作表是空的", "the file or its sheet is empty"),
    Phrase("请填入数据，或从 tables.toml 中删去", "fill it in, or remove it from tables.toml"),
)
LOCKED = Finding(
    Phrase("工作簿设有密码，读不出", "the workbook is protected by a password"),
    Phrase("请去掉密码后另存", "save it without a password"),
)
DAMAGED = Finding(
    Phrase("文件已损坏，或内容与扩展名不符", "the file is damaged, or is not of the kind its name says"), SAVE_AS
)
STRAY_CELL = Finding(
    Phrase("离表格很远的地方还有内容，工作表过大", "a stray cell far from the table makes the sheet too large"),
    Phrase("请删去表格以外的行和列", "delete the rows and columns beside the table"),
)
