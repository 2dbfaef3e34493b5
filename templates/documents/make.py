"""Makes the Word templates beside this file from `text/`, one paragraph a line; whoever wants other words edits the Word files.

    python templates/documents/make.py

The layout is that of GB/T 9704-2012 (A4, 22 lines of 28 characters, 3 号 仿宋), followed by custom, not duty; English texts, known by their
names, are set in 12 points. What a line is, its first signs say:

    =  ==  ===      title in 2 号 小标宋; a name or award in large 楷体; the head of a certificate
    #  ##  ###      levels one (黑体), two (楷体) and three (bold)
    <  >  ^  ^^     no indent; at the right, four characters from the edge; centred; centred and small
    *               a short line in small type
    &               a line that stays on the page of the next one
    @ {{ names }}   the names of a list, two in a row
    |+ a | b        a high row, to be written in by hand
    | a | b         a row of a table, whose first one is its head; |= 40 | 116 before it gives the widths in mm, |& 40 | 116 of a table that stays on one page, |- of one of many rows, in small type, |&- of both; █ before a cell makes it a bar
    ! landscape     the page lies on its side;  ! close a text that is to stay on one page;  --- a new page;  %include NAME another text
    {%p ... %}      a sign for the filling program, which leaves no line; {%tr ... %} the same between rows
"""

from __future__ import annotations

import io
import re
from itertools import groupby
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from toolkit.documents.catalogue import settled
from toolkit.reports.papers import NEW_PAGE, SIGN, lines_of

HERE = Path(__file__).parent
BODY, KAI, HEI, TITLE = "仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体"
PITCH = 28.95
LEFT, RIGHT, CENTRE = WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER
KINDS: dict[str, dict[str, Any]] = {
    "===": {"font": TITLE, "size": 48, "align": CENTRE, "pitch": 62},
    "==": {"font": KAI, "size": 26, "align": CENTRE, "pitch": 40},
    "=": {"font": TITLE, "size": 22, "align": CENTRE, "pitch": 33, "keep": True},
    "###": {"bold": True, "indent": 2, "keep": True},
    "##": {"font": KAI, "indent": 2, "keep": True},
    "#": {"font": HEI, "indent": 2, "keep": True},
    "^^": {"size": 10.5, "align": CENTRE, "pitch": 18},
    "^": {"align": CENTRE},
    "<": {},
    ">": {"align": RIGHT, "right": 4, "keep": True},
    "*": {"size": 10.5, "indent": 2, "pitch": 18, "align": WD_ALIGN_PARAGRAPH.LEFT},
    "&": {"indent": 2, "keep": True},
    "": {"indent": 2},
    "cell": {"size": 12, "pitch": 20, "align": WD_ALIGN_PARAGRAPH.LEFT},
    "head": {"size": 12, "pitch": 20, "align": CENTRE, "font": HEI, "keep": True},
    "name": {"size": 12, "align": WD_ALIGN_PARAGRAPH.LEFT},
    "bar": {"size": 9, "pitch": 15, "align": WD_ALIGN_PARAGRAPH.LEFT, "font": "宋体", "colour": "0072B2"},
}
"""How a line is set, by its sign; the cells of tables, their heads, and names of a list."""
LYING = KINDS | {sign: KINDS[sign] | {"size": 20, "pitch": 34} for sign in ("", "<", ">", "^")} | {"==": KINDS["=="] | {"size": 32, "pitch": 50}}
PLAIN = {"size": 12, "pitch": 18, "after": 6}
ENGLISH = {
    "===": KINDS["==="] | {"size": 36, "pitch": 50},
    "==": KINDS["=="] | {"size": 20, "pitch": 30, "after": 6},
    "=": KINDS["="] | {"size": 18, "pitch": 26, "bold": True, "after": 6},
    "###": PLAIN | {"bold": True, "keep": True, "before": 6},
    "##": PLAIN | {"bold": True, "keep": True, "before": 6},
    "#": PLAIN | {"size": 13, "bold": True, "keep": True, "before": 6},
    "^^": {"size": 9.5, "align": CENTRE, "pitch": 14},
    "^": PLAIN | {"align": CENTRE},
    "<": PLAIN,
    ">": PLAIN | {"align": RIGHT, "keep": True},
    "*": {"size": 10, "pitch": 14, "align": WD_ALIGN_PARAGRAPH.LEFT},
    "&": PLAIN | {"keep": True},
    "": PLAIN,
    "cell": {"size": 10.5, "pitch": 15, "align": WD_ALIGN_PARAGRAPH.LEFT},
    "head": {"size": 10.5, "pitch": 15, "align": CENTRE, "bold": True, "keep": True},
    "name": {"size": 12, "pitch": 18, "align": WD_ALIGN_PARAGRAPH.LEFT},
    "bar": KINDS["bar"],
}
ENGLISH_LYING = ENGLISH | {sign: ENGLISH[sign] | {"size": 16, "pitch": 26} for sign in ("", "<", ">", "^")} | {"==": ENGLISH["=="] | {"size": 26, "pitch": 42}}
CLOSE = {True: ENGLISH | {sign: ENGLISH[sign] | {"pitch": 16, "after": 3} for sign in ("", "<", ">", "&")}, False: {sign: kind if "size" in kind else kind | {"pitch": 24} for sign, kind in KINDS.items()}}
"""By whether it is English, how a text is set that is to stay on one page."""
SMALL = {True: {"size": 9.5, "pitch": 12.5}, False: {"size": 10.5, "pitch": 14}}
"""By whether it is English, how a table of many rows is set."""
SETTING = re.compile(r"[|=&-]*")
"""How a table is set, before the widths of its columns."""


def template(name: str) -> Any:
    """The Word template of a text, as a document of python-docx."""
    document = Document()
    lines, english = list(lines_of(name)), name.isascii()
    lying, close = (sign in lines for sign in ("! landscape", "! close"))
    _page(document, lying=lying, margins=LYING_MARGINS if lying else CLOSE_MARGINS if close else ENGLISH_MARGINS if english else MARGINS)
    _normal(document)
    kinds = CLOSE[english] if close else (ENGLISH_LYING if lying else ENGLISH) if english else LYING if lying else KINDS
    for in_table, part in groupby((line for line in lines if not line.startswith("! ")), key=lambda line: line.startswith(("|", "{%tr"))):
        if in_table:
            rows = list(part)
            if document.paragraphs and not any(row.startswith("{%tr") for row in rows):
                document.paragraphs[-1].paragraph_format.keep_with_next = True  # what says how it is filled in stands on its page
            small = {sign: kind if sign == "bar" else kind | SMALL[english] for sign, kind in kinds.items()} if "-" in SETTING.match(rows[0])[0] else kinds
            table = _table(document, rows[1:], [int(width) for width in rows[0].lstrip("|=&-").split("|")], small, height=8 if close else 10)
            if "&" in SETTING.match(rows[0])[0]:
                _kept_together(table)
        else:
            for line in part:
                _line(document, line, kinds)
    _signed(document)
    document.element.body.remove(document.element.body[-1]) if document.element.body[-1].tag == qn("w:p") else None
    _settle(document, name)
    return document


def _signed(document: Any) -> None:
    """Name and day at the foot share their page with the text before them, which may stand in a loop or be left out."""
    paragraphs = document.paragraphs
    for place, foot in enumerate(paragraphs):
        depth = 0
        for before in reversed(paragraphs[:place]) if foot.paragraph_format.alignment == RIGHT else ():
            depth += before.text.startswith("{%p end") - before.text.startswith(("{%p for", "{%p if"))
            if not before.text.startswith("{%p"):
                before.paragraph_format.keep_with_next = True
                if depth <= 0:
                    break


def _line(document: Any, line: str, kinds: dict[str, dict[str, Any]]) -> None:
    if line == NEW_PAGE:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.line_spacing = Pt(1)
        paragraph.add_run().add_break(_page_break())
    elif line.startswith("@ "):
        _names(document, line.removeprefix("@ "), kinds)
    elif line.startswith("{%p"):
        _styled(document.add_paragraph(), line, {})
    else:
        found = SIGN.match(line) or re.fullmatch(r"(\^) ?()", line)
        sign, text = found.groups() if found else ("", line)
        _styled(document.add_paragraph(), text, kinds[sign])


def _page_break() -> Any:
    from docx.enum.text import WD_BREAK

    return WD_BREAK.PAGE


def _names(document: Any, names: str, kinds: dict[str, dict[str, Any]]) -> None:
    """Names of a list, two in a row, in a table without lines."""
    field = names.strip("{} ")
    rows = [f"{{%tr for 双 in {field}|batch(2, '') %}}", "| {{ 双[0] }} | {{ 双[1] }}", "{%tr endfor %}"]
    _table(document, rows, [78, 78], kinds, ruled=False)


def _styled(paragraph: Any, text: str, kind: dict[str, Any]) -> None:
    size = kind.get("size", 16)
    form = paragraph.paragraph_format
    form.alignment = kind.get("align", LEFT)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(kind.get("pitch", PITCH))
    form.space_before, form.space_after = Pt(kind.get("before", 0)), Pt(kind.get("after", 0))
    form.keep_with_next = kind.get("keep", False)
    if kind.get("indent"):
        _indent(paragraph, firstLineChars=kind["indent"] * 100, firstLine=int(kind["indent"] * size * 20))
    if kind.get("right"):
        _indent(paragraph, rightChars=kind["right"] * 100, right=int(kind["right"] * size * 20))
    run = _run(paragraph, text, kind.get("font", BODY), size, bold=kind.get("bold", False))
    if "colour" in kind:
        run.font.color.rgb = RGBColor.from_string(kind["colour"])
        run._r.get_or_add_rPr().rFonts.set(qn("w:hint"), "eastAsia")


def _indent(paragraph: Any, **values: int) -> None:
    properties = paragraph._p.get_or_add_pPr()
    element = properties.find(qn("w:ind"))
    if element is None:
        element = OxmlElement("w:ind")
        properties.append(element)
    for key, value in values.items():
        element.set(qn(f"w:{key}"), str(value))


def _run(paragraph: Any, text: str, font: str, size: float, *, bold: bool = False) -> Any:
    run = paragraph.add_run(text)
    run.bold = bold
    run.font.size, run.font.name = Pt(size), "Times New Roman"
    run._r.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), font)
    if size == 16:
        spacing = OxmlElement("w:spacing")
        spacing.set(qn("w:val"), "-5")
        run._r.get_or_add_rPr().append(spacing)
    return run


def _table(document: Any, rows: list[str], widths: list[int], kinds: dict[str, dict[str, Any]], *, ruled: bool = True, height: int = 10) -> Any:
    table = document.add_table(rows=0, cols=len(widths))
    table.autofit = False
    if ruled:
        table.style = "Table Grid"
    _table_indent(table)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    listing = ruled and any(row.startswith("{%tr") for row in rows)
    for place, row in enumerate(rows):
        cells = [row, *[""] * (len(widths) - 1)] if row.startswith("{%tr") else [cell.strip(" ") for cell in row.removeprefix("|").removeprefix("+").split("|")]
        written = _row(table, cells, widths, kinds["head" if listing and place == 0 else "cell" if ruled else "name"], kinds["bar"])
        if ruled and not listing:
            written.height = Mm((14 if height < 10 else 17) if row.startswith("|+") else height)
            for cell in written.cells:
                cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    if ruled and not listing:
        _kept_together(table)
    return table


def _kept_together(table: Any) -> None:
    """A table that is filled in by hand is not parted by the end of a page."""
    for row in table.rows[:-1]:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True


def _row(table: Any, cells: list[str], widths: list[int], kind: dict[str, Any], bar: dict[str, Any]) -> Any:
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    for tag in ("w:cantSplit", *(["w:tblHeader"] if kind.get("align") == CENTRE else [])):
        properties.append(OxmlElement(tag))
    for cell, text, width in zip(row.cells, cells, widths, strict=True):
        cell.width = Mm(width)
        (paragraph,) = cell.paragraphs
        _styled(paragraph, text.removeprefix("█"), bar if text.startswith("█") else kind)
    return row


def _table_indent(table: Any) -> None:
    """A table begins where the text does."""
    element = OxmlElement("w:tblInd")
    element.set(qn("w:w"), "108")
    element.set(qn("w:type"), "dxa")
    table._tbl.tblPr.append(element)


MARGINS, LYING_MARGINS, ENGLISH_MARGINS, CLOSE_MARGINS = (37, 35, 28, 26), (30, 18, 45, 45), (28, 24, 27, 27), (24, 21, 28, 26)
"""Above, below, at the left and at the right, in mm."""


def _page(document: Any, *, lying: bool, margins: tuple[int, int, int, int]) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(297), Mm(210)) if lying else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = map(Mm, margins)
    section.header_distance, section.footer_distance = Mm(15), Mm(min(25, margins[1] - 8))
    _styled(section.header.paragraphs[0], "{{ 草稿标记 }}", {"font": HEI, "size": 14, "align": CENTRE})
    if not lying:
        document.settings.odd_and_even_pages_header_footer = True
        _styled(section.even_page_header.paragraphs[0], "{{ 草稿标记 }}", {"font": HEI, "size": 14, "align": CENTRE})
        _numbered(section.footer.paragraphs[0], RIGHT, right=1)
        _numbered(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT, left=1)


def _numbered(paragraph: Any, align: Any, **side: int) -> None:
    """The number of the page as — 1 —, odd ones at the right, even ones at the left."""
    paragraph.alignment = align
    (where, count), = side.items()
    _indent(paragraph, **{f"{where}Chars": count * 100, where: count * 280})
    for part in ("— ", "PAGE", " —"):
        run = paragraph.add_run() if part == "PAGE" else paragraph.add_run(part)
        run.font.size, run.font.name = Pt(14), "宋体"
        run._r.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), "宋体")
        if part == "PAGE":
            for kind, text in (("begin", None), (None, " PAGE "), ("end", None)):
                element = OxmlElement("w:fldChar" if kind else "w:instrText")
                if kind:
                    element.set(qn("w:fldCharType"), kind)
                else:
                    element.text = text
                run._r.append(element)


def _normal(document: Any) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(16)
    style.element.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), BODY)


def _settle(document: Any, name: str) -> None:
    """Fixed properties, so that the same text gives the same file."""
    import datetime as dt

    core = document.core_properties
    core.title, core.author, core.comments, core.language = name, "", "", "en-GB" if name.isascii() else "zh-CN"
    core.created = core.modified = dt.datetime(2000, 1, 1)  # noqa: DTZ001
    core.last_modified_by, core.revision = "", 1


def main() -> None:
    """Write every template."""
    for path in sorted((HERE / "text").glob("*.txt")):
        if not path.stem.startswith("_"):
            content = io.BytesIO()
            template(path.stem).save(content)
            (HERE / f"{path.stem}.docx").write_bytes(settled(content.getvalue()))


if __name__ == "__main__":
    main()
