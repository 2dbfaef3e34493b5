"""Files with nasty headings: units in them, above and below, several rows, strangers, and programs that write otherwise."""

from __future__ import annotations

from tests.nasty.nasty import (
    DAY,
    GOOD,
    HEADING,
    JIA,
    NAN,
    NEXT,
    YI,
    Book,
    Nasty,
    Worksheet,
    good,
    rewritten,
    xlsx,
)


def unit_of_money_above_in_ten_thousands() -> Nasty:
    rows = [("2018 年签到",), ("", "", "", "", "金额单位：万元"), HEADING, (JIA, "E1", 8, "2018-03-05", 0.12, "35%", ""), GOOD[1]]  # fmt: skip
    return Nasty(xlsx(rows), notes=("the sheet says `万元`: the whole column is taken into `元`",))


def row_of_units_below() -> Nasty:
    rows = [HEADING, ("", "", "（学时）", "", "（万元）", "", ""), (JIA, "E1", 8, "2018-03-05", "0.1200", "35%", ""), GOOD[1]]
    return Nasty(xlsx(rows), notes=("the sheet says `万元`",))


def heading_in_ten_thousands() -> Nasty:
    heading = tuple("会费（万元）" if name == "会费" else name for name in HEADING)
    rows = [heading, (JIA, "E1", 8, "2018-03-05", 1835.0534, "35%", ""), (YI, "E2", 4.5, "2018-03-06", "12元", "", "")]
    read = ((JIA, "E1", 8.0, DAY, 18350534.0, 0.35), (YI, "E2", 4.5, NEXT, 12.0, NAN))
    return Nasty(xlsx(rows), rows=read, notes=("the sheet says `万元`",))


def heading_in_another_kind_of_unit() -> Nasty:
    heading = tuple("学时（天）" if name == "学时" else name for name in HEADING)
    return Nasty(xlsx((heading, *GOOD)), rows=(), errors=((1, "学时（天）", "says `天`"),))


def heading_in_percent() -> Nasty:
    heading = tuple("出席率（%）" if name == "出席率" else name for name in HEADING)
    return Nasty(xlsx((heading, (*GOOD[0][:5], 35, ""), GOOD[1])))


def headings_in_two_merged_rows() -> Nasty:
    def tweak(_: Book, sheet: Worksheet) -> None:
        sheet.merge_range("A1:A2", "信用代码")
        sheet.merge_range("B1:D1", "培训")
        sheet.merge_range("E1:G1", "其他")
        sheet.write_row(1, 1, HEADING[1:])

    return Nasty(xlsx([(), (), *GOOD], tweak))


def headings_in_three_rows() -> Nasty:
    rows = [("", "签到情况", "", "", "缴费情况"), ("基本信息", "培训", "", "", "会费"), HEADING, *GOOD]
    return Nasty(xlsx(rows))


def headings_with_breaks_spaces_asterisks_and_wide_letters() -> Nasty:
    heading = ("*信用\n代码", "活动 编号", "学时（学时）", "日　期", "会费(元)", "出席率", "联系电话")
    return Nasty(xlsx((heading, *GOOD)))


def columns_shuffled_with_strangers_between() -> Nasty:
    order = (5, 3, 0, 6, 4, 1, 2)
    rows = [("序号", *(row[place] for place in order), "备注") for row in good()]
    return Nasty(xlsx(rows), notes=("columns not read: 序号, 备注",))


def cells_beside_the_headings() -> Nasty:
    rows = [(*HEADING, ""), (*GOOD[0], "补"), GOOD[1]]
    return Nasty(xlsx(rows), notes=("column H has no heading",))


def heading_twice() -> Nasty:
    rows = [(*HEADING, "学时"), (*GOOD[0], 9)]
    return Nasty(xlsx(rows), rows=(), errors=((1, "学时", "several columns answer to `学时`: 学时, 学时 (columns C, H)"),))


def heading_misspelt() -> Nasty:
    rows = [("信用代号", *HEADING[1:]), *GOOD]
    warning = "heading `信用代号` is unknown and not read; is `信用代码` meant?"
    return Nasty(xlsx(rows), rows=(), errors=((1, "信用代码", "is `信用代号` meant?"),), notes=(warning,))


def heading_below_the_fifteenth_row() -> Nasty:
    rows = [*[("说明文字",)] * 15, *good()]
    return Nasty(xlsx(rows), rows=(), errors=((None, "", "no heading is found"),))


def elements_with_a_namespace_prefix_and_a_failed_formula() -> Nasty:
    def tweak(_: Book, sheet: Worksheet) -> None:
        sheet.write_formula("C4", "=1/0", None, "#DIV/0!")

    def change(name: str, part: bytes) -> bytes:
        if "sheet1" not in name:
            return part
        head, body = part[: part.index(b"<worksheet")], part[part.index(b"<worksheet") :]
        body = body.replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"xmlns=", b"xmlns:x=")
        return head + body

    content = rewritten(xlsx(good((JIA, "E3")), tweak), change)
    return Nasty(content, errors=((4, "学时", "formula failed"),))


def cells_that_do_not_say_where_they_stand() -> Nasty:
    def tweak(_: Book, sheet: Worksheet) -> None:
        sheet.write_formula("C4", "=1/0", None, "#DIV/0!")

    def change(name: str, part: bytes) -> bytes:
        for row in range(1, 9) if "sheet1" in name else ():
            part = part.replace(b' r="%d"' % row, b"")
            for letter in b"ABCDEFG":
                part = part.replace(b' r="%c%d"' % (letter, row), b"")
        return part

    content = rewritten(xlsx(good((JIA, "E3")), tweak), change)
    return Nasty(content, errors=((4, "学时", "formula failed"),))


def workbook_in_strict_form_with_a_failed_formula() -> Nasty:
    def tweak(_: Book, sheet: Worksheet) -> None:
        sheet.write_formula("C4", "=NA()", None, "#N/A")

    def change(_: str, part: bytes) -> bytes:
        for kind in (b"officeDocument/2006/relationships", b"spreadsheetml/2006/main"):
            strict = kind.replace(b"/2006", b"")
            part = part.replace(b"http://schemas.openxmlformats.org/" + kind, b"http://purl.oclc.org/ooxml/" + strict)
        return part

    content = rewritten(xlsx(good((JIA, "E3")), tweak), change)
    return Nasty(content, errors=((4, "学时", "formula failed"),))


